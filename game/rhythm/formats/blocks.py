"""YAML as Quaver writes it, read without a YAML library where it is as regular as Quaver writes it.

A tree is made of ``dict``, ``list`` and ``str``: scalars stay text (an absent or null one is empty), because what
they mean is for the chart reader to say.  :func:`read_tree` reads any YAML, :func:`read_regular` only the plain
block form, some thirty times as fast; where the second answers at all, both answer the same.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from game.rhythm.formats.face import MAX_NOTES, ChartError

Tree = dict[str, Any]

LINE = "#line"
"""Under this key each entry of a list keeps the number of the line it begins on."""

MAX_ENTRIES = MAX_NOTES + 50_000
"""Entries of all lists together."""

MAX_EVENTS = 300_000
"""As much YAML as the patient reader takes on: some two seconds of work."""

_MAX_DEPTH = 8
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_UNUSUAL = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
"""Characters that YAML treats in a way of its own, or refuses."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}\Z")
_SPECIAL_FIRST = frozenset("'\"|>&*!%@`{}[]#?,:=<")


class _Irregular(Exception):
    """The text is not in the plain block form (never leaves this file)."""


def read_tree(text: str, name: str) -> Tree:
    """The tree of any YAML text.  Raises :class:`ChartError` for what is no YAML mapping, or has aliases or anchors."""
    regular = read_regular(text, name)
    return regular if regular is not None else read_yaml(text, name)


# -- the plain block form -----------------------------------------------------------------------------------


class _Item(NamedTuple):
    """How deep a list's dashes stand, and its entries."""

    indent: int
    entries: list[Tree]


def read_regular(text: str, name: str) -> Tree | None:
    """The tree of YAML in plain block form (``Key: value`` and lists of such mappings), or None for any other."""
    if _UNUSUAL.search(text):
        return None
    lines = text.split("\n")
    first = 1 if lines[0].rstrip(" ") == "---" else 0
    try:
        return _read_lines(lines, first, name)
    except _Irregular:
        return None


def _read_lines(lines: list[str], first: int, name: str) -> Tree:
    """One pass over the lines with at most two open lists: one below the root, one below its last entry."""
    root: Tree = {}
    outer: _Item | None = None
    inner: _Item | None = None
    open_key = ""  # the key that was last given no value, which may be a list that follows
    owner: Tree = root
    count = 0
    for number, line in enumerate(lines[first:], start=first + 1):
        body = line.lstrip(" ")
        if not body:
            continue
        indent = len(line) - len(body)
        if body[0] == "-" and body[1:2] == " ":
            count += 1
            if count > MAX_ENTRIES:
                raise ChartError(name, f"lists more than {MAX_ENTRIES:,} things, which no chart does", number)
            if outer is None or (open_key and owner is root):
                if not open_key or owner is not root:
                    raise _Irregular
                outer, inner = _Item(indent, []), None
                root[open_key] = outer.entries
                here = outer
            elif open_key and indent >= outer.indent + 2:
                inner = _Item(indent, [])
                owner[open_key] = inner.entries
                here = inner
            elif indent == outer.indent:
                inner = None
                here = outer
            elif inner is not None and indent == inner.indent:
                here = inner
            else:
                raise _Irregular
            owner = {LINE: number}
            here.entries.append(owner)
            body = body[2:]
        elif indent == 0:
            outer = inner = None
            owner = root
        elif outer is None or not outer.entries:
            raise _Irregular
        elif indent == outer.indent + 2:
            inner = None
            owner = outer.entries[-1]
        elif inner is None or indent != inner.indent + 2:
            raise _Irregular
        key, colon, value = body.partition(":")
        if not colon or not _KEY.match(key) or value[:1] not in ("", " "):
            raise _Irregular
        value = value.strip(" ")
        owner[key] = value if value.isdigit() else _plain(value)
        open_key = "" if value else key
    return root


def _plain(value: str) -> Any:
    """What a value on its key's own line says: text, an empty list or mapping; raises ``_Irregular`` for more."""
    if value in _NULLS:
        return ""
    start = value[0]
    if start == "-" and value[1:2] in ("", " "):
        raise _Irregular
    if start not in _SPECIAL_FIRST:
        if ": " in value or " #" in value or value[-1] == ":" or value.startswith(("---", "...")):
            raise _Irregular
        return value
    if value == "[]":
        return []
    if value == "{}":
        return {}
    inside = value[1:-1]
    if len(value) < 2 or value[-1] != start or start in inside:
        raise _Irregular
    if start == "'" or (start == '"' and "\\" not in inside):
        return inside
    raise _Irregular


# -- any YAML -----------------------------------------------------------------------------------------------


def read_yaml(text: str, name: str) -> Tree:
    """The tree of any YAML text, from libyaml's events so that nothing is built but what is kept."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root: list[Any] = []
    stack: list[tuple[Any, str | None]] = []  # open containers, each with the key it waits to fill
    entries = 0
    try:
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if count > MAX_EVENTS:
                raise ChartError(name, "is written in a form that is too long to read; save it again in Quaver", line)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise ChartError(name, "uses YAML anchors, which no chart needs", line)
            if isinstance(event, yaml.ScalarEvent):
                is_null = event.implicit[0] and event.value in _NULLS
                _put(root, stack, "" if is_null else event.value, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                is_map = isinstance(event, yaml.MappingStartEvent)
                made: Any = {} if is_map else []
                if is_map and stack and isinstance(stack[-1][0], list):
                    made[LINE] = line
                    entries += 1
                    if entries > MAX_ENTRIES:
                        raise ChartError(name, f"lists more than {MAX_ENTRIES:,} things, which no chart does", line)
                _put(root, stack, made, line)
                stack.append((made, None))
                if len(stack) > _MAX_DEPTH:
                    raise ChartError(name, "is nested deeper than any chart", line)
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unreadable characters"
        raise ChartError(name, f"is no YAML ({problem})", mark.line + 1 if mark else None) from error
    if len(root) != 1 or not isinstance(root[0], dict):
        raise ChartError(name, "is no chart: it holds no `Key: value` lines")
    return root[0]


def _put(root: list[Any], stack: list[tuple[Any, str | None]], made: Any, line: int) -> None:
    """Place a new value into the container that is open."""
    if not stack:
        root.append(made)
        return
    container, key = stack[-1]
    if isinstance(container, list):
        container.append(made)
    elif key is None:
        stack[-1] = (container, made if isinstance(made, str) else f"#{line}")
    else:
        container[key] = made
        stack[-1] = (container, None)
