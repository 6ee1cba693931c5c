"""Points, combo, accuracy and health: one state machine a rule set, fed with hits in time order.

Live play feeds it a hit at a time, a replay thousands at once; both run the same lines in the same order,
so the last digit agrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from game.rhythm.hits import Part, Row
from game.rhythm.rules import RuleSet, ScoreRule

SCORE_MAX = 1_000_000
HEAD, TICK, MINE = int(Part.HEAD), int(Part.TICK), int(Part.MINE)


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
    judged: int = 0
    """How many judgements up to the miss were given; ``total`` when the chart is over."""
    total: int = 0
    pills: int = 0
    """O2Jam: pills in store; each turns a BAD into a GOOD."""
    jam: int = 0
    """O2Jam: the jam gauge, 0 to 100; full, it adds a jam combo and starts again."""
    jam_combo: int = 0
    failed_at_us: int | None = None


class Scorer:
    """What all rule sets share: counts, combo, accuracy by weight, a health gauge.

    Args:
        rules: the rule set, at the rate played.
        total: how many judgements the whole chart gives.
        long: for every note of the chart, whether it has a tail.
    """

    def __init__(self, rules: RuleSet, total: int, long: Sequence[bool]) -> None:
        self.rules = rules
        self.total = total
        self.shares = max(1, total)
        """Among how many judgements a million is shared."""
        self.long = long
        self.counts = [0] * len(rules.judgements)
        self.combo = 0
        self.max_combo = 0
        self.points = 0.0
        self.accuracy_sum = 0.0
        self.judged = 0
        self.health = rules.health_start
        self.failed_at_us: int | None = None

    def add(self, rows: Iterable[Row]) -> list[Row]:
        """Take in hits, in time order; gives them back, with what the rules changed (O2Jam's pills)."""
        rules, counts = self.rules, self.counts
        accuracy, gauge, miss, keep = rules.accuracy, rules.health, rules.miss, rules.combo_keep
        worth, long = self.worth, self.long
        weight = self.weight if type(self).weight is not Scorer.weight else None
        change = self.change if type(self).change is not Scorer.change else None
        taken: list[Row] = []
        for row in rows:
            at_us, note, part, judgement, error_us = row
            if judgement < 0:
                if part == TICK:
                    self.combo += 1
                    if self.combo > self.max_combo:
                        self.max_combo = self.combo
                elif part != HEAD:
                    self.combo = 0
                taken.append(row)
                continue
            if change is not None:
                judgement = change(judgement)
                row = (at_us, note, part, judgement, error_us)
            taken.append(row)
            counts[judgement] += 1
            if judgement < keep:
                if part != MINE:
                    self.combo += 1
                    if self.combo > self.max_combo:
                        self.max_combo = self.combo
            elif judgement <= miss:
                self.combo = 0
            if judgement <= miss:
                self.judged += 1
            self.accuracy_sum += accuracy[judgement] if weight is None else weight(judgement, part, error_us)
            self.points += worth(judgement, part, error_us)
            by = gauge[judgement]
            if judgement == miss and long[note]:
                by *= rules.hold_miss_health
            health = self.health + by
            self.health = health if 0.0 < health < 1.0 else 1.0 if health > 0.5 else 0.0
            if health <= 0.0 and self.failed_at_us is None:
                self.failed_at_us = at_us
        return taken

    def change(self, judgement: int) -> int:
        """What a judgement becomes before it counts."""
        return judgement

    def weight(self, judgement: int, part: int, error_us: int) -> float:
        """What a judgement adds to accuracy."""
        return self.rules.accuracy[judgement]

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
            judged=self.judged,
            total=self.total,
            failed_at_us=self.failed_at_us,
        )


