"""Rhythmic snapping: when a hit sounds, by each listener's choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import UserError
from game.jam.snapping import MAX_BEAT_US, MIN_BEAT_US, NEAR_US, RAW, Grid, Snapping, quantised, sounds_at

GRIDS = st.builds(Grid, st.integers(-(10**9), 10**12), st.integers(MIN_BEAT_US, MAX_BEAT_US), st.integers(1, 16))
HITS = st.integers(-(10**10), 10**10)
DELAYS = st.integers(-2_000_000, 5_000_000)
STRENGTHS = st.floats(0.0, 1.0)
DIVISIONS = st.integers(1, 16)


@given(GRIDS, HITS, DELAYS, STRENGTHS, DIVISIONS, st.booleans())
def test_nothing_sounds_in_the_past(
    grid: Grid, hit: int, delay: int, strength: float, division: int, own: bool
) -> None:
    hit_us = grid.t0_us + hit
    at_us = sounds_at(grid, Snapping(strength, division, True, True), hit_us, hit_us + delay, own=own)
    assert at_us >= max(hit_us, hit_us + delay)


@given(GRIDS, HITS, DELAYS, STRENGTHS, STRENGTHS, DIVISIONS)
def test_more_strength_never_lets_it_sound_earlier(
    grid: Grid, hit: int, delay: int, one: float, other: float, division: int
) -> None:
    hit_us = grid.t0_us + hit
    less, more = (
        sounds_at(grid, Snapping(strength, division), hit_us, hit_us + delay) for strength in sorted((one, other))
    )
    assert less <= more


@given(GRIDS, HITS, DELAYS, DIVISIONS)
def test_raw_is_as_it_was_played_or_as_soon_as_it_can(grid: Grid, hit: int, delay: int, division: int) -> None:
    hit_us = grid.t0_us + hit
    for raw in (RAW, Snapping(0.0, division, True, True), Snapping(1.0, division, own=True, others=False)):
        assert sounds_at(grid, raw, hit_us, hit_us + delay) == max(hit_us, hit_us + delay)


@given(GRIDS, HITS, DELAYS, DIVISIONS)
def test_at_full_strength_everything_sounds_on_the_grid_or_hardly_behind_it(
    grid: Grid, hit: int, delay: int, division: int
) -> None:
    hit_us = grid.t0_us + hit
    at_us = sounds_at(grid, Snapping(1.0, division), hit_us, hit_us + delay)
    behind_us = at_us - grid.point_us(grid.place_at(at_us, division), division)
    assert 0 <= behind_us <= min(NEAR_US, grid.beat_us // division // 2)
    assert at_us - max(hit_us, hit_us + delay) <= grid.beat_us // division + 1


@given(GRIDS, st.integers(-(10**6), 10**6), DIVISIONS)
def test_the_grid_never_drifts_from_the_beats(grid: Grid, beat: int, division: int) -> None:
    assert grid.point_us(beat * division, division) == grid.t0_us + beat * grid.beat_us
    for near in (-1, 0, 1):
        at_us = grid.point_us(beat, division) + near
        place = grid.place_at(at_us, division)
        assert grid.point_us(place, division) <= at_us < grid.point_us(place + 1, division)
        assert grid.next_us(at_us, division) >= at_us
        assert abs(grid.nearest_us(at_us, division) - at_us) <= abs(near)


@given(GRIDS, st.lists(HITS, max_size=30), STRENGTHS, DIVISIONS)
def test_a_recording_is_moved_towards_the_grid_both_ways(
    grid: Grid, hits: list[int], strength: float, division: int
) -> None:
    at_us = np.array([grid.t0_us + hit for hit in hits], dtype=np.int64)
    moved = quantised(grid, at_us, division, strength)
    assert quantised(grid, at_us, division, 0.0).tolist() == at_us.tolist()
    for was, now, full in zip(at_us.tolist(), moved.tolist(), quantised(grid, at_us, division).tolist(), strict=True):
        assert abs(full - was) <= abs(grid.nearest_us(was, division) - was) + 1
        assert min(was, full) <= now <= max(was, full)


@given(GRIDS, HITS, DIVISIONS)
def test_what_is_on_the_grid_is_left_there(grid: Grid, hit: int, division: int) -> None:
    point_us = grid.nearest_us(grid.t0_us + hit, division)
    assert sounds_at(grid, Snapping(1.0, division), point_us, point_us) == point_us
    assert quantised(grid, np.array([point_us]), division).tolist() == [point_us]


EIGHTHS = Snapping(1.0, 2)
GRID = Grid(0, 500_000)


@pytest.mark.parametrize(
    ("hit_us", "now_us", "sounds_us"),
    [
        (480_000, 485_000, 500_000),  # early: held to its beat
        (480_000, 505_000, 505_000),  # early, and arrived hardly after its beat: at once
        (505_000, 510_000, 510_000),  # hardly late: at once
        (560_000, 565_000, 750_000),  # clearly late: on the next eighth
        (480_000, 620_000, 750_000),  # early, but held up on the way: on the next eighth
        (480_000, 755_000, 755_000),  # held up so long that it falls on another eighth: there
        (500_000, 400_000, 500_000),  # known ahead: when it is played
    ],
)
def test_the_rule_in_numbers(hit_us: int, now_us: int, sounds_us: int) -> None:
    assert sounds_at(GRID, EIGHTHS, hit_us, now_us) == sounds_us


def test_half_strength_holds_an_early_hit_half_the_way() -> None:
    assert sounds_at(GRID, Snapping(0.5, 1), 400_000, 405_000) == 450_000


def test_own_and_others_are_chosen_apart() -> None:
    mine, theirs = Snapping(1.0, 1, own=True, others=False), Snapping(1.0, 1)
    assert sounds_at(GRID, mine, 480_000, 480_000, own=True) == 500_000
    assert sounds_at(GRID, mine, 480_000, 480_000) == 480_000
    assert sounds_at(GRID, theirs, 480_000, 480_000, own=True) == 480_000
    assert sounds_at(GRID, theirs, 480_000, 480_000) == 500_000


@given(st.integers(), st.integers())
def test_a_beat_nobody_plays_to_is_refused(beat_us: int, meter: int) -> None:
    assume(not (MIN_BEAT_US <= beat_us <= MAX_BEAT_US and 1 <= meter <= 16))
    with pytest.raises(UserError, match="choose"):
        Grid(0, beat_us, meter)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_that_is_none_is_refused(strength: float) -> None:
    with pytest.raises(UserError, match="from 0"):
        Snapping(strength)


@pytest.mark.parametrize("division", [0, 17])
def test_a_division_that_is_none_is_refused(division: int) -> None:
    with pytest.raises(UserError, match="1 to 16 steps"):
        Snapping(1.0, division)
