"""Scales and keys: which note each lane plays, so that whatever is pressed in a free jam is in key (001 J4)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import UserError
from game.rhythm.chart import MAX_LANES

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""The twelve keys by pitch class.  A tonic may also be any MIDI note: its octave does not matter."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale: what machines call it, what the player reads, and its semitones above the tonic."""

    name: str
    words: str
    semitones: tuple[int, ...]


SCALES: dict[str, Scale] = {
    scale.name: scale
    for scale in (
        Scale("minor-pentatonic", "Minor pentatonic", (0, 3, 5, 7, 10)),
        Scale("major-pentatonic", "Major pentatonic", (0, 2, 4, 7, 9)),
        Scale("major", "Major", (0, 2, 4, 5, 7, 9, 11)),
        Scale("minor", "Minor", (0, 2, 3, 5, 7, 8, 10)),
        Scale("dorian", "Dorian", (0, 2, 3, 5, 7, 9, 10)),
        Scale("mixolydian", "Mixolydian", (0, 2, 4, 5, 7, 9, 10)),
        Scale("lydian", "Lydian", (0, 2, 4, 6, 7, 9, 11)),
        Scale("phrygian", "Phrygian", (0, 1, 3, 5, 7, 8, 10)),
        Scale("harmonic-minor", "Harmonic minor", (0, 2, 3, 5, 7, 8, 11)),
        Scale("blues", "Blues", (0, 3, 5, 6, 7, 10)),
    )
}
"""By name; the first ones forgive the most, so they stand first."""


def scale_of(name: str) -> Scale:
    """The scale of that name.

    Raises:
        UserError: if there is none.
    """
    found = SCALES.get(name)
    if found is None:
        raise UserError(f"{name[:40]!r} is no scale this version knows: choose one of those shown")
    return found


def key_words(tonic: int, scale: str) -> str:
    """The key for the player: ``A minor pentatonic``.

    Raises:
        UserError: if there is no such scale or tonic.
    """
    return f"{TONICS[_pitch_class(tonic)]} {scale_of(scale).words.lower()}"


def degree_pitch(degree: int, tonic: int, scale: str, around: int) -> int:
    """The MIDI note of a scale degree; degree 0 is the tonic nearest below or at MIDI note ``around``.

    Raises:
        UserError: if there is no such scale or tonic.
    """
    semitones = scale_of(scale).semitones
    octave, step = divmod(degree, len(semitones))
    return around - (around - _pitch_class(tonic)) % 12 + 12 * octave + semitones[step]


def lane_degrees(lanes: int, scale: str) -> tuple[int, ...]:
    """The scale degree of each lane, from left to right, counted from the tonic in the middle of the instrument.

    A field up to an octave and a bit wide begins on the tonic; a wider one goes as far down as up, in whole octaves,
    so that its first lane is a tonic too.

    Raises:
        UserError: if there is no such scale, or ``lanes`` is not between 1 and 18.
    """
    if not 1 <= lanes <= MAX_LANES:
        raise UserError(f"an instrument has 1 to {MAX_LANES} lanes, not {lanes}: choose a number between")
    count = len(scale_of(scale).semitones)
    below = count * ((lanes - 1) // (2 * count))
    return tuple(range(-below, lanes - below))


def _pitch_class(tonic: int) -> int:
    if not 0 <= tonic <= 127:
        raise UserError(f"{tonic} is no key: choose one of the twelve from C to B")
    return tonic % 12
