"""The names of the keys on their lanes, for as long as nothing is to be hit: which finger goes where."""

from __future__ import annotations

from engine.draw import theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from game.hands.bindings import Layout
from game.scenes.playfield import NOTE_HEIGHT, Geometry
from game.scenes.settings_keys import cap

FADE_US = 400_000
"""The names go during the last of the time before the first note."""

SIZE = 18.0


def draw_key_names(frame: Frame, field: Geometry, layout: Layout, left_us: float) -> None:
    """Draw the first key of every lane of ``layout`` on its place at the line, ``left_us`` before the first note."""
    shown = min(left_us / FADE_US, 1.0)
    if shown <= 0.0:
        return
    for lane, controls in enumerate(layout):
        name = cap(controls[0]) if controls else "?"
        size = frame.px(SIZE)
        wide = frame.glyphs.measure(name, size, Weight.BOLD)[0]
        size *= min(1.0, 0.86 * field.lane_width / max(wide, 1.0))
        x = field.lane_x(lane) + field.lane_width / 2
        if size > field.unit * NOTE_HEIGHT:  # large text on a key of its own, since it would run over the line's
            w, h = min(frame.glyphs.measure(name, size, Weight.BOLD)[0] + size * 0.6, field.lane_width), size * 1.4
            frame.shapes.rect(
                *(x - w / 2, field.hit_y - h / 2, w, h, faded(theme.RAISED, shown)),
                radius=size * 0.25,
                border=faded(theme.LINE, shown),
                border_px=max(1.0, field.unit),
            )
        frame.text(*(x, field.hit_y, name, size, faded(theme.INK, shown)), weight=Weight.BOLD, across=0.5, down=0.5)
