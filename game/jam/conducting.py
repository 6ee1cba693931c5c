"""Who conducts, and which of what was said in that role counts.

A conductor's facts (a song, a start, a call-off, a free jam) carry the term they were said in.  They are ordered by
(term, record number), whatever order they came in, and count only from one who conducted that term.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from game.jam.events import FreeStarted, SongCalledOff, SongOffered, StartAgreed

ConductorsWord = SongOffered | StartAgreed | SongCalledOff | FreeStarted
"""What only a conductor may say."""

MAX_FACTS = 2000
"""So many facts of one author are kept: a day of songs; more is no conducting."""


class Fact(NamedTuple):
    """One thing a conductor said; facts are compared by term, then number."""

    term: int
    number: int
    author: str
    event: ConductorsWord


class Conducting:
    """The terms known here and what was said in them."""

    def __init__(self) -> None:
        self.conductor = ""
        self.term = 0
        self._of_term: dict[int, set[str]] = defaultdict(set)
        self._facts: dict[str, list[Fact]] = defaultdict(list)
        self._known: list[Fact] | None = None
        self._starts: dict[str, Fact] = {}
        self._off: set[str] = set()

    def changed(self, peer: str, term: int) -> None:
        """``peer`` conducts from now on."""
        self.conductor, self.term = peer, term
        self._of_term[term].add(peer)
        self._known = None

    def said(self, author: str, number: int, event: ConductorsWord) -> None:
        """``author`` said ``event`` as its record ``number``."""
        facts = self._facts[author]
        if len(facts) < MAX_FACTS:
            facts.append(Fact(event.term, number, author, event))
            self._known = None

    def _counts(self, fact: Fact) -> bool:
        """Whether its author may have conducted in its term.

        Of terms that nobody told this machine about (before it came, or on the other side of a partition) any
        member's word is taken, but never of terms still to come.
        """
        conducted = self._of_term.get(fact.term)
        if conducted is not None:
            return fact.author in conducted
        return bool(self._of_term) and 0 <= fact.term < max(self._of_term)

    def _look(self) -> list[Fact]:
        """The facts that count, in order, with what follows from them made anew if any came."""
        if self._known is None:
            facts = (fact for said in self._facts.values() for fact in said)
            self._known = sorted((fact for fact in facts if self._counts(fact)), key=lambda fact: fact[:3])
            self._starts, self._off = {}, set()
            for fact in self._known:
                if isinstance(fact.event, StartAgreed | FreeStarted):
                    self._starts.setdefault(fact.event.take, fact)
                elif isinstance(fact.event, SongCalledOff) and fact.event.take:
                    self._off.add(fact.event.take)
        return self._known

    def _firm(self) -> Iterator[Fact]:
        """The facts that count now, the latest first: of a term within the known ones, its conductor's alone."""
        first = min(self._of_term, default=0)
        return (fact for fact in reversed(self._look()) if fact.term < first or fact.term in self._of_term)

    @property
    def offer(self) -> SongOffered | None:
        """The song on offer, if any."""
        for fact in self._firm():
            if isinstance(fact.event, SongOffered):
                return fact.event
            if isinstance(fact.event, SongCalledOff) and not fact.event.take:
                return None
        return None

    @property
    def running(self) -> StartAgreed | FreeStarted | None:
        """The start last agreed, unless it was called off."""
        for fact in self._firm():
            if isinstance(fact.event, StartAgreed | FreeStarted):
                return None if fact.event.take in self._off else fact.event
        return None

    @property
    def starts(self) -> dict[str, Fact]:
        """Every take by its id, in the order they were agreed; the facts hold StartAgreed or FreeStarted."""
        self._look()
        return self._starts

    def offered(self, song: str) -> SongOffered | None:
        """What was last said of a song, whether or not it is still on offer."""
        said = (fact.event for fact in reversed(self._look()))
        return next((event for event in said if isinstance(event, SongOffered) and event.song == song), None)

    def called_off(self, take: str) -> bool:
        """Whether a take was ended before its end."""
        self._look()
        return take in self._off
