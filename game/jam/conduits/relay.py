"""One member of a crowd on a real socket: what the conductor sends comes in, and goes on to those who hang on it.

Who hangs on whom is decided by :class:`game.jam.conduits.peers.Peers`, the code of the simulation, for this one member.
A datagram is ``sender (8) receiver (8; 0: whoever is near) counter (8) sealed body``: everyone in the crowd holds the
key that seals it.  Inside, each member signs what it says of itself (its number is a hash of its key, so nobody speaks
for another), and the conductor signs his words, which go on as they are, from each conduit to those who hang on it and
to nobody else.  Each datagram of words carries the two words before it again, and the last one is sent twice more.

What is overheard and sent again is refused: what a member says of itself by how far it has counted, a datagram of words
by the numbers near those that the conduit which passes them on has signed, a word itself by the number it has.
"""

from __future__ import annotations

import struct
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import nacl.bindings as sodium
import numpy as np
from nacl.exceptions import CryptoError

from engine.clock import Clock, MonotonicClock, wall_us
from engine.net.endpoint import Address, Endpoint
from engine.net.face import MAX_DATAGRAM, MAX_PEERS
from engine.net.keys import KEY_BYTES, Identity, peer_id, verified
from engine.net.limits import Limits
from engine.net.packets import SIGNATURE_BYTES
from game.jam.conduits import rules
from game.jam.conduits.doorway import Doorway
from game.jam.conduits.messages import ASK, KEEP, Rows, Topic, pack, unpack
from game.jam.conduits.peers import Peers

STEP_US = 50_000
"""Time is looked at this often."""

LAN_US = 2_000.0
"""What a link is taken to need on its way; on one network the differences are in what is lost."""

REPEATED = 3
"""Each packet carries so many of the conductor's last words, and goes out so often when nothing follows it."""

MAX_WORD = 300
"""The most bytes of one word of the conductor, so that three of them fit into one datagram."""

REMEMBERED = 1024
"""So many of his words are known again when they come twice."""

MAX_KNOWN = 1024
"""Of so many senders it is remembered where they are and how far they have counted."""

WINDOW = 64
"""Datagrams may overtake each other by so many."""

APART = 4096
"""A datagram of words counts no further than this from what its sender signed last: over a second of the busiest
conduit's datagrams, which signs something for each child ten times a second."""

LAST_WORDS_S = 2.0
"""Who leaves waits no longer than this until the last words have been repeated."""

_HEAD = struct.Struct(">QQQ")
"""Also the nonce: 24 bytes."""
_WORD = struct.Struct(">IH")
_DATA = 0x40
_ME = np.zeros(1, dtype=np.intp)


def number_of(signing_public: bytes) -> int:
    """What a member is called among the crowd: 63 bits of the hash of its key."""
    return int(peer_id(signing_public), 16) >> 1


@dataclass(slots=True)
class _Known:
    """Another member: where it is, when it last said so itself, and which of its datagrams were seen."""

    address: Address
    heard_us: int
    highest: int = 0
    seen: int = 0
    """A bit for each of the last :data:`WINDOW` numbers, the highest in the lowest."""

    def takes(self, counter: int) -> bool:
        """Whether a datagram of this number has not come yet, and is not too old to tell."""
        behind = self.highest - counter
        return behind < 0 or (behind < WINDOW and not self.seen >> behind & 1)

    def count(self, counter: int) -> None:
        """A datagram of this number came."""
        if counter > self.highest:
            self.seen <<= min(counter - self.highest, WINDOW)
            self.highest = counter
        self.seen = (self.seen | 1 << (self.highest - counter)) & ((1 << WINDOW) - 1)


