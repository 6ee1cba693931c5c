"""A disk that is full and a folder that cannot be written to: real ones, where this machine lets us mount them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.clock import ManualClock
from engine.log import EventLog, LogFull, LogReadOnly, LogWriter, NewEvent, Snapshots
from tests.rig.disks import Mount, remount
from tests.rig.log_samples import LastWord, Presses, assert_whole, lanes, pressed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs mounts or resource limits")
WAIT_S = 30.0


def heavy(lane: int) -> NewEvent:
    return NewEvent("lane_pressed", {"lane": lane, "frames": bytes(5000)}, lane)


def fill(log: EventLog) -> None:
    for number in range(10_000):
        log.append("play/1", [heavy(number % 7)])


def test_a_full_disk_is_said_and_what_was_saved_is_whole(tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "disk", "size=1m")
    with EventLog.open(folder / "log.db", [Presses(), LastWord()]) as log:
        with pytest.raises(LogFull, match="disk is full"):
            fill(log)
        saved = log.head("play/1")
        assert saved > 20
        with pytest.raises(LogFull):
            log.append("play/1", [heavy(0), heavy(1)])
        assert log.head("play/1") == saved
        assert_whole(log)
        remount(folder, "size=4m")
        assert log.append("play/1", [heavy(1)]) == saved + 1
    with EventLog.open(folder / "log.db", [Presses(), LastWord()]) as log:
        assert len(lanes(log.read("play/1"))) == saved + 1
        assert_whole(log)


def test_the_writer_goes_on_through_a_full_disk_and_catches_up(tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "disk", "size=1m")
    with EventLog.open(folder / "log.db", [Presses()]) as log, LogWriter(log) as writer:
        done = [writer.append("play/1", [heavy(number % 7)]) for number in range(400)]
        assert not writer.flush(2.0)
        assert "disk is full" in writer.problem
        assert "without saving" in writer.problem
        assert 0 < writer.waiting <= 400
        remount(folder, "size=16m")
        assert done[-1].result(WAIT_S) == 400
        assert writer.flush(WAIT_S, final=True)
        assert writer.problem == ""
        assert lanes(log.read("play/1")) == [number % 7 for number in range(400)]
        assert_whole(log)


def test_no_room_even_to_begin_is_said(tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "disk", "size=64k")
    (folder / "filler").write_bytes(bytes(65536 - 8192))
    with pytest.raises(LogFull, match="disk is full"):
        EventLog.open(folder / "log.db", [Presses()])
    (folder / "filler").unlink()
    remount(folder, "size=1m")
    with EventLog.open(folder / "log.db", [Presses()]) as log:
        assert_whole(log)


def test_a_snapshot_that_does_not_fit_leaves_nothing_behind(tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "disk", "size=100k")
    with EventLog.open(tmp_path / "log.db") as log:
        log.append("play/1", [heavy(number) for number in range(50)])
        snapshots = Snapshots(log, folder, ManualClock(1))
        with pytest.raises(LogFull):
            snapshots.before("test")
        assert list(folder.iterdir()) == []
        assert_whole(log)


def test_a_limit_on_the_size_of_files_is_a_full_disk_too(tmp_path: Path) -> None:
    script = f"""
import resource, signal
from pathlib import Path
from engine.log import *
log = EventLog.open(Path({str(tmp_path)!r}) / "log.db")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
saved = 0
try:
    while saved < 1000:
        saved = log.append("a", [NewEvent("heavy", {{"data": bytes(3000)}}, 0)])
except LogFull as error:
    print(saved, log.head("a"), log.verify(), error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    saved, head, problems, *_ = done.stdout.split()
    assert (int(head), problems) == (int(saved), "[]")
    assert "disk is full" in done.stdout
    with EventLog.open(tmp_path / "log.db") as log:
        assert log.append("a", [pressed(1)]) == int(saved) + 1


def test_a_folder_that_cannot_be_written_to_is_said_and_can_still_be_looked_at(tmp_path: Path, mount: Mount) -> None:
    folder = mount(tmp_path / "disk", "size=1m")
    with EventLog.open(folder / "log.db", [Presses()]) as log:
        log.append("play/1", [pressed(3)])
    remount(folder, "ro")
    with pytest.raises(LogReadOnly, match="cannot be written"):
        EventLog.open(folder / "log.db", [Presses()])
    with pytest.raises(LogReadOnly, match="cannot be written"):
        EventLog.open(folder / "new" / "log.db")
    with EventLog.open(folder / "log.db", [Presses()], read_only=True) as log:
        assert lanes(log.read("play/1")) == [3]
        assert_whole(log)
