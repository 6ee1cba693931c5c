"""One player of a take, judged here from the edges they sent, whatever they say of their score.

While the song runs, edges are judged in the player's own order as they come: one that overtook another waits a
moment for it, and one that came too late has everything judged anew.  So what is shown may be corrected, but always
ends where judging all edges at once ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from game.jam.events import PartTaken, TakeEnded
from game.jam.seats import PartChart, rate_percent, seat_chart
from game.jam.state import Played, Take
from game.rhythm.chart import NOTE, Chart, NoteKind, Notes, empty
from game.rhythm.judge import Judge
from game.rhythm.performance import FINISHED
from game.rhythm.result import Result
from game.rhythm.rules import rule_set
from game.rhythm.score import ScoreState

REORDER_US = 60_000
"""An edge whose predecessor has not come waits this long for it, in real time."""

LATE_US = 250_000
"""What was not played to is missed no sooner than this after its instant: edges of others are on their way so long."""

MOST_LATE_US = 3_000_000
AGAIN_US = 500_000
"""A player is judged all anew at most this often."""

QUIET_US = 4_000_000
QUIET_NOTES = 4
"""Who has not touched a key for so long, though so many notes were due, is silent: their notes become ghosts."""


@dataclass(frozen=True, slots=True)
class PlayerResult:
    """What one player came to in a take, judged here from their edges.

    ``outcome`` is theirs, empty if they never said; ``provisional`` while not all their edges are here; ``agrees``
    tells whether they came to the same themselves.  ``result`` is None if their part is not here (``problem``).
    """

    peer: str
    segments: tuple[PartTaken, ...]
    outcome: str
    provisional: bool
    agrees: bool
    result: Result | None
    edges: NDArray[np.void]
    problem: str = ""


def judge_for(take: Take, chart: Chart) -> Judge:
    """A judge for a seat with ``chart`` in ``take``.

    Raises:
        UserError: there is no such rule set.
    """
    return Judge(chart, rule_set(take.start.rules, chart), rate_percent(take.start) / 100)


def final(take: Take, peer: str, cut: PartChart) -> PlayerResult:
    """``peer``'s result from all edges that are here; the same on every machine that has them all."""
    played = take.played.get(peer, Played())
    segments, ended = take.segments(peer), played.ended
    if ended is None:
        edges, complete = played.edges.ordered()[1], False
    else:
        edges = played.edges.among(ended.first, ended.edges)
        complete = len(edges) == ended.edges
    outcome = ended.outcome if ended is not None else ""
    try:
        judge = judge_for(take, seat_chart(segments, cut))
    except UserError as error:
        return PlayerResult(peer, segments, outcome, not complete, True, None, edges, str(error))
    result = judge_to_end(judge, edges, ended)
    agrees = ended is None or not complete or _agrees(ended, result)
    return PlayerResult(peer, segments, outcome, not complete, agrees, result, edges)


def judge_to_end(judge: Judge, edges: NDArray[np.void], ended: TakeEnded | None) -> Result:
    """All of a player's edges judged, and what they left out missed, as far as they played."""
    judge.feed(edges)
    if ended is None or ended.outcome == FINISHED:
        return judge.finish()
    judge.advance(ended.upto_us)
    return judge.result()


def _agrees(ended: TakeEnded, result: Result) -> bool:
    return (ended.counts, ended.score, ended.max_combo) == (result.counts, result.score, result.max_combo)


