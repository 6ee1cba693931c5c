"""The results of a band: equal on every machine, provisional until everything is there, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.events import TakeEnded
from game.jam.state import SPECTATOR
from game.scenes.jam_results import JamResultsScene
from game.scenes.requests import JamResults, WatchJam
from tests.rig.jam_band import BandGame, result_in, told
from tests.rig.scene_game import make_chart, write_song

SIZE = (960, 540)
FRAME_US = 16_667


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_song(folder / "song", make_chart("Song", 4, 24))
    return folder


@pytest.fixture
def game(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> Iterator[BandGame]:
    game = BandGame(tmp_path, songs, window, sound)
    game.host()
    yield game
    game.close()


def show(game: BandGame, session: str, take: str) -> JamResultsScene:
    scene = JamResultsScene(game.context, JamResults(session, take))
    game.show(scene)
    game.until(lambda: scene.result is not None, "the results")
    return scene


def test_the_results_are_the_same_on_every_machine_and_after_the_jam(game: BandGame) -> None:
    friends = [game.friend("Ben"), game.friend("Cleo")]
    take = game.played_through(game.entry("Song", 4))
    session = game.machine.session.id
    scene = show(game, session, take)
    assert scene.result is not None
    assert not scene.result.provisional
    here = told(scene.result)
    assert len(here) == 3
    for friend in friends:
        assert told(result_in(friend, session, take)) == here
    # The first hits every note at once, the others are 6 and 12 ms late.
    assert sorted(round(one[3][3], -2) for one in here) == [0, 6_000, 12_000]
    assert scene.result.score == sum(one.result.score for one in scene.result.players if one.result is not None)
    game.press("down", "down")
    game.press("w")
    assert game.opened == [WatchJam(session, take)]
    game.press("escape")
    assert len(game.stack) == 0
    game.room.leave()
    assert told(show(game, session, take).result) == here  # type: ignore[arg-type]


def test_what_is_not_there_yet_is_provisional_until_it_comes(game: BandGame) -> None:
    ben = game.friend("Ben")
    take = game.agree(game.entry("Song", 4))
    session = game.machine.session
    game.friends_play()
    friend, game.play = game.play[0], []
    friend.press_until(4_000_000)
    game.until(lambda: len(session.band.take(take).played[ben.jam.session.me].edges) > 8, "some of it")  # type: ignore[union-attr]
    scene = show(game, session.id, take)
    assert scene.result is not None
    assert scene.result.provisional
    before = max(one.result.score for one in scene.result.players if one.result is not None)
    friend.press_until(60_000_000)
    friend.take.end()
    session.send(TakeEnded(take, "left", 0, 0))  # the player never touched a key
    game.until(lambda: scene.result is not None and not scene.result.provisional, "all of it")
    assert max(one.result.score for one in scene.result.players if one.result is not None) > before


def test_again_takes_the_same_part_and_is_ready_in_the_lobby(game: BandGame) -> None:
    ben = game.friend("Ben")
    take = game.played_through(game.entry("Song", 4))
    session = game.machine.session
    show(game, session.id, take)
    assert not session.band.members[session.me].ready
    game.press("r")
    assert len(game.stack) == 0
    game.until(lambda: ben.jam.session.band.members[session.me].ready, "the player's word at Ben's")


def test_who_watched_has_nothing_to_play_again(game: BandGame) -> None:
    game.friend("Ben")
    take = game.played_through(game.entry("Song", 4))
    game.machine.role = SPECTATOR
    scene = show(game, game.machine.session.id, take)
    game.press("r")
    assert game.stack.top is scene
    game.press("escape")
    assert len(game.stack) == 0


def test_a_take_that_the_log_does_not_hold_is_told_in_a_sentence(game: BandGame) -> None:
    game.show(JamResultsScene(game.context, JamResults(game.machine.session.id, "no-such-take")))
    game.until(lambda: len(game.stack) == 0, "the way out")
    assert any("no take" in sentence for sentence in game.said)
