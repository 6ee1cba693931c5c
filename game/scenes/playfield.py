"""The playfield: lanes, notes and receptors, drawn as one batch of shapes.

What never changes about a note (width, colour, form) is worked out once a chart as a table of ready shapes; a
frame copies the rows in sight and writes where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.draw.colour import CLEAR, Colour, faded, mixed, rgb, with_alpha
from engine.draw.frame import Frame, scale_for
from engine.draw.shapes import FULL_CLIP, SHAPE, ShapeArray, ShapeKind
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.judge import NoteState
from game.rhythm.mods import Mods
from game.rhythm.scroll import ScrollMap
from game.scenes.palette import MINES, lane_colours
from game.settings import PlayfieldSettings

FIELD_SHARE = 0.92
"""The field never takes more than this of the window's width; wide layouts get narrower lanes instead."""

SIDE = 196.0
"""Where the field leaves less than this at its sides, title and score stand in a strip above it."""

STRIP = 44.0
BEHIND_STRIP = 80.0
"""So far from that strip a line to hit on stands at least: the hit-error bar has its place between the two."""

NOTE_HEIGHT = 22.0
BEAM_US = 180_000
"""How long a lane's light takes to die after its key is let go."""

HIDDEN_FROM, HIDDEN_TO = 0.55, 0.30
"""Hidden: notes fade out between these places of the lane (1 is the far end)."""

FADE_FROM, FADE_TO = 0.50, 0.75
"""Fade-in: notes appear between these places."""

_ROWS = SHAPE.itemsize // 4
_GROUND = rgb("#10131F")
_EDGE = rgb("#2A3150")


@dataclass(slots=True)
class Geometry:
    """Where the field stands in a frame, in pixels; ``towards`` is -1 where notes come from above, 1 from below.

    ``unit`` is the pixels of a design unit on the field, ``floor`` where the field ends below, ``behind`` how much of
    it is seen behind the line.
    """

    left: float
    width: float
    lane_width: float
    pitch: float
    hit_y: float
    length: float
    towards: int
    unit: float = 1.0
    floor: float = 0.0
    behind: float = 0.0

    def lane_x(self, lane: int) -> float:
        """The left edge of a lane."""
        return self.left + lane * self.pitch


def in_strip(frame: Frame, left: float) -> bool:
    """Whether title and score stand in a strip above a field that begins at ``left``, for want of room beside it."""
    return left < frame.px(SIDE)


