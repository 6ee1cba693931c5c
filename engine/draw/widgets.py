"""Widgets the scenes share.  Each is laid out where Dear ImGui's cursor stands, and is reached by mouse and keyboard.

Sizes are design units.  Text that could be too long is cut with an ellipsis, never drawn over its neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import imgui

from engine.draw import pen, theme
from engine.draw.colour import Colour, faded, mixed
from engine.draw.fonts import Weight, shown
from engine.draw.motion import Motions
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, HOVER, INK, INK_FAINT, INK_SOFT, LINE, NIGHT, RAISED, Mark, tone

_NAV = imgui.ButtonFlags_.enable_nav.value
motions = Motions()
"""How far each widget is into being hovered, pressed or switched."""

WORDS_INSET = 8.0
"""The words of sliders and switches stand so far from the frame of the keyboard's place."""


class Item:
    """A rectangle that can be hovered, focused and activated, and how far its hover has eased in."""

    def __init__(self, key: str, width: float, height: float) -> None:
        at = imgui.get_cursor_screen_pos()
        self.x, self.y, self.w, self.h = at.x, at.y, max(width, 1.0), max(height, 1.0)
        self.activated = imgui.invisible_button(key, Vec(self.w, self.h), _NAV)
        self.hovered = imgui.is_item_hovered()
        self.held = imgui.is_item_active()
        self.focused = imgui.is_item_focused() and imgui.get_io().nav_visible
        self.id = imgui.get_item_id()
        self.draw = imgui.get_window_draw_list()
        dt_s = imgui.get_io().delta_time
        self.lift = motions.towards((self.id, "lift"), self.hovered or self.focused, dt_s, theme.MOTION_QUICK_S)
        self.press = motions.towards((self.id, "press"), self.held, dt_s, theme.MOTION_QUICK_S / 2)

    @property
    def middle(self) -> float:
        """Half way down the item."""
        return self.y + self.h / 2

    def eased(self, what: str, on: bool, over_s: float = theme.MOTION_S) -> float:
        """How far ``what`` of this item has come on its way to on (1) or off (0)."""
        return motions.towards((self.id, what), on, imgui.get_io().delta_time, over_s)


def text(words: str, size: float = theme.TEXT_BODY, colour: Colour = INK, weight: Weight = Weight.REGULAR) -> None:
    """Text that breaks at the end of the line."""
    imgui.push_font(pen.font(weight), size)
    imgui.push_style_color(imgui.Col_.text.value, theme.vec(colour))
    imgui.push_text_wrap_pos(0.0)
    imgui.text_unformatted(shown(words))
    imgui.pop_text_wrap_pos()
    imgui.pop_style_color()
    imgui.pop_font()


def space(units: float = theme.GRID) -> None:
    """Room between two things."""
    imgui.dummy(Vec(1, px(units)))


def big_button(
    label: str,
    *,
    icon: str = "",
    mark: Mark = CYAN,
    primary: bool = False,
    width: float = 0.0,
    height: float = 56.0,
    note: str = "",
) -> bool:
    """A button to be seen from afar; True in the frame it is activated.

    ``primary`` fills it: the one first thing to do on a screen.  ``width`` 0 takes what there is.  ``note`` stands
    small at the right, for the key that does the same.
    """
    room = imgui.get_content_region_avail().x
    item = Item(label, min(px(width), room) if width else room, px(height))
    accent, corner = tone(mark), px(theme.ROUNDING)
    shrink = item.press * px(1.5)
    x, y, w, h = item.x + shrink, item.y + shrink, item.w - 2 * shrink, item.h - 2 * shrink
    pen.glow(item.draw, x, y, w, h, corner, accent, item.lift * (1.0 if primary else 0.55))
    if primary:
        ground = mixed(accent, INK, 0.18 * item.lift)
        ink = NIGHT
        item.draw.add_rect_filled(Vec(x, y), Vec(x + w, y + h), ground, corner)
    else:
        ground = mixed(RAISED, HOVER, item.lift)
        ink = INK
        pen.panel(item.draw, x, y, w, h, ground, border=mixed(LINE, accent, item.lift))
    inset = px(20)
    left = x + inset
    if icon:
        pen.write(item.draw, left + px(12), item.middle, icon, 20, ink if primary else accent, across=0.5, down=0.5)
        left += px(40)
    right, wide = x + w - inset, pen.measure(label, 20, Weight.BOLD)[0]
    beside = pen.measure(note, theme.TEXT_SMALL)[0] + px(12) if note else 0.0
    size = 20.0
    if left + wide > right - beside:  # The word matters more than its key, and being whole more than being large.
        note, beside = "", 0.0
        left, right = left - px(10), right + px(10)
        size = max(theme.TEXT_SMALL, min(20.0, 20.0 * (right - left) / max(wide, 1.0)))
    if note:
        pen.write(item.draw, right, item.middle, note, theme.TEXT_SMALL, faded(ink, 0.65), across=1.0, down=0.5)
    words = pen.fit(label, size, right - beside - left, Weight.BOLD)
    pen.write(item.draw, left, item.middle, words, size, ink, Weight.BOLD, down=0.5)
    return item.activated


