"""Packets are laid out one way only, and whatever else comes is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import MAX_DATAGRAM
from engine.net.keys import Identity, new_group_key, new_session
from engine.net.packets import (
    ADMISSION,
    FORWARD_BODY,
    HEADER_BYTES,
    MAX_BODY,
    MAX_FRAMES,
    FrameKind,
    PacketKind,
    frame_bytes,
    pack_attempt,
    pack_frames,
    pack_header,
    packet_kind,
    parse_attempt,
    parse_frames,
    parse_header,
)
from engine.net.sealing import GroupSealer, Sealer

FRAMES = st.lists(st.tuples(st.sampled_from(FrameKind), st.binary(max_size=200)), min_size=1, max_size=8).filter(
    lambda frames: sum(frame_bytes(len(data)) for _, data in frames) <= MAX_BODY
)


@given(FRAMES)
def test_one_body_carries_frames_of_any_kinds_in_their_order(frames: list[tuple[FrameKind, bytes]]) -> None:
    body = pack_frames(frames)
    assert parse_frames(body) == frames
    assert len(body) == sum(frame_bytes(len(data)) for _, data in frames)


@given(st.binary(max_size=FORWARD_BODY + 50))
def test_any_bytes_are_no_frames_or_exactly_the_bytes_those_frames_make(body: bytes) -> None:
    frames = parse_frames(body)
    assert frames is None or pack_frames(frames) == body


@given(FRAMES, st.data())
def test_a_body_cut_short_inside_a_frame_is_none(frames: list[tuple[FrameKind, bytes]], data: st.DataObject) -> None:
    body = pack_frames(frames)
    ends = {len(pack_frames(frames[:count])) for count in range(1, len(frames) + 1)}
    cut = data.draw(st.integers(0, len(body) - 1))
    assert (parse_frames(body[:cut]) is None) == (cut not in ends)


def test_a_body_has_bounds_in_bytes_and_in_frames() -> None:
    largest = pack_frames([(FrameKind.JOURNAL, bytes(FORWARD_BODY - 3))])
    assert len(largest) == FORWARD_BODY
    assert parse_frames(largest) is not None
    assert parse_frames(largest + b"\x01\x00") is None
    assert parse_frames(b"\x01\x00" * MAX_FRAMES) is not None
    assert parse_frames(b"\x01\x00" * (MAX_FRAMES + 1)) is None
    for frames in ([], [(FrameKind.TIME, bytes(FORWARD_BODY))], [(FrameKind.TIME, b"")] * (MAX_FRAMES + 1)):
        with pytest.raises(ValueError, match="body"):
            pack_frames(frames)


@pytest.mark.parametrize("body", [b"\x00\x00", b"\xff\x00", b"\x01\x85\x00hello", b"\x01\x85", b"\x01"])
def test_unknown_kinds_and_lengths_written_another_way_are_no_frames(body: bytes) -> None:
    assert parse_frames(body) is None


@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1), st.binary(max_size=40))
def test_a_header_says_kind_sender_and_counter(who: bytes, counter: int, rest: bytes) -> None:
    header = pack_header(PacketKind.SEALED, who, counter)
    assert len(header) == HEADER_BYTES
    assert parse_header(header + rest) == (PacketKind.SEALED, who, counter)
    assert parse_attempt(header + rest) is None


@given(st.binary(max_size=30))
def test_any_bytes_have_a_kind_of_ours_or_none(datagram: bytes) -> None:
    kind = packet_kind(datagram)
    assert (kind is None) == (len(datagram) < HEADER_BYTES or not 1 <= datagram[0] <= len(PacketKind))
    header, attempt = parse_header(datagram), parse_attempt(datagram)
    assert (header is not None, attempt is not None) == (
        kind is not None and kind not in ADMISSION,
        kind is not None and kind in ADMISSION,
    )


def test_what_is_longer_than_a_datagram_of_ours_is_none() -> None:
    longest = pack_attempt(PacketKind.HELLO, bytes(8)).ljust(MAX_DATAGRAM, b"\0")
    assert packet_kind(longest) is PacketKind.HELLO
    assert packet_kind(longest + b"\0") is None


def test_a_full_body_fits_both_packets_and_a_frame_that_forwards_it() -> None:
    body = pack_frames([(FrameKind.RELIABLE, bytes(MAX_BODY - 3))])
    sealer = Sealer(bytes(32), bytes(4))
    packet = sealer.seal(body)
    spread = GroupSealer(new_group_key(), Identity.new(), new_session()).seal(body)
    forwarding = sealer.seal(pack_frames([(FrameKind.FORWARD, bytes(5) + packet)]))
    assert max(len(spread), len(forwarding)) <= MAX_DATAGRAM
