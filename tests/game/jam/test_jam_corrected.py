"""What a member signed counts on every machine, whatever each heard first, and whenever its song begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import Moment, MomentCorrected
from game.events import Event
from game.jam.events import ConductorChanged, HitCorrected, HitsHeard, StartAgreed
from game.jam.inbox import Unfit, pack_hit
from game.jam.keeping import Spoken, told_together
from game.jam.placing import MAX_WAITING, Placing
from game.jam.replaying import read_band
from game.jam.state import Band
from game.rhythm.chart import EDGE
from tests.rig.jam_company import TableCompany

PEER = "b" * 16
FAST, SIGNED = 100, 200


@pytest.fixture
def company(tmp_path: Path) -> Iterator[TableCompany]:
    company = TableCompany(tmp_path)
    for name in ("Ida", "Mika", "Noa"):
        company.sit(name)
    yield company
    company.close()


def test_all_judge_by_what_was_signed(company: TableCompany) -> None:
    company.start("Ida", "Mika", "Noa")
    assert company.started is not None
    take, t0_us = company.started.take, company.started.t0_us
    liar = company.sessions["Noa"].me
    heard = {"Ida": 1_000_000, "Mika": 1_050_000}
    for name, at_us in heard.items():
        seat = company.table.seats[company.sessions[name].me]
        for number, lane in ((1, 0), (2, 3)):
            seat.put(Moment(liar, number, t0_us + at_us, pack_hit(take, lane, True), 0))
    company.play({}, 1_100_000)
    for name in heard:
        seat = company.table.seats[company.sessions[name].me]
        seat.put(MomentCorrected(liar, 1, t0_us + 1_020_000, pack_hit(take, 0, True), 0))
        seat.put(MomentCorrected(liar, 2, t0_us + 1_030_000, b"no hit", 0))
    company.play({}, 3_000_000)
    signed = [(1_020_000, 0, 1)]
    for name in heard:
        band = company.sessions[name].band
        assert band.members[liar].takes[take].edges.ordered()[1].tolist() == signed
        company.logged(name)
        again = read_band(company.profiles[name].log, company.sessions[name].id)
        assert again.members[liar].takes[take].edges.ordered()[1].tolist() == signed
    states = [company.takes[name].others[liar].state for name in heard]
    told = [(state.counts, state.score, state.max_combo) for state in states if state is not None]
    assert told[0] == told[1]
    assert told[0][2] == 1  # the first note is hit, the other hit was none


rows = st.tuples(st.integers(0, 50), st.integers(0, 3), st.integers(0, 1))
heard_hits = st.builds(
    lambda take, first, edges: HitsHeard(PEER, take, first, np.array(edges, EDGE).tobytes()),
    *(st.sampled_from(["t1", "t2"]), st.integers(1, 8), st.lists(rows, min_size=1, max_size=3)),
)
corrections = st.builds(
    lambda number, take, row: HitCorrected(PEER, number, take, np.array([row] if take else [], EDGE).tobytes()),
    *(st.integers(1, 8), st.sampled_from(["t1", "t2", ""]), rows),
)


@given(st.lists(heard_hits, max_size=5), st.lists(corrections, max_size=5))
def test_a_log_read_again_tells_the_corrected_hits(heard: list[HitsHeard], corrected: list[HitCorrected]) -> None:
    events: list[Event] = [*heard, *corrected]
    spoken = [Spoken("", 0, event) for event in events]
    live, again = Band(), Band()
    live.apply_all(spoken)
    again.apply_all(told_together(spoken))

    def edges(band: Band) -> list[tuple[str, bytes]]:
        takes = band.members[PEER].takes if PEER in band.members else {}
        return [(take, played.edges.ordered()[1].tobytes()) for take, played in sorted(takes.items())]

    assert edges(live) == edges(again)


def start(take: str) -> StartAgreed:
    return StartAgreed("0" * 64, take, 0, 1.0, {}, "o2jam", 1)


def waiting(number: int, at_us: int, take: str = "t1") -> Moment:
    return Moment(PEER, number, at_us, pack_hit(take, number % 4, number % 2 == 0), number)


def test_an_evening_of_hits_waits_for_its_starts() -> None:
    placing = Placing()
    placing.take_in("", 0, ConductorChanged("a" * 16, 1))
    for number in range(1, 60_001):
        assert placing.place(waiting(number, number * 25_000, f"t{number % 2}")) is None
    assert placing.take_in("a" * 16, 1, start("t0")) == [waiting(n, n * 25_000, "t0") for n in range(2, 60_001, 2)]
    assert placing.take_in("a" * 16, 2, start("t0")) == []
    rest = placing.take_in("a" * 16, 3, start("t1"))
    assert len(rest) == 30_000
    assert isinstance(rest[0], Moment)
    assert placing.place(rest[0]) == ("t1", (25_000, 1, 0))


def test_what_is_corrected_while_it_waits_comes_out_as_it_was_signed() -> None:
    placing = Placing()
    placing.take_in("", 0, ConductorChanged("a" * 16, 1))
    corrected = MomentCorrected(PEER, 2, SIGNED, pack_hit("t1", 0, True), 0)
    for number in (1, 2, 3):
        placing.place(waiting(number, FAST))
    placing.place(corrected)
    assert placing.take_in("a" * 16, 1, start("t1")) == [waiting(1, FAST), waiting(3, FAST), corrected]


def test_one_players_hits_for_no_song_leave_room_for_the_others() -> None:
    placing = Placing()
    for number in range(1, MAX_WAITING + 1):
        placing.place(waiting(number, FAST))
    with pytest.raises(Unfit, match="never started"):
        placing.place(waiting(MAX_WAITING + 1, FAST))
    assert placing.place(Moment("c" * 16, 1, FAST, pack_hit("t1", 0, True), 0)) is None
