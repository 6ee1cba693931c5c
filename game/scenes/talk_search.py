"""Search across all chats: what was said, remembered, where scenes were, what is known; a hit leads to its place.

``SearchScene(room, go)`` is put over the scene; ``go`` gets the chat and the turn of the hit that is opened; turn 0 is
the chat alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LINE, RAISED, tone
from engine.log import EventLog
from game.roleplay import clock, reading
from game.roleplay.chat_search import Hit, memory_for_player, search_chats
from game.roleplay.events import YOU
from game.scenes.talk_room import TalkRoom
from game.scenes.veil import VeiledOverlay

MOST = 60
WAIT_S = 0.12
"""So long after the last letter is asked, so that not every letter is."""

ICONS = {"turn": icons.TALK, "memory": icons.PIN, "scene": icons.PLACE, "fact": icons.HEART, "edge": icons.HEART}
_serials = itertools.count()
_ENTER = (imgui.Key.enter, imgui.Key.keypad_enter)
ROW = 84.0


class SearchScene(VeiledOverlay):
    """A field, and under it what was found, the newest first."""

    title = "Search all chats"
    width = 760.0
    height = 600.0

    def __init__(self, room: TalkRoom, go: Callable[[str, int], object], text: str = "") -> None:
        super().__init__()
        self.room = room
        self.text = text
        self.hits: tuple[Hit, ...] = ()
        self.searched = ""
        """The words that ``hits`` were found with."""
        self.places: list[tuple[float, float, float, float]] = []
        """Where the hits are that are in view: left, top, width, height in pixels."""
        self._go = go
        self._asked = ""
        self._typed_at = -1.0
        self._opening = False
        self._serial = next(_serials)  # Dear ImGui keeps what a field of the same name held
        self._laid: dict[tuple[Hit, int, float], list[list[tuple[float, str, bool]]]] = {}

    # -- finding -------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Ask on another thread once the player pauses."""
        text = self.text.strip()
        if text == self._asked or imgui.get_time() - self._typed_at < WAIT_S:
            return
        self._asked = text
        self.room.look(lambda log: tuple(search_chats(log, text, MOST)), lambda found: self._show(text, found))

    def _show(self, text: str, found: tuple[Hit, ...]) -> None:
        if text == self._asked:
            self.hits, self.searched = found, text
            self._laid.clear()

    def open(self, hit: Hit) -> None:
        """Leave for the place of a hit."""
        if self._opening:
            return
        self._opening = True

        def there(turn: int) -> None:
            if len(self.stack) and self.stack.top is self:
                self.leave()
                self._go(hit.chat, turn)

        self.room.look(lambda log: turn_of(log, hit), there)

    # -- drawing -------------------------------------------------------------------------------------------------

    def ask(self, frame: Frame) -> None:
        """The field and the hits."""
        self.focus_here(True)
        imgui.set_next_item_width(-1)
        changed, text = imgui.input_text(f"##search{self._serial}", self.text)
        low, high, active = imgui.get_item_rect_min(), imgui.get_item_rect_max(), imgui.is_item_active()
        entered = imgui.is_item_deactivated() and any(imgui.is_key_pressed(key, False) for key in _ENTER)
        draw = imgui.get_window_draw_list()
        draw.add_rect(low, high, tone(CYAN) if active else LINE, px(theme.ROUNDING_SMALL), max(1.0, px(1)))
        if not text:
            hint = "Words that were said, remembered or known"
            pen.write(draw, low.x + px(14), low.y + px(9), hint, theme.TEXT_BODY, INK_FAINT)
        if changed:
            self.text, self._typed_at = text, imgui.get_time()
        self._ask()
        widgets.text(self._told(), theme.TEXT_SMALL, INK_SOFT)
        self.places = []
        imgui.begin_child("hits", Vec(0, 0), imgui.ChildFlags_.nav_flattened.value)
        clip = imgui.ListClipper()
        clip.begin(len(self.hits), px(ROW + 10))
        while clip.step():
            for number in range(clip.display_start, clip.display_end):
                self._row(number, self.hits[number])
        imgui.end_child()
        if entered and self.hits and self.searched == self.text.strip():
            self.open(self.hits[0])

    def _told(self) -> str:
        if not self.text.strip():
            return "Turns, memories, scenes and what people know of each other, in every chat."
        if self.searched != self.text.strip():
            return "Looking …"
        count = len(self.hits)
        if not count:
            return "Nothing has all of these words. Fewer words find more; the last may be a beginning."
        more = "the newest " if count == MOST else ""
        return f"{more}{count} place{'' if count == 1 else 's'}. Enter opens the first, ↓ goes into the list."

    def _row(self, number: int, hit: Hit) -> None:
        item = widgets.Item(f"hit {number}", imgui.get_content_region_avail().x, px(ROW))
        self.places.append((item.x, item.y, item.w, item.h))
        ground = mixed(faded(RAISED, 0.6), theme.HOVER, item.lift)
        border = tone(CYAN) if item.focused else LINE
        pen.panel(item.draw, item.x, item.y, item.w, item.h, ground, rounding=theme.ROUNDING_SMALL, border=border)
        accent, left = tone(CYAN), item.x + px(44)
        pen.write(item.draw, item.x + px(22), item.y + px(20), ICONS[hit.sort], 16, accent, across=0.5, down=0.5)
        right = item.x + item.w - px(14)
        when = clock.friendly(hit.clock_us) if hit.clock_us else ""
        taken = pen.write(item.draw, right, item.y + px(12), when, theme.TEXT_SMALL, INK_FAINT, across=1.0)
        room = right - left - taken - px(12)
        pen.write(
            item.draw, left, item.y + px(9), pen.fit(self.head_of(hit), 16, room, Weight.BOLD), 16, INK, Weight.BOLD
        )
        y = item.y + px(34)
        for line in self._lines(hit, right - left)[:2]:
            for x, words, marked in line:
                self._word(item.draw, left + x, y, words, marked)
            y += px(21)
        if item.activated:
            self.open(hit)

    def _word(self, draw: imgui.ImDrawList, x: float, y: float, words: str, marked: bool) -> None:
        if not marked:
            pen.write(draw, x, y, words, 16, INK_SOFT)
            return
        wide = pen.measure(words, 16, Weight.BOLD)[0]
        draw.add_rect_filled(Vec(x - px(2), y), Vec(x + wide + px(2), y + px(19)), faded(tone(AMBER), 0.2), px(4))
        pen.write(draw, x, y, words, 16, tone(AMBER), Weight.BOLD)

    def _lines(self, hit: Hit, width: float) -> list[list[tuple[float, str, bool]]]:
        """The snippet as lines of (x, word, whether it was looked for)."""
        key = (hit, round(width), theme.settings.scale)
        if key not in self._laid:
            self._laid[key] = laid_out(hit, width)
        return self._laid[key]

    def head_of(self, hit: Hit) -> str:
        """Where a hit is and whose it is."""
        chat = f"{self._name(hit.chat)}'s chat"
        who = self._name(hit.who)
        told = {
            "turn": f"{who}, turn {hit.number}" + (", hidden" if hit.hidden else ""),
            "memory": f"{who} remembers",
            "scene": f"scene {hit.number}",
            "fact": f"{who} of {self._name(hit.target)}",
            "edge": f"{who} → {self._name(hit.target)}",
        }[hit.sort]
        return f"{chat} · {told}"

    def _name(self, who: str) -> str:
        if who == YOU:
            return self.room.library.you.called
        return next((bot.name for bot in self.room.library.bots if bot.id == who), who or "somebody")


