"""Music as data: notes on a grid of ticks, parts, sections, and the map from ticks to seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tools.songs.theory import pitch

TICKS = 48
"""Ticks in a beat: halves, thirds, quarters, sixths, eighths and sixteenths all fall on one."""

REST = "r"


@dataclass(frozen=True, slots=True)
class Note:
    """One note: where it begins and how long it is (ticks), its MIDI number, how hard it is struck (0 to 1)."""

    tick: int
    length: int
    pitch: int
    velocity: float = 0.8

    @property
    def end(self) -> int:
        """The tick at which it stops."""
        return self.tick + self.length


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the form; ``energy`` (0 to 1) says how dense its charts may be."""

    name: str
    bar: int
    bars: int
    energy: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """From ``beat`` on, so many beats a minute."""

    beat: float
    bpm: float


@dataclass(slots=True)
class Score:
    """All notes of a song by part, and how beats become seconds.

    ``swing`` is where the second half of each beat falls within it: 0.5 is straight, 2/3 a triplet shuffle.
    Ticks are written straight and bent when they are played.  ``lead_in_s`` is the silence before beat 0.
    """

    meter: int
    bars: int
    tempo: list[Tempo]
    sections: list[Section]
    swing: float = 0.5
    lead_in_s: float = 1.0
    parts: dict[str, list[Note]] = field(default_factory=dict)

    def add(self, part: str, notes: Iterable[Note]) -> None:
        """Put ``notes`` into ``part``."""
        self.parts.setdefault(part, []).extend(notes)

    def seconds(self, ticks: NDArray[np.int64] | Iterable[int]) -> NDArray[np.float64]:
        """The instants of ``ticks`` in the audio, in seconds."""
        beats = np.asarray(list(ticks), dtype=np.float64) / TICKS
        whole = np.floor(beats)
        part = beats - whole
        first = part * 2 * self.swing
        second = self.swing + (part - 0.5) * 2 * (1 - self.swing)
        swung = whole + np.where(part < 0.5, first, second)
        starts = np.array([row.beat for row in self.tempo])
        lengths = 60.0 / np.array([row.bpm for row in self.tempo])
        elapsed = np.concatenate([[0.0], np.cumsum(np.diff(starts) * lengths[:-1])])
        row = np.clip(np.searchsorted(starts, swung, side="right") - 1, 0, None)
        return np.asarray(self.lead_in_s + elapsed[row] + (swung - starts[row]) * lengths[row])

    def second(self, beat: float) -> float:
        """The instant of one beat in the audio, in seconds."""
        return float(self.seconds([round(beat * TICKS)])[0])

    def bar_of(self, tick: int) -> int:
        """The bar (from 0) in which ``tick`` lies."""
        return tick // (self.meter * TICKS)

    def section_at(self, bar: int) -> Section:
        """The section ``bar`` belongs to."""
        return next(one for one in reversed(self.sections) if one.bar <= bar)


def form(*rows: tuple[str, int, float]) -> list[Section]:
    """Sections one after another from rows of (name, bars, energy)."""
    sections, bar = [], 0
    for name, bars, energy in rows:
        sections.append(Section(name, bar, bars, energy))
        bar += bars
    return sections


def line(text: str, beat: float, velocity: float = 0.8, *, transpose: int = 0, legato: float = 0.95) -> list[Note]:
    """Notes written as ``C5:1 r:.5 Eb5:.5! G5:2``: name, length in beats, ``!`` for an accent, ``?`` for a ghost.

    ``legato`` is the share of its length a note sounds.  Several names joined by ``+`` sound together;
    bar lines ``|`` are for the reader.
    """
    notes: list[Note] = []
    for word in text.replace("|", " ").split():
        names, _, tail = word.partition(":")
        loud = velocity * (1.18 if tail.endswith("!") else 0.55 if tail.endswith("?") else 1.0)
        length = float(tail.rstrip("!?"))
        if names != REST:
            sounding = max(1, round(length * legato * TICKS))
            notes += [
                Note(round(beat * TICKS), sounding, pitch(one) + transpose, min(loud, 1.0)) for one in names.split("+")
            ]
        beat += length
    return notes


_STROKES = {"X": 1.0, "x": 0.8, "o": 0.6, "g": 0.28}


def steps(text: str, beat: float, step: float = 0.25, *, key: int = 60, length: float = 0.25) -> list[Note]:
    """Strokes written as a row of steps: ``X`` accent, ``x`` full, ``o`` light, ``g`` ghost, ``.`` none."""
    row = text.replace("|", "").replace(" ", "")
    return [
        Note(round((beat + place * step) * TICKS), round(length * TICKS), key, _STROKES[mark])
        for place, mark in enumerate(row)
        if mark != "."
    ]


def shifted(notes: Iterable[Note], beats: float, transpose: int = 0, loudness: float = 1.0) -> list[Note]:
    """``notes`` later by ``beats``, higher by ``transpose``, with velocities times ``loudness``."""
    move = round(beats * TICKS)
    return [
        Note(one.tick + move, one.length, one.pitch + transpose, min(one.velocity * loudness, 1.0)) for one in notes
    ]
