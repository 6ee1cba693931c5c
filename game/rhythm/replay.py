"""Recorded performances: what was pressed when, on which chart, under which rules.

The file is ``.jamreplay``: one msgpack map.

    format: "jamreplay"     version: 1
    chart: hash of the chart (32 hex digits)
    rules: name of the rule set
    mods: what differs from playing as written (:meth:`Mods.to_dict`)
    window_scale: how much wider the windows were; 1 but for osu!'s EZ and HR
    score_scale: what mods made of the score; 1 but for osu!'s EZ, NF and HT
    player: name
    played_us: Unix time in microseconds
    recorded: null, or what was shown at the end {counts: {name: n}, max_combo, score, accuracy}
    count: number of edges
    times: zlib of little-endian int64, microseconds of song time, each less the one before
    keys: zlib of one byte an edge: lane, plus 128 when the key went down
    looks: null, or zlib of little-endian int64 as ``times``: when the game that recorded it looked
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import UserError
from game.rhythm.chart import EDGE, MAX_LANES, Chart
from game.rhythm.judge import Judge
from game.rhythm.mods import Mods, apply_mods
from game.rhythm.rules import RULE_SETS, rule_set

FORMAT = "jamreplay"
VERSION = 1
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_EDGES = 2_000_000
"""An hour of 500 presses a second; longer recordings are refused."""
MAX_INSTANT_US = 1 << 50
_DOWN = 128


class ReplayError(UserError):
    """A replay that cannot be read; ``str()`` is one sentence with the file's name."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name}: {reason}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a game showed at the end of a performance, beside which a new judging can be held."""

    counts: dict[str, int]
    max_combo: int
    score: int
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """One recorded performance.  ``edges`` (dtype ``EDGE``) are in song time and in time order."""

    edges: NDArray[np.void]
    chart_hash: str
    rules: str
    mods: Mods = field(default_factory=Mods)
    player: str = ""
    played_us: int = 0
    recorded: Recorded | None = None
    looks_us: NDArray[np.int64] | None = None
    """When the game that recorded it looked at its keys; None if it looked all the time, as this one does."""
    window_scale: float = 1.0
    """How much wider the windows were (osu!'s EZ and HR)."""
    score_scale: float = 1.0
    """What the game's mods made of its score (osu!'s EZ, NF and HT halve it)."""


def judge_replay(replay: Replay, chart: Chart, rules: str | None = None) -> Judge:
    """A judge that has heard a recording on ``chart`` (as written; its mods are applied here), by the recording's
    own rules or those named; call ``finish()`` on it for the result.

    Raises:
        UserError: if there is no such rule set.
    """
    named = rule_set(rules or replay.rules, chart, replay.window_scale)
    named = replace(named, score_scale=replay.score_scale)
    judge = Judge(apply_mods(chart, replay.mods), named, replay.mods.rate, replay.looks_us)
    judge.feed(replay.edges)
    return judge


class _Recorded(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    counts: dict[str, int] = Field(max_length=32)
    max_combo: int = Field(ge=0, le=1 << 40)
    score: int = Field(ge=-(1 << 50), le=1 << 50)
    accuracy: float = Field(ge=-10, le=10)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: str
    version: int
    chart: str = Field(max_length=64)
    rules: str
    mods: dict[str, Any] = Field(max_length=32)
    window_scale: float = Field(ge=0.5, le=2)
    score_scale: float = Field(ge=0.01, le=2)
    player: str = Field(max_length=256)
    played_us: int = Field(ge=0, le=1 << 60)
    recorded: _Recorded | None
    count: int = Field(ge=0, le=MAX_EDGES)
    times: bytes
    keys: bytes
    looks: bytes | None

    @field_validator("rules")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RULE_SETS:
            raise ValueError("no rule set of that name")
        return value

    @field_validator("chart")
    @classmethod
    def _hex(cls, value: str) -> str:
        if not re.fullmatch("[0-9a-f]*", value):
            raise ValueError("not a hash")
        return value


def write_replay(replay: Replay) -> bytes:
    """``replay`` as the bytes of a ``.jamreplay`` file."""
    edges, recorded = replay.edges, replay.recorded
    values: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "chart": replay.chart_hash,
        "rules": replay.rules,
        "mods": replay.mods.to_dict(),
        "window_scale": float(replay.window_scale),
        "score_scale": float(replay.score_scale),
        "player": replay.player,
        "played_us": replay.played_us,
        "recorded": None
        if recorded is None
        else {
            "counts": recorded.counts,
            "max_combo": recorded.max_combo,
            "score": recorded.score,
            "accuracy": float(recorded.accuracy),
        },
        "count": len(edges),
        "times": _pack_times(edges["at_us"]),
        "keys": zlib.compress((edges["lane"] + np.where(edges["down"] != 0, _DOWN, 0)).astype(np.uint8).tobytes()),
        "looks": None if replay.looks_us is None else _pack_times(replay.looks_us),
    }
    packed: bytes = msgpack.packb(values)
    return packed


