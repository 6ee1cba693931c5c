"""Members of a jam around one table: :class:`engine.net.face.Network` in memory, on a clock turned by hand.

What one says reaches the others after ``delay_us``; moments come in any order, may be lost on the way and are filled
in later, as over a real network.  The table can be split in two and put together again, and a member can drop and
come back.  Deterministic for a seed.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Mapping
from typing import Any

from engine.net.face import (
    MAX_MOMENT,
    MAX_RECORD,
    ClockSet,
    ConductorIs,
    Joined,
    Moment,
    NetError,
    NetEvent,
    Peer,
    PeerBack,
    PeerJoined,
    PeerLeft,
    PeerSilent,
    Said,
    Told,
)

FILLED_IN_US = 400_000
"""A lost moment comes from the author's record this much later."""


class TableTime:
    """Session time that is this machine's own; its bound is what a good network would give."""

    def __init__(self) -> None:
        self.bound_us, self.agreed = 300, True

    def session_us(self, local_us: int) -> int:
        return local_us

    def local_us(self, session_us: int) -> int:
        return session_us


class Table:
    """Where everyone sits.  ``turn`` lets time pass and delivers what is due."""

    def __init__(self, *, delay_us: int = 2_000, jitter_us: int = 0, loss: float = 0.0, seed: int = 1) -> None:
        self.delay_us, self.jitter_us, self.loss = delay_us, jitter_us, loss
        self.session = "5e55" * 4
        self.at_us = 1_000_000_000
        self.seats: dict[str, Seat] = {}
        self._dice = random.Random(seed)
        self._due: list[tuple[int, int, str, NetEvent]] = []
        self._count = 0
        self._groups: dict[str, int] = {}
        self._records: dict[str, list[bytes]] = {}
        self._moments: dict[str, list[tuple[bytes, int]]] = {}
        self._got: dict[str, set[tuple[str, str, int]]] = {}
        self._admitted = 0

    # -- sitting down and getting up ---------------------------------------------------------------------

    def sit(self, name: str, role: str = "player", *, id: str = "") -> Seat:
        """Let somebody join, with everything said before; the first to sit conducts."""
        peer = id or f"{self._admitted + 1:x}{name.encode().hex()}".ljust(16, "0")[:16]
        seat = Seat(self, peer, {"name": name, "role": role}, self._admitted)
        self._admitted += 1
        others = [self.seats[one].seen_from(seat) for one in self.seats]
        self.seats[peer] = seat
        self._got[peer] = set()
        self._records.setdefault(peer, [])
        self._moments.setdefault(peer, [])
        self._groups[peer] = 0
        if not others:
            seat.conductor, seat.term = peer, 1
        else:
            leader = next(iter(self.seats.values()))
            seat.conductor, seat.term = leader.conductor, leader.term
        seat.put(Joined(self.session, seat.conductor, tuple(others), seat.term))
        seat.put(ClockSet(0, 0.0, seat.time.bound_us))
        for other in self._reachable(peer):
            self.seats[other].put(PeerJoined(seat.seen_from(self.seats[other])))
        self._catch_up(peer)
        return seat

    def leave(self, peer: str, why: str = "left") -> None:
        """Somebody gets up; another conducts if it was the conductor."""
        gone = self.seats.pop(peer)
        for other in self.seats.values():
            other.put(PeerLeft(peer, why))
        if gone.conductor == peer and self.seats:
            self.conduct(next(iter(self.seats)))

    def conduct(self, peer: str) -> None:
        """``peer`` conducts everyone it can reach, in the next term."""
        term = self.seats[peer].term + 1
        for one in (peer, *self._reachable(peer)):
            self.seats[one].conductor, self.seats[one].term = peer, term
            self.seats[one].put(ConductorIs(peer, term))

    # -- trouble -----------------------------------------------------------------------------------------

    def split(self, *groups: Iterable[str]) -> None:
        """From now on only members of one group hear each other; a group without the conductor finds its own."""
        for number, group in enumerate(groups):
            for peer in group:
                self._groups[peer] = number
        for peer, seat in self.seats.items():
            for other in self.seats:
                if other != peer and self._groups[other] != self._groups[peer]:
                    seat.put(PeerSilent(other))
        for number in range(len(groups)):
            inside = [one for one in self.seats if self._groups[one] == number]
            if inside and self.seats[inside[0]].conductor not in inside:
                self.conduct(inside[0])

    def heal(self) -> None:
        """Everyone hears everyone again, and gets what was said on the other side; the higher term wins."""
        before = dict(self._groups)
        for peer in self._groups:
            self._groups[peer] = 0
        leader = max(self.seats.values(), key=lambda seat: seat.term)
        for peer, seat in self.seats.items():
            for other in self.seats:
                if before[other] != before[peer]:
                    seat.put(PeerBack(other))
            if (seat.conductor, seat.term) != (leader.conductor, leader.term):
                seat.conductor, seat.term = leader.conductor, leader.term
                seat.put(ConductorIs(seat.conductor, seat.term))
            self._catch_up(peer)

    def drop(self, peer: str) -> None:
        """One member's network goes away."""
        self.split([one for one in self.seats if one != peer], [])
        self._groups[peer] = 99
        for one, seat in self.seats.items():
            if one != peer:
                seat.put(PeerSilent(peer))
                self.seats[peer].put(PeerSilent(one))

    # -- time --------------------------------------------------------------------------------------------

    def turn(self, by_us: int) -> None:
        """Let time pass, delivering what is due on the way."""
        until_us = self.at_us + by_us
        while self._due and self._due[0][0] <= until_us:
            due_us, _, to, event = heapq.heappop(self._due)
            self.at_us = max(self.at_us, due_us)
            if to in self.seats:
                self._deliver(self.seats[to], event)
        self.at_us = until_us

    def _deliver(self, seat: Seat, event: NetEvent) -> None:
        if isinstance(event, Said | Moment | Told) and event.peer != seat.me:
            if event.peer in self.seats and self._groups[event.peer] != self._groups[seat.me]:
                return  # what was on its way when the table split is lost; catching up brings it
            if isinstance(event, Said | Moment):
                key = (type(event).__name__, event.peer, event.number)
                if key in self._got[seat.me]:
                    return
                self._got[seat.me].add(key)
            event = event.__class__(**{**_fields(event), "arrived_us": self.at_us})
        seat.put(event)

    def _later(self, to: str, event: NetEvent, after_us: int) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.at_us + after_us, self._count, to, event))

    def _reachable(self, peer: str) -> list[str]:
        return [one for one in self.seats if one != peer and self._groups[one] == self._groups[peer]]

    def _catch_up(self, peer: str) -> None:
        """Give a member what it has not got of everyone it can reach, and of those who are gone."""
        sides = {peer, *self._reachable(peer)}
        for author, records in self._records.items():
            if author == peer:
                continue
            held_by = sides if author in sides or author not in self.seats else set()
            if not held_by:
                continue
            for number, data in enumerate(records, 1):
                self._later(peer, Said(author, number, data, 0), self.delay_us)
            for number, (data, session_us) in enumerate(self._moments[author], 1):
                self._later(peer, Moment(author, number, session_us, data, 0), FILLED_IN_US)

    # -- speaking ----------------------------------------------------------------------------------------

    def say(self, author: str, data: bytes) -> int:
        records = self._records[author]
        records.append(data)
        for to in self._reachable(author):
            self._later(to, Said(author, len(records), data, 0), self.delay_us)
        return len(records)

    def moment(self, author: str, data: bytes, session_us: int) -> int:
        moments = self._moments[author]
        moments.append((data, session_us))
        for to in self._reachable(author):
            lost = self._dice.random() < self.loss
            wait_us = FILLED_IN_US if lost else self.delay_us + self._dice.randint(0, self.jitter_us)
            self._later(to, Moment(author, len(moments), session_us, data, 0), wait_us)
        return len(moments)

    def tell(self, author: str, to: str, data: bytes) -> None:
        if to in self._reachable(author):
            self._later(to, Told(author, data, 0), self.delay_us)


