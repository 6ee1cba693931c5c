from __future__ import annotations

import numpy as np
import pytest

from game.rhythm.chart import Chart, make_notes
from game.rhythm.judge import Judge, NoteState
from game.rhythm.rules import RULE_SETS, rule_set
from tests.rig.judging import judged, keys, notes, result, told

# Windows as intervals: [ ] closed, ( ) open.  Stable at OD 5, in whole milliseconds:
#   max [-16, 16]  300 [-49, 49]  200 [-82, 82]  100 [-112, 112)  50 [-136, never late]  early miss [-173
STABLE = [
    (-174, ""),
    (-173, "miss"),
    (-137, "miss"),
    (-136, "50"),
    (-113, "50"),
    (-112, "100"),
    (-83, "100"),
    (-82, "200"),
    (-50, "200"),
    (-49, "300"),
    (-17, "300"),
    (-16, "max"),
    (16, "max"),
    (17, "300"),
    (49, "300"),
    (50, "200"),
    (82, "200"),
    (83, "100"),
    (111, "100"),
    (112, "miss"),
    (136, "miss"),
]
# Lazer at OD 5: halves of a millisecond, closed on both sides.
LAZER = [
    (-173.6, ""),
    (-173.5, "miss"),
    (-136.6, "miss"),
    (-136.5, "meh"),
    (-19.6, "great"),
    (-19.5, "perfect"),
    (19.5, "perfect"),
    (19.501, "great"),
    (112.5, "ok"),
    (112.6, "meh"),
    (136.5, "meh"),
    (136.501, "miss"),
]
ETTERNA = [
    (-180.001, ""),
    (-180, "bad"),
    (-135, "good"),
    (-90, "great"),
    (-45, "perfect"),
    (-22.5, "marvelous"),
    (22.5, "marvelous"),
    (22.501, "perfect"),
    (90.001, "good"),
    (180, "bad"),
    (180.001, "miss"),
]
QUAVER = [
    (-164.001, ""),
    (-164, "miss"),
    (-127, "okay"),
    (-106, "good"),
    (-76, "great"),
    (-43, "perf"),
    (18, "marv"),
    (18.001, "perf"),
    (127, "okay"),
    (127.001, "miss"),
]
O2JAM = [
    (-173.001, ""),
    (-173, "bad"),
    (-125, "good"),
    (-41, "cool"),
    (41, "cool"),
    (125, "good"),
    (125.001, "bad"),
    (173.001, "miss"),
]


@pytest.mark.parametrize(
    ("rules", "error_ms", "name"),
    [
        (rules, error_ms, name)
        for rules, table in (
            ("osu-mania-stable", STABLE),
            ("osu-mania-lazer", LAZER),
            ("etterna-wife3-j4", ETTERNA),
            ("quaver-standard", QUAVER),
            ("o2jam", O2JAM),
        )
        for error_ms, name in table
    ],
)
@pytest.mark.parametrize("rate", [1.0, 2.0])
def test_the_edges_of_every_window(rules: str, error_ms: float, name: str, rate: float) -> None:
    chart = notes("x", difficulty=5)
    pressed_ms = 1000 + error_ms * rate
    # A press too early to touch the note leaves it to be missed.
    missed = judged(chart, keys(""), rules).rules.judgements[judged(chart, keys(""), rules).rules.miss]
    assert told(chart, keys(f"{pressed_ms:.4f}v"), rules, rate) == (name or missed)


def test_stable_rounds_input_to_whole_milliseconds() -> None:
    assert told(notes("x"), keys("1016.4v")) == "max"
    assert told(notes("x"), keys("1016.5v")) == "300"


# stable   |x....x   the press between belongs to the first note until its late edge, then to the second
def test_note_lock_keeps_a_press_for_the_earliest_note() -> None:
    chart = notes("xx")  # 1000 and 1100
    assert told(chart, keys("1080v 1085^ 1110v"), "osu-mania-stable") == "100 max"
    assert told(chart, keys("1104v 1106^ 1110v"), "osu-mania-stable") == "miss max"  # 1103 is the open edge at OD 8


def test_a_note_hit_early_keeps_its_lane_until_its_own_instant() -> None:
    chart = notes("xx")
    assert told(chart, keys("960v 965^ 999v 1000^ 1100v"), "osu-mania-stable") == "300 max"


