"""Whole sessions on a thought-of network: who hears what, whoever goes and whatever is cut."""

from __future__ import annotations

import os

from engine.net.endpoint import Address
from engine.net.face import (
    ConductorIs,
    Moment,
    PeerBack,
    PeerJoined,
    PeerLeft,
    PeerSilent,
    Refused,
    Said,
    Told,
    Trouble,
)
from engine.net.packets import FrameKind, PacketKind
from tests.rig.meshes import Air, Seat


def conductors(seats: list[Seat]) -> set[str]:
    return {seat.its.conductor for seat in seats}


def said(seat: Seat) -> list[tuple[str, int, bytes]]:
    return sorted((event.peer, event.number, event.data) for event in seat.had(Said))


def apart(air: Air, one: list[Seat], other: list[Seat]) -> None:
    """Nothing passes between the two groups."""
    left, right = {seat.address for seat in one}, {seat.address for seat in other}

    def way(source: Address, target: Address) -> tuple[int, float] | None:
        return None if (source in left and target in right) or (source in right and target in left) else (500, 0.0)

    air.way = way


def test_everyone_hears_everyone_in_order_and_once() -> None:
    air = Air()
    air.way = lambda source, target: (3_000, 0.05)
    seats = air.session(5)
    for number in range(20):
        for seat in seats:
            seat.say(f"{number}".encode())
            seat.moment(b"hit")
        air.run(50_000)
    air.until(lambda: all(len(seat.had(Said)) == 80 and len(seat.had(Moment)) == 80 for seat in seats), 20_000_000)
    for seat in seats:
        for other in seats:
            if other is not seat:
                numbers = [event.number for event in seat.had(Said) if event.peer == other.me]
                assert numbers == list(range(1, 21))


def test_what_is_told_reaches_one_alone() -> None:
    air = Air()
    host, one, two = air.session(3)
    host.its.tell(one.me, b"psst")
    air.until(lambda: len(one.had(Told)) == 1)
    air.run(1_000_000)
    assert not two.had(Told)


def test_a_conductor_that_vanishes_is_replaced_and_time_goes_on_without_a_step() -> None:
    air = Air()
    seats = air.session(4)
    air.until(lambda: all(seat.time.agreed for seat in seats))
    before = [seat.time.session_us(seat.clock.now_us()) for seat in seats]
    began_us = air.clock.now_us()
    air.sleep(seats[0])
    air.until(lambda: conductors(seats[1:]) == {seats[1].me}, 2_000_000)
    air.run(20_000_000)
    gone_us = air.clock.now_us() - began_us
    for seat, then_us in list(zip(seats, before, strict=True))[1:]:
        assert abs(seat.time.session_us(seat.clock.now_us()) - then_us - gone_us) < 1_000
        assert ConductorIs(seats[1].me, 2) in seat.had(ConductorIs)
    air.rouse(seats[0])
    air.until(lambda: conductors(seats) == {seats[1].me}, 2_000_000)
    newcomer = air.seat()
    newcomer.join(seats[1].address)
    air.until(lambda: all(len(seat.its.peers()) == 4 for seat in [*seats, newcomer] if seat.mesh), 6_000_000)


def test_a_partition_has_a_conductor_on_each_side_and_heals_with_nothing_lost_and_nothing_twice() -> None:
    air = Air()
    seats = air.session(5)
    air.run(1_000_000)
    left, right = seats[:2], seats[2:]
    apart(air, left, right)
    air.until(lambda: conductors(right) == {seats[2].me}, 2_000_000)
    assert conductors(left) == {seats[0].me}
    late = air.seat()
    late.join(seats[2].address)
    air.until(lambda: late.mesh is not None, 5_000_000)
    for seat in [*seats, late]:
        seat.say(b"meanwhile")
        seat.moment(b"m")
    air.run(5_000_000)
    air.way = lambda source, target: (500, 0.0)
    everyone = [*seats, late]
    air.until(lambda: conductors(everyone) == {seats[2].me}, 2_000_000)
    air.until(lambda: all(len(seat.its.peers()) == 5 for seat in everyone), 10_000_000)
    air.until(lambda: all(len(said(seat)) == 5 and len(seat.had(Moment)) == 5 for seat in everyone), 10_000_000)
    air.run(5_000_000)
    assert all(len(said(seat)) == 5 and len(seat.had(Moment)) == 5 for seat in everyone)
    assert all(peer.here for seat in everyone for peer in seat.its.peers())


