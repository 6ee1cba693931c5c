"""From the first run to an exported card with the mouse alone, where nothing is to be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from engine.clock import now_us
from engine.input.events import TextEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import history, reading
from game.scenes.talk_dialogs import BranchDialog, RewindDialog
from game.scenes.talk_kickoff import KickoffPage
from game.scenes.talk_people import BotPage, WelcomePage
from game.scenes.talk_search import SearchScene
from game.scenes.talk_settings import TalkSettingsPage
from tests.rig.finger import Finger, finger_on
from tests.rig.talk_game import TalkGame

T = TypeVar("T")


FRAME_US = 16_667
SIZE = (640, 360)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound)
    game.enter()
    yield game
    game.close()


def form(game: TalkGame, kind: type[T]) -> T:
    """The form that is shown, once it is."""
    game.until(lambda: isinstance(game.scene.form, kind), kind.__name__)
    game.turn(8)
    assert isinstance(game.scene.form, kind)
    return game.scene.form


def question(game: TalkGame, kind: type[T]) -> T:
    """The question over the scene, once it is there."""
    game.until(lambda: isinstance(game.stack.top, kind), kind.__name__)
    game.turn(6)
    top = game.stack.top
    assert isinstance(top, kind)
    return top


def put(game: TalkGame, text: str) -> None:
    """Write it at once into what listens."""
    game.until(lambda: game.window.ui.wants_text, "a field")
    game.turn(2)
    game.feed(TextEvent(now_us(), text))
    game.turn(3)


def host(game: TalkGame) -> str:
    return game.room.host


def over_turn(game: TalkGame, number: int) -> None:
    """Put the pointer on a turn."""
    one = next(one for one in game.scene.chat.paper.placed if one.entry.key == number)
    x, _, w, _ = game.scene.chat.paper.column
    game.move(x + w * 0.4, one.y + 40 * game.window.scale)
    game.turn(2)


def branches(game: TalkGame) -> int:
    return len(history.branches(game.room.desk.log, host(game)))


def test_with_the_mouse_alone(game: TalkGame, monkeypatch: pytest.MonkeyPatch) -> None:
    with finger_on(game, monkeypatch) as finger:
        first_run(game, finger)
        talk(game, finger)
        go_back(game, finger)
        look_after(game, finger)
        take_out(game, finger)
        finger.press("leave")
        assert len(game.stack) == 0


def first_run(game: TalkGame, finger: Finger) -> None:
    form(game, WelcomePage)
    put(game, "Ana")
    finger.press("Save and go on")
    voice = form(game, TalkSettingsPage)
    game.until(lambda: voice.found is not None, "the servers")
    finger.press("Go on with the offline voice")
    form(game, BotPage)
    put(game, "Mara")
    finger.press("Create and see how it starts")
    page = form(game, KickoffPage)
    game.until(lambda: page.ready, "the kickoff")
    finger.press("Play")
    game.until(lambda: game.scene.form is None and game.room.view is not None and game.view.chat.begun, "the scene")


def talk(game: TalkGame, finger: Finger) -> None:
    for words in ("Good evening", "I brought you a clock"):
        before = len(game.turns)
        put(game, words)
        finger.press("Send")
        game.until(lambda before=before: len(game.turns) == before + 2, "the reply")  # type: ignore[misc]
        game.settle()
    finger.press("Another wording")  # the last that is drawn: of the latest reply
    game.until(lambda: len(game.turns[-1].alternatives) == 2, "another wording")
    game.settle()
    finger.press("Wording before")
    game.until(lambda: game.turns[-1].chosen == 0, "the wording before")
    game.settle()
    number = game.turns[-1].number
    over_turn(game, number)
    finger.press("Edit  E")
    put(game, " And so it is.")
    finger.press("Save")
    game.until(lambda: game.turns[-1].text.endswith("And so it is."), "the edit")
    game.settle()


def go_back(game: TalkGame, finger: Finger) -> None:
    turns = len(game.turns)
    over_turn(game, game.turns[-3].number)
    finger.press("Rewind to here")
    asked = question(game, RewindDialog)
    game.until(lambda: asked.answers()[1].act is not None, "the preview")
    finger.press("Rewind")
    game.until(lambda: len(game.turns) == turns - 2, "the rewind")
    game.settle()
    finger.press("Undo")
    game.until(lambda: len(game.turns) == turns, "the undo")
    game.settle()
    known = branches(game)
    over_turn(game, game.turns[-1].number)
    finger.press("Branch here")
    question(game, BranchDialog)
    put(game, "another evening")
    finger.press("Branch here")
    game.until(lambda: branches(game) == known + 1, "the branch")
    game.settle()


def look_after(game: TalkGame, finger: Finger) -> None:
    finger.press("Drawer")
    finger.press("tab Bonds")
    game.until(lambda: game.drawer.data is not None, "the bonds")
    game.turn(3)
    x, y, w, h = game.drawer.desk.fields.places[f"edge {host(game)} you trust"]
    game.click(x + w * 0.9, y + h * 0.73)
    game.turn(30)
    game.until(lambda: reading.edge(game.room.desk.log, host(game), "you").trust > 80, "the trust")
    game.settle()


def take_out(game: TalkGame, finger: Finger) -> None:
    finger.press("search")
    found = question(game, SearchScene)
    put(game, "clock")
    game.until(lambda: found.hits, "what was found")
    finger.press("hit 0")
    game.until(lambda: game.scene.chat.paper.chosen > 0, "the turn that was found")
    finger.press("bots")
    finger.press("Export…")
    finger.press("json")
    game.until(lambda: game.scene.library.told.startswith("Saved as"), "the card")
    assert list(game.room.exports.glob("*.json"))
