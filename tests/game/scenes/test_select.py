"""Song select as a player meets it: keys and mouse on a whole game, and what it asks the app to open."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import InputEvent, WindowChange, WindowEvent
from engine.scene import Scene
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import Mods
from game.scenes.picker import Picker
from game.scenes.preview import Preview
from game.scenes.requests import ChartRef, Play, SelectSong, ShowSettings, Watch
from game.scenes.select import SelectScene
from game.scenes.select_board import BoardPanel
from game.scenes.select_frame import FOOT
from game.scenes.select_mods import ModsPanel
from game.scenes.select_overlays import HelpPanel, ProblemsPanel
from game.scenes.select_panel import CHART_ROW, FACTS, GAP, PAD, plan
from tests.rig.scene_game import SceneGame, make_chart, write_song

FRAME_US = 16_667
# The window is half of the 1280 by 720 design each way: quick to draw, and laid out the same.
FIRST_ROW_Y = 100
ROW_PITCH = 32
LIST_X, PANEL_X = 100, 450


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three songs in four files: few enough to be read without other processes."""
    folder = tmp_path_factory.mktemp("songs")
    aurora = [make_chart("Aurora", 4, 30, "Easy", artist="North"), make_chart("Aurora", 7, 90, "Hard", artist="North")]
    write_song(folder / "aurora", *aurora)
    bolero = make_chart("Bolero", 4, 40, "Normal", artist="Ravine", audio="song.wav", background="picture.png")
    write_song(folder / "pack" / "bolero", bolero, seconds=12, picture=(200, 40, 90))
    write_song(folder / "pack" / "cascade", make_chart("Cascade", 4, 60, "Normal", artist="Weir"))
    return folder


@pytest.fixture
def game(tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound) -> Iterator[SceneGame]:
    game = SceneGame(tmp_path, songs, window=window, sound=sound)
    game.library.refresh()
    yield game
    game.close()


@pytest.fixture
def scene(game: SceneGame) -> SelectScene:
    return enter(game)


def enter(game: SceneGame, chart_hash: str = "") -> SelectScene:
    """Song select over another scene, after its first look for songs."""
    game.show(Scene())
    scene = SelectScene(game.context, SelectSong(chart_hash))
    game.show(scene)
    game.until(lambda: not game.context.remembered["collection"].busy, "the end of the first look")
    game.turn(2)
    return scene


def title(scene: SelectScene) -> str:
    assert scene.chart is not None
    return scene.chart.title


def entry(game: SceneGame, name: str, keys: int = 4) -> ChartEntry:
    return next(one for one in game.library.entries if one.title == name and one.keys == keys)


def test_the_library_is_looked_through_on_entering(
    tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound
) -> None:
    game = SceneGame(tmp_path, songs, window=window, sound=sound)
    scene = enter(game)
    assert scene.counts == (3, 4)
    assert title(scene) == "Aurora"
    game.close()


def test_arrows_choose_song_and_difficulty_and_enter_plays(game: SceneGame, scene: SelectScene) -> None:
    game.press("down", "up", "right", "return")
    chart = entry(game, "Aurora", 7)
    assert game.opened == [Play(ChartRef(chart.path, chart.chart_index), scene.choices.rules, scene.choices.mods)]


def test_the_list_goes_round_and_home_and_end_reach_its_ends(game: SceneGame, scene: SelectScene) -> None:
    game.press("up")
    assert title(scene) == "Cascade"
    game.press("down")
    assert title(scene) == "Aurora"
    game.press("end")
    assert title(scene) == "Cascade"
    game.press("home")
    assert title(scene) == "Aurora"


def test_a_song_by_chance_is_another_one(game: SceneGame, scene: SelectScene) -> None:
    for _ in range(5):
        before = title(scene)
        game.press("f2")
        assert title(scene) != before


def test_typing_searches_at_once_and_escape_clears_then_leaves(game: SceneGame, scene: SelectScene) -> None:
    game.write("casc")
    assert scene.choices.search == "casc"
    assert scene.counts == (1, 1)
    assert title(scene) == "Cascade"
    game.press("escape")
    assert scene.choices.search == ""
    assert scene.counts == (3, 4)
    assert title(scene) == "Cascade"
    game.turn(2)
    game.press("escape")
    assert game.stack.top is not scene


def test_a_search_that_finds_nothing_leaves_nothing_to_play(game: SceneGame, scene: SelectScene) -> None:
    game.write("qqq")
    assert scene.counts == (0, 0)
    assert scene.chart is None
    game.press("return")
    assert game.opened == []
    game.press("escape")
    assert scene.counts == (3, 4)


