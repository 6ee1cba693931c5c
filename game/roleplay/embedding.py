"""An embedding that needs no model: where a text lies by its words, their parts and the concepts they belong to.

A word has features: itself, its stem, its letters by threes, and the concepts of everyday life it is listed under
(:mod:`game.roleplay.concepts`), so that ``sister`` lies near ``sibling`` and ``Schwester``.  Each feature is a row of
512 signs drawn from its hash; a text is the sum of its words' rows, and its signature the signs of that sum.  The share
of signs in which two signatures differ is the angle between the texts over pi (Charikar 2002, "Similarity estimation
techniques from rounding algorithms").  All sums are of integers, so that every machine gives the same bytes.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from game.roleplay.concepts import COMMON, concepts_of
from game.roleplay.words import stem, words

SIGNS = 512
"""Signs of a signature; the noise of an angle between two is about 1.3 degrees a standard deviation at 90."""

SIGNATURE_BYTES = SIGNS // 8

WORD_WEIGHT, STEM_WEIGHT, LETTERS_WEIGHT = 3, 6, 1

_ROWS = 16_384
"""Words whose rows are kept at hand (16 MiB); beyond that all are forgotten and drawn again as they come."""

_NOTHING = bytes(SIGNATURE_BYTES)


class _WordRows:
    """The row of each word met so far."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._rows = np.empty((1024, SIGNS), np.int16)

    def sum_of(self, found: list[str]) -> NDArray[np.int32]:
        """The sum of the rows of some words."""
        if len(self._places) + len(found) > _ROWS:
            self._places.clear()
        places = [self._places.get(word, -1) for word in found]
        if -1 in places:
            places = [self._place(word) for word in found]
        total: NDArray[np.int32] = self._rows[places].sum(axis=0, dtype=np.int32)
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


def features(word: str) -> dict[str, int]:
    """What a folded word is made of, each with its weight."""
    cut = stem(word)
    found = {f"w{word}": WORD_WEIGHT, f"s{cut}": STEM_WEIGHT}
    if word.isalpha() and len(word) > 3:
        framed = f"^{word}$"
        for at in range(len(framed) - 2):
            letters = f"l{framed[at : at + 3]}"
            found[letters] = found.get(letters, 0) + LETTERS_WEIGHT
    for concept, weight in concepts_of(word, cut):
        found[f"c{concept}"] = weight
    return found


def _row(word: str) -> NDArray[np.int16]:
    total = np.zeros(SIGNS, np.int16)
    for feature, weight in features(word).items():
        signs = np.unpackbits(np.frombuffer(blake2b(feature.encode(), digest_size=SIGNATURE_BYTES).digest(), np.uint8))
        total += (signs.astype(np.int16) * 2 - 1) * np.int16(weight)
    return total


def telling(text: str) -> list[str]:
    """The different words of ``text`` that say what it is about, in order; all of them where none does."""
    found = dict.fromkeys(words(text))
    return [word for word in found if word not in COMMON] or list(found)


def signature(text: str) -> bytes:
    """Where ``text`` lies, as 512 signs; a text without a word is all zeros."""
    found = telling(text)
    if not found:
        return _NOTHING
    return np.packbits(_word_rows.sum_of(found) > 0).tobytes()


def likeness(apart: float, signs: int = SIGNS) -> float:
    """The cosine between two texts whose signatures differ in ``apart`` of ``signs`` places."""
    return float(np.cos(np.pi * apart / signs))
