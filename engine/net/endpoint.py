"""One UDP socket with its two threads: one reads and stamps, one waits for what is due.

Everything a node does happens in one of two calls: ``on_datagram`` when something came, ``on_due`` when an instant
is reached.  Neither thread polls: the reader sleeps in the kernel, the other on a condition that new work wakes.
What the operating system says no to (an unreachable host, a full buffer, an interface that went away) is counted and
survived; a socket that no longer works is opened again on the same port where that is possible.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import select
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from engine.clock import Clock, MonotonicClock
from engine.net.addresses import own_addresses
from engine.net.face import MAX_DATAGRAM, NetError

Address = tuple[str, int]
"""A numeric host and a port; IPv4 hosts are always written with dots, also on an IPv6 socket."""

BUFFER_BYTES = 1 << 20
"""What the kernel may keep for us between two reads: the only queue in front of a node, and bounded."""

FAULT_PAUSE_US = 100_000
"""After a fault of ours the next try waits this long."""

MOST_TOLD = 20
"""Faults that are told to the log; the same one may come with each datagram."""

_logger = logging.getLogger(__name__)

MAX_STAMP_AGE_US = 2_000_000
"""A kernel stamp older than this is not believed: the wall clock was set in between."""

_SO_TIMESTAMPNS = getattr(socket, "SO_TIMESTAMPNS", 35 if sys.platform == "linux" else None)
"""Linux stamps each datagram as it comes from the card (socket(7)); elsewhere the reader stamps."""
BURST = 64 if _SO_TIMESTAMPNS is None else 1
"""The most datagrams that are read, and stamped where the kernel does not, before the first of them is handled."""

_TIMESPEC = struct.Struct("@qq")
_ROOM = socket.CMSG_SPACE(_TIMESPEC.size) if hasattr(socket, "CMSG_SPACE") else 0
_HARMLESS = {errno.EAGAIN, errno.EINTR, errno.ECONNREFUSED, errno.ECONNRESET, errno.EMSGSIZE}
"""What a read may say about somebody else's datagram; the socket itself is well."""


