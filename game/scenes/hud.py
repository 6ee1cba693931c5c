"""What stands around and over the playfield: judgement, combo, accuracy, health, hit errors, progress, latency."""

from __future__ import annotations

import re
from collections import deque

import numpy as np
from numpy.typing import NDArray

from engine.draw import theme
from engine.draw.colour import Colour, faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.rhythm.judge import Part
from game.rhythm.rules import RuleSet
from game.rhythm.score import ScoreState
from game.scenes.canvas import fit, wide
from game.scenes.palette import judgement_colour
from game.scenes.playfield import STRIP, Geometry, in_strip
from game.settings import PlayfieldSettings

POP_US = 140_000
"""How long a new judgement takes to settle to its size."""

SHOWN_US = 900_000
ERROR_US = 4_000_000
"""How long a mark stays on the hit-error bar."""

ERRORS_KEPT = 48
NEW_KEPT = 4 * ERRORS_KEPT
"""Of so many hits in one frame nobody sees the first."""

BURST_US = 220_000
"""How long the ring of a hit takes to open and die."""

COMBO_TURN = 100
"""The ring behind the combo closes once every so many."""


def chart_words(level: str, keys: int) -> str:
    """A level's name and its lanes, which many names tell already."""
    told = re.search(rf"(?<!\d){keys}\s?K\b", level, re.IGNORECASE)
    return level if told else f"{level}  {keys}K".strip()


def draw_title(frame: Frame, field: Geometry, title: str, detail: str) -> float:
    """What is played, at the left of the field or in the strip above it; says where the next line may stand."""
    x = frame.px(28)
    if not in_strip(frame, field.left):
        y, room = frame.px(24), field.left - 2 * x
        frame.text(x, y, fit(frame, title, 20, room, Weight.BOLD), frame.px(20), theme.INK, weight=Weight.BOLD)
        frame.text(x, y + frame.px(28), fit(frame, detail, 16, room), frame.px(16), theme.INK_SOFT)
        return y + frame.px(52)
    middle, room = frame.px(STRIP / 2), frame.width / 2 - x
    words = fit(frame, title, 18, room, Weight.BOLD)
    frame.text(x, middle, words, frame.px(18), theme.INK, weight=Weight.BOLD, down=0.5)
    used = wide(frame, words, 18, Weight.BOLD) + frame.px(14)
    if room - used > frame.px(60):
        frame.text(x + used, middle, fit(frame, detail, 16, room - used), frame.px(16), theme.INK_SOFT, down=0.5)
    return frame.px(STRIP + 8)


