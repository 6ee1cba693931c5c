from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.net.face import MAX_MOMENT, MAX_RECORD
from game.events import Event, to_payload
from game.jam import events
from game.jam.events import (
    ConductorFollowed,
    CrowdOpened,
    FreeStarted,
    LearnedShared,
    LoopDropped,
    LoopKept,
    PartTaken,
    Reacted,
    ReadySaid,
    SharingChosen,
    SongCalledOff,
    SongHeld,
    SongOffered,
    StartAgreed,
    TakeEnded,
)
from game.jam.inbox import MAX_FILES, MAX_LOOP_EDGES, Unfit, info_of, named, pack, pack_hit, tag, unpack, unpack_hit
from game.rhythm.chart import EDGE

HASH = "0a" * 32
FILES, CHARTS = {"x.jam": (3, HASH)}, (("x.jam", 0, "ab", "Easy", 4),)
OFFER = SongOffered(HASH, "Song", "Band", FILES, CHARTS, (("bass", "Bass", 0.5),), "o2jam", 0.75, 2)
SAID: list[Event] = [
    ConductorFollowed("ab" * 8, 3),
    OFFER,
    SongHeld(HASH, "no room on the disk"),
    PartTaken(HASH, "bass", "ab", 7, 5, "t1"),
    ReadySaid(True, 300),
    StartAgreed(HASH, "t1", 99, 1.25, {"ab" * 8: ("bass", "ab", 7)}, "o2jam", 3, 300),
    TakeEnded("t1", "finished", 4, 10, {"cool": 5}, 900, 5, 0.9, 77),
    SongCalledOff("t1", 2),
    Reacted("clap", 55),
    FreeStarted("f1", 5, 500_000, 4, 60, "minor", 4, 1),
    CrowdOpened(True, 2),
    LoopKept("f1", "l1", "keys", 0, 2_000_000, bytes(EDGE.itemsize), 5),
    LoopDropped("f1", "l1", 9),
    SharingChosen(True),
    LearnedShared((0.5, -1.0)),
]


def record(kind: str, **payload: Any) -> bytes:
    packed: bytes = msgpack.packb({"kind": kind, "payload": payload})
    return packed


@pytest.mark.parametrize("event", SAID, ids=lambda event: event.kind)
def test_what_members_say_arrives_as_it_was_said(event: Event) -> None:
    assert unpack(pack(event)) == event


def test_everything_members_say_is_tried_here_with_every_field() -> None:
    assert {type(event) for event in SAID} == set(events.SENT)
    for event in SAID:
        for field in event.__dataclass_fields__.values():
            assert field.name == "kind" or getattr(event, field.name) != field.default


@pytest.mark.parametrize("kind", [cls.kind for cls in events.LOCAL])
def test_what_a_machine_sees_for_itself_is_no_word_of_a_peer(kind: str) -> None:
    with pytest.raises(Unfit, match="nothing that members of a jam say"):
        unpack(record(kind, peer="ab" * 8, term=99))


