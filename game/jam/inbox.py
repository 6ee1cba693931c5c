"""What a peer says, checked before anything believes it: kinds, types, sizes, ranges and counts.

A record is msgpack of ``{"kind", "payload"}``; a hit is a moment of three bytes.  What does not pass is dropped by
the caller; :class:`Unfit` says why in a sentence.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Annotated, Any

import msgpack
import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, ValidationError

from engine.errors import UserError
from engine.net.face import MAX_RECORD
from engine.net.transfer import MAX_FILE_BYTES, is_safe_name
from game.events import Event, to_payload
from game.jam.decide import MAX_BOUND_US
from game.jam.events import SENT
from game.jam.state import PLAYER, ROLES, SPECTATOR
from game.rhythm.chart import EDGE, MAX_LANES
from game.rhythm.mods import MAX_INSTANT_US, MAX_RATE_PERCENT, MIN_RATE_PERCENT, RATE_STEP_PERCENT
from game.rhythm.rules import RULE_SETS

REACTIONS = ("clap", "cheer", "heart", "fire", "wow", "encore")
MAX_NAME = 40
"""What a player is called is cut to this many characters."""

MAX_FILES = 200
"""Of a song; more travel as one archive (:mod:`game.jam.songs`), since 270 bytes a file must fit into one record."""

MAX_LOOP_EDGES = 2000
MAX_LOOP_US = 600_000_000
MAX_LEARNED = 64
FREE_LANES = 128
"""Lanes of a free jam: one for each MIDI note number."""

MIN_BEAT_US, MAX_BEAT_US = 100_000, 4_000_000
"""Beats of a free jam: 600 to 15 a minute."""

MOMENT = struct.Struct("<B2s")
"""A hit: the lane with 128 added when the key went down, and two bytes that name the take."""


class Unfit(UserError):
    """What came is not something a member of a jam can say."""


def _plain(text: str) -> str:
    """``text`` on one line without what could not be drawn or would turn the line around."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _whole(text: str) -> str:
    if text != _plain(text):
        raise ValueError("not plain text")
    return text


def _file_name(name: str) -> str:
    if not is_safe_name(name):
        raise ValueError("no file name of a song")
    return name


def _rules(name: str) -> str:
    if name not in RULE_SETS:
        raise ValueError("no rule set of that name")
    return name


def _rate(rate: float) -> float:
    percent = round(rate * 100)
    if abs(rate * 100 - percent) > 1e-6 or not MIN_RATE_PERCENT <= percent <= MAX_RATE_PERCENT:
        raise ValueError("no rate of this game")
    if percent % RATE_STEP_PERCENT:
        raise ValueError("no rate of this game")
    return percent / 100


def _edge_rows(packed: bytes) -> bytes:
    if len(packed) % EDGE.itemsize:
        raise ValueError("edges are cut short")
    at_us = np.frombuffer(packed, EDGE)["at_us"]
    if len(at_us) and not (at_us.min() >= 0 and at_us.max() <= MAX_LOOP_US):
        raise ValueError("edges lie outside of any loop")
    return packed


def _reaction(name: str) -> str:
    if name not in REACTIONS:
        raise ValueError("no reaction of this game")
    return name


def _each_once(names: dict[str, Any]) -> dict[str, Any]:
    if len({name.casefold() for name in names}) != len(names):
        raise ValueError("two files of one name")
    return names


