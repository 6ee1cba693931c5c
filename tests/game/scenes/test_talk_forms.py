"""The first run, a character from its form to its first scene, the library, and the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from imgui_bundle import imgui

from engine.clock import now_us
from engine.input.events import WindowChange, WindowEvent
from engine.llm import load
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.roleplay import reading
from game.scenes.talk_kickoff import KickoffPage
from game.scenes.talk_people import BotPage, WelcomePage
from game.scenes.talk_settings import TalkSettingsPage
from tests.rig.model_server import Do, ModelServer
from tests.rig.talk_game import TalkGame

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[TalkGame]:
    game = TalkGame(tmp_path, window, sound)
    yield game
    game.close()


T = TypeVar("T")


def form_of(game: TalkGame, kind: type[T]) -> T:
    """The form that is shown."""
    assert isinstance(game.scene.form, kind)
    return game.scene.form


def test_the_first_run_leads_from_the_profile_to_the_chat_by_keys_alone(game: TalkGame) -> None:
    game.enter()
    game.until(lambda: isinstance(game.scene.form, WelcomePage), "the profile")
    game.turn(8)
    game.write("Ana")
    game.press("ctrl+s")
    game.until(lambda: isinstance(game.scene.form, TalkSettingsPage), "the voice")
    voice = game.scene.form
    assert isinstance(voice, TalkSettingsPage)
    game.until(lambda: voice.found is not None, "the servers")
    game.turn(8)
    game.press("return")  # the keyboard is on the way on
    game.until(lambda: isinstance(game.scene.form, BotPage), "the first character")
    game.turn(8)
    game.write("Mara")
    page = game.scene.form
    assert isinstance(page, BotPage)
    page.kickoff.set("You come into the clock shop on a rainy evening. Mara is at her bench, mending a clock.")
    game.press("ctrl+s")
    game.until(lambda: isinstance(game.scene.form, KickoffPage) and game.scene.form.ready, "the kickoff")
    game.press("ctrl+s")
    game.until(lambda: game.scene.form is None, "the chat")
    game.until(lambda: game.room.view is not None and game.view.chat.begun, "the scene")
    assert game.view.you.name == "Ana"
    game.say("Hello")
    game.settle()
    assert game.turns[-1].speaker == "mara"


def test_the_profile_can_be_skipped_and_without_a_name_nobody_is_made(game: TalkGame) -> None:
    game.enter()
    game.until(lambda: isinstance(game.scene.form, WelcomePage), "the profile")
    page = form_of(game, WelcomePage)
    page.save()
    assert page._fields.name.error
    page.skip()
    game.until(lambda: isinstance(game.scene.form, TalkSettingsPage), "the voice")
    voice = form_of(game, TalkSettingsPage)
    voice.save()
    game.until(lambda: isinstance(game.scene.form, BotPage), "the character")
    bot = form_of(game, BotPage)
    bot.save()
    assert bot.name.error
    assert not game.room.library.bots


def test_what_is_mended_in_the_kickoff_is_what_is_played(game: TalkGame) -> None:
    game.with_people(begun="")
    game.scene.begin("ivo")
    game.until(lambda: isinstance(game.scene.form, KickoffPage) and game.scene.form.ready, "the form")
    page = form_of(game, KickoffPage)
    page.place.set("a tram")
    page.moving = True
    page.when.set("2031-05-04T23:40")
    page.bot_edge.affinity, page.bot_edge.trust = 71.0, 33.0
    page.bot_edge.facts.set("always gets off at the last stop\nowes him a coffee")
    page.opening.set("*hums* Last stop soon.")
    page.save()
    game.until(lambda: game.scene.form is None, "the chat")
    game.until(lambda: game.room.view is not None and game.view.chat.begun, "the scene")
    chat = game.view.chat
    assert chat.container is not None
    assert (chat.container.name, chat.container.moving) == ("a tram", True)
    edge = reading.edge(game.room.desk.log, "ivo", "you")
    assert (edge.affinity, edge.trust) == (71, 33)
    assert edge.facts == ("always gets off at the last stop", "owes him a coffee")
    assert game.turns[0].text == "*hums* Last stop soon."


def test_a_time_that_is_none_is_said_and_nothing_is_played(game: TalkGame) -> None:
    game.with_people(begun="")
    game.scene.begin("ivo")
    game.until(lambda: isinstance(game.scene.form, KickoffPage) and game.scene.form.ready, "the form")
    page = form_of(game, KickoffPage)
    page.when.set("some evening")
    page.save()
    game.turn(2)
    assert "some evening" in page.when.error
    assert game.scene.form is page


def test_a_character_is_amended_field_by_field(game: TalkGame) -> None:
    game.with_people()
    bot = next(one for one in game.room.library.bots if one.id == "mara")
    game.scene.edit_bot(bot)
    page = form_of(game, BotPage)
    game.turn(4)
    page.traits.set("dry, patient")
    page.backstory.set("She came from the coast.")
    page.save()
    game.until(lambda: game.scene.form is None, "the save")
    after = reading.bot(game.room.desk.log, "mara")
    assert after.traits == ("dry", "patient")
    assert after.backstory == "She came from the coast."
    assert after.persona == bot.persona


def test_a_form_that_was_left_is_found_again(game: TalkGame) -> None:
    game.with_people()
    game.scene.new_bot()
    page = form_of(game, BotPage)
    page.name.set("Half")
    game.turn(2)
    game.press("escape")
    game.turn(2)
    assert game.scene.form is None
    game.scene.new_bot()
    assert game.scene.form is page


@pytest.mark.parametrize("section", ["f3", "f4"])
def test_tab_begins_with_the_first_thing_of_a_page_where_nothing_has_the_keyboard(game: TalkGame, section: str) -> None:
    game.with_people()
    game.press(section)
    game.turn(8)
    assert imgui.get_current_context().nav_id == 0
    game.press("tab")
    game.turn(4)
    assert imgui.is_any_item_focused()
    first = imgui.get_current_context().nav_id
    game.press("tab")
    game.turn(4)
    assert imgui.get_current_context().nav_id not in (0, first)


def test_a_card_goes_out_and_comes_in_again(game: TalkGame, tmp_path: Path) -> None:
    game.with_people()
    game.scene.show("bots")
    game.turn(2)
    bot = next(one for one in game.room.library.bots if one.id == "mara")
    game.scene.library.export(bot)
    game.settle()
    path = Path(game.scene.library.told.removeprefix("Saved as "))
    assert path.is_file()
    game.feed(WindowEvent(now_us(), WindowChange.FILE_DROPPED, str(path)))
    game.until(lambda: len(game.room.library.bots) == 4, "the card")
    game.settle()
    names = [one.name for one in game.room.library.bots]
    assert names.count("Mara") == 2
    game.scene.library.export(bot, "chat")
    game.settle()
    assert Path(game.scene.library.told.removeprefix("Saved as ")).suffix == ".jsonl"
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    game.scene.library.bring_in(str(tmp_path / "broken.png"))
    game.settle()
    assert "broken.png" in game.scene.library.problem


def test_a_found_server_is_used_in_one_step_and_its_key_is_nowhere_but_in_its_file(
    game: TalkGame, caplog: pytest.LogCaptureFixture
) -> None:
    key = "sk-" + "b" * 20
    with ModelServer(key=key) as server:
        server.otherwise = Do("Yes.")
        game.with_people()
        game.scene.show("settings")
        page = game.scene.settings
        assert page is not None
        game.turn(2)
        page.voice.key.set(key)
        page.voice.use(server.url, "test-model")
        game.settle()
        game.until(lambda: not game.room.is_offline, "the voice")
        assert page.voice.key.text == ""
        assert load(game.profile.folder).narrative is not None
        game.scene.open_chat("mara")
        game.turn(2)
        game.room.say("Hello")
        game.settle()
        assert game.turns[-1].text == "Yes."
        page.voice.address.set("http://127.0.0.1:9/v1")
        made = page.voice._made("")
        assert made.narrative is not None
        assert not made.narrative.key.get_secret_value()
    log = game.room.desk.log
    told = [str(event.payload) for stream in log.streams() for event in log.read(stream)]
    told += [notice.text for notice in game.context.notices] + [caplog.text]
    assert not any(key in one for one in told)


def test_the_marks_of_asides_and_the_budgets_are_settings_and_hold_at_once(game: TalkGame) -> None:
    game.with_people()
    game.scene.show("settings")
    page = game.scene.settings
    assert page is not None
    game.turn(3)
    page.ooc_open.set("[[")
    page.ooc_close.set("]]")
    page._set("soft_tokens", 9000)
    game.turn(4)
    assert game.room.desk.config.ooc == ("[[", "]]")
    assert game.room.desk.config.soft_tokens == 9000
    assert game.room.desk.config.hard_tokens >= 9000
    assert game.profile.settings.talk.ooc_open == "[["
