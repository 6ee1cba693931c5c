"""One conductor for all who can hear each other, whoever goes and whatever is cut."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.net.face import ConductorIs, PeerBack, PeerLeft, PeerSilent
from engine.net.failover import BEAT_SILENT_US, LOST_US, PRESENCE_US, SILENT_US, Change, Claim, Failover

STEP_US = 10_000


class Crowd:
    """Members with a hand-turned clock; ``links`` says who reaches whom, ``loss`` how much gets lost."""

    def __init__(self, count: int, loss: float = 0.0, seed: int = 0, delay_us: int = 5_000) -> None:
        self.now_us = 0
        self.chance = random.Random(seed)
        self.loss, self.delay_us = loss, delay_us
        self.names = [f"{number:016x}" for number in range(count)]
        self.alive = set(self.names)
        self.group = dict.fromkeys(self.names, 0)
        self.changes: dict[str, list[Change]] = {name: [] for name in self.names}
        self.members: dict[str, Failover] = {}
        self.flying: list[tuple[int, str, str, Claim, int]] = []
        self.due_us = {name: self.chance.randrange(PRESENCE_US) for name in self.names}
        for order, name in enumerate(self.names):
            self.members[name] = Failover(name, order, Claim(1, self.names[0]), 0)
        for name, member in self.members.items():
            for order, other in enumerate(self.names):
                if other != name:
                    member.enter(other, order, 0)

    def reaches(self, one: str, other: str) -> bool:
        return self.group[one] == self.group[other]

    def send(self, name: str) -> None:
        member = self.members[name]
        beat = member.next_beat(self.now_us)
        for other in self.names:
            if other != name and self.reaches(name, other) and self.chance.random() >= self.loss:
                at_us = self.now_us + self.chance.randrange(self.delay_us, 2 * self.delay_us)
                self.flying.append((at_us, name, other, member.claim, beat))

    def run(self, for_us: int) -> None:
        end_us = self.now_us + for_us
        while self.now_us < end_us:
            self.now_us += STEP_US
            landed = [each for each in self.flying if each[0] <= self.now_us]
            self.flying = [each for each in self.flying if each[0] > self.now_us]
            for _, name, other, claim, beat in landed:
                if other in self.alive:
                    member = self.members[other]
                    member.heard(name, self.now_us)
                    member.weigh(claim, self.now_us)
                    member.beat_heard(claim.term, claim.conductor, beat, self.now_us)
            for name in self.alive:
                before = self.members[name].claim
                self.changes[name] += self.members[name].tick(self.now_us)
                if self.now_us >= self.due_us[name] or self.members[name].claim != before:
                    self.due_us[name] = self.now_us + PRESENCE_US
                    self.send(name)

    def one_each(self) -> bool:
        """Exactly one conductor per component, and all of the component follow it."""
        for group in {self.group[name] for name in self.alive}:
            inside = [name for name in self.alive if self.group[name] == group]
            followed = {self.members[name].claim.conductor for name in inside}
            if len(followed) != 1 or not followed <= set(inside):
                return False
        return True


def test_all_follow_the_one_who_founded_while_it_is_there() -> None:
    crowd = Crowd(8, loss=0.1)
    crowd.run(30_000_000)
    assert all(member.claim == Claim(1, crowd.names[0]) for member in crowd.members.values())


def test_the_member_admitted_first_takes_over_and_all_know_it_within_two_seconds() -> None:
    crowd = Crowd(6)
    crowd.run(1_000_000)
    crowd.alive.remove(crowd.names[0])
    crowd.run(2_000_000)
    assert crowd.one_each()
    assert crowd.members[crowd.names[5]].claim.conductor == crowd.names[1]
    assert ConductorIs(crowd.names[1], 2) in crowd.changes[crowd.names[5]]
    assert PeerSilent(crowd.names[0]) in crowd.changes[crowd.names[5]]


def test_a_conductor_that_was_suspended_comes_back_as_a_member() -> None:
    crowd = Crowd(4)
    crowd.run(1_000_000)
    crowd.alive.remove(crowd.names[0])
    crowd.run(10_000_000)
    crowd.alive.add(crowd.names[0])
    crowd.run(1_000_000)
    assert crowd.one_each()
    assert crowd.members[crowd.names[0]].claim.conductor == crowd.names[1]
    assert not [each for each in crowd.changes[crowd.names[0]] if isinstance(each, PeerSilent)]


def test_a_member_that_was_suspended_claims_nothing() -> None:
    crowd = Crowd(4)
    crowd.run(1_000_000)
    crowd.alive.remove(crowd.names[1])
    crowd.run(20_000_000)
    crowd.alive.add(crowd.names[1])
    crowd.run(2_000_000)
    assert all(member.claim.term == 1 for member in crowd.members.values())
    assert crowd.changes[crowd.names[2]] == [PeerSilent(crowd.names[1]), PeerBack(crowd.names[1])]


def test_silent_members_are_lost_after_a_minute_and_come_back_when_heard() -> None:
    crowd = Crowd(3)
    crowd.run(1_000_000)
    crowd.group[crowd.names[2]] = 1
    crowd.run(LOST_US + SILENT_US)
    assert PeerLeft(crowd.names[2], "lost") in crowd.changes[crowd.names[0]]
    assert crowd.members[crowd.names[0]].lost(crowd.names[2])
    crowd.group[crowd.names[2]] = 0
    crowd.run(1_000_000)
    assert crowd.members[crowd.names[0]].here(crowd.names[2])
    assert not crowd.members[crowd.names[0]].lost(crowd.names[2])
    assert crowd.one_each()


def test_who_was_alone_comes_back_as_a_member() -> None:
    crowd = Crowd(4)
    crowd.run(1_000_000)
    lonely = crowd.names[2]
    crowd.group[lonely] = 1
    crowd.run(10_000_000)
    assert crowd.members[lonely].conducting
    crowd.group[lonely] = 0
    crowd.run(1_000_000)
    assert all(member.claim == Claim(1, crowd.names[0]) for member in crowd.members.values())


def test_a_conductor_that_leaves_is_followed_at_once() -> None:
    member = Failover("b", 1, Claim(1, "a"), 0)
    member.enter("a", 0, 0)
    member.leave("a")
    assert ConductorIs("b", 2) in member.tick(STEP_US)
    assert member.conducting


def test_in_one_term_the_earlier_member_wins_and_far_terms_and_strangers_are_not_believed() -> None:
    member = Failover("c", 2, Claim(1, "a"), 0)
    member.enter("a", 0, 0)
    member.enter("b", 1, 0)
    member.enter("d", 3, 0)
    assert member.weigh(Claim(2, "d"), 1)
    assert member.weigh(Claim(2, "b"), 1)
    assert not member.weigh(Claim(2, "d"), 1)
    assert not member.weigh(Claim(1, "a"), 1)
    assert not member.weigh(Claim(3, "stranger"), 1)
    assert not member.weigh(Claim(1_000_000, "d"), 1)
    assert member.claim == Claim(2, "b")


def test_a_conductor_heard_only_through_others_is_not_replaced() -> None:
    member = Failover("c", 2, Claim(1, "a"), 0)
    member.enter("a", 0, 0)
    member.enter("b", 1, 0)
    for beat in range(1, 40):
        now_us = beat * PRESENCE_US
        member.heard("b", now_us)
        member.beat_heard(1, "a", beat, now_us)
        member.tick(now_us)
    assert not member.here("a")
    assert member.claim.conductor == "a"
    still_us = 39 * PRESENCE_US
    for later in range(1, 8):  # b is there, but passes on nothing new
        member.heard("b", still_us + later * PRESENCE_US)
        member.beat_heard(1, "a", 39, still_us + later * PRESENCE_US)
        member.tick(still_us + later * PRESENCE_US)
    assert member.conducting
    assert 7 * PRESENCE_US > BEAT_SILENT_US


@settings(max_examples=25)
@given(
    count=st.integers(2, 24),
    loss=st.sampled_from([0.0, 0.02, 0.1]),
    seed=st.integers(0, 1 << 30),
    steps=st.lists(st.sampled_from(["cut", "heal", "kill", "wake"]), min_size=1, max_size=4),
)
def test_exactly_one_conductor_in_each_part_two_seconds_after_any_change(
    count: int, loss: float, seed: int, steps: list[str]
) -> None:
    crowd = Crowd(count, loss, seed)
    crowd.run(500_000)
    for step in steps:
        if step == "cut":
            parts = crowd.chance.randint(2, 3)
            crowd.group = {name: crowd.chance.randrange(parts) for name in crowd.names}
        elif step == "heal":
            crowd.group = dict.fromkeys(crowd.names, 0)
        elif step == "kill" and len(crowd.alive) > 1:
            crowd.alive.remove(crowd.chance.choice(sorted(crowd.alive)))
        elif step == "wake" and len(crowd.alive) < count:
            crowd.alive.add(crowd.chance.choice(sorted(set(crowd.names) - crowd.alive)))
        crowd.run(2_000_000)
        assert crowd.one_each()
