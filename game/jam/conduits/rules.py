"""What a link is worth and which conduit to hang on: pure functions over arrays of any number of members.

A link's worth is the time a packet needs over it, repeats counted; the way with the least time from the conductor
is the best.  Whoever has found one changes it only for one that is clearly better and stays so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_DEPTH = 3
"""Hops from the conductor at most (001 N4: "2-3 hops")."""

PLACES = 32
"""How many hang on one conduit at most, the conductor included: 32 + 32 squared + 32 cubed is 33,824 members."""

MOST_BELOW = PLACES + PLACES**2
"""More than this hear through no conduit."""

NEIGHBOURS = 8
"""How many conduits a member remembers."""

BEACON_US = 1_500_000
"""How often a conduit tells of itself."""

FLOW_US = 100_000
"""A child hears from its conduit at least this often, whether there is anything to pass on or not."""

KEEP_US = 500_000
"""A conduit hears from its child this often."""

NEED_US = 500_000
"""How often a member that nobody takes asks for a new conduit."""

SILENT_US = 600_000
"""A conduit not heard for so long is gone: six times :data:`FLOW_US`, once in 64 million at 5 % loss."""

STALE_US = 1_200_000
"""A conduit that tells no news of the conductor for so long is cut off itself; it has had time to find another."""

FORGET_US = 5_000_000
"""A neighbour whose beacons stay away for so long is forgotten."""

CHILD_GONE_US = 3_000_000
"""A child not heard for so long has gone."""

ASK_US = 200_000
"""An answer that takes longer does not come."""

DENIED_US = 1_000_000
"""Whoever said no, or nothing, is not asked again for so long."""

LOOK_US = 500_000
"""How often a member that is served looks for a better conduit."""

HURRY_US = 100_000
"""How often one that is not served does."""

REPEAT_US = 20_000
"""What is lost is in the packet after it: so much later."""

HOP_US = 5_000
"""What a hop costs beside the time on the air: being received, queued and sent."""

WORST_QUALITY = 0.5
"""A link over which less than this share arrives is no link."""

BETTER = 0.75
"""Another way must take less than this share of the present one's time …"""

TIMES_BETTER = 3
"""… in so many looks one after the other."""

CURIOUS = 0.12
"""Of the conduits it does not know, a member that is served considers so many."""

BREAKING_QUALITY = 0.8
"""A link that loses more than this is about to break: a better way is taken at once."""

RETIRE_US = 50_000
"""A conduit whose own link is about to break tells its way to be so much longer than it is."""

LEARN = 0.2
"""How far one beacon that came, or stayed away, moves the estimate of a link's quality …"""

LEARN_FLOW = 0.1
"""… and how far what comes ten times a second from the conduit one hangs on does."""

FIRST_QUALITY = 0.75
"""What a link that is heard for the first time is taken for."""

LEAF_USE = 0.2
"""How useful one is on whom nobody hangs."""

NEED_USE = 0.05
"""What each need it hears adds to that: it might become a conduit for them."""

FULL_US = 40_000
"""A neighbour without a free place is remembered only before one that takes so much longer."""

ROOM, ENOUGH = 4, 3
"""Nobody becomes a conduit where so many conduits near have more than ``ROOM`` places each."""

VOLUNTEER_US = 800_000
"""Members who hear of a need wait up to so long, the less useful the longer, so that few step forward."""

IDLE_US = 8_000_000
"""A conduit on which nobody hangs for so long stops being one."""

UNREACHED = 99
"""The depth of a member that hangs on nobody."""

NEVER_US = -(1 << 60)

Floats = NDArray[np.floating[Any]]


def link_us(quality: Floats, delay_us: Floats) -> Floats:
    """How long a packet takes over a link, its repeats counted.

    The expectation of a geometric number of repeats is (1 - q) / q of them; the further division by q is for what
    comes next: a link that loses much is at the edge of its reach, and about to break.
    """
    share = np.clip(quality, 0.05, 1.0)
    return delay_us + HOP_US + REPEAT_US * (1 - share) / share**2


def quality_now(links: Any, now_us: int) -> Floats:
    """Each link's quality, every beacon that should have come since the last one counted as lost."""
    missed = np.maximum(0, (now_us - links["heard_us"]) // BEACON_US - 1)
    return np.asarray(links["quality"] * (1 - LEARN) ** np.minimum(missed, 20), dtype=np.float64)


def usable(links: Any, now_us: int) -> NDArray[np.bool_]:
    """Which remembered neighbours could serve: heard lately, near enough to the conductor, and well enough."""
    near = (links["depth"] < MAX_DEPTH) & (links["heard_us"] > now_us - FORGET_US)
    return np.asarray(near & (quality_now(links, now_us) >= WORST_QUALITY), dtype=np.bool_)


def way_us(links: Any, now_us: int) -> Floats:
    """The time from the conductor over each remembered neighbour."""
    return np.asarray(links["path_us"] + link_us(quality_now(links, now_us), links["delay_us"]), dtype=np.float64)


def would_take(links: Any, useful: Floats) -> NDArray[np.bool_]:
    """Whether each neighbour has a place for one who is so ``useful``."""
    return np.asarray((links["free"] > 0) | outranks(useful, links["least_useful"]), dtype=np.bool_)


def outranks(useful: Any, least_useful: Any) -> Any:
    """Whether one who asks is so much more useful than the least useful child that it gets its place."""
    return useful > 4 * least_useful + 1


def best(links: Any, allowed: NDArray[np.bool_], handicap: Floats, now_us: int) -> tuple[NDArray[np.intp], Floats]:
    """For each row of links the slot of the best allowed way, and its time (infinite when none is allowed).

    ``handicap`` multiplies each way's time in the comparison.
    """
    times = np.where(allowed, way_us(links, now_us), np.inf)
    slot = (times * handicap).argmin(axis=1)
    return slot, times[np.arange(len(times)), slot]
