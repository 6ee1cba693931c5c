from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.net.frames import FRAME_COST, put_number
from engine.net.reliable import MAX_MESSAGE, MAX_QUEUED, MOST_FRAMES, PIECE_BYTES, WINDOW, Channel

ROOM = 1150


@dataclass
class Pair:
    """Two channels and a bad network between them, by a clock turned by hand."""

    seed: int = 0
    loss: float = 0.0
    doubled: float = 0.0
    delay_us: tuple[int, int] = (500, 500)
    now_us: int = 1_000_000
    packets: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.ends = (Channel(), Channel())
        self.heard: tuple[list[bytes], list[bytes]] = ([], [])
        self.net: list[tuple[int, int, int, list[bytes]]] = []
        self.order = itertools.count()

    def run(self, until_us: int) -> None:
        while True:
            for end in (0, 1):
                due_us = self.ends[end].due_us()
                while due_us is not None and due_us <= self.now_us:
                    frames = self.ends[end].frames(self.now_us, ROOM)
                    assert frames, "due, but nothing to send"
                    assert sum(len(frame) + FRAME_COST for frame in frames) <= ROOM
                    self.carry(1 - end, frames)
                    due_us = self.ends[end].due_us()
            dues = [due for channel in self.ends if (due := channel.due_us()) is not None]
            self.now_us = max(min([*dues, *(one[0] for one in self.net[:1]), until_us]), self.now_us)
            if self.now_us >= until_us:
                return
            while self.net and self.net[0][0] <= self.now_us:
                _, _, end, frames = heapq.heappop(self.net)
                for frame in frames:
                    self.heard[end].extend(self.ends[end].receive(frame, self.now_us))

    def carry(self, end: int, frames: list[bytes]) -> None:
        self.packets += 1
        for _ in range(1 + (self.rng.random() < self.doubled)):
            if self.rng.random() >= self.loss:
                at_us = self.now_us + self.rng.randint(*self.delay_us)
                heapq.heappush(self.net, (at_us, next(self.order), end, frames))


def messages(rng: random.Random, count: int) -> list[bytes]:
    return [rng.randbytes(rng.choice((0, 1, 30, 30, PIECE_BYTES, PIECE_BYTES + 1, 5000))) for _ in range(count)]


