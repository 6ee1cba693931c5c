"""The songs that ship: their notes, their files, and the small craft that makes them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.songs import drums, voices
from tools.songs.charter import AUDIO, LICENSE, timing
from tools.songs.dsp import SAMPLE_RATE_HZ, Signal, decibels, fast_length, filtered, high_pass, low_pass, samples
from tools.songs.encode import read, write_ogg
from tools.songs.loudness import integrated_lufs, momentary_lufs, true_peak_db
from tools.songs.master import CEILING_DB, balanced, limited, mastered
from tools.songs.mixer import duration_s, mixed
from tools.songs.pieces import PIECES
from tools.songs.score import TICKS, Note, Score, Tempo, form, line, steps
from tools.songs.song import Song, Strip
from tools.songs.sounds import SOUNDS
from tools.songs.theory import bass_class, chord_classes, led, pitch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def songs() -> dict[str, Song]:
    return {slug: compose() for slug, compose in PIECES.items()}


@pytest.fixture(scope="module")
def heard() -> dict[str, Signal]:
    return {slug: read(ROOT / "charts" / slug / AUDIO) for slug in PIECES}


def tone(hz: float, seconds: float, peak: float = 1.0) -> Signal:
    wave = peak * np.sin(2 * np.pi * hz * np.arange(samples(seconds)) / SAMPLE_RATE_HZ)
    return np.stack([wave, wave]).astype(np.float32)


def test_there_are_five_songs_of_different_pace_and_one_of_each_kind(songs: dict[str, Song]) -> None:
    scores = [song.score for song in songs.values()]
    assert len(songs) >= 5
    assert len({score.tempo[0].bpm for score in scores}) == len(songs)
    assert any(score.swing > 0.6 for score in scores)
    assert any(score.meter == 7 for score in scores)
    assert any(max(row.bpm for row in score.tempo) > 1.4 * score.tempo[0].bpm for score in scores)


@pytest.mark.parametrize("slug", PIECES)
def test_a_song_is_whole(slug: str, songs: dict[str, Song]) -> None:
    song = songs[slug]
    assert song.slug == slug
    assert sum(section.bars for section in song.score.sections) == song.score.bars
    assert set(song.score.parts) <= set(song.strips)
    assert set(song.weights) <= set(song.strips)
    assert set(song.melodic) <= set(song.weights)
    for notes in song.score.parts.values():
        assert all(0 <= note.tick < song.score.bars * song.score.meter * TICKS for note in notes)
        assert all(note.length > 0 and 0 < note.velocity <= 1 for note in notes)


@pytest.mark.parametrize("slug", PIECES)
def test_composing_twice_gives_the_same_notes(slug: str, songs: dict[str, Song]) -> None:
    assert PIECES[slug]().score == songs[slug].score


@pytest.mark.parametrize("slug", PIECES)
def test_the_hook_comes_back(slug: str, songs: dict[str, Song]) -> None:
    score = songs[slug].score
    tune = [(note.tick, note.pitch) for note in score.parts["tune"]]
    bar = score.meter * TICKS
    shapes = [tuple((t % bar, p) for t, p in tune if t // bar == one) for one in range(score.bars)]
    hook = shapes[songs[slug].hook_bar]
    assert hook
    assert shapes.count(hook) >= 2


@pytest.mark.parametrize("slug", PIECES)
def test_shipped_audio_is_loud_enough_and_never_clips(slug: str, heard: dict[str, Signal]) -> None:
    assert integrated_lufs(heard[slug]) == pytest.approx(-14.0, abs=0.3)
    assert true_peak_db(heard[slug]) < -1.0


@pytest.mark.parametrize("slug", PIECES)
def test_shipped_audio_lasts_as_the_score_says_and_begins_and_ends_in_silence(
    slug: str, songs: dict[str, Song], heard: dict[str, Signal]
) -> None:
    audio = heard[slug]
    assert 75 <= audio.shape[-1] / SAMPLE_RATE_HZ <= 130
    assert audio.shape[-1] == samples(duration_s(songs[slug]))
    lead_in = samples(songs[slug].score.lead_in_s)
    assert np.abs(audio[:, : lead_in - 2048]).max() < 1e-3
    assert np.abs(audio[:, -256:]).max() < 1e-3
    assert np.abs(audio.mean(axis=1)).max() < 1e-3


@pytest.mark.parametrize("slug", PIECES)
def test_shipped_audio_survives_a_mono_loudspeaker_and_is_not_one_itself(slug: str, heard: dict[str, Signal]) -> None:
    left, right = heard[slug].astype(np.float64)
    correlation = float((left * right).mean() / (left.std() * right.std()))
    assert 0.4 < correlation < 0.97


@pytest.mark.parametrize("slug", PIECES)
def test_the_chorus_is_louder_than_the_verse(slug: str, songs: dict[str, Song], heard: dict[str, Signal]) -> None:
    score = songs[slug].score
    loudness = momentary_lufs(heard[slug])

    def level(bar: int, bars: int) -> float:
        first, last = (round(score.second(one * score.meter) * 10) for one in (bar, bar + bars))
        return float(np.median(loudness[first:last]))

    by_energy = sorted(score.sections, key=lambda section: section.energy)
    assert level(by_energy[-1].bar, by_energy[-1].bars) > level(by_energy[0].bar, by_energy[0].bars) + 1


@pytest.mark.parametrize("slug", PIECES)
def test_kicks_in_the_shipped_file_stand_where_the_score_puts_them(
    slug: str, songs: dict[str, Song], heard: dict[str, Signal]
) -> None:
    """The mean power around all strong kicks rises within a millisecond of the score's instant."""
    song = songs[slug]
    ticks = [note.tick for note in song.score.parts[song.kicks] if note.velocity >= 0.8]
    middle = heard[slug].mean(axis=0)
    around = [middle[samples(at) - 2000 : samples(at) + 1000] for at in song.score.seconds(ticks).tolist()]
    power = np.convolve((np.array(around) ** 2).mean(axis=0), np.ones(16) / 16, mode="same")
    before, peak = power[:1800].mean(), power[2000:].max()
    rise = int(np.flatnonzero(power[1800:] > before + 0.15 * (peak - before))[0]) - 200
    assert abs(rise / SAMPLE_RATE_HZ) < 0.001


