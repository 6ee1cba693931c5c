"""The hit objects of a beatmap: tens of thousands of lines, read in one pass where they are regular.

Nearly every mania chart writes each object as exactly six cells of whole numbers.  Such a section is split once
and turned into columns; any other goes line by line through the patient reader, which gives the same columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Notes
from game.rhythm.formats.face import MAX_NOTES, ChartError
from game.rhythm.formats.text import MAX_TEXT, MAX_TIME_US, Warnings

CIRCLE, SLIDER, SPINNER, HOLD = 1, 2, 8, 128
MAX_COORDINATE = 131_072
"""Beyond it the game leaves an object out (Parsing.MAX_COORDINATE_VALUE)."""

_MAX_TIME_MS = MAX_TIME_US // 1000
_CELLS = 6


@dataclass(frozen=True, slots=True)
class Objects:
    """Hit objects in file order, as columns of equal length; ``sound`` indexes ``sounds``, -1 for none."""

    x: NDArray[np.int64]
    at_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    is_hold: NDArray[np.bool_]
    sound: NDArray[np.int32]
    sounds: tuple[str, ...]


class SliderRule:
    """How long a slider lasts; a mania chart may hold some, and they play as holds."""

    def __init__(self, timing: Notes, sv: dict[int, float], multiplier: float) -> None:
        self._timing = timing
        self._sv_at = np.array(list(sv), dtype=np.int64)
        self._sv = list(sv.values())
        self._multiplier = multiplier

    def length_us(self, at_us: int, pixels: float, slides: float) -> int:
        """From the first touch to the last of ``slides`` passes over ``pixels`` of path."""
        index = int(np.searchsorted(self._sv_at, at_us, side="right")) - 1
        velocity = self._sv[index] if index >= 0 else 1.0
        beat = int(np.searchsorted(self._timing["at_us"], at_us, side="right")) - 1
        beat_us = float(self._timing["beat_us"][max(beat, 0)]) if len(self._timing) else 1_000_000.0
        length = pixels * slides * beat_us / (100 * self._multiplier * velocity)
        return round(length) if 0 <= length <= MAX_TIME_US else 0


@dataclass(slots=True)
class _Columns:
    """What both readers give: numbers checked, the last cell still text."""

    x: list[int]
    at_ms: list[float] | list[int]
    kind: list[int]
    rest: list[str]
    line: list[int] | range


def read_objects(
    lines: list[str],
    ranges: Iterable[tuple[int, int]],
    name: str,
    offset_us: int,
    sliders: SliderRule,
    warnings: Warnings,
) -> Objects:
    """Read the [HitObjects] lines in ``ranges``; raises :class:`ChartError` for more than ``MAX_NOTES``."""
    spans = list(ranges)
    columns = None
    if len(spans) == 1:
        columns = _read_regular(lines, *spans[0])
    if columns is None:
        columns = _read_patiently(lines, spans, name, warnings)
    if len(columns.x) > MAX_NOTES:
        raise ChartError(name, f"holds more than {MAX_NOTES:,} notes, which nobody can play")
    return _objects(columns, offset_us, sliders, warnings)


def _read_regular(lines: list[str], start: int, end: int) -> _Columns | None:
    """All lines at once, or None when any of them is not six plain cells."""
    while end > start and not lines[end - 1]:
        end -= 1
    block = lines[start:end]
    if not block or len(block) > MAX_NOTES or {line.count(",") for line in block} != {_CELLS - 1}:
        return None
    joined = ",".join(block)
    if "//" in joined or "\0" in joined:
        return None
    cells = joined.split(",")
    at_ms: list[float] | list[int]
    try:
        x = list(map(int, cells[0::_CELLS]))
        kind = list(map(int, cells[3::_CELLS]))
        try:
            at_ms = list(map(int, cells[2::_CELLS]))
        except ValueError:
            at_ms = list(map(float, cells[2::_CELLS]))
    except ValueError:
        return None
    in_bounds = (
        min(x) >= -MAX_COORDINATE
        and max(x) <= MAX_COORDINATE
        and min(at_ms) >= -_MAX_TIME_MS
        and max(at_ms) <= _MAX_TIME_MS
        and not any(map(math.isnan, at_ms))
        and min(kind) >= 0
        and max(kind) <= 0xFFFF
    )
    return _Columns(x, at_ms, kind, cells[5::_CELLS], range(start + 1, end + 1)) if in_bounds else None


def _read_patiently(lines: list[str], spans: list[tuple[int, int]], name: str, warnings: Warnings) -> _Columns:
    """Line by line; what cannot be understood is left out with a warning."""
    at_ms: list[float] = []
    numbers: list[int] = []
    columns = _Columns([], at_ms, [], [], numbers)
    for start, end in spans:
        for number, raw in enumerate(lines[start:end], start=start + 1):
            line = raw.partition("//")[0].strip()
            if not line:
                continue
            if len(numbers) > MAX_NOTES:
                raise ChartError(name, f"holds more than {MAX_NOTES:,} notes, which nobody can play", number)
            cells = line.split(",")
            try:
                x, at, kind = int(float(cells[0])), float(cells[2]), int(cells[3])
            except (ValueError, IndexError, OverflowError):
                warnings.add("is no hit object and was left out", number)
                continue
            if not (abs(x) <= MAX_COORDINATE and abs(at) <= _MAX_TIME_MS and 0 <= kind <= 0xFFFF):
                warnings.add("a hit object out of all bounds was left out", number)
                continue
            is_slider = kind & SLIDER and not kind & CIRCLE
            columns.x.append(x)
            at_ms.append(at)
            columns.kind.append(kind)
            columns.rest.append(",".join(cells[6:8]) if is_slider else cells[5] if len(cells) > 5 else "")
            numbers.append(number)
    return columns


def _objects(columns: _Columns, offset_us: int, sliders: SliderRule, warnings: Warnings) -> Objects:
    """Turn columns into instants and sounds; objects of no known type are left out."""
    x = np.array(columns.x, dtype=np.int64)
    kind = np.array(columns.kind, dtype=np.int64)
    at_us = np.rint(np.array(columns.at_ms, dtype=np.float64) * 1000).astype(np.int64) + offset_us
    end_us = at_us.copy()
    # A circle that also claims to be a hold is a circle: the game asks in this order.
    is_circle = kind & CIRCLE != 0
    is_slider = ~is_circle & (kind & SLIDER != 0)
    is_spinner = ~is_circle & ~is_slider & (kind & SPINNER != 0)
    is_hold = ~is_circle & ~is_slider & ~is_spinner & (kind & HOLD != 0)
    for i in np.flatnonzero(is_slider).tolist():
        end_us[i] += _slider_us(columns.rest[i], int(at_us[i]), sliders)
    _read_ends(columns, is_hold | is_spinner, offset_us, end_us, warnings)
    sound, sounds = _sounds(columns.rest, is_circle, is_hold)
    keep = is_circle | is_slider | is_spinner | is_hold
    if not keep.all():
        for i in np.flatnonzero(~keep)[:20].tolist():
            warnings.add("a hit object of no known type was left out", columns.line[i])
    return Objects(x[keep], at_us[keep], end_us[keep], ~is_circle[keep], sound[keep], sounds)


def _read_ends(
    columns: _Columns, has_end: NDArray[np.bool_], offset_us: int, end_us: NDArray[np.int64], warnings: Warnings
) -> None:
    """Fill in where holds end: the first part of the last cell, never before the beginning."""
    index = np.flatnonzero(has_end)
    texts = [columns.rest[i].partition(":")[0] for i in index.tolist()]
    try:
        ends_ms = np.array(list(map(int, texts)), dtype=np.float64)
    except (ValueError, OverflowError):
        ends_ms = np.array([_end_ms(text) for text in texts], dtype=np.float64)
    is_bad = ~(np.abs(ends_ms) <= _MAX_TIME_MS)
    ends_ms[is_bad] = -_MAX_TIME_MS
    ends = np.rint(ends_ms * 1000).astype(np.int64) + offset_us
    for i in index[ends < end_us[index]][:20].tolist():
        warnings.add("a hold ends before it begins; its end was moved to its beginning", columns.line[i])
    end_us[index] = np.maximum(ends, end_us[index])


def _end_ms(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _slider_us(rest: str, at_us: int, sliders: SliderRule) -> int:
    slides, _, pixels = rest.partition(",")
    try:
        return sliders.length_us(at_us, float(pixels), float(slides))
    except ValueError:
        return 0


def _sounds(
    rest: list[str], is_circle: NDArray[np.bool_], is_hold: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Which file each object sounds: the part after the fourth colon, after the fifth in a hold."""
    sound = np.full(len(rest), -1, dtype=np.int32)
    known: dict[str, int] = {}
    for i, text in enumerate(rest):
        if text[-1:] == ":" or not text:  # nearly always: no file
            continue
        before = 4 if is_circle[i] else 5 if is_hold[i] else 99
        parts = text.split(":", before)
        if len(parts) > before and (file := parts[before].strip()[:MAX_TEXT]):
            sound[i] = known.setdefault(file, len(known))
    return sound, tuple(known)
