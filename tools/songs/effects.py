"""What happens to a stem after it was played: space, width, echo, pumping, sweeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.songs.dsp import (
    SAMPLE_RATE_HZ,
    Signal,
    as_signal,
    band_pass,
    filtered,
    high_pass,
    low_pass,
    samples,
    timeline,
)


def room(rng: np.random.Generator, decay_s: float, predelay_s: float = 0.018) -> Signal:
    """The impulse response of a room in stereo: early reflections, then noise that dies faster the higher it is.

    ``decay_s`` is the time in which the middle falls by 60 dB.
    """
    count = samples(decay_s * 1.15)
    t = timeline(count)
    bands = ((low_pass(350.0), 1.05), (band_pass(800.0, 0.6), 1.0), (band_pass(2500.0, 0.6), 0.75))
    sides = []
    for _ in range(2):
        noise = rng.standard_normal(count).astype(np.float32)
        tail = sum(filtered(noise, band) * np.exp(-6.91 * t / (decay_s * share)) for band, share in bands)
        tail = tail + 0.7 * filtered(noise, high_pass(5000.0)) * np.exp(-6.91 * t / (decay_s * 0.42))
        tail *= 1 - np.exp(-t / 0.02)
        for at_s in rng.uniform(0.006, 0.075, 9):
            tail[samples(at_s)] += 3.0 * rng.choice((-1.0, 1.0)) * np.exp(-at_s / 0.05)
        sides.append(np.concatenate([np.zeros(samples(predelay_s), dtype=np.float32), tail]))
    both = np.stack(sides)
    both /= np.sqrt((both**2).sum(axis=1, keepdims=True))
    return filtered(both.astype(np.float32), high_pass(160.0), low_pass(9500.0))


def ping_pong(signal: Signal, step_s: float, feedback: float = 0.42, echoes: int = 5) -> Signal:
    """Echoes every ``step_s`` that change sides and grow darker; the wet sound alone."""
    mono = filtered(signal.mean(axis=0), high_pass(300.0), low_pass(4200.0))
    wet = np.zeros_like(signal)
    for echo in range(1, echoes + 1):
        late = samples(step_s * echo)
        if late >= mono.shape[-1]:
            break
        near = echo % 2
        wet[near, late:] += mono[: len(mono) - late] * feedback ** (echo - 1)
        wet[1 - near, late:] += 0.25 * mono[: len(mono) - late] * feedback ** (echo - 1)
    return wet


def chorus(signal: Signal, depth_ms: float = 2.2, rate_hz: float = 0.6) -> Signal:
    """``signal`` doubled by copies whose delay swings, opposite on both sides."""
    count = signal.shape[-1]
    place = np.arange(count, dtype=np.float64)
    swing = np.sin(2 * np.pi * rate_hz * place / SAMPLE_RATE_HZ)
    out = np.empty_like(signal)
    for side, sign in ((0, 1.0), (1, -1.0)):
        late = (7.0 + depth_ms * sign * swing) * SAMPLE_RATE_HZ / 1000.0
        whole = np.maximum(place - late, 0.0)
        low = whole.astype(np.int32)
        between = (whole - low).astype(np.float32)
        source = signal[side]
        doubled = source[low] * (1 - between) + source[np.minimum(low + 1, count - 1)] * between
        out[side] = 0.8 * source + 0.55 * doubled
    return out


def tremolo(signal: Signal, rate_hz: float = 4.8, depth: float = 0.3) -> Signal:
    """The swaying from side to side of an electric piano's amplifier."""
    sway = depth * np.sin(2 * np.pi * rate_hz * np.arange(signal.shape[-1]) / SAMPLE_RATE_HZ)
    return (signal * np.stack([1 + sway, 1 - sway])).astype(np.float32)


def ducking(count: int, onsets: NDArray[np.int64], depth: float, recover_s: float) -> Signal:
    """A gain curve that dips by ``depth`` at each of ``onsets`` (samples) and comes back within ``recover_s``."""
    curve = np.ones(count, dtype=np.float32)
    length = samples(recover_s)
    along = np.linspace(0.0, 1.0, length, dtype=np.float32)
    dip = 1.0 - depth * (1.0 - along**1.4) * np.minimum(np.arange(length) / samples(0.002), 1.0).astype(np.float32)
    for onset in onsets:
        stop = min(count, int(onset) + length)
        np.minimum(curve[onset:stop], dip[: stop - int(onset)], out=curve[onset:stop])
    return curve


def swept(signal: Signal, cutoff_hz: Signal) -> Signal:
    """``signal`` through a low-pass that follows ``cutoff_hz`` (a value a sample).

    Six fixed filters run side by side and the two nearest are mixed; only the stretch in which the
    filter is not wide open is computed.
    """
    closed = np.flatnonzero(cutoff_hz < 15_000.0)
    if not len(closed):
        return signal
    first, last = int(closed[0]), int(closed[-1]) + 1
    piece = signal[..., first:last]
    place = np.clip(np.log2(cutoff_hz[first:last] / 250.0), 0.0, 6.0)
    out = np.zeros_like(piece)
    for step in range(7):
        weight = np.clip(1 - np.abs(place - step), 0, 1).astype(np.float32)
        if weight.any():
            voice = piece if step == 6 else filtered(piece, low_pass(250.0 * 2.0**step, 0.9))
            out += weight * voice
    result = signal.copy()
    result[..., first:last] = out
    return result


def curve(count: int, points: list[tuple[float, float]], *, geometric: bool = False) -> Signal:
    """A line through (second, value) points over ``count`` samples; ``geometric`` for frequencies."""
    at = np.array([point[0] for point in points]) * SAMPLE_RATE_HZ
    values = np.array([point[1] for point in points])
    coarse = np.arange(0, count + 64, 64)
    shape = np.exp(np.interp(coarse, at, np.log(values))) if geometric else np.interp(coarse, at, values)
    return as_signal(np.interp(np.arange(count), coarse, shape))
