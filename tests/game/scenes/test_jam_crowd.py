"""A player in the crowd of a friend's jam: the way in, what is seen and sounds, the way out; and the lobby's switch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.net.qr import JoinLink
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.crowd_events import CROWD
from game.jam.crowd_listener import Link
from game.jam.crowd_words import CHART_BYTES, Phase
from game.jam.decide import OpenCrowd, SayReady, Start, StartFree, TakeInstrument, TakePart
from game.jam.parts import ALL
from game.scenes.jam_crowd import JamCrowdScene
from game.scenes.jam_crowd_look import through
from game.scenes.jam_crowd_sound import song_here
from game.scenes.jam_join import JamJoinScene
from game.scenes.jam_lobby import JamLobbyScene
from game.scenes.requests import ListenInCrowd, ShowJam, ShowLobby
from tests.rig.jam_game import CODE, JamGame
from tests.rig.jam_machines import Seat
from tests.rig.scene_game import make_chart, write_song

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_song(folder / "aurora", make_chart("Aurora", 4, 200, artist="North"))
    return folder


@pytest.fixture
def game(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> Iterator[JamGame]:
    game = JamGame(tmp_path, songs, window, sound)
    yield game
    game.close()


def asked(game: JamGame, host: Seat) -> JamJoinScene:
    """The player asks to listen in the crowd."""
    scene = JamJoinScene(game.context, ShowJam())
    game.show(scene)
    game.turn(4)
    scene.role = CROWD
    address, port = host.jam.node.address
    scene.use_link(JoinLink((address,), port, CODE).text)
    return scene


def open_crowd(host: Seat) -> None:
    host.jam.session.do(OpenCrowd(True))


def listening(game: JamGame, host: Seat) -> JamCrowdScene:
    """The player in the crowd of ``host``."""
    open_crowd(host)
    game.until(lambda: host.jam.crowd is not None, "the crowd's stage")
    while not game.opened:
        asked(game, host)
        game.until(lambda: game.opened or not game.room.listener, "a ticket")  # the door may not know yet
    assert game.opened == [ListenInCrowd()]
    scene = JamCrowdScene(game.context, ListenInCrowd())
    game.show(scene)
    listener = game.room.listener
    assert listener is not None
    game.until(lambda: listener.hears and listener.time.agreed and listener.view.players, "the conductor")
    return scene


def test_a_free_jam_is_seen_and_sounds_and_escape_leaves_it(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    scene = listening(game, ada)
    listener = scene.listener
    assert listener is not None
    session = ada.jam.session
    game.until(lambda: session.time.agreed, "Ada's clock")
    session.do(StartFree(session.now_us(), session.time.bound_us, 500_000, 4, 9, "minor-pentatonic", 4))
    session.do(TakeInstrument("keys", 5))
    free = game.until(lambda: session.band.free, "the free jam")
    game.until(lambda: listener.view.now is not None and listener.view.now.phase == Phase.FREE, "the word of it")
    game.until(lambda: any(one.keys == 5 for one in listener.view.players.values()), "the instrument")
    session.hit(free.take, 2, True, 60_000_000)
    game.until(lambda: listener.view.hits, "a key")
    (hit,) = listener.view.hits
    assert (hit.peer, hit.lane, hit.song_us) == (session.me, 2, 60_000_000)
    game.turn(4)
    game.press("escape")
    game.turn(2)
    assert game.room.listener is None
    game.until(lambda: game.stack.top is not scene, "the way out")


def test_a_song_that_is_here_plays_in_time_until_the_crowd_is_closed(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    scene = listening(game, ada)
    listener = scene.listener
    assert listener is not None
    session, entry, refused = ada.jam.session, game.entry("Aurora", 4), list[Exception]()
    ada.jam.offer(entry, "osu-mania-stable", 1.0, refused.append)
    game.until(lambda: ada.jam.song is not None, "the song at Ada's")
    session.do(TakePart(ALL, entry.hash, 4))
    session.do(SayReady())
    game.until(lambda: all(one.ready and one.bound_us >= 0 for one in session.band.players), "Ada ready")
    session.do(Start(session.now_us(), session.time.bound_us))
    sound = game.until(lambda: scene.sound, "its sound")
    game.until(lambda: sound.plays, "the song")
    assert listener.time.held
    now = listener.view.now
    assert now is not None
    assert (now.song, now.artist) == ("Aurora", "North")
    game.turn(4)
    session.do(OpenCrowd(False))
    game.until(lambda: ShowJam() in game.opened, "the way back")
    assert "closed the crowd" in game.room.ended


def test_where_the_band_is_full_the_crowd_is_offered(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    scene = asked(game, ada)
    game.until(lambda: scene.problem, "the refusal")
    assert "not open to a crowd" in scene.problem
    game.until(lambda: game.room.listener is None and not scene.knocking, "the end of asking")
    scene.role, scene.knocking = "player", "Ada"
    game.room.ended, game.room.crowd_is_open = "The session is full, but open to a crowd.", True
    game.until(lambda: scene.role == CROWD, "the crowd")
    assert "open to a crowd" in scene.problem


def test_the_conductor_opens_and_closes_the_crowd_by_key(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    game.show(JamLobbyScene(game.context, ShowLobby()))
    game.turn(4)
    game.press("o")
    game.until(lambda: ben.jam.session.band.crowd and game.machine.crowd is not None, "the crowd")
    game.turn(4)
    game.press("o")
    game.until(lambda: not ben.jam.session.band.crowd and game.machine.crowd is None, "its end")


@pytest.mark.parametrize(
    ("hops", "words"), [(0, "looked for"), (1, "straight"), (2, "through 1 other"), (3, "through 2 others")]
)
def test_through_whom_it_is_heard_is_said_in_words(hops: int, words: str) -> None:
    assert words in through(Link(hops, "", 0, 0, 0))


def test_whether_a_song_is_here_is_known_by_the_hash_of_its_chart(game: JamGame) -> None:
    entry = game.entry("Aurora", 4)
    entries = game.library.entries
    assert song_here(entries, bytes.fromhex(entry.hash)[:CHART_BYTES]) == entry
    assert song_here(entries, bytes(CHART_BYTES)) is None
    assert song_here(entries, b"") is None
