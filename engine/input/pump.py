"""Takes what the operating system hands over, stamps it at once and turns it into our events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pygame

from engine import sdl
from engine.clock import now_us
from engine.input.events import ComposingEvent, Event, InputEvent, TextEvent, WindowChange, WindowEvent
from engine.input.gamepads import Gamepads
from engine.input.keys import KEYBOARD, control

MOUSE = "mouse"

_BUTTONS = {1: "button:left", 2: "button:middle", 3: "button:right", 6: "button:back", 7: "button:forward"}
_CHANGES = {
    pygame.WINDOWFOCUSGAINED: WindowChange.FOCUS_GAINED,
    pygame.WINDOWMINIMIZED: WindowChange.MINIMISED,
    pygame.WINDOWRESTORED: WindowChange.RESTORED,
    pygame.QUIT: WindowChange.QUIT,
}


class Pump:
    """Waits for the system's events and translates them.

    Keys are named by place (:mod:`engine.input.keys`); repeats are dropped; what is held when the window loses the
    focus is released, for its release would be somebody else's.
    """

    def __init__(self) -> None:
        self._sdl = sdl.load()
        self.gamepads = Gamepads()
        self._held: set[tuple[str, str]] = set()
        self._translate: dict[int, Callable[[int, Any, list[Event]], None]] = {
            pygame.KEYDOWN: self._key_down,
            pygame.KEYUP: self._key_up,
            pygame.TEXTINPUT: self._text,
            pygame.TEXTEDITING: self._composing,
            pygame.MOUSEMOTION: self._mouse_moved,
            pygame.MOUSEBUTTONDOWN: self._mouse_down,
            pygame.MOUSEBUTTONUP: self._mouse_up,
            pygame.MOUSEWHEEL: self._wheel,
            pygame.WINDOWFOCUSLOST: self._focus_lost,
            pygame.WINDOWSIZECHANGED: self._resized,
            pygame.DROPFILE: self._dropped,
            **dict.fromkeys(_CHANGES, self._changed),
            **self.gamepads.translators,
        }
        pygame.event.set_blocked(None)
        pygame.event.set_allowed(list(self._translate))

    def wait(self, wait_ms: int) -> list[Event]:
        """Everything that has come in, waiting up to ``wait_ms`` for the first; 0 does not wait."""
        out: list[Event] = []
        if wait_ms > 0:
            if self._sdl is not None:
                self._sdl.wait(wait_ms)
            else:
                time.sleep(wait_ms / 1000)
        for event in pygame.event.get():
            self._one(now_us(), event, out)
        return out

    def release_all(self, at_us: int, out: list[Event]) -> None:
        """Let go of every key and button that is down."""
        out.extend(InputEvent(at_us, device, name, 0.0) for device, name in sorted(self._held))
        self._held.clear()

    def _one(self, at_us: int, event: pygame.event.Event, out: list[Event]) -> None:
        translate = self._translate.get(event.type)
        if translate is not None:
            translate(at_us, event, out)

    def _press(self, at_us: int, device: str, name: str, out: list[Event]) -> None:
        if (device, name) not in self._held:
            self._held.add((device, name))
            out.append(InputEvent(at_us, device, name, 1.0))

    def _release(self, at_us: int, device: str, name: str, out: list[Event]) -> None:
        if (device, name) in self._held:
            self._held.discard((device, name))
            out.append(InputEvent(at_us, device, name, 0.0))

    def _key_down(self, at_us: int, event: Any, out: list[Event]) -> None:
        self._press(at_us, KEYBOARD, control(event.scancode), out)

    def _key_up(self, at_us: int, event: Any, out: list[Event]) -> None:
        self._release(at_us, KEYBOARD, control(event.scancode), out)

    def _text(self, at_us: int, event: Any, out: list[Event]) -> None:
        out.append(TextEvent(at_us, event.text))

    def _composing(self, at_us: int, event: Any, out: list[Event]) -> None:
        out.append(ComposingEvent(at_us, event.text, event.start))

    def _mouse_moved(self, at_us: int, event: Any, out: list[Event]) -> None:
        out.append(InputEvent(at_us, MOUSE, "x", float(event.pos[0])))
        out.append(InputEvent(at_us, MOUSE, "y", float(event.pos[1])))

    def _mouse_down(self, at_us: int, event: Any, out: list[Event]) -> None:
        if event.button in _BUTTONS:  # 4 and 5 are the wheel, which comes by itself
            self._mouse_moved(at_us, event, out)
            self._press(at_us, MOUSE, _BUTTONS[event.button], out)

    def _mouse_up(self, at_us: int, event: Any, out: list[Event]) -> None:
        if event.button in _BUTTONS:
            self._release(at_us, MOUSE, _BUTTONS[event.button], out)

    def _wheel(self, at_us: int, event: Any, out: list[Event]) -> None:
        for name, turn in (("wheel:x", -event.precise_x), ("wheel:y", event.precise_y)):
            if turn:
                out.append(InputEvent(at_us, MOUSE, name, float(turn)))

    def _focus_lost(self, at_us: int, event: Any, out: list[Event]) -> None:
        self.release_all(at_us, out)
        out.append(WindowEvent(at_us, WindowChange.FOCUS_LOST))

    def _resized(self, at_us: int, event: Any, out: list[Event]) -> None:
        out.append(WindowEvent(at_us, WindowChange.RESIZED, size=(event.x, event.y)))

    def _dropped(self, at_us: int, event: Any, out: list[Event]) -> None:
        out.append(WindowEvent(at_us, WindowChange.FILE_DROPPED, path=event.file))

    def _changed(self, at_us: int, event: Any, out: list[Event]) -> None:
        out.append(WindowEvent(at_us, _CHANGES[event.type]))
