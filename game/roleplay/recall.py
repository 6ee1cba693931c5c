"""What someone remembers: the one way by which memories are read on anybody's behalf (004 8).

Every function here asks :func:`_memories`, whose SQL holds the witness rule: a memory is its owner's, the owner's
witness bit is set, what it follows from is what was chosen, and the owner has not been reset since.  No ranking comes
before that and nothing goes around it.  What the player may look at of their own is :mod:`game.roleplay.chat_search`.

How what comes to mind is ranked.  Candidates come from three lists: memories that share telling words (FTS5, BM25),
those whose signatures lie near (sqlite-vec), and those a model puts near, where it has been asked.  Then, as in
generative_agents (relevance 3, importance 2, recency 0.5), but with what matters and what is fresh multiplying the
relevance (004 11.1), so that neither brings up what has nothing to do with it:

    score = relevance * (1 + 2/3 * significance / 3) * (1 + 1/6 * 0.99 ** age)

``relevance`` is 0 to 1 (:mod:`game.roleplay.relevance`), ``age`` how many memories its owner has made since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.log import EventLog
from game.roleplay.embedding import Question
from game.roleplay.recall_projector import marked, owners_mark, signs_of, small
from game.roleplay.relevance import LEAST, Relevance, by_model
from game.roleplay.state import Memory
from game.roleplay.view import Remembered
from game.truth import Truth

K = 4
"""How many memories come to mind unless asked otherwise (004 8.2)."""

SIGNIFICANCE_SHARE = 2 / 3
RECENCY_SHARE = 1 / 6
RECENCY_DECAY = 0.99
"""Weights of generative_agents, to a relevance of 1."""

RECENT = 512
"""Memories beyond which age makes no difference any more: 0.99 ** 512 is 0.006."""

NEAREST = 128
"""Candidates each list brings."""

WORD_BUDGET = 4_000
"""Memories that are weighed by BM25 at most: the rarest words first, of a common one only its newest memories."""

MAX_TERMS = 64
"""Different stems and concepts of a question that are looked for."""

_RESET = "coalesce((SELECT max(seq) FROM bot_resets WHERE bot = ?1), 0)"

_WITNESSED = f"m.owner = ?1 AND (m.witnesses & m.owner_bit) <> 0 AND m.live = 1 AND +m.seq > {_RESET}"
"""The witness rule: the condition that every read of a memory on anybody's behalf stands under.

The plus keeps SQLite from walking all of an owner's memories by ``seq`` where a narrower index (pins, a scene) serves.
"""

MEMORY_COLUMNS = (
    "m.seq, m.chat, m.memory, m.owner, m.text, m.witnesses, m.scene, m.clock_us, m.at_us, m.significance, m.form,"
    " m.source, m.reliability, m.turn, m.pinned, m.truth"
)
"""What makes a :class:`~game.roleplay.state.Memory`, of a table ``memories m``."""

_WIDTH = 16


def _memories(
    log: EventLog,
    owner: str,
    values: Sequence[Any] = (),
    *,
    columns: str = MEMORY_COLUMNS,
    among: str = "",
    where: str = "",
    order: str = "m.seq DESC",
    limit: int = -1,
    offset: int = 0,
) -> list[tuple[Any, ...]]:
    """The one query: rows of memories that ``owner`` may remember.

    ``?1`` is the owner, ``values`` are ``?2`` and on.  ``among`` is a table of candidates ``c`` with a column ``seq``;
    ``where`` narrows further.
    """
    source = f"{among} c CROSS JOIN memories m ON m.seq = c.seq" if among else "memories m"
    narrower = f" AND ({where})" if where else ""
    sql = f"SELECT {columns} FROM {source} WHERE {_WITNESSED}{narrower} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
    return log.query(sql, (owner, *values))


def memory_of(row: tuple[Any, ...]) -> Memory:
    """A row of :data:`MEMORY_COLUMNS` as a value."""
    return Memory(*(*row[: _WIDTH - 1], Truth(row[_WIDTH - 1])))


# -- without looking for anything ------------------------------------------------------------------------------------


def pinned(log: EventLog, owner: str) -> list[Memory]:
    """What is always before the owner's mind, in the order it was pinned."""
    return [memory_of(row) for row in _memories(log, owner, where="m.pinned <> ''", order="m.pinned_seq, m.seq")]


def scene_summaries(log: EventLog, owner: str, chat: str, count: int = 3) -> list[Memory]:
    """The owner's own summaries of the last ``count`` closed scenes they witnessed in ``chat``, the oldest first."""
    rows = _memories(
        log,
        owner,
        (chat,),
        where="m.chat = ?2 AND m.form = 'summary' AND m.scene > 0 AND EXISTS"
        " (SELECT 1 FROM scenes s WHERE s.chat = m.chat AND s.scene = m.scene AND s.closed_seq > 0)",
        order="m.scene DESC, m.seq DESC",
        limit=max(count, 0),
    )
    return [memory_of(row) for row in reversed(rows)]


def recent(log: EventLog, owner: str, count: int, offset: int = 0) -> list[Memory]:
    """The owner's memories from every chat, the newest first, ``count`` of them after the first ``offset``."""
    return [memory_of(row) for row in _memories(log, owner, limit=max(count, 0), offset=max(offset, 0))]


def memory(log: EventLog, owner: str, chat: str, number: int) -> Memory | None:
    """One memory as its owner has it; None where there is none that they could remember."""
    rows = _memories(log, owner, (chat, number), where="m.chat = ?2 AND m.memory = ?3")
    return memory_of(rows[0]) if rows else None


