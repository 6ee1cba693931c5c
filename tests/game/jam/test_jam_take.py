from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.net.face import Refused
from game.jam.decide import CallOff, Start
from game.jam.events import PartTaken, ReadySaid, StartAgreed, TakeEnded
from game.jam.performer import QUIET_US
from game.jam.seats import Charts, next_bar_us, seat_chart, session_us, song_us
from game.rhythm.chart import TIMING, Chart
from game.rhythm.judge import Judge
from game.rhythm.performance import LEFT
from game.rhythm.rules import rule_set
from tests.rig.jam_company import BEAT_US, TableCompany, small_chart
from tests.rig.jam_table import Table

END_US = 8_000_000


@pytest.fixture
def company(tmp_path: Path) -> Iterator[TableCompany]:
    company = TableCompany(tmp_path, Table(jitter_us=25_000, loss=0.1, seed=3))
    for name in ("Ida", "Mika", "Noa"):
        company.sit(name)
    company.sit("Eyes", "spectator")
    company.start("Ida", "Mika", "Noa")
    yield company
    company.close()


def end_all(company: TableCompany, *names: str) -> None:
    for name in names:
        company.takes[name].end()
    company.turn(1_000_000)
    for take in company.takes.values():
        take.step(company.song_us, company.table.at_us)


def test_everyone_comes_to_the_same_results_by_their_own_judging(company: TableCompany) -> None:
    hands = {"Ida": company.hands("Ida"), "Mika": company.hands("Mika", 30_000), "Noa": company.hands("Noa", 0, [2])}
    company.play(hands, END_US)
    end_all(company, *hands)
    results = [company.takes[name].results() for name in company.sessions]
    for result in results:
        assert not result.provisional
        assert all(player.agrees for player in result.players)
        assert result.score == sum(player.result.score for player in result.players if player.result is not None)
    told = [[(one.peer, one.result) for one in result.players] for result in results]
    counts = [[(peer, result.counts, result.score) for peer, result in one if result is not None] for one in told]
    assert counts[1:] == counts[:-1]
    assert len(counts[0]) == 3
    best, *_, worst = results[0].players
    assert best.peer == company.sessions["Ida"].me
    assert worst.peer == company.sessions["Noa"].me


@pytest.mark.parametrize("rate", [0.75, 1.35])
def test_at_any_rate_everyone_judges_the_same_instants(tmp_path: Path, rate: float) -> None:
    company = TableCompany(tmp_path, Table(jitter_us=25_000, loss=0.1))
    company.offer = replace(company.offer, rate=rate)
    names = ("Ida", "Mika", "Noa")
    for name in names:
        company.sit(name)
    company.start(*names)
    assert company.started is not None
    assert company.started.rate == rate
    company.play({"Ida": company.hands("Ida"), "Mika": company.hands("Mika", 41_000)}, END_US)
    shown = [company.takes[name].standings()[0].score for name in names]
    end_all(company, *names)
    results = [company.takes[name].results() for name in names]
    assert len({result.score for result in results}) == 1
    for result in results:
        assert not result.provisional
        assert all(player.agrees for player in result.players)
    assert shown[0] == 1_000_000
    company.close()


def test_what_is_shown_at_the_end_is_the_result(company: TableCompany) -> None:
    hands = {name: company.hands(name, late) for late, name in ((0, "Ida"), (45_000, "Mika"), (-20_000, "Noa"))}
    company.play(hands, END_US)
    end_all(company, *hands)
    for take in company.takes.values():
        final = {player.peer: player.result for player in take.results().players}
        for standing in take.standings():
            result = final[standing.peer]
            assert result is not None
            assert (standing.score, standing.max_combo, standing.accuracy) == (
                result.score,
                result.max_combo,
                result.accuracy,
            )
        assert take.score == take.results().score
        assert take.accuracy == pytest.approx(take.results().accuracy)


