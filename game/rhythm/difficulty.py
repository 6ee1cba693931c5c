"""Star rating: how hard a chart is, on the scale players of osu!mania know.

The rating follows the osu!mania difficulty calculator as of early 2025 (what rosu-pp 4.0.2 computes): every note adds
strain to its own lane and to the whole field, both fade with time, the hardest moment of each 0.4 s counts, and the
peaks are summed from the hardest down with falling weight.  Everything but the fading itself is done on whole columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from game.rhythm.chart import Chart, NoteKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STAR_SCALE = 0.018
"""From summed strain to stars."""

LANE_FADE = 0.125
"""What is left of a lane's strain after a second."""

FIELD_FADE = 0.3
"""What is left of the whole field's strain after a second."""

HELD_FACTOR = 1.25
"""A note struck while another lane is held through it weighs this much more."""

RELEASE_MIDPOINT_MS = 30.0
RELEASE_STEEPNESS = 0.27
"""A release this near to another one earns half of the extra strain of an overlapping hold (a logistic curve)."""

SECTION_MS = 400.0
PEAK_WEIGHT = 0.9
"""Each lower section peak counts this much of the one above it."""

SAME_MS = 1.0
"""Instants no further apart than this are one."""

SILENT_SECTIONS = 250
"""After 100 s without a note the strain that is left (below 1e-50) can no longer show in the rating."""

SORT_DEPTH = 32
"""Where the sort that osu! uses stops splitting."""

HOLD_TICK_US = 100_000
"""osu! counts one more combo for every tenth of a second that a note is held."""


def stars(chart: Chart, rate: float = 1.0) -> float:
    """The osu!mania star rating of ``chart`` played at ``rate`` (1.5 for DT, 0.75 for HT).

    Mines and fakes are left out, rolls count as holds.  A chart with fewer than two notes has none.

    Raises:
        ValueError: if ``rate`` is not between 0.01 and 100.
    """
    if not 0.01 <= rate <= 100.0:
        raise ValueError(f"a rate of {rate} is not between 0.01 and 100")
    start_us, end_us, lane = _objects(chart)
    if len(start_us) < 2:
        return 0.0
    # The first note only says where the second one is measured from.
    start_ms = start_us / 1000.0
    delta_ms = np.diff(start_ms) / rate
    start = start_ms[1:] / rate
    end = end_us[1:] / 1000.0 / rate
    lane = lane[1:]
    lane_strain, field_strain = _strains(start, end, lane, delta_ms)
    peaks = _section_peaks(start, lane_strain, field_strain)
    peaks = np.sort(peaks)[::-1]
    return float(np.dot(peaks, PEAK_WEIGHT ** np.arange(len(peaks)))) * STAR_SCALE


