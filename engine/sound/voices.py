"""One sound being played: where it is in its frames, how loud, and how it fades."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
"""Sound: float32 of shape (frames, 2)."""

NOTHING: Frames = np.zeros((0, 2), np.float32)


def pan_gains(gain: float, pan: float) -> tuple[float, float]:
    """Left and right gain of a stereo sound at ``pan`` -1 (left) .. 1 (right); the middle leaves both alone."""
    return gain * min(1.0, 1.0 - pan), gain * min(1.0, 1.0 + pan)


class Scratch:
    """Arrays a mixer computes in, made once for the longest block."""

    def __init__(self, block_frames: int) -> None:
        self.part: Frames = np.zeros((block_frames, 2), np.float32)
        self.ramp: Frames = np.zeros((block_frames, 1), np.float32)
        self.steps: Frames = np.arange(block_frames, dtype=np.float32)[:, None]

    def line(self, count: int, start: float, step: float) -> Frames:
        """``start + step * index`` for ``count`` frames; holds until the next call."""
        ramp = self.ramp[:count]
        np.multiply(self.steps[:count], np.float32(step), out=ramp)
        ramp += np.float32(start)
        return ramp


class Voice:
    """One sound being played.

    ``bound`` voices belong to the song: they stand still while it does.
    """

    __slots__ = (
        "bound",
        "bus",
        "delay",
        "end",
        "fade_at",
        "fade_length",
        "frames",
        "left",
        "position",
        "right",
        "rising",
    )

    def __init__(self) -> None:
        self.start(NOTHING, 0, 0, (1.0, 1.0))

    def start(
        self,
        frames: Frames,
        position: int,
        bus: int,
        gains: tuple[float, float],
        delay: int = 0,
        bound: bool = False,
    ) -> None:
        """Play ``frames`` from ``position``, beginning ``delay`` frames into the block."""
        self.frames, self.position, self.end, self.delay = frames, position, len(frames), delay
        self.bus, self.bound = bus, bound
        self.left, self.right = gains
        self.fade_at = self.fade_length = 0
        self.rising = True

    def fade(self, length: int, rising: bool) -> None:
        """Fade in or out over ``length`` frames (0: not at all)."""
        self.fade_at, self.fade_length, self.rising = 0, length, rising
        if not rising:
            self.end = min(self.end, self.position + length)

    @property
    def level(self) -> float:
        """How far a fade-in has come."""
        return self.fade_at / self.fade_length if self.fade_length and self.rising else 1.0

    def add_to(self, bus: Frames, start: int, stop: int, scratch: Scratch) -> None:
        """Add what sounds in frames ``start`` to ``stop`` of the block, and move on."""
        begin = max(start, self.delay)
        self.delay = max(0, self.delay - stop)
        count = min(stop - begin, self.end - self.position)
        if count <= 0:
            return
        part = scratch.part[:count]
        source = self.frames[self.position : self.position + count]
        if self.left == self.right:
            np.multiply(source, np.float32(self.left), out=part)
        else:
            np.multiply(source[:, 0], np.float32(self.left), out=part[:, 0])
            np.multiply(source[:, 1], np.float32(self.right), out=part[:, 1])
        if self.fade_length:
            part *= self._envelope(count, scratch)
        bus[begin : begin + count] += part
        self.position += count

    def _envelope(self, count: int, scratch: Scratch) -> Frames:
        step = 1.0 / self.fade_length
        ramp = scratch.line(count, self.fade_at * step, step)
        np.minimum(ramp, 1, out=ramp)
        self.fade_at += count
        if not self.rising:
            np.subtract(1, ramp, out=ramp)
        elif self.fade_at >= self.fade_length:
            self.fade_length = 0
        return ramp
