"""One client for any OpenAI-compatible server.

The ``openai`` library does the talking.  It takes some 0.3 s to import, so that happens in the client's own thread
with the first call.  Its retries are off: who asked decides whether to ask again.  Its debug log, which shows headers
and bodies, is off as well, and so is what it tells servers of the machine it runs on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import wait
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from engine.llm.background import LoopThread
from engine.llm.face import Ending, Endpoint, Message, Model, ModelError, Stopped
from engine.llm.pieces import Pieces, whole_characters
from engine.llm.stream import Stream
from engine.llm.structured import Answered, Modes, answer, stopped
from engine.llm.trouble import malformed, not_offered, told
from engine.llm.wire import Form, bounded, delta_of, listed_models, said_done, silent, simpler_form, vectors_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")

CHARS_A_TOKEN = 8
"""No more characters than this a token are taken: English has about 4, and few words reach 8 for long."""

_CONNECT_S = 10.0
_SETTLE_S = 1.0
"""How long the token counts are waited for once the model is done."""
_UNSAID = ("OpenAI-Organization", "OpenAI-Project", "X-Stainless-OS", "X-Stainless-Arch", "X-Stainless-Runtime-Version")
"""Headers that the library would fill from the environment and the machine."""
_EMBED_AT_ONCE = 64
_EMBED_CHARS = 16_000


class Client:
    """Talks to servers, several at once; every method may be called from any thread, none from the client's own."""

    def __init__(self) -> None:
        self._background = LoopThread("models")
        self._lines: dict[Endpoint, AsyncOpenAI] = {}
        self._modes = Modes()
        self._forms: dict[Model, list[Form]] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop every call at once and close every connection; calls after that are stopped before they begin."""
        self._background.close(self._close_lines())

    def models(self, endpoint: Endpoint, timeout_s: float = 10.0) -> list[str]:
        """The names of the models ``endpoint`` has, sorted.

        Raises:
            ModelError: see :mod:`engine.llm.face`.
        """
        return self._wait(partial(self._models, endpoint), endpoint, timeout_s)

    def stream(
        self,
        model: Model,
        messages: Sequence[Message],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.8,
        stop: Sequence[str] = (),
    ) -> Stream:
        """Ask ``model`` to go on from ``messages``; returns at once, errors come with the first piece.

        The text ends before the first of the ``stop`` strings and after ``max_tokens``, whether or not the server
        keeps to them.  There is no time limit: ``waited_s`` of the reply says how long it has said nothing.
        """
        stream = Stream()
        stop = [s for s in stop if s]
        body: dict[str, Any] = {
            "messages": _as_sent(messages),
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            **({"stop": stop[:4]} if stop else {}),  # the protocol takes four; Pieces sees to all of them
        }
        pieces = Pieces(stop, max_tokens * CHARS_A_TOKEN)
        future = self._background.start(self._speak(model, body, stream, pieces))
        stream.on_stop(future.cancel)
        if future.cancelled():
            stream.stop()
        return stream

    def ask(
        self,
        chain: Sequence[Model],
        messages: Sequence[Message],
        schema: type[S],
        *,
        default: S,
        timeout_s: float = 10.0,
        max_tokens: int = 1024,
        temperature: float = 0.0,
    ) -> Answered[S]:
        """An answer in the form of ``schema``; see :func:`engine.llm.structured.answer`.  Waits at most ``timeout_s``.

        Never raises for trouble with a model: it answers ``default`` then, and says what went wrong.
        """
        body = {"messages": _as_sent(messages), "max_tokens": max_tokens, "temperature": temperature}
        work = answer(self._complete, self._modes, chain, body, schema, default, timeout_s)
        future = self._background.start(work)
        wait([future])
        return stopped(default) if future.cancelled() else future.result()

    def embeddings(self, model: Model, texts: Sequence[str], timeout_s: float = 60.0) -> NDArray[np.float32]:
        """A vector for each of ``texts``, as float32 of shape (texts, dimensions), in the model's own scale.

        Raises:
            NotOffered: the server has no embeddings, or not from this model.
            ModelError: see :mod:`engine.llm.face`.
        """
        if not texts:
            return np.zeros((0, 0), np.float32)
        return self._wait(partial(self._embeddings, model, texts), model.endpoint, timeout_s)

    def _wait(self, work: Callable[[], Coroutine[Any, Any, T]], endpoint: Endpoint, timeout_s: float) -> T:
        future = self._background.start(_settled(work, endpoint, timeout_s))
        wait([future])
        # Raised here and not where it happened: a library's exception in its context would hold the key.
        if future.cancelled():
            raise Stopped(f"{endpoint.name}: stopped before there was an answer", server=endpoint.name)
        result = future.result()
        if isinstance(result, ModelError):
            raise result
        return result

    # Everything below runs in the client's own thread.

    def _line(self, endpoint: Endpoint) -> AsyncOpenAI:
        if endpoint not in self._lines:
            import httpx
            import openai

            for library in ("openai", "httpx", "httpcore"):
                logging.getLogger(library).setLevel(logging.WARNING)
            unsaid: Any = dict.fromkeys(_UNSAID, openai.Omit())
            http = httpx.AsyncClient(
                timeout=httpx.Timeout(None, connect=_CONNECT_S),
                trust_env=not endpoint.is_local,  # a proxy is for the way out, not for the player's own machines
                event_hooks={"response": [bounded]},
                follow_redirects=False,
            )
            self._lines[endpoint] = openai.AsyncOpenAI(
                api_key=endpoint.key.reveal(),
                base_url=endpoint.base_url,
                max_retries=0,
                http_client=http,
                default_headers={"Accept-Encoding": "identity", **unsaid},
            )
        return self._lines[endpoint]

    async def _close_lines(self) -> None:
        for line in self._lines.values():
            await line.close()
        self._lines.clear()

    async def _models(self, endpoint: Endpoint) -> list[str]:
        return listed_models(await self._line(endpoint).get("/models", cast_to=object), endpoint)

    async def _complete(self, model: Model, body: dict[str, Any]) -> object:
        return await self._chat(model, body, self._line(model.endpoint).post)

    async def _chat(self, model: Model, body: dict[str, Any], post: Callable[..., Coroutine[Any, Any, T]]) -> T:
        """Post ``body``; where a server does not know a word of it, once more without, and remember that."""
        import openai

        forms = list(self._forms.get(model, ()))
        for form in forms:
            body = form(body)
        while True:
            try:
                answered = await post("/chat/completions", cast_to=object, body={"model": model.name, **body})
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                simpler = simpler_form(body, str(error.body))
                if simpler is None:
                    raise
            else:
                self._forms[model] = forms
                return answered
            body = simpler(body)
            forms.append(simpler)

    async def _embeddings(self, model: Model, texts: Sequence[str]) -> NDArray[np.float32]:
        import openai

        parts = []
        for i in range(0, len(texts), _EMBED_AT_ONCE):
            batch = [text[:_EMBED_CHARS] or " " for text in texts[i : i + _EMBED_AT_ONCE]]
            body = {"model": model.name, "input": batch, "encoding_format": "float"}
            try:
                found = await self._line(model.endpoint).post("/embeddings", cast_to=object, body=body)
            except openai.APIStatusError as error:
                if error.response.status_code not in (400, 404, 405, 422, 501):
                    raise
                found = None
            if found is None:
                raise not_offered(model)
            parts.append(vectors_of(found, len(batch), model.endpoint))
        if len({part.shape[1] for part in parts}) > 1:
            raise malformed(model.endpoint, "sent embeddings of different lengths")
        return np.concatenate(parts)

    async def _speak(self, model: Model, body: dict[str, Any], stream: Stream, pieces: Pieces) -> None:
        try:
            how = await self._listen(model, body, stream, pieces)
        except asyncio.CancelledError:
            stream.end(Ending("stopped"))
            raise
        except Exception as error:
            stream.give(pieces.finish())
            how = Ending("dropped") if stream.spoke else told(error, model.endpoint)
        stream.end(how)

    async def _listen(self, model: Model, body: dict[str, Any], stream: Stream, pieces: Pieces) -> Ending | ModelError:
        """Hand over what comes until it ends, and say how it did."""
        import openai

        post = partial(self._line(model.endpoint).post, stream=True, stream_cls=openai.AsyncStream[object])
        chunks: openai.AsyncStream[object] = await self._chat(model, body, post)
        finish, usage = "", None
        try:
            async with asyncio.timeout(None) as settle:
                async for chunk in chunks:
                    text, finish_now, usage_now = delta_of(chunk, model.endpoint)
                    finish, usage = finish_now or finish, usage_now or usage
                    stream.give(pieces.feed(text))
                    if pieces.ended:
                        break
                    if finish_now:  # the counts come after the end, from servers that send them
                        settle.reschedule(asyncio.get_running_loop().time() + _SETTLE_S)
        except TimeoutError:
            if not finish:
                raise
        finally:
            await chunks.close()
        stream.give(pieces.finish())
        if not (finish or pieces.ended or said_done(chunks.response)):
            return Ending("dropped", usage) if stream.spoke else silent(chunks.response, model.endpoint)
        if not stream.spoke:
            return malformed(model.endpoint, "answered without a word")
        return Ending("length" if "length" in (pieces.ended, finish) else "done", usage)


def _as_sent(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": whole_characters(message.content)} for message in messages]


async def _settled(work: Callable[[], Coroutine[Any, Any, T]], endpoint: Endpoint, timeout_s: float) -> T | ModelError:
    try:
        async with asyncio.timeout(timeout_s):
            return await work()
    except Exception as error:
        return told(error, endpoint)
