"""Mods: what a player changes about a chart, the way it is shown, or how it is played.

:class:`Mods` is a value that is stored with every performance; :func:`apply_mods` makes the chart that is really
played.  What only concerns sound (rate, pitch) or sight (hidden, covers) is read by the scenes and leaves the chart.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from engine.errors import UserError
from game.rhythm.chart import SCROLL, SPEED, Chart, NoteKind, empty

MIN_RATE_PERCENT = 50
MAX_RATE_PERCENT = 200
RATE_STEP_PERCENT = 5
MAX_LANE_COVER = 0.9
"""More than nine tenths covered leaves no time to read."""

MAX_INSTANT_US = 24 * 3600 * 1_000_000
"""No song lasts longer than a day."""


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_on(value: object) -> bool:
    """Whether a switch is on or an optional value given; a seed of 0 is."""
    return value is not None and value is not False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the song to practise: from ``start_us`` to ``end_us`` of song time (None: to the end), again and again
    if ``loop``.

    Raises:
        UserError: if it is empty or lies outside of a day.
    """

    start_us: int
    end_us: int | None = None
    loop: bool = True

    def __post_init__(self) -> None:
        ends = (self.start_us,) if self.end_us is None else (self.start_us, self.end_us)
        if not all(_is_int(at_us) and abs(at_us) <= MAX_INSTANT_US for at_us in ends) or not isinstance(
            self.loop, bool
        ):
            raise UserError("a practice section needs whole microseconds within a day: mark it again")
        if self.end_us is not None and self.end_us <= self.start_us:
            raise UserError("a practice section must end after it starts: mark it again")


@dataclass(frozen=True, slots=True)
class Mods:
    """What is changed for one performance.

    ``rate_percent`` is the speed of song and chart in whole percent, 50 to 200 in steps of 5; ``keep_pitch`` says
    whether the music keeps its pitch at other rates.  ``random_seed`` shuffles the lanes (None: does not).
    ``lane_cover`` is the covered part of the lane's length, 0 to 0.9.

    Raises:
        UserError: if a value is out of its bounds or two mods contradict each other.
    """

    rate_percent: int = 100
    keep_pitch: bool = True
    mirror: bool = False
    random_seed: int | None = None
    no_holds: bool = False
    constant_scroll: bool = False
    hidden: bool = False
    fade_in: bool = False
    lane_cover: float = 0.0
    no_fail: bool = False
    sudden_death: bool = False
    autoplay: bool = False
    section: Section | None = None
    metronome: bool = False

    def __post_init__(self) -> None:
        if not _is_int(self.rate_percent) or not MIN_RATE_PERCENT <= self.rate_percent <= MAX_RATE_PERCENT:
            raise UserError(f"a rate of {self.rate_percent!r} percent is not between 50 and 200: choose one that is")
        if self.rate_percent % RATE_STEP_PERCENT:
            raise UserError(f"a rate of {self.rate_percent} percent is not a step of 5: choose the next one")
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise UserError(f"the mod {name} is either on or off, not {getattr(self, name)!r}")
        seed = self.random_seed
        if seed is not None and not (_is_int(seed) and 0 <= seed < 2**63):
            raise UserError(f"a random seed is a whole number from 0 on, not {seed!r}")
        cover = self.lane_cover
        numeric = isinstance(cover, (int, float)) and not isinstance(cover, bool) and math.isfinite(cover)
        if not numeric or not 0.0 <= cover <= MAX_LANE_COVER:
            raise UserError(f"a lane cover hides between 0 and 0.9 of the lane, not {cover!r}")
        if self.section is not None and not isinstance(self.section, Section):
            raise UserError("the practice section is not one: mark it again")
        if self.hidden and self.fade_in:
            raise UserError("hidden and fade in together leave nothing to see: choose one of them")
        if self.no_fail and self.sudden_death:
            raise UserError("no fail and sudden death contradict each other: choose one of them")

    @property
    def rate(self) -> float:
        """The speed of song and chart; 1.0 is as written."""
        return self.rate_percent / 100

    @property
    def label(self) -> str:
        """The mods in a few characters, such as ``1.25x MR HD``; empty without any."""
        words = []
        if self.rate_percent != 100:
            words.append(f"{self.rate:.2f}x" if self.keep_pitch else f"{self.rate:.2f}x pitch")
        words += [short for name, short in SHORT_NAMES.items() if _is_on(getattr(self, name))]
        if self.lane_cover:
            words.append(f"LC{round(self.lane_cover * 100)}")
        return " ".join(words)

    def to_dict(self) -> dict[str, Any]:
        """What differs from playing as written, as plain values for a log or a file."""
        out: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                out[one.name] = value
        if self.section is not None:
            out["section"] = {name: getattr(self.section, name) for name in SECTION_FIELDS}
        return out

    @classmethod
    def from_dict(cls, values: object) -> Mods:
        """The mods that :meth:`to_dict` wrote; everything is checked, whoever wrote it.

        Raises:
            UserError: if ``values`` is not such a mapping, names an unknown mod or breaks a bound.
        """
        given = _checked(values, FIELDS, "mods")
        section = given.get("section")
        if section is not None:
            parts = _checked(section, SECTION_FIELDS, "practice section")
            if "start_us" not in parts:
                raise UserError("the practice section has no start: mark it again")
            given["section"] = Section(**parts)
        return cls(**given)


