"""Small questions over a scene: a dimmed ground, a panel in the middle, and one answer out of a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import imgui

from engine.draw import panels, theme, widgets
from engine.draw.colour import with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.input.events import Event, InputEvent
from engine.scene import Scene
from game.scenes.menu_keys import menu_action, steer

DIM = 0.82
MARGIN = 24.0
ROW = 60.0
WAY_OUT = 76.0
"""How wide the words on the way out are."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: what is returned for it, its name, a few words on it, an icon, and a word at its right."""

    key: str
    title: str
    note: str = ""
    icon: str = ""
    right: str = ""


class Overlay(Scene):
    """A panel in the middle of a dimmed scene; Escape, or a click beside it, closes it.

    ``width`` and ``height`` are design units; a smaller window gets a smaller panel.
    """

    overlay = True
    title = ""
    note = ""
    width = 520.0
    height = 420.0

    def __init__(self) -> None:
        self._frames = 0
        self._mouse = (-1.0, -1.0)
        self._place = (0.0, 0.0, 0.0, 0.0)

    @property
    def place(self) -> tuple[float, float, float, float]:
        """Where the panel stands: left, top, width and height in pixels."""
        return self._place

    @property
    def fresh(self) -> bool:
        """True in the frames in which the keyboard's place is to be set."""
        return self._frames in (1, 2)

    def handle(self, event: Event) -> bool:
        """Close on Escape or on a click beside the panel; the rest goes to what the panel holds."""
        if not isinstance(event, InputEvent):
            return False
        if event.device == "mouse":
            if event.control in ("x", "y"):
                x, y = self._mouse
                self._mouse = (event.value, y) if event.control == "x" else (x, event.value)
            elif event.pressed and event.control.startswith("button:") and self._frames > 1 and not self._inside():
                self.leave()
            return True
        if menu_action(event) == "back":
            self.leave()
            return True
        return steer(event) or (event.pressed and self.key(event.control))

    def key(self, control: str) -> bool:
        """A key of the panel's own was pressed; True when it was one."""
        return False

    def draw(self, frame: Frame) -> None:
        """Dim what is below and draw the panel."""
        self._frames += 1
        frame.layer()
        frame.shapes.rect(0, 0, frame.width, frame.height, with_alpha(theme.NIGHT, DIM))
        w = min(frame.px(self.width), frame.width - frame.px(2 * MARGIN))
        h = min(frame.px(self.height), frame.height - frame.px(2 * MARGIN))
        self._place = ((frame.width - w) / 2, (frame.height - h) / 2, w, h)
        with panels.panel(f"overlay {type(self).__name__}", *self._place):
            self._draw_way_out()
            if self.title:
                widgets.text(self.title, theme.TEXT_TITLE, weight=Weight.BOLD)
            if self.note:
                widgets.text(self.note, theme.TEXT_SMALL, theme.INK_SOFT)
            self.content(frame)

    def _draw_way_out(self) -> None:
        """The key that closes the panel, in its upper right corner; a click there does the same."""
        at, room = imgui.get_cursor_pos(), imgui.get_content_region_avail().x
        imgui.set_cursor_pos(Vec(at.x + room - px(WAY_OUT), at.y))
        corner = imgui.get_cursor_screen_pos()
        over = imgui.is_mouse_hovering_rect(corner, Vec(corner.x + px(WAY_OUT), corner.y + px(28)))
        widgets.hints((("Esc", "close"),), lit=over)
        if over and not self.fresh and imgui.is_mouse_clicked(0):
            self.leave()
        imgui.set_cursor_pos(at)

    def content(self, frame: Frame) -> None:
        """What stands in the panel, in widgets."""
        raise NotImplementedError

    def focus_here(self, wanted: bool) -> None:
        """Let the keyboard stand on the next widget, if ``wanted`` and the panel has just come up."""
        if wanted and self.fresh:
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)

    def _inside(self) -> bool:
        x, y, w, h = self._place
        return x <= self._mouse[0] < x + w and y <= self._mouse[1] < y + h


class Picker(Overlay):
    """Asks for one of ``options``; leaves the key of the one chosen, or None."""

    def __init__(self, title: str, options: Sequence[Option], chosen: str = "", note: str = "") -> None:
        super().__init__()
        self.title = title
        self.note = note
        self._options = options
        self._chosen = chosen if any(option.key == chosen for option in options) else options[0].key
        self.height = 84.0 + (26.0 if note else 0.0) + len(options) * (ROW + 10.0)

    def content(self, frame: Frame) -> None:
        """One row an answer."""
        imgui.begin_child("options")
        for option in self._options:
            chosen = option.key == self._chosen
            self.focus_here(chosen)
            pressed = widgets.row(
                option.key, option.title, option.note, option.right, chosen=chosen, icon=option.icon, height=ROW
            )
            if pressed:
                self.leave(option.key)
                break
        imgui.end_child()