class Seat:
    """One member's place at the table."""

    def __init__(self, table: Table, peer: str, info: Mapping[str, Any], order: int) -> None:
        self._table = table
        self._peer = peer
        self._info = info
        self._order = order
        self._events: list[NetEvent] = []
        self._time = TableTime()
        self.conductor = ""
        self.term = 0

    @property
    def me(self) -> str:
        return self._peer

    @property
    def session(self) -> str:
        return self._table.session

    @property
    def time(self) -> TableTime:
        return self._time

    def seen_from(self, other: Seat) -> Peer:
        table = self._table
        here = table._groups.get(self._peer, 0) == table._groups.get(other.me, 0)
        return Peer(self._peer, self._info, self._order, here, round_trip_us=2 * table.delay_us, loss=table.loss)

    def put(self, event: NetEvent) -> None:
        self._events.append(event)

    def peers(self) -> tuple[Peer, ...]:
        return tuple(seat.seen_from(self) for seat in self._table.seats.values() if seat is not self)

    def say(self, data: bytes) -> int:
        if len(data) > MAX_RECORD:
            raise ValueError("too large")
        return self._table.say(self._peer, data)

    def tell(self, peer: str, data: bytes) -> None:
        if len(data) > MAX_RECORD:
            raise ValueError("too large")
        self._table.tell(self._peer, peer, data)

    def moment(self, data: bytes, session_us: int, patience_us: int = 0) -> int:
        if len(data) > MAX_MOMENT:
            raise ValueError("too large")
        return self._table.moment(self._peer, data, session_us)

    def events(self) -> list[NetEvent]:
        events, self._events = self._events, []
        return events

    def wait(self, timeout_s: float) -> bool:
        return bool(self._events)

    def hand_over(self, peer: str) -> None:
        if self.conductor != self._peer:
            raise NetError("Only the conductor can hand over")
        self._table.conduct(peer)

    def remove(self, peer: str) -> None:
        if self.conductor != self._peer:
            raise NetError("Only the conductor can remove a member")
        self._table.leave(peer, "removed")

    def measure(self) -> None:
        self.put(ClockSet(0, 0.0, self._time.bound_us))

    def hold_time(self, held: bool) -> None:
        """The table's clock is never wrong."""

    def close(self) -> None:
        if self._peer in self._table.seats:
            self._table.leave(self._peer)


def _fields(event: Said | Moment | Told) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__dataclass_fields__}
