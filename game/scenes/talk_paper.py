"""The paper a transcript is written on: its entries, where the view stands, and the drawing of what is in view."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import icons, pen, theme
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, INK_FAINT, LINE, tone
from game.scenes.talk_entries import (
    ClosedEntry,
    EditEntry,
    Entry,
    HeadEntry,
    HiddenEntry,
    NoteEntry,
    SaidEntry,
    TurnEntry,
    notes_of,
    with_edit,
    with_speech,
)
from game.scenes.talk_field import lines_of
from game.scenes.talk_notes import Note, draw_note, note_height
from game.scenes.talk_panel import Place
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_spots import Spots
from game.scenes.talk_transcript import Budget, Placed, Scroll, page_of
from game.scenes.talk_turn import (
    CLOSED,
    GUTTER,
    NAME,
    Look,
    draw_closed,
    draw_head,
    draw_hidden,
    draw_said,
    draw_turn,
    head_height,
    turn_height,
)
from game.scenes.talk_turns import Turns
from game.scenes.talk_type import Typesetter
from game.scenes.talk_view import ChatView

WHEEL = 64.0
FLAGS = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_nav.value
    | imgui.WindowFlags_.no_scroll_with_mouse.value
)
"""A window of Dear ImGui's that is drawn into by hand."""


class Paper:
    """Draws the transcript of the chat that is open in ``room``; ``note`` gives the banners their words."""

    def __init__(self, room: TalkRoom, note: Callable[[str], Note | None]) -> None:
        self._room = room
        self._note = note
        self.scroll = Scroll()
        self.chosen = 0
        self._type = Typesetter()
        self._spots = Spots()
        self.entries: list[Entry] = []
        self.placed: list[Placed] = []
        self._made_of: tuple[object, ...] = ()
        self._view_y = (0.0, 1.0)
        self.column = (0.0, 0.0, 1.0, 1.0)
        """Where the text stands: left, top, width and height in pixels."""

    # -- what stands on it ---------------------------------------------------------------------------------------

    def follow(self, view: ChatView | None, turns: Turns) -> None:
        """Make the entries anew where something changed."""
        room, edit = self._room, turns.edit
        slow = room.speech is not None and room.speech.is_slow
        edited = (edit.number, edit.again) if edit is not None else None
        made_of = (view.version if view is not None else 0, room.host, room.version, edited, slow)
        if made_of == self._made_of:
            return
        self._made_of = made_of
        if view is None:
            self.entries = []
            return
        self.entries = with_speech(with_edit(room.entries, edit), view, room.speech, room.version)
        self.entries += notes_of(view, room.speech, room.corner())

    @property
    def notes(self) -> list[str]:
        """The banners there are, by what they are of."""
        return [entry.what for entry in self.entries[-4:] if isinstance(entry, NoteEntry)]

    def choose(self, step: int) -> bool:
        """Go to the turn above (-1) or below (1) the chosen one; False when there is none below."""
        numbers = [one.turn.number for one in self.entries if isinstance(one, TurnEntry)]
        if self.chosen in numbers:
            place = numbers.index(self.chosen) + step
        else:
            place = len(numbers) - 1 if step < 0 else len(numbers)
        if not numbers or place >= len(numbers):
            self.chosen = 0
            return False
        self.chosen = numbers[max(place, 0)]
        self.show_turn(self.chosen)
        return True

    def show_turn(self, number: int) -> None:
        """Bring a turn into view."""
        top, bottom = self._view_y
        for one in self.placed:
            if one.entry.key == number and one.y >= top and one.y + one.height <= bottom:
                return
        place = next((at for at, one in enumerate(self.entries) if one.key == number), None)
        if place is not None:
            self.scroll.to(place, number, (bottom - top) * 0.25)

    def page(self, step: int) -> None:
        """A page up (-1) or down (1)."""
        self.scroll.move(step * page_of(*self._view_y), self.placed, self._view_y[0])

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self, frame: Frame, place: Place, column: tuple[float, float], turns: Turns, live: bool) -> None:
        """Draw what is in view into ``place``; ``column`` is where the text begins and how wide it is."""
        x, y, w, h = place
        imgui.set_next_window_pos(Vec(x, y))
        imgui.set_next_window_size(Vec(w, max(h, 1.0)))
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(0, 0))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.begin("talk transcript", None, FLAGS)
        self._spots.begin(live)
        top, bottom = y + px(8), y + h - px(4)
        self._view_y = (top, bottom)
        self.column = (column[0], top, column[1], bottom - top)
        if live and imgui.is_window_hovered(imgui.HoveredFlags_.child_windows.value):
            turned = imgui.get_io().mouse_wheel
            if turned:
                self.scroll.move(-turned * px(WHEEL), self.placed, top)
        look = Look(
            *(self._spots, self._type, column[0], column[1], (top, bottom)),
            self._room.desk.config.ooc,
            frame.now_us / 1e6,
            turns.busy,
            self.chosen,
            turns.actions,
        )
        self.placed = self.scroll.place(
            self.entries, lambda entry, budget: self._height(entry, look, budget, turns), top, bottom
        )
        for one in self.placed:
            self._draw_entry(look, one, turns)
        self._draw_bar(look, (x + w - px(10), top, bottom))
        if not self.scroll.at_end and turns.edit is None:
            at_x = look.x + look.width / 2 - px(66)
            self._spots.button(at_x, bottom - px(42), "Latest", self.scroll.to_end, icon=icons.DOWN, note="End")
        self._spots.draw_hint()
        imgui.end()
        imgui.pop_style_var(2)

    def _draw_bar(self, look: Look, place: tuple[float, float, float]) -> None:
        """Where in the transcript the view stands."""
        x, top, bottom = place
        begin, share = self.scroll.share(self.placed, len(self.entries), top, bottom)
        if share >= 0.999:
            return
        room = bottom - top
        high = max(room * share, px(36))
        y = top + min(begin * room, room - high)
        over = look.spots.over(x - px(8), top, px(18), room)
        ink = tone(CYAN) if over else LINE
        look.spots.draw.add_rect_filled(Vec(x, y), Vec(x + px(5), y + high), ink, px(3))
        if over and imgui.is_mouse_down(0):
            at = (imgui.get_mouse_pos().y - top) / room
            number = round(min(max(at, 0.0), 1.0) * (len(self.entries) - 1))
            if at > 0.985:
                self.scroll.to_end()
            else:
                self.scroll.to(number, self.entries[number].key, 0.0)

    def _height(self, entry: Entry, look: Look, budget: Budget, turns: Turns) -> float:
        if isinstance(entry, TurnEntry | SaidEntry):
            return turn_height(entry, look, budget)
        if isinstance(entry, EditEntry):
            return px(NAME + 74) + _field_height(look, turns)
        if isinstance(entry, NoteEntry):
            note = self._note(entry.what)
            return note_height(note, look, budget) if note is not None else 0.0
        return head_height(entry, look, budget) if isinstance(entry, HeadEntry) else px(CLOSED)

    def _draw_entry(self, look: Look, one: Placed, turns: Turns) -> None:
        entry, y = one.entry, one.y
        if isinstance(entry, TurnEntry):
            draw_turn(look, entry, y, one.height)
        elif isinstance(entry, SaidEntry):
            draw_said(look, entry, y)
        elif isinstance(entry, EditEntry):
            _draw_edit(look, entry, y, turns)
        elif isinstance(entry, HeadEntry):
            draw_head(look, entry, y)
        elif isinstance(entry, ClosedEntry):
            draw_closed(look, entry, y)
        elif isinstance(entry, HiddenEntry):
            draw_hidden(look, entry, y, lambda: self._room.show_hidden(shown=True))
        elif (note := self._note(entry.what)) is not None:
            draw_note(look, note, y, one.height)


