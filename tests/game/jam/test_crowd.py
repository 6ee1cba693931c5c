"""A jam that is open to a crowd: what its conductor says is heard by any number, also out of his reach, and kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.join_code import JoinCode
from game.jam.conduits.relay import MAX_WORD
from game.jam.crowd_clock import HOP_US, CrowdClock
from game.jam.crowd_events import CrowdFelt, CrowdHits, CrowdTold
from game.jam.crowd_stage import MAX_WAITING
from game.jam.crowd_words import (
    MAX_HITS,
    MAX_SPAN_US,
    NAME_BYTES,
    SONG_BYTES,
    TICK_US,
    TITLE_BYTES,
    Bye,
    Felt,
    Now,
    Phase,
    Word,
    cut,
    doors_word,
    hits_word,
    players_words,
    unpack,
)
from game.jam.decide import React, StartFree
from game.jam.events import JamClosed, JamOpened
from game.jam.inbox import Unfit
from game.jam.keeping import stream_of
from game.jam.replaying import jams
from game.rhythm.chart import EDGE
from game.truth import Truth
from tests.rig.jam_crowd import Ears
from tests.rig.jam_machines import Machines

LATEST = 1 << 53
WIDE = "\U0001d11e"
"""A letter of four bytes."""

WORDS: list[Word] = [
    Now(
        stamp_us=LATEST,
        title=cut(WIDE * 40, TITLE_BYTES),
        phase=Phase.SONG,
        chart=bytes(16),
        song=cut(WIDE * 40, SONG_BYTES),
        artist=cut(WIDE * 40, NAME_BYTES),
        rate_percent=75,
        take="fffffffffffff-ffff",
        t0_us=LATEST,
        beat_at_us=5_000_000,
        beat_us=60_000_000,
        crowd=1 << 20,
        meter=16,
        tonic=127,
        scale="x" * NAME_BYTES,
    ),
    *players_words(LATEST, [(slot, bytes(8), WIDE * 7, WIDE * 7, 18, True) for slot in range(64)]),
    hits_word(LATEST, b"ab", [(255, 17, 90_000_000 + each * 1000) for each in range(MAX_HITS + 5)])[0],
    Felt(stamp_us=1, name="Ada", reaction="encore"),
    doors_word(LATEST, [("fd00:1111:2222:3333:4444:5555:6666:7777", 65535)] * 8),
    Bye(stamp_us=1, moves=True),
]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
def test_a_word_fits_and_arrives_as_it_was_said(word: Word) -> None:
    assert len(word.pack()) <= MAX_WORD
    assert unpack(word.pack()) == word


def test_all_players_are_named_in_as_few_words_as_hold_them() -> None:
    rows = [(slot, bytes(8), "Ada", "bass", 4, True) for slot in range(64)]
    words = players_words(0, rows)
    assert [row for word in words for row in word.rows] == rows
    assert len(words) <= 6


def test_hits_too_far_from_each_other_for_one_word_wait_for_the_next() -> None:
    latest_us = 5_000_000 + MAX_SPAN_US
    word, count = hits_word(0, b"ab", [(0, 1, 5_000_000), (1, 2, latest_us), (1, 2, latest_us + 1), (1, 2, 5_000_000)])
    assert (word.from_us, count) == (5_000_000, 2)
    assert word.rows["after"].tolist() == [0, MAX_SPAN_US // TICK_US]


@pytest.mark.parametrize("end", [0, 1, 3, -1])
@pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
def test_a_word_that_is_cut_short_is_left_out(word: Word, end: int) -> None:
    with pytest.raises(Unfit):
        unpack(word.pack()[:end])


@given(st.binary(max_size=80))
def test_any_bytes_are_a_word_or_left_out(data: bytes) -> None:
    try:
        word = unpack(data)
    except Unfit:
        return
    assert isinstance(word, Word)


def test_the_clock_of_a_listener_goes_by_the_quickest_word_and_says_about_how_wrong_it_is() -> None:
    clock, ahead_us = CrowdClock(), 7_000_000
    assert not clock.agreed
    for place, late_us in enumerate((30_000, 4_000, 90_000, 12_000, 15_000)):
        said_us = place * 1_000_000
        clock.hear(said_us + ahead_us, said_us + late_us, 2)
    assert clock.agreed
    assert abs(clock.session_us(10_000_000) - 10_000_000 - ahead_us) <= clock.error_us
    assert clock.local_us(clock.session_us(123)) == 123
    assert clock.error_us > HOP_US
    assert clock.delay_us == pytest.approx(11_000 + HOP_US, abs=1)
    clock.held = True
    before_us = clock.session_us(0)
    clock.hear(60_000_000, 60_000_000, 1)
    assert clock.session_us(0) == before_us
    clock.forget()
    assert not clock.agreed


# -- over real sockets -------------------------------------------------------------------------------------------


def start_free(machines: Machines) -> str:
    session = machines.seats[0].jam.session
    machines.until(lambda: session.time.agreed)
    session.do(StartFree(session.now_us(), session.time.bound_us, 500_000, 4, 9, "minor-pentatonic", 4))
    machines.until(lambda: session.band.free is not None)
    assert session.band.free is not None
    return session.band.free.take


def test_two_hops_away_start_hits_and_reactions_are_heard_and_kept(machines: Machines, ears: Ears) -> None:
    ada = machines.seats[0].jam
    ada.open_crowd(True)
    near = ears.admitted()
    far = ears.admitted(reach=[("127.0.0.1", near.port)])
    ears.until(lambda: far.link.hops == 2 and far.view.players)
    assert far.link.parent != near.link.parent
    ears.until(lambda: ada.crowd is not None and (ada.crowd.listeners, ada.crowd.first_hops) == (2, 1))

    take = start_free(machines)
    ears.until(lambda: far.view.now is not None and far.view.now.take == take)
    ada.session.hit(take, 3, True, 5_000_000)
    ada.session.hit(take, 3, False, 5_100_000)
    ada.session.do(React("fire", ada.session.now_us()))
    ears.until(lambda: far.hits and CrowdFelt("Ada", "fire") in far.happened)
    (hits,) = far.hits
    assert (hits.peer, hits.take) == (ada.session.me, take)
    assert np.frombuffer(hits.edges, EDGE).tolist() == [(5_000_000, 3, 1)]
    t0_us = ada.session.band.free.t0_us  # type: ignore[union-attr]
    assert [one.t0_us for one in far.happened if isinstance(one, CrowdTold) and one.take] == [t0_us]

    far.close()
    far.profile.writer.flush(10.0)
    rows = list(far.profile.log.read(stream_of(ada.session.id)))
    assert (rows[0].kind, rows[-1].kind) == (JamOpened.kind, JamClosed.kind)
    assert rows[0].payload["role"] == "crowd"
    heard = [row for row in rows if row.kind in (CrowdTold.kind, CrowdHits.kind, CrowdFelt.kind)]
    assert {row.kind for row in heard} == {CrowdTold.kind, CrowdHits.kind, CrowdFelt.kind}
    assert all(row.truth == Truth.LAN_PEER and row.origin == f"peer:{ada.session.me}" for row in heard)
    assert [row.session for row in jams(far.profile.log)] == [ada.session.id]


def test_who_does_not_reach_the_door_is_let_in_through_those_who_do(machines: Machines, ears: Ears) -> None:
    machines.seats[0].jam.open_crowd(True)
    near = ears.admitted()
    middle_door = ("127.0.0.1", near.port)
    middle = ears.add(reach=[middle_door], door=middle_door)
    ears.until(lambda: middle.hears)
    far_door = ("127.0.0.1", middle.port)
    far, guesser = ears.add(reach=[far_door], door=far_door), ears.add(code=JoinCode.new().text, door=far_door)
    ears.until(lambda: far.hears and guesser.closed)
    ears.until(lambda: [ear.link.hops for ear in (near, middle, far)] == [1, 2, 3])
    assert "join code" in guesser.closed
    assert far.session == machines.seats[0].jam.session.id


def test_what_the_conductor_says_to_a_crowd_has_a_bound(machines: Machines, ears: Ears) -> None:
    ada = machines.seats[0].jam
    ada.open_crowd(True)
    ear = ears.admitted()
    ears.until(lambda: ear.view.players)
    take = start_free(machines)
    ears.until(lambda: ear.view.now is not None and ear.view.now.take == take)
    for each in range(2 * MAX_WAITING):
        ada.session.hit(take, each % 5, True, 1_000_000 + each)
    ada.session.hit(take, 4, True, 9_000_000)
    ears.until(lambda: any(b == 9_000_000 for one in ear.hits for b in np.frombuffer(one.edges, EDGE)["at_us"]))
    heard = sum(len(one.edges) // EDGE.itemsize for one in ear.hits)
    assert heard <= MAX_WAITING


def test_a_wrong_code_gets_no_ticket(machines: Machines, ears: Ears) -> None:
    machines.seats[0].jam.open_crowd(True)
    ear = ears.add(code=JoinCode.new().text)
    ears.until(lambda: ear.closed)
    assert "join code" in ear.closed
    assert ear.session == ""


def test_a_jam_that_is_not_open_to_a_crowd_says_so(machines: Machines, ears: Ears) -> None:
    ear = ears.add()
    ears.until(lambda: ear.closed)
    assert "not open to a crowd" in ear.closed


def test_who_listens_is_told_when_the_crowd_is_closed(machines: Machines, ears: Ears) -> None:
    ada = machines.seats[0].jam
    ada.open_crowd(True)
    ear = ears.admitted()
    ada.open_crowd(False)
    ears.until(lambda: ear.closed)
    assert "closed the crowd" in ear.closed
    assert ada.crowd is None


def test_when_another_conducts_the_crowd_goes_on_with_them(machines: Machines, ears: Ears) -> None:
    ada, ben = machines.seats[0].jam, machines.join("Ben").jam
    ada.open_crowd(True)
    ear = ears.admitted()
    ears.until(lambda: len(ear.view.players) == 2)
    assert ear.conductor == ada.session.me
    ears.until(lambda: ben.session.time.agreed)
    ada.close()
    machines.seats[0].machine = None
    ears.until(lambda: ear.hears and ear.conductor == ben.session.me)
    assert ben.crowd is not None
    assert not ear.closed
