"""A bad network on one machine: forwards UDP datagrams between processes late, doubled, out of order or not at all.

It is a process of its own and needs no help from those it stands between.  Every node (a UDP socket on 127.0.0.1,
known by its port) has a *front*: a port of the link that stands for it, as a router's address does.  Who sends to
a front reaches the node behind it, and the node sees the sender's front as where it came from.  So all nodes know
each other by fronts only, whoever tells whom of whom, and every datagram passes through here.

A test with 2 to 16 nodes::

    with BadLink(seed=7) as link:
        link.set(Way(delay_us=500, jitter_us=1000, loss=0.01))         # every way there is
        host = start_node(port=0)                                      # a real process on 127.0.0.1
        door = link.front(host.port)                                   # where the others find it
        others = [start_node(join=("127.0.0.1", door)) for _ in range(15)]   # given fronts as they first send
        link.set(Way(jitter_us=5000), source=host.port)                # from the host to anyone
        link.set(Way(loss=1.0), source=host.port, target=others[0].port)     # one way of one pair
        link.cut([host.port, others[0].port], [others[1].port])        # a partition: nothing passes between the two
        link.heal()
        print(link.counts())

A way is chosen by pair, else by source, else by target, else the one for all.  Jitter is exponential and drawn for
each datagram by itself, so it changes their order as well.  What nodes tell of their own addresses leads around the
link: they must be told to go by the addresses that datagrams come from.  Multicast and TCP do not pass through it.
"""

from __future__ import annotations

import heapq
import json
import random
import select
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
SPIN_NS = 80_000
"""The system wakes a sleeper this late; the rest of a wait is spun."""

BUFFER_BYTES = 1 << 20
MOST_WAITING = 100_000


@dataclass(frozen=True, slots=True)
class Way:
    """How one direction between two nodes is.

    ``delay_us`` plus a jitter with an exponential distribution of mean ``jitter_us``; ``loss``, ``duplicate`` and
    ``reorder`` are shares of all datagrams (one reordered waits ``hold_us`` longer); ``rate_bytes_s`` is what the
    way carries (0: no limit), more queues up to a quarter of a second and is then lost.
    """

    delay_us: int = 0
    jitter_us: int = 0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    hold_us: int = 20_000
    rate_bytes_s: int = 0


