"""Points, combo, accuracy and health: one state machine a rule set, fed with hits in time order.

Live play feeds it a hit at a time, a replay thousands at once; both run the same lines in the same order,
so the last digit agrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from game.rhythm.judge.lanes import Part, Row
from game.rhythm.rules import RuleSet, ScoreRule

SCORE_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class ScoreState:
    """Where a performance stands.  ``accuracy`` and ``health`` run from 0 to 1 (Wife3 may fall below 0)."""

    combo: int
    max_combo: int
    score: int
    accuracy: float
    health: float
    counts: tuple[int, ...]
    """How often each of ``rules.judgements`` was given."""
    pills: int = 0
    """O2Jam: pills in store; each turns a BAD into a GOOD."""
    jam: int = 0
    """O2Jam: the jam gauge, 0 to 100; full, it adds a jam combo and starts again."""
    jam_combo: int = 0
    failed_at_us: int | None = None


class Scorer:
    """What all rule sets share: counts, combo, accuracy by weight, a health gauge.

    ``total`` is how many judgements the whole chart gives.
    """

    def __init__(self, rules: RuleSet, total: int) -> None:
        self.rules = rules
        self.total = max(1, total)
        self.counts = [0] * len(rules.judgements)
        self.combo = 0
        self.max_combo = 0
        self.points = 0.0
        self.accuracy_sum = 0.0
        self.judged = 0
        self.health = 1.0
        self.failed_at_us: int | None = None

    def add(self, rows: Iterable[Row]) -> list[Row]:
        """Take in hits, in time order; gives them back, with what the rules changed (O2Jam's pills)."""
        rules, counts, miss = self.rules, self.counts, self.rules.miss
        accuracy, gauge = rules.accuracy, rules.health
        taken: list[Row] = []
        for row in rows:
            judgement, part = row[4], row[3]
            if judgement < 0:
                if part == Part.TICK:
                    self._raise_combo()
                elif part == Part.BREAK:
                    self.combo = 0
                taken.append(row)
                continue
            changed = self.change(judgement)
            if changed != judgement:
                judgement = changed
                row = (*row[:4], judgement, row[5])
            taken.append(row)
            counts[judgement] += 1
            if judgement < miss:
                self._raise_combo()
            elif self.breaks(judgement):
                self.combo = 0
            if judgement <= miss:
                self.judged += 1
            self.accuracy_sum += accuracy[judgement]
            self.points += self.worth(judgement, part, row[5])
            self._move_health(gauge[judgement], row[0])
        return taken

    def _raise_combo(self) -> None:
        self.combo += 1
        if self.combo > self.max_combo:
            self.max_combo = self.combo

    def _move_health(self, by: float, at_us: int) -> None:
        self.health = min(1.0, max(0.0, self.health + by))
        if self.health <= 0.0 and self.failed_at_us is None:
            self.failed_at_us = at_us

    def breaks(self, judgement: int) -> bool:
        """Whether a judgement that is no hit ends the combo."""
        return judgement == self.rules.miss

    def change(self, judgement: int) -> int:
        """What a judgement becomes before it counts."""
        return judgement

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """The points of one judgement; the combo already counts it."""
        raise NotImplementedError

    def score(self) -> int:
        """The score as the game shows it."""
        return round(self.points)

    def accuracy(self) -> float:
        """Accuracy so far; 1 before anything was judged."""
        return self.accuracy_sum / (self.judged * self.rules.accuracy[0]) if self.judged else 1.0

    def state(self) -> ScoreState:
        """Where the performance stands."""
        return ScoreState(
            combo=self.combo,
            max_combo=self.max_combo,
            score=self.score(),
            accuracy=self.accuracy(),
            health=self.health,
            counts=tuple(self.counts),
            failed_at_us=self.failed_at_us,
        )


class ScoreV1(Scorer):
    """osu!mania ScoreV1: half by judgement, half by a bonus that grows with clean play (osu! wiki)."""

    VALUE = (320, 300, 200, 100, 50, 0)
    BONUS_VALUE = (32, 32, 16, 8, 4, 0)
    BONUS_CHANGE = (2, 1, -8, -24, -44, -100)

    def __init__(self, rules: RuleSet, total: int) -> None:
        super().__init__(rules, total)
        self.bonus = 100
        self.unit = SCORE_MAX / 2 / self.total / 320

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`."""
        if judgement > 5:
            return 0.0
        self.bonus = min(100, max(0, self.bonus + self.BONUS_CHANGE[judgement]))
        return self.unit * (self.VALUE[judgement] + self.BONUS_VALUE[judgement] * math.sqrt(self.bonus))


def scorer(rules: RuleSet, total: int) -> Scorer:
    """The scorer a rule set names."""
    return {ScoreRule.SCORE_V1: ScoreV1}[rules.score](rules, total)
