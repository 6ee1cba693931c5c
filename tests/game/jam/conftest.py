"""What the tests of crowds share: a jam that is hosted, and listeners of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.jam_crowd import Ears
from tests.rig.jam_machines import Machines


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """One machine that hosts, without songs."""
    with Machines(tmp_path, []) as made:
        made.host()
        yield made


@pytest.fixture
def ears(machines: Machines, tmp_path: Path) -> Iterator[Ears]:
    """Listeners, none so far; while they wait the machines go on."""
    door = machines.seats[0].jam.node.address
    with Ears(tmp_path, door, machines.code.text) as made:
        made.others = machines.turn
        yield made
