"""Holds under every rule set; the drawings show time to the right, ``v`` press, ``^`` release."""

from __future__ import annotations

import pytest

from game.rhythm.judge import Judge, NoteState, Part
from game.rhythm.rules import RULE_SETS, rule_set
from tests.rig.judging import judged, keys, notes, told

HOLD = notes("[====]")  # 1000 to 1500, at OD 8: 16 / 40 / 73 / 103 (open) / 127 early


def stable(text: str) -> str:
    return told(HOLD, keys(text))


# |[=========]
#  v         ^
def test_stable_judges_a_hold_once_by_head_and_tail_together() -> None:
    assert stable("1000v 1500^") == "max"


# Head within 1.2 / 1.1 / 1 / 1 windows: 19.2, 44, 73, 103; head and tail together within twice that.
@pytest.mark.parametrize(
    ("press_ms", "release_ms", "name"),
    [
        (1019, 1500, "max"),
        (1020, 1500, "300"),
        (1019, 1519, "max"),
        (1019, 1520, "300"),
        (1000, 1538, "max"),
        (1000, 1539, "300"),
        (981, 1481, "max"),
        (1044, 1544, "300"),
        (1044, 1545, "200"),
        (1045, 1500, "200"),
        (1000, 1412, "300"),
        (1000, 1411, "200"),
        (1073, 1573, "200"),
        (1074, 1500, "100"),
        (1102, 1500, "100"),
        (1104, 1500, "50"),
        (1000, 1373, "200"),
    ],
)
def test_stable_windows_of_head_and_both(press_ms: int, release_ms: int, name: str) -> None:
    assert stable(f"{press_ms}v {release_ms}^") == name


# |[=========]....    held past the late edge of OK, judged at the late edge of MEH (127 at OD 8)
#  v              ^   head within 146 - 127 = 19: 200; within 206 - 127 = 79: 100; else 50
@pytest.mark.parametrize(
    ("press_ms", "name"), [(1000, "200"), (1019, "200"), (1020, "100"), (1079, "100"), (1080, "50")]
)
def test_stable_holding_past_the_end(press_ms: int, name: str) -> None:
    assert stable(f"{press_ms}v") == name
    assert stable(f"{press_ms}v 1603^") == name  # 1603 is the late edge of OK, and open
    hit = judged(HOLD, keys(f"{press_ms}v")).hits[-1]
    assert (int(hit["at_us"]), int(hit["part"])) == (1_627_000, Part.TAIL)


# |[=========]        |[=========]
#  v  ^                v  ^ v    ^
def test_stable_letting_go_breaks_the_combo_and_caps_what_can_still_be_had() -> None:
    assert stable("1000v 1200^") == "break miss"
    assert stable("1000v 1200^ 1300v 1500^") == "break 50"
    assert stable("1000v 1020^ 1030v 1500^") == "break 200"  # pressed again near the head: 200 at best
    assert stable("1000v 1372^") == "break miss"  # a millisecond before the tail's early MEH edge


# |[=========]
#        v   ^
def test_stable_a_missed_head_can_still_be_taken_up_for_a_50() -> None:
    assert stable("1300v 1500^") == "break 50"
    assert stable("1550v 1560^") == "break 50"
    assert stable("") == "break miss"
    assert stable("1603v") == "break miss"


# |[=========]      pressed before the head's MEH window: the press counts as if at the tail
# v          ^
def test_stable_a_press_far_too_early() -> None:
    assert stable("873v 1500^") == "50"
    assert stable("872v 1500^") == "50"
    assert stable("836v 1500^") == "50"
    assert stable("835v 1500^") == "miss"  # not even within the miss window
    assert told(notes("[]"), keys("872v 1100^")) == "100"  # 99 off, as if pressed a millisecond before the tail


# |[=========].x    a hold that is not over takes the press meant for the next note
#  v  ^       v^
def test_stable_a_broken_hold_takes_the_next_press() -> None:
    chart = notes("[====].x")  # the tap stands at 1700
    assert told(chart, keys("1000v 1200^ 1602v 1650^ 1700v")) == "break 50 max"
    assert told(chart, keys("1000v 1200^ 1603v 1650^ 1700v")) == "break miss 100"


