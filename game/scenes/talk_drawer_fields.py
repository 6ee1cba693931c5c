"""The fields of the drawer: what is true stands in them, and what the player sets goes to :class:`Acts` when they
leave the field (Enter, Tab, a click elsewhere); Escape puts back what was there.

Each field has a name (``activity mara posture``); :meth:`Fields.want` puts the keyboard on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import mixed
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LINE, tone
from engine.errors import UserError
from game.roleplay import clock
from game.scenes.talk_drawer_acts import Acts, Thing
from game.scenes.talk_drawer_parts import WEIGHT_WORDS, icon_button, weight_mark
from game.scenes.talk_field import lines_of

Apply = Callable[[Any], object]
T = TypeVar("T")
_F = imgui.InputTextFlags_
_ENTER = (imgui.Key.enter, imgui.Key.keypad_enter)
MOST_LINES = 12
LINE_HEIGHT = 22.0
SHOWN_OF_LIST = 10
"""So many of a long list are shown before it is unfolded."""


class Fields:
    """Draws fields where Dear ImGui's cursor stands, one under the other, as wide as there is room."""

    def __init__(self, acts: Acts) -> None:
        self.acts = acts
        self.places: dict[str, tuple[float, float, float, float]] = {}
        """Where the fields of this frame are: left, top, width, height in pixels."""
        self.focused = ""
        """The field the keyboard stands on, or stood on last."""
        self.writing = False
        """Whether a text was being written in this frame."""
        self._drafts: dict[str, str] = {}
        self._sliding: dict[str, tuple[int, float, Apply]] = {}
        self._opened: set[str] = set()
        self._heights: dict[tuple[str, int, float], float] = {}
        self._rooms: dict[str, float] = {}
        self._wanted = ""
        self._tries = 0

    # -- where the keyboard stands -------------------------------------------------------------------------------

    def want(self, name: str) -> None:
        """Put the keyboard on a field as soon as it is drawn."""
        self._wanted, self._tries = name, 2

    def wants_in(self, name: str) -> bool:
        """Whether a field is looked for whose name begins so: then what holds it opens."""
        return self._wanted.startswith(name)

    def fold(self, name: str, words: str, *inside: str, right: str = "", ink_right: int = INK_FAINT) -> bool:
        """A line that opens and shuts what is under it (fields whose names begin as ``inside``); True while open."""
        if any(self.wants_in(one) for one in inside):
            self._opened.add(name)
        opened = name in self._opened
        self.arrive(name)
        item = widgets.Item(name, imgui.get_content_region_avail().x, px(32))
        self.placed(name)
        ink = mixed(INK_SOFT, INK, item.lift)
        pen.write(
            item.draw, item.x + px(8), item.middle, icons.DOWN if opened else icons.NEXT, 12, ink, across=0.5, down=0.5
        )
        end = item.x + item.w - px(6)
        taken = pen.write(item.draw, end, item.middle, right, theme.TEXT_SMALL, ink_right, across=1.0, down=0.5)
        fitted = pen.fit(words, 16, item.w - px(36) - taken)
        pen.write(item.draw, item.x + px(22), item.middle, fitted, 16, ink, down=0.5)
        if item.activated:
            (self._opened.discard if opened else self._opened.add)(name)
        return opened

    def begin(self, gone: bool) -> None:
        """A new frame; ``gone`` that the fields were away since the last: what was not entered is let go."""
        self.places = {}
        self.writing = False
        if gone:
            self._heights.clear()
            self._rooms.clear()
            self._drafts.clear()
            self._sliding.clear()

    def end(self) -> None:
        """The last field of this frame was drawn: sliders that were let go are set."""
        now = imgui.get_time()
        for name, (value, at, apply) in list(self._sliding.items()):
            if now - at > 0.35 and not imgui.is_mouse_down(0):
                del self._sliding[name]
                self._apply(name, value, apply)

    def arrive(self, name: str) -> None:
        """Put the keyboard on the next widget, if it is the one that is wanted."""
        if self._wanted == name:
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)
            self._tries -= 1
            if self._tries <= 0:
                self._wanted = ""

    def placed(self, name: str) -> None:
        """Remember where the last widget is."""
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        self.places[name] = (low.x, low.y, high.x - low.x, high.y - low.y)
        if imgui.is_item_focused():
            self.focused = name

    def _apply(self, name: str, value: Any, apply: Apply) -> None:
        try:
            apply(value)
        except UserError as error:
            self.acts.refuse(name, value, str(error))

    def _setter(self, thing: Thing, field: str, former: Any, apply: Apply | None) -> Apply:
        return apply if apply is not None else lambda value: self.acts.edit(thing, field, value, former)

    def near(self, things: Iterable[T], name_of: Callable[[T], str]) -> Iterator[T]:
        """Those of ``things`` within a screen of what is in view; the others only have their room kept.

        What is drawn of one has fields whose names begin as ``name_of`` it.
        """
        top, high = imgui.get_window_pos().y, imgui.get_window_height()
        gap = imgui.get_style().item_spacing.y
        for one in things:
            name, y = name_of(one), imgui.get_cursor_screen_pos().y
            known = self._rooms.get(name)
            away = known is not None and (y > top + 2 * high or y + known < top - high)
            if known is not None and away and not self.wants_in(name):
                imgui.dummy(Vec(1, known))
                continue
            yield one
            self._rooms[name] = imgui.get_cursor_screen_pos().y - y - gap

    # -- words ---------------------------------------------------------------------------------------------------

    def label(self, words: str, note: str = "") -> None:
        """The name over a field."""
        at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
        room = imgui.get_content_region_avail().x
        fitted = pen.fit(words, theme.TEXT_SMALL, room)
        wide = pen.write(draw, at.x, at.y, fitted, theme.TEXT_SMALL, INK_SOFT)
        if note:
            small = pen.fit(note, theme.TEXT_SMALL, room - wide - px(10))
            pen.write(draw, at.x + room, at.y, small, theme.TEXT_SMALL, INK_FAINT, across=1.0)
        imgui.dummy(Vec(room, px(12)))

    def text(
        self,
        thing: Thing,
        field: str,
        label: str,
        value: str,
        apply: Apply | None = None,
        *,
        lines: int = 1,
        hint: str = "",
        note: str = "",
    ) -> None:
        """Words with a name over them: in one line, or in as many as they need and at least ``lines``."""
        name, setter = thing.id(field), self._setter(thing, field, value, apply)
        self.label(label, note)
        if lines == 1:
            self.text_line(name, value, setter, hint)
        else:
            self._text_area(name, value, setter, hint, lines)

    def text_line(self, name: str, value: str, apply: Apply, hint: str = "", shown: str | None = None) -> None:
        """One line of text without a name over it; ``shown`` is what to show instead of ``value``."""
        self.arrive(name)
        imgui.set_next_item_width(-1)
        shown = self._drafts.get(name, str(self.acts.shown(name, value)) if shown is None else shown)
        changed, text = imgui.input_text(f"##{name}", shown)
        self._after_text(name, changed, text, value, apply, hint if not text else "")

    def _text_area(self, name: str, value: str, apply: Apply, hint: str, least: int) -> None:
        """Several lines of text without a name over them."""
        self.arrive(name)
        shown = self._drafts.get(name, str(self.acts.shown(name, value)))
        room = imgui.get_content_region_avail().x
        lines = min(max(lines_of(shown, room - px(28)), least), MOST_LINES)
        size = Vec(room, px(LINE_HEIGHT * lines + 20))
        changed, text = imgui.input_text_multiline(f"##{name}", shown, size, _F.word_wrap.value)
        self._after_text(name, changed, text, value, apply, hint if not text else "")

    def _after_text(self, name: str, changed: bool, text: str, value: str, apply: Apply, hint: str) -> None:
        self.placed(name)
        low = imgui.get_item_rect_min()
        active, left = imgui.is_item_active(), imgui.is_item_deactivated()
        self.writing = self.writing or active
        self._border(name, active)
        if hint and not active:
            draw = imgui.get_window_draw_list()
            pen.write(draw, low.x + px(14), low.y + px(9), hint, theme.TEXT_BODY, INK_FAINT)
        if changed:
            self._drafts[name] = text
            self.acts.put_back(name)
        if left and name in self._drafts:
            written = self._drafts.pop(name)
            if written != value:
                self._apply(name, written, apply)
        self.problem(name)

    def _border(self, name: str, lit: bool) -> None:
        x, y, w, h = self.places[name]
        ink = tone(AMBER) if name in self.acts.refused else tone(CYAN) if lit else LINE
        draw = imgui.get_window_draw_list()
        draw.add_rect(Vec(x, y), Vec(x + w, y + h), ink, px(theme.ROUNDING_SMALL), max(1.0, px(1)))

    def problem(self, name: str) -> None:
        """Why what stands in a field cannot be, and the way back."""
        if name not in self.acts.refused:
            return
        widgets.text(f"{icons.WARNING}  {self.acts.refused[name][1]}", theme.TEXT_SMALL, tone(AMBER))
        imgui.push_id(name)
        if widgets.small_button("Put back what it was", icon=icons.RETRY):
            self.acts.put_back(name)
        imgui.pop_id()

    # -- numbers, switches, choices ------------------------------------------------------------------------------

    def level(self, thing: Thing, field: str, label: str, value: int, *, note: str = "") -> None:
        """0 to 100."""
        name = thing.id(field)
        shown = self._sliding[name][0] if name in self._sliding else int(self.acts.shown(name, value))
        imgui.push_id(name)
        self.arrive(name)
        changed, new = widgets.slider(label, shown, 0, 100, step=1, shown=f"{shown} of 100")
        imgui.pop_id()
        self.placed(name)
        if note and imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip.value):
            low = imgui.get_item_rect_min()  # above it: below stands the next slider
            imgui.set_next_window_pos(Vec(low.x, low.y - px(4)), 0, Vec(0, 1))
            imgui.set_tooltip(note)
        if changed:
            self._sliding[name] = (round(new), imgui.get_time(), self._setter(thing, field, value, None))
        self.problem(name)

    def flag(
        self, thing: Thing, field: str, label: str, value: bool, apply: Apply | None = None, *, note: str = ""
    ) -> None:
        """Yes or no."""
        name = thing.id(field)
        imgui.push_id(name)
        self.arrive(name)
        changed, new = widgets.toggle(label, bool(self.acts.shown(name, value)), note=note)
        imgui.pop_id()
        self.placed(name)
        if changed:
            self._apply(name, new, self._setter(thing, field, value, apply))
        self.problem(name)

    def pick(
        self,
        thing: Thing,
        field: str,
        label: str,
        value: Any,
        options: Sequence[tuple[Any, str]],
        apply: Apply | None = None,
    ) -> None:
        """One of a few that stand side by side: (value, words)."""
        name = thing.id(field)
        if label:
            self.label(label)
        now = self.acts.shown(name, value)
        at = next((place for place, (one, _) in enumerate(options) if one == now), -1)
        imgui.push_id(name)
        self.arrive(name)
        new = widgets.segmented("pick", [words for _, words in options], at)
        imgui.pop_id()
        self.placed(name)
        if new != at and new >= 0:
            self._apply(name, options[new][0], self._setter(thing, field, value, apply))
        self.problem(name)

    def weight(self, thing: Thing, value: int, label: str = "How much it matters") -> None:
        """Significance, 0 to 3: marks with their words, side by side; left and right move when focused."""
        name = thing.id("significance")
        shown = int(self.acts.shown(name, value))
        if label:
            self.label(label, "" if 0 <= shown <= 3 else "not weighed yet")
        imgui.push_id(name)
        self.arrive(name)
        item = widgets.Item("weight", imgui.get_content_region_avail().x, px(50))
        imgui.pop_id()
        self.placed(name)
        new, part = shown, item.w / 4
        if item.activated and item.hovered and not item.focused:
            new = min(max(int((imgui.get_io().mouse_pos.x - item.x) / part), 0), 3)
        if item.focused:
            step = imgui.is_key_pressed(imgui.Key.right_arrow) - imgui.is_key_pressed(imgui.Key.left_arrow)
            new = min(max(shown + step, 0), 3) if step else shown
        border = mixed(LINE, tone(CYAN), item.lift * 0.8)
        pen.panel(item.draw, item.x, item.y, item.w, item.h, theme.PANEL, rounding=theme.ROUNDING_SMALL, border=border)
        for one in range(4):
            left = item.x + one * part
            if one == shown:
                low, high = Vec(left + px(3), item.y + px(3)), Vec(left + part - px(3), item.y + item.h - px(3))
                item.draw.add_rect_filled(low, high, tone(CYAN), px(6))
            ink = theme.NIGHT if one == shown else INK_SOFT
            weight_mark(item.draw, left + part / 2, item.y + px(16), one, ink)
            words = pen.fit(WEIGHT_WORDS[one], 13, part - px(4))
            pen.write(item.draw, left + part / 2, item.y + px(37), words, 13, ink, across=0.5, down=0.5)
        if new != shown:
            self._apply(name, new, self._setter(thing, "significance", value, None))
        self.problem(name)

    def choice(self, thing: Thing, field: str, label: str, value: Any, options: Sequence[tuple[Any, str]]) -> None:
        """One of many, from a list that drops down."""
        name = thing.id(field)
        self.label(label)
        now = self.acts.shown(name, value)
        words = next((words for one, words in options if one == now), "—")
        self.arrive(name)
        imgui.set_next_item_width(-1)
        opened = imgui.begin_combo(f"##{name}", words)
        self.placed(name)
        if opened:
            for one, told in options:
                if imgui.selectable(f"{told}##{one}", one == now)[0] and one != now:
                    self._apply(name, one, self._setter(thing, field, value, None))
                if one == now:
                    imgui.set_item_default_focus()
            imgui.end_combo()
        self._border(name, opened)
        self.problem(name)

    # -- lists ---------------------------------------------------------------------------------------------------

    def listing(
        self, thing: Thing, field: str, label: str, values: Sequence[str], hint: str, apply: Apply | None = None
    ) -> None:
        """A list of short texts: each with a cross that takes it out, and a field that adds one."""
        name = thing.id(field)
        setter = self._setter(thing, field, values, apply)
        now = [str(one) for one in self.acts.shown(name, values)]
        self.label(label, "" if now else "none yet")
        first = self.first_of(name, len(now))
        for place, one in enumerate(now[first:], first):
            if self.entry(f"{name} {place}", one):
                self._apply(name, now[:place] + now[place + 1 :], setter)
        self.adder(name, hint, lambda text: setter([*now, text]))
        self.problem(name)

    def first_of(self, name: str, count: int, *inside: str) -> int:
        """Where a long list begins: its last ones are shown, and all of them where the player unfolds it."""
        if count <= SHOWN_OF_LIST:
            return 0
        opened = self.fold(f"{name} all", f"All {count}, not the last {SHOWN_OF_LIST} alone", *inside)
        return 0 if opened else count - SHOWN_OF_LIST

    def entry(self, name: str, words: str) -> bool:
        """One text of a list; True when its cross is pressed."""
        room, draw = imgui.get_content_region_avail().x, imgui.get_window_draw_list()
        at, cross = imgui.get_cursor_screen_pos(), px(30)
        wide = room - cross - px(16)
        key = (words, round(wide), theme.settings.scale)
        high = self._heights.get(key)
        if high is None:
            imgui.push_font(theme.fonts.regular, 16)
            high = self._heights[key] = max(imgui.calc_text_size(words, wrap_width=wide).y + px(10), cross)
            imgui.pop_font()
        pen.panel(draw, at.x, at.y, room, high, mixed(theme.PANEL, theme.RAISED, 0.6), rounding=theme.ROUNDING_SMALL)
        draw.add_text(theme.fonts.regular, px(16), Vec(at.x + px(10), at.y + px(5)), INK, words, wide)
        imgui.set_cursor_screen_pos(Vec(at.x + room - cross, at.y))
        self.arrive(f"{name} -")
        gone = icon_button(f"{name} -", icons.CROSS, "Take it out", cross)
        self.placed(f"{name} -")
        imgui.set_cursor_screen_pos(at)
        imgui.dummy(Vec(room, high - px(4)))
        return gone

    def adder(self, name: str, hint: str, add: Apply) -> None:
        """A field whose text is added by Enter or the plus beside it."""
        field, side = f"{name} +", px(36)
        self.arrive(field)
        room = imgui.get_content_region_avail().x
        imgui.set_next_item_width(room - side - px(8))
        changed, text = imgui.input_text(f"##{field}", self._drafts.get(field, ""))
        self.placed(field)
        entered = imgui.is_item_deactivated() and any(imgui.is_key_pressed(key, False) for key in _ENTER)
        low, active = imgui.get_item_rect_min(), imgui.is_item_active()
        self.writing = self.writing or active
        self._border(field, active)
        if changed:
            self._drafts[field] = text
        if not text and not active:
            fitted = pen.fit(hint, 16, room - side - px(36))
            pen.write(imgui.get_window_draw_list(), low.x + px(14), low.y + px(10), fitted, 16, INK_FAINT)
        imgui.same_line(0, px(8))
        pressed = icon_button(f"{field} add", icons.PLUS, "Add", side)
        if (pressed or entered) and text.strip():
            self._drafts.pop(field, None)
            self._apply(name, text.strip(), add)
            if entered:
                self.want(field)

    # -- time ----------------------------------------------------------------------------------------------------

    def instant(
        self,
        thing: Thing,
        field: str,
        label: str,
        value: int,
        day_one_us: int,
        apply: Apply | None = None,
        *,
        none: str = "",
        friendly: bool = True,
    ) -> None:
        """A time in the fiction: friendly over it, exact in the field; ``none`` is what 0 means, where it may be."""
        setter = self._setter(thing, field, value, apply)

        def entered(text: str) -> None:
            setter(0 if none and not text.strip() else clock.from_iso(text))

        name = thing.id(field)
        now = self.acts.shown(name, value)
        exact = str(now) if isinstance(now, str) else "" if none and not now else clock.iso(now)
        told = none if none and not value else clock.friendly(value, day_one_us)
        self.label(label, told if friendly else "")
        standing = "" if none and not value else clock.iso(value)
        self.text_line(name, standing, entered, clock.iso(value or day_one_us), exact)
