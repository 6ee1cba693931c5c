"""How the log gets at its database: one caller at a time, whole transactions, refusals said as sentences.

These are classes and not generators because every append goes through them; generators cost twice as much.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import apsw

from engine.log.face import LogReadOnly
from engine.log.schema import FAULTS_OF_OURS, told


class Told:
    """Holds the database for one thread (again and again, if it likes); raises LogError where SQLite refuses."""

    def __init__(self, db: apsw.Connection, path: Path | None) -> None:
        self.mutex = threading.RLock()
        self._db, self._path = db, path

    def __enter__(self) -> None:
        self.mutex.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if isinstance(error, apsw.Error) and not isinstance(error, FAULTS_OF_OURS):
                raise told(error, self._path, self._db) from error
        finally:
            self.mutex.release()


class _Transaction:
    _begin = "BEGIN"

    def __init__(self, held: Told, db: apsw.Connection) -> None:
        self._told, self._db = held, db

    def __enter__(self) -> apsw.Connection:
        self._told.__enter__()
        try:
            self._db.execute(self._begin)
        except BaseException as error:
            self._told.__exit__(type(error), error, None)
            raise
        return self._db

    def _roll_back(self, error: BaseException | None) -> None:
        try:
            if self._db.in_transaction:  # SQLite may have ended it itself
                self._db.execute("ROLLBACK")
        finally:
            self._told.__exit__(type(error) if error else None, error, None)


class Still(_Transaction):
    """A look at one instant, whatever a writer in another process does meanwhile."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._roll_back(error)


class Change(_Transaction):
    """One transaction: everything inside happens, or nothing, and then ``undone`` is called."""

    _begin = "BEGIN IMMEDIATE"

    def __init__(self, held: Told, db: apsw.Connection, read_only: Path | None, undone: Callable[[], None]) -> None:
        super().__init__(held, db)
        self._read_only, self._undone = read_only, undone

    def check(self) -> None:
        """Raise LogReadOnly where nothing may be changed."""
        if self._read_only is not None:
            raise LogReadOnly(f"{self._read_only}: opened for looking only; open it for writing to change it")

    def __enter__(self) -> apsw.Connection:
        self.check()
        return super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            try:
                self._db.execute("COMMIT")
            except BaseException as failed:
                error = failed
        if error is None:
            self._told.__exit__(None, None, None)
            return
        self._undone()
        self._roll_back(error)
        if kind is None:
            raise error
