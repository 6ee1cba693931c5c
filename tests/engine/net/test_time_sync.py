from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import ClockSet, SharedTime, Trouble
from engine.net.time_sync import MAX_SKEW_PPM, SLEW_PPM, Estimate, SessionTime, TimeAnswerer, TimeAsker
from tests.rig.two_clocks import TwoClocks, Weather

WEATHERS = {
    "clean": (Weather(10, 10, 0.0), 100),
    "1/1 ms": (Weather(1000, 1000, 0.01), 600),
    "1/5 ms": (Weather(1000, 5000, 0.01), 1000),
    "5/5 ms": (Weather(5000, 5000, 0.05), 1200),
    "2/20 ms": (Weather(2000, 20000, 0.20), 2500),
}


def troubles(clocks: TwoClocks) -> list[str]:
    return [event.sentence for event in clocks.events if isinstance(event, Trouble)]


@pytest.mark.parametrize("name", WEATHERS)
def test_the_first_measurement_is_as_good_as_promised_and_its_bound_holds(name: str) -> None:
    weather, limit_us = WEATHERS[name]
    for seed in range(60):
        clocks = TwoClocks(weather, skew_ppm=(seed % 11 - 5) * 10, offset_us=(seed - 30) * 10**9, seed=seed)
        told = clocks.until_set()
        assert abs(clocks.error_us()) <= limit_us
        assert abs(clocks.error_us()) <= clocks.time.bound_us
        assert told.bound_us <= 2 * limit_us + 200


def test_the_bound_covers_an_asymmetry_nobody_can_see() -> None:
    for seed in range(40):
        one_sided = Weather(300, 300, 0.0, least_out_us=50 + seed * 500, least_back_us=50)
        clocks = TwoClocks(one_sided, skew_ppm=50, seed=seed)
        clocks.until_set()
        assert abs(clocks.error_us()) > seed * 200  # it is really there
        assert abs(clocks.error_us()) <= clocks.time.bound_us


@pytest.mark.parametrize(("name", "skew_ppm"), [*itertools.product(["clean", "1/1 ms", "1/5 ms"], [50, -50])])
def test_after_a_song_of_300_s_without_correction_it_is_within_a_millisecond(name: str, skew_ppm: float) -> None:
    clocks = TwoClocks(WEATHERS[name][0], skew_ppm=skew_ppm, seed=3)
    clocks.run(120)
    clocks.time.hold(True, clocks.now_us)
    end_us = clocks.now_us + 300_000_000
    assert abs(clocks.error_us(end_us)) <= 1000
    assert abs(clocks.error_us(end_us)) <= clocks.time.bound_at(end_us) < 5000


def test_a_skew_is_not_read_out_of_the_join_alone() -> None:
    clocks = TwoClocks(WEATHERS["1/5 ms"][0], skew_ppm=50)
    assert clocks.until_set().skew_ppm == 0.0
    much_later_us = clocks.now_us + 300_000_000
    assert abs(clocks.error_us(much_later_us)) <= clocks.time.bound_at(much_later_us)


def test_while_held_nothing_is_corrected_and_afterwards_it_is() -> None:
    clocks = TwoClocks(WEATHERS["1/1 ms"][0], skew_ppm=50)
    clocks.until_set()
    clocks.time.hold(True, clocks.now_us)
    ahead_us = clocks.time.session_us(clocks.now_us) - clocks.now_us
    clocks.run(100)
    assert clocks.time.session_us(clocks.now_us) - clocks.now_us == ahead_us
    assert 4000 < abs(clocks.error_us()) <= clocks.time.bound_us
    clocks.time.hold(False, clocks.now_us)
    clocks.run(10)
    assert abs(clocks.error_us()) < 600


STEPS = st.lists(
    st.tuples(
        st.integers(1, 40_000_000),
        st.floats(-1e6, 1e6),
        st.floats(-MAX_SKEW_PPM, MAX_SKEW_PPM),
        st.sampled_from(["correct", "hold", "release", "lead"]),
    ),
    min_size=1,
    max_size=12,
)


@given(STEPS)
def test_it_never_goes_back_nor_jumps_and_the_way_there_and_back_agree(
    steps: list[tuple[int, float, float, str]],
) -> None:
    time, now_us = SessionTime(), 1_000_000
    time.correct(Estimate(now_us, 123_456.0, 50.0, 0.0, 100.0), now_us)
    before = (now_us, time.session_us(now_us))
    for gone_us, offset_us, skew_ppm, what in steps:
        for part in range(1, 5):
            here_us = now_us + gone_us * part // 4
            here = (here_us, time.session_us(here_us))
            passed_us = here[0] - before[0]
            assert abs(here[1] - before[1] - passed_us) <= passed_us * (SLEW_PPM + MAX_SKEW_PPM) / 1e6 + 2
            assert here[1] >= before[1]
            assert abs(time.local_us(here[1]) - here_us) <= 1
            before = here
        now_us += gone_us
        if what == "correct":
            time.correct(Estimate(now_us, offset_us, 50.0, skew_ppm, 1.0), now_us)
        elif what == "lead":
            time.lead(now_us)
        else:
            time.hold(what == "hold", now_us)
        assert abs(time.session_us(now_us) - before[1]) <= 1


def test_the_founders_time_is_its_own_clock() -> None:
    time: SharedTime = SessionTime.founder()
    assert time.agreed
    assert time.bound_us == 0
    assert time.session_us(987_654_321) == time.local_us(987_654_321) == 987_654_321