def test_the_list_answers_while_the_search_is_written_in(game: SceneGame, scene: SelectScene) -> None:
    game.press("ctrl+f")
    game.turn(3)
    assert game.window.ui.wants_text
    game.press("down")
    game.turn(2)
    assert title(scene) == "Bolero"
    game.press("return")
    game.turn(2)
    assert [type(request) for request in game.opened] == [Play]


def test_a_search_can_compare(game: SceneGame, scene: SelectScene) -> None:
    game.write("keys=7")
    assert scene.counts == (1, 1)
    assert scene.chart == entry(game, "Aurora", 7)


def test_tab_opens_the_mods_and_the_rate_reaches_the_game(game: SceneGame, scene: SelectScene) -> None:
    game.press("tab")
    game.turn(4)
    assert isinstance(game.stack.top, ModsPanel)
    game.press("right", "right")
    game.press("escape")
    game.press("return")
    request = game.opened[0]
    assert isinstance(request, Play)
    assert request.mods.rate_percent == 110


def test_every_mod_is_reached_by_keys_and_contradictions_give_way(game: SceneGame, scene: SelectScene) -> None:
    game.press("tab")
    game.turn(4)
    for _ in range(7):  # down the left column and on into the right one
        game.press("down")
        game.turn(2)
    game.press("return")
    assert scene.choices.mods.hidden
    game.press("down")
    game.turn(2)
    game.press("return")
    assert scene.choices.mods.fade_in
    assert not scene.choices.mods.hidden
    game.press("backspace")
    assert scene.choices.mods.label == ""


def test_control_plus_and_minus_change_the_speed(game: SceneGame, scene: SelectScene) -> None:
    game.press("ctrl+equals", "ctrl+equals", "ctrl+minus")
    assert scene.choices.mods.rate_percent == 105


def test_another_rule_set_is_chosen_by_keys(game: SceneGame, scene: SelectScene) -> None:
    game.press("f6")
    game.turn(4)
    assert isinstance(game.stack.top, Picker)
    game.press("down")
    game.turn(2)
    game.press("return")
    assert scene.choices.rules == "osu-mania-lazer"


def test_groups_and_orders_are_chosen_by_keys(game: SceneGame, scene: SelectScene) -> None:
    game.press("f4")
    game.turn(4)
    game.press("down", "down")
    game.turn(2)
    game.press("return")
    assert scene.choices.group == "keys"
    assert scene.counts == (4, 4)
    for turned in (False, True):
        game.press("f3")
        game.turn(4)
        if not turned:
            game.press("down")
            game.turn(2)
        game.press("return")
        assert (scene.choices.sort, scene.choices.descending) == ("artist", turned)


def test_a_click_chooses_and_a_second_plays(game: SceneGame, scene: SelectScene) -> None:
    game.turn(40)
    game.click(LIST_X, FIRST_ROW_Y + ROW_PITCH)
    assert title(scene) == "Bolero"
    assert game.opened == []
    game.click(LIST_X, FIRST_ROW_Y + ROW_PITCH)
    assert [type(request) for request in game.opened] == [Play]


def test_the_wheel_over_the_panel_changes_the_difficulty(game: SceneGame, scene: SelectScene) -> None:
    game.move(PANEL_X, 150)
    game.wheel(-1)
    assert scene.chart == entry(game, "Aurora", 7)
    game.wheel(1)
    assert scene.chart == entry(game, "Aurora", 4)


def test_songs_dropped_onto_the_window_are_added_and_chosen(
    game: SceneGame, scene: SelectScene, tmp_path: Path
) -> None:
    folder = write_song(tmp_path / "dropped", make_chart("Dropped", 5))
    archive = tmp_path / "new.osz"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(folder / "0.jam", "0.jam")
    game.write("bolero")
    game.feed(WindowEvent(now_us(), WindowChange.FILE_DROPPED, str(archive)))
    game.until(lambda: scene.chart is not None and title(scene) == "Dropped", "the song that was dropped")
    assert scene.counts == (4, 5)
    assert [notice.text for notice in game.context.notices] == ["Added “Dropped” with 1 chart"]
    assert (game.profile.songs / "new").is_dir()


def test_a_chart_that_is_there_already_is_shown_and_not_copied(
    game: SceneGame, scene: SelectScene, tmp_path: Path
) -> None:
    copy = write_song(tmp_path / "again", make_chart("Cascade", 4, 60, "Normal", artist="Weir")) / "0.jam"
    game.write("bolero")
    game.feed(WindowEvent(now_us(), WindowChange.FILE_DROPPED, str(copy)))
    game.until(lambda: scene.chart is not None and title(scene) == "Cascade", "the song that was dropped")
    assert scene.counts == (3, 4)
    assert [notice.text for notice in game.context.notices] == ["“Cascade” is among your songs already"]
    assert list(game.profile.songs.iterdir()) == []


