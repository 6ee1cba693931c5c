"""Putting what was decided into the log: which stream, whose word, on which head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.clock import wall_us
from engine.log import EventLog, NewEvent
from game.events import Event, to_log
from game.roleplay.events import chat_stream
from game.truth import Truth

KEYBOARD = "user:keyboard"
RULES = "automation:roleplay"
"""What follows by this room's own rules (a scene's new number, an automatic pin) is automation's word."""


class Source(NamedTuple):
    """Whose word something is, and the channel it came by."""

    truth: Truth
    origin: str


USER = Source(Truth.USER, KEYBOARD)
AUTOMATION = Source(Truth.AUTOMATION, RULES)


class Fact(NamedTuple):
    """An event that was decided, and whose word it is; ``actor`` is who speaks or acts in it."""

    event: Event
    source: Source = USER
    actor: str = ""


Facts = list[Fact]


class Ledger:
    """The log as the roleplay room writes to it: every call is one transaction."""

    def __init__(self, log: EventLog, now_us: Callable[[], int] = wall_us) -> None:
        self.log = log
        self._now_us = now_us

    def write(self, stream: str, decided: Sequence[Fact], *, head: int | None = None) -> None:
        """Append to ``stream``; with ``head``, only if nothing came in between.

        Raises:
            HeadMoved: something did.  LogError: it could not be saved; nothing was.
        """
        self.write_many([(stream, decided, head)])

    def write_many(self, batches: Sequence[tuple[str, Sequence[Fact], int | None]]) -> None:
        """Append to several streams, all or nothing."""
        at_us = self._now_us()
        self.log.append_many(
            [(stream, [_new(fact, at_us) for fact in decided], head) for stream, decided, head in batches if decided]
        )

    def chat(self, host: str, decided: Sequence[Fact], *, head: int | None = None) -> None:
        """Append to the chat hosted by ``host``."""
        self.write(chat_stream(host), decided, head=head)

    def anew(self, host: str, decided: Sequence[Fact], name: str) -> None:
        """Have the chat hosted by ``host`` begin again with what was decided, on a branch called ``name``.

        Raises:
            LogError: it could not be saved; the chat is as it was.
        """
        stream, at_us = chat_stream(host), self._now_us()
        self.log.fork(stream, 0, name, then=[(stream, [_new(fact, at_us) for fact in decided], None)])


def _new(fact: Fact, at_us: int) -> NewEvent:
    return to_log(fact.event, at_us=at_us, truth=fact.source.truth, origin=fact.source.origin, actor=fact.actor)
