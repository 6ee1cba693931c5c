"""The search field of song select: a field of Dear ImGui (so that input methods work) that looks like ours."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import icons, theme
from engine.draw.colour import faded, with_alpha
from engine.draw.frame import Frame
from engine.draw.theme import tone
from engine.input import keys
from game.scenes.canvas import Touch, fit, mixed

HINT = "Type to search"
_K = imgui.Key
# While the field is written in, the window keeps keys from the scenes; these are still commands of the list.
COMMANDS: dict[imgui.Key, str] = {
    **{_K.up_arrow: "key:up", _K.down_arrow: "key:down", _K.page_up: "key:pageup", _K.page_down: "key:pagedown"},
    **{_K.enter: "key:return", _K.keypad_enter: "key:return", _K.tab: "key:tab"},
}
_FLAGS = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_nav.value
    | imgui.WindowFlags_.no_focus_on_appearing.value
)

_serials = itertools.count()
"""Every field has a number of its own: Dear ImGui would bring back what was written in one of the same name."""


def typed(control: str, shift: bool) -> str:
    """The character that the key ``control`` writes, or nothing: for the first one, before the field listens."""
    name = control.removeprefix("key:")
    if name == "space":
        return " "
    if len(name) > 1 and name not in ("minus", "equals", "comma", "period", "slash", "apostrophe", "semicolon"):
        return ""
    printed = keys.label(control)
    if len(printed) != 1 or not printed.isprintable():
        return ""
    return printed.upper() if shift else printed.lower()


class SearchField:
    """Holds the text that is searched for; ``change`` is told of every change, ``command`` of list keys."""

    def __init__(self, text: str, change: Callable[[str], None], command: Callable[[str], object]) -> None:
        self.text = text
        self.active = False
        self._change = change
        self._command = command
        self._focus = False
        self._put = False
        self._serial = next(_serials)

    def focus(self) -> None:
        """Write in the field from now on."""
        self._focus = True

    def type(self, characters: str) -> None:
        """Add to the text and go on writing there."""
        self.text += characters
        self._put = self._focus = True
        self._change(self.text)

    def clear(self) -> None:
        """Empty the field and leave it."""
        self.text = ""
        self.active = self._focus = self._put = False
        self._serial = next(_serials)
        self._change("")

    def draw(self, frame: Frame, touch: Touch, place: tuple[float, float, float, float]) -> None:
        """Draw the field in ``place`` (pixels); without input while another scene stands above."""
        x, y, w, h = place
        accent = tone(theme.CYAN)
        hovered = touch.area(x, y, w, h, "search", self.focus)
        lift = max(touch.lift(frame, "search", hovered), touch.lift(frame, "searching", self.active))
        frame.shapes.rect(
            *(x, y, w, h, with_alpha(mixed(theme.RAISED, theme.HOVER, lift), 0.94)),
            radius=h / 2,
            border=mixed(theme.LINE, accent, lift),
            border_px=max(1.0, frame.px(1 + 0.5 * lift)),
            glow=faded(accent, 0.25 * lift),
            glow_px=frame.px(12),
        )
        frame.text(x + frame.px(22), y + h / 2, icons.SEARCH, frame.px(theme.TEXT_BODY), accent, across=0.5, down=0.5)
        left, right = x + frame.px(42), x + w - frame.px(16)
        if self.text:
            right -= frame.px(26)
            self._draw_cross(frame, touch, x + w - frame.px(24), y + h / 2)
        if touch.live:
            self._draw_input(frame, left, y, right - left, h)
        else:
            ink = theme.INK if self.text else theme.INK_FAINT
            words = fit(frame, self.text or HINT, theme.TEXT_BODY, right - left)
            frame.text(left, y + h / 2, words, frame.px(theme.TEXT_BODY), ink, down=0.5)

    def _draw_cross(self, frame: Frame, touch: Touch, x: float, y: float) -> None:
        half = frame.px(14)
        over = touch.area(x - half, y - half, 2 * half, 2 * half, "clear search", self.clear)
        tint = mixed(theme.INK_FAINT, theme.INK, touch.lift(frame, "clear search", over))
        frame.text(x, y, icons.CROSS, frame.px(14), tint, across=0.5, down=0.5)

    def _draw_input(self, frame: Frame, x: float, y: float, w: float, h: float) -> None:
        imgui.set_next_window_pos(imgui.ImVec2(x, y))
        imgui.set_next_window_size(imgui.ImVec2(max(w, 1.0), h))
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, imgui.ImVec2(0, 0))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.begin("search field", None, _FLAGS)
        imgui.push_font(theme.fonts.regular, theme.TEXT_BODY)
        for slot in (imgui.Col_.frame_bg, imgui.Col_.frame_bg_hovered, imgui.Col_.frame_bg_active):
            imgui.push_style_color(slot.value, theme.vec(0))
        line = imgui.get_text_line_height()
        imgui.push_style_var(imgui.StyleVar_.frame_padding.value, imgui.ImVec2(0, max((h - line) / 2, 0.0)))
        if self._focus:
            imgui.set_keyboard_focus_here()
            self._focus = False
        imgui.set_next_item_width(-1)
        flags = imgui.InputTextFlags_.callback_always.value
        changed, text = imgui.input_text_with_hint(f"##search{self._serial}", HINT, self.text, flags, self._edit)
        was_active, self.active = self.active, imgui.is_item_active()
        imgui.pop_style_var()
        imgui.pop_style_color(3)
        imgui.pop_font()
        imgui.end()
        imgui.pop_style_var(2)
        if changed and text != self.text:
            self.text = text
            self._change(text)
        if self.active or was_active:  # Enter has just ended the writing
            for key, control in COMMANDS.items():
                if imgui.is_key_pressed(key):
                    self._command(control)

    def _edit(self, data: imgui.InputTextCallbackData) -> int:
        """What was typed before the field listened is put in, and the caret behind it."""
        if self._put:
            self._put = False
            data.delete_chars(0, data.buf_text_len)
            data.insert_chars(0, self.text)
            data.cursor_pos = data.buf_text_len
            data.clear_selection()
        return 0
