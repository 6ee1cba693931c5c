"""What every step of a chat needs at hand: the log, the voice, the settings, and one lock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import EventLog, Snapshots
from game.roleplay.events import ClassifierFailed
from game.roleplay.jobs import Answer, Job
from game.roleplay.ledger import AUTOMATION, Fact, Ledger, Source
from game.roleplay.prose import OOC
from game.roleplay.voice import Answered, FailedAnswer, Voice

Result = TypeVar("Result")

RAW_CHARS = 2000
"""What is kept of an answer that could not be used."""

_logger = logging.getLogger(__name__)


LEAVE_ALONE_S = 60.0
"""How long a classifier in trouble is not asked: nobody waits ten seconds for it again and again."""

LOOK_S = 0.02
"""How often it is looked whether the player has had enough of waiting."""


class Interrupted(Exception):
    """The voice was closed before it answered; what hangs on the answer is left undone."""


class Asked(NamedTuple):
    """A classifier's answer, whose word it is, and why a default stands in for it, if one does."""

    value: Answer
    source: Source
    excuse: str = ""


def _answer_of(asking: Future[Asked], job: Job) -> Asked:
    """The answer, or the default where nobody waits for it any more."""
    if not asking.done():
        return Asked(job.default(), AUTOMATION, "stopped")
    try:
        return asking.result()
    except Interrupted:
        return Asked(job.default(), AUTOMATION, "stopped")


