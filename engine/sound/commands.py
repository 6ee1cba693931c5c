"""What the game's process tells the sound process, and what it hears back.

Both sides agree here on the kinds of command, on the layout of the control block
(status, problem, ring) and on the status record.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Any, NamedTuple

from engine.sound.shared import Ring


class Kind(IntEnum):
    """Kinds of :class:`~engine.sound.shared.Command` and the fields each uses."""

    LOAD = 1
    """text: path of the block, handle: first sample's number, start: count, at: bytes of the table."""
    FREE = 2
    """handle: first sample's number, start: count."""
    PLAY = 3
    """handle, serial, at: song time to start from (us), start, end: loop (us; none if end <= start),
    rate, gain, pan: fade-in in us."""
    PAUSE = 4
    """serial."""
    RESUME = 5
    """serial."""
    SEEK = 6
    """serial, at: song time (us)."""
    STOP = 7
    """serial, at: fade-out (us)."""
    TRIGGER = 8
    """handle, start: bus, gain, pan."""
    SCHEDULE = 9
    """handle, at: song time (us), start: bus, gain, pan."""
    CUES = 10
    """text: path of the block (empty: none), start: count."""
    GAIN = 11
    """handle: bus, gain."""
    LOOP = 12
    """start, end: loop in song time (us; none if end <= start)."""
    MEET = 13
    """serial, at: monotonic instant (us), start: the song time (us) that is to be heard then."""


class Bus(IntEnum):
    """Where a sound is mixed; each has its own gain, ``MASTER`` is over all."""

    MUSIC = 0
    KEYS = 1
    EFFECTS = 2
    MASTER = 3


class State(IntEnum):
    """What the sound process is doing."""

    STARTING = 0
    RUNNING = 1
    LOST = 2
    FAILED = 3


class Segment(NamedTuple):
    """A stretch over which song position follows device frames at one speed.

    From device frame ``start`` on, the song stands at ``position`` frames (of the device's rate) and moves
    by ``speed`` (0 or 1) a frame; a frame of the song is worth ``rate`` frames of song time.
    ``fresh``: nothing before it counts any more (the song was started or sought).  ``serial``
    is the number of the command that made it, the same for the wraps of a loop.
    """

    start: int
    position: int
    speed: int
    rate: float
    fresh: int
    serial: int


SEGMENTS = 4
"""How many segments the status keeps: more than can fall within one output latency."""


class Record(NamedTuple):
    """The status the sound process publishes with every block."""

    state: int = 0
    rate_hz: int = 0
    beat_us: int = 0
    """Monotonic time of the last block (or look, while there is none)."""
    underruns: int = 0
    latency_us: int = 0
    voices: int = 0
    load: float = 0.0
    """Share of a block's time that filling it took, smoothed."""
    fit_us: float = 0.0
    fit_frame: float = 0.0
    us_per_frame: float = 0.0
    jitter_us: float = 0.0
    end_position: int = 0
    """Frame where the song's sound ends."""
    segments: tuple[Segment, ...] = ()


_HEAD = "qqqqqqdddddq"
STATUS = struct.Struct("<" + _HEAD + "qqqdqq" * SEGMENTS)
_HEAD_FIELDS = len(_HEAD)

TEXT_AT = 1024
TEXT_BYTES = 512
DEVICE_AT = TEXT_AT + TEXT_BYTES
DEVICE_BYTES = 256
RING_AT = 2048
CONTROL_BYTES = RING_AT + Ring.SIZE

EMPTY = Segment(0, 0, 0, 1.0, 1, 0)


def flatten(record: Record) -> tuple[Any, ...]:
    """The record as :data:`STATUS` packs it, newest segment first."""
    segments = (record.segments + (EMPTY,) * SEGMENTS)[:SEGMENTS]
    return (*tuple(record)[:_HEAD_FIELDS], *(field for segment in segments for field in segment))


def unflatten(fields: tuple[Any, ...]) -> Record:
    """The record from what :data:`STATUS` unpacked."""
    width = len(Segment._fields)
    segments = [Segment(*fields[i : i + width]) for i in range(_HEAD_FIELDS, len(fields), width)]
    return Record._make((*fields[:_HEAD_FIELDS], tuple(segments)))


def write_text(memory: memoryview, at: int, size: int, text: str) -> None:
    """Put a sentence into the control block, cut to fit."""
    data = text.encode("utf-8", "replace")[: size - 1]
    memory[at : at + size] = data.ljust(size, b"\0")


def read_text(memory: memoryview, at: int, size: int) -> str:
    """A sentence from the control block."""
    return bytes(memory[at : at + size]).split(b"\0", 1)[0].decode("utf-8", "replace")


NOT_OPENED = "No sound device could be opened, so the game is silent; connect one and open it in the settings."
"""The sentence for a device that cannot be opened; the driver's own words are logged."""

NOT_MOVED = "That sound device could not be opened, so sound goes where it went before; choose another."
