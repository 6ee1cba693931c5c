"""A door and those who knock at it, on a clock turned by hand and a network that loses and reorders as it is told."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from typing import Any

from engine.net.admission import Outgoing
from engine.net.door import Admitted, Door
from engine.net.face import Refused, Trouble
from engine.net.keys import Identity
from engine.net.knock import Knock, Welcomed
from engine.net.roster import Address, Roster

CODE = "copper canyon"
DOOR_AT: Address = ("192.168.1.1", 7000)


class Doorstep:
    """A conductor's door at :data:`DOOR_AT`; ``loss`` of all datagrams vanish, the others take 1 to ``slowest_us``.

    ``seen`` keeps every datagram that was sent, as (from, to, bytes); ``room`` is whether one more could be heard,
    ``ticket`` what the door gives to who wants to listen in the crowd.
    """

    def __init__(self, code: str = CODE, loss: float = 0.0, slowest_us: int = 3000, seed: int = 0) -> None:
        self.now_us = 1_000_000
        self.conductor = Identity.new()
        self.roster = Roster.found(self.conductor, {"name": "Ada"}, (DOOR_AT,))
        self.room = True
        self.ticket = b""
        self.door = Door(code, self.roster, self.now_us, lambda: self.room, lambda: self.ticket)
        self.loss = loss
        self.slowest_us = slowest_us
        self.seen: list[tuple[Address, Address, bytes]] = []
        self.admitted: list[Admitted] = []
        self.troubles: list[str] = []
        self._random = random.Random(seed)
        self._knocks: dict[Address, Knock] = {}
        self._air: list[tuple[int, int, Address, Address, bytes]] = []

    def knock(self, at: Address, mine: Identity | None = None, code: str = CODE, **more: Any) -> Knock:
        """Someone at ``at`` begins to knock."""
        more = {"addresses": [DOOR_AT], "info": {"name": at[0]}} | more
        knock = Knock(mine or Identity.new(), code, now_us=self.now_us, **more)
        self._knocks[at] = knock
        return knock

    def send(self, source: Address, target: Address, datagram: bytes) -> None:
        """Put a datagram on its way, as whoever says it is ``source``."""
        self.seen.append((source, target, datagram))
        if self._random.random() >= self.loss:
            arrives_us = self.now_us + self._random.randint(1, self.slowest_us)
            heapq.heappush(self._air, (arrives_us, len(self.seen), source, target, datagram))

    def run(self, until: Callable[[], bool] | None = None, for_us: int = 20_000_000) -> None:
        """Let time pass until something holds (at first: until all who knock have their outcome), or for ``for_us``."""
        done = until or (lambda: all(knock.outcome is not None for knock in self._knocks.values()))
        end_us = self.now_us + for_us
        while not done():
            due = [each for knock in self._knocks.values() if (each := knock.due_us()) is not None]
            due += [self._air[0][0]] if self._air else []
            if not due or min(due) > end_us:
                self.now_us = end_us
                return
            self.now_us = max(self.now_us, min(due))
            self._step()

    def _step(self) -> None:
        while self._air and self._air[0][0] <= self.now_us:
            _, _, source, target, datagram = heapq.heappop(self._air)
            self._send_all(target, self._arrive(source, target, datagram))
        for at, knock in self._knocks.items():
            self._send_all(at, knock.tick(self.now_us))
        for event in self.door.events():
            if isinstance(event, Trouble):
                self.troubles.append(event.sentence)
            else:
                self.admitted.append(event)

    def _arrive(self, source: Address, target: Address, datagram: bytes) -> list[Outgoing]:
        if target == DOOR_AT:
            return self.door.receive(datagram, source, self.now_us)
        knock = self._knocks.get(target)
        return knock.receive(datagram, source, self.now_us) if knock else []

    def _send_all(self, source: Address, outgoing: list[Outgoing]) -> None:
        for address, datagram in outgoing:
            self.send(source, address, datagram)


def welcomed(knock: Knock) -> Welcomed:
    """The welcome a knock ended with."""
    assert isinstance(knock.outcome, Welcomed), knock.outcome
    return knock.outcome


def refused(knock: Knock) -> str:
    """The sentence a knock ended with."""
    assert isinstance(knock.outcome, Refused), knock.outcome
    return knock.outcome.sentence
