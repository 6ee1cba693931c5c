"""Knocks that go through a conduit: on to the door and back to who knocked, and nowhere else."""

from __future__ import annotations

import secrets

from hypothesis import given
from hypothesis import strategies as st

from engine.net.admission import directions
from engine.net.packets import ATTEMPT_BYTES, PacketKind, pack_attempt
from game.jam.conduits.doorway import AT_ONCE, MAX_ASKING, Doorway, Passed

DOOR, NEW_DOOR = ("10.0.0.1", 7000), ("10.0.0.2", 7000)
BEA, CLEO = ("10.0.1.1", 8000), ("10.0.1.2", 8000)
BEAS, CLEOS = bytes(ATTEMPT_BYTES), bytes(ATTEMPT_BYTES - 1) + b"\1"


def doorway() -> Doorway:
    made = Doorway()
    made.door = DOOR
    return made


def packet(kind: PacketKind, attempt: bytes = BEAS) -> bytes:
    return pack_attempt(kind, attempt) + bytes(64)


def test_questions_go_on_to_the_door_and_answers_back_to_who_asked() -> None:
    way = doorway()
    for attempt, who in ((BEAS, BEA), (CLEOS, CLEO)):
        hello, cookie = packet(PacketKind.HELLO, attempt), packet(PacketKind.COOKIE, attempt)
        assert way.take(hello, who, 0) == Passed(DOOR, hello)
        assert way.take(cookie, DOOR, 0) == Passed(who, cookie)


def test_what_nobody_asked_for_or_the_door_did_not_say_goes_nowhere() -> None:
    way = doorway()
    assert way.take(packet(PacketKind.WELCOME), DOOR, 0) is None
    way.take(packet(PacketKind.HELLO), BEA, 0)
    assert way.take(packet(PacketKind.WELCOME), CLEO, 0) is None
    assert way.take(packet(PacketKind.HELLO), CLEO, 0) is None  # Bea's attempt is Bea's
    assert way.take(packet(PacketKind.HELLO, CLEOS), DOOR, 0) is None
    assert Doorway().take(packet(PacketKind.HELLO), BEA, 0) is None


def test_it_follows_the_door_to_who_conducts_now() -> None:
    way = doorway()
    hello = packet(PacketKind.HELLO)
    way.take(hello, BEA, 0)
    elsewhere = directions(hello, NEW_DOOR)
    assert elsewhere is not None
    assert way.take(elsewhere, CLEO, 0) is None
    assert way.door == DOOR
    assert way.take(elsewhere, DOOR, 0) is None
    assert way.take(hello, BEA, 0) == Passed(NEW_DOOR, hello)


def test_a_flood_is_passed_on_no_faster_than_one_may_ask_and_nothing_grows() -> None:
    way = doorway()
    passed = [way.take(packet(PacketKind.HELLO, secrets.token_bytes(ATTEMPT_BYTES)), BEA, 0) for _ in range(500)]
    assert sum(each is not None for each in passed) <= AT_ONCE
    assert len(way._asking) <= MAX_ASKING


@given(st.binary(max_size=100), st.sampled_from([DOOR, BEA]))
def test_any_bytes_go_to_the_door_or_nowhere(data: bytes, sender: tuple[str, int]) -> None:
    passed = doorway().take(data, sender, 0)
    assert passed is None or passed == Passed(DOOR, data)
