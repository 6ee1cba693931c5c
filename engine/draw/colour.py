"""Colours as one packed integer, the way both our own pipelines and Dear ImGui want them.

A colour is ``0xAABBGGRR``, so that its bytes in memory are red, green, blue, alpha (not premultiplied).
"""

from __future__ import annotations

Colour = int
"""``0xAABBGGRR``."""

CLEAR: Colour = 0
WHITE: Colour = 0xFFFFFFFF
BLACK: Colour = 0xFF000000


def rgb(hexadecimal: str, alpha: float = 1.0) -> Colour:
    """The colour written as ``#RRGGBB``, at ``alpha`` from 0 to 1.

    Raises:
        ValueError: not of that form.
    """
    digits = hexadecimal.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{hexadecimal!r} is not #RRGGBB")
    red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    return with_alpha(red | green << 8 | blue << 16, alpha)


def with_alpha(colour: Colour, alpha: float) -> Colour:
    """``colour`` with its alpha set to ``alpha`` from 0 to 1."""
    return (colour & 0x00FFFFFF) | round(min(max(alpha, 0.0), 1.0) * 255) << 24


def faded(colour: Colour, by: float) -> Colour:
    """``colour`` with its alpha multiplied by ``by`` from 0 to 1."""
    return (colour & 0x00FFFFFF) | round((colour >> 24) * min(max(by, 0.0), 1.0)) << 24


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """``a`` turned into ``b`` by ``share`` from 0 to 1, channel by channel."""
    share = min(max(share, 0.0), 1.0)
    out = 0
    for shift in (0, 8, 16, 24):
        low, high = a >> shift & 255, b >> shift & 255
        out |= round(low + (high - low) * share) << shift
    return out


def channels(colour: Colour) -> tuple[float, float, float, float]:
    """Red, green, blue, alpha from 0 to 1."""
    return ((colour & 255) / 255, (colour >> 8 & 255) / 255, (colour >> 16 & 255) / 255, (colour >> 24) / 255)
