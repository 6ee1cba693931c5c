"""The one event processor for live play, replays and peers."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Chart, NoteKind
from game.rhythm.hits import HIT, Row
from game.rhythm.judge.apart import ApartLane
from game.rhythm.judge.keep import KeepLane, MineLane
from game.rhythm.judge.lanes import NEVER_US, Lane, run
from game.rhythm.judge.stable import StableLane
from game.rhythm.result import Result, make_result
from game.rhythm.rules import HoldRule, RuleSet, at_rate
from game.rhythm.score import ScoreState, scorer

_FIRST_HITS = 1024
_FEW_ROWS = 8


class Judge:
    """Judges one performance of one chart by one rule set.

    All instants are song time in microseconds.  Input is taken in time order: an edge stamped before an
    instant already passed is judged at that instant.  What happens at an instant is scored as soon as
    time has moved on from it (by :meth:`advance` or a later edge).  The result does not depend on how input
    is cut into calls, nor on when :meth:`advance` was called in between.

    Args:
        chart: what is played.
        rules: by which rules (:func:`game.rhythm.rules.rule_set`).
        rate: how fast the song runs; windows grow with it in song time and stay the same in real time.
        looks_us: for a recording of osu!stable, the sorted instants of its frames: that game gives the
            combo of a hold only when it looks.  None looks all the time.
    """

    def __init__(
        self, chart: Chart, rules: RuleSet, rate: float = 1.0, looks_us: NDArray[np.int64] | None = None
    ) -> None:
        self.chart = chart
        self.rules = at_rate(rules, rate)
        self.rate = rate
        # The original games walk notes of one instant as their file lists them, and so does the score.
        order = np.arange(len(chart.notes))
        if chart.file_order is not None:
            order = np.lexsort((chart.file_order, chart.notes["at_us"]))
        self._note_of = order
        self._turn_of = np.argsort(order)
        self._notes = chart.notes[order]
        self._states = bytearray(len(chart.notes))
        self._out: list[Row] = []
        looks = None if looks_us is None else np.unique(looks_us).tolist()
        self._lanes: list[list[Lane]] = [self._machines(lane, looks) for lane in range(chart.keys)]
        self._machines_all = [machine for machines in self._lanes for machine in machines]
        self._down = [False] * chart.keys
        self._scorer = scorer(self.rules, self._total(), (self._notes["kind"] == NoteKind.HOLD).tolist())
        self._hits = np.zeros(_FIRST_HITS, dtype=HIT)
        self._hit_count = 0
        self._now_us = -NEVER_US

    def _machines(self, lane: int, looks_us: list[int] | None) -> list[Lane]:
        """The machines that hear one lane: its notes, and its mines if it has any."""
        notes = self._notes
        here = notes["lane"] == lane
        mine, fake = notes["kind"] == NoteKind.MINE, notes["kind"] == NoteKind.FAKE
        played = np.flatnonzero(here & ~mine & ~fake).tolist()
        mines = np.flatnonzero(here & mine).tolist()
        machine: Lane
        if self.rules.hold is HoldRule.COMBINED:
            machine = StableLane(self.rules, notes, played, self._states, self._out, looks_us)
        elif self.rules.hold is HoldRule.APART:
            machine = ApartLane(self.rules, notes, played, self._states, self._out)
        else:
            machine = KeepLane(self.rules, notes, played, self._states, self._out)
        if not mines:
            return [machine]
        return [machine, MineLane(self.rules, notes, mines, self._states, self._out, machine)]

    def _total(self) -> int:
        """How many judgements up to the miss the chart gives."""
        total = self.chart.count(NoteKind.TAP, NoteKind.HOLD, NoteKind.ROLL, NoteKind.LIFT)
        if self.rules.hold is HoldRule.APART:
            total += self.chart.count(NoteKind.HOLD)
        if self.rules.mine_avoided >= 0:
            total += self.chart.count(NoteKind.MINE)
        return total

    def press(self, lane: int, at_us: int) -> int:
        """A lane's key went down; gives the instant it was judged at."""
        return self._edge(lane, at_us, True)

    def release(self, lane: int, at_us: int) -> int:
        """A lane's key went up; gives the instant it was judged at."""
        return self._edge(lane, at_us, False)

    def _edge(self, lane: int, at_us: int, down: bool) -> int:
        quantum = self.rules.quantum_us
        at_us = max((at_us + quantum // 2) // quantum * quantum, self._now_us)
        self._wake(at_us)
        self._down[lane] = down
        for machine in self._lanes[lane]:
            machine.edge(at_us, down)
            if machine.wake_us <= at_us:
                machine.wake(at_us)
        self._settle()
        return at_us

    def advance(self, now_us: int) -> None:
        """Time has come to ``now_us``: judge what was missed by then."""
        # A later edge may still be rounded down to the quantum's beginning.
        self._wake(now_us // self.rules.quantum_us * self.rules.quantum_us)
        self._settle()

    def _wake(self, now_us: int) -> None:
        if now_us > self._now_us:
            self._now_us = now_us
            for machine in self._machines_all:
                if machine.wake_us <= now_us:
                    machine.wake(now_us)

    def feed(self, edges: NDArray[np.void]) -> None:
        """Many edges at once (dtype ``EDGE``), in time order; lanes beyond the chart's are left out."""
        edges = edges[edges["lane"] < self.chart.keys]
        if not len(edges):
            return
        quantum = self.rules.quantum_us
        times = (edges["at_us"] + quantum // 2) // quantum * quantum
        times = np.maximum.accumulate(np.maximum(times, self._now_us))
        lanes, downs, last_us = edges["lane"], edges["down"] != 0, int(times[-1])
        for lane, machines in enumerate(self._lanes):
            chosen = np.flatnonzero(lanes == lane)
            if not len(chosen):
                continue
            own_times, own_downs = times[chosen].tolist(), downs[chosen].tolist()
            self._down[lane] = own_downs[-1]
            run(machines, own_times, own_downs)
        self._now_us = last_us
        for machine in self._machines_all:
            if machine.wake_us <= last_us:
                machine.wake(last_us)
        self._settle()

    def _settle(self) -> None:
        """Score what lies before the present instant, in order, and keep it."""
        out = self._out
        if not out:
            return
        out.sort()
        ready = bisect_left(out, (self._now_us,))
        if not ready:
            return
        rows = self._scorer.add(out[:ready])
        del out[:ready]
        start, count = self._hit_count, len(rows)
        while start + count > len(self._hits):
            self._hits = np.concatenate([self._hits, np.zeros(len(self._hits), dtype=HIT)])
        if count < _FEW_ROWS:
            for place, (at_us, turn, part, judgement, error_us) in enumerate(rows, start):
                self._hits[place] = (at_us, self._note_of[turn], self._notes["lane"][turn], part, judgement, error_us)
        else:
            table = np.array(rows, dtype=np.int64)
            block = self._hits[start : start + count]
            for column, name in ((0, "at_us"), (2, "part"), (3, "judgement"), (4, "error_us")):
                block[name] = table[:, column]
            block["note"] = self._note_of[table[:, 1]]
            block["lane"] = self._notes["lane"][table[:, 1]]
        self._hit_count = start + count

    @property
    def hits(self) -> NDArray[np.void]:
        """Everything scored so far (dtype ``HIT``), in order; ``hits[cursor:]`` is what is new."""
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
        return self._down[lane]

    @property
    def note_states(self) -> NDArray[np.uint8]:
        """A :class:`NoteState` for every note of the chart, as they are now."""
        return np.frombuffer(self._states, dtype=np.uint8)[self._turn_of]

    def finish(self) -> Result:
        """Let the rest of the song pass and sum up; keys still down count as held to the end."""
        self.advance(NEVER_US - 1)
        return self.result()

    def result(self) -> Result:
        """The sum of what was scored so far."""
        return make_result(self.chart, self.rules, self.state, self.hits)
