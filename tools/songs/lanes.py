"""Which lane each onset falls on: a walk through the song that weighs every way to press it.

What hands can not or should not do is forbidden; among the rest the cheapest way wins: lanes rise with the
melody, a bar heard before keeps its pattern, hands share the work, no lane is forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from tools.songs.onsets import Level, Onset
from tools.songs.score import TICKS

ANCHOR_MOST = 4
"""So many notes in a row on one lane, each at most half a beat after the other."""

TRILL_MOST = 9
"""So many notes in a row that go to and fro between the same two lanes."""

CHORD_EASE = {4: 1.0, 7: 0.88, 10: 0.78}
"""By key count, the share of an accent that is enough for a chord: more fingers take more notes."""

_CLOSE = TICKS // 2

Placed = list[tuple[int, int, int]]
"""Notes as (tick, end tick, lane); a tap ends where it begins."""

Lanes = tuple[int, ...]


def left_hand(lane: int, keys: int) -> float:
    """1 for a lane of the left hand, 0 for the right, a half for the middle of an odd field."""
    return 0.5 if 2 * lane + 1 == keys else float(2 * lane + 1 < keys)


@dataclass(slots=True)
class _Hands:
    """Where the walk has come to; ``leads`` holds each part's last pitch, the middle of its lanes, and its tick."""

    keys: int
    last: list[int]
    free_from: list[int]
    chain: list[int]
    used: list[int]
    balance: float = 0.0
    recent: list[Lanes] = field(default_factory=list)
    trill: int = 1
    leads: dict[str, tuple[int, float, int]] = field(default_factory=dict)
    tick: int = -10_000

    def holding(self, tick: int) -> list[int]:
        """The lanes that are held down at ``tick``."""
        return [lane for lane in range(self.keys) if self.free_from[lane] > tick > self.last[lane]]


