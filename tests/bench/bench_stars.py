"""How fast a chart is rated, and how near the rating is to the public calculator's."""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from game.rhythm.chart import NOTE, SCROLL, Chart, NoteKind, make_notes
from game.rhythm.difficulty import stars
from game.rhythm.scroll import ScrollMap
from tests.bench.figure import Figure

NOTES = 5000
RUNS = 15
VISIBLE = 10_000


def figures() -> Iterator[Figure]:
    """Rate charts of 5,000 notes with many holds; the calculator rosu-pp beside it where it is installed."""
    rosu = _rosu()
    apart = []
    for keys in (4, 7, 18):
        chart, text = _chart(keys)
        ours = _median_ms(lambda chart=chart: stars(chart))
        beside = "a third holds"
        if rosu is not None:
            beatmap = rosu.Beatmap(content=text)
            theirs = _median_ms(lambda beatmap=beatmap: rosu.Difficulty().calculate(beatmap))
            beside += f"; rosu-pp 4.0.2, in Rust: {theirs:.2f} ms"
            apart += [
                abs(stars(chart, rate) - rosu.Difficulty(clock_rate=rate).calculate(beatmap).stars)
                for rate in (0.75, 1.0, 1.5)
            ]
        yield Figure(f"stars: {NOTES} notes on {keys} lanes", ours, "ms", limit=15, beside=beside)
    if apart:
        yield Figure("stars: farthest from rosu-pp", max(apart), "stars", limit=1e-6, beside="rosu-pp 4.0.2")
    yield _scroll_figure()


def _rosu() -> Any:
    """The public calculator, or None where it is not installed."""
    try:
        return importlib.import_module("rosu_pp_py")
    except ImportError:
        return None


def _median_ms(run: Any) -> float:
    """The median time of a call."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _chart(keys: int) -> tuple[Chart, str]:
    """A made-up chart and the same as the text of an ``.osu`` file."""
    chance = np.random.default_rng(keys)
    at_ms = np.sort(chance.integers(0, NOTES * 60, NOTES) // 20 * 20)
    end_ms = np.where(chance.random(NOTES) < 0.33, at_ms + chance.integers(20, 600, NOTES), at_ms)
    lane = chance.integers(0, keys, NOTES)
    notes = np.zeros(NOTES, dtype=NOTE)
    notes["at_us"], notes["end_us"], notes["lane"] = at_ms * 1000, end_ms * 1000, lane
    notes["kind"] = np.where(end_ms > at_ms, NoteKind.HOLD, NoteKind.TAP)
    order = np.lexsort((lane, at_ms))
    head = f"osu file format v14\n\n[General]\nMode: 3\n\n[Difficulty]\nCircleSize:{keys}\n\n[HitObjects]\n"
    lines = []
    for at, end, column in zip(at_ms.tolist(), end_ms.tolist(), lane.tolist(), strict=True):
        kind, tail = (128, f"{end}:") if end > at else (1, "")
        lines.append(f"{int((column + 0.5) * 512 / keys)},192,{at},{kind},0,{tail}0:0:0:0:")
    return Chart(keys=keys, notes=notes[order], file_order=order), head + "\n".join(lines) + "\n"


def _scroll_figure() -> Figure:
    """Place 10,000 visible notes under scroll that stops and runs backwards."""
    notes = make_notes([(i * 1000, i * 1000 + 500 * (i % 3 == 0), i % 7, i % 3 == 0, -1) for i in range(2 * VISIBLE)])
    factors = [1.0, -0.5, 0.0, 2.0]
    rows = np.array([(i * 100_000, factors[i % 4], 0.0) for i in range(200)], dtype=SCROLL)
    scroll = ScrollMap(Chart(keys=7, notes=notes, scroll=rows))
    shown = (0, 0)

    def frame() -> None:
        nonlocal shown
        chosen = scroll.visible_indices(5_000_000, 6_500_000)
        here, zoom = scroll.position(5_000_000), scroll.speed_factor(5_000_000) / 6_500_000
        shown = len((scroll.head[chosen] - here) * zoom), len((scroll.tail[chosen] - here) * zoom)

    value = _median_ms(frame)
    assert min(shown) >= VISIBLE
    return Figure(f"scroll: place {VISIBLE} visible notes", value, "ms", limit=1.0, beside=f"{shown[0]} placed")
