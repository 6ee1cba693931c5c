"""Writing in a chat: the clipboard, taking back, and letters that an input method composes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from engine.clock import now_us
from engine.input.events import ComposingEvent, TextEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from tests.rig.talk_game import TalkGame

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.turn(2)
    yield game
    game.close()


def written(game: TalkGame) -> str:
    return game.scene.chat.composer.field.text


def compose(game: TalkGame, text: str, caret: int = 0) -> None:
    game.feed(ComposingEvent(now_us(), text, caret))
    game.turn(2)


def test_all_is_chosen_copied_cut_and_pasted(game: TalkGame) -> None:
    game.write("tea")
    game.press("ctrl+a", "ctrl+c")
    assert imgui.get_clipboard_text() == "tea"
    assert written(game) == "tea"
    game.press("ctrl+x")
    game.turn(2)
    assert written(game) == ""
    game.press("ctrl+v")
    game.press("ctrl+v")
    game.turn(2)
    assert written(game) == "teatea"


def test_what_was_written_is_taken_back_and_brought_again(game: TalkGame) -> None:
    game.write("tea")
    game.press("ctrl+a")
    game.press("delete")
    game.turn(2)
    assert written(game) == ""
    game.press("ctrl+z")
    game.turn(2)
    assert written(game) == "tea"
    game.press("ctrl+y")
    game.turn(2)
    assert written(game) == ""


def test_lines_that_are_pasted_stay_lines(game: TalkGame) -> None:
    imgui.set_clipboard_text("one\ntwo — “three”")
    game.press("ctrl+v")
    game.turn(2)
    assert written(game) == "one\ntwo — “three”"


def test_what_is_composed_is_drawn_at_the_caret_and_not_written_yet(game: TalkGame) -> None:
    game.write("so")
    x, y, high = game.window.ui.caret
    assert high > 0
    before = game.window.picture()
    compose(game, "ni", 2)
    assert written(game) == "so"
    changed = np.abs(game.window.picture().astype(int) - before).max(axis=2) > 60
    assert changed[y : y + high + 2, x : x + 24].any()
    assert not changed[y - 40 : y - 8, x : x + 24].any()
    game.feed(TextEvent(now_us(), "に"))
    game.turn(2)
    assert written(game) == "soに"
    assert game.window.ui.composing == ""


def test_while_something_is_composed_its_keys_send_and_leave_nothing(game: TalkGame) -> None:
    turns = len(game.turns)
    game.write("so")
    compose(game, "ni")
    for name in ("return", "backspace", "tab", "escape"):
        game.press(name)
        game.turn(2)
    assert game.stack.top is game.scene
    assert not game.scene.chat.drawer_open
    assert (written(game), len(game.turns), game.room.speech) == ("so", turns, None)
    compose(game, "")
    game.press("backspace")
    game.turn(2)
    assert written(game) == "s"


def test_what_is_composed_ends_with_the_field(game: TalkGame) -> None:
    compose(game, "ni")
    game.scene.show("settings")
    game.until(lambda: game.window.ui.composing == "", "the end of it")
