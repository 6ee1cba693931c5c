"""What a program sees of the network: peers, what they say, and one clock; nothing of sockets.

A session is a handful of machines that hold one join code.  One of them conducts: it admits others and its word
decides where two disagree; when it goes, another takes over.  Everyone hears everyone.  Three ways to speak:

* ``say``: a numbered record of its author, signed.  Every member gets all records of every author, each once and
  in the author's order, also those of authors who have gone and those from the other side of a partition.
* ``moment``: a few bytes and the instant they belong to, sent at once and repeated in the next packets.  They
  arrive as soon as the network lets them, not always in order, each once; what is lost on the way is filled in from
  the author's record a moment later.
* ``tell``: a message to one member, in order, not kept.

Instants in a session are microseconds of *session time*, the founder's monotonic clock, which everyone reads
through :class:`SharedTime`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from engine.errors import UserError

MAX_DATAGRAM = 1200
"""No datagram of ours is larger: it passes every path (IPv6 guarantees 1280) without being cut in pieces."""

MAX_RECORD = 64 * 1024
"""The largest thing that is said or told at once; files go another way (:mod:`engine.net.transfer`)."""

MAX_MOMENT = 24
"""The most bytes of one moment."""

MAX_PEERS = 64
"""More members than this do not enter one mesh; larger crowds hang on conduits."""

MAX_INFO = 1024
"""The most bytes, packed, of what a member says of itself when it joins."""


class NetError(UserError):
    """Something about the network that the player can act on, in one sentence."""


class Peer(NamedTuple):
    """A member of the session as it is seen from here.

    ``id`` is 16 hexadecimal digits, made from the member's public key; ``info`` is what it said of itself when it
    joined (a name, a role), checked for size only; ``order`` counts admissions; ``here`` is false while nothing is
    heard of it; ``path`` is ``direct``, ``multicast``, ``relay`` or ``far``, and ``via`` the member that relays.
    """

    id: str
    info: Mapping[str, Any]
    order: int
    here: bool
    path: str = "direct"
    via: str = ""
    round_trip_us: int = 0
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Joined:
    """This machine is a member now; ``peers`` are the others.  ``conductor`` conducts in ``term``.

    ``history`` says who conducted before, as (term, id) with terms rising and below ``term``, as far as who let this
    machine in knows it.
    """

    session: str
    conductor: str
    peers: tuple[Peer, ...]
    term: int = 1
    history: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not become a member, or is one no more; ``sentence`` tells the player why and what to do.

    ``crowd``: there was no seat left, but this machine may listen in the crowd.
    """

    sentence: str
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class PeerJoined:
    """Another machine became a member."""

    peer: Peer


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """A member left of its own will, or was taken off the roster; ``why`` is ``left``, ``lost`` or ``removed``."""

    peer: str
    why: str


@dataclass(frozen=True, slots=True)
class PeerSilent:
    """Nothing has been heard of a member for a while; it may come back."""

    peer: str


@dataclass(frozen=True, slots=True)
class PeerBack:
    """A silent member is heard again."""

    peer: str


@dataclass(frozen=True, slots=True)
class ConductorIs:
    """``peer`` conducts from now on; ``term`` goes up with each change.

    With ``provisional`` it is this machine, and only because it hears nobody: once it hears others again it follows
    the term before, and nothing was conducted in this one.  Where it conducts for good after all (it let a machine
    in), the same is said again without.
    """

    peer: str
    term: int
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The shared clock was measured: local time + ``offset_us`` is session time, at most ``bound_us`` wrong."""

    offset_us: int
    skew_ppm: float
    bound_us: int


@dataclass(frozen=True, slots=True)
class Said:
    """A record of ``peer``; ``number`` counts from 1 without gaps for each author."""

    peer: str
    number: int
    data: bytes
    arrived_us: int


@dataclass(frozen=True, slots=True)
class Told:
    """A message of ``peer`` to this machine alone."""

    peer: str
    data: bytes
    arrived_us: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What ``peer`` did at ``session_us``; ``number`` counts from 1 for each author and may come out of order."""

    peer: str
    number: int
    session_us: int
    data: bytes
    arrived_us: int


@dataclass(frozen=True, slots=True)
class MomentCorrected:
    """The :class:`Moment` of this number that came before was not what ``peer`` signed: this is, and counts instead.

    Everyone has the same signed moments in the end, so whatever is judged or logged by them is the same everywhere.
    """

    peer: str
    number: int
    session_us: int
    data: bytes
    arrived_us: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something the player may want to know (a flood, a forged packet, another version at the door)."""

    sentence: str


NetEvent = (
    Joined
    | Refused
    | PeerJoined
    | PeerLeft
    | PeerSilent
    | PeerBack
    | ConductorIs
    | ClockSet
    | Said
    | Told
    | Moment
    | MomentCorrected
    | Trouble
)


class SharedTime(Protocol):
    """Session time as this machine knows it."""

    @property
    def bound_us(self) -> int:
        """How wrong it may be, at most."""
        ...

    @property
    def agreed(self) -> bool:
        """Whether it has been measured."""
        ...

    def session_us(self, local_us: int) -> int:
        """A local monotonic instant in session time."""
        ...

    def local_us(self, session_us: int) -> int:
        """An instant of session time on this machine's monotonic clock."""
        ...


class Network(Protocol):
    """A membership in one session, whatever carries it."""

    @property
    def me(self) -> str:
        """This machine's id."""
        ...

    @property
    def session(self) -> str:
        """The session's id, 16 hexadecimal digits; empty until :class:`Joined`."""
        ...

    @property
    def conductor(self) -> str:
        """Who conducts."""
        ...

    @property
    def time(self) -> SharedTime:
        """The session's clock."""
        ...

    def peers(self) -> tuple[Peer, ...]:
        """The other members, in the order they were admitted."""
        ...

    def say(self, data: bytes) -> int:
        """Say a record to everyone; gives its number.  Raises ValueError beyond :data:`MAX_RECORD`."""
        ...

    def tell(self, peer: str, data: bytes) -> None:
        """Tell one member something; lost if it leaves first.  Raises ValueError beyond :data:`MAX_RECORD`."""
        ...

    def moment(self, data: bytes, session_us: int, patience_us: int = 0) -> int:
        """Let everyone know at once what was done at ``session_us``; gives its number.

        With ``patience_us`` it may wait so long for other moments to travel with.
        """
        ...

    def events(self) -> list[NetEvent]:
        """What has happened since the last call, in order; never waits."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Wait until there are events; false if none came in time."""
        ...

    def hand_over(self, peer: str) -> None:
        """Let ``peer`` conduct; only the conductor may."""
        ...

    def remove(self, peer: str) -> None:
        """Take a member off the roster; only the conductor may."""
        ...

    def measure(self) -> None:
        """Measure the clock anew (before a song); :class:`ClockSet` follows."""
        ...

    def hold_time(self, held: bool) -> None:
        """While held (during a song) the clock is not corrected."""
        ...

    def close(self) -> None:
        """Leave the session and give sockets and threads back."""
        ...
