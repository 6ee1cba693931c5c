"""A crowd on real sockets: how late it hears the band, how much of it, and what the conductor sends for it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from game.jam.decide import StartFree
from game.rhythm.chart import EDGE
from tests.bench.figure import Figure
from tests.rig.jam_crowd import Ears
from tests.rig.jam_machines import Machines

FEW, MANY = 40, 56
"""More than 32 in both, so that the conductor is heard by as many as can be."""

KEYS_PER_S = 80
SECONDS = 8.0
SETTLE_S = 12.0
"""So long after it was let in a crowd has found its places."""


class Heard(NamedTuple):
    """What a crowd of one size heard in :data:`SECONDS`."""

    late_ms: list[float]
    share: float
    kb_s: float
    far: int


def _listen(machines: Machines, ears: Ears) -> Heard:
    """Play, and see what comes of it."""
    ada = machines.seats[0].jam
    free, crowd = ada.session.band.free, ada.crowd
    assert free is not None
    assert crowd is not None
    for ear in ears.all:
        ear.happened.clear()
    sent, begin_s, played = crowd.counted()["bytes_out"], time.monotonic(), 0
    while (gone_s := time.monotonic() - begin_s) < SECONDS:
        if gone_s * KEYS_PER_S > played:
            at_us = ada.session.now_us() - free.t0_us
            ada.session.hit(free.take, played % 5, True, max(1, at_us))
            played += 1
        _turn(machines, ears)
    kb_s = (crowd.counted()["bytes_out"] - sent) / (time.monotonic() - begin_s) / 1000
    until_s = time.monotonic() + 1.0
    while time.monotonic() < until_s:
        _turn(machines, ears)
    late_ms = sorted(hit.late_us / 1000 for ear in ears.all for hit in ear.view.hits)
    heard = sum(len(np.frombuffer(hits.edges, EDGE)) for ear in ears.all for hits in ear.hits)
    return Heard(late_ms, heard / (played * len(ears.all)), kb_s, sum(ear.link.hops > 1 for ear in ears.all))


def _turn(machines: Machines, ears: Ears) -> None:
    for ear in ears.all:
        ear.step()
    machines.turn()
    time.sleep(0.002)


def _grow(ears: Ears, count: int) -> None:
    """Let so many listen, and find their places."""
    while len(ears.all) < count:
        ears.add()
    ears.until(lambda: all(ear.hears for ear in ears.all))
    settled_s = time.monotonic() + SETTLE_S
    ears.until(lambda: time.monotonic() >= settled_s)


def figures() -> Iterator[Figure]:
    """A free jam with 80 keys a second, heard by two crowds, all in one process."""
    with tempfile.TemporaryDirectory() as folder, Machines(Path(folder), []) as machines:
        machines.host()
        ada = machines.seats[0].jam
        machines.until(lambda: ada.session.time.agreed)
        ada.open_crowd(True)
        session = ada.session
        session.do(StartFree(session.now_us(), session.time.bound_us, 500_000, 4, 9, "minor-pentatonic", 4))
        with Ears(Path(folder), ada.node.address, machines.code.text) as ears:
            ears.others = machines.turn
            ears.admitted()
            _grow(ears, FEW)
            few = _listen(machines, ears)
            _grow(ears, MANY)
            many = _listen(machines, ears)
    beside = f"{MANY} listeners in one process, {many.far} of them two or three hops away"
    yield Figure("a key at who listens, median", many.late_ms[len(many.late_ms) // 2], "ms", None, beside=beside)
    yield Figure("a key at who listens, p99", many.late_ms[len(many.late_ms) * 99 // 100], "ms", 300)
    yield Figure("keys heard", 100 * many.share, "%", 99, at_least=True)
    yield Figure("what the conductor sends", many.kb_s, "kB/s", None, beside=f"{KEYS_PER_S} keys a second")
    yield Figure(f"the same, {MANY} listeners beside {FEW}", many.kb_s / few.kb_s, "times", 1.1)
