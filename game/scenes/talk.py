"""The Talk scene: the rail at the left, and beside it a chat, the characters, a form or the settings."""

from __future__ import annotations

from typing import Any, Protocol

from imgui_bundle import imgui

from engine.draw import theme
from engine.draw.colour import with_alpha
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.input.events import Event, InputEvent, TextEvent, WindowChange, WindowEvent
from engine.input.keys import KEYBOARD
from engine.jobs import Job
from engine.llm import FoundServer, find_servers
from engine.loop import quiet, relax
from engine.scene import Scene
from game.roleplay.state import Bot
from game.scenes.context import Context
from game.scenes.menu_keys import menu_action, steer
from game.scenes.picker import DIM
from game.scenes.requests import ShowTalk
from game.scenes.skyline import Skyline
from game.scenes.talk_chat import ChatPage
from game.scenes.talk_dialogs import BranchDialog, DeleteDialog, RewindDialog
from game.scenes.talk_dialogs_bot import UnsavedDialog
from game.scenes.talk_dialogs_toast import draw_toast
from game.scenes.talk_drawer import Drawer
from game.scenes.talk_focus import Keys
from game.scenes.talk_help import TalkKeys
from game.scenes.talk_kickoff import KickoffPage
from game.scenes.talk_library import LibraryPage
from game.scenes.talk_panel import Place
from game.scenes.talk_people import BotPage, WelcomePage
from game.scenes.talk_rail import Rail, width_of
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_search import SearchScene
from game.scenes.talk_settings import TalkSettingsPage, config_of
from game.scenes.talk_turns import Doors

SECTIONS = {"f2": "chats", "f3": "bots", "f4": "settings"}
_FORMS = "talk forms"
_OFFERED = "talk offered"
_VEIL = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_inputs.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_focus_on_appearing.value
)


class Page(Protocol):
    """What stands beside the rail."""

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """Draw it; without input unless ``live``."""
        ...


