"""Saving beside the game: whoever plays never waits for a disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from engine.log.event_log import EventLog
from engine.log.face import LogError, LogFull, NewEvent, SealedEvent, check_stream, seal

MAX_WAITING_BYTES = 64 * 1024 * 1024
"""What may wait for a disk that does not answer: hours of play; what comes then is refused and counted."""

MAX_AT_ONCE = 4096
"""Events in one transaction, so that a long queue is acknowledged bit by bit."""

RETRY_S = 0.5
"""How long to leave a disk alone that has just refused."""

_EVENT_BYTES = 200
"""What an event takes in the queue beside its payload, roughly."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """Events to append; none of them, and ``sync``, to bring to the disk what is there."""

    stream: str
    events: Sequence[SealedEvent]
    size: int
    sync: bool
    done: Future[int]


class LogWriter:
    """Takes events at once and appends them to a log on a thread of its own.

    What waits goes into one transaction; the future of :meth:`append` gives the stream's new head once that is
    committed: from then on a killed process does not lose it.  While the disk refuses, everything waits and is
    tried again, and :attr:`problem` has a sentence for the player.  While a writer is at work the log should be
    read through a second one, opened read-only, as the first may be busy with the disk.
    """

    def __init__(self, log: EventLog, max_waiting_bytes: int = MAX_WAITING_BYTES) -> None:
        self._log = log
        self._max_waiting_bytes = max_waiting_bytes
        self._changed = threading.Condition()
        self._queue: deque[_Job] = deque()
        self._waiting_bytes = 0
        self._waiting_events = 0
        self._closing = False
        self._refusal = ""
        self._lost = 0
        self._faults = 0
        self._durable_seq = log.last_seq
        self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
        self._thread.start()

    # -- from the game's thread -------------------------------------------------------------------------------

    def append(self, stream: str, events: Sequence[NewEvent]) -> Future[int]:
        """Have ``events`` appended to ``stream``, all or none, after everything handed over before; never waits.

        The future gives the seq of the new head, or LogFull if there was no more room to wait in, or what the disk
        said last if it still refuses when the writer is closed.

        Raises:
            TypeError, ValueError: a payload msgpack cannot hold, a stream without a name.
            RuntimeError: the writer is closed.
        """
        check_stream(stream)
        sealed = [seal(event) for event in events]
        size = sum(len(event.payload) + _EVENT_BYTES for event in sealed)
        return self._hand_over(_Job(stream, sealed, size, sync=False, done=_future()))

    def flush(self, timeout_s: float, final: bool = False) -> bool:
        """Wait until everything handed over so far is settled; whether it was saved within ``timeout_s``.

        ``final`` (the end of a performance) also waits for the disk itself, so that a power cut loses nothing.
        """
        lost = self._lost + self._faults  # before handing over: the writer may fail while we are still here
        try:
            self._hand_over(_Job("", (), 0, sync=final, done=_future())).result(timeout_s)
        except (TimeoutError, LogError):
            return False
        return self._lost + self._faults == lost

    def close(self, timeout_s: float = 5.0) -> int:
        """Save what waits, as far as that goes within ``timeout_s``, and stop; how many events were not saved."""
        if not self._closing:
            self.flush(timeout_s, final=True)
            with self._changed:
                self._closing = True
                self._changed.notify_all()
            self._thread.join(timeout_s)
        return self._lost + self._faults + self._waiting_events

    @property
    def problem(self) -> str:
        """What the player should know: why nothing is being saved, or what was lost; empty when all is well."""
        said = []
        if self._refusal:
            said.append(f"{self._refusal}. Playing goes on without saving, {self._waiting_events} events wait")
        if self._lost:
            said.append(f"{self._lost} events could not be kept because too much was waiting for the disk")
        if self._faults:
            said.append(f"{self._faults} events could not be saved through a fault of the game; see its messages")
        return ". ".join(said)

    @property
    def durable_seq(self) -> int:
        """The last event known to be committed."""
        return self._durable_seq

    @property
    def waiting(self) -> int:
        """How many events are handed over and not yet committed."""
        return self._waiting_events

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _hand_over(self, job: _Job) -> Future[int]:
        with self._changed:
            if self._closing:
                raise RuntimeError("this LogWriter is closed")
            if self._waiting_bytes + job.size > self._max_waiting_bytes:
                self._lost += len(job.events)
                job.done.set_exception(LogFull(f"{self._log.path}: too much is waiting for the disk; free some space"))
                return job.done
            self._queue.append(job)
            self._waiting_bytes += job.size
            self._waiting_events += len(job.events)
            self._changed.notify_all()
        return job.done

    # -- on the writer's own thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closing)
                jobs = self._next_jobs()
            if not jobs:
                return
            try:
                self._save(jobs)
                self._refusal = ""
            except LogError as error:
                self._refusal = str(error)
                with self._changed:
                    over = self._changed.wait_for(lambda: self._closing, timeout=RETRY_S)
                if over:
                    for job in self._queue:  # nobody waits for ever for what will not be saved
                        job.done.set_exception(error)
                    return

    def _next_jobs(self) -> list[_Job]:
        """What goes into the next transaction; it stays in the queue until it is saved."""
        jobs: list[_Job] = []
        count = 0
        for job in self._queue:
            if jobs and count + len(job.events) > MAX_AT_ONCE:
                break
            jobs.append(job)
            count += len(job.events)
            if job.sync:
                break
        return jobs

    def _save(self, jobs: list[_Job]) -> None:
        try:
            self._save_together(jobs)
        except LogError:
            raise
        except Exception:
            # One of them cannot be saved at all (a projector failed, a cause is missing): find it, keep the others.
            for job in jobs:
                self._save_alone(job)

    def _save_together(self, jobs: list[_Job]) -> None:
        full = [job for job in jobs if job.events]
        heads = iter(self._log.append_many([(job.stream, job.events, None) for job in full]) if full else ())
        for job in jobs:
            if job.sync:  # always the last; what came before it is settled whether the disk now obeys or not
                self._log.sync()
            self._settled(job, next(heads) if job.events else self._durable_seq)

    def _save_alone(self, job: _Job) -> None:
        try:
            self._save_together([job])
        except LogError:
            raise
        except Exception as error:
            _logger.exception("events of stream %s could not be saved", job.stream)
            self._faults += len(job.events)
            self._settled(job, error)

    def _settled(self, job: _Job, outcome: int | Exception) -> None:
        with self._changed:
            self._queue.popleft()
            self._waiting_bytes -= job.size
            self._waiting_events -= len(job.events)
        if isinstance(outcome, Exception):
            job.done.set_exception(outcome)
        else:
            self._durable_seq = max(self._durable_seq, outcome)
            job.done.set_result(outcome)


def _future() -> Future[int]:
    future: Future[int] = Future()
    future.set_running_or_notify_cancel()  # from here on it cannot be cancelled: a fact stays a fact
    return future
