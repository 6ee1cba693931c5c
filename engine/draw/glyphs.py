"""Text of our own pipelines: one atlas for all faces and sizes, and a frame's text laid out in one batch.

Dear ImGui sets the text of forms and lists; this is for what moves: combo, judgements, titles over the field.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.draw.colour import WHITE, Colour
from engine.draw.fonts import UNKNOWN, Weight, chain, font, shown
from engine.draw.shapes import FULL_CLIP, FrameFull

GLYPHS_MAX = 1 << 14
"""The most characters of one frame."""

ATLAS_SIDE = 2048
SIZES = (10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 40, 48, 56, 64, 80, 96, 128)
"""The sizes in pixels in which characters are drawn into the atlas; others are scaled from the next larger."""

GLYPH = np.dtype(
    [
        ("x", "<f4"),
        ("y", "<f4"),
        ("w", "<f4"),
        ("h", "<f4"),
        ("cell", "<u2", (4,)),
        ("colour", "<u4"),
        ("clip", "<i2", (4,)),
    ]
)
"""One character: its rectangle in the window, its cell in the atlas, its colour and clip."""

_CELL = np.dtype([("cell", "<u2", (4,)), ("left", "<f4"), ("top", "<f4"), ("advance", "<f4")])
_PLANE = 0x10000


@dataclass(slots=True)
class _Face:
    """One face in one size: which row of the atlas' table each character has, and the height of a line."""

    weight: Weight
    px: int
    ascent: float
    height: float
    rows: NDArray[np.int32] = field(default_factory=lambda: np.full(_PLANE, -1, np.int32))
    beyond: dict[int, int] = field(default_factory=dict)


class GlyphAtlas:
    """Characters drawn so far, as coverage in one picture.

    ``dirty`` is the part (left, top, right, bottom) that changed since :meth:`taken` was last called.
    """

    def __init__(self) -> None:
        self.picture: NDArray[np.uint8] = np.zeros((ATLAS_SIDE, ATLAS_SIDE), np.uint8)
        self.table: NDArray[np.void] = np.zeros(1024, _CELL)
        self._used = 0
        self._shelf = (1, 1, 0)  # x, y, height of the shelf being filled
        self._faces: dict[tuple[Weight, int], _Face] = {}
        self._dirty: list[tuple[int, int, int, int]] = []
        self.full = False

    def face(self, weight: Weight, px: float) -> _Face:
        """The face whose drawn size is the least that is not smaller than ``px``."""
        size = SIZES[min(bisect_left(SIZES, px), len(SIZES) - 1)]
        key = (weight, size)
        if key not in self._faces:
            main = font(chain(weight)[0])
            ascent, descent = main.get_sized_ascender(size), main.get_sized_descender(size)
            self._faces[key] = _Face(weight, size, float(ascent), float(ascent - descent))
        return self._faces[key]

    def rows(self, face: _Face, text: str) -> NDArray[np.int32]:
        """The row of the table for every character of ``text``; characters that are new are drawn now."""
        codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
        if len(codes) and int(codes.max()) >= _PLANE:
            return np.array([self._beyond(face, int(code)) for code in codes], np.int32)
        rows = face.rows[codes]
        if len(rows) and int(rows.min()) < 0:
            for code in np.unique(codes[rows < 0]).tolist():
                face.rows[code] = self._draw(face, code)
            rows = face.rows[codes]
        return rows

    def taken(self) -> tuple[int, int, int, int] | None:
        """The part that changed since the last call, or None; the caller uploads it."""
        if not self._dirty:
            return None
        edges = np.array(self._dirty)
        self._dirty.clear()
        return (*edges[:, :2].min(axis=0).tolist(), *edges[:, 2:].max(axis=0).tolist())

    def renew(self) -> None:
        """Forget everything once the picture has become full; called between frames."""
        self.picture[:] = 0
        self._used, self._shelf, self.full = 0, (1, 1, 0), False
        self._faces.clear()
        self._dirty = [(0, 0, ATLAS_SIDE, ATLAS_SIDE)]

    def _beyond(self, face: _Face, code: int) -> int:
        if code < _PLANE:
            if face.rows[code] < 0:
                face.rows[code] = self._draw(face, code)
            return int(face.rows[code])
        if code not in face.beyond:
            face.beyond[code] = self._draw(face, code)
        return face.beyond[code]

    def _draw(self, face: _Face, code: int) -> int:
        pixels, left, top, advance = _raster(face.weight, face.px, code)
        height, width = pixels.shape
        x, y, shelf = self._shelf
        if x + width + 1 > ATLAS_SIDE:
            x, y, shelf = 1, y + shelf + 1, 0
        if y + height + 1 > ATLAS_SIDE:
            self.full = True
            pixels, height, width = pixels[:0, :0], 0, 0
        self.picture[y : y + height, x : x + width] = pixels
        if height:
            self._dirty.append((x, y, x + width, y + height))
        self._shelf = (x + width + 1, y, max(shelf, height))
        if self._used == len(self.table):
            self.table = np.concatenate([self.table, np.zeros_like(self.table)])
        self.table[self._used] = ((x, y, x + width, y + height), left, top, advance)
        self._used += 1
        return self._used - 1