# |[=========]
#  v  v  v         one combo for every 100 ms held between head and tail, counted from the press
def test_stable_holding_raises_the_combo() -> None:
    assert judged(HOLD, keys("1000v 1500^")).state.max_combo == 5  # 1100 1200 1300 1400, and the hold itself
    assert judged(HOLD, keys("990v 1500^")).state.max_combo == 6  # 1090 ... 1490
    assert judged(HOLD, keys("1000v 1350^")).state.max_combo == 3
    assert judged(HOLD, keys("1000v 1300^")).state.max_combo == 2  # let go as the third was due


# |[]             a short hold is lost as soon as both head and tail windows say so
def test_stable_short_holds_are_missed_at_the_heads_edge() -> None:
    judge = judged(notes("[]"), keys(""))
    assert judge.hits["at_us"].tolist() == [1_127_000]


def lazer(text: str, chart: str = "[====]") -> str:
    return told(notes(chart), keys(text), "osu-mania-lazer")


# |[=========]      head and tail apart; the tail's windows are 1.5 times as wide
def test_lazer_judges_head_and_tail() -> None:
    assert lazer("1000v 1500^") == "perfect perfect"
    assert lazer("1020v 1524.7^") == "great perfect"
    assert lazer("1000v 1524.8^") == "perfect great"
    assert lazer("1000v 1440^") == "perfect great"


# |[=========]....
#  v             ^
def test_lazer_never_releasing_misses_the_tail() -> None:
    assert lazer("1000v") == "perfect miss"
    assert lazer("1000v 1691.2^") == "perfect meh"
    assert lazer("1000v 1691.3^") == "perfect miss"


# |[=========]        |[=========]
#  v  ^  v  ^              v     ^
def test_lazer_broken_or_headless_holds_give_meh_at_best() -> None:
    assert lazer("1000v 1100^ 1200v 1500^") == "perfect break meh"
    assert lazer("1300v 1500^") == "miss meh"
    assert lazer("1000v 1100^") == "perfect break miss"
    assert lazer("1000v 1300^") == "perfect miss"  # within the tail's miss window: judged there
    assert lazer("") == "miss miss"


# |[====]x    hitting the next note misses what stood before it
def test_lazer_hitting_the_next_note_gives_up_the_hold() -> None:
    assert lazer("1000v 1100^ 1600v", "[====]x") == "perfect break miss perfect"


def quaver(text: str) -> str:
    return told(HOLD, keys(text), "quaver-standard")


def test_quaver_releases_have_wider_windows_and_no_okay() -> None:
    assert quaver("1000v 1527^") == "marv marv"
    assert quaver("1000v 1527.1^") == "marv perf"
    assert quaver("1000v 1600^") == "marv great"
    assert quaver("1000v 1690.5^") == "marv good"
    assert quaver("1000v 1310^") == "marv good"


def test_quaver_dropping_misses_and_ends_the_hold_and_holding_on_is_good() -> None:
    assert quaver("1000v 1309^ 1320v 1500^") == "marv miss"
    assert quaver("1000v") == "marv good"
    assert quaver("") == "miss miss"
    assert quaver("850v") == "miss miss"  # too early: the whole hold is gone


def test_o2jam_judges_the_release_and_loses_a_hold_with_its_head() -> None:
    assert told(HOLD, keys("1041v 1541^"), "o2jam") == "cool cool"
    assert told(HOLD, keys("1000v 1600^"), "o2jam") == "cool good"
    assert told(HOLD, keys("1000v 1326^"), "o2jam") == "cool miss"
    assert told(HOLD, keys("1000v"), "o2jam") == "cool miss"
    assert told(HOLD, keys(""), "o2jam") == "miss miss"


def etterna(text: str, chart: str = "[====]") -> str:
    return told(notes(chart), keys(text), "etterna-wife3-j4")


# |[=========]      the key may be up for 250 ms at a time, and at the very end
#  v ^   v ^
def test_etterna_holds_may_be_let_go_for_a_moment() -> None:
    assert etterna("1000v") == "marvelous held"
    assert etterna("1000v 1200^ 1449.9v") == "marvelous held"
    assert etterna("1000v 1200^ 1450v") == "marvelous let go"
    assert etterna("1000v 1251^") == "marvelous held"
    assert etterna("1000v 1249^") == "marvelous let go"
    assert etterna("") == "miss"


