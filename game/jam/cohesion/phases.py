"""Each player as a pulse: its period and phase from the instants of hits alone, and how well it foretells the next hit.

No tempo is given from outside (001 C1).  A period is searched by how strongly the last hits agree on a phase (the
vector strength, a periodogram of points), then followed by weighted regression of hit instants on pulse numbers.
Rests and missed hits only skip pulse numbers; hits between pulses and doubled hits weigh little or nothing.  Whether
a pulse is believed is judged on hits it has not seen yet, never on those it was fitted to.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Complexes: TypeAlias = NDArray[np.complex128]

MOST_PLAYERS = 64
HITS_KEPT = 32
"""Hits remembered of each player: about 16 s at two a second."""

FEWEST_HITS = 6
"""From how many hits on a pulse is looked for."""

KNOWN_BY = 20
"""As many hits tell a tempo as well as it will be told: older ones weigh little (``RECENT_HITS``)."""

DOUBLE_S = 0.045
"""Hits nearer than this to the one before are the same stroke (chords, flams); 20 hits a second are 50 ms apart."""

SHORTEST_S, LONGEST_S = 0.05, 2.5
"""Periods looked for; people synchronise to pulses between about 0.1 and 2 s (Repp 2005)."""

RECENT_HITS = 10.0
"""A hit's weight in the fit falls to 1/e over this many later hits: tempo may move, yet one hit does not."""

MEMORY_HITS = 12.0
"""The same for the memory of how well hits were foretold: worth about 23 independent hits."""

SEARCHES_A_STEP = 2
"""Periodograms in one step: each costs about as much as following everyone."""

OUTLIER = 0.3
"""In pulses: a hit as far as this from its pulse says nothing about the pulse (Tukey's biweight)."""

REST_PULSES = 8.0
"""After so long a silence a missed foretelling counts for nothing: nobody keeps time through it unheard."""

NOT_YET = -1e18


def unbiased(strength: Floats, worth: Floats) -> Floats:
    """How much of a mean resultant length is more than chance would give ``worth`` random phases (0 to 1)."""
    many = np.maximum(worth, 2.0)
    out: Floats = np.sqrt(np.clip((many * strength**2 - 1.0) / (many - 1.0), 0.0, 1.0))
    return out


