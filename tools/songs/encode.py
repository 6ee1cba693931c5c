"""Ogg Vorbis and WAV files, written and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from tools.songs.dsp import SAMPLE_RATE_HZ, Signal

QUALITY = 0.45
"""Vorbis quality from 0 to 1; this one gives about 140 kbit/s."""

_CHUNK = 65_536


def write_ogg(path: Path, stereo: Signal) -> None:
    """Write (2, samples) as Ogg Vorbis; in pieces, since libsndfile's encoder keeps one call's data on its stack."""
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE_HZ, 2, "VORBIS", format="OGG", compression_level=1.0 - QUALITY
    ) as file:
        for start in range(0, stereo.shape[-1], _CHUNK):
            file.write(np.ascontiguousarray(stereo[:, start : start + _CHUNK].T))


def write_wav(path: Path, mono: Signal) -> None:
    """Write (samples,) as 16-bit WAV."""
    soundfile.write(path, mono, SAMPLE_RATE_HZ, "PCM_16")


def read(path: Path) -> Signal:
    """A sound file as (channels, samples)."""
    data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != SAMPLE_RATE_HZ:
        raise ValueError(f"{path} has {rate} samples a second, {SAMPLE_RATE_HZ} were expected")
    return np.asarray(data.T, dtype=np.float32)
