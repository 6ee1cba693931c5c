"""A wire between two sockets that remembers what goes over it and can say it again."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from engine.net.endpoint import Address


class Wiretap:
    """Passes what comes to :attr:`address` on to ``far`` and what ``far`` answers back to who spoke last.

    ``out`` and ``back`` keep every datagram of either way.
    """

    def __init__(self, far: Address) -> None:
        self._far = far
        self._near: Address | None = None
        self._inner, self._outer = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self._inner, self._outer):
            each.bind(("127.0.0.1", 0))
        host, port = self._outer.getsockname()
        self.outer: Address = (host, port)
        """Where the far one takes who is tapped to be."""
        self.out: list[bytes] = []
        self.back: list[bytes] = []
        self._threads = [threading.Thread(target=work) for work in (self._pass_out, self._pass_back)]
        self._closed = False

    @property
    def address(self) -> Address:
        """Where who is tapped takes the far one to be."""
        host, port = self._inner.getsockname()
        return host, port

    def say_back(self, datagram: bytes) -> None:
        """Send something to who is tapped, from where the far one is taken to be."""
        assert self._near is not None
        self._inner.sendto(datagram, self._near)

    def _pass_out(self) -> None:
        while not self._closed:
            with contextlib.suppress(OSError):
                datagram, self._near = self._inner.recvfrom(2048)
                if not self._closed:
                    self.out.append(datagram)
                    self._outer.sendto(datagram, self._far)

    def _pass_back(self) -> None:
        while not self._closed:
            with contextlib.suppress(OSError):
                datagram = self._outer.recv(2048)
                if self._near is not None and not self._closed:
                    self.back.append(datagram)
                    self._inner.sendto(datagram, self._near)

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for each in (self._inner, self._outer):
            each.sendto(b"", each.getsockname())
        for thread in self._threads:
            thread.join()
        for each in (self._inner, self._outer):
            each.close()
