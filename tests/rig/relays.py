"""A TCP relay that stands between two ends on loopback: it counts, hangs up, spoils a byte or drips."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading

HERE = "127.0.0.1"


class Relay:
    """Carries connections to ``target`` until it is left.

    ``carried`` counts the bytes that came from the target, ``heard`` keeps the first of them.  ``cut_after`` that many
    of a connection it hangs up; the byte at ``spoil_at`` is changed, once.  Without a target it answers each client
    with ``drip`` again and again, slowly, or with ``says`` once.
    """

    def __init__(
        self,
        target: tuple[str, int] | None,
        *,
        cut_after: int | None = None,
        spoil_at: int | None = None,
        drip: bytes = b"",
        says: bytes = b"",
    ) -> None:
        self.carried = 0
        self.connections = 0
        self.heard = bytearray()
        self._target = target
        self._cut_after = cut_after
        self._spoil_at = spoil_at
        self._drip = drip
        self._says = says
        self._once = False
        self._closing = threading.Event()
        self._listener = socket.create_server((HERE, 0))
        self._listener.settimeout(0.05)
        self._thread = threading.Thread(target=self._run, name="relay")
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it lets in."""
        return HERE, self._listener.getsockname()[1]

    def listen_once(self) -> None:
        """Let in one connection and no more."""
        self._once = True

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *of: object) -> None:
        self._closing.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with client, contextlib.suppress(OSError):
                if self._says:
                    client.sendall(self._says)
                elif self._target is None:
                    self._slowly(client)
                else:
                    with socket.create_connection(self._target) as server:
                        self._carry(client, server)
            if self._once:
                self._listener.close()
                return

    def _slowly(self, client: socket.socket) -> None:
        while not self._closing.wait(0.05):
            client.sendall(self._drip)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        came = 0
        with selectors.DefaultSelector() as both:
            both.register(client, selectors.EVENT_READ, server)
            both.register(server, selectors.EVENT_READ, client)
            while not self._closing.is_set():
                for key, _ in both.select(0.05):
                    said = bytearray(key.fileobj.recv(65536))  # type: ignore[union-attr]
                    if not said:
                        return
                    if key.fileobj is server:
                        came += len(said)
                        self._look(said)
                    key.data.sendall(said)
                    if self._cut_after is not None and came >= self._cut_after:
                        return

    def _look(self, said: bytearray) -> None:
        if self._spoil_at is not None and self.carried <= self._spoil_at < self.carried + len(said):
            said[self._spoil_at - self.carried] ^= 1
        self.carried += len(said)
        if len(self.heard) < 1_000_000:
            self.heard += said
