"""A chat: its head, its transcript, the field to write in, and the drawer at its right when that is open."""

from __future__ import annotations

from imgui_bundle import imgui

from engine.draw import icons, pen, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import AMBER, CYAN, INK, INK_SOFT, LINE, RED, tone
from game.roleplay import clock, directing
from game.roleplay.events import NARRATOR
from game.roleplay.state import Turn
from game.roleplay.talk import GUEST_LEFT
from game.scenes.menu_keys import PAD_X, PAD_Y, Action, action_of
from game.scenes.talk_composer import Composer
from game.scenes.talk_entries import place_of
from game.scenes.talk_focus import Keys, clicked_window, passed_on
from game.scenes.talk_notes import CUT, GUEST, NOT_BEGUN, SLOW, Choice, Note
from game.scenes.talk_panel import Place, SidePanel
from game.scenes.talk_paper import FLAGS, Paper
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_spots import Spots
from game.scenes.talk_turns import Doors, Turns
from game.scenes.talk_view import ChatView

COLUMN = 640.0
"""The text and the gutter before it: about 72 characters a line."""
TOP = 64.0
MARGIN = 28.0
DRAWER = 380.0
"""How wide the drawer is, where there is room."""
SHOULDERS = {"button:4": -1, "button:5": 1}
"""The buttons at a gamepad's shoulders leaf back and on."""
_MOVES = frozenset(("up", "down", "left", "right", "home", "end", "return", "kpenter"))
LEGENDS = {
    Keys.COMPOSER: "Shift+Enter: new line    ↑ to the turns    Tab: drawer    F1: keys",
    Keys.EDIT: "Ctrl+Enter: done    Esc: leave it as it was",
    Keys.DRAWER: "Esc: back from the drawer",
    Keys.ELSEWHERE: "Esc: back to the field",
}
PAD_LEGENDS = {
    Keys.COMPOSER: "Writing needs a keyboard    A send    ↑ to the turns    X anew    Y drawer    Start: chats",
    Keys.TURN: "A what can be done    ← → wordings    X anew    Y drawer    B back",
    Keys.EDIT: "Writing needs a keyboard    A done    B leave it as it was",
    Keys.DRAWER: "L R turn the page    B back from the drawer",
    Keys.ELSEWHERE: "A open    B back",
}
"""Which keys do what; and which buttons, for who plays with a gamepad."""


