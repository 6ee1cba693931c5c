"""Clocks: everything in the house tells time in whole microseconds.

A :class:`Clock` is anything with ``now_us``.  :func:`now_us` is the machine's monotonic time and the
base of all stamps; it is the same number in every process.  A clock is always handed in,
so a test can turn one by hand and never has to sleep.
"""

from __future__ import annotations

import time
from typing import Protocol


def now_us() -> int:
    """The machine's monotonic time in microseconds; comparable between processes of one boot."""
    # On Linux and macOS the same clock as time.monotonic, which before Python 3.13 moves in steps of 16 ms on Windows.
    return time.perf_counter_ns() // 1000


def wall_us() -> int:
    """The date and time of day in microseconds since 1970 (UTC): for the log, never for measuring."""
    return time.time_ns() // 1000


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now_us(self) -> int:
        """The present instant in microseconds; never smaller than the answer before."""
        ...


class MonotonicClock:
    """The machine's own clock."""

    def now_us(self) -> int:
        """See :func:`now_us`."""
        return now_us()


class ManualClock:
    """A clock that stands still until it is turned: for tests and for headless runs."""

    def __init__(self, at_us: int = 0) -> None:
        self._at_us = at_us

    def now_us(self) -> int:
        """Where the clock was last turned to."""
        return self._at_us

    def advance(self, by_us: int) -> None:
        """Turn the clock forward.

        Raises:
            ValueError: if asked to go back.
        """
        if by_us < 0:
            raise ValueError("a clock does not run backwards")
        self._at_us += by_us
