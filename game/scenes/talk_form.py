"""What the forms of Talk are made of: a page with a title, labelled fields with a word of help, and buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imgui_bundle import imgui

from engine.draw import icons, panels, pen, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, INK, INK_FAINT, INK_SOFT, LINE, RAISED, RED, tone
from game.scenes.canvas import mixed
from game.scenes.talk_field import WritingField, lines_of
from game.scenes.talk_panel import Place

WIDTH = 680.0
LINE_HEIGHT = 24.0
MOST_LINES = 10

Say = Callable[[str], object]


@contextmanager
def page(frame: Frame, name: str, place: Place, title: str, lead: str = "") -> Iterator[None]:
    """A scrolling page in ``place`` with a title; what is written in it stands in one column."""
    x, y, w, h = place
    imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(8), px(20)))
    with panels.panel(name, x, y + px(12), w - px(12), h - px(24), alpha=0.86):
        imgui.pop_style_var()
        flags = imgui.WindowFlags_.no_background.value
        imgui.begin_child(f"{name} scroll", Vec(0, 0), 0, flags)
        if imgui.is_window_appearing():
            imgui.set_window_focus()  # the keyboard moves in the page at once, not around it
        room = imgui.get_content_region_avail().x
        column = min(px(WIDTH), room - px(32))
        imgui.set_cursor_pos_x((room - column) / 2)
        imgui.begin_child(f"{name} column", Vec(column, 0), imgui.ChildFlags_.auto_resize_y.value | _FLAT, flags)
        widgets.text(title, theme.TEXT_TITLE, weight=Weight.BOLD)
        if lead:
            widgets.text(lead, theme.TEXT_BODY, INK_SOFT)
        widgets.space(8)
        _begin_with_tab()
        yield
        widgets.space(24)
        imgui.end_child()
        imgui.end_child()


def _begin_with_tab() -> None:
    """Where nothing has the keyboard yet, Tab goes to what comes next."""
    here = imgui.is_window_focused(imgui.FocusedFlags_.root_and_child_windows.value)
    if here and imgui.get_current_context().nav_id == 0 and imgui.is_key_pressed(imgui.Key.tab, False):
        imgui.set_keyboard_focus_here()
        imgui.set_nav_cursor_visible(True)


_FLAT = imgui.ChildFlags_.nav_flattened.value


class Entry:
    """A labelled field: its words, a word of help, and how many lines it has at least."""

    def __init__(
        self,
        label: str,
        say: Say,
        text: str = "",
        *,
        note: str = "",
        hint: str = "",
        lines: int = 1,
        most: int = 100_000,
        secret: bool = False,
    ) -> None:
        self.label = label
        self.note = note
        self.hint = hint
        self.lines = lines
        self.error = ""
        self.field = WritingField(text, most=most, say=say, what=label.lower(), single=lines == 1, secret=secret)

    @property
    def text(self) -> str:
        """What is written."""
        return self.field.text

    def set(self, text: str) -> None:
        """Put ``text`` in place of it."""
        self.field.set(text)

    def draw(self, *, right: str = "", width: float = 0.0) -> None:
        """The label, the field and the help under each other; ``right`` stands small at the label's right."""
        room = width or imgui.get_content_region_avail().x
        at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
        name = pen.fit(self.label, 16, room, Weight.BOLD)
        taken = pen.write(draw, at.x, at.y + px(10), name, 16, INK, Weight.BOLD, down=0.5)
        if right:
            small = pen.fit(right, theme.TEXT_SMALL, room - taken - px(12))
            end = at.x + room
            pen.write(draw, end, at.y + px(10), small, theme.TEXT_SMALL, INK_FAINT, across=1.0, down=0.5)
        imgui.dummy(Vec(room, px(20)))
        if self.note:
            imgui.push_text_wrap_pos(imgui.get_cursor_pos().x + room)
            widgets.text(self.note, theme.TEXT_SMALL, INK_SOFT)
            imgui.pop_text_wrap_pos()
        self._draw_field(room)
        if self.error:
            widgets.text(f"{icons.WARNING}  {self.error}", theme.TEXT_SMALL, tone(RED))
        widgets.space(6)

    def _draw_field(self, room: float) -> None:
        inset = px(10)
        lines = self.lines
        if lines > 1:
            lines = min(max(lines_of(self.field.text, room - 2 * inset), lines), max(MOST_LINES, lines))
        inner = px(LINE_HEIGHT * lines + 10)
        height = inner + 2 * px(4)
        at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
        lit = self.field.active
        border = tone(RED) if self.error else tone(CYAN) if lit else LINE
        pen.panel(draw, at.x, at.y, room, height, mixed(theme.PANEL, RAISED, 0.8), border=border, lit=0.0,
                  rounding=theme.ROUNDING_SMALL)  # fmt: skip
        imgui.set_cursor_screen_pos(Vec(at.x + inset, at.y + px(4)))
        self.field.draw(room - 2 * inset, inner, self.hint)
        if imgui.is_item_focused() and not lit and imgui.get_io().nav_visible:
            low, high = Vec(at.x, at.y), Vec(at.x + room, at.y + height)
            draw.add_rect(low, high, tone(CYAN), px(theme.ROUNDING_SMALL), px(2))
        imgui.set_cursor_screen_pos(Vec(at.x, at.y + height))
        imgui.dummy(Vec(room, px(2)))


def beside(*entries: Entry) -> None:
    """Fields next to each other, of equal width."""
    room, gap = imgui.get_content_region_avail().x, px(16)
    width = (room - gap * (len(entries) - 1)) / len(entries)
    start = imgui.get_cursor_pos()
    lowest = start.y
    for number, entry in enumerate(entries):
        imgui.set_cursor_pos(Vec(start.x + number * (width + gap), start.y))
        imgui.begin_group()
        entry.draw(width=width)
        imgui.end_group()
        lowest = max(lowest, imgui.get_cursor_pos().y)
    imgui.set_cursor_pos(Vec(start.x, lowest))
    imgui.dummy(Vec(1, 1))


def button(label: str, *, icon: str = "", primary: bool = False, width: float = 0.0, note: str = "") -> bool:
    """A button of a form; True when it is pressed."""
    wide = width or pen.measure(label, 20, Weight.BOLD)[0] / theme.settings.scale + 84 + (len(note) * 8)
    return widgets.big_button(label, icon=icon, primary=primary, width=wide, height=48, note=note)


def same_line() -> None:
    """What comes next stands beside."""
    imgui.same_line(0.0, px(12))


def problem(sentence: str) -> None:
    """A sentence about what went wrong."""
    if sentence:
        widgets.text(f"{icons.WARNING}  {sentence}", theme.TEXT_BODY, tone(RED))
        widgets.space(4)


def thinking(frame: Frame, words: str) -> None:
    """The game's ring turns while something is found out."""
    at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    still = theme.settings.reduced_motion
    pen.ouro(draw, at.x + px(18), at.y + px(18), px(16), 1.0, 0.0 if still else frame.now_us / 1.6e6 % 1.0)
    pen.write(draw, at.x + px(48), at.y + px(18), words, theme.TEXT_BODY, INK_SOFT, down=0.5)
    imgui.dummy(Vec(px(300), px(40)))
