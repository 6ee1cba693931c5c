"""The instruments of a free jam: short sounds made with numpy, equally loud, ready in milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from game.jam.drum_kit import PIECES, drum, kit
from game.jam.scales import TONICS, degree_pitch, lane_degrees
from game.jam.synthesis import Wave, declicked, harmonics, loudness_matched, partials, placed, ramp, seconds

Pcm = NDArray[np.float32]

MIN_RATE_HZ = 8_000
MAX_RATE_HZ = 192_000


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: what machines call it, what the player reads, around which MIDI note it plays and below which
    one it does not go."""

    name: str
    words: str
    around: int
    lowest: int


INSTRUMENTS: dict[str, Instrument] = {
    one.name: one
    for one in (
        Instrument("keys", "Electric piano", 60, 36),
        Instrument("pluck", "Plucked string", 60, 40),
        Instrument("bass", "Bass", 40, 28),
        Instrument("pad", "Chord pad", 58, 45),
        Instrument("lead", "Lead", 65, 48),
        Instrument("bell", "Bells", 74, 55),
        Instrument("drums", "Drum kit", 0, 0),
    )
}
"""By name, in the order players see them."""


def instrument_of(name: str) -> Instrument:
    """The instrument of that name.

    Raises:
        UserError: if there is none.
    """
    found = INSTRUMENTS.get(name)
    if found is None:
        raise UserError(f"{name[:40]!r} is no instrument this version knows: choose one of those shown")
    return found


def voice(instrument: str, lane: int, lanes: int, tonic: int, scale: str, rate_hz: int) -> Pcm:
    """What ``lane`` of ``lanes`` sounds like, in float32 of shape (frames, 2); made once, then kept; not to be written.

    Lanes rise in pitch with the scale; of the drum kit each lane is a piece.  Every voice is as loud as any
    other (but cymbals stand behind the drums, as in any band), begins and ends in silence, and never clips by itself.

    Raises:
        UserError: if there is no such instrument, scale or key, or ``lanes`` is not between 1 and 18.
        ValueError: if ``lane`` is not one of ``lanes``, or nobody plays at ``rate_hz``.
    """
    degrees = lane_degrees(lanes, scale)
    if not 0 <= lane < lanes:
        raise ValueError(f"lane {lane} is not one of {lanes}")
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise ValueError(f"{rate_hz} Hz is not between {MIN_RATE_HZ} and {MAX_RATE_HZ}")
    asked = instrument_of(instrument)
    if asked.name == "drums":
        piece = kit(lanes)[lane]
        return _made(asked.name, (PIECES.index(piece),), 0.0, rate_hz)
    steps = (0, 2, 4) if asked.name == "pad" else (0,)
    around = _around(asked, degrees[0], tonic, scale)
    pitches = tuple(degree_pitch(degrees[lane] + step, tonic, scale, around) for step in steps)
    pan = 0.3 * (2 * lane - (lanes - 1)) / max(lanes - 1, 1)
    return _made(asked.name, pitches, pan, rate_hz)


def lane_words(instrument: str, lanes: int, tonic: int, scale: str) -> tuple[str, ...]:
    """What stands on each lane for the player: note names with their octave, or the pieces of the drum kit.

    Raises:
        UserError: as :func:`voice`.
    """
    asked = instrument_of(instrument)
    degrees = lane_degrees(lanes, scale)
    if asked.name == "drums":
        return tuple(piece.words for piece in kit(lanes))
    around = _around(asked, degrees[0], tonic, scale)
    pitches = [degree_pitch(degree, tonic, scale, around) for degree in degrees]
    return tuple(f"{TONICS[pitch % 12]}{pitch // 12 - 1}" for pitch in pitches)


