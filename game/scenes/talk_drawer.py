"""The drawer at the right of a chat: what is true of it, page by page, each field to be set by hand (004 6.4).

It draws from what was read on another thread and hands what is done to the hands' thread; see
:mod:`game.scenes.talk_drawer_acts`.  Pages: scene, bonds, memory, story, history, model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LINE, tone
from engine.scene import Scene
from game.scenes.talk_drawer_edges import EdgesPanel
from game.scenes.talk_drawer_history import HistoryPanel
from game.scenes.talk_drawer_memory import MemoryPanel
from game.scenes.talk_drawer_model import ModelPanel
from game.scenes.talk_drawer_panel import Desktop, Panel
from game.scenes.talk_drawer_scene import ScenePanel
from game.scenes.talk_drawer_story import StoryPanel
from game.scenes.talk_panel import Place
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_view import ChatView

_BARE = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
)
TABS = 62.0
FOOT = 30.0
MARGIN = 12.0
# Keys that move within the drawer while the keyboard is in it, so that the chat does not take them too.
_MOVES = frozenset(("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "return", "kpenter", "space"))


class Drawer:
    """Drawn while it is open.  ``push`` puts a question over the scene, ``say`` shows the player a sentence."""

    def __init__(
        self, room: TalkRoom, push: Callable[[Scene], object], say: Callable[[str], object] = lambda sentence: None
    ) -> None:
        self.desk = Desktop(room, push, say)
        self.room = room
        self.memory = MemoryPanel()
        self.model = ModelPanel()
        self.panels: tuple[Panel, ...] = (
            *(
                ScenePanel(),
                EdgesPanel(),
                self.memory,
                StoryPanel(),
                HistoryPanel(lambda: room.desk.snapshots),
                self.model,
            ),
        )
        self.page = 0
        self._data: dict[int, Any] = {}
        self._asked: dict[int, object] = {}
        self._host = ""
        self._focus = False
        self._drawn = -2
        self._top = False

    # -- the face for the scene ----------------------------------------------------------------------------------

    def focus(self) -> None:
        """Take the keyboard with the next frame: the page's tab."""
        self._focus = True

    def key(self, control: str) -> bool:
        """Ctrl+Z takes back, 1 to 6 turn the page, arrows and the like move within."""
        if imgui.get_io().key_ctrl and control == "z":
            self.desk.acts.undo()
        elif control in ("1", "2", "3", "4", "5", "6"):
            self.show(int(control) - 1)
            self.focus()
        elif control not in _MOVES:
            return False
        return True

    def back(self) -> bool:
        """Escape: True while a field is written in, which is put back by that and the drawer stays."""
        return self.desk.fields.writing

    def show(self, page: int) -> None:
        """Turn to a page."""
        if page != self.page:
            self.page, self._top = page, True

    def turn(self, step: int) -> None:
        """Leaf a page on (1) or back (-1), with the keyboard on its tab."""
        self.show(min(max(self.page + step, 0), len(self.panels) - 1))
        self.focus()

    def go(self, page: int, field: str) -> None:
        """Turn to a page and put the keyboard on a field of it (``edge mara you affinity``)."""
        self.show(page)
        self.desk.fields.want(field)

    @property
    def data(self) -> Any:
        """What was read for the page that is shown; None before."""
        return self._data.get(self.page)

    # -- reading -------------------------------------------------------------------------------------------------

    def _follow(self, view: ChatView) -> None:
        """Have the page read anew where something changed."""
        if view.host != self._host:
            self._host = view.host
            self.desk.acts.leave_chat()
            self._data.clear()
            self._asked.clear()
        page, panel, acts = self.page, self.panels[self.page], self.desk.acts
        reads, version = panel.reads(view), acts.version
        wanted = (view.version, version, panel.wants())
        if self._asked.get(page) == wanted:
            return
        self._asked[page] = wanted

        def show(data: Any) -> None:
            if self._host == view.host:
                self._data[page] = data
                acts.seen(version)
                self.room.touch()

        self.room.look(reads, show)

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self, frame: Frame, view: ChatView, place: Place, live: bool) -> None:
        """Draw it into ``place``."""
        fields = self.desk.fields
        fields.begin(gone=frame.number > self._drawn + 1 or view.host != self._host)
        self._follow(view)
        self._drawn = frame.number
        x, y, w, h = (place[0], place[1] + px(MARGIN), place[2] - px(MARGIN), place[3] - 2 * px(MARGIN))
        imgui.set_next_window_pos(Vec(x, y))
        imgui.set_next_window_size(Vec(w, h))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(14), px(10)))
        imgui.begin("talk drawer", None, _BARE | (0 if live else imgui.WindowFlags_.no_inputs.value))
        draw = imgui.get_window_draw_list()
        pen.panel(draw, x, y, w, h, faded(theme.PANEL, 0.98))
        self._tabs()
        flags = imgui.ChildFlags_.nav_flattened.value
        imgui.begin_child("drawer page", Vec(0, -px(FOOT)), flags)
        if self._top:
            imgui.set_scroll_y(0.0)
            self._top = False
        self.panels[self.page].draw(self.desk, view, self.data)
        widgets.space(16)
        imgui.end_child()
        self._foot()
        imgui.end()
        imgui.pop_style_var(2)
        fields.end()

    def _tabs(self) -> None:
        room = imgui.get_content_region_avail().x
        wide = room / len(self.panels)
        at = imgui.get_cursor_screen_pos()
        for number, panel in enumerate(self.panels):
            imgui.set_cursor_screen_pos(Vec(at.x + number * wide, at.y))
            if self._focus and number == self.page:
                imgui.set_keyboard_focus_here()
                imgui.set_nav_cursor_visible(True)
                self._focus = False
            self._tab(number, panel, wide)
        imgui.set_cursor_screen_pos(at)
        imgui.dummy(Vec(room, px(TABS - 10)))
        y = at.y + px(TABS - 6)
        imgui.get_window_draw_list().add_line(Vec(at.x, y), Vec(at.x + room, y), LINE, max(1.0, px(1)))

    def _tab(self, number: int, panel: Panel, wide: float) -> None:
        item = widgets.Item(f"tab {panel.title}", wide, px(TABS - 12))
        self.desk.fields.placed(f"tab {panel.title}")
        on, accent = item.eased("on", number == self.page), tone(CYAN)
        low, high = Vec(item.x + px(1), item.y), Vec(item.x + item.w - px(1), item.y + item.h)
        ground = mixed(mixed(faded(theme.RAISED, 0.0), theme.HOVER, item.lift), faded(accent, 0.18), on)
        item.draw.add_rect_filled(low, high, ground, px(8))
        middle = item.x + item.w / 2
        ink = mixed(mixed(INK_SOFT, INK, item.lift), accent, on)
        pen.write(item.draw, middle, item.y + px(17), panel.icon, 16, ink, across=0.5, down=0.5)
        words = pen.fit(panel.title, theme.TEXT_SMALL, item.w - px(2), Weight.BOLD)
        pen.write(
            item.draw,
            middle,
            item.y + px(37),
            words,
            theme.TEXT_SMALL,
            mixed(INK_SOFT, INK, max(on, item.lift)),
            Weight.BOLD,
            across=0.5,
            down=0.5,
        )
        if item.activated:
            self.show(number)

    def _foot(self) -> None:
        """What is under way, what was refused, or what Ctrl+Z would take back."""
        acts, room = self.desk.acts, self.room
        at, wide = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
        draw = imgui.get_window_draw_list()
        middle = at.y + px(FOOT / 2) - px(2)
        if room.doing:
            words = pen.fit(f"Working: {room.doing} …", theme.TEXT_SMALL, wide)
            pen.write(draw, at.x, middle, words, theme.TEXT_SMALL, tone(AMBER), down=0.5)
            return
        if acts.refused:  # the field may lie below the edge, and its sentence with it
            sentence = next(reversed(acts.refused.values()))[1]
            words = pen.fit(f"{icons.WARNING}  {sentence}", theme.TEXT_SMALL, wide)
            pen.write(draw, at.x, middle, words, theme.TEXT_SMALL, tone(AMBER), down=0.5)
            return
        undo = acts.next_undo
        told = f"Ctrl+Z takes back: {undo}" if undo else "1–6 turn the page    Enter keeps what you write, Esc does not"
        words = pen.fit(told, theme.TEXT_SMALL, wide)
        pen.write(draw, at.x, middle, words, theme.TEXT_SMALL, INK_SOFT if undo else INK_FAINT, down=0.5)
