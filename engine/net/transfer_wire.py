"""What goes over a transfer's TCP connection: a greeting, then sealed records both ways.

Greeting: the client sends :data:`MAGIC` and 32 bytes of chance, the server answers with 32 of its own.  From both and
the session's transfer key come two keys, one for each direction, of this connection alone: nothing said on one
connection means anything on another.  A record is a header of 4 bytes (kind, length of what is sealed) and an
AES-256-GCM box with the header as associated data and its number as nonce (NIST SP 800-38D, 8.2.1), so none can be
forged, dropped, repeated or put elsewhere.  AES-GCM and not ChaCha20: the processors of the last ten years do it in
hardware, many times as fast.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.net.transfer_files import HASH_BYTES, MAX_FILE_BYTES, MAX_FILES, chunks_in

MAGIC = b"OuroFil1"
KEY_BYTES = 32
NONCE_BYTES = 32
GREETING_BYTES = len(MAGIC) + NONCE_BYTES
HEADER_BYTES = 4
TAG_BYTES = 16
MAX_RECORD_BYTES = 512 * 1024
"""The most that one record seals; measured: smaller ones cost time, larger ones gain none."""

WANT, FILE, DATA, MISSING, DONE = range(1, 6)
"""The kinds: the client's WANT; of the server's answer FILE (hash, size, leaves), then DATA piece by piece, or
MISSING (hash), for each thing wanted, in order, and DONE at the end."""

_WANTED = struct.Struct("!32sII")
_FILE = struct.Struct("!32sQ")
_MOST_CHUNKS = chunks_in(MAX_FILE_BYTES)
_LONGEST = {
    WANT: _WANTED.size * MAX_FILES,
    FILE: _FILE.size + HASH_BYTES * _MOST_CHUNKS,
    DATA: MAX_RECORD_BYTES,
    MISSING: HASH_BYTES,
    DONE: 0,
}


class WireError(Exception):
    """The other side said what no honest one with the right key says; the connection is over."""


class Wanted(NamedTuple):
    """Pieces ``first`` to before ``end`` of the file with this hash; none at all asks for its leaves alone."""

    hash: bytes
    first: int
    end: int


class Keys(NamedTuple):
    """What seals what the client says, and what the server says."""

    client: bytes
    server: bytes


def connection_keys(transfer_key: bytes, client_nonce: bytes, server_nonce: bytes) -> Keys:
    """The keys of one connection."""
    if len(transfer_key) != KEY_BYTES:
        raise ValueError(f"a transfer key has {KEY_BYTES} bytes, not {len(transfer_key)}")
    made = hashlib.blake2b(client_nonce + server_nonce, key=transfer_key, person=b"ouro transfer 1").digest()
    return Keys(made[:32], made[32:])


class Sealer:
    """Seals the records of one direction."""

    def __init__(self, key: bytes) -> None:
        self._box = AESGCM(key)
        self._number = 0

    def seal_into(self, kind: int, data: bytes | memoryview, out: memoryview) -> int:
        """Write the record into ``out``; gives how many bytes it has."""
        end = HEADER_BYTES + len(data) + TAG_BYTES
        header = (kind << 24 | len(data)).to_bytes(HEADER_BYTES, "big")
        out[:HEADER_BYTES] = header
        self._box.encrypt_into(_nonce(self._number), data, header, out[HEADER_BYTES:end])
        self._number += 1
        return end

    def seal(self, kind: int, data: bytes) -> bytes:
        """The record alone."""
        out = bytearray(HEADER_BYTES + len(data) + TAG_BYTES)
        self.seal_into(kind, data, memoryview(out))
        return bytes(out)


class Opener:
    """Opens the records of one direction, in the order they were sealed in; ``kinds`` are those it may hear."""

    def __init__(self, key: bytes, kinds: Iterable[int]) -> None:
        self._box = AESGCM(key)
        self._kinds = frozenset(kinds)
        self._number = 0

    def header(self, header: bytes | bytearray | memoryview) -> tuple[int, int]:
        """The kind of the record that follows, and how many bytes it seals.

        Raises:
            WireError: no such record exists.
        """
        said = int.from_bytes(header, "big")
        kind, length = said >> 24, said & 0xFFFFFF
        if kind not in self._kinds or length > _LONGEST[kind]:
            raise WireError("a record of no known kind")
        return kind, length

    def open_into(self, header: bytes | bytearray | memoryview, box: memoryview, out: memoryview) -> None:
        """Open ``box`` into ``out``, which has exactly its length.

        Raises:
            WireError: it was not sealed by the other side as the next record.
        """
        try:
            self._box.decrypt_into(_nonce(self._number), box, bytes(header), out)
        except InvalidTag:
            raise WireError("a record that was not sealed with the session's key") from None
        self._number += 1

    def open(self, header: bytes, box: bytes) -> bytes:
        """What ``box`` seals.  Raises WireError as :meth:`open_into` does."""
        out = bytearray(len(box) - TAG_BYTES)
        self.open_into(header, memoryview(box), memoryview(out))
        return bytes(out)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def pack_wanted(wanted: Iterable[Wanted]) -> bytes:
    """The body of a WANT."""
    return b"".join(_WANTED.pack(*one) for one in wanted)


def parse_wanted(body: bytes | memoryview) -> list[Wanted]:
    """What a WANT asks for.  Raises WireError for what cannot be."""
    if len(body) % _WANTED.size:
        raise WireError("a list of wishes that ends in the middle")
    wanted = [Wanted(*fields) for fields in _WANTED.iter_unpack(body)]
    if any(not one.first <= one.end <= _MOST_CHUNKS for one in wanted):
        raise WireError("pieces that no file has")
    return wanted


def pack_file(digest: bytes, size: int, leaves: bytes) -> bytes:
    """The body of a FILE."""
    return _FILE.pack(digest, size) + leaves


def parse_file(body: bytes) -> tuple[bytes, int, bytes]:
    """Hash, size and leaves of a FILE.  Raises WireError for what cannot be."""
    if len(body) < _FILE.size:
        raise WireError("a file without a hash")
    digest, size = _FILE.unpack_from(body)
    leaves = body[_FILE.size :]
    if size > MAX_FILE_BYTES or len(leaves) != HASH_BYTES * chunks_in(size):
        raise WireError("a file whose leaves do not fit its size")
    return digest, size, leaves
