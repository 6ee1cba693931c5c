"""Where the player writes: several lines, Enter sends, locked while a reply streams with what is written kept."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from engine.draw import icons, pen, theme
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import CYAN, INK_FAINT, LINE, RAISED, tone
from game.roleplay.prose import MAX_TURN_CHARS
from game.scenes.canvas import mixed
from game.scenes.talk_field import WritingField, lines_of
from game.scenes.talk_panel import Place
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_spots import Spots

LINE_HEIGHT = 24.0
MOST_LINES = 8
PADDING = 14.0
FOOT = 34.0

_FLAGS = (
    imgui.WindowFlags_.no_decoration.value
    | imgui.WindowFlags_.no_move.value
    | imgui.WindowFlags_.no_saved_settings.value
    | imgui.WindowFlags_.no_background.value
    | imgui.WindowFlags_.no_nav.value
)


class Composer:
    """The field at the foot of a chat; ``say`` shows the player why something cannot be written."""

    def __init__(self, room: TalkRoom, say: Callable[[str], object]) -> None:
        self._room = room
        self.field = WritingField(most=MAX_TURN_CHARS, say=say, what="one turn", sends=True)
        self._host = ""

    def height(self, width: float) -> float:
        """How high it is for what is written, in pixels."""
        lines = min(lines_of(self.field.text, width), MOST_LINES)
        return px(2 * PADDING + LINE_HEIGHT * max(lines, 1) + 8 + FOOT)

    def follow(self) -> None:
        """Show the draft of the chat that is open, and keep what is written as its draft."""
        room = self._room
        if room.host != self._host:
            self._host = room.host
            self.field.set(room.corner().draft)
            return
        corner = room.corner()
        if corner.lost:  # it could not be sent
            self.field.set("\n\n".join(part for part in (corner.lost, self.field.text) if part))
            corner.lost = ""
        corner.draft = self.field.text

    def send(self) -> None:
        """Send what is written, or without words let the others go on."""
        room = self._room
        if room.speech is not None:
            return
        text = self.field.text
        room.corner().draft = ""
        self.field.set("")
        if not room.say(text):
            room.corner().draft = text

    def draw(self, frame: Frame, spots: Spots, place: Place, live: bool, keys: bool, legend: str) -> None:
        """Draw it in ``place``; ``live`` while nothing stands above, written in while it has the ``keys``.

        The ``legend`` says which keys do what.
        """
        self.follow()
        room, (x, y, w, h) = self._room, place
        imgui.set_next_window_pos(Vec(x, y))
        imgui.set_next_window_size(Vec(w, h))
        imgui.push_style_var(imgui.StyleVar_.window_padding.value, Vec(px(PADDING + 4), px(PADDING)))
        imgui.push_style_var(imgui.StyleVar_.window_border_size.value, 0.0)
        imgui.begin("talk composer", None, _FLAGS)
        spots.begin(live)
        streaming = room.speech is not None
        self.field.locked = streaming or not keys
        if self.field.locked:
            self.field.release()
        else:
            self.field.keep()
        border = tone(CYAN) if self.field.active and not streaming else LINE
        pen.panel(spots.draw, x, y, w, h, mixed(theme.PANEL, RAISED, 0.7), border=border)
        hint = pen.fit(self._hint(), theme.TEXT_BODY, w - px(2 * PADDING + 24))
        sent = self.field.draw(w - px(2 * PADDING + 8), h - px(2 * PADDING + FOOT), hint)
        if live:
            self._foot(spots, place, legend)
        imgui.end()
        imgui.pop_style_var(2)
        if sent and live:
            self.send()

    def _hint(self) -> str:
        room = self._room
        if room.speech is not None and room.speech.host == room.host:
            return ""
        name = room.view.bot.name if room.view is not None else ""
        return f"Write to {name}…   *what you do* in asterisks, ((asides)) in double brackets"

    def _foot(self, spots: Spots, place: Place, legend: str) -> None:
        room, (x, y, w, h) = self._room, place
        top = y + h - px(FOOT + 8)
        right = x + w - px(PADDING)
        if room.speech is not None:
            words = "Stopping…" if room.speech.stopping else "Stop"
            wide = pen.measure(f"{icons.STOP}  {words}Esc", 16, Weight.BOLD)[0] + px(40)
            spots.button(right - wide, top, words, room.stop, icon=icons.STOP, note="Esc", mark=theme.AMBER)
            who = room.speech.who or room.speech.host
            name = room.view.name_of(who) if room.view is not None and room.speech.host == room.host else ""
            kept = "what you write is kept" if self.field.text else "you can write again when it is said"
            told = f"{name} is speaking; {kept}" if name else "Somebody is speaking in another chat"
        else:
            words = "Send" if self.field.text.strip() else "Go on"
            wide = pen.measure(f"{icons.SEND}  {words}Enter", 16, Weight.BOLD)[0] + px(40)
            primary = bool(self.field.text.strip())
            spots.button(right - wide, top, words, self.send, icon=icons.SEND, note="Enter", primary=primary)
            told = legend
        middle = top + px(16)
        fitted = pen.fit(told, theme.TEXT_SMALL, right - wide - x - px(2 * PADDING))
        pen.write(spots.draw, x + px(PADDING + 8), middle, fitted, theme.TEXT_SMALL, INK_FAINT, down=0.5)
