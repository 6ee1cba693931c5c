"""What song select learns of a chart by opening it, beside the game: how its notes lie in time, and its picture."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.draw.frame import Texture
from engine.draw.image import read_image
from engine.errors import UserError
from engine.jobs import Job
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.entries import ChartEntry
from game.rhythm.formats.containers import Folder, clean_name
from game.rhythm.formats.read import open_folder
from game.rhythm.songs import read_chart
from game.scenes.context import Context

REST_US = 120_000
"""The selection stands still this long before its chart is opened."""

BINS = 120
"""The song is cut into so many stretches of equal length."""

PICTURE_MAX = 1600
"""Pictures are made smaller to this many pixels a side."""

SONG_MISSING = "the song file is missing"
KEPT = 64
FADE_S = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """How many notes there are in each of ``BINS`` stretches from the chart's first note to its last.

    ``heights`` is relative to the densest, ``holds`` the share of them that are holds; ``most`` is the most notes
    within one second at rate 1.
    """

    start_us: int
    end_us: int
    heights: NDArray[np.float32]
    holds: NDArray[np.float32]
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was read: the density, the picture if it was asked for and there is one, and what is missing, in a few
    words."""

    density: Density
    picture: NDArray[np.uint8] | None
    missing: str


def density(chart: Chart) -> Density:
    """Count the notes of ``chart`` by time."""
    notes = chart.notes[np.isin(chart.notes["kind"], [NoteKind.TAP, NoteKind.HOLD, NoteKind.ROLL, NoteKind.LIFT])]
    start_us, end_us = chart.first_us, max(chart.last_us, chart.first_us + 1)
    place = (notes["at_us"] - start_us) * BINS // (end_us - start_us + 1)
    place = np.clip(place, 0, BINS - 1)
    counts = np.bincount(place, minlength=BINS).astype(np.float32)
    long = np.isin(notes["kind"], [NoteKind.HOLD, NoteKind.ROLL])
    holds = np.bincount(place[long], minlength=BINS).astype(np.float32)
    at_us = np.sort(notes["at_us"])
    within_s = np.searchsorted(at_us, at_us + 1_000_000) - np.arange(len(at_us))
    return Density(
        start_us,
        end_us,
        counts / max(float(counts.max()), 1.0),
        (holds / np.maximum(counts, 1.0)).astype(np.float32),
        float(within_s.max(initial=0)),
    )


class Details:
    """Opens the chart that is chosen once the choice has rested; holds the picture that is shown."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: OrderedDict[str, tuple[Density, str]] = OrderedDict()
        self._wanted: ChartEntry | None = None
        self._due_us = 0
        self._job: Job[Found] | None = None
        self._entry: ChartEntry | None = None
        self._picture_of: tuple[str, str] | None = None
        self._shown_us = 0
        self.picture: Texture | None = None

    @property
    def density(self) -> Density | None:
        """Of the chart that is chosen, as soon as it is known."""
        known = self._known.get(self._entry.hash) if self._entry is not None else None
        return known[0] if known is not None else None

    @property
    def missing(self) -> str:
        """What the chart that is chosen lacks, in a few words; empty when nothing, or while that is not known."""
        known = self._known.get(self._entry.hash) if self._entry is not None else None
        return known[1] if known is not None else ""

    @property
    def opacity(self) -> float:
        """How far the picture has faded in, 0 to 1."""
        return min(1.0, (now_us() - self._shown_us) / 1e6 / FADE_S)

    def want(self, entry: ChartEntry | None) -> None:
        """Open ``entry`` after a moment's rest."""
        if entry is not None and self._entry is not None and entry.hash == self._entry.hash:
            return
        if self._job is not None:
            self._job.cancel()
        self._entry = entry
        if entry is None or _picture_key(entry) != self._picture_of:
            self._drop_picture()
        known = entry is not None and entry.hash in self._known and (not entry.background or self.picture is not None)
        self._wanted, self._due_us = (None if known else entry), now_us() + REST_US

    def step(self) -> None:
        """Begin reading when it is time."""
        if self._wanted is not None and now_us() >= self._due_us:
            entry, self._wanted = self._wanted, None
            self._read(entry)

    def close(self) -> None:
        """Give the picture back."""
        if self._job is not None:
            self._job.cancel()
        self._drop_picture()

    def _drop_picture(self) -> None:
        if self.picture is not None:
            self._context.window.free(self.picture)
        self.picture, self._picture_of = None, None

    def _read(self, entry: ChartEntry) -> None:
        with_picture = bool(entry.background) and self.picture is None

        def work(job: Job[Found]) -> Found:
            chart = read_chart(entry.path, entry.chart_index)
            job.progress(1, 2)
            folder = open_folder(chart)
            data = folder.read(chart.background) if with_picture and chart.background else None
            return Found(density(chart), _picture(data), _missing(chart, folder))

        def then(found: Found) -> None:
            self._known[entry.hash] = found.density, found.missing
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            chosen = self._entry is not None and _picture_key(self._entry) == _picture_key(entry)
            if found.picture is not None and chosen and self.picture is None:
                self.picture = self._context.window.texture(found.picture)
                self._picture_of, self._shown_us = _picture_key(entry), now_us()

        self._job = self._context.jobs.start("Reading the chart", work, then, lambda error: self._broken(entry, error))

    def _broken(self, entry: ChartEntry, error: UserError) -> None:
        if self._entry is not None and self._entry.hash == entry.hash:
            self._context.say(str(error))


def _missing(chart: Chart, folder: Folder) -> str:
    """Whether the song that ``chart`` names lies beside it; only names are looked at, nothing is read."""
    if not chart.audio:
        return ""
    wanted = (clean_name(chart.audio) or "").casefold()
    return "" if any(name.casefold() == wanted for name in folder.names()) else SONG_MISSING


def _picture(data: bytes | None) -> NDArray[np.uint8] | None:
    """The picture in ``data``; one that is broken is simply not shown."""
    if data is None:
        return None
    try:
        return read_image(data, side_max=PICTURE_MAX)
    except UserError:
        return None


def _picture_key(entry: ChartEntry) -> tuple[str, str]:
    return entry.folder, entry.background
