"""Background work: it tells how far it is, can be cancelled, and hands its result over on the main thread.

Light work and waiting run in threads; work that keeps Python busy runs in processes, over many items at once, so that
it does not hold up input.  Whatever goes wrong arrives as one :class:`~engine.errors.UserError`.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, TypeVar

from engine.errors import UserError

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger(__name__)

_THREADS = 4
_AHEAD = 4
"""How many batches each process has waiting: enough to be never idle, few enough to cancel at once."""
_BATCHES = 32
NICENESS = 19
"""How far work in processes of its own stands back: behind everything that is waited for."""


class Cancelled(Exception):
    """Raised inside the work once it was cancelled; the work lets it pass."""


class Job(Generic[T]):
    """One piece of work under way.

    ``done`` of ``total`` are finished (``total`` is 0 until it is known); ``state`` is ``running`` until the result
    has been handed over, then ``done``, ``failed`` or ``cancelled``.
    """

    def __init__(self, name: str, total: int = 0) -> None:
        self.name = name
        self.done = 0
        self.total = total
        self.state = "running"
        self._cancel = threading.Event()
        self._began_s = time.monotonic()

    @property
    def share(self) -> float:
        """How much is finished, 0 to 1; 0 while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def left_s(self) -> float | None:
        """About how many seconds are left at the pace so far; None until there is a pace."""
        if not self.done or not self.total:
            return None
        return (time.monotonic() - self._began_s) / self.done * max(self.total - self.done, 0)

    @property
    def cancelled(self) -> bool:
        """Whether :meth:`cancel` was called."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; nothing of it is handed over any more."""
        self._cancel.set()

    def progress(self, done: int, total: int | None = None) -> None:
        """Called by the work now and then.

        Raises:
            Cancelled: the work is to stop.
        """
        self.done = done
        if total is not None:
            self.total = total
        if self._cancel.is_set():
            raise Cancelled


class Jobs:
    """Starts background work and brings the results back through ``call_soon`` (see ``SceneStack.call_soon``)."""

    def __init__(self, call_soon: Callable[[Callable[[], None]], None], processes: int = 0) -> None:
        """``processes`` 0 takes one a core, leaving one core for the game where there are several."""
        self._call_soon = call_soon
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="job")
        self._n_processes = processes or max((os.cpu_count() or 2) - 1, 1)
        self._processes: ProcessPoolExecutor | None = None
        self._pool_lock = threading.Lock()  # two jobs may be the first at once
        self._running: list[Job[Any]] = []

    @property
    def running(self) -> tuple[Job[Any], ...]:
        """What is under way."""
        return tuple(job for job in self._running if job.state == "running")

    def start(
        self,
        name: str,
        work: Callable[[Job[T]], T],
        then: Callable[[T], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> Job[T]:
        """Run ``work`` in a thread; it may call ``job.progress``.  ``then`` gets its result on the main thread."""
        job: Job[T] = Job(name)
        self._add(job)
        self._threads.submit(self._run, job, lambda: work(job), then, failed)
        return job

    def start_many(
        self,
        name: str,
        function: Callable[[T], R],
        items: Sequence[T],
        then: Callable[[list[R]], None],
        failed: Callable[[UserError], None] | None = None,
        each: Callable[[list[R]], None] | None = None,
    ) -> Job[list[R]]:
        """Run ``function`` over ``items`` in several processes; both must be picklable.

        ``then`` gets all results in the order of the items; ``each`` gets them in handfuls as they come, so that a
        list can fill while the work goes on.
        """
        job: Job[list[R]] = Job(name, len(items))
        self._add(job)
        self._threads.submit(self._run, job, lambda: self._over(job, function, items, each), then, failed)
        return job

    def close(self) -> None:
        """Cancel everything and wait until it has stopped."""
        for job in self._running:
            job.cancel()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._processes is not None:
            self._processes.shutdown(wait=True, cancel_futures=True)

    def _add(self, job: Job[Any]) -> None:
        self._running = [*self.running, job]

    def _run(
        self,
        job: Job[T],
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[UserError], None] | None,
    ) -> None:
        try:
            result = work()
            job.progress(job.total or 1, job.total or 1)
        except Cancelled:
            job.state = "cancelled"
        except Exception as error:
            told = error if isinstance(error, UserError) else _unforeseen(job.name, error)
            if failed is None:
                log.warning("%s", told)
            self._end(job, "failed", failed, told)
        else:
            self._end(job, "done", then, result)

    def _end(self, job: Job[Any], state: str, to: Callable[[R], None] | None, what: R) -> None:
        """Let ``to`` have ``what``; the job runs until that has come to the main thread, and no longer."""

        def arrive() -> None:
            job.state = "cancelled" if job.cancelled else state
            if to is not None and not job.cancelled:
                to(what)

        self._call_soon(arrive)

    def _over(
        self,
        job: Job[list[R]],
        function: Callable[[T], R],
        items: Sequence[T],
        each: Callable[[list[R]], None] | None,
    ) -> list[R]:
        pool = self._pool()
        size = max(1, min(_BATCHES, len(items) // (self._n_processes * 4) or 1))
        batches = [items[i : i + size] for i in range(0, len(items), size)]
        results: list[list[R]] = [[] for _ in batches]
        under_way: dict[Future[list[R]], int] = {}
        upcoming = iter(enumerate(batches))
        try:
            while True:
                for number, batch in _up_to(upcoming, self._n_processes * _AHEAD - len(under_way)):
                    under_way[pool.submit(_batch, function, batch)] = number
                if not under_way:
                    return [result for batch_results in results for result in batch_results]
                finished, _ = wait(under_way, timeout=0.1, return_when=FIRST_COMPLETED)
                for future in finished:
                    number = under_way.pop(future)
                    results[number] = future.result()
                    job.done += len(results[number])
                    if each is not None:
                        self._hand_over(job, each, results[number])
                job.progress(job.done)
        except BrokenProcessPool:
            self._forget(pool)
            raise
        finally:
            for future in under_way:
                future.cancel()

    def _hand_over(self, job: Job[Any], to: Callable[[R], None], what: R) -> None:
        """Let ``to`` have ``what`` on the main thread, unless the job is cancelled before that comes to it."""
        self._call_soon(lambda: None if job.cancelled else to(what))

    def _pool(self) -> ProcessPoolExecutor:
        with self._pool_lock:
            if self._processes is None:
                # Spawned, not forked: a fork would carry the drawing thread's locks along.
                context = multiprocessing.get_context("spawn")
                self._processes = ProcessPoolExecutor(self._n_processes, context, begin_process)
            return self._processes

    def _forget(self, broken: ProcessPoolExecutor) -> None:
        """Have the next job start processes of its own: a pool of which one was killed takes no more work."""
        with self._pool_lock:
            if self._processes is broken:
                self._processes = None


def begin_process() -> None:
    """What every process of a pool does first.

    It ends with the game, however that ends: it would wait for work for ever, and Ctrl-C is not for it.  And it stands
    back behind what the player sees: a driver that draws with the processor runs at niceness 10.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _batch(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    return [function(item) for item in items]


def _up_to(upcoming: Any, n: int) -> list[Any]:
    return [pair for _, pair in zip(range(max(n, 0)), upcoming, strict=False)]


def _unforeseen(name: str, error: Exception) -> UserError:
    log.error("%s failed", name, exc_info=error)
    return UserError(f"{name} did not work ({type(error).__name__}: {error}); the log has the details.")
