"""Rule sets as data: windows, judgements, weights and the names of the mechanics that use them.

A rule set says nothing in code: how holds are judged, how points and combo follow is a closed
set of names (:class:`HoldRule`, :class:`ScoreRule`), each done in one place (``judge/``, ``score.py``).
All windows are whole microseconds of real time, closed on both ends; under a rate they grow with song time
(:func:`at_rate`), so a player's fingers meet the same strictness at every speed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from engine.errors import UserError
from game.rhythm.chart import Chart
from game.rhythm.health import osu_health, quaver_density, quaver_health


class HoldRule(Enum):
    """How holds are judged."""

    COMBINED = "combined"  # osu!stable: one judgement from head and tail error together
    APART = "apart"  # osu!lazer, Quaver, O2Jam: head and tail judged on their own
    KEEP = "keep"  # Etterna: the head is judged, then the key may be off only for a moment


class ScoreRule(Enum):
    """How points add up."""

    SCORE_V1 = "score-v1"
    LAZER = "lazer"
    WIFE3 = "wife3"
    QUAVER = "quaver"
    O2JAM = "o2jam"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything a judge needs to know of a game's rules.

    ``judgements`` names what can be counted, best first.  The first ``len(early_us)`` of them are
    earned by timing: judgement *i* when the error lies in ``[-early_us[i], late_us[i]]``; ``miss`` is
    the index of the miss.  A press earlier than every window but within ``early_miss_us`` spends the
    note as a miss.  A note not hit by ``late_us[miss - 1]`` is missed.  Tail windows likewise.
    """

    name: str
    title: str
    judgements: tuple[str, ...]
    miss: int
    early_us: tuple[int, ...]
    late_us: tuple[int, ...]
    early_miss_us: int
    hold: HoldRule
    score: ScoreRule
    accuracy: tuple[float, ...]
    """What each judgement is worth in accuracy, relative to ``accuracy[0]``."""
    health: tuple[float, ...]
    """What each judgement adds to health, which runs from 0 to 1."""
    grades: tuple[tuple[str, float], ...]
    """Grade letters with the least accuracy each needs, best first."""
    tail_early_us: tuple[int, ...] = ()
    tail_late_us: tuple[int, ...] = ()
    tail_early_miss_us: int = 0
    """A release earlier than the tail's windows but within this spends the tail as a miss (APART)."""
    tail_cap: int = 0
    """Best judgement of a tail whose head was missed or whose hold was broken (APART)."""
    tail_unreleased: int = 0
    """Judgement of a tail that was held past its window (APART)."""
    tail_dropped: int = 0
    """Judgement of a tail released before its windows (APART); the hold is over then if ``drop_ends``."""
    drop_ends: bool = False
    head_miss_ends: bool = False
    """Whether a missed head takes its tail with it at once (APART)."""
    yields_to_next: bool = False
    """A note can be hit only until the next note of its lane begins (osu!lazer)."""
    quantum_us: int = 1
    """Input is judged on instants rounded to this (osu!stable knows whole milliseconds only)."""
    long_window_us: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """COMBINED: how far the head may be off for each judgement of a hold; head and tail together twice that."""
    let_go_us: int = 0
    """KEEP: how long a hold may be let go."""
    roll_us: int = 0
    """KEEP: how long a roll may go without a press."""
    tap_in_hold_us: int = 0
    """KEEP: while a hold or roll lasts, a press counts for a tap no farther away than this."""
    actions_a_second: float = 0.0
    """How dense the chart is at rate 1, where health follows that (Quaver); 0 where it does not."""
    mine_us: int = 75_000
    mine: int = -1
    """Judgement of a mine set off; -1 where the game has no mines: it only breaks the combo."""
    mine_avoided: int = -1
    """Judgement of a mine left alone; -1 for none."""
    health_start: float = 1.0
    """What health begins at; StepMania's bar, and so Etterna's, starts half full."""
    combo_keep: int = 5
    """How many of the judgements, best first, raise the combo; those after it, up to the miss, end it."""
    hold_miss_health: float = 1.0
    """What a missed head or tail takes from health, as a share of what a missed tap takes."""
    tick_us: int = 0
    """COMBINED: holding this long adds one to the combo."""
    wife_scale: float = 1.0
    score_scale: float = 1.0
    """What mods make of the score (ScoreV1)."""
    rate: float = 1.0
    """The rate these windows are for (:func:`at_rate`)."""

    def index(self, judgement: str) -> int:
        """The place of a judgement's name.

        Raises:
            ValueError: if this rule set has no such judgement.
        """
        return self.judgements.index(judgement)


