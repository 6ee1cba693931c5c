"""Mix voices into blocks: plain numpy, no device, no waiting, nothing allocated that grows.

All arrays of sound are float32 of shape (frames, 2) at the mixer's rate.  Positions in the song are
frames of its sound as it is played (a song at rate 1.5 was stretched before), so song time is
``position * rate / rate_hz`` seconds and a position below zero is the lead-in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.sound.commands import EMPTY, SEGMENTS, Bus, Segment
from engine.sound.limiter import Gain, Limiter
from engine.sound.voices import NOTHING, Frames, Scratch, Voice, pan_gains

FADE_FRAMES = 192
"""A cut is faded over this many frames (4 ms at 48 kHz): shorter clicks, longer is heard as late."""

VOICES = 96
"""Sounds at once; beyond it the one nearest its end makes room."""

LATER = 1024
"""Sounds scheduled one by one that are kept at once."""

NEVER = -(2**62)
"""A position no song passes."""

CUE = np.dtype([("at_us", "<i8"), ("sample", "<i4"), ("bus", "<i4"), ("gain", "<f4"), ("pan", "<f4")])
"""A sound bound to an instant of the song."""


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
        self._cue_lengths = np.zeros(0, np.int64)
        self._later = np.zeros(LATER, CUE)
        self._later_frames = np.full(LATER, NEVER, np.int64)
        self._later_count = 0
        self._block = block_frames
        self._scratch = Scratch(block_frames)
        self._buses = np.zeros((len(Bus) - 1, block_frames, 2), np.float32)
        self._used = [False] * (len(Bus) - 1)
        self._gains = [Gain() for _ in Bus]
        self._limiter = Limiter()

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
    def silent_frames(self) -> int:
        """How many frames from here on nothing of the song sounds: until it begins, or a sound bound before it."""
        if self._song_on and not any(voice.bound for voice in self._active):
            bound = self._cue_frames[np.searchsorted(self._cue_frames, self.position) :]
            return max(0, int(min([0, *bound[:1].tolist()])) - self.position)
        return 0

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
        song = self._song
        song.start(self.samples.get(sample, NOTHING), 0, Bus.MUSIC, (gain, gain))
        self._song_on = True
        self._place_cues()
        self.position = self.frames_of(from_us)
        self.playing = True
        song.fade(round(fade_in_us * self.rate_hz / 1e6) or self._cut(), rising=True)
        self._join_cues()
        self._mark(self.frame, fresh=True)

    def set_loop(self, start_us: int, end_us: int) -> None:
        """Play from ``start_us`` to ``end_us`` again and again; an empty stretch ends that."""
        start, end = self.frames_of(start_us), self.frames_of(end_us)
        self.loop = (start, end) if end - start > FADE_FRAMES else (0, 0)

    def pause_song(self, serial: int = 0) -> None:
        """Stand still, the song and the sounds bound to it."""
        if self.playing:
            self._let_go(FADE_FRAMES, keep=True)
        self.playing, self._serial = False, serial
        self._mark(self.frame, fresh=False)

    def resume_song(self, serial: int = 0) -> None:
        """Go on from where :meth:`pause_song` or :meth:`seek_song` left it."""
        if not self.playing:
            self._song.fade(self._cut(), rising=True)
        self.playing, self._serial = True, serial
        self._mark(self.frame, fresh=False)

    def seek_song(self, song_us: int, serial: int = 0) -> None:
        """Go to another instant; playing goes on, standing stays."""
        self.place_song(self.frames_of(song_us), serial)

    def place_song(self, position: int, serial: int = 0) -> None:
        """:meth:`seek_song` to a position, for what has to be exact to the frame."""
        self._let_go(FADE_FRAMES)
        self.position, self._serial = position, serial
        self._song.fade(self._cut(), rising=True)
        self._join_cues()
        self._mark(self.frame, fresh=True)

    def stop_song(self, fade_out_us: int = 0, serial: int = 0) -> None:
        """End the song, fading; its time stands still at once and its cues are forgotten."""
        self._let_go(max(FADE_FRAMES, round(fade_out_us * self.rate_hz / 1e6)))
        self.playing, self._song_on, self._serial = False, False, serial
        self._song.start(NOTHING, 0, Bus.MUSIC, (1.0, 1.0))
        self.set_cues(np.zeros(0, CUE))
        self._later_frames[:] = NEVER
        self._mark(self.frame, fresh=False)

    def _cut(self) -> int:
        """How long a song that begins here fades in: not at all at its very beginning."""
        return FADE_FRAMES if self.position > 0 else 0

    def _let_go(self, length: int, delay: int = 0, keep: bool = False) -> None:
        """Fade out what the song and its bound sounds sound now; with ``keep`` the bound sounds wait to go on."""
        bound = [voice for voice in self._active if voice.bound]
        if self.playing and (delay or self.segments[0].start != self.frame):
            if self._song_on and 0 <= self.position < len(self._song.frames):
                self._song.position = self.position
                self._fade_out(self._song, length, delay)
            for voice in bound:
                self._fade_out(voice, length, 0)
        for voice in bound:
            if keep:
                voice.fade(FADE_FRAMES, rising=True)
            elif voice in self._active:
                self._end(voice)

    def _fade_out(self, voice: Voice, length: int, delay: int) -> None:
        """Let another voice end what this one sounds."""
        if voice.delay and not delay:
            return  # begun in this very block: nothing of it has sounded
        level = voice.level
        tail = self._voice()
        if tail is not voice:
            gains = (voice.left * level, voice.right * level)
            tail.start(voice.frames, voice.position, voice.bus, gains, delay)
            tail.fade(length, rising=False)

    # -- sounds over it ----------------------------------------------------------------------------

    def trigger(
        self,
        sample: int,
        bus: int = Bus.KEYS,
        gain: float = 1.0,
        pan: float = 0.0,
        delay: int = 0,
        begin: int = 0,
        bound: bool = False,
    ) -> None:
        """Play a sample once from frame ``begin``, ``delay`` frames into the next block.

        An unknown number is silence.
        """
        frames = self.samples.get(sample)
        if frames is None or begin >= len(frames):
            return
        voice = self._voice()
        voice.start(frames, begin, min(max(bus, 0), Bus.MASTER - 1), pan_gains(gain, pan), delay, bound)
        if begin:
            voice.fade(FADE_FRAMES, rising=True)

    def schedule(self, sample: int, song_us: int, bus: int = Bus.MUSIC, gain: float = 1.0, pan: float = 0.0) -> None:
        """Play a sample whenever the song passes ``song_us``; the oldest of more than 1024 is forgotten."""
        at = self._later_count % LATER
        self._later[at] = (song_us, sample, bus, gain, pan)
        self._later_frames[at] = self.frames_of(song_us)
        self._later_count += 1

    def set_cues(self, cues: NDArray[np.void]) -> None:
        """Take a whole table of scheduled sounds (:data:`CUE`, sorted by ``at_us``) in place of the one before."""
        self._cues = cues
        self._cue_lengths = np.array([len(self.samples.get(number, NOTHING)) for number in cues["sample"]], np.int64)
        self._place_cues()

    def _place_cues(self) -> None:
        """Turn instants into positions at the present rate."""
        scale = self.rate_hz / (1e6 * self.rate)
        self._cue_frames = np.rint(self._cues["at_us"] * scale).astype(np.int64)
        kept = self._later_frames > NEVER
        self._later_frames[kept] = np.rint(self._later["at_us"][kept] * scale).astype(np.int64)

    def _join_cues(self, delay: int = 0) -> None:
        """Start in their middle the cues that are under way where the song now stands."""
        under_way = (self._cue_frames < self.position) & (self._cue_frames + self._cue_lengths > self.position)
        for index in np.flatnonzero(under_way)[-VOICES // 2 :]:
            self._start_cue(self._cues[index], delay, self.position - int(self._cue_frames[index]))

    def _start_cue(self, row: np.void, delay: int, begin: int = 0) -> None:
        sample, bus = int(row["sample"]), int(row["bus"])
        self.trigger(sample, bus, float(row["gain"]), float(row["pan"]), delay, begin, bound=True)

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
            self._song.start(NOTHING, 0, Bus.MUSIC, (1.0, 1.0))

    def _end(self, voice: Voice) -> None:
        voice.frames = NOTHING
        self._active.remove(voice)
        self._free.append(voice)

    def set_gain(self, bus: int, gain: float) -> None:
        """Move a bus (or the master) to ``gain`` without a click."""
        self._gains[bus].to = gain

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
            if self.playing or not voice.bound:
                self._add(voice, 0, count)
                if voice.position >= voice.end:
                    self._end(voice)
        for used, gain, bus in zip(self._used, self._gains, self._buses, strict=False):
            if used:
                gain.apply(bus[:count], self._scratch)
                out += bus[:count]
            else:
                gain.settle()
        self._gains[Bus.MASTER].apply(out, self._scratch)
        self._limiter.apply(out, self._scratch)
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
                self._song.fade(self._cut(), rising=True)
                self._join_cues(done)
                self._mark(self.frame + done, fresh=False)

    def _song_piece(self, at: int, count: int) -> None:
        song = self._song
        if not self._song_on or self.position + count <= 0 or self.position >= len(song.frames):
            return
        skip = max(0, -self.position)
        song.position = self.position + skip
        self._add(song, at + skip, at + count)

    def _cue(self, begin: int, end: int, at: int) -> None:
        """Start the sounds bound to song positions ``begin`` up to ``end``."""
        low, high = np.searchsorted(self._cue_frames, (begin, end))
        for index in range(int(low), int(high)):
            self._start_cue(self._cues[index], at + int(self._cue_frames[index]) - begin)
        if self._later_count:
            for index in np.flatnonzero((self._later_frames >= begin) & (self._later_frames < end)).tolist():
                self._start_cue(self._later[index], at + int(self._later_frames[index]) - begin)

    def _add(self, voice: Voice, start: int, stop: int) -> None:
        bus = self._buses[voice.bus]
        if not self._used[voice.bus]:
            self._used[voice.bus] = True
            bus[:] = 0
        voice.add_to(bus, start, stop, self._scratch)
