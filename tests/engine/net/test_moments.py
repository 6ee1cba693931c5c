from __future__ import annotations

import contextlib
import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import MAX_MOMENT
from engine.net.frames import Malformed, folded, get_number, pack, put_number, unfolded, unpack
from engine.net.moments import (
    AHEAD,
    DOUBTED,
    LAST_COPY_US,
    MISSED,
    MOST_COPIES,
    REPEATED_US,
    REPEATS,
    SURE_FRAMES,
    MomentReceiver,
    MomentSender,
    Numbered,
    copies_for,
    pack_moments,
    unpack_moments,
)

ROOM = 1150
INSTANTS = st.integers(-(1 << 62) + 1, (1 << 62) - 1)


def sender(link: str = "there", loss: float = 0.0) -> MomentSender:
    out = MomentSender()
    out.open(link)
    out.set_loss(link, loss)
    return out


def sends(out: MomentSender, link: str, until_us: int) -> list[tuple[int, bytes]]:
    """When packets go for the sake of moments, and their frames."""
    frames = []
    while (due_us := out.due_us(link)) is not None and due_us <= until_us:
        frames.append((due_us, out.frame(link, due_us, ROOM)))
    return frames


@given(st.lists(st.tuples(INSTANTS, st.binary(max_size=MAX_MOMENT)), max_size=40), st.integers(1, 1 << 40))
def test_moments_come_out_as_they_went_in(given_moments: list[tuple[int, bytes]], first: int) -> None:
    moments = [Numbered(first + index, at_us, data) for index, (at_us, data) in enumerate(given_moments)]
    assert unpack_moments(pack_moments(moments)) == moments


@given(st.integers(0, (1 << 64) - 1), st.integers(-(1 << 63), (1 << 63) - 1))
def test_numbers_come_out_as_they_went_in(number: int, signed: int) -> None:
    out = bytearray()
    put_number(out, number)
    put_number(out, folded(signed))
    back, at = get_number(bytes(out), 0)
    signed_back, at = get_number(bytes(out), at)
    assert (back, unfolded(signed_back), at) == (number, signed, len(out))


@given(st.lists(st.binary(max_size=300)), st.binary(max_size=300))
def test_a_body_gives_its_frames_and_a_bad_one_is_refused(frames: list[bytes], noise: bytes) -> None:
    assert unpack(pack(frames)) == frames
    with contextlib.suppress(Malformed):
        assert unpack(pack(unpack(noise))) == unpack(noise)
    if frames and frames[-1]:
        with pytest.raises(Malformed):
            unpack(pack(frames)[:-1])


def test_a_hit_of_two_bytes_among_others_costs_five() -> None:
    at_us = 3_600_000_000_000
    four = [Numbered(1000 + index, at_us + 50_000 * index, b"ab") for index in range(4)]
    assert len(pack_moments(four)) - len(pack_moments(four[1:])) == 5
    assert len(pack_moments(four)) <= 30


@given(st.floats(0, 1))
def test_as_many_copies_as_the_loss_asks_for(loss: float) -> None:
    copies = copies_for(loss)
    assert 1 <= copies <= MOST_COPIES
    if copies < MOST_COPIES:
        assert loss**copies < MISSED * 1.0001
    if copies > 1:
        assert loss ** (copies - 1) > MISSED * 0.9999


def test_on_a_clean_link_a_moment_has_one_packet_and_is_repeated_in_the_next_ones() -> None:
    out = sender()
    got = MomentReceiver()
    for index in range(20):
        out.add(b"ab", index, index * 50_000)
        frames = sends(out, "there", index * 50_000)
        assert len(frames) == 1
        moments = unpack_moments(frames[0][1], 2)
        assert [one.number for one in moments] == list(range(max(1, index + 1 - REPEATS), index + 2))
        assert [one.number for one in got.receive(frames[0][1], 0)] == [index + 1]
    assert out.due_us("there") is None
    assert not out.repeats("there", 19 * 50_000 + REPEATED_US + 1)
    assert unpack_moments(out.frame("there", 19 * 50_000 + REPEATED_US + 1, ROOM), 2) == []


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.1, 0.2, 0.5])
def test_on_a_bad_link_copies_go_within_35_ms(loss: float) -> None:
    out = sender(loss=loss)
    out.add(b"ab", 0, 1_000_000)
    times = [at_us - 1_000_000 for at_us, _ in sends(out, "there", 2_000_000)]
    assert len(times) == copies_for(loss)
    assert times[0] == 0
    assert times[-1] <= LAST_COPY_US
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 4000


def test_a_patient_moment_goes_with_what_goes_anyway() -> None:
    out = sender()
    out.add(b"up", 0, 0, patience_us=30_000)
    assert out.due_us("there") == 30_000
    out.add(b"dn", 0, 10_000)
    frames = sends(out, "there", 100_000)
    assert len(frames) == 1
    assert [one.data for one in unpack_moments(frames[0][1], 2)] == [b"up", b"dn"]


