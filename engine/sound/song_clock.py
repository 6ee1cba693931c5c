"""Song time from the device's own clock.

The sound process sees, once a block, which frame it hands over and when that frame will be heard.  Its
:class:`FrameFit` smooths these sightings into one straight line, published with the song's segments; the
game's :class:`SongClock` only does arithmetic on the last line it read.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.clock import now_us
from engine.sound.commands import Record, Segment

JUMP_US = 33_000
"""A sighting farther off than this is believed at once: the device stalled or was changed under us."""

SLOWEST_GAIN_BLOCKS = 1600
"""The fit remembers about this many blocks (4 s of 2.5 ms blocks); while it has seen fewer, all of them."""

WARM_UP_BLOCKS = 64
"""While a stream fills its buffer at the start it cannot say when a frame is heard: these are only followed."""

STUMBLE_BLOCKS = 8
"""After a gap so many blocks fill the buffer again; until then they are only followed."""

STUMBLE_SEEN = 20
"""After a gap new sightings count as much as if only so many had been seen."""

MAX_SKEW = 1e-3
"""No sound device is this far from its nominal rate; bounds what a noisy start can do to the slope."""

CLIP_US = 3_000
"""A sighting moves the line by no more than one that is this far off would: late callbacks are rare and long."""

MAX_AHEAD_US = 250_000
"""How far past the last sign of life the clock goes on: a device that is gone stops the song."""


class FrameFit:
    """The line from device frames to monotonic time, from noisy sightings.

    An alpha-beta filter whose gains are those of a growing least-squares fit at first and of a fading one
    after :data:`SLOWEST_GAIN_BLOCKS`; errors are clipped, and a jump of more than 33 ms starts anew.
    """

    def __init__(self, rate_hz: float) -> None:
        self._nominal = 1e6 / rate_hz
        self.us_per_frame = self._nominal
        self.at_us = 0.0
        self.frame = 0.0
        self.jitter_us = 0.0
        self._seen = 0
        self._to_warm_up = WARM_UP_BLOCKS
        self._to_follow = 0

    @property
    def drift_ppm(self) -> float:
        """How much slower (+) or faster (-) than its nominal rate the device runs, in millionths."""
        return (self.us_per_frame / self._nominal - 1.0) * 1e6

    @property
    def warm(self) -> bool:
        """Whether the stream has settled, so that its sightings are fitted."""
        return self._to_warm_up == 0

    def see(self, frame: int, heard_us: float) -> None:
        """Take in that ``frame`` is heard at the monotonic instant ``heard_us``."""
        span = frame - self.frame
        expected = self.at_us + span * self.us_per_frame
        error = heard_us - expected
        self._to_warm_up = max(0, self._to_warm_up - 1)
        if self._to_follow:
            self._to_follow -= 1
            self.at_us, self.frame = heard_us, float(frame)
            return
        if self._to_warm_up or self._seen == 0 or abs(error) > JUMP_US or span < 0:
            self.at_us, self.frame = heard_us, float(frame)
            self._seen = 1
            return
        self._seen = min(self._seen + 1, SLOWEST_GAIN_BLOCKS)
        count = self._seen
        self.jitter_us += (abs(error) - self.jitter_us) / min(count, 200)
        error = max(-CLIP_US, min(CLIP_US, error))
        alpha = 2 * (2 * count - 1) / (count * (count + 1))
        beta = 6 / (count * (count + 1))
        self.at_us = expected + min(1.0, alpha) * error
        self.frame = float(frame)
        if span > 0 and count > 2:
            slope = self.us_per_frame + beta * error / span
            self.us_per_frame = min(max(slope, self._nominal * (1 - MAX_SKEW)), self._nominal * (1 + MAX_SKEW))

    def stumble(self) -> None:
        """The device has just said that its sound had a gap: where frames are heard is found anew, how fast is kept."""
        self._to_follow = STUMBLE_BLOCKS
        self._seen = min(self._seen, STUMBLE_SEEN)

    def heard_us(self, frame: float) -> float:
        """When ``frame`` is heard."""
        return self.at_us + (frame - self.frame) * self.us_per_frame


def segment_at(segments: tuple[Segment, ...], frame: float) -> Segment:
    """The segment heard at a device frame; a fresh one counts for all that came before it."""
    for segment in segments:
        if frame >= segment.start or segment.fresh:
            return segment
    return segments[-1]


class SongClock:
    """Song time in integer microseconds, as heard.

    Before a song's first sound it is negative.  While the song plays :meth:`now_us` never goes
    backwards but for a seek or the wrap of a loop.  From the call that starts or seeks the song until its
    new place is heard, the clock already counts towards that place.
    """

    def __init__(self, read: Callable[[], Record]) -> None:
        self._read = read
        self._hold_serial = 0
        self._hold_us = 0
        self._last_us = -(2**62)
        self._last_segment = (-1, -1)

    def follow(self, read: Callable[[], Record]) -> None:
        """Read the status of another sound process from now on."""
        self._read = read

    def expect(self, serial: int, song_us: int) -> None:
        """Stand at ``song_us`` until the sound process has taken the command ``serial``."""
        self._hold_serial, self._hold_us = serial, song_us

    def now_us(self) -> int:
        """Song time heard now; never smaller than before within one stretch of playing."""
        record = self._read()
        if record.segments[0].serial < self._hold_serial:
            self._last_us = -(2**62)
            return self._hold_us
        song, segment = self._song_us(record, now_us())
        key = (segment.serial, segment.start)
        if key == self._last_segment:
            song = max(song, self._last_us)
        self._last_us, self._last_segment = song, key
        return song

    def song_us_at(self, monotonic_us: int) -> int:
        """Song time heard at a monotonic instant, by the last line that was fitted."""
        record = self._read()
        if record.segments[0].serial < self._hold_serial:
            return self._hold_us
        return self._song_us(record, monotonic_us)[0]

    def _song_us(self, record: Record, monotonic_us: int) -> tuple[int, Segment]:
        if record.us_per_frame <= 0:
            return 0, record.segments[0]
        at_us = min(monotonic_us, record.beat_us + MAX_AHEAD_US)
        frame = record.fit_frame + (at_us - record.fit_us) / record.us_per_frame
        segment = segment_at(record.segments, frame)
        position = segment.position + (frame - segment.start) * segment.speed
        return math.floor(position * segment.rate * 1e6 / record.rate_hz + 0.5), segment

    @property
    def playing(self) -> bool:
        """Whether song time is moving, by the newest command the sound process has taken."""
        return self._read().segments[0].speed != 0

    @property
    def position_us(self) -> int:
        """Song time up to which sound has been handed to the device when it last stood still or jumped."""
        record = self._read()
        return round(record.segments[0].position * record.segments[0].rate * 1e6 / max(1, record.rate_hz))

    @property
    def jitter_us(self) -> float:
        """Mean distance of the device's sightings from the fitted line."""
        return self._read().jitter_us

    @property
    def drift_ppm(self) -> float:
        """How much slower (+) or faster (-) than its nominal rate the device runs, in millionths."""
        record = self._read()
        return (record.us_per_frame * record.rate_hz / 1e6 - 1.0) * 1e6 if record.us_per_frame else 0.0
