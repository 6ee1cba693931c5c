"""A reply that is still arriving, and one that was there from the beginning."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue

from engine.llm.face import Ending, ModelError


class Stream:
    """A model's :class:`engine.llm.Reply`: iterate over it in a worker thread, or :meth:`poll` it each step.

    A server's error before the first word is raised where the first piece was asked for; after that what came
    stays and ``ending.reason`` is ``dropped``.  ``spoke`` says whether any text came.
    """

    def __init__(self) -> None:
        self._arrived: SimpleQueue[str | Ending | ModelError] = SimpleQueue()
        self._text = ""
        self._ending: Ending | None = None
        self._error: ModelError | None = None
        self._heard_s = time.monotonic()
        self._cancel: Callable[[], object] = bool
        self.spoke = False

    @property
    def text(self) -> str:
        """Everything handed over so far."""
        return self._text

    @property
    def ending(self) -> Ending | None:
        """Why it ended; None while more may come, and after an error."""
        return self._ending

    @property
    def waited_s(self) -> float:
        """Seconds since the last word, or since it was asked; to show that the server is slow.  0 once it ended."""
        return 0.0 if self._ending or self._error else time.monotonic() - self._heard_s

    def __iter__(self) -> Stream:
        """Itself."""
        return self

    def __next__(self) -> str:
        """The next piece, waiting for it as long as it takes.

        Raises:
            StopIteration: it has ended; ``ending`` says why.
            ModelError: the server failed before the first word.
        """
        piece = self._take(wait=True)
        if piece is None:
            raise StopIteration
        return piece

    def poll(self) -> str:
        """What arrived since the last call, without waiting; then look at ``ending``.

        Raises:
            ModelError: the server failed before the first word.
        """
        pieces = []
        while (piece := self._take(wait=False)) is not None:
            pieces.append(piece)
        return "".join(pieces)

    def stop(self) -> None:
        """End it now, from any thread: the line is closed, who waits for the next piece wakes up."""
        self._arrived.put(Ending("stopped"))
        self._cancel()

    def _take(self, wait: bool) -> str | None:
        if self._error is not None:
            raise self._error
        if self._ending is not None:
            return None
        try:
            item = self._arrived.get(block=wait)
        except Empty:
            return None
        if isinstance(item, str):
            self._text += item
            return item
        if isinstance(item, Ending):
            self._ending = item
            return None
        self._error = item
        raise item

    # What the client does, from its own thread.

    def on_stop(self, cancel: Callable[[], object]) -> None:
        """Say how to end the work behind it."""
        self._cancel = cancel

    def give(self, piece: str) -> None:
        """Hand over a piece; what comes after the first ending is never taken."""
        if piece:
            self.spoke = True
            self._heard_s = time.monotonic()
            self._arrived.put(piece)

    def end(self, how: Ending | ModelError) -> None:
        """Say how it ended; the first ending counts."""
        self._arrived.put(how)


class ReadyReply:
    """A :class:`engine.llm.Reply` out of words that need no server, such as the offline voice's."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces: Iterator[str] = iter(pieces)
        self._text = ""
        self._ending: Ending | None = None

    @property
    def text(self) -> str:
        """Everything handed over so far."""
        return self._text

    @property
    def ending(self) -> Ending | None:
        """Why it ended; None while more may come."""
        return self._ending

    @property
    def waited_s(self) -> float:
        """Always 0: there is nobody to wait for."""
        return 0.0

    def __iter__(self) -> ReadyReply:
        """Itself."""
        return self

    def __next__(self) -> str:
        """The next piece."""
        if self._ending is not None:
            raise StopIteration
        for piece in self._pieces:
            self._text += piece
            return piece
        self._ending = Ending("done")
        raise StopIteration

    def poll(self) -> str:
        """The next piece, or nothing at the end: one a step, so that it reads as if it were spoken."""
        return next(self, "")

    def stop(self) -> None:
        """End it now; what came so far stays."""
        if self._ending is None:
            self._ending = Ending("stopped")
