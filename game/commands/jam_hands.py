"""Hands that play by themselves, as unevenly as people do: a part of a song, or the beat of a free jam."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from game.rhythm.autoplay import autoplay
from game.rhythm.chart import Chart

SLEPT_US = 500_000
"""Keys that were to go down longer ago than this are left out: the machine slept, and so did the hands."""

STEADY = 0.7
"""How much of the last beat's error is in the next: people drift, they do not jump."""

Press = Callable[[int, bool, int], object]
"""Takes (lane, down, song time): what a key going down or up leads to."""


class Hands:
    """One player's hands.

    Args:
        uneven_ms: the standard deviation of what they are off, in real time.
        seed: what chance is drawn from.
    """

    def __init__(self, uneven_ms: float, seed: int) -> None:
        self._uneven_us = uneven_ms * 1000
        self._chance = np.random.default_rng(seed)
        self._chart: Chart | None = None
        self._edges: list[tuple[int, int, int]] = []
        self._next = 0
        self._down: set[int] = set()

    def take_up(self, chart: Chart, rate: float, from_us: int) -> None:
        """Play ``chart`` at ``rate`` from ``from_us`` of its time on."""
        edges = autoplay(chart, rate)
        off = self._offsets(len(edges)) * rate
        rows = []
        begun: dict[int, tuple[int, float]] = {}
        for (at_us, lane, down), by_us in zip(edges.tolist(), off.tolist(), strict=True):
            if down:
                moved = max(0, round(at_us + by_us))
                begun[lane] = moved, by_us
            else:  # a key comes up as late as it went down, and never before
                pressed_us, by_us = begun.get(lane, (at_us, 0.0))
                moved = max(pressed_us + 1, round(at_us + by_us))
            rows.append((moved, lane, down))
        self._chart = chart
        self._edges = [row for row in sorted(rows, key=lambda row: row[0]) if row[0] > from_us]
        self._next = 0

    @property
    def chart(self) -> Chart | None:
        """What they play."""
        return self._chart

    @property
    def next_us(self) -> int | None:
        """When in the song they move next; None when they have played all."""
        return self._edges[self._next][0] if self._next < len(self._edges) else None

    def play(self, song_us: int, press: Press) -> None:
        """Do all that was due by ``song_us``."""
        while self._next < len(self._edges) and self._edges[self._next][0] <= song_us:
            at_us, lane, down = self._edges[self._next]
            self._next += 1
            slept = song_us - at_us > SLEPT_US
            if down and not slept:
                self._down.add(lane)
                press(lane, True, at_us)
            elif not down and lane in self._down:
                self._down.discard(lane)
                press(lane, False, song_us if slept else at_us)

    def _offsets(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """How much each of ``count`` moves is off: noise that leans on what came before it."""
        drawn = self._chance.normal(0.0, 1.0, count)
        out = np.zeros(count)
        last = 0.0
        for place in range(count):
            last = STEADY * last + (1 - STEADY**2) ** 0.5 * drawn[place]
            out[place] = last
        return out * self._uneven_us


class BeatHands(Hands):
    """Hands that press one lane on each beat of a free jam, the next lane on the next."""

    def keep_beat(self, beat_us: int, lanes: int, song_us: int) -> None:
        """Have the next beat ready, as song time comes near it."""
        while self.next_us is None or self.next_us < song_us:
            beat = max(0, -(-song_us // beat_us))
            by_us = round(float(self._offsets(1)[0]))
            at_us, lane = max(song_us + 1, beat * beat_us + by_us), beat % lanes
            self._edges = [*self._edges[self._next :], (at_us, lane, 1), (at_us + beat_us // 2, lane, 0)]
            self._next = 0
            if self.next_us is not None and self.next_us >= song_us:
                return
