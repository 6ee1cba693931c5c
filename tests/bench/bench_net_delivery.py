"""Hits, records and messages through the delivery layer alone: how late, how many bytes, how much of a core.

The network is simulated by a clock turned by hand (delays of 0.5 to 1.5 ms); bytes count IP and UDP headers and the
sealing, which the sockets add; CPU is this layer's own, without sealing and sockets.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from engine.net.delivery import Delivered
from engine.net.face import Moment
from engine.net.journal import Journal
from engine.net.reliable import Channel
from tests.bench.figure import Figure
from tests.rig.mesh import ROOM, Mesh

PLAYERS = 16
RATE_HZ = 20
SECOND_US = 1_000_000
DELAY_US = (500, 1500)


def figures() -> Iterator[Figure]:
    """Lateness at 10 and at 2 % loss; a band of 16 at 20 hits a second each; records of an hour; messages."""
    yield from _lateness(0.10)
    yield from _lateness(0.02)
    yield from _band()
    yield from _releases()
    yield from _history()
    yield from _messages()


def _play(mesh: Mesh, seconds: int, release_us: int = 0, patience_us: int = 0) -> None:
    """Everyone plays at :data:`RATE_HZ`, each off the others' beat by a little.

    With ``release_us`` the key's way up is a moment too, so much later, and may wait ``patience_us`` for company.
    """
    hits = [
        (round((beat + mesh.rng.random()) * SECOND_US / RATE_HZ), one, 0)
        for beat in range(seconds * RATE_HZ)
        for one in mesh.ids
    ]
    if release_us:
        hits += [(at_us + release_us, one, patience_us) for at_us, one, _ in hits]
    start_us = mesh.now_us
    for at_us, one, waits_us in sorted(hits):
        mesh.run(start_us + at_us)
        mesh.nodes[one].moment(b"\x83ab", mesh.now_us, mesh.now_us, waits_us)
        mesh.touched(one)
    mesh.run(start_us + seconds * SECOND_US)


def _late_us(heard: list[Delivered]) -> list[int]:
    return [one.arrived_us - one.session_us for one in heard if isinstance(one, Moment)]


def _lateness(loss: float) -> Iterator[Figure]:
    mesh = Mesh(4, seed=4, delay_us=DELAY_US)
    mesh.loss = loss
    mesh.run(mesh.now_us + 20 * SECOND_US)  # a lobby: beats show the loss before the first hit
    before = mesh.sent_bytes[mesh.ids[0]]
    _play(mesh, 240)
    rate = (mesh.sent_bytes[mesh.ids[0]] - before) / 240 / 3
    mesh.run(mesh.now_us + 3 * SECOND_US)
    late = sorted(at for one in mesh.ids for at in _late_us(mesh.heard[one]))
    whole = len(late) == 4 * 3 * 240 * RATE_HZ
    share = sum(at <= 40_000 for at in late) / (4 * 3 * 240 * RATE_HZ)
    p50, p99, p999 = (late[round(len(late) * part) - 1] / 1000 for part in (0.5, 0.99, 0.999))
    beside = f"of {len(late)}{'' if whole else ', SOME MISSING'}: p50 {p50:.1f}, p99 {p99:.1f}, p99.9 {p999:.1f}, most "
    beside += f"{late[-1] / 1000:.0f} ms; {rate / 1000:.2f} kB/s to each"
    name = f"hits at most 40 ms late, {loss:.0%} loss"
    yield Figure(name, share * 100, "%", limit=99.9, at_least=True, beside=beside)


def _band() -> Iterator[Figure]:
    mesh = Mesh(PLAYERS, seed=2, delay_us=DELAY_US)
    mesh.run(mesh.now_us + 5 * SECOND_US)
    one, seconds = mesh.ids[0], 20
    mesh.sent_bytes.clear()
    mesh.received_bytes.clear()
    mesh.sent_packets.clear()
    began = time.process_time()
    _play(mesh, seconds)
    used_s = time.process_time() - began
    out, back = mesh.sent_bytes[one] / seconds / 1000, mesh.received_bytes[one] / seconds / 1000
    packets = mesh.sent_packets[one] / seconds
    yield Figure("sent by each of 16 at 20 hits/s", out, "kB/s", limit=40, beside=f"{packets:.0f} packets/s")
    yield Figure("received by each of 16 at 20 hits/s", back, "kB/s", limit=40, beside=f"both {out + back:.1f} kB/s")
    share = used_s / PLAYERS / seconds * 100
    per_hit = used_s / (PLAYERS * seconds * RATE_HZ) * 1_000_000
    beside = f"{per_hit:.0f} us for a hit sent to 15 and heard by 15, with the simulated network"
    yield Figure("of one core, each of 16", share, "%", limit=4, beside=beside)
    late = sorted(_late_us(mesh.heard[one]))
    yield Figure("hit to hit heard, p99, clean", late[len(late) * 99 // 100] / 1000, "ms", limit=5)


def _releases() -> Iterator[Figure]:
    """The same band when the keys' ways up are told as well, at once or within 50 ms."""
    for patience_us in (0, 50_000):
        mesh = Mesh(PLAYERS, seed=2, delay_us=DELAY_US)
        mesh.run(mesh.now_us + 5 * SECOND_US)
        mesh.sent_bytes.clear()
        _play(mesh, 5, 70_000, patience_us)
        out = mesh.sent_bytes[mesh.ids[0]] / 5 / 1000
        yield Figure(f"the same with releases that may wait {patience_us // 1000} ms", out, "kB/s")


def _history() -> Iterator[Figure]:
    """What a session of an hour costs one who comes late."""
    mesh = Mesh(4, seed=3, delay_us=DELAY_US)
    for second in range(3600):
        for one in mesh.ids:
            mesh.nodes[one].say(second.to_bytes(150, "big"))
        mesh.now_us += SECOND_US
        for one in mesh.ids:
            mesh.touched(one)
        mesh.run(mesh.now_us)
    mesh.run(mesh.now_us + 5 * SECOND_US)
    late = mesh.identity(4)
    mesh.join(late)
    began_us, began = mesh.now_us, time.process_time()
    while sum(len(mesh.said(late, by)) for by in mesh.ids) < 4 * 3600 and mesh.now_us < began_us + 60 * SECOND_US:
        mesh.run(mesh.now_us + 100_000)
    took_s = (mesh.now_us - began_us) / SECOND_US
    beside = f"{time.process_time() - began:.1f} s of CPU in all five, {mesh.received_bytes[late] / 1000:.0f} kB"
    yield Figure("an hour of four members told to a fifth", took_s, "s", limit=20, beside=beside)
    journal = Journal(mesh.ids[0], mesh.signer(mesh.ids[0]), mesh.verify)
    times = []
    for _ in range(500):
        start = time.perf_counter()
        journal.append(bytes(200))
        times.append(time.perf_counter() - start)
    yield Figure("one record signed", statistics.median(times) * 1_000_000, "us", limit=500)


def _messages() -> Iterator[Figure]:
    here, there = Channel(), Channel()
    data, count, heard = bytes(60_000), 40, 0
    for _ in range(count):
        here.send(data)
    start = time.process_time()
    while not here.idle:
        while frames := here.frames(0, ROOM):
            heard += sum(len(there.receive(frame, 0)) for frame in frames)
        for frame in there.frames(0, ROOM):
            here.receive(frame, 0)
    rate = heard * len(data) / (time.process_time() - start) / 1_000_000
    yield Figure("reliable messages, both ends", rate, "MB/s", limit=10, at_least=True)
