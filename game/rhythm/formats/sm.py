"""StepMania's ``.sm`` and ``.ssc``.

Song time begins with the audio file; beat 0 stands at ``-OFFSET``.  Beside dance-single every type with 1 to 18
columns is played; charts for two players at once (routine, couple) are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from game.rhythm.chart import BACKING, MAX_LANES, Chart, NoteKind, Notes, empty
from game.rhythm.formats import sm_notes
from game.rhythm.formats.beat_map import MAX_TEXT_BYTES, Floats, build_notes, chart_hash, file_title, pair_holds, to_us
from game.rhythm.formats.containers import Folder
from game.rhythm.formats.face import ChartError, ReadResult, Skipped
from game.rhythm.formats.sm_msd import Tag, read_tags
from game.rhythm.formats.sm_notes import RawNotes, read_notes
from game.rhythm.formats.sm_timing import TIMING_TAGS, Budget, SongTiming, read_timing
from game.rhythm.formats.text import MAX_TEXT, MAX_TIME_US, Warnings, decode_text

MAX_CHARTS = 200
"""Charts in one file; the fullest songs have some 40."""

MAX_ALL_NOTES = 500_000
"""Notes of all charts of one file together."""

SPLIT_TIMING_VERSION = 0.7
"""From this #VERSION on, charts of a ``.ssc`` may have their own timing."""

COLUMNS = {
    "dance-single": 4,
    "dance-double": 8,
    "dance-solo": 6,
    "dance-threepanel": 3,
    "pump-single": 5,
    "pump-halfdouble": 6,
    "pump-double": 10,
    "kb7-single": 7,
    "ez2-single": 5,
    "ez2-double": 10,
    "ez2-real": 7,
    "para-single": 5,
    "bm-single5": 6,
    "bm-double5": 12,
    "bm-single7": 8,
    "bm-double7": 16,
    "pnm-five": 5,
    "pnm-nine": 9,
}
"""The lanes of StepMania's step types; other types have as many as their first row."""

_NOTE_FIELDS = ("STEPSTYPE", "DESCRIPTION", "DIFFICULTY", "METER", "RADARVALUES", "NOTES")
_KINDS = {
    sm_notes.TAP: NoteKind.TAP,
    sm_notes.HOLD: NoteKind.HOLD,
    sm_notes.ROLL: NoteKind.ROLL,
    sm_notes.MINE: NoteKind.MINE,
    sm_notes.FAKE: NoteKind.FAKE,
    sm_notes.LIFT: NoteKind.LIFT,
}
_KIND_OF_SIGN = np.zeros(128, dtype=np.int64)
for _sign, _kind in _KINDS.items():
    _KIND_OF_SIGN[_sign] = _kind


@dataclass(frozen=True, slots=True)
class _SharedTiming:
    """Timing, and the rows made from it; the charts of a song that share it also share its base tempo."""

    song: SongTiming
    timing: Notes
    scroll: Notes


@dataclass(slots=True)
class _Steps:
    """The tags of one chart in the file."""

    tags: dict[str, str] = field(default_factory=dict)
    start: int = 0

    def text(self, tag: str) -> str:
        """A tag's text without the blanks around it."""
        return self.tags.get(tag, "").strip()[:MAX_TEXT]


def parse(data: bytes, name: str, folder: Folder) -> ReadResult:
    """Read a ``.sm`` or ``.ssc`` file.  Raises :class:`ChartError` when it is none or breaks a bound."""
    if len(data) > MAX_TEXT_BYTES:
        raise ChartError(name, f"is larger than {MAX_TEXT_BYTES // 1024 // 1024} MiB, which no StepMania chart is")
    text = decode_text(data, name).replace("\r\n", "\n").replace("\r", "\n")
    song, steps = _gather(read_tags(text, name), name)
    if not steps:
        raise ChartError(name, "holds no charts (no #NOTES)")
    reader = _SongReader(data, name, song, several=len(steps) > 1)
    for index, one in enumerate(steps):
        reader.read(index, one, text)
    return ReadResult(tuple(reader.charts), tuple(reader.skipped), reader.warnings.done())


