"""What every lane of a judge is: the notes of one lane, in order, and the machine that judges them.

A lane hears two things: an edge (its key went down or up) and a wake (time passed).  It keeps
``wake_us``, the next instant at which something happens to it without input, so a judge asks only
lanes that have something to say.  What happened is appended to ``out`` as rows of
``(at_us, note, part, judgement, error_us)``, notes numbered in the order they are walked.  Sorted, rows stand
in the order in which they are scored: by time, and within an instant by note, as the original games do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from game.rhythm.chart import NoteKind, Notes
from game.rhythm.rules import RuleSet

NEVER_US = 1 << 62
"""Later than any instant of any song."""


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

Row = tuple[int, int, int, int, int]


class Lane:
    """The notes of one lane and how far their judging has come; see the module for the protocol."""

    def __init__(self, rules: RuleSet, notes: Notes, indices: Sequence[int], states: bytearray, out: list[Row]) -> None:
        self.rules = rules
        self.index = list(indices)
        chosen = notes[np.asarray(indices, dtype=np.intp)]
        self.at: list[int] = chosen["at_us"].tolist()
        self.end: list[int] = chosen["end_us"].tolist()
        self.kind: list[int] = chosen["kind"].tolist()
        self.states = states
        self.out = out
        self.cursor = 0
        self.down = False
        self.wake_us = NEVER_US

    def edge(self, at_us: int, down: bool) -> None:
        """The key went down or up at ``at_us``; wakes up to and at that instant came before."""
        raise NotImplementedError

    def wake(self, now_us: int) -> None:
        """Do everything that is due by ``now_us`` without input, and set ``wake_us`` anew."""
        raise NotImplementedError

    def run(self, times_us: list[int], downs: list[bool]) -> None:
        """Many edges at once, in time order."""
        edge = self.edge
        for at_us, down in zip(times_us, downs, strict=True):
            if self.wake_us <= at_us:
                self.wake(at_us)
            edge(at_us, down)


def is_long(kind: int) -> bool:
    """Whether a note has a tail in games without rolls and lifts, where those are taps."""
    return kind == NoteKind.HOLD
