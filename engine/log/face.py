"""What goes into the log, what comes out of it, who listens, and how it says no.

The exceptions::

    UserError
     └ LogError            something about the log the player can act on
        ├ LogBusy          another process has it open for writing
        ├ LogFull          no room on the disk
        ├ LogReadOnly      the folder cannot be written to
        ├ LogDamaged       the file is not, or no longer, a whole event log
        ├ LogTooNew        written by a newer version of the program
        └ Outdated         the disk is well, but the history is not what the caller took it for
           ├ HeadMoved     it went on since the caller looked
           └ NoSuchPlace   a branch or event that is not in this stream
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import apsw
import msgpack

from engine.clock import wall_us
from engine.errors import UserError

HASH_BYTES = 32
GENESIS = bytes(HASH_BYTES)
"""What stands before the first event of a stream in its chain of hashes."""

MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
"""One event is never larger; whatever is (a song, a recording) is a file beside the log."""

MAX_NAME = 200
"""The longest stream, kind, origin, actor or branch name, in characters."""


class LogError(UserError):
    """Something about the log that the player can act on, in one sentence."""


class LogBusy(LogError):
    """Another process has the log open for writing."""


class LogFull(LogError):
    """There is no room on the disk."""


class LogReadOnly(LogError):
    """The log's folder or file cannot be written to."""


class LogDamaged(LogError):
    """The file is not, or no longer, a whole event log."""


class LogTooNew(LogError):
    """The file was written by a newer version of the program."""


class Outdated(LogError):
    """What was asked does not fit the history; saving it again would not help."""


class HeadMoved(Outdated):
    """The stream's head is not where the caller expected it; nothing was appended."""


class NoSuchPlace(Outdated):
    """A branch or an event that is not in this stream."""


def _check_name(what: str, name: str, least: int = 0) -> None:
    if not isinstance(name, str):
        raise TypeError(f"{what} must be text, not {type(name).__name__}")
    if not least <= len(name) <= MAX_NAME:
        raise ValueError(f"{what} must have {least} to {MAX_NAME} characters, not {len(name)}")


def check_stream(stream: str) -> None:
    """Raise TypeError or ValueError unless ``stream`` can name a stream."""
    _check_name("stream", stream, least=1)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact to be remembered, in the past tense (``note_hit``, ``song_finished``).

    ``payload`` holds what msgpack can: text keys to numbers, text, bytes, lists, maps, None.  ``at_us`` is the
    instant it happened, in the time base its stream keeps to.  ``truth`` is 1 (the user) to 5 (a cloud model),
    ``origin`` the channel it came by (``user:midi``, ``peer:<id>``), ``actor`` who did it, ``cause`` the seq of the
    event that led to it.

    Raises:
        TypeError, ValueError: a field of another type, too long, or a truth outside 1 to 5.
    """

    kind: str
    payload: Mapping[str, Any]
    at_us: int
    truth: int = 1
    origin: str = "user:keyboard"
    actor: str = ""
    cause: int | None = None

    def __post_init__(self) -> None:
        _check_name("kind", self.kind, least=1)
        _check_name("origin", self.origin)
        _check_name("actor", self.actor)
        if type(self.at_us) is not int or not -(2**63) <= self.at_us < 2**63:
            raise TypeError(f"at_us must be whole microseconds, not {self.at_us!r}")
        if not isinstance(self.truth, int) or not 1 <= self.truth <= 5:
            raise ValueError(f"truth must be 1 to 5, not {self.truth!r}")
        if self.cause is not None and not isinstance(self.cause, int):
            raise TypeError(f"cause must be the seq of an event, not {self.cause!r}")
        if self.payload.__class__ is not dict:
            object.__setattr__(self, "payload", dict(self.payload))  # what msgpack packs


class StoredEvent(NamedTuple):
    """An event as the log keeps it; ``hash`` chains it to everything before it on its branch."""

    seq: int
    branch: int
    stream: str
    kind: str
    at_us: int
    truth: int
    origin: str
    actor: str
    cause: int | None
    payload: dict[str, Any]
    hash: bytes


class SealedEvent(NamedTuple):
    """A :class:`NewEvent` with its payload packed: what its maker changes afterwards no longer matters."""

    kind: str
    payload: bytes
    at_us: int
    truth: int
    origin: str
    actor: str
    cause: int | None


def too_large(kind: str, payload: bytes) -> ValueError:
    """What to raise for a packed payload beyond :data:`MAX_PAYLOAD_BYTES`."""
    return ValueError(f"the payload of a {kind} has {len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} fit")


def seal(event: NewEvent) -> SealedEvent:
    """``event`` as it is now.

    Raises:
        TypeError, ValueError, OverflowError: the payload holds something msgpack does not know, or is too large.
    """
    payload: bytes = msgpack.packb(event.payload)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise too_large(event.kind, payload)
    return SealedEvent(event.kind, payload, event.at_us, event.truth, event.origin, event.actor, event.cause)


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of history of a stream.

    ``parent`` is the branch it left after event ``fork_seq`` (None and 0 for a stream's first branch; a
    ``fork_seq`` of 0 with a parent begins again from nothing).  ``head_seq`` is its last event, own or inherited.
    """

    id: int
    stream: str
    parent: int | None
    fork_seq: int
    name: str
    created_us: int
    head_seq: int
    is_head: bool


class Projector(Protocol):
    """Keeps tables derived from events, and is the only one that changes them.

    ``create`` holds the CREATE TABLE / INDEX statements.  Every table must have a primary key of its own and its
    rows must follow from the events alone: no clock, no chance, no other table than its own is read.  Raise
    ``version`` whenever ``apply`` changes its mind; the log then rebuilds the projection when it is next opened.
    """

    @property
    def name(self) -> str:
        """Names the projection in the log; never changes."""
        ...

    @property
    def version(self) -> int:
        """Goes up whenever the same events would give other rows."""
        ...

    @property
    def create(self) -> str:
        """SQL that creates the projection's tables and indexes."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of event it hears."""
        ...

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        """Change the tables by one event of one of ``kinds``; runs inside the transaction of the append."""
        ...

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        """Forget everything ``stream`` contributed, because its history is about to be told anew.

        True when the rows of a stream follow from that stream's events alone and are now gone.  False, with
        nothing changed, when rows mix streams; then the whole projection is rebuilt instead.
        """
        ...


class CalendarClock:
    """Microseconds since 1970 UTC: for things a person looks up by date, such as snapshots and branches."""

    def now_us(self) -> int:
        """The machine's idea of the present."""
        return wall_us()
