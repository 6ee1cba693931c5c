"""A free jam that follows what the band says: who sits where, whose loops sound, who is gone.

Who leaves takes their loops along, silent from the next bar line on: nobody else could drop them, and a bar is never
cut in its middle.  Who is only not heard for a while keeps theirs going, since they may be back before the bar is over.
"""

from __future__ import annotations

from engine.errors import UserError
from game.jam.events import FreeStarted, LoopKept
from game.jam.free import FreeJam, Seat
from game.jam.snapping import Snapping
from game.jam.state import Band

FORGET_US = 2_000_000
"""A loop that fell silent stays so long in the list, for what is under way to be told apart from what is gone."""

Name = tuple[str, str]
"""A loop: whose, and what it is called."""


class FreeBand:
    """Keeps a :class:`FreeJam` in step with a :class:`Band`.

    ``free`` is what sounds for the listener ``me``; ``follow`` is called whenever the band may have changed.
    """

    def __init__(self, started: FreeStarted, me: str, snapping: Snapping) -> None:
        """See :class:`FreeJam`.

        Raises:
            UserError: the tempo, meter or scale is none this version can play.
        """
        self.started = started
        self.free = FreeJam(started, me, snapping)
        self._kept: dict[Name, LoopKept] = {}
        self._silent: dict[Name, int] = {}
        self._unfit: set[tuple[Name, int]] = set()
        self._version = -1

    @property
    def sounding(self) -> list[tuple[str, LoopKept]]:
        """The loops that sound, or will, and whose they are; in the order they came."""
        return [(player, kept) for (player, name), kept in self._kept.items() if (player, name) not in self._silent]

    def next_bar_us(self, now_us: int) -> int:
        """The next bar line after ``now_us``."""
        grid = self.free.grid
        return grid.t0_us + ((now_us - grid.t0_us) // grid.bar_us + 1) * grid.bar_us

    def set_snapping(self, others: Snapping, own: Snapping) -> None:
        """From now on hits and loops of others, and one's own, are fixed so; loops that sound are fixed anew."""
        if (others, own) == (self.free.snapping, self.free.own_snapping):
            return
        self.free.snapping, self.free.own_snapping = others, own
        for (player, name), kept in self._kept.items():
            if (player, name) not in self._silent:
                self.free.keep(player, kept)

    def follow(self, band: Band, now_us: int) -> list[Name]:
        """Take in what the band knows at ``now_us`` of session time; gives the loops that are new."""
        self._forget(now_us)
        if band.version == self._version:
            return []
        self._version = band.version
        self._follow_seats(band)
        new: list[Name] = []
        there: set[Name] = set()
        for player, kept, dropped_us in band.loops(self.started.take):
            name = (player, kept.loop)
            gone = bool(band.members[player].gone)
            there.add(name)
            if dropped_us is not None or gone:
                self._silence(name, dropped_us if dropped_us is not None else self.next_bar_us(now_us))
            elif self._keep(name, kept):
                new.append(name)
        for name in self._kept.keys() - there:  # the member said so much since that it is remembered no more
            self._silence(name, self.next_bar_us(now_us))
        return new

    def _follow_seats(self, band: Band) -> None:
        taken = band.instruments(self.started.take)
        for player in [one for one in self.free.seats if one not in taken]:
            self.free.leave(player, 1 << 62)  # their loops go their own way
        for player, part in taken.items():
            if self.free.seats.get(player) != Seat(part.part, part.keys):
                try:
                    self.free.sit(player, part.part, part.keys)
                except UserError:  # an instrument of a later version: its player is seen and not heard
                    self.free.leave(player, 1 << 62)

    def _keep(self, name: Name, kept: LoopKept) -> bool:
        if (self._kept.get(name) == kept and name not in self._silent) or (name, kept.from_us) in self._unfit:
            return False
        try:
            self.free.keep(name[0], kept)
        except UserError:
            if any(player == name[0] for player, _ in self._silent):
                self._version = -1  # there is room for it once those that fell silent are forgotten
            else:  # no loop of this game: left out, and not asked again
                self._unfit.add((name, kept.from_us))
            return False
        self._kept[name] = kept
        self._silent.pop(name, None)
        return True

    def _silence(self, name: Name, from_us: int) -> None:
        if name in self._kept and name not in self._silent:
            self._silent[name] = from_us
            self.free.loops.drop(*name, from_us)

    def _forget(self, now_us: int) -> None:
        gone = [name for name, from_us in self._silent.items() if from_us < now_us - FORGET_US]
        for name in gone:
            del self._silent[name], self._kept[name]
        if gone:
            self.free.loops.forget(now_us - FORGET_US)
