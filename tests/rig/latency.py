"""From a key going down at the X server to the stamp a program gives it.

A program under test prints, a line each, ``ready`` once its window is up and then the stamp in microseconds of every
press it saw; it ends when its input ends.  The monotonic clock is the same in all processes, so the time of sending
and the stamp compare directly.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from tests.rig.pilot import Pilot
from tests.rig.xserver import XServer

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Latency:
    """What was measured, in microseconds."""

    samples_us: NDArray[np.int64]

    @property
    def median_ms(self) -> float:
        """The middle one."""
        return float(np.median(self.samples_us)) / 1000

    @property
    def p99_ms(self) -> float:
        """Of a hundred, one is later."""
        return float(np.percentile(self.samples_us, 99)) / 1000


class Subject:
    """A program under test, running while entered; entered again it goes on collecting.  Its window is ``title``."""

    def __init__(self, server: XServer, title: str, command: Sequence[str]) -> None:
        self._server, self._title, self._command = server, title, command
        self._process: subprocess.Popen[str] | None = None
        self.samples: list[int] = []
        self.lost = 0

    def __enter__(self) -> Subject:
        self._process = subprocess.Popen(
            [sys.executable, *self._command],
            cwd=ROOT,
            env=self._server.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        while (line := self._out.readline()) and line.strip() != "ready":
            continue
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()
            self._out.close()

    def measure(self, pilot: Pilot, presses: int, rng: random.Random) -> None:
        """Press ``presses`` times, at moments that keep no step with any frame, and collect the answers."""
        pilot.focus(self._title)
        time.sleep(0.1)
        for _ in range(presses):
            time.sleep(rng.uniform(0.008, 0.03))
            sent_us = pilot.press("f")
            stamp_us = int(self._out.readline())
            pilot.release("f")
            self.samples.append(stamp_us - sent_us)

    def latency(self) -> Latency:
        """What was measured so far."""
        return Latency(np.array(self.samples, np.int64))

    @property
    def _out(self) -> IO[str]:
        assert self._process is not None
        return cast("IO[str]", self._process.stdout)


def alternate(server: XServer, subjects: Sequence[Subject], presses: int, rounds: int, seed: int = 1) -> None:
    """Measure the subjects in turns, one running at a time, so that what else the machine does falls on all alike."""
    pilot, rng = Pilot(server.display), random.Random(seed)
    for _ in range(rounds):
        for subject in subjects:
            with subject:
                subject.measure(pilot, presses // rounds, rng)
    pilot.close()