def test_after_a_partition_in_which_both_sides_let_somebody_in_newcomers_still_can() -> None:
    air = Air()
    seats = air.session(4)
    air.run(1_000_000)
    left, right = seats[:2], seats[2:]
    here, there = air.seat(), air.seat()
    apart(air, [*left, here], [*right, there])
    air.until(lambda: conductors(right) == {seats[2].me}, 3_000_000)
    for newcomer, door in ((here, seats[0]), (there, seats[2])):
        newcomer.join(door.address)
        air.until(lambda newcomer=newcomer: newcomer.mesh is not None)  # type: ignore[misc]
    here.its.leave()
    air.sleep(here)
    air.run(1_000_000)
    air.way = lambda source, target: (500, 0.0)
    air.until(lambda: conductors(seats) == {seats[2].me}, 3_000_000)
    air.run(6_000_000)
    seats[2].its.hand_over(seats[0].me)
    air.until(lambda: conductors([*seats, there]) == {seats[0].me}, 3_000_000)
    late = air.seat()
    late.join(seats[0].address)
    air.until(lambda: late.mesh is not None, 5_000_000)


def test_a_partition_longer_than_a_minute_takes_members_off_and_brings_them_back() -> None:
    air = Air()
    seats = air.session(3)
    apart(air, seats[:2], seats[2:])
    air.run(65_000_000)
    assert seats[0].had(PeerLeft) == [PeerLeft(seats[2].me, "lost")]
    assert len(seats[0].its.peers()) == 1
    air.way = lambda source, target: (500, 0.0)
    seats[2].say(b"back")
    air.until(lambda: all(len(seat.its.peers()) == 2 for seat in seats), 10_000_000)
    assert len([event for event in seats[0].had(PeerJoined) if event.peer.id == seats[2].me]) == 2
    air.until(lambda: all(said(seat) for seat in seats[:2]), 10_000_000)
    air.until(lambda: len(conductors(seats)) == 1, 5_000_000)


def test_a_dead_way_is_replaced_by_another_member_within_a_second_and_nobody_notices() -> None:
    air = Air()
    seats = air.session(4)
    air.run(6_000_000)
    one, two = seats[1], seats[2]
    pair = {one.address, two.address}
    air.way = lambda source, target: None if {source, target} == pair else (500, 0.0)
    cut_us = air.clock.now_us()
    for _ in range(40):
        one.moment(b"x")
        air.run(50_000)
    hits = [event for event in two.had(Moment) if event.peer == one.me]
    late_us = [event.arrived_us - two.clock.offset_us - cut_us - 50_000 * (event.number - 1) for event in hits]
    assert len(hits) == 40
    assert max(late_us) <= 1_100_000
    assert max(late for event, late in zip(hits, late_us, strict=True) if event.number > 21) <= 5_000
    assert not two.had(PeerSilent)
    path = next(peer for peer in two.its.peers() if peer.id == one.me)
    assert path.path == "relay"
    assert path.via in (seats[0].me, seats[3].me)
    assert any(hop.kind == "relay" for hop in seats[0].its.topology())


def test_members_that_never_reach_each_other_directly_hear_each_other_through_the_conductor() -> None:
    air = Air()
    hosts: list[Address] = []
    air.way = lambda source, target: (500, 0.0) if source in hosts or target in hosts else None
    hosts.append(("10.0.0.1", 4000))
    seats = air.session(4)
    seats[3].say(b"hello")
    air.until(lambda: all(said(seat) for seat in seats[:3]), 5_000_000)
    air.until(lambda: all(peer.here for seat in seats for peer in seat.its.peers()), 5_000_000)


def test_a_member_of_the_internet_takes_part_through_the_conductors_public_address() -> None:
    air = Air()
    seats = air.session(2)
    far = air.seat()
    far.address = ("93.184.216.34", 4000)
    public = seats[0].address
    air.way = lambda source, target: (
        (500, 0.0) if far.address not in (source, target) else (40_000, 0.01) if public in (source, target) else None
    )
    far.join(public)
    air.until(lambda: far.mesh is not None and len(far.its.peers()) == 2, 8_000_000)
    far.say(b"from far")
    seats[1].say(b"from here")
    air.until(lambda: bool(said(seats[1])) and bool(said(far)), 5_000_000)
    air.run(3_000_000)
    assert [peer.path for peer in seats[0].its.peers()] == ["direct", "far"]
    assert [peer.path for peer in far.its.peers()] == ["direct", "relay"]
    assert all(peer.here for seat in (*seats, far) for peer in seat.its.peers())


