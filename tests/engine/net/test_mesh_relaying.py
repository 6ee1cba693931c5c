"""A band whose machines reach nobody but the conductor: what it passes on goes together, soon, and to each once."""

from __future__ import annotations

from engine.net.endpoint import Address
from engine.net.face import Moment, PeerLeft, PeerSilent
from engine.net.neighbours import HOLD_US
from tests.rig.meshes import Air, Seat

WAY_US = 500


def kept_apart(size: int) -> list[Seat]:
    """A session on a network that keeps its clients from each other, settled."""
    air = Air()
    conductor = ("10.0.0.1", 4000)
    air.way = lambda source, target: (WAY_US, 0.0) if conductor in (source, target) else None
    seats = air.session(size)
    air.run(20_000_000)  # until no link is in doubt any more
    return seats


def test_what_goes_through_the_conductor_goes_together_and_soon() -> None:
    seats = kept_apart(6)
    air, passed_on = seats[0].air, seats[0].its.stats()["passed on"]
    came = 0

    def counted(source: Address, target: Address, datagram: bytes) -> None:
        nonlocal came
        came += target == seats[0].address

    air.tap = counted
    played: dict[tuple[str, int], int] = {}
    for turn in range(60):
        seat = seats[1 + turn % 5]
        seat.moment(b"hit")
        played[seat.me, 1 + turn // 5] = air.clock.now_us()
        air.run(3_100)
    air.run(400_000)
    late_us = []
    for seat in seats[1:]:
        hits = seat.had(Moment)
        assert sorted((hit.peer, hit.number) for hit in hits) == sorted(each for each in played if each[0] != seat.me)
        late_us += [hit.arrived_us - seat.clock.offset_us - played[hit.peer, hit.number] for hit in hits]
    passed_on = seats[0].its.stats()["passed on"] - passed_on
    assert came < passed_on * 2 / 3  # and what is for the conductor itself is among them
    assert max(late_us) <= 2 * WAY_US + HOLD_US + 200
    assert min(late_us) <= 2 * WAY_US + 200  # what has no company does not wait for any


def test_what_measures_a_way_does_not_wait_for_company() -> None:
    seats = kept_apart(6)
    air = seats[0].air
    for seat in seats[1:]:
        seat.moment(b"hit")
    measured: list[int] = []
    for turn in range(1000):
        seats[1 + turn % 5].moment(b"hit")
        air.run(3_100)
        measured += [peer.round_trip_us for peer in seats[1].its.peers() if peer.via]
    assert measured
    assert max(measured) <= 4 * WAY_US + 1_000


def test_who_leaves_says_so_through_the_conductor_before_it_is_gone() -> None:
    seats = kept_apart(4)
    seats[3].its.leave()
    seats[0].air.sleep(seats[3])
    seats[0].air.until(lambda: all(seat.had(PeerLeft) for seat in seats[:3]))
    assert [event.why for seat in seats[:3] for event in seat.had(PeerLeft)] == ["left"] * 3
    assert not any(event.peer == seats[3].me for seat in seats[:3] for event in seat.had(PeerSilent))
