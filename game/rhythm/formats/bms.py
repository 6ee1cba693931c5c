"""BMS: ``.bms``, ``.bme``, ``.bml`` and, with nine keys, ``.pms``.

Lanes from left to right, scratches only where the chart has notes on them::

    5 / 7 keys    16 | 11 12 13 14 15 (18 19)                      16 and 26 are the scratches
    10 / 14 keys  16 | 11 12 13 14 15 (18 19)  21 22 23 24 25 (28 29) | 26
    9 keys        11 12 13 14 15 22 23 24 25, or 11 12 13 14 15 18 19 16 17
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np

from game.rhythm.chart import BACKING, Chart, NoteKind, Notes
from game.rhythm.formats.beat_map import (
    MAX_CHANGES,
    MAX_SCROLL,
    MAX_TEXT_BYTES,
    BeatMap,
    Flags,
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
from game.rhythm.formats.bms_blocks import lines_that_count
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.face import MAX_NOTES, ChartError, ReadResult, Skipped
from game.rhythm.formats.measures import Measures, usable_length, usable_tempo
from game.rhythm.formats.text import MAX_TEXT, Warnings, decode_text, split_lines

MAX_LINES = 100_000
"""Lines of one file; the largest that people play have some 20,000."""

MAX_OBJECTS = 1_000_000
"""Objects of all channels of one file."""

DEFAULT_BPM = 130.0
"""The tempo of a BMS that names none."""

_ENDINGS = ("bms", "bme", "bml", "pms")
_LEVELS = {"1": "Beginner", "2": "Normal", "3": "Hyper", "4": "Another", "5": "Insane"}

_OVERALL_DIFFICULTY = {"0": 10.0, "1": 9.0, "2": 8.0, "3": 7.0, "4": 5.0}
"""osu! OD in the place of #RANK, from very hard to very easy: our own reading, 2 (normal) being the usual 8."""

_SINGLE = ("16", "11", "12", "13", "14", "15", "18", "19")
_DOUBLE = (*_SINGLE, "21", "22", "23", "24", "25", "28", "29", "26")
_NINE = ("11", "12", "13", "14", "15", "22", "23", "24", "25")
_NINE_BME = ("11", "12", "13", "14", "15", "18", "19", "16", "17")
_SCRATCHES = ("16", "26")
_SEVENTH = ("18", "19", "28", "29")

_VISIBLE = {"1": "1", "2": "2"}
_LONG = {"5": "1", "6": "2"}
_MINE = {"D": "1", "E": "2"}

_DIGITS = {62: b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_DIGITS[36] = _DIGITS[62][:36]
_BASE_62 = re.compile(r"^[ \t]*#BASE[ \t]+62\b", re.IGNORECASE | re.MULTILINE)
_DATA_LINE = re.compile(r"#([0-9]{3})([0-9A-Za-z]{2}):(.*)", re.ASCII | re.DOTALL)
_TABLES = {"WAV": 3, "BPM": 3, "EXBPM": 5, "STOP": 4, "SCROLL": 6}


@dataclass(slots=True)
class _Source:
    """What the lines that count say."""

    heads: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=lambda: {table: {} for table in _TABLES})
    lengths: dict[int, float] = field(default_factory=dict)
    measures: list[int] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)

    def text(self, head: str) -> str:
        """A header's text."""
        return self.heads.get(head, "")[:MAX_TEXT]


