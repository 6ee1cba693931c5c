"""osu!mania beatmaps: real ones against what other tools count in them, and each trap of the format alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats import osu_objects
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult
from game.rhythm.formats.osu import parse
from game.rhythm.formats.text import Warnings

REAL_CHARTS = (
    "10K.osu",
    "18K.osu",
    "7K+1.osu",
    "Aegleseeker.osu",
    "CheckItOut.osu",
    "Gravity.osu",
    "MAGiCVLGiRL_ZVPH.osu",
    "diffcalc-test.osu",
    "hehehe.osu",
    "minacalc-7K.osu",
    "rosu-1638954-4K.osu",
)


def beatmap(objects: str = "", points: str = "", *, version: int = 14, keys: str = "4", **more: str) -> str:
    """The text of a small mania beatmap; ``more`` adds lines to General, Metadata, Difficulty or Events."""
    return (
        f"osu file format v{version}\n\n[General]\nMode: 3\n{more.get('general', '')}\n"
        f"[Metadata]\n{more.get('metadata', 'Title:T')}\n"
        f"[Difficulty]\nCircleSize:{keys}\n{more.get('difficulty', '')}\n"
        f"[Events]\n{more.get('events', '')}\n[TimingPoints]\n{points}\n[HitObjects]\n{objects}\n"
    )


def read(text: str | bytes) -> ReadResult:
    return parse(text if isinstance(text, bytes) else text.encode(), "x.osu", NoFolder())


def chart_of(text: str | bytes) -> Chart:
    (chart,) = read(text).charts
    return chart


# -- real charts --------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("file", REAL_CHARTS)
def test_a_real_chart_has_the_counts_other_tools_find(real_data: Path, file: str) -> None:
    expected = json.loads((real_data / "expected.json").read_text())["charts"][file]
    result = read((real_data / "charts" / file).read_bytes())
    (chart,) = result.charts
    assert chart.count(NoteKind.TAP) == expected["notes"]
    assert chart.count(NoteKind.HOLD) == expected["holds"]
    assert len(chart.timing) == expected["bpm_points"]
    assert chart.first_us == expected["first"] * 1000
    assert chart.notes["at_us"].max() == expected["last"] * 1000
    assert chart.hash == expected["md5"]
    assert chart.keys == expected["keys"]
    assert chart.overall_difficulty == expected["od"]
    assert chart.health_drain == (5.0 if expected["hp"] is None else expected["hp"])
    assert result.warnings == ()


@pytest.mark.real
def test_velocities_that_undo_tempo_changes_leave_an_even_scroll(real_data: Path) -> None:
    chart = chart_of((real_data / "charts" / "Gravity.osu").read_bytes())
    assert len(chart.scroll) == 33
    assert np.ptp(chart.scroll["factor"]) < 1e-12


@pytest.mark.real
def test_one_song_of_key_sounds_names_every_sample(real_data: Path) -> None:
    chart = chart_of((real_data / "charts" / "CheckItOut.osu").read_bytes())
    assert len(chart.backing) == 67
    assert "normal-hitnormal7.ogg" in chart.sounds
    assert (chart.notes["sound"] >= 0).any()
    assert chart.notes["sound"].max() < len(chart.sounds)


# -- traps --------------------------------------------------------------------------------------------------


def test_what_a_header_says_is_kept() -> None:
    chart = chart_of(
        beatmap(
            general="AudioFilename: a song.mp3\nAudioLeadIn: 500\nPreviewTime: 12345",
            metadata="Title:Name\nTitleUnicode:名前\nArtist:Someone\nCreator:C\nVersion:Hard: 2\nTags:one two",
            difficulty="OverallDifficulty:8.5\nHPDrainRate:99",
            events='//Background\n0,0,"back, ground.png",0,0',
        )
    )
    assert (chart.title, chart.artist, chart.creator, chart.level) == ("Name", "Someone", "C", "Hard: 2")
    assert chart.tags == ("one", "two", "名前")
    assert (chart.audio, chart.background) == ("a song.mp3", "back, ground.png")
    assert (chart.lead_in_us, chart.preview_us) == (500_000, 12_345_000)
    assert (chart.overall_difficulty, chart.health_drain) == (8.5, 10.0)
    assert (chart.format, chart.path) == ("osu", "x.osu")


@pytest.mark.parametrize(("version", "at_us"), [(3, 1_024_000), (4, 1_024_000), (5, 1_000_000), (128, 1_000_000)])
def test_charts_before_version_5_come_24_ms_later(version: int, at_us: int) -> None:
    chart = chart_of(beatmap("64,0,1000,1,0,0:0:0:0:\n64,0,2000,128,0,3000:0:0:0:0:", "1000,500", version=version))
    assert chart.notes["at_us"].tolist() == [at_us, at_us + 1_000_000]
    assert chart.last_us == at_us + 2_000_000
    assert chart.timing["at_us"].tolist() == [at_us]


@pytest.mark.parametrize(
    ("keys", "x", "lane"),
    [
        ("4", 0, 0),
        ("4", 127, 0),
        ("4", 128, 1),
        ("4", 511, 3),
        ("4", 512, 3),
        ("4", -5, 0),
        ("4", 9999, 3),
        ("7", 73, 0),
        ("7", 74, 1),
        ("18", 511, 17),
        ("1", 300, 0),
    ],
)
def test_a_note_falls_into_the_lane_its_x_lies_in(keys: str, x: int, lane: int) -> None:
    assert chart_of(beatmap(f"{x},192,0,1,0,0:0:0:0:", keys=keys)).notes["lane"].tolist() == [lane]


@pytest.mark.parametrize(
    ("line", "kind", "end_us"),
    [
        ("64,192,1000,1,0,0:0:0:0:", NoteKind.TAP, 1_000_000),
        ("64,192,1000,5,0,0:0:0:0:", NoteKind.TAP, 1_000_000),
        ("64,192,1000,128,0,1500:0:0:0:0:", NoteKind.HOLD, 1_500_000),
        ("64,192,1000,132,0,1500:0:0:0:0:", NoteKind.HOLD, 1_500_000),
        ("64,192,1000,128,0,1000:0:0:0:0:", NoteKind.HOLD, 1_000_000),
        ("64,192,1000,128,0,1500", NoteKind.HOLD, 1_500_000),
        ("64,192,1000,129,0,1500:0:0:0:0:", NoteKind.TAP, 1_000_000),
        ("64,192,1000,8,0,1500,0:0:0:0:", NoteKind.HOLD, 1_500_000),
        ("64,192,1000.25,128,0,1500.5:0:0:0:0:", NoteKind.HOLD, 1_500_500),
        ("64,192,1000,1,0", NoteKind.TAP, 1_000_000),
        ("64,192,1000,2,0,L|100:100,2,140", NoteKind.HOLD, 2_000_000),
    ],
)
def test_the_type_of_an_object_says_what_it_asks(line: str, kind: NoteKind, end_us: int) -> None:
    result = read(beatmap(line, "0,500,4,1,0,100,1,0"))
    (note,) = result.charts[0].notes
    assert (note["kind"], note["end_us"]) == (kind, end_us)
    assert result.warnings == ()


def test_a_hold_that_ends_before_it_begins_has_no_length_and_a_warning() -> None:
    result = read(beatmap("64,192,1000,128,0,500:0:0:0:0:"))
    assert result.charts[0].notes["end_us"].tolist() == [1_000_000]
    assert result.warnings == ("x.osu, line 16: a hold ends before it begins; its end was moved to its beginning",)


def test_notes_are_sorted_and_equal_ones_keep_their_order() -> None:
    chart = chart_of(beatmap("0,0,900,1,0,0:0:0:0:late\n0,0,100,1,0,0:0:0:0:a\n0,0,100,1,0,0:0:0:0:b\n"))
    assert chart.notes["at_us"].tolist() == [100_000, 100_000, 900_000]
    assert [chart.sounds[i] for i in chart.notes["sound"]] == ["a", "b", "late"]
    assert chart.file_order is not None
    assert chart.file_order.tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("points", "factors"),
    [
        ("0,500,4,1,0,100,1,0\n1000,-50,4,1,0,100,0,0", [1, 2]),
        ("0,500,4,1,0,100,1,0\n1000,-1,4,1,0,100,0,0", [1, 10]),
        ("0,500,4,1,0,100,1,0\n1000,-100000,4,1,0,100,0,0", [1, 0.01]),
        ("0,500,4,1,0,100,1,0\n1000,NaN,4,1,0,100,0,0", [1, 1]),
        ("0,500,4,1,0,100,1,0\n1000,300,4,1,0,100,0,0", [1, 1]),
        ("0,500,4,1,0,100,1,0\n1000,250,4,1,0,100,1,0\n1100,500,4,1,0,100,1,0", [1, 2, 1]),
        ("0,500,4,1,0,100,1,0\n1000,-50,4,1,0,100,0,0\n1000,250,4,1,0,100,1,0\n1001,500,4,1,0,100,1,0", [1, 4, 1]),
        ("0,500,4,1,0,100,1,0\n500,-50,4,1,0,100,0,0\n600,500,4,1,0,100,1,0", [1, 2, 1]),
        ("0,500,4,1,0,100,1,0\n500,-50,4,1,0,100,0,0\n500,-25,4,1,0,100,0,0", [1, 4]),
        ("0,500\n", [1]),
        ("", []),
    ],
)
def test_scroll_is_tempo_beside_the_common_one_times_velocity(points: str, factors: list[float]) -> None:
    chart = chart_of(beatmap("64,192,0,1,0,0:0:0:0:\n64,192,9000,1,0,0:0:0:0:", points))
    assert chart.scroll["factor"].tolist() == pytest.approx(factors)


@pytest.mark.parametrize(("beat_ms", "beat_us"), [("0", 6_000), ("-5", 6_000), ("1e308", 60_000_000), ("inf", 6e7)])
def test_a_beat_lasts_between_6_ms_and_a_minute(beat_ms: str, beat_us: float) -> None:
    assert chart_of(beatmap(points=f"0,{beat_ms},4,1,0,100,1,0")).timing["beat_us"].tolist() == [beat_us]


def test_a_tempo_that_is_no_number_is_left_out() -> None:
    result = read(beatmap(points="0,NaN,4,1,0,100,1,0\n10,500,3,1,0,100,1,0"))
    assert result.charts[0].timing["meter"].tolist() == [3]
    assert result.warnings == ("x.osu, line 14: a tempo that is not a number was left out",)


@pytest.mark.parametrize(
    ("keys", "style", "lanes"), [("8", 1, (0,)), ("8", 0, ()), ("16", 1, (0, 15)), ("6", 1, (0,)), ("1", 1, ())]
)
def test_special_style_marks_the_scratch_lanes(keys: str, style: int, lanes: tuple[int, ...]) -> None:
    assert chart_of(beatmap(keys=keys, general=f"SpecialStyle: {style}")).scratch_lanes == lanes


def test_samples_of_the_storyboard_are_the_backing() -> None:
    events = 'Sample,1000,0,"kick, soft.wav",70\n5,500,0,bass.wav\nSample,oops,0,"x.wav"\nSprite,Fail,Centre,"a",0,0'
    result = read(beatmap("0,0,0,1,0,0:0:0:0:bass.wav", events=events, general="AudioFilename: virtual"))
    chart = result.charts[0]
    assert [(row["at_us"], chart.sounds[row["sound"]]) for row in chart.backing] == [
        (500_000, "bass.wav"),
        (1_000_000, "kick, soft.wav"),
    ]
    assert chart.backing["volume"].tolist() == pytest.approx([1.0, 0.7])
    assert chart.audio == ""
    assert result.warnings == ("x.osu, line 14: is no storyboard sample and was left out",)


@pytest.mark.parametrize(("mode", "word"), [("0", "osu!standard"), ("1", "osu!taiko"), ("2", "osu!catch")])
def test_charts_of_other_modes_are_listed_and_left_alone(mode: str, word: str) -> None:
    result = read(f"osu file format v14\n[General]\nMode: {mode}\n[Metadata]\nTitle:Other\n[HitObjects]\nnonsense")
    assert result.charts == ()
    assert [(one.title, one.reason) for one in result.skipped] == [("Other", f"{word} chart, left alone")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "shift_jis"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(encoding: str, line_end: str) -> None:
    text = beatmap("64,192,1000,1,0,0:0:0:0:", "0,500", metadata="Title:夜の街 ソ")
    chart = chart_of(text.replace("\n", line_end).encode(encoding))
    assert chart.title == "夜の街 ソ"
    assert len(chart.notes) == len(chart.timing) == 1


def test_latin_1_text_still_reads() -> None:
    assert chart_of(beatmap(metadata="Title:Café ÿ!").encode("latin-1")).title == "Café ÿ!"


def test_missing_and_unknown_sections_and_comments_are_no_obstacle() -> None:
    result = read(
        "\n// made by hand\n" * 0
        + "osu file format v14\n[General]\nMode:3\n[Plugins]\nx=1\n[HitObjects]\n// a remark\n\n64,192,5,1,0 // tap\n"
    )
    assert result.charts[0].notes["at_us"].tolist() == [5000]
    assert result.charts[0].keys == 5  # the format's default
    assert result.warnings == ("x.osu, line 4: the section [Plugins] is unknown and was left out",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "x.osu: is empty"),
        ("\n\n", "x.osu: is empty"),
        ("{}", "x.osu, line 1: does not begin with `osu file format v`, so it is no osu! chart"),
        ("\n\nhello", "x.osu, line 3: does not begin with `osu file format v`, so it is no osu! chart"),
        (beatmap(keys="19"), "x.osu: asks for 19 keys; the most there are is 18"),
        (beatmap(keys="1e308"), "x.osu: asks for 1000000000 keys; the most there are is 18"),
        (b"\x00\x01\x02\x03" * 99, "x.osu: is not a text file"),
        (
            beatmap("64,192,1,1,0,0:0:0:0:\n" * 200_001),
            "x.osu: holds more than 200,000 notes, which nobody can play",
        ),
        (
            beatmap("64,192,1,1,0\n" * 200_002),
            "x.osu, line 200017: holds more than 200,000 notes, which nobody can play",
        ),
        (beatmap("1" * 1_000_001), "x.osu, line 16: is longer than 1,000,000 characters; this is no chart"),
        ("osu file format v14\n" + "\n" * 600_000, "x.osu: has more than 600,000 lines, which no chart has"),
        ("osu file format v14\n" + "x" * 12_582_912, "x.osu: is larger than 12 MiB, which no chart of text is"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_chart_is_refused_in_one_sentence(text: str | bytes, sentence: str) -> None:
    with pytest.raises(ChartError) as caught:
        read(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "line",
    ["", "a,b,c,d,e,f", "64,192,nan,1,0,0:0:0:0:", "64,192,1e308,1,0,0:", "1e300,0,0,1,0,0", "64,192,5,16,0,0", "1,2"],
)
def test_lines_that_are_no_notes_are_left_out_and_the_rest_stays(line: str) -> None:
    result = read(beatmap(f"64,192,0,1,0,0:0:0:0:\n{line}\n64,192,1000,1,0,0:0:0:0:"))
    assert len(result.charts[0].notes) == 2
    assert len(result.warnings) == (1 if line else 0)
    assert all(sentence.startswith("x.osu, line 17: ") for sentence in result.warnings)


def test_warnings_are_counted_past_the_first_twenty() -> None:
    result = read(beatmap("oops\n" * 100))
    assert len(result.warnings) == 21
    assert result.warnings[-1] == "and 80 more things like these"


# -- properties ---------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.integers(-600, 700).map(str),
    st.integers(-(10**10), 10**10).map(str),
    st.sampled_from(("1", "128", "5", "8", "12", "nan", "1.5", "", " 7", "+3", "１", "--1", "-", "1_0")),
)
TAILS = st.one_of(
    st.just("0:0:0:0:"),
    st.integers(-10, 10**5).map(lambda end: f"{end}:0:0:0:0:"),
    st.text(alphabet="0123456789:.abc -", max_size=16),
)
LINES = st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS, TAILS).map(",".join)
PLAIN_LINES = st.builds(
    lambda x, at, kind, tail: f"{x},192,{at},{kind},0,{tail}",
    st.integers(-5, 520),
    st.integers(-(10**6), 10**8),
    st.sampled_from((1, 5, 128, 132, 12, 64)),
    TAILS,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(PLAIN_LINES, min_size=1, max_size=12), st.lists(LINES, min_size=1, max_size=6)))
def test_the_quick_way_and_the_patient_way_read_the_same(lines: list[str]) -> None:
    block = osu_objects.Block(1, "\n".join(lines) + "\n")
    quick = osu_objects.read_columns_quickly(block)
    if quick is None:
        return
    patient = osu_objects.read_columns_patiently([block], "x.osu", Warnings("x.osu"))
    for name in ("x", "at_ms", "kind", "end_ms", "line"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(patient, name), err_msg=name)
    assert (quick.keyed, quick.sliders) == (patient.keyed, patient.sliders)


@pytest.mark.real
@pytest.mark.parametrize("file", ["Aegleseeker.osu", "minacalc-7K.osu", "CheckItOut.osu"])
def test_real_charts_take_the_quick_way_and_read_as_the_patient_one_does(real_data: Path, file: str) -> None:
    text = (real_data / "charts" / file).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    block = osu_objects.Block(1, text.split("[HitObjects]\n")[1])
    quick = osu_objects.read_columns_quickly(block)
    patient = osu_objects.read_columns_patiently([block], file, Warnings(file))
    assert quick is not None
    for name in ("x", "at_ms", "kind", "end_ms", "line"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(patient, name))
    assert quick.keyed == patient.keyed


SHAPES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(lambda text: beatmap(text, text).encode("utf-8", "replace")),
    st.lists(LINES, max_size=8).map(lambda lines: beatmap("\n".join(lines), "\n".join(lines)).encode()),
    st.text(max_size=60).map(lambda text: beatmap(keys=text, events=text, general=text).encode("utf-8", "replace")),
)


@settings(max_examples=400, deadline=None)
@given(SHAPES)
def test_any_bytes_give_charts_or_one_sentence(data: bytes) -> None:
    result, sentence = ReadResult(), ""
    try:
        result = read(data)
    except UserError as error:
        sentence = str(error)
    assert "\n" not in sentence
    for chart in result.charts:
        assert (chart.notes["end_us"] >= chart.notes["at_us"]).all()
        assert (np.diff(chart.notes["at_us"]) >= 0).all()
        assert (chart.notes["lane"] < chart.keys).all()
        assert np.isfinite(chart.scroll["factor"]).all()
        assert (chart.timing["beat_us"] > 0).all()
