"""Which take a hit belongs to: its moment names one by two bytes and an instant, and may come before the start does."""

from __future__ import annotations

from collections import defaultdict

from engine.net.face import Moment
from game.events import Event
from game.jam.conducting import Conducting
from game.jam.events import ConductorChanged, ConductorFollowed, FreeStarted, SongCalledOff, SongOffered, StartAgreed
from game.jam.inbox import FREE_LANES, Unfit, tag, unpack_hit
from game.jam.seats import song_us
from game.rhythm.chart import MAX_LANES
from game.rhythm.mods import MAX_INSTANT_US

EARLY_US = 60_000_000
"""A hit may belong to a take that begins this much later: hands warm up in the lead-in."""

MAX_WAITING = 50_000
"""Hits of takes that this machine has not heard of yet wait, at most so many."""

Start = StartAgreed | FreeStarted


class Placing:
    """The starts known on the thread that hears, and the hits whose start is still to come."""

    def __init__(self) -> None:
        self._conducting = Conducting()
        self._by_tag: dict[bytes, list[Start]] | None = None
        self._waiting: list[Moment] = []

    def take_in(self, author: str, number: int, event: Event) -> list[Moment]:
        """Learn from ``event``; gives the hits that waited, if some may have found their take."""
        if isinstance(event, ConductorChanged):
            self._conducting.changed(event.peer, event.term, event.provisional)
        elif isinstance(event, ConductorFollowed):
            self._conducting.followed(author, event)
        elif isinstance(event, SongOffered | StartAgreed | SongCalledOff | FreeStarted):
            self._conducting.said(author, number, event)
        else:
            return []
        self._by_tag = None
        waiting, self._waiting = self._waiting, []
        return waiting

    def named(self, take: str) -> Start | None:
        """The start of the take ``take``."""
        fact = self._conducting.starts.get(take)
        return fact.event if fact is not None and isinstance(fact.event, StartAgreed | FreeStarted) else None

    def place(self, moment: Moment) -> tuple[str, tuple[int, int, int]] | None:
        """The take and the edge (song time, lane, down) a moment tells of; None if its take is not known yet.

        Raises:
            Unfit: it is no hit, lies outside of the song, or too many wait.
        """
        of_take, lane, down = unpack_hit(moment.data)
        start = self._start(of_take, moment.session_us)
        if start is None:
            if len(self._waiting) >= MAX_WAITING:
                raise Unfit("a hit of a song that was never started here was left out")
            self._waiting.append(moment)
            return None
        at_us = song_us(start, moment.session_us)
        if lane >= (MAX_LANES if isinstance(start, StartAgreed) else FREE_LANES) or abs(at_us) > MAX_INSTANT_US:
            raise Unfit("a hit outside of the song or the keys was left out")
        return start.take, (at_us, lane, int(down))

    def _start(self, of_take: bytes, at_us: int) -> Start | None:
        """The start of the take with this tag that an instant of session time falls into."""
        if self._by_tag is None:
            self._by_tag = defaultdict(list)
            for fact in self._conducting.starts.values():
                assert isinstance(fact.event, StartAgreed | FreeStarted)
                self._by_tag[tag(fact.event.take)].append(fact.event)
        begun = [one for one in self._by_tag.get(of_take, ()) if one.t0_us - EARLY_US <= at_us]
        return max(begun, key=lambda one: one.t0_us, default=None)
