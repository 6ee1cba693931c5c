"""A crowd finds its conduits, keeps them, and finds others when they go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.jam.conduits import rules
from game.jam.conduits.crowd import Crowd, Outcome, Second, simulate
from game.jam.conduits.messages import DTYPES, MAX_ROWS, Topic, pack, unpack
from game.jam.conduits.peers import Peers

STEP_US = 100_000


class Field:
    """Members that hear exactly those whom ``near`` says they hear, every time."""

    def __init__(self, near: np.ndarray) -> None:
        count = len(near)
        self.near = near
        self.now_us = 0
        roots = np.zeros(count, dtype=np.bool_)
        roots[0] = True
        self.members = Peers(np.arange(count, dtype=np.int64), roots, 0, 7)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.step()

    def step(self) -> None:
        self.now_us += STEP_US
        members, now_us = self.members, self.now_us
        alive = members.alive
        members.beat(now_us // STEP_US, now_us)
        out = members.step(now_us)
        for beacon in out.beacons:
            rows = np.flatnonzero(self.near[int(beacon["peer"])] & alive)
            members.hear_beacons(rows, np.repeat(beacon[None], len(rows)), np.full(len(rows), 1000.0), now_us)
        needs = self.near[out.needs["peer"]].sum(axis=0)
        rows = np.flatnonzero((needs > 0) & alive)
        members.hear_needs(rows, needs[rows].astype(np.float64), now_us)
        asks = self._arrive(out.asks)
        answers = self._arrive(members.hear_asks(asks["to"].astype(np.intp), asks, now_us))
        farewells = members.hear_answers(answers["to"].astype(np.intp), answers, now_us)
        keeps = self._arrive(np.concatenate([out.keeps, farewells]))
        members.hear_keeps(keeps["to"].astype(np.intp), keeps, now_us)
        flows = self._arrive(out.flows)
        members.hear_flows(flows["to"].astype(np.intp), flows, now_us)

    def _arrive(self, rows: np.ndarray) -> np.ndarray:
        one, other = rows["peer"].astype(np.intp), rows["to"].astype(np.intp)
        alive = self.members.alive
        return np.asarray(rows[self.near[one, other] & alive[one] & alive[other]])

    def vanish(self, *who: int) -> None:
        self.members.alive[list(who)] = False

    def hops(self, who: int) -> int:
        """Along the parents to the conductor; a large number when they do not lead there."""
        for hops in range(len(self.members)):
            if who == 0:
                return hops
            who = int(self.members.parent[who])
            if who < 0 or not self.members.alive[who]:
                return rules.UNREACHED
        return rules.UNREACHED


def line(count: int, reach: int) -> np.ndarray:
    """Members in a row who hear ``reach`` neighbours to either side."""
    at = np.arange(count)
    near = np.abs(at[:, None] - at) <= reach
    np.fill_diagonal(near, False)
    return np.asarray(near)


def test_a_row_hangs_on_a_chain_of_conduits() -> None:
    field = Field(line(4, 1))
    field.run(8)
    assert field.members.parent.tolist() == [-1, 0, 1, 2]
    assert field.members.depth.tolist() == [0, 1, 2, 3]


def test_nobody_hangs_deeper_than_three_hops() -> None:
    field = Field(line(6, 1))
    field.run(20)
    assert [field.hops(who) for who in range(4)] == [0, 1, 2, 3]
    assert field.members.parent[4:].tolist() == [-1, -1]


def test_a_new_conduit_is_elected_within_two_seconds_of_the_need() -> None:
    near = line(5, 1)
    near[3, 4] = near[4, 3] = False  # the last one is out of everybody's reach …
    field = Field(near)
    field.run(10)
    near[1, 4] = near[4, 1] = True  # … until it comes near one on whom another hangs already, and near a leaf
    began = field.now_us
    while field.members.parent[4] < 0:
        field.step()
        assert field.now_us - began <= 2_000_000
    assert field.hops(4) <= 2


def test_a_conduit_takes_as_many_as_it_has_places_and_another_takes_the_rest() -> None:
    count = 1 + rules.PLACES + 6
    near = np.ones((count, count), dtype=np.bool_)
    np.fill_diagonal(near, False)
    field = Field(near)
    field.run(10)
    hops = [field.hops(who) for who in range(count)]
    assert hops.count(1) == rules.PLACES
    assert hops.count(2) == 6


def test_when_a_conduit_vanishes_those_below_it_find_another() -> None:
    near = np.zeros((6, 6), dtype=np.bool_)
    for one, other in ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (1, 4), (2, 4), (1, 5), (2, 5)):
        near[one, other] = near[other, one] = True
    field = Field(near)
    field.run(8)
    assert all(field.hops(who) == 2 for who in (3, 4, 5))
    gone = int(field.members.parent[3])
    field.vanish(gone)
    began = field.now_us
    while any(field.hops(who) > 2 for who in (3, 4, 5)):
        field.step()
        assert field.now_us - began <= 3_000_000
    assert int(field.members.parent[3]) == 3 - gone


def test_a_conduit_that_is_cut_off_is_left_even_though_it_still_speaks() -> None:
    near = np.zeros((4, 4), dtype=np.bool_)
    for one, other in ((0, 1), (0, 2), (1, 3), (2, 3)):
        near[one, other] = near[other, one] = True
    field = Field(near)
    field.run(8)
    first = int(field.members.parent[3])
    near[0, first] = near[first, 0] = False
    near[1, 2] = near[2, 1] = False
    began = field.now_us
    while int(field.members.parent[3]) != 3 - first or field.hops(3) != 2:
        field.step()
        assert field.now_us - began <= 3_000_000


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(5, 60), st.floats(0.15, 0.6))
def test_whatever_the_field_nobody_hangs_in_a_ring_and_everyone_reachable_is_served(
    seed: int, count: int, reach: float
) -> None:
    random = np.random.default_rng(seed)
    at = random.random((count, 2))
    near = np.hypot(*(at[:, None] - at).T) < reach
    np.fill_diagonal(near, False)
    field = Field(near)
    field.run(15)
    one_hop = near[0]
    assert all(field.hops(int(who)) <= rules.MAX_DEPTH for who in np.flatnonzero(one_hop))
    for who in range(1, count):
        served = field.members.parent[who] >= 0
        assert field.hops(who) <= rules.MAX_DEPTH if served else not one_hop[who]


def test_a_crowd_hangs_on_and_what_the_conductor_sends_does_not_grow_with_it() -> None:
    sent = {}
    for peers in (700, 2100):
        *seconds, outcome = simulate(peers, 26, 0.05, 3)
        assert isinstance(outcome, Outcome)
        assert outcome.within_3_hops >= 0.96
        assert outcome.reattached > 0
        assert outcome.reattach_p99_s <= 4
        last = seconds[-1]
        assert isinstance(last, Second)
        sent[peers] = last.conductor_packets
    assert sent[2100] <= rules.PLACES * 10
    assert sent[2100] <= 1.1 * sent[700]


def test_the_same_seed_gives_the_same_crowd() -> None:
    crowds = [Crowd(200, 0.1, 5) for _ in range(2)]
    for crowd in crowds:
        for _ in range(80):
            crowd.step()
    assert (crowds[0].members.parent == crowds[1].members.parent).all()


@pytest.mark.parametrize("topic", list(Topic))
def test_messages_come_out_as_they_went_in(topic: Topic) -> None:
    rows = np.zeros(3, DTYPES[topic])
    rows["peer"] = (1, 2**62, 3)
    unpacked = unpack(pack(topic, rows))
    assert unpacked is not None
    assert unpacked[0] is topic
    assert (unpacked[1] == rows).all()


@given(st.binary(max_size=1300))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    unpacked = unpack(data)
    assert unpacked is None or (0 < len(unpacked[1]) <= MAX_ROWS and (unpacked[1]["peer"] >= 0).all())
