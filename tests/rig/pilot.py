"""Hands for a program under an X server: keys and mouse injected as a device would send them (XTEST)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from Xlib import X, display
from Xlib.error import BadWindow
from Xlib.ext import xtest
from Xlib.protocol import event

from engine.clock import now_us
from engine.input.keys import SCANCODES

# Evdev codes of the keys a pilot presses; an X keycode is the evdev code plus 8.
_EVDEV = {
    **{name: 16 + i for i, name in enumerate("qwertyuiop")},
    **{name: 30 + i for i, name in enumerate("asdfghjkl")},
    **{name: 44 + i for i, name in enumerate("zxcvbnm")},
    **{name: 2 + i for i, name in enumerate("1234567890")},
    **{"escape": 1, "backspace": 14, "tab": 15, "return": 28, "lctrl": 29, "lshift": 42, "space": 57},
    **{"up": 103, "left": 105, "right": 106, "down": 108, "semicolon": 39, "f1": 59, "f11": 87},
}


class Pilot:
    """Presses keys and moves the mouse of ``display_name``."""

    def __init__(self, display_name: str) -> None:
        self._display: Any = display.Display(display_name)
        self._name = self._display.intern_atom("_NET_WM_NAME")
        unknown = set(_EVDEV) - set(SCANCODES)
        assert not unknown, unknown

    def press(self, name: str) -> int:
        """Hold the key ``name`` (as in ``key:<name>``) down; says when it was sent, in microseconds."""
        return self._send(X.KeyPress, _EVDEV[name] + 8)

    def release(self, name: str) -> int:
        """Let go of it; says when."""
        return self._send(X.KeyRelease, _EVDEV[name] + 8)

    def tap(self, name: str) -> None:
        """Press and let go."""
        self.press(name)
        self.release(name)

    def move(self, x: int, y: int) -> None:
        """Put the pointer at a place of the screen."""
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.sync()

    def click(self, button: int = 1) -> None:
        """Click where the pointer is."""
        self._send(X.ButtonPress, button)
        self._send(X.ButtonRelease, button)

    def focus(self, title: str) -> tuple[int, int]:
        """Give the keyboard to the window called ``title``, as a window manager would; says where it stands.

        Raises:
            TimeoutError: no such window comes up.
        """
        window = wait_until(lambda: self._find(self._display.screen().root, title), f"a window called {title}")
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()
        place = window.translate_coords(self._display.screen().root, 0, 0)
        return -place.x, -place.y

    def close_window(self, title: str) -> None:
        """Ask the window called ``title`` to close, as a window manager does when its cross is clicked."""
        window = wait_until(lambda: self._find(self._display.screen().root, title), f"a window called {title}")
        words = [self._display.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW")]
        data = (32, [words[1], X.CurrentTime, 0, 0, 0])
        window.send_event(event.ClientMessage(window=window, client_type=words[0], data=data))
        self._display.sync()

    def unfocus(self) -> None:
        """Take the keyboard from whoever has it."""
        self._display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime)
        self._display.sync()

    def resize(self, title: str, width: int, height: int) -> None:
        """Give the window called ``title`` another size, as a window manager would."""
        window = wait_until(lambda: self._find(self._display.screen().root, title), f"a window called {title}")
        window.configure(width=width, height=height)
        self._display.sync()

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue of a place of the screen."""
        image = self._display.screen().root.get_image(x, y, 1, 1, X.ZPixmap, 0xFFFFFFFF)
        blue, green, red = image.data[:3]
        return red, green, blue

    def close(self) -> None:
        """Let go of the display."""
        self._display.close()

    def _send(self, kind: int, detail: int) -> int:
        xtest.fake_input(self._display, kind, detail)
        at_us = now_us()
        self._display.flush()
        return at_us

    def _find(self, window: Any, title: str) -> Any:
        with suppress(BadWindow):  # a window may close while it is looked at
            for child in window.query_tree().children:
                if self._shows(child, title):
                    return child
                if (found := self._find(child, title)) is not None:
                    return found
        return None

    def _shows(self, window: Any, title: str) -> bool:
        named = window.get_full_text_property(self._name) == title
        return bool(named and window.get_attributes().map_state == X.IsViewable)


def wait_until(condition: Callable[[], Any], what: str, within_s: float = 10.0) -> Any:
    """Look until ``condition`` says something true and return that.

    Raises:
        TimeoutError: it did not within ``within_s`` seconds; the message names ``what``.
    """
    end = time.monotonic() + within_s
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {within_s:g} s")
        time.sleep(0.002)
