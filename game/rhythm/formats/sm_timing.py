"""The timing tags of StepMania charts, made into a :class:`BeatMap`.

Beats are snapped to 1/48, as StepMania and the simfile library do.  Tricks of old charts are told in the terms of
new ones: a negative tempo, a negative stop and a tempo too fast to see are warps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from game.rhythm.chart import SPEED, Notes, empty
from game.rhythm.formats.beat_map import MAX_CHANGES, MAX_SCROLL, BeatMap, Flags, Floats, join_ranges, pairs, to_us
from game.rhythm.formats.face import ChartError
from game.rhythm.formats.text import Warnings

ROWS_PER_BEAT = 48
"""StepMania's finest place for a timing change."""

FASTEST_BPM = 9_999_999.0
"""A faster tempo takes no time at all in StepMania: it is a warp."""

SLOWEST_BPM = 1e-3
"""A slower tempo (a beat of 17 hours) is taken for a slip, like a tempo of 0."""

DEFAULT_BPM = 60.0
"""StepMania's tempo for a chart that names none."""

ENDLESS_BEATS = 1e8
"""Where a warp that nothing ends is cut off; a change further on is left out."""

MAX_VALUE = 1e12
"""Larger numbers are read as this one, so that sums of them stay numbers."""

TIMING_TAGS = (
    "BPMS",
    "STOPS",
    "DELAYS",
    "TIMESIGNATURES",
    "TICKCOUNTS",
    "COMBOS",
    "WARPS",
    "SPEEDS",
    "SCROLLS",
    "FAKES",
    "LABELS",
)
"""A chart of a ``.ssc`` that has one of these keeps its own timing and shares none with the song."""

_Rows = list[tuple[float, float]]


