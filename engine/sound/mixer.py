"""Mix voices into blocks: plain numpy, no device, no waiting, nothing allocated that grows.

All arrays of sound are float32 of shape (frames, 2) at the mixer's rate.  Positions in the song are
frames of its sound as it is played (a song at rate 1.5 was stretched before), so song time is
``position * rate / rate_hz`` seconds and a position below zero is the lead-in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.sound.commands import EMPTY, SEGMENTS, Bus, Segment

Frames = NDArray[np.float32]

FADE_FRAMES = 192
"""A cut is faded over this many frames (4 ms at 48 kHz): shorter clicks, longer is heard as late."""

VOICES = 96
"""Sounds at once; beyond it the one nearest its end makes room."""

GAIN_RAMP_FRAMES = 480
"""A gain moves to its new value at such a pace that 0 to 1 takes this long (10 ms at 48 kHz)."""

LATER = 1024
"""Sounds scheduled one by one that are kept at once."""

CEILING = 0.97
"""The limiter rides the gain so that peaks stay here; what slips through its attack is bent below 1."""

RELEASE_FRAMES = 9600
"""The limiter lets go over this long (0.2 s at 48 kHz)."""

CUE = np.dtype([("at_us", "<i8"), ("sample", "<i4"), ("bus", "<i4"), ("gain", "<f4"), ("pan", "<f4")])
"""A sound bound to an instant of the song."""


def pan_gains(gain: float, pan: float) -> tuple[float, float]:
    """Left and right gain of a stereo sound at ``pan`` -1 (left) .. 1 (right); the middle leaves both alone."""
    return gain * min(1.0, 1.0 - pan), gain * min(1.0, 1.0 + pan)


class Voice:
    """One sound being played."""

    __slots__ = ("bus", "delay", "end", "fade_at", "fade_length", "frames", "left", "position", "right", "rising")

    def __init__(self) -> None:
        self.frames: Frames = np.zeros((0, 2), np.float32)
        self.position = self.end = self.delay = 0
        self.bus = 0
        self.left = self.right = 1.0
        self.fade_at = self.fade_length = 0
        self.rising = True

    def start(self, frames: Frames, position: int, bus: int, gains: tuple[float, float], delay: int = 0) -> None:
        """Play ``frames`` from ``position``, beginning ``delay`` frames into the block."""
        self.frames, self.position, self.end, self.delay = frames, position, len(frames), delay
        self.bus = bus
        self.left, self.right = gains
        self.fade_length = 0

    def fade(self, length: int, rising: bool, at: int = 0) -> None:
        """Fade in or out over ``length`` frames, of which ``at`` are over."""
        self.fade_at, self.fade_length, self.rising = at, length, rising
        if not rising:
            self.end = min(self.end, self.position + length - at)


class Mixer:
    """A song, sounds over it, three buses and a limiter.

    ``frame`` counts what :meth:`render` has given since the start; ``segments`` says, newest first, how the
    song's position follows it.
    """

    def __init__(self, rate_hz: int, block_frames: int = 4096) -> None:
        self.rate_hz = rate_hz
        self.frame = 0
        self.samples: dict[int, Frames] = {}
        self.segments: list[Segment] = [EMPTY] * SEGMENTS
        self.position = 0
        self.playing = False
        self.rate = 1.0
        self.loop = (0, 0)
        self._serial = 0
        self._song = Voice()
        self._song_on = False
        self._free = [Voice() for _ in range(VOICES)]
        self._active: list[Voice] = []
        self._cues = np.zeros(0, CUE)
        self._cue_frames = np.zeros(0, np.int64)
        self._later = np.zeros(LATER, CUE)
        self._later_frames = np.full(LATER, -(2**62), np.int64)
        self._later_count = 0
        self._block = block_frames
        self._buses = np.zeros((len(Bus) - 1, block_frames, 2), np.float32)
        self._used = [False] * (len(Bus) - 1)
        self._scratch = np.zeros((block_frames, 2), np.float32)
        self._ramp = np.zeros((block_frames, 1), np.float32)
        self._steps = np.arange(block_frames, dtype=np.float32)[:, None]
        self._gain_now = [1.0] * len(Bus)
        self._gain_to = [1.0] * len(Bus)
        self._limit = 1.0

    # -- time ------------------------------------------------------------------------------------

    def frames_of(self, song_us: int) -> int:
        """The song position of an instant of song time at the present rate."""
        return round(song_us * self.rate_hz / (1e6 * self.rate))

    def song_us(self) -> int:
        """Song time of the next frame to be rendered."""
        return round(self.position * self.rate * 1e6 / self.rate_hz)

    def _mark(self, at_frame: int, fresh: bool) -> None:
        self.segments.insert(
            0, Segment(at_frame, self.position, int(self.playing), self.rate, int(fresh), self._serial)
        )
        self.segments.pop()

    @property
    def end_position(self) -> int:
        """Frame where the song's sound ends; 0 without a song."""
        return len(self._song.frames)

    @property
    def voices(self) -> int:
        """Sounds being played now, the song among them."""
        return len(self._active) + int(self._song_on and self.playing)

    # -- the song --------------------------------------------------------------------------------

    def play_song(
        self, sample: int, from_us: int, rate: float = 1.0, gain: float = 1.0, fade_in_us: int = 0, serial: int = 0
    ) -> None:
        """Start the song at ``from_us`` (below zero: with that much silence before it)."""
        self._let_go(FADE_FRAMES)
        self.rate, self._serial = rate, serial
        self.loop = (0, 0)
        self._song.frames = self.samples.get(sample, np.zeros((0, 2), np.float32))
        self._song.left = self._song.right = gain
        self._song_on = True
        self._place_cues()
        self.position = self.frames_of(from_us)
        self.playing = True
        cut = FADE_FRAMES if self.position > 0 else 0
        self._song.fade(round(fade_in_us * self.rate_hz / 1e6) or cut, rising=True)
        self._mark(self.frame, fresh=True)

    def set_loop(self, start_us: int, end_us: int) -> None:
        """Play from ``start_us`` to ``end_us`` again and again; an empty stretch ends that."""
        start, end = self.frames_of(start_us), self.frames_of(end_us)
        self.loop = (start, end) if end - start > FADE_FRAMES else (0, 0)

    def pause_song(self, serial: int = 0) -> None:
        """Stand still; sounds that are already under way ring out."""
        if self.playing:
            self._let_go(FADE_FRAMES)
        self.playing, self._serial = False, serial
        self._mark(self.frame, fresh=False)

    def resume_song(self, serial: int = 0) -> None:
        """Go on from where :meth:`pause_song` or :meth:`seek_song` left it."""
        if not self.playing and self.position > 0:
            self._song.fade(FADE_FRAMES, rising=True)
        self.playing, self._serial = True, serial
        self._mark(self.frame, fresh=False)

    def seek_song(self, song_us: int, serial: int = 0) -> None:
        """Go to another instant; playing goes on, standing stays."""
        if self.playing:
            self._let_go(FADE_FRAMES)
        self.position, self._serial = self.frames_of(song_us), serial
        self._song.fade(FADE_FRAMES if self.position > 0 else 0, rising=True)
        self._mark(self.frame, fresh=True)

    def stop_song(self, fade_out_us: int = 0, serial: int = 0) -> None:
        """End the song, fading; its time stands still at once and its cues are forgotten."""
        self._let_go(max(FADE_FRAMES, round(fade_out_us * self.rate_hz / 1e6)))
        self.playing, self._song_on, self._serial = False, False, serial
        self.set_cues(np.zeros(0, CUE))
        self._later_frames[:] = -(2**62)
        self._mark(self.frame, fresh=False)

    def _let_go(self, length: int, delay: int = 0) -> None:
        """Hand what the song is sounding to a voice that fades it out, ``delay`` frames into the block."""
        song = self._song
        if not (self.playing and self._song_on and 0 <= self.position < len(song.frames)):
            return
        if not delay and self.segments[0].start == self.frame:
            return  # begun at this very frame: nothing of it has sounded
        level = song.fade_at / song.fade_length if song.fade_length and song.rising else 1.0
        voice = self._voice()
        voice.start(song.frames, self.position, Bus.MUSIC, (song.left * level, song.right * level), delay)
        voice.fade(length, rising=False)

    # -- sounds over it ----------------------------------------------------------------------------

    def trigger(self, sample: int, bus: int = Bus.KEYS, gain: float = 1.0, pan: float = 0.0, delay: int = 0) -> None:
        """Play a sample once, ``delay`` frames into the next block; an unknown number is silence."""
        frames = self.samples.get(sample)
        if frames is not None and len(frames):
            self._voice().start(frames, 0, min(max(bus, 0), Bus.MASTER - 1), pan_gains(gain, pan), delay)

    def schedule(self, sample: int, song_us: int, bus: int = Bus.MUSIC, gain: float = 1.0, pan: float = 0.0) -> None:
        """Play a sample whenever the song passes ``song_us``; the oldest of more than 1024 is forgotten."""
        at = self._later_count % LATER
        self._later[at] = (song_us, sample, bus, gain, pan)
        self._later_frames[at] = self.frames_of(song_us)
        self._later_count += 1

    def set_cues(self, cues: NDArray[np.void]) -> None:
        """Take a whole table of scheduled sounds (:data:`CUE`, sorted by ``at_us``) in place of the one before."""
        self._cues = cues
        self._place_cues()

    def _place_cues(self) -> None:
        """Turn instants into positions at the present rate."""
        scale = self.rate_hz / (1e6 * self.rate)
        self._cue_frames = np.rint(self._cues["at_us"] * scale).astype(np.int64)
        kept = self._later_frames > -(2**62)
        self._later_frames[kept] = np.rint(self._later["at_us"][kept] * scale).astype(np.int64)

    def _voice(self) -> Voice:
        if self._free:
            voice = self._free.pop()
            self._active.append(voice)
            return voice
        return min(self._active, key=lambda voice: voice.end - voice.position)

    def forget(self, first: int, count: int) -> None:
        """Drop samples; what sounds of them is cut."""
        gone = {id(self.samples.pop(number, None)) for number in range(first, first + count)}
        for voice in [voice for voice in self._active if id(voice.frames) in gone]:
            self._end(voice)
        if id(self._song.frames) in gone:
            self._song.frames = np.zeros((0, 2), np.float32)

    def _end(self, voice: Voice) -> None:
        voice.frames = self._song.frames[:0]
        self._active.remove(voice)
        self._free.append(voice)

    def set_gain(self, bus: int, gain: float) -> None:
        """Move a bus (or the master) to ``gain`` without a click."""
        self._gain_to[bus] = gain

    # -- rendering -----------------------------------------------------------------------------------

    def render(self, out: Frames) -> None:
        """Fill ``out`` with the next frames."""
        for start in range(0, len(out), self._block):
            self._render(out[start : start + self._block])

    def _render(self, out: Frames) -> None:
        count = len(out)
        out[:] = 0
        self._used[:] = [False] * len(self._used)
        if self.playing:
            self._advance(count)
        for voice in self._active[::-1]:
            self._add(voice, 0, count)
            if voice.position >= voice.end:
                self._end(voice)
        for bus in range(len(Bus) - 1):
            if self._used[bus]:
                self._gain(bus, self._buses[bus, :count])
                out += self._buses[bus, :count]
            else:
                self._gain_now[bus] = self._gain_to[bus]
        self._gain(Bus.MASTER, out)
        self._keep_below(out)
        self.frame += count

    def _advance(self, count: int) -> None:
        """Move the song through a block: its sound, its cues, the wraps of its loop."""
        done = 0
        while done < count:
            start, end = self.loop
            piece = count - done
            if end > start and self.position < end:
                piece = min(piece, end - self.position)
            self._cue(self.position, self.position + piece, done)
            self._song_piece(done, piece)
            self.position += piece
            done += piece
            if end > start and self.position == end:
                self._let_go(FADE_FRAMES, done)
                self.position = start
                self._song.fade(FADE_FRAMES if start > 0 else 0, rising=True)
                self._mark(self.frame + done, fresh=False)

    def _song_piece(self, at: int, count: int) -> None:
        song = self._song
        if not self._song_on or self.position + count <= 0 or self.position >= len(song.frames):
            return
        skip = max(0, -self.position)
        song.position, song.end, song.delay, song.bus = self.position + skip, len(song.frames), 0, Bus.MUSIC
        self._add(song, at + skip, at + count)

    def _cue(self, begin: int, end: int, at: int) -> None:
        """Start the sounds bound to song positions ``begin`` up to ``end``."""
        low, high = np.searchsorted(self._cue_frames, (begin, end))
        for row in self._cues[low:high] if high > low else ():
            delay = at + self._cue_delay(int(row["at_us"]), begin)
            self.trigger(int(row["sample"]), int(row["bus"]), float(row["gain"]), float(row["pan"]), delay)
        if self._later_count:
            for index in np.flatnonzero((self._later_frames >= begin) & (self._later_frames < end)):
                row = self._later[index]
                delay = at + int(self._later_frames[index]) - begin
                self.trigger(int(row["sample"]), int(row["bus"]), float(row["gain"]), float(row["pan"]), delay)

    def _cue_delay(self, at_us: int, begin: int) -> int:
        return max(0, self.frames_of(at_us) - begin)

    def _add(self, voice: Voice, start: int, stop: int) -> None:
        """Add what ``voice`` sounds in frames ``start`` to ``stop`` of the block to its bus."""
        begin = max(start, voice.delay)
        voice.delay = max(0, voice.delay - stop)
        count = min(stop - begin, voice.end - voice.position)
        if count <= 0:
            return
        if not self._used[voice.bus]:
            self._used[voice.bus] = True
            self._buses[voice.bus] = 0
        part = self._scratch[:count]
        source = voice.frames[voice.position : voice.position + count]
        if voice.left == voice.right:
            np.multiply(source, np.float32(voice.left), out=part)
        else:
            np.multiply(source[:, 0], np.float32(voice.left), out=part[:, 0])
            np.multiply(source[:, 1], np.float32(voice.right), out=part[:, 1])
        if voice.fade_length:
            part *= self._envelope(voice, count)
        self._buses[voice.bus, begin : begin + count] += part
        voice.position += count

    def _envelope(self, voice: Voice, count: int) -> Frames:
        ramp = self._ramp[:count]
        np.add(self._steps[:count], np.float32(voice.fade_at), out=ramp)
        ramp *= np.float32(1.0 / voice.fade_length)
        np.minimum(ramp, 1, out=ramp)
        voice.fade_at += count
        if not voice.rising:
            np.subtract(1, ramp, out=ramp)
        elif voice.fade_at >= voice.fade_length:
            voice.fade_length = 0
        return ramp

    def _gain(self, bus: int, block: Frames) -> None:
        now, to = self._gain_now[bus], self._gain_to[bus]
        if now == to:
            if to != 1.0:
                block *= np.float32(to)
            return
        ramp = self._ramp[: len(block)]
        step = (1.0 if to > now else -1.0) / GAIN_RAMP_FRAMES
        np.multiply(self._steps[: len(block)], np.float32(step), out=ramp)
        ramp += np.float32(now)
        np.clip(ramp, min(now, to), max(now, to), out=ramp)
        block *= ramp
        reached = now + step * len(block)
        self._gain_now[bus] = min(reached, to) if step > 0 else max(reached, to)

    def _keep_below(self, out: Frames) -> None:
        """Ride the gain so that peaks stay at the ceiling, and bend what still passes it."""
        peak = max(float(out.max()), -float(out.min()))
        if not peak < 1e6:  # also what is no number at all
            np.nan_to_num(out, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            peak = max(float(out.max()), -float(out.min()))
        wanted = min(1.0, CEILING / peak) if peak > CEILING else 1.0
        before = self._limit
        rest = min(1.0, before + len(out) / RELEASE_FRAMES)
        self._limit = min(wanted, rest)
        if before == self._limit == 1.0:
            return
        ramp = self._ramp[: len(out)]
        attack = min(len(out), 64) if self._limit < before else len(out)
        np.multiply(self._steps[: len(out)], np.float32(1.0 / attack), out=ramp)
        np.minimum(ramp, 1, out=ramp)
        ramp *= np.float32(self._limit - before)
        ramp += np.float32(before)
        out *= ramp
        over = np.abs(out) > CEILING
        if over.any():
            loud = out[over]
            room = 1.0 - CEILING
            out[over] = np.sign(loud) * (CEILING + room * np.tanh((np.abs(loud) - CEILING) / room))
