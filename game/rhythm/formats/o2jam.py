"""O2Jam's ``.ojn``: three levels of seven keys, every sound a sample of the ``.ojm`` beside it.

A header of 300 bytes, then each level as packages: a measure, a channel and as many events as the measure is
divided into.  Layout as open2jam documents it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from game.rhythm.chart import BACKING, Chart, NoteKind, Notes, empty
from game.rhythm.formats.beat_map import (
    MAX_CHANGES,
    BeatMap,
    Floats,
    Ints,
    build_notes,
    chart_hash,
    check_count,
    file_title,
    first_of_equals,
    pair_holds,
    pairs,
    to_us,
)
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.face import MAX_NOTES, ChartError, ReadResult, Skipped
from game.rhythm.formats.measures import Measures, usable_length, usable_tempo
from game.rhythm.formats.ojm import OGG_NUMBERS
from game.rhythm.formats.text import Warnings

MAX_FILE_BYTES = 16 * 1024 * 1024
"""The largest file read; notes and cover picture of those in use stay below 1 MiB."""

MAX_PACKAGES = 50_000
"""Packages in one level; those in use hold some 2,000."""

MAX_EVENTS = 1_000_000
"""Events in one level, empty places among them."""

KEYS = 7
DEFAULT_BPM = 120.0

_HEADER = struct.Struct("<i4sfif4h3i3i3i3ihh20sii64s32s32s32si3i4i")
_PACKAGE = struct.Struct("<ihh")
_EVENT = np.dtype([("value", "<i2"), ("volume_pan", "u1"), ("type", "u1")])
_LEVELS = ("Easy", "Normal", "Hard")
_GENRES = ("Ballad", "Rock", "Dance", "Techno", "Hip-hop", "Soul", "Jazz", "Funk", "Classical", "Traditional", "Other")

_LENGTH_CHANNEL = 0
_TEMPO_CHANNEL = 1
_FIRST_KEY = 2
_FIRST_AUTO = 9

# An event's type: 0 a tap, 2 the start and 3 the end of a hold; 4 more for a sample numbered from 1000 on.
_HIGH_NUMBERS = 4
_START = 2
_END = 3


@dataclass(frozen=True, slots=True)
class _Header:
    bpm: float
    genre: str
    levels: tuple[int, ...]
    title: str
    artist: str
    noter: str
    bank: str
    bounds: tuple[int, ...]  # where each level begins, and where the last one ends


@dataclass(frozen=True, slots=True)
class _Events:
    """The events of a level: columns for keys and automatic sounds, tempo changes and lengths of measures."""

    measure: Ints
    part: Floats
    channel: Ints
    value: Ints
    volume_pan: Ints
    type: Ints
    tempos: list[tuple[int, float, float]]
    lengths: dict[int, float]


def parse(data: bytes, name: str, folder: Folder) -> ReadResult:
    """Read an ``.ojn`` file.  Raises :class:`ChartError` when it is none or breaks a bound."""
    if len(data) > MAX_FILE_BYTES:
        raise ChartError(name, f"is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB, which no O2Jam chart is")
    if data[:3] == b"new":
        raise ChartError(name, "is encrypted (the `new` kind of .ojn); decrypt it with an O2Jam tool first")
    if len(data) < _HEADER.size or data[4:7] != b"ojn":
        raise ChartError(name, "is no O2Jam chart (no `ojn` in its header)")
    header = _read_header(data)
    warnings = Warnings(name)
    charts: list[Chart] = []
    skipped: list[Skipped] = []
    for index, level in enumerate(_LEVELS):
        events = _read_level(data, name, header, index, warnings)
        chart = _chart(data, name, header, index, events, warnings)
        if len(chart.notes):
            charts.append(chart)
        else:
            skipped.append(Skipped(name, f"{header.title} {level}".strip(), "has no notes"))
    return ReadResult(tuple(charts), tuple(skipped), warnings.done())


def _read_header(data: bytes) -> _Header:
    cells = _HEADER.unpack_from(data)
    genre, bpm = cells[3], cells[4]
    title, artist, noter, bank = (text.split(b"\0", 1)[0] for text in cells[26:30])
    return _Header(
        bpm=bpm,
        genre=_GENRES[genre] if 0 <= genre < len(_GENRES) else _GENRES[-1],
        levels=cells[5:8],
        title=guess_text(title),
        artist=guess_text(artist),
        noter=guess_text(noter),
        bank=guess_text(bank),
        bounds=cells[34:38],
    )


def guess_text(raw: bytes) -> str:
    """Text of a format that does not say its encoding: UTF-8, Korean, Japanese or Chinese, whichever fits.

    Korean titles come out as nothing but Hangul, Japanese ones hold kana of full width; in the other
    encodings the same bytes give rare signs.
    """
    decoded = {}
    for encoding in ("utf-8", "euc_kr", "cp932", "gbk", "cp949"):
        try:
            decoded[encoding] = raw.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
    if "utf-8" in decoded:
        return decoded["utf-8"]
    korean = [sign for sign in decoded.get("euc_kr", "") if ord(sign) > 127]
    if korean and all("\uac00" <= sign <= "\ud7a3" for sign in korean):
        return decoded["euc_kr"]
    japanese = decoded.get("cp932", "")
    if any("\u3041" <= sign <= "\u30fe" for sign in japanese) and not any("\uff61" <= s <= "\uff9f" for s in japanese):
        return japanese
    for encoding in ("gbk", "cp949", "cp932"):
        if encoding in decoded:
            return decoded[encoding]
    return raw.decode("latin-1").strip()


def _read_level(data: bytes, name: str, header: _Header, index: int, warnings: Warnings) -> _Events:
    """All events of a level; one that is cut off or out of place is said in ``warnings``."""
    at, end = header.bounds[index], header.bounds[index + 1]
    level = _LEVELS[index]
    if not 0 <= at <= len(data) or end > len(data):
        warnings.add(f"the {level} level goes beyond the end of the file, which is cut off")
    at = min(max(at, 0), len(data))
    end = len(data) if end < at else min(end, len(data))
    found: list[tuple[int, int, int]] = []  # measure, channel, events
    blocks: list[np.ndarray[tuple[int], np.dtype[np.void]]] = []
    tempos: list[tuple[int, float, float]] = []
    lengths: dict[int, float] = {}
    packages = 0
    events = 0
    while at + _PACKAGE.size <= end:
        measure, channel, count = _PACKAGE.unpack_from(data, at)
        at += _PACKAGE.size
        packages += 1
        events += max(count, 0)
        if packages > MAX_PACKAGES or events > MAX_EVENTS:
            raise ChartError(name, f"has more packages or events in its {level} level than any song needs")
        if count < 0 or measure < 0 or channel < 0 or at + 4 * count > end:
            warnings.add(f"the {level} level is damaged at byte {at - _PACKAGE.size}; what follows was left out")
            break
        if channel in (_LENGTH_CHANNEL, _TEMPO_CHANNEL):
            values = struct.unpack_from(f"<{count}f", data, at)
            _read_values(values, measure, channel, tempos, lengths, warnings)
        elif count:
            found.append((measure, channel, count))
            blocks.append(np.frombuffer(data, dtype=_EVENT, count=count, offset=at))
        at += 4 * count
    if len(tempos) + len(lengths) > MAX_CHANGES:
        raise ChartError(name, f"has more than {MAX_CHANGES:,} tempo changes; no song needs them")
    return _join(found, blocks, tempos, lengths)


def _read_values(
    values: tuple[float, ...],
    measure: int,
    channel: int,
    tempos: list[tuple[int, float, float]],
    lengths: dict[int, float],
    warnings: Warnings,
) -> None:
    """Tempo changes or the length of a measure; 0 is an empty place."""
    for place, value in enumerate(values):
        if value == 0:
            continue
        if channel == _LENGTH_CHANNEL and usable_length(value):
            lengths[measure] = value
        elif channel == _TEMPO_CHANNEL and usable_tempo(value):
            tempos.append((measure, place / len(values), value))
        else:
            what = "length" if channel == _LENGTH_CHANNEL else "tempo"
            warnings.add(f"the {what} {value:g} in measure {measure} was left out")


def _join(
    found: list[tuple[int, int, int]],
    blocks: list[np.ndarray[tuple[int], np.dtype[np.void]]],
    tempos: list[tuple[int, float, float]],
    lengths: dict[int, float],
) -> _Events:
    """The packages as one set of columns, without empty places."""
    events = np.concatenate(blocks) if blocks else np.zeros(0, dtype=_EVENT)
    package = np.array(found, dtype=np.int64).reshape(-1, 3)
    count = package[:, 2]
    of = np.repeat(np.arange(len(package)), count)
    place = np.arange(len(events)) - np.repeat(np.cumsum(count) - count, count)
    used = events["value"] > 0
    of, place, events = of[used], place[used], events[used]
    return _Events(
        measure=package[of, 0],
        part=place / count[of],
        channel=package[of, 1],
        value=events["value"].astype(np.int64),
        volume_pan=events["volume_pan"].astype(np.int64),
        type=events["type"].astype(np.int64) % 8,
        tempos=tempos,
        lengths=lengths,
    )


def _chart(data: bytes, name: str, header: _Header, index: int, events: _Events, warnings: Warnings) -> Chart:
    level = _LEVELS[index]
    grid = Measures(events.lengths)
    beats = _beat_map(header, events, grid, warnings)
    beat = grid.beats(events.measure, events.part)
    action = events.type % _HIGH_NUMBERS
    number = events.value - 1 + np.where(events.type >= _HIGH_NUMBERS, OGG_NUMBERS, 0)
    keyed = (events.channel >= _FIRST_KEY) & (events.channel < _FIRST_KEY + KEYS) & (action != 1)
    auto = (events.channel >= _FIRST_AUTO) & (action != 1) & (action != _END)
    check_count(name, int(keyed.sum()) // 2)
    if auto.sum() > MAX_NOTES * 4:
        raise ChartError(name, f"plays more than {MAX_NOTES * 4:,} sounds by itself; no song does")
    used, sound = np.unique(np.where(keyed | auto, number, -1), return_inverse=True)
    first = int(len(used) > 0 and used[0] < 0)  # the place of "no sound", if any
    sound = sound - first
    sounds = tuple(f"{header.bank}#{one}" for one in used[first:].tolist()) if header.bank else ()
    if not header.bank:
        sound = np.full_like(sound, -1)
    columns = (beat[keyed], events.channel[keyed] - _FIRST_KEY, action[keyed], sound[keyed])
    last_beat = float(beat[keyed].max()) if keyed.any() else 0.0
    return Chart(
        keys=KEYS,
        notes=_notes(f"{name} ({level})", beats, columns, warnings),
        title=header.title or file_title(name),
        artist=header.artist,
        creator=header.noter,
        level=f"{level} {header.levels[index]}",
        path=name,
        format="ojn",
        index=index,
        hash=chart_hash(data, index, several=True),
        timing=beats.timing_rows(grid.meters()),
        scroll=beats.scroll_rows(last_beat),
        backing=_backing(beats.seconds(beat[auto]), sound[auto], events.volume_pan[auto]) if sounds else empty(BACKING),
        sounds=sounds,
        tags=(header.genre,),
    )


def _beat_map(header: _Header, events: _Events, grid: Measures, warnings: Warnings) -> BeatMap:
    bpm = header.bpm
    if not usable_tempo(bpm):
        bpm = events.tempos[0][2] if events.tempos else DEFAULT_BPM
        warnings.add(f"the header's tempo is {header.bpm:g}; {bpm:g} is used")
    measure = np.array([tempo[0] for tempo in events.tempos], dtype=np.int64)
    part = np.array([tempo[1] for tempo in events.tempos], dtype=np.float64)
    value = np.array([tempo[2] for tempo in events.tempos], dtype=np.float64)
    changes = np.column_stack((grid.beats(measure, part), value))
    return BeatMap(0.0, pairs(np.vstack(([[0.0, bpm]], changes))))


def _notes(where: str, beats: BeatMap, columns: tuple[Floats, Ints, Ints, Ints], warnings: Warnings) -> Notes:
    """Taps and holds; a note given twice counts once, a hold without an end is a tap."""
    beat, lane, action, sound = columns
    tail = action == _END
    once = first_of_equals(lane, beat, tail.astype(np.int64))
    beat, lane, action, sound, tail = beat[once], lane[once], action[once], sound[once], tail[once]
    head = action == _START
    ends = pair_holds(lane, beat, head, tail)
    held = ends >= 0
    loose_heads, loose_tails = int((head & ~held).sum()), int(tail.sum() - held.sum())
    if loose_heads:
        warnings.add(f"{loose_heads} holds of {where} have no end and became taps")
    if loose_tails:
        warnings.add(f"{loose_tails} hold ends of {where} have no beginning and were left out")
    at_s = beats.seconds(beat)
    end_s = np.where(held, at_s[ends], at_s)
    kind = np.where(held, int(NoteKind.HOLD), int(NoteKind.TAP))
    return build_notes(where, at_s[~tail], end_s[~tail], lane[~tail], kind[~tail], sound[~tail])


def _backing(at_s: Floats, sound: Ints, volume_pan: Ints) -> Notes:
    """Automatic sounds.  Volume is 1 to 15, 0 for full; pan 1 (left) to 15 (right), 0 for the middle."""
    volume, pan = volume_pan >> 4, volume_pan & 15
    rows = np.zeros(len(at_s), dtype=BACKING)
    rows["at_us"], good = to_us(at_s)
    rows["sound"] = sound
    rows["volume"] = np.where(volume == 0, 15, volume) / 15
    rows["pan"] = (np.where(pan == 0, 8, pan) - 8) / 7
    rows = rows[good]
    return np.asarray(rows[np.argsort(rows["at_us"], kind="stable")])
