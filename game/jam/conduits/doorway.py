"""The way to the door through a conduit, for machines that do not reach the door themselves.

What they knock with goes on to whoever let this machine in, be it the door or another conduit, and the answers come
back.  Both ends prove the code to each other, so who passes it on learns nothing and can change nothing.  To the door
all who come this way are one host, which has so many guesses at the code a minute; so they are counted here as well,
and the last of them is left for this machine itself.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from engine.net.admission import (
    ADMISSION_US,
    HELLO_BYTES,
    KNOCK_BYTES,
    OPENING,
    Reason,
    pack_refusal,
    parse_directions,
)
from engine.net.endpoint import Address
from engine.net.keys import SPAKE2_BYTES
from engine.net.limits import GUESSES_PER_HOST, UNDECIDED_US, Guess, Guesses, Limits
from engine.net.packets import HEADER_BYTES, PacketKind, parse_attempt

QUESTIONS = frozenset((PacketKind.HELLO, PacketKind.KNOCK, PacketKind.CLAIM, PacketKind.ASK))

MAX_ASKING = 64
"""So many may be on their way to the door through one conduit."""

PER_S, AT_ONCE = 40, 80
"""Questions a second that one address may ask."""

GUESSES = GUESSES_PER_HOST - 1
"""Tries at the code that all who come this way may have open or wrong in a minute …"""

GUESSES_OF_ONE = 2
"""… and one machine of them; so many are also kept for those who have not tried yet."""


class Passed(NamedTuple):
    """A datagram that goes on, and where to."""

    address: Address
    datagram: bytes


@dataclass(slots=True)
class _Asking:
    """Somebody on the way to ``door``; ``answered`` once it has been given something to try a code on."""

    address: Address
    door: Address
    at_us: int
    knock: bytes = b""
    guess: Guess | None = None
    answered: bool = False


class Doorway:
    """Sans-IO; ``door`` is the address that let this machine in, None while there is none."""

    def __init__(self) -> None:
        self.door: Address | None = None
        self._asking: OrderedDict[bytes, _Asking] = OrderedDict()
        self._limits: Limits[Address] = Limits(PER_S, AT_ONCE)
        self._guesses = Guesses(GUESSES_OF_ONE, GUESSES, GUESSES_OF_ONE)

    def take(self, datagram: bytes, address: Address, now_us: int) -> Passed | None:
        """What follows from a datagram of an admission that came from ``address``; None for any other bytes."""
        parsed = parse_attempt(datagram)
        if parsed is None or self.door is None:
            return None
        kind, attempt = parsed
        asking = self._asking.get(attempt)
        if kind not in QUESTIONS:
            return self._answer(kind, datagram, address, asking, now_us)
        if asking is not None and asking.address != address:
            if now_us - asking.at_us < ADMISSION_US:
                return None
            asking = None
        if address == self.door or not _is_sound(kind, datagram, asking) or not self._limits.allow(address, now_us):
            return None
        asking = asking or _Asking(address, self.door, now_us)
        asking.at_us = now_us
        self._remember(attempt, asking)
        if kind is PacketKind.KNOCK and (wait_s := self._wait_s(asking, datagram[-SPAKE2_BYTES:], now_us)) != 0:
            return Passed(address, pack_refusal(attempt, Reason.GUESSED, wait_s)) if wait_s else None
        return Passed(asking.door, datagram)

    def _remember(self, attempt: bytes, asking: _Asking) -> None:
        """Where too many ask, the oldest goes of the host that has most of those the door has not answered."""
        self._asking[attempt] = asking
        self._asking.move_to_end(attempt)
        if len(self._asking) <= MAX_ASKING:
            return
        hosts = Counter(each.address[0] for each in self._asking.values() if not each.answered)
        loudest = max(hosts, key=hosts.__getitem__, default="")
        unanswered = (key for key, each in self._asking.items() if not each.answered and each.address[0] == loudest)
        self._drop(next(unanswered, next(iter(self._asking))))

    def _drop(self, attempt: bytes) -> None:
        gone = self._asking.pop(attempt)
        if gone.guess is not None and not gone.answered:
            self._guesses.proved(gone.guess)

    def _wait_s(self, asking: _Asking, knock: bytes, now_us: int) -> int | None:
        """Seconds until a knock may go on, as :meth:`engine.net.limits.Guesses.wait_s` says."""
        for each in self._asking.values():  # what the door is silent on was no guess
            if each.guess is not None and not each.answered and now_us - each.guess.at_us >= UNDECIDED_US:
                self._guesses.proved(each.guess)
                each.guess, each.knock = None, b""
        if knock == asking.knock:
            return 0
        host = asking.address[0]
        wait_s = self._guesses.wait_s(host, now_us)
        if wait_s == 0:
            asking.knock, asking.guess = knock, self._guesses.began(host, now_us)
        return wait_s

    def _answer(
        self, kind: PacketKind, datagram: bytes, address: Address, asking: _Asking | None, now_us: int
    ) -> Passed | None:
        if asking is None or address != asking.door:
            return None
        if kind is PacketKind.ELSEWHERE:  # another conducts now: the next question of this one goes there
            door = parse_directions(datagram)
            if door is not None and not asking.answered and _is_within(door, asking.door):
                asking.door = door
            return None
        if kind is PacketKind.ANSWER:
            asking.answered = True
            asking.guess = asking.guess or self._guesses.began(asking.address[0], now_us)
        elif kind is PacketKind.WELCOME and asking.guess is not None:
            self._guesses.proved(asking.guess)
        return Passed(asking.address, datagram)


def _is_sound(kind: PacketKind, datagram: bytes, asking: _Asking | None) -> bool:
    """Whether a question has the size of its kind, and comes when it may."""
    if kind is PacketKind.HELLO:
        return len(datagram) == HELLO_BYTES and not any(datagram[HEADER_BYTES + OPENING.size :])
    if kind is PacketKind.KNOCK:
        return len(datagram) == KNOCK_BYTES
    return asking is not None and asking.answered


def _is_within(address: Address, door: Address) -> bool:
    """Whether an address is one of a local network; of this machine only if the door is."""
    found = ipaddress.ip_address(address[0])
    return found.is_private and (not found.is_loopback or ipaddress.ip_address(door[0]).is_loopback)
