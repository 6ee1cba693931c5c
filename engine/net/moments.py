"""The fast path: a few bytes and their instant, sent at once and repeated according to what the link loses.

A frame to one peer carries its own number (so that the peer can count what is lost), what this side found lost of
the peer's frames, and the newest moments: number and instant of the newest, then for each the time before the one
after it and its data.  A hit of two bytes among others costs five.

What is lost in spite of the copies comes with the author's segment (:func:`pack_moments`), a signed record that
follows within a second; :class:`MomentReceiver` gives each moment once, whichever way it came first.  The segment is
what everyone gets alike, so where it differs from what came before, it counts.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from engine.net.face import MAX_MOMENT
from engine.net.frames import FRAME_COST, Malformed, folded, get_number, put_number, unfolded

REPEATED_US = 150_000
REPEATS = 2
"""Beyond its copies a moment is repeated in whatever goes to the peer anyway, for this long and so often."""

MOST_REPEATED = 32
"""Moments in one frame, at most."""

COPY_GAP_US = 8_000
"""Between copies that are sent for their own sake, so that a burst of losses does not take all of them."""

LAST_COPY_US = 30_000
"""The last copy goes within this time: a hit is to arrive at most 40 ms late, also where a machine is busy."""

MOST_COPIES = 8

MISSED = 0.0002
"""How many moments may be lost on the way, all copies together."""

AHEAD = 8192
"""How far beyond the first missing number a moment may be; more come only with the author's segments."""

MOST_UNSIGNED = 4096
"""So many moments of one author may wait for their segment: three minutes of play at 20 hits a second."""

LOSS_FRAMES = 512
SOON_FRAMES = 128
"""The loss of a link is counted over this many frames, and over fewer, to see soon that it grows: the worse counts."""

SETTLING = 3
"""The newest frames are not counted yet: one before them may just be late."""

FEW_FRAMES = 16
"""A share of fewer frames than this says nothing."""

DOUBTED, SURE_FRAMES = 0.1, 32
"""A link is taken to lose this share until so many of its frames were counted, and less and less while they are: the
first hits of a song are to arrive as surely as the last."""

FRESH_START_US = 5_000_000
"""After a silence this long, loss is counted anew."""

_ALL_GOT = (1 << LOSS_FRAMES) - 1

LATEST_US = 1 << 62
"""Instants are smaller than this, on both sides of nought."""


class Numbered(NamedTuple):
    """A moment with its author's number."""

    number: int
    session_us: int
    data: bytes


@lru_cache(512)
def copies_for(loss: float) -> int:
    """How many packets carry each moment so that fewer than :data:`MISSED` are lost with all of them."""
    if loss <= MISSED:
        return 1
    if loss >= 1:
        return MOST_COPIES
    return min(MOST_COPIES, math.ceil(math.log(MISSED) / math.log(loss)))


def pack_moments(moments: Sequence[Numbered]) -> bytes:
    """Moments of consecutive numbers, oldest first, as bytes; empty for none."""
    if not moments:
        return b""
    newest = moments[-1]
    length = len(newest.data)
    even = all(len(moment.data) == length for moment in moments)
    out = bytearray()
    put_number(out, newest.number)
    put_number(out, folded(newest.session_us))
    put_number(out, length + 1 if even else 0)  # the length that all share, plus one; 0: each says its own
    after_us = newest.session_us
    for moment in reversed(moments):
        if moment is not newest:
            put_number(out, folded(after_us - moment.session_us))
            after_us = moment.session_us
        if not even:
            out.append(len(moment.data))
        out += moment.data
    return bytes(out)


def unpack_moments(data: bytes, at: int = 0, known: int = 0) -> list[Numbered]:
    """The moments in what :func:`pack_moments` gave, oldest first; raises :class:`Malformed`.

    Those of numbers up to ``known`` are neither read nor given: nearly all that a frame repeats.
    """
    if at == len(data):
        return []
    number, at = get_number(data, at)
    if 0 < number <= known:
        return []
    instant, at = get_number(data, at)
    even, at = get_number(data, at)
    if even > MAX_MOMENT + 1:
        raise Malformed("a moment with too many bytes")
    session_us = unfolded(instant)
    out: list[Numbered] = []
    while True:
        length = even - 1
        if not even:
            length, at = get_number(data, at)
        if length > MAX_MOMENT or at + length > len(data) or number < 1 or abs(session_us) >= LATEST_US:
            raise Malformed("a moment that cannot be")
        out.append(Numbered(number, session_us, data[at : at + length]))
        at += length
        if at == len(data) or 0 < known == number - 1:
            return out[::-1]
        before, at = get_number(data, at)
        session_us -= unfolded(before)
        number -= 1


