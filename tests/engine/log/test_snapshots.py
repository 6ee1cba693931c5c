"""Snapshots: when they are due, how long they are kept, and that going back to one loses nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.clock import ManualClock
from engine.log import EventLog, LogBusy, LogDamaged, LogError, LogReadOnly, Snapshot, Snapshots, put_back
from engine.log.snapshots import DAY_US, MINUTE_US
from tests.rig.log_samples import LastWord, Presses, assert_whole, lanes, pressed, said

NOON_US = 20_000 * DAY_US + DAY_US // 2


class Desk:
    """A log on disk, its snapshots and a clock to turn."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOON_US)
        self.path = folder / "log.db"
        self.folder = folder / "snapshots"
        self.log = EventLog.open(self.path, [Presses(), LastWord()], clock=self.clock)
        self.snapshots = Snapshots(self.log, self.folder, self.clock)

    def play(self, count: int) -> None:
        self.log.append("play/1", [pressed(lane % 7) for lane in range(count)])

    def sorts(self) -> list[str]:
        return [snapshot.sort for snapshot in self.snapshots.kept()]

    def due(self) -> str:
        taken = self.snapshots.tick()
        return taken.sort if taken else ""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_empty_log_needs_no_snapshot(desk: Desk) -> None:
    assert desk.due() == ""
    assert not desk.folder.exists()


def test_one_is_taken_each_night_each_hundred_events_and_each_half_hour(desk: Desk) -> None:
    desk.play(1)
    assert desk.due() == "nightly"
    desk.play(99)
    assert desk.due() == ""
    desk.play(1)
    assert desk.due() == "periodic"
    desk.play(1)
    desk.clock.advance(29 * MINUTE_US)
    assert desk.due() == ""
    desk.clock.advance(MINUTE_US)
    half_hour = desk.snapshots.tick()
    assert half_hour is not None
    assert (half_hour.sort, half_hour.last_seq, half_hour.at_us) == ("periodic", 102, NOON_US + 30 * MINUTE_US)
    desk.clock.advance(DAY_US)
    assert desk.due() == ""  # nothing new
    desk.play(1)
    assert desk.due() == "nightly"
    assert desk.sorts() == ["nightly", "periodic", "periodic", "nightly"]


def test_what_is_due_counts_on_from_the_snapshots_of_earlier_runs(desk: Desk) -> None:
    desk.play(1)
    assert desk.due() == "nightly"
    desk.play(60)
    desk.snapshots = Snapshots(desk.log, desk.folder, desk.clock)
    assert desk.due() == ""
    desk.play(40)
    assert desk.due() == "periodic"


def test_what_is_due_counts_on_from_what_was_restored(desk: Desk) -> None:
    desk.play(1)
    desk.snapshots.tick()
    [early] = desk.snapshots.kept()
    desk.play(500)
    desk.snapshots.restore(early)
    desk.play(99)
    assert desk.due() == ""
    desk.play(1)
    assert desk.due() == "periodic"


def test_five_periodic_fourteen_nightly_and_fourteen_days_of_others_are_kept(desk: Desk) -> None:
    desk.play(1)
    desk.snapshots.before("import of 3 songs!")
    for _ in range(7):
        desk.snapshots.tick()
        desk.play(100)
        desk.clock.advance(MINUTE_US)
    assert desk.sorts().count("periodic") == 5
    assert "before" in desk.sorts()
    for _ in range(16):
        desk.clock.advance(DAY_US)
        desk.play(1)
        desk.snapshots.tick()
    assert desk.sorts().count("nightly") == 14
    assert "before" not in desk.sorts()


def test_restoring_gives_the_same_bytes_as_living_through_it_and_keeps_what_was(desk: Desk) -> None:
    desk.play(50)
    desk.log.append("chat/1", [said("hello")])
    lived = list(desk.log.read_all()), desk.log.query("SELECT * FROM presses"), desk.log.head_hash("play/1")
    snapshot = desk.snapshots.before("test")
    desk.clock.advance(MINUTE_US)
    desk.play(500)
    desk.log.append("city", [said("new")])
    desk.snapshots.restore(snapshot)
    assert (list(desk.log.read_all()), desk.log.query("SELECT * FROM presses"), desk.log.head_hash("play/1")) == lived
    assert_whole(desk.log)
    newest = desk.snapshots.kept()[0]
    assert (newest.sort, newest.why, newest.last_seq) == ("before", "restore", 552)
    desk.play(1)
    desk.snapshots.restore(newest)
    assert desk.log.head("city") == 552
    assert_whole(desk.log)
    assert desk.log.append("city", [said("on")]) == 553


