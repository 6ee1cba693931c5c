"""Who knows the code gets in, on a bad network too; who does not learns and changes nothing, and is told why."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.net.admission import ADMISSION_US, COOKIE_BYTES, HELLO_BYTES, OPENING, Outgoing, directions
from engine.net.face import MAX_DATAGRAM, MAX_INFO, MAX_PEERS
from engine.net.keys import CodeExchange, Identity, confirmation, confirms, new_session
from engine.net.knock import Knock
from engine.net.limits import GUESSES_IN_ALL, GUESSES_PER_HOST
from engine.net.packets import HEADER_BYTES, VERSION, PacketKind, pack_attempt, packet_kind
from engine.net.roster import Address
from engine.net.sealing import Pairings
from tests.rig.doorstep import CODE, DOOR_AT, Doorstep, refused, welcomed
from tests.rig.meshes import Air

BEA_AT: Address = ("192.168.1.2", 7000)
SECOND_US = 1_000_000


def host(number: int) -> Address:
    return f"10.0.{number >> 8}.{number & 255}", 7000


def kinds(step: Doorstep) -> list[PacketKind | None]:
    return [packet_kind(datagram) for _, _, datagram in step.seen]


def test_who_knows_the_code_becomes_a_member_with_all_it_needs() -> None:
    step = Doorstep()
    mine = Identity.new()
    knock = step.knock(BEA_AT, mine, info={"name": "Bea", "role": "player"}, own=[("192.168.7.2", 7000)])
    step.run()
    outcome = welcomed(knock)
    assert outcome.roster == step.roster
    assert outcome.door == DOOR_AT
    assert (outcome.me.id, outcome.me.order, outcome.me.info) == (mine.id, 1, {"name": "Bea", "role": "player"})
    assert outcome.me.addresses == (BEA_AT, ("192.168.7.2", 7000))
    assert outcome.roster.conductor == outcome.roster.founder == step.conductor.id
    assert [(each.member.id, each.address, each.again) for each in step.admitted] == [(mine.id, BEA_AT, False)]


def test_afterwards_the_two_can_seal_for_each_other() -> None:
    step = Doorstep()
    mine = Identity.new()
    knock = step.knock(BEA_AT, mine)
    step.run()
    roster = welcomed(knock).roster
    there = roster.members[roster.conductor]
    here = step.roster.members[mine.id]
    sealer, _ = Pairings(mine, roster.session).pair(there.id, there.exchange_public)
    _, opener = Pairings(step.conductor, step.roster.session).pair(here.id, here.exchange_public)
    assert opener.open(sealer.seal(b"one, two")) == b"one, two"


def test_an_admission_is_six_packets_and_nothing_of_it_is_readable() -> None:
    step = Doorstep()
    step.knock(BEA_AT, info={"name": "Bea of the long and readable name"})
    step.run()
    expected = [PacketKind.HELLO, PacketKind.COOKIE, PacketKind.KNOCK, PacketKind.ANSWER, PacketKind.CLAIM]
    assert kinds(step) == [*expected, PacketKind.WELCOME]
    everything = b"".join(datagram for _, _, datagram in step.seen)
    for hidden in (b"readable", b"Ada", CODE.encode(), step.roster.group_key):
        assert hidden not in everything


@pytest.mark.parametrize("seed", range(12))
def test_three_in_ten_lost_and_out_of_order_still_get_in(seed: int) -> None:
    step = Doorstep(loss=0.3, slowest_us=60_000, seed=seed)
    knocks = [step.knock(host(number)) for number in range(4)]
    step.run()
    assert [welcomed(knock).me.order for knock in knocks]
    assert sorted(welcomed(knock).me.order for knock in knocks) == [1, 2, 3, 4]
    assert len(step.admitted) == 4


def test_a_session_of_64_with_as_much_to_say_as_they_may_fits_and_the_next_is_told_that_it_is_full() -> None:
    step = Doorstep(loss=0.2, seed=5)
    info = {"name": "n" * (MAX_INFO - 9)}
    for number in range(1, MAX_PEERS):
        knock = step.knock(host(number), info=info)
        step.run()
    assert welcomed(knock).roster == step.roster
    assert len(step.roster.members) == MAX_PEERS
    assert max(len(datagram) for _, _, datagram in step.seen) <= MAX_DATAGRAM
    late = step.knock(BEA_AT)
    step.run()
    assert refused(late) == "The session is full: 64 machines are in it, or too many came and went; open a new one."
    assert len(step.roster.members) == MAX_PEERS


def test_where_nobody_new_could_be_heard_only_who_was_there_before_is_let_in() -> None:
    step = Doorstep()
    bea = Identity.new()
    step.knock(BEA_AT, mine=bea)
    step.run()
    step.roster.drop(bea.id)
    step.room = False
    late = step.knock(host(9))
    step.run()
    assert "too many came and went" in refused(late)
    again = step.knock(BEA_AT, mine=bea.renewed())
    step.run()
    assert welcomed(again).me.order == 1


def test_many_who_come_at_once_all_get_in() -> None:
    step = Doorstep(slowest_us=20_000)
    knocks = [step.knock(host(number)) for number in range(1, 50)]
    knocks += [step.knock(("192.168.1.2", 8000 + number)) for number in range(8)]
    step.run()
    assert {welcomed(knock).me.order for knock in knocks} == set(range(1, 58))
    assert step.troubles == []


def test_a_wrong_code_is_told_and_leaves_no_trace() -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT, code="copper castle")
    step.run()
    assert refused(knock) == "This is not the join code of the session; check it with the conductor and try again."
    assert step.now_us < 1_000_000 + 2 * SECOND_US
    assert (step.admitted, list(step.roster.members)) == ([], [step.conductor.id])


def test_guessing_ends_after_five_tries_for_a_minute_with_a_sentence_on_both_sides() -> None:
    step = Doorstep()
    for number in range(GUESSES_PER_HOST):
        step.knock(("192.168.1.2", 7000 + number), code=f"guess {number}")
    step.run()
    step.run(lambda: False, for_us=3 * SECOND_US)
    with_right_code = step.knock(("192.168.1.2", 8000))
    other_machine = step.knock(("192.168.1.3", 8000))
    step.run()
    assert refused(with_right_code).startswith("Wrong join codes were tried too often; wait 5")
    assert welcomed(other_machine).me.order == 1
    assert len(step.troubles) == 1
    assert "last from 192.168.1.2" in step.troubles[0]
    step.run(lambda: False, for_us=60 * SECOND_US)
    later = step.knock(("192.168.1.2", 8001))
    step.run()
    assert welcomed(later).me.order == 2


def test_a_crowd_of_machines_gets_thirty_guesses_a_minute_in_all() -> None:
    step = Doorstep()
    for number in range(2 * GUESSES_IN_ALL):
        step.knock(host(number), code=f"guess {number}")
    step.run()
    answers = {datagram for _, _, datagram in step.seen if packet_kind(datagram) is PacketKind.ANSWER}
    assert len(answers) == GUESSES_IN_ALL
    assert len(step.roster.members) == 1


def test_another_version_is_told_with_both_numbers_and_which_to_update() -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT)
    hello = pack_attempt(PacketKind.HELLO, bytes(8)) + OPENING.pack(VERSION + 1, bytes(8))
    step.send(("192.168.1.9", 7), DOOR_AT, hello.ljust(HELLO_BYTES, b"\0"))
    step.run(lambda: bool(step.troubles))
    assert step.troubles == ["A machine at 192.168.1.9 knocks with version 2; this session speaks 1."]
    (refusal,) = [datagram for _, to, datagram in step.seen if to == ("192.168.1.9", 7)]
    assert packet_kind(refusal) is PacketKind.REFUSAL

    silent = Doorstep()
    knock = silent.knock(BEA_AT, addresses=[("192.168.1.8", 1)])
    silent.run(lambda: bool(silent.seen))
    attempt = silent.seen[0][2][1:HEADER_BYTES]
    told = pack_attempt(PacketKind.REFUSAL, attempt) + b"\1\0\2\0\0"
    silent.send(("192.168.1.8", 1), BEA_AT, told)
    silent.run()
    assert refused(knock) == (
        "The session speaks version 2, this game version 1; update this machine to play together."
    )


def test_a_session_that_is_not_the_one_looked_for_is_told() -> None:
    step = Doorstep()
    wanted = step.knock(BEA_AT, session=step.roster.session)
    other = step.knock(host(9), session=new_session())
    step.run()
    assert welcomed(wanted).me.order == 1
    assert refused(other) == "The session that was looked for is not open there any more; look for it again."


def test_silence_ends_after_ten_seconds_with_the_address_that_was_tried() -> None:
    step = Doorstep(loss=1.0)
    knock = step.knock(BEA_AT, addresses=[DOOR_AT, ("192.168.1.77", 7000)])
    began_us = step.now_us
    step.run()
    assert refused(knock).startswith("Nobody answers at 192.168.1.1 port 7000 or 192.168.1.77 port 7000; check that")
    assert step.now_us - began_us == ADMISSION_US
    assert len(step.seen) <= 60
    assert knock.due_us() is None


def test_a_door_that_falls_silent_half_way_is_told_too() -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT)
    step.run(lambda: PacketKind.KNOCK in kinds(step))
    step.loss = 1.0
    step.run()
    assert refused(knock).startswith(("The session stopped answering", "Nobody answers"))


def test_the_first_of_several_addresses_that_answers_is_taken() -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT, addresses=[("192.168.9.9", 1), DOOR_AT])
    step.run()
    assert welcomed(knock).door == DOOR_AT


def test_a_member_that_does_not_conduct_points_to_the_door() -> None:
    step = Doorstep()
    member_at = ("192.168.1.50", 7000)
    knock = step.knock(BEA_AT, addresses=[member_at])
    step.run(lambda: bool(step.seen))
    answer = directions(step.seen[0][2], DOOR_AT)
    assert answer is not None
    step.send(member_at, BEA_AT, answer)
    step.run()
    assert welcomed(knock).door == DOOR_AT
    assert directions(step.seen[-1][2], DOOR_AT) is None  # to a welcome there is nothing to say


def test_who_knocks_at_any_member_is_let_in_by_the_conductor() -> None:
    air = Air()
    _, member = air.session(2)
    late = air.seat()
    late.join(member.address)
    air.until(lambda: late.mesh is not None and len(late.its.peers()) == 2)


@pytest.mark.parametrize("host_name", ["224.0.0.1", "0.0.0.0", "a.host.to.look.up", "", "é"])
def test_directions_to_no_machine_are_not_followed(host_name: str) -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT, addresses=[("192.168.1.50", 7000)])
    step.run(lambda: bool(step.seen))
    answer = directions(step.seen[0][2], (host_name, 7000))
    assert answer is not None
    assert knock.receive(answer, ("192.168.1.50", 7000), step.now_us) == []


def test_who_comes_back_with_its_key_has_its_place_again_from_another_address_too() -> None:
    step = Doorstep()
    mine = Identity.new()
    step.knock(BEA_AT, mine)
    step.run()
    step.knock(host(3))
    step.run()
    step.roster.drop(mine.id)
    again = step.knock(("192.168.44.5", 9), mine.renewed(), session=step.roster.session)
    step.run()
    assert (welcomed(again).me.id, welcomed(again).me.order) == (mine.id, 1)
    assert (step.admitted[-1].again, step.admitted[-1].address) == (True, ("192.168.44.5", 9))
    assert step.roster.members[mine.id].exchange_public != mine.exchange_public
    assert [member.order for member in step.roster.members.values()] == [0, 2, 1]


def test_a_place_is_given_back_only_to_the_key_that_had_it() -> None:
    step = Doorstep()
    mine, thief = Identity.new(), Identity.new()
    step.knock(BEA_AT, mine)
    step.run()
    mask = Identity(mine.signing_public, thief.exchange_public, thief.signing_secret, thief.exchange_secret)
    knock = step.knock(host(5), mask)
    step.run()
    assert refused(knock).startswith("The session stopped answering")
    assert step.roster.members[mine.id].exchange_public == mine.exchange_public


def test_who_was_removed_stays_out_with_its_key_and_with_a_new_one_from_the_same_machine() -> None:
    step = Doorstep()
    mine = Identity.new()
    step.knock(BEA_AT, mine)
    step.run()
    step.roster.remove(mine.id)
    same_key = step.knock(host(1), mine.renewed())
    same_machine = step.knock((BEA_AT[0], 7777))
    other = step.knock(host(2))
    step.run()
    sentence = "This machine was removed from the session by its conductor; ask there to open a new one."
    assert refused(same_key) == refused(same_machine) == sentence
    assert welcomed(other).me.order == 2
    assert len(step.roster.members) == 2


def test_one_of_two_players_on_a_machine_can_be_removed_without_shutting_the_machine_out() -> None:
    step = Doorstep()
    mine = Identity.new()
    step.knock((BEA_AT[0], 1), mine)
    step.knock((BEA_AT[0], 2))
    step.run()
    step.roster.remove(mine.id)
    third = step.knock((BEA_AT[0], 3))
    step.run()
    assert welcomed(third).me.order == 3


def test_nothing_is_kept_or_worked_out_for_who_does_not_receive_where_it_says_it_is() -> None:
    step = Doorstep()
    rng = random.Random(1)
    for number in range(2000):
        attempt = rng.randbytes(8)
        hello = pack_attempt(PacketKind.HELLO, attempt) + OPENING.pack(VERSION, bytes(8))
        opening = OPENING.pack(VERSION, step.roster.session)
        forged = pack_attempt(PacketKind.KNOCK, attempt) + opening + rng.randbytes(1 + COOKIE_BYTES + 33)
        for datagram in (hello.ljust(HELLO_BYTES, b"\0"), forged):
            answers = step.door.receive(datagram, host(number), step.now_us)
            assert [packet_kind(answer.datagram) for answer in answers] == [PacketKind.COOKIE]
            assert len(answers[0].datagram) < len(datagram)
    assert len(step.door) == 0
    assert step.door.due_us() is None


def test_a_cookie_is_good_at_its_own_address_and_for_a_while() -> None:
    step = Doorstep()
    step.knock(BEA_AT)
    step.run()
    (knock,) = [datagram for _, _, datagram in step.seen if packet_kind(datagram) is PacketKind.KNOCK]

    def answer(at: Address, now_us: int) -> PacketKind | None:
        (reply,) = step.door.receive(knock, at, now_us)
        return packet_kind(reply.datagram)

    assert answer(BEA_AT, step.now_us) is PacketKind.ANSWER
    assert answer(host(1), step.now_us) is PacketKind.COOKIE
    minute_us = 60 * SECOND_US
    for at_us in (step.now_us + minute_us, step.now_us + 2 * minute_us):
        answer(host(1), at_us)  # each time the secret is turned
    assert answer(BEA_AT, step.now_us + 2 * minute_us) is PacketKind.COOKIE


def test_repeated_packets_do_not_admit_twice_nor_make_a_lever_for_floods() -> None:
    step = Doorstep()
    step.knock(BEA_AT, info={"name": "x"})
    step.run()
    told = [(source, datagram) for source, to, datagram in step.seen if to == DOOR_AT]
    sent = received = 0
    for _ in range(1000):
        for source, datagram in told:
            answers = step.door.receive(datagram, source, step.now_us)
            assert len(answers) <= 1
            sent += len(datagram)
            received += sum(len(answer.datagram) for answer in answers)
    assert received < sent
    assert step.door.events() == []
    assert len(step.roster.members) == 2


def test_what_was_overheard_does_not_let_another_in() -> None:
    step = Doorstep()
    step.knock(BEA_AT)
    step.run()
    for _, to, datagram in list(step.seen):
        if to == DOOR_AT:
            step.send(host(7), DOOR_AT, datagram)
    step.run(lambda: False, for_us=SECOND_US)
    assert len(step.roster.members) == 2
    assert step.door.events() == []


def test_forged_refusals_and_answers_do_not_keep_out_who_knows_the_code() -> None:
    step = Doorstep(slowest_us=30_000)
    knock = step.knock(BEA_AT)
    step.run(lambda: bool(step.seen))
    attempt = step.seen[0][2][1:HEADER_BYTES]
    refusals = [pack_attempt(PacketKind.REFUSAL, attempt) + bytes((reason, 0, 1, 0, 9)) for reason in range(10)]
    answer = pack_attempt(PacketKind.ANSWER, attempt) + CodeExchange("door", "guess").message + bytes(16)
    cookie = pack_attempt(PacketKind.COOKIE, attempt) + OPENING.pack(VERSION, step.roster.session) + bytes(16)
    for forged in (*refusals, cookie, answer):
        assert all(len(each.datagram) <= 100 for each in knock.receive(forged, DOOR_AT, step.now_us))
    step.run()
    assert welcomed(knock).me.order == 1


def test_the_confirmation_shows_the_same_code_session_and_attempt_and_nothing_else() -> None:
    session, attempt = new_session(), b"attempt."

    def secrets(code: str, other_session: bytes, other_attempt: bytes) -> tuple[bytes | None, bytes | None]:
        joiner, door = CodeExchange("joiner", CODE), CodeExchange("door", code)
        return joiner.secret(door.message, session, attempt), door.secret(joiner.message, other_session, other_attempt)

    here, there = secrets(CODE, session, attempt)
    assert here is not None
    assert there is not None
    assert confirms(confirmation(there), here)
    for case in (("other", session, attempt), (CODE, new_session(), attempt), (CODE, session, b"other at")):
        here, there = secrets(*case)
        assert here is not None
        assert there is not None
        assert not confirms(confirmation(there), here)


@pytest.mark.parametrize("message", [b"", b"B" + bytes(32), b"B" + b"\xff" * 32, b"A" * 33, b"B\x01" + bytes(31)])
def test_what_is_no_message_of_the_exchange_leads_to_no_secret(message: bytes) -> None:
    assert CodeExchange("joiner", CODE).secret(message, bytes(8), bytes(8)) is None


def test_a_knock_that_cannot_be_sent_is_refused_at_once() -> None:
    mine = Identity.new()
    cases: list[dict[str, Any]] = [
        {"addresses": []},
        {"addresses": [DOOR_AT], "session": b"short"},
        {"addresses": [DOOR_AT], "info": {"name": "x" * MAX_INFO}},
        {"addresses": [DOOR_AT], "own": [("a name to look up", 80)]},
    ]
    for more in cases:
        with pytest.raises(ValueError, match=r"."):
            Knock(mine, CODE, now_us=0, **({"info": {}} | more))


def mangled(datagram: bytes, rng: random.Random) -> bytes:
    """A datagram with some of its bytes changed, cut off or added."""
    changed = bytearray(datagram)
    for _ in range(rng.randint(1, 4)):
        way = rng.random()
        if way < 0.6 and changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        elif way < 0.8:
            del changed[rng.randrange(len(changed) + 1) :]
        else:
            changed += rng.randbytes(rng.randint(1, 40))
    return bytes(changed)


def test_a_hundred_thousand_datagrams_of_noise_change_and_grow_nothing() -> None:
    step = Doorstep()
    waiting = step.knock(BEA_AT)
    step.run()
    told = [datagram for _, _, datagram in step.seen]
    before = welcomed(waiting).roster.pack()
    knock = Knock(Identity.new(), CODE, [DOOR_AT], {}, step.now_us)
    rng = random.Random(3)
    answers: list[Outgoing] = []
    for number in range(100_000):
        noise = mangled(rng.choice(told), rng) if number % 2 else rng.randbytes(rng.randrange(120))
        answers += step.door.receive(noise, host(number & 1023), step.now_us + number)
        assert knock.receive(noise, DOOR_AT, step.now_us) == []
    assert step.roster.pack() == before
    assert len(step.door) <= 1
    assert {packet_kind(answer.datagram) for answer in answers} <= {PacketKind.COOKIE, PacketKind.REFUSAL}
    assert knock.outcome is None


@settings(max_examples=30)
@given(st.binary(max_size=80), st.sampled_from(list(PacketKind)))
def test_any_bytes_of_any_kind_are_no_admission(rest: bytes, kind: PacketKind) -> None:
    step = Doorstep()
    knock = step.knock(BEA_AT)
    step.run(lambda: PacketKind.KNOCK in kinds(step))
    attempt = step.seen[0][2][1:HEADER_BYTES]
    datagram = pack_attempt(kind, attempt) + rest
    step.send(BEA_AT, DOOR_AT, datagram)
    step.send(DOOR_AT, BEA_AT, datagram)
    step.run()
    assert welcomed(knock).me.order == 1
