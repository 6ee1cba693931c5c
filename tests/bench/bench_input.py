"""How much later than in a bare SDL loop a key press is stamped while the game is played."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.rig.latency import Latency, Subject, alternate
from tests.rig.xserver import XServer

PRESSES = 600
ROUNDS = 6
MEDIAN_MS = 0.3
P99_MS = 1.0


def compare(size: tuple[int, int]) -> tuple[Latency, Latency]:
    """The engine's latency and the bare loop's, in windows of ``size``, measured in turns."""
    words = [str(side) for side in size]
    with XServer() as server:
        engine = Subject(server, "engine", ["-m", "tests.bench.subject_play", *words])
        bare = Subject(server, "bare", ["-m", "tests.bench.subject_bare", *words])
        alternate(server, [engine, bare], PRESSES, ROUNDS)
        return engine.latency(), bare.latency()


def figures() -> Iterator[Figure]:
    """Key press to the stamp it is judged by, in the play scene at 60 frames a second."""
    for size, held in (((320, 180), True), ((1280, 720), False)):
        ours, bare = compare(size)
        name = f"key to stamp, {size[0]} x {size[1]}"
        for what, mine, other, limit in (
            ("median", ours.median_ms, bare.median_ms, MEDIAN_MS),
            ("p99", ours.p99_ms, bare.p99_ms, P99_MS),
        ):
            beside = f"{other:.2f} ms in a bare loop of pygame.event.get and 1 ms sleep, in turns in the same run"
            yield Figure(f"{name}, {what}", mine, "ms", beside=beside)
            yield Figure(f"{name}, {what} beyond the bare loop", mine - other, "ms", limit if held else None)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:60} {figure.value:8.3f} {figure.unit} {figure.limit} {figure.ok} {figure.beside}")
