"""The menu over a song that stands still: go on, again, leave."""

from __future__ import annotations

from enum import Enum

from engine.clock import now_us
from engine.draw import theme
from engine.draw.colour import with_alpha
from engine.draw.fonts import Weight
from engine.draw.frame import Frame
from engine.input.events import Event, InputEvent
from engine.scene import Scene
from game.hands.bindings import LaneInput
from game.scenes.context import Context
from game.scenes.menu_keys import menu_action


class Choice(Enum):
    """What the player chose."""

    RESUME = "Go on"
    RETRY = "Again from the start"
    RESULTS = "See how it went"
    LEAVE = "Leave the song"


ROW_HEIGHT = 56.0
ROW_WIDTH = 320.0
ROW_GAP = 12.0
HINT_HEIGHT = 32.0
SETTLE_US = 1_000_000
"""So long after a fail the keys of the lanes choose nothing: the hands are still playing."""


class PauseMenu(Scene):
    """Returns a :class:`Choice`.  After a fail there is no going on.

    ``lanes`` goes on hearing which keys are held, so that the song can go on with them.
    """

    overlay = True

    def __init__(self, context: Context, *, failed: bool, reason: str, lanes: LaneInput | None = None) -> None:
        self._context = context
        self._failed = failed
        self._reason = reason
        self._lanes = lanes
        self._opened_us = now_us()
        self._choices = (
            [Choice.RETRY, Choice.RESULTS, Choice.LEAVE] if failed else [Choice.RESUME, Choice.RETRY, Choice.LEAVE]
        )
        self._at = 0
        self._rows: list[tuple[float, float, float, float]] = []
        self._mouse = (0.0, 0.0)

    @property
    def failed(self) -> bool:
        """Whether the song is over for the player."""
        return self._failed

    def handle(self, event: Event) -> bool:
        """Arrows and Enter, a gamepad, the mouse, R for again, or Escape to go on (or to leave after a fail)."""
        if not isinstance(event, InputEvent):
            return False
        plays = self._lanes is not None and self._lanes.edge(event) is not None
        if plays and self._failed and event.at_us < self._opened_us + SETTLE_US:
            return True
        if event.device == "mouse":
            return self._handle_mouse(event)
        if not event.pressed:
            return False
        action = menu_action(event)
        if action in ("up", "down"):
            self._at = (self._at + (1 if action == "down" else -1)) % len(self._choices)
            self._context.effect("menu_move")
        elif action == "choose" or event.control == "key:space":
            self._choose(self._at)
        elif action == "back":
            self._choose(len(self._choices) - 1 if self._failed else 0)
        elif action == "pause":
            self._choose(0)
        elif event.control == "key:r":
            self._choose(self._choices.index(Choice.RETRY))
        else:
            return False
        return True

    def _handle_mouse(self, event: InputEvent) -> bool:
        if event.control == "x":
            self._mouse = (event.value, self._mouse[1])
        elif event.control == "y":
            self._mouse = (self._mouse[0], event.value)
        hovered = self._row_at(*self._mouse)
        if hovered is not None:
            self._at = hovered
            if event.control == "button:left" and event.pressed:
                self._choose(hovered)
        return True

    def _row_at(self, x: float, y: float) -> int | None:
        for number, (left, top, width, height) in enumerate(self._rows):
            if left <= x < left + width and top <= y < top + height:
                return number
        return None

    def _choose(self, number: int) -> None:
        self._context.effect("menu_select")
        self.leave(self._choices[number])

    def draw(self, frame: Frame) -> None:
        """A dim field, a headline, one row a choice."""
        frame.layer()
        frame.shapes.rect(0, 0, frame.width, frame.height, with_alpha(theme.NIGHT, 0.78))
        below = frame.px(84) + len(self._choices) * frame.px(ROW_HEIGHT + ROW_GAP) + frame.px(HINT_HEIGHT)
        middle, top = frame.width / 2, max(frame.px(40), min(frame.height * 0.3, frame.height - below - frame.px(12)))
        headline = "Failed" if self._failed else "Paused"
        frame.text(middle, top, headline, frame.px(44), theme.INK, weight=Weight.BOLD, across=0.5, down=0.5)
        if self._reason:
            frame.text(middle, top + frame.px(44), self._reason, frame.px(18), theme.INK_SOFT, across=0.5, down=0.5)
        self._rows = []
        accent = theme.tone(theme.MAGENTA if self._failed else theme.CYAN)
        for number, choice in enumerate(self._choices):
            width, height = frame.px(ROW_WIDTH), frame.px(ROW_HEIGHT)
            x, y = middle - width / 2, top + frame.px(84) + number * (height + frame.px(ROW_GAP))
            self._rows.append((x, y, width, height))
            chosen = number == self._at
            frame.shapes.rect(
                x,
                y,
                width,
                height,
                theme.HOVER if chosen else theme.RAISED,
                radius=frame.px(theme.ROUNDING),
                border=accent if chosen else theme.LINE,
                border_px=frame.px(2 if chosen else 1),
            )
            ink = theme.INK if chosen else theme.INK_SOFT
            frame.text(middle, y + height / 2, choice.value, frame.px(20), ink, across=0.5, down=0.5)
        hint = "R again   ·   in the song: hold the key above Tab, or Ctrl R"
        y = top + below - frame.px(HINT_HEIGHT / 2)
        frame.text(middle, y, hint, frame.px(theme.TEXT_SMALL), theme.INK_SOFT, across=0.5, down=0.5)
