"""What somebody who means ill, or a network that gets in the way, does not achieve."""

from __future__ import annotations

import os
from dataclasses import astuple, replace

from engine.net.face import Moment, MomentCorrected, PeerSilent, Trouble
from engine.net.journal import Journal
from engine.net.keys import Identity
from engine.net.moments import Numbered, pack_moments
from engine.net.neighbours import HOLD_US
from engine.net.packets import FrameKind, PacketKind
from engine.net.reliable import Channel
from engine.net.roster import pack_member
from tests.rig.meshes import Air, Seat


def late_us(seat: Seat) -> list[int]:
    """How long after they were played moments came, in session time."""
    return [seat.time.session_us(event.arrived_us) - event.session_us for event in seat.had(Moment)]


def test_junk_with_a_members_address_as_its_source_mutes_nobody_and_blames_no_player() -> None:
    air = Air()
    host, member, _ = air.session(3)
    air.run(1_000_000)
    for step in range(4_000):  # 2000 packets a second for two seconds
        junk = os.urandom(29) if step % 2 else bytes.fromhex(member.me)[:4] + os.urandom(25)
        host.receive(bytes((PacketKind.SEALED,)) + junk, member.address)
        if step % 50 == 0:
            member.moment(b"x")
        air.run(500)
    assert len(host.had(Moment)) == 80
    assert max(late_us(host)) < 40_000
    assert not host.had(PeerSilent)
    assert host.had(Trouble)
    assert not any(member.me in event.sentence for event in host.had(Trouble))


def test_a_member_that_floods_under_seal_is_named_and_takes_nothing_from_others() -> None:
    air = Air()
    host, loud, other = air.session(3)
    air.run(1_000_000)
    for step in range(1_500):
        for _ in range(5):
            loud.utter(host.me, [(FrameKind.TIME, b"")])
        if step % 25 == 0:
            other.moment(b"x")
        air.run(1_000)
    assert len([event for event in host.had(Moment) if event.peer == other.me]) == 60
    assert any(loud.me in event.sentence for event in host.had(Trouble))


def test_who_carries_for_others_is_not_taken_for_a_flood() -> None:
    air = Air(3)
    hub = ("10.0.0.1", 4000)
    air.way = lambda source, target: (2_000, 0.0) if hub in (source, target) else None
    seats = air.session(4)
    air.run(2_000_000)
    _, one, two, target = seats
    target.events.clear()
    for step in range(2_000):  # each sends less than a member may, and all of it comes from the one address
        for seat in (one, two):
            seat.utter(target.me, [(FrameKind.TIME, b"")])
        if step % 25 == 0:
            one.moment(b"x")
        air.run(1_200)
    assert len(target.had(Moment)) == 80
    assert max(late_us(target)) <= 2 * 2_000 + HOLD_US + 200
    assert not any(seat.its.stats()["flood"] for seat in seats)


def test_a_member_that_talks_nonsense_is_told_of_once_in_a_while() -> None:
    air = Air()
    host, bad, _ = air.session(3)
    air.run(1_000_000)
    channel = Channel()
    for _ in range(100):
        channel.send(b"\1nonsense")
        for frame in channel.frames(air.clock.now_us(), 1_000):
            bad.utter(host.me, [(FrameKind.CONDUCT, b"\1" + frame)])
        air.run(10_000)
    assert len(host.had(Trouble)) == 1
    assert bad.me in host.had(Trouble)[0].sentence


def test_who_plays_another_hit_to_each_is_corrected_by_what_it_signed_and_told_of() -> None:
    air = Air()
    one, two, bad = air.session(3)
    air.run(2_000_000)
    played_us = bad.time.session_us(bad.clock.now_us())
    for seat, off_us in ((one, 0), (two, 50_000)):
        frame = pack_moments([Numbered(1, played_us + off_us, b"hit")])
        bad.utter(seat.me, [(FrameKind.MOMENTS, b"\x41\1\0" + frame)])
    signed = Journal(bad.me, bad.identity.sign, lambda *message: True)
    for seat in (one, two):
        signed.open(seat.me, 0)
    signed.append(b"\1" + pack_moments([Numbered(1, played_us + 25_000, b"hit"), Numbered(2, played_us, b"more")]))
    for seat in (one, two):
        for frame in signed.frames(seat.me, 0, 1_000, lambda large: None):
            bad.utter(seat.me, [(FrameKind.JOURNAL, b"\x42" + frame)])
    air.run(100_000)
    for seat in (one, two):
        assert [event.number for event in seat.had(Moment)] == [1, 2]
        corrected = [event[:4] for event in map(astuple, seat.had(MomentCorrected))]
        assert corrected == [(bad.me, 1, played_us + 25_000, b"hit")]
        assert [bad.me in event.sentence for event in seat.had(Trouble)] == [True]


def test_a_conductor_that_gives_out_another_key_for_a_member_is_not_believed() -> None:
    air = Air()
    bad, one, two = air.session(3)
    air.run(1_000_000)
    false = replace(bad.its._belonging.roster.members[two.me], exchange_public=Identity.new().exchange_public)
    bad.its._neighbours.by_id[one.me].control.send(b"\1" + pack_member(false))
    air.run(500_000)
    two.moment(b"x")
    air.run(100_000)
    assert [event.peer for event in one.had(Moment)] == [two.me]
    assert any(bad.me in event.sentence for event in one.had(Trouble))