class Endpoint:
    """A socket bound to ``bind`` that calls ``on_datagram(data, sender, at_us)`` and ``on_due(now_us)``.

    ``on_due`` gives back when it wants to be called next (None: when :meth:`wake` says so).  Stamps are in the time
    base of ``clock``.  Nothing is called before :meth:`start`.

    Raises:
        NetError: the address cannot be bound.
    """

    def __init__(
        self,
        bind: Address,
        on_datagram: Callable[[bytes, Address, int], None],
        on_due: Callable[[int], int | None],
        clock: Clock | None = None,
    ) -> None:
        self._host, self._port = bind
        self._six = ":" in self._host
        self._on_datagram, self._on_due = on_datagram, on_due
        self._now_us = (clock or MonotonicClock()).now_us
        self.counts: Counter[str] = Counter()
        self._due_us: int | None = None
        self._timer = threading.Condition(threading.Lock())
        self._open, self._broken = True, False
        self._socket = self._opened(self._port)
        self._port = self._socket.getsockname()[1]
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_out.setblocking(False)
        self._group: socket.socket | None = None
        self._group_at: Address | None = None
        self._threads = [
            threading.Thread(target=self._read, name="net reader", daemon=True),
            threading.Thread(target=self._wait, name="net timer", daemon=True),
        ]

    @property
    def address(self) -> Address:
        """Where the socket is bound."""
        return self._host, self._port

    def start(self) -> None:
        """Begin to read and to wait."""
        for thread in self._threads:
            thread.start()

    def send(self, data: bytes, address: Address) -> bool:
        """Send one datagram; false if the system would not take it (counted by reason in ``counts``)."""
        host, port = address
        try:
            self._socket.sendto(data, ("::ffff:" + host if self._six and ":" not in host else host, port))
        except OSError as error:
            self.counts["send " + errno.errorcode.get(error.errno or 0, "error").lower()] += 1
            if error.errno in (errno.EBADF, errno.ENOTSOCK, errno.EADDRNOTAVAIL, errno.EPIPE) and self._open:
                self.rebind()
            return False
        self.counts["sent"] += 1
        self.counts["bytes_out"] += len(data)
        return True

    def wake(self, due_us: int) -> None:
        """Have ``on_due`` called at ``due_us`` at the latest."""
        due_before_us = self._due_us
        if due_before_us is not None and due_before_us <= due_us:
            return  # and it looks at everything that is due then
        with self._timer:
            if self._due_us is None or due_us < self._due_us:
                self._due_us = due_us
                self._timer.notify()

    def rebind(self) -> None:
        """Open the socket anew, on the same port if that is free (after a suspend or when an address went away)."""
        self._broken = True
        self._nudge()

    def join_group(self, group: Address) -> bool:
        """Also hear the multicast ``group``, on every network of this machine; false where that does not work."""
        hearing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "SO_REUSEPORT"):
                hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            # Bound to the group where the system allows it: then nobody else's datagrams to that port come in.
            hearing.bind(("" if sys.platform == "win32" else group[0], group[1]))
            if not _join(hearing, group):
                raise OSError(errno.ENODEV, "no interface takes multicast")
            hearing.setblocking(False)
        except OSError:
            self.counts["no multicast"] += 1
            hearing.close()
            return False
        self._group, self._group_at = hearing, group
        self._nudge()
        return True

    def join_networks(self) -> None:
        """Hear the group also on networks that came since: after a suspend, or when a cable was plugged in."""
        hearing, group = self._group, self._group_at
        if hearing is not None and group is not None:
            _join(hearing, group)

    def counted(self) -> Counter[str]:
        """A copy of ``counts``, made in one go, for the threads go on counting meanwhile."""
        return self.counts.copy()

    def close(self) -> None:
        """Stop both threads and give the sockets back; safe to call twice, and from what the threads call."""
        if not self._open:
            return
        self._open = False
        self._nudge()
        with self._timer:
            self._timer.notify()
        if not self._threads[0].is_alive():
            self._give_back()
        if threading.current_thread() not in self._threads:  # else the other may be waiting for who calls
            for thread in self._threads:
                if thread.is_alive():
                    thread.join(timeout=2)

    def _give_back(self) -> None:
        for each in (self._socket, self._group, self._wake_in, self._wake_out):
            if each is not None:
                each.close()

    def _opened(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if self._six else socket.AF_INET
        try:
            opened = socket.socket(family, socket.SOCK_DGRAM)
        except OSError as error:
            raise NetError(f"This machine gives out no socket ({error.strerror}): end other programs.") from error
        try:
            if self._six:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            else:
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)  # never beyond this network
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            if _SO_TIMESTAMPNS is not None:
                # Refused by an old kernel: then the reader's own stamp is used.
                with contextlib.suppress(OSError):
                    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            opened.bind((self._host, port))
        except OSError as error:
            opened.close()
            raise NetError(
                f"The address {self._host}, port {port}, cannot be used here ({error.strerror}): "
                "choose another, or none at all."
            ) from error
        opened.setblocking(False)
        return opened

    def _nudge(self) -> None:
        # A full pipe means that the reader is about to wake anyway; a closed one that it has ended.
        with contextlib.suppress(OSError):
            self._wake_out.send(b"!")

    def _read(self) -> None:
        try:
            self._read_on()
        finally:
            self._give_back()

    def _read_on(self) -> None:
        pause_s = 0.01
        while self._open:
            if self._broken:
                pause_s = 0.01 if self._renew() else min(1.0, pause_s * 2)
            watched = [each for each in (self._socket, self._group) if each is not None and each.fileno() >= 0]
            self._read_until_woken(_Watch([*watched, self._wake_in]), pause_s if self._broken else None)

    def _read_until_woken(self, watch: _Watch, wait_s: float | None) -> None:
        while self._open:
            ready = watch.ready(wait_s)
            if not ready:
                return
            arrived: list[tuple[bytes, Address, int]] = []
            for source in ready:
                if source is self._wake_in:
                    source.recv(4096)
                    wait_s = 0.0
                    continue
                self._take(source, arrived)
            for data, sender, at_us in arrived:
                try:
                    self._on_datagram(data, sender, at_us)
                except Exception:
                    self._fault("what came")
            if wait_s is not None:
                return

    def _take(self, source: socket.socket, arrived: list[tuple[bytes, Address, int]]) -> None:
        """Read what waits at ``source``, stamping each datagram as it is taken."""
        for _ in range(BURST):
            try:
                if _ROOM:
                    data, extra, _flags, sender = source.recvmsg(MAX_DATAGRAM + 1, _ROOM)
                else:
                    data, sender = source.recvfrom(MAX_DATAGRAM + 1)
                    extra = []
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK):
                    self.counts["receive " + errno.errorcode.get(error.errno or 0, "error").lower()] += 1
                    self._broken |= error.errno not in _HARMLESS and source is self._socket
                    if self._broken:
                        self._nudge()
                return
            at_us = _stamp_us(extra, self._now_us)
            self.counts["received"] += 1
            self.counts["bytes_in"] += len(data)
            if len(data) > MAX_DATAGRAM:
                self.counts["too large"] += 1
                continue
            host, port = sender[:2]
            arrived.append((data, (host.removeprefix("::ffff:"), port), at_us))

    def _renew(self) -> bool:
        """Open the socket anew; false if the system will not let us yet (tried again a little later)."""
        for port in (self._port, 0):
            old = self._socket
            old.close()
            try:
                self._socket = self._opened(port)
            except NetError:
                continue
            self._port = self._socket.getsockname()[1]
            self._broken = False
            self.counts["rebound"] += 1
            return True
        return False

    def _wait(self) -> None:
        while self._open:
            with self._timer:
                now_us = self._now_us()
                if self._due_us is None:
                    self._timer.wait()
                    continue
                if self._due_us > now_us:
                    self._timer.wait((self._due_us - now_us) / 1e6)
                    continue
                self._due_us = None
            try:
                due_us = self._on_due(now_us)
            except Exception:
                self._fault("what was due")
                due_us = now_us + FAULT_PAUSE_US
            if due_us is not None:
                self.wake(due_us)

    def _fault(self, doing: str) -> None:
        """A fault of ours must not end a thread that everything hangs on; it is counted and told to the log."""
        self.counts["fault"] += 1
        if self.counts["fault"] <= MOST_TOLD:
            _logger.exception("a fault while doing %s on the network", doing)


