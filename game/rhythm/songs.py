"""Everything a chart needs to be played, read and made ready ahead of play: song, key sounds, picture.

Runs in a worker thread; the heavy parts (decoding, resampling, stretching) leave Python's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.sound import Pcm, SoundError, decode, resample, stretch
from game.rhythm.chart import Chart
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.read import open_folder, read_chart_file
from game.rhythm.mods import Mods

SILENCE_AFTER_US = 2_000_000
"""A chart without audio gets silence to this long after its last note."""

AUDIO_ENDINGS = (".ogg", ".mp3", ".wav", ".flac", ".opus")
"""Key-sounded charts often name a .wav where the folder holds an .ogg: these are tried in turn."""

Progress = Callable[[float], None]
"""Told how much is done, 0 to 1; may raise to cancel."""


@dataclass(slots=True)
class ReadySong:
    """A song in memory at the device's sample rate.

    ``frames`` (n, 2) float32 is already at the mods' rate; ``sounds`` has an entry for each of ``chart.sounds``
    that could be read; ``problems`` says what was missing, a sentence each.
    """

    chart: Chart
    frames: NDArray[np.float32]
    sounds: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    background: bytes | None = None
    problems: list[str] = field(default_factory=list)


def read_chart(path: str, index: int) -> Chart:
    """The chart at ``path`` (which may lie inside an archive) with the place ``index`` in its file.

    Raises:
        UserError: it is gone, broken, or no longer what it was.
    """
    whole = Path(path)
    file = next((place for place in (whole, *whole.parents) if place.is_file()), whole)
    for chart in read_chart_file(file).charts:
        if chart.path == path and chart.index == index:
            return chart
    raise UserError(f"{path}: this chart is no longer there; look for songs again")


def make_ready(
    chart: Chart, mods: Mods, rate_hz: int, progress: Progress = lambda done: None, speed: float = 1.0
) -> ReadySong:
    """Read and prepare all that sounds or shows in ``chart``; what is missing is said, not fatal.

    ``speed`` is on top of the mods' rate: how fast a replay is watched.
    """
    folder = open_folder(chart)
    problems: list[str] = []
    song = _song(chart, mods.rate * speed, mods.keep_pitch, rate_hz, folder, problems, progress)
    sounds = _key_sounds(chart, rate_hz, folder, problems)
    background = folder.read(chart.background) if chart.background else None
    progress(1.0)
    return ReadySong(chart, song, sounds, background, problems)


def _song(
    chart: Chart,
    rate: float,
    keep_pitch: bool,
    rate_hz: int,
    folder: Folder,
    problems: list[str],
    progress: Progress,
) -> NDArray[np.float32]:
    pcm = None
    if chart.audio:
        data = folder.read(chart.audio)
        if data is None:
            problems.append(f"{chart.title}: the song {chart.audio} is missing beside its chart; it plays in silence")
        else:
            try:
                pcm = decode(data, chart.audio, lambda done: progress(0.3 * done))
            except SoundError as error:
                problems.append(str(error))
    if pcm is None:
        length = max(0, chart.last_us) + SILENCE_AFTER_US
        return np.zeros((round(length / rate * rate_hz / 1e6), 2), np.float32)
    pcm = resample(pcm, rate_hz, lambda done: progress(0.3 + 0.3 * done))
    placed = _placed(pcm, chart.audio_offset_us)
    pcm = stretch(placed, rate, keep_pitch, lambda done: progress(0.6 + 0.3 * done))
    return pcm.frames


def _placed(pcm: Pcm, offset_us: int) -> Pcm:
    """``pcm`` moved so that its first frame is the instant 0 of song time."""
    frames = round(offset_us * pcm.rate_hz / 1e6)
    if frames == 0:
        return pcm
    if frames < 0:
        return Pcm(pcm.frames[-frames:], pcm.rate_hz)
    silence = np.zeros((frames, 2), np.float32)
    return Pcm(np.concatenate((silence, pcm.frames)), pcm.rate_hz)


def _key_sounds(chart: Chart, rate_hz: int, folder: Folder, problems: list[str]) -> dict[int, NDArray[np.float32]]:
    banks: dict[str, dict[int, bytes]] = {}
    out: dict[int, NDArray[np.float32]] = {}
    missing = 0
    for number, name in enumerate(chart.sounds):
        data = _sound_bytes(name, folder, banks, problems)
        if data is None:
            missing += 1
            continue
        try:
            out[number] = resample(decode(data, name), rate_hz).frames
        except SoundError:
            missing += 1
    if missing:
        problems.append(
            f"{chart.title}: {missing} of {len(chart.sounds)} key sounds could not be read; those are silent"
        )
    return out


def _sound_bytes(name: str, folder: Folder, banks: dict[str, dict[int, bytes]], problems: list[str]) -> bytes | None:
    bank, mark, number = name.rpartition("#")
    if mark and bank.lower().endswith(".ojm"):
        if bank not in banks:
            banks[bank] = _bank(bank, folder, problems)
        return banks[bank].get(int(number)) if number.isdecimal() else None
    data = folder.read(name)
    stem, dot, ending = name.rpartition(".")
    if data is None and dot and "." + ending.lower() in AUDIO_ENDINGS:
        for other in AUDIO_ENDINGS:
            data = folder.read(stem + other)
            if data is not None:
                break
    return data


def _bank(name: str, folder: Folder, problems: list[str]) -> dict[int, bytes]:
    from game.rhythm.formats.ojm import read_bank

    data = folder.read(name)
    if data is None:
        return {}
    try:
        return read_bank(data, name)
    except UserError as error:
        problems.append(str(error))
        return {}