@settings(max_examples=60)
@given(
    st.integers(0, 1 << 30),
    st.floats(0, 0.6),
    st.floats(0, 0.5),
    st.integers(0, 60_000),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_everything_arrives_once_and_in_order(
    seed: int, loss: float, doubled: float, jitter_us: int, there: int, back: int
) -> None:
    pair = Pair(seed, loss, doubled, (100, 100 + jitter_us))
    sent = messages(pair.rng, there), messages(pair.rng, back)
    for end in (0, 1):
        for message in sent[end]:
            assert pair.ends[end].send(message)
            if pair.rng.random() < 0.3:
                pair.run(pair.now_us + pair.rng.randrange(50_000))
    pair.run(pair.now_us + 60_000_000)
    pair.loss = 0
    pair.run(pair.now_us + 10_000_000)
    assert pair.heard[1] == sent[0]
    assert pair.heard[0] == sent[1]
    assert pair.ends[0].idle
    assert pair.ends[1].idle


def test_the_largest_message_arrives_and_a_larger_one_is_not_taken() -> None:
    pair = Pair()
    message = random.Random(1).randbytes(MAX_MESSAGE)
    assert pair.ends[0].send(message)
    pair.run(pair.now_us + 1_000_000)
    assert pair.heard[1] == [message]
    with pytest.raises(ValueError, match="at most"):
        pair.ends[0].send(message + b"!")


def test_a_link_that_is_silent_for_a_minute_goes_on_where_it_was() -> None:
    pair = Pair()
    pair.ends[0].send(b"before")
    pair.run(pair.now_us + 1_000_000)
    pair.loss = 1.0
    before = pair.packets
    pair.ends[0].send(b"during" * 1000)
    pair.run(pair.now_us + 60_000_000)
    assert pair.packets - before < 300, "what nobody hears is tried ever more rarely"
    pair.loss = 0.0
    pair.ends[0].send(b"after")
    pair.run(pair.now_us + 1_500_000)
    assert pair.heard[1] == [b"before", b"during" * 1000, b"after"]


def test_a_lost_piece_among_many_goes_again_without_waiting_for_the_timeout() -> None:
    here, there = Channel(), Channel()
    here.send(bytes(10 * PIECE_BYTES))
    packets = []
    while frames := here.frames(0, ROOM):
        packets.append(frames)
    assert len(packets) == 10
    for packet in packets[:3] + packets[4:]:
        for frame in packet:
            assert there.receive(frame, 1000) == []
    for frame in there.frames(1000, ROOM):
        here.receive(frame, 2000)
    assert here.due_us() == 0
    again = here.frames(2000, ROOM)
    assert again == packets[3]
    assert here.frames(2000, ROOM) == []
    assert there.receive(again[0], 3000) == [bytes(10 * PIECE_BYTES)]


def test_the_round_trip_is_measured_and_sets_the_timeout() -> None:
    pair = Pair(delay_us=(20_000, 20_000))
    for _ in range(20):
        pair.ends[0].send(b"x")
        pair.run(pair.now_us + 100_000)
    assert pair.ends[0].round_trip_us == pytest.approx(40_000, rel=0.05)
    pair.loss = 1.0
    pair.ends[0].send(b"y")
    at_us = pair.now_us
    pair.run(pair.now_us + 1000)
    due_us = pair.ends[0].due_us()
    assert due_us is not None
    assert 40_000 <= due_us - at_us < 100_000


def test_a_piece_that_went_twice_says_nothing_of_the_round_trip() -> None:
    here, there = Channel(), Channel()
    here.send(b"x")
    (frame,) = here.frames(0, ROOM)
    again_us = here.due_us()
    assert again_us is not None
    assert here.frames(again_us, ROOM) == [frame]
    there.receive(frame, again_us + 500)
    (ack,) = there.frames(again_us + 500, ROOM)
    here.receive(ack, again_us + 1000)  # an answer to the first or to the second: nobody knows
    assert here.idle
    assert here.round_trip_us == 0


def test_what_waits_for_a_silent_peer_is_bounded() -> None:
    channel = Channel()
    count = 0
    while channel.send(bytes(60_000)):
        count += 1
    assert MAX_QUEUED - 70_000 < count * 60_000 <= MAX_QUEUED
    empty = Channel()
    count = 0
    while empty.send(b""):
        count += 1
    assert count <= MAX_QUEUED // 64


def test_many_short_messages_go_in_packets_of_a_few_frames() -> None:
    here, there = Channel(), Channel()
    for number in range(100):
        here.send(bytes((number,)))
    heard: list[bytes] = []
    while not here.idle:
        while frames := here.frames(0, ROOM):
            assert len(frames) <= MOST_FRAMES
            for frame in frames:
                heard += there.receive(frame, 0)
        for frame in there.frames(0, ROOM):
            here.receive(frame, 0)
    assert heard == [bytes((number,)) for number in range(100)]


def test_no_more_than_a_window_is_under_way() -> None:
    channel = Channel()
    for _ in range(20):
        channel.send(bytes(60_000))
    packets = 0
    while channel.frames(0, ROOM):
        packets += 1
    assert 0 < packets <= WINDOW


def piece(number: int, data: bytes, last: bool) -> bytes:
    out = bytearray((2 if last else 1,))
    put_number(out, number)
    return bytes(out + data)


def test_a_message_without_an_end_is_thrown_away_and_the_next_is_heard() -> None:
    channel = Channel()
    count = MAX_MESSAGE // PIECE_BYTES + 5
    for number in range(count):
        assert channel.receive(piece(number, bytes(PIECE_BYTES), last=False), 0) == []
    assert channel.receive(piece(count, b"", last=True), 0) == []
    assert channel.receive(piece(count + 1, b"next", last=True), 0) == [b"next"]
    assert channel.refused > 0


@given(st.lists(st.binary(max_size=40) | st.binary(min_size=1, max_size=6).map(lambda head: head + bytes(1000))))
def test_any_bytes_do_nothing_worse_than_being_counted(frames: list[bytes]) -> None:
    channel = Channel()
    channel.send(b"mine")
    channel.frames(0, ROOM)
    for frame in frames:
        for message in channel.receive(frame, 10):
            assert len(message) <= MAX_MESSAGE
    channel.frames(10, ROOM)
    channel.due_us()


@given(st.integers(0, (1 << 64) - 1), st.booleans())
def test_a_piece_is_kept_within_the_window_only(number: int, last: bool) -> None:
    channel = Channel()
    channel.receive(piece(number, b"far", last), 0)
    assert channel.refused == (number >= WINDOW)
    assert (channel.due_us() == 0) == (number < WINDOW), "what is not kept is not acknowledged"
