"""Session time as one in the crowd knows it: out of the stamps of the conductor's words, and about right.

A word comes later than it was said by an unknown way, so whichever came with the least delay of late says most.  How
long that one took nobody measured; it is taken to be half of what a hop may need, for each hop.  The band's own clock
(:mod:`engine.net.time_sync`) is measured there and back, with a bound; this one is for listening.
"""

from __future__ import annotations

from collections import deque

import numpy as np

HOP_US = 7_000
"""The most that the quickest word is taken to need for a hop on one network: on the air, received, passed on."""

DRIFT_US = 1_000
"""What two clocks come apart in :data:`WINDOW_US`, at 50 parts in a million."""

WINDOW_US = 20_000_000
MAX_WORDS = 512
ENOUGH = 3
"""So many words are heard before it says anything."""


class CrowdClock:
    """Hears stamps, tells session time."""

    def __init__(self) -> None:
        self._heard: deque[tuple[int, int]] = deque(maxlen=MAX_WORDS)
        self._ahead_us: int | None = None
        self._hops = 1
        self._known = False
        """Whether enough was heard at any time: session time is the same whoever conducts."""
        self.agreed = False
        """Whether enough was heard of who conducts now."""
        self.held = False
        """While held it is not corrected, once enough was heard to go by: a song runs."""

    def hear(self, stamp_us: int, at_us: int, hops: int) -> None:
        """A word said at ``stamp_us`` of session time came at ``at_us`` of this machine's clock, over ``hops``."""
        self._heard.append((at_us, stamp_us - at_us))
        while self._heard[0][0] < at_us - WINDOW_US:
            self._heard.popleft()
        enough = len(self._heard) >= ENOUGH
        if not self._known or (enough and not self.held):
            self._hops = max(1, hops)
            self._ahead_us = max(ahead for _, ahead in self._heard) + self._hops * HOP_US // 2
        self.agreed = self.agreed or enough
        self._known = self._known or enough

    def forget(self) -> None:
        """Another conducts, and the way is another: until enough is heard there, time goes on as it was known."""
        self._heard.clear()
        self.agreed = False

    @property
    def error_us(self) -> int:
        """About how wrong it may be either way; no bound, for nothing was measured there and back."""
        return self._hops * HOP_US // 2 + DRIFT_US

    @property
    def bound_us(self) -> int:
        """The same, for who asks any clock of a session for it."""
        return self.error_us

    @property
    def delay_us(self) -> int:
        """How late a word mostly comes, by this clock."""
        if self._ahead_us is None or not self._heard:
            return 0
        return max(0, round(self._ahead_us - float(np.median([ahead for _, ahead in self._heard]))))

    def session_us(self, local_us: int) -> int:
        """An instant of this machine's clock in session time."""
        return local_us + (self._ahead_us or 0)

    def local_us(self, session_us: int) -> int:
        """An instant of session time on this machine's clock."""
        return session_us - (self._ahead_us or 0)
