"""Looking a whole log over for damage and tampering."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from engine.log.chain import chain_hash
from engine.log.face import GENESIS
from engine.log.history import unpacked
from engine.log.schema import Row, all_rows

MAX_PROBLEMS = 100
"""Enough to see what happened; a file with more is simply broken."""

_EVENTS = """
SELECT e.seq, e.branch, e.stream, e.kind, e.at_us, e.truth, e.origin, e.actor, c.hash, e.payload, e.hash
FROM events e LEFT JOIN events c ON c.seq = e.cause ORDER BY e.seq
"""


def problems(db: apsw.Connection) -> list[str]:
    """Everything that is wrong with the log, a sentence each; empty when it is whole."""
    found: list[str] = []
    for check in (_integrity, _foreign_keys, _forks, _heads, _chain):
        try:
            for problem in check(db):
                found.append(problem)
                if len(found) >= MAX_PROBLEMS:
                    return [*found, "there may be more; the search ended here"]
        except apsw.Error as error:
            found.append(f"the file cannot be read to its end: {error}")
    return found


def _integrity(db: apsw.Connection) -> Iterator[str]:
    for (line,) in db.execute(f"PRAGMA integrity_check({MAX_PROBLEMS})"):
        if line != "ok":
            yield f"damaged file: {line}"


def _foreign_keys(db: apsw.Connection) -> Iterator[str]:
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"{table}, row {row}: names something in {parent} that is not there"


def _forks(db: apsw.Connection) -> Iterator[str]:
    roots = "SELECT stream, count(*) FROM branches WHERE parent IS NULL GROUP BY stream HAVING count(*) <> 1"
    for stream, count in db.execute(roots):
        yield f"stream {stream}: has {count} first branches, should have one"
    sql = """
    SELECT b.id, b.fork_seq FROM branches b LEFT JOIN branches p ON p.id = b.parent
    LEFT JOIN events e ON e.seq = b.fork_seq AND e.branch = b.parent
    WHERE CASE WHEN b.parent IS NULL THEN b.fork_seq <> 0
          ELSE p.stream IS NOT b.stream OR b.parent >= b.id OR (b.fork_seq <> 0 AND e.seq IS NULL) END
    """
    for branch, seq in db.execute(sql):
        yield f"branch {branch}: its fork point, event {seq}, is not on the branch it left"
    sql = "SELECT e.seq FROM events e JOIN branches b ON b.id = e.branch WHERE e.seq <= b.fork_seq"
    for (seq,) in db.execute(sql):
        yield f"event {seq}: is older than the fork its branch began with"


def _heads(db: apsw.Connection) -> Iterator[str]:
    sql = "SELECT h.stream FROM heads h JOIN branches b ON b.id = h.branch WHERE b.stream <> h.stream"
    for (stream,) in db.execute(sql):
        yield f"stream {stream}: its head lies on a branch of another stream"
    sql = "SELECT DISTINCT stream FROM branches WHERE stream NOT IN (SELECT stream FROM heads)"
    for (stream,) in db.execute(sql):
        yield f"stream {stream}: has no head"


def _chain(db: apsw.Connection) -> Iterator[str]:
    streams: dict[int, str] = {}
    forks: dict[int, list[int]] = {}
    last: dict[int, bytes] = {}
    for branch, stream, fork_seq in all_rows(db, "SELECT id, stream, fork_seq FROM branches"):
        streams[branch] = stream
        last[branch] = GENESIS
        forks.setdefault(fork_seq, []).append(branch)
    forks.pop(0, None)
    for seq, branch, stream, kind, at_us, truth, origin, actor, cause_hash, payload, hash_ in _stored(db):
        before = last.get(branch, GENESIS)
        last[branch] = hash_
        for child in forks.get(seq, ()):
            last[child] = hash_
        if streams.get(branch) != stream:
            yield f"event {seq}: is of stream {stream} but lies on a branch of {streams.get(branch)}"
        elif chain_hash(before, stream, kind, at_us, truth, origin, actor, cause_hash, payload) != hash_:
            yield f"event {seq} of stream {stream}: does not match its hash; it, or what came before it, was changed"
        elif problem := _unreadable(payload):
            yield f"event {seq} of stream {stream}: {problem}"


def _stored(db: apsw.Connection) -> Iterator[Row]:
    yield from db.execute(_EVENTS)


def _unreadable(payload: bytes) -> str:
    try:
        unpacked(payload)
    except (ValueError, TypeError) as error:
        return f"its payload cannot be read ({error})"
    return ""