def _field_height(look: Look, turns: Turns) -> float:
    lines = lines_of(turns.field.text, look.width - px(GUTTER + 24))
    return px(24.0 * min(max(lines, 2), 9) + 20)


def _draw_edit(look: Look, entry: EditEntry, y: float, turns: Turns) -> None:
    """The field over a turn, with what it leads to under it."""
    draw, left = look.spots.draw, look.x + px(GUTTER)
    w, h = look.width - px(GUTTER), _field_height(look, turns)
    again = turns.edit is not None and turns.edit.again > 0
    pen.write(draw, left, y + px(14), entry.name, theme.TEXT_BODY, tone(CYAN), Weight.BOLD, down=0.5)
    pen.panel(draw, left, y + px(NAME), w, h, theme.RAISED, border=tone(CYAN))
    imgui.set_cursor_screen_pos(Vec(left + px(10), y + px(NAME + 6)))
    imgui.begin_child("edit turn", Vec(w - px(20), h - px(12)))
    done = turns.field.draw(w - px(20), h - px(12))
    imgui.end_child()
    x, top = left, y + px(NAME + 8) + h
    words, icon = ("Regenerate", icons.RETRY) if again else ("Save", icons.CHECK)
    x += look.spots.button(x, top, words, turns.finish_edit, icon=icon, note="Ctrl+Enter", primary=True) + px(10)
    x += look.spots.button(x, top, "Cancel", turns.cancel_edit, note="Esc") + px(14)
    told = "Your words as they are, or changed" if again else "The wording before is kept"
    fitted = pen.fit(told, theme.TEXT_SMALL, look.x + look.width - x)
    pen.write(draw, x, top + px(16), fitted, theme.TEXT_SMALL, INK_FAINT, down=0.5)
    if done:
        turns.finish_edit()
