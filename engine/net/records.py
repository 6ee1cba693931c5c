"""One record as it travels: numbered by its author, chained to the one before it, signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from engine.net.face import MAX_RECORD
from engine.net.frames import Malformed, get_number, put_number

Sign = Callable[[bytes], bytes]
"""Signs for this machine (Ed25519: 64 bytes)."""

MAX_DATA = MAX_RECORD + 16
"""The most bytes of one record, with what the layer above puts before it."""

RECORD = 0
"""The first byte of its frame."""

ID_BYTES, _HASH, _SIGNATURE = 8, 16, 64

GENESIS = bytes(_HASH)
"""What an author's first record carries as the hash of the one before it."""


class Record(NamedTuple):
    """A record that is complete, with its author and its number, counted from 1 without gaps."""

    author: str
    number: int
    data: bytes


class Sealed(NamedTuple):
    """A record as it travels, and what was read from it.

    ``signed`` is what its author signed; ``digest``, its first half, is what the next record carries as ``before``.
    """

    author: str
    number: int
    before: bytes
    signature: bytes
    data: bytes
    signed: bytes
    frame: bytes

    @property
    def digest(self) -> bytes:
        """The hash by which the next record names it."""
        return self.signed[:_HASH]


def sealed(author: str, number: int, before: bytes, data: bytes, sign: Sign) -> tuple[bytes, bytes]:
    """A record of this machine: its frame, and the hash by which the next one names it."""
    signed = _signed(author, number, before, data)
    frame = bytearray((RECORD,))
    frame += bytes.fromhex(author)
    put_number(frame, number)
    frame += before + sign(signed) + data
    return bytes(frame), signed[:_HASH]


def opened(frame: bytes) -> Sealed:
    """A record as it came.

    Raises:
        Malformed: it is none.
    """
    author = frame[1 : 1 + ID_BYTES].hex()
    number, at = get_number(frame, 1 + ID_BYTES)
    data_at = at + _HASH + _SIGNATURE
    if number < 1 or not data_at <= len(frame) <= data_at + MAX_DATA:
        raise Malformed("a record of a size that cannot be")
    before, signature, data = frame[at : at + _HASH], frame[at + _HASH : data_at], frame[data_at:]
    return Sealed(author, number, before, signature, data, _signed(author, number, before, data), frame)


def _signed(author: str, number: int, before: bytes, data: bytes) -> bytes:
    """What the author signs."""
    head = bytes.fromhex(author) + number.to_bytes(8, "big") + before
    return hashlib.blake2b(head + data, digest_size=32, person=b"ourojam record").digest()
