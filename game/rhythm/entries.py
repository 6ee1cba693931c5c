"""What the song list knows about a chart without opening it, and the summary of an opened one."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np

from game.rhythm.chart import Chart, NoteKind
from game.rhythm.difficulty import stars

MIN_BEAT_US = 1.0
"""Shorter beats are tricks of scroll, not tempi."""

STEPMANIA = ("sm", "ssc")

MAX_TEXT = 300
"""Longer titles, names and tags are cut in the list."""


class ChartEntry(NamedTuple):
    """One chart in the library: a row of its cache.

    ``file`` is the file on disk, ``path`` and ``chart_index`` the chart in it (a path goes on inside an archive);
    ``folder`` is the song's folder and ``pack`` what it is grouped under
    (the folder right below the library's root, or the root itself).  ``notes`` counts taps, ``holds`` holds and
    rolls.  ``bpm_min`` and ``bpm_max`` are 0 when the chart has no tempo.  ``added_us`` is when the library first
    saw the file, in microseconds since 1970.
    """

    file: str
    path: str
    chart_index: int
    hash: str
    title: str
    artist: str
    creator: str
    level: str
    tags: str
    format: str
    keys: int
    notes: int
    holds: int
    mines: int
    length_us: int
    bpm_min: float
    bpm_max: float
    stars: float
    preview_us: int
    audio: str
    background: str
    folder: str
    pack: str
    added_us: int

    @property
    def song(self) -> tuple[str, str, str]:
        """What charts of one song have in common."""
        return self.folder, self.title, self.artist


def counts(chart: Chart) -> tuple[int, int, int]:
    """How many notes (taps and lifts), holds (and rolls) and mines ``chart`` has; fakes are none of them."""
    of = np.bincount(chart.notes["kind"], minlength=len(NoteKind)).tolist()
    return of[NoteKind.TAP] + of[NoteKind.LIFT], of[NoteKind.HOLD] + of[NoteKind.ROLL], of[NoteKind.MINE]


def bpm_range(chart: Chart) -> tuple[float, float]:
    """The slowest and the fastest tempo in beats a minute, to a thousandth; zeros without any."""
    beats = chart.timing["beat_us"]
    beats = beats[np.isfinite(beats) & (beats >= MIN_BEAT_US)]
    if not len(beats):
        return 0.0, 0.0
    return round(60e6 / float(beats.max()), 3), round(60e6 / float(beats.min()), 3)


def chart_info(chart: Chart) -> dict[str, Any]:
    """What ``ourojam chart info`` says of a chart.

    ``notes`` counts taps only, ``holds`` stand beside them; ``first_ms`` and ``last_ms`` are when the first and the
    last note begin, null in an empty chart (StepMania writes a hold's end as a note of its own, so there it counts);
    ``stars`` is the rating at rate 1.
    """
    notes, holds, mines = counts(chart)
    bpm_min, bpm_max = bpm_range(chart)
    played = chart.notes[chart.notes["kind"] != NoteKind.FAKE]
    starts = played["at_us"]
    ends = played["end_us"] if chart.format in STEPMANIA else starts
    return {
        "file": chart.path,
        "title": chart.title,
        "name": chart.level,
        "keys": chart.keys,
        "notes": notes,
        "holds": holds,
        "mines": mines,
        "first_ms": _ms(int(starts[0])) if len(starts) else None,
        "last_ms": _ms(int(ends.max())) if len(ends) else None,
        "bpm_min": bpm_min,
        "bpm_max": bpm_max,
        "stars": stars(chart),
        "hash": chart.hash,
    }


def entry_of(chart: Chart, file: str, root: str) -> ChartEntry:
    """The row for ``chart``, read from ``file`` below the library folder ``root``; not yet dated."""
    path = chart.path or file
    notes, holds, mines = counts(chart)
    bpm_min, bpm_max = bpm_range(chart)
    return ChartEntry(
        file=file,
        path=path,
        chart_index=chart.index,
        hash=chart.hash,
        title=_text(chart.title) or _text(PurePath(path).stem),
        artist=_text(chart.artist),
        creator=_text(chart.creator),
        level=_text(chart.level),
        tags=_text(" ".join(chart.tags)),
        format=chart.format,
        keys=chart.keys,
        notes=notes,
        holds=holds,
        mines=mines,
        length_us=chart.length_us,
        bpm_min=bpm_min,
        bpm_max=bpm_max,
        stars=stars(chart),
        preview_us=chart.preview_us,
        audio=_text(chart.audio),
        background=_text(chart.background),
        folder=os.path.dirname(path),
        pack=_pack(os.path.dirname(file), root),
        added_us=0,
    )


def _pack(folder: str, root: str) -> str:
    """The folder right below ``root`` that holds the song's own; the root's name for songs that lie in it."""
    parts = PurePath(os.path.relpath(folder, root)).parts
    return parts[0] if len(parts) > 1 else PurePath(root).name


def _text(text: str) -> str:
    """``text`` on one line, of bounded length, that any database can store."""
    return " ".join(text[: 2 * MAX_TEXT].encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split())[
        :MAX_TEXT
    ]


def _ms(at_us: int) -> int | float:
    """Milliseconds: whole where they are, else to the microsecond."""
    return at_us // 1000 if at_us % 1000 == 0 else at_us / 1000
