"""The driver's side of drawing: takes a finished frame and makes it pixels.

Lives on the thread that has the GL context.  One buffer write and one draw call for the shapes of a layer, the same
for its text; an image and a Dear ImGui call are a draw call each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from engine.draw import shaders
from engine.draw.colour import channels
from engine.draw.frame import FrameData, ImageCall, LayerData, UiData, Upload
from engine.draw.glyphs import GLYPH
from engine.draw.shapes import SHAPE, ShapeKind

ATLAS_NUMBER = 1
"""The texture that holds the characters of our own text."""

_SHAPE_FORMAT = "4f 4f1 4f1 4f1 4f1 4f 1u 2f 4i2/i"
_SHAPE_INPUTS = (
    *("in_rect", "in_top", "in_bottom", "in_border", "in_glow"),
    *("in_look", "in_kind", "in_part", "in_clip"),
)
# The shader of bars and discs has no use for in_part; the driver drops it, so the layout steps over it.
_BAR_FORMAT = _SHAPE_FORMAT.replace("2f 4i2", "2x4 4i2")
_BAR_INPUTS = tuple(name for name in _SHAPE_INPUTS if name != "in_part")
_GLYPH_FORMAT = "4f 4u2 4f1 4i2/i"
_GLYPH_INPUTS = ("in_rect", "in_cell", "in_colour", "in_clip")
_UI_FORMAT = "2f 2f 4f1"
_UI_INPUTS = ("in_place", "in_uv", "in_colour")


DrawInstanced = Callable[[int, int, int, int], Any]
"""``glDrawArraysInstanced``: mode, first, count, instances."""


_Look = tuple[Any, str, tuple[str, ...]]
"""A program, the layout of its records and the names of its inputs."""


class _Stream:
    """A buffer that is written anew each frame, and the array that draws it."""

    def __init__(self, ctx: Any, looks: Sequence[_Look], size: int, draw: DrawInstanced | None) -> None:
        self._ctx, self._looks, self._size = ctx, looks, size
        self._draw = draw
        self._make(1024)

    def draw(self, array: NDArray[np.void], plain: bool = False) -> None:
        """Write ``array`` and draw a quad for each of its rows, ``plain`` with the second program."""
        if len(array) > self._rows:
            self._buffer.release()
            for vertices in self._vertices:
                vertices.release()
            self._make(max(len(array), self._rows * 2))
        self._buffer.orphan()
        self._buffer.write(array)
        vertices = self._vertices[1 if plain else 0]
        if self._draw is None:
            vertices.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(array))
        else:
            # moderngl keeps Python's lock while the driver works.  Drawing nothing binds program and array; the call
            # that costs time is then made without the lock, and input is stamped meanwhile.
            vertices.render(moderngl.TRIANGLE_STRIP, vertices=0, instances=1)
            self._draw(moderngl.TRIANGLE_STRIP, 0, 4, len(array))

    def _make(self, rows: int) -> None:
        self._rows = rows
        self._buffer = self._ctx.buffer(reserve=rows * self._size, dynamic=True)
        self._vertices = [
            self._ctx.vertex_array(program, [(self._buffer, layout, *inputs)])
            for program, layout, inputs in self._looks
        ]


def canvas(ctx: Any, size: tuple[int, int]) -> Any:
    """A framebuffer to paint on beside the window."""
    return ctx.framebuffer([ctx.renderbuffer(size, 4)])


def release_canvas(target: Any) -> None:
    """Give a :func:`canvas` back, its pixels too, which moderngl leaves where they are."""
    for pixels in target.color_attachments:
        pixels.release()
    target.release()


def _only_bars(shapes: NDArray[np.void]) -> bool:
    """Whether these are rounded bars and discs without notches, for which the plain shader does."""
    return bool(shapes["kind"].max() <= ShapeKind.CIRCLE and shapes["a"].max() <= 0.0)


class Pipelines:
    """Programs, buffers and textures of one GL context.

    ``draw_calls`` is how many the last frame took; ``playfield_calls`` those of them that were not Dear ImGui's.
    """

    def __init__(self, ctx: Any, draw_instanced: DrawInstanced | None = None) -> None:
        self.ctx = ctx
        self._draw_instanced = draw_instanced
        self.draw_calls = 0
        self.playfield_calls = 0
        self._shape = ctx.program(shaders.SHAPE_VERTEX, shaders.SHAPE_FRAGMENT)
        self._bar = ctx.program(shaders.SHAPE_VERTEX, shaders.BAR_FRAGMENT)
        self._glyph = ctx.program(shaders.GLYPH_VERTEX, shaders.GLYPH_FRAGMENT)
        self._image = ctx.program(shaders.IMAGE_VERTEX, shaders.IMAGE_FRAGMENT)
        self._ui = ctx.program(shaders.UI_VERTEX, shaders.UI_FRAGMENT)
        self._image_quad = ctx.vertex_array(self._image, [])
        self._shape_streams: list[_Stream] = []
        self._glyph_streams: list[_Stream] = []
        self._ui_vertices = ctx.buffer(reserve=1 << 16, dynamic=True)
        self._ui_indices = ctx.buffer(reserve=1 << 16, dynamic=True)
        self._ui_array = self._make_ui_array()
        self._textures: dict[int, Any] = {}

    def draw(self, frame: FrameData, target: Any) -> None:
        """Paint ``frame`` onto the framebuffer ``target``."""
        ctx = self.ctx
        for upload in frame.uploads:
            self._upload(upload)
        self.draw_calls = 0
        target.use()
        ctx.viewport = (0, 0, *frame.size)
        ctx.scissor = None
        ctx.clear(*channels(frame.ground))
        ctx.enable_only(moderngl.BLEND)
        ctx.blend_func = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)
        for program in (self._shape, self._bar, self._glyph, self._image, self._ui):
            program["window"] = frame.size
        for number, layer in enumerate(frame.layers):
            self._draw_layer(number, layer)
        self.playfield_calls = self.draw_calls
        self._draw_ui(frame)

    def picture(self, frame: FrameData) -> NDArray[np.uint8]:
        """Paint ``frame`` beside the window and return its pixels, (height, width, 3), top row first."""
        target = canvas(self.ctx, frame.size)
        self.draw(FrameData(frame.size, frame.ground, frame.layers, [], frame.ui), target)
        raw = target.read(components=3, alignment=1)
        release_canvas(target)
        width, height = frame.size
        return np.frombuffer(raw, np.uint8).reshape(height, width, 3)[::-1]

    def _draw_layer(self, number: int, layer: LayerData) -> None:
        for image in layer.images:
            self._draw_image(image)
        if len(layer.shapes):
            if number >= len(self._shape_streams):
                self._grow_streams(number)
            self._shape_streams[number].draw(layer.shapes, _only_bars(layer.shapes))
            self.draw_calls += 1
        if len(layer.glyphs) and ATLAS_NUMBER in self._textures:
            if number >= len(self._glyph_streams):
                self._grow_streams(number)
            self._textures[ATLAS_NUMBER].use(0)
            self._glyph_streams[number].draw(layer.glyphs)
            self.draw_calls += 1

    def _grow_streams(self, number: int) -> None:
        while len(self._shape_streams) <= number:
            bars = (self._bar, _BAR_FORMAT, _BAR_INPUTS)
            shapes = [(self._shape, _SHAPE_FORMAT, _SHAPE_INPUTS), bars]
            glyphs = [(self._glyph, _GLYPH_FORMAT, _GLYPH_INPUTS)]
            self._shape_streams.append(_Stream(self.ctx, shapes, SHAPE.itemsize, self._draw_instanced))
            self._glyph_streams.append(_Stream(self.ctx, glyphs, GLYPH.itemsize, self._draw_instanced))

    def _draw_image(self, image: ImageCall) -> None:
        texture = self._textures.get(image.texture.number)
        if texture is None:
            return  # freed while the frame was on its way
        texture.use(0)
        self._image["rect"] = image.rect
        self._image["part"] = image.part
        self._image["tint"] = channels(image.tint)
        self._image["radius"] = image.radius
        self._image_quad.render(moderngl.TRIANGLE_STRIP, vertices=4)
        self.draw_calls += 1

    def _draw_ui(self, frame: FrameData) -> None:
        ui = frame.ui
        if not ui.calls:
            return
        self._write_ui(ui)
        width, height = frame.size
        bound = -1
        for first, count, number, (left, top, right, bottom) in ui.calls:
            left, top = max(left, 0), max(top, 0)
            right, bottom = min(right, width), min(bottom, height)
            texture = self._textures.get(number)
            if right <= left or bottom <= top or texture is None:
                continue
            if number != bound:
                texture.use(0)
                bound = number
            self.ctx.scissor = (left, height - bottom, right - left, bottom - top)
            self._ui_array.render(moderngl.TRIANGLES, vertices=count, first=first)
            self.draw_calls += 1
        self.ctx.scissor = None

    def _write_ui(self, ui: UiData) -> None:
        if len(ui.vertices) > self._ui_vertices.size or len(ui.indices) > self._ui_indices.size:
            self._ui_array.release()
            self._ui_vertices.orphan(max(len(ui.vertices) * 2, self._ui_vertices.size))
            self._ui_indices.orphan(max(len(ui.indices) * 2, self._ui_indices.size))
            self._ui_array = self._make_ui_array()
        else:
            self._ui_vertices.orphan()
            self._ui_indices.orphan()
        self._ui_vertices.write(ui.vertices)
        self._ui_indices.write(ui.indices)

    def _make_ui_array(self) -> Any:
        content = [(self._ui_vertices, _UI_FORMAT, *_UI_INPUTS)]
        return self.ctx.vertex_array(self._ui, content, index_buffer=self._ui_indices, index_element_size=4)

    def _upload(self, upload: Upload) -> None:
        number, pixels = upload.number, upload.pixels
        old = self._textures.get(number)
        if pixels is None:
            if old is not None:
                old.release()
                del self._textures[number]
            return
        height, width, components = pixels.shape
        if upload.at is not None and old is not None:
            old.write(np.ascontiguousarray(pixels), viewport=(*upload.at, width, height), alignment=1)
            return
        if old is not None:
            old.release()
        texture = self.ctx.texture((width, height), components, np.ascontiguousarray(pixels), alignment=1)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        self._textures[number] = texture
