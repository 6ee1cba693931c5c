"""What the doctor says of a sound device that is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.pulse import PulseRig, missing

HOUSE = Path(__file__).resolve().parents[3]


def test_the_doctor_opens_the_device_and_tells_how_it_does(tmp_path: Path) -> None:
    if why := missing():
        pytest.skip(why)
    with PulseRig() as rig:
        done = subprocess.run(
            [sys.executable, "-m", "game", "doctor", "--json", "--profile", str(tmp_path)],
            env=rig.environment(),
            cwd=HOUSE,
            capture_output=True,
            text=True,
            timeout=60,
        )
    found = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert found["audio"]["ok"]
    assert found["sound"]["detail"].startswith("default at 48000 Hz, heard after ")
    assert " gaps, 0 of 50 sounds lost" in found["sound"]["detail"]
