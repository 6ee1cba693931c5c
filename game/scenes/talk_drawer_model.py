"""The drawer's page for who wants to look behind the scenes: the prompt, block by block, and what the classifiers could
not answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, theme, widgets
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LIME, tone
from engine.log import EventLog
from game.roleplay import reading
from game.roleplay.events import YOU
from game.roleplay.speaking import prepare
from game.roleplay.state import Failure
from game.roleplay.view import Block, Prompt
from game.scenes.talk_drawer_panel import Desktop, Read
from game.scenes.talk_drawer_parts import buttons, card, note
from game.scenes.talk_view import ChatView

SHOWN = 20
_TIERS = {"must": CYAN, "should": LIME, "nice": AMBER}
_TOLD = {"must": "always in it", "should": "left out when there is no room", "nice": "left out first"}


@dataclass(frozen=True, slots=True)
class ModelData:
    """What the classifiers failed at in one chat, the last first."""

    host: str
    failures: tuple[Failure, ...]


class ModelPanel:
    """Prompt view, tokens, classifier failures."""

    title = "Model"
    icon = icons.SLIDERS

    def __init__(self) -> None:
        self.prompt: Prompt | None = None
        self._of: tuple[str, str, int] = ("", "", 0)
        self._all = False

    def wants(self) -> object:
        """Nothing beside the chat."""
        return None

    def reads(self, view: ChatView) -> Read:
        """The failures."""
        host = view.host
        return lambda log: read_failures(log, host)

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """The whole page."""
        self._voice(desk)
        self._prompt(desk, view)
        if isinstance(data, ModelData) and data.host == view.host:
            self._failures(desk, data)

    def _voice(self, desk: Desktop) -> None:
        widgets.section("Voice", desk.room.voice_name)
        if desk.room.is_offline:
            note("The offline voice needs no prompt; this is what a model would be given.")

    # -- the prompt ----------------------------------------------------------------------------------------------

    def _prompt(self, desk: Desktop, view: ChatView) -> None:
        widgets.section("Prompt", "as it would be sent now")
        if not view.chat.begun:
            note("This chat has not begun; there is nothing to say yet.")
            return
        free = not desk.room.doing
        buttons(
            [
                (icons.EYE, f"{view.name_of(who)}'s next line", partial(self.look, desk, view, who) if free else None)
                for who in view.chat.bots
            ],
            desk.fields,
        )
        prompt, (host, who, turns) = self.prompt, self._of
        if prompt is None or host != view.host:
            note("Look at what a character has before them when they open their mouth.")
            return
        if turns != view.chat.turns:
            note("Something was said since; look again for the prompt of now.", tone(AMBER))
        told = f"{prompt.tokens:,} tokens, aims at {prompt.soft:,}, never over {prompt.hard:,}"
        widgets.text(f"{view.name_of(who)}: {told}", 16, INK)
        widgets.bar_progress(prompt.tokens / max(prompt.hard, 1), mark=CYAN if prompt.tokens <= prompt.soft else AMBER)
        widgets.space(4)
        for place, block in desk.fields.near(enumerate(prompt.blocks), lambda one: f"block {one[0]} "):
            self._block(desk, place, block)
        if prompt.stop:
            note("Stops at: " + "   ".join(one.replace("\n", "⏎") for one in prompt.stop))

    def look(self, desk: Desktop, view: ChatView, who: str) -> None:
        """Have the prompt of ``who``'s next line made, without anybody speaking."""
        host, turns = view.host, view.chat.turns

        def made(prompt: Prompt) -> None:
            self.prompt, self._of = prompt, (host, who, turns)

        desk.acts.do("looking at the prompt", lambda it: prepare(it, host, who, YOU)[1], then=made)

    def _block(self, desk: Desktop, place: int, block: Block) -> None:
        tokens = f"{block.tier}, {block.tokens} tokens"
        ink = tone(_TIERS.get(block.tier, CYAN)) if not block.dropped else INK_FAINT
        imgui.push_id(place)
        if desk.fields.fold(f"block {place}", block.name, f"block {place} ", right=tokens, ink_right=ink):
            note(f"“{block.tier}”: {_TOLD.get(block.tier, '')}")
            widgets.text(block.text, theme.TEXT_SMALL, INK_SOFT if not block.dropped else INK_FAINT)
        if block.dropped:
            note(f"Left out: {block.dropped}", tone(AMBER))
        imgui.pop_id()

    # -- failures ------------------------------------------------------------------------------------------------

    def _failures(self, desk: Desktop, data: ModelData) -> None:
        count = len(data.failures)
        widgets.section("Classifier failures", f"{count} in this chat")
        if not count:
            note("None. When an answer cannot be used, a careful default stands in and play goes on.")
        shown = data.failures if self._all else data.failures[:SHOWN]
        for failure in desk.fields.near(shown, lambda one: f"failure {one.seq} "):
            with card():
                tries = f"{failure.attempts} {'try' if failure.attempts == 1 else 'tries'}"
                turn = f", at turn {failure.turn}" if failure.turn else ""
                widgets.text(f"{failure.job.replace('_', ' ')} · {tries}{turn}", 16, INK)
                widgets.text(failure.raw_text or "no answer came", theme.TEXT_SMALL, INK_SOFT)
        if count > SHOWN:
            buttons([(icons.DOWN, "Show fewer" if self._all else f"Show all {count}", self._more)])

    def _more(self) -> None:
        self._all = not self._all


def read_failures(log: EventLog, host: str) -> ModelData:
    """What the classifiers failed at."""
    return ModelData(host, tuple(reading.failures(log, host)))
