"""What recall finds, and how long it takes with a long life behind it.

The labelled questions are our own (tests/rig/recall_cases.txt): half of them were tuned on, the other half
gives the figures here.  The long life is made of words drawn as language draws them (a few all the time, most hardly
ever), forty to a memory, with one owner for all.
"""

from __future__ import annotations

import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from engine.log import EventLog, NewEvent
from game.events import to_log
from game.roleplay import recall
from game.roleplay.chat_search import search_chats
from game.roleplay.concept_words import MUCH_THE_SAME, OF_ONE_KIND
from game.roleplay.concepts import COMMON
from game.roleplay.embedding import placed, telling
from game.roleplay.events import MemoryWritten, TurnSaid
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector, marked
from game.roleplay.words import words
from tests.bench.figure import Figure
from tests.rig.recall_cases import Case, cases, distractors
from tests.rig.recall_ways import by_signatures, by_words, fused

MEMORIES = 50_000
WORDS = 40
QUESTIONS = 400
P99_LIMIT_MS = 15.0
PROJECTED = 10_000
PROJECTED_LIMIT_US = 66.0
"""30,000 memories in two seconds."""

OWNER = "mia"
STREAM = f"chat/{OWNER}"


def written(number: int, text: str) -> NewEvent:
    """A memory as the log takes it."""
    return to_log(MemoryWritten(number, OWNER, text, 3, 0, number, number % 4), at_us=number)


class Tongue:
    """Draws words as language does: the listed ones, the common ones, and names that hardly occur twice."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        lines = (MUCH_THE_SAME + OF_ONE_KIND).splitlines()
        listed = sorted({word for line in lines if not line.startswith("#") for word in line.split()})
        self._chance.shuffle(listed)
        names = ["".join(self._chance.choices("abdefghiklmnoprstuvz", k=7)) for _ in range(10_000)]
        self._words = sorted(COMMON) + listed + names
        self._weights = list(accumulate(1 / (rank + 3) ** 1.1 for rank in range(len(self._words))))

    def text(self, count: int) -> str:
        """So many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))


Way = Callable[[EventLog, str], list[str]]


def found(questions: list[Case], memories: list[str], ways: Mapping[str, Way]) -> dict[str, float]:
    """Of each way to look, the share of questions whose memory is among the first four."""
    with EventLog.in_memory([RoleplayProjector(), RecallProjector()]) as log:
        log.append(STREAM, [written(number, text) for number, text in enumerate(memories, start=1)])
        return {
            name: statistics.mean(one.memory in look(log, one.question)[: recall.K] for one in questions)
            for name, look in ways.items()
        }


def plain_search(log: EventLog, question: str) -> list[tuple[object, ...]]:
    """What one would write first: all words of the question, and BM25 puts what has any of them in order."""
    terms = " OR ".join(f'"{term}"' for term in marked(OWNER, telling(words(question))))
    sql = "SELECT rowid FROM recall_words WHERE recall_words MATCH ? ORDER BY bm25(recall_words) LIMIT 4"
    return log.query(sql, (terms,)) if terms else []


def figures() -> Iterator[Figure]:
    """What is found, then how fast."""
    labelled = cases()
    memories = [one.memory for one in labelled] + distractors()
    held_out = {sort: [one for one in labelled if one.held_out and one.sort == sort] for sort in ("same", "other")}
    ways = {"words alone": by_words, "vectors alone": by_signatures, "fused": fused}
    for sort, said in (("same", "sharing a word"), ("other", "in other words")):
        beside = f"{len(held_out[sort])} held-out questions among {len(memories)} memories"
        for name, share in found(held_out[sort], memories, ways).items():
            yield Figure(f"recall: found among 4, {said}, {name}", 100 * share, "%", beside=beside)
    gc.collect()
    gc.freeze()
    try:
        with tempfile.TemporaryDirectory(prefix="recall-bench-") as folder:
            yield from _speeds(Path(folder) / "life.db")
    finally:
        gc.unfreeze()


def _timed_ms(work: Callable[[str], object], questions: list[str]) -> list[float]:
    taken = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


def _speeds(path: Path) -> Iterator[Figure]:
    tongue = Tongue(seed=5)
    with EventLog.open(path, [RoleplayProjector(), RecallProjector()]) as log:
        for start in range(1, MEMORIES + 1, 1000):
            log.append(STREAM, [written(number, tongue.text(WORDS)) for number in range(start, start + 1000)])
        turns = [TurnSaid(number, "you", tongue.text(WORDS), 1, number) for number in range(1, 2001)]
        log.append(STREAM, [to_log(one, at_us=one.clock_us) for one in turns])
    # as the game has it: what is looked up comes through a connection of its own
    with EventLog.open(path, [RoleplayProjector(), RecallProjector()], read_only=True) as log:
        short = [tongue.text(12) for _ in range(QUESTIONS // 2)]
        long = [tongue.text(60) for _ in range(QUESTIONS // 2)]
        taken = _timed_ms(lambda question: recall.recalled(log, OWNER, question), short + long)
        plain = statistics.median(_timed_ms(lambda question: plain_search(log, question), (short + long)[::10]))
        beside = f"{MEMORIES:,} memories of {WORDS} words, questions of 12 and of 60; {plain:.0f} ms BM25 of all words"
        yield Figure("recall: what comes to mind, median", statistics.median(taken), "ms", beside=beside)
        yield Figure(
            "recall: what comes to mind, p99", taken[len(taken) * 99 // 100], "ms", P99_LIMIT_MS, beside=beside
        )
        taken = _timed_ms(lambda question: search_chats(log, question), [text.split()[0] for text in short])
        yield Figure("recall: the player's search, p99", taken[len(taken) * 99 // 100], "ms", beside="one word")
    yield from _projecting(tongue)


def _projecting(tongue: Tongue) -> Iterator[Figure]:
    texts = [tongue.text(WORDS) for _ in range(PROJECTED)]
    started = time.perf_counter()
    for text in texts:
        placed(telling(words(text)))
    each_us = (time.perf_counter() - started) / PROJECTED * 1e6
    yield Figure("recall: the offline embedding, each memory", each_us, "us", beside=f"{WORDS} words")
    with EventLog.in_memory([RecallProjector()]) as log:
        log.append(STREAM, [written(number, text) for number, text in enumerate(texts, start=1)])
        started = time.perf_counter()
        log.rebuild()
        each_us = (time.perf_counter() - started) / PROJECTED * 1e6
    yield Figure(
        "recall: rebuilt, each memory",
        each_us,
        "us",
        PROJECTED_LIMIT_US,
        beside=f"{PROJECTED} memories, this projector",
    )


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:60} {figure.value:9.2f} {figure.unit:4} {figure.limit} {figure.ok} {figure.beside}")
