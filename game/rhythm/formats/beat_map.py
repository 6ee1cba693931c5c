"""Beats to time for the formats that place notes on beats: StepMania, O2Jam and BMS.

A :class:`BeatMap` is built once from tempo changes, stops, delays and warps and then answers whole arrays.  At one
beat the order is warp, tempo, delay, note, stop, which is StepMania's and suits the other formats, whose stops
come after the note on them too.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import NOTE, SCROLL, TIMING, NoteKind, Notes, empty, sorted_notes
from game.rhythm.formats.face import MAX_NOTES, ChartError
from game.rhythm.formats.text import MAX_TIME_US

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MAX_TEXT_BYTES = 8 * 1024 * 1024
"""The largest beat-based chart file: 40 times the largest that people play; beyond it memory would not be bounded."""

MAX_CHANGES = 50_000
"""As many tempo changes, stops, warps and scroll changes one file may hold in all."""

MAX_SCROLL = 1e6
"""The largest scroll factor or tempo ratio kept; a field that moves faster shows nothing."""


class _Tag(IntEnum):
    """What happens at a row of the map; the value is the order at one beat."""

    WARP = 0
    WARP_END = 1
    TEMPO = 2
    SCROLL = 3
    DELAY = 4
    DELAY_END = 5
    STOP = 6
    STOP_END = 7


def pairs(rows: list[tuple[float, float]] | Floats) -> Floats:
    """``rows`` of (beat, value) as an (n, 2) array in the order of beats; of several at one beat the last stays."""
    table = np.asarray(rows, dtype=np.float64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    keep = np.ones(len(table), dtype=bool)
    keep[:-1] = table[1:, 0] != table[:-1, 0]
    return table[keep]


def join_ranges(ranges: Floats) -> Floats:
    """(start, length) rows as (start, end) rows that neither overlap nor touch, in order."""
    ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]
    if not len(ranges):
        return ranges
    start = ranges[:, 0]
    end = np.maximum.accumulate(start + ranges[:, 1])
    first = np.ones(len(start), dtype=bool)
    first[1:] = start[1:] > end[:-1]
    last = np.append(np.flatnonzero(first)[1:] - 1, len(start) - 1)
    return np.column_stack((start[first], end[last]))


class BeatMap:
    """When each beat is heard, in seconds of song time.

    ``tempos`` are (beat, beats a minute) rows, the first of which also holds before it; ``stops`` and ``delays``
    (beat, seconds); ``warps`` (beat, beats skipped); ``scrolls`` (beat, factor).  Beats are 0 or later, tempos above 0.
    A note on a stop is heard before it, a note on a delay after it.
    """

    def __init__(
        self,
        beat0_s: float,
        tempos: Floats,
        stops: Floats | None = None,
        delays: Floats | None = None,
        warps: Floats | None = None,
        scrolls: Floats | None = None,
    ) -> None:
        none = np.zeros((0, 2))
        stops, delays, scrolls = (none if rows is None else rows for rows in (stops, delays, scrolls))
        joined = join_ranges(none if warps is None else warps)
        self.tempos = tempos.copy()
        self.tempos[0, 0] = 0.0
        parts = [
            (_Tag.WARP, joined[:, [0, 0]]),
            (_Tag.WARP_END, joined[:, [1, 1]]),
            (_Tag.TEMPO, self.tempos[1:]),
            (_Tag.SCROLL, scrolls),
            (_Tag.DELAY, delays),
            (_Tag.DELAY_END, delays),
            (_Tag.STOP, stops),
            (_Tag.STOP_END, stops),
        ]
        beat = np.concatenate([rows[:, 0] for _, rows in parts])
        value = np.concatenate([rows[:, 1] for _, rows in parts])
        tag = np.repeat(np.array([tag for tag, _ in parts]), [len(rows) for _, rows in parts])
        order = np.lexsort((tag, beat))
        # The first tempo stands before everything, even a warp at beat 0.
        self._beat: Floats = np.concatenate((self.tempos[:1, 0], beat[order]))
        self._tag: Ints = np.concatenate(([_Tag.TEMPO], tag[order]))
        value = np.concatenate((self.tempos[:1, 1], value[order]))
        self._bpm = _carried(value, self._tag == _Tag.TEMPO, self.tempos[0, 1])
        self._scroll = _carried(value, self._tag == _Tag.SCROLL, 1.0)
        self._warping: Flags = np.cumsum((self._tag == _Tag.WARP).astype(np.int64) - (self._tag == _Tag.WARP_END)) > 0
        with np.errstate(over="ignore", invalid="ignore"):
            self._time_s: Floats = beat0_s + np.concatenate(([0.0], np.cumsum(self._steps(value))))
        # A note at the beat of a stop must not see the stop's end: its key lies just behind that beat.
        ends = self._tag == _Tag.STOP_END
        self._note_keys = np.where(ends, np.nextafter(self._beat, np.inf), self._beat)

    def _steps(self, value: Floats) -> Floats:
        """Seconds from each row to the next."""
        steps = np.where(self._warping[:-1], 0.0, np.diff(self._beat) * 60.0 / self._bpm[:-1])
        ends = np.isin(self._tag[1:], (_Tag.DELAY_END, _Tag.STOP_END))
        return np.asarray(steps + np.where(ends, value[1:], 0.0), dtype=np.float64)

    def seconds(self, beats: Floats) -> Floats:
        """When a note at each of ``beats`` is to be hit."""
        row = np.maximum(np.searchsorted(self._note_keys, beats, side="right") - 1, 0)
        with np.errstate(over="ignore", invalid="ignore"):
            since = np.where(self._warping[row], 0.0, (beats - self._beat[row]) * 60.0 / self._bpm[row])
            return np.asarray(self._time_s[row] + since, dtype=np.float64)

    def hittable(self, beats: Floats) -> Flags:
        """Whether a note at each of ``beats`` can be hit: it is not warped over, or stands on a stop or delay."""
        row = np.maximum(np.searchsorted(self._beat, beats, side="right") - 1, 0)
        ended = np.isin(self._tag[row], (_Tag.STOP_END, _Tag.DELAY_END)) & (self._beat[row] == beats)
        return np.asarray(~self._warping[row] | ended, dtype=np.bool_)

    def base_bpm(self, last_beat: float) -> float:
        """The tempo that lasts longest up to ``last_beat``; of equals the first."""
        if len(self.tempos) == 1:
            return float(self.tempos[0, 1])
        ends = np.minimum(np.append(self._beat[1:], np.inf), max(last_beat, 0.0))
        lasts = np.where(self._warping, 0.0, np.maximum(ends - self._beat, 0.0) / self._bpm)
        found, first, which = np.unique(self._bpm, return_index=True, return_inverse=True)
        total = np.bincount(which, weights=lasts)
        best = np.flatnonzero(total >= total.max() * (1 - 1e-12))
        return float(found[best[np.argmin(first[best])]])

    def timing_rows(self, meters: Floats) -> Notes:
        """TIMING rows at each tempo change and each change of ``meters``, rows of (beat, beats a bar)."""
        meters = meters if len(meters) and meters[0, 0] <= 0 else np.vstack(([[0.0, 4.0]], meters))
        changed = np.append(True, np.diff(meters[:, 1]) != 0)
        beats = np.union1d(self.tempos[:, 0], meters[changed, 0])
        rows = np.zeros(len(beats), dtype=TIMING)
        rows["at_us"], good = to_us(self.seconds(beats))
        rows["beat_us"] = 60e6 / self.tempos[np.searchsorted(self.tempos[:, 0], beats, side="right") - 1, 1]
        rows["meter"] = np.clip(meters[np.searchsorted(meters[:, 0], beats, side="right") - 1, 1], 1, 999)
        rows = rows[good]
        last_at: Flags = np.append(rows["at_us"][1:] != rows["at_us"][:-1], True)[: len(rows)]
        return np.asarray(rows[last_at])

    def scroll_rows(self, last_beat: float) -> Notes:
        """SCROLL rows relative to the base tempo: tempo times scroll, 0 in stops, a leap where a warp is."""
        if len(self._beat) == 1:
            return empty(SCROLL)
        base = self.base_bpm(last_beat)
        factor = np.clip(self._bpm / base * self._scroll, -MAX_SCROLL, MAX_SCROLL)
        factor[np.isin(self._tag, (_Tag.DELAY, _Tag.STOP))] = 0.0
        leap = np.where(self._warping[:-1], np.diff(self._beat) * self._scroll[:-1] * 60e6 / base, 0.0)
        leap = np.clip(np.append(0.0, leap), -MAX_TIME_US, MAX_TIME_US)
        at_us, good = to_us(self._time_s)
        at_us, factor, leap = at_us[good], factor[good], leap[good]
        if not len(at_us):
            return empty(SCROLL)
        first = np.flatnonzero(np.append(True, at_us[1:] != at_us[:-1]))
        rows = np.zeros(len(first), dtype=SCROLL)
        rows["at_us"] = at_us[first]
        rows["factor"] = factor[np.append(first[1:], len(at_us)) - 1]
        rows["jump_us"] = np.add.reduceat(leap, first)
        changes = np.append(rows["factor"][0] != 1.0, np.diff(rows["factor"]) != 0) | (rows["jump_us"] != 0)
        changes[0] = changes.any()
        return np.asarray(rows[changes])


def _carried(value: Floats, marked: Flags, before: float) -> Floats:
    """At each row the value of the last marked row up to it, ``before`` ahead of the first."""
    last = np.maximum.accumulate(np.where(marked, np.arange(len(value)), -1))
    return np.asarray(np.where(last < 0, before, value[last]), dtype=np.float64)


def to_us(seconds: Floats) -> tuple[Ints, Flags]:
    """Whole microseconds, and which of them are within the bounds of a song (the others are 0)."""
    good = np.abs(seconds) <= MAX_TIME_US / 1e6
    return np.rint(np.where(good, seconds, 0.0) * 1e6).astype(np.int64), np.asarray(good, dtype=np.bool_)


def pair_holds(lane: Ints, beat: Floats, head: Flags, tail: Flags) -> Ints:
    """For each head the index of its tail, else -1: the tail must be the next thing on the head's lane."""
    order = np.lexsort((beat, lane))
    this, following = order[:-1], order[1:]
    paired = head[this] & tail[following] & (lane[this] == lane[following])
    ends = np.full(len(lane), -1, dtype=np.int64)
    ends[this[paired]] = following[paired]
    return ends


