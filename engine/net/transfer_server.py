"""Who has a song's files gives them to whoever knows the transfer key: one thread, each client in turn."""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import secrets
import selectors
import socket
import threading
from collections.abc import Generator, Iterable, Mapping

from engine.clock import now_us
from engine.net.face import NetError
from engine.net.transfer_files import CHUNK_BYTES, OfferedFile, read_fully
from engine.net.transfer_wire import (
    DATA,
    DONE,
    FILE,
    GREETING_BYTES,
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
    pack_file,
    parse_wanted,
)

log = logging.getLogger(__name__)

MAX_CLIENTS = 64
"""At once, with the right key; more wait for a later try."""
_MAX_STRANGERS = 32
"""At once, that have not shown yet that they know the key; the oldest gives way."""
PATIENCE_S = 20.0
LEAST_BYTES = 16 * 1024
"""Who takes (or sends) less than this while patience lasts is given up."""
_OUT_BYTES = MAX_RECORD_BYTES + 256 * 1024
_RECORD_ROOM = HEADER_BYTES + MAX_RECORD_BYTES + TAG_BYTES
_POLL_S = 0.5


class TransferServer:
    """Offers files by TCP at :attr:`port`, from its making until :meth:`close`.

    ``transfer_key`` has 32 bytes; ``host`` is the address it listens at, all of the machine's by default.  Clients
    take turns of half a MiB, so each gets the same share of a link they have in common.

    Raises:
        NetError: the port cannot be had.
    """

    def __init__(self, transfer_key: bytes, *, host: str = "", port: int = 0, patience_s: float = PATIENCE_S) -> None:
        connection_keys(transfer_key, b"", b"")  # tells of a key of another length now, not at the first client
        self._key = transfer_key
        self._patience_us = int(patience_s * 1_000_000)
        self._offers: Mapping[bytes, OfferedFile] = {}
        self._listener = _listen(host, port)
        self._port: int = self._listener.getsockname()[1]
        self._waker, self._woken = socket.socketpair()
        self._plain = memoryview(bytearray(MAX_RECORD_BYTES))
        self._clients: dict[socket.socket, _Client] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="ourojam-transfer", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def offer(self, files: Iterable[OfferedFile]) -> None:
        """Offer these files (:func:`~engine.net.transfer_files.read_offer`) and no others from now on."""
        self._offers = {file.hash: file for file in files}

    def close(self) -> None:
        """End all transfers; returns when the thread has ended."""
        self._closing = True
        with contextlib.suppress(OSError):  # closed already
            self._waker.send(b"x")
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing:
                for key, events in self._selector.select(_POLL_S):
                    self._turn(key.fileobj, events)
                self._drop_late()
        finally:
            for client in tuple(self._clients.values()):
                self._drop(client, "the transfers ended")
            self._selector.close()
            for end in (self._listener, self._waker, self._woken):
                end.close()

    def _turn(self, which: object, events: int) -> None:
        if which is self._listener:
            self._accept()
            return
        client = self._clients.get(which) if isinstance(which, socket.socket) else None
        if client is None:
            return
        try:
            if events & selectors.EVENT_READ:
                client.hear(self._offers)
            if client.sending:
                client.send()
        except (WireError, OSError) as fault:
            self._drop(client, str(fault))
            return
        now = selectors.EVENT_WRITE if client.sending else selectors.EVENT_READ
        if now != events:
            self._selector.modify(client.sock, now)

    def _accept(self) -> None:
        try:
            sock, address = self._listener.accept()
        except OSError as fault:  # gone again, or no more descriptors: the others go on
            log.info("a client could not be let in: %s", fault)
            return
        strangers = [client for client in self._clients.values() if not client.known]
        if len(strangers) >= _MAX_STRANGERS:
            self._drop(min(strangers, key=lambda client: client.due_us), "others knock")
        if len(self._clients) - len(strangers) >= MAX_CLIENTS:
            sock.close()
            return
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # some systems say so when the client has hung up already
            sock.close()
            return
        self._clients[sock] = _Client(sock, str(address[0]), self._key, self._patience_us, self._plain)
        self._selector.register(sock, selectors.EVENT_READ)

    def _drop_late(self) -> None:
        now = now_us()
        for client in tuple(self._clients.values()):
            if client.late(now):
                self._drop(client, "it took too little for too long")

    def _drop(self, client: _Client, why: str) -> None:
        log.info("transfer to %s ended: %s", client.address, why)
        del self._clients[client.sock]
        self._selector.unregister(client.sock)
        client.close()


