"""Quaver maps, ``.qua``: YAML with every default left out (Qua.cs of Quaver.API)."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import BACKING, MAX_LANES, NOTE, SCROLL, SPEED, TIMING, Chart, NoteKind, Notes, sorted_notes
from game.rhythm.formats.blocks import LINE, Tree, read_tree
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.face import MAX_NOTES, ChartError, ReadResult
from game.rhythm.formats.text import MAX_TEXT, MAX_TIME_US, Warnings, decode_text, one_line_end

INFINITE_TEMPO = 128.0
"""An infinite tempo scrolls as 128 times the common one (Qua.NormalizeSVs)."""

MAX_FACTOR = 1e6
MIN_BEAT_US, MAX_BEAT_US = 1_000.0, 3_600_000_000.0

_MODE = re.compile(r"Keys(\d{1,2})\Z")
_OLD_MODES = {"1": 4, "2": 7}
_MAX_TIME_MS = MAX_TIME_US / 1000
_MAX_TAGS = 200

Floats = NDArray[np.float64]


def parse(data: bytes, name: str, folder: Folder) -> ReadResult:
    """Read a ``.qua`` file.  Raises :class:`ChartError` when it is no map or out of all bounds."""
    tree = read_tree(one_line_end(decode_text(data, name), name), name)
    reader = _Reader(tree, name)
    return ReadResult(charts=(reader.chart(hashlib.md5(data).hexdigest()),), warnings=reader.warnings.done())


class _Reader:
    """From the tree of a map to the chart, mending what it can."""

    def __init__(self, tree: Tree, name: str) -> None:
        self.tree = tree
        self.name = name
        self.warnings = Warnings(name)

    def chart(self, digest: str) -> Chart:
        """The chart of the tree."""
        base_keys = self._base_keys()
        has_scratch = self._flag("HasScratchKey")
        keys = base_keys + has_scratch
        if not 1 <= keys <= MAX_LANES:
            raise ChartError(self.name, f"asks for {keys} keys; there are 1 to {MAX_LANES}")
        sounds = tuple(self._field(entry, "Path") for entry in self._entries("CustomAudioSamples"))
        notes = self._notes(keys, len(sounds))
        timing_ms, bpm, meter = self._timing_points()
        preview_ms = self._number(self.tree, "SongPreviewTime", -1.0)
        return Chart(
            keys=keys,
            notes=notes,
            format="qua",
            path=self.name,
            hash=digest,
            title=self._field(self.tree, "Title"),
            artist=self._field(self.tree, "Artist"),
            creator=self._field(self.tree, "Creator"),
            level=self._field(self.tree, "DifficultyName"),
            tags=tuple(dict.fromkeys(self._field(self.tree, "Tags").replace(",", " ").split()))[:_MAX_TAGS],
            timing=_timing(timing_ms, bpm, meter),
            scroll=self._scroll(timing_ms, bpm, notes),
            speeds=self._speeds(),
            backing=self._backing(len(sounds)),
            sounds=sounds,
            audio=self._field(self.tree, "AudioFile"),
            background=self._field(self.tree, "BackgroundFile"),
            preview_us=round(preview_ms * 1000) if 0 <= preview_ms <= _MAX_TIME_MS else -1,
            scratch_lanes=(base_keys,) if has_scratch else (),
        )

    # -- cells ------------------------------------------------------------------------------------------

    def _field(self, entry: Tree, key: str) -> str:
        value = entry.get(key, "")
        return value[:MAX_TEXT] if isinstance(value, str) else ""

    def _flag(self, key: str) -> bool:
        return self._field(self.tree, key).lower() in ("true", "yes", "on")

    def _number(self, entry: Tree, key: str, default: float) -> float:
        value = entry.get(key, "")
        return (_number(value) if value else default) if isinstance(value, str) else math.nan

    def _entries(self, key: str, tree: Tree | None = None) -> list[Tree]:
        """The mappings of the list under ``key``; anything else there is left out with a warning."""
        found = (self.tree if tree is None else tree).get(key) or []
        if not isinstance(found, list):
            self.warnings.add(f"{key} is no list and was left out")
            return []
        if all(isinstance(entry, dict) for entry in found):
            return found
        self.warnings.add(f"{key} holds something that is no entry; it was left out")
        return [entry for entry in found if isinstance(entry, dict)]

    def _column(self, entries: list[Tree], key: str, default: str = "0") -> Floats:
        """One number of each entry; NaN where it is none."""
        cells = [entry.get(key, default) or default for entry in entries]
        try:
            return np.array(list(map(float, cells)), dtype=np.float64)
        except (ValueError, TypeError):
            return np.array([_number(cell) for cell in cells], dtype=np.float64)

    def _in_order(self, key: str, value_key: str) -> tuple[Floats, Floats]:
        """StartTime and one value of every entry, by time; entries without proper ones are left out."""
        entries = self._entries(key)
        at_ms, value = self._column(entries, "StartTime"), self._column(entries, value_key)
        is_good = (np.abs(at_ms) <= _MAX_TIME_MS) & ~np.isnan(value)
        for i in np.flatnonzero(~is_good)[:3].tolist():
            self.warnings.add(f"an entry of {key} with an impossible number was left out", entries[i].get(LINE))
        order = np.flatnonzero(is_good)[np.argsort(at_ms[is_good], kind="stable")]
        return at_ms[order], value[order]

    # -- parts ------------------------------------------------------------------------------------------

    def _base_keys(self) -> int:
        mode = self._field(self.tree, "Mode")
        if match := _MODE.match(mode):
            return int(match[1])
        if mode in _OLD_MODES:
            return _OLD_MODES[mode]
        raise ChartError(self.name, f"names no mode this game knows (`Mode: {mode[:40]}`), so it is no Quaver map")

    def _notes(self, keys: int, sound_count: int) -> Notes:
        entries = self._entries("HitObjects")
        if len(entries) > MAX_NOTES:
            raise ChartError(self.name, f"holds more than {MAX_NOTES:,} notes, which nobody can play")
        at_ms = self._column(entries, "StartTime")
        end_ms = self._column(entries, "EndTime")
        lane = self._column(entries, "Lane")
        is_good = (np.abs(at_ms) <= _MAX_TIME_MS) & (np.abs(end_ms) <= _MAX_TIME_MS) & np.isfinite(lane)
        is_beside = is_good & ((lane < 1) | (lane > keys))
        for i in np.flatnonzero(~is_good)[:3].tolist():
            self.warnings.add("a note with an impossible lane or time was left out", entries[i].get(LINE))
        for i in np.flatnonzero(is_beside)[:3].tolist():
            self.warnings.add(f"a note beside the {keys} lanes was moved to the nearest", entries[i].get(LINE))
        is_mine = np.array([entry.get("Type") in ("Mine", "1") for entry in entries], dtype=bool)
        is_hold = (end_ms > 0) & ~is_mine
        is_early = is_good & is_hold & (end_ms < at_ms)
        for i in np.flatnonzero(is_early)[:3].tolist():
            self.warnings.add("a hold ends before it begins; its end was moved to its beginning", entries[i].get(LINE))
        notes = np.zeros(int(is_good.sum()), dtype=NOTE)
        at_us = np.rint(at_ms[is_good] * 1000)
        notes["at_us"] = at_us
        notes["end_us"] = np.where(is_hold[is_good], np.maximum(at_us, np.rint(end_ms[is_good] * 1000)), at_us)
        notes["lane"] = np.clip(lane[is_good], 1, keys) - 1
        notes["kind"] = np.select(
            [is_mine[is_good], is_hold[is_good]], [int(NoteKind.MINE), int(NoteKind.HOLD)], int(NoteKind.TAP)
        )
        sound = np.array([_key_sound(entry, sound_count) for entry in entries], dtype=np.int32)
        notes["sound"] = sound[is_good]
        if groups := {group for entry in entries if (group := entry.get("TimingGroup"))}:
            self.warnings.add(f"the notes of {len(groups)} timing groups scroll with all others")
        return sorted_notes(notes)

    def _timing_points(self) -> tuple[Floats, Floats, Floats]:
        """Instants in ms, tempo (which may be 0 or infinite) and meter."""
        entries = self._entries("TimingPoints")[:MAX_NOTES]
        at_ms = self._column(entries, "StartTime")
        bpm = self._column(entries, "Bpm")
        meter = np.array([_meter(entry.get("Signature", "4")) for entry in entries], dtype=np.float64)
        is_good = (np.abs(at_ms) <= _MAX_TIME_MS) & ~np.isnan(bpm)
        for i in np.flatnonzero(~is_good)[:3].tolist():
            self.warnings.add("a timing point with an impossible number was left out", entries[i].get(LINE))
        order = np.flatnonzero(is_good)[np.argsort(at_ms[is_good], kind="stable")]
        return at_ms[order], bpm[order], meter[order]

    def _scroll(self, timing_ms: Floats, bpm: Floats, notes: Notes) -> Notes:
        sv_ms, sv = self._in_order("SliderVelocities", "Multiplier")
        if self._flag("BPMDoesNotAffectScrollVelocity"):
            initial = self._number(self.tree, "InitialScrollVelocity", 1.0)
            return _changes(initial, sv_ms, sv)
        at_ms, factor = _normalised(timing_ms, bpm, sv_ms, sv, notes)
        return _changes(float(factor[0]), at_ms, factor) if len(factor) else np.zeros(0, dtype=SCROLL)

    def _speeds(self) -> Notes:
        """Scroll speed factors: each lasts until the next and moves to it in a straight line."""
        at_ms, factor = self._in_order("ScrollSpeedFactors", "Multiplier")
        if not len(at_ms):
            return np.zeros(0, dtype=SPEED)
        at_us = np.rint(at_ms * 1000).astype(np.int64)
        rows = np.zeros(len(at_us), dtype=SPEED)
        rows["at_us"] = np.concatenate((at_us[:1], at_us[:-1]))
        rows["factor"] = np.clip(factor, -MAX_FACTOR, MAX_FACTOR)
        rows["over_us"] = np.concatenate(([0], np.diff(at_us)))
        return rows

    def _backing(self, sound_count: int) -> Notes:
        entries = self._entries("SoundEffects")[:MAX_NOTES]
        at_ms, sample = self._column(entries, "StartTime"), self._column(entries, "Sample")
        volume = self._column(entries, "Volume", "100")
        is_good = (np.abs(at_ms) <= _MAX_TIME_MS) & (sample >= 1) & (sample <= sound_count) & ~np.isnan(volume)
        if not is_good.all():
            self.warnings.add(f"{int((~is_good).sum())} sound effects name no sample and were left out")
        rows = np.zeros(int(is_good.sum()), dtype=BACKING)
        rows["at_us"] = np.rint(at_ms[is_good] * 1000)
        rows["sound"] = sample[is_good] - 1
        rows["volume"] = np.clip(volume[is_good], 0, 100) / 100
        return rows[np.argsort(rows["at_us"], kind="stable")]


def _number(cell: Any) -> float:
    """A number as YAML writes it (``.inf``, ``.nan``), NaN for what is none."""
    if not isinstance(cell, str):
        return math.nan
    try:
        return float(cell)
    except ValueError:
        pass  # YAML writes infinity with a dot
    sign = -1.0 if cell.startswith("-") else 1.0
    return sign * math.inf if cell.lstrip("+-").lower() == ".inf" else math.nan


def _meter(cell: Any) -> float:
    """Beats in a bar: a count, or a name of Quaver's enumeration."""
    if cell == "Triple":
        return 3.0
    meter = _number(cell)
    return meter if 1 <= meter <= 65535 else 4.0


