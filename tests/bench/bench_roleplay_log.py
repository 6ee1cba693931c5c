"""What a profile that was talked in for a year costs: a committed turn, a rebuild, a start, its memory, a rewind.

The profile is made by ``tests/rig/roleplay_profile.py``: 100,000 events of ten chats in a realistic mix, with every
projector of the game.  A committed turn is all that follows from one utterance, in the transactions the game makes of
it, with a memory where the turn matters (about one in three).  Figures of time are medians unless they say p99; the p99
is of the thread's own time, as on a busy machine the wall's tells of the other processes.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.log import EventLog, NewEvent
from game.profile import Profile, projectors
from game.roleplay import history, reading
from game.roleplay.events import YOU
from tests.bench.figure import Figure
from tests.rig.roleplay_profile import Talk, talk_for_long

EVENTS = 100_000
TURNS = 1000
REBUILDS = 3
REWINDS = 5
REWOUND = 100
TURN_MS, REBUILD_S, OPEN_S, MEMORY_MIB = 3.0, 6.0, 1.0, 400.0

ROOT = Path(__file__).resolve().parents[2]
_LOAD = """
import sys
from pathlib import Path
import psutil
from game.profile import Profile
from game.roleplay import reading, recall
with Profile.open(Path(sys.argv[1])) as profile:
    rows = reading.chat_rows(profile.log)
    held = [reading.chat(profile.log, row.bot.id) for row in rows]
    held += [reading.last_turns(profile.log, rows[0].bot.id, 2000)]
    held += [recall.recalled(profile.log, row.bot.id, "the letter and the rain") for row in rows]
    print(psutil.Process().memory_info().rss / 2**20)
"""


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def committed_turns_ms(log: EventLog, host: str) -> tuple[list[float], list[float]]:
    """What each of many turns costs the log, by the wall and by the thread's own time, in order of size."""
    chat = reading.chat(log, host)
    assert chat.scene is not None
    chance = random.Random(5)
    talk = Talk(host, chance)
    talk.turn, talk.scene, talk.container = chat.turns, chat.scene.id, chat.scene.container
    talk.memory, talk.clock_us = chat.memories, chat.clock_us
    wall, own = [], []
    for number in range(TURNS):
        talk.say(YOU if number % 2 == 0 else host)
        batches: list[list[NewEvent]] = [talk.pending[:1], talk.pending[1:-1], talk.pending[-1:]]
        talk.pending = []
        if chance.random() < 1 / 3:
            talk.remember(host, "beat", turn=talk.turn)
            batches.append(talk.pending)
            talk.pending = []
        started, started_own = time.perf_counter(), time.thread_time()
        for batch in batches:
            if batch:
                log.append(talk.stream, batch)
        wall.append((time.perf_counter() - started) * 1000)
        own.append((time.thread_time() - started_own) * 1000)
    return sorted(wall), sorted(own)


def rewinds_s(log: EventLog, host: str) -> list[float]:
    """Going back so many turns, again and again; each is undone."""
    taken = []
    for _ in range(REWINDS):
        turns = reading.chat(log, host).turns
        started = time.perf_counter()
        done = history.rewind(log, None, host, turns - REWOUND)
        taken.append(time.perf_counter() - started)
        history.undo(log, done)
    return taken


def memory_mib(folder: Path) -> float:
    """What a process takes that has opened the profile, read every chat and a transcript, and looked for something."""
    command = [sys.executable, "-c", _LOAD, str(folder)]
    said = subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=True)
    return float(said.stdout)


def opened(folder: Path) -> None:
    """The profile, opened and let go."""
    with Profile.open(folder) as profile:
        reading.chat_rows(profile.log)


def figures() -> Iterator[Figure]:
    """All of it on one profile."""
    with tempfile.TemporaryDirectory(prefix="roleplay-bench-") as temporary:
        folder = Path(temporary)
        path = folder / "ourojam.db"
        with EventLog.open(path, projectors()) as log:
            host = talk_for_long(log, EVENTS)[0]
            events = log.last_seq
        yield from _figures(folder, path, host, events)


def _figures(folder: Path, path: Path, host: str, events: int) -> Iterator[Figure]:
    beside = f"{events:,} events in ten chats, {path.stat().st_size / 1e6:.0f} MB"
    opening = statistics.median(seconds(lambda: opened(folder)) for _ in range(REBUILDS))
    yield Figure("talk: start with a year's profile", opening, "s", OPEN_S, beside=beside)
    yield Figure("talk: memory after loading it", memory_mib(folder), "MiB", MEMORY_MIB, beside="a process of its own")
    with EventLog.open(path, projectors()) as log:
        own = time.process_time()
        rebuild = statistics.median(seconds(log.rebuild) for _ in range(REBUILDS))
        own = (time.process_time() - own) / REBUILDS
        yield Figure("talk: rebuild of it", rebuild, "s", REBUILD_S, beside=f"{beside}; {own:.1f} s of the processor's")
        turns = reading.chat(log, host).turns
        rewinding = statistics.median(rewinds_s(log, host))
        yield Figure(
            f"talk: rewind of {REWOUND} turns", rewinding, "s", beside=f"a chat of {turns:,} turns, no snapshot"
        )
        wall, thread = committed_turns_ms(log, host)
        beside = f"{TURNS} turns, on disk; p99 by the wall {wall[len(wall) * 99 // 100]:.1f} ms"
        yield Figure("talk: a committed turn", statistics.median(wall), "ms", TURN_MS, beside=beside)
        yield Figure("talk: a committed turn, p99", thread[len(thread) * 99 // 100], "ms", TURN_MS, beside="the same")


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:40} {figure.value:12.3f} {figure.unit:6} {figure.limit} {figure.ok} {figure.beside}")
