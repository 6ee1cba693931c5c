"""Who reaches whom: the ring and the table of three real nodes on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.scenes.jam_lobby import JamLobbyScene
from game.scenes.jam_topology import JamTopologyScene
from game.scenes.jam_words import clock_words, way
from game.scenes.requests import ShowLobby, ShowTopology
from tests.rig.jam_game import JamGame
from tests.rig.scene_game import make_chart, write_song

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[JamGame]:
    songs = write_song(tmp_path / "songs" / "aurora", make_chart("Aurora", 4)).parent
    game = JamGame(tmp_path, songs, window, sound)
    game.host()
    yield game
    game.close()


def enter(game: JamGame) -> JamTopologyScene:
    scene = JamTopologyScene(game.context, ShowTopology())
    game.show(scene)
    game.until(lambda: scene.nodes, "who is there")
    game.turn(4)
    return scene


def test_all_links_of_a_full_mesh_are_known_with_their_paths(game: JamGame) -> None:
    names = {game.friend(name).jam.session.me for name in ("Ben", "Cleo")} | {game.band.me}
    scene = enter(game)
    assert [node.name for node in scene.nodes] == ["Mika", "Ben", "Cleo"]
    assert [node.conducts for node in scene.nodes] == [True, False, False]
    pairs = {frozenset((a, b)) for a in names for b in names if a != b}
    game.until(lambda: {frozenset((one.source, one.target)) for one in scene.links} == pairs, "all three links")
    assert {link.kind for link in scene.links} <= {"direct", "multicast", "relay"}
    game.until(lambda: all("ms" in link.words for link in scene.links), "every round trip")


def test_the_table_goes_to_another_member_by_keys_and_back(game: JamGame) -> None:
    ben = game.friend("Ben")
    scene = enter(game)
    assert [node.name for node, _ in scene.reached()] == ["Ben"]
    game.press("return")
    game.turn(4)
    assert scene.chosen == ben.jam.session.me
    assert [node.name for node, _ in scene.reached()] == ["Mika"]
    ben.jam.close()
    game.until(lambda: scene.chosen == game.band.me, "this machine again, once Ben is gone")
    assert scene.reached() == []


def test_one_alone_stands_in_the_middle(game: JamGame) -> None:
    scene = enter(game)
    assert (len(scene.nodes), scene.links, scene.reached()) == (1, (), [])


def test_it_makes_way_for_a_song_and_for_the_end_of_the_jam(game: JamGame) -> None:
    lobby = JamLobbyScene(game.context, ShowLobby())
    game.show(lobby)
    enter(game)
    game.room.leave()
    game.turn(2)
    assert game.stack.top is lobby


def test_paths_and_clocks_are_said_in_words() -> None:
    assert way("relay", "Ben") == "through Ben"
    assert way("direct", "") == "direct"
    assert clock_words(False, 0) == "the clock is being measured"
    assert clock_words(True, 240) == "clock within 0.24 ms"
    assert clock_words(True, 23_000) == "clock within 23 ms"