class ScoreV1(Scorer):
    """osu!mania ScoreV1: half by judgement, half by a bonus that grows with clean play (osu! wiki)."""

    VALUE = (320, 300, 200, 100, 50, 0)
    BONUS_VALUE = (32, 32, 16, 8, 4, 0)
    BONUS_CHANGE = (2, 1, -8, -24, -44, -100)

    def __init__(self, rules: RuleSet, total: int, long: Sequence[bool]) -> None:
        super().__init__(rules, total, long)
        self.bonus = 100
        self.unit = SCORE_MAX * rules.score_scale / 2 / self.shares / 320

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`."""
        self.bonus = min(100, max(0, self.bonus + self.BONUS_CHANGE[judgement]))
        return self.unit * (self.VALUE[judgement] + self.BONUS_VALUE[judgement] * math.sqrt(self.bonus))


class Lazer(Scorer):
    """osu!lazer mania: 150,000 by combo, 850,000 by accuracy (ppy/osu ManiaScoreProcessor)."""

    VALUE = (300, 300, 200, 100, 50, 0)

    def __init__(self, rules: RuleSet, total: int, long: Sequence[bool]) -> None:
        super().__init__(rules, total, long)
        self.factors = [self._factor(combo) for combo in range(401)]
        self.most = sum(300 * self.factors[min(combo, 400)] for combo in range(1, self.shares + 1))

    @staticmethod
    def _factor(combo: int) -> float:
        return min(max(0.5, math.log(max(1, combo), 4)), math.log(400, 4))

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`."""
        return self.VALUE[judgement] * self.factors[min(self.combo, 400)]

    def score(self) -> int:
        """See :class:`Scorer`."""
        accuracy = self.accuracy()
        by_accuracy: float = 850_000 * accuracy ** (2 + 2 * accuracy) * self.judged / self.shares
        return round(150_000 * self.points / self.most + by_accuracy)


class Wife3(Scorer):
    """Etterna's Wife3: points fall along an error function of the distance (Etterna: wife3)."""

    def weight(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`."""
        rules = self.rules
        if part != HEAD or judgement == rules.miss:
            return rules.accuracy[judgement]
        return wife3(abs(error_us) / 1000 / rules.rate, rules.wife_scale)

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`; the points are the accuracy itself."""
        return 0.0

    def score(self) -> int:
        """Wife points as a share of a million."""
        return max(0, round(SCORE_MAX * self.accuracy_sum / (2 * self.shares)))


class Quaver(Scorer):
    """Quaver: each judgement is worth its weight and ten more a step of a multiplier (ScoreProcessorKeys)."""

    VALUE = (100, 50, 25, 10, 5, 0)
    STEP = 10
    STEPS = 15

    def __init__(self, rules: RuleSet, total: int, long: Sequence[bool]) -> None:
        super().__init__(rules, total, long)
        self.multiplier = 0
        self.most = sum(100 + min(count // self.STEP, self.STEPS) * self.STEP for count in range(1, self.shares + 1))

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`."""
        if judgement == self.rules.miss:
            self.multiplier -= 2 * self.STEP
        elif self.rules.judgements[judgement] == "good":
            self.multiplier -= self.STEP
        else:
            self.multiplier += 1
        self.multiplier = min(self.STEP * self.STEPS, max(0, self.multiplier))
        return float(self.VALUE[judgement] + self.multiplier // self.STEP * self.STEP)

    def score(self) -> int:
        """See :class:`Scorer`."""
        return int(SCORE_MAX * self.points / self.most)

    def accuracy(self) -> float:
        """See :class:`Scorer`; never below 0."""
        return max(0.0, super().accuracy())


class O2Jam(Scorer):
    """O2Jam: 15 COOL in a row give a pill (5 at most), a pill turns a BAD into a GOOD, a full jam gauge
    raises the jam combo, which raises what notes are worth (open2jam, raindrop)."""

    COOL, GOOD, BAD, MISS = range(4)
    VALUE = (200, 100, 4, -10)
    JAM_VALUE = (10, 5, 0, 0)
    JAM_STEP = (4, 2, 0, 0)
    JAM_FULL = 100
    PILL_EVERY = 15
    PILLS = 5

    def __init__(self, rules: RuleSet, total: int, long: Sequence[bool]) -> None:
        super().__init__(rules, total, long)
        self.cools = 0
        self.pills = 0
        self.jam = 0
        self.jam_combo = 0

    def change(self, judgement: int) -> int:
        """See :class:`Scorer`."""
        if judgement == self.COOL:
            self.cools += 1
            if self.cools % self.PILL_EVERY == 0:
                self.pills = min(self.PILLS, self.pills + 1)
            return judgement
        self.cools = 0
        if judgement == self.BAD and self.pills:
            self.pills -= 1
            return self.GOOD
        return judgement

    def worth(self, judgement: int, part: int, error_us: int) -> float:
        """See :class:`Scorer`; the score never falls below 0."""
        self.jam += self.JAM_STEP[judgement]
        if judgement >= self.BAD:
            self.jam = self.jam_combo = 0
        elif self.jam >= self.JAM_FULL:
            self.jam -= self.JAM_FULL
            self.jam_combo += 1
        value = self.VALUE[judgement] + self.JAM_VALUE[judgement] * self.jam_combo
        return max(-self.points, float(value))

    def state(self) -> ScoreState:
        """See :class:`Scorer`."""
        return replace(super().state(), pills=self.pills, jam=self.jam, jam_combo=self.jam_combo)


def wife3(off_ms: float, scale: float) -> float:
    """Points of a tap ``off_ms`` off, from 2 down to -5.5; ``scale`` is the judge's window scale.

    >>> round(wife3(30, 1.0) / 2, 8), round(wife3(150, 1.0) / 2, 8)
    (0.97078007, -2.03260875)
    """
    zero = 65 * scale**0.75
    if off_ms <= 5 * scale:
        return 2.0
    if off_ms <= zero:
        return 2 * _erf((zero - off_ms) / (22.7 * scale**0.75))
    most = 180 * scale
    return (off_ms - zero) * -5.5 / (most - zero) if off_ms <= most else -5.5


def _erf(value: float) -> float:
    """The error function from 0 up as Etterna takes it (Abramowitz and Stegun 7.1.26), right to seven digits."""
    step = 1 / (1 + 0.3275911 * value)
    row = (((1.061405429 * step - 1.453152027) * step + 1.421413741) * step - 0.284496736) * step + 0.254829592
    return 1 - row * step * math.exp(-value * value)


_SCORERS: dict[ScoreRule, type[Scorer]] = {
    ScoreRule.SCORE_V1: ScoreV1,
    ScoreRule.LAZER: Lazer,
    ScoreRule.WIFE3: Wife3,
    ScoreRule.QUAVER: Quaver,
    ScoreRule.O2JAM: O2Jam,
}


def scorer(rules: RuleSet, total: int, long: Sequence[bool]) -> Scorer:
    """The scorer a rule set names; see :class:`Scorer`."""
    return _SCORERS[rules.score](rules, total, long)


def grade(rules: RuleSet, state: ScoreState) -> str:
    """The letter for a performance that was played to its end."""
    if state.failed_at_us is not None:
        return "F"
    if rules.score is ScoreRule.LAZER and state.judged and not any(state.counts[2:]):
        return rules.grades[0][0]  # all PERFECT or GREAT
    for letter, least in rules.grades:
        if state.accuracy >= least - 1e-12:
            return letter
    return rules.grades[-1][0]
