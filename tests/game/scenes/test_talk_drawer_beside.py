"""The drawer beside its chat: opened by Tab, edits taken back by Ctrl+Z, questions from it, a search from anywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from imgui_bundle import imgui

from engine.clock import now_us
from engine.input.events import TextEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import reading
from game.scenes.talk_dialogs_base import Dialog
from game.scenes.talk_dialogs_bot import DeleteBotDialog, UnsavedDialog
from game.scenes.talk_drawer import Drawer
from game.scenes.talk_drawer_acts import Thing
from game.scenes.talk_focus import Keys
from game.scenes.talk_search import SearchScene
from tests.rig.disks import Mount, fill
from tests.rig.talk_game import TalkGame

HOST = "mara"


FRAME_US = 16_667
SIZE = (1280, 720)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()
    game.say("Good evening")
    game.until(lambda: len(game.turns) == 2, "the reply")
    game.settle()
    game.room.desk.settle()
    yield game
    game.close()


def open_on(game: TalkGame, field: str) -> Drawer:
    """Open the drawer and put the keyboard on a field of its first page."""
    game.press("tab")
    game.turn(4)
    drawer = game.drawer
    drawer.go(0, field)
    game.turn(6)
    return drawer


def posture(game: TalkGame) -> str:
    return reading.activity(game.room.desk.log, HOST, HOST).posture


def test_it_is_closed_until_tab_opens_it(game: TalkGame) -> None:
    assert not game.scene.chat.drawer_open
    drawer = open_on(game, "activity mara posture")
    assert drawer.desk.fields.places
    game.press("escape")  # out of the field
    game.press("escape")  # out of the drawer
    assert not game.scene.chat.drawer_open


def test_an_edit_shows_at_once_and_ctrl_z_takes_it_back(game: TalkGame) -> None:
    before = posture(game)
    open_on(game, "activity mara posture")
    game.press("ctrl+a")
    game.feed(TextEvent(now_us(), "kneeling on the floor"))
    game.turn(2)
    game.press("return")
    game.settle()
    assert posture(game) == "kneeling on the floor"
    game.press("ctrl+z")
    game.until(lambda: posture(game) == before, "the posture of before")
    assert game.scene.chat.drawer_open


def test_escape_in_a_field_puts_that_back_and_leaves_the_drawer_open(game: TalkGame) -> None:
    before = posture(game)
    open_on(game, "activity mara posture")
    game.feed(TextEvent(now_us(), "never mind"))
    game.turn(2)
    game.press("escape")
    game.settle()
    assert game.scene.chat.drawer_open
    assert posture(game) == before


def test_a_question_from_the_drawer_gives_the_keyboard_back_to_it(game: TalkGame) -> None:
    drawer = open_on(game, "Skip time…")
    game.press("space")
    game.turn(4)
    top = game.stack.top
    assert isinstance(top, Dialog)
    assert top.title == "Skip time"
    game.press("escape")
    game.turn(4)
    assert game.stack.top is game.scene
    game.press("4")
    assert drawer.page == 3


def test_a_hit_of_the_search_opens_its_chat_and_shows_the_turn(game: TalkGame) -> None:
    game.scene.open_chat("lene")
    game.until(lambda: game.room.view is not None and game.view.host == "lene", "the other chat")
    game.turn(4)
    game.press("ctrl+f")
    game.until(lambda: isinstance(game.stack.top, SearchScene), "the search")
    game.turn(4)
    game.feed(TextEvent(now_us(), "good evening"))
    top = game.stack.top
    assert isinstance(top, SearchScene)
    game.until(lambda: top.hits, "the hits")
    hit = next(one for one in top.hits if one.sort == "turn" and one.number == 1)
    top.open(hit)
    game.until(lambda: game.room.view is not None and game.view.host == HOST, "the chat of the hit")
    game.until(lambda: game.scene.chat.paper.chosen == 1, "the turn of the hit")


def test_a_rewind_from_a_turn_offers_its_undo(game: TalkGame) -> None:
    game.say("And the clock")
    game.until(lambda: len(game.turns) == 4, "the reply")
    game.settle()
    game.room.desk.settle()
    turn = game.view.turn(2)
    assert turn is not None
    game.scene.chat.turns.rewind(turn)
    game.turn(4)
    top = game.stack.top
    assert isinstance(top, Dialog)
    game.until(lambda: top.answers()[1].act is not None, "the preview")
    game.turn(3)
    x, y, w, h = top.places["Rewind"]
    game.click(x + w / 2, y + h / 2)
    game.until(lambda: len(game.turns) == 2, "the rewind")
    acts = game.drawer.desk.acts
    game.until(lambda: acts.offer is not None, "the toast")
    assert acts.offer is not None
    assert acts.offer.step.words == "Rewound 2 turns."
    acts.undo_offer()
    game.until(lambda: len(game.turns) == 4, "the turns of before")


def test_the_undo_of_the_toast_is_a_key_away_even_from_the_field(game: TalkGame) -> None:
    from game.scenes.talk_dialogs import rewind

    game.say("And the clock")
    game.until(lambda: len(game.turns) == 4, "the reply")
    game.settle()
    acts = game.drawer.desk.acts
    rewind(acts, HOST, 2)
    game.until(lambda: acts.offer is not None, "the toast")
    game.scene.chat.give(Keys.COMPOSER)
    game.turn(4)
    toast = imgui.internal.find_window_by_name("talk toast")
    composer = imgui.internal.find_window_by_name("talk composer")
    assert toast.pos.y + toast.size.y <= composer.pos.y
    assert toast.pos.y > game.window.size[1] / 2, "the header's time can be read"
    game.press("f9")
    game.until(lambda: len(game.turns) == 4, "the turns of before")
    assert acts.offer is None


def toast_is_shown(game: TalkGame) -> bool:
    game.turn(3)
    window = imgui.internal.find_window_by_name("talk toast")
    return window is not None and window.was_active


def test_a_toast_stands_on_the_page_it_belongs_to_alone(game: TalkGame) -> None:
    from game.scenes.talk_dialogs import rewind

    game.say("And the clock")
    game.until(lambda: len(game.turns) == 4, "the reply")
    game.settle()
    acts = game.drawer.desk.acts
    rewind(acts, HOST, 2)
    game.until(lambda: acts.offer is not None, "the toast")
    assert toast_is_shown(game)
    for elsewhere in ("settings", "bots"):
        game.scene.show(elsewhere)
        assert not toast_is_shown(game)
        game.press("f9")
        assert acts.offer is not None
    game.scene.open_chat("lene")
    game.until(lambda: game.room.view is not None and game.view.host == "lene", "the other chat")
    assert not toast_is_shown(game)
    game.scene.open_chat(HOST)
    game.until(lambda: game.room.view is not None and game.view.host == HOST, "the chat")
    assert toast_is_shown(game)


def test_a_character_deleted_in_the_library_comes_back_from_there(game: TalkGame) -> None:
    game.scene.show("bots")
    lene = next(bot for bot in game.room.library.bots if bot.id == "lene")
    question = DeleteBotDialog(game.room, lene)
    game.stack.push(question)
    game.turn(4)
    x, y, w, h = question.places["Delete"]
    game.click(x + w / 2, y + h / 2)
    game.until(lambda: len(game.room.library.rows) == 2, "the deletion")
    assert toast_is_shown(game)
    game.press("f9")
    game.until(lambda: len(game.room.library.rows) == 3, "Lene")


def test_a_question_about_a_turn_shows_which_one_it_is(game: TalkGame) -> None:
    from game.scenes.talk_dialogs import RewindDialog

    game.scene.chat.turns.rewind(game.turns[0])
    game.turn(3)
    top = game.stack.top
    assert isinstance(top, RewindDialog)
    assert top.about == "Turn 1, Ana: “Good evening”"


@pytest.mark.skipif(sys.platform == "win32", reason="needs mounts")
def test_an_edit_on_a_full_disk_is_told_kept_and_tried_again(
    tmp_path: Path, window: HeadlessWindow, sound: Sound, mount: Mount
) -> None:
    disk = mount(tmp_path / "disk", "size=6m")
    game = TalkGame(disk, window, sound)
    try:
        game.with_people()
        game.room.desk.settle()
        filler = fill(disk)
        drawer = game.drawer
        thing = Thing(HOST, "edge", (HOST, "you"), "Mara → Ana")
        words = "She trusts me with her tools. " * 600
        drawer.desk.acts.edit(thing, "summary", words.strip(), "")
        game.until(lambda: isinstance(game.stack.top, UnsavedDialog), "the question that must be answered")
        game.turn(4)
        assert reading.edge(game.room.desk.log, HOST, "you").summary != words.strip()
        filler.unlink()
        game.press("return")  # the keyboard stands on Retry
        game.until(lambda: reading.edge(game.room.desk.log, HOST, "you").summary == words.strip(), "the summary")
        assert game.stack.top is game.scene
    finally:
        game.close()