def test_lazer_gives_up_a_note_when_the_next_begins() -> None:
    chart = notes("xx")
    assert told(chart, keys("1099v"), "osu-mania-lazer") == "ok miss"
    assert told(chart, keys("1100v"), "osu-mania-lazer") == "miss perfect"


def test_etterna_takes_the_nearest_note_and_leaves_the_earlier_open() -> None:
    chart = notes("xx")
    assert told(chart, keys("1060v 1065^ 1070v"), "etterna-wife3-j4") == "perfect great"
    assert told(chart, keys("1050v"), "etterna-wife3-j4") == "great miss"  # as near: the earlier


@pytest.mark.parametrize("rules", RULE_SETS)
def test_keys_that_belong_to_no_note_change_nothing(rules: str) -> None:
    chart = notes("x", ".")
    assert told(chart, keys("1000v", "400v 410^ 1000v 1010^ 5000v"), rules) == told(chart, keys("1000v", ""), rules)


def test_fakes_are_never_judged() -> None:
    assert told(notes("f.x"), keys("1000v 1010^ 1200v")) == "max"


@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_chart_without_notes_gives_an_empty_result(rules: str) -> None:
    summed = result(notes(""), keys("1000v 1010^"), rules)
    assert (sum(summed.counts.values()), summed.max_combo, summed.accuracy, summed.total) == (0, 0, 1.0, 0)


def test_live_play_tells_what_is_new_who_is_held_and_how_far_each_note_is() -> None:
    chart = notes("x.x", "[=]")
    judge = Judge(chart, rule_set("osu-mania-stable", chart))
    assert judge.press(0, 1_005_200) == 1_005_000  # judged on the millisecond
    judge.press(1, 1_010_000)
    assert judge.held(0)
    judge.advance(1_050_000)
    seen = len(judge.hits)
    assert [int(hit["error_us"]) for hit in judge.hits] == [5_000, 10_000]
    assert judge.state.combo == 1
    assert judge.note_states.tolist() == [NoteState.HIT, NoteState.HOLDING, NoteState.AHEAD]
    judge.release(0, 1_060_000)
    judge.release(1, 1_200_000)
    judge.advance(2_000_000)
    assert not judge.held(0)
    assert judge.hits["judgement"][seen:].tolist()[-2:] == [0, 5]
    assert judge.note_states.tolist() == [NoteState.HIT, NoteState.HIT, NoteState.MISSED]


def test_input_stamped_in_the_past_is_judged_at_the_present() -> None:
    chart = notes("x")
    judge = Judge(chart, rule_set("quaver-standard", chart))
    judge.advance(1_010_000)
    assert judge.press(0, 900_000) == 1_010_000
    judge.advance(1_020_000)
    assert judge.hits["error_us"].tolist() == [10_000]


def test_errors_lanes_and_hands_are_told_apart_in_real_time() -> None:
    chart = notes("x.x", "x.x", "x.x")
    played = keys("1010v 1050^ 1210v", "990v 1050^ 1190v", "1000v 1050^")
    summed = result(chart, played, "quaver-standard", rate=2.0)
    assert summed.errors_us.tolist() == [-10_000, 0, 10_000, -10_000, 10_000]
    assert [spread.mean_us for spread in summed.lanes] == [5_000, -5_000, 0]
    assert (summed.hands[0].presses, summed.hands[1].presses, summed.hands[1].missed) == (2, 1, 1)
    assert (summed.overall.early, summed.overall.late, summed.overall.missed) == (2, 2, 1)
    assert summed.unstable_rate == pytest.approx(10 * np.std([-5, 0, 5, -5, 5]))
    assert result(chart, keys("1010v 1050^ 1210v", "", ""), "quaver-standard").suggested_offset_us == -10_000


@pytest.mark.parametrize(
    "rules", ["osu-mania-stable", "osu-mania-lazer", "etterna-wife3-j4", "quaver-standard", "o2jam"]
)
@pytest.mark.parametrize("apart_us", [0, 1])
def test_thousands_of_long_holds_on_one_spot_are_judged_all_the_same(rules: str, apart_us: int) -> None:
    count = 5_000
    rows = [(1_000_000 + place * apart_us, 9_000_000 + place * apart_us, 0, 1, -1) for place in range(count)]
    chart = Chart(keys=1, notes=make_notes(rows))
    played = keys(" ".join(f"{900 + place * 5}v {902 + place * 5}^" for place in range(100)))
    summed = result(chart, played, rules)
    assert sum(value for name, value in summed.counts.items() if name not in ("held", "let go")) == summed.total
