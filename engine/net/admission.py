"""How a machine is let into a session: what both sides of the door share.

:class:`~engine.net.knock.Knock` is the joiner's side, :class:`~engine.net.door.Door` the conductor's::

    joiner                                           door
      HELLO   version, session wanted                  keeps nothing
                                          COOKIE       only who receives at its address can go on
      KNOCK   seat or crowd, cookie, SPAKE2 message    first work, counted as a guess at the code
                                          ANSWER       SPAKE2 message, proof that the door knows the code
      CLAIM   sealed: keys, info, signature            proof that the joiner knows it; the guess is struck out
                                          WELCOME      sealed: the roster with the group's key, in parts; to who
                                                       only wants to listen a ticket (engine.net.ticket)
      ASK     sealed: which parts it has               until all are there

The side that asks repeats itself, with growing gaps, so that the door keeps no clock for strangers.  HELLO and REFUSAL
keep their layout in all versions, so that two versions can tell each other apart.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

import msgpack
from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.net.face import MAX_DATAGRAM, MAX_PEERS
from engine.net.keys import CONFIRMATION_BYTES, SPAKE2_BYTES, Identity, derive, usable_exchange, verified
from engine.net.packets import (
    HEADER_BYTES,
    SESSION_BYTES,
    TAG_BYTES,
    VERSION,
    PacketKind,
    pack_attempt,
    parse_attempt,
)
from engine.net.roster import (
    MAX_ROSTER_BYTES,
    Address,
    Addresses,
    Key,
    PackedInfo,
    Signature,
    checked_address,
    checked_addresses,
    parse_info,
    unpacked,
)

ADMISSION_US = 10_000_000
"""A joiner gives up after this long, with one sentence."""

ANY_SESSION = bytes(SESSION_BYTES)
HELLO_BYTES = 64
COOKIE_BYTES = 16
MAX_CLAIM_PARTS = 3
PART_BYTES = MAX_DATAGRAM - HEADER_BYTES - 2 - TAG_BYTES
MAX_WELCOME_PARTS = -(-(MAX_ROSTER_BYTES + 1) // PART_BYTES)
BATCH = 16
"""Parts of a welcome that are sent at once: 19 kB, which every socket's buffer holds."""

OPENING = struct.Struct(f">H{SESSION_BYTES}s")
"""After the header of HELLO, COOKIE and KNOCK: version and session."""

KNOCK_BYTES = HEADER_BYTES + OPENING.size + 1 + COOKIE_BYTES + SPAKE2_BYTES
ANSWER_BYTES = HEADER_BYTES + SPAKE2_BYTES + CONFIRMATION_BYTES
_REFUSAL = struct.Struct(">BHH")


class Outgoing(NamedTuple):
    """A datagram that is to be sent, and where."""

    address: Address
    datagram: bytes


class Reason(IntEnum):
    """Why a machine was not let in."""

    VERSION = 1
    OTHER_SESSION = 2
    GUESSED = 3
    FULL = 4
    REMOVED = 5
    NAME_TAKEN = 6
    WRONG_CODE = 7
    NO_ANSWER = 8
    BROKEN_OFF = 9
    NO_CROWD = 10
    FULL_BUT_CROWD = 11


TICKET = 0x54
"""The first byte of a welcome that is a ticket; a roster's is 0, a refusal's its reason."""

_TICKETED = struct.Struct(">BH")

SAID_SEALED = frozenset((Reason.FULL, Reason.REMOVED, Reason.NAME_TAKEN, Reason.NO_CROWD, Reason.FULL_BUT_CROWD))
"""What a door tells only those who have proved the code; VERSION, OTHER_SESSION and GUESSED it tells anyone."""

SAID_OPENLY = frozenset((Reason.VERSION, Reason.OTHER_SESSION, Reason.GUESSED))

_SENTENCES = {
    Reason.OTHER_SESSION: "The session that was looked for is not open there any more; look for it again.",
    Reason.FULL: f"The session is full: {MAX_PEERS} machines are in it, or too many came and went; open a new one.",
    Reason.REMOVED: "This machine was removed from the session by its conductor; ask there to open a new one.",
    Reason.NAME_TAKEN: "By a rare chance this machine's id is too like another's; join again to get a new one.",
    Reason.WRONG_CODE: "This is not the join code of the session; check it with the conductor and try again.",
    Reason.BROKEN_OFF: "The session stopped answering while it let this machine in; try again nearer to the network.",
    Reason.NO_CROWD: "This session is not open to a crowd; ask its conductor to open it, or join as one of the band.",
    Reason.FULL_BUT_CROWD: "The session is full, but open to a crowd: join again to listen in the crowd.",
}