# |{==============}      a roll wants a press every 500 ms
#  v^      v^
def test_etterna_rolls_want_presses() -> None:
    roll = "{=========}"  # 1000 to 2000
    assert etterna("1000v 1020^ 1490v 1500^ 1600v", roll) == "marvelous held"
    assert etterna("1000v", roll) == "marvelous let go"
    assert etterna("1000v 1020^ 1500v 1510^", roll) == "marvelous let go"


# |[=]x      what is pressed to keep a hold is not taken for a tap farther than 135 ms away
#  v ^v  v
def test_etterna_presses_within_a_hold_are_not_meant_for_a_tap_far_behind_it() -> None:
    assert etterna("1000v 1100^ 1164v 1250^ 1300v", "[=]x") == "marvelous held marvelous"
    assert etterna("1000v 1100^ 1166v 1250^", "[=]x") == "marvelous good held"
    assert etterna("1000v 1195^ 1201v 1250^", "[=]x") == "marvelous held good"
    assert etterna("1000v 1100^ 1164v 1250^", "[=][=]").startswith("marvelous bad")  # a head is no tap
    fast = [told(notes("[=]x"), keys(f"1000v 1010^ {at}v 1250^"), "etterna-wife3-j4", rate=2.0) for at in (1028, 1032)]
    assert fast == ["marvelous held miss", "marvelous good held"]


def test_etterna_holds_and_rolls_are_kept_as_strictly_as_the_judge_is() -> None:
    played = keys("1000v 1200^ 1330v")
    assert told(notes("[=====]"), played, "etterna-wife3-j4") == "marvelous held"
    assert told(notes("[=====]"), played, "etterna-wife3-j7") == "marvelous let go"
    rolled = keys("1000v 1020^ 1240v 1250^ 1480v 1490^")
    assert told(notes("{=====}"), rolled, "etterna-wife3-j9") == "marvelous held"
    assert told(notes("{=====}"), keys("1000v 1020^ 1260v 1270^ 1480v"), "etterna-wife3-j9") == "marvelous let go"


def test_a_hold_hit_after_its_end_is_kept_at_once() -> None:
    assert etterna("1120v 1130^", "[]") == "good held"


def test_lifts_are_hit_by_letting_go() -> None:
    assert etterna("900v 1000^", "l") == "marvelous"
    assert etterna("1000v", "l") == "miss"
    assert told(notes("l"), keys("1000v")) == "max"  # where there are no lifts they are taps


# |m      a press near it or a key held over it
def test_mines() -> None:
    assert etterna("1075v", "m") == "mine"
    assert etterna("1075.1v", "m") == ""
    assert etterna("924v 990^", "m") == ""
    assert etterna("900v 1100^", "m") == "mine"
    assert told(notes("m"), keys("1010v"), "quaver-standard") == "miss"
    assert told(notes("m"), keys(""), "quaver-standard") == "marv"
    assert told(notes("m"), keys("1010v")) == ""
    assert judged(notes("x.m"), keys("1000v 1020^ 1200v")).state.combo == 0


# |xm     a press is for whichever is nearer
def test_a_press_that_is_for_a_note_sets_off_no_mine() -> None:
    assert told(notes("xm"), keys("1000v 1010^"), "etterna-wife3-j4", rate=2.0) == "marvelous"
    assert etterna("1060v 1065^", "xm") == "mine miss"
    assert etterna("1040v 1045^ 1060v 1065^", "xm") == "perfect mine"
    for rules in RULE_SETS:
        assert judged(notes("xm"), keys("1000v 1010^"), rules, rate=2.0).state.combo > 0
    live = Judge(notes("xm"), rule_set("etterna-wife3-j4"), 2.0)
    live.press(0, 1_000_000)
    live.release(0, 1_010_000)
    assert live.finish().counts["mine"] == 0


def test_the_states_of_a_hold_for_drawing() -> None:
    chart = notes("[====]")
    judge = judged(chart, keys("1000v 1200^"))
    assert judge.note_states.tolist() == [NoteState.MISSED]
    assert judged(chart, keys("1000v 1500^")).note_states.tolist() == [NoteState.HIT]
