"""Perturbations that draw a player in: metronomes on a moving base (001 C5).

Someone who plays late hears the own sound still later and the beat a little earlier, and so plays earlier; how much
is found by integrating the lag that is left, so nothing about the player needs to be known.  Each player sets how
much of it to allow; at 0 there is nothing.
"""

from __future__ import annotations

import numpy as np

from game.jam.cohesion.face import Guardrail
from game.jam.cohesion.phases import MOST_PLAYERS, Floats, Ints

HEAR_LATE_MOST_US = 100_000
"""Own sound is never later than this: delays near 200 ms break playing instead of moving it (Pfordresher 2006)."""

CUE_MOST_US = 40_000
"""The beat is never moved further than this."""

INTEGRATE = 0.16
"""Share of the lag left that each hit adds to what is asked of the perturbations: slow beside a player's own
correction (0.2 to 0.5 a beat), so that the two do not swing."""

LEAK = 0.01
"""Share of the correction that each hit lets go: what is no longer needed fades."""

LAG_SHARE = 0.3
"""Share of the newest hit in the running lag."""

DEAD_S = 0.005
"""Lags below this are nobody's fault."""

PITCH_MOST_CENTS = 25.0
HEARD_OF_DELAY = 0.5
"""How much of a delay in one's own hearing is taken for one's own lateness, beside touch and sight, which tell the
truth (assumed; between .3 and .7).  It only shares the work between the two means: no result hangs on it."""


class Guardrails:
    """Each player's lag behind its group, and the correction asked for (seconds, positive: is late)."""

    def __init__(self) -> None:
        self.lag_s = np.zeros(MOST_PLAYERS)
        self.asked_s = np.zeros(MOST_PLAYERS)
        self.strength = np.zeros(MOST_PLAYERS)

    def reset(self, row: int) -> None:
        """Forget a player."""
        self.lag_s[row] = self.asked_s[row] = self.strength[row] = 0.0

    def take(self, rows: Ints, lag_s: Floats) -> None:
        """Take how far behind their group's pulse hits of ``rows`` fell."""
        self.lag_s[rows] += LAG_SHARE * (lag_s - self.lag_s[rows])
        lag = self.lag_s[rows]
        left = np.sign(lag) * np.maximum(np.abs(lag) - DEAD_S, 0.0)
        most = (HEAR_LATE_MOST_US * HEARD_OF_DELAY + CUE_MOST_US) / 1e6
        asked_s = np.clip((1.0 - LEAK) * self.asked_s[rows] + INTEGRATE * left, -most, most)
        self.asked_s[rows] = np.where(self.strength[rows] > 0.0, asked_s, 0.0)

    def assisted(self) -> Floats:
        """How much each player is being drawn in, 0 to 1."""
        out: Floats = self.strength * np.clip(np.abs(self.asked_s) / (CUE_MOST_US / 1e6), 0.0, 1.0)
        return out

    def of(self, row: int, confidence: float) -> Guardrail:
        """What to do to the hearing and sight of the player of ``row`` now."""
        strength = float(self.strength[row])
        if strength == 0.0:
            return Guardrail()
        asked_us = strength * float(self.asked_s[row]) * 1e6
        # The lag of the own sound is the strongest means (001 C5), so it goes first; it can only ever be later.
        hear_late_us = min(max(asked_us, 0.0) / HEARD_OF_DELAY, HEAR_LATE_MOST_US)
        left_us = asked_us - hear_late_us * HEARD_OF_DELAY
        cue_us = -float(np.clip(left_us, -CUE_MOST_US, CUE_MOST_US))
        lean = strength * float(np.clip(self.lag_s[row] / 0.06, -1.0, 1.0))
        glow = strength * max(abs(lean), 1.0 - confidence)
        return Guardrail(round(hear_late_us), round(cue_us), lean, -PITCH_MOST_CENTS * lean, min(glow, 1.0))
