"""Rhythmic snapping (requirements 001 N7): when a hit is to sound, as each listener set it.

A hit reaches a listener with the instant it was played at, some milliseconds later.  What is early can be held to
its beat.  What is late cannot be taken back; the rule here is:

* A hit before its grid point is moved towards it by ``strength`` and sounds on it at full strength.
* A hit that could only sound after its grid point sounds at once while it is near enough to a grid point, and waits
  for the next one when it is not.  Near enough is everything at strength 0 and :data:`NEAR_US` at full strength.

Why: a sound some 30 ms behind the beat is heard as on it, so moving it by a whole step would change the rhythm that
was played for no gain.  One that lies clearly between two points disturbs the band wherever it falls but on a point;
a step later it is at least in time.  A place in between (part of the way to the next point) would be neither what was
played nor on the beat, so there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError

Ints = NDArray[np.int64]

NEAR_US = 30_000
"""So little behind a grid point is heard as on it: ensembles degrade from 20 to 30 ms on, and players of networked
jams are advised to stay below 30 to 50 ms."""

MIN_BEAT_US = 100_000
MAX_BEAT_US = 4_000_000
MAX_DIVISION = 16
"""Beats from 15 to 600 a minute, and no step finer than a sixteenth of one."""

_WHOLE = 1000
"""Strength is counted in thousandths, so that every machine rounds alike."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The jam's beat: beat n is at ``t0_us`` + n * ``beat_us`` of session time, ``meter`` of them are a bar.

    Raises:
        UserError: if the beat is not one of 15 to 600 a minute or the bar not of 1 to 16 beats.
    """

    t0_us: int
    beat_us: int
    meter: int = 4

    def __post_init__(self) -> None:
        if not MIN_BEAT_US <= self.beat_us <= MAX_BEAT_US:
            raise UserError(f"a beat of {self.beat_us / 1000:.0f} ms cannot be played to: choose 15 to 600 a minute")
        if not 1 <= self.meter <= 16:
            raise UserError(f"a bar of {self.meter} beats cannot be counted: choose 1 to 16")

    @property
    def bar_us(self) -> int:
        """How long a bar lasts."""
        return self.beat_us * self.meter

    def point_us(self, place: int, division: int) -> int:
        """The instant of the grid point ``place`` when each beat has ``division`` steps; place 0 is at t0.

        Points never drift from the beats, whatever ``division`` is.
        """
        return self.t0_us + (2 * place * self.beat_us + division) // (2 * division)

    def place_at(self, session_us: int, division: int) -> int:
        """The place of the last grid point at or before ``session_us``."""
        place = (session_us - self.t0_us) * division // self.beat_us
        # A point is rounded to whole microseconds, so the next one may already have come.
        return place + 1 if self.point_us(place + 1, division) <= session_us else place

    def nearest_us(self, session_us: int, division: int) -> int:
        """The grid point nearest to ``session_us``; the later one of two as near."""
        place = self.place_at(session_us, division)
        before, after = self.point_us(place, division), self.point_us(place + 1, division)
        return before if session_us - before < after - session_us else after

    def next_us(self, session_us: int, division: int) -> int:
        """The first grid point at or after ``session_us``."""
        place = self.place_at(session_us, division)
        point = self.point_us(place, division)
        return point if point == session_us else self.point_us(place + 1, division)


@dataclass(frozen=True, slots=True)
class Snapping:
    """What one listener wants to have fixed: how much (``strength``, 0 raw to 1 on the grid), to how many steps a
    beat, and of whom.

    Raises:
        UserError: if the strength is not between 0 and 1 or the division not between 1 and 16.
    """

    strength: float = 1.0
    division: int = 4
    own: bool = False
    others: bool = True

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise UserError(f"snapping has a strength from 0 (raw) to 1 (on the beat), not {self.strength}")
        if not 1 <= self.division <= MAX_DIVISION:
            raise UserError(f"a beat can be divided in 1 to {MAX_DIVISION} steps, not {self.division}")

    def fixes(self, own: bool) -> bool:
        """Whether hits are moved at all: the listener's ``own``, or those of others."""
        return self.strength > 0.0 and (self.own if own else self.others)


RAW = Snapping(strength=0.0)
"""Everything sounds as it was played."""


def sounds_at(grid: Grid, snapping: Snapping, hit_us: int, now_us: int, *, own: bool = False) -> int:
    """When a hit that was played at ``hit_us`` is to sound for this listener, in session time; never before
    ``now_us``.  More strength never lets it sound earlier.
    """
    soonest_us = max(hit_us, now_us)
    if not snapping.fixes(own):
        return soonest_us
    strength = round(snapping.strength * _WHOLE)
    division = snapping.division
    point_us = grid.nearest_us(hit_us, division)
    if soonest_us <= point_us:
        return max(soonest_us, hit_us + ((point_us - hit_us) * strength + _WHOLE // 2) // _WHOLE)
    place = grid.place_at(soonest_us, division)
    behind_us = soonest_us - grid.point_us(place, division)
    step_us = grid.beat_us // division
    near_us = step_us + 1 - (step_us + 1 - min(NEAR_US, step_us // 2)) * strength // _WHOLE
    return soonest_us if behind_us <= near_us else grid.point_us(place + 1, division)


def quantised(grid: Grid, at_us: Ints, division: int, strength: float = 1.0) -> Ints:
    """A recording's instants moved to their nearest grid points by ``strength``: forwards and backwards, since a
    recording need not wait.  Strength 0 leaves them as they were played.

    Raises:
        UserError: as :class:`Snapping`.
    """
    whole = round(Snapping(strength, division).strength * _WHOLE)
    at = np.asarray(at_us, dtype=np.int64)
    # The same rounding as Grid.point_us; a place may be one off where points fall together, which moves nothing.
    place = (2 * (at - grid.t0_us) * division + grid.beat_us) // (2 * grid.beat_us)
    point = grid.t0_us + (2 * place * grid.beat_us + division) // (2 * division)
    return np.asarray(at + ((point - at) * whole + _WHOLE // 2) // _WHOLE)
