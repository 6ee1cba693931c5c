"""Who plays what from when on: session time to song time, the chart of one player's way through a take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from engine.errors import UserError
from game.jam.events import FreeStarted, PartTaken, StartAgreed
from game.jam.parts import part_chart
from game.rhythm.chart import Chart, sorted_notes

PartChart = Callable[[str, str, int], Chart]
"""The chart of (chart hash, part, keys); raises UserError when there is none here."""

LONGEST_BAR_US = 60_000_000
LEAST_COUNT_IN_US = 1_500_000
"""A switch gives hands at least this long in real time, however near the next bar is."""


def rate_percent(start: StartAgreed | FreeStarted) -> int:
    """The rate of a take in whole percent; a free jam runs at 100."""
    return round(start.rate * 100) if isinstance(start, StartAgreed) else 100


def song_us(start: StartAgreed | FreeStarted, session_us: int) -> int:
    """Song time at an instant of session time: whole numbers only, so that every machine comes to the same."""
    return (session_us - start.t0_us) * rate_percent(start) // 100


def session_us(start: StartAgreed | FreeStarted, song_at_us: int) -> int:
    """The first instant of session time at which song time is at least ``song_at_us``."""
    return start.t0_us - (-song_at_us * 100 // rate_percent(start))


def next_bar_us(chart: Chart, after_us: int, rate: float = 1.0) -> int:
    """Where a part is switched: the first bar of ``chart`` that leaves a count-in after ``after_us`` of song time."""
    earliest = after_us + round(LEAST_COUNT_IN_US * rate)
    rows = chart.timing
    best = earliest
    for number, row in enumerate(rows):
        begin = int(row["at_us"])
        end = int(rows["at_us"][number + 1]) if number + 1 < len(rows) else None
        bar_us = float(row["beat_us"]) * max(1, int(row["meter"]))
        if (end is not None and end <= earliest) or not 1 <= bar_us <= LONGEST_BAR_US:  # charts may hold any number
            continue
        bars = max(0, -((begin - earliest) // bar_us))
        best = round(begin + bars * bar_us)
        return best if end is None else min(best, max(end, earliest))
    return best


class Charts:
    """The charts of a song that is here, cut into parts once for everyone who plays them."""

    def __init__(self, charts: Iterable[Chart]) -> None:
        self.by_hash = {chart.hash: chart for chart in charts}
        self._parts: dict[tuple[str, str, int], Chart] = {}

    def __call__(self, chart_hash: str, part: str, keys: int) -> Chart:
        """See :data:`PartChart`."""
        wanted = (chart_hash, part, keys)
        if wanted not in self._parts:
            chart = self.by_hash.get(chart_hash)
            if chart is None:
                raise UserError("a difficulty that is not among the files of this song; its player cannot be judged")
            self._parts[wanted] = part_chart(chart, part, keys)
        return self._parts[wanted]


def seat_chart(segments: Sequence[PartTaken], cut: PartChart) -> Chart:
    """What one player plays in a take: each part from its ``from_us`` until the next one's.

    What a part would still ask for when the next begins is left out of it.

    Raises:
        UserError: a part or chart that is not here.
    """
    if not segments:
        raise UserError("this player has no part in the take; choose one before the song starts")
    charts = [cut(one.chart_hash, one.part, one.keys) for one in segments]
    first = charts[0]
    if len(charts) == 1 and segments[0].from_us <= 0:
        return first
    ends = [*(one.from_us for one in segments[1:]), None]
    taken = []
    for segment, chart, end_us in zip(segments, charts, ends, strict=True):
        notes = chart.notes
        chosen = notes["at_us"] >= segment.from_us if segment.from_us > 0 else np.ones(len(notes), np.bool_)
        if end_us is not None:
            chosen &= notes["end_us"] < end_us
        taken.append(notes[chosen & (notes["lane"] < first.keys)])
    # Key sounds index the chart they came from; only the first chart's are known to the seat.
    for notes, chart in zip(taken[1:], charts[1:], strict=True):
        if chart.sounds != first.sounds:
            notes["sound"] = -1
    return replace(first, notes=sorted_notes(np.concatenate(taken)), file_order=None, parts=(), part_of=None)
