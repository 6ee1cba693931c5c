"""The chart: what is to be played, whatever format it came from.

All instants and lengths are whole microseconds of song time at rate 1.  Notes live in one structured
numpy array, sorted by time and then lane, so that judging, drawing and rating work on columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_LANES = 18
"""The widest playfield: nine fingers' worth of keys for each of two players in osu!mania."""

Notes = NDArray[np.void]
"""A structured array of one of the dtypes below."""


class NoteKind(IntEnum):
    """What a note asks of the player."""

    TAP = 0
    HOLD = 1  # press at at_us, release at end_us
    ROLL = 2  # press again and again from at_us to end_us
    MINE = 3  # do not be pressed here
    FAKE = 4  # drawn, never judged
    LIFT = 5  # release here


NOTE = np.dtype([("at_us", "<i8"), ("end_us", "<i8"), ("lane", "u1"), ("kind", "u1"), ("sound", "<i4")])
"""One note.  ``end_us == at_us`` unless it is a hold or a roll.  ``sound`` indexes ``Chart.sounds``, -1 for none."""

TIMING = np.dtype([("at_us", "<i8"), ("beat_us", "<f8"), ("meter", "<u2")])
"""From ``at_us`` on, a beat lasts ``beat_us`` and a bar has ``meter`` beats."""

SCROLL = np.dtype([("at_us", "<i8"), ("factor", "<f8"), ("jump_us", "<f8")])
"""From ``at_us`` on, the field moves at ``factor`` times the player's speed (0 stands, below 0 goes back);
``jump_us`` is how far it leaps at that instant (warps), in microseconds of scroll at factor 1.
Factor 1 is the chart's base tempo; before the first row the factor is that of the first row, or 1 without rows."""

SPEED = np.dtype([("at_us", "<i8"), ("factor", "<f8"), ("over_us", "<i8")])
"""A zoom of the whole field (StepMania #SPEEDS): from ``at_us`` it eases to ``factor`` within ``over_us``."""

BACKING = np.dtype([("at_us", "<i8"), ("sound", "<i4"), ("volume", "<f4"), ("pan", "<f4")])
"""A sound that plays by itself (key-sounded formats).  ``pan`` from -1 (left) to 1 (right)."""


def empty(dtype: np.dtype[Any]) -> Notes:
    """An empty array of ``dtype``."""
    return np.zeros(0, dtype=dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One playable difficulty of one song.

    ``hash`` is the MD5 of the file's raw bytes in hex (what osu! replays name); in a file with several
    charts, that MD5 hashed again with ``#<index>`` appended.  ``audio``, ``background`` and ``sounds`` are
    file names relative to the chart's folder, as the chart wrote them; a sound may also be
    ``<bank>#<number>`` for a sample inside a bank file (O2Jam ``.ojm``).
    """

    keys: int
    notes: Notes
    title: str = ""
    artist: str = ""
    creator: str = ""
    level: str = ""
    format: str = "jam"
    path: str = ""
    index: int = 0
    hash: str = ""
    timing: Notes = field(default_factory=lambda: empty(TIMING))
    scroll: Notes = field(default_factory=lambda: empty(SCROLL))
    speeds: Notes = field(default_factory=lambda: empty(SPEED))
    backing: Notes = field(default_factory=lambda: empty(BACKING))
    sounds: tuple[str, ...] = ()
    audio: str = ""
    audio_offset_us: int = 0
    """Where in song time the audio file's first sample stands (O2Jam, StepMania); 0 for most."""
    lead_in_us: int = 0
    preview_us: int = -1
    """Where the preview begins; below 0 when the chart does not say."""
    background: str = ""
    overall_difficulty: float = 8.0
    """osu! OD: how strict osu! rule sets are on this chart."""
    health_drain: float = 7.0
    """osu! HP."""
    scratch_lanes: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    license: str = ""
    file_order: NDArray[np.int64] | None = None
    """For each note its place in the file, where the format's own star rating depends on it (osu!); else None."""
    parts: tuple[str, ...] = ()
    """What sounds in the song, in words for the player (Melody, Drums ...), at most eight; empty when unsaid."""
    part_of: NDArray[np.uint8] | None = None
    """For each note a bit for each of ``parts`` that it belongs to (bit 0 the first); None without parts."""

    @property
    def first_us(self) -> int:
        """The instant of the first note, 0 in an empty chart."""
        return int(self.notes["at_us"][0]) if len(self.notes) else 0

    @property
    def last_us(self) -> int:
        """The instant at which the last note ends, 0 in an empty chart."""
        return int(self.notes["end_us"].max()) if len(self.notes) else 0

    @property
    def length_us(self) -> int:
        """From the first note to the end of the last."""
        return self.last_us - self.first_us

    def count(self, *kinds: NoteKind) -> int:
        """How many notes are of one of ``kinds``."""
        return int(np.isin(self.notes["kind"], [int(kind) for kind in kinds]).sum())

    def with_notes(self, notes: Notes) -> Chart:
        """The same chart with other notes, put in order."""
        return replace(self, notes=sorted_notes(notes), file_order=None, parts=(), part_of=None)


def sorted_notes(notes: Notes) -> Notes:
    """``notes`` by time, then lane; equal ones keep the order they came in (formats rely on it)."""
    return notes[np.lexsort((notes["lane"], notes["at_us"]))]


def make_notes(rows: list[tuple[int, int, int, int, int]]) -> Notes:
    """An ordered note array from rows of (at_us, end_us, lane, kind, sound)."""
    return sorted_notes(np.array(rows, dtype=NOTE)) if rows else empty(NOTE)


EDGE = np.dtype([("at_us", "<i8"), ("lane", "u1"), ("down", "u1")])
"""One edge of one lane: pressed (``down`` 1) or released (0), in song time."""
