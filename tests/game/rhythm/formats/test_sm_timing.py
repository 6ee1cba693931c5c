"""When StepMania's notes are heard: every kind of timing change, with times worked out by hand.

All songs run at 120 beats a minute (half a second a beat) unless they say otherwise.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rhythm.chart import Chart, NoteKind
from game.rhythm.formats.containers import NoFolder
from game.rhythm.formats.face import ChartError, ReadResult
from game.rhythm.formats.sm import parse


def read(tags: str, measures: int = 5) -> ReadResult:
    """A song with a tap on every beat of the first lane."""
    rows = "\n,\n".join("\n".join(["1000"] * 4) for _ in range(measures))
    text = f"#VERSION:0.83;{tags}#NOTEDATA:;#STEPSTYPE:dance-single;#DIFFICULTY:Hard;#METER:1;#NOTES:\n{rows}\n;"
    return parse(text.encode(), "song.ssc", NoFolder())


def chart(tags: str) -> Chart:
    return read(tags).charts[0]


def heard(tags: str) -> dict[int, float]:
    """Beat to seconds, of the notes that can be hit."""
    notes = chart(tags).notes
    assert len(notes) == 20
    return {beat: int(note["at_us"]) / 1e6 for beat, note in enumerate(notes) if note["kind"] == NoteKind.TAP}


@pytest.mark.parametrize(
    ("tags", "expected", "faked"),
    [
        ("#BPMS:0=120;", {0: 0.0, 4: 2.0, 19: 9.5}, set()),
        ("#OFFSET:0.5;#BPMS:0=120;", {0: -0.5, 4: 1.5}, set()),
        ("#OFFSET:-0.25;#BPMS:0=120;", {0: 0.25, 4: 2.25}, set()),
        ("#BPMS:0=120,4=60;", {4: 2.0, 5: 3.0, 8: 6.0}, set()),
        ("#BPMS:4=60,0=120;", {4: 2.0, 8: 6.0}, set()),
        ("#BPMS:0=120,4=60,4=240;", {4: 2.0, 8: 3.0}, set()),
        # The note on a stop comes before it, the note on a delay after it.
        ("#BPMS:0=120;#STOPS:4=1;", {4: 2.0, 5: 3.5}, set()),
        ("#BPMS:0=120;#FREEZES:4=1;", {4: 2.0, 5: 3.5}, set()),
        ("#BPMS:0=120;#DELAYS:4=1;", {3: 1.5, 4: 3.0, 5: 3.5}, set()),
        ("#BPMS:0=120;#DELAYS:4=1;#STOPS:4=1;", {4: 3.0, 5: 4.5}, set()),
        # A warp takes no time; its notes are fakes, up to the beat where it ends.
        ("#BPMS:0=120;#WARPS:4=2;", {3: 1.5, 6: 2.0, 8: 3.0}, {4, 5}),
        ("#BPMS:0=120;#WARPS:4=4,6=4;", {3: 1.5, 10: 2.0, 11: 2.5}, {4, 5, 6, 7, 8, 9}),
        ("#BPMS:0=120;#WARPS:4=2,6=2;", {8: 2.0}, {4, 5, 6, 7}),
        ("#BPMS:0=120;#WARPS:0=4;", {4: 0.0, 5: 0.5}, {0, 1, 2, 3}),
        ("#BPMS:0=120;#WARPS:4=4;#STOPS:6=1;", {6: 2.0, 8: 3.0, 9: 3.5}, {4, 5, 7}),
        ("#BPMS:0=120;#WARPS:4=4;#DELAYS:6=1;", {6: 3.0, 8: 3.0, 9: 3.5}, {4, 5, 7}),
        ("#BPMS:0=120,6=60;#WARPS:4=4;", {8: 2.0, 9: 3.0}, {4, 5, 6, 7}),
        # All at one beat: warp, tempo, delay, note, stop.
        ("#BPMS:0=120,4=60;#WARPS:4=4;#DELAYS:4=1;#STOPS:4=1;", {4: 3.0, 8: 4.0, 9: 5.0}, {5, 6, 7}),
        # 2 s back from beat 4 to 8, made up for at beat 12.
        ("#BPMS:0=120,4=-120,8=120;", {3: 1.5, 12: 2.0, 16: 4.0}, {4, 5, 6, 7, 8, 9, 10, 11}),
        # Made up for at 60 beats a minute: 2 s are 2 beats.
        ("#BPMS:0=120,4=-120,8=60;", {10: 2.0, 11: 3.0}, {4, 5, 6, 7, 8, 9}),
        ("#BPMS:0=120;#STOPS:4=-1;", {3: 1.5, 6: 2.0, 8: 3.0}, {4, 5}),
        # A stop while time is being made up for: 1 s of its 2 s is left to stand.
        ("#BPMS:0=120,4=-120,6=120;#STOPS:6=2;", {6: 2.0, 7: 3.5}, {4, 5}),
        ("#BPMS:0=120,4=10000000,8=120;", {3: 1.5, 8: 2.0, 9: 2.5}, {4, 5, 6, 7}),
        ("#BPMS:0=120,4=-120;", {3: 1.5}, set(range(4, 20))),
        ("#BPMS:0=120,4=1e308;", {3: 1.5}, set(range(4, 20))),
        # A stop before the song moves all of it.
        ("#BPMS:0=120;#STOPS:-4=1;", {0: 1.0, 4: 3.0}, set()),
        ("#BPMS:8=120;", {0: 0.0, 4: 2.0}, set()),
        ("#BPMS:0=120;#FAKES:4=2;", {3: 1.5, 6: 3.0}, {4, 5}),
        ("#BPMS:0=120;#FAKES:4=2,5=2;#WARPS:12=1;", {7: 3.5, 13: 6.0}, {4, 5, 6, 12}),
        # Places are snapped to 1/48 of a beat.
        ("#BPMS:0=120,4.001=60;", {4: 2.0, 5: 3.0}, set()),
    ],
)
def test_beats_are_heard_at(tags: str, expected: dict[int, float], faked: set[int]) -> None:
    times = heard(tags)
    assert {beat: times[beat] for beat in expected} == expected
    assert set(range(20)) - set(times) == faked


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ("#BPMS:0=120,4=0;", "tempo at beat 4 is 0"),
        ("#BPMS:0=120,4=1e-300;", "tempo at beat 4"),
        ("#BPMS:0=120,4=nan;", "`4=nan` in #BPMS"),
        ("#BPMS:0=120;#STOPS:4=inf;", "`4=inf` in #STOPS"),
        ("#BPMS:0=120;#STOPS:4;", "`4` in #STOPS"),
        ("#BPMS:0=120;#WARPS:x=y;", "`x=y` in #WARPS"),
        ("#BPMS:0=120;#DELAYS:1e300=1;", "`1e300=1` in #DELAYS"),
        ("#OFFSET:soon;#BPMS:0=120;", "#OFFSET is `soon`"),
    ],
)
def test_what_cannot_be_meant_is_left_out_and_said(tags: str, said: str) -> None:
    result = read(tags)
    assert said in " ".join(result.warnings)
    assert result.charts[0].notes["at_us"].tolist() == [beat * 500_000 for beat in range(20)]


def test_without_a_tempo_a_beat_is_a_second() -> None:
    result = read("#TITLE:T;")
    assert result.charts[0].notes["at_us"][4] == 4_000_000
    assert "no tempo" in result.warnings[0]


@pytest.mark.parametrize("tags", ["#BPMS:0=0.001;", "#BPMS:0=120;#STOPS:1=1e300;", "#BPMS:0=120;#OFFSET:-1e9;"])
def test_a_song_longer_than_a_day_is_refused(tags: str) -> None:
    with pytest.raises(ChartError, match="more than a day"):
        read(tags)


def test_more_timing_changes_than_any_song_needs_are_refused() -> None:
    with pytest.raises(ChartError, match="timing changes"):
        read("#BPMS:" + "0=120," * 100_001 + ";")


def test_timing_rows_follow_tempo_and_time_signatures() -> None:
    timing = chart("#BPMS:0=120,8=60;#TIMESIGNATURES:0=4=4,4=3=4,8=3=4;").timing
    assert timing.tolist() == [(0, 500_000.0, 4), (2_000_000, 500_000.0, 3), (4_000_000, 1_000_000.0, 3)]


def test_an_even_song_needs_no_scroll_rows() -> None:
    assert len(chart("#BPMS:0=120;#SCROLLS:0=1;#SPEEDS:0=1=0=0;").scroll) == 0
    assert len(chart("#BPMS:0=120;#SCROLLS:0=1;#SPEEDS:0=1=0=0;").speeds) == 0


def test_scroll_follows_tempo_against_the_one_that_lasts_longest() -> None:
    # 8 beats at 120 are 4 s, the other 11 at 60 are 11 s: 60 is the base.
    scroll = chart("#BPMS:0=120,8=60;").scroll
    assert scroll.tolist() == [(0, 2.0, 0.0), (4_000_000, 1.0, 0.0)]


def test_scroll_stands_in_stops_and_delays_and_leaps_over_warps() -> None:
    #   beat   0 ------ 4 ==stop 1 s== 4 ------ 6 ==delay .5 s== 6 ---- 8 ~warp 2~ 10 -----
    #   time   0        2             3         4               4.5    5.5         5.5
    scroll = chart("#BPMS:0=120;#STOPS:4=1;#DELAYS:6=0.5;#WARPS:8=2;").scroll
    assert scroll.tolist() == [
        (0, 1.0, 0.0),
        (2_000_000, 0.0, 0.0),
        (3_000_000, 1.0, 0.0),
        (4_000_000, 0.0, 0.0),
        (4_500_000, 1.0, 0.0),
        (5_500_000, 1.0, 1_000_000.0),
    ]


def test_scroll_factors_multiply_and_may_be_negative() -> None:
    scroll = chart("#BPMS:0=120,16=60;#SCROLLS:0=1,4=0.5,8=-2;#WARPS:10=1;").scroll
    assert scroll.tolist() == [
        (0, 1.0, 0.0),
        (2_000_000, 0.5, 0.0),
        (4_000_000, -2.0, 0.0),
        (5_000_000, -2.0, -1_000_000.0),
        (7_500_000, -1.0, 0.0),
    ]


def test_speeds_ease_over_beats_or_seconds() -> None:
    speeds = chart("#BPMS:0=120,8=60;#SPEEDS:0=1=0=0,4=2=2=0,6=3=4=0,12=0.5=1.5=1,16=1=-1=0;").speeds
    assert speeds.tolist() == [
        (0, 1.0, 0),
        (2_000_000, 2.0, 1_000_000),
        (3_000_000, 3.0, 3_000_000),  # two beats at 120, two at 60
        (8_000_000, 0.5, 1_500_000),
    ]


def test_a_chart_with_timing_of_its_own_shares_none_with_the_song() -> None:
    def song(version: str, own: str) -> Chart:
        text = (
            f"#VERSION:{version};#OFFSET:1;#BPMS:0=60;#STOPS:2=1;"
            f"#NOTEDATA:;#STEPSTYPE:dance-single;{own}#NOTES:\n1000\n1000\n1000\n1000\n;"
        )
        return parse(text.encode(), "song.ssc", NoFolder()).charts[0]

    assert song("0.83", "").notes["at_us"].tolist() == [-1_000_000, 0, 1_000_000, 3_000_000]
    assert song("0.83", "#BPMS:0=120;").notes["at_us"].tolist() == [0, 500_000, 1_000_000, 1_500_000]
    assert song("0.83", "#OFFSET:-1;#BPMS:0=120;").notes["at_us"][0] == 1_000_000
    # Before version 0.7 charts had none.
    assert song("0.53", "#BPMS:0=120;").notes["at_us"].tolist() == [-1_000_000, 0, 1_000_000, 3_000_000]


BEATS = st.integers(0, 20 * 12).map(lambda row: f"{row / 12:.3f}")


def changes(low: float, high: float) -> st.SearchStrategy[str]:
    """Rows of one timing tag, in the order of beats."""
    value = st.floats(low, high).map(lambda number: f"{number:.3f}")
    return st.dictionaries(BEATS, value, max_size=6).map(
        lambda rows: ",".join(f"{beat}={rows[beat]}" for beat in sorted(rows, key=float))
    )


@settings(max_examples=60, deadline=None)
@given(changes(30, 400), changes(0.01, 2), changes(0.01, 2), changes(0.05, 5))
def test_every_note_is_heard_where_the_simfile_library_hears_it(
    tempos: str, stops: str, delays: str, warps: str
) -> None:
    simfile: Any = pytest.importorskip("simfile")
    timing: Any = importlib.import_module("simfile.timing")
    engines: Any = importlib.import_module("simfile.timing.engine")
    if tempos.startswith("0.000="):
        tempos = tempos.partition(",")[2]
    tags = f"#OFFSET:-0.1;#BPMS:0=120,{tempos};".replace(",;", ";") + f"#STOPS:{stops};#DELAYS:{delays};#WARPS:{warps};"
    song = simfile.loads(f"#VERSION:0.83;{tags}")
    engine = engines.TimingEngine(timing.TimingData(song))
    notes = chart(tags).notes
    beats = [timing.Beat(beat) for beat in range(20)]
    assert np.abs(np.sort(notes["at_us"]) - np.array([round(engine.time_at(beat) * 1e6) for beat in beats])).max() <= 1
    assert (notes["kind"] == NoteKind.TAP).sum() == sum(engine.hittable(beat) for beat in beats)
