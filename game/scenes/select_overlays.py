"""What song select shows over itself: its keys, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from imgui_bundle import imgui

from engine.draw import pen, theme, widgets
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.pen import Vec, px
from game.rhythm.formats.face import Skipped
from game.scenes.picker import Overlay
from game.scenes.select_state import number

KEYS = (
    ("Enter", "play"),
    ("↑ ↓", "song"),
    ("← →", "difficulty"),
    ("Pg Up  Pg Dn", "a page of songs"),
    ("Home  End", "first or last song"),
    ("A … Z", "type to search"),
    ("Ctrl F", "into the search"),
    ("Esc", "clear the search, then back"),
    ("Tab", "mods"),
    ("Ctrl −  Ctrl +", "slower, faster"),
    ("Ctrl F3  Ctrl F4", "scroll slower, faster"),
    ("F2", "a random song"),
    ("F3", "sort"),
    ("F4", "group"),
    ("F5", "look for new songs"),
    ("F6", "rule set"),
    ("F7", "performances: watch or race"),
    ("F8", "files that could not be read"),
    ("F10", "settings"),
    ("F1  ?", "this page"),
)
SEARCHES = (
    ("keys=7 stars>4", "seven keys, harder than four stars"),
    ("bpm<150 length<2:30", "slow and short"),
    ("artist=name", "one artist; also title, creator, level, pack"),
    ('"exact words"', "words that stand together"),
)
PITCH = 27.0
SHOWN_MAX = 500
"""So many sentences are listed; beyond that their number is told."""


class HelpPanel(Overlay):
    """Every key of song select, what a search can say, and what the mouse does."""

    title = "Keys"
    width = 880.0
    height = 650.0

    def key(self, control: str) -> bool:
        """F1 closes as it opened."""
        if control == "key:f1":
            self.leave()
        return control == "key:f1"

    def content(self, frame: Frame) -> None:
        """Keys at the left, searches and the mouse at the right."""
        imgui.begin_child("help")
        room = imgui.get_content_region_avail().x
        two = room >= px(640)
        column = room * 0.48 if two else room
        imgui.begin_group()
        imgui.push_style_var(imgui.StyleVar_.item_spacing.value, Vec(px(12), 0))
        for keys, does in KEYS:
            _pair(keys, does, column, 150)
        imgui.pop_style_var()
        imgui.end_group()
        if two:
            imgui.same_line(column + px(24))
        imgui.begin_group()
        widgets.section("Search")
        for words, does in SEARCHES:
            widgets.text(words, theme.TEXT_SMALL, theme.tone(theme.CYAN), Weight.BOLD)
            widgets.text(does, theme.TEXT_SMALL, theme.INK_SOFT)
        widgets.space(8)
        widgets.section("Mouse")
        for words in (
            "A click chooses, a second click plays.",
            "Drag over the notes of a song to practise that part; a click there clears it.",
            "Drop folders, archives or charts anywhere to add them.",
        ):
            widgets.text(words, theme.TEXT_SMALL, theme.INK_SOFT)
        widgets.space(8)
        widgets.section("Gamepad")
        widgets.text("A plays, B goes back, X shows the mods, Y chooses a song.", theme.TEXT_SMALL, theme.INK_SOFT)
        imgui.end_group()
        imgui.end_child()


def _pair(keys: str, does: str, room: float, first: float) -> None:
    """Keys, and what they do, in one line."""
    at = imgui.get_cursor_pos()
    x = at.x
    for key in keys.split("  "):
        imgui.set_cursor_pos(Vec(x, at.y))
        widgets.hints([(key, "")])
        x += max(pen.measure(key, theme.TEXT_SMALL, Weight.BOLD)[0] + px(16), px(26)) + px(6)
    imgui.set_cursor_pos(Vec(at.x + px(first), at.y + px(3)))
    widgets.text(does, theme.TEXT_SMALL, theme.INK_SOFT)
    imgui.set_cursor_pos(at)
    imgui.dummy(Vec(room, px(PITCH)))


class ProblemsPanel(Overlay):
    """What could not be read, and what is not for this game, a sentence each."""

    title = "Files that were not read"
    width = 880.0
    height = 560.0

    def __init__(self, problems: Sequence[str], skipped: Sequence[Skipped]) -> None:
        super().__init__()
        self._problems = problems
        self._skipped = skipped

    def content(self, frame: Frame) -> None:
        """Problems first, then what was skipped."""
        imgui.begin_child("left out", Vec(0, 0), 0, 0)
        if not self._problems and not self._skipped:
            widgets.text("Every file in the songs folders could be read.", colour=theme.INK_SOFT)
        if self._problems:
            widgets.section("Could not be read", number(len(self._problems)))
            for sentence in self._problems[:SHOWN_MAX]:
                widgets.text(sentence, theme.TEXT_SMALL, theme.INK_SOFT)
            _rest(len(self._problems))
            widgets.space()
        if self._skipped:
            widgets.section("Not for this game", number(len(self._skipped)))
            for one in self._skipped[:SHOWN_MAX]:
                widgets.text(one.title or one.name, theme.TEXT_SMALL, theme.INK, Weight.BOLD)
                widgets.text(one.reason, theme.TEXT_SMALL, theme.INK_SOFT)
            _rest(len(self._skipped))
        imgui.end_child()


def _rest(count: int) -> None:
    if count > SHOWN_MAX:
        widgets.text(f"and {number(count - SHOWN_MAX)} more", theme.TEXT_SMALL, theme.INK_FAINT)