def test_only_the_newest_moments_are_in_a_frame_with_little_room() -> None:
    out = sender()
    for index in range(20):
        out.add(bytes(20), index, 0)
    frame = out.frame("there", 0, 100)
    assert len(frame) <= 100
    assert unpack_moments(frame, 2)[-1].number == 20
    assert out.due_us("there") == 0, "the rest still wait"
    assert len(unpack_moments(out.frame("there", 0, ROOM), 2)) == 20


@given(st.permutations(range(1, 41)), st.data())
def test_each_moment_comes_once_in_whatever_order_and_from_wherever(order: list[int], data: st.DataObject) -> None:
    got = MomentReceiver()
    seen: list[int] = []
    for number in order:
        first = data.draw(st.integers(max(1, number - 5), number))
        moments = [Numbered(one, one * 10, b"x") for one in range(first, number + 1)]
        new = got.signed(moments)[0] if data.draw(st.booleans()) else got.receive(b"\0\0" + pack_moments(moments), 0)
        seen += [one.number for one in new]
    assert sorted(seen) == list(range(1, 41))


def test_numbers_far_ahead_are_left_to_the_segments() -> None:
    got = MomentReceiver()
    assert got.signed([Numbered(AHEAD + 1, 0, b"")])[0] == []
    assert got.signed([Numbered(1, 0, b"")])[0] != []
    assert got.signed([Numbered(AHEAD + 1, 0, b"")])[0] != []


@pytest.mark.parametrize("loss", [0.0, 0.02, 0.1, 0.3])
def test_the_loss_of_a_link_is_found_and_told(loss: float) -> None:
    rng = random.Random(3)
    out, got, back = sender(), MomentReceiver(), MomentReceiver()
    answers = MomentSender()
    answers.open("here")
    estimates = []
    for index in range(2000):
        frame = out.frame("there", index * 10_000, ROOM)
        if rng.random() >= loss:
            got.receive(frame, index * 10_000)
        if index > 200:
            estimates.append(got.loss)
    mean = sum(estimates) / len(estimates)
    spread = math.sqrt(loss * (1 - loss) / 125)
    assert loss <= mean <= loss + 1.3 * spread
    back.receive(answers.frame("here", 0, ROOM, got.report), 0)
    assert got.loss <= back.lost_there <= got.loss + 1 / 255


def test_loss_that_sets_in_is_seen_soon() -> None:
    rng = random.Random(8)
    out, got = sender(), MomentReceiver()
    for index in range(1060):
        frame = out.frame("there", 0, ROOM)
        if index < 1000 or rng.random() >= 0.2:
            got.receive(frame, 0)
    assert got.loss > 0.08


def test_what_comes_late_or_twice_is_not_lost() -> None:
    out, got = sender(), MomentReceiver()
    frames = [out.frame("there", 0, ROOM) for _ in range(300)]
    for index in range(0, 300, 3):
        for frame in (frames[index + 2], frames[index], frames[index + 1], frames[index]):
            got.receive(frame, index)
    assert got.loss == 0.0


def test_after_a_long_silence_loss_is_counted_anew() -> None:
    out, got = sender(), MomentReceiver()
    for index in range(50):
        frame = out.frame("there", 0, ROOM)
        if index % 2:
            got.receive(frame, 0)
    assert got.loss > 0.4
    for _ in range(17):
        out.frame("there", 0, ROOM)
    for _ in range(SURE_FRAMES):
        got.receive(out.frame("there", 0, ROOM), 60_000_000)
    assert got.loss == 0.0


def test_the_first_hits_on_a_link_nobody_knows_yet_go_as_often_as_on_a_bad_one() -> None:
    out, got, back = MomentSender(), MomentReceiver(), MomentReceiver()
    out.open("there")
    out.add(b"x", 0, 0)
    assert len(sends(out, "there", LAST_COPY_US)) == copies_for(DOUBTED) > 2
    for number in range(SURE_FRAMES):
        got.receive(out.frame("there", 0, ROOM), 0)
        assert got.loss <= DOUBTED
        if number < SURE_FRAMES // 2:
            assert copies_for(got.loss) > 1
        assert back.receive(bytes((number, got.report)), 0) == []
        out.set_loss("there", back.lost_there)
    out.add(b"x", 1, 1_000_000)
    assert len(sends(out, "there", 1_000_000 + LAST_COPY_US)) == 1


def test_what_was_dropped_here_unread_is_no_loss_of_the_link() -> None:
    out, got = sender(), MomentReceiver()
    for index in range(200):
        frame = out.frame("there", 0, ROOM)
        if 50 <= index < 100:
            got.excuse()
        else:
            got.receive(frame, 0)
    assert got.loss == 0.0


def test_a_moment_that_is_too_large_is_not_taken() -> None:
    out = sender()
    with pytest.raises(ValueError, match="at most"):
        out.add(bytes(MAX_MOMENT + 1), 0, 0)
    with pytest.raises(ValueError, match="at most"):
        out.add(b"", 1 << 62, 0)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: b"\1\0\x20\x10\3" + tail))
def test_any_bytes_give_moments_that_can_be_or_none(frame: bytes) -> None:
    got = MomentReceiver()
    for one in got.receive(frame, 0):
        assert 1 <= one.number <= AHEAD
        assert len(one.data) <= MAX_MOMENT
    assert 0 <= got.report <= 255
