"""Song time: the fitted line, and what is read from it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import now_us
from engine.sound.commands import EMPTY, Record, Segment, flatten, unflatten
from engine.sound.song_clock import MAX_AHEAD_US, WARM_UP_BLOCKS, FrameFit, SongClock

RATE = 48_000
BLOCK = 120


def sighted(skew: float, jitter_us: float, blocks: int, seed: int, late: float = 0.0) -> tuple[FrameFit, list[float]]:
    """A device of known skew seen through noise; the fit and its errors from the truth (us), block by block."""
    noise = np.random.default_rng(seed)
    fit = FrameFit(RATE)
    errors = []
    for block in range(blocks):
        frame = block * BLOCK
        truth = 5e6 + frame * 1e6 / RATE * (1 + skew)
        seen = truth + noise.uniform(-jitter_us, jitter_us)
        if noise.random() < late:
            seen += noise.uniform(3_000, 30_000)
        fit.see(frame, seen)
        errors.append(fit.heard_us(frame) - truth)
    return fit, errors


@settings(max_examples=25, deadline=None)
@given(skew=st.floats(-3e-4, 3e-4), jitter_us=st.floats(0, 1500), seed=st.integers(0, 2**20))
def test_the_line_is_found_through_jitter(skew: float, jitter_us: float, seed: int) -> None:
    fit, errors = sighted(skew, jitter_us, 8000, seed)
    assert max(map(abs, errors[4000:])) < 60 + 0.25 * jitter_us
    assert abs(fit.drift_ppm - skew * 1e6) < 20 + 0.2 * jitter_us


def test_late_sightings_hardly_move_the_line() -> None:
    _, errors = sighted(5e-5, 300, 12000, seed=3, late=0.02)
    assert max(map(abs, errors[6000:])) < 500


def test_a_jump_of_the_device_is_believed_at_once() -> None:
    fit, _ = sighted(0, 50, 1000, seed=4)
    frame = 1000 * BLOCK
    truth = 5e6 + frame * 1e6 / RATE + 80_000
    fit.see(frame, truth)
    assert abs(fit.heard_us(frame) - truth) < 1


def test_after_a_gap_the_new_place_is_found_as_soon_as_the_buffer_is_full_and_the_pace_is_kept() -> None:
    fit, _ = sighted(1e-4, 20, 3000, seed=5)
    noise = np.random.default_rng(6)
    fit.stumble()
    errors = []
    for block in range(3000, 6000):
        truth = 5e6 + block * BLOCK * 1e6 / RATE * (1 + 1e-4) + 10_000
        refilling = 4_000.0 if block < 3004 else 0.0  # while the buffer fills again it cannot say when
        fit.see(block * BLOCK, truth - refilling + noise.normal(0, 20))
        errors.append(abs(fit.heard_us(block * BLOCK) - truth))
    assert max(errors[5:]) < 150
    assert max(errors[1000:]) < 60
    assert abs(fit.drift_ppm - 100) < 20


def record(segments: tuple[Segment, ...], beat_us: int | None = None) -> Record:
    at = now_us() if beat_us is None else beat_us
    return Record(1, RATE, at, fit_us=float(at), fit_frame=48_000.0, us_per_frame=1e6 / RATE, segments=segments)


def test_song_time_follows_frames_at_the_songs_rate() -> None:
    clock = SongClock(lambda: record((Segment(24_000, 0, 1, 1.5, 1, 1),), beat_us=1_000_000))
    assert clock.song_us_at(1_000_000) == 750_000
    assert clock.song_us_at(1_100_000) == 900_000
    assert clock.song_us_at(400_000) == -150_000


def test_before_a_pause_is_heard_the_song_still_runs() -> None:
    segments = (Segment(52_800, 52_800, 0, 1.0, 0, 2), Segment(0, 0, 1, 1.0, 1, 1))
    clock = SongClock(lambda: record(segments, beat_us=1_000_000))
    assert clock.song_us_at(1_000_000) == 1_000_000
    assert clock.song_us_at(1_099_000) == 1_099_000
    assert clock.song_us_at(1_150_000) == 1_100_000


def test_a_press_just_before_a_wrap_belongs_to_the_pass_before() -> None:
    segments = (Segment(48_000, 9_600, 1, 1.0, 0, 1), Segment(0, 0, 1, 1.0, 1, 1))
    clock = SongClock(lambda: record(segments, beat_us=1_000_000))
    assert clock.song_us_at(999_000) == 999_000
    assert clock.song_us_at(1_001_000) == 201_000


def test_a_device_that_is_gone_stops_the_clock() -> None:
    clock = SongClock(lambda: record((Segment(0, 0, 1, 1.0, 1, 1),), beat_us=1_000_000))
    assert clock.song_us_at(90_000_000) == 1_000_000 + MAX_AHEAD_US


def test_a_started_song_counts_from_its_beginning_before_the_process_took_it() -> None:
    records = [record((EMPTY,))]
    clock = SongClock(lambda: records[0])
    clock.expect(1, -500_000)
    assert clock.now_us() == -500_000
    assert clock.song_us_at(now_us()) == -500_000
    records[0] = record((Segment(48_000, -24_000, 1, 1.0, 1, 1),))
    assert -510_000 < clock.song_us_at(records[0].beat_us) <= -500_000


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**20), jitter_us=st.floats(0, 8000))
def test_song_time_never_goes_back_while_playing(seed: int, jitter_us: float) -> None:
    noise = np.random.default_rng(seed)
    begin = now_us()
    fit = FrameFit(RATE)
    current = [record((EMPTY,))]
    clock = SongClock(lambda: current[0])
    before = -(2**62)
    for block in range(WARM_UP_BLOCKS + 200):
        fit.see(block * BLOCK, begin + block * 2.5 + noise.uniform(-jitter_us, jitter_us))
        head = Record(1, RATE, now_us(), fit_us=fit.at_us, fit_frame=fit.frame, us_per_frame=fit.us_per_frame)
        current[0] = head._replace(segments=(Segment(0, 0, 1, 1.0, 1, 1),))
        song_us = clock.now_us()
        assert song_us >= before
        before = song_us


def test_the_status_survives_being_packed() -> None:
    whole = record((Segment(5, -6, 1, 1.25, 1, 9), EMPTY, EMPTY, EMPTY))
    assert unflatten(flatten(whole)) == whole
