"""The views of Talk that ``ourojam shot`` shows: characters made here, spoken by the offline voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.clock import now_us
from engine.input.events import InputEvent
from game.commands.shot_people import IVO, LENE, MARA
from game.roleplay import authoring, directing
from game.roleplay.desk import Desk
from game.scenes.requests import ShowTalk
from game.scenes.talk import TalkScene
from game.scenes.talk_kickoff import KickoffPage
from game.scenes.talk_people import WelcomePage
from game.scenes.talk_settings import TalkSettingsPage
from game.scenes.talk_speech import Speech, Trouble

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

SAID = (
    "*shakes the rain out of my coat* Evening. I brought you another one. It stops every night at ten past nine.",
    "It was my grandmother's. She said it kept better time than the church. ((keep her a little wary of me))",
    "*leans on the counter* Do you ever get tired of things that only want to be wound up?",
)


FRAMES = 30
"""What has just come up has eased in after so many frames, however slowly they are drawn."""


def _settle(studio: Studio) -> None:
    until = studio.app.loop.stats().frames + FRAMES
    while studio.app.loop.stats().frames < until:
        studio.turn()


def _people(desk: Desk) -> None:
    authoring.describe_you(desk, "Ana", "she/her", "30, repairs bicycles, dry sense of humour")
    for bot in (MARA, IVO, LENE):
        authoring.author(desk, bot)


def _enter(studio: Studio) -> TalkScene:
    """The scene, with people in it."""
    studio.app.open(ShowTalk())
    studio.until(lambda: studio.top_is("TalkScene"), 0.1)
    scene = studio.top()
    assert isinstance(scene, TalkScene)
    scene.room.do("making people", _people)
    studio.until(lambda: len(scene.room.library.rows) == 3, 0.1)
    return scene


def _talk(studio: Studio) -> TalkScene:
    scene = _enter(studio)
    scene.open_chat("mara")
    studio.until(lambda: scene.room.view is not None, 0.1)
    for words in SAID:
        scene.room.say(words)
        studio.until(lambda: scene.room.speech is None, 0.1)
    studio.run(1.0)
    return scene


def _first(studio: Studio) -> None:
    studio.app.open(ShowTalk())
    studio.until(lambda: studio.top_is("TalkScene"), 1.0)


def _author(studio: Studio) -> None:
    studio.set("talk.welcomed", True)
    _first(studio)


def _voice(studio: Studio) -> None:
    _first(studio)
    scene = studio.top()
    assert isinstance(scene, TalkScene)
    assert isinstance(scene.form, WelcomePage)
    scene.form.skip()
    studio.until(lambda: isinstance(scene.form, TalkSettingsPage) and scene.form.found is not None)


def _kickoff(studio: Studio) -> None:
    scene = _enter(studio)
    scene.begin("mara")
    studio.until(lambda: isinstance(scene.form, KickoffPage) and scene.form.ready)


def _section(name: str) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        scene = _enter(studio)
        scene.show(name)
        studio.until(lambda: scene.settings is None or scene.settings.found is not None)

    return show


def _edit(studio: Studio) -> None:
    scene = _talk(studio)
    view = scene.room.view
    assert view is not None
    assert view.last_bot_turn is not None
    scene.chat.turns.regenerate(view.last_bot_turn)
    studio.run(0.6)


def _turn(studio: Studio) -> None:
    scene = _talk(studio)
    scene.chat.key("up")
    scene.chat.key("up")
    studio.run(0.6)


def _drawer(studio: Studio) -> None:
    scene = _talk(studio)
    scene.chat.toggle_drawer()
    studio.run(2.0)


def _scenes(studio: Studio) -> None:
    """A scene closed, time skipped, and one that played without the player."""
    scene = _talk(studio)
    for work in (
        lambda desk: directing.close_scene(desk, "mara"),
        lambda desk: directing.skip(desk, "mara", "the next morning"),
        lambda desk: directing.meanwhile(desk, "mara", "ivo", about="Mara takes the clock to the tram depot", turns=2),
    ):
        scene.room.do("the story", work)
        studio.until(lambda: not scene.room.doing, 0.2)
    studio.run(1.5)


def _streams(studio: Studio) -> None:
    """A reply on its way, as far as it came."""
    scene = _talk(studio)
    speech = Speech("mara", "say", who="mara", turn=99)
    speech.text = (
        "*lays the loupe down* You know what my aunt used to say about clocks that stop? They are not *tired*. They"
    )
    scene.room.speech = speech
    scene.room.touch()
    studio.run(1.0)


def _trouble(studio: Studio) -> None:
    """A reply that could not be had."""
    scene = _talk(studio)
    words = "Featherless: 401 unauthorized; check the API key in Settings"
    scene.room.corner().trouble = Trouble("failed", words, scene.room.retry)
    scene.room.touch()
    studio.run(1.0)


def _keys(studio: Studio) -> None:
    scene = _talk(studio)
    scene.handle(InputEvent(now_us(), "keyboard", "key:f1", 1.0))
    studio.run(1.0)


def _chat(studio: Studio) -> None:
    _talk(studio)


def _settled(view: Callable[[Studio], None]) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        view(studio)
        _settle(studio)

    return show


_VIEWS: dict[str, Callable[[Studio], None]] = {
    "talk": _chat,
    "talk-first": _first,
    "talk-voice": _voice,
    "talk-author": _author,
    "talk-kickoff": _kickoff,
    "talk-library": _section("bots"),
    "talk-settings": _section("settings"),
    "talk-edit": _edit,
    "talk-turn": _turn,
    "talk-drawer": _drawer,
    "talk-keys": _keys,
    "talk-scenes": _scenes,
    "talk-streams": _streams,
    "talk-trouble": _trouble,
}
TALK_VIEWS = {name: _settled(view) for name, view in _VIEWS.items()}
"""By name."""
