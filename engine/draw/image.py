"""Pictures from files: read and checked beside the main thread, uploaded with the next frame."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

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
        surface = pygame.image.load(str(source) if isinstance(source, Path) else BytesIO(source))
    except (pygame.error, OSError, ValueError) as error:
        raise UserError(f"The picture {path} cannot be read: it is broken or of an unknown kind.") from error
    width, height = surface.get_size()
    if not (0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX):
        raise UserError(f"The picture {path} has {width} by {height} pixels; at most {SIDE_MAX} a side are read.")
    zoom = min(side_max / max(width, height), 1.0)
    if zoom < 1.0:
        depth = 32 if surface.get_masks()[3] else 24
        surface = surface.convert(depth) if surface.get_bitsize() not in (24, 32) else surface
        surface = pygame.transform.smoothscale(surface, (max(1, round(width * zoom)), max(1, round(height * zoom))))
    raw = pygame.image.tobytes(surface, "RGBA")
    return np.frombuffer(raw, np.uint8).reshape(surface.get_height(), surface.get_width(), 4)
