"""Giving lanes their keys: of any device, several a lane, and never one key on two lanes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import InputEvent
from game.hands.bindings import Layout, default_layout
from game.profile import Profile
from game.scenes.requests import Calibrate, ShowSettings
from game.scenes.settings import SettingsScene
from game.scenes.settings_keys import KeysPage, cap, spoken
from tests.rig.stand import Stand


@pytest.fixture
def stand(stand: Stand) -> Stand:
    """The stand, with the page of keys on it."""
    stand.show(SettingsScene(stand.context, ShowSettings("keys"), lambda: None))
    return stand


def press(stand: Stand, *controls: str) -> None:
    """Press and let go: a key by its name, anything else as ``device/control``."""
    for control in controls:
        device, _, name = control.rpartition("/")
        for value in (1.0, 0.0):
            event = InputEvent(now_us(), device or "keyboard", name if device else f"key:{name}", value)
            stand.stack.handle(event)


def page(stand: Stand) -> KeysPage:
    scene = stand.stack.top
    assert isinstance(scene, SettingsScene)
    return scene.keys


def layout(stand: Stand, keys: int = 4) -> Layout:
    return stand.profile.settings.layout(keys)


def test_a_lane_gets_one_more_key(stand: Stand) -> None:
    press(stand, "right", "return")
    assert page(stand).listening
    press(stand, "x")
    assert layout(stand)[1] == ("keyboard/key:f", "keyboard/key:x")
    assert not page(stand).listening


@pytest.mark.parametrize(
    "control", ["midi:Pad/note:36", "gamepad:One/button:3", "gamepad:One/hat:0:up", "keyboard/key:#200"]
)
def test_any_device_may_play(stand: Stand, control: str) -> None:
    press(stand, "return", control)
    assert control in layout(stand)[0]


def test_the_mouse_plays_nothing(stand: Stand) -> None:
    press(stand, "return", "mouse/button:left")
    assert page(stand).listening
    assert layout(stand) == default_layout(4)


def test_a_key_of_another_lane_is_refused_in_a_sentence_and_the_lane_goes_on_waiting(stand: Stand) -> None:
    press(stand, "return", "j")
    assert layout(stand) == default_layout(4)
    assert page(stand).message == "J plays lane 3; take it off there first, or press another key."
    assert page(stand).listening
    press(stand, "q")
    assert layout(stand)[0] == ("keyboard/key:d", "keyboard/key:q")


def test_escape_gives_up_waiting_and_only_then_leaves(stand: Stand) -> None:
    press(stand, "return", "escape")
    assert not page(stand).listening
    assert layout(stand) == default_layout(4)
    press(stand, "escape")
    assert len(stand.stack) == 0


def test_tab_and_arrows_can_be_bound_too(stand: Stand) -> None:
    press(stand, "return", "tab", "return", "up")
    assert layout(stand)[0] == ("keyboard/key:d", "keyboard/key:tab", "keyboard/key:up")


def test_delete_takes_the_key_added_last_off(stand: Stand) -> None:
    press(stand, "return", "x", "delete")
    assert layout(stand) == default_layout(4)
    press(stand, "delete", "delete")
    assert layout(stand)[0] == ()
    assert page(stand).message == "Lane 1 has no key."


def test_all_lanes_in_a_row(stand: Stand, tmp_path: Path) -> None:
    press(stand, "down", "return")
    press(stand, "f", "a")  # keys of the old layout are free: it is replaced as a whole
    assert layout(stand) == default_layout(4)
    press(stand, "f")
    assert "plays lane 1 already" in page(stand).message
    press(stand, "midi:Pad/note:40", "k")
    wanted = (("keyboard/key:f",), ("keyboard/key:a",), ("midi:Pad/note:40",), ("keyboard/key:k",))
    assert layout(stand) == wanted
    assert stand.profile.writer.flush(10.0)
    with Profile.open(tmp_path / "profile", read_only=True) as again:
        assert again.settings.layout(4) == wanted
        assert again.settings.layout(7) == default_layout(7)


def test_giving_up_in_the_middle_of_a_row_changes_nothing(stand: Stand) -> None:
    press(stand, "down", "return", "a", "s", "escape")
    assert layout(stand) == default_layout(4)


def test_another_page_stops_the_waiting(stand: Stand) -> None:
    press(stand, "return")
    page(stand).cancel()
    press(stand, "tab")
    scene = stand.stack.top
    assert isinstance(scene, SettingsScene)
    assert scene.tab == "screen"


def test_the_default_comes_back_and_that_can_be_undone(stand: Stand) -> None:
    press(stand, "return", "x")
    mine = layout(stand)
    press(stand, "down", "right", "return")
    assert layout(stand) == default_layout(4)
    assert stand.profile.settings.input.layouts == {}
    stand.stack.handle(InputEvent(now_us(), "keyboard", "key:lctrl", 1.0))
    press(stand, "z")
    assert layout(stand) == mine


def test_lane_counts_go_from_one_to_eighteen_and_keep_their_own_keys(stand: Stand) -> None:
    press(stand, "up", *["left"] * 30)
    assert page(stand).count == 1
    press(stand, "down", "return", "x")
    press(stand, "up", *["right"] * 30)
    assert page(stand).count == 18
    assert layout(stand, 1) == (("keyboard/key:space", "keyboard/key:x"),)
    assert layout(stand, 18) == default_layout(18)
    for _ in range(2):
        stand.loop.draw(now_us())


def test_the_input_offset_and_its_calibration_stand_below(stand: Stand) -> None:
    press(stand, "down", "down", "right", "right")
    assert stand.profile.settings.input.input_offset_us == 2_000
    press(stand, "backspace")
    assert stand.profile.settings.input.input_offset_us == 0
    press(stand, "down", "return")
    assert stand.opened == [Calibrate("input")]


def test_held_keys_light_their_lanes(stand: Stand) -> None:
    stand.loop.draw(now_us())
    stand.loop.draw(now_us())
    dark = stand.window.picture().astype(int)
    stand.stack.handle(InputEvent(now_us(), "keyboard", "key:f", 1.0))
    stand.loop.draw(now_us())
    lit = stand.window.picture().astype(int)
    brighter = (lit - dark).sum(axis=2)[60:280]
    columns = brighter.max(axis=0) > 60
    assert columns[275:315].any()  # the second of four lanes
    assert not columns[325:420].any()  # the two on the right


@pytest.mark.parametrize(
    ("control", "words"),
    [
        ("keyboard/key:d", "D"),
        ("keyboard/key:semicolon", ";"),
        ("keyboard/key:space", "Space"),
        ("midi:Pad/note:60", "C4"),
        ("midi:Pad/control:7", "CC7"),
        ("gamepad:One/button:3", "B3"),
        ("gamepad:One/hat:0:up", "↑"),
        ("gamepad:One/axis:1:+", "A1+"),
    ],
)
def test_caps_say_what_a_control_is(control: str, words: str) -> None:
    assert cap(control) == words


def test_in_a_sentence_the_device_is_named_unless_it_is_the_keyboard() -> None:
    assert spoken("midi:Launch Pad/note:36") == "C2 of Launch Pad"
    assert spoken("keyboard/key:f") == "F"
