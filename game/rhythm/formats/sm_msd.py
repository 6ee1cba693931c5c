"""MSD, the syntax of StepMania's files: ``#TAG:value:value;`` with ``//`` comments and ``\\`` escapes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.rhythm.formats.face import ChartError

MAX_TOKENS = 100_000
"""Signs with a meaning (`# : ; \\\\ //`) in one file; the largest songs hold some 5,000."""

_INSIDE = re.compile(r"[#:;\\/]")
_OUTSIDE = re.compile(r"#|//")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name in capitals, its values, and where in the text it begins."""

    name: str
    values: tuple[str, ...]
    start: int


def read_tags(text: str, name: str) -> list[Tag]:
    """Every tag of ``text``, whose lines end in ``\\n``.

    A tag without its ``;`` ends where the next line begins with ``#``, as in StepMania.
    Raises :class:`ChartError` for more than ``MAX_TOKENS`` tokens.
    """
    reader = _Reader(text, name)
    tags = []
    start = reader.next_tag(0)
    while start >= 0:
        tag, end = reader.tag(start)
        tags.append(tag)
        start = reader.next_tag(end)
    return tags


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._left = MAX_TOKENS

    def _count(self, at: int) -> None:
        self._left -= 1
        if self._left < 0:
            line = self._text.count("\n", 0, at) + 1
            raise ChartError(self._name, f"more than {MAX_TOKENS:,} tags and values stand up to here", line)

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def next_tag(self, at: int) -> int:
        """Where the next tag begins outside of comments, or -1."""
        while (found := _OUTSIDE.search(self._text, at)) is not None:
            if found.group() == "#":
                return found.start()
            self._count(found.start())
            at = self._line_end(found.end())
        return -1

    def tag(self, start: int) -> tuple[Tag, int]:
        """The tag whose ``#`` is at ``start``, and where what follows it begins."""
        text = self._text
        values: list[str] = []
        pieces: list[str] = []
        piece = start + 1
        at = piece
        end = len(text)
        while (found := _INSIDE.search(text, at)) is not None:
            here = found.start()
            at = here + 1
            sign = text[here]
            self._count(here)
            if sign == "/" and not text.startswith("//", here):
                continue
            if sign == "#" and not self._begins_line(here):
                continue
            pieces.append(text[piece:here])
            if sign == "/":
                piece = at = self._line_end(here)
            elif sign == "\\":
                piece = here + 1
                at = here + 2
            elif sign == ":":
                values.append("".join(pieces))
                pieces.clear()
                piece = at
            else:
                piece = here
                end = at if sign == ";" else here
                break
        else:
            pieces.append(text[piece:])
        values.append("".join(pieces))
        return Tag(values[0].strip().upper(), tuple(values[1:]), start), end

    def _begins_line(self, at: int) -> bool:
        at -= 1
        while at >= 0 and self._text[at] in " \t":
            at -= 1
        return at < 0 or self._text[at] == "\n"
