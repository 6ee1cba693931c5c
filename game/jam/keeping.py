"""A jam in the player's own log: stream ``jam/<session>``, a row an event, nothing twice.

Rows of what members say have the author as ``actor`` and the author's record number as ``number`` in their payload;
rows of hits have the number of their first moment.  Both are known again when the game comes back to the session.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import EventLog, LogWriter, NewEvent, StoredEvent
from game.events import Event, from_payload, to_payload
from game.jam.crowd_events import CROWD
from game.jam.events import LOCAL, SENT, HitCorrected, HitsHeard, JamOpened, MemberCame, MemberWent
from game.jam.inbox import Unfit, checked
from game.rhythm.chart import EDGE
from game.truth import Truth

STREAM = "jam/"
MAX_GAPS = 4096
"""So many holes in an author's numbers are remembered; older ones count as filled."""

_LOCAL = {cls.kind: cls for cls in LOCAL}
_HITS = frozenset((HitsHeard.kind, HitCorrected.kind))
_SENT = frozenset(cls.kind for cls in SENT)


class Spoken(NamedTuple):
    """An event with its author ("" for what this machine saw itself) and its number there."""

    author: str
    number: int
    event: Event


class Numbers:
    """Which numbers of one author are known: stretches, so that an evening of hits is a handful of integers."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number <= self._lasts[place]

    def add(self, number: int) -> bool:
        """Note ``number``; False if it was known."""
        firsts, lasts = self._firsts, self._lasts
        if lasts and lasts[-1] + 1 == number:  # nearly always
            lasts[-1] = number
            return True
        place = bisect_right(firsts, number)
        if place and number <= lasts[place - 1]:
            return False
        before = place > 0 and lasts[place - 1] + 1 == number
        after = place < len(firsts) and firsts[place] == number + 1
        if before and after:
            lasts[place - 1] = lasts.pop(place)
            del firsts[place]
        elif before:
            lasts[place - 1] = number
        elif after:
            firsts[place] = number
        else:
            firsts.insert(place, number)
            lasts.insert(place, number)
            if len(firsts) > MAX_GAPS:
                del firsts[1], lasts[0]
        return True


def stream_of(session: str) -> str:
    """Where the log keeps a session."""
    return STREAM + session


def spoken(rows: Iterable[StoredEvent]) -> Iterator[Spoken]:
    """The events of a jam's rows, checked as when they came; what a later version wrote is passed over."""
    for row in rows:
        local = _LOCAL.get(row.kind)
        if local is JamOpened and row.payload.get("role") == CROWD:
            continue  # who only listened was no member
        if local is not None:
            event: Event = from_payload(local, row.payload)
            if not isinstance(event, HitsHeard | HitCorrected) or len(event.edges) % EDGE.itemsize == 0:
                yield Spoken("", 0, event)
        elif row.kind in _SENT:
            try:
                yield Spoken(row.actor, int(row.payload.get("number", 0)), checked(row.kind, row.payload))
            except Unfit:
                continue


def last_there(before: Iterable[Spoken]) -> list[str]:
    """Who was a member when an earlier stay ended; they may have left unseen."""
    there: dict[str, None] = {}
    for _, _, event in before:
        if isinstance(event, MemberCame):
            there[event.peer] = None
        elif isinstance(event, MemberWent):
            there.pop(event.peer, None)
    return list(there)


