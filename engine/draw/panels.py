"""What widgets stand in: the whole screen, panels, cards, dialogues, and messages that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imgui_bundle import imgui

from engine.draw import icons, pen, theme
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.motion import out
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, LINE, RAISED, Mark, tone
from engine.draw.widgets import motions

_BARE = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
)
TOAST_S = 4.0
"""How long a message stays."""


@contextmanager
def screen(frame: Frame, name: str, *, padding: float = 32.0) -> Iterator[None]:
    """The whole window as one area without a ground: what is drawn into the frame shows behind it."""
    imgui.set_next_window_pos(Vec(0, 0))
    imgui.set_next_window_size(Vec(*frame.size))
    imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(padding), px(padding)))
    imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
    flags = _BARE | imgui.WindowFlags_.no_background.value | imgui.WindowFlags_.no_bring_to_front_on_focus.value
    imgui.begin(name, None, flags)
    imgui.pop_style_var(2)
    try:
        yield
    finally:
        imgui.end()


@contextmanager
def panel(
    name: str, x: float, y: float, w: float, h: float, *, alpha: float = 0.96, keys: bool = True
) -> Iterator[None]:
    """A rounded panel of its own at a place given in pixels, with a soft shadow.

    Without ``keys`` arrows, Tab, Enter and Space do nothing in it: its scene gives them another meaning.
    """
    imgui.set_next_window_pos(Vec(x, y))
    imgui.set_next_window_size(Vec(w, h))
    imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
    flags = _BARE | imgui.WindowFlags_.no_background.value
    imgui.begin(name, None, flags if keys else flags | imgui.WindowFlags_.no_nav.value)
    imgui.pop_style_var()
    draw = imgui.get_window_draw_list()
    draw.push_clip_rect_full_screen()
    pen.shadow(draw, x, y, w, h, px(theme.ROUNDING))
    pen.panel(draw, x, y, w, h, faded(theme.PANEL, alpha))
    draw.pop_clip_rect()
    try:
        yield
    finally:
        imgui.end()


@contextmanager
def card(key: str, width: float = 0.0, height: float = 0.0, *, mark: Mark | None = None) -> Iterator[None]:
    """A raised ground inside a panel or screen, in design units; 0 takes what there is (height: what it needs)."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    flags = imgui.ChildFlags_.always_use_window_padding.value
    if not height:
        flags |= imgui.ChildFlags_.auto_resize_y.value
    draw.channels_split(2)
    draw.channels_set_current(1)
    imgui.begin_child(key, Vec(px(width), px(height)), flags, imgui.WindowFlags_.no_background.value)
    try:
        yield
    finally:
        imgui.end_child()
        size = imgui.get_item_rect_size()
        draw.channels_set_current(0)
        pen.shadow(draw, at.x, at.y, size.x, size.y, px(theme.ROUNDING), 0.6)
        pen.panel(draw, at.x, at.y, size.x, size.y, mixed(theme.PANEL, RAISED, 0.55))
        if mark is not None:
            low, high = Vec(at.x + px(20), at.y), Vec(at.x + px(68), at.y + px(3))
            draw.add_rect_filled(low, high, tone(mark), px(2))
        draw.channels_merge()


@contextmanager
def modal(frame: Frame, name: str, title: str, *, width: float = 480.0, height: float = 0.0) -> Iterator[None]:
    """A dialogue over everything, in the middle; the rest is dimmed and gets neither mouse nor keys."""
    if not imgui.is_popup_open(name):
        imgui.open_popup(name)
    shown = motions.towards(("modal", name), True, frame.dt_us / 1e6, theme.MOTION_S)
    imgui.set_next_window_pos(Vec(frame.width / 2, frame.height / 2 + px(16) * (1 - shown)), 0, Vec(0.5, 0.5))
    imgui.set_next_window_size(Vec(px(width), px(height)))
    imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(32), px(28)))
    imgui.push_style_var(imgui.StyleVar_.alpha.value, max(shown, 0.05))
    opened, _ = imgui.begin_popup_modal(name, None, _BARE | imgui.WindowFlags_.always_auto_resize.value)
    try:
        if opened:
            at = imgui.get_cursor_screen_pos()
            draw = imgui.get_window_draw_list()
            pen.write(draw, at.x, at.y, title, theme.TEXT_TITLE, INK, Weight.BOLD)
            imgui.dummy(Vec(px(width - 64), px(theme.TEXT_TITLE + 20)))
            yield
        else:
            yield
    finally:
        if opened:
            imgui.end_popup()
        imgui.pop_style_var(2)


@dataclass(slots=True)
class _Toast:
    words: str
    mark: Mark
    icon: str
    left_s: float
    age_s: float = 0.0


class Toasts:
    """Short messages that slide in at the top right and leave by themselves; the newest three are shown."""

    def __init__(self) -> None:
        self._waiting: list[_Toast] = []

    def say(self, words: str, mark: Mark = CYAN, icon: str = icons.INFO) -> None:
        """Show ``words`` for a while."""
        self._waiting.append(_Toast(words, mark, icon, TOAST_S))
        del self._waiting[:-3]

    def warn(self, words: str) -> None:
        """Show ``words`` as a warning, twice as long."""
        self._waiting.append(_Toast(words, AMBER, icons.WARNING, 2 * TOAST_S))
        del self._waiting[:-3]

    def draw(self, frame: Frame) -> None:
        """Draw what there is to say; called last in a frame."""
        y, draw = px(24), imgui.get_foreground_draw_list()
        for toast in self._waiting:
            toast.age_s += frame.dt_us / 1e6
            toast.left_s -= frame.dt_us / 1e6
            y += self._draw(frame, draw, toast, y) + px(12)
        self._waiting = [toast for toast in self._waiting if toast.left_s > 0.0]

    def _draw(self, frame: Frame, draw: imgui.ImDrawList, toast: _Toast, y: float) -> float:
        still = theme.settings.reduced_motion
        shown = 1.0 if still else out(min(toast.age_s, toast.left_s) / theme.MOTION_SLOW_S)
        room = min(px(440), frame.width - px(48))
        wrap = room - px(76)
        imgui.push_font(theme.fonts.regular, theme.TEXT_BODY)
        size = imgui.calc_text_size(toast.words, wrap_width=wrap)
        imgui.pop_font()
        h = max(size.y + px(28), px(52))
        x = frame.width - (room + px(24)) * shown
        accent = tone(toast.mark)
        pen.shadow(draw, x, y, room, h, px(theme.ROUNDING))
        pen.panel(draw, x, y, room, h, RAISED, border=mixed(LINE, accent, 0.5))
        pen.write(draw, x + px(30), y + h / 2, toast.icon, 20, accent, across=0.5, down=0.5)
        at = Vec(x + px(56), y + (h - size.y) / 2)
        draw.add_text(theme.fonts.regular, px(theme.TEXT_BODY), at, INK, toast.words, wrap)
        return h
