"""What stands around the list of song select: heading, sort and group, how far a look for songs is, and the keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.draw import icons, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.theme import tone
from game.scenes.canvas import Touch, chip, fit, wide, wrapped
from game.scenes.collection import Collection
from game.scenes.context import Context
from game.scenes.select_state import Choices, number

MARGIN = 24.0
HEAD = 48.0
SEARCH = 44.0
CHIPS = 32.0
FOOT = 44.0
LIST_SHARE = 0.415
SORT_WORDS = {
    "title": "Title",
    "artist": "Artist",
    "stars": "Difficulty",
    "length": "Length",
    "bpm": "Tempo",
    "keys": "Keys",
    "added": "Newest",
}
GROUP_WORDS = {
    "none": "No groups",
    "folder": "Folder",
    "keys": "Keys",
    "difficulty": "Difficulty",
    "artist": "Artist",
    "song": "Song",
}
Place = tuple[float, float, float, float]


class Actions(Protocol):
    """What the frame can ask of the scene."""

    @property
    def choices(self) -> Choices:
        """What the player has chosen."""

    @property
    def counts(self) -> tuple[int, int]:
        """How many songs and charts the list shows."""

    def back(self) -> None:
        """Clear the search, or leave."""

    def open_mods(self) -> None:
        """Show the mods."""

    def open_sorts(self) -> None:
        """Ask for the order."""

    def open_groups(self) -> None:
        """Ask for the groups."""

    def open_help(self) -> None:
        """Show the keys."""

    def open_problems(self) -> None:
        """Show what could not be read."""

    def open_settings(self) -> None:
        """Show the settings."""

    def step_chart(self, by: int) -> None:
        """The next harder (or easier) chart of the song."""

    def choose_random(self) -> None:
        """Choose a song by chance."""


def counted(count: int, what: str) -> str:
    """A number of things."""
    return f"{number(count)} {what}" if count == 1 else f"{number(count)} {what}s"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the large parts stand: x, y, width and height in pixels."""

    search: Place
    list: Place
    panel: Place


