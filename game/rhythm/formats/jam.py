"""Our own chart format, ``.jam``: readable lines of text, described in docs/jam-format.md.

``parse(write_jam(chart))`` gives the same chart to the last bit, apart from where it was read from
(``path``, ``hash``, ``format``, ``index``).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import BACKING, MAX_LANES, NOTE, SCROLL, SPEED, TIMING, Chart, NoteKind, Notes
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.face import MAX_NOTES, ChartError, ReadResult
from game.rhythm.formats.text import MAX_TEXT, MAX_TIME_US, Warnings, decode_text, split_lines

VERSION = 2
"""Version 2 says to which parts notes belong; a chart without parts is still written as version 1."""

MAX_PARTS = 8

_TEXT_KEYS = ("title", "artist", "creator", "level", "audio", "background", "license")
_WHOLE_KEYS = ("keys", "audio_offset_us", "lead_in_us", "preview_us")
_REAL_KEYS = ("overall_difficulty", "health_drain")
_SECTIONS = ("timing", "scroll", "speeds", "notes", "backing")
_KINDS = {kind.name.lower(): int(kind) for kind in NoteKind}
_KIND_NAMES = {number: name for name, number in _KINDS.items()}
_MAX_REAL = 1e12

Row = tuple[Any, ...]


def write_jam(chart: Chart) -> str:
    """``chart`` as the text of a ``.jam`` file (to be saved as UTF-8)."""
    lines = [f"jam {VERSION if chart.parts else 1}"]
    lines += [f"{key}: {_quote(value)}" for key in _TEXT_KEYS if (value := getattr(chart, key))]
    lines += [f"{key}: {getattr(chart, key)}" for key in _WHOLE_KEYS]
    lines += [f"{key}: {_real(getattr(chart, key))}" for key in _REAL_KEYS]
    if chart.scratch_lanes:
        lines.append("scratch_lanes: " + " ".join(map(str, chart.scratch_lanes)))
    lines += [f"tag: {_quote(tag)}" for tag in chart.tags]
    lines += _section("timing", "at_us beat_us meter", _rows(chart.timing))
    lines += _section("scroll", "at_us factor jump_us", _rows(chart.scroll))
    lines += _section("speeds", "at_us factor over_us", _rows(chart.speeds))
    lines += _section("parts", "one name a line, counted from 0", [_quote(part) for part in chart.parts])
    columns = "at_us lane kind [end_us] [@sound]" + (" [%parts]" if chart.parts else "")
    lines += _section("notes", columns, _note_lines(chart))
    lines += _section("sounds", "one file name a line, counted from 0", [_quote(sound) for sound in chart.sounds])
    lines += _section("backing", "at_us sound volume pan", _rows(chart.backing))
    return "\n".join(lines) + "\n"


def _section(name: str, columns: str, rows: list[str]) -> list[str]:
    return ["", f"[{name}]", f"# {columns}", *rows] if rows else []


def _quote(text: str) -> str:
    """Plain text as it stands; anything a line cannot carry as a JSON string."""
    plain = text.isprintable() and text == text.strip() and text[:1] not in ("", '"', "#", "[")
    return text if plain else json.dumps(text)


def _real(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _rows(table: Notes) -> list[str]:
    """Each row's fields, single-precision ones by their own shortest form."""
    columns = []
    for field in table.dtype.names or ():
        column = table[field]
        is_single = column.dtype == np.float32
        columns.append([str(x) for x in column] if is_single else [_cell(x) for x in column.tolist()])
    return [" ".join(cells) for cells in zip(*columns, strict=True)]


