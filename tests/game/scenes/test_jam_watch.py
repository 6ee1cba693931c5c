"""Past jams: the list, and a take played back out of the log with everyone in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.band import BandResult
from game.scenes.jam_past import JamPastScene
from game.scenes.jam_watch import JamWatchScene
from game.scenes.requests import JamResults, WatchJam
from tests.rig.jam_band import BandGame, result_in
from tests.rig.scene_game import make_chart, write_song

SIZE = (960, 540)
FRAME_US = 16_667


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_song(folder / "song", make_chart("Song", 4, 40))
    return folder


class Played(NamedTuple):
    """A take that two have played through and left, and what the other's log makes of it."""

    session: str
    take: str
    there: BandResult


@pytest.fixture(scope="module")
def evening(
    tmp_path_factory: pytest.TempPathFactory, songs: Path, window: HeadlessWindow, sound: Sound
) -> Iterator[tuple[BandGame, Played]]:
    """A past jam, which needs nobody any more; the tests only read it."""
    game = BandGame(tmp_path_factory.mktemp("evening"), songs, window, sound)
    game.host()
    ben = game.friend("Ben")
    take = game.played_through(game.entry("Song", 4))
    session = game.machine.session.id
    there = result_in(ben, session, take)
    game.room.leave()
    game.friends.remove(ben)
    ben.close()
    yield game, Played(session, take, there)
    game.close()


@pytest.fixture
def game(evening: tuple[BandGame, Played]) -> Iterator[BandGame]:
    game, _ = evening
    game.opened.clear()
    yield game
    game.stack.clear()


@pytest.fixture
def played(evening: tuple[BandGame, Played]) -> Played:
    return evening[1]


def watch(game: BandGame, session: str, take: str) -> JamWatchScene:
    scene = JamWatchScene(game.context, WatchJam(session, take))
    game.show(scene)
    game.until(lambda: scene.place_us is not None and scene.rows, "the replay")
    return scene


def stand_still(game: BandGame, scene: JamWatchScene) -> int:
    """Space, and wait until the sound has stopped; gives the place."""
    game.press("space")
    game.until(lambda: scene.paused and not game.sound.clock.playing, "standing still")
    game.turn(4)
    assert scene.place_us is not None
    return scene.place_us


def test_the_replay_of_everyone_comes_to_the_results_on_each_machine(game: BandGame, played: Played) -> None:
    scene = watch(game, played.session, played.take)
    assert {row.stands.name for row in scene.rows} == {"Mika", "Ben"}
    stand_still(game, scene)
    game.press("right", "right", "right", "right")
    last_us = max(row.chart.last_us for row in scene.rows if row.chart is not None)
    game.until(lambda: scene.judged_us > last_us, "the end")
    game.until(lambda: all(row.stands.judged for row in scene.rows), "everyone's figures")
    game.turn(30)
    for one in played.there.players:
        row = next(row for row in scene.rows if row.stands.peer == one.peer)
        assert one.result is not None
        assert (row.stands.score, row.stands.max_combo, row.stands.accuracy) == (
            *(one.result.score, one.result.max_combo, one.result.accuracy),
        )


def test_seeking_back_shows_what_had_been_played_there_and_frames_can_be_stepped(
    game: BandGame, played: Played
) -> None:
    scene = watch(game, played.session, played.take)
    before = stand_still(game, scene)
    game.press("right")
    game.until(lambda: scene.judged_us == scene.place_us, "the judges there")
    game.turn(10)
    later = sum(row.stands.judged for row in scene.rows)
    assert later > 10
    game.press("left")
    game.until(lambda: scene.judged_us == scene.place_us, "the judges there")
    game.until(lambda: sum(row.stands.judged for row in scene.rows) < later, "fewer notes there")
    game.press("home")
    game.until(lambda: scene.judged_us == scene.place_us == 0, "the beginning")
    game.press("period")
    game.until(lambda: scene.judged_us == scene.place_us, "the judges there")
    assert scene.place_us == pytest.approx(16_667, abs=60)
    game.press("i")
    game.turn(2)
    game.press("minus")
    game.until(lambda: scene.speed == 0.75, "three quarters of the speed")
    assert before < 5_000_000


def test_the_list_names_what_was_played_and_leads_to_it(game: BandGame, played: Played) -> None:
    session, take, _ = played
    scene = JamPastScene(game.context, WatchJam())
    game.show(scene)
    game.until(lambda: scene.rows is not None, "the list")
    assert scene.rows is not None
    assert [(row.session, row.take, row.title) for row in scene.rows] == [(session, take, "Song")]
    assert scene.rows[0].players == "Mika, Ben"
    game.turn(4)
    game.press("return")
    game.press("r")
    assert game.opened == [WatchJam(session, take), JamResults(session, take)]


def test_a_log_without_jams_says_how_to_come_to_some(game: BandGame) -> None:
    scene = JamPastScene(game.context, WatchJam("0" * 16))
    game.show(scene)
    game.until(lambda: scene.rows is not None, "the list")
    assert scene.rows == []
    game.turn(4)
