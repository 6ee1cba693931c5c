"""One player of a band, for bench_net: plays hits, and appends what it hears of the others to a log of its own.

Its argument is JSON: ``host`` or ``join`` (an address), ``seed``.  It reads lines: ``{"peers": n}`` waits for so many
others, ``{"play": seconds, "hz": hits a second}`` plays; it ends with its input.  All processes of a machine have one
monotonic clock, and so a hit's instant says when it was made.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from engine.clock import now_us
from engine.log import EventLog, LogWriter, NewEvent
from engine.net.face import Moment, NetEvent
from engine.net.node import Node

HIT = b"\x03\x01"
"""A lane and whether it went down."""


class Player:
    """Plays and listens."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer
        self.late_us: list[tuple[int, int]] = []
        self.heard = 0
        self.stream = "jam/bench"

    def on_event(self, event: NetEvent) -> None:
        """A hit of another goes into the log at once; when it is committed, how late that was is noted."""
        if not isinstance(event, Moment):
            return
        self.heard += 1
        made_us = event.session_us
        payload = {"peer": event.peer, "number": event.number, "edge": event.data}
        kept = self._writer.append(self.stream, [NewEvent("jam.hits", payload, at_us=made_us, truth=4)])
        kept.add_done_callback(lambda _: self.late_us.append((made_us, now_us() - made_us)))


def play(node: Node, seconds: float, hz: float, seed: int) -> int:
    """Hit at random instants; gives how often."""
    chance = random.Random(seed)
    ends_us = now_us() + int(seconds * 1e6)
    hits = 0
    at_us = now_us()
    while True:
        at_us += int(chance.uniform(0.5, 1.5) * 1e6 / hz)
        if at_us >= ends_us:
            return hits
        time.sleep(max(0, at_us - now_us()) / 1e6)
        node.moment(HIT, now_us())
        hits += 1


def main() -> None:
    """Be one player until told to end."""
    given = json.loads(sys.argv[1])
    with (
        tempfile.TemporaryDirectory() as folder,
        EventLog.open(Path(folder) / "log.db") as log,
        LogWriter(log) as writer,
    ):
        player = Player(writer)
        bind = ("127.0.0.1", 0)
        if "join" in given:
            address = (str(given["join"][0]), int(given["join"][1]))
            node = Node.join(address, "amber-fox", {}, bind=bind, on_event=player.on_event, lan=False)
        else:
            node = Node.host("amber-fox", {}, bind=bind, on_event=player.on_event, lan=False)
        print(json.dumps({"port": node.address[1]}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            if "peers" in order:
                while len(node.peers()) < order["peers"] or not node.time.agreed:
                    threading.Event().wait(0.05)
                    node.events()
                print(json.dumps({"here": len(node.peers())}), flush=True)
            else:
                print(json.dumps(measured(node, player, order, given["seed"])), flush=True)
        node.close()


def measured(node: Node, player: Player, order: dict[str, float], seed: int) -> dict[str, object]:
    """Play, wait for the last of the others' hits, and say what was heard, how late, and what it cost."""
    node.hold_time(True)
    before, cpu_s, began_us = node.stats(), time.process_time(), now_us()
    hits = play(node, order["play"], order["hz"], seed)
    cpu_s, wall_s = time.process_time() - cpu_s, (now_us() - began_us) / 1e6
    after = node.stats()
    node.events()
    threading.Event().wait(order.get("settle", 1.0))
    return {
        "hits": hits,
        "heard": player.heard,
        "late_us": [late for made, late in list(player.late_us) if made >= began_us],
        "cpu": cpu_s / wall_s,
        "out": (after["bytes_out"] - before["bytes_out"]) / wall_s,
        "in": (after["bytes_in"] - before["bytes_in"]) / wall_s,
        "packets_out": (after["sent"] - before["sent"]) / wall_s,
        "packets_in": (after["received"] - before["received"]) / wall_s,
    }


if __name__ == "__main__":
    main()
