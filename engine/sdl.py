"""The few calls of SDL that pygame does not pass on, made on the very SDL library that pygame has loaded.

They let the GL context of pygame's window be taken to another thread, and name keys as the player's layout prints
them.  Where the library cannot be found, :func:`load` says None and the callers go without.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pygame

_FULLSCREEN_DESKTOP = 0x1001  # SDL_WINDOW_FULLSCREEN_DESKTOP


class Sdl:
    """SDL 2 by its own names."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._lib = library
        pointer = ctypes.c_void_p
        for name, result, arguments in (
            ("SDL_GL_GetCurrentWindow", pointer, []),
            ("SDL_GL_GetCurrentContext", pointer, []),
            ("SDL_GL_MakeCurrent", ctypes.c_int, [pointer, pointer]),
            ("SDL_GL_SwapWindow", None, [pointer]),
            ("SDL_GL_GetProcAddress", pointer, [ctypes.c_char_p]),
            ("SDL_GL_SetSwapInterval", ctypes.c_int, [ctypes.c_int]),
            ("SDL_SetWindowFullscreen", ctypes.c_int, [pointer, ctypes.c_uint32]),
            ("SDL_WaitEventTimeout", ctypes.c_int, [pointer, ctypes.c_int]),
            ("SDL_GetError", ctypes.c_char_p, []),
            ("SDL_GetKeyFromScancode", ctypes.c_int32, [ctypes.c_int]),
            ("SDL_GetKeyName", ctypes.c_char_p, [ctypes.c_int32]),
        ):
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments

    def current(self) -> tuple[int, int]:
        """The window and the GL context that are current on this thread; 0 where there is none."""
        return self._lib.SDL_GL_GetCurrentWindow() or 0, self._lib.SDL_GL_GetCurrentContext() or 0

    def make_current(self, window: int, context: int) -> bool:
        """Take the context to this thread (0 lets go of it); False when the driver refuses."""
        return bool(self._lib.SDL_GL_MakeCurrent(window, context or None) == 0)

    def swap(self, window: int) -> None:
        """Show what was drawn; may wait for the display, without holding Python's lock."""
        self._lib.SDL_GL_SwapWindow(window)

    def swap_interval(self, frames: int) -> bool:
        """1 to wait for the display at each swap, 0 not to; False when the driver refuses."""
        return bool(self._lib.SDL_GL_SetSwapInterval(frames) == 0)

    def draw_instanced(self) -> Callable[[int, int, int, int], Any] | None:
        """``glDrawArraysInstanced`` of the current context, called without Python's lock; None when it is missing."""
        address = self._lib.SDL_GL_GetProcAddress(b"glDrawArraysInstanced")
        kind = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)  # OpenGL on Windows is called the Windows way
        return kind(None, ctypes.c_uint, ctypes.c_int, ctypes.c_int, ctypes.c_int)(address) if address else None

    def set_fullscreen(self, window: int, on: bool) -> bool:
        """Fill the desktop with the window, or give it its frame back; False when the desktop refuses."""
        return bool(self._lib.SDL_SetWindowFullscreen(window, _FULLSCREEN_DESKTOP if on else 0) == 0)

    def wait(self, wait_ms: int) -> bool:
        """Sleep until an event is there, at most ``wait_ms``; True if one is.

        It wakes on the event itself where the system allows it, which ``pygame.event.wait`` does not: that looks
        once a millisecond.  Python's lock is free meanwhile.
        """
        return bool(self._lib.SDL_WaitEventTimeout(None, wait_ms))

    def error(self) -> str:
        """What SDL says went wrong last."""
        return str((self._lib.SDL_GetError() or b"").decode("utf-8", "replace"))

    def key_label(self, scancode: int) -> str:
        """What the player's layout prints on the key at ``scancode``; empty when nothing."""
        key = self._lib.SDL_GetKeyFromScancode(scancode)
        return str((self._lib.SDL_GetKeyName(key) or b"").decode("utf-8", "replace"))


@functools.cache
def load() -> Sdl | None:
    """SDL as pygame loaded it, or None where it cannot be reached."""
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
            library.SDL_GL_MakeCurrent  # noqa: B018  (asks whether the symbol is there)
        except (OSError, AttributeError):
            continue
        return Sdl(library)
    return None


def _candidates() -> list[str]:
    """Paths that open the library already in this process; opening it again gives the same one."""
    home = Path(pygame.__file__).parent
    if sys.platform == "win32":
        return [str(path) for path in home.glob("SDL2.dll")]
    if sys.platform == "darwin":
        return [str(path) for path in (home / ".dylibs").glob("libSDL2-2*.dylib")]
    lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    loaded = {line.split(maxsplit=5)[-1] for line in lines if "/libSDL2-2" in line}
    return sorted(path for path in loaded if path.startswith("/"))
