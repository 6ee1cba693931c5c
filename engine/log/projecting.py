"""Projections: tables derived from events, kept beside them in the same file and changed in the same transaction.

The functions here run inside a transaction of the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import apsw

from engine.log.face import Projector, StoredEvent
from engine.log.history import Stretch, common_seq, events_of, events_of_all, kinds_after
from engine.log.schema import OWN_TABLES, all_rows, new_connection

Hearers = dict[str, tuple[Projector, ...]]
"""Who hears each kind of event, in the order the projectors were handed in."""


def hearers_of(projectors: Iterable[Projector]) -> Hearers:
    """The projectors by kind."""
    found: Hearers = {}
    for projector in projectors:
        for kind in projector.kinds:
            found[kind] = (*found.get(kind, ()), projector)
    return found


def tell(db: apsw.Connection, hearers: Hearers, pages: Iterable[list[StoredEvent]]) -> None:
    """Let each event change the tables of those that hear its kind."""
    for page in pages:
        for event in page:
            for projector in hearers.get(event.kind, ()):
                projector.apply(db, event)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _made_of(projector: Projector) -> str:
    return f"{projector.version}\n{' '.join(sorted(projector.kinds))}\n{projector.create}"


def _all_tables(db: apsw.Connection) -> list[str]:
    """Tables by age; the inner tables of virtual ones (full text search) are left out."""
    inner = {row[1] for row in all_rows(db, "PRAGMA main.table_list") if row[2] == "shadow"}
    names = all_rows(db, "SELECT name FROM sqlite_schema WHERE type='table' ORDER BY rowid")
    return [name for (name,) in names if name not in inner and not name.startswith("sqlite_")]


def _create(db: apsw.Connection, projector: Projector) -> list[str]:
    before = set(_all_tables(db))
    db.execute(projector.create)
    return [name for name in _all_tables(db) if name not in before]


def tables_of(db: apsw.Connection, projector: Projector) -> list[str]:
    """The tables a projector has in the log, in order of creation."""
    sql = "SELECT name FROM projection_tables WHERE projection=? ORDER BY place"
    return [name for (name,) in all_rows(db, sql, (projector.name,))]


def _drop(db: apsw.Connection, projector: Projector) -> None:
    for name in reversed(tables_of(db, projector)):
        db.execute(f"DROP TABLE IF EXISTS {_quoted(name)}")
    db.execute("DELETE FROM projection_tables WHERE projection=?", (projector.name,))


def build(db: apsw.Connection, projectors: Sequence[Projector]) -> None:
    """Drop the tables of ``projectors`` and make them anew from the effective history of every stream."""
    for projector in projectors:
        _drop(db, projector)
        tables = _create(db, projector)
        db.execute(
            "INSERT INTO projections VALUES(?1, ?2, 0) ON CONFLICT(name) DO UPDATE SET made_of=?2, stale=0",
            (projector.name, _made_of(projector)),
        )
        db.executemany(
            "INSERT INTO projection_tables VALUES(?,?,?)",
            [(name, projector.name, place) for place, name in enumerate(tables)],
        )
    if projectors:
        tell(db, hearers_of(projectors), events_of_all(db))


def outdated(db: apsw.Connection, projectors: Sequence[Projector]) -> list[Projector]:
    """Those that are new here, have changed, or missed events because a program ran without them."""
    known: dict[str, str] = dict(all_rows(db, "SELECT name, made_of FROM projections WHERE NOT stale"))
    return [projector for projector in projectors if known.get(projector.name) != _made_of(projector)]


def absent(db: apsw.Connection, projectors: Sequence[Projector]) -> list[str]:
    """The names of projections in the file whose projectors are not here to keep them true."""
    present = {projector.name for projector in projectors}
    rows = all_rows(db, "SELECT name FROM projections WHERE NOT stale")
    return [name for (name,) in rows if name not in present]


def follow_switch(
    db: apsw.Connection, projectors: Sequence[Projector], stream: str, old: list[Stretch], new: list[Stretch]
) -> None:
    """Bring the projections in line after the head of ``stream`` went from history ``old`` to ``new``.

    A projector that heard nothing of what differs is left alone.  One whose rows of a stream stand by themselves
    is told that stream again, any other is built anew.
    """
    shared = common_seq(old, new)
    kinds = kinds_after(db, old, shared) | kinds_after(db, new, shared)
    touched = [projector for projector in projectors if kinds & projector.kinds]
    mixed = [projector for projector in touched if not projector.reset(db, stream)]
    alone = [projector for projector in touched if projector not in mixed]
    if alone:
        tell(db, hearers_of(alone), events_of(db, new))
    build(db, mixed)


def _rows(db: apsw.Connection, table: str) -> Iterator[str]:
    """Every row as text in which any two different values differ, in an order that hangs on the values alone."""
    columns = [row[1] for row in all_rows(db, f"PRAGMA table_info({_quoted(table)})")]
    order = ", ".join(f"{_quoted(column)} COLLATE BINARY" for column in columns)
    # lazily: a projection may be larger than memory
    for row in db.execute(f"SELECT * FROM {_quoted(table)} ORDER BY {order}"):
        yield repr(row)


def _shape(db: apsw.Connection, table: str) -> list[str]:
    sql = "SELECT sql FROM sqlite_schema WHERE tbl_name=? AND sql IS NOT NULL ORDER BY name"
    return [text for (text,) in all_rows(db, sql, (table,))]


def differences(db: apsw.Connection, projectors: Sequence[Projector]) -> list[str]:
    """What in the projections of ``db`` is not as the events say, a sentence for each table; compared to the byte.

    The projections are made anew in a scratch database that is thrown away.
    """
    scratch = new_connection("")
    try:
        found = []
        with scratch:
            made = {projector.name: _create(scratch, projector) for projector in projectors}
            tell(scratch, hearers_of(projectors), events_of_all(db))
        for projector in projectors:
            standing = tables_of(db, projector)
            if standing != made[projector.name]:
                found.append(f"{projector.name}: has tables {standing}, should have {made[projector.name]}")
                continue
            for table in standing:
                found.extend(_table_difference(db, scratch, table))
        return found
    finally:
        scratch.close()


def _table_difference(db: apsw.Connection, scratch: apsw.Connection, table: str) -> list[str]:
    if table in OWN_TABLES or _shape(db, table) != _shape(scratch, table):
        return [f"{table}: the table itself differs from what its projector creates"]
    for count, (have, want) in enumerate(zip_longest(_rows(db, table), _rows(scratch, table)), start=1):
        if have != want:
            return [f"{table}, row {count}: is {have or 'missing'}, should be {want or 'absent'}"]
    return []


__all__ = [
    "Hearers",
    "absent",
    "build",
    "differences",
    "follow_switch",
    "hearers_of",
    "outdated",
    "tables_of",
    "tell",
]
