from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_seed_keypair

from engine.net.frames import FRAME_COST
from engine.net.journal import (
    ANSWERS_BYTES_S,
    ASK_US,
    BURST_BYTES,
    HEARD_US,
    LARGEST_INLINE,
    MAX_AHEAD,
    MAX_AUTHOR_BYTES,
    MAX_AUTHORS,
    MOST_ANSWERS,
    RECORD_COST,
    Journal,
)
from engine.net.keys import Identity, verified
from engine.net.records import MAX_DATA, Record

ROOM = 1150
SEEDS = [bytes((number,)) * 32 for number in range(5)]
IDENTITIES = [Identity(public, b"", secret, b"") for public, secret in map(crypto_sign_seed_keypair, SEEDS)]
PUBLIC = {one.id: one.signing_public for one in IDENTITIES}
ANN, BOB, CAT, DAN, EVE = (one.id for one in IDENTITIES)


def verify(author: str, message: bytes, signature: bytes) -> bool:
    return author in PUBLIC and verified(message, signature, PUBLIC[author])


def journal_of(one: str) -> Journal:
    return Journal(one, next(identity.sign for identity in IDENTITIES if identity.id == one), verify)


@dataclass
class Table:
    """Journals that hand each other frames at once, unless two are apart; by a clock turned by hand."""

    journals: dict[str, Journal]
    apart: set[frozenset[str]] = field(default_factory=set)
    now_us: int = 1_000_000
    heard: dict[str, list[Record]] = field(default_factory=dict)
    carried: list[tuple[str, str, bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, *members: str) -> Table:
        table = cls({})
        for one in members:
            table.sit(journal_of(one), one)
        return table

    def sit(self, journal: Journal, one: str) -> None:
        for other, theirs in self.journals.items():
            journal.open(other, self.now_us)
            theirs.open(one, self.now_us)
        self.journals[one] = journal
        self.heard[one] = []

    def run(self, for_us: int = 1_000_000) -> None:
        for _ in range(for_us // 10_000):
            self.now_us += 10_000
            for one, journal in self.journals.items():
                due_us = journal.tick_us()
                if due_us is not None and due_us <= self.now_us:
                    journal.tick(self.now_us)
                for peer in self.journals:
                    self._packets(one, peer)

    def _packets(self, one: str, peer: str) -> None:
        while (due_us := self.journals[one].due_us(peer)) is not None and due_us <= self.now_us:
            large: list[bytes] = []
            frames = self.journals[one].frames(peer, self.now_us, ROOM, large.append)
            assert sum(len(frame) + FRAME_COST for frame in frames) <= ROOM
            assert all(len(frame) > LARGEST_INLINE for frame in large)
            still_us = self.journals[one].due_us(peer)
            assert frames or large or (still_us or 0) > self.now_us, "due, but nothing to send"
            if frozenset((one, peer)) not in self.apart:
                for frame in frames + large:
                    self.give(one, peer, frame)

    def give(self, one: str, peer: str, frame: bytes) -> None:
        self.carried.append((one, peer, frame))
        self.journals[peer].heard(one, self.now_us)
        self.heard[peer] += self.journals[peer].receive(one, frame, self.now_us)

    def records(self, at: str, by: str) -> list[tuple[int, bytes]]:
        return [(one.number, one.data) for one in self.heard[at] if one.author == by]


def frames_of(journal: Journal, peer: str = EVE) -> list[bytes]:
    """The frames of all records a journal's owner makes from now on, once it has made them."""
    out: list[bytes] = []
    while journal.due_us(peer) == 0 and (frames := journal.frames(peer, 0, ROOM, out.append)):
        out += frames
    return [frame for frame in out if frame[:1] == b"\0"]


def records_of(one: str, *data: bytes) -> list[bytes]:
    """Frames of the records in which ``one`` says ``data``."""
    journal = journal_of(one)
    journal.open(EVE, 0)
    for each in data:
        journal.append(each)
    return frames_of(journal)


def listener(*authors: str) -> Journal:
    out = journal_of(EVE)
    for author in authors:
        out.open(author, 0)
    return out


def test_a_record_is_pushed_to_everyone_at_once() -> None:
    table = Table.of(ANN, BOB, CAT)
    assert table.journals[ANN].append(b"one") == 1
    assert table.journals[ANN].append(b"two") == 2
    table.run(10_000)
    for one in (BOB, CAT):
        assert table.records(one, ANN) == [(1, b"one"), (2, b"two")]
        assert table.journals[one].have() == {ANN: 2}


def test_what_was_lost_is_asked_for_and_comes_from_its_author_alone() -> None:
    table = Table.of(ANN, BOB, CAT, DAN)
    table.run(100_000)
    table.apart = {frozenset((ANN, BOB))}
    table.journals[ANN].append(b"lost")
    table.run(20_000)
    table.apart.clear()
    table.carried.clear()
    table.run(1_000_000)
    assert table.records(BOB, ANN) == [(1, b"lost")]
    senders = [one for one, peer, frame in table.carried if frame[:1] == b"\0" and peer == BOB]
    assert senders == [ANN]


def test_records_of_one_who_has_gone_are_passed_on_by_one_other() -> None:
    table = Table.of(ANN, BOB, CAT)
    for number in range(40):
        table.journals[ANN].append(b"%d" % number)
    table.run()
    del table.journals[ANN]
    for one in (BOB, CAT):
        table.journals[one].close(ANN)
    late = journal_of(DAN)
    late.admit(ANN)
    table.sit(late, DAN)
    table.carried.clear()
    table.run(2_000_000)
    assert table.records(DAN, ANN) == [(number + 1, b"%d" % number) for number in range(40)]
    assert sum(frame[:1] == b"\0" for _, _, frame in table.carried) == 40, "each came once"


def test_a_partition_that_heals_leaves_both_sides_records_on_both() -> None:
    table = Table.of(ANN, BOB, CAT, DAN)
    table.run(100_000)
    table.apart = {frozenset((one, other)) for one in (ANN, BOB) for other in (CAT, DAN)}
    for number in range(30):
        for one in (ANN, BOB, CAT, DAN):
            table.journals[one].append(b"%s %d" % (one.encode(), number) + bytes(number * 100))
        table.run(200_000)
    table.apart.clear()
    table.run(3_000_000)
    for at in (ANN, BOB, CAT, DAN):
        for by in {ANN, BOB, CAT, DAN} - {at}:
            expected = [(n + 1, b"%s %d" % (by.encode(), n) + bytes(n * 100)) for n in range(30)]
            assert table.records(at, by) == expected


def test_one_who_comes_late_hears_each_author_from_itself() -> None:
    table = Table.of(ANN, BOB, CAT)
    for one in (ANN, BOB, CAT):
        for number in range(10):
            table.journals[one].append(b"%d" % number)
    table.run()
    table.sit(journal_of(DAN), DAN)
    table.carried.clear()
    table.run(2_000_000)
    records = [(one, frame) for one, _, frame in table.carried if frame[:1] == b"\0"]
    assert len(records) == 30
    assert all(frame[1:9] == bytes.fromhex(one) for one, frame in records)


@pytest.mark.parametrize("phase_us", range(0, 2_000_000, 300_000))
def test_after_a_silence_both_tell_at_once_what_they_have(phase_us: int) -> None:
    table = Table.of(ANN, BOB, CAT)
    table.run(100_000)
    table.apart = {frozenset((BOB, ANN)), frozenset((BOB, CAT))}
    table.run(HEARD_US)
    table.journals[ANN].append(b"said before I went")
    table.run(1_000_000 + phase_us)
    del table.journals[ANN]
    table.apart.clear()
    table.run(700_000)
    assert table.records(BOB, ANN) == [(1, b"said before I went")]


@pytest.mark.parametrize(("boaster", "honest"), [(BOB, CAT), (CAT, BOB)])
def test_one_who_has_nothing_but_says_so_does_not_keep_others_from_answering(boaster: str, honest: str) -> None:
    table = Table.of(ANN, BOB, CAT)
    for number in range(5):
        table.journals[ANN].append(b"%d" % number)
    table.run()
    del table.journals[ANN]
    for one in (BOB, CAT):
        table.journals[one].close(ANN)
    late = journal_of(DAN)
    late.admit(ANN)
    table.sit(late, DAN)
    del table.journals[boaster]  # what stands in its place answers nothing
    boast = b"\1\0" + bytes.fromhex(ANN) + b"\x40"  # 32 records of Ann
    for _ in range(10):
        table.give(boaster, DAN, boast)
        table.run(2 * ASK_US // 3)
    assert honest in table.journals
    assert table.records(DAN, ANN)[-1] == (5, b"4")


def test_records_that_overtake_each_other_come_in_order() -> None:
    frames = records_of(ANN, *(b"%d" % number for number in range(20)))
    journal = listener(ANN)
    got: list[Record] = []
    for frame in [*frames[10:], *frames[:10], *frames]:
        got += journal.receive(ANN, frame, 0)
    assert [(one.number, one.data) for one in got] == [(n + 1, b"%d" % n) for n in range(20)]
    assert journal.refused == 0


@given(st.data())
def test_an_altered_record_is_refused_and_the_true_one_still_taken(data: st.DataObject) -> None:
    (frame,) = records_of(ANN, b"the truth")
    at = data.draw(st.integers(0, len(frame) - 1))
    altered = bytearray(frame)
    altered[at] ^= data.draw(st.integers(1, 255))
    journal = listener(ANN, BOB)
    assert journal.receive(BOB, bytes(altered), 0) == []
    assert journal.refused == 1 or altered[0] == 1
    assert journal.receive(BOB, frame, 0) == [Record(ANN, 1, b"the truth")]
    assert journal.caught == set()


def test_nobody_speaks_for_another_or_without_being_a_member() -> None:
    (frame,) = records_of(ANN, b"mine")
    forged = frame[:1] + bytes.fromhex(BOB) + frame[9:]
    journal = listener(BOB)
    assert journal.receive(BOB, forged, 0) == []
    assert journal.receive(BOB, frame, 0) == [], "Ann was never admitted"
    assert journal.receive(CAT, frame, 0) == [], "nor is Cat here"
    assert journal.refused == 3
    journal.admit(ANN)
    assert journal.receive(BOB, frame, 0) == [Record(ANN, 1, b"mine")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_author_of_two_histories_is_caught_by_all_who_hear_of_both(order: tuple[int, int]) -> None:
    versions = records_of(ANN, b"yes")[0], records_of(ANN, b"no")[0]
    table = Table.of(ANN, BOB, CAT)
    table.run(100_000)
    table.give(ANN, BOB, versions[order[0]])
    table.give(ANN, CAT, versions[order[1]])
    assert table.records(BOB, ANN) != table.records(CAT, ANN)
    table.give(ANN, CAT, versions[order[0]])
    table.run(100_000)
    for one in (BOB, CAT):
        assert table.journals[one].caught == {ANN}
        assert len(table.records(one, ANN)) == 1, "what was heard first stands"
    for frame in records_of(ANN, b"yes", b"more"):
        table.give(ANN, BOB, frame)
    assert len(table.records(BOB, ANN)) == 1, "nothing more is taken"
    table.journals[BOB].append(b"I am still heard")
    table.run(100_000)
    assert table.records(CAT, BOB) == [(1, b"I am still heard")]


def test_a_record_that_does_not_follow_on_what_was_heard_catches_its_author() -> None:
    journal = listener(ANN)
    assert journal.receive(ANN, records_of(ANN, b"yes")[0], 0)
    assert journal.receive(ANN, records_of(ANN, b"no", b"and")[1], 0) == []
    assert journal.caught == {ANN}


def test_a_flood_is_slowed_and_all_of_it_arrives_in_time() -> None:
    count = 3 * BURST_BYTES // (1000 + RECORD_COST)
    table = Table.of(ANN, BOB)
    for number in range(count):
        table.journals[ANN].append(number.to_bytes(1000, "big"))
    table.run(1_000_000)
    first = len(table.records(BOB, ANN))
    assert 0 < first * (1000 + RECORD_COST) < 1.2 * BURST_BYTES
    assert table.journals[BOB].delayed > 0
    table.run(40_000_000)
    assert [number for number, _ in table.records(BOB, ANN)] == list(range(1, count + 1))
    assert table.journals[BOB].refused == 0


def test_one_author_can_fill_its_share_only() -> None:
    mine = journal_of(ANN)
    for _ in range(MAX_AUTHOR_BYTES // (MAX_DATA + RECORD_COST)):
        mine.append(bytes(MAX_DATA))
    with pytest.raises(OverflowError):
        mine.append(bytes(MAX_DATA))
    with pytest.raises(ValueError, match="at most"):
        mine.append(bytes(MAX_DATA + 1))


def test_records_far_ahead_are_not_kept() -> None:
    frames = records_of(ANN, *(b"%d" % number for number in range(MAX_AHEAD + 1)))
    journal = listener(ANN)
    assert journal.receive(ANN, frames[MAX_AHEAD], 0) == []
    assert journal.delayed == 1
    got = [one for frame in frames[:MAX_AHEAD] for one in journal.receive(ANN, frame, 0)]
    assert len(got) == MAX_AHEAD


def test_no_more_authors_than_fit_are_admitted() -> None:
    journal = journal_of(ANN)
    for number in range(MAX_AUTHORS - 1):
        journal.open(f"{number:016x}", 0)
    assert not journal.room()
    assert not journal.admit("f" * 16)
    assert journal.admit(ANN)


def test_who_came_and_went_without_a_word_makes_room() -> None:
    journal = listener(ANN, BOB)
    for frame in records_of(ANN, b"a word"):
        journal.receive(ANN, frame, 0)
    journal.close(ANN)
    for number in range(2 * MAX_AUTHORS):
        assert journal.room()
        assert journal.admit(f"{number:016x}")
    for frame in records_of(BOB, b"another"):
        assert journal.receive(BOB, frame, 0)  # a member is no such one
    assert journal.have() == {ANN: 1, BOB: 1}


def test_many_authors_are_told_of_in_several_packets() -> None:
    table = Table.of(ANN, BOB)
    for one in (ANN, BOB):
        for number in range(200):
            table.journals[one].admit(f"{number:016x}")
    table.run()
    told = {frame[at : at + 8] for _, peer, frame in table.carried if peer == BOB for at in range(2, len(frame), 9)}
    assert len(told) == 202


def test_questions_bring_no_more_than_a_link_may_carry() -> None:
    table = Table.of(ANN, BOB)
    for number in range(2000):
        table.journals[ANN].append(number.to_bytes(900, "big"))
    table.run(5_000_000)
    table.carried.clear()
    question = b"\1\0" + bytes.fromhex(ANN) + b"\1"  # Bob: no record of Ann, and asks for them
    for _ in range(1000):
        table.give(BOB, ANN, question)
        table.run(10_000)
    answered = sum(len(frame) for one, _, frame in table.carried if one == ANN)
    assert 0 < answered < MOST_ANSWERS + 12 * ANSWERS_BYTES_S


def test_a_silent_member_is_not_pushed_to_and_asks_when_it_is_back() -> None:
    table = Table.of(ANN, BOB)
    table.run(100_000)
    table.apart = {frozenset((ANN, BOB))}
    table.run(HEARD_US + 500_000)
    for number in range(100):
        table.journals[ANN].append(b"%d" % number)
    table.run(10_000_000)
    table.apart.clear()
    table.run(1_500_000)
    assert len(table.records(BOB, ANN)) == 100


@given(st.lists(st.binary(max_size=120) | st.binary(max_size=120).map(lambda tail: b"\0" + bytes.fromhex(BOB) + tail)))
def test_any_bytes_do_nothing_worse_than_being_counted(frames: list[bytes]) -> None:
    journal = listener(ANN, BOB)
    journal.append(b"mine")
    for frame in frames:
        assert journal.receive(ANN, frame, 10) == []
    assert journal.have() == {EVE: 1}
    journal.tick(1_000_000)
    for _ in range(20):
        journal.frames(ANN, 1_000_000, ROOM, lambda frame: None)
    assert journal.receive(BOB, records_of(BOB, b"hello")[0], 20) == [Record(BOB, 1, b"hello")]