def small_button(label: str, *, icon: str = "", mark: Mark = CYAN) -> bool:
    """A quiet button as wide as its words; True in the frame it is activated.  Disabled it is flat and faint."""
    words = f"{icon}  {label}" if icon and label else icon or label
    width, _ = pen.measure(words, theme.TEXT_BODY)
    item = Item(label or icon, width + px(28), px(36))
    accent = tone(mark)
    ground = mixed(mixed(RAISED, HOVER, item.lift), accent, 0.15 * item.press)
    border = mixed(LINE, accent, item.lift)
    ink = mixed(INK_SOFT, INK, item.lift)
    if imgui.get_current_context().current_item_flags & imgui.ItemFlags_.disabled.value:
        ink = mixed(NIGHT, INK_FAINT, 0.6)
    else:
        pen.panel(item.draw, item.x, item.y, item.w, item.h, ground, rounding=theme.ROUNDING_SMALL, border=border)
    pen.write(item.draw, item.x + item.w / 2, item.middle, words, theme.TEXT_BODY, ink, across=0.5, down=0.5)
    return item.activated


def pill(words: str, colour: Colour = INK_SOFT, *, filled: bool = False) -> None:
    """A small tag."""
    width, _ = pen.measure(words, theme.TEXT_SMALL, Weight.BOLD)
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    w, h = width + px(20), px(24)
    low, high = Vec(at.x, at.y), Vec(at.x + w, at.y + h)
    draw.add_rect_filled(low, high, colour if filled else faded(colour, 0.16), h / 2)
    ink = NIGHT if filled else colour
    pen.write(draw, at.x + w / 2, at.y + h / 2, words, theme.TEXT_SMALL, ink, Weight.BOLD, across=0.5, down=0.5)
    imgui.dummy(Vec(w, h))


def ring_progress(
    share: float, *, radius: float = 40.0, width: float = 8.0, mark: Mark = CYAN, label: str = "", note: str = ""
) -> None:
    """A ring that closes as ``share`` goes from 0 to 1, with ``label`` in it and ``note`` under that."""
    at, draw, r = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list(), px(radius)
    cx, cy = at.x + r, at.y + r
    share = min(max(share, 0.0), 1.0)
    pen.arc(draw, cx, cy, r, px(width), 0.0, 1.0, LINE)
    pen.arc(draw, cx, cy, r, px(width), 0.0, share, tone(mark))
    if label:
        size = theme.TEXT_TITLE if radius >= 56 else theme.TEXT_BODY
        drop = px(radius * 0.16) if note else 0.0
        pen.write(draw, cx, cy - drop, label, size, INK, Weight.BOLD, across=0.5, down=0.5)
    if note:
        pen.write(draw, cx, cy + px(radius * 0.34), note, theme.TEXT_SMALL, INK_FAINT, across=0.5, down=0.5)
    imgui.dummy(Vec(2 * r, 2 * r))


