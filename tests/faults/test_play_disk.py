"""Playing on a disk that fills up, and from a folder that cannot be written to: real ones, where one may mount them."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import InputEvent
from game.profile import Profile
from game.rhythm.board import performances
from game.rhythm.events import PerformanceEnded
from game.rhythm.mods import Mods
from game.rhythm.performance import Kept, rejudge
from game.scenes.play import Phase, PlayScene
from game.scenes.requests import ChartRef, Play, ShowResults
from tests.rig.disks import Mount, fill, remount
from tests.rig.stand import Stand, read_written, write_chart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs mounts")
NOTES = "\n".join(f"{200_000 + 50_000 * row} {row * 7 % 4} tap" for row in range(60))


class Fingers:
    """Presses this and that, as long as it is asked to."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._chance = random.Random(4)
        self._down: dict[str, bool] = {}
        self.moved = 0

    def __call__(self) -> None:
        self.moved += 1
        key = self._chance.choice("dfjk")
        self._down[key] = not self._down.get(key, False)
        self._stand.feed(InputEvent(now_us(), "keyboard", f"key:{key}", float(self._down[key])))


def begun(stand: Stand, chart: Path) -> PlayScene:
    scene = PlayScene(stand.context, Play(ChartRef(str(chart)), "osu-mania-stable", Mods(no_fail=True)))
    stand.show(scene)
    stand.until(lambda: scene.phase is Phase.PLAYING, "the song")
    return scene


def over(stand: Stand, scene: PlayScene) -> bool:
    """Whether the results are there; where the machine is so busy that the song rightly pauses, it is gone on with."""
    if scene.phase is Phase.PAUSED:
        stand.tap("escape")
    return bool(stand.opened)


def finished(stand: Stand, scene: PlayScene) -> ShowResults:
    stand.until(lambda: over(stand, scene), "the results")
    request = stand.opened[0]
    assert isinstance(request, ShowResults)
    assert request.result is not None
    return request


def test_a_disk_that_fills_up_in_mid_song_is_said_and_all_is_written_once_there_is_room(
    tmp_path: Path, mount: Mount
) -> None:
    disk = mount(tmp_path / "disk", "size=4m")
    chart = write_chart(tmp_path / "song", NOTES)
    with Stand(disk / "me") as stand:
        scene, fingers = begun(stand, chart), Fingers(stand)
        fill(disk)

        def refused() -> str:
            fingers()
            return stand.profile.problem if fingers.moved > 40 else ""  # however soon the disk is found to be full

        said = stand.until(refused, "the sentence")
        assert "disk is full" in said
        assert "Playing goes on without saving" in said
        performance = scene.performance
        assert performance is not None
        before_us = performance.song_us
        request = finished(stand, scene)
        assert performance.song_us > before_us
        assert stand.profile.writer.waiting > 0
        (disk / "filler").unlink()
        assert stand.profile.writer.flush(30.0, final=True)
        assert stand.profile.problem == ""
        log = stand.profile.log
        kept = Kept(log.read(f"play/{request.performance_id}"))
        assert kept.ended is not None
        assert len(kept.edges) > 20
        assert kept.matches(rejudge(read_written(chart), kept.replay))
        assert log.verify() == []


def test_a_disk_that_stays_full_does_not_keep_the_player_from_leaving(tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=2m")
    chart = write_chart(tmp_path / "song", NOTES)
    with Stand(disk / "me") as stand:
        scene = begun(stand, chart)
        assert stand.profile.writer.flush(30.0)
        begin = stand.profile.log.last_seq
        fill(disk)
        stand.until(lambda: stand.profile.problem, "the sentence")
        finished(stand, scene)
    (disk / "filler").unlink()
    with Profile.open(disk / "me") as profile:
        assert profile.problem == ""
        assert profile.log.last_seq >= begin
        assert profile.log.verify() == []
        [row] = performances(profile.log)
        assert row.outcome == "playing"


def test_from_a_read_only_folder_one_plays_without_saving_and_is_told(tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=1m")
    with Profile.open(disk / "me") as profile:
        profile.set("playfield.scroll_ms", 450)
    remount(disk, "ro")
    chart = write_chart(tmp_path / "song", NOTES)
    with Stand(disk / "me") as stand:
        assert "without saving" in stand.profile.problem
        assert stand.profile.settings.playfield.scroll_ms == 450
        scene, fingers = begun(stand, chart), Fingers(stand)

        def played() -> bool:
            fingers()
            return over(stand, scene)

        stand.until(played, "the results")
        request = finished(stand, scene)
        assert stand.profile.writer.flush(10.0)
        events = list(stand.profile.log.read(f"play/{request.performance_id}"))
        assert events[-1].kind == PerformanceEnded.kind
        kept = Kept(events)
        assert kept.matches(rejudge(read_written(chart), kept.replay))
    remount(disk, "rw")
    with Profile.open(disk / "me") as profile:
        assert performances(profile.log) == []