SWITCHES = (
    "keep_pitch",
    "mirror",
    "no_holds",
    "constant_scroll",
    "hidden",
    "fade_in",
    "no_fail",
    "sudden_death",
    "autoplay",
    "metronome",
)
SHORT_NAMES = {
    "mirror": "MR",
    "random_seed": "RD",
    "no_holds": "NH",
    "constant_scroll": "CS",
    "hidden": "HD",
    "fade_in": "FI",
    "no_fail": "NF",
    "sudden_death": "SD",
    "autoplay": "AT",
    "section": "section",
    "metronome": "MT",
}
"""A short name a mod, in the order of the label; the letters are those of osu!, where PR would read as a record."""

FIELDS = tuple(one.name for one in fields(Mods))
SECTION_FIELDS = tuple(one.name for one in fields(Section))
UNRANKED = ("random_seed", "no_holds", "no_fail", "autoplay", "section")


def _checked(values: object, known: tuple[str, ...], what: str) -> dict[str, Any]:
    """``values`` as a dictionary with no key but the ``known`` ones."""
    if not isinstance(values, Mapping):
        raise UserError(f"the {what} are not a table of names and values")
    for name in values:
        if name not in known:
            raise UserError(f"the {what} hold {str(name)[:40]!r}, which this version does not know")
    return dict(values)


def ranked(mods: Mods) -> bool:
    """Whether a performance with ``mods`` may enter the local leaderboard of its chart, rule set and rate.

    Not when the notes were others than written (shuffled, no holds), when it could not fail, when only a section was
    played or nobody played.
    """
    return not any(_is_on(getattr(mods, name)) for name in UNRANKED)


def apply_mods(chart: Chart, mods: Mods) -> Chart:
    """The chart as it is played with ``mods``: lanes mirrored or shuffled, holds made taps, scroll made constant, and
    of a section to be practised only the notes that begin in it.

    Instants stay song time at rate 1.  Scratch lanes stay where they are, but for charts of osu!, which turns its
    whole field around (its replays rely on that).
    """
    if mods.no_holds:
        chart = _without_holds(chart)
    keep = () if chart.format == "osu" else chart.scratch_lanes
    if mods.random_seed is not None:
        chart = _move_lanes(chart, random_lanes(chart.keys, mods.random_seed, keep))
    if mods.mirror:
        chart = _move_lanes(chart, mirror_lanes(chart.keys, keep))
    if mods.constant_scroll:
        chart = replace(chart, scroll=empty(SCROLL), speeds=empty(SPEED))
    return chart if mods.section is None else _cropped(chart, mods.section)


def _cropped(chart: Chart, section: Section) -> Chart:
    begin = chart.notes["at_us"]
    end_us = section.end_us if section.end_us is not None else chart.last_us + 1
    return chart.with_notes(chart.notes[(begin >= section.start_us) & (begin < end_us)])


def mirror_lanes(keys: int, keep: tuple[int, ...] = ()) -> list[int]:
    """For each lane where it moves when left and right change places; the lanes in ``keep`` do not move."""
    free = [lane for lane in range(keys) if lane not in keep]
    target = list(range(keys))
    for lane, other in zip(free, reversed(free), strict=True):
        target[lane] = other
    return target


def random_lanes(keys: int, seed: int, keep: tuple[int, ...] = ()) -> list[int]:
    """For each lane where it moves when shuffled by ``seed``; the lanes in ``keep`` do not move.

    A Fisher-Yates shuffle whose draws are hashes of the seed and the step, so that it comes out the same on every
    machine and in every version.
    """
    free = [lane for lane in range(keys) if lane not in keep]
    shuffled = free.copy()
    for last in range(len(shuffled) - 1, 0, -1):
        draw = hashlib.blake2b(f"lanes {seed} {last}".encode(), digest_size=8).digest()
        other = int.from_bytes(draw, "big") % (last + 1)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    target = list(range(keys))
    for lane, other in zip(free, shuffled, strict=True):
        target[lane] = other
    return target


def _move_lanes(chart: Chart, target: list[int]) -> Chart:
    """``chart`` with every lane moved to ``target[lane]``, notes in order again."""
    notes = chart.notes.copy()
    notes["lane"] = np.array(target, dtype=np.uint8)[notes["lane"]]
    order = np.lexsort((notes["lane"], notes["at_us"]))
    file_order = None if chart.file_order is None else chart.file_order[order]
    part_of = None if chart.part_of is None else chart.part_of[order]
    scratch = tuple(sorted(target[lane] for lane in chart.scratch_lanes))
    return replace(chart, notes=notes[order], file_order=file_order, part_of=part_of, scratch_lanes=scratch)


def _without_holds(chart: Chart) -> Chart:
    """``chart`` with a tap wherever a hold or a roll began, and no lifts asked for."""
    notes = chart.notes.copy()
    long = np.isin(notes["kind"], (NoteKind.HOLD, NoteKind.ROLL))
    notes["end_us"][long] = notes["at_us"][long]
    notes["kind"][long] = NoteKind.TAP
    return replace(chart, notes=notes)
