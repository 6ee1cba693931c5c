"""The views of the drawer, its questions and the search that ``ourojam shot`` shows: a story with a guest in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.scene import Scene
from game.commands.shot_talk import TALK_VIEWS
from game.roleplay import directing, editing, reading
from game.roleplay.desk import Desk
from game.roleplay.skips import HOUR_US
from game.scenes.talk import TalkScene
from game.scenes.talk_dialogs import DeleteDialog, RewindDialog
from game.scenes.talk_dialogs_bot import ResetDialog
from game.scenes.talk_dialogs_scene import MetDialog, SkipDialog
from game.scenes.talk_drawer import Drawer
from game.scenes.talk_search import SearchScene
from game.scenes.talk_view import ChatView

if TYPE_CHECKING:
    from game.commands.shot_views import Studio

PAGES = ("scene", "bonds", "memory", "story", "history", "model")


def _live(desk: Desk) -> None:
    """What a few evenings leave behind."""
    log, host = desk.log, "mara"
    directing.close_scene(desk, host)
    desk.settle()
    directing.add_guest(desk, host, "ivo", "Ivo brings her the tram's clock once a year; they talk of nothing else.")
    now_us = reading.chat(log, host).clock_us
    editing.edit_edge(log, host, host, "you", "facts", ["Ana repairs bicycles", "the clock was her grandmother's"])
    editing.edit_activity(log, host, host, "holding", ["a loupe", "the mainspring"])
    editing.add_thread(log, host, "Why does it stop at ten past nine?")
    props = ["a picnic basket", "the good glasses"]
    editing.add_happening(log, host, "Dinner by the canal", props, due_us=now_us + 3 * HOUR_US)


def _story(studio: Studio) -> tuple[TalkScene, ChatView]:
    """The scene with the drawer open and a story behind it."""
    TALK_VIEWS["talk-drawer"](studio)
    scene = studio.top()
    assert isinstance(scene, TalkScene)
    scene.room.do("living", _live)
    studio.until(lambda: not scene.room.doing and bool(scene.room.view and scene.room.view.chat.guest), 0.5)
    assert scene.room.view is not None
    return scene, scene.room.view


def _page(number: int) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        scene, view = _story(studio)
        drawer = scene.chat.drawer
        assert isinstance(drawer, Drawer)
        drawer.show(number)
        if number == PAGES.index("model"):
            drawer.model.look(drawer.desk, view, "mara")
            studio.until(lambda: drawer.model.prompt is not None)
        studio.run(1.5)

    return show


def _asked(question: Callable[[TalkScene, ChatView], Scene]) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        scene, view = _story(studio)
        studio.app.stack.push(question(scene, view))
        studio.run(2.0)

    return show


DRAWER_VIEWS: dict[str, Callable[[Studio], None]] = {
    **{f"drawer-{name}": _page(number) for number, name in enumerate(PAGES)},
    "ask-rewind": _asked(lambda scene, view: RewindDialog(scene.room, view, view.turns[1])),
    "ask-delete": _asked(lambda scene, view: DeleteDialog(scene.room, view, view.turns[1])),
    "ask-reset": _asked(lambda scene, view: ResetDialog(scene.room, view.bot)),
    "ask-skip": _asked(lambda scene, view: SkipDialog(scene.room, view)),
    "ask-met": _asked(lambda scene, view: MetDialog(scene.room, view, scene.room.library.bots[1])),
    "talk-search": _asked(lambda scene, view: SearchScene(scene.room, lambda chat, turn: None, "clock")),
}
"""By name."""
