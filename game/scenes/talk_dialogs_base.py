"""What the questions over a chat share: words, fields, and buttons of which the first is the safe one.

The keyboard starts on the safe button (or, in a form, on the first field); Escape cancels; Enter presses a button only
where the keyboard stands on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LINE, RED, Mark, tone
from game.scenes.talk_drawer_acts import Acts
from game.scenes.talk_field import lines_of
from game.scenes.talk_room import TalkRoom
from game.scenes.veil import VeiledOverlay

BUTTON = 44.0
DANGER = RED
_serials = itertools.count()
_F = imgui.InputTextFlags_


@dataclass(frozen=True, slots=True)
class Answer:
    """A button: what it says, what it does (None: not now), whether it is the one the question is for."""

    words: str
    act: Callable[[], object] | None
    icon: str = ""
    primary: bool = False
    mark: Mark = CYAN


class Dialog(VeiledOverlay):
    """A question.  Override :meth:`body` and :meth:`answers`."""

    width = 560.0
    on_field = False
    """Whether the keyboard starts in the first field."""

    def __init__(self, room: TalkRoom) -> None:
        super().__init__()
        self.room = room
        self.acts = Acts.of(room)
        self.height = 260.0
        self.texts: dict[str, str] = {}
        self.places: dict[str, tuple[float, float, float, float]] = {}
        """Where fields and buttons of this frame are: left, top, width, height in pixels."""
        self._wanted = ""
        self._tries = 0
        self._entered = False
        self._serial = next(_serials)  # Dear ImGui keeps what a field of the same name held

    def answers(self) -> list[Answer]:
        """The buttons, the safe one first."""
        return [Answer("Cancel", self.cancel)]

    def body(self) -> None:
        """What stands over the buttons."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Leave everything as it is."""
        self.leave()

    def want(self, name: str) -> None:
        """Put the keyboard on a field or button with the next frame."""
        self._wanted, self._tries = name, 2

    # -- drawing -------------------------------------------------------------------------------------------------

    def ask(self, frame: Frame) -> None:
        """The words in a part that scrolls where there is not enough room, the buttons under it."""
        self.places = {}
        at, answers = imgui.get_cursor_pos(), self.answers()
        rows = self._rows(answers)
        below = rows * px(BUTTON + 8) + px(10)
        room = max(imgui.get_content_region_avail().y - below, px(40))
        # The buttons come first: one that has the keyboard would take it back from a field before it.
        imgui.set_cursor_pos(Vec(at.x, at.y + room))
        self._buttons(answers, rows)
        imgui.set_cursor_pos(at)
        imgui.begin_child("question", Vec(0, room), imgui.ChildFlags_.nav_flattened.value)
        self._entered = False
        self.body()
        inner = imgui.get_cursor_pos().y
        imgui.end_child()
        self._enter(answers)
        needed = at.y + inner + below + px(30)
        self.height = max(needed / theme.settings.scale, 160.0)

    def _enter(self, answers: list[Answer]) -> None:
        """Enter in a line does what is meant to be done, unless that destroys something."""
        meant = next((one for one in answers if one.primary and one.mark != DANGER), None)
        if self._entered and meant is not None and meant.act is not None:
            meant.act()

    def _wide(self, answer: Answer) -> float:
        label = f"{answer.icon}  {answer.words}" if answer.icon else answer.words
        return pen.measure(label, theme.TEXT_BODY, Weight.BOLD)[0] + px(36)

    def _rows(self, answers: list[Answer]) -> int:
        """How many lines the buttons take: one, or one each."""
        wide = sum(self._wide(one) + px(10) for one in answers)
        return 1 if wide <= imgui.get_content_region_avail().x else len(answers)

    def _buttons(self, answers: list[Answer], rows: int) -> None:
        imgui.dummy(Vec(1, px(2)))
        right = imgui.get_cursor_pos().x + imgui.get_content_region_avail().x
        if rows == 1:
            wide = sum(self._wide(one) for one in answers) + px(10) * (len(answers) - 1)
            imgui.set_cursor_pos_x(max(right - wide, imgui.get_cursor_pos().x))
        for place, answer in enumerate(answers):
            if place and rows == 1:
                imgui.same_line(0, px(10))
            self._arrive(answer.words, start=place == 0 and not self.on_field)
            self._button(answer, self._wide(answer) if rows == 1 else imgui.get_content_region_avail().x)

    def _button(self, answer: Answer, wide: float) -> None:
        imgui.begin_disabled(answer.act is None)
        item = widgets.Item(answer.words, wide, px(BUTTON))
        imgui.end_disabled()
        self.places[answer.words] = (item.x, item.y, item.w, item.h)
        off, accent = answer.act is None, tone(answer.mark)
        if answer.primary and not off:
            ground, border, ink = mixed(accent, INK, 0.15 * item.lift), accent, theme.NIGHT
        else:
            ground = mixed(theme.RAISED, theme.HOVER, item.lift)
            border = LINE if off else mixed(LINE, accent, item.lift)
            ink = INK_FAINT if off else mixed(INK_SOFT, INK, item.lift)
        pen.panel(item.draw, item.x, item.y, item.w, item.h, ground, border=border, lit=0.0)
        label = f"{answer.icon}  {answer.words}" if answer.icon else answer.words
        fitted = pen.fit(label, theme.TEXT_BODY, item.w - px(20), Weight.BOLD)
        middle = item.x + item.w / 2
        pen.write(item.draw, middle, item.middle, fitted, theme.TEXT_BODY, ink, Weight.BOLD, across=0.5, down=0.5)
        if item.activated and answer.act is not None:
            answer.act()

    def _arrive(self, name: str, *, start: bool = False) -> None:
        """Put the keyboard on the next widget, where it starts or is wanted."""
        self.focus_here(start)
        if self._wanted == name:
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)
            self._tries -= 1
            if self._tries <= 0:
                self._wanted = ""

    # -- what bodies are made of ---------------------------------------------------------------------------------

    def say(self, words: str, colour: int = INK, size: float = theme.TEXT_BODY) -> None:
        """A paragraph."""
        widgets.text(words, size, colour)

    def warn(self, words: str) -> None:
        """A paragraph that is to be noticed."""
        widgets.text(f"{icons.WARNING}  {words}", 16, tone(AMBER))

    def field(self, name: str, label: str, *, hint: str = "", lines: int = 1, start: bool = False) -> str:
        """A text that is written; says what stands in it."""
        widgets.text(label, theme.TEXT_SMALL, INK_SOFT)
        text = self.texts.setdefault(name, "")
        self._arrive(name, start=start)
        if lines == 1:
            imgui.set_next_item_width(-1)
            changed, text = imgui.input_text(f"##{name}{self._serial}", text)
            if imgui.is_item_deactivated() and imgui.is_key_pressed(imgui.Key.enter, False):
                self._entered = True
        else:
            room = imgui.get_content_region_avail().x
            high = px(22.0 * min(max(lines_of(text, room - px(28)), lines), 8) + 20)
            changed, text = imgui.input_text_multiline(
                f"##{name}{self._serial}", text, Vec(room, high), _F.word_wrap.value
            )
        low, high_at = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        self.places[name] = (low.x, low.y, high_at.x - low.x, high_at.y - low.y)
        draw, active = imgui.get_window_draw_list(), imgui.is_item_active()
        draw.add_rect(low, high_at, tone(CYAN) if active else LINE, px(theme.ROUNDING_SMALL), max(1.0, px(1)))
        if hint and not text and not active:
            fitted = pen.fit(hint, theme.TEXT_BODY, high_at.x - low.x - px(28))
            pen.write(draw, low.x + px(14), low.y + px(9), fitted, theme.TEXT_BODY, INK_FAINT)
        if changed:
            self.texts[name] = text
        return self.texts[name]
