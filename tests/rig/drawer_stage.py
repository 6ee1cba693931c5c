"""A chat with its drawer open and nothing else, for tests: a real profile, the offline voice, a headless window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from imgui_bundle import imgui

from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent
from engine.input.keys import KEYBOARD
from engine.log import EventLog
from engine.scene import Scene
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.commands.shot_people import IVO, LENE
from game.roleplay import authoring, talk
from game.roleplay.desk import Desk
from game.scenes.picker import Overlay
from game.scenes.talk_dialogs_base import Dialog
from game.scenes.talk_dialogs_toast import draw_toast
from game.scenes.talk_drawer import Drawer
from game.scenes.talk_drawer_acts import Acts
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_view import ChatView
from tests.rig.company import MARA
from tests.rig.scene_game import SceneGame

T = TypeVar("T")
WIDTH = 400.0


class DrawerScene(Scene):
    """The drawer at the right of an empty page."""

    def __init__(self, room: TalkRoom, say: Callable[[str], object]) -> None:
        self.room = room
        self.drawer = Drawer(room, lambda scene: self.stack.push(scene), say)

    def handle(self, event: Event) -> bool:
        """Keys go to the drawer."""
        if not isinstance(event, InputEvent) or event.device != KEYBOARD or not event.pressed:
            return False
        return self.drawer.key(event.control.removeprefix("key:"))

    def draw(self, frame: Frame) -> None:
        """Drawer and toast."""
        live = self.stack.top is self
        if self.room.view is not None:
            w = min(frame.px(WIDTH), float(frame.width))
            self.drawer.draw(frame, self.room.view, (frame.width - w, 0.0, w, float(frame.height)), live)
        draw_toast(frame, self.room, live, chat=(0.0, float(frame.height), float(frame.width)))


class Stage:
    """A game of one chat; the player is Ana, the bots Mara (host), Ivo and Lene."""

    def __init__(self, folder: Path, window: HeadlessWindow, sound: Sound) -> None:
        self.game = SceneGame(folder, window=window, sound=sound)
        self.said: list[str] = []
        self.room = TalkRoom.of(self.game.context, self.game.stack.call_soon)
        self.desk: Desk = self.room.desk
        authoring.describe_you(self.desk, "Ana", "she/her", "30, repairs bicycles")
        for bot in (MARA, IVO, LENE):
            authoring.author(self.desk, bot)

    @property
    def log(self) -> EventLog:
        """The log, for looking at what was written."""
        return self.desk.log

    @property
    def view(self) -> ChatView:
        """The chat as the scene has it."""
        assert self.room.view is not None
        return self.room.view

    @property
    def drawer(self) -> Drawer:
        """The drawer."""
        return self.scene.drawer

    @property
    def acts(self) -> Acts:
        """What was done."""
        return Acts.of(self.room)

    def begin(self, *said: str, guest: str = "") -> None:
        """Play the kickoff and say a few things, and open the drawer on that chat."""
        authoring.begin(self.desk, "mara", authoring.parse_kickoff(self.desk, "mara"))
        if guest:
            from game.roleplay import directing

            directing.add_guest(self.desk, "mara", guest)
        for words in said:
            talk.say(self.desk, "mara", words)
        self.desk.settle()
        self.open()

    def open(self, host: str = "mara") -> None:
        """Show the drawer on a chat."""
        self.scene = DrawerScene(self.room, self.said.append)
        self.room.open(host)
        self.room.see(anew=True)
        self.game.show(self.scene)
        self.game.until(lambda: self.room.view is not None and self.room.view.host == host, "the chat")

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Let the game go on until it holds."""
        self.game.until(condition, what)

    def rest(self) -> None:
        """Let everything that was asked for come about."""
        self.until(lambda: not self.room.doing and self.room.speech is None, "rest")
        self.desk.settle()
        version = self.view.version
        self.room.see(anew=True)
        self.until(lambda: self.room.view is not None and self.room.view.version > version, "a new view")
        self.game.turn(3)

    def read(self, page: int) -> Any:
        """Turn to a page and wait for what it shows."""
        self.drawer.show(page)
        self.until(lambda: self.drawer.data is not None or page in (0,), "the page")
        self.game.turn(2)
        return self.drawer.data

    # -- hands ---------------------------------------------------------------------------------------------------

    def to(self, page: int, field: str) -> None:
        """Put the keyboard on a field, as the drawer's own ``go`` does."""
        self.read(page)
        self.drawer.go(page, field)
        self.until(lambda: not self.drawer.desk.fields.wants_in(field), f"the field {field}")
        self.game.turn(2)

    def put(self, text: str, *, enter: bool = True) -> None:
        """Write into the field that has the keyboard in place of what is there."""
        from engine.clock import now_us
        from engine.input.events import TextEvent

        assert imgui.get_io().want_text_input, "no field listens"
        self.game.press("ctrl+a")
        if text:
            self.game.feed(TextEvent(now_us(), text))
        else:
            self.game.press("delete")
        self.game.turn(2)
        self.game.press("return" if enter else "ctrl+return")
        self.game.turn(2)

    def write(self, page: int, field: str, text: str, *, lines: bool = False) -> None:
        """Put ``text`` into a field of a page and leave it."""
        self.to(page, field)
        self.put(text, enter=not lines)

    def place(self, field: str) -> tuple[float, float]:
        """The middle of a field on the screen."""
        x, y, w, h = self.drawer.desk.fields.places[field]
        return x + w / 2, y + h / 2

    def press_on(self, page: int, field: str, *keys: str) -> None:
        """Put the keyboard on a widget and press keys."""
        self.to(page, field)
        self.game.press(*keys)
        self.game.turn(3)

    # -- questions -----------------------------------------------------------------------------------------------

    @property
    def dialog(self) -> Dialog:
        """The question that is asked."""
        top = self.game.stack.top
        assert isinstance(top, Dialog), f"{top.name} is on top"
        return top

    def ask(self, dialog: Overlay) -> None:
        """Put a question over the drawer."""
        self.game.stack.push(dialog)
        self.game.turn(4)

    def answer(self, words: str) -> None:
        """Press a button of the question by mouse."""
        x, y, w, h = self.dialog.places[words]
        self.game.click(x + w / 2, y + h / 2)
        self.game.turn(2)

    def close(self) -> None:
        """Give everything back."""
        self.game.stack.clear()
        TalkRoom.close_of(self.game.context)
        self.game.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
