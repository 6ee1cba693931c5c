"""What a song begins with: read beside the game, a performance that is written down, and a ghost to race."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.draw.image import read_image
from engine.errors import UserError
from engine.jobs import Job
from game.profile import Profile
from game.rhythm.board import BoardRow
from game.rhythm.board import performance as find_performance
from game.rhythm.mods import Mods
from game.rhythm.performance import Kept, Performance, started
from game.rhythm.recorder import Recorder, new_stream
from game.rhythm.replay import Replay
from game.rhythm.songs import ReadySong, make_ready, read_chart
from game.scenes.requests import ChartRef
from game.scenes.select_board import day
from game.scenes.stage import Feeder
from game.truth import Truth

Loaded = tuple[ReadySong, NDArray[np.uint8] | None]
"""A song and its background picture."""


def load(job: Job[Any], chart: ChartRef, mods: Mods, rate_hz: int) -> Loaded:
    """Read a song and its picture (in a job); a picture that cannot be read is one of the song's problems.

    Raises:
        UserError: the chart is gone or broken.
    """

    def progress(share: float) -> None:
        job.progress(round(share * 1000), 1000)

    song = make_ready(read_chart(chart.path, chart.index), mods, rate_hz, progress)
    try:
        picture = None if song.background is None else read_image(song.background, song.chart.background)
    except UserError as error:
        song.problems.append(str(error))
        picture = None
    return song, picture


def new_performance(profile: Profile, song: ReadySong, rules: str, mods: Mods, replay: Replay | None) -> Performance:
    """A performance of ``song`` that goes into the log as it happens, by the player or by the game itself."""
    player, truth, origin = "user", Truth.USER, "user:keyboard"
    if mods.autoplay or replay is not None:
        player, truth = ("autoplay" if mods.autoplay else "replay"), Truth.AUTOMATION
        origin = f"automation:{player}"
    recorder = Recorder(profile.writer, new_stream(), truth=truth, origin=origin)
    offsets = (profile.settings.sound.audio_offset_us, profile.settings.input.input_offset_us)
    begun = started(song.chart, rules, mods, player, *offsets)
    return Performance(song.chart, rules, mods, recorder, begun, replay)


class Ghost:
    """An earlier performance that is judged beside the player's."""

    def __init__(self, song: ReadySong, rules: str, row: BoardRow, replay: Replay) -> None:
        self.day = day(row)
        self._performance = Performance(song.chart, rules, replay.mods, replay=replay)
        self._feeder = Feeder(replay.edges)

    @classmethod
    def of(cls, profile: Profile, performance_id: str, song: ReadySong, rules: str) -> Ghost | None:
        """The ghost of a performance; None when there is none of that name (or no name)."""
        row = find_performance(profile.log, performance_id) if performance_id else None
        return None if row is None else cls(song, rules, row, Kept(profile.log.read(row.stream)).replay)

    @property
    def score(self) -> int:
        """How many points it has by now."""
        return self._performance.judge.state.score

    def step(self, song_us: int, at_us: int) -> None:
        """Let it play up to ``song_us``."""
        self._feeder.feed(self._performance, song_us)
        self._performance.step(song_us, at_us)
