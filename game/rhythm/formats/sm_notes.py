"""The note rows of StepMania charts: text in, columns of notes out.

A measure is as many rows as the author liked, spread evenly over four beats; a comma ends it::

    1000      beat 0            0100,     beat 4
    00M0      beat 2            0010      beat 8
    ,
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from game.rhythm.formats.beat_map import Floats, Ints, check_count
from game.rhythm.formats.face import ChartError

MAX_MEASURES = 100_000
"""More than a day at any tempo people play."""

TAP, HOLD, TAIL, ROLL = b"1234"
FAKE, KEYSOUND, LIFT, MINE = b"FKLM"

_NOTE_SIGNS = bytes((TAP, HOLD, TAIL, ROLL, FAKE, KEYSOUND, LIFT, MINE))
_ZERO = ord("0")
# Every other sign, attacks (A) among them, is an empty place; breaks come out below `0`, notes above it.
_SIGNS = bytes(c if c in _NOTE_SIGNS or c in b"\n," else _ZERO for c in range(256))
_SUFFIX = re.compile(rb"\[[^\[\]{}\n,]*\]?|\{[^{}\n]*\}?")


@dataclass(frozen=True, slots=True)
class RawNotes:
    """Notes in file order: their beat, lane, sign and key sound number (-1 for none), and what was cut off."""

    beat: Floats
    lane: Ints
    sign: Ints
    sound: Ints
    columns: int
    beyond: int


def read_notes(text: str, name: str, columns: int = 0) -> RawNotes:
    """The notes of one chart of ``columns`` lanes, or of as many as its first row is wide.

    ``text`` has ``\\n`` line ends and no comments.  Raises :class:`ChartError` for too many notes or measures.
    """
    data = b"\n" + text.encode("ascii", "replace").translate(None, b" \t") + b"\n"
    sounds: dict[int, int] = {}
    if suffixes := data.count(b"[") + data.count(b"{"):
        check_count(name, suffixes)
        data, sounds = _without_suffixes(data)
    signs = np.frombuffer(data.translate(_SIGNS), dtype=np.uint8)
    breaks = signs < _ZERO
    starts = np.flatnonzero(breaks[:-1] & ~breaks[1:]) + 1
    at = np.flatnonzero(signs > _ZERO)
    # Heads and tails both count here, so the bound is looser than the one on notes.
    check_count(name, len(at) // 2)
    if not len(starts):
        nothing = np.zeros(0, dtype=np.int64)
        return RawNotes(np.zeros(0), nothing, nothing, nothing, columns, 0)
    columns = columns or int(np.argmax(breaks[starts[0] :]))
    commas = np.flatnonzero(signs == ord(","))
    if len(commas) > MAX_MEASURES:
        raise ChartError(name, f"has a chart of more than {MAX_MEASURES:,} measures; no song is that long")
    measure = np.searchsorted(commas, starts)
    rows = np.bincount(measure)
    first_row = np.cumsum(rows) - rows
    row = np.searchsorted(starts, at, side="right") - 1
    lane = at - starts[row]
    inside = lane < columns
    row, at, lane = row[inside], at[inside], lane[inside]
    of = measure[row]
    # One division of whole numbers: the same beat comes out the same whatever the measure's row count.
    beat = 4 * (of * rows[of] + row - first_row[of]) / rows[of]
    number = np.array([sounds.get(place, -1) for place in at.tolist()]) if sounds else np.full(len(at), -1)
    return RawNotes(beat, lane, signs[at].astype(np.int64), number, columns, int(len(inside) - inside.sum()))


def _without_suffixes(data: bytes) -> tuple[bytes, dict[int, int]]:
    """``data`` without ``[key sound]`` and ``{attack}`` suffixes, and the sound number by the place of its note."""
    sounds: dict[int, int] = {}
    pieces = []
    end = 0
    length = 0
    for found in _SUFFIX.finditer(data):
        pieces.append(data[end : found.start()])
        length += found.start() - end
        end = found.end()
        digits = found.group()[1:-1]
        if digits.isdigit() and len(digits) < 7:
            sounds[length - 1] = int(digits)
    pieces.append(data[end:])
    return b"".join(pieces), sounds
