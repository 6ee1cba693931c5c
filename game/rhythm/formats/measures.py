"""Places in measures, for the formats that count them (O2Jam, BMS): a measure has four beats unless it says so."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from game.rhythm.formats.beat_map import Floats, Ints, pairs

MAX_LENGTH = 10_000.0
"""The longest measure, in whole ones; a longer one is a slip."""

SLOWEST_BPM = 1e-3
FASTEST_BPM = 1e7
"""Tempos outside of these are slips: a beat of 17 hours, or of 6 microseconds."""


def usable_length(length: float) -> bool:
    """Whether a measure can be ``length`` times a whole one."""
    return math.isfinite(length) and 0 < length <= MAX_LENGTH


def usable_tempo(bpm: float) -> bool:
    """Whether music can have ``bpm`` beats a minute; never for a number that is none."""
    return SLOWEST_BPM <= bpm <= FASTEST_BPM


class Measures:
    """Where measures begin, in beats; ``lengths`` names those that are not one whole."""

    def __init__(self, lengths: Mapping[int, float]) -> None:
        self._changed: Ints = np.array(sorted(lengths), dtype=np.int64)
        self._lengths: Floats = np.array([lengths[number] for number in self._changed.tolist()], dtype=np.float64)
        self._shift: Floats = np.append(0.0, np.cumsum(self._lengths - 1.0))

    def start(self, number: Ints) -> Floats:
        """The beat at which each measure begins."""
        before = np.searchsorted(self._changed, number, side="left")
        return np.asarray(4.0 * (number + self._shift[before]), dtype=np.float64)

    def length(self, number: Ints) -> Floats:
        """The length of each measure, 1 for a whole one."""
        if not len(self._changed):
            return np.ones(len(number))
        place = np.minimum(np.searchsorted(self._changed, number), len(self._changed) - 1)
        return np.where(self._changed[place] == number, self._lengths[place], 1.0)

    def beats(self, number: Ints, part: Floats) -> Floats:
        """The beat of each place ``part`` (0 to 1) of the way through its measure."""
        return np.asarray(self.start(number) + 4.0 * self.length(number) * part, dtype=np.float64)

    def meters(self) -> Floats:
        """(beat, beats a bar) rows where the length of measures changes."""
        back = np.setdiff1d(self._changed + 1, self._changed)
        numbers = np.append(self._changed, back)
        bar = np.maximum(np.rint(4.0 * self.length(numbers)), 1.0)
        return pairs(np.column_stack((self.start(numbers), bar)))