def bar_progress(share: float, *, height: float = 6.0, width: float = 0.0, mark: Mark = CYAN) -> None:
    """A thin bar that fills as ``share`` goes from 0 to 1."""
    room = imgui.get_content_region_avail().x
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    w, h = (min(px(width), room) if width else room), px(height)
    draw.add_rect_filled(Vec(at.x, at.y), Vec(at.x + w, at.y + h), LINE, h / 2)
    filled = max(w * min(max(share, 0.0), 1.0), h)
    if share > 0.0:
        draw.add_rect_filled(Vec(at.x, at.y), Vec(at.x + filled, at.y + h), tone(mark), h / 2)
    imgui.dummy(Vec(w, h))


def slider(
    label: str,
    value: float,
    low: float,
    high: float,
    *,
    step: float = 0.0,
    shown: str = "",
    mark: Mark = CYAN,
    width: float = 0.0,
) -> tuple[bool, float]:
    """A track with a knob: whether it changed, and the value.  Left and right move it by ``step`` when focused.

    ``shown`` is the value in words and units; without it the number is shown.
    """
    room = imgui.get_content_region_avail().x
    item = Item(label, min(px(width), room) if width else room, px(52))
    accent = tone(mark)
    inset = px(WORDS_INSET)
    words = shown or f"{value:g}"
    ink = mixed(INK_SOFT, INK, item.lift)
    taken = pen.write(
        *(item.draw, item.x + item.w - inset, item.y + px(12), words, theme.TEXT_BODY, INK, Weight.BOLD),
        across=1.0,
        down=0.5,
    )
    fitted = pen.fit(label, theme.TEXT_BODY, item.w - taken - 2 * inset - px(12))
    pen.write(item.draw, item.x + inset, item.y + px(12), fitted, theme.TEXT_BODY, ink, down=0.5)
    knob = px(9) + px(2) * item.lift
    left, right, y = item.x + px(10), item.x + item.w - px(10), item.y + px(38)
    before = value
    if item.held and right > left:
        share = (imgui.get_io().mouse_pos.x - left) / (right - left)
        if not imgui.get_io().nav_visible:
            value = low + min(max(share, 0.0), 1.0) * (high - low)
            value = low + round((value - low) / step) * step if step else value
    if item.focused:
        value += (step or (high - low) / 50) * _sideways()
    value = min(max(value, low), high)
    share = (value - low) / (high - low) if high > low else 0.0
    track, x = px(2.5), left + share * (right - left)
    item.draw.add_rect_filled(Vec(left, y - track), Vec(right, y + track), LINE, track)
    item.draw.add_rect_filled(Vec(left, y - track), Vec(x, y + track), accent, track)
    item.draw.add_circle_filled(Vec(x, y), knob + px(6) * item.lift, faded(accent, 0.2 * item.lift), 32)
    item.draw.add_circle_filled(Vec(x, y), knob, INK, 32)
    item.draw.add_circle_filled(Vec(x, y), knob * 0.5, accent, 24)
    return value != before, value


def toggle(label: str, on: bool, *, note: str = "", mark: Mark = CYAN, width: float = 0.0) -> tuple[bool, bool]:
    """A switch with its name at the left: whether it changed, and whether it is on."""
    room = imgui.get_content_region_avail().x
    item = Item(label, min(px(width), room) if width else room, px(52 if note else 40))
    if item.activated:
        on = not on
    slide = item.eased("slide", on)
    w, h = px(44), px(24)
    inset = px(WORDS_INSET)
    x, y = item.x + item.w - w - inset, item.middle - h / 2
    ground = mixed(mixed(LINE, INK_FAINT, 0.3 * item.lift), tone(mark), slide)
    item.draw.add_rect_filled(Vec(x, y), Vec(x + w, y + h), ground, h / 2)
    knob = Vec(x + h / 2 + slide * (w - h), item.middle)
    item.draw.add_circle_filled(knob, h / 2 - px(3), mixed(INK, NIGHT, slide), 24)
    ink = mixed(INK_SOFT, INK, max(item.lift, slide))
    words = pen.fit(label, theme.TEXT_BODY, x - item.x - inset - px(16))
    line = item.middle - (px(10) if note else 0)
    pen.write(item.draw, item.x + inset, line, words, theme.TEXT_BODY, ink, down=0.5)
    if note:
        small = pen.fit(note, theme.TEXT_SMALL, x - item.x - inset - px(16))
        pen.write(item.draw, item.x + inset, item.middle + px(13), small, theme.TEXT_SMALL, INK_FAINT, down=0.5)
    return item.activated, on


