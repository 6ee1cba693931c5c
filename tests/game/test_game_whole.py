"""The game from its start to its end, as a player meets it: a real window, real keys, real sound."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.clock import now_us
from game.events import from_payload
from game.rhythm.chart import EDGE, Chart
from game.rhythm.events import InputRecorded, PerformanceEnded, PerformancePaused, PerformanceStarted
from tests.rig import pulse
from tests.rig.game import HOUSE, TITLE, Game
from tests.rig.pilot import Pilot
from tests.rig.scene_game import make_chart, write_song
from tests.rig.xserver import XServer, need_xvfb

NAME = "Zephyr"
LANES = ("d", "f", "j", "k")
NOTES = 12
RESULTS = "ResultsScene replaces it at depth 3"
PAUSED = "PauseMenu enters at depth 4"
TYPING_S = 0.06
"""A quick typist's time from key to key; a key that comes again within 2 ms is taken for one held down."""


@pytest.fixture(scope="module")
def server() -> Iterator[XServer]:
    need_xvfb()
    with XServer(1280, 720) as running:
        yield running


@pytest.fixture
def pilot(server: XServer) -> Iterator[Pilot]:
    one = Pilot(server.display)
    yield one
    one.close()


@pytest.fixture
def rig() -> Iterator[pulse.PulseRig]:
    if why := pulse.missing():
        pytest.skip(why)
    with pulse.PulseRig() as running:
        yield running


@pytest.fixture
def chart(tmp_path: Path) -> Chart:
    """A chart of a few seconds among the player's own songs."""
    chart = make_chart(NAME, notes=NOTES, audio="song.wav")
    write_song(tmp_path / "songs" / NAME, chart, seconds=5.0)
    return chart


def tap(pilot: Pilot, *names: str) -> None:
    """Press and let go of keys one after the other."""
    for name in names:
        pilot.tap(name)
        time.sleep(TYPING_S)


def start_song(game: Game, pilot: Pilot) -> None:
    """From the title to the first moment of the song, by keys alone."""
    game.hears("TitleScene enters at depth 1")
    game.hears("the folders were looked through")
    pilot.focus(TITLE)
    pilot.tap("return")
    game.hears("SelectScene enters at depth 2")
    tap(pilot, *NAME.lower(), "return")
    game.hears("PlayScene enters at depth 3")


def leave_game(game: Game, pilot: Pilot) -> None:
    """From the title, by Escape and the answer; a player who answers before the panel is drawn is asked again."""
    pilot.tap("escape")
    game.hears("Picker enters at depth 2")
    for look_s in (0.3, 1.0, 3.0, 10.0):
        time.sleep(look_s)
        tap(pilot, "down", "return")
        if game.over(within_s=look_s + 1.0):
            return
        if game.heard("TitleScene resumes at depth 1"):
            pilot.tap("escape")
            game.hears("Picker enters at depth 2")


def song_begins_us(game: Game, pilot: Pilot, performance: int) -> int:
    """When on the monotonic clock the song's zero is: from a press long before any note, and its place in the log."""
    game.waits_for(PerformanceStarted.kind, performance)
    sent_us = pilot.press(LANES[3])
    pilot.release(LANES[3])
    edges: list[tuple[int, int, int]] = []
    count = 0
    while not edges:
        count += 1
        event = game.waits_for(InputRecorded.kind, performance, count)
        edges = np.frombuffer(from_payload(InputRecorded, event.payload).edges, EDGE).tolist()
    return sent_us - edges[0][0]


def play_along(pilot: Pilot, chart: Chart, begins_us: int) -> list[tuple[int, int]]:
    """Press and release each note's key at its time; the instants of the presses in song time, and their lanes."""
    plan = [(int(note["at_us"]), int(note["lane"]), True) for note in chart.notes]
    plan += [(max(int(note["end_us"]), int(note["at_us"]) + 60_000), int(note["lane"]), False) for note in chart.notes]
    sent = []
    let_go_us = dict.fromkeys(LANES, 0)
    for at_us, lane, down in sorted(plan):
        # Nobody lets go and presses again within so little: X takes it for a key that repeats.
        least_us = let_go_us[LANES[lane]] + 20_000 if down else 0
        time.sleep(max(0.0, (max(begins_us + at_us, least_us) - now_us()) / 1e6))
        if down:
            sent.append((pilot.press(LANES[lane]) - begins_us, lane))
        else:
            let_go_us[LANES[lane]] = pilot.release(LANES[lane])
    return sent


def play_to_the_end(game: Game, pilot: Pilot, chart: Chart) -> tuple[int, list[tuple[int, int]]]:
    """Play the song that has begun up to its results: the number of the performance, and what was pressed.

    On a machine that is so busy that the game is held up it rightly pauses; then the song is begun again.
    """
    for number in range(5):
        begun = from_payload(PerformanceStarted, game.waits_for(PerformanceStarted.kind, number).payload)
        assert (begun.title, begun.player) == (NAME, "user")
        begins_us = song_begins_us(game, pilot, number)
        game.look_around()
        sent = play_along(pilot, chart, begins_us)
        if game.hears(RESULTS, PAUSED) == RESULTS:
            return number, sent
        pilot.tap("r")
        game.hears("PlayScene resumes at depth 3")
    raise AssertionError("the game was held up in every attempt:\n" + "".join(game.said))


