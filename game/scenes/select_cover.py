"""A song's picture; a song that has none gets one drawn from its name."""

from __future__ import annotations

import colorsys
import zlib
from functools import lru_cache

from engine.draw import theme
from engine.draw.colour import Colour, faded, mixed, with_alpha
from engine.draw.frame import Frame, Texture
from game.rhythm.entries import ChartEntry
from game.scenes.select_details import Details

RINGS = 7
Place = tuple[float, float, float, float]


def draw_cover(frame: Frame, place: Place, entry: ChartEntry, details: Details) -> None:
    """The picture of ``entry`` in ``place`` (pixels), darker towards its foot, where the title stands."""
    x, y, w, h = place
    radius = frame.px(theme.ROUNDING)
    _draw_own(frame, place, entry)
    frame.layer()
    if details.picture is not None:
        tint = with_alpha(0xFFFFFF, details.opacity)
        frame.image(details.picture, x, y, w, h, tint=tint, part=part_of(details.picture, w, h), radius=radius)
    dark = with_alpha(theme.NIGHT, 0.82)
    frame.shapes.rect(x, y, w, h, with_alpha(theme.NIGHT, 0.05), bottom=dark, radius=radius)


def part_of(texture: Texture, w: float, h: float) -> tuple[float, float, float, float]:
    """The middle of ``texture`` that has the form of ``w`` by ``h``: left, top, right, bottom from 0 to 1."""
    ratio = (w / max(h, 1.0)) / (texture.width / texture.height)
    across, down = (1.0, 1 / ratio) if ratio >= 1 else (ratio, 1.0)
    return (1 - across) / 2, (1 - down) / 2, (1 + across) / 2, (1 + down) / 2


@lru_cache(maxsize=256)
def colours_of(title: str, artist: str) -> tuple[Colour, Colour, int]:
    """Two colours and a number that belong to a song."""
    seed = zlib.crc32(f"{title}\n{artist}".encode())
    hue = (seed % 997) / 997
    pair = []
    for turn, light, full in ((0.0, 0.42, 0.62), (0.17, 0.24, 0.70)):
        red, green, blue = colorsys.hls_to_rgb((hue + turn) % 1.0, light, full)
        pair.append(0xFF000000 | round(blue * 255) << 16 | round(green * 255) << 8 | round(red * 255))
    return pair[0], pair[1], seed


def _draw_own(frame: Frame, place: Place, entry: ChartEntry) -> None:
    """Rings that close, as the game's sign does, in the song's own colours."""
    x, y, w, h = place
    bright, deep, seed = colours_of(entry.title, entry.artist)
    ground = mixed(deep, theme.NIGHT, 0.35)
    frame.shapes.rect(x, y, w, h, mixed(ground, bright, 0.35), bottom=ground, radius=frame.px(theme.ROUNDING))
    with frame.clipped(x + frame.px(1), y + frame.px(1), w - frame.px(2), h - frame.px(2)):
        cx, cy = x + w * (0.70 + 0.15 * (seed >> 8 & 255) / 255), y + h * 0.5
        for ring in range(RINGS):
            bits = seed >> (3 * ring)
            radius = h * (0.20 + 0.15 * ring)
            share = 0.35 + 0.08 * (bits & 7)
            tone = faded(mixed(bright, theme.INK, 0.3 if ring % 2 else 0.05), 0.5 - 0.05 * ring)
            frame.shapes.ring(cx, cy, radius, h * 0.045, tone, start=(bits & 31) / 31, share=share)
        light = faded(bright, 0.5)
        frame.shapes.circle(cx, cy, h * 0.07, mixed(bright, theme.INK, 0.5), glow=light, glow_px=h * 0.5)
