"""What the scenes around a jam share: the night behind them, columns that keys and mouse go through, questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from imgui_bundle import imgui

from engine.clock import now_us
from engine.draw import icons, panels, pen, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.input.events import Event, InputEvent
from engine.scene import Scene
from game.jam.machine import Machine
from game.jam.session import Happening
from game.scenes.canvas import wrapped
from game.scenes.context import Context
from game.scenes.jam_room import JamRoom
from game.scenes.menu_keys import menu_action, steer
from game.scenes.notices import ABOVE_FLOOR, SHOWN, WIDTH
from game.scenes.picker import Option, Picker
from game.scenes.skyline import Skyline
from game.scenes.talk_form import Entry
from game.scenes.veil import VeiledOverlay

MARGIN = 24.0
GAP = 16.0
HEAD = 76.0
LOW_HEAD = 60.0
LOW = 420.0
"""A window lower than this, in design units, spares what it can."""

VEIL = 0.86
NARROW = 900.0
"""A window narrower than this, in design units, shows its columns under each other."""

PADDING = 20.0
NOTICE_LINE = 22.0

Place = tuple[float, float, float, float]


class JamScene(Scene):
    """A scene in or around a jam.  Override :meth:`body`, and what else is needed."""

    title = "Jam"

    def __init__(self, context: Context) -> None:
        self.context = context
        self.room = JamRoom.of(context)
        self._skyline = Skyline()
        self._frames = 0

    @property
    def machine(self) -> Machine | None:
        """The jam the player is in."""
        return self.room.machine

    @property
    def live(self) -> bool:
        """Whether nothing stands above."""
        return self.stack.top is self

    @property
    def fresh(self) -> bool:
        """True in the frames in which the keyboard's place is to be set."""
        return self._frames in (1, 2)

    def on_resume(self, result: Any) -> None:
        """The keyboard is where the scene begins."""
        self._frames = 0

    # -- input -------------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Escape goes back; other keys are the scene's."""
        if not isinstance(event, InputEvent) or event.device == "mouse":
            return False
        if menu_action(event) == "back":
            self.context.effect("menu_back")
            self.back()
            return True
        return steer(event) or (event.pressed and self.key(event.control.removeprefix("key:")))

    def back(self) -> None:
        """Escape was pressed."""
        self.leave()

    def key(self, name: str) -> bool:
        """A key of the scene's own; True when it was one."""
        return False

    def step(self, dt_us: int) -> None:
        """Let the jam go on."""
        self.happened(self.room.step())

    def happened(self, happenings: Sequence[Happening]) -> None:
        """What happened in the jam since the last step."""

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The city in the dark, the scene's columns, and what the player is told."""
        live = self.live
        self._frames += live
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=VEIL)
        frame.layer()
        self.behind(frame)
        with panels.screen(frame, type(self).__name__, padding=0):
            if not live:
                imgui.begin_disabled()
            self.body(frame)
            if not live:
                imgui.end_disabled()
        if live:
            draw_notices_over(frame, self.context)

    def behind(self, frame: Frame) -> None:
        """What is painted under the columns."""

    def body(self, frame: Frame) -> None:
        """The columns."""
        raise NotImplementedError

    def focus_here(self, wanted: bool = True) -> None:
        """Let the keyboard stand on the next widget, if ``wanted`` and the scene has just come up."""
        if wanted and self.fresh:
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)


def is_narrow(frame: Frame) -> bool:
    """Whether there is no room for columns side by side."""
    return frame.width / frame.scale < NARROW


def head_height(frame: Frame) -> float:
    """How high the title and its line are, in pixels."""
    return px(LOW_HEAD if frame.height / frame.scale < LOW else HEAD)


