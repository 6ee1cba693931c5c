"""A chat as the player has it: what is written, said, stepped through, written over, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from imgui_bundle import imgui

from engine.draw.pen import px
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import directing
from game.roleplay.prose import MAX_TURN_CHARS
from game.roleplay.talk import GUEST_LEFT
from game.scenes.talk_ear import Ear
from game.scenes.talk_entries import EditEntry, HeadEntry, NoteEntry, SaidEntry, TurnEntry
from game.scenes.talk_focus import Keys
from game.scenes.talk_notes import SLOW
from game.scenes.talk_speech import Speech
from game.scenes.talk_turn import HEAD
from game.scenes.talk_type import TEXT
from tests.rig.model_server import Do, ModelServer
from tests.rig.talk_game import TalkGame

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound)
    game.with_people()
    yield game
    game.close()


@pytest.fixture
def teller() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def clerk() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def told(
    tmp_path: Path, window: HeadlessWindow, sound: Sound, teller: ModelServer, clerk: ModelServer
) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound, teller=teller, clerk=clerk)
    game.with_people()
    yield game
    teller.go_on.set()
    clerk.go_on.set()
    game.close()


def texts(game: TalkGame) -> list[str]:
    return [turn.text for turn in game.turns]


def notes(game: TalkGame) -> list[str]:
    return [entry.what for entry in game.scene.chat.paper.entries if isinstance(entry, NoteEntry)]


def said(game: TalkGame) -> SaidEntry | None:
    entries = game.scene.chat.paper.entries
    return next((entry for entry in entries if isinstance(entry, SaidEntry) and not entry.yours), None)


def choose_last(game: TalkGame) -> None:
    """Go up from the field to the last turn."""
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.press("up")
    game.turn(3)
    assert game.scene.chat.paper.chosen


# -- with the offline voice ------------------------------------------------------------------------------------------


def test_what_is_written_is_answered_and_the_field_is_ready_again(game: TalkGame) -> None:
    before = len(game.turns)
    game.say("Good evening")
    game.settle()
    assert [turn.speaker for turn in game.turns[before:]] == ["you", "mara"]
    assert texts(game)[before] == "Good evening"
    assert game.room.is_offline
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    assert game.scene.chat.composer.field.text == ""


def test_how_a_scene_was_told_stands_under_its_head(game: TalkGame) -> None:
    scene = game.view.chat.scene
    assert scene is not None
    assert "clock shop" in scene.description
    head = next(one for one in game.scene.chat.paper.placed if isinstance(one.entry, HeadEntry))
    assert head.height > px(HEAD + TEXT)
    top, high = round(head.y + px(HEAD)), round(head.height - px(HEAD))
    rows = game.window.picture()[top : top + high, round(game.window.size[0] * 0.4) : -60, :3]
    assert (rows.max(axis=2) > 120).sum() > 200  # it is written there


def test_a_scene_that_goes_on_from_another_does_not_tell_the_same_again(game: TalkGame) -> None:
    game.say("Hello")
    game.settle()
    game.room.do("close", lambda desk: directing.close_scene(desk, "mara"))
    game.until(lambda: game.view.chat.scene is not None and game.view.chat.scene.id == 2, "the next scene")
    heads = [one for one in game.room.entries if isinstance(one, HeadEntry)]
    assert [bool(one.told) for one in heads] == [True, False]
    assert heads[1].scene.description == heads[0].scene.description


def test_a_new_line_is_written_with_shift(game: TalkGame) -> None:
    game.scene.chat.give(Keys.COMPOSER)
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.write("one")
    game.press("shift+return")
    game.write("two")
    game.press("return")
    game.settle()
    assert "one\ntwo" in texts(game)


def test_the_draft_is_kept_for_each_chat_and_across_scenes(game: TalkGame) -> None:
    game.scene.chat.give(Keys.COMPOSER)
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.write("half a th")
    game.scene.open_chat("ivo")
    game.until(lambda: game.room.view is not None and game.view.host == "ivo", "the other chat")
    game.turn(3)
    assert game.scene.chat.composer.field.text == ""
    game.scene.open_chat("mara")
    game.until(lambda: game.room.view is not None and game.view.host == "mara", "the first chat")
    game.turn(3)
    assert game.scene.chat.composer.field.text == "half a th"
    game.press("escape")
    assert len(game.stack) == 0
    assert game.room.corner("mara").draft == "half a th"


def test_ten_megabytes_are_not_pasted_and_said_so_in_one_sentence(game: TalkGame) -> None:
    field = game.scene.chat.composer.field
    game.scene.chat.give(Keys.COMPOSER)
    game.until(lambda: field.active, "the field")
    game.write("kept ")
    imgui.set_clipboard_text("x" * 10_000_000)
    game.press("ctrl+v")
    game.turn(3)
    assert field.text == "kept "
    (sentence,) = [notice.text for notice in game.context.notices if "characters" in notice.text]
    assert "10,000,000 characters" in sentence
    assert f"{MAX_TURN_CHARS:,}" in sentence


def test_escape_does_not_take_back_what_was_written(game: TalkGame) -> None:
    game.scene.chat.give(Keys.COMPOSER)
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.write("all of it")
    game.press("escape")
    assert game.room.corner("mara").draft == "all of it"


def test_the_wordings_of_any_bot_turn_are_stepped_through_by_keys(game: TalkGame) -> None:
    for words in ("Who taught you?", "And before that?"):
        game.say(words)
        game.settle()
    first = next(turn for turn in game.turns if turn.speaker == "mara" and turn.number > 1)
    game.room.another(first.number)
    game.settle()
    turn = game.view.turn(first.number)
    assert turn is not None
    assert (len(turn.alternatives), turn.chosen) == (2, 1)
    game.press("up")
    game.turn(2)
    while game.scene.chat.paper.chosen != first.number:
        game.press("up")
        game.turn(1)
    game.press("left")
    game.settle()
    assert (stepped := game.view.turn(first.number)) is not None
    assert stepped.chosen == 0
    game.press("right")
    game.settle()
    assert (stepped := game.view.turn(first.number)) is not None
    assert stepped.chosen == 1


def test_words_that_come_before_the_frame_that_shows_their_turn_are_shown(game: TalkGame) -> None:
    speech = Speech("mara", "say")
    ear = Ear(game.room, speech)
    ear.speaking("mara", 1)
    ear.text("The ")
    ear.text("rain ")
    game.turn(2)
    assert speech.text == "The rain "
    ear.text("stops.")
    ear.speaking("mara", 2)
    ear.text("Good.")
    game.turn(2)
    assert (speech.turn, speech.text) == (2, "Good.")


def test_regenerate_first_shows_the_players_own_words_and_cancel_writes_nothing(game: TalkGame) -> None:
    game.say("What is that smell?")
    game.settle()
    game.room.desk.settle()
    head = game.room.desk.log.last_seq
    reply = game.turns[-1]
    choose_last(game)
    game.press("r")
    game.turn(6)
    entries = game.scene.chat.paper.entries
    assert any(isinstance(entry, EditEntry) and entry.turn.text == "What is that smell?" for entry in entries)
    assert any(isinstance(entry, TurnEntry) and entry.faded and entry.turn.number == reply.number for entry in entries)
    assert game.scene.chat.turns.field.active
    game.press("escape")
    game.turn(2)
    assert game.scene.chat.turns.edit is None
    assert game.room.desk.log.last_seq == head
    choose_last(game)
    game.press("r")
    game.turn(6)
    game.press("ctrl+return")
    game.settle()
    again = game.view.turn(reply.number)
    assert again is not None
    assert len(again.alternatives) == 2
    assert again.alternatives[0].text == reply.text


def test_a_turn_that_led_elsewhere_is_looked_at_again_too_and_the_scene_follows_it(game: TalkGame) -> None:
    game.say("Good evening")
    game.settle()
    game.say("We drove to the park.")
    game.settle()
    reply = game.turns[-1]
    assert (game.turns[-2].scene, reply.scene) == (1, 2)
    choose_last(game)
    game.press("r")
    game.until(lambda: game.scene.chat.turns.field.active, "the field over the turn")
    assert game.scene.chat.turns.field.text == "We drove to the park."
    game.press("ctrl+a")
    game.write("No, let us stay.")
    game.press("ctrl+return")
    game.settle()
    again = game.view.turn(reply.number)
    assert again is not None
    assert (len(again.alternatives), again.scene) == (2, 1)


def test_a_turn_is_written_over_hidden_and_kept_by_keys(game: TalkGame) -> None:
    game.say("Tell me")
    game.settle()
    number = game.turns[-1].number
    choose_last(game)
    game.press("k")
    game.settle()
    assert (turn := game.view.turn(number)) is not None
    assert turn.accepted
    game.press("e")
    game.turn(6)
    assert game.scene.chat.turns.field.active
    game.write("Well. ")
    game.press("ctrl+return")
    game.settle()
    assert (turn := game.view.turn(number)) is not None
    assert "Well. " in turn.text
    assert len(turn.alternatives) == 2
    choose_last(game)
    game.press("h")
    game.settle()
    assert number not in [entry.key for entry in game.scene.chat.paper.entries]
    assert (turn := game.view.turn(number)) is not None
    assert turn.hidden


def test_rewind_delete_and_branch_ask_before_they_do_anything(game: TalkGame) -> None:
    game.say("Tell me")
    game.settle()
    choose_last(game)
    for key, name in (("w", "RewindDialog"), ("delete", "DeleteDialog"), ("b", "BranchDialog")):
        game.press(key)
        game.turn(3)
        assert type(game.stack.top).__name__ == name
        game.press("escape")
        game.turn(2)
        assert game.stack.top is game.scene


def test_the_drawer_opens_by_tab_and_closes_by_escape(game: TalkGame) -> None:
    game.scene.chat.give(Keys.COMPOSER)
    game.until(lambda: game.scene.chat.composer.field.active, "the field")
    game.press("tab")
    game.turn(4)
    assert game.scene.chat.drawer_open
    game.press("escape")
    game.turn(4)
    assert not game.scene.chat.drawer_open
    game.until(lambda: game.scene.chat.composer.field.active, "the field")


def test_a_mouse_asks_for_another_wording_and_steps_back(game: TalkGame) -> None:
    game.say("Tell me")
    game.settle()
    number = game.turns[-1].number

    def arrows() -> tuple[float, float, float]:
        """Where the arrows of the last turn are: forth, back, and how high."""
        one = next(one for one in game.scene.chat.paper.placed if one.entry.key == number)
        unit = game.window.scale
        x, _, w, _ = game.scene.chat.paper.column
        return x + w - 13 * unit, x + w - 64 * unit, one.y + 14 * unit

    forth, _, y = arrows()
    game.click(forth, y)
    game.until(lambda: game.room.speech is not None or len(game.turns[-1].alternatives) == 2, "the reply")
    game.settle()
    assert (turn := game.view.turn(number)) is not None
    assert (len(turn.alternatives), turn.chosen) == (2, 1)
    _, back, y = arrows()
    game.click(back, y)
    game.settle()
    game.until(lambda: game.turns[-1].chosen == 0, "the step back")


def test_a_guest_who_seems_to_have_left_is_asked_about_by_a_key(game: TalkGame) -> None:
    game.room.do("a guest", lambda desk: directing.add_guest(desk, "mara", "ivo"))
    game.settle()
    game.say("There you are, both of you")
    game.settle()
    scene = game.view.chat.scenes
    game.room.corner().question = GUEST_LEFT
    game.room.touch()
    game.turn(2)
    assert notes(game) == ["question"]
    game.press("f7")
    game.turn(2)
    assert notes(game) == []
    game.room.corner().question = GUEST_LEFT
    game.room.touch()
    game.turn(2)
    game.press("f6")
    game.settle()
    assert game.view.chat.guest == ""
    assert game.view.chat.scenes == scene + 1


# -- with a server ---------------------------------------------------------------------------------------------------


def test_a_reply_streams_and_the_field_is_locked_until_it_is_said(told: TalkGame, teller: ModelServer) -> None:
    line = "The tram bell rings twice. Then it is quiet again over the water, and she waits."
    teller.script([Do(line, stall_after=9)])
    told.say("Listen")
    told.until(lambda: (entry := said(told)) is not None and entry.text.startswith("The tram"), "the first words")
    assert told.scene.chat.composer.field.locked
    assert not told.room.say("in between")
    teller.go_on.set()
    told.settle()
    assert texts(told)[-1] == line
    assert said(told) is None
    assert not told.room.is_offline


def test_stop_keeps_what_was_said_so_far(told: TalkGame, teller: ModelServer) -> None:
    teller.script([Do("Once upon a time there was a town that nobody had ever wanted to leave", stall_after=9)])
    told.say("Begin")
    told.until(lambda: (entry := said(told)) is not None and "upon a" in entry.text, "the first words")
    told.press("escape")
    told.settle()
    assert told.turns[-1].text.startswith("Once upon a time")
    assert "leave" not in told.turns[-1].text
    assert told.turns[-1].said.truncated
    assert told.stack.top is told.scene


def test_a_line_that_goes_dead_keeps_the_partial_reply_and_offers_another(told: TalkGame, teller: ModelServer) -> None:
    teller.script([Do("I was about to say", drop_after=3)])
    told.say("Yes?")
    told.settle()
    assert told.turns[-1].said.truncated
    assert notes(told) == ["trouble"]
    trouble = told.room.corner().trouble
    assert trouble is not None
    assert "partial response saved" in trouble.words
    teller.script([Do("All of it, now.")])
    told.press("f5")
    told.turn(6)
    told.press("ctrl+return")
    told.settle()
    assert told.turns[-1].text == "All of it, now."


@pytest.mark.parametrize(
    ("how", "word"),
    [
        (Do(status=401), "401"),
        (Do(status=402), "credit"),
        (Do(status=429, retry_after="7"), "7"),
        (Do(status=500), "500"),
        (Do(status=503), "unavailable"),
    ],
)
def test_a_reply_that_cannot_be_had_is_told_inline_with_retry(
    told: TalkGame, teller: ModelServer, how: Do, word: str
) -> None:
    before = len(told.turns)
    teller.script([how])
    told.say("Hello?")
    told.settle()
    assert [turn.speaker for turn in told.turns[before:]] == ["you"]
    trouble = told.room.corner().trouble
    assert trouble is not None
    assert word in trouble.words
    assert notes(told) == ["trouble"]
    teller.script([Do("Here I am.")])
    told.press("f5")
    told.settle()
    assert texts(told)[before:] == ["Hello?", "Here I am."]
    assert notes(told) == []


def test_a_slow_reply_is_told_of_after_thirty_seconds_and_can_be_stopped(told: TalkGame, teller: ModelServer) -> None:
    teller.script([Do("late", stall=True)])
    told.say("Are you there?")
    told.until(lambda: said(told) is not None and told.room.speech is not None and told.room.speech.who, "the row")
    assert told.room.speech is not None
    told.room.tick(29_000_000)
    told.turn(2)
    assert notes(told) == []
    told.room.tick(1_500_000)
    told.turn(2)
    assert notes(told) == ["slow"]
    note = told.scene.chat._note("slow")
    assert note is not None
    assert (note.words, note.choices[0].words) == (SLOW, "Stop")
    told.press("escape")
    told.settle()
    assert texts(told)[-1] == "Are you there?"


def test_a_classifier_that_talks_nonsense_is_not_spoken_of(
    told: TalkGame, teller: ModelServer, clerk: ModelServer
) -> None:
    clerk.otherwise = Do("no json here")
    teller.script([Do("Mm.")])
    told.say("*sits down* So")
    told.settle()
    assert texts(told)[-1] == "Mm."
    assert notes(told) == []
    assert not told.context.notices
