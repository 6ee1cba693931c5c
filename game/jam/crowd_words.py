"""What the conductor lets the crowd have: words of at most 300 bytes, each with the instant it was said.

What goes on is said again every second, so that who comes late knows it; hits are bundled.  A word is msgpack of its
kind and its fields; what comes is checked before anything believes it, although the conductor signed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, ClassVar

import msgpack
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from engine.net.roster import Address, Host
from game.jam.conduits.relay import MAX_WORD
from game.jam.inbox import REACTIONS, Instant, MaybeName, SongInstant, Unfit, Words
from game.rhythm.chart import MAX_LANES
from game.rhythm.mods import MAX_RATE_PERCENT, MIN_RATE_PERCENT

HIT = np.dtype([("slot", "u1"), ("lane", "u1"), ("after", "<u2")])
"""One key that went down: whose, which lane, and when after the word's ``from_us``, in tenths of a millisecond."""

TICK_US = 100
MAX_SPAN_US = 0xFFFF * TICK_US
MAX_HITS = 60
"""Of one word."""

TITLE_BYTES, SONG_BYTES, NAME_BYTES = 48, 72, 30
"""Longer texts are cut: everything there is to know of a song has to fit into one word."""

CHART_BYTES = 16
"""So many bytes of a chart's hash tell it from every other."""

MAX_SLOTS = 256
LATEST_US = 1 << 53
"""No instant is later, nor takes more bytes."""

LONGEST_BEAT_US = 60_000_000


class Phase(IntEnum):
    """What goes on in the jam."""

    WAITING = 0
    SONG_OFFERED = 1
    SONG = 2
    FREE = 3


def cut(text: str, most_bytes: int) -> str:
    """The beginning of ``text`` that fits."""
    return text.encode()[:most_bytes].decode(errors="ignore").rstrip()


def _reaction(name: str) -> str:
    if name not in REACTIONS:
        raise ValueError("no reaction of this game")
    return name


def _hits(packed: bytes) -> bytes:
    if len(packed) % HIT.itemsize:
        raise ValueError("hits are cut short")
    if np.any(np.frombuffer(packed, HIT)["lane"] >= MAX_LANES):
        raise ValueError("hits on lanes that no chart has")
    return packed


class Word(BaseModel):
    """Something the conductor said at ``stamp_us`` of session time."""

    model_config = ConfigDict(strict=True, frozen=True)
    number: ClassVar[int]
    stamp_us: Instant

    def pack(self) -> bytes:
        """The word as bytes; raises ValueError if it is too long."""
        values = (getattr(self, name) for name in type(self).model_fields)
        data: bytes = msgpack.packb([self.number, *values])
        if len(data) > MAX_WORD:
            raise ValueError(f"a word of {len(data)} bytes; {MAX_WORD} fit")
        return data


class Now(Word):
    """What goes on: the jam's ``title``, the song, and when it began.

    ``chart`` is the beginning of the hash of the first chart that is offered, by which a machine knows whether it has
    the song.  Song time 0 is at ``t0_us``; ``beat_at_us`` and ``beat_us`` say where the song's first beat is and how
    long it lasts (0: not known), ``tonic`` and ``scale`` what key a free jam is in.  ``crowd`` is how many listen.
    """

    number: ClassVar[int] = 0
    title: Words
    phase: Annotated[int, Field(ge=0, le=3)]
    chart: Annotated[bytes, Field(max_length=CHART_BYTES)] = b""
    song: Words = ""
    artist: Words = ""
    rate_percent: Annotated[int, Field(ge=MIN_RATE_PERCENT, le=MAX_RATE_PERCENT)] = 100
    take: MaybeName = ""
    t0_us: Instant = 0
    beat_at_us: SongInstant = 0
    beat_us: Annotated[int, Field(ge=0, le=LONGEST_BEAT_US)] = 0
    crowd: Annotated[int, Field(ge=0, le=1 << 20)] = 0
    meter: Annotated[int, Field(ge=1, le=16)] = 4
    tonic: Annotated[int, Field(ge=0, le=127)] = 0
    scale: MaybeName = ""

    def song_us(self, session_us: int) -> int:
        """Song time at an instant of session time."""
        return (session_us - self.t0_us) * self.rate_percent // 100


