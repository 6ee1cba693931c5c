"""The rows of the settings scene: sliders, switches, choices and buttons, each a line that mouse and keys reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.draw import icons, theme
from engine.draw.colour import Colour, faded, mixed
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.draw.theme import INK, INK_FAINT, INK_SOFT, LINE, NIGHT, RAISED
from game.scenes.canvas import Act, Touch, fit, wide
from game.scenes.settings_changes import Changes

ROW_HEIGHT = 46.0
HEADING_HEIGHT = 46.0
LABEL_SHARE = 0.43
RESET_ROOM = 34.0
VALUE_ROOM = 84.0

Drag = Callable[[float, float, str], None]


@dataclass(slots=True)
class Place:
    """Where a row is drawn: its rectangle in pixels, and the part of the window its list shows."""

    frame: Frame
    touch: Touch
    changes: Changes
    x: float
    y: float
    w: float
    h: float
    top: float
    bottom: float
    chosen: bool = False

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.y + self.h / 2

    @property
    def left(self) -> float:
        """Where what can be changed begins, right of the name."""
        return self.x + self.w * LABEL_SHARE

    @property
    def right(self) -> float:
        """Where it ends, left of the way back to the default."""
        return self.x + self.w - self.frame.px(RESET_ROOM)

    def area(
        self, x: float, y: float, w: float, h: float, name: object, act: Act | None = None, drag: Drag | None = None
    ) -> bool:
        """As ``Touch.area``, but only what the list shows of it answers."""
        low, high = max(y, self.top), min(y + h, self.bottom)
        return high > low and self.touch.area(x, low, w, high - low, name, act, drag)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page: its name, and a sentence that is shown while the line is chosen."""

    title: str
    note: str = ""
    path: str = ""

    @property
    def height(self) -> float:
        """Design units from this line to the next."""
        return ROW_HEIGHT

    def draw(self, place: Place) -> None:
        """Draw the changeable part; name and ground are there already."""

    def sideways(self, changes: Changes, step: int) -> None:
        """Left (-1) or right (1) was pressed; held keys come again and again."""

    def press(self, changes: Changes) -> None:
        """Enter was pressed."""


@dataclass(frozen=True, slots=True)
class Heading(Row):
    """A title over a group of lines; cannot be chosen."""

    @property
    def height(self) -> float:
        """See :class:`Row`."""
        return HEADING_HEIGHT


@dataclass(frozen=True, slots=True)
class Slider(Row):
    """A whole number from ``low`` to ``high``; ``shown`` puts it in words, ``unit`` is what one step of it is in the
    setting, ``test`` a sound that tells how it is now."""

    low: int = 0
    high: int = 100
    step: int = 1
    unit: int = 1
    shown: Callable[[int], str] = str
    test: Act | None = None

    def draw(self, place: Place) -> None:
        """A track with a knob and the value."""
        frame, changes = place.frame, place.changes
        now = changes.value(self.path) // self.unit
        lift = max(float(place.chosen), float(changes.trying == self.path))
        right = place.right
        if self.test is not None:
            right -= frame.px(40)
            mark(place, right + frame.px(24), icons.VOLUME, ("test", self.path), self.test)
        frame.text(*(right, place.middle, self.shown(now), frame.px(16), INK), weight=Weight.BOLD, across=1.0, down=0.5)
        left, end = place.left + frame.px(10), right - frame.px(VALUE_ROOM)
        share = min(max((now - self.low) / (self.high - self.low), 0.0), 1.0)
        x, y, thick = left + share * (end - left), place.middle, frame.px(5)
        accent = theme.tone(theme.CYAN)
        frame.shapes.rect(left, y - thick / 2, end - left, thick, LINE, radius=thick / 2)
        frame.shapes.rect(left, y - thick / 2, max(x - left, thick), thick, accent, radius=thick / 2)
        knob = frame.px(8 + 1.5 * lift)
        frame.shapes.circle(x, y, knob, INK, glow=faded(accent, 0.5 * lift), glow_px=frame.px(10))
        frame.shapes.circle(x, y, knob * 0.5, accent)

        def drag(at_x: float, at_y: float, what: str) -> None:
            if what == "up":
                changes.let_go()
                return
            part = min(max((at_x - left) / max(end - left, 1.0), 0.0), 1.0)
            value = self.low + round(part * (self.high - self.low) / self.step) * self.step
            changes.hold(self.path, min(value, self.high) * self.unit)

        reach = frame.px(12)
        place.area(left - reach, place.y, end - left + 2 * reach, place.h, ("slider", self.path), drag=drag)

    def sideways(self, changes: Changes, step: int) -> None:
        """A step to the next round value; written when the key is let go."""
        now = changes.value(self.path) // self.unit
        rounded = now // self.step * self.step
        after = rounded + self.step * step if step > 0 or rounded == now else rounded
        changes.hold(self.path, min(max(after, self.low), self.high) * self.unit)

    def press(self, changes: Changes) -> None:
        """Let it be heard, where there is something to hear."""
        if self.test is not None:
            self.test()


