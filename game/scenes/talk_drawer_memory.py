"""The drawer's page of memories: what is pinned, what was remembered lately, all of it as the player looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import mixed
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LINE, RAISED, tone
from engine.log import EventLog
from game.roleplay import clock, editing, recall
from game.roleplay.chat_search import memories_for_player
from game.roleplay.events import YOU
from game.roleplay.state import PIN_CAP, SEEN_BY_GUEST, SEEN_BY_HOST, SEEN_BY_YOU, Memory
from game.scenes.talk_drawer_acts import Thing
from game.scenes.talk_drawer_panel import Desktop, Read, called
from game.scenes.talk_drawer_parts import WEIGHT_WORDS, buttons, icon_button, note, weight_mark
from game.scenes.talk_view import ChatView

PAGE = 10
SHOWN_LINES = 3
MOST_ABREAST = 4
WARNING = "Who may remember this: a bot whose switch is off never has it before them again, in any chat."
SOURCES = "seen, told, overheard …"


@dataclass(frozen=True, slots=True)
class MemoryData:
    """The memories of one witness: those pinned, and one page of all, the newest first.

    ``others`` remember something of the chat and are not in it: guests who went, who was met meanwhile.
    """

    owner: str
    others: tuple[str, ...]
    pinned: tuple[Memory, ...]
    page: tuple[Memory, ...]
    number: int
    is_last: bool


class MemoryPanel:
    """Pins n / 8, then the recent ones; any of them opens to be edited."""

    title = "Memory"
    icon = icons.PIN

    def __init__(self) -> None:
        self.owner = ""
        self._others: tuple[str, ...] = ()
        self._page = 0
        self._open: tuple[str, int] = ("", 0)

    def wants(self) -> object:
        """Whose, and which page."""
        return self.owner, self._page

    def reads(self, view: ChatView) -> Read:
        """The pins and one page."""
        if self.owner not in (*owners_of(view), *self._others):
            self.owner, self._page = view.host, 0
        owner, page, host, here = self.owner, self._page, view.host, owners_of(view)
        return lambda log: read_memories(log, owner, page, host, here)

    def open(self, memory: Memory) -> None:
        """Show one with its fields."""
        self._open = (memory.chat, memory.number)

    def draw(self, desk: Desktop, view: ChatView, data: Any) -> None:
        """The whole page."""
        if isinstance(data, MemoryData):
            self._others = data.others
        self._whose(desk, view)
        if not isinstance(data, MemoryData) or data.owner != self.owner:
            return
        name = view.name_of(data.owner)
        widgets.section("Pinned", f"{len(data.pinned)} / {PIN_CAP}, always before {name}'s mind")
        if not data.pinned:
            note("Nothing is pinned. A pivotal memory pins itself; pin others with the pin beside them.")
        for memory in data.pinned:
            self._row(desk, view, memory, "pinned")
        widgets.section("Remembered", "scenes and moments, newest first")
        if not data.page:
            note(f"{name} remembers nothing yet. Memories come when a scene closes, and at once from what matters.")
        for memory in data.page:
            self._row(desk, view, memory, "recent")
        self._pages(desk, data)

    def _whose(self, desk: Desktop, view: ChatView) -> None:
        """Whose memories are looked at: side by side, or a list that drops down where they are many."""
        owners = (*owners_of(view), *self._others)
        at = owners.index(self.owner) if self.owner in owners else 0
        names = [called(view, one) for one in owners]
        new = at
        if len(owners) <= MOST_ABREAST:
            new = widgets.segmented("whose", names, at)
        else:
            imgui.set_next_item_width(-1)
            if imgui.begin_combo("##whose", names[at]):
                for place, name in enumerate(names):
                    if imgui.selectable(name, place == at)[0]:
                        new = place
                imgui.end_combo()
        desk.fields.placed("whose")
        if new != at:
            self.owner, self._page = owners[new], 0

    def _pages(self, desk: Desktop, data: MemoryData) -> None:
        if data.is_last and data.number == 0:
            return

        def turn(by: int) -> None:
            self._page = max(self._page + by, 0)

        newer = partial(turn, -1) if data.number > 0 else None
        older = partial(turn, 1) if not data.is_last else None
        buttons([(icons.PREVIOUS, "Newer", newer), (icons.NEXT, "Older", older)], desk.fields)

    # -- one memory ----------------------------------------------------------------------------------------------

    def _row(self, desk: Desktop, view: ChatView, memory: Memory, where: str) -> None:
        key = (memory.chat, memory.number)
        if desk.fields.wants_in(f"memory {memory.chat} {memory.number} "):
            self._open = key
        opened = self._open == key and where == ("pinned" if memory.pinned else "recent")
        imgui.push_id(f"{where} {memory.chat} {memory.number}")
        if self._head(desk, view, memory, opened, where):
            self._open = ("", 0) if opened else key
        if opened:
            self._fields(desk, view, memory)
        imgui.pop_id()

    def _head(self, desk: Desktop, view: ChatView, memory: Memory, opened: bool, where: str) -> bool:
        """Mark, words, when and where, and the pin; True when it is to be opened or shut."""
        room, side = imgui.get_content_region_avail().x, px(32)
        upper = where == ("pinned" if memory.pinned else "recent")
        at, wrap = imgui.get_cursor_screen_pos(), room - px(44) - side
        words = _shortened(memory.text, wrap, 99 if opened else SHOWN_LINES)
        imgui.push_font(theme.fonts.regular, 16)
        high = imgui.calc_text_size(words, wrap_width=wrap).y + px(34)
        imgui.pop_font()
        item = widgets.Item("memory", room - side - px(4), high)
        if upper:
            desk.fields.placed(f"memory {memory.chat} {memory.number}")
        weight = min(
            max(int(desk.acts.shown(f"memory {memory.chat} {memory.number} significance", memory.significance)), 0), 3
        )
        imgui.set_item_tooltip(f"{WEIGHT_WORDS[weight]}. {'Close' if opened else 'Open'} it to edit.")
        ground = mixed(mixed(theme.PANEL, RAISED, 0.6), theme.HOVER, item.lift)
        border = tone(CYAN) if item.focused else mixed(LINE, tone(CYAN), 0.5 if opened else 0.0)
        pen.panel(item.draw, at.x, at.y, room, high, ground, rounding=theme.ROUNDING_SMALL, border=border)
        ink = tone(AMBER) if weight >= 2 else INK_SOFT
        weight_mark(item.draw, at.x + px(19), at.y + px(18), weight, ink, 12)
        left = at.x + px(40)
        item.draw.add_text(theme.fonts.regular, px(16), Vec(left, at.y + px(8)), INK, words, wrap)
        told = _told(view, memory)
        small = pen.fit(told, theme.TEXT_SMALL, wrap)
        pen.write(item.draw, left, at.y + high - px(22), small, theme.TEXT_SMALL, INK_FAINT)
        imgui.set_cursor_screen_pos(Vec(at.x + room - side - px(2), at.y + px(4)))
        self._pin(desk, memory, side, upper)
        imgui.set_cursor_screen_pos(at)
        imgui.dummy(Vec(room, high - px(2)))
        return item.activated

    def _pin(self, desk: Desktop, memory: Memory, side: float, upper: bool) -> None:
        """The pin at the right of a row; one that is pinned shows in both lists, the keyboard goes to the upper."""
        told = "Unpin it" if memory.pinned else f"Pin it: at most {PIN_CAP} are always before the mind"
        if upper:
            desk.fields.arrive(f"memory {memory.chat} {memory.number} pin")
        if icon_button("pin", icons.PIN, told, side, lit=bool(memory.pinned)):
            toggle_pin(desk, memory)
        if upper:
            desk.fields.placed(f"memory {memory.chat} {memory.number} pin")

    def _fields(self, desk: Desktop, view: ChatView, memory: Memory) -> None:
        fields = desk.fields
        thing = Thing(memory.chat, "memory", (memory.number,), f"{view.name_of(memory.owner)}'s memory")
        imgui.indent(px(12))
        fields.text(thing, "text", f"As {view.name_of(memory.owner)} remembers it", memory.text, lines=2)
        fields.weight(thing, memory.significance)
        fields.label("Who was there")
        self._witnesses(desk, view, thing, memory)
        widgets.text(f"{icons.WARNING}  {WARNING}", theme.TEXT_SMALL, tone(AMBER))
        fields.text(thing, "source", "How they know it", memory.source, hint=SOURCES)
        fields.level(thing, "reliability", "How sure it is", memory.reliability)
        kept = f"Memory {memory.number} of {view.name_of(memory.chat)}'s chat"
        note(f"{kept}, scene {memory.scene}" if memory.scene else kept)
        imgui.unindent(px(12))
        widgets.space(4)

    def _witnesses(self, desk: Desktop, view: ChatView, thing: Thing, memory: Memory) -> None:
        host = view.name_of(memory.chat)
        guest = view.name_of(memory.owner) if memory.owner not in (memory.chat, YOU) else "the guest"
        bits = ((SEEN_BY_YOU, view.name_of("you")), (SEEN_BY_HOST, host), (SEEN_BY_GUEST, guest))
        mask = int(desk.acts.shown(thing.id("witnesses"), memory.witnesses))
        for bit, name in bits:
            one = Thing(thing.chat, thing.what, (*thing.key, "witness", bit), thing.name)

            def put(on: bool, bit: int = bit) -> None:
                desk.acts.edit(thing, "witnesses", mask | bit if on else mask & ~bit, memory.witnesses)

            desk.fields.flag(one, "witnesses", name, bool(mask & bit), put)
        desk.fields.problem(thing.id("witnesses"))


def owners_of(view: ChatView) -> tuple[str, ...]:
    """Whose memories there are to look at: the bots here, and the player."""
    return (*view.chat.bots, YOU)


def _told(view: ChatView, memory: Memory) -> str:
    where = "" if memory.chat == view.host else f" · {view.name_of(memory.chat)}'s chat"
    pinned = {"": "", "auto": " · pinned by itself", "manual": " · pinned"}[memory.pinned]
    source = "" if memory.source == "seen" else f" · {memory.source}"
    day_one_us = view.chat.day_one_us if memory.chat == view.host else None
    return f"{_sort_of(memory)}{clock.friendly(memory.clock_us, day_one_us)}{where}{source}{pinned}"


def _sort_of(memory: Memory) -> str:
    """What was remembered: a scene as it was told, or a turn that mattered by itself."""
    if memory.form == "summary" and memory.scene:
        return f"Scene {memory.scene} · "
    return f"Turn {memory.turn} · " if memory.turn else ""


def _shortened(text: str, wrap: float, lines: int) -> str:
    """As much of ``text`` as ``lines`` lines hold, about."""
    most = int(max(wrap / px(16 * 0.5), 8)) * lines
    words = " ".join(text[: 2 * most].split()) if lines < 99 else text
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + "…"


def toggle_pin(desk: Desktop, memory: Memory) -> None:
    """Pin a memory by hand, or take its pin off."""
    chat, number = memory.chat, memory.number

    def pin(it: Any) -> None:
        it.change(lambda: editing.pin(it.log, chat, number))

    def unpin(it: Any) -> None:
        it.change(lambda: editing.unpin(it.log, chat, number))

    if memory.pinned:
        desk.acts.do("unpinning a memory", unpin, pin)
    else:
        desk.acts.do("pinning a memory", pin, unpin)


def read_memories(log: EventLog, owner: str, page: int, host: str, here: tuple[str, ...]) -> MemoryData:
    """The pins of ``owner`` and one page of their memories, as the player looks after them; who else remembers."""
    found = memories_for_player(log, owner, PAGE + 1, page * PAGE)
    sql = "SELECT DISTINCT owner FROM memories WHERE chat = ? AND live ORDER BY owner"
    others = tuple(one for (one,) in log.query(sql, (host,)) if one not in here)
    return MemoryData(
        *(owner, others, tuple(recall.pinned(log, owner)), tuple(found[:PAGE])),
        *(page, len(found) <= PAGE),
    )