def recorded(game: Game, performance: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Every edge the log holds of a performance."""
    events = game.performances()[performance]
    packed = [from_payload(InputRecorded, event.payload).edges for event in events if event.kind == InputRecorded.kind]
    return np.frombuffer(b"".join(packed), EDGE)


def check_clean_end(game: Game) -> None:
    """The game has ended well: nothing broke, nothing is left, and the log holds what it should."""
    said = "".join(game.said)
    assert game.ends() == 0, said
    assert "Traceback" not in said
    assert game.left_behind() == []
    for words in (("log", "verify"), ("replay", "verify")):
        told = game.tell(*words)
        assert told.returncode == 0, told.stdout + told.stderr


def test_a_song_is_found_played_judged_again_begun_left_and_the_game_quit(
    tmp_path: Path, server: XServer, rig: pulse.PulseRig, pilot: Pilot, chart: Chart
) -> None:
    with Game(tmp_path, {**rig.environment(), **server.environment()}) as game:
        start_song(game, pilot)
        number, sent = play_to_the_end(game, pilot, chart)
        ended = from_payload(PerformanceEnded, game.waits_for(PerformanceEnded.kind, number).payload)
        edges = recorded(game, number)
        presses = edges[edges["down"] == 1][1:]  # the first was before any note
        assert ended.outcome == "finished"
        assert [int(press["lane"]) for press in presses] == [lane for _, lane in sent]
        assert len(edges) == 2 * (NOTES + 1)
        late_us = presses["at_us"] - np.array([at_us for at_us, _ in sent])
        assert abs(np.median(late_us)) < 50_000, late_us
        assert ended.counts["miss"] < NOTES / 2, (ended.counts, late_us)

        pilot.tap("r")
        game.hears("PlayScene replaces it at depth 3")
        game.waits_for(PerformanceStarted.kind, number + 1)
        pilot.tap("escape")
        game.hears(PAUSED)
        tap(pilot, "down", "down", "return")
        game.hears("SelectScene resumes at depth 2")
        assert (
            from_payload(PerformanceEnded, game.waits_for(PerformanceEnded.kind, number + 1).payload).outcome == "left"
        )
        tap(pilot, "escape", "escape")  # out of the search, and out of the list
        game.hears("TitleScene resumes at depth 1")
        leave_game(game, pilot)
        check_clean_end(game)


def test_when_the_sound_daemon_dies_the_song_pauses_and_the_game_lives_on(
    tmp_path: Path, server: XServer, rig: pulse.PulseRig, pilot: Pilot, chart: Chart
) -> None:
    with Game(tmp_path, {**rig.environment(), **server.environment()}) as game:
        start_song(game, pilot)
        song_begins_us(game, pilot, 0)
        rig.stop()
        game.hears(PAUSED)
        paused = from_payload(PerformancePaused, game.waits_for(PerformancePaused.kind, 0).payload)
        assert "sound" in paused.reason
        rig.start()
        pilot.tap("return")
        while game.hears(RESULTS, PAUSED) == PAUSED:  # the device is not back yet
            time.sleep(1.0)
            pilot.tap("return")
        game.look_around()
        os.kill(game.pid, signal.SIGTERM)
        check_clean_end(game)


@pytest.mark.parametrize("how", ["signal", "window"])
def test_told_to_stop_the_game_ends_well_in_the_middle_of_a_song(
    tmp_path: Path, server: XServer, rig: pulse.PulseRig, pilot: Pilot, chart: Chart, how: str
) -> None:
    with Game(tmp_path, {**rig.environment(), **server.environment()}) as game:
        start_song(game, pilot)
        song_begins_us(game, pilot, 0)
        game.look_around()
        if how == "signal":
            os.kill(game.pid, signal.SIGTERM)
        else:
            pilot.close_window(TITLE)
        check_clean_end(game)
        ended = game.performances()[0][-1]
        assert from_payload(PerformanceEnded, ended.payload).outcome == "left"


def test_without_a_display_make_play_says_what_works_instead(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    game = Path(sys.executable).with_name("ourojam")
    told = subprocess.run(
        ["sh", "tools/display.sh", str(game)], cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
    )
    first, *commands = told.stdout.splitlines()
    assert told.returncode == 0
    assert told.stderr == ""
    assert "no display" in first
    assert commands
    for command in commands:
        ran = subprocess.run(
            ["sh", "-c", command.replace("title.png", str(tmp_path / "title.png"))],
            cwd=HOUSE,
            env={**environment, "OUROJAM_PROFILE": str(tmp_path / "profile")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
