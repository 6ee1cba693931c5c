"""An event loop in a thread of its own, so that waiting for a server can be cancelled at any moment.

A thread that waits in a blocking read cannot be woken; a task in a loop can.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Starts with the first piece of work; every method may be called from any thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run ``work`` in the loop; cancelling the future cancels it at whatever it waits for.

        After :meth:`close` the work is not begun and its future is cancelled.
        """
        with self._lock:
            if self._closed:
                work.close()
                refused: Future[T] = Future()
                refused.cancel()
                refused.set_running_or_notify_cancel()  # whoever waits for it is told
                return refused
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._run, args=(self._loop,), name=self._name, daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Cancel everything, run ``last``, and wait until the thread has ended."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            last.close()
            return
        asyncio.run_coroutine_threadsafe(self._finish(last), loop)
        thread.join()

    @staticmethod
    async def _finish(last: Coroutine[Any, Any, None]) -> None:
        loop = asyncio.get_running_loop()
        others = asyncio.all_tasks(loop) - {asyncio.current_task()}
        for task in others:
            task.cancel()
        try:
            await asyncio.gather(*others, return_exceptions=True)
            await last
            await loop.shutdown_asyncgens()
        finally:
            loop.call_soon(loop.stop)  # whatever happened, close() must not wait for ever

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.close()
