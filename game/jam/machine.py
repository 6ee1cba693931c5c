"""A machine in a jam: its membership, and the songs that go from one machine to the others.

What scenes and the command line share.  Everything that waits (sockets, discovery, hashing, files) runs on threads of
its own or as jobs; :meth:`Machine.step` takes up what came of it, on the one thread that owns the machine.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgpack
import numpy as np

from engine.clock import now_us
from engine.errors import UserError
from engine.jobs import Job, Jobs
from engine.log import EventLog, LogWriter
from engine.net.discovery import Announcement, Discovery
from engine.net.discovery_records import clean_text
from engine.net.face import NetError, Told
from engine.net.join_code import JoinCode
from engine.net.node import Node
from engine.net.transfer import OfferedFile, Progress, SongRefused, TransferServer, fetch_files
from game.jam.cohesion import Coherence, Cohesion
from game.jam.crowd_stage import CrowdStage
from game.jam.decide import ChooseSharing, HoldSong, OfferSong, OpenCrowd, ShareLearned
from game.jam.events import FreeStarted, HitsHeard, JamOpened, MemberCame, MemberWent, SongOffered, StartAgreed
from game.jam.inbox import info_of
from game.jam.seats import Charts, session_us
from game.jam.session import Happening, Heard, Notice, Session
from game.jam.songs import charts_in, files_in, find_song, folder_for, offer_of
from game.jam.state import PLAYER
from game.rhythm.chart import EDGE, Chart
from game.rhythm.entries import ChartEntry

TELL_US = 500_000
"""The others are told this often how far a song has come."""

COHERE_US = 50_000
"""Who plays with whom is looked at this often."""

SHARE_US = 10_000_000
"""Who shares what is learned of them does so this often: it changes slowly."""

MAX_TOLD = 200
"""The most bytes of what machines tell each other about songs and the session's title."""

MAX_TITLE_BYTES = 160

CROWD_AGAIN_US = 2_000_000
"""Where no socket can be had for the crowd, one is asked for again so much later."""

FETCH_GAPS_S = (0.5, 2.0, 5.0)
"""How long after each try that brought no end a song is fetched again; what came before is not fetched twice."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a machine keeps things: its log, its songs, and a folder for archives that must be made."""

    log: EventLog
    writer: LogWriter
    songs: Path
    aside: Path


class Fetching(NamedTuple):
    """How far a song has come to a machine, 0 to 1, and the seconds it will still take where that is known."""

    song: str
    share: float
    left_s: float | None = None


class HeldSong(NamedTuple):
    """A song that is here whole: its folder, its charts, and its files for those who lack it."""

    folder: Path
    charts: list[Chart]
    files: dict[str, OfferedFile]


