"""A chat: its head, its transcript, the field to write in, and the drawer at its right when that is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import imgui

from engine.draw import icons, pen, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_FAINT, INK_SOFT, LINE, RED, tone
from engine.scene import Scene
from game.roleplay import clock, directing, erasing, swipes, talk
from game.roleplay.prose import MAX_TURN_CHARS
from game.roleplay.state import Turn
from game.roleplay.talk import GUEST_LEFT
from game.scenes.talk_composer import Composer
from game.scenes.talk_entries import (
    ClosedEntry,
    Edit,
    EditEntry,
    Entry,
    HeadEntry,
    NoteEntry,
    SaidEntry,
    TurnEntry,
    entries_of,
    place_of,
    with_edit,
    with_notes,
    with_speech,
)
from game.scenes.talk_field import WritingField, lines_of
from game.scenes.talk_notes import CUT, GUEST, NOT_BEGUN, SLOW, Choice, Note, draw_note, note_height
from game.scenes.talk_panel import Place, SidePanel
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_spots import Spots
from game.scenes.talk_transcript import Budget, Placed, Scroll, page_of
from game.scenes.talk_turn import (
    CLOSED,
    GUTTER,
    HEAD,
    NAME,
    Look,
    TurnActions,
    draw_closed,
    draw_head,
    draw_said,
    draw_turn,
    turn_height,
)
from game.scenes.talk_type import Typesetter
from game.scenes.talk_view import ChatView

COLUMN = 604.0
"""The text and the gutter before it: about 72 characters a line."""
TOP = 64.0
MARGIN = 28.0
DRAWER = 380.0
"""How wide the drawer is, where there is room."""
WHEEL = 64.0
_FLAGS = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_nav.value
    | imgui.WindowFlags_.no_scroll_with_mouse.value
)


@dataclass(slots=True)
class Doors:
    """Where a chat leads: questions over it, its kickoff form, the settings."""

    rewind: Callable[[ChatView, Turn], Scene | None]
    delete: Callable[[ChatView, Turn], Scene | None]
    branch: Callable[[ChatView, Turn], Scene | None]
    kickoff: Callable[[str], object]
    settings: Callable[[], object]
    push: Callable[[Scene], object]
    say: Callable[[str], object]


class ChatPage:
    """Draws the chat that is open in ``room`` and takes its keys."""

    def __init__(self, room: TalkRoom, doors: Doors, drawer: SidePanel | None = None) -> None:
        self.room = room
        self.doors = doors
        self.drawer = drawer
        self.drawer_open = False
        self.drawer_has_keys = False
        self.scroll = Scroll()
        self.composer = Composer(room, doors.say, self.key)
        self.chosen = 0
        self.hidden_shown = False
        self.edit: Edit | None = None
        self._field = WritingField(most=MAX_TURN_CHARS, say=doors.say, what="one turn")
        self._type = Typesetter()
        self._spots = Spots()
        self._entries: list[Entry] = []
        self._base: list[Entry] = []
        self._base_version: tuple[object, ...] = ()
        self._made_of: tuple[object, ...] = ()
        self._placed: list[Placed] = []
        self._view_y = (0.0, 1.0)
        self._host = ""
        self._said_version = 0
        self._actions = TurnActions(
            *(self.regenerate, self.begin_edit, self.rewind, self.hide, self.delete, self.keep, self.branch),
            self.swipe,
        )

    # -- what turns can be asked ---------------------------------------------------------------------------------

    def regenerate(self, turn: Turn) -> None:
        """Another wording of a bot's turn; of the latest one after the player's own turn was looked at again."""
        view = self.room.view
        if view is None or self.room.speech is not None:
            return
        latest = view.last_bot_turn
        yours = next((one for one in reversed(view.turns) if one.is_yours and one.number < turn.number), None)
        if latest is None or latest.number != turn.number or yours is None or yours.scene != turn.scene:
            self.room.another(turn.number)
            return
        self._open_edit(yours, turn.number)

    def begin_edit(self, turn: Turn) -> None:
        """Write a turn over."""
        if self.room.speech is None:
            self._open_edit(turn, 0)

    def _open_edit(self, turn: Turn, again: int) -> None:
        self.edit = Edit(turn.number, turn.text, again)
        self._field.set(turn.text)
        self._field.focus()
        self._show_turn(turn.number)

    def finish_edit(self) -> None:
        """Do what the field was opened for."""
        edit, self.edit = self.edit, None
        if edit is None:
            return
        text, host = self._field.text, self.room.host
        if edit.again:
            self.room.regenerate(text)
            self.scroll.to_end()
        elif text.strip() != edit.text.strip():
            number = edit.number
            self.room.do("the edit", lambda desk: talk.rewrite(desk, host, number, text))
        self.composer.focus()

    def cancel_edit(self) -> None:
        """Leave everything as it was."""
        self.edit = None
        self.composer.focus()

    def rewind(self, turn: Turn) -> None:
        """Ask whether to go back to here."""
        self._ask(self.doors.rewind, turn)

    def delete(self, turn: Turn) -> None:
        """Ask whether to cut this out."""
        self._ask(self.doors.delete, turn)

    def branch(self, turn: Turn) -> None:
        """Ask what a branch from here is to be called."""
        self._ask(self.doors.branch, turn)

    def _ask(self, door: Callable[[ChatView, Turn], Scene | None], turn: Turn) -> None:
        view = self.room.view
        if view is not None and self.room.speech is None and (scene := door(view, turn)) is not None:
            self.doors.push(scene)

    def hide(self, turn: Turn) -> None:
        """Take a turn out of view, or show it again."""
        host, number, hidden = self.room.host, turn.number, not turn.hidden
        self.room.do("hiding", lambda desk: desk.change(lambda: erasing.hide(desk.log, host, number, hidden)))

    def keep(self, turn: Turn) -> None:
        """Say that a turn stands."""
        host, number = self.room.host, turn.number
        self.room.do("keeping", lambda desk: desk.change(lambda: swipes.keep(desk.log, host, number)))

    def swipe(self, turn: Turn, to: int) -> None:
        """Step to another wording."""
        host, number = self.room.host, turn.number
        self.room.do("the wording", lambda desk: talk.choose(desk, host, number, to))

    # -- keys ----------------------------------------------------------------------------------------------------

    def back(self) -> bool:
        """Escape: the first of stop, cancel, close and return that there is to do; False when there is nothing."""
        if self.edit is not None:
            self.cancel_edit()
        elif self.room.speaking:
            self.room.stop()
        elif self.drawer_open and self.drawer_has_keys:
            self.toggle_drawer()
        elif self.chosen:
            self.chosen = 0
            self.composer.focus()
        else:
            return False
        return True

    def toggle_drawer(self) -> None:
        """Open the drawer with the keyboard in it, or close it."""
        if self.drawer is None:
            return
        self.drawer_open = not self.drawer_open
        self.drawer_has_keys = self.drawer_open
        if self.drawer_open:
            self.drawer.focus()
        else:
            self.composer.focus()

    def key(self, control: str) -> bool:
        """A key that is not written; True when it was one of the chat's."""
        if control == "tab":
            self.toggle_drawer()
        elif self.drawer_has_keys and self.drawer is not None and self.drawer.key(control):
            return True
        elif control in ("pageup", "pagedown"):
            by = page_of(*self._view_y) * (1 if control == "pagedown" else -1)
            self.scroll.move(by, self._placed, self._view_y[0])
        elif control == "f5":
            self._again()
        elif control in ("up", "down"):
            self._choose(-1 if control == "up" else 1)
        elif control in ("home", "end"):
            self.scroll.to_start() if control == "home" else self.scroll.to_end()
        elif control == "return":
            self.chosen = 0
            self.composer.focus()
        else:
            return self._turn_key(control)
        return True

    def _turn_key(self, control: str) -> bool:
        view = self.room.view
        turn = view.turn(self.chosen) if view is not None and self.chosen else None
        if turn is None or self.room.speech is not None:
            return False
        able = self._actions
        acts = {"e": able.edit, "w": able.rewind, "h": able.hide, "delete": able.delete, "b": able.branch}
        if not turn.is_yours and turn.speaker != "narrator":
            acts |= {"r": able.again}
        if not turn.accepted:
            acts |= {"k": able.keep}
        if control in acts:
            acts[control](turn)
        elif control == "left" and turn.chosen > 0:
            able.swipe(turn, turn.chosen - 1)
        elif control == "right" and turn.chosen < len(turn.alternatives) - 1:
            able.swipe(turn, turn.chosen + 1)
        else:
            return False
        return True

    def _again(self) -> None:
        """F5: try again what failed, else say the latest anew."""
        view, trouble = self.room.view, self.room.corner().trouble
        if trouble is not None and trouble.again is not None:
            trouble.again()
        elif view is not None and view.last_bot_turn is not None:
            self.regenerate(view.last_bot_turn)

    def _choose(self, step: int) -> None:
        """The turn above or below the chosen one; below the last stands the field."""
        numbers = [one.turn.number for one in self._entries if isinstance(one, TurnEntry)]
        if not numbers:
            return
        if self.chosen not in numbers:
            place = len(numbers) - 1 if step < 0 else len(numbers)
        else:
            place = numbers.index(self.chosen) + step
        if place >= len(numbers):
            self.chosen = 0
            self.composer.focus()
            return
        self.chosen = numbers[max(place, 0)]
        self._show_turn(self.chosen)

    def _show_turn(self, number: int) -> None:
        """Bring a turn into view."""
        top, bottom = self._view_y
        for one in self._placed:
            if one.entry.key == number and one.y >= top and one.y + one.height <= bottom:
                return
        place = next((at for at, one in enumerate(self._entries) if one.key == number), None)
        if place is not None:
            self.scroll.to(place, number, (bottom - top) * 0.25)

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """Draw all of it into ``place``."""
        view = self.room.view
        x, y, w, h = place
        if self.room.host != self._host:
            self._host, self.chosen, self.edit = self.room.host, 0, None
            self.scroll.to_end()
            self.composer.focus()
        drawer_w = 0.0
        if self.drawer_open and self.drawer is not None and view is not None:
            drawer_w = min(px(DRAWER), w) if w > px(DRAWER + 380) else w
            self.drawer.draw(frame, view, (x + w - drawer_w, y, drawer_w, h), live)
        w -= drawer_w
        if w < px(200):
            return
        self._follow(view)
        self._draw_head(view, (x, y, w, px(TOP)), live)
        column = min(px(COLUMN), w - 2 * px(MARGIN))
        left = x + (w - column) / 2
        composer_h = self.composer.height(column)
        bottom = y + h - composer_h - px(18)
        self._draw_transcript(frame, view, (x, y + px(TOP), w, bottom - y - px(TOP)), (left, column), live)
        if view is not None:
            self.composer.draw(frame, self._spots, (left - px(8), bottom + px(4), column + px(16), composer_h), live)

    def _follow(self, view: ChatView | None) -> None:
        """Make the entries anew where something changed."""
        room = self.room
        edit = (self.edit.number, self.edit.again) if self.edit is not None else None
        made_of = (room.version, view.version if view is not None else 0, edit, self.hidden_shown, room.host)
        slow = room.speech is not None and room.speech.is_slow
        if (*made_of, slow) == self._made_of:
            return
        self._made_of = (*made_of, slow)
        if view is None:
            self._entries = []
            return
        if self._base_version != (view.version, self.hidden_shown, room.host):
            self._base_version = (view.version, self.hidden_shown, room.host)
            self._base = entries_of(view, hidden=self.hidden_shown)
        made = with_edit(self._base, self.edit)
        made = with_speech(made, view, room.speech, room.version)
        self._entries = with_notes(made, room, view, room.corner())
        room.corner().seen = view.chat.turns

    def _draw_head(self, view: ChatView | None, place: Place, live: bool) -> None:
        x, y, w, h = place
        imgui.set_next_window_pos(Vec(x, y))
        imgui.set_next_window_size(Vec(w, h))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.begin("talk head", None, _FLAGS)
        spots, draw = self._spots, imgui.get_window_draw_list()
        spots.begin(live)
        draw.add_line(Vec(x, y + h), Vec(x + w, y + h), LINE, max(1.0, px(1)))
        right, middle = x + w - px(20), y + h / 2
        if self.drawer is not None:
            wide = pen.measure(f"{icons.PANEL}  DrawerTab", 16, Weight.BOLD)[0] + px(36)
            spots.button(right - wide, middle - px(16), "Drawer", self.toggle_drawer, icon=icons.PANEL, note="Tab")
            right -= wide + px(16)
        right = self._draw_voice(right, middle)
        if view is not None:
            left = x + px(MARGIN)
            name = pen.fit(view.bot.name, theme.TEXT_TITLE, (right - left) * 0.5, Weight.BOLD)
            left += pen.write(draw, left, middle, name, theme.TEXT_TITLE, INK, Weight.BOLD, down=0.5) + px(18)
            now = view.chat.scene
            if now is not None:
                told = [clock.friendly(view.chat.clock_us, view.chat.day_one_us), place_of(view, now)]
                told += [f"with {view.name_of(view.chat.guest)}"] if view.chat.guest else []
                words = pen.fit("   ·   ".join(one for one in told if one), 16, right - left)
                pen.write(draw, left, middle + px(3), words, 16, INK_SOFT, down=0.5)
        imgui.end()
        imgui.pop_style_var()

    def _draw_voice(self, right: float, middle: float) -> float:
        """Who lends the voice: the offline one is said to be what it is."""
        offline = self.room.is_offline
        words = "Offline voice: rules, no model" if offline else self.room.voice_name
        words = pen.fit(words, theme.TEXT_SMALL, px(230))
        wide = pen.measure(words, theme.TEXT_SMALL, Weight.BOLD)[0] + px(24)
        x, y, h = right - wide, middle - px(13), px(26)
        colour = tone(AMBER) if offline else tone(CYAN)
        draw = self._spots.draw
        draw.add_rect_filled(Vec(x, y), Vec(x + wide, y + h), faded(colour, 0.14), h / 2)
        pen.write(draw, x + px(12), middle, words, theme.TEXT_SMALL, colour, Weight.BOLD, down=0.5)
        if self._spots.pressed(x, y, wide, h):
            self.doors.settings()
        return x - px(16)

    def _draw_transcript(
        self, frame: Frame, view: ChatView | None, place: Place, column: tuple[float, float], live: bool
    ) -> None:
        x, y, w, h = place
        imgui.set_next_window_pos(Vec(x, y))
        imgui.set_next_window_size(Vec(w, max(h, 1.0)))
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(0, 0))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.begin("talk transcript", None, _FLAGS)
        self._spots.begin(live)
        top, bottom = y + px(8), y + h - px(4)
        self._view_y = (top, bottom)
        if live and imgui.is_window_hovered(imgui.HoveredFlags_.child_windows.value):
            turned = imgui.get_io().mouse_wheel
            if turned:
                self.scroll.move(-turned * px(WHEEL), self._placed, top)
        busy = self.room.speech is not None or self.edit is not None
        look = Look(
            *(self._spots, self._type, column[0], column[1], (top, bottom)),
            self.room.desk.config.ooc,
            frame.now_us / 1e6,
            busy,
            self.chosen,
            self._actions,
        )
        self._placed = self.scroll.place(
            self._entries, lambda entry, budget: self._height(entry, look, budget), top, bottom
        )
        for one in self._placed:
            self._draw_entry(look, one)
        self._draw_bar(look, (x + w - px(10), top, bottom))
        self._spots.draw_hint()
        imgui.end()
        imgui.pop_style_var(2)

    def _draw_bar(self, look: Look, place: tuple[float, float, float]) -> None:
        """Where in the transcript the view stands."""
        x, top, bottom = place
        begin, share = self.scroll.share(self._placed, len(self._entries), top, bottom)
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
            number = round(min(max(at, 0.0), 1.0) * (len(self._entries) - 1))
            if at > 0.985:
                self.scroll.to_end()
            else:
                self.scroll.to(number, self._entries[number].key, 0.0)
        if not self.scroll.at_end:
            wide = px(120)
            at_x = look.x + look.width / 2 - wide / 2
            look.spots.button(at_x, bottom - px(42), "Latest", self.scroll.to_end, icon=icons.DOWN, note="End")

    def _height(self, entry: Entry, look: Look, budget: Budget) -> float:
        if isinstance(entry, TurnEntry | SaidEntry):
            return turn_height(entry, look.type, look.width, look.ooc, budget)
        if isinstance(entry, EditEntry):
            return px(NAME + 74) + self._field_height(look)
        if isinstance(entry, NoteEntry):
            note = self._note(entry.what)
            return note_height(note, look, budget) if note is not None else 0.0
        return px(HEAD) if isinstance(entry, HeadEntry) else px(CLOSED)

    def _field_height(self, look: Look) -> float:
        lines = lines_of(self._field.text, look.width - px(GUTTER + 24))
        return px(24.0 * min(max(lines, 2), 9) + 20)

    def _draw_entry(self, look: Look, one: Placed) -> None:
        entry, y = one.entry, one.y
        if isinstance(entry, TurnEntry):
            draw_turn(look, entry, y, one.height)
        elif isinstance(entry, SaidEntry):
            draw_said(look, entry, y)
        elif isinstance(entry, EditEntry):
            self._draw_edit(look, entry, y)
        elif isinstance(entry, HeadEntry):
            draw_head(look, entry, y)
        elif isinstance(entry, ClosedEntry):
            draw_closed(look, entry, y)
        elif (note := self._note(entry.what)) is not None:
            draw_note(look, note, y, one.height)

    def _draw_edit(self, look: Look, entry: EditEntry, y: float) -> None:
        """The field over a turn, with what it leads to under it."""
        draw, left = look.spots.draw, look.x + px(GUTTER)
        w, h = look.width - px(GUTTER), self._field_height(look)
        again = self.edit is not None and self.edit.again > 0
        pen.write(draw, left, y + px(14), entry.name, theme.TEXT_BODY, tone(CYAN), Weight.BOLD, down=0.5)
        pen.panel(draw, left, y + px(NAME), w, h, theme.RAISED, border=tone(CYAN))
        imgui.set_cursor_screen_pos(Vec(left + px(10), y + px(NAME + 6)))
        imgui.begin_child("edit turn", Vec(w - px(20), h - px(12)))
        self._field.draw(w - px(20), h - px(12))
        if self._field.active and imgui.get_io().key_ctrl and imgui.is_key_pressed(imgui.Key.enter, False):
            self.finish_edit()
        imgui.end_child()
        x, top = left, y + px(NAME + 8) + h
        words = "Regenerate" if again else "Save"
        icon = icons.RETRY if again else icons.CHECK
        x += look.spots.button(x, top, words, self.finish_edit, icon=icon, note="Ctrl+Enter", primary=True) + px(10)
        x += look.spots.button(x, top, "Cancel", self.cancel_edit, note="Esc") + px(14)
        told = "Your words as they are, or changed" if again else "The wording before is kept"
        pen.write(draw, x, top + px(16), told, theme.TEXT_SMALL, INK_FAINT, down=0.5)

    def _note(self, what: str) -> Note | None:
        """The banner for ``what``."""
        room, host = self.room, self.room.host
        corner, trouble = room.corner(), room.corner().trouble
        if what == "slow":
            return Note(SLOW, (Choice("Stop", "Esc", room.stop, icons.STOP),), icon=icons.CLOCK)
        if what == "kickoff":
            begin = Choice("How it starts", "F5", lambda: self.doors.kickoff(host), icons.PLAY, primary=True)
            return Note(NOT_BEGUN, (begin,), CYAN, icons.PLAY)
        if what == "question" and corner.question == GUEST_LEFT:
            guest = room.view.name_of(room.view.chat.guest) if room.view is not None else ""
            yes = Choice("Yes, the scene ends", "", self._guest_left, icons.CHECK, primary=True)
            no = Choice("No", "", self._no_question)
            return Note(GUEST.format(name=guest), (yes, no), CYAN, icons.PEOPLE)
        if what != "trouble" or trouble is None:
            return None
        if trouble.kind == "cut":
            again = Choice("Regenerate", "F5", self._again, icons.RETRY)
            return Note(CUT if trouble.words == "connection lost" else trouble.words, (again, self._dismiss))
        retry = (Choice("Retry", "F5", self._again, icons.RETRY, primary=True),) if trouble.again is not None else ()
        return Note(trouble.words, (*retry, self._dismiss), RED)

    @property
    def _dismiss(self) -> Choice:
        return Choice("Dismiss", "", self._no_trouble)

    def _no_trouble(self) -> None:
        self.room.corner().trouble = None
        self.room.touch()

    def _no_question(self) -> None:
        self.room.corner().question = ""
        self.room.touch()

    def _guest_left(self) -> None:
        host = self.room.host
        self._no_question()
        self.room.do("the guest's leaving", lambda desk: directing.remove_guest(desk, host))
