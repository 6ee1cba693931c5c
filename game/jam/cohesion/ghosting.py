"""How loud each player is heard: who coheres with no group is softly ghosted, never thrown out (001 C3)."""

from __future__ import annotations

import numpy as np

from game.jam.cohesion.phases import FEWEST_HITS, MEMORY_HITS, MOST_PLAYERS, Bools, Complexes, Floats, Ints, unbiased

QUIETEST = 0.1
"""The least weight: a ghost is still there."""

GHOST_AT, FULL_AT = 0.55, 0.75
"""Coherence with the best-fitting group up to which a player is a ghost, and from which it is heard in full."""

JUDGED_HITS = 2 * FEWEST_HITS
"""From how many hits on it is said that a player drifts."""

FADE_S, RETURN_S = 4.0, 1.5
"""Time constants: fading takes long enough for a fill or a wrong entry; coming back is quicker."""


class Fit:
    """How well each player's hits fall on each group's pulse: resultants of the phases at which they fell."""

    def __init__(self, groups: int) -> None:
        self._sum: Complexes = np.zeros((MOST_PLAYERS, groups), np.complex128)
        self._worth = np.zeros((MOST_PLAYERS, groups))

    def reset(self, row: int) -> None:
        """Forget a player."""
        self._sum[row] = self._worth[row] = 0.0

    def reset_group(self, column: int) -> None:
        """Forget a group."""
        self._sum[:, column] = self._worth[:, column] = 0.0

    def take(self, rows: Ints, turns: Complexes, columns: Ints) -> None:
        """Take the unit phases (rows, columns) at which one hit of each row fell in the groups' pulses."""
        fade = float(np.exp(-1.0 / MEMORY_HITS))
        at = np.ix_(rows, columns)
        self._sum[at] = self._sum[at] * fade + turns
        self._worth[at] = self._worth[at] * fade + 1.0

    def coherence(self) -> Floats:
        """(players, groups), 0 as chance to 1; low until some hits were heard."""
        strength = np.abs(self._sum) / np.maximum(self._worth, 1.0)
        return unbiased(strength, 2 * self._worth) * np.clip((self._worth - 2.0) / 3.0, 0.0, 1.0)


class Ghosting:
    """The weights, moved a little every step; a player without a verdict yet is heard in full."""

    def __init__(self) -> None:
        self.weight = np.ones(MOST_PLAYERS)

    def reset(self, row: int) -> None:
        """Forget a player."""
        self.weight[row] = 1.0

    def step(self, coherence: Floats, hits: Ints, playing: Bools, passed_s: float) -> None:
        """Move weights toward what ``coherence`` (players, 0 to 1) earns; who is not ``playing`` (rests, or waits
        to be told where it belongs) keeps the weight it had."""
        way = np.clip((coherence - GHOST_AT) / (FULL_AT - GHOST_AT), 0.0, 1.0)
        target = QUIETEST + (1.0 - QUIETEST) * way * way * (3.0 - 2.0 * way)
        target = np.where(hits < JUDGED_HITS, 1.0, target)
        pace = 1.0 - np.exp(-passed_s / np.where(target < self.weight, FADE_S, RETURN_S))
        self.weight += np.where(playing, pace, 0.0) * (target - self.weight)