@dataclass(frozen=True, slots=True)
class _Objects:
    """Every object of every channel: ``channel`` counts in ``names``, ``id`` is its two digits as written."""

    beat: Floats
    channel: Ints
    id: Ints
    names: tuple[str, ...]

    def on(self, channels: set[str]) -> Flags:
        """Which objects are on one of ``channels``."""
        wanted = np.array([name in channels for name in self.names], dtype=bool)
        return np.asarray(wanted[self.channel], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Held:
    """Taps and holds by beat; ``number`` is the id of their sound."""

    start: Floats
    end: Floats
    lane: Ints
    kind: Ints
    number: Ints


def parse(data: bytes, name: str, folder: Folder, seed: int = 0) -> ReadResult:
    """Read a BMS file, its random blocks drawn by ``seed``.  Raises :class:`ChartError` when it is none."""
    if len(data) > MAX_TEXT_BYTES:
        raise ChartError(name, f"is larger than {MAX_TEXT_BYTES // 1024 // 1024} MiB, which no BMS chart is")
    text = _decode(data, name)
    lines = split_lines(text, name)
    if len(lines) > MAX_LINES:
        raise ChartError(name, f"has more than {MAX_LINES:,} lines, which no chart has")
    warnings = Warnings(name)
    source = _read(lines, seed, warnings)
    if not source.channels and not source.heads:
        raise ChartError(name, "is no BMS chart (nothing in it begins with #)")
    base = 62 if _BASE_62.search(text) else 36
    chart = _ChartReader(name, source, base, warnings).chart(data)
    if not len(chart.notes):
        return ReadResult(skipped=(Skipped(name, chart.title, "has no notes"),), warnings=warnings.done())
    return ReadResult((chart,), warnings=warnings.done())


def _decode(data: bytes, name: str) -> str:
    """Most BMS are Shift-JIS in Windows' wider form, some Korean or UTF-8."""
    for encoding in ("utf-8-sig", "cp932", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return decode_text(data, name)


def _read(lines: list[str], seed: int, warnings: Warnings) -> _Source:
    source = _Source()
    for number, line in lines_that_count(lines, seed, warnings):
        found = _DATA_LINE.match(line) if "0" <= line[1:2] <= "9" else None
        if found is None:
            _read_head(line, source)
            continue
        measure, channel, cells = int(found[1]), found[2].upper(), found[3].strip()
        if channel == "02":
            length = _float(cells)
            if usable_length(length):
                source.lengths[measure] = length
            else:
                warnings.add(f"measure {measure} is `{cells[:20]}` long; it was left whole", number)
            continue
        if " " in cells or "\t" in cells:
            cells = cells.replace(" ", "").replace("\t", "")
        if len(cells) >= 2:
            source.measures.append(measure)
            source.channels.append(channel)
            source.cells.append(cells[: len(cells) // 2 * 2])
    return source


def _read_head(line: str, source: _Source) -> None:
    word, *rest = line[1:].split(None, 1) or [""]
    value = rest[0].strip() if rest else ""
    upper = word.upper()
    table = upper[:-2]
    if table in _TABLES and len(word) == _TABLES[table] + 2:
        source.tables[table][word[-2:]] = value
    elif value:
        source.heads[upper] = value


def _float(text: str) -> float:
    """The number ``text`` begins with, as lenient as BMS players are; not a number when there is none."""
    try:
        return float(text)
    except ValueError:
        words = text.split(None, 1)
        try:
            return float(words[0]) if words else float("nan")
        except ValueError:
            return float("nan")


class _ChartReader:
    """Turns what the lines say into a :class:`Chart`."""

    def __init__(self, name: str, source: _Source, base: int, warnings: Warnings) -> None:
        self._name = name
        self._source = source
        self._base = base
        self._warnings = warnings
        self._last_beat = 0.0
        self._grid = Measures(source.lengths)
        self._objects = self._read_objects()
        self._beats = self._read_tempo()

    def chart(self, data: bytes) -> Chart:
        """The whole chart."""
        lanes = self._lanes()
        notes, covered = self._notes(lanes)
        used, sounds = self._sounds(notes, covered)
        source = self._source
        total = _float(source.text("TOTAL"))
        rank = source.text("RANK")
        title = " ".join(filter(None, (source.text("TITLE"), source.text("SUBTITLE"))))[:MAX_TEXT]
        level = " ".join(filter(None, (_LEVELS.get(source.text("DIFFICULTY"), ""), source.text("PLAYLEVEL"))))
        playable = int((notes["kind"] != NoteKind.MINE).sum())
        notes["sound"] = used[notes["sound"]]
        return Chart(
            keys=len(lanes),
            notes=notes,
            title=title or file_title(self._name),
            artist=" ".join(filter(None, (source.text("ARTIST"), source.text("SUBARTIST"))))[:MAX_TEXT],
            creator=source.text("MAKER"),
            level=level,
            path=self._name,
            format=suffix if (suffix := PurePath(self._name).suffix[1:].lower()) in _ENDINGS else "bms",
            hash=chart_hash(data, 0, several=False),
            timing=self._beats.timing_rows(self._grid.meters()),
            scroll=self._beats.scroll_rows(self._last_beat),
            backing=self._backing(covered, used),
            sounds=sounds,
            background=(source.text("STAGEFILE") or source.text("BACKBMP")).replace("\\", "/"),
            overall_difficulty=_OVERALL_DIFFICULTY.get(rank, _OVERALL_DIFFICULTY["2"]),
            health_drain=_health_drain(total, playable),
            scratch_lanes=tuple(lane for lane, channel in enumerate(lanes) if self._scratch(channel)),
            tags=tuple(filter(None, (source.text("GENRE"),))),
        )

    def _read_objects(self) -> _Objects:
        """All objects at once: the lines' cells are joined and taken apart as one array."""
        source = self._source
        cells = np.frombuffer("".join(source.cells).encode("latin-1", "replace"), dtype=np.uint8)
        digits = np.full(256, -1, dtype=np.int32)
        digits[np.frombuffer(_DIGITS[self._base], dtype=np.uint8)] = np.arange(self._base)
        if self._base == 36:
            digits[np.frombuffer(_DIGITS[36].lower(), dtype=np.uint8)] = np.arange(36)
        high, low = digits[cells[0::2]], digits[cells[1::2]]
        bad = (high < 0) | (low < 0)
        if bad.any():
            self._warnings.add(f"{int(bad.sum())} objects are no two digits of base {self._base} and were left out")
        there = np.flatnonzero(~bad & ((high | low) != 0))
        if len(there) > MAX_OBJECTS:
            raise ChartError(self._name, f"has more than {MAX_OBJECTS:,} objects; no song needs them")
        count = np.array([len(one) // 2 for one in source.cells], dtype=np.int64)
        first = np.cumsum(count) - count
        line = np.searchsorted(first, there, side="right") - 1
        names, channel = np.unique(np.array(source.channels, dtype="U2"), return_inverse=True)
        measure = np.array(source.measures, dtype=np.int64)
        return _Objects(
            beat=self._grid.beats(measure[line], (there - first[line]) / count[line]),
            channel=channel.astype(np.int64)[line],
            id=(high[there].astype(np.int64) * self._base + low[there]),
            names=tuple(names.tolist()),
        )

    def _id(self, text: str) -> int:
        """Two digits as a number, -1 when they are none."""
        text = text.upper() if self._base == 36 else text
        places = [_DIGITS[self._base].find(sign.encode("ascii", "replace")) for sign in text]
        return places[0] * self._base + places[1] if len(places) == 2 and min(places) >= 0 else -1

    def _table(self, *tables: str) -> dict[int, float]:
        """The numbers that #BPMxx and the like define."""
        rows = [row for table in tables for row in self._source.tables[table].items()]
        return {self._id(key): _float(value) for key, value in rows}

    def _looked_up(self, channel: str, table: dict[int, float]) -> Floats:
        """(beat, value) of the objects of a channel, NaN where nothing is defined."""
        chosen = self._objects.on({channel})
        values = [table.get(one, float("nan")) for one in self._objects.id[chosen].tolist()]
        return np.column_stack((self._objects.beat[chosen], np.array(values, dtype=np.float64)))

    def _read_tempo(self) -> BeatMap:
        bpm = _float(self._source.text("BPM"))
        if not usable_tempo(bpm):
            self._warnings.add(f"#BPM is `{self._source.text('BPM')[:20]}`; {DEFAULT_BPM:g} is used")
            bpm = DEFAULT_BPM
        objects = self._objects
        plain = objects.on({"03"})
        # Channel 03 holds the tempo itself, as two hexadecimal digits.
        hexadecimal = objects.id[plain] // self._base * 16 + objects.id[plain] % self._base
        tempos = np.vstack(
            (
                [[0.0, bpm]],
                np.column_stack((objects.beat[plain], hexadecimal.astype(np.float64))),
                self._looked_up("08", self._table("BPM", "EXBPM")),
            )
        )
        tempos = self._without(tempos, np.array([usable_tempo(one) for one in tempos[:, 1].tolist()]), "tempo changes")
        tempos = pairs(tempos)
        stops = self._looked_up("09", self._table("STOP"))
        stops = pairs(self._without(stops, (stops[:, 1] > 0) & (stops[:, 1] < 1e9), "stops"))
        # A stop lasts so many 192nds of a whole measure at the tempo that holds where it stands.
        at = np.searchsorted(tempos[:, 0], stops[:, 0], side="right") - 1
        stops[:, 1] *= 4 * 60.0 / 192.0 / tempos[at, 1]
        scrolls = self._looked_up("SC", self._table("SCROLL"))
        scrolls = pairs(self._without(scrolls, np.abs(scrolls[:, 1]) <= MAX_SCROLL, "scroll changes"))
        if len(tempos) + len(stops) + len(scrolls) > MAX_CHANGES:
            raise ChartError(self._name, f"has more than {MAX_CHANGES:,} tempo changes and stops; no song needs them")
        return BeatMap(0.0, tempos, stops, scrolls=scrolls)

    def _without(self, rows: Floats, good: Flags, what: str) -> Floats:
        if not good.all():
            self._warnings.add(f"{int((~good).sum())} {what} have no value that can be used and were left out")
        return np.asarray(rows[good])

    def _lanes(self) -> tuple[str, ...]:
        """The visible channel of each lane."""
        spread = {**_VISIBLE, **_LONG, **_MINE}
        used = {spread[name[0]] + name[1] for name in self._objects.names if name[0] in spread}
        if self._name.lower().endswith(".pms"):
            return _NINE_BME if used & {"16", "17", "18", "19"} and not used & set(_NINE[5:]) else _NINE
        lanes: tuple[str, ...] = _DOUBLE if any(channel[0] == "2" for channel in used & set(_DOUBLE)) else _SINGLE
        if not used & set(_SEVENTH):
            lanes = tuple(channel for channel in lanes if channel not in _SEVENTH)
        return tuple(channel for channel in lanes if channel not in _SCRATCHES or channel in used)

    def _scratch(self, channel: str) -> bool:
        return channel in _SCRATCHES and not self._name.lower().endswith(".pms")

    def _placed(self, kinds: dict[str, str], lanes: tuple[str, ...]) -> tuple[Floats, Ints, Ints]:
        """(beat, lane, id) of the objects on the channels of ``kinds``; of several on one place the last stays."""
        objects = self._objects
        lane_of = [
            lanes.index(kinds[name[0]] + name[1]) if name[0] in kinds and kinds[name[0]] + name[1] in lanes else -1
            for name in objects.names
        ]
        lane = np.array(lane_of, dtype=np.int64)[objects.channel]
        chosen = np.flatnonzero(lane >= 0)[::-1]
        check_count(self._name, len(chosen) // 2)
        beat, lane, number = objects.beat[chosen], lane[chosen], objects.id[chosen]
        once = first_of_equals(lane, beat, np.zeros(len(lane), dtype=np.int64))
        return beat[once], lane[once], number[once]

    def _notes(self, lanes: tuple[str, ...]) -> tuple[Notes, Notes]:
        """The notes, ``sound`` still being the object's id, and those left out because a hold lies over them."""
        beat, lane, number = self._placed(_VISIBLE, lanes)
        ender = self._id(self._source.text("LNOBJ"))
        tail = number == ender
        taps = self._held(beat, lane, number, ~tail, tail, "#LNOBJ")
        beat, lane, number = self._placed(_LONG, lanes)
        if self._source.text("LNTYPE") == "2" and len(beat):
            self._warnings.add("#LNTYPE 2 is read like #LNTYPE 1: its long notes may end elsewhere")
        order = np.lexsort((beat, lane))
        lane_first = np.searchsorted(lane[order], lane[order])
        starts = np.zeros(len(beat), dtype=bool)
        starts[order] = (np.arange(len(beat)) - lane_first) % 2 == 0
        longs = self._held(beat, lane, number, starts, ~starts, "long note")
        beat, lane, _ = self._placed(_MINE, lanes)
        start = np.concatenate((longs.start, taps.start, beat))
        end = np.concatenate((longs.end, taps.end, beat))
        lane = np.concatenate((longs.lane, taps.lane, lane))
        kind = np.concatenate((longs.kind, taps.kind, np.full(len(beat), int(NoteKind.MINE))))
        number = np.concatenate((longs.number, taps.number, np.zeros(len(beat), dtype=np.int64)))
        self._last_beat = float(end.max()) if len(end) else 0.0
        free = _uncovered(start, end, lane, kind)
        if not free.all():
            self._warnings.add(f"{int((~free).sum())} notes lie under others on their lane and are only heard")
        at_s, end_s = self._beats.seconds(start), self._beats.seconds(end)

        def chosen(which: Flags) -> Notes:
            return build_notes(self._name, at_s[which], end_s[which], lane[which], kind[which], number[which])

        return chosen(free), chosen(~free)

    def _held(self, beat: Floats, lane: Ints, number: Ints, head: Flags, tail: Flags, what: str) -> _Held:
        """The heads, each with its tail made one hold."""
        check_count(self._name, int(head.sum()))
        ends = pair_holds(lane, beat, head, tail)
        held = ends >= 0
        if loose := int(tail.sum() - held.sum()):
            self._warnings.add(f"{loose} ends of a {what} have no beginning and were left out")
        if what != "#LNOBJ" and (open_ := int((head & ~held).sum())):
            self._warnings.add(f"{open_} long notes have no end and became taps")
        kind = np.where(held, int(NoteKind.HOLD), int(NoteKind.TAP))
        end = np.where(held, beat[ends], beat)
        return _Held(beat[head], end[head], lane[head], kind[head], number[head])

    def _sounds(self, notes: Notes, covered: Notes) -> tuple[Ints, tuple[str, ...]]:
        """For each id its place among the names of the sounds, and these names; only what is played is named."""
        files = {self._id(key): value for key, value in self._source.tables["WAV"].items() if value}
        heard = (notes["sound"], covered["sound"], self._objects.id[self._objects.on({"01"})])
        used = [one for one in np.unique(np.concatenate(heard)).tolist() if one in files and one > 0]
        place = np.full(self._base * self._base, -1, dtype=np.int64)
        place[used] = np.arange(len(used))
        return place, tuple(files[one].replace("\\", "/")[:MAX_TEXT] for one in used)

    def _backing(self, covered: Notes, place: Ints) -> Notes:
        """The sounds that play by themselves, those of notes under a hold among them."""
        auto = self._objects.on({"01"})
        at_us, good = to_us(self._beats.seconds(self._objects.beat[auto]))
        at_us = np.concatenate((at_us[good], covered["at_us"]))
        sound = place[np.concatenate((self._objects.id[auto][good], covered["sound"]))]
        if len(at_us) > MAX_NOTES * 4:
            raise ChartError(self._name, f"plays more than {MAX_NOTES * 4:,} sounds by itself; no song does")
        volume = _float(self._source.text("VOLWAV") or "100") / 100.0
        rows = np.zeros(len(at_us), dtype=BACKING)
        rows["at_us"], rows["sound"] = at_us, sound
        rows["volume"] = volume if 0 <= volume <= 1 else 1.0
        rows = rows[rows["sound"] >= 0]
        return np.asarray(rows[np.argsort(rows["at_us"], kind="stable")])


def _uncovered(start: Floats, end: Floats, lane: Ints, kind: Ints) -> Flags:
    """Which notes do not begin within, at the end of or together with an earlier one of their lane."""
    order = np.lexsort((kind != NoteKind.HOLD, start, lane))
    width = float(end.max()) + 1.0 if len(end) else 1.0
    # Lanes laid out one after the other, so that one running maximum serves them all.
    reach = np.maximum.accumulate(end[order] + lane[order] * width)
    free = np.ones(len(start), dtype=bool)
    free[order[1:]] = start[order[1:]] + lane[order[1:]] * width > reach[:-1]
    free[order[1:]] |= lane[order[1:]] != lane[order[:-1]]
    return free


def _health_drain(total: float, notes: int) -> float:
    """osu! HP in the place of #TOTAL, the gauge that hitting everything adds up to.

    Our own reading: the usual total of a chart of so many notes (7.605 n / (0.01 n + 6.5)) is the usual HP 7, half
    of it is twice as hard.
    """
    usual = max(260.0, 7.605 * notes / (0.01 * notes + 6.5))
    return float(np.clip(7.0 * usual / total, 0.0, 10.0)) if total > 0 else 7.0
