"""What a performance came to: counts, score, and where the hands were early, late or uneven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Chart, NoteKind
from game.rhythm.hits import Part
from game.rhythm.rules import RuleSet
from game.rhythm.score import ScoreState, grade


@dataclass(frozen=True, slots=True)
class Spread:
    """How a set of presses was timed, in real time (rate taken out).  ``mean_us`` below 0 is early."""

    presses: int
    missed: int
    mean_us: float
    deviation_us: float
    early: int
    late: int

    @property
    def unstable_rate(self) -> float:
        """Ten times the standard deviation in milliseconds, as osu! tells it."""
        return self.deviation_us / 100


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One performance, summed up.

    ``accuracy`` and ``health`` run from 0 to 1.  ``errors_us`` holds the error of every press that hit,
    in song time, beside ``error_notes`` (which note) and ``error_at_us`` (when), in time order.
    """

    rules: str
    rate: float
    counts: dict[str, int]
    max_combo: int
    score: int
    accuracy: float
    grade: str
    health: float
    failed: bool
    failed_at_us: int | None
    total: int
    overall: Spread
    lanes: tuple[Spread, ...]
    hands: tuple[Spread, Spread]
    """Left and right; of an odd number of lanes the middle one belongs to neither."""
    errors_us: NDArray[np.int64]
    error_notes: NDArray[np.int32]
    error_at_us: NDArray[np.int64]
    suggested_offset_us: int
    """How far presses would have to move to come out centred: their median error in real time, negated.  The input
    offset, which is taken off every press, grows by its opposite."""

    @property
    def mean_us(self) -> float:
        """The mean error of all presses in real time; below 0 is early."""
        return self.overall.mean_us

    @property
    def unstable_rate(self) -> float:
        """Ten times the standard deviation of all presses in milliseconds, in real time."""
        return self.overall.unstable_rate


def missed_us(result: Result, chart: Chart, stopped_us: int | None = None) -> NDArray[np.int64]:
    """When the notes stood that no press met, in song time; those after ``stopped_us`` were never to be hit.

    ``chart`` is the one that was played, with the mods applied.
    """
    met = np.zeros(len(chart.notes), np.bool_)
    met[result.error_notes] = True
    at_us = chart.notes["at_us"][~met & (chart.notes["kind"] <= NoteKind.ROLL)]
    return np.asarray(at_us if stopped_us is None else at_us[at_us <= stopped_us], dtype=np.int64)


def _spread(errors_us: NDArray[np.float64], missed: int) -> Spread:
    some = len(errors_us) > 0
    return Spread(
        presses=len(errors_us),
        missed=missed,
        mean_us=float(errors_us.mean()) if some else 0.0,
        deviation_us=float(errors_us.std()) if some else 0.0,
        early=int((errors_us < 0).sum()),
        late=int((errors_us > 0).sum()),
    )


def make_result(chart: Chart, rules: RuleSet, state: ScoreState, hits: NDArray[np.void]) -> Result:
    """Sum up ``hits`` (dtype ``HIT``) that led to ``state`` under ``rules`` at the rate they are for."""
    misses = hits[hits["judgement"] == rules.miss]
    pressed = hits[(hits["part"] == Part.HEAD) & (hits["judgement"] != rules.miss)]
    real_us = pressed["error_us"] / rules.rate
    lanes = [
        _spread(real_us[pressed["lane"] == lane], int((misses["lane"] == lane).sum())) for lane in range(chart.keys)
    ]
    half = chart.keys // 2

    def hand(first: int, last: int) -> Spread:
        own = (pressed["lane"] >= first) & (pressed["lane"] < last)
        own_misses = (misses["lane"] >= first) & (misses["lane"] < last)
        return _spread(real_us[own], int(own_misses.sum()))

    return Result(
        rules=rules.name,
        rate=rules.rate,
        counts=dict(zip(rules.judgements, state.counts, strict=True)),
        max_combo=state.max_combo,
        score=state.score,
        accuracy=state.accuracy,
        grade=grade(rules, state),
        health=state.health,
        failed=state.failed_at_us is not None,
        failed_at_us=state.failed_at_us,
        total=state.total,
        overall=_spread(real_us, len(misses)),
        lanes=tuple(lanes),
        hands=(hand(0, half), hand(chart.keys - half, chart.keys)),
        errors_us=pressed["error_us"].astype(np.int64),
        error_notes=pressed["note"].astype(np.int32),
        error_at_us=pressed["at_us"].astype(np.int64),
        suggested_offset_us=-round(float(np.median(real_us))) if len(real_us) else 0,
    )