class Conduit:
    """A member of a crowd, until :meth:`close`.

    Args:
        key: 32 bytes that the crowd shares.
        conductor: the conductor's signing key, public.
        identity: this member's own keys; the conductor's own where it conducts.
        near: addresses that may be in reach; others become known when they are heard.
        on_word: called with (number, bytes, when it came) for each word of the conductor, once, in the socket's thread.
        bind: where to listen.
    """

    def __init__(
        self,
        key: bytes,
        conductor: bytes,
        identity: Identity,
        near: Sequence[Address] = (),
        on_word: Callable[[int, bytes, int], None] = lambda number, word, at_us: None,
        bind: Address = ("0.0.0.0", 0),
        clock: Clock | None = None,
    ) -> None:
        self._key, self._conductor, self._identity = key, conductor, identity
        self._on_word = on_word
        self._clock = clock or MonotonicClock()
        self.number = number_of(identity.signing_public)
        self._conducts = conductor == identity.signing_public
        begins = np.array([self._conducts])
        self._peers = Peers(np.array([self.number]), begins, self._clock.now_us(), self.number & 0xFFFF)
        self._near: OrderedDict[Address, None] = OrderedDict.fromkeys(near)
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._taken: OrderedDict[tuple[int, int], None] = OrderedDict()
        crowd = blake2b(key, digest_size=16, person=b"ourojam crowd").digest()
        self._says, self._speaks = b"ourojam crowd says" + crowd, b"ourojam crowd word" + crowd
        """What stands before what a member signs of itself, and before what the conductor does."""
        self._counter = wall_us()  # a member that comes back counts on from where it was, however long it was away
        self._words: deque[bytes] = deque(maxlen=REPEATED)
        self._heard: OrderedDict[int, None] = OrderedDict()
        self._highest = 0
        self._came: deque[tuple[int, bytes, int]] = deque()
        self._said = self._needs = self._repeats = 0
        self._step_us = self._repeat_us = self._clock.now_us()
        self._limits: Limits[tuple[Address, int]] = Limits()
        self.doorway = Doorway()
        """Lets others knock through this member, once it knows where the door is."""
        self._lock = threading.Lock()
        self.refused = 0
        """Datagrams that were none of the crowd's, were forged, or came again."""
        self._endpoint = Endpoint(bind, self._datagram, self._due, self._clock)

    def start(self) -> None:
        """Take part from now on."""
        self._endpoint.start()
        self._endpoint.wake(self._clock.now_us())

    @property
    def address(self) -> Address:
        """Where its socket is bound."""
        return self._endpoint.address

    @property
    def depth(self) -> int:
        """How many hops it is from the conductor; 99 (``rules.UNREACHED``) while it hangs on nobody."""
        return int(self._peers.depth[0])

    @property
    def parent(self) -> int:
        """The number of the conduit it hangs on; -1 for none."""
        return int(self._peers.parent[0])

    @property
    def children(self) -> list[int]:
        """The numbers of those who hang on it."""
        with self._lock:
            there = self._peers.children["peer"][0]
            return [int(child) for child in there[there >= 0]]

    @property
    def path_us(self) -> int:
        """About how long what the conductor sends takes to it, by how many hops it is and what gets lost on them."""
        return int(self._peers.path_us[0])

    @property
    def below(self) -> int:
        """How many hear through it, as they say."""
        with self._lock:
            return int(self._peers.below(_ME)[0])

    @property
    def known(self) -> list[Address]:
        """Where others in the crowd were heard, the latest first."""
        with self._lock:
            return [each.address for each in reversed(self._known.values())]

    def counted(self) -> Counter[str]:
        """Datagrams and bytes each way."""
        return self._endpoint.counted()

    def meet(self, address: Address) -> None:
        """An address that may be in reach became known."""
        with self._lock:
            self._is_near(address)

    def send(self, word: bytes) -> int:
        """Let the whole crowd have ``word``; gives its number.

        Raises:
            ValueError: it is too large, or this member does not conduct.
        """
        if len(word) > MAX_WORD or not self._conducts:
            raise ValueError(f"a word of {len(word)} bytes; the conductor's may have {MAX_WORD}")
        with self._lock:
            self._said += 1
            head = _WORD.pack(self._said, len(word))
            self._pass_on(head + word + self._identity.sign(self._speaks + head + word))
            return self._said

    def leave_parent(self) -> None:
        """Look for another conduit: the one it hangs on says that it is there, but passes nothing on."""
        with self._lock:
            self._say_farewell()
            if self.parent >= 0:
                self._peers.leave(_ME, self._clock.now_us())

    def _say_farewell(self) -> None:
        if self.parent >= 0:
            farewell = np.zeros(1, KEEP)
            farewell["peer"], farewell["to"] = self.number, self.parent
            self._send_rows(Topic.KEEP, farewell)

    def finish(self) -> None:
        """Leave once the last words have gone, as often as all do, to those who hang on it."""
        limit_s = time.monotonic() + LAST_WORDS_S
        while self._repeats and time.monotonic() < limit_s:
            time.sleep(rules.REPEAT_US / 2e6)
        self.close()

    def close(self) -> None:
        """Leave: the conduit it hangs on, and those who hang on it, are told."""
        with self._lock:
            peers = self._peers
            self._say_farewell()
            peers.alive[0] = False
            there = peers.children["peer"][0]
            asks = np.zeros(int((there >= 0).sum()), ASK)
            asks["peer"] = there[there >= 0]
            if len(asks):
                self._send_rows(Topic.ANSWER, peers.hear_asks(np.zeros(len(asks), np.intp), asks, self._clock.now_us()))
        self._endpoint.close()

    # -- in the socket's threads ---------------------------------------------------------------------------

    def _due(self, now_us: int) -> int:
        with self._lock:
            if self._repeats and now_us >= self._repeat_us:
                self._repeats -= 1
                self._repeat_us = now_us + rules.REPEAT_US
                self._give_words()
            if now_us >= self._step_us:
                self._step_us = now_us + STEP_US
                self._step(now_us)
            return min(self._step_us, self._repeat_us) if self._repeats else self._step_us

    def _step(self, now_us: int) -> None:
        peers = self._peers
        if self._conducts:
            peers.beat(now_us // STEP_US & 0xFFFFFFFF, now_us)
        if self._needs:
            peers.hear_needs(_ME, np.array([float(self._needs)]), now_us)
            self._needs = 0
        out = peers.step(now_us)
        for topic, rows in ((Topic.BEACON, out.beacons), (Topic.NEED, out.needs)):
            if len(rows):
                body = pack(topic, rows)
                for address in self._near:
                    self._say(body, address)
        self._send_rows(Topic.ASK, out.asks)
        self._send_rows(Topic.KEEP, out.keeps)
        self._send_rows(Topic.FLOW, out.flows)

    def _datagram(self, data: bytes, address: Address, at_us: int) -> None:
        with self._lock:
            body = self._opened(data)
            if body is None:
                self._pass_knock(data, address)
            elif body[0] == _DATA:
                self._hear_words(data, body, address, at_us)
            elif (said := self._signed(data, body, address)) is None:
                self.refused += 1
            else:
                self._hear(said, _HEAD.unpack_from(data)[0])
            came = list(self._came)
            self._came.clear()
        for word in came:
            self._on_word(*word)

    def _hear(self, body: bytes, sender: int) -> None:
        found = unpack(body)
        now_us, peers = self._clock.now_us(), self._peers
        if found is None or (found[1]["peer"] != sender).any():
            self.refused += 1
            return
        topic, rows = found
        if "to" in (rows.dtype.names or ()):
            rows = rows[rows["to"] == self.number]
        rows = rows[:1]  # one member says one thing of a kind at a time
        if not len(rows):
            return
        match topic:
            case Topic.BEACON:
                peers.hear_beacons(_ME, rows, np.full(1, LAN_US), now_us)
            case Topic.NEED:
                self._needs = min(self._needs + 1, MAX_PEERS)
            case Topic.ASK:
                self._send_rows(Topic.ANSWER, peers.hear_asks(_ME, rows, now_us))
            case Topic.ANSWER:
                self._send_rows(Topic.KEEP, peers.hear_answers(_ME, rows, now_us))
            case Topic.KEEP:
                peers.hear_keeps(_ME, rows, now_us)
            case Topic.FLOW:
                peers.hear_flows(_ME, rows, now_us)

    def _pass_knock(self, data: bytes, address: Address) -> None:
        """Nothing of the crowd's: somebody may be on the way to the door."""
        passed = self.doorway.take(data, address, self._clock.now_us())
        if passed is None:
            self.refused += 1
        else:
            self._endpoint.send(passed.datagram, passed.address)

    # -- the conductor's words -----------------------------------------------------------------------------

    def _hear_words(self, data: bytes, body: bytes, address: Address, at_us: int) -> None:
        if not self._passes_words(data, address) or not self._take_words(body, at_us):
            self.refused += 1

    def _passes_words(self, data: bytes, address: Address) -> bool:
        """Whether words come from who passes them on to this member, for it, and not for the second time."""
        sender, receiver, counter = _HEAD.unpack_from(data)
        known = self._known.get(sender)
        if self._conducts or known is None or sender != self.parent or receiver != self.number:
            return False
        if address != known.address or abs(known.highest - counter) > APART or (sender, counter) in self._taken:
            return False
        self._taken[sender, counter] = None
        if len(self._taken) > 2 * APART:
            self._taken.popitem(last=False)
        return self._limits.allow((address, sender), self._clock.now_us())

    def _take_words(self, body: bytes, at_us: int) -> bool:
        """Keep those words that are new, and pass them on; false where something is wrong with them."""
        at = 1
        for _ in range(REPEATED):
            if at == len(body):
                break
            if at + _WORD.size > len(body):
                return False
            number, length = _WORD.unpack_from(body, at)
            end = at + _WORD.size + length + SIGNATURE_BYTES
            if length > MAX_WORD or end > len(body):
                return False
            packed, at = body[at:end], end
            if number in self._heard or number <= self._highest - REMEMBERED:
                continue
            said, signature = packed[:-SIGNATURE_BYTES], packed[-SIGNATURE_BYTES:]
            if not verified(self._speaks + said, signature, self._conductor):
                return False
            self._heard[number] = None
            self._highest = max(self._highest, number)
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
            self._pass_on(packed)
            self._came.append((number, said[_WORD.size :], at_us))
        return at == len(body)

    def _pass_on(self, packed: bytes) -> None:
        """Give a word, and the ones before it, to those who hang on this member."""
        self._words.append(packed)
        self._repeats = REPEATED - 1
        self._repeat_us = self._clock.now_us() + rules.REPEAT_US
        self._endpoint.wake(self._repeat_us)
        self._give_words()

    def _give_words(self) -> None:
        body = bytes([_DATA]) + b"".join(self._words)
        there = self._peers.children["peer"][0]
        for child in there[there >= 0].tolist():
            if (known := self._known.get(child)) is not None:
                self._send(body, known.address, self._head(child))

    # -- the wire ------------------------------------------------------------------------------------------

    def _send_rows(self, topic: Topic, rows: Rows) -> None:
        for number in range(len(rows)):
            receiver = int(rows["to"][number])
            if (known := self._known.get(receiver)) is not None:
                self._say(pack(topic, rows[number : number + 1]), known.address, receiver)

    def _say(self, body: bytes, address: Address, receiver: int = 0) -> None:
        """Send something this member says of itself."""
        head = self._head(receiver)
        self._send(body + self._identity.signing_public + self._identity.sign(self._says + head + body), address, head)

    def _head(self, receiver: int) -> bytes:
        self._counter += 1
        return _HEAD.pack(self.number, receiver, self._counter)

    def _send(self, body: bytes, address: Address, head: bytes) -> None:
        sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(body, head, head, self._key)
        self._endpoint.send(head + sealed, address)

    def _opened(self, data: bytes) -> bytes | None:
        """The body of a datagram that is the crowd's; None for anything else."""
        if not _HEAD.size + 17 <= len(data) <= MAX_DATAGRAM:
            return None
        head, box = data[: _HEAD.size], data[_HEAD.size :]
        try:
            return bytes(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(box, head, head, self._key)) or None
        except CryptoError:
            return None

    def _signed(self, data: bytes, body: bytes, address: Address) -> bytes | None:
        """What a member says of itself in ``body``, if it is its own word for this one and has not come before."""
        head, at = data[: _HEAD.size], len(body) - KEY_BYTES - SIGNATURE_BYTES
        sender, receiver, counter = _HEAD.unpack(head)
        public = body[at : at + KEY_BYTES]
        known, now_us = self._known.get(sender), self._clock.now_us()
        if at < 1 or receiver not in (0, self.number) or sender == self.number or number_of(public) != sender:
            return None
        # What comes again costs nobody its share: only what is new is counted.
        if (known is not None and not known.takes(counter)) or not self._limits.allow((address, sender), now_us):
            return None
        if not verified(self._says + head + body[:at], body[at + KEY_BYTES :], public):
            return None
        known = self._know(sender, address, receiver, now_us)
        known.count(counter)
        return body[:at]

    def _know(self, sender: int, address: Address, receiver: int, now_us: int) -> _Known:
        """Remember where a member is that said something; those heard longest ago are forgotten first.

        What it says to everyone near says little of where it is: who overheard it can say it again from elsewhere.
        """
        known = self._known.setdefault(sender, _Known(address, now_us))
        self._known.move_to_end(sender)
        if receiver or now_us - known.heard_us > rules.FORGET_US:
            known.address = address
        if known.address == address:
            known.heard_us = now_us
            self._is_near(address)
        if len(self._known) > MAX_KNOWN:
            held = {self.parent, int(self._peers.asked[0]), *self._peers.children["peer"][0].tolist()}
            del self._known[next(number for number in self._known if number not in held)]
        return known

    def _is_near(self, address: Address) -> None:
        self._near[address] = None
        self._near.move_to_end(address)
        if len(self._near) > MAX_PEERS:
            self._near.popitem(last=False)
