"""A free jam that follows the band: seats, loops, who goes and comes back."""

from __future__ import annotations

import numpy as np

from game.jam.events import (
    ConductorChanged,
    FreeStarted,
    JamOpened,
    LoopDropped,
    LoopKept,
    MemberCame,
    MemberHeard,
    MemberWent,
    PartTaken,
)
from game.jam.free import Seat
from game.jam.free_band import FORGET_US, FreeBand
from game.jam.snapping import RAW, Snapping
from game.jam.state import LOST, Band
from game.rhythm.chart import EDGE

ADA, BEN = "a" * 16, "b" * 16
BEAT_US, T0_US = 500_000, 10_000_000
BAR_US = 4 * BEAT_US
STARTED = FreeStarted("take", T0_US, BEAT_US, 4, 57, "minor-pentatonic", 1, 1)


class Company:
    """What Ada's machine knows: she and Ben are in a free jam."""

    def __init__(self) -> None:
        self.band = Band()
        self._numbers = {ADA: 0, BEN: 0}
        for event in (
            JamOpened("s" * 16, ADA, "Ada", True, "player"),
            MemberCame(ADA, "Ada", "player", 0),
            MemberCame(BEN, "Ben", "player", 1),
            ConductorChanged(ADA, 1),
        ):
            self.band.apply("", 0, event)
        self.say(ADA, STARTED)
        self.free = FreeBand(STARTED, ADA, RAW)
        self.sit(ADA, "keys", 7)
        self.sit(BEN, "drums", 4)
        self.free.follow(self.band, T0_US)

    def say(self, author: str, event: object) -> None:
        self._numbers[author] += 1
        self.band.apply(author, self._numbers[author], event)  # type: ignore[arg-type]

    def sit(self, player: str, instrument: str, lanes: int) -> None:
        self.say(player, PartTaken("", instrument, "", lanes, 0, "take"))

    def heard(self, from_us: int) -> list[tuple[str, int]]:
        """What sounds in the bar from an instant on."""
        self.free.follow(self.band, from_us)
        return [(row.player, row.at_us - from_us) for row in self.free.free.due(from_us, from_us + BAR_US)]


def loop(at_us: list[int], name: str = "one", from_us: int = T0_US + BAR_US) -> LoopKept:
    edges = np.array([(at, 1, 1) for at in at_us], EDGE)
    return LoopKept("take", name, "drums", from_us, BAR_US, edges.tobytes(), 4)


def test_seats_are_those_that_were_said_last() -> None:
    company = Company()
    assert company.free.free.seats == {ADA: Seat("keys", 7), BEN: Seat("drums", 4)}
    company.sit(BEN, "bass", 5)
    company.free.follow(company.band, T0_US)
    assert company.free.free.seats[BEN] == Seat("bass", 5)
    company.sit(BEN, "theremin of a later version", 5)
    company.free.follow(company.band, T0_US)
    assert set(company.free.free.seats) == {ADA}


def test_a_new_loop_is_told_once_and_falls_silent_when_it_is_dropped() -> None:
    company = Company()
    company.say(BEN, loop([0, BEAT_US]))
    assert company.free.follow(company.band, T0_US + BAR_US) == [(BEN, "one")]
    assert company.free.follow(company.band, T0_US + BAR_US) == []
    assert company.heard(T0_US + 2 * BAR_US) == [(BEN, 0), (BEN, BEAT_US)]
    company.say(BEN, LoopDropped("take", "one", T0_US + 4 * BAR_US))
    assert company.heard(T0_US + 3 * BAR_US) == [(BEN, 0), (BEN, BEAT_US)]
    assert company.heard(T0_US + 4 * BAR_US) == []
    assert company.free.sounding == []


def test_who_leaves_takes_the_loops_along_at_the_next_bar() -> None:
    company = Company()
    company.say(BEN, loop([0, BEAT_US, 3 * BEAT_US]))
    company.heard(T0_US + BAR_US)
    company.band.apply("", 0, MemberWent(BEN, "left"))
    company.free.follow(company.band, T0_US + 2 * BAR_US + 10)
    begin = T0_US + 2 * BAR_US
    assert [row.at_us - begin for row in company.free.free.due(begin + 10, begin + 2 * BAR_US)] == [
        BEAT_US,
        3 * BEAT_US,
    ]


def test_who_is_not_heard_for_a_while_keeps_the_loops_going_and_who_comes_back_has_them_again() -> None:
    company = Company()
    company.say(BEN, loop([0]))
    company.band.apply("", 0, MemberHeard(BEN, False))
    assert company.heard(T0_US + BAR_US) == [(BEN, 0)]
    company.band.apply("", 0, MemberWent(BEN, LOST))
    company.heard(T0_US + BAR_US)
    assert company.heard(T0_US + 2 * BAR_US) == []
    later = T0_US + 2 * BAR_US + 4 * FORGET_US
    company.heard(later)
    company.band.apply("", 0, MemberHeard(BEN, True))
    assert company.free.follow(company.band, later) == [(BEN, "one")]
    assert company.heard(later) == [(BEN, 0)]


def test_loops_that_sound_are_fixed_anew_as_the_listener_sets_it() -> None:
    company = Company()
    company.say(BEN, loop([BEAT_US + 40_000]))
    company.say(ADA, loop([2 * BEAT_US + 40_000], "mine"))
    begin = T0_US + BAR_US
    assert company.heard(begin) == [(BEN, BEAT_US + 40_000), (ADA, 2 * BEAT_US + 40_000)]
    company.free.set_snapping(Snapping(1.0, 2), Snapping(0.5, 2, own=True))
    assert company.heard(begin) == [(BEN, BEAT_US), (ADA, 2 * BEAT_US + 20_000)]


def test_dropping_one_of_many_loops_makes_room_for_another() -> None:
    company = Company()
    for number in range(16):
        company.say(BEN, loop([0], f"loop {number}"))
    assert len(company.heard(T0_US + BAR_US)) == 16
    company.say(BEN, LoopDropped("take", "loop 3", T0_US + 2 * BAR_US))
    company.say(BEN, loop([BEAT_US], "one more"))
    company.heard(T0_US + BAR_US)
    after = T0_US + 3 * BAR_US + FORGET_US
    assert sorted(company.heard(after)) == [(BEN, 0)] * 15 + [(BEN, BEAT_US)]


def test_the_first_round_of_a_loop_is_known_while_it_is_recorded() -> None:
    company = Company()
    free = company.free.free
    recording = free.record(T0_US)
    free.press(2, T0_US + 30_000, T0_US + 30_000)
    free.press(3, T0_US + 3 * BEAT_US, T0_US + 3 * BEAT_US)
    end_us = recording.end_us
    assert free.recorded_due(0, end_us, RAW) == []
    rows = free.recorded_due(end_us - 20_000, end_us + 100_000, RAW)
    assert [(row.at_us - end_us, row.lane, row.instrument) for row in rows] == [(30_000, 2, "keys")]