class TalkScene(Scene):
    """Talking with characters.  What is going on goes on while other scenes are shown."""

    def __init__(self, context: Context, request: ShowTalk) -> None:
        self._context = context
        self._request = request
        self._skyline = Skyline()
        self.section = "chats"
        self.form: Page | None = None
        self._first_run = False
        self._unsaved: object = None
        self.room: TalkRoom
        self.chat: ChatPage
        self.rail: Rail
        self.library: LibraryPage
        self.settings: TalkSettingsPage | None = None

    def on_enter(self) -> None:
        """Find the room and the chat that was open."""
        context = self._context
        self.room = TalkRoom.of(context, self.stack.call_soon)
        self.room.configure(config_of(context))
        if self.room.problem:  # what is set cannot be understood: there is where it is mended (004 16.5)
            self.show("settings")
        room = self.room
        doors = Doors(
            lambda view, turn: RewindDialog(room, view, turn),
            lambda view, turn: DeleteDialog(room, view, turn),
            lambda view, turn: BranchDialog(room, view, turn),
            *(self.begin, lambda: self.show("settings")),
            self.stack.push,
            context.say,
        )
        self.chat = ChatPage(room, doors, Drawer(room, self.stack.push, context.say))
        self.rail = Rail(self.room, self.show, self.open_chat, self.new_bot, self.leave)
        self.library = LibraryPage(self.room, context.say, self.edit_bot, self.open_chat, self.stack.push)
        if self.room.is_offline and _OFFERED not in context.remembered:
            context.remembered[_OFFERED] = True
            self._look_for_servers()
        if self._request.bot:
            self.open_chat(self._request.bot)
        self.chat.give(Keys.COMPOSER)
        quiet()  # a full pass of the collector over a long transcript takes longer than several frames

    def _look_for_servers(self) -> None:
        """A model server that runs on this machine is offered, once."""

        def work(job: Job[list[FoundServer]]) -> list[FoundServer]:
            return find_servers()

        def offer(found: list[FoundServer]) -> None:
            if found and self.room.is_offline:
                told = f"{found[0].name} answers on this machine; in Settings (F4) it can speak for your characters."
                self._context.say(told)

        self._context.jobs.start("looking for model servers", work, offer)

    def on_exit(self) -> bool:
        """A form that was begun is found again; what was written in the chat is its draft."""
        if isinstance(self.form, BotPage) and self.form.bot is None:
            self._context.remembered[_FORMS] = self.form
        relax()
        return True

    def on_resume(self, result: Any) -> None:
        """Back from a question: whoever had the keyboard has it again, and what was chosen of a list is done."""
        if self._page() is self.chat:
            self.chat.resume()
            if isinstance(result, str):
                self.chat.key(result)

    # -- where to ------------------------------------------------------------------------------------------------

    def show(self, section: str) -> None:
        """Show a section of the rail; ``search`` is a question over whatever is shown."""
        if section == "search":
            self.search()
            return
        self.section, self.form = section, None
        if section == "settings" and self.room.ready:
            self.settings = TalkSettingsPage(self._context, self.room, self._context.say)
        self._context.effect("menu_move")

    def open_chat(self, host: str) -> None:
        """Show a chat."""
        self.section, self.form = "chats", None
        self.room.open(host)
        self.chat.give(Keys.COMPOSER)

    def search(self) -> None:
        """Search all chats."""
        self.stack.push(SearchScene(self.room, self._go))

    def _go(self, host: str, turn: int) -> None:
        self.open_chat(host)
        if turn:
            self.chat.go_to(turn)

    def new_bot(self) -> None:
        """Make a character; what was begun is gone on with."""
        if not (isinstance(self.form, BotPage) and self.form.bot is None):
            begun = self._context.remembered.pop(_FORMS, None)
            self.form = begun or BotPage(self.room, self._context.say, None, self._bot_done)

    def edit_bot(self, bot: Bot | None) -> None:
        """Amend a character, or make one."""
        if bot is None:
            self.new_bot()
        else:
            self.form = BotPage(self.room, self._context.say, bot, self._bot_done)

    def _bot_done(self, bot_id: str) -> None:
        was_new = isinstance(self.form, BotPage) and self.form.bot is None
        self.form = None
        if bot_id and was_new:
            self.begin(bot_id)

    def begin(self, host: str) -> None:
        """Show how a chat begins."""
        self.room.open(host)
        self.section = "chats"
        self.form = KickoffPage(self.room, self._context.say, host, self._begun)

    def _begun(self, begun: bool) -> None:
        self.form = None
        self.chat.give(Keys.COMPOSER)

    # -- the first run -------------------------------------------------------------------------------------------

    def _guide(self) -> None:
        """Nobody here yet: who are you, who speaks, who is the first?  (004 16.2)"""
        room = self.room
        if not room.ready or self.form is not None or self.section != "chats" or room.library.rows:
            return
        welcomed = self._context.profile.settings.talk.welcomed
        if not welcomed and not room.library.you.name and not self._first_run:
            self.form = WelcomePage(room, self._context.say, self._welcomed)
        elif not welcomed and room.is_offline:
            self.form = TalkSettingsPage(self._context, room, self._context.say, done=self._voiced)
        else:
            self.new_bot()

    def _welcomed(self) -> None:
        self._first_run, self.form = True, None

    def _voiced(self) -> None:
        self._context.profile.set("talk.welcomed", True)
        self.form = None

    # -- input ---------------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> bool:
        """Escape goes back a step, and at last leaves; other keys are the page's.  A file dropped is brought in."""
        if isinstance(event, WindowEvent) and event.change is WindowChange.FILE_DROPPED and event.path:
            self.show("bots")
            self.library.bring_in(event.path, self.room.host)
            return True
        if isinstance(event, TextEvent) or (isinstance(event, InputEvent) and event.device in (KEYBOARD, "mouse")):
            self.chat.by_pad = False
        if not isinstance(event, InputEvent) or event.device == "mouse":
            return False
        if menu_action(event) == "back":
            self._back()
            return True
        if event.device != KEYBOARD:
            return self._pad(event)
        return event.pressed and self._key(event.control.removeprefix("key:"))

    def _back(self) -> None:
        self._context.effect("menu_back")
        if self.form is not None and self.room.library.rows:
            if isinstance(self.form, BotPage) and self.form.bot is None:
                self._context.remembered[_FORMS] = self.form
            self.form = None
        elif self.form is None and self.section != "chats":
            self.show("chats")
            self.chat.give(Keys.COMPOSER)
        elif self.form is not None or not self.chat.back():
            self.leave()

    def _pad(self, event: InputEvent) -> bool:
        """A gamepad: Start goes to the chats, the chat takes its own, the rest moves among widgets."""
        in_chat = event.pressed and self._page() is self.chat
        if in_chat and menu_action(event) == "pause":
            return self._key("f2")
        return (in_chat and self.chat.pad(event.control)) or steer(event)

    def _key(self, control: str) -> bool:
        if control == "f1":
            self.stack.push(TalkKeys())
            return True
        if control in SECTIONS:
            self.show(SECTIONS[control])
            if control == "f2":
                self.chat.give(Keys.ELSEWHERE)
                self.rail.focus()
            return True
        return self.form is None and self.section == "chats" and self.chat.key(control)

    def _listen(self) -> None:
        """Keys that count also while a field is written in."""
        io = imgui.get_io()
        if io.key_ctrl and imgui.is_key_pressed(imgui.Key.f, False):
            self.search()
        if io.key_ctrl and imgui.is_key_pressed(imgui.Key.h, False):
            self.room.show_hidden(shown=not self.room.hidden_shown)
        if io.key_ctrl and imgui.is_key_pressed(imgui.Key.s, False):
            save = getattr(self.form, "save", None)
            if save is not None:
                save()

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
        if live:
            self._guide()
            self._listen()
            self._tell_unsaved()
        frame.ground = theme.NIGHT
        self._skyline.draw(frame, veil=0.93)
        frame.layer()
        rail = width_of(frame)
        lit = "bots" if isinstance(self.form, BotPage) and self.form.bot else self.section
        self.rail.draw(frame, (px(12), px(12), rail, frame.height - px(24)), lit)
        place = (rail + px(24), 0.0, frame.width - rail - px(24), float(frame.height))
        self._page().draw(frame, place, live)
        page, below = self._page(), (place[0], frame.height - px(18), place[2] - px(12))
        in_chat = self.chat.over_composer if self.chat.over_composer[2] > 0 else below
        draw_toast(
            *(frame, room, live),
            chat=in_chat if page is self.chat else None,
            library=below if page is self.library else None,
        )
        if not live:
            _draw_veil(frame)

    def _page(self) -> Page:
        if self.form is not None:
            return self.form
        if self.section == "bots":
            return self.library
        if self.section == "settings":
            if self.settings is None:
                self.settings = TalkSettingsPage(self._context, self.room, self._context.say)
            return self.settings
        return self.chat

    def _tell_unsaved(self) -> None:
        """The disk did not take a turn: nothing goes on before that is mended (004 16.5)."""
        if not self.room.host:
            return
        corner = self.room.corner()
        trouble = corner.trouble
        if trouble is not None and trouble.kind == "unsaved" and trouble is not self._unsaved:
            self._unsaved = trouble
            self.stack.push(UnsavedDialog(self.room))


def _draw_veil(frame: Frame) -> None:
    """Dim the scene's own windows while a question stands over them."""
    imgui.set_next_window_pos(Vec(0, 0))
    imgui.set_next_window_size(Vec(*frame.size))
    imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
    imgui.begin("talk veil", None, _VEIL)
    if imgui.is_window_appearing():  # over the scene; the question comes after, and in front of it
        imgui.internal.bring_window_to_display_front(imgui.internal.get_current_window())
    draw = imgui.get_window_draw_list()
    draw.add_rect_filled(Vec(0, 0), Vec(*frame.size), with_alpha(theme.NIGHT, DIM))
    imgui.end()
    imgui.pop_style_var()
