"""Who talks to the GL driver: a thread of its own where the context can be taken there, else the caller."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from engine.draw.frame import FrameData
from engine.draw.pipelines import Pipelines
from engine.errors import UserError

T = TypeVar("T")
Open = Callable[[], Pipelines]
"""Makes the context current on the calling thread and builds the pipelines there."""


class Driver(Protocol):
    """Takes finished frames."""

    submit_us: int
    """How long the driver took for the last frame, swap and all."""
    calls: tuple[int, int]
    """Draw calls of the last frame: those of our layers, and all."""

    def ready(self) -> bool:
        """Whether the frame before has been submitted, so that the next may be built."""
        ...

    def submit(self, frame: FrameData) -> None:
        """Paint and show ``frame``."""
        ...

    def ask(self, question: Callable[[Pipelines], T]) -> T:
        """Run ``question`` where the context is and wait for its answer."""
        ...

    def close(self) -> None:
        """Let go of the context."""
        ...


SOFTWARE_NICENESS = 10
"""How far a software renderer's threads stand back behind the thread that stamps input."""


def stand_back() -> None:
    """Where the driver draws with the processor (Mesa's llvmpipe), let its threads make way for the rest of us.

    They would otherwise take every core for milliseconds, and a key press would wait.  Only Linux tells which they are.
    """
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        return
    for task in tasks.iterdir():
        with suppress(OSError):  # a thread may end while we look
            if (task / "comm").read_text().startswith("llvmpipe"):
                os.setpriority(os.PRIO_PROCESS, int(task.name), SOFTWARE_NICENESS)


class _Painter:
    """What both kinds share: paint on the screen, swap, take the time."""

    def __init__(self, pipelines: Pipelines, swap: Callable[[], None]) -> None:
        self.pipelines = pipelines
        self._swap = swap

    def paint(self, frame: FrameData, target: Any) -> tuple[int, tuple[int, int]]:
        start = time.perf_counter_ns()
        self.pipelines.draw(frame, target)
        self._swap()
        took_us = (time.perf_counter_ns() - start) // 1000
        return took_us, (self.pipelines.playfield_calls, self.pipelines.draw_calls)


class InlineDriver:
    """Draws on the caller's thread.

    ``let_go`` is given where the context is ours alone: it is made current for each call and let go of after it, so
    that a window of the desktop can be opened on the same thread.
    """

    def __init__(
        self,
        open_context: Open,
        swap: Callable[[], None],
        target: Callable[[Pipelines], Any],
        let_go: Callable[[], None] | None = None,
    ) -> None:
        self._painter = _Painter(open_context(), swap)
        self._target = target
        self._let_go = let_go
        self.submit_us = 0
        self.calls = (0, 0)
        if let_go is not None:
            let_go()

    def ready(self) -> bool:
        """Always: what was submitted is done."""
        return True

    def submit(self, frame: FrameData) -> None:
        """See :class:`Driver`."""
        with self._current() as pipelines:
            self.submit_us, self.calls = self._painter.paint(frame, self._target(pipelines))

    def ask(self, question: Callable[[Pipelines], T]) -> T:
        """See :class:`Driver`."""
        with self._current() as pipelines:
            return question(pipelines)

    def close(self) -> None:
        """See :class:`Driver`."""
        with self._current() as pipelines:
            pipelines.ctx.release()

    @contextmanager
    def _current(self) -> Iterator[Pipelines]:
        pipelines = self._painter.pipelines
        if self._let_go is None:
            yield pipelines
            return
        pipelines.ctx.__enter__()
        try:
            yield pipelines
        finally:
            self._let_go()


class ThreadDriver:
    """Draws on a thread of its own, so that a slow driver or a wait for the display holds up nothing else.

    An error over there is raised here, at the next call.
    """

    def __init__(self, open_context: Open, swap: Callable[[], None], let_go: Callable[[], None]) -> None:
        self._jobs: queue.SimpleQueue[Callable[[_Painter], None] | None] = queue.SimpleQueue()
        self._free = threading.Event()
        self._error: BaseException | None = None
        self.submit_us = 0
        self.calls = (0, 0)
        self._thread = threading.Thread(target=self._run, args=(open_context, swap, let_go), name="draw", daemon=True)
        self._thread.start()
        self._free.wait()
        self._raise()

    def ready(self) -> bool:
        """See :class:`Driver`."""
        return self._free.is_set()

    def submit(self, frame: FrameData) -> None:
        """See :class:`Driver`."""
        self._raise()
        self._free.wait()
        self._free.clear()
        self._jobs.put(lambda painter: self._paint(painter, frame))

    def ask(self, question: Callable[[Pipelines], T]) -> T:
        """See :class:`Driver`."""
        self._raise()
        answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

        def job(painter: _Painter) -> None:
            try:
                answers.put((question(painter.pipelines), None))
            except Exception as error:
                answers.put((None, error))

        self._jobs.put(job)
        while answers.empty() and self._thread.is_alive():
            time.sleep(0.0005)
        self._raise()
        if answers.empty():
            raise RuntimeError("the drawing thread has ended; ask before closing it")
        answer, error = answers.get()
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]

    def close(self) -> None:
        """See :class:`Driver`."""
        self._jobs.put(None)
        self._thread.join()

    def _paint(self, painter: _Painter, frame: FrameData) -> None:
        self.submit_us, self.calls = painter.paint(frame, painter.pipelines.ctx.screen)
        self._free.set()

    def _run(self, open_context: Open, swap: Callable[[], None], let_go: Callable[[], None]) -> None:
        try:
            painter = _Painter(open_context(), swap)
            stand_back()
            self._free.set()
            while (job := self._jobs.get()) is not None:
                job(painter)
        except Exception as error:
            self._error = error
        finally:
            self._free.set()
            let_go()

    def _raise(self) -> None:
        if isinstance(self._error, UserError):
            raise self._error
        if self._error is not None:
            raise RuntimeError("the drawing thread has stopped") from self._error
