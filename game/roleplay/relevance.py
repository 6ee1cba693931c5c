"""How much a memory has to do with what is being said: nothing of tables, words and places alone.

    relevance = 0.35 * covered + 0.65 * likeness

``covered`` is the share of the question's words that the memory has, each by what it tells (the rarer among the
owner's memories, the more).  ``likeness`` is the cosine of the two by the offline embedding, or what a model makes of
it where that is more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from statistics import median

from game.roleplay.embedding import Question, telling
from game.roleplay.words import stems, words

COVERED_SHARE, LIKENESS_SHARE = 0.35, 0.65
"""Anything from 0.2 to 0.5 finds the same of the labelled questions it was tuned on."""

LEAST = 0.02
"""What has less to do with it does not come to mind: one concept shared by a memory and a page of talk has more."""

MANY = 100_000
"""A life's memories: a word in as many of them tells nothing."""


def told_by(held: int) -> float:
    """How much a word tells that ``held`` memories have."""
    return max(log(MANY / (held + 1)), 0.0)


class Relevance:
    """Measures memories against one question.

    ``held`` says of each stem of the question how many memories have it.
    """

    def __init__(self, question: Question, held: Mapping[str, int]) -> None:
        self._question = question
        self._tells = {one: told_by(number) for one, number in held.items()}
        self._all = sum(self._tells.values())

    def of(self, text: str, length: int, by_model: float = 0.0) -> float:
        """0 to 1, of a memory's text, the length of its place, and what a model makes of it, if anything."""
        found = telling(words(text))
        cuts = stems(found)
        tells = self._tells
        covered = sum([tells[one] for one in tells.keys() & cuts]) / self._all if self._all else 0.0
        likeness = max(self._question.likeness(found, cuts, length), by_model)
        return COVERED_SHARE * covered + LIKENESS_SHARE * likeness


def by_model(cosines: Sequence[float]) -> list[float]:
    """What a model's cosines say of how near its nearest are: 0 for their middle, 1 for the very same.

    Models put everything people write near everything else, each to its own degree, so that a cosine alone says
    little.
    """
    if not cosines:
        return []
    middle = min(median(cosines), 0.999)
    return [min(max((cosine - middle) / (1.0 - middle), 0.0), 1.0) for cosine in cosines]
