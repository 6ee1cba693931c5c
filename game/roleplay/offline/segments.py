"""Taking a turn apart into what is said, what is done and what is meant for nobody in the story (004 6.1)."""

from __future__ import annotations

import re

from game.roleplay.jobs import MAX_TEXT, Segment
from game.roleplay.offline.text import word_set
from game.roleplay.state import Turn

MOST = 400
"""How many segments a turn has at most (as :class:`~game.roleplay.jobs.ParsedTurn` allows)."""

OOC = ("((", "))")

_EMPHASIS = word_set(
    "really so very never not you me i is are was am do did does that this always everything nothing all any one "
    "too no now please must can could would should will have had know want need need mean my your his her their "
    "our he she they we it what why who how when where only ever exactly everyone anyone again every still here "
    "there just"
)
"""Words that ``*so*`` stress within speech; a lone word of any other kind is something done."""

Piece = tuple[str, str]


def split_turn(text: str, ooc: tuple[str, str] = OOC) -> list[Piece]:
    """``(sort, text)`` of each part, markers taken off, in time linear in the text.

    Sorts are ``dialogue``, ``action`` and ``ooc``.  An out-of-character mark nests and ends at the line's end when
    nobody closed it; so does an asterisk.  Doubled asterisks and ``5 * 3`` are no marks; ``*so*`` within a sentence is
    stress, and stays in it.
    """
    pieces: list[Piece] = []
    for sort, part in _without_ooc(text, ooc):
        if sort == "ooc":
            pieces.append((sort, part))
        else:
            pieces.extend(_actions(part))
    return _joined(pieces)


def _without_ooc(text: str, ooc: tuple[str, str]) -> list[Piece]:
    start, end = ooc
    if not start or start not in text:
        return [("", text)]
    marks = re.compile("|".join(re.escape(mark) for mark in {start, end} if mark) + r"|\n")
    pieces: list[Piece] = []
    depth, since = 0, 0
    for found in marks.finditer(text):
        mark = found.group()
        if depth == 0 and mark == start:
            pieces.append(("", text[since : found.start()]))
            depth, since = 1, found.end()
        elif depth and (mark == "\n" or mark == end):
            depth = 0 if mark == "\n" else depth - 1
            if depth == 0:
                pieces.append(("ooc", text[since : found.start()]))
                since = found.end()
        elif depth and mark == start:
            depth += 1
    pieces.append(("ooc" if depth else "", text[since:]))
    return pieces


def _actions(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    opened, since, place = -1, 0, 0
    while (place := _next_mark(text, place, opened >= 0)) >= 0:
        if text[place] == "\n":
            pieces += [("dialogue", text[since:opened]), ("action", text[opened + 1 : place])]
            opened, since = -1, place
        elif opened < 0:
            opened = place
        else:
            inside = text[opened + 1 : place]
            if not _stresses(text, opened, place):
                pieces += [("dialogue", text[since:opened]), ("action", inside)]
                since = place + 1
            opened = -1
        place += 1
    if opened >= 0:
        return [*pieces, ("dialogue", text[since:opened]), ("action", text[opened + 1 :])]
    return [*pieces, ("dialogue", text[since:])]


_MARK = re.compile(r"\*+|\n")


def _next_mark(text: str, place: int, is_open: bool) -> int:
    """Where the next asterisk is that opens or closes an action (or the line's end, while one is open)."""
    for found in _MARK.finditer(text, place):
        at, mark = found.start(), found.group()
        if mark == "\n":
            if is_open:
                return at
            continue
        if len(mark) > 1:
            continue
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if is_open and not before.isspace():
            return at
        if not is_open and not after.isspace() and not before.isalnum():
            return at
    return -1


def _stresses(text: str, opened: int, closed: int) -> bool:
    """Whether the asterisks stress words of a sentence rather than tell what is done."""
    inside = text[opened + 1 : closed]
    if " " in inside.strip() or inside.lower().strip(".,!?") not in _EMPHASIS:
        return False
    before = text[max(0, opened - 3) : opened].rstrip()
    after = text[closed + 1 : closed + 3].lstrip()
    return bool(before and before[-1] not in '.!?…*"”') or bool(after and (after[0].islower() or after[0] in ",.!?"))


_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "»": "«"}


def unquoted(text: str) -> str:
    """``text`` without the quotation marks, when one pair of them holds all of it."""
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in (_QUOTES[text[0]], "”"):
        inside = text[1:-1]
        if text[0] not in inside and text[-1] not in inside:
            return inside
    return text


def _joined(pieces: list[Piece]) -> list[Piece]:
    made: list[Piece] = []
    for sort, part in pieces:
        clean = part.strip()
        if not clean or (sort != "ooc" and not any(sign.isalnum() or sign in "?!…." for sign in clean)):
            continue
        made.append((sort, unquoted(clean) if sort == "dialogue" else clean))
    return made


def bounded_segments(pieces: list[Piece], whole: str) -> list[Segment]:
    """The pieces as a classifier may answer with them: none over 4,000 characters, not over 400 in all.

    What goes beyond that many is in the turn's own text alone.
    """
    made: list[Segment] = []
    for sort, part in pieces:
        for start in range(0, len(part), MAX_TEXT):
            chunk = part[start : start + MAX_TEXT].strip()
            if chunk and len(made) < MOST:
                made.append(Segment.model_construct(sort=sort, text=chunk))
    return made or [Segment.model_construct(sort="dialogue", text=whole.strip()[:MAX_TEXT])]


def parts(turn: Turn) -> tuple[str, str]:
    """What was said and what was done in a turn, out-of-character words left out."""
    pieces = list(turn.said.segments) or split_turn(turn.text)
    said = " ".join(part for sort, part in pieces if sort == "dialogue")
    done = " ".join(part if part[-1:] in ".!?…" else f"{part}." for sort, part in pieces if sort == "action")
    return said, done
