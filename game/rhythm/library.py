"""The song library: every chart below the player's folders, found at once and kept up to date beside the game.

What was read is kept in a small database of its own, a cache: it can be deleted at any time and is built again.
Nothing here is a fact of the player's; those are in the log.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import apsw

from game.rhythm.adding import import_path
from game.rhythm.chart import Chart
from game.rhythm.entries import ChartEntry, chart_info
from game.rhythm.formats.containers import ZipFolder
from game.rhythm.formats.face import MAX_FILE_BYTES, ChartError, ReadResult, Skipped
from game.rhythm.formats.read import CHART_SUFFIXES, parser_for, read_chart_file
from game.rhythm.scan import WORKERS, FileReport, Progress, find_files, scan
from game.rhythm.search import GROUPS, SORTS, Group, Test, arrange, parse_search, searchable

__all__ = [
    "GROUPS",
    "SORTS",
    "ChartEntry",
    "Group",
    "Library",
    "Progress",
    "Refreshed",
    "chart_info",
    "import_path",
    "load_chart",
]

CACHE_VERSION = 2
"""Raised whenever what is stored or how it is worked out changes; a cache of another version is built anew."""

KEEP_S = 1.0
"""While scanning, what was read is kept and shown this often."""

_TYPES = {str: "TEXT", int: "INTEGER", float: "REAL"}
_COLUMNS = ", ".join(f'"{name}"' for name in ChartEntry._fields)
_SCHEMA = f"""
CREATE TABLE files(
    path TEXT PRIMARY KEY, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, root TEXT NOT NULL,
    added_us INTEGER NOT NULL, problem TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE charts(
    {", ".join(f'"{name}" {_TYPES[kind]} NOT NULL' for name, kind in get_type_hints(ChartEntry).items())},
    FOREIGN KEY(file) REFERENCES files(path) ON DELETE CASCADE) STRICT;
CREATE INDEX charts_of_file ON charts(file);
CREATE TABLE skipped(
    file TEXT NOT NULL REFERENCES files(path) ON DELETE CASCADE, name TEXT NOT NULL, title TEXT NOT NULL,
    reason TEXT NOT NULL) STRICT;
CREATE INDEX skipped_of_file ON skipped(file);
PRAGMA user_version = {CACHE_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: files read, files that are gone, and whether it was cancelled before its end."""

    read: int
    gone: int
    cancelled: bool


class Library:
    """The charts below some folders.

    :meth:`open` gives the list as it was last time, at once; :meth:`refresh` (from a thread or job of the caller's)
    looks at the folders and brings it up to date.  Reading the list from another thread meanwhile is safe: it
    changes in one piece.
    """

    def __init__(self, cache_path: Path | str, roots: Iterable[Path | str]) -> None:
        self.roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self._there = self.roots
        self._cache_path = str(cache_path)
        self._cache_problem = ""
        self._walk_problems: tuple[str, ...] = ()
        self._listed: tuple[tuple[ChartEntry, str], ...] = ()
        self._skipped: tuple[Skipped, ...] = ()
        self._file_problems: tuple[str, ...] = ()
        self._db = self._open_cache()
        self._publish()

    @classmethod
    def open(cls, cache_path: Path | str, roots: Iterable[Path | str]) -> Library:
        """The library over ``roots`` with its cache at ``cache_path``; one that is damaged or old is built anew.

        Where no cache can be kept (a read-only or full disk) the library works without, and :meth:`problems` says so.
        """
        return cls(cache_path, roots)

    def close(self) -> None:
        """Close the cache."""
        self._db.close()

    # -- what is there -----------------------------------------------------------------------------------

    @property
    def entries(self) -> tuple[ChartEntry, ...]:
        """Every chart, in no particular order."""
        return tuple(entry for entry, _ in self._listed)

    def songs(
        self,
        search: str = "",
        sort: str | Callable[[ChartEntry], Any] = "title",
        group: str = "none",
        descending: bool = False,
    ) -> list[Group]:
        """The charts that ``search`` finds (see :func:`game.rhythm.search.parse_search`), in groups and in order.

        ``sort`` is one of ``SORTS`` or a key of the caller's own, such as the best grade; ``group`` one of ``GROUPS``.

        Raises:
            KeyError: if there is no such order or way to group.
        """
        tests: list[Test] = parse_search(search)
        found = (entry for entry, text in self._listed if all(test(entry, text) for test in tests))
        return arrange(found, sort, group, descending)

    def by_hash(self, chart_hash: str) -> ChartEntry | None:
        """A chart with this hash, or None."""
        return next((entry for entry, _ in self._listed if entry.hash == chart_hash), None)

    def copy_of(self, path: Path) -> ChartEntry | None:
        """The chart here that the lone chart file at ``path`` holds as well; None when it holds anything new.

        Raises:
            ChartError: the file cannot be read.
        """
        if not path.is_file() or path.suffix.lower() not in CHART_SUFFIXES:
            return None
        there = [self.by_hash(chart.hash) for chart in read_chart_file(path).charts]
        return there[0] if there and all(there) else None

    def skipped(self) -> tuple[Skipped, ...]:
        """Charts that are whole but not for this game, each with its reason."""
        return self._skipped

    def problems(self) -> tuple[str, ...]:
        """One sentence for each file, folder or cache that could not be read; the rest of the library is there."""
        cache = (self._cache_problem,) if self._cache_problem else ()
        return cache + self._walk_problems + self._file_problems

    # -- keeping up to date ------------------------------------------------------------------------------

    def refresh(
        self,
        progress: Callable[[Progress], object] = lambda progress: None,
        cancelled: Callable[[], bool] = lambda: False,
        workers: int = WORKERS,
    ) -> Refreshed:
        """Read the files that are new or changed, forget those that are gone, and show the result as it grows.

        ``progress`` is called after every few files, in the calling thread.  When ``cancelled`` says so, what was
        read by then is kept.
        """
        found = find_files(self.roots)
        self._walk_problems = tuple(found.problems)
        # What lies on a drive that is not connected is not forgotten, only not shown.
        self._there = tuple(root for root in self.roots if root not in found.missing_roots)
        known = {path: (mtime_ns, size) for path, mtime_ns, size in self._known()}
        gone = [path for path in known if path not in found.files]
        changed = [file for path, file in found.files.items() if known.get(path) != (file.mtime_ns, file.size)]
        self._write(lambda: self._forget(gone))
        progress(Progress(0, len(changed), 0.0))
        read = 0
        waiting: list[FileReport] = []
        kept = time.monotonic()
        for reports, state in scan(changed, cancelled, workers):
            read = state.done
            waiting += reports
            if time.monotonic() - kept > KEEP_S:
                self._keep(waiting)
                self._publish()
                waiting, kept = [], time.monotonic()
            progress(state)
        self._keep(waiting)
        self._publish()
        return Refreshed(read, len(gone), read < len(changed))

    # -- the cache ---------------------------------------------------------------------------------------

    def _open_cache(self) -> apsw.Connection:
        """The cache on disk, built anew if need be, or one in memory."""
        try:
            Path(self._cache_path).parent.mkdir(parents=True, exist_ok=True)
            try:
                return _connect(self._cache_path)
            except (apsw.NotADBError, apsw.CorruptError, _OtherVersion):
                for ending in ("", "-wal", "-shm"):
                    with suppress(FileNotFoundError):
                        os.remove(self._cache_path + ending)
                return _connect(self._cache_path)
        except (apsw.Error, OSError) as error:
            self._cache_problem = (
                f"{self._cache_path}: the list of songs cannot be kept there ({error}), so they are read at every start"
            )
            return _connect(":memory:")

    def _known(self) -> list[tuple[str, int, int]]:
        """Path, time and size of the files read before, below the roots that are there now."""
        marks = ",".join("?" * len(self._there))
        return list(self._db.execute(f"SELECT path, mtime_ns, size FROM files WHERE root IN ({marks})", self._there))

    def _keep(self, reports: list[FileReport]) -> None:
        self._write(lambda: self._store(reports))

    def _write(self, change: Callable[[], None]) -> None:
        """Change the cache; a full, locked or read-only disk costs what is kept, not the list."""
        try:
            change()
        except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.BusyError) as error:
            self._cache_problem = (
                f"{self._cache_path}: the list of songs can no longer be kept there ({error}); make room on that disk"
            )
            self._db = _in_memory(self._db)
            change()

    def _forget(self, gone: list[str]) -> None:
        with self._db:
            self._db.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in gone))

    def _store(self, reports: list[FileReport]) -> None:
        now_us = time.time_ns() // 1000
        marks = ",".join("?" * len(ChartEntry._fields))
        with self._db:
            for file, entries, skipped, problem in reports:
                row = self._db.execute("SELECT added_us FROM files WHERE path = ?", (file.path,)).get
                added_us = now_us if row is None else row
                self._db.execute("DELETE FROM files WHERE path = ?", (file.path,))
                self._db.execute("INSERT INTO files VALUES(?,?,?,?,?,?)", (*file, added_us, _plain(problem)))
                self._db.executemany(
                    f"INSERT INTO charts({_COLUMNS}) VALUES({marks})",
                    (entry._replace(added_us=added_us) for entry in entries),
                )
                self._db.executemany(
                    "INSERT INTO skipped VALUES(?,?,?,?)",
                    ((file.path, _plain(one.name), _plain(one.title), _plain(one.reason)) for one in skipped),
                )

    def _publish(self) -> None:
        """Show what the cache holds for these roots."""
        marks = ",".join("?" * len(self._there))
        below = f"(SELECT path FROM files WHERE root IN ({marks}))"
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM charts WHERE file IN {below}", self._there)
        entries = [ChartEntry._make(row) for row in rows]
        skipped = self._db.execute(f"SELECT name, title, reason FROM skipped WHERE file IN {below}", self._there)
        problems = self._db.execute(
            f"SELECT problem FROM files WHERE problem <> '' AND root IN ({marks}) ORDER BY path", self._there
        )
        self._skipped = tuple(Skipped(*row) for row in skipped)
        self._file_problems = tuple(sentence for (said,) in problems for sentence in str(said).splitlines())
        self._listed = tuple((entry, searchable(entry)) for entry in entries)


def load_chart(entry: ChartEntry) -> Chart:
    """Read the chart that ``entry`` stands for.

    Raises:
        ChartError: if its file is gone, changed beyond recognition or cannot be read.
    """
    result = read_chart_file(entry.file) if entry.file == entry.path else _read_inside(entry)
    for chart in result.charts:
        if chart.index == entry.chart_index:
            return chart
    raise ChartError(entry.path, "no longer holds this chart; look for songs again")


def _read_inside(entry: ChartEntry) -> ReadResult:
    """One file of an archive, without reading the others."""
    archive = ZipFolder(entry.file, name=entry.file)
    inner = entry.path[len(entry.file) :].lstrip("/")
    data = archive.read_checked(inner, MAX_FILE_BYTES)
    if data is None:
        raise ChartError(entry.path, "is no longer in its archive; look for songs again")
    return parser_for(Path(inner).suffix)(data, entry.path, archive.at(inner.rpartition("/")[0]))


class _OtherVersion(Exception):
    """The cache was written by another version of this file."""


def _connect(path: str) -> apsw.Connection:
    """Open the cache at ``path``, laying it out if it is new."""
    db = apsw.Connection(path)
    try:
        db.set_busy_timeout(5000)
        db.execute("PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        version = db.execute("PRAGMA user_version").get
        if version not in (0, CACHE_VERSION):
            raise _OtherVersion
        if version == 0:
            with db:
                db.execute(_SCHEMA)
        if db.execute("PRAGMA quick_check(1)").get != "ok":
            raise apsw.CorruptError("the cache is damaged")
    except BaseException:
        db.close()
        raise
    return db


def _in_memory(db: apsw.Connection) -> apsw.Connection:
    """A copy of ``db`` in memory, as far as it can still be read; ``db`` itself is closed."""
    memory = _connect(":memory:")
    try:
        memory.execute("BEGIN")
        for table in ("files", "charts", "skipped"):
            rows = db.execute(f"SELECT * FROM {table}").fetchall()
            if rows:
                memory.executemany(f"INSERT INTO {table} VALUES({','.join('?' * len(rows[0]))})", rows)
        memory.execute("COMMIT")
    except apsw.Error:
        memory.execute("ROLLBACK")
    db.close(True)
    return memory


def _plain(text: str) -> str:
    """Text that the database takes, whatever was in the file."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
