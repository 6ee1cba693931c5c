"""Reading: which events a branch's history is made of, and fetching them in pages.

The history of a branch is its parents' up to the fork, then its own.  As seqs only ever grow, that is also the
order of seq; each branch contributes one stretch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import apsw
import msgpack

from engine.log.face import LogDamaged, StoredEvent
from engine.log.schema import EVENT_COLUMNS, Row, all_rows

END = 2**63 - 1
"""After every event."""

PAGE = 1024
"""Events fetched at a time: no statement stays open while the caller works, and memory stays bounded."""

_STRETCH = f"SELECT {EVENT_COLUMNS} FROM events WHERE branch=? AND seq>? AND seq<=? ORDER BY seq LIMIT {PAGE}"
_ALL = f"SELECT {EVENT_COLUMNS} FROM events WHERE seq>? AND seq<=? ORDER BY seq LIMIT {PAGE}"


class Stretch(NamedTuple):
    """The events of one branch up to and including seq ``upto``."""

    branch: int
    upto: int


def stretches(db: apsw.Connection, branch: int) -> list[Stretch]:
    """The stretches that make up the history of ``branch``, oldest first.

    Raises:
        LogDamaged: a branch is missing or older than its parent, which no log ever wrote.
    """
    found = []
    upto = END
    step: int | None = branch
    while step is not None:
        found.append(Stretch(step, upto))
        rows = all_rows(db, "SELECT parent, fork_seq FROM branches WHERE id=?", (step,))
        if not rows or (rows[0][0] or 0) >= step:
            raise LogDamaged(f"the log's branch {step} has lost where it came from; restore a snapshot")
        upto = min(upto, rows[0][1])
        step = rows[0][0]
    return found[::-1]


def common_seq(one: list[Stretch], other: list[Stretch]) -> int:
    """The last seq up to which two histories of the same stream are the same (:data:`END` if they are equal)."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left.branch != right.branch:
            break
        shared = min(left.upto, right.upto)
        if left.upto != right.upto:
            break
    return shared


def kinds_after(db: apsw.Connection, history: list[Stretch], seq: int) -> set[str]:
    """The kinds of event that ``history`` holds after ``seq``."""
    found: set[str] = set()
    for branch, upto in history:
        if upto > seq:
            sql = "SELECT DISTINCT kind FROM events WHERE branch=? AND seq>? AND seq<=?"
            found.update(kind for (kind,) in all_rows(db, sql, (branch, seq, upto)))
    return found


def unpacked(payload: bytes) -> Any:
    """A payload as it was given, but for tuples, which come back as lists (as tuples where they are keys of a map).

    Raises:
        ValueError: these bytes are no payload.
    """
    try:
        return msgpack.unpackb(payload, strict_map_key=False)
    except TypeError:
        return msgpack.unpackb(payload, strict_map_key=False, use_list=False)
    except msgpack.UnpackException as error:
        raise ValueError(str(error)) from error


def decode(rows: list[Row]) -> list[StoredEvent]:
    """Rows of :data:`EVENT_COLUMNS` as events.

    Raises:
        LogDamaged: a payload that cannot be read.
    """
    make, unpack = StoredEvent, unpacked
    try:
        return [
            make(seq, branch, stream, kind, at_us, truth, origin, actor, cause, unpack(payload), hash_)
            for seq, branch, stream, kind, at_us, truth, origin, actor, cause, payload, hash_ in rows
        ]
    except (ValueError, TypeError) as error:
        raise LogDamaged(f"the log holds an event that cannot be read ({error}); restore a snapshot") from error


def events_of(
    db: apsw.Connection, history: list[Stretch], after: int = 0, upto: int = END
) -> Iterator[list[StoredEvent]]:
    """The events of one history with ``after < seq <= upto``, page by page."""
    for branch, stretch_upto in history:
        last, end = after, min(upto, stretch_upto)
        while last < end:
            rows = all_rows(db, _STRETCH, (branch, last, end))
            if rows:
                yield decode(rows)
            if len(rows) < PAGE:
                break
            last = rows[-1][0]


def events_of_all(db: apsw.Connection, after: int = 0, upto: int = END) -> Iterator[list[StoredEvent]]:
    """The effective histories of all streams in one, in order of seq, page by page."""
    ends: dict[int, int] = {}
    for (head,) in all_rows(db, "SELECT branch FROM heads"):
        ends.update(stretches(db, head))
    last = after
    while last < upto:
        rows = all_rows(db, _ALL, (last, upto))
        page = decode([row for row in rows if row[0] <= ends.get(row[1], 0)])
        if page:
            yield page
        if len(rows) < PAGE:
            return
        last = rows[-1][0]