def _around(asked: Instrument, first_degree: int, tonic: int, scale: str) -> int:
    """Around which note the lanes lie, so many octaves up that the first is not too low for the instrument."""
    short = asked.lowest - degree_pitch(first_degree, tonic, scale, asked.around)
    return asked.around + 12 * max(0, -(-short // 12))


@lru_cache(maxsize=512)
def _made(instrument: str, pitches: tuple[int, ...], pan: float, rate_hz: int) -> Pcm:
    gain_db = 0.0
    if instrument == "drums":
        piece = PIECES[pitches[0]]
        wave, pan, gain_db = drum(piece, rate_hz), piece.pan, piece.gain_db
    else:
        wave = np.stack([_TONES[instrument](_hz(pitch), rate_hz) for pitch in pitches]).sum(axis=0)
    pcm = loudness_matched(declicked(placed(wave, pan), rate_hz), rate_hz, gain_db)
    pcm.flags.writeable = False
    return pcm


def _hz(pitch: int) -> float:
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def _keys(hz: float, rate_hz: int) -> Wave:
    """A tine struck by a felt hammer: two oscillators, one bending the other less and less."""
    at = seconds(1.5, rate_hz)
    bend = 1.1 * min(1.0, 500.0 / hz) * np.exp(-at / 0.35)
    body = np.sin(2 * np.pi * hz * at + bend * np.sin(2 * np.pi * hz * at))
    tine = partials(at, hz, [(4.0, 0.10, 0.12), (7.0, 0.04, 0.05)], rate_hz)
    fall_s = 0.62 * float((262.0 / hz) ** 0.35)
    return ramp(at, 0.003) * (body * np.exp(at / -fall_s) + tine)


def _pluck(hz: float, rate_hz: int) -> Wave:
    """A string plucked at a fifth of its length; the higher a partial, the sooner it is gone."""
    at = seconds(1.3, rate_hz)
    fall_s = 0.75 * float((262.0 / hz) ** 0.4)
    amplitudes = [abs(float(np.sin(np.pi * k / 5))) / k**1.25 for k in range(1, 17)]
    return ramp(at, 0.002) * harmonics(at, hz * at, amplitudes, fall_s, 0.35, _most(hz, rate_hz))


def _bass(hz: float, rate_hz: int) -> Wave:
    """A round bass: a strong fundamental, a few partials that let small loudspeakers tell its pitch."""
    at = seconds(0.9, rate_hz)
    amplitudes = [1.0 / k**1.15 for k in range(1, 11)]
    return ramp(at, 0.004) * np.tanh(1.3 * harmonics(at, hz * at, amplitudes, 0.5, 0.5, _most(hz, rate_hz)))


def _pad(hz: float, rate_hz: int) -> Wave:
    """A slow, soft tone, its two sides so little apart in pitch that they drift around each other."""
    at = seconds(2.1, rate_hz)
    amplitudes = [1.0 / k**1.8 for k in range(1, 6)]
    sides = [
        harmonics(at, hz * apart * at, amplitudes, 1.2, 0.15, _most(hz, rate_hz)) for apart in (1.0011, 1 / 1.0011)
    ]
    return np.stack(sides) * ramp(at, 0.045)


def _lead(hz: float, rate_hz: int) -> Wave:
    """A mellow sawtooth, its pitch swaying a little once it stands."""
    at = seconds(0.85, rate_hz)
    sway = 0.004 * np.sin(2 * np.pi * 5.2 * at) * np.minimum(at / 0.3, 1.0)
    turns = hz * (at + np.cumsum(sway) / rate_hz)
    amplitudes = [1.0 / k / (1 + (k * hz / 2200.0) ** 2) for k in range(1, 21)]
    return ramp(at, 0.006) * harmonics(at, turns, amplitudes, 0.38, 0.08, _most(hz, rate_hz))


def _most(hz: float, rate_hz: int) -> int:
    """How many harmonics of ``hz`` a sound of ``rate_hz`` can hold."""
    return int(0.45 * rate_hz / hz)


def _bell(hz: float, rate_hz: int) -> Wave:
    """A small bar of metal: partials that stand in no whole ratio (those of a free bar), the high ones short."""
    at = seconds(1.9, rate_hz)
    dull = min(1.0, 900.0 / hz)  # a small bar is struck with a softer mallet, or it would be shrill
    rows = [(1.0, 1.0, 0.65), (2.0, 0.12 * dull, 0.45), (2.756, 0.22 * dull, 0.28), (5.404, 0.07 * dull**2, 0.09)]
    return ramp(at, 0.002) * partials(at, hz, rows, rate_hz)


_TONES: dict[str, Callable[[float, int], Wave]] = {
    "keys": _keys,
    "pluck": _pluck,
    "bass": _bass,
    "pad": _pad,
    "lead": _lead,
    "bell": _bell,
}
