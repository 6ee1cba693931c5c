"""The joiner's side of an admission; sans-IO.

Nothing that comes in the clear can end an attempt at once: a refusal or an answer that does not fit is kept in doubt
for a moment, in which the true door can still be heard, because anyone on the network could have sent it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.net.admission import (
    ADMISSION_US,
    ANSWER_BYTES,
    ANY_SESSION,
    BATCH,
    COOKIE_BYTES,
    HELLO_BYTES,
    MAX_WELCOME_PARTS,
    OPENING,
    SAID_SEALED,
    AdmissionKeys,
    Outgoing,
    Parts,
    Reason,
    pack_ask,
    pack_claim,
    parse_directions,
    parse_refusal,
    parse_ticketed,
    seal_parts,
    sentence,
)
from engine.net.face import Refused
from engine.net.keys import SPAKE2_BYTES, CodeExchange, Identity, confirms
from engine.net.packets import (
    ATTEMPT_BYTES,
    HEADER_BYTES,
    SESSION_BYTES,
    VERSION,
    PacketKind,
    pack_attempt,
    parse_attempt,
)
from engine.net.roster import MAX_ADDRESSES, Address, Member, Roster, checked_address, pack_info
from engine.net.ticket import Ticket

FIRST_GAP_US = 80_000
LONGEST_GAP_US = 400_000
"""A question is repeated after the first gap, then after half as much more each time, up to the longest: some 25 times
in all, so that three exchanges get through where three in ten datagrams are lost each way."""

DOUBT_US = 600_000
"""How long what came in the clear is doubted before it is believed."""

MAX_ANSWERS = 3
"""Answers that are tried in one attempt: each is a guess at the code by whoever sent it."""

MAX_DIRECTIONS = 4
"""How many other addresses members may point to in one attempt."""

KNOCKS = 8
"""Unanswered knocks after which it begins again at the first step, perhaps at another address."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    """This machine is a member: ``me`` on ``roster``; ``door`` is the address that let it in."""

    roster: Roster
    me: Member
    door: Address


@dataclass(frozen=True, slots=True)
class Ticketed:
    """This machine may listen in the crowd of ``session``; ``door`` is the address that gave the ticket.

    ``seen_port`` is the UDP port that the conductor's door saw this machine at; that of whoever passes it on, if
    ``door`` is not the conductor's own.
    """

    ticket: Ticket
    session: str
    door: Address
    seen_port: int


class Knock:
    """Asks for admission at one or more addresses of the same conductor, with the join code.

    ``info`` is what this machine says of itself, ``own`` the addresses it can be reached at besides the one the door
    sees, ``session`` the session wanted (any, if it is all zeros).  A machine that was a member before comes with
    ``mine.renewed()`` and gets its place again.  With ``crowd`` it asks for a ticket for the crowd instead of a seat.

    Raises:
        ValueError: no address, or an info or a session that cannot be sent.
    """

    def __init__(
        self,
        mine: Identity,
        code: str,
        addresses: Sequence[Address],
        info: Mapping[str, Any],
        now_us: int,
        own: Sequence[Address] = (),
        session: bytes = ANY_SESSION,
        crowd: bool = False,
    ) -> None:
        if not addresses or len(session) != SESSION_BYTES:
            raise ValueError("a knock needs an address and a session")
        self._mine = mine
        self._addresses = tuple(addresses)
        self._most_addresses = len(self._addresses) + MAX_DIRECTIONS
        self._info = pack_info(info)
        self._own = tuple(checked_address(*each) for each in own[: MAX_ADDRESSES - 1])
        self._wanted, self._crowd = session, crowd
        self._attempt = secrets.token_bytes(ATTEMPT_BYTES)
        self._exchange = CodeExchange("joiner", code)
        self._step = PacketKind.HELLO
        self._door = self._addresses[0]
        self._session = session
        self._cookie = b""
        self._sent = 0
        self._answers: list[bytes] = []
        self._keys: AdmissionKeys | None = None
        self._claim: list[bytes] = []
        self._welcome: Parts | None = None
        self._asks = 0
        self._batch_at = 0
        self._doubt: tuple[str, int] | None = None
        self._gap_us = FIRST_GAP_US
        self._next_us = now_us
        self._ends_us = now_us + ADMISSION_US
        self.outcome: Welcomed | Ticketed | Refused | None = None
        """How it ended; None while it goes on."""

    def due_us(self) -> int | None:
        """When :meth:`tick` has something to do; None once it has ended."""
        if self.outcome is not None:
            return None
        doubt_us = self._ends_us if self._doubt is None else self._doubt[1]
        return min(self._next_us, self._ends_us, doubt_us)

    def tick(self, now_us: int) -> list[Outgoing]:
        """What to send now; the first call begins."""
        if self.outcome is not None:
            return []
        if self._doubt is not None and now_us >= self._doubt[1]:
            self.outcome = Refused(self._doubt[0])
            return []
        if now_us >= self._ends_us:
            hosts = " or ".join(f"{host} port {port}" for host, port in self._addresses)
            silent = self._step is PacketKind.HELLO
            self.outcome = Refused(sentence(Reason.NO_ANSWER if silent else Reason.BROKEN_OFF, where=hosts))
            return []
        return self._ask_again(now_us) if now_us >= self._next_us else []

    def _ask_again(self, now_us: int) -> list[Outgoing]:
        self._next_us = now_us + self._gap_us
        self._gap_us = min(self._gap_us * 3 // 2, LONGEST_GAP_US)
        if self._step is PacketKind.KNOCK and self._sent >= KNOCKS:
            self._step = PacketKind.HELLO
        self._sent += 1
        if self._step is PacketKind.HELLO:
            return [Outgoing(address, self._hello()) for address in self._addresses]
        if self._step is PacketKind.KNOCK:
            opening = pack_attempt(PacketKind.KNOCK, self._attempt) + OPENING.pack(VERSION, self._session)
            return [Outgoing(self._door, opening + bytes((self._crowd,)) + self._cookie + self._exchange.message)]
        if self._welcome is not None and self._welcome.count:
            return [self._ask()]
        return [Outgoing(self._door, part) for part in self._claim]

    def _hello(self) -> bytes:
        opening = pack_attempt(PacketKind.HELLO, self._attempt) + OPENING.pack(VERSION, self._wanted)
        return opening.ljust(HELLO_BYTES, b"\0")

    def _go_on(self, step: PacketKind, now_us: int) -> list[Outgoing]:
        self._step = step
        self._sent = 0
        self._gap_us = FIRST_GAP_US
        return self._ask_again(now_us)

    def _ask(self) -> Outgoing:
        assert self._keys is not None
        assert self._welcome is not None
        self._asks += 1
        self._batch_at = len(self._welcome)
        return Outgoing(self._door, pack_ask(self._attempt, self._keys.ask, self._asks, self._welcome.bits()))

    def receive(self, datagram: bytes, address: Address, now_us: int) -> list[Outgoing]:
        """What to send for a datagram that came from ``address``; see :attr:`outcome` afterwards."""
        parsed = parse_attempt(datagram)
        if parsed is None or parsed[1] != self._attempt or self.outcome is not None:
            return []
        kind = parsed[0]
        if kind is PacketKind.WELCOME and self._step is PacketKind.CLAIM and address == self._door:
            return self._take_welcome(datagram, now_us)
        if self._step is PacketKind.CLAIM:
            return []
        if kind is PacketKind.COOKIE:
            return self._take_cookie(datagram, address, now_us)
        if kind is PacketKind.ANSWER and self._step is PacketKind.KNOCK and address == self._door:
            return self._take_answer(datagram, now_us)
        if kind is PacketKind.ELSEWHERE and self._step is PacketKind.HELLO:
            return self._take_directions(datagram)
        if kind is PacketKind.REFUSAL and address in (self._door, *self._addresses):
            self._in_doubt(parse_refusal(datagram), now_us)
        return []

    def _take_directions(self, datagram: bytes) -> list[Outgoing]:
        address = parse_directions(datagram)
        if address is None or address in self._addresses or len(self._addresses) >= self._most_addresses:
            return []
        self._addresses += (address,)
        return [Outgoing(address, self._hello())]

    def _in_doubt(self, told: str | None, now_us: int) -> None:
        if told is not None:
            ends_us = now_us + DOUBT_US if self._doubt is None else self._doubt[1]
            self._doubt = (told, ends_us)

    def _take_cookie(self, datagram: bytes, address: Address, now_us: int) -> list[Outgoing]:
        if len(datagram) != HEADER_BYTES + OPENING.size + COOKIE_BYTES:
            return []
        version, session = OPENING.unpack_from(datagram, HEADER_BYTES)
        cookie = datagram[-COOKIE_BYTES:]
        if version != VERSION or session == ANY_SESSION or self._wanted not in (ANY_SESSION, session):
            return []
        if self._step is PacketKind.KNOCK and (
            address != self._door or (cookie, session) == (self._cookie, self._session)
        ):
            return []
        self._door, self._session, self._cookie = address, session, cookie
        return self._go_on(PacketKind.KNOCK, now_us)

    def _take_answer(self, datagram: bytes, now_us: int) -> list[Outgoing]:
        if len(datagram) != ANSWER_BYTES or datagram in self._answers or len(self._answers) >= MAX_ANSWERS:
            return []
        self._answers.append(datagram)
        at = HEADER_BYTES + SPAKE2_BYTES
        secret = self._exchange.secret(datagram[HEADER_BYTES:at], self._session, self._attempt)
        if secret is None or not confirms(datagram[at:], secret):
            self._in_doubt(sentence(Reason.WRONG_CODE), now_us)
            return []
        self._doubt = None
        self._keys = AdmissionKeys.of(secret)
        message = pack_claim(self._mine, self._info, self._own, self._keys.binding, self._session, self._crowd)
        self._claim = seal_parts(PacketKind.CLAIM, self._attempt, self._keys.claim, message)
        self._welcome = Parts(self._keys.welcome, MAX_WELCOME_PARTS)
        return self._go_on(PacketKind.CLAIM, now_us)

    def _take_welcome(self, datagram: bytes, now_us: int) -> list[Outgoing]:
        parts = self._welcome
        if parts is None or not parts.take(datagram):
            return []
        message = parts.message()
        if message is not None:
            self.outcome = self._read(message)
            return []
        # The next batch is asked for as soon as this one is in; the timer is for what gets lost.
        if len(parts) - self._batch_at >= min(BATCH, parts.count - self._batch_at):
            return self._go_on(PacketKind.CLAIM, now_us)
        self._gap_us = FIRST_GAP_US
        self._next_us = now_us + FIRST_GAP_US
        return []

    def _read(self, message: bytes) -> Welcomed | Ticketed | Refused:
        first = message[0] if message else -1
        ticketed = parse_ticketed(message) if self._crowd else None
        if ticketed is not None:
            return self._read_ticket(*ticketed)
        if first != 0 or self._crowd:
            reason = Reason(first) if first in SAID_SEALED else Reason.BROKEN_OFF
            return Refused(sentence(reason), reason is Reason.FULL_BUT_CROWD)
        try:
            roster = Roster.parse(message[1:])
        except ValueError:
            return Refused(sentence(Reason.BROKEN_OFF))
        me = roster.members.get(self._mine.id)
        if me is None or roster.session != self._session or me.exchange_public != self._mine.exchange_public:
            return Refused(sentence(Reason.BROKEN_OFF))
        return Welcomed(roster, me, self._door)

    def _read_ticket(self, seen_port: int, packed: bytes) -> Ticketed | Refused:
        try:
            return Ticketed(Ticket.parse(packed), self._session.hex(), self._door, seen_port)
        except ValueError:
            return Refused(sentence(Reason.BROKEN_OFF))
