"""The conductor's side of a crowd: what goes on in the jam, said to whoever listens at a rate that stays the same.

At most 32 machines hear the conductor himself; the others hear through those (:mod:`game.jam.conduits`).
"""

from __future__ import annotations

import logging
import random
import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any

import numpy as np

from engine.clock import now_us
from engine.net.keys import Identity
from engine.net.node import Node
from engine.net.ticket import MAX_DOORS, MAX_NEAR, Ticket
from game.jam.conduits.relay import Conduit
from game.jam.crowd_words import (
    CHART_BYTES,
    LONGEST_BEAT_US,
    MAX_HITS,
    MAX_SLOTS,
    NAME_BYTES,
    SONG_BYTES,
    TITLE_BYTES,
    Bye,
    Felt,
    Now,
    Phase,
    PlayerRow,
    Players,
    Word,
    cut,
    doors_word,
    hits_word,
    players_words,
)
from game.jam.events import FreeStarted, HitsHeard, Reacted, StartAgreed
from game.jam.happenings import Happening, Heard
from game.jam.inbox import tag
from game.jam.seats import Charts, rate_percent, song_us
from game.jam.session import Session
from game.jam.state import Member
from game.rhythm.chart import EDGE, MAX_LANES

NOW_US = 1_000_000
"""What goes on is said again this often: so late is a newcomer."""

PLAYERS_US = 250_000
"""A few of those who play are named this often, one after the other."""

HITS_US = 100_000
"""Hits wait so long for each other: ten words a second, twice as many while more wait than fit into one."""

LATE_US = 2_000_000
"""Hits that come later than this after they were played, as when a network is whole again, are not passed on."""

FELT_US = 200_000
"""Reactions that come closer together than this are not passed on: five a second are felt as many."""

DOORS_US = 5_000_000
TICKET_US = 1_000_000
MAX_WAITING = 4 * MAX_HITS
"""More hits than this wait for no word; the oldest are left out."""

_logger = logging.getLogger(__name__)


