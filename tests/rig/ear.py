"""A sound that remembers what it was asked to play and when that is heard; it plays all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine.clock import now_us
from engine.sound import Bus, Cue, Sample, Sound


class Asked(NamedTuple):
    """One sound: the monotonic instant at which it is heard, its sample, how loud and where."""

    at_us: int
    sample: int
    gain: float
    pan: float
    bus: Bus
    bound: bool
    """Whether it was bound to its instant; else it sounds with the next block."""


class Ear(Sound):
    """A :class:`Sound` that keeps what :meth:`trigger` and :meth:`schedule` were asked for."""

    @property
    def asked(self) -> list[Asked]:
        """What was asked for since it was last cleared."""
        if not hasattr(self, "_asked"):
            self._asked: list[Asked] = []
        return self._asked

    def trigger(self, sample: Sample, gain: float = 1.0, pan: float = 0.0, bus: Bus = Bus.KEYS) -> None:
        """See :class:`Sound`."""
        self.asked.append(Asked(now_us(), sample.number, gain, pan, bus, False))
        super().trigger(sample, gain, pan, bus)

    def schedule(
        self, sample: Sample, song_time_us: int, gain: float = 1.0, pan: float = 0.0, bus: Bus = Bus.MUSIC
    ) -> None:
        """See :class:`Sound`."""
        at_us = now_us()
        heard_us = at_us + song_time_us - self.clock.song_us_at(at_us)
        self.asked.append(Asked(heard_us, sample.number, gain, pan, bus, True))
        super().schedule(sample, song_time_us, gain, pan, bus)

    def set_cues(self, cues: Iterable[Cue]) -> None:
        """See :class:`Sound`; kept in ``cues``."""
        self.cues = list(cues)
        super().set_cues(self.cues)
