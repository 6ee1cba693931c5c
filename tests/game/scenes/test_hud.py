"""What stands around the field says each thing once."""

from __future__ import annotations

import pytest

from game.scenes.hud import chart_words


@pytest.mark.parametrize(
    ("level", "keys", "said"),
    [
        ("Hard", 7, "Hard  7K"),
        ("8K", 8, "8K"),
        ("[7K] Oni", 7, "[7K] Oni"),
        ("10 k", 10, "10 k"),
        ("18K", 8, "18K  8K"),
        ("", 4, "4K"),
    ],
)
def test_lanes_are_told_once(level: str, keys: int, said: str) -> None:
    assert chart_words(level, keys) == said