PlayerRow = tuple[
    Annotated[int, Field(ge=0, lt=MAX_SLOTS)],
    Annotated[bytes, Field(min_length=8, max_length=8)],
    Words,
    Words,
    Annotated[int, Field(ge=0, le=MAX_LANES)],
    bool,
]
"""Slot, id, name, part or instrument, keys (0: none chosen), and whether it is heard."""


class Players(Word):
    """Some of those who play; all of them come round."""

    number: ClassVar[int] = 1
    rows: Annotated[tuple[PlayerRow, ...], Field(max_length=16)]


class Hits(Word):
    """Keys that went down in the take of ``tag``, as rows of :data:`HIT` from ``from_us`` of song time on."""

    number: ClassVar[int] = 2
    tag: Annotated[bytes, Field(min_length=2, max_length=2)]
    from_us: SongInstant
    packed: Annotated[bytes, Field(max_length=MAX_HITS * HIT.itemsize), AfterValidator(_hits)]

    @property
    def rows(self) -> NDArray[np.void]:
        """The rows."""
        return np.frombuffer(self.packed, HIT)


class Felt(Word):
    """A reaction of somebody in the band or watching it."""

    number: ClassVar[int] = 3
    name: Words
    reaction: Annotated[str, AfterValidator(_reaction)]


class Doors(Word):
    """Where members are reached: they know where the door is when another conducts."""

    number: ClassVar[int] = 4
    addresses: Annotated[tuple[tuple[Host, int], ...], Field(max_length=16)]


class Bye(Word):
    """The crowd ends here; it goes on at another's door if it ``moves``."""

    number: ClassVar[int] = 5
    moves: bool


_WORDS: dict[int, type[Word]] = {kind.number: kind for kind in (Now, Players, Hits, Felt, Doors, Bye)}


def unpack(data: bytes) -> Word:
    """A word of the conductor; fields of a later version are left out.

    Raises:
        Unfit: it is none.
    """
    try:
        values = msgpack.unpackb(data, use_list=False)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise Unfit("a word to the crowd that is damaged; it was left out") from error
    kind = _WORDS.get(values[0]) if isinstance(values, tuple) and values and isinstance(values[0], int) else None
    if kind is None:
        raise Unfit("a word to the crowd of another version of the game; it was left out")
    try:
        return kind.model_validate(dict(zip(kind.model_fields, values[1:], strict=False)))
    except ValidationError as error:
        raise Unfit("a word to the crowd that does not fit; it was left out") from error


def players_words(stamp_us: int, rows: Sequence[PlayerRow]) -> list[Players]:
    """As few words as hold all ``rows``, whenever they are said: each fits with any other stamp as well."""
    words: list[Players] = []
    at = 0
    while at < len(rows):
        count = next(n for n in range(min(16, len(rows) - at), 0, -1) if _fits(rows[at : at + n]))
        words.append(Players(stamp_us=stamp_us, rows=tuple(rows[at : at + count])))
        at += count
    return words


def _fits(rows: Sequence[PlayerRow]) -> bool:
    return len(msgpack.packb([Players.number, LATEST_US, rows])) <= MAX_WORD


def hits_word(stamp_us: int, tag: bytes, hits: Sequence[tuple[int, int, int]]) -> tuple[Hits, int]:
    """The first of ``hits`` (slot, lane, song time) as a word, and how many they are: as many as fit into one."""
    low_us = high_us = hits[0][2]
    count = 0
    for _, _, at_us in hits[:MAX_HITS]:
        low_us, high_us = min(low_us, at_us), max(high_us, at_us)
        if high_us - low_us > MAX_SPAN_US:
            break
        count += 1
    from_us = min(at_us for _, _, at_us in hits[:count])
    rows = np.array([(slot, lane, (at_us - from_us) // TICK_US) for slot, lane, at_us in hits[:count]], HIT)
    return Hits(stamp_us=stamp_us, tag=tag, from_us=from_us, packed=rows.tobytes()), count


def doors_word(stamp_us: int, doors: Sequence[Address]) -> Doors:
    """As many of ``doors`` as fit."""
    count = len(doors)
    while len(msgpack.packb([Doors.number, stamp_us, tuple(doors[:count])])) > MAX_WORD or count > 16:
        count -= 1
    return Doors(stamp_us=stamp_us, addresses=tuple(doors[:count]))