Words = Annotated[str, Field(strict=True, max_length=300), AfterValidator(_plain)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=64), AfterValidator(_whole)]
MaybeName = Annotated[str, Field(strict=True, max_length=64), AfterValidator(_whole)]
Hash = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
ChartHash = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{0,64}$")]
PeerId = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{16}$")]
FileName = Annotated[str, Field(strict=True, min_length=1), AfterValidator(_file_name)]
Keys = Annotated[StrictInt, Field(ge=1, le=MAX_LANES)]
Instant = Annotated[StrictInt, Field(ge=-(1 << 53), le=1 << 53)]
SongInstant = Annotated[StrictInt, Field(ge=-MAX_INSTANT_US, le=MAX_INSTANT_US)]
Count = Annotated[StrictInt, Field(ge=0, le=1 << 40)]
Term = Annotated[StrictInt, Field(ge=0, le=1 << 31)]
Share = Annotated[StrictFloat, Field(ge=0, le=1, allow_inf_nan=False)]
Real = Annotated[StrictFloat, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Rate = Annotated[StrictFloat, Field(allow_inf_nan=False, ge=0.1, le=10), AfterValidator(_rate)]
Rules = Annotated[str, Field(strict=True, max_length=64), AfterValidator(_rules)]


class _Words(BaseModel):
    """Fields of a later version are left out, as from the log."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _ConductorFollowed(_Words):
    peer: PeerId
    term: Term


class _SongOffered(_Words):
    song: Hash
    title: Words
    artist: Words
    files: Annotated[
        dict[FileName, tuple[Annotated[StrictInt, Field(ge=0, le=MAX_FILE_BYTES)], Hash]],
        Field(min_length=1, max_length=MAX_FILES),
        AfterValidator(_each_once),
    ]
    charts: Annotated[
        tuple[tuple[FileName, Annotated[StrictInt, Field(ge=0, le=10_000)], ChartHash, Words, Keys], ...],
        Field(min_length=1, max_length=200),
    ]
    parts: Annotated[tuple[tuple[Name, Words, Share], ...], Field(max_length=64)]
    rules: Rules
    rate: Rate = 1.0
    term: Term = 0


class _SongHeld(_Words):
    song: Hash
    problem: Words = ""


class _PartTaken(_Words):
    song: Annotated[str, Field(strict=True, pattern="^([0-9a-f]{64})?$")]
    part: Name
    chart_hash: ChartHash
    keys: Keys
    from_us: SongInstant = 0
    take: MaybeName = ""


class _ReadySaid(_Words):
    ready: StrictBool
    bound_us: Annotated[StrictInt, Field(ge=-1, le=MAX_BOUND_US)] = -1


class _StartAgreed(_Words):
    song: Hash
    take: Name
    t0_us: Instant
    rate: Rate = 1.0
    line_up: Annotated[dict[PeerId, tuple[Name, ChartHash, Keys]], Field(max_length=64)] = Field(default_factory=dict)
    rules: Rules
    term: Term = 0
    bound_us: Annotated[StrictInt, Field(ge=0, le=MAX_BOUND_US)] = 0


class _TakeEnded(_Words):
    take: Name
    outcome: Annotated[str, Field(strict=True, pattern="^(finished|failed|left)$")]
    first: Count
    edges: Count
    counts: Annotated[dict[Name, Count], Field(max_length=16)] = Field(default_factory=dict)
    score: Annotated[StrictInt, Field(ge=-(1 << 40), le=1 << 40)] = 0
    max_combo: Count = 0
    accuracy: Real = 0.0
    upto_us: SongInstant = 0


class _SongCalledOff(_Words):
    take: MaybeName = ""
    term: Term = 0


class _Reacted(_Words):
    reaction: Annotated[str, Field(strict=True, max_length=20), AfterValidator(_reaction)]
    session_us: Instant


class _FreeStarted(_Words):
    take: Name
    t0_us: Instant
    beat_us: Annotated[StrictInt, Field(ge=MIN_BEAT_US, le=MAX_BEAT_US)]
    meter: Annotated[StrictInt, Field(ge=1, le=16)]
    tonic: Annotated[StrictInt, Field(ge=0, le=127)]
    scale: Name
    loop_bars: Annotated[StrictInt, Field(ge=1, le=64)]
    term: Term = 0


class _CrowdOpened(_Words):
    opened: StrictBool
    term: Term = 0


class _LoopKept(_Words):
    take: Name
    loop: Name
    instrument: Name
    from_us: Instant
    loop_us: Annotated[StrictInt, Field(ge=MIN_BEAT_US, le=MAX_LOOP_US)]
    edges: Annotated[bytes, Field(strict=True, max_length=MAX_LOOP_EDGES * EDGE.itemsize), AfterValidator(_edge_rows)]
    keys: Annotated[StrictInt, Field(ge=0, le=MAX_LANES)] = 0


class _LoopDropped(_Words):
    take: Name
    loop: Name
    from_us: Instant


class _SharingChosen(_Words):
    shares: StrictBool


class _LearnedShared(_Words):
    values: Annotated[tuple[Real, ...], Field(max_length=MAX_LEARNED)]


_CHECKS: dict[str, type[_Words]] = {
    cls.kind: check
    for cls, check in (
        (cls, globals()[f"_{cls.__name__}"])
        for cls in SENT  # a check for each: a missing one fails at import
    )
}
_CLASSES: dict[str, Any] = {cls.kind: cls for cls in SENT}


def checked(kind: str, payload: Any) -> Event:
    """The event of ``kind`` that ``payload`` holds, every field checked.

    Raises:
        Unfit: no kind that members say, or a field that is missing or out of bounds.
    """
    check = _CHECKS.get(kind)
    if check is None:
        raise Unfit(f"{str(kind)[:40]!r} is nothing that members of a jam say to each other; it was left out")
    try:
        values = check.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"])
        raise Unfit(f"{kind}: {where or 'all of it'} does not fit ({first['msg']}); it was left out") from error
    event: Event = _CLASSES[kind](**{name: getattr(values, name) for name in type(values).model_fields})
    return event


def pack(event: Event) -> bytes:
    """A member's own event as a record.

    Raises:
        Unfit: it would be refused at the other end, or is too large to be said at once.
    """
    payload = to_payload(checked(event.kind, to_payload(event)))
    data: bytes = msgpack.packb({"kind": event.kind, "payload": payload})
    if len(data) > MAX_RECORD:
        raise Unfit(f"{event.kind}: {len(data)} bytes are too many to be said at once; at most {MAX_RECORD} are")
    return data


def unpack(data: bytes) -> Event:
    """A record of a peer as an event.

    Raises:
        Unfit: it is damaged, or :func:`checked` says no.
    """
    try:
        if len(data) > MAX_RECORD:
            raise ValueError("too large")
        record = msgpack.unpackb(data, use_list=False)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise Unfit("a record that is damaged, or of another version of the game; it was left out") from error
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        raise Unfit("a record that names no kind, perhaps of another version of the game; it was left out")
    return checked(record["kind"], record.get("payload"))


def tag(take: str) -> bytes:
    """Two bytes that name a take within its session, for moments."""
    return hashlib.blake2b(take.encode(), digest_size=2).digest()


def pack_hit(take: str, lane: int, down: bool) -> bytes:
    """A hit as a moment's data.

    Raises:
        ValueError: a lane that no game has.
    """
    if not 0 <= lane < FREE_LANES:
        raise ValueError(f"lanes go from 0 to {FREE_LANES - 1}, not to {lane}")
    return MOMENT.pack(lane | (0x80 if down else 0), tag(take))


def unpack_hit(data: bytes) -> tuple[bytes, int, bool]:
    """The take's tag, the lane and whether the key went down.

    Raises:
        Unfit: it is no hit.
    """
    if len(data) != MOMENT.size:
        raise Unfit(f"a moment of {len(data)} bytes is no hit of this game; it was left out")
    key, of_take = MOMENT.unpack(data)
    return of_take, key & 0x7F, key >= 0x80


def info_of(name: str, role: str) -> dict[str, Any]:
    """What a member says of itself when it joins."""
    return {
        "name": _plain(name)[:MAX_NAME],
        "role": role if role in ROLES else PLAYER,
        "leads": role != SPECTATOR,  # who only listens conducts when there is nobody else
    }


def named(info: Any) -> tuple[str, str]:
    """Name and role out of what a peer said of itself, whatever that was; an unknown role plays."""
    said = info if isinstance(info, dict) else dict(info) if hasattr(info, "keys") else {}
    name, role = said.get("name"), said.get("role")
    return (_plain(name)[:MAX_NAME] if isinstance(name, str) else ""), (role if role in ROLES else PLAYER)
