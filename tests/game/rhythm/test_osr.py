from __future__ import annotations

import lzma
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rhythm.autoplay import autoplay
from game.rhythm.mods import Mods
from game.rhythm.osr import MODS, osr_replay, read_osr, write_osr
from game.rhythm.replay import Replay, ReplayError, judge_replay
from tests.rig.judging import notes

CHART = notes("x.[==].x", "..x.x.x.", "[=====].")


def osr(frames: str, mode: int = 3, mods: int = 0, packed: bytes | None = None) -> bytes:
    """The bytes of a replay with these frames, by the format's own page."""
    body = lzma.compress(frames.encode(), format=lzma.FORMAT_ALONE) if packed is None else packed
    text = b"\x0b\x02ab"
    return (
        struct.pack("<Bi", mode, 20230326)
        + text * 3
        + struct.pack("<6H", 1, 2, 3, 4, 5, 6)
        + struct.pack("<iHBi", 12345, 67, 0, mods)
        + b"\x00"
        + struct.pack("<qi", 638_000_000_000_000_000, len(body))
        + body
        + struct.pack("<q", 99)
    )


def test_frames_become_edges() -> None:
    file = read_osr(osr("0|256|-500|0,-1|256|-500|0,1001|1|0|0,16|1|0|0,16|5|0|0,20|4|0|0,10|0|0|0,-12345|0|0|77,"))
    assert (file.player, file.seed, file.online_id, file.score, file.max_combo) == ("ab", 77, 99, 12345, 67)
    assert file.counts == {"300": 1, "100": 2, "50": 3, "max": 4, "200": 5, "miss": 6}
    replay = osr_replay(file, CHART)
    assert [tuple(edge) for edge in replay.edges.tolist()] == [
        (1_000_000, 0, 1),  # the second frame's -1 ms counts
        (1_032_000, 2, 1),
        (1_052_000, 0, 0),
        (1_062_000, 2, 0),
    ]
    assert replay.recorded is not None
    assert replay.recorded.counts["max"] == 4
    assert replay.looks_us is not None
    assert 1_016_000 in replay.looks_us


def test_a_key_held_from_the_first_frame_is_no_padding() -> None:
    file = read_osr(osr("0|256|-500|0,-1|256|-500|0,10|256|0|0,"))
    assert file.masks.tolist() == [0, 0, 256]  # nine keys and more: 256 is the ninth


def test_time_never_runs_back() -> None:
    file = read_osr(osr("0|256|-500|0,-1|256|-500|0,500|1|0|0,-300|0|0|0,310|1|0|0,"))
    assert file.times_ms.tolist() == [0, 0, 499, 499, 509]


@pytest.mark.parametrize(
    ("short", "mods"),
    [
        ("DT", Mods(rate_percent=150)),
        ("HT", Mods(rate_percent=75)),
        ("MR", Mods(mirror=True)),
        ("HD", Mods(hidden=True)),
        ("FI", Mods(fade_in=True)),
        ("NF", Mods(no_fail=True)),
        ("SD", Mods(sudden_death=True)),
    ],
)
def test_mods_are_read_and_written(short: str, mods: Mods) -> None:
    replay = osr_replay(read_osr(osr("0|1|0|0,", mods=MODS[short])), CHART)
    assert replay.mods == mods
    raw = write_osr(replay, judge_replay(replay, CHART).finish(), CHART.keys)
    assert short in read_osr(raw).mods


def test_nightcore_raises_the_pitch_and_easy_widens_the_windows() -> None:
    assert osr_replay(read_osr(osr("0|1|0|0,", mods=MODS["NC"] | MODS["DT"])), CHART).mods.keep_pitch is False
    assert osr_replay(read_osr(osr("0|1|0|0,", mods=MODS["EZ"])), CHART).window_scale == 1.4
    assert osr_replay(read_osr(osr("0|1|0|0,", mods=MODS["EZ"] | MODS["NF"])), CHART).score_scale == 0.25
    with pytest.raises(ReplayError, match="Random"):
        osr_replay(read_osr(osr("0|1|0|0,", mods=MODS["RD"])), CHART)


