"""The title and the notices: where its menu leads, and how a player gets out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import InputEvent, WindowChange, WindowEvent
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.scenes.collection import Collection
from game.scenes.context import NOTICE_US, Notice
from game.scenes.notices import draw_notices
from game.scenes.picker import Picker
from game.scenes.preview import Preview
from game.scenes.requests import Calibrate, Quit, SelectSong, ShowJam, ShowSettings, ShowTalk
from game.scenes.select import SelectScene
from game.scenes.title import TitleScene
from tests.rig.scene_game import SceneGame, make_chart, write_song

FRAME_US = 16_667


@pytest.fixture
def game(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> Iterator[SceneGame]:
    game = SceneGame(tmp_path, window=window, sound=sound)
    yield game
    game.close()


@pytest.fixture
def title(game: SceneGame) -> TitleScene:
    scene = TitleScene(game.context)
    game.show(scene)
    return scene


def test_enter_leads_to_the_songs(game: SceneGame, title: TitleScene) -> None:
    game.press("return")
    assert game.opened == [SelectSong()]


def test_the_arrows_go_round_the_menu(game: SceneGame, title: TitleScene) -> None:
    game.press("down", "return")
    assert game.opened == [ShowJam()]
    game.press("down", "return")
    game.press("down", "return")
    assert game.opened[1:] == [ShowTalk(), ShowSettings()]
    game.press("up", "up", "up", "up")
    game.press("return")
    assert isinstance(game.stack.top, Picker)


def pad(game: SceneGame, *controls: str) -> None:
    for control in controls:
        game.feed(*(InputEvent(now_us(), "gamepad:Pad", control, value) for value in (1.0, 0.0)))
        game.turn(4)


def test_a_gamepad_goes_through_the_menu_and_answers_its_questions(game: SceneGame, title: TitleScene) -> None:
    pad(game, "hat:0:down", "hat:0:down", "hat:0:down", "button:0")
    assert game.opened == [ShowSettings()]
    game.opened.clear()
    pad(game, "button:1")
    assert isinstance(game.stack.top, Picker)
    pad(game, "button:1")
    assert len(game.stack) == 1
    pad(game, "button:1", "axis:1:+", "button:0")
    assert game.opened == [Quit()]


@pytest.mark.parametrize(("keys", "what"), [((), "input"), (("down",), "audio")])
def test_calibrate_asks_by_eye_or_by_ear(game: SceneGame, title: TitleScene, keys: tuple[str, ...], what: str) -> None:
    game.press("down", "down", "down", "down", "return")
    game.turn(4)
    game.press(*keys)
    game.turn(2)
    game.press("return")
    assert game.opened == [Calibrate(what)]


def test_escape_asks_before_leaving_and_staying_is_the_first_answer(game: SceneGame, title: TitleScene) -> None:
    game.press("escape")
    game.turn(4)
    game.press("return")
    assert game.stack.top is title
    assert game.opened == []
    game.press("escape")
    game.turn(4)
    game.press("escape")
    assert game.stack.top is title
    game.press("escape")
    game.turn(4)
    game.press("down")
    game.turn(2)
    game.press("return")
    assert game.opened == [Quit()]


def test_the_menu_answers_the_mouse(game: SceneGame, title: TitleScene) -> None:
    game.turn(3)
    game.click(400, 212)
    assert game.opened == [ShowSettings()]


def test_what_is_dropped_onto_the_title_is_found_in_the_songs(
    game: SceneGame, title: TitleScene, tmp_path: Path
) -> None:
    folder = write_song(tmp_path / "gift", make_chart("Gift"))
    game.feed(WindowEvent(now_us(), WindowChange.FILE_DROPPED, str(folder)))
    assert game.opened == [SelectSong()]
    game.until(lambda: not Collection.of(game.context).busy, "the song")
    scene = SelectScene(game.context, SelectSong())
    game.show(scene)
    assert scene.chart is not None
    assert scene.chart.title == "Gift"


def test_a_song_is_heard_under_the_title(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> None:
    songs = write_song(tmp_path / "songs" / "aurora", make_chart("Aurora", audio="song.wav"), seconds=8).parent
    game = SceneGame(tmp_path, songs, window=window, sound=sound)
    game.show(TitleScene(game.context))
    preview = Preview.of(game.context)
    game.until(lambda: preview.playing, "a song")
    game.until(lambda: preview.level > 0.0, "its sound")
    game.close()


def test_a_long_notice_stays_longer_than_a_short_one(game: SceneGame, title: TitleScene) -> None:
    game.context.say("Saved")
    game.context.say("A sentence that takes a while to be read beside notes that fall. " * 3)
    short, long = game.context.notices
    assert short.stays_us == NOTICE_US
    assert long.until_us - short.until_us > NOTICE_US
    game.context.notices = [Notice(one.text, one.until_us - NOTICE_US - 500_000, one.stays_us) for one in (short, long)]
    frame = game.window.begin_frame()
    assert frame is not None
    draw_notices(frame, game.context)
    game.window.end_frame(frame)
    assert [one.text for one in game.context.notices] == [long.text]


def test_notices_are_drawn_above_the_scene_and_leave_when_their_time_is_over(
    game: SceneGame, title: TitleScene
) -> None:
    def shapes() -> int:
        frame = game.window.begin_frame()
        assert frame is not None
        draw_notices(frame, game.context)
        drawn = frame.shapes.count
        game.window.end_frame(frame)
        return drawn

    assert shapes() == 0
    game.context.say("A very long sentence that needs more than one line. " * 20)
    game.context.notices.append(Notice("gone", now_us() - 1))
    assert shapes() == 1
    assert len(game.context.notices) == 1
    game.context.notices = [Notice(one.text, one.until_us - 2 * NOTICE_US) for one in game.context.notices]
    assert shapes() == 0
    assert game.context.notices == []


def test_a_held_mouse_button_or_stray_key_does_nothing(game: SceneGame, title: TitleScene) -> None:
    game.feed(InputEvent(now_us(), "mouse", "button:left", 1.0))
    game.press("q")
    assert game.opened == []
    assert game.stack.top is title