def _gather(tags: list[Tag], name: str) -> tuple[dict[str, str], list[_Steps]]:
    """The song's tags, and those of each chart with notes."""
    song: dict[str, str] = {}
    steps: list[_Steps] = []
    current: _Steps | None = None
    for tag in tags:
        if tag.name == "NOTEDATA":
            current = _Steps(start=tag.start)
        elif tag.name in ("NOTES", "NOTES2"):
            # An attack among the notes may hold a colon.
            if current is not None:
                current.tags["NOTES"] = ":".join(tag.values)
                steps.append(current)
                current = None
            elif len(tag.values) >= len(_NOTE_FIELDS):
                last = len(_NOTE_FIELDS) - 1
                fields = (*tag.values[:last], ":".join(tag.values[last:]))
                steps.append(_Steps(dict(zip(_NOTE_FIELDS, fields, strict=True)), tag.start))
            if len(steps) > MAX_CHARTS:
                raise ChartError(name, f"holds more than {MAX_CHARTS} charts; split it")
        elif tag.values:
            (song if current is None else current.tags)[tag.name] = ":".join(tag.values)
    return song, steps


class _SongReader:
    """Turns one chart after the other of a song into :class:`Chart`."""

    def __init__(self, data: bytes, name: str, song: dict[str, str], several: bool) -> None:
        self.charts: list[Chart] = []
        self.skipped: list[Skipped] = []
        self.warnings = Warnings(name)
        self._data = data
        self._name = name
        self._song = song
        self._several = several
        self._budget = Budget(name)
        self._timings: dict[tuple[str, ...], _SharedTiming] = {}
        self._notes_left = MAX_ALL_NOTES
        self._title = " ".join(filter(None, (self._text("TITLE"), self._text("SUBTITLE"))))[:MAX_TEXT]
        self._sounds = tuple(part.strip()[:MAX_TEXT] for part in song.get("KEYSOUNDS", "").split(",", 10_000)[:10_000])
        if self._sounds == ("",):
            self._sounds = ()

    def _text(self, tag: str) -> str:
        return self._song.get(tag, "").strip()[:MAX_TEXT]

    def read(self, index: int, steps: _Steps, text: str) -> None:
        """Read chart ``index`` and keep it, or say why it is left alone."""
        kind = steps.text("STEPSTYPE").lower()
        body = steps.tags["NOTES"]
        if "couple" in kind or "routine" in kind or "&" in body:
            self._skip(steps, "is for two players at once, which this game does not play")
            return
        if kind == "lights-cabinet":
            self._skip(steps, "drives the lights of a machine and is not played")
            return
        raw = read_notes(body, self._name, COLUMNS.get(kind, 0))
        if raw.beyond:
            self._warn(steps, text, f"{raw.beyond} notes stand beyond column {raw.columns} and were left out")
        if not len(raw.beat):
            self._skip(steps, "has no notes")
        elif raw.columns > MAX_LANES:
            self._skip(steps, f"has {raw.columns} columns, more than the {MAX_LANES} this game plays")
        else:
            self.charts.append(self._chart(index, steps, raw, text))

    def _skip(self, steps: _Steps, reason: str) -> None:
        title = " ".join(filter(None, (self._title, steps.text("STEPSTYPE"), _level(steps))))
        self.skipped.append(Skipped(self._name, title, reason))

    def _warn(self, steps: _Steps, text: str, reason: str) -> None:
        self.warnings.add(f"{_level(steps)}: {reason}", text.count("\n", 0, steps.start) + 1)

    def _timing(self, steps: _Steps, last_beat: float) -> _SharedTiming:
        """The chart's own timing if it has any, else the song's, which the first chart's length sets the scroll of."""
        tags = self._song
        if _version(self._text("VERSION")) >= SPLIT_TIMING_VERSION and any(steps.tags.get(tag) for tag in TIMING_TAGS):
            tags = steps.tags
        key = tuple(tags.get(tag, "") for tag in ("OFFSET", "FREEZES", *TIMING_TAGS))
        if key not in self._timings:
            song = read_timing(tags, self._budget, self.warnings)
            rows = song.beats.timing_rows(song.meters)
            self._timings[key] = _SharedTiming(song, rows, song.beats.scroll_rows(last_beat))
        return self._timings[key]

    def _chart(self, index: int, steps: _Steps, raw: RawNotes, text: str) -> Chart:
        self._notes_left -= len(raw.beat)
        if self._notes_left < 0:
            raise ChartError(self._name, f"holds more than {MAX_ALL_NOTES:,} notes in all its charts; split it")
        shared = self._timing(steps, float(raw.beat[-1]))
        timing = shared.song
        notes, orphans = _notes(self._name, raw, timing, len(self._sounds))
        heads, tails = orphans
        if heads:
            self._warn(steps, text, f"{heads} holds have no end and became taps")
        if tails:
            self._warn(steps, text, f"{tails} hold ends have no beginning and were left out")
        return Chart(
            keys=raw.columns,
            notes=notes,
            title=self._title or file_title(self._name),
            artist=self._text("ARTIST"),
            creator=steps.text("CREDIT") or self._text("CREDIT") or steps.text("DESCRIPTION"),
            level=_level(steps),
            path=self._name,
            format="ssc" if self._name.lower().endswith(".ssc") else "sm",
            index=index,
            hash=chart_hash(self._data, index, self._several),
            timing=shared.timing,
            scroll=shared.scroll,
            speeds=timing.speeds,
            backing=_backing(raw, timing, len(self._sounds)),
            sounds=self._sounds,
            audio=steps.text("MUSIC") or self._text("MUSIC"),
            preview_us=_preview_us(self._text("SAMPLESTART")),
            background=self._text("BACKGROUND"),
            tags=tuple(filter(None, (steps.text("STEPSTYPE"), self._text("GENRE")))),
        )


