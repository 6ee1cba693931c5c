"""The one event processor for live play, replays and peers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import EDGE, Chart, NoteKind
from game.rhythm.judge.lanes import HIT, Lane, NoteState, Row
from game.rhythm.judge.stable import StableLane
from game.rhythm.rules import RuleSet, at_rate
from game.rhythm.score import ScoreState, scorer

__all__ = ["HIT", "Judge", "NoteState"]

_FIRST_HITS = 1024


class Judge:
    """Judges one performance of one chart by one rule set.

    All instants are song time in microseconds.  Input is taken in time order: an edge stamped before an
    instant already passed is judged at that instant.  The result does not depend on how input is cut
    into calls, nor on when :meth:`advance` was called in between.

    Args:
        chart: what is played.
        rules: by which rules (:func:`game.rhythm.rules.rule_set`).
        rate: how fast the song runs; windows grow with it in song time and stay the same in real time.
    """

    def __init__(self, chart: Chart, rules: RuleSet, rate: float = 1.0) -> None:
        self.chart = chart
        self.base_rules = rules
        self.rules = at_rate(rules, rate)
        self.rate = rate
        self._states = bytearray(len(chart.notes))
        self._out: list[Row] = []
        self._lanes = [self._lane(lane) for lane in range(chart.keys)]
        self._scorer = scorer(self.rules, self._total())
        self._hits = np.zeros(_FIRST_HITS, dtype=HIT)
        self._hit_count = 0
        self._edges_seen = 0
        self._now_us = -(1 << 62)

    def _lane(self, lane: int) -> Lane:
        notes = self.chart.notes
        mine = (notes["lane"] == lane) & ~np.isin(notes["kind"], [int(NoteKind.MINE), int(NoteKind.FAKE)])
        return StableLane(self.rules, notes, np.flatnonzero(mine).tolist(), self._states, self._out)

    def _total(self) -> int:
        return self.chart.count(NoteKind.TAP, NoteKind.HOLD, NoteKind.ROLL, NoteKind.LIFT)

    def _stamp(self, at_us: int) -> int:
        """``at_us`` on the rule set's grid, never before what was already judged."""
        quantum = self.rules.quantum_us
        if quantum > 1:
            at_us = (at_us + quantum // 2) // quantum * quantum
        return max(at_us, self._now_us)

    def press(self, lane: int, at_us: int) -> int:
        """A lane's key went down; gives the instant it was judged at."""
        return self._edge(lane, at_us, True)

    def release(self, lane: int, at_us: int) -> int:
        """A lane's key went up; gives the instant it was judged at."""
        return self._edge(lane, at_us, False)

    def _edge(self, lane: int, at_us: int, down: bool) -> int:
        at_us = self._stamp(at_us)
        self._wake(at_us)
        self._edges_seen += 1
        machine = self._lanes[lane]
        machine.edge(at_us, down, self._edges_seen)
        if machine.wake_us <= at_us:
            machine.wake(at_us)
        self._settle()
        return at_us

    def advance(self, now_us: int) -> None:
        """Time has come to ``now_us``: judge what was missed by then."""
        self._wake(now_us)
        self._settle()

    def _wake(self, now_us: int) -> None:
        if now_us <= self._now_us:
            return
        self._now_us = now_us
        for lane in self._lanes:
            if lane.wake_us <= now_us:
                lane.wake(now_us)
        self._settle()

    def feed(self, edges: NDArray[np.void]) -> None:
        """Many edges at once (dtype ``EDGE``), in time order; lanes beyond the chart's are left out."""
        edges = edges[edges["lane"] < self.chart.keys]
        if not len(edges):
            return
        times = edges["at_us"]
        quantum = self.rules.quantum_us
        if quantum > 1:
            times = (times + quantum // 2) // quantum * quantum
        times = np.maximum.accumulate(np.maximum(times, self._now_us))
        ordinals = np.arange(self._edges_seen + 1, self._edges_seen + 1 + len(edges))
        self._edges_seen += len(edges)
        for number, lane in enumerate(self._lanes):
            chosen = np.flatnonzero(edges["lane"] == number)
            lane.run(times[chosen].tolist(), (edges["down"][chosen] != 0).tolist(), ordinals[chosen].tolist())
        self._now_us = int(times[-1])
        for lane in self._lanes:
            if lane.wake_us <= self._now_us:
                lane.wake(self._now_us)
        self._settle()

    def _settle(self) -> None:
        """Put what the lanes said in order, score it and keep it."""
        out = self._out
        if not out:
            return
        out.sort()
        rows = self._scorer.add(out)
        out.clear()
        start, count = self._hit_count, len(rows)
        while start + count > len(self._hits):
            self._hits = np.concatenate([self._hits, np.zeros(len(self._hits), dtype=HIT)])
        lanes = self.chart.notes["lane"]
        if count < 8:
            for place, (at_us, _, note, part, judgement, error_us) in enumerate(rows, start):
                self._hits[place] = (at_us, note, lanes[note], part, judgement, error_us)
        else:
            table = np.array(rows, dtype=np.int64)
            block = self._hits[start : start + count]
            block["at_us"], block["note"], block["part"] = table[:, 0], table[:, 2], table[:, 3]
            block["judgement"], block["error_us"] = table[:, 4], table[:, 5]
            block["lane"] = lanes[table[:, 2]]
        self._hit_count = start + count

    @property
    def hits(self) -> NDArray[np.void]:
        """Everything judged so far (dtype ``HIT``), in the order it was scored; ``hits[cursor:]`` is what is new."""
        return self._hits[: self._hit_count]

    @property
    def state(self) -> ScoreState:
        """Combo, score, accuracy, health and counts as they stand."""
        return self._scorer.state()

    @property
    def now_us(self) -> int:
        """The instant up to which everything is judged."""
        return self._now_us

    def held(self, lane: int) -> bool:
        """Whether a lane's key is down."""
        return self._lanes[lane].down

    @property
    def note_states(self) -> NDArray[np.uint8]:
        """A :class:`NoteState` for every note of the chart; a view that keeps up by itself."""
        return np.frombuffer(self._states, dtype=np.uint8)

    def finish(self) -> Any:
        """Let the rest of the song pass."""
        self.advance(1 << 61)
        return self.state
