"""Sound files to arrays, other rates, other speeds."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.sound import Pcm, SoundError, decode, resample, stretch
from engine.sound import decode as decoding  # the function; its module is reached through it below

RATE = 48_000


def clicks(seconds: float, every_s: float, rate: int = RATE) -> Pcm:
    frames = np.zeros((round(seconds * rate), 2), np.float32)
    shape = np.hanning(int(rate * 0.002)).astype(np.float32)[:, None]
    for at in range(round(every_s * rate), len(frames) - len(shape), round(every_s * rate)):
        frames[at : at + len(shape)] += 0.5 * shape
    return Pcm(frames, rate)


def centres(pcm: Pcm, expected_s: NDArray[np.floating[Any]], reach_s: float = 0.02) -> NDArray[np.float64]:
    """Where the energy of each click lies, in seconds."""
    energy = (pcm.frames.astype(np.float64) ** 2).sum(axis=1)
    found = []
    for at in expected_s:
        low = round((at - reach_s) * pcm.rate_hz)
        part = energy[low : low + round(2 * reach_s * pcm.rate_hz)]
        found.append((low + (part * np.arange(len(part))).sum() / part.sum()) / pcm.rate_hz)
    return np.array(found)


def encoded(frames: NDArray[np.float32], rate: int, form: str, subtype: str | None = None) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, frames, rate, format=form, subtype=subtype)
    return out.getvalue()


@pytest.mark.parametrize(("form", "subtype"), [("WAV", "FLOAT"), ("WAV", "PCM_16"), ("FLAC", None), ("OGG", "VORBIS")])
def test_files_become_stereo(form: str, subtype: str | None, tmp_path: Path) -> None:
    source = clicks(1.0, 0.25, 44_100)
    data = encoded(source.frames, 44_100, form, subtype)
    path = tmp_path / "song"
    path.write_bytes(data)
    for pcm in (decode(data, "song"), decode(path)):
        assert pcm.rate_hz == 44_100
        assert pcm.frames.dtype == np.float32
        assert pcm.frames.shape == (44_100, 2)
        assert np.abs(pcm.frames - source.frames).max() < 0.05


@pytest.mark.parametrize(
    ("form", "subtype"), [("WAV", "PCM_16"), ("FLAC", None), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")]
)
def test_a_part_is_that_part_of_the_whole(form: str, subtype: str | None) -> None:
    data = encoded(clicks(3.0, 0.21, 44_100).frames, 44_100, form, subtype)
    whole = decode(data)
    for begin_us, length_us in ((0, 500_000), (1_234_567, 700_000), (2_900_000, 1_000_000), (-5, 100), (0, 9_000_000)):
        part = decode(data, part=(begin_us, length_us))
        begin = round(part.begin_us * 44_100 / 1e6)
        assert part.begin_us == pytest.approx(max(0, min(begin_us, whole.duration_us - length_us)), abs=30)
        assert len(part.frames) == min(round(length_us * 44_100 / 1e6), len(whole.frames))
        if form != "MP3":  # there the decoder's own seeking is a frame or two off
            assert np.array_equal(part.frames, whole.frames[begin : begin + len(part.frames)])


def test_mp3_is_read() -> None:
    source = clicks(2.0, 0.5)
    pcm = decode(encoded(source.frames, RATE, "MP3"))
    assert pcm.rate_hz == RATE
    assert pcm.duration_us == pytest.approx(2_000_000, abs=60_000)


def test_mono_goes_to_both_sides_and_six_channels_become_two() -> None:
    mono = decode(encoded(np.full((100, 1), 0.25, np.float32), RATE, "WAV", "FLOAT"))
    assert (mono.frames == 0.25).all()
    assert mono.frames.shape == (100, 2)
    six = np.tile(np.arange(6, dtype=np.float32) / np.float32(10), (100, 1))
    assert decode(encoded(six, RATE, "WAV", "FLOAT")).frames[0].tolist() == pytest.approx([0.0, 0.1])


def test_numbers_that_are_none_become_silence() -> None:
    bad = np.array([[np.nan, np.inf], [0.5, -np.inf]], np.float32)
    assert decode(encoded(bad, RATE, "WAV", "FLOAT")).frames.tolist() == [[0, 0], [0.5, 0]]


def test_progress_is_told_and_can_end_the_work() -> None:
    data = encoded(clicks(20, 1).frames, RATE, "WAV")
    told: list[float] = []
    decode(data, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 2

    def give_up(_share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        resample(decode(data), 44_100, give_up)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not sound at all" * 100, b"OggS" + bytes(500), b"ID3" + bytes(9000)])
def test_what_is_no_sound_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(SoundError) as caught:
        decode(data, "song.ogg")
    assert str(caught.value).startswith("song.ogg: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        SoundError, match=r"^gone\.ogg: cannot be opened \(No such file or directory\); put the file back"
    ):
        decode(tmp_path / "gone.ogg")
    with pytest.raises(SoundError, match="holds no sound"):
        decode(tmp_path)


def test_an_empty_and_a_cut_file() -> None:
    with pytest.raises(SoundError, match="holds no sound at all"):
        decode(encoded(np.zeros((0, 2), np.float32), RATE, "WAV"), "empty.wav")
    whole = encoded(clicks(2, 0.5).frames, RATE, "WAV", "PCM_16")
    assert 0 < len(decode(whole[: len(whole) // 2]).frames) < 2 * RATE


def test_files_too_large_or_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(np.zeros((8000 * 3, 1), np.float32), 8000, "WAV")
    monkeypatch.setitem(decoding.__globals__, "MAX_SECONDS", 2)
    with pytest.raises(SoundError, match="is longer than"):
        decode(data, "long.wav")
    monkeypatch.setitem(decoding.__globals__, "MAX_SECONDS", 4)
    monkeypatch.setitem(decoding.__globals__, "MAX_FRAMES", 2 * 8000)
    with pytest.raises(SoundError, match="too long for its rate of 8000 Hz"):
        decode(data, "long.wav")
    monkeypatch.setitem(decoding.__globals__, "MAX_FILE_BYTES", 1000)
    with pytest.raises(SoundError, match="of sound is more than"):
        decode(data, "large.wav")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["WAV", "FLAC", "OGG"]))
    whole = bytearray(encoded(clicks(0.2, 0.05, 8000).frames, 8000, form))
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=8)):
        whole[at] = value
    try:
        pcm, said = decode(bytes(whole), "song"), ""
    except SoundError as error:
        pcm, said = Pcm(np.zeros((0, 2), np.float32), RATE), str(error)
    assert said.startswith("song: ") or len(pcm.frames)
    assert np.isfinite(pcm.frames).all()


@pytest.mark.parametrize(("source", "target"), [(44_100, 48_000), (48_000, 44_100), (22_050, 48_000)])
def test_resampling_keeps_every_instant(source: int, target: int) -> None:
    pcm = resample(clicks(12, 1, source), target)
    assert len(pcm.frames) == 12 * target
    expected = np.arange(1, 12) + 0.001
    assert np.abs(centres(pcm, expected) - expected).max() < 50e-6


@pytest.mark.parametrize("rate", [0.5, 0.75, 0.95, 1.1, 1.35, 1.5, 2.0])
def test_stretching_puts_every_click_in_its_place(rate: float) -> None:
    song = clicks(20, 0.73)
    expected = (np.arange(1, 26) * 0.73 + 0.001) / rate
    for keep_pitch, within in ((True, 1e-3), (False, 50e-6)):
        pcm = stretch(song, rate, keep_pitch)
        assert len(pcm.frames) == round(20 * RATE / rate)
        assert np.abs(centres(pcm, expected) - expected).max() < within


@pytest.mark.parametrize(("keep_pitch", "heard_hz"), [(True, 440.0), (False, 660.0)])
def test_pitch_is_kept_or_goes_with_the_rate(keep_pitch: bool, heard_hz: float) -> None:
    at = np.arange(4 * RATE) / RATE
    song = Pcm(np.repeat(0.3 * np.sin(2 * np.pi * 440 * at)[:, None], 2, 1).astype(np.float32), RATE)
    middle = stretch(song, 1.5, keep_pitch).frames[RATE // 2 : RATE // 2 + RATE, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(RATE)))
    assert np.argmax(spectrum) == pytest.approx(heard_hz, abs=1)


def test_a_rate_out_of_range_is_refused() -> None:
    with pytest.raises(SoundError, match="rate 9 is out of range"):
        stretch(clicks(1, 0.5), 9.0)
    song = clicks(1, 0.5)
    assert stretch(song, 1.0) is song
