"""osu! beatmaps, ``.osu`` versions 3 to 14 and 128, of the mode mania.

Rules as the game and its successor read them (osu wiki "osu (file format)"; LegacyBeatmapDecoder,
ConvertHitObjectParser and ControlPointInfo of ppy/osu).  A line that cannot be understood is left out with
a warning, as the game does; the file is refused only when no chart can come of it.
"""

from __future__ import annotations

import hashlib
import math
import re

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import BACKING, MAX_LANES, NOTE, SCROLL, TIMING, Chart, NoteKind, Notes
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.face import MAX_NOTES, ChartError, ReadResult, Skipped
from game.rhythm.formats.osu_objects import Block, Objects, SliderRule, read_objects
from game.rhythm.formats.text import MAX_TEXT, MAX_TIME_US, Warnings, decode_text, one_line_end

OLD_OFFSET_US = 24_000
"""Charts older than version 5 were timed against another decoder: everything in them comes 24 ms later."""

MIN_BEAT_MS, MAX_BEAT_MS = 6.0, 60_000.0
MIN_SV, MAX_SV = 0.01, 10.0
MAX_SECTIONS = 200
KEYS_OF_TWO_STAGES = 10
"""From here on the playfield is two stages side by side, each with its own scratch lane."""

_HEADER = re.compile(r"osu file format v(\d{1,4})")
_MODES = {0: "osu!standard", 1: "osu!taiko", 2: "osu!catch"}
_KNOWN = frozenset(
    ("General", "Editor", "Metadata", "Difficulty", "Events", "TimingPoints", "Colours", "HitObjects", "Variables")
)
_MAX_TAGS = 200

Section = list[tuple[int, str]]
"""Lines with their numbers in the file."""


def parse(data: bytes, name: str, folder: Folder) -> ReadResult:
    """Read a ``.osu`` file.  Raises :class:`ChartError` when it is no beatmap or out of all bounds."""
    text = one_line_end(decode_text(data, name), name)
    version = _version(text, name)
    warnings = Warnings(name)
    sections = _sections(text, name, warnings)
    general = _pairs(sections["General"])
    metadata = _pairs(sections["Metadata"])
    mode = _whole(general.get("Mode", "0"), 0)
    if mode != 3:
        reason = f"{_MODES.get(mode, 'unknown osu! mode')} chart, left alone"
        return ReadResult(skipped=(Skipped(name, _title(metadata), reason),))
    difficulty = _pairs(sections["Difficulty"])
    offset_us = OLD_OFFSET_US if version < 5 else 0
    keys = _keys(difficulty.get("CircleSize", "5"), name)
    points = _timing_points(_numbered(sections["TimingPoints"]), offset_us, warnings)
    sliders = SliderRule(points.timing, points.sv, _real(difficulty.get("SliderMultiplier", "1.4"), 1.4, 0.4, 3.6))
    objects = read_objects(sections["HitObjects"], name, offset_us, sliders, warnings)
    notes, order = _notes(objects, keys)
    events = _numbered(sections["Events"])
    sounds = list(objects.sounds)
    backing = _backing(events, offset_us, sounds, name, warnings)
    chart = Chart(
        keys=keys,
        notes=notes,
        file_order=order,
        format="osu",
        path=name,
        hash=hashlib.md5(data).hexdigest(),
        title=_title(metadata),
        artist=metadata.get("Artist") or metadata.get("ArtistUnicode", ""),
        creator=metadata.get("Creator", ""),
        level=metadata.get("Version", ""),
        tags=_tags(metadata),
        timing=points.timing,
        scroll=_scroll(points, notes),
        backing=backing,
        sounds=tuple(sounds),
        audio=_audio(general.get("AudioFilename", "")),
        lead_in_us=_time_us(general.get("AudioLeadIn", "0"), 0, 0),
        preview_us=max(-1, _time_us(general.get("PreviewTime", "-1"), offset_us, -1)),
        background=_background(events),
        overall_difficulty=_real(difficulty.get("OverallDifficulty", "5"), 5.0, 0.0, 10.0),
        health_drain=_real(difficulty.get("HPDrainRate", "5"), 5.0, 0.0, 10.0),
        scratch_lanes=_scratch_lanes(keys, _whole(general.get("SpecialStyle", "0"), 0)),
    )
    return ReadResult(charts=(chart,), warnings=warnings.done())