def told_together(heard: Iterable[Spoken]) -> list[Spoken]:
    """The same, with each player's hits in a take after everything else and in as few events as they have gaps.

    What was corrected of them comes last.

    A jam of an evening is then a few hundred events, which make the same band.
    """
    out: list[Spoken] = []
    corrected: list[Spoken] = []
    hits: dict[tuple[str, str], list[HitsHeard]] = {}
    for one in heard:
        if isinstance(one.event, HitsHeard):
            hits.setdefault((one.event.peer, one.event.take), []).append(one.event)
        elif isinstance(one.event, HitCorrected):
            corrected.append(one)
        else:
            out.append(one)
    for (peer, take), events in hits.items():
        rows = np.frombuffer(b"".join(event.edges for event in events), EDGE)
        counted = [np.arange(event.first, event.first + len(event.edges) // EDGE.itemsize) for event in events]
        numbers, places = np.unique(np.concatenate(counted), return_index=True)
        runs = np.split(np.arange(len(numbers)), np.flatnonzero(np.diff(numbers) > 1) + 1)
        merged = (HitsHeard(peer, take, int(numbers[run[0]]), rows[places[run]].tobytes()) for run in runs if len(run))
        out += [Spoken("", 0, event) for event in merged]
    return out + corrected


class Keeper:
    """Puts one session into the log as it happens.  Not for several threads at once: the session sees to that.

    What came together goes to the log's writer together, with :meth:`write`.

    Raises:
        UserError: the log cannot be read.
    """

    def __init__(self, log: EventLog, writer: LogWriter, session: str) -> None:
        writer.flush(2.0)  # the session may have been left only a moment ago
        self.stream = stream_of(session)
        self._writer = writer
        self._rows: list[NewEvent] = []
        self._records: dict[str, Numbers] = {}
        self._moments: dict[str, Numbers] = {}
        self.before = told_together(spoken(log.read(self.stream)))
        """What is already in the log from an earlier stay in this session."""
        for author, number, event in self.before:
            if author:
                self._of(self._records, author).add(number)
            elif isinstance(event, HitsHeard):
                numbers = self._of(self._moments, event.peer)
                for place in range(len(event.edges) // EDGE.itemsize):
                    numbers.add(event.first + place)
            elif isinstance(event, HitCorrected):
                self._of(self._moments, event.peer).add(event.number)

    @staticmethod
    def _of(table: dict[str, Numbers], author: str) -> Numbers:
        found = table.get(author)
        if found is None:
            found = table[author] = Numbers()
        return found

    def knows_hit(self, peer: str, number: int) -> bool:
        """Whether the moment ``number`` of ``peer`` is kept already."""
        return number in self._of(self._moments, peer)

    def saw(self, event: Event, *, truth: Truth = Truth.AUTOMATION, origin: str = "automation:network") -> None:
        """Keep what this machine saw itself."""
        self._append(event, to_payload(event), truth, origin, "")

    def said(self, author: str, number: int, event: Event, *, own: bool) -> bool:
        """Keep record ``number`` of ``author``; False if it is kept already."""
        if not self._of(self._records, author).add(number):
            return False
        truth, origin = _whose(author, own)
        self._append(event, to_payload(event) | {"number": number}, truth, origin, author)
        return True

    def hits(self, peer: str, take: str, first: int, rows: NDArray[np.void], *, own: bool) -> list[HitsHeard]:
        """Keep edges that came as the moments from ``first`` on; gives what was new, in unbroken stretches."""
        numbers = self._of(self._moments, peer)
        new = [place for place in range(len(rows)) if numbers.add(first + place)]
        out: list[HitsHeard] = []
        begin = 0
        for end in range(1, len(new) + 1):
            if end == len(new) or new[end] != new[end - 1] + 1:
                chosen = rows[new[begin] : new[end - 1] + 1]
                out.append(HitsHeard(peer, take, first + new[begin], chosen.tobytes()))
                begin = end
        truth, origin = _whose(peer, own)
        for event in out:
            self._append(event, to_payload(event), truth, origin, peer)
        return out

    def corrected(self, peer: str, number: int, take: str, rows: NDArray[np.void]) -> HitCorrected:
        """Keep what the moment ``number`` of a peer really is."""
        self._of(self._moments, peer).add(number)
        event = HitCorrected(peer, number, take, rows.tobytes())
        truth, origin = _whose(peer, own=False)
        self._append(event, to_payload(event), truth, origin, peer)
        return event

    def _append(self, event: Event, payload: dict[str, Any], truth: Truth, origin: str, actor: str) -> None:
        row = NewEvent(event.kind, payload, at_us=wall_us(), truth=int(truth), origin=origin, actor=actor)
        self._rows.append(row)

    def write(self) -> None:
        """Hand what was kept since the last time to the log's writer; never waits."""
        if self._rows:
            rows, self._rows = self._rows, []
            self._writer.append(self.stream, rows)


def _whose(author: str, own: bool) -> tuple[Truth, str]:
    return (Truth.USER, "user:keyboard") if own else (Truth.LAN_PEER, f"peer:{author}")


def sessions(log: EventLog) -> list[str]:
    """The ids of the sessions the log holds."""
    return [stream.removeprefix(STREAM) for stream in log.streams() if stream.startswith(STREAM)]


def read_session(log: EventLog, session: str, *, hits: bool = True) -> list[Spoken]:
    """Everything the log holds of a session; without ``hits`` all but those, which are nearly all of it.

    Raises:
        UserError: it holds nothing of it.
    """
    stored = log.read(stream_of(session))
    rows = told_together(spoken(stored if hits else (row for row in stored if row.kind not in _HITS)))
    if not rows and stream_of(session) not in log.streams():
        raise UserError(f"The log holds no jam {session}; `ourojam jam list` names those it does")
    return rows
