"""A model server that does as it is told: real HTTP on loopback, the OpenAI protocol, chunked server-sent events.

    with ModelServer() as server:
        server.say("The tram bell rings.")            # the next reply, streamed or whole
        server.answer_json({"significance": 2})        # the next structured answer, in the mode it is asked for
        server.script([Do("Hello", drop_after=1), Do(status=429, retry_after="7")])
        model = server.model()                        # what engine.llm's Client takes
        ...
        assert server.requests[-1].body["temperature"] == 0

What was queued is used up in order by completions; after that each is answered with ``server.otherwise``.  Where
several calls run at once, ``server.decide`` chooses by what is asked instead of by order; None leaves it to the queue::

        server.decide = lambda asked: Do('{"significance": 2}') if "significance" in asked.prompt else None
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from engine.llm import Endpoint, Model, Secret

_LOOK_S = 0.005
"""How often a silent server looks whether it may go on or the client has left."""


@dataclass(frozen=True)
class Do:
    """How to answer one completion; the defaults make a sound answer of ``text``."""

    text: str = ""
    pieces: Sequence[str] | None = None
    """The text as the stream's chunks carry it; None: a word a chunk."""
    status: int = 200
    retry_after: str = ""
    error: str = "told to fail"
    """What the body of an error says."""
    stall: bool = False
    """Send nothing at all until the server's ``go_on`` is set or the client leaves."""
    stall_after: int | None = None
    """Go silent after so many chunks, until ``go_on`` is set or the client leaves."""
    drop_after: int | None = None
    """Cut the line after so many chunks, without the protocol's end."""
    tokens_per_s: float = 0.0
    """The pace of the chunks; 0: as fast as they go."""
    endless: bool = False
    """Say ``text`` again and again until the client leaves."""
    split_bytes: bool = False
    """Send every single byte of the stream as an HTTP chunk of its own."""
    raw: bytes | None = None
    """Send this as the whole body instead."""
    content_type: str = "application/json"
    """Of ``raw``."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """More headers of ``raw`` or of an error."""
    refusal: str = ""
    """The message's own ``refusal`` field, as OpenAI has it."""
    finish: str | None = "stop"
    done: bool = True
    """Whether the stream ends with ``data: [DONE]``."""
    linger: bool = False
    """Keep the line open after the stream's last event."""
    usage: tuple[int, int] | None = (10, 5)
    """The prompt's and the completion's tokens; None: does not say."""


