"""What every lane of a judge is: the notes of one lane, in order, and the machine that judges them.

A lane hears two things: an edge (its key went down or up) and a wake (time passed).  It keeps
``wake_us``, the next instant at which something happens to it without input, so a judge asks only
lanes that have something to say.  What happened is appended to ``out`` as rows of
``(at_us, note, part, judgement, error_us)``, notes numbered in the order they are walked.  Sorted, rows stand
in the order in which they are scored: by time, and within an instant by note, as the original games do it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from game.rhythm.chart import NoteKind, Notes
from game.rhythm.hits import Row
from game.rhythm.rules import RuleSet

NEVER_US = 1 << 62
"""Later than any instant of any song."""


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
        self.spent_us = -NEVER_US
        """When a press was last for one of the notes, hit or missed."""

    def edge(self, at_us: int, down: bool) -> None:
        """The key went down or up at ``at_us``; wakes up to and at that instant came before."""
        raise NotImplementedError

    def wake(self, now_us: int) -> None:
        """Do everything that is due by ``now_us`` without input, and set ``wake_us`` anew."""
        raise NotImplementedError


def run(machines: Sequence[Lane], times_us: list[int], downs: list[bool]) -> None:
    """Many edges of one lane at once, in time order; the lane's machines hear each in turn."""
    if len(machines) == 1:  # nearly always, and the plain loop is a tenth faster
        only, edge = machines[0], machines[0].edge
        for at_us, down in zip(times_us, downs, strict=True):
            if only.wake_us <= at_us:
                only.wake(at_us)
            edge(at_us, down)
        return
    for at_us, down in zip(times_us, downs, strict=True):
        for machine in machines:
            if machine.wake_us <= at_us:
                machine.wake(at_us)
        for machine in machines:
            machine.edge(at_us, down)


def is_long(kind: int) -> bool:
    """Whether a note has a tail in games without rolls and lifts, where those are taps."""
    return kind == NoteKind.HOLD
