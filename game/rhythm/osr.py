"""osu! replays (``.osr``): reading those of osu!mania, and writing ours as such.

The format is documented in the osu! wiki (Client/File formats/osr).  A file is a header, a life graph, and
LZMA-packed frames ``delta ms | x | y | keys``; in osu!mania x is the bit mask of the keys that are down.
Traps: the leading frames at (256, -500) hold no keys but their times count, the -1 ms of the second too; times
may step back; the last frame's delta of -12345 carries the random seed; times are song time at any rate.
"""

from __future__ import annotations

import hashlib
import lzma
import struct
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import EDGE, Chart
from game.rhythm.mods import Mods
from game.rhythm.replay import Recorded, Replay, ReplayError
from game.rhythm.result import Result

MANIA = 3
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Frames unpack to less than this: an hour and a half at 60 Hz."""
MAX_UNPACK_MEMORY = 64 * 1024 * 1024
SEED_DELTA = -12345
PADDING = ("256", "-500")
MAX_TIME_MS = 1 << 40
WRITTEN_VERSION = 20260101
_TICKS_AT_UNIX_EPOCH = 621_355_968_000_000_000  # .NET counts 100 ns from the year 1

MODS = {
    "NF": 1 << 0,
    "EZ": 1 << 1,
    "HD": 1 << 3,
    "HR": 1 << 4,
    "SD": 1 << 5,
    "DT": 1 << 6,
    "HT": 1 << 8,
    "NC": 1 << 9,
    "FL": 1 << 10,
    "AT": 1 << 11,
    "PF": 1 << 14,
    "FI": 1 << 20,
    "RD": 1 << 21,
    "V2": 1 << 29,
    "MR": 1 << 30,
}
"""Bits of the mods that mean something in osu!mania (osu! API, Mods)."""

COUNT_NAMES = ("300", "100", "50", "max", "200", "miss")
"""The order of the six counts in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class OsrFile:
    """What a file says, before a chart gives its masks lanes.  ``times_ms`` and ``masks`` are its frames."""

    version: int
    chart_hash: str
    player: str
    counts: dict[str, int]
    score: int
    max_combo: int
    mods: tuple[str, ...]
    life: str
    played_us: int
    seed: int
    online_id: int
    times_ms: NDArray[np.int64]
    masks: NDArray[np.int64]


