"""Sounds of a free jam at instants of session time, through the shared clock and the sound's own.

Underneath runs a song of silence: it gives the sound process a time that sounds can be bound to, to the frame.  From
session time to that time it goes anew for every sound, so that however long a jam lasts, neither the drift of the sound
device nor a correction of the shared clock adds up.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush

import numpy as np

from engine.clock import now_us
from engine.errors import UserError
from engine.jobs import Jobs
from engine.net.face import SharedTime
from engine.sound import Bus, Sample, Sound
from engine.sound.mixer import VOICES

MARGIN_US = 6_000
"""What is due sooner than the device's latency and this sounds with the next block: it could not be bound any more."""

LATE_US = 60_000
"""What should have been heard longer ago than this is left out: after a stall nothing comes in a heap."""

MOST_BOUND = 256
"""So many sounds wait for their instants at once; more is a flood that nobody could tell apart."""

MOST_SOUNDING = VOICES - 8
"""Of more sounds at once those of others are left out: the mixer would cut off one that rings, which clicks."""

LEVEL = 1.6
"""No song plays beside a free jam, so it may be 4 dB louder than key sounds are: eight players then peak at -6 dB."""

LOOK_US = 500_000
REOPEN_US = 3_000_000
SOUND_GONE = "The sound device is gone; the jam goes on, and you are heard by the others."


class FreeSound:
    """What sounds on this machine.

    Args:
        sound: the game's sound.
        jobs: for looking for a device that is gone.
        time: the session's clock.
        audio_offset_us: how much later sound is heard than the sound's clock says.
    """

    def __init__(self, sound: Sound, jobs: Jobs, time: SharedTime, audio_offset_us: int = 0) -> None:
        self.sound = sound
        self.audio_offset_us = audio_offset_us
        self.lost = False
        self._jobs, self._time = jobs, time
        self._still = sound.load(np.zeros((1, 2), np.float32))
        self._bound: deque[int] = deque(maxlen=MOST_BOUND)
        self._ends: list[int] = []
        self._latency_us = 0
        self._looked_us = self._sought_us = -(1 << 60)
        self._seeking = self._closed = False
        self._begin()

    def _begin(self) -> None:
        self.sound.stop_song()  # forgets what a device that was lost had still to play
        self.sound.play_song(self._still)
        self._bound.clear()
        self._ends.clear()

    def put(self, sample: Sample, session_us: int, gain: float, pan: float, bus: Bus = Bus.KEYS) -> bool:
        """Let ``sample`` be heard at an instant of session time; at once where that is near or just past.

        False where it is left out: too late, too many, or there is no sound.
        """
        at_us = now_us()
        if self.lost or gain <= 0.0 or self._sounding(at_us) >= MOST_SOUNDING:
            return False
        wanted_us = self._time.local_us(session_us) - self.audio_offset_us
        if wanted_us < at_us - LATE_US - max(0, -self.audio_offset_us):
            return False
        if wanted_us <= at_us + self._latency_us + MARGIN_US:
            self.now(sample, gain, pan, bus)
            return True
        song_us = self.sound.clock.song_us_at(at_us)
        while self._bound and self._bound[0] < at_us:
            self._bound.popleft()
        if song_us <= 0 or len(self._bound) >= MOST_BOUND:
            return False  # the silence has not begun yet, or this is a flood
        self.sound.schedule(sample, song_us + wanted_us - at_us, LEVEL * gain, pan, bus)
        self._bound.append(wanted_us)
        heappush(self._ends, wanted_us + sample.duration_us)
        return True

    def now(self, sample: Sample, gain: float, pan: float, bus: Bus = Bus.KEYS) -> None:
        """Let ``sample`` be heard with the next block."""
        if not self.lost and gain > 0.0:
            self.sound.trigger(sample, LEVEL * gain, pan, bus)
            heappush(self._ends, now_us() + sample.duration_us)

    def _sounding(self, at_us: int) -> int:
        """How many sounds ring at a monotonic instant, or are bound to do so."""
        while self._ends and self._ends[0] <= at_us:
            heappop(self._ends)
        return len(self._ends)

    def tend(self) -> str:
        """Look after the device: gives a sentence when it has just gone; comes back to it when it is there."""
        at_us = now_us()
        if at_us - self._looked_us < LOOK_US:
            return ""
        self._looked_us = at_us
        status = self.sound.status()
        self._latency_us = status.latency_us
        if status.lost and not self.lost:
            self.lost = True
            return SOUND_GONE
        if self.lost and not self._seeking and at_us - self._sought_us >= REOPEN_US:
            self._sought_us, self._seeking = at_us, True
            self._jobs.start("opening the sound device", lambda job: self.sound.reopen(), self._found, self._not_found)
        return ""

    def _found(self, there: bool) -> None:
        self._seeking = False
        if there and not self._closed:
            self.lost = False
            self._begin()

    def _not_found(self, error: UserError) -> None:
        self._seeking = False

    def close(self) -> None:
        """Fade out what is bound, and let go of the silence."""
        self._closed = True
        self.sound.stop_song(250_000)
        self.sound.free(self._still)
