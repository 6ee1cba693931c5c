"""BMS: a real chart counted by hand, each channel and command alone, random blocks, and damaged files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats import bms
from game.rhythm.formats.bms_blocks import lines_that_count
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult
from game.rhythm.formats.text import Warnings

TAP, HOLD, MINE = NoteKind.TAP, NoteKind.HOLD, NoteKind.MINE


def read(text: str | bytes, name: str = "song.bms", seed: int = 0) -> ReadResult:
    return bms.parse(text.encode() if isinstance(text, str) else text, name, NoFolder(), seed)


def chart(lines: str, **more: Any) -> Chart:
    """The chart of ``lines`` at 120 beats a minute: a measure lasts 2 s."""
    return read(f"#BPM 120\n{lines}\n", **more).charts[0]


def notes(one: Chart) -> list[tuple[int, int, int, int]]:
    """(milliseconds, end in milliseconds, lane, kind) of each note."""
    return [(int(n["at_us"]) // 1000, int(n["end_us"]) // 1000, int(n["lane"]), int(n["kind"])) for n in one.notes]


def starts(one: Chart) -> list[int]:
    return [at for at, *_ in notes(one)]


@pytest.mark.real
def test_a_real_chart_holds_what_a_plain_count_finds(real_data: Path) -> None:
    data = (real_data / "charts" / "searoad.bml").read_bytes()
    text = data.decode("cp932")
    lanes = {channel: lane for lane, channel in enumerate("61234589")}
    sounds = set(re.findall(r"^#WAV(..) \S", text, re.MULTILINE))
    counted = [0] * 8
    ends = backing = 0
    for found in re.finditer(r"^#\d{3}(1\d|01):(\S+)", text, re.MULTILINE):
        cells = re.findall("..", found[2])
        if found[1] == "01":
            backing += sum(cell in sounds for cell in cells)
        else:
            counted[lanes[found[1][1]]] += sum(cell not in ("00", "ZZ") for cell in cells)
            ends += cells.count("ZZ")
    result = read(data, "searoad.bml")
    one = result.charts[0]
    assert (one.keys, one.scratch_lanes, one.format, result.warnings) == (8, (0,), "bml", ())
    assert [int((one.notes["lane"] == lane).sum()) for lane in range(8)] == counted
    assert (len(one.notes), one.count(HOLD)) == (sum(counted), ends) == (2000, 806)
    assert len(one.backing) == backing
    # Sixteen quarter measures from measure 19 on, then the tempo falls.
    assert one.timing["at_us"].tolist()[:3] == [0, round(19 * 4 * 60e6 / 148), round((19 * 4 + 16 * 4) * 60e6 / 148)]
    assert (one.title, one.level, one.overall_difficulty) == (
        "searoad tracks =side blue= (LN-Applied)",
        "16",
        7.0,
    )


def test_objects_share_their_measure_evenly() -> None:
    one = chart("#00111:01000200\n#00212:030405")
    assert notes(one) == [
        (2000, 2000, 0, TAP),
        (3000, 3000, 0, TAP),
        (4000, 4000, 1, TAP),
        (4666, 4666, 1, TAP),
        (5333, 5333, 1, TAP),
    ]


@pytest.mark.parametrize(
    ("channels", "keys", "lanes", "scratches"),
    [
        ("11 15", 5, [0, 4], ()),
        ("16 11 15", 6, [0, 1, 5], (0,)),
        ("11 18 19", 7, [0, 5, 6], ()),
        ("16 11 19", 8, [0, 1, 7], (0,)),
        ("11 21 25", 10, [0, 5, 9], ()),
        ("16 11 21 26", 12, [0, 1, 6, 11], (0, 11)),
        ("16 11 19 21 29 26", 16, [0, 1, 7, 8, 14, 15], (0, 15)),
        ("56 11 D8", 8, [0, 1, 6], (0,)),
    ],
)
def test_lanes_run_from_the_left_scratch_to_the_right_one(
    channels: str, keys: int, lanes: list[int], scratches: tuple[int, ...]
) -> None:
    lines = "\n".join(f"#{place:03}{channel}:0101" for place, channel in enumerate(channels.split()))
    one = chart(lines)
    assert (one.keys, one.scratch_lanes) == (keys, scratches)
    assert one.notes[one.notes["at_us"] % 2_000_000 == 0]["lane"].tolist() == lanes


@pytest.mark.parametrize("channels", ["11 12 13 14 15 22 23 24 25", "11 12 13 14 15 18 19 16 17"])
def test_nine_keys_come_in_two_ways(channels: str) -> None:
    lines = "\n".join(f"#{place:03}{channel}:01" for place, channel in enumerate(channels.split()))
    one = chart(lines, name="song.pms")
    assert (one.keys, one.scratch_lanes, one.format) == (9, (), "pms")
    assert one.notes["lane"].tolist() == list(range(9))


def test_the_free_zone_and_unseen_objects_are_not_played() -> None:
    assert notes(chart("#00111:01\n#00117:01\n#00131:01\n#00145:01")) == [(2000, 2000, 0, TAP)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # A measure's length moves what follows; objects share the shorter measure.
        ("#00102:0.75\n#00111:0001\n#00211:01", [2750, 3500]),
        ("#00102:0.5\n#00202:2\n#00211:0001\n#00311:01", [5000, 7000]),
        # Channel 03: the tempo in hexadecimal. 3C is 60.
        ("#00103:3C\n#00211:01", [6000]),
        ("#00103:003c\n#00211:01", [5000]),
        # Channel 08: a tempo by name.
        ("#BPM01 60\n#00108:01\n#00211:01", [6000]),
        ("#EXBPMzz 60\n#00108:ZZ\n#00211:01", [6000]),
        # Channel 09: 48 is a beat. An object on the stop is heard before it.
        ("#STOP01 48\n#00109:01\n#00111:0101", [2000, 3500]),
        ("#STOP01 48\n#BPM01 60\n#00108:01\n#00109:01\n#00111:0101", [2000, 5000]),
        # Of several lines the later one wins where both have an object.
        ("#BPM01 60\n#BPM02 240\n#00108:01\n#00108:02\n#00211:01", [3000]),
        ("#BPM01 60\n#BPM02 240\n#00108:0100\n#00108:0001\n#00211:01", [6000]),
    ],
)
def test_objects_are_heard_at(lines: str, expected: list[int]) -> None:
    assert starts(chart(lines)) == expected


def test_scroll_follows_tempo_stops_and_scroll_changes() -> None:
    one = chart("#BPM01 60\n#STOP01 48\n#SCROLL01 0.5\n#00109:01\n#00208:0001\n#003SC:01\n#00011:01\n#00311:01")
    #   measure  0 ---- 1 ==stop .5 s== 1 ---- 2 -- 2.5 ---- 3 ----
    assert one.scroll.tolist() == [
        (0, 1.0, 0.0),
        (2_000_000, 0.0, 0.0),
        (2_500_000, 1.0, 0.0),
        (5_500_000, 0.5, 0.0),
        (7_500_000, 0.25, 0.0),
    ]


def test_timing_follows_the_length_of_measures() -> None:
    one = chart("#00102:0.75\n#00202:0.75\n#00411:01")
    assert one.timing.tolist() == [(0, 500_000.0, 4), (2_000_000, 500_000.0, 3), (5_000_000, 500_000.0, 4)]


def test_long_notes_of_their_own_channels_begin_and_end_in_turn() -> None:
    one = chart("#00151:01000002\n#00251:0101\n#00252:01")
    assert notes(one) == [(2000, 3500, 0, HOLD), (4000, 5000, 0, HOLD), (4000, 4000, 1, TAP)]
    assert "1 long notes have no end" in read("#BPM 120\n#00152:01").warnings[0]


def test_an_lnobj_makes_the_note_before_it_long() -> None:
    result = read("#BPM 120\n#LNOBJ ZZ\n#00111:010000ZZ\n#00212:ZZ02")
    assert notes(result.charts[0]) == [(2000, 3500, 0, HOLD), (5000, 5000, 1, TAP)]
    assert "1 ends of a #LNOBJ have no beginning" in result.warnings[0]


def test_what_lies_under_a_long_note_is_only_heard() -> None:
    # lane 0: a long note from 2 s to 3 s; objects at its beginning, within, at its end and after it.
    result = read("#BPM 120\n#WAV01 a.wav\n#WAV02 b.wav\n#00151:0100010000000000\n#00111:0202020200000000")
    one = result.charts[0]
    assert notes(one) == [(2000, 2500, 0, HOLD), (2750, 2750, 0, TAP)]
    assert one.backing["at_us"].tolist() == [2_000_000, 2_250_000, 2_500_000]
    assert one.sounds == ("a.wav", "b.wav")
    assert "3 notes lie under others" in result.warnings[0]


def test_mines_are_mines() -> None:
    assert notes(chart("#001D1:0012\n#001E2:0100\n#00111:01")) == [
        (2000, 2000, 0, TAP),
        (2000, 2000, 6, MINE),
        (3000, 3000, 0, MINE),
    ]


def test_key_sounds_and_automatic_ones() -> None:
    one = chart(
        "#WAV01 sub\\a.wav\n#WAV0z b.wav\n#WAV02 unused.wav\n#VOLWAV 50\n"
        "#00111:010Z03\n#00101:000Z\n#00101:0101\n#00101:04"
    )
    assert one.sounds == ("sub/a.wav", "b.wav")
    assert one.notes["sound"].tolist() == [0, 1, -1]
    assert one.backing.tolist() == [
        (2_000_000, 0, 0.5, 0.0),
        (3_000_000, 1, 0.5, 0.0),
        (3_000_000, 0, 0.5, 0.0),
    ]


def test_base_62_tells_small_letters_from_large_ones() -> None:
    one = chart("#BASE 62\n#WAVAa a.wav\n#WAVAA b.wav\n#00111:AaAAaA")
    assert one.sounds == ("b.wav", "a.wav")
    assert one.notes["sound"].tolist() == [1, 0, -1]


def test_words_about_the_song_are_kept() -> None:
    text = (
        "#PLAYER 1\n#GENRE ジャンル\n#TITLE 題名\n#SUBTITLE [A]\n#ARTIST 誰か\n#SUBARTIST obj: me\n#MAKER me\n"
        "#PLAYLEVEL 12\n#DIFFICULTY 4\n#RANK 1\n#TOTAL 520\n#STAGEFILE bg.png\n#BPM 120\n#00111:01"
    )
    one = read(text.encode("cp932")).charts[0]
    assert (one.title, one.artist, one.creator, one.level) == ("題名 [A]", "誰か obj: me", "me", "Another 12")
    assert (one.background, one.tags, one.overall_difficulty, one.health_drain) == ("bg.png", ("ジャンル",), 9.0, 3.5)
    assert read(text).charts[0].title == "題名 [A]"
    assert chart("#00111:01", name="songs/x.bme").title == "x"


def test_the_last_of_several_words_counts_and_case_does_not() -> None:
    assert chart("#title A\n#TITLE B\n #wav01 a.wav\n#00111:01").title == "B"


@pytest.mark.parametrize("length", ["0", "-1", "nan", "1e308", "inf", "x", ""])
def test_impossible_measures_are_left_whole(length: str) -> None:
    result = read(f"#BPM 120\n#00102:{length}\n#00211:01")
    assert starts(result.charts[0]) == [4000]
    assert "line 2: measure 1" in result.warnings[0]


@pytest.mark.parametrize(
    "lines",
    [
        "#BPM01 0\n#00108:01",
        "#BPM01 -60\n#00108:01",
        "#BPM01 1e308\n#00108:01",
        "#BPM01 nan\n#00108:01",
        "#00108:01",
        "#STOP01 -5\n#00109:01",
        "#STOP01 1e308\n#00109:01",
        "#00109:01",
        "#SCROLL01 nan\n#001SC:01",
    ],
)
def test_impossible_changes_are_left_out_and_said(lines: str) -> None:
    result = read(f"#BPM 120\n{lines}\n#00211:01")
    assert starts(result.charts[0]) == [4000]
    assert "left out" in result.warnings[0]


def test_without_a_tempo_130_is_used() -> None:
    result = read("#00111:01")
    assert result.charts[0].timing["beat_us"].tolist() == [60e6 / 130]
    assert "130 is used" in result.warnings[0]


def test_objects_that_are_no_digits_are_left_out() -> None:
    result = read("#BPM 120\n#00111:01??!1 01 0")
    assert starts(result.charts[0]) == [2000, 3500]
    assert "2 objects" in result.warnings[0]


def kept(text: str, seed: int = 0) -> list[str]:
    """The lines that count, without their #."""
    return [line[1:] for _, line in lines_that_count(text.split("\n"), seed, Warnings("x"))]


