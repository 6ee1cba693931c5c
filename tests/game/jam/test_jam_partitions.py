"""Whatever pieces a network was in, and whoever conducted each: in one piece again, all machines tell the same jam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from game.events import Event
from game.jam.decide import CallOff, OfferSong, TakeBack, decide, on_following
from game.jam.events import (
    ConductorChanged,
    ConductorFollowed,
    JamOpened,
    MemberCame,
    SongCalledOff,
    SongOffered,
    StartAgreed,
    TakeEnded,
)
from game.jam.replaying import read_band
from game.jam.state import Band
from tests.rig.jam_company import TableCompany

NAMES = "abcde"
PEERS = [name * 16 for name in NAMES]


def offered(title: str, term: int = 0) -> SongOffered:
    return SongOffered(f"{ord(title[0]):064x}", title, "", {}, (), (), "o2jam", 1.0, term)


def started(take: str, term: int, *peers: str) -> StartAgreed:
    return StartAgreed("0" * 64, take, 0, 1.0, dict.fromkeys(peers or PEERS, ("all", "", 4)), "o2jam", term)


@dataclass
class Machine:
    """One machine of a jam as the network and the others' records show it to it."""

    me: str
    claim: tuple[int, int] = (1, 0)
    before: tuple[int, int] | None = None
    band: Band = field(default_factory=Band)
    said: list[Event] = field(default_factory=list)
    got: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.band.apply("", 0, JamOpened("5e55", self.me, self.me[0], self.me == PEERS[0], "player"))
        for order, peer in enumerate(PEERS):
            self.band.apply("", 0, MemberCame(peer, peer[0], "player", order))

    def say(self, events: Sequence[Event]) -> None:
        for event in events:
            self.said.append(event)
            self.band.apply(self.me, len(self.said), event)

    def follow(self, claim: tuple[int, int], before: tuple[int, int] | None = None) -> None:
        self.claim, self.before = claim, before
        self.band.apply("", 0, ConductorChanged(PEERS[claim[1]], claim[0], before is not None))
        self.say(on_following(self.band))

    def hear(self, other: Machine) -> None:
        for number, event in enumerate(other.said[self.got.get(other.me, 0) :], self.got.get(other.me, 0) + 1):
            self.band.apply(other.me, number, event)
        self.got[other.me] = len(other.said)

    def wish(self, wish: str, count: int) -> None:
        """The player here tries something, whether or not it is theirs to do."""
        try:
            if wish == "start" and self.band.conducts and not self.band.conducting.provisional:
                self.say([started(f"{self.me[0]}{count}", self.band.term)])
            elif wish == "offer":
                self.say(decide(self.band, self.me, OfferSong(offered(f"{self.me[0]}{count}"))))
            elif wish == "take back":
                self.say(decide(self.band, self.me, TakeBack()))
            elif wish == "call off":
                self.say(decide(self.band, self.me, CallOff()))
        except UserError:
            pass  # refused: nothing is said

    def told(self) -> dict[str, Any]:
        told = self.band.told()
        return {key: told[key] for key in ("conductor", "term", "offer", "running", "starts", "called_off")}


def meet(machines: Sequence[Machine]) -> None:
    """These hear each other from now on, and nobody else: they agree on a conductor as the network does."""
    here = {PEERS.index(one.me): one for one in machines}
    for one in machines:
        if len(machines) > 1 and one.before is not None:
            one.follow(one.before)
    best = min((one.claim for one in machines), key=lambda claim: (-claim[0], claim[1]))
    for one in machines:
        if one.claim != best:
            one.follow(best)
    if best[1] not in here:
        claim = (best[0] + 1, min(here))
        for one in machines:
            one.follow(claim, best if len(machines) == 1 else None)


def exchange(machines: Sequence[Machine]) -> None:
    for one in machines:
        for other in machines:
            if one is not other:
                one.hear(other)


wishes = st.tuples(st.integers(0, len(NAMES) - 1), st.sampled_from(["offer", "start", "take back", "call off"]))
phases = st.lists(
    st.tuples(st.tuples(*[st.integers(0, 2)] * len(NAMES)), st.lists(wishes, max_size=5), st.booleans()), max_size=5
)

SPLIT_IN_TWO = [((0, 1, 1, 2, 2), [(1, "offer"), (3, "offer"), (3, "start")], True)]
LONE_MEMBER = [((0, 0, 0, 0, 1), [(4, "offer"), (0, "start")], True), ((0, 0, 0, 0, 0), [(0, "offer")], True)]


