"""JSON as models write it: in a fence, after a preamble, with single quotes, trailing commas, or cut off.

The reading is bounded: so many characters, so deep, so many beginnings tried.
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.llm.pieces import whole_characters

MAX_CHARS = 65_536
"""More of an answer than this is not looked at."""

_MAX_DEPTH = 40
_MAX_STARTS = 8
_WORDS = {"true": True, "false": False, "null": None, "none": None}
_QUOTES = {'"': '"', "'": "'", "“": "”"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_THOUGHT = re.compile(r"\s*<think>.*?(</think>|\Z)", re.DOTALL)
_BARE = re.compile(r"[^\s,:{}\[\]\"']+")
_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][+-]?\d{1,3})?\Z")


class Unreadable(ValueError):
    """There is no JSON object to be found."""


def read_object(text: str) -> dict[str, Any]:
    """The JSON object in what a model answered.

    >>> read_object("Sure! ```json\\n{'mood': 'calm', \\"notes\\": [1, 2,], }\\n```")
    {'mood': 'calm', 'notes': [1, 2]}
    >>> read_object('{"mood": "cal')
    {'mood': 'cal'}

    Raises:
        Unreadable: there is none.
    """
    text = _THOUGHT.sub("", text[:MAX_CHARS], count=1)
    found = _strictly(text.strip().removeprefix("\ufeff"))
    cleaned: dict[str, Any] = _cleaned(found if isinstance(found, dict) else _forgivingly(text), 0)
    return cleaned


def _forgivingly(text: str) -> dict[str, Any]:
    starts = [match.start() for _, match in zip(range(_MAX_STARTS), re.finditer(r"\{", text), strict=False)]
    for start in starts:
        try:
            value, _ = _Reader(text).value(start, 0)
        except Unreadable:
            continue
        if isinstance(value, dict) and value:
            return value
    raise Unreadable("no JSON object")


def _strictly(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _cleaned(value: Any, depth: int) -> Any:
    """``value`` with its strings fit to be kept: half characters replaced, NULs left out."""
    if depth > _MAX_DEPTH:
        raise Unreadable("too deep")
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, list):
        return [_cleaned(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {whole_characters(key): _cleaned(item, depth + 1) for key, item in value.items()}
    return value


def _no_constant(name: str) -> Any:
    raise Unreadable(f"{name} is not JSON")


class _Reader:
    """Reads one value at a place, forgiving; each method gives the value and the place after it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        at = self._skip(at)
        head = self._text[at : at + 1]
        if depth > _MAX_DEPTH or not head:
            raise Unreadable("nothing there, or too deep")
        if head == "{":
            return self._object(at + 1, depth)
        if head == "[":
            return self._array(at + 1, depth)
        if head in _QUOTES:
            return self._string(at + 1, _QUOTES[head])
        return self._bare(at)

    def _object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        while True:
            at = self._skip(at, ",")
            head = self._text[at : at + 1]
            if head in ("}", ""):
                return members, at + 1
            key, at = self._string(at + 1, _QUOTES[head]) if head in _QUOTES else self._bare(at)
            at = self._skip(at)
            if self._text[at : at + 1] != ":":
                if at >= len(self._text):
                    return members, at  # cut off in a key
                raise Unreadable("a name without a value")
            at = self._skip(at + 1)
            if at >= len(self._text):
                return members, at  # cut off before the value
            members[str(key)], at = self.value(at, depth + 1)

    def _array(self, at: int, depth: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        while True:
            at = self._skip(at, ",")
            if self._text[at : at + 1] in ("]", ""):
                return items, at + 1
            item, at = self.value(at, depth + 1)
            items.append(item)

    def _string(self, at: int, closer: str) -> tuple[str, int]:
        said: list[str] = []
        text = self._text
        while at < len(text):
            c = text[at]
            if c == closer and self._closes(at, closer):
                return "".join(said), at + 1
            if c == "\\" and at + 1 < len(text):
                c, at = self._escaped(at + 1)
            else:
                at += 1
            said.append(c)
        return "".join(said), at  # cut off

    def _closes(self, at: int, closer: str) -> bool:
        """Whether a quote ends its string: an apostrophe inside a word does not end one in single quotes."""
        return closer != "'" or not (self._text[at - 1].isalnum() and self._text[at + 1 : at + 2].isalnum())

    def _escaped(self, at: int) -> tuple[str, int]:
        c = self._text[at]
        if c == "u":
            digits = self._text[at + 1 : at + 5]
            if re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                return chr(int(digits, 16)), at + 5
        return _ESCAPES.get(c, c), at + 1

    def _bare(self, at: int) -> tuple[Any, int]:
        match = _BARE.match(self._text, at)
        if match is None:
            raise Unreadable("no value")
        word = match.group()
        if word.lower() in _WORDS:
            return _WORDS[word.lower()], match.end()
        if _NUMBER.match(word):
            number = float(word)
            return (int(word) if word.lstrip("+-").isdigit() else number), match.end()
        return word, match.end()

    def _skip(self, at: int, also: str = "") -> int:
        """The place of the next character that is not white space, one of ``also`` or a comment."""
        text = self._text
        while at < len(text):
            if text[at].isspace() or text[at] in also:
                at += 1
            elif text.startswith("//", at):
                end = text.find("\n", at)
                at = end if end >= 0 else len(text)
            elif text.startswith("/*", at):
                end = text.find("*/", at + 2)
                at = end + 2 if end >= 0 else len(text)
            else:
                break
        return at
