"""The frame a scene draws into, and what of it goes to the thread that talks to the driver.

A frame is layers, painted in order; within a layer images come first, then shapes, then text, each with one
buffer write and one draw call (an image has a call of its own).  Dear ImGui is painted over all layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.draw.colour import BLACK, WHITE, Colour
from engine.draw.glyphs import GlyphAtlas, Glyphs
from engine.draw.shapes import ShapeArray, Shapes

DESIGN_HEIGHT = 720
DESIGN_WIDTH = 1280
SCALE_MIN = 0.25


def scale_for(size: tuple[int, int], text_scale: float = 1.0) -> float:
    """How many pixels a unit of the design (1280 by 720) is in a window of ``size``, times the player's text scale."""
    return max(min(size[0] / DESIGN_WIDTH, size[1] / DESIGN_HEIGHT), SCALE_MIN) * text_scale


@dataclass(frozen=True, slots=True)
class Texture:
    """A picture at the driver: its number there and its size in pixels."""

    number: int
    width: int
    height: int


@dataclass(slots=True)
class Upload:
    """Pixels for the driver: all of texture ``number`` when ``at`` is None, else the part at that corner.

    ``pixels`` is (height, width, channels) of bytes with 1 or 4 channels; None frees the texture.
    """

    number: int
    pixels: NDArray[np.uint8] | None
    at: tuple[int, int] | None = None


@dataclass(slots=True)
class ImageCall:
    """One image to paint."""

    texture: Texture
    rect: tuple[float, float, float, float]
    part: tuple[float, float, float, float]
    tint: Colour
    radius: float


@dataclass(slots=True)
class UiData:
    """Dear ImGui's output, copied so that the library may go on: triangles and the calls over them."""

    vertices: bytes = b""
    indices: bytes = b""
    calls: list[tuple[int, int, int, tuple[int, int, int, int]]] = field(default_factory=list)
    """First index, number of indices, texture, clip (left, top, right, bottom)."""


@dataclass(slots=True)
class LayerData:
    """What one layer paints."""

    images: list[ImageCall]
    shapes: ShapeArray
    glyphs: NDArray[np.void]


@dataclass(slots=True)
class FrameData:
    """A finished frame: nothing in it is touched again until the driver has it."""

    size: tuple[int, int]
    ground: Colour
    layers: list[LayerData]
    uploads: list[Upload]
    ui: UiData


class Frame:
    """What a scene draws into.

    ``size`` is the window's in pixels; ``scale`` pixels a unit of the 1280 by 720 design (see :meth:`px`);
    ``now_us`` the monotonic clock when the frame was begun and ``dt_us`` how long after the one before;
    ``fraction`` how far between the last step and the next the frame stands, 0 to 1; ``number`` counts frames.
    """

    def __init__(self, atlas: GlyphAtlas, between: Callable[[], object] = lambda: None) -> None:
        """``between`` is called between layers: making a frame takes a millisecond, and other things cannot wait."""
        self.shapes = Shapes()
        self._between = between
        self.glyphs = Glyphs(atlas)
        self.size = (DESIGN_WIDTH, DESIGN_HEIGHT)
        self.scale = 1.0
        self.now_us = 0
        self.dt_us = 0
        self.fraction = 0.0
        self.number = 0
        self.ground: Colour = BLACK
        self._images: list[ImageCall] = []
        self._layers: list[LayerData] = []
        self._from = (0, 0)

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.size[1]

    def px(self, units: float) -> float:
        """Pixels for a length of the 1280 by 720 design."""
        return units * self.scale

    def begin(self, size: tuple[int, int], scale: float, now_us: int, dt_us: int, number: int) -> None:
        """Start anew; called by the window."""
        self.size, self.scale, self.now_us, self.dt_us, self.number = size, scale, now_us, dt_us, number
        self.fraction = 0.0
        self.shapes.clear()
        self.glyphs.clear()
        self._images = []
        self._layers = []
        self._from = (0, 0)

    def layer(self) -> None:
        """What is written from now on is painted over everything so far."""
        ends = (self.shapes.count, self.glyphs.lay_out())
        if ends != self._from or self._images:
            shapes = self.shapes.written(self._from[0], ends[0])
            glyphs = self.glyphs.written(self._from[1], ends[1])
            self._layers.append(LayerData(self._images, shapes, glyphs))
        self._images, self._from = [], ends
        self._between()

    def image(
        self,
        texture: Texture,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        tint: Colour = WHITE,
        part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
        radius: float = 0.0,
    ) -> None:
        """Paint ``texture`` into a rectangle, multiplied by ``tint``; ``part`` is left, top, right, bottom of the
        picture from 0 to 1, ``radius`` rounds the corners."""
        self._images.append(ImageCall(texture, (x, y, w, h), part, tint, radius))

    def cover(self, texture: Texture, *, tint: Colour = WHITE) -> None:
        """Paint ``texture`` over the whole window, cut so that it keeps its form."""
        ratio = (self.width / self.height) / (texture.width / texture.height)
        across, down = (1.0, 1 / ratio) if ratio >= 1 else (ratio, 1.0)
        part = ((1 - across) / 2, (1 - down) / 2, (1 + across) / 2, (1 + down) / 2)
        self.image(texture, 0, 0, self.width, self.height, tint=tint, part=part)

    @contextmanager
    def clipped(self, x: float, y: float, w: float, h: float) -> Iterator[None]:
        """Shapes and text written inside are cut at this rectangle."""
        before = self.shapes.clip
        clip = (round(x), round(y), round(x + w), round(y + h))
        self.shapes.clip = self.glyphs.clip = clip
        try:
            yield
        finally:
            self.shapes.clip = self.glyphs.clip = before

    def finish(self, uploads: list[Upload], ui: UiData) -> FrameData:
        """Close the last layer and hand everything over; called by the window."""
        self.layer()
        return FrameData(self.size, self.ground, self._layers, uploads, ui)

    def text(self, x: float, y: float, text: str, px: float, colour: Colour = WHITE, **look: Any) -> None:
        """One line of text; see :meth:`engine.draw.glyphs.Glyphs.text`."""
        self.glyphs.text(x, y, text, px, colour, **look)
