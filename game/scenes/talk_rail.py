"""The rail at the left: a new character, the three sections, and the chats with what was last said in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imgui_bundle import imgui

from engine.clock import wall_us
from engine.draw import icons, panels, pen, theme, widgets
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, HOVER, INK, INK_FAINT, INK_SOFT, LIME, RAISED, tone
from game.roleplay import clock
from game.roleplay.state import ChatRow
from game.scenes.canvas import mixed
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_turn import mark_of

WIDTH = 288.0
NARROW = 76.0
ROOMY = 900.0
"""Windows narrower than so many design units (or texts so large) get a rail of signs alone."""
LOW = 420.0
"""In rails lower than so many design units the signs stand close, so that a chat and the way out are seen."""

ROW = 78.0
IDLE_US = 14 * clock.DAY_US
"""A chat nobody has spoken in for so long is marked as resting."""

SECTIONS = (
    ("chats", "Chats", icons.TALK, "F2"),
    ("bots", "Characters", icons.PEOPLE, "F3"),
    ("settings", "Settings", icons.SETTINGS, "F4"),
    ("search", "Search", icons.SEARCH, "Ctrl+F"),
)


def since(then_us: int, now_us: int) -> str:
    """How long ago in real time, short: ``now``, ``5 min ago``, ``2 h ago``, ``3 d ago``, ``5 wk ago``."""
    passed = max(now_us - then_us, 0)
    for length, unit in ((7 * clock.DAY_US, "wk"), (clock.DAY_US, "d"), (clock.HOUR_US, "h"), (clock.MINUTE_US, "min")):
        if passed >= length:
            return f"{passed // length} {unit} ago"
    return "now"


def state_of(room: TalkRoom, row: ChatRow, now_us: int) -> str:
    """What a chat's mark says: ``speaking``, ``unread``, ``new`` (not begun), ``resting`` (idle) or nothing."""
    if room.speech is not None and room.speech.host == row.bot.id:
        return "speaking"
    if not row.begun:
        return "new"
    if row.turns > max(room.corner(row.bot.id).seen, 0) and row.bot.id != room.host:
        return "unread"
    if row.last_at_us and now_us - row.last_at_us > IDLE_US:
        return "resting"
    return ""


def width_of(frame: Frame) -> float:
    """How wide the rail is in this window, in pixels."""
    return px(WIDTH if frame.width / frame.scale >= ROOMY else NARROW)


class Rail:
    """Draws the rail; ``choose`` gets the section that was asked for, ``open`` the chat, ``new`` makes a character.

    ``leave`` goes back to where the player came from, as Escape does at last.
    """

    def __init__(
        self,
        room: TalkRoom,
        choose: Callable[[str], object],
        open_chat: Callable[[str], object],
        new: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        self._room = room
        self._leave = leave
        self._choose = choose
        self._open = open_chat
        self._new = new
        self._focus = False
        self._narrow = False

    def focus(self) -> None:
        """Put the keyboard on the chat that is open."""
        self._focus = True

    def draw(self, frame: Frame, place: tuple[float, float, float, float], section: str) -> None:
        """Draw it in ``place``, with ``section`` lit."""
        narrow = place[2] < px(WIDTH) - 1
        self._narrow = narrow
        low, gap = place[3] < px(LOW), imgui.get_style().item_spacing
        imgui.push_style_var(imgui.StyleVar_.item_spacing.value, Vec(gap.x, px(2) if low else gap.y))
        padding = Vec(px(10 if narrow else 18), px(8 if low else 18))
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, padding)
        with panels.panel("talk rail", *place):
            imgui.pop_style_var()
            if narrow:
                if _section("new", "", icons.PLUS, "", not self._room.library.rows):
                    self._new()
            elif widgets.big_button("New character", icon=icons.PLUS, primary=not self._room.library.rows, height=46):
                self._new()
            imgui.spacing()
            for name, words, icon, key in SECTIONS:
                chosen = name == section
                if _section(name, "" if narrow else words, icon, "" if narrow else key, chosen):
                    self._choose(name)
            imgui.spacing()
            foot = px(36) + imgui.get_style().item_spacing.y
            room = imgui.get_content_region_avail().y
            imgui.begin_child("chat rows", Vec(0, max(room - foot, px(ROW))))
            rows = self._room.library.rows
            if self._focus:
                self._come_to(rows)
            clipper = imgui.ListClipper()
            clipper.begin(len(rows), px(ROW) + imgui.get_style().item_spacing.y)
            while clipper.step():
                for number in range(clipper.display_start, clipper.display_end):
                    self._row(rows[number])
            clipper.end()
            imgui.end_child()
            if _section("leave", "" if narrow else "Leave", icons.EXIT, "", False):
                self._leave()
        imgui.pop_style_var()

    def _come_to(self, rows: Sequence[ChatRow]) -> None:
        """Bring the row of the chat that is open into view."""
        number = next((at for at, row in enumerate(rows) if row.bot.id == self._room.host), 0)
        pitch = px(ROW) + imgui.get_style().item_spacing.y
        top = imgui.get_scroll_y()
        if not top <= number * pitch <= top + imgui.get_window_height() - pitch:
            imgui.set_scroll_y(number * pitch)

    def _row(self, row: ChatRow) -> None:
        here = row.bot.id == self._room.host
        if self._focus and (here or not self._room.host):
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)
            self._focus = False
        item = widgets.Item(f"chat {row.bot.id}", imgui.get_content_region_avail().x, px(ROW))
        now_us = wall_us()
        state = state_of(self._room, row, now_us)
        _ground(item, here)
        _disc(item, row, state)
        if item.activated:
            self._open(row.bot.id)
        if self._narrow:
            return
        left, right = item.x + px(58), item.x + item.w - px(12)
        when = since(row.last_at_us, now_us) if row.last_at_us else ""
        top = item.y + px(19)
        taken = pen.write(item.draw, right, top, when, theme.TEXT_SMALL, INK_FAINT, across=1.0, down=0.5)
        name = pen.fit(row.bot.name, 16, right - left - taken - px(8), Weight.BOLD)
        pen.write(item.draw, left, top, name, 16, INK, Weight.BOLD, down=0.5)
        told = {"new": "not begun", "speaking": "speaking…"}.get(state) or " ".join(row.snippet.split())
        ink = tone(LIME) if state in ("new", "speaking") else INK if state == "unread" else INK_SOFT
        snippet = pen.fit(told.replace("*", ""), theme.TEXT_SMALL, right - left)
        pen.write(item.draw, left, item.y + px(40), snippet, theme.TEXT_SMALL, ink, down=0.5)
        if row.begun:
            fiction = clock.friendly(row.clock_us, row.day_one_us)
            small = pen.fit(fiction, theme.TEXT_SMALL, right - left - px(20))
            ink = mixed(INK_FAINT, INK_SOFT, 0.4)
            pen.write(item.draw, left, item.y + px(60), small, theme.TEXT_SMALL, ink, down=0.5)


