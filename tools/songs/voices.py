"""Instruments: each turns one note into sound.

A voice is a function of (MIDI number, seconds held, velocity, generator) and returns a mono or stereo
signal that starts sounding at its first sample, so that a note is heard exactly where the score puts it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from tools.songs.drums import riser
from tools.songs.dsp import SAMPLE_RATE_HZ, Signal, as_signal, declick, envelope, saturated, timeline

Voice = Callable[[int, float, float, np.random.Generator], Signal]

_TABLE = 2048
_CUTOFFS_HZ = np.geomspace(60.0, 16_000.0, 48)


def frequency(midi: float) -> float:
    """The frequency of a MIDI number in Hz, A4 = 440."""
    return float(440.0 * 2.0 ** ((midi - 69.0) / 12.0))


_SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "saw": lambda k: 1.0 / k,
    "square": lambda k: (k % 2) / k,
    "pulse": lambda k: np.sin(np.pi * 0.28 * k) / k,
    "soft": lambda k: 1.0 / k**1.6,
}
"""The strength of harmonic ``k`` of each wave."""


@lru_cache(maxsize=512)
def _tables(midi: int, shape: str, resonance: float) -> Signal:
    """One wave cycle for each cutoff, (cutoffs, table + 1), band-limited for this pitch.

    The harmonics are weighted by a four-pole low-pass whose second pair resonates.
    """
    hz = frequency(midi)
    k = np.arange(1, max(2, int(17_000.0 / (hz * 1.02)) + 1))
    ratio = (k * hz)[None, :] / _CUTOFFS_HZ[:, None]
    first = 1.0 / np.sqrt((1 - ratio**2) ** 2 + (ratio / 0.6) ** 2)
    second = 1.0 / np.sqrt((1 - ratio**2) ** 2 + (ratio / resonance) ** 2)
    strength = np.abs(_SHAPES[shape](k))[None, :] * first * second
    spectrum = np.zeros((len(_CUTOFFS_HZ), _TABLE // 2 + 1), dtype=np.complex128)
    count = min(len(k), _TABLE // 2)
    spectrum[:, 1 : count + 1] = -1j * strength[:, :count]
    cycle = np.fft.irfft(spectrum, _TABLE) * _TABLE / 2
    return np.concatenate([cycle, cycle[:, :1]], axis=1).astype(np.float32)


def _oscillator(
    midi: float, count: int, cutoff_hz: Signal | float, shape: str, resonance: float, turn: float
) -> Signal:
    """``count`` samples of a wave at ``midi`` whose filter follows ``cutoff_hz``; ``turn`` is its first phase (0-1)."""
    tables = _tables(round(midi), shape, resonance)
    phase = (turn + np.arange(count) * (frequency(midi) / SAMPLE_RATE_HZ)) % 1.0 * _TABLE
    place = phase.astype(np.int32)
    between = (phase - place).astype(np.float32)
    step = np.log(_CUTOFFS_HZ[1] / _CUTOFFS_HZ[0])
    row = np.clip(np.log(np.asarray(cutoff_hz) / _CUTOFFS_HZ[0]) / step, 0.0, len(_CUTOFFS_HZ) - 1.001)
    low = row.astype(np.int32)
    mix = (row - low).astype(np.float32)
    flat = tables.ravel()
    at = low * (_TABLE + 1) + place
    darker = flat[at] + (flat[at + 1] - flat[at]) * between
    at = at + _TABLE + 1
    brighter = flat[at] + (flat[at + 1] - flat[at]) * between
    return as_signal(darker + (brighter - darker) * mix)


def electric_piano(midi: int, held_s: float, velocity: float, _: np.random.Generator) -> Signal:
    """A tine piano by frequency modulation: a soft body, a bell-like strike that grows with velocity."""
    ring = envelope(held_s, 0.002, 1.1 - 0.006 * (midi - 48), 0.12, 0.22)
    t = timeline(len(ring))
    turn = 2 * np.pi * frequency(midi) * t
    strike = np.exp(-t / 0.09) * (0.35 + 0.9 * velocity)
    body = np.sin(turn + (0.35 + 0.75 * velocity) * np.exp(-t / 0.8) * np.sin(turn))
    tine = np.sin(turn + 0.9 * strike * np.sin(14.0 * turn)) if midi < 84 else body
    return as_signal(velocity * ring * (0.62 * body + 0.38 * tine))


def glass(midi: int, held_s: float, velocity: float, _: np.random.Generator) -> Signal:
    """A bell with inharmonic partials that ring past the note."""
    ring = envelope(max(held_s, 0.25), 0.001, 0.55, 0.04, 0.9)
    t = timeline(len(ring))
    turn = 2 * np.pi * frequency(midi) * t
    tone = np.sin(turn + velocity * 1.5 * np.exp(-t / 0.25) * np.sin(3.5 * turn))
    return as_signal(velocity * ring * (0.8 * tone + 0.2 * np.sin(2.0 * turn) * np.exp(-t / 0.4)))


def mallet(midi: int, held_s: float, velocity: float, _: np.random.Generator) -> Signal:
    """Wood bars: a round fundamental, the fourth harmonic short, a soft knock."""
    ring = envelope(max(held_s, 0.18), 0.001, 0.26, 0.0, 0.12)
    t = timeline(len(ring))
    turn = 2 * np.pi * frequency(midi) * t
    tone = np.sin(turn) + 0.34 * np.sin(3.93 * turn) * np.exp(-t / 0.06) + 0.14 * np.sin(9.2 * turn) * np.exp(-t / 0.02)
    return as_signal(0.85 * velocity * ring * tone)


def plucked(midi: int, held_s: float, velocity: float, rng: np.random.Generator, bright: float = 0.5) -> Signal:
    """A plucked string (Karplus-Strong).

    A burst of noise goes round the string; each round averages neighbours.  All rounds are computed at
    once as powers of the averaging filter, then read at the exact pitch.
    """
    hz = frequency(midi)
    total_s = held_s + 0.25
    period = max(16, int(SAMPLE_RATE_HZ / hz))
    rounds = int(total_s * hz) + 3
    burst = np.fft.rfft(rng.uniform(-1.0, 1.0, period))
    turn = np.arange(len(burst)) * (2 * np.pi / period)
    comb = 1.0 - 0.9 * np.exp(-1j * turn * int(period * 0.18))
    softness = 0.5 - 0.32 * bright
    loss = (1.0 - softness * (1.0 - np.cos(turn))) * 0.5 ** (1.0 / (hz * (0.75 - 0.004 * (midi - 50))))
    loss = np.maximum(loss, 0.0) * np.exp(-1j * turn * 0.0)
    pick = 1.0 / (1.0 + (turn / (0.25 + 1.6 * bright * velocity)) ** 2)
    rows = (burst * comb * pick)[None, :] * loss[None, :] ** np.arange(rounds)[:, None]
    string = np.fft.irfft(rows, period).ravel()
    count = int(total_s * SAMPLE_RATE_HZ)
    read = np.interp(np.arange(count) * (hz * period / SAMPLE_RATE_HZ), np.arange(len(string)), string)
    read *= envelope(held_s, 0.0008, 9.0, 0.5, 0.25)[:count] / (np.abs(read).max() + 1e-9)
    return declick((velocity * read).astype(np.float32))


def synth_bass(midi: int, held_s: float, velocity: float, _: np.random.Generator) -> Signal:
    """A filtered saw over a sine an octave of body below, driven a little."""
    ring = envelope(held_s, 0.003, 0.5, 0.65, 0.05)
    t = timeline(len(ring))
    hz = frequency(midi)
    cutoff = hz * (1.6 + (3.0 + 9.0 * velocity) * np.exp(-t / 0.11))
    saw = _oscillator(midi, len(ring), cutoff, "saw", 1.2, 0.0)
    sub = np.sin(2 * np.pi * hz * t)
    return velocity * saturated(ring * (0.34 * saw + 0.62 * sub).astype(np.float32), 1.6)


def upright_bass(midi: int, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A plucked double bass: string, round fundamental, finger."""
    string = plucked(midi, held_s, velocity, rng, bright=0.12)
    t = timeline(len(string))
    swell = np.exp(-t / 0.5) * np.minimum(t / 0.006, 1.0)
    tone = np.sin(2 * np.pi * frequency(midi) * t) + 0.35 * np.sin(4 * np.pi * frequency(midi) * t) * np.exp(-t / 0.2)
    stop = envelope(held_s, 0.001, 9.0, 1.0, 0.06)
    body = 0.45 * string + 0.6 * velocity * tone * swell
    body[: len(stop)] *= stop
    body[len(stop) :] = 0.0
    return as_signal(body)