def segmented(key: str, options: Sequence[str], chosen: int, *, width: float = 0.0, mark: Mark = CYAN) -> int:
    """Neighbouring choices of which one holds; says which.  Left and right move when focused."""
    room = imgui.get_content_region_avail().x
    item = Item(key, min(px(width), room) if width else room, px(40))
    part = item.w / max(len(options), 1)
    if item.activated and item.hovered and not item.focused:
        chosen = min(max(int((imgui.get_io().mouse_pos.x - item.x) / part), 0), len(options) - 1)
    if item.focused:
        chosen = min(max(chosen + round(_sideways()), 0), len(options) - 1)
    border = mixed(LINE, tone(mark), item.lift * 0.6)
    pen.panel(item.draw, item.x, item.y, item.w, item.h, theme.PANEL, rounding=theme.ROUNDING_SMALL, border=border)
    for i, option in enumerate(options):
        on = motions.towards((item.id, i), i == chosen, imgui.get_io().delta_time)
        low, high = (
            Vec(item.x + i * part + px(3), item.y + px(3)),
            Vec(item.x + (i + 1) * part - px(3), item.y + item.h),
        )
        item.draw.add_rect_filled(low, Vec(high.x, high.y - px(3)), faded(tone(mark), 0.9 * on), px(6))
        ink = mixed(INK_SOFT, NIGHT, on)
        words = pen.fit(option, 16, part - px(12), Weight.BOLD)
        pen.write(item.draw, item.x + (i + 0.5) * part, item.middle, words, 16, ink, Weight.BOLD, across=0.5, down=0.5)
    return chosen


def key_cap(words: str, *, pressed: bool = False, mark: Mark = CYAN) -> None:
    """A key as it looks on the keyboard; lit while ``pressed``."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    width = max(pen.measure(words, 16, Weight.BOLD)[0] + px(20), px(34))
    _cap(draw, at.x, at.y, width, px(34), words, tone(mark) if pressed else None)
    imgui.dummy(Vec(width, px(36)))


def hints(pairs: Sequence[tuple[str, str]], *, lit: bool = False) -> None:
    """What keys do here: (key, what it does), in as many lines as they need; ``lit`` while the mouse is over them."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    room, pitch = imgui.get_content_region_avail().x, px(34)
    x, y, widest = at.x, at.y, 0.0
    for key, does in pairs:
        width = max(pen.measure(key, theme.TEXT_SMALL, Weight.BOLD)[0] + px(16), px(26))
        whole = width + px(8) + pen.measure(does, theme.TEXT_SMALL)[0]
        if x > at.x and x + whole > at.x + room:
            x, y = at.x, y + pitch
        _cap(draw, x, y, width, px(26), key, None, theme.TEXT_SMALL)
        words = pen.fit(does, theme.TEXT_SMALL, max(at.x + room - x - width - px(8), 1.0))
        pen.write(draw, x + width + px(8), y + px(13), words, theme.TEXT_SMALL, INK if lit else INK_SOFT, down=0.5)
        widest = max(widest, x + min(whole, room) - at.x)
        x += whole + px(24)
    imgui.dummy(Vec(widest, y - at.y + px(28)))


