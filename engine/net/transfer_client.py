"""Who lacks a song fetches what is missing from whoever has it, and goes on elsewhere when a source dies."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from engine.net.addresses import Endpoint
from engine.net.face import NetError
from engine.net.transfer_files import CHUNK_BYTES, MAX_FILES, chunk_size, shown
from engine.net.transfer_store import Incoming, Progress, ProgressHeard, SongRefused, Store
from engine.net.transfer_wire import (
    DATA,
    DONE,
    FILE,
    HEADER_BYTES,
    MAGIC,
    MAX_RECORD_BYTES,
    MISSING,
    NONCE_BYTES,
    TAG_BYTES,
    WANT,
    Opener,
    Sealer,
    Wanted,
    WireError,
    connection_keys,
    pack_wanted,
    parse_file,
)

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
LEAST_BYTES = 16 * 1024
"""A source that sends less than this while patience lasts is left for another."""
MAX_SOURCES = 64
_CONNECT_S = 3.0
_POLL_S = 0.1
"""How often progress is told, and how soon a cancelled transfer ends."""
_FRUITLESS = 2
"""How often one source may bring nothing new on one connection before it is left."""
_PACE_LOOKS = 50
"""The pace is that of the last five seconds."""


class _SourceLost(Exception):
    """This source gives no more; ``wrong`` is a file of which it has something else than was offered."""

    def __init__(self, sentence: str, wrong: str = "") -> None:
        super().__init__(sentence)
        self.wrong = wrong


def fetch_files(
    sources: Sequence[tuple[str, int]],
    transfer_key: bytes,
    wanted: Mapping[str, tuple[int, str]],
    folder: Path,
    on_progress: ProgressHeard = lambda progress: None,
    *,
    patience_s: float = PATIENCE_S,
) -> None:
    """Fetch into ``folder`` what it lacks of ``wanted`` (name: size, hash in hexadecimal); blocks until all is there.

    ``sources`` (address, port) are tried in turn as long as one of them still brings something; all must know
    ``transfer_key``.  ``on_progress`` is called about ten times a second, also while nothing comes; what it raises
    (:class:`engine.jobs.Cancelled`) ends the transfer.  Files are put in place one by one, each only when whole and
    checked; what came of others is kept aside and is not fetched again next time.

    Raises:
        NetError: it cannot be had: nobody gives it, what they give is not what was offered, or the disk is full.
    """
    store = Store(folder, wanted)
    meter = _Meter(store, on_progress)
    try:
        _fetch(store, meter, [Endpoint(*source) for source in sources[:MAX_SOURCES]], transfer_key, patience_s)
    except SongRefused:
        store.forget()
        raise
    finally:
        store.close()
    meter.tell()


def _fetch(store: Store, meter: _Meter, sources: list[Endpoint], transfer_key: bytes, patience_s: float) -> None:
    lost = _SourceLost("Nobody in the session has the song any more; ask the conductor to offer it again.")
    gained = True
    while gained and sources and store.missing():
        before = store.mark
        for source in tuple(sources):
            try:
                with _Connection(source, transfer_key, meter, patience_s) as connection:
                    _fetch_from(connection, store)
                return
            except _SourceLost as why:
                log.info("%s is left: %s", source, why)
                lost = why
                if why.wrong:
                    sources.remove(source)
        gained = store.mark != before
    if store.missing():
        raise (NetError if sources or not lost.wrong else SongRefused)(str(lost)) from lost


def _fetch_from(connection: _Connection, store: Store) -> None:
    """Ask one source for all that is missing, and again for what was wrong, until it brings nothing more."""
    fruitless = 0
    room = memoryview(bytearray(CHUNK_BYTES))
    while missing := store.missing():
        before = store.mark
        wanted = list(islice(chain.from_iterable(one.wanted() for one in missing), MAX_FILES))
        answers = _Answers(connection, store, wanted, room)
        answers.take()
        fruitless = fruitless + 1 if store.mark == before else 0
        if fruitless >= _FRUITLESS:
            if answers.wrong is not None:
                raise connection.wrong(answers.wrong.names[0])
            raise connection.lost("does not have the whole song")


class _Answers:
    """What a source answers to one WANT; ``room`` is for a piece.

    Each piece is checked and written as soon as it is there, by the thread that receives: the system's buffers take
    what comes meanwhile, and what is handed to another thread costs more than it gains (measured).
    """

    def __init__(self, connection: _Connection, store: Store, wanted: list[Wanted], room: memoryview) -> None:
        self.wrong: Incoming | None = None
        self._connection = connection
        self._store = store
        self._wanted = deque(wanted)
        self._at: Incoming | None = None
        self._index = 0
        self._end = 0
        self._room = room
        self._filled = 0

    def take(self) -> None:
        """Ask, and take all that comes.  Raises _SourceLost, or NetError when it cannot be kept."""
        connection = self._connection
        try:
            connection.say(WANT, pack_wanted(self._wanted))
            while True:
                kind, length = connection.header()
                if kind == DATA:
                    self._data(length)
                    continue
                body = connection.body(length)
                if kind == DONE:
                    break
                if kind == FILE:
                    self._file(*parse_file(body))
                else:
                    self._missing(body)
            if self._wanted or self._at is not None:
                raise WireError("it ended early")
        except WireError as fault:
            raise connection.lost(f"sends what cannot be read ({fault})") from fault

    def _data(self, length: int) -> None:
        at = self._at
        if at is None:
            raise WireError("bytes of no file")
        size = chunk_size(at.size, self._index)
        if not 0 < length <= size - self._filled:
            raise WireError("a piece of another size")
        self._connection.body_into(self._room[self._filled : self._filled + length])
        self._filled += length
        if self._filled == size:
            self._keep(at, size)

    def _keep(self, at: Incoming, size: int) -> None:
        if not self._store.take(at, self._index, self._room[:size]):
            self.wrong = at
        self._filled = 0
        self._index += 1
        if self._index == self._end:
            self._at = None

    def _file(self, digest: bytes, size: int, leaves: bytes) -> None:
        wanted = self._next(digest)
        if not self._store.learn(wanted, size, leaves):
            raise self._connection.wrong(wanted.names[0])
        for index in wanted.to_recheck():
            self._store.recheck(wanted, index, self._room)
            self._connection.was_busy()
        if self._index < self._end:
            self._at = wanted
            if wanted.size == 0:
                self._keep(wanted, 0)

    def _missing(self, digest: bytes) -> None:
        if self._at is not None and self._at.hash == digest:  # it could no longer be read there
            self._at, self._filled = None, 0
        else:
            self._next(digest)

    def _next(self, digest: bytes) -> Incoming:
        if self._at is not None or not self._wanted or self._wanted[0].hash != digest:
            raise WireError("files nobody asked for")
        _, self._index, self._end = self._wanted.popleft()
        incoming = self._store.incoming(digest)
        if incoming is None:
            raise WireError("files nobody asked for")
        return incoming


class _Connection:
    """One source, greeted."""

    def __init__(self, source: Endpoint, transfer_key: bytes, meter: _Meter, patience_s: float) -> None:
        self._source = source
        self._meter = meter
        self._patience_s = patience_s
        self._due_s = time.monotonic() + patience_s
        self._came = 0
        self._box = memoryview(bytearray(MAX_RECORD_BYTES + TAG_BYTES))
        self._header = memoryview(bytearray(HEADER_BYTES))
        try:
            self._sock = socket.create_connection(source, _CONNECT_S)
        except OSError as fault:
            raise self.lost("cannot be reached") from fault
        nonce = secrets.token_bytes(NONCE_BYTES)
        answer = memoryview(bytearray(NONCE_BYTES))
        try:
            self._send(MAGIC + nonce)
            self._fill(answer)
        except BaseException:
            self._sock.close()
            raise
        keys = connection_keys(transfer_key, nonce, bytes(answer))
        self._sealer = Sealer(keys.client)
        self._opener = Opener(keys.server, (FILE, DATA, MISSING, DONE))

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *of: object) -> None:
        self._sock.close()

    def lost(self, why: str) -> _SourceLost:
        """The end of this source, for a reason that another try may mend."""
        return _SourceLost(f"The song cannot be fetched: {self._source} {why}; check the network and try again.")

    def wrong(self, name: str) -> _SourceLost:
        """The end of this source, because it has another ``name`` than was offered."""
        return _SourceLost(
            f"The song was refused: “{shown(name)}” as {self._source} sends it is not the file that was offered; "
            "ask the conductor to pick the song anew.",
            wrong=name,
        )

    def say(self, kind: int, body: bytes) -> None:
        """Send a record."""
        self._send(self._sealer.seal(kind, body))

    def header(self) -> tuple[int, int]:
        """Wait for the next record: its kind and length.  Raises WireError for what is none."""
        self._fill(self._header)
        return self._opener.header(self._header)

    def body(self, length: int) -> bytes:
        """The body of the record whose header came."""
        out = bytearray(length)
        self.body_into(memoryview(out))
        return bytes(out)

    def body_into(self, out: memoryview) -> None:
        """The body of the record whose header came, which has the length of ``out``."""
        box = self._box[: len(out) + TAG_BYTES]
        self._fill(box)
        self._opener.open_into(self._header, box, out)

    def was_busy(self) -> None:
        """This machine did something else: that is not held against the source."""
        now_s = time.monotonic()
        self._meter.look(now_s)
        self._due_s = now_s + self._patience_s

    def _send(self, data: bytes) -> None:
        self._sock.settimeout(self._patience_s)
        try:
            self._sock.sendall(data)
        except OSError as fault:
            raise self.lost("hung up") from fault
        self._sock.settimeout(_POLL_S)

    def _fill(self, room: memoryview) -> None:
        while room:
            try:
                count = self._sock.recv_into(room)
            except TimeoutError:
                self._watch()
                continue
            except OSError as fault:
                raise self.lost("hung up") from fault
            if not count:
                raise self.lost("hung up")
            self._came += count
            room = room[count:]
            self._watch()

    def _watch(self) -> None:
        now_s = time.monotonic()
        self._meter.look(now_s)
        if now_s < self._due_s:
            return
        if self._came < LEAST_BYTES:
            raise self.lost("sends too slowly" if self._came else "says nothing")
        self._came, self._due_s = 0, now_s + self._patience_s


class _Meter:
    """Tells how far it is, and about how long it still takes at the pace of the last seconds."""

    def __init__(self, store: Store, on_progress: ProgressHeard) -> None:
        self._store = store
        self._on_progress = on_progress
        self._next_s = 0.0
        self._seen: deque[tuple[float, int]] = deque(maxlen=_PACE_LOOKS)

    def look(self, now_s: float) -> None:
        """Tell if it is time to."""
        if now_s >= self._next_s:
            self._next_s = now_s + _POLL_S
            self._seen.append((now_s, self._store.done_bytes))
            self.tell()

    def tell(self) -> None:
        """Tell how far it is."""
        done, total = self._store.done_bytes, self._store.total_bytes
        left_s = 0.0 if done == total else None
        if left_s is None and self._seen:
            (from_s, from_bytes), (to_s, to_bytes) = self._seen[0], self._seen[-1]
            if to_bytes > from_bytes:
                left_s = (total - done) * (to_s - from_s) / (to_bytes - from_bytes)
        self._on_progress(Progress(done, total, left_s))
