"""Notes on another number of lanes: what hands can play, the same shape, the same on every machine."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.jam.relay import FINGERS, MIN_HOLD_US, REPEAT_GAP_US, relaid
from game.rhythm.chart import MAX_LANES, TIMING, NoteKind, Notes, empty, make_notes

BEAT_US = 500_000
STEADY = np.array([(0, BEAT_US, 4)], dtype=TIMING)


@st.composite
def some_notes(draw: st.DrawFn) -> Notes:
    """Anything a file may hold: chords, notes that fall together, holds over everything, mines."""
    lanes = draw(st.integers(1, MAX_LANES))
    step_us = draw(st.sampled_from((1, 20_000, 62_500, 125_000)))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 400),
                st.sampled_from((0, 0, 0, 50_000, 400_000, 5_000_000)),
                st.integers(0, lanes - 1),
                st.sampled_from([int(kind) for kind in NoteKind]),
            ),
            max_size=80,
        )
    )
    return make_notes(
        [
            (at * step_us, at * step_us + (long if kind in (1, 2) else 0), lane, kind, -1)
            for at, long, lane, kind in rows
        ]
    )


TIMINGS = st.sampled_from(
    (
        STEADY,
        empty(TIMING),
        np.array([(250_000, 333_333.3, 3), (3_000_000, 1e-3, 0), (2_000_000, 4e9, 7)], dtype=TIMING),
    )
)
KEYS = st.integers(1, MAX_LANES)


def taps(rows: list[tuple[int, int]]) -> Notes:
    return make_notes([(at, at, lane, 0, -1) for at, lane in rows])


@given(some_notes(), TIMINGS, KEYS)
def test_no_lane_is_asked_for_before_it_is_free(notes: Notes, timing: Notes, keys: int) -> None:
    out, _ = relaid(notes, timing, keys)
    for lane in range(keys):
        mine = out[out["lane"] == lane]
        assert (mine["at_us"][1:] - mine["end_us"][:-1] >= REPEAT_GAP_US).all()
    assert len(out) == 0 or int(out["lane"].max()) < keys
    assert (out["end_us"] >= out["at_us"]).all()


@given(some_notes(), TIMINGS, KEYS)
def test_each_note_is_one_of_the_source_and_no_mine(notes: Notes, timing: Notes, keys: int) -> None:
    out, kept = relaid(notes, timing, keys)
    assert len(np.unique(kept)) == len(kept) == len(out)
    source = notes[kept]
    assert (out["at_us"] == source["at_us"]).all()
    assert (out["kind"] == source["kind"]).all()
    assert not np.isin(source["kind"], (NoteKind.MINE, NoteKind.FAKE)).any()
    cut = out["end_us"] != source["end_us"]
    assert (out["end_us"] <= source["end_us"]).all()
    assert (out["end_us"] - out["at_us"])[cut].min(initial=MIN_HOLD_US) >= MIN_HOLD_US


@given(some_notes(), TIMINGS, KEYS)
def test_in_a_chord_the_lower_lane_stays_lower(notes: Notes, timing: Notes, keys: int) -> None:
    out, kept = relaid(notes, timing, keys)
    source = notes[kept]
    same = np.flatnonzero(np.diff(out["at_us"]) == 0)
    assert (out["lane"][same] < out["lane"][same + 1]).all()
    assert (source["lane"][same] < source["lane"][same + 1]).all()


@given(some_notes(), TIMINGS, KEYS)
def test_no_lane_is_empty_and_never_more_keys_down_than_fingers(notes: Notes, timing: Notes, keys: int) -> None:
    out, _ = relaid(notes, timing, keys)
    if len(out) >= keys:
        assert len(np.unique(out["lane"])) == keys
    for at_us in np.unique(out["at_us"]):
        assert int(((out["at_us"] <= at_us) & (out["end_us"] >= at_us)).sum()) <= FINGERS


@given(st.lists(st.integers(0, 17), min_size=2, max_size=60), KEYS)
def test_a_melody_keeps_its_contour(melody: list[int], keys: int) -> None:
    """With room between the notes nothing has to give way, so a lower lane never becomes the higher one."""
    notes = taps([(place * 250_000, lane) for place, lane in enumerate(melody)])
    out, _ = relaid(notes, STEADY, keys)
    assert len(out) == len(notes)
    widened = keys >= len(set(melody))
    for (a, before), (b, after) in pairwise(zip(melody, out["lane"].tolist(), strict=True)):
        assert (a < b and before <= after) or (a > b and before >= after) or a == b
        if widened and a != b:
            assert before != after


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 6)), min_size=1, max_size=24, unique=True), KEYS)
def test_a_bar_heard_again_is_played_alike(bar: list[tuple[int, int]], keys: int) -> None:
    """Four bars of one content, with rests between that let go of every key."""
    rows = [(4 * again * 4 * BEAT_US + place * BEAT_US // 4, lane) for again in range(4) for place, lane in bar]
    out, _ = relaid(taps(rows), STEADY, keys)
    patterns = [
        [(at - again * 16 * BEAT_US, lane) for at, lane in zip(out["at_us"].tolist(), out["lane"].tolist(), strict=True)
         if 0 <= at - again * 16 * BEAT_US < 16 * BEAT_US]
        for again in range(4)
    ]  # fmt: skip
    if len(out) // 4 >= keys:  # with fewer notes than lanes, the bars must share the lanes out among them
        assert patterns[1:] == patterns[:1] * 3
    assert [[at for at, _ in one] for one in patterns[1:]] == [[at for at, _ in patterns[0]]] * 3


@given(some_notes(), TIMINGS, KEYS)
def test_it_comes_out_the_same_again_whatever_order_rows_stand_in(notes: Notes, timing: Notes, keys: int) -> None:
    first, _ = relaid(notes, timing, keys)
    again, _ = relaid(notes.copy(), timing.copy(), keys)
    assert first.tobytes() == again.tobytes()


def test_on_as_many_lanes_a_playable_chart_stays_as_it_is() -> None:
    notes = taps([(place * 150_000, (place * 5 + place // 3) % 7) for place in range(200)])
    assert relaid(notes, STEADY, 7)[0].tobytes() == notes.tobytes()


def test_chords_are_thinned_to_the_share_of_lanes_they_had() -> None:
    notes = taps(
        [(beat * BEAT_US, lane) for beat in range(8) for lane in range(7)] + [(10_000_000, 2), (10_000_000, 4)]
    )
    for keys, chord, pair in ((1, 1, 1), (2, 2, 1), (4, 4, 2), (10, 7, 2)):
        out, _ = relaid(notes, STEADY, keys)
        sizes = np.unique(out["at_us"], return_counts=True)[1].tolist()
        assert sizes == [chord] * 8 + [pair]


def test_a_hold_over_the_only_lane_ends_when_the_melody_goes_on() -> None:
    notes = make_notes([(0, 4_000_000, 0, 1, -1), (1_000_000, 1_000_000, 2, 0, -1), (2_000_000, 2_000_000, 3, 0, -1)])
    out, _ = relaid(notes, STEADY, 1)
    assert out["at_us"].tolist() == [0, 1_000_000, 2_000_000]
    assert out["end_us"].tolist() == [1_000_000 - REPEAT_GAP_US, 1_000_000, 2_000_000]


def test_a_jack_too_fast_for_one_lane_goes_to_its_neighbours() -> None:
    notes = taps([(place * 60_000, place % 2) for place in range(20)] + [(5_000_000, 3)])
    out, _ = relaid(notes, STEADY, 3)
    assert len(out) == 21
    assert (np.diff(out["at_us"][out["lane"] == 0]) >= REPEAT_GAP_US).all()


@pytest.mark.parametrize("keys", [0, -1, 19])
def test_lanes_nobody_has_are_refused(keys: int) -> None:
    with pytest.raises(ValueError, match="not between 1 and 18"):
        relaid(taps([(0, 0)]), STEADY, keys)


@pytest.mark.parametrize(("keys", "most"), [(3, 5), (4, 4), (5, 3), (6, 2)])
def test_a_run_over_lanes_that_came_together_is_no_roll_of_one_finger(keys: int, most: int) -> None:
    """Up and down seven lanes at 140 ms: never three on a lane, and of twelve notes few repeat the one before."""
    up_and_down = [0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1]
    out, _ = relaid(taps([(place * 140_000, up_and_down[place % 12]) for place in range(120)]), STEADY, keys)
    lanes = out["lane"].tolist()
    assert len(lanes) == 120
    assert not any(a == b == c for a, b, c in zip(lanes, lanes[1:], lanes[2:], strict=False))
    assert sum(a == b for a, b in pairwise(lanes)) <= 10 * most
    assert len(np.unique(out["lane"])) == keys
