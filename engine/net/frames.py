"""How small things lie in a packet: numbers of variable length, and frames one after the other."""

from __future__ import annotations

from collections.abc import Iterable

LARGEST = (1 << 64) - 1
"""The largest number that is written; a reader refuses more."""

FRAME_COST = 3
"""Bytes that a frame of up to 16 kB takes beside its own: its length and its kind."""


class Malformed(ValueError):
    """Bytes from outside that are not what they should be."""


def put_number(out: bytearray, value: int) -> None:
    """Append ``value`` (0 to 2^64-1) in groups of seven bits, the lowest first.

    Raises:
        ValueError: a number that cannot be written.
    """
    if not 0 <= value <= LARGEST:
        raise ValueError(f"{value} is not a number of 0 to 2^64-1")
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def get_number(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at ``at``, and where the next thing begins; raises :class:`Malformed`."""
    value = shift = 0
    try:
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 63:
                raise Malformed("a number with too many bytes")
    except IndexError as error:
        raise Malformed("a number without an end") from error
    if value > LARGEST:
        raise Malformed("a number beyond 2^64-1")
    return value, at


def folded(value: int) -> int:
    """A signed number as one without a sign, small where ``value`` is near nought."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unfolded(value: int) -> int:
    """What :func:`folded` made it from."""
    return -((value + 1) >> 1) if value & 1 else value >> 1


def pack(frames: Iterable[bytes]) -> bytes:
    """Frames with their lengths, as the body of a packet."""
    out = bytearray()
    for frame in frames:
        put_number(out, len(frame))
        out += frame
    return bytes(out)


def unpack(body: bytes) -> list[bytes]:
    """The frames in the body of a packet; raises :class:`Malformed` if it does not end with one."""
    frames: list[bytes] = []
    at = 0
    while at < len(body):
        length, at = get_number(body, at)
        if at + length > len(body):
            raise Malformed("a frame is longer than its packet")
        frames.append(body[at : at + length])
        at += length
    return frames
