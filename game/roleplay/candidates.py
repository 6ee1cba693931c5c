"""Which memories may have to do with what is said: those that share words, and those that lie near.

Each list is short, however many memories there are, and comes through the one query of :mod:`game.roleplay.witness`.
Rows are :data:`~game.roleplay.witness.MEMORY_COLUMNS` and the length of the memory's place.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.log import EventLog
from game.roleplay.embedding import Question
from game.roleplay.recall_projector import marked, signs_of, small
from game.roleplay.witness import MEMORY_COLUMNS, RESET, memories

NEAREST = 48
"""Candidates each list brings."""

LATEST = 8_000
"""Of a longer life only the newest memories are looked through by their signatures; words and concepts, which say the
same, find the older ones.  A model's places say more and are all looked through."""

WORD_BUDGET = 1_200
"""Memories that are weighed by BM25 at most: the rarest words first, of a common one only its newest memories."""

MAX_TERMS = 64
"""Different stems and concepts of a question that are looked for: the last ones, which were said last."""


def held(log: EventLog, owner: str, question: Question) -> dict[str, int]:
    """Of each stem and concept of a question, how many of the owner's memories have it, as far as it matters."""
    sql = (
        "SELECT value, (SELECT count(*) FROM (SELECT 1 FROM recall_words"
        " WHERE recall_words MATCH '\"' || value || '\"' LIMIT ?2)) FROM json_each(?1)"
    )
    terms = marked(owner, question.words)[-MAX_TERMS:]
    return dict(log.query(sql, (json.dumps(terms), WORD_BUDGET + 1)))


def by_words(log: EventLog, owner: str, held: dict[str, int]) -> list[tuple[Any, ...]]:
    """The memories that share the rarest of the terms, by BM25; of a common term only its newest memories."""
    chosen: list[str] = []
    total = 0
    for term, number in sorted(held.items(), key=lambda one: one[1]):
        if number and (not chosen or total + number <= WORD_BUDGET):
            chosen.append(f'"{term}"')
            total += number
    if not chosen:
        return []
    match, since = " OR ".join(chosen), 0
    if total > WORD_BUDGET:
        sql = "SELECT rowid FROM recall_words WHERE recall_words MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
        since = next(iter(log.query(sql, (match, WORD_BUDGET))), (0,))[0]  # a writer may have gone back meanwhile
    among = (
        "(SELECT rowid AS seq, bm25(recall_words) AS place FROM recall_words"
        " WHERE recall_words MATCH ?2 AND rowid > ?3 ORDER BY place, rowid DESC LIMIT ?4)"
    )
    return _first(log, owner, (match, since), among)


def near(log: EventLog, owner: str, question: Question) -> list[tuple[Any, ...]]:
    """The memories whose signatures differ least from the question's."""
    among = (
        "(SELECT seq, vec_distance_hamming(vec_bit(signs), vec_bit(?2)) AS place FROM (SELECT seq, signs FROM"
        f" recall_signatures WHERE owner = ?1 AND seq > {RESET} ORDER BY seq DESC LIMIT max(?3, {LATEST}))"
        " ORDER BY place, seq DESC LIMIT ?3)"
    )
    return _first(log, owner, (question.place.signature,), among)


def placed(log: EventLog, owner: str, model: str, vector: NDArray[np.float32]) -> list[tuple[Any, ...]]:
    """The memories that a model puts nearest to ``vector``, each with its cosine last."""
    where = np.asarray(vector, np.float32).ravel()
    if not where.size or not np.isfinite(where).all() or not where.any():
        return []
    among = (
        "(SELECT s.seq, vec_distance_cosine(vec_int8(v.vector), vec_int8(?2)) AS place FROM (SELECT seq, model FROM"
        f" recall_spaces WHERE owner = ?1 AND model = ?3 AND size = ?4 AND seq > {RESET}"
        " ORDER BY vec_distance_hamming(vec_bit(signs), vec_bit(?5)), seq DESC LIMIT ?6) s"
        " JOIN recall_vectors v ON v.seq = s.seq AND v.model = s.model)"
    )
    rows = _first(log, owner, (small(where), model, int(where.size), signs_of(where)), among, ", 1.0 - c.place")
    return [row for row in rows if row[-1] is not None]


def _first(log: EventLog, owner: str, values: tuple[Any, ...], among: str, more: str = "") -> list[tuple[Any, ...]]:
    """The owner's memories that come first by ``c.place``, each with the length of its place.

    The last value of ``among`` says how many candidates are looked at: where most of the first are not the owner's to
    have, further ones are.
    """
    rows: list[tuple[Any, ...]] = []
    length = "(SELECT length FROM recall_signatures g WHERE g.owner = ?1 AND g.seq = m.seq)"
    for looked_at in (NEAREST, NEAREST * 16, 2**62):
        rows = memories(
            log,
            owner,
            (*values, looked_at),
            columns=f"{MEMORY_COLUMNS}, {length}{more}",
            among=among,
            order="c.place, m.seq DESC",
            limit=NEAREST,
        )
        if len(rows) >= NEAREST // 2:
            break
    return rows
