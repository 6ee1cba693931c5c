"""The Talk scene: the rail at the left, and beside it a chat, the characters, a form or the settings."""

from __future__ import annotations

from typing import Any

from imgui_bundle import imgui

from engine.draw import theme
from engine.draw.frame import Frame
from engine.draw.pen import px
from engine.input.events import Event, InputEvent
from engine.input.keys import KEYBOARD
from engine.scene import Scene
from game.roleplay.state import Turn
from game.scenes.context import Context
from game.scenes.menu_keys import menu_action, steer
from game.scenes.requests import ShowTalk
from game.scenes.skyline import Skyline
from game.scenes.talk_chat import ChatPage
from game.scenes.talk_rail import WIDTH, Rail
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_turns import Doors
from game.scenes.talk_view import ChatView

_K = imgui.Key


class TalkScene(Scene):
    """Talking with characters.  What is going on goes on while other scenes are shown."""

    def __init__(self, context: Context, request: ShowTalk) -> None:
        self._context = context
        self._request = request
        self._skyline = Skyline()
        self.section = "chats"
        self.room: TalkRoom
        self.chat: ChatPage
        self.rail: Rail

    def on_enter(self) -> None:
        """Find the room and the chat that was open."""
        self.room = TalkRoom.of(self._context, self.stack.call_soon)
        doors = Doors(
            *(self._no_door, self._no_door, self._no_door, self.begin, lambda: self.show("settings")),
            self.stack.push,
            self._context.say,
        )
        self.chat = ChatPage(self.room, doors)
        self.rail = Rail(self.room, self.show, self.open_chat, self.new_bot)
        if self._request.bot:
            self.room.open(self._request.bot)
        self.chat.composer.focus()

    def on_resume(self, result: Any) -> None:
        """Back from a question."""
        self.chat.composer.focus()

    def _no_door(self, view: ChatView, turn: Turn) -> Scene | None:
        return None

    # -- where to ------------------------------------------------------------------------------------------------

    def show(self, section: str) -> None:
        """Show a section of the rail."""
        self.section = section

    def open_chat(self, host: str) -> None:
        """Show a chat."""
        self.section = "chats"
        self.room.open(host)
        self.chat.composer.focus()

    def new_bot(self) -> None:
        """Make a character."""

    def begin(self, host: str) -> None:
        """Show how a chat begins."""

    # -- input ---------------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Escape goes back a step, and at last leaves; other keys are the page's."""
        if not isinstance(event, InputEvent) or event.device == "mouse":
            return False
        if menu_action(event) == "back":
            if not (self.section == "chats" and self.chat.back()):
                self._context.effect("menu_back")
                self.leave()
            return True
        if event.device != KEYBOARD:
            return steer(event)
        if not event.pressed:
            return False
        return self._key(event.control.removeprefix("key:"))

    def _key(self, control: str) -> bool:
        if control in ("f2", "f3", "f4"):
            self.show({"f2": "chats", "f3": "bots", "f4": "settings"}[control])
            if control == "f2":
                self.rail.focus()
            return True
        return self.section == "chats" and self.chat.key(control)

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self, frame: Frame) -> None:
        """The city, the rail, and the page."""
        room = self.room
        room.tick(frame.dt_us)
        if room.ready and not room.host and room.library.rows:
            room.open(room.library.rows[0].bot.id)
        if room.problem:
            self._context.say(room.problem)
            room.problem = ""
        live = self.stack.top is self
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=0.9)
        frame.layer()
        rail = px(WIDTH)
        self.rail.draw(frame, (px(12), px(12), rail, frame.height - px(24)), self.section)
        place = (rail + px(20), 0.0, frame.width - rail - px(20), float(frame.height))
        if self.section == "chats":
            self.chat.draw(frame, place, live)
