"""The face of sound: what the game calls.  Nothing here waits except opening, loading and closing."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.sound.child import Child, Wish
from engine.sound.commands import NOT_MOVED, Bus, Kind, Record, State
from engine.sound.mixer import CUE, LATER
from engine.sound.samples import Batch, Sample, pack
from engine.sound.shared import Block, Command, Ring, SoundError
from engine.sound.song_clock import SongClock

STALE_US = 600_000
"""A sound process that has not been heard of this long is lost (it calls a silent device lost after 0.4 s)."""


class Cue(NamedTuple):
    """A sound bound to an instant of the song."""

    at_us: int
    sample: Sample
    gain: float = 1.0
    pan: float = 0.0
    bus: Bus = Bus.MUSIC


class SoundStatus(NamedTuple):
    """How the sound is, to be shown and acted on."""

    running: bool
    lost: bool
    """The device or the sound process is gone; the song stands still until :meth:`Sound.reopen`."""
    silent: bool
    underruns: int
    latency_us: int
    device: str
    problem: str
    jitter_us: float
    drift_ppm: float
    load: float
    voices: int
    song_ended: bool
    """All of the song's sound has been handed to the device."""
    dropped: int
    """Commands the sound process could not take, because it was thousands behind: sounds that were not heard."""


@dataclass(slots=True)
class _Song:
    sample: Sample
    rate: float
    gain: float
    loop: tuple[int, int]
    fade_in_us: int = 0
    paused: bool = False
    meeting: Command | None = None
    """The instant at which a part of it is to be heard, until it is paused or sought."""