# -- the file's frame ---------------------------------------------------------------------------------------


def _version(text: str, name: str) -> int:
    first = text.lstrip("\ufeff \t\n")
    if not first:
        raise ChartError(name, "is empty")
    if match := _HEADER.match(first):
        return int(match[1])
    number = text.count("\n", 0, len(text) - len(first)) + 1
    raise ChartError(name, "does not begin with `osu file format v`, so it is no osu! chart", number)


def _sections(text: str, name: str, warnings: Warnings) -> dict[str, list[Block]]:
    """For each section its lines; one may come twice.  Raises :class:`ChartError` for more than a file can mean."""
    if text.count("\n[") > MAX_SECTIONS:
        raise ChartError(name, f"has more than {MAX_SECTIONS} sections, which no chart has")
    found: dict[str, list[Block]] = {title: [] for title in _KNOWN}
    number = 1
    counted = 0
    at = text.find("\n[")  # never the first line: that is the version's
    while at >= 0:
        head_end = text.find("\n", at + 1)
        head_end = len(text) if head_end < 0 else head_end
        following = text.find("\n[", head_end)
        title = text[at + 1 : head_end].strip()
        number += text.count("\n", counted, head_end)
        counted = head_end
        if title[1:-1] in _KNOWN and title[-1] == "]":
            body = text[head_end + 1 : following if following >= 0 else len(text)]
            found[title[1:-1]].append(Block(number + 1, body))
        else:
            warnings.add(f"the section {title[:40]} is unknown and was left out", number)
        at = following
    return found


def _numbered(blocks: list[Block]) -> Section:
    """The lines of a section that say something, with their numbers."""
    return [
        (number, line)
        for block in blocks
        for number, line in enumerate(block.text.split("\n"), start=block.line)
        if line and not line.isspace() and not line.lstrip().startswith("//")
    ]


def _pairs(blocks: list[Block]) -> dict[str, str]:
    """``Key: value`` lines; the last one of a key counts."""
    found = {}
    for _, line in _numbered(blocks):
        key, colon, value = line.partition(":")
        if colon:
            found[key.strip()] = value.strip()[:MAX_TEXT]
    return found


def _whole(text: str, default: int) -> int:
    value = _real(text, math.nan, -1e9, 1e9)
    return default if math.isnan(value) else int(value)


def _real(text: str, default: float, low: float, high: float) -> float:
    """A number held between ``low`` and ``high``; ``default`` for what is none."""
    try:
        value = float(text)
    except ValueError:
        return default
    return default if math.isnan(value) else min(max(value, low), high)


def _time_us(text: str, offset_us: int, default: int) -> int:
    """Milliseconds as text to microseconds; ``default`` for what is no instant (or is -1: unsaid)."""
    ms = _real(text, math.nan, -math.inf, math.inf)
    if math.isnan(ms) or ms == -1 or abs(ms) > MAX_TIME_US / 1000:
        return default
    return round(ms * 1000) + offset_us


# -- header ---------------------------------------------------------------------------------------------------


def _title(metadata: dict[str, str]) -> str:
    return metadata.get("Title") or metadata.get("TitleUnicode", "")


def _tags(metadata: dict[str, str]) -> tuple[str, ...]:
    """The tags, and the names in their own script, so that a search finds them."""
    tags = metadata.get("Tags", "").split()
    tags += [metadata[key] for key in ("Source", "TitleUnicode", "ArtistUnicode") if metadata.get(key)]
    return tuple(dict.fromkeys(tags))[:_MAX_TAGS]