class ChatPage:
    """Draws the chat that is open in ``room`` and takes its keys."""

    def __init__(self, room: TalkRoom, doors: Doors, drawer: SidePanel | None = None) -> None:
        self.room = room
        self.doors = doors
        self.drawer = drawer
        self.drawer_open = False
        self.keys = Keys.COMPOSER
        """Who has the keyboard; :meth:`give` alone changes it."""
        self.by_pad = False
        """Whether what the player last touched was a gamepad."""
        self.composer = Composer(room, doors.say)
        self.over_composer = (0.0, 0.0, 0.0)
        """Where the composer's upper edge was drawn: its left, how far down, its width; none yet is three times 0."""
        self.paper = Paper(room, self._note)
        self.turns = Turns(room, doors, self._edit, self._edited)
        self._spots = Spots()
        self._host = ""
        self._spoke = False
        self._go_to = 0

    def go_to(self, turn: int) -> None:
        """Show a turn and choose it, once the chat is there."""
        self._go_to = turn

    # -- who has the keyboard ------------------------------------------------------------------------------------

    def give(self, keys: Keys) -> None:
        """Give the keyboard to one of the chat's parts, or to what is beside the chat."""
        self.keys = keys
        if keys in (Keys.COMPOSER, Keys.EDIT):
            self.paper.chosen = 0
        if keys is Keys.DRAWER and self.drawer is not None:
            self.drawer.focus()

    def resume(self) -> None:
        """Back from a question: whoever had the keyboard has it again."""
        self.give(self.keys)

    def _give_back(self) -> None:
        """The drawer is done with the keyboard."""
        self.give(Keys.EDIT if self.turns.edit is not None else Keys.TURN if self.paper.chosen else Keys.COMPOSER)

    def _follow_click(self) -> None:
        """The keyboard goes to where the player clicks; a click on what is said goes to where one writes."""
        window = clicked_window()
        if window == "talk drawer":
            self.keys = Keys.DRAWER  # on what was clicked, not on the page's tab
        elif window == "talk rail":
            self.give(Keys.ELSEWHERE)
        elif window.startswith("talk "):
            self.give(Keys.EDIT if self.turns.edit is not None else Keys.COMPOSER)

    def _edit(self, number: int) -> None:
        self.paper.show_turn(number)
        self.give(Keys.EDIT)

    def _edited(self) -> None:
        self.give(Keys.COMPOSER)

    # -- keys ----------------------------------------------------------------------------------------------------

    def back(self) -> bool:
        """Escape: the first of cancel, stop, close and return that there is to do; False when there is nothing."""
        if self.drawer_open and self.drawer is not None and self.drawer.back():
            return True
        if self.keys is Keys.DRAWER:
            self.toggle_drawer()
        elif self.turns.edit is not None:
            self.turns.cancel_edit()
        elif self.room.speaking:
            self.room.stop()
        elif self.keys is not Keys.COMPOSER:
            self.give(Keys.COMPOSER)
        else:
            return False
        return True

    def toggle_drawer(self) -> None:
        """Open the drawer with the keyboard in it, or close it."""
        if self.drawer is None:
            return
        self.drawer_open = not self.drawer_open
        if self.drawer_open:
            self.give(Keys.DRAWER)
        else:
            self._give_back()

    def key(self, control: str) -> bool:
        """A key that is not written; True when it was one of the chat's."""
        if control == "tab":
            self.toggle_drawer()
        elif self.keys is Keys.DRAWER and self.drawer is not None and self.drawer.key(control):
            return True
        elif control in _MOVES and self.keys in (Keys.DRAWER, Keys.ELSEWHERE):
            return False  # they move among widgets
        elif control in ("pageup", "pagedown"):
            self.paper.page(1 if control == "pagedown" else -1)
        elif control in ("f5", "f6", "f7"):
            if self.keys is Keys.COMPOSER or not imgui.get_io().want_text_input:
                self._note_key(control)
        elif control in ("up", "down"):
            self._choose(-1 if control == "up" else 1)
        elif control in ("home", "end"):
            (self.paper.scroll.to_start if control == "home" else self.paper.scroll.to_end)()
        elif control == "return":
            self.give(Keys.COMPOSER)
        else:
            return self._turn_key(control)
        return True

    def pad(self, control: str) -> bool:
        """A gamepad's button; False where it moves among widgets."""
        self.by_pad = True
        if control == PAD_Y:
            self.toggle_drawer()
        elif control in SHOULDERS:
            self._leaf(SHOULDERS[control])
        elif self.keys in (Keys.DRAWER, Keys.ELSEWHERE):
            return False
        elif control == PAD_X:
            self._pad_anew()
        else:
            self._pad_action(action_of(control))
        return True

    def _leaf(self, step: int) -> None:
        if self.keys is Keys.DRAWER and self.drawer is not None:
            self.drawer.turn(step)
        else:
            self.paper.page(step)

    def _pad_anew(self) -> None:
        if self.keys is Keys.TURN:
            self._turn_key("r")
        elif self.keys is Keys.COMPOSER:
            self._note_key("f5")

    def _pad_action(self, action: Action | None) -> None:
        turn = self._chosen
        if action in ("up", "down") and self.keys is not Keys.EDIT:
            self._choose(-1 if action == "up" else 1)
        elif action in ("left", "right"):
            self._turn_key(action)
        elif action == "choose" and self.keys is Keys.COMPOSER:
            self.composer.send()
        elif action == "choose" and self.keys is Keys.EDIT:
            self.turns.finish_edit()
        elif action == "choose" and turn is not None:
            self.turns.menu(turn)

    def _listen(self) -> None:
        """Keys that count also while one writes."""
        field = {Keys.COMPOSER: self.composer.field, Keys.EDIT: self.turns.field}.get(self.keys)
        if field is not None and field.active:
            for control in passed_on(self.keys, not field.text):
                self.key(control)

    def _choose(self, step: int) -> None:
        self.give(Keys.TURN if self.paper.choose(step) else Keys.COMPOSER)

    def _turn_key(self, control: str) -> bool:
        turn = self._chosen
        return turn is not None and self.turns.key(control, turn)

    @property
    def _chosen(self) -> Turn | None:
        """The turn that has the keyboard."""
        view = self.room.view
        return view.turn(self.paper.chosen) if view is not None and self.keys is Keys.TURN else None

    def _note_key(self, control: str) -> None:
        """F5 to F7 do what a banner says they do; without one F5 says the latest anew."""
        for what in self.paper.notes:
            note = self._note(what)
            for choice in note.choices if note is not None else ():
                if choice.note.lower() == control:
                    choice.act()
                    return
        if control == "f5":
            self._again()

    def _again(self) -> None:
        """Try again what failed, else say the latest anew."""
        view, trouble = self.room.view, self.room.corner().trouble
        if trouble is not None and trouble.again is not None:
            trouble.again()
        elif view is not None and view.last_bot_turn is not None:
            self.turns.regenerate(view.last_bot_turn)

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """Draw all of it into ``place``."""
        view = self.room.view
        x, y, w, h = place
        self._follow()
        if live:
            self._follow_click()
        drawer_w = 0.0
        if self.drawer_open and self.drawer is not None and view is not None:
            drawer_w = min(px(DRAWER), w) if w > px(DRAWER + 380) else w
            self.drawer.draw(frame, view, (x + w - drawer_w, y, drawer_w, h), live)
        w -= drawer_w
        if w < px(200):
            self.over_composer = (0.0, 0.0, 0.0)
            return
        self._draw_head(view, (x, y, w, px(TOP)), live)
        column = min(px(COLUMN), w - 2 * px(MARGIN))
        left = x + (w - column) / 2
        composer_h = min(self.composer.height(column), h * 0.5)
        bottom = y + h - composer_h - px(18)
        self.over_composer = (left, bottom - px(6), column)
        self.paper.follow(view, self.turns)
        if self._go_to and view is not None:
            self.paper.chosen, self._go_to = self._go_to, 0
            self.paper.show_turn(self.paper.chosen)
            self.give(Keys.TURN)
        if view is not None and self.keys is Keys.TURN and self._chosen is None:
            self.give(Keys.COMPOSER)  # it was deleted
        within = (x, y + px(TOP), w, bottom - y - px(TOP))
        self.turns.field.locked = self.keys is not Keys.EDIT or not live
        if self.keys is Keys.EDIT and live:
            self.turns.field.keep()
        self.paper.draw(frame, within, (left, column), self.turns, live)
        if view is not None:
            self.room.corner().seen = view.chat.turns
            under = (left - px(8), bottom + px(4), column + px(16), composer_h)
            keys = live and self.keys is Keys.COMPOSER
            self.composer.draw(frame, self._spots, under, live, keys, self.legend)
        if live:
            self._listen()

    @property
    def legend(self) -> str:
        """Which keys do what where the keyboard is."""
        if self.by_pad:
            return PAD_LEGENDS[self.keys]
        if self.keys is not Keys.TURN:
            return LEGENDS[self.keys]
        turn = self._chosen
        if turn is None:
            return ""
        anew = "" if turn.is_yours or turn.speaker == NARRATOR else "R anew   ← → wordings   "
        keep = "" if turn.accepted else "K keep   "
        return f"{anew}E edit   {keep}W rewind   B branch   H hide   Del delete   Esc back"

    def _follow(self) -> None:
        """Another chat begins at its end; whoever sends something sees it."""
        if self.room.host != self._host:
            self._host = self.room.host
            self.turns.edit = None
            self.paper.scroll.to_end()
            self.give(Keys.COMPOSER)
        speech = self.room.speech
        if self.room.speaking and not self._spoke and speech is not None and speech.kind != "another":
            self.paper.scroll.to_end()
        self._spoke = self.room.speaking

    def _draw_head(self, view: ChatView | None, place: Place, live: bool) -> None:
        x, y, w, h = place
        imgui.set_next_window_pos(Vec(x, y))
        imgui.set_next_window_size(Vec(w, h))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.begin("talk head", None, FLAGS)
        spots, draw = self._spots, imgui.get_window_draw_list()
        spots.begin(live)
        draw.add_line(Vec(x, y + h - 1), Vec(x + w, y + h - 1), LINE, max(1.0, px(1)))
        right, middle = x + w - px(20), y + h / 2
        if self.drawer is not None:
            words = "Drawer" if w > px(620) else ""
            wide = pen.measure(f"{icons.PANEL}  {words}", 16, Weight.BOLD)[0] + px(62)
            spots.button(right - wide, middle - px(16), words, self.toggle_drawer, icon=icons.PANEL, note="Tab")
            right -= wide + px(16)
        right = self._draw_voice(right, middle, w)
        if view is not None:
            left = x + px(MARGIN)
            name = pen.fit(view.bot.name, theme.TEXT_TITLE, (right - left) * 0.6, Weight.BOLD)
            left += pen.write(draw, left, middle, name, theme.TEXT_TITLE, INK, Weight.BOLD, down=0.5) + px(18)
            now = view.chat.scene
            if now is not None:
                told = [clock.friendly(view.chat.clock_us, view.chat.day_one_us), place_of(view, now)]
                told += [f"with {view.name_of(view.chat.guest)}"] if view.chat.guest else []
                words = pen.fit("   ·   ".join(one for one in told if one), 16, max(right - left, 1.0))
                pen.write(draw, left, middle + px(3), words, 16, INK_SOFT, down=0.5)
        imgui.end()
        imgui.pop_style_var()

    def _draw_voice(self, right: float, middle: float, room: float) -> float:
        """Who lends the voice: the offline one is said to be what it is."""
        offline = self.room.is_offline
        told = "Offline voice: rules, no model" if room > px(620) else "Offline voice"
        words = told if offline else self.room.voice_name
        words = pen.fit(words, theme.TEXT_SMALL, min(px(230), room * 0.3), Weight.BOLD)
        wide = pen.measure(words, theme.TEXT_SMALL, Weight.BOLD)[0] + px(24)
        x, y, h = right - wide, middle - px(13), px(26)
        colour = tone(AMBER) if offline else tone(CYAN)
        draw = self._spots.draw
        draw.add_rect_filled(Vec(x, y), Vec(x + wide, y + h), faded(colour, 0.14), h / 2)
        pen.write(draw, x + px(12), middle, words, theme.TEXT_SMALL, colour, Weight.BOLD, down=0.5)
        if self._spots.pressed(x, y, wide, h):
            self.doors.settings()
        return x - px(16)

    # -- banners -------------------------------------------------------------------------------------------------

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
            yes = Choice("Yes, the scene ends", "F6", self._guest_left, icons.CHECK, primary=True)
            no = Choice("No", "F7", self._no_question)
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
        return Choice("Dismiss", "F7", self._no_trouble)

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
