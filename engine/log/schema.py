"""The tables of a log file, and opening one with every refusal said plainly."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import sqlite_vec

from engine.log.face import LogBusy, LogDamaged, LogError, LogFull, LogReadOnly, LogTooNew

APPLICATION_ID = int.from_bytes(b"JLog", "big")
"""Marks the file as an event log (SQLite's own field for it)."""

SCHEMA = 1
"""Kept as ``user_version``; a file with a larger one was written by a newer program."""

TABLES = """
CREATE TABLE branches(
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    parent INTEGER REFERENCES branches(id),
    fork_seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX branches_by_stream ON branches(stream);
CREATE TABLE heads(
    stream TEXT PRIMARY KEY,
    branch INTEGER NOT NULL REFERENCES branches(id)
) STRICT, WITHOUT ROWID;
CREATE TABLE events(
    seq INTEGER PRIMARY KEY,
    branch INTEGER NOT NULL REFERENCES branches(id),
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    truth INTEGER NOT NULL CHECK (truth BETWEEN 1 AND 5),
    origin TEXT NOT NULL,
    actor TEXT NOT NULL,
    cause INTEGER REFERENCES events(seq),
    payload BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_branch ON events(branch);
CREATE TABLE projections(
    name TEXT PRIMARY KEY,
    made_of TEXT NOT NULL,
    stale INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE projection_tables(
    name TEXT PRIMARY KEY,
    projection TEXT NOT NULL REFERENCES projections(name),
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

OWN_TABLES = frozenset({"branches", "heads", "events", "projections", "projection_tables"})

INSERT_EVENT = "INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?,?)"

EVENT_WIDTH = 11
"""Columns of an event."""

_ROWS_AT_ONCE = 20  # beyond ten rows a statement it stays as fast: about 0.6 of the price of one row a statement

_INSERT_SOME = INSERT_EVENT + ",(?,?,?,?,?,?,?,?,?,?,?)" * (_ROWS_AT_ONCE - 1)

EVENT_COLUMNS = "seq, branch, stream, kind, at_us, truth, origin, actor, cause, payload, hash"

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


Row = tuple[Any, ...]

FAULTS_OF_OURS = (apsw.SQLError, apsw.ConstraintError, apsw.MismatchError, apsw.BindingsError, apsw.MisuseError)
"""What SQLite raises when a program asks for nonsense; never dressed up as something the player could act on."""


def all_rows(db: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """All rows a statement gives, the statement finished with."""
    return db.execute(sql, tuple(values)).fetchall()


def insert_events(db: apsw.Connection, values: list[Any]) -> None:
    """Insert events, their columns one after another; more than one only inside a transaction of the caller."""
    width = _ROWS_AT_ONCE * EVENT_WIDTH
    some = len(values) - len(values) % width
    for start in range(0, some, width):
        db.execute(_INSERT_SOME, values[start : start + width])
    for start in range(some, len(values), EVENT_WIDTH):
        db.execute(INSERT_EVENT, values[start : start + EVENT_WIDTH])


def told(error: apsw.Error, path: Path | None, db: apsw.Connection | None = None) -> LogError:
    """What SQLite says about ``path`` as a sentence for the player."""
    where = str(path) if path else "the log in memory"
    no_room = db is not None and isinstance(error, apsw.IOError) and db.system_errno in _NO_ROOM
    if isinstance(error, apsw.FullError) or no_room:
        return LogFull(f"{where}: the disk is full; free some space to go on saving, what was saved is safe")
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return LogBusy(f"{where}: another program is holding the file; close it and try again")
    if isinstance(error, (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError, apsw.AuthError)):
        return LogReadOnly(f"{where}: cannot be opened or written; choose another folder or change its permissions")
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return LogDamaged(f"{where}: the file is damaged; restore one of its snapshots")
    return LogError(f"{where}: the log could not be used ({error}); check the disk or restore a snapshot")


def new_connection(name: str, flags: int = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE) -> apsw.Connection:
    """A connection that knows the functions of sqlite-vec, which projections may search by."""
    db = apsw.Connection(name, flags=flags)
    try:
        db.enable_load_extension(True)
        db.load_extension(sqlite_vec.loadable_path())
        db.enable_load_extension(False)
    except BaseException:
        db.close()
        raise
    return db


def _connect(path: Path | None, read_only: bool) -> apsw.Connection:
    if path is None:
        return new_connection(":memory:")
    if not read_only:
        return new_connection(str(path))
    uri = "file:" + quote(str(path.resolve())) + "?mode=ro"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    db = new_connection(uri, flags)
    try:
        db.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        # On a medium that cannot be written SQLite cannot make its -shm file; a file at rest can be read without.
        db.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        db = new_connection(uri + "&immutable=1", flags)
    return db


def _prepare(db: apsw.Connection, where: str, read_only: bool) -> None:
    db.set_busy_timeout(5000)
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0][0]
    application = db.pragma("application_id")
    version = db.pragma("user_version")
    if application != APPLICATION_ID and (tables or read_only):
        raise LogDamaged(f"{where}: this is not an event log; choose another file")
    if application == APPLICATION_ID and version > SCHEMA:
        raise LogTooNew(f"{where}: written by a newer version of the game; update the game to open it")
    if read_only:
        return
    db.pragma("journal_mode", "wal")
    db.pragma("synchronous", "normal")
    db.pragma("foreign_keys", True)
    db.pragma("recursive_triggers", False)
    if not tables:
        with db:
            db.execute(TABLES)
            db.pragma("application_id", APPLICATION_ID)
            db.pragma("user_version", SCHEMA)


def open_database(path: Path | None, read_only: bool = False) -> apsw.Connection:
    """A connection to the log at ``path`` (None: in memory), its tables there and its settings made.

    Raises:
        LogError: or one of its kinds, saying why not.
    """
    if read_only and path is not None and not path.is_file():
        raise LogError(f"{path}: there is no log here; start the game once, or choose another profile")
    db: apsw.Connection | None = None
    try:
        db = _connect(path, read_only)
        _prepare(db, str(path or "the log in memory"), read_only)
    except apsw.Error as error:
        answer = told(error, path, db)
        if db is not None:
            db.close()
        raise answer from error
    except LogError:
        assert db is not None
        db.close()
        raise
    return db
