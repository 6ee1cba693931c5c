"""Play as the game plays it: real time, a real sound process without a device, keys fed as a window hands them over."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.input.events import DeviceLost, InputEvent, WindowChange, WindowEvent
from engine.scene import Scene
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.profile import CHARTS
from game.rhythm.board import performance as find
from game.rhythm.events import PerformancePaused, PerformanceResumed
from game.rhythm.judge import Part
from game.rhythm.mods import Mods, Section
from game.rhythm.performance import Kept, Performance, rejudge
from game.rhythm.result import Result
from game.rhythm.songs import read_chart
from game.scenes.pause import PauseMenu
from game.scenes.play import Phase, PlayScene
from game.scenes.requests import ChartRef, Play, ShowResults
from tests.rig.stand import Stand, write_chart

SIZE = (320, 180)
RULES = "osu-mania-stable"
KEYS = ("d", "f", "j", "k")
FIRST_US = 1_000_000
NOTES = "\n".join(f"{FIRST_US + 150_000 * row} {row % 4} tap" for row in range(8))
HOLD = f"{FIRST_US} 0 hold {FIRST_US + 1_500_000}"


def playing(stand: Stand, chart: Path, mods: Mods | None = None, *, ghost: str = "", soon: bool = True) -> PlayScene:
    """A scene in mid-song, if ``soon`` with its first note a third of a second ahead."""
    scene = PlayScene(stand.context, Play(ChartRef(str(chart)), RULES, mods or Mods(), ghost))
    stand.show(scene)
    stand.until(lambda: scene.phase is Phase.PLAYING, "the song")
    if soon:
        stand.sound.seek_song(FIRST_US - 330_000)
    stand.until(lambda: of(scene).song_us > -(1 << 60), "the first step")
    return scene


def of(scene: PlayScene) -> Performance:
    performance = scene.performance
    assert performance is not None
    return performance


def patiently(stand: Stand, condition: Callable[[], bool], what: str) -> None:
    """Run the loop until then; where a busy machine holds the game up and it pauses, the player goes on."""

    def met() -> bool:
        if isinstance(stand.stack.top, PauseMenu):
            stand.tap("return")
        return condition()

    stand.until(met, what, 60)


def played_to(stand: Stand, scene: PlayScene, song_us: int) -> None:
    patiently(stand, lambda: scene.phase is Phase.PLAYING and of(scene).song_us >= song_us, f"song time {song_us}")


def strike(stand: Stand, scene: PlayScene) -> None:
    """Press the first lane's key until a note is hit."""

    def hit() -> bool:
        stand.hold("d")
        stand.release("d")
        return len(of(scene).result().errors_us) > 0

    patiently(stand, hit, "a hit")


def results(stand: Stand) -> ShowResults:
    """The results that the scene asks for once it is over."""
    patiently(stand, lambda: bool(stand.opened), "the results")
    request = stand.opened[0]
    assert isinstance(request, ShowResults)
    return request


def kept(stand: Stand, performance_id: str) -> Kept:
    """The performance as the log has it."""
    assert stand.profile.writer.flush(10.0)
    return Kept(stand.profile.log.read(f"play/{performance_id}"))


def assert_same(one: Result, other: Result) -> None:
    names = ("counts", "max_combo", "score", "accuracy", "grade", "health", "failed_at_us")
    assert {name: getattr(one, name) for name in names} == {name: getattr(other, name) for name in names}
    assert one.errors_us.tolist() == other.errors_us.tolist()


def misses(scene: PlayScene) -> int:
    return of(scene).result().counts["miss"]


