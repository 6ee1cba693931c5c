"""A band of real processes on a bad network: one is cut off, one suspended, one moves, and some are killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.rig.bad_link import BadLink, Way
from tests.rig.net_child import Child, Line

CODE = "amber-fox"


class Band:
    """A host and three others, all known to each other through the link alone."""

    def __init__(self, stack: ExitStack) -> None:
        self.link = stack.enter_context(BadLink(seed=5))
        self.link.set(Way(delay_us=300, jitter_us=300, loss=0.01))
        self.host = stack.enter_context(Child(host=True, code=CODE, name="host"))
        door = ("127.0.0.1", self.link.front(self.host.port))
        self.others = [stack.enter_context(Child(join=door, code=CODE, name=f"{n}")) for n in range(3)]
        self.all = [self.host, *self.others]
        for child in self.all:
            child.sees(lambda seen: len(seen["here"]) == 3)

    def follow_one(self, children: list[Child]) -> str:
        """The one whom all of these follow, as soon as it is one of them and they do."""
        names = {child.me for child in children}
        for _ in range(50):
            followed = {str(child.look()["conductor"]) for child in children}
            if len(followed) == 1 and followed <= names:
                return followed.pop()
        raise AssertionError(f"they follow {followed}")


@pytest.fixture(scope="module")
def band() -> Iterator[Band]:
    with ExitStack() as stack:
        made = Band(stack)
        yield made
        assert not any("fault" in child.look()["stats"] for child in made.all if child.running)


def all_hear(children: list[Child], data: str) -> None:
    """Each says and plays it; each hears it of all the others, once."""
    for child in children:
        child.do("say", data=data)
        child.do("moment", data=data)
    for child in children:
        for other in children:
            if other is not child:
                child.event("Said", peer=other.me, data=data)
                child.event("Moment", peer=other.me, data=data)
        for kind in ("Said", "Moment"):
            assert len([line for line in child.all(kind) if line["data"] == data]) == len(children) - 1


def test_a_partition_heals_with_everything_on_both_sides_and_nothing_twice(band: Band) -> None:
    cut = band.others[2]
    band.link.cut([cut.port])
    cut.event("ConductorIs", peer=cut.me)
    for child in band.all:
        if child is not cut:
            child.event("PeerSilent", peer=cut.me)
        child.do("say", data=f"meanwhile {child.me}")
    band.link.heal()
    for child in band.all:
        for other in band.all:
            if other is not child:
                child.event("Said", peer=other.me, data=f"meanwhile {other.me}")
        child.sees(lambda seen: len(seen["here"]) == 3)
    band.follow_one(band.all)
    all_hear(band.all, "healed")
    for child in band.all:
        assert len(child.all("Said")) == 6


def test_one_that_was_suspended_is_in_time_again_at_once(band: Band) -> None:
    asleep, awake = band.others[0], band.others[1]
    asleep.sees(lambda seen: seen["agreed"])
    asleep.do("hold", held=True)
    before, marks = asleep.look()["ahead_us"], len(awake.lines)
    asleep.signal(signal.SIGSTOP)
    awake.event("PeerSilent", peer=asleep.me, since=marks)
    awake.do("say", data="while away")
    asleep.signal(signal.SIGCONT)
    awake.event("PeerBack", peer=asleep.me, since=marks)
    asleep.event("Said", peer=awake.me, data="while away")
    assert abs(asleep.look()["ahead_us"] - before) < 100
    asleep.do("hold", held=False)


def test_an_address_that_changes_is_followed(band: Band) -> None:
    moved = band.others[0]
    moved.do("rebind")
    moved.sees(lambda seen: seen["stats"].get("rebound") == 1)
    all_hear(band.all, "moved")


def test_a_conductor_that_was_suspended_comes_back_as_a_member(band: Band) -> None:
    conductor = band.follow_one(band.all)
    asleep = next(child for child in band.all if child.me == conductor)
    rest = [child for child in band.all if child is not asleep]
    marks = {child.me: len(child.lines) for child in rest}
    asleep.signal(signal.SIGSTOP)
    try:
        for child in rest:
            child.event("PeerSilent", peer=conductor, since=marks[child.me])
            child.sees(lambda seen: seen["conductor"] != conductor)
        follows = band.follow_one(rest)
    finally:
        asleep.signal(signal.SIGCONT)
    asleep.sees(lambda seen: seen["conductor"] == follows)
    assert band.follow_one(band.all) == follows
    all_hear(band.all, "again")


def test_the_beat_goes_on_when_who_conducts_is_killed_and_then_another(band: Band) -> None:
    alive = band.all
    while len(alive) > 2:
        conductor = band.follow_one(alive)
        ahead_us = {child.me: child.sees(lambda seen: seen["agreed"])["ahead_us"] for child in alive}
        dead = next(child for child in alive if child.me == conductor)
        alive = [child for child in alive if child is not dead]
        marks = {child.me: len(child.lines) for child in alive}
        dead.signal(signal.SIGKILL)
        for child in alive:
            child.event("PeerSilent", peer=dead.me, since=marks[child.me])
            child.sees(lambda seen, gone=conductor: seen["conductor"] != gone)  # type: ignore[misc]
        follows = band.follow_one(alive)
        for child in alive:
            if child.me != follows:
                child.event("ClockSet", since=marks[child.me])
            assert abs(child.look()["ahead_us"] - ahead_us[child.me]) < 2_500  # no step, also on a busy machine
        all_hear(alive, f"after {dead.me}")


def test_a_newcomer_gets_what_was_said_before_also_by_who_is_gone(band: Band) -> None:
    alive = [child for child in band.all if child.running]
    conductor = next(child for child in alive if child.me == band.follow_one(alive))
    with Child(join=("127.0.0.1", band.link.front(conductor.port)), code=CODE, name="late") as late:
        for author in band.all:
            late.event("Said", peer=author.me, data=f"meanwhile {author.me}")


def test_the_wrong_code_is_refused(band: Band) -> None:
    alive = [child for child in band.all if child.running]
    conductor = next(child for child in alive if child.me == band.follow_one(alive))
    with Child(join=("127.0.0.1", band.link.front(conductor.port)), code="not-it", name="stranger") as stranger:
        refused: Line = stranger.event("Refused")
        assert "join code" in refused["sentence"]
