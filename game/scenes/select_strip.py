"""The strip of a song's notes over time, on which a part can be marked for practice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.draw import theme
from engine.draw.colour import Colour, faded, with_alpha
from engine.draw.frame import Frame
from engine.draw.theme import tone
from game.rhythm.mods import Mods, Section
from game.scenes.canvas import Touch, mixed
from game.scenes.select_details import BINS, Density, Details
from game.scenes.select_state import clock

LEAST_US = 1_000_000
"""Dragging over less of the song than this clears the mark."""

HEAD = 18.0


class Strip:
    """Bars of notes a stretch of time; holds are tinted.  ``mark`` is told of a section, or None when it is cleared."""

    def __init__(self, touch: Touch, details: Details, mark: Callable[[Section | None], None]) -> None:
        self._touch = touch
        self._details = details
        self._mark = mark
        self._from_us = 0
        self._colours: tuple[Density, Colour, NDArray[np.uint32]] | None = None

    def draw(self, frame: Frame, place: tuple[float, float, float, float], mods: Mods, song_us: int | None) -> None:
        """Draw the strip in ``place`` (pixels) with the practice section of ``mods`` and the place of the preview."""
        x, y, w, h = place
        density = self._details.density
        small, head = frame.px(theme.TEXT_SMALL), frame.px(HEAD)
        top, room = y + head, h - head
        frame.shapes.rect(x, top, w, room, with_alpha(theme.NIGHT, 0.5), radius=frame.px(6))
        if density is None:
            return
        words = f"up to {density.most * mods.rate:.1f} notes a second"
        frame.text(x + w, y + head / 2, words, small, theme.INK_FAINT, across=1.0, down=0.5)
        self._draw_bars(frame, density, x, top + frame.px(3), w, room - frame.px(5))
        section = mods.section
        title = "Notes"
        if section is not None:
            end_us = section.end_us if section.end_us is not None else density.end_us
            left, right = (self._place(density, at_us) for at_us in (section.start_us, end_us))
            accent = tone(theme.MAGENTA)
            frame.shapes.rect(
                *(x + left * w, top, max((right - left) * w, frame.px(2)), room, faded(accent, 0.22)),
                radius=frame.px(4),
                border=accent,
                border_px=max(1.0, frame.px(1.5)),
            )
            title = f"Practice {clock(section.start_us)} to {clock(end_us)}" + (", repeated" if section.loop else "")
        tint = theme.INK_SOFT if section is None else tone(theme.MAGENTA)
        frame.text(x + frame.px(2), y + head / 2, title, small, tint, down=0.5)
        if song_us is not None and density.start_us <= song_us <= density.end_us:
            at = x + self._place(density, song_us) * w
            frame.shapes.rect(at, top, max(1.0, frame.px(1.5)), room, faded(theme.INK, 0.85))
        hovered = self._touch.area(x, top, w, room, "strip", None, lambda mx, my, what: self._drag(mx, what, x, w))
        if hovered and self._touch.inside(x, top, w, room):
            at_us = self._instant(density, (self._touch.x - x) / w)
            frame.shapes.rect(self._touch.x, top, max(1.0, frame.px(1)), room, faded(theme.INK, 0.4))
            label_x = min(max(self._touch.x, x + frame.px(20)), x + w - frame.px(20))
            frame.text(label_x, top + frame.px(2), clock(at_us), small, theme.INK, across=0.5)

    def _draw_bars(self, frame: Frame, density: Density, x: float, y: float, w: float, h: float) -> None:
        pitch = w / BINS
        heights = np.maximum(density.heights * h, frame.px(1))
        block = frame.shapes.block(BINS)
        block["x"] = x + np.arange(BINS, dtype=np.float32) * pitch
        block["y"] = y + h - heights
        block["w"] = max(1.0, pitch - frame.px(1.2))
        block["h"] = heights
        block["radius"] = min(frame.px(1.5), pitch / 3)
        colours = self._tints(density)
        block["top"], block["bottom"] = colours, (colours & np.uint32(0xFFFFFF)) | np.uint32(0x60000000)

    def _tints(self, density: Density) -> NDArray[np.uint32]:
        """A colour for each bar, worked out once a chart."""
        accent = tone(theme.CYAN)
        if self._colours is None or self._colours[0] is not density or self._colours[1] != accent:
            hold = tone(theme.AMBER)
            steps = np.array([mixed(accent, hold, share / 16) for share in range(17)], np.uint32)
            self._colours = density, accent, steps[np.round(density.holds * 16).astype(np.intp)]
        return self._colours[2]

    def _drag(self, at_x: float, what: str, x: float, w: float) -> None:
        density = self._details.density
        if density is None:
            return
        at_us = self._instant(density, (at_x - x) / w)
        if what == "down":
            self._from_us = at_us
            return
        start_us, end_us = sorted((self._from_us, at_us))
        if end_us - start_us >= LEAST_US:
            self._mark(Section(start_us, end_us))
        elif what == "up":
            self._mark(None)

    @staticmethod
    def _instant(density: Density, share: float) -> int:
        share = min(max(share, 0.0), 1.0)
        return round(density.start_us + share * (density.end_us - density.start_us))

    @staticmethod
    def _place(density: Density, at_us: int) -> float:
        share = (at_us - density.start_us) / (density.end_us - density.start_us)
        return min(max(share, 0.0), 1.0)
