"""What someone remembers: the one way by which memories are read on anybody's behalf (004 8).

Every function here asks the one query of :mod:`game.roleplay.witness`, whose SQL holds the witness rule.  What the
player may look at of their own is :mod:`game.roleplay.chat_search`.

How what comes to mind is ranked.  Candidates come from two lists: memories that share telling words or their concepts
(FTS5, BM25), and those that lie near (sqlite-vec), by a model's places where there are any, else by signatures.  Then
the weights of generative_agents (relevance 3, importance 2, recency 0.5), but with what matters and what is fresh
multiplying the relevance (004 11.1), so that neither brings up what has nothing to do with it:

    score = relevance * (1 + 2/3 * significance / 3) * (1 + 1/6 * 0.99 ** age)

``relevance`` is 0 to 1 (:mod:`game.roleplay.relevance`), ``age`` how many memories its owner has made since.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.log import EventLog
from game.roleplay import candidates, pins
from game.roleplay.embedding import Question
from game.roleplay.recall_projector import owners_mark
from game.roleplay.relevance import LEAST, Relevance, by_model
from game.roleplay.state import Memory
from game.roleplay.view import Remembered
from game.roleplay.witness import WIDTH, memories, memory_of

K = 4
"""How many memories come to mind unless asked otherwise (004 8.2)."""

SIGNIFICANCE_SHARE = 2 / 3
RECENCY_SHARE = 1 / 6
RECENCY_DECAY = 0.99
"""Weights of generative_agents, to a relevance of 1."""

RECENT = 512
"""Memories beyond which age makes no difference any more: 0.99 ** 512 is 0.006."""

# -- without looking for anything ------------------------------------------------------------------------------------


def pinned(log: EventLog, owner: str, where: str = "", values: Sequence[Any] = ()) -> list[Memory]:
    """What is always before the owner's mind, in the order it was pinned; ``where`` as of :func:`pins.pinned`."""
    how = pins.pinned(log, owner, where, values)
    rows = memories(log, owner, (json.dumps(list(how)),), where="m.seq IN (SELECT value FROM json_each(?2))")
    found = {row[0]: memory_of(row) for row in rows}
    return [replace(found[seq], pinned=one) for seq, one in how.items()]


def scene_summaries(log: EventLog, owner: str, chat: str, count: int = 3) -> list[Memory]:
    """The owner's own summaries of the last ``count`` closed scenes they witnessed in ``chat``, the oldest first."""
    rows = memories(
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
    rows = memories(log, owner, limit=max(count, 0), offset=max(offset, 0))
    return pins.marked(log, [memory_of(row) for row in rows])


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
    rows = memories(log, owner, columns="m.seq", limit=RECENT)
    return {seq: age for age, (seq,) in enumerate(rows)}


def _relevant(
    log: EventLog, owner: str, text: str, vector: tuple[str, NDArray[np.float32]] | None
) -> list[tuple[Memory, float]]:
    """What has to do with ``text`` at all, and how much."""
    question = Question(text)
    held = candidates.held(log, owner, question)
    rows = {row[0]: row for row in candidates.by_words(log, owner, held)}
    placed = candidates.placed(log, owner, *vector) if vector is not None else []
    rows.update((row[0], row[:-1]) for row in placed)
    by_a_model = dict(zip((row[0] for row in placed), by_model([row[-1] for row in placed]), strict=True))
    if not placed and question.words:
        rows.update((row[0], row) for row in candidates.near(log, owner, question))
    mark = owners_mark(owner)
    measure = Relevance(question, {one: held[term] for one in question.stems if (term := mark + one) in held})
    found = []
    for seq, row in rows.items():
        one = memory_of(row)
        relevance = measure.of(one.text, row[WIDTH], by_a_model.get(seq, 0.0))
        if relevance >= LEAST:
            found.append((one, relevance))
    return found
