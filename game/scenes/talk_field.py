"""A field of several lines that is written in: Dear ImGui's own, so that input methods and the clipboard work.

What is too long is not taken, and said so in one sentence; Escape never takes back what was written.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import pen, theme
from engine.draw.pen import Vec, px

_K = imgui.Key
_F = imgui.InputTextFlags_
_UNSEEN = (
    *(imgui.Col_.frame_bg, imgui.Col_.frame_bg_hovered, imgui.Col_.frame_bg_active),
    imgui.Col_.nav_cursor,
)
"""Whoever draws the field's frame draws these."""

_serials = itertools.count()
FOCUS_FRAMES = 4
"""So many frames the keyboard is asked for."""


class WritingField:
    """Holds ``text``; ``focus`` puts the keyboard there.  ``active`` is true while it is written in.

    :meth:`draw` says True when Ctrl+Enter was pressed; with ``sends`` already on Enter, which is no new line then
    (Shift+Enter is).
    """

    def __init__(
        self,
        text: str = "",
        *,
        most: int,
        say: Callable[[str], object],
        what: str = "this text",
        sends: bool = False,
        single: bool = False,
        secret: bool = False,
    ) -> None:
        """``single`` is a field of one line, ``secret`` one whose characters are not shown."""
        self.text = text
        self.active = False
        self.locked = False
        self._most = most
        self._say = say
        self._what = what
        self._sends = sends
        self._single = single
        self._secret = secret
        self._focus = 0
        self._put = False
        self._to_end = False
        self._anew = False
        self._serial = next(_serials)
        self.caret_line = (0, 0)
        """The caret's line, and the last one: to know whether Up or Down leaves the field."""

    def focus(self, *, anew: bool = False) -> None:
        """Write here from the next frame on; ``anew``: in place of what is there."""
        self._focus, self._anew = FOCUS_FRAMES, anew

    def keep(self) -> None:
        """Write here as long as this is called every frame, also after a click on something that is only pressed."""
        pressing = imgui.is_mouse_down(0) or imgui.is_mouse_released(0)
        if not (self.active or self._focus or pressing):
            self.focus()

    def release(self) -> None:
        """Write here no more."""
        self._focus = 0
        if self.active:
            self._serial = next(_serials)
            self.active = False

    def set(self, text: str) -> None:
        """Put ``text`` in place of what is there."""
        self.text = text
        self._serial = next(_serials)  # Dear ImGui keeps what a field of the same name held

    def draw(self, width: float, height: float, hint: str = "") -> bool:
        """The field where Dear ImGui's cursor stands, in pixels; True when what is written is to be sent."""
        at = imgui.get_cursor_screen_pos()
        for slot in _UNSEEN:
            imgui.push_style_color(slot.value, theme.vec(0))
        imgui.push_style_var(imgui.StyleVar_.frame_padding.value, Vec(px(4), px(4)))
        if self._focus and not self.locked:  # a window that has just come up does not take it at once
            imgui.set_keyboard_focus_here()
            self._focus -= 1
        flags = _F.callback_always.value
        flags |= 0 if self._single else _F.word_wrap.value
        if self._sends:
            flags |= _F.ctrl_enter_for_new_line.value
        if self.locked or self._pastes_too_much():
            flags |= _F.read_only.value
        was_active = self.active
        if self._secret:  # Dear ImGui's own way of hiding takes the rest of the window with it in this version
            imgui.push_style_color(imgui.Col_.text.value, theme.vec(0))
        name = f"##writing{self._serial}"
        if self._single:
            imgui.set_next_item_width(width)
            changed, text = imgui.input_text(name, self.text, flags, self._watch)
        else:
            changed, text = imgui.input_text_multiline(name, self.text, Vec(width, height), flags, self._watch)
        self.active = imgui.is_item_active()
        if self.active:
            self._to_end = self._to_end or (self._focus > 0 and not was_active)
            self._focus = 0
        if self._secret:
            imgui.pop_style_color()
            self._draw_dots(at, width)
        imgui.pop_style_var()
        imgui.pop_style_color(len(_UNSEEN))
        if changed and not imgui.is_key_pressed(_K.escape):
            self._take(text)
        if hint and not self.text:
            self._draw_hint(hint, at, width)
        return (self.active or was_active) and self._entered()

    def _draw_hint(self, hint: str, at: imgui.ImVec2, width: float) -> None:
        draw, place = imgui.get_window_draw_list(), Vec(at.x + px(4), at.y + px(4))
        if self._single:
            hint = pen.fit(hint, theme.TEXT_BODY, width - px(8))
        wrap = 0.0 if self._single else width - px(8)
        draw.add_text(theme.fonts.regular, px(theme.TEXT_BODY), place, theme.INK_FAINT, hint, wrap)

    def _draw_dots(self, at: imgui.ImVec2, width: float) -> None:
        dots = pen.fit("•" * min(len(self.text), 64), theme.TEXT_BODY, width)
        draw = imgui.get_window_draw_list()
        draw.add_text(theme.fonts.regular, px(theme.TEXT_BODY), Vec(at.x + px(4), at.y + px(4)), theme.INK, dots)

    def _entered(self) -> bool:
        io = imgui.get_io()
        pressed = imgui.is_key_pressed(_K.enter, False) or imgui.is_key_pressed(_K.keypad_enter, False)
        if not self._sends:
            return pressed and io.key_ctrl
        return pressed and not (io.key_shift or io.key_ctrl or io.key_alt)

    def _take(self, text: str) -> None:
        if len(text) > self._most:
            self._say(self._too_long(len(text)))
            self._put = True  # what Dear ImGui holds is taken back to what there was
            return
        self.text = text

    def _too_long(self, count: int) -> str:
        return f"{count:,} characters are too many for {self._what}; at most {self._most:,} fit, so nothing was pasted"

    def _pastes_too_much(self) -> bool:
        """Whether more is about to be pasted than fits: then it does not even go in."""
        io = imgui.get_io()
        pasting = (io.key_ctrl and imgui.is_key_pressed(_K.v)) or (io.key_shift and imgui.is_key_pressed(_K.insert))
        if not (self.active and pasting):
            return False
        count = len(imgui.get_clipboard_text())
        if count + len(self.text) <= self._most:
            return False
        self._say(self._too_long(count))
        return True

    def _watch(self, data: imgui.InputTextCallbackData) -> int:
        if self._put:
            self._put = False
            data.delete_chars(0, data.buf_text_len)
            data.insert_chars(0, self.text)
        if self._to_end:  # what is there already is gone on with, not written before
            self._to_end = False
            data.cursor_pos = data.selection_start = data.selection_end = data.buf_text_len
            if self._anew:
                data.selection_start, self._anew = 0, False
        written = data.buf.encode() if isinstance(data.buf, str) else b""
        self.caret_line = (written.count(b"\n", 0, data.cursor_pos), written.count(b"\n"))
        return 0


def lines_of(text: str, width: float) -> int:
    """About how many lines ``text`` takes in a field ``width`` pixels wide."""
    a_line = max(width / px(theme.TEXT_BODY * 0.52), 1.0)
    return sum(int(len(line) // a_line) + 1 for line in text[:20_000].split("\n"))
