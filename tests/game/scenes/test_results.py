"""The results as a player meets them: what they say, and what each key does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.clock import now_us
from engine.input.events import InputEvent
from game.rhythm.board import performance
from game.rhythm.chart import Chart
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, Performance, autoplay_edges, rejudge, started
from game.rhythm.recorder import Recorder, new_stream
from game.rhythm.replay import Replay
from game.rhythm.replay_files import load_replay
from game.rhythm.result import missed_us
from game.rhythm.songs import read_chart
from game.scenes.requests import Play, ShowResults, Watch
from game.scenes.results import ResultsScene
from tests.rig.stand import Stand

CHARTS = Path(__file__).resolve().parents[3] / "charts"


def shipped_chart() -> Chart:
    return read_chart(str(CHARTS / "first-light" / "4k-easy.jam"), 0)


def perform(stand: Stand, chart: Chart, late_us: int, player: str = "user", mods: Mods | None = None) -> str:
    """A performance in the log, every press ``late_us`` late; gives its id."""
    mods = mods or Mods()
    edges = autoplay_edges(chart, mods)
    recorder = Recorder(stand.profile.writer, new_stream())
    run = Performance(chart, "osu-mania-stable", mods, recorder, started(chart, "osu-mania-stable", mods, player))
    for at_us, lane, down in edges.tolist():
        run.step(at_us + late_us, at_us)
        run.edge(at_us + late_us, lane, bool(down))
    run.end(FINISHED)
    assert stand.profile.writer.flush(5.0)
    return run.id


def show(stand: Stand, performance_id: str) -> ResultsScene:
    """The results on the stand, read back from the log."""
    scene = ResultsScene(stand.context, ShowResults(performance_id))
    stand.show(scene)
    stand.until(lambda: not stand.jobs.running, "the results")
    stand.once()
    return scene


@pytest.mark.parametrize(("key", "ghost"), [("r", False), ("g", True)])
def test_again_and_race_play_the_same_chart(key: str, ghost: bool, tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        chart = shipped_chart()
        performance_id = perform(stand, chart, 0)
        show(stand, performance_id)
        stand.tap(key)
        (request,) = stand.opened
        assert isinstance(request, Play)
        assert (request.chart.path, request.chart.index) == (chart.path, chart.index)
        assert request.ghost == (performance_id if ghost else "")


def test_watch_opens_this_performance(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        performance_id = perform(stand, shipped_chart(), 0)
        show(stand, performance_id)
        stand.tap("w")
        assert stand.opened == [Watch(performance_id)]


@pytest.mark.parametrize("late_us", [12_000, -9_000])
def test_one_key_applies_the_suggested_offset_once(late_us: int, tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        show(stand, perform(stand, shipped_chart(), late_us))
        stand.tap("o")
        assert stand.profile.settings.input.input_offset_us == pytest.approx(late_us, abs=600)
        before = stand.profile.settings.input.input_offset_us
        stand.tap("o")
        assert stand.profile.settings.input.input_offset_us == before


def test_the_autoplayer_suggests_no_offset(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        show(stand, perform(stand, shipped_chart(), 12_000, player="autoplay"))
        stand.tap("o")
        assert stand.profile.settings.input.input_offset_us == 0


def test_export_writes_a_replay_that_reads_back(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        chart = shipped_chart()
        performance_id = perform(stand, chart, 4_000)
        show(stand, performance_id)
        stand.tap("e")
        stand.until(lambda: stand.said, "word of the export")
        (path,) = (tmp_path / "replays").iterdir()
        assert performance_id in path.name
        assert path.name in stand.said[0]
        assert str(path.parent) in stand.said[0]
        assert len(load_replay(path, chart).edges) == len(autoplay_edges(chart, Mods()))


def test_a_performance_that_is_not_there_is_said_and_left(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        stand.show(ResultsScene(stand.context, ShowResults("nowhere")))
        stand.until(lambda: stand.said, "the sentence")
        assert "not in the log" in stand.said[0]
        assert len(stand.stack) == 0


def test_escape_leaves(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        show(stand, perform(stand, shipped_chart(), 0))
        stand.tap("escape")
        assert len(stand.stack) == 0


@pytest.mark.parametrize(
    ("device", "choose", "back"), [("keyboard", "key:return", "key:escape"), ("gamepad:Pad", "button:0", "button:1")]
)
def test_the_first_button_has_the_keyboard_and_the_gamepad(device: str, choose: str, back: str, tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        scene = show(stand, perform(stand, shipped_chart(), 0))

        def chosen() -> bool:
            for value in (1.0, 0.0):
                stand.feed(InputEvent(now_us(), device, choose, value))
                stand.once()
            return bool(stand.opened)

        stand.until(chosen, "the song")
        request = stand.opened[0]
        assert isinstance(request, Play)
        assert request.ghost == ""
        assert stand.stack.top is scene
        stand.feed(InputEvent(now_us(), device, back, 1.0))
        stand.once()
        assert len(stand.stack) == 0


def test_every_press_shows_in_the_picture(tmp_path: Path) -> None:
    """The same chart played early and late paints other histograms."""
    with Stand(tmp_path) as stand:
        pictures = []
        for late_us in (-15_000, 15_000):
            scene = show(stand, perform(stand, shipped_chart(), late_us))
            stand.until(stand.loop.once, "a frame")
            pictures.append(stand.window.picture().copy())
            assert scene.leave()
        assert not np.array_equal(pictures[0], pictures[1])


def test_the_board_keeps_what_the_scene_shows(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        performance_id = perform(stand, shipped_chart(), 0)
        row = performance(stand.profile.log, performance_id)
        assert row is not None
        assert (row.outcome, row.grade, row.score) == ("finished", "SS", 1_000_000)


def test_a_replay_marks_the_notes_no_press_met_up_to_where_it_stopped() -> None:
    chart, mods = shipped_chart(), Mods()
    edges = autoplay_edges(chart, mods)
    half_us = chart.first_us + chart.length_us // 2
    replay = Replay(edges[edges["at_us"] <= half_us], chart.hash, "osu-mania-stable", mods)
    result = rejudge(chart, replay)
    missed = missed_us(result, chart)
    assert len(missed)
    assert missed.min() > half_us - 1_000_000
    assert not len(missed_us(result, chart, half_us))