def _notes(name: str, raw: RawNotes, timing: SongTiming, sounds: int) -> tuple[Notes, tuple[int, int]]:
    """The notes in time, and how many heads had no tail and tails no head."""
    # A key sound that plays by itself takes no part in holds.
    played = raw.sign != sm_notes.KEYSOUND
    beat, lane, sign, sound = raw.beat[played], raw.lane[played], raw.sign[played], raw.sound[played]
    head = (sign == sm_notes.HOLD) | (sign == sm_notes.ROLL)
    tail = sign == sm_notes.TAIL
    ends = pair_holds(lane, beat, head, tail)
    kind = _KIND_OF_SIGN[sign]
    kind[head & (ends < 0)] = NoteKind.TAP
    kind[timing.faked(beat)] = NoteKind.FAKE
    at_s = timing.beats.seconds(beat)
    end_s = np.where(ends >= 0, at_s[ends], at_s)
    keep = ~tail
    sound = np.where(sound < sounds, sound, -1)
    notes = build_notes(name, at_s[keep], end_s[keep], lane[keep], kind[keep], sound[keep])
    paired = int((ends >= 0).sum())
    return notes, (int(head.sum()) - paired, int(tail.sum()) - paired)


def _backing(raw: RawNotes, timing: SongTiming, sounds: int) -> Notes:
    """The key sounds that play by themselves (K)."""
    auto = (raw.sign == sm_notes.KEYSOUND) & (raw.sound >= 0) & (raw.sound < sounds)
    if not auto.any():
        return empty(BACKING)
    at: Floats = timing.beats.seconds(raw.beat[auto])
    rows = np.zeros(len(at), dtype=BACKING)
    rows["at_us"], good = to_us(at)
    rows["sound"] = raw.sound[auto]
    rows["volume"] = 1.0
    return rows[good][np.argsort(rows["at_us"][good], kind="stable")]


def _level(steps: _Steps) -> str:
    """The name of a difficulty: ``Challenge 12``, or an edit's own name."""
    difficulty = steps.text("DIFFICULTY")
    if difficulty.lower() == "edit":
        difficulty = steps.text("DESCRIPTION") or steps.text("CHARTNAME") or difficulty
    return " ".join(filter(None, (difficulty, steps.text("METER"))))


def _version(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _preview_us(text: str) -> int:
    """SAMPLESTART in microseconds, -1 when it says nothing."""
    try:
        start_s = float(text)
    except ValueError:
        return -1
    return round(start_s * 1e6) if 0 <= start_s <= MAX_TIME_US / 1e6 else -1
