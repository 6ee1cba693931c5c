"""What every member has said: numbered, chained, signed records that end up on all machines, each once.

A record is pushed to everyone when it is made.  Every half second a member tells how many records it made itself,
every two seconds how many it has of each author; who sees that it lacks something asks one of those who have it:
the author if it is heard, else another, so that nothing is sent twice by many.  That heals what was lost on the way, a
partition, and the past of a session for who comes late; records of authors who have gone are passed on by anyone.

Each record carries a hash of the one before it and its author's signature, so it is proved wherever it comes from.
An author who signs two histories is *caught*: what was heard first stands, nothing more is taken from it, and the
two records that prove it are pushed on, so that everyone hears of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.net.face import MAX_PEERS
from engine.net.frames import FRAME_COST, Malformed, get_number, put_number
from engine.net.records import GENESIS, ID_BYTES, MAX_DATA, RECORD, Record, Sealed, Sign, opened, sealed

Verify = Callable[[str, bytes, bytes], bool]
"""``verify(author, message, signature)``: False also for an author who is not known (yet)."""

MAX_AUTHORS = 4 * MAX_PEERS
"""A machine that comes back is a new author, so there may be more of them than members at any one time."""

MAX_AUTHOR_BYTES = 8 * 1024 * 1024
"""What one author may say in a session: some eight hours of play at 20 hits a second."""
MAX_ALL_BYTES = 256 * 1024 * 1024
RATE_BYTES_S = 128 * 1024
BURST_BYTES = 2 * 1024 * 1024
"""How fast records of one author are taken; what comes faster is asked for again later."""

RECORD_COST = 200
"""Bytes that a record counts for besides its own: what it takes in memory and proving."""

MAX_AHEAD = 256
"""How far beyond the first missing record others are kept."""

OWN_EVERY_US = 500_000
ALL_EVERY_US = 2_000_000
"""How often a member says what it made, and what it has."""

SOON_US = 150_000
"""What is due within this time goes with a packet that leaves anyway."""

GAP_US = 20_000
"""What is lacking may just be on its way; after this long it is asked for."""

ASK_US = 300_000
"""If a question brings nothing for this long, the next member is asked."""

ASK_AGAIN_US = 50_000
"""While answers come, the rest is asked for this often."""

ANSWER_BYTES = 16 * 1024
"""The most that one question brings (or one record that is larger)."""

ANSWERS_BYTES_S = 1024 * 1024
MOST_ANSWERS = 256 * 1024
"""How fast one member's questions are answered: a small packet must not bring a flood for long."""

HEARD_US = 2_000_000
"""A link that was silent for longer is neither asked nor pushed to."""

LARGEST_INLINE = 1000
"""A frame larger than this goes over the reliable channel instead of into a packet."""

ENTRIES = 64
"""Authors in one frame of what is had."""

MOST_NUMBER = 1 << 32
"""No author has a record with a number so high."""

_HAVE = 1


@dataclass(slots=True)
class _Purse:
    """What may be spent: filled at a steady rate, never beyond its size."""

    rate_bytes_s: int
    size: int
    left: float
    at_us: int = 0

    def filled(self, now_us: int) -> float:
        """What is in it now."""
        self.left = min(self.left + max(now_us - self.at_us, 0) * self.rate_bytes_s / 1_000_000, self.size)
        self.at_us = max(now_us, self.at_us)
        return self.left


@dataclass(slots=True)
class _Author:
    """What is had of one author: ``frames[n - 1]`` is record n as it came, ``hashes[n]`` its hash."""

    frames: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [GENESIS])
    ahead: dict[int, Sealed] = field(default_factory=dict)
    held_bytes: int = 0
    purse: _Purse = field(default_factory=lambda: _Purse(RATE_BYTES_S, BURST_BYTES, BURST_BYTES))


@dataclass(slots=True)
class _Lack:
    """More is known of an author than is here: since when, and who was asked, when, at how many records."""

    since_us: int
    asked: str = ""
    asked_us: int = 0
    asked_at: int = 0


@dataclass(slots=True)
class _Link:
    """What is known of one member's journal, and what is to be sent to it."""

    pushed: int  # own records that were pushed to it
    heard_us: int
    own_due_us: int
    all_due_us: int
    told: int = 0  # authors of whom it was told in this round
    has: dict[str, int] = field(default_factory=dict)
    answers: dict[str, tuple[int, int]] = field(default_factory=dict)  # author: next number, bytes left
    proofs: list[bytes] = field(default_factory=list)
    asks: set[str] = field(default_factory=set)
    purse: _Purse = field(default_factory=lambda: _Purse(ANSWERS_BYTES_S, MOST_ANSWERS, MOST_ANSWERS))


