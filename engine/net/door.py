"""The conductor's side of an admission; sans-IO.

Datagrams go in with the address they came from, datagrams to send come out.  Until a stranger has shown that it
receives at its address nothing is kept of it; until it has proved the code, no more than the guesses allowed.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from engine.net.admission import (
    ADMISSION_US,
    ANY_SESSION,
    BATCH,
    COOKIE_BYTES,
    HELLO_BYTES,
    KNOCK_BYTES,
    MAX_CLAIM_PARTS,
    OPENING,
    AdmissionKeys,
    Claim,
    Outgoing,
    Parts,
    Reason,
    pack_refusal,
    pack_ticketed,
    parse_ask,
    parse_claim,
    seal_parts,
)
from engine.net.face import Trouble
from engine.net.keys import CodeExchange, confirmation, peer_id, vouched
from engine.net.limits import Guess, Guesses
from engine.net.packets import HEADER_BYTES, VERSION, PacketKind, pack_attempt, parse_attempt
from engine.net.roster import Address, Member, NameTaken, Roster, SessionFull, WasRemoved

SECRET_US = 30_000_000
"""How long a cookie's secret is used; the one before it still counts."""

MAX_REPEATS = 64
"""A claim that was answered is answered this often again: more than a joiner repeats it in its ten seconds."""

MAX_ENTRIES = 128
"""Admissions to a seat that are remembered at once, finished ones included; beyond it a joiner asks again later."""

MAX_CROWD_ENTRIES = 64
"""The same for tickets, which are counted apart: however many want to listen, there is room for who wants to play."""

CROWD_KEPT_US = 2_000_000
"""Who has its ticket is forgotten so long after it asked last; a seat's admission is for 20 s."""

TICKETS_PER_S = MAX_CROWD_ENTRIES * 1_000_000 // CROWD_KEPT_US
"""So many tickets a second follow: at 9 ms each (SPAKE2 in Python) a third of a core of the conductor's machine."""

