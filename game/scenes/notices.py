"""Short sentences for the player: they come in at the bottom right, above every scene, and go by themselves."""

from __future__ import annotations

from engine.clock import now_us
from engine.draw import icons, theme
from engine.draw.colour import faded
from engine.draw.frame import Frame
from engine.draw.motion import out
from game.scenes.canvas import mixed, wrapped
from game.scenes.context import Context

WIDTH = 420.0
LINE = 22.0
LINES_MAX = 4
ABOVE_FLOOR = 116.0
"""The lowest notice stands this far above the lower edge, clear of every scene's buttons, which would cover it."""

SHOWN = 3


def draw_notices(frame: Frame, context: Context) -> None:
    """Draw the newest sentences of ``context.notices`` and let go of those whose time is over."""
    at_us = now_us()
    context.notices = [notice for notice in context.notices if notice.until_us > at_us]
    if not context.notices:
        return
    frame.layer()
    bottom = frame.height - frame.px(ABOVE_FLOOR)
    for notice in reversed(context.notices[-SHOWN:]):
        left_us = notice.until_us - at_us
        shown = 1.0
        if not theme.settings.reduced_motion:
            edge_us = theme.MOTION_SLOW_S * 1e6
            shown = out(min(max(notice.stays_us - left_us, 0) / edge_us, left_us / edge_us, 1.0))
        bottom -= _draw(frame, notice.text, bottom, shown) + frame.px(10)


def _draw(frame: Frame, text: str, bottom: float, shown: float) -> float:
    """One notice whose lower edge is at ``bottom``; says how high it is."""
    width = min(frame.px(WIDTH), frame.width - frame.px(48))
    lines = wrapped(frame, text, theme.TEXT_SMALL, width - frame.px(68), LINES_MAX)
    height = frame.px(28) + len(lines) * frame.px(LINE)
    x = frame.width - (width + frame.px(24)) * shown
    y = bottom - height
    accent = theme.tone(theme.CYAN)
    frame.shapes.rect(
        *(x, y, width, height, theme.RAISED),
        radius=frame.px(theme.ROUNDING),
        border=mixed(theme.LINE, accent, 0.5),
        border_px=max(1.0, frame.px(1)),
        glow=faded(0xFF000000, 0.5),
        glow_px=frame.px(20),
    )
    frame.text(x + frame.px(28), y + height / 2, icons.INFO, frame.px(18), accent, across=0.5, down=0.5)
    for number, line in enumerate(lines):
        middle = y + frame.px(14) + (number + 0.5) * frame.px(LINE)
        frame.text(x + frame.px(52), middle, line, frame.px(theme.TEXT_SMALL), theme.INK, down=0.5)
    return height
