"""What a player is like in this session, learned as it plays: continuous values, no roles by name (001 C4, C7).

For each player the timing error of the next hit (against the own pulse) is foretold from the own last error and from
the last asynchrony with each other player, by recursive least squares with slow forgetting.  How much worse it is
foretold without one other player is that player's influence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from game.jam.cohesion.phases import MOST_PLAYERS, Bools, Floats, Ints, Pulses
from game.jam.events import LearnedShared, SharingChosen

FORGET = 0.995
"""Weight of the past at each hit of a player: about 200 hits."""

ERROR_FADE = 0.97
"""The same for the running error powers that influence is told from: about 33 hits."""

UNIT_S = 0.02
"""Timing errors are of this size, so that in it they are near one."""

FARTHEST = 5.0
"""Errors and asynchronies (in units) are cut here: one wild hit teaches no more than a bad one."""

STRONGEST = 1.5
"""No coefficient of a correction is larger: a correction beyond 1 already overshoots."""

LEAST_KNOWN = 10.0
"""Upper bound of the diagonal of the inverse covariance: what was not seen for long is not held for unknown."""


class Learning:
    """Correction coefficients, influences and per-player values of up to ``MOST_PLAYERS`` players."""

    def __init__(self) -> None:
        many = MOST_PLAYERS
        self.gain = np.zeros((many, many))
        """``gain[i, j]``: share of its asynchrony with j that i takes back next; the diagonal: of its own error."""
        self._inverse = np.tile(np.eye(many), (many, 1, 1))
        self._with = np.ones(many)
        self._without = np.ones((many, many))
        self._alone = np.ones(many)
        self._own_gain = np.zeros(many)
        self._own_seen = np.ones(many)
        self._spread = np.zeros((many, 2))
        self._shaken = np.zeros((many, 2))
        self.hits: Ints = np.zeros(many, np.int64)

    def reset(self, row: int) -> None:
        """Forget a player, as one who foretells too."""
        self.gain[row, :] = self.gain[:, row] = 0.0
        self._inverse[row] = np.eye(MOST_PLAYERS)
        self._inverse[:, row, :] = self._inverse[:, :, row] = 0.0
        self._inverse[:, row, row] = 1.0
        self._without[row, :] = self._without[:, row] = 1.0
        self._with[row] = self._alone[row] = self._own_seen[row] = 1.0
        self._own_gain[row] = self._spread[row] = self._shaken[row] = 0.0
        self.hits[row] = 0

    def before(self, rows: Ints, pulses: Pulses, heard: Bools) -> Floats:
        """What could foretell the next hits of ``rows``: (rows, players), own last error on the diagonal, in units.

        ``heard`` (players, players): whose asynchrony may matter to whom.
        """
        last = pulses.last_s
        apart = last[rows, None] - last[None, :]
        octave = np.rint(np.log2(pulses.period_s[None, :] / pulses.period_s[rows, None]))
        pulse_s = pulses.period_s[None, :] * np.exp2(-np.maximum(octave, 0.0))
        able = heard[rows] & (np.abs(apart) < 4 * pulses.period_s[None, :])
        turns = np.where(able, apart, 0.0) / pulse_s
        out: Floats = np.clip((turns - np.rint(turns)) * pulse_s / UNIT_S, -FARTHEST, FARTHEST)
        out[np.arange(rows.size), rows] = np.clip(pulses.error_s[rows] / UNIT_S, -FARTHEST, FARTHEST)
        return out

    def take(self, rows: Ints, given: Floats, error_s: Floats) -> None:
        """Learn from the timing errors of hits of ``rows``, foretold from ``given`` (see :meth:`before`)."""
        error = np.clip(error_s / UNIT_S, -FARTHEST, FARTHEST)
        parts = self.gain[rows] * given
        left = error + parts.sum(1)
        self._tell(rows, given, parts, error, left)
        inverse = self._inverse[rows]
        turned = np.einsum("rij,rj->ri", inverse, given)
        share = turned / (FORGET + np.einsum("ri,ri->r", given, turned))[:, None]
        self.gain[rows] = np.clip(self.gain[rows] - share * left[:, None], -STRONGEST, STRONGEST)
        inverse = (inverse - share[:, :, None] * turned[:, None, :]) / FORGET
        diagonal = np.einsum("rii->ri", inverse)
        cut = np.sqrt(np.minimum(1.0, LEAST_KNOWN / np.maximum(diagonal, 1e-9)))
        self._inverse[rows] = inverse * cut[:, :, None] * cut[:, None, :]
        self.hits[rows] += 1

    def _tell(self, rows: Ints, given: Floats, parts: Floats, error: Floats, left: Floats) -> None:
        """Keep the running powers of the errors: foretold by all, by all but one, by oneself."""
        own = given[np.arange(rows.size), rows]
        alone = error + self._own_gain[rows] * own
        self._own_seen[rows] = FORGET * self._own_seen[rows] + own**2
        self._own_gain[rows] -= alone * own / self._own_seen[rows]
        for power, new in (
            (self._with, left**2),
            (self._without, (left[:, None] - parts) ** 2),
            (self._alone, alone**2),
        ):
            power[rows] += (1.0 - ERROR_FADE) * (new - power[rows])
        others = np.square(given).sum(1) - own**2
        for mean, second in ((self._spread, others), (self._shaken, others * error**2)):
            mean[rows, 0] += (1.0 - ERROR_FADE) * (second - mean[rows, 0])
        self._spread[rows, 1] += (1.0 - ERROR_FADE) * (others**2 - self._spread[rows, 1])
        self._shaken[rows, 1] += (1.0 - ERROR_FADE) * (error**2 - self._shaken[rows, 1])

    def influence(self) -> Floats:
        """``[i, j]``: share of i's foretelling error that would be there only without j (0 to 1)."""
        out: Floats = np.clip(1.0 - self._with[:, None] / np.maximum(self._without, 1e-9), 0.0, 1.0)
        np.fill_diagonal(out, 0.0)
        return out

    def gained(self) -> Floats:
        """By how much of its power each player's error is smaller when the others are heard, than by itself alone."""
        out: Floats = 1.0 - self._with / np.maximum(self._alone, 1e-9)
        return out

    def tolerance(self) -> Floats:
        """How little each player's errors grow with the spread of the others around it: 1 not at all, to 0."""
        spread, shaken = self._spread, self._shaken
        apart = shaken[:, 0] - spread[:, 0] * shaken[:, 1]
        slope = apart / np.maximum(spread[:, 1] - spread[:, 0] ** 2, 1e-6)
        out: Floats = 1.0 / (1.0 + np.maximum(slope * np.maximum(spread[:, 0], 1e-6), 0.0))
        return out

    def values(self, row: int, lag_s: float, pulses: Pulses) -> tuple[float, ...]:
        """What is learned of one player: eight numbers near -1 to 1.

        Lag in pulses; unsteadiness (root mean square error in pulses); tolerance; influence given and taken (sums over
        the others); own correction; how much hearing the others helps foretell it; the log of how much was heard.
        """
        influence = self.influence()
        period_s = float(pulses.period_s[row])
        return (
            lag_s / period_s,
            float(np.sqrt(self._alone[row])) * UNIT_S / period_s,
            float(self.tolerance()[row]),
            float(influence[:, row].sum()),
            float(influence[row].sum()),
            float(self.gain[row, row]),
            float(self.gained()[row]),
            float(np.log1p(self.hits[row]) / 10.0),
        )


def to_share(values: Sequence[float], chosen: SharingChosen | None) -> LearnedShared | None:
    """What may leave this machine of what was learned: nothing, unless its owner chose to share this session (C7)."""
    if chosen is None or not chosen.shares:
        return None
    return LearnedShared(tuple(round(float(np.clip(value, -10.0, 10.0)), 4) for value in values))


def pseudonym(secret: bytes, allowed: bool) -> str | None:
    """A name by which those who met this profile before know it again; None unless its owner allows that (C7).

    ``secret`` is 32 random bytes kept in the profile and never sent; another secret gives an unrelated name.
    ValueError if it is shorter.
    """
    if len(secret) < 32:
        raise ValueError(f"the profile's secret must be 32 bytes, not {len(secret)}; draw a new one")
    if not allowed:
        return None
    return hashlib.blake2b(b"", key=secret[:64], digest_size=8, person=b"ourojam-cohesion").hexdigest()
