"""Sealed packets: between two members, and to the whole group.

A packet that opens was made by who it says, was not changed on the way, and is given out once: a counter grows with
each packet of a key, and what has been seen of it is remembered in a window, as IPsec does (RFC 4303, section 3.4.3).
The same key must never seal two packets under one counter, so a key is given to one :class:`Sealer`, once;
:class:`Pairings` and :class:`GroupSealer` see to that for as long as they are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from engine.net.face import MAX_DATAGRAM, MAX_PEERS, NetError
from engine.net.keys import GroupKey, Identity, pair_keys, verified, wire_id
from engine.net.packets import (
    FORWARD_BODY,
    HEADER_BYTES,
    MAX_BODY,
    SEALED_OVERHEAD,
    SIGNATURE_BYTES,
    SPREAD_OVERHEAD,
    PacketKind,
    pack_header,
    parse_header,
)

WINDOW = 1024
"""How many packets back a late one is still taken."""

LAST_COUNTER = 2**32 - 1
MAX_HOPS = 3
_HOPS = HEADER_BYTES
_MAX_PAIRINGS = 32 * MAX_PEERS

_NONCE_LEFT = bytes(8)


@dataclass(slots=True)
class Rejected:
    """How many packets were not taken, by what was wrong with them."""

    malformed: int = 0
    forged: int = 0
    replayed: int = 0


class Window:
    """Which of the last :data:`WINDOW` counters of a sender have been seen."""

    __slots__ = ("_newest", "_seen")

    def __init__(self) -> None:
        self._newest = 0
        self._seen = 1  # bit n: the counter n before the newest; counters begin at 1, so 0 counts as seen

    def is_new(self, counter: int) -> bool:
        """Whether a packet with this counter may still be taken."""
        back = self._newest - counter
        return back < 0 or (back < WINDOW and not self._seen >> back & 1)

    def mark(self, counter: int) -> None:
        """A packet with this counter was authentic and has been taken; ``is_new`` was true."""
        ahead = counter - self._newest
        if ahead <= 0:
            self._seen |= 1 << -ahead
        elif ahead < WINDOW:
            self._seen = (self._seen << ahead | 1) & _ALL_SEEN
            self._newest = counter
        else:
            self._seen = 1
            self._newest = counter


_ALL_SEEN = (1 << WINDOW) - 1


class _Counter:
    """Counts a key's packets; the counter is the nonce, so it ends rather than wraps."""

    __slots__ = ("_last",)

    def __init__(self, last: int = 0) -> None:
        self._last = last

    def next(self) -> int:
        if self._last >= LAST_COUNTER:
            raise NetError("This connection has carried all the packets its key is good for: leave and join again.")
        self._last += 1
        return self._last


class Sealer:
    """Seals bodies for one other member.

    ``key`` is the sending key of the pair, ``who`` this machine's four bytes.  ``sent`` says how many packets were
    sealed before, for tests of the end of the counter.
    """

    __slots__ = ("_box", "_count", "_who")

    def __init__(self, key: bytes, who: bytes, sent: int = 0) -> None:
        self._box = ChaCha20Poly1305(key)
        self._who = who
        self._count = _Counter(sent)

    def seal(self, body: bytes) -> bytes:
        """A SEALED datagram with ``body``.

        Raises:
            ValueError: the body is longer than :data:`~engine.net.packets.FORWARD_BODY`.
            NetError: the key's 2**32 packets are used up.
        """
        if len(body) > FORWARD_BODY:
            raise ValueError(f"a body of {len(body)} bytes fits no packet")
        header = pack_header(PacketKind.SEALED, self._who, self._count.next())
        return header + self._box.encrypt(_NONCE_LEFT + header[5:], body, header)


class Opener:
    """Opens what one other member seals; ``key`` is the receiving key of the pair, ``who`` its four bytes."""

    __slots__ = ("_box", "_who", "_window", "rejected")

    def __init__(self, key: bytes, who: bytes) -> None:
        self._box = ChaCha20Poly1305(key)
        self._who = who
        self._window = Window()
        self.rejected = Rejected()

    def open(self, datagram: bytes) -> bytes | None:
        """The body; None, and counted in ``rejected``, for whatever the other member did not send just once."""
        if not SEALED_OVERHEAD <= len(datagram) <= MAX_DATAGRAM or datagram[0] != PacketKind.SEALED:
            self.rejected.malformed += 1
            return None
        clear = datagram[:HEADER_BYTES]
        if clear[1:5] != self._who:
            self.rejected.forged += 1
            return None
        counter = int.from_bytes(clear[5:], "big")
        if not self._window.is_new(counter):
            self.rejected.replayed += 1
            return None
        try:
            body = self._box.decrypt(_NONCE_LEFT + clear[5:], datagram[HEADER_BYTES:], clear)
        except InvalidTag:
            self.rejected.forged += 1
            return None
        self._window.mark(counter)
        return body


