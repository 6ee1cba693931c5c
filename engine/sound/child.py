"""The sound process as the game's process sees it: started, asked, ended."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from engine.sound.commands import (
    CONTROL_BYTES,
    DEVICE_AT,
    DEVICE_BYTES,
    NOT_OPENED,
    RING_AT,
    STATUS,
    TEXT_AT,
    TEXT_BYTES,
    Record,
    State,
    read_text,
    unflatten,
)
from engine.sound.shared import Block, Ring, Seqlock, SoundError

log = logging.getLogger(__name__)

START_LIMIT_S = 8.0
"""A device that has not answered after this long is taken for one that cannot be opened."""

COMMAND = (sys.executable, "-m", "engine.sound.process")

ROOT = Path(__file__).resolve().parents[2]


class Wish(NamedTuple):
    """What the sound process is to open.

    A device that does not take ``rate_hz`` (0: no matter) is opened at its own.
    """

    device: str | int | None = None
    block_frames: int = 120
    latency_ms: int = 10
    silent: bool = False
    rate_hz: int = 0


class OutputDevice(NamedTuple):
    """A place to send sound to, for the settings."""

    name: str
    api: str
    number: int
    default: bool


class Child:
    """A sound process and the control block shared with it.

    Raises:
        SoundError: if the process cannot be started.
    """

    def __init__(self, wish: Wish) -> None:
        self.control = Block(CONTROL_BYTES)
        self.memory = memoryview(self.control.memory)
        self.ring = Ring(self.memory[RING_AT:])
        self._status = Seqlock(self.memory, STATUS)
        self._fields: tuple[Any, ...] = ()
        self._record = Record()
        try:
            self.process = subprocess.Popen(
                [*COMMAND, json.dumps({**wish._asdict(), "control": self.control.path})],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            self.control.close()
            raise SoundError(f"sound: its process could not be started ({error}); close other programs.") from error

    def record(self) -> Record:
        """The newest status."""
        fields = self._status.read()
        if fields is not self._fields:
            self._fields, self._record = fields, unflatten(fields)
        return self._record

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    @property
    def problem(self) -> str:
        """What went wrong, in one sentence; empty if nothing did."""
        return read_text(self.memory, TEXT_AT, TEXT_BYTES)

    @property
    def device(self) -> str:
        """The device's name."""
        return read_text(self.memory, DEVICE_AT, DEVICE_BYTES)

    def wait_until_ready(self) -> None:
        """Wait until the device is open.

        Raises:
            SoundError: if it cannot be opened; the process is ended.
        """
        limit = time.monotonic() + START_LIMIT_S
        while self.record().state == State.STARTING:
            if not self.alive or time.monotonic() > limit:
                break
            time.sleep(0.002)
        if self.record().state != State.RUNNING:
            # PortAudio aborts its process over some broken configurations; that is why it has one of its own.
            why = "it does not answer" if self.alive else "the system's sound gave up"
            log.info("the sound device could not be opened: %s", self.problem or why)
            self.end()
            raise SoundError(NOT_OPENED)

    def end(self) -> None:
        """End the process and give the control block back."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.control.close()


def _environment() -> dict[str, str]:
    """The environment of the sound process: it finds this package wherever the game was started from."""
    found = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, found))}


def output_devices() -> list[OutputDevice]:
    """The devices sound can go to; takes as long as opening one, so run it beside the game.

    Raises:
        SoundError: if the system's sound cannot be asked.
    """
    command = [*COMMAND, '{"list": true}']
    try:
        done = subprocess.run(command, capture_output=True, env=_environment(), timeout=START_LIMIT_S, check=True)
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise SoundError("sound: the sound devices could not be listed; install PortAudio (libportaudio2).") from error
    return [OutputDevice(str(d["name"]), str(d["api"]), int(d["number"]), bool(d["default"])) for d in found]
