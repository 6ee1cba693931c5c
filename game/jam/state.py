"""What is true in a jam: a fold over its events that comes out the same in whatever order members' words mix.

Only the order of one author's own records counts.  What a member says is about itself and nobody else; what only the
conductor may say is :mod:`game.jam.conducting`'s; who is there is what this machine saw of the network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np

from game.events import Event
from game.jam.conducting import Conducting, ConductorsWord
from game.jam.edges import Edges
from game.jam.events import (
    ClockAgreed,
    ConductorChanged,
    ConductorFollowed,
    FreeStarted,
    HitCorrected,
    HitsHeard,
    JamClosed,
    JamOpened,
    LearnedShared,
    LoopDropped,
    LoopKept,
    MemberCame,
    MemberHeard,
    MemberWent,
    PartTaken,
    Reacted,
    ReadySaid,
    SharingChosen,
    SongHeld,
    SongOffered,
    StartAgreed,
    TakeEnded,
)
from game.rhythm.chart import EDGE

PLAYER = "player"
SPECTATOR = "spectator"
ROLES = (PLAYER, SPECTATOR)
LOST = "lost"
"""Why a member is gone that may yet be heard again."""

MAX_KEPT = 256
"""So many songs, takes and loops of one member are remembered; the oldest go first."""

MAX_REACTIONS = 64
"""So many reactions of one member are remembered."""

MAX_SWITCHES = 64
"""So many parts one player may go through in one take."""

Value = TypeVar("Value")


@dataclass(slots=True)
class Played:
    """What one member did in one take: parts switched to, every edge, and what it said at the end."""

    switches: list[PartTaken] = field(default_factory=list)
    edges: Edges = field(default_factory=Edges)
    ended: TakeEnded | None = None


@dataclass(slots=True)
class Member:
    """One member as it is known here.

    ``gone`` is why it is no member any more, empty while it is; ``here`` is false while nothing is heard of it.
    ``held`` maps songs to the problem with getting them, empty for a song that is held.
    """

    id: str
    name: str = ""
    role: str = PLAYER
    order: int = 0
    here: bool = True
    gone: str = ""
    known: bool = False
    part: PartTaken | None = None
    ready: bool = False
    bound_us: int = -1
    """How wrong its clock may be, as it said when it was ready; -1 while it is not measured."""
    held: dict[str, str] = field(default_factory=dict)
    shares: bool = False
    learned: tuple[float, ...] = ()
    reactions: deque[tuple[int, Reacted]] = field(default_factory=lambda: deque(maxlen=MAX_REACTIONS))
    loops: dict[str, tuple[LoopKept, int | None]] = field(default_factory=dict)
    takes: dict[str, Played] = field(default_factory=dict)

    @property
    def plays(self) -> bool:
        """Whether it is one of the players, and not gone."""
        return self.role == PLAYER and not self.gone and self.known

    def holds(self, song: str) -> bool:
        """Whether it has the song whole."""
        return self.held.get(song) == ""

    def in_take(self, take: str) -> Played:
        """What it did in a take, from the first word or edge on."""
        if take not in self.takes:
            _put(self.takes, take, Played())
        return self.takes[take]


@dataclass(frozen=True, slots=True)
class Take:
    """One song played together.  ``start`` says what each player began with, ``played`` what each did."""

    start: StartAgreed
    author: str
    called_off: bool
    played: dict[str, Played]

    def segments(self, peer: str) -> tuple[PartTaken, ...]:
        """The parts ``peer`` goes through, each from its ``from_us`` on; all on the same number of keys."""
        out: list[PartTaken] = []
        if peer in self.start.line_up:
            part, chart_hash, keys = self.start.line_up[peer]
            out.append(PartTaken(self.start.song, part, chart_hash, keys, 0, self.start.take))
        for taken in self.played[peer].switches if peer in self.played else ():
            if not out or (taken.from_us > out[-1].from_us and taken.keys == out[0].keys):
                out.append(taken)
        return tuple(out)


class Band:
    """The state of a jam.  :meth:`apply` takes in one event after the other; everything else reads.

    Not for several threads: who folds also reads.
    """

    def __init__(self) -> None:
        self.session = ""
        self.me = ""
        self.clock: ClockAgreed | None = None
        self.closed = ""
        self.conducting = Conducting()
        self.members: dict[str, Member] = {}
        self.version = 0
        """Goes up with every event but hits of a take they are known to play in: tells who keeps something that is
        made from the band whether it is stale."""
        self._made: dict[str, Take | None] = {}
        self._made_at = -1

    # -- who is there ------------------------------------------------------------------------------------

    @property
    def conductor(self) -> str:
        """Who conducts."""
        return self.conducting.conductor

    @property
    def conducts(self) -> bool:
        """Whether this machine conducts."""
        return bool(self.me) and self.conductor == self.me

    @property
    def present(self) -> list[Member]:
        """Everyone who is a member now, in the order they were admitted."""
        return sorted(
            (member for member in self.members.values() if member.known and not member.gone),
            key=lambda member: (member.order, member.id),
        )

    @property
    def players(self) -> list[Member]:
        """The members who play."""
        return [member for member in self.present if member.role == PLAYER]

    @property
    def spectators(self) -> list[Member]:
        """The members who listen."""
        return [member for member in self.present if member.role != PLAYER]

    def name(self, peer: str) -> str:
        """What a member is called."""
        member = self.members.get(peer)
        return (member.name if member is not None else "") or (f"player {peer[:4]}" if peer else "nobody")

    # -- what is going on --------------------------------------------------------------------------------

    @property
    def offer(self) -> SongOffered | None:
        """The song that the conductor picked."""
        return self.conducting.offer

    @property
    def crowd(self) -> bool:
        """Whether the jam is open to a crowd that listens (:mod:`game.jam.crowd_stage`)."""
        return self.conducting.crowd

    @property
    def term(self) -> int:
        """How often the conductor changed."""
        return self.conducting.term

    def take(self, take: str) -> Take | None:
        """A take by its id, or None if there is none (a free jam is none)."""
        if self._made_at != self.version:
            self._made, self._made_at = {}, self.version
        if take not in self._made:
            self._made[take] = self._make(take)
        return self._made[take]

    def _make(self, take: str) -> Take | None:
        fact = self.conducting.starts.get(take)
        if fact is None or not isinstance(fact.event, StartAgreed):
            return None
        played: dict[str, Played] = {}
        for member in self.members.values():
            own = member.takes.get(take)
            begins = member.id in fact.event.line_up or (own is not None and bool(own.switches))
            if begins and member.role == PLAYER:
                played[member.id] = own if own is not None else Played()
        for peer in fact.event.line_up:
            if peer not in self.members:
                played[peer] = Played()
        return Take(fact.event, fact.author, self.conducting.called_off(take), dict(sorted(played.items())))

    @property
    def takes(self) -> list[Take]:
        """Every take of the session, in the order they were agreed."""
        return [take for one in self.conducting.starts if (take := self.take(one)) is not None]

    @property
    def running(self) -> Take | None:
        """The take that was agreed last, unless it was called off or every player of it who is heard has ended.

        Who fell silent in it does not keep the others from the next song.
        """
        event = self.conducting.running
        take = self.take(event.take) if isinstance(event, StartAgreed) else None
        if take is None:
            return None
        return take if self.open(take, heard=True) else None

    def open(self, take: Take, *, heard: bool = False) -> bool:
        """Whether somebody of ``take`` who is a member (and, with ``heard``, not silent) still plays it."""
        return any(
            played.ended is None
            and (member := self.members.get(peer)) is not None
            and not member.gone
            and (member.here or not heard)
            for peer, played in take.played.items()
        )

    @property
    def free(self) -> FreeStarted | None:
        """The free jam that is open."""
        event = self.conducting.running
        return event if isinstance(event, FreeStarted) else None

    def instruments(self, take: str) -> dict[str, PartTaken]:
        """What everyone plays in a free jam: the instrument is the part, and on how many keys."""
        return {
            member.id: member.takes[take].switches[-1]
            for member in self.players
            if take in member.takes and member.takes[take].switches
        }

    def loops(self, take: str) -> list[tuple[str, LoopKept, int | None]]:
        """The loops of a free jam: whose, which, and from when on it is silent (None: it sounds)."""
        return [
            (member.id, loop, dropped_us)
            for member in sorted(self.members.values(), key=lambda member: member.id)
            for loop, dropped_us in member.loops.values()
            if loop.take == take and member.role == PLAYER
        ]

    def reactions(self) -> list[tuple[str, Reacted]]:
        """What was felt of late, in the order of session time: (member, reaction)."""
        found = [
            (one.session_us, peer.id, number, one) for peer in self.members.values() for number, one in peer.reactions
        ]
        return [(peer, one) for _, peer, _, one in sorted(found, key=lambda row: row[:3])]

    # -- folding -----------------------------------------------------------------------------------------

    def apply(self, author: str, number: int, event: Event) -> None:
        """Take in ``event``, record ``number`` of ``author``; what this machine saw itself has the author ``""``."""
        if not author:
            if isinstance(event, HitsHeard):
                self._hits(event)
                return
            self._seen(event)
        elif isinstance(event, ConductorsWord):
            self.conducting.said(author, number, event)
        elif isinstance(event, ConductorFollowed):
            self.conducting.followed(author, event)
        else:
            self._said(self._member(author), number, event)
        self.version += 1

    def apply_all(self, spoken: Iterable[tuple[str, int, Event]]) -> None:
        """Take in many: (author, number, event)."""
        for author, number, event in spoken:
            self.apply(author, number, event)

    def _member(self, peer: str) -> Member:
        return self.members.setdefault(peer, Member(peer))

    def _hits(self, event: HitsHeard) -> None:
        member = self._member(event.peer)
        if event.take not in member.takes:
            self.version += 1
        member.in_take(event.take).edges.add(event.first, np.frombuffer(event.edges, EDGE))

    def _correct(self, event: HitCorrected) -> None:
        member = self._member(event.peer)
        for take, played in member.takes.items():
            if take != event.take:
                played.edges.correct(event.number, np.zeros(0, EDGE))
        if event.take:
            member.in_take(event.take).edges.correct(event.number, np.frombuffer(event.edges, EDGE))

    def _seen(self, event: Event) -> None:
        """What the network told this machine, or it did itself."""
        match event:
            case JamOpened():
                if self.me and self.me != event.me:
                    self._member(self.me).gone = "left"
                self.session, self.me, self.closed = event.session, event.me, ""
                member = self._member(event.me)
                member.name, member.role, member.known, member.gone, member.here = (
                    event.name,
                    event.role,
                    True,
                    "",
                    True,
                )
            case MemberCame():
                member = self._member(event.peer)
                member.name, member.role, member.order = event.name, event.role, event.order
                member.known, member.gone, member.here = True, "", True
            case MemberWent():
                member = self._member(event.peer)
                member.gone, member.here = event.why or "left", False
            case MemberHeard():
                member = self._member(event.peer)
                member.here = event.here
                if event.here and member.gone == LOST:
                    member.gone = ""
            case ConductorChanged():
                self.conducting.changed(event.peer, event.term, event.provisional)
            case ClockAgreed():
                self.clock = event
            case HitCorrected():
                self._correct(event)
            case JamClosed():
                self.closed = event.why
            case _:
                raise ValueError(f"{event.kind} is not for this machine to see")

    def _said(self, member: Member, number: int, event: Event) -> None:
        """What a member says of itself; it is heard in the member's own order."""
        match event:
            case SongHeld():
                _put(member.held, event.song, event.problem)
            case PartTaken():
                if event.take:
                    switches = member.in_take(event.take).switches
                    del switches[MAX_SWITCHES - 1 :]
                    switches.append(event)
                else:
                    member.part, member.ready = event, False
            case ReadySaid():
                member.ready, member.bound_us = event.ready, event.bound_us
            case TakeEnded():
                played = member.in_take(event.take)
                played.ended = played.ended or event  # what is over is over
                member.ready = False
            case Reacted():
                member.reactions.append((number, event))
            case LoopKept():
                _put(member.loops, event.loop, (event, None))
            case LoopDropped():
                if event.loop in member.loops and member.loops[event.loop][0].take == event.take:
                    member.loops[event.loop] = (member.loops[event.loop][0], event.from_us)
            case SharingChosen():
                member.shares = event.shares
                member.learned = member.learned if event.shares else ()
            case LearnedShared():
                member.learned = event.values if member.shares else ()
            case _:
                raise ValueError(f"{event.kind} is not for members to say")

    # -- telling it --------------------------------------------------------------------------------------

    def told(self) -> dict[str, Any]:
        """All of it as plain values: equal for equal bands."""
        return {
            "session": self.session,
            "me": self.me,
            "conductor": self.conductor,
            "term": self.term,
            "offer": None if self.offer is None else asdict(self.offer),
            "running": None if (event := self.conducting.running) is None else asdict(event),
            "starts": [(key, fact.author, asdict(fact.event)) for key, fact in self.conducting.starts.items()],
            "called_off": [take for take in self.conducting.starts if self.conducting.called_off(take)],
            "members": [_told(self.members[peer]) for peer in sorted(self.members)],
        }


def _told(member: Member) -> dict[str, Any]:
    takes = {}
    for take, played in sorted(member.takes.items()):
        numbers, rows = played.edges.ordered()
        takes[take] = (played.switches, played.ended, numbers.tobytes(), rows.tobytes())
    facts = (member.name, member.role, member.order, member.here, member.gone, member.known)
    own = (member.part, member.ready, member.bound_us, sorted(member.held.items()), member.shares, member.learned)
    return {"id": member.id, "facts": facts, "own": own, "takes": takes, "loops": sorted(member.loops.items()),
            "reactions": list(member.reactions)}  # fmt: skip


def _put(table: dict[str, Value], key: str, value: Value) -> None:
    table[key] = value
    if len(table) > MAX_KEPT:
        del table[next(iter(table))]
