"""The scroll map: where on the endless ribbon of lanes an instant of the song lies.

A position is a length of ribbon in microseconds at factor 1, so on a chart without scroll changes it is song time.
Positions are worked out once a chart; a frame only looks up where it stands and which notes can be in sight.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Chart, Notes

Floats = NDArray[np.float64]

MAX_FACTOR = 1e7
"""Faster than this a millisecond is hours of ribbon; charts that leap this way look the same at the bound."""

MAX_JUMP_US = 1e14
"""Three years of ribbon: further leaps are out of sight all the same, and sums stay exact."""

MIN_ZOOM = 1e-6
"""A field zoomed smaller than this is a line: every note is on it."""


class ScrollMap:
    """Song time to ribbon position for one chart, and the positions of its notes.

    ``head`` and ``tail`` hold the position of each note's start and end, in the order of ``chart.notes``.
    With ``constant`` the chart's scroll and speed changes are left out and a position is song time.
    """

    def __init__(self, chart: Chart, constant: bool = False) -> None:
        rows = chart.scroll[:0] if constant else chart.scroll
        self._times, self._factors, self._anchors, self._before = _knots(rows)
        self._speeds = [] if constant else _speed_rows(chart.speeds)
        self._speed_times = [at_us for at_us, _, _ in self._speeds]
        # The same as plain lists: for one instant a frame, bisecting these is many times faster than numpy.
        self._time_list: list[float] = self._times.tolist()
        self._factor_list: list[float] = self._factors.tolist()
        self._anchor_list: list[float] = self._anchors.tolist()
        self.head: Floats = self.positions(chart.notes["at_us"])
        self.tail: Floats = self.positions(chart.notes["end_us"])
        low, high = np.minimum(self.head, self.tail), np.maximum(self.head, self.tail)
        # How far any note up to this one reaches, and how near any note from this one on begins: both only ever
        # grow, so that they can be bisected however the scroll runs to and fro.
        self._reach: Floats = np.maximum.accumulate(high) if len(high) else high
        self._floor: Floats = np.minimum.accumulate(low[::-1])[::-1] if len(low) else low

    def positions(self, times_us: NDArray[np.int64] | Floats) -> Floats:
        """The position of each of ``times_us``; at the instant of a jump, the one after it."""
        times = np.asarray(times_us, dtype=np.float64)
        if not len(self._times):
            return times.copy()
        row = np.searchsorted(self._times, times, side="right") - 1
        at = np.maximum(row, 0)
        out = self._anchors[at] + (times - self._times[at]) * self._factors[at]
        early = row < 0
        if early.any():
            out[early] = self._before + (times[early] - self._times[0]) * self._factors[0]
        return np.asarray(out, dtype=np.float64)

    def position(self, at_us: float) -> float:
        """The position of one instant; see :meth:`positions`."""
        times = self._time_list
        if not times:
            return float(at_us)
        row = bisect_right(times, at_us) - 1
        if row < 0:
            return self._before + (at_us - times[0]) * self._factor_list[0]
        return self._anchor_list[row] + (at_us - times[row]) * self._factor_list[row]

    def speed_factor(self, at_us: float) -> float:
        """How much the whole field is zoomed at an instant (StepMania ``#SPEEDS``); 1 where the chart does not zoom.

        Before the first row the field has that row's factor, unless it eases in, which starts from 1.
        """
        row = bisect_right(self._speed_times, at_us) - 1
        if row < 0:
            return 1.0 if not self._speeds or self._speeds[0][2] > 0 else self._speeds[0][1]
        start_us, factor, over_us = self._speeds[row]
        if over_us <= 0 or at_us >= start_us + over_us:
            return factor
        before = self._speeds[row - 1][1] if row else 1.0
        return before + (factor - before) * (at_us - start_us) / over_us

    def visible(self, now_us: float, span_us: float, above: float = 1.0, below: float = 0.25) -> tuple[int, int]:
        """The notes that can be in sight: from the first index up to, not including, the second.

        ``span_us`` is the ribbon shown between the hit line and the far end of the lane at zoom 1: the player's
        scroll time in real microseconds times the rate.  ``above`` and ``below`` say how far the field shows
        beyond the hit line, in lane lengths, either way.  Every note in sight is between the two; where scroll
        runs backwards or a long hold is in sight, so may be some that are not.
        """
        low, high, everything = self._window(now_us, span_us, above, below)
        if everything:
            return 0, len(self.head)
        first = int(self._reach.searchsorted(low, side="left"))
        last = int(self._floor.searchsorted(high, side="right"))
        return first, max(first, last)

    def visible_indices(
        self, now_us: float, span_us: float, above: float = 1.0, below: float = 0.25
    ) -> NDArray[np.int64]:
        """Exactly the notes that are in sight, by index; see :meth:`visible` for the arguments."""
        first, last = self.visible(now_us, span_us, above, below)
        low, high, everything = self._window(now_us, span_us, above, below)
        if everything:
            return np.arange(first, last)
        head, tail = self.head[first:last], self.tail[first:last]
        inside = (np.minimum(head, tail) <= high) & (np.maximum(head, tail) >= low)
        return np.flatnonzero(inside) + first

    def _window(self, now_us: float, span_us: float, above: float, below: float) -> tuple[float, float, bool]:
        """The stretch of ribbon in sight, and whether that is all of it."""
        zoom = self.speed_factor(now_us)
        if abs(zoom) < MIN_ZOOM:
            return 0.0, 0.0, True
        here = self.position(now_us)
        one, other = here - below * span_us / zoom, here + above * span_us / zoom
        return min(one, other), max(one, other), False


def _knots(rows: Notes) -> tuple[Floats, Floats, Floats, float]:
    """Times, factors, positions (after the jump) of the scroll rows, and the position before the first one's jump."""
    rows = rows[np.argsort(rows["at_us"], kind="stable")]
    times = rows["at_us"].astype(np.float64)
    factors = np.clip(np.nan_to_num(rows["factor"], nan=1.0), -MAX_FACTOR, MAX_FACTOR)
    jumps = np.clip(np.nan_to_num(rows["jump_us"], nan=0.0), -MAX_JUMP_US, MAX_JUMP_US)
    if not len(times):
        return times, factors, times, 0.0
    # Ribbon and song start together, so far as the first row's factor goes back.
    before = float(times[0] * factors[0])
    anchors = before + np.cumsum(jumps + np.concatenate(([0.0], np.diff(times) * factors[:-1])))
    return times, factors, anchors, before


def _speed_rows(rows: Notes) -> list[tuple[int, float, int]]:
    """(at_us, factor, over_us) of the speed rows, in order of time."""
    rows = rows[np.argsort(rows["at_us"], kind="stable")]
    factors = np.clip(np.nan_to_num(rows["factor"], nan=1.0), -MAX_FACTOR, MAX_FACTOR)
    return list(zip(rows["at_us"].tolist(), factors.tolist(), rows["over_us"].tolist(), strict=True))
