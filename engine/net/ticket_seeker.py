"""Asks at the doors of a session for a ticket for its crowd, on a socket and threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.clock import Clock, MonotonicClock
from engine.net.addresses import numeric
from engine.net.admission import ANY_SESSION, Outgoing
from engine.net.endpoint import Address, Endpoint
from engine.net.face import NetError, Refused
from engine.net.keys import Identity
from engine.net.knock import Knock, Ticketed, Welcomed


class TicketSeeker:
    """Knocks with ``code`` at ``addresses`` (names are looked up) until :attr:`outcome` is there, then is silent.

    ``session`` is the session wanted, all zeros for any.

    Raises:
        NetError: ``bind`` cannot be used.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        code: str,
        session: bytes = ANY_SESSION,
        bind: Address = ("0.0.0.0", 0),
        clock: Clock | None = None,
    ) -> None:
        self._addresses, self._code, self._session = list(addresses), code, session
        self._six = ":" in bind[0]
        self._clock = clock or MonotonicClock()
        self._lock = threading.Lock()
        self._knock: Knock | None = None
        self.outcome: Ticketed | Refused | None = None
        """What came of it; None while it goes on."""
        self._endpoint = Endpoint(bind, self._datagram, self._due, self._clock)
        self._endpoint.start()
        threading.Thread(target=self._begin, name="looking up a door", daemon=True).start()

    @property
    def address(self) -> Address:
        """Where its socket is bound."""
        return self._endpoint.address

    def close(self) -> None:
        """Ask no more."""
        self._endpoint.close()

    def _begin(self) -> None:
        """Look names up, on a thread that nobody waits for: one that nobody knows takes its time."""
        now_us = self._clock.now_us
        try:
            found = numeric(self._addresses, self._six)
            knock = Knock(Identity.new(), self._code, found, {}, now_us(), (), self._session, crowd=True)
        except NetError as error:
            self.outcome = Refused(str(error))
            return
        with self._lock:
            self._knock = knock
        self._endpoint.wake(now_us())

    def _due(self, now_us: int) -> int | None:
        with self._lock:
            if self._knock is None or self.outcome is not None:
                return None
            self._send(self._knock.tick(now_us))
            self._look(self._knock)
            return self._knock.due_us()

    def _datagram(self, data: bytes, address: Address, at_us: int) -> None:
        with self._lock:
            if self._knock is None or self.outcome is not None:
                return
            now_us = self._clock.now_us()
            self._send(self._knock.receive(data, address, now_us))
            self._look(self._knock)
            due_us = self._knock.due_us()
        if due_us is not None:
            self._endpoint.wake(due_us)

    def _send(self, outgoing: list[Outgoing]) -> None:
        for each in outgoing:
            self._endpoint.send(each.datagram, each.address)

    def _look(self, knock: Knock) -> None:
        if not isinstance(knock.outcome, Welcomed):
            self.outcome = knock.outcome