def assigned(onsets: list[Onset], level: Level, keys: int, bar_ticks: int, seed: int) -> Placed:
    """Lanes for ``onsets``; an onset nobody could press is left out."""
    hands = _Hands(keys, [-10_000] * keys, [-10_000] * keys, [0] * keys, [0] * keys)
    rng = np.random.default_rng([seed, keys])
    whims = rng.uniform(0.0, 0.25, (257, keys))
    targets = _targets(onsets, keys, bar_ticks)
    patterns = _bar_patterns(onsets, bar_ticks)
    known: dict[tuple[int, int], Lanes] = {}
    placed: Placed = []
    for place, onset in enumerate(onsets):
        key = (patterns[onset.tick // bar_ticks], onset.tick % bar_ticks)
        hold = _hold_length(onset, level)
        whim = whims[hash(key) % 257]
        best = _best(hands, onset, hold, level, targets[place], known.get(key), whim)
        if best is None and hold:
            hold = 0
            best = _best(hands, onset, 0, level, targets[place], known.get(key), whim)
        if best is None:
            continue
        known.setdefault(key, best)
        lead = _lead_lane(best, targets[place])
        placed += [(onset.tick, onset.tick + (hold if lane == lead else 0), lane) for lane in best]
        _press(hands, onset, best, lead, hold, level)
    return placed


def _bar_patterns(onsets: list[Onset], bar_ticks: int) -> dict[int, int]:
    """A number for each bar, the same for bars that sound the same."""
    bars: dict[int, list[tuple[int, str, int, float]]] = defaultdict(list)
    for onset in onsets:
        bars[onset.tick // bar_ticks].append((onset.tick % bar_ticks, onset.part, onset.pitch, onset.side))
    numbers: dict[tuple[tuple[int, str, int, float], ...], int] = {}
    return {bar: numbers.setdefault(tuple(rows), len(numbers)) for bar, rows in bars.items()}


def _targets(onsets: list[Onset], keys: int, bar_ticks: int) -> list[float]:
    """Where on the field each onset wants to be: by the rank of its pitch among its part's in four bars."""
    pitches: dict[tuple[str, int], set[int]] = defaultdict(set)
    for onset in onsets:
        pitches[onset.part, onset.tick // (4 * bar_ticks)].add(onset.pitch)
    targets = []
    for onset in onsets:
        row = sorted(pitches[onset.part, onset.tick // (4 * bar_ticks)])
        if onset.part and len(row) > 1:
            targets.append(row.index(onset.pitch) / (len(row) - 1) * (keys - 1))
        else:
            targets.append(onset.side * (keys - 1))
    return targets


def _hold_length(onset: Onset, level: Level) -> int:
    length = round(onset.length / 12) * 12
    return length if onset.part and length >= level.hold_least else 0


def _lead_lane(lanes: Lanes, target: float) -> int:
    """The lane among ``lanes`` that carries the melody."""
    return lanes[-1] if target < 0 else min(lanes, key=lambda lane: (abs(lane - target), lane))


def _best(
    hands: _Hands, onset: Onset, hold: int, level: Level, target: float, before: Lanes | None, whim: np.ndarray
) -> Lanes | None:
    """The cheapest allowed set of lanes; fewer notes when the chord can not be had."""
    tick = onset.tick
    held = hands.holding(tick)
    free = [lane for lane in range(hands.keys) if _may_press(hands, lane, tick, level)]
    size = 1 + sum(onset.accent >= least * CHORD_EASE[hands.keys] for least in level.chords)
    hurried = tick - hands.tick <= 12
    if hurried and (size > 2 or (hands.recent and len(hands.recent[-1]) > 1)):
        size = min(size, 1 if len(hands.recent[-1]) > 1 else 2)
    size = min(size, level.pressed_most[hands.keys] - len(held), len(free))
    for count in range(size, 0, -1):
        ways = [way for way in combinations(free, count) if not _trills(hands, way, tick)]
        if ways:
            return min(ways, key=lambda way: _cost(hands, onset, hold, target, way, before, held, whim))
    return None


def _may_press(hands: _Hands, lane: int, tick: int, level: Level) -> bool:
    if tick < hands.free_from[lane] or tick - hands.last[lane] < level.repeat_gap:
        return False
    return tick - hands.last[lane] > _CLOSE or hands.chain[lane] < ANCHOR_MOST


def _trills(hands: _Hands, way: Lanes, tick: int) -> bool:
    """Whether ``way`` would make a trill too long."""
    to_and_fro = len(hands.recent) > 1 and way == hands.recent[-2] and way != hands.recent[-1]
    return to_and_fro and tick - hands.tick <= _CLOSE and hands.trill >= TRILL_MOST


def _cost(
    hands: _Hands,
    onset: Onset,
    hold: int,
    target: float,
    way: Lanes,
    before: Lanes | None,
    held: list[int],
    whim: np.ndarray,
) -> float:
    """How unwelcome ``way`` is."""
    keys, tick = hands.keys, onset.tick
    lead = _lead_lane(way, target)
    cost = float(whim[list(way)].sum())
    if before is not None:
        cost += 6.0 * len(set(before) ^ set(way))
    if target >= 0:
        cost += (3.0 if onset.part else 1.0) * ((lead - target) / (keys - 1)) ** 2
    pitch, centre, when = hands.leads.get(onset.part, (0, 0.0, -10_000))
    if onset.part and tick - when <= 2 * TICKS:
        step = np.sign(onset.pitch - pitch)
        moved = np.sign(sum(way) / len(way) - centre)
        cost += 0.0 if step == moved else 0.5 if step == 0 else 1.2 if moved == 0 else 3.0
    mean = sum(hands.used) / keys + 1.0
    left = 0.0
    for one in way:
        cost += 0.7 * (hands.used[one] / mean - 1.0) + 1.7 * float(np.exp(-(tick - hands.last[one]) / 30.0))
        left += 2.0 * left_hand(one, keys) - 1.0
    cost += 0.2 * abs(hands.balance + left) ** 1.5
    if tick - hands.tick <= 16 and hands.recent and keys > 4:
        same = left_hand(way[0], keys) == left_hand(hands.recent[-1][-1], keys)
        cost += 0.35 * same
    if len(way) > 1:
        cost += 0.6 * (len({left_hand(one, keys) for one in way}) == 1)
    for one in held:
        cost += 0.5 * sum(left_hand(one, keys) == left_hand(other, keys) for other in way)
    return float(cost + (0.3 * hands.used[lead] / mean if hold else 0.0))


def _press(hands: _Hands, onset: Onset, way: Lanes, lead: int, hold: int, level: Level) -> None:
    tick = onset.tick
    to_and_fro = len(hands.recent) > 1 and way == hands.recent[-2] and way != hands.recent[-1]
    hands.trill = hands.trill + 1 if to_and_fro and tick - hands.tick <= _CLOSE else 2
    for lane in way:
        hands.chain[lane] = hands.chain[lane] + 1 if tick - hands.last[lane] <= _CLOSE else 1
        hands.last[lane] = tick
        hands.used[lane] += 1
        hands.free_from[lane] = tick
        hands.balance += 2.0 * left_hand(lane, hands.keys) - 1.0
    if hold:
        hands.free_from[lead] = tick + hold + level.repeat_gap // 2
    hands.balance *= 0.97
    hands.recent = [*hands.recent[-1:], way]
    if onset.part:
        hands.leads[onset.part] = (onset.pitch, sum(way) / len(way), tick)
    hands.tick = tick