def max_combo(chart: Chart) -> int:
    """The longest combo of ``chart`` as osu! counts it: one a note, one more for every 100 ms it is held."""
    start_us, end_us, _ = _objects(chart)
    return len(start_us) + int(((end_us - start_us) // HOLD_TICK_US).sum())


def _objects(chart: Chart) -> tuple[Ints, Ints, Ints]:
    """Start, end and lane of every note that is played, in the order in which osu! rates them."""
    notes = chart.notes
    start = notes["at_us"]
    played = (notes["kind"] != NoteKind.MINE) & (notes["kind"] != NoteKind.FAKE)
    # Which note of a chord comes first matters: the chart's very first is not rated, and holds look at those before.
    order = np.arange(len(notes)) if chart.file_order is None else np.lexsort((chart.file_order, start))
    order = order[played[order]]
    order = order[_legacy_order(start[order])]
    return start[order], notes["end_us"][order], notes["lane"][order].astype(np.int64)


def _legacy_order(time: Ints) -> Ints:
    """Where osu!'s unstable quick sort leaves each of already sorted ``time``.

    On sorted input every split only turns around the run of equal times that holds the middle, then goes on to
    either side of that run's own middle.  So the outcome follows from the runs alone, all splits of a depth at once.
    """
    count = len(time)
    order = np.arange(count)
    bounds = np.flatnonzero(time[1:] != time[:-1]) + 1
    run_first = np.concatenate(([0], bounds))
    run_last = np.concatenate((bounds, [count])) - 1
    if len(run_first) >= count:
        return order
    run = np.repeat(np.arange(len(run_first)), run_last - run_first + 1)
    left, right = np.array([0]), np.array([count - 1])
    for _ in range(SORT_DEPTH):
        middle = run[(left + right) >> 1]
        first = np.maximum(left, run_first[middle])
        last = np.minimum(right, run_last[middle])
        length = last - first + 1
        many = length > 1
        lengths = length[many]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        order[np.repeat(first[many], lengths) + within] = order[np.repeat(last[many], lengths) - within]
        half = length >> 1
        left, right = np.concatenate((left, last - half + 1)), np.concatenate((first + half - 1, right))
        split = left < right
        left, right = left[split], right[split]
        if not len(left):
            break
    return order


def _strains(start: Floats, end: Floats, lane: Ints, delta_ms: Floats) -> tuple[Floats, Floats]:
    """The strain of the struck lane and of the whole field just after each note."""
    gap_ms, held_through, addition = _surroundings(start, end, lane)
    factor = np.where(held_through, HELD_FACTOR, 1.0)
    lane_fades = np.power(LANE_FADE, gap_ms / 1000.0).tolist()
    field_fades = np.power(FIELD_FADE, delta_ms / 1000.0).tolist()
    lane_adds = (2.0 * factor).tolist()
    field_adds = ((1.0 + addition) * factor).tolist()
    together = (delta_ms <= SAME_MS).tolist()
    lanes = [0.0] * (int(lane.max()) + 1)
    highest, field = 0.0, 1.0
    lane_strain, field_strain = [], []
    for index, lane_fade, field_fade, lane_add, field_add, chord in zip(
        lane.tolist(), lane_fades, field_fades, lane_adds, field_adds, together, strict=True
    ):
        own = lanes[index] = lanes[index] * lane_fade + lane_add
        if not chord or own > highest:
            highest = own
        field = field * field_fade + field_add
        lane_strain.append(highest)
        field_strain.append(field)
    return np.array(lane_strain), np.array(field_strain)


def _surroundings(start: Floats, end: Floats, lane: Ints) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """For each note: time since the last one in its lane, whether another is held all through it, extra strain.

    The extra strain is for holds that begin while another is held and end after it.
    """
    count = len(start)
    gap_ms, addition = np.zeros(count), np.zeros(count)
    held_through = np.zeros(count, dtype=bool)
    overlapping = np.zeros(count, dtype=bool)
    by_lane = np.argsort(lane, kind="stable")
    follows = lane[by_lane[1:]] == lane[by_lane[:-1]]
    gap_ms[by_lane[1:][follows]] = np.diff(start[by_lane])[follows]
    holds = end > start
    if not holds.any():
        return gap_ms, held_through, addition
    lanes = [np.flatnonzero(lane == one) for one in range(int(lane.max()) + 1)]
    for own in lanes:
        if not holds[own].any():
            continue
        last, later = _last_of(own, np.arange(own[0] + 1, count))
        began = start[later] > start[last] + SAME_MS
        last_end, own_end = end[last], end[later]
        held_through[later] |= began & (last_end > own_end + SAME_MS)
        overlapping[later] |= began & (last_end > start[later] + SAME_MS) & (own_end > last_end + SAME_MS)
    which = np.flatnonzero(overlapping)
    if len(which):
        nearest = end - start
        for own in lanes:
            last, later = _last_of(own, which)
            nearest[later] = np.minimum(nearest[later], np.abs(end[later] - end[last]))
        addition[which] = 1.0 / (1.0 + np.exp(RELEASE_STEEPNESS * (RELEASE_MIDPOINT_MS - nearest[which])))
    return gap_ms, held_through, addition


def _last_of(own: Ints, notes: Ints) -> tuple[Ints, Ints]:
    """The last of a lane's ``own`` notes before each of ``notes``, and which those are (not those before any)."""
    place = np.searchsorted(own, notes)
    there = place > 0
    return own[place[there] - 1], notes[there]


def _section_peaks(start: Floats, lane_strain: Floats, field_strain: Floats) -> Floats:
    """The highest strain in each section of the chart; sections long after the last note are left out.

    A section begins with what the note before it left over, faded to the section's first instant.
    """
    first_end = np.ceil(start[0] / SECTION_MS) * SECTION_MS
    section = np.maximum(np.ceil((start - first_end) / SECTION_MS), 0.0).astype(np.int64)
    section += start > first_end + section * SECTION_MS
    heads = np.flatnonzero(np.concatenate(([True], section[1:] != section[:-1])))
    peaks = np.maximum.reduceat(lane_strain + field_strain, heads)
    # After the last note of a section: the sections up to the next note's, each with what is left by then.
    tails = heads[1:] - 1
    steps = np.minimum(section[heads[1:]] - section[tails], SILENT_SECTIONS)
    if not len(steps):
        return peaks
    note = np.repeat(tails, steps)
    ordinal = np.arange(len(note)) - np.repeat(np.cumsum(steps) - steps, steps)
    since_s = (first_end + (section[note] + ordinal) * SECTION_MS - start[note]) / 1000.0
    left_over = lane_strain[note] * np.power(LANE_FADE, since_s) + field_strain[note] * np.power(FIELD_FADE, since_s)
    # The last section of a gap is the next note's own: its peak is the higher of both.  A gap cut short skips it,
    # since what is left over by then is nothing.
    reaches = np.cumsum(steps) - 1
    whole = section[heads[1:]] - section[tails] <= SILENT_SECTIONS
    peaks[1:][whole] = np.maximum(peaks[1:][whole], left_over[reaches[whole]])
    own = np.zeros(len(note), dtype=bool)
    own[reaches[whole]] = True
    return np.concatenate((peaks, left_over[~own]))
