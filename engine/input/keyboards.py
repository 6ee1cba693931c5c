"""The keyboards plugged in, by the system's own list: SDL hears keys but never says that a keyboard was pulled out.

Linux lists them in a file, Windows by a call; macOS offers neither without a driver kit, so there nothing is noticed.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engine.clock import now_us
from engine.input.events import DeviceFound, DeviceLost, Event
from engine.input.keys import KEYBOARD

LOOK_S = 0.5
"""How often the list is read, on a thread of its own."""

LINUX_LIST = Path("/proc/bus/input/devices")
_RAW_KEYBOARD = 1
"""``RIM_TYPEKEYBOARD`` of the Windows raw input list."""


def keyboard_names(listing: Path = LINUX_LIST) -> list[str]:
    """The keyboards (and keypads, and buttons that the system takes for such) there are now; empty where unknown."""
    if sys.platform == "linux":
        return _from_linux(listing)
    if sys.platform == "win32":
        return _from_windows()
    return []


def _from_linux(listing: Path) -> list[str]:
    try:
        text = listing.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    names = []
    for block in text.split("\n\n"):
        handlers = block.partition("H: Handlers=")[2].partition("\n")[0].split()
        if "kbd" in handlers and (name := block.partition('Name="')[2].partition('"')[0]):
            names.append(name)
    return sorted(names)


def _from_windows() -> list[str]:
    import ctypes

    class Row(ctypes.Structure):
        _fields_ = [("handle", ctypes.c_void_p), ("kind", ctypes.c_uint32)]

    user32 = ctypes.windll.user32  # type: ignore[attr-defined]
    count = ctypes.c_uint(0)
    user32.GetRawInputDeviceList(None, ctypes.byref(count), ctypes.sizeof(Row))
    rows = (Row * max(1, count.value))()
    found = user32.GetRawInputDeviceList(rows, ctypes.byref(count), ctypes.sizeof(Row))
    handles = sorted(row.handle or 0 for row in rows[: max(0, found)] if row.kind == _RAW_KEYBOARD)
    return [f"keyboard {handle:x}" for handle in handles]


class Keyboards:
    """Watches the list and tells of what came and went; ``drain`` on the main thread."""

    def __init__(self, names: Callable[[], list[str]] = keyboard_names, look_s: float = LOOK_S) -> None:
        self._names = names
        self._look_s = look_s
        self._known = Counter(names())
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keyboards", daemon=True)
        self._thread.start()

    def drain(self) -> list[Event]:
        """What came and went since the last call, as ``keyboard:<name>``."""
        out: list[Event] = []
        while not self._events.empty():
            out.append(self._events.get_nowait())
        return out

    def close(self) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._look_s):
            present = Counter(self._names())
            at_us = now_us()
            for name in (self._known - present).elements():
                self._events.put(DeviceLost(at_us, f"{KEYBOARD}:{name}"))
            for name in (present - self._known).elements():
                self._events.put(DeviceFound(at_us, f"{KEYBOARD}:{name}"))
            self._known = present
