"""The writer: the game hands events over and goes on; it hears when they are safe and when they are not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from engine.log import EventLog, LogFull, LogWriter, NewEvent, StoredEvent
from tests.rig.log_samples import Presses, assert_whole, lanes, pressed

WAIT_S = 30.0


class Gate(Presses):
    """Holds the writer inside a transaction until it is opened: a disk that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.open = threading.Event()

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        self.reached.set()
        assert self.open.wait(WAIT_S)
        super().apply(db, event)


class Moody(Presses):
    """Fails at lane 13, and refuses like a full disk while it is told to."""

    full = False

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        if self.full:
            raise LogFull("the disk is full")
        if event.payload["lane"] == 13:
            raise RuntimeError("thirteen")
        super().apply(db, event)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def held(gate: Gate) -> Iterator[LogWriter]:
    """A writer that is stuck with one event, until the gate opens."""
    with EventLog.in_memory([gate]) as log, LogWriter(log, max_waiting_bytes=10_000) as writer:
        writer.append("play/1", [pressed(0)])
        assert gate.reached.wait(WAIT_S)
        yield writer
        gate.open.set()


def test_what_is_handed_over_is_saved_in_order_and_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with EventLog.open(path, [Presses()]) as log, LogWriter(log) as writer:
        done = [writer.append("play/1", [pressed(lane), pressed(lane)]) for lane in range(500)]
        other = writer.append("chat/1", [pressed(7)])
        assert done[-1].result(WAIT_S) == 1000
        with EventLog.open(path, read_only=True) as beside:
            assert lanes(beside.read("play/1")) == [lane for lane in range(500) for _ in range(2)]
        assert other.result(WAIT_S) == 1001
        assert [future.result() for future in done] == list(range(2, 1001, 2))
        assert writer.flush(WAIT_S)
        assert (writer.durable_seq, writer.waiting, writer.problem) == (1001, 0, "")
        assert_whole(log)


def test_closing_saves_what_waits(tmp_path: Path) -> None:
    with EventLog.open(tmp_path / "log.db") as log:
        writer = LogWriter(log)
        for lane in range(2000):
            writer.append("play/1", [pressed(lane)])
        assert writer.close(WAIT_S) == 0
        assert lanes(log.read("play/1")) == list(range(2000))
        with pytest.raises(RuntimeError, match="closed"):
            writer.append("play/1", [pressed(0)])
        assert writer.close() == 0


def test_the_caller_goes_on_while_the_disk_takes_its_time(gate: Gate, held: LogWriter) -> None:
    handed = [held.append("play/1", [pressed(lane)]) for lane in range(1, 6)]
    assert not any(future.done() for future in handed)
    assert held.waiting == 6
    assert not held.flush(0.0)
    gate.open.set()
    assert [future.result(WAIT_S) for future in handed] == [2, 3, 4, 5, 6]


def test_what_the_caller_changes_afterwards_is_not_what_is_saved() -> None:
    with EventLog.in_memory() as log, LogWriter(log) as writer:
        payload = {"lane": 1}
        saved = writer.append("play/1", [NewEvent("lane_pressed", payload, 0)])
        payload["lane"] = 2
        saved.result(WAIT_S)
        assert lanes(log.read("play/1")) == [1]


def test_when_too_much_waits_it_is_refused_counted_and_said(gate: Gate, held: LogWriter) -> None:
    big = NewEvent("lane_pressed", {"lane": 1, "frames": bytes(4000)}, 0)
    kept = [held.append("play/1", [big]) for _ in range(2)]
    refused = held.append("play/1", [big])
    with pytest.raises(LogFull):
        refused.result(WAIT_S)
    assert "1 events could not be kept" in held.problem
    gate.open.set()
    assert kept[-1].result(WAIT_S) == 3
    assert held.flush(WAIT_S)
    assert held.append("play/1", [big]).result(WAIT_S) == 4
    assert held.close() == 1


def test_a_full_disk_is_said_and_nothing_is_lost_once_there_is_room() -> None:
    moody = Moody()
    with EventLog.in_memory([moody]) as log, LogWriter(log) as writer:
        moody.full = True
        waiting = writer.append("play/1", [pressed(1)])
        more = writer.append("play/1", [pressed(2)])
        assert not writer.flush(0.2)
        assert "disk is full" in writer.problem
        assert "without saving, 2 events wait" in writer.problem
        moody.full = False
        assert (waiting.result(WAIT_S), more.result(WAIT_S)) == (1, 2)
        assert writer.flush(WAIT_S, final=True)
        assert writer.problem == ""
        assert lanes(log.read("play/1")) == [1, 2]


def test_closing_on_a_full_disk_says_how_much_was_not_saved() -> None:
    moody = Moody()
    with EventLog.in_memory([moody]) as log:
        writer = LogWriter(log)
        moody.full = True
        waiting = writer.append("play/1", [pressed(1), pressed(2)])
        assert writer.close(0.2) == 2
        assert isinstance(waiting.exception(WAIT_S), LogFull)


def test_one_that_cannot_be_saved_does_not_take_the_others_along(gate: Gate) -> None:
    with EventLog.in_memory([Moody()]) as log, LogWriter(log) as writer:
        before = writer.append("play/1", [pressed(1)])
        bad = writer.append("play/1", [pressed(13), pressed(14)])
        after = writer.append("play/1", [pressed(2)])
        assert (before.result(WAIT_S), after.result(WAIT_S)) == (1, 2)
        with pytest.raises(RuntimeError, match="thirteen"):
            bad.result(WAIT_S)
        assert lanes(log.read("play/1")) == [1, 2]
        assert "2 events could not be saved" in writer.problem


def test_what_cannot_be_packed_is_refused_at_once() -> None:
    with EventLog.in_memory() as log, LogWriter(log) as writer:
        with pytest.raises(TypeError):
            writer.append("play/1", [NewEvent("odd", {"thing": object()}, 0)])
        with pytest.raises(ValueError, match="stream"):
            writer.append("", [pressed(1)])
        assert writer.append("play/1", []).result(WAIT_S) == 0
