"""Sounds in shared memory: packed in blocks by the game's process, mapped by the sound process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.sound.commands import Kind
from engine.sound.decode import Pcm, resample
from engine.sound.shared import Block, Command


@dataclass(frozen=True, slots=True)
class Sample:
    """A sound in shared memory, ready to be played."""

    number: int
    frames: int
    rate_hz: int

    @property
    def duration_us(self) -> int:
        """How long it sounds."""
        return round(self.frames * 1e6 / self.rate_hz)


@dataclass(slots=True)
class Batch:
    """Samples that share a block."""

    block: Block
    first: int
    count: int
    table_bytes: int
    kept: set[int]

    def sounds(self) -> list[NDArray[np.float32]]:
        """The frames of each, as they lie in the block."""
        counts = np.frombuffer(self.block.memory, np.int64, self.count)
        frames = np.frombuffer(self.block.memory, np.float32, int(counts.sum()) * 2, self.table_bytes).reshape(-1, 2)
        return np.split(frames, np.cumsum(counts)[:-1])

    def at_rate(self, from_hz: int, to_hz: int) -> Batch:
        """The same sounds under the same numbers, for a device of another rate.

        Raises:
            SoundError: if there is no memory for them.
        """
        return pack([resample(Pcm(frames, from_hz), to_hz).frames for frames in self.sounds()], self.first, self.kept)

    def load(self) -> Command:
        """What tells the sound process of it."""
        return Command(Kind.LOAD, self.first, at=self.table_bytes, start=self.count, text=self.block.path.encode())


def pack(pcms: Sequence[NDArray[np.float32]], first: int, kept: set[int]) -> Batch:
    """A block of sounds: a table of frame counts, then the frames one after another.

    Raises:
        SoundError: if there is no memory for them.
    """
    counts = np.array([len(pcm) for pcm in pcms], np.int64)
    table = -(-counts.nbytes // 64) * 64
    batch = Batch(Block(max(64, table + int(counts.sum()) * 8)), first, len(pcms), table, kept)
    np.frombuffer(batch.block.memory, np.int64, len(counts))[:] = counts
    for place, pcm in zip(batch.sounds(), pcms, strict=True):
        place[:] = pcm
    return batch
