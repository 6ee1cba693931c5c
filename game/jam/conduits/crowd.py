"""A simulated crowd on a field before a stage: it walks, packets get lost, conduits vanish.

Everyone within reach of a radio may hear it; how likely falls steeply towards the edge of its reach.  The members
themselves are :class:`game.jam.conduits.peers.Peers`, as on a real network; only the air is made up here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from game.jam.conduits import rules
from game.jam.conduits.messages import ASK, KEEP, Rows
from game.jam.conduits.peers import Index, Peers

FIELD_M = 80.0
"""The crowd stands within this distance of the conductor: 10,000 people at two square metres each."""

REACH_M = 45.0
"""How far a radio carries outdoors among people; the conductor's alone would reach a third of the field."""

WALK_M_S = (0.3, 1.5)
"""How fast members walk, each its own, from one chosen spot to the next."""

STROLL_M = 20.0
"""… around its own place, so that the field stays as full everywhere."""

STEP_US = 100_000
AIR_US = 2_000
JITTER_US = 3_000
"""A packet is on its way for ``AIR_US`` and, by chance, ``JITTER_US`` more on average (exponential)."""

SETTLE_S = 15
"""The crowd arrives all at once; after so long it is looked at."""

VANISH_S = 10
"""From then on a conduit vanishes every second, and every so many seconds one next to the conductor as well …"""

RETURN_US = 8_000_000
"""… and come back after so long, as strangers."""

PACKETS = 5
"""So many of the conductor's packets a second are followed to everyone."""


class Second(NamedTuple):
    """One second of the crowd.

    ``conductor_packets`` are what he sends himself, of each of which he would otherwise send ``peers``.
    """

    second: int
    served: float
    within_3_hops: float
    conduits: int
    delivery_p99_ms: float
    conductor_packets: int

    def as_json(self) -> dict[str, float | int | None]:
        """The figures by name; None for what takes for ever."""
        return _as_json(self._asdict())


@dataclass(slots=True)
class Outcome:
    """What a simulation came to.  Times are infinite where even the ninety-ninth in a hundred never got there."""

    peers: int
    seconds: int
    within_3_hops: float
    within_3_hops_worst_second: float
    delivery_p99_ms: float
    reattach_p99_s: float
    reattached: int
    conductor_packets_s: float
    everyone_served_s: float
    times_real_time: float

    def as_json(self) -> dict[str, float | int | None]:
        """The figures by name; None for what never happened."""
        return _as_json(asdict(self))


def _as_json(figures: dict[str, Any]) -> dict[str, float | int | None]:
    return {name: value if np.isfinite(value) else None for name, value in figures.items()}


