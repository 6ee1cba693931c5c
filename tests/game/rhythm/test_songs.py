"""What a chart needs, read ahead of play: the song in its place, key sounds, and a sentence for what is missing."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import UserError
from game.rhythm.chart import NOTE, Chart
from game.rhythm.mods import Mods
from game.rhythm.songs import make_ready, read_chart

RATE_HZ = 48_000
CLICK_US = 500_000


def click(at_us: int = CLICK_US, seconds: float = 1.0) -> bytes:
    """A .wav with one loud frame at ``at_us``."""
    frames = np.zeros((round(seconds * RATE_HZ), 2), np.float32)
    frames[round(at_us * RATE_HZ / 1e6)] = 0.9
    out = io.BytesIO()
    soundfile.write(out, frames, RATE_HZ, format="WAV")
    return out.getvalue()


def heard_us(frames: np.ndarray, rate: float = 1.0) -> float:
    """The song time of the loudest frame of a song made ready at ``rate``."""
    return float(np.abs(frames[:, 0]).argmax()) / RATE_HZ * 1e6 * rate


def chart_in(folder: Path, **changes: object) -> Chart:
    notes = np.array([(CLICK_US, CLICK_US, 0, 0, -1)], dtype=NOTE)
    whole = Chart(keys=4, notes=notes, title="Song", path=str(folder / "a.jam"), audio="song.wav")
    return replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("offset_us", [0, 250_000, -100_000])
def test_the_song_starts_where_the_chart_says(offset_us: int, tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(click())
    song = make_ready(chart_in(tmp_path, audio_offset_us=offset_us), Mods(), RATE_HZ)
    assert heard_us(song.frames) == pytest.approx(CLICK_US + offset_us, abs=25)
    assert song.problems == []


@pytest.mark.parametrize("keep_pitch", [True, False])
@pytest.mark.parametrize("percent", [50, 150, 200])
def test_at_every_rate_a_click_keeps_its_song_time(percent: int, keep_pitch: bool, tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(click())
    mods = Mods(rate_percent=percent, keep_pitch=keep_pitch)
    song = make_ready(chart_in(tmp_path), mods, RATE_HZ)
    assert heard_us(song.frames, mods.rate) == pytest.approx(CLICK_US, abs=2_500)


def test_a_missing_song_is_silence_and_a_sentence(tmp_path: Path) -> None:
    song = make_ready(chart_in(tmp_path), Mods(), RATE_HZ)
    assert not song.frames.any()
    assert len(song.frames) > CLICK_US / 1e6 * RATE_HZ
    assert len(song.problems) == 1
    assert "song.wav" in song.problems[0]


def test_a_broken_song_is_silence_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"RIFF, but not really")
    song = make_ready(chart_in(tmp_path), Mods(), RATE_HZ)
    assert not song.frames.any()
    assert "song.wav" in song.problems[0]


def test_key_sounds_are_found_under_another_ending(tmp_path: Path) -> None:
    """BMS charts name .wav where the folder holds .ogg."""
    (tmp_path / "song.wav").write_bytes(click())
    (tmp_path / "KICK.flac").write_bytes(click())
    song = make_ready(chart_in(tmp_path, sounds=("kick.wav", "gone.wav")), Mods(), RATE_HZ)
    assert list(song.sounds) == [0]
    assert song.problems == ["Song: 1 of 2 key sounds could not be read; those are silent"]


def test_key_sounds_come_out_of_a_bank(tmp_path: Path) -> None:
    from tests.game.rhythm.formats.test_o2jam import m30

    (tmp_path / "song.wav").write_bytes(click())
    (tmp_path / "o2ma1.ojm").write_bytes(m30(0, (7, 5, click())))
    song = make_ready(chart_in(tmp_path, sounds=("o2ma1.ojm#1007", "o2ma1.ojm#7", "o2ma1.ojm#9")), Mods(), RATE_HZ)
    assert len(song.sounds) == 1
    assert heard_us(next(iter(song.sounds.values()))) == pytest.approx(CLICK_US, abs=25)


def test_a_chart_inside_an_archive_finds_its_song_there(tmp_path: Path) -> None:
    from game.rhythm.formats.osu_write import write_osu

    with zipfile.ZipFile(tmp_path / "set.osz", "w") as archive:
        archive.writestr("inner.osu", write_osu(chart_in(tmp_path)))
        archive.writestr("song.wav", click())
    chart = read_chart(f"{tmp_path}/set.osz/inner.osu", 0)
    song = make_ready(chart, Mods(), RATE_HZ)
    assert heard_us(song.frames) == pytest.approx(CLICK_US, abs=25)


def test_a_chart_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        read_chart(str(tmp_path / "gone.osu"), 0)
    assert "gone.osu" in str(raised.value)


def test_making_ready_can_be_cancelled(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(_share: float) -> None:
        raise Stop

    (tmp_path / "song.wav").write_bytes(click())
    with pytest.raises(Stop):
        make_ready(chart_in(tmp_path), Mods(), RATE_HZ, stop)