def blocks_of_sound() -> int:
    """How many pieces of shared memory this process holds."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the listing's own
            count += "memfd:sound" in os.readlink(f"/proc/self/fd/{name}")
    return count


def test_a_song_of_the_game_loads_and_plays(stand: Stand) -> None:
    scene = PlayScene(stand.context, Play(ChartRef(str(CHARTS / "first-light" / "4k-easy.jam")), RULES, Mods()))
    stand.show(scene)
    assert scene.phase is Phase.LOADING
    stand.until(lambda: scene.phase is Phase.PLAYING, "the song", 60)
    before = of(scene).song_us
    stand.until(lambda: of(scene).song_us > max(before, -1_000_000), "time passing")
    assert stand.said == []
    assert stand.headless.picture().std() > 1


def test_autoplay_at_twice_the_speed_is_perfect_and_leads_to_its_results(stand: Stand, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "song", NOTES + "\n2400000 1 hold 2800000")
    scene = playing(stand, chart, Mods(rate_percent=200, autoplay=True))
    request = results(stand)
    assert request.performance_id == of(scene).id
    assert request.result is not None
    assert request.result.counts == {"max": 9, "300": 0, "200": 0, "100": 0, "50": 0, "miss": 0}
    told = kept(stand, request.performance_id)
    row = find(stand.profile.log, request.performance_id)
    assert row is not None
    assert (row.outcome, row.player, row.rate_percent) == ("finished", "autoplay", 200)
    assert_same(rejudge(read_chart(str(chart), 0), told.replay), request.result)


def test_keys_are_judged_at_their_stamps_and_not_when_a_frame_looks(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES))
    played_to(stand, scene, FIRST_US - 20_000)
    stamp_us = now_us()
    expected_us = stand.sound.clock.song_us_at(stamp_us) - FIRST_US
    time.sleep(0.03)  # the main thread is busy with something else
    stand.feed(InputEvent(stamp_us, "keyboard", "key:d", 1.0))
    stand.until(lambda: len(of(scene).result().errors_us), "the hit")
    [error_us] = of(scene).result().errors_us.tolist()
    assert abs(error_us - expected_us) <= 2_000


def test_a_keypress_with_an_input_offset_is_judged_that_much_earlier(stand: Stand, tmp_path: Path) -> None:
    stand.profile.set("input.input_offset_us", 40_000)
    scene = playing(stand, write_chart(tmp_path / "song", NOTES))
    played_to(stand, scene, FIRST_US)
    stamp_us = now_us()
    expected_us = stand.sound.clock.song_us_at(stamp_us) - 40_000 - FIRST_US
    stand.feed(InputEvent(stamp_us, "keyboard", "key:d", 1.0))
    stand.until(lambda: len(of(scene).result().errors_us), "the hit")
    [error_us] = of(scene).result().errors_us.tolist()
    assert abs(error_us - expected_us) <= 2_000


def leave_by_escape(stand: Stand) -> None:
    stand.tap("escape")


def leave_by_focus(stand: Stand) -> None:
    stand.feed(WindowEvent(now_us(), WindowChange.FOCUS_LOST))


def leave_by_minimising(stand: Stand) -> None:
    stand.feed(WindowEvent(now_us(), WindowChange.MINIMISED))


def leave_by_unplugging(stand: Stand) -> None:
    stand.feed(DeviceLost(now_us(), "midi:Pad"))


def leave_by_stalling(stand: Stand) -> None:
    time.sleep(1.2)


def paused_by(stand: Stand, chart: Path, leave: Callable[[Stand], None]) -> PlayScene:
    """A song that was left shortly before its first note."""
    scene = playing(stand, chart)
    played_to(stand, scene, FIRST_US - 150_000)
    leave(stand)
    stand.until(lambda: isinstance(stand.stack.top, PauseMenu), "the pause")
    assert scene.phase is Phase.PAUSED
    return scene


@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (leave_by_escape, "player"),
        (leave_by_focus, "another window"),
        (leave_by_minimising, "another window"),
        (leave_by_unplugging, "midi:Pad is gone"),
        (leave_by_stalling, "busy for a moment"),
    ],
)
def test_whatever_takes_the_player_away_pauses_and_nothing_unplayed_is_missed(
    stand: Stand, tmp_path: Path, leave: Callable[[Stand], None], reason: str
) -> None:
    scene = paused_by(stand, write_chart(tmp_path / "song", NOTES), leave)
    stood_us = of(scene).song_us
    end = time.monotonic() + 0.4
    stand.until(lambda: time.monotonic() > end, "a while")
    assert of(scene).song_us == stood_us < FIRST_US
    assert sum(of(scene).result().counts.values()) == 0
    assert stand.profile.writer.flush(10.0)
    events = list(stand.profile.log.read(f"play/{of(scene).id}"))
    *_, paused = [event for event in events if event.kind == PerformancePaused.kind]
    assert reason in paused.payload["reason"]


@pytest.mark.parametrize("leave", [leave_by_escape, leave_by_stalling])
def test_after_a_countdown_the_song_goes_on_from_where_it_was_played_to(
    stand: Stand, tmp_path: Path, leave: Callable[[Stand], None]
) -> None:
    scene = paused_by(stand, write_chart(tmp_path / "song", NOTES), leave)
    stood_us = of(scene).song_us
    stand.tap("return")
    assert scene.phase is Phase.COUNTDOWN
    stand.until(lambda: scene.phase is Phase.PLAYING, "the song")
    resumed_us = now_us()
    played_to(stand, scene, FIRST_US)
    assert now_us() - resumed_us > FIRST_US - stood_us - 60_000
    strike(stand, scene)
    assert misses(scene) == 0
    assert stand.profile.writer.flush(10.0)
    kinds = {event.kind for event in stand.profile.log.read(f"play/{of(scene).id}")}
    assert PerformanceResumed.kind in kinds


def test_a_key_pressed_after_a_stall_does_not_judge_what_was_slept_through(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES))
    played_to(stand, scene, FIRST_US - 100_000)
    time.sleep(1.2)
    stand.hold("d")
    stand.once()
    assert isinstance(stand.stack.top, PauseMenu)
    assert of(scene).song_us < FIRST_US
    assert misses(scene) == 0


def test_a_hold_is_not_let_go_by_a_window_that_loses_its_keys(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", HOLD))
    played_to(stand, scene, FIRST_US)
    stand.hold("d")
    played_to(stand, scene, FIRST_US + 300_000)
    stand.release("d")  # the system lets go of every key of a window that goes
    stand.feed(WindowEvent(now_us(), WindowChange.FOCUS_LOST))
    stand.once()
    assert isinstance(stand.stack.top, PauseMenu)
    stand.tap("return")
    stand.hold("d")  # held again in time
    played_to(stand, scene, FIRST_US + 1_500_000)
    stand.release("d")
    result = results(stand).result
    assert result is not None
    assert result.counts["miss"] == 0
    hits = of(scene).judge.hits
    assert not ((hits["part"] == Part.BREAK) & (hits["judgement"] < 0)).any()


def test_a_hold_whose_key_is_let_go_in_the_menu_is_let_go_when_the_song_goes_on(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", HOLD))
    played_to(stand, scene, FIRST_US)
    stand.hold("d")
    played_to(stand, scene, FIRST_US + 300_000)
    stand.tap("escape")
    stand.release("d")
    stand.once()
    assert of(scene).held[0]
    patiently(stand, lambda: scene.phase is Phase.PLAYING, "the song")
    assert not of(scene).held[0]
    request = results(stand)
    assert request.result is not None
    told = kept(stand, request.performance_id)
    assert_same(rejudge(of(scene).written, told.replay), request.result)
    assert told.edges["down"].tolist() == [1, 0]


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by signal")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP"])
def test_sound_that_dies_or_hangs_pauses_and_is_there_again_when_the_player_goes_on(
    tmp_path: Path, window: HeadlessWindow, how: str
) -> None:
    with Sound.silent() as sound, Stand(tmp_path / "profile", window, sound) as stand:
        scene = playing(stand, write_chart(tmp_path / "song", NOTES))
        played_to(stand, scene, FIRST_US - 200_000)
        os.kill(sound.pid, getattr(signal, how))
        stand.until(lambda: isinstance(stand.stack.top, PauseMenu), "the pause")
        assert of(scene).song_us < FIRST_US + 100_000  # a sound that hangs is believed for a quarter of a second
        assert misses(scene) == 0
        played_to(stand, scene, FIRST_US)
        strike(stand, scene)
        assert misses(scene) == 0


def test_again_makes_a_performance_of_its_own_and_leaving_ends_it(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES))
    first = of(scene).id
    stand.tap("escape")
    stand.tap("r")
    assert scene.phase is Phase.PLAYING
    second = of(scene).id
    assert second != first
    stand.once()
    stand.tap("escape")
    for key in ("down", "down", "return"):
        stand.tap(key)
    assert len(stand.stack) == 0
    assert (kept(stand, first).ended, kept(stand, second).ended) != (None, None)
    rows = [find(stand.profile.log, name) for name in (first, second)]
    assert [row.outcome for row in rows if row is not None] == ["left", "left"]
    assert [sum(row.counts.values()) for row in rows if row is not None] == [0, 0]


def hold_backquote(stand: Stand) -> None:
    stand.hold("grave")


def press_ctrl_r(stand: Stand) -> None:
    stand.hold("lctrl")
    stand.tap("r")


@pytest.mark.parametrize("ask", [hold_backquote, press_ctrl_r])
def test_a_song_is_begun_again_without_a_menu(stand: Stand, tmp_path: Path, ask: Callable[[Stand], None]) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    first = of(scene).id
    ask(stand)
    stand.until(lambda: of(scene).id != first, "the song again")
    assert scene.phase is Phase.PLAYING
    assert len(stand.stack) == 1
    ended = kept(stand, first).ended
    assert ended is not None
    assert ended.outcome == "left"


def test_a_tap_of_the_backquote_begins_nothing_again(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    first = of(scene).id
    stand.tap("grave")
    end = time.monotonic() + 0.6
    stand.until(lambda: time.monotonic() > end, "a while")
    assert of(scene).id == first


@pytest.mark.parametrize(("key", "ctrl", "scroll_ms"), [("f3", 0, 620), ("f4", 0, 580), ("equals", 1, 580)])
def test_scroll_speed_changes_in_mid_song(stand: Stand, tmp_path: Path, key: str, ctrl: int, scroll_ms: int) -> None:
    playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    stand.once()
    if ctrl:
        stand.hold("lctrl")
    stand.tap(key)
    assert stand.profile.settings.playfield.scroll_ms == scroll_ms
    assert stand.profile.settings.sound.audio_offset_us == 0


def test_scroll_speed_stays_within_its_bounds(stand: Stand, tmp_path: Path) -> None:
    stand.profile.set("playfield.scroll_ms", 160)
    playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    stand.tap("f4")
    stand.tap("f4")
    assert stand.profile.settings.playfield.scroll_ms == 150


def test_a_key_that_plays_a_lane_changes_no_setting(stand: Stand, tmp_path: Path) -> None:
    stand.profile.set("input.layouts", {"4": [["keyboard/key:minus"], ["keyboard/key:f4"], ["a"], ["b"]]})
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    stand.hold("minus")
    stand.hold("f4")
    stand.until(lambda: of(scene).held[:2].all(), "the keys")
    assert stand.profile.settings.playfield.scroll_ms == 600
    assert stand.profile.settings.sound.audio_offset_us == 0


def test_an_audio_offset_changed_in_mid_song_holds_from_then_on(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES))
    for _ in range(30):
        stand.hold("equals")
        stand.release("equals")
    stand.once()
    assert stand.profile.settings.sound.audio_offset_us == 30_000
    played_to(stand, scene, FIRST_US)
    stamp_us = now_us()
    expected_us = stand.sound.clock.song_us_at(stamp_us) - 30_000 - FIRST_US
    stand.feed(InputEvent(stamp_us, "keyboard", "key:d", 1.0))
    stand.until(lambda: len(of(scene).result().errors_us), "the hit")
    [error_us] = of(scene).result().errors_us.tolist()
    assert abs(error_us - expected_us) <= 2_000


def test_a_machine_that_is_busy_as_the_song_begins_does_not_pause_it(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    time.sleep(0.6)
    stand.once()
    assert scene.phase is Phase.PLAYING


def pad(stand: Stand, control: str) -> None:
    stand.feed(*(InputEvent(now_us(), "gamepad:Pad", control, value) for value in (1.0, 0.0)))
    stand.once()


def test_a_gamepad_pauses_a_song_and_leaves_it(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    pad(stand, "button:7")
    assert scene.phase is Phase.PAUSED
    pad(stand, "hat:0:up")
    pad(stand, "button:0")
    assert len(stand.stack) == 0


def test_a_gamepads_button_that_plays_a_lane_does_not_pause(stand: Stand, tmp_path: Path) -> None:
    lanes = [["gamepad:Pad/button:7"], ["gamepad:Pad/button:1"], ["a"], ["b"]]
    stand.profile.set("input.layouts", {"4": lanes})
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), soon=False)
    pad(stand, "button:7")
    pad(stand, "button:1")
    assert scene.phase is Phase.PLAYING
    assert of(scene).result().counts["miss"] == 0


def test_closing_the_game_in_mid_song_ends_the_performance(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES))
    stand.stack.clear()
    ended = kept(stand, of(scene).id).ended
    assert ended is not None
    assert ended.outcome == "left"


@pytest.mark.skipif(sys.platform != "linux", reason="counts shared memory as Linux shows it")
def test_leaving_gives_the_songs_memory_back(tmp_path: Path, window: HeadlessWindow) -> None:
    chart = write_chart(tmp_path / "song", NOTES)
    others = blocks_of_sound()
    with Sound.silent() as sound, Stand(tmp_path / "profile", window, sound) as stand:
        before = blocks_of_sound()
        assert before > others
        for _ in range(2):
            scene = playing(stand, chart, soon=False)
            assert blocks_of_sound() > before
            assert scene.leave()

            def swept() -> bool:
                sound.free()
                return blocks_of_sound() == before

            stand.until(swept, "the memory")


def test_escape_while_loading_leaves_at_once(stand: Stand) -> None:
    scene = PlayScene(stand.context, Play(ChartRef(str(CHARTS / "first-light" / "4k-easy.jam")), RULES, Mods()))
    stand.show(scene)
    stand.tap("escape")
    assert len(stand.stack) == 0
    stand.until(lambda: not stand.jobs.running, "the job's end")
    stand.once()
    assert stand.opened == []
    assert stand.said == []


def test_a_song_left_while_it_loads_waits_for_the_player(stand: Stand, tmp_path: Path) -> None:
    scene = PlayScene(stand.context, Play(ChartRef(str(write_chart(tmp_path / "song", NOTES))), RULES, Mods()))
    stand.show(scene)
    stand.feed(WindowEvent(now_us(), WindowChange.FOCUS_LOST))
    stand.until(lambda: isinstance(stand.stack.top, PauseMenu), "the pause")
    assert scene.phase is Phase.PAUSED
    stood_us = of(scene).song_us
    assert -2_000_000 <= stood_us < 0
    played_to(stand, scene, stood_us + 100_000)
    assert of(scene).song_us < FIRST_US


def test_a_chart_without_its_song_plays_in_silence_and_says_so(stand: Stand, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "song", NOTES)
    (chart.parent / "song.wav").unlink()
    scene = playing(stand, chart, Mods(autoplay=True))
    [said] = stand.said
    assert "song.wav is missing" in said
    played_to(stand, scene, FIRST_US + 200_000)
    assert of(scene).result().counts["max"] == 2


class Below(Scene):
    """What stands under the song."""

    result: object = None

    def on_resume(self, result: object) -> None:
        self.result = result


@pytest.mark.parametrize(
    ("data", "said"), [("rubbish", "chart.jam"), ("jam 1\nkeys: 4\n\n[notes]\n1 9 tap\n", "lane 9")]
)
def test_a_broken_chart_says_one_sentence_and_goes_back(stand: Stand, tmp_path: Path, data: str, said: str) -> None:
    (tmp_path / "chart.jam").write_text(data)
    below = Below()
    stand.show(below)
    stand.show(PlayScene(stand.context, Play(ChartRef(str(tmp_path / "chart.jam")), RULES, Mods())))
    stand.until(lambda: stand.stack.top is below, "going back")
    [sentence] = stand.said
    assert said in sentence
    assert "\n" not in sentence


def test_rules_that_do_not_exist_are_said_and_not_played(stand: Stand, tmp_path: Path) -> None:
    below = Below()
    stand.show(below)
    chart = write_chart(tmp_path / "song", NOTES)
    stand.show(PlayScene(stand.context, Play(ChartRef(str(chart)), "no-such-rules", Mods())))
    stand.until(lambda: stand.stack.top is below, "going back")
    assert "no-such-rules" in stand.said[0]


def test_health_gone_stops_the_song_and_offers_another_try(stand: Stand, tmp_path: Path) -> None:
    scene = playing(stand, write_chart(tmp_path / "song", NOTES), Mods(sudden_death=True))
    stand.until(lambda: isinstance(stand.stack.top, PauseMenu), "the end")
    told = kept(stand, of(scene).id)
    assert told.ended is not None
    assert told.ended.outcome == "failed"
    assert told.ended.counts["miss"] == 1
    stand.tap("return")
    assert scene.phase is Phase.PLAYING
    assert misses(scene) == 0


def test_a_section_is_practised_again_and_again_each_pass_a_performance(stand: Stand, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "song", NOTES)
    section = Section(FIRST_US + 100_000, FIRST_US + 350_000)
    scene = playing(stand, chart, Mods(section=section, autoplay=True, rate_percent=200), soon=False)
    first = of(scene).id
    patiently(stand, lambda: of(scene).id != first, "the second pass")
    ended = kept(stand, first).ended
    assert ended is not None
    assert (ended.outcome, ended.counts["max"]) == ("finished", 2)


def test_a_section_without_notes_does_not_run_wild(stand: Stand, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "song", NOTES)
    scene = playing(stand, chart, Mods(section=Section(FIRST_US + 10_000, FIRST_US + 20_000)), soon=False)
    first = of(scene).id
    end = time.monotonic() + 0.5
    stand.until(lambda: time.monotonic() > end, "a while")
    assert of(scene).id == first


def test_a_ghost_runs_along_by_its_own_recording(stand: Stand, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "song", NOTES)
    playing(stand, chart, Mods(autoplay=True, rate_percent=200))
    before = results(stand)
    stand.opened.clear()
    stand.stack.pop()
    assert stand.profile.writer.flush(10.0)
    scene = playing(stand, chart, Mods(rate_percent=200, no_fail=True), ghost=before.performance_id)
    played_to(stand, scene, FIRST_US + 400_000)
    assert misses(scene) > 0
    assert len(kept(stand, before.performance_id).edges) == 16
