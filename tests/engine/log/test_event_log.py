"""The log as its users see it: appending, reading, branching, opening."""

from __future__ import annotations

import enum
import subprocess
import sys
import threading
from pathlib import Path
from types import MappingProxyType

import apsw
import pytest

from engine.clock import ManualClock
from engine.log import (
    EventLog,
    HeadMoved,
    LogBusy,
    LogDamaged,
    LogError,
    LogReadOnly,
    LogTooNew,
    NewEvent,
    NoSuchPlace,
)
from engine.log.face import MAX_PAYLOAD_BYTES
from tests.rig.log_samples import Presses, assert_whole, lanes, pressed, said


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "log.db"


class Level(enum.IntEnum):
    CLOUD = 5


def test_what_was_appended_is_read_back_as_it_was(path: Path) -> None:
    payload = {
        "text": "hé",
        "data": b"\x00\xff",
        "list": [1, 2.5, None, True],
        "map": {"a": -(2**63)},
        "big": 2**64 - 1,
    }
    with EventLog.open(path) as log:
        first = log.append("chat/1", [NewEvent("said", payload, -5, Level.CLOUD, "ai-cloud:x/y", "mira")])
        second = log.append("chat/1", [NewEvent("answered", {}, 7, cause=first)])
    with EventLog.open(path) as log:
        events = list(log.read("chat/1"))
        assert [event.seq for event in events] == [first, second]
        assert events[0].payload == payload
        assert events[0][3:9] == ("said", -5, 5, "ai-cloud:x/y", "mira", None)
        assert events[1][3:9] == ("answered", 7, 1, "user:keyboard", "", first)
        assert_whole(log)


def test_streams_keep_apart_and_read_all_tells_them_in_order() -> None:
    with EventLog.in_memory() as log:
        log.append("play/b", [pressed(1), pressed(2)])
        log.append("play/a", [pressed(3)])
        log.append("play/b", [pressed(4)])
        assert log.streams() == ["play/a", "play/b"]
        assert lanes(log.read("play/b")) == [1, 2, 4]
        assert lanes(log.read_all()) == [1, 2, 3, 4]
        assert [event.seq for event in log.read_all(after=1, upto=3)] == [2, 3]
        assert (log.head("play/b"), log.head("play/a"), log.head("play/none")) == (4, 3, 0)
        assert list(log.read("play/none")) == []
        assert log.fold("play/b", 0, lambda total, event: total + event.payload["lane"]) == 7


def test_a_batch_larger_than_a_page_comes_back_whole_and_in_order() -> None:
    with EventLog.in_memory() as log:
        assert log.append("play/1", [pressed(lane) for lane in range(5000)]) == 5000
        assert lanes(log.read("play/1")) == list(range(5000))
        assert lanes(log.read("play/1", after=1023, upto=1025)) == [1023, 1024]
        assert_whole(log)


def test_what_is_appended_while_reading_is_not_part_of_what_is_read() -> None:
    with EventLog.in_memory() as log:
        log.append("play/1", [pressed(lane) for lane in range(1500)])
        seen = 0
        for event in log.read("play/1"):
            log.append("play/1", [pressed(event.payload["lane"])])
            seen += 1
        assert seen == 1500
        assert log.head("play/1") == 3000


def test_an_append_is_refused_when_the_head_moved_on() -> None:
    with EventLog.in_memory() as log:
        head = log.append("city", [said("one")], expected_head=0)
        log.append("city", [said("two")], expected_head=head)
        with pytest.raises(HeadMoved, match="city"):
            log.append("city", [said("three")], expected_head=head)
        assert [event.payload["text"] for event in log.read("city")] == ["one", "two"]


def test_any_mapping_may_be_a_payload_but_not_a_huge_one() -> None:
    with EventLog.in_memory() as log:
        log.append("play/1", [NewEvent("lane_pressed", MappingProxyType({"lane": 4}), 0)])
        assert lanes(log.read("play/1")) == [4]
        with pytest.raises(ValueError, match="bytes"):
            log.append("play/1", [NewEvent("recorded", {"sound": bytes(MAX_PAYLOAD_BYTES)}, 0)])
        assert log.head("play/1") == 1


def test_an_append_of_nothing_changes_nothing() -> None:
    with EventLog.in_memory() as log:
        assert log.append("city", []) == 0
        assert log.streams() == []


