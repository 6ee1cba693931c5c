"""A session's deliveries over a network in memory, by a clock turned by hand: as bad as one likes, and repeatable."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable

from nacl.bindings import crypto_sign_seed_keypair

from engine.net.delivery import Delivered, Delivery
from engine.net.face import Moment, Said, Told
from engine.net.frames import pack, unpack
from engine.net.keys import peer_id, sign, verified

OVERHEAD = 20 + 8 + 25
"""IP and UDP headers, and what sealing adds to a body."""

ROOM = 1150


class Mesh:
    """Members ``ids[0]`` ... with their deliveries ``nodes[id]``, what each has ``heard``, and the network's faults.

    ``loss`` and ``doubled`` are shares of packets; each takes ``delay_us`` (least, most; drawn evenly, so packets
    overtake each other); ``cut`` holds pairs, as sets, between whom nothing passes; frames for which ``passes`` is
    false vanish from their packets.
    """

    def __init__(self, count: int, seed: int = 0, delay_us: tuple[int, int] = (200, 2000)) -> None:
        self.rng = random.Random(seed)
        self.now_us = 1_000_000
        self.loss = 0.0
        self.doubled = 0.0
        self.delay_us = delay_us
        self.cut: set[frozenset[str]] = set()
        self.passes: Callable[[bytes], bool] = lambda frame: True
        self.nodes: dict[str, Delivery] = {}
        self.heard: dict[str, list[Delivered]] = {}
        self.sent_bytes: Counter[str] = Counter()
        self.received_bytes: Counter[str] = Counter()
        self.sent_packets: Counter[str] = Counter()
        self._keys: dict[str, bytes] = {}
        self._net: list[tuple[int, int, str, str, bytes]] = []
        self._order = itertools.count()
        self._due: dict[str, int | None] = {}
        self.ids = [self.identity(number) for number in range(count)]
        for one in self.ids:
            self.join(one)

    def identity(self, number: int) -> str:
        """The id of a member to be, its key known to all."""
        public, _ = crypto_sign_seed_keypair(number.to_bytes(32, "big"))
        self._keys[peer_id(public)] = public
        return peer_id(public)

    def signer(self, one: str) -> Callable[[bytes], bytes]:
        """What signs for ``one``."""
        number = list(self._keys).index(one)
        _, secret = crypto_sign_seed_keypair(number.to_bytes(32, "big"))
        return lambda message: sign(message, secret)

    def verify(self, author: str, message: bytes, signature: bytes) -> bool:
        """Whether ``author`` signed it."""
        return verified(message, signature, self._keys[author])

    def join(self, one: str) -> None:
        """A member comes (late): it and all others know of each other, also of those who have gone."""
        node = Delivery(one, self.signer(one), self.verify)
        for other, theirs in self.nodes.items():
            node.open(other, self.now_us)
            theirs.open(one, self.now_us)
        for author in self._keys:
            if author != one:
                node.admit(author)
        self.nodes[one] = node
        self.heard[one] = []
        self._due = dict.fromkeys(self.nodes, 0)

    def leave(self, one: str) -> None:
        """A member goes for good."""
        del self.nodes[one], self._due[one]
        for node in self.nodes.values():
            node.close(one)

    def part(self, one_side: list[str]) -> None:
        """Nothing passes any more between ``one_side`` and the rest."""
        self.cut = {frozenset((one, other)) for one in one_side for other in self.nodes if other not in one_side}

    def touched(self, one: str) -> None:
        """Something was said, told or played at ``one``: look at it again."""
        self._due[one] = 0

    def run(self, until_us: int) -> None:
        """Turn the clock to ``until_us``, and let everything happen that is due by then."""
        while True:
            due_us = min((due for due in self._due.values() if due is not None), default=until_us + 1)
            next_us = max(min(due_us, self._net[0][0] if self._net else until_us + 1), self.now_us)
            if next_us > until_us:
                self.now_us = until_us
                return
            self.now_us = next_us
            self._arrive()
            for one, due in self._due.items():
                if due is not None and due <= self.now_us:
                    self._send(one)

    def _arrive(self) -> None:
        while self._net and self._net[0][0] <= self.now_us:
            _, _, source, target, body = heapq.heappop(self._net)
            if target not in self.nodes or frozenset((source, target)) in self.cut:
                continue
            self.received_bytes[target] += len(body) + OVERHEAD
            for frame in filter(self.passes, unpack(body)):
                self.heard[target] += self.nodes[target].receive(source, frame, self.now_us)
            self._due[target] = self.nodes[target].due_us()

    def _send(self, one: str) -> None:
        node = self.nodes[one]
        node.tick(self.now_us)
        for peer in node.due_peers(self.now_us):
            for _ in range(1000):
                frames = node.frames(peer, self.now_us, ROOM)
                if not frames:
                    break
                body = pack(frames)
                assert len(body) <= ROOM
                self._carry(one, peer, body)
            else:
                raise AssertionError("a delivery that never has enough")
        self._due[one] = node.due_us()

    def _carry(self, source: str, target: str, body: bytes) -> None:
        self.sent_bytes[source] += len(body) + OVERHEAD
        self.sent_packets[source] += 1
        for _ in range(1 + (self.rng.random() < self.doubled)):
            if self.rng.random() >= self.loss:
                at_us = self.now_us + self.rng.randint(*self.delay_us)
                heapq.heappush(self._net, (at_us, next(self._order), source, target, body))

    def said(self, at: str, by: str) -> list[tuple[int, bytes]]:
        """The records of ``by`` as ``at`` heard them."""
        return [(one.number, one.data) for one in self.heard[at] if isinstance(one, Said) and one.peer == by]

    def told(self, at: str, by: str) -> list[bytes]:
        """What ``by`` told ``at``."""
        return [one.data for one in self.heard[at] if isinstance(one, Told) and one.peer == by]

    def played(self, at: str, by: str) -> list[tuple[int, int, bytes]]:
        """The moments of ``by`` as ``at`` heard them, by number."""
        return sorted(
            (one.number, one.session_us, one.data)
            for one in self.heard[at]
            if isinstance(one, Moment) and one.peer == by
        )
