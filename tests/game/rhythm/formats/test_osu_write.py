"""Charts leave as osu! beatmaps and come back the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rhythm.chart import BACKING, SCROLL, TIMING, Chart, NoteKind, make_notes
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.osu import parse
from game.rhythm.formats.osu_write import write_osu


def again(chart: Chart) -> Chart:
    (read,) = parse(write_osu(chart).encode(), "x.osu", NoFolder()).charts
    return read


def sounding(chart: Chart) -> list[str]:
    """For each note the file it sounds."""
    return [chart.sounds[i] if i >= 0 else "" for i in chart.notes["sound"].tolist()]


@pytest.mark.real
@pytest.mark.parametrize("file", ["Aegleseeker.osu", "Gravity.osu", "CheckItOut.osu", "minacalc-7K.osu", "18K.osu"])
def test_a_real_chart_comes_back_the_same(real_data: Path, file: str) -> None:
    (chart,) = parse((real_data / "charts" / file).read_bytes(), file, NoFolder()).charts
    read = again(chart)
    for name in ("at_us", "end_us", "lane", "kind"):
        np.testing.assert_array_equal(read.notes[name], chart.notes[name])
    assert sounding(read) == sounding(chart)
    np.testing.assert_array_equal(read.timing["at_us"], chart.timing["at_us"])
    np.testing.assert_allclose(read.timing["beat_us"], chart.timing["beat_us"], rtol=1e-14)
    np.testing.assert_array_equal(read.scroll["at_us"], chart.scroll["at_us"])
    np.testing.assert_allclose(read.scroll["factor"], chart.scroll["factor"], rtol=1e-12)
    assert len(read.backing) == len(chart.backing)
    for name in ("title", "artist", "creator", "level", "audio", "background", "preview_us", "keys", "scratch_lanes"):
        assert getattr(read, name) == getattr(chart, name)


@settings(max_examples=100, deadline=None)
@given(
    keys=st.integers(1, 18),
    rows=st.lists(
        st.tuples(
            st.integers(-(10**6), 10**10), st.integers(0, 10**8), st.integers(0, 17), st.integers(0, 1), st.just(-1)
        ),
        max_size=30,
    ),
    tempos=st.dictionaries(st.integers(0, 10**9), st.floats(6_000, 60_000_000), max_size=5),
    title=st.text(max_size=20),
)
def test_notes_at_any_microsecond_come_back(
    keys: int, rows: list[tuple[int, int, int, int, int]], tempos: dict[int, float], title: str
) -> None:
    notes = make_notes([(at, at + length * kind, lane % keys, kind, sound) for at, length, lane, kind, sound in rows])
    timing = np.array([(at, tempos[at], 4) for at in sorted(tempos)], dtype=TIMING)
    chart = Chart(keys=keys, notes=notes, timing=timing, title=title)
    read = again(chart)
    np.testing.assert_array_equal(read.notes, chart.notes)
    np.testing.assert_array_equal(read.timing["at_us"], timing["at_us"])
    np.testing.assert_allclose(read.timing["beat_us"], timing["beat_us"], rtol=1e-14)


def test_what_osu_cannot_say_is_lost_and_nothing_else() -> None:
    kinds = (NoteKind.TAP, NoteKind.HOLD, NoteKind.ROLL, NoteKind.MINE, NoteKind.FAKE, NoteKind.LIFT)
    rows = [(i * 1000, i * 1000 + (500 if kind in (1, 2) else 0), i % 4, int(kind), 0) for i, kind in enumerate(kinds)]
    chart = Chart(keys=4, notes=make_notes(rows), sounds=('bad",name:.wav',))
    read = again(chart)
    assert read.notes["kind"].tolist() == [NoteKind.TAP, NoteKind.HOLD, NoteKind.HOLD, NoteKind.TAP]
    assert read.sounds == ()


def test_scroll_without_tempo_keeps_its_factors() -> None:
    scroll = np.array([(0, 1.0, 0), (1_000_000, 2.5, 0), (2_000_000, -3.0, 0)], dtype=SCROLL)
    read = again(Chart(keys=4, notes=make_notes([(0, 0, 0, 0, -1)]), scroll=scroll))
    assert read.scroll["factor"].tolist() == pytest.approx([1.0, 2.5, 0.01])


def test_backing_sounds_come_back() -> None:
    backing = np.array([(1_500, 0, 0.7, 0.0), (2_000_000, 1, 1.0, 0.0)], dtype=BACKING)
    chart = Chart(keys=7, notes=make_notes([(0, 0, 6, 0, 1)]), sounds=("a b.wav", "c.ogg"), backing=backing)
    read = again(chart)
    assert [read.sounds[i] for i in read.backing["sound"]] == ["a b.wav", "c.ogg"]
    np.testing.assert_array_equal(read.backing["at_us"], backing["at_us"])
    np.testing.assert_allclose(read.backing["volume"], backing["volume"], rtol=1e-6)
    assert sounding(read) == ["c.ogg"]