def test_multicast_carries_where_nothing_else_does() -> None:
    air = Air()
    seats = air.session(2)
    air.run(1_000_000)
    air.multicast = True
    air.way = lambda source, target: None
    seats[0].say(b"still here")
    air.until(lambda: bool(said(seats[1])), 3_000_000)
    air.run(2_000_000)
    assert seats[1].its.peers()[0].path == "multicast"
    assert seats[1].its.peers()[0].here


def test_who_leaves_is_gone_at_once_and_who_conducted_is_followed() -> None:
    air = Air()
    seats = air.session(4)
    air.run(500_000)
    seats[0].its.leave()
    air.sleep(seats[0])
    air.until(lambda: conductors(seats[1:]) == {seats[1].me}, 500_000)
    assert PeerLeft(seats[0].me, "left") in seats[2].had(PeerLeft)
    air.run(3_000_000)
    assert all(len(seat.its.peers()) == 2 for seat in seats[1:])


def test_handing_over_and_removing() -> None:
    air = Air()
    seats = air.session(4)
    air.run(500_000)
    seats[1].its.remove(seats[2].me)
    seats[1].its.hand_over(seats[1].me)
    air.run(500_000)
    assert conductors(seats) == {seats[0].me}  # only the conductor may
    assert not seats[2].had(Refused)
    seats[0].its.hand_over(seats[3].me)
    air.until(lambda: conductors(seats) == {seats[3].me}, 500_000)
    seats[3].its.remove(seats[1].me)
    air.until(lambda: bool(seats[1].had(Refused)), 500_000)
    air.run(3_000_000)
    assert PeerLeft(seats[1].me, "removed") in seats[0].had(PeerLeft)
    assert all(len(seat.its.peers()) == 2 for seat in (seats[0], seats[2], seats[3]))
    seats[1].say(b"still talking")
    air.run(2_000_000)
    assert not any(said(seat) for seat in (seats[0], seats[2], seats[3]))


def test_replayed_forged_and_random_datagrams_change_nothing() -> None:
    air = Air()
    seats = air.session(3)
    air.run(2_000_000)
    seen: list[tuple[Address, Address, bytes]] = []
    air.tap = lambda source, target, datagram: seen.append((source, target, datagram))
    seats[0].say(b"once")
    seats[0].moment(b"once")
    air.run(2_000_000)
    air.tap = lambda source, target, datagram: None
    before = [(len(seat.had(Said)), len(seat.had(Moment)), seat.its.peers()) for seat in seats]
    for source, target, datagram in seen:
        air.carry(source, target, datagram)
        air.carry(("10.6.6.6", 666), target, datagram)
        flipped = bytearray(datagram)
        flipped[air.chance.randrange(len(flipped))] ^= 1 << air.chance.randrange(8)
        air.carry(source, target, bytes(flipped))
        air.run(3_000)
    for size in range(0, 1201, 7):
        air.carry(("10.6.6.6", 666), seats[0].address, os.urandom(size))
    air.run(1_000_000)
    after = [(len(seat.had(Said)), len(seat.had(Moment)), seat.its.peers()) for seat in seats]
    assert [each[:2] for each in after] == [each[:2] for each in before]
    assert [[peer.id for peer in each[2] if peer.here] for each in after] == [
        [peer.id for peer in each[2]] for each in before
    ]
    assert seats[1].its.counts["replayed"] > 0
    assert seats[1].its.counts["forged"] > 0
    for _ in range(60):
        air.carry(
            seats[1].address,
            seats[0].address,
            bytes((PacketKind.SEALED,)) + bytes.fromhex(seats[1].me)[:4] + os.urandom(60),
        )
    air.run(3_000_000)
    assert sum("in a player's name" in event.sentence for event in seats[0].had(Trouble)) == 1
    assert conductors(seats) == {seats[0].me}


def test_whatever_a_member_sends_under_seal_disturbs_nobody() -> None:
    air = Air()
    seats = air.session(3)
    air.run(1_000_000)
    host, bad, other = seats
    for number in range(4_000):
        kind = air.chance.choice(list(FrameKind))
        start = air.chance.choice(
            [b"", b"\x00", b"\x01", b"\x40\x01", b"\x41", b"\x42", other.identity.signing_public[:4]]
        )
        bad.utter(host.me, [(kind, start + air.chance.randbytes(air.chance.randrange(120)))])
        if number % 10 == 0:
            air.run(10_000)
    other.say(b"fine here")
    air.until(lambda: bool(said(host)))
    assert conductors(seats) == {host.me}
    assert all(peer.here for seat in seats for peer in seat.its.peers())
    assert abs(other.time.session_us(other.clock.now_us()) - host.time.session_us(host.clock.now_us())) < 1_000


