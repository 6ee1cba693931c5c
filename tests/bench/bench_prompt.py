"""What it costs to lay everything before a speaker and make the prompt of it, with a long life behind them.

The speaker has 50,000 memories, eight of them pinned (four of those tell a scene), a chat of 2,000 turns with edges,
threads and happenings, and a lorebook of 200 entries, five of them always awake.  Each measurement follows a new turn,
so that what is looked for is new each time.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.llm import tokens
from engine.log import EventLog
from game.events import to_log
from game.profile import projectors
from game.roleplay import cast_events as cast
from game.roleplay import events as happened
from game.roleplay import reading, recall
from game.roleplay.events import YOU
from game.roleplay.prompts import PromptConfig, assemble
from game.roleplay.speaker import speaker_view
from game.roleplay.state import PIN_CAP
from tests.bench.bench_recall import WORDS, Tongue
from tests.bench.figure import Figure
from tests.rig.roleplay_profile import BATCH, START_US, Talk, author

MEMORIES = 50_000
TURNS = 2_000
MEASURED = 400
LIMIT_P99_MS = 25.0
LORE = 200


class Names(Tongue):
    """Words as language draws them, and names by themselves."""

    def name(self) -> str:
        """A word that hardly occurs twice."""
        return self._chance.choice(self._words[-10_000:])


class Life(Talk):
    """A chat whose words are drawn as language draws them."""

    def __init__(self, host: str, chance: random.Random, tongue: Names) -> None:
        super().__init__(host, chance)
        self._tongue = tongue

    def words(self, least: int = 8, most: int = 40) -> str:
        """A sentence of sorts."""
        made = self._tongue.text(self.chance.randint(least, most))
        return made[0].upper() + made[1:] + "."


def lived(log: EventLog, tongue: Names) -> Life:
    """The life, told into ``log``."""
    chance = random.Random(7)
    host = author(log, 2, chance)[0]
    entries = [
        {"keys": [tongue.name(), tongue.name()], "content": tongue.text(60), "enabled": True, "insertion_order": i}
        | {"constant": i % 40 == 0}
        for i in range(LORE)
    ]
    book = json.dumps({"extensions": {}, "entries": entries}).encode()
    log.append(cast.bot_stream(host), [to_log(cast.BookKept(1, "town", book), at_us=START_US)])
    life = Life(host, chance, tongue)
    life.kickoff()
    for _ in range(MEMORIES - TURNS // 8):
        life.remember(host, "told")
        if len(life.pending) >= BATCH:
            life.flush(log)
    life.open_scene()
    while life.turn < TURNS:
        life.step()
        if len(life.pending) >= BATCH:
            life.flush(log)
    life.flush(log)
    told = "SELECT memory FROM memories WHERE chat = ? AND owner = ? AND form = ? AND live ORDER BY seq LIMIT ?"
    for form in ("told", "summary"):
        for (number,) in log.query(told, (host, host, form, PIN_CAP // 2)):
            life.add(happened.MemoryPinned(number, True))
    while life.memory < MEMORIES:
        life.remember(host, "told")
    life.flush(log)
    return life


def figures() -> Iterator[Figure]:
    """The whole way from the log to the prompt, and its parts."""
    with tempfile.TemporaryDirectory(prefix="prompt-bench-") as folder:
        path = Path(folder) / "life.db"
        with EventLog.open(path, projectors()) as log:
            life = lived(log, Names(seed=5))
            # as the game has it: what is looked up comes through a connection of its own
            with EventLog.open(path, projectors(), read_only=True) as read:
                gc.collect()
                gc.freeze()
                try:
                    yield from _figures(log, read, life)
                finally:
                    gc.unfreeze()


def _figures(log: EventLog, read: EventLog, life: Life) -> Iterator[Figure]:
    config = PromptConfig()
    tokens().load()
    viewed, assembled, recalled, sizes = [], [], [], []
    for _ in range(MEASURED):
        life.say(YOU)
        life.flush(log)
        started = time.perf_counter()
        view = speaker_view(read, reading.chat(read, life.host), life.host, addressee=YOU, config=config)
        between = time.perf_counter()
        prompt = assemble(view, config)
        ended = time.perf_counter()
        query = " ".join(turn.text for turn in view.recent[-3:])
        recall.recalled(read, life.host, query)
        viewed.append((between - started) * 1000)
        assembled.append((ended - between) * 1000)
        recalled.append((time.perf_counter() - ended) * 1000)
        sizes.append(prompt.tokens)
    both = sorted(one + two for one, two in zip(viewed, assembled, strict=True))
    beside = f"{MEMORIES:,} memories of about {WORDS} words, {TURNS:,} turns, {LORE} lorebook entries"
    yield Figure("prompt: from the log to the prompt, median", statistics.median(both), "ms", beside=beside)
    p99 = both[len(both) * 99 // 100]
    yield Figure("prompt: from the log to the prompt, p99", p99, "ms", LIMIT_P99_MS, beside=beside)
    alone = f"of {MEASURED} prompts of {round(statistics.median(sizes)):,} tokens"
    yield Figure("prompt: assembly alone, median", statistics.median(assembled), "ms", beside=alone)
    yield Figure("prompt: retrieval alone, median", statistics.median(recalled), "ms", beside=alone)
