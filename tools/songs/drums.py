"""Drums and cymbals, synthesised stroke by stroke.

Each returns a mono (or stereo) one-shot at full strength; the mixer scales it by velocity.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.songs.dsp import (
    SAMPLE_RATE_HZ,
    Signal,
    band_pass,
    bell,
    declick,
    filtered,
    high_pass,
    low_pass,
    samples,
    saturated,
    timeline,
)

Drum = Callable[[np.random.Generator], Signal]


def _noise(rng: np.random.Generator, seconds: float) -> Signal:
    return rng.standard_normal(samples(seconds)).astype(np.float32)


def _falling(start_hz: float, end_hz: float, fall_s: float, count: int) -> Signal:
    """A sine whose pitch drops from ``start_hz`` to ``end_hz``."""
    t = timeline(count)
    hz = end_hz + (start_hz - end_hz) * np.exp(-t / fall_s)
    return np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ).astype(np.float32)


def _levelled(signal: Signal, peak: float = 1.0) -> Signal:
    return declick((signal * (peak / np.abs(signal).max())).astype(np.float32))


def kick_club(rng: np.random.Generator) -> Signal:
    """A long club kick: click, punch, a tail near 48 Hz."""
    count = samples(0.42)
    t = timeline(count)
    body = _falling(210.0, 47.0, 0.032, count) * np.exp(-t / 0.16)
    knock = _falling(900.0, 120.0, 0.008, count) * np.exp(-t / 0.012)
    click = filtered(_noise(rng, 0.42), high_pass(3000.0)) * np.exp(-t / 0.003)
    return _levelled(saturated((body + 0.5 * knock + 0.10 * click).astype(np.float32), 1.8))


def kick_tight(rng: np.random.Generator) -> Signal:
    """A short, hard kick for fast music."""
    count = samples(0.24)
    t = timeline(count)
    body = _falling(260.0, 56.0, 0.02, count) * np.exp(-t / 0.08)
    click = filtered(_noise(rng, 0.24), band_pass(3500.0, 0.7)) * np.exp(-t / 0.005)
    return _levelled(saturated((body + 0.28 * click).astype(np.float32), 2.0))


def kick_soft(rng: np.random.Generator) -> Signal:
    """A felt-covered kick for quiet music."""
    count = samples(0.3)
    t = timeline(count)
    body = _falling(120.0, 52.0, 0.03, count) * np.exp(-t / 0.11)
    felt = filtered(_noise(rng, 0.3), band_pass(900.0, 0.7)) * np.exp(-t / 0.01)
    return _levelled((body + 0.15 * felt).astype(np.float32), 0.9)


def snare(rng: np.random.Generator) -> Signal:
    """A snare with two shell tones and wires."""
    count = samples(0.3)
    t = timeline(count)
    shell = _falling(330.0, 190.0, 0.012, count) * np.exp(-t / 0.07) + 0.5 * np.sin(2 * np.pi * 331.0 * t) * np.exp(
        -t / 0.05
    )
    wires = filtered(_noise(rng, 0.3), high_pass(1400.0), bell(5200.0, 4.0)) * np.exp(-t / 0.085)
    snap = filtered(_noise(rng, 0.3), band_pass(2200.0, 0.6)) * np.exp(-t / 0.008)
    return _levelled(saturated((0.75 * shell + 0.42 * wires + 0.6 * snap).astype(np.float32), 1.5))


def snare_tight(rng: np.random.Generator) -> Signal:
    """A cracking, high-tuned snare for breakbeats."""
    count = samples(0.2)
    t = timeline(count)
    shell = _falling(420.0, 225.0, 0.01, count) * np.exp(-t / 0.05)
    wires = filtered(_noise(rng, 0.2), high_pass(1800.0), bell(6500.0, 5.0)) * np.exp(-t / 0.055)
    return _levelled(saturated((shell + 0.5 * wires).astype(np.float32), 1.9))


def brush(rng: np.random.Generator) -> Signal:
    """A brush tapped on a snare."""
    t = timeline(samples(0.22))
    swish = filtered(_noise(rng, 0.22), band_pass(3800.0, 0.5), high_pass(900.0))
    return _levelled(swish * (0.8 * np.exp(-t / 0.018) + 0.35 * np.exp(-t / 0.08)), 0.8)


def rim(rng: np.random.Generator) -> Signal:
    """A stick across the rim."""
    t = timeline(samples(0.08))
    tone = np.sin(2 * np.pi * 1720.0 * t) * np.exp(-t / 0.008) + 0.6 * np.sin(2 * np.pi * 470.0 * t) * np.exp(
        -t / 0.016
    )
    return _levelled((tone + 0.2 * _noise(rng, 0.08) * np.exp(-t / 0.003)).astype(np.float32), 0.8)


def clap(rng: np.random.Generator) -> Signal:
    """Several hands: four bursts and a room, a little wide."""
    count = samples(0.35)
    t = timeline(count)
    sides = []
    for late in (0.0, 0.0012):
        shape = 0.7 * np.exp(-t / 0.09) * (t > 0.027)
        for start in (0.0, 0.0085 + late, 0.0178, 0.0262 + late):
            shape = shape + np.where(t >= start, np.exp(-(t - start) / 0.0045), 0.0)
        sides.append(filtered(_noise(rng, 0.35), band_pass(1350.0, 0.8), high_pass(500.0)) * shape)
    return _levelled(np.stack(sides).astype(np.float32), 0.9)


_METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""Square oscillators far from any harmony: what classic drum machines build cymbals of."""


