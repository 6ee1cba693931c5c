"""A member that holds the code and means no good: floods everyone with nonsense as fast as it can.

``python -m tests.rig.jam_nuisance HOST PORT CODE SECONDS`` joins, prints ``in`` when it is a member, floods until
the time is over, and prints how many things it sent.
"""

from __future__ import annotations

import os
import random
import socket
import sys
import time

from engine.net.face import Joined, Refused
from engine.net.node import Node
from game.jam.inbox import info_of

BURST = 200


def flood(node: Node, door: tuple[str, int], seconds: float) -> int:
    """Records, moments and messages that are none, and bytes that are no packets at all."""
    chance, sent = random.Random(5), 0
    until_s = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loose:
        while time.monotonic() < until_s:
            for _ in range(BURST):
                node.moment(chance.randbytes(3), node.time.session_us(0) + chance.randrange(1 << 40))
                loose.sendto(chance.randbytes(chance.randrange(1, 1200)), door)
                sent += 2
            node.say(os.urandom(600))
            for peer in node.peers():
                node.tell(peer.id, os.urandom(300))
                sent += 1
            time.sleep(0.005)  # the others are to be able to run on this machine as well
    return sent


def main() -> None:
    """Join and flood."""
    host, port, code, seconds = sys.argv[1:]
    node = Node.join((host, int(port)), code, info_of("Mallory", "player"), bind=("127.0.0.1", 0), lan=False)
    while True:
        node.wait(1.0)
        for event in node.events():
            if isinstance(event, Refused):
                sys.exit(event.sentence)
            if isinstance(event, Joined):
                print("in", flush=True)
                print(flood(node, (host, int(port)), float(seconds)), flush=True)
                node.close()
                return


if __name__ == "__main__":
    main()