class _Client:
    """One connection: first it greets, then it wants, then it is sent.  ``plain`` is room to read files into."""

    def __init__(
        self, sock: socket.socket, address: str, transfer_key: bytes, patience_us: int, plain: memoryview
    ) -> None:
        self.sock = sock
        self.address = address
        self.known = False
        self.due_us = now_us() + patience_us
        self._patience_us = patience_us
        self._taken = 0
        self._key = transfer_key
        self._plain = plain
        self._heard = bytearray()
        self._doors: tuple[Opener, Sealer] | None = None
        self._records: Generator[tuple[int, bytes | memoryview]] | None = None
        self._room = memoryview(b"")
        self._out = memoryview(b"")

    @property
    def sending(self) -> bool:
        """Whether there is something to send."""
        return self._records is not None or bool(self._out)

    def late(self, now: int) -> bool:
        """Whether it took less than :data:`LEAST_BYTES` while patience lasted."""
        if now < self.due_us:
            return False
        taken, self._taken = self._taken, 0
        self.due_us = now + self._patience_us
        return taken < LEAST_BYTES

    def hear(self, offers: Mapping[bytes, OfferedFile]) -> None:
        """Take in what has come.  Raises WireError or OSError when the connection is over."""
        try:
            said = self.sock.recv(self._needed() - len(self._heard))
        except BlockingIOError:
            return
        if not said:
            raise WireError("the client hung up")
        self._heard += said
        if len(self._heard) < self._needed():
            return
        if self._doors is None:
            self._greet()
        else:
            self._take_wishes(self._doors[0], offers)
        self._heard.clear()

    def _needed(self) -> int:
        """How many bytes make the next whole thing it says, as far as that is known."""
        if self._doors is None:
            return GREETING_BYTES
        if len(self._heard) < HEADER_BYTES:
            return HEADER_BYTES
        _, length = self._doors[0].header(self._heard[:HEADER_BYTES])
        return HEADER_BYTES + length + TAG_BYTES

    def _greet(self) -> None:
        if not self._heard.startswith(MAGIC):
            raise WireError("it speaks something else")
        nonce = secrets.token_bytes(NONCE_BYTES)
        keys = connection_keys(self._key, bytes(self._heard[len(MAGIC) :]), nonce)
        self._doors = Opener(keys.client, (WANT,)), Sealer(keys.server)
        self._out = memoryview(nonce)

    def _take_wishes(self, opener: Opener, offers: Mapping[bytes, OfferedFile]) -> None:
        heard = bytes(self._heard)
        body = opener.open(heard[:HEADER_BYTES], heard[HEADER_BYTES:])
        self.known = True
        self._taken = LEAST_BYTES  # it did what it had to in this span
        if not self._room:
            self._room = memoryview(bytearray(_OUT_BYTES))
        self._records = _answers(parse_wanted(body), offers, self._plain)

    def send(self) -> None:
        """Send one turn's worth.  Raises OSError when the connection is over."""
        if not self._out:
            self._fill()
        with contextlib.suppress(BlockingIOError):
            count = self.sock.send(self._out)
            self._taken += count
            self._out = self._out[count:]

    def _fill(self) -> None:
        used = 0
        while self._records is not None and self._doors is not None and used + _RECORD_ROOM <= len(self._room):
            record = next(self._records, None)
            if record is None:
                self._records = None
            else:
                used += self._doors[1].seal_into(*record, self._room[used:])
        self._out = self._room[:used]

    def close(self) -> None:
        """Close the connection and the file that was being read."""
        if self._records is not None:
            self._records.close()
        self.sock.close()


def _answers(
    wanted: Iterable[Wanted], offers: Mapping[bytes, OfferedFile], room: memoryview
) -> Generator[tuple[int, bytes | memoryview]]:
    """What a WANT is answered with, record by record; each is used before the next is read into ``room``."""
    for one in wanted:
        file = offers.get(one.hash)
        if file is None:
            yield MISSING, one.hash
            continue
        yield FILE, pack_file(file.hash, file.size, file.leaves)
        position, end = one.first * CHUNK_BYTES, min(file.size, one.end * CHUNK_BYTES)
        try:
            with io.FileIO(file.path) as opened:
                opened.seek(position)
                while position < end:
                    count = read_fully(opened, room[: min(len(room), end - position)])
                    if not count:
                        raise OSError(errno.EIO, "it became shorter")
                    yield DATA, room[:count]
                    position += count
        except OSError as fault:
            log.warning("%s can no longer be read: %s", file.path, fault)
            yield MISSING, one.hash
    yield DONE, b""


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; without a host at all of the machine's addresses, IPv6 too where there is any."""
    try:
        if host:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listener = socket.create_server((host, port), family=family, backlog=MAX_CLIENTS)
        elif socket.has_dualstack_ipv6():
            listener = socket.create_server(
                ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=MAX_CLIENTS
            )
        else:
            listener = socket.create_server(("", port), backlog=MAX_CLIENTS)
    except OSError as fault:
        raise NetError(
            f"Songs cannot be sent to the others: port {port or 'of any number'} cannot be had ({fault.strerror})."
        ) from fault
    listener.setblocking(False)
    return listener
