"""How the calibrations look: the ring of taps, the falling notes, and the words beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.hands.calibration import SPREAD_STEADY_US, TAPS_WANTED, WARM_UP_TAPS, Measure
from game.scenes.canvas import wide, wrapped

BAND_US = 60_000
"""A tap this far from the middle of the taps stands at the edge of the ring's band."""

FALL_US = 1_500_000
"""How long a note is on its way to the line."""

LIT_US = 160_000
SHRINKS = (1.0, 0.86, 0.74, 0.64, 0.55)
"""How much smaller words may be written, one after the other, until they fit."""


def draw_dial(frame: Frame, x: float, y: float, radius: float, found: Measure, age_us: int, taps: int) -> None:
    """The ring: a dot a tap, outside when it came later than the middle of all, inside when earlier.

    The ring closes with the taps that are wanted; in the middle stand the median and the spread.
    """
    shapes = frame.shapes
    outer, width = radius, radius * 0.045
    steady = found.steady
    accent = theme.tone(theme.LIME if steady else theme.CYAN)
    glow = 0.0 if theme.settings.reduced_motion else max(0.0, 1.0 - age_us / LIT_US)
    shapes.ring(x, y, outer, width, faded(theme.LINE, 0.8))
    share = min(1.0, taps_shown(found) / TAPS_WANTED)
    if share > 0:
        shapes.ring(
            x, y, outer, width, accent, share=share, glow=faded(accent, 0.25 + 0.3 * glow), glow_px=frame.px(14)
        )
    middle, band = radius * 0.74, radius * 0.17
    for at, alpha in ((middle + band, 0.35), (middle - band, 0.35)):
        shapes.ring(x, y, at, max(1.0, frame.px(1)), faded(theme.LINE, alpha))
    shapes.ring(x, y, middle + max(1.0, frame.px(1)), max(1.0, frame.px(2)), faded(theme.INK_FAINT, 0.7))
    limit = band * SPREAD_STEADY_US / BAND_US
    shapes.ring(x, y, middle + limit, 2 * limit, faded(theme.tone(theme.LIME), 0.14))
    _draw_dots(frame, x, y, middle, band, found)
    _draw_middle(frame, x, y, radius, found, taps)


def taps_shown(found: Measure) -> int:
    """How many places of the ring are taken: the warm-up and what counts."""
    return min(len(found.errors_us) - found.left_out, WARM_UP_TAPS) + found.count


def _draw_dots(frame: Frame, x: float, y: float, middle: float, band: float, found: Measure) -> None:
    shapes = frame.shapes
    place = 0
    newest = len(found.errors_us) - 1
    for number, error_us in enumerate(found.errors_us.tolist()):
        counted = bool(found.counted[number])
        angle = ((place + 0.5) / TAPS_WANTED - 0.25) * math.tau
        off = (error_us - found.offset_us) / BAND_US
        at = middle + band * max(-1.15, min(1.15, off))
        cx, cy = x + at * math.cos(angle), y + at * math.sin(angle)
        size = frame.px(7 if number == newest else 5.5)
        warm = place < WARM_UP_TAPS and not counted
        if counted:
            colour = mixed(theme.tone(theme.CYAN), theme.tone(theme.MAGENTA), min(1.0, abs(off)))
            light = faded(colour, 0.6 if number == newest else 0.25)
            shapes.circle(cx, cy, size, colour, glow=light, glow_px=frame.px(10))
            place += 1
        elif warm:
            shapes.ring(cx, cy, size, max(1.5, frame.px(2)), theme.INK_FAINT)
            place += 1
        else:
            _draw_cross(frame, cx, cy, size)


def _draw_cross(frame: Frame, x: float, y: float, size: float) -> None:
    """A tap that was left out."""
    tone, reach = theme.tone(theme.RED), size * 0.8
    for way in (1, -1):
        frame.shapes.line(x - reach, y - way * reach, x + reach, y + way * reach, tone, max(1.5, frame.px(2)))


