"""Hours of play in minutes: the autoplayer plays song after song by a clock that is turned by hand.

Judged 240 times a second, drawn 60 times a second into frames that no driver sees, recorded into a log on the disk.
"""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from engine.draw.frame import Frame
from engine.draw.glyphs import GlyphAtlas
from game.profile import Profile
from game.rhythm.chart import TIMING, Chart, make_notes
from game.rhythm.mods import Mods
from game.rhythm.performance import FINISHED, Performance, autoplay_edges, started
from game.rhythm.recorder import Recorder, new_stream
from game.scenes.hud import Hud
from game.scenes.playfield import Playfield
from game.scenes.stage import Feeder
from game.settings import PlayfieldSettings
from game.truth import Truth

RULES = "osu-mania-stable"
SONG_US = 60_000_000
STEP_US = 4_166
STEPS_A_FRAME = 4
KEYS = 7


@dataclass(frozen=True, slots=True)
class Grown:
    """How much more there was at the end than after the warming up: live Python objects' blocks, and memory."""

    blocks: int
    memory_bytes: int
    frames: int
    songs: int


def song() -> Chart:
    """A minute of seven lanes: ten notes a second, every eighth a hold."""
    rows = []
    for number in range(SONG_US // 100_000 - 20):
        at_us = 1_000_000 + number * 100_000
        long = number % 8 == 0
        rows.append((at_us, at_us + 400_000 * long, number * 3 % KEYS, int(long), -1))
    timing = np.array([(0, 500_000.0, 4)], TIMING)
    return Chart(keys=KEYS, notes=make_notes(rows), title="Endurance", hash="e" * 32, timing=timing)


class Player:
    """Plays one song after another."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._chart = song()
        self._mods = Mods(autoplay=True)
        self._edges = autoplay_edges(self._chart, self._mods)
        self._atlas = GlyphAtlas()
        self._frame = Frame(self._atlas)
        self._now_us = 0
        self.frames = 0

    def play(self) -> None:
        """One song from its beginning to its end.

        Raises:
            AssertionError: it did not come out perfect.
        """
        recorder = Recorder(self._profile.writer, new_stream(), truth=Truth.AUTOMATION, origin="automation:autoplay")
        begun = started(self._chart, RULES, self._mods, "autoplay")
        performance = Performance(self._chart, RULES, self._mods, recorder, begun)
        feeder, settings = Feeder(self._edges), PlayfieldSettings()
        field = Playfield(performance.chart, self._mods, settings)
        hud = Hud(performance.judge.rules, settings)
        for step, song_us in enumerate(range(-1_000_000, SONG_US, STEP_US)):
            self._now_us += STEP_US
            feeder.feed(performance, song_us)
            performance.step(song_us, self._now_us)
            if step % STEPS_A_FRAME == 0:
                self._draw(performance, field, hud, song_us)
        result = performance.end(FINISHED)
        assert result.counts["max"] == len(self._chart.notes)
        assert self._profile.writer.flush(30.0, final=True)

    def _draw(self, performance: Performance, field: Playfield, hud: Hud, song_us: int) -> None:
        frame = self._frame
        if self._atlas.full:
            self._atlas.renew()
        frame.begin((1280, 720), 1.0, self._now_us, STEP_US * STEPS_A_FRAME, self.frames)
        field.draw(frame, song_us, performance.judge.note_states, performance.held)
        frame.layer()
        hud.take(performance.judge.hits, self._now_us)
        hud.draw(frame, field.geometry, performance.judge.state, song_us / SONG_US)
        frame.layer()
        self._atlas.taken()
        self.frames += 1


def endure(folder: Path, songs: int, warm_up: int = 3) -> Grown:
    """Play ``songs`` songs of a minute after ``warm_up`` of them; what has grown meanwhile."""
    process = psutil.Process()
    with Profile.open(folder) as profile:
        player = Player(profile)
        for _ in range(warm_up):
            player.play()
        gc.collect()
        blocks, memory, frames = sys.getallocatedblocks(), process.memory_info().rss, player.frames
        for _ in range(songs):
            player.play()
        gc.collect()
        return Grown(
            blocks=sys.getallocatedblocks() - blocks,
            memory_bytes=process.memory_info().rss - memory,
            frames=player.frames - frames,
            songs=songs,
        )
