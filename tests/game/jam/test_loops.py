"""Loops: recorded on the bar, repeated without drift, muted and dropped."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.jam.events import LoopKept
from game.jam.loops import MAX_HITS, MAX_LOOP_US, Loops, Recording, loop_of
from game.jam.snapping import RAW, Grid, Snapping
from game.rhythm.chart import EDGE

BEAT_US = 468_750
GRID = Grid(1_000_000, BEAT_US)
BAR_US = GRID.bar_us
SIXTEENTHS = Snapping(1.0, 4)


def kept(hits: list[tuple[int, int]], from_us: int = 0, loop_us: int = BAR_US, name: str = "one") -> LoopKept:
    edges = np.array([(at, lane, 1) for at, lane in hits], dtype=EDGE)
    return LoopKept("take", name, "keys", from_us, loop_us, edges.tobytes(), 7)


def presses(one: LoopKept) -> list[tuple[int, int]]:
    return [(at, lane) for at, lane, _ in np.frombuffer(one.edges, dtype=EDGE).tolist()]


@st.composite
def some_loops(draw: st.DrawFn) -> list[tuple[LoopKept, int | None]]:
    out = []
    for place in range(draw(st.integers(0, 4))):
        loop_us = draw(st.integers(5_000, 2_000_000))
        hits = draw(st.lists(st.tuples(st.integers(0, loop_us - 1), st.integers(0, 6)), max_size=6))
        from_us = draw(st.integers(-3_000_000, 3_000_000))
        until = draw(st.none() | st.integers(-3_000_000, 9_000_000))
        out.append((kept(hits, from_us, loop_us, f"loop {place}"), until))
    return out


WINDOW = st.tuples(st.integers(-4_000_000, 8_000_000), st.integers(0, 3_000_000))


@given(some_loops(), WINDOW)
def test_what_is_due_is_what_counting_round_by_round_gives(
    rows: list[tuple[LoopKept, int | None]], window: tuple[int, int]
) -> None:
    loops = Loops()
    low, high = window[0], window[0] + window[1]
    expected = []
    for place, (one, until) in enumerate(rows):
        loops.keep(loop_of("ada", one, 7))
        if until is not None:
            loops.drop("ada", one.loop, until)
        for at_us, lane in presses(one):
            last = high if until is None else min(high, until)
            first = max(0, (low - one.from_us - at_us) // one.loop_us)
            for turn in range(first, first + window[1] // one.loop_us + 3):
                instant = one.from_us + at_us + turn * one.loop_us
                if low <= instant < last:
                    expected.append((instant, place, lane))
    assert loops.due(low, high).tolist() == sorted(expected)


@given(some_loops(), st.lists(st.integers(0, 500_000), max_size=8))
def test_windows_side_by_side_tell_each_sound_once(rows: list[tuple[LoopKept, int | None]], steps: list[int]) -> None:
    loops = Loops()
    for one, _ in rows:
        loops.keep(loop_of("ada", one, 7))
    edges = np.cumsum([0, *steps]).tolist()
    apart = [row for low, high in pairwise(edges) for row in loops.due(low, high).tolist()]
    assert apart == loops.due(0, edges[-1]).tolist()


def test_a_loop_is_on_the_beat_after_a_day_as_in_its_first_round() -> None:
    loops = Loops()
    loops.keep(loop_of("ada", kept([(0, 1), (3 * BEAT_US, 2)], GRID.t0_us), 7))
    rounds = 24 * 3600 * 1_000_000 // BAR_US
    begin = GRID.t0_us + rounds * BAR_US
    assert loops.due(begin, begin + BAR_US).tolist() == [(begin, 0, 1), (begin + 3 * BEAT_US, 0, 2)]
    assert GRID.nearest_us(begin, 1) == begin


def test_a_recording_begins_at_the_next_bar_line_or_the_one_just_gone() -> None:
    line = GRID.t0_us + 8 * BAR_US
    for late_us in (0, 1, BEAT_US // 4):
        assert Recording.armed(GRID, 2, line + late_us).start_us == line
    assert Recording.armed(GRID, 2, line + BEAT_US // 4 + 1).start_us == line + BAR_US
    assert Recording.armed(GRID, 2, line - 1).start_us == line
    assert Recording.armed(GRID, 2, GRID.t0_us - 50 * BAR_US).start_us == GRID.t0_us


def recorded(*hits: tuple[int, int], fixed: Snapping = RAW) -> LoopKept:
    """A bar recorded from t0 on; hits as (instant from t0, lane)."""
    recording = Recording.armed(GRID, 1, GRID.t0_us)
    for at_us, lane in hits:
        recording.hit(GRID.t0_us + at_us, lane)
    return recording.kept("take", "one", "keys", 7, fixed)


def test_a_loop_goes_on_without_a_gap_as_it_was_played() -> None:
    one = recorded((10_000, 3), (BEAT_US - 20_000, 1), (BAR_US - 1, 2), (BAR_US, 6))
    assert (one.from_us, one.loop_us) == (GRID.t0_us + BAR_US, BAR_US)
    assert presses(one) == [(10_000, 3), (BEAT_US - 20_000, 1), (BAR_US - 1, 2)]


def test_a_loop_is_moved_to_the_grid_when_it_is_wanted_fixed() -> None:
    one = recorded((10_000, 3), (BEAT_US - 20_000, 1), (BAR_US - 30_000, 2), fixed=SIXTEENTHS)
    assert presses(one) == [(0, 2), (0, 3), (BEAT_US, 1)]
    half = recorded((10_000, 3), fixed=Snapping(0.5, 4))
    assert presses(half) == [(5_000, 3)]


def test_an_anticipated_first_beat_belongs_to_the_loop_once() -> None:
    assert presses(recorded((-40_000, 3), (BEAT_US, 1))) == [(BEAT_US, 1), (BAR_US - 40_000, 3)]
    assert presses(recorded((-40_000, 3), (BAR_US - 35_000, 3))) == [(BAR_US - 35_000, 3)]
    assert presses(recorded((-BEAT_US, 3), (0, 1))) == [(0, 1)]
    assert presses(recorded((-40_000, 3), fixed=SIXTEENTHS)) == [(0, 3)]


def test_muting_is_here_only_and_keeps_the_place_in_the_round() -> None:
    loops = Loops()
    loops.keep(loop_of("ada", kept([(5, 1)]), 7))
    loops.keep(loop_of("ben", kept([(7, 2)]), 7))
    loops.mute("ada", "one", True)
    assert loops.is_muted("ada", "one")
    assert loops.due(0, BAR_US).tolist() == [(7, 1, 2)]
    loops.mute("ada", "one", False)
    assert loops.due(BAR_US, 2 * BAR_US).tolist() == [(BAR_US + 5, 0, 1), (BAR_US + 7, 1, 2)]


def test_a_loop_of_the_same_name_takes_the_place_of_the_old_one_and_silent_ones_are_forgotten() -> None:
    loops = Loops()
    loops.keep(loop_of("ada", kept([(5, 1)]), 7))
    loops.keep(loop_of("ada", kept([(9, 3)]), 7))
    assert loops.due(0, BAR_US).tolist() == [(9, 0, 3)]
    loops.drop("ada", "one", 10)
    loops.drop("ada", "one", BAR_US * 9)
    loops.drop("nobody", "one", 0)
    assert loops.due(0, 3 * BAR_US).tolist() == [(9, 0, 3)]
    loops.forget(11)
    assert loops.all == ()
    assert len(loops.due(0, BAR_US)) == 0


@pytest.mark.parametrize(
    "bad",
    [
        kept([(0, 1)], loop_us=0),
        kept([(0, 1)], loop_us=MAX_LOOP_US + 1),
        kept([(-1, 1)]),
        kept([(BAR_US, 1)]),
        kept([(0, 7)]),
        replace(kept([(0, 1)]), keys=19),
        replace(kept([(0, 1)]), edges=b"12345"),
        kept([(0, 1)] * (2 * MAX_HITS + 1)),
    ],
)
def test_what_is_no_loop_is_refused(bad: LoopKept) -> None:
    with pytest.raises(UserError, match="record"):
        loop_of("eve", bad, 7)


def test_releases_in_a_loop_make_no_sound() -> None:
    edges = np.array([(0, 1, 1), (50, 1, 0)], dtype=EDGE)
    loop = loop_of("ada", replace(kept([]), edges=edges.tobytes()), 7)
    assert loop.at_us.tolist() == [0]


def test_a_recording_of_nothing_and_bars_nobody_counts_are_refused() -> None:
    with pytest.raises(UserError, match="Nothing was played"):
        recorded()
    for bars in (0, 65):
        with pytest.raises(UserError, match=f"1 to 64 bars, not {bars}"):
            Recording.armed(GRID, bars, 0)
    with pytest.raises(UserError, match="longer than ten minutes"):
        Recording.armed(Grid(0, 4_000_000, 16), 64, 0)
