"""The receiving end's folder: pieces wait aside, named by hash, until a file is whole; only then it is put in place.

What is aside survives a killed game: its pieces are checked against the leaves before they count, and only what is
missing or wrong is fetched again.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from engine.net.face import NetError
from engine.net.transfer_files import (
    CHUNK_BYTES,
    HASH_BYTES,
    MAX_FILE_BYTES,
    check_names,
    chunk_size,
    chunks_in,
    file_hash,
    leaf_digest,
    read_fully,
    root_hash,
    shown,
)
from engine.net.transfer_wire import Wanted

INCOMING = ".incoming"
"""The folder for pieces, inside the song's; no file that is sent can be named so."""

_SPARE_BYTES = 16 * 1024 * 1024
"""What is left free on the disk, for the log to go on."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ABSENT, _UNCHECKED, _WHOLE = range(3)


class SongRefused(NetError):
    """The song cannot be kept, or is not what was offered: what came of it is deleted."""


class Progress(NamedTuple):
    """How far a transfer is; ``left_s`` is None until there is a pace."""

    done_bytes: int
    total_bytes: int
    left_s: float | None


ProgressHeard = Callable[[Progress], None]


class Incoming:
    """One file on its way: which of its pieces are here, and the names it goes by."""

    def __init__(self, digest: bytes, size: int, names: list[str], part: Path) -> None:
        self.hash = digest
        self.size = size
        self.names = names
        self.chunks = chunks_in(size)
        self.leaves = b""
        self.placed = False
        self.part = part
        self.state = bytearray(self.chunks)
        self.file: io.FileIO | None = None
        with contextlib.suppress(FileNotFoundError):
            here = part.stat().st_size
            whole = self.chunks if here == size else min(here // CHUNK_BYTES, self.chunks)
            self.state[:whole] = bytes([_UNCHECKED]) * whole

    def to_recheck(self) -> list[int]:
        """The pieces that lie aside from an earlier time."""
        return [index for index, state in enumerate(self.state) if state == _UNCHECKED]

    def wanted(self) -> Iterator[Wanted]:
        """The runs of pieces that are missing; none but the leaves when all that is here is yet to be checked."""
        index, runs = 0, 0
        while (index := self.state.find(_ABSENT, index)) >= 0:
            end = index
            while end < self.chunks and self.state[end] == _ABSENT:
                end += 1
            yield Wanted(self.hash, index, end)
            index, runs = end, runs + 1
        if not runs:
            yield Wanted(self.hash, 0, 0)


class Store:
    """What a song's folder still lacks, and how it gets there.

    Raises:
        NetError: what is wanted is beyond the bounds, or does not fit on the disk.
    """

    def __init__(self, folder: Path, wanted: Mapping[str, tuple[int, str]]) -> None:
        self._folder = folder
        self.done_bytes = 0
        self.total_bytes = 0
        by_hash = _checked(wanted)
        with _disk(folder, "the song"):
            (folder / INCOMING).mkdir(parents=True, exist_ok=True)
            self._incoming = {digest: self._incoming_of(digest, *of) for digest, of in by_hash.items()}
            lacking = sum(incoming.size for incoming in self.missing())
            free = shutil.disk_usage(folder).free
        if lacking and free < lacking + _SPARE_BYTES - self._aside_bytes():
            raise SongRefused(_no_room(folder, lacking))

    def missing(self) -> list[Incoming]:
        """The files that are not in place yet, in the order they were named."""
        return [incoming for incoming in self._incoming.values() if not incoming.placed]

    @property
    def mark(self) -> tuple[int, int]:
        """Something that changes with all that is gained."""
        return self.done_bytes, len(self.missing())

    def incoming(self, digest: bytes) -> Incoming | None:
        """The file with this hash, if it is one of the song's."""
        return self._incoming.get(digest)

    def _incoming_of(self, digest: bytes, size: int, names: list[str]) -> Incoming:
        incoming = Incoming(digest, size, names, self._folder / INCOMING / f"{digest.hex()}.part")
        self.total_bytes += size
        here = [name for name in names if _is_whole(self._folder / name, size, digest)]
        if len(here) == len(names):
            incoming.placed = True
            self.done_bytes += size
        elif here and not incoming.part.exists():
            shutil.copyfile(self._folder / here[0], incoming.part)
            incoming.state[:] = bytes([_UNCHECKED]) * incoming.chunks
        return incoming

    def _aside_bytes(self) -> int:
        return sum(one.part.stat().st_size for one in self.missing() if one.part.exists())

    def learn(self, incoming: Incoming, size: int, leaves: bytes) -> bool:
        """Take the leaves a source told of a file; false when they are not those of the file that is wanted."""
        if size != incoming.size or root_hash(size, leaves) != incoming.hash:
            return False
        incoming.leaves = leaves
        return True

    def take(self, incoming: Incoming, index: int, data: memoryview) -> bool:
        """Keep a piece that came, and put the file in place if it was the last; false when the piece is wrong."""
        if not _fits(incoming, index, data):
            return False
        with _disk(self._folder, incoming.names[0]):
            if incoming.placed:
                return True
            if incoming.file is None:
                incoming.file = io.FileIO(os.open(incoming.part, _OPEN, 0o666), "r+")
            incoming.file.seek(index * CHUNK_BYTES)
            written = 0
            while written < len(data):
                written += incoming.file.write(data[written:])
            self._count(incoming, index)
        return True

    def recheck(self, incoming: Incoming, index: int, room: memoryview) -> None:
        """Check a piece that lies aside; a wrong one is wanted anew."""
        data = room[: chunk_size(incoming.size, index)]
        with _disk(self._folder, incoming.names[0]):
            with io.FileIO(incoming.part) as part:
                part.seek(index * CHUNK_BYTES)
                whole = read_fully(part, data) == len(data) and _fits(incoming, index, data)
            if whole:
                self._count(incoming, index)
            else:
                incoming.state[index] = _ABSENT

    def _count(self, incoming: Incoming, index: int) -> None:
        if incoming.state[index] != _WHOLE:
            incoming.state[index] = _WHOLE
            self.done_bytes += chunk_size(incoming.size, index)
        if incoming.state.count(_WHOLE) == incoming.chunks:
            self._place(incoming)

    def _place(self, incoming: Incoming) -> None:
        """Every piece was checked: give the file its names, the first by a move, others by copies made aside."""
        if incoming.file is not None:
            incoming.file.close()
            incoming.file = None
        os.truncate(incoming.part, incoming.size)
        for number, name in enumerate(reversed(incoming.names), start=1):
            target = self._folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            source = incoming.part
            if number < len(incoming.names):
                source = incoming.part.with_suffix(".copy")
                shutil.copyfile(incoming.part, source)
            os.replace(source, target)
        incoming.placed = True

    def forget(self) -> None:
        """Delete what lies aside."""
        self.close()
        shutil.rmtree(self._folder / INCOMING, ignore_errors=True)

    def close(self) -> None:
        """Let go of the files; the folder for pieces goes too when nothing is left in it."""
        for incoming in self._incoming.values():
            if incoming.file is not None:
                incoming.file.close()
                incoming.file = None
        with contextlib.suppress(OSError):  # pieces for a later time are in it
            (self._folder / INCOMING).rmdir()


