"""The mixer, block by block, without a device."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.sound.commands import Bus
from engine.sound.mixer import CUE, FADE_FRAMES, VOICES, Mixer

RATE = 48_000
BLOCK = 240
Floats = NDArray[np.float32]


def tone(frames: int, level: float = 0.25) -> Floats:
    return np.full((frames, 2), level, np.float32)


def click() -> Floats:
    return tone(1, 0.5)


def render(mixer: Mixer, frames: int, block: int = BLOCK) -> Floats:
    out = np.empty((frames, 2), np.float32)
    for start in range(0, frames, block):
        mixer.render(out[start : start + block])
    return out


def with_song(song: Floats, **more: Floats) -> Mixer:
    mixer = Mixer(RATE)
    mixer.samples[1] = song
    for number, frames in enumerate(more.values(), 2):
        mixer.samples[number] = frames
    return mixer


def us(frames: int) -> int:
    return round(frames * 1e6 / RATE)


def test_song_is_played_as_it_is_after_its_lead_in() -> None:
    song = np.random.default_rng(1).uniform(-0.5, 0.5, (1000, 2)).astype(np.float32)
    mixer = with_song(song)
    mixer.play_song(1, -us(480))
    out = render(mixer, 1920)
    assert not out[:480].any()
    assert np.array_equal(out[480:1480], song)
    assert not out[1480:].any()


def test_song_position_does_not_depend_on_the_block_length() -> None:
    song = np.random.default_rng(2).uniform(-0.5, 0.5, (5000, 2)).astype(np.float32)
    outs = []
    for block in (64, 240, 1024):
        mixer = with_song(song)
        mixer.play_song(1, -us(100))
        outs.append(render(mixer, 6144, block))
    assert np.array_equal(outs[0], outs[1])
    assert np.array_equal(outs[0], outs[2])


@settings(max_examples=30, deadline=None)
@given(at=st.integers(0, 4000), block=st.sampled_from([64, 240, 511]), rate=st.sampled_from([0.5, 1.0, 1.35, 2.0]))
def test_scheduled_sounds_start_on_their_frame(at: int, block: int, rate: float) -> None:
    mixer = with_song(tone(0), click=click())
    mixer.play_song(1, 0, rate)
    mixer.schedule(2, round(at * 1e6 * rate / RATE))
    out = render(mixer, 4800, block)
    assert np.flatnonzero(out[:, 0]).tolist() == [at]


def test_a_table_of_cues_holds_through_a_seek() -> None:
    mixer = with_song(tone(0), click=click())
    mixer.play_song(1, 0)
    cues = np.zeros(3, CUE)
    cues["at_us"] = [us(100), us(1000), us(2000)]
    cues["sample"], cues["gain"] = 2, 1.0
    mixer.set_cues(cues)
    first = render(mixer, 1200)
    mixer.seek_song(us(900))
    second = render(mixer, 2400)
    assert np.flatnonzero(first[:, 0]).tolist() == [100, 1000]
    assert np.flatnonzero(second[:, 0]).tolist() == [100, 1100]


def test_a_cue_under_way_is_joined_in_its_middle() -> None:
    backing = np.linspace(0.1, 0.5, 4000, dtype=np.float32)[:, None].repeat(2, 1)
    mixer = with_song(tone(0), backing=backing)
    cues = np.zeros(1, CUE)
    cues["at_us"], cues["sample"], cues["gain"] = us(1000), 2, 1.0
    mixer.play_song(1, 0)
    mixer.set_cues(cues)
    mixer.seek_song(us(2000))
    out = render(mixer, 2400)
    assert np.array_equal(out[FADE_FRAMES:], backing[1000 + FADE_FRAMES : 3400])


def test_a_pause_holds_song_and_cues_and_resume_goes_on() -> None:
    ramp = np.linspace(0, 0.5, 9600, dtype=np.float32)[:, None].repeat(2, 1)
    mixer = with_song(ramp, backing=ramp)
    cues = np.zeros(1, CUE)
    cues["sample"], cues["gain"] = 2, 0.5
    mixer.play_song(1, 0)
    mixer.set_cues(cues)
    render(mixer, 2400)
    mixer.pause_song()
    still = render(mixer, 2400)
    assert mixer.song_us() == us(2400)
    assert not still[FADE_FRAMES:].any()
    mixer.resume_song()
    on = render(mixer, 2400)
    assert on[FADE_FRAMES:] == pytest.approx(ramp[2400 + FADE_FRAMES : 4800] * 1.5, abs=1e-5)


def test_a_loop_wraps_on_its_frame_and_its_time_with_it() -> None:
    mixer = with_song(tone(20_000, 0.0), click=click())
    mixer.play_song(1, us(1000))
    mixer.set_loop(us(1000), us(2000))
    mixer.schedule(2, us(1500))
    out = render(mixer, 4800)
    assert np.flatnonzero(out[:, 0]).tolist() == [500, 1500, 2500, 3500, 4500]
    assert mixer.song_us() == us(1800)
    assert [segment.start for segment in mixer.segments] == [4000, 3000, 2000, 1000]


def test_cuts_are_faded() -> None:
    mixer = with_song(tone(48_000, 0.5))
    mixer.play_song(1, us(4800))
    parts = [render(mixer, 960)]
    mixer.seek_song(us(24_000))
    parts.append(render(mixer, 960))
    mixer.pause_song()
    parts.append(render(mixer, 960))
    mixer.resume_song()
    parts.append(render(mixer, 960))
    mixer.stop_song(us(480))
    parts.append(render(mixer, 960))
    steps = np.abs(np.diff(np.concatenate(parts)[:, 0], prepend=0))
    assert steps.max() < 0.5 / 100
    assert not parts[2][FADE_FRAMES:].any()
    assert not parts[4][480:].any()


def test_a_song_can_fade_in() -> None:
    mixer = with_song(tone(9600, 0.5))
    mixer.play_song(1, 0, fade_in_us=us(4800))
    out = render(mixer, 9600)[:, 0]
    assert out[2400] == pytest.approx(0.25, abs=1e-3)
    assert (np.diff(out) >= -1e-6).all()
    assert out[4800:] == pytest.approx(0.5)


def test_gains_move_without_a_step_and_arrive() -> None:
    mixer = with_song(tone(48_000, 0.5))
    mixer.play_song(1, 0)
    render(mixer, 480)
    mixer.set_gain(Bus.MUSIC, 0.2)
    mixer.set_gain(Bus.MASTER, 0.5)
    out = render(mixer, 2400)[:, 0]
    assert np.abs(np.diff(out)).max() < 0.01
    assert out[-1] == pytest.approx(0.05)


def test_each_bus_has_its_own_gain() -> None:
    mixer = with_song(tone(0), key=tone(4800, 0.1), effect=tone(4800, 0.2))
    mixer.set_gain(Bus.KEYS, 0.0)
    mixer.trigger(2, Bus.KEYS)
    mixer.trigger(3, Bus.EFFECTS)
    render(mixer, 960)
    assert render(mixer, 960) == pytest.approx(0.2)


def test_pan_turns_down_the_far_side() -> None:
    mixer = with_song(tone(0), key=tone(960, 0.4))
    mixer.trigger(2, gain=0.5, pan=-0.5)
    out = render(mixer, 240)
    assert out[0].tolist() == pytest.approx([0.2, 0.1])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-30, 30, width=32), st.integers(1, 2000)), min_size=1, max_size=20))
def test_what_comes_out_is_never_above_full_scale(sounds: list[tuple[float, int]]) -> None:
    mixer = Mixer(RATE)
    for number, (level, length) in enumerate(sounds):
        mixer.samples[number] = tone(length, level)
        mixer.trigger(number)
    out = render(mixer, 2400)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0


def test_numbers_that_are_none_become_silence() -> None:
    mixer = Mixer(RATE)
    mixer.samples[1] = np.array([[np.nan, np.inf], [0.25, -np.inf]], np.float32)
    mixer.trigger(1)
    out = render(mixer, 240)
    assert out[0].tolist() == [0.0, 0.0]
    assert np.isfinite(out).all()


def test_the_limiter_leaves_quiet_sound_alone_and_lets_go_after_a_loud_one() -> None:
    mixer = Mixer(RATE)
    mixer.samples[1], mixer.samples[2] = tone(480, 3.0), tone(48_000, 0.3)
    mixer.trigger(1)
    mixer.trigger(2)
    out = render(mixer, 24_000)[:, 0]
    assert out[300] == pytest.approx(0.97, abs=0.01)
    assert out[-1] == pytest.approx(0.3)


def test_more_sounds_than_voices_replace_what_ends_first() -> None:
    mixer = with_song(tone(0), long=tone(96_000, 0.001), new=tone(4800, 0.5))
    for _ in range(VOICES):
        mixer.trigger(2)
    mixer.trigger(3)
    assert mixer.voices == VOICES
    assert render(mixer, 240)[0, 0] == pytest.approx(0.5 + 0.001 * (VOICES - 1))


def test_a_freed_sample_is_cut_and_unknown_ones_are_silent() -> None:
    mixer = with_song(tone(9600, 0.2), key=tone(9600, 0.2))
    mixer.play_song(1, 0)
    mixer.trigger(2)
    render(mixer, 240)
    mixer.forget(1, 2)
    mixer.trigger(77)
    assert not render(mixer, 240).any()


def test_playing_for_long_keeps_nothing() -> None:
    mixer = with_song(tone(480_000, 0.1), key=tone(2400, 0.1))
    mixer.play_song(1, 0)
    mixer.set_loop(0, us(12_000))
    out = np.empty((BLOCK, 2), np.float32)

    def play(blocks: int) -> None:
        for number in range(blocks):
            if number % 5 == 0:
                mixer.trigger(2)
            mixer.render(out)

    play(200)
    tracemalloc.start()
    try:
        play(200)
        before = tracemalloc.get_traced_memory()[0]
        play(2000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 4096
