"""The network in words a player reads: how good a link is, how sure the clock, how long a song still takes."""

from __future__ import annotations

from typing import NamedTuple

GOOD_US, FAIR_US = 15_000, 45_000
"""Round trips up to these are good and fair; what is slower is noticed when others are heard."""

GOOD_LOSS, FAIR_LOSS = 0.02, 0.10
"""Shares of packets lost: up to the first nothing is late, up to the second hits come in by repetition."""

WORDS = ("not heard", "weak", "fair", "good")


class Quality(NamedTuple):
    """How good a link is: bars to show, 0 (nothing is heard) to 3, and the same in words."""

    bars: int
    words: str


def quality(here: bool, round_trip_us: int, loss: float) -> Quality:
    """A link by its round trip and the share of packets it loses."""
    if not here:
        return Quality(0, WORDS[0])
    bars = 1
    if round_trip_us <= FAIR_US and loss <= FAIR_LOSS:
        bars = 3 if round_trip_us <= GOOD_US and loss <= GOOD_LOSS else 2
    said = [WORDS[bars], round_trip(round_trip_us)] + ([lost(loss)] if loss >= 0.005 else [])
    return Quality(bars, " · ".join(said))


def round_trip(round_trip_us: int) -> str:
    """How long there and back takes."""
    if round_trip_us <= 0:
        return "not measured"
    return "under 1 ms" if round_trip_us < 1000 else f"{round_trip_us / 1000:.0f} ms"


def lost(loss: float) -> str:
    """What share of packets is lost."""
    return "nothing lost" if loss < 0.005 else f"{loss * 100:.0f} % lost"


def way(kind: str, via: str) -> str:
    """By which path; ``via`` is the name of who passes it on."""
    words = {"direct": "direct", "multicast": "to all at once", "far": "over the internet"}
    if kind == "relay":
        return f"through {via}" if via else "passed on"
    return words.get(kind, kind)


def clock_words(agreed: bool, bound_us: int, *, founder: bool = False) -> str:
    """How far this machine's clock may be off the band's."""
    if founder:
        return "the band goes by this machine's clock"
    if not agreed:
        return "the clock is being measured"
    return (
        f"clock within {max(bound_us, 1) / 1000:.2g} ms" if bound_us < 10_000 else f"clock within {bound_us // 1000} ms"
    )


def time_left(left_s: float | None) -> str:
    """How long something still takes; empty where nobody knows."""
    if left_s is None:
        return ""
    if left_s < 1.5:
        return "a moment left"
    if left_s < 90:
        return f"{left_s:.0f} s left"
    return f"{left_s / 60:.0f} min left"


def and_so_on(names: list[str], most: int = 3) -> str:
    """Some names in a line: ``Ada, Ben and 4 more``."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
