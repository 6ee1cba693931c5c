from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw
import pytest

from engine.errors import UserError
from engine.log import LogBusy, LogDamaged
from game.cli import main
from game.profile import Profile
from game.rhythm.board import performances
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, Performance, started
from game.rhythm.recorder import Recorder, new_stream
from game.truth import Truth
from tests.rig.disks import Mount, remount
from tests.rig.judging import notes

HOUSE = Path(__file__).resolve().parents[2]


def play_something(profile: Profile) -> str:
    """A performance of a small chart; its id."""
    chart = notes("x.x", ".x.")
    recorder = Recorder(profile.writer, new_stream(), truth=Truth.USER)
    performance = Performance(
        chart, "osu-mania-stable", Mods(), recorder, started(chart, "osu-mania-stable", Mods(), "user")
    )
    performance.edge(1_000_000, 0, True)
    performance.edge(1_050_000, 0, False)
    performance.end(FINISHED)
    return performance.id


def test_a_new_profile_is_made_where_it_is_asked_for_and_keeps_what_is_set(tmp_path: Path) -> None:
    with Profile.open(tmp_path / "deep" / "down") as profile:
        profile.set("sound.master", 33)
        profile.set("playfield.scroll_ms", 700)
        profile.set("playfield.scroll_ms", None)
        played = play_something(profile)
        assert profile.problem == ""
        assert profile.songs.is_dir()
    with Profile.open(tmp_path / "deep" / "down") as profile:
        assert profile.settings.sound.master == 33
        assert profile.settings.playfield.scroll_ms == 600
        assert [row.id for row in performances(profile.log)] == [played]


def test_a_setting_that_is_as_it_was_is_no_event(tmp_path: Path) -> None:
    with Profile.open(tmp_path) as profile:
        profile.set("sound.master", 80)
        assert profile.writer.flush(10.0)
        assert profile.log.last_seq == 0
        with pytest.raises(UserError, match="no setting"):
            profile.set("sound.colour", 3)


def test_a_second_start_is_refused_and_says_who_has_the_profile(tmp_path: Path) -> None:
    with Profile.open(tmp_path) as profile:
        with pytest.raises(LogBusy, match=f"already open in another window.*{os.getpid()}"):
            Profile.open(tmp_path)
        with Profile.open(tmp_path, read_only=True) as looking, pytest.raises(UserError, match="reading only"):
            looking.set("sound.master", 1)
        profile.set("sound.master", 12)
    with Profile.open(tmp_path) as profile:
        assert profile.settings.sound.master == 12


