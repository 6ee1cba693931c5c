"""The library of characters: edit, reset, delete, bring one in from a card, take one out as a card (004 16.1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from imgui_bundle import imgui

from engine.draw import icons, pen, theme, widgets
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from engine.draw.theme import INK, INK_SOFT, tone
from engine.errors import UserError
from engine.scene import Scene
from game.roleplay import importing
from game.roleplay.cards import Form
from game.roleplay.cards.macros import expand
from game.roleplay.desk import Desk
from game.roleplay.state import Bot
from game.scenes.picker import Overlay
from game.scenes.talk_dialogs_bot import DeleteBotDialog, ResetDialog
from game.scenes.talk_form import Entry, Say, button, page, problem, same_line
from game.scenes.talk_panel import Place
from game.scenes.talk_room import TalkRoom
from game.scenes.talk_turn import mark_of

CARD = 108.0
LINE = 300
"""More characters of a description than a line shows are not looked at."""


class LibraryPage:
    """Lists the characters.  ``edit`` opens the form of one (None: a new one), ``talk`` the chat of one."""

    def __init__(
        self,
        room: TalkRoom,
        say: Say,
        edit: Callable[[Bot | None], object],
        talk: Callable[[str], object],
        push: Callable[[Scene], object],
    ) -> None:
        self._room = room
        self._say = say
        self._edit = edit
        self._talk = talk
        self._push = push
        self.told = ""
        self.problem = ""

    def draw(self, frame: Frame, place: Place, live: bool) -> None:
        """The ways to a new one, then each one there is."""
        lead = "Everyone you can talk to. Each has one chat, remembers, and may be a guest in another's."
        with page(frame, "talk library", place, "Characters", lead):
            if button("New character", icon=icons.PLUS, primary=True):
                self._edit(None)
            same_line()
            if button("Bring in a card", icon=icons.IMPORT):
                self._push(ImportDialog(self._say, lambda path: self.bring_in(path, self._room.host)))
            widgets.text(
                "Cards of other programs (PNG, JSON, CHARX) can also be dropped onto the window.",
                *(theme.TEXT_SMALL, INK_SOFT),
            )
            problem(self.problem)
            if self.told:
                widgets.text(self.told, theme.TEXT_BODY, tone(theme.LIME))
            widgets.space(8)
            for bot in self._room.library.bots:
                self._row(bot)

    def _row(self, bot: Bot) -> None:
        at, draw = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
        room = imgui.get_content_region_avail().x
        lines = self._acts(bot, room - px(88))
        high = px(CARD + 44.0 * (len(lines) - 1))
        pen.panel(draw, at.x, at.y, room, high, theme.RAISED)
        accent = tone(mark_of(bot.id))
        centre = Vec(at.x + px(40), at.y + px(36))
        draw.add_circle_filled(centre, px(22), faded(accent, 0.18), 32)
        pen.write(draw, centre.x, centre.y, bot.name[:1].upper(), 20, accent, Weight.BOLD, across=0.5, down=0.5)
        left, wide = at.x + px(76), room - px(96)
        pen.write(draw, left, at.y + px(14), pen.fit(bot.name, 20, wide, Weight.BOLD), 20, INK, Weight.BOLD)
        told = " ".join((bot.persona or bot.backstory or bot.relationship or ", ".join(bot.traits)).split())
        told = expand(told[:LINE], char=bot.called, user=self._room.library.you.name or "you")
        small = pen.fit(told or "Nothing is said about them yet.", theme.TEXT_SMALL, wide)
        pen.write(draw, left, at.y + px(42), small, theme.TEXT_SMALL, INK_SOFT)
        imgui.push_id(bot.id)
        for down, line in enumerate(lines):
            imgui.set_cursor_screen_pos(Vec(left - px(2), at.y + px(66 + 42 * down)))
            for number, (words, icon, act) in enumerate(line):
                if number:
                    imgui.same_line(0.0, px(8))
                if widgets.small_button(words, icon=icon):
                    act()
        imgui.pop_id()
        imgui.set_cursor_screen_pos(Vec(at.x, at.y + high))
        imgui.dummy(Vec(room, px(6)))

    def _acts(self, bot: Bot, room: float) -> list[list[tuple[str, str, Callable[[], object]]]]:
        """What can be done with a character, in lines of buttons that fit ``room`` pixels."""
        acts: list[tuple[str, str, Callable[[], object]]] = [
            ("Talk", icons.TALK, lambda: self._talk(bot.id)),
            ("Edit", icons.PEN, lambda: self._edit(bot)),
            ("Export…", icons.EXPORT, lambda: self._push(ExportDialog(bot, self.export))),
            ("Reset", icons.REWIND, lambda: self._push(ResetDialog(self._room, bot))),
            ("Delete", icons.DELETE, lambda: self._push(DeleteBotDialog(self._room, bot))),
        ]
        lines: list[list[tuple[str, str, Callable[[], object]]]] = [[]]
        taken = 0.0
        for words, icon, act in acts:
            wide = pen.measure(f"{icon}  {words}", theme.TEXT_BODY)[0] + px(36)
            if lines[-1] and taken + wide > room:
                lines.append([])
                taken = 0.0
            lines[-1].append((words, icon, act))
            taken += wide
        return lines

    # -- in and out ----------------------------------------------------------------------------------------------

    def bring_in(self, path: str, host: str = "") -> None:
        """Bring in the card, lorebook or chat in a file; the latter two go to ``host``."""
        self.told = self.problem = ""
        self._room.do(
            "bringing it in",
            lambda desk: importing.import_file(desk, Path(path).expanduser(), host),
            self._came_in,
            self._failed,
        )

    def _came_in(self, found: importing.Imported) -> None:
        notes = f" ({'; '.join(found.notes[:3])})" if found.notes else ""
        whose = next((f" for {bot.name}" for bot in self._room.library.bots if bot.id == found.bot), "")
        self.told = f"{found.name} is here now: a {found.what}{whose if found.what != 'card' else ''}{notes}"
        self._say(self.told)

    def export(self, bot: Bot, what: str = "card") -> None:
        """Write a character as a ``card`` (as it came, or a PNG), a ``json`` card, or its ``chat`` into the exports."""
        self.told = self.problem = ""
        folder = self._room.exports

        def work(desk: Desk) -> Path:
            if what == "chat":
                return write_out(folder, bot.id, importing.export_chat(desk, bot.id), ".jsonl")
            return write_out(folder, bot.id, importing.export_card(desk, bot.id, Form.V3 if what == "json" else None))

        self._room.do("the export", work, self._went_out, self._failed)

    def _went_out(self, path: Path) -> None:
        self.told = f"Saved as {path}"

    def _failed(self, error: UserError) -> None:
        self.problem = str(error)


def write_out(folder: Path, name: str, data: bytes, ending: str = "") -> Path:
    """Write a card or a chat into ``folder`` beside those that are there; a card's ending is that of its form.

    Raises:
        UserError: the folder cannot be written to.
    """
    ending = ending or (".png" if data.startswith(b"\x89PNG") else ".charx" if data.startswith(b"PK") else ".json")
    number, path = 2, folder / f"{name}{ending}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while path.exists() and path.read_bytes() != data:
            number, path = number + 1, folder / f"{name}-{number}{ending}"
        path.write_bytes(data)
    except OSError as error:
        raise UserError(f"{path}: it could not be written there ({error.strerror}); free the folder") from error
    return path


class ExportDialog(Overlay):
    """Asks in which form a character or its chat goes out."""

    width = 560.0
    height = 330.0
    note = "Into the folder exports of your profile; nothing that is there is overwritten."

    def __init__(self, bot: Bot, then: Callable[[Bot, str], object]) -> None:
        super().__init__()
        self.title = f"Export {bot.name}"
        self._bot = bot
        self._then = then

    def content(self, frame: Frame) -> None:
        """A line for each form."""
        widgets.space(6)
        rows = (
            ("card", "A card", "as it came in, or a PNG that other programs read", icons.PERSON),
            ("json", "A card as JSON", "version 3", icons.EXPORT),
            ("chat", "The chat", "JSON lines, as SillyTavern keeps them", icons.TALK),
        )
        for what, title, told, icon in rows:
            self.focus_here(what == "card")
            if widgets.row(what, title, told, icon=icon, height=60):
                self.leave()
                self._then(self._bot, what)
                break


class ImportDialog(Overlay):
    """Asks where the file is."""

    title = "Bring in a card"
    note = "A card (PNG, JSON, CHARX), or a lorebook or chat for the character whose chat is open."
    width = 640.0
    height = 250.0

    def __init__(self, say: Say, then: Callable[[str], object]) -> None:
        super().__init__()
        self._then = then
        self._path = Entry("Where is it", say, hint="/home/me/Downloads/card.png", most=4000)
        self._path.field.focus()

    def content(self, frame: Frame) -> None:
        """A path."""
        widgets.space(6)
        self._path.draw()
        entered = imgui.is_key_pressed(imgui.Key.enter, False)
        if (
            button("Bring it in", icon=icons.IMPORT, primary=True, note="Enter") or entered
        ) and self._path.text.strip():
            self._then(self._path.text.strip().strip("\"'"))
            self.leave()