@given(phases, st.permutations(range(len(NAMES))))
@example(SPLIT_IN_TWO, list(range(len(NAMES))))
@example(LONE_MEMBER, list(range(len(NAMES))))
@settings(max_examples=300, deadline=None)
def test_in_one_piece_again_all_tell_the_same(
    pieces: list[tuple[tuple[int, ...], list[tuple[int, str]], bool]], order: list[int]
) -> None:
    machines = [Machine(peer) for peer in PEERS]
    for one in machines:
        one.follow((1, 0))
    count = 0
    for groups, tried, hears_first in pieces:
        for group in set(groups):
            inside = [one for one, number in zip(machines, groups, strict=True) if number == group]
            if hears_first:
                exchange(inside)
            meet(inside)
            exchange(inside)
        for who, wish in tried:
            count += 1
            machines[who].wish(wish, count)
            inside = [one for one, number in zip(machines, groups, strict=True) if number == groups[who]]
            exchange(inside)
    meet(machines)
    for _ in range(2):
        exchange([machines[place] for place in order])
    tells = [one.told() for one in machines]
    assert all(told == tells[0] for told in tells)
    late = Machine("f" * 16)  # let in only now: it has the records, and whom all follow
    late.follow(machines[0].claim)
    for place in order:
        late.hear(machines[place])
    assert late.told() == tells[0]


def three() -> list[Machine]:
    machines = [Machine(peer) for peer in PEERS[:3]]
    for one in machines:
        one.follow((1, 0))
    exchange(machines)
    return machines


def test_who_hears_nobody_does_not_conduct_the_band() -> None:
    a, b, c = three()
    a.say(decide(a.band, a.me, OfferSong(offered("1"))))
    exchange([a, b, c])
    meet([c])
    assert c.band.offer == offered("1", 1)
    with pytest.raises(UserError, match="Nobody else is heard"):
        decide(c.band, c.me, OfferSong(offered("x")))
    meet([a, b, c])
    a.say(decide(a.band, a.me, OfferSong(offered("2"))))
    exchange([a, b, c])
    assert [one.band.offer for one in (a, b, c)] == [offered("2", 1)] * 3


def test_a_call_off_of_who_was_cut_off_does_not_end_the_song() -> None:
    a, b, c = three()
    a.say([started("t", 1)])
    exchange([a, b, c])
    meet([b, c])
    exchange([b, c])
    a.say([SongCalledOff("t", 1)])
    assert a.band.running is None
    meet([a, b, c])
    exchange([a, b, c])
    exchange([a, b, c])
    for one in (a, b, c):
        assert one.band.conductor == b.me
        assert one.band.running is not None
        assert one.band.conducting.called_off("t") is False


def test_a_call_off_that_was_heard_before_another_took_over_holds() -> None:
    a, b, c = three()
    a.say([started("t", 1), SongCalledOff("t", 1)])
    exchange([a, b, c])
    meet([b, c])
    assert [one.band.conducting.called_off("t") for one in (a, b, c)] == [True] * 3


def test_of_two_who_took_over_the_one_all_follow_in_the_end_says_whether_the_song_ended() -> None:
    machines = [Machine(peer) for peer in PEERS]
    a, b, c, d, e = machines
    for one in machines:
        one.follow((1, 0))
    a.say([started("t", 1)])
    exchange(machines)
    meet([b, c])
    meet([d, e])
    exchange([b, c])
    exchange([d, e])
    d.say(decide(d.band, d.me, CallOff()))
    meet(machines)
    exchange(machines)
    exchange(machines)
    assert all(one.band.running is not None for one in machines)
    for one in machines:
        one.say([TakeEnded("t", "finished", 0, 0)])
    exchange(machines)
    meet([c, d, e])  # who took over is gone, and the song was over: nobody says it again
    late = Machine("f" * 16)
    late.follow(c.claim)
    for one in machines:
        late.hear(one)
    exchange([c, d, e])
    assert [one.band.conducting.called_off("t") for one in (c, d, e, late)] == [False] * 4


def test_who_comes_late_takes_no_members_word_for_earlier_terms() -> None:
    late = Machine(PEERS[4])
    late.follow((3, 1))
    late.band.apply(PEERS[2], 1, started("forged", 1))
    late.band.apply(PEERS[2], 2, ConductorFollowed(PEERS[2], 1))
    late.band.apply(PEERS[0], 1, started("true", 1))
    late.band.apply(PEERS[3], 1, ConductorFollowed(PEERS[0], 1))
    assert [take.start.take for take in late.band.takes] == ["true"]


def test_sessions_carry_the_song_over_to_who_conducts_next(tmp_path: Path) -> None:
    company = TableCompany(tmp_path)
    try:
        ida, mika, noa = (company.sit(name) for name in ("Ida", "Mika", "Noa"))
        company.start("Ida", "Mika", "Noa")
        company.table.split([ida.me], [mika.me, noa.me])
        company.turn()
        company.turn()
        ida.do(CallOff())
        company.turn()
        assert ida.band.running is None
        company.table.heal()
        for _ in range(3):
            company.turn(1_000_000)
        for name, session in company.sessions.items():
            assert session.band.conductor == mika.me
            assert session.band.running is not None
            assert not company.takes[name].over
            assert session.band.offer == replace(company.offer, term=2)
            company.logged(name)
        bands = [read_band(company.profiles[name].log, mika.id) for name in company.sessions]
        assert {tuple(band.conducting.starts) for band in bands} == {(company.takes["Ida"].id,)}
    finally:
        company.close()
