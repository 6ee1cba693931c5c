"""An embedding that needs no model: where a text lies by its words, their stems and the concepts they belong to.

A word has features: itself, its stem, and the concepts of everyday life it is listed under
(:mod:`game.roleplay.concepts`), so that ``sister`` lies near ``sibling`` and ``Schwester``.  A text is the sum of its
telling words.  That is a place in a space of as many dimensions as there are features, so two things are kept of it:

- its signature: each feature is a row of 512 signs drawn from its hash, a text the sum of its words' rows, its
  signature the signs of that sum.  The share of signs in which two signatures differ is the angle between the texts
  over pi (Charikar 2002, "Similarity estimation techniques from rounding algorithms"), give or take.  Signatures find
  the few hundred nearest of many thousand texts;
- its length, so that the cosine to a question can be had from the words of those few (:class:`Question`).

All sums are of integers, so that every machine gives the same bytes.
"""

from __future__ import annotations

import threading
from hashlib import blake2b
from math import isqrt, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from game.roleplay.concepts import COMMON, STEMS_OF, concepts_of
from game.roleplay.words import Kept, stem, stems, words

SIGNS = 512
"""Signs of a signature."""

SIGNATURE_BYTES = SIGNS // 8

WORD_WEIGHT, STEM_WEIGHT, CONCEPT_WEIGHT = 3.0, 6.0, 8.0
"""What the features of a word weigh.  Of the labelled questions tuned on, half or twice as much finds no more."""

WORD_LENGTH = 100
"""Every word is this long, however many features it has; weights are rounded to integers."""

MAX_WORDS = 4096
"""Different words of a text that are looked at."""

_CACHED = 20_000
"""Words whose rows are kept at hand: 20 MiB."""


class Place(NamedTuple):
    """Where a text lies; one without a word has no length."""

    signature: bytes
    length: int


NOWHERE = Place(bytes(SIGNATURE_BYTES), 0)


def telling(found: list[str]) -> list[str]:
    """The different ones among folded words that say what a text is about, in order; all of them where none does."""
    different = dict.fromkeys(found)
    return ([word for word in different if word not in COMMON] or list(different))[:MAX_WORDS]


def _features_of(word: str) -> dict[str, int]:
    cut = stem(word)
    found = {f"w{word}": WORD_WEIGHT, f"s{cut}": STEM_WEIGHT}
    for concept in concepts_of(word, cut):
        found[f"c{concept}"] = CONCEPT_WEIGHT
    scale = WORD_LENGTH / sqrt(sum(weight * weight for weight in found.values()))
    return {feature: round(weight * scale) for feature, weight in found.items()}


features = Kept(_features_of)
"""What each folded word is made of, each feature with its weight; together they are of :data:`WORD_LENGTH`."""


class _WordRows:
    """The rows of the words met so far; when there are too many, all are forgotten and drawn again as they come.

    Any thread may ask: memories are written on one and asked for on another.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._places: dict[str, int] = {}
        self._rows = np.empty((1024, SIGNS), np.int16)

    def sum_of(self, found: list[str]) -> NDArray[np.int64]:
        """The sum of the rows of some words."""
        with self._mutex:
            if len(self._places) + len(found) > _CACHED:
                self._places.clear()
            places = [self._places.get(word, -1) for word in found]
            if -1 in places:
                places = [self._place(word) for word in found]
            rows = self._rows[places]
        total: NDArray[np.int64] = np.add.reduce(rows, axis=0, dtype=np.int64)
        return total

    def _place(self, word: str) -> int:
        place = self._places.get(word)
        if place is None:
            place = len(self._places)
            if place == len(self._rows):
                self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
            self._rows[place] = _row(word)
            self._places[word] = place
        return place


_word_rows = _WordRows()


def _row(word: str) -> NDArray[np.int16]:
    made_of = features[word]
    drawn = b"".join([blake2b(feature.encode(), digest_size=SIGNATURE_BYTES).digest() for feature in made_of])
    bits = np.unpackbits(np.frombuffer(drawn, np.uint8).reshape(-1, SIGNATURE_BYTES), axis=1)
    weights = np.array(list(made_of.values()), np.int16)
    row: NDArray[np.int16] = weights @ (2 * bits.astype(np.int16) - 1)
    return row


def placed(found: list[str]) -> Place:
    """Where a text of these telling words lies."""
    if not found:
        return NOWHERE
    total = _word_rows.sum_of(found)
    return Place(np.packbits(total > 0).tobytes(), isqrt(int(total @ total) // SIGNS))


class Question:
    """A text that others are compared with."""

    def __init__(self, text: str) -> None:
        self.words = telling(words(text))
        self.stems = list(dict.fromkeys(stems(self.words)))
        self.place = placed(self.words)
        self._bag: dict[str, int] = {}
        self._akin = set(self.stems)  # stems of all words that share a feature with one of the question's
        for word in self.words:
            for feature, weight in features[word].items():
                self._bag[feature] = self._bag.get(feature, 0) + weight
            for concept in concepts_of(word, stem(word)):
                self._akin |= STEMS_OF[concept]
        self._length = sqrt(sum(weight * weight for weight in self._bag.values()))

    def likeness(self, found: list[str], cuts: list[str], length: int) -> float:
        """The cosine, 0 to 1, to a text of these telling words with these stems, whose place is ``length`` long."""
        akin, bag = self._akin, self._bag
        shared = 0
        for word in [word for word, cut in zip(found, cuts, strict=True) if cut in akin]:
            shared += sum([weight * bag.get(feature, 0) for feature, weight in features[word].items()])
        return min(shared / (self._length * length), 1.0) if shared and length else 0.0
