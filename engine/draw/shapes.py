"""Shapes: one record a shape, drawn as an instanced quad whose outline a fragment shader works out.

All places and lengths are pixels of the window, y downwards.  A scene writes single shapes with the methods of
:class:`Shapes`, or thousands at once as columns of the array that :meth:`Shapes.block` hands out.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.draw.colour import CLEAR, Colour

SHAPES_MAX = 1 << 16
"""The most shapes of one frame; twice what a field of 10,000 notes with outlines and beams asks for."""

FULL_CLIP = (-32768, -32768, 32767, 32767)
"""The clip that clips nothing: left, top, right, bottom."""


class ShapeKind(IntEnum):
    """What the quad shows.

    All but the ring may have a round notch in the middle of the lower edge, ``a`` of the width wide: on a bar it
    makes a key-like note, on a triangle an arrow head.
    """

    RECT = 0  # rounded by ``radius``
    CIRCLE = 1  # inscribed in the rectangle
    RING = 2  # band of width ``radius``; ``a`` start in turns from the top clockwise, ``b`` how much of a turn
    DIAMOND = 3  # corners at the middles of the sides
    TRIANGLE = 4  # points up before it is turned


SHAPE = np.dtype(
    [
        ("x", "<f4"),
        ("y", "<f4"),
        ("w", "<f4"),
        ("h", "<f4"),
        ("top", "<u4"),
        ("bottom", "<u4"),
        ("border", "<u4"),
        ("glow", "<u4"),
        ("radius", "<f4"),
        ("border_px", "<f4"),
        ("glow_px", "<f4"),
        ("turn", "<f4"),
        ("kind", "<u4"),
        ("a", "<f4"),
        ("b", "<f4"),
        ("clip", "<i2", (4,)),
    ]
)
"""One shape: the rectangle from its top left corner; packed colours at its top and bottom edge, of its border (drawn
inside the outline, ``border_px`` wide) and of its glow (outside, ``glow_px`` far); ``turn`` in radians clockwise about
the middle; ``kind`` a :class:`ShapeKind`; ``clip`` left, top, right, bottom outside which nothing is drawn."""

ShapeArray = NDArray[np.void]
"""A structured array of :data:`SHAPE`."""

_RECORD = Struct("<4f4I4fI2f4h")


class FrameFull(RuntimeError):
    """More was written into one frame than it holds; a scene draws what can be seen, not all there is."""


class Shapes:
    """The shapes of one frame, in the order in which they are painted.  Nothing is allocated while writing."""

    def __init__(self, capacity: int = SHAPES_MAX) -> None:
        self._array: ShapeArray = np.zeros(capacity, SHAPE)
        self._bytes = self._array.view(np.uint8).data
        self._rows = self._array.view(np.uint32).reshape(capacity, SHAPE.itemsize // 4)
        self._blank = np.zeros(1, SHAPE)
        self.count = 0
        self.clip: tuple[int, int, int, int] = FULL_CLIP
        """Left, top, right, bottom given to every shape written from now on."""

    @property
    def room(self) -> int:
        """How many more shapes this frame takes."""
        return len(self._array) - self.count

    def clear(self) -> None:
        """Begin anew."""
        self.count = 0
        self.clip = FULL_CLIP

    def written(self, start: int, end: int) -> ShapeArray:
        """The shapes from ``start`` to before ``end``, as a view."""
        return self._array[start:end]

    def block(self, n: int) -> ShapeArray:
        """``n`` new shapes to fill by column: a view whose rows are clear rectangles of no size, clipped as now.

        Raises:
            FrameFull: there is no room for so many.
        """
        start = self._take(n)
        self._blank["clip"] = self.clip
        self._rows[start : start + n] = self._blank.view(np.uint32)
        return self._array[start : start + n]

    def put(self, ready: ShapeArray) -> None:
        """Copy shapes that were made before.

        Raises:
            FrameFull: there is no room for so many.
        """
        start = self._take(len(ready))
        self._array[start : start + len(ready)] = ready

    def shape(
        self,
        kind: ShapeKind,
        x: float,
        y: float,
        w: float,
        h: float,
        colour: Colour,
        *,
        bottom: Colour | None = None,
        radius: float = 0.0,
        border: Colour = CLEAR,
        border_px: float = 0.0,
        glow: Colour = CLEAR,
        glow_px: float = 0.0,
        turn: float = 0.0,
        a: float = 0.0,
        b: float = 0.0,
    ) -> None:
        """One shape of any kind; see :data:`SHAPE`.  ``bottom`` is the colour at the lower edge if it differs.

        Raises:
            FrameFull: there is no room for it.
        """
        start = self._take(1)
        lower = colour if bottom is None else bottom
        _RECORD.pack_into(
            self._bytes,
            start * SHAPE.itemsize,
            *(x, y, w, h, colour, lower, border, glow, radius, border_px, glow_px, turn, kind, a, b),
            *self.clip,
        )

    def rect(self, x: float, y: float, w: float, h: float, colour: Colour, **look: Any) -> None:
        """A rectangle from its top left corner; ``look`` as for :meth:`shape`."""
        self.shape(ShapeKind.RECT, x, y, w, h, colour, **look)

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, width: float = 1.0, **look: Any) -> None:
        """A straight line with round ends."""
        dx, dy = x1 - x0, y1 - y0
        length = float(np.hypot(dx, dy)) + width
        left, top = (x0 + x1 - length) / 2, (y0 + y1 - width) / 2
        turn = float(np.arctan2(dy, dx))
        self.shape(ShapeKind.RECT, left, top, length, width, colour, radius=width / 2, turn=turn, **look)

    def circle(self, cx: float, cy: float, radius: float, colour: Colour, **look: Any) -> None:
        """A disc about its middle."""
        self.shape(ShapeKind.CIRCLE, cx - radius, cy - radius, 2 * radius, 2 * radius, colour, **look)

    def ring(
        self,
        cx: float,
        cy: float,
        radius: float,
        width: float,
        colour: Colour,
        *,
        start: float = 0.0,
        share: float = 1.0,
        **look: Any,
    ) -> None:
        """A ring or an arc with round ends: ``share`` of a turn, clockwise from ``start`` turns past the top.

        ``radius`` is that of the outer edge, ``width`` that of the band.
        """
        side = 2 * radius
        self.shape(ShapeKind.RING, cx - radius, cy - radius, side, side, colour, radius=width, a=start, b=share, **look)

    def diamond(self, cx: float, cy: float, w: float, h: float, colour: Colour, **look: Any) -> None:
        """A diamond about its middle."""
        self.shape(ShapeKind.DIAMOND, cx - w / 2, cy - h / 2, w, h, colour, **look)

    def triangle(self, cx: float, cy: float, w: float, h: float, colour: Colour, **look: Any) -> None:
        """A triangle about its middle that points up unless turned."""
        self.shape(ShapeKind.TRIANGLE, cx - w / 2, cy - h / 2, w, h, colour, **look)

    def _take(self, n: int) -> int:
        start = self.count
        if start + n > len(self._array):
            raise FrameFull(f"a frame holds {len(self._array)} shapes; {start + n} were written")
        self.count = start + n
        return start
