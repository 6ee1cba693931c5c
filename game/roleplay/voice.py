"""Who lends the characters a voice: a model, or the offline one.  A voice renders; it never holds the state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from game.roleplay.jobs import Answer, Job
from game.roleplay.view import Prompt, SpeakerView
from game.truth import Truth


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said.  ``ended`` is ``done``, ``stopped`` (by the player) or ``dropped`` (the line went dead)."""

    text: str
    ended: str = "done"
    problem: str = ""

    @property
    def truncated(self) -> bool:
        """Whether it was cut off."""
        return self.ended != "done"


@dataclass(frozen=True, slots=True)
class FailedAnswer:
    """A classifier's answer that could not be used."""

    raw_text: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A classifier's answer, or the job's default, with what went wrong on the way.

    ``source`` is the truth and origin of who answered (None: the voice's ``judge``).  ``excuse`` is why the default
    stands in, empty when it does not: ``timeout``, ``server``, ``refused``, ``malformed``, ``wrong_schema``, or
    ``stopped`` when the voice is being closed and nobody is to act on it.
    """

    value: Answer
    failures: tuple[FailedAnswer, ...] = field(default=())
    source: tuple[Truth, str] | None = None
    excuse: str = ""


@runtime_checkable
class Voice(Protocol):
    """Says a character's next line and answers the classifier's jobs.  Called beside the game, never on its thread."""

    @property
    def name(self) -> str:
        """What the player knows it by."""
        ...

    @property
    def origin(self) -> str:
        """The log's word for where its lines come from: ``ai-local:<model>`` or ``ai-cloud:<host>/<model>``."""
        ...

    @property
    def truth(self) -> Truth:
        """LOCAL_MODEL or CLOUD_MODEL."""
        ...

    @property
    def judge(self) -> tuple[Truth, str]:
        """Truth and origin of what :meth:`answer` says; another model may answer than speaks."""
        ...

    def narrate(
        self, view: SpeakerView, prompt: Prompt, on_text: Callable[[str], None], cancel: threading.Event
    ) -> Spoken:
        """Say the next line; ``on_text`` gets it piece by piece.  Set ``cancel`` to stop it where it is.

        Raises:
            UserError: nothing could be had at all (no server, no key, no credit ...); the turn never happened.
        """
        ...

    def answer(self, job: Job) -> Answered:
        """Answer a job within its time; never raises for a model's trouble, the job's default stands in."""
        ...

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]] | None:
        """The space's name and a row of unit length for each text, or None where the voice has no such thing."""
        ...
