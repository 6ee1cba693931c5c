"""The column of a free jam: what is played on, how the others are heard, and the loops; by keys and mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from engine.draw import icons, theme
from engine.draw.colour import faded
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.input.events import InputEvent
from game.scenes.canvas import Touch, fit, mixed, wide
from game.scenes.jam_free_trails import Rect
from game.scenes.menu_keys import menu_action

ROW = 34.0
HEAD = 30.0
DROP_KEYS = ("key:delete", "key:backspace")

Act = Callable[[], object]
Step = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Item:
    """One line: its words, its value, and what left and right, Enter and Delete do.

    ``share`` (0 to 1) is drawn as a line under it, that can be dragged where ``drag`` takes a share; ``lit`` marks what
    goes on just now, ``pale`` what is not heard; ``key`` is the key that does the same from anywhere.
    """

    name: str
    words: str
    value: str = ""
    icon: str = ""
    share: float | None = None
    sideways: Step | None = None
    press: Act | None = None
    drop: Act | None = None
    drag: Callable[[float, bool], object] | None = None
    lit: bool = False
    pale: bool = False
    key: str = ""
    heading: bool = False


class Side:
    """The column; one line of it is chosen."""

    def __init__(self) -> None:
        self.touch = Touch()
        self._items: Sequence[Item] = ()
        self._chosen = ""
        self._scroll = 0.0
        self._held = ""

    @property
    def chosen(self) -> Item | None:
        """The line that keys change."""
        lines = self._lines
        return next((item for item in lines if item.name == self._chosen), lines[0] if lines else None)

    @property
    def _lines(self) -> list[Item]:
        return [item for item in self._items if not item.heading]

    def show(self, items: Sequence[Item]) -> None:
        """These are the lines now."""
        self._items = items

    def handle(self, event: InputEvent) -> bool:
        """Arrows, Enter and Delete, or the mouse; True when it was one of them."""
        if event.device == "mouse" and event.control == "wheel:y":
            self._go(-1 if event.value > 0 else 1)
            return True
        if self.touch.handle(event):
            return True
        item, action = self.chosen, menu_action(event)
        if item is None:
            return False
        if action in ("up", "down"):
            self._go(1 if action == "down" else -1)
        elif action in ("left", "right") and item.sideways is not None:
            item.sideways(1 if action == "right" else -1)
        elif action == "choose" and item.press is not None:
            item.press()
        elif event.pressed and event.control in DROP_KEYS and item.drop is not None:
            item.drop()
        else:
            return False
        return True

    def _go(self, by: int) -> None:
        names = [item.name for item in self._lines]
        item = self.chosen
        if item is not None:
            self._chosen = names[min(max(names.index(item.name) + by, 0), len(names) - 1)]

    # -- drawing ---------------------------------------------------------------------------------------------

    def draw(self, frame: Frame, rect: Rect, *, live: bool) -> None:
        """The lines in ``rect``, moved so that the chosen one is seen."""
        x, y, w, h = rect
        self.touch.begin(live)
        self._follow(frame, h)
        top = y - self._scroll
        with frame.clipped(x - frame.px(4), y, w + frame.px(8), h):
            for item in self._items:
                high = frame.px(HEAD if item.heading else ROW)
                if top + high > y and top < y + h:
                    if item.heading:
                        self._draw_heading(frame, item, (x, top, w, high))
                    else:
                        self._draw_item(frame, item, (x, top, w, high), (y, y + h))
                top += high

    def _follow(self, frame: Frame, room: float) -> None:
        chosen, at = self.chosen, 0.0
        for item in self._items:
            high = frame.px(HEAD if item.heading else ROW)
            if item is chosen:
                low = at - (frame.px(HEAD) if at else 0.0)
                self._scroll = min(max(self._scroll, at + high - room), low)
            at += high
        self._scroll = max(0.0, min(self._scroll, at - room))

    def _draw_heading(self, frame: Frame, item: Item, rect: Rect) -> None:
        x, y, w, h = rect
        middle = y + h * 0.6
        words = fit(frame, item.words, theme.TEXT_SMALL, w, Weight.BOLD)
        frame.text(x + frame.px(4), middle, words, frame.px(theme.TEXT_SMALL), theme.INK, weight=Weight.BOLD, down=0.5)
        left = x + frame.px(12) + wide(frame, words, theme.TEXT_SMALL, Weight.BOLD)
        note = fit(frame, item.value, 12, x + w - left)
        if len(note) > 2:
            frame.text(x + w, middle, note, frame.px(12), theme.INK_FAINT, across=1.0, down=0.5)

    def _draw_item(self, frame: Frame, item: Item, rect: Rect, shown: tuple[float, float]) -> None:
        x, y, w, h = rect
        chosen = self.chosen is item
        name = ("item", item.name)
        over = self._area(rect, shown, name, lambda: self._choose(item))
        lift = max(self.touch.lift(frame, name, over), float(chosen))
        accent = theme.tone(theme.MAGENTA if item.lit else theme.CYAN)
        gap = frame.px(2)
        ground = mixed(theme.PANEL, theme.HOVER, round(lift, 2))
        frame.shapes.rect(
            *(x, y + gap, w, h - 2 * gap, faded(ground, 0.92)),
            radius=frame.px(theme.ROUNDING_SMALL),
            border=accent if chosen or item.lit else theme.LINE,
            border_px=max(1.0, frame.px(1.5 if chosen else 1)),
        )
        inset, middle = frame.px(10), y + h / 2 - (frame.px(2) if item.share is not None else 0.0)
        left, right = x + inset, x + w - inset
        if item.icon:
            tone = theme.INK_FAINT if item.pale else accent
            frame.text(left + frame.px(7), middle, item.icon, frame.px(13), tone, across=0.5, down=0.5)
            left += frame.px(22)
        if item.drop is not None:
            right = self._button(frame, item, icons.CROSS, item.drop, right, (y, h), shown)
        if item.sideways is not None and item.share is None:
            right = self._arrows(frame, item, right, (y, h), shown)
        ink = theme.INK_FAINT if item.pale else theme.INK
        self._draw_words(frame, item, (left, right), middle, ink)
        if item.share is not None:
            self._draw_share(frame, item, rect, shown, accent)

    def _draw_words(self, frame: Frame, item: Item, between: tuple[float, float], middle: float, ink: int) -> None:
        left, right = between
        size, room = theme.TEXT_SMALL, between[1] - between[0]
        value = fit(frame, item.value, size, room * 0.62, Weight.BOLD)
        frame.text(right, middle, value, frame.px(size), ink, weight=Weight.BOLD, across=1.0, down=0.5)
        room -= wide(frame, value, size, Weight.BOLD) + frame.px(8)
        words = fit(frame, item.words, size, max(1.0, room))
        soft = theme.INK_FAINT if item.pale else theme.INK_SOFT
        frame.text(left, middle, words, frame.px(size), soft, down=0.5)
        room -= wide(frame, words, size) + frame.px(14)
        if item.key and room > wide(frame, item.key, 11) + frame.px(8):
            at = left + wide(frame, words, size) + frame.px(10)
            w = wide(frame, item.key, 11) + frame.px(10)
            high = frame.px(17)
            frame.shapes.rect(
                *(at, middle - high / 2, w, high, theme.NIGHT), radius=frame.px(4), border=theme.LINE, border_px=1.0
            )
            frame.text(at + w / 2, middle, item.key, frame.px(11), theme.INK_SOFT, across=0.5, down=0.5)

    def _draw_share(self, frame: Frame, item: Item, rect: Rect, shown: tuple[float, float], accent: int) -> None:
        x, y, w, h = rect
        left, room, thick = x + frame.px(10), w - frame.px(20), frame.px(3)
        at = y + h - frame.px(9)
        share = min(max(item.share or 0.0, 0.0), 1.0)
        tone = theme.INK_FAINT if item.pale else accent
        frame.shapes.rect(left, at, room, thick, theme.LINE, radius=thick / 2)
        frame.shapes.rect(left, at, max(room * share, thick), thick, tone, radius=thick / 2)
        if item.drag is None:
            return
        frame.shapes.circle(left + room * share, at + thick / 2, frame.px(5), theme.INK)
        drag = item.drag

        def moved(at_x: float, at_y: float, what: str) -> None:
            self._chosen = item.name
            drag(min(max((at_x - left) / max(room, 1.0), 0.0), 1.0), what == "up")

        self._area((x, y + h * 0.4, w, h * 0.6), shown, ("drag", item.name), None, moved)

    def _arrows(
        self, frame: Frame, item: Item, right: float, line: tuple[float, float], shown: tuple[float, float]
    ) -> float:
        step = item.sideways
        assert step is not None
        right = self._button(frame, item, icons.NEXT, partial(step, 1), right, line, shown)
        return self._button(frame, item, icons.PREVIOUS, partial(step, -1), right, line, shown)

    def _button(
        self,
        frame: Frame,
        item: Item,
        icon: str,
        act: Act,
        right: float,
        line: tuple[float, float],
        shown: tuple[float, float],
    ) -> float:
        """A small sign at the right end of the line; gives where the rest of the line ends."""
        side = frame.px(20)
        name = ("sign", item.name, icon)
        over = self._area((right - side, line[0], side, line[1]), shown, name, act)
        ink = mixed(theme.INK_FAINT, theme.INK, round(self.touch.lift(frame, name, over), 2))
        frame.text(right - side / 2, line[0] + line[1] / 2, icon, frame.px(12), ink, across=0.5, down=0.5)
        return right - side - frame.px(2)

    def _choose(self, item: Item) -> None:
        self._chosen = item.name
        if item.press is not None:
            item.press()

    def _area(
        self,
        rect: Rect,
        shown: tuple[float, float],
        name: object,
        act: Act | None,
        drag: Callable[[float, float, str], None] | None = None,
    ) -> bool:
        """As ``Touch.area``, but only what is shown of it answers."""
        x, y, w, h = rect
        low, high = max(y, shown[0]), min(y + h, shown[1])

        def do() -> None:
            if act is not None:
                act()

        return high > low and self.touch.area(x, low, w, high - low, name, do if act is not None else None, drag)