class Hud:
    """Reads the judge's new hits each frame and shows them; holds nothing that play depends on."""

    def __init__(self, rules: RuleSet, settings: PlayfieldSettings, *, reduced_motion: bool = False) -> None:
        self._rules = rules
        self._settings = settings
        self._still = reduced_motion
        count = len(rules.judgements)
        self._colours = [judgement_colour(place, count, settings.palette) for place in range(count)]
        self._bars = [mixed(theme.NIGHT, colour, 0.55) for colour in self._colours]
        self._marks = np.array(self._colours, np.uint32)
        self._names = [name.upper() for name in rules.judgements]
        self._cursor = 0
        self._judgement = -1
        self._error_us = 0
        self._at_us = 0
        self._errors: deque[tuple[int, int, int]] = deque(maxlen=ERRORS_KEPT)
        self._bursts: deque[tuple[int, int, int]] = deque(maxlen=ERRORS_KEPT)

    def restart(self) -> None:
        """Forget what was shown: the judge was set to another place."""
        self._cursor, self._judgement = 0, -1
        self._errors.clear()
        self._bursts.clear()

    def take(self, hits: NDArray[np.void], now_us: int) -> None:
        """Look at the hits that are new since the last call; ``now_us`` is the monotonic clock."""
        new = hits[max(self._cursor, len(hits) - NEW_KEPT) :]
        columns = (new[name].tolist() for name in ("judgement", "error_us", "lane", "part"))
        for judgement, error_us, lane, part in zip(*columns, strict=True):
            if judgement < 0:
                continue
            self._judgement, self._error_us, self._at_us = judgement, error_us, now_us
            if judgement != self._rules.miss and part != Part.MINE:
                self._errors.append((now_us, error_us, judgement))
                self._bursts.append((now_us, lane, judgement))
        self._cursor = len(hits)

    def draw(self, frame: Frame, field: Geometry, state: ScoreState, progress: float) -> None:
        """Draw everything that the player wants to see."""
        settings = self._settings
        self._draw_bursts(frame, field)
        middle = field.left + field.width / 2
        y = field.hit_y + field.towards * field.length * 0.5
        if settings.show_combo and state.combo > 1:
            self._draw_combo(frame, middle, y, state.combo)
        if settings.judgement_text:
            self._draw_judgement(frame, middle, y + frame.px(58))
        if settings.error_bar:
            self._draw_errors(frame, middle, field)
        if settings.show_health:
            self._draw_health(frame, field, state)
        self._draw_corner(frame, field, state, progress)

    def _draw_bursts(self, frame: Frame, field: Geometry) -> None:
        """A ring opens over the receptor for every hit, in the colour of its judgement."""
        if self._still or not self._settings.beam:
            return
        for at_us, lane, judgement in self._bursts:
            age = (frame.now_us - at_us) / BURST_US
            if 0.0 <= age < 1.0:
                opened = 1.0 - (1.0 - age) ** 3
                radius = field.lane_width * (0.30 + 0.38 * opened)
                colour = faded(self._colours[judgement], (1.0 - age) * 0.85)
                x, width = field.lane_x(lane) + field.lane_width / 2, frame.px(5) * (1.0 - 0.7 * age)
                frame.shapes.ring(x, field.hit_y, radius, width, colour, glow=faded(colour, 0.4), glow_px=frame.px(8))

    def _draw_combo(self, frame: Frame, x: float, y: float, combo: int) -> None:
        radius = frame.px(46)
        accent = theme.tone(theme.CYAN)
        share = (combo % COMBO_TURN) / COMBO_TURN
        frame.shapes.ring(x, y, radius, frame.px(3), faded(theme.LINE, 0.5))
        if share:
            frame.shapes.ring(x, y, radius, frame.px(3), faded(accent, 0.7), share=share)
        size = frame.px(40 if combo < 1000 else 32)
        frame.text(x, y, str(combo), size, faded(theme.INK, 0.92), weight=Weight.BOLD, across=0.5, down=0.5)

    def _draw_judgement(self, frame: Frame, x: float, y: float) -> None:
        age = frame.now_us - self._at_us
        if self._judgement < 0 or age > SHOWN_US:
            return
        pop = 0.0 if self._still else max(0.0, 1.0 - age / POP_US) ** 2
        fade = min(1.0, 2.0 * (1.0 - age / SHOWN_US))
        colour = faded(self._colours[self._judgement], fade)
        size = frame.px(26 * (1 + 0.22 * pop))
        frame.text(x, y, self._names[self._judgement], size, colour, weight=Weight.BOLD, across=0.5, down=0.5)
        if self._settings.early_late and self._judgement not in (0, self._rules.miss):
            early = self._error_us < 0
            tone = theme.tone(theme.CYAN if early else theme.MAGENTA)
            word = f"EARLY {-self._error_us // 1000}" if early else f"LATE {self._error_us // 1000}"
            frame.text(x, y + frame.px(18), word, frame.px(14), faded(tone, fade), across=0.5)

    def _draw_errors(self, frame: Frame, x: float, field: Geometry) -> None:
        rules = self._rules
        widest = max((*rules.late_us[: rules.miss], *rules.early_us[: rules.miss], 1))
        # In the field's units: they do not grow with the text, so that the bar stays between line and window edge.
        unit = field.unit
        half = min(field.width * 0.46, 170 * unit)
        behind = field.behind / unit
        below = min(58 if behind >= 80 else 40, max(behind - 14, 0)) * unit
        y = field.hit_y + below if field.towards < 0 else field.hit_y - below
        thickness = 5 * unit
        for place in range(rules.miss - 1, -1, -1):
            if place >= len(rules.late_us):
                continue
            left, right = (half * edge[place] / widest for edge in (rules.early_us, rules.late_us))
            span = (x - left, y - thickness / 2, left + right, thickness)
            frame.shapes.rect(*span, self._bars[place], radius=thickness / 2)
        frame.shapes.rect(x - unit, y - 9 * unit, 2 * unit, 18 * unit, theme.INK)
        recent = np.array([entry for entry in self._errors if frame.now_us - entry[0] < ERROR_US])
        if not len(recent):
            return
        marks = x + half * np.clip(recent[:, 1] / widest, -1.0, 1.0)
        tones = self._marks[recent[:, 2]]
        alpha = (tones >> np.uint32(24)) * (1.0 - (frame.now_us - recent[:, 0]) / ERROR_US)
        block = frame.shapes.block(len(recent))
        block["x"], block["y"] = marks - unit, y - 8 * unit
        block["w"], block["h"] = 2 * unit, 16 * unit
        block["top"] = block["bottom"] = (tones & np.uint32(0xFFFFFF)) | (alpha.astype(np.uint32) << np.uint32(24))
        middle = x + half * max(-1.0, min(1.0, float(recent[:, 1].mean()) / widest))
        side = 8 * unit
        frame.shapes.triangle(middle, y - 14 * unit, side, side, theme.INK, turn=np.pi)

    def _draw_health(self, frame: Frame, field: Geometry, state: ScoreState) -> None:
        x = field.left + field.width + frame.px(10)
        top, bottom = field.floor * 0.25, field.floor * 0.75
        width, share = frame.px(8), max(0.0, min(1.0, state.health))
        colour = _health_colour(share)
        frame.shapes.rect(x, top, width, bottom - top, theme.RAISED, radius=width / 2)
        height = (bottom - top) * share
        frame.shapes.rect(x, bottom - height, width, height, colour, radius=width / 2)
        if share < 0.25:
            frame.text(x + width * 2, bottom - height - frame.px(8), "!", frame.px(18), colour, weight=Weight.BOLD)
        if state.pills:
            for pill in range(state.pills):
                frame.shapes.rect(
                    x + width * 2, bottom - frame.px(14 * (pill + 1)), frame.px(20), frame.px(9),
                    theme.tone(theme.LIME), radius=frame.px(4.5),
                )  # fmt: skip

    def _draw_corner(self, frame: Frame, field: Geometry, state: ScoreState, progress: float) -> None:
        settings = self._settings
        if in_strip(frame, field.left):
            self._draw_strip(frame, state, progress)
            return
        right, y = frame.width - frame.px(28), frame.px(24)
        frame.text(
            right, y, f"{state.score:,}".replace(",", " "), frame.px(32), theme.INK, weight=Weight.BOLD, across=1.0
        )
        if settings.show_accuracy:
            accuracy = f"{100 * state.accuracy:.2f} %"
            frame.text(right, y + frame.px(42), accuracy, frame.px(20), theme.INK_SOFT, across=1.0)
        if settings.show_progress:
            cx, cy, radius = right - frame.px(20), y + frame.px(98), frame.px(20)
            frame.shapes.ring(cx, cy, radius, frame.px(4), theme.RAISED)
            frame.shapes.ring(cx, cy, radius, frame.px(4), theme.tone(theme.CYAN), share=max(0.0, min(1.0, progress)))

    def _draw_strip(self, frame: Frame, state: ScoreState, progress: float) -> None:
        """Score, accuracy and how far the song is, in the strip above the field."""
        settings, height = self._settings, frame.px(STRIP)
        frame.shapes.rect(0, 0, frame.width, height, faded(theme.NIGHT, 0.94))
        edge = max(1.0, frame.px(2))
        frame.shapes.rect(0, height - edge, frame.width, edge, theme.LINE)
        if settings.show_progress:
            done = frame.width * min(1.0, max(0.0, progress))
            frame.shapes.rect(0, height - edge, done, edge, theme.tone(theme.CYAN))
        right, middle = frame.width - frame.px(28), height / 2
        score = f"{state.score:,}".replace(",", " ")
        frame.text(right, middle, score, frame.px(24), theme.INK, weight=Weight.BOLD, across=1.0, down=0.5)
        if settings.show_accuracy:
            at = right - frame.px(132)
            accuracy = f"{100 * state.accuracy:.2f} %"
            frame.text(at, middle, accuracy, frame.px(18), theme.INK_SOFT, across=1.0, down=0.5)


def _health_colour(share: float) -> Colour:
    """Lime when well, amber when it gets close, red near the end."""
    if share >= 0.5:
        return mixed(theme.tone(theme.AMBER), theme.tone(theme.LIME), (share - 0.5) * 2)
    return mixed(theme.tone(theme.RED), theme.tone(theme.AMBER), share * 2)