def test_going_on_from_a_snapshot_gives_the_same_bytes_as_having_gone_on(desk: Desk) -> None:
    desk.play(10)
    snapshot = desk.snapshots.before("test")
    desk.play(90)
    desk.log.append("chat/1", [said("hello")])
    lived = list(desk.log.read_all()), desk.log.query("SELECT * FROM presses")
    desk.snapshots.restore(snapshot)
    desk.play(90)
    desk.log.append("chat/1", [said("hello")])
    assert (list(desk.log.read_all()), desk.log.query("SELECT * FROM presses")) == lived


def test_a_reader_beside_sees_what_was_restored(desk: Desk) -> None:
    desk.play(3)
    snapshot = desk.snapshots.before("test")
    desk.play(3)
    with EventLog.open(desk.path, read_only=True) as beside:
        reading = beside.read("play/1")
        assert next(reading).seq == 1
        desk.snapshots.restore(snapshot)
        assert beside.head("play/1") == 3
        assert_whole(beside)


def test_a_rewind_through_snapshots_takes_one_first(desk: Desk) -> None:
    desk.play(3)
    desk.snapshots.rewind("play/1", 1, "again")
    assert lanes(desk.log.read("play/1")) == [0]
    [snapshot] = desk.snapshots.kept()
    with EventLog.open(snapshot.path, [Presses()], read_only=True) as copy:
        assert lanes(copy.read("play/1")) == [0, 1, 2]
        assert_whole(copy)


def test_a_snapshot_is_listed_with_what_its_name_says_and_other_files_are_left_alone(desk: Desk) -> None:
    desk.play(2)
    taken = desk.snapshots.before("Ünsafe / thing")
    for name in ("notes.txt", "9999-99-99T00-00-00.000000Z nightly 1.log.db"):
        (desk.folder / name).write_text("mine")
    assert desk.snapshots.kept() == [taken]
    assert taken == Snapshot(taken.path, NOON_US, "before", "nsafe-thing", 2)


def test_a_damaged_snapshot_is_refused_and_the_log_stays(desk: Desk) -> None:
    desk.play(3)
    snapshot = desk.snapshots.before("test")
    desk.play(1)
    content = bytearray(snapshot.path.read_bytes())
    content[4096 * 2 : 4096 * 3] = bytes(4096)
    snapshot.path.write_bytes(content)
    with pytest.raises(LogDamaged, match="snapshot"):
        desk.snapshots.restore(snapshot)
    with pytest.raises(LogError):
        put_back(snapshot, desk.path)
    assert desk.log.head("play/1") == 4


def test_a_log_that_cannot_be_opened_is_put_back_and_moved_aside(desk: Desk) -> None:
    desk.play(3)
    snapshot = desk.snapshots.before("test")
    with pytest.raises(LogBusy):
        put_back(snapshot, desk.path)
    desk.log.close()
    desk.path.write_bytes(b"spoiled" * 1000)
    with pytest.raises(LogDamaged):
        EventLog.open(desk.path)
    aside = put_back(snapshot, desk.path)
    assert aside is not None
    assert aside.read_bytes() == b"spoiled" * 1000
    with EventLog.open(desk.path, [Presses(), LastWord()]) as log:
        assert lanes(log.read("play/1")) == [0, 1, 2]
        assert_whole(log)


def test_a_log_in_memory_has_nothing_to_copy(tmp_path: Path) -> None:
    with EventLog.in_memory() as log, pytest.raises(ValueError, match="memory"):
        Snapshots(log, tmp_path, ManualClock())


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder in which nobody can make a file")
def test_a_folder_that_takes_no_file_is_told_in_a_sentence(desk: Desk) -> None:
    desk.play(1)
    with pytest.raises(LogReadOnly, match="choose another folder"):
        Snapshots(desk.log, Path("/proc"), desk.clock).before("import")


def test_an_old_one_that_cannot_be_removed_does_not_spoil_the_new_one(desk: Desk) -> None:
    desk.play(1)
    old = desk.snapshots.before("import").path
    old.unlink()
    old.mkdir()  # nothing that can be unlinked
    desk.clock.advance(15 * DAY_US)
    new = desk.snapshots.before("import")
    assert [snapshot.path for snapshot in desk.snapshots.kept()] == [new.path, old]


def test_a_folder_that_cannot_be_looked_into_is_told_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="choose another folder"):
        Snapshots(desk.log, tmp_path / ("x" * 300), desk.clock)