def section(title: str, note: str = "") -> None:
    """A heading over a group, with a short bright bar before it."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    room = imgui.get_content_region_avail().x
    h = px(30)
    draw.add_rect_filled(Vec(at.x, at.y + px(5)), Vec(at.x + px(4), at.y + px(25)), tone(CYAN), px(2))
    words = pen.fit(title, 20, room - px(16), Weight.BOLD)
    width = pen.write(draw, at.x + px(14), at.y + h / 2, words, 20, INK, Weight.BOLD, down=0.5)
    if note:
        left = at.x + px(14) + width + px(12)
        small = pen.fit(note, theme.TEXT_SMALL, at.x + room - left)
        pen.write(draw, left, at.y + h / 2 + px(2), small, theme.TEXT_SMALL, INK_FAINT, down=0.5)
    imgui.dummy(Vec(room, h + px(4)))


def row(
    key: str,
    title: str,
    subtitle: str = "",
    right: str = "",
    *,
    chosen: bool = False,
    mark: Mark = CYAN,
    icon: str = "",
    height: float = 64.0,
) -> bool:
    """A line of a list, that slides a little when hovered; True in the frame it is activated."""
    item = Item(key, imgui.get_content_region_avail().x, px(height))
    on = item.eased("chosen", chosen)
    accent, slide = tone(mark), px(4) * max(item.lift, on)
    ground = mixed(mixed(faded(RAISED, 0.55), HOVER, item.lift), mixed(RAISED, accent, 0.22), on)
    x, w = item.x, item.w
    item.draw.add_rect_filled(Vec(x, item.y), Vec(x + w, item.y + item.h), ground, px(theme.ROUNDING_SMALL))
    if on > 0.0 or item.focused:
        edge = faded(accent, max(on, 0.6 * item.lift))
        low, high = Vec(x, item.y + px(10)), Vec(x + px(4), item.y + item.h - px(10))
        item.draw.add_rect_filled(low, high, edge, px(2))
    left = x + px(20) + slide
    if icon:
        pen.write(item.draw, left + px(10), item.middle, icon, theme.TEXT_BODY, accent, across=0.5, down=0.5)
        left += px(36)
    edge_right = x + w - px(20)
    if right:
        taken = pen.write(
            item.draw, edge_right, item.middle, right, theme.TEXT_BODY, INK, Weight.BOLD, across=1.0, down=0.5
        )
        edge_right -= taken + px(16)
    rise = px(11) if subtitle else 0.0
    words = pen.fit(title, theme.TEXT_BODY, edge_right - left, Weight.BOLD)
    pen.write(item.draw, left, item.middle - rise, words, theme.TEXT_BODY, INK, Weight.BOLD, down=0.5)
    if subtitle:
        small = pen.fit(subtitle, theme.TEXT_SMALL, edge_right - left)
        pen.write(item.draw, left, item.middle + px(12), small, theme.TEXT_SMALL, INK_SOFT, down=0.5)
    return item.activated


def stat(name: str, value: str, *, colour: Colour = INK, size: float = theme.TEXT_TITLE) -> None:
    """A figure with its name over it."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    wide = pen.write(draw, at.x, at.y, name.upper(), theme.TEXT_SMALL, INK_FAINT, Weight.BOLD)
    figure = pen.write(draw, at.x, at.y + px(18), value, size, colour, Weight.BOLD)
    imgui.dummy(Vec(max(wide, figure), px(18 + size * 1.2)))


def _cap(
    draw: imgui.ImDrawList,
    x: float,
    y: float,
    w: float,
    h: float,
    words: str,
    lit: Colour | None,
    size: float = 16.0,
) -> None:
    depth = px(3)
    corner = px(6)
    face = lit if lit is not None else RAISED
    draw.add_rect_filled(Vec(x, y + depth), Vec(x + w, y + h + depth * 0.6), mixed(face, NIGHT, 0.55), corner)
    pressed = depth * 0.5 if lit is not None else 0.0
    draw.add_rect_filled(Vec(x, y + pressed), Vec(x + w, y + h - depth * 0.4 + pressed), face, corner)
    border = LINE if lit is None else lit
    draw.add_rect(Vec(x, y + pressed), Vec(x + w, y + h - depth * 0.4 + pressed), border, corner, max(1.0, px(1)))
    ink = NIGHT if lit is not None else INK
    pen.write(draw, x + w / 2, y + h / 2 + pressed - px(0.5), words, size, ink, Weight.BOLD, across=0.5, down=0.5)


def _sideways() -> float:
    """-1, 0 or 1: which way the left and right keys have just been pressed, with repeats."""
    right = imgui.is_key_pressed(imgui.Key.right_arrow)
    left = imgui.is_key_pressed(imgui.Key.left_arrow)
    return float(right) - float(left)