class CrowdStage:
    """Speaks to the crowd of a jam that this machine conducts, until :meth:`end` and :meth:`close`.

    All but :meth:`close` belong to the game's thread.

    Args:
        node, session: the membership.
        title: what the jam is called.
        charts: the charts of a song that is here, for its beat.

    Raises:
        NetError: no socket can be had.
    """

    def __init__(self, node: Node, session: Session, title: str, charts: Callable[[str], Charts | None]) -> None:
        self._node, self._session, self._title, self._charts = node, session, title, charts
        self._identity, self._key = Identity.new(), secrets.token_bytes(32)
        self._conduit = Conduit(self._key, self._identity.signing_public, self._identity, bind=(node.address[0], 0))
        self._slots: dict[str, int] = {}
        self._naming: deque[Players] = deque()
        self._hits: deque[tuple[bytes, int, int, int]] = deque(maxlen=MAX_WAITING)
        """(The take's tag, slot, lane, song time) of those that wait, a take's together."""
        self._due_us: dict[str, int] = {}
        self._told: tuple[object, ...] = ()
        self._beat: tuple[str, tuple[int, int, int]] = ("", (0, 0, 4))
        self._conduit.start()

    @property
    def listeners(self) -> int:
        """How many listen, as those near say of those behind them."""
        return self._conduit.below

    @property
    def first_hops(self) -> int:
        """How many of them hear the conductor himself."""
        return len(self._conduit.children)

    def counted(self) -> Counter[str]:
        """Datagrams and bytes each way between the conductor and his crowd."""
        return self._conduit.counted()

    def step(self, happenings: Iterable[Happening]) -> None:
        """Say what happened and what is due."""
        at_us = now_us()
        for one in happenings:
            if isinstance(one, Heard):
                self._hear(one)
        if self._is_due("ticket", TICKET_US, at_us):
            self._node.open_crowd(self._ticket().pack())
        if not self._session.time.agreed:
            return
        changed = self._state() != self._told
        if self._is_due("now", NOW_US, at_us) or changed:
            self._told = self._state()
            self._say(self._now)
        if self._is_due("players", PLAYERS_US, at_us):
            self._name_players()
        if self._hits and self._is_due("hits", HITS_US, at_us):
            more = len(self._hits) > MAX_HITS
            self._tell_hits()
            if more:
                self._tell_hits()
        if self._is_due("doors", DOORS_US, at_us):
            self._say(lambda: doors_word(self._session.now_us(), self._doors()))

    def end(self, *, moves: bool) -> None:
        """Let nobody in any more, and say that it ends here or goes on with another."""
        self._node.open_crowd(b"")
        self._say(lambda: Bye(stamp_us=self._session.now_us(), moves=moves))

    def close(self) -> None:
        """Give the socket back; waits until the last words are out."""
        self._conduit.finish()

    # -- what is said ----------------------------------------------------------------------------------------

    def _is_due(self, what: str, every_us: int, at_us: int) -> bool:
        if at_us < self._due_us.get(what, 0):
            return False
        self._due_us[what] = at_us + every_us
        return True

    def _say(self, make: Callable[[], Word]) -> None:
        """Say the word that ``make`` makes; what members said that fits into none is left out."""
        try:
            self._conduit.send(make().pack())
        except ValueError as error:
            _logger.warning("something of the jam could not be told to the crowd: %s", error)

    def _going(self) -> StartAgreed | FreeStarted | None:
        band = self._session.band
        return band.running.start if band.running is not None else band.free

    def _state(self) -> tuple[object, ...]:
        """What is said at once when it changes."""
        offer, going = self._session.band.offer, self._going()
        return offer.song if offer else "", going.take if going else "", self._title

    def _now(self) -> Now:
        band, going = self._session.band, self._going()
        song = going.song if isinstance(going, StartAgreed) else ""
        offer = band.conducting.offered(song) if song else band.offer
        phase = Phase.SONG if song else Phase.FREE if going else Phase.SONG_OFFERED if offer else Phase.WAITING
        values: dict[str, Any] = {"title": cut(self._title, TITLE_BYTES), "phase": int(phase)}
        values["crowd"] = self.listeners
        if offer is not None and phase is not Phase.FREE:
            digest = offer.charts[0][2][: 2 * CHART_BYTES]
            chart = bytes.fromhex(digest[: len(digest) // 2 * 2])
            texts = {"song": cut(offer.title, SONG_BYTES), "artist": cut(offer.artist, NAME_BYTES)}
            values |= {"chart": chart, "rate_percent": round(offer.rate * 100)} | texts
        if going is not None:
            beat_at_us, beat_us, meter = self._beat_of(going)
            values |= {"beat_at_us": beat_at_us, "beat_us": beat_us, "meter": meter}
            values |= {"take": going.take, "t0_us": going.t0_us, "rate_percent": rate_percent(going)}
        if isinstance(going, FreeStarted):
            values |= {"tonic": going.tonic, "scale": cut(going.scale, NAME_BYTES)}
        return Now(stamp_us=self._session.now_us(), **values)

    def _beat_of(self, going: StartAgreed | FreeStarted) -> tuple[int, int, int]:
        """Where the first beat is and how long one lasts, in song time (0: not known), and the beats of a bar."""
        if isinstance(going, FreeStarted):
            return 0, going.beat_us, going.meter
        if self._beat[0] != going.take:
            charts = self._charts(going.song)
            if charts is None:
                return 0, 0, 4
            timing = next(iter(charts.by_hash.values())).timing
            first = timing[0].tolist() if len(timing) else (0, 0.0, 4)
            beat_us = round(min(float(first[1]), 1e9))
            known = 0 < beat_us <= LONGEST_BEAT_US
            self._beat = going.take, (int(first[0]), beat_us, min(max(1, first[2]), 16)) if known else (0, 0, 4)
        return self._beat[1]

    # -- who plays -------------------------------------------------------------------------------------------

    def _slot(self, peer: str) -> int:
        """A small number for a player; the same for the whole jam."""
        return self._slots.setdefault(peer, len(self._slots) % MAX_SLOTS)

    def _name_players(self) -> None:
        if not self._naming:
            rows = [self._row(one) for one in self._session.band.players]
            self._naming.extend(players_words(0, rows))
        if self._naming:
            word = self._naming.popleft()
            self._say(lambda: word.model_copy(update={"stamp_us": self._session.now_us()}))

    def _row(self, member: Member) -> PlayerRow:
        band, going = self._session.band, self._going()
        taken = band.instruments(going.take).get(member.id) if isinstance(going, FreeStarted) else member.part
        part, keys = (taken.part, taken.keys) if taken is not None else ("", 0)
        name, part = cut(band.name(member.id), NAME_BYTES), cut(part, NAME_BYTES)
        return self._slot(member.id), bytes.fromhex(member.id), name, part, keys, member.here

    # -- what is played --------------------------------------------------------------------------------------

    def _hear(self, heard: Heard) -> None:
        going = self._going()
        match heard.event:
            case HitsHeard() as hits if going is not None and hits.take == going.take:
                slot, of = self._slot(hits.peer), tag(hits.take)
                oldest_us = song_us(going, self._session.now_us() - LATE_US)
                for at_us, lane, down in np.frombuffer(hits.edges, EDGE).tolist():
                    if down and lane < MAX_LANES and at_us >= oldest_us:
                        self._hits.append((of, slot, lane, at_us))
            case Reacted() as felt if self._is_due("felt", FELT_US, now_us()):
                name = cut(self._session.band.name(heard.author), NAME_BYTES)
                self._say(lambda: Felt(stamp_us=self._session.now_us(), name=name, reaction=felt.reaction))

    def _tell_hits(self) -> None:
        of = self._hits[0][0]
        together = [hit[1:] for hit in takewhile(lambda hit: hit[0] == of, self._hits)]
        word, count = hits_word(self._session.now_us(), of, together)
        for _ in range(count):
            self._hits.popleft()
        self._say(lambda: word)

    # -- the way in ------------------------------------------------------------------------------------------

    def _doors(self) -> list[tuple[str, int]]:
        """Where other members are reached."""
        found = [self._node.addresses_of(peer.id)[:1] for peer in self._session.peers() if peer.here]
        return [address for addresses in found for address in addresses][:MAX_DOORS]

    def _ticket(self) -> Ticket:
        """What the door gives; those named in it are drawn by lot, so that newcomers spread."""
        known = self._conduit.known
        near = random.sample(known, min(MAX_NEAR, len(known)))
        port = self._conduit.address[1]
        signing = self._identity.signing_public
        return Ticket(self._key, signing, self._session.me, port, tuple(near), tuple(self._doors()))
