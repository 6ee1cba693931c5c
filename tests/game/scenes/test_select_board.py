"""What song select tells of a chart: all its performances, to watch or race, and whether its song is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import WindowChange, WindowEvent
from engine.scene import Scene
from game.rhythm.entries import ChartEntry
from game.scenes.requests import Play, SelectSong, Watch
from game.scenes.select import SelectScene
from game.scenes.select_board import BoardPanel
from game.scenes.select_details import SONG_MISSING, Details
from tests.rig.scene_game import SceneGame, make_chart, write_song


@pytest.fixture
def game(tmp_path: Path) -> Iterator[SceneGame]:
    songs = tmp_path / "songs"
    write_song(songs / "aurora", make_chart("Aurora"))
    write_song(songs / "bolero", make_chart("Bolero", audio="song.wav"), seconds=2)
    game = SceneGame(tmp_path, songs, size=(640, 360))
    game.library.refresh()
    yield game
    game.close()


def enter(game: SceneGame, chart_hash: str = "") -> SelectScene:
    """Song select over another scene, after its first look for songs."""
    game.show(Scene())
    scene = SelectScene(game.context, SelectSong(chart_hash))
    game.show(scene)
    game.until(lambda: not game.context.remembered["collection"].busy, "the end of the first look")
    game.turn(2)
    return scene


def entry(game: SceneGame, name: str) -> ChartEntry:
    return next(one for one in game.library.entries if one.title == name)


def known(details: Details) -> bool:
    details.step()
    return details.density is not None


def test_a_song_file_that_is_missing_is_said_before_it_is_played(game: SceneGame) -> None:
    write_song(game.profile.songs / "mute", make_chart("Mute", audio="gone.ogg"))
    game.library.refresh()
    details = Details(game.context)
    for name, missing in (("Mute", SONG_MISSING), ("Bolero", ""), ("Aurora", ""), ("Mute", SONG_MISSING)):
        details.want(entry(game, name))
        game.until(lambda: known(details), "the chart")
        assert details.missing == missing
    details.close()
    enter(game, entry(game, "Mute").hash)
    game.turn(2)


def test_every_performance_of_a_chart_can_be_watched_and_raced(game: SceneGame) -> None:
    chart = entry(game, "Aurora")
    failed = game.score(chart, 300_000, 0.6, outcome="failed")
    fast = game.score(chart, 950_000, 0.99, rate_percent=150)
    unranked = game.score(chart, 800_000, mods={"no_fail": True})
    game.score(entry(game, "Bolero"), 1_000_000)
    scene = enter(game)
    game.press("f7")
    panel = game.stack.top
    assert isinstance(panel, BoardPanel)
    assert [row.id for row in panel.rows] == [unranked, fast, failed]
    game.press("f7")
    assert list(panel.rows) == scene.board == []
    game.press("f7")
    game.turn(4)
    for name in ("down", "right"):
        game.press(name)
        game.turn(2)
    game.press("return")
    assert scene.choices.ghost == unranked
    game.turn(2)
    game.press("return")
    request = game.opened[-1]
    assert isinstance(request, Play)
    assert request.ghost == unranked
    scene.open_board(failed)
    game.turn(4)
    game.press("down")
    game.turn(2)
    game.press("return")
    assert game.opened[-1] == Watch(failed)


def test_what_was_played_but_does_not_count_is_a_click_away_from_the_empty_leaderboard(game: SceneGame) -> None:
    chart = entry(game, "Aurora")
    unranked = game.score(chart, 800_000, mods={"no_fail": True})
    game.window.feed(WindowEvent(now_us(), WindowChange.RESIZED, size=(1280, 720)))
    scene = enter(game, chart.hash)
    assert scene.board == []
    places = [(x, y) for y in range(0, 720, 6) for x in range(0, 1280, 24) if over(scene, x, y) == "all performances"]
    assert places
    game.click(*places[0])
    game.turn(4)
    panel = game.stack.top
    assert isinstance(panel, BoardPanel)
    assert [row.id for row in panel.rows] == [unranked]
    game.press("escape")
    scene._take(entry(game, "Bolero"))
    game.turn(2)
    assert all(over(scene, x, y) != "all performances" for x, y in places)


def over(scene: SelectScene, x: float, y: float) -> object:
    """What answers to the mouse at a place."""
    touch = scene._touch
    before, (touch.x, touch.y) = (touch.x, touch.y), (x, y)
    try:
        return touch.over()
    finally:
        touch.x, touch.y = before


def test_the_leaderboard_of_a_chart_that_nobody_played_is_empty_on_both_pages(game: SceneGame) -> None:
    scene = enter(game)
    scene.open_board()
    game.turn(4)
    panel = game.stack.top
    assert isinstance(panel, BoardPanel)
    assert list(panel.rows) == []
    game.press("f7")
    assert list(panel.rows) == []
    game.turn(2)
    game.press("escape")
    assert game.stack.top is scene
