"""The edges of one player in one take: they may come late and in any order, and are told in the player's own."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import EDGE

MAX_EDGES = 200_000
"""Of one player in one take: twenty hits a second for more than an hour; what goes beyond is no playing."""


class Edges:
    """Lane edges by the number of the moment each came in.

    Seventeen bytes an edge, so that a long evening's takes stay in memory.  Two of the same number count once.
    """

    __slots__ = ("_at", "_keys", "_numbers", "_ordered", "corrected")

    def __init__(self) -> None:
        self._numbers = array("q")
        self._at = array("q")
        self._keys = array("B")
        self._ordered: tuple[NDArray[np.int64], NDArray[np.void]] | None = None
        self.corrected = 0
        """Goes up when an edge turns out to be another: what was made from the edges before is stale."""

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, first: int, rows: NDArray[np.void]) -> None:
        """``rows`` (dtype ``EDGE``) came as the moments ``first`` and following; none beyond :data:`MAX_EDGES`."""
        for place, (at_us, lane, down) in enumerate(rows[: MAX_EDGES - len(self)].tolist()):
            self._numbers.append(first + place)
            self._at.append(at_us)
            self._keys.append((lane & 0x7F) | (0x80 if down else 0))
        self._ordered = None

    def correct(self, number: int, rows: NDArray[np.void]) -> None:
        """The moment ``number`` is not what came before but the one of ``rows`` (dtype ``EDGE``), or none if empty."""
        known = number in self._numbers
        while number in self._numbers:
            place = self._numbers.index(number)
            del self._numbers[place], self._at[place], self._keys[place]
        if known or len(rows):
            self.add(number, rows[:1])
            self.corrected += 1

    def since(self, place: int) -> list[tuple[int, int, int, bool]]:
        """What came after the first ``place`` additions: (number, at_us, lane, down), as it came."""
        found = zip(self._numbers[place:], self._at[place:], self._keys[place:], strict=True)
        return [(number, at_us, key & 0x7F, key >= 0x80) for number, at_us, key in found]

    def ordered(self) -> tuple[NDArray[np.int64], NDArray[np.void]]:
        """The numbers and the edges (dtype ``EDGE``) as the player made them; time never goes back."""
        if self._ordered is None:
            numbers, places = np.unique(np.array(self._numbers, np.int64), return_index=True)
            rows = np.zeros(len(places), EDGE)
            keys = np.array(self._keys, np.uint8)[places]
            if len(places):
                rows["at_us"] = np.maximum.accumulate(np.array(self._at, np.int64)[places])
            rows["lane"], rows["down"] = keys & 0x7F, keys >> 7
            self._ordered = numbers, rows
        return self._ordered

    def among(self, first: int, count: int) -> NDArray[np.void]:
        """The edges with the numbers ``first`` to ``first + count - 1`` that are here."""
        numbers, rows = self.ordered()
        chosen: NDArray[np.void] = rows[(numbers >= first) & (numbers < first + count)]
        return chosen