def test_what_cannot_be_added_is_said_in_one_sentence(game: SceneGame, scene: SelectScene, tmp_path: Path) -> None:
    stray = tmp_path / "letter.txt"
    stray.write_text("hello")
    game.feed(WindowEvent(now_us(), WindowChange.FILE_DROPPED, str(stray)))
    game.until(lambda: game.context.notices, "a notice")
    assert "neither a folder nor a chart" in game.context.notices[0].text
    assert scene.counts == (3, 4)


def test_the_leaderboard_offers_to_watch_and_to_race(game: SceneGame) -> None:
    chart = entry(game, "Aurora")
    low, high = game.score(chart, 700_000, 0.9), game.score(chart, 900_000, 0.97)
    game.score(chart, 950_000, 0.99, rate_percent=150)
    scene = enter(game)
    assert [row.id for row in scene.board] == [high, low]
    scene.open_board(low)
    game.turn(4)
    assert isinstance(game.stack.top, BoardPanel)
    game.press("down")
    game.turn(2)
    game.press("return")
    assert game.opened == [Watch(low)]
    scene.open_board(high)
    game.turn(4)
    for name in ("down", "right"):
        game.press(name)
        game.turn(2)
    game.press("return")
    game.press("return")
    request = game.opened[1]
    assert isinstance(request, Play)
    assert request.ghost == high


def test_a_gamepad_opens_clears_and_closes_the_mods(game: SceneGame, scene: SelectScene) -> None:
    def pad(control: str) -> None:
        game.feed(*(InputEvent(now_us(), "pad:1", control, value) for value in (1.0, 0.0)))
        game.turn(2)

    game.press("ctrl+equals")
    assert scene.choices.mods.rate_percent == 105
    pad("button:2")
    assert isinstance(game.stack.top, ModsPanel)
    pad("button:3")
    assert scene.choices.mods == Mods()
    pad("button:2")
    assert len(game.stack) == 2


def test_a_click_on_the_words_of_the_way_out_closes_a_panel(game: SceneGame, scene: SelectScene) -> None:
    scene.open_mods()
    game.turn(4)
    panel = game.stack.top
    assert isinstance(panel, ModsPanel)
    x, y, w, _ = panel.place
    game.click(x + w / 2, y + 12)
    assert len(game.stack) == 3
    game.click(x + w - game.window.scale * 60, y + game.window.scale * 36)
    game.turn(2)
    assert len(game.stack) == 2


def test_the_leaderboard_is_that_of_the_speed(game: SceneGame) -> None:
    fast = game.score(entry(game, "Aurora"), 950_000, 0.99, rate_percent=105)
    scene = enter(game)
    assert scene.board == []
    game.press("ctrl+equals")
    assert [row.id for row in scene.board] == [fast]


def test_back_from_a_song_the_choice_stands_and_the_board_is_new(game: SceneGame, scene: SelectScene) -> None:
    game.press("down")
    chart = scene.chart
    assert chart is not None
    game.stack.push(Scene())
    played = game.score(chart, 500_000)
    game.stack.pop()
    assert scene.chart == chart
    game.until(lambda: [row.id for row in scene.board] == [played], "the new performance")


def test_choices_are_remembered_as_long_as_the_game_runs(game: SceneGame, scene: SelectScene) -> None:
    game.press("down", "ctrl+equals")
    game.write("o")
    game.stack.pop()
    again = enter(game)
    assert again.choices.search == "o"
    assert again.choices.mods.rate_percent == 105
    assert title(again) == "Bolero"


def test_asking_for_a_chart_jumps_to_it_even_out_of_a_search(game: SceneGame, scene: SelectScene) -> None:
    game.write("bolero")
    game.stack.pop()
    wanted = entry(game, "Aurora", 7)
    again = enter(game, wanted.hash)
    assert again.chart == wanted
    assert again.counts == (3, 4)


def test_the_song_is_heard_after_a_rest_and_fades_when_another_is_chosen(game: SceneGame, scene: SelectScene) -> None:
    preview = Preview.of(game.context)
    assert not preview.playing
    game.press("down")
    game.until(lambda: preview.playing, "the preview")
    game.until(lambda: preview.level > 0.5, "the tone of the song")
    at_us = preview.song_us
    assert at_us is not None
    assert at_us >= 0
    game.press("down")
    assert not preview.playing
    game.press("up")
    game.until(lambda: preview.playing, "the preview again")
    game.press("return")
    assert not preview.playing


