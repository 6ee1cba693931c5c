"""How datagrams are laid out: one header for all, and bodies made of frames.

Every datagram starts with nine bytes, whole numbers most significant byte first::

    kind 1 | who 4 | counter 4      a member's packet: who is the first half of its id, see keys.wire_id
    kind 1 | attempt 8              a packet of an admission: eight random bytes of who knocks, repeated in the answers

and goes on, depending on its kind (sizes in bytes; ``[...]`` is sealed by ChaCha20-Poly1305 with its tag of 16)::

    HELLO     version 2 | session 8 or zeros | zeros up to 64 in all        joiner to door, which keeps nothing of it
    COOKIE    version 2 | session 8 | cookie 16                             door to joiner, smaller than the hello
    KNOCK     version 2 | session 8 | crowd 1 | cookie 16 | SPAKE2 33       joiner to door; crowd 0: wants a seat
    ANSWER    SPAKE2 message 33 | confirmation 16                           door to joiner, smaller than the knock
    CLAIM     part 1 | parts 1 | [part of the claim]                        joiner to door
    ASK       number 4 | [parts held, a bit each]                           joiner to door
    WELCOME   part 1 | parts 1 | [part of the roster, or of a refusal]      door to joiner
    REFUSAL   reason 1 | version 2 | seconds 2                              door to joiner, in the clear
    ELSEWHERE port 2 | IP address as text                                  a member that does not conduct to joiner
    SEALED    [body]                                                        member to member, with the key of the pair
    SPREAD    hops 1 | [body | signature 64]                                member to the group, with the group's key

What is sealed covers what stands before it too, but for the hops of SPREAD, which a relay counts down.

A body is a row of frames, so that one packet carries moments, acknowledgements, fragments, time probes and heartbeats
together: ``kind 1 | length 1 or 2 | bytes``.  A length below 128 takes one byte, a longer one two: the first has the
upper bit set and holds the lower seven bits, the second the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from engine.net.face import MAX_DATAGRAM

VERSION = 1
"""What both ends must speak alike; compared before anything else."""

HEADER_BYTES = 9
WHO_BYTES = 4
ATTEMPT_BYTES = 8
SESSION_BYTES = 8
TAG_BYTES = 16
SIGNATURE_BYTES = 64

SEALED_OVERHEAD = HEADER_BYTES + TAG_BYTES
SPREAD_OVERHEAD = HEADER_BYTES + 1 + TAG_BYTES + SIGNATURE_BYTES

MAX_BODY = 1100
"""To how many bytes a body is filled: it fits a SEALED or a SPREAD packet, and that SEALED one a FORWARD frame."""

FORWARD_BODY = MAX_DATAGRAM - SEALED_OVERHEAD
"""The longest body of all, in bytes: only one that forwards a whole packet needs it, and only SEALED takes it."""

MAX_FRAMES = 64
"""More frames than this are in no body of ours."""


class PacketKind(IntEnum):
    """What a datagram is; the first of its bytes."""

    HELLO = 1
    COOKIE = 2
    KNOCK = 3
    ANSWER = 4
    CLAIM = 5
    ASK = 6
    WELCOME = 7
    REFUSAL = 8
    ELSEWHERE = 9
    SEALED = 10
    SPREAD = 11


class FrameKind(IntEnum):
    """What a frame of a body is; the meaning of its bytes belongs to the module that makes it."""

    MOMENTS = 1
    RELIABLE = 2
    JOURNAL = 3
    TIME = 4
    PRESENCE = 5
    LINKS = 6
    LEAVE = 7
    FORWARD = 8
    """A SEALED packet for another member: who 4 | hops 1 (its upper bit: not to be held) | the packet."""
    CONDUCT = 9
    """The conductor's heartbeat, terms and takeover."""


class Frame(NamedTuple):
    """One frame of a body."""

    kind: FrameKind
    data: bytes


class Header(NamedTuple):
    """The first nine bytes of a member's packet."""

    kind: PacketKind
    who: bytes
    counter: int


ADMISSION = frozenset(range(PacketKind.HELLO, PacketKind.ELSEWHERE + 1))
"""The kinds that :mod:`engine.net.door` and :mod:`engine.net.knock` take."""

_HEADER = struct.Struct(">B4sI")
_ATTEMPT = struct.Struct(">B8s")
_KINDS = {int(kind): kind for kind in PacketKind}
_FRAMES = {int(kind): kind for kind in FrameKind}


def packet_kind(datagram: bytes) -> PacketKind | None:
    """What a datagram claims to be, or None where it is none of ours by its size and first byte."""
    if not HEADER_BYTES <= len(datagram) <= MAX_DATAGRAM:
        return None
    return _KINDS.get(datagram[0])


def pack_header(kind: PacketKind, who: bytes, counter: int) -> bytes:
    """The nine bytes before a member's packet; ``who`` has four bytes, ``counter`` fits 32 bits."""
    return _HEADER.pack(kind, who, counter)


def parse_header(datagram: bytes) -> Header | None:
    """The header of a SEALED or SPREAD datagram; None for any other bytes."""
    kind = packet_kind(datagram)
    if kind is not PacketKind.SEALED and kind is not PacketKind.SPREAD:
        return None
    _, who, counter = _HEADER.unpack_from(datagram)
    return Header(kind, who, counter)


def pack_attempt(kind: PacketKind, attempt: bytes) -> bytes:
    """The nine bytes before a packet of an admission; ``attempt`` has eight."""
    return _ATTEMPT.pack(kind, attempt)


def parse_attempt(datagram: bytes) -> tuple[PacketKind, bytes] | None:
    """Kind and attempt of a packet of an admission; None for any other bytes."""
    kind = packet_kind(datagram)
    if kind is None or kind not in ADMISSION:
        return None
    return kind, datagram[1:HEADER_BYTES]


def frame_bytes(length: int) -> int:
    """What a frame with ``length`` bytes of data takes in a body."""
    return length + (2 if length < 128 else 3)


def pack_frames(frames: Iterable[tuple[FrameKind, bytes]]) -> bytes:
    """Frames as one body.

    Raises:
        ValueError: more than :data:`FORWARD_BODY` bytes, more than :data:`MAX_FRAMES` frames, or none.
    """
    body = bytearray()
    count = 0
    for kind, data in frames:
        length = len(data)
        body.append(kind)
        if length < 128:
            body.append(length)
        else:
            body.append(length & 127 | 128)
            body.append(min(length >> 7, 255))
        body += data
        count += 1
    if not 1 <= count <= MAX_FRAMES or len(body) > FORWARD_BODY:
        raise ValueError(f"{count} frames of {len(body)} bytes do not make a body")
    return bytes(body)


def parse_frames(body: bytes) -> list[Frame] | None:
    """The frames of a body; None unless all of it is frames of known kinds, written as :func:`pack_frames` does."""
    end = len(body)
    if not 0 < end <= FORWARD_BODY:
        return None
    frames: list[Frame] = []
    at = 0
    while at < end:
        if end - at < 2 or len(frames) == MAX_FRAMES:
            return None
        kind = _FRAMES.get(body[at])
        length = body[at + 1]
        at += 2
        if length >= 128:
            if at == end or body[at] == 0:
                return None
            length = length & 127 | body[at] << 7
            at += 1
        if kind is None or at + length > end:
            return None
        frames.append(Frame(kind, body[at : at + length]))
        at += length
    return frames
