"""What went wrong at a model's server, told in one sentence that never holds an API key.

A server may echo the key in an error's body, masked or not, and the HTTP library's exceptions carry the request with
its headers.  So a message quotes a server only where no part of the key can be found in the quote, and errors are
raised without the library's exception as their cause or context (:func:`told` returns, its callers raise outside of
the ``except``).
"""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from engine.llm.face import (
    Endpoint,
    MalformedAnswer,
    Model,
    ModelError,
    NoCredit,
    NoSuchModel,
    NotOffered,
    RateLimited,
    RequestRejected,
    ServerFailed,
    ServiceUnavailable,
    Stopped,
    Unauthorized,
    Unreachable,
)

MAX_RETRY_AFTER_S = 86_400.0
"""A server that asks for more than a day is taken to mean a day."""

_MAX_DETAIL = 160
_TOO_MUCH = "sent far more than was asked for, or sent it packed"
_KEY_PART = 6
"""So many characters of the key in a row, wherever found, and the server is not quoted."""

_BY_STATUS: dict[int, tuple[type[ModelError], str, str]] = {
    401: (Unauthorized, "unauthorized", "check the API key in Settings"),
    402: (NoCredit, "out of credits", "add credits to the account or choose another model in Settings"),
    403: (Unauthorized, "forbidden", "this API key may not use this model; check both in Settings"),
    404: (NoSuchModel, "not found", "check the address and the model's name in Settings"),
    429: (RateLimited, "rate limited", "wait a moment and retry"),
    503: (ServiceUnavailable, "service unavailable", "wait a moment and retry"),
}
_QUOTED = (RequestRejected, ServerFailed, NoSuchModel)
"""The errors whose cause only the server knows, so that it is quoted."""


class TooMuch(Exception):
    """The server sent more bytes than any sound answer has, or sent them packed."""


def told(error: BaseException, endpoint: Endpoint) -> ModelError:
    """``error``, raised while talking to ``endpoint``, as the player gets to read it."""
    import httpx
    import openai

    if isinstance(error, ModelError):
        return error
    if isinstance(error, openai.APIStatusError):
        return by_status(error.response.status_code, endpoint, error.body, error.response.headers.get("retry-after"))
    if isinstance(error, openai.APIConnectionError):
        return _unreachable(error.__cause__ or error, endpoint)
    if isinstance(error, openai.APIError):  # an error sent inside a stream; its code is an HTTP status at times
        code = str(error.body.get("code")) if isinstance(error.body, dict) else ""
        status = int(code) if len(code) == 3 and code.isascii() and code.isdigit() and code[0] in "45" else 500
        return by_status(status, endpoint, error.body, None)
    if isinstance(error, httpx.TransportError | httpx.InvalidURL | OSError):
        return _unreachable(error, endpoint)
    if isinstance(error, asyncio.CancelledError):
        return Stopped(f"{endpoint.name}: stopped before there was an answer", server=endpoint.name)
    if isinstance(error, TooMuch):
        return malformed(endpoint, _TOO_MUCH)
    return malformed(endpoint, f"sent something that is not an answer ({type(error).__name__})")


def malformed(endpoint: Endpoint, what: str) -> MalformedAnswer:
    """The error for a server that ``what`` (``sent ...``, ``answered ...``)."""
    advice = "retry, or check in Settings that the address is an OpenAI-compatible server"
    return MalformedAnswer(f"{endpoint.name} {what}; {advice}", server=endpoint.name)


def lost(endpoint: Endpoint) -> Unreachable:
    """The error for a line that dropped before the first word."""
    return Unreachable(f"{endpoint.name}: connection lost before the first word; retry", server=endpoint.name)


def not_offered(model: Model) -> NotOffered:
    """The error for a server without embeddings, or without this model for them."""
    name = model.endpoint.name
    return NotOffered(f"{name} does not offer embeddings by {model.name!r}; choose another in Settings", server=name)


def by_status(status: int, endpoint: Endpoint, body: object, retry_after: str | None) -> ModelError:
    """The error for an HTTP status of 300 and more."""
    name = endpoint.name
    if status < 400:
        return malformed(endpoint, f"answered with a redirect ({status})")
    if status in _BY_STATUS:
        kind, words, advice = _BY_STATUS[status]
    elif status >= 500:
        kind, words, advice = ServerFailed, "server error", "retry, or look at what the server itself reports"
    else:
        kind, words, advice = RequestRejected, "request rejected", "shorten it or choose another model in Settings"
    wait_s = retry_after_s(retry_after)
    if wait_s is not None and status in (429, 503):
        advice = f"retry in {math.ceil(wait_s)} s"
    detail = _detail(body, endpoint) if issubclass(kind, _QUOTED) else ""
    quoted = f" ({detail})" if detail else ""
    return kind(f"{name}: {status} {words}{quoted}; {advice}", server=name, status=status, retry_after_s=wait_s)


def retry_after_s(header: str | None) -> float | None:
    """A Retry-After header, seconds or a date (RFC 9110, 10.2.3), as seconds from now; None where it says nothing.

    >>> retry_after_s("12"), retry_after_s("soon"), retry_after_s("-3")
    (12.0, None, None)
    """
    if header is None or len(header) > 64:
        return None
    try:
        wait_s = float(header)
    except ValueError:
        try:
            at = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        wait_s = max(((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds(), 0.0)
    return min(wait_s, MAX_RETRY_AFTER_S) if wait_s >= 0 else None


def _unreachable(cause: BaseException, endpoint: Endpoint) -> ModelError:
    chain: list[str] = []
    seen: BaseException | None = cause
    while seen is not None and len(chain) < 6:
        chain.append(f"{type(seen).__name__} {seen}")
        seen = seen.__cause__ or seen.__context__
    words = " ".join(chain)
    where = f"{endpoint.name}: no answer at {endpoint.base_url}"
    if isinstance(cause, TooMuch):
        return malformed(endpoint, _TOO_MUCH)
    if "CERTIFICATE_VERIFY_FAILED" in words:
        said = f"{endpoint.name}: its certificate is not to be trusted; check the address in Settings"
    elif any(name in words for name in ("RemoteProtocolError", "ReadError", "Reset", "BrokenPipe")):
        return lost(endpoint)
    elif "ReadTimeout" in words or ("TimeoutError" in words and "Connect" not in words):
        said = f"{endpoint.name}: no answer in time; retry, or choose a quicker model in Settings"
    else:
        said = f"{where}; start the server or change its address in Settings"
    return Unreachable(said, server=endpoint.name)


def _detail(body: object, endpoint: Endpoint) -> str:
    """What the server says of its error, short and on one line; empty if it may give the key away."""
    said: Any = body
    for _ in range(2):
        if isinstance(said, dict):
            said = next((said[key] for key in ("message", "error", "detail") if said.get(key)), "")
    if not isinstance(said, str) or "<html" in said[:2000].lower():
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in said[:2000]).split())
    return "" if gives_away(line, endpoint) else line[:_MAX_DETAIL]


def gives_away(text: str, endpoint: Endpoint) -> bool:
    """Whether ``text`` holds a part of the endpoint's key."""
    key, folded = endpoint.key.reveal().lower(), text.lower()
    if not key:
        return False
    parts = {key[i : i + _KEY_PART] for i in range(max(len(key) - _KEY_PART + 1, 1))}
    return any(part in folded for part in parts)
