"""Writes a performance into the log while it happens, without ever holding up play.

Edges gather in a small buffer and leave it in packed batches through the log's writer thread, so a game killed
in mid-song still has its replay up to the last fraction of a second.
"""

from __future__ import annotations

import secrets

import numpy as np

from engine.clock import wall_us
from engine.log import LogWriter
from game.events import Event, to_log
from game.rhythm.chart import EDGE
from game.rhythm.events import InputRecorded
from game.truth import Truth

FLUSH_US = 100_000
"""Edges wait at most this long for their batch: a tenth of the second that a kill may cost."""

HEARTBEAT_US = 500_000
"""Without any edge, how far song time has come is still written this often."""


def new_stream() -> str:
    """A stream for a new performance; ids sort by time and never clash."""
    return f"play/{wall_us():016x}{secrets.token_hex(3)}"


class Recorder:
    """The log's side of one performance.

    ``truth`` and ``origin`` say who plays: the user by keyboard, the autoplayer, a replay.
    """

    def __init__(
        self, writer: LogWriter, stream: str, *, truth: Truth = Truth.USER, origin: str = "user:keyboard"
    ) -> None:
        self.stream = stream
        self._writer = writer
        self._truth = truth
        self._origin = origin
        self._edges = np.zeros(256, dtype=EDGE)
        self._count = 0
        self._written_us = 0

    @property
    def id(self) -> str:
        """The performance's id: its stream without the ``play/``."""
        return self.stream.partition("/")[2]

    def write(self, event: Event) -> None:
        """Write ``event``; edges still waiting go first, so the log keeps the order of things."""
        if self._count:
            self._flush(int(self._edges["at_us"][self._count - 1]))
        self._append(event)

    def edge(self, song_us: int, lane: int, down: bool) -> None:
        """Keep one edge for the next batch."""
        if self._count == len(self._edges):
            self._flush(song_us)
        self._edges[self._count] = (song_us, lane, down)
        self._count += 1

    def step(self, song_us: int, now_us: int) -> None:
        """Call once a step: hands waiting edges over when their time has come."""
        waited = now_us - self._written_us
        if waited >= HEARTBEAT_US or (self._count and waited >= FLUSH_US):
            self._flush(song_us)
            self._written_us = now_us

    def _flush(self, upto_us: int) -> None:
        self._append(InputRecorded(self._edges[: self._count].tobytes(), upto_us))
        self._count = 0

    def _append(self, event: Event) -> None:
        row = to_log(event, at_us=wall_us(), truth=self._truth, origin=self._origin)
        self._writer.append(self.stream, [row])
