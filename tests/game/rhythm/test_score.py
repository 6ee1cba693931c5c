from __future__ import annotations

import math

import pytest

from game.rhythm.hits import Part, Row
from game.rhythm.rules import at_rate, rule_set
from game.rhythm.score import Scorer, ScoreState, grade, scorer, wife3
from tests.rig.judging import judged, keys, notes, result


def scored(rules: str, judgements: list[int], total: int | None = None, error_us: int = 0) -> tuple[Scorer, ScoreState]:
    """A scorer fed with taps that were judged so, a tenth of a second apart."""
    machine = scorer(at_rate(rule_set(rules), 1.0), total or len(judgements), [False])
    rows: list[Row] = [
        (place * 100_000, 0, Part.HEAD, judgement, error_us) for place, judgement in enumerate(judgements)
    ]
    machine.add(rows)
    return machine, machine.state()


@pytest.mark.parametrize(
    ("off_ms", "half"),
    [(0, 1.0), (5, 1.0), (30, 0.97078007), (65, 0.0), (150, -2.03260875), (180, -2.75), (400, -2.75)],
)
def test_wife3_at_the_usual_judge(off_ms: float, half: float) -> None:
    assert wife3(off_ms, 1.0) / 2 == pytest.approx(half, abs=1e-7)


def test_wife3_is_stricter_at_higher_judges() -> None:
    assert wife3(30, 1.0) > wife3(30, 0.5) > wife3(30, 0.2)


def test_wife3_counts_real_time_under_a_rate() -> None:
    chart = notes("x")
    slow = result(chart, keys("1030v"), "etterna-wife3-j4")
    fast = result(chart, keys("1060v"), "etterna-wife3-j4", rate=2.0)
    assert fast.accuracy == pytest.approx(slow.accuracy) == pytest.approx(0.97078007)


def test_wife3_takes_for_mines_and_dropped_holds() -> None:
    chart = notes("[====]..m")
    dropped = result(chart, keys("1000v 1050^ 1810v"), "etterna-wife3-j4")
    assert dropped.counts["let go"] == dropped.counts["mine"] == 1
    assert dropped.accuracy == pytest.approx((2 - 4.5 - 7) / 2)
    assert dropped.score == 0


def test_score_v1_reaches_a_million_and_halves_without_the_bonus() -> None:
    assert scored("osu-mania-stable", [0] * 500)[1].score == 1_000_000
    _, state = scored("osu-mania-stable", [4] * 500)
    # All 50: the bonus falls to nothing, 50 / 320 of the half is left and a little from before it fell.
    assert state.score == pytest.approx(500_000 * 50 / 320, rel=0.003)


def test_score_v1_bonus_falls_with_errors_and_climbs_back() -> None:
    def by_hand(judgements: list[int]) -> float:
        bonus, points = 100, 0.0
        for judgement in judgements:
            bonus = min(100, max(0, bonus + (2, 1, -8, -24, -44, -100)[judgement]))
            points += (320, 300, 200, 100, 50, 0)[judgement] + (32, 32, 16, 8, 4, 0)[judgement] * math.sqrt(bonus)
        return points * 500_000 / 320 / len(judgements)

    for judgements in ([0, 5, 0, 0, 1, 2, 0], [3] * 4 + [0] * 20, [1, 4, 2, 5, 5, 0, 1, 1]):
        assert scored("osu-mania-stable", judgements)[1].score == round(by_hand(judgements))


def test_lazer_score_shares_combo_and_accuracy() -> None:
    assert scored("osu-mania-lazer", [0] * 450)[1].score == 1_000_000
    _, state = scored("osu-mania-lazer", [1] * 450)
    accuracy = 300 / 305
    assert state.score == round(150_000 + 850_000 * accuracy ** (2 + 2 * accuracy))
    _, half = scored("osu-mania-lazer", [0] * 225, total=450)
    assert 420_000 < half.score < 500_000


def test_lazer_is_ss_without_anything_below_great() -> None:
    machine, state = scored("osu-mania-lazer", [1] * 5)
    assert grade(machine.rules, state) == "SS"
    machine, state = scored("osu-mania-lazer", [0] * 99 + [2])
    assert grade(machine.rules, state) == "S"


