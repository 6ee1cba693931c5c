"""Gains that move without a click, and a limiter that keeps the sum below full scale."""

from __future__ import annotations

import numpy as np

from engine.sound.voices import Frames, Scratch

GAIN_RAMP_FRAMES = 480
"""A gain moves to its new value at such a pace that 0 to 1 takes this long (10 ms at 48 kHz)."""

CEILING = 0.97
"""The limiter rides the gain so that peaks stay here; what slips through its attack is bent below 1."""

ATTACK_FRAMES = 64
"""The limiter takes hold this fast (1.3 ms at 48 kHz)."""

RELEASE_FRAMES = 9600
"""The limiter lets go over this long (0.2 s at 48 kHz)."""


class Gain:
    """A gain on its way to where it was last set."""

    def __init__(self) -> None:
        self.now = self.to = 1.0

    def apply(self, block: Frames, scratch: Scratch) -> None:
        """Scale a block in place."""
        if self.now == self.to:
            if self.to != 1.0:
                block *= np.float32(self.to)
            return
        step = (1.0 if self.to > self.now else -1.0) / GAIN_RAMP_FRAMES
        low, high = sorted((self.now, self.to))
        ramp = scratch.line(len(block), self.now, step)
        np.clip(ramp, low, high, out=ramp)
        block *= ramp
        self.now = min(max(self.now + step * len(block), low), high)

    def settle(self) -> None:
        """Be there at once: nothing sounds that could click."""
        self.now = self.to


class Limiter:
    """Keeps peaks at the ceiling by turning down quickly and up slowly; bends what is left below 1."""

    def __init__(self) -> None:
        self._gain = 1.0

    def apply(self, out: Frames, scratch: Scratch) -> None:
        """Limit a block in place; whatever went in, numbers between -1 and 1 come out."""
        peak = max(float(out.max()), -float(out.min()))
        if not peak < 1e6:  # true as well for what is no number at all
            np.nan_to_num(out, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            np.clip(out, -1e6, 1e6, out=out)
            peak = max(float(out.max()), -float(out.min()))
        wanted = CEILING / peak if peak > CEILING else 1.0
        before = self._gain
        self._gain = min(wanted, 1.0, before + len(out) / RELEASE_FRAMES)
        if before == self._gain == 1.0:
            return
        span = min(len(out), ATTACK_FRAMES) if self._gain < before else len(out)
        low, high = sorted((before, self._gain))
        ramp = scratch.line(len(out), before, (self._gain - before) / span)
        np.clip(ramp, low, high, out=ramp)
        out *= ramp
        if peak * high > CEILING:
            _bend(out)


def _bend(out: Frames) -> None:
    over = np.abs(out) > CEILING
    loud = out[over]
    room = np.float32(1.0 - CEILING)
    out[over] = np.sign(loud) * (np.float32(CEILING) + room * np.tanh((np.abs(loud) - np.float32(CEILING)) / room))
