from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import UserError
from game.rhythm.chart import Chart
from game.rhythm.rules import RULE_SETS, at_rate, rule_set
from tests.rig.judging import notes


def at_difficulty(value: float) -> Chart:
    return notes("x", difficulty=value)


def test_every_rule_set_is_there_under_its_name() -> None:
    assert {"osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam"} <= set(RULE_SETS)
    assert {f"etterna-wife3-j{level}" for level in range(1, 10)} <= set(RULE_SETS)
    for name in RULE_SETS:
        rules = rule_set(name)
        assert rules.name == name
        assert len(rules.accuracy) == len(rules.health) == len(rules.judgements)
        assert len(rules.early_us) == len(rules.late_us) == rules.miss


def test_an_unknown_rule_set_is_refused_in_one_sentence_that_names_the_others() -> None:
    with pytest.raises(UserError, match=r"no rule set 'osu'.*quaver-standard"):
        rule_set("osu")


@pytest.mark.parametrize(
    ("difficulty", "windows"),
    [
        (0, (22.5, 64.5, 97.5, 127.5, 151.5, 188.5)),
        (5, (19.5, 49.5, 82.5, 112.5, 136.5, 173.5)),
        (8, (16.5, 40.5, 73.5, 103.5, 127.5, 164.5)),
        (10, (13.5, 34.5, 67.5, 97.5, 121.5, 158.5)),
    ],
)
def test_lazer_windows(difficulty: float, windows: tuple[float, ...]) -> None:
    rules = rule_set("osu-mania-lazer", at_difficulty(difficulty))
    assert tuple(value / 1000 for value in (*rules.early_us, rules.early_miss_us)) == windows


@pytest.mark.parametrize(
    ("difficulty", "windows"),
    [
        (3.1, (16, 54, 87, 117, 141)),
        (5, (16, 49, 82, 112, 136)),
        (7.2, (16, 42, 75, 105, 129)),
        (9.3, (16, 36, 69, 99, 123)),
    ],
)
def test_stable_windows_are_cut_to_whole_milliseconds(difficulty: float, windows: tuple[int, ...]) -> None:
    rules = at_rate(rule_set("osu-mania-stable", at_difficulty(difficulty)), 1.0)
    assert tuple(value // 1000 for value in rules.early_us) == windows


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize("rate", [0.5, 0.75, 1.5, 2.0])
def test_windows_stay_the_same_in_real_time_at_any_rate(name: str, rate: float) -> None:
    plain, fast = at_rate(rule_set(name), 1.0), at_rate(rule_set(name), rate)
    for own, other in zip(plain.early_us, fast.early_us, strict=True):
        assert other / rate == pytest.approx(own, abs=2 * plain.quantum_us / rate)


def test_easy_and_hard_rock_widen_and_narrow() -> None:
    chart = at_difficulty(8)
    wide = at_rate(rule_set("osu-mania-stable", chart, window_scale=1.4), 1.0)
    narrow = at_rate(rule_set("osu-mania-stable", chart, window_scale=1 / 1.4), 1.0)
    assert [value // 1000 for value in wide.early_us] == [22, 56, 102, 144, 177]
    assert [value // 1000 for value in narrow.early_us] == [11, 28, 52, 73, 90]


def test_etterna_never_takes_less_than_180_ms() -> None:
    assert rule_set("etterna-wife3-j9").early_us == (4_500, 9_000, 18_000, 27_000, 180_000)
    assert rule_set("etterna-wife3-j4").early_us == (22_500, 45_000, 90_000, 135_000, 180_000)


def test_a_harder_chart_drains_more_and_heals_less() -> None:
    easy = rule_set("osu-mania-stable", replace(notes("x" * 40), health_drain=2.0))
    hard = rule_set("osu-mania-stable", replace(notes("x" * 40), health_drain=9.0))
    assert hard.health[5] < easy.health[5] < 0
    assert hard.health[0] > 0


def test_no_etterna_window_is_wider_than_180_ms() -> None:
    assert rule_set("etterna-wife3-j1").early_us == (33_750, 67_500, 135_000, 180_000, 180_000)


def test_quaver_heals_less_the_denser_the_chart_is_played() -> None:
    chart = notes("x" + ".x" * 40)  # five a second
    slow, plain, fast = (at_rate(rule_set("quaver-standard", chart), rate).health for rate in (0.5, 1.0, 2.0))
    assert slow[0] > plain[0] > fast[0] > 0
    assert slow[3] > plain[3] > fast[3]
    assert slow[5] == plain[5] == fast[5] == -0.06
    assert plain == rule_set("quaver-standard", chart).health
    assert at_rate(rule_set("quaver-standard", chart), 3.0).health[0] == 0.005  # twelve a second and more
    assert at_rate(rule_set("quaver-standard"), 2.0).health == rule_set("quaver-standard").health
