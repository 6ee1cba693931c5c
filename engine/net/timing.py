"""Whose time a member goes by: it asks who conducts, answers who asks, and goes on without a step when it conducts.

Sans-IO, around :mod:`engine.net.time_sync`.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.net.belonging import Belonging
from engine.net.face import ClockSet, NetEvent, Trouble
from engine.net.neighbours import Neighbour, Neighbours
from engine.net.packets import FrameKind
from engine.net.time_sync import SessionTime, TimeAnswerer, TimeAsker

TURN_US, UNTIMED_US = 2_500_000, 10_000_000
"""A conductor that does not know the time asks each member for so long, then its own clock is the session's."""

FINISH_US = 3_000_000
"""A measurement that is under way when the clock is to be held goes on for so long at most: half as much again as a
thorough one takes."""


class Timing:
    """Session time as one member keeps it; ``clock`` is read anew for each stamp."""

    def __init__(
        self,
        time: SessionTime,
        belonging: Belonging,
        neighbours: Neighbours,
        clock: Callable[[], int],
        emit: Callable[[NetEvent], None],
    ) -> None:
        self._time, self._answerer = time, TimeAnswerer(time)
        self._belonging, self._neighbours = belonging, neighbours
        self._clock, self._emit = clock, emit
        self._asker: TimeAsker | None = None
        self._untimed_us = clock()
        self._hold_us: int | None = None

    @property
    def due_us(self) -> int | None:
        """When :meth:`ask` is due next; not while a song plays, when nothing would be corrected anyway."""
        resting = self._time.held and self._time.agreed
        return None if self._asker is None or resting else self._asker.due_us

    def follow(self, now_us: int) -> None:
        """Another conducts: ask it, or, where it is this machine, go on as the session's clock without a step."""
        if self._belonging.failover.conducting and self._time.agreed:
            self._asker = None
            self._time.lead(now_us)
            return
        self._asker = TimeAsker(self._time, now_us)
        self._untimed_us = now_us

    def heard(self, neighbour: Neighbour, frame: bytes, at_us: int) -> None:
        """A TIME frame that arrived at ``at_us``: a question is answered at once, an answer is used."""
        answer = self._answerer.answer(frame, at_us, self._clock())
        if answer is not None:
            self._neighbours.send(neighbour, [(FrameKind.TIME, answer)], at_us)
        elif self._asker is not None and neighbour.id == self._keeper(at_us):
            self._asker.take(frame, at_us)

    def _keeper(self, now_us: int) -> str:
        """Whom to ask the time: the conductor; one that does not know it itself asks each member in turn."""
        if not self._belonging.failover.conducting:
            return self._belonging.conductor
        others = self._others()
        return others[(now_us - self._untimed_us) // TURN_US % len(others)] if others else ""

    def _others(self) -> list[str]:
        return [peer for peer in self._belonging.failover.present() if peer != self._belonging.me]

    def ask(self, now_us: int) -> None:
        """Ask the time if that is due, and tell what came of it."""
        self._hold_when_measured(now_us)
        asker, due_us = self._asker, self.due_us
        if asker is None or due_us is None:
            return
        untimed = self._belonging.failover.conducting
        nobody = self._time.rough and not self._others()  # knows it best, though not well
        if untimed and (self._time.agreed or nobody or now_us - self._untimed_us >= UNTIMED_US):
            self._time.lead(now_us)
            self._asker = None
            self.measure()
            return
        if now_us < due_us:
            return
        asked = self._neighbours.by_id.get(self._keeper(now_us))
        probe = asker.probe(self._clock())
        if probe is not None and asked is not None:
            self._neighbours.send(asked, [(FrameKind.TIME, probe)], now_us)
        for event in asker.events():
            self._emit(event)

    def measure(self) -> None:
        """Measure the clock anew; the conductor's is the session's, so there it is told as it is."""
        now_us = self._clock()
        if self._asker is not None:
            self._asker.measure(now_us)
        else:
            self._emit(ClockSet(self._time.session_us(now_us) - now_us, 0.0, self._time.bound_us))

    def hold(self, held: bool) -> None:
        """While held the clock is not corrected; a measurement that is under way comes to its end first."""
        now_us = self._clock()
        self._hold_us = now_us + FINISH_US if held else None
        if held:
            self._hold_when_measured(now_us)
        else:
            self._time.hold(False, now_us)

    def _hold_when_measured(self, now_us: int) -> None:
        measuring = self._asker is not None and self._asker.measuring
        if self._hold_us is not None and (not measuring or now_us >= self._hold_us):
            self._hold_us = None
            self._time.hold(True, now_us)

    def woke(self, slept_us: int) -> None:
        """This machine slept for ``slept_us``, and its clock with it: measure anew at once, held or not.

        Where it conducted, the others know the time better now: it asks them, and goes on as the session's clock.
        """
        now_us = self._clock()
        self._time.slept(slept_us, now_us)
        self._emit(Trouble("This machine slept, and its clock with it: the session's time is measured anew."))
        self.follow(now_us)