@dataclass
class Request:
    """What a client asked for.  ``left`` is set once its connection was found closed before the answer was whole."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def is_stream(self) -> bool:
        """Whether the answer is to be streamed."""
        return bool(self.body.get("stream"))

    @property
    def mode(self) -> str:
        """How a structured answer was asked for: ``schema``, ``tool`` or ``plain``."""
        return "schema" if "response_format" in self.body else "tool" if "tools" in self.body else "plain"

    @property
    def prompt(self) -> str:
        """All the words of the prompt."""
        return "\n".join(message["content"] for message in self.body.get("messages", []))


class ModelServer:
    """The server; its attributes may be changed at any time.

    ``modes`` are the structured modes it has (others get a 400); ``key`` is the API key it wants, if any;
    ``dimensions`` is the length of its embeddings, and with 0 there are none; ``knows_counts`` is whether it takes
    ``stream_options``; ``models`` is what it lists, ``list_body`` the bytes it lists them with instead.
    """

    def __init__(self, models: Iterable[str] = ("test-model",), key: str = "") -> None:
        self.models = list(models)
        self.key = key
        self.modes: set[str] = {"schema", "tool", "plain"}
        self.knows_counts = True
        self.dimensions = 0
        self.otherwise = Do("Yes.")
        self.requests: list[Request] = []
        self.go_on = threading.Event()
        self.decide: Callable[[Request], Do | None] | None = None
        self.list_body: bytes | None = None
        self._script: deque[Do] = deque()
        self._changed = threading.Condition()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def __enter__(self) -> ModelServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everyone and stop."""
        self.go_on.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """The address that clients take."""
        return f"http://127.0.0.1:{self.port}/v1"

    def endpoint(self, key: str | None = None) -> Endpoint:
        """How to reach it, with its own key unless another is given."""
        return Endpoint(self.url, Secret(self.key if key is None else key))

    def model(self, name: str = "test-model") -> Model:
        """A model of it."""
        return Model(self.endpoint(), name)

    def say(self, text: str, **how: Any) -> None:
        """Queue a reply of ``text``; ``how`` is any of :class:`Do`'s fields."""
        self.script([Do(text, **how)])

    def answer_json(self, value: Any, **how: Any) -> None:
        """Queue a structured answer."""
        self.say(json.dumps(value), **how)

    def script(self, what: Iterable[Do]) -> None:
        """Queue several answers, in order."""
        with self._changed:
            self._script.extend(what)

    def wait_for_requests(self, count: int, timeout_s: float = 10.0) -> None:
        """Return once ``count`` requests have come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, timeout_s):
                raise TimeoutError(f"{len(self.requests)} of {count} requests came")

    def take(self, request: Request) -> Do:
        """How to answer ``request``: as ``decide`` says, else the next of the queue, else ``otherwise``."""
        decided = self.decide(request) if self.decide else None
        if decided is not None:
            return decided
        with self._changed:
            return self._script.popleft() if self._script else self.otherwise

    def note(self, request: Request) -> None:
        """Keep what a client asked for."""
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, told: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = told


class _Left(Exception):
    """The client closed its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True
    request_seen: Request

    @property
    def told(self) -> ModelServer:
        assert isinstance(self.server, _Http)
        return self.server.told

    def do_GET(self) -> None:
        self._begin({})
        if not self._allowed():
            return
        if not self.path.endswith("/models"):
            self._error(Do(status=404, error="no such page"))
        elif self.told.list_body is not None:
            self._whole(200, self.told.list_body)
        else:
            listed = [{"id": name, "object": "model"} for name in self.told.models]
            self._whole(200, json.dumps({"object": "list", "data": listed}).encode())

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._begin(json.loads(data))
        if not self._allowed():
            return
        try:
            if self.path.endswith("/chat/completions"):
                self._complete()
            elif self.path.endswith("/embeddings") and self.told.dimensions:
                self._embed()
            else:
                self._error(Do(status=404, error="no such page"))
        except (_Left, OSError):
            self.request_seen.left.set()
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def _begin(self, body: dict[str, Any]) -> None:
        self.request_seen = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.told.note(self.request_seen)

    def _allowed(self) -> bool:
        if self.told.key and self.headers.get("Authorization") != f"Bearer {self.told.key}":
            said = f"Incorrect API key provided: {self.headers.get('Authorization')}"
            self._error(Do(status=401, error=said))
            return False
        return True

    def _complete(self) -> None:
        body, mode = self.request_seen.body, self.request_seen.mode
        if mode not in self.told.modes:
            self._error(Do(status=400, error=f"{mode} is not supported"))
            return
        if "stream_options" in body and not self.told.knows_counts:
            self._error(Do(status=400, error="unknown field stream_options"))
            return
        do = self.told.take(self.request_seen)
        if do.stall:
            self._wait()
        if do.status >= 300:
            self._error(do)
        elif do.raw is not None:
            self._whole(200, do.raw, do.content_type, do.headers)
        elif self.request_seen.is_stream:
            self._stream(do)
        else:
            self._completion(do, mode)

    def _completion(self, do: Do, mode: str) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": do.text}
        if do.refusal:
            message |= {"content": None, "refusal": do.refusal}
        elif mode == "tool":
            call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": do.text}}
            message |= {"content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": do.finish}
        answer = {"id": "1", "object": "chat.completion", "choices": [choice], "usage": _usage(do)}
        self._whole(200, json.dumps(answer).encode())

    def _embed(self) -> None:
        texts = self.request_seen.body["input"]
        rows = [[float(len(text) + i) for i in range(self.told.dimensions)] for text in texts]
        data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
        self._whole(200, json.dumps({"object": "list", "data": data[::-1]}).encode())

    def _stream(self, do: Do) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = do.pieces if do.pieces is not None else _words(do.text)
        sent = 0
        while True:
            for piece in pieces:
                if sent == do.drop_after:
                    self._cut()
                if sent == do.stall_after:
                    self._wait()
                self._event(_chunk({"content": piece}), do)
                sent += 1
                if do.tokens_per_s:
                    self._wait(1 / do.tokens_per_s)
            if not do.endless:
                break
        if sent == do.drop_after:
            self._cut()
        if sent == do.stall_after:
            self._wait()
        if do.finish is not None:
            self._event(_chunk({}, do.finish), do)
        if do.usage and "stream_options" in self.request_seen.body:
            self._event({"choices": [], "usage": _usage(do)}, do)
        if do.done:
            self._send(b"data: [DONE]\n\n", do)
        if do.linger:
            self._wait()
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, value: dict[str, Any], do: Do) -> None:
        self._send(b"data: " + json.dumps(value, ensure_ascii=not do.split_bytes).encode() + b"\n\n", do)

    def _send(self, data: bytes, do: Do) -> None:
        parts = [data[i : i + 1] for i in range(len(data))] if do.split_bytes else [data]
        for part in parts:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def _wait(self, most_s: float | None = None) -> None:
        """Wait until told to go on, or so long; raises if the client leaves first."""
        until_s = None if most_s is None else time.monotonic() + most_s
        while until_s is None or time.monotonic() < until_s:
            pace_s = _LOOK_S if until_s is None else min(_LOOK_S, max(until_s - time.monotonic(), 0.0))
            readable, _, _ = select.select([self.connection], [], [], pace_s)
            if readable and self.connection.recv(1, socket.MSG_PEEK) == b"":
                raise _Left
            if self.told.go_on.is_set():
                return

    def _cut(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        raise _Left

    def _error(self, do: Do) -> None:
        body = do.raw if do.raw is not None else json.dumps({"error": {"message": do.error}}).encode()
        retry = {"Retry-After": do.retry_after} if do.retry_after else {}
        self._whole(do.status, body, do.content_type, {**retry, **do.headers})

    def _whole(
        self, status: int, body: bytes, kind: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _words(text: str) -> list[str]:
    return [word if i == 0 else f" {word}" for i, word in enumerate(text.split(" "))] if text else []


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "choices": [choice]}


def _usage(do: Do) -> dict[str, int] | None:
    return {"prompt_tokens": do.usage[0], "completion_tokens": do.usage[1]} if do.usage else None
