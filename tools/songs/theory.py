"""Names of notes and chords as MIDI numbers, and chords led smoothly from one to the next."""

from __future__ import annotations

from itertools import pairwise, product

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "9": (0, 4, 10, 14),
    "7b9": (0, 4, 10, 13),
    "maj9": (0, 4, 11, 14),
    "m9": (0, 3, 10, 14),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7sus4": (0, 5, 7, 10),
}
"""Semitones above the root; ninths leave out the fifth, as a hand would."""


def pitch(name: str) -> int:
    """The MIDI number of a note name: ``C4`` is 60, ``F#3``, ``Bb5``."""
    step = _STEPS[name[0]]
    accidental = name[1:-1]
    return 12 * (int(name[-1]) + 1) + step + accidental.count("#") - accidental.count("b")


def _root(symbol: str) -> tuple[int, str]:
    size = 2 if symbol[1:2] in ("#", "b") else 1
    name, quality = symbol[:size], symbol[size:]
    return (_STEPS[name[0]] + (name[1:] == "#") - (name[1:] == "b")) % 12, quality


def chord_classes(symbol: str) -> list[int]:
    """The pitch classes of a chord symbol such as ``Ebmaj7`` or ``Am9/G``, root first, without the bass."""
    root, quality = _root(symbol.split("/")[0])
    return [(root + step) % 12 for step in _QUALITIES[quality]]


def bass_class(symbol: str) -> int:
    """The pitch class in the bass: after the slash if there is one, else the root."""
    return _root(symbol.split("/")[-1])[0]


def bass_pitch(symbol: str, lowest: int) -> int:
    """The bass note of ``symbol`` within the octave that begins at ``lowest``."""
    return lowest + (bass_class(symbol) - lowest) % 12


def led(symbols: list[str], lowest: int, highest: int) -> list[list[int]]:
    """Voicings of ``symbols`` between two MIDI numbers in which each voice moves as little as it can.

    Of all ways to place the chord's notes in the range without clusters below, the one nearest to the
    voicing before is taken; the first is the one nearest to the middle.
    """
    voicings: list[list[int]] = []
    for symbol in symbols:
        classes = chord_classes(symbol)
        ways = [sorted(way) for way in product(*(_places(one, lowest, highest) for one in classes))]
        before = voicings[-1] if voicings else [(lowest + highest) // 2] * len(classes)
        voicings.append(min(ways, key=lambda way: _movement(before, way)))
    return voicings


def _places(pitch_class: int, lowest: int, highest: int) -> list[int]:
    return [one for one in range(lowest, highest + 1) if one % 12 == pitch_class]


def _movement(before: list[int], after: list[int]) -> float:
    nearest = sum(min(abs(one - other) for other in before) for one in after)
    outer = abs(before[-1] - after[-1]) + 0.5 * abs(before[0] - after[0])
    gaps = [high - low for low, high in pairwise(after)]
    crowded = sum(4.0 for gap in gaps if gap < 3) - 0.0 + sum(3.0 for gap in gaps if gap > 9)
    doubled = 20.0 * sum(gap == 0 for gap in gaps)
    spread = max(0, after[-1] - after[0] - 16)
    return nearest + outer + 0.4 * crowded + doubled + spread
