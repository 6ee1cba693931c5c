"""What a crowd is told has bounds: words that fit, hits of now, a clock that no late word spoils, a log with an end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from game.jam.conduits.relay import MAX_WORD
from game.jam.crowd_clock import CrowdClock
from game.jam.crowd_stage import MAX_WAITING
from game.jam.crowd_words import HIT, MAX_HITS, NAME_BYTES, TICK_US, hits_word, players_words, unpack
from game.jam.decide import StartFree
from game.jam.events import HitsHeard
from game.jam.happenings import Heard
from game.jam.inbox import Unfit
from game.rhythm.chart import EDGE, MAX_LANES
from tests.rig.jam_crowd import Ears
from tests.rig.jam_machines import Machines


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with Machines(tmp_path, []) as made:
        made.host()
        yield made


@pytest.fixture
def ears(machines: Machines, tmp_path: Path) -> Iterator[Ears]:
    door = machines.seats[0].jam.node.address
    with Ears(tmp_path, door, machines.code.text) as made:
        made.others = machines.turn
        yield made


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