def test_a_flood_is_told_once_in_a_while_and_the_rest_goes_on() -> None:
    air = Air()
    seats = air.session(3)
    air.run(1_000_000)
    for _ in range(100):
        for _ in range(100):
            air.carry(("10.6.6.6", 666), seats[0].address, bytes((PacketKind.SEALED,)) + os.urandom(60))
        seats[1].moment(b"x")
        air.run(10_000)
    assert len(seats[0].had(Moment)) == 100
    assert any("10.6.6.6" in event.sentence for event in seats[0].had(Trouble))
    assert len(seats[0].had(Trouble)) == 1
    assert not seats[0].had(PeerSilent)


def test_any_member_shows_the_way_to_the_door() -> None:
    air = Air()
    seats = air.session(3)
    air.run(1_000_000)
    newcomer = air.seat()
    newcomer.join(seats[2].address)
    air.until(lambda: newcomer.mesh is not None and len(newcomer.its.peers()) == 3, 3_000_000)
    assert newcomer.its.conductor == seats[0].me


def test_a_wrong_code_is_refused_with_a_sentence() -> None:
    air = Air()
    host = air.session(1)[0]
    stranger = air.seat()
    stranger.join(host.address, code="not-it")
    air.until(lambda: bool(stranger.had(Refused)), 15_000_000)
    assert "join code" in stranger.had(Refused)[0].sentence
    assert not host.its.peers()


def test_an_address_that_changes_is_followed() -> None:
    air = Air()
    seats = air.session(3)
    air.run(2_000_000)
    seats[1].address = ("10.7.7.7", 777)
    seats[1].say(b"from elsewhere")
    air.until(lambda: all(said(seat) for seat in (seats[0], seats[2])), 2_000_000)
    seats[0].say(b"answer")
    air.until(lambda: bool(said(seats[1])), 2_000_000)
    air.run(2_000_000)
    assert not seats[0].had(PeerSilent)


def test_a_suspended_member_is_in_time_again_at_once() -> None:
    air = Air()
    seats = air.session(3)
    air.until(lambda: all(seat.time.agreed for seat in seats))
    seats[2].its.time.hold(True)
    air.sleep(seats[2])
    air.run(10_000_000)
    air.rouse(seats[2])
    now_us = [seat.time.session_us(seat.clock.now_us()) for seat in seats]
    assert max(now_us) - min(now_us) < 1_000
    air.until(lambda: bool(seats[0].had(PeerBack)), 1_000_000)
    assert conductors(seats) == {seats[0].me}


def test_a_machine_that_slept_with_its_clock_is_in_time_again_whoever_it_was() -> None:
    air = Air()
    seats = air.session(3)
    air.until(lambda: all(seat.time.agreed for seat in seats))
    # A member; who conducts, so shortly that nobody takes over; and long enough for that.
    for seat, slept_us in ((seats[2], 8_000_000), (seats[0], 900_000), (seats[0], 8_000_000)):
        seat.its.time.hold(True)
        air.sleep(seat)
        air.run(slept_us)
        seat.clock.offset_us -= slept_us  # its clock stood still meanwhile
        air.rouse(seat)
        seat.its.time.woke(slept_us - 300_000)  # as far as it can tell
        for _ in range(50):
            now_us = [each.time.session_us(each.clock.now_us()) for each in seats]
            assert max(now_us) - min(now_us) < 310_000
            assert seat.time.agreed or 300_000 < seat.time.bound_us < 2_000_000
            air.run(20_000)
        air.run(6_000_000)
        now_us = [each.time.session_us(each.clock.now_us()) for each in seats]
        assert max(now_us) - min(now_us) < 1_000
        assert any("slept" in event.sentence for event in seat.had(Trouble))


def test_a_whole_band_settles_and_its_traffic_is_bounded() -> None:
    air = Air()
    seats = air.session(16)
    air.run(6_000_000)
    before = [seat.sent for seat in seats]
    air.run(10_000_000)
    a_second = [(seat.sent - sent) / 10 / 15 for seat, sent in zip(seats, before, strict=True)]
    assert a_second[0] < 12  # packets to each other member; the conductor is asked the time as well
    assert max(a_second[1:]) < 8


def test_who_is_alone_in_a_session_goes_on_as_its_clock_after_a_sleep() -> None:
    air = Air()
    host = air.session(1)[0]
    before_us = host.time.session_us(host.clock.now_us())
    host.its.time.woke(5_000_000)
    air.run(1_000_000)
    assert host.time.agreed
    assert host.time.session_us(host.clock.now_us()) == before_us + 6_000_000
