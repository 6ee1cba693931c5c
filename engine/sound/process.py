"""The sound process: takes commands, mixes, and says when each frame is heard.

Started by :class:`engine.sound.Sound` as ``python -m engine.sound.process``; it ends when its standard input
closes, which happens whatever way its parent ends.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any

import numpy as np

from engine.clock import now_us
from engine.sound.commands import (
    CONTROL_BYTES,
    DEVICE_AT,
    DEVICE_BYTES,
    RING_AT,
    STATUS,
    TEXT_AT,
    TEXT_BYTES,
    Bus,
    Kind,
    Record,
    State,
    flatten,
    write_text,
)
from engine.sound.mixer import CUE, Mixer
from engine.sound.shared import Command, Ring, Seqlock, attach
from engine.sound.song_clock import FrameFit
from engine.sound.voices import Frames

COMMANDS_A_BLOCK = 256
"""More commands than this wait for the next block."""

STALE_US = 400_000
"""A stream that has not asked for sound this long is lost."""

LOOK_S = 0.05
"""How often the process looks whether its stream lives."""

PREFERRED_HZ = 48_000

MEET_FRAMES = 4800
"""From so long before its first sound a song that has an instant to meet is placed by each block (0.1 s at 48 kHz)."""

REALTIME_PRIORITY, NICENESS = 5, -11
"""What a PulseAudio daemon asks for itself."""


class Engine:
    """Mixer, ring and status together: what happens once a block, whoever drives it."""

    def __init__(self, control: mmap.mmap, rate_hz: int) -> None:
        memory = memoryview(control)
        self.memory = memory
        self._ring = Ring(memory[RING_AT:CONTROL_BYTES])
        self._status = Seqlock(memory, STATUS)
        self.state = State.STARTING
        self.mixer = Mixer(rate_hz)
        self.fit = FrameFit(rate_hz)
        self.beat_us = now_us()
        self.underruns = 0
        self._underran = False
        self.latency_us = 0
        self.let_go: deque[Frames | None] = deque()
        self._load = 0.0
        self._meeting: Command | None = None

    def fail(self, state: State, sentence: str) -> None:
        """Say what went wrong and stand still."""
        write_text(self.memory, TEXT_AT, TEXT_BYTES, sentence)
        self.state = state
        self.publish()

    def block(self, out: Frames, heard_us: float, underrun: bool) -> None:
        """Fill one block whose first frame is heard at ``heard_us``."""
        began = now_us()
        for _ in range(COMMANDS_A_BLOCK):
            command = self._ring.take()
            if command is None:
                break
            self._obey(command)
        # One gap is told with each of the blocks that fill the buffer again, a tenth of a millisecond apart.
        if underrun and not self._underran and self.state is State.RUNNING:
            self.underruns += 1
            self.fit.stumble()
        self._underran = underrun
        self.fit.see(self.mixer.frame, heard_us)
        if self.state is not State.RUNNING and self.fit.warm:
            self.state = State.RUNNING  # the first time, or again after a stall that looked like a loss
            write_text(self.memory, TEXT_AT, TEXT_BYTES, "")
        self._meet(len(out))
        self.latency_us = max(0, round(heard_us - began))
        self.mixer.render(out)
        self.beat_us = now_us()
        self._load += 0.05 * ((self.beat_us - began) * self.mixer.rate_hz / (1e6 * len(out)) - self._load)
        self.publish()

    def publish(self) -> None:
        """Let the game's process see how things are."""
        fit, mixer = self.fit, self.mixer
        self._status.write(
            *flatten(
                Record(
                    int(self.state),
                    mixer.rate_hz,
                    self.beat_us,
                    self.underruns,
                    self.latency_us,
                    mixer.voices,
                    self._load,
                    fit.at_us,
                    fit.frame,
                    fit.us_per_frame,
                    fit.jitter_us,
                    mixer.end_position,
                    tuple(mixer.segments),
                )
            )
        )

    def _meet(self, block_frames: int) -> None:
        """Place a song that is to be heard at an agreed instant anew with each block shortly before its first sound.

        By then the line from frames to time is as good as it gets, and a stall of the machine up to the last block is
        made up for; once the song sounds nothing is corrected.
        """
        if self._meeting is not None:
            left = self.mixer.silent_frames
            last = left <= block_frames
            if left and (last or (left <= MEET_FRAMES and self.fit.warm)):
                self._place(self._meeting)
            if last:
                self._meeting = None

    def _place(self, meeting: Command) -> None:
        """Move the song so that what is heard at the agreed instant is what was agreed, as far as is known now."""
        mixer, fit = self.mixer, self.fit
        ahead = (meeting.at - fit.heard_us(mixer.frame)) / fit.us_per_frame
        mixer.place_song(mixer.frames_of(meeting.start) - round(ahead), meeting.serial)

    def _obey(self, order: Command) -> None:
        mixer = self.mixer
        if order.kind in (Kind.PLAY, Kind.PAUSE, Kind.SEEK, Kind.STOP):
            self._meeting = None
        match order.kind:
            case Kind.LOAD:
                self._load_samples(order)
            case Kind.FREE:
                self.let_go.append(mixer.samples.get(order.handle))  # unmapping takes time: not here
                mixer.forget(order.handle, order.start)
            case Kind.PLAY:
                mixer.play_song(order.handle, order.at, order.rate, order.gain, round(order.pan), order.serial)
                mixer.set_loop(order.start, order.end)
            case Kind.LOOP:
                mixer.set_loop(order.start, order.end)
            case Kind.PAUSE:
                mixer.pause_song(order.serial)
            case Kind.RESUME:
                mixer.resume_song(order.serial)
            case Kind.SEEK:
                mixer.seek_song(order.at, order.serial)
            case Kind.STOP:
                mixer.stop_song(order.at, order.serial)
            case Kind.TRIGGER:
                mixer.trigger(order.handle, order.start, order.gain, order.pan)
            case Kind.SCHEDULE:
                mixer.schedule(order.handle, order.at, order.start, order.gain, order.pan)
            case Kind.CUES:
                mixer.set_cues(self._cues(order))
            case Kind.MEET:
                self._meeting = order
                self._place(order)
            case Kind.GAIN:
                mixer.set_gain(min(max(order.handle, 0), Bus.MASTER), order.gain)

    def _load_samples(self, order: Command) -> None:
        """Map a block: a table of frame counts, then the samples one after another."""
        try:
            memory = attach(order.text.decode())
        except OSError:
            return  # freed again before it was looked at: its samples stay unknown, which is silence
        counts = np.frombuffer(memory, np.int64, order.start)
        frames = np.frombuffer(memory, np.float32, offset=order.at).reshape(-1, 2)
        at = 0
        for number, count in enumerate(counts.tolist(), order.handle):
            self.mixer.samples[number] = frames[at : at + count]
            at += count

    @staticmethod
    def _cues(order: Command) -> np.ndarray[Any, np.dtype[np.void]]:
        if not order.text:
            return np.zeros(0, CUE)
        try:
            return np.frombuffer(attach(order.text.decode()), CUE, order.start)
        except OSError:
            return np.zeros(0, CUE)