def _key_sound(entry: Tree, sound_count: int) -> int:
    """The first key sound of a note as an index, -1 for none (samples count from 1)."""
    key_sounds = entry.get("KeySounds")
    if not isinstance(key_sounds, list) or not key_sounds or not isinstance(key_sounds[0], dict):
        return -1
    sample = _number(key_sounds[0].get("Sample", "0"))
    return int(sample) - 1 if 1 <= sample <= sound_count else -1


def _timing(at_ms: Floats, bpm: Floats, meter: Floats) -> Notes:
    """Tempo rows for counting beats: an impossible tempo counts as the nearest possible."""
    rows = np.zeros(len(at_ms), dtype=TIMING)
    rows["at_us"] = np.rint(at_ms * 1000)
    with np.errstate(divide="ignore", over="ignore"):
        beat_us = np.where(bpm > 0, 60_000_000 / bpm, MAX_BEAT_US)
    rows["beat_us"] = np.clip(beat_us, MIN_BEAT_US, MAX_BEAT_US)
    rows["meter"] = meter
    return rows


def common_bpm(at_ms: Floats, bpm: Floats, notes: Notes) -> float:
    """The tempo that lasts longest up to the end of the last note; the first one reaches back to 0.

    Durations count in whole milliseconds and a tie goes to the later tempo, as in Qua.GetCommonBpm; a chart
    without notes takes its first tempo.
    """
    if not len(notes):
        return float(bpm[0])
    last_ms = float(notes["end_us"].max()) / 1000
    lasting: dict[float, int] = {}
    for i in range(len(at_ms) - 1, -1, -1):
        if at_ms[i] > last_ms:
            continue
        start_ms = 0.0 if i == 0 else float(at_ms[i])
        lasting[float(bpm[i])] = lasting.get(float(bpm[i]), 0) + int(last_ms - start_ms)
        last_ms = float(at_ms[i])
    return max(lasting, key=lasting.__getitem__) if lasting else float(bpm[0])