def test_ones_own_hands_are_judged_as_a_performance_is(company: TableCompany) -> None:
    edges = company.hands("Ida", 33_000, [1])
    company.play({"Ida": edges}, END_US)
    performance = company.takes["Ida"].performance
    assert performance is not None
    judge = Judge(performance.chart, rule_set(company.offer.rules, performance.chart))
    judge.feed(edges)
    mine = company.takes["Ida"].end()
    assert mine is not None
    assert mine.result is not None
    assert (mine.result.score, mine.result.counts) == (judge.finish().score, judge.result().counts)


def test_a_lie_about_the_score_is_seen_and_does_not_count(company: TableCompany) -> None:
    company.play({"Mika": company.hands("Mika", 40_000)}, END_US)
    take = company.takes["Mika"]
    company.sessions["Mika"].send(
        TakeEnded(take.id, "finished", 1, len(take.own_edges), {"max": 24}, 9_000_000, 24, 1.0, END_US)
    )
    company.turn(1_000_000)
    mika = next(one for one in company.takes["Ida"].results().players if one.peer == company.sessions["Mika"].me)
    assert mika.result is not None
    assert mika.result.score <= 1_000_000
    assert not mika.agrees


def test_who_presses_nothing_falls_silent_and_is_back_with_the_first_key(company: TableCompany) -> None:
    edges = company.hands("Mika")
    company.play({"Ida": company.hands("Ida"), "Noa": company.hands("Noa")}, 1_000_000 + QUIET_US + 500_000)
    mika = company.sessions["Mika"].me
    [seen] = [one for one in company.takes["Ida"].standings() if one.peer == mika]
    assert seen.silent
    assert seen.here
    ghosts = company.takes["Ida"].ghosts(6_000_000, 7_000_000)
    assert set(ghosts) == {mika}
    assert ghosts[mika]["at_us"].tolist() == [6_000_000 + beat * BEAT_US for beat in range(4)]
    company.play({"Mika": edges}, company.song_us + 500_000)
    assert not [one for one in company.takes["Ida"].standings() if one.silent]


