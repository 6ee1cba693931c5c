"""Snapshots: whole copies of a log file, taken by SQLite itself while the game goes on.

Three sorts, each with its own keeping: ``periodic`` (every 100 events or 30 minutes, the last 5), ``before`` (ahead of
a rewind or anything risky, 14 days) and ``nightly`` (one a day, the last 14).
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from engine.clock import Clock
from engine.log.event_log import EventLog
from engine.log.face import LogDamaged
from engine.log.lock import FileLock, told_os
from engine.log.schema import all_rows, open_database, told

MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US

PERIODIC_EVENTS = 100
PERIODIC_US = 30 * MINUTE_US
KEEP_PERIODIC = 5
KEEP_BEFORE_US = 14 * DAY_US
KEEP_NIGHTLY = 14

_logger = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = "%Y-%m-%dT%H-%M-%S.%fZ"
_NAME = re.compile(
    r"(?P<stamp>[0-9T.-]+Z) (?P<sort>periodic|before|nightly)(?P<why> [a-z0-9-]+)? (?P<seq>\d+)\.log\.db"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of the log as it stood at ``at_us`` (since 1970 UTC), when ``last_seq`` was its last event."""

    path: Path
    at_us: int
    sort: str
    why: str
    last_seq: int


def _named(at_us: int, sort: str, why: str, seq: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", why.lower()).strip("-")[:60]
    stamp = (_EPOCH + timedelta(microseconds=at_us)).strftime(_STAMP)
    return " ".join(part for part in (stamp, sort, slug, f"{seq}.log.db") if part)


def _read_name(path: Path) -> Snapshot | None:
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    try:
        at = datetime.strptime(found["stamp"], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    at_us = (at - _EPOCH) // timedelta(microseconds=1)
    return Snapshot(path, at_us, found["sort"], (found["why"] or "").strip(), int(found["seq"]))


class Snapshots:
    """Takes, keeps, lists and restores the snapshots of one log, in ``folder``.

    ``clock`` tells microseconds since 1970 UTC (``CalendarClock``).  A copy reads through a connection of its own,
    so it holds up neither the log nor its writer; any thread may take one.
    """

    def __init__(self, log: EventLog, folder: Path, clock: Clock) -> None:
        if log.path is None:
            raise ValueError("a log in memory has no file to copy")
        self._log, self._source, self._folder, self._clock = log, log.path, folder, clock
        self._mutex = threading.Lock()  # one copy at a time
        newest = next(iter(self.kept()), None)
        self._since_us = newest.at_us if newest else clock.now_us()
        self._since_seq = min(newest.last_seq, log.last_seq) if newest else 0

    def kept(self) -> list[Snapshot]:
        """What is there, newest first.

        Raises:
            LogError: the folder cannot be read.
        """
        try:
            paths = list(self._folder.iterdir()) if self._folder.is_dir() else []
        except OSError as error:
            raise told_os(error, self._folder) from error
        found = [snapshot for path in paths if (snapshot := _read_name(path))]
        return sorted(found, key=lambda snapshot: (snapshot.at_us, snapshot.last_seq), reverse=True)

    def tick(self) -> Snapshot | None:
        """Take the one that is due by now, if any; call it between performances, when a moment's copying is no harm.

        Raises:
            LogFull, LogReadOnly, LogError: the copy could not be made; the log itself is as it was.
        """
        new = self._log.last_seq - self._since_seq
        if new <= 0:
            return None
        now_us = self._clock.now_us()
        days = {snapshot.at_us // DAY_US for snapshot in self.kept() if snapshot.sort == "nightly"}
        if now_us // DAY_US not in days:
            return self._take("nightly")
        if new >= PERIODIC_EVENTS or now_us - self._since_us >= PERIODIC_US:
            return self._take("periodic")
        return None

    def before(self, what: str) -> Snapshot:
        """Take one ahead of something risky (``"import"``, ``"rewind"``); it is kept 14 days.

        Raises:
            LogFull, LogReadOnly, LogError: the copy could not be made; then better leave the risky thing alone.
        """
        return self._take("before", what)

    def rewind(self, stream: str, at_seq: int, name: str = "") -> int:
        """Take a snapshot, then go back as :meth:`EventLog.fork` does; the new branch."""
        self.before("rewind")
        return self._log.fork(stream, at_seq, name)

    def restore(self, snapshot: Snapshot) -> None:
        """Make the log what it was at ``snapshot``; what it is now is kept as a snapshot first.

        Raises:
            LogDamaged: the snapshot is not whole; the log is as it was.  LogError: as :meth:`before`.
        """
        with _checked(snapshot.path) as source:
            self.before("restore")
            self._log.replace_with(source)
        self._since_seq = self._log.last_seq

    def _take(self, sort: str, why: str = "") -> Snapshot:
        with self._mutex:
            return self._take_now(self._clock.now_us(), sort, why)

    def _take_now(self, at_us: int, sort: str, why: str) -> Snapshot:
        part = self._folder / "copying.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            seq = _copy(self._source, part)
            path = self._folder / _named(at_us, sort, why, seq)
            os.replace(part, path)
        except OSError as error:
            raise told_os(error, self._folder) from error
        finally:
            _discard(part)
        self._since_us, self._since_seq = at_us, seq
        self._prune(at_us)
        found = _read_name(path)
        assert found is not None
        return found

    def _prune(self, now_us: int) -> None:
        there = self.kept()
        for sort, keep in (("periodic", KEEP_PERIODIC), ("nightly", KEEP_NIGHTLY)):
            for snapshot in [one for one in there if one.sort == sort][keep:]:
                _discard(snapshot.path)
        for snapshot in there:
            if snapshot.sort == "before" and now_us - snapshot.at_us > KEEP_BEFORE_US:
                _discard(snapshot.path)


def put_back(snapshot: Snapshot, path: Path) -> Path | None:
    """Put ``snapshot`` where the log at ``path`` was, when that is too damaged to be opened.

    What was there is moved aside, never deleted; returns where to (None if nothing was there).

    Raises:
        LogDamaged: the snapshot is not whole.  LogBusy: a process has the log open.  LogError: as they say.
    """
    with _checked(snapshot.path):
        lock = FileLock(path.with_name(path.name + ".lock"), guards=path)
        part = path.with_name(path.name + ".part")
        try:
            _copy(snapshot.path, part)
            aside = _aside(path)
            for ending in ("-wal", "-shm", ""):
                standing = path.with_name(path.name + ending)
                if standing.exists():
                    os.replace(standing, aside.with_name(aside.name + ending))
            os.replace(part, path)
        except OSError as error:
            raise told_os(error, path) from error
        finally:
            _discard(part)
            lock.release()
    return aside if aside.exists() else None


def _discard(path: Path) -> None:
    """Remove what is no longer needed; what the system will not let go of (on Windows: what is being read) stays."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _logger.warning("%s could not be removed: %s", path, error)


def _aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return aside


@contextmanager
def _checked(path: Path) -> Iterator[apsw.Connection]:
    """A whole snapshot, opened for reading."""
    db = open_database(path, read_only=True)
    try:
        try:
            found = all_rows(db, "PRAGMA quick_check(1)")
        except apsw.Error as error:
            raise told(error, path, db) from error
        if found != [("ok",)]:
            raise LogDamaged(f"{path}: this snapshot is damaged; choose another")
        yield db
    finally:
        db.close()


def _copy(source: Path, target: Path) -> int:
    """Copy the log at ``source`` as it stands at one instant; the seq of its last event."""
    target.unlink(missing_ok=True)
    reading = open_database(source, read_only=True)
    try:
        try:
            writing = apsw.Connection(str(target))
        except apsw.Error as error:
            raise told(error, target) from error
        try:
            with writing.backup("main", reading, "main") as copying:
                while not copying.done:
                    copying.step()
            writing.pragma("journal_mode", "delete")  # one file, which opens on a medium that cannot be written, too
            last: int = all_rows(writing, "SELECT coalesce(max(seq), 0) FROM events")[0][0]
            return last
        except apsw.Error as error:
            raise told(error, target, writing) from error
        finally:
            writing.close()
    finally:
        reading.close()