@pytest.mark.parametrize(
    "data",
    [
        record("jam.ready", ready=1),
        record("jam.ready"),
        record("jam.song_held", song="short"),
        record("jam.song_held", song=HASH, problem="x" * 301),
        record("jam.part_taken", song=HASH, part="bass", chart_hash="ab", keys=19),
        record("jam.part_taken", song=HASH, part="bass", chart_hash="ab", keys=4.0),
        record("jam.part_taken", song=HASH, part="", chart_hash="ab", keys=4),
        record("jam.start", song=HASH, take="t", t0_us=1 << 60),
        record("jam.start", song=HASH, take="t", t0_us=5, rate=1.03),
        record("jam.start", song=HASH, take="t", t0_us=5, rate=float("nan")),
        record("jam.start", song=HASH, take="t", t0_us=5, rules="made-up"),
        record("jam.start", song=HASH, take="t", t0_us=5, line_up={"nobody": ("all", "ab", 4)}),
        record("jam.take_ended", take="t", outcome="won", first=1, edges=2),
        record("jam.take_ended", take="t", outcome="left", first=-1, edges=2),
        record("jam.reacted", reaction="boo", session_us=1),
        record("jam.reacted", reaction="clap", session_us=True),
        record("jam.learned", values=[float("inf")]),
        record("jam.learned", values=[0.0] * 65),
        record("jam.loop_kept", take="t", loop="l", instrument="k", from_us=0, loop_us=500_000, edges=b"123"),
        record("jam.loop_kept", take="t", loop="l", instrument="k", from_us=0, loop_us=1, edges=b""),
        b"",
        b"\xc1",
        b"\x93\x01\x02",
        msgpack.packb({"kind": 5, "payload": {}}),
        msgpack.packb({"kind": "jam.ready", "payload": [True]}),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(Unfit) as refused:
        unpack(data)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "name", ["../x.jam", "/etc/passwd", "a/../../x", "C:/x", "", "x\0.jam", "con.jam", ".hidden", "a\\b.jam"]
)
def test_an_offer_cannot_name_a_file_outside_of_its_folder(name: str) -> None:
    with pytest.raises(Unfit, match="files"):
        unpack(record("jam.song_offered", **(to_payload(OFFER) | {"files": {name: (3, HASH)}})))


def test_an_offer_names_each_file_once_and_not_too_many() -> None:
    twice = {"a.ogg": (3, HASH), "A.ogg": (3, HASH)}
    many = {f"{number}.ogg": (3, HASH) for number in range(MAX_FILES + 1)}
    for files in (twice, many, {}, {"x.jam": (-1, HASH)}, {"x.jam": (1 << 40, HASH)}):
        with pytest.raises(Unfit, match="files"):
            unpack(record("jam.song_offered", **(to_payload(OFFER) | {"files": files})))


def test_what_a_later_version_adds_is_left_out() -> None:
    assert unpack(record("jam.ready", ready=True, mood="splendid")) == ReadySaid(True)


def test_a_word_that_would_turn_the_line_around_is_shown_without_it() -> None:
    assert unpack(record("jam.song_held", song=HASH, problem="no‮room\nat all")) == SongHeld(HASH, "no room at all")


def test_what_would_be_refused_is_not_said() -> None:
    with pytest.raises(Unfit):
        pack(PartTaken(HASH, "bass", "ab", 40))
    with pytest.raises(Unfit):
        pack(LoopKept("f", "l", "k", 0, 500_000, bytes(EDGE.itemsize * (MAX_LOOP_EDGES + 1))))


def test_the_largest_offer_that_is_taken_fits_into_a_record() -> None:
    files = {f"{number:03}{'k' * 190}.ogg": (1 << 28, HASH) for number in range(MAX_FILES)}
    assert len(pack(SongOffered(HASH, "Song", "Band", files, OFFER.charts, (), "o2jam"))) <= MAX_RECORD


@given(st.binary(max_size=300))
def test_any_bytes_are_a_word_or_are_refused(data: bytes) -> None:
    try:
        event = unpack(data)
    except Unfit:
        return
    assert unpack(pack(event)) == event


whole = st.integers(-(1 << 63), 1 << 63)
plain = st.none() | st.booleans() | whole | st.floats() | st.text(max_size=9) | st.binary(max_size=9)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=6,
)


@given(st.sampled_from(SAID), st.data())
def test_any_value_in_any_field_is_taken_or_refused(event: Event, data: st.DataObject) -> None:
    fields = to_payload(event)
    fields[data.draw(st.sampled_from(sorted(fields)))] = data.draw(values)
    try:
        taken = unpack(record(event.kind, **fields))
    except Unfit:
        return
    assert unpack(pack(taken)) == taken


@given(st.text(max_size=64), st.integers(0, 127), st.booleans())
def test_a_hit_is_a_few_bytes(take: str, lane: int, down: bool) -> None:
    data = pack_hit(take, lane, down)
    assert len(data) <= min(4, MAX_MOMENT)
    assert unpack_hit(data) == (tag(take), lane, down)


@given(st.binary(max_size=MAX_MOMENT).filter(lambda data: len(data) != 3))
def test_any_other_moment_is_no_hit(data: bytes) -> None:
    with pytest.raises(Unfit):
        unpack_hit(data)


@given(values)
def test_whatever_a_peer_says_of_itself_it_has_a_name_and_a_role(info: Any) -> None:
    name, role = named(info)
    assert len(name) <= 40
    assert name.isprintable()
    assert role in ("player", "spectator")


def test_name_and_role_arrive_as_they_were_said() -> None:
    assert named(info_of("Mika", "spectator")) == ("Mika", "spectator")
