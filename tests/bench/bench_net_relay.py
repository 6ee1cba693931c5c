"""A band of 16 on a network that keeps its clients apart: all reach the conductor, which passes the rest on.

The sockets are thought of (a clock turned by hand, half a millisecond a way), all above them is the real thing.  The
cost is the processor time of the conductor's own mesh, which opens, judges and seals; sockets and logs come on top.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import numpy as np

from engine.net.endpoint import Address
from engine.net.face import Moment
from tests.bench.figure import Figure
from tests.rig.meshes import Air, Seat

PLAYERS = 16
HZ = 20
SETTLE_S, PLAYED_S = 15, 5
SECOND_US = 1_000_000


def apart(conductor: Address) -> Air:
    """A network on which only the conductor is heard by everyone."""
    air = Air(3)
    air.way = lambda source, target: (500, 0.0) if conductor in (source, target) else None
    return air


def hits(seats: list[Seat], seconds: int, chance: random.Random) -> list[tuple[int, Seat]]:
    """When everyone hits, in order: about :data:`HZ` times a second, each off the others' beat."""
    beats = range(seconds * HZ)
    made = [(round((beat + chance.random()) * SECOND_US / HZ), seat) for beat in beats for seat in seats]
    return sorted(made, key=lambda hit: hit[0])


def play(air: Air, seats: list[Seat], seconds: int, chance: random.Random) -> None:
    """Let everyone play for a while."""
    began_us = air.clock.now_us()
    for at_us, seat in hits(seats, seconds, chance):
        air.run(max(0, began_us + at_us - air.clock.now_us()))
        seat.moment(b"\x03\x01")
    air.run(max(0, began_us + seconds * SECOND_US - air.clock.now_us()))


class Meter:
    """Counts what passes one machine and what its mesh costs."""

    def __init__(self, seat: Seat) -> None:
        self.cpu_s = 0.0
        self.out = self.came = 0
        self._seat, self._receive, self._tick = seat, seat.its.receive, seat.its.tick
        air, tap = seat.air, seat.air.tap

        def counted(source: Address, target: Address, datagram: bytes) -> None:
            tap(source, target, datagram)
            self.out += source == seat.address
            self.came += target == seat.address

        air.tap = counted
        seat.its.receive = self._received  # type: ignore[method-assign]
        seat.its.tick = self._ticked  # type: ignore[method-assign]

    def _received(self, datagram: bytes, address: Address, at_us: int) -> int:
        began_s = time.thread_time()
        due_us = self._receive(datagram, address, at_us)
        self.cpu_s += time.thread_time() - began_s
        return due_us

    def _ticked(self) -> int:
        began_s = time.thread_time()
        due_us = self._tick()
        self.cpu_s += time.thread_time() - began_s
        return due_us


def figures() -> Iterator[Figure]:
    """What the conductor passes on, what that costs, and how late a hit is that went through it."""
    conductor = ("10.0.0.1", 4000)
    air = apart(conductor)
    seats = air.session(PLAYERS)
    air.run(SETTLE_S * SECOND_US)
    chance = random.Random(5)
    play(air, seats, 1, chance)
    meter = Meter(seats[0])
    began_us = seats[0].clock.now_us()  # the conductor's clock is the session's
    play(air, seats, PLAYED_S, chance)
    air.run(SECOND_US)
    share = meter.cpu_s / PLAYED_S * 100
    beside = f"{meter.out / PLAYED_S:.0f} datagrams/s out, {meter.came / PLAYED_S:.0f} in"
    yield Figure(f"{PLAYERS} through the conductor: its mesh", share, "% of a core", beside=beside)
    heard = [
        (one.arrived_us - seat.clock.offset_us) - (one.session_us - seats[0].clock.offset_us)
        for seat in seats[1:]
        for one in seat.had(Moment)
        if one.peer != seats[0].me and one.session_us >= began_us
    ]
    late_ms = np.array(heard) / 1000
    due = (PLAYERS - 1) * (PLAYERS - 2) * HZ * PLAYED_S
    beside = f"median {np.median(late_ms):.1f} ms; {len(heard) / due:.2%} of the hits"
    yield Figure("a hit that the conductor passed on, p99", float(np.percentile(late_ms, 99)), "ms", beside=beside)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:45} {figure.value:9.3f} {figure.unit:12} {figure.limit} {figure.ok} {figure.beside}")
