"""Notes re-laid for another number of lanes: the same music under other fingers (requirements 001 R2).

What must hold: a lower lane stays the lower one, in a chord strictly so; two notes on a lane are never nearer than
:data:`REPEAT_GAP_US`, nor does one begin while the lane is held; a bar heard again is played alike; a chord is thinned
to what the lanes and ten fingers take; and no lane is empty when there are notes for each.  Only integers are counted
with, so every machine of a session comes to the same notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import MAX_LANES, NoteKind, Notes

Ints = NDArray[np.int64]

REPEAT_GAP_US = 120_000
"""The shortest distance of two notes on a lane: sixteenths at 125 beats a minute with one finger.  What the
source has nearer (its own lanes may be meant for more fingers) goes to a neighbouring lane."""

EASE_US = 130_000
"""Notes of different source lanes that came to share a lane are not made a finger's fast repetition: one that follows
no later than this after :data:`REPEAT_GAP_US` goes beside it if it can."""

CROWDED, ROLLED, ASTRAY, LEVEL = 2, 8, 6, 1
"""What a lane costs beside its distance from the wish: a fast repetition that the source does not have; a second one
right after it; a step against the source's direction; no step where the source has one."""

PHRASE_US = 600_000
"""After such a rest the direction from the note before is no longer heard, and a new phrase begins as it wishes."""

MIN_HOLD_US = 150_000
"""A hold that has lasted so long may be ended early, when every lane is held and another note comes."""

FINGERS = 10
"""The most keys that are down at once."""

BAR_US = 2_000_000
"""How long a bar is taken to last where the chart does not say."""

EARLY_US = 1_000
"""A note so little before a bar line belongs to the bar: files round instants in different ways."""

_NEVER_US = -(2**62)
_IMPOSSIBLE = 2**31

PHASES = 192
"""Steps of a bar in which two bars are compared; every usual division falls on one."""


def relaid(notes: Notes, timing: Notes, keys: int) -> tuple[Notes, Ints]:
    """``notes`` on ``keys`` lanes, in order, and for each the index it had in ``notes``.

    ``notes`` and ``timing`` are those of a chart (``timing`` tells where bars begin).  Mines and fakes are left out:
    where not to press means nothing on other lanes.  Notes that cannot be pressed are left out too.

    Raises:
        ValueError: if ``keys`` is not between 1 and 18.
    """
    if not 1 <= keys <= MAX_LANES:
        raise ValueError(f"{keys} lanes are not between 1 and {MAX_LANES}")
    pressed = np.flatnonzero(~np.isin(notes["kind"], (NoteKind.MINE, NoteKind.FAKE)))
    pressed = pressed[np.lexsort((notes["lane"][pressed], notes["at_us"][pressed]))]
    if not len(pressed):
        return notes[pressed], pressed
    chosen = notes[pressed]
    sources = np.unique(chosen["lane"], return_inverse=True)[1].astype(np.int64)
    wanted = _wanted(chosen, sources, timing, keys)
    kept, lanes, ends = _placed(chosen, sources, wanted, keys)
    lanes = _without_empty_lanes(lanes, sources[kept], keys)
    out = chosen[kept]
    out["lane"], out["end_us"] = lanes, ends
    order = np.lexsort((out["lane"], out["at_us"]))
    return out[order], pressed[kept][order]


def _wanted(notes: Notes, sources: Ints, timing: Notes, keys: int) -> Ints:
    """The lane each note would have if nothing else were in its way; never below that of a lower source lane."""
    weights = np.bincount(sources).tolist()
    if len(weights) >= keys:
        groups = _merged(weights, keys)
        return np.asarray(groups, dtype=np.int64)[sources]
    widths = np.asarray(_widened(weights, keys), dtype=np.int64)
    first = np.cumsum(widths) - widths
    return np.asarray(first[sources] + _swing(_places_in_bar(notes, sources, timing), widths[sources]))


