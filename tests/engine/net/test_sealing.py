"""What opens was sealed by who it says, unchanged, for this machine and this session, and opens once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import MAX_PEERS, NetError
from engine.net.keys import Identity, new_group_key, new_session, pair_keys, peer_id, usable_exchange, verified, wire_id
from engine.net.packets import HEADER_BYTES, SEALED_OVERHEAD, SPREAD_OVERHEAD
from engine.net.sealing import (
    LAST_COUNTER,
    MAX_HOPS,
    WINDOW,
    GroupOpener,
    GroupSealer,
    Opener,
    Pairings,
    Sealer,
    passed_on,
)

ADA, BEA, CAI = Identity.new(), Identity.new(), Identity.new()
SESSION = new_session()
GROUP = new_group_key()


def pair(session: bytes = SESSION) -> tuple[Sealer, Opener]:
    """Ada's sealer for Bea and Bea's opener for Ada."""
    sealer, _ = Pairings(ADA, session).pair(BEA.id, BEA.exchange_public)
    _, opener = Pairings(BEA, session).pair(ADA.id, ADA.exchange_public)
    return sealer, opener


def group(*members: Identity, session: bytes = SESSION) -> GroupOpener:
    opener = GroupOpener(GROUP, session)
    for member in members:
        opener.admit(member.id, member.signing_public)
    return opener


def rejected(opener: Opener | GroupOpener) -> tuple[int, int, int]:
    counts = opener.rejected
    return counts.malformed, counts.forged, counts.replayed


def test_an_id_follows_from_the_signing_key_and_outlives_a_new_exchange_key() -> None:
    assert ADA.id == peer_id(ADA.signing_public) == ADA.renewed().id
    assert len(ADA.id) == 16
    assert bytes.fromhex(ADA.id).startswith(wire_id(ADA.id))
    assert ADA.renewed().exchange_public != ADA.exchange_public
    assert ADA.id != BEA.id


def test_secret_keys_are_never_shown() -> None:
    shown = repr(ADA) + repr(pair_keys(ADA, BEA.id, BEA.exchange_public, SESSION))
    for secret in (ADA.signing_secret, ADA.exchange_secret):
        assert repr(secret) not in shown


def test_a_pair_has_a_key_for_each_direction_that_both_work_out() -> None:
    here, there = (
        pair_keys(ADA, BEA.id, BEA.exchange_public, SESSION),
        pair_keys(BEA, ADA.id, ADA.exchange_public, SESSION),
    )
    assert (here.send, here.receive) == (there.receive, there.send)
    assert here.send != here.receive
    assert pair_keys(ADA, BEA.id, BEA.exchange_public, new_session()).send != here.send


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31), b"short", bytes(33)])
def test_a_public_key_without_a_secret_is_refused(public: bytes) -> None:
    assert not usable_exchange(public)
    with pytest.raises(ValueError, match="exchange"):
        pair_keys(ADA, BEA.id, public, SESSION)


@given(st.binary(max_size=80))
def test_a_signature_holds_for_its_message_and_key_alone(message: bytes) -> None:
    signature = ADA.sign(message)
    assert verified(message, signature, ADA.signing_public)
    assert not verified(message + b"!", signature, ADA.signing_public)
    assert not verified(message, signature, BEA.signing_public)
    assert not verified(message, signature[:-1], ADA.signing_public)
    assert not verified(message, signature, ADA.signing_public[:-1])


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=10))
def test_what_is_sealed_opens_at_the_other_end(bodies: list[bytes]) -> None:
    sealer, opener = pair()
    packets = [sealer.seal(body) for body in bodies]
    assert [len(packet) - len(body) for packet, body in zip(packets, bodies, strict=True)] == [SEALED_OVERHEAD] * len(
        bodies
    )
    assert [opener.open(packet) for packet in packets] == bodies


@given(st.lists(st.integers(0, 39), max_size=120))
def test_in_whatever_order_and_however_often_they_come_packets_open_once(arrivals: list[int]) -> None:
    sealer, opener = pair()
    packets = [sealer.seal(bytes((number,))) for number in range(40)]
    opened = [body[0] for number in arrivals if (body := opener.open(packets[number])) is not None]
    assert opened == list(dict.fromkeys(arrivals))
    assert rejected(opener) == (0, 0, len(arrivals) - len(opened))


def test_a_packet_may_be_late_by_the_window_and_no_more() -> None:
    sealer, opener = pair()
    packets = [sealer.seal(b"") for _ in range(WINDOW + 2)]
    assert opener.open(packets[WINDOW]) is not None
    assert opener.open(packets[0]) is None  # exactly the window behind
    assert opener.open(packets[1]) is not None
    assert opener.open(packets[WINDOW + 1]) is not None
    assert opener.open(packets[1]) is None
    assert rejected(opener) == (0, 0, 2)


def test_a_gap_longer_than_the_window_is_stepped_over() -> None:
    sealer, opener = pair()
    packets = [sealer.seal(b"") for _ in range(3 * WINDOW)]
    assert [opener.open(packets[number]) for number in (0, 3 * WINDOW - 1, 3 * WINDOW - 2, 1)] == [b"", b"", b"", None]


@given(st.binary(max_size=60), st.data())
def test_a_flipped_bit_or_a_missing_end_opens_nothing_and_spoils_nothing(body: bytes, data: st.DataObject) -> None:
    sealer, opener = pair()
    packet = sealer.seal(body)
    bit = data.draw(st.integers(0, len(packet) * 8 - 1))
    changed = bytearray(packet)
    changed[bit // 8] ^= 1 << bit % 8
    assert opener.open(bytes(changed)) is None
    assert opener.open(packet[: data.draw(st.integers(0, len(packet) - 1))]) is None
    assert opener.open(packet + b"\0") is None
    assert opener.open(packet) == body


@given(st.binary(max_size=100))
def test_any_bytes_open_nothing(datagram: bytes) -> None:
    _, opener = pair()
    everyone = group(ADA, BEA)
    assert opener.open(datagram) is None
    assert everyone.open(datagram) is None
    assert sum(rejected(opener)) == sum(rejected(everyone)) == 1


def test_a_packet_opens_only_between_its_two_members_in_its_direction_and_session() -> None:
    sealer, _ = pair()
    packet = sealer.seal(b"for Bea")
    elsewhere = new_session()
    openers = {
        "sent back": Pairings(ADA, SESSION).pair(BEA.id, BEA.exchange_public)[1],
        "another receiver": Pairings(CAI, SESSION).pair(ADA.id, ADA.exchange_public)[1],
        "another sender": Pairings(BEA, SESSION).pair(CAI.id, CAI.exchange_public)[1],
        "another session": Pairings(BEA, elsewhere).pair(ADA.id, ADA.exchange_public)[1],
    }
    assert {case: opener.open(packet) for case, opener in openers.items()} == dict.fromkeys(openers)
    assert {rejected(opener) for opener in openers.values()} == {(0, 1, 0)}
    forged = packet[:1] + wire_id(CAI.id) + packet[5:]
    assert openers["another sender"].open(forged) is None


def test_the_counter_ends_and_does_not_wrap() -> None:
    sealer = Sealer(bytes(32), wire_id(ADA.id), sent=LAST_COUNTER - 1)
    opener = Opener(bytes(32), wire_id(ADA.id))
    assert opener.open(sealer.seal(b"last")) == b"last"
    with pytest.raises(NetError, match="join again"):
        sealer.seal(b"one more")
    with pytest.raises(NetError, match="join again"):
        GroupSealer(GROUP, ADA, SESSION, sent=LAST_COUNTER).seal(b"")


def test_a_pair_is_made_once_for_a_key_so_that_no_counter_is_used_twice() -> None:
    pairings = Pairings(ADA, SESSION)
    first = pairings.pair(BEA.id, BEA.exchange_public)
    assert pairings.pair(BEA.id, BEA.exchange_public) == first
    again = BEA.renewed()
    assert pairings.pair(again.id, again.exchange_public) != first


def test_pairs_do_not_grow_without_end() -> None:
    pairings = Pairings(ADA, SESSION)
    comer = BEA
    made = 0
    with pytest.raises(NetError, match="Too many machines"):  # noqa: PT012  (which of them it is, is not the point)
        while made < 5000:
            comer = comer.renewed()
            pairings.pair(comer.id, comer.exchange_public)
            made += 1
    assert made >= 2 * MAX_PEERS


def test_a_body_that_fits_no_packet_is_refused() -> None:
    with pytest.raises(ValueError, match="body"):
        Sealer(bytes(32), bytes(4)).seal(bytes(1176))
    with pytest.raises(ValueError, match="body"):
        GroupSealer(GROUP, ADA, SESSION).seal(bytes(1101))
    with pytest.raises(ValueError, match="hops"):
        GroupSealer(GROUP, ADA, SESSION).seal(b"", hops=MAX_HOPS + 1)


def test_what_is_spread_opens_at_every_member_once_by_whatever_way() -> None:
    packet = GroupSealer(GROUP, ADA, SESSION).seal(b"to all", hops=2)
    assert len(packet) == len(b"to all") + SPREAD_OVERHEAD
    relayed = passed_on(packet)
    assert relayed is not None
    for listener in (group(ADA, BEA), group(ADA, CAI)):
        spread = listener.open(relayed)
        assert spread is not None
        assert (spread.origin, spread.counter, spread.hops, spread.body) == (ADA.id, 1, 1, b"to all")
        assert listener.open(packet) is None
        assert rejected(listener) == (0, 0, 1)


def test_a_spread_packet_is_passed_on_until_its_hops_are_used_up() -> None:
    packet: bytes | None = GroupSealer(GROUP, ADA, SESSION).seal(b"far", hops=MAX_HOPS)
    ways = 0
    while packet is not None:
        spread = group(ADA).open(packet)
        assert spread is not None
        assert spread.hops == MAX_HOPS - ways
        packet = passed_on(packet)
        ways += 1
    assert ways == MAX_HOPS + 1


@dataclass(frozen=True)
class Liar:
    """A member that holds the group's key, and what it tries to send as another."""

    liar: Identity
    victim: Identity

    def packet(self) -> bytes:
        """Sealed with the group's key under the victim's name, signed by the liar."""
        mask = Identity(
            self.victim.signing_public,
            self.victim.exchange_public,
            self.liar.signing_secret,
            self.liar.exchange_secret,
        )
        return GroupSealer(GROUP, mask, SESSION).seal(b"I am not who I say")


