"""The game's small sounds: short, soft, and never louder than the music."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tools.songs.dsp import Signal, band_pass, decibels, declick, filtered, high_pass, low_pass, samples, timeline
from tools.songs.encode import write_wav
from tools.songs.theory import pitch
from tools.songs.voices import electric_piano, frequency, glass, mallet

_SEED = 5


def _chime(notes: list[tuple[float, str, float]], seconds: float) -> Signal:
    """Mallet and glass together: rows of (second, note name, velocity)."""
    rng = np.random.default_rng(_SEED)
    out = np.zeros(samples(seconds), dtype=np.float32)
    for at_s, name, velocity in notes:
        for voice, share in ((mallet, 0.7), (glass, 0.3)):
            sound = share * voice(pitch(name), 0.16, velocity, rng)[: len(out) - samples(at_s)]
            out[samples(at_s) : samples(at_s) + len(sound)] += sound
    return declick(out, 0.08)


def tick_accent() -> Signal:
    """The metronome on the first beat of a bar: a bright wood block."""
    return _block(2093.0)


def tick() -> Signal:
    """The metronome on the other beats."""
    return _block(1568.0)


def _block(hz: float) -> Signal:
    t = timeline(samples(0.06))
    tone = np.sin(2 * np.pi * hz * t) * np.exp(-t / 0.009) + 0.4 * np.sin(2 * np.pi * 1.51 * hz * t) * np.exp(
        -t / 0.004
    )
    return declick(tone.astype(np.float32), 0.01)


def hit() -> Signal:
    """A key that met its note: a soft tap."""
    t = timeline(samples(0.07))
    noise = np.random.default_rng(_SEED).standard_normal(len(t)).astype(np.float32)
    tap = 0.6 * filtered(noise, band_pass(2600.0, 0.8)) * np.exp(-t / 0.006)
    return declick((tap + 0.5 * np.sin(2 * np.pi * 392.0 * t) * np.exp(-t / 0.012)).astype(np.float32), 0.01)


def miss() -> Signal:
    """A broken combo: a dull, low thud."""
    t = timeline(samples(0.16))
    noise = np.random.default_rng(_SEED).standard_normal(len(t)).astype(np.float32)
    thud = np.sin(2 * np.pi * (70.0 * t + 1.6 * (1 - np.exp(-t / 0.02)))) * np.exp(-t / 0.045)
    return declick((thud + 0.25 * filtered(noise, low_pass(700.0)) * np.exp(-t / 0.02)).astype(np.float32), 0.03)


def menu_move() -> Signal:
    """The cursor moved: a drop of glass."""
    t = timeline(samples(0.07))
    tone = np.sin(2 * np.pi * frequency(pitch("E6")) * t) * np.exp(-t / 0.014) * np.minimum(t / 0.001, 1)
    return declick(tone.astype(np.float32), 0.02)


def menu_select() -> Signal:
    """Chosen: a rising fifth."""
    return _chime([(0.0, "A5", 0.8), (0.055, "E6", 0.9)], 0.5)


def menu_back() -> Signal:
    """Left: the same fifth falling."""
    return _chime([(0.0, "E6", 0.7), (0.055, "A5", 0.7)], 0.45)


def countdown() -> Signal:
    """One step of a count-in."""
    return _chime([(0.0, "A5", 0.9)], 0.3)


def countdown_go() -> Signal:
    """The last step of a count-in."""
    return _chime([(0.0, "A6", 0.9), (0.0, "E6", 0.6)], 0.45)


def fail() -> Signal:
    """Health ran out: three piano notes that sink."""
    rng = np.random.default_rng(_SEED)
    out = np.zeros(samples(0.65), dtype=np.float32)
    for at_s, name in ((0.0, "Eb4"), (0.11, "C4"), (0.22, "G#3")):
        sound = electric_piano(pitch(name), 0.3, 0.8, rng)[: len(out) - samples(at_s)]
        out[samples(at_s) : samples(at_s) + len(sound)] += sound
    return declick(filtered(out, low_pass(1800.0)), 0.12)


def results() -> Signal:
    """The song is done: a chord that opens upwards."""
    rows = [(0.0, "D5", 0.7), (0.06, "A5", 0.7), (0.12, "E6", 0.8), (0.18, "F#6", 0.9)]
    return _chime(rows, 0.67)


SOUNDS: dict[str, tuple[Callable[[], Signal], float]] = {
    "tick_accent": (tick_accent, -6.5),
    "tick": (tick, -9.0),
    "hit": (hit, -12.0),
    "miss": (miss, -10.0),
    "menu_move": (menu_move, -16.0),
    "menu_select": (menu_select, -12.0),
    "menu_back": (menu_back, -13.0),
    "countdown": (countdown, -10.0),
    "countdown_go": (countdown_go, -9.0),
    "fail": (fail, -9.0),
    "results": (results, -9.0),
}
"""What makes each file of ``assets/sounds`` and its peak in dBFS."""


def write_sounds(folder: Path) -> None:
    """Make every small sound as 16-bit mono WAV."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, peak_db) in SOUNDS.items():
        sound = filtered(make(), high_pass(40.0))
        write_wav(folder / f"{name}.wav", declick(sound * np.float32(decibels(peak_db) / np.abs(sound).max()), 0.008))
