"""How loud and how high a signal is, by ITU-R BS.1770-4."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.songs.dsp import SAMPLE_RATE_HZ, Section, Signal, as_signal, filtered

_BLOCK_S = 0.4
_HOP_S = 0.1
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = 10.0


def _k_weighting() -> tuple[Section, Section]:
    """The standard's two filters, their analogue prototypes brought to our sample rate.

    The standard tabulates coefficients for 48 kHz only; centre, gain and quality below give those back.
    """
    k = np.tan(np.pi * 1681.974450955533 / SAMPLE_RATE_HZ)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    over = 1 + k / q + k * k
    head: Section = (
        ((high + middle * k / q + k * k) / over, 2 * (k * k - high) / over, (high - middle * k / q + k * k) / over),
        (1.0, 2 * (k * k - 1) / over, (1 - k / q + k * k) / over),
    )
    k = np.tan(np.pi * 38.13547087602444 / SAMPLE_RATE_HZ)
    q = 0.5003270373238773
    over = 1 + k / q + k * k
    low: Section = ((1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / over, (1 - k / q + k * k) / over))
    return head, low


def _block_powers(stereo: Signal) -> NDArray[np.float64]:
    """The mean square of each 400 ms block (100 ms apart), summed over both channels, after K-weighting."""
    weighted = filtered(stereo, *_k_weighting(), tail_s=1.0).astype(np.float64)
    hop = round(_HOP_S * SAMPLE_RATE_HZ)
    count = weighted.shape[-1] // hop
    hops = (weighted[:, : count * hop] ** 2).reshape(2, count, hop).sum(axis=(0, 2))
    width = round(_BLOCK_S / _HOP_S)
    total = np.concatenate([[0.0], np.cumsum(hops)])
    return np.asarray((total[width:] - total[:-width]) / (hop * width))


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def momentary_lufs(stereo: Signal) -> NDArray[np.float64]:
    """Loudness of each 400 ms, every 100 ms."""
    return _lufs(_block_powers(stereo))


def integrated_lufs(stereo: Signal) -> float:
    """The loudness of the whole programme in LUFS, gated at -70 and at 10 below the ungated mean."""
    powers = _block_powers(stereo)
    powers = powers[_lufs(powers) > ABSOLUTE_GATE_LUFS]
    if not len(powers):
        return -np.inf
    gate = float(_lufs(powers.mean(keepdims=True))[0]) - RELATIVE_GATE_LU
    return float(_lufs(powers[_lufs(powers) > gate].mean(keepdims=True))[0])


def _interpolators(taps: int = 24) -> NDArray[np.float32]:
    """Windowed-sinc filters that give the signal a quarter, a half and three quarters of a sample later."""
    at = np.arange(taps) - taps / 2 + 1
    rows = [np.sinc(at - phase) * np.kaiser(taps, 7.0) for phase in (0.25, 0.5, 0.75)]
    return np.array([row / row.sum() for row in rows], dtype=np.float32)


def oversampled_peaks(stereo: Signal) -> Signal:
    """The highest magnitude around each sample at four times the rate, over both channels."""
    peaks = np.abs(stereo).max(axis=0)
    for row in _interpolators():
        for channel in stereo:
            np.maximum(peaks, np.abs(np.convolve(channel, row, mode="same")), out=peaks)
    return as_signal(peaks)


def true_peak_db(stereo: Signal) -> float:
    """The true peak in dBTP (four times oversampled)."""
    return float(20 * np.log10(max(float(oversampled_peaks(stereo).max()), 1e-9)))
