"""The way to the door through a conduit, for machines that do not reach the door themselves.

What they knock with goes on to whoever let this machine in, be it the door or another conduit, and the answers come
back.  Both ends prove the code to each other, so who passes it on learns nothing and can change nothing.  To the door
all who come this way are one host, which has so many guesses at the code a minute.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from engine.net.admission import ADMISSION_US, parse_directions
from engine.net.endpoint import Address
from engine.net.limits import Limits
from engine.net.packets import PacketKind, parse_attempt

QUESTIONS = frozenset((PacketKind.HELLO, PacketKind.KNOCK, PacketKind.CLAIM, PacketKind.ASK))

MAX_ASKING = 64
"""So many may be on their way to the door through one conduit."""

PER_S, AT_ONCE = 40, 80
"""Questions a second that one address may ask."""


class Passed(NamedTuple):
    """A datagram that goes on, and where to."""

    address: Address
    datagram: bytes


class Doorway:
    """Sans-IO; ``door`` is the address that let this machine in, None while there is none."""

    def __init__(self) -> None:
        self.door: Address | None = None
        self._asking: OrderedDict[bytes, tuple[Address, int]] = OrderedDict()
        self._limits: Limits[Address] = Limits(PER_S, AT_ONCE)

    def take(self, datagram: bytes, address: Address, now_us: int) -> Passed | None:
        """Where a datagram of an admission that came from ``address`` goes on to; None for any other bytes."""
        parsed = parse_attempt(datagram)
        if parsed is None or self.door is None:
            return None
        kind, attempt = parsed
        known = self._asking.get(attempt)
        if kind not in QUESTIONS:
            return self._answer(kind, datagram, address, known)
        taken = known is not None and known[0] != address and now_us - known[1] < ADMISSION_US
        if address == self.door or taken or not self._limits.allow(address, now_us):
            return None
        self._asking[attempt] = address, now_us
        self._asking.move_to_end(attempt)
        if len(self._asking) > MAX_ASKING:
            self._asking.popitem(last=False)
        return Passed(self.door, datagram)

    def _answer(
        self, kind: PacketKind, datagram: bytes, address: Address, known: tuple[Address, int] | None
    ) -> Passed | None:
        if address != self.door or known is None:
            return None
        if kind is PacketKind.ELSEWHERE:  # another conducts now: the next question goes there
            self.door = parse_directions(datagram) or self.door
            return None
        return Passed(known[0], datagram)