def at_rate(rules: RuleSet, rate: float) -> RuleSet:
    """``rules`` with every window in song time at ``rate``, cut to whole quanta as osu!stable does."""

    def scale(value_us: int) -> int:
        scaled = int(value_us * rate + 1e-6)
        return scaled // rules.quantum_us * rules.quantum_us

    scaled = _with_windows(rules, scale)
    early, late = scaled.early_us, scaled.late_us
    changes: dict[str, object] = {
        "let_go_us": scale(rules.let_go_us),
        "roll_us": scale(rules.roll_us),
        "tap_in_hold_us": scale(rules.tap_in_hold_us),
        "mine_us": scale(rules.mine_us),
        "rate": rate,
    }
    if rules.hold is HoldRule.COMBINED:
        # The late edge of OK is open: the note is gone on that very millisecond.
        changes["late_us"] = (*late[:3], early[3] - rules.quantum_us, early[3] - rules.quantum_us)
        changes["long_window_us"] = (early[0] * 6 // 5, early[1] * 11 // 10, early[2], early[3], early[4])
        changes["tick_us"] = scale(rules.tick_us)
    if rules.actions_a_second:
        changes["health"] = quaver_health(rules.actions_a_second * rate)
    return replace(scaled, **changes)  # type: ignore[arg-type]


def _with_windows(rules: RuleSet, scale: Callable[[int], int]) -> RuleSet:
    """``rules`` with every judgement's window put through ``scale``."""
    return replace(
        rules,
        early_us=tuple(map(scale, rules.early_us)),
        late_us=tuple(map(scale, rules.late_us)),
        early_miss_us=scale(rules.early_miss_us),
        tail_early_us=tuple(map(scale, rules.tail_early_us)),
        tail_late_us=tuple(map(scale, rules.tail_late_us)),
        tail_early_miss_us=scale(rules.tail_early_miss_us),
    )


OSU_GRADES = (("SS", 1.0), ("S", 0.95), ("A", 0.9), ("B", 0.8), ("C", 0.7), ("D", 0.0))
OSU_NAMES = ("max", "300", "200", "100", "50", "miss")


def _stable(name: str, chart: Chart | None) -> RuleSet:
    """osu!stable ScoreV1 (osu! wiki, Gameplay/Judgement/osu!mania; ppy/osu TestSceneLegacyReplayPlayback)."""
    difficulty = min(10.0, max(0.0, chart.overall_difficulty if chart else 8.0))
    windows = (16_000, *(round((base + 3 * (10 - difficulty)) * 1000) for base in (34, 67, 97, 121)))
    return RuleSet(
        name=name,
        title="osu!mania (stable)",
        judgements=OSU_NAMES,
        miss=5,
        early_us=windows,
        late_us=windows,
        early_miss_us=round((158 + 3 * (10 - difficulty)) * 1000),
        hold=HoldRule.COMBINED,
        score=ScoreRule.SCORE_V1,
        accuracy=(300, 300, 200, 100, 50, 0),
        health=osu_health(chart),
        grades=OSU_GRADES,
        quantum_us=1000,
        tick_us=100_000,
    )


def _lazer(name: str, chart: Chart | None) -> RuleSet:
    """osu!lazer (ppy/osu ManiaHitWindows, DrawableHoldNoteTail, OrderedHitPolicy)."""
    difficulty = min(10.0, max(0.0, chart.overall_difficulty if chart else 8.0))

    def window(easy: float, normal: float, hard: float) -> int:
        at = (
            normal + (hard - normal) * (difficulty - 5) / 5
            if difficulty > 5
            else easy + (normal - easy) * (difficulty / 5)
        )
        return math.floor(at + 1e-9) * 1000 + 500

    rows = ((22.4, 19.4, 13.9), (64, 49, 34), (97, 82, 67), (127, 112, 97), (151, 136, 121))
    windows = tuple(window(*row) for row in rows)
    tails = tuple(value * 3 // 2 for value in windows)
    return RuleSet(
        name=name,
        title="osu!mania (lazer)",
        judgements=("perfect", "great", "good", "ok", "meh", "miss"),
        miss=5,
        early_us=windows,
        late_us=windows,
        early_miss_us=window(188, 173, 158),
        hold=HoldRule.APART,
        score=ScoreRule.LAZER,
        accuracy=(305, 300, 200, 100, 50, 0),
        health=osu_health(chart),
        grades=OSU_GRADES,
        tail_early_us=tails,
        tail_late_us=tails,
        tail_early_miss_us=window(188, 173, 158) * 3 // 2,
        tail_cap=4,
        tail_unreleased=5,
        tail_dropped=5,
        yields_to_next=True,
        hold_miss_health=0.5,
    )


ETTERNA_SCALES = (1.5, 1.33, 1.16, 1.0, 0.84, 0.66, 0.5, 0.33, 0.2)
"""Window scale of J1 to J9 (Etterna: Preferences, timing difficulties)."""


def _etterna(name: str, chart: Chart | None) -> RuleSet:
    """Etterna with Wife3 scoring; the boo window is 180 ms whatever the judge, and no window is wider; a roll
    lasts at least 250 ms from press to press (Etterna: Player, GetWindowSeconds; wife3)."""
    scale = ETTERNA_SCALES[int(name[-1]) - 1]
    bad = 180_000
    windows = tuple(min(round(ms * scale * 1000), bad) for ms in (22.5, 45, 90, 135))
    return RuleSet(
        name=name,
        title=f"Etterna Wife3 J{name[-1]}",
        judgements=("marvelous", "perfect", "great", "good", "bad", "miss", "held", "let go", "mine"),
        miss=5,
        early_us=(*windows, bad),
        late_us=(*windows, bad),
        early_miss_us=0,
        hold=HoldRule.KEEP,
        score=ScoreRule.WIFE3,
        accuracy=(2.0, 2.0, 2.0, 2.0, 2.0, -5.5, 0.0, -4.5, -7.0),
        health=(0.008, 0.008, 0.004, 0.0, -0.04, -0.08, 0.008, -0.08, -0.16),
        health_start=0.5,
        grades=(
            ("AAAAA", 0.999935),
            ("AAAA", 0.99955),
            ("AAA", 0.997),
            ("AA", 0.93),
            ("A", 0.8),
            ("B", 0.7),
            ("C", 0.6),
            ("D", -math.inf),
        ),
        let_go_us=round(250_000 * scale),
        roll_us=max(round(500_000 * scale), 250_000),
        tap_in_hold_us=135_000,
        mine=8,
        combo_keep=3,
        wife_scale=scale,
    )


def _quaver(name: str, chart: Chart | None) -> RuleSet:
    """Quaver, Standard preset (Quaver.API ScoreProcessorKeys): releases get 1.5 times the windows."""
    windows = (18_000, 43_000, 76_000, 106_000, 127_000)
    # A release has no OKAY: its window counts as GOOD.
    tails = tuple(value * 3 // 2 for value in (*windows[:3], windows[4]))
    density = quaver_density(chart)
    return RuleSet(
        name=name,
        title="Quaver Standard",
        judgements=("marv", "perf", "great", "good", "okay", "miss"),
        miss=5,
        early_us=windows,
        late_us=windows,
        early_miss_us=164_000,
        hold=HoldRule.APART,
        score=ScoreRule.QUAVER,
        accuracy=(100, 98.25, 65, 25, -100, -50),
        health=quaver_health(density),
        actions_a_second=density,
        grades=(("X", 1.0), ("SS", 0.99), ("S", 0.95), ("A", 0.9), ("B", 0.8), ("C", 0.7), ("D", -math.inf)),
        tail_early_us=tails,
        tail_late_us=tails,
        tail_cap=0,
        tail_unreleased=3,
        tail_dropped=5,
        drop_ends=True,
        head_miss_ends=True,
        mine_us=18_000,
        mine=5,
        mine_avoided=0,
    )


def _o2jam(name: str, chart: Chart | None) -> RuleSet:
    """O2Jam's shape with fixed windows (open2jam's time judgement: 41 / 125 / 173 ms)."""
    windows = (41_000, 125_000, 173_000)
    return RuleSet(
        name=name,
        title="O2Jam",
        judgements=("cool", "good", "bad", "miss"),
        miss=3,
        early_us=windows,
        late_us=windows,
        early_miss_us=0,
        hold=HoldRule.APART,
        score=ScoreRule.O2JAM,
        accuracy=(1.0, 0.5, 0.1, 0.0),
        health=(0.003, 0.002, -0.01, -0.05),
        grades=(("SS", 1.0), ("S", 0.95), ("A", 0.9), ("B", 0.8), ("C", 0.7), ("D", 0.0)),
        tail_early_us=windows,
        tail_late_us=windows,
        tail_cap=0,
        tail_unreleased=3,
        tail_dropped=3,
        drop_ends=True,
        head_miss_ends=True,
        combo_keep=2,
    )


_MAKERS: dict[str, Callable[[str, Chart | None], RuleSet]] = {
    "osu-mania-stable": _stable,
    "osu-mania-lazer": _lazer,
    "etterna-wife3-j4": _etterna,
    "quaver-standard": _quaver,
    "o2jam": _o2jam,
    **{f"etterna-wife3-j{level}": _etterna for level in (1, 2, 3, 5, 6, 7, 8, 9)},
}

RULE_SETS: tuple[str, ...] = tuple(_MAKERS)
"""The names of every rule set, the usual ones first."""


def rule_set(name: str, chart: Chart | None = None, window_scale: float = 1.0) -> RuleSet:
    """The rule set called ``name``, as strict as ``chart`` asks (osu! OD and HP; 8 and 8 without a chart).

    ``window_scale`` widens every window (osu!'s EZ and HR).

    Raises:
        UserError: if there is no such rule set.
    """
    maker = _MAKERS.get(name)
    if maker is None:
        raise UserError(f"There is no rule set {name!r}; there are {', '.join(RULE_SETS)}.")
    rules = maker(name, chart)
    return rules if window_scale == 1.0 else _with_windows(rules, lambda value_us: round(value_us * window_scale))
