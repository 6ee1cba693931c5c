"""What the instruments are made of: envelopes, partials, noise, and equal loudness."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]
"""One side, (frames,), or both, (2, frames)."""

LOUDNESS_DB = -20.0
"""How loud the loudest fifth of a second of a voice is: the weighted mean square of both sides together, so that a
chord of several players still leaves room."""

PEAK = 0.5
"""No voice peaks higher than this; short drums reach it before they are as loud as the others."""

WINDOW_S = 0.2
"""Over about so long the ear sums up loudness."""

FADE_S = 0.03


def seconds(length_s: float, rate_hz: int) -> Wave:
    """The instants of the samples of a sound of ``length_s``."""
    return np.arange(round(length_s * rate_hz)) / rate_hz


def ramp(at_s: Wave, rise_s: float) -> Wave:
    """Half a cosine from 0 to 1 within ``rise_s``, then 1: a beginning without a click."""
    out = np.ones_like(at_s)
    rising = int(np.searchsorted(at_s, rise_s)) if at_s[0] < at_s[-1] else 0
    out[:rising] = 0.5 - 0.5 * np.cos(np.pi * at_s[:rising] / rise_s)
    return out


def partials(at_s: Wave, hz: float, rows: Sequence[tuple[float, float, float]], rate_hz: int) -> Wave:
    """A sum of sines that die away: rows of (multiple of ``hz``, amplitude, seconds to fall to 1/e).

    What lies above 45 % of ``rate_hz`` is left out.
    """
    out = np.zeros_like(at_s)
    for multiple, amplitude, fall_s in rows:
        if multiple * hz < 0.45 * rate_hz:
            # A partial more than 80 dB down is not heard: no work is done for it.
            last = min(len(at_s), round(fall_s * 9.2 * rate_hz))
            tone = np.sin((2 * np.pi * multiple * hz) * at_s[:last])
            out[:last] += amplitude * tone * np.exp(at_s[:last] / -fall_s)
    return out


def harmonics(at_s: Wave, turns: Wave, amplitudes: Sequence[float], fall_s: float, quicker: float, most: int) -> Wave:
    """The whole multiples of a tone with ``turns`` gone by: the first falls to 1/e in ``fall_s``, harmonic k that
    many times 1 + ``quicker`` * (k - 1) as fast.  Not more than ``most`` of them.

    Each sine comes from the two before it, sin((k + 1)x) = 2 cos(x) sin(kx) - sin((k - 1)x), and each fall from the
    last: a tenth of the time that computing them one by one takes.
    """
    around = 2 * np.pi * turns
    twice = 2 * np.cos(around)
    before, now = np.zeros_like(at_s), np.sin(around)
    fall, faster = np.exp(at_s / -fall_s), np.exp(at_s * (-quicker / fall_s))
    out = np.zeros_like(at_s)
    for amplitude in amplitudes[:most]:
        out += amplitude * fall * now
        before, now = now, twice * now - before
        fall *= faster
    return out


@lru_cache(maxsize=8)
def noise(frames: int, seed: int) -> Wave:
    """White noise, the same each time."""
    return np.random.default_rng(seed).standard_normal(frames)


def band(wave: Wave, low_hz: float, high_hz: float, rate_hz: int) -> Wave:
    """``wave`` between two frequencies, with gentle slopes of 12 dB an octave."""
    spectrum = np.fft.rfft(wave)
    hz = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    rise = (hz / low_hz) ** 2 / (1 + (hz / low_hz) ** 2) if low_hz else 1.0
    return np.asarray(np.fft.irfft(spectrum * rise / (1 + (hz / high_hz) ** 2), len(wave)))


def placed(wave: Wave, pan: float) -> Wave:
    """Both sides of ``wave``, from -1 (left) to 1 (right) at constant power."""
    angle = (pan + 1.0) * np.pi / 4.0
    gains = np.sqrt(2.0) * np.array([[np.cos(angle)], [np.sin(angle)]])
    return np.asarray(np.atleast_2d(wave) * gains)


def declicked(wave: Wave, rate_hz: int) -> Wave:
    """``wave`` with its end faded to exactly 0."""
    count = min(round(FADE_S * rate_hz), wave.shape[-1])
    wave = wave.copy()
    wave[..., -count:] *= np.linspace(1.0, 0.0, count) ** 2
    return wave


def loudness_db(wave: Wave, rate_hz: int) -> float:
    """The loudest fifth of a second of ``wave``, (2, frames), weighted as ears do (after ITU-R BS.1770)."""
    frames = wave.shape[-1]
    window = round(WINDOW_S * rate_hz)
    length = 1 << (frames + window).bit_length()  # a power of two is quick, the rest is silence
    spectrum = np.fft.rfft(wave, length)
    hz = np.fft.rfftfreq(length, 1 / rate_hz)
    shelf = np.sqrt((1 + 10**0.4 * (hz / 1500.0) ** 4) / (1 + (hz / 1500.0) ** 4))
    low = (hz / 38.0) ** 2 / (1 + (hz / 38.0) ** 2)
    heard = np.fft.irfft(spectrum * (shelf * low), length)[..., : frames + window]
    power = np.concatenate(([0.0], np.cumsum((heard**2).sum(axis=0))))
    loudest = float((power[window:] - power[:-window]).max()) / window
    return 10.0 * float(np.log10(max(loudest, 1e-12)))


def loudness_matched(wave: Wave, rate_hz: int, gain_db: float = 0.0) -> NDArray[np.float32]:
    """``wave`` as sound is played, (frames, 2), brought to the common loudness and ``gain_db``, below the peak."""
    gain = 10.0 ** ((LOUDNESS_DB + gain_db - loudness_db(wave, rate_hz)) / 20.0)
    peak = float(np.abs(wave).max())
    return np.ascontiguousarray((wave * min(gain, PEAK / max(peak, 1e-9))).T, dtype=np.float32)