@contextmanager
def column(name: str, place: Place, *, ground: bool = True, padding: float = PADDING) -> Iterator[None]:
    """A panel of the scene's one window, which keys go in and out of; it scrolls where it must."""
    x, y, w, h = place
    if ground:
        draw = imgui.get_window_draw_list()
        pen.shadow(draw, x, y, w, h, px(theme.ROUNDING))
        pen.panel(draw, x, y, w, h, theme.PANEL)
    imgui.set_cursor_screen_pos(Vec(x, y))
    imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(padding), px(padding)))
    flags = imgui.ChildFlags_.nav_flattened.value | imgui.ChildFlags_.always_use_window_padding.value
    imgui.begin_child(name, Vec(w, h), flags, imgui.WindowFlags_.no_background.value)
    imgui.pop_style_var()
    try:
        yield
    finally:
        imgui.end_child()


def head(frame: Frame, title: str, note: str = "", *, right: float = 0.0) -> None:
    """The title of a scene and a line about it, in the upper left; ``right`` pixels at the right are kept free."""
    draw, x, middle = imgui.get_window_draw_list(), px(MARGIN), head_height(frame) / 2
    room = frame.width - 2 * x - right
    rise = px(11) if note else 0.0
    words = pen.fit(title, theme.TEXT_TITLE, room, Weight.BOLD)
    pen.write(draw, x, middle - rise, words, theme.TEXT_TITLE, theme.INK, Weight.BOLD, down=0.5)
    if note:
        small = pen.fit(note, theme.TEXT_SMALL, room)
        pen.write(draw, x, middle + px(17), small, theme.TEXT_SMALL, theme.INK_SOFT, down=0.5)


def entered(entry: Entry, *, right: str = "") -> bool:
    """Draw a field of one line; True when Enter ended the writing."""
    was_active = entry.field.active
    entry.draw(right=right)
    return was_active and (imgui.is_key_pressed(imgui.Key.enter, False) or imgui.is_key_pressed(_KEYPAD, False))


_KEYPAD = imgui.Key.keypad_enter


def draw_notices_over(frame: Frame, context: Context) -> None:
    """The notices again, over the widgets: where the app draws them they would lie under the columns."""
    draw = imgui.get_foreground_draw_list()
    bottom = frame.height - px(ABOVE_FLOOR)
    at_us = now_us()
    width = min(px(WIDTH), frame.width - px(48))
    for notice in reversed([one for one in context.notices if one.until_us > at_us][-SHOWN:]):
        lines = wrapped(frame, notice.text, theme.TEXT_SMALL, width - px(68))
        height = px(28) + len(lines) * px(NOTICE_LINE)
        x, y = frame.width - width - px(24), bottom - height
        pen.panel(draw, x, y, width, height, theme.RAISED, border=theme.tone(theme.CYAN))
        pen.write(*(draw, x + px(28), y + height / 2, icons.INFO, 18, theme.tone(theme.CYAN)), across=0.5, down=0.5)
        for number, line in enumerate(lines):
            middle = y + px(14) + (number + 0.5) * px(NOTICE_LINE)
            pen.write(draw, x + px(52), middle, line, theme.TEXT_SMALL, theme.INK, down=0.5)
        bottom -= height + px(10)


class JamQuestion(VeiledOverlay):
    """A question over a scene of the jam, which goes on meanwhile; when a song begins it is not asked any more."""

    room: JamRoom

    def step(self, dt_us: int) -> None:
        """Let the jam go on."""
        self.room.step()
        machine = self.room.machine
        if machine is None or machine.session.band.running is not None or machine.session.band.free is not None:
            self.leave()


class JamPicker(JamQuestion, Picker):
    """Asks for one of a few answers while the jam goes on."""

    def __init__(self, room: JamRoom, title: str, options: Sequence[Option], chosen: str = "", note: str = "") -> None:
        Picker.__init__(self, title, options, chosen, note)
        self.room = room

    def ask(self, frame: Frame) -> None:
        """One row an answer."""
        Picker.content(self, frame)


def quiet_text(words: str) -> None:
    """A line of help."""
    widgets.text(words, theme.TEXT_SMALL, theme.INK_SOFT)