def test_a_damaged_log_is_said_and_not_played_over(tmp_path: Path) -> None:
    (tmp_path / "ourojam.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(LogDamaged, match="snapshot"):
        Profile.open(tmp_path)


def test_a_profile_on_a_read_only_medium_begins_with_what_is_there_and_forgets_what_comes(
    tmp_path: Path, mount: Mount
) -> None:
    disk = mount(tmp_path / "disk", "size=4m")
    with Profile.open(disk / "me") as profile:
        profile.set("sound.master", 33)
        before = play_something(profile)
    remount(disk, "ro")
    with Profile.open(disk / "me") as profile:
        assert "cannot be written" in profile.problem
        assert "without saving" in profile.problem
        assert profile.settings.sound.master == 33
        profile.set("sound.master", 44)
        played = play_something(profile)
        assert profile.writer.flush(10.0, final=True)
        assert {row.id for row in performances(profile.log)} == {before, played}
        profile.tend()
        assert profile.settings.sound.master == 44
    remount(disk, "rw")
    with Profile.open(disk / "me") as profile:
        assert (profile.problem, profile.settings.sound.master) == ("", 33)


def test_a_new_profile_on_a_read_only_medium_plays_without_saving(tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=1m,ro")
    with Profile.open(disk / "me") as profile:
        assert "without saving" in profile.problem
        play_something(profile)
        assert profile.writer.flush(10.0)
        assert len(performances(profile.log)) == 1


def test_a_full_disk_at_the_start_plays_without_saving(tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=64k")
    (disk / "filler").write_bytes(bytes(65536 - 8192))
    with Profile.open(disk / "me") as profile:
        assert "disk is full" in profile.problem
        play_something(profile)
        assert profile.writer.flush(10.0)


def test_commands_say_that_nothing_is_saved_and_an_import_that_would_be_lost_is_refused(
    tmp_path: Path, mount: Mount, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = mount(tmp_path / "disk", "size=1m,ro")
    chart = Path(__file__).resolve().parents[2] / "charts" / "first-light" / "4k-easy.jam"
    assert main(["play", str(chart), "--headless", "--autoplay", "--json", "--profile", str(disk)]) == 0
    said = capsys.readouterr()
    assert "without saving" in said.err
    assert '"miss": 0' in said.out
    with Profile.open(tmp_path / "other") as profile:
        played = play_something(profile)
    assert played
    assert main(["play", str(chart), "--headless", "--autoplay", "--json", "--profile", str(tmp_path / "other")]) == 0
    performance_id = capsys.readouterr().out.split('"performance": "')[1].split('"')[0]
    replay = tmp_path / "mine.jamreplay"
    assert main(["replay", "export", performance_id, "-o", str(replay), "--profile", str(tmp_path / "other")]) == 0
    assert main(["replay", "import", str(replay), str(chart), "--profile", str(disk)]) == 1
    assert "nothing was imported" in capsys.readouterr().err


def test_a_snapshot_is_taken_once_a_day_and_after_much_has_happened(tmp_path: Path) -> None:
    with Profile.open(tmp_path) as profile:
        assert profile.snapshots is not None
        profile.tend()
        assert profile.snapshots.kept() == []
        profile.set("sound.master", 1)
        profile.tend()
        profile.set("sound.master", 2)
        profile.tend()
        assert [one.sort for one in profile.snapshots.kept()] == ["nightly"]
        for level in range(3, 60):
            profile.set("sound.master", level)
            profile.set("sound.music", level)
        profile.tend()
        assert [one.sort for one in profile.snapshots.kept()] == ["periodic", "nightly"]


def test_a_rebuild_takes_a_snapshot_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Profile.open(tmp_path) as profile:
        play_something(profile)
    assert main(["log", "rebuild", "--profile", str(tmp_path)]) == 0
    assert "follow from the events" in capsys.readouterr().out
    with Profile.open(tmp_path) as profile:
        assert profile.snapshots is not None
        assert [(one.sort, one.why) for one in profile.snapshots.kept()] == [("before", "rebuild")]


def test_settling_does_not_wait_for_a_disk_that_does_not_answer(tmp_path: Path) -> None:
    with Profile.open(tmp_path) as profile:
        other = apsw.Connection(str(tmp_path / "ourojam.db"))
        other.execute("BEGIN IMMEDIATE")
        play_something(profile)
        profile.settle()
        assert profile.writer.waiting > 0
        other.execute("ROLLBACK")
        other.close()
        assert profile.writer.flush(30.0)
        assert len(performances(profile.log)) == 1


AS_ANYONE = """
import os, sys, threading
from pathlib import Path
from game.profile import Profile
Profile.open(Path(sys.argv[1])).close()  # every module is loaded while all of them can be read
(Path(sys.argv[1]) / "snapshots").chmod(0)
if os.geteuid() == 0:
    os.seteuid(65534)
with Profile.open(Path(sys.argv[1])) as profile:
    profile.set("sound.master", 33)
    profile.tend()
    print(profile.problem)
print(threading.active_count())
"""


def test_a_folder_of_copies_that_may_not_be_looked_into_keeps_nobody_from_playing() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Profile.open(folder):
            pass
        (folder / "snapshots").mkdir(exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", AS_ANYONE, name], cwd=HOUSE, capture_output=True, text=True, timeout=60
        )
        (folder / "snapshots").chmod(0o700)
        problem, threads = done.stdout.splitlines()
        assert "snapshots: this folder cannot be written to" in problem, done.stderr
        assert problem.endswith("Playing goes on without copies of the log")
        assert threads == "1"
        with Profile.open(folder) as profile:
            assert profile.settings.sound.master == 33
