"""Mods: bounded values that survive a file, and what they make of a chart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.chart import SCROLL, Chart, NoteKind, make_notes
from game.rhythm.difficulty import stars
from game.rhythm.mods import Mods, Section, apply_mods, mirror_lanes, random_lanes, ranked

STAIRS = Chart(keys=4, notes=make_notes([(i * 100_000, i * 100_000, i % 4, 0, i) for i in range(40)]))
HOLDS = Chart(keys=2, notes=make_notes([(0, 500_000, 0, NoteKind.HOLD, -1), (1000, 9000, 1, NoteKind.ROLL, -1)]))

valid_mods = st.builds(
    Mods,
    rate_percent=st.integers(10, 40).map(lambda step: step * 5),
    keep_pitch=st.booleans(),
    mirror=st.booleans(),
    random_seed=st.none() | st.integers(0, 2**63 - 1),
    no_holds=st.booleans(),
    hidden=st.booleans(),
    lane_cover=st.floats(0, 0.9),
    sudden_death=st.booleans(),
    section=st.none() | st.builds(Section, st.integers(0, 10**9), st.none() | st.integers(10**9 + 1, 10**10)),
)


@given(valid_mods)
def test_mods_survive_being_written_down(mods: Mods) -> None:
    assert Mods.from_dict(mods.to_dict()) == mods


def test_playing_as_written_is_an_empty_table_and_an_empty_label() -> None:
    assert Mods().to_dict() == {}
    assert Mods().label == ""


@pytest.mark.parametrize(
    "values",
    [
        [],
        None,
        {"rate_percent": 45},
        {"rate_percent": 205},
        {"rate_percent": 101},
        {"rate_percent": 100.0},
        {"rate_percent": True},
        {"mirror": 1},
        {"mirror": "yes"},
        {"random_seed": -1},
        {"random_seed": 2**63},
        {"lane_cover": float("nan")},
        {"lane_cover": 0.91},
        {"lane_cover": "0.5"},
        {"turbo": True},
        {3: True},
        {"hidden": True, "fade_in": True},
        {"no_fail": True, "sudden_death": True},
        {"section": [0, 1]},
        {"section": {"end_us": 5}},
        {"section": {"start_us": 5, "end_us": 5}},
        {"section": {"start_us": 0.5}},
        {"section": {"start_us": 10**30}},
    ],
)
def test_what_is_out_of_bounds_is_refused_in_one_sentence(values: Any) -> None:
    with pytest.raises(UserError) as error:
        Mods.from_dict(values)
    assert "\n" not in str(error.value)


@given(st.dictionaries(st.sampled_from([*Mods.__dataclass_fields__, "x"]), st.integers() | st.text() | st.none()))
def test_whatever_is_read_is_mods_or_a_sentence(values: dict[str, Any]) -> None:
    try:
        mods = Mods.from_dict(values)
    except UserError:
        return
    assert Mods.from_dict(mods.to_dict()) == mods


@pytest.mark.parametrize(
    ("mods", "label"),
    [
        (Mods(rate_percent=125, mirror=True, hidden=True), "1.25x MR HD"),
        (Mods(rate_percent=80, keep_pitch=False), "0.80x pitch"),
        (Mods(random_seed=0, lane_cover=0.3), "RD LC30"),
        (Mods(section=Section(0), metronome=True), "section MT"),
    ],
)
def test_the_label_says_the_mods_briefly(mods: Mods, label: str) -> None:
    assert mods.label == label


def test_mirror_swaps_left_and_right_and_twice_is_as_written() -> None:
    once = apply_mods(STAIRS, Mods(mirror=True))
    assert once.notes["lane"][:4].tolist() == [3, 2, 1, 0]
    assert once.notes["sound"].tolist() == STAIRS.notes["sound"].tolist()
    assert np.array_equal(apply_mods(once, Mods(mirror=True)).notes, STAIRS.notes)


def test_the_scratch_lane_stays_except_in_osu_charts() -> None:
    assert mirror_lanes(8, keep=(0,)) == [0, 7, 6, 5, 4, 3, 2, 1]
    notes = make_notes([(lane * 1000, lane * 1000, lane, 0, -1) for lane in range(8)])
    for chart_format, first in (("bms", 0), ("osu", 7)):
        mirrored = apply_mods(Chart(keys=8, notes=notes, scratch_lanes=(0,), format=chart_format), Mods(mirror=True))
        assert mirrored.notes["lane"][0] == first
        assert mirrored.scratch_lanes == (first,)


@given(st.integers(1, 18), st.integers(0, 2**63 - 1))
def test_shuffled_lanes_are_the_same_lanes(keys: int, seed: int) -> None:
    assert sorted(random_lanes(keys, seed)) == list(range(keys))
    assert random_lanes(keys, seed) == random_lanes(keys, seed)


def test_a_seed_shuffles_the_same_everywhere_and_always() -> None:
    # These may never change: replays of shuffled charts depend on them.
    assert random_lanes(7, 0) == RANDOM_7K_SEED_0
    assert random_lanes(8, 12345, keep=(7,)) == RANDOM_8K_SEED_12345


def test_every_order_of_four_lanes_comes_up_about_equally_often() -> None:
    counts: dict[tuple[int, ...], int] = {}
    for seed in range(2400):
        order = tuple(random_lanes(4, seed))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 24
    assert 60 < min(counts.values()) <= max(counts.values()) < 150


def test_without_holds_there_are_taps_where_they_began() -> None:
    notes = apply_mods(HOLDS, Mods(no_holds=True)).notes
    assert notes["kind"].tolist() == [NoteKind.TAP, NoteKind.TAP]
    assert notes["end_us"].tolist() == notes["at_us"].tolist() == [0, 1000]
    assert HOLDS.notes["end_us"].tolist() == [500_000, 9000]


def test_constant_scroll_drops_every_change_of_speed() -> None:
    scroll = np.array([(0, 2.0, 0.0)], dtype=SCROLL)
    assert len(apply_mods(Chart(keys=4, notes=STAIRS.notes, scroll=scroll), Mods(constant_scroll=True)).scroll) == 0


def test_notes_keep_their_parts_when_lanes_move() -> None:
    chart = Chart(keys=4, notes=STAIRS.notes, parts=("Left", "Right"), part_of=(STAIRS.notes["lane"] // 2 + 1))
    moved = apply_mods(chart, Mods(mirror=True))
    assert moved.part_of is not None
    assert moved.part_of.tolist() == (2 - moved.notes["lane"] // 2).tolist()


def test_mirroring_a_chart_that_remembers_its_file_keeps_it_ratable() -> None:
    chart = Chart(keys=4, notes=STAIRS.notes, file_order=np.arange(40))
    assert stars(apply_mods(chart, Mods(mirror=True, random_seed=3))) == pytest.approx(stars(chart))


@pytest.mark.parametrize(
    ("mods", "expected"),
    [
        (Mods(), True),
        (Mods(rate_percent=150, mirror=True, hidden=True, sudden_death=True, constant_scroll=True), True),
        (Mods(random_seed=0), False),
        (Mods(no_holds=True), False),
        (Mods(no_fail=True), False),
        (Mods(autoplay=True), False),
        (Mods(section=Section(0)), False),
    ],
)
def test_only_the_whole_chart_played_by_the_player_is_ranked(mods: Mods, expected: bool) -> None:
    assert ranked(mods) is expected


RANDOM_7K_SEED_0 = [2, 6, 4, 5, 1, 0, 3]
RANDOM_8K_SEED_12345 = [0, 5, 1, 4, 3, 2, 6, 7]


def test_a_section_leaves_only_the_notes_that_begin_in_it() -> None:
    notes = make_notes([(at, at + 900, lane, 1, -1) for lane, at in enumerate((0, 1000, 1999, 2000, 3000))])
    chart = Chart(keys=5, notes=notes)
    kept = apply_mods(chart, Mods(section=Section(1000, 2000))).notes
    assert kept["at_us"].tolist() == [1000, 1999]
    assert apply_mods(chart, Mods(section=Section(2000))).notes["at_us"].tolist() == [2000, 3000]
