"""Who has the keyboard in a chat: the one the player went to last, by keys, by the mouse or with a gamepad."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from imgui_bundle import imgui

from engine.clock import now_us
from engine.input.events import InputEvent, TextEvent
from engine.scene import Scene
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import history, reading
from game.scenes.picker import Picker
from game.scenes.talk_dialogs import BranchDialog, DeleteDialog, RewindDialog
from game.scenes.talk_focus import Keys
from game.scenes.talk_library import ExportDialog
from tests.rig.finger import finger_on
from tests.rig.talk_game import TalkGame

HOST = "mara"
PAD = "gamepad:One"
A, B, X, Y, LEFT_SHOULDER, RIGHT_SHOULDER, START = (f"button:{number}" for number in (0, 1, 2, 3, 4, 5, 7))


FRAME_US = 16_667
SIZE = (1280, 720)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()
    game.say("Good evening")
    game.until(lambda: len(game.turns) == 2, "the reply")
    game.settle()
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.turn(2)
    yield game
    game.close()


def keys(game: TalkGame) -> Keys:
    return game.scene.chat.keys


def top(game: TalkGame) -> Scene:
    return game.stack.top


def written(game: TalkGame) -> str:
    return game.scene.chat.composer.field.text


def click_composer(game: TalkGame) -> None:
    left, top, width = game.scene.chat.over_composer
    game.click(left + width / 2, top + 40 * game.window.scale)
    game.turn(3)


def click_field(game: TalkGame, name: str) -> None:
    x, y, w, h = game.drawer.desk.fields.places[name]
    game.click(x + w / 2, y + h / 2)
    game.turn(3)


def open_drawer(game: TalkGame) -> None:
    game.press("tab")
    game.turn(4)
    assert keys(game) is Keys.DRAWER


def pad(game: TalkGame, *controls: str) -> None:
    for control in controls:
        game.feed(*(InputEvent(now_us(), PAD, control, value) for value in (1.0, 0.0)))
        game.turn(3)


# -- mouse -----------------------------------------------------------------------------------------------------------


def test_a_click_into_the_field_takes_the_keyboard_from_the_drawer(game: TalkGame) -> None:
    open_drawer(game)
    click_composer(game)
    game.write("3 o'clock")
    assert written(game) == "3 o'clock"
    assert game.drawer.page == 0
    assert game.scene.chat.drawer_open


def test_a_click_into_the_drawer_takes_the_keyboard_from_the_field(game: TalkGame) -> None:
    open_drawer(game)
    click_composer(game)
    click_field(game, "tab Bonds")
    game.press("3")
    game.turn(2)
    assert game.drawer.page == 2
    assert written(game) == ""
    game.drawer.show(0)
    game.turn(3)
    click_field(game, "scene 1 description")
    game.press("ctrl+a")
    game.write("Rain.")
    game.press("ctrl+return")
    game.settle()
    assert reading.scenes(game.room.desk.log, HOST)[0].description == "Rain."
    assert written(game) == ""


def test_it_goes_back_and_forth_as_often_as_one_clicks(game: TalkGame) -> None:
    open_drawer(game)
    for number in range(4):
        click_composer(game)
        assert keys(game) is Keys.COMPOSER
        game.write(str(number))
        click_field(game, "tab Memory" if number % 2 else "tab Story")
        assert keys(game) is Keys.DRAWER
        assert not game.scene.chat.composer.field.active
    assert written(game) == "0123"


def test_a_click_among_letters_puts_the_caret_there(game: TalkGame) -> None:
    game.write("abcdef")
    open_drawer(game)
    left, top, _ = game.scene.chat.over_composer
    unit = game.window.scale
    game.click(left + 15 * unit, top + 30 * unit)
    game.turn(3)
    game.write("X")
    assert written(game).startswith("X")


def test_after_a_click_on_what_is_only_pressed_one_writes_on(game: TalkGame) -> None:
    game.write("so")
    one = game.scene.chat.paper.placed[-1]
    x, _, w, _ = game.scene.chat.paper.column
    game.click(x + w / 2, one.y + 40 * game.window.scale)
    game.turn(4)
    game.write(" be it")
    assert written(game) == "so be it"


def test_a_button_held_down_for_long_is_not_robbed_by_the_field(game: TalkGame) -> None:
    open_drawer(game)
    game.drawer.show(1)
    game.until(lambda: game.drawer.data is not None, "the bonds")
    game.turn(3)
    x, y, w, h = game.drawer.desk.fields.places["edge mara you trust"]
    game.move(x + w * 0.3, y + h * 0.73)
    game.feed(InputEvent(now_us(), "mouse", "button:left", 1.0))
    game.turn(6)
    game.move(x + w * 0.8, y + h * 0.73)
    game.feed(InputEvent(now_us(), "mouse", "button:left", 0.0))
    game.until(lambda: 70 <= reading.edge(game.room.desk.log, HOST, "you").trust <= 90, "the trust")


def test_while_a_turn_is_written_over_a_click_anywhere_in_the_chat_goes_on_with_it(game: TalkGame) -> None:
    game.scene.chat.turns.begin_edit(game.turns[-1])
    game.until(lambda: game.scene.chat.turns.field.active, "the field over the turn")
    click_composer(game)
    game.until(lambda: game.scene.chat.turns.field.active, "the field over the turn")
    game.turn(2)
    game.write(" So.")
    assert game.scene.chat.turns.field.text.endswith(" So.")
    assert written(game) == ""
    open_drawer(game)
    game.press("escape")
    game.turn(2)
    assert not game.scene.chat.drawer_open
    assert keys(game) is Keys.EDIT
    game.press("escape")
    assert game.scene.chat.turns.edit is None


def test_with_the_largest_text_a_chat_and_the_way_out_are_seen_in_the_rail(
    game: TalkGame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game.window, "text_scale", 2.0)
    game.turn(2)
    with finger_on(game, monkeypatch) as finger:
        _, top, _, high = finger.find("chat mara")
        _, leave, _, below = finger.find("leave")
    assert top + high <= leave
    assert leave + below <= game.window.size[1]


# -- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "page"), [("f3", "talk library"), ("f4", "talk settings")])
def test_a_page_takes_the_keyboard_also_just_after_the_field_gave_it_up(game: TalkGame, key: str, page: str) -> None:
    game.press("up", key)
    game.turn(3)
    stood: set[int] = set()
    for _ in range(3):
        game.press("down")
        game.turn(2)
        here = imgui.get_current_context()
        assert here.nav_window.root_window.name == page
        assert imgui.get_io().nav_visible
        stood.add(here.nav_id)
    assert len(stood) == 3


def test_while_a_turn_is_written_over_f5_says_nothing_anew(game: TalkGame) -> None:
    game.press("up")
    game.turn(2)
    game.press("e")
    game.until(lambda: game.scene.chat.turns.field.active and game.window.ui.wants_text, "the field over the turn")
    edit = game.scene.chat.turns.edit
    game.press("f5")
    game.turn(2)
    assert game.scene.chat.turns.edit is edit
    assert not game.room.speaking


def test_in_the_list_of_chats_arrows_choose_no_turns_and_escape_leads_back(game: TalkGame) -> None:
    game.press("f2")
    game.turn(3)
    game.press("down")
    game.turn(2)
    assert game.scene.chat.paper.chosen == 0
    game.press("escape")
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    assert top(game) is game.scene
    game.press("f2")
    game.turn(3)
    game.press("down")
    game.turn(2)
    game.press("return")
    game.until(lambda: game.room.host == "ivo", "the chat below")
    game.until(lambda: game.scene.chat.composer.field.active, "the field")


def test_the_drawer_gives_the_keyboard_back_to_the_turn_that_had_it(game: TalkGame) -> None:
    game.press("up")
    game.turn(2)
    chosen = game.scene.chat.paper.chosen
    assert chosen
    open_drawer(game)
    game.press("escape")
    game.turn(2)
    assert (keys(game), game.scene.chat.paper.chosen) == (Keys.TURN, chosen)


def choose_first(game: TalkGame) -> None:
    """Go up from the field to the first turn."""
    for _ in game.turns:
        game.press("up")
        game.turn(2)
    assert game.scene.chat.paper.chosen == game.turns[0].number


def test_a_card_is_taken_out_by_keys_alone(game: TalkGame, monkeypatch: pytest.MonkeyPatch) -> None:
    game.press("f3")
    game.turn(3)
    with finger_on(game, monkeypatch) as finger:
        finger.go_to("Export…")
        game.press("return")
        game.until(lambda: isinstance(top(game), ExportDialog), "the question")
        finger.go_to("json")
        game.press("return")
    game.until(lambda: game.scene.library.told.startswith("Saved as"), "the card")
    assert list(game.room.exports.glob("*.json"))


def test_a_rewind_is_confirmed_by_keys_alone(game: TalkGame, monkeypatch: pytest.MonkeyPatch) -> None:
    choose_first(game)
    game.press("w")
    asked = top(game)
    assert isinstance(asked, RewindDialog)
    game.until(lambda: asked.answers()[1].act is not None, "the preview")
    game.turn(2)
    with finger_on(game, monkeypatch) as finger:
        finger.go_to("Rewind")
        game.press("return")
    game.until(lambda: len(game.turns) == 1, "the rewind")
    game.settle()
    game.press("f9")
    game.until(lambda: len(game.turns) == 2, "the undo")


def test_a_branch_is_made_by_keys_alone(game: TalkGame) -> None:
    choose_first(game)
    game.press("b")
    game.until(lambda: isinstance(top(game), BranchDialog) and game.window.ui.wants_text, "the question")
    game.feed(TextEvent(now_us(), "another evening"))
    game.turn(2)
    game.press("return")
    game.until(lambda: len(game.turns) == 1, "the branch")
    named = [branch for branch in history.branches(game.room.desk.log, HOST) if branch.name == "another evening"]
    assert [branch.is_current for branch in named] == [True]


# -- gamepad ---------------------------------------------------------------------------------------------------------


def test_a_gamepad_browses_turns_and_their_wordings(game: TalkGame) -> None:
    number = game.turns[-1].number
    pad(game, "hat:0:up")
    assert (keys(game), game.scene.chat.paper.chosen) == (Keys.TURN, number)
    pad(game, "hat:0:right")
    game.until(lambda: len(game.turns[-1].alternatives) == 2, "another wording")
    game.settle()
    pad(game, "hat:0:left")
    game.until(lambda: game.turns[-1].chosen == 0, "the wording before")
    game.settle()
    pad(game, "hat:0:down")
    assert keys(game) is Keys.COMPOSER


def test_a_gamepad_asks_what_can_be_done_with_a_turn(game: TalkGame) -> None:
    number = game.turns[-1].number
    pad(game, "hat:0:up", A)
    assert isinstance(top(game), Picker)
    pad(game, "hat:0:down", "hat:0:down", "hat:0:down", A)  # say it anew, edit, keep, rewind
    assert isinstance(top(game), RewindDialog)
    pad(game, B)
    assert top(game) is game.scene
    assert (keys(game), game.scene.chat.paper.chosen) == (Keys.TURN, number)


def test_a_gamepad_goes_through_the_drawer_and_back(game: TalkGame) -> None:
    drawer = game.drawer
    pad(game, Y)
    assert keys(game) is Keys.DRAWER
    pad(game, RIGHT_SHOULDER)
    assert drawer.page == 1
    pad(game, LEFT_SHOULDER, "hat:0:down")
    assert drawer.desk.fields.focused == "Close scene"
    pad(game, A)
    game.until(lambda: reading.scenes(game.room.desk.log, HOST)[0].closed, "the end of the scene")
    pad(game, B)
    assert not game.scene.chat.drawer_open


def test_a_gamepad_goes_on_without_words_and_is_told_that_writing_needs_a_keyboard(game: TalkGame) -> None:
    before = len(game.turns)
    pad(game, A)
    game.until(lambda: len(game.turns) > before, "what they go on with")
    game.settle()
    assert "Writing needs a keyboard" in game.scene.chat.legend
    game.press("up")
    game.turn(2)
    assert "keyboard" not in game.scene.chat.legend


def test_a_gamepad_goes_to_another_chat(game: TalkGame) -> None:
    pad(game, START, "hat:0:down", A)
    game.until(lambda: game.room.host == "ivo", "the other chat")


def test_when_the_chosen_turn_is_deleted_one_can_write_at_once(game: TalkGame) -> None:
    before = len(game.turns)
    game.press("up")
    game.turn(2)
    assert keys(game) is Keys.TURN
    game.press("delete")
    asked = top(game)
    assert isinstance(asked, DeleteDialog)
    game.until(lambda: asked.counted, "the preview")
    next(one for one in asked.answers() if one.words == "Delete").act()  # type: ignore[misc]
    game.until(lambda: len(game.turns) < before, "the cut")
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    assert keys(game) is Keys.COMPOSER
    assert game.scene.chat.legend


def test_the_legend_names_the_buttons_until_keyboard_or_mouse_are_touched(game: TalkGame) -> None:
    pad(game, "hat:0:up", A, "hat:0:down", A)  # say it anew, edit
    assert keys(game) is Keys.EDIT
    assert "Writing needs a keyboard" in game.scene.chat.legend
    game.move(400, 300)
    assert "keyboard" not in game.scene.chat.legend
    pad(game, B, LEFT_SHOULDER)
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    assert "Writing needs a keyboard" in game.scene.chat.legend
    game.write("a")
    assert "keyboard" not in game.scene.chat.legend
