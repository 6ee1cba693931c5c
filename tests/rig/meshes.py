"""Whole members of sessions on a network that is only thought of: no sockets, no threads, a clock turned by hand.

Everything between the face and the socket is the real thing, the admission included.  Each seat has addresses of its
own; :attr:`Air.way` says what happens between two addresses.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from engine.clock import ManualClock
from engine.net.endpoint import Address
from engine.net.face import NetEvent, Refused
from engine.net.keys import Identity
from engine.net.knock import Knock, Welcomed
from engine.net.mesh import Mesh
from engine.net.packets import ADMISSION, FrameKind, packet_kind
from engine.net.roster import Roster
from engine.net.time_sync import SessionTime

CODE = "amber-fox"
E = TypeVar("E")

Way = Callable[[Address, Address], "tuple[int, float] | None"]
"""Delay in microseconds and loss from one address to another; None where nothing gets through."""


def open_air(source: Address, target: Address) -> tuple[int, float] | None:
    """Half a millisecond, nothing lost."""
    return 500, 0.0


class OffsetClock:
    """A machine's own clock: ahead of the air's by ``offset_us``."""

    def __init__(self, base: ManualClock, offset_us: int) -> None:
        self._base, self.offset_us = base, offset_us

    def now_us(self) -> int:
        """The instant on this machine."""
        return self._base.now_us() + self.offset_us


class Seat:
    """One machine."""

    def __init__(self, air: Air, address: Address) -> None:
        self.air, self.address = air, address
        self.clock = OffsetClock(air.clock, air.chance.randrange(10**9))
        self.identity = Identity.new()
        self.time = SessionTime()
        self.events: list[NetEvent] = []
        self.mesh: Mesh | None = None
        self.knock: Knock | None = None
        self.asleep = False
        self.sent = 0

    @property
    def me(self) -> str:
        return self.identity.id

    @property
    def its(self) -> Mesh:
        """The mesh, which it has by now."""
        assert self.mesh is not None, self.events
        return self.mesh

    def host(self) -> None:
        self.time = SessionTime.founder()
        self._enter(Roster.found(self.identity, {"name": str(self.address[0])}, (self.address,)))

    def join(self, address: Address, code: str = CODE, leads: bool = True) -> None:
        said = {"name": self.address[0], "leads": leads}
        self.knock = Knock(self.identity, code, [address], said, self.clock.now_us())
        self.air.wake(self, self.clock.now_us())

    def say(self, data: bytes) -> None:
        """Say a record, as the node does: at once."""
        self.its.say(data)
        self.air.wake(self, self.clock.now_us())

    def moment(self, data: bytes) -> None:
        """Play a moment now."""
        self.its.moment(data, self.time.session_us(self.clock.now_us()))
        self.air.wake(self, self.clock.now_us())

    def utter(self, peer: str, frames: list[tuple[FrameKind, bytes]]) -> None:
        """Send a member whatever frames, sealed as they should be: what a member that means ill can do."""
        neighbours = self.its._neighbours
        neighbours.send(neighbours.by_id[peer], frames, self.clock.now_us())

    def _enter(self, roster: Roster) -> None:
        self.mesh = Mesh(
            self.identity, roster, CODE, self.time, self.clock, self.send, self._multicast, self.events.append
        )
        self.air.wake(self, self.clock.now_us())

    def send(self, datagram: bytes, address: Address) -> None:
        self.sent += 1
        self.air.carry(self.address, address, datagram)

    def _multicast(self, datagram: bytes) -> bool:
        for other in self.air.seats:
            if other is not self and self.air.multicast:
                self.air.carry(self.address, other.address, datagram, multicast=True)
        return self.air.multicast

    def receive(self, datagram: bytes, source: Address) -> None:
        now_us = self.clock.now_us()
        if self.mesh is not None:
            self.air.wake(self, self.mesh.receive(datagram, source, now_us))
        elif self.knock is not None and packet_kind(datagram) in ADMISSION:
            for out in self.knock.receive(datagram, source, now_us):
                self.send(out.datagram, out.address)
            self._knocked()

    def tick(self) -> None:
        if self.mesh is not None:
            self.air.wake(self, self.mesh.tick())
        elif self.knock is not None:
            for out in self.knock.tick(self.clock.now_us()):
                self.send(out.datagram, out.address)
            self._knocked()

    def _knocked(self) -> None:
        assert self.knock is not None
        if isinstance(self.knock.outcome, Welcomed):
            self._enter(self.knock.outcome.roster)
        elif isinstance(self.knock.outcome, Refused):
            self.events.append(self.knock.outcome)
        elif (due_us := self.knock.due_us()) is not None:
            self.air.wake(self, due_us)

    def had(self, kind: type[E]) -> list[E]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


class Air:
    """The network, and the only thing that turns the clock."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.clock = ManualClock(10_000_000)
        self.seats: list[Seat] = []
        self.way: Way = open_air
        self.multicast = False
        self.carried = 0
        self.tap: Callable[[Address, Address, bytes], None] = lambda source, target, datagram: None
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._due: dict[Seat, int] = {}

    def seat(self) -> Seat:
        """Another machine."""
        seat = Seat(self, (f"10.0.0.{len(self.seats) + 1}", 4000))
        self.seats.append(seat)
        return seat

    def session(self, size: int) -> list[Seat]:
        """A host and others, all of one session."""
        seats = [self.seat() for _ in range(size)]
        seats[0].host()
        for seat in seats[1:]:
            seat.join(seats[0].address)
            self.until(lambda seat=seat: seat.mesh is not None)  # type: ignore[misc]
        self.until(lambda: all(len(seat.its.peers()) == size - 1 for seat in seats))
        return seats

    def carry(self, source: Address, target: Address, datagram: bytes, multicast: bool = False) -> None:
        self.carried += 1
        self.tap(source, target, datagram)
        way = (500, 0.0) if multicast else self.way(source, target)
        if way is not None and self.chance.random() >= way[1]:
            self._later(self.clock.now_us() + way[0], lambda: self._land(source, target, datagram))

    def _land(self, source: Address, target: Address, datagram: bytes) -> None:
        for seat in self.seats:
            if seat.address == target and not seat.asleep:
                seat.receive(datagram, source)

    def wake(self, seat: Seat, local_us: int) -> None:
        due_us = max(local_us - seat.clock.offset_us, self.clock.now_us() + 20)
        if self._due.get(seat, due_us + 1) > due_us:
            self._due[seat] = due_us
            self._later(due_us, lambda: self._wake(seat, due_us))

    def _wake(self, seat: Seat, due_us: int) -> None:
        if self._due.get(seat) == due_us:
            del self._due[seat]
            if not seat.asleep:
                seat.tick()

    def sleep(self, seat: Seat) -> None:
        """The machine is suspended: nothing comes in, nothing goes out."""
        seat.asleep = True
        self._due.pop(seat, None)

    def rouse(self, seat: Seat) -> None:
        """It goes on where it was."""
        seat.asleep = False
        self.wake(seat, seat.clock.now_us())

    def _later(self, at_us: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at_us, next(self._order), act))

    def run(self, for_us: int) -> None:
        """Let time pass."""
        self.until(lambda: False, for_us, must=False)

    def until(self, done: Callable[[], bool], within_us: int = 5_000_000, must: bool = True) -> int:
        """Let time pass until ``done``; gives how much did."""
        began_us = self.clock.now_us()
        while not done():
            if not self._queue or self._queue[0][0] > began_us + within_us:
                self.clock.advance(max(0, began_us + within_us - self.clock.now_us()))
                assert not must or done(), f"not within {within_us / 1e6} s"
                break
            at_us, _, act = heapq.heappop(self._queue)
            self.clock.advance(max(0, at_us - self.clock.now_us()))
            act()
        return self.clock.now_us() - began_us
