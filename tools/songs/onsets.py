"""Which instants of a score a chart asks for: every onset weighed, then chosen bar by bar.

Choice depends on nothing but the bar's own content, so a repeated bar is charted alike, and each level
chooses from what the level above chose, so difficulties nest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tools.songs.score import TICKS
from tools.songs.song import Song

SNARES = ("snare", "clap", "brush", "rim")
"""Parts that are a backbeat, by the beginning of their names."""

CRASHES = ("crash", "impact")
"""Parts that mark a new section."""


SHORTEST_HOLD_S = 0.48
"""A note that sounds for less is a tap, whatever its length in beats: held any shorter it feels like one."""


@dataclass(frozen=True, slots=True)
class Onset:
    """All that begins at one tick.

    ``strength`` says how much it is heard; ``part``, ``pitch``, ``length`` (ticks) are those of the leading
    melodic note, ``part`` is empty when only drums sound and ``length`` is 0 unless the part sustains;
    ``accent`` says how big a chord it deserves; ``side`` is where on the field a drum wants to
    be (0 left, 1 right, below 0 anywhere).
    """

    tick: int
    strength: float
    part: str
    pitch: int
    length: int
    accent: float
    side: float


@dataclass(frozen=True, slots=True)
class Level:
    """A difficulty as rules: ticks for every distance, onsets a second at full energy for ``rate``.

    ``grids``: an onset must lie on a multiple of one of them.  ``run_gap`` / ``run_most``: so many onsets in
    a row may be that close.  ``repeat_gap``: the shortest distance of two notes on a lane.  ``hold_least``:
    the shortest hold.  ``chords``: the accents from which a chord has 2, 3, 4 notes.  ``pressed_most``: keys down
    at once, by key count.
    """

    name: str
    rate: float
    grids: tuple[int, ...]
    gap: int
    run_gap: int
    run_most: int
    repeat_gap: int
    hold_least: int
    chords: tuple[float, ...]
    pressed_most: dict[int, int]
    overall_difficulty: float
    health_drain: float


HARD = Level("Hard", 7.0, (12, 16), 8, 12, 10_000, 24, 36, (0.7, 1.25, 2.2), {4: 3, 7: 4, 10: 5}, 8.0, 7.0)
NORMAL = Level("Normal", 3.9, (12, 16), 12, 12, 5, 24, 48, (1.0, 1.9), {4: 3, 7: 3, 10: 3}, 7.0, 6.0)
EASY = Level("Easy", 2.45, (24,), 24, 24, 5, 36, 48, (1.6,), {4: 2, 7: 2, 10: 2}, 6.0, 5.0)
LEVELS = (HARD, NORMAL, EASY)
"""From the most onsets to the fewest: each chooses among those of the one before."""

_METRIC = ((4 * TICKS, 0.3), (TICKS, 0.2), (TICKS // 2, 0.08))
"""What lying on a bar, a beat, a half beat adds to an onset's strength."""


def gathered(song: Song) -> list[Onset]:
    """Every instant at which a charted part begins a note, in order."""
    score = song.score
    bar_ticks = score.meter * TICKS
    at: dict[int, list[tuple[float, str, int, int, float]]] = defaultdict(list)
    for part, weight in song.weights.items():
        for note in score.parts.get(part, []):
            at[note.tick].append((weight * note.velocity, part, note.pitch, note.length, note.velocity))
    onsets = []
    for tick in sorted(at):
        heard = at[tick]
        loudest = max(row[0] for row in heard)
        strength = loudest + 0.2 * (sum(row[0] for row in heard) - loudest)
        place = tick % bar_ticks
        strength += 0.3 if place == 0 else next((bonus for grid, bonus in _METRIC[1:] if place % grid == 0), 0.0)
        part, height, length = _leading(song, heard)
        if length and float(np.ptp(score.seconds([tick, tick + length]))) < SHORTEST_HOLD_S:
            length = 0
        lead = part, height, length
        onsets.append(Onset(tick, round(strength, 4), *lead, _accent(heard, place == 0), _side(heard)))
    return onsets


def _leading(song: Song, heard: list[tuple[float, str, int, int, float]]) -> tuple[str, int, int]:
    for part in song.melodic:
        rows = [row for row in heard if row[1] == part]
        if rows:
            top = max(rows, key=lambda row: row[2])
            return part, top[2], top[3] if part in song.sustained else 0
    return "", 0, 0


def _accent(heard: list[tuple[float, str, int, int, float]], on_bar: bool) -> float:
    accent = 0.25 if on_bar else 0.0
    strong = {part: velocity for _, part, _, _, velocity in heard}
    if any(part.startswith(CRASHES) for part in strong):
        accent += 1.0
    if any(part.startswith(SNARES) and velocity >= 0.55 for part, velocity in strong.items()):
        accent += 0.4
    if any(part.startswith("kick") and velocity >= 0.55 for part, velocity in strong.items()):
        accent += 0.3
    return accent + 0.5 * max((velocity for weight, _, _, _, velocity in heard if weight >= 0.5), default=0.0)


def _side(heard: list[tuple[float, str, int, int, float]]) -> float:
    parts = [part for _, part, _, _, _ in heard]
    if any(part.startswith(SNARES) for part in parts):
        return 0.75
    if any(part.startswith("kick") for part in parts):
        return 0.25
    return -1.0


def chosen(song: Song, onsets: list[Onset], level: Level) -> list[Onset]:
    """The onsets of ``level`` among ``onsets``, at most as many a bar as its rate and the section's energy allow."""
    score = song.score
    bar_ticks = score.meter * TICKS
    bars: dict[int, list[Onset]] = defaultdict(list)
    for onset in onsets:
        if any(onset.tick % grid == 0 for grid in level.grids):
            bars[score.bar_of(onset.tick)].append(onset)
    kept: list[Onset] = []
    for bar, inside in sorted(bars.items()):
        start = bar * bar_ticks
        lasts_s = float(score.second((bar + 1) * score.meter) - score.second(bar * score.meter))
        wanted = max(1, round(level.rate * score.section_at(bar).energy * lasts_s))
        ticks: list[int] = []
        for onset in sorted(inside, key=lambda one: (-one.strength, one.tick)):
            if len(ticks) < wanted and _fits(ticks, onset.tick - start, bar_ticks, level):
                ticks.append(onset.tick - start)
        kept += [onset for onset in inside if onset.tick - start in ticks]
    return kept


def _fits(taken: list[int], tick: int, bar_ticks: int, level: Level) -> bool:
    """Whether ``tick`` may join ``taken``: far enough from each, from the next bar, and no run too long.

    Runs that touch the bar's ends are kept shorter, so that two of them can not make a long one together.
    """
    if any(abs(tick - other) < level.gap for other in taken) or tick > bar_ticks - level.gap:
        return False
    row = sorted([*taken, tick])
    runs: list[list[int]] = [[row[0]]]
    for before, after in pairwise(row):
        if after - before <= level.run_gap:
            runs[-1].append(after)
        else:
            runs.append([after])
    if any(len(run) > level.run_most for run in runs):
        return False
    head = len(runs[0]) if runs[0][0] < level.run_gap else 0
    tail = len(runs[-1]) if bar_ticks - runs[-1][-1] <= level.run_gap else 0
    return max(head, 1) <= max(3, level.run_most - 2) and tail <= max(2, level.run_most - 3)
