"""What the members of a crowd say to each other about who hangs on whom.

Every message is a row of one of these dtypes, packed as it stands: a datagram's worth of them has no other form.
Members are named by 63-bit numbers.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.void]
"""A structured array of one of the dtypes below."""

BEACON = np.dtype(
    [("peer", "<i8"), ("depth", "u1"), ("free", "u1"), ("path_us", "<u4"), ("least_useful", "<f4"), ("tick", "<u4")]
)
"""A conduit to everyone near: how many hops it is from the conductor, its free places, how long what is sent takes to
reach it, how useful the least useful of its children is, and the last tick of the conductor it has heard."""

NEED = np.dtype([("peer", "<i8")])
"""To everyone near: nobody takes me; is there one who could become a conduit?"""

ASK = np.dtype([("peer", "<i8"), ("to", "<i8"), ("useful", "<f4")])
"""Let me hang on you; so many hang on me, or would."""

ANSWER = np.dtype(
    [("peer", "<i8"), ("to", "<i8"), ("taken", "u1"), ("depth", "u1"), ("path_us", "<u4"), ("tick", "<u4")]
)
"""Yes or no, and where the one who answers stands.  A no also ends what was."""

KEEP = np.dtype([("peer", "<i8"), ("to", "<i8"), ("useful", "<f4"), ("stays", "u1"), ("below", "<u4")])
"""A child to its conduit: I am still here (or, ``stays`` 0, no longer), and so many hear through me."""

FLOW = np.dtype([("peer", "<i8"), ("to", "<i8"), ("depth", "u1"), ("path_us", "<u4"), ("tick", "<u4")])
"""A conduit to its child, with whatever it passes on: where it stands now."""


class Topic(IntEnum):
    """Which of the messages a packed row is."""

    BEACON = 1
    NEED = 2
    ASK = 3
    ANSWER = 4
    KEEP = 5
    FLOW = 6


DTYPES: dict[Topic, np.dtype[Any]] = {
    Topic.BEACON: BEACON,
    Topic.NEED: NEED,
    Topic.ASK: ASK,
    Topic.ANSWER: ANSWER,
    Topic.KEEP: KEEP,
    Topic.FLOW: FLOW,
}

MAX_ROWS = 32
"""No datagram carries more rows than one conduit has children."""


def pack(topic: Topic, rows: Rows) -> bytes:
    """Rows of one topic as bytes."""
    return bytes([topic]) + rows.tobytes()


def unpack(data: bytes) -> tuple[Topic, Rows] | None:
    """The rows of :func:`pack`; None when the bytes are not that."""
    if not data or data[0] not in DTYPES:
        return None
    topic = Topic(data[0])
    size = DTYPES[topic].itemsize
    count, rest = divmod(len(data) - 1, size)
    if rest or not 0 < count <= MAX_ROWS:
        return None
    rows = np.frombuffer(data, DTYPES[topic], count, 1)
    if (rows["peer"] < 0).any() or ("useful" in (rows.dtype.names or ()) and not np.isfinite(rows["useful"]).all()):
        return None
    return topic, rows
