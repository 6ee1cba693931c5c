"""Quaver maps: counts and scroll of real ones, what is left out when it is the default, and both YAML readers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats import blocks
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult
from game.rhythm.formats.qua import parse

TWINS = ("cheat", "sample", "regression-1", "regression-4")
REAL_CHARTS = (*(f"{name}{end}.qua" for name in TWINS for end in ("", "-normalized")), "stable-sorting.qua")


def read(text: str | bytes) -> ReadResult:
    return parse(text if isinstance(text, bytes) else text.encode(), "x.qua", NoFolder())


def chart_of(text: str | bytes) -> Chart:
    (chart,) = read(text).charts
    return chart


# -- real charts --------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("file", REAL_CHARTS)
def test_a_real_chart_has_the_counts_it_should(real_data: Path, file: str) -> None:
    expected = json.loads((real_data / "expected.json").read_text())["charts"][file]
    data = (real_data / "charts" / file).read_bytes()
    chart = chart_of(data)
    assert len(chart.notes) == expected["objects"]
    assert chart.count(NoteKind.HOLD) == expected["holds"]
    assert len(chart.timing) == expected["timing_points"]
    assert f"Keys{chart.keys}" == expected["mode"]
    if expected["bpm_does_not_affect_sv"]:  # one row for the velocity before all, one for each change
        assert len(chart.scroll) == (expected["svs"] + 1 if expected["svs"] else 0) - (file == "regression-4.qua")


@pytest.mark.real
@pytest.mark.parametrize("name", TWINS)
def test_a_map_and_its_normalised_twin_scroll_alike(real_data: Path, name: str) -> None:
    one, other = (
        chart_of((real_data / "charts" / f"{name}{end}.qua").read_bytes()).scroll for end in ("", "-normalized")
    )
    np.testing.assert_array_equal(one["at_us"], other["at_us"])
    np.testing.assert_allclose(one["factor"], other["factor"], rtol=1e-6)


@pytest.mark.real
@pytest.mark.parametrize("file", REAL_CHARTS)
def test_both_readers_agree_on_real_charts(real_data: Path, file: str) -> None:
    text = (real_data / "charts" / file).read_bytes().decode().replace("\r\n", "\n")
    quick = blocks.read_regular(text, file)
    assert quick is not None
    assert quick == blocks.read_yaml(text, file)


# -- traps --------------------------------------------------------------------------------------------------

HEAD = "Mode: Keys4\nTitle: T\n"
NOBODY_PLAYS = "x.qua: holds more than 200,000 notes, which nobody can play"
NO_CHART_LISTS = "x.qua, line 250004: lists more than 250,000 things, which no chart does"


def test_what_is_left_out_is_the_default() -> None:
    chart = chart_of(
        "Mode: Keys7\nHitObjects:\n- Lane: 2\n- StartTime: 500.25\n  Lane: 7\n  EndTime: 900\n"
        "- StartTime: 700\n  Lane: 1\n  Type: Mine\nTimingPoints:\n- Bpm: 120\n"
    )
    assert chart.notes.tolist() == [
        (0, 0, 1, NoteKind.TAP, -1),
        (500_250, 900_000, 6, NoteKind.HOLD, -1),
        (700_000, 700_000, 0, NoteKind.MINE, -1),
    ]
    assert chart.timing.tolist() == [(0, 500_000.0, 4)]
    assert len(chart.scroll) == 0
    assert (chart.title, chart.preview_us) == ("", -1)


def test_the_header_is_kept() -> None:
    chart = chart_of(
        "AudioFile: 'song: one.mp3'\nSongPreviewTime: 1500\nBackgroundFile: bg.png\nMode: Keys4\nTitle: \"A, B\"\n"
        "Artist: null\nCreator: me\nDifficultyName: Hard #1\nTags: one, two\nHasScratchKey: true\n"
    )
    assert (chart.audio, chart.background, chart.title, chart.artist) == ("song: one.mp3", "bg.png", "A, B", "")
    assert (chart.creator, chart.level, chart.tags, chart.preview_us) == ("me", "Hard", ("one", "two"), 1_500_000)
    assert (chart.keys, chart.scratch_lanes) == (5, (4,))


def test_key_sounds_and_sound_effects_count_from_one() -> None:
    chart = chart_of(
        HEAD + "CustomAudioSamples:\n- Path: a.wav\n- Path: b.wav\n  UnaffectedByRate: true\n"
        "SoundEffects:\n- StartTime: 5\n  Sample: 2\n  Volume: 50\n- StartTime: 1\n  Sample: 1\n- Sample: 9\n"
        "HitObjects:\n- StartTime: 1\n  Lane: 1\n  KeySounds:\n  - Sample: 2\n    Volume: 100\n  - Sample: 1\n"
        "- StartTime: 2\n  Lane: 1\n  KeySounds: []\n"
    )
    assert chart.sounds == ("a.wav", "b.wav")
    assert chart.notes["sound"].tolist() == [1, -1]
    assert [row[:3] for row in chart.backing.tolist()] == [(1_000, 0, 1.0), (5_000, 1, 0.5)]


@pytest.mark.parametrize(
    ("more", "rows"),
    [
        ("BPMDoesNotAffectScrollVelocity: true\n", []),
        ("BPMDoesNotAffectScrollVelocity: true\nInitialScrollVelocity: 2\n", [(0, 2.0)]),
        (
            "BPMDoesNotAffectScrollVelocity: true\nSliderVelocities:\n- StartTime: 10\n  Multiplier: 3\n"
            "- StartTime: 20\n- StartTime: 20\n  Multiplier: 4\n",
            [(0, 1.0), (10_000, 3.0), (20_000, 4.0)],
        ),
        ("SliderVelocities:\n- StartTime: 10\n  Multiplier: 3\n", [(0, 3.0)]),
        (
            "TimingPoints:\n- Bpm: 100\n- StartTime: 500\n  Bpm: 200\n"
            "SliderVelocities:\n- StartTime: 10\n  Multiplier: 3\n- StartTime: 500\n  Multiplier: .5\n",
            [(0, 0.5), (10_000, 1.5), (500_000, 0.5)],
        ),
    ],
)
def test_scroll_depends_on_tempo_unless_the_map_says_not(more: str, rows: list[tuple[int, float]]) -> None:
    chart = chart_of(HEAD + "HitObjects:\n- StartTime: 9000\n  Lane: 1\n" + more)
    assert [(row["at_us"], row["factor"]) for row in chart.scroll] == rows


def test_scroll_speed_factors_move_to_the_next_in_a_line() -> None:
    factors = "ScrollSpeedFactors:\n- StartTime: 100\n  Multiplier: 2\n- StartTime: 300\n  Multiplier: 1\n"
    assert chart_of(HEAD + factors).speeds.tolist() == [(100_000, 2.0, 0), (100_000, 1.0, 200_000)]


def test_impossible_notes_are_mended_or_left_out_with_their_lines() -> None:
    result = read(
        HEAD + "HitObjects:\n- StartTime: .nan\n  Lane: 1\n- Lane: 9\n- StartTime: 50\n  EndTime: 20\n  Lane: 1\n"
        "- Lane: 1e308\n- StartTime: 1e300\n  Lane: 2\n- Lane: x\n"
    )
    assert result.charts[0].notes.tolist() == [(0, 0, 3, 0, -1), (0, 0, 3, 0, -1), (50_000, 50_000, 0, 1, -1)]
    assert result.warnings[0] == "x.qua, line 4: a note with an impossible lane or time was left out"
    assert "x.qua, line 6: a note beside the 4 lanes was moved to the nearest" in result.warnings


def test_timing_groups_are_said_to_scroll_together() -> None:
    result = read(
        HEAD + "TimingGroups:\n  fast: !ScrollGroup\n    InitialScrollVelocity: 2\nHitObjects:\n"
        "- StartTime: 5\n  Lane: 1\n  TimingGroup: fast\n"
    )
    assert len(result.charts[0].notes) == 1
    assert result.warnings == ("x.qua: the notes of 1 timing groups scroll with all others",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "x.qua: names no mode this game knows (`Mode: `), so it is no Quaver map"),
        ("- a\n- b", "x.qua: is no chart: it holds no `Key: value` lines"),
        ("Mode: Keys99", "x.qua: asks for 99 keys; there are 1 to 18"),
        ("Mode: Taiko", "x.qua: names no mode this game knows (`Mode: Taiko`), so it is no Quaver map"),
        ("Mode: [Keys4", "x.qua, line 2: is no YAML (did not find expected ',' or ']')"),
        ("Mode: &a Keys4\nTitle: *a", "x.qua, line 1: uses YAML anchors, which no chart needs"),
        ("a: [[[[[[[[[[1]]]]]]]]]]", "x.qua, line 1: is nested deeper than any chart"),
        (HEAD + "HitObjects:\n" + "- Lane: 1\n" * 200_001, NOBODY_PLAYS),
        (HEAD + "A:\n" + "- B: 1\n" * 250_001, NO_CHART_LISTS),
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_map_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ChartError) as caught:
        read(text)
    assert str(caught.value) == sentence


def test_yaml_that_blows_up_is_refused_before_it_does() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(ChartError, match="uses YAML anchors"):
        read("Mode: Keys4\n" + bomb)


def test_endless_irregular_yaml_is_refused() -> None:
    with pytest.raises(ChartError, match="too long to read"):
        read("Mode: Keys4\nX: [" + "1,\n" * 300_000 + "]")


# -- properties ---------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.text(alphabet="ab1 :#-'\"[]{}~.,&*!%\\\t", max_size=8),
    st.text(max_size=5),
    st.sampled_from(("1", "-1", "1.5", "~", "null", "''", "[]", "{}", "- x", "a: b", "a #b", "'it''s'", "|", ">")),
)
INDENTS = st.sampled_from(("", "- ", "  ", "  - ", "    ", "    - ", "   ", "-   "))
KEYS = st.sampled_from(("Mode", "HitObjects", "StartTime", "Lane", "KeySounds", "a b", "1", "'q'"))
GAPS = st.sampled_from((" ", "", "  "))
LINES = st.tuples(INDENTS, KEYS, GAPS, VALUES).map(lambda cells: "{}{}:{}{}".format(*cells))
SHAPED = st.builds(
    lambda head, entries: "Mode: Keys4\n" + head + "HitObjects:\n" + "".join(entries),
    st.sampled_from(("", "Title: ~\n", "Title: 'x'\n", "EditorLayers: []\n")),
    st.lists(
        st.builds(
            lambda at, value, sounds: f"- StartTime: {at}\n  Lane: {value}\n  KeySounds:{sounds}\n",
            st.integers(-5, 10**6),
            VALUES,
            st.sampled_from((" []", "\n  - Sample: 1\n    Volume: 2", "\n    - Sample: 3", "", " ~")),
        ),
        max_size=4,
    ),
)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.lists(LINES, max_size=6).map("\n".join), SHAPED))
def test_where_the_quick_reader_answers_both_answer_the_same(text: str) -> None:
    quick = blocks.read_regular(text, "x.qua")
    if quick is None or not quick:
        return
    assert blocks.read_yaml(text, "x.qua") == quick


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: (HEAD + text).encode("utf-8", "replace")),
        SHAPED.map(lambda text: text.encode("utf-8", "replace")),
        st.lists(LINES, max_size=8).map(lambda lines: (HEAD + "\n".join(lines)).encode("utf-8", "replace")),
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
    for chart in result.charts:
        assert (chart.notes["end_us"] >= chart.notes["at_us"]).all()
        assert (chart.notes["lane"] < chart.keys).all()
        assert np.isfinite(chart.scroll["factor"]).all()


def test_an_endless_velocity_on_a_tempo_of_zero_scrolls_evenly() -> None:
    """Found by fuzzing: infinity times nothing."""
    text = (
        "Mode: Keys4\nTimingPoints:\n- StartTime: 0\n  Bpm: 120\n- StartTime: 1000\n  Bpm: 0\n"
        "SliderVelocities:\n- StartTime: 1000\n  Multiplier: .inf\nHitObjects:\n- StartTime: 500\n  Lane: 1\n"
    )
    (chart,) = parse(text.encode(), "endless.qua", NoFolder()).charts
    assert np.isfinite(chart.scroll["factor"]).all()
