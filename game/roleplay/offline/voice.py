"""The offline voice: says lines and answers jobs with nothing but rules, on any machine, with no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from game.roleplay.jobs import Job
from game.roleplay.offline.answers import answer_by_rule
from game.roleplay.offline.speak import line_for
from game.roleplay.view import Prompt, SpeakerView
from game.roleplay.voice import Answered, FailedAnswer, Spoken
from game.truth import Truth


class OfflineVoice:
    """A :class:`~game.roleplay.voice.Voice` of ours: a seeded grammar over the state, rules for the classifiers.

    It reads the view alone, never the prompt, and the same view always gets the same line.
    """

    @property
    def name(self) -> str:
        """What the player knows it by."""
        return "the offline voice"

    @property
    def origin(self) -> str:
        """The log's word for where its lines come from."""
        return "ai-local:offline-voice"

    @property
    def truth(self) -> Truth:
        """As high as any model on this machine."""
        return Truth.LOCAL_MODEL

    @property
    def judge(self) -> tuple[Truth, str]:
        """It answers as itself."""
        return self.truth, self.origin

    def narrate(
        self, view: SpeakerView, prompt: Prompt, on_text: Callable[[str], None], cancel: threading.Event
    ) -> Spoken:
        """Say the next line, word by word; ``cancel`` stops it between two words."""
        line = line_for(view)
        said = 0
        for piece in _pieces(line):
            if cancel.is_set():
                return Spoken(line[:said].rstrip(), "stopped")
            on_text(piece)
            said += len(piece)
        return Spoken(line)

    def answer(self, job: Job) -> Answered:
        """Answer by rule; where the rules' own answer does not fit the schema, the job's default stands in."""
        try:
            return Answered(answer_by_rule(job))
        except ValueError as problem:
            return Answered(job.default(), (FailedAnswer(str(problem)[:500], 1),), excuse="malformed")

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]] | None:
        """No model, no space of its own."""
        return None


def _pieces(line: str) -> list[str]:
    """``line`` as words, each with the gap after it."""
    pieces: list[str] = []
    since = 0
    for place in range(1, len(line)):
        if line[place - 1].isspace() and not line[place].isspace():
            pieces.append(line[since:place])
            since = place
    return [*pieces, line[since:]] if line[since:] else pieces
