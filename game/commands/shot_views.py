"""How each view comes about: a real game on a profile of its own, driven by keys until it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

from engine.clock import now_us
from engine.errors import UserError
from engine.input.events import InputEvent
from engine.scene import Scene
from engine.sound import Sound
from engine.window import HeadlessWindow
from game.app import App
from game.commands.shot_drawer import DRAWER_VIEWS
from game.commands.shot_jam import JAM_VIEWS
from game.commands.shot_jam_crowd import JAM_CROWD_VIEWS
from game.commands.shot_jam_free import JAM_FREE_VIEWS
from game.commands.shot_jam_play import JAM_PLAY_VIEWS
from game.commands.shot_talk import TALK_VIEWS
from game.profile import CHARTS, Profile
from game.rhythm.chart import Chart
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, Performance, autoplay_edges, started
from game.rhythm.recorder import Recorder, new_stream
from game.rhythm.songs import read_chart
from game.scenes.pause import PauseMenu
from game.scenes.requests import Calibrate, ChartRef, Play, SelectSong, ShowResults, ShowSettings, ShowTitle, Watch

WAIT_S = 60.0
"""A view that has not come about after this long is a fault."""

SHOWN = "Neon Tide"
"""The song that pictures show."""

UNEVEN_US = (9_000, 14_000, 21_000)
"""How unevenly the made performances are played, best first."""


class Studio:
    """A game without a screen or a device, with shipped songs and a few performances on its board."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.profile = Profile.open(folder)
        self.window = HeadlessWindow(size)
        self.app = App(self.profile, self.window, Sound.silent())
        self.app.loop.frame_hz = 30
        self.app.context.library.refresh()
        self.beside: list[Callable[[], object]] = []
        """What else goes on with each turn: other machines."""
        self.undo = ExitStack()

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.undo.close()
        self.app.stack.clear()
        self.app.close()
        self.profile.close()

    def set(self, path: str, value: object) -> None:
        """Change a setting."""
        self.profile.set(path, value)
        self.app.apply_settings()

    def save(self, out: Path) -> None:
        """Save what is on the screen."""
        self.window.screenshot(out)

    def chart(self, keys: int = 4, level: str = "Hard") -> Chart:
        """A shipped chart, of the song that looks most like the game if it is there."""
        entries = sorted(self.app.context.library.entries, key=lambda entry: entry.title != SHOWN)
        for entry in entries:
            if entry.keys == keys and entry.level == level:
                return read_chart(entry.path, entry.chart_index)
        raise UserError(f"{CHARTS}: the songs that come with the game are not there; run `make songs`")

    def perform(self, chart: Chart, uneven_us: int, seed: int) -> str:
        """Put a performance with human unevenness on the board; gives its id."""
        mods = Mods()
        edges = autoplay_edges(chart, mods).copy()
        drift = np.random.default_rng(seed).normal(2_500, uneven_us, len(edges)).astype(np.int64)
        edges["at_us"] += drift
        edges = edges[np.argsort(edges["at_us"], kind="stable")]
        rules = self.profile.settings.playfield.rules
        recorder = Recorder(self.profile.writer, new_stream())
        performance = Performance(chart, rules, mods, recorder, started(chart, rules, mods, "user"))
        for at_us, lane, down in edges.tolist():
            performance.step(at_us, at_us)
            performance.edge(at_us, lane, bool(down))
        performance.end(FINISHED)
        self.profile.writer.flush(10)
        return performance.id

    def perform_some(self, chart: Chart) -> str:
        """Three performances; gives the id of the best."""
        ids = [self.perform(chart, uneven_us, seed) for seed, uneven_us in reversed(list(enumerate(UNEVEN_US)))]
        return ids[-1]

    def press(self, *controls: str) -> None:
        """Press and release keys, a frame apart."""
        for control in controls:
            for value in (1.0, 0.0):
                self.window.feed(InputEvent(now_us(), "keyboard", f"key:{control}", value))
                self.turn()

    def turn(self) -> None:
        """One turn of the main loop, and of what goes on beside it."""
        for go_on in self.beside:
            go_on()
        self.app.loop.once()

    def run(self, seconds: float) -> None:
        """Let the game run."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.turn()

    def until(self, condition: Callable[[], bool], settle_s: float = 0.6) -> None:
        """Run until ``condition``, and a little longer for what eases in.

        Raises:
            UserError: it did not come about.
        """
        limit = time.monotonic() + WAIT_S
        while not condition():
            if time.monotonic() > limit:
                raise UserError("the scene did not come about in a minute; run it again on a quieter machine")
            self.turn()
        self.run(settle_s)

    def failed(self) -> bool:
        """Whether a song was failed.  Where a busy machine made it pause before, it goes on, as a player would."""
        if len(self.app.stack) == 0 or not isinstance(menu := self.top(), PauseMenu):
            return False
        if not menu.failed:
            self.press("return")
        return menu.failed

    def top(self) -> Scene:
        """The scene on top."""
        return self.app.stack.top

    def top_is(self, name: str) -> bool:
        """Whether the scene on top is of that class."""
        return len(self.app.stack) > 0 and type(self.top()).__name__ == name


def _title(studio: Studio) -> None:
    studio.app.open(ShowTitle())
    studio.until(lambda: studio.top_is("TitleScene"), 1.5)


def _select(studio: Studio) -> None:
    chart = studio.chart()
    studio.perform_some(chart)
    studio.app.open(SelectSong(chart.hash))
    studio.until(lambda: studio.top_is("SelectScene"), 2.0)


def _play(studio: Studio, keys: int = 7) -> None:
    chart = studio.chart(keys)
    studio.app.open(Play(ChartRef(chart.path, chart.index), "", Mods(autoplay=True)))
    clock = studio.app.context.sound.clock
    studio.until(lambda: studio.top_is("PlayScene") and clock.playing, 0.5)
    busy_us = _busiest_us(chart)
    studio.app.context.sound.seek_song(busy_us - 1_500_000)
    studio.until(lambda: clock.now_us() > busy_us, 0.0)


def _busiest_us(chart: Chart) -> int:
    """Where the chart's busiest second begins: what a picture should show."""
    at = chart.notes["at_us"]
    return int(at[(np.searchsorted(at, at + 1_000_000) - np.arange(len(at))).argmax()])


