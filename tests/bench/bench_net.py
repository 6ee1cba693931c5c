"""From a hit on one machine to the others' logs: how late, how surely, and what a band of 16 costs each of them.

Real processes on 127.0.0.1.  Each plays hits at random instants; each appends what it hears of the others to an event
log of its own, hit by hit, through a :class:`~engine.log.LogWriter`; late is when that is committed less when the hit
was made (one monotonic clock for all).  *Loss* goes through the link emulator, which throws away one datagram in ten
each way.  *Cost* is each process's processor time over the time it played, log included; traffic is counted at the
socket, once as payload and once with 28 bytes of IP and UDP header a datagram.  Lateness is the machine's as much as
the network's: beside it stands how late a thread woke that did nothing but sleep meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from tests.bench.figure import Figure
from tests.rig.bad_link import HOST, BadLink, Way

ROOT = Path(__file__).resolve().parents[2]
HZ = 20.0
CLEAN_S, LOSSY_S, BAND_S = 15.0, 25.0, 8.0
BAND = 16
HEADER_BYTES = 28
LATE_MS = 40


class Player:
    """A player's process."""

    def __init__(self, **given: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.subject_net", json.dumps(given)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> dict[str, Any]:
        """The next line it prints."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a player has ended")
        return dict(json.loads(line))

    def order(self, **what: float) -> None:
        """Tell it what to do."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Sleeper:
    """How late this machine wakes who sleeps for 2 ms: what no program on it can do better than."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sleep)

    def _sleep(self) -> None:
        while not self._end.is_set():
            began = time.perf_counter()
            time.sleep(0.002)
            self.late_ms.append((time.perf_counter() - began) * 1000 - 2)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()

    def __str__(self) -> str:
        return (
            f"a mere sleeper woke {np.percentile(self.late_ms, 99):.1f} ms late (p99), {max(self.late_ms):.0f} at most"
        )


def band(size: int, seconds: float, way: Way | None = None) -> list[dict[str, Any]]:
    """What each of ``size`` players measured, the conductor first."""
    with ExitStack() as stack:
        link = stack.enter_context(BadLink(seed=3)) if way is not None else None
        if link is not None and way is not None:
            link.set(way)
        host = stack.enter_context(Player(host=True, seed=0))
        port = int(host.answer()["port"])
        door = link.front(port) if link is not None else port
        others = [stack.enter_context(Player(join=(HOST, door), seed=seed)) for seed in range(1, size)]
        players = [host, *others]
        for player in others:
            player.answer()
        for player in players:
            player.order(peers=size - 1)
            player.answer()
        for player in players:
            player.order(play=seconds, hz=HZ, settle=3.0)
        return [player.answer() for player in players]


def late_ms(told: list[dict[str, Any]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How late every hit was in every log."""
    return np.array([late for each in told for late in each["late_us"]], np.float64) / 1000


def clean() -> Iterator[Figure]:
    """Two machines and nothing in the way."""
    with Sleeper() as sleeper:
        late = late_ms(band(2, CLEAN_S))
    beside = f"median {np.median(late):.2f} ms, most {late.max():.2f} ms of {len(late)} hits; {sleeper}"
    yield Figure("a hit in the other's log, clean, p99", float(np.percentile(late, 99)), "ms", 5.0, beside=beside)


def lossy() -> Iterator[Figure]:
    """Three machines, one datagram in ten lost each way."""
    with Sleeper() as sleeper:
        told = band(3, LOSSY_S, Way(loss=0.1))
    late = late_ms(told)
    due = sum(each["hits"] for each in told) * 2
    arrived = 100 * len(late) / due
    beside = f"{len(late)} of {due} hits, three players, 10 % of datagrams lost"
    yield Figure("hits that arrive at 10 % loss", arrived, "%", 99.9, at_least=True, beside=beside)
    in_time = 100 * float((late <= LATE_MS).sum()) / due
    beside = (
        f"median {np.median(late):.1f} ms, p99 {np.percentile(late, 99):.1f} ms, most {late.max():.1f} ms; {sleeper}"
    )
    yield Figure(f"hits at most {LATE_MS} ms late at 10 % loss", in_time, "%", 99.9, at_least=True, beside=beside)


def crowded() -> Iterator[Figure]:
    """Sixteen machines on one."""
    told = band(BAND, BAND_S)
    most = max(each["cpu"] for each in told) * 100
    mean = float(np.mean([each["cpu"] for each in told])) * 100
    host = told[0]
    share = sum(len(each["late_us"]) for each in told) / (sum(each["hits"] for each in told) * (BAND - 1))
    beside = f"mean {mean:.1f} %, conductor {host['cpu'] * 100:.1f} %; {share:.2%} of hits in the logs"
    yield Figure(f"{BAND} players at {HZ:.0f} hits/s: the busiest one's share of a core", most, "%", 8.0, beside=beside)
    out = host["out"] / 1000
    whole = (host["out"] + HEADER_BYTES * host["packets_out"]) / 1000
    beside = f"{host['packets_out']:.0f} packets/s out, {host['packets_in']:.0f} in; {host['in'] / 1000:.1f} kB/s in"
    yield Figure("the conductor sends, payload", out, "kB/s", 40.0, beside=beside)
    yield Figure("the conductor sends, with IP and UDP headers", whole, "kB/s", 40.0, beside=beside)
    late = late_ms(told)
    yield Figure(f"a hit in {BAND - 1} logs on this one machine, p99", float(np.percentile(late, 99)), "ms")


def figures() -> Iterator[Figure]:
    """All of them."""
    yield from clean()
    yield from lossy()
    yield from crowded()