@pytest.mark.parametrize("slug", PIECES)
def test_files_are_small_and_free(slug: str) -> None:
    folder = ROOT / "charts" / slug
    assert (folder / AUDIO).stat().st_size < 2_000_000
    assert "CC0" in (folder / "LICENSE.txt").read_text("utf-8")
    assert LICENSE == "CC0-1.0"
    assert len(list(folder.glob("*.jam"))) == 9


@pytest.mark.parametrize("name", SOUNDS)
def test_small_sounds_are_short_quiet_and_clean(name: str) -> None:
    path = ROOT / "assets" / "sounds" / f"{name}.wav"
    sound = read(path)
    assert path.stat().st_size < 60_000
    assert soundfile.info(path).subtype == "PCM_16"
    assert 0.01 < np.abs(sound).max() <= decibels(-6.0)
    assert np.abs(sound[:, -4:]).max() < 2e-3


def test_loudness_of_a_reference_tone() -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    assert integrated_lufs(tone(1000.0, 20.0, decibels(-23.0))) == pytest.approx(-23.0, abs=0.1)


def test_loudness_ignores_silence_between() -> None:
    loud = tone(1000.0, 20.0, decibels(-23.0))
    assert integrated_lufs(np.concatenate([loud, 0 * loud], axis=1)) == pytest.approx(-23.0, abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert integrated_lufs(np.zeros((2, SAMPLE_RATE_HZ), dtype=np.float32)) == -np.inf


def test_true_peak_finds_what_lies_between_samples() -> None:
    """A sine at a quarter of the rate whose samples all miss its crest by 3 dB (EBU Tech 3341, case 16)."""
    place = np.arange(SAMPLE_RATE_HZ)
    wave = (0.5 * np.sin(np.pi / 2 * place + np.pi / 4)).astype(np.float32)
    assert np.abs(wave).max() == pytest.approx(0.3536, abs=1e-3)
    assert true_peak_db(np.stack([wave, wave])) == pytest.approx(-6.02, abs=0.3)


@given(gain_db=st.floats(-10, 20), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_the_limiter_holds_its_ceiling(gain_db: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((2, 20_000)) * np.exp(-(np.arange(20_000) % 5000) / 700)
    signal = filtered((0.3 * noise).astype(np.float32), low_pass(9000.0)) * np.float32(decibels(gain_db))
    assert true_peak_db(limited(signal, CEILING_DB)) < CEILING_DB + 0.3


def test_mastering_is_repeatable_and_lands_on_target() -> None:
    rng = np.random.default_rng(3)
    mix = (0.1 * rng.standard_normal((2, 6 * SAMPLE_RATE_HZ))).astype(np.float32)
    first, second = mastered(mix.copy()), mastered(mix.copy())
    assert (first == second).all()
    assert integrated_lufs(first) == pytest.approx(-14.0, abs=0.3)
    assert true_peak_db(first) < -1.0


def test_balancing_lifts_what_is_missing() -> None:
    rng = np.random.default_rng(3)
    dull = filtered(rng.standard_normal((2, 4 * SAMPLE_RATE_HZ)).astype(np.float32), low_pass(500.0))
    treble = high_pass(4000.0)
    before, after = (filtered(one, treble).std() / one.std() for one in (dull, balanced(dull)))
    assert after > 1.2 * before


@given(st.integers(1, 5_000_000))
def test_fast_lengths_are_smooth_and_long_enough(count: int) -> None:
    length = fast_length(count)
    assert count <= length < 2 * count + 2
    for prime in (2, 3, 5):
        while length % prime == 0:
            length //= prime
    assert length == 1


def test_a_score_plays_each_note_at_its_exact_sample() -> None:
    score = Score(4, 2, [Tempo(0, 90), Tempo(4, 150)], form(("all", 2, 1.0)), lead_in_s=0.5)
    score.add("click", steps("x...x...x...x...|x...x...x...x...", 0))
    song = Song("s", "S", "-", "-", 1, score, {"click": Strip("rim")}, {}, (), 0, kicks="", tail_s=0.5)
    audio = np.abs(mixed(song)).max(axis=0)
    for at_s in score.seconds([note.tick for note in score.parts["click"]]).tolist():
        first = samples(at_s)
        assert audio[first - 40 : first].max() < 1e-6
        assert audio[first : first + 40].max() > 0.05


def test_the_codec_moves_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    burst = rng.standard_normal(400) * np.exp(-np.arange(400) / 60)
    clicks = np.zeros((2, 200_000), dtype=np.float32)
    for start in range(5000, 190_000, 9000):
        clicks[:, start : start + 400] += 0.5 * burst.astype(np.float32)
    write_ogg(tmp_path / "clicks.ogg", clicks)
    back = read(tmp_path / "clicks.ogg")
    assert back.shape == clicks.shape
    length = fast_length(2 * clicks.shape[-1])
    match = np.fft.irfft(np.fft.rfft(back[0], length) * np.conj(np.fft.rfft(clicks[0], length)), length)
    assert int(np.argmax(match)) == 0


def test_swing_bends_the_half_beat_and_leaves_the_beat() -> None:
    score = Score(4, 1, [Tempo(0, 60)], form(("all", 1, 1.0)), swing=2 / 3, lead_in_s=0.0)
    assert score.seconds([0, 12, 24, 48]).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_time_runs_on_through_tempo_changes() -> None:
    score = Score(4, 4, [Tempo(0, 60), Tempo(4, 120)], form(("all", 4, 1.0)), lead_in_s=1.0)
    assert score.seconds([0, 4 * TICKS, 6 * TICKS]).tolist() == pytest.approx([1.0, 5.0, 6.0])
    assert timing(score)["at_us"].tolist() == [1_000_000, 5_000_000]
    assert timing(score)["beat_us"].tolist() == [1_000_000, 500_000]


def test_a_line_of_music_reads_as_written() -> None:
    notes = line("C5:1 r:.5 Eb5:.5! | F#4+A4:2?", 4, 0.5, legato=1.0)
    assert [(note.tick / TICKS, note.length / TICKS, note.pitch) for note in notes] == [
        (4.0, 1.0, 72),
        (5.5, 0.5, 75),
        (6.0, 2.0, 66),
        (6.0, 2.0, 69),
    ]
    assert notes[1].velocity > notes[0].velocity > notes[2].velocity


def test_chords_read_as_written() -> None:
    assert chord_classes("Am7") == [9, 0, 4, 7]
    assert chord_classes("Ebmaj7/G") == [3, 7, 10, 2]
    assert bass_class("A/C#") == 1


@given(
    st.lists(
        st.builds(
            str.__add__, st.sampled_from(["C", "D", "Eb", "F#", "G", "A", "Bb"]), st.sampled_from(["", "m", "m7", "7"])
        ),
        min_size=2,
        max_size=6,
    )
)
def test_voices_are_led_by_small_steps(symbols: list[str]) -> None:
    low, high = pitch("G3"), pitch("E5")
    voicings = led(symbols, low, high)
    for symbol, voicing in zip(symbols, voicings, strict=True):
        assert sorted({one % 12 for one in voicing}) == sorted(chord_classes(symbol))
        assert all(low <= one <= high for one in voicing)
    for before, after in pairwise(voicings):
        assert abs(np.mean(after) - np.mean(before)) <= 7


@pytest.mark.parametrize(
    "voice",
    [
        voices.electric_piano,
        voices.glass,
        voices.mallet,
        voices.plucked,
        voices.synth_bass,
        voices.upright_bass,
        voices.pad,
        voices.choir,
        voices.supersaw,
        voices.lead,
        voices.brass,
        voices.organ,
    ],
)
def test_a_voice_is_in_tune_finite_and_ends_at_rest(voice: voices.Voice) -> None:
    midi = 57
    sound = np.atleast_2d(voice(midi, 0.8, 0.8, np.random.default_rng(1))).mean(axis=0)
    assert np.isfinite(sound).all()
    assert 0.05 < np.abs(sound).max() < 3.0
    assert np.abs(sound[-4:]).max() < 0.01
    hz = voices.frequency(midi)
    steady = sound[8000:34_000] * np.hanning(26_000)
    spectrum = np.abs(np.fft.rfft(steady, 2**19))
    bins = np.fft.rfftfreq(2**19, 1 / SAMPLE_RATE_HZ)
    near = (bins > hz * 0.94) & (bins < hz * 1.06)
    found = float(bins[near][np.argmax(spectrum[near])])
    assert abs(1200 * np.log2(found / hz)) < 16


@pytest.mark.parametrize("name", drums.KIT)
def test_a_drum_is_the_same_each_time_it_is_made(name: str) -> None:
    first, second = (drums.KIT[name](np.random.default_rng(4)) for _ in range(2))
    assert (first == second).all()
    assert 0.4 < np.abs(first).max() <= 1.0
    assert np.abs(first[..., -1]).max() < 1e-3


def test_bands_of_a_note_do_not_fold_back() -> None:
    """A very high saw has nothing below its fundamental: its table holds no harmonic past half the rate."""
    sound = voices.supersaw(100, 0.5, 0.8, np.random.default_rng(1)).mean(axis=0)
    spectrum = np.abs(np.fft.rfft(sound[2000:20_000] * np.hanning(18_000)))
    bins = np.fft.rfftfreq(18_000, 1 / SAMPLE_RATE_HZ)
    below = spectrum[(bins > 60) & (bins < 0.9 * voices.frequency(100))].max()
    assert below < 0.01 * spectrum.max()


def test_note_ends_where_its_length_says() -> None:
    assert Note(10, 5, 60).end == 15