def test_a_member_cannot_speak_to_the_group_as_another() -> None:
    listener = group(ADA, BEA)
    assert listener.open(Liar(BEA, ADA).packet()) is None
    assert rejected(listener) == (0, 1, 0)
    assert listener.open(GroupSealer(GROUP, ADA, SESSION).seal(b"I am")) is not None


def test_strangers_those_who_went_and_other_sessions_are_not_heard_by_the_group() -> None:
    listener = group(ADA, BEA)
    listener.forget(BEA.id)
    packets = [
        GroupSealer(GROUP, BEA, SESSION).seal(b"gone"),
        GroupSealer(GROUP, CAI, SESSION).seal(b"never here"),
        GroupSealer(new_group_key(), ADA, SESSION).seal(b"without the key"),
        GroupSealer(GROUP, ADA, new_session()).seal(b"elsewhere"),
    ]
    assert [listener.open(packet) for packet in packets] == [None] * 4
    assert rejected(listener) == (0, 4, 0)


def test_admitting_a_member_again_does_not_open_its_old_packets_again() -> None:
    listener = group(ADA)
    packet = GroupSealer(GROUP, ADA, SESSION).seal(b"once")
    assert listener.open(packet) is not None
    listener.admit(ADA.id, ADA.signing_public)
    assert listener.open(packet) is None


@given(st.data())
def test_a_flipped_bit_in_a_spread_packet_opens_nothing_but_for_its_hops(data: st.DataObject) -> None:
    packet = GroupSealer(GROUP, ADA, SESSION).seal(b"unchanged", hops=2)
    bit = data.draw(st.integers(0, len(packet) * 8 - 1).filter(lambda bit: bit // 8 != HEADER_BYTES))
    changed = bytearray(packet)
    changed[bit // 8] ^= 1 << bit % 8
    assert group(ADA).open(bytes(changed)) is None
    more = bytearray(packet)
    more[HEADER_BYTES] = MAX_HOPS + 1
    assert group(ADA).open(bytes(more)) is None
