"""The song of the jam, got ready while everyone is still choosing parts.

Decoding a song and stretching it to its rate takes seconds on a slow machine: who did it only once the start is agreed
would come late into the song.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.jobs import Job
from game.jam.machine import HeldSong, Machine
from game.jam.state import Band
from game.rhythm.chart import Chart
from game.rhythm.mods import Mods
from game.scenes.context import Context
from game.scenes.jam_play_stage import synth
from game.scenes.play_begin import Loaded, load
from game.scenes.requests import ChartRef


class Wanted(NamedTuple):
    """Which song, at how many percent of its rate and how many frames a second."""

    chart: ChartRef
    rate_percent: int
    rate_hz: int


class Ready(NamedTuple):
    """What a take begins with: the song with its picture, and the drums the others are heard by."""

    loaded: Loaded
    drums: list[NDArray[np.float32]]


class SongAhead:
    """One song at a time, kept until another is wanted."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wanted: Wanted | None = None
        self._job: Job[Ready] | None = None
        self.ready: Ready | None = None
        """The song that was wanted last, once it is ready."""
        self.error: UserError | None = None
        """Why it cannot be had."""

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        return 1.0 if self.ready is not None else self._job.share if self._job is not None else 0.0

    def follow(self, machine: Machine) -> None:
        """Get ready what the band is about to play, as soon as it is here; nothing while it plays."""
        band = machine.session.band
        offer, song = band.offer, machine.song
        if band.running is not None or band.free is not None:
            return
        if offer is None:
            self.forget()
        elif song is not None:
            wanted = self._wish(chart_of(band, song), round(offer.rate * 100))
            if wanted != self._wanted:
                self._begin(wanted)

    def want(self, chart: Chart, rate_percent: int) -> None:
        """This song is needed now; one that could not be had is tried again."""
        wanted = self._wish(chart, rate_percent)
        if wanted != self._wanted or self.error is not None:
            self._begin(wanted)

    def forget(self) -> None:
        """No song is wanted."""
        if self._job is not None:
            self._job.cancel()
        self._wanted = self._job = self.ready = self.error = None

    def _wish(self, chart: Chart, rate_percent: int) -> Wanted:
        return Wanted(ChartRef(chart.path, chart.index), rate_percent, self._context.sound.rate_hz)

    def _begin(self, wanted: Wanted) -> None:
        self.forget()
        self._wanted = wanted
        mods = Mods(rate_percent=wanted.rate_percent, no_fail=True)

        def work(job: Job[Ready]) -> Ready:
            return Ready(load(job, wanted.chart, mods, wanted.rate_hz), synth(wanted.rate_hz))

        def ready(made: Ready) -> None:
            if self._wanted == wanted:
                self.ready = made

        def failed(error: UserError) -> None:
            if self._wanted == wanted:
                self.error = error

        self._job = self._context.jobs.start("getting the song ready", work, ready, failed)


def chart_of(band: Band, song: HeldSong) -> Chart:
    """The chart this player has chosen; for who watches, that of the first who plays."""
    charts = {chart.hash: chart for chart in song.charts}
    first = sorted(band.players, key=lambda member: member.id != band.me)
    chosen = [member.part.chart_hash for member in first if member.part is not None]
    return next((charts[one] for one in chosen if one in charts), song.charts[0])
