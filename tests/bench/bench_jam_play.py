"""What a frame of play in a band costs on the main thread: one's own field, eight others beside it, all around them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from engine.window import HeadlessWindow
from game.hands.bindings import default_layout
from game.jam.band import Standing
from game.jam.cohesion import Coherence, Guardrail
from game.rhythm.chart import Chart, NoteKind, make_notes
from game.rhythm.mods import Mods
from game.rhythm.performance import Performance, autoplay_edges
from game.scenes.jam_play_cards import Row
from game.scenes.jam_play_view import BandNumbers, JamView
from game.scenes.stage import Feeder
from game.settings import PlayfieldSettings, Settings
from tests.bench.figure import Figure

OTHERS = 8
KEYS = 7
NOTES_A_SECOND = 20
SCROLL_MS = 600
SECONDS = 120
FROM_US = 20_000_000
FRAMES = 240
FRAME_US = 16_667
STEPS = 4
WARM_UP = 20
LIMIT_MS, ADDED_MS = 1.5, 0.75
"""A frame of play may take 0.5 ms for the field and 2,000 notes; a band is that, the city behind it, and eight more
fields with their figures.  At 240 frames a second there are 4.2 ms."""

CALLS = 5
RULES = "osu-mania-stable"


def dense_chart(seed: int) -> Chart:
    """Two minutes with so many notes a second, every eighth a hold."""
    dice = np.random.default_rng(seed)
    rows = []
    for place in range(SECONDS * NOTES_A_SECOND):
        at_us = 1_000_000 + place * 1_000_000 // NOTES_A_SECOND
        long = place % 8 == 7
        kind = int(NoteKind.HOLD if long else NoteKind.TAP)
        rows.append((at_us, at_us + 90_000 * long, int(dice.integers(KEYS)), kind, -1))
    return Chart(KEYS, make_notes(rows), title="Bench", level="Hard")


class Band:
    """The player and ``others``, all played by the game."""

    def __init__(self, window: HeadlessWindow, others: int) -> None:
        self.window = window
        settings = Settings(playfield=PlayfieldSettings(scroll_ms=SCROLL_MS))
        self.view = JamView(settings)
        self.players = [Performance(dense_chart(seed), RULES, Mods()) for seed in range(others + 1)]
        self.feeders = [Feeder(autoplay_edges(one.chart, Mods())) for one in self.players]
        self.view.sit(self.players[0], Mods())
        self._rows: list[Row] = []
        for one, feeder in zip(self.players, self.feeders, strict=True):
            feeder.feed(one, FROM_US)
            one.step(FROM_US, FROM_US)

    def rows(self) -> list[Row]:
        """The others as their cards show them."""
        out = []
        for place, one in enumerate(self.players[1:]):
            state = one.judge.state
            figures = (state.score, state.combo, state.max_combo, state.accuracy, state.health, state.judged)
            stands = Standing(f"{place:016x}", f"Player {place}", "all", *figures, True, place == 3, "", "")
            out.append(Row(stands, "Melody", one.chart, one.judge, "anchors"))
        return out

    def frame_us(self, number: int, *, finish: bool = True) -> float:
        """Build one frame; the CPU time of drawing it (judging is not in it), in microseconds."""
        song_us = FROM_US + number * FRAME_US
        for one, feeder in zip(self.players, self.feeders, strict=True):
            feeder.feed(one, song_us)
            one.step(song_us, song_us)
        if number % 3 == 0:  # 20 times a second, as in the scene
            self._rows = self.rows()
        coherence = Coherence(song_us, 0.8, 0.8, (), (), Guardrail(glow=0.3))
        numbers = BandNumbers(1_234_567 + number, 0.98, coherence, "you anchor the band")
        start = time.thread_time_ns()
        frame = self.window.begin_frame()
        assert frame is not None
        self.view.ground(frame, None)
        about = (SCROLL_MS, default_layout(KEYS), "Bench")
        self.view.draw_playing(frame, song_us, 0.4, numbers, self._rows, *about)
        if not finish:
            self.window.end_frame(frame)
            return 0.0
        ui_data, _ = self.window.ui.finish()
        frame.finish([], ui_data)
        return (time.thread_time_ns() - start) / 1000


def figures() -> Iterator[Figure]:
    """A frame alone and with eight others, and its draw calls."""
    window = HeadlessWindow((1280, 720))
    alone, together = Band(window, 0), Band(window, OTHERS)
    # By turns, so that whatever else the machine does meets both alike.
    took = np.array([(alone.frame_us(number), together.frame_us(number)) for number in range(FRAMES)][WARM_UP:]) / 1000
    beside = f"each of {OTHERS} others at {NOTES_A_SECOND} notes a second; alone {np.median(took[:, 0]):.2f} ms"
    name = f"CPU a frame of play with {OTHERS} others"
    yield Figure(f"{name}, median", float(np.median(took[:, 1])), "ms", LIMIT_MS, beside=beside)
    yield Figure(f"{name}, what they add, median", float(np.median(took[:, 1] - took[:, 0])), "ms", ADDED_MS)
    yield Figure(f"{name}, p99", float(np.percentile(took[:, 1], 99)), "ms")
    band = Band(window, OTHERS)
    band.frame_us(0, finish=False)
    yield Figure(f"draw calls of play with {OTHERS} others", float(window.driver.calls[0]), "calls", CALLS)
    window.close()


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:55} {figure.value:8.3f} {figure.unit} {figure.limit} {figure.ok} {figure.beside}")
