"""A song heard quietly before it is played: read beside the game, faded in, repeated, faded out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.errors import UserError
from engine.jobs import Job
from engine.sound import Sample, decode, resample
from game.rhythm.entries import ChartEntry
from game.rhythm.formats.read import open_folder
from game.rhythm.songs import read_chart
from game.scenes.context import Context

REST_US = 250_000
"""The selection stands still this long before its song is read."""

LENGTH_US = 25_000_000
FADE_IN_US = 600_000
FADE_OUT_US = 350_000
TAIL_US = 1_600_000
"""The excerpt fades over its last stretch, so that it can begin again."""

LATE_SHARE = 0.4
"""Where a preview begins in a chart that does not say."""

MAX_BYTES = 64 << 20
"""A song file larger than this is not read only to be listened to."""

LEVEL_HZ = 50
"""How often the loudness of an excerpt is known."""

GAIN = 0.7
REMEMBERED = "preview"


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """A stretch of a song: float32 frames of shape (n, 2), where it begins in song time, and how loud it is at each
    fiftieth of a second, 0 to 1."""

    frames: NDArray[np.float32]
    start_us: int
    level: NDArray[np.float32]


def song_key(entry: ChartEntry) -> tuple[str, str]:
    """Charts with the same key have the same preview."""
    return entry.folder, entry.audio or entry.path


def excerpt(entry: ChartEntry, rate_hz: int, job: Job[Excerpt | None]) -> Excerpt | None:
    """Read the preview of ``entry``; None when its chart names no sound or that sound cannot be had.

    Raises:
        UserError: the chart or its sound is broken.
    """
    chart = read_chart(entry.path, entry.chart_index)
    data = open_folder(chart).read(chart.audio) if chart.audio else None
    if data is None or len(data) > MAX_BYTES:
        return None
    job.progress(1, 4)
    start_us = chart.preview_us if chart.preview_us >= 0 else round(chart.first_us + LATE_SHARE * chart.length_us)
    part = start_us - chart.audio_offset_us, LENGTH_US
    pcm = decode(data, chart.audio, lambda done: job.progress(1, 4), part)
    job.progress(2, 4)
    start_us = pcm.begin_us + chart.audio_offset_us
    frames = resample(pcm, rate_hz).frames
    tail = min(len(frames), round(TAIL_US * rate_hz / 1e6))
    if tail:
        frames[-tail:] *= np.linspace(1.0, 0.0, tail, dtype=np.float32)[:, None]
    return Excerpt(frames, start_us, loudness(frames, rate_hz))


def loudness(frames: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """How loud ``frames`` are fifty times a second, 0 to 1 of their loudest."""
    window = rate_hz // LEVEL_HZ
    count = len(frames) // window
    if not count:
        return np.zeros(1, np.float32)
    mono = frames[: count * window].mean(axis=1).reshape(count, window)
    level: NDArray[np.float32] = np.sqrt((mono * mono).mean(axis=1), dtype=np.float32)
    return level / np.float32(max(float(level.max()), 1e-6))


class Preview:
    """The one song heard under title and song list.  Ask with :meth:`want`, let time pass with :meth:`step`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wanted: ChartEntry | None = None
        self._due_us = 0
        self._job: Job[Excerpt | None] | None = None
        self._key: tuple[str, str] | None = None
        self._excerpt: Excerpt | None = None
        self._sample: Sample | None = None
        self._retired: list[tuple[int, Sample]] = []
        self.playing = False

    @classmethod
    def of(cls, context: Context) -> Preview:
        """The preview of this game."""
        found = context.remembered.setdefault(REMEMBERED, None) or cls(context)
        context.remembered[REMEMBERED] = found
        assert isinstance(found, Preview)
        return found

    def want(self, entry: ChartEntry | None) -> None:
        """Hear the song of ``entry`` after a moment's rest; the one that plays fades at once if it is another."""
        key = song_key(entry) if entry is not None else None
        if key == self._key and key is not None:
            return
        self.stop()
        self._key, self._wanted, self._due_us = key, entry, now_us() + REST_US

    def stop(self) -> None:
        """Fade out and forget what was asked for."""
        if self._job is not None:
            self._job.cancel()
        if self.playing:
            self._context.sound.stop_song(FADE_OUT_US)
        if self._sample is not None:
            self._retired.append((now_us() + 2 * FADE_OUT_US, self._sample))
        self._job = self._wanted = self._key = self._excerpt = self._sample = None
        self.playing = False

    def step(self) -> None:
        """Begin reading once the selection has rested; give back what has faded."""
        at_us = now_us()
        if self._wanted is not None and at_us >= self._due_us:
            entry, self._wanted = self._wanted, None
            self._read(entry)
        if self._retired and self._retired[0][0] <= at_us:
            self._context.sound.free(self._retired.pop(0)[1])

    @property
    def asked(self) -> bool:
        """Whether a song plays or is being made ready."""
        return self._key is not None

    @property
    def song_us(self) -> int | None:
        """Where in the song the preview stands; None while nothing plays."""
        if not self.playing or self._excerpt is None:
            return None
        return self._excerpt.start_us + max(0, self._context.sound.clock.song_us_at(now_us()))

    @property
    def level(self) -> float:
        """How loud it is right now, 0 to 1."""
        song_us = self.song_us
        if song_us is None or self._excerpt is None:
            return 0.0
        place = (song_us - self._excerpt.start_us) * LEVEL_HZ // 1_000_000
        return float(self._excerpt.level[place % len(self._excerpt.level)])

    def _read(self, entry: ChartEntry) -> None:
        key, rate_hz = self._key, self._context.sound.rate_hz

        def work(job: Job[Excerpt | None]) -> Excerpt | None:
            return excerpt(entry, rate_hz, job)

        def then(found: Excerpt | None) -> None:
            if found is not None and key == self._key and self._sample is None:
                self._begin(found)

        # A song that cannot be heard is said when it is played; here it is only quiet.
        def failed(error: UserError) -> None:
            self._excerpt = None

        self._job = self._context.jobs.start("Reading the preview", work, then, failed)

    def _begin(self, found: Excerpt) -> None:
        sound = self._context.sound
        self._excerpt, self._sample = found, sound.load(found.frames)
        sound.play_song(self._sample, 0, 1.0, GAIN, FADE_IN_US, loop=(0, self._sample.duration_us))
        self.playing = True
