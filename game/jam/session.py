"""The face of a jam for game logic: peers, what is said, what happens; nothing of sockets (001 N5).

A thread of its own waits for the network, checks what comes and hands it to the log at once; the game takes it up
with :meth:`Session.events`, which also folds it into :attr:`Session.band`.  Without :meth:`Session.begin` nothing runs
beside: each :meth:`Session.events` then looks at the network itself, which is how tests turn time by hand.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from engine.clock import now_us
from engine.errors import UserError
from engine.log import EventLog, LogWriter
from engine.net.face import (
    ClockSet,
    ConductorIs,
    Joined,
    Moment,
    MomentCorrected,
    NetEvent,
    Network,
    Peer,
    PeerBack,
    PeerJoined,
    PeerLeft,
    PeerSilent,
    Refused,
    Said,
    SharedTime,
    Told,
    Trouble,
)
from game.events import Event
from game.jam.decide import HandOver, Intent, SayReady, decide, on_following, warning
from game.jam.events import (
    ClockAgreed,
    ConductorChanged,
    JamClosed,
    JamOpened,
    MemberCame,
    MemberHeard,
    MemberWent,
    ReadySaid,
    StartAgreed,
)
from game.jam.happenings import Closed as Closed
from game.jam.happenings import Earlier
from game.jam.happenings import Happening as Happening
from game.jam.happenings import Heard as Heard
from game.jam.happenings import Notice as Notice
from game.jam.inbox import Unfit, named, pack, pack_hit, unpack
from game.jam.keeping import Keeper, last_there
from game.jam.placing import Placing
from game.jam.seats import session_us, song_us
from game.jam.state import PLAYER, Band
from game.rhythm.chart import EDGE
from game.truth import Truth

WAIT_S = 0.25
"""How long the thread sleeps when nothing comes; also how soon it notices that it is to end."""

BUSY_US = 6_000
TOGETHER_S = 0.003
"""When something was heard only a moment ago, the thread waits this long for more: a crowd costs less together."""

AT_ONCE = 200
"""So many things are taken up before the game may have its turn: much comes at once when a network is back."""

RELEASE_US = 50_000
"""A key that comes up is told of with the next one that goes down, or after so long: half the packets, and nobody hears
a release."""

MAX_NUMBER = 1 << 53
_logger = logging.getLogger(__name__)

LEFT = "left"
TELL_AT = frozenset(10**power for power in range(9))


class Session:
    """One machine's place in a jam.  Everything but :meth:`close` belongs to one thread, the game's.

    Args:
        network: the membership, hosted or joined, whatever carries it; closed with the session.
        log: the player's log, for reading.
        writer: where everything that happens is handed to.
        name, role: as said to the others when joining (:func:`game.jam.inbox.info_of`).
        hosting: whether this machine founded the session.
    """

    def __init__(
        self,
        network: Network,
        log: EventLog,
        writer: LogWriter,
        *,
        name: str,
        role: str = PLAYER,
        hosting: bool = False,
    ) -> None:
        self.band = Band()
        self.dropped: Counter[str] = Counter()
        """How many things each peer said that were no word of a jam."""
        self._network = network
        self._log = log
        self._writer = writer
        self._name, self._role, self._hosting = name, role, hosting
        self._keeper: Keeper | None = None
        self._placing = Placing()
        self._roles: dict[str, str] = {}
        self._follows = ("", 0, False)
        self._closed = ""
        self._lock = threading.RLock()
        self._came: list[Happening | Earlier] = []
        self._taken: list[Happening] = []
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    # -- for the game --------------------------------------------------------------------------------------

    @property
    def me(self) -> str:
        """This machine's id."""
        return self._network.me

    @property
    def id(self) -> str:
        """The session's id; empty until joined."""
        return self._network.session

    @property
    def time(self) -> SharedTime:
        """The session's clock."""
        return self._network.time

    @property
    def closed(self) -> str:
        """Why this machine is in the session no more; empty while it is."""
        return self._closed

    def now_us(self) -> int:
        """The present instant of session time."""
        return self._network.time.session_us(now_us())

    def peers(self) -> tuple[Peer, ...]:
        """The other members as the network sees them: paths, round trips, loss."""
        return self._network.peers()

    def begin(self) -> None:
        """Hear and keep what comes from now on at once, on a thread of the session's own."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="jam session", daemon=True)
            self._thread.start()

    def events(self) -> list[Happening]:
        """What happened since the last call, in the order it came; :attr:`band` knows of it."""
        if self._thread is None:
            self.pump()
        self._fold()
        taken, self._taken = self._taken, []
        return taken

    def send(self, event: Event) -> int:
        """Say ``event`` to everyone and keep it; gives its number.

        Raises:
            Unfit: it is not something members say, or too large.
            UserError: this machine is not in a session.
        """
        data = pack(event)
        with self._lock:
            keeper = self._joined()
            number = self._network.say(data)
            if keeper.said(self.me, number, event, own=True):
                self._came.append(Heard(self.me, number, event, now_us()))
                self._place(self.me, number, event)
            keeper.write()
        self._fold()
        return number

    def do(self, intent: Intent) -> list[Event]:
        """Decide on ``intent`` by what is known now, and say what it leads to.

        Raises:
            UserError: it cannot be, and why.
        """
        self._fold()
        if isinstance(intent, SayReady):
            intent = self._with_bound(intent)
        decided = decide(self.band, self.me, intent)
        for event in decided:
            self.send(event)
            if isinstance(event, ReadySaid) and event.ready:
                self._network.measure()  # once before each song, and not while it runs (001 N2)
        if isinstance(intent, HandOver):
            self._network.hand_over(intent.peer)
        return decided

    def _with_bound(self, intent: SayReady) -> SayReady:
        known = intent.ready and self.time.agreed
        return replace(intent, bound_us=self.time.bound_us if known else -1)

    def hit(self, take: str, lane: int, down: bool, song_at_us: int) -> tuple[int, int]:
        """The player's key went down or up at ``song_at_us`` of a take: let everyone know, and keep it.

        Gives the instant of song time that everyone judges by (at rate 1 the very same), and the hit's number.

        Raises:
            UserError: no such take, or this machine is not in a session.
        """
        with self._lock:
            keeper = self._joined()
            start = self._placing.named(take)
            if start is None:
                raise UserError("This song is not running; wait for the conductor to start one")
            at_us = session_us(start, song_at_us)
            row = np.zeros(1, EDGE)
            row[0] = (song_us(start, at_us), lane, down)
            number = self._network.moment(pack_hit(take, lane, down), at_us, 0 if down else RELEASE_US)
            for event in keeper.hits(self.me, take, number, row, own=True):
                self._came.append(Heard("", 0, event, now_us()))
            keeper.write()
        return int(row["at_us"][0]), number

    def tell(self, peer: str, data: bytes) -> None:
        """Tell one member something that is not kept; comes out as :class:`engine.net.face.Told` at the other end."""
        self._network.tell(peer, data)

    def measure(self) -> None:
        """Measure the shared clock anew; saying that one is ready does so as well."""
        self._network.measure()

    def hold_time(self, held: bool) -> None:
        """While a song runs the clock is not corrected (001 N2)."""
        self._network.hold_time(held)

    def remove(self, peer: str) -> None:
        """Take a member off the roster; only the conductor may."""
        self._network.remove(peer)

    def close(self) -> None:
        """Leave; what happened is kept."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(2.0)
        with self._lock:
            self._leave(LEFT)
            if self._keeper is not None:
                self._keeper.write()
        self._network.close()

    # -- hearing -------------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Take up what the network has; the session's own thread does this, or who turns time by hand."""
        events = self._network.events()
        for begin in range(0, len(events), AT_ONCE):
            if begin:
                time.sleep(0)  # let the game's thread in between
            with self._lock:
                for hits, together in groupby(events[begin : begin + AT_ONCE], lambda event: isinstance(event, Moment)):
                    if hits:
                        self._safely(self._hear_hits, list(together))
                    else:
                        for event in together:
                            self._safely(self._hear, event)
                if self._keeper is not None:
                    self._keeper.write()

    def _safely(self, hear: Callable[[Any], None], what: Any) -> None:
        """One thing that cannot be taken up must not end the hearing of a whole band."""
        try:
            hear(what)
        except UserError as error:
            self._notice(str(error))
        except Exception as error:
            _logger.exception("what came from the network could not be taken up")
            self._notice(f"something of the jam could not be taken up ({type(error).__name__}); the jam goes on")

    def _run(self) -> None:
        heard_us = 0
        while not self._ending.is_set():
            if self._network.wait(WAIT_S):
                if now_us() - heard_us < BUSY_US:
                    time.sleep(TOGETHER_S)
                self.pump()
                heard_us = now_us()

    def _fold(self) -> None:
        with self._lock:
            came, self._came = self._came, []
        for one in came:
            if isinstance(one, Earlier):
                self.band.apply_all(one.spoken)
                continue
            self._taken.append(one)
            if isinstance(one, Heard):
                self.band.apply(one.author, one.number, one.event)
                if isinstance(one.event, StartAgreed) and (words := warning(one.event)):
                    self._taken.append(Notice(words))
        self._speak_up(any(isinstance(one, Heard) and isinstance(one.event, ClockAgreed) for one in came))

    def _speak_up(self, measured: bool) -> None:
        """Say what follows from what was heard, without waiting for the player."""
        if self._keeper is None or self._closed:
            return
        conducting = self.band.conducting
        follows = (conducting.conductor, conducting.term, conducting.provisional)
        words: list[Event] = []
        if follows != self._follows:
            self._follows = follows
            words += on_following(self.band)
        try:
            if measured and self.band.members[self.me].ready:
                words += decide(self.band, self.me, self._with_bound(SayReady()))
            for event in words:
                self.send(event)
        except UserError as error:
            self._notice(str(error))

    def _joined(self) -> Keeper:
        if self._keeper is None or self._closed:
            raise UserError(self._closed or "This machine is not in a jam yet; wait until it has joined")
        return self._keeper

    def _hear(self, event: NetEvent) -> None:
        match event:
            case Said():
                self._hear_record(event)
            case Joined():
                self._enter(event)
            case PeerJoined():
                self._see_peer(event.peer)
            case PeerLeft():
                self._saw(MemberWent(event.peer, event.why))
            case PeerSilent():
                self._saw(MemberHeard(event.peer, False))
            case PeerBack():
                self._saw(MemberHeard(event.peer, True))
            case ConductorIs():
                self._saw(ConductorChanged(event.peer, event.term, event.provisional))
            case ClockSet():
                self._saw(ClockAgreed(event.offset_us, event.skew_ppm, event.bound_us))
            case Refused():
                self._leave(event.sentence, event.crowd)
            case Trouble():
                self._notice(event.sentence)
            case Told():
                self._came.append(event)
            case Moment():
                self._hear_hits([event])
            case MomentCorrected():
                self._correct(event)

    def _enter(self, joined: Joined) -> None:
        """This machine is in: what the log holds of an earlier stay comes first."""
        keeper = self._keeper
        if keeper is None:
            self._keeper = keeper = Keeper(self._log, self._writer, joined.session)
            self._came.append(Earlier(keeper.before))
            for author, number, event in keeper.before:
                self._place(author, number, event)
            self._roles[self.me] = self._role
            opened = JamOpened(joined.session, self.me, self._name, self._hosting, self._role)
            self._saw(opened, Truth.USER, "user:keyboard")
            there = {peer.id for peer in joined.peers}
            for member in last_there(keeper.before):
                if member not in there and member != self.me:
                    self._saw(MemberWent(member, LEFT))
            order = max((peer.order for peer in joined.peers), default=-1) + 1
            self._saw(MemberCame(self.me, self._name, self._role, order))
        for peer in joined.peers:
            self._see_peer(peer)
        self._saw(ConductorChanged(joined.conductor, joined.term))

    def _see_peer(self, peer: Peer) -> None:
        name, role = named(peer.info)
        self._roles[peer.id] = role
        self._saw(MemberCame(peer.id, name, role, peer.order))
        if not peer.here:
            self._saw(MemberHeard(peer.id, False))

    def _saw(self, event: Event, truth: Truth = Truth.AUTOMATION, origin: str = "automation:network") -> None:
        if self._keeper is None:
            return  # nothing is said of a session before it is joined
        self._keeper.saw(event, truth=truth, origin=origin)
        self._came.append(Heard("", 0, event, now_us()))
        self._place("", 0, event)

    def _leave(self, why: str, crowd: bool = False) -> None:
        if not self._closed:
            self._closed = why
            if self._keeper is not None:
                self._saw(JamClosed(why), Truth.USER if why == LEFT else Truth.AUTOMATION)
            self._came.append(Closed(why, crowd))

    def _notice(self, sentence: str) -> None:
        with self._lock:
            self._came.append(Notice(sentence))

    def _drop(self, peer: str, sentence: str) -> None:
        """Count what was left out, and say so now and then."""
        self.dropped[peer] += 1
        if self.dropped[peer] in TELL_AT:
            self._notice(f"{peer[:4]}: {sentence} ({self.dropped[peer]} so far)")

    def _hear_record(self, said: Said) -> None:
        if self._keeper is None or said.peer == self.me or not 0 < said.number < MAX_NUMBER:
            return
        try:
            event = unpack(said.data)
        except Unfit as error:
            self._drop(said.peer, str(error))
            return
        if self._keeper.said(said.peer, said.number, event, own=False):
            self._came.append(Heard(said.peer, said.number, event, said.arrived_us))
            self._place(said.peer, said.number, event)

    # -- hits ----------------------------------------------------------------------------------------------

    def _place(self, author: str, number: int, event: Event) -> None:
        """Learn of takes, and see whether hits that waited belong to one."""
        waiting = self._placing.take_in(author, number, event)
        self._hear_hits([one for one in waiting if isinstance(one, Moment)])
        for one in waiting:
            if isinstance(one, MomentCorrected):
                self._correct(one)

    def _hear_hits(self, moments: list[Moment]) -> None:
        """Check and keep hits; those that followed each other go together."""
        run: list[tuple[int, int, int, int]] = []
        of: tuple[str, str] = ("", "")
        arrived_us = 0
        for moment in moments:
            found = self._hit_of(moment)
            if found is None:
                continue
            take, row = found
            if run and (of != (moment.peer, take) or moment.number != run[-1][0] + 1):
                self._keep_hits(of, run, arrived_us)
                run = []
            of, arrived_us = (moment.peer, take), moment.arrived_us
            run.append((moment.number, *row))
        if run:
            self._keep_hits(of, run, arrived_us)

    def _correct(self, moment: MomentCorrected) -> None:
        """What a member signed counts, instead of what it let this machine hear first."""
        found = self._edge_of(moment)
        if self._keeper is None or (found is None and not self._keeper.knows_hit(moment.peer, moment.number)):
            return
        take, rows = ("", []) if found is None else (found[0], [found[1]])
        event = self._keeper.corrected(moment.peer, moment.number, take, np.array(rows, EDGE))
        self._came.append(Heard("", 0, event, moment.arrived_us))

    def _hit_of(self, moment: Moment) -> tuple[str, tuple[int, int, int]] | None:
        """The take and edge that a moment tells of; None for one that is known, waits, or is none."""
        if self._keeper is not None and self._keeper.knows_hit(moment.peer, moment.number):
            return None
        return self._edge_of(moment)

    def _edge_of(self, moment: Moment | MomentCorrected) -> tuple[str, tuple[int, int, int]] | None:
        if self._keeper is None or moment.peer == self.me or not 0 < moment.number < MAX_NUMBER:
            return None
        try:
            if self._roles.get(moment.peer, PLAYER) != PLAYER:
                raise Unfit("a hit of a spectator was left out")
            return self._placing.place(moment)
        except Unfit as error:
            self._drop(moment.peer, str(error))
            return None

    def _keep_hits(self, of: tuple[str, str], run: list[tuple[int, int, int, int]], arrived_us: int) -> None:
        assert self._keeper is not None
        rows = np.array([row[1:] for row in run], EDGE)
        for event in self._keeper.hits(*of, run[0][0], rows, own=False):
            self._came.append(Heard("", 0, event, arrived_us))