def test_half_time_halves_the_score() -> None:
    edges = autoplay(CHART, 0.75)
    replay = Replay(edges, "", "osu-mania-stable", Mods(rate_percent=75), score_scale=0.5)
    assert judge_replay(replay, CHART).finish().score == 500_000


def test_an_export_keeps_when_the_game_that_recorded_it_looked() -> None:
    frames = "0|256|-500|0,-1|256|-500|0,1001|1|0|0,16|1|0|0,17|1|0|0,300|1|0|0,16|0|0|0,20|0|0|0,"
    replay = osr_replay(read_osr(osr(frames)), CHART)
    raw = write_osr(replay, judge_replay(replay, CHART).finish(), CHART.keys)
    again = osr_replay(read_osr(raw), CHART)
    assert replay.looks_us is not None
    assert again.looks_us is not None
    assert again.looks_us.tolist() == replay.looks_us.tolist()
    assert again.edges.tolist() == replay.edges.tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_exported_replay_gives_the_same_result(seed: int) -> None:
    random = np.random.default_rng(seed)
    edges = autoplay(CHART)
    edges["at_us"] += random.integers(-70_000, 70_000, len(edges))
    edges = edges[np.argsort(edges["at_us"], kind="stable")]
    replay = Replay(
        edges=edges, chart_hash="ab" * 16, rules="osu-mania-stable", player="Änne", played_us=1_700_000_000_000_000
    )
    played = judge_replay(replay, CHART).finish()
    file = read_osr(write_osr(replay, played, CHART.keys))
    again = judge_replay(osr_replay(file, CHART), CHART).finish()
    assert (again.counts, again.max_combo, again.score) == (played.counts, played.max_combo, played.score)
    assert (file.counts, file.score, file.max_combo) == ({**played.counts}, played.score, played.max_combo)
    assert (file.player, file.played_us, file.chart_hash) == ("Änne", replay.played_us, replay.chart_hash)


def test_what_the_format_cannot_hold_is_refused() -> None:
    edges = autoplay(CHART)
    for replay, rules in (
        (Replay(edges, "", "quaver-standard"), "quaver-standard"),
        (Replay(edges, "", "osu-mania-stable", mods=Mods(rate_percent=110)), None),
        (Replay(edges, "", "osu-mania-stable", mods=Mods(no_holds=True)), None),
    ):
        with pytest.raises(ReplayError, match="be written as"):
            write_osr(replay, judge_replay(replay, CHART, rules).finish(), CHART.keys)


BOMB = lzma.compress(b"\x00" * 80_000_000, format=lzma.FORMAT_ALONE, preset=0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "ends in the middle"),
        (b"\x03", "ends in the middle"),
        (osr("0|1|0|0,")[:60], "ends in the middle|damaged"),
        (osr("0|1|0|0,", mode=0), "another mode"),
        (osr("", packed=b""), "no input"),
        (osr("", packed=b"garbage"), "damaged"),
        (osr("", packed=BOMB), "more than any replay"),
        (osr("0|0|0|0," * 600_000), "more than any replay"),  # as frames these would take hundreds of megabytes
        (osr("", packed=b"\x5d\xff\xff\xff\xff" + b"\xff" * 8 + b"\x00" * 40), "damaged or asks for too much memory"),
        (osr("x|1|0|0,"), "frame 1"),
        (osr("1|1|0|0,2|nan|0|0,"), "frame 2"),
        (osr("1|1e400|0|0,"), "frame 1"),
        (osr("99999999999999999|1|0|0,"), "out of all bounds"),
        (osr("5,"), "frame 1"),
        (b"\x03" + struct.pack("<i", 1) + b"\x0b" + b"\xff" * 9, "no sensible length"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(ReplayError, match=said) as caught:
        read_osr(data, "play.osr")
    assert str(caught.value).startswith("play.osr: ")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_bytes_never_do_worse_than_be_refused(data: st.DataObject) -> None:
    raw = bytearray(osr("0|256|-500|0,-1|256|-500|0,1001|1|0|0,16|1|0|0,16|5|0|0,20|4|0|0,-12345|0|0|77,"))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        file = read_osr(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
        judge_replay(osr_replay(file, CHART), CHART).finish()
    except ReplayError:
        return