@dataclass(frozen=True, slots=True)
class Switch(Row):
    """On or off."""

    def draw(self, place: Place) -> None:
        """A switch at the right."""
        frame, changes = place.frame, place.changes
        on = bool(changes.value(self.path))
        slide = place.touch.lift(frame, ("slide", self.path), on)
        w, h = frame.px(44), frame.px(24)
        x, y = place.right - w, place.middle - h / 2
        ground = mixed(mixed(LINE, INK_FAINT, 0.3 * place.chosen), theme.tone(theme.CYAN), slide)
        frame.shapes.rect(x, y, w, h, ground, radius=h / 2)
        frame.shapes.circle(x + h / 2 + slide * (w - h), place.middle, h / 2 - frame.px(3), mixed(INK, NIGHT, slide))
        words = "on" if on else "off"
        frame.text(x - frame.px(12), place.middle, words, frame.px(14), INK_SOFT, across=1.0, down=0.5)
        act = place.left, place.y, place.right - place.left, place.h
        place.area(*act, ("switch", self.path), lambda: self.press(changes))

    def sideways(self, changes: Changes, step: int) -> None:
        """Right is on, left is off."""
        changes.set(self.path, step > 0)

    def press(self, changes: Changes) -> None:
        """The other way."""
        changes.set(self.path, not changes.value(self.path))


@dataclass(frozen=True, slots=True)
class Choice(Row):
    """One of ``options`` (value, name); ``colours`` shows what a value looks like."""

    options: Sequence[tuple[Any, str]] = ()
    colours: Callable[[Any], Sequence[Colour]] | None = None

    def draw(self, place: Place) -> None:
        """Two side by side, more one at a time between two arrows."""
        if len(self.options) == 2 and self.colours is None and not self.path.endswith(".device"):
            self._draw_all(place)
        else:
            self._draw_one(place)

    def _index(self, changes: Changes) -> int:
        now = changes.value(self.path)
        return next((i for i, (value, _) in enumerate(self.options) if value == now), 0)

    def _draw_all(self, place: Place) -> None:
        frame, changes = place.frame, place.changes
        at, h = self._index(changes), frame.px(32)
        x, y, w = place.left, place.middle - h / 2, place.right - place.left
        border = mixed(LINE, theme.tone(theme.CYAN), 0.6 * place.chosen)
        frame.shapes.rect(x, y, w, h, theme.PANEL, radius=frame.px(8), border=border, border_px=max(1.0, frame.px(1)))
        part = w / len(self.options)
        for i, (value, words) in enumerate(self.options):
            on = place.touch.lift(frame, ("part", self.path, i), i == at)
            inset = frame.px(3)
            ground = faded(theme.tone(theme.CYAN), 0.92 * on)
            frame.shapes.rect(
                x + i * part + inset, y + inset, part - 2 * inset, h - 2 * inset, ground, radius=frame.px(6)
            )
            ink = mixed(INK_SOFT, NIGHT, on)
            text = fit(frame, words, theme.TEXT_SMALL, part - frame.px(10), Weight.BOLD)
            frame.text(
                *(x + (i + 0.5) * part, place.middle, text, frame.px(14), ink),
                weight=Weight.BOLD,
                across=0.5,
                down=0.5,
            )
            act = self._setter(changes, value)
            place.area(x + i * part, place.y, part, place.h, ("part", self.path, i), act)

    def _draw_one(self, place: Place) -> None:
        frame, changes = place.frame, place.changes
        at, side = self._index(changes), frame.px(28)
        left, right = place.left, place.right
        for x, icon, step in ((left, icons.PREVIOUS, -1), (right - side, icons.NEXT, 1)):
            can = 0 <= at + step < len(self.options)
            name = ("arrow", self.path, step)
            act = self._setter(changes, self.options[at + step][0]) if can else None
            over = place.area(x, place.y, side, place.h, name, act)
            ink = mixed(INK_SOFT, INK, float(over or place.chosen)) if can else faded(INK_FAINT, 0.4)
            frame.text(x + side / 2, place.middle, icon, frame.px(14), ink, across=0.5, down=0.5)
        value, words = self.options[at] if self.options else ("", "")
        dots = list(self.colours(value)) if self.colours is not None else []
        across, gap = right - left - 2 * side, frame.px(16)
        if wide(frame, words, 13, Weight.BOLD) > across - gap * len(dots):
            dots = []
        room = across - gap * len(dots)
        size = next((s for s in (16.0, 15.0, 14.0, 13.0) if wide(frame, words, s, Weight.BOLD) <= room), 12.0)
        text = fit(frame, words, size, room, Weight.BOLD)
        x = (left + right - wide(frame, text, size, Weight.BOLD) - gap * len(dots)) / 2
        for colour in dots:
            frame.shapes.circle(x + frame.px(5), place.middle, frame.px(5), colour)
            x += gap
        frame.text(x, place.middle, text, frame.px(size), INK, weight=Weight.BOLD, down=0.5)

    def _setter(self, changes: Changes, value: Any) -> Act:
        return lambda: changes.set(self.path, value)

    def sideways(self, changes: Changes, step: int) -> None:
        """The next or the one before."""
        at = self._index(changes) + step
        if 0 <= at < len(self.options):
            changes.set(self.path, self.options[at][0])

    def press(self, changes: Changes) -> None:
        """The next, and after the last the first."""
        if self.options:
            changes.set(self.path, self.options[(self._index(changes) + 1) % len(self.options)][0])