class _Watch:
    """Waits until one of these sockets has something to read.

    By poll(2) where there is one: it takes half of what a selector object does, and is done for each datagram.
    """

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = {each.fileno(): each for each in sockets}
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            for number in self._sockets:
                self._poll.register(number, select.POLLIN)

    def ready(self, wait_s: float | None) -> list[socket.socket]:
        """Those that have something, or a fault to tell; none if that took longer than ``wait_s``."""
        if self._poll is None:
            return select.select(list(self._sockets.values()), (), (), wait_s)[0]
        found = self._poll.poll(None if wait_s is None else wait_s * 1000)
        return [self._sockets[number] for number, _ in found]


def _stamp_us(extra: list[tuple[int, int, bytes]], clock: Callable[[], int]) -> int:
    """When the kernel had the datagram, on our own clock: its stamp is of the wall clock, so only the age is used.

    Our clock is read last: held up in between, the stamp comes out late, as if the datagram had been, and never early,
    which the bound of the shared clock would not forgive.
    """
    for _level, kind, value in extra:
        if kind == _SO_TIMESTAMPNS and len(value) == _TIMESPEC.size:
            seconds, rest_ns = _TIMESPEC.unpack(value)
            age_us: int = (time.time_ns() - seconds * 1_000_000_000 - rest_ns) // 1000
            if 0 <= age_us <= MAX_STAMP_AGE_US:
                return clock() - age_us
    return clock()


def _join(hearing: socket.socket, group: Address) -> bool:
    """Hear the group on every network there is now; false if on none anew."""
    hosts = [host for host in own_addresses() if ":" not in host]
    joined = [_member(hearing, group[0], host) for host in (*hosts, "127.0.0.1")]
    return any(joined)


def _member(hearing: socket.socket, group: str, host: str) -> bool:
    try:
        request = socket.inet_aton(group) + socket.inet_aton(host)
        hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    except OSError:
        return False
    return True
