"""The scroll map: positions along stops, jumps and backward stretches, and what is in sight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.rhythm.chart import SCROLL, SPEED, Chart, make_notes
from game.rhythm.scroll import ScrollMap


def chart_with(
    scroll: list[tuple[int, float, float]],
    notes: list[tuple[int, int]] | None = None,
    speeds: list[tuple[int, float, int]] | None = None,
) -> Chart:
    """A chart with these scroll rows, notes (start, end) and speed rows."""
    rows = [(at, end, i % 4, int(end > at), -1) for i, (at, end) in enumerate(notes or [])]
    return Chart(
        keys=4,
        notes=make_notes(rows),
        scroll=np.array(scroll, dtype=SCROLL),
        speeds=np.array(speeds or [], dtype=SPEED),
    )


scroll_rows = st.lists(
    st.tuples(
        st.integers(-1_000_000, 20_000_000),
        st.sampled_from([0.0, 1.0, 0.5, 2.0, -1.0, -3.5, 100.0, 1e-3]),
        st.sampled_from([0.0, 0.0, 500_000.0, -250_000.0]),
    ),
    max_size=12,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))
note_rows = st.lists(
    st.tuples(st.integers(0, 20_000_000), st.sampled_from([0, 0, 100_000, 5_000_000])).map(
        lambda n: (n[0], n[0] + n[1])
    ),
    max_size=60,
)


def by_hand(rows: list[tuple[int, float, float]], at_us: int) -> float:
    """The position worked out row by row."""
    if not rows:
        return float(at_us)
    position = rows[0][0] * rows[0][1]
    if at_us < rows[0][0]:
        return position + (at_us - rows[0][0]) * rows[0][1]
    for i, (start, factor, jump) in enumerate(rows):
        if start > at_us:
            break
        end = rows[i + 1][0] if i + 1 < len(rows) else at_us
        position += jump + (min(end, at_us) - start) * factor
    return position


@given(scroll_rows, st.lists(st.integers(-2_000_000, 30_000_000), max_size=20))
def test_positions_are_what_walking_the_rows_gives(rows: Any, times: list[int]) -> None:
    scroll = ScrollMap(chart_with(rows))
    expected = [by_hand(rows, at) for at in times]
    assert scroll.positions(np.array(times, dtype=np.int64)) == pytest.approx(expected, rel=1e-12, abs=1e-3)
    assert [scroll.position(at) for at in times] == pytest.approx(expected, rel=1e-12, abs=1e-3)


def test_without_rows_a_position_is_song_time() -> None:
    assert ScrollMap(chart_with([])).positions(np.array([-5, 0, 7])).tolist() == [-5.0, 0.0, 7.0]


def test_a_stop_holds_the_field_and_a_jump_leaps_at_its_instant() -> None:
    scroll = ScrollMap(chart_with([(0, 1.0, 0.0), (100, 0.0, 0.0), (200, 1.0, 50.0)]))
    assert [scroll.position(at) for at in (100, 150, 199, 200, 210)] == [100, 100, 100, 150, 160]


def test_rows_at_one_instant_add_their_jumps_and_the_last_factor_stays() -> None:
    scroll = ScrollMap(chart_with([(0, 1.0, 0.0), (100, 5.0, 10.0), (100, 2.0, 10.0)]))
    assert [scroll.position(at) for at in (99, 100, 101)] == [99, 120, 122]


def test_constant_scroll_leaves_every_change_out() -> None:
    scroll = ScrollMap(chart_with([(0, 9.0, 5.0)], speeds=[(0, 3.0, 0)]), constant=True)
    assert scroll.position(1234) == 1234
    assert scroll.speed_factor(1234) == 1.0


def test_speeds_ease_from_one_factor_to_the_next() -> None:
    scroll = ScrollMap(chart_with([], speeds=[(0, 1.0, 0), (1000, 3.0, 100), (2000, 0.5, 0)]))
    factors = [scroll.speed_factor(at) for at in (-5, 999, 1000, 1050, 1100, 1999, 2000)]
    assert factors == [1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 0.5]


def test_before_its_first_speed_a_field_waits_in_it_unless_it_eases_in() -> None:
    assert ScrollMap(chart_with([], speeds=[(500, 2.0, 0)])).speed_factor(0) == 2.0
    assert ScrollMap(chart_with([], speeds=[(500, 2.0, 100)])).speed_factor(0) == 1.0


@given(
    scroll_rows,
    note_rows,
    st.integers(-1_000_000, 25_000_000),
    st.sampled_from([100_000, 600_000, 5_000_000]),
    st.sampled_from([1.0, 0.25, -1.0, 0.0]),
)
def test_nothing_in_sight_is_left_out(rows: Any, notes: Any, now_us: int, span_us: int, zoom: float) -> None:
    scroll = ScrollMap(chart_with(rows, notes, [(0, zoom, 0)]))
    first, last = scroll.visible(now_us, span_us, above=1.0, below=0.25)
    # Where notes stand in the lane: 0 on the hit line, 1 at the far end.
    scale = scroll.speed_factor(now_us) / span_us
    head, tail = ((ends - scroll.position(now_us)) * scale for ends in (scroll.head, scroll.tail))
    margin = 1e-9
    seen = np.flatnonzero(
        (np.minimum(head, tail) <= 1.0 - margin) & (np.maximum(head, tail) >= -0.25 + margin)
    ).tolist()
    assert all(first <= index < last for index in seen)
    exact = set(scroll.visible_indices(now_us, span_us, above=1.0, below=0.25).tolist())
    assert set(seen) <= exact <= set(range(first, last))


def test_on_a_plain_chart_the_slice_is_exact() -> None:
    notes = [(i * 100_000, i * 100_000) for i in range(1000)]
    assert ScrollMap(chart_with([], notes)).visible(50_000_000, 500_000, below=0.2) == (499, 506)


def test_an_empty_chart_shows_nothing() -> None:
    scroll = ScrollMap(chart_with([]))
    assert scroll.visible(0, 500_000) == (0, 0)
    assert len(scroll.visible_indices(0, 500_000)) == 0


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), -float("inf"), 1e308])
def test_wild_factors_give_finite_positions(wild: float) -> None:
    rows = [(0, wild, wild), (1_000_000, wild, wild), (60_000_000, 1.0, 0.0)]
    scroll = ScrollMap(chart_with(rows, [(0, 0), (2_000_000, 90_000_000)], [(0, wild, 10)]))
    assert np.isfinite(scroll.head).all()
    assert np.isfinite(scroll.tail).all()
    assert np.isfinite(scroll.speed_factor(5))
