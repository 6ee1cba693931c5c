"""Who conducts, for how long, and who is told of it."""

from __future__ import annotations

from engine.net.endpoint import Address
from engine.net.face import ConductorIs, Joined, Trouble
from tests.rig.meshes import Air, Seat


def alone(air: Air, seat: Seat) -> None:
    """Nothing of this machine gets anywhere."""
    air.way = lambda source, target: None if seat.address in (source, target) else (500, 0.0)


def test_who_drops_out_alone_conducts_provisionally_and_follows_again_when_it_is_back() -> None:
    air = Air()
    seats = air.session(3)
    air.run(1_000_000)
    lone, host = seats[2], seats[0]
    alone(air, lone)
    air.run(4_000_000)
    assert lone.had(ConductorIs) == [ConductorIs(lone.me, 2, provisional=True)]
    air.way = lambda source, target: (500, 0.0)
    air.run(3_000_000)
    assert lone.had(ConductorIs)[1:] == [ConductorIs(host.me, 1)]
    assert not any(seat.had(ConductorIs) for seat in seats[:2])


def test_who_lets_somebody_in_conducts_for_good() -> None:
    air = Air()
    seats = air.session(3)
    air.run(1_000_000)
    lone, newcomer = seats[2], air.seat()
    far = (lone.address, newcomer.address)
    air.way = lambda source, target: (500, 0.0) if (source in far) == (target in far) else None
    air.until(lambda: lone.its.conductor == lone.me, 3_000_000)
    newcomer.join(lone.address)
    air.until(lambda: newcomer.mesh is not None)
    air.run(1_000_000)
    assert lone.had(ConductorIs) == [ConductorIs(lone.me, 2, provisional=True), ConductorIs(lone.me, 2)]
    assert newcomer.had(Joined)[0].term == 2
    assert newcomer.had(Joined)[0].history == ((1, seats[0].me),)
    air.way = lambda source, target: (500, 0.0)
    air.until(lambda: {seat.its.conductor for seat in (*seats, newcomer)} == {lone.me}, 5_000_000)


def test_who_is_left_alone_conducts_for_good_once_nobody_may_come_back() -> None:
    air = Air()
    host, left = air.session(2)
    air.run(500_000)
    air.sleep(host)
    air.run(70_000_000)
    assert left.had(ConductorIs) == [ConductorIs(left.me, 2, provisional=True), ConductorIs(left.me, 2)]


def test_the_last_one_conducts_for_good_at_once_where_the_others_said_goodbye() -> None:
    air = Air()
    host, left = air.session(2)
    air.run(500_000)
    host.its.leave()
    air.sleep(host)
    air.run(2_000_000)
    assert left.had(ConductorIs) == [ConductorIs(left.me, 2)]


def test_a_latecomer_learns_who_conducted_before_and_nothing_of_claims_that_were_overruled() -> None:
    air = Air()
    seats = air.session(4)
    air.run(1_000_000)
    alone(air, seats[3])
    air.run(4_000_000)  # claims the second term for itself
    seats[0].its.hand_over(seats[1].me)
    air.run(500_000)
    air.way = lambda source, target: (500, 0.0)
    air.run(2_000_000)
    seats[1].its.hand_over(seats[3].me)
    air.until(lambda: {seat.its.conductor for seat in seats} == {seats[3].me})
    late = air.seat()
    late.join(seats[3].address)
    air.until(lambda: late.mesh is not None)
    assert late.had(Joined)[0].term == 3
    assert late.had(Joined)[0].history == ((1, seats[0].me), (2, seats[1].me))


def test_who_would_rather_not_conduct_does_so_only_when_nobody_else_is_there() -> None:
    air = Air()
    [host] = air.session(1)
    listener, player = air.seat(), air.seat()
    listener.join(host.address, leads=False)
    air.until(lambda: listener.mesh is not None)
    player.join(host.address)
    air.until(lambda: player.mesh is not None)
    air.run(1_000_000)
    air.sleep(host)
    air.until(lambda: {listener.its.conductor, player.its.conductor} == {player.me}, 4_000_000)
    air.sleep(player)
    air.until(lambda: listener.its.conductor == listener.me, 4_000_000)


def test_handing_over_is_no_trouble() -> None:
    air = Air()
    host, heir = air.session(2)
    air.run(1_000_000)
    host.its.hand_over(heir.me)
    air.until(lambda: {host.its.conductor, heir.its.conductor} == {heir.me}, 4_000_000)
    air.run(2_000_000)
    assert host.had(Trouble) == heir.had(Trouble) == []


def test_a_member_that_looks_up_only_now_and_then_loses_nothing() -> None:
    air = Air()
    host, other = air.session(2)
    air.run(2_000_000)
    receive = other.receive
    held: list[tuple[bytes, Address]] = []
    other.receive = lambda datagram, source: held.append((datagram, source))  # type: ignore[method-assign]
    for _ in range(40):  # it is busy for six tenths of a second, time and again, and then reads what has come
        air.run(600_000)
        for datagram, source in held:
            receive(datagram, source)
        held.clear()
    [seen] = host.its.peers()
    assert seen.loss < 0.02
