"""The voices of a free jam: made beside the game, loaded once, and let go when nobody plays them any more."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import UserError
from engine.jobs import Job, Jobs
from engine.sound import Sample, Sound
from game.jam.free import Seat
from game.jam.instruments import voice

KEPT = 12
"""So many sets of voices stay loaded (5 to 14 MB each) for who goes back to one; those that are played always do."""


class Voices:
    """A set of voices for each :class:`Seat` that is played, all in one key.

    One set is made at a time, so that a whole band that sits down costs no more than one player who does.
    """

    def __init__(self, sound: Sound, jobs: Jobs, tonic: int, scale: str) -> None:
        self._sound, self._jobs = sound, jobs
        self._key = (tonic, scale)
        self._sets: dict[Seat, list[Sample]] = {}
        self._waiting: dict[Seat, None] = {}
        self._making: Seat | None = None
        self._failed: set[Seat] = set()
        self._job: Job[list[Sample]] | None = None
        self._closed = False

    def ready(self, seat: Seat) -> bool:
        """Whether the voices of ``seat`` can sound, or never will."""
        return seat in self._sets or seat in self._failed

    def sample(self, seat: Seat, lane: int) -> Sample | None:
        """The voice of ``lane``; None while it is being made."""
        voices = self._sets.get(seat)
        return voices[lane] if voices is not None and lane < len(voices) else None

    def share(self, seat: Seat) -> float:
        """How far the voices of ``seat`` are, 0 to 1."""
        if seat in self._sets:
            return 1.0
        return self._job.share if self._job is not None and self._making == seat else 0.0

    def want(self, seats: Iterable[Seat]) -> None:
        """These are played: make what is missing, the first ones first, and let go of what has long not been."""
        wanted = dict.fromkeys(seats)
        self._waiting = {
            seat: None
            for seat in wanted
            if seat not in self._sets and seat not in self._failed and seat != self._making
        }
        idle = [seat for seat in self._sets if seat not in wanted]
        for seat in idle[: max(0, len(self._sets) - KEPT)]:
            self._sound.free(*self._sets.pop(seat))
        self._make_next()

    def _make_next(self) -> None:
        if self._making is not None or not self._waiting or self._closed:
            return
        seat = self._making = next(iter(self._waiting))
        del self._waiting[seat]
        sound, (tonic, scale) = self._sound, self._key

        def work(job: Job[list[Sample]]) -> list[Sample]:
            pcms = []
            for lane in range(seat.lanes):
                job.progress(lane, seat.lanes)
                pcms.append(voice(seat.instrument, lane, seat.lanes, tonic, scale, sound.rate_hz))
            return sound.load_all(pcms)  # copies megabytes: not on the main thread

        self._job = self._jobs.start("making the voices of an instrument", work, self._made, self._not_made)

    def _made(self, voices: list[Sample]) -> None:
        seat, self._making, self._job = self._making, None, None
        if self._closed or seat is None:
            self._sound.free(*voices)
            return
        self._sets[seat] = voices
        self._make_next()

    def _not_made(self, error: UserError) -> None:
        if self._making is not None:
            self._failed.add(self._making)
        self._making, self._job = None, None
        self._make_next()

    def close(self) -> None:
        """Let all of them go; what is being made is let go when it is done."""
        self._closed = True
        for voices in self._sets.values():
            self._sound.free(*voices)
        self._sets, self._waiting = {}, {}
