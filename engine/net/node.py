"""A membership in one session over real sockets: :class:`engine.net.face.Network`.

What the game calls never waits for the network: it is put in a queue that the timer thread works off, and what comes is
put in another.  The mesh behind belongs to whichever of the two network threads holds the lock.
"""

from __future__ import annotations

import ipaddress
import sys
import threading
import time as system_time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.clock import Clock, MonotonicClock
from engine.net.addresses import numeric, own_addresses
from engine.net.endpoint import Address, Endpoint
from engine.net.event_queue import EventQueue
from engine.net.face import (
    MAX_MOMENT,
    MAX_RECORD,
    ConductorIs,
    Joined,
    NetError,
    NetEvent,
    Peer,
    PeerBack,
    PeerJoined,
    PeerLeft,
    PeerSilent,
    Refused,
)
from engine.net.keys import Identity
from engine.net.knock import Knock, Ticketed, Welcomed
from engine.net.mesh import TICK_US, Hop, Mesh
from engine.net.packets import ADMISSION, packet_kind
from engine.net.roster import Roster, pack_info
from engine.net.time_sync import SessionTime

PEERS_US = 250_000
"""How often what is told of the peers' paths is brought up to date."""

NETWORKS_US = 5_000_000
"""How often networks are looked for that came since (a cable, or the one before a suspend)."""

LINGER_US = 50_000
"""Who leaves stays this long for what it said last."""

ASLEEP_US = 500_000
"""The machine slept if its clocks have parted by more than this."""

_MEMBERSHIP = frozenset((Joined, PeerJoined, PeerLeft, PeerSilent, PeerBack, ConductorIs))


