"""What every device becomes, whatever it is: a stamped change of a control, and the few other things that happen."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class InputEvent(NamedTuple):
    """One change of one control of one device.

    ``at_us`` is the monotonic clock (``engine.clock.now_us``) at the moment the operating system
    handed the event over.  ``device`` names the device (``keyboard``, ``mouse``, ``gamepad:<name>``,
    ``midi:<port>``), ``control`` the thing pressed on it (``key:a``, ``button:1``, ``note:60``),
    ``value`` is 0.0 for released, up to 1.0 for pressed.  Of the mouse, ``x`` and ``y`` carry the place in
    pixels and ``wheel:x`` and ``wheel:y`` the turn in notches.
    """

    at_us: int
    device: str
    control: str
    value: float

    @property
    def pressed(self) -> bool:
        """True while the control is down."""
        return self.value > 0.0


class TextEvent(NamedTuple):
    """Text as typed, after layout, dead keys and input method; only while text input is on."""

    at_us: int
    text: str


class ComposingEvent(NamedTuple):
    """What an input method is making text of and has not typed yet; empty when it is done or has given up.

    ``caret`` is the character before which it goes on.
    """

    at_us: int
    text: str
    caret: int = 0


class WindowChange(Enum):
    """What can happen to a window."""

    FOCUS_GAINED = "focus gained"
    FOCUS_LOST = "focus lost"
    MINIMISED = "minimised"
    RESTORED = "restored"
    RESIZED = "resized"
    FILE_DROPPED = "file dropped"
    QUIT = "quit"


class WindowEvent(NamedTuple):
    """Something that happened to the window.  ``path`` is the dropped file, ``size`` the new size in pixels."""

    at_us: int
    change: WindowChange
    path: str = ""
    size: tuple[int, int] = (0, 0)


class DeviceFound(NamedTuple):
    """A gamepad or a MIDI input is there now."""

    at_us: int
    device: str


class DeviceLost(NamedTuple):
    """A device is gone; the releases of everything that was held on it came just before."""

    at_us: int
    device: str


Event = InputEvent | TextEvent | ComposingEvent | WindowEvent | DeviceFound | DeviceLost
"""Everything a scene can be handed."""
