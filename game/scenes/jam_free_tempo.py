"""A tempo as the conductor gives it: tapped, or typed as a number."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median_high

from game.jam.snapping import MAX_BEAT_US, MIN_BEAT_US

TAPS = 8
"""The last so many beats count: the first ones find the tempo, the later ones are steadier."""

PAUSE_US = 2_500_000
"""Who has not tapped for so long begins anew."""

TYPED_US = 1_500_000
"""Digits nearer than this are one number."""

SLOWEST, FASTEST = 40, 240
"""Beats a minute that are offered; a machine takes 15 to 600."""


class Tempo:
    """Beats a minute, whole numbers; what is typed or tapped beyond the offered ones becomes the nearest of them."""

    def __init__(self, bpm: int) -> None:
        self.bpm = min(max(bpm, SLOWEST), FASTEST)
        self._taps: deque[int] = deque(maxlen=TAPS)
        self._digits, self._typed_us = "", 0

    @property
    def beat_us(self) -> int:
        """How long a beat lasts."""
        return min(max(round(60_000_000 / self.bpm), MIN_BEAT_US), MAX_BEAT_US)

    @property
    def taps(self) -> int:
        """How many beats were tapped."""
        return len(self._taps)

    def set(self, bpm: float) -> None:
        """As a slider says."""
        self.bpm = min(max(round(bpm), SLOWEST), FASTEST)

    def tap(self, at_us: int) -> None:
        """A beat was tapped at a monotonic instant; the middle one of the gaps counts, so that a slip does not."""
        if self._taps and not 0 < at_us - self._taps[-1] <= PAUSE_US:
            self._taps.clear()
        self._taps.append(at_us)
        taps = list(self._taps)
        if len(taps) > 2:
            gaps = [after - before for before, after in pairwise(taps)]
            near = median_high(gaps)
            sound = [gap for gap in gaps if abs(gap - near) < near / 4]
            self.set(60_000_000 * len(sound) / sum(sound))

    def type(self, digit: str, at_us: int) -> None:
        """A digit was typed at a monotonic instant."""
        if at_us - self._typed_us > TYPED_US or len(self._digits) >= 3:
            self._digits = ""
        self._digits, self._typed_us = self._digits + digit, at_us
        if int(self._digits) >= SLOWEST:
            self.set(int(self._digits))
