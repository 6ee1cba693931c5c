"""Star ratings: what they must equal, and what must not change them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rhythm.chart import NOTE, Chart, NoteKind, empty, make_notes
from game.rhythm.difficulty import max_combo, stars

Row = tuple[int, int, int]


def chart_of(keys: int, rows: list[Row]) -> Chart:
    """A chart from (start ms, end ms, lane) in the order of a file."""
    ordered = sorted(range(len(rows)), key=lambda i: (rows[i][0], rows[i][2]))
    notes = make_notes([(a * 1000, b * 1000, lane, int(b > a), -1) for a, b, lane in rows])
    return Chart(keys=keys, notes=notes, file_order=np.array(ordered, dtype=np.int64))


def read_osu(path: Path) -> Chart:
    """Just the notes of an ``.osu`` file, so that a fault of the reader cannot hide one of the rating."""
    text = path.read_text(encoding="utf-8")
    keys = int(float(text.split("CircleSize:")[1].split("\n")[0]))
    rows: list[Row] = []
    for line in text.split("[HitObjects]")[1].split("\n"):
        cells = line.strip().split(",")
        if len(cells) >= 5:
            at_ms = int(float(cells[2]))
            end_ms = int(cells[5].split(":")[0]) if int(cells[3]) & 128 else at_ms
            rows.append((at_ms, max(at_ms, end_ms), min(keys - 1, int(cells[0]) * keys // 512)))
    rows.sort(key=lambda row: row[0])
    return chart_of(keys, rows)


@pytest.mark.real
def test_every_real_chart_is_rated_as_expected(real_data: Path) -> None:
    expected = json.loads((real_data / "expected.json").read_text())["charts"]
    rated = {name: values for name, values in expected.items() if "rosu4_sr_nm" in values}
    assert len(rated) >= 11
    for name, values in rated.items():
        chart = read_osu(real_data / "charts" / name)
        assert stars(chart) == pytest.approx(values["rosu4_sr_nm"], abs=1e-6), name
        assert stars(chart, 1.5) == pytest.approx(values["rosu4_sr_dt"], abs=1e-6), name
        assert max_combo(chart) == values["rosu4_max_combo"], name


def osu_text(keys: int, rows: list[Row]) -> str:
    """A minimal ``.osu`` file with these notes."""
    head = (
        f"osu file format v14\n\n[General]\nMode: 3\n\n[Difficulty]\nCircleSize:{keys}\n\n"
        "[TimingPoints]\n0,500,4,2,0,100,1,0\n\n[HitObjects]\n"
    )
    lines = []
    for at_ms, end_ms, lane in rows:
        x = int((lane + 0.5) * 512 / keys)
        lines.append(f"{x},192,{at_ms},128,0,{end_ms}:0:0:0:0:" if end_ms > at_ms else f"{x},192,{at_ms},1,0,0:0:0:0:")
    return head + "\n".join(lines) + "\n"


@st.composite
def charts(draw: st.DrawFn) -> tuple[int, list[Row]]:
    """Charts with chords, jacks, long silences and holds that overlap, on 1 to 18 lanes."""
    keys = draw(st.integers(1, 18))
    gap = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 500), st.integers(100_000, 200_000))
    length = st.one_of(st.just(0), st.just(0), st.integers(1, 60), st.integers(1, 4000))
    steps = draw(st.lists(st.tuples(gap, length, st.integers(0, keys - 1)), max_size=60))
    at_ms = draw(st.integers(-500, 3000))
    rows = []
    for wait_ms, length_ms, lane in steps:
        at_ms += wait_ms
        rows.append((at_ms, at_ms + length_ms, lane))
    return keys, rows


@settings(max_examples=150, deadline=None)
@given(charts(), st.sampled_from([0.5, 0.75, 1.0, 1.05, 1.5, 2.0]))
def test_synthetic_charts_are_rated_as_the_public_calculator_does(made: tuple[int, list[Row]], rate: float) -> None:
    rosu = pytest.importorskip("rosu_pp_py")
    keys, rows = made
    theirs = rosu.Difficulty(clock_rate=rate).calculate(rosu.Beatmap(content=osu_text(keys, rows)))
    assert stars(chart_of(keys, rows), rate) == pytest.approx(theirs.stars, abs=1e-6)
    assert max_combo(chart_of(keys, rows)) == theirs.max_combo


@pytest.mark.parametrize("count", [0, 1])
def test_a_chart_of_fewer_than_two_notes_has_no_stars(count: int) -> None:
    assert stars(Chart(keys=4, notes=empty(NOTE))) == 0.0
    assert stars(chart_of(4, [(1000, 1000, 0)] * count)) == 0.0


@settings(deadline=None)
@given(charts(), st.lists(st.integers(0, 10_000), max_size=10))
def test_mines_and_fakes_do_not_count(made: tuple[int, list[Row]], extra: list[int]) -> None:
    plain = replace(chart_of(*made), file_order=None)
    more = make_notes([(at * 1000, at * 1000, 0, NoteKind.MINE + at % 2, -1) for at in extra])
    assert stars(plain.with_notes(np.concatenate((plain.notes, more)))) == stars(plain)


@settings(deadline=None)
@given(charts())
def test_a_chart_shifted_by_whole_sections_keeps_its_stars(made: tuple[int, list[Row]]) -> None:
    keys, rows = made
    later = [(at + 4000, end + 4000, lane) for at, end, lane in rows]
    assert stars(chart_of(keys, later)) == pytest.approx(stars(chart_of(keys, rows)), abs=1e-6)


def test_an_absurdly_long_silence_is_rated_at_once() -> None:
    rows: list[Row] = [(0, 0, 0), (100, 100, 1), (200, 200, 2)]
    near = stars(chart_of(4, [*rows, (10**6, 10**6, 0)]))
    assert stars(chart_of(4, [*rows, (10**14, 10**14, 0)])) == pytest.approx(near, abs=1e-6)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        stars(chart_of(4, [(0, 0, 0)]), rate)
