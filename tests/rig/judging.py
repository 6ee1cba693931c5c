"""One-line charts and inputs for tests of the judge.

A chart is one text a lane, a character every 100 ms from 1000 ms on:

    x tap    [==] hold from [ to ]    {==} roll    m mine    l lift    f fake    . nothing

Input is one text a lane, in milliseconds: ``"1000v 1050^"`` presses at 1000 and releases at 1050.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import EDGE, Chart, NoteKind, make_notes
from game.rhythm.judge import Judge
from game.rhythm.result import Result
from game.rhythm.rules import rule_set

FIRST_MS = 1000
STEP_MS = 100
_SINGLE = {"x": NoteKind.TAP, "m": NoteKind.MINE, "l": NoteKind.LIFT, "f": NoteKind.FAKE}
_LONG = {"[": (NoteKind.HOLD, "]"), "{": (NoteKind.ROLL, "}")}


def notes(*lanes: str, difficulty: float = 8.0, drain: float = 8.0) -> Chart:
    """A chart from one text a lane."""
    rows = []
    for lane, text in enumerate(lanes):
        for place, letter in enumerate(text):
            at_us = (FIRST_MS + place * STEP_MS) * 1000
            if letter in _SINGLE:
                rows.append((at_us, at_us, lane, int(_SINGLE[letter]), -1))
            elif letter in _LONG:
                kind, closing = _LONG[letter]
                end_us = (FIRST_MS + text.index(closing, place) * STEP_MS) * 1000
                rows.append((at_us, end_us, lane, int(kind), -1))
    return Chart(keys=len(lanes), notes=make_notes(rows), overall_difficulty=difficulty, health_drain=drain)


def keys(*lanes: str) -> NDArray[np.void]:
    """Edges from one text a lane, in time order."""
    rows = [
        (round(float(word[:-1]) * 1000), lane, int(word[-1] == "v"))
        for lane, text in enumerate(lanes)
        for word in text.split()
    ]
    return np.array(sorted(rows, key=lambda row: row[0]), dtype=EDGE)


def judged(chart: Chart, edges: NDArray[np.void], rules: str = "osu-mania-stable", rate: float = 1.0) -> Judge:
    """A judge that has heard it all."""
    judge = Judge(chart, rule_set(rules, chart), rate)
    judge.feed(edges)
    judge.finish()
    return judge


def told(chart: Chart, edges: NDArray[np.void], rules: str = "osu-mania-stable", rate: float = 1.0) -> str:
    """The judgements given, in order and by name, one word each; ``break`` where a hold was let go."""
    judge = judged(chart, edges, rules, rate)
    words = []
    for hit in judge.hits:
        if hit["judgement"] >= 0:
            words.append(judge.rules.judgements[hit["judgement"]])
        elif hit["part"] == 2:
            words.append("break")
    return " ".join(words)


def result(chart: Chart, edges: NDArray[np.void], rules: str = "osu-mania-stable", rate: float = 1.0) -> Result:
    """The same, summed up."""
    return judged(chart, edges, rules, rate).finish()
