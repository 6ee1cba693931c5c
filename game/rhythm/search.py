"""Finding songs: what a player types, and the orders and groups a list can have."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from game.rhythm.entries import ChartEntry

Test = Callable[[ChartEntry, str], bool]
"""Whether an entry, with its searchable text, is meant."""

TOKEN = re.compile(r'"([^"]*)"?|(\S+)')
FILTER = re.compile(r"([a-z]+)(<=|>=|!=|=|<|>|:)(.+)")
LENGTH = re.compile(r"(\d{1,4}):([0-5]?\d)")

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    ":": operator.eq,
    "!=": operator.ne,
}

NUMBERS: dict[str, Callable[[ChartEntry], float]] = {
    "keys": lambda entry: entry.keys,
    "stars": lambda entry: entry.stars,
    "bpm": lambda entry: entry.bpm_max,
    "length": lambda entry: entry.length_us / 1e6,
    "notes": lambda entry: entry.notes,
    "holds": lambda entry: entry.holds,
    "mines": lambda entry: entry.mines,
}
TOLERANCE = {"stars": 0.05, "bpm": 0.5, "length": 0.5}
"""Measured numbers equal the one typed when they would be shown as it."""

TEXTS: dict[str, Callable[[ChartEntry], str]] = {
    "title": lambda entry: entry.title,
    "artist": lambda entry: entry.artist,
    "creator": lambda entry: entry.creator,
    "level": lambda entry: entry.level,
    "pack": lambda entry: entry.pack,
    "format": lambda entry: entry.format,
}

SORTS: dict[str, Callable[[ChartEntry], Any]] = {
    "title": lambda entry: (entry.title.casefold(), entry.stars),
    "artist": lambda entry: (entry.artist.casefold(), entry.title.casefold(), entry.stars),
    "stars": lambda entry: entry.stars,
    "length": lambda entry: entry.length_us,
    "bpm": lambda entry: entry.bpm_max,
    "keys": lambda entry: (entry.keys, entry.title.casefold(), entry.stars),
    "added": lambda entry: (-entry.added_us, entry.title.casefold(), entry.stars),
}
"""The orders a list can have; ``added`` begins with the newest."""

TOP_BAND = 10
"""Charts of so many stars and more share a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Charts under one heading; the heading is empty where nothing is grouped."""

    name: str
    entries: tuple[ChartEntry, ...]


def searchable(entry: ChartEntry) -> str:
    """The text in which plain words are looked for."""
    parts = (entry.title, entry.artist, entry.creator, entry.level, f"{entry.keys}k", entry.pack, entry.tags)
    return "\n".join(parts).casefold()


def parse_search(text: str) -> list[Test]:
    """The tests that ``text`` asks for; an entry is found when it passes all.

    Words and ``"exact words"`` are looked for everywhere; ``keys=7 stars>4 bpm<180 length<2:00 artist=name``
    compare.  What looks like a filter but is none is a word like any other, so that every text finds something
    sensible.
    """
    tests = []
    for match in TOKEN.finditer(text.casefold()):
        exact, word = match.groups()
        tests.append((_filter(word) if word else None) or _contains(exact if word is None else word))
    return tests


def _contains(words: str) -> Test:
    return lambda entry, text: words in text


def _filter(word: str) -> Test | None:
    """The comparison that ``word`` is, or None when it is a plain word."""
    match = FILTER.fullmatch(word)
    if match is None:
        return None
    name, sign, value = match.groups()
    if name in TEXTS and sign in ("=", ":", "!="):
        of, wanted = TEXTS[name], value.strip('"')
        return lambda entry, text: (wanted in of(entry).casefold()) is (sign != "!=")
    number = _number(value)
    if name not in NUMBERS or number is None:
        return None
    measure, compare, near = NUMBERS[name], COMPARE[sign], TOLERANCE.get(name, 0.0)
    if sign in ("=", ":", "!="):
        return lambda entry, text: (abs(measure(entry) - number) <= near) is (sign != "!=")
    return lambda entry, text: compare(measure(entry), number)


def _number(text: str) -> float | None:
    """A number, or minutes and seconds as seconds."""
    if match := LENGTH.fullmatch(text):
        return int(match[1]) * 60 + int(match[2])
    try:
        return float(text.removesuffix("k"))
    except ValueError:
        return None


def _band(entry: ChartEntry) -> tuple[int, str]:
    stars = min(int(entry.stars), TOP_BAND)
    return stars, f"{stars} stars and more" if stars == TOP_BAND else f"{stars} to {stars + 1} stars"


GROUPS: dict[str, Callable[[ChartEntry], tuple[Any, str]]] = {
    "none": lambda entry: (0, ""),
    "folder": lambda entry: (entry.pack.casefold(), entry.pack),
    "keys": lambda entry: (entry.keys, f"{entry.keys} keys" if entry.keys > 1 else "1 key"),
    "difficulty": _band,
    "artist": lambda entry: (entry.artist.casefold(), entry.artist or "Unknown artist"),
    "song": lambda entry: ((entry.title.casefold(), entry.song), entry.title),
}
"""For each way to group: what its groups are ordered by, and their heading."""


def arrange(
    found: Iterable[ChartEntry],
    sort: str | Callable[[ChartEntry], Any] = "title",
    group: str = "none",
    descending: bool = False,
) -> list[Group]:
    """``found`` in groups, each in order.  ``sort`` names one of ``SORTS`` or is a key of the caller's own.

    Raises:
        KeyError: if there is no such order or way to group.
    """
    key = SORTS[sort] if isinstance(sort, str) else sort
    heading = GROUPS[group]
    ordered: Sequence[ChartEntry] = sorted(found, key=key, reverse=descending)
    groups: dict[Any, tuple[str, list[ChartEntry]]] = {}
    for entry in ordered:
        order, name = heading(entry)
        groups.setdefault(order, (name, []))[1].append(entry)
    return [Group(name, tuple(entries)) for _, (name, entries) in sorted(groups.items(), key=lambda item: item[0])]
