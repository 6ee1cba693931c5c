"""Our own format: whatever a chart can hold comes back, and what is wrong is said with its line."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import UserError
from game.rhythm.chart import BACKING, MAX_LANES, SCROLL, SPEED, TIMING, Chart, NoteKind, make_notes
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult
from game.rhythm.formats.jam import parse, write_jam

DAY_US = 24 * 3600 * 1_000_000
OWN_PLACE = {"path", "hash", "format", "index", "file_order"}

INSTANTS = st.integers(-DAY_US, DAY_US)
REALS = st.floats(-1e12, 1e12)
TEXTS = st.text(max_size=30)
SCRAPS = (
    *("[notes]", "[timing]", "[sounds]", "[parts]", "keys: 4", "nan", "0 1 2", "%"),
    *("0 0 tap", "1 2 hold 3 @0", "0 0 tap %1", "0 0 tap @0 %0,7", "0 0 tap %8", "0 0 tap %0,"),
)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    keys = draw(st.integers(1, MAX_LANES))
    sounds = tuple(draw(st.lists(TEXTS.filter(bool), max_size=4)))
    kinds = st.sampled_from([int(kind) for kind in NoteKind])
    sound = st.integers(-1, len(sounds) - 1)
    rows = draw(
        st.lists(st.tuples(INSTANTS, st.integers(0, 10**9), st.integers(0, keys - 1), kinds, sound), max_size=20)
    )
    notes = make_notes(
        [(at, min(DAY_US, at + long) if kind in (1, 2) else at, lane, kind, s) for at, long, lane, kind, s in rows]
    )
    singles = st.floats(-1, 1, width=32)
    backing = draw(
        st.lists(st.tuples(INSTANTS, st.integers(0, len(sounds) - 1), singles, singles), max_size=5)
        if sounds
        else st.just([])
    )
    timing = draw(st.lists(st.tuples(INSTANTS, st.floats(1e-3, 1e12), st.integers(0, 65535)), max_size=5))
    scroll = draw(st.lists(st.tuples(INSTANTS, REALS, REALS), max_size=5))
    speeds = draw(st.lists(st.tuples(INSTANTS, REALS, INSTANTS), max_size=5))
    parts = tuple(draw(st.lists(TEXTS, max_size=8)))
    bits = draw(st.lists(st.integers(0, (1 << len(parts)) - 1), min_size=len(notes), max_size=len(notes)))
    return Chart(
        keys=keys,
        parts=parts,
        part_of=np.array(bits, dtype=np.uint8) if parts else None,
        notes=notes,
        title=draw(TEXTS),
        artist=draw(TEXTS),
        creator=draw(TEXTS),
        level=draw(TEXTS),
        timing=np.array(timing, dtype=TIMING),
        scroll=np.array(scroll, dtype=SCROLL),
        speeds=np.array(speeds, dtype=SPEED),
        backing=np.array(backing, dtype=BACKING),
        sounds=sounds,
        audio=draw(TEXTS),
        audio_offset_us=draw(INSTANTS),
        lead_in_us=draw(INSTANTS),
        preview_us=draw(INSTANTS),
        background=draw(TEXTS),
        overall_difficulty=draw(REALS),
        health_drain=draw(REALS),
        scratch_lanes=tuple(draw(st.lists(st.integers(0, keys - 1), max_size=2))),
        tags=tuple(draw(st.lists(TEXTS, max_size=3))),
        license=draw(TEXTS),
    )


def read(text: str | bytes) -> ReadResult:
    return parse(text if isinstance(text, bytes) else text.encode(), "x.jam", NoFolder())


@settings(max_examples=300, deadline=None)
@given(charts())
def test_any_chart_comes_back_to_the_last_bit(chart: Chart) -> None:
    result = read(write_jam(chart))
    (found,) = result.charts
    assert result.warnings == ()
    for field in dataclasses.fields(Chart):
        if field.name in OWN_PLACE:
            continue
        was, now = getattr(chart, field.name), getattr(found, field.name)
        if isinstance(was, np.ndarray):
            assert now.dtype == was.dtype, field.name
            assert now.tobytes() == was.tobytes(), field.name
        else:
            assert now == was, field.name


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: ("jam 1\nkeys: 4\n" + text).encode("utf-8", "replace")),
        st.lists(
            st.sampled_from(SCRAPS),
            max_size=12,
        ).map(lambda lines: "\n".join(("jam 1", *lines)).encode()),
    )
)
def test_any_bytes_give_a_chart_or_one_sentence(data: bytes) -> None:
    result, sentence = ReadResult(), ""
    try:
        result = read(data)
    except UserError as error:
        sentence = str(error)
    assert bool(result.charts) != bool(sentence)
    assert "\n" not in sentence


def test_the_example_of_the_documentation_reads() -> None:
    result = read(
        "jam 1\ntitle: Night Tram\nlevel: Hard\nkeys: 4\naudio: night-tram.ogg\npreview_us: 32000000\n\n"
        "[timing]\n# at_us beat_us meter\n0 500000 4\n\n"
        "[notes]\n1000000 3 tap @0\n1000000 0 tap\n1500000 1 hold 2500000\n[sounds]\nkick.wav\n"
    )
    (chart,) = result.charts
    assert chart.notes.tolist() == [
        (1_000_000, 1_000_000, 0, NoteKind.TAP, -1),
        (1_000_000, 1_000_000, 3, NoteKind.TAP, 0),
        (1_500_000, 2_500_000, 1, NoteKind.HOLD, -1),
    ]
    assert (chart.title, chart.sounds, chart.overall_difficulty) == ("Night Tram", ("kick.wav",), 8.0)
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("mood: blue", "x.jam, line 3: the header `mood` is unknown and was left out"),
        ("[lights]\n1 2 3", "x.jam, line 3: the section [lights] is unknown and was left out"),
        ("[notes]\n9 0 hold 5", "x.jam, line 4: a note ends before it begins; its end was moved to its beginning"),
        ("[notes]\n9 0 tap @7", "x.jam: 1 rows ask for a sound that [sounds] does not list"),
        ("[parts]\nBass\n[notes]\n9 0 tap %0,1", "x.jam: 1 notes belong to a part that [parts] does not list"),
    ],
)
def test_what_can_be_mended_is_mended_with_a_warning(text: str, warning: str) -> None:
    assert read(f"jam 1\nkeys: 4\n{text}\n").warnings == (warning,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "x.jam, line 1: does not begin with `jam 1`, so it is no jam chart"),
        ("osu file format v14", "x.jam, line 1: does not begin with `jam 1`, so it is no jam chart"),
        ("jam 3\nkeys: 4", "x.jam, line 1: is jam 3, this game reads jam 2; update the game"),
        ("jam 2\nkeys: 4\n[notes]\n0 0 tap %8", "x.jam, line 4: `8` is not between 0 and 7"),
        ("jam 2\nkeys: 4\n[notes]\n0 0 tap %0,", "x.jam, line 4: `` is no whole number"),
        ("jam 2\nkeys: 4\n[parts]\n" + "a\n" * 9, "x.jam, line 12: lists more than 8 parts"),
        ("jam 1\ntitle: x", "x.jam: needs `keys: N` with N from 1 to 18"),
        ("jam 1\nkeys: 19", "x.jam: needs `keys: N` with N from 1 to 18"),
        ("jam 1\nkeys: four", "x.jam, line 2: `four` is no whole number"),
        ("jam 1\nkeys", "x.jam, line 2: is neither `key: value` nor a [section]"),
        ("jam 1\nkeys: 4\n[notes]\n0 4 tap", "x.jam: has a note on lane 4, but lanes end at 3"),
        ("jam 1\nkeys: 4\n[timing]\n0 0 4", "x.jam, line 4: a beat must last longer than 0"),
        ("jam 1\nkeys: 4\n[timing]\n0 500", "x.jam, line 4: should hold 3 numbers"),
        ("jam 1\nkeys: 4\n[scroll]\n0 nan 0", "x.jam, line 4: `nan` is no number a chart can use"),
        ("jam 1\nkeys: 4\n[scroll]\n0 1e308 0", "x.jam, line 4: `1e308` is no number a chart can use"),
        (
            "jam 1\nkeys: 4\n[notes]\n99999999999999999999999 0 tap",
            "x.jam, line 4: `99999999999999999999999` is not between -86400000000 and 86400000000",
        ),
        ('jam 1\ntitle: "open', "x.jam, line 2: begins with a quote but is no JSON string"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(ChartError) as caught:
        read(text)
    assert str(caught.value) == sentence


def test_a_note_of_an_unknown_kind_is_told_the_kinds() -> None:
    with pytest.raises(ChartError, match="with a kind of tap, hold, roll, mine, fake, lift"):
        read("jam 1\nkeys: 4\n[notes]\n0 0 slide")


def test_more_notes_than_anyone_plays_are_refused() -> None:
    with pytest.raises(ChartError, match=r"more than 200,000 rows in \[notes\]"):
        read("jam 1\nkeys: 4\n[notes]\n" + "5 0 tap\n" * 200_001)


def test_columns_of_single_precision_read_back_exactly() -> None:
    volumes: NDArray[np.float32] = np.array([0.1, 1 / 3, 1e-7], dtype=np.float32)
    backing = np.array([(0, 0, volume, -0.0) for volume in volumes], dtype=BACKING)
    chart = Chart(keys=1, notes=make_notes([]), sounds=("a.wav",), backing=backing)
    assert read(write_jam(chart)).charts[0].backing.tobytes() == backing.tobytes()


def test_notes_keep_their_parts_whatever_order_the_rows_stand_in() -> None:
    text = "jam 2\nkeys: 4\n[notes]\n9 0 tap %1\n5 3 tap\n5 1 hold 9 %0,1\n[parts]\nMelody\nDrums\n"
    (chart,) = read(text).charts
    assert chart.parts == ("Melody", "Drums")
    assert chart.part_of is not None
    assert chart.part_of.tolist() == [0b11, 0b00, 0b10]
    assert chart.notes["lane"].tolist() == [1, 3, 0]


def test_a_chart_without_parts_is_written_as_before() -> None:
    text = write_jam(Chart(keys=4, notes=make_notes([(0, 0, 1, 0, -1)])))
    assert text.startswith("jam 1\n")
    assert "%" not in text
    assert read(text).charts[0].part_of is None
