"""The list of a settings page: which line is chosen, how far it is scrolled, and how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from engine.draw import theme
from engine.draw.colour import faded
from engine.draw.frame import Frame
from game.scenes.canvas import Touch, card, wrapped
from game.scenes.settings_changes import Changes
from game.scenes.settings_rows import Heading, Place, Row, draw_row

NOTE_LINES = 2
NOTE_LINE = 20.0
NOTE_PAD = 12.0
INSET = 12.0
WHEEL_ROWS = 1.5
GLIDE_US = 60_000
"""How long the list takes to go most of the way to where it scrolls."""


class RowList:
    """Rows one under another; those that do not fit are scrolled to.  Headings are passed over."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)
        self._at = self._first()
        self._scroll = self._goal = 0.0
        self._follow = True
        self._seen = 1.0

    @property
    def chosen(self) -> Row:
        """The line the keyboard stands on."""
        return self._rows[self._at]

    @property
    def titles(self) -> list[str]:
        """The names of the lines that can be chosen, from the top."""
        return [row.title for row in self._rows if not isinstance(row, Heading)]

    def replace(self, rows: Sequence[Row]) -> None:
        """Other rows in their place; the same line stays chosen where it is still there."""
        title = self.chosen.title
        self._rows = list(rows)
        self._at = next((i for i, row in enumerate(self._rows) if row.title == title), self._first())

    def choose_path(self, path: str) -> bool:
        """Choose the line that sets ``path``; False when there is none here."""
        for number, row in enumerate(self._rows):
            if row.path == path:
                self._choose(number)
                return True
        return False

    def to_end(self, *, last: bool) -> None:
        """Choose the first or the last line."""
        numbers = [i for i, row in enumerate(self._rows) if not isinstance(row, Heading)]
        self._choose(numbers[-1 if last else 0])

    def move(self, control: str, changes: Changes) -> None:
        """An arrow key: up and down choose, left and right change."""
        if control in ("key:left", "key:right"):
            self._follow = True
            self.chosen.sideways(changes, 1 if control == "key:right" else -1)
            return
        changes.let_go()
        step = 1 if control == "key:down" else -1
        at = self._at + step
        while 0 <= at < len(self._rows) and isinstance(self._rows[at], Heading):
            at += step
        if 0 <= at < len(self._rows):
            self._choose(at)

    def hover(self, over: object) -> None:
        """The pointer moved over something; its line is chosen, without scrolling."""
        if not isinstance(over, tuple):
            return
        for number, row in enumerate(self._rows):
            if not isinstance(row, Heading) and over[1] in (row.title, row.path or row.title):
                self._at, self._follow = number, False
                return

    def scroll(self, rows: float) -> None:
        """The wheel was turned by so many notches, downwards above 0."""
        self._goal += rows * WHEEL_ROWS * self._rows[-1].height
        self._follow = False

    def _choose(self, number: int) -> None:
        self._at, self._follow = number, True

    def _first(self) -> int:
        return next(i for i, row in enumerate(self._rows) if not isinstance(row, Heading))

    def draw(self, frame: Frame, touch: Touch, changes: Changes, x: float, y: float, w: float, h: float) -> None:
        """The list in a card, and under it the sentence on the chosen line."""
        card(frame, x, y, w, h)
        inset = frame.px(INSET)
        note_h = frame.px(NOTE_LINES * NOTE_LINE + 2 * NOTE_PAD)
        self._draw_note(frame, x, y + h - note_h, w, note_h)
        top, room = y + inset, h - note_h - inset
        self._glide(frame, room)
        with frame.clipped(x, top, w, room):
            at = top - frame.px(self._scroll)
            for number, row in enumerate(self._rows):
                height = frame.px(row.height)
                if at + height > top and at < top + room:
                    place = Place(
                        frame, touch, changes, x + inset, at, w - 2 * inset - frame.px(8), height, top, top + room
                    )
                    place.chosen = number == self._at
                    draw_row(row, place, lambda number=number: self._choose(number))  # type: ignore[misc]
                at += height
        self._draw_bar(frame, x + w - frame.px(10), top, room)

    def _glide(self, frame: Frame, room: float) -> None:
        """Let the list come to where it should stand."""
        seen = self._seen = room / frame.scale
        total = sum(row.height for row in self._rows)
        if self._follow:
            start = sum(row.height for row in self._rows[: self._at])
            # With a line to spare above and below, so that it is seen that there is more.
            self._goal = min(self._goal, start - self._rows[0].height)
            self._goal = max(self._goal, start + 2 * self.chosen.height - seen)
        self._goal = min(max(self._goal, 0.0), max(total - seen, 0.0))
        share = 1.0 if theme.settings.reduced_motion else min(1.0, frame.dt_us / GLIDE_US)
        self._scroll += (self._goal - self._scroll) * share
        if abs(self._goal - self._scroll) < 0.5:
            self._scroll = self._goal

    def _draw_bar(self, frame: Frame, x: float, y: float, h: float) -> None:
        total = sum(row.height for row in self._rows)
        if total <= self._seen:
            return
        w, length = frame.px(4), h * self._seen / total
        place = y + h * self._scroll / total
        frame.shapes.rect(x, y, w, h, faded(theme.LINE, 0.4), radius=w / 2)
        frame.shapes.rect(x, place, w, length, theme.INK_FAINT, radius=w / 2)

    def _draw_note(self, frame: Frame, x: float, y: float, w: float, h: float) -> None:
        frame.shapes.rect(x + frame.px(1), y, w - frame.px(2), max(1.0, frame.px(1)), theme.LINE)
        left, room = x + frame.px(28), w - frame.px(56)
        lines = wrapped(frame, self.chosen.note, theme.TEXT_SMALL, room, NOTE_LINES)
        for number, line in enumerate(lines):
            middle = y + h / 2 + frame.px(NOTE_LINE) * (number - (len(lines) - 1) / 2)
            frame.text(left, middle, line, frame.px(theme.TEXT_SMALL), theme.INK_SOFT, down=0.5)