class Journal:
    """All records of a session as this machine has them.

    ``me`` and every author are ids of 16 hexadecimal digits.  Frames of a member go to :meth:`receive`; whenever
    :meth:`due_us` of a link has come, :meth:`frames` gives what its next packet is to carry.  :meth:`tick` wants to
    be called when :meth:`tick_us` says.  ``refused`` counts frames that were bad, forged, altered or of nobody
    known; ``delayed`` those that came faster than their author may speak; ``caught`` names authors of two histories.
    """

    def __init__(self, me: str, sign: Sign, verify: Verify) -> None:
        self._me = me
        self._sign = sign
        self._verify = verify
        self._mine = _Author()
        self._authors: dict[str, _Author] = {me: self._mine}
        self._lacks: dict[str, _Lack] = {}
        self._links: dict[str, _Link] = {}
        self._bytes = 0
        self.refused = 0
        self.delayed = 0
        self.caught: set[str] = set()

    def append(self, data: bytes) -> int:
        """Say ``data`` to everyone; gives its number.

        Raises:
            ValueError: more than :data:`~engine.net.records.MAX_DATA` bytes.
            OverflowError: this machine has said :data:`MAX_AUTHOR_BYTES` in this session already.
        """
        if len(data) > MAX_DATA:
            raise ValueError(f"a record of {len(data)} bytes; at most {MAX_DATA} fit")
        if not self._fits(self._mine, len(data)):
            raise OverflowError("no more can be said in this session")
        number, before = len(self._mine.frames) + 1, self._mine.hashes[-1]
        frame, digest = sealed(self._me, number, before, data, self._sign)
        self._charge(self._mine, len(data))
        self._mine.frames.append(frame)
        self._mine.hashes.append(digest)
        return number

    def have(self) -> dict[str, int]:
        """How many records of each author are here, without gaps."""
        return {author: len(held.frames) for author, held in self._authors.items() if held.frames}

    def admit(self, author: str) -> bool:
        """Take records of ``author`` from now on, from whoever has them; False if there are too many authors."""
        if author in self._authors:
            return True
        if len(self._authors) >= MAX_AUTHORS:
            mute = self._mute()
            if mute is None:
                return False
            del self._authors[mute]
        self._authors[author] = _Author()
        return True

    def room(self) -> bool:
        """Whether another author would be admitted."""
        return len(self._authors) < MAX_AUTHORS or self._mute() is not None

    def _mute(self) -> str | None:
        """Who came first of those that are no members and never said anything that is heard of."""
        spoke = {author for link in self._links.values() for author, count in link.has.items() if count}
        kept = spoke | self._links.keys() | self._lacks.keys() | self.caught | {self._me}
        silent = (author for author, held in self._authors.items() if not held.frames and not held.ahead)
        return next((author for author in silent if author not in kept), None)

    def open(self, peer: str, now_us: int) -> None:
        """``peer`` is a member: admit it, push to it, and tell it what is here."""
        self.admit(peer)
        if peer not in self._links:
            self._links[peer] = _Link(len(self._mine.frames), now_us, now_us, now_us)

    def close(self, peer: str) -> None:
        """``peer`` is a member no more; what it has said stays, and is passed on."""
        self._links.pop(peer, None)

    def heard(self, peer: str, now_us: int) -> None:
        """Something came from ``peer``; after a silence it is told at once what is here."""
        link = self._links.get(peer)
        if link is None:
            return
        if now_us - link.heard_us > HEARD_US:
            link.all_due_us = now_us
        link.heard_us = now_us

    def due_us(self, peer: str) -> int | None:
        """When a packet to ``peer`` must go for the journal's sake, 0 for at once; None if it is no member."""
        link = self._links.get(peer)
        if link is None:
            return None
        if self._urgent(link):
            return 0
        return link.own_due_us if link.own_due_us < link.all_due_us else link.all_due_us

    def _urgent(self, link: _Link) -> bool:
        return bool(link.proofs or link.answers or link.asks) or link.pushed < len(self._mine.frames)

    def frames(self, peer: str, now_us: int, room_bytes: int, send_large: Callable[[bytes], object]) -> list[bytes]:
        """What the next packet to ``peer`` is to carry: whole frames, with their lengths at most ``room_bytes``.

        A frame that is too large for packets is handed to ``send_large``, to go over the reliable channel; what that
        does not take is asked for again.
        """
        link = self._links.get(peer)
        out: list[bytes] = []
        if link is None or not (self._urgent(link) or _says_soon(link, now_us) or link.all_due_us <= now_us):
            return out
        room = room_bytes
        for frame in self._have_frames(link, now_us):
            room -= len(frame) + FRAME_COST
            if room < 0:
                return out
            out.append(frame)
        if now_us - link.heard_us > HEARD_US:
            link.pushed = len(self._mine.frames)  # once it is back it will ask for what it lacks
        for frame in self._outgoing(link):
            if len(frame) > LARGEST_INLINE:
                send_large(frame)
                continue
            room -= len(frame) + FRAME_COST
            if room < 0:
                break
            out.append(frame)
        return out

    def _have_frames(self, link: _Link, now_us: int) -> Iterator[bytes]:
        """What is had, of a few or of all authors, and what is asked for; a frame yielded is a frame sent."""
        while link.all_due_us <= now_us:
            chosen = list(self._authors)[link.told : link.told + ENTRIES]
            yield self._have_frame(link, chosen)
            link.asks.difference_update(chosen)
            link.told += ENTRIES
            link.own_due_us = now_us + OWN_EVERY_US
            if link.told >= len(self._authors):
                link.told, link.all_due_us = 0, now_us + ALL_EVERY_US
        while link.asks or _says_soon(link, now_us):
            chosen = sorted(link.asks)[:ENTRIES]
            yield self._have_frame(link, chosen)
            link.asks.difference_update(chosen)
            link.own_due_us = now_us + OWN_EVERY_US

    def _have_frame(self, link: _Link, authors: list[str]) -> bytes:
        out = bytearray((_HAVE,))
        put_number(out, len(self._mine.frames))
        for author in authors:
            out += bytes.fromhex(author)
            put_number(out, len(self._authors[author].frames) << 1 | (author in link.asks))
        return bytes(out)

    def _outgoing(self, link: _Link) -> Iterator[bytes]:
        """Records for a member, most urgent first; a record yielded is a record sent once the next is asked for."""
        while link.proofs:
            yield link.proofs[0]
            link.proofs.pop(0)
        while link.pushed < len(self._mine.frames):
            yield self._mine.frames[link.pushed]
            link.pushed += 1
        for author, (number, left) in list(link.answers.items()):
            frames = self._authors[author].frames
            while left > 0 and number <= len(frames):
                yield frames[number - 1]
                link.purse.left -= len(frames[number - 1])
                left -= len(frames[number - 1])
                number += 1
                link.answers[author] = number, left
            del link.answers[author]

    # -- what comes --------------------------------------------------------------------------------------------

    def receive(self, peer: str, frame: bytes, now_us: int) -> list[Record]:
        """Take a frame of member ``peer``; gives the records that are complete now, in each author's order."""
        link = self._links.get(peer)
        try:
            if link is not None and frame[:1] == bytes((_HAVE,)):
                self._take_have(peer, link, frame, now_us)
                return []
            if link is not None and frame[:1] == bytes((RECORD,)):
                return self._take_record(link, opened(frame), now_us)
        except Malformed:
            pass
        self.refused += 1
        return []

    def _take_have(self, peer: str, link: _Link, frame: bytes, now_us: int) -> None:
        made, at = get_number(frame, 1)
        entries: list[tuple[str, int]] = [(peer, made << 1)]
        while at < len(frame):
            author = frame[at : at + ID_BYTES].hex()
            entry, at = get_number(frame, at + ID_BYTES)
            entries.append((author, entry))
        for author, entry in entries[: MAX_AUTHORS + 1]:
            held = self._authors.get(author)
            if held is None:
                continue
            count, asks = min(entry >> 1, MOST_NUMBER), entry & 1
            have = len(held.frames)
            if author != self._me:
                self._known_to_have(link, author, count, now_us)
            if asks and count < have and link.purse.filled(now_us) > 0:
                link.answers[author] = count + 1, ANSWER_BYTES

    def _known_to_have(self, link: _Link, author: str, count: int, now_us: int) -> None:
        link.has[author] = max(link.has.get(author, 0), count)
        if count > len(self._authors[author].frames) and author not in self.caught:
            self._lacks.setdefault(author, _Lack(now_us))

    def _take_record(self, link: _Link, record: Sealed, now_us: int) -> list[Record]:
        author, number = record.author, record.number
        if author == self._me:
            return []
        held = self._authors.get(author)
        if held is None or number > MOST_NUMBER:
            self.refused += 1
            return []
        if author in self.caught:
            return []
        have = len(held.frames)
        known = self._digest_of(held, number)
        if known == record.digest:
            return []
        if number > have + MAX_AHEAD or not self._may_speak(held, len(record.data), now_us):
            self.delayed += 1
            return []
        if not self._verify(author, record.signed, record.signature):
            self.refused += 1
            return []
        held.purse.left -= len(record.data) + RECORD_COST
        if known:
            self._catch(author, record, held.frames[number - 1] if number <= have else held.ahead[number].frame)
            return []
        self._charge(held, len(record.data))
        held.ahead[number] = record
        complete = self._in_order(author, held)
        self._known_to_have(link, author, number, now_us)
        return complete

    def _digest_of(self, held: _Author, number: int) -> bytes:
        """The hash of the record that is had under ``number``; empty if none is."""
        if number < len(held.hashes):
            return held.hashes[number]
        return held.ahead[number].digest if number in held.ahead else b""

    def _in_order(self, author: str, held: _Author) -> list[Record]:
        """Move what is next from ``ahead`` to the chain; gives it."""
        out: list[Record] = []
        while (record := held.ahead.pop(len(held.frames) + 1, None)) is not None:
            if record.before != held.hashes[-1]:
                self._catch(author, record, held.frames[-1] if held.frames else record.frame)
                break
            held.frames.append(record.frame)
            held.hashes.append(record.digest)
            out.append(Record(author, record.number, record.data))
        return out

    def _catch(self, author: str, record: Sealed, other: bytes) -> None:
        """Two signed records of ``author`` contradict each other: take no more of it, and let everyone know."""
        self.caught.add(author)
        self._authors[author].ahead.clear()
        self._lacks.pop(author, None)
        for link in self._links.values():
            link.proofs += [other, record.frame]

    # -- bounds ------------------------------------------------------------------------------------------------

    def _fits(self, held: _Author, size: int) -> bool:
        cost = size + RECORD_COST
        return held.held_bytes + cost <= MAX_AUTHOR_BYTES and self._bytes + cost <= MAX_ALL_BYTES

    def _charge(self, held: _Author, size: int) -> None:
        held.held_bytes += size + RECORD_COST
        self._bytes += size + RECORD_COST

    def _may_speak(self, held: _Author, size: int, now_us: int) -> bool:
        """Whether the author's purse, filled at a steady rate, and the journal have room for one more record."""
        return held.purse.filled(now_us) >= size + RECORD_COST and self._fits(held, size)

    # -- what is lacking ---------------------------------------------------------------------------------------

    def tick_us(self) -> int | None:
        """When :meth:`tick` has something to do; None while nothing is known to be lacking."""
        return min((self._ask_due_us(author, lack) for author, lack in self._lacks.items()), default=None)

    def tick(self, now_us: int) -> bool:
        """Choose whom to ask for what is lacking; whether questions go with the next frames to some members."""
        asks = False
        for author, lack in list(self._lacks.items()):
            have = len(self._authors[author].frames)
            known = [peer for peer, link in self._links.items() if link.has.get(author, 0) > have]
            if not known:
                del self._lacks[author]
            elif self._ask_due_us(author, lack) <= now_us:
                self._ask(author, lack, [peer for peer in known if now_us - self._links[peer].heard_us <= HEARD_US])
                lack.asked_us, lack.asked_at = now_us, have
                asks = True
        return asks

    def _ask_due_us(self, author: str, lack: _Lack) -> int:
        if not lack.asked_us:
            return lack.since_us + GAP_US
        came = len(self._authors[author].frames) > lack.asked_at
        return lack.asked_us + (ASK_AGAIN_US if came else ASK_US)

    def _ask(self, author: str, lack: _Lack, sources: list[str]) -> None:
        """Ask the author itself if it can be, else one of those who have it, another one for each who asks."""
        if not sources:
            lack.asked = ""
            return
        sources.sort(key=lambda peer: (peer != author, hashlib.blake2b((self._me + author + peer).encode()).digest()))
        if lack.asked not in sources:
            lack.asked = sources[0]
        elif len(self._authors[author].frames) == lack.asked_at:  # it brought nothing
            lack.asked = sources[(sources.index(lack.asked) + 1) % len(sources)]
        self._links[lack.asked].asks.add(author)


def _says_soon(link: _Link, now_us: int) -> bool:
    """Whether what was made here is told with a packet that goes anyway, because it would be soon by itself."""
    return link.own_due_us <= now_us + SOON_US
