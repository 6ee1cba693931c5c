"""The conventions of written play: *action*, dialogue, ((out of character)) (004 6.1)."""

from __future__ import annotations

import re

OOC = ("((", "))")
"""What encloses words that are out of character, unless the player chose other marks."""

MAX_TURN_CHARS = 100_000
"""A turn is never longer; whoever pastes a book is told."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""C0 and C1 but for tab and line end, and Unicode's explicit directional formatting."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """``text`` as a database, a terminal and a drawn page can all hold it.

    Line ends become ``\\n``; other control characters (NUL, terminal escapes) are dropped, since the first ends a text
    early and the second command a terminal; so is what turns the order around that text is shown in.  Halves of
    surrogate pairs become U+FFFD.  Emoji with their joiners and right-to-left text stay as they are.
    """
    if text.isprintable() or text.replace("\n", "").isprintable():
        return text  # nearly always, and ten times as fast
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def segments(text: str, ooc: tuple[str, str] = OOC) -> list[tuple[str, str]]:
    """``text`` as (sort, words) with sort dialogue, action or ooc, in order; markers and empty parts are left out.

    A marker that is never closed is part of the words: nothing anyone wrote is lost.  One pass over the text.
    """
    made: list[tuple[str, str]] = []
    for is_ooc, part in _split(text, *ooc):
        if is_ooc:
            made.append(("ooc", part.strip()))
            continue
        pieces = part.split("*")
        if len(pieces) % 2 == 0:  # an asterisk without its partner: it stands for itself
            last = pieces.pop()
            pieces[-1] = f"{pieces[-1]}*{last}"
        for place, piece in enumerate(pieces):
            made.append(("action" if place % 2 else "dialogue", piece.strip()))
    return [(sort, words) for sort, words in made if words]


def _split(text: str, opening: str, closing: str) -> list[tuple[bool, str]]:
    parts: list[tuple[bool, str]] = []
    at = 0
    while (start := text.find(opening, at)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        parts.append((False, text[at:start]))
        parts.append((True, text[start + len(opening) : end]))
        at = end + len(closing)
    return [*parts, (False, text[at:])]


def without_ooc(text: str, ooc: tuple[str, str] = OOC) -> str:
    """What a character gets to see of ``text``."""
    return " ".join(part.strip() for is_ooc, part in _split(text, *ooc) if not is_ooc and part.strip())


def only_ooc(text: str, ooc: tuple[str, str] = OOC) -> bool:
    """Whether there is nothing in ``text`` for a character to hear."""
    return not without_ooc(text, ooc)
