"""Figures that accompany: blocks, stabs, arpeggios, bass patterns, drum fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tools.songs.score import TICKS, Note, Score, steps
from tools.songs.theory import bass_pitch, chord_classes, led, pitch

_MARKS = {"X": 1.0, "x": 0.8, "o": 0.6, "g": 0.35}


def block(voicing: Iterable[int], beat: float, length: float, velocity: float = 0.7) -> list[Note]:
    """A chord struck once and held."""
    return [Note(round(beat * TICKS), round(length * TICKS), one, velocity) for one in voicing]


def stabs(voicing: Sequence[int], rhythm: str, beat: float, step: float = 0.25, length: float = 0.2) -> list[Note]:
    """A chord struck in a rhythm of ``X x o g .``; ``-`` after a stroke lets it ring on for a step."""
    row = rhythm.replace("|", "").replace(" ", "")
    notes: list[Note] = []
    for place, mark in enumerate(row):
        if mark in _MARKS:
            rest = row[place + 1 :]
            ringing = len(rest) - len(rest.lstrip("-"))
            notes += block(voicing, beat + place * step, length + ringing * step, _MARKS[mark])
    return notes


def arpeggio(
    voicing: Sequence[int],
    order: str,
    beat: float,
    step: float = 0.25,
    length: float = 0.3,
    velocity: float = 0.6,
) -> list[Note]:
    """Notes of a chord one by one: digits pick from below, past the top they go on an octave up, ``.`` rests.

    The first of each beat is struck a little harder.
    """
    notes: list[Note] = []
    for place, mark in enumerate(order.replace(" ", "")):
        if mark == ".":
            continue
        octave, voice = divmod(int(mark), len(voicing))
        at = round((beat + place * step) * TICKS)
        loud = velocity * (1.15 if at % TICKS == 0 else 1.0)
        notes.append(Note(at, round(length * TICKS), voicing[voice] + 12 * octave, min(loud, 1.0)))
    return notes


def bass(root: int, pattern: str, beat: float, velocity: float = 0.8, legato: float = 0.92) -> list[Note]:
    """A bass figure of ``semitones:length`` words above ``root``; ``r`` rests, ``!`` accents, ``?`` ghosts."""
    notes: list[Note] = []
    for word in pattern.replace("|", " ").split():
        above, _, tail = word.partition(":")
        loud = velocity * (1.15 if tail.endswith("!") else 0.5 if tail.endswith("?") else 1.0)
        length = float(tail.rstrip("!?"))
        if above != "r":
            sounding = max(1, round(length * legato * TICKS))
            notes.append(Note(round(beat * TICKS), sounding, root + int(above), min(loud, 1.0)))
        beat += length
    return notes


def seconded(notes: Iterable[Note], symbols: Sequence[str], first: float, lengths: Sequence[float]) -> list[Note]:
    """A second voice below a melody: for each note the chord's own note a third to a sixth lower.

    ``symbols`` begin at beat ``first`` and last ``lengths`` beats, over and over.
    """
    starts = [first]
    for place in range(len(symbols)):
        starts.append(starts[-1] + lengths[place % len(lengths)])
    below: list[Note] = []
    for note in notes:
        beat = note.tick / TICKS
        symbol = next(one for one, end in zip(symbols, starts[1:], strict=True) if beat < end)
        lower = [note.pitch - step for step in range(3, 10) if (note.pitch - step) % 12 in chord_classes(symbol)]
        below += [Note(note.tick, note.length, lower[0], note.velocity * 0.7)] if lower else []
    return below


def drum_bars(rows: dict[str, str], first_bar: int, bars: int, meter: int, step: float = 0.25) -> dict[str, list[Note]]:
    """Each row's pattern, which may last several bars, repeated over ``bars``."""
    played: dict[str, list[Note]] = {}
    for part, row in rows.items():
        places = len(row.replace("|", "").replace(" ", ""))
        length = places * step
        beat, stop = float(first_bar * meter), (first_bar + bars) * meter
        notes: list[Note] = []
        while beat < stop:
            notes += steps(row, beat, step)
            beat += length
        played[part] = [note for note in notes if note.tick < stop * TICKS]
    return played


def add_drums(score: Score, runs: Iterable[tuple[dict[str, str], int, int]], step: float = 0.25) -> None:
    """Let each run of ``(rows, first bar, bars)`` be played: see :func:`drum_bars`."""
    for rows, bar, bars in runs:
        for part, notes in drum_bars(rows, bar, bars, score.meter, step).items():
            score.add(part, notes)


class Bar(NamedTuple):
    """A bar of harmony: the manner of its section, its place in that, its beat, and what sounds."""

    kind: str
    place: int
    beat: float
    root: int
    high: list[int]
    low: list[int]


def harmony(
    plan: Iterable[tuple[int, list[str], str]], meter: int, floor: str, high: tuple[str, str], low: tuple[str, str]
) -> Iterator[Bar]:
    """The bars of ``plan`` (first bar, a chord for each bar, manner), each section's voices led on their own.

    ``floor`` is the lowest bass note, ``high`` and ``low`` the ranges of the two sets of voices.
    """
    for first, symbols, kind in plan:
        above, below = (led(symbols, *map(pitch, ends)) for ends in (high, low))
        for place, symbol in enumerate(symbols):
            beat = float((first + place) * meter)
            yield Bar(kind, place, beat, bass_pitch(symbol, pitch(floor)), above[place], below[place])


def without(notes: Iterable[Note], first: float, last: float) -> list[Note]:
    """``notes`` less those that begin from beat ``first`` up to beat ``last``: room for a fill or a stop."""
    return [one for one in notes if not first * TICKS <= one.tick < last * TICKS]