def _normalised(timing_ms: Floats, bpm: Floats, sv_ms: Floats, sv: Floats, notes: Notes) -> tuple[Floats, Floats]:
    """Scroll factors at every instant where tempo or velocity is set: velocity times tempo beside the common one.

    A timing point sets the velocity back to 1 unless one is set at its own instant.
    """
    if not len(timing_ms):
        return sv_ms, sv
    at_ms = np.unique(np.concatenate((timing_ms, sv_ms)))
    tempo = np.searchsorted(timing_ms, at_ms, side="right") - 1
    bpm_now = bpm[np.maximum(tempo, 0)]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.where(np.isposinf(bpm_now), INFINITE_TEMPO, bpm_now / common_bpm(timing_ms, bpm, notes))
    if len(sv):
        index = np.searchsorted(sv_ms, at_ms, side="right") - 1
        since_ms = np.where(tempo >= 0, timing_ms[np.maximum(tempo, 0)], -np.inf)
        is_set = (index >= 0) & (sv_ms[np.maximum(index, 0)] >= since_ms)
        with np.errstate(invalid="ignore", over="ignore"):
            factor *= np.where(is_set, sv[np.maximum(index, 0)], 1.0)  # no tempo times no velocity is put right below
    return at_ms, np.where(np.isfinite(factor), factor, 1.0)


def _changes(initial: float, at_ms: Floats, factor: Floats) -> Notes:
    """Scroll rows: the factor before everything, then only where it changes; nothing for 1 throughout."""
    initial = initial if math.isfinite(initial) else 1.0
    factor = np.clip(factor, -MAX_FACTOR, MAX_FACTOR)
    # Of several rows at one instant the last one counts.
    is_last = np.append(np.diff(at_ms) > 0, True) if len(at_ms) else np.zeros(0, dtype=bool)
    at_us = np.rint(at_ms[is_last] * 1000).astype(np.int64)
    factor = factor[is_last]
    is_change = factor != np.concatenate(([initial], factor[:-1]))
    at_us, factor = at_us[is_change], factor[is_change]
    if not len(at_us) and initial == 1.0:
        return np.zeros(0, dtype=SCROLL)
    rows = np.zeros(len(at_us) + 1, dtype=SCROLL)
    rows["at_us"][0] = min(0, int(at_us[0]) - 1) if len(at_us) else 0
    rows["at_us"][1:] = at_us
    rows["factor"] = np.concatenate(([np.clip(initial, -MAX_FACTOR, MAX_FACTOR)], factor))
    return rows
