"""A voice whose lines and judgements a test decides in the process, where no server's manners matter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from game.roleplay.jobs import Answer, Job, SceneSummary, SummariseScene
from game.roleplay.view import Prompt, SpeakerView
from game.roleplay.voice import Answered, Spoken
from game.truth import Truth

Rule = Callable[[Job], Answer | None]


class Scripted:
    """Says ``lines``, then numbered ones; answers a job by the rule for its class, else by its default."""

    name = "scripted"
    origin = "ai-local:scripted"
    truth = Truth.LOCAL_MODEL
    judge = (Truth.LOCAL_MODEL, "ai-local:scripted")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rules: dict[type, Rule] = {}
        self.jobs: list[Job] = []
        self.spoken: list[tuple[SpeakerView, Prompt]] = []

    def narrate(
        self, view: SpeakerView, prompt: Prompt, on_text: Callable[[str], None], cancel: threading.Event
    ) -> Spoken:
        """The next line."""
        self.spoken.append((view, prompt))
        number = len(self.spoken)
        text = self.lines.pop(0) if self.lines else f"Line {number} about {chr(97 + number % 26) * 5}."
        on_text(text)
        return Spoken(text)

    def answer(self, job: Job) -> Answered:
        """By rule."""
        self.jobs.append(job)
        rule = self.rules.get(type(job))
        found = rule(job) if rule is not None else None
        return Answered(found if found is not None else job.default())

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]] | None:
        """It places nothing."""
        return None

    def prompt(self, turn: int = -1) -> str:
        """All that one of the prompts said."""
        return "\n".join(text for _, text in self.spoken[turn][1].messages)


def as_said(job: Job) -> SceneSummary:
    """A rule: a scene is told as what was said in it."""
    assert isinstance(job, SummariseScene)
    return SceneSummary(summary=" / ".join(turn.text for turn in job.turns))