def first_of_equals(lane: Ints, beat: Floats, sort: Ints) -> Ints:
    """The indices of notes with the first of each that stand on one lane and beat and are of one ``sort``."""
    order = np.lexsort((sort, beat, lane))
    this, following = order[:-1], order[1:]
    again = (lane[this] == lane[following]) & (beat[this] == beat[following]) & (sort[this] == sort[following])
    return np.sort(order[np.append(True, ~again)[: len(order)]])


def build_notes(name: str, at_s: Floats, end_s: Floats, lane: Ints, kind: Ints, sound: Ints) -> Notes:
    """Ordered notes from columns in seconds.  Raises :class:`ChartError` for too many or for impossible times."""
    check_count(name, len(at_s))
    notes = np.zeros(len(at_s), dtype=NOTE)
    notes["at_us"], good = to_us(at_s)
    end_us, good_end = to_us(end_s)
    if not (good & good_end).all():
        raise ChartError(name, "has notes more than a day from the start of its song; its tempo or offset is broken")
    lasting = np.isin(kind, (NoteKind.HOLD, NoteKind.ROLL))
    notes["end_us"] = np.where(lasting, np.maximum(end_us, notes["at_us"]), notes["at_us"])
    notes["lane"], notes["kind"], notes["sound"] = lane, kind, sound
    return sorted_notes(notes)


def check_count(name: str, count: int) -> None:
    """Refuse a chart of more than ``MAX_NOTES`` notes."""
    if count > MAX_NOTES:
        raise ChartError(name, f"has more than {MAX_NOTES:,} notes; no one can play that")


def chart_hash(data: bytes, index: int, several: bool) -> str:
    """The hash of chart ``index`` of a file as :class:`Chart` describes it."""
    digest = hashlib.md5(data).hexdigest()
    return hashlib.md5(f"{digest}#{index}".encode()).hexdigest() if several else digest


def file_title(name: str) -> str:
    """What to call a song that has no title: its file, without folders and ending."""
    return PurePath(name).stem or name
