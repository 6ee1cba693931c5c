"""The hit objects of a beatmap: tens of thousands of lines, read in one pass where they are regular.

Nearly every mania chart writes each object as exactly six cells of whole numbers.  Such a section is read as one
array of bytes, whole columns at a time; any other goes line by line, which gives the same columns.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Notes
from game.rhythm.formats.columns import Ints, whole_numbers
from game.rhythm.formats.face import MAX_NOTES, ChartError
from game.rhythm.formats.text import MAX_TEXT, MAX_TIME_US, MAX_WARNINGS, Warnings

CIRCLE, SLIDER, SPINNER, HOLD = 1, 2, 8, 128
MAX_COORDINATE = 131_072
"""Beyond it the game leaves an object out (Parsing.MAX_COORDINATE_VALUE)."""

DEFAULT_BEAT_US = 1_000_000.0
"""A chart without any tempo runs at 60 beats a minute."""

_MAX_TIME_MS = MAX_TIME_US // 1000
_CELLS = 6
_NEWLINE, _COMMA, _COLON = b"\n,:"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one section: their text and the number of the first of them in the file."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Objects:
    """Hit objects in file order, as columns of equal length; ``sound`` indexes ``sounds``, -1 for none."""

    x: Ints
    at_us: Ints
    end_us: Ints
    is_hold: NDArray[np.bool_]
    sound: NDArray[np.int32]
    sounds: tuple[str, ...]


class SliderRule:
    """How long a slider lasts; a mania chart may hold some, and they play as holds."""

    def __init__(self, timing: Notes, sv: dict[int, float], multiplier: float) -> None:
        self._beat_at: list[int] = timing["at_us"].tolist()
        self._beat_us: list[float] = timing["beat_us"].tolist()
        self._sv_at = list(sv)
        self._sv = list(sv.values())
        self._multiplier = multiplier

    def length_us(self, at_us: int, pixels: float, slides: float) -> int:
        """From the first touch to the last of ``slides`` passes over ``pixels`` of path."""
        index = bisect_right(self._sv_at, at_us) - 1
        velocity = self._sv[index] if index >= 0 else 1.0
        beat = bisect_right(self._beat_at, at_us) - 1
        beat_us = self._beat_us[max(beat, 0)] if self._beat_us else DEFAULT_BEAT_US
        length = pixels * slides * beat_us / (100 * self._multiplier * velocity)
        return round(length) if 0 <= length <= MAX_TIME_US else 0


@dataclass(frozen=True, slots=True)
class Columns:
    """What both readers give, a row an object; ``end_ms`` is NaN where there is none or it is no number."""

    x: Ints
    at_ms: NDArray[np.float64]
    kind: Ints
    end_ms: NDArray[np.float64]
    line: Ints
    keyed: dict[int, str]
    """The last cell of the rows where it may name a file."""
    sliders: dict[int, str]
    """``slides,pixels`` of the rows that are sliders."""


def read_objects(blocks: list[Block], name: str, offset_us: int, sliders: SliderRule, warnings: Warnings) -> Objects:
    """Read the lines of [HitObjects]; raises :class:`ChartError` for more than ``MAX_NOTES``."""
    columns = read_columns_quickly(blocks[0]) if len(blocks) == 1 else None
    if columns is None:
        columns = read_columns_patiently(blocks, name, warnings)
    if len(columns.x) > MAX_NOTES:
        raise ChartError(name, f"holds more than {MAX_NOTES:,} notes, which nobody can play")
    return _objects(columns, offset_us, sliders, warnings)


# -- all lines at once --------------------------------------------------------------------------------------


def read_columns_quickly(block: Block) -> Columns | None:
    """The columns of a block in which every line is six cells of whole numbers, else None."""
    text = block.text.rstrip("\n")
    if not text or not text.isascii() or "//" in text:
        return None
    raw = np.frombuffer(text.encode("ascii") + b"\n", dtype=np.uint8)
    ends = np.flatnonzero((raw == _COMMA) | (raw == _NEWLINE))
    if len(ends) % _CELLS:
        return None
    start = np.concatenate(([0], ends[:-1] + 1)).reshape(-1, _CELLS)
    end = ends.reshape(-1, _CELLS)
    if (raw[end[:, :-1]] != _COMMA).any() or (raw[end[:, -1]] != _NEWLINE).any():
        return None
    x = whole_numbers(raw, start[:, 0], end[:, 0])
    at_ms = whole_numbers(raw, start[:, 2], end[:, 2])
    kind = whole_numbers(raw, start[:, 3], end[:, 3])
    if x is None or at_ms is None or kind is None:
        return None
    is_slider = kind & (CIRCLE | SLIDER) == SLIDER
    is_bounded = (np.abs(x) <= MAX_COORDINATE) & (np.abs(at_ms) <= _MAX_TIME_MS) & (kind >= 0) & (kind <= 0xFFFF)
    if is_slider.any() or not is_bounded.all():
        return None
    last, stop = start[:, 5], end[:, 5]
    end_ms = np.full(len(x), np.nan)
    has_end = np.flatnonzero((kind & CIRCLE == 0) & (kind & (SPINNER | HOLD) != 0))
    if len(has_end):
        colons = np.append(np.flatnonzero(raw == _COLON), len(raw))
        colon = colons[np.searchsorted(colons, last[has_end])]
        numbers = whole_numbers(raw, last[has_end], np.minimum(colon, stop[has_end]))
        if numbers is None:
            return None
        end_ms[has_end] = numbers
    may_name = np.flatnonzero((stop > last) & (raw[stop - 1] != _COLON)).tolist()
    cells = ((i, text[last[i] : stop[i]].strip()) for i in may_name)
    keyed = {i: cell for i, cell in cells if cell and cell[-1] != ":"}
    return Columns(x, at_ms.astype(np.float64), kind, end_ms, block.line + np.arange(len(x)), keyed, {})


# -- line by line -------------------------------------------------------------------------------------------


def read_columns_patiently(blocks: list[Block], name: str, warnings: Warnings) -> Columns:
    """What cannot be understood is left out with a warning."""
    rows: list[tuple[int, float, int, float, int]] = []
    keyed: dict[int, str] = {}
    sliders: dict[int, str] = {}
    for number, raw in ((n, line) for b in blocks for n, line in enumerate(b.text.split("\n"), start=b.line)):
        line = raw.partition("//")[0].strip()
        if not line:
            continue
        if len(rows) > MAX_NOTES:
            raise ChartError(name, f"holds more than {MAX_NOTES:,} notes, which nobody can play", number)
        cells = line.split(",")
        try:
            x, at_ms, kind = int(float(cells[0])), float(cells[2]), int(cells[3])
        except (ValueError, IndexError, OverflowError):
            warnings.add("is no hit object and was left out", number)
            continue
        if not (abs(x) <= MAX_COORDINATE and abs(at_ms) <= _MAX_TIME_MS and 0 <= kind <= 0xFFFF):
            warnings.add("a hit object out of all bounds was left out", number)
            continue
        last = cells[5].strip() if len(cells) > 5 else ""
        if kind & (CIRCLE | SLIDER) == SLIDER:
            sliders[len(rows)] = ",".join(cells[6:8])
        elif last and last[-1] != ":":
            keyed[len(rows)] = last
        has_end = kind & (CIRCLE | SLIDER) == 0 and kind & (SPINNER | HOLD)
        rows.append((x, at_ms, kind, _number(last.partition(":")[0]) if has_end else math.nan, number))
    table = np.array(rows, dtype=[("x", "i8"), ("at", "f8"), ("kind", "i8"), ("end", "f8"), ("line", "i8")])
    return Columns(table["x"], table["at"], table["kind"], table["end"], table["line"], keyed, sliders)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


# -- from columns to objects --------------------------------------------------------------------------------


def _objects(columns: Columns, offset_us: int, sliders: SliderRule, warnings: Warnings) -> Objects:
    """Turn columns into instants and sounds; objects of no known type are left out."""
    kind = columns.kind
    at_us = np.rint(columns.at_ms * 1000).astype(np.int64) + offset_us
    # A circle that also claims to be a hold is a circle: the game asks in this order.
    is_circle = kind & CIRCLE != 0
    is_slider = ~is_circle & (kind & SLIDER != 0)
    has_end = ~is_circle & ~is_slider & (kind & (SPINNER | HOLD) != 0)
    end_us = at_us.copy()
    end_us[has_end] = _ends(columns, np.flatnonzero(has_end), offset_us, at_us, warnings)
    for i, rest in columns.sliders.items():
        slides, _, pixels = rest.partition(",")
        end_us[i] += sliders.length_us(int(at_us[i]), _number(pixels), _number(slides))
    sound, sounds = _sounds(columns)
    keep = is_circle | is_slider | has_end
    for i in np.flatnonzero(~keep)[:MAX_WARNINGS].tolist():
        warnings.add("a hit object of no known type was left out", int(columns.line[i]))
    return Objects(columns.x[keep], at_us[keep], end_us[keep], ~is_circle[keep], sound[keep], sounds)


def _ends(columns: Columns, index: Ints, offset_us: int, at_us: Ints, warnings: Warnings) -> Ints:
    """Where the holds at ``index`` end: never before their beginning, and there if the file does not say."""
    end_ms = columns.end_ms[index]
    start_us = at_us[index]
    is_known = np.abs(end_ms) <= _MAX_TIME_MS
    end_us = np.rint(np.where(is_known, end_ms, 0) * 1000).astype(np.int64) + offset_us
    is_bad = ~is_known | (end_us < start_us)
    for i in index[is_bad][:MAX_WARNINGS].tolist():
        warnings.add("a hold ends before it begins; its end was moved to its beginning", int(columns.line[i]))
    return np.where(is_bad, start_us, end_us)


def _sounds(columns: Columns) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Which file each object sounds: the part after the fourth colon, after the fifth in a hold."""
    sound = np.full(len(columns.kind), -1, dtype=np.int32)
    known: dict[str, int] = {}
    kinds = columns.kind.tolist() if columns.keyed else []
    for i, text in columns.keyed.items():
        before = 4 if kinds[i] & CIRCLE else 5 if kinds[i] & HOLD else 99
        parts = text.split(":", before)
        if len(parts) > before and (file := parts[before].strip()[:MAX_TEXT]):
            sound[i] = known.setdefault(file, len(known))
    return sound, tuple(known)
