"""From a mix to what is shipped: clean, glued, at -14 LUFS and below -1 dBTP."""

from __future__ import annotations

import numpy as np

from tools.songs.dsp import SAMPLE_RATE_HZ, Signal, bell, decibels, fast_length, filtered, high_pass, low_pass, samples
from tools.songs.loudness import integrated_lufs, oversampled_peaks

TARGET_LUFS = -14.0
CEILING_DB = -2.2
"""The limiter's ceiling; Vorbis adds up to 0.9 dB to a peak, and -1 dBTP must hold after it."""

_OCTAVES_HZ = 31.5 * 2.0 ** np.arange(10)

REFERENCE_DB = np.array([-7.0, 0.0, -1.0, -3.5, -4.5, -6.0, -9.0, -12.0, -15.5, -22.0])
"""Power of each octave from 31.5 Hz to 16 kHz in a balanced popular mix, relative to the one at 63 Hz: level in the
lows, then falling, a little faster than pink noise."""

_BLOCK = 64


def _smoothed(blocks_db: np.ndarray, attack_s: float, release_s: float) -> np.ndarray:
    """Gain reduction (dB, one a block) that grows with ``attack_s`` and shrinks with ``release_s``."""
    attack = float(np.exp(-_BLOCK / (SAMPLE_RATE_HZ * attack_s)))
    release = float(np.exp(-_BLOCK / (SAMPLE_RATE_HZ * release_s)))
    state, out = 0.0, []
    for value in blocks_db.tolist():
        keep = attack if value > state else release
        state = keep * state + (1 - keep) * value
        out.append(state)
    return np.array(out)


def compressed(stereo: Signal, threshold_db: float, ratio: float) -> Signal:
    """Bus compression by RMS with a soft knee of 6 dB, 20 ms attack and 180 ms release; lows count less."""
    heard = filtered(stereo, high_pass(90.0))
    count = stereo.shape[-1]
    padded = np.pad(heard, ((0, 0), (0, -count % _BLOCK)))
    power = (padded.astype(np.float64) ** 2).reshape(2, -1, _BLOCK).mean(axis=(0, 2))
    window = np.ones(10) / 10
    level_db = 10 * np.log10(np.convolve(power, window, mode="same") + 1e-10)
    over = level_db - threshold_db
    knee = np.clip(over + 3.0, 0.0, 6.0)
    excess = np.where(over > 3.0, over, knee**2 / 12.0)
    reduction = _smoothed(excess * (1 - 1 / ratio), 0.02, 0.18)
    gain = np.interp(np.arange(count), (np.arange(len(reduction)) + 0.5) * _BLOCK, 10 ** (-reduction / 20))
    return (stereo * gain).astype(np.float32)


def limited(stereo: Signal, ceiling_db: float) -> Signal:
    """``stereo`` held below ``ceiling_db`` true peak by a gain that looks ahead 3 ms and moves smoothly.

    Per block the needed gain, its minimum over the neighbourhood, then an average over the same width:
    the average can not lie above what any peak inside needs.
    """
    count = stereo.shape[-1]
    ceiling = decibels(ceiling_db)
    peaks = np.pad(oversampled_peaks(stereo), (0, -count % _BLOCK)).reshape(-1, _BLOCK).max(axis=1)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    reach = 3
    lowest = np.lib.stride_tricks.sliding_window_view(np.pad(needed, 2 * reach, mode="edge"), 4 * reach + 1).min(axis=1)
    slow = 1 - _smoothed(1 - lowest, 1e-5, 0.09)
    lowest = np.minimum(lowest, slow)
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(np.pad(lowest, reach, mode="edge"), window / window.sum(), mode="valid")
    gain = np.interp(np.arange(count), (np.arange(len(smooth)) + 0.5) * _BLOCK, smooth)
    return (stereo * gain).astype(np.float32)


def _ends_faded(stereo: Signal, in_s: float = 0.01, out_s: float = 1.2) -> Signal:
    head, tail = samples(in_s), samples(out_s)
    stereo[:, :head] *= np.linspace(0, 1, head, dtype=np.float32)
    stereo[:, -tail:] *= np.linspace(1, 0, tail, dtype=np.float32) ** 2
    return stereo


def balanced(stereo: Signal) -> Signal:
    """``stereo`` brought half way to the long-term spectrum of well-mixed music, by at most 4 dB anywhere.

    A smooth gain over log frequency, without a phase of its own, applied to the whole song at once.
    """
    length = fast_length(stereo.shape[-1] + SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(stereo, length)
    hz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    power = (np.abs(spectrum) ** 2).sum(axis=0)
    edges = np.searchsorted(hz, _OCTAVES_HZ[:, None] * np.array([[2**-0.5, 2**0.5]]))
    measured_db = 10 * np.log10([power[low:high].sum() + 1e-9 for low, high in edges])
    missing_db = REFERENCE_DB - measured_db
    gains_db = np.clip(0.6 * (missing_db - missing_db[1:9].mean()), -4.0, 4.0)
    curve_db = np.interp(np.log2(np.maximum(hz, 20.0)), np.log2(_OCTAVES_HZ), gains_db)
    shaped = spectrum * (10 ** (curve_db / 20)).astype(np.float32)
    return np.fft.irfft(shaped, length)[:, : stereo.shape[-1]].astype(np.float32)


def narrowed_lows(stereo: Signal, hz: float = 130.0) -> Signal:
    """``stereo`` with everything below ``hz`` in the middle, as mono loudspeakers and vinyl like it."""
    middle = stereo.mean(axis=0)
    side = (stereo[0] - stereo[1]) / 2
    side = filtered(side, high_pass(hz))
    return np.stack([middle + side, middle - side]).astype(np.float32)


def mastered(mix: Signal) -> Signal:
    """The finished song: no rumble, centred lows, a gentle tilt, glue, loudness and ceiling."""
    stereo = narrowed_lows(mix)
    stereo = filtered(balanced(stereo), high_pass(28.0), low_pass(17_500.0), bell(300.0, -1.0, 0.8))
    stereo *= decibels(-16.0 - integrated_lufs(stereo))
    stereo = compressed(stereo, -18.0, 1.8)
    stereo = _ends_faded(stereo)
    gain_db = TARGET_LUFS - integrated_lufs(stereo)
    for _ in range(3):
        out = limited(stereo * np.float32(decibels(gain_db)), CEILING_DB)
        missing = TARGET_LUFS - integrated_lufs(out)
        if abs(missing) < 0.05:
            break
        gain_db += missing
    return out
