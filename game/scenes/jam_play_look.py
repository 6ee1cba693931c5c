"""What stands around the lanes of a band: its score, the ring of its coherence, reactions, counting in."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from engine.draw import icons, theme
from engine.draw.colour import CLEAR, Colour, faded, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.motion import out
from engine.draw.theme import AMBER, CYAN, LIME, MAGENTA, Mark
from game.jam.cohesion import Coherence, word
from game.rhythm.chart import Chart
from game.scenes.canvas import fit, mixed, wide
from game.scenes.playfield import Geometry

MARGIN = 28.0
RING = 30.0
BAND_HEIGHT = 84.0
BAND_WIDTH = 220.0
EASE_S = 0.6
"""So long the ring takes to most of its way to a new value: it is to be felt, not to be watched."""

FLOAT_US = 2_600_000
FLOATING = 12
RISE = 0.42
"""How much of the window's height a reaction rises."""

REACTIONS: dict[str, tuple[str, Mark, str]] = {
    "clap": (icons.CLAP, AMBER, "clap"),
    "cheer": (icons.CHEER, CYAN, "cheer"),
    "heart": (icons.HEART, MAGENTA, "heart"),
    "fire": (icons.FIRE, AMBER, "fire"),
    "wow": (icons.WOW, LIME, "wow"),
    "encore": (icons.RETRY, CYAN, "encore"),
}
"""How each reaction looks, in the order of the keys 1 to 6."""

WORDS = {
    "anchors": ("you anchor the band", "anchors"),
    "drifts": ("you drift a little", "drifts"),
    "assisted": ("you are being drawn in", "drawn in"),
}
"""A quiet word on how somebody plays: to themselves, and of others."""


