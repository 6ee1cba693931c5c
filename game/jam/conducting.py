"""Who conducts, and which of what was said in that role counts.

A conductor's facts (a song, a start, a call-off, a free jam) carry the term they were said in.  What goes on now is
what the present conductor said in its term: whoever takes over says at once, in its own term, what it found
(:func:`game.jam.decide.on_following`).  Takes of earlier terms count where somebody else followed who started them,
as members' records say.  So all come to the same, whichever pieces the network was in and whatever order words came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from game.jam.events import ConductorFollowed, CrowdOpened, FreeStarted, SongCalledOff, SongOffered, StartAgreed

ConductorsWord = SongOffered | StartAgreed | SongCalledOff | FreeStarted | CrowdOpened
"""What only a conductor may say."""

MAX_FACTS = 2000
"""So many facts of one author are kept, and as many of whom it followed: a day of songs; more is no conducting."""


class Fact(NamedTuple):
    """One thing a conductor said."""

    term: int
    number: int
    author: str
    event: ConductorsWord


class Conducting:
    """The terms known here and what was said in them."""

    def __init__(self) -> None:
        self.conductor = ""
        self.term = 0
        self.provisional = False
        """Whether this machine conducts only because it hears nobody."""
        self._seen: dict[int, str] = {}
        self._facts: dict[str, list[Fact]] = defaultdict(list)
        self._followed: dict[int, dict[str, str]] = defaultdict(dict)
        self._conducted: dict[int, set[str]] = defaultdict(set)
        self._followings: Counter[str] = Counter()
        self._known: list[Fact] | None = None
        self._starts: dict[str, Fact] = {}
        self._off: set[str] = set()
        self._firm: list[Fact] = []

    def changed(self, peer: str, term: int, provisional: bool = False) -> None:
        """``peer`` conducts from now on; claims of terms after this one were made where nobody heard them."""
        self.conductor, self.term, self.provisional = peer, term, provisional
        self._seen = {earlier: who for earlier, who in self._seen.items() if earlier < term}
        if not provisional:
            self._seen[term] = peer
        self._known = None

    def followed(self, author: str, event: ConductorFollowed) -> None:
        """``author`` said whom it follows; its words come in its own order."""
        self._followings[author] += 1
        if author == event.peer or self._followings[author] > MAX_FACTS:
            return
        self._followed[event.term][author] = event.peer
        self._conducted[event.term].add(event.peer)
        self._known = None

    def said(self, author: str, number: int, event: ConductorsWord) -> None:
        """``author`` said ``event`` as its record ``number``."""
        facts = self._facts[author]
        if len(facts) < MAX_FACTS:
            facts.append(Fact(event.term, number, author, event))
            self._known = None

    def of_term(self, term: int) -> str:
        """Who conducted ``term``; of two, each in its piece of the network, the one whom more followed in the end."""
        if term >= self.term:
            return self.conductor if term == self.term else ""
        votes = Counter(self._followed[term].values()) if term in self._followed else Counter[str]()
        return max(votes, key=lambda peer: (votes[peer], peer)) if votes else self._seen.get(term, "")

    def _counts(self, fact: Fact) -> bool:
        """Whether its author conducted in its term, for somebody else or for this machine now."""
        if fact.term == self.term and fact.author == self.conductor:
            return True
        return fact.term <= self.term and fact.author in self._conducted.get(fact.term, ())

    def _look(self) -> list[Fact]:
        """The facts that count, in order, with what follows from them made anew if any came."""
        if self._known is None:
            facts = (fact for said in self._facts.values() for fact in said)
            self._known = sorted((fact for fact in facts if self._counts(fact)), key=lambda fact: fact[:3])
            self._starts = {}
            latest: dict[str, tuple[int, bool, str]] = {}
            for fact in self._known:
                if isinstance(fact.event, StartAgreed | FreeStarted):
                    take = fact.event.take
                    self._starts.setdefault(take, fact)
                    latest[take] = max(self._rank(fact), latest.get(take, (0, False, "")))
            self._off = {
                fact.event.take
                for fact in self._known
                if isinstance(fact.event, SongCalledOff) and self._ends(fact, latest.get(fact.event.take))
            }
            self._firm = self._going_on()
        return self._known

    def _rank(self, fact: Fact) -> tuple[int, bool, str]:
        return fact.term, fact.author == self.of_term(fact.term), fact.author

    @staticmethod
    def _ends(off: Fact, start: tuple[int, bool, str] | None) -> bool:
        """Whether a call-off is by who said the start last or conducted later, and no word of one overtaken."""
        return start is not None and (off.term > start[0] or (off.term, off.author) == (start[0], start[2]))

    @property
    def spoke(self) -> bool:
        """Whether the present conductor has said something in its term."""
        return any(fact.term == self.term for fact in self._facts.get(self.conductor, ()))

    def _going_on(self) -> list[Fact]:
        """What goes on, the latest first: the words of the last conductor who said anything in its term."""
        for term in sorted({fact.term for said in self._facts.values() for fact in said}, reverse=True):
            said = [fact for fact in self._facts.get(self.of_term(term), ()) if fact.term == term]
            if said:
                return sorted(said, key=lambda fact: -fact.number)
        return []

    @property
    def offer(self) -> SongOffered | None:
        """The song on offer, if any."""
        self._look()
        for fact in self._firm:
            if isinstance(fact.event, SongOffered):
                return fact.event
            if isinstance(fact.event, SongCalledOff) and not fact.event.take:
                return None
        return None

    @property
    def crowd(self) -> bool:
        """Whether the jam is open to a crowd."""
        self._look()
        return next((fact.event.opened for fact in self._firm if isinstance(fact.event, CrowdOpened)), False)

    @property
    def running(self) -> StartAgreed | FreeStarted | None:
        """The start last agreed, unless it was called off."""
        self._look()
        for fact in self._firm:
            if isinstance(fact.event, StartAgreed | FreeStarted):
                return None if self.called_off(fact.event.take) else fact.event
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
