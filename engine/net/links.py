"""The paths to one peer: which there are, how good each is, and which is used.

Sans-IO.  A path is a way a datagram can go: to an address, to the group of the local network, or into the hands of
a member that passes it on.  Each open path is probed; a probe is a stamp that the peer sends back, by whatever path
it likes best, with how long it held it.  So what is measured is this path out and the peer's best path home.

The best path is probed with every presence, the others once in a while.  When the best falls silent it is in doubt:
everything goes out on two paths and all are probed at once; a moment later the best one that answers is taken.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from engine.net.endpoint import Address

PROBE_US = 250_000
"""The best path is probed as often as presence is sent."""

OTHER_PROBE_US = 1_000_000
"""An open path that is not the best is probed this often, so that it is known to work before it is needed."""

IDLE_PROBE_US = 3_000_000
"""A path that does not answer is tried this often: an address may begin to work."""

RELAY_PROBE_US = 8_000_000
"""A relay in reserve is probed this often: when it is needed it is probed at once anyway."""

DOUBT_US = 480_000
"""Two presences without an answer (and a round trip): the best path is in doubt; probes ask for an answer at once."""

DEAD_US = 590_000
"""So long without an answer (and a round trip): another that answers is taken; a failover ends within a second."""

MAX_PATHS = 6
"""More ways to one peer are not kept open."""

MAX_PENDING = 16
"""Probes whose answer is waited for, per path."""

BETTER_SHARE, BETTER_US, BETTER_FOR_US = 0.7, 2_000, 2_000_000
"""Hysteresis: another path must cost at most this share, this much less, for this long before it is taken."""

COSTS_US = {"direct": 0, "far": 0, "multicast": 60_000, "relay": 30_000}
"""What a path costs besides its round trip: relays burden another member, multicast the whole air."""

LOST_COST_US = 60_000
"""A path that loses everything costs this much more; 10 % loss weighs like 6 ms."""

UNKNOWN_US = 30_000
"""The round trip of a path that was never measured, for comparing."""


@dataclass(slots=True, eq=False)
class Path:
    """One way to a peer.

    ``kind`` is ``direct``, ``far``, ``multicast`` or ``relay``; ``address`` where datagrams go (None for a relay,
    then ``via`` is the member that passes them on).  ``answered_us`` is None until the first answer.
    """

    number: int
    kind: str
    address: Address | None
    via: str = ""
    round_trip_us: int = 0
    jitter_us: int = 0
    loss: float = 0.0
    opened_us: int = 0
    probed_us: int | None = None
    answered_us: int | None = None
    pending: OrderedDict[int, int] = field(default_factory=OrderedDict)

    @property
    def cost_us(self) -> float:
        """How dear it is to use: round trip, four times its jitter, loss, and what its kind burdens others with."""
        way = self.round_trip_us + 4 * self.jitter_us if self.answered_us is not None else UNKNOWN_US
        return way + self.loss * LOST_COST_US + COSTS_US[self.kind]

    def answers(self, now_us: int) -> bool:
        """Whether it was answered lately, by the pace at which it is probed."""
        pace_us = RELAY_PROBE_US if self.kind == "relay" else IDLE_PROBE_US
        return self.answered_us is not None and now_us - self.answered_us < 2 * pace_us + PROBE_US


class Paths:
    """The paths to one peer, the best of them, and when each is to be probed."""

    def __init__(self) -> None:
        self._paths: dict[int, Path] = {}
        self._next = 1
        self.best: Path | None = None
        self._rival: Path | None = None
        self._rival_since_us = 0
        self._unanswered_us: int | None = None
        self.changes = 0
        self.patience_us = 0
        """How much longer than usual silence is borne, because it is not this path's alone."""

    def all(self) -> list[Path]:
        """Every path, the oldest first."""
        return list(self._paths.values())

    def addresses(self) -> list[Address]:
        """Where the peer may be reached without anybody's help, what answered last first."""
        paths = [path for path in self._paths.values() if path.address is not None]
        paths.sort(key=lambda path: (path is not self.best, -(path.answered_us or 0), path.number))
        return [path.address for path in paths if path.address is not None]

    def offer(self, kind: str, address: Address | None, now_us: int, via: str = "") -> Path:
        """A way that might work; an equal one that is known is given back instead.

        Beyond :data:`MAX_PATHS` the dearest one that is not in use makes room.
        """
        for path in self._paths.values():
            if path.address == address and path.via == via and (path.kind == kind or address is not None):
                return path
        if len(self._paths) >= MAX_PATHS:
            spare = [path for path in self._paths.values() if path is not self.best]
            worst = max(spare, key=lambda path: (not path.answers(now_us), path.cost_us, path.number))
            self.drop(worst)
        path = Path(self._next, kind, address, via, opened_us=now_us)
        self._next = self._next % 255 + 1
        while self._next in self._paths:
            self._next = self._next % 255 + 1
        self._paths[path.number] = path
        self.best = self.best or path
        return path

    def drop(self, path: Path) -> None:
        """Forget a way (its relay left, or is no candidate any more)."""
        self._paths.pop(path.number, None)
        if self._rival is path:
            self._rival = None
        if self.best is path:
            self.best = min(self._paths.values(), key=lambda each: each.cost_us, default=None)
            self._unanswered_us = None
            self.changes += 1

    def drop_via(self, via: str) -> None:
        """Forget the ways through a member that went."""
        for path in [path for path in self._paths.values() if path.via == via]:
            self.drop(path)

    def to_probe(self, now_us: int, presence: bool) -> list[Path]:
        """The paths that are to carry a probe now; with ``presence`` the best is among them."""
        doubt = self.in_doubt(now_us)
        chosen = []
        for path in self._paths.values():
            if path is self.best:
                if presence:
                    chosen.append(path)
                continue
            reserve_us = RELAY_PROBE_US if path.kind == "relay" else OTHER_PROBE_US
            pace = PROBE_US // 3 if doubt else reserve_us if path.answers(now_us) else IDLE_PROBE_US
            if path.probed_us is None or now_us - path.probed_us >= pace:
                chosen.append(path)
        return chosen

    def probed(self, path: Path, now_us: int) -> int:
        """A probe leaves by ``path``; gives its stamp, 32 bits of microseconds, which the peer sends back."""
        stamp = now_us & 0xFFFFFFFF
        path.pending[stamp] = now_us
        path.probed_us = now_us
        if path is self.best and self._unanswered_us is None:
            self._unanswered_us = now_us
        while len(path.pending) > MAX_PENDING:
            path.pending.popitem(last=False)
            path.loss += (1.0 - path.loss) / 16
        return stamp

    def answered(self, number: int, stamp: int, held_us: int, now_us: int) -> Path | None:
        """The peer had the probe ``stamp`` of path ``number`` and held it for ``held_us``.

        Gives the path, or None for an answer to nothing that was asked (forged, repeated or too old).
        """
        path = self._paths.get(number)
        sent_us = path.pending.pop(stamp, None) if path is not None else None
        if path is None or sent_us is None or not 0 <= held_us <= now_us - sent_us:
            return None
        trip_us = now_us - sent_us - held_us
        if path.answered_us is None:
            path.round_trip_us = trip_us
        else:
            path.jitter_us += (abs(trip_us - path.round_trip_us) - path.jitter_us) // 16  # RFC 3550, 6.4.1
            path.round_trip_us += (trip_us - path.round_trip_us) // 8  # RFC 6298, 2
        path.answered_us = now_us
        path.loss -= path.loss / 16
        # Probes that left before this one and have no answer are lost: the peer answers in the order they came.
        for older in [each for each, at_us in path.pending.items() if at_us < sent_us]:
            del path.pending[older]
            path.loss += (1.0 - path.loss) / 16
        if path is self.best:
            self._unanswered_us = min(path.pending.values(), default=None)
        return path

    def excuse(self, away_us: int, now_us: int) -> None:
        """This machine did nothing for ``away_us`` (it was busy, or asleep): no path is to blame for that."""
        if self._unanswered_us is not None:
            self._unanswered_us = min(now_us, self._unanswered_us + away_us)

    def in_doubt(self, now_us: int) -> bool:
        """Whether the best path has not answered for two presences."""
        return self.best is None or self._unanswered_for(now_us) >= DOUBT_US + self.patience_us

    def overdue(self, now_us: int) -> bool:
        """Whether a path that used to answer has fallen silent, with or without patience."""
        used_to = self.best is not None and self.best.answered_us is not None
        return used_to and self._unanswered_for(now_us) >= DOUBT_US

    def to_use(self, now_us: int) -> list[Path]:
        """The path to send by; while it is in doubt also the next best, so that nothing waits for certainty."""
        if self.best is None:
            return []
        if not self.in_doubt(now_us):
            return [self.best]
        others = sorted(
            (path for path in self._paths.values() if path is not self.best),
            key=lambda path: (not path.answers(now_us), path.cost_us),
        )
        return [self.best, *others[:1]]

    def straight(self) -> Path | None:
        """The path in use if it goes to an address, else the one that does and answered last: for passing on."""
        if self.best is not None and self.best.address is not None:
            return self.best
        paths = [path for path in self._paths.values() if path.address is not None and path.answered_us is not None]
        return max(paths, key=lambda path: path.answered_us or 0, default=None)

    def choose(self, now_us: int) -> bool:
        """Take another path if the best is dead or has long been dearer; true when it changed."""
        best = self.best
        if best is None:
            return False
        others = [path for path in self._paths.values() if path is not best and path.answers(now_us)]
        if not others:
            return False
        rival = min(others, key=lambda path: path.cost_us)
        if self._unanswered_for(now_us) >= DEAD_US + self.patience_us:
            fresh = [path for path in others if (path.answered_us or 0) > (best.answered_us or 0)]
            return self._take(min(fresh, key=lambda path: path.cost_us), now_us) if fresh else False
        if rival.cost_us > best.cost_us * BETTER_SHARE or rival.cost_us > best.cost_us - BETTER_US:
            self._rival = None
            return False
        if self._rival is not rival:
            self._rival, self._rival_since_us = rival, now_us
            return False
        return self._take(rival, now_us) if now_us - self._rival_since_us >= BETTER_FOR_US else False

    def _unanswered_for(self, now_us: int) -> int:
        """How long an answer by the best path is overdue."""
        if self.best is None or self._unanswered_us is None:
            return 0
        return now_us - self._unanswered_us - self.best.round_trip_us

    def _take(self, path: Path, now_us: int) -> bool:
        if self.best is not None:
            self.best.pending.clear()
        self.best, self._rival, self._unanswered_us = path, None, None
        path.pending.clear()
        self.changes += 1
        return True