def _pause(studio: Studio) -> None:
    _play(studio, 4)
    studio.press("escape")
    studio.until(lambda: studio.top_is("PauseMenu"))


def _fail(studio: Studio) -> None:
    chart = studio.chart()
    studio.app.open(Play(ChartRef(chart.path, chart.index), "", Mods(sudden_death=True)))
    studio.until(studio.failed)


def _results(studio: Studio) -> None:
    studio.app.open(ShowResults(studio.perform_some(studio.chart(7))))
    studio.until(lambda: studio.top_is("ResultsScene"), 2.5)


def _watch(studio: Studio) -> None:
    chart = studio.chart(7)
    studio.app.open(Watch(studio.perform_some(chart)))
    at_us = chart.first_us + 6_000_000
    studio.until(lambda: studio.top_is("WatchScene") and studio.app.context.sound.clock.now_us() > at_us)


def _settings(tab: str) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        studio.app.open(ShowSettings(tab))
        studio.until(lambda: studio.top_is("SettingsScene"), 1.5)

    return show


def _calibrate(what: str) -> Callable[[Studio], None]:
    def show(studio: Studio) -> None:
        studio.app.open(Calibrate(what))
        studio.until(lambda: studio.top_is("CalibrateScene"), 2.0)

    return show


VIEWS: dict[str, Callable[[Studio], None]] = {
    "title": _title,
    "select": _select,
    "play": _play,
    "pause": _pause,
    "fail": _fail,
    "results": _results,
    "watch": _watch,
    "settings": _settings("playfield"),
    "settings-sound": _settings("sound"),
    "settings-keys": _settings("keys"),
    "settings-screen": _settings("screen"),
    "calibrate-audio": _calibrate("audio"),
    "calibrate-input": _calibrate("input"),
    **TALK_VIEWS,
    **DRAWER_VIEWS,
    **JAM_VIEWS,
    **JAM_CROWD_VIEWS,
    **JAM_PLAY_VIEWS,
    **JAM_FREE_VIEWS,
}
"""What ``ourojam shot`` can show."""