@dataclass(slots=True)
class _Going:
    """A moment on its way to one peer."""

    moment: Numbered
    added_us: int
    due_us: int
    sends: int = 0


@dataclass(slots=True)
class _Link:
    copies: int = field(default_factory=lambda: copies_for(DOUBTED))
    sequence: int = 0
    going: deque[_Going] = field(default_factory=lambda: deque(maxlen=MOST_REPEATED))
    due_us: int | None = None  # worked out when something of this link has changed, for it is asked for all the time

    def look_again(self) -> None:
        """Work out when a packet must go."""
        self.due_us = min([going.due_us for going in self.going if going.sends < self.copies], default=None)


class MomentSender:
    """This machine's moments on their way to everyone; a link is named as the caller likes (a peer's id)."""

    def __init__(self) -> None:
        self.last = 0
        self._links: dict[str, _Link] = {}
        self._packed: tuple[int, int, bytes] = (0, 0, b"")  # the same for most links, so packed once

    def open(self, link: str) -> None:
        """Moments go to ``link`` from now on."""
        self._links.setdefault(link, _Link())

    def close(self, link: str) -> None:
        """They go there no more."""
        self._links.pop(link, None)

    def set_loss(self, link: str, loss: float) -> bool:
        """What ``link`` loses (0 to 1), as its other end says; whether another number of copies goes there now."""
        state, copies = self._links.get(link), copies_for(loss)
        if state is None or state.copies == copies:
            return False
        state.copies = copies
        state.look_again()
        return True

    def add(self, data: bytes, session_us: int, now_us: int, patience_us: int = 0) -> Numbered:
        """A new moment: due at once, or after ``patience_us`` if no packet goes anyway before.

        Raises:
            ValueError: more than :data:`MAX_MOMENT` bytes, or an instant that cannot be.
        """
        if len(data) > MAX_MOMENT or abs(session_us) >= LATEST_US:
            raise ValueError(f"a moment of {len(data)} bytes at {session_us} us; at most {MAX_MOMENT} bytes fit")
        self.last += 1
        moment = Numbered(self.last, session_us, data)
        due_us = now_us + patience_us
        for link in self._links.values():
            link.going.append(_Going(moment, now_us, due_us))
            if link.due_us is None or due_us < link.due_us:
                link.due_us = due_us
        return moment

    def due_us(self, link: str) -> int | None:
        """When a packet to ``link`` must go for the sake of moments."""
        state = self._links.get(link)
        return None if state is None else state.due_us

    def repeats(self, link: str, now_us: int) -> bool:
        """Whether a packet that goes to ``link`` anyway should carry moments."""
        state = self._links.get(link)
        return state is not None and bool(state.going) and not self._done(state.going[-1], state.copies, now_us)

    @staticmethod
    def _done(going: _Going, copies: int, now_us: int) -> bool:
        old = going.added_us + REPEATED_US < now_us or going.sends >= copies + REPEATS
        return old and going.sends >= copies

    def frame(self, link: str, now_us: int, room_bytes: int, report: int = 0) -> bytes:
        """The frame for the next packet to ``link``: its newest moments, as many as fit, and the ``report`` for it.

        ``report`` is :attr:`MomentReceiver.report` of what comes from there.  Without moments a frame still counts
        for the loss of the link.  Empty if there is no such link or no room.
        """
        state = self._links.get(link)
        if state is None or room_bytes < 2 + FRAME_COST:
            return b""
        going = state.going
        while going and self._done(going[0], state.copies, now_us):
            going.popleft()
        chosen = list(going)
        body = self._body(chosen, room_bytes - 2 - FRAME_COST)
        next_us = now_us + min(COPY_GAP_US, LAST_COPY_US // max(state.copies - 1, 1))
        for one in chosen:
            one.sends += 1
            one.due_us = next_us
        state.look_again()
        state.sequence = (state.sequence + 1) % 256
        return bytes((state.sequence, report)) + body

    def _body(self, going: list[_Going], room: int) -> bytes:
        """The packed moments; takes the oldest out of ``going`` until the rest fit."""
        while going:
            first, last = going[0].moment.number, going[-1].moment.number
            if self._packed[:2] != (first, last):
                self._packed = (first, last, pack_moments([one.moment for one in going]))
            if len(self._packed[2]) <= room:
                return self._packed[2]
            del going[: (len(going) + 1) // 2]
        return b""


class MomentReceiver:
    """One peer's moments, each once, and what its link loses.

    Moments are known by number alone; ``refused`` counts frames that were not what they should be.
    """

    def __init__(self) -> None:
        self.refused = 0
        self.lost_there = 0.0
        """The share of our frames that the peer says it lost."""
        self._done = 0  # every number up to here has come
        self._beyond: set[int] = set()
        self._sequence = -1
        self._got = 0  # a bit for each of the last frames, the newest lowest
        self._span = 0
        self._heard_us = 0
        self._excused = False
        self._unsigned: dict[int, Numbered] = {}  # given out of frames, not seen in a segment yet

    def receive(self, frame: bytes, arrived_us: int) -> list[Numbered]:
        """The moments in a frame that are new, by number; none of a bad one."""
        if len(frame) < 2:
            self.refused += 1
            return []
        try:
            moments = unpack_moments(frame, 2, self._done)
        except Malformed:
            self.refused += 1
            return []
        self.lost_there = frame[1] / 255
        self._count(frame[0], arrived_us)
        out = self._new(moments)
        for moment in out:
            self._unsigned[moment.number] = moment
        while len(self._unsigned) > MOST_UNSIGNED:
            del self._unsigned[next(iter(self._unsigned))]
        return out

    def signed(self, moments: Sequence[Numbered]) -> tuple[list[Numbered], list[Numbered]]:
        """Of a segment's moments those that have not come before, and those that came with something else in them.

        What was signed first counts: a number that is signed again changes nothing.
        """
        given = [(moment, self._unsigned.pop(moment.number, None)) for moment in moments]
        altered = [moment for moment, before in given if before is not None and before != moment]
        return self._new(moments), altered

    def _new(self, moments: Sequence[Numbered]) -> list[Numbered]:
        out: list[Numbered] = []
        for moment in moments:
            number = moment.number
            if number <= self._done or number in self._beyond or number > self._done + AHEAD:
                continue
            out.append(moment)
            if number == self._done + 1 and not self._beyond:  # nearly always
                self._done = number
                continue
            self._beyond.add(number)
            while self._done + 1 in self._beyond:
                self._done += 1
                self._beyond.discard(self._done)
        return out

    def restart(self) -> None:
        """The peer numbers its frames anew; its moments go on."""
        self._sequence, self._got, self._span = -1, 0, 0

    def excuse(self) -> None:
        """Frames were dropped here unread: the link did not lose them."""
        self._excused = True

    def _count(self, sequence: int, arrived_us: int) -> None:
        ahead = 1 if self._excused else (sequence - self._sequence) % 256
        self._excused = False
        if self._sequence < 0 or arrived_us - self._heard_us > FRESH_START_US:
            self._sequence, self._got, self._span = sequence, 1, 1
        elif ahead < 128:
            self._sequence = sequence
            self._got = (self._got << ahead | 1) & _ALL_GOT
            self._span = min(self._span + ahead, LOSS_FRAMES)
        else:
            self._got |= 1 << (256 - ahead) & _ALL_GOT
        self._heard_us = arrived_us

    @property
    def report(self) -> int:
        """What the peer's link loses, for the peer: 0 to 255 of 255, rounded up; see :attr:`loss`."""
        return math.ceil(self.loss * 255)

    @property
    def loss(self) -> float:
        """The share of the peer's last frames that was lost, plus its own uncertainty (one standard deviation)."""
        doubt = DOUBTED * (1 - self._span / SURE_FRAMES) if self._span < SURE_FRAMES else 0.0
        if (self._got & ((1 << self._span) - 1)).bit_count() == self._span:  # nothing was lost: nearly always
            return doubt
        return max(self._lost_of(SOON_FRAMES), self._lost_of(LOSS_FRAMES), doubt)

    def _lost_of(self, last: int) -> float:
        counted = min(last, self._span) - SETTLING
        if counted < 1:
            return 0.0
        lost = counted - (self._got >> SETTLING & ((1 << counted) - 1)).bit_count()
        frames = max(counted, FEW_FRAMES)
        share = lost / frames
        return min(share + math.sqrt(share * (1 - share) / frames), 1.0)
