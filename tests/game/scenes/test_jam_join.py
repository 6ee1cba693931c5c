"""Hosting and joining a jam: who one is, jams that show up, addresses, links, codes, every refusal as a sentence."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.net.discovery_records import FoundSession
from engine.net.join_code import DIGIT_KIND
from engine.net.qr import JoinLink
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.state import SPECTATOR
from game.scenes.jam_found import STAYS_US, FoundList
from game.scenes.jam_join import ELSEWHERE, JamJoinScene
from game.scenes.requests import ShowJam, ShowLobby
from game.scenes.talk_form import Entry
from tests.rig.jam_game import CODE, JamGame
from tests.rig.jam_machines import Seat
from tests.rig.scene_game import make_chart, write_song

pytestmark = pytest.mark.xdist_group("announced")  # sessions of other processes would show up in these

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_song(folder / "aurora", make_chart("Aurora", 4))
    return folder


@pytest.fixture
def game(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> Iterator[JamGame]:
    game = JamGame(tmp_path, songs, window, sound)
    yield game
    game.close()


def enter(game: JamGame, link: str = "") -> JamJoinScene:
    scene = JamJoinScene(game.context, ShowJam(link))
    game.show(scene)
    game.turn(4)
    return scene


def link_of(host: Seat) -> str:
    address, port = host.jam.node.address
    return JoinLink((address,), port, CODE).text


def written(game: JamGame, entry: Entry) -> None:
    game.until(lambda: entry.field.active, entry.label)
    game.turn(2)


def until_in(game: JamGame) -> None:
    scene = game.stack.top
    assert isinstance(scene, JamJoinScene)
    game.until(lambda: game.opened or scene.problem, "the lobby, or why not")
    assert (game.opened, scene.problem) == ([ShowLobby()], "")
    assert game.machine.joined


def test_the_name_is_asked_once_and_hosting_leads_to_the_lobby(
    tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound
) -> None:
    game = JamGame(tmp_path, songs, window, sound, name="")
    scene = enter(game)
    assert scene.naming
    game.write("Ada")
    game.press("return")
    game.turn(2)
    assert game.profile.settings.jam.name == "Ada"
    scene.titled.field.focus()
    written(game, scene.titled)
    game.write("A quiet one")
    game.press("return")
    until_in(game)
    assert (game.machine.title, game.machine.name) == ("A quiet one", "Ada")
    assert not enter(game).naming
    game.close()


def test_without_a_name_nothing_is_opened(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> None:
    game = JamGame(tmp_path, songs, window, sound, name="")
    scene = enter(game)
    scene.host()
    assert "called" in scene.called.error
    assert game.room.machine is None
    game.close()


def test_the_code_is_two_words_or_six_digits(game: JamGame) -> None:
    scene = enter(game)
    scene.kind = DIGIT_KIND
    scene.host()
    until_in(game)
    assert game.machine.code.text.isdigit()


def test_a_jam_shows_up_by_itself_and_takes_its_code(game: JamGame) -> None:
    scene = enter(game)
    port = game.hosting_friend("Ada", announced=True).jam.node.address[1]  # others on this machine may have an Ada too
    found = game.until(lambda: [one for one in scene.found if one.port == port], "Ada's jam")
    assert (found[0].name, found[0].players) == ("Ada's evening", 1)
    if len(scene.found) > 1:  # somebody else on this machine opened one just now
        scene.choose(found[0].session)
    game.until(lambda: scene.chosen == found[0].session, "the only jam")
    written(game, scene.code)
    game.write("amber violin")
    game.press("return")
    until_in(game)
    assert game.machine.title == "Ada's evening"


def found(name: str) -> FoundSession:
    return FoundSession(name * 16, f"{name}'s jam", name, 47100, 1, "", "", ("192.0.2.1",), 0)


def test_the_lines_of_jams_stay_where_they_are_while_jams_come_and_go() -> None:
    ada, ben, cleo = found("a"), found("b"), found("c")
    listed = FoundList()
    listed.follow((ada, ben), 0)
    listed.follow((ben,), 1_000_000)
    assert [(row.session, row.here) for row in listed.rows] == [(ada, False), (ben, True)]
    listed.follow((cleo, ben), 2_000_000)  # a hand may just be on its way to where Ada's was
    assert [(row.session, row.here) for row in listed.rows] == [(ada, False), (ben, True), (cleo, True)]
    listed.follow((cleo, ada, ben), 3_000_000)
    assert [row.session for row in listed.rows if row.here] == [ada, ben, cleo]
    listed.follow((ben, cleo), 4_000_000)
    dan = found("d")
    listed.follow((ben, cleo, dan), 4_000_000 + STAYS_US)
    assert [row.session for row in listed.rows] == [dan, ben, cleo]
    listed.follow((), 20_000_000)
    listed.follow((), 20_000_000 + STAYS_US)
    assert listed.rows == []


def test_once_the_name_is_said_the_code_of_the_jam_chosen_can_be_typed(
    tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound
) -> None:
    game = JamGame(tmp_path, songs, window, sound, name="")
    scene = enter(game)
    port = game.hosting_friend("Ada", announced=True).jam.node.address[1]  # others on this machine may have an Ada too
    found = game.until(lambda: [one for one in scene.found if one.port == port], "Ada's jam")
    scene.chosen = found[0].session
    written(game, scene.called)
    game.write("Mika")
    game.press("return")
    written(game, scene.code)
    game.write("amber violin")
    game.press("return")
    until_in(game)
    game.close()


def test_a_wrong_code_is_said_and_the_right_one_still_works(game: JamGame) -> None:
    host = game.hosting_friend("Ada")
    scene = enter(game)
    scene.choose(ELSEWHERE)
    written(game, scene.address)
    game.write("{}:{}".format(*host.jam.node.address))
    game.press("return")
    written(game, scene.code)
    game.write("482915")
    game.press("return")
    assert scene.knocking
    game.until(lambda: scene.problem, "the refusal")
    assert "not the join code" in scene.problem
    assert game.opened == []
    written(game, scene.code)  # at once and anew, with no hand on the mouse
    game.write("amber-violin")
    game.press("return")
    until_in(game)


def test_who_watches_joins_as_a_spectator(game: JamGame) -> None:
    host = game.hosting_friend("Ada")
    scene = enter(game)
    scene.role = SPECTATOR
    scene.use_link(link_of(host))
    until_in(game)
    assert game.machine.role == SPECTATOR
    game.until(lambda: host.jam.session.band.spectators, "the host's word")


@pytest.mark.parametrize("way", ["given", "in the field", "pasted"])
def test_a_link_joins_at_once(game: JamGame, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_of(game.hosting_friend("Ada"))
    scene = enter(game, link if way == "given" else "")
    if way == "in the field":
        scene.code.set(f"  {link} ")
    elif way == "pasted":
        monkeypatch.setattr("game.scenes.jam_join.imgui.get_clipboard_text", lambda: link)  # the system's, not ours
        scene.paste()
    until_in(game)


def test_what_is_no_link_no_address_or_no_code_is_said_where_it_stands(game: JamGame) -> None:
    scene = enter(game)
    scene.use_link("ourojam://join?nothing")
    assert "no link" in scene.problem
    scene.join()
    assert "Choose a jam" in scene.problem
    scene.choose(ELSEWHERE)
    scene.address.set("192.168.1.5")
    scene.join()
    assert "port" in scene.address.error
    scene.address.set("192.168.1.5:47100")
    scene.code.set("amber")
    scene.join()
    assert scene.address.error == ""
    assert "two words" in scene.code.error
    assert game.room.machine is None


def test_escape_asks_no_more_and_then_leaves(game: JamGame) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        scene = enter(game, JoinLink(("127.0.0.1",), silent.getsockname()[1], CODE).text)
        assert scene.knocking
        game.turn(3)
        game.press("escape")
        assert scene.knocking == ""
        assert game.room.machine is None
        assert game.stack.top is scene
        game.stack.push(JamJoinScene(game.context, ShowJam()))
        game.press("escape")
        assert game.stack.top is scene


def test_why_the_last_jam_ended_is_read_here(game: JamGame) -> None:
    game.room.ended = "The conductor took this machine off the session."
    scene = enter(game)
    assert scene.problem == "The conductor took this machine off the session."
    assert game.room.ended == ""


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_can_be_reached_and_pressed_by_keys_alone(game: JamGame, scale: float) -> None:
    """Arrows go down from the first line to the last button, whose press opens a jam."""
    game.window.text_scale = scale
    scene = enter(game)
    game.turn(4)
    for _ in range(40):
        game.press("tab")
        game.turn(2)
        if scene.titled.field.active:
            break
    assert scene.titled.field.active
    game.press("return")
    until_in(game)
    game.window.text_scale = 1.0