class Device:
    """An output stream of PortAudio that drives an :class:`Engine`."""

    def __init__(self, control: mmap.mmap, wish: dict[str, Any]) -> None:
        import sounddevice

        self._sound = sounddevice
        self._wish = wish
        device = wish["device"]
        info = sounddevice.query_devices(device, "output")
        rates = [wish["rate_hz"] or PREFERRED_HZ, round(info["default_samplerate"])]
        for rate_hz in rates:
            try:
                sounddevice.check_output_settings(device=device, channels=2, dtype="float32", samplerate=rate_hz)
            except sounddevice.PortAudioError:
                if rate_hz == rates[-1]:
                    raise
            else:
                break
        self.engine = Engine(control, rate_hz)
        write_text(self.engine.memory, DEVICE_AT, DEVICE_BYTES, info["name"])
        self._stream = sounddevice.OutputStream(
            samplerate=rate_hz,
            blocksize=wish["block_frames"],
            latency=wish["latency_ms"] / 1000,
            device=device,
            channels=2,
            dtype="float32",
            callback=self._callback,
        )
        self._stream.start()

    def _callback(self, out: Frames, _frames: int, times: Any, flags: Any) -> None:
        try:
            # Both readings are taken here, side by side: the callback itself may have waited for the interpreter.
            ahead = times.outputBufferDacTime - self._stream.time
            now = now_us()
            if not 0.0 < ahead < 1.0:
                ahead = self._stream.latency
            self.engine.block(out, now + ahead * 1e6, bool(flags.output_underflow))
        except Exception as error:
            self.engine.fail(State.LOST, f"The sound process failed ({error!r}); reopen the sound device.")
            raise self._sound.CallbackAbort from error

    def look(self) -> None:
        """Unmap what was let go of, and notice a device that is gone."""
        self.engine.let_go.clear()
        if self.engine.state is not State.RUNNING:
            return
        stale = now_us() - self.engine.beat_us > STALE_US
        if stale or not self._stream.active:
            self.engine.fail(State.LOST, "The sound device is gone; connect it again or choose another.")