def _raster(weight: Weight, px: int, code: int) -> tuple[NDArray[np.uint8], float, float, float]:
    """Coverage of one character, how far right of the pen and above the line it begins, how far the pen moves on."""
    character = chr(code)
    for path in chain(weight):
        face = font(path)
        metrics = face.get_metrics(character, size=px)[0]
        if metrics is None:
            continue
        box = face.get_rect(character, size=px)
        raw, (width, height) = face.render_raw(character, size=px)
        pixels = np.frombuffer(raw, np.uint8).reshape(height, width)
        return pixels, float(box.x), float(box.y), float(metrics[4])
    return _raster(weight, px, ord(UNKNOWN))


@dataclass(slots=True)
class _Line:
    text: str
    x: float
    y: float
    px: float
    colour: Colour
    across: float
    down: float
    clip: tuple[int, int, int, int]


class Glyphs:
    """The text of one frame.  Strings are collected as they come and laid out together, a layer at a time."""

    def __init__(self, atlas: GlyphAtlas, capacity: int = GLYPHS_MAX) -> None:
        self._atlas = atlas
        self._array: NDArray[np.void] = np.zeros(capacity, GLYPH)
        self._waiting: dict[tuple[Weight, int], list[_Line]] = {}
        self.count = 0
        self.clip: tuple[int, int, int, int] = FULL_CLIP
        """Left, top, right, bottom given to all text written from now on."""

    def clear(self) -> None:
        """Begin anew."""
        self.count = 0
        self.clip = FULL_CLIP
        self._waiting.clear()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        px: float,
        colour: Colour = WHITE,
        *,
        weight: Weight = Weight.REGULAR,
        across: float = 0.0,
        down: float = 0.0,
    ) -> None:
        """One line of text, ``px`` pixels high by its face's em.

        ``across`` and ``down`` say which part of the text's box stands at (x, y): 0 its left or top edge,
        0.5 its middle, 1 its right or bottom edge.
        """
        if text := shown(text):
            face = self._atlas.face(weight, px)
            line = _Line(text, x, y, px, colour, across, down, self.clip)
            self._waiting.setdefault((weight, face.px), []).append(line)

    def measure(self, text: str, px: float, weight: Weight = Weight.REGULAR) -> tuple[float, float]:
        """The width and height of the box of one line of text, in pixels."""
        face = self._atlas.face(weight, px)
        rows = self._atlas.rows(face, shown(text))
        zoom = px / face.px
        return float(self._atlas.table["advance"][rows].sum()) * zoom, face.height * zoom

    def lay_out(self) -> int:
        """Turn the strings collected so far into characters; says how many there are now.

        Raises:
            FrameFull: more characters than a frame holds.
        """
        if self._waiting:
            faces = [self._atlas.face(weight, px) for weight, px in self._waiting]
            self._lay_out(faces, list(self._waiting.values()))
            self._waiting.clear()
        return self.count

    def written(self, start: int, end: int) -> NDArray[np.void]:
        """The characters from ``start`` to before ``end``, as a view."""
        return self._array[start:end]

    def _lay_out(self, faces: list[_Face], groups: list[list[_Line]]) -> None:
        """Lay out ``groups`` of lines, each of one face, all in one go."""
        texts = ["".join([line.text for line in lines]) for lines in groups]
        rows = np.concatenate([self._atlas.rows(face, text) for face, text in zip(faces, texts, strict=True)])
        lines = [line for group in groups for line in group]
        start, n = self.count, len(rows)
        if start + n > len(self._array):
            raise FrameFull(f"a frame holds {len(self._array)} characters; {start + n} were written")
        self.count = start + n
        lengths = np.array([len(line.text) for line in lines])
        cells = self._atlas.table[rows]
        pen = np.cumsum(cells["advance"]) - cells["advance"]
        ends = np.cumsum(lengths)
        begins = ends - lengths
        widths = pen[ends - 1] + cells["advance"][ends - 1] - pen[begins]
        placed = np.array(
            [
                (line.x, line.y, line.px / face.px, line.across, line.down, face.ascent, face.height)
                for face, group in zip(faces, groups, strict=True)
                for line in group
            ]
        )
        zoom = placed[:, 2]
        left = placed[:, 0] - placed[:, 3] * widths * zoom
        base = placed[:, 1] + (placed[:, 5] - placed[:, 4] * placed[:, 6]) * zoom
        plain = zoom == 1.0  # drawn at its own size: on whole pixels it stays sharp
        left[plain] = np.round(left[plain])
        base[plain] = np.round(base[plain])
        of = np.repeat(np.arange(len(lines)), lengths)
        zoom_of = zoom[of]
        out = self._array[start : start + n]
        cell = cells["cell"]
        out["x"] = left[of] + (pen - pen[begins][of] + cells["left"]) * zoom_of
        out["y"] = base[of] - cells["top"] * zoom_of
        out["w"] = (cell[:, 2].astype(np.float32) - cell[:, 0]) * zoom_of
        out["h"] = (cell[:, 3].astype(np.float32) - cell[:, 1]) * zoom_of
        out["cell"] = cell
        out["colour"] = np.array([line.colour for line in lines], np.uint32)[of]
        out["clip"] = np.array([line.clip for line in lines], np.int16)[of]