class Performer:
    """Another player of the take while it runs."""

    def __init__(self, take: Take, peer: str, cut: PartChart) -> None:
        self.peer = peer
        self.problem = ""
        self.segments: tuple[PartTaken, ...] = ()
        self.chart: Chart | None = None
        self.last_edge_us = -(1 << 61)
        self.done = False
        """Whether this player has ended and everything they did is judged."""
        self._cut = cut
        self._judge: Judge | None = None
        self._switches = 0
        self._corrected = 0
        self._taken = 0
        self._next: int | None = None
        self._waiting: list[tuple[int, int, int, bool, int]] = []
        self._late_us = LATE_US
        self.behind = False
        """Whether what was judged is not what counts (edges came late, or were corrected): :meth:`judge_anew`."""
        self.judged_anew_us = -(1 << 61)
        self._seat(take)

    @property
    def judge(self) -> Judge | None:
        """Judges this player as far as their edges came; None if their part is not here."""
        return self._judge

    @property
    def state(self) -> ScoreState | None:
        """Where this player stands."""
        return self._judge.state if self._judge is not None else None

    def step(self, take: Take, song_us: int, now_us: int) -> None:
        """Take up what came; song time has come to ``song_us``, the machine's clock to ``now_us``."""
        played = take.played.get(self.peer)
        if played is not None and len(played.switches) != self._switches:
            self._seat(take)
        if played is not None and played.edges.corrected != self._corrected:
            self._corrected, self.behind = played.edges.corrected, True
        if played is None or self._judge is None or self.done:
            return
        if len(played.edges) > self._taken:
            for number, at_us, lane, down in played.edges.since(self._taken):
                heappush(self._waiting, (number, at_us, lane, down, now_us))
            self._taken = len(played.edges)
        self._feed(song_us, now_us)
        if played.ended is not None:
            self._close(take, played, played.ended)
        if not self.done:
            self._judge.advance(song_us - self._late_us)

    def _seat(self, take: Take) -> None:
        """Sit down with the chart of the parts known by now; what was played so far is judged on it at once."""
        self.segments = take.segments(self.peer)
        played = take.played.get(self.peer, Played())
        self._switches = len(played.switches)
        try:
            self.chart = seat_chart(self.segments, self._cut)
            self._judge_all(take, self.chart, played)
            self.problem = ""
        except UserError as error:
            self.chart, self._judge, self.problem = None, None, str(error)

    def _judge_all(self, take: Take, chart: Chart, played: Played) -> None:
        """Judge everything that is here, in the player's order; go on with what comes after it."""
        numbers, rows = played.edges.ordered()
        self._judge = judge_for(take, chart)
        self._judge.feed(rows)
        self._taken, self._waiting = len(played.edges), []
        self._corrected, self.behind = played.edges.corrected, False
        self._next = int(numbers[-1]) + 1 if len(numbers) else None
        if len(rows):
            self.last_edge_us = max(self.last_edge_us, int(rows["at_us"][-1]))

    def _feed(self, song_us: int, now_us: int) -> None:
        judge, waiting = self._judge, self._waiting
        assert judge is not None
        while waiting:
            number, at_us, lane, down, came_us = waiting[0]
            late = self._next is not None and number < self._next
            if not late and number != self._next and now_us - came_us < REORDER_US:
                return
            heappop(waiting)
            if late or at_us < judge.now_us:
                self.behind = True
                self._late_us = min(MOST_LATE_US, max(self._late_us, (song_us - at_us) * 3 // 2))
                self.last_edge_us = max(self.last_edge_us, at_us)
                self._next = max(self._next or 0, number + 1)
                continue
            self._next = number + 1
            self.last_edge_us = at_us
            if lane < judge.chart.keys:
                (judge.press if down else judge.release)(lane, at_us)

    def _close(self, take: Take, played: Played, ended: TakeEnded) -> None:
        """The last word on a player who has ended and all of whose edges are here."""
        assert self.chart is not None
        edges = played.edges.among(ended.first, ended.edges)
        if len(edges) == ended.edges:
            self._judge = judge_for(take, self.chart)
            judge_to_end(self._judge, edges, ended)
            self.done = True

    def judge_anew(self, take: Take, now_us: int) -> None:
        """Judge everything again, late edges in their places, unless that was done a moment ago."""
        played = take.played.get(self.peer)
        if self.chart is None or played is None or self.done or now_us - self.judged_anew_us < AGAIN_US:
            return
        self._judge_all(take, self.chart, played)
        self.judged_anew_us = now_us

    def quiet(self, song_us: int) -> bool:
        """Whether nothing was pressed for a while though notes were due."""
        if self.chart is None or song_us - self.last_edge_us < QUIET_US:
            return False
        at_us = self.chart.notes["at_us"]
        due = (at_us > max(self.last_edge_us, -QUIET_US)) & (at_us < song_us - self._late_us)
        return int((due & (self.chart.notes["kind"] <= NoteKind.ROLL)).sum()) >= QUIET_NOTES

    def notes_between(self, from_us: int, until_us: int) -> Notes:
        """The notes of this player's part that begin from ``from_us`` on and before ``until_us``."""
        if self.chart is None:
            return empty(NOTE)
        at_us = self.chart.notes["at_us"]
        begin, end = np.searchsorted(at_us, (from_us, until_us))
        return self.chart.notes[begin:end]