class Forwarder:
    """The link itself: sockets, what is under way, and the commands that change it."""

    def __init__(self, control: socket.socket, seed: int) -> None:
        self._control = control
        self._chance = random.Random(seed)
        self._fronts: dict[int, socket.socket] = {}  # by node
        self._behind: dict[socket.socket, int] = {}  # node by front
        self._ways: dict[tuple[int, int], Way] = {(0, 0): Way()}
        self._side: dict[int, int] = {}
        self._free_ns: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[int, int, socket.socket, int, bytes]] = []
        self._serial = 0
        self._counts: Counter[str] = Counter()
        self._orders = b""

    def run(self) -> None:
        """Forward until the control connection closes."""
        try:
            while self._turn():
                pass
        finally:
            for front in self._fronts.values():
                front.close()
            self._control.close()

    def _turn(self) -> bool:
        now = time.perf_counter_ns()
        wait_s = max(0.0, (self._waiting[0][0] - now - SPIN_NS) / 1e9) if self._waiting else None
        ready, _, _ = select.select([self._control, *self._behind], (), (), wait_s)
        for each in ready:
            if each is self._control:
                if not self._obey():
                    return False
            else:
                self._take(each)
        while self._waiting and self._waiting[0][0] - time.perf_counter_ns() <= SPIN_NS:
            due, _, front, node, data = heapq.heappop(self._waiting)
            while time.perf_counter_ns() < due:
                pass
            self._counts["sent"] += 1
            front.sendto(data, (HOST, node))
        return True

    def _take(self, front: socket.socket) -> None:
        """Decide on everything that has come to a front."""
        target = self._behind[front]
        for _ in range(64):
            try:
                data, (_, source) = front.recvfrom(65536)
            except (BlockingIOError, ConnectionError):
                return
            self._counts["taken"] += 1
            way = self._way(source, target)
            back = self._front(source)
            apart = bool(self._side) and self._side.get(source, 0) != self._side.get(target, 0)
            if apart or self._chance.random() < way.loss or len(self._waiting) > MOST_WAITING:
                self._counts["lost"] += 1
                continue
            for _ in range(2 if self._chance.random() < way.duplicate else 1):
                self._send_later(way, source, target, back, data)

    def _send_later(self, way: Way, source: int, target: int, back: socket.socket, data: bytes) -> None:
        due = time.perf_counter_ns()
        if way.rate_bytes_s:
            due = max(due, self._free_ns.get((source, target), 0))
            if due - time.perf_counter_ns() > 250_000_000:
                self._counts["lost"] += 1
                return
            due += len(data) * 1_000_000_000 // way.rate_bytes_s
            self._free_ns[source, target] = due
        due += way.delay_us * 1000
        if way.jitter_us:
            due += round(self._chance.expovariate(1 / (way.jitter_us * 1000)))
        if self._chance.random() < way.reorder:
            due += way.hold_us * 1000
        self._serial += 1
        heapq.heappush(self._waiting, (due, self._serial, back, target, data))

    def _way(self, source: int, target: int) -> Way:
        ways = self._ways
        for key in ((source, target), (source, 0), (0, target)):
            if key in ways:
                return ways[key]
        return ways[0, 0]

    def _front(self, node: int) -> socket.socket:
        """The socket that stands for a node, made when it is first heard of."""
        front = self._fronts.get(node)
        if front is None:
            front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            front.bind((HOST, 0))
            front.setblocking(False)
            self._fronts[node] = front
            self._behind[front] = node
        return front

    def _node(self, port: int) -> int:
        """A node by its own port or by its front's."""
        for node, front in self._fronts.items():
            if front.getsockname()[1] == port:
                return node
        return port

    def _obey(self) -> bool:
        """Do what the test asks; False when it has gone."""
        try:
            data = self._control.recv(65536)
        except ConnectionError:
            return False
        if not data:
            return False
        self._orders += data
        *lines, self._orders = self._orders.split(b"\n")
        for line in lines:
            self._control.sendall(json.dumps(self._answer(*json.loads(line))).encode() + b"\n")
        return True

    def _answer(self, order: str, *values: Any) -> Any:
        match order, values:
            case "front", (port,):
                return self._front(self._node(port)).getsockname()[1]
            case "set", (way, source, target):
                self._ways[self._node(source), self._node(target)] = Way(**way)
            case "cut", (sides,):
                self._side = {self._node(port): number for number, side in enumerate(sides, 1) for port in side}
            case "counts", ():
                return dict(self._counts, waiting=len(self._waiting))
            case _:
                raise ValueError(f"the link knows no order {order!r}")
        return None


class BadLink:
    """A link in a process of its own, and how a test speaks to it.

    Args:
        seed: what chance is drawn from: the same datagrams in the same order meet the same fate.
    """

    def __init__(self, seed: int = 0) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(10)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.rig.bad_link", str(theirs.fileno()), str(seed)],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
            )
        self._answers = self._control.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process's id, to look at what it costs."""
        return self._process.pid

    def front(self, port: int) -> int:
        """The port of the link that stands for the node at ``port``; the same each time."""
        return int(self._ask("front", port))

    def set(self, way: Way, *, source: int = 0, target: int = 0) -> None:
        """How datagrams fare from now on: of one pair, of one node's ways out or in, or (no port given) all."""
        self._ask("set", asdict(way), source, target)

    def cut(self, *sides: Sequence[int]) -> None:
        """Let nothing pass between the sides; nodes not named are one side more."""
        self._ask("cut", [list(side) for side in sides])

    def heal(self) -> None:
        """Let everything pass again."""
        self._ask("cut", [])

    def counts(self) -> dict[str, int]:
        """How many datagrams were ``taken``, ``sent``, ``lost``, and are ``waiting``."""
        return {"taken": 0, "sent": 0, "lost": 0, **self._ask("counts")}

    def close(self) -> None:
        """End it."""
        self._answers.close()
        self._control.close()
        self._process.wait(10)

    def _ask(self, order: str, *values: Any) -> Any:
        self._control.sendall(json.dumps([order, *values]).encode() + b"\n")
        line = self._answers.readline()
        if not line:
            raise RuntimeError("the bad link has ended")
        return json.loads(line)


if __name__ == "__main__":
    Forwarder(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])).run()
