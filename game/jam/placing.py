"""Which take a hit belongs to: its moment names one by two bytes and an instant, and may come before the start does."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from engine.net.face import Moment, MomentCorrected
from game.events import Event
from game.jam.conducting import Conducting, ConductorsWord
from game.jam.events import ConductorChanged, ConductorFollowed, FreeStarted, StartAgreed
from game.jam.inbox import FREE_LANES, MOMENT, Unfit, tag, unpack_hit
from game.jam.seats import song_us
from game.rhythm.chart import MAX_LANES
from game.rhythm.mods import MAX_INSTANT_US

EARLY_US = 60_000_000
"""A hit may belong to a take that begins this much later: hands warm up in the lead-in."""

MAX_WAITING = 1 << 19
MAX_WAITING_IN_ALL = 1 << 22
"""Hits of takes that this machine has not heard of yet wait: of one player seven hours at twenty a second, of all
together a hundred megabytes."""

MAX_CORRECTIONS = 4096
"""So many corrected hits wait; honest machines make none."""

WAITING = np.dtype([("number", "i8"), ("at_us", "i8"), ("arrived_us", "i8"), ("key", "u1"), ("tag", "S2")])

Start = StartAgreed | FreeStarted


class _Waiting:
    """The hits of one player that wait for the start they name."""

    def __init__(self) -> None:
        self._rows: NDArray[np.void] = np.zeros(64, WAITING)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, moment: Moment) -> None:
        if self._count == len(self._rows):
            self._rows = np.concatenate((self._rows, np.zeros_like(self._rows)))
        key, of_take = MOMENT.unpack(moment.data)
        self._rows[self._count] = (moment.number, moment.session_us, moment.arrived_us, key, of_take)
        self._count += 1

    def forget(self, number: int) -> None:
        """The hit of this number is not what came."""
        self._keep(self._rows["number"][: self._count] != number)

    def released(self, peer: str, starts: list[Start]) -> list[Moment]:
        """The hits that may be of one of ``starts``; they wait no more."""
        rows = self._rows[: self._count]
        free = np.zeros(len(rows), np.bool_)
        for start in starts:
            free |= (rows["tag"] == np.array(tag(start.take), "S2")) & (rows["at_us"] >= start.t0_us - EARLY_US)
        found = rows[free].tolist()
        self._keep(~free)
        return [
            Moment(peer, number, at_us, MOMENT.pack(key, of_take), arrived_us)
            for number, at_us, arrived_us, key, of_take in found
        ]

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        if not chosen.all():
            kept = self._rows[: self._count][chosen]
            self._rows = np.concatenate((kept, np.zeros(64, WAITING)))
            self._count = len(kept)


class Placing:
    """The starts known on the thread that hears, and the hits whose start is still to come."""

    def __init__(self) -> None:
        self._conducting = Conducting()
        self._by_tag: dict[bytes, list[Start]] = {}
        self._takes: set[str] = set()
        self._waiting: dict[str, _Waiting] = defaultdict(_Waiting)
        self._corrections: list[MomentCorrected] = []

    def take_in(self, author: str, number: int, event: Event) -> list[Moment | MomentCorrected]:
        """Learn from ``event``; gives what waited and may have found its take."""
        if isinstance(event, ConductorChanged):
            self._conducting.changed(event.peer, event.term, event.provisional)
        elif isinstance(event, ConductorFollowed):
            self._conducting.followed(author, event)
        elif isinstance(event, ConductorsWord):
            self._conducting.said(author, number, event)
        else:
            return []
        starts = [fact.event for fact in self._conducting.starts.values()]
        known = [start for start in starts if isinstance(start, StartAgreed | FreeStarted)]
        fresh = [start for start in known if start.take not in self._takes]
        self._takes = {start.take for start in known}
        self._by_tag = defaultdict(list)
        for start in known:
            self._by_tag[tag(start.take)].append(start)
        if not fresh:
            return []
        out: list[Moment | MomentCorrected] = []
        for peer, waiting in self._waiting.items():
            out += waiting.released(peer, fresh)
        corrections, self._corrections = self._corrections, []
        return out + corrections

    def named(self, take: str) -> Start | None:
        """The start of the take ``take``."""
        fact = self._conducting.starts.get(take)
        return fact.event if fact is not None and isinstance(fact.event, StartAgreed | FreeStarted) else None

    def place(self, moment: Moment | MomentCorrected) -> tuple[str, tuple[int, int, int]] | None:
        """The take and the edge (song time, lane, down) a moment tells of; None if its take is not known yet.

        What is corrected takes the place of what waits under its number.

        Raises:
            Unfit: it is no hit, lies outside of the song, or too many wait.
        """
        if isinstance(moment, MomentCorrected) and moment.peer in self._waiting:
            self._waiting[moment.peer].forget(moment.number)
        of_take, lane, down = unpack_hit(moment.data)
        start = self._start(of_take, moment.session_us)
        if start is None:
            self._wait(moment)
            return None
        at_us = song_us(start, moment.session_us)
        if lane >= (MAX_LANES if isinstance(start, StartAgreed) else FREE_LANES) or abs(at_us) > MAX_INSTANT_US:
            raise Unfit("a hit outside of the song or the keys was left out")
        return start.take, (at_us, lane, int(down))

    def _wait(self, moment: Moment | MomentCorrected) -> None:
        if isinstance(moment, MomentCorrected):
            full = len(self._corrections) >= MAX_CORRECTIONS
        else:
            in_all = sum(len(each) for each in self._waiting.values())
            full = in_all >= MAX_WAITING_IN_ALL or len(self._waiting[moment.peer]) >= MAX_WAITING
        if full:
            raise Unfit("a hit of a song that was never started here was left out")
        if isinstance(moment, MomentCorrected):
            self._corrections.append(moment)
        else:
            self._waiting[moment.peer].add(moment)

    def _start(self, of_take: bytes, at_us: int) -> Start | None:
        """The start of the take with this tag that an instant of session time falls into."""
        begun = [one for one in self._by_tag.get(of_take, ()) if one.t0_us - EARLY_US <= at_us]
        return max(begun, key=lambda one: one.t0_us, default=None)
