"""The lobby: who is here, parts, being ready, the start, and what a conductor can do; with real nodes on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.draw.fonts import Weight
from engine.draw.pen import measure
from engine.net.qr import JoinLink, qr_matrix
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.jam.decide import CallOff, HandOver, SayReady, Start, TakePart
from game.jam.parts import ALL
from game.jam.session import Session
from game.jam.state import SPECTATOR
from game.rhythm.entries import ChartEntry
from game.scenes.jam_lobby import JamLobbyScene
from game.scenes.jam_lobby_free import FreeQuestion
from game.scenes.jam_lobby_view import LobbyView
from game.scenes.jam_qr import LEAST_SIZE, lettering, rectangles
from game.scenes.jam_scene import JamPicker
from game.scenes.jam_songs import JamSongsScene
from game.scenes.jam_words import and_so_on, quality, time_left
from game.scenes.requests import FreeJam, PlayJam, ShowJam, ShowLobby, ShowTopology
from tests.rig.jam_game import CODE, JamGame
from tests.rig.jam_machines import Seat
from tests.rig.scene_game import make_chart, write_song

FRAME_US = 16_667
SIZE = (960, 540)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs; one in two difficulties."""
    folder = tmp_path_factory.mktemp("songs")
    aurora = [make_chart("Aurora", 4, 30, "Easy", artist="North"), make_chart("Aurora", 7, 90, "Hard", artist="North")]
    write_song(folder / "aurora", *aurora)
    write_song(folder / "bolero", make_chart("Bolero", 5, 40, "Normal"))
    return folder