def sentence(reason: Reason, version: int = VERSION, wait_s: int = 0, where: str = "") -> str:
    """What the joiner's player is told; ``version`` is the door's, ``where`` the address that was tried."""
    if reason is Reason.VERSION:
        older = "this machine" if version > VERSION else "the conductor's"
        return f"The session speaks version {version}, this game version {VERSION}; update {older} to play together."
    if reason is Reason.GUESSED:
        return f"Wrong join codes were tried too often; wait {wait_s} s, then try again with the right one."
    if reason is Reason.NO_ANSWER:
        return f"Nobody answers at {where}; check that the session is open and both machines are on one network."
    return _SENTENCES[reason]


def pack_refusal(attempt: bytes, reason: Reason, wait_s: int = 0) -> bytes:
    """A REFUSAL in the clear."""
    return pack_attempt(PacketKind.REFUSAL, attempt) + _REFUSAL.pack(reason, VERSION, min(wait_s, 3600))


def parse_refusal(datagram: bytes) -> str | None:
    """The sentence for a REFUSAL; None if it is not one, or one that may only come sealed."""
    if len(datagram) != HEADER_BYTES + _REFUSAL.size:
        return None
    number, version, wait_s = _REFUSAL.unpack_from(datagram, HEADER_BYTES)
    if number not in SAID_OPENLY or (number == Reason.VERSION) != (version != VERSION) or wait_s > 3600:
        return None
    return sentence(Reason(number), version, wait_s)


def directions(datagram: bytes, conductor: Address) -> bytes | None:
    """What a member that does not conduct answers to a HELLO: where the door is; None for any other bytes."""
    parsed = parse_attempt(datagram)
    if parsed is None or parsed[0] is not PacketKind.HELLO or len(datagram) < HELLO_BYTES:
        return None
    host, port = conductor
    return (pack_attempt(PacketKind.ELSEWHERE, parsed[1]) + port.to_bytes(2, "big") + host.encode())[:HELLO_BYTES]


def parse_directions(datagram: bytes) -> Address | None:
    """The address that an ELSEWHERE names; None if it names none."""
    if not HEADER_BYTES + 2 < len(datagram) <= HELLO_BYTES:
        return None
    port = int.from_bytes(datagram[HEADER_BYTES : HEADER_BYTES + 2], "big")
    try:
        return checked_address(datagram[HEADER_BYTES + 2 :].decode("ascii"), port)
    except ValueError:
        return None


def pack_ticketed(seen_port: int, ticket: bytes) -> bytes:
    """A welcome to the crowd; ``seen_port`` is the UDP port that its holder was seen at by the door."""
    return _TICKETED.pack(TICKET, seen_port) + ticket


def parse_ticketed(message: bytes) -> tuple[int, bytes] | None:
    """The port and the packed ticket of :func:`pack_ticketed`; None for any other bytes."""
    if len(message) < _TICKETED.size or message[0] != TICKET:
        return None
    return _TICKETED.unpack_from(message)[1], message[_TICKETED.size :]


@dataclass(frozen=True, slots=True)
class AdmissionKeys:
    """What follows from a finished SPAKE2 exchange: keys for three kinds of packets, and what a claim is bound to."""

    claim: bytes = field(repr=False)
    ask: bytes = field(repr=False)
    welcome: bytes = field(repr=False)
    binding: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> AdmissionKeys:
        """The keys for a secret of :class:`~engine.net.keys.CodeExchange`."""
        return cls(*(derive(secret, label) for label in ("claim", "ask", "welcome", "binding")))


def seal_parts(kind: PacketKind, attempt: bytes, key: bytes, message: bytes) -> list[bytes]:
    """A long message as sealed datagrams.

    Each key seals one message only and the number of the part is the nonce, so a part sent again is the same bytes.
    """
    pieces = [message[at : at + PART_BYTES] for at in range(0, len(message), PART_BYTES)]
    datagrams = []
    for number, piece in enumerate(pieces):
        clear = pack_attempt(kind, attempt) + bytes((number, len(pieces)))
        datagrams.append(clear + _sealed(piece, clear, number, key))
    return datagrams


def _sealed(data: bytes, clear: bytes, number: int, key: bytes) -> bytes:
    nonce = number.to_bytes(12, "big")
    return bytes(sodium.crypto_aead_chacha20poly1305_ietf_encrypt(data, clear, nonce, key))


def _opened(data: bytes, clear: bytes, number: int, key: bytes) -> bytes | None:
    try:
        nonce = number.to_bytes(12, "big")
        return bytes(sodium.crypto_aead_chacha20poly1305_ietf_decrypt(data, clear, nonce, key))
    except CryptoError:
        return None


