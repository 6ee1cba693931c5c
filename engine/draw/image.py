"""Pictures from files: read and checked beside the main thread, uploaded with the next frame."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from struct import unpack_from

import numpy as np
import pygame
from numpy.typing import NDArray

from engine.errors import UserError

FILE_MAX = 64 << 20
"""The largest picture file that is read, in bytes."""
SIDE_MAX = 8192
"""The widest or highest picture that is read, in pixels."""


def read_image(source: Path | bytes, name: str = "", side_max: int = 2560) -> NDArray[np.uint8]:
    """A picture, from its file or the bytes of one (called ``name``), as (height, width, 4) bytes, made smaller until
    no side exceeds ``side_max``.

    Safe to call from any thread.

    Raises:
        UserError: no such file, too large, or not a picture.
    """
    path = name or (str(source) if isinstance(source, Path) else "picture")
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
    except OSError as error:
        raise UserError(f"The picture {path} cannot be read: {error.strerror}.") from error
    if size > FILE_MAX:
        raise UserError(f"The picture {path} is larger than {FILE_MAX >> 20} MB; make it smaller.")
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
        width, height = _stated_size(data)
        if width > SIDE_MAX or height > SIDE_MAX:
            raise UserError(f"The picture {path} has {width} by {height} pixels; at most {SIDE_MAX} a side are read.")
        surface = pygame.image.load(BytesIO(data))
    except (pygame.error, OSError, ValueError, IndexError) as error:
        raise UserError(f"The picture {path} cannot be read: it is broken or of an unknown kind.") from error
    width, height = surface.get_size()
    zoom = min(side_max / max(width, height), 1.0)
    if zoom < 1.0:
        depth = 32 if surface.get_masks()[3] else 24
        surface = surface.convert(depth) if surface.get_bitsize() not in (24, 32) else surface
        surface = pygame.transform.smoothscale(surface, (max(1, round(width * zoom)), max(1, round(height * zoom))))
    raw = pygame.image.tobytes(surface, "RGBA")
    return np.frombuffer(raw, np.uint8).reshape(surface.get_height(), surface.get_width(), 4)


def _stated_size(data: bytes) -> tuple[int, int]:
    """Width and height as the file itself says, looked up before it is unpacked: a small file may state any size.

    Raises:
        ValueError, IndexError: it is no PNG, JPEG, GIF, BMP or WebP, or a broken one.
    """
    head = data[:32].ljust(32, b"\0")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = unpack_from(">II", head, 16)
    elif head.startswith(b"GIF8"):
        width, height = _gif_size(data)
    elif head.startswith(b"BM"):
        old = head[14] == 12  # the header of OS/2 has shorter fields
        width, height = map(abs, unpack_from("<HH" if old else "<ii", head, 18))  # below zero: rows from the top
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        width, height = _webp_size(head)
    elif head.startswith(b"\xff\xd8"):
        width, height = _jpeg_size(data)
    else:
        raise ValueError("no kind of picture that is read")
    return width, height


def _gif_size(data: bytes) -> tuple[int, int]:
    """Of the first picture in it, which may be larger than the screen it states (GIF89a, sections 18 to 24).

    Raises:
        ValueError, IndexError: there is none.
    """
    at = 13 + (6 << (data[10] & 7) if data[10] & 0x80 else 0)
    while data[at] == 0x21:  # an extension: its label, then blocks with their length, the last one empty
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    if data[at] != 0x2C or len(data) < at + 9:
        raise ValueError("a GIF without a picture")
    width, height = unpack_from("<HH", data, at + 5)
    return width, height


def _webp_size(head: bytes) -> tuple[int, int]:
    """Of the first chunk, which has the canvas (RFC 9649, sections 2.5 to 2.7)."""
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Of the first start-of-frame segment (ITU T.81, B.2.2); what stands between segments is passed over.

    Raises:
        ValueError: there is none.
    """
    at = data.find(b"\xff", 2)
    while 0 <= at <= len(data) - 9:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = unpack_from(">HH", data, at + 5)
            return width, height
        alone = marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD7
        length = 1 if alone else 2 + unpack_from(">H", data, at + 2)[0]
        at = data.find(b"\xff", at + length)
    raise ValueError("a JPEG without a frame")