@pytest.fixture
def game(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> Iterator[JamGame]:
    game = JamGame(tmp_path, songs, window, sound)
    yield game
    game.close()


def start_song(game: JamGame, session: Session, entry: ChartEntry) -> None:
    """Whoever conducts takes all lanes and starts, once everyone is ready with a measured clock."""
    session.do(TakePart(ALL, entry.hash, 4))
    session.do(SayReady())
    game.until(lambda: all(one.ready and one.bound_us >= 0 for one in session.band.players), "everyone ready")
    session.do(Start(session.now_us(), session.time.bound_us))


def enter(game: JamGame) -> JamLobbyScene:
    scene = JamLobbyScene(game.context, ShowLobby())
    game.show(scene)
    game.turn(4)
    return scene


def view(scene: JamLobbyScene) -> LobbyView:
    assert scene.view is not None
    return scene.view


def press(game: JamGame, *names: str) -> None:
    """Keys, with the frames widgets need to see them."""
    for name in names:
        game.press(name)
        game.turn(3)


def test_everyone_is_shown_with_part_and_readiness(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    game.friend("Cleo", SPECTATOR)
    scene = enter(game)
    entry = game.entry("Aurora", 4)
    game.offered(game.machine, entry)
    game.friend_is_ready(ben, entry, "left-hand")
    shown = {one.name: one for one in view(scene).people}
    assert list(shown) == ["Mika", "Ben", "Cleo"]
    assert (shown["Mika"].mine, shown["Mika"].conducts, shown["Mika"].link.words) == (True, True, "this machine")
    assert (shown["Ben"].part, shown["Ben"].ready, shown["Ben"].song) == ("Left hand · Easy · 4 keys", True, 1.0)
    assert (shown["Cleo"].part, shown["Cleo"].plays) == ("watches", False)
    assert scene.takers("left-hand") == ["Ben"]
    game.until(lambda: "ms" in {one.name: one for one in view(scene).people}["Ben"].link.words, "Ben's network")


def test_ready_and_start_say_who_is_missing_and_lead_into_the_song_once(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    scene = enter(game)
    entry = game.entry("Aurora", 4)
    game.offered(game.machine, entry)
    game.until(lambda: game.band.members[game.band.me].part is not None, "a seat without asking")
    press(game, "g")
    assert any("Ben" in said for said in game.said)
    game.friend_is_ready(ben, entry)
    assert view(scene).waits == "Mika is not ready yet."
    press(game, "r")
    assert game.band.members[game.band.me].ready
    assert view(scene).waits == ""
    press(game, "g")
    running = game.until(lambda: game.band.running, "the start")
    game.turn(6)
    assert game.opened == [PlayJam(running.start.take)]
    press(game, "g")  # who left the song can go back into it
    assert game.opened == [PlayJam(running.start.take)] * 2
    scene.call_off()
    game.until(lambda: game.band.running is None, "the end of it")


def test_a_guest_without_the_song_gets_it_and_chooses_by_keys(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.library.refresh()
    game.join(ada)
    scene = enter(game)
    assert view(scene).conductor == "Ada"
    easy = game.entry("Aurora", 4)
    game.offered(ada.jam, easy)
    game.turn(4)
    assert (scene.seat.part, scene.seat.chart_hash, scene.seat.keys) == (ALL, easy.hash, 4)
    scene.on_resume(None)  # the keyboard begins at the part that is chosen
    game.turn(4)
    press(game, "right", "return")
    assert scene.seat.part == "left-hand"
    scene.ask_level()
    game.turn(4)
    press(game, "down", "return")
    hard = game.entry("Aurora", 7)
    assert (scene.seat.chart_hash, scene.seat.keys) == (hard.hash, 7)
    scene.seat.choose_keys(5)
    me = game.band.me
    member = ada.jam.session.band.members[me]
    game.until(lambda: member.part is not None and member.part.keys == 5, "the guest's word")
    assert member.part is not None
    assert (member.part.part, member.part.chart_hash) == ("left-hand", hard.hash)


def test_the_next_song_begins_with_what_was_chosen_before(game: JamGame) -> None:
    game.host()
    scene = enter(game)
    game.offered(game.machine, game.entry("Aurora", 7))
    game.turn(2)
    scene.seat.choose_part("right-hand")
    game.offered(game.machine, game.entry("Bolero", 5))
    game.turn(2)
    assert (scene.seat.part, scene.seat.keys) == ("right-hand", 5)


def test_the_conductor_picks_a_song_in_song_select(game: JamGame) -> None:
    game.host()
    game.friend("Ben", songs=False)
    scene = enter(game)
    press(game, "s")
    picking = game.stack.top
    assert isinstance(picking, JamSongsScene)
    press(game, "down", "return")
    assert game.stack.top is scene
    offer = game.until(lambda: game.band.offer, "the offer")
    assert offer.title == "Bolero"
    game.until(lambda: all(one.song == 1.0 for one in view(scene).people), "the song with everyone")


@pytest.mark.parametrize("code", ["fig-oak", "amber-violin", "september-gibbon", "wednesday-telescope", "482915"])
@pytest.mark.parametrize("room", [229.0, 120.0, 1000.0])
def test_all_of_a_join_code_can_be_read(game: JamGame, code: str, room: float) -> None:
    game.host()
    enter(game)
    lines, size = lettering(code, room)
    assert "".join(lines) == code
    assert max(measure(line, size, Weight.BOLD)[0] for line in lines) <= room
    assert len(lines) == 2 or size >= LEAST_SIZE


def test_a_free_jam_is_asked_about_and_opens_for_all(game: JamGame) -> None:
    game.host()
    enter(game)
    press(game, "f")
    question = game.stack.top
    assert isinstance(question, FreeQuestion)
    question.bpm, question.meter = 120, 3
    press(game, "return")  # where the focus is from the beginning
    free = game.until(lambda: game.band.free, "the free jam")
    assert (free.beat_us, free.meter) == (500_000, 3)
    game.until(lambda: game.opened, "the way in")
    assert game.opened == [FreeJam(free.take)]


def test_how_the_band_is_heard_is_set_and_kept(game: JamGame) -> None:
    game.host()
    scene = enter(game)
    press(game, "h", "return", "down", "right", "escape")
    heard = game.profile.settings.jam
    assert (heard.hear_others, heard.others_volume) == (False, 65)
    assert game.stack.top is scene


def test_who_conducts_others_is_asked_before_leaving(game: JamGame) -> None:
    game.host()
    game.friend("Ben")
    scene = enter(game)
    press(game, "escape")
    assert len(game.stack) == 2
    press(game, "return")  # the first answer is to stay
    assert game.stack.top is scene
    press(game, "escape", "down", "return")
    assert game.room.machine is None
    assert len(game.stack) == 0
    assert game.opened == []


def test_a_guest_leaves_at_once(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada)
    enter(game)
    press(game, "escape")
    assert game.room.machine is None
    game.friends[0].turn()
    game.until(lambda: len(ada.jam.session.band.present) == 1, "the guest gone")


def chosen_about(game: JamGame, scene: JamLobbyScene, friend: Seat) -> None:
    """The question about a friend is on the screen."""
    scene.ask_about(next(one for one in view(scene).people if one.id == friend.jam.session.me))
    game.turn(4)
    assert isinstance(game.stack.top, JamPicker)


def test_the_conductor_hands_over(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    scene = enter(game)
    chosen_about(game, scene, ben)
    press(game, "down", "return")
    game.until(lambda: game.band.conductor == ben.jam.session.me, "Ben conducts")
    assert view(scene).conductor == "Ben"
    press(game, "s")  # picking songs is Ben's now
    assert game.stack.top is scene
    game.until(lambda: "Ben conducts now." in game.said, "that it is said")
    ben.jam.session.do(HandOver(game.band.me))
    game.until(lambda: any("You conduct now" in words for words in game.said), "that it is said")


def test_who_is_removed_is_told_why_where_jams_are_joined(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada)
    enter(game)
    ada.jam.session.remove(game.band.me)
    game.until(lambda: game.opened, "the way out")
    assert game.opened == [ShowJam()]
    assert "off the session" in game.room.ended


def test_the_conductor_removes_a_member_once_they_have_said_so_twice(game: JamGame) -> None:
    game.host()
    ben = game.friend("Ben")
    scene = enter(game)
    chosen_about(game, scene, ben)
    press(game, "down", "down", "return")
    asked = game.stack.top
    assert isinstance(asked, JamPicker)
    assert asked.title == "Remove Ben from the jam?"
    press(game, "return")  # No is what the keyboard stands on
    assert game.stack.top is scene
    assert len(view(scene).people) == 2
    chosen_about(game, scene, ben)
    press(game, "down", "down", "return", "down", "return")
    game.until(lambda: ben.jam.session.closed, "Ben out")
    game.until(lambda: len(view(scene).people) == 1, "Ben off the list")


def test_who_only_waits_stands_on_the_first_member_and_leads_on_by_keys(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada, SPECTATOR)
    enter(game)
    game.turn(4)
    press(game, "return")
    assert game.opened == [ShowTopology()]
    press(game, "down", "return")
    assert game.opened == [ShowTopology(), ShowTopology()]


def test_a_spectator_has_no_seat_and_follows_into_the_song(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada, SPECTATOR)
    scene = enter(game)
    entry = game.entry("Aurora", 4)
    game.offered(ada.jam, entry)
    press(game, "r")
    assert game.band.members[game.band.me].part is None
    start_song(game, ada.jam.session, entry)
    game.until(lambda: game.opened, "the song")
    assert isinstance(game.opened[0], PlayJam)
    assert scene.plays is False


def test_who_conducts_is_said_when_the_song_is_over_and_not_over_its_lanes(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada, SPECTATOR)
    enter(game)
    entry = game.entry("Aurora", 4)
    game.offered(ada.jam, entry)
    session = ada.jam.session
    start_song(game, session, entry)
    game.until(lambda: game.opened, "the song")
    session.do(HandOver(game.band.me))
    game.until(lambda: game.band.conducts, "the player conducts")
    game.turn(5)
    assert game.band.running is not None
    assert not any("conduct" in words for words in game.said)
    game.machine.session.do(CallOff())
    game.until(lambda: any("You conduct now" in words for words in game.said), "that it is said")


def test_questions_make_way_for_a_song(game: JamGame) -> None:
    ada = game.hosting_friend("Ada")
    game.join(ada)
    scene = enter(game)
    entry = game.entry("Aurora", 4)
    game.offered(ada.jam, entry)
    game.turn(2)
    press(game, "r")
    scene.ask_level()
    game.turn(4)
    assert len(game.stack) == 2
    start_song(game, ada.jam.session, entry)
    game.until(lambda: game.opened, "the song")
    assert game.stack.top is scene


def test_the_way_in_is_a_link_that_leads_here(game: JamGame, monkeypatch: pytest.MonkeyPatch) -> None:
    game.host()
    enter(game)
    copied: list[str] = []
    monkeypatch.setattr("game.scenes.jam_lobby.imgui.set_clipboard_text", copied.append)  # the system's, not ours
    press(game, "c")
    link = JoinLink.parse(copied[0])
    assert (link.addresses, link.port) == (("127.0.0.1",), game.machine.node.address[1])
    assert link.code == CODE
    press(game, "t")
    assert game.opened == [ShowTopology()]


@given(st.text(alphabet="abcdefghij:/?&=.0123456789", min_size=1, max_size=120))
def test_the_rectangles_of_a_qr_picture_are_its_dark_modules(text: str) -> None:
    modules, found = rectangles(text)
    drawn = np.zeros((modules, modules), int)
    for left, top, width, height in found:
        drawn[top : top + height, left : left + width] += 1
    assert (drawn == qr_matrix(text)).all()


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_a_slower_or_lossier_link_is_never_called_better(slow: int, more_us: int, loss: float, more: float) -> None:
    better, worse = quality(True, slow, loss), quality(True, slow + more_us, min(loss + more, 1.0))
    assert 1 <= worse.bars <= better.bars
    assert quality(False, 0, 0.0).bars == 0


def test_names_and_times_are_said_shortly() -> None:
    assert and_so_on(["Ada", "Ben"]) == "Ada and Ben"
    assert and_so_on(["Ada", "Ben", "Cleo", "Dora", "Eva"]) == "Ada, Ben and 3 more"
    assert [time_left(one) for one in (None, 0.5, 12.4, 600.0)] == ["", "a moment left", "12 s left", "10 min left"]
