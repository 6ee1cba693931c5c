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
from engine.sound.commands import Bus, Kind, State
from engine.sound.mixer import CUE, LATER
from engine.sound.shared import Block, Command, Ring, SoundError
from engine.sound.song_clock import SongClock

STALE_US = 600_000
"""A sound process that has not been heard of this long is lost (it calls a silent device lost after 0.4 s)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sound in shared memory, ready to be played."""

    number: int
    frames: int
    rate_hz: int

    @property
    def duration_us(self) -> int:
        """How long it sounds."""
        return round(self.frames * 1e6 / self.rate_hz)


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


@dataclass(slots=True)
class _Batch:
    """Samples that share a block."""

    block: Block
    first: int
    count: int
    table_bytes: int
    kept: set[int]


@dataclass(slots=True)
class _Song:
    sample: Sample
    rate: float
    gain: float
    loop: tuple[int, int]


class Sound:
    """Song, sounds and their clock, played by a process of its own.

    Make one with :meth:`open`, :meth:`start` or :meth:`silent`, end it with :meth:`close` (or ``with``).
    Opening takes half a second or so; loading copies; everything else returns at once.  Calls may come from
    any thread.
    """

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._lock = threading.Lock()
        self._child = Child(wish)
        self._child.wait_until_ready()
        self.rate_hz = self._child.record().rate_hz
        self.problem = ""
        self.clock = SongClock(self._child.record)
        self._serial = 0
        self._number = 1
        self._batches: dict[int, _Batch] = {}
        self._retired: list[tuple[Ring, int, Block]] = []
        self._gains: dict[Bus, float] = {}
        self._cues: tuple[Block, int] | None = None
        self._song: _Song | None = None
        self._scheduled: deque[Command] = deque(maxlen=LATER)
        self.dropped = 0

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
        old = self._child
        record = old.record()
        at_us = self.clock.song_us_at(record.beat_us)
        try:
            child = Child(self._wish._replace(rate_hz=self.rate_hz))
            child.wait_until_ready()
        except SoundError as error:
            self.problem = str(error)
            return False
        with self._lock:
            self.clock.expect(self._serial, at_us)
            self._child = child
            self.clock.follow(child.record)
            self.problem = ""
            for _, _, block in self._retired:
                block.close()
            self._retired.clear()
            for command in self._standing():
                self._put(command)
        if self._song is not None:
            self.play_song(self._song.sample, at_us, self._song.rate, self._song.gain, loop=self._song.loop)
            self.pause_song()
        for command in self._scheduled:
            self._send(command)
        old.end()
        return True

    def _standing(self) -> Iterator[Command]:
        """What a new sound process has to be told before it can take over."""
        yield from map(_load, self._batches.values())
        for bus, gain in self._gains.items():
            yield Command(Kind.GAIN, int(bus), gain=gain)
        if self._cues is not None:
            yield _cues(*self._cues)

    def close(self) -> None:
        """End the sound process and give all memory back."""
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
        lost = not child.alive or record.state != State.RUNNING or now_us() - record.beat_us > STALE_US
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
        counts = np.array([len(pcm) for pcm in pcms], np.int64)
        table = -(-counts.nbytes // 64) * 64
        block = Block(max(64, table + int(counts.sum()) * 8))
        np.frombuffer(block.memory, np.int64, len(counts))[:] = counts
        frames = np.frombuffer(block.memory, np.float32, int(counts.sum()) * 2, table).reshape(-1, 2)
        at = 0
        for pcm in pcms:
            frames[at : at + len(pcm)] = pcm
            at += len(pcm)
        with self._lock:
            first = self._number
            self._number += len(pcms)
            batch = _Batch(block, first, len(pcms), table, set(range(first, first + len(pcms))))
            self._batches[first] = batch
            self._put(_load(batch))
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
    ) -> None:
        """Start a song, in place of any before.

        ``sample`` is the song as it is to sound, already stretched to ``rate``; song time runs at ``rate``.
        It begins at ``from_us - lead_in_us``; what lies before 0 is silence.  ``loop`` (start and end in song
        time) repeats that stretch.
        """
        loop = loop or (0, 0)
        self._song = _Song(sample, rate, gain, loop)
        at_us = from_us - lead_in_us
        self._send_serial(
            Command(Kind.PLAY, sample.number, 0, at_us, loop[0], loop[1], rate, gain, float(fade_in_us)), at_us
        )

    def pause_song(self) -> None:
        """Stand still at once, in sound and in time."""
        self._send_serial(Command(Kind.PAUSE))

    def resume_song(self) -> None:
        """Go on from where it stands."""
        self._send_serial(Command(Kind.RESUME))

    def seek_song(self, song_us: int) -> None:
        """Go to an instant of the song; it plays on if it played."""
        self._send_serial(Command(Kind.SEEK, at=song_us), song_us)

    def loop_song(self, loop: tuple[int, int] | None) -> None:
        """Repeat a stretch of the song (start and end in song time) from now on, or no longer."""
        start, end = loop or (0, 0)
        if self._song is not None:
            self._song.loop = (start, end)
        self._send(Command(Kind.LOOP, start=start, end=end))

    def stop_song(self, fade_out_us: int = 0) -> None:
        """End the song; its time stands still at once, its sound fades, its cues are forgotten."""
        self._song = None
        self._scheduled.clear()
        self._send_serial(Command(Kind.STOP, at=fade_out_us))
        with self._lock:
            if self._cues is not None:
                self._retire(self._cues[0])
                self._cues = None

    # -- sounds beside it ---------------------------------------------------------------------------------

    def trigger(self, sample: Sample, gain: float = 1.0, pan: float = 0.0, bus: Bus = Bus.KEYS) -> None:
        """Play a sample now: with the next block."""
        self._send(Command(Kind.TRIGGER, sample.number, start=int(bus), gain=gain, pan=pan))

    def schedule(
        self, sample: Sample, song_time_us: int, gain: float = 1.0, pan: float = 0.0, bus: Bus = Bus.MUSIC
    ) -> None:
        """Play a sample, to the frame, whenever the song passes ``song_time_us``, until the song is stopped.

        Meant for a few (1024 are kept); a chart's backing goes through :meth:`set_cues`.
        """
        command = Command(Kind.SCHEDULE, sample.number, at=song_time_us, start=int(bus), gain=gain, pan=pan)
        self._scheduled.append(command)
        self._send(command)

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
        self._gains[bus] = gain
        self._send(Command(Kind.GAIN, int(bus), gain=gain))

    # -- commands -------------------------------------------------------------------------------------------

    def _send(self, command: Command) -> None:
        with self._lock:
            self._put(command)

    def _send_serial(self, command: Command, hold_us: int | None = None) -> None:
        with self._lock:
            self._serial += 1
            if hold_us is not None:
                self.clock.expect(self._serial, hold_us)
            self._put(command._replace(serial=self._serial))

    def _put(self, command: Command) -> None:
        if not self._child.ring.put(command):
            self.dropped += 1


def _cues(block: Block, count: int) -> Command:
    return Command(Kind.CUES, start=count, text=block.path.encode())


def _load(batch: _Batch) -> Command:
    return Command(Kind.LOAD, batch.first, at=batch.table_bytes, start=batch.count, text=batch.block.path.encode())
