"""The transcript: only what is in view is set and drawn, however long it is.

The view hangs on an anchor (an entry and how far its top is from the view's), or on the end of the transcript, so that
nothing above has to be measured.  Entries are set when they first come into view and kept by their text and width.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.draw.pen import px
from game.scenes.talk_entries import Entry

SET_S = 0.001
"""A frame spends at most about so long on setting what comes into view; the rest is estimated and set later."""


class Budget:
    """How long this frame may still set text."""

    def __init__(self) -> None:
        self._until_s = time.perf_counter() + SET_S

    @property
    def spent(self) -> bool:
        """Whether what is not set yet has to wait for the next frame."""
        return time.perf_counter() > self._until_s


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in view: its place among all, and its top and height in pixels."""

    number: int
    entry: Entry
    y: float
    height: float


Height = Callable[[Entry, Budget], float]


class Scroll:
    """Where the view stands in a list of entries whose heights are asked for only where they are needed."""

    def __init__(self) -> None:
        self.at_end = True
        self._at = 0
        self._key: object = None
        self._offset = 0.0

    def to_end(self) -> None:
        """Follow the end of the transcript."""
        self.at_end = True

    def to_start(self) -> None:
        """Show the first entry."""
        self.at_end, self._at, self._key, self._offset = False, 0, None, 0.0

    def to(self, number: int, key: object, offset: float) -> None:
        """Show entry ``number`` with its top ``offset`` pixels below the view's."""
        self.at_end, self._at, self._key, self._offset = False, number, key, offset

    def move(self, by: float, placed: Sequence[Placed], top: float) -> None:
        """Move the text up by so many pixels (negative: down), given what is in view now."""
        if not placed:
            return
        first = placed[0]
        if by > 0 and self.at_end:
            return
        self.at_end = False
        self._at, self._key, self._offset = first.number, first.entry.key, first.y - top - by

    def place(self, entries: Sequence[Entry], height: Height, top: float, bottom: float) -> list[Placed]:
        """The entries in view, from above, each at its place; those at the end rest on ``bottom``."""
        if not entries:
            return []
        budget = Budget()
        if not self.at_end:
            placed = self._from_anchor(entries, height, top, bottom, budget)
            if placed is not None:
                return placed
            self.at_end = True
        return self._from_end(entries, height, top, bottom, budget)

    def _from_end(
        self, entries: Sequence[Entry], height: Height, top: float, bottom: float, budget: Budget
    ) -> list[Placed]:
        placed: list[Placed] = []
        y = bottom
        for number in range(len(entries) - 1, -1, -1):
            high = height(entries[number], budget)
            y -= high
            placed.append(Placed(number, entries[number], y, high))
            if y <= top:
                break
        placed.reverse()
        if y > top:  # all of it fits: it begins at the top
            return [Placed(one.number, one.entry, one.y - (y - top), one.height) for one in placed]
        return placed

    def _from_anchor(
        self, entries: Sequence[Entry], height: Height, top: float, bottom: float, budget: Budget
    ) -> list[Placed] | None:
        """None where the end of the transcript would be above the bottom: then the view follows the end."""
        self._find(entries)
        y = top + self._offset
        number = self._at
        while y > top and number > 0:  # what is above has come into view
            number -= 1
            y -= height(entries[number], budget)
        if y > top:
            y = top
        while number < len(entries) - 1 and y + (high := height(entries[number], budget)) <= top:
            y += high
            number += 1
        self._at, self._key, self._offset = number, entries[number].key, y - top
        placed: list[Placed] = []
        while number < len(entries) and y < bottom:
            high = height(entries[number], budget)
            placed.append(Placed(number, entries[number], y, high))
            y += high
            number += 1
        if number == len(entries) and y <= bottom:
            return None
        return placed

    def _find(self, entries: Sequence[Entry]) -> None:
        """The anchor's place among entries that may have changed."""
        self._at = min(self._at, len(entries) - 1)
        if self._key is None or entries[self._at].key == self._key:
            return
        for step in range(1, len(entries)):
            for place in (self._at - step, self._at + step):
                if 0 <= place < len(entries) and entries[place].key == self._key:
                    self._at = place
                    return
        self._key = entries[self._at].key

    def share(self, placed: Sequence[Placed], count: int, top: float, bottom: float) -> tuple[float, float]:
        """Where the view begins and how much of all it shows, 0 to 1, by the number of entries."""
        if not placed or count == 0:
            return 0.0, 1.0
        first, last = placed[0], placed[-1]
        begin = first.number + max(top - first.y, 0.0) / max(first.height, 1.0)
        end = last.number + min(max((bottom - last.y) / max(last.height, 1.0), 0.0), 1.0)
        return begin / count, max(end - begin, 0.02) / count


def page_of(top: float, bottom: float) -> float:
    """How far a page goes."""
    return max(bottom - top - px(64), px(40))
