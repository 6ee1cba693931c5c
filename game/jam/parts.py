"""The parts of a chart that players share out: from the song's own names, from its key sounds, or from its lanes.

Every machine of a session cuts the same chart file into the same parts and lays them on the same lanes, so a part is
told to the others by its name alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from game.jam.relay import relaid
from game.jam.sound_groups import sound_groups
from game.rhythm.chart import BACKING, MAX_LANES, Chart, NoteKind, Notes

Mask = NDArray[np.bool_]

ALL = "all"
"""The part that is the whole chart."""

THIRDS_FROM_KEYS = 8
"""From so many lanes on a chart also comes in thirds: each has three lanes or nearly so."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a chart.

    ``name`` is what machines call it, ``words`` what the player reads; ``share`` is how much of the chart's notes it
    holds, 0 to 1 (parts may overlap), ``notes`` how many, and ``lanes`` on how many lanes they stand.
    """

    name: str
    words: str
    share: float
    notes: int
    lanes: int


def parts_of(chart: Chart) -> tuple[Part, ...]:
    """The parts of ``chart``, the whole first; only those with notes to play."""
    played = _played(chart.notes)
    total = int(played.sum())
    out = []
    for name, words, mask in _cut(chart):
        count = int((mask & played).sum())
        if count or name == ALL:
            lanes = len(np.unique(chart.notes["lane"][mask & played]))
            out.append(Part(name, words, count / total if total else 1.0, count, lanes))
    return tuple(out)


def part_chart(chart: Chart, part_name: str, keys: int) -> Chart:
    """The notes of one part on ``keys`` lanes; timing, scroll and sounds stay as they are.

    The whole on the chart's own lanes is the chart itself.  Any other has a hash made from the chart's, the part,
    ``keys`` and the notes, the same on every machine.  Key sounds of notes that had to be thinned out play by
    themselves.

    Raises:
        UserError: if the chart has no such part, or ``keys`` is not between 1 and 18.
    """
    if not 1 <= keys <= MAX_LANES:
        raise UserError(f"a part can be played on 1 to {MAX_LANES} keys, not on {keys}: choose a number between")
    mask = _mask_of(chart, part_name)
    if part_name == ALL and keys == chart.keys:
        return chart
    notes, kept = relaid(chart.notes[mask], chart.timing, keys)
    thinned = chart.notes[np.setdiff1d(np.flatnonzero(mask & _played(chart.notes)), np.flatnonzero(mask)[kept])]
    digest = hashlib.md5(f"{chart.hash}#{part_name}#{keys}#".encode() + notes.tobytes(), usedforsecurity=False)
    return replace(
        chart,
        keys=keys,
        notes=notes,
        backing=_by_time(chart.backing, by_themselves(thinned)),
        hash=digest.hexdigest(),
        scratch_lanes=(),
        file_order=None,
        parts=(),
        part_of=None,
    )


def unplayed(chart: Chart, part_names: Iterable[str]) -> Notes:
    """Rows of backing for the key sounds that no player of ``part_names`` plays, so that the song stays whole.

    Raises:
        UserError: if the chart has no such part.
    """
    played = np.zeros(len(chart.notes), dtype=np.bool_)
    for name in part_names:
        played |= _mask_of(chart, name)
    return by_themselves(chart.notes[~played & _played(chart.notes)])


def by_themselves(notes: Notes) -> Notes:
    """The key sounds of ``notes`` as rows of backing."""
    keyed = notes[notes["sound"] >= 0]
    rows = np.zeros(len(keyed), dtype=BACKING)
    rows["at_us"], rows["sound"], rows["volume"] = keyed["at_us"], keyed["sound"], 1.0
    return rows


def _by_time(*tables: Notes) -> Notes:
    rows = np.concatenate(tables)
    return rows[np.argsort(rows["at_us"], kind="stable")]


def _played(notes: Notes) -> Mask:
    """Which notes ask for a key."""
    return ~np.isin(notes["kind"], (NoteKind.MINE, NoteKind.FAKE))


def _mask_of(chart: Chart, part_name: str) -> Mask:
    found = next((mask for name, _, mask in _cut(chart) if name == part_name), None)
    if found is None:
        raise UserError(f"{chart.title or 'this chart'} has no part {part_name[:40]!r}: choose one of those shown")
    return found


def _cut(chart: Chart) -> list[tuple[str, str, Mask]]:
    """Every part as its name, its words and which notes are its own."""
    whole = [(ALL, "The whole chart", np.ones(len(chart.notes), dtype=np.bool_))]
    if chart.part_of is not None and chart.parts:
        named = [(_plain(words), (chart.part_of >> place & 1) > 0) for place, words in enumerate(chart.parts)]
    else:
        named = sound_groups(chart) or _by_lanes(chart)
    names: dict[str, tuple[str, Mask]] = {}
    for words, mask in named:
        name = slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:32] or "part"
        count = 1
        while name in names or name == ALL:
            count += 1
            name = f"{slug}-{count}"
        names[name] = (words, mask)
    return whole + [(name, words, mask) for name, (words, mask) in names.items()]


def _plain(words: str) -> str:
    """A part's words as one short line: a chart file may hold anything."""
    return " ".join("".join(one if one.isprintable() else " " for one in words).split())[:60] or "Part"


def _by_lanes(chart: Chart) -> list[tuple[str, Mask]]:
    """The hands, which share the middle lane of an odd field, and on wide fields its thirds."""
    keys, lane = chart.keys, chart.notes["lane"].astype(np.int64)
    if keys < 2:
        return []
    rows = [("Left hand", 2 * lane < keys), ("Right hand", 2 * (lane + 1) > keys)]
    if keys >= THIRDS_FROM_KEYS:
        third = lane * 3 // keys
        rows += [(words, third == place) for place, words in enumerate(("Left third", "Middle third", "Right third"))]
    return rows
