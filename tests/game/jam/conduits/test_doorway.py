"""Knocks that go through a conduit: on to the door and back to who knocked, and nowhere else."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.admission import ANSWER_BYTES, HELLO_BYTES, KNOCK_BYTES, directions, parse_refusal
from engine.net.limits import GUESSES_PER_HOST, UNDECIDED_US
from engine.net.packets import ATTEMPT_BYTES, HEADER_BYTES, PacketKind, pack_attempt
from engine.net.roster import Address
from game.jam.conduits.doorway import AT_ONCE, GUESSES_OF_ONE, MAX_ASKING, Doorway, Passed

DOOR, NEW_DOOR = ("10.0.0.1", 7000), ("10.0.0.2", 7000)
BEA, CLEO = ("10.0.1.1", 8000), ("10.0.1.2", 8000)
BEAS, CLEOS = bytes(ATTEMPT_BYTES), bytes(ATTEMPT_BYTES - 1) + b"\1"


def doorway() -> Doorway:
    made = Doorway()
    made.door = DOOR
    return made


SIZES = {PacketKind.HELLO: HELLO_BYTES, PacketKind.KNOCK: KNOCK_BYTES, PacketKind.ANSWER: ANSWER_BYTES}


def packet(kind: PacketKind, attempt: bytes = BEAS, fill: int = 0) -> bytes:
    size = SIZES.get(kind, HELLO_BYTES) - HEADER_BYTES
    return pack_attempt(kind, attempt) + bytes((fill,)) * size


def tries(way: Doorway, who: Address, attempt: bytes, now_us: int) -> Passed | None:
    """Somebody gets as far as the door's answer; gives what became of its knock."""
    way.take(packet(PacketKind.HELLO, attempt), who, now_us)
    knock = packet(PacketKind.KNOCK, attempt)
    passed = way.take(knock, who, now_us)
    if passed == Passed(DOOR, knock):
        way.take(packet(PacketKind.ANSWER, attempt), DOOR, now_us)
    return passed


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


def test_who_is_shown_another_door_goes_there_and_nobody_else_does() -> None:
    way = doorway()
    hello = packet(PacketKind.HELLO)
    way.take(hello, BEA, 0)
    elsewhere = directions(hello, NEW_DOOR)
    assert elsewhere is not None
    assert way.take(elsewhere, CLEO, 0) is None
    assert way.take(hello, BEA, 0) == Passed(DOOR, hello)
    assert way.take(elsewhere, DOOR, 0) is None
    assert way.take(hello, BEA, 0) == Passed(NEW_DOOR, hello)
    assert way.take(packet(PacketKind.COOKIE), NEW_DOOR, 0) == Passed(BEA, packet(PacketKind.COOKIE))
    cleos = packet(PacketKind.HELLO, CLEOS)
    assert way.take(cleos, CLEO, 0) == Passed(DOOR, cleos)


@pytest.mark.parametrize("host", ["8.8.8.8", "127.0.0.1", "2001:4860:4860::8888"])
def test_nobody_is_sent_out_of_the_network_or_to_the_conduit_itself(host: str) -> None:
    way = doorway()
    hello = packet(PacketKind.HELLO)
    way.take(hello, BEA, 0)
    elsewhere = directions(hello, (host, 53))
    assert elsewhere is not None
    way.take(elsewhere, DOOR, 0)
    assert way.take(hello, BEA, 0) == Passed(DOOR, hello)


def test_what_is_no_question_to_a_door_by_its_size_or_its_time_goes_nowhere() -> None:
    way = doorway()
    for kind in (PacketKind.HELLO, PacketKind.KNOCK):
        for other in (packet(kind)[:-1], packet(kind) + b"x"):
            assert way.take(other, BEA, 0) is None
    assert way.take(packet(PacketKind.HELLO, fill=7), BEA, 0) is None
    assert way.take(packet(PacketKind.CLAIM), BEA, 0) is None
    tries(way, BEA, BEAS, 0)
    assert way.take(packet(PacketKind.CLAIM), BEA, 0) is not None


def test_wrong_codes_of_one_lock_nobody_else_out_and_the_last_guess_is_the_conduits() -> None:
    way = doorway()
    knocks = [packet(PacketKind.KNOCK, bytes([each] * ATTEMPT_BYTES)) for each in range(20)]
    got = [tries(way, BEA, knock[1:HEADER_BYTES], 0) for knock in knocks]
    assert sum(each is not None and each.address == DOOR for each in got) == GUESSES_OF_ONE
    later_us = UNDECIDED_US
    waits = tries(way, BEA, CLEOS, later_us)
    assert waits is not None
    assert waits.address == BEA
    assert "wait" in (parse_refusal(waits.datagram) or "")
    strangers = [
        tries(way, (f"10.0.2.{each + 1}", 1), bytes([99, each] * 4), later_us) for each in range(GUESSES_PER_HOST)
    ]
    passed = sum(each is not None and each.address == DOOR for each in strangers)
    assert GUESSES_OF_ONE + passed == GUESSES_PER_HOST - 1


def test_who_proves_the_code_leaves_its_guess_to_others_and_a_silent_door_takes_none() -> None:
    way = doorway()
    for each in range(20):
        attempt = bytes([each] * ATTEMPT_BYTES)
        passed = tries(way, BEA, attempt, 0)
        assert passed is not None
        assert passed.address == DOOR
        way.take(packet(PacketKind.WELCOME, attempt), DOOR, 0)
    for each in range(8):
        now_us = each * UNDECIDED_US
        knock = packet(PacketKind.KNOCK, bytes([99, each] * 4))
        assert way.take(knock, CLEO, now_us) == Passed(DOOR, knock)


def test_ever_new_attempts_of_one_push_nobody_else_out() -> None:
    way = doorway()
    way.take(packet(PacketKind.HELLO, CLEOS), CLEO, 0)
    tries(way, CLEO, BEAS, 0)
    for each in range(4 * MAX_ASKING):
        way.take(packet(PacketKind.HELLO, secrets.token_bytes(ATTEMPT_BYTES)), (BEA[0], 1000 + each), 0)
    for attempt in (CLEOS, BEAS):
        assert way.take(packet(PacketKind.COOKIE, attempt), DOOR, 0) is not None
    assert len(way._asking) <= MAX_ASKING


def test_a_flood_is_passed_on_no_faster_than_one_may_ask_and_nothing_grows() -> None:
    way = doorway()
    passed = [way.take(packet(PacketKind.HELLO, secrets.token_bytes(ATTEMPT_BYTES)), BEA, 0) for _ in range(500)]
    assert sum(each is not None for each in passed) <= AT_ONCE
    assert len(way._asking) <= MAX_ASKING


@given(st.binary(max_size=100), st.sampled_from([DOOR, BEA]))
def test_any_bytes_go_to_the_door_or_nowhere(data: bytes, sender: tuple[str, int]) -> None:
    passed = doorway().take(data, sender, 0)
    assert passed is None or passed == Passed(DOOR, data)
