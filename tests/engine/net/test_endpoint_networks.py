"""A machine whose network comes up, or changes, while it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.rig.netns import ADDRESSES, CABLE, TwoNetworks

ROOT = Path(__file__).resolve().parents[3]
GROUP = ("239.255.77.9", 51_974)
HEARS = f"""
import sys, time
from engine.net.endpoint import Endpoint
endpoint = Endpoint(("0.0.0.0", 0), lambda data, sender, at_us: print(data.decode(), flush=True), lambda now_us: None)
endpoint.start()
endpoint.join_group({GROUP!r})
print("ready", flush=True)
for line in sys.stdin:
    endpoint.join_networks()
    print("looked", flush=True)
endpoint.close()
"""
SENDS = f"""
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton({ADDRESSES["left"]!r}))
sender.sendto(b"to all", {GROUP!r})
"""


def test_the_group_is_heard_on_a_network_that_came_up_later() -> None:
    with TwoNetworks() as nets:
        nets.ip("right", "link", "set", CABLE, "down")
        nets.ip("right", "addr", "flush", "dev", CABLE)
        hearer = subprocess.Popen(
            [*nets.inside("right"), sys.executable, "-c", HEARS],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert hearer.stdout is not None
        assert hearer.stdin is not None
        assert hearer.stdout.readline() == "ready\n"
        nets.ip("right", "link", "set", CABLE, "up")
        nets.ip("right", "addr", "add", "10.77.0.9/24", "dev", CABLE)
        hearer.stdin.write("look\n")
        hearer.stdin.flush()
        assert hearer.stdout.readline() == "looked\n"
        for _ in range(3):
            subprocess.run([*nets.inside("left"), sys.executable, "-c", SENDS], check=True, timeout=20)
        told = json.dumps(hearer.communicate(timeout=20)[0])
        assert "to all" in told