class Budget:
    """How many timing changes the file may still hold."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MAX_CHANGES

    def take(self, count: int) -> None:
        """Count some; raises :class:`ChartError` when there are too many in the whole file."""
        self._left -= count
        if self._left < 0:
            raise ChartError(self._name, f"has more than {MAX_CHANGES:,} timing changes; no song needs them")


@dataclass(frozen=True, slots=True)
class SongTiming:
    """Everything about time that a StepMania chart says."""

    beats: BeatMap
    fakes: Floats  # (start, end) beats whose notes are not judged
    meters: Floats  # (beat, beats a bar)
    speeds: Notes

    def faked(self, beats: Floats) -> Flags:
        """Whether notes at ``beats`` are shown but not judged: in a fake segment or warped over."""
        row = np.searchsorted(self.fakes[:, 0], beats, side="right") - 1
        inside = (row >= 0) & (beats < np.append(self.fakes[:, 1], -np.inf)[row])
        return np.asarray(inside | ~self.beats.hittable(beats), dtype=np.bool_)


def read_timing(tags: Mapping[str, str], budget: Budget, warnings: Warnings) -> SongTiming:
    """The timing in ``tags``, the texts of OFFSET, BPMS, STOPS and so on; what cannot be read is left out and said."""
    reader = _Reader(tags, budget, warnings)
    offset_s = reader.offset()
    tempos = [row for row in reader.pairs("BPMS") if reader.usable_tempo(row)]
    stops = [row for row in reader.pairs("STOPS") if row[1] != 0]
    stops += [row for row in reader.pairs("FREEZES") if row[1] != 0]
    # A stop before the song only moves beat 0.
    beat0_s = -offset_s + sum(seconds for beat, seconds in stops if beat < 0)
    stops = [row for row in stops if row[0] >= 0]
    tempos, stops, warps = _tricks_to_warps(tempos, stops, warnings)
    warps += reader.ranges("WARPS", first=0.0)
    scrolls = [row for row in reader.pairs("SCROLLS") if abs(row[1]) <= MAX_SCROLL]
    beats = BeatMap(
        beat0_s,
        pairs(tempos),
        pairs(stops),
        pairs([row for row in reader.pairs("DELAYS", first=0.0) if row[1] > 0]),
        np.asarray(warps, dtype=np.float64).reshape(-1, 2),
        pairs([(max(beat, 0.0), factor) for beat, factor in scrolls]),
    )
    meters = [(beat, cells[0]) for beat, *cells in reader.rows("TIMESIGNATURES", 2) if cells[0] >= 1 and beat >= 0]
    return SongTiming(
        beats=beats,
        fakes=join_ranges(np.asarray(reader.ranges("FAKES"), dtype=np.float64).reshape(-1, 2)),
        meters=pairs(meters),
        speeds=_speed_rows(reader.rows("SPEEDS", 2), beats),
    )


class _Reader:
    """Reads ``beat=value,beat=value`` lists."""

    def __init__(self, tags: Mapping[str, str], budget: Budget, warnings: Warnings) -> None:
        self._tags = tags
        self._budget = budget
        self._warnings = warnings

    def offset(self) -> float:
        """OFFSET in seconds, 0 when it is missing or no number."""
        text = self._tags.get("OFFSET", "").strip()
        value = _number(text) if text else 0.0
        if value is None:
            self._warnings.add(f"#OFFSET is `{text[:40]}`, which is no number; 0 is used")
            return 0.0
        return value

    def rows(self, tag: str, least: int) -> list[list[float]]:
        """Rows of at least ``least`` numbers, the first a beat snapped to 1/48."""
        text = self._tags.get(tag, "").strip()
        if not text:
            return []
        self._budget.take(text.count(",") + 1)
        rows = []
        for part in text.split(","):
            cells = [_number(cell) for cell in part.split("=", 4)]
            numbers = [cell for cell in cells if cell is not None]
            if len(numbers) == len(cells) >= least and abs(numbers[0]) <= ENDLESS_BEATS:
                numbers[0] = _snapped(numbers[0])
                rows.append(numbers)
            elif part.strip():
                self._warnings.add(f"`{part.strip()[:40]}` in #{tag} cannot be read; it was left out")
        return rows

    def pairs(self, tag: str, first: float = -math.inf) -> _Rows:
        """Rows of (beat, value) not before beat ``first``."""
        return [(row[0], row[1]) for row in self.rows(tag, 2) if row[0] >= first]

    def ranges(self, tag: str, first: float = -math.inf) -> _Rows:
        """Rows of (beat, length in beats), both snapped, with a length above 0."""
        rows = [(beat, _snapped(length)) for beat, length in self.pairs(tag, first)]
        return [row for row in rows if row[1] > 0]

    def usable_tempo(self, row: tuple[float, float]) -> bool:
        """Whether the tempo is one; 0 and next to 0 are left out, as in StepMania."""
        if abs(row[1]) < SLOWEST_BPM:
            self._warnings.add(f"the tempo at beat {row[0]:g} is {row[1]:g}; it was left out")
            return False
        return True


def _snapped(beat: float) -> float:
    """The nearest 1/48; of two equally near ones the even."""
    return round(beat * ROWS_PER_BEAT) / ROWS_PER_BEAT


def _number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return min(max(value, -MAX_VALUE), MAX_VALUE) if math.isfinite(value) else None


def _tricks_to_warps(tempos: _Rows, stops: _Rows, warnings: Warnings) -> tuple[_Rows, _Rows, _Rows]:
    """Tempos and stops without negative or endless ones, and the warps these come to."""
    # Tempos before the song do nothing; the last of them, and else the first of all, holds from beat 0.
    tempos = sorted(tempos, key=lambda row: row[0])
    early = [row for row in tempos if row[0] <= 0]
    if not tempos:
        warnings.add(f"no tempo is given in #BPMS; {DEFAULT_BPM:g} is used")
        tempos = [(0.0, DEFAULT_BPM)]
    else:
        tempos = [(0.0, (early or tempos)[-1 if early else 0][1]), *(row for row in tempos if row[0] > 0)]
    if all(0 < bpm <= FASTEST_BPM for _, bpm in tempos) and all(seconds > 0 for _, seconds in stops):
        return tempos, stops, []
    finder = _WarpFinder()
    for beat, is_stop, value in sorted([(b, 0, v) for b, v in tempos] + [(b, 1, v) for b, v in stops], key=_order):
        finder.pass_to(beat)
        if is_stop:
            finder.stop(value)
        else:
            finder.tempo(value)
    finder.end()
    return finder.tempos or [(0.0, DEFAULT_BPM)], finder.stops, finder.warps


def _order(change: tuple[float, int, float]) -> tuple[float, int]:
    return change[:2]


class _WarpFinder:
    """Walks through tempos and stops and finds where song time runs backwards.

    While it does, beats are skipped until the song has caught up (``debt_s`` is what is missing)::

        tempo   120      -120      120
        beat     0 ------- 4 ------- 8 -------12--->
        time     0         2         0         2
        warp               |== skipped to 12 ==|
    """

    def __init__(self) -> None:
        self.tempos: _Rows = []
        self.stops: _Rows = []
        self.warps: _Rows = []
        self._beat = 0.0
        self._bpm = DEFAULT_BPM
        self._since: float | None = None  # where the warp began
        self._bpm_before = DEFAULT_BPM
        self._debt_s = 0.0

    def _timeless(self) -> bool:
        return self._bpm > FASTEST_BPM

    def pass_to(self, beat: float) -> None:
        """Let the song run to ``beat`` at the current tempo."""
        if self._since is not None and not self._timeless():
            self._debt_s -= (beat - self._beat) * 60.0 / self._bpm
            if self._bpm > 0 and self._debt_s < 0:
                self._close(beat + self._debt_s * self._bpm / 60.0)
        self._beat = beat

    def tempo(self, bpm: float) -> None:
        """A tempo change here."""
        if self._since is None:
            if bpm < 0 or bpm > FASTEST_BPM:
                self._open(0.0)
            else:
                self.tempos.append((self._beat, bpm))
        self._bpm = bpm

    def stop(self, seconds: float) -> None:
        """A stop here."""
        if self._since is None:
            if seconds < 0:
                self._open(-seconds)
            else:
                self.stops.append((self._beat, seconds))
            return
        self._debt_s -= seconds
        if seconds > 0 and self._debt_s < 0:
            over_s = -self._debt_s
            warping_on = self._bpm < 0 or self._timeless()
            before = self._bpm_before
            self._close(self._beat, keep_tempo=not warping_on)
            self.stops.append((self._beat, over_s))
            if warping_on:
                self._open(0.0)
                self._bpm_before = before

    def end(self) -> None:
        """Nothing follows: end a warp that is still open."""
        if self._since is None:
            return
        if self._bpm < 0 or self._timeless():
            self._close(ENDLESS_BEATS, keep_tempo=False)
        else:
            self._close(self._beat + self._debt_s * self._bpm / 60.0)

    def _open(self, debt_s: float) -> None:
        self._since = self._beat
        self._bpm_before = self._bpm
        self._debt_s = debt_s

    def _close(self, beat: float, keep_tempo: bool = True) -> None:
        if self._since is None:
            return
        self.warps.append((self._since, beat - self._since))
        # A tempo that came during the warp holds from its beginning on.
        if keep_tempo and self._bpm != self._bpm_before:
            self.tempos.append((self._since, self._bpm))
        self._since = None


def _speed_rows(rows: list[list[float]], beats: BeatMap) -> Notes:
    """SPEED rows from (beat, factor, length, unit): the length is in beats, or in seconds with unit 1."""
    good = [[*row, 0.0, 0.0][:4] for row in rows if abs(row[1]) <= MAX_SCROLL and row[0] >= 0]
    good = [row for row in good if row[2] >= 0]
    if not good:
        return empty(SPEED)
    table = np.array(good, dtype=np.float64)
    table = table[np.argsort(table[:, 0], kind="stable")]
    at_s = beats.seconds(table[:, 0])
    over_s = np.where(table[:, 3] == 1, table[:, 2], beats.seconds(table[:, 0] + table[:, 2]) - at_s)
    speeds = np.zeros(len(table), dtype=SPEED)
    speeds["at_us"], fine = to_us(at_s)
    speeds["over_us"], fine_length = to_us(over_s)
    speeds["factor"] = table[:, 1]
    if (table[:, 1] == 1).all():
        return empty(SPEED)
    return speeds[fine & fine_length]