class Machine:
    """One machine's place in one jam, made by :meth:`host` or :meth:`join`.

    Args:
        node: the membership.
        place: where things are kept.
        jobs: does what takes time.
        entries: the songs that are here, for finding one by its hash; asked for in a job's thread.
        name, role: as said to the others.
        code: the join code, for showing it.
        title: what the host calls the session; empty where that is not known yet.
        hosting: whether this machine founds it.
        discovery: says to the network that the session is there; None keeps it quiet.
    """

    def __init__(
        self,
        node: Node,
        place: Place,
        jobs: Jobs,
        entries: Callable[[], Iterable[ChartEntry]],
        *,
        name: str,
        role: str,
        code: JoinCode,
        title: str = "",
        hosting: bool = False,
        discovery: Discovery | None = None,
    ) -> None:
        self.node, self.code, self.name, self.role, self.title = node, code, name, role, title
        self.session = Session(node, place.log, place.writer, name=name, role=role, hosting=hosting)
        self.fetching: dict[str, Fetching] = {}
        """How far each member has the song that is offered, by its id; this machine's own too."""
        self.cohesion = Cohesion(node.me)
        self.coherence: Coherence | None = None
        self.crowd: CrowdStage | None = None
        """Speaks to the crowd, while this machine conducts a jam that is open to one."""
        self.version = ""
        self._place, self._jobs, self._entries = place, jobs, entries
        self._discovery, self._announced = discovery, ""
        self._server: TransferServer | None = None
        self._served: set[str] = set()
        self._servers: dict[str, int] = {}
        self._held: dict[str, HeldSong] = {}
        self._job: Job[HeldSong | None] | None = None
        self._wanted, self._waits = "", False
        self._told_us = self._cohered_us = self._shared_us = self._crowd_us = 0
        self._crowd_failed = ""
        self._titles: dict[str, str] = {}
        """What each member last said the session is called; only who conducts is believed."""
        self.session.begin()

    @classmethod
    def host(
        cls,
        title: str,
        code: JoinCode,
        place: Place,
        jobs: Jobs,
        entries: Callable[[], Iterable[ChartEntry]],
        *,
        name: str,
        bind: tuple[str, int] = ("0.0.0.0", 0),
        discovery: Discovery | None = None,
        lan: bool = True,
    ) -> Machine:
        """Found a session called ``title`` that machines with ``code`` may join.

        Without ``lan`` it is only reached where the others see it, as :meth:`engine.net.node.Node.host` says.

        Raises:
            NetError: the port cannot be had.
        """
        node = Node.host(code.text, info_of(name, PLAYER), bind=bind, lan=lan)
        args = node, place, jobs, entries
        return cls(*args, name=name, role=PLAYER, code=code, title=title, hosting=True, discovery=discovery)

    @classmethod
    def join(
        cls,
        addresses: Sequence[tuple[str, int]],
        code: JoinCode,
        place: Place,
        jobs: Jobs,
        entries: Callable[[], Iterable[ChartEntry]],
        *,
        name: str,
        role: str = PLAYER,
        title: str = "",
        bind: tuple[str, int] = ("0.0.0.0", 0),
        discovery: Discovery | None = None,
        lan: bool = True,
    ) -> Machine:
        """Ask at ``addresses`` to be let in; :attr:`joined` or ``session.closed`` tells what came of it.

        Raises:
            NetError: no socket can be had.
        """
        node = Node.join(list(addresses), code.text, info_of(name, role), bind=bind, lan=lan)
        args = node, place, jobs, entries
        return cls(*args, name=name, role=role, code=code, title=title, discovery=discovery)

    # -- what is known -------------------------------------------------------------------------------------

    @property
    def joined(self) -> bool:
        """Whether this machine is in the session."""
        return bool(self.session.id) and not self.session.closed

    @property
    def song(self) -> HeldSong | None:
        """The song that is offered, once it is here whole."""
        offer = self.session.band.offer
        return self._held.get(offer.song) if offer is not None else None

    def charts(self, song: str) -> Charts | None:
        """The charts of a song of this session to play parts of, or None when it is not here."""
        held = self._held.get(song)
        return Charts(held.charts) if held is not None else None

    # -- a step of time ------------------------------------------------------------------------------------

    def step(self) -> list[Happening]:
        """Take up what happened since the last call; gives it on for who shows it."""
        happenings = self.session.events()
        for one in happenings:
            self._hear(one)
        at_us = now_us()
        if self.joined:
            self.title = self.title or self._titles.get(self.session.band.conductor, "")
            self._look_for_song()
            if at_us - self._told_us >= TELL_US:
                self._told_us = at_us
                self._tell_progress()
                self._announce()
        if at_us - self._cohered_us >= COHERE_US and self.session.time.agreed:
            self._cohered_us = at_us
            self.coherence = self.cohesion.step(self.session.now_us())
        if at_us - self._shared_us >= SHARE_US:
            self._shared_us = at_us
            self._share()
        self._tend_crowd(happenings)
        return happenings

    def _hear(self, one: Happening) -> None:
        if isinstance(one, Told):
            self._hear_told(one)
        elif isinstance(one, Heard):
            match one.event:
                case JamOpened():
                    self._server = TransferServer(self.node.song_key)
                case MemberCame(peer=peer) if peer != self.session.me:
                    self._tell_served(peer)
                    self._tell_title(peer)
                case HitsHeard():
                    self._cohere(one.event)

    def _cohere(self, hits: HitsHeard) -> None:
        fact = self.session.band.conducting.starts.get(hits.take)
        if fact is None or not isinstance(fact.event, StartAgreed | FreeStarted):
            return
        for row in np.frombuffer(hits.edges, EDGE):
            if row["down"]:
                self.cohesion.hit(hits.peer, session_us(fact.event, int(row["at_us"])))

    def _tend_crowd(self, happenings: list[Happening]) -> None:
        """Speak to the crowd while it is for this machine to do."""
        band = self.session.band
        wanted = self.joined and band.conducts and band.crowd
        if wanted and self.crowd is None:
            if now_us() >= self._crowd_us:
                self._begin_crowd(happenings)
        elif self.crowd is not None and (not wanted or _removed(happenings)):  # who was removed hears no more of it
            crowd, self.crowd = self.crowd, None
            crowd.end(moves=band.crowd)
            threading.Thread(target=crowd.close, name="closing a crowd").start()
        if self.crowd is not None:
            self.crowd.step(happenings)

    def _begin_crowd(self, happenings: list[Happening]) -> None:
        """Open a socket to the crowd; where none can be had, say so once and try again later."""
        try:
            self.crowd = CrowdStage(self.node, self.session, self.title or f"{self.name}'s jam", self.charts)
            self._crowd_failed = ""
        except NetError as error:
            if str(error) != self._crowd_failed:
                happenings.append(Notice(str(error)))
            self._crowd_failed, self._crowd_us = str(error), now_us() + CROWD_AGAIN_US

    def open_crowd(self, opened: bool) -> None:
        """Open the jam to a crowd that listens, or close it to it again.

        Raises:
            UserError: another conducts, or this machine is not in a session.
        """
        self.session.do(OpenCrowd(opened))

    # -- what is learned (001 C4, C7) ----------------------------------------------------------------------

    @property
    def shares(self) -> bool:
        """Whether the others' machines are told what this one learns of its player; off until it is chosen."""
        member = self.session.band.members.get(self.session.me)
        return member is not None and member.shares

    def choose_sharing(self, shares: bool) -> None:
        """Share what is learned of the player, in this session, or no longer.

        Raises:
            UserError: this machine is not in a session.
        """
        self.session.do(ChooseSharing(shares))

    def _share(self) -> None:
        values = self.cohesion.values(self.session.me) if self.joined and self.shares else ()
        if values:
            self.session.do(ShareLearned(values))

    # -- songs ---------------------------------------------------------------------------------------------

    def offer(self, entry: ChartEntry, rules: str, rate: float, refused: Callable[[UserError], None]) -> None:
        """Offer the song of ``entry`` to everyone; reading it takes a moment, ``refused`` hears why it cannot be."""

        def work(job: Job[SongOffered]) -> SongOffered:
            return offer_of(entry, self._place.aside, rules, rate).offer

        def then(offer: SongOffered) -> None:
            try:
                self.session.do(OfferSong(offer))
            except UserError as error:
                refused(error)

        self._jobs.start("reading the song", work, then, refused)

    def _look_for_song(self) -> None:
        """See to it that the song that is offered comes here."""
        offer = self.session.band.offer
        wanted = offer.song if offer is not None else ""
        if wanted == self._wanted:
            return
        self._wanted, self._waits = wanted, False
        self.fetching.clear()
        if self._job is not None:
            self._job.cancel()
        if offer is not None:
            self._fetch(offer)

    def fetch_again(self) -> None:
        """Try once more to get the song that is offered."""
        self._wanted = ""

    def _fetch(self, offer: SongOffered) -> None:
        place, sources = self._place, self._sources()

        def work(job: Job[HeldSong | None]) -> HeldSong | None:
            folder = find_song(offer, self._entries(), place.songs, place.aside)
            if folder is None and not sources:
                return None
            if folder is None:
                folder = folder_for(offer, place.songs)
                self._bring(job, offer, folder)
            return HeldSong(folder, charts_in(offer, folder), files_in(offer, folder))

        def then(held: HeldSong | None) -> None:
            if held is None:  # whoever has it has not said so yet
                self._waits = True
                self._fetch_if_given()
                return
            self._held[offer.song] = held
            self.fetching[self.session.me] = Fetching(offer.song, 1.0, 0.0)
            if self._server is not None:
                self._served.add(offer.song)
                self._server.offer(file for one in self._held.values() for file in one.files.values())
                self._tell_served()
            self._say_held(offer.song, "")

        self._job = self._jobs.start(
            "fetching the song", work, then, lambda error: self._say_held(offer.song, str(error))
        )

    def _bring(self, job: Job[HeldSong | None], offer: SongOffered, folder: Path) -> None:
        """Fetch a song, again where the network let it down; in a job's thread.

        Raises:
            NetError: nobody could give it, however often they were asked, or it cannot be kept here.
        """
        me, key = self.session.me, self.node.song_key

        def progress(now: Progress) -> None:
            job.progress(now.done_bytes, max(1, now.total_bytes))
            self.fetching[me] = Fetching(offer.song, now.done_bytes / max(1, now.total_bytes), now.left_s)

        for gap_s in (*FETCH_GAPS_S, None):
            try:
                fetch_files(self._sources(), key, offer.files, folder, progress)
                return
            except SongRefused:  # it would be refused again
                raise
            except NetError as error:
                if gap_s is None:
                    raise
                _logger.info("%s; tried again in %s s", error, gap_s)
            again_s = time.monotonic() + gap_s
            while time.monotonic() < again_s:
                job.progress(job.done)
                time.sleep(0.05)

    def _fetch_if_given(self) -> None:
        """Once somebody gives the song that is waited for, fetch it."""
        offer = self.session.band.offer
        if self._waits and offer is not None and self._sources():
            self._waits = False
            self._fetch(offer)

    def _say_held(self, song: str, problem: str) -> None:
        problem = problem.replace(str(self._place.songs), "the songs")  # where they lie is not for the others
        with contextlib.suppress(UserError):  # the offer was taken back meanwhile, or the session is over
            self.session.do(HoldSong(song, problem))

    def _sources(self) -> list[tuple[str, int]]:
        """Where songs may be had: the conductor first, then whoever else gives what it has."""
        conductor = self.session.band.conductor
        servers = self._servers.copy()  # a job asks as well
        peers = sorted(servers, key=lambda peer: peer != conductor)
        return [(host, servers[peer]) for peer in peers for host in self.node.hosts_of(peer)]

    # -- what machines tell each other ---------------------------------------------------------------------

    def _tell(self, peer: str, what: str, *values: Any) -> None:
        self.session.tell(peer, msgpack.packb([what, *values]))

    def _tell_served(self, peer: str = "") -> None:
        """Say at which port this machine gives songs away, to ``peer`` or everyone."""
        if self._server is not None and self._served:
            for one in [peer] if peer else [member.id for member in self.session.peers()]:
                self._tell(one, "serves", self._server.port)

    def _tell_title(self, peer: str) -> None:
        """Say to who came by an address what the session is called; who saw it announced knows."""
        if self.title and self.session.band.conducts:
            self._tell(peer, "titled", clean_text(self.title, MAX_TITLE_BYTES))

    def _tell_progress(self) -> None:
        mine = self.fetching.get(self.session.me)
        if mine is not None and mine.share < 1:
            for peer in self.session.peers():
                self._tell(peer.id, "progress", mine.song, mine.share, mine.left_s)

    def _hear_told(self, told: Told) -> None:
        """Take what another machine says of songs and the session's title; whatever else it is, leave it."""
        try:
            said = msgpack.unpackb(told.data) if len(told.data) <= MAX_TOLD else None
        except (ValueError, msgpack.UnpackException):
            return
        match said:
            case ["serves", int(port)] if 0 < port < 65536:
                self._servers[told.peer] = port
                self._fetch_if_given()
            case ["titled", str(title)] if not self.title and told.peer in self.session.band.members:
                self._titles[told.peer] = clean_text(title, MAX_TITLE_BYTES)
            case ["progress", str(song), float(share), float() | int() | None as left_s] if song == self._wanted:
                sound = left_s is not None and 0 <= left_s < 1e6
                self.fetching[told.peer] = Fetching(song, min(1.0, max(0.0, share)), left_s if sound else None)

    def _announce(self) -> None:
        """Let the network know of the session, as long as this machine conducts it."""
        if self._discovery is None:
            return
        band = self.session.band
        if not band.conducts:
            if self._announced:
                self._announced = ""
                self._discovery.announce(None)
            return
        song = band.offer.title if band.offer is not None else ""
        said = Announcement(
            self.session.id,
            self.title or f"{self.name}'s jam",
            self.name,
            self.node.address[1],
            len(band.players),
            self.version,
            song,
        )
        if repr(said) != self._announced:
            self._announced = repr(said)
            self._discovery.announce(said)

    def close(self) -> None:
        """Leave, and give everything back; waits for threads, so not in a step where that shows."""
        if self._job is not None:
            self._job.cancel()
        if self._discovery is not None and self._announced:
            self._discovery.announce(None)
        crowd, self.crowd = self.crowd, None
        if crowd is not None:
            crowd.end(moves=bool(self.session.peers()))
            crowd.close()
        self.session.close()
        if self._server is not None:
            self._server.close()


def _removed(happenings: Iterable[Happening]) -> bool:
    """Whether somebody was taken off the session."""
    events = (one.event for one in happenings if isinstance(one, Heard))
    return any(isinstance(event, MemberWent) and event.why == "removed" for event in events)
