"""What everyday words have to do with each other: groups of words, English and German, under wider fields."""

from __future__ import annotations

from game.roleplay.words import fold, stem

GROUP_WEIGHT, FIELD_WEIGHT = 8, 2

_COMMON = """
a an and the of to in on at is was it i you he she we they me him her us them my your his its our their
"""

COMMON = frozenset(_COMMON.split())
"""Words that say nothing of what a text is about."""

CONCEPTS = """
# family
sister sibling brother schwester bruder geschwister
"""


def _read(text: str) -> dict[str, tuple[tuple[str, int], ...]]:
    listed: dict[str, dict[str, int]] = {}
    field = ""
    for number, line in enumerate(text.strip().splitlines()):
        if line.startswith("#"):
            field = line[1:].strip()
            continue
        for word in line.split():
            mine = listed.setdefault(stem(fold(word)), {})
            mine[f"{number}"] = GROUP_WEIGHT
            mine[f"#{field}"] = FIELD_WEIGHT
    return {word: tuple(mine.items()) for word, mine in listed.items()}


_LISTED = _read(CONCEPTS)


def concepts_of(word: str, cut: str) -> tuple[tuple[str, int], ...]:
    """The groups and fields of a folded word with the stem ``cut``, each with its weight."""
    return _LISTED.get(cut, ())
