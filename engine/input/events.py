"""What every device becomes, whatever it is: one stamped change of one control."""

from __future__ import annotations

from typing import NamedTuple


class InputEvent(NamedTuple):
    """One change of one control of one device.

    ``at_us`` is the monotonic clock (``engine.clock.now_us``) at the moment the operating system
    handed the event over.  ``device`` names the device (``keyboard``, ``mouse``, ``gamepad:<name>``,
    ``midi:<port>``), ``control`` the thing pressed on it (``key:a``, ``button:1``, ``note:60``),
    ``value`` is 0.0 for released, up to 1.0 for pressed.
    """

    at_us: int
    device: str
    control: str
    value: float

    @property
    def pressed(self) -> bool:
        """True while the control is down."""
        return self.value > 0.0