_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def _fits(incoming: Incoming, index: int, data: memoryview) -> bool:
    told = incoming.leaves[index * HASH_BYTES : (index + 1) * HASH_BYTES]
    return leaf_digest(data) == told


def _is_whole(path: Path, size: int, digest: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size and file_hash(path) == (size, digest)
    except OSError:  # what cannot be read is fetched anew
        return False


def _checked(wanted: Mapping[str, tuple[int, str]]) -> dict[bytes, tuple[int, list[str]]]:
    """What is wanted by hash: size and names.  Raises NetError for what no honest song has."""
    check_names(wanted)
    by_hash: dict[bytes, tuple[int, list[str]]] = {}
    for name, (size, hexed) in wanted.items():
        try:
            digest = bytes.fromhex(hexed)
        except (ValueError, TypeError):
            digest = b""
        if len(digest) != HASH_BYTES or type(size) is not int or not 0 <= size <= MAX_FILE_BYTES:
            raise NetError(f"The song cannot be fetched: “{shown(name)}” is offered with a size or hash no file has.")
        if by_hash.setdefault(digest, (size, []))[0] != size:
            raise NetError(f"The song cannot be fetched: “{shown(name)}” is offered with two sizes.")
        by_hash[digest][1].append(name)
    return by_hash


@contextlib.contextmanager
def _disk(folder: Path, name: str) -> Iterator[None]:
    """Turns what the disk says into the player's sentence."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise SongRefused(_no_room(folder, 0)) from fault  # the log needs the room more than the song
        raise NetError(f"“{shown(name)}” cannot be written in {folder}: {fault.strerror or fault}.") from fault


def _no_room(folder: Path, lacking: int) -> str:
    need = f" {lacking / 1e6:.0f} MB are needed for the song;" if lacking else ""
    return f"The disk is full, so the song cannot be kept in {folder};{need} free some space and try again."
