"""The pieces, in the order a first-time player should meet them."""

from __future__ import annotations

from collections.abc import Callable

from tools.songs.pieces import first_light, last_train, neon_tide, paper_lanterns, seven_bridges
from tools.songs.song import Song

PIECES: dict[str, Callable[[], Song]] = {
    "first-light": first_light.compose,
    "paper-lanterns": paper_lanterns.compose,
    "neon-tide": neon_tide.compose,
    "seven-bridges": seven_bridges.compose,
    "last-train-home": last_train.compose,
}
"""What composes each song, by the name of its folder under ``charts/``."""