def _metal(seconds: float, scale: float) -> Signal:
    t = timeline(samples(seconds))
    tone = sum(np.sign(np.sin(2 * np.pi * hz * scale * t)) for hz in _METAL_HZ)
    return np.asarray(tone, dtype=np.float32)


def _hat(rng: np.random.Generator, seconds: float, decay_s: float) -> Signal:
    metal = filtered(_metal(seconds, 3.1), high_pass(7200.0), high_pass(6500.0))
    air = filtered(_noise(rng, seconds), high_pass(7500.0), low_pass(14_500.0))
    t = timeline(len(metal))
    return _levelled((0.16 * metal + 0.42 * air) * (np.exp(-t / decay_s) + 0.5 * np.exp(-t / (decay_s * 0.2))), 0.7)


def hat(rng: np.random.Generator) -> Signal:
    """A closed hi-hat."""
    return _hat(rng, 0.09, 0.022)


def hat_open(rng: np.random.Generator) -> Signal:
    """An open hi-hat."""
    return _hat(rng, 0.42, 0.14)


def ride(rng: np.random.Generator) -> Signal:
    """A ride cymbal: a clear stick over a wash."""
    seconds = 0.8
    t = timeline(samples(seconds))
    wash = filtered(0.3 * _metal(seconds, 2.3) + _noise(rng, seconds), high_pass(5200.0)) * np.exp(-t / 0.24)
    stick = sum(np.sin(2 * np.pi * hz * t) for hz in (3170.0, 4410.0, 5980.0)) * np.exp(-t / 0.09)
    return _levelled((0.25 * wash + 0.3 * stick).astype(np.float32), 0.6)


def crash(rng: np.random.Generator) -> Signal:
    """A crash cymbal in stereo."""
    seconds = 2.2
    t = timeline(samples(seconds))
    sides = []
    for scale in (1.9, 2.03):
        wash = filtered(0.25 * _metal(seconds, scale) + _noise(rng, seconds), high_pass(3300.0), bell(8000.0, 3.0))
        sides.append(wash * (0.4 * np.exp(-t / 0.05) + np.exp(-t / 0.55)))
    return _levelled(np.stack(sides).astype(np.float32), 0.8)


def shaker(rng: np.random.Generator) -> Signal:
    """A shaker's short rush."""
    t = timeline(samples(0.11))
    rush = filtered(_noise(rng, 0.11), band_pass(6800.0, 0.8))
    return _levelled(rush * np.minimum(t / 0.006, 1.0) * np.exp(-t / 0.03), 0.6)


def tom(rng: np.random.Generator, hz: float = 110.0) -> Signal:
    """A tom-tom around ``hz``."""
    count = samples(0.4)
    t = timeline(count)
    skin = _falling(hz * 1.8, hz, 0.035, count) * np.exp(-t / 0.14)
    stick = filtered(_noise(rng, 0.4), band_pass(1800.0, 0.6)) * np.exp(-t / 0.01)
    return _levelled(saturated((skin + 0.25 * stick).astype(np.float32), 1.4))


def impact(rng: np.random.Generator) -> Signal:
    """A deep boom with a cloud of noise: the first beat of a section."""
    count = samples(2.6)
    t = timeline(count)
    boom = _falling(110.0, 34.0, 0.18, count) * np.exp(-t / 0.6)
    cloud = np.stack([filtered(_noise(rng, 2.6), low_pass(2600.0), high_pass(180.0)) for _ in range(2)])
    return _levelled((0.9 * boom + 0.22 * cloud * np.exp(-t / 0.45)).astype(np.float32), 0.8)


def riser(rng: np.random.Generator, seconds: float) -> Signal:
    """Noise that climbs in pitch and level until the downbeat after ``seconds``."""
    count = samples(seconds)
    along = np.linspace(0.0, 1.0, count, dtype=np.float32)
    sides = []
    for _ in range(2):
        raw = _noise(rng, seconds)[:count]
        bands = [filtered(raw, band_pass(hz, 1.4)) for hz in (500.0, 1200.0, 2600.0, 5200.0, 9500.0)]
        place = along**1.2 * 4.0
        sides.append(sum(band * np.clip(1 - np.abs(place - step), 0, 1) for step, band in enumerate(bands)))
    return _levelled((np.stack(sides) * along**1.7).astype(np.float32), 0.6)


KIT: dict[str, Drum] = {
    "kick_club": kick_club,
    "kick_tight": kick_tight,
    "kick_soft": kick_soft,
    "snare": snare,
    "snare_tight": snare_tight,
    "brush": brush,
    "rim": rim,
    "clap": clap,
    "hat": hat,
    "hat_open": hat_open,
    "ride": ride,
    "crash": crash,
    "shaker": shaker,
    "tom_low": lambda rng: tom(rng, 88.0),
    "tom_mid": lambda rng: tom(rng, 124.0),
    "tom_high": lambda rng: tom(rng, 172.0),
    "impact": impact,
}
"""Every stroke by name."""
