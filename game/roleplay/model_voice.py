"""A model as the characters' voice: streams their lines, answers the classifier's jobs, places texts in its space."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from engine.llm import Answered as AskedFor
from engine.llm import Client, Message, Model, ModelError, NotOffered
from game.roleplay.jobs import Answer, Job
from game.roleplay.prompts.classify import classifier_prompt
from game.roleplay.prompts.settle import settled
from game.roleplay.prompts.trim import STOP_MARKS, OwnLine
from game.roleplay.view import Prompt, SpeakerView
from game.roleplay.voice import Answered, FailedAnswer, Spoken
from game.truth import Truth

REPLY_TOKENS = 600
"""How long a line may become, unless the player set it otherwise."""

BEAT_TOKENS = 120
"""How long an interjection may become."""

ANSWER_TOKENS = 1024
ANSWER_TIMEOUT_S = 10.0
"""A classifier's time (004 3.3)."""

EMBED_TIMEOUT_S = 3.0
"""How long a reply waits for the place of what was said; without it memories are found by our own means."""

EMBED_PAUSE_S = 60.0
"""How long an embedding server in trouble is left alone."""

NARRATIVE_TEMPERATURE = 0.8

_LOOK_S = 0.005
"""How often it is looked whether something came: 200 times a second, as fast as fast models speak."""


def _truth(model: Model) -> Truth:
    return Truth.LOCAL_MODEL if model.endpoint.is_local else Truth.CLOUD_MODEL


class ModelVoice:
    """Speaks through one model and asks others.

    ``classifiers`` are asked in their order: the next where one refuses twice.  ``embedder`` may be None.  The client
    is closed with the voice, or by its caller; any thread may call, several at once.
    """

    def __init__(
        self,
        client: Client,
        narrative: Model,
        classifiers: Sequence[Model],
        embedder: Model | None = None,
        *,
        reply_tokens: int = REPLY_TOKENS,
    ) -> None:
        self._client = client
        self._narrative = narrative
        self._classifiers = tuple(classifiers) or (narrative,)
        self._embedder = embedder
        self._reply_tokens = reply_tokens
        self._embed_from_s = 0.0

    def close(self) -> None:
        """Stop everything that is under way at once."""
        self._client.close()

    @property
    def name(self) -> str:
        """The model, and whose server it is."""
        return f"{self._narrative.name} ({self._narrative.endpoint.name})"

    @property
    def origin(self) -> str:
        """``ai-local:<model>`` or ``ai-cloud:<host>/<model>``."""
        return self._narrative.origin()

    @property
    def truth(self) -> Truth:
        """A local model's word, or a cloud model's."""
        return _truth(self._narrative)

    @property
    def judge(self) -> tuple[Truth, str]:
        """The first of the models that are asked."""
        return _truth(self._classifiers[0]), self._classifiers[0].origin()

    def narrate(
        self, view: SpeakerView, prompt: Prompt, on_text: Callable[[str], None], cancel: threading.Event
    ) -> Spoken:
        """Say the next line; what ``on_text`` gets is never taken back, and together it is the text that is returned.

        The text may be empty where the model spoke for somebody else only.  One that grew too long counts as stopped.

        Raises:
            ModelError: nothing could be had at all; the turn never happened.
        """
        own = OwnLine(prompt.names.get(prompt.speaker, view.speaker.name), prompt.names.values())
        shown: list[str] = []

        def show(text: str) -> None:
            if text:
                shown.append(text)
                on_text(text)

        stream = self._client.stream(
            self._narrative,
            [Message(cast(Literal["system", "user", "assistant"], role), text) for role, text in prompt.messages],
            max_tokens=BEAT_TOKENS if view.beat else view.reply_tokens or self._reply_tokens,
            temperature=NARRATIVE_TEMPERATURE,
            stop=(*prompt.stop, *STOP_MARKS),
        )
        try:
            while stream.ending is None and not own.ended and not cancel.is_set():
                piece = stream.poll()
                show(own.feed(piece))
                if not piece:
                    cancel.wait(_LOOK_S)
        finally:
            stream.stop()
        show(own.finish())
        text = "".join(shown)
        if stream.ending is None:
            return Spoken(text, "stopped" if cancel.is_set() else "done")
        ended = {"dropped": "dropped", "stopped": "stopped", "length": "stopped"}.get(stream.ending.reason, "done")
        return Spoken(text, ended, stream.ending.notice)

    def answer(self, job: Job) -> Answered:
        """Answer a job within its time; the job's default stands in where no model can (004 3.3).

        Reported are answers that a default or another model had to stand in for.
        """
        prompt = classifier_prompt(job)
        asked: AskedFor[Answer] = self._client.ask(
            self._classifiers,
            [Message("system" if role == "system" else "user", text) for role, text in prompt.messages],
            job.schema,
            default=job.default(),
            timeout_s=ANSWER_TIMEOUT_S,
            max_tokens=ANSWER_TOKENS,
        )
        value = asked.value if asked.fell_back else settled(job, asked.value)
        failed = asked.fell_back or asked.model != self._classifiers[0]
        last = asked.failures[-1] if asked.failures else None
        raw = (last.raw_text or last.kind) if last else ""
        by = asked.model or self._classifiers[0]
        excuse = (last.kind if last else "malformed") if asked.fell_back else ""
        failures = (FailedAnswer(raw, asked.attempts),) if failed else ()
        return Answered(value, failures, (_truth(by), by.origin()), excuse)

    def embed(self, texts: Sequence[str]) -> tuple[str, NDArray[np.float32]] | None:
        """The embedding model's name and a row of unit length for each text; None where there is none to be had.

        A server that does not have embeddings is not asked again, one in trouble not for a minute.
        """
        if self._embedder is None or not texts or time.monotonic() < self._embed_from_s:
            return None
        try:
            rows = self._client.embeddings(self._embedder, texts, timeout_s=EMBED_TIMEOUT_S)
        except NotOffered:
            self._embedder = None
            return None
        except ModelError:
            self._embed_from_s = time.monotonic() + EMBED_PAUSE_S
            return None
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            return None
        return self._embedder.name, (rows / lengths).astype(np.float32)
