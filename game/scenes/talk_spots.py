"""Places in the transcript that answer to the mouse: small buttons drawn by hand, told anew with every frame."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import pen, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, INK, INK_FAINT, INK_SOFT, LINE, NIGHT, RAISED, Mark, tone
from game.scenes.canvas import mixed

Act = Callable[[], object]


class Spots:
    """Begin it inside of the Dear ImGui window that the places lie in; ``act`` is done when one is pressed."""

    def __init__(self) -> None:
        self._x = self._y = -1.0
        self._live = self._pressed = False
        self.draw: imgui.ImDrawList
        self.hint = ""

    def begin(self, live: bool) -> None:
        """A new frame; places answer only while ``live`` and nothing lies over the window."""
        at = imgui.get_mouse_pos()
        self._x, self._y = at.x, at.y
        self._live = live and imgui.is_window_hovered(imgui.HoveredFlags_.child_windows.value)
        self._pressed = self._live and imgui.is_mouse_clicked(0)
        self.draw = imgui.get_window_draw_list()
        self.hint = ""

    def over(self, x: float, y: float, w: float, h: float) -> bool:
        """Whether the pointer is in a rectangle."""
        return self._live and x <= self._x < x + w and y <= self._y < y + h

    def pressed(self, x: float, y: float, w: float, h: float) -> bool:
        """Whether a rectangle is being clicked."""
        return self._pressed and self.over(x, y, w, h)

    def icon(self, x: float, y: float, side: float, icon: str, name: str, act: Act | None) -> None:
        """An icon that is a button, with ``name`` told beside the pointer; without ``act`` it is dimmed."""
        over = act is not None and self.over(x, y, side, side)
        if over:
            self.draw.add_rect_filled(Vec(x, y), Vec(x + side, y + side), theme.HOVER, px(6))
            self.hint = name
        ink = faded(INK_FAINT, 0.4) if act is None else INK if over else INK_SOFT
        pen.write(self.draw, x + side / 2, y + side / 2, icon, 14, ink, across=0.5, down=0.5)
        if act is not None and self.pressed(x, y, side, side):
            act()

    def button(
        self,
        x: float,
        y: float,
        words: str,
        act: Act,
        *,
        icon: str = "",
        note: str = "",
        mark: Mark = CYAN,
        primary: bool = False,
    ) -> float:
        """A small button at a place; says how wide it is.  ``note`` is the key that does the same."""
        label = f"{icon}  {words}" if icon else words
        wide = pen.measure(label, 16, Weight.BOLD)[0]
        beside = pen.measure(note, theme.TEXT_SMALL)[0] + px(10) if note else 0.0
        w, h = wide + beside + px(26), px(32)
        over, accent = self.over(x, y, w, h), tone(mark)
        if primary:
            ground, border, ink = mixed(accent, INK, 0.2 if over else 0.0), accent, NIGHT
        else:
            ground = mixed(RAISED, theme.HOVER, 1.0 if over else 0.0)
            border, ink = (accent if over else LINE), (INK if over else INK_SOFT)
        pen.panel(self.draw, x, y, w, h, ground, rounding=theme.ROUNDING_SMALL, border=border, lit=0.0)
        pen.write(self.draw, x + px(13), y + h / 2, label, 16, ink, Weight.BOLD, down=0.5)
        if note:
            small = faded(ink, 0.7)
            pen.write(self.draw, x + w - px(13), y + h / 2, note, theme.TEXT_SMALL, small, across=1.0, down=0.5)
        if self.pressed(x, y, w, h):
            act()
        return w

    def draw_hint(self) -> None:
        """What the icon under the pointer does, in words beside it."""
        if not self.hint:
            return
        draw = imgui.get_foreground_draw_list()
        wide = pen.measure(self.hint, theme.TEXT_SMALL)[0]
        x, y, h = self._x - wide / 2 - px(8), self._y - px(38), px(26)
        pen.panel(draw, x, y, wide + px(16), h, theme.NIGHT, rounding=6.0)
        pen.write(draw, x + px(8), y + h / 2, self.hint, theme.TEXT_SMALL, INK, down=0.5)