def test_the_picture_of_a_song_comes_in_behind_it(game: SceneGame, scene: SelectScene) -> None:
    def redness() -> float:
        picture = game.window.picture()[20:60, 280:620].astype(float)
        return float(picture[..., 0].mean() - picture[..., 2].mean())

    game.turn(30)
    before = redness()
    game.press("down")
    game.until(lambda: redness() > before + 20, "the picture")


def test_files_that_could_not_be_read_are_listed(
    tmp_path: Path, songs: Path, window: HeadlessWindow, sound: Sound
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(songs, copy)
    (copy / "aurora" / "1.jam").write_text("no chart at all")
    game = SceneGame(tmp_path, copy, window=window, sound=sound)
    scene = enter(game)
    assert scene.counts == (3, 3)
    assert len(game.library.problems()) == 1
    game.press("f8")
    game.turn(3)
    assert isinstance(game.stack.top, ProblemsPanel)
    game.press("escape")
    assert isinstance(game.stack.top, SelectScene)
    game.close()


def test_settings_are_a_key_away(game: SceneGame, scene: SelectScene) -> None:
    game.press("f10")
    assert game.opened == [ShowSettings()]


@pytest.mark.parametrize(("key", "scroll_ms"), [("ctrl+f3", 620), ("ctrl+f4", 580)])
def test_scroll_speed_changes_in_the_list(game: SceneGame, scene: SelectScene, key: str, scroll_ms: int) -> None:
    game.press(key)
    assert game.context.profile.settings.playfield.scroll_ms == scroll_ms
    assert game.stack.top is scene


def test_a_gamepad_chooses_a_song_and_plays_it(game: SceneGame, scene: SelectScene) -> None:
    before = scene.chart
    for control in ("hat:0:down", "button:0"):
        game.feed(*(InputEvent(now_us(), "gamepad:Pad", control, value) for value in (1.0, 0.0)))
        game.turn(2)
    assert scene.chart is not None
    assert scene.chart != before
    [request] = game.opened
    assert isinstance(request, Play)
    assert request.chart.path == scene.chart.path


@pytest.mark.parametrize("key", ["f1", "shift+slash"])
def test_help_opens_and_a_click_beside_it_closes_it(game: SceneGame, scene: SelectScene, key: str) -> None:
    game.press(key)
    game.turn(3)
    assert isinstance(game.stack.top, HelpPanel)
    game.click(5, 5)
    assert isinstance(game.stack.top, SelectScene)


def test_an_empty_library_can_be_looked_at_and_left(tmp_path: Path, window: HeadlessWindow, sound: Sound) -> None:
    game = SceneGame(tmp_path, window=window, sound=sound)
    scene = enter(game)
    assert scene.counts == (0, 0)
    game.press("down", "right", "return", "f2", "f7")
    game.turn(3)
    assert game.opened == []
    game.press("escape")
    assert game.stack.top is not scene
    game.close()


@pytest.mark.parametrize("size", [(320, 180), (400, 400), (700, 260)])
@pytest.mark.parametrize("text_scale", [1.0, 2.0])
def test_every_window_can_be_drawn_in(
    game: SceneGame, scene: SelectScene, size: tuple[int, int], text_scale: float
) -> None:
    before = game.window.size
    game.window.text_scale = text_scale
    game.feed(WindowEvent(now_us(), WindowChange.RESIZED, size=size))
    for key in ("tab", "escape", "f1", "escape", "f6", "escape", "f7", "escape"):
        game.press(key)
        game.turn(3)
    assert game.stack.top is scene
    game.window.text_scale = 1.0
    game.feed(WindowEvent(now_us(), WindowChange.RESIZED, size=before))


def test_a_part_is_marked_by_dragging_over_its_notes_and_cleared_by_a_click(
    game: SceneGame, scene: SelectScene
) -> None:
    heights = plan(720 - 20 - FOOT, 2, 0)
    top = 20 + PAD + heights.cover + GAP + FACTS + heights.charts * CHART_ROW + GAP
    y = (top + heights.strip - 10) / 2
    game.until(lambda: game.context.jobs.running == (), "the chart's notes")
    game.turn(3)

    def drag() -> bool:
        """Over the strip; its notes may still be on their way."""
        game.move(350, y)
        game.feed(InputEvent(now_us(), "mouse", "button:left", 1.0))
        game.move(500, y)
        game.feed(InputEvent(now_us(), "mouse", "button:left", 0.0))
        return scene.choices.mods.section is not None

    game.until(drag, "the marked part")
    section = scene.choices.mods.section
    assert section is not None
    assert section.end_us is not None
    assert scene.chart is not None
    marked = (section.end_us - section.start_us) / scene.chart.length_us
    assert marked == pytest.approx(300 / 674, abs=0.03)
    game.click(350, y)
    assert scene.choices.mods.section is None
