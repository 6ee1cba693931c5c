"""Loops of a free jam: a few bars of hits, recorded, kept, and repeated on the beat for as long as they are wanted.

A loop's hits are whole microseconds from its start, and its round is a whole number of beats of the jam, so the
thousandth round is as much on the beat as the first.  What is due is found for all loops of all players at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from game.jam.events import LoopKept
from game.jam.snapping import Grid, Snapping, quantised
from game.rhythm.chart import EDGE, MAX_LANES

Ints = NDArray[np.int64]

MAX_BARS = 64
MAX_LOOP_US = 600_000_000
MAX_HITS = 2_000
"""The longest loop and the most hits of one: what members take from each other."""

EARLY_DIVISION = 4
"""A hit up to a quarter of a beat before the recording begins is meant for its first beat."""

FOREVER_US = 2**62

DUE = np.dtype([("at_us", "<i8"), ("loop", "<i4"), ("lane", "u1")])
"""One sound that is due: when, of which loop (its place in :attr:`Loops.all`) and on which lane."""


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """What one player keeps: presses at ``at_us`` (rising, from the round's start) on ``lane``, again every
    ``loop_us`` from ``from_us`` of session time on.
    """

    player: str
    name: str
    instrument: str
    lanes: int
    from_us: int
    loop_us: int
    at_us: Ints
    lane: NDArray[np.uint8]


def loop_of(player: str, kept: LoopKept, lanes: int) -> Loop:
    """The loop a player said they keep; ``lanes`` is what they play on now, for those that do not say.

    Raises:
        UserError: if it is none: it has no length, too many hits, or hits outside of it or of its lanes.
    """
    if not 0 < kept.loop_us <= MAX_LOOP_US or not 1 <= (kept.keys or lanes) <= MAX_LANES:
        raise UserError(f"the loop {kept.loop[:40]!r} has no length or no lanes: record it again")
    if len(kept.edges) % EDGE.itemsize or len(kept.edges) > 2 * MAX_HITS * EDGE.itemsize:
        raise UserError(f"the loop {kept.loop[:40]!r} holds more than {MAX_HITS} hits: record a shorter one")
    edges = np.frombuffer(kept.edges, dtype=EDGE)
    presses = edges[edges["down"] > 0]
    lanes = kept.keys or lanes
    at_us = presses["at_us"].astype(np.int64)
    if len(at_us) and (at_us.min() < 0 or at_us.max() >= kept.loop_us or int(presses["lane"].max()) >= lanes):
        raise UserError(f"the loop {kept.loop[:40]!r} has hits outside of its bars or lanes: record it again")
    order = np.lexsort((presses["lane"], at_us))
    lane = presses["lane"][order]
    return Loop(player, kept.loop, kept.instrument, lanes, kept.from_us, kept.loop_us, at_us[order], lane)


@dataclass(slots=True)
class Recording:
    """A player's hits over ``bars`` bars, from the bar line at ``start_us`` on."""

    grid: Grid
    bars: int
    start_us: int
    hits: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=MAX_HITS))

    @classmethod
    def armed(cls, grid: Grid, bars: int, now_us: int) -> Recording:
        """A recording that begins at the next bar line, or at the one just gone by less than a quarter of a beat.

        Raises:
            UserError: if ``bars`` is not between 1 and 64, or they last longer than ten minutes.
        """
        if not 1 <= bars <= MAX_BARS:
            raise UserError(f"a loop has 1 to {MAX_BARS} bars, not {bars}: choose a number between")
        patience_us = grid.beat_us // EARLY_DIVISION
        if bars * grid.bar_us > MAX_LOOP_US:
            raise UserError(f"{bars} bars last longer than ten minutes at this tempo; choose fewer.")
        bar = -(-(now_us - patience_us - grid.t0_us) // grid.bar_us)
        return cls(grid, bars, grid.t0_us + max(bar, 0) * grid.bar_us)

    @property
    def loop_us(self) -> int:
        """How long a round lasts."""
        return self.bars * self.grid.bar_us

    @property
    def end_us(self) -> int:
        """When the recording is over and the first repetition begins."""
        return self.start_us + self.loop_us

    def hit(self, at_us: int, lane: int) -> None:
        """Take in a press; those outside of the recording are left out."""
        if self.start_us - self.grid.beat_us // EARLY_DIVISION <= at_us < self.end_us:
            self.hits.append((at_us, lane))

    def kept(self, take: str, loop: str, instrument: str, keys: int, fixed: Snapping) -> LoopKept:
        """What is kept, its hits moved to the grid as ``fixed`` says (strength 0: as played); it goes on at
        :attr:`end_us` without a gap.

        A press just before the start is the first beat's, anticipated: it is heard so from the second round on,
        unless the same lane was pressed there at the end of the recording too.

        Raises:
            UserError: if nothing was played.
        """
        if not self.hits:
            raise UserError("Nothing was played while the loop was recorded; record it again.")
        rows = sorted(self.hits)
        at_us = np.array([at for at, _ in rows], dtype=np.int64)
        lane = np.array([one for _, one in rows], dtype=np.uint8)
        early_us = self.grid.beat_us // EARLY_DIVISION
        again = {one for at, one in rows if at >= self.end_us - early_us}
        stays = (at_us >= self.start_us) | ~np.isin(lane, list(again))
        at_us, lane = at_us[stays], lane[stays]
        if fixed.strength > 0.0:
            at_us = quantised(self.grid, at_us, fixed.division, fixed.strength)
        edges = np.zeros(len(at_us), dtype=EDGE)
        edges["at_us"], edges["lane"], edges["down"] = (at_us - self.start_us) % self.loop_us, lane, 1
        edges = np.unique(edges)  # by instant, then lane; a lane sounds once at an instant
        return LoopKept(take, loop, instrument, self.end_us, self.loop_us, edges.tobytes(), keys)


class Loops:
    """All loops that sound on this machine, of every player, and what is due when."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[Loop, int]] = {}
        self._muted: set[tuple[str, str]] = set()
        self._gather()

    @property
    def all(self) -> tuple[Loop, ...]:
        """Every loop that was kept and not forgotten, in the order of :data:`DUE`."""
        return tuple(loop for loop, _ in self._kept.values())

    def keep(self, loop: Loop, at_us: Ints | None = None) -> None:
        """Let ``loop`` sound, in the place of the player's loop of that name; with ``at_us`` its hits elsewhere in
        the round than the player left them (for listeners who want them fixed).
        """
        if at_us is not None:
            order = np.argsort(at_us % loop.loop_us, kind="stable")
            moved = (at_us % loop.loop_us)[order], loop.lane[order]
            loop = Loop(
                loop.player, loop.name, loop.instrument, loop.lanes, loop.from_us, loop.loop_us, moved[0], moved[1]
            )
        self._kept[loop.player, loop.name] = (loop, FOREVER_US)
        self._gather()

    def drop(self, player: str, name: str, from_us: int) -> None:
        """Let a loop fall silent from ``from_us`` on; one that is not there stays so."""
        found = self._kept.get((player, name))
        if found is not None:
            self._kept[player, name] = (found[0], min(found[1], from_us))
            self._gather()

    def mute(self, player: str, name: str, muted: bool) -> None:
        """Whether a loop is not heard on this machine; it goes on silently and comes back where it would be."""
        (self._muted.add if muted else self._muted.discard)((player, name))
        self._gather()

    def is_muted(self, player: str, name: str) -> bool:
        """Whether a loop is not heard on this machine."""
        return (player, name) in self._muted

    def forget(self, before_us: int) -> None:
        """Let go of loops that fell silent before ``before_us``."""
        self._kept = {key: row for key, row in self._kept.items() if row[1] > before_us}
        self._muted &= self._kept.keys()
        self._gather()

    def due(self, from_us: int, to_us: int) -> NDArray[np.void]:
        """What is to sound from ``from_us`` up to but not at ``to_us`` of session time, in order (dtype ``DUE``)."""
        low = np.maximum(from_us, self._begin)
        high = np.minimum(to_us, self._until)
        first = np.maximum(-(-(low - self._first) // self._round), 0)
        count = np.maximum(-(-(high - self._first) // self._round) - first, 0)
        total = int(count.sum())
        out = np.zeros(total, dtype=DUE)
        if total:
            place = np.repeat(np.arange(len(count)), count)
            turn = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
            out["at_us"] = self._first[place] + (first[place] + turn) * self._round[place]
            out["loop"], out["lane"] = self._loop[place], self._lane[place]
            out = out[np.lexsort((out["lane"], out["loop"], out["at_us"]))]
        return out

    def _gather(self) -> None:
        """One row for each hit of each loop that is heard."""
        heard = [
            (place, loop, until_us)
            for place, (key, (loop, until_us)) in enumerate(self._kept.items())
            if key not in self._muted
        ]
        sizes = [len(loop.at_us) for _, loop, _ in heard]

        def each(values: list[int]) -> Ints:
            return np.repeat(np.array(values, dtype=np.int64), sizes)

        self._begin = each([loop.from_us for _, loop, _ in heard])
        self._until = each([until_us for _, _, until_us in heard])
        self._round = each([loop.loop_us for _, loop, _ in heard])
        self._loop = each([place for place, _, _ in heard])
        at_us = [loop.at_us for _, loop, _ in heard]
        self._first = self._begin + (np.concatenate(at_us) if at_us else np.zeros(0, dtype=np.int64))
        lanes = [loop.lane for _, loop, _ in heard]
        self._lane = np.concatenate(lanes) if lanes else np.zeros(0, dtype=np.uint8)