def _audio(name: str) -> str:
    """Charts made of key sounds alone name an audio file that is not there on purpose."""
    return "" if name.casefold() == "virtual" else name


def _keys(text: str, name: str) -> int:
    size = _real(text, 5.0, -1e9, 1e9)
    keys = max(1, round(size))
    if keys > MAX_LANES:
        raise ChartError(name, f"asks for {keys} keys; the most there are is {MAX_LANES}")
    return keys


def _scratch_lanes(keys: int, special_style: int) -> tuple[int, ...]:
    if special_style != 1 or keys < 2:
        return ()
    return (0, keys - 1) if keys >= KEYS_OF_TWO_STAGES else (0,)


# -- notes ----------------------------------------------------------------------------------------------------


def _notes(objects: Objects, keys: int) -> tuple[Notes, NDArray[np.int64]]:
    """Notes by time and lane, and each one's place in the file."""
    notes = np.zeros(len(objects.at_us), dtype=NOTE)
    notes["at_us"] = objects.at_us
    notes["end_us"] = objects.end_us
    notes["lane"] = np.clip(objects.x * keys // 512, 0, keys - 1)
    notes["kind"] = np.where(objects.is_hold, int(NoteKind.HOLD), int(NoteKind.TAP))
    notes["sound"] = objects.sound
    order = np.lexsort((notes["lane"], notes["at_us"]))
    return notes[order], order


# -- timing ---------------------------------------------------------------------------------------------------


class _Points:
    """Tempo and scroll velocity as the file gives them, each sorted and with one row an instant."""

    def __init__(self, timing: Notes, sv: dict[int, float]) -> None:
        self.timing = timing
        self.sv = sv


def _timing_points(section: Section, offset_us: int, warnings: Warnings) -> _Points:
    """Read [TimingPoints].

    At one instant the first tempo counts and the last scroll velocity; a tempo sets the velocity back to 1
    unless the same instant names one.
    """
    beats: dict[int, tuple[float, int]] = {}
    velocities: dict[int, float] = {}
    for number, line in section[:MAX_NOTES]:
        cells = line.partition("//")[0].split(",")
        try:
            at_ms, beat_ms = float(cells[0]), float(cells[1])
        except (ValueError, IndexError):
            warnings.add("is no timing point and was left out", number)
            continue
        if not abs(at_ms) <= MAX_TIME_US / 1000:
            warnings.add("a timing point more than a day from the song was left out", number)
            continue
        at_us = round(at_ms * 1000) + offset_us
        is_tempo = len(cells) < 7 or cells[6].strip()[:1] == "1"
        if not is_tempo:
            velocities[at_us] = min(max(100 / -beat_ms, MIN_SV), MAX_SV) if beat_ms < 0 else 1.0
        elif math.isnan(beat_ms):
            warnings.add("a tempo that is not a number was left out", number)
        else:
            meter = _whole(cells[2], 4) if len(cells) > 2 else 4
            beat_us = min(max(beat_ms, MIN_BEAT_MS), MAX_BEAT_MS) * 1000
            beats.setdefault(at_us, (beat_us, meter if 0 < meter < 1000 else 4))
    if len(section) > MAX_NOTES:
        warnings.add(f"more than {MAX_NOTES:,} timing points; the rest was left out")
    rows = [(at_us, *beats[at_us]) for at_us in sorted(beats)]
    sv = dict.fromkeys(beats, 1.0) | velocities
    return _Points(np.array(rows, dtype=TIMING), {at_us: sv[at_us] for at_us in sorted(sv)})


def _scroll(points: _Points, notes: Notes) -> Notes:
    """Tempo beside the base tempo, times scroll velocity, at every instant where either changes."""
    if not points.sv:
        return np.zeros(0, dtype=SCROLL)
    rows = np.zeros(len(points.sv), dtype=SCROLL)
    rows["at_us"] = list(points.sv)
    rows["factor"] = list(points.sv.values())
    if len(points.timing):
        last_us = int(notes["end_us"].max()) if len(notes) else int(points.timing["at_us"][-1])
        rows["factor"] *= base_beat_us(points.timing, last_us) / beat_at(points.timing, rows["at_us"])
    return rows


def timing_in_bounds(timing: Notes) -> Notes:
    """Tempo rows as a beatmap can hold them: one an instant, beats of 6 ms to a minute, bars of 1 to 999 beats."""
    rows = timing[np.unique(timing["at_us"], return_index=True)[1]].copy()
    rows["beat_us"] = np.clip(rows["beat_us"], MIN_BEAT_MS * 1000, MAX_BEAT_MS * 1000)
    rows["meter"] = np.where((rows["meter"] > 0) & (rows["meter"] < 1000), rows["meter"], 4)
    return rows


def beat_at(timing: Notes, at_us: NDArray[np.int64]) -> NDArray[np.float64]:
    """The beat length at each instant; before the first tempo, that of the first."""
    index = np.searchsorted(timing["at_us"], at_us, side="right") - 1
    return np.asarray(timing["beat_us"][np.maximum(index, 0)], dtype=np.float64)


def base_beat_us(timing: Notes, last_us: int) -> float:
    """The beat length that lasts longest up to ``last_us``; the first tempo reaches back to 0.

    Lengths are told apart to the microsecond and the earliest wins a tie (Beatmap.GetMostCommonBeatLength of ppy/osu).
    """
    starts = timing["at_us"].copy()
    starts[0] = 0
    ends = np.append(timing["at_us"][1:], last_us)
    spans = np.where(timing["at_us"] > last_us, 0, ends - starts)
    lengths, first, group = np.unique(np.rint(timing["beat_us"]), return_index=True, return_inverse=True)
    totals = np.bincount(group, weights=spans, minlength=len(lengths))
    best = min(range(len(lengths)), key=lambda i: (-totals[i], first[i]))
    return float(timing["beat_us"][first[best]])


# -- events ---------------------------------------------------------------------------------------------------


def _background(events: Section) -> str:
    """The picture of the last ``0,0,"file"`` line."""
    found = ""
    for _, line in events:
        if line.startswith(("0,", "Background,")):
            found = _file_cell(line, 2)[0] or found
    return found


def _file_cell(line: str, index: int) -> tuple[str, str]:
    """The file name in cell ``index`` (in quotes it may hold commas), and what comes after it."""
    cells = line.split(",", index)
    if len(cells) <= index:
        return "", ""
    rest = cells[index].strip()
    if rest.startswith('"'):
        name, _, after = rest[1:].partition('"')
    else:
        name, _, after = rest.partition(",")
    return name.strip()[:MAX_TEXT], after.strip(", ")


def _backing(events: Section, offset_us: int, sounds: list[str], name: str, warnings: Warnings) -> Notes:
    """Sounds that play by themselves: ``Sample,time,layer,"file",volume``."""
    known = {sound: index for index, sound in enumerate(sounds)}
    rows: list[tuple[int, int, float, float]] = []
    for number, line in events:
        if not line.startswith(("Sample,", "5,")):
            continue
        at_us = _time_us(line.split(",", 2)[1], offset_us, MAX_TIME_US + 1)
        file, volume = _file_cell(line, 3)
        if at_us > MAX_TIME_US or not file:
            warnings.add("is no storyboard sample and was left out", number)
            continue
        if len(rows) >= MAX_NOTES:
            raise ChartError(name, f"plays more than {MAX_NOTES:,} samples", number)
        if file not in known:
            known[file] = len(sounds)
            sounds.append(file)
        rows.append((at_us, known[file], _real(volume, 100.0, 0.0, 100.0) / 100, 0.0))
    table = np.array(rows, dtype=BACKING)
    return table[np.argsort(table["at_us"], kind="stable")]
