"""What this player wants to play: part, difficulty and keys, told to the band as they are chosen."""

from __future__ import annotations

from typing import NamedTuple

from engine.clock import now_us
from engine.errors import UserError
from game.jam.decide import SayReady, TakePart
from game.jam.events import SongOffered
from game.jam.machine import Machine
from game.jam.parts import ALL, Part, parts_of
from game.jam.state import PLAYER
from game.rhythm.chart import MAX_LANES
from game.scenes.jam_room import JamRoom

REST_US = 250_000
"""A number of keys that is still being moved through is told to nobody."""


class Level(NamedTuple):
    """One chart of the song: its hash, its difficulty in words and its own number of keys."""

    chart_hash: str
    words: str
    keys: int


class Seat:
    """The player's choices for the song that is offered.

    They begin with what is most like those for the song before, so that who just wants to play presses Ready.
    """

    def __init__(self, room: JamRoom) -> None:
        self._room = room
        self._song = ""
        self._like: tuple[str, str] = (ALL, "")
        self._told_us = 0
        self._waits = False
        self._cut: dict[str, tuple[Part, ...]] = {}
        self.part = ALL
        self.chart_hash = ""
        self.keys = 4
        self._own_keys = False

    # -- what there is to choose from ----------------------------------------------------------------------

    @property
    def _machine(self) -> Machine | None:
        return self._room.machine

    @property
    def offer(self) -> SongOffered | None:
        """The song."""
        return self._machine.session.band.offer if self._machine is not None else None

    @property
    def levels(self) -> tuple[Level, ...]:
        """The difficulties, by keys, and once the song is here from few notes to many."""
        offer, machine = self.offer, self._machine
        found = [Level(chart, level, keys) for _, _, chart, level, keys in offer.charts] if offer is not None else []
        song = machine.song if machine is not None else None
        notes = {chart.hash: len(chart.notes) for chart in song.charts} if song is not None else {}
        return tuple(sorted(found, key=lambda one: (one.keys, notes.get(one.chart_hash, 0))))

    @property
    def level(self) -> Level | None:
        """The difficulty that is chosen."""
        offer = self.offer
        for _, _, chart, level, keys in offer.charts if offer is not None else ():
            if chart == self.chart_hash:
                return Level(chart, level, keys)
        return None

    @property
    def parts(self) -> tuple[tuple[str, str, float], ...]:
        """Name, words and share of the notes of each part, of the chart that is chosen once that is here."""
        offer, machine = self.offer, self._machine
        if offer is None or machine is None:
            return ()
        if self.chart_hash not in self._cut and machine.song is not None:
            chart = next((one for one in machine.song.charts if one.hash == self.chart_hash), None)
            if chart is not None:
                self._cut[self.chart_hash] = parts_of(chart)
        if self.chart_hash in self._cut:
            offered = {name for name, _, _ in offer.parts}
            return tuple((one.name, one.words, one.share) for one in self._cut[self.chart_hash] if one.name in offered)
        return offer.parts

    # -- choosing ------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Once a step: take a seat in a new song, tell a number of keys that has come to rest."""
        offer, machine = self.offer, self._machine
        if offer is None or machine is None or machine.role != PLAYER:
            self._song = "" if offer is None else self._song
            return
        if offer.song != self._song:
            self._song = offer.song
            self._cut.clear()
            self._begin(offer)
        if self._waits and now_us() - self._told_us >= REST_US:
            self._tell()

    def _begin(self, offer: SongOffered) -> None:
        part, level = self._like
        charts = [Level(chart, words, keys) for _, _, chart, words, keys in offer.charts]
        if not charts:
            return
        first = charts[0]
        found = min(charts, key=lambda one: (level != "" and one.words != level, abs(one.keys - self.keys)))
        chosen = found if level or self._own_keys else first
        self.chart_hash = chosen.chart_hash
        self.keys = self.keys if self._own_keys else chosen.keys
        self.part = part if part in {name for name, _, _ in offer.parts} else ALL
        self._tell()

    def choose_part(self, name: str) -> None:
        """Play the part of that name."""
        self.part = name
        self._like = (name, self._like[1])
        self._tell()

    def choose_level(self, chart_hash: str) -> None:
        """Play that difficulty, on as many keys as it has unless the player has chosen a number."""
        self.chart_hash = chart_hash
        level = self.level
        if level is not None:
            self._like = (self._like[0], level.words)
            if not self._own_keys:
                self.keys = level.keys
        if self.part not in {name for name, _, _ in self.parts}:
            self.part = ALL
        self._tell()

    def choose_keys(self, keys: int) -> None:
        """Play on so many keys, whatever the chart has."""
        self.keys, self._own_keys = min(max(keys, 1), MAX_LANES), True
        self._waits, self._told_us = True, now_us()

    def ready(self, ready: bool) -> None:
        """Be ready, or not any more; the clock is measured once more for who is."""
        if self._waits:
            self._tell()
        machine = self._machine
        if machine is None:
            return
        try:
            machine.session.do(SayReady(ready))
        except UserError as error:
            self._room.say(error)
            return
        if ready:
            machine.session.measure()

    def _tell(self) -> None:
        self._waits = False
        machine = self._machine
        if machine is None:
            return
        try:
            machine.session.do(TakePart(self.part, self.chart_hash, self.keys))
        except UserError as error:
            self._room.say(error)