@dataclass(frozen=True, slots=True)
class Button(Row):
    """Something to be done; ``words`` stand on the button."""

    words: str = ""
    icon: str = ""
    act: Act | None = None
    value: Callable[[Changes], str] | None = None

    def draw(self, place: Place) -> None:
        """A button at the right, with a value beside it if there is one."""
        frame = place.frame
        h, right = frame.px(34), place.right
        text = fit(frame, self.words, 16, frame.px(150), Weight.BOLD)
        w = wide(frame, text, 16, Weight.BOLD) + frame.px(56 if self.icon else 32)
        x, y = right - w, place.middle - h / 2
        name = ("act", self.title)
        over = place.area(x, y, w, h, name, self.act)
        lift = max(place.touch.lift(frame, name, over), float(place.chosen))
        accent = theme.tone(theme.CYAN)
        frame.shapes.rect(
            *(x, y, w, h, mixed(RAISED, theme.HOVER, lift)),
            radius=frame.px(8),
            border=mixed(LINE, accent, lift),
            border_px=max(1.0, frame.px(1)),
        )
        left = x + frame.px(16)
        if self.icon:
            frame.text(left + frame.px(8), place.middle, self.icon, frame.px(15), accent, across=0.5, down=0.5)
            left += frame.px(26)
        frame.text(left, place.middle, text, frame.px(16), mixed(INK_SOFT, INK, lift), weight=Weight.BOLD, down=0.5)
        if self.value is not None:
            words = fit(frame, self.value(place.changes), 16, x - place.left - frame.px(12), Weight.BOLD)
            at = x - frame.px(12)
            frame.text(at, place.middle, words, frame.px(16), INK, weight=Weight.BOLD, across=1.0, down=0.5)

    def press(self, changes: Changes) -> None:
        """Do it."""
        if self.act is not None:
            self.act()


def mark(place: Place, x: float, icon: str, name: object, act: Act, colour: Colour = INK_SOFT) -> None:
    """A small round button about ``x`` in the middle of the line."""
    frame, radius = place.frame, place.frame.px(13)
    over = place.area(x - radius, place.middle - radius, 2 * radius, 2 * radius, name, act)
    lift = place.touch.lift(frame, name, over)
    frame.shapes.circle(x, place.middle, radius, mixed(RAISED, theme.HOVER, lift))
    frame.text(x, place.middle, icon, frame.px(12), mixed(colour, INK, lift), across=0.5, down=0.5)


def draw_row(row: Row, place: Place, choose: Act) -> None:
    """A whole line: its ground and name, what can be changed, and the way back to its default."""
    frame = place.frame
    if isinstance(row, Heading):
        middle = place.y + place.h * 0.62
        frame.shapes.rect(
            place.x + frame.px(12), middle - frame.px(9), frame.px(4), frame.px(18), theme.tone(theme.CYAN), radius=2
        )
        frame.text(place.x + frame.px(26), middle, row.title, frame.px(18), INK, weight=Weight.BOLD, down=0.5)
        if row.note:
            x = place.x + frame.px(38) + wide(frame, row.title, 18, Weight.BOLD)
            words = fit(frame, row.note, 14, place.x + place.w - x - frame.px(8))
            frame.text(x, middle + frame.px(1), words, frame.px(14), INK_FAINT, down=0.5)
        return
    lift = place.touch.lift(frame, ("row", row.title), place.chosen)
    place.area(place.x, place.y, place.w, place.h, ("row", row.title), choose)
    if lift > 0.0:
        gap = frame.px(2)
        frame.shapes.rect(
            *(place.x, place.y + gap, place.w, place.h - 2 * gap, faded(theme.HOVER, 0.9 * lift)),
            radius=frame.px(theme.ROUNDING_SMALL),
        )
        frame.shapes.rect(
            *(place.x, place.y + frame.px(12), frame.px(3), place.h - frame.px(24)),
            faded(theme.tone(theme.CYAN), lift),
            radius=frame.px(1.5),
        )
    left = place.x + frame.px(16)
    title = fit(frame, row.title, 16, place.left - left - frame.px(8))
    frame.text(left, place.middle, title, frame.px(16), mixed(INK_SOFT, INK, lift), down=0.5)
    row.draw(place)
    if row.path and not place.changes.is_default(row.path):
        changes, path = place.changes, row.path
        x = place.x + place.w - frame.px(RESET_ROOM / 2)
        mark(place, x, icons.RETRY, ("reset", path), lambda: changes.reset(path), theme.tone(theme.AMBER))
