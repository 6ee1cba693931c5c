"""What travels on the line: the protocol's answers, taken apart without trusting any of it.

Shapes: the OpenAI API reference, "Chat completions", "Models" and "Embeddings".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.llm.face import MAX_MODEL_NAME, Endpoint, ModelError, Usage
from engine.llm.trouble import TooMuch, lost, malformed

if TYPE_CHECKING:
    import httpx

MAX_BODY_BYTES = 16 * 1024 * 1024
"""No sound answer is larger: a list of 20,000 models or 64 vectors of 8,192 numbers fit."""

MAX_MODELS = 50_000
MAX_DIMENSIONS = 16_384

_ERROR_BYTES = 64 * 1024
_LAST_S = 1.0
"""An error is told from its status, and a stream is over with its last event: what follows is not waited for longer."""
_TAIL = 32

Form = Callable[[dict[str, Any]], dict[str, Any]]
"""Says a request in words that a server knows."""


async def bounded(response: httpx.Response) -> None:
    """Hook of the HTTP client: let no answer grow beyond its bound.

    An answer that is longer raises :class:`engine.llm.trouble.TooMuch`; an error's body just ends.  Packed answers
    were not asked for, and are refused, since a small one may unfold to any size.
    """
    import httpx

    is_error = response.status_code >= 300
    if response.headers.pop("content-encoding", "identity").lower() != "identity" and not is_error:
        raise TooMuch
    assert isinstance(response.stream, httpx.AsyncByteStream)

    class Body(httpx.AsyncByteStream):
        done = False

        def __init__(self, inner: httpx.AsyncByteStream) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = _ERROR_BYTES if is_error else MAX_BODY_BYTES
            chunks, tail = aiter(self._inner), b""
            while True:
                try:
                    async with asyncio.timeout(_LAST_S if is_error or self.done else None):
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
                except (TimeoutError, httpx.TransportError):
                    if is_error or self.done:
                        return
                    raise
                left -= len(chunk)
                if left < 0:
                    if is_error:
                        return
                    raise TooMuch
                tail = (tail + chunk[-_TAIL:])[-_TAIL:]
                self.done = tail.rstrip().endswith(b"data: [DONE]")
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    response.stream = Body(response.stream)


def said_done(response: httpx.Response) -> bool:
    """Whether a stream came to the protocol's own end, ``data: [DONE]``, and not just to the end of the line."""
    return bool(getattr(response.stream, "done", False))


def silent(response: httpx.Response, endpoint: Endpoint) -> ModelError:
    """The error for a stream that ended before its end and without a word."""
    if "event-stream" in response.headers.get("content-type", ""):
        return lost(endpoint)
    return malformed(endpoint, "did not stream its answer")


def simpler_form(body: dict[str, Any], said: str) -> Form | None:
    """How to say ``body`` to a server that rejected it with ``said``; None where nothing of it can be left out."""
    if "max_tokens" in body and "max_completion_tokens" in said:
        return _in_newer_words
    if "stream_options" in body:
        return _without_counts
    return None


def _without_counts(body: dict[str, Any]) -> dict[str, Any]:
    """Some servers do not know ``stream_options``."""
    return {key: value for key, value in body.items() if key != "stream_options"}


def _in_newer_words(body: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's reasoning models know ``max_completion_tokens``, and neither temperature nor stop strings."""
    kept = {key: value for key, value in body.items() if key not in ("max_tokens", "temperature", "stop")}
    return {**kept, "max_completion_tokens": body["max_tokens"]} if "max_tokens" in body else kept


def delta_of(chunk: object, endpoint: Endpoint) -> tuple[str, str, Usage | None]:
    """A chunk's text, the reason to finish it names (or nothing), and its counts.

    Raises:
        MalformedAnswer: it is not a chunk of a completion.
    """
    if not isinstance(chunk, dict):
        raise malformed(endpoint, "sent something that is not part of an answer")
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if not isinstance(choice, dict):
        raise malformed(endpoint, "sent something that is not part of an answer")
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    finish = choice.get("finish_reason")
    return text if isinstance(text, str) else "", finish if isinstance(finish, str) else "", usage_of(chunk)


def usage_of(answer: dict[str, Any]) -> Usage | None:
    """What the server counted, where it says."""
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return None
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    read = [n if type(n) is int and 0 <= n < 2**31 else 0 for n in counts]
    return Usage(*read) if any(read) else None


def listed_models(found: object, endpoint: Endpoint) -> list[str]:
    """The names in a list of models, sorted; names no request could carry are left out.

    Raises:
        MalformedAnswer: it is not a list of models.
    """
    names = model_names(found)
    if names is None:
        raise malformed(endpoint, "answered with something that is not a list of models")
    return names


def model_names(found: object) -> list[str] | None:
    """As :func:`listed_models`, but None for what is not a list of models."""
    data = found.get("data") if isinstance(found, dict) else found
    if data is None and isinstance(found, dict) and found.get("object") == "list":
        data = []  # a server without any model yet sends null
    if not isinstance(data, list):
        return None
    ids = [entry.get("id") for entry in data[:MAX_MODELS] if isinstance(entry, dict)]
    if data and not ids:
        return None
    return sorted(
        {name for name in ids if isinstance(name, str) and 0 < len(name) <= MAX_MODEL_NAME and name.isprintable()}
    )


def vectors_of(found: object, count: int, endpoint: Endpoint) -> NDArray[np.float32]:
    """The vectors of an embeddings answer in the order of the texts, shape (count, dimensions).

    Raises:
        MalformedAnswer: not ``count`` vectors of one length, all finite.
    """
    problem = malformed(endpoint, "sent something that is not embeddings")
    data = found.get("data") if isinstance(found, dict) else None
    if not isinstance(data, list) or len(data) != count or not all(isinstance(entry, dict) for entry in data):
        raise problem
    places = [entry.get("index", i) for i, entry in enumerate(data)]
    rows = [entry.get("embedding") for entry in data]
    if sorted(p for p in places if type(p) is int) != list(range(count)):
        raise problem
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    if not 0 < width <= MAX_DIMENSIONS or not all(isinstance(row, list) and len(row) == width for row in rows):
        raise problem
    if not all(type(x) in (int, float) for row in rows for x in row):
        raise problem
    vectors = np.empty((count, width), np.float64)
    vectors[places] = rows
    with np.errstate(over="ignore"):
        vectors32 = vectors.astype(np.float32)
    if not np.isfinite(vectors32).all():
        raise problem
    return vectors32
