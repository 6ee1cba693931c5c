"""Does a key fall in a text?  Plain words at once; patterns of strangers with a bound on what they may cost.

A key written ``/pattern/flags`` is a regular expression, and so is every key of an entry that says so.  It runs on the
``regex`` library, which can be told to give up: a pattern that takes longer than :data:`KEY_TIMEOUT_S` counts as not
found, is not asked again in that scan, and is named in what the scan reports.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

MAX_KEY_CHARS = 500
KEY_TIMEOUT_S = 0.02
MAX_TIMEOUTS = 3
"""Patterns of one scan that may run out of time; the rest is then left alone, so that a scan never takes long."""

MAX_REPEATS = 1000
"""The product of all counts like ``{20}`` in a pattern: compiling unfolds them."""

_SLASHED = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
_COUNT = re.compile(r"\{\s*(\d*)\s*,?\s*(\d*)\s*\}")
_CLEARLY = re.compile(r"\\[bBdDwWsS.(]|\.[*+]|\[[^\]]+\][*+?{]?|\(\?|\([^)]*\|[^)]*\)|^\^|\$$")
"""What plain words do not contain: enough to tell a pattern where a program marks every key as one."""


def clearly_pattern(key: str) -> bool:
    """True for a key that makes no sense as plain words."""
    return bool(_CLEARLY.search(key))


def is_pattern(key: str, patterns: bool) -> bool:
    """True when ``key`` is a regular expression; ``patterns``: its entry says that all of its keys are."""
    return patterns or _slashed(key) is not None


def refusal(key: str, patterns: bool) -> str:
    """Why ``key`` cannot be used, as the end of a sentence, or an empty text."""
    if len(key) > MAX_KEY_CHARS:
        return f"is longer than {MAX_KEY_CHARS} characters and is not looked for"
    if not is_pattern(key, patterns):
        return ""
    found = _compiled(key, False)
    return found if isinstance(found, str) else ""


class Keys:
    """Looks for keys in texts during one scan, and remembers which ran out of time."""

    def __init__(self) -> None:
        self.slow: list[str] = []
        """The patterns that ran out of time, as written."""

    def found(self, key: str, text: str, folded: str, *, patterns: bool, case: bool, whole: bool) -> bool:
        """True when ``key`` is in ``text``; ``folded`` is ``text.casefold()``.

        ``case``: capitals matter.  ``whole``: only as words of their own (a key of several words may also end
        inside one, as in SillyTavern).  Patterns have their own say in both.
        """
        if not key or len(key) > MAX_KEY_CHARS:
            return False
        if is_pattern(key, patterns):
            return self._matches(key, text, case)
        needle, hay = (key, text) if case else (key.casefold(), folded)
        if not whole or len(key.split()) > 1:
            return needle in hay
        return _whole_word(needle, hay)

    def _matches(self, key: str, text: str, case: bool) -> bool:
        pattern = _compiled(key, case)
        if isinstance(pattern, str) or key in self.slow or len(self.slow) >= MAX_TIMEOUTS:
            return False
        try:
            return pattern.search(text, timeout=KEY_TIMEOUT_S) is not None
        except (TimeoutError, MemoryError, RecursionError):
            self.slow.append(key)
            return False


def _slashed(key: str) -> tuple[str, str] | None:
    """Pattern and flags of ``/pattern/flags``, or None: an unescaped slash inside makes it plain words."""
    if not key.startswith("/") or (match := _SLASHED.fullmatch(key)) is None:
        return None
    pattern, flags = match[1], match[2]
    if re.search(r"(?<!\\)/", pattern) or set(flags) - set("gimsuy"):
        return None
    return pattern.replace("\\/", "/"), flags


@lru_cache(maxsize=4096)
def _compiled(key: str, case: bool) -> regex.Pattern[str] | str:
    """The pattern, or why it is refused.  ``case``: capitals matter where the key does not say (no slashes)."""
    slashed = _slashed(key)
    pattern, flags = slashed if slashed is not None else (key, "" if case else "i")
    unfolded = 1
    for low, high in _COUNT.findall(pattern):
        unfolded *= max(1, int(low[:9] or 1), int(high[:9] or 1))
    if unfolded > MAX_REPEATS:
        return "repeats too often for a pattern and is not looked for"
    options = sum({"i": regex.I, "m": regex.M, "s": regex.S}.get(letter, 0) for letter in set(flags))
    try:
        return regex.compile(pattern, options | regex.V0)
    except (regex.error, ValueError, OverflowError, RecursionError, KeyError, IndexError, TypeError):
        return "is no valid pattern and is not looked for"


def _whole_word(needle: str, hay: str) -> bool:
    at = hay.find(needle)
    while at >= 0:
        end = at + len(needle)
        before, after = hay[at - 1 : at], hay[end : end + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            return True
        at = hay.find(needle, at + 1)
    return False
