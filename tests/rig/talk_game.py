"""The Talk scene as a player has it: a real profile, people in it, the offline voice or a real server on loopback."""

from __future__ import annotations

from pathlib import Path

from engine.llm import ModelSettings, Slot, save
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.commands.shot_people import IVO, LENE
from game.roleplay import authoring
from game.roleplay.state import Turn
from game.scenes.requests import ShowTalk
from game.scenes.talk import TalkScene
from game.scenes.talk_drawer import Drawer
from game.scenes.talk_focus import Keys
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_view import ChatView
from tests.rig.company import MARA
from tests.rig.model_server import ModelServer
from tests.rig.scene_game import SceneGame


class TalkGame(SceneGame):
    """A game that shows Talk.  ``teller`` is a server that speaks for the characters, ``clerk`` one that is asked."""

    def __init__(
        self,
        folder: Path,
        window: HeadlessWindow,
        sound: Sound,
        *,
        teller: ModelServer | None = None,
        clerk: ModelServer | None = None,
    ) -> None:
        super().__init__(folder, window=window, sound=sound)
        if teller is not None:
            told = Slot(base_url=teller.url, model="test-model")
            asked = Slot(base_url=(clerk or teller).url, model="test-model")
            save(self.profile.folder, ModelSettings(narrative=told, classifier=asked))
        self.scene = TalkScene(self.context, ShowTalk())

    @property
    def room(self) -> TalkRoom:
        """The bridge."""
        return self.scene.room

    @property
    def drawer(self) -> Drawer:
        """The drawer of the chat that is shown."""
        drawer = self.scene.chat.drawer
        assert isinstance(drawer, Drawer)
        return drawer

    @property
    def view(self) -> ChatView:
        """The chat that is open."""
        assert self.room.view is not None
        return self.room.view

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of the chat that is open."""
        return self.view.turns

    def enter(self) -> None:
        """Show the scene and wait until it has read what there is."""
        self.show(self.scene)
        self.until(lambda: self.room.ready, "the library")

    def with_people(self, *, begun: str = "mara") -> None:
        """Enter with Mara, Ivo and Lene there, in the chat of ``begun``, whose kickoff has been played."""
        self.enter()

        def make(desk):  # type: ignore[no-untyped-def]
            authoring.describe_you(desk, "Ana", "she/her", "30, repairs bicycles, dry sense of humour")
            for bot in (MARA, IVO, LENE):
                authoring.author(desk, bot)
            if begun:
                authoring.begin(desk, begun, authoring.parse_kickoff(desk, begun))

        self.room.do("people", make)
        self.until(lambda: len(self.room.library.rows) == 3 and not self.room.doing, "the people")
        self.scene.open_chat(begun or "mara")
        self.until(lambda: self.room.view is not None and self.view.host == (begun or "mara"), "the chat")
        self.turn(6)

    def settle(self) -> None:
        """Wait until nobody speaks and nothing is being done."""
        self.until(lambda: self.room.speech is None and not self.room.doing, "the reply")
        self.turn(2)

    def say(self, text: str) -> None:
        """Write ``text`` with the keyboard and send it."""
        self.scene.chat.give(Keys.COMPOSER)
        field = self.scene.chat.composer.field
        self.until(lambda: field.active and self.window.ui.wants_text, "the field")
        self.write(text)
        self.press("return")
        self.turn(2)

    def close(self) -> None:
        """Give everything back, as the game does when it ends."""
        self.stack.clear()
        TalkRoom.close_of(self.context)
        super().close()
