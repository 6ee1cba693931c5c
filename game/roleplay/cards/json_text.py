"""JSON from outside: decoded, bounded before it is built, and written so that every value comes back."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from math import isfinite
from typing import Any, NoReturn

from game.roleplay.cards.face import MAX_JSON_BYTES, UnreadableFile, mebibytes

MAX_NESTING = 64
"""Levels of objects and lists; the deepest cards have about ten."""

MAX_CONTAINERS = 250_000
"""Braces and brackets in one file: each costs memory before anything can look at it."""

MAX_COMMAS = 1_500_000

MAX_DIGITS = 300
"""Digits of one number; a longer one is no number of a card."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PADDING = " \t\r\n\0\ufeff"
MENDED = "some of its letters are in no known encoding and are shown as �"


def decode(data: bytes, name: str, limit: int = MAX_JSON_BYTES) -> tuple[str, str]:
    """``data`` as text and a sentence on what was mended (empty when nothing was).

    By its byte order mark, else by where its zero bytes stand (RFC 4627, 3), else UTF-8.  NUL bytes, blanks and
    marks around the text are dropped.

    Raises:
        UnreadableFile: larger than ``limit``, or empty.
    """
    if len(data) > limit:
        raise UnreadableFile(name, f"is larger than {mebibytes(limit)}, which nothing of its kind is; export it again")
    encoding, skip = _encoding(data)
    try:
        text, mended = data[skip:].decode(encoding), ""
    except UnicodeDecodeError:
        text, mended = data[skip:].decode(encoding, errors="replace"), MENDED
    text = text.strip(_PADDING)
    if not text:
        raise UnreadableFile(name, "is empty; export it again")
    return text, mended


def utf8_lines(data: bytes, name: str, limit: int) -> Iterator[bytes]:
    """The lines of a text in any encoding, each as UTF-8 without blanks around it.

    A line at a time, because one emoji makes Python hold a whole text in four bytes a letter.  Raises as
    :func:`decode`.
    """
    encoding, skip = _encoding(data)
    if encoding != "utf-8" or len(data) > limit or not data[skip:].strip():
        data, skip = decode(data, name, limit)[0].encode(errors="replace"), 0
    while skip <= len(data):
        end = data.find(b"\n", skip)
        end = len(data) if end < 0 else end
        yield data[skip:end].strip(b" \t\r\0")
        skip = end + 1


def _encoding(data: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    head = data[:4]
    zeros = tuple(byte == 0 for byte in head)
    if len(head) == 4 and zeros in ((False, True, False, True), (False, True, False, False)):
        return "utf-16-le", 0
    if len(head) == 4 and zeros in ((True, False, True, False), (True, False, False, False)):
        return "utf-16-be", 0
    return "utf-8", 0


def parse(text: str, name: str) -> Any:
    """The value that ``text`` holds.

    Raises:
        UnreadableFile: no JSON, or larger, deeper or stranger than anything of its kind.
    """
    if text.count("{") + text.count("[") > MAX_CONTAINERS or text.count(",") > MAX_COMMAS:
        raise UnreadableFile(name, "has more parts than any card, book or chat; export it again")
    try:
        tree = json.loads(text, strict=False, parse_int=_int, parse_float=_float, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableFile(name, f"is no valid JSON at {where} ({error.msg}); export it again") from error
    except ValueError as error:
        raise UnreadableFile(name, f"is no valid JSON ({error}); export it again") from error
    except RecursionError as error:
        raise UnreadableFile(name, _too_deep()) from error
    _check_nesting(tree, name)
    return tree


def parse_object(text: str, name: str) -> dict[str, Any]:
    """As :func:`parse`, for files that hold one object."""
    tree = parse(text, name)
    if not isinstance(tree, dict):
        raise UnreadableFile(name, "holds no JSON object, as a card or book does; choose another file")
    return tree


def dump(tree: Any, indent: int | None = None) -> str:
    """``tree`` as JSON text that reads back equal; lone surrogates are escaped as they were in the file."""
    text = json.dumps(tree, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(tree, indent=indent)
    return text


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError("a number beyond all bounds")
    return value


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _too_deep() -> str:
    return f"nests deeper than {MAX_NESTING} levels, which no card, book or chat does; export it again"


def _check_nesting(tree: Any, name: str) -> None:
    """Refuse what later walks could not follow; level by level, so that this one can."""
    level = [tree] if isinstance(tree, (dict, list)) else []
    depth = 0
    while level:
        depth += 1
        if depth > MAX_NESTING:
            raise UnreadableFile(name, _too_deep())
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
