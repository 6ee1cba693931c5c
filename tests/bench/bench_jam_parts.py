"""Parts and free jam: how long it takes to share out a long chart, to lay it on other lanes, and to make a sound."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter, process_time

import numpy as np

from game.jam.events import LoopKept
from game.jam.instruments import INSTRUMENTS, voice
from game.jam.loops import Loops, loop_of
from game.jam.parts import ALL, part_chart, parts_of
from game.jam.snapping import Grid, Snapping, sounds_at
from game.rhythm.chart import EDGE, TIMING, Chart, sorted_notes
from game.rhythm.chart import NOTE as NOTE_DTYPE
from tests.bench.figure import Figure

NOTES = 50_000


def _long_chart(keys: int) -> Chart:
    """A chart of a symphony's length: chords, holds and runs, with key sounds of several families."""
    rng = np.random.default_rng(1)
    notes = np.zeros(NOTES, dtype=NOTE_DTYPE)
    notes["at_us"] = np.sort(rng.integers(0, NOTES // 2, NOTES)) * 62_500
    notes["lane"] = rng.integers(0, keys, NOTES)
    holds = rng.random(NOTES) < 0.1
    notes["kind"] = holds
    notes["end_us"] = notes["at_us"] + np.where(holds, 250_000, 0)
    notes["sound"] = rng.integers(0, 200, NOTES)
    sounds = tuple(f"{('kick', 'bass', 'piano', 'vi', 'zed')[place % 5]}{place}.wav" for place in range(200))
    timing = np.array([(0, 500_000.0, 4)], dtype=TIMING)
    return Chart(keys=keys, notes=sorted_notes(notes), timing=timing, sounds=sounds, hash="0" * 32)


def _fastest_s(work: object, times: int = 3) -> float:
    assert callable(work)
    took = []
    for _ in range(times):
        started = perf_counter()
        work()
        took.append(perf_counter() - started)
    return min(took)


def figures() -> Iterator[Figure]:
    """Yield each figure as it is measured."""
    for keys, to in ((7, 4), (4, 10), (7, 7)):
        chart = _long_chart(keys)
        name = ALL if keys != to else "drums"
        took_s = _fastest_s(lambda chart=chart, name=name, to=to: part_chart(chart, name, to))
        yield Figure(f"{name} of {NOTES} notes from {keys} on {to} lanes", took_s, "s", 0.6)
    took_s = _fastest_s(lambda: parts_of(chart))
    yield Figure(f"parts of {NOTES} notes found", took_s, "s", 0.2)
    for name in INSTRUMENTS:
        started = process_time()
        for lane in range(7):
            voice(name, lane, 7, 9, "minor", 48_000)
        took_s = (process_time() - started) / 7
        yield Figure(f"a voice of {name} made", took_s * 1e3, "ms", 60.0, beside="processor time")
    yield from _playing()


def _playing() -> Iterator[Figure]:
    edges = np.zeros(32, dtype=EDGE)
    edges["at_us"], edges["down"] = np.arange(32) * 125_000, 1
    loops = Loops()
    for place in range(256):
        kept = LoopKept("take", f"{place}", "keys", 0, 4_000_000, edges.tobytes(), 4)
        loops.keep(loop_of(f"player {place // 4}", kept, 4))
    took_s = _fastest_s(lambda: loops.due(10**9, 10**9 + 10_000), 50)
    yield Figure("what 64 players' 256 loops let sound in 10 ms", took_s * 1e6, "us", 2_000.0)
    grid, snapping = Grid(0, 468_750), Snapping(1.0, 4)
    hits = range(10**9, 10**9 + 1000 * 997, 997)
    took_s = _fastest_s(lambda: [sounds_at(grid, snapping, hit, hit + 5_000) for hit in hits])
    yield Figure("a hit snapped", took_s / 1000 * 1e6, "us", 50.0)