def test_who_has_no_session_time_does_not_answer() -> None:
    asker = TimeAsker(SessionTime(), 0)
    probe = asker.probe(0)
    assert probe is not None
    assert TimeAnswerer(SessionTime()).answer(probe, 10, 20) is None
    answer = TimeAnswerer(SessionTime.founder()).answer(probe, 10, 20)
    assert answer is not None
    assert max(len(probe), len(answer)) <= 32


def test_when_another_conducts_its_time_is_followed_without_a_step() -> None:
    clocks = TwoClocks(WEATHERS["1/1 ms"][0], skew_ppm=-30, seed=1)
    clocks.run(60)
    heir = SessionTime()  # knew the founder's time with an error of 3 ms when the founder went
    heir.correct(Estimate(0, 3000.0, 4000.0, 0.0, 1.0), 0)
    heir.lead(round(clocks.true_us(clocks.now_us)))
    assert heir.bound_us == 0
    before_us = clocks.time.session_us(clocks.now_us)
    clocks.answerer = TimeAnswerer(heir)
    clocks.asker = TimeAsker(clocks.time, clocks.now_us)
    assert clocks.time.session_us(clocks.now_us) == before_us
    clocks.until_set()
    assert abs(clocks.error_us() - 3000) <= clocks.time.bound_us
    clocks.run(3)
    assert abs(clocks.error_us() - 3000) < 300


def test_a_founder_who_hands_over_follows_without_a_step() -> None:
    clocks = TwoClocks(WEATHERS["clean"][0], offset_us=700)
    clocks.time.lead(0)
    before_us = clocks.time.session_us(clocks.now_us)
    assert before_us == clocks.now_us
    clocks.run(2)
    assert clocks.time.agreed
    clocks.run(1)
    assert abs(clocks.error_us()) < 50


@given(st.binary(max_size=40))
def test_any_bytes_are_no_answer_and_no_probe(data: bytes) -> None:
    time = SessionTime()
    asker = TimeAsker(time, 0)
    assert asker.probe(0) is not None
    if data[:1] not in (b"?", b"!"):
        assert TimeAnswerer(SessionTime.founder()).answer(data, 5, 6) is None
    asker.take(data, 100)
    assert asker.events() == []
    assert not time.agreed


def test_a_copied_or_late_answer_counts_for_nothing() -> None:
    time, answerer = SessionTime(), TimeAnswerer(SessionTime.founder())
    asker = TimeAsker(time, 0)
    probe = asker.probe(0)
    assert probe is not None
    answer = answerer.answer(probe, 50, 60)
    assert answer is not None
    for _ in range(200):
        asker.take(answer, 110)
    second = asker.probe(asker.due_us)
    assert second is not None
    late = answerer.answer(second, 10_050, 10_060)
    assert late is not None
    asker.take(late, 10_000 + 600_000)
    asker.measure(700_000)  # closes what there is: one answer is no measurement
    assert asker.events() == []
    assert not time.agreed


def test_without_answers_it_keeps_asking_and_says_that_nothing_is_agreed() -> None:
    clocks = TwoClocks(Weather(0, 0, 1.0))
    clocks.run(20)
    assert not clocks.time.agreed
    assert clocks.time.bound_us > 10**12
    clocks.weather = WEATHERS["clean"][0]
    clocks.run(5)
    assert clocks.time.agreed


def changed(frame: bytes, by_us: int, took_us: int = 0) -> bytes:
    kind, number, received_us, took, bound_us = struct.unpack("<cIqII", frame)
    return struct.pack("<cIqII", kind, number, received_us + by_us, took + took_us, bound_us)


def test_a_clock_that_jumps_moves_nobody_faster_than_a_correction_and_is_told() -> None:
    clocks = TwoClocks(WEATHERS["1/1 ms"][0])
    clocks.run(20)
    before_us = clocks.time.session_us(clocks.now_us) - clocks.now_us
    clocks.lie = lambda frame: changed(frame, 10_000_000)
    clocks.run(20)
    moved_us = clocks.time.session_us(clocks.now_us) - clocks.now_us - before_us
    assert 0 <= moved_us <= 20 * SLEW_PPM + 1000
    assert any("jumped" in sentence for sentence in troubles(clocks))
    assert clocks.time.bound_us > 9_000_000


def test_a_clock_that_contradicts_itself_is_not_followed_and_told_once() -> None:
    clocks = TwoClocks(WEATHERS["1/1 ms"][0])
    clocks.run(20)
    sides = itertools.cycle([-3_000_000, 3_000_000])
    clocks.lie = lambda frame: changed(frame, next(sides))
    clocks.run(60)
    assert abs(clocks.error_us()) < 600
    assert len(troubles(clocks)) == 1


def test_answers_that_took_longer_than_the_whole_way_are_impossible() -> None:
    clocks = TwoClocks(WEATHERS["1/1 ms"][0])
    clocks.lie = lambda frame: changed(frame, 0, took_us=400_000)
    clocks.run(20)
    assert not clocks.time.agreed
    assert len(troubles(clocks)) == 1


def test_after_a_sleep_it_is_about_right_until_it_is_measured_and_then_exactly() -> None:
    clocks = TwoClocks(WEATHERS["clean"][0])
    clocks.run(20)
    clocks.offset_us += 3_600_000_000  # this machine slept for an hour
    clocks.time.hold(True, clocks.now_us)
    clocks.time.slept(3_599_500_000, clocks.now_us)
    clocks.asker = TimeAsker(clocks.time, clocks.now_us)
    assert not clocks.time.agreed
    assert 499_000 < abs(clocks.error_us()) < 501_000 < clocks.time.bound_us < 1_100_000
    clocks.until_set()
    assert abs(clocks.error_us()) < 100
    assert isinstance(clocks.events[-1], ClockSet)
