"""Who was removed stays so, whoever conducts and whatever was lost on the way."""

from __future__ import annotations

from engine.net.face import Refused
from engine.net.packets import FrameKind
from engine.net.signals import Gone, departed, pack_gone
from tests.rig.meshes import Air, Seat


def knows(seat: Seat, other: Seat) -> bool:
    return any(peer.id == other.me for peer in seat.its.peers())


def cut(air: Air, source: Seat, *targets: Seat) -> None:
    """Nothing gets from the one to the others."""
    hosts = {seat.address for seat in targets}
    air.way = lambda one, two: None if one == source.address and two in hosts else (500, 0.0)


def test_a_removal_reaches_all_though_its_first_packet_is_lost() -> None:
    air = Air()
    host, one, two, out = air.session(4)
    air.run(1_000_000)
    cut(air, host, one)
    host.its.remove(out.me)
    air.run(50_000)
    air.way = lambda source, target: (500, 0.0)
    air.until(lambda: not knows(one, out), 600_000)
    assert not knows(two, out)
    assert out.had(Refused)


def test_a_removal_holds_when_its_conductor_has_gone_and_the_removed_one_learns_of_it() -> None:
    air = Air()
    host, one, two, out = air.session(4)
    air.run(1_000_000)
    cut(air, host, one, out)
    host.its.remove(out.me)
    air.run(20_000)
    air.sleep(host)
    air.way = lambda source, target: (500, 0.0)
    air.until(lambda: one.its.conductor == two.its.conductor == one.me, 3_000_000)
    air.until(lambda: not knows(one, out) and not knows(two, out), 8_000_000)
    air.until(lambda: bool(out.had(Refused)), 3_000_000)
    late = air.seat()
    late.join(one.address)
    air.until(lambda: late.mesh is not None)
    air.run(2_000_000)
    assert not knows(late, out)


def test_where_a_removal_was_overruled_with_its_conductor_all_have_the_member_again() -> None:
    air = Air()
    seats = air.session(5)
    air.run(1_000_000)
    left, right = seats[1:3], seats[3:]
    side = {seat.address: seat in left for seat in seats}
    air.sleep(seats[0])
    air.way = lambda source, target: None if side[source] != side[target] else (500, 0.0)
    air.until(lambda: left[1].its.conductor == left[0].me and right[1].its.conductor == right[0].me, 4_000_000)
    right[0].its.remove(left[1].me)  # both sides are in the second term
    air.run(1_000_000)
    air.way = lambda source, target: (500, 0.0)
    four = [*left, *right]
    air.until(lambda: {seat.its.conductor for seat in four} == {left[0].me}, 4_000_000)
    air.until(lambda: all(knows(seat, other) for seat in four for other in four if seat is not other), 10_000_000)
    assert not left[1].had(Refused)


def test_nobody_removes_in_a_term_that_was_anothers() -> None:
    air = Air()
    host, bad, other = air.session(3)
    air.run(1_000_000)
    host.its.hand_over(other.me)
    air.until(lambda: bad.its.conductor == other.me)
    for term in range(4):
        signature = bad.identity.sign(departed(bytes.fromhex(bad.its.session), "removed", host.me, term))
        gone = pack_gone(Gone("removed", host.me, bad.me, term, signature))
        bad.utter(other.me, [(FrameKind.LEAVE, gone), (FrameKind.CONDUCT, b"\1" + gone)])
    air.run(2_000_000)
    assert knows(other, host)
