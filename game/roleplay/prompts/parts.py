"""A prompt before it is a prompt: parts with a tier and a rank, and how they are made to fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from game.roleplay.prompts.config import Count
from game.roleplay.view import Block

MUST, SHOULD, NICE = "must", "should", "nice"
"""The tiers (004 3.2)."""

CUT_MARK = " […]"
"""Stands where a text was cut."""

CHARS_A_TOKEN = 16
"""More characters than this a token are never looked at: English has about 4."""

LEAST_CUT = 48
"""Tokens that a cut leaves of every part before it touches what is to stay whole."""

_SHOWN_REST = 2000
"""Characters of what was cut that a block shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a prompt.

    ``section`` is the heading it stands under, ``rank`` its place in the order of trimming (lower goes first; must
    has none), ``key`` what makes it a duplicate of another (empty: it never is one), ``whole`` that it is cut last.
    """

    name: str
    tier: str
    text: str
    section: str = ""
    role: str = "system"
    rank: int = 0
    key: str = ""
    whole: bool = False
    tokens: int = 0
    dropped: str = ""

    def block(self) -> Block:
        """As the view of a prompt shows it."""
        return Block(self.name, self.tier, self.text, self.tokens, self.dropped, self.role)

    def left_out(self, why: str) -> Part:
        """The same, not sent."""
        return replace(self, dropped=why)


def bounded(text: str, hard: int) -> str:
    """``text`` without what no prompt of ``hard`` tokens could hold anyway, so that nobody counts 10 MB."""
    most = hard * CHARS_A_TOKEN
    return text if len(text) <= most else text[:most]


def counted(parts: Sequence[Part], count: Count) -> list[Part]:
    """The parts with their tokens."""
    return [replace(part, tokens=count(part.text)) for part in parts]


def without_duplicates(parts: Sequence[Part]) -> list[Part]:
    """The parts, each text sent once: of two alike the one of the higher tier stays, else the first."""
    tiers = (MUST, SHOULD, NICE)
    order = sorted(range(len(parts)), key=lambda i: (tiers.index(parts[i].tier), i))
    first: dict[str, str] = {}
    made = list(parts)
    for i in order:
        part = parts[i]
        key = " ".join(part.key.casefold().split())
        if not key or part.dropped:
            continue
        if key in first:
            made[i] = part.left_out(f"the same text is sent as “{first[key]}” already")
        else:
            first[key] = part.name
    return made


def cut(text: str, limit: int, count: Count) -> str:
    """``text`` in at most ``limit`` tokens: the end of a paragraph or sentence where there is one near, marked."""
    if count(text) <= limit:
        return text
    room = limit - count(CUT_MARK)
    text = text[: max(0, room) * CHARS_A_TOKEN]
    while text and (tokens := count(text)) > room:
        text = text[: min(len(text) - 1, max(0, len(text) * room // tokens))]
    if not text:
        return ""
    near = len(text) * 3 // 5
    ends = [match.end() for match in re.finditer(r"\n\n|[.!?…][\"”’*)]*(?=\s)", text) if match.end() >= near]
    if ends:
        return text[: ends[-1]].rstrip() + CUT_MARK
    space = text.rfind(" ", near)
    return (text[:space] if space > 0 else text).rstrip() + CUT_MARK


def fit(parts: Sequence[Part], room: int, count: Count, why: str) -> list[Part]:
    """The parts with those of the tier must cut so that they have at most ``room`` tokens together.

    What is cut away follows as a part of its own.  All are cut to the same length, so the longest give way and short
    ones stay as they are; those that are ``whole`` are cut only where the rest cannot give way enough.
    """
    must = [part for part in parts if part.tier == MUST and not part.dropped]
    if sum(part.tokens for part in must) <= room:
        return list(parts)
    whole = sum(part.tokens for part in must if part.whole)
    limit = _level([part.tokens for part in must if not part.whole], room - whole)
    all_give = limit < LEAST_CUT
    if all_give:
        limit = _level([part.tokens for part in must], room)
    made: list[Part] = []
    for part in parts:
        if part.tier != MUST or part.dropped or part.tokens <= limit or (part.whole and not all_give):
            made.append(part)
        else:
            made += _cut_in_two(part, limit, count, why)
    return made


def _cut_in_two(part: Part, limit: int, count: Count, why: str) -> tuple[Part, Part]:
    kept = cut(part.text, limit, count)
    rest = part.text[len(kept.removesuffix(CUT_MARK)) :].strip()
    tokens = count(kept)
    said = f"cut after “{_last_words(kept)}”: {why}"
    gone = replace(part, name=f"{part.name}, the rest", text=rest[:_SHOWN_REST], dropped=said)
    return replace(part, text=kept, tokens=tokens), replace(gone, tokens=max(0, part.tokens - tokens))


def _level(tokens: Sequence[int], room: int) -> int:
    """The highest bound on each of ``tokens`` that brings their sum to at most ``room``."""
    left, limit = room, 0
    for place, one in enumerate(sorted(tokens)):
        share = max(0, left) // (len(tokens) - place)
        if one > share:
            return share
        left -= one
        limit = one
    return limit


def _last_words(text: str) -> str:
    return " ".join(text.removesuffix(CUT_MARK).split()[-4:])[-60:]
