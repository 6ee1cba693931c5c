"""The drawer's page of edges: how each of those present sees each other, both ways by themselves, and the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, widgets
from engine.draw.theme import AMBER, CYAN, INK_SOFT, tone
from engine.log import EventLog
from game.roleplay import clock, reading
from game.roleplay.desk import Desk
from game.roleplay.events import YOU, ManualEdit, chat_stream
from game.roleplay.history import leave_out
from game.roleplay.ledger import Fact
from game.roleplay.state import Edge
from game.scenes.talk_drawer_acts import Thing
from game.scenes.talk_drawer_panel import Desktop, Read, arrow, pairs_of
from game.scenes.talk_drawer_parts import buttons, card, heading, note
from game.scenes.talk_turn import mark_of
from game.scenes.talk_view import ChatView


@dataclass(frozen=True, slots=True)
class EdgesData:
    """The edges of those present and the group's words, of one chat."""

    host: str
    edges: tuple[Edge, ...]
    group: str


class EdgesPanel:
    """Affinity, trust, summary, facts, moments: a card each way."""

    title = "Bonds"
    icon = icons.HEART

    def wants(self) -> object:
        """Nothing beside the chat."""
        return None

    def reads(self, view: ChatView) -> Read:
        """The edges among those present."""
        host, pairs = view.host, pairs_of(view.chat)
        return lambda log: read_edges(log, host, pairs)

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """A card for each direction."""
        if not isinstance(data, EdgesData) or data.host != view.host:
            return
        note("Each way stands by itself: how one sees the other is never how the other sees them.", INK_SOFT)
        for edge in desk.fields.near(data.edges, lambda one: f"edge {one.owner} {one.target} "):
            with card(mark_of(edge.owner)):
                self._edge(desk, view, edge)
            widgets.space(4)
        if data.group or view.chat.guest:
            self._group(desk, view, data.group)

    def _edge(self, desk: Desktop, view: ChatView, edge: Edge) -> None:
        fields, told = desk.fields, arrow(view, edge.owner, edge.target)
        heading(told)
        thing = Thing(view.host, "edge", (edge.owner, edge.target), told)
        fields.level(
            thing, "affinity", "Affinity", edge.affinity, note="0 cannot stand them, 50 neither, 100 adores them"
        )
        fields.level(thing, "trust", "Trust", edge.trust, note="0 not a word, 50 neither, 100 blindly")
        fields.text(thing, "summary", "Summary", edge.summary, lines=2, hint="How they stand, in a few sentences")
        if edge.draft:
            self._draft(desk, view, thing, edge)
        fields.listing(thing, "facts", "Knows", edge.facts, "Something they know …")
        fields.listing(thing, "moments", "Moments shared", edge.moments, "A moment between the two …")
        if edge.last_chat:
            where = "" if edge.last_chat == view.host else f" in {view.name_of(edge.last_chat)}'s chat"
            note(f"Last together{where}: {clock.friendly(edge.last_clock_us)}")

    def _draft(self, desk: Desktop, view: ChatView, thing: Thing, edge: Edge) -> None:
        """A model's words beside the player's own (002): they stand only when they are accepted."""
        widgets.text(f"{icons.INFO}  The model suggests, after the last scene:", 14, tone(AMBER))
        widgets.text(edge.draft, 16, INK_SOFT)

        def accept() -> None:
            desk.acts.edit(thing, "summary", edge.draft, edge.summary)

        imgui.push_id(thing.id("draft"))
        buttons(
            [
                (icons.CHECK, "Take these words", accept),
                (icons.CROSS, "Keep mine", lambda: dismiss_draft(desk, view, edge)),
            ],
            desk.fields,
            thing.id("").strip(),
        )
        imgui.pop_id()

    def _group(self, desk: Desktop, view: ChatView, group: str) -> None:
        with card(CYAN):
            heading("The three together", "once there was a guest")
            thing = Thing(view.host, "group", (), "the group")
            hint = "Written when a scene of three closes"
            desk.fields.text(thing, "summary", "What they are to each other", group, lines=2, hint=hint)


def read_edges(log: EventLog, host: str, pairs: tuple[tuple[str, str], ...]) -> EdgesData:
    """The edges of ``pairs``."""
    group = reading.group(log, host, reading.chat(log, host).present)
    return EdgesData(host, tuple(reading.edge(log, *pair) for pair in pairs), group)


def dismiss_draft(desk: Desktop, view: ChatView, edge: Edge) -> None:
    """Let the player's own words stand: they say them again, so no draft lies beside them any more."""
    host, stream = view.host, chat_stream(view.host)
    stays = ManualEdit("edge", [edge.owner, edge.target], "summary", edge.summary, edge.summary)

    def work(it: Desk) -> tuple[int, int]:
        with it.deciding:
            before = it.log.head(stream)
            it.write(host, [Fact(stays, actor=YOU)])
            return it.log.head(stream), before

    desk.acts.do(
        f"the suggested summary of {arrow(view, edge.owner, edge.target)}",
        work,
        undo_of=lambda done: lambda it: it.change(lambda: leave_out(it.log, stream, *done)),
    )
