"""Signals as float32 arrays: ``(samples,)`` in mono, ``(2, samples)`` in stereo, at 44.1 kHz."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

SAMPLE_RATE_HZ = 44_100

Signal = NDArray[np.float32]
Spectrum = NDArray[np.complex64]

Section = tuple[tuple[float, float, float], tuple[float, float, float]]
"""One second-order filter: numerator and denominator in powers of z^-1."""


def as_signal(values: ArrayLike) -> Signal:
    """``values`` as single-precision samples."""
    return np.asarray(values, dtype=np.float32)


def decibels(value_db: float) -> float:
    """The amplitude factor of a level in dB."""
    return float(10.0 ** (value_db / 20.0))


def samples(seconds: float) -> int:
    """How many samples last ``seconds``, to the nearest one."""
    return round(seconds * SAMPLE_RATE_HZ)


def timeline(count: int) -> Signal:
    """The instants of ``count`` samples in seconds."""
    return (np.arange(count) / SAMPLE_RATE_HZ).astype(np.float32)


@lru_cache(maxsize=64)
def fast_length(count: int) -> int:
    """The smallest product of 2, 3 and 5 that is at least ``count``: a length whose FFT is quick."""
    best = 1 << max(0, (count - 1)).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            twos = max(0, -(-count // three) - 1).bit_length()
            best = min(best, three << twos)
            three *= 3
        five *= 5
    return best


def _warped(hz: float, q: float) -> tuple[float, float]:
    omega = 2.0 * np.pi * min(hz, 0.49 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    return float(np.cos(omega)), float(np.sin(omega) / (2.0 * q))


def low_pass(hz: float, q: float = 0.707) -> Section:
    """A low-pass of 12 dB an octave (bilinear transform of the analogue prototype)."""
    c, a = _warped(hz, q)
    return ((1 - c) / 2, 1 - c, (1 - c) / 2), (1 + a, -2 * c, 1 - a)


def high_pass(hz: float, q: float = 0.707) -> Section:
    """A high-pass of 12 dB an octave."""
    c, a = _warped(hz, q)
    return ((1 + c) / 2, -(1 + c), (1 + c) / 2), (1 + a, -2 * c, 1 - a)


def band_pass(hz: float, q: float = 1.0) -> Section:
    """A band-pass with 0 dB at its centre."""
    c, a = _warped(hz, q)
    return (a, 0.0, -a), (1 + a, -2 * c, 1 - a)


def bell(hz: float, gain_db: float, q: float = 1.0) -> Section:
    """A boost or cut around ``hz``."""
    c, a = _warped(hz, q)
    root = decibels(gain_db / 2)
    return (1 + a * root, -2 * c, 1 - a * root), (1 + a / root, -2 * c, 1 - a / root)


def response(sections: tuple[Section, ...], length: int) -> Spectrum:
    """The complex gain of ``sections`` in a row on the bins of a real FFT of ``length``."""
    delay = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    gain = np.ones(len(delay), dtype=np.complex128)
    for (b0, b1, b2), (a0, a1, a2) in sections:
        gain *= (b0 + delay * (b1 + delay * b2)) / (a0 + delay * (a1 + delay * a2))
    return gain.astype(np.complex64)


def filtered(signal: Signal, *sections: Section, tail_s: float = 0.25) -> Signal:
    """``signal`` through ``sections``, same length.

    Done in the frequency domain (numpy has no recursive filter); ``tail_s`` of padding keeps what rings
    past the end from wrapping to the start.
    """
    count = signal.shape[-1]
    length = fast_length(count + samples(tail_s))
    gain = response(sections, length)
    return np.fft.irfft(np.fft.rfft(signal, length) * gain, length)[..., :count].astype(np.float32)


def convolved(signal: Signal, impulse: Signal) -> Signal:
    """``signal`` through the room or filter ``impulse``, cut to the signal's length."""
    count = signal.shape[-1]
    length = fast_length(count + impulse.shape[-1])
    spectrum = np.fft.rfft(signal, length) * np.fft.rfft(impulse, length)
    return np.fft.irfft(spectrum, length)[..., :count].astype(np.float32)


def saturated(signal: Signal, drive: float) -> Signal:
    """Soft clipping that leaves small signals alone in level; ``drive`` above 1 bends more."""
    return as_signal(np.tanh(signal * drive) / np.tanh(drive))


def envelope(held_s: float, attack_s: float, decay_s: float, sustain: float, release_s: float) -> Signal:
    """Attack (linear), decay and release (exponential) of a note held for ``held_s``; it ends at exactly 0."""
    held = max(samples(held_s), 1)
    instant = timeline(held)
    rise = np.minimum(instant / max(attack_s, 1e-4), 1.0)
    fall = sustain + (1.0 - sustain) * np.exp(-np.maximum(instant - attack_s, 0.0) / max(decay_s, 1e-4))
    body = rise * fall
    count = max(samples(release_s), 32)
    fade = np.linspace(1.0, 0.0, count) ** 2 * np.exp(-2.0 * np.linspace(0.0, 1.0, count))
    return np.concatenate([body, body[-1] * fade]).astype(np.float32)


def declick(signal: Signal, seconds: float = 0.003) -> Signal:
    """``signal`` with its last ``seconds`` faded to 0, in place."""
    count = min(samples(seconds), signal.shape[-1])
    signal[..., -count:] *= np.linspace(1.0, 0.0, count, dtype=np.float32)
    return signal


def panned(signal: Signal, pan: float) -> Signal:
    """Mono or stereo placed from -1 (left) to 1 (right) at constant power; 0 leaves the level as it is."""
    angle = (pan + 1.0) * np.pi / 4.0
    gains = np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32) * np.float32(np.sqrt(2.0))
    return (np.atleast_2d(signal) * gains).astype(np.float32)
