"""An hour of play takes no more memory at its end than at its beginning."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig.endurance import endure

MOST_BLOCKS = 3_000
"""Python's own bookkeeping (caches, interned numbers) moves by some hundreds either way."""

MOST_BYTES = 8 << 20


def test_a_minute_of_autoplay_leaves_nothing_behind(tmp_path: Path) -> None:
    grown = endure(tmp_path, songs=1, warm_up=1)
    assert grown.frames > 3_500
    assert grown.blocks < MOST_BLOCKS


@pytest.mark.soak
def test_an_hour_of_autoplay_leaves_nothing_behind(tmp_path: Path) -> None:
    grown = endure(tmp_path, songs=60)
    assert grown.frames > 60 * 3_500
    assert grown.blocks < MOST_BLOCKS
    assert grown.memory_bytes < MOST_BYTES
