"""A player who never errs: the edges that earn the best judgement for every note, whatever the rule set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import EDGE, Chart, NoteKind

TAP_US = 50_000
"""How long a tap is held when nothing follows soon in its lane."""

LIFT_AHEAD_US = 5_000
"""How long before its release a lift is pressed: near enough to be a perfect tap where lifts are taps."""

ROLL_LAST_US = 220_000
"""The last press of a roll stands this far before its end: too far from the next note to hit it."""

ROLL_EVERY_US = 240_000
"""Presses of a roll come this often; by the strictest rules 250 ms would lose it."""


def autoplay(chart: Chart, rate: float = 1.0) -> NDArray[np.void]:
    """Perfect input for ``chart`` (dtype ``EDGE``, in time order) played at ``rate``."""
    rows: list[tuple[int, int, int, int]] = []
    notes = chart.notes[chart.notes["kind"] != NoteKind.FAKE]
    for lane in range(chart.keys):
        own = notes[notes["lane"] == lane]
        columns = (own[name].tolist() for name in ("at_us", "end_us", "kind"))
        following = [*own["at_us"].tolist()[1:], None]
        for at_us, end_us, kind, next_us in zip(*columns, following[: len(own)], strict=True):
            for press_us, release_us in _presses(at_us, end_us, kind, next_us, rate):
                # The running number keeps a release before the press that follows it at the same instant.
                rows.append((press_us, len(rows), lane, 1))
                rows.append((release_us, len(rows), lane, 0))
    rows.sort()
    edges = np.zeros(len(rows), dtype=EDGE)
    if rows:
        table = np.array(rows, dtype=np.int64)
        edges["at_us"], edges["lane"], edges["down"] = table[:, 0], table[:, 2], table[:, 3]
    return edges


def _presses(at_us: int, end_us: int, kind: int, next_us: int | None, rate: float) -> list[tuple[int, int]]:
    """When to press and release for one note, the next of its lane beginning at ``next_us``."""
    if kind == NoteKind.MINE:
        return []
    if kind == NoteKind.HOLD:
        return [(at_us, end_us if next_us is None else min(end_us, next_us))]
    if kind == NoteKind.LIFT:
        return [(at_us - int(LIFT_AHEAD_US * rate), at_us)]
    presses = [at_us]
    if kind == NoteKind.ROLL:
        last_us, every_us = end_us - int(ROLL_LAST_US * rate), int(ROLL_EVERY_US * rate)
        if end_us - at_us > every_us:
            again = [last_us]
            while again[0] - at_us > every_us:
                again.insert(0, again[0] - every_us)
            presses += again
    tap_us = int(TAP_US * rate)
    found = []
    for place, press_us in enumerate(presses):
        following_us = presses[place + 1] if place + 1 < len(presses) else next_us
        room_us = tap_us if following_us is None else min(tap_us, (following_us - press_us) // 2)
        found.append((press_us, press_us + room_us))
    return found
