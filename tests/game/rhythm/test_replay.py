from __future__ import annotations

import zlib

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.rhythm.autoplay import autoplay
from game.rhythm.chart import EDGE
from game.rhythm.mods import Mods
from game.rhythm.replay import Recorded, Replay, ReplayError, judge_replay, read_replay, write_replay
from game.rhythm.rules import RULE_SETS
from tests.rig.judging import keys, notes

CHART = notes("x.[==].x", "..x.x.x.")
FULL = Replay(
    edges=autoplay(CHART, 1.5),
    chart_hash="0123456789abcdef0123456789abcdef",
    rules="quaver-standard",
    mods=Mods(rate_percent=150, mirror=True, random_seed=7),
    player="Anna",
    played_us=1_700_000_000_000_000,
    recorded=Recorded({"marv": 7, "miss": 0}, 7, 1_000_000, 1.0),
    looks_us=np.array([0, 16_000, 33_000]),
    window_scale=1.4,
    score_scale=0.5,
)


def same(one: Replay, other: Replay) -> bool:
    looks = (one.looks_us is None) == (other.looks_us is None) and (
        one.looks_us is None or np.array_equal(one.looks_us, other.looks_us if other.looks_us is not None else [])
    )
    names = ("chart_hash", "rules", "mods", "player", "played_us", "recorded", "window_scale", "score_scale")
    return (
        looks
        and np.array_equal(one.edges, other.edges)
        and all(getattr(one, name) == getattr(other, name) for name in names)
    )


def test_a_replay_comes_back_as_it_was_written() -> None:
    assert same(read_replay(write_replay(FULL)), FULL)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**12), st.integers(0, 17), st.integers(0, 1)), max_size=50),
    st.sampled_from(RULE_SETS),
    st.text(max_size=40),
)
def test_any_replay_comes_back_as_it_was_written(rows: list[tuple[int, int, int]], rules: str, player: str) -> None:
    replay = Replay(edges=np.array(sorted(rows), dtype=EDGE), chart_hash="ab", rules=rules, player=player)
    assert same(read_replay(write_replay(replay)), replay)


@pytest.mark.parametrize(
    "rules", ["osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam"]
)
def test_judging_a_replay_applies_its_mods(rules: str) -> None:
    edges = autoplay(notes("..x.x.x.", "x.[==].x"), 1.5)  # the chart, mirrored
    replay = Replay(edges=edges, chart_hash="", rules=rules, mods=Mods(mirror=True, rate_percent=150))
    summed = judge_replay(replay, CHART).finish()
    assert (summed.accuracy, summed.rate) == (1.0, 1.5)


def test_the_same_replay_can_be_judged_by_other_rules() -> None:
    replay = Replay(edges=keys("1030v 1050^", ""), chart_hash="", rules="o2jam")
    assert judge_replay(replay, notes("x", ".")).finish().counts["cool"] == 1
    assert judge_replay(replay, notes("x", "."), "osu-mania-stable").finish().counts["300"] == 1


def changed(**values: object) -> bytes:
    fields = msgpack.unpackb(write_replay(FULL))
    fields.update(values)
    packed: bytes = msgpack.packb(fields)
    return packed


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a replay"),
        (b"\x00" * 100, "not a replay"),
        (b"PK\x03\x04 something else", "not a replay"),
        (changed(format="other"), "not a replay of this game"),
        (changed(version=2), "version 2; this game reads version 1"),
        (changed(rules="nonsense"), "field rules is wrong"),
        (changed(mods={"rate_percent": 137}), "not a step of 5"),
        (changed(window_scale=1e308), "field window_scale is wrong"),
        (changed(chart="../../etc"), "field chart is wrong"),
        (changed(player="x" * 1000), "field player is wrong"),
        (changed(count=10**9), "field count is wrong"),
        (changed(count=3), "larger than it says"),
        (changed(count=999), "another number"),
        (changed(times=b"not zlib"), "damaged"),
        (changed(times=zlib.compress(b"\x00" * 10_000_000)), "larger than it says"),
        (changed(keys=zlib.compress(b"\x7f" * len(FULL.edges))), "outside the playfield"),
        (changed(times=zlib.compress((-np.ones(len(FULL.edges))).astype("<i8").tobytes())), "out of order"),
        (changed(looks=zlib.compress(b"\x00" * 7)), "cut short"),
        (changed(extra=1), "field extra is wrong"),
    ],
)
def test_a_broken_replay_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(ReplayError, match=said) as caught:
        read_replay(data, "mine.jamreplay")
    assert str(caught.value).startswith("mine.jamreplay: ")
    assert "\n" not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_bytes_never_do_worse_than_be_refused(data: st.DataObject) -> None:
    raw = bytearray(write_replay(FULL))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(raw[: data.draw(st.integers(0, len(raw)))])
    try:
        replay = read_replay(damaged)
    except ReplayError:
        return
    judge_replay(replay, CHART).finish()
