"""How late a player's taps are: the arithmetic behind both calibrations.

Taps and beats are instants of song time in whole microseconds.  Everything is told by medians, so that one slip of
a finger changes neither the offset nor the verdict by more than the steady taps differ among themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WARM_UP_TAPS = 4
"""The first taps are the player finding the beat; they are not counted."""

TAPS_WANTED = 16
"""The ring closes with this many taps, those of the warm-up among them."""

SPREAD_STEADY_US = 12_000
"""Taps are steady when their median absolute deviation is at most this.

Practised tappers stay below 10 ms.  For normal scatter a median absolute deviation of 12 ms is a standard deviation
of 18 ms (times 1.4826), and the median of 12 such taps is known to 1.2533 * 18 / sqrt(12) = 6.4 ms: well inside the
strictest window of the rule sets (about 16 ms), which is what the offset is for.
"""

DOUBLE_US = 150_000
"""A tap this soon after another is a bounce or a second finger; the first of them counts."""

FAR_SHARE = 0.42
"""A tap further from every beat than this share of a beat lies between two beats and tells nothing."""

WILD_SPREADS = 6.0
WILD_LEAST_US = 45_000
"""A tap further from the middle than six spreads, and than this, is a slip: left out."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a run of taps says.

    ``errors_us`` has an entry for each tap in order of time: how far after its nearest beat it came (below 0:
    before).  ``counted`` tells which of them count; the rest are warm-up, ``doubled``, ``far`` or ``wild``.
    ``offset_us`` is the median of those counted, ``spread_us`` their median absolute deviation; 0 without any.
    """

    errors_us: NDArray[np.int64]
    counted: NDArray[np.bool_]
    offset_us: int
    spread_us: int
    doubled: int
    far: int
    wild: int

    @property
    def count(self) -> int:
        """How many taps count."""
        return int(self.counted.sum())

    @property
    def left_out(self) -> int:
        """How many taps were left out for being twice, between beats or far off the others."""
        return self.doubled + self.far + self.wild

    @property
    def enough(self) -> bool:
        """Whether there are as many taps as a verdict needs."""
        return self.count >= TAPS_WANTED - WARM_UP_TAPS

    @property
    def steady(self) -> bool:
        """Whether the offset can be relied on: enough taps, close together, and at most a third of them left out."""
        return self.enough and self.spread_us <= SPREAD_STEADY_US and 2 * self.left_out <= self.count


def errors_from_beats(taps_us: NDArray[np.int64], beat_us: int, first_us: int = 0) -> NDArray[np.int64]:
    """How far each tap comes after its nearest beat (below 0: before).

    Beats are ``first_us`` and every ``beat_us`` from there, both ways.

    Raises:
        ValueError: ``beat_us`` is not above 0.
    """
    if beat_us <= 0:
        raise ValueError(f"beats are more than 0 microseconds apart, not {beat_us}")
    half = beat_us // 2
    return (np.asarray(taps_us, np.int64) - first_us + half) % beat_us - half


def median_us(values: NDArray[np.int64]) -> int:
    """The median in whole microseconds, rounded down between two; 0 of nothing.

    Rounding down keeps it exact under a shift: the median of shifted values is the shifted median.
    """
    count = len(values)
    if not count:
        return 0
    low, high = (count - 1) // 2, count // 2
    ordered = np.partition(values, (low, high))
    return int(ordered[low] + ordered[high]) // 2


def measure(taps_us: NDArray[np.int64], beat_us: int, first_us: int = 0, *, warm_up: int = WARM_UP_TAPS) -> Measure:
    """What ``taps_us``, in any order, say about beats every ``beat_us`` from ``first_us``.

    Raises:
        ValueError: ``beat_us`` is not above 0.
    """
    taps = np.sort(np.asarray(taps_us, np.int64))
    errors = errors_from_beats(taps, beat_us, first_us)
    doubled = np.zeros(len(taps), np.bool_)
    doubled[1:] = np.diff(taps) < DOUBLE_US
    far = ~doubled & (np.abs(errors) > FAR_SHARE * beat_us)
    counted = ~doubled & ~far
    # Warm up with real taps: a bounce at the start must not use one up.
    started = np.cumsum(counted) > warm_up
    counted &= started
    middle = median_us(errors[counted])
    spread = median_us(np.abs(errors[counted] - middle))
    wild = counted & (np.abs(errors - middle) > max(WILD_SPREADS * spread, WILD_LEAST_US))
    counted &= ~wild
    offset = median_us(errors[counted])
    return Measure(
        errors,
        counted,
        offset,
        median_us(np.abs(errors[counted] - offset)),
        int((doubled & started).sum()),
        int((far & started).sum()),
        int(wild.sum()),
    )
