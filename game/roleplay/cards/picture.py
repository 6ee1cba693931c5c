"""A portrait for cards that have none: the closing ring of the game in front of a night sky, its hue by the name."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 256, 384
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GROUND = np.array([0x0B, 0x0D, 0x14], np.float64)
_ACCENTS = np.array([[0x4D, 0xE1, 0xFF], [0xFF, 0x4D, 0xA6], [0xFF, 0xC8, 0x57], [0x9B, 0xE5, 0x64]], np.float64)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk: length, kind, body, checksum (PNG, third edition, 5.3)."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def encode(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of ``pixels``, shape (height, width, 3)."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + width * 3), np.uint8)  # each row starts with its filter: 0, none
    rows[:, 1:] = pixels.reshape(height, width * 3)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (SIGNATURE, chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)), chunk(b"IEND", b""))
    )


@lru_cache(maxsize=16)
def portrait(name: str) -> bytes:
    """A PNG for a character called ``name``; the same name gives the same picture."""
    seed = zlib.crc32(name.encode("utf-8", "replace"))
    accent = _ACCENTS[seed % len(_ACCENTS)]
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    across, down = x - WIDTH / 2, y - HEIGHT * 0.42
    distance = np.hypot(across, down)
    angle = np.arctan2(down, across) / (2 * np.pi) % 1.0
    gap_start = (seed >> 8) % 360 / 360
    closed = ((angle - gap_start) % 1.0) < 0.86
    ring = np.exp(-(((distance - WIDTH * 0.3) / 5.0) ** 2)) * closed
    glow = 0.25 * np.exp(-(((distance - WIDTH * 0.3) / 28.0) ** 2)) + 0.18 * (y / HEIGHT) ** 2
    light = np.clip(ring + glow, 0.0, 1.0)[..., None]
    return encode((_GROUND * (1 - light) + accent * light).astype(np.uint8))
