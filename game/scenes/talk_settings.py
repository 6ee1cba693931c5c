"""Settings of Talk: who speaks for the characters, how chats work, who the player is (004 16.1)."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.frame import Frame
from engine.draw.theme import INK_SOFT, LIME, tone
from engine.errors import UserError
from engine.jobs import Job
from engine.llm import FoundServer, find_servers
from game.roleplay.desk import TalkConfig
from game.scenes.context import Context
from game.scenes.talk_field import FOCUS_FRAMES
from game.scenes.talk_form import Entry, Say, beside, button, page, problem, thinking
from game.scenes.talk_models import VoiceFields
from game.scenes.talk_panel import Place
from game.scenes.talk_people import YouFields
from game.scenes.talk_room import TalkRoom

MODELS_SHOWN = 12


class TalkSettingsPage:
    """Everything on one page; each part is saved by itself."""

    def __init__(self, context: Context, room: TalkRoom, say: Say, *, done: Callable[[], object] | None = None) -> None:
        """``done`` shows the voice alone, as a step of the first run, and is called when the player goes on."""
        self._context = context
        self._done = done
        self._room = room
        self._say = say
        self.voice = VoiceFields(context, room, say)
        self.you = YouFields(say, room.library.you)
        self.found: list[FoundServer] | None = None
        self._looking = False
        self._focus = FOCUS_FRAMES
        self._told = ""
        self._problem = ""
        talk = context.profile.settings.talk
        self.ooc_open = Entry("Aside begins with", say, talk.ooc_open, most=8)
        self.ooc_close = Entry("Aside ends with", say, talk.ooc_close, most=8)
        self.look()

    def look(self) -> None:
        """Ask the usual ports of this machine for model servers, beside the game."""
        if self._looking:
            return
        self._looking, self.found = True, None

        def work(job: Job[list[FoundServer]]) -> list[FoundServer]:
            return find_servers()

        self._context.jobs.start("looking for model servers", work, self._on_found, self._no_servers)

    def _on_found(self, found: list[FoundServer]) -> None:
        self._looking, self.found = False, found

    def _no_servers(self, error: UserError) -> None:
        self._looking, self.found, self._problem = False, [], str(error)

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """The page."""
        if self._done is not None:
            self._draw_step(frame, place, self._done)
            return
        with page(frame, "talk settings", place, "Settings of Talk"):
            widgets.section("Who speaks for the characters", self._room.voice_name)
            self._draw_voice(frame)
            widgets.space(16)
            widgets.section("You")
            self.you.draw()
            if button("Save", icon=icons.CHECK):
                self.you.save(self._room, lambda: self._tell("Saved."), self._failed)
            widgets.space(16)
            widgets.section("How chats work")
            self._draw_chats()
            if self._told:
                widgets.text(self._told, theme.TEXT_BODY, tone(LIME))
            problem(self._problem)

    def save(self) -> None:
        """Go on, as a step of the first run."""
        if self._done is not None:
            self._done()

    def _draw_step(self, frame: Frame, place: Place, done: Callable[[], object]) -> None:
        lead = "A model on this machine or elsewhere, or for now the offline voice. It can be changed at any time."
        with page(frame, "talk voice", place, "Who speaks for your characters?", lead):
            offline = self._room.is_offline
            words = "Go on with the offline voice" if offline else "Go on"
            if self._focus:  # Enter goes on; a page that has just come up does not take the keyboard at once
                imgui.set_keyboard_focus_here()
                self._focus -= 1
            if button(words, icon=icons.CHECK, primary=True, note="Ctrl+S"):
                done()
            widgets.space(8)
            self._draw_voice(frame)

    def _tell(self, words: str) -> None:
        self._told, self._problem = words, ""
        self._say(words)

    def _failed(self, error: UserError) -> None:
        self._told, self._problem = "", str(error)

    # -- the voice -----------------------------------------------------------------------------------------------

    def _draw_voice(self, frame: Frame) -> None:
        if self._room.is_offline:
            widgets.text(
                "The offline voice speaks now: rules and a small grammar, no model. It needs nothing and keeps "
                "everything working; a model talks far better.",
                *(theme.TEXT_SMALL, INK_SOFT),
            )
        if self.found is None:
            thinking(frame, "Looking for model servers on this machine…")
        elif not self.found:
            widgets.text(
                "No model server answers on this machine. Start LM Studio, Ollama or llama.cpp and look again, or "
                "write an address below.",
                *(theme.TEXT_SMALL, INK_SOFT),
            )
        for server in self.found or ():
            self._draw_server(server)
        if self.found is not None and button("Look again", icon=icons.RETRY):
            self.look()
        widgets.space(8)
        self.voice.draw()

    def _draw_server(self, server: FoundServer) -> None:
        widgets.space(2)
        note = "asks for a key" if server.needs_key else f"{len(server.models)} models"
        widgets.text(f"{server.name}   {server.base_url}   {note}", theme.TEXT_SMALL, INK_SOFT)
        imgui.push_id(server.base_url)
        for model in server.models[:MODELS_SHOWN]:
            chosen = self.voice.is_chosen(server.base_url, model)
            right = "in use" if chosen else "use"
            if widgets.row(model, model, chosen=chosen, right=right, icon=icons.BOLT, height=44):
                self.voice.use(server.base_url, model)
        if server.needs_key and widgets.row("address", "Use this address", "write the key and the model below"):
            self.voice.address.set(server.base_url)
        imgui.pop_id()

    # -- chats ---------------------------------------------------------------------------------------------------

    def _draw_chats(self) -> None:
        beside(self.ooc_open, self.ooc_close)
        talk = self._context.profile.settings.talk
        for text, name in ((self.ooc_open, "ooc_open"), (self.ooc_close, "ooc_close")):
            words = text.text.strip()
            if words and words != getattr(talk, name) and not text.field.active:
                self._set(name, words)
        self._slider("Memories that come to mind", "recall_count", 0, 20, 1)
        self._slider("Scenes told before the present one", "summaries", 0, 10, 1)
        self._slider("Prompt, soft target", "soft_tokens", 1000, 32_000, 500, " tokens")
        self._slider("Prompt, at most", "hard_tokens", 1500, 40_000, 500, " tokens")
        self._slider("A reply, at most", "reply_tokens", 50, 4000, 50, " tokens")

    def _slider(self, label: str, name: str, low: int, high: int, step: int, unit: str = "") -> None:
        value = getattr(self._context.profile.settings.talk, name)
        changed, now = widgets.slider(label, value, low, high, step=step, shown=f"{value:,}{unit}")
        if changed and round(now) != value:
            self._set(name, round(now))

    def _set(self, name: str, value: object) -> None:
        profile = self._context.profile
        try:
            profile.set(f"talk.{name}", value)
            talk = profile.settings.talk
            if talk.hard_tokens < talk.soft_tokens + 500:
                other = "hard_tokens" if name == "soft_tokens" else "soft_tokens"
                profile.set(
                    f"talk.{other}", talk.soft_tokens + 500 if name == "soft_tokens" else talk.hard_tokens - 500
                )
        except UserError as error:
            self._failed(error)
        self._room.configure(config_of(self._context))


def config_of(context: Context) -> TalkConfig:
    """What the player has set, as the room takes it."""
    return TalkConfig.model_validate(context.profile.settings.talk.model_dump())