def test_whose_network_drops_is_a_ghost_and_in_time_again_at_once(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Mika", "Noa")}
    company.play(hands, 2_000_000)
    mika = company.sessions["Mika"].me
    company.table.drop(mika)
    company.play(hands, 4_000_000)
    [seen] = [one for one in company.takes["Ida"].standings() if one.peer == mika]
    assert not seen.here
    assert seen.silent
    company.table.heal()
    company.play(hands, 5_500_000)
    standings = {one.peer: one for one in company.takes["Ida"].standings()}
    assert standings[mika].here
    assert not standings[mika].silent
    assert standings[mika].max_combo >= 16  # without a hole: what was played while away has come
    company.play(hands, END_US)
    end_all(company, *hands)
    assert len({company.takes[name].results().score for name in company.sessions}) == 1


def test_the_conductor_goes_and_the_song_goes_on(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Mika", "Noa")}
    company.play(hands, 3_000_000)
    company.table.leave(company.sessions.pop("Ida").me, "lost")
    company.takes.pop("Ida")
    hands.pop("Ida")
    company.play(hands, END_US)
    assert company.sessions["Mika"].band.conducts
    assert not company.takes["Mika"].over
    end_all(company, *hands)
    assert company.takes["Mika"].over
    results = [company.takes[name].results() for name in hands]
    assert {(result.score, result.provisional) for result in results} == {(results[0].score, True)}
    scores = [one.result.score for one in results[0].players if one.result is not None]
    assert scores[:2] == [1_000_000, 1_000_000]
    assert scores[2] < 1_000_000


def test_a_song_that_is_called_off_is_judged_as_far_as_it_was_played(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Mika", "Noa")}
    company.play(hands, 3_000_000)
    company.sessions["Ida"].do(CallOff())
    company.turn()
    for name in company.sessions:
        assert company.takes[name].over
        company.takes[name].end(LEFT)
    company.turn(1_000_000)
    result = company.takes["Eyes"].results()
    assert not result.provisional
    assert result.accuracy == 1.0
    assert all(player.outcome == LEFT and player.agrees for player in result.players)
    assert all(0 < sum(one.result.counts.values()) < 24 for one in result.players if one.result is not None)


def test_a_part_is_switched_at_a_bar_and_judged_by_all_alike(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Noa")}
    company.play({**hands, "Mika": company.hands("Mika")}, 2_000_000)
    take = company.takes["Mika"]
    other = next(name for name, _, _ in company.offer.parts if name != "all")
    from_us = take.switch(other, company.entry.hash)
    assert from_us % (4 * BEAT_US) == 0
    assert from_us >= 2_000_000 + 1_500_000
    company.turn()
    mixed = take.performance
    assert mixed is not None
    part = company.charts(company.entry.hash, other, 4)
    later = mixed.chart.notes[mixed.chart.notes["at_us"] >= from_us]
    assert later["at_us"].tolist() == part.notes["at_us"][part.notes["at_us"] >= from_us].tolist()
    assert mixed.judge.state.counts[0] > 0  # what was played before is judged on the new seat as well
    company.play({**hands, "Mika": company.hands("Mika")}, END_US)
    end_all(company, "Ida", "Mika", "Noa")
    results = [company.takes[name].results() for name in company.sessions]
    assert len({result.score for result in results}) == 1
    mika = next(one for one in results[0].players if one.peer == company.sessions["Mika"].me)
    assert mika.agrees
    assert mika.result is not None
    assert mika.result.accuracy == 1.0


def test_who_listens_hears_all_and_plays_nothing(company: TableCompany) -> None:
    take = company.takes["Eyes"]
    assert take.performance is None
    take.press(1, True, 0)
    assert take.end() is None
    assert [one.name for one in take.standings()] == ["Ida", "Mika", "Noa"]
    with pytest.raises(UserError, match="Spectators do not play"):
        take.switch("all", company.entry.hash, 4)


def test_nobody_loses_their_combo_where_others_see_them_switch(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Mika", "Noa")}
    company.play(hands, 3_000_000)
    mika = company.sessions["Mika"].me
    seen = company.takes["Ida"].others[mika]
    assert seen.state is not None
    combo, score = seen.state.combo, seen.state.score
    assert combo >= 4
    company.takes["Mika"].switch("all", company.entry.hash)
    switched_us = company.song_us
    while len(seen.segments) < 2:
        assert company.song_us < switched_us + 1_000_000
        company.play(hands, company.song_us + 5_000)
        assert seen.state.combo >= combo
        assert seen.state.score >= score


def test_who_comes_while_the_song_runs_joins_in_at_a_bar(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Mika", "Noa")}
    company.play(hands, 2_000_000)
    uli = company.sit("Uli")
    take = company.take_of("Uli")
    take.step(company.song_us, company.table.at_us)
    from_us = take.switch("all", company.entry.hash, 4)
    company.turn()
    hands["Uli"] = company.hands("Uli")
    assert hands["Uli"]["at_us"].min() == from_us
    company.play(hands, END_US)
    end_all(company, *hands)
    results = [company.takes[name].results() for name in company.sessions]
    assert len({result.score for result in results}) == 1
    late = next(one for one in results[0].players if one.peer == uli.me)
    assert late.result is not None
    assert late.result.accuracy == 1.0
    assert late.result.total < 24


def test_nobody_joins_in_when_the_song_is_nearly_over(company: TableCompany) -> None:
    company.play({}, 6_500_000)
    with pytest.raises(UserError, match="nearly over"):
        company.takes["Mika"].switch("all", company.entry.hash)


def test_a_player_whose_difficulty_is_not_here_does_not_stop_the_others(tmp_path: Path) -> None:
    company = TableCompany(tmp_path)
    ida, mika = company.sit("Ida"), company.sit("Mika")
    company.make_ready("Ida", "Mika", turn=company.turn)
    mika.send(PartTaken(company.offer.song, "all", "ff", 4))
    mika.send(ReadySaid(True, 300))
    company.turn()
    [started] = ida.do(Start(company.table.at_us))
    assert isinstance(started, StartAgreed)
    company.turn()
    company.started = started
    take = company.take_of("Ida")
    company.play({"Ida": company.hands("Ida")}, END_US)
    end_all(company, "Ida")
    own, other = take.standings()
    assert own.score == 1_000_000
    assert "not among the files" in other.problem
    assert take.results().score == 1_000_000
    with pytest.raises(UserError, match="not among the files"):
        company.take_of("Mika")
    company.close()


def test_who_is_taken_off_the_roster_plays_the_song_to_its_end_alone(company: TableCompany) -> None:
    hands = {name: company.hands(name) for name in ("Ida", "Mika")}
    company.play(hands, 3_000_000)
    mika = company.sessions["Mika"]
    seat = company.table.seats[mika.me]
    company.table.leave(mika.me, "removed")
    seat.put(Refused("The conductor took you off the roster"))
    company.play(hands, END_US)
    take = company.takes["Mika"]
    assert mika.closed
    take.end()
    assert take.standings()[0].score == 1_000_000
    [seen] = [one for one in company.takes["Ida"].standings() if one.peer == mika.me]
    assert not seen.here
    assert seen.score < 1_000_000


# -- session time and song time ------------------------------------------------------------------------------------


@given(st.integers(-(10**12), 10**12), st.integers(-(10**9), 10**10), st.integers(10, 40))
def test_everyone_computes_the_same_song_time(t0_us: int, at_us: int, fives: int) -> None:
    start = StartAgreed("", "t", t0_us, fives * 5 / 100)
    heard_us = song_us(start, session_us(start, at_us))
    assert 0 <= heard_us - at_us <= 2  # sent in whole microseconds of session time, never early
    assert song_us(start, session_us(start, heard_us)) == heard_us
    if fives == 20:
        assert heard_us == at_us


@given(st.integers(0, 6_000_000), st.sampled_from([0.5, 1.0, 1.5]))
def test_the_next_bar_leaves_time_to_count_in(after_us: int, rate: float) -> None:
    timing = np.array([(500_000, 400_000.0, 3), (4_100_000, 250_000.0, 4)], TIMING)
    bar_us = next_bar_us(Chart(4, small_chart().notes, timing=timing), after_us, rate)
    count_in_us = 1_500_000 * rate
    assert count_in_us <= bar_us - after_us <= count_in_us + 1_200_000
    assert (bar_us - 500_000) % 1_200_000 == 0 or (bar_us - 4_100_000) % 1_000_000 == 0


@pytest.mark.parametrize("beat_us", [0.0, -5.0, float("nan"), float("inf"), 1e300])
def test_a_chart_without_a_usable_tempo_is_switched_after_the_count_in(beat_us: float) -> None:
    timing = np.array([(0, beat_us, 4)], TIMING)
    assert next_bar_us(Chart(4, small_chart().notes, timing=timing), 2_000_000) == 3_500_000


def test_a_seat_of_two_parts_holds_nothing_across_the_switch() -> None:
    chart = small_chart(4)
    charts = Charts([chart])
    whole = PartTaken("", "all", chart.hash, 4)
    seat = seat_chart([whole, PartTaken("", "all", chart.hash, 4, 1_800_000)], charts)
    holds = chart.notes[(chart.notes["at_us"] < 1_800_000) & (chart.notes["end_us"] >= 1_800_000)]
    assert len(holds) == 1
    assert len(seat.notes) == len(chart.notes) - 1
    with pytest.raises(UserError, match="not among the files"):
        seat_chart([PartTaken("", "all", "ff", 4)], charts)
    with pytest.raises(UserError, match="no part"):
        seat_chart([], charts)