class Sound:
    """Song, sounds and their clock, played by a process of its own.

    Make one with :meth:`open`, :meth:`start` or :meth:`silent`, end it with :meth:`close` (or ``with``).
    Opening takes half a second or so; loading copies; everything else returns at once.  Calls may come from
    any thread.
    """

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._lock = threading.Lock()
        self._changing = threading.Lock()
        self._closed = False
        self._child = Child(wish)
        self._child.wait_until_ready()
        self.rate_hz = self._child.record().rate_hz
        self.problem = ""
        self.clock = SongClock(self._child.record)
        self._serial = 0
        self._number = 1
        self._batches: dict[int, Batch] = {}
        self._retired: list[tuple[Ring, int, Block]] = []
        self._gains: dict[Bus, float] = {}
        self._cues: tuple[Block, int] | None = None
        self._song: _Song | None = None
        self._scheduled: deque[Command] = deque(maxlen=LATER)
        self._dropped = 0

    # -- opening and closing ---------------------------------------------------------------------

    @classmethod
    def start(cls, device: str | int | None = None, block_frames: int = 120, latency_ms: int = 10) -> Sound:
        """Open a device (its name, number, or None for the system's own).

        A block is a quarter of the buffer of ``latency_ms``, so the process may be woken three quarters of
        it late before anything is heard of that.

        Raises:
            SoundError: if it cannot be opened.
        """
        return cls(Wish(device, block_frames, latency_ms))

    @classmethod
    def silent(cls, block_frames: int = 240) -> Sound:
        """The same without a device: the machine's clock drives a stream nobody hears."""
        return cls(Wish(block_frames=block_frames, silent=True))

    @classmethod
    def open(cls, prefer_device: bool = True, device: str | int | None = None, latency_ms: int = 10) -> Sound:
        """Open a device, or silence if there is none; ``problem`` then says why, in one sentence."""
        if not prefer_device:
            return cls.silent()
        try:
            return cls.start(device, latency_ms=latency_ms)
        except SoundError as error:
            sound = cls.silent()
            sound.problem = str(error)
            return sound

    def reopen(self) -> bool:
        """Open the device again after it was lost; False (and ``problem``) if it is still gone.

        Everything loaded is there again; the song stands paused where it was last heard.  Takes as
        long as opening: run it beside the game.
        """
        with self._changing:
            if not self.status().lost:
                return True
            self._child.end()  # a device that one program may hold at a time is not held by the dead
            return self._take_over(self._wish, playing=False)

    def move(self, device: str | int | None, latency_ms: int) -> bool:
        """Send sound to another device, or through another buffer; False (and ``problem``) if it cannot be opened.

        Everything goes on where it was, there or, if it cannot be opened, where it went before.  Takes as long as
        opening: run it beside the game.
        """
        wish = Wish(device, latency_ms=latency_ms)
        with self._changing:
            playing = not self.status().lost
            if self._take_over(wish, playing):
                return True
            if self._wish.silent:
                return False
            self._child.end()  # it may be the same device, which one program may hold at a time
            if self._take_over(wish, playing):
                return True
            if self._take_over(self._wish, playing):
                self.problem = NOT_MOVED
            return False

    def _take_over(self, wish: Wish, playing: bool) -> bool:
        """Have another sound process do what the present one did; with ``playing`` its song plays on if it played."""
        if self._closed:
            return False
        try:
            child = Child(wish._replace(rate_hz=self.rate_hz))
            child.wait_until_ready()
        except SoundError as error:
            self.problem = str(error)
            return False
        rate_hz = child.record().rate_hz
        converted: dict[int, Batch] = {}
        try:
            self._convert(converted, rate_hz)  # nearly all of it before anybody has to wait
            with self._lock:
                self._convert(converted, rate_hz)
                old, at_us = self._swap(child, wish, converted, rate_hz)
                self._tell(at_us, playing)
        except SoundError as error:
            self.problem = str(error)
            child.end()
            for batch in converted.values():
                batch.block.close()
            return False
        old.end()
        return True

    def _convert(self, converted: dict[int, Batch], rate_hz: int) -> None:
        """Bring what is loaded, and not yet in ``converted``, to the rate of a device that does not take ours."""
        if rate_hz == self.rate_hz:
            return
        for batch in [batch for first, batch in list(self._batches.items()) if first not in converted]:
            converted[batch.first] = batch.at_rate(self.rate_hz, rate_hz)

    def _swap(self, child: Child, wish: Wish, converted: dict[int, Batch], rate_hz: int) -> tuple[Child, int]:
        """Put ``child`` in the place of the present one; returns that one and where in the song it was heard last."""
        old, self._child = self._child, child
        record = old.record()
        at_us = self.clock.song_us_at(record.beat_us if _is_lost(old, record) else now_us())
        self._wish, self.rate_hz, self.problem = wish, rate_hz, ""
        self.clock.expect(self._serial, at_us)
        self.clock.follow(child.record)
        for first, batch in converted.items():
            outdated = self._batches.get(first)
            if outdated is not None:
                self._batches[first] = batch
            (batch if outdated is None else outdated).block.close()
        for _, _, block in self._retired:
            block.close()
        self._retired.clear()
        return old, at_us

    def _tell(self, at_us: int, playing: bool) -> None:
        """Tell a new sound process what the one before knew."""
        for command in self._standing():
            self._put(command)
        if self._song is not None:
            if not playing or self._song.paused:
                self._song.meeting = None
            self._play(self._song, at_us)
            if not playing or self._song.paused:
                self._put_serial(Command(Kind.PAUSE))
        for command in self._scheduled:
            self._put(command)

    def _standing(self) -> Iterator[Command]:
        """What a new sound process has to be told before it can take over."""
        yield from (batch.load() for batch in self._batches.values())
        for bus, gain in self._gains.items():
            yield Command(Kind.GAIN, int(bus), gain=gain)
        if self._cues is not None:
            yield _cues(*self._cues)

    def close(self) -> None:
        """End the sound process and give all memory back."""
        self._closed = True
        with self._changing:
            self._child.end()
        for batch in self._batches.values():
            batch.block.close()
        for _, _, block in self._retired:
            block.close()
        if self._cues is not None:
            self._cues[0].close()
        self._batches, self._retired, self._cues = {}, [], None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def status(self) -> SoundStatus:
        """How the sound is right now."""
        child = self._child
        record = child.record()
        lost = _is_lost(child, record)
        problem = self.problem or child.problem
        if lost and not problem:
            problem = "The sound process has stopped; reopen the sound device."
        position = (
            record.segments[0].position + (record.fit_frame - record.segments[0].start) * record.segments[0].speed
        )
        return SoundStatus(
            running=not lost,
            lost=lost,
            silent=self._wish.silent,
            underruns=record.underruns,
            latency_us=record.latency_us,
            device=child.device,
            problem=problem,
            jitter_us=self.clock.jitter_us,
            drift_ppm=self.clock.drift_ppm,
            load=record.load,
            voices=record.voices,
            song_ended=0 < record.end_position <= position,
            dropped=self._dropped,
        )

    @property
    def pid(self) -> int:
        """The sound process's id."""
        return self._child.process.pid

    # -- samples -----------------------------------------------------------------------------------

    def load(self, pcm: NDArray[np.float32]) -> Sample:
        """Copy a sound, float32 of shape (frames, 2) at :attr:`rate_hz`, to where it can be played from.

        Raises:
            SoundError: if there is no memory for it.
        """
        return self.load_all([pcm])[0]

    def load_all(self, pcms: Sequence[NDArray[np.float32]]) -> list[Sample]:
        """Load many sounds at once (all key sounds of a chart); their memory goes when all are freed.

        Raises:
            SoundError: if there is no memory for them.
        """
        if not pcms:
            return []
        packed = pack(pcms, 0, set())
        with self._lock:
            first = packed.first = self._number
            self._number += len(pcms)
            packed.kept.update(range(first, self._number))
            self._batches[first] = packed
            self._put(packed.load())
            self._sweep()
        return [Sample(first + index, len(pcm), self.rate_hz) for index, pcm in enumerate(pcms)]

    def free(self, *samples: Sample) -> None:
        """Let samples go; one that is sounding is cut."""
        with self._lock:
            for sample in samples:
                for batch in self._batches.values():
                    batch.kept.discard(sample.number)
            for batch in [batch for batch in self._batches.values() if not batch.kept]:
                del self._batches[batch.first]
                self._put(Command(Kind.FREE, batch.first, start=batch.count))
                self._retire(batch.block)
            self._sweep()

    def _retire(self, block: Block) -> None:
        """Close a block once the sound process has taken the command that lets go of it."""
        self._retired.append((self._child.ring, self._child.ring.written, block))

    def _sweep(self) -> None:
        for ring, number, block in self._retired:
            if ring.taken >= number:
                block.close()
        self._retired = [entry for entry in self._retired if entry[0].taken < entry[1]]

    # -- the song -------------------------------------------------------------------------------------

    def play_song(
        self,
        sample: Sample,
        from_us: int = 0,
        rate: float = 1.0,
        gain: float = 1.0,
        fade_in_us: int = 0,
        lead_in_us: int = 0,
        loop: tuple[int, int] | None = None,
        heard_at_us: int | None = None,
    ) -> None:
        """Start a song, in place of any before.

        ``sample`` is the song as it is to sound, already stretched to ``rate``; song time runs at ``rate``.
        It begins at ``from_us - lead_in_us``; what lies before 0 is silence.  ``loop`` (start and end in song
        time) repeats that stretch.

        ``heard_at_us`` is the monotonic instant at which ``from_us`` is to be heard (``lead_in_us`` then says
        nothing): to the frame, as far as the device tells the truth about its latency.  The song is placed
        once more shortly before its first sound and never after.  If the instant has passed, the song is joined
        where it would be by now.
        """
        with self._lock:
            self._song = _Song(sample, rate, gain, loop or (0, 0), fade_in_us)
            if heard_at_us is not None:
                lead_in_us = round((heard_at_us - now_us()) * rate)
                self._song.meeting = Command(Kind.MEET, at=heard_at_us, start=from_us)
            self._play(self._song, from_us - lead_in_us)

    def _play(self, song: _Song, at_us: int) -> None:
        start, end = song.loop
        fade = float(song.fade_in_us)
        self._put_serial(
            Command(Kind.PLAY, song.sample.number, 0, at_us, start, end, song.rate, song.gain, fade), at_us
        )
        if song.meeting is not None:
            self._put_serial(song.meeting, at_us)

    def pause_song(self) -> None:
        """Stand still at once, in sound and in time."""
        self._pause(True)

    def resume_song(self) -> None:
        """Go on from where it stands."""
        self._pause(False)

    def _pause(self, paused: bool) -> None:
        with self._lock:
            if self._song is not None:
                self._song.paused = paused
                self._song.meeting = None
            self._put_serial(Command(Kind.PAUSE if paused else Kind.RESUME))

    def seek_song(self, song_us: int) -> None:
        """Go to an instant of the song; it plays on if it played."""
        with self._lock:
            if self._song is not None:
                self._song.meeting = None
            self._put_serial(Command(Kind.SEEK, at=song_us), song_us)

    def loop_song(self, loop: tuple[int, int] | None) -> None:
        """Repeat a stretch of the song (start and end in song time) from now on, or no longer."""
        start, end = loop or (0, 0)
        with self._lock:
            if self._song is not None:
                self._song.loop = (start, end)
            self._put(Command(Kind.LOOP, start=start, end=end))

    def stop_song(self, fade_out_us: int = 0) -> None:
        """End the song; its time stands still at once, its sound fades, its cues are forgotten."""
        with self._lock:
            self._song = None
            self._scheduled.clear()
            self._put_serial(Command(Kind.STOP, at=fade_out_us))
            if self._cues is not None:
                self._retire(self._cues[0])
                self._cues = None

    # -- sounds beside it ---------------------------------------------------------------------------------

    def trigger(self, sample: Sample, gain: float = 1.0, pan: float = 0.0, bus: Bus = Bus.KEYS) -> None:
        """Play a sample now: with the next block."""
        with self._lock:
            self._put(Command(Kind.TRIGGER, sample.number, start=int(bus), gain=gain, pan=pan))

    def schedule(
        self, sample: Sample, song_time_us: int, gain: float = 1.0, pan: float = 0.0, bus: Bus = Bus.MUSIC
    ) -> None:
        """Play a sample, to the frame, whenever the song passes ``song_time_us``, until the song is stopped.

        Meant for a few (1024 are kept); a chart's backing goes through :meth:`set_cues`.
        """
        command = Command(Kind.SCHEDULE, sample.number, at=song_time_us, start=int(bus), gain=gain, pan=pan)
        with self._lock:
            self._scheduled.append(command)
            self._put(command)

    def set_cues(self, cues: Iterable[Cue]) -> None:
        """Bind a whole table of sounds to instants of the song, in place of the table before.

        They hold through seeks, loops and a new start of the song, until it is stopped.  Those under way
        where the song starts or is sought to are joined in their middle.

        Raises:
            SoundError: if there is no memory for them.
        """
        rows = sorted((cue.at_us, cue.sample.number, int(cue.bus), cue.gain, cue.pan) for cue in cues)
        table = np.array(rows, CUE)
        block = Block(max(64, table.nbytes))
        np.frombuffer(block.memory, CUE, len(table))[:] = table
        with self._lock:
            self._put(_cues(block, len(table)))
            if self._cues is not None:
                self._retire(self._cues[0])
            self._cues = (block, len(table))
            self._sweep()

    def set_gain(self, bus: Bus, gain: float) -> None:
        """Set how loud a bus is (1.0: as recorded), without a click."""
        with self._lock:
            self._gains[bus] = gain
            self._put(Command(Kind.GAIN, int(bus), gain=gain))

    # -- commands; the lock is held by whoever calls these ---------------------------------------------------

    def _put_serial(self, command: Command, hold_us: int | None = None) -> None:
        self._serial += 1
        if hold_us is not None:
            self.clock.expect(self._serial, hold_us)
        self._put(command._replace(serial=self._serial))

    def _put(self, command: Command) -> None:
        if not self._child.ring.put(command):
            self._dropped += 1


def _is_lost(child: Child, record: Record) -> bool:
    return not child.alive or record.state != State.RUNNING or now_us() - record.beat_us > STALE_US


def _cues(block: Block, count: int) -> Command:
    return Command(Kind.CUES, start=count, text=block.path.encode())
