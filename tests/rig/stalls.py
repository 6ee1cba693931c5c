"""When did the machine itself stand still?  A bare process on every CPU that only asks to be woken, and stamps.

Each is bound to one CPU, runs in real time above everything else where it may, and asks to be woken every 2 ms;
being woken late is then the machine's doing: nothing that runs on it could have come in its place.  Beside them
one more stamps when the sound process has counted an underrun, by the block both share, so that each underrun can
be laid beside the stalls on one time axis.
"""

from __future__ import annotations

import math
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Self

from engine.sound.commands import STATUS, unflatten
from engine.sound.shared import Seqlock, attach

ROOT = Path(__file__).resolve().parents[2]
EVERY_S = 0.002
LATE_S = 0.003
"""A process woken later than this is written down as a stall."""

PRIORITY = 50
REACH_S = 0.03
"""An underrun is told by the next block: this long after a stall it is still the stall's."""


class Stall(NamedTuple):
    """A CPU that stood still; instants are monotonic seconds."""

    begin_s: float
    end_s: float

    @property
    def ms(self) -> float:
        """How long it lasted."""
        return (self.end_s - self.begin_s) * 1e3


class Stalls:
    """Watches from ``with`` to its end; then has ``stalls`` of all CPUs and ``underruns_s`` of the sound process.

    ``control`` is the path of the block the sound process publishes its status in.
    """

    def __init__(self, control: str) -> None:
        self._control = control
        self._watchers: list[subprocess.Popen[str]] = []
        self.stalls: list[Stall] = []
        self.underruns_s: list[float] = []

    def __enter__(self) -> Self:
        cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [-1]
        for arguments in (*([str(cpu)] for cpu in cpus), ["sound", self._control]):
            self._watchers.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.rig.stalls", *arguments],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for watcher in self._watchers:
            assert watcher.stdout is not None
            watcher.stdout.readline()  # it watches from here on
        return self

    def __exit__(self, *_: object) -> None:
        said = [watcher.communicate("over")[0].splitlines() for watcher in self._watchers]
        self.underruns_s = [float(line) for line in said.pop()]
        self.stalls = sorted(Stall(*map(float, line.split())) for lines in said for line in lines)

    @property
    def longest_ms(self) -> float:
        """The longest a CPU stood still."""
        return max((stall.ms for stall in self.stalls), default=0.0)

    def cause(self, underrun_s: float) -> Stall | None:
        """The longest stall an underrun fell into, if it fell into any."""
        near = [stall for stall in self.stalls if stall.begin_s <= underrun_s <= stall.end_s + REACH_S]
        return max(near, key=lambda stall: stall.ms, default=None)

    def in_step(self, period_s: float) -> float:
        """How much the stalls' ends share one phase of a period: near 0 by chance, 1 if all end together.

        A host that gives its guests a budget per period lets a stopped guest go on at the period's end.
        """
        turns = [2 * math.pi * stall.end_s / period_s for stall in self.stalls]
        if not turns:
            return 0.0
        return math.hypot(sum(map(math.cos, turns)), sum(map(math.sin, turns))) / len(turns)


def _each(seconds: float, look: Callable[[float], None]) -> None:
    """Look again and again, in real time where this user may, until standard input says that it is over."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    except (AttributeError, OSError):
        print("not in real time", file=sys.stderr)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        due = time.monotonic() + seconds
        time.sleep(seconds)
        look(due)


def _sleep_on(cpu: int) -> list[str]:
    if cpu >= 0:
        os.sched_setaffinity(0, {cpu})
    found: list[str] = []

    def look(due: float) -> None:
        now = time.monotonic()
        if now - due > LATE_S:
            found.append(f"{due} {now}")

    _each(EVERY_S, look)
    return found


def _watch(control: str) -> list[str]:
    status = Seqlock(memoryview(attach(control)), STATUS)
    found: list[str] = []
    before = unflatten(status.read()).underruns

    def look(_due: float) -> None:
        nonlocal before
        count = unflatten(status.read()).underruns
        found.extend([str(time.monotonic())] * (count - before))
        before = count

    _each(EVERY_S, look)
    return found


if __name__ == "__main__":
    for line in _watch(sys.argv[2]) if sys.argv[1] == "sound" else _sleep_on(int(sys.argv[1])):
        print(line)
