"""Values from other programs as the types we expect: numbers as text, empty text, null and lists where none belong."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from game.roleplay.prose import clean

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off", ""})


def text_of(value: object) -> str:
    """A text; numbers as they are written, anything else as nothing."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return ""


def one_line(value: object) -> str:
    """A text without line ends and blanks around it: a name, a tag, a key."""
    return " ".join(text_of(value).split())


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a list that say something, whole; one text stands for a list of itself."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(text for item in value if (text := text_of(item)).strip())


def words_of(value: object) -> tuple[str, ...]:
    """Tags or keys: a list of short texts, or one text with commas between them."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return ()
    return tuple(text for item in value if (text := text_of(item).strip()))


def flag_of(value: object, default: bool) -> bool:
    """Yes or no, also as ``"true"``, ``1`` or ``""``; anything else is ``default``."""
    if isinstance(value, (bool, int, float)):
        return bool(value)
    if isinstance(value, str):
        word = value.strip().lower()
        return word in _TRUE if word in _TRUE or word in _FALSE else default
    return default


def flag_or_none(value: object) -> bool | None:
    """Yes, no, or not said (null, empty, missing)."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return flag_of(value, False)


def number_of(value: object, default: float, least: float, most: float) -> float:
    """A number within bounds, also as text (``"0.5"``); ``default`` when it is none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return default
    if not isinstance(value, (int, float)):
        return default
    if isinstance(value, float) and not isfinite(value):
        return default
    return float(min(max(value, least), most))


def whole_of(value: object, default: int, least: int, most: int) -> int:
    """A whole number within bounds; fractions are cut."""
    return int(number_of(value, default, least, most))


def whole_or_none(value: object, least: int, most: int) -> int | None:
    """A whole number within bounds, or None when none is said."""
    number = number_of(value, least - 1, least - 1, most)
    return None if number < least else int(number)


def dict_of(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}