def test_one_branch_of_a_random_block_counts_and_each_can() -> None:
    text = "#a\n#RANDOM 3\n#IF 1\n#one\n#ENDIF\n#IF 2\n#two\n#ELSE\n#other\n#ENDIF\n#ENDRANDOM\n#z"
    found = {tuple(kept(text, seed)) for seed in range(40)}
    assert found == {("a", "one", "other", "z"), ("a", "two", "z"), ("a", "other", "z")}


def test_the_same_seed_gives_the_same_chart() -> None:
    text = "#BPM 120\n" + "".join(
        f"#RANDOM 2\n#IF 1\n#{n:03}11:01\n#ENDIF\n#IF 2\n#{n:03}12:01\n#ENDIF\n" for n in range(1, 40)
    )
    draws = [read(text, seed=seed).charts[0].notes.tolist() for seed in range(5)]
    assert draws == [read(text, seed=seed).charts[0].notes.tolist() for seed in range(5)]
    assert len({tuple(draw) for draw in draws}) == 5
    assert {len(draw) for draw in draws} == {39}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#SETRANDOM 2\n#IF 1\n#a\n#ELSEIF 2\n#b\n#ELSEIF 2\n#c\n#ELSE\n#d\n#ENDIF\n#e", ["b", "e"]),
        ("#RANDOM 1\n#IF 1\n#RANDOM 1\n#IF 1\n#a\n#ENDIF\n#IF 2\n#b\n#ENDIF\n#c\n#ENDIF\n#d", ["a", "c", "d"]),
        ("#SETRANDOM 2\n#IF 1\n#RANDOM 1\n#IF 1\n#a\n#ENDIF\n#ELSE\n#b\n#ENDIF", ["b"]),
        ("#RONDAM 1\n#IF 1\n#a\n#END IF\n#b", ["a", "b"]),
        ("#IF 1\n#a\n#ENDIF\n#b", ["b"]),
        ("#ENDIF\n#ENDRANDOM\n#ENDSW\n#ELSE\n#SKIP\n#CASE 1\n#a", ["a"]),
        ("#SETSWITCH 2\n#CASE 1\n#a\n#SKIP\n#CASE 2\n#b\n#CASE 3\n#c\n#SKIP\n#DEF\n#d\n#ENDSW\n#e", ["b", "c", "e"]),
        ("#SETSWITCH 9\n#CASE 1\n#a\n#SKIP\n#DEF\n#d\n#SKIP\n#x\n#ENDSW\n#e", ["d", "e"]),
        ("#SWITCH 1\n#CASE 1\n#RANDOM 1\n#IF 1\n#a\n#ENDIF\n#SKIP\n#ENDSW\n#b", ["a", "b"]),
        ("#RANDOM x\n#IF 1\n#a\n#ENDIF", ["a"]),
        ("#RANDOM " + "9" * 5000 + "\n#IF 1\n#a\n#ENDIF\n#b", ["a", "b"]),
        ("#IFFY\n#Ending\n# \n#\nIF 1\n##", ["IFFY", "Ending", "", "", "#"]),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    assert kept(text) == expected