class _Reader:
    """Takes fields off the front of a file and says so when it ends too soon."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.place = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.place + size > len(self.data):
            raise ReplayError(self.name, "the file ends in the middle; it was not saved whole")
        self.place += size
        return self.data[self.place - size : self.place]

    def number(self, form: str) -> int:
        value: int = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]
        return value

    def text(self) -> str:
        """A .NET string: a marker, its length in sevens of bits, UTF-8."""
        if self.take(1) != b"\x0b":
            return ""
        length = shift = 0
        while True:
            byte = self.take(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return self.take(length).decode("utf-8", "replace")
            if shift > 28:
                raise ReplayError(self.name, "a text in it has no sensible length; the file is damaged")


def read_osr(data: bytes, name: str = "replay.osr") -> OsrFile:
    """The bytes of an osu!mania ``.osr``.

    Raises:
        ReplayError: if it is damaged, too large, of another mode, or holds no frames.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ReplayError(name, f"the file is larger than {MAX_FILE_BYTES >> 20} MiB, too large for a replay")
    reader = _Reader(data, name)
    mode = reader.number("B")
    if mode != MANIA:
        raise ReplayError(name, "this replay is of another mode of osu!; only osu!mania replays can be played")
    version = reader.number("i")
    chart_hash, player, _ = reader.text(), reader.text(), reader.text()
    counts = dict(zip(COUNT_NAMES, struct.unpack("<6H", reader.take(12)), strict=True))
    score, max_combo, _, mods = struct.unpack("<iHBi", reader.take(11))
    life = reader.text()
    played_us = max(0, (reader.number("q") - _TICKS_AT_UNIX_EPOCH) // 10)
    packed = reader.take(reader.number("i"))
    online_id = 0
    if version >= 20140721 and len(data) - reader.place >= 8:
        online_id = reader.number("q")
    times, masks, seed = _frames(_unpack(packed, name), name)
    return OsrFile(
        version=version,
        chart_hash=chart_hash.lower(),
        player=player,
        counts=counts,
        score=score,
        max_combo=max_combo,
        mods=tuple(short for short, bit in MODS.items() if mods & bit),
        life=life,
        played_us=played_us,
        seed=seed,
        online_id=online_id,
        times_ms=times,
        masks=masks,
    )


def _unpack(packed: bytes, name: str) -> str:
    """The frames' text, refused before it takes more memory than any replay needs."""
    if not packed:
        raise ReplayError(name, "this replay holds a result but no input")
    unpacker = lzma.LZMADecompressor(memlimit=MAX_UNPACK_MEMORY)
    try:
        raw = unpacker.decompress(packed, MAX_TEXT_BYTES + 1)
    except lzma.LZMAError as error:
        raise ReplayError(name, "its packed input is damaged or asks for too much memory") from error
    if len(raw) > MAX_TEXT_BYTES:
        raise ReplayError(name, "its input unpacks to more than any replay holds")
    return raw.decode("ascii", "replace")


def _frames(text: str, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Times in ms, key masks, and the seed; time never runs back."""
    deltas: list[int] = []
    masks: list[int] = []
    seed = 0
    leading = True
    for frame in text.split(","):
        if not frame:
            continue
        parts = frame.split("|")
        try:
            delta = int(parts[0])
            if delta == SEED_DELTA:
                seed = int(parts[3])
                continue
            leading = leading and (parts[1], parts[2]) == PADDING
            mask = 0 if leading else int(float(parts[1]))
        except (ValueError, IndexError, OverflowError) as error:
            raise ReplayError(name, f"frame {len(deltas) + 1} of its input is not of the form time|keys|y|0") from error
        if not -MAX_TIME_MS < delta < MAX_TIME_MS or not 0 <= mask < 1 << 32 or not -(1 << 63) <= seed < 1 << 63:
            raise ReplayError(name, f"frame {len(deltas) + 1} of its input is out of all bounds")
        deltas.append(delta)
        masks.append(mask)
    times = np.cumsum(np.array(deltas, dtype=np.int64))
    if len(times) and np.abs(times).max() > MAX_TIME_MS:
        raise ReplayError(name, "its input runs beyond any song")
    return np.maximum.accumulate(times) if len(times) else times, np.array(masks, dtype=np.int64), seed


def _mods(file: OsrFile) -> Mods:
    """What its mods are here."""
    named = set(file.mods)
    fast = bool(named & {"DT", "NC"})
    return Mods(
        rate_percent=150 if fast else 75 if "HT" in named else 100,
        keep_pitch="NC" not in named,
        mirror="MR" in named,
        hidden="HD" in named,
        fade_in="FI" in named and "HD" not in named,
        no_fail="NF" in named,
        sudden_death=bool(named & {"SD", "PF"}) and "NF" not in named,
    )


def osr_replay(file: OsrFile, chart: Chart, name: str = "replay.osr") -> Replay:
    """The recording of ``file`` on its chart.

    The recording keeps when the original game looked at its keys (:attr:`Replay.looks_us`) if the file shows
    more than key changes.

    Raises:
        ReplayError: if it was played with lanes shuffled, in a way only that game knows.
    """
    if "RD" in file.mods:
        raise ReplayError(name, "it was played with the Random mod, whose order of lanes only osu! knows")
    keys, mods = chart.keys, _mods(file)
    # That game mirrors every lane, this one leaves scratch lanes: there the recording is mirrored back instead.
    undo = mods.mirror and bool(chart.scratch_lanes)
    if undo:
        mods = replace(mods, mirror=False)
    changed = np.diff(file.masks, prepend=0)
    frames = np.flatnonzero(changed)
    parts = []
    for key in range(keys):
        bits = (file.masks >> key) & 1
        at = np.flatnonzero(np.diff(bits, prepend=0))
        part = np.zeros(len(at), dtype=EDGE)
        part["at_us"] = file.times_ms[at] * 1000
        part["lane"] = keys - 1 - key if undo else key
        part["down"] = bits[at]
        parts.append(part)
    edges = np.concatenate(parts)
    edges = edges[np.lexsort((edges["lane"], edges["at_us"]))]
    known = sum(file.counts[short] for short in ("max", "300", "200", "100", "50")) + file.counts["miss"]
    weights = {"max": 300, "300": 300, "200": 200, "100": 100, "50": 50, "miss": 0}
    accuracy = sum(weights[short] * count for short, count in file.counts.items()) / (300 * known) if known else 0.0
    return Replay(
        edges=edges,
        chart_hash=file.chart_hash,
        rules="osu-mania-stable",
        mods=mods,
        player=file.player,
        played_us=file.played_us,
        recorded=Recorded({short: file.counts[short] for short in weights}, file.max_combo, file.score, accuracy),
        looks_us=file.times_ms * 1000 if len(frames) < len(file.masks) - len(PADDING) else None,
        score_scale=0.5 ** len({"EZ", "NF", "HT"} & set(file.mods)),
        window_scale=1.4 if "EZ" in file.mods else 1 / 1.4 if "HR" in file.mods else 1.0,
    )


def write_osr(replay: Replay, result: Result, keys: int) -> bytes:
    """``replay`` as an osu!mania ``.osr``; instants are rounded to whole milliseconds, as that game has them.

    ``result`` is the replay judged by ``osu-mania-stable``.

    Raises:
        ReplayError: if the format cannot hold it: other rules, rates or mods than that game's.
    """
    if set(result.counts) != set(COUNT_NAMES):
        raise ReplayError("export", "only performances judged by osu-mania-stable can be written as .osr")
    mods = _mod_bits(replay)
    text = _frame_text(replay, keys)
    packed = lzma.compress(text.encode("ascii"), format=lzma.FORMAT_ALONE)
    stamp = hashlib.md5(text.encode("ascii"), usedforsecurity=False).hexdigest()
    counts = struct.pack("<6H", *(min(65535, result.counts[short]) for short in COUNT_NAMES))
    perfect = result.counts["miss"] == 0
    return b"".join(
        (
            struct.pack("<Bi", MANIA, WRITTEN_VERSION),
            _text(replay.chart_hash),
            _text(replay.player),
            _text(stamp),
            counts,
            struct.pack("<iHBi", min(result.score, (1 << 31) - 1), min(65535, result.max_combo), perfect, mods),
            _text(""),
            struct.pack("<qi", replay.played_us * 10 + _TICKS_AT_UNIX_EPOCH, len(packed)),
            packed,
            struct.pack("<q", 0),
        )
    )


def _mod_bits(replay: Replay) -> int:
    mods = replay.mods
    if mods.rate_percent not in (75, 100, 150) or mods.no_holds or mods.random_seed is not None or mods.section:
        raise ReplayError("export", "osu! has no such rate or mods, so this performance cannot be written as .osr")
    bits = {75: MODS["HT"], 100: 0, 150: MODS["DT"]}[mods.rate_percent]
    if mods.rate_percent == 150 and not mods.keep_pitch:
        bits |= MODS["NC"]
    for on, short in (
        (mods.mirror, "MR"),
        (mods.hidden, "HD"),
        (mods.fade_in, "FI"),
        (mods.no_fail, "NF"),
        (mods.sudden_death, "SD"),
        (replay.window_scale > 1, "EZ"),
        (replay.window_scale < 1, "HR"),
    ):
        bits |= MODS[short] if on else 0
    return bits


def _frame_text(replay: Replay, keys: int) -> str:
    """A frame for every instant at which keys changed, or at which the game that recorded it looked at them."""
    times, masks = _changes(replay, keys)
    if replay.looks_us is not None:
        looks = np.unique(replay.looks_us // 1000)
        looks = looks[(looks > 0) & ~np.isin(looks, times)]  # the leading frames stand for 0
        held = np.concatenate(([0], masks))[np.searchsorted(times, looks)]
        order = np.argsort(np.concatenate((times, looks)), kind="stable")
        times, masks = np.concatenate((times, looks))[order], np.concatenate((masks, held))[order]
    deltas = np.diff(times, prepend=-1).tolist()
    frames = [f"{delta}|{mask}|0|0" for delta, mask in zip(deltas, masks.tolist(), strict=True)]
    return ",".join(("0|256|-500|0", "-1|256|-500|0", *frames, f"{SEED_DELTA}|0|0|0")) + ","


def _changes(replay: Replay, keys: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When keys changed in ms, and which were down then; an instant stands twice where one key changed twice in it."""
    found: list[tuple[int, int]] = []
    mask, touched, frame_ms = 0, 0, -1
    edges = replay.edges[replay.edges["lane"] < keys]
    times = ((edges["at_us"] + 500) // 1000).tolist()
    for at_ms, lane, down in zip(times, edges["lane"].tolist(), edges["down"].tolist(), strict=True):
        bit = 1 << lane
        if bool(mask & bit) == bool(down):
            continue
        if touched and (at_ms != frame_ms or touched & bit):
            found.append((frame_ms, mask))
            touched = 0
        frame_ms, touched = at_ms, touched | bit
        mask = mask | bit if down else mask & ~bit
    if touched:
        found.append((frame_ms, mask))
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _text(value: str) -> bytes:
    raw = value.encode("utf-8")
    length, packed = len(raw), bytearray(b"\x0b")
    while length > 127:
        packed.append(length & 127 | 128)
        length >>= 7
    packed.append(length)
    return bytes(packed) + raw