class SelectFrame:
    """Lays out the scene and draws its edges."""

    def __init__(self, context: Context, touch: Touch, actions: Actions) -> None:
        self._context = context
        self._collection = Collection.of(context)
        self._touch = touch
        self._actions = actions
        self._panel_x = 0.0
        self._left_out = 0
        self._counted = -1

    def over_panel(self, x: float) -> bool:
        """Whether a place across is the panel's."""
        return x >= self._panel_x

    def lay_out(self, frame: Frame) -> Places:
        """Share out the window."""
        margin, gap = frame.px(MARGIN), frame.px(12)
        width = (frame.width - 3 * margin) * LIST_SHARE
        y = frame.px(16) + frame.px(HEAD) + frame.px(6)
        search = (margin, y, width, frame.px(SEARCH))
        y += frame.px(SEARCH) + gap + frame.px(CHIPS) + gap
        bottom = frame.height - frame.px(FOOT)
        self._panel_x = 2 * margin + width
        panel = (self._panel_x, frame.px(20), frame.width - margin - self._panel_x, bottom - frame.px(20))
        return Places(search, (margin, y, width, bottom - y), panel)

    def draw(self, frame: Frame) -> None:
        """Heading, choosers and keys."""
        margin = frame.px(MARGIN)
        width = self._panel_x - 2 * margin
        self._draw_head(frame, margin, frame.px(16), width)
        y = frame.px(16 + HEAD + 6 + SEARCH + 12)
        self._draw_choosers(frame, margin, y, width)
        self._draw_keys(frame)

    def _draw_head(self, frame: Frame, x: float, y: float, w: float) -> None:
        middle = y + frame.px(HEAD / 2)
        back = chip(frame, self._touch, x, middle - frame.px(18), "", self._actions.back, icon=icons.BACK, height=36)
        left = x + back + frame.px(14)
        frame.text(left, middle, "Songs", frame.px(theme.TEXT_TITLE), theme.INK, weight=Weight.BOLD, down=0.5)
        left += wide(frame, "Songs", theme.TEXT_TITLE, Weight.BOLD) + frame.px(14)
        small, right = frame.px(theme.TEXT_SMALL), x + w
        busy = self._collection.progress is not None or bool(self._collection.adding)
        if busy:
            right = self._draw_progress(frame, left, right, middle)
        songs, charts = self._actions.counts
        words = f"{counted(songs, 'song')} · {counted(charts, 'chart')}"
        if not busy:
            words = fit(frame, words, theme.TEXT_SMALL, right - left)
            frame.text(right, middle + frame.px(3), words, small, theme.INK_SOFT, across=1.0, down=0.5)

    def _draw_progress(self, frame: Frame, left: float, right: float, middle: float) -> float:
        """A ring that closes, how far it is, and a way to stop; says where it begins."""
        progress, adding = self._collection.progress, self._collection.adding
        accent = tone(theme.CYAN)
        if progress is not None:
            half = frame.px(14)
            over = self._touch.area(
                right - 2 * half, middle - half, 2 * half, 2 * half, "stop looking", self._collection.cancel
            )
            lift = self._touch.lift(frame, "stop looking", over)
            tint = theme.INK if lift > 0.5 else theme.INK_SOFT
            frame.text(right - half, middle, icons.CROSS, frame.px(theme.TEXT_SMALL), tint, across=0.5, down=0.5)
            right -= 2 * half + frame.px(6)
        share, turn = 0.0, 0.0
        if adding:
            words = f"Adding {adding}"
        elif progress is None or not progress.total:
            words = "Looking for songs"
        else:
            share = progress.done / progress.total
            words = f"{number(progress.done)} of {number(progress.total)}"
            full = f"{words} files · {progress.left_s:.0f} s left"
            if wide(frame, full, theme.TEXT_SMALL) < right - left - frame.px(40):
                words = full
        if not share:
            share, turn = 0.25, 0.0 if theme.settings.reduced_motion else frame.now_us / 1.4e6 % 1.0
        radius = frame.px(11)
        words = fit(frame, words, theme.TEXT_SMALL, right - left - 2 * radius - frame.px(10))
        frame.text(*(right, middle, words, frame.px(theme.TEXT_SMALL), theme.INK_SOFT), across=1.0, down=0.5)
        right -= wide(frame, words, theme.TEXT_SMALL) + frame.px(8) + radius
        frame.shapes.ring(right, middle, radius, frame.px(3), theme.LINE)
        frame.shapes.ring(right, middle, radius, frame.px(3), accent, share=share, start=turn)
        return right - radius

    def _draw_choosers(self, frame: Frame, x: float, y: float, w: float) -> None:
        choices, end = self._actions.choices, x + w
        turned = " ↓" if choices.descending else ""
        x += chip(frame, self._touch, x, y, f"{SORT_WORDS[choices.sort]}{turned}", self._actions.open_sorts,
                  icon=icons.CHART, room=w * 0.42) + frame.px(8)  # fmt: skip
        x += chip(frame, self._touch, x, y, GROUP_WORDS[choices.group], self._actions.open_groups,
                  icon=icons.FOLDER, room=w * 0.42, lit=choices.group != "none") + frame.px(8)  # fmt: skip
        if self._counted != self._collection.version:
            self._counted = self._collection.version
            self._left_out = len(self._context.library.problems()) + len(self._context.library.skipped())
        if self._left_out and end - x > frame.px(64):
            words = f"{counted(self._left_out, 'file')} not read"
            if wide(frame, words, theme.TEXT_SMALL) + frame.px(48) > end - x:
                words = number(self._left_out)
            chip(frame, self._touch, x, y, words, self._actions.open_problems,
                 icon=icons.WARNING, room=end - x, mark=theme.AMBER)  # fmt: skip

    def _draw_keys(self, frame: Frame) -> None:
        """The keys that matter, each of them a button, as many as have room."""
        pairs: list[tuple[str, str, Callable[[], None]]] = [
            ("Esc", "back", self._actions.back),
            ("← →", "difficulty", lambda: self._actions.step_chart(1)),
            ("Tab", "mods", self._actions.open_mods),
            ("F1", "all keys", self._actions.open_help),
            ("F10", "settings", self._actions.open_settings),
            ("F2", "random", self._actions.choose_random),
            ("F3", "sort", self._actions.open_sorts),
            ("F4", "group", self._actions.open_groups),
        ]
        if self._left_out:
            pairs.append(("F8", "not read", self._actions.open_problems))
        x, y, size = frame.px(MARGIN), frame.height - frame.px(FOOT / 2), theme.TEXT_SMALL
        for key, does, act in pairs:
            cap = wide(frame, key, size, Weight.BOLD) + frame.px(14)
            w = cap + frame.px(8) + wide(frame, does, size)
            if x + w > frame.width - frame.px(MARGIN):
                break
            over = self._touch.area(x, y - frame.px(14), w, frame.px(28), ("hint", key), act)
            lift = self._touch.lift(frame, ("hint", key), over)
            frame.shapes.rect(
                *(x, y - frame.px(11), cap, frame.px(22), theme.HOVER if lift > 0.5 else theme.RAISED),
                radius=frame.px(5),
                border=theme.LINE,
                border_px=max(1.0, frame.px(1)),
            )
            middle = x + cap / 2
            frame.text(middle, y, key, frame.px(size), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
            ink = theme.INK if lift > 0.5 else theme.INK_SOFT
            frame.text(x + cap + frame.px(8), y, does, frame.px(size), ink, down=0.5)
            x += w + frame.px(22)

    def draw_nothing(self, frame: Frame, place: Place) -> None:
        """What to do when there is no song to show."""
        search = self._actions.choices.search
        x, y, w, h = place
        if not search:
            w = frame.width - 2 * x  # there is no panel either
        if search:
            title = f"Nothing matches “{search}”"
            lines = ["Esc clears the search."]
        elif self._collection.progress is not None:
            title = "Looking for songs"
            lines = ["They appear here as they are found."]
        else:
            title = "No songs yet"
            lines = [
                "Drop a folder, an archive (.osz, .qp, .zip) or a chart onto this window,",
                "or run: ourojam add PATH",
            ]
        radius, middle = frame.px(34), x + w / 2
        top = y + min(h * 0.32, frame.px(130))
        accent = tone(theme.CYAN)
        frame.shapes.ring(middle, top, radius, frame.px(5), faded(accent, 0.25))
        frame.shapes.ring(middle, top, radius, frame.px(5), accent, share=0.3)
        frame.text(middle, top, icons.MUSIC, frame.px(22), accent, across=0.5, down=0.5)
        top += radius + frame.px(30)
        words = fit(frame, title, theme.TEXT_BODY, w, Weight.BOLD)
        size = frame.px(theme.TEXT_BODY)
        frame.text(middle, top, words, size, theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        for paragraph in lines:
            for line in wrapped(frame, paragraph, theme.TEXT_SMALL, w - frame.px(24)):
                top += frame.px(24)
                frame.text(*(middle, top, line, frame.px(theme.TEXT_SMALL), theme.INK_SOFT), across=0.5, down=0.5)