def _section(key: str, words: str, icon: str, note: str, chosen: bool) -> bool:
    item = widgets.Item(key, imgui.get_content_region_avail().x, px(36))
    on, accent = item.eased("on", chosen), tone(CYAN)
    ground = mixed(faded(HOVER, 0.7 * item.lift), faded(accent, 0.18), on)
    item.draw.add_rect_filled(Vec(item.x, item.y), Vec(item.x + item.w, item.y + item.h), ground, px(8))
    if item.focused:
        item.draw.add_rect(Vec(item.x, item.y), Vec(item.x + item.w, item.y + item.h), accent, px(8), px(1.5))
    ink = mixed(INK_SOFT, INK, max(on, item.lift))
    x = item.x + (px(22) if words else item.w / 2)
    pen.write(item.draw, x, item.middle, icon, 15, mixed(ink, accent, on), across=0.5, down=0.5)
    pen.write(item.draw, item.x + px(44), item.middle, words, 16, ink, Weight.BOLD, down=0.5)
    right = item.x + item.w - px(10)
    pen.write(item.draw, right, item.middle, note, theme.TEXT_SMALL, INK_FAINT, across=1.0, down=0.5)
    return item.activated


def _ground(item: widgets.Item, here: bool) -> None:
    on, accent = item.eased("here", here), tone(CYAN)
    ground = mixed(mixed(faded(RAISED, 0.0), HOVER, item.lift), mixed(RAISED, accent, 0.16), on)
    item.draw.add_rect_filled(Vec(item.x, item.y), Vec(item.x + item.w, item.y + item.h), ground, px(10))
    if on > 0.0 or item.focused:
        low, high = Vec(item.x, item.y + px(12)), Vec(item.x + px(3), item.y + item.h - px(12))
        item.draw.add_rect_filled(low, high, faded(accent, max(on, 0.7)), px(2))
    if item.focused:
        item.draw.add_rect(Vec(item.x, item.y), Vec(item.x + item.w, item.y + item.h), accent, px(10), px(1.5))


def _disc(item: widgets.Item, row: ChatRow, state: str) -> None:
    """The first letter of the name, and the chat's mark: a disc for unread, a moon for resting."""
    accent = tone(mark_of(row.bot.id))
    centre = Vec(item.x + min(px(30), item.w / 2), item.y + px(32))
    item.draw.add_circle_filled(centre, px(18), faded(accent, 0.18), 32)
    letter = row.bot.name[:1].upper() or "?"
    pen.write(item.draw, centre.x, centre.y, letter, 16, accent, Weight.BOLD, across=0.5, down=0.5)
    corner = Vec(centre.x + px(14), centre.y + px(14))
    if state == "unread":
        item.draw.add_circle_filled(corner, px(6), tone(AMBER), 16)
        item.draw.add_circle(corner, px(6), theme.PANEL, 16, px(2))
    elif state == "resting":
        pen.write(item.draw, corner.x, corner.y, icons.MOON, 12, INK_FAINT, across=0.5, down=0.5)
    elif state == "speaking":
        turn = 0.0 if theme.settings.reduced_motion else imgui.get_time() / 1.6 % 1.0
        pen.ouro(item.draw, centre.x, centre.y, px(21), 1.0, turn)
