"""The pieces, in the order a first-time player should meet them."""

from __future__ import annotations

from collections.abc import Callable

from tools.songs.pieces import first_light
from tools.songs.song import Song

PIECES: dict[str, Callable[[], Song]] = {
    "first-light": first_light.compose,
}
"""What composes each song, by the name of its folder under ``charts/``."""