class Playfield:
    """The field of one chart as the player likes it.

    Scroll times are real milliseconds whatever the mods' rate.  ``foot_px`` is room at the window's foot that is not
    the field's (the replay viewer's controls); with ``strip`` title and score may stand in a strip above it.
    """

    def __init__(
        self, chart: Chart, mods: Mods, settings: PlayfieldSettings, foot_px: float = 0.0, *, strip: bool = True
    ) -> None:
        self._strip = strip
        self.foot_px = foot_px
        self.chart = chart
        self.mods = mods
        self.settings = settings
        self.scroll = ScrollMap(chart, constant=mods.constant_scroll or not settings.scroll_changes)
        self.set_scroll(settings.scroll_ms)
        self.colours = lane_colours(chart.keys, settings.palette)
        self._lit_us = np.full(chart.keys, -BEAM_US, dtype=np.int64)
        self._table_for: tuple[tuple[int, int], float, float] | None = None
        self._scale = 1.0
        self._heads: ShapeArray = np.zeros(0, SHAPE)
        self._bodies: ShapeArray = np.zeros(0, SHAPE)
        self._long = np.isin(chart.notes["kind"], [int(NoteKind.HOLD), int(NoteKind.ROLL)])
        self._body_row = np.cumsum(self._long) - 1
        self.geometry = Geometry(0, 1, 1, 1, 0, 1, -1)

    def set_scroll(self, scroll_ms: int) -> None:
        """Let a note take ``scroll_ms`` real milliseconds through the field from now on."""
        self.span_us = scroll_ms * 1000 * self.mods.rate

    def draw(self, frame: Frame, song_us: int, states: NDArray[np.uint8], held: NDArray[np.bool_]) -> None:
        """Draw the field at ``song_us``; ``states`` has a ``NoteState`` for each note."""
        self._fit(frame)
        geometry = self.geometry
        self._draw_lanes(frame, held)
        frame.shapes.clip = (round(geometry.left), 0, round(geometry.left + geometry.width), frame.height)
        self._draw_notes(frame, song_us, states)
        frame.shapes.clip = FULL_CLIP
        self._draw_cover(frame)
        self._draw_receptors(frame, held)

    def _px(self, units: float) -> float:
        """Pixels for a length of the design: the field grows with the window, not with the player's text."""
        return units * self._scale

    def _fit(self, frame: Frame) -> None:
        """Work out the geometry, and the tables of ready shapes when the window has another size."""
        key = (frame.size, frame.scale, self.foot_px)
        if self._table_for == key:
            return
        self._table_for, self._scale = key, scale_for(frame.size)
        settings, keys = self.settings, self.chart.keys
        lane, space = self._px(settings.lane_width), self._px(settings.lane_spacing)
        width = keys * lane + (keys - 1) * space
        if width > frame.width * FIELD_SHARE:
            shrink = frame.width * FIELD_SHARE / width
            lane, space, width = lane * shrink, space * shrink, width * shrink
        left = round((frame.width - width) / 2)
        inset = behind = self._px(settings.hit_position)
        if not settings.downscroll and self._strip and in_strip(frame, left):
            inset = max(inset, frame.px(STRIP) + self._px(BEHIND_STRIP))
            behind = inset - frame.px(STRIP)
        height = frame.height - self.foot_px
        hit_y = height - inset if settings.downscroll else inset
        length = hit_y if settings.downscroll else height - hit_y
        towards = -1 if settings.downscroll else 1
        self.geometry = Geometry(left, width, lane, lane + space, hit_y, length, towards, self._scale, height, behind)
        self._heads, self._bodies = self._tables()

    def _tables(self) -> tuple[ShapeArray, ShapeArray]:
        """Ready shapes for every note's head and, for long notes, body."""
        notes, geometry = self.chart.notes, self.geometry
        round_look = self.settings.note_look == "circle"
        colours = np.array(self.colours, dtype=np.uint32)[notes["lane"]]
        heads = np.zeros(len(notes), SHAPE)
        inset = self._px(2)
        width = geometry.lane_width - 2 * inset
        height = min(width, self._px(64)) if round_look else min(self._px(NOTE_HEIGHT), width)
        heads["x"] = geometry.left + notes["lane"] * geometry.pitch + (geometry.lane_width - width) / 2
        heads["w"], heads["h"] = width, height
        heads["top"] = colours
        heads["bottom"] = _blend(colours, 0.72)
        heads["radius"] = self._px(6)
        heads["kind"] = int(ShapeKind.CIRCLE if round_look else ShapeKind.RECT)
        heads["clip"] = FULL_CLIP
        if round_look:
            side = heads["h"][0] if len(heads) else 0
            heads["x"] += (width - side) / 2
            heads["w"] = side
        self._form_specials(heads)
        bodies = heads[self._long].copy()
        share = 0.62 if round_look else 0.8
        bodies["x"] = geometry.left + notes["lane"][self._long] * geometry.pitch + geometry.lane_width * (1 - share) / 2
        bodies["w"] = geometry.lane_width * share
        bodies["kind"] = int(ShapeKind.RECT)
        bodies["top"] = bodies["bottom"] = _alpha(colours[self._long], 0.55)
        bodies["border"] = _alpha(colours[self._long], 0.9)
        bodies["border_px"] = max(1.0, self._px(1.5))
        rolls = notes["kind"][self._long] == int(NoteKind.ROLL)
        bodies["border"][rolls] = with_alpha(MINES[self.settings.palette], 0.9)
        return heads, bodies

    def _form_specials(self, heads: ShapeArray) -> None:
        """Mines are diamonds, lifts open frames, fakes shadows: told apart by form as well as colour."""
        kinds = self.chart.notes["kind"]
        mines = kinds == int(NoteKind.MINE)
        side = min(self.geometry.lane_width * 0.7, self._px(44))
        heads["x"][mines] += (heads["w"][mines] - side) / 2
        heads["w"][mines] = heads["h"][mines] = side
        heads["kind"][mines] = int(ShapeKind.DIAMOND)
        heads["top"][mines] = heads["bottom"][mines] = faded(MINES[self.settings.palette], 0.35)
        heads["border"][mines] = MINES[self.settings.palette]
        heads["border_px"][mines] = max(2.0, self._px(3))
        lifts = kinds == int(NoteKind.LIFT)
        heads["border"][lifts] = heads["top"][lifts]
        heads["border_px"][lifts] = max(2.0, self._px(4))
        heads["top"][lifts] = heads["bottom"][lifts] = CLEAR
        fakes = kinds == int(NoteKind.FAKE)
        heads["top"][fakes] = _alpha(heads["top"][fakes], 0.3)
        heads["bottom"][fakes] = _alpha(heads["bottom"][fakes], 0.3)

    # -- lanes ---------------------------------------------------------------------------------------

    def _draw_lanes(self, frame: Frame, held: NDArray[np.bool_]) -> None:
        geometry, settings = self.geometry, self.settings
        shapes = frame.shapes
        ground = with_alpha(_GROUND, settings.lane_background / 100)
        shapes.rect(geometry.left, 0, geometry.width, frame.height, ground)
        edge = max(1.0, self._px(2))
        for x in (geometry.left - edge, geometry.left + geometry.width):
            shapes.rect(x, 0, edge, frame.height, with_alpha(_EDGE, 0.9))
        if not settings.beam:
            return
        self._lit_us[held] = frame.now_us
        for lane, colour in enumerate(self.colours):
            glow = 1.0 - (frame.now_us - int(self._lit_us[lane])) / BEAM_US
            if glow > 0:
                self._draw_beam(frame, lane, faded(colour, 0.34 * min(1.0, glow)))

    def _draw_beam(self, frame: Frame, lane: int, colour: Colour) -> None:
        geometry = self.geometry
        reach = geometry.length * 0.7
        dark = colour & 0x00FFFFFF
        top, bottom = (dark, colour) if geometry.towards < 0 else (colour, dark)
        y = geometry.hit_y - reach if geometry.towards < 0 else geometry.hit_y
        frame.shapes.rect(geometry.lane_x(lane), y, geometry.lane_width, reach, top, bottom=bottom)

    def _draw_receptors(self, frame: Frame, held: NDArray[np.bool_]) -> None:
        geometry = self.geometry
        round_look = self.settings.note_look == "circle"
        height = min(geometry.lane_width, self._px(64)) if round_look else self._px(NOTE_HEIGHT)
        for lane, colour in enumerate(self.colours):
            down = bool(held[lane])
            fill = faded(colour, 0.55) if down else faded(colour, 0.10)
            border = colour if down else mixed(_EDGE, colour, 0.45)
            side = height if round_look else geometry.lane_width - self._px(4)
            frame.shapes.shape(
                ShapeKind.CIRCLE if round_look else ShapeKind.RECT,
                geometry.lane_x(lane) + (geometry.lane_width - side) / 2,
                geometry.hit_y - height / 2,
                side,
                height,
                fill,
                radius=self._px(6),
                border=border,
                border_px=max(1.0, self._px(2)),
                glow=faded(colour, 0.5) if down else CLEAR,
                glow_px=self._px(10) if down else 0.0,
            )

    def _draw_cover(self, frame: Frame) -> None:
        cover = self.mods.lane_cover
        if cover <= 0:
            return
        geometry = self.geometry
        height = geometry.length * cover
        y = 0.0 if geometry.towards < 0 else frame.height - height
        frame.shapes.rect(geometry.left, y, geometry.width, height, rgb("#0B0D14"))
        edge_y = height - self._px(3) if geometry.towards < 0 else frame.height - height
        frame.shapes.rect(geometry.left, edge_y, geometry.width, self._px(3), with_alpha(_EDGE, 1.0))

    # -- notes ---------------------------------------------------------------------------------------

    def _draw_notes(self, frame: Frame, song_us: int, states: NDArray[np.uint8]) -> None:
        below = self.geometry.behind / self.geometry.length + 0.1
        chosen = self.scroll.visible_indices(song_us, self.span_us, above=1.05, below=below)
        chosen = chosen[states[chosen] != NoteState.HIT]
        if not len(chosen):
            return
        here = self.scroll.position(song_us)
        zoom = self.scroll.speed_factor(song_us) / self.span_us
        head = (self.scroll.head[chosen] - here) * zoom
        now = states[chosen]
        holding = now == NoteState.HOLDING
        if holding.any():
            head[holding] = np.maximum(head[holding], 0.0)
        lost = (now == NoteState.MISSED) | (now == NoteState.LET_GO)
        self._draw_bodies(frame, chosen, head, lost, here, zoom)
        # Painted from the far end to the near one, so that the note to be hit next lies on top.
        self._put(frame, self._heads, chosen[::-1], head[::-1], None, lost[::-1])

    def _draw_bodies(
        self,
        frame: Frame,
        chosen: NDArray[np.int64],
        head: NDArray[np.float64],
        lost: NDArray[np.bool_],
        here: float,
        zoom: float,
    ) -> None:
        long = self._long[chosen]
        if not long.any():
            return
        tail = (self.scroll.tail[chosen[long]] - here) * zoom
        self._put(frame, self._bodies, self._body_row[chosen[long]], head[long], tail, lost[long])

    def _put(
        self,
        frame: Frame,
        table: ShapeArray,
        rows: NDArray[np.int64],
        head: NDArray[np.float64],
        tail: NDArray[np.float64] | None,
        lost: NDArray[np.bool_],
    ) -> None:
        """Copy ``rows`` of ``table`` into the frame and put them in their places."""
        geometry = self.geometry
        block = frame.shapes.block(len(rows))
        clip = frame.shapes.clip
        words = table.view(np.uint32).reshape(len(table), _ROWS)
        np.take(words, rows, axis=0, out=block.view(np.uint32).reshape(len(rows), _ROWS))
        block["clip"] = clip
        y = geometry.hit_y + geometry.towards * geometry.length * head
        if tail is None:
            block["y"] = y - block["h"] * 0.5
        else:
            end = geometry.hit_y + geometry.towards * geometry.length * tail
            block["y"] = np.minimum(y, end)
            block["h"] = np.abs(end - y)
        if lost.any():
            self._scale_alpha(block, np.where(lost, 0.3, 1.0))
        if self.mods.hidden:
            self._scale_alpha(block, np.clip((head - HIDDEN_TO) / (HIDDEN_FROM - HIDDEN_TO), 0.0, 1.0))
        elif self.mods.fade_in:
            self._scale_alpha(block, np.clip((FADE_TO - head) / (FADE_TO - FADE_FROM), 0.0, 1.0))

    @staticmethod
    def _scale_alpha(block: ShapeArray, share: NDArray[np.float64]) -> None:
        for column in ("top", "bottom", "border"):
            colour = block[column]
            alpha = ((colour >> 24) * share).astype(np.uint32)
            block[column] = (colour & 0x00FFFFFF) | (alpha << 24)


def _alpha(colours: NDArray[np.uint32], share: float) -> NDArray[np.uint32]:
    """``colours`` with their alpha multiplied."""
    return (colours & np.uint32(0x00FFFFFF)) | (((colours >> 24) * share).astype(np.uint32) << np.uint32(24))


def _blend(colours: NDArray[np.uint32], share: float) -> NDArray[np.uint32]:
    """``colours`` darkened: red, green and blue multiplied by ``share``."""
    out = colours & np.uint32(0xFF000000)
    for shift in (0, 8, 16):
        part = (((colours >> np.uint32(shift)) & np.uint32(255)) * share).astype(np.uint32)
        out |= part << np.uint32(shift)
    return np.asarray(out, dtype=np.uint32)
