"""A crowd of ten thousand on one conductor: how near it hangs, how soon it hears, how soon it is back on."""

from __future__ import annotations

from collections.abc import Iterator

from game.jam.conduits.crowd import Outcome, Second, simulate
from tests.bench.figure import Figure

SECONDS = 60
LOSS = 0.05
NEVER = 99_999.0
"""Shown for what did not come about within the simulation."""


def crowd(peers: int, seconds: int) -> tuple[Outcome, int]:
    """What a crowd came to, and how many packets the conductor sent in its last second."""
    *told, outcome = simulate(peers, seconds, LOSS, seed=1)
    last = told[-1]
    assert isinstance(outcome, Outcome)
    assert isinstance(last, Second)
    return outcome, last.conductor_packets


def figures() -> Iterator[Figure]:
    """10,000 who walk about, one conduit vanishing every second."""
    outcome, sent = crowd(10_000, SECONDS)
    beside = f"10,000 for {SECONDS} s at {LOSS:.0%} loss a hop; {outcome.reattached} lost their conduit"
    yield Figure("within 3 hops", 100 * outcome.within_3_hops, "%", 99, at_least=True, beside=beside)
    worst = 100 * outcome.within_3_hops_worst_second
    yield Figure("within 3 hops in the worst second", worst, "%", None, at_least=True)
    yield Figure("conductor's packet at everyone, p99", min(outcome.delivery_p99_ms, NEVER), "ms", 120)
    yield Figure("back on when a conduit vanished, p99", min(outcome.reattach_p99_s, NEVER), "s", 3)
    yield Figure("times real time", outcome.times_real_time, "", 5, at_least=True)
    _, small = crowd(2_000, 30)
    yield Figure(
        "what the conductor sends, 10,000 beside 2,000",
        sent / small,
        "times",
        1.1,
        beside=f"{sent} packets a second",
    )
