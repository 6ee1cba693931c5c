"""Memory that two processes see at once: blocks, a ring of commands, a seqlocked status.

Nothing here waits.  A block is no file on Linux (``memfd``) and on Windows (memory with a tag), so nothing can be
left behind by a process that was killed; elsewhere it is a file in the temporary folder, removed when it is closed.
"""

from __future__ import annotations

import itertools
import mmap
import os
import struct
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import UserError

MAX_BLOCK_BYTES = 4 << 30
"""More than any song: an hour takes 1.4 GB."""

_serial = itertools.count()


class SoundError(UserError):
    """Something about sound the player can act on, in one sentence."""


class Block:
    """A run of bytes that another process can map by its ``path``.

    Raises:
        SoundError: if the machine has not that much memory to give.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._fd = -1
        self.path = ""
        if size > _available_bytes():
            raise _no_room(size)
        try:
            self.memory = self._make(size)
        except OSError as error:
            self.close()
            raise _no_room(size) from error

    def _make(self, size: int) -> mmap.mmap:
        if sys.platform == "win32":
            # A mapped file could not be removed there; this goes with the last who maps it.
            self.path = f"sound-{os.getpid()}-{next(_serial)}:{size}"
            return mmap.mmap(-1, size, tagname=self.path)
        if sys.platform == "linux":
            self._fd = os.memfd_create("sound", os.MFD_CLOEXEC)
            self.path = f"/proc/{os.getpid()}/fd/{self._fd}"
            os.posix_fallocate(self._fd, 0, size)
        else:
            self._fd, self.path = tempfile.mkstemp(prefix="sound-")
            os.ftruncate(self._fd, size)
        return mmap.mmap(self._fd, size)

    def close(self) -> None:
        """Give the memory back; what another process has mapped stays until it lets go too."""
        if self._fd < 0:
            return
        os.close(self._fd)
        self._fd = -1
        if sys.platform != "linux":
            Path(self.path).unlink(missing_ok=True)


def _available_bytes() -> int:
    """What can be asked for at most: a Linux that is asked for more kills a program instead of refusing."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return MAX_BLOCK_BYTES
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return min([MAX_BLOCK_BYTES, *(size // 2 for size in found)])


def _no_room(size: int) -> SoundError:
    return SoundError(f"sound: no room for {size >> 20} MB of sound in memory; close other programs.")


def attach(path: str) -> mmap.mmap:
    """Map another process's :class:`Block`.

    Raises:
        OSError: if the block or its owner is gone (on Windows it is empty then).
    """
    if sys.platform == "win32":
        return mmap.mmap(-1, int(path.rpartition(":")[2]), tagname=path)
    fd = os.open(path, os.O_RDWR)
    try:
        return mmap.mmap(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)


class Command(NamedTuple):
    """One order to the sound process; what the fields mean is said per kind in :mod:`engine.sound.commands`."""

    kind: int
    handle: int = 0
    serial: int = 0
    at: int = 0
    start: int = 0
    end: int = 0
    rate: float = 1.0
    gain: float = 1.0
    pan: float = 0.0
    text: bytes = b""


class Ring:
    """Commands from exactly one thread to exactly one thread, in order, never waiting.

    Every slot carries its running number at both ends, so a slot half written is never taken for
    a whole one, whatever order the processor lets writes be seen in.
    """

    SLOTS = 4096
    _SLOT = struct.Struct("<qiqqqqqddd160sq")
    SIZE = 16 + SLOTS * _SLOT.size

    def __init__(self, memory: memoryview) -> None:
        self._heads = memory[:16].cast("q")  # 0: written, 1: taken
        self._slots = memory[16 : self.SIZE]

    @property
    def written(self) -> int:
        """How many commands were ever put in."""
        return self._heads[0]

    @property
    def taken(self) -> int:
        """How many commands were ever taken out."""
        return self._heads[1]

    def put(self, command: Command) -> bool:
        """Append a command; False (and nothing done) if the other side has fallen 4096 behind."""
        number = self._heads[0]
        if number - self._heads[1] >= self.SLOTS:
            return False
        at = (number % self.SLOTS) * self._SLOT.size
        self._SLOT.pack_into(self._slots, at, number + 1, *command, number + 1)
        self._heads[0] = number + 1
        return True

    def take(self) -> Command | None:
        """The next command, or None if there is none (yet)."""
        number = self._heads[1]
        if number >= self._heads[0]:
            return None
        at = (number % self.SLOTS) * self._SLOT.size
        first, *fields, last = self._SLOT.unpack_from(self._slots, at)
        if first != number + 1 or last != number + 1:
            return None
        self._heads[1] = number + 1
        command = Command(*fields)
        return command._replace(text=command.text.rstrip(b"\0"))


class Seqlock:
    """A record that one process writes and any number read, always whole and without waiting.

    The counter is odd while a write is under way.  A reader that meets a write again and again
    (or a writer killed in the middle of one) keeps the last whole record it saw.
    """

    _TRIES = 50

    def __init__(self, memory: memoryview, layout: struct.Struct) -> None:
        self._count = memory[:8].cast("q")
        self._body = memory[8 : 8 + layout.size]
        self._layout = layout
        self._last: tuple[Any, ...] = layout.unpack_from(bytes(layout.size))
        self._seen = -1
        self._writing = threading.Lock()

    def write(self, *fields: int | float | bytes) -> None:
        """Replace the record; threads of the writing process may do so side by side."""
        with self._writing:
            count = self._count[0]
            self._count[0] = count + 1
            self._layout.pack_into(self._body, 0, *fields)
            self._count[0] = count + 2

    def read(self) -> tuple[Any, ...]:
        """The newest whole record."""
        for _ in range(self._TRIES):
            before = self._count[0]
            if before == self._seen:
                return self._last
            if before & 1:
                continue
            fields = self._layout.unpack_from(self._body, 0)
            if self._count[0] == before:
                self._last, self._seen = fields, before
                return fields
        return self._last
