"""The sign of the game as scenes draw it: a ring that closes upon its own tail."""

from __future__ import annotations

import math

from engine.draw import theme
from engine.draw.colour import faded, mixed
from engine.draw.frame import Frame

PIECES = 72
BODY = 0.93
"""How much of the turn the body takes; the head fills the rest."""


def draw_sign(frame: Frame, x: float, y: float, radius: float, *, turn: float = 0.0, pulse: float = 0.0) -> None:
    """The ring about (x, y), turned by ``turn`` turns; ``pulse`` (0 to 1) lets it swell and glow."""
    tail, head = theme.tone(theme.CYAN), theme.tone(theme.MAGENTA)
    radius *= 1.0 + 0.025 * pulse
    width = radius * 0.19
    shapes = frame.shapes
    glow = mixed(tail, head, 0.5)
    light = faded(glow, 0.16 + 0.22 * pulse)
    shapes.ring(x, y, radius, width, faded(glow, 0.16 + 0.10 * pulse), glow=light, glow_px=radius * 0.55)
    middle = radius - width / 2
    step = BODY / PIECES
    for piece in range(PIECES):
        t = piece / (PIECES - 1)
        band = width * (0.22 + 0.78 * t)
        shapes.ring(x, y, middle + band / 2, band, mixed(tail, head, t), start=turn + piece * step, share=step * 1.05)
    angle = (turn + BODY - 0.25) * math.tau
    at = x + middle * math.cos(angle), y + middle * math.sin(angle)
    shapes.circle(*at, width * 0.64, head, glow=faded(head, 0.45 + 0.3 * pulse), glow_px=width * 1.1)
    shapes.circle(at[0] - width * 0.12, at[1] - width * 0.16, width * 0.16, theme.NIGHT)