def laid_out(hit: Hit, width: float) -> list[list[tuple[float, str, bool]]]:
    """The snippet of a hit in lines of at most ``width`` pixels: (x, words, marked)."""
    lines: list[list[tuple[float, str, bool]]] = [[]]
    space, x, at = pen.measure(" ", 16)[0], 0.0, 0
    for word in hit.snippet.replace("\n", " ").split(" "):
        marked = any(start < at + len(word) and at < end for start, end in hit.marks)
        at += len(word) + 1
        wide = pen.measure(word, 16, Weight.BOLD if marked else Weight.REGULAR)[0]
        if x and x + wide > width:
            lines.append([])
            x = 0.0
        if word:
            lines[-1].append((x, word, marked))
            x += wide + space
    return lines


def turn_of(log: EventLog, hit: Hit) -> int:
    """The turn that a hit leads to; 0 where it belongs to none."""
    if hit.sort == "turn":
        return hit.number
    if hit.sort == "scene":
        turns = reading.turns_of_scene(log, hit.chat, hit.number)
        return turns[0].number if turns else 0
    memory = memory_for_player(log, hit.chat, hit.number) if hit.sort == "memory" else None
    if memory is None:
        return 0
    turns = [] if memory.turn else reading.turns_of_scene(log, hit.chat, memory.scene)
    return memory.turn or (turns[-1].number if turns else 0)
