"""The field as the settings make it: the real one, over a small chart of its own that is played again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from engine.clock import now_us
from engine.draw import theme
from engine.draw.colour import WHITE, Colour
from engine.draw.frame import DESIGN_HEIGHT, DESIGN_WIDTH, Frame, scale_for
from engine.draw.shapes import FULL_CLIP
from engine.input.events import InputEvent
from game.hands.bindings import LaneInput
from game.rhythm.autoplay import autoplay
from game.rhythm.chart import TIMING, Chart, NoteKind, make_notes
from game.rhythm.mods import Mods
from game.rhythm.performance import Performance
from game.scenes.hud import Hud
from game.scenes.playfield import Playfield
from game.scenes.skyline import Skyline
from game.scenes.stage import Feeder
from game.settings import Settings

BEAT_US = 500_000
BEATS = 24
REST_US = 700_000
"""The chart stands still this long before it begins again."""

SCATTER_US = 14_000
"""How unevenly the preview's hands play, as a standard deviation: enough to see early, late and the error bar."""

BESIDE = 190.0
"""Room left and right of the field, in design units, for what stands around it."""


class Inset(Frame):
    """A part of a frame that can be drawn into as if it were a window of its own, at a scale of its own.

    ``width`` may be more than what is seen: then the middle of it is.  What is written within :meth:`drawing` is moved
    to its place and cut at the edges of the part.
    """

    def __init__(
        self, whole: Frame, x: float, y: float, w: float, h: float, scale: float, *, width: float = 0.0
    ) -> None:
        # Shapes and glyphs are the whole frame's own, so nothing of Frame's is made anew here.
        self.shapes, self.glyphs = whole.shapes, whole.glyphs
        self.size, self.scale = (round(width or w), round(h)), scale
        self.now_us, self.dt_us = whole.now_us, whole.dt_us
        self.fraction, self.number, self.ground = whole.fraction, whole.number, whole.ground
        left, top, seen = round(x), round(y), round(w)
        self.aside = (self.size[0] - seen) // 2
        self._at = (left - self.aside, top)
        self._seen = (left, top, left + seen, top + round(h))

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Everything written inside lands in the inset."""
        (x, y), seen = self._at, np.array(self._seen)
        start = self.shapes.count
        self.shapes.clip, self.glyphs.clip = FULL_CLIP, self._seen
        try:
            yield
        finally:
            self.shapes.clip = self.glyphs.clip = FULL_CLIP
            written = self.shapes.written(start, self.shapes.count)
            written["x"] += x
            written["y"] += y
            moved = written["clip"].astype(np.int32) + np.array((x, y, x, y))
            written["clip"] = np.clip(moved, seen[[0, 1, 0, 1]], seen[[2, 3, 2, 3]])

    def text(self, x: float, y: float, text: str, px: float, colour: Colour = WHITE, **look: Any) -> None:
        """See :class:`Frame`."""
        self.glyphs.text(x + self._at[0], y + self._at[1], text, px, colour, **look)


def preview_chart(keys: int) -> Chart:
    """A chart for ``keys`` lanes that shows everything: steps, chords, a hold on either hand."""
    half = BEAT_US // 2
    rows: list[tuple[int, int, int, int, int]] = []
    way = [*range(keys), *range(keys - 2, 0, -1)]
    for step in range(BEATS * 2):
        at_us = step * half
        if step % 16 in (14, 15) or (step % 16 in (12, 13) and keys > 1):
            continue
        lane = way[step % len(way)]
        rows.append((at_us, at_us, lane, int(NoteKind.TAP), -1))
        if step % 4 == 0 and keys > 2:
            other = (lane + keys // 2) % keys
            rows.append((at_us, at_us, other, int(NoteKind.TAP), -1))
    if keys > 1:
        for bar in range(BEATS // 8):
            at_us = (bar * 16 + 12) * half
            lane = 0 if bar % 2 == 0 else keys - 1
            rows.append((at_us, at_us + 3 * half, lane, int(NoteKind.HOLD), -1))
    timing = np.array([(0, float(BEAT_US), 4)], TIMING)
    return Chart(keys=keys, notes=make_notes(rows), title="Preview", timing=timing)


class FieldPreview:
    """Plays :func:`preview_chart` with slightly uneven hands, judged by the chosen rules, as the settings look now."""

    def __init__(self, settings: Settings, keys: int = 4) -> None:
        self.keys = keys
        self._settings = settings
        self._skyline = Skyline()
        self._build(settings)

    @property
    def hit_y(self) -> float:
        """Where the line to hit on stands, in pixels below the preview's upper edge, as drawn last."""
        return self._field.geometry.hit_y

    @property
    def judged(self) -> int:
        """How many judgements have been given since the chart began."""
        return self._performance.judge.state.judged

    def follow(self, settings: Settings, keys: int) -> None:
        """Look as ``settings`` say from now on, with ``keys`` lanes."""
        if settings is self._settings and keys == self.keys:
            return
        old, song_us = self._settings, self._song_us()
        again = keys != self.keys or settings.playfield.rules != old.playfield.rules
        self.keys = keys
        if again or settings.input.layouts != old.input.layouts:
            self._build(settings)
            self._start_us = now_us() - (song_us + REST_US)
        else:
            self._settings = settings
            self._make_look()

    def _build(self, settings: Settings) -> None:
        self._settings = settings
        self._chart = preview_chart(self.keys)
        self._lanes = LaneInput(settings.layout(self.keys))
        self._start_us = now_us()
        self._rewind()
        self._make_look()

    def _make_look(self) -> None:
        settings = self._settings
        self._field = Playfield(self._chart, Mods(), settings.playfield, strip=False)
        rules = self._performance.judge.rules
        self._hud = Hud(rules, settings.playfield, reduced_motion=settings.screen.reduced_motion)

    def _rewind(self) -> None:
        self._performance = Performance(self._chart, self._settings.playfield.rules, Mods())
        edges = autoplay(self._chart)
        scatter = np.random.default_rng(7).normal(0.0, SCATTER_US, len(edges))
        edges["at_us"] += np.where(edges["down"] == 1, scatter, 0.0).astype(np.int64)
        edges.sort(order="at_us", kind="stable")
        self._feeder = Feeder(edges)

    def _song_us(self) -> int:
        return now_us() - self._start_us - REST_US

    def handle(self, event: InputEvent) -> None:
        """Light up the lanes whose keys are held."""
        self._lanes.edge(event)

    def step(self) -> None:
        """Let the chart go on, and begin again at its end."""
        song_us = self._song_us()
        if song_us > self._chart.last_us + 2 * REST_US:
            self._start_us = now_us()
            self._rewind()
            self._hud.restart()
            song_us = -REST_US
        self._feeder.feed(self._performance, song_us)
        self._performance.step(song_us, now_us())

    def draw(self, frame: Frame, x: float, y: float, w: float, h: float) -> None:
        """Draw into a rectangle of ``frame``, small enough that what stands around the field is seen too."""
        looks = self._settings.playfield
        text_scale = frame.scale / scale_for(frame.size)
        across = self.keys * (looks.lane_width + looks.lane_spacing) + 2 * BESIDE * text_scale
        scale = min(h / DESIGN_HEIGHT, w / across)
        # The field takes its measure from the window it stands in: one so wide that the lanes come out at ``scale``.
        wide = Inset(frame, x, y, w, h, scale * text_scale, width=scale * DESIGN_WIDTH)
        seen = Inset(frame, x, y, w, h, scale * text_scale)
        performance, song_us = self._performance, self._song_us()
        held = performance.held | np.array([self._lanes.is_down(lane) for lane in range(self.keys)])
        with seen.drawing():
            self._skyline.draw(seen, veil=looks.background_dim / 100)
        frame.layer()
        with wide.drawing():
            self._field.draw(wide, song_us, performance.judge.note_states, held)
        frame.layer()
        field = replace(self._field.geometry, left=self._field.geometry.left - wide.aside)
        with seen.drawing():
            self._hud.take(performance.judge.hits, frame.now_us)
            progress = song_us / max(1, self._chart.last_us)
            self._hud.draw(seen, field, performance.judge.state, progress)
        frame.layer()
        edge = max(1.0, frame.px(1))
        frame.shapes.rect(x, y, w, h, 0, radius=frame.px(8), border=theme.LINE, border_px=edge)
