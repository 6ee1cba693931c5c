"""Everything that is said, told and played, on its way to and from every member: one face over the three ways.

Nothing here knows of sockets: :class:`Delivery` is told who is a member and what came, and says which member wants a
packet when, and what is to be in it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import partial

from engine.net.face import MAX_RECORD, Moment, MomentCorrected, NetError, Said, Told, Trouble
from engine.net.frames import FRAME_COST, Malformed
from engine.net.journal import Journal, Verify
from engine.net.moments import MomentReceiver, MomentSender, Numbered, pack_moments, unpack_moments
from engine.net.records import Record, Sign
from engine.net.reliable import Channel

KINDS = range(0x40, 0x44)
"""The first byte of every frame made here; others who put frames into the same packets use other bytes."""

SEGMENT_US = 1_000_000
SEGMENT_RIPE_US = 900_000
SEGMENT_MOMENTS = 64
"""A segment is signed when its first moment is this old (or a little less, together with a new one, to go in the same
packet), or when there are this many."""

QUIET_US = 300_000
"""At the end of a burst, when nothing was played for this long, the segment is signed at once."""

SILENT_US = 3_000_000
"""A member from whom nothing came for longer gets no packets for the sake of moments; the records will tell it."""

_MESSAGE, _MOMENTS, _JOURNAL = 0x40, 0x41, 0x42
_PLAIN, _SEGMENT = 0, 1  # the first byte of a record
_TOLD, _LARGE = 0, 1  # the first byte of a message

LEAST_ROOM = 1040
"""Packets must have room for so many bytes of frames and their lengths, or the largest frame would never go."""

BEAT_US = 500_000
"""An empty frame of moments goes this often, so that loss is known before the first hit."""

Delivered = Said | Told | Moment | MomentCorrected | Trouble


@dataclass(slots=True)
class _Link:
    heard_us: int
    channel: Channel = field(default_factory=Channel)
    beat_us: int = 0
    moments_us: int = -1
    here: bool = True
    under_way: set[bytes] = field(default_factory=set)
    due_us: int = 0  # worked out when something of this link has changed, for it is asked for all the time


class Delivery:
    """What this machine says, tells and plays, and what it hears of the others.

    ``me`` is its id (16 hexadecimal digits); ``sign(message)`` gives 64 bytes; ``verify(author, message, signature)``
    must know every author admitted, also those who have gone.  Use: :meth:`open` for each member, :meth:`admit`
    for authors who have gone; :meth:`receive` for each frame whose first byte is in :data:`KINDS`; :meth:`tick` when
    :meth:`due_us` has come, then for each of :meth:`due_peers` packets with :meth:`frames` until it gives none.
    """

    def __init__(self, me: str, sign: Sign, verify: Verify) -> None:
        self._me = me
        self._journal = Journal(me, sign, verify)
        self._sender = MomentSender()
        self._links: dict[str, _Link] = {}
        self._heard: dict[str, MomentReceiver] = {}  # by author
        self._said: dict[str, int] = {me: 0}  # plain records of each author
        self._segment: list[Numbered] = []
        self._segment_due_us = 0
        self._segment_us = 0
        self._caught: set[str] = set()
        self._altered: set[str] = set()  # authors who signed something else than they sent
        self._bad = 0

    @property
    def refused(self) -> int:
        """How many frames were bad, forged, altered or of nobody known."""
        channels = sum(link.channel.refused for link in self._links.values())
        return self._bad + self._journal.refused + channels + sum(one.refused for one in self._heard.values())

    # -- members -----------------------------------------------------------------------------------------------

    def admit(self, author: str) -> None:
        """Take records of ``author``, who may have gone, from whoever has them."""
        if self._journal.admit(author):
            self._heard.setdefault(author, MomentReceiver())

    def room(self) -> bool:
        """Whether records of another author would be taken."""
        return self._journal.room()

    def open(self, peer: str, now_us: int) -> None:
        """``peer`` is a member, reached over a link."""
        if peer in self._links:
            return
        self.admit(peer)
        self._heard.setdefault(peer, MomentReceiver())  # its moments are heard even if it is one author too many
        self._links[peer] = _Link(now_us, beat_us=now_us)
        self._journal.open(peer, now_us)
        self._sender.open(peer)

    def close(self, peer: str) -> None:
        """``peer`` is a member no more; what it has said stays, and what it was to be told is lost.

        Close and open again, on both sides, when the keys between the two are made anew, and only then: messages
        are numbered from the start with the new keys.
        """
        if self._links.pop(peer, None) is not None:
            self._heard[peer].restart()
        self._journal.close(peer)
        self._sender.close(peer)

    def loss(self, peer: str) -> float:
        """The share of what ``peer`` sends that is lost on the way here, as its moments show it (0 to 1)."""
        return self._heard[peer].loss if peer in self._heard else 0.0

    def excuse(self, peer: str) -> None:
        """Something of ``peer`` was dropped here unread: that is not for the link to make good with more copies."""
        if peer in self._heard:
            self._heard[peer].excuse()

    def backlog(self, peer: str) -> bool:
        """Whether something told to ``peer`` has not arrived there yet."""
        return peer in self._links and not self._links[peer].channel.idle

    # -- what is said here -------------------------------------------------------------------------------------

    def say(self, data: bytes) -> int:
        """Say a record to everyone; gives its number among what was said here.

        Raises:
            ValueError: more than :data:`MAX_RECORD` bytes.
            NetError: this machine has said all that fits into a session.
        """
        if len(data) > MAX_RECORD:
            raise ValueError(f"a record of {len(data)} bytes; at most {MAX_RECORD} fit")
        try:
            self._journal.append(bytes((_PLAIN,)) + data)
        except OverflowError as error:
            raise NetError("This session's journal is full: nothing more can be said; open a new session.") from error
        self._look_at_all()
        self._said[self._me] += 1
        return self._said[self._me]

    def tell(self, peer: str, data: bytes) -> bool:
        """Tell one member something; False if it is no member, or too much waits for it already.

        Raises:
            ValueError: more than :data:`MAX_RECORD` bytes.
        """
        if len(data) > MAX_RECORD:
            raise ValueError(f"a message of {len(data)} bytes; at most {MAX_RECORD} fit")
        link = self._links.get(peer)
        if link is None or not link.channel.send(bytes((_TOLD,)) + data):
            return False
        self._look_again(peer, link)
        return True

    def moment(self, data: bytes, session_us: int, now_us: int, patience_us: int = 0) -> int:
        """Let everyone know at once (or within ``patience_us``, with what goes anyway); gives its number.

        Raises:
            ValueError: see :meth:`MomentSender.add`.
        """
        moment = self._sender.add(data, session_us, now_us, patience_us)
        if not self._segment:
            self._segment_us = now_us
        self._segment.append(moment)
        self._segment_due_us = min(now_us + QUIET_US, self._segment_us + SEGMENT_US)
        if len(self._segment) >= SEGMENT_MOMENTS or now_us >= self._segment_us + SEGMENT_RIPE_US:
            self._segment_due_us = now_us
        due_us = now_us + patience_us
        for link in self._links.values():
            if link.here and due_us < link.due_us:
                link.due_us = due_us
        return moment.number

    # -- time --------------------------------------------------------------------------------------------------

    def due_us(self) -> int | None:
        """When :meth:`tick` wants to be called, 0 for at once; None while there is nothing to wait for."""
        dues = [link.due_us for link in self._links.values()]
        if self._segment:
            dues.append(self._segment_due_us)
        if (asks_us := self._journal.tick_us()) is not None:
            dues.append(asks_us)
        return min(dues, default=None)

    def tick(self, now_us: int) -> None:
        """Sign the segment that is due, and choose whom to ask for what is lacking."""
        signs = bool(self._segment) and self._segment_due_us <= now_us
        if signs:
            # A full journal loses the segment: moments then have the fast path alone, and say() tells the player.
            with contextlib.suppress(OverflowError):
                self._journal.append(bytes((_SEGMENT,)) + pack_moments(self._segment))
            self._segment = []
        if self._journal.tick(now_us) or signs:
            self._look_at_all()

    def due_peers(self, now_us: int) -> list[str]:
        """The members that a packet must go to now."""
        return [peer for peer, link in self._links.items() if link.due_us <= now_us]

    def _look_again(self, peer: str, link: _Link) -> None:
        due_us = link.beat_us
        if link.here and (moments_us := self._sender.due_us(peer)) is not None and moments_us < due_us:
            due_us = moments_us
        if (channel_us := link.channel.due_us()) is not None and channel_us < due_us:
            due_us = channel_us
        if (journal_us := self._journal.due_us(peer)) is not None and journal_us < due_us:
            due_us = journal_us
        link.due_us = due_us

    def _look_at_all(self) -> None:
        for peer, link in self._links.items():
            self._look_again(peer, link)

    def frames(self, peer: str, now_us: int, room_bytes: int) -> list[bytes]:
        """What the next packet to ``peer`` is to carry: frames that, with their lengths, fit into ``room_bytes``.

        None when nothing is due; call again, with another packet, until then.

        Raises:
            ValueError: less than :data:`LEAST_ROOM`.
        """
        if room_bytes < LEAST_ROOM:
            raise ValueError(f"a packet needs room for {LEAST_ROOM} bytes of frames, not {room_bytes}")
        link = self._links.get(peer)
        if link is None:
            return []
        link.here = now_us - link.heard_us <= SILENT_US
        out: list[bytes] = []
        room = room_bytes
        moments_us = self._sender.due_us(peer) if link.here else None
        if link.beat_us <= now_us or (moments_us is not None and moments_us <= now_us):
            room -= self._add_moments(peer, link, now_us, room, out)
        for frame in self._journal.frames(peer, now_us, room, partial(_send_large, link)):
            out.append(bytes((_JOURNAL,)) + frame)
            room -= len(frame) + FRAME_COST
        for frame in link.channel.frames(now_us, room):
            out.append(bytes((_MESSAGE,)) + frame)
            room -= len(frame) + FRAME_COST
        if out and link.here and link.moments_us != now_us and self._sender.repeats(peer, now_us):
            self._add_moments(peer, link, now_us, room, out)
        self._look_again(peer, link)
        return out

    def _add_moments(self, peer: str, link: _Link, now_us: int, room: int, out: list[bytes]) -> int:
        """Add the frame of moments, even one without; gives the room it takes."""
        frame = self._sender.frame(peer, now_us, room, self._heard[peer].report)
        if not frame:
            return 0
        link.beat_us, link.moments_us = now_us + BEAT_US, now_us
        out.append(bytes((_MOMENTS,)) + frame)
        return len(frame) + FRAME_COST

    # -- what comes --------------------------------------------------------------------------------------------

    def receive(self, peer: str, frame: bytes, now_us: int) -> list[Delivered]:
        """Take a frame of ``peer``, which came at ``now_us``; gives what is new, each once.  Never raises."""
        link = self._links.get(peer)
        if link is None or not frame:
            self._bad += 1
            return []
        back = now_us - link.heard_us >= BEAT_US
        link.heard_us, link.here = now_us, True
        self._journal.heard(peer, now_us)
        if frame[0] == _MOMENTS:
            return self._moments(peer, link, frame[1:], back, now_us)
        out = self._take(peer, link, frame[0], frame[1:], now_us)
        self._look_again(peer, link)
        return out

    def _moments(self, peer: str, link: _Link, body: bytes, back: bool, now_us: int) -> list[Delivered]:
        heard = self._heard[peer]
        moments = heard.receive(body, now_us)
        if self._sender.set_loss(peer, heard.lost_there) or back:  # else nothing is due to the peer sooner than before
            self._look_again(peer, link)
        return [Moment(peer, one.number, one.session_us, one.data, now_us) for one in moments]

    def _take(self, peer: str, link: _Link, kind: int, body: bytes, now_us: int) -> list[Delivered]:
        out: list[Delivered] = []
        if kind == _JOURNAL:
            out += self._records(peer, body, now_us)
        elif kind == _MESSAGE:
            for message in link.channel.receive(body, now_us):
                if message[:1] == bytes((_TOLD,)):
                    out.append(Told(peer, message[1:], now_us))
                else:
                    out += self._records(peer, message[1:], now_us)
        else:
            self._bad += 1
        return out

    def _records(self, peer: str, frame: bytes, now_us: int) -> list[Delivered]:
        out: list[Delivered] = []
        for record in self._journal.receive(peer, frame, now_us):
            out += self._opened(record, now_us)
        for author in self._journal.caught - self._caught:
            self._caught.add(author)
            self._look_at_all()  # everyone is to hear of it
            out.append(
                Trouble(f"Player {author} said two different things under one number; it is not heard any more.")
            )
        return out

    def _opened(self, record: Record, now_us: int) -> list[Delivered]:
        """A plain record as what was said, a segment as those of its moments that are new or correct what came."""
        author, data = record.author, record.data
        if data[:1] == bytes((_PLAIN,)):
            number = self._said[author] = self._said.get(author, 0) + 1
            return [Said(author, number, data[1:], now_us)]
        if data[:1] == bytes((_SEGMENT,)):
            try:
                moments = unpack_moments(data, 1)
            except Malformed:
                moments = []
            new, altered = self._heard[author].signed(moments)
            out: list[Delivered] = [Moment(author, *one, now_us) for one in new]
            out += [MomentCorrected(author, *one, now_us) for one in altered]
            if altered and author not in self._altered:
                self._altered.add(author)
                out.append(Trouble(f"Player {author} signed other hits than it sent; those that it signed count."))
            return out
        self._bad += 1
        return []


def _send_large(link: _Link, frame: bytes) -> None:
    """A record too large for packets; while it is on its way, asking for it again changes nothing."""
    if link.channel.idle:
        link.under_way.clear()
    if frame not in link.under_way and link.channel.send(bytes((_LARGE,)) + frame):
        link.under_way.add(frame)