class Silence:
    """No device: the machine's clock asks for a block whenever one is due."""

    def __init__(self, control: mmap.mmap, wish: dict[str, Any]) -> None:
        self.engine = Engine(control, wish["rate_hz"] or PREFERRED_HZ)
        write_text(self.engine.memory, DEVICE_AT, DEVICE_BYTES, "silent")
        self._out = np.zeros((wish["block_frames"], 2), np.float32)
        self._block_us = wish["block_frames"] * 1e6 / self.engine.mixer.rate_hz
        self._due_us = float(now_us())

    def look(self) -> None:
        """Render what is due; after a sleep of the machine go on from now, not from then."""
        self.engine.let_go.clear()
        for _ in range(round(LOOK_S * 1e6 / self._block_us) + 1):
            now = now_us()
            if now - self._due_us > STALE_US:
                self._due_us = float(now)
            wait = self._due_us - now
            if wait > 0:
                time.sleep(wait / 1e6)
            self.engine.block(self._out, self._due_us, underrun=False)
            self._due_us += self._block_us


def _end_with_parent(over: threading.Event) -> None:
    """Wait for standard input to close; then end, by force if a stream of a dead server will not stop."""
    while sys.stdin.buffer.read(4096):
        continue
    over.set()
    time.sleep(1.0)
    os._exit(0)


def _devices() -> list[dict[str, Any]]:
    import sounddevice

    apis = sounddevice.query_hostapis()
    default = sounddevice.default.device[1]
    return [
        {"name": device["name"], "api": apis[device["hostapi"]]["name"], "number": number, "default": number == default}
        for number, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] >= 2
    ]


def _be_prompt() -> None:
    """Ask the system to let this process run the moment it wants to; most desktops grant some of it, none all."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))
            return
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def _serve(wish: dict[str, Any]) -> None:
    over = threading.Event()
    if not wish["silent"]:
        _be_prompt()
    control = attach(wish["control"])
    threading.Thread(target=_end_with_parent, args=(over,), daemon=True).start()
    try:
        driver = Silence(control, wish) if wish["silent"] else Device(control, wish)
    except Exception as error:
        detail = " ".join(str(error).split())[:300]
        failed = Engine(control, PREFERRED_HZ)
        failed.fail(State.FAILED, detail)
        return
    gc.collect()
    gc.freeze()
    gc.disable()  # blocks make no cycles; a collection in the callback would be heard
    while not over.is_set():
        driver.look()
        if not wish["silent"]:
            over.wait(LOOK_S)


def main() -> None:
    """Entry of the process; its one argument is JSON: what to open, or ``{"list": true}``."""
    wish = json.loads(sys.argv[1])
    if wish.get("list"):
        print(json.dumps(_devices()))
        return
    _serve(wish)
    os._exit(0)  # stopping a stream whose server is gone can hang for ever


if __name__ == "__main__":
    main()
