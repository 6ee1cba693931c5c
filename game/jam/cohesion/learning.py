"""What a player is like in this session, learned as it plays: continuous values, no roles by name (001 C4, C7).

The timing error of each next hit (against the own pulse) is foretold from the own last errors alone, and then with the
last asynchrony to one other player as well, by least squares that forget slowly; another time with the asynchrony to
the whole group.  How much better it is foretold with another player is that player's influence.  In a group of six
each other's share is small, so who anchors is told from all pairs together: how much of an asynchrony with a player the
others take back, and how much that player takes back itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from game.jam.cohesion.phases import MOST_PLAYERS, Bools, Floats, Ints, Pulses
from game.jam.events import LearnedShared, SharingChosen

FORGET = 0.998
"""Weight of the past at each hit of a player: about 500 hits, a song; fewer do not tell who follows whom."""

ERROR_FADE = 0.98
"""The same for the running error powers that influence is told from: about 50 hits."""

UNIT_S = 0.02
"""Timing errors are of this size, so that in it they are near one."""

NEWEST = 0.5
"""Share of the newest in the running own error: a beat that wanders inside is followed, jitter of the hand is not."""

FARTHEST = 5.0
"""Errors and asynchronies (in units) are cut here: one wild hit teaches no more than a bad one."""

STRONGEST = 1.5
"""No coefficient of a correction is larger: a correction beyond 1 already overshoots."""

RIDGE = 5.0
"""Belief, in hits of one unit, that a coefficient is nothing."""

SURE = 1.5
"""Standard errors that a bound lies away from what was learned (they are themselves estimated some 40 % too large)."""

NOTHING = 0.1
"""Corrections this small cannot be told from none: beside them nobody anchors."""

GROUP = MOST_PLAYERS
"""The last column: the group as a whole, in place of another player."""


class Learning:
    """Corrections, influences and per-player values of up to ``MOST_PLAYERS`` players.

    Rows are those who are foretold, columns those who foretell (the last one: the group).
    """

    def __init__(self) -> None:
        many = MOST_PLAYERS
        self.hits: Ints = np.zeros(many, np.int64)
        self._own_square, self._own_error = np.zeros(many), np.zeros(many)
        # Sums over hits of: asynchrony squared; times the own last errors; times the error to be foretold.
        self._square, self._cross, self._error = (np.zeros((many, many + 1)) for _ in range(3))
        self._alone = np.zeros((many, many + 1))
        self._with = np.zeros((many, many + 1))
        self._recent = np.zeros(many)
        self._spread = np.zeros((many, 2))
        self._shaken = np.zeros((many, 2))

    def reset(self, row: int) -> None:
        """Forget a player, as one who foretells too."""
        for table in (self._square, self._cross, self._error, self._alone, self._with):
            table[row, :] = table[:, row] = 0.0
        self._own_square[row] = self._own_error[row] = self._recent[row] = 0.0
        self._spread[row] = self._shaken[row] = 0.0
        self.hits[row] = 0

    def before(self, rows: Ints, pulses: Pulses, heard: Bools, lag_s: Floats) -> tuple[Floats, Floats]:
        """What could foretell the next hits of ``rows``: the asynchrony of their last beats, and their own.

        In units; (rows, players and the group) and (rows).  ``heard`` (players, players): who matters to whom;
        ``lag_s`` (players): how far behind the group each plays.  0 where nothing is known.
        """
        beat = pulses.anchor_s[rows, None]
        octave = np.rint(np.log2(pulses.period_s[None, :] / pulses.period_s[rows, None]))
        pulse_s = pulses.period_s[None, :] * np.exp2(-np.maximum(octave, 0.0))
        last, earlier = beat - pulses.times[None, :, -1], beat - pulses.times[None, :, -2]
        apart = np.where(np.abs(last) <= np.abs(earlier), last, earlier)
        able = heard[rows] & (np.abs(apart) < 4 * pulse_s) & (pulses.count[None, :] > 1)
        able[np.arange(rows.size), rows] = False
        turns = np.where(able, apart, 0.0) / pulse_s
        given = np.zeros((rows.size, MOST_PLAYERS + 1))
        given[:, :GROUP] = (turns - np.rint(turns)) * pulse_s
        given[:, GROUP] = given[:, :GROUP].sum(1) / np.maximum(able.sum(1), 1)
        usual = given - lag_s[rows, None] * (given != 0.0)
        return (
            np.clip(usual / UNIT_S, -FARTHEST, FARTHEST),
            self._recent[rows],
        )

    def gains(self) -> Floats:
        """``[i, j]``: share of its asynchrony with j that i takes back by its next hit; last column: with the group."""
        top, bottom = self._partial()
        out: Floats = np.clip(-top / (bottom + RIDGE), -STRONGEST, STRONGEST)
        return out

    def _partial(self) -> tuple[Floats, Floats]:
        """Products of error and asynchrony, and squares of asynchrony, with what the own last errors tell taken out."""
        share = self._cross / (self._own_square + RIDGE)[:, None]
        return self._error - share * self._own_error[:, None], np.maximum(self._square - share * self._cross, 0.0)

    def take(self, rows: Ints, given: Floats, own: Floats, error_s: Floats) -> None:
        """Learn from the timing errors of hits of ``rows``; ``given`` and ``own`` are what :meth:`before` gave."""
        error = np.clip(error_s / UNIT_S, -FARTHEST, FARTHEST)
        some = given != 0.0
        own_share = self._own_error[rows] / (self._own_square[rows] + RIDGE)
        alone = error - own_share * own
        gain = self.gains()[rows]
        cross_share = self._cross[rows] / (self._own_square[rows] + RIDGE)[:, None]
        both = alone[:, None] + gain * (given - cross_share * own[:, None])
        for power, new in ((self._alone, np.broadcast_to(alone[:, None], both.shape)), (self._with, both)):
            power[rows] += np.where(some, (1.0 - ERROR_FADE) * (new**2 - power[rows]), 0.0)
        for total, new in (
            (self._square, given**2),
            (self._cross, given * own[:, None]),
            (self._error, given * error[:, None]),
        ):
            total[rows] = np.where(some, FORGET * total[rows] + new, total[rows])
        self._own_square[rows] = FORGET * self._own_square[rows] + own**2
        self._own_error[rows] = FORGET * self._own_error[rows] + own * error
        others = np.square(given[:, :GROUP]).sum(1) / np.maximum(some[:, :GROUP].sum(1), 1)
        seen = np.stack((others, others**2), 1)
        self._spread[rows] += (1.0 - ERROR_FADE) * (seen - self._spread[rows])
        seen = np.stack((error**2, others * error**2), 1)
        self._shaken[rows] += (1.0 - ERROR_FADE) * (seen - self._shaken[rows])
        self._recent[rows] += NEWEST * (error - self._recent[rows])
        self.hits[rows] += 1

    def influence(self) -> Floats:
        """``[i, j]``: by how much of its power i's error is smaller when j is heard too (0 to 1)."""
        out: Floats = np.clip(1.0 - self._with / np.maximum(self._alone, 1e-9), 0.0, 1.0)
        return np.where(self._alone > 0.0, out, 0.0)[:, :GROUP]

    def gained(self) -> Floats:
        """By how much of its power each player's error is smaller when its group is heard (may be below 0)."""
        out: Floats = 1.0 - self._with[:, GROUP] / np.maximum(self._alone[:, GROUP], 1e-9)
        return np.where(self._alone[:, GROUP] > 0.0, out, 0.0)

    def gives(self, same: Bools) -> Floats:
        """How much of an asynchrony with each player the others of its group take back, all of them together."""
        return np.clip(self._given(same)[0], 0.0, STRONGEST)

    def takes(self) -> Floats:
        """How much of its asynchrony with its group each player takes back."""
        out: Floats = np.clip(self.gains()[:, GROUP], 0.0, STRONGEST)
        return out

    def anchoring(self, same: Bools) -> tuple[Floats, Floats]:
        """How much of the correction between each player and the others is the others': at least, and at most.

        0: nobody follows it, or it follows more; 1: they follow it and it follows nobody.  The bounds lie far apart
        for long, as every player's share in what a group of many hears is small.
        """
        gives, gives_error = self._given(same)
        takes = self.gains()[:, GROUP]
        takes_error = np.sqrt(self._power() / (self._partial()[1][:, GROUP] + RIDGE))
        bounds: list[Floats] = []
        for away in (-SURE, SURE):
            give = np.clip(gives + away * gives_error, 0.0, STRONGEST)
            take = np.clip(takes - away * takes_error, 0.0, STRONGEST)
            bounds.append(give / (give + take + NOTHING))
        return bounds[0], bounds[1]

    def _given(self, same: Bools) -> tuple[Floats, Floats]:
        """What the others take back of an asynchrony with each player, and the standard error of that."""
        top, bottom = self._partial()
        apart = same & ~np.eye(MOST_PLAYERS, dtype=np.bool_)
        size = apart.sum(0)
        tops, bottoms = (np.where(apart, one[:, :GROUP], 0.0).sum(0) for one in (top, bottom))
        noise = np.where(apart, bottom[:, :GROUP] * self._power()[:, None], 0.0).sum(0) / np.maximum(bottoms, 1e-9)
        noise = np.where(bottoms > RIDGE, noise, np.maximum(noise, 1.0))
        # Each hears the others as one of ``size``; all together take back as many times what one takes.
        return -tops / (bottoms + RIDGE) * size, np.sqrt(noise / (bottoms + RIDGE)) * size

    def _power(self) -> Floats:
        """The power of each player's errors that its own last ones do not foretell; one unit until it is known."""
        known = 1.0 - ERROR_FADE**self.hits
        return np.where(self.hits > 0, self._alone[:, GROUP] / np.maximum(known, 1e-9), 1.0)

    def tolerance(self) -> Floats:
        """How little each player's errors grow when the others scatter around it: 1 not at all, down to 0."""
        apart = self._shaken[:, 1] - self._spread[:, 0] * self._shaken[:, 0]
        slope = apart / np.maximum(self._spread[:, 1] - self._spread[:, 0] ** 2, 1e-3)
        out: Floats = 1.0 / (1.0 + np.maximum(slope, 0.0))
        return out

    def values(self, row: int, lag_s: float, pulses: Pulses, same: Bools) -> tuple[float, ...]:
        """What is learned of one player: eight numbers, most between -1 and 1.

        Lag in pulses; unsteadiness (root mean square error in pulses); tolerance; what the others take back of an
        asynchrony with it; what it takes back; what it takes back of its own last errors; how much hearing its group
        helps to foretell it; the log of how much was heard, over 10.
        """
        period_s = float(pulses.period_s[row])
        own = self._own_error[row] / (self._own_square[row] + RIDGE)
        return (
            lag_s / period_s,
            float(np.sqrt(self._shaken[row, 0])) * UNIT_S / period_s,
            float(self.tolerance()[row]),
            float(self.gives(same)[row]),
            float(self.takes()[row]),
            float(np.clip(-own, -STRONGEST, STRONGEST)),
            float(np.clip(self.gained()[row], -1.0, 1.0)),
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
