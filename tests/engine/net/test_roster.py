"""A roster from outside is whole, within bounds and free of contradictions, or it is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import MAX_INFO, MAX_PEERS
from engine.net.keys import Identity
from engine.net.roster import (
    MAX_PLACES,
    MAX_REMOVED,
    Member,
    NameTaken,
    Roster,
    SessionFull,
    WasRemoved,
    pack_info,
    pack_member,
    parse_info,
    parse_member,
)

ADA = Identity.new()
AT = ("192.168.1.2", 7000)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def member(identity: Identity, order: int = 1, **more: Any) -> Member:
    given = {"info": {"name": "Bea"}, "addresses": (AT,)} | more
    return Member(identity.signing_public, identity.exchange_public, order=order, **given)


def three() -> Roster:
    roster = Roster.found(ADA, {"name": "Ada"}, (("fe80::1%eth0", 7000),))
    for number in range(2):
        comer = Identity.new()
        roster.admit(comer.signing_public, comer.exchange_public, {"name": str(number)}, ((f"10.0.0.{number}", 7),))
    return roster


@given(st.dictionaries(st.text(max_size=10), PLAIN, max_size=4))
def test_what_a_member_says_of_itself_comes_back_or_is_refused_at_both_ends(info: dict[str, Any]) -> None:
    try:
        packed = pack_info(info)
    except ValueError:
        packed = msgpack.packb(info)
        with pytest.raises(ValueError, match=r"deeply|more bytes"):
            parse_info(packed)
    else:
        assert parse_info(packed) == info


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xc1",
        msgpack.packb([1]),
        msgpack.packb({1: 2}),
        msgpack.packb({"a": {b"b": 1}}),
        msgpack.packb({"a": msgpack.ExtType(5, b"x")}),
        msgpack.packb({"a": msgpack.Timestamp(1)}),
        msgpack.packb({"a": [[[[[1]]]]]}),
        msgpack.packb({"a": "x" * MAX_INFO}),
        b"\x81\xa1a" + b"\x91" * 900 + b"\xc0",
        b"\xdf\xff\xff\xff\xff",
        b"\x81\xa1a\xa2\xff\xfe",
    ],
)
def test_an_info_that_is_not_plain_or_not_small_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_info(packed)


def test_a_roster_and_its_members_come_back_as_they_were() -> None:
    roster = three()
    gone, removed = list(roster.members)[1:]
    roster.drop(gone)
    roster.remove(removed)
    assert Roster.parse(roster.pack()) == roster
    for each in roster.members.values():
        assert parse_member(pack_member(each)) == each


@given(st.binary(max_size=300))
def test_any_bytes_are_no_roster_and_no_member(data: bytes) -> None:
    for reader in (Roster.parse, parse_member):
        with pytest.raises(ValueError, match=r"."):
            reader(data)


@given(st.data())
def test_a_roster_with_any_byte_changed_is_refused_or_still_free_of_contradictions(data: st.DataObject) -> None:
    packed = bytearray(three().pack())
    packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        roster = Roster.parse(bytes(packed))
    except ValueError:
        return
    assert roster.conductor in roster.members
    assert all(roster.places[peer] == each.order and each.id == peer for peer, each in roster.members.items())


def test_rosters_that_contradict_themselves_are_refused() -> None:
    good = three()
    stranger = member(Identity.new())
    other = list(good.members.values())[1]
    cases = [
        replace(good, conductor=stranger.id),
        replace(good, members=good.members | {stranger.id: stranger}),
        replace(good, places=good.places | {other.id: 0}),
        replace(good, places={}),
        replace(good, session=bytes(8)),
        replace(good, session=bytes(7)),
        replace(good, term=-1),
        replace(good, founder="nobody"),
        replace(good, members={}),
        replace(good, members=good.members | {other.id: replace(other, exchange_public=bytes(32))}),
        replace(good, members=good.members | {other.id: replace(other, addresses=(("example.org", 7),))}),
        replace(good, members=good.members | {other.id: replace(other, addresses=(("10.0.0.1", 70_000),))}),
        replace(good, members=good.members | {other.id: replace(other, addresses=(("239.1.1.1", 7),))}),
        replace(good, members=good.members | {other.id: replace(other, addresses=(AT,) * 9)}),
        replace(good, removed=dict.fromkeys(map("{:016x}".format, range(MAX_REMOVED + 1)))),
    ]
    for case in cases:
        with pytest.raises(ValueError, match=r"roster|member|exchange|address|appear"):
            Roster.parse(case.pack())
    assert Roster.parse(good.pack()) == good


def test_who_is_admitted_takes_the_next_place_and_keeps_it() -> None:
    roster = Roster.found(ADA, {})
    comers = [Identity.new() for _ in range(3)]
    orders = [roster.admit(each.signing_public, each.exchange_public, {}, (AT,))[0].order for each in comers]
    roster.drop(comers[2].id)
    new = Identity.new()
    assert orders == [1, 2, 3]
    assert roster.admit(new.signing_public, new.exchange_public, {}, (AT,))[0].order == 4
    back, again = roster.admit(comers[2].signing_public, comers[2].exchange_public, {}, (AT,))
    assert (back.order, again) == (3, True)


def test_a_full_session_takes_back_its_own_but_nobody_new() -> None:
    roster = Roster.found(ADA, {})
    comers = [Identity.new() for _ in range(MAX_PEERS - 1)]
    for each in comers:
        roster.admit(each.signing_public, each.exchange_public, {}, (AT,))
    new = Identity.new()
    with pytest.raises(SessionFull):
        roster.admit(new.signing_public, new.exchange_public, {}, (AT,))
    again = comers[7].renewed()
    assert roster.admit(again.signing_public, again.exchange_public, {}, (AT,))[1]
    assert len(roster.members) == MAX_PEERS


def test_an_id_that_packets_cannot_tell_from_another_is_not_admitted() -> None:
    # To find keys with such ids takes some four thousand million tries; so the other id stands there without its keys.
    roster, new = Roster.found(ADA, {}), Identity.new()
    alike = new.id[:8] + "0" * 8
    roster.members[alike] = member(Identity.new())
    with pytest.raises(NameTaken):
        roster.admit(new.signing_public, new.exchange_public, {}, (AT,))


def test_who_was_removed_is_not_admitted_and_the_list_of_them_does_not_grow() -> None:
    roster = Roster.found(ADA, {})
    for number in range(2 * MAX_REMOVED):
        comer = Identity.new()
        roster.admit(comer.signing_public, comer.exchange_public, {}, ((f"10.1.{number >> 8}.{number & 255}", 7),))
        roster.remove(comer.id)
        with pytest.raises(WasRemoved):
            roster.admit(comer.signing_public, comer.exchange_public, {}, (AT,))
    assert len(roster.removed) == len(roster.removed_hosts) == MAX_REMOVED
    assert len(roster.members) == 1


def test_removing_a_second_window_of_this_machine_does_not_shut_the_machine_out() -> None:
    roster = Roster.found(ADA, {})
    first, second = Identity.new(), Identity.new()
    loopback = (("127.0.0.1", 7),)
    roster.admit(first.signing_public, first.exchange_public, {}, loopback)
    roster.remove(first.id)
    assert roster.admit(second.signing_public, second.exchange_public, {}, loopback)[0].order == 2


def test_a_place_given_out_on_both_sides_of_a_partition_shuts_no_newcomer_out() -> None:
    roster = Roster.found(ADA, {})
    here, there, late = Identity.new(), Identity.new(), Identity.new()
    admitted, _ = roster.admit(here.signing_public, here.exchange_public, {}, ())
    roster.drop(admitted.id)
    roster.put(member(there, admitted.order))  # the other side let this one in meanwhile, with the same order
    roster.admit(late.signing_public, late.exchange_public, {}, ())
    assert Roster.parse(roster.pack()).places == roster.places
    assert len(set(roster.places.values())) == len(roster.places)


def test_two_members_in_one_place_are_set_apart_by_who_conducts() -> None:
    roster = Roster.found(ADA, {})
    one, two = (member(Identity.new(), 3) for _ in range(2))
    roster.put(one)
    roster.put(two)
    moved = roster.set_apart()
    assert [each.id for each in moved] == [max(one.id, two.id)]
    assert sorted(each.order for each in roster.members.values()) == [0, 3, 4]
    assert Roster.parse(roster.pack()).members == roster.members
    assert not roster.set_apart()


def test_places_of_those_who_went_are_remembered_up_to_a_bound() -> None:
    roster = Roster.found(ADA, {})
    for _ in range(MAX_PLACES + 50):
        comer = Identity.new()
        roster.admit(comer.signing_public, comer.exchange_public, {}, (AT,))
        roster.drop(comer.id)
    assert len(roster.places) == MAX_PLACES
    assert roster.places[ADA.id] == 0
    assert Roster.parse(roster.pack()) == roster
