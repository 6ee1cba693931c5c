"""The names that cards leave open: {{char}}, {{user}}, {{original}}, and the older <BOT> and <USER>."""

from __future__ import annotations

import re

MAX_GROWTH = 1_000_000
"""Characters that filling in may add to a text; after that, the macros that are left stay as they are."""

_MACRO = re.compile(r"\{\{[ \t]*(char|user|original)[ \t]*\}\}|<(char|bot|user)>", re.IGNORECASE)


def expand(text: str, *, char: str, user: str, original: str = "") -> str:
    """``text`` with the names filled in, in one pass: what is filled in is not looked at again.

    ``original`` stands for what the program itself would have said (Character Card V2, ``system_prompt``) and is
    filled in once; a second one becomes nothing, so that no instruction stands twice.  Other macros stay as they
    are.
    """
    room = MAX_GROWTH
    used = False

    def fill(match: re.Match[str]) -> str:
        nonlocal room, used
        word = (match[1] or match[2]).lower()
        value = user if word == "user" else char
        if word == "original":
            value, used = ("" if used else original), True
        room -= max(0, len(value) - len(match[0]))
        return value if room >= 0 else match[0]

    return _MACRO.sub(fill, text)


def instruction(own: str, original: str, *, char: str, user: str) -> str:
    """A card's own system prompt or closing instruction in place of ``original``; where it has none, ``original``."""
    return expand(own, char=char, user=user, original=original) if own.strip() else original


def names_user(text: str) -> bool:
    """True when ``text`` speaks of the player."""
    return any("user" in match[0].lower() for match in _MACRO.finditer(text))