def test_quaver_multiplier_climbs_by_tens_and_falls_on_good_and_miss() -> None:
    assert scored("quaver-standard", [0] * 300)[1].score == 1_000_000
    assert scored("quaver-standard", [0] * 9)[0].points == 900
    assert scored("quaver-standard", [0] * 10)[0].points == 9 * 100 + 110
    assert scored("quaver-standard", [0] * 20 + [3])[0].points == 9 * 100 + 10 * 110 + 120 + 10 + 10
    assert scored("quaver-standard", [0] * 20 + [5])[0].points == 9 * 100 + 10 * 110 + 120


def test_quaver_accuracy_weights_and_never_below_nothing() -> None:
    assert scored("quaver-standard", [0, 1, 2, 3])[1].accuracy == pytest.approx((100 + 98.25 + 65 + 25) / 400)
    assert scored("quaver-standard", [4, 5])[1].accuracy == 0.0


def test_o2jam_fifteen_cools_make_a_pill_that_mends_a_bad() -> None:
    _, state = scored("o2jam", [0] * 15)
    assert state.pills == 1
    _, state = scored("o2jam", [0] * 15 + [2])
    assert (state.pills, state.counts, state.combo) == (0, (15, 1, 0, 0), 16)
    _, state = scored("o2jam", [0] * 14 + [2])
    assert (state.counts, state.combo) == ((14, 0, 1, 0), 0)
    _, state = scored("o2jam", [0] * 14 + [1] + [0] * 14)
    assert state.pills == 0  # not in a row
    assert scored("o2jam", [0] * 200)[1].pills == 5
    _, state = scored("o2jam", [0] * 15 + [3])
    assert (state.pills, state.counts) == (1, (15, 0, 0, 1))  # a miss stays a miss


def test_o2jam_jam_gauge_fills_raises_the_jam_combo_and_is_lost() -> None:
    _, state = scored("o2jam", [0] * 24)
    assert (state.jam, state.jam_combo) == (96, 0)
    _, state = scored("o2jam", [0] * 25)
    assert (state.jam, state.jam_combo, state.score) == (0, 1, 25 * 200 + 10)
    _, state = scored("o2jam", [0] * 26 + [3])
    assert (state.jam, state.jam_combo) == (0, 0)
    assert scored("o2jam", [3] * 5)[1].score == 0


def test_combo_ends_where_each_game_ends_it() -> None:
    assert scored("osu-mania-stable", [0, 4, 0])[1].max_combo == 3
    assert scored("osu-mania-stable", [0, 5, 0])[1].max_combo == 1
    assert scored("etterna-wife3-j4", [0, 2, 0])[1].max_combo == 3
    assert scored("etterna-wife3-j4", [0, 3, 0])[1].max_combo == 1
    assert scored("quaver-standard", [0, 4, 0])[1].max_combo == 3
    assert scored("o2jam", [0, 2, 0])[1].max_combo == 1


def test_health_begins_full_but_half_full_in_etterna() -> None:
    assert scored("osu-mania-stable", [])[1].health == 1.0
    assert scored("etterna-wife3-j4", [])[1].health == 0.5
    assert scored("etterna-wife3-j4", [5] * 7)[1].failed_at_us is not None


@pytest.mark.parametrize(
    "rules", ["osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam"]
)
def test_health_empties_with_misses_and_says_when(rules: str) -> None:
    machine = at_rate(rule_set(rules), 1.0)
    _, state = scored(rules, [machine.miss] * 200)
    assert state.health == 0.0
    assert state.failed_at_us is not None
    assert grade(machine, state) == "F"
    _, state = scored(rules, [machine.miss] + [0] * 2000)
    assert state.health == 1.0
    assert state.failed_at_us is None


def test_lazer_halves_the_health_of_a_missed_head_or_tail() -> None:
    tap = judged(notes("x"), keys(""), "osu-mania-lazer").state.health
    hold = judged(notes("[====]"), keys(""), "osu-mania-lazer").state.health
    assert 1 - hold == pytest.approx(1 - tap)  # head and tail, half each


def test_grades_by_accuracy() -> None:
    rules = rule_set("osu-mania-stable")
    for judgements, letter in (
        ([0, 1], "SS"),
        ([0] * 19 + [2], "S"),
        ([0] * 7 + [2], "S"),
        ([0] * 5 + [2], "A"),
        ([0] * 3 + [3], "B"),
        ([2], "D"),
    ):
        assert grade(rules, scored("osu-mania-stable", judgements)[1]) == letter
    assert grade(rule_set("etterna-wife3-j4"), scored("etterna-wife3-j4", [0] * 10)[1]) == "AAAAA"
    assert grade(rule_set("quaver-standard"), scored("quaver-standard", [0] * 10)[1]) == "X"
