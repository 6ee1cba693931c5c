"""The light markup of written play: paragraphs, *italics*, **bold**, > quotes, ((out of character)) (004 16.3).

No headings and no code, which are foreign to prose.  One pass over the text, whatever is in it: a mark that is never
closed stands for itself, and costs no second search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag

from game.roleplay.prose import OOC

LONGEST = 2000
"""A paragraph with more characters is set in parts of about this length."""


class Style(IntFlag):
    """How a run of text is set."""

    PLAIN = 0
    BOLD = 1
    ITALIC = 2


Run = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs of one style each; ``kind`` is ``text``, ``quote`` or ``ooc``."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(words for words, _ in self.runs)


def paragraphs(text: str, ooc: tuple[str, str] = OOC, *, under_way: bool = False) -> tuple[Paragraph, ...]:
    """``text`` as it is set; what is ``under_way`` has its last mark taken as one that will be closed."""
    made: list[Paragraph] = []
    parts = _split(text.replace("\r\n", "\n").replace("\r", "\n"), *ooc, under_way=under_way)
    for place, (is_ooc, part) in enumerate(parts):
        last = under_way and place == len(parts) - 1
        if is_ooc:
            made += [Paragraph("ooc", ((piece, Style.ITALIC),)) for line in _lines(part) for piece in _pieces(line)]
            continue
        lines = _lines(part)
        for number, line in enumerate(lines):
            quoted = line.startswith(">")
            words = line.lstrip("> ") if quoted else line
            pieces = _pieces(words)
            for piece in pieces:
                unfinished = last and number == len(lines) - 1 and piece is pieces[-1]
                runs = tuple(_runs(piece, Style.PLAIN, unfinished))
                if runs:
                    made.append(Paragraph("quote" if quoted else "text", runs))
    return tuple(made)


def _lines(text: str) -> list[str]:
    return [line for one in text.split("\n") if (line := one.strip())]


def _pieces(line: str) -> list[str]:
    """A line, cut between words where it is far too long to be set in one go."""
    pieces = []
    while len(line) > LONGEST:
        cut = line.rfind(" ", LONGEST // 2, LONGEST)
        cut = cut if cut > 0 else LONGEST
        pieces.append(line[:cut].rstrip())
        line = line[cut:].lstrip()
    return [*pieces, line] if line else pieces


def _split(text: str, opening: str, closing: str, *, under_way: bool) -> list[tuple[bool, str]]:
    """(is it out of character, text) one after the other."""
    parts: list[tuple[bool, str]] = []
    at = 0
    while (start := text.find(opening, at)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            if under_way:
                return [*parts, (False, text[at:start]), (True, text[start + len(opening) :])]
            break
        parts += [(False, text[at:start]), (True, text[start + len(opening) : end])]
        at = end + len(closing)
    return [*parts, (False, text[at:])]


_MARK = re.compile(r"\\([*_>\\])|\*{1,3}|_")
_STYLES = {
    "*": Style.ITALIC,
    "**": Style.BOLD,
    "***": Style.BOLD | Style.ITALIC,
    "_": Style.ITALIC,
}


def _runs(text: str, style: Style, under_way: bool) -> list[Run]:
    """``text`` as runs; inside of each mark the other one may stand."""
    made: list[Run] = []
    never: set[str] = set()  # marks that close nowhere from here on
    plain = ""
    at = 0
    while (found := _MARK.search(text, at)) is not None:
        mark = found.group()
        plain += text[at : found.start()]
        at = found.end()
        if found.group(1):
            plain += found.group(1)
            continue
        adds = _STYLES[mark] & ~style
        if not adds or mark in never or not _opens(text, found.start(), at, mark):
            plain += mark
            continue
        end = _closes(text, at, mark)
        if end < 0 and not under_way:
            never.add(mark)
            plain += mark
            continue
        made += [(plain, style)] if plain else []
        plain = ""
        made += _runs(text[at : end if end >= 0 else len(text)], style | adds, end < 0)
        at = end + len(mark) if end >= 0 else len(text)
    plain += text[at:]
    return [*made, (plain, style)] if plain else made


def _opens(text: str, start: int, end: int, mark: str) -> bool:
    after = text[end : end + 1]
    before = text[start - 1 : start]
    return bool(after) and not after.isspace() and not (mark == "_" and before.isalnum())


def _closes(text: str, start: int, mark: str) -> int:
    """Where the mark that opened before ``start`` closes; -1 for nowhere."""
    for found in _MARK.finditer(text, start):
        if found.group() != mark or text[found.start() - 1].isspace() or found.start() == start:
            continue
        if mark == "_" and text[found.end() : found.end() + 1].isalnum():
            continue
        return found.start()
    return -1
