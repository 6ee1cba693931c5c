"""Tickets for the crowd: only for who knows the code, only while it is open, and without a seat."""

from __future__ import annotations

import pytest

from engine.net.door import MAX_CROWD_ENTRIES
from engine.net.face import MAX_PEERS, Refused
from engine.net.keys import Identity
from engine.net.knock import Ticketed
from engine.net.packets import PacketKind
from engine.net.roster import Address, Member
from engine.net.ticket import MAX_DOORS, MAX_NEAR, Ticket
from tests.rig.doorstep import DOOR_AT, Doorstep, refused, welcomed

BEA_AT: Address = ("192.168.1.2", 7000)
TICKET = Ticket(bytes(range(32)), bytes(32), "ab" * 8, 7001, (("10.0.0.7", 9000),), (("fd00::2", 9001),))


def test_who_knows_the_code_gets_the_ticket_and_no_seat() -> None:
    step = Doorstep()
    step.ticket = TICKET.pack()
    knock = step.knock(BEA_AT, crowd=True)
    step.run()
    assert knock.outcome == Ticketed(TICKET, step.roster.session.hex(), DOOR_AT, BEA_AT[1])
    assert step.admitted == []
    assert len(step.roster.members) == 1
    assert bytes(step.roster.group_key) not in step.ticket
    assert TICKET.key not in b"".join(datagram for _, _, datagram in step.seen)


def test_who_does_not_know_it_gets_none() -> None:
    step = Doorstep()
    step.ticket = TICKET.pack()
    knock = step.knock(BEA_AT, code="wrong code", crowd=True)
    step.run()
    assert "join code" in refused(knock)


def test_where_there_is_no_crowd_it_is_said() -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT, crowd=True)
    step.run()
    assert "not open to a crowd" in refused(knock)


@pytest.mark.parametrize("open_to_crowd", [True, False])
def test_a_full_session_offers_its_crowd(open_to_crowd: bool) -> None:
    step = Doorstep()
    step.ticket = TICKET.pack() if open_to_crowd else b""
    for number in range(1, MAX_PEERS):
        other = Identity.new()
        step.roster.put(Member(other.signing_public, other.exchange_public, {}, number))
    knock = step.knock(BEA_AT)
    step.run()
    assert isinstance(knock.outcome, Refused)
    assert knock.outcome.crowd == open_to_crowd
    assert ("crowd" in knock.outcome.sentence) == open_to_crowd


def test_who_wants_a_seat_is_never_taken_for_one_of_the_crowd() -> None:
    step = Doorstep()
    step.ticket = TICKET.pack()
    knock = step.knock(BEA_AT)
    step.run()
    assert welcomed(knock).me.order == 1


def test_who_was_removed_may_not_listen_either() -> None:
    step = Doorstep()
    step.ticket = TICKET.pack()
    bea = Identity.new()
    member = step.knock(BEA_AT, bea)
    step.run()
    step.roster.remove(welcomed(member).me.id)
    for at, mine in (((BEA_AT[0], 7009), Identity.new()), (("192.168.1.3", 7000), bea.renewed())):
        knock = step.knock(at, mine, crowd=True)
        step.run()
        assert "removed" in refused(knock)


def test_a_crowd_at_the_door_comes_in_bit_by_bit_and_leaves_room_for_the_band() -> None:
    step = Doorstep()
    step.ticket = TICKET.pack()
    crowd = [step.knock((f"10.0.0.{each + 1}", 5000), crowd=True) for each in range(MAX_CROWD_ENTRIES + 16)]
    step.run(lambda: sum(each.outcome is not None for each in crowd) >= MAX_CROWD_ENTRIES)
    assert len(step.door) == MAX_CROWD_ENTRIES
    member = step.knock(BEA_AT)
    step.run(lambda: member.outcome is not None)
    assert welcomed(member).me.order == 1
    assert len(step.door) == MAX_CROWD_ENTRIES + 1
    step.run()
    assert all(isinstance(each.outcome, Ticketed) for each in crowd)


def test_who_knocks_for_the_crowd_gets_no_seat_by_claiming_one() -> None:
    step = Doorstep()
    step.ticket = TICKET.pack()
    knock = step.knock(BEA_AT, crowd=True)
    step.run(lambda: any(datagram[0] == PacketKind.ANSWER for _, _, datagram in step.seen))
    knock._crowd = False
    step.run()
    assert "stopped answering" in refused(knock)
    assert step.admitted == []


def test_a_ticket_takes_no_more_addresses_than_it_may_carry() -> None:
    many = tuple(("10.0.0.1", port) for port in range(1, 200))
    parsed = Ticket.parse(Ticket(bytes(32), bytes(32), "ab" * 8, 1, many, many).pack())
    assert (parsed.near, parsed.doors) == (many[:MAX_NEAR], many[:MAX_DOORS])


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x80", TICKET.pack()[:-1], TICKET.pack() + b"x", TICKET.pack().replace(b"10.0.0.7", b"0.0.0.0.")],
)
def test_what_is_no_ticket_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Ticket.parse(data)
