"""A take while it runs, as one machine sees it: one's own hands, everyone's standing, ghosts, the band's score.

Everybody is judged here, from their edges and the same charts; nobody's told score counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.errors import UserError
from game.jam.decide import TakePart
from game.jam.events import PartTaken, TakeEnded
from game.jam.performer import Performer, PlayerResult, final
from game.jam.seats import PartChart, next_bar_us, rate_percent, seat_chart, session_us
from game.jam.session import Session
from game.jam.state import Played, Take
from game.rhythm.chart import EDGE, Notes
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, Performance
from game.rhythm.result import Result
from game.rhythm.score import ScoreState


class Standing(NamedTuple):
    """Where one player stands.  ``accuracy`` and ``health`` run from 0 to 1.

    ``here`` is false while their network is gone, ``silent`` when they are not here, left, or press nothing though
    notes are due: their notes become ghosts.  ``outcome`` is empty while they play.
    """

    peer: str
    name: str
    part: str
    score: int
    combo: int
    max_combo: int
    accuracy: float
    health: float
    judged: int
    here: bool
    silent: bool
    outcome: str
    problem: str


@dataclass(frozen=True, slots=True)
class BandResult:
    """What a take came to: the band's ``score`` is the sum, its ``accuracy`` weighs each by what they were judged on.

    ``players`` are ordered by score.  ``provisional`` while edges of somebody are still missing.
    """

    take: Take
    players: tuple[PlayerResult, ...]
    score: int
    accuracy: float
    provisional: bool


def band_result(take: Take, cut: PartChart) -> BandResult:
    """Everyone of ``take`` judged anew from the edges that are here."""
    found = [final(take, peer, cut) for peer in take.played]
    players = sorted(found, key=lambda one: (-_score(one.result), one.peer))
    weights = [(sum(one.result.counts.values()), one.result.accuracy) for one in players if one.result is not None]
    return BandResult(
        take,
        tuple(players),
        sum(_score(one.result) for one in players),
        _mean(weights),
        any(one.provisional for one in players),
    )


def _standing(peer: str, name: str, part: str, state: ScoreState | None, outcome: str = "") -> Standing:
    """Where somebody who is here stands; at the beginning where nothing can be judged."""
    if state is None:
        return Standing(peer, name, part, 0, 0, 0, 1.0, 1.0, 0, True, False, outcome, "")
    score, combo, most, accuracy = state.score, state.combo, state.max_combo, state.accuracy
    return Standing(
        peer, name, part, score, combo, most, accuracy, state.health, state.judged, True, False, outcome, ""
    )


def _score(result: Result | None) -> int:
    return result.score if result is not None else 0


def _mean(weighed: Iterable[tuple[int, float]]) -> float:
    """The mean of values by their weights; 1 where nothing weighs anything."""
    rows = list(weighed)
    total = sum(weight for weight, _ in rows)
    return sum(weight * value for weight, value in rows) / total if total else 1.0


class BandTake:
    """A running take, from its start until :meth:`end`; the shared clock is held meanwhile.

    Belongs to the game's thread, as the session does.

    Args:
        session: the jam; its band must know the take.
        take: the take's id.
        cut: gives the chart of a part (:class:`game.jam.seats.Charts` over the song's files).

    Raises:
        UserError: no such take, or this player's own part is not among the files here.
    """

    def __init__(self, session: Session, take: str, cut: PartChart) -> None:
        found = session.band.take(take)
        if found is None:
            raise UserError("This song was not started; wait for the conductor to start one.")
        self.take = found
        self._session = session
        self._cut = cut
        self._version = session.band.version
        self._own: list[tuple[int, int, bool]] = []
        self._first = 0
        self._last_us = -(1 << 61)
        self._song_us = -(1 << 61)
        self.performance: Performance | None = None
        """One's own playing, for the field and the judge's words; None for who listens."""
        self._segments: tuple[PartTaken, ...] = ()
        self._sit_down()
        self.others: dict[str, Performer] = {}
        """Everyone else who plays."""
        self._see_others()
        session.hold_time(True)

    # -- one's own hands -----------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The take's id."""
        return self.take.start.take

    def _sit_down(self) -> None:
        """Take the seat that the parts known by now make; what was played in it so far is judged on it anew."""
        self._segments = segments = self.take.segments(self._session.me)
        if not segments or self._session.me not in self.take.played:
            self.performance = None
            return
        start = self.take.start
        mods = Mods(rate_percent=rate_percent(start), no_fail=True)
        chart = seat_chart(segments, self._cut)
        was = self.performance
        self.performance = Performance(chart, start.rules, mods)
        for at_us, lane, down in self._own:
            self.performance.edge(at_us, lane, down)
        if was is not None:
            self.performance.step(was.song_us, 0)

    def press(self, lane: int, down: bool, song_at_us: int) -> int:
        """One's own key went down or up; heard by everyone, kept and judged.  Gives the instant it was judged at.

        Once the session is over (the network gone for good, taken off the roster) it is only judged here.
        """
        performance = self.performance
        if performance is None or performance.ended or lane >= performance.chart.keys:
            return song_at_us
        at_us = max(song_at_us, performance.song_us, self._last_us)
        with contextlib.suppress(UserError):  # the session may be over at any moment
            at_us, number = self._session.hit(self.id, lane, down, at_us)
            self._first = self._first or number
        self._last_us = at_us
        self._own.append((at_us, lane, down))
        performance.edge(at_us, lane, down)
        return at_us

    def switch(self, part: str, chart_hash: str, keys: int = 0) -> int:
        """Go over to another part at the next bar that leaves a count-in; gives that bar's song time.

        Who came while the song runs joins in this way, on ``keys`` lanes; who plays stays on theirs.

        Raises:
            UserError: no such part, too late for it, or this player listens.
        """
        keys = self._segments[0].keys if self._segments else keys
        chart = self._cut(chart_hash, part, keys)
        from_us = next_bar_us(chart, self._song_us, rate_percent(self.take.start) / 100)
        if from_us > chart.last_us:
            raise UserError("The song is nearly over; take another part for the next one.")
        now_session_us = session_us(self.take.start, self._song_us)
        self._session.do(TakePart(part, chart_hash, keys, from_us, now_session_us))
        self._look()
        return from_us

    def end(self, outcome: str = FINISHED) -> PlayerResult | None:
        """One's own part in it is over: say so, with how many edges there were; gives one's result, if one played."""
        self._session.hold_time(False)
        performance = self.performance
        if performance is None:
            return None
        if not performance.ended:
            result = performance.end(outcome)
            reached = (dict(result.counts), result.score, result.max_combo, result.accuracy)
            ended = TakeEnded(self.id, outcome, self._first, len(self._own), *reached, max(0, performance.song_us))
            if not self._session.closed:
                self._session.send(ended)
            self._look()
        return final(self.take, self._session.me, self._cut)

    # -- everyone ------------------------------------------------------------------------------------------

    def step(self, song_us: int, at_us: int | None = None) -> None:
        """Song time has come to ``song_us``; call after :meth:`Session.events`.  ``at_us``: the machine's clock."""
        at_us = now_us() if at_us is None else at_us
        self._song_us = song_us
        self._look()
        if self.performance is not None:
            self.performance.step(song_us, at_us)
        for performer in self.others.values():
            performer.step(self.take, song_us, at_us)
        behind = [performer for performer in self.others.values() if performer.behind]
        if behind:  # one in a step: after a network came back everybody is, and play must not stop for it
            min(behind, key=lambda one: one.judged_anew_us).judge_anew(self.take, at_us)

    def _look(self) -> None:
        """See what the band knows of the take by now."""
        band = self._session.band
        if band.version == self._version:
            return
        self._version = band.version
        take = band.take(self.id)
        if take is None:  # a conductor's word that no longer counts; what was begun is played on
            return
        self.take = take
        self._see_others()
        if self.take.segments(self._session.me) != self._segments and not (
            self.performance is not None and self.performance.ended
        ):
            self._sit_down()

    def _see_others(self) -> None:
        for peer in self.take.played:
            if peer != self._session.me and peer not in self.others:
                self.others[peer] = Performer(self.take, peer, self._cut)

    def standings(self) -> list[Standing]:
        """Everyone who plays, oneself first, the others in the order they were admitted."""
        band = self._session.band
        order = {member.id: place for place, member in enumerate(band.present)}
        others = sorted(self.others, key=lambda peer: (order.get(peer, len(order)), peer))
        mine = [self._own_standing()] if self.performance is not None else []
        return [*mine, *(self._standing(self.others[peer]) for peer in others)]

    def _own_standing(self) -> Standing:
        performance = self.performance
        assert performance is not None
        me = self._session.me
        part = self._part_now(self._segments)
        return _standing(me, self._session.band.name(me), part, performance.judge.state, outcome=performance.outcome)

    def _standing(self, performer: Performer) -> Standing:
        band, peer = self._session.band, performer.peer
        member, played = band.members.get(peer), self.take.played.get(peer, Played())
        here = member is not None and member.here and not member.gone
        outcome = played.ended.outcome if played.ended is not None else ""
        silent = not here or outcome not in ("", FINISHED) or performer.quiet(self._song_us)
        stands = _standing(peer, band.name(peer), self._part_now(performer.segments), performer.state, outcome)
        return stands._replace(here=here, silent=silent, problem=performer.problem)

    def _part_now(self, segments: tuple[PartTaken, ...]) -> str:
        begun = [one.part for one in segments if one.from_us <= max(0, self._song_us)]
        return begun[-1] if begun else segments[0].part if segments else ""

    @property
    def score(self) -> int:
        """The band's score: the sum of everyone's."""
        return sum(one.score for one in self.standings())

    @property
    def accuracy(self) -> float:
        """The band's accuracy: everyone's, weighed by what they were judged on."""
        return _mean((one.judged, one.accuracy) for one in self.standings())

    def ghosts(self, from_us: int, until_us: int) -> dict[str, Notes]:
        """The notes between two instants of song time of everyone who is silent."""
        return {
            one.peer: self.others[one.peer].notes_between(from_us, until_us)
            for one in self.standings()
            if one.silent and one.peer in self.others
        }

    @property
    def over(self) -> bool:
        """Whether the take was called off, or everyone who is still here has ended.

        Another conductor, who knows nothing of it, does not end it.
        """
        band = self._session.band
        take = band.take(self.id) or self.take
        return take.called_off or not band.open(take)

    def results(self) -> BandResult:
        """Everyone judged from all edges that are here; provisional until all are."""
        self._look()
        return band_result(self.take, self._cut)

    @property
    def own_edges(self) -> NDArray[np.void]:
        """One's own edges so far (dtype ``EDGE``)."""
        return np.array(self._own, EDGE)