TROUBLE_US = 60_000_000
"""The same trouble is told once in this time."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """``member`` is on the roster now; ``again`` if it came back to the place it had before."""

    member: Member
    address: Address
    again: bool


@dataclass(slots=True)
class _Entry:
    """One admission under way: its knock was answered."""

    knock: bytes
    answer: bytes
    keys: AdmissionKeys
    guess: Guess
    claim: Parts
    crowd: bool
    ends_us: int
    welcome: list[bytes] | None = None
    asked: int = 0
    repeats: int = 0


DoorEvent = Admitted | Trouble


class Door:
    """Lets machines that know ``code`` into the session of ``roster``, on which it enters them.

    The caller passes in each datagram of a kind in :data:`engine.net.packets.ADMISSION`, calls :meth:`tick` when it is
    due, sends what comes out, and asks for :meth:`events`.  While ``room`` says no, only who was there before comes in.
    ``crowd`` gives the packed ticket for the crowd, nothing while the session is not open to one.
    """

    def __init__(
        self,
        code: str,
        roster: Roster,
        now_us: int,
        room: Callable[[], bool] = lambda: True,
        crowd: Callable[[], bytes] = lambda: b"",
    ) -> None:
        self._code, self._room, self._crowd = code, room, crowd
        self._roster = roster
        self._secrets = (secrets.token_bytes(32), secrets.token_bytes(32))
        self._turned_us = now_us
        self._guesses = Guesses()
        self._ready: CodeExchange | None = None
        self._entries: dict[tuple[Address, bytes], list[_Entry]] = {}
        self._counts = Counter[bool]()  # by whether they are of the crowd
        self._events: list[DoorEvent] = []
        self._told_us: dict[Reason, int] = {}

    def __len__(self) -> int:
        return self._counts.total()

    def events(self) -> list[DoorEvent]:
        """Who was admitted, and what the conductor may want to know, since the last call."""
        events, self._events = self._events, []
        return events

    def due_us(self) -> int | None:
        """When :meth:`tick` has something to forget; None while there is nothing.  More often does no harm."""
        return min((entry.ends_us for entries in self._entries.values() for entry in entries), default=None)

    def tick(self, now_us: int) -> list[Outgoing]:
        """Forget admissions that are over, and get ready for the next; a door never speaks first."""
        self._forget(now_us)
        if self._ready is None:
            self._ready = CodeExchange("door", self._code)
        return []

    def _forget(self, now_us: int) -> None:
        for key, entries in list(self._entries.items()):
            kept = [entry for entry in entries if now_us < entry.ends_us]
            self._counts.subtract(entry.crowd for entry in entries if now_us >= entry.ends_us)
            if kept:
                self._entries[key] = kept
            else:
                del self._entries[key]

    def receive(self, datagram: bytes, address: Address, now_us: int) -> list[Outgoing]:
        """What to send for a datagram that came from ``address``."""
        parsed = parse_attempt(datagram)
        if parsed is None:
            return []
        kind, attempt = parsed
        if kind is PacketKind.HELLO:
            reply = self._hello(datagram, address, attempt, now_us)
        elif kind is PacketKind.KNOCK:
            reply = self._knock(datagram, address, attempt, now_us)
        elif kind is PacketKind.CLAIM:
            return [Outgoing(address, part) for part in self._claim(datagram, address, attempt, now_us)]
        elif kind is PacketKind.ASK:
            return [Outgoing(address, part) for part in self._ask(datagram, address, attempt, now_us)]
        else:
            return []
        return [] if reply is None else [Outgoing(address, reply)]

    def _hello(self, datagram: bytes, address: Address, attempt: bytes, now_us: int) -> bytes | None:
        if len(datagram) < HELLO_BYTES:  # the answer must not be longer than the question
            return None
        version, session = OPENING.unpack_from(datagram, HEADER_BYTES)
        if version != VERSION:
            text = f"A machine at {address[0]} knocks with version {version}; this session speaks {VERSION}."
            self._trouble(Reason.VERSION, text, now_us)
            return pack_refusal(attempt, Reason.VERSION)
        if session not in (ANY_SESSION, self._roster.session):
            return pack_refusal(attempt, Reason.OTHER_SESSION)
        return self._invitation(address, attempt, now_us)

    def _invitation(self, address: Address, attempt: bytes, now_us: int) -> bytes:
        if now_us - self._turned_us >= SECRET_US:
            self._secrets = (secrets.token_bytes(32), self._secrets[0])
            self._turned_us = now_us
        cookie = _cookie(self._secrets[0], address, attempt)
        opening = OPENING.pack(VERSION, self._roster.session)
        return pack_attempt(PacketKind.COOKIE, attempt) + opening + cookie

    def _knock(self, datagram: bytes, address: Address, attempt: bytes, now_us: int) -> bytes | None:
        if len(datagram) != KNOCK_BYTES:
            return None
        version, session = OPENING.unpack_from(datagram, HEADER_BYTES)
        at = HEADER_BYTES + OPENING.size + 1
        crowd, cookie, message = datagram[at - 1] == 1, datagram[at : at + COOKIE_BYTES], datagram[at + COOKIE_BYTES :]
        if version != VERSION:
            return None
        fresh = any(secrets.compare_digest(cookie, _cookie(secret, address, attempt)) for secret in self._secrets)
        if not fresh or session != self._roster.session:
            return self._invitation(address, attempt, now_us)
        for entry in self._entries.get((address, attempt), ()):
            if entry.knock == message:
                return entry.answer
        return self._answer(message, address, attempt, crowd, now_us)

    def _answer(self, message: bytes, address: Address, attempt: bytes, crowd: bool, now_us: int) -> bytes | None:
        self._forget(now_us)
        wait_s = self._guesses.wait_s(address[0], now_us)
        if wait_s is None or self._counts[crowd] >= (MAX_CROWD_ENTRIES if crowd else MAX_ENTRIES):
            return None
        if wait_s:
            text = f"Wrong join codes were tried too often, last from {address[0]}; it has to wait {wait_s} s."
            self._trouble(Reason.GUESSED, text, now_us)
            return pack_refusal(attempt, Reason.GUESSED, wait_s)
        guess = self._guesses.began(address[0], now_us)
        exchange, self._ready = self._ready or CodeExchange("door", self._code), None
        secret = exchange.secret(message, self._roster.session, attempt)
        if secret is None:
            return None
        answer = pack_attempt(PacketKind.ANSWER, attempt) + exchange.message + confirmation(secret)
        keys = AdmissionKeys.of(secret)
        parts, ends_us = Parts(keys.claim, MAX_CLAIM_PARTS), now_us + 2 * ADMISSION_US
        entry = _Entry(message, answer, keys, guess, parts, crowd, ends_us)
        self._entries.setdefault((address, attempt), []).append(entry)
        self._counts[crowd] += 1
        return answer

    def _claim(self, datagram: bytes, address: Address, attempt: bytes, now_us: int) -> list[bytes]:
        for entry in self._entries.get((address, attempt), ()):
            if entry.welcome is not None:
                if not entry.claim.has(datagram):
                    continue
                # One part tells the joiner how many there are; more would make a repeated claim a lever for floods.
                entry.repeats += 1
                if entry.repeats > MAX_REPEATS:
                    return []
                _keep(entry, now_us)
                return entry.welcome[:1]
            if entry.claim.take(datagram):
                self._guesses.proved(entry.guess)
            message = entry.claim.message()
            if message is not None:
                entry.welcome = self._welcome(message, entry, address, attempt)
                _keep(entry, now_us)
                return entry.welcome[:BATCH]
        return []

    def _welcome(self, message: bytes, entry: _Entry, address: Address, attempt: bytes) -> list[bytes]:
        try:
            claim = parse_claim(message, entry.keys.binding)
            if claim.crowd != entry.crowd:
                raise ValueError("it knocked for something else")
            answer = self._ticket(claim, address) if claim.crowd else b"\0" + self._enter(claim, address)
        except ValueError:
            return []  # it knows the code and talks nonsense; it gets no answer
        except SessionFull:
            answer = bytes((Reason.FULL_BUT_CROWD if self._crowd() else Reason.FULL,))
        except WasRemoved:
            answer = bytes((Reason.REMOVED,))
        except NameTaken:
            answer = bytes((Reason.NAME_TAKEN,))
        return seal_parts(PacketKind.WELCOME, attempt, entry.keys.welcome, answer)

    def _ticket(self, claim: Claim, address: Address) -> bytes:
        if self._roster.turned_away(peer_id(claim.signing), address[0]):
            raise WasRemoved
        ticket = self._crowd()
        return pack_ticketed(address[1], ticket) if ticket else bytes((Reason.NO_CROWD,))

    def _enter(self, claim: Claim, address: Address) -> bytes:
        if not vouched(self._roster.session, claim.exchange, claim.vouch, claim.signing):
            raise ValueError("nobody would speak to it")
        if peer_id(claim.signing) not in self._roster.places and not self._room():
            raise SessionFull
        others = tuple(other for other in claim.addresses if other != address)
        member, again = self._roster.admit(claim.signing, claim.exchange, claim.info, (address, *others), claim.vouch)
        self._events.append(Admitted(member, address, again))
        return self._roster.pack()

    def _ask(self, datagram: bytes, address: Address, attempt: bytes, now_us: int) -> list[bytes]:
        for entry in self._entries.get((address, attempt), ()):
            asked = parse_ask(datagram, entry.keys.ask) if entry.welcome else None
            if asked is not None and entry.welcome and asked[0] > entry.asked:
                entry.asked, held = asked
                _keep(entry, now_us)
                return [part for number, part in enumerate(entry.welcome) if not held >> number & 1][:BATCH]
        return []

    def _trouble(self, reason: Reason, text: str, now_us: int) -> None:
        told_us = self._told_us.get(reason)
        if told_us is None or now_us - told_us >= TROUBLE_US:
            self._told_us[reason] = now_us
            self._events.append(Trouble(text))


def _keep(entry: _Entry, now_us: int) -> None:
    """Remember who was answered for as long as it may still ask for parts of it."""
    if entry.crowd:
        entry.ends_us = now_us + CROWD_KEPT_US


def _cookie(secret: bytes, address: Address, attempt: bytes) -> bytes:
    text = f"{address[0]} {address[1]} ".encode()
    return blake2b(text + attempt, key=secret, digest_size=COOKIE_BYTES).digest()
