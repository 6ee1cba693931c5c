"""The bridge: what a reply leaves behind when the game closes, when the disk fails, and in the list of chats."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.log import LogFull, NoSuchPlace
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.profile import Profile
from game.roleplay import reading
from game.roleplay.state import ChatRow
from game.scenes.talk_rail import since, state_of
from game.scenes.talk_room import TalkRoom
from tests.rig.model_server import Do, ModelServer
from tests.rig.talk_game import TalkGame

LONG = "Once upon a time there was a town by the water that nobody had ever wanted to leave, and then one did."


FRAME_US = 16_667
SIZE = (640, 360)


@pytest.fixture
def servers() -> Iterator[tuple[ModelServer, ModelServer]]:
    with ModelServer() as teller, ModelServer() as clerk:
        yield teller, clerk


def test_closing_while_a_reply_streams_keeps_what_was_said_and_ends_at_once(
    tmp_path: Path, window: HeadlessWindow, sound: Sound, servers: tuple[ModelServer, ModelServer]
) -> None:
    teller, clerk = servers
    game = TalkGame(tmp_path, window, sound, teller=teller, clerk=clerk)
    game.with_people()
    teller.script([Do(LONG, stall_after=12)])
    game.room.say("Tell me a story")
    heard = lambda: game.room.speech is not None and "upon a" in game.room.speech.text  # noqa: E731
    game.until(heard, "the first words")
    clerk.otherwise = Do(stall=True)  # a classifier that never answers holds nobody up either
    game.close()
    assert all(request.left.wait(10.0) for request in teller.requests[-1:])
    with Profile.open(tmp_path / "profile") as profile:
        turns = reading.turns(profile.log, "mara")
    assert turns[-2].text == "Tell me a story"
    assert turns[-1].text.startswith("Once upon a")
    assert turns[-1].said.truncated


def test_a_reply_goes_on_while_another_scene_is_shown(
    tmp_path: Path, window: HeadlessWindow, sound: Sound, servers: tuple[ModelServer, ModelServer]
) -> None:
    teller, clerk = servers
    game = TalkGame(tmp_path, window, sound, teller=teller, clerk=clerk)
    game.with_people()
    teller.script([Do(LONG, stall_after=12)])
    game.room.say("Tell me a story")
    game.until(lambda: game.room.speech is not None and game.room.speech.text, "the first words")
    game.stack.pop()
    teller.go_on.set()
    game.until(lambda: game.room.speech is None, "the end")
    assert game.turns[-1].text == LONG
    game.close()


def test_a_disk_that_takes_nothing_asks_to_be_mended_and_the_words_are_still_there(
    tmp_path: Path, window: HeadlessWindow, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()
    before = len(game.turns)
    log = game.room.desk.log
    full = threading.Event()
    full.set()
    append = log.append_many

    def refuse(batches):  # type: ignore[no-untyped-def]
        if full.is_set():
            raise LogFull("the disk is full; make room on it")
        return append(batches)

    monkeypatch.setattr(log, "append_many", refuse)
    game.room.say("Remember this")
    game.settle()
    game.turn(3)
    assert type(game.stack.top).__name__ == "UnsavedDialog"
    assert len(game.turns) == before
    assert game.scene.chat.composer.field.text == "Remember this"
    trouble = game.room.corner().trouble
    assert trouble is not None
    assert "disk is full" in trouble.words
    full.clear()
    game.press("escape")
    game.turn(3)
    game.press("f5")
    game.settle()
    assert [turn.text for turn in game.turns[before : before + 1]] == ["Remember this"]
    game.close()


def test_what_cannot_be_set_up_leads_to_the_settings(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> None:
    game = TalkGame(tmp_path, window, sound)
    (game.profile.folder / "models.toml").write_text("[narrative\nkey = 'sk-very-secret'", encoding="utf-8")
    game.enter()
    assert game.scene.section == "settings"
    assert game.room.is_offline
    assert any("models.toml" in notice.text for notice in game.context.notices)
    assert not any("secret" in notice.text for notice in game.context.notices)
    game.close()


def test_a_command_that_fails_says_why_and_a_fault_of_ours_is_one_sentence_too(
    tmp_path: Path, window: HeadlessWindow, sound: Sound
) -> None:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()

    def wrong(desk: object) -> None:
        raise UserError("that cannot be; choose another")

    def broken(desk: object) -> None:
        raise ZeroDivisionError

    def elsewhere(desk: object) -> None:
        raise NoSuchPlace("this chat has no such branch; choose one of the list")

    for work, words in ((wrong, "that cannot be"), (broken, "did not work"), (elsewhere, "no such branch")):
        game.room.do("it", work)
        game.until(lambda: game.room.corner().trouble is not None, "the trouble")
        trouble = game.room.corner().trouble
        assert trouble is not None
        assert words in trouble.words
        assert trouble.kind == "refused"  # the disk is well: nothing is to be saved again
        game.room.corner().trouble = None
    game.close()


def test_the_rail_marks_chats_that_are_new_unread_or_resting(
    tmp_path: Path, window: HeadlessWindow, sound: Sound
) -> None:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()
    now_us = 10**15

    def row(name: str) -> ChatRow:
        return next(one for one in game.room.library.rows if one.bot.id == name)

    assert state_of(game.room, row("ivo"), now_us) == "new"
    assert state_of(game.room, row("mara"), row("mara").last_at_us) == ""
    game.scene.open_chat("ivo")
    game.until(lambda: game.room.view is not None and game.view.host == "ivo", "the other chat")
    game.room.corner("mara").seen = -1
    mara = row("mara")
    assert state_of(game.room, mara, mara.last_at_us) == ("unread" if mara.turns else "")
    game.room.corner("mara").seen = mara.turns
    assert state_of(game.room, mara, mara.last_at_us + 10**13) == ("resting" if mara.last_at_us else "")
    game.close()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "now"), (120, "2 min ago"), (2 * 3600, "2 h ago"), (3 * 86400, "3 d ago"), (15 * 86400, "2 wk ago")],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    assert since(10**15, 10**15 + seconds * 1_000_000) == words


def test_the_room_is_the_games_own_and_one(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> None:
    game = TalkGame(tmp_path, window, sound)
    game.enter()
    assert TalkRoom.of(game.context, game.stack.call_soon) is game.room
    game.close()
    assert not any(thread.name.startswith("talk ") for thread in threading.enumerate())
