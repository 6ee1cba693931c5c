"""The event log: one SQLite file in which everything that happened is kept, and from which all else follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import apsw

from engine.clock import Clock
from engine.log import history, projecting, verifying
from engine.log.chain import chained
from engine.log.face import (
    GENESIS,
    MAX_NAME,
    Branch,
    CalendarClock,
    HeadMoved,
    NewEvent,
    NoSuchPlace,
    Projector,
    SealedEvent,
    StoredEvent,
    check_stream,
)
from engine.log.lock import FileLock
from engine.log.schema import EVENT_WIDTH, SCHEMA, all_rows, insert_events, open_database
from engine.log.transactions import Change, Still, Told

State = TypeVar("State")

Batch = tuple[str, Sequence[NewEvent | SealedEvent], int | None]
"""A stream, the events for it, and the head it must still have (None: any)."""


class _Head(NamedTuple):
    """Where the next event of a stream goes; ``branch`` is 0 while the stream does not exist."""

    branch: int
    seq: int
    hash: bytes


class EventLog:
    """Everything that happened, in order, for good.

    Events belong to a stream (``play/<id>``, ``city``); a stream has branches, one of which is its head.  Nothing is
    ever deleted: going back means going on from an earlier event on a new branch.  Any thread may call; one waits
    for the other.  Get one from :meth:`open` or :meth:`in_memory`, and :meth:`close` it (or use ``with``).
    """

    def __init__(
        self,
        db: apsw.Connection,
        path: Path | None,
        projectors: Sequence[Projector],
        lock: FileLock | None,
        clock: Clock,
        read_only: bool,
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._db = db
        self._projectors = tuple(projectors)
        self._hearers = projecting.hearers_of(projectors)
        self._file_lock = lock
        self._clock = clock
        self._heads: dict[str, _Head] = {}
        self._seq = 0
        self._absent: list[str] = []
        self._told = Told(db, path)
        self._change = Change(self._told, db, path if read_only else None, undone=self._heads.clear)
        self._still = Still(self._told, db)

    @classmethod
    def open(
        cls,
        path: Path | str,
        projectors: Iterable[Projector] = (),
        read_only: bool = False,
        clock: Clock | None = None,
    ) -> Self:
        """The log at ``path``, made if it is not there; projections that are new or changed are built.

        ``read_only`` opens beside a writer, sees what it has committed and changes nothing.  ``clock`` dates new
        branches (default: the calendar).

        Raises:
            LogBusy: another process writes to it.  LogReadOnly, LogFull, LogDamaged, LogTooNew: as they say.
        """
        path = Path(path)
        lock = None if read_only else FileLock(path.with_name(path.name + ".lock"), guards=path)
        try:
            db = open_database(path, read_only)
            try:
                log = cls(db, path, tuple(projectors), lock, clock or CalendarClock(), read_only)
                log._settle()
            except BaseException:
                db.close()
                raise
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return log

    @classmethod
    def in_memory(cls, projectors: Iterable[Projector] = (), clock: Clock | None = None) -> Self:
        """A log that is gone when closed: how the game goes on where it cannot save."""
        log = cls(open_database(None), None, tuple(projectors), None, clock or CalendarClock(), read_only=False)
        log._settle()
        return log

    def close(self) -> None:
        """Let the file go; harmless to repeat."""
        with self._told.mutex:
            self._db.close()
            if self._file_lock is not None:
                self._file_lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # -- appending --------------------------------------------------------------------------------------------

    def append(self, stream: str, events: Sequence[NewEvent], *, expected_head: int | None = None) -> int:
        """Add ``events`` to the head branch of ``stream``, all or none, and tell the projectors; the new head's seq.

        A stream begins with its first append.  ``expected_head`` is what :meth:`head` said when the caller decided.

        Raises:
            HeadMoved: the head is another by now.
            LogFull, LogReadOnly, LogError: the file could not be written; nothing was appended.
            ValueError: a cause that is not in the log.  TypeError, ValueError, OverflowError: a payload
                msgpack cannot hold.
        """
        return self.append_many([(stream, events, expected_head)])[0]

    def append_many(self, batches: Sequence[Batch]) -> list[int]:
        """Several appends in one transaction, all or none; the new head seq of each.  See :meth:`append`."""
        with self._told.mutex:
            with self._told if self._is_one_row(batches) else self._change:
                answer, heads, seq = self._append(batches)
            self._seq = seq  # only now that it is committed
            self._heads.update(heads)
        return answer

    def _append(self, batches: Sequence[Batch]) -> tuple[list[int], dict[str, _Head], int]:
        """Inside a transaction: the heads' seqs, the heads and the last seq of all, true once it is committed."""
        heads: dict[str, _Head] = {}
        answer = []
        seq = self._seq
        if self._absent:
            self._mark_stale()
        for stream, events, expected in batches:
            head = heads.get(stream) or self._head(stream)
            if expected is not None and head.seq != expected:
                raise HeadMoved(f"{stream}: is at event {head.seq} by now and not at {expected}; look again")
            if events:
                branch = head.branch or self._begin(stream)
                head = heads[stream] = self._insert(stream, branch, seq, head.hash, events)
                seq = head.seq
            answer.append(head.seq)
        return answer, heads, seq

    def _is_one_row(self, batches: Sequence[Batch]) -> bool:
        """Whether all that is to be done is one INSERT, which is a transaction by itself."""
        if len(batches) != 1 or self.read_only or self._absent:
            return False
        stream, events, _ = batches[0]
        return len(events) == 1 and stream in self._heads and events[0].kind not in self._hearers

    def _insert(
        self, stream: str, branch: int, last_seq: int, before: bytes, events: Sequence[NewEvent | SealedEvent]
    ) -> _Head:
        values = chained(events, stream, branch, last_seq, before, self._hash_of)
        insert_events(self._db, values)
        if self._hearers:
            starts = range(0, len(values), EVENT_WIDTH)
            heard = [tuple(values[at : at + EVENT_WIDTH]) for at in starts if values[at + 3] in self._hearers]
            projecting.tell(self._db, self._hearers, [history.decode(heard)])
        return _Head(branch, values[-EVENT_WIDTH], values[-1])

    def _hash_of(self, cause: int, made: list[Any]) -> bytes:
        """The hash of the event ``cause``, stored or among those just ``made``."""
        if made and made[0] <= cause <= made[-EVENT_WIDTH]:
            among: bytes = made[(cause - made[0] + 1) * EVENT_WIDTH - 1]
            return among
        found = all_rows(self._db, "SELECT hash FROM events WHERE seq=?", (cause,))
        if not found:
            raise ValueError(f"event {cause}, named as a cause, is not in the log")
        stored: bytes = found[0][0]
        return stored

    def _begin(self, stream: str) -> int:
        check_stream(stream)
        branch = self._new_branch(stream, None, 0, "")
        self._db.execute("INSERT INTO heads VALUES(?,?)", (stream, branch))
        return branch

    def _new_branch(self, stream: str, parent: int | None, fork_seq: int, name: str) -> int:
        sql = "INSERT INTO branches(stream, parent, fork_seq, name, created_us) VALUES(?,?,?,?,?)"
        self._db.execute(sql, (stream, parent, fork_seq, name, self._clock.now_us()))
        return self._db.last_insert_rowid()

    # -- reading ----------------------------------------------------------------------------------------------

    def read(
        self, stream: str, branch: int | None = None, after: int = 0, upto: int | None = None
    ) -> Iterator[StoredEvent]:
        """The history of ``stream`` along ``branch`` (None: its head), oldest first, with ``after < seq <= upto``.

        What is appended while one reads is not part of it.  A stream that has not begun has an empty history.

        Raises:
            NoSuchPlace: ``branch`` is none of this stream's.
        """
        with self._told:
            if branch is None:
                branch = self._head(stream).branch
            elif self._branch_stream(branch) != stream:
                raise self._no_branch(stream, branch)
            end = self._end(upto)
            made_of = history.stretches(self._db, branch) if branch else []
        return chain.from_iterable(self._pages(history.events_of(self._db, made_of, after, end)))

    def read_all(self, after: int = 0, upto: int | None = None) -> Iterator[StoredEvent]:
        """The effective histories of all streams as one, in the order things happened."""
        with self._told:
            end = self._end(upto)
        return chain.from_iterable(self._pages(history.events_of_all(self._db, after, end)))

    def fold(self, stream: str, state: State, step: Callable[[State, StoredEvent], State]) -> State:
        """What ``state`` becomes when ``step`` takes in every event of the head branch of ``stream``."""
        for event in self.read(stream):
            state = step(state, event)
        return state

    def head(self, stream: str) -> int:
        """The seq of the last event in the effective history of ``stream``; 0 while that is empty."""
        with self._told:
            return self._head(stream).seq

    def head_hash(self, stream: str) -> bytes:
        """The hash of the head: names this very history, in this file or any other."""
        with self._told:
            return self._head(stream).hash

    @property
    def last_seq(self) -> int:
        """The seq of the last event of all; 0 in an empty log."""
        with self._told:
            return self._end(None)

    def streams(self) -> list[str]:
        """The names of all streams, sorted."""
        with self._told:
            return [name for (name,) in all_rows(self._db, "SELECT stream FROM heads ORDER BY stream")]

    def branches(self, stream: str) -> list[Branch]:
        """The branches of ``stream``, oldest first."""
        with self._told:
            head = self._head(stream).branch
            sql = "SELECT id, parent, fork_seq, name, created_us FROM branches WHERE stream=? ORDER BY id"
            return [
                Branch(id_, stream, parent, fork_seq, name, created_us, self._look_up(id_).seq, is_head=id_ == head)
                for id_, parent, fork_seq, name, created_us in all_rows(self._db, sql, (stream,))
            ]

    # -- going back and forth ---------------------------------------------------------------------------------

    def fork(self, stream: str, at_seq: int, name: str = "", then: Sequence[Batch] = ()) -> int:
        """Go back to just after event ``at_seq`` (0: to the beginning): a new branch from there becomes the head.

        Any event of the stream will do, on whichever branch.  The projections follow.  ``then`` is appended in the
        same transaction.  Returns the branch.

        Raises:
            NoSuchPlace: ``at_seq`` is no event of this stream.  What :meth:`append_many` raises, for ``then``.
        """
        with self._told.mutex:
            with self._change as db:
                if at_seq == 0:
                    found = all_rows(db, "SELECT id FROM branches WHERE stream=? AND parent IS NULL", (stream,))
                else:
                    found = all_rows(db, "SELECT branch FROM events WHERE stream=? AND seq=?", (stream, at_seq))
                if not found:
                    raise NoSuchPlace(f"{stream}: has no event {at_seq}; choose one of its own")
                branch = self._new_branch(stream, found[0][0], at_seq, name[:MAX_NAME])
                self._move_head(stream, branch)
                _, heads, seq = self._append(then)
            self._seq = seq  # only now that it is committed
            self._heads.update(heads)
        return branch

    def switch(self, stream: str, branch: int) -> None:
        """Make ``branch`` the head of ``stream``; the projections follow.

        Raises:
            NoSuchPlace: the branch is none of this stream's.
        """
        with self._change:
            if self._branch_stream(branch) != stream:
                raise self._no_branch(stream, branch)
            self._move_head(stream, branch)

    def name_branch(self, stream: str, branch: int, name: str) -> None:
        """Call ``branch`` by a name the player will know it by ("keep as branch").

        Raises:
            NoSuchPlace: the branch is none of this stream's.
        """
        with self._change as db:
            if self._branch_stream(branch) != stream:
                raise self._no_branch(stream, branch)
            db.execute("UPDATE branches SET name=? WHERE id=?", (name[:MAX_NAME], branch))

    def _move_head(self, stream: str, branch: int) -> None:
        if self._absent:
            self._mark_stale()
        old = history.stretches(self._db, self._head(stream).branch)
        self._db.execute("UPDATE heads SET branch=? WHERE stream=?", (branch, stream))
        new = history.stretches(self._db, branch)
        projecting.follow_switch(self._db, self._projectors, stream, old, new)
        del self._heads[stream]

    # -- looking after it -------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Drop every projection and make it anew from the events; all or none."""
        with self._change as db:
            projecting.build(db, self._projectors)

    def check_rebuild(self) -> list[str]:
        """What in the projections differs, to the byte, from what the events say; empty when all is well."""
        with self._still:
            return projecting.differences(self._db, self._projectors)

    def verify(self) -> list[str]:
        """What is wrong with the file, the chains of hashes, the forks and the heads; empty when all is well."""
        with self._still:
            return verifying.problems(self._db)

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows from the projections (or anything in the file); for looking, never for changing.

        Raises:
            ValueError: a statement that would change something.
        """
        with self._told:
            self._db.pragma("query_only", True)
            try:
                return all_rows(self._db, sql, values)
            except apsw.ReadOnlyError as error:
                raise ValueError("query only looks; changes go through events") from error
            finally:
                self._db.pragma("query_only", False)

    def sync(self) -> None:
        """Bring what was committed to the disk itself, so that it outlives a power cut and not only the process."""
        with self._told:
            self._db.pragma("synchronous", "full")
        try:
            with self._change as db:
                # A commit that waits for the disk takes all earlier ones along; this one changes nothing.
                db.pragma("user_version", SCHEMA)
        finally:
            with self._told:
                self._db.pragma("synchronous", "normal")

    def replace_with(self, source: apsw.Connection) -> None:
        """Make this log equal to the one in ``source``, in one transaction (for restoring snapshots)."""
        self._change.check()
        with self._told:
            with self._db.backup("main", source, "main") as copying:
                while not copying.done:
                    copying.step()
            self._settle()

    def _settle(self) -> None:
        """Learn where the file stands and bring the projections up to date."""
        self._heads.clear()
        if self.read_only:
            return
        with self._told:
            self._seq = self._end(None)
        with self._change as db:
            projecting.build(db, projecting.outdated(db, self._projectors))
            self._absent = projecting.absent(db, self._projectors)

    def _mark_stale(self) -> None:
        self._db.executemany("UPDATE projections SET stale=1 WHERE name=?", [(name,) for name in self._absent])

    def _head(self, stream: str) -> _Head:
        head = self._heads.get(stream)
        if head is None:
            rows = all_rows(self._db, "SELECT branch FROM heads WHERE stream=?", (stream,))
            head = self._look_up(rows[0][0]) if rows else _Head(0, 0, GENESIS)
            if rows and not self.read_only:  # beside a writer, what was true a moment ago proves nothing
                self._heads[stream] = head
        return head

    def _look_up(self, branch: int) -> _Head:
        for step, upto in reversed(history.stretches(self._db, branch)):
            sql = "SELECT seq, hash FROM events WHERE branch=? AND seq<=? ORDER BY seq DESC LIMIT 1"
            rows = all_rows(self._db, sql, (step, upto))
            if rows:
                return _Head(branch, *rows[0])
        return _Head(branch, 0, GENESIS)

    def _branch_stream(self, branch: int) -> str | None:
        rows = all_rows(self._db, "SELECT stream FROM branches WHERE id=?", (branch,))
        return rows[0][0] if rows else None

    def _no_branch(self, stream: str, branch: int) -> NoSuchPlace:
        return NoSuchPlace(f"{stream}: has no branch {branch}; choose one of its own")

    def _end(self, upto: int | None) -> int:
        last: int = all_rows(self._db, "SELECT coalesce(max(seq), 0) FROM events")[0][0]
        return last if upto is None else min(upto, last)

    def _pages(self, pages: Iterator[list[StoredEvent]]) -> Iterator[list[StoredEvent]]:
        while True:
            with self._told:
                page = next(pages, None)
            if page is None:
                return
            yield page