def _cell(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    return repr(value) if value == 0 else _real(value)  # keeps the sign of -0.0


def _note_lines(chart: Chart) -> list[str]:
    rows = [_note(row) for row in chart.notes.tolist()]
    if chart.part_of is None or not chart.parts:
        return rows
    known = (1 << len(chart.parts)) - 1
    return [row + _part_cell(bits & known) for row, bits in zip(rows, chart.part_of.tolist(), strict=True)]


def _part_cell(bits: int) -> str:
    """`` %0,2`` for the first and the third part, nothing for none."""
    return " %" + ",".join(str(part) for part in range(MAX_PARTS) if bits >> part & 1) if bits else ""


def _note(row: tuple[int, int, int, int, int]) -> str:
    at_us, end_us, lane, kind, sound = row
    end = f" {end_us}" if end_us != at_us else ""
    keyed = f" @{sound}" if sound >= 0 else ""
    return f"{at_us} {lane} {_KIND_NAMES[kind]}{end}{keyed}"


def parse(data: bytes, name: str, folder: Folder) -> ReadResult:
    """Read a ``.jam`` file.  Raises :class:`ChartError` with the line that cannot be understood."""
    reader = _Reader(name)
    reader.read(split_lines(decode_text(data, name), name))
    return ReadResult(charts=(reader.chart(hashlib.md5(data).hexdigest()),), warnings=reader.warnings.done())


class _Reader:
    """One pass over the lines: the header into ``head``, each section's rows into ``rows``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.warnings = Warnings(name)
        self.head: dict[str, Any] = {}
        self.tags: list[str] = []
        self.sounds: list[str] = []
        self.parts: list[str] = []
        self.part_bits: list[int] = []
        self.rows: dict[str, list[Row]] = {section: [] for section in _SECTIONS}
        self._line = 0

    def read(self, lines: list[str]) -> None:
        self._version(lines[0] if lines else "")
        take: Callable[[str], None] | None = self._header
        takers: dict[str, Callable[[str], None]] = {
            "timing": self._timing,
            "scroll": self._scroll,
            "speeds": self._speed,
            "notes": self._note,
            "sounds": self._sound,
            "parts": self._part,
            "backing": self._backing,
        }
        for number, raw in enumerate(lines[1:], start=2):
            line = raw.strip()
            if not line or line[0] == "#":
                continue
            self._line = number
            if line[0] == "[":
                section = line[1:-1] if line[-1] == "]" else line
                if section not in takers:
                    self.warnings.add(f"the section {line[:40]} is unknown and was left out", number)
                take = takers.get(section)
                continue
            if take is not None:
                take(line)

    def chart(self, digest: str) -> Chart:
        """The chart read so far; raises when its keys are missing."""
        keys = self.head.pop("keys", 0)
        if not 1 <= keys <= MAX_LANES:
            raise ChartError(self.name, f"needs `keys: N` with N from 1 to {MAX_LANES}")
        notes = np.array(self.rows["notes"], dtype=NOTE)
        order = np.lexsort((notes["lane"], notes["at_us"]))
        notes, part_of = notes[order], self._known_parts()[order]
        if len(notes) and int(notes["lane"].max()) >= keys:
            raise ChartError(self.name, f"has a note on lane {int(notes['lane'].max())}, but lanes end at {keys - 1}")
        notes["sound"] = self._known_sounds(notes["sound"])
        backing = np.array(self.rows["backing"], dtype=BACKING)
        backing = backing[self._known_sounds(backing["sound"]) >= 0]
        lanes = self.head.pop("scratch_lanes", ())
        return Chart(
            keys=keys,
            notes=notes,
            format="jam",
            path=self.name,
            hash=digest,
            timing=np.array(self.rows["timing"], dtype=TIMING),
            scroll=np.array(self.rows["scroll"], dtype=SCROLL),
            speeds=np.array(self.rows["speeds"], dtype=SPEED),
            backing=backing,
            sounds=tuple(self.sounds),
            parts=tuple(self.parts),
            part_of=part_of if self.parts else None,
            tags=tuple(self.tags),
            scratch_lanes=tuple(lane for lane in lanes if 0 <= lane < keys),
            **self.head,
        )

    def _known_sounds(self, column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        unknown = column >= len(self.sounds)
        if unknown.any():
            self.warnings.add(f"{int(unknown.sum())} rows ask for a sound that [sounds] does not list")
        return np.where(unknown, -1, column)

    def _known_parts(self) -> NDArray[np.uint8]:
        bits: NDArray[np.uint8] = np.array(self.part_bits, dtype=np.uint8)
        known = np.uint8((1 << len(self.parts)) - 1)
        unknown = int(((bits & ~known) != 0).sum())
        if unknown:
            self.warnings.add(f"{unknown} notes belong to a part that [parts] does not list")
        return bits & known

    def _version(self, line: str) -> None:
        word, _, number = line.strip().partition(" ")
        if word != "jam" or not number.strip().isdecimal():
            raise ChartError(self.name, "does not begin with `jam 1`, so it is no jam chart", 1)
        if len(number) > 9 or int(number) > VERSION:
            raise ChartError(self.name, f"is jam {number[:9]}, this game reads jam {VERSION}; update the game", 1)

    def _header(self, line: str) -> None:
        key, colon, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if not colon:
            self._fail("is neither `key: value` nor a [section]")
        if key in _TEXT_KEYS:
            self.head[key] = self._text(value)
        elif key in _WHOLE_KEYS:
            self.head[key] = self._whole(value)
        elif key in _REAL_KEYS:
            self.head[key] = self._number(value)
        elif key == "tag":
            self.tags.append(self._text(value))
        elif key == "scratch_lanes":
            self.head[key] = tuple(self._whole(cell) for cell in value.split())
        else:
            self.warnings.add(f"the header `{key[:40]}` is unknown and was left out", self._line)

    def _timing(self, line: str) -> None:
        at, beat, meter = self._cells(line, 3)
        beat_us = self._number(beat)
        if beat_us <= 0:
            self._fail("a beat must last longer than 0")
        self._add("timing", (self._whole(at), beat_us, self._whole(meter, 0, 65535)))

    def _scroll(self, line: str) -> None:
        at, factor, jump = self._cells(line, 3)
        self._add("scroll", (self._whole(at), self._number(factor), self._number(jump)))

    def _speed(self, line: str) -> None:
        at, factor, over = self._cells(line, 3)
        self._add("speeds", (self._whole(at), self._number(factor), self._whole(over)))

    def _backing(self, line: str) -> None:
        at, sound, volume, pan = self._cells(line, 4)
        row = (self._whole(at), self._whole(sound, 0, MAX_NOTES), self._number(volume), self._number(pan))
        self._add("backing", row)

    def _sound(self, line: str) -> None:
        if len(self.sounds) >= MAX_NOTES:
            self._fail("lists more sounds than any chart has")
        self.sounds.append(self._text(line))

    def _part(self, line: str) -> None:
        if len(self.parts) >= MAX_PARTS:
            self._fail(f"lists more than {MAX_PARTS} parts")
        self.parts.append(self._text(line))

    def _bits(self, cell: str) -> int:
        """``%0,2`` as a bit for each part."""
        bits = 0
        for one in cell[1:].split(","):
            bits |= 1 << self._whole(one, 0, MAX_PARTS - 1)
        return bits

    def _note(self, line: str) -> None:
        cells = line.split()
        bits = self._bits(cells.pop()) if cells[-1].startswith("%") and len(cells) > 1 else 0
        sound = self._whole(cells.pop()[1:], 0, MAX_NOTES) if cells[-1].startswith("@") else -1
        if not 3 <= len(cells) <= 4 or cells[2] not in _KINDS:
            self._fail("should be `at_us lane kind [end_us] [@sound] [%parts]` with a kind of " + ", ".join(_KINDS))
        at_us = self._whole(cells[0])
        end_us = self._whole(cells[3]) if len(cells) == 4 else at_us
        if end_us < at_us:
            self.warnings.add("a note ends before it begins; its end was moved to its beginning", self._line)
            end_us = at_us
        self._add("notes", (at_us, end_us, self._whole(cells[1], 0, MAX_LANES - 1), _KINDS[cells[2]], sound))
        self.part_bits.append(bits)

    def _add(self, section: str, row: Row) -> None:
        rows = self.rows[section]
        if len(rows) >= MAX_NOTES:
            self._fail(f"more than {MAX_NOTES:,} rows in [{section}]")
        rows.append(row)

    def _cells(self, line: str, count: int) -> list[str]:
        cells = line.split()
        if len(cells) != count:
            self._fail(f"should hold {count} numbers")
        return cells

    def _whole(self, cell: str, low: int = -MAX_TIME_US, high: int = MAX_TIME_US) -> int:
        try:
            value = int(cell) if len(cell) < 20 else high + 1
        except ValueError:
            self._fail(f"`{cell[:40]}` is no whole number")
        if not low <= value <= high:
            self._fail(f"`{cell[:40]}` is not between {low} and {high}")
        return value

    def _number(self, cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not abs(value) <= _MAX_REAL:
            self._fail(f"`{cell[:40]}` is no number a chart can use")
        return value

    def _text(self, value: str) -> str:
        if not value.startswith('"'):
            return value[:MAX_TEXT]
        try:
            read = json.loads(value)
        except ValueError:
            read = None
        if not isinstance(read, str):
            self._fail("begins with a quote but is no JSON string")
        return read[:MAX_TEXT]

    def _fail(self, reason: str) -> NoReturn:
        raise ChartError(self.name, reason, self._line)
