"""A free jam read back out of the band and heard again."""

from __future__ import annotations

import numpy as np

from game.jam.events import (
    ConductorChanged,
    FreeStarted,
    HitsHeard,
    JamOpened,
    LoopDropped,
    LoopKept,
    MemberCame,
    MemberWent,
    PartTaken,
)
from game.jam.free_replay import ends_us, free_jams, heard_again
from game.jam.snapping import RAW, Snapping
from game.jam.state import Band
from game.rhythm.chart import EDGE

ADA, BEN = "a" * 16, "b" * 16
BEAT_US, T0_US = 500_000, 10_000_000
BAR_US = 4 * BEAT_US
STARTED = FreeStarted("take", T0_US, BEAT_US, 4, 57, "minor-pentatonic", 1, 1)


def hits(peer: str, first: int, *rows: tuple[int, int]) -> HitsHeard:
    edges = [(at, lane, down) for at, lane in rows for down in (1, 0)]
    return HitsHeard(peer, "take", first, np.array(edges, EDGE).tobytes())


def evening() -> Band:
    """Ada and Ben play; Ben changes from drums to bass in the second bar and leaves a loop behind."""
    band = Band()
    loop = np.array([(BEAT_US, 2, 1)], EDGE).tobytes()
    for author, number, event in (
        ("", 0, JamOpened("s" * 16, ADA, "Ada", True, "player")),
        ("", 0, MemberCame(ADA, "Ada", "player", 0)),
        ("", 0, MemberCame(BEN, "Ben", "player", 1)),
        ("", 0, ConductorChanged(ADA, 1)),
        (ADA, 1, STARTED),
        (ADA, 2, PartTaken("", "keys", "", 7, 300_000, "take")),
        (BEN, 1, PartTaken("", "drums", "", 4, 0, "take")),
        ("", 0, hits(ADA, 1, (200_000, 0), (BEAT_US + 30_000, 5))),
        ("", 0, hits(BEN, 1, (0, 3), (BAR_US - 20_000, 3), (BAR_US + 10_000, 4))),
        (BEN, 2, PartTaken("", "bass", "", 5, BAR_US, "take")),
        (BEN, 3, LoopKept("take", "one", "bass", T0_US + BAR_US, BAR_US, loop, 5)),
        (BEN, 4, LoopDropped("take", "one", T0_US + 3 * BAR_US)),
        ("", 0, MemberWent(BEN, "left")),
    ):
        band.apply(author, number, event)
    return band


def test_everything_is_heard_again_on_the_instrument_it_was_played_on() -> None:
    band = evening()
    assert free_jams(band) == [STARTED]
    heard = [(row.at_us - T0_US, row.player, row.instrument, row.lane) for row in heard_again(band, STARTED, RAW)]
    assert heard == [
        (0, BEN, "drums", 3),
        (200_000, ADA, "keys", 0),
        (BEAT_US + 30_000, ADA, "keys", 5),
        (BAR_US - 20_000, BEN, "drums", 3),
        (BAR_US + 10_000, BEN, "bass", 4),
        (BAR_US + BEAT_US, BEN, "bass", 2),
        (2 * BAR_US + BEAT_US, BEN, "bass", 2),
    ]
    assert ends_us(band, STARTED) == T0_US + 4 * BAR_US


def test_it_is_fixed_as_the_listener_likes_it_now() -> None:
    rows = heard_again(evening(), STARTED, Snapping(1.0, 4), RAW)
    at = [(row.player, row.at_us - T0_US) for row in rows]
    assert (BEN, BAR_US) in at
    assert (BEN, BAR_US - 20_000) not in at
    assert (ADA, BEAT_US + 30_000) in at
