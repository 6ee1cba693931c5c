"""StepMania's files: real ones against what another tool counts in them, and each trap of the format alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats import osu, sm, sm_msd
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult

REAL_SONGS = ("Gravity.sm", "goin-under.sm", "goin-under.ssc", "Springtime.ssc")
KINDS = {
    "tap": NoteKind.TAP,
    "hold_head": NoteKind.HOLD,
    "roll_head": NoteKind.ROLL,
    "mine": NoteKind.MINE,
}

TAP, HOLD, ROLL, MINE, FAKE, LIFT = (
    NoteKind.TAP,
    NoteKind.HOLD,
    NoteKind.ROLL,
    NoteKind.MINE,
    NoteKind.FAKE,
    NoteKind.LIFT,
)


def read(text: str | bytes, name: str = "song.sm") -> ReadResult:
    return sm.parse(text.encode() if isinstance(text, str) else text, name, NoFolder())


def song(rows: str, *, kind: str = "dance-single", tags: str = "", difficulty: str = "Hard") -> str:
    """A ``.sm`` of one chart at 120 beats a minute: a row of a four-row measure is half a second."""
    return f"#TITLE:T;\n#BPMS:0=120;\n{tags}\n#NOTES:\n {kind}:\n :\n {difficulty}:\n 9:\n 0,0,0:\n{rows}\n;\n"


def chart(rows: str, **more: str) -> Chart:
    return read(song(rows, **more)).charts[0]


def outcome(data: bytes, name: str = "song.sm") -> ReadResult | UserError:
    """What reading gives; anything but charts or a sentence for the player is a fault and passes through."""
    try:
        return read(data, name)
    except UserError as refused:
        return refused


def check(result: ReadResult | UserError) -> None:
    """A refusal is one line; charts are in order and within their lanes."""
    if isinstance(result, UserError):
        assert "\n" not in str(result)
        return
    for one in result.charts:
        assert (one.notes["end_us"] >= one.notes["at_us"]).all()
        assert (one.notes["lane"] < one.keys).all()
        assert sorted(one.notes["at_us"].tolist()) == one.notes["at_us"].tolist()


def notes(one: Chart) -> list[tuple[int, int, int, int]]:
    """(milliseconds, end in milliseconds, lane, kind) of each note."""
    return [(int(n["at_us"]) // 1000, int(n["end_us"]) // 1000, int(n["lane"]), int(n["kind"])) for n in one.notes]


@pytest.mark.real
@pytest.mark.parametrize("name", REAL_SONGS)
def test_real_songs_hold_what_another_reader_counts(real_data: Path, name: str) -> None:
    expected: dict[str, Any] = json.loads((real_data / "expected.json").read_text())["charts"][name]
    result = read((real_data / "charts" / name).read_bytes(), name)
    assert len(result.charts) == len(expected["charts"])
    for one, other in zip(result.charts, expected["charts"], strict=True):
        assert one.keys == other["columns"]
        assert one.level == f"{other['diff']} {other['meter']}"
        assert one.tags[0] == other["type"]
        assert {word: one.count(kind) for word, kind in KINDS.items()} == {word: other.get(word, 0) for word in KINDS}
        ends = [one.first_us / 1e6, one.last_us / 1e6]
        assert ends == pytest.approx(other["first_last_s"], abs=6e-5)
    if name != "Springtime.ssc":  # whose charts have timing of their own
        assert {len(one.timing) for one in result.charts} == {expected["bpms"]}


@pytest.mark.real
def test_both_forms_of_one_song_are_the_same_charts(real_data: Path) -> None:
    first, second = (
        read((real_data / "charts" / name).read_bytes(), name).charts for name in ("goin-under.sm", "goin-under.ssc")
    )
    for one, other in zip(first, second, strict=True):
        assert one.notes.tolist() == other.notes.tolist()
    assert (first[0].format, second[0].format) == ("sm", "ssc")


@pytest.mark.real
def test_a_song_is_the_same_as_in_osu(real_data: Path) -> None:
    first = read((real_data / "charts" / "Gravity.sm").read_bytes()).charts[0].notes
    second = osu.parse((real_data / "charts" / "Gravity.osu").read_bytes(), "Gravity.osu", NoFolder()).charts[0].notes
    first, second = (notes[np.lexsort((notes["at_us"], notes["lane"]))] for notes in (first, second))
    assert first["lane"].tolist() == second["lane"].tolist()
    assert first["kind"].tolist() == second["kind"].tolist()
    for column in ("at_us", "end_us"):  # its converter rounded tempos, and so drifts by some milliseconds
        assert np.ptp(first[column] - second[column]) < 6000


@pytest.mark.real
def test_hold_ends_without_a_beginning_are_said_once_a_chart(real_data: Path) -> None:
    result = read((real_data / "charts" / "Springtime.ssc").read_bytes(), "Springtime.ssc")
    assert result.warnings == (
        "Springtime.ssc, line 41: Challenge 12: 21 hold ends have no beginning and were left out",
    )


def test_every_sign_is_its_kind_of_note() -> None:
    one = chart("1M00\n2LF0\n3400\n0300")
    assert notes(one) == [
        (0, 0, 0, TAP),
        (0, 0, 1, MINE),
        (500, 1000, 0, HOLD),
        (500, 500, 1, LIFT),
        (500, 500, 2, FAKE),
        (1000, 1500, 1, ROLL),
    ]


def test_rows_share_their_measure_evenly_whatever_their_number() -> None:
    one = chart("1000\n0100\n0010\n,\n1000\n,\n,\n0001\n0001")
    assert [at for at, *_ in notes(one)] == [0, 666, 1333, 2000, 6000, 7000]


def test_blank_lines_and_blanks_do_not_count_as_rows() -> None:
    assert notes(chart("\n1000\n\n  0100  \n\t\n0010\n0001\n\n,1000")) == notes(
        chart("1000\n0100\n0010\n0001\n,\n1000")
    )


def test_a_hold_without_an_end_is_a_tap_and_an_end_without_a_hold_is_nothing() -> None:
    # lane 0: begun twice, ended once; lane 1: broken by a tap; lane 2: ended only.
    result = read(song("2230\n2100\n3300\n0000"))
    assert notes(result.charts[0]) == [(0, 0, 0, TAP), (0, 0, 1, TAP), (500, 1000, 0, HOLD), (500, 500, 1, TAP)]
    assert result.warnings == (
        "song.sm, line 4: Hard 9: 2 holds have no end and became taps",
        "song.sm, line 4: Hard 9: 2 hold ends have no beginning and were left out",
    )


def test_a_warped_hold_is_one_fake() -> None:
    one = chart("0000\n2000\n0000\n3000", tags="#WARPS:1=1;")
    assert notes(one) == [(500, 500, 0, FAKE)]


def test_key_sounds_belong_to_notes_or_play_by_themselves() -> None:
    one = chart("1[1]000\n0K[0]00\n01[7]01[0]\nK[9]000", tags="#KEYSOUNDS:a.ogg,b.ogg;")
    assert one.sounds == ("a.ogg", "b.ogg")
    assert [(n["lane"], n["sound"]) for n in one.notes] == [(0, 1), (1, -1), (3, 0)]
    assert one.backing.tolist() == [(500_000, 0, 1.0, 0.0)]


def test_an_automatic_sound_does_not_break_a_hold() -> None:
    assert notes(chart("2000\nK[0]000\n3000\n0000", tags="#KEYSOUNDS:a.ogg;")) == [(0, 1000, 0, HOLD)]


def test_attacks_are_passed_over() -> None:
    assert notes(chart("A{drunk:2.5}010\n0000\n0000\n1{x,y:1}00")) == notes(chart("0010\n0000\n0000\n1000"))


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("dance-single", 4),
        ("dance-solo", 6),
        ("dance-double", 8),
        ("pump-single", 5),
        ("pump-double", 10),
        ("kb7-single", 7),
        ("smx-new", 9),
    ],
)
def test_step_types_have_their_lanes(kind: str, keys: int) -> None:
    one = chart("0" * (keys - 1) + "1", kind=kind)
    assert one.keys == keys
    assert notes(one) == [(0, 0, keys - 1, TAP)]


@pytest.mark.parametrize(
    ("rows", "kind", "reason"),
    [
        ("1000\n&\n0100", "dance-routine", "two players"),
        ("10000000", "dance-couple", "two players"),
        ("1" * 19, "wide", "19 columns"),
        ("0000", "dance-single", "no notes"),
        ("", "dance-single", "no notes"),
        ("11", "lights-cabinet", "lights"),
    ],
)
def test_what_is_not_played_is_left_alone_with_a_reason(rows: str, kind: str, reason: str) -> None:
    result = read(song(rows, kind=kind))
    assert result.charts == ()
    assert reason in result.skipped[0].reason


def test_notes_beyond_the_last_lane_are_cut_off_and_said() -> None:
    result = read(song("100011\n0000"))
    assert notes(result.charts[0]) == [(0, 0, 0, TAP)]
    assert "2 notes stand beyond column 4" in result.warnings[0]


def test_words_about_the_song_are_kept() -> None:
    one = chart(
        "1000",
        tags="#SUBTITLE:(Mix);#ARTIST:A\\:B\\;C;#CREDIT:Me;#MUSIC:a.ogg;#BACKGROUND:b.png;#SAMPLESTART:12.5;#GENRE:G;",
    )
    assert (one.title, one.artist, one.creator, one.level) == ("T (Mix)", "A:B;C", "Me", "Hard 9")
    assert (one.audio, one.background, one.preview_us, one.audio_offset_us) == ("a.ogg", "b.png", 12_500_000, 0)
    assert one.tags == ("dance-single", "G")
    assert one.path == "song.sm"


def test_a_song_without_words_is_called_by_its_file() -> None:
    one = read("#BPMS:0=120;#NOTES:dance-single::::0:1000;", "songs/My Song.sm").charts[0]
    assert (one.title, one.level, one.preview_us) == ("My Song", "", -1)


def test_an_edit_is_called_by_its_own_name() -> None:
    text = "#BPMS:0=120;#NOTES:dance-single:Ours:Edit:11:0:1000;"
    assert read(text).charts[0].level == "Ours 11"


@pytest.mark.parametrize(
    "text",
    [
        "#TITLE:T\n#BPMS:0=120\n#NOTES:dance-single:::9:0:\n1000",
        "#TITLE:T;\r\n#BPMS:0=120;\r\n#NOTES:\r\ndance-single:::9:0:\r\n1000\r\n;",
        "#TITLE:T;\r#BPMS:0=120;\r#NOTES:\rdance-single:::9:0:\r1000\r;",
        "\ufeff#TITLE:T;#BPMS:0=120;#NOTES:dance-single:::9:0:1000;",
        "// #TITLE:no;\n#TITLE:T// a name;\n;#BPMS:0=120;#NOTES:dance-single:::9:0:// rows\n1000 // one\n;",
        "#title:T;#bpms:0=120;#notes:dance-single:::9:0:1000;",
        "stray words #TITLE:T; more #BPMS:0=120; /#NOTES:DANCE-SINGLE:::9:0:1000;",
        "#TITLE:T;#BPMS:0=60;#BPMS:0=120;#NOTES:dance-single:::9:0:1000;",
    ],
    ids=["no semicolons", "crlf", "cr", "mark", "comments", "case", "stray text", "twice"],
)
def test_the_syntax_is_read_as_leniently_as_the_game_reads_it(text: str) -> None:
    one = read(text).charts[0]
    assert (one.title, one.timing["beat_us"].tolist(), notes(one)) == ("T", [500_000.0], [(0, 0, 0, TAP)])


def test_a_hash_inside_a_line_is_text() -> None:
    assert read("#TITLE:We're #1;#BPMS:0=120;#NOTES:dance-single:::9:0:1000;").charts[0].title == "We're #1"


def test_a_slash_alone_and_an_escaped_comment_are_text() -> None:
    assert read("#TITLE:AC/DC \\//x;#BPMS:0=120;#NOTES:dance-single:::9:0:1000;").charts[0].title == "AC/DC //x"


def test_each_chart_has_its_own_hash() -> None:
    one = song("1000")
    assert read(one).charts[0].hash == hashlib.md5(one.encode()).hexdigest()
    two = one + "#NOTES:dance-single::Easy:1:0:0000;#NOTES:dance-single::Easy:1:0:1000;"
    digest = hashlib.md5(two.encode()).hexdigest()
    charts = read(two).charts
    assert [found.index for found in charts] == [0, 2]
    assert [found.hash for found in charts] == [hashlib.md5(f"{digest}#{n}".encode()).hexdigest() for n in (0, 2)]


def test_names_in_older_encodings_are_read() -> None:
    text = song("1000", tags="#ARTIST:音楽;").encode("shift_jis")
    assert read(text).charts[0].artist == "音楽"


def test_a_chart_may_name_its_own_music() -> None:
    text = "#MUSIC:a.ogg;#BPMS:0=120;#NOTEDATA:;#STEPSTYPE:dance-single;#MUSIC:b.ogg;#CREDIT:Me;#NOTES:1000;"
    one = read(text, "song.ssc").charts[0]
    assert (one.audio, one.creator) == ("b.ogg", "Me")


H = "#BPMS:0=120;"
N = "#NOTES:dance-single:::1:0:"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no charts"),
        ("hello", "no charts"),
        ("#NOTES:too:few;", "no charts"),
        ("#A;" * 100_001, "tags and values"),
        ("#A:" + " #" * 100_001, "tags and values"),
        ("#A:" + "\\" * 300_000, "tags and values"),
        (H + N + "1111\n" * 120_000, "notes"),
        (H + N + "1" * 400_002, "notes"),
        (H + N + "[" * 300_000, "notes"),
        (H + (N + "1111\n" * 40_000 + ";\n") * 7, "notes in all its charts"),
        (H + N + "1000," + "," * 100_001, "measures"),
        (H + (N + "1000;") * 201, "charts"),
        (H + N + "0000,\n" * 90_000 + "1000", "more than a day"),
    ],
)
def test_what_is_no_song_is_refused_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(ChartError) as refused:
        read(text)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("song.sm")
    assert "\n" not in str(refused.value)


def test_a_file_too_large_is_refused_unread() -> None:
    with pytest.raises(ChartError, match="larger than 8 MiB"):
        read(b" " * (8 * 1024 * 1024 + 1))


def test_the_line_of_too_many_tags_is_named() -> None:
    with pytest.raises(ChartError) as refused:
        read("\n" * 4 + "#A;" * 100_001)
    assert refused.value.line == 5


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text("#:;\\/\n,01234MKLF[]{}= NOTES", max_size=300).map(str.encode)))
def test_any_bytes_are_charts_or_one_sentence(data: bytes) -> None:
    check(outcome(data))


SOUND = (
    "#VERSION:0.83;#OFFSET:-0.1;#BPMS:0=120,4=90;#STOPS:6=0.5;#DELAYS:2=.1;#WARPS:3=1;#SCROLLS:0=1,2=.5;"
    "#SPEEDS:0=1=0=0,3=2=1=1;#FAKES:8=1;#KEYSOUNDS:a,b;#TIMESIGNATURES:0=3=4;#NOTEDATA:;#STEPSTYPE:dance-single;"
    "#NOTES:\n1[1]000\n2000\n3M00\n0LKF\n,\n4000\n3000\n;"
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 9), st.text("09-.e#:;,=[{\n", max_size=4))))
def test_a_song_changed_anywhere_is_charts_or_one_sentence(edits: list[tuple[int, int, str]]) -> None:
    text = SOUND
    for at, length, put in edits[:5]:
        text = text[:at] + put + text[at + length :]
    check(outcome(text.encode(), "song.ssc"))


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), max_size=5))
def test_tags_with_every_sign_escaped_come_back_whole(tags: list[list[str]]) -> None:
    def escaped(value: str) -> str:
        return "".join("\\" + sign if sign in "#:;\\/" else sign for sign in value)

    text = "".join(f"#T:{':'.join(map(escaped, values))};" for values in tags)
    assert [list(tag.values) for tag in sm_msd.read_tags(text, "song.sm")] == tags