@pytest.mark.parametrize("count", [1, 30])
def test_a_batch_with_one_bad_event_is_not_appended_at_all(count: int) -> None:
    with EventLog.in_memory() as log:
        log.append("play/1", [pressed(0)])
        good = [pressed(lane) for lane in range(count)]
        with pytest.raises(ValueError, match="cause"):
            log.append("play/1", [*good, pressed(9, cause=1000)])
        with pytest.raises(TypeError):
            log.append("play/1", [*good, NewEvent("odd", {"thing": object()}, 0)])
        assert log.append("play/1", [pressed(5)]) == 2
        assert lanes(log.read("play/1")) == [0, 5]
        assert_whole(log)


def test_a_cause_may_be_in_the_same_batch() -> None:
    with EventLog.in_memory() as log:
        log.append("play/1", [pressed(0), pressed(1, cause=1)])
        assert [event.cause for event in log.read("play/1")] == [None, 1]
        assert_whole(log)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": ""},
        {"kind": "k" * 201},
        {"at_us": 1.5},
        {"at_us": True},
        {"at_us": 2**63},
        {"truth": 0},
        {"truth": 6},
        {"origin": None},
        {"actor": 5},
        {"cause": "1"},
    ],
)
def test_an_event_that_is_none_is_refused_where_it_is_made(fields: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        NewEvent(**{"kind": "said", "payload": {}, "at_us": 0, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("stream", ["", "s" * 201])
def test_a_stream_needs_a_name_of_sensible_length(stream: str) -> None:
    with EventLog.in_memory() as log, pytest.raises(ValueError, match="stream"):
        log.append(stream, [pressed(0)])


def test_rewind_goes_on_from_an_earlier_event_and_loses_nothing() -> None:
    with EventLog.in_memory(clock=ManualClock(77)) as log:
        log.append("chat/1", [pressed(1), pressed(2), pressed(3)])
        first = log.branches("chat/1")[0].id
        second = log.fork("chat/1", 1, name="what if")
        assert log.head("chat/1") == 1
        log.append("chat/1", [pressed(20)], expected_head=1)
        assert lanes(log.read("chat/1")) == [1, 20]
        assert lanes(log.read("chat/1", branch=first)) == [1, 2, 3]
        assert lanes(log.read_all()) == [1, 20]
        third = log.fork("chat/1", 4)
        log.append("chat/1", [pressed(30)])
        assert lanes(log.read("chat/1")) == [1, 20, 30]
        log.switch("chat/1", first)
        log.append("chat/1", [pressed(4)])
        assert lanes(log.read("chat/1")) == [1, 2, 3, 4]
        log.name_branch("chat/1", third, "kept")
        branches = log.branches("chat/1")
        assert [(one.id, one.parent, one.fork_seq, one.name, one.head_seq, one.is_head) for one in branches] == [
            (first, None, 0, "", 6, True),
            (second, first, 1, "what if", 4, False),
            (third, second, 4, "kept", 5, False),
        ]
        assert {one.created_us for one in branches} == {77}
        assert_whole(log)


def test_an_event_inherited_by_a_branch_can_be_forked_at_and_so_can_the_very_beginning() -> None:
    with EventLog.in_memory() as log:
        log.append("a", [pressed(1), pressed(2)])
        log.fork("a", 2)
        log.fork("a", 1)
        assert lanes(log.read("a")) == [1]
        log.fork("a", 0)
        assert (lanes(log.read("a")), log.head("a")) == ([], 0)
        log.append("a", [pressed(9)], expected_head=0)
        assert lanes(log.read("a")) == [9]
        assert_whole(log)


def test_places_of_other_streams_are_refused() -> None:
    with EventLog.in_memory() as log:
        log.append("a", [pressed(1)])
        log.append("b", [pressed(2)])
        other = log.branches("b")[0].id
        for wrong in (
            lambda: log.fork("a", 2),
            lambda: log.fork("none", 0),
            lambda: log.switch("a", other),
            lambda: log.switch("a", 99),
            lambda: log.name_branch("a", other, "x"),
            lambda: log.read("a", branch=other),
        ):
            with pytest.raises(NoSuchPlace):
                wrong()
        assert lanes(log.read_all()) == [1, 2]


def test_the_same_history_has_the_same_hash_in_every_log() -> None:
    with EventLog.in_memory() as one, EventLog.in_memory() as other:
        other.append("elsewhere", [pressed(5)])
        for log in (one, other):
            start = log.append("city", [said("a"), said("b")])
            log.append("city", [said("c")])
            log.fork("city", start)
            log.append("city", [NewEvent("said", {"text": "d"}, 3, cause=start)])
        assert one.head_hash("city") == other.head_hash("city") != one.head_hash("elsewhere")
        one.append("city", [said("e")])
        assert one.head_hash("city") != other.head_hash("city")


def test_only_one_writer_has_a_file_and_readers_stand_beside_it(path: Path) -> None:
    with EventLog.open(path) as log:
        log.append("a", [pressed(1)])
        with pytest.raises(LogBusy, match="already open"):
            EventLog.open(path)
        ask = f"from engine.log import *\ntry: EventLog.open({str(path)!r})\nexcept LogBusy as no: print(no)"
        answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
        assert "already open" in answer.stdout
        with EventLog.open(path, read_only=True) as beside:
            log.append("a", [pressed(2)])
            assert lanes(beside.read("a")) == [1, 2]
            log.fork("a", 1)
            assert beside.head("a") == 1
            with pytest.raises(LogReadOnly):
                beside.append("a", [pressed(3)])
            assert_whole(beside)
    with EventLog.open(path) as log:
        assert log.head("a") == 1


def test_opening_for_reading_where_nothing_is_makes_nothing(path: Path) -> None:
    with pytest.raises(LogError, match="no log here"):
        EventLog.open(path, read_only=True)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to look at" * 50, b"SQLite format 3\x00" + b"\x07" * 5000]
)
def test_a_file_that_is_no_log_is_said_to_be_damaged_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(LogDamaged, match=r"log\.db"):
            EventLog.open(path, read_only=read_only)
    assert path.read_bytes() == content


@pytest.mark.parametrize("parent", ["id", "id + 1", "99"])
def test_a_branch_that_comes_from_nowhere_is_damage_and_not_an_endless_search(path: Path, parent: str) -> None:
    with EventLog.open(path) as log:
        log.append("a", [pressed(1)])
        log.fork("a", 1)
    db = apsw.Connection(str(path))
    db.execute(f"UPDATE branches SET parent = {parent}")
    db.close()
    with EventLog.open(path) as log, pytest.raises(LogDamaged, match="restore a snapshot"):
        log.head("a")


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with apsw.Connection(str(path)) as db:
        db.execute("CREATE TABLE recipes(name)")
    db.close()
    with pytest.raises(LogDamaged, match="not an event log"):
        EventLog.open(path)


def test_a_log_of_a_newer_version_is_not_touched(path: Path) -> None:
    EventLog.open(path).close()
    db = apsw.Connection(str(path))
    db.pragma("user_version", 99)
    db.close()
    with pytest.raises(LogTooNew, match="newer"):
        EventLog.open(path)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LogError, match="file"):
        EventLog.open(tmp_path / "file" / "log.db")


def test_query_looks_and_never_changes() -> None:
    with EventLog.in_memory([Presses()]) as log:
        log.append("a", [pressed(1), pressed(1)])
        assert log.query("SELECT lane, count FROM presses WHERE stream = ?", ["a"]) == [(1, 2)]
        with pytest.raises(ValueError, match="events"):
            log.query("DELETE FROM events")
        log.append("a", [pressed(1)])
        assert log.head("a") == 3


def test_threads_may_append_at_once() -> None:
    with EventLog.in_memory([Presses()]) as log:

        def play(number: int) -> None:
            for _ in range(100):
                log.append(f"play/{number}", [pressed(number)])
                log.append("jam", [pressed(number), pressed(number)])

        threads = [threading.Thread(target=play, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(list(log.read(f"play/{number}"))) for number in range(4)] == [100] * 4
        assert sorted(lanes(log.read("jam"))) == sorted([0, 1, 2, 3] * 200)
        assert_whole(log)


def test_sync_changes_nothing_one_can_read(path: Path) -> None:
    with EventLog.open(path) as log:
        log.append("a", [pressed(1)])
        log.sync()
        log.append("a", [pressed(2)])
        assert lanes(log.read("a")) == [1, 2]
        assert_whole(log)