def read_replay(data: bytes, name: str = "replay") -> Replay:
    """A ``.jamreplay`` file's bytes as a replay.

    Raises:
        ReplayError: if it is damaged, too large, or from a version this game does not know.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ReplayError(name, f"the file is larger than {MAX_FILE_BYTES >> 20} MiB, too large for a replay")
    try:
        values = msgpack.unpackb(data, max_bin_len=MAX_FILE_BYTES, max_map_len=64, max_array_len=64)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise ReplayError(name, "this is not a replay, or the file is damaged") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ReplayError(name, "this is not a replay of this game")
    if values.get("version") != VERSION:
        raise ReplayError(name, f"it is of version {values.get('version')!r}; this game reads version {VERSION}")
    try:
        file = _File.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ReplayError(name, f"the field {where} is wrong: {first['msg']}") from error
    return _replay(file, name)


def _replay(file: _File, name: str) -> Replay:
    times = _unpack_times(file.times, file.count, name)
    keys = np.frombuffer(_inflate(file.keys, file.count, name), dtype=np.uint8)
    edges = np.zeros(file.count, dtype=EDGE)
    if len(times) != file.count or len(keys) != file.count:
        raise ReplayError(name, f"it names {file.count} edges but holds another number of them")
    edges["at_us"], edges["lane"], edges["down"] = times, keys % _DOWN, keys // _DOWN
    if file.count and (edges["lane"].max() >= MAX_LANES or (np.diff(times) < 0).any()):
        raise ReplayError(name, "its edges are out of order or outside the playfield")
    try:
        mods = Mods.from_dict(file.mods)
    except UserError as error:
        raise ReplayError(name, str(error)) from error
    recorded = file.recorded
    return Replay(
        edges=edges,
        chart_hash=file.chart,
        rules=file.rules,
        mods=mods,
        window_scale=file.window_scale,
        score_scale=file.score_scale,
        player=file.player,
        played_us=file.played_us,
        recorded=None
        if recorded is None
        else Recorded(recorded.counts, recorded.max_combo, recorded.score, recorded.accuracy),
        looks_us=None if file.looks is None else _unpack_times(file.looks, MAX_EDGES, name),
    )


def _pack_times(times_us: NDArray[np.int64]) -> bytes:
    return zlib.compress(np.diff(times_us, prepend=0).astype("<i8").tobytes())


def _unpack_times(packed: bytes, most: int, name: str) -> NDArray[np.int64]:
    """The instants a run of differences spells."""
    raw = _inflate(packed, most * 8, name)
    if len(raw) % 8:
        raise ReplayError(name, "its instants are cut short")
    steps = np.frombuffer(raw, dtype="<i8")
    if len(steps) and (np.abs(steps[0]) > MAX_INSTANT_US or (steps[1:] < 0).any() or (steps > MAX_INSTANT_US).any()):
        raise ReplayError(name, "its instants are out of order or beyond any song")
    times = np.cumsum(steps.astype(np.float64))
    if len(times) and abs(float(times[-1])) > MAX_INSTANT_US:
        raise ReplayError(name, "its instants are beyond any song")
    return np.cumsum(steps, dtype=np.int64)


def _inflate(packed: bytes, most: int, name: str) -> bytes:
    """At most ``most`` bytes out of zlib; more is refused before it takes memory."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(packed, most + 1)
    except zlib.error as error:
        raise ReplayError(name, "its packed part is damaged") from error
    if len(raw) > most or not (inflater.eof or most == 0):
        raise ReplayError(name, "its packed part is cut short or larger than it says")
    return raw