class Pairings:
    """This machine's sealers and openers for the other members of a session, each made once for its key.

    A member that was lost and comes back has the same key until it is admitted again (with a fresh exchange key), and
    must go on counting where it was; so pairings are kept, up to a bound far above the size of a session.
    """

    def __init__(self, mine: Identity, session: bytes) -> None:
        self._mine = mine
        self._session = session
        self._made: dict[tuple[str, bytes], tuple[Sealer, Opener]] = {}

    def pair(self, their_id: str, their_exchange: bytes) -> tuple[Sealer, Opener]:
        """The sealer and opener for a member; the same ones for the same key.

        Raises:
            ValueError: ``their_exchange`` is no usable public key.
            NetError: more keys have been seen than a session of this size can need.
        """
        made = self._made.get((their_id, their_exchange))
        if made is None:
            if len(self._made) >= _MAX_PAIRINGS:
                raise NetError("Too many machines came and went in this session: leave it and join again.")
            keys = pair_keys(self._mine, their_id, their_exchange, self._session)
            made = Sealer(keys.send, wire_id(self._mine.id)), Opener(keys.receive, wire_id(their_id))
            self._made[their_id, their_exchange] = made
        return made


class Spread(NamedTuple):
    """What a member sent to the group: its id, its counter, how often it may still be passed on, and the body."""

    origin: str
    counter: int
    hops: int
    body: bytes


def _spread_nonce(header: bytes) -> bytes:
    return bytes(4) + header[1:]


class GroupSealer:
    """Seals and signs bodies for the whole group.

    One is kept for as long as the identity is a member of the session, also when it is admitted again.
    """

    __slots__ = ("_box", "_count", "_mine", "_session", "_who")

    def __init__(self, key: GroupKey, mine: Identity, session: bytes, sent: int = 0) -> None:
        self._box = ChaCha20Poly1305(key)
        self._mine = mine
        self._session = session
        self._who = wire_id(mine.id)
        self._count = _Counter(sent)

    def seal(self, body: bytes, hops: int = MAX_HOPS) -> bytes:
        """A SPREAD datagram with ``body``.

        Raises:
            ValueError: more than :data:`~engine.net.packets.MAX_BODY` bytes or :data:`MAX_HOPS` hops.
            NetError: the identity's 2**32 packets are used up.
        """
        if len(body) > MAX_BODY or not 0 <= hops <= MAX_HOPS:
            raise ValueError(f"a body of {len(body)} bytes with {hops} hops fits no packet")
        header = pack_header(PacketKind.SPREAD, self._who, self._count.next())
        signature = self._mine.sign(_signed(self._session, header, body))
        sealed = self._box.encrypt(_spread_nonce(header), body + signature, header)
        return header + bytes((hops,)) + sealed


def _signed(session: bytes, header: bytes, body: bytes) -> bytes:
    return b"ourojam spread" + session + header + body


class GroupOpener:
    """Opens what members send to the group, each packet once, whichever way it came."""

    __slots__ = ("_box", "_members", "_session", "rejected")

    def __init__(self, key: GroupKey, session: bytes) -> None:
        self._box = ChaCha20Poly1305(key)
        self._session = session
        self._members: dict[bytes, tuple[str, bytes, Window]] = {}
        self.rejected = Rejected()

    def admit(self, peer: str, signing_public: bytes) -> None:
        """Take packets of this member from now on; nothing changes if it is known already."""
        who = wire_id(peer)
        known = self._members.get(who)
        if known is None or known[0] != peer:
            self._members[who] = (peer, signing_public, Window())

    def forget(self, peer: str) -> None:
        """Take nothing more of a member that was taken off the roster."""
        self._members.pop(wire_id(peer), None)

    def open(self, datagram: bytes) -> Spread | None:
        """What was sent; None, and counted in ``rejected``, for a stranger's, a changed or a repeated packet."""
        header = parse_header(datagram)
        if header is None or header.kind is not PacketKind.SPREAD or not self._shaped(datagram):
            self.rejected.malformed += 1
            return None
        member = self._members.get(header.who)
        if member is None:
            self.rejected.forged += 1
            return None
        peer, signing_public, window = member
        if not window.is_new(header.counter):
            self.rejected.replayed += 1
            return None
        body = self._authentic(datagram, signing_public)
        if body is None:
            self.rejected.forged += 1
            return None
        window.mark(header.counter)
        return Spread(peer, header.counter, datagram[_HOPS], body)

    def _shaped(self, datagram: bytes) -> bool:
        return len(datagram) >= SPREAD_OVERHEAD and datagram[_HOPS] <= MAX_HOPS

    def _authentic(self, datagram: bytes, signing_public: bytes) -> bytes | None:
        # The tag comes first: only those who hold the group's key can make us check a signature, ten times the work.
        header = datagram[:HEADER_BYTES]
        try:
            opened = self._box.decrypt(_spread_nonce(header), datagram[_HOPS + 1 :], header)
        except InvalidTag:
            return None
        body, signature = opened[:-SIGNATURE_BYTES], opened[-SIGNATURE_BYTES:]
        return body if verified(_signed(self._session, header, body), signature, signing_public) else None


def passed_on(datagram: bytes) -> bytes | None:
    """A SPREAD datagram that was opened here, with one hop less, for others; None if it has no hop left."""
    hops = datagram[_HOPS]
    return datagram[:_HOPS] + bytes((hops - 1,)) + datagram[_HOPS + 1 :] if hops else None
