"""The instruments of a free jam: in key on any lanes, equally loud, without clicks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.jam.drum_kit import PIECES, kit
from game.jam.instruments import INSTRUMENTS, lane_words, voice
from game.jam.scales import SCALES, TONICS, degree_pitch, key_words, lane_degrees
from tools.songs.loudness import momentary_lufs

RATE_HZ = 44_100
TONAL = [name for name in INSTRUMENTS if name != "drums"]
LANES = st.integers(1, 18)
TONIC = st.integers(0, 11)
SCALE = st.sampled_from(sorted(SCALES))


def midi(word: str) -> int:
    """The MIDI note a lane's word names."""
    name = word.rstrip("0123456789")
    return TONICS.index(name) + 12 * (int(word.removeprefix(name)) + 1)


@given(st.sampled_from(TONAL), LANES, TONIC, SCALE)
def test_every_lane_is_in_key_and_higher_than_the_one_before(name: str, lanes: int, tonic: int, scale: str) -> None:
    pitches = [midi(word) for word in lane_words(name, lanes, tonic, scale)]
    assert len(pitches) == lanes
    assert (np.diff(pitches) > 0).all()
    assert {(pitch - tonic) % 12 for pitch in pitches} <= set(SCALES[scale].semitones)
    assert (pitches[0] - tonic) % 12 == 0
    assert pitches[0] >= INSTRUMENTS[name].lowest


@given(st.integers(-30, 30), TONIC, SCALE, st.integers(24, 84))
def test_degrees_go_on_octave_after_octave(degree: int, tonic: int, scale: str, around: int) -> None:
    steps = len(SCALES[scale].semitones)
    low = degree_pitch(degree, tonic, scale, around)
    assert degree_pitch(degree + steps, tonic, scale, around) == low + 12
    assert 0 <= around - degree_pitch(0, tonic, scale, around) < 12


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_voice_begins_and_ends_in_silence_and_never_clips(name: str, rate_hz: int) -> None:
    for lane in range(7):
        pcm = voice(name, lane, 7, 9, "minor", rate_hz)
        assert pcm.dtype == np.float32
        assert pcm.ndim == 2
        assert pcm.shape[1] == 2
        assert pcm.flags.c_contiguous
        assert np.isfinite(pcm).all()
        assert 0.2 * rate_hz < len(pcm) < 2.5 * rate_hz
        assert np.abs(pcm[0]).max() < 1e-3
        assert np.abs(pcm[-1]).max() < 1e-4
        assert 0.05 < np.abs(pcm).max() <= 0.501
        assert np.abs(pcm.mean(axis=0)).max() < 2e-3


@pytest.mark.parametrize("name", TONAL)
def test_voices_are_equally_loud_whatever_plays_them(name: str) -> None:
    """Measured by ITU-R BS.1770 over the loudest 0.4 s, which is not what they were matched by."""
    silence = np.zeros((2, RATE_HZ), dtype=np.float32)
    for lanes, lane in ((1, 0), (7, 0), (7, 6), (18, 0), (18, 17)):
        pcm = voice(name, lane, lanes, 4, "dorian", RATE_HZ).T
        loudness = momentary_lufs(np.concatenate([silence, pcm, silence], axis=1)).max()
        assert loudness == pytest.approx(-22.0, abs=1.5)


@pytest.mark.parametrize("name", TONAL)
def test_a_voice_sounds_at_the_pitch_of_its_lane(name: str) -> None:
    for lane, word in enumerate(lane_words(name, 5, 2, "major-pentatonic")):
        pcm = voice(name, lane, 5, 2, "major-pentatonic", RATE_HZ).sum(axis=1).astype(np.float64)
        power = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)), 1 << 19))
        hz = np.fft.rfftfreq(1 << 19, 1 / RATE_HZ)
        asked_hz = 440.0 * 2 ** ((midi(word) - 69) / 12)
        near = (hz > asked_hz * 0.97) & (hz < asked_hz * 1.03)
        found_hz = hz[near][power[near].argmax()]
        assert abs(1200 * np.log2(found_hz / asked_hz)) < 12  # cents
        assert power[near].max() > 0.2 * power.max()


@pytest.mark.parametrize("name", TONAL)
def test_no_voice_is_shrill(name: str) -> None:
    """Next to nothing lies above 6 kHz, even on the highest of the most lanes."""
    for lane in (0, 9, 17):
        pcm = voice(name, lane, 18, 11, "major", RATE_HZ).sum(axis=1)
        power = np.abs(np.fft.rfft(pcm)) ** 2
        assert power[np.fft.rfftfreq(len(pcm), 1 / RATE_HZ) > 6000].sum() < 0.02 * power.sum()


@given(LANES)
def test_a_kit_of_any_size_begins_with_a_kick_and_rises(lanes: int) -> None:
    pieces = kit(lanes)
    assert len(set(pieces)) == lanes
    assert pieces[0].words == "Kick"
    assert [PIECES.index(piece) for piece in pieces] == sorted(PIECES.index(piece) for piece in pieces)
    assert lane_words("drums", lanes, 0, "major") == tuple(piece.words for piece in pieces)


def test_cymbals_stand_behind_the_drums() -> None:
    power = {
        piece.words: float((voice("drums", lane, 18, 0, "major", RATE_HZ) ** 2).sum(axis=1)[: RATE_HZ // 5].mean())
        for lane, piece in enumerate(kit(18))
    }
    assert power["Kick"] > power["Snare"] > power["Crash"] > power["Closed hat"]


def test_a_voice_is_made_once_and_cannot_be_spoilt() -> None:
    first = voice("keys", 2, 7, 9, "minor", RATE_HZ)
    assert voice("keys", 2, 7, 9, "minor", RATE_HZ) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1.0


def test_low_rates_hold_no_partials_they_cannot_carry() -> None:
    for name in INSTRUMENTS:
        assert np.isfinite(voice(name, 17, 18, 11, "major", 8_000)).all()


@pytest.mark.parametrize(
    ("name", "lanes", "tonic", "scale", "sentence"),
    [
        ("kazoo", 4, 0, "major", "'kazoo' is no instrument"),
        ("keys", 0, 0, "major", "1 to 18 lanes, not 0"),
        ("keys", 19, 0, "major", "1 to 18 lanes, not 19"),
        ("keys", 4, 128, "major", "128 is no key"),
        ("keys", 4, -1, "major", "-1 is no key"),
        ("keys", 4, 0, "locust", "'locust' is no scale"),
    ],
)
def test_what_nobody_can_play_is_refused(name: str, lanes: int, tonic: int, scale: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        voice(name, 0, lanes, tonic, scale, RATE_HZ)
    with pytest.raises(UserError, match=sentence):
        lane_words(name, lanes, tonic, scale)


def test_a_lane_or_a_rate_that_is_none_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="lane 4 is not one of 4"):
        voice("keys", 4, 4, 0, "major", RATE_HZ)
    with pytest.raises(ValueError, match="Hz"):
        voice("keys", 0, 4, 0, "major", 100)


def test_a_key_is_told_in_words() -> None:
    assert key_words(9, "minor-pentatonic") == "A minor pentatonic"
    assert key_words(57, "dorian") == "A dorian"
    assert lane_degrees(8, "major") == tuple(range(8))
    assert lane_degrees(15, "major") == tuple(range(-7, 8))
