"""How much of whom is listened to: token buckets, one for each source, in a table that does not grow.

The source is an address for what nobody known has sealed, and a member for what it has: an address can be made up, so
it must not cost a member its share.  Where the table is full, a bucket that nobody asked for in a while makes room
(it has filled up again, so nothing is forgotten).  What has no bucket comes out of one that all newcomers share, so
that a flood from ever new, made-up addresses gets no more than one source does, and takes nothing from those who are
there already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

PACKETS_PER_S = 1000
"""What one source may send for long: some ten times what a busy member does."""

BURST = 500
"""What it may send at once, in packets: a journal that is filled in after a partition."""

MAX_SOURCES = 512

KEPT_US = 10_000_000
"""A source keeps its bucket at least this long after its last packet, also when many new ones come."""

GUESSES_PER_HOST = 5
"""Tries at the join code that one machine may have open or wrong in a minute."""

GUESSES_IN_ALL = 30
"""The same for all machines together: a code of six digits stands for weeks."""

GUESSES_OF_NEW = 10
"""So many of them are kept for machines that have not tried in that minute: a few that guess lock nobody else out."""

GUESS_WINDOW_US = 60_000_000

UNDECIDED_US = 3_000_000
"""A try that has not proved the code after this long was wrong; before that it may be slow."""

Source = TypeVar("Source", bound=Hashable)


class _Bucket:
    __slots__ = ("at_us", "refused", "tokens_us")

    def __init__(self, tokens_us: int, at_us: int) -> None:
        self.tokens_us = tokens_us
        self.at_us = at_us
        self.refused = 0


class Limits(Generic[Source]):
    """Token buckets for up to ``max_sources`` sources of ``per_s`` packets a second each, ``burst`` at once.

    Raises:
        ValueError: a burst that takes longer than :data:`KEPT_US` to grow again.
    """

    def __init__(self, per_s: int = PACKETS_PER_S, burst: int = BURST, max_sources: int = MAX_SOURCES) -> None:
        if burst * 1_000_000 > per_s * KEPT_US:
            raise ValueError("a bucket must fill up again while it is kept")
        # A token is worth the microseconds in which it grows again, so all of this is whole numbers.
        self._cost_us = 1_000_000 // per_s
        self._full_us = burst * self._cost_us
        self._max_sources = max_sources
        self._buckets: dict[Source, _Bucket] = {}  # in the order in which they were last asked for
        self._newcomers = _Bucket(self._full_us, 0)
        self.refused = 0

    def __len__(self) -> int:
        return len(self._buckets)

    def allow(self, source: Source, now_us: int, parts: int = 1) -> bool:
        """Whether one more packet of this source is taken now; with ``parts`` it may send that many times as much."""
        bucket = self._buckets.pop(source, None)
        if bucket is None:
            if not self._take(self._newcomers, now_us, self._cost_us):
                return False
            if not self._room(now_us):
                return True
            bucket = _Bucket(self._full_us, now_us)
        self._buckets[source] = bucket
        return self._take(bucket, now_us, self._cost_us // parts)

    def _take(self, bucket: _Bucket, now_us: int, cost_us: int) -> bool:
        tokens_us = min(self._full_us, bucket.tokens_us + max(0, now_us - bucket.at_us))
        bucket.at_us = now_us
        if tokens_us < cost_us:
            bucket.tokens_us = tokens_us
            bucket.refused += 1
            self.refused += 1
            return False
        bucket.tokens_us = tokens_us - cost_us
        return True

    def _room(self, now_us: int) -> bool:
        """Whether there is room for another bucket, made by dropping one that has long been idle."""
        if len(self._buckets) < self._max_sources:
            return True
        oldest = next(iter(self._buckets))
        if now_us - self._buckets[oldest].at_us < KEPT_US:
            return False
        del self._buckets[oldest]
        return True

    def floods(self, least: int = BURST) -> list[Source]:
        """The sources of which at least ``least`` packets were refused since they were last named here."""
        loud = [source for source, bucket in self._buckets.items() if bucket.refused >= least]
        for source in loud:
            self._buckets[source].refused = 0
        return loud


class Guess:
    """One try at the join code."""

    __slots__ = ("at_us", "host")

    def __init__(self, host: str, at_us: int) -> None:
        self.host = host
        self.at_us = at_us


class Guesses:
    """Who has tried the join code and not proved it.

    Every answer a door gives lets its receiver check one guess, silently; so each counts from the moment it is given,
    and is struck out when the receiver proves that it knows the code.  One host may have ``of_one`` open or wrong, all
    together ``in_all``, of which ``of_new`` are kept for those who have not tried.
    """

    def __init__(
        self, of_one: int = GUESSES_PER_HOST, in_all: int = GUESSES_IN_ALL, of_new: int = GUESSES_OF_NEW
    ) -> None:
        self._of_one, self._in_all, self._of_new = of_one, in_all, of_new
        self._tries: deque[Guess] = deque()

    def __len__(self) -> int:
        return len(self._tries)

    def wait_s(self, host: str, now_us: int) -> int | None:
        """Seconds until ``host`` may try: 0 for now; None while too many tries are open to tell, so ask again."""
        while self._tries and now_us - self._tries[0].at_us >= GUESS_WINDOW_US:
            self._tries.popleft()
        own = [guess for guess in self._tries if guess.host == host]
        in_all = self._in_all - self._of_new if own else self._in_all
        for tries, most in ((own, self._of_one), (list(self._tries), in_all)):
            if len(tries) < most:
                continue
            if any(now_us - guess.at_us < UNDECIDED_US for guess in tries):
                return None
            return (tries[0].at_us + GUESS_WINDOW_US - now_us) // 1_000_000 + 1
        return 0

    def began(self, host: str, now_us: int) -> Guess:
        """``host`` is given an answer to try a code on."""
        guess = Guess(host, now_us)
        self._tries.append(guess)
        return guess

    def proved(self, guess: Guess) -> None:
        """The try was right."""
        if guess in self._tries:
            self._tries.remove(guess)
