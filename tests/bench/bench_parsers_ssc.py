"""How fast StepMania's .ssc is read, beside simfile, the fastest reader of it in Python that is published.

Both go from text to notes in time, warped-over notes marked.  (The other published reader, reamber, takes three times
as long as simfile for the ``.sm`` form of the same song and does not read ``.ssc``.)
"""

from __future__ import annotations

import importlib
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from game.rhythm.chart import Chart
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.sm import parse
from tests.bench.figure import Figure

CHARTS = 5
MEASURES = 150
RUNS = 11


def figures() -> Iterator[Figure]:
    """Read a song of five charts with tempo changes, stops, delays and warps."""
    text = song(random.Random(1), CHARTS, MEASURES)
    data = text.encode()
    charts = parse(data, "song.ssc", NoFolder()).charts
    notes = sum(len(chart.notes) for chart in charts)
    what = f"{notes} notes in {CHARTS} charts"
    simfile = _simfile()
    if simfile is None:
        ours = _median_ms([lambda: parse(data, "song.ssc", NoFolder())])[0]
        yield Figure("ssc: read", ours, "ms", beside=f"{what}; simfile is not installed")
        return
    ours, theirs = _median_ms([lambda: parse(data, "song.ssc", NoFolder()), lambda: simfile(text)])
    yield Figure("ssc: read", ours, "ms", beside=f"{what}; simfile {theirs:.1f} ms")
    yield Figure("ssc: faster than simfile", theirs / ours, "times", limit=3, at_least=True, beside="the same song")
    yield Figure("ssc: farthest from simfile", farthest_us(charts, simfile(text)), "us", limit=1, beside=what)


def song(chance: random.Random, charts: int, measures: int) -> str:
    """A ``.ssc`` with every kind of timing change, written by ``chance``."""
    beats = measures * 4

    def changes(count: int, low: float, high: float) -> str:
        rows = sorted(chance.sample(range(beats * 12), count))
        return ",".join(f"{row / 12:.3f}={chance.uniform(low, high):.3f}" for row in rows)

    head = (
        f"#VERSION:0.83;\n#TITLE:Bench;\n#OFFSET:-0.321;\n#BPMS:0=150,{changes(30, 60, 300)};\n"
        f"#STOPS:{changes(20, 0.05, 0.6)};\n#DELAYS:{changes(10, 0.05, 0.3)};\n#WARPS:{changes(8, 0.2, 4)};\n"
    )
    return head + "".join(_steps(chance, measures) for _ in range(charts))


def _steps(chance: random.Random, measures: int) -> str:
    rows = ["\n".join(_row(chance) for _ in range(chance.choice((4, 8, 12, 16)))) for _ in range(measures)]
    return (
        "#NOTEDATA:;\n#STEPSTYPE:dance-single;\n#DIFFICULTY:Hard;\n#METER:9;\n#NOTES:\n" + "\n,\n".join(rows) + "\n;\n"
    )


def _row(chance: random.Random) -> str:
    row = ["0"] * 4
    for lane in chance.sample(range(4), chance.choice((0, 1, 1, 2))):
        row[lane] = chance.choice("1111MFL")
    return "".join(row)


def farthest_us(charts: tuple[Chart, ...], theirs: list[list[tuple[int, int]]]) -> float:
    """How far apart the same notes are at most; infinite when they are not the same notes."""
    farthest = 0.0
    for chart, other in zip(charts, theirs, strict=True):
        at, lane = np.array(sorted(other), dtype=np.int64).T
        if len(at) != len(chart.notes) or (lane != chart.notes["lane"]).any():
            return float("inf")
        farthest = max(farthest, float(np.abs(at - chart.notes["at_us"]).max()))
    return farthest


def _simfile() -> Callable[[str], list[list[tuple[int, int]]]] | None:
    """Reads a song with simfile into (microseconds, lane) for each chart; None where it is not installed."""
    try:
        simfile: Any = importlib.import_module("simfile")
        notes: Any = importlib.import_module("simfile.notes")
        timed: Any = importlib.import_module("simfile.notes.timed")
        timing: Any = importlib.import_module("simfile.timing")
    except ImportError:
        return None

    def read(text: str) -> list[list[tuple[int, int]]]:
        song = simfile.loads(text)
        return [
            [
                (round(one.time * 1e6), one.note.column)
                for one in timed.time_notes(
                    notes.NoteData(chart), timing.TimingData(song, chart), timed.UnhittableNotes.KEEP_NOTE
                )
            ]
            for chart in song.charts
        ]

    return read


def _median_ms(runs: list[Callable[[], object]]) -> list[float]:
    """Median times of each, taken in turns so that a busy moment meets all."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(RUNS):
        for run, mine in zip(runs, times, strict=True):
            started = time.perf_counter()
            run()
            mine.append(time.perf_counter() - started)
    return [statistics.median(mine) * 1000 for mine in times]
