"""The replay viewer: it shows at every place what the live judge had come to there."""

from __future__ import annotations

from pathlib import Path

import pytest

from game.rhythm.mods import Mods
from game.rhythm.performance import autoplay_edges, rejudge
from game.rhythm.replay import Replay
from game.scenes.requests import Watch
from game.scenes.watch import WatchScene, presses
from tests.game.scenes.test_results import perform, shipped_chart
from tests.rig.stand import Stand

LATE_US = 20_000


def show(stand: Stand) -> WatchScene:
    """A replay of a shipped chart, every press late, loaded and running."""
    scene = WatchScene(stand.context, Watch(perform(stand, shipped_chart(), LATE_US)))
    stand.show(scene)
    stand.until(lambda: scene.place_us is not None, "the replay")
    return scene


def place(scene: WatchScene) -> int:
    assert scene.place_us is not None
    return scene.place_us


def stand_still(stand: Stand, scene: WatchScene) -> None:
    """Space, and wait until the sound has stopped: until then its clock is still being told where."""
    stand.tap("space")
    assert scene.paused
    stand.until(lambda: not stand.sound.clock.playing, "standing still")
    stand.once()


def test_space_stands_still_and_goes_on(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        scene = show(stand)
        stand_still(stand, scene)
        stood = place(scene)
        for _ in range(20):
            stand.once()
        assert place(scene) == stood
        stand.tap("space")
        stand.until(lambda: place(scene) > stood, "going on")


@pytest.mark.parametrize(("key", "least_us", "most_us"), [("right", 4_900_000, 5_400_000), ("left", -9_000_000, 0)])
def test_arrows_go_five_seconds(key: str, least_us: int, most_us: int, tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        scene = show(stand)
        stand_still(stand, scene)
        before = place(scene)
        stand.tap(key)
        stand.once()
        assert least_us <= place(scene) - before <= most_us


def test_scroll_speed_changes_while_watching(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        scene = show(stand)
        stand.tap("f4")
        assert stand.profile.settings.playfield.scroll_ms == 580
        stand.hold("lctrl")
        stand.tap("minus")
        assert stand.profile.settings.playfield.scroll_ms == 600
        assert scene.speed == 1.0


def test_comma_and_dot_step_single_frames(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        scene = show(stand)
        stand.until(lambda: place(scene) > 0, "the song itself: before it there are no frames to step through")
        stand_still(stand, scene)
        before = place(scene)
        stand.tap("period")
        assert place(scene) - before == pytest.approx(16_667, abs=30)
        stand.tap("comma")
        assert place(scene) == pytest.approx(before, abs=60)


def test_any_place_shows_what_the_live_judge_had_there(tmp_path: Path) -> None:
    """Forwards, backwards and forwards again: the counts are those of judging anew up to that place."""
    with Stand(tmp_path) as stand:
        scene = show(stand)
        chart, mods = shipped_chart(), Mods()
        edges = autoplay_edges(chart, mods).copy()
        edges["at_us"] += LATE_US
        replay = Replay(edges, chart.hash, "osu-mania-stable", mods)
        stand_still(stand, scene)
        for key in ("right", "right", "right", "left", "right", "home", "right"):
            stand.tap(key)
            stand.until(lambda: scene.judged_us == scene.place_us, "the judge at that place")
            at_us = place(scene)
            kept = edges[edges["at_us"] <= at_us]
            expected = rejudge(chart, Replay(kept, chart.hash, replay.rules, mods), upto_us=at_us)
            assert dict(zip(expected.counts, scene.judged.counts, strict=True)) == expected.counts
            assert scene.judged.max_combo == expected.max_combo


def test_speed_changes_keep_the_place(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        scene = show(stand)
        stand_still(stand, scene)
        stand.tap("right")
        stand.once()
        before = place(scene)
        stand.tap("equals")
        assert scene.speed == 1.5
        stand.until(lambda: not stand.jobs.running, "the song at another speed")
        stand.once()
        assert place(scene) == pytest.approx(before, abs=20_000)
        assert scene.paused


def test_presses_pair_downs_with_ups() -> None:
    chart = shipped_chart()
    edges = autoplay_edges(chart, Mods())
    lanes, down_us, up_us = presses(edges, chart.keys)
    assert len(lanes) == int((edges["down"] == 1).sum())
    assert (up_us >= down_us).all()


def test_escape_leaves_and_frees_the_song(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        show(stand)
        stand.tap("escape")
        assert len(stand.stack) == 0
        stand.until(lambda: not stand.sound.clock.playing, "silence")
