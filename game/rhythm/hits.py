"""The words of judging that every room shares: the parts of a note, how far a note is, and one thing judged."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Part(IntEnum):
    """Which part of a note a hit is about."""

    HEAD = 0  # a tap, or the press of a hold
    TICK = 1  # held long enough for another combo
    BREAK = 2  # a hold let go: combo lost, nothing counted
    TAIL = 3  # the end of a hold
    MINE = 4


class NoteState(IntEnum):
    """How far a note is, for drawing."""

    AHEAD = 0
    HOLDING = 1
    LET_GO = 2  # a hold that is being missed but not yet over
    HIT = 3
    MISSED = 4


HIT = np.dtype(
    [
        ("at_us", "<i8"),
        ("note", "<i4"),
        ("lane", "u1"),
        ("part", "u1"),
        ("judgement", "i1"),
        ("error_us", "<i8"),
    ]
)
"""One thing judged: when, which note (index into the chart's notes) and part of it, as what (index into
``rules.judgements``, -1 where nothing is counted: ticks, breaks, the press of a hold that is judged at its
end) and how far off (early is negative)."""

UNCOUNTED = -1
"""The judgement of a hit that counts for nothing by itself."""

Row = tuple[int, int, int, int, int]
"""``(at_us, note, part, judgement, error_us)``: a hit on its way to being scored."""
