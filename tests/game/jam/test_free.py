"""A free jam as one listener hears it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.jam.events import FreeStarted, LoopDropped, LoopKept
from game.jam.free import MOST_EARLY_US, MOST_LATE_US, FreeJam, Sounding
from game.jam.instruments import voice
from game.jam.snapping import RAW, Snapping
from game.rhythm.chart import EDGE

BEAT_US = 500_000
T0_US = 10_000_000
STARTED = FreeStarted("take", T0_US, BEAT_US, 4, 57, "minor-pentatonic", 2)
BAR_US = 4 * BEAT_US


def jam(snapping: Snapping = RAW) -> FreeJam:
    """Ada listens; she plays keys on 7 lanes, Ben drums on 4."""
    free = FreeJam(STARTED, "ada", snapping)
    free.sit("ada", "keys", 7)
    free.sit("ben", "drums", 4)
    return free


def loop(hits: list[int], name: str = "one", take: str = "take") -> LoopKept:
    edges = np.array([(at, 1, 1) for at in hits], dtype=EDGE)
    return LoopKept(take, name, "drums", T0_US + BAR_US, BAR_US, edges.tobytes(), 4)


def test_own_hits_sound_at_once_and_others_on_their_beat() -> None:
    free = jam(Snapping(1.0, 2))
    early = T0_US + BEAT_US - 20_000
    mine = free.press(3, early, early + 100)
    theirs = free.hear("ben", 1, early, early + 5_000)
    assert mine == Sounding(early + 100, "ada", "keys", 3, 7, 1.0, 0.0)
    assert theirs is not None
    assert (theirs.at_us, theirs.instrument, theirs.lanes) == (T0_US + BEAT_US, "drums", 4)
    assert theirs.pan != 0.0


def test_every_sounding_names_a_voice_that_can_be_made() -> None:
    free = jam()
    row = free.hear("ben", 3, T0_US, T0_US)
    assert row is not None
    assert len(voice(row.instrument, row.lane, row.lanes, free.tonic, free.scale, 8_000))


@pytest.mark.parametrize("lane", [-1, 4, 255])
def test_a_lane_that_is_none_makes_no_sound(lane: int) -> None:
    assert jam().hear("ben", lane, T0_US, T0_US) is None


def test_a_stranger_and_what_is_far_from_now_are_not_heard() -> None:
    free = jam(Snapping(1.0, 1))
    now = T0_US + 10 * BAR_US
    assert free.hear("eve", 0, now, now) is None
    assert free.hear("ben", 0, now - MOST_LATE_US, now) is not None
    assert free.hear("ben", 0, now - MOST_LATE_US - 1, now) is None
    assert free.hear("ben", 0, now + MOST_EARLY_US, now) is not None
    assert free.hear("ben", 0, now + MOST_EARLY_US + 1, now) is None


@given(st.integers(0, 10**9), st.integers(0, MOST_LATE_US), st.floats(0, 1), st.integers(1, 16))
def test_nothing_sounds_before_now(since_us: int, delay_us: int, strength: float, division: int) -> None:
    free = jam(Snapping(strength, division, own=True))
    hit = T0_US + since_us
    for row in (free.hear("ben", 0, hit, hit + delay_us), free.press(0, hit, hit + delay_us)):
        assert row is not None
        assert row.at_us >= hit + delay_us


def test_ghosting_turns_a_player_down() -> None:
    free = jam()
    free.set_gain("ben", 0.2)
    row = free.hear("ben", 0, T0_US, T0_US)
    assert row is not None
    assert row.gain == 0.2


def test_players_stand_apart_around_the_listener() -> None:
    free = jam()
    for name in ("cem", "dia", "eli"):
        free.sit(name, "bass", 4)
    pans = [row.pan for name in ("ben", "cem", "dia", "eli") if (row := free.hear(name, 0, T0_US, T0_US))]
    assert len(set(pans)) == 4
    assert 0.0 not in pans


def test_a_recorded_loop_is_kept_and_goes_on_for_everyone_alike() -> None:
    ada, ben = jam(), FreeJam(STARTED, "ben", RAW)
    for name, instrument, lanes in (("ada", "keys", 7), ("ben", "drums", 4)):
        ben.sit(name, instrument, lanes)
    recording = ada.record(T0_US + 100)
    assert (recording.start_us, recording.bars) == (T0_US, 2)
    for beat in range(8):
        ada.press(beat % 7, T0_US + beat * BEAT_US + 7_000, T0_US + beat * BEAT_US + 8_000)
    assert ada.finish(recording.end_us - 1, RAW) is None
    kept = ada.finish(recording.end_us, RAW)
    assert kept is not None
    assert (kept.instrument, kept.keys, kept.take) == ("keys", 7, "take")
    for free in (ada, ben):
        free.keep("ada", kept)
        rows = free.due(recording.end_us, recording.end_us + 2 * BAR_US)
        assert [row.at_us for row in rows] == [recording.end_us + beat * BEAT_US + 7_000 for beat in range(8)]
        assert {(row.player, row.instrument, row.lanes) for row in rows} == {("ada", "keys", 7)}
    assert ada.finish(recording.end_us + BAR_US, RAW) is None


def test_loops_of_others_are_fixed_as_the_listener_set_it_and_own_ones_stay_raw() -> None:
    free = jam(Snapping(1.0, 2))
    free.keep("ben", loop([BEAT_US - 30_000, BAR_US - 20_000]))
    free.keep("ada", loop([BEAT_US - 30_000]))
    begin = T0_US + 5 * BAR_US
    found = [(row.player, row.at_us - begin) for row in free.due(begin, begin + BAR_US)]
    assert found == [("ben", 0), ("ada", BEAT_US - 30_000), ("ben", BEAT_US)]


def test_a_loop_falls_silent_when_it_is_dropped_or_its_player_leaves() -> None:
    free = jam()
    free.keep("ben", loop([0, BEAT_US]))
    free.keep("ada", loop([2 * BEAT_US]))
    free.drop("ben", LoopDropped("another take", "one", 0))
    begin = T0_US + BAR_US
    free.drop("ben", LoopDropped("take", "one", begin + BEAT_US))
    assert [row.at_us - begin for row in free.due(begin, begin + BAR_US)] == [0, 2 * BEAT_US]
    free.leave("ada", begin)
    assert [row.player for row in free.due(begin, begin + 2 * BAR_US)] == ["ben"]
    assert "ada" not in free.seats


def test_the_beat_goes_on_from_t0() -> None:
    free = jam()
    assert free.beats(T0_US - BAR_US, T0_US) == []
    assert free.beats(T0_US - 5, T0_US + 5 * BEAT_US) == [(T0_US + beat * BEAT_US, beat % 4 == 0) for beat in range(5)]
    far = T0_US + 10**6 * BAR_US
    assert free.beats(far, far + 1) == [(far, True)]


def test_what_cannot_be_played_is_refused_in_one_sentence() -> None:
    free = jam()
    with pytest.raises(UserError, match="no instrument"):
        free.sit("cem", "kazoo", 4)
    with pytest.raises(UserError, match="lanes"):
        free.sit("cem", "keys", 0)
    with pytest.raises(UserError, match="another jam"):
        free.keep("ben", loop([0], take="yesterday"))
    for place in range(16):
        free.keep("ben", loop([0], f"loop {place}"))
    with pytest.raises(UserError, match="drop one first"):
        free.keep("ben", loop([0], "one more"))
    free.keep("ben", loop([1], "loop 3"))
    with pytest.raises(UserError, match="instrument first"):
        FreeJam(STARTED, "cem", RAW).record(T0_US)
    with pytest.raises(UserError, match="no scale"):
        FreeJam(replace(STARTED, scale="locust"), "ada", RAW)
    with pytest.raises(UserError, match="beat"):
        FreeJam(replace(STARTED, beat_us=1), "ada", RAW)
