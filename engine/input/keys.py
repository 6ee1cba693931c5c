"""Keys by where they are on the keyboard, and what the player's layout prints on them.

A key's control is ``key:`` and its name on a US keyboard (``key:a``, ``key:semicolon``, ``key:lshift``,
``key:kp4``), whatever layout is set; it comes from the USB usage number (HID usage tables, page 7), which SDL calls
a scancode.  A key without a name here is ``key:#`` and that number.
"""

from __future__ import annotations

from engine import sdl

KEYBOARD = "keyboard"

_LETTERS = {4 + i: chr(ord("a") + i) for i in range(26)}
_DIGITS = {30 + i: str((i + 1) % 10) for i in range(10)}
_FUNCTION = {57 + i: f"f{i}" for i in range(1, 13)} | {91 + i: f"f{i}" for i in range(13, 25)}
_KEYPAD = {88 + i: f"kp{i}" for i in range(1, 10)} | {98: "kp0"}
_NAMED = {
    **{40: "return", 41: "escape", 42: "backspace", 43: "tab", 44: "space", 45: "minus", 46: "equals"},
    **{47: "leftbracket", 48: "rightbracket", 49: "backslash", 50: "nonushash", 51: "semicolon", 52: "apostrophe"},
    **{53: "grave", 54: "comma", 55: "period", 56: "slash", 57: "capslock", 70: "printscreen", 71: "scrolllock"},
    **{72: "pause", 73: "insert", 74: "home", 75: "pageup", 76: "delete", 77: "end", 78: "pagedown"},
    **{79: "right", 80: "left", 81: "down", 82: "up", 83: "numlock", 84: "kpdivide", 85: "kpmultiply"},
    **{86: "kpminus", 87: "kpplus", 88: "kpenter", 99: "kpperiod", 100: "nonusbackslash", 101: "menu"},
    **{103: "kpequals", 135: "ro", 136: "kana", 137: "yen", 138: "henkan", 139: "muhenkan", 144: "hangul"},
    **{145: "hanja", 224: "lctrl", 225: "lshift", 226: "lalt", 227: "lsuper"},
    **{228: "rctrl", 229: "rshift", 230: "ralt", 231: "rsuper"},
}

NAMES: dict[int, str] = {**_LETTERS, **_DIGITS, **_FUNCTION, **_KEYPAD, **_NAMED}
"""The name of the key at a scancode."""
SCANCODES: dict[str, int] = {name: code for code, name in NAMES.items()}
"""The scancode of a named key."""

_CONTROLS = {code: f"key:{name}" for code, name in NAMES.items()}
# What SDL's own names are too long or too plain for on a key cap.
_SHORT = {
    **{"return": "Enter", "escape": "Esc", "backspace": "Back", "space": "Space", "left": "←", "right": "→"},
    **{"up": "↑", "down": "↓", "lshift": "L Shift", "rshift": "R Shift", "lctrl": "L Ctrl", "rctrl": "R Ctrl"},
    **{"lalt": "L Alt", "ralt": "R Alt", "lsuper": "L Super", "rsuper": "R Super", "capslock": "Caps"},
    **{"pageup": "Pg Up", "pagedown": "Pg Dn", "delete": "Del", "insert": "Ins", "printscreen": "Print"},
}


def control(scancode: int) -> str:
    """The control of the key at ``scancode``."""
    return _CONTROLS.get(scancode) or f"key:#{scancode}"


def scancode(control_name: str) -> int | None:
    """The scancode of a control such as ``key:a``; None when it is not a key."""
    name = control_name.removeprefix("key:")
    if name == control_name:
        return None
    if name.startswith("#") and name[1:].isdecimal():
        return int(name[1:])
    return SCANCODES.get(name)


def label(control_name: str) -> str:
    """What to show for a key: what the player's layout prints on it, or its name when that cannot be found out."""
    name = control_name.removeprefix("key:")
    if name in _SHORT:
        return _SHORT[name]
    code = scancode(control_name)
    library = sdl.load()
    printed = library.key_label(code) if library is not None and code is not None else ""
    if printed.startswith("Keypad "):
        return "Num " + printed.removeprefix("Keypad ")
    return printed or (name.upper() if len(name) == 1 else name.capitalize())