@dataclass(slots=True)
class BandLook:
    """The band's score and the ring that closes as it coheres."""

    shown: float = 0.0

    def draw(
        self, frame: Frame, x: float, y: float, room: float, score: int, accuracy: float, coherence: Coherence | None,
        mine: str,
    ) -> None:  # fmt: skip
        """Draw it with its upper left corner at a place, small enough for ``room`` pixels; ``mine`` is a word for
        this player."""
        scale = frame.scale
        frame.scale = min(scale, room / BAND_WIDTH)
        self._draw(frame, x, y, room, (score, accuracy), coherence, mine)
        frame.scale = scale

    def _draw(
        self, frame: Frame, x: float, y: float, room: float, numbers: tuple[int, float], coherence: Coherence | None,
        mine: str,
    ) -> None:  # fmt: skip
        score, accuracy = numbers
        goal = coherence.band if coherence is not None else 0.0
        share = min(1.0, frame.dt_us / 1e6 / EASE_S * 3)
        self.shown = goal if theme.settings.reduced_motion else self.shown + (goal - self.shown) * share
        radius = frame.px(RING)
        cx, cy = x + radius, y + radius
        accent = mixed(theme.tone(CYAN), theme.tone(LIME), round(self.shown, 2))
        frame.shapes.ring(cx, cy, radius, frame.px(6), theme.RAISED)
        if self.shown > 0.005:
            glow = faded(accent, 0.35 * self.shown)
            frame.shapes.ring(cx, cy, radius, frame.px(6), accent, share=self.shown, glow=glow, glow_px=frame.px(10))
        percent = f"{round(100 * self.shown)}"
        frame.text(cx, cy, percent, frame.px(18), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        left = x + 2 * radius + frame.px(14)
        room -= left - x
        figure = fit(frame, f"{score:,}".replace(",", " "), 22, room, Weight.BOLD)
        frame.text(left, y, figure, frame.px(22), theme.INK, weight=Weight.BOLD)
        frame.text(left, y + frame.px(27), fit(frame, f"band   {100 * accuracy:.2f} %", 14, room), frame.px(14),
                   theme.INK_SOFT)  # fmt: skip
        mine = mine or together(self.shown)
        if mine:
            frame.text(left, y + frame.px(46), fit(frame, mine, 14, room), frame.px(14), faded(theme.tone(LIME), 0.85))


def together(share: float) -> str:
    """What the ring says, in words; nothing while there is too little to say."""
    return "as one" if share >= 0.85 else "well together" if share >= 0.6 else "coming together" if share >= 0.3 else ""


def own_word(coherence: Coherence | None, me: str) -> str:
    """How this player plays, to themselves; empty for who just plays."""
    return _words(coherence, me)[0]


def others_word(coherence: Coherence | None, peer: str) -> str:
    """How another plays; empty for who just plays."""
    return _words(coherence, peer)[1]


def _words(coherence: Coherence | None, peer: str) -> tuple[str, str]:
    row = next((one for one in coherence.players if one.peer == peer), None) if coherence is not None else None
    return WORDS.get(word(row), ("", "")) if row is not None and row.confidence > 0.3 else ("", "")


class Floating:
    """Reactions that rise and fade, beside the lanes."""

    def __init__(self) -> None:
        self._rising: deque[tuple[int, str, str, int]] = deque(maxlen=FLOATING)
        self._count = 0

    def add(self, reaction: str, name: str, at_us: int) -> None:
        """Somebody felt something just now."""
        if reaction in REACTIONS:
            self._count += 1
            self._rising.append((at_us, reaction, name, self._count))

    @property
    def count(self) -> int:
        """How many there have been."""
        return self._count

    def draw(self, frame: Frame, x: float, floor: float, *, names: bool) -> None:
        """Let them rise about ``x`` from ``floor`` on; with names there is room for those, and they stand apart."""
        for at_us, reaction, name, number in self._rising:
            age = (frame.now_us - at_us) / FLOAT_US
            if not 0.0 <= age < 1.0:
                continue
            icon, mark, _ = REACTIONS[reaction]
            fade = min(1.0, 4 * age) * min(1.0, 2.5 * (1.0 - age))
            rise = 0.5 if theme.settings.reduced_motion else out(age)
            sway = frame.height * 0.006 * math.sin(number * 2.4 + 5 * age)
            sway += (number % 3 - 1) * frame.height * (0.05 if names else 0.022)  # quick ones rise side by side
            size = frame.height * 22 / 720  # beside the lanes there is no more room for larger text
            at = min(x + sway, frame.width - frame.px(48 if names else 12))  # a name is not cut off at the edge
            y = floor - frame.height * RISE * rise
            tone = faded(theme.tone(mark), 0.9 * fade)
            frame.text(at, y, icon, size, tone, across=0.5, down=0.5)
            if names and name:
                text = fit(frame, name, 12, frame.px(90))
                frame.text(at, y + frame.px(18), text, frame.px(12), faded(theme.INK_SOFT, fade), across=0.5)


def draw_countdown(frame: Frame, x: float, y: float, left_us: int, of_us: int, keys: str) -> None:
    """The seconds to the start, in a ring that closes with it, and what ``keys`` do."""
    left_s = left_us / 1e6
    number = str(max(1, math.ceil(left_s)))
    radius = frame.px(64)
    pulse = left_s % 1.0 if not theme.settings.reduced_motion else 0.0
    frame.shapes.circle(x, y, radius, with_alpha(theme.NIGHT, 0.88))
    frame.shapes.ring(x, y, radius, frame.px(6), theme.RAISED)
    share = 1.0 - min(1.0, left_us / max(1, of_us))
    frame.shapes.ring(x, y, radius, frame.px(6), theme.tone(CYAN), share=share)
    size = frame.px(52 + 8 * pulse**3)
    frame.text(x, y, number, size, theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
    _tag(frame, x, y + radius + frame.px(24), "everyone begins together", theme.INK_SOFT)
    if keys:
        _tag(frame, x, y + radius + frame.px(58), keys, theme.INK_SOFT)


def draw_count_in(frame: Frame, x: float, y: float, words: str, beats: int) -> None:
    """A part that begins in so many beats."""
    left = "now" if beats <= 0 else f"in {beats}"
    _tag(frame, x, y, f"{words}  {left}", theme.tone(AMBER), size=theme.TEXT_BODY)


def _tag(frame: Frame, x: float, y: float, words: str, ink: Colour, size: float = theme.TEXT_SMALL) -> None:
    room = frame.width - frame.px(60)
    words = fit(frame, words, size, room)
    width, height = wide(frame, words, size) + frame.px(28), frame.px(size * 1.8)
    frame.shapes.rect(x - width / 2, y - height / 2, width, height, with_alpha(theme.NIGHT, 0.86), radius=height / 2,
                      border=theme.LINE, border_px=1.0)  # fmt: skip
    frame.text(x, y, words, frame.px(size), ink, across=0.5, down=0.5)


def beats_left(chart: Chart, at_us: int, until_us: int) -> int:
    """How many beats of ``chart`` it is from one instant to the other."""
    rows = chart.timing
    place = max(0, int(rows["at_us"].searchsorted(at_us, side="right")) - 1) if len(rows) else 0
    beat_us = float(rows["beat_us"][place]) if len(rows) else 500_000.0
    return max(0, math.ceil((until_us - at_us) / max(50_000.0, beat_us) - 1e-6))


def beat_phase(chart: Chart, at_us: int) -> float:
    """How far the song is from one beat to the next, 0 to 1."""
    rows = chart.timing
    if not len(rows):
        return 0.0
    place = max(0, int(rows["at_us"].searchsorted(at_us, side="right")) - 1)
    beat_us = max(50_000.0, float(rows["beat_us"][place]))
    return float(((at_us - int(rows["at_us"][place])) / beat_us) % 1.0)


def draw_glow(frame: Frame, geometry: Geometry, glow: float, phase: float) -> None:
    """Light the line as the beat comes near, for who is being drawn in: only as strongly as they allow."""
    if glow <= 0.01:
        return
    shine = 0.6 if theme.settings.reduced_motion else phase**2
    tone = faded(theme.tone(AMBER), 0.75 * min(1.0, glow) * shine)
    height = frame.px(4)
    frame.shapes.rect(geometry.left, geometry.hit_y - height / 2, geometry.width, height, faded(tone, 0.5),
                      glow=tone, glow_px=frame.px(34), border=CLEAR)  # fmt: skip


def draw_reaction_keys(frame: Frame, y: float, pressed_us: Sequence[int]) -> None:
    """What the keys 1 to 6 do for who watches; the one just pressed is lit."""
    count, size = len(REACTIONS), theme.TEXT_SMALL
    room = frame.width - 2 * frame.px(MARGIN)
    pitch = min(frame.px(150), room / count)
    left = (frame.width - pitch * count) / 2
    height = frame.px(38)
    for place, (icon, mark, words) in enumerate(REACTIONS.values()):
        lit = max(0.0, 1.0 - (frame.now_us - pressed_us[place]) / 400_000)
        tone = theme.tone(mark)
        x, w = left + place * pitch, pitch - frame.px(10)
        frame.shapes.rect(x, y, w, height, mixed(theme.RAISED, tone, round(0.5 * lit, 1)), radius=height / 2,
                          border=faded(tone, 0.4 + 0.6 * lit), border_px=1.0)  # fmt: skip
        middle, at = y + height / 2, x + frame.px(18)
        frame.text(at, middle, str(place + 1), frame.px(size), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        frame.text(at + frame.px(24), middle, icon, frame.px(18), tone, across=0.5, down=0.5)
        text = fit(frame, words, size, x + w - at - frame.px(48))
        if len(text) > 2:
            frame.text(at + frame.px(42), middle, text, frame.px(size), theme.INK_SOFT, down=0.5)
