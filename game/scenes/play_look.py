"""What stands around a field that is played: loading, the song's name, the ghost, the countdown."""

from __future__ import annotations

from engine.draw import theme
from engine.draw.colour import Colour, rgb, with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.rhythm.chart import Chart
from game.scenes.canvas import wrapped
from game.scenes.hud import chart_words, draw_title
from game.scenes.playfield import SIDE, STRIP, Geometry, in_strip

MARGIN = 28.0


def draw_loading(frame: Frame, words: str, share: float) -> None:
    """A ring that closes, and what is being got ready."""
    x, y, radius = frame.width / 2, frame.height / 2, frame.px(48)
    frame.shapes.ring(x, y, radius, frame.px(6), theme.RAISED)
    frame.shapes.ring(x, y, radius, frame.px(6), theme.tone(theme.CYAN), share=max(0.02, share))
    frame.text(x, y + frame.px(84), words, frame.px(18), theme.INK_SOFT, across=0.5, down=0.5)


def draw_head(frame: Frame, field: Geometry, chart: Chart, mods: str, problem: str) -> None:
    """The song's name, which chart it is and the mods; and what is wrong with the song or the profile."""
    detail = "  ".join(part for part in (chart_words(chart.level, chart.keys), mods) if part)
    below = draw_title(frame, field, chart.title, detail)
    if problem:
        x, room = frame.px(MARGIN), max(field.left - 2 * frame.px(MARGIN), frame.px(SIDE))
        for number, line in enumerate(wrapped(frame, problem, 14, room, 1 if in_strip(frame, field.left) else 4)):
            frame.text(x, below + number * frame.px(18), line, frame.px(14), theme.tone(theme.AMBER))


def draw_ghost(frame: Frame, field: Geometry, day: str, ahead: int) -> None:
    """By how many points the player leads the ghost, a performance of ``day``."""
    tone = theme.tone(theme.LIME) if ahead >= 0 else theme.tone(theme.MAGENTA)
    sign = "+" if ahead >= 0 else "\u2212"
    text = f"ghost of {day}  {sign}{abs(ahead):,}".replace(",", " ")
    top = frame.px(STRIP + 8 if in_strip(frame, field.left) else 158)
    frame.text(frame.width - frame.px(MARGIN), top, text, frame.px(16), tone, across=1.0)


def draw_countdown(frame: Frame, left: float) -> None:
    """Three, two, one: ``left`` goes from 1 to 0."""
    x, y = frame.width / 2, frame.height * 0.4
    frame.layer()
    frame.shapes.circle(x, y, frame.px(64), with_alpha(theme.NIGHT, 0.85))
    frame.shapes.ring(x, y, frame.px(64), frame.px(6), theme.tone(theme.CYAN), share=1 - left)
    number = str(min(3, 1 + int(left * 3)))
    frame.text(x, y, number, frame.px(56), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)


def grey(share: float) -> Colour:
    """A tint that leaves ``share`` of a picture's light."""
    return with_alpha(rgb("#{0:02X}{0:02X}{0:02X}".format(round(255 * share))), 1.0)
