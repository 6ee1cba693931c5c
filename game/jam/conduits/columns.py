"""What each member of a crowd knows, as columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from game.jam.conduits.rules import MOST_BELOW, NEIGHBOURS, NEVER_US, PLACES, UNREACHED

LINK = np.dtype(
    [
        ("depth", "u1"),
        ("free", "u1"),
        ("path_us", "<f4"),
        ("least_useful", "<f4"),
        ("quality", "<f4"),
        ("delay_us", "<f4"),
        ("heard_us", "<i8"),
        ("denied_us", "<i8"),
    ]
)
"""What is remembered of a neighbouring conduit."""

CHILD = np.dtype([("peer", "<i8"), ("useful", "<f4"), ("heard_us", "<i8"), ("below", "<u4")])
"""One who hangs on a conduit, and how many hear through it; ``peer`` -1 for a free place."""


class Columns:
    """``count`` members, one row each; ``ids`` names them, ``roots`` says who is a conductor.

    ``depth`` is how many hops it is from the conductor and ``stood`` how many it was when it last hung on somebody;
    ``near`` names the neighbouring conduits it remembers (-1: an empty slot) and ``links`` says what it knows of
    each; ``parent`` is the conduit a member hangs on (-1: none), ``asked`` the one it has asked; ``useful`` how many
    hang on it or ask for it; ``needs`` how many asked for a conduit lately, so far as it heard.
    """

    def __init__(self, ids: NDArray[np.int64], roots: NDArray[np.bool_], now_us: int) -> None:
        count = len(ids)
        self.ids = ids.astype(np.int64)
        self.roots = roots.copy()
        self.alive = np.ones(count, dtype=np.bool_)
        self.conduit = roots.copy()
        self.depth = np.where(roots, 0, UNREACHED).astype(np.uint8)
        self.stood = self.depth.copy()
        self.path_us = np.zeros(count, dtype=np.float64)
        self.tick = np.zeros(count, dtype=np.uint32)
        self.tick_us = np.full(count, now_us, dtype=np.int64)
        self.parent = np.full(count, -1, dtype=np.int64)
        self.parent_heard_us = np.full(count, NEVER_US, dtype=np.int64)
        self.asked = np.full(count, -1, dtype=np.int64)
        self.asked_us = np.full(count, NEVER_US, dtype=np.int64)
        self.better_looks = np.zeros(count, dtype=np.int16)
        self.useful = np.zeros(count, dtype=np.float32)
        self.needs = np.zeros(count, dtype=np.float32)
        self.needs_us = np.full(count, NEVER_US, dtype=np.int64)
        self.alone_us = np.full(count, now_us, dtype=np.int64)
        self.volunteers_us = np.full(count, -1, dtype=np.int64)
        self.busy_us = np.full(count, now_us, dtype=np.int64)
        self.looks_us = np.full(count, now_us, dtype=np.int64)
        self.links = np.zeros((count, NEIGHBOURS), dtype=LINK)
        self.near = np.full((count, NEIGHBOURS), -1, dtype=np.int64)
        self.links["heard_us"] = self.links["denied_us"] = NEVER_US
        self.children = np.zeros((count, PLACES), dtype=CHILD)
        self.children["peer"] = -1

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def served(self) -> NDArray[np.bool_]:
        """Who hangs on somebody (or conducts)."""
        return self.roots | (self.parent >= 0)

    def free(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """How many places each of ``rows`` has left."""
        return np.asarray((self.children["peer"][rows] < 0).sum(axis=1))

    def least_useful(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """The smallest usefulness among the children of each of ``rows``; 0 without children."""
        there = self.children["peer"][rows] >= 0
        least = np.where(there, self.children["useful"][rows], np.inf).min(axis=1)
        return np.where(there.any(axis=1), least, 0).astype(np.float32)

    def below(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """How many hang on each of ``rows``, through others too, as those say."""
        there = self.children["peer"][rows] >= 0
        said = np.minimum(self.children["below"][rows], MOST_BELOW).astype(np.int64)
        return np.asarray(np.where(there, 1 + said, 0).sum(axis=1))
