"""Choosing a fragment: one whose fields can be filled, that was not said lately, by a seeded chance."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import Formatter

from game.roleplay.offline.segments import split_turn
from game.roleplay.offline.text import capital, plain, sentences
from game.roleplay.state import Turn

_FORMATTER = Formatter()


@lru_cache(maxsize=4096)
def fields_of(template: str) -> frozenset[str]:
    """The fields a template needs."""
    return frozenset(name for _, name, _, _ in _FORMATTER.parse(template) if name)


LATELY = 24
"""For how many turns a gesture is not made again; what was said is not said again at all."""


class Chooser:
    """Picks among fragments for one line; what it picked or what was said lately it does not pick again."""

    def __init__(self, chance: random.Random, recent: Iterable[Turn], slots: Mapping[str, str]) -> None:
        self.chance = chance
        self.slots = dict(slots)
        self.used: set[str] = set()
        turns = list(recent)
        for place, turn in enumerate(turns):
            for sort, part in turn.said.segments or split_turn(turn.text[:4000]):
                if sort != "action" or place >= len(turns) - LATELY:
                    self.used.update(plain(sentence) for sentence in sentences(part[:4000]))

    def fill(self, template: str, extra: Mapping[str, str] | None = None) -> str:
        """The template with its fields filled; empty when one has nothing to fill it."""
        slots = {**self.slots, **(extra or {})}
        if any(not slots.get(name) for name in fields_of(template)):
            return ""
        return capital(template.format_map(slots)) if template[0] == "{" else template.format_map(slots)

    def is_new(self, text: str) -> bool:
        """Whether no sentence of it was said lately."""
        return not any(plain(one) in self.used for one in sentences(text))

    def pick(self, options: Iterable[str], extra: Mapping[str, str] | None = None) -> str:
        """One of the options, filled and new; empty when there is none."""
        ready = [text for text in (self.fill(option, extra) for option in options) if text and self.is_new(text)]
        return self.keep(self.chance.choice(ready)) if ready else ""

    def keep(self, text: str) -> str:
        """Remember that this is said now."""
        self.used.update(plain(one) for one in sentences(text))
        return text

    def was_said(self, clause: str) -> bool:
        """Whether this came up lately, in whatever sentence."""
        words = plain(clause)
        return any(words in used for used in self.used)

    def perhaps(self, likely: float) -> bool:
        """True with that likelihood."""
        return self.chance.random() < likely
