"""Which control plays which lane."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.input.events import InputEvent
from engine.input.keys import SCANCODES
from game.hands.bindings import (
    CONTROLS_MAX,
    LaneInput,
    clashes,
    control_name,
    default_layout,
    hand_of,
    problem_with,
    with_control,
    without_control,
)
from game.rhythm.chart import MAX_LANES

LANES = range(1, MAX_LANES + 1)
# Where each key stands on a US keyboard, from the left, in key widths.
COLUMNS = {
    **{name: i for i, name in enumerate("qwertyuiop")},
    **{name: i + 0.25 for i, name in enumerate("asdfghjkl")},
    **{name: i + 0.75 for i, name in enumerate("zxcvbnm")},
    **{"semicolon": 9.25, "space": 4.75},
}


def event(control: str, value: float = 1.0) -> InputEvent:
    device, _, name = control.rpartition("/")
    return InputEvent(0, device, name, value)


@pytest.mark.parametrize("keys", LANES)
def test_default_layouts_can_be_played(keys: int) -> None:
    layout = default_layout(keys)
    assert problem_with(keys, layout) == ""
    names = [controls[0].removeprefix("keyboard/key:") for controls in layout]
    assert set(names) <= set(SCANCODES)
    places = [COLUMNS[name] for name in names]
    hands = [hand_of(lane, keys) for lane in range(keys)]
    middle = COLUMNS["space"]
    assert all(place < middle for place, hand in zip(places, hands, strict=True) if hand == "left")
    assert all(place > middle for place, hand in zip(places, hands, strict=True) if hand == "right")
    assert hands.count("left") == hands.count("right")


@pytest.mark.parametrize("keys", [0, -1, MAX_LANES + 1])
def test_there_is_no_layout_for_other_lane_counts(keys: int) -> None:
    with pytest.raises(UserError, match=f"not {keys}"):
        default_layout(keys)


def test_a_control_is_added_to_its_lane() -> None:
    layout = with_control(default_layout(4), 1, "midi:Pad/note:36")
    assert layout[1] == ("keyboard/key:f", "midi:Pad/note:36")
    assert without_control(layout, "midi:Pad/note:36") == default_layout(4)


def test_a_control_of_another_lane_is_refused_and_both_are_named() -> None:
    with pytest.raises(UserError, match="J plays lane 3"):
        with_control(default_layout(4), 0, "keyboard/key:j", "J")
    with pytest.raises(UserError, match="D plays lane 1 already"):
        with_control(default_layout(4), 0, "keyboard/key:d", "D")


def test_a_lane_takes_only_so_many() -> None:
    layout = default_layout(4)
    for number in range(CONTROLS_MAX - 1):
        layout = with_control(layout, 0, f"keyboard/key:f{number + 1}")
    with pytest.raises(UserError, match="all it takes"):
        with_control(layout, 0, "keyboard/key:f12")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=60))
def test_whatever_is_bound_no_control_plays_two_lanes(wishes: list[tuple[int, int]]) -> None:
    layout = default_layout(4)
    for lane, number in wishes:
        try:
            layout = with_control(layout, lane, f"pad/button:{number}")
        except UserError:
            continue
    assert clashes(layout) == []
    assert problem_with(4, layout) == ""


@pytest.mark.parametrize(
    ("keys", "layout", "words"),
    [
        (4, default_layout(5), "needs 4"),
        (19, (), "1 to 18"),
        (2, (("a",), ("a",)), "more than one lane"),
        (1, (tuple(map(str, range(CONTROLS_MAX + 1))),), "at most"),
        (1, (("",),), "characters"),
    ],
)
def test_layouts_that_cannot_be_played_are_told_why(keys: int, layout: tuple[tuple[str, ...], ...], words: str) -> None:
    assert words in problem_with(keys, layout)


def test_a_lane_is_up_when_its_last_control_is() -> None:
    layout = with_control(default_layout(4), 0, "midi:Pad/note:36")
    lanes = LaneInput(layout)
    assert lanes.edge(event("keyboard/key:d")) == (0, True)
    assert lanes.edge(event("midi:Pad/note:36", 0.4)) == (0, True)
    assert lanes.edge(event("keyboard/key:d", 0.0)) is None
    assert lanes.is_down(0)
    assert lanes.edge(event("midi:Pad/note:36", 0.0)) == (0, False)
    assert lanes.edge(event("keyboard/key:q")) is None
    assert control_name(event("gamepad:One/button:2")) == "gamepad:One/button:2"


def test_letting_go_forgets_what_is_held() -> None:
    lanes = LaneInput(default_layout(4))
    lanes.edge(event("keyboard/key:f"))
    lanes.edge(event("keyboard/key:k"))
    assert lanes.let_go() == [1, 3]
    assert lanes.edge(event("keyboard/key:f", 0.0)) is None
