"""The words everyone shares who talks to a model, and how it says no.

The exceptions::

    UserError
     └ ModelError            something about the model's server the player can act on
        ├ Unreachable        nobody answers there, or the line dropped before the first word
        ├ Unauthorized       401, 403: the API key is missing, wrong or not allowed this
        ├ NoCredit           402: the account is out of credits
        ├ NoSuchModel        404: the server does not have this model, or not this address
        ├ RateLimited        429: too many requests; ``retry_after_s`` says how long to wait, where the server does
        ├ RequestRejected    400, 413, 422 ...: the server does not take this request
        ├ ServerFailed       500 and its kin: the server broke
        ├ ServiceUnavailable 503: the server is up but not serving
        ├ MalformedAnswer    what came back is not the protocol, or says nothing
        ├ NotOffered         the server does not have this at all (embeddings)
        └ Stopped            the client was closed or the call stopped before there was an answer

A message never holds an API key, whatever the server echoes: see :func:`engine.llm.trouble.told`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from engine.errors import UserError

MAX_ORIGIN = 200
"""The longest origin an event may carry (``engine.log.face.MAX_NAME``), in characters."""

MAX_MODEL_NAME = 200
"""The longest model name taken from a file or a server, in characters."""

MAX_KEY = 500
"""The longest API key, in characters."""

KNOWN_HOSTS = {
    "api.featherless.ai": "Featherless",
    "api.openai.com": "OpenAI",
    "generativelanguage.googleapis.com": "Gemini",
    "openrouter.ai": "OpenRouter",
}
"""What players call the servers they know by address."""

LOCAL_PORTS = {
    1234: "LM Studio",
    11434: "Ollama",
    8080: "llama.cpp",
    8000: "vLLM",
    5000: "text-generation-webui",
    5001: "KoboldCpp",
    1337: "Jan",
}
"""The ports at which local servers usually listen, and whose they are (each server's own documentation)."""

_LOCAL_ENDINGS = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
"""Endings that name machines of the player's own network (RFC 6762, RFC 8375, RFC 6761, and custom)."""


class ModelError(UserError):
    """Something about a model's server that the player can act on, in one sentence.

    ``server`` is what the player calls it, ``status`` the HTTP status where there was one, ``retry_after_s`` how
    long the server asks to wait, where it does.
    """

    def __init__(
        self, message: str, *, server: str = "", status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.server = server
        self.status = status
        self.retry_after_s = retry_after_s


class Unreachable(ModelError):
    """Nobody answers at the address, or the line dropped before the first word."""


class Unauthorized(ModelError):
    """The API key is missing, wrong, or not allowed this."""


class NoCredit(ModelError):
    """The account has no credits left."""


class NoSuchModel(ModelError):
    """The server does not have this model, or nothing at this address."""


class RateLimited(ModelError):
    """Too many requests; ``retry_after_s`` says how long to wait, where the server does."""


class RequestRejected(ModelError):
    """The server does not take this request, for instance because it is too long for the model."""


class ServerFailed(ModelError):
    """The server broke while answering."""


class ServiceUnavailable(ModelError):
    """The server is up but not serving."""


class MalformedAnswer(ModelError):
    """What came back is not the protocol, or says nothing at all."""


class NotOffered(ModelError):
    """The server does not have this at all."""


class Stopped(ModelError):
    """The call was stopped, or the client closed, before there was an answer."""


class Secret:
    """An API key that does not show itself: not in a repr, a message or a formatted string.

    >>> Secret("sk-very-secret"), f"{Secret('sk-very-secret')}", bool(Secret(""))
    (Secret(***), 'Secret(***)', False)
    """

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value.strip()

    def reveal(self) -> str:
        """The key itself, for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt, as the protocol has it."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server says it counted, in its own tokens."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server: its address (``http://127.0.0.1:1234/v1``), its key if it wants one, its name.

    Raises:
        UserError: the address is not http(s), has no host, carries a password or a query, or would send a key in the
            clear across the internet; or the key has characters that no key has.
    """

    base_url: str
    key: Secret = field(default_factory=Secret)
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.strip().rstrip("/"))
        problem = _problem_with(self.base_url)
        if problem:
            raise UserError(f"the model server's address {problem}; it looks like http://127.0.0.1:1234/v1")
        key = self.key.reveal()
        if len(key) > MAX_KEY or not (key.isascii() and key.isprintable()) or " " in key:
            raise UserError("the API key has characters that no key has, or far too many; copy it again in Settings")
        if self.key and not self.is_local and self.base_url.lower().startswith("http:"):
            raise UserError(f"{self.host} would get the API key unencrypted over http; use its https address")

    @property
    def host(self) -> str:
        """The host name or address, without the port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether the server stands on this machine or in the player's own network."""
        return is_local_host(self.host)

    @property
    def name(self) -> str:
        """What the player calls the server: its label, a name known by host or local port, else ``host:port``."""
        if self.label:
            return self.label
        parts = urlsplit(self.base_url)
        if self.is_local and parts.port in LOCAL_PORTS:
            return LOCAL_PORTS[parts.port]
        return KNOWN_HOSTS.get(self.host) or (f"{self.host}:{parts.port}" if parts.port else self.host)


@dataclass(frozen=True, slots=True)
class Model:
    """A model at a server: what every call is made to."""

    endpoint: Endpoint
    name: str

    def origin(self) -> str:
        """The channel its words come by: ``ai-local:<model>`` or ``ai-cloud:<host>/<model>`` (002, 4.1)."""
        local = self.endpoint.is_local
        origin = f"ai-local:{self.name}" if local else f"ai-cloud:{self.endpoint.host}/{self.name}"
        return origin[:MAX_ORIGIN]


Reason = Literal["done", "stopped", "dropped", "length"]
"""Why a reply ended: the model was done, someone stopped it, the line dropped, or a bound was reached."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended.  ``usage`` is None where the server does not say."""

    reason: Reason
    usage: Usage | None = None

    @property
    def truncated(self) -> bool:
        """Whether the text is less than the model was about to say (requirements 004, 16.4)."""
        return self.reason != "done"

    @property
    def notice(self) -> str:
        """What to show beside the text; empty where there is nothing to say."""
        return {"dropped": "connection lost — partial response saved", "length": "cut at the length limit"}.get(
            self.reason, ""
        )


class Reply(Protocol):
    """Text that arrives piece by piece; a model's :class:`engine.llm.Stream` and the offline voice's are both one.

    Either iterate over the pieces in a worker thread, or call :meth:`poll` each step: not both.
    """

    @property
    def text(self) -> str:
        """Everything handed over so far."""
        ...

    @property
    def ending(self) -> Ending | None:
        """Why it ended; None while more may come."""
        ...

    @property
    def waited_s(self) -> float:
        """Seconds since the last word, or since it was asked; 0 once it ended."""
        ...

    def __iter__(self) -> Reply:
        """Iterate over the pieces as they arrive."""
        ...

    def __next__(self) -> str:
        """The next piece, waiting for it."""
        ...

    def poll(self) -> str:
        """What arrived since the last call, without waiting."""
        ...

    def stop(self) -> None:
        """End it now, from any thread; what came so far stays."""
        ...


def is_local_host(host: str) -> bool:
    """Whether ``host`` is this machine or in a private network, told from its name or address alone."""
    host = host.lower().rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_ENDINGS)


def _problem_with(base_url: str) -> str:
    """What is wrong with an address, as the end of a sentence; empty where nothing is.  Never quotes the address."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "cannot be read"
    if parts.scheme not in ("http", "https"):
        return "does not begin with http:// or https://"
    if not host or (port is not None and port == 0) or any(c.isspace() or not c.isprintable() for c in base_url):
        return "has no proper host"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password; put the key into its own field"
    if parts.query or parts.fragment:
        return "has a ? or # in it"
    return ""