class Crowd:
    """``peers`` members and one conductor, for as long as it is stepped.

    Args:
        peers: how many, the conductor not counted.
        loss: the share of packets lost on a good link.
        seed: everything that happens by chance follows from it.
    """

    def __init__(self, peers: int, loss: float, seed: int) -> None:
        count = peers + 1
        self._random = np.random.default_rng(seed)
        roots = np.zeros(count, dtype=np.bool_)
        roots[0] = True
        self.members = Peers(np.arange(count, dtype=np.int64), roots, 0, seed)
        self.now_us = 0
        self._loss = loss
        self._at = self._spots(count)
        self._at[0] = 0
        self._home = self._at.copy()
        self._to = self._stroll(np.arange(count))
        self._speed = self._random.uniform(*WALK_M_S, count).astype(np.float32)
        self._speed[0] = 0
        self._back_us = np.full(count, -1, dtype=np.int64)
        self._waiting_us = np.full(count, -1, dtype=np.int64)
        self._asks: Rows = np.zeros(0, ASK)
        self._keeps: Rows = np.zeros(0, KEEP)
        self.reattached_us: list[int] = []
        self.conductor_packets = 0

    def _spots(self, count: int) -> NDArray[np.float32]:
        radius = FIELD_M * np.sqrt(self._random.random(count))
        angle = self._random.random(count) * 2 * np.pi
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)

    def _stroll(self, rows: Index) -> NDArray[np.float32]:
        """Where each of ``rows`` walks next: somewhere around its own place, inside the field."""
        to = self._home[rows] + self._random.uniform(-STROLL_M, STROLL_M, (len(rows), 2)).astype(np.float32)
        return np.asarray(to * np.minimum(1, FIELD_M / np.hypot(*to.T))[:, None], dtype=np.float32)

    # -- the air -------------------------------------------------------------------------------------------

    def _loss_between(self, one: Index, other: Index) -> NDArray[np.float64]:
        apart = ((self._at[one] - self._at[other]) ** 2).sum(axis=1) / REACH_M**2
        return np.asarray(1 - (1 - self._loss) * np.clip(1 - apart**4, 0, 1), dtype=np.float64)

    def _arrive(self, rows: Rows) -> Rows:
        """Which of the rows from one member to another get there."""
        one, other = rows["peer"].astype(np.intp), rows["to"].astype(np.intp)
        comes = self._random.random(len(rows)) >= self._loss_between(one, other)
        return rows[comes & self.members.alive[one] & self.members.alive[other]]

    def _near(self, senders: Index) -> tuple[Index, Index]:
        """Pairs of (sender's place in ``senders``, row that hears it)."""
        x, y = self._at.T
        apart = (x[senders][:, None] - x) ** 2 + (y[senders][:, None] - y) ** 2
        apart *= 1 / REACH_M**2
        heard = (1 - self._loss) * (1 - np.square(np.square(apart)))
        heard[:, ~self.members.alive] = 0
        heard[np.arange(len(senders)), senders] = 0
        which, rows = np.nonzero(self._random.random(heard.shape, dtype=np.float32) < heard)
        return which, rows

    # -- a tenth of a second -------------------------------------------------------------------------------

    def step(self) -> None:
        """Let a tenth of a second pass."""
        self.now_us += STEP_US
        members, now_us = self.members, self.now_us
        self._walk()
        members.beat(now_us // STEP_US, now_us)
        self._hear_answers()
        out = members.step(now_us)
        self.conductor_packets += int((out.flows["peer"] == 0).sum())
        which, rows = self._near(out.beacons["peer"].astype(np.intp))
        members.hear_beacons(rows, out.beacons[which], np.full(len(rows), AIR_US + JITTER_US, np.float64), now_us)
        self._shout(out.needs)
        self._asks = out.asks
        keeps = self._arrive(np.concatenate([out.keeps, self._keeps]))
        members.hear_keeps(keeps["to"].astype(np.intp), keeps, now_us)
        flows = self._arrive(out.flows)
        members.hear_flows(flows["to"].astype(np.intp), flows, now_us)
        self._see_who_is_back()

    def _walk(self) -> None:
        way = self._to - self._at
        left = np.sqrt((way**2).sum(axis=1)) + 1e-6
        stride = np.minimum(self._speed * (STEP_US / 1e6), left)
        self._at += way * (stride / left)[:, None]
        there = np.flatnonzero(left < 1)
        self._to[there] = self._stroll(there)

    def _hear_answers(self) -> None:
        """What was asked a step ago is answered now."""
        if not len(self._asks):
            return
        asks = self._arrive(self._asks)
        answers = self.members.hear_asks(asks["to"].astype(np.intp), asks, self.now_us)
        if len(answers):
            answers = self._arrive(answers)
            self._keeps = self.members.hear_answers(answers["to"].astype(np.intp), answers, self.now_us)

    def _shout(self, needs: Rows) -> None:
        """Those who found nobody are heard by everyone near; there may be thousands, so they are counted by cells."""
        if not len(needs):
            return
        side = REACH_M / 2
        cells = np.clip(((self._at + FIELD_M) / side).astype(np.int64), 0, int(2 * FIELD_M / side))
        width = int(2 * FIELD_M / side) + 1
        counted = np.zeros((width + 2, width + 2))
        from_cells = cells[needs["peer"].astype(np.intp)] + 1
        np.add.at(counted, (from_cells[:, 0], from_cells[:, 1]), 1 - self._loss)
        around = sum(counted[1 + i : width + 1 + i, 1 + j : width + 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1))
        heard = np.asarray(around)[cells[:, 0], cells[:, 1]]
        rows = np.flatnonzero((heard > 0) & self.members.alive)
        self.members.hear_needs(rows, heard[rows], self.now_us)

    # -- who vanishes, and who is back ---------------------------------------------------------------------

    def vanish(self, next_to_conductor: bool) -> None:
        """One conduit is gone from one moment to the next."""
        members = self.members
        could = members.conduit & members.alive & members.served & ~members.roots
        if next_to_conductor:
            could &= members.depth == 1
        rows = np.flatnonzero(could)
        if not len(rows):
            return
        gone = self._random.choice(rows, 1)
        below = self._below(gone)
        members.alive[gone] = False
        self._back_us[gone] = self.now_us + RETURN_US
        self._waiting_us[below[self._waiting_us[below] < 0]] = self.now_us
        self._waiting_us[gone] = -1

    def _below(self, rows: Index) -> Index:
        """Everyone who hangs on ``rows``, at any distance."""
        members, found = self.members, rows
        for _ in range(rules.MAX_DEPTH):
            found = np.union1d(found, np.flatnonzero(np.isin(members.parent, found)))
        return np.setdiff1d(found, rows)

    def _see_who_is_back(self) -> None:
        """Who was cut off is back once it has heard a tick that the conductor made after that."""
        members = self.members
        waits = np.flatnonzero(self._waiting_us >= 0)
        heard_us = members.tick[waits].astype(np.int64) * STEP_US
        back = waits[(heard_us > self._waiting_us[waits]) & members.served[waits] & members.alive[waits]]
        self.reattached_us += (self.now_us - self._waiting_us[back]).tolist()
        self._waiting_us[back] = -1
        returns = np.flatnonzero((self._back_us >= 0) & (self._back_us <= self.now_us))
        self._back_us[returns] = -1
        members.begin_again(returns, self.now_us)

    @property
    def waiting_us(self) -> NDArray[np.int64]:
        """For those who are still cut off, how long they have been."""
        return self.now_us - self._waiting_us[self._waiting_us >= 0]

    # -- what is measured ----------------------------------------------------------------------------------

    def hops(self) -> NDArray[np.int64]:
        """How many hops each member really is from the conductor, by who hangs on whom; a large number if cut off."""
        members = self.members
        hops = np.full(len(members), rules.UNREACHED, dtype=np.int64)
        level, depth = np.zeros(1, dtype=np.intp), 0
        while len(level) and depth < 16:
            hops[level] = depth
            below = np.isin(members.parent, level) & members.alive & (hops == rules.UNREACHED)
            level, depth = np.flatnonzero(below), depth + 1
        return hops

    def deliver(self) -> NDArray[np.float64]:
        """How long one packet of the conductor takes to each living member, in microseconds; infinite if cut off."""
        members, hops = self.members, self.hops()
        took = np.full(len(members), np.inf)
        took[0] = 0
        for depth in range(1, int(hops[hops < rules.UNREACHED].max()) + 1):
            rows = np.flatnonzero(hops == depth)
            above = members.parent[rows].astype(np.intp)
            lost = self._random.geometric(np.clip(1 - self._loss_between(above, rows), 1e-3, 1)) - 1
            on_air = AIR_US + self._random.exponential(JITTER_US, len(rows))
            took[rows] = took[above] + rules.HOP_US + on_air + rules.REPEAT_US * lost
        living = members.alive.copy()
        living[0] = False
        return took[living]


def simulate(peers: int, seconds: int, loss: float, seed: int) -> Iterator[Second | Outcome]:
    """A crowd for ``seconds``: what each second was like, then the outcome."""
    began = time.perf_counter()
    crowd = Crowd(peers, loss, seed)
    near: list[float] = []
    delivered: list[NDArray[np.float64]] = []
    served_s, sent = float("inf"), 0
    for second in range(1, seconds + 1):
        before = crowd.conductor_packets
        for _ in range(1_000_000 // STEP_US):
            crowd.step()
        sent = crowd.conductor_packets - before
        took = np.concatenate([crowd.deliver() for _ in range(PACKETS)])
        hops = crowd.hops()[crowd.members.alive]
        within = float((hops <= rules.MAX_DEPTH).mean())
        served = float((hops < rules.UNREACHED).mean())
        if served >= 0.99 and served_s > second:
            served_s = second
        if second > SETTLE_S:
            near.append(within)
            delivered.append(took)
            crowd.vanish(second % VANISH_S == 0)
        yield Second(second, served, within, int(crowd.members.conduit.sum()), _p99(took) / 1000, sent)
    reattached = np.concatenate([np.array(crowd.reattached_us, dtype=np.int64), crowd.waiting_us])
    all_us = np.concatenate(delivered) if delivered else np.full(1, np.inf)
    yield Outcome(
        peers,
        seconds,
        float(np.mean(near)) if near else 0.0,
        min(near, default=0.0),
        _p99(all_us) / 1000,
        _p99(reattached) / 1e6 if len(reattached) else 0.0,
        len(reattached),
        sent,
        served_s,
        seconds / (time.perf_counter() - began),
    )


def _p99(values: NDArray[np.float64] | NDArray[np.int64]) -> float:
    return float(np.quantile(values, 0.99, method="higher"))