def _draw_middle(frame: Frame, x: float, y: float, radius: float, found: Measure, taps: int) -> None:
    big = radius * 0.26
    if not found.count:
        left = max(WARM_UP_TAPS - taps, 0)
        words = "Tap" if not taps else f"{left} more" if left else "Go on"
        frame.text(x, y - big * 0.2, words, big, theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        under = "to begin" if not taps else "to find the beat" if left else ""
        frame.text(x, y + big * 0.7, under, big * 0.36, theme.INK_SOFT, across=0.5, down=0.5)
        return
    rounded = round(found.offset_us / 1000)
    sign = "+" if rounded > 0 else "\u2212" if rounded < 0 else ""
    frame.text(x, y - big * 0.42, f"{sign}{abs(rounded)}", big, theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
    way = "ms late" if rounded > 0 else "ms early" if rounded < 0 else "ms"
    frame.text(x, y + big * 0.34, way, big * 0.36, theme.INK_SOFT, across=0.5, down=0.5)
    tone = theme.tone(theme.LIME if found.spread_us <= SPREAD_STEADY_US else theme.AMBER)
    spread = f"± {found.spread_us / 1000:.0f} ms"
    frame.text(x, y + big * 0.92, spread, big * 0.4, tone, weight=Weight.BOLD, across=0.5, down=0.5)
    count = f"{found.count} of {TAPS_WANTED - WARM_UP_TAPS}" if not found.enough else f"{found.count} taps"
    frame.text(x, y + big * 1.36, count, big * 0.3, theme.INK_FAINT, across=0.5, down=0.5)


def draw_fall(frame: Frame, x: float, y: float, w: float, h: float, song_us: int, beat_us: int, age_us: int) -> None:
    """A lane in which a note meets the line at every multiple of ``beat_us``."""
    shapes = frame.shapes
    line = y + h * 0.82
    accent = theme.tone(theme.CYAN)
    shapes.rect(x, y, w, h, faded(theme.PANEL, 0.9))
    for edge in (x, x + w - max(1.0, frame.px(2))):
        shapes.rect(edge, y, max(1.0, frame.px(2)), h, theme.LINE)
    lit = max(0.0, 1.0 - age_us / LIT_US)
    if lit:
        reach = h * 0.5
        shapes.rect(x, line - reach, w, reach, faded(accent, 0.0), bottom=faded(accent, 0.28 * lit))
    tall, inset = frame.px(20), frame.px(6)
    shapes.rect(
        *(x + inset, line - tall / 2, w - 2 * inset, tall, faded(accent, 0.08 + 0.3 * lit)),
        radius=frame.px(6),
        border=mixed(theme.INK_SOFT, accent, lit),
        border_px=max(1.0, frame.px(2)),
    )
    first = (song_us - beat_us // 4) // beat_us
    for beat in range(first, first + 2 + FALL_US // beat_us):
        at_us = beat * beat_us
        if at_us < 0:
            continue
        ahead = (at_us - song_us) / FALL_US
        middle = line - (line - y) * ahead
        passed = max(0.0, 1.0 + ahead * 6) if ahead < 0 else 1.0
        if middle < y - tall or middle > y + h + tall or passed <= 0:
            continue
        colour = theme.tone(theme.AMBER) if beat % 4 == 0 else theme.INK
        shapes.rect(*(x + inset, middle - tall / 2, w - 2 * inset, tall, faded(colour, passed)), radius=frame.px(6))


_KINDS: dict[str, tuple[str, theme.Mark | None]] = {
    "wait": (icons.CLOCK, theme.CYAN),
    "good": (icons.CHECK, theme.LIME),
    "bad": (icons.WARNING, theme.AMBER),
}


def draw_words(frame: Frame, x: float, y: float, w: float, h: float, words: Sequence[tuple[str, str]]) -> None:
    """Title, what to do, the verdict with its sign, and notes, written smaller where they would not fit."""
    for shrink in SHRINKS:
        laid = [_lay(frame, kind, text, w, shrink) for kind, text in words]
        if sum(block.height for block in laid) <= h:
            break
    for block in laid:
        for number, part in enumerate(block.lines):
            middle = y + (number + 0.5) * block.line
            if block.icon and not number:
                frame.text(x, middle, block.icon, block.px, block.colour, down=0.5)
            frame.text(x + block.lead, middle, part, block.px, block.colour, weight=block.weight, down=0.5)
        y += block.height


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of one kind, with lengths in pixels."""

    lines: list[str]
    icon: str
    lead: float
    px: float
    line: float
    height: float
    weight: Weight
    colour: Colour


def _lay(frame: Frame, kind: str, text: str, w: float, shrink: float) -> _Block:
    icon, mark = _KINDS.get(kind, ("", None))
    size, line, weight, colour = _type(kind, mark)
    size, line = size * shrink, line * shrink
    lead = frame.px(30 * shrink) if icon else 0.0
    # Lines are broken by the plain face; the bold one is a little wider.
    lines = wrapped(frame, text, size * (1.06 if weight is Weight.BOLD else 1.0), w - lead, 5)
    height = frame.px(line) * len(lines) + frame.px(12 * shrink)
    return _Block(lines, icon, lead, frame.px(size), frame.px(line), height, weight, colour)


def _type(kind: str, mark: theme.Mark | None) -> tuple[float, float, Weight, Colour]:
    """Size, line height, weight and colour of a kind of words."""
    if kind == "title":
        return 40.0, 50.0, Weight.BOLD, theme.INK
    if mark is not None:
        return 18.0, 25.0, Weight.BOLD, theme.tone(mark)
    if kind == "change":
        return 18.0, 26.0, Weight.BOLD, theme.INK
    size = 18.0 if kind == "body" else theme.TEXT_SMALL
    return size, size * 1.4, Weight.REGULAR, theme.INK_SOFT


def draw_legend(frame: Frame, x: float, y: float, w: float) -> None:
    """What the dots of the ring mean, in a line whose middle is at ``y``; left out where it does not fit."""
    size = theme.TEXT_SMALL
    parts = ("counts", "finding the beat", "left out", "outside: late, inside: early")
    lead, gap = frame.px(20), frame.px(20)
    if sum(wide(frame, words, size) for words in parts) + 3 * lead + 3 * gap > w:
        return
    for number, words in enumerate(parts):
        if number == 0:
            frame.shapes.circle(x + frame.px(6), y, frame.px(5.5), theme.tone(theme.CYAN))
        elif number == 1:
            frame.shapes.ring(x + frame.px(6), y, frame.px(5.5), max(1.5, frame.px(2)), theme.INK_FAINT)
        elif number == 2:
            _draw_cross(frame, x + frame.px(6), y, frame.px(5.5))
        x += lead if number < 3 else 0.0
        frame.text(x, y, words, frame.px(size), theme.INK_FAINT, down=0.5)
        x += wide(frame, words, size) + gap