class TalkConfig(BaseModel):
    """What the player may set of how chats work (004 16.1)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    ooc_open: str = Field(default=OOC[0], min_length=1, max_length=8)
    ooc_close: str = Field(default=OOC[1], min_length=1, max_length=8)
    recall_count: int = Field(default=4, ge=0, le=20)
    soft_tokens: int = Field(default=6000, ge=1000, le=100_000)
    hard_tokens: int = Field(default=8000, ge=1500, le=120_000)
    reply_tokens: int = Field(default=600, ge=50, le=4000)
    summaries: int = Field(default=3, ge=0, le=10)

    @property
    def ooc(self) -> tuple[str, str]:
        """The marks around what is out of character."""
        return self.ooc_open, self.ooc_close


class Listener(Protocol):
    """Hears how a reply comes along; called on the thread that talks."""

    def speaking(self, who: str, turn: int) -> None:
        """``who`` begins turn ``turn``; what was shown of it before (an echo, a retry) is void."""
        ...

    def text(self, piece: str) -> None:
        """The next piece of what is being said."""
        ...

    def committed(self) -> None:
        """The log has more than before: look again."""
        ...


class Silent:
    """Hears nothing."""

    def speaking(self, who: str, turn: int) -> None:
        """Nobody listens."""

    def text(self, piece: str) -> None:
        """Nobody listens."""

    def committed(self) -> None:
        """Nobody listens."""


SILENT = Silent()


class Desk:
    """The log, the voice and the settings of the chats of one profile; close it when done.

    Deciding (read, decide, write) happens under ``deciding``, asking a voice never does.  Bookkeeping that need not
    be waited for goes through :meth:`later`, one after the other.
    """

    def __init__(
        self,
        log: EventLog,
        voice: Voice,
        *,
        config: TalkConfig | None = None,
        snapshots: Snapshots | None = None,
        exports: Path | None = None,
        now_us: Callable[[], int] = wall_us,
    ) -> None:
        """``exports`` is the folder that gets a file for each scene that mattered; None for none."""
        self.log = log
        self.voice = voice
        self.config = config or TalkConfig()
        self.snapshots = snapshots
        self.exports = exports
        self.now_us = now_us
        self.ledger = Ledger(log, now_us)
        self.deciding = threading.RLock()
        self.listener: Listener = SILENT
        self.asked_after: set[bytes] = set()
        """What made it seem that a guest has gone and the player was asked about already, by its hash (004 7.5)."""
        self._passes = ThreadPoolExecutor(1, thread_name_prefix="bookkeeping")
        self._asking = ThreadPoolExecutor(4, thread_name_prefix="asking")
        self._queueing = threading.Lock()
        self._waiting: list[Future[None]] = []
        self._leave_alone_until_s = 0.0
        self.problem = ""
        """Why bookkeeping could not be done, in a sentence, since the player last spoke; empty while all is well."""

    @property
    def source(self) -> Source:
        """Whose word it is when the voice speaks."""
        return Source(self.voice.truth, self.voice.origin)

    def write(self, host: str, decided: list[Fact], *, head: int | None = None) -> None:
        """Append to the chat hosted by ``host`` and tell the listener.

        Raises:
            LogError: it could not be saved; nothing was.
        """
        if decided:
            self.ledger.chat(host, decided, head=head)
            self.listener.committed()

    def change(self, how: Callable[[], Result]) -> Result:
        """Do something to the log that is decided elsewhere (an edit, a rewind), with nothing deciding beside it."""
        with self.deciding:
            result = how()
        self.listener.committed()
        return result

    def ask(self, host: str, job: Job, turn: int = 0) -> Answer:
        """As :meth:`inquire`, the answer alone."""
        return self.inquire(host, job, turn).value

    def inquire(self, host: str, job: Job, turn: int = 0) -> Asked:
        """The voice's answer and whose word it is; what went wrong on the way is kept in the log (004 3.3).

        A classifier that did not answer in time, or whose server is in trouble, is left alone for a while: until then
        the defaults stand in at once.

        Raises:
            Interrupted: the voice is being closed; leave undone what hangs on the answer.
        """
        if time.monotonic() < self._leave_alone_until_s:
            answered = Answered(job.default(), (FailedAnswer("left alone after trouble", 0),), excuse="server")
        else:
            answered = self.voice.answer(job)
            in_trouble = answered.excuse in ("timeout", "server")
            self._leave_alone_until_s = time.monotonic() + LEAVE_ALONE_S if in_trouble else 0.0
        if answered.excuse == "stopped":
            raise Interrupted
        source = AUTOMATION if answered.excuse else Source(*(answered.source or self.voice.judge))
        if answered.failures:
            failed = [
                Fact(ClassifierFailed(job.name, one.raw_text[:RAW_CHARS], one.attempts, turn), source)
                for one in answered.failures
            ]
            with self.deciding:
                self.write(host, failed)
        return Asked(answered.value, source, answered.excuse)

    def inquire_now(self, host: str, jobs: Sequence[Job], cancel: threading.Event, turn: int = 0) -> list[Asked]:
        """The answers to ``jobs``, asked side by side while the player waits; the defaults once ``cancel`` is set."""
        asking = [self._asking.submit(self.inquire, host, job, turn) for job in jobs]
        while not cancel.is_set() and any(not one.done() for one in asking):
            wait(asking, timeout=LOOK_S)
        return [_answer_of(one, job) for one, job in zip(asking, jobs, strict=True)]

    def later(self, what: Callable[[], None]) -> None:
        """Do ``what`` beside the talk, after everything handed over before."""
        with self._queueing:
            self._waiting = [one for one in self._waiting if not one.done()]
            self._waiting.append(self._passes.submit(self._do, what))

    def _do(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Interrupted:
            _logger.info("bookkeeping was left undone; it is done when the chat is opened again")
        except UserError as error:
            self.problem = str(error)
            _logger.warning("%s", error)
        except Exception as error:
            self.problem = f"bookkeeping did not work ({type(error).__name__}: {error}); the chat itself goes on"
            _logger.exception("bookkeeping did not work")

    @property
    def busy(self) -> bool:
        """Whether bookkeeping is under way."""
        return any(not one.done() for one in self._waiting)

    def settle(self) -> None:
        """Wait until all bookkeeping is done, also what it handed over itself."""
        while True:
            with self._queueing:
                waiting, self._waiting = self._waiting, []
            if not waiting:
                return
            wait(waiting)

    def tend(self) -> None:
        """Take the snapshot that is due, if any (004 10.4)."""
        if self.snapshots is not None:
            self.snapshots.tick()

    def close(self) -> None:
        """Let bookkeeping that has begun finish, and stop."""
        self._passes.shutdown(wait=True, cancel_futures=True)
        self._asking.shutdown(wait=False, cancel_futures=True)
