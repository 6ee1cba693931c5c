"""What a frame of play costs on the main thread, outside the driver: judging, the real field, all around it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.loop import STEP_HZ, LoopStats
from engine.window import HeadlessWindow
from game.app import load_effects
from game.rhythm.chart import Chart, NoteKind, make_notes
from game.rhythm.mods import Mods
from game.rhythm.performance import Performance, autoplay_edges
from game.scenes.hud import Hud
from game.scenes.play import Phase, PlayScene
from game.scenes.playfield import Playfield
from game.scenes.requests import ChartRef, Play
from game.scenes.stage import Feeder
from game.settings import PlayfieldSettings
from tests.bench.figure import Figure
from tests.rig.scene_game import make_chart, write_song
from tests.rig.stand import RATE_HZ, Stand

LIMITS_MS = {2_000: 0.5, 10_000: 1.0}
CALLS = 4
KEYS = 7
SCROLL_MS = 3_000
"""The slowest scroll there is."""

HIT_GAP_US = 40_000
"""Below the crowd come notes that are hit meanwhile, twenty-five a second."""

CROWD_FROM_US, CROWD_TO_US = 1_100_000, 2_900_000
"""Where the crowd stands at the first frame; at the last it has come a second nearer and is still in sight."""

FRAMES = 60
RUNS = 4
FRAME_US = 16_667
STEPS = 4
WARM_UP = 5
RULES = "osu-mania-stable"


class Autoplayed:
    """A second of the field and all around it, ``notes`` in sight, played by the game; every eighth is a hold."""

    def __init__(self, window: HeadlessWindow, notes: int) -> None:
        self.window = window
        near = np.arange(0, CROWD_FROM_US, HIT_GAP_US)
        far = np.linspace(CROWD_FROM_US, CROWD_TO_US, notes)
        rows = []
        for place, at_us in enumerate(np.concatenate((near, far)).astype(int).tolist()):
            long = place % 8 == 7
            rows.append((at_us, at_us + 2_000 * long, place % KEYS, int(NoteKind.HOLD if long else NoteKind.TAP), -1))
        chart, mods = Chart(keys=KEYS, notes=make_notes(rows)), Mods(autoplay=True)
        settings = PlayfieldSettings(scroll_ms=SCROLL_MS)
        self.performance = Performance(chart, RULES, mods)
        self.feeder = Feeder(autoplay_edges(chart, mods))
        self.field = Playfield(chart, mods, settings)
        self.hud = Hud(self.performance.judge.rules, settings)

    def frame_us(self, song_us: int) -> float:
        """Step up to ``song_us`` and build the frame there; the CPU time it took, in microseconds."""
        performance, judge = self.performance, self.performance.judge
        start = time.thread_time_ns()
        for step in range(STEPS):
            at_us = song_us - (STEPS - 1 - step) * 1_000_000 // STEP_HZ
            self.feeder.feed(performance, at_us)
            performance.step(at_us, at_us)
        frame = self.window.begin_frame()
        assert frame is not None
        self.field.draw(frame, song_us, judge.note_states, performance.held)
        frame.layer()
        self.hud.take(judge.hits, frame.now_us)
        self.hud.draw(frame, self.field.geometry, judge.state, 0.5)
        ui_data, _ = self.window.ui.finish()
        frame.finish([], ui_data)
        return (time.thread_time_ns() - start) / 1000

    def in_sight(self, song_us: int) -> int:
        """How many notes stand in the lanes at ``song_us``."""
        return len(self.field.scroll.visible_indices(song_us, self.field.span_us, above=1.0, below=0.0))

    def calls(self, song_us: int) -> int:
        """Draw calls of the field and all around it."""
        frame = self.window.begin_frame()
        assert frame is not None
        self.field.draw(frame, song_us, self.performance.judge.note_states, self.performance.held)
        frame.layer()
        self.hud.draw(frame, self.field.geometry, self.performance.judge.state, 0.5)
        self.window.end_frame(frame)
        return self.window.driver.calls[0]


def frames_ms(run: Autoplayed) -> NDArray[np.float64]:
    """CPU time of each frame of a second, in milliseconds."""
    return np.array([run.frame_us(number * FRAME_US) for number in range(FRAMES)][WARM_UP:]) / 1000


def real_run(seconds: float) -> LoopStats:
    """The real scene, loop and silent sound while the game plays a chart of ordinary density."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        song = write_song(folder / "song", make_chart("Run", notes=200, audio="song.wav"), seconds=20.0)
        window = HeadlessWindow((320, 180))
        with Stand(folder / "profile", window, frame_hz=60, effects=load_effects(RATE_HZ)) as stand:
            request = Play(ChartRef(str(song / "0.jam")), RULES, Mods(autoplay=True))
            scene = PlayScene(stand.context, request)
            stand.show(scene)
            stand.until(lambda: scene.phase is Phase.PLAYING, "the song")
            stand.until(lambda: scene.performance is not None and scene.performance.song_us > 1_500_000, "notes")
            stand.loop.clear_stats()
            end = time.monotonic() + seconds
            stand.until(lambda: time.monotonic() > end, "the end", within_s=seconds + 10)
            stats = stand.loop.stats()
        window.close()
    return stats


def figures() -> Iterator[Figure]:
    """Frames with 2,000 and 10,000 notes in sight, draw calls, and a real run."""
    window = HeadlessWindow((1280, 720))
    calls = 0
    for notes, limit in LIMITS_MS.items():
        runs = [Autoplayed(window, notes) for _ in range(RUNS)]
        took = np.concatenate([frames_ms(run) for run in runs])
        seen = runs[0].in_sight(FRAMES * FRAME_US)
        beside = f"{seen:,} notes in sight, with {STEPS} steps of the judge and {1_000_000 // HIT_GAP_US} hits a second"
        name = f"CPU a frame of play with {notes:,} notes"
        yield Figure(f"{name}, median", float(np.median(took)), "ms", limit, beside=beside)
        yield Figure(f"{name}, p99", float(np.percentile(took, 99)), "ms")
        calls = max(calls, runs[0].calls(FRAMES * FRAME_US))
    window.close()
    yield Figure("draw calls of the playfield and all around it", calls, "calls", CALLS)
    stats = real_run(6.0)
    yield Figure("real autoplay, frames a second at a cap of 60", stats.fps, "/s")
    yield Figure("real autoplay, building a frame with the driver inline, median", stats.build_median_ms, "ms")
    yield Figure("real autoplay, driver's part of it, median", stats.submit_median_ms, "ms")
    yield Figure("real autoplay, draw calls", stats.draw_calls, "calls")


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:65} {figure.value:8.3f} {figure.unit} {figure.limit} {figure.ok} {figure.beside}")
