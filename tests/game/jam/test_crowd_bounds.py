"""What a crowd is told has bounds: words that fit, hits of now, a clock that no late word spoils, a log with an end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.clock import MonotonicClock
from engine.log import NewEvent
from engine.net.knock import Ticketed
from game.events import to_payload
from game.jam import crowd_listener
from game.jam.conduits.relay import MAX_WORD
from game.jam.crowd_clock import CrowdClock
from game.jam.crowd_events import CROWD, CrowdHits
from game.jam.crowd_listener import FULL, UNHEARD, CrowdListener
from game.jam.crowd_stage import MAX_WAITING
from game.jam.crowd_words import HIT, MAX_HITS, NAME_BYTES, TICK_US, hits_word, players_words, unpack
from game.jam.decide import StartFree
from game.jam.events import HitsHeard, JamOpened
from game.jam.happenings import Heard, Notice
from game.jam.inbox import Unfit
from game.jam.keeping import stream_of
from game.jam.replaying import jams, read_band
from game.profile import Profile
from game.rhythm.chart import EDGE, MAX_LANES
from tests.rig.jam_crowd import HERE, Ears
from tests.rig.jam_machines import Machines


def test_players_fit_whatever_they_are_called_and_whenever_they_are_named() -> None:
    for name in range(3, NAME_BYTES + 1):
        rows = [(slot, bytes(8), "n" * name, "p" * (name % 17), 4, True) for slot in range(16)]
        words = [word.model_copy(update={"stamp_us": 90_000_000_000}) for word in players_words(0, rows)]
        assert all(len(word.pack()) <= MAX_WORD for word in words)


def test_hits_on_lanes_that_no_chart_has_are_left_out() -> None:
    word = hits_word(0, b"ab", [(0, MAX_LANES - 1, 0)])[0]
    assert unpack(word.pack()) == word
    beyond = np.array([(0, MAX_LANES - 1, 0), (0, MAX_LANES, 0)], HIT).tobytes()
    with pytest.raises(Unfit):
        unpack(word.model_copy(update={"packed": beyond}).pack())


def test_the_clock_of_a_listener_is_not_held_by_one_late_word() -> None:
    clock = CrowdClock()
    clock.held = True
    for each, late_us in enumerate((400_000, 2_000, 3_000, 2_000)):
        clock.hear(each * 100_000, each * 100_000 + late_us, 1)
    assert abs(clock.session_us(0)) <= clock.error_us


def test_the_clock_of_a_listener_goes_on_while_another_is_found_who_conducts() -> None:
    clock, ahead_us = CrowdClock(), 7_000_000
    for each in range(5):
        clock.hear(each * 100_000 + ahead_us, each * 100_000 + 3_000, 1)
    before_us = clock.session_us(0)
    clock.held = True
    clock.forget()
    assert (clock.session_us(0), clock.delay_us) == (before_us, 0)
    clock.hear(600_000 + ahead_us, 1_000_000, 1)
    assert clock.session_us(0) == before_us
    assert not clock.agreed
    for each in range(7, 10):
        clock.hear(each * 100_000 + ahead_us, each * 100_000 + 3_000, 1)
    assert clock.agreed
    assert clock.session_us(0) == before_us


class Ahead(MonotonicClock):
    """A clock that can be put forward."""

    ahead_us = 0

    def now_us(self) -> int:
        """Its instant."""
        return super().now_us() + self.ahead_us


class Deaf(CrowdListener):
    """A listener to whom the door answers, and nobody else."""

    tickets = 0

    @property
    def waits(self) -> bool:
        """Whether it asks at no door just now."""
        return self._seeker is None

    def enter(self, ticketed: Ticketed) -> None:
        """Take part where nobody is."""
        self.tickets += 1
        super().enter(replace(ticketed, ticket=replace(ticketed.ticket, port=9, near=())))


def test_who_gets_tickets_but_hears_nothing_asks_ever_more_seldom_and_stops(
    machines: Machines, ears: Ears, tmp_path: Path
) -> None:
    ada = machines.seats[0].jam
    ada.open_crowd(True)
    ears.admitted().close()
    clock = Ahead()
    with Profile.open(tmp_path / "deaf") as profile:
        ear = Deaf([ada.node.address], machines.code, profile.writer, name="Ear", bind=HERE, clock=clock)
        while not ear.closed and ear.tickets < 12:
            machines.turn()
            ear.step()
            clock.ahead_us += 500_000 if ear.waits else 0
        ear.close()
    assert ear.closed == UNHEARD
    assert ear.tickets < 8


def test_what_is_heard_is_kept_up_to_a_bound(machines: Machines, ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd_listener, "MAX_KEPT_BYTES", 4000)
    ada = machines.seats[0].jam
    ada.open_crowd(True)
    ear = ears.admitted()
    session = ada.session
    ears.until(lambda: session.time.agreed)
    session.do(StartFree(session.now_us(), session.time.bound_us, 500_000, 4, 9, "minor-pentatonic", 4))
    take = ears.until(lambda: session.band.free).take  # type: ignore[union-attr]
    ears.until(lambda: ear.view.players and ear.view.now is not None and ear.view.now.take == take)
    at_us = iter(range(60_000_000, 600_000_000, 1_000_000))
    while Notice(FULL) not in ear.happened:
        session.hit(take, 1, True, next(at_us))
        heard = len(ear.hits)
        ears.until(lambda heard=heard: len(ear.hits) > heard)  # type: ignore[misc]
    session.hit(take, 1, True, next(at_us))
    ears.until(lambda: len(ear.hits) > heard + 1)
    ear.close()
    ear.profile.writer.flush(10.0)
    rows = [row for row in ear.profile.log.read(stream_of(session.id)) if row.kind == CrowdHits.kind]
    assert 0 < len(rows) < len(ear.hits)


def test_who_listens_later_stays_who_they_were_in_the_band(tmp_path: Path) -> None:
    first, later = (JamOpened("s" * 16, me * 16, "Ida", False, role) for me, role in (("a", "player"), ("b", CROWD)))
    with Profile.open(tmp_path / "ida") as profile:
        for session, opened in (("played", (first, later)), ("heard", (later,))):
            rows = [NewEvent(one.kind, to_payload(one), at_us=1, truth=1, origin="user:keyboard") for one in opened]
            profile.writer.append(stream_of(session), rows)
        profile.writer.flush(10.0)
        band = read_band(profile.log, "played")
        assert (band.me, [(one.id, one.gone) for one in band.members.values()]) == (first.me, [(first.me, "")])
        assert {row.session: row.players for row in jams(profile.log)} == {"played": ("Ida",), "heard": ()}
        assert read_band(profile.log, "heard").session == "heard"


def test_a_burst_goes_on_at_once_and_hits_of_long_ago_not_at_all(machines: Machines, ears: Ears) -> None:
    ada = machines.seats[0].jam
    ada.open_crowd(True)
    ear = ears.admitted()
    ears.until(lambda: ear.view.players)
    session = ada.session
    ears.until(lambda: session.time.agreed)
    session.do(StartFree(session.now_us(), session.time.bound_us, 500_000, 4, 9, "minor-pentatonic", 4))
    take = ears.until(lambda: session.band.free).take  # type: ignore[union-attr]
    ears.until(lambda: ear.view.now is not None and ear.view.now.take == take)
    assert ada.crowd is not None
    late = np.array([(-60_000_000 + each * TICK_US, 1, 1) for each in range(MAX_WAITING)], EDGE)
    live = np.array([(60_000_000 + each * TICK_US, 2, 1) for each in range(2 * MAX_HITS)], EDGE)
    heard = [Heard("", 0, HitsHeard(ada.session.me, take, 0, rows.tobytes()), 0) for rows in (live, late)]
    ears.others = lambda: None  # no other step of the conductor's than this
    ada.crowd.step(heard)
    ears.until(lambda: sum(len(one.edges) // EDGE.itemsize for one in ear.hits) >= len(live))
    assert (
        sorted(at for one in ear.hits for at, _, _ in np.frombuffer(one.edges, EDGE).tolist()) == live["at_us"].tolist()
    )