class Parts:
    """Collects the parts of one long message; at most ``most`` of them."""

    def __init__(self, key: bytes, most: int) -> None:
        self._key = key
        self._most = most
        self._count = 0
        self._held: dict[int, bytes] = {}

    @property
    def count(self) -> int:
        """How many parts there are; 0 until one has come."""
        return self._count

    def __len__(self) -> int:
        return len(self._held)

    def take(self, datagram: bytes) -> bool:
        """Keep a part; false for one that is held already, is forged or does not fit the others."""
        part = self._read(datagram)
        if part is None or part[0] in self._held:
            return False
        self._held[part[0]] = part[1]
        return True

    def has(self, datagram: bytes) -> bool:
        """Whether a datagram is one of the parts that are held, come again."""
        part = self._read(datagram)
        return part is not None and part[0] in self._held

    def _read(self, datagram: bytes) -> tuple[int, bytes] | None:
        start = HEADER_BYTES + 2
        if len(datagram) < start + TAG_BYTES:
            return None
        number, count = datagram[HEADER_BYTES], datagram[HEADER_BYTES + 1]
        if number >= count or count > self._most or self._count not in (0, count):
            return None
        piece = _opened(datagram[start:], datagram[:start], number, self._key)
        if piece is None:
            return None
        self._count = count
        return number, piece

    def bits(self) -> bytes:
        """Which parts are held, a bit each, the first in the lowest."""
        return sum(1 << number for number in self._held).to_bytes(-(-self._count // 8), "little")

    def message(self) -> bytes | None:
        """The whole message, once all parts are there."""
        if not self._count or len(self._held) < self._count:
            return None
        return b"".join(self._held[number] for number in range(self._count))


def pack_ask(attempt: bytes, key: bytes, number: int, bits: bytes) -> bytes:
    """An ASK for the parts whose bits are not set; ``number`` counts the asks."""
    clear = pack_attempt(PacketKind.ASK, attempt) + number.to_bytes(4, "big")
    return clear + _sealed(bits, clear, number, key)


def parse_ask(datagram: bytes, key: bytes) -> tuple[int, int] | None:
    """Number of an ASK, and the parts it says are held as a bit mask; None for any other bytes."""
    start = HEADER_BYTES + 4
    if not start + TAG_BYTES <= len(datagram) <= start + TAG_BYTES + MAX_WELCOME_PARTS:
        return None
    number = int.from_bytes(datagram[HEADER_BYTES:start], "big")
    bits = _opened(datagram[start:], datagram[:start], number, key)
    return None if bits is None else (number, int.from_bytes(bits, "little"))


class _ClaimFields(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    signing: Key
    exchange: Key
    info: PackedInfo
    addresses: Addresses
    vouch: Signature
    proof: Signature
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What a joiner says of itself; its proof was checked, its vouch for the exchange key is for all members.

    With ``crowd`` it wants a ticket for the crowd and no seat.
    """

    signing: bytes
    exchange: bytes
    info: Mapping[str, Any]
    addresses: tuple[Address, ...]
    vouch: bytes
    crowd: bool = False


def _proven(exchange: bytes, binding: bytes) -> bytes:
    return b"ourojam claim" + binding + exchange


def pack_claim(
    mine: Identity, info: bytes, addresses: tuple[Address, ...], binding: bytes, session: bytes, crowd: bool = False
) -> bytes:
    """What a joiner says of itself; its proof holds for this exchange alone, its vouch for the session."""
    fields = {
        "signing": mine.signing_public,
        "exchange": mine.exchange_public,
        "info": info,
        "addresses": [list(address) for address in addresses],
        "vouch": mine.vouch(session),
        "proof": mine.sign(_proven(mine.exchange_public, binding)),
    } | ({"crowd": True} if crowd else {})
    packed: bytes = msgpack.packb(fields)
    return packed


def parse_claim(data: bytes, binding: bytes) -> Claim:
    """A claim from outside; raises ValueError unless it is whole, within bounds and signed by its key."""
    try:
        fields = _ClaimFields.model_validate(unpacked(data, MAX_CLAIM_PARTS * PART_BYTES))
    except ValidationError as error:
        raise ValueError("not a claim") from error
    if not usable_exchange(fields.exchange):
        raise ValueError("no usable exchange key")
    if not verified(_proven(fields.exchange, binding), fields.proof, fields.signing):
        raise ValueError("not signed by its key")
    addresses = checked_addresses(fields.addresses)
    return Claim(fields.signing, fields.exchange, parse_info(fields.info), addresses, fields.vouch, fields.crowd)
