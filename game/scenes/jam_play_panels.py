"""Small panels over a take that goes on meanwhile: changing parts, and the question whether to leave.

They are no scenes: a scene on top would take the lanes away, and there is no pause in a jam.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.draw import theme
from engine.draw.colour import with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.input.events import InputEvent
from game.scenes.canvas import Touch, button, fit, wrapped
from game.scenes.menu_keys import menu_action

WIDTH = 340.0
ROW = 44.0
GAP = 8.0


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to choose: its words, a few at its right, what it does."""

    words: str
    note: str
    act: Callable[[], None]


class Panel:
    """A title and a few lines, out of which keys, a gamepad or the mouse choose."""

    def __init__(self, title: str, note: str, lines: Sequence[Line], at: int = 0) -> None:
        self.title, self.note, self.lines = title, note, tuple(lines)
        self.at = min(max(0, at), max(0, len(lines) - 1))
        self.touch = Touch()

    def handle(self, event: InputEvent) -> bool:
        """Up, down and Enter, or a click; True when it was one of them."""
        if self.touch.handle(event):
            return True
        action = menu_action(event)
        if action in ("up", "down"):
            self.at = (self.at + (1 if action == "down" else -1)) % max(1, len(self.lines))
        elif action == "choose" and self.lines:
            self.lines[self.at].act()
        else:
            return False
        return True

    def draw(self, frame: Frame, x: float, y: float, room: float) -> None:
        """Draw it with its upper left corner near a place, inside the window; text too large for ``room`` pixels gets
        smaller, so that the panel never covers the lanes."""
        scale = frame.scale
        frame.scale = min(scale, room / WIDTH)
        self._draw(frame, x, y, room)
        frame.scale = scale

    def _draw(self, frame: Frame, x: float, y: float, room: float) -> None:
        width = min(frame.px(WIDTH), room)
        inset = frame.px(16)
        lines = wrapped(frame, self.note, theme.TEXT_SMALL, width - 2 * inset, 4) if self.note else []
        head = frame.px(46) + len(lines) * frame.px(20)
        free = frame.height - 2 * frame.px(12) - head - inset
        pitch = min(frame.px(ROW + GAP), free / max(1, len(self.lines)))
        height = head + pitch * len(self.lines) + inset
        x = max(frame.px(12), min(x, frame.width - width - frame.px(12)))
        y = max(frame.px(12), min(y, frame.height - height - frame.px(12)))
        self.touch.begin(True)
        frame.shapes.rect(x, y, width, height, with_alpha(theme.PANEL, 0.96), radius=frame.px(theme.ROUNDING),
                          border=theme.LINE, border_px=max(1.0, frame.px(1)), glow=with_alpha(0, 0.5),
                          glow_px=frame.px(20))  # fmt: skip
        title = fit(frame, self.title, 20, width - 2 * inset, Weight.BOLD)
        frame.text(x + inset, y + frame.px(12), title, frame.px(20), theme.INK, weight=Weight.BOLD)
        for number, words in enumerate(lines):
            top = y + frame.px(40) + number * frame.px(20)
            frame.text(x + inset, top, words, frame.px(theme.TEXT_SMALL), theme.INK_SOFT)
        for number, line in enumerate(self.lines):
            top = y + head + number * pitch
            button(frame, self.touch, x + inset, top, width - 2 * inset, pitch - frame.px(GAP), line.words, line.act,
                   note=line.note, chosen=number == self.at)  # fmt: skip