def _merged(weights: list[int], keys: int) -> list[int]:
    """For each source lane its lane when neighbours must share: the cut into ``keys`` stretches with the most even
    weights (the least sum of squares), none of them empty.
    """
    sums = [0, *accumulate(weights)]
    # For each number of lanes and each number of source lanes on them: the cost and where the last lane begins.
    best: list[dict[int, tuple[int, int]]] = [{0: (0, 0)}]
    for lane in range(1, keys + 1):
        row = {}
        for stop in range(lane, len(weights) - (keys - lane) + 1):
            row[stop] = min(
                (best[-1][start][0] + (sums[stop] - sums[start]) ** 2, start) for start in best[-1] if start < stop
            )
        best.append(row)
    groups = [0] * len(weights)
    stop = len(weights)
    for lane in range(keys, 0, -1):
        start = best[lane][stop][1]
        groups[start:stop] = [lane - 1] * (stop - start)
        stop = start
    return groups


def _widened(weights: list[int], keys: int) -> list[int]:
    """How many lanes each source lane gets: at least one, more to those with more notes."""
    widths = [1] * len(weights)
    for _ in range(keys - len(weights)):
        # The lane whose notes are densest now; the lowest of equals.
        place = max(range(len(weights)), key=lambda one: (weights[one] * 1_000_000 // widths[one], -one))
        widths[place] += 1
    return widths


def _swing(steps: Ints, widths: Ints) -> Ints:
    """To and fro within ``widths`` lanes: 0 1 2 1 0 1 ..."""
    period = np.maximum(2 * (widths - 1), 1)
    place = steps % period
    return np.asarray(np.minimum(place, period - place) * (widths > 1))


def _bars(at_us: Ints, timing: Notes) -> tuple[Ints, Ints]:
    """For each instant a number of its bar, rising with time, and its phase in it in 192nds."""
    starts = timing["at_us"].astype(np.int64)
    lengths_us = np.round(timing["beat_us"] * np.maximum(timing["meter"], 1)).clip(1, 60_000_000).astype(np.int64)
    order = np.argsort(starts, kind="stable")
    starts, lengths_us = starts[order], lengths_us[order]
    if not len(starts):
        starts, lengths_us = at_us[:1], np.array([BAR_US], dtype=np.int64)
    row = np.searchsorted(starts, at_us + EARLY_US, side="right") - 1
    row = np.maximum(row, 0)
    since, length = at_us - starts[row], lengths_us[row]
    bar = (since + EARLY_US) // length
    phase = ((since - bar * length) * PHASES + length // 2) // length
    begins = np.flatnonzero(np.diff(row, prepend=-1) | np.diff(bar, prepend=bar[:1] - 1))
    number = np.zeros(len(at_us), dtype=np.int64)
    number[begins] = 1
    return np.cumsum(number) - 1, np.asarray(phase)


def _places_in_bar(notes: Notes, sources: Ints, timing: Notes) -> Ints:
    """For each note how many of its source lane came before it in the bar, counted on from a number that bars
    with the same notes share: so a bar heard again is laid alike, and other bars use the lanes in other ways.
    """
    bar, phase = _bars(notes["at_us"].astype(np.int64), timing)
    begins = np.append(np.flatnonzero(np.diff(bar, prepend=-1)), len(bar))
    content = np.stack((phase, sources), axis=1)
    known: dict[bytes, int] = {}
    kinds = [
        known.setdefault(content[begin:end].tobytes(), len(known))
        for begin, end in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True)
    ]
    order = np.lexsort((np.arange(len(bar)), sources, bar))
    group = bar[order] * MAX_LANES + sources[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    counts = np.diff(np.append(starts, len(group)))
    place = np.empty(len(bar), dtype=np.int64)
    place[order] = np.arange(len(bar)) - np.repeat(starts, counts)
    return place + np.asarray(kinds, dtype=np.int64)[bar]


@dataclass(slots=True)
class _Field:
    """The lanes as the walk through the notes finds them.

    ``free_from`` is when each lane may be pressed again; ``last``, ``source``, ``begun`` and ``held_until`` are its
    last note (-1: none), the source lane that came from, when it begins and ends; ``rolls`` counts the fast repetitions
    that led to it.  ``before`` is the source lane, the lane and the instant of the note before, of a chord the highest.
    """

    keys: int
    free_from: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    rolls: list[int] = field(default_factory=list)
    before: tuple[int, int, int] = (0, 0, _NEVER_US)
    begun: list[int] = field(default_factory=list)
    held_until: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.last, self.source, self.rolls = [-1] * self.keys, [-1] * self.keys, [0] * self.keys
        self.free_from, self.begun, self.held_until = ([_NEVER_US] * self.keys for _ in range(3))

    def press(self, lane: int, note: int, source: int, at_us: int, end_us: int) -> None:
        """``note`` takes ``lane`` from ``at_us`` to ``end_us``."""
        self.rolls[lane] = self.rolls[lane] + 1 if self.crowded(lane, source, at_us) else 0
        self.last[lane], self.begun[lane], self.held_until[lane] = note, at_us, end_us
        self.free_from[lane] = end_us + REPEAT_GAP_US
        self.source[lane] = source
        self.before = source, lane, at_us

    def fingers_down(self, at_us: int) -> int:
        """How many lanes are held at ``at_us``."""
        return sum(until > at_us for until in self.held_until)

    def crowded(self, lane: int, source: int, at_us: int) -> bool:
        """Whether a note of ``source`` would be a fast repetition on ``lane`` that the source does not have."""
        return self.source[lane] != source and self.free_from[lane] + EASE_US > at_us

    def cost(self, lane: int, wish: int, source: int, at_us: int) -> int:
        """How unwelcome ``lane`` is to a note of a chord."""
        if not self.crowded(lane, source, at_us):
            return abs(lane - wish)
        return abs(lane - wish) + (ROLLED if self.rolls[lane] else CROWDED)

    def cost_alone(self, lane: int, wish: int, source: int, at_us: int) -> int:
        """How unwelcome ``lane`` is to a note that stands alone: it should also step as the source does."""
        came_from, stood_on, then_us = self.before
        step = source - came_from if at_us - then_us <= PHRASE_US else 0
        moved = (lane - stood_on) * step
        return self.cost(lane, wish, source, at_us) + (ASTRAY if moved < 0 else LEVEL if step and not moved else 0)


def _placed(notes: Notes, sources: Ints, wanted: Ints, keys: int) -> tuple[Ints, Ints, Ints]:
    """A walk through the notes: the indices of those that can be pressed, their lanes and their ends."""
    begins_us, ends_us = notes["at_us"].tolist(), notes["end_us"].tolist()
    wishes, froms = wanted.tolist(), sources.tolist()
    used = max(froms) + 1
    lanes = [-1] * len(begins_us)
    ends = list(ends_us)
    board = _Field(keys)
    chords = np.append(np.flatnonzero(np.diff(notes["at_us"], prepend=notes["at_us"][0] - 1)), len(notes)).tolist()
    for first, stop in pairwise(chords):
        at_us = begins_us[first]
        chord = [first] if stop - first == 1 else _thinned(list(range(first, stop)), froms, used, keys)
        for note, lane in _chord_lanes(board, chord, wishes, froms, at_us, ends):
            lanes[note] = lane
            board.press(lane, note, froms[note], at_us, ends[note])
    placed = np.asarray(lanes, dtype=np.int64)
    kept = np.flatnonzero(placed >= 0)
    return kept, placed[kept], np.asarray(ends, dtype=np.int64)[kept]


def _thinned(chord: list[int], sources: list[int], used: int, keys: int) -> list[int]:
    """As much of a chord as half of the lanes take, or the part of them that it took of the source's lanes."""
    apart = [note for place, note in enumerate(chord) if not place or sources[note] != sources[chord[place - 1]]]
    share = len(apart) if keys >= used else -(-len(apart) * keys // used)
    return _spread(apart, max(share, (keys + 1) // 2))


def _spread(chord: list[int], most: int) -> list[int]:
    """At most ``most`` notes of ``chord``, from its lowest to its highest; of a single one the highest is left."""
    if len(chord) <= most:
        return chord
    return chord[-1:] if most == 1 else [chord[place * (len(chord) - 1) // (most - 1)] for place in range(most)]


def _chord_lanes(
    board: _Field, chord: list[int], wishes: list[int], sources: list[int], at_us: int, ends: list[int]
) -> list[tuple[int, int]]:
    """Rising lanes for the notes of one instant, those that cost least of all the free ones."""
    free = [lane for lane in range(board.keys) if board.free_from[lane] <= at_us] or _let_go(board, at_us, ends)
    most = len(free) if board.keys <= FINGERS else min(len(free), FINGERS - board.fingers_down(at_us))
    if most <= 0:
        return []
    chord = _spread(chord, most)
    if len(chord) == 1:
        note = chord[0]
        wish, source = wishes[note], sources[note]
        return [(note, min(free, key=lambda lane: board.cost_alone(lane, wish, source, at_us)))]
    # The least cost with the notes so far on the free lanes so far, and for each note whether it took the last lane.
    sums = [0] * (len(free) + 1)
    took: list[list[bool]] = []
    for place, note in enumerate(chord):
        before, sums = sums, [_IMPOSSIBLE] * (len(free) + 1)
        row = [False] * (len(free) + 1)
        for count in range(place + 1, len(free) + 1):
            taken = before[count - 1] + board.cost(free[count - 1], wishes[note], sources[note], at_us)
            row[count] = taken < sums[count - 1]
            sums[count] = min(taken, sums[count - 1])
        took.append(row)
    out = []
    count = len(free)
    for place in range(len(chord) - 1, -1, -1):
        while not took[place][count]:
            count -= 1
        count -= 1
        out.append((chord[place], free[count]))
    return out[::-1]


def _let_go(board: _Field, at_us: int, ends: list[int]) -> list[int]:
    """The lane of the hold that began to be held first, its hold ended early; none when no hold is long enough."""
    held = [
        lane
        for lane in range(board.keys)
        if board.free_from[lane] > at_us >= board.begun[lane] + MIN_HOLD_US + REPEAT_GAP_US
    ]
    if not held:
        return []
    lane = min(held, key=lambda one: (board.begun[one], one))
    ends[board.last[lane]] = at_us - REPEAT_GAP_US
    board.held_until[lane] = board.free_from[lane] = at_us - REPEAT_GAP_US
    return [lane]


def _without_empty_lanes(lanes: Ints, sources: Ints, keys: int) -> Ints:
    """``lanes`` with every lane used, if there are as many notes: the nearest lane that can gives half of its notes,
    and those between move over by one, so that what was lower stays lower.
    """
    lanes = lanes.copy()
    counts = np.bincount(lanes, minlength=keys)
    while len(lanes) >= keys and (counts == 0).any():
        empty = int(np.flatnonzero(counts == 0)[0])
        givers = np.flatnonzero(counts > 1)
        giver = int(givers[np.argmin(np.abs(givers - empty))])
        way = 1 if empty > giver else -1
        between = (lanes > giver) & (lanes < empty) if way > 0 else (lanes < giver) & (lanes > empty)
        lanes[between] += way
        mine = np.flatnonzero(lanes == giver)
        heights = sources[mine]
        if way > 0 and heights.min() < heights.max():
            moved = mine[heights == heights.max()]
        elif heights.min() < heights.max():
            moved = mine[heights == heights.min()]
        else:
            moved = mine[1::2]
        lanes[moved] += way
        counts = np.bincount(lanes, minlength=keys)
    return lanes
