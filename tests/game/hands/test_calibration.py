"""What taps say about a player's ears, eyes and hands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from game.hands.calibration import (
    DOUBLE_US,
    FAR_SHARE,
    SPREAD_STEADY_US,
    TAPS_WANTED,
    WARM_UP_TAPS,
    errors_from_beats,
    measure,
    median_us,
)

BEAT_US = 600_000
FAR_US = int(FAR_SHARE * BEAT_US)
COUNTED = TAPS_WANTED - WARM_UP_TAPS

errors = st.lists(st.integers(-40_000, 40_000), min_size=TAPS_WANTED, max_size=40)


def taps(errors_us: list[int], first_beat: int = 0) -> NDArray[np.int64]:
    return np.array([(first_beat + beat) * BEAT_US + error for beat, error in enumerate(errors_us)], np.int64)


def test_even_taps_at_a_known_offset_give_that_offset() -> None:
    found = measure(taps([23_000] * TAPS_WANTED), BEAT_US)
    assert (found.offset_us, found.spread_us, found.count, found.left_out) == (23_000, 0, COUNTED, 0)
    assert found.steady


def test_the_first_taps_do_not_count() -> None:
    found = measure(taps([200_000, -150_000, 90_000, -60_000] + [10_000] * COUNTED), BEAT_US)
    assert (found.offset_us, found.spread_us, found.left_out) == (10_000, 0, 0)
    assert found.counted.tolist() == [False] * WARM_UP_TAPS + [True] * COUNTED


@pytest.mark.parametrize("missing", [1, 5, COUNTED])
def test_too_few_taps_are_not_steady_however_even(missing: int) -> None:
    found = measure(taps([0] * (TAPS_WANTED - missing)), BEAT_US)
    assert not found.enough
    assert not found.steady


def test_no_taps_say_nothing() -> None:
    found = measure(np.zeros(0, np.int64), BEAT_US)
    assert (found.offset_us, found.spread_us, found.count, found.steady) == (0, 0, 0, False)


def test_spread_decides_at_its_limit() -> None:
    limit = SPREAD_STEADY_US
    even = [20_000 + way * limit for way in (-1, 1) for _ in range(COUNTED // 2)]
    assert measure(taps([20_000] * WARM_UP_TAPS + even), BEAT_US).steady
    wider = [20_000 + way * (limit + 1) for way in (-1, 1) for _ in range(COUNTED // 2)]
    found = measure(taps([20_000] * WARM_UP_TAPS + wider), BEAT_US)
    assert found.spread_us == limit + 1
    assert found.enough
    assert not found.steady


def test_tapping_at_random_is_never_called_steady() -> None:
    random = np.random.default_rng(1)
    steady = [measure(np.sort(random.integers(0, 24 * BEAT_US, 24)), BEAT_US).steady for _ in range(2_000)]
    assert not any(steady)


def test_two_fingers_at_once_count_as_one() -> None:
    even = taps([15_000] * TAPS_WANTED)
    twice = np.concatenate((even, even[WARM_UP_TAPS + 1 :: 4] + 40_000))
    found = measure(twice, BEAT_US)
    assert (found.offset_us, found.spread_us, found.doubled, found.count) == (15_000, 0, 3, COUNTED)
    assert found.steady


def test_taps_between_beats_are_left_out_and_too_many_of_them_are_no_calibration() -> None:
    good = [5_000] * WARM_UP_TAPS + [5_000] * COUNTED
    found = measure(taps([*good, FAR_US + 10_000]), BEAT_US)
    assert (found.far, found.offset_us, found.steady) == (1, 5_000, True)
    found = measure(taps([*good, *[FAR_US + 10_000] * 7]), BEAT_US)
    assert (found.far, found.steady) == (7, False)


def test_a_slip_among_even_taps_is_named_wild() -> None:
    found = measure(taps([8_000] * 10 + [150_000] + [8_000] * 10), BEAT_US)
    assert (found.wild, found.far, found.offset_us, found.steady) == (1, 0, 8_000, True)


def test_beats_reach_back_before_the_song() -> None:
    found = measure(taps([30_000] * TAPS_WANTED, first_beat=-100), BEAT_US)
    assert found.offset_us == 30_000


def test_beats_are_some_time_apart() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        measure(taps([0] * 4), 0)


@given(
    st.lists(st.integers(-(10**12), 10**12), max_size=30),
    st.integers(1, 10**7),
    st.integers(-(10**9), 10**9),
)
def test_errors_are_to_the_nearest_beat(at_us: list[int], beat_us: int, first_us: int) -> None:
    errors_us = errors_from_beats(np.array(at_us, np.int64), beat_us, first_us)
    for instant, error in zip(at_us, errors_us.tolist(), strict=True):
        assert abs(error) <= beat_us / 2 + 0.5
        assert (instant - error - first_us) % beat_us == 0


@given(errors, st.integers(-100_000, 100_000))
def test_later_taps_move_the_offset_and_nothing_else(errors_us: list[int], shift_us: int) -> None:
    before = measure(taps(errors_us), BEAT_US)
    after = measure(taps(errors_us) + shift_us, BEAT_US)
    assert after.offset_us == before.offset_us + shift_us
    assert (after.spread_us, after.steady, after.count) == (before.spread_us, before.steady, before.count)


@given(errors, st.randoms(use_true_random=False))
def test_the_order_taps_are_told_in_does_not_matter(errors_us: list[int], random: object) -> None:
    straight = taps(errors_us)
    shuffled = straight.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = measure(straight, BEAT_US), measure(shuffled, BEAT_US)
    assert (one.offset_us, one.spread_us, one.steady) == (other.offset_us, other.spread_us, other.steady)
    assert one.errors_us.tolist() == other.errors_us.tolist()


@given(
    st.integers(-150_000, 150_000),
    st.lists(st.integers(-12_000, 12_000), min_size=TAPS_WANTED + 1, max_size=40),
    st.integers(0, 39),
    st.integers(-280_000, 280_000),
)
def test_one_wild_tap_moves_the_offset_by_no_more_than_the_others_differ(
    true_us: int, scatter_us: list[int], place: int, slip_us: int
) -> None:
    errors_us = [true_us + one for one in scatter_us]
    before = measure(taps(errors_us), BEAT_US)
    slipped = list(errors_us)
    slipped[WARM_UP_TAPS + place % (len(slipped) - WARM_UP_TAPS)] = slip_us
    after = measure(taps(slipped), BEAT_US)
    counted = errors_us[WARM_UP_TAPS:]
    widest_us = max(counted) - min(counted)
    assert abs(after.offset_us - before.offset_us) <= widest_us


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40))
def test_the_median_has_as_many_below_as_above(values: list[int]) -> None:
    middle = median_us(np.array(values, np.int64))
    assert sum(value < middle for value in values) <= len(values) / 2
    assert sum(value > middle for value in values) <= len(values) / 2


def test_a_tap_sooner_than_a_finger_can_is_a_bounce() -> None:
    even = taps([0] * TAPS_WANTED)
    for gap_us, doubled in ((DOUBLE_US - 1, 1), (DOUBLE_US, 0)):
        found = measure(np.append(even, even[-1] + gap_us), BEAT_US)
        assert found.doubled == doubled