def test_blocks_nest_as_deep_as_they_like() -> None:
    deep = "#RANDOM 1\n#IF 1\n" * 1000 + "#00111:01\n" + "#ENDIF\n" * 1000
    assert starts(chart(deep)) == [2000]
    assert "never closed" in read("#RANDOM 1\n#IF 1\n#BPM 120\n#00111:01").warnings[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no BMS chart"),
        ("hello\nthere", "no BMS chart"),
        ("#A\n" * 100_001, "lines"),
        ("#BPM 120\n#00111:" + "01" * 200_001, "notes"),
        ("#BPM 120\n" + ("#00101:" + "01" * 400_000 + "\n") * 3, "objects"),
        ("#BPM 120\n#BPM01 99\n#00211:01\n#00108:" + "01" * 100_001, "tempo changes"),
        ("#BPM 0.01\n#99911:01", "more than a day"),
        ("#BPM 120\n#00111:" + "01" * 600_000, "line 2"),
    ],
)
def test_what_is_no_chart_is_refused_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(ChartError) as refused:
        read(text)
    assert reason in str(refused.value)


def test_a_file_too_large_is_refused_unread() -> None:
    with pytest.raises(ChartError, match="larger than 8 MiB"):
        read(b" " * (8 * 1024 * 1024 + 1))