class Node:
    """One member of one session; made by :meth:`host` or :meth:`join`.

    ``on_event`` is called at once with each event, in a network thread, before :meth:`events` gives it out: for a log
    that is not to wait for a frame.  It must return soon.
    """

    def __init__(
        self, bind: Address, clock: Clock | None, on_event: Callable[[NetEvent], None] | None, lan: bool
    ) -> None:
        self._clock = clock or MonotonicClock()
        self._on_event, self._lan = on_event, lan
        self._lock = threading.RLock()
        self._events = EventQueue()
        self._numbers = threading.Lock()
        self._said = self._played = 0
        self._commands: deque[Callable[[Mesh], None]] = deque()
        self._identity = Identity.new()
        self._code = ""
        self._mesh: Mesh | None = None
        self._knock: Knock | None = None
        self._knocks: Callable[[], Knock] | None = None
        self._time = SessionTime()
        self._peers: tuple[Peer, ...] = ()
        self._peers_us = self._networks_us = 0
        self._conductor = self._session = ""
        self._song_key = b""
        self._apart_us = _apart_us()
        self._group: Address | None = None
        self._closed = False
        self._endpoint = Endpoint(bind, self._datagram, self._due, self._clock)

    @classmethod
    def host(
        cls,
        code: str,
        info: Mapping[str, Any],
        *,
        name: str = "",
        bind: Address = ("0.0.0.0", 0),
        clock: Clock | None = None,
        on_event: Callable[[NetEvent], None] | None = None,
        lan: bool = True,
    ) -> Node:
        """Open a session that machines with ``code`` may join, and conduct it.

        ``info`` is what this machine says of itself (with ``name`` in it, if one is given).  Without ``lan`` it tells
        nobody its own addresses and leaves multicast alone: for where only the address it is seen at leads to it.

        Raises:
            NetError: ``bind`` cannot be used.
            ValueError: ``info`` is too large or not plain.
        """
        said = _named(info, name)
        node = cls(bind, clock, on_event, lan)
        node._code = code
        node._time = SessionTime.founder()
        node._enter(Roster.found(node._identity, said, node._own()))
        node._endpoint.start()
        node._endpoint.wake(node._clock.now_us())
        return node

    @classmethod
    def join(
        cls,
        address: Address | Sequence[Address],
        code: str,
        info: Mapping[str, Any],
        *,
        name: str = "",
        bind: Address = ("0.0.0.0", 0),
        clock: Clock | None = None,
        on_event: Callable[[NetEvent], None] | None = None,
        lan: bool = True,
    ) -> Node:
        """Ask at ``address`` (or several of one conductor) to be let in; :class:`Joined` or :class:`Refused` follows.

        A host may be a name; it is looked up beside the game.  The rest is as for :meth:`host`.

        Raises:
            NetError: ``bind`` cannot be used.
            ValueError: ``info`` is too large or not plain.
        """
        said = _named(info, name)
        asked: list[Address] = [address] if isinstance(address[0], str) else list(address)  # type: ignore[list-item, arg-type]
        if bind == ("0.0.0.0", 0) and all(":" in host for host, _ in asked):
            bind = ("::", 0)
        node = cls(bind, clock, on_event, lan)
        node._code = code

        def knocks() -> Knock:
            six = ":" in bind[0]
            return Knock(node._identity, code, numeric(asked, six), said, node._clock.now_us(), node._own())

        node._knocks = knocks
        node._endpoint.start()
        node._endpoint.wake(node._clock.now_us())
        return node

    # -- what the game reads -------------------------------------------------------------------------------------

    @property
    def me(self) -> str:
        """This machine's id."""
        return self._identity.id

    @property
    def session(self) -> str:
        """The session's id; empty until :class:`Joined`."""
        return self._session

    @property
    def conductor(self) -> str:
        """Who conducts; empty until :class:`Joined`."""
        return self._conductor

    @property
    def time(self) -> SessionTime:
        """The session's clock."""
        return self._time

    @property
    def address(self) -> Address:
        """Where this machine's socket is bound."""
        return self._endpoint.address

    @property
    def song_key(self) -> bytes:
        """32 bytes that all members hold and nobody else, for :mod:`engine.net.transfer`; empty until Joined."""
        return self._song_key

    def hosts_of(self, peer: str) -> tuple[str, ...]:
        """The hosts a member may be reached at, the likeliest first; none of who is no member."""
        with self._lock:
            return self._mesh.hosts_of(peer) if self._mesh else ()

    def addresses_of(self, peer: str) -> tuple[Address, ...]:
        """The addresses of a member's socket, the likeliest first; none of who is no member."""
        with self._lock:
            return self._mesh.addresses_of(peer) if self._mesh else ()

    def peers(self) -> tuple[Peer, ...]:
        """The other members, in the order they were admitted."""
        return self._peers

    def events(self) -> list[NetEvent]:
        """What has happened since the last call, in order."""
        return self._events.take()

    def wait(self, timeout_s: float) -> bool:
        """Wait until there are events; false if none came in time."""
        return self._events.wait(timeout_s)

    def stats(self) -> dict[str, int]:
        """Packets and bytes each way, and what was refused, by reason."""
        with self._lock:
            counts: Counter[str] = self._endpoint.counted() + (self._mesh.stats() if self._mesh else Counter())
        return dict(counts) | {"events dropped": self._events.dropped}

    def topology(self) -> tuple[Hop, ...]:
        """Who reaches whom by which path."""
        with self._lock:
            return self._mesh.topology() if self._mesh else ()

    # -- what the game does --------------------------------------------------------------------------------------

    def say(self, data: bytes) -> int:
        """Say a record to everyone; gives its number.  Raises ValueError beyond :data:`MAX_RECORD`."""
        if len(data) > MAX_RECORD:
            raise ValueError(f"a record of {len(data)} bytes; at most {MAX_RECORD} fit")
        with self._numbers:
            self._said += 1
            self._do(lambda mesh: mesh.say(data))
            return self._said

    def tell(self, peer: str, data: bytes) -> None:
        """Tell one member something.  Raises ValueError beyond :data:`MAX_RECORD`."""
        if len(data) > MAX_RECORD:
            raise ValueError(f"a message of {len(data)} bytes; at most {MAX_RECORD} fit")
        self._do(lambda mesh: mesh.tell(peer, data))

    def moment(self, data: bytes, session_us: int, patience_us: int = 0) -> int:
        """Let everyone know at once, or with what goes within ``patience_us``; gives its number.

        Raises:
            ValueError: more than :data:`MAX_MOMENT` bytes, or an instant out of all bounds.
        """
        if len(data) > MAX_MOMENT or abs(session_us) >= 1 << 62:
            raise ValueError(f"a moment of {len(data)} bytes at {session_us} us; at most {MAX_MOMENT} bytes fit")
        with self._numbers:
            self._played += 1
            self._do(lambda mesh: mesh.moment(data, session_us, patience_us))
            return self._played

    def hand_over(self, peer: str) -> None:
        """Let ``peer`` conduct; without effect where this machine does not."""
        self._do(lambda mesh: mesh.hand_over(peer))

    def remove(self, peer: str) -> None:
        """Take a member off the roster; without effect where this machine does not conduct."""
        self._do(lambda mesh: mesh.remove(peer))

    def open_crowd(self, ticket: bytes) -> None:
        """While this machine conducts, give ``ticket`` to who knows the code and wants to listen; empty: to nobody."""
        self._do(lambda mesh: mesh.open_crowd(ticket))

    def measure(self) -> None:
        """Measure the clock anew."""
        self._do(lambda mesh: mesh.time.measure())

    def hold_time(self, held: bool) -> None:
        """While held the clock is not corrected."""
        self._do(lambda mesh: mesh.time.hold(held))

    def rebind(self) -> None:
        """Open the socket anew (the machine's address changed)."""
        self._endpoint.rebind()

    def close(self) -> None:
        """Leave the session and give sockets and threads back."""
        ends_us = self._clock.now_us() + LINGER_US
        while not self._closed and self._mesh is not None and self._peers and self._clock.now_us() < ends_us:
            self._endpoint.wake(self._clock.now_us())
            system_time.sleep(LINGER_US / 5e6)  # what was said last goes out, and is sent again where it is asked for
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._mesh is not None:
                self._work(self._mesh)
                self._mesh.leave()
        self._endpoint.close()

    # -- in the network's threads --------------------------------------------------------------------------------

    def _do(self, command: Callable[[Mesh], None]) -> None:
        self._commands.append(command)
        self._endpoint.wake(self._clock.now_us())

    def _work(self, mesh: Mesh) -> int:
        while self._commands:
            self._commands.popleft()(mesh)
        return mesh.tick()

    def _datagram(self, data: bytes, address: Address, at_us: int) -> None:
        with self._lock:
            if self._closed:
                return
            if self._mesh is not None:
                due_us = self._mesh.receive(data, address, at_us)
            elif self._knock is not None and packet_kind(data) in ADMISSION:
                now_us = self._clock.now_us()
                for outgoing in self._knock.receive(data, address, now_us):
                    self._endpoint.send(outgoing.datagram, outgoing.address)
                due_us = self._knocked(now_us)
            else:
                return
        self._endpoint.wake(due_us)

    def _due(self, now_us: int) -> int | None:
        if now_us >= self._networks_us:
            self._networks_us = now_us + NETWORKS_US
            self._endpoint.join_networks()
        knocks, self._knocks = self._knocks, None
        if knocks is not None:
            try:
                self._knock = knocks()
            except NetError as error:
                self._emit(Refused(str(error)))
        with self._lock:
            if self._closed:
                return None
            if self._mesh is not None:
                self._look_after(self._mesh, now_us)
                due_us = self._work(self._mesh)
                if self._mesh.removed:
                    self._mesh, self._peers = None, ()
                return due_us
            if self._knock is not None:
                for outgoing in self._knock.tick(now_us):
                    self._endpoint.send(outgoing.datagram, outgoing.address)
                return self._knocked(now_us)
        return None

    def _knocked(self, now_us: int) -> int:
        """See what came of knocking; gives when to look again."""
        knock = self._knock
        if knock is None or knock.outcome is None:
            due_us = knock.due_us() if knock is not None else None
            return now_us + TICK_US if due_us is None else due_us
        self._knock = None
        if isinstance(knock.outcome, Welcomed):
            self._enter(knock.outcome.roster, knock.outcome.door)
        elif not isinstance(knock.outcome, Ticketed):  # it did not ask for one
            self._emit(knock.outcome)
        return now_us

    def _enter(self, roster: Roster, door: Address | None = None) -> None:
        """This machine is a member, let in at ``door``: from here on the mesh does the work."""
        if self._lan:
            first, second, third, fourth = roster.session[:4]
            group = (f"239.255.{first}.{second}", 49_152 + (third << 8 | fourth) % 16_000)
            self._group = group if self._endpoint.join_group(group) else None
        self._session, self._conductor = roster.session.hex(), roster.conductor
        args = self._identity, roster, self._code, self._time, self._clock
        six = ":" in self._endpoint.address[0]
        self._mesh = Mesh(*args, self._endpoint.send, self._multicast, self._emit, six)
        self._song_key = self._mesh.song_key
        if door is not None:
            self._mesh.seen_at(roster.conductor, door)
        self._peers = self._mesh.peers()

    def _multicast(self, datagram: bytes) -> bool:
        return self._group is not None and self._endpoint.send(datagram, self._group)

    def _own(self) -> tuple[Address, ...]:
        """The addresses that others may reach this machine at."""
        if not self._lan:
            return ()
        host, port = self._endpoint.address
        hosts = own_addresses() if ipaddress.ip_address(host).is_unspecified else (host,)
        return tuple((each, port) for each in hosts if "%" not in each and (":" in host or ":" not in each))[:6]

    def _look_after(self, mesh: Mesh, now_us: int) -> None:
        """What is done once in a while: the view of the peers, and noticing that the machine slept."""
        if now_us >= self._peers_us:
            self._peers_us = now_us + PEERS_US
            self._peers = mesh.peers()
            self._time.session_us(now_us)  # its bound is told for the latest instant that was asked for
            slept_us = _apart_us() - self._apart_us
            if abs(slept_us) > ASLEEP_US:
                self._apart_us += slept_us
                self._endpoint.rebind()
                mesh.time.woke(slept_us)

    def _emit(self, event: NetEvent) -> None:
        if type(event) in _MEMBERSHIP and self._mesh is not None:
            self._conductor, self._peers = self._mesh.conductor, self._mesh.peers()
        if self._on_event is not None:
            self._on_event(event)
        self._events.put(event)


def _apart_us() -> int:
    """How far a clock that goes on while the machine sleeps is ahead of the one that may not."""
    if sys.platform == "linux":
        onward_ns = system_time.clock_gettime_ns(system_time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":
        onward_ns = system_time.clock_gettime_ns(system_time.CLOCK_MONOTONIC)  # clock_gettime(3): also while it sleeps
    else:
        onward_ns = system_time.monotonic_ns()
    return (onward_ns - system_time.perf_counter_ns()) // 1000


def _named(info: Mapping[str, Any], name: str) -> dict[str, Any]:
    said = {**info, "name": name} if name else dict(info)
    pack_info(said)
    return said
