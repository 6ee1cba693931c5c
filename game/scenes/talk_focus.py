"""Who has the keyboard in a chat: one owner at a time, named by the chat and given on by keys and clicks."""

from __future__ import annotations

from enum import Enum

from imgui_bundle import imgui

_K = imgui.Key
_LEAVES = {_K.tab: "tab", _K.page_up: "pageup", _K.page_down: "pagedown"}


class Keys(Enum):
    """Where the keys go."""

    COMPOSER = "the field to write in"
    TURN = "the turn that is chosen"
    EDIT = "the turn that is written over"
    DRAWER = "the drawer"
    ELSEWHERE = "what is beside the chat"


def passed_on(keys: Keys, empty: bool) -> list[str]:
    """The keys pressed in this frame that go to the chat although a field of its has the keyboard; ``empty`` or not.

    While a field is written in, the window keeps all from the scenes that could be letters.
    """
    known = _LEAVES | ({_K.up_arrow: "up"} if keys is Keys.COMPOSER and empty else {})
    repeats = (_K.page_up, _K.page_down, _K.up_arrow)
    return [name for key, name in known.items() if imgui.is_key_pressed(key, key in repeats)]


def clicked_window() -> str:
    """The window that is clicked in this frame, empty for none; a list that dropped down counts as what it is of."""
    window = imgui.get_current_context().hovered_window
    if window is None or not imgui.is_mouse_clicked(0):
        return ""
    name = ""
    while window.name != name:
        name, window = window.name, window.root_window.root_window_popup_tree
    return str(name)
