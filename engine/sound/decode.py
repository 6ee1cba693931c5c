"""Sound files to arrays: pure functions for worker processes, bounded whatever the file says."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.sound.shared import SoundError

MAX_FILE_BYTES = 512 * 1024 * 1024
"""A sound file larger than this is refused unread."""

MAX_SECONDS = 3600
"""A sound longer than this is refused."""

MAX_FRAMES = MAX_SECONDS * 48_000
"""More than this is refused, however short it is at its rate: it takes 1.4 GB in memory."""

MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 384_000

CHUNK_FRAMES = 1 << 18
"""What is read or resampled at once, of stereo; of more channels less."""

Progress = Callable[[float], None]
"""Is told the share that is done, 0 to 1, now and then; raising ends the work."""


class Pcm(NamedTuple):
    """Sound as float32 of shape (frames, 2), its rate, and where in its file it begins."""

    frames: NDArray[np.float32]
    rate_hz: int
    begin_us: int = 0

    @property
    def duration_us(self) -> int:
        """How long it sounds."""
        return round(len(self.frames) * 1e6 / self.rate_hz)


def decode(
    source: Path | bytes, name: str = "", progress: Progress | None = None, part: tuple[int, int] | None = None
) -> Pcm:
    """Read a WAV, Ogg Vorbis, Opus, FLAC, MP3 or AIFF file into stereo, all of it or a ``part`` (begin, length in us).

    A part that would reach beyond the end begins earlier; where it did begin is ``Pcm.begin_us`` (in an MP3 to
    within 30 ms: good for a preview, not for play).  Mono goes to both sides; of more than two channels the first two
    are taken.  Samples that are no number become silence.

    Raises:
        SoundError: if there is no such file, it holds no sound that can be read, or it is too large or long.
    """
    shown = name or (source.name if isinstance(source, Path) else "sound")
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
    except OSError as error:
        raise SoundError(
            f"{shown}: cannot be opened ({error.strerror}); put the file back or choose another."
        ) from error
    if size > MAX_FILE_BYTES:
        raise SoundError(
            f"{shown}: {size >> 20} MB of sound is more than {MAX_FILE_BYTES >> 20} MB; use a shorter file."
        )
    import soundfile

    try:
        with soundfile.SoundFile(source if isinstance(source, Path) else io.BytesIO(source)) as file:
            return _read(file, shown, progress, part)
    except (OSError, RuntimeError, ValueError, TypeError) as error:
        raise SoundError(f"{shown}: holds no sound that can be read; use WAV, Ogg, FLAC or MP3.") from error


def _read(file: object, shown: str, progress: Progress | None, wanted: tuple[int, int] | None) -> Pcm:
    rate, channels, total = int(file.samplerate), int(file.channels), int(file.frames)  # type: ignore[attr-defined]
    if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
        raise SoundError(f"{shown}: a rate of {rate} Hz is out of range; use 44100 or 48000 Hz.")
    parts: list[NDArray[np.float32]] = []
    done, begin, left = 0, 0, MAX_FRAMES + CHUNK_FRAMES
    if wanted is not None:
        left = round(wanted[1] * rate / 1e6)
        begin = max(0, min(round(wanted[0] * rate / 1e6), total - left))
        total = min(total - begin, left)
        file.seek(begin)  # type: ignore[attr-defined]
    at_once = max(1, CHUNK_FRAMES * 2 // max(2, channels))
    while left > done:
        part = file.read(min(at_once, left - done), dtype="float32", always_2d=True)  # type: ignore[attr-defined]
        if not len(part):
            break
        done += len(part)
        if done > MAX_SECONDS * rate:
            raise SoundError(f"{shown}: is longer than {MAX_SECONDS // 60} minutes; use a shorter file.")
        if done > MAX_FRAMES:
            raise SoundError(f"{shown}: is too long for its rate of {rate} Hz; use 44100 or 48000 Hz.")
        parts.append(np.repeat(part, 2, axis=1) if channels == 1 else np.ascontiguousarray(part[:, :2]))
        if progress is not None:
            progress(min(1.0, done / total) if total > 0 else 0.0)
    if not parts:
        raise SoundError(f"{shown}: holds no sound at all; choose another file.")
    frames = np.concatenate(parts)
    np.nan_to_num(frames, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return Pcm(frames, rate, round(begin * 1e6 / rate))


def resample(pcm: Pcm, rate_hz: int, progress: Progress | None = None) -> Pcm:
    """The same sound at another rate, in place to the frame (the filter's delay is taken out)."""
    if pcm.rate_hz == rate_hz:
        return pcm
    return Pcm(_convert(pcm.frames, pcm.rate_hz, rate_hz, progress), rate_hz)


def _convert(
    frames: NDArray[np.float32], from_hz: float, to_hz: float, progress: Progress | None
) -> NDArray[np.float32]:
    """Resample to ``round(frames * to / from)`` frames, a chunk at a time."""
    import soxr

    stream = soxr.ResampleStream(from_hz, to_hz, 2, dtype="float32", quality="HQ")
    wanted = round(len(frames) * to_hz / from_hz)
    out = np.zeros((wanted, 2), np.float32)
    at = 0
    for start in range(0, max(1, len(frames)), CHUNK_FRAMES):
        last = start + CHUNK_FRAMES >= len(frames)
        part = stream.resample_chunk(frames[start : start + CHUNK_FRAMES], last=last)
        count = min(len(part), wanted - at)
        out[at : at + count] = part[:count]
        at += count
        if progress is not None:
            progress(1.0 if last else (start + CHUNK_FRAMES) / len(frames))
    return out