def sub_bass(midi: int, held_s: float, velocity: float, _: np.random.Generator) -> Signal:
    """A sine with a little saturation, so that small speakers hear it too."""
    ring = envelope(held_s, 0.004, 2.5, 0.8, 0.06)
    t = timeline(len(ring))
    return velocity * saturated((ring * np.sin(2 * np.pi * frequency(midi) * t)).astype(np.float32), 2.2)


def reese(midi: int, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """The growling bass of drum and bass: detuned saws through a slow filter over a sine."""
    ring = envelope(held_s, 0.004, 2.0, 0.85, 0.06)
    t = timeline(len(ring))
    hz = frequency(midi)
    cutoff = hz * (3.0 + 5.0 * velocity * (0.5 - 0.5 * np.cos(2 * np.pi * np.minimum(t / 0.9, 1.0))))
    saws = sum(_oscillator(midi + cents / 100, len(ring), cutoff, "saw", 1.0, rng.random()) for cents in (-14, 11))
    sub = np.sin(2 * np.pi * hz * t)
    return velocity * saturated((ring * (0.26 * saws + 0.6 * sub)).astype(np.float32), 1.8)


def pad(midi: int, held_s: float, velocity: float, rng: np.random.Generator, top_hz: float = 2400.0) -> Signal:
    """Slow detuned saws in stereo whose filter opens and closes over the note."""
    ring = envelope(held_s, min(0.35, held_s / 3), 4.0, 0.85, 0.7)
    t = timeline(len(ring))
    swell = np.sin(np.pi * np.clip(t / (held_s + 0.7), 0, 1)) ** 0.7
    cutoff = 350.0 + top_hz * velocity * swell
    sides = [
        sum(_oscillator(midi + cents / 100, len(ring), cutoff, "saw", 0.7, rng.random()) for cents in pair)
        for pair in ((-9.0, 4.0), (-3.0, 10.0))
    ]
    return as_signal(0.3 * velocity * ring * np.stack(sides))


def choir(midi: int, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """Voices: harmonics shaped by the formants of "oo" turning into "ah", each side with its own vibrato."""
    ring = envelope(held_s, min(0.22, held_s / 3), 4.0, 0.9, 0.5)
    t = timeline(len(ring))
    hz = frequency(midi)
    k = np.arange(1, int(min(5200.0, 17_000.0) / hz) + 1)
    opening = np.clip(t / max(held_s * 0.6, 0.1), 0, 1)
    sides = []
    for _ in range(2):
        wobble = 0.16 * np.minimum(t / 0.5, 1.0) * np.sin(2 * np.pi * (4.9 + 0.5 * rng.random()) * t + 6 * rng.random())
        turn = 2 * np.pi * np.cumsum(hz * 2.0 ** ((wobble + 0.06 * rng.standard_normal()) / 12)) / SAMPLE_RATE_HZ
        place = (turn / (2 * np.pi) % 1.0 * _TABLE).astype(np.int32)
        closed, opened = (_vowel(k, hz, peaks, rng)[place] for peaks in (_OO, _AH))
        sides.append(closed + (opened - closed) * opening)
    return as_signal(velocity * ring * np.stack(sides))


_OO = ((320.0, 70.0, 1.0), (800.0, 90.0, 0.35), (2500.0, 200.0, 0.05))
_AH = ((680.0, 110.0, 1.0), (1080.0, 130.0, 0.6), (2650.0, 220.0, 0.12))
"""Formants as (centre in Hz, width in Hz, strength)."""


def _vowel(k: np.ndarray, hz: float, peaks: tuple[tuple[float, float, float], ...], rng: np.random.Generator) -> Signal:
    strength = sum(gain / (1 + ((k * hz - centre) / (1.4 * width)) ** 2) for centre, width, gain in peaks) / k**0.5
    spectrum = np.zeros(_TABLE // 2 + 1, dtype=np.complex128)
    spectrum[1 : len(k) + 1] = strength * np.exp(2j * np.pi * rng.random(len(k)))
    cycle = np.fft.irfft(spectrum, _TABLE)
    return as_signal(cycle / np.sqrt(np.mean(cycle**2)) * 0.3)


def supersaw(midi: int, held_s: float, velocity: float, rng: np.random.Generator, cutoff_hz: float = 7000.0) -> Signal:
    """Seven detuned saws across the stereo field, with a quick opening of the filter at the start."""
    ring = envelope(held_s, 0.004, 0.8, 0.75, 0.14)
    t = timeline(len(ring))
    cutoff = cutoff_hz * (0.45 + 0.4 * velocity + 0.5 * np.exp(-t / 0.12))
    both = np.zeros((2, len(ring)), dtype=np.float32)
    for cents, side in ((-19, 0.1), (-12, 0.9), (-5, 0.3), (0, 0.5), (6, 0.7), (12, 0.15), (20, 0.85)):
        saw = _oscillator(midi + cents / 100, len(ring), cutoff, "saw", 0.75, rng.random())
        both[0] += np.sqrt(1 - side) * saw
        both[1] += np.sqrt(side) * saw
    return (0.22 * velocity * ring * both).astype(np.float32)


def lead(midi: int, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A singing lead: pulse and saw, vibrato that comes in late."""
    ring = envelope(held_s, 0.006, 0.9, 0.8, 0.12)
    t = timeline(len(ring))
    cutoff = frequency(midi) * (3.0 + 4.0 * velocity + 3.0 * np.exp(-t / 0.09))
    depth = 0.0035 * np.clip((t - 0.22) / 0.35, 0, 1)
    bend = depth / (2 * np.pi * 5.4) * (1 - np.cos(2 * np.pi * 5.4 * t)) * SAMPLE_RATE_HZ
    first = _oscillator(midi + 0.05, len(ring), cutoff, "pulse", 1.0, 0.1)
    second = _oscillator(midi - 0.06, len(ring), cutoff, "saw", 0.9, rng.random())
    read = np.interp(np.arange(len(ring)) - bend, np.arange(len(ring)), 0.5 * first + 0.35 * second)
    return as_signal(0.8 * velocity * ring * read)


def brass(midi: int, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A small horn section: saws whose filter blooms after the attack, a scoop into the pitch."""
    ring = envelope(held_s, 0.012, 0.5, 0.8, 0.07)
    t = timeline(len(ring))
    hz = frequency(midi)
    bloom = (1 - np.exp(-t / 0.03)) * (0.55 + 0.45 * np.exp(-t / 0.25))
    cutoff = hz * 1.2 + (500.0 + 4200.0 * velocity**1.5) * bloom
    sides = [
        sum(_oscillator(midi + cents / 100, len(ring), cutoff, "saw", 0.8, rng.random()) for cents in pair)
        for pair in ((-6.0, 3.0), (-2.0, 7.0))
    ]
    scoop = 2.5 * np.exp(-t / 0.02)
    read = np.arange(len(ring)) + scoop * SAMPLE_RATE_HZ * 0.0002
    bent = np.stack([np.interp(read, np.arange(len(ring)), side) for side in sides])
    return as_signal(0.4 * velocity * ring * bent)


def organ(midi: int, held_s: float, velocity: float, _: np.random.Generator) -> Signal:
    """Drawbars with a key click."""
    ring = envelope(held_s, 0.003, 3.0, 0.9, 0.04)
    t = timeline(len(ring))
    turn = 2 * np.pi * frequency(midi) * t
    bars = ((0.5, 0.5), (1.0, 1.0), (1.5, 0.35), (2.0, 0.55), (3.0, 0.25), (4.0, 0.2))
    tone = sum(gain * np.sin(ratio * turn + ratio) for ratio, gain in bars)
    click = np.sin(9.0 * turn) * np.exp(-t / 0.006)
    return as_signal(0.35 * velocity * ring * (tone + 0.3 * click))


def rising_noise(_: int, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A riser that ends where its note ends."""
    return velocity * riser(rng, held_s)
