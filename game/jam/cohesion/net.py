"""Coupled phase oscillators (Kuramoto 1975): who pulls whom how strongly, and how phases move under it.

Strong within a group, weak across: coupling everyone with everyone drags the ratios between groups together.  The first
harmonic can only lock equal tempos; p of one on q of the other locks with the harmonics p and q.
"""

from __future__ import annotations

import numpy as np

from game.jam.cohesion.groups import Groups
from game.jam.cohesion.phases import Bools, Floats, Ints

WEAK = 0.02
"""Pull of all players outside the group together, where the group's is 1."""


def order_parameter(phase: Floats) -> float:
    """Kuramoto's order parameter of phases in turns: 0 scattered, 1 together."""
    return float(np.abs(np.exp(2j * np.pi * phase).mean())) if phase.size else 0.0


def shares(groups: Groups, weight: Floats, present: Bools) -> Floats:
    """How much of what pulls player i comes from j (rows sum to at most 1 + WEAK); for the first ``len(weight)`` rows.

    ``weight`` is how loud each is heard, ``present`` who has a pulse.  Before it is known where a player belongs, all
    others are far from it: whoever pulled it then might be a neighbouring group.
    """
    of = groups.of[: weight.size]
    same = (of[:, None] == of[None, :]) & (of[:, None] >= 0)
    both = present[:, None] & present[None, :] & ~np.eye(weight.size, dtype=np.bool_)
    inside = np.where(both & same, weight[None, :], 0.0)
    inside /= np.maximum(inside.sum(1, keepdims=True), 1.0)
    across = np.where(both & ~same, weight[None, :], 0.0)
    across *= WEAK / np.maximum(across.sum(1, keepdims=True), 1.0)
    out: Floats = inside + across
    return out


class Oscillators:
    """Phase oscillators: ``phase`` in turns (unwrapped), ``own_hz`` natural frequencies; deterministic with ``seed``.

    ``wander`` is the standard deviation that a phase takes on in one turn, by a random walk.
    """

    def __init__(self, own_hz: Floats, phase: Floats, wander: Floats, seed: int = 0) -> None:
        self.own_hz = np.array(own_hz, np.float64)
        self.phase = np.array(phase, np.float64)
        self.wander = np.array(wander, np.float64)
        self._chance = np.random.default_rng(seed)

    def step(
        self,
        passed_s: float,
        pull_hz: Floats,
        shift: Floats | float = 0.0,
        harmonics: tuple[Ints, Ints] | None = None,
    ) -> None:
        """Move all phases on by ``passed_s`` (small beside a turn).

        ``pull_hz`` (i, j): how strongly j pulls i at most; ``shift`` (i): how many turns behind the others i aims;
        ``harmonics`` (p, q), each (i, j): the pull vanishes where p turns of j are q turns of i; both 1 if not given.
        """
        mine, theirs = self.phase[:, None], self.phase[None, :]
        if harmonics is not None:
            mine, theirs = mine * harmonics[1], theirs * harmonics[0]
        aim = np.broadcast_to(np.asarray(shift), self.phase.shape)[:, None]
        pull = (pull_hz * np.sin(2 * np.pi * (theirs - mine - aim))).sum(1)
        kick = self.wander * np.sqrt(self.own_hz * passed_s) * self._chance.standard_normal(self.phase.size)
        self.phase += (self.own_hz + pull) * passed_s + kick