def test_a_chart_without_notes_is_left_alone() -> None:
    result = read("#TITLE T\n#00101:01")
    assert (result.charts, result.skipped[0].title, result.skipped[0].reason) == ((), "T", "has no notes")


def outcome(data: bytes) -> ReadResult | UserError:
    """What reading gives; anything but charts or a sentence for the player is a fault and passes through."""
    try:
        return read(data)
    except UserError as refused:
        return refused


def check(result: ReadResult | UserError) -> None:
    """A refusal is one line; charts are in order, within their lanes, and never two notes on one spot."""
    if isinstance(result, UserError):
        assert "\n" not in str(result)
        return
    for one in result.charts:
        assert (one.notes["end_us"] >= one.notes["at_us"]).all()
        assert (one.notes["lane"] < one.keys).all()
        assert sorted(one.notes["at_us"].tolist()) == one.notes["at_us"].tolist()
        assert one.backing["sound"].max(initial=-1) < len(one.sounds)


COMMANDS = st.sampled_from(
    re.split(
        ", ",
        "RANDOM 2, IF 1, ELSE, ENDIF, ENDRANDOM, SWITCH 2, CASE 1, SKIP, DEF, ENDSW, LNOBJ 02, BPM01 90, BPM 1e9, "
        "STOP01 96, SCROLL01 -1, WAV01 a.wav, WAV02 b, LNTYPE 2, BASE 62, TOTAL 0",
    )
)
CELLS = st.lists(st.sampled_from(["00", "01", "02", "zz", "?"]), max_size=8).map("".join)
CHANNELS = st.sampled_from(re.findall("..", "0102030809111216182126515256D1E1SC1Z"))
DATA = st.builds("{:03}{}:{}".format, st.integers(0, 999), CHANNELS, CELLS)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(COMMANDS, DATA, DATA, DATA), max_size=25))
def test_any_lines_are_a_chart_or_one_sentence(lines: list[str]) -> None:
    check(outcome("".join(f"#{line}\n" for line in lines).encode()))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text("#0123:.ABWXZ \n", max_size=300).map(str.encode)))
def test_any_bytes_are_a_chart_or_one_sentence(data: bytes) -> None:
    check(outcome(data))
