"""What the doctor says of the network: addresses, multicast, and sessions that show up by themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from game.commands.doctor import Found
from tests.rig.netns import ADDRESSES, CABLE, TwoNetworks

HOUSE = Path(__file__).resolve().parents[3]
LOOK = (
    "import json; from dataclasses import asdict; from game.commands.doctor_network import network; "
    "print(json.dumps([asdict(one) for one in network()]))"
)


def looked(networks: TwoNetworks, side: str) -> dict[str, Found]:
    done = subprocess.run(
        [*networks.inside(side), sys.executable, "-c", LOOK], cwd=HOUSE, capture_output=True, check=True, timeout=60
    )
    return {one["name"]: Found(**one) for one in json.loads(done.stdout)}


def test_a_network_that_works_is_told_line_by_line_and_so_is_one_that_is_gone() -> None:
    with TwoNetworks() as networks:
        found = looked(networks, "left")
        assert all(one.ok for one in found.values()), found
        assert found["network"].detail.startswith(ADDRESSES["left"])
        assert found["multicast"].detail == f"works on {ADDRESSES['left']}"
        assert found["discovery"].detail.startswith("sessions show up after")

        networks.ip("left", "addr", "flush", "dev", CABLE)
        found = looked(networks, "left")
        assert [one.name for one in found.values() if not one.ok and one.advice] == [
            "network",
            "multicast",
            "discovery",
        ]
        assert not any(one.needed for one in found.values())  # a game alone needs none
