"""One in the crowd of a jam: asks for a ticket, hangs on whoever passes on what the conductor says, hears and keeps it.

:meth:`CrowdListener.step` takes up what came, on the one thread that owns the listener; sockets have their own.  Where
the conductor is not heard any more, the doors it knows are asked again: who took over gives another ticket there.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from engine.clock import Clock, MonotonicClock, wall_us
from engine.log import LogWriter, NewEvent
from engine.net.addresses import Endpoint, own_addresses
from engine.net.admission import ANY_SESSION
from engine.net.door import TICKETS_PER_S
from engine.net.endpoint import Address
from engine.net.face import NetError, Refused
from engine.net.join_code import JoinCode
from engine.net.keys import Identity
from engine.net.knock import Ticketed
from engine.net.limits import Limits
from engine.net.roster import checked_address
from engine.net.ticket_seeker import TicketSeeker
from game.events import Event, to_payload
from game.jam.conduits.relay import MAX_WORD, Conduit
from game.jam.conduits.rules import UNREACHED
from game.jam.crowd_clock import CrowdClock
from game.jam.crowd_events import CROWD, CrowdEvent, CrowdFelt, CrowdHits, CrowdLinked, CrowdPlayer, CrowdTold
from game.jam.crowd_words import TICK_US, Bye, Doors, Felt, Hits, Now, Phase, Players, Word, unpack
from game.jam.events import JamClosed, JamOpened
from game.jam.happenings import Closed, Notice
from game.jam.inbox import Unfit, tag
from game.jam.keeping import stream_of
from game.rhythm.chart import EDGE
from game.truth import Truth

SILENT_US = 4_000_000
"""The conductor says something every second; after so long a silence he is looked for again."""

SPREAD_US = 1_500_000
"""Those who look for him begin within so long of each other, so that not all knock at once; a crowd of more than his
door gives tickets in that time begins within as long as twice as many take."""

AGAIN_US = 2_000_000
"""After a door said no, or nobody answered, it is asked again so much later."""

LOOK_FOR_US = 60_000_000
"""For so long, and as long again as twice the crowd takes at a door; then he is gone."""

LONGEST_WAIT_US = 16_000_000
"""Each ticket with which nothing is heard doubles the wait for the next, up to this."""

UNHEARD = (
    "The door answers, but nothing of the jam comes through: let the game receive UDP in this machine's firewall, "
    "then listen again."
)

LOOK_US = 500_000
"""How often it is looked through whom this machine hears."""

WORDS_PER_S, WORDS_AT_ONCE = 60, 200
"""More words than this are not taken up, nor kept: three times what a conductor says."""

LATEST = 16
"""How late keys are heard is told by so many of them."""

MAX_CAME = 4096
MAX_DOORS = 16
MAX_PLAYERS = 256

MAX_KEPT_BYTES = 128 * 1024 * 1024
"""Of what is heard in one session, about so much is kept: five hours of a band of eight."""

ROW_BYTES = 100
"""What a row of the log takes beside what it says."""

FULL = "The log of this jam is full; what comes from now on is heard, but not kept."
MOVED = "The crowd has moved; it is being looked for where it is now."
LOST = "The conductor is not heard; he is being looked for again."


@dataclass(frozen=True, slots=True)
class Heard:
    """A key that went down: ``late_us`` after it was played it was heard here, about."""

    peer: str
    lane: int
    song_us: int
    heard_us: int
    late_us: int


@dataclass(frozen=True, slots=True)
class Link:
    """Through whom this machine hears.

    ``hops`` from the conductor (0: nobody passes anything on just now), ``parent`` the number of who does, ``below``
    how many hear through this machine.  ``late_us`` is how late a word mostly comes, ``error_us`` about how wrong that
    and the clock may be.
    """

    hops: int
    parent: str
    below: int
    late_us: int
    error_us: int


@dataclass(slots=True)
class View:
    """What is known of the jam."""

    now: Now | None = None
    players: dict[int, CrowdPlayer] = field(default_factory=dict)
    hits: deque[Heard] = field(default_factory=lambda: deque(maxlen=512))
    felt: deque[tuple[CrowdFelt, int]] = field(default_factory=lambda: deque(maxlen=8))
    """Reactions, and when they were heard by this machine's clock."""

    @property
    def late_us(self) -> int:
        """How late keys were mostly heard of late; 0 before the first."""
        latest = [hit.late_us for hit in islice(reversed(self.hits), LATEST)]
        return sorted(latest)[len(latest) // 2] if latest else 0


Happening = CrowdEvent | JamOpened | Heard | Notice | Closed


class CrowdListener:
    """Listens in the crowd of the session at ``addresses``, until :meth:`close`.

    Args:
        addresses: where its door, or any of its members, is.
        code: the join code.
        writer: of the player's log, where what is heard is handed to.
        name: what the player is called here; it is not told to anybody.
        bind: where sockets are opened.

    Raises:
        NetError: no socket can be had.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        code: JoinCode,
        writer: LogWriter,
        *,
        name: str,
        bind: Address = ("0.0.0.0", 0),
        clock: Clock | None = None,
    ) -> None:
        self.doors = list(addresses)
        """Where the conductor's door is asked for, what was named last first."""
        self._code, self._name, self._bind = code, name, bind
        self._writer = writer
        self._clock = clock or MonotonicClock()
        self._identity = Identity.new()
        self.session = ""
        """The session's id; empty until a ticket came."""
        self.conductor = ""
        self.closed = ""
        """Why this machine listens no more; empty while it does."""
        self.view = View()
        self.time = CrowdClock()
        self._conduit: Conduit | None = None
        self._signing = b""
        self._came: deque[tuple[Word, int]] = deque(maxlen=MAX_CAME)
        self._limits: Limits[bytes] = Limits(WORDS_PER_S, WORDS_AT_ONCE)
        self._rows: list[NewEvent] = []
        self._out: list[Happening] = []
        self._told: CrowdTold | None = None
        self._heard_us = self._looked_us = self._clock.now_us()
        self._lost_us: int | None = None
        self._ask_us: int | None = None
        self._asked_from = 0
        self._unheard = 0
        self._kept_bytes = 0
        self._linked = CrowdLinked(0, "")
        self._seeker: TicketSeeker | None = TicketSeeker(self.doors, code.text, bind=bind, clock=self._clock)

    # -- what is known ---------------------------------------------------------------------------------------

    @property
    def hears(self) -> bool:
        """Whether the conductor is heard."""
        return self.view.now is not None and self._lost_us is None and not self.closed

    @property
    def link(self) -> Link:
        """Through whom this machine hears."""
        conduit = self._conduit
        if conduit is None or conduit.depth == UNREACHED:
            return Link(0, "", 0, self.time.delay_us, self.time.error_us)
        return Link(conduit.depth, f"{conduit.parent:016x}", conduit.below, self.time.delay_us, self.time.error_us)

    @property
    def port(self) -> int:
        """The UDP port it listens at; 0 until a ticket came."""
        return self._conduit.address[1] if self._conduit is not None else 0

    @property
    def address(self) -> str:
        """Where others may ask to be let in through this machine, as it is typed; empty until a ticket came."""
        if self._conduit is None:
            return ""
        host = self._bind[0] if self._bind[0] not in ("0.0.0.0", "::") else next(iter(own_addresses()), "127.0.0.1")
        return str(Endpoint(host, self.port))

    def session_us(self) -> int:
        """The present instant of session time, about."""
        return self.time.session_us(self._clock.now_us())

    # -- a step of time --------------------------------------------------------------------------------------

    def step(self) -> list[Happening]:
        """Take up what came since the last call; gives what happened."""
        if not self.closed:
            now_us = self._clock.now_us()
            self._ask(now_us)
            while self._came and not self.closed:
                self._hear(*self._came.popleft())
            self._look(now_us)
            self._write()
        out, self._out = self._out, []
        return out

    def close(self) -> None:
        """Leave; what was heard is kept."""
        self._end("left", Truth.USER, "user:keyboard")
        self._write()

    def _end(self, why: str, truth: Truth = Truth.AUTOMATION, origin: str = "automation:network") -> None:
        if self.closed:
            return
        self.closed = why
        if self.session:
            self._keep(JamClosed(why), truth, origin)
        self._out.append(Closed(why))
        for each in (self._seeker, self._conduit):
            if each is not None:
                each.close()
        self._seeker = self._conduit = None

    # -- the way in ------------------------------------------------------------------------------------------

    def _ask(self, now_us: int) -> None:
        """Look after asking at the doors."""
        if self._seeker is None:
            if self._ask_us is not None and now_us >= self._ask_us:
                self._ask_us = None
                wanted = bytes.fromhex(self.session) if self.session else ANY_SESSION
                try:
                    self._seeker = TicketSeeker(self.doors, self._code.text, wanted, self._bind, self._clock)
                except NetError as error:
                    self._refused(Refused(str(error)), now_us)
            return
        outcome = self._seeker.outcome
        if outcome is None:
            return
        self._asked_from = self._seeker.address[1]
        self._seeker.close()
        self._seeker = None
        if isinstance(outcome, Ticketed):
            self.enter(outcome)
        else:
            self._refused(outcome, now_us)

    def _refused(self, refused: Refused, now_us: int) -> None:
        """The door said no; for who was let in before, another may still be about to take over."""
        if self._lost_us is None or self._looks_too_long(now_us):
            self._end(refused.sentence)
        else:
            self._ask_us = now_us + AGAIN_US

    def _looks_too_long(self, now_us: int) -> bool:
        return self._lost_us is not None and now_us - self._lost_us >= LOOK_FOR_US + 2 * self._spread_us

    @property
    def _spread_us(self) -> int:
        return spread_us(self.view.now.crowd if self.view.now is not None else 0)

    def enter(self, ticketed: Ticketed) -> None:
        """Take part with a ticket: the first, or a fresh one."""
        ticket = ticketed.ticket
        if not self.session:
            self.session = ticketed.session
            opened = JamOpened(self.session, self._identity.id, self._name, False, CROWD)
            self._keep(opened, Truth.USER, "user:keyboard")
            self._out.append(opened)
        self.conductor = ticket.conductor
        near = [(ticketed.door[0], ticket.port), *ticket.near]
        if ticketed.seen_port != self._asked_from:  # whoever let it in passed it on, and is one of the crowd
            near.insert(1, ticketed.door)
        self.doors = [each for each in self.doors if _is_machine(each)]  # names were looked up once
        self._know([ticketed.door, *ticket.doors])
        self._heard_us = self._clock.now_us()
        if self._conduit is not None and ticket.signing == self._signing:
            self._conduit.doorway.door = ticketed.door
            for address in near:
                self._conduit.meet(address)
            return
        try:
            conduit = Conduit(*(ticket.key, ticket.signing, self._identity, near, self._word, self._bind, self._clock))
        except NetError as error:
            self._end(str(error))
            return
        if self._conduit is not None:
            self._conduit.close()
        self._came.clear()
        self.time.forget()
        self._conduit, self._signing = conduit, ticket.signing
        conduit.doorway.door = ticketed.door
        conduit.start()

    def _know(self, doors: Sequence[Address]) -> None:
        """The doors to ask when the conductor is not heard, those named last first."""
        self.doors = list(dict.fromkeys([*doors, *self.doors]))[:MAX_DOORS]

    def _look(self, now_us: int) -> None:
        """See through whom this machine hears, and whether it does."""
        if self.closed or not self.session or now_us - self._looked_us < LOOK_US:
            return
        self._looked_us = now_us
        link = self.link
        linked = CrowdLinked(link.hops, link.parent)
        if linked != self._linked:
            self._linked = linked
            self._keep(linked, Truth.AUTOMATION, "automation:network")
            self._out.append(linked)
        if now_us - self._heard_us >= SILENT_US and self._seeker is None and self._ask_us is None:
            self._lose(LOST, now_us)

    def _lose(self, sentence: str, now_us: int) -> None:
        """The conductor is not heard any more: say so once, and ask at the doors, ever more seldom and not for ever."""
        if self._looks_too_long(now_us):
            self._end(UNHEARD)
            return
        if self._lost_us is None:
            self._unheard = 0
            self._lost_us = now_us
            self._out.append(Notice(sentence))
        elif self._conduit is not None and self.link.hops > 0:
            self._conduit.leave_parent()  # the door answered, and still nothing comes: it may be who passes it on
        longer_us = min(AGAIN_US << self._unheard, LONGEST_WAIT_US) if self._unheard else 0
        self._unheard += 1
        self._ask_us = now_us + longer_us + random.randrange(self._spread_us)

    # -- what comes ------------------------------------------------------------------------------------------

    def _word(self, number: int, data: bytes, at_us: int) -> None:
        """In the socket's thread: a word of the conductor."""
        if not self._limits.allow(self._signing, at_us):
            return
        try:
            self._came.append((unpack(data), at_us))
        except Unfit:
            return  # of a later version, mostly

    def _hear(self, word: Word, at_us: int) -> None:
        conduit = self._conduit
        if conduit is None:
            return
        self.time.hear(word.stamp_us, at_us, max(1, min(conduit.depth, 3)))
        self._heard_us = max(self._heard_us, at_us)
        if self._lost_us is not None and not isinstance(word, Bye):
            self._lost_us = self._ask_us = None
            if self._seeker is not None:
                self._seeker.close()
                self._seeker = None
        match word:
            case Now():
                self._hear_now(word)
            case Players():
                self._hear_players(word)
            case Hits():
                self._hear_hits(word, at_us)
            case Felt():
                felt = CrowdFelt(word.name, word.reaction)
                self.view.felt.append((felt, at_us))
                self._tell(felt)
            case Doors():
                self._know([address for address in word.addresses if _is_machine(address)])
            case Bye(moves=True):
                self._lose(MOVED, at_us)
            case Bye():
                self._conduit = None  # it passes this on before it goes
                threading.Thread(target=conduit.finish, name="leaving a crowd").start()
                self._end("The conductor closed the crowd; what you heard is kept.")

    def _hear_now(self, word: Now) -> None:
        if self.view.now is not None and self.view.now.stamp_us > word.stamp_us:
            return  # overtaken on its way
        self.view.now = word
        phase = Phase(word.phase).name.lower()
        values = word.title, phase, word.song, word.artist, word.chart.hex(), word.take, word.t0_us
        told = CrowdTold(*values, word.rate_percent / 100)
        if told != self._told:
            self._told = told
            self._tell(told)

    def _hear_players(self, word: Players) -> None:
        for slot, peer, name, part, keys, here in word.rows:
            player = CrowdPlayer(peer.hex(), name, part, keys, here)
            if self.view.players.get(slot) != player and (slot in self.view.players or self._has_room()):
                self.view.players[slot] = player
                self._tell(player)

    def _has_room(self) -> bool:
        return len(self.view.players) < MAX_PLAYERS

    def _hear_hits(self, word: Hits, at_us: int) -> None:
        now = self.view.now
        if now is None or not now.take or tag(now.take) != word.tag:
            return  # of a song that is over, or one not heard of yet
        heard_us = now.song_us(self.time.session_us(at_us))
        rows: dict[int, list[tuple[int, int, int]]] = {}
        for slot, lane, after in word.rows.tolist():
            rows.setdefault(slot, []).append((word.from_us + after * TICK_US, lane, 1))
        for slot, edges in rows.items():
            player = self.view.players.get(slot)
            if player is None:
                continue
            self._tell(CrowdHits(player.peer, now.take, np.array(edges, EDGE).tobytes()))
            for song_us, lane, _ in edges:
                late_us = (heard_us - song_us) * 100 // now.rate_percent
                self.view.hits.append(Heard(player.peer, lane, song_us, at_us, late_us))
                self._out.append(self.view.hits[-1])

    # -- the log ---------------------------------------------------------------------------------------------

    def _tell(self, event: CrowdEvent) -> None:
        """Something the conductor said; kept as long as there is room for it."""
        before, room = self._kept_bytes, MAX_KEPT_BYTES
        self._kept_bytes += ROW_BYTES + (len(event.edges) if isinstance(event, CrowdHits) else MAX_WORD)
        if self._kept_bytes > room >= before:
            self._out.append(Notice(FULL))
        if self._kept_bytes <= room:
            self._keep(event, Truth.LAN_PEER, f"peer:{self.conductor}", self.conductor)
        self._out.append(event)

    def _keep(self, event: Event, truth: Truth, origin: str, actor: str = "") -> None:
        row = NewEvent(event.kind, to_payload(event), at_us=wall_us(), truth=int(truth), origin=origin, actor=actor)
        self._rows.append(row)

    def _write(self) -> None:
        if self._rows:
            rows, self._rows = self._rows, []
            self._writer.append(stream_of(self.session), rows)


def spread_us(crowd: int) -> int:
    """Within how long those of a crowd of so many ask at a door, in microseconds."""
    return max(SPREAD_US, 2 * crowd * 1_000_000 // TICKETS_PER_S)


def _is_machine(address: Address) -> bool:
    try:
        checked_address(*address)
    except ValueError:
        return False
    return True
