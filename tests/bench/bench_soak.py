"""What stays behind of long play: OUROJAM_SOAK_MINUTES of autoplay (60 for the hour that is promised; 5 by default).

The clock is turned by hand; judging, drawing into frames and writing to the log are the game's own.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.rig.endurance import endure

MINUTES = 5
MOST_BLOCKS = 3_000
MOST_MIB = 8.0


def figures() -> Iterator[Figure]:
    """Growth in live objects and in memory after the first three minutes."""
    minutes = max(1, int(os.environ.get("OUROJAM_SOAK_MINUTES", MINUTES)))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        grown = endure(Path(folder), minutes)
    took_s = time.perf_counter() - began
    beside = f"{minutes} min of autoplay, {grown.frames} frames, in {took_s:.0f} s"
    yield Figure(
        f"blocks allocated more after {minutes} min of play", grown.blocks, "blocks", MOST_BLOCKS, beside=beside
    )
    yield Figure(f"memory more after {minutes} min of play", grown.memory_bytes / 2**20, "MiB", MOST_MIB, beside=beside)