def count(log: EventLog, owner: str) -> int:
    """How many memories the owner has."""
    return int(_memories(log, owner, columns="count(*)", order="1")[0][0])


# -- looking for something -------------------------------------------------------------------------------------------


def recalled(
    log: EventLog,
    owner: str,
    query_text: str,
    *,
    k: int = K,
    exclude: Collection[int] = (),
    vector: tuple[str, NDArray[np.float32]] | None = None,
) -> list[Remembered]:
    """What comes to the owner's mind at ``query_text``: at most ``k`` memories from any chat, the strongest first.

    Memories whose ``seq`` is in ``exclude`` are before their mind already.  ``vector`` is a model's name and where it
    puts the query (a row of :meth:`game.roleplay.voice.Voice.embed`); memories it has not placed are found without.
    Any text will do; one without a word recalls nothing.
    """
    found = _relevant(log, owner, query_text, vector)
    ages = _ages(log, owner)
    ranked = [
        Remembered(one, relevance * weight(one.significance, ages.get(one.seq)))
        for one, relevance in found
        if one.seq not in exclude
    ]
    return _strongest(ranked, k)


def search(log: EventLog, owner: str, text: str, *, limit: int = 20) -> list[Remembered]:
    """The owner's memories that have to do with ``text``, by that alone: on a bot's behalf, under its witness rule."""
    return _strongest([Remembered(one, relevance) for one, relevance in _relevant(log, owner, text, None)], limit)


def weight(significance: int, age: int | None) -> float:
    """What multiplies a memory's relevance; ``age`` is None for one that is too old for it to matter."""
    fresh = 0.0 if age is None else RECENCY_DECAY**age
    return (1 + SIGNIFICANCE_SHARE * significance / 3) * (1 + RECENCY_SHARE * fresh)


def _strongest(found: Iterable[Remembered], k: int) -> list[Remembered]:
    return sorted(found, key=lambda one: (-one.score, -one.memory.seq))[: max(k, 0)]


def _ages(log: EventLog, owner: str) -> dict[int, int]:
    rows = _memories(log, owner, columns="m.seq", limit=RECENT)
    return {seq: age for age, (seq,) in enumerate(rows)}


# -- candidates ------------------------------------------------------------------------------------------------------


def _relevant(
    log: EventLog, owner: str, text: str, vector: tuple[str, NDArray[np.float32]] | None
) -> list[tuple[Memory, float]]:
    """What has to do with ``text`` at all, and how much."""
    question = Question(text)
    if not question.words:
        return []
    held = _held(log, owner, question)
    rows = {row[0]: row for row in _by_words(log, owner, held)}
    rows.update((row[0], row) for row in _near(log, owner, question))
    by_a_model: dict[int, float] = {}
    if vector is not None:
        placed = _placed(log, owner, *vector)
        rows.update((row[0], row[:-1]) for row in placed)
        by_a_model = dict(zip((row[0] for row in placed), by_model([row[-1] for row in placed]), strict=True))
    mark = owners_mark(owner)
    measure = Relevance(question, {one: held[term] for one in question.stems if (term := mark + one) in held})
    found = []
    for seq, row in rows.items():
        one = memory_of(row)
        relevance = measure.of(one.text, row[_WIDTH], by_a_model.get(seq, 0.0))
        if relevance >= LEAST:
            found.append((one, relevance))
    return found


def _held(log: EventLog, owner: str, question: Question) -> dict[str, int]:
    """Of each stem and concept of a question, how many of the owner's memories have it, as far as it matters."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM recall_words WHERE recall_words MATCH ? LIMIT ?)"
    terms = marked(owner, question.words)[:MAX_TERMS]
    return {term: log.query(sql, (f'"{term}"', WORD_BUDGET + 1))[0][0] for term in terms}


def _by_words(log: EventLog, owner: str, held: dict[str, int]) -> list[tuple[Any, ...]]:
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
        since = log.query(sql, (match, WORD_BUDGET))[0][0]
    among = (
        "(SELECT rowid AS seq, bm25(recall_words) AS place FROM recall_words"
        " WHERE recall_words MATCH ?2 AND rowid > ?3 ORDER BY place, rowid DESC LIMIT ?4)"
    )
    return _first(log, owner, (match, since), among)


def _near(log: EventLog, owner: str, question: Question) -> list[tuple[Any, ...]]:
    """The memories whose signatures differ least from the question's."""
    among = (
        "(SELECT seq, vec_distance_hamming(vec_bit(signs), vec_bit(?2)) AS place FROM recall_signatures"
        f" WHERE owner = ?1 AND seq > {_RESET} ORDER BY place, seq DESC LIMIT ?3)"
    )
    return _first(log, owner, (question.place.signature,), among)


def _placed(log: EventLog, owner: str, model: str, vector: NDArray[np.float32]) -> list[tuple[Any, ...]]:
    """The memories that a model puts nearest to ``vector``, each with its cosine last."""
    where = np.asarray(vector, np.float32).ravel()
    if not where.size or not np.isfinite(where).all() or not where.any():
        return []
    among = (
        "(SELECT s.seq, vec_distance_cosine(vec_int8(v.vector), vec_int8(?2)) AS place FROM (SELECT seq, model FROM"
        f" recall_spaces WHERE owner = ?1 AND model = ?3 AND size = ?4 AND seq > {_RESET}"
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
        rows = _memories(
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
