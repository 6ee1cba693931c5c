"""The strokes the widgets are drawn with: text that fits, soft shadows, rings, on Dear ImGui's draw lists.

Places and lengths are pixels here; the widgets turn design units into pixels.
"""

from __future__ import annotations

import math

from imgui_bundle import imgui

from engine.draw import theme
from engine.draw.colour import Colour, faded, mixed
from engine.draw.fonts import Weight, shown

Vec = imgui.ImVec2

_STEPS = 72
OURO_TURN = 0.93
"""How much of a turn the sign's body takes; its head fills the rest."""


def px(units: float) -> float:
    """Pixels for a length in design units."""
    return units * theme.settings.scale


def font(weight: Weight) -> imgui.ImFont:
    """The face of ``weight``."""
    faces = theme.fonts
    return (faces.regular, faces.bold, faces.mono, faces.italic, faces.bold_italic)[weight]


def measure(text: str, size: float, weight: Weight = Weight.REGULAR) -> tuple[float, float]:
    """Width and height in pixels of one line of ``text`` at ``size`` design units."""
    imgui.push_font(font(weight), size)
    box = imgui.calc_text_size(shown(text))
    imgui.pop_font()
    return box.x, box.y


def fit(text: str, size: float, width: float, weight: Weight = Weight.REGULAR) -> str:
    """``text``, or as much of its beginning as fits ``width`` pixels, with an ellipsis."""
    if measure(text, size, weight)[0] <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + "…", size, weight)[0] <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def write(
    draw: imgui.ImDrawList,
    x: float,
    y: float,
    text: str,
    size: float,
    colour: Colour,
    weight: Weight = Weight.REGULAR,
    *,
    across: float = 0.0,
    down: float = 0.0,
) -> float:
    """One line of text at ``size`` design units, anchored as in ``Glyphs.text``.  Says how wide it is."""
    width, height = measure(text, size, weight)
    at = Vec(round(x - across * width), round(y - down * height))
    draw.add_text(font(weight), px(size), at, colour, shown(text))
    return width


def shadow(draw: imgui.ImDrawList, x: float, y: float, w: float, h: float, rounding: float, depth: float = 1.0) -> None:
    """Soft depth under a rounded rectangle."""
    for ring in range(6, 0, -1):
        spread = px(ring * 2.5) * depth
        drop = px(4) * depth
        low, high = Vec(x - spread, y - spread + drop), Vec(x + w + spread, y + h + spread + drop)
        draw.add_rect_filled(low, high, faded(0xFF000000, 0.055), rounding + spread)


def glow(
    draw: imgui.ImDrawList, x: float, y: float, w: float, h: float, rounding: float, colour: Colour, strength: float
) -> None:
    """Light around a rounded rectangle."""
    if strength <= 0.0:
        return
    for ring in range(6, 0, -1):
        spread = px(ring * 2.0)
        low, high = Vec(x - spread, y - spread), Vec(x + w + spread, y + h + spread)
        draw.add_rect(low, high, faded(colour, 0.11 * strength * (7 - ring) / 6), rounding + spread, px(2.4))


def panel(
    draw: imgui.ImDrawList,
    x: float,
    y: float,
    w: float,
    h: float,
    colour: Colour,
    *,
    rounding: float = theme.ROUNDING,
    border: Colour = theme.LINE,
    lit: float = 0.5,
) -> None:
    """A rounded ground with a hairline border and a touch of light along its upper edge."""
    low, high, corner = Vec(x, y), Vec(x + w, y + h), px(rounding)
    draw.add_rect_filled(low, high, colour, corner)
    if lit > 0.0:
        inner = Vec(x + corner * 0.6, y + 1)
        draw.add_line(inner, Vec(x + w - corner * 0.6, y + 1), faded(theme.INK, 0.07 * lit), max(1.0, px(1)))
    draw.add_rect(low, high, border, corner, max(1.0, px(1)))


def arc(
    draw: imgui.ImDrawList, cx: float, cy: float, radius: float, width: float, start: float, share: float, c: Colour
) -> None:
    """A band along a circle with round ends: ``share`` of a turn, clockwise from ``start`` turns past the top."""
    if share <= 0.0:
        return
    middle = radius - width / 2
    begin = (start - 0.25) * math.tau
    end = begin + min(share, 1.0) * math.tau
    draw.path_arc_to(Vec(cx, cy), middle, begin, end, _STEPS)
    draw.path_stroke(c, width)
    if share < 1.0:
        for angle in (begin, end):
            at = Vec(cx + middle * math.cos(angle), cy + middle * math.sin(angle))
            draw.add_circle_filled(at, width / 2, c, 16)


def ouro(draw: imgui.ImDrawList, cx: float, cy: float, radius: float, share: float = 1.0, turn: float = 0.0) -> None:
    """The sign of the game: a ring that runs from cyan to magenta, thickens towards its head and closes on its tail."""
    tail, head = theme.tone(theme.CYAN), theme.tone(theme.MAGENTA)
    n = max(2, round(_STEPS * share))
    width = radius * 0.2
    middle = radius - width / 2
    before = None
    at = Vec(cx, cy - middle)
    for i in range(n):
        t = i / (n - 1)
        angle = (turn - 0.25 + share * t * OURO_TURN) * math.tau
        at = Vec(cx + middle * math.cos(angle), cy + middle * math.sin(angle))
        if before is not None:
            draw.add_line(before, at, mixed(tail, head, t), width * (0.24 + 0.76 * t))
        before = Vec(at.x - 0.35 * (at.x - before.x), at.y - 0.35 * (at.y - before.y)) if before is not None else at
    draw.add_circle_filled(at, width * 0.62, head, 32)
    draw.add_circle_filled(at, width * 0.2, theme.NIGHT, 16)