class Pulses:
    """The pulses of up to ``MOST_PLAYERS`` players, one row each; instants in seconds of session time (floats inside).

    ``period_s`` and ``anchor_s`` (an instant on a pulse, near the newest hit) hold where ``known``.
    """

    def __init__(self) -> None:
        self.times = np.zeros((MOST_PLAYERS, HITS_KEPT))
        self.count: Ints = np.zeros(MOST_PLAYERS, np.int64)
        self.known: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self.period_s = np.ones(MOST_PLAYERS)
        self.anchor_s = np.zeros(MOST_PLAYERS)
        self.last_s = np.full(MOST_PLAYERS, NOT_YET)
        self.error_s = np.zeros(MOST_PLAYERS)
        self._sum: Complexes = np.zeros(MOST_PLAYERS, np.complex128)
        self._worth = np.zeros(MOST_PLAYERS)
        self._searched_at: Ints = np.zeros(MOST_PLAYERS, np.int64)

    def reset(self, row: int) -> None:
        """Forget the player of ``row``."""
        self.count[row] = self._searched_at[row] = 0
        self.known[row] = False
        self.period_s[row], self.anchor_s[row] = 1.0, 0.0
        self.last_s[row] = NOT_YET
        self._sum[row] = self._worth[row] = self.error_s[row] = 0.0

    def phase(self, rows: Ints | slice, at_s: Floats | float) -> Floats:
        """The phase of players at an instant, in pulses from their anchor (not wrapped)."""
        out: Floats = (at_s - self.anchor_s[rows]) / self.period_s[rows]
        return out

    def steadiness(self) -> Floats:
        """How well each player's hits were foretold by their own pulse, 0 (as chance) to 1 (to the instant)."""
        strength = np.abs(self._sum) / np.maximum(self._worth, 1.0)
        sure = np.clip((self.count - 3) / FEWEST_HITS, 0.0, 1.0)
        return np.where(self.known, unbiased(strength, np.minimum(self._worth * 2, self.count)) * sure, 0.0)

    def uncertainty(self) -> Floats:
        """How far (share of a period) each player's period may be from the one it keeps: its errors over its hits.

        An error of a hits' length tilts a line through n hits by about its n-th part; a beat that wanders does so by
        the root of n, which its errors show as well.
        """
        strength = np.clip(np.abs(self._sum) / np.maximum(self._worth, 1.0), 1e-6, 1.0)
        error = np.sqrt(-2.0 * np.log(strength)) / (2 * np.pi)
        return np.where(self.known, error / np.clip(self.count, 1, KNOWN_BY), 1.0)

    def active(self, now_s: float) -> Bools:
        """Who has a pulse and still plays."""
        silent_s = now_s - self.last_s
        out: Bools = self.known & (silent_s < np.maximum(4.0, REST_PULSES * self.period_s))
        return out

    def take(self, rows: Ints, at_s: Floats) -> Bools:
        """Take one hit of each of ``rows`` (no row twice); give back which were not doubles of the last."""
        fresh = at_s > self.last_s[rows] + DOUBLE_S
        rows, at_s = rows[fresh], at_s[fresh]
        if not rows.size:
            return fresh
        phase = self.phase(rows, at_s)
        error = phase - np.rint(phase)
        heard = self.known[rows] & (at_s - self.last_s[rows] < REST_PULSES * self.period_s[rows])
        fade = np.where(heard, np.exp(-1.0 / MEMORY_HITS), 1.0)
        self._sum[rows] = self._sum[rows] * fade + heard * np.exp(2j * np.pi * error)
        self._worth[rows] = self._worth[rows] * fade + heard
        self.error_s[rows] = np.where(heard, error * self.period_s[rows], 0.0)
        self.times[rows, :-1] = self.times[rows, 1:]
        self.times[rows, -1] = at_s
        self.last_s[rows] = at_s
        self.count[rows] += 1
        self._follow(rows[self.known[rows]])
        return fresh

    def _weights(self, rows: Ints) -> Floats:
        """Recency of each remembered hit (rows, hits), 0 where there is none."""
        back = np.arange(HITS_KEPT - 1, -1, -1)
        kept = back[None, :] < np.minimum(self.count[rows], HITS_KEPT)[:, None]
        out: Floats = np.exp(-back / RECENT_HITS)[None, :] * kept
        return out

    def _follow(self, rows: Ints) -> None:
        """Regress the last hits on their pulse numbers; the anchor moves to the newest pulse."""
        if not rows.size:
            return
        period, anchor = self.period_s[rows], self.anchor_s[rows]
        since = self.times[rows] - anchor[:, None]
        number = np.rint(since / period[:, None])
        miss_s = since - number * period[:, None]
        weight = self._weights(rows) * np.clip(1.0 - (miss_s / (OUTLIER * period[:, None])) ** 2, 0.0, None) ** 2
        number -= number[:, -1:]
        s0 = weight.sum(1) + 1e-9
        s1, sy = (weight * number).sum(1), (weight * miss_s).sum(1)
        # The one added keeps two or three hits from turning the tempo: a pulse number's worth of belief in the old.
        s2, sxy = (weight * number**2).sum(1) + 1.0, (weight * number * miss_s).sum(1)
        slope = (s0 * sxy - s1 * sy) / (s0 * s2 - s1 * s1 + 1e-9)
        slope = np.clip(slope, -0.1 * period, 0.1 * period)
        newest = np.rint((self.last_s[rows] - anchor) / period) * period + anchor
        self.anchor_s[rows] = newest + (sy - slope * s1) / s0
        self.period_s[rows] = np.clip(period + slope, SHORTEST_S, LONGEST_S)

    def search(self, players: int) -> None:
        """Look again for the periods of a few of the first ``players`` rows: those without one first, then in turn."""
        new = self.count[:players] - self._searched_at[:players]
        ready = (self.count[:players] >= FEWEST_HITS) & (new > np.where(self.known[:players], 3, 0))
        if not ready.any():
            return
        order = np.argsort(np.where(ready, -new - 1000 * ~self.known[:players], 1), kind="stable")
        for row in order[:SEARCHES_A_STEP]:
            if ready[row]:
                self._search(int(row))
                self._searched_at[row] = self.count[row]

    def _search(self, row: int) -> None:
        held = min(int(self.count[row]), HITS_KEPT)
        weight = self._weights(np.array([row]))[0, -held:]
        weight /= weight.sum()
        back = self.times[row, -held:] - self.times[row, -1]
        rate_hz = 1.0 / float(np.median(np.diff(back)))
        low_hz, high_hz = max(0.45 * rate_hz, 1.0 / LONGEST_S), min(4.2 * rate_hz, 1.0 / SHORTEST_S)
        # A third of the resolution that the remembered stretch allows; the recent weigh more, so no finer is needed.
        stretch_s = min(float(-back[0]), 3.0 * RECENT_HITS / rate_hz)
        tries_hz = np.arange(low_hz, high_hz, 1.0 / (4.0 * stretch_s))
        if tries_hz.size < 3:
            return
        turns = _turns(back, weight, tries_hz)
        chosen = longest_peak(np.abs(turns))
        if self.known[row]:
            mine = abs(np.exp(-2j * np.pi * back / self.period_s[row]) @ weight)
            if mine >= 0.85 * abs(turns[chosen]):
                return
        self.period_s[row] = 1.0 / tries_hz[chosen]
        # exp(-2i pi f t) of hits at phase zero t0 turns by -2 pi f t0.
        lead = -np.angle(turns[chosen]) / (2 * np.pi)
        self.anchor_s[row] = self.times[row, -1] + lead * self.period_s[row]
        self.known[row] = True
        for _ in range(3):
            self._follow(np.array([row]))


def _turns(at_s: Floats, weight: Floats, even_hz: Floats) -> Complexes:
    """The weighted sum of exp(-2i pi f t) for evenly spaced frequencies: each is the one before, turned by the same."""
    turns = np.empty((even_hz.size, at_s.size), np.complex128)
    turns[0] = np.exp(-2j * np.pi * even_hz[0] * at_s)
    turns[1:] = np.exp(-2j * np.pi * (even_hz[1] - even_hz[0]) * at_s)
    np.multiply.accumulate(turns, axis=0, out=turns)
    out: Complexes = np.einsum("fh,h->f", turns, weight.astype(np.complex128))
    return out


def longest_peak(strength: Floats) -> int:
    """Which of the peaks over rising frequency to take: the lowest frequency that is nearly as strong as the best.

    Every period that fits, its half and third fit as well; the longest is the pulse.
    """
    rises = np.r_[True, strength[1:] >= strength[:-1]]
    falls = np.r_[strength[:-1] >= strength[1:], True]
    peaks = np.flatnonzero(rises & falls)
    good = peaks[strength[peaks] >= 0.95 * strength[peaks].max()]
    return int(good[0])
