"""Answers in a given form, from models that may refuse, ramble, stall or break (requirements 004, 3.3).

Where the server has a JSON-schema mode it is used, else its tool mode, else the schema goes into the prompt and the
JSON is looked for in whatever comes; which of the three a model takes is learnt from its first refusals and kept.
One stricter retry follows an answer that does not fit; a model that refuses twice makes way for the next of the
chain, for this one call; then the default stands.  All of it within one time limit.

The schemas are pydantic's and go to the server as they are, without the ``instructor`` library: the version that goes
with this ``openai`` warns of its own deprecations while it is set up, brings aiohttp, rich, typer and tenacity (some
17 MB) along, and its retries know neither one limit for all attempts nor refusals nor a chain of models.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from engine.llm.face import MalformedAnswer, Model, ModelError, NoSuchModel
from engine.llm.repair import Unreadable, read_object
from engine.llm.trouble import gives_away, told

S = TypeVar("S", bound=BaseModel)

MAX_RAW = 2000
"""So many characters of an answer that did not fit are kept with its failure."""

FailureKind = Literal["malformed", "wrong_schema", "refused", "timeout", "server", "stopped"]
Mode = Literal["schema", "tool", "plain"]
MODES: tuple[Mode, ...] = ("schema", "tool", "plain")

_TOOL = "answer"
_NOT_TAKEN = (400, 415, 422, 500, 501)
"""How servers say that they do not know a mode; some break on a schema that they cannot handle."""
_REMIND = "Respond with JSON only: one object that fits the schema, no other words before or after it."
_REFUSAL = re.compile(
    r"\W*(i['’]?m (really |very |so )?(sorry|afraid|unable|not able|not comfortable)|i am (sorry|unable|not able)"
    r"|i (can['’]?t|cannot|can not|won['’]?t|will not|must decline|apologi[sz]e)|sorry\b|apologies|as an ai\b"
    r"|unfortunately,? i)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that did not give an answer: what it gave instead (shortened), and from whom."""

    kind: FailureKind
    raw_text: str
    attempt: int
    model: str


@dataclass(frozen=True, slots=True)
class Answered(Generic[S]):
    """What came of asking.  ``model`` is who answered; None says that ``value`` is the default."""

    value: S
    attempts: int
    failures: tuple[Failure, ...]
    model: Model | None

    @property
    def fell_back(self) -> bool:
        """Whether ``value`` is the default."""
        return self.model is None


class Modes:
    """Remembers which mode a model takes."""

    def __init__(self) -> None:
        self._known: dict[Model, Mode] = {}

    def to_try(self, model: Model) -> tuple[Mode, ...]:
        """The modes to try, best first, from the one that is known to work."""
        return MODES[MODES.index(self._known.get(model, "schema")) :]

    def learnt(self, model: Model, mode: Mode) -> None:
        """``mode`` worked."""
        self._known[model] = mode


Complete = Callable[[Model, dict[str, Any]], Coroutine[Any, Any, object]]


def stopped(default: S) -> Answered[S]:
    """What is answered when nobody could be asked."""
    return Answered(default, 0, (Failure("stopped", "", 0, ""),), None)


async def answer(
    complete: Complete,
    modes: Modes,
    chain: Sequence[Model],
    body: dict[str, Any],
    schema: type[S],
    default: S,
    timeout_s: float,
) -> Answered[S]:
    """Ask the models of ``chain`` in turn as the module's head says; never raises for trouble with them."""
    asking = _Asking(complete, modes, body, schema)
    try:
        async with asyncio.timeout(timeout_s):
            for i, model in enumerate(chain):
                value = await asking.of(model)
                if value is not None:
                    return Answered(value, asking.attempt, tuple(asking.failures), model)
                if not asking.moves_on(chain[i + 1 : i + 2]):
                    break
    except TimeoutError:
        asking.fail("timeout", "")
    return Answered(default, asking.attempt, tuple(asking.failures), None)


class _Asking(Generic[S]):
    """One question under way: how often it was put, to whom, and what went wrong."""

    def __init__(self, complete: Complete, modes: Modes, body: dict[str, Any], schema: type[S]) -> None:
        self._complete = complete
        self._modes = modes
        self._body = body
        self._schema = schema
        self._json_schema = strict_schema(schema)
        self._model: Model | None = None
        self._error: ModelError | None = None
        self._mode: Mode = "plain"
        self._ignored = False
        self.attempt = 0
        self.failures: list[Failure] = []

    async def of(self, model: Model) -> S | None:
        """The answer of ``model``, asked at most twice; None where it has none."""
        self._model, self._error, self._ignored = model, None, False
        for strict in (False, True):
            self.attempt += 1
            try:
                text, refused = message_of(await self._put(model, strict))
            except Exception as error:
                failed = told(error, model.endpoint)
                if isinstance(failed, MalformedAnswer):
                    self.fail("malformed", str(failed))
                    continue
                self._error = failed
                self.fail("server", str(failed))
                return None
            if refused:
                self.fail("refused", text)
                continue
            value = self._read(text)
            if value is not None:
                if self._ignored:
                    self._modes.learnt(model, "plain")
                return value
            # Held to a schema a model cannot but write JSON: it was not held to it, and has not seen it.
            self._ignored = self._mode != "plain" and self.failures[-1].kind == "malformed"
        return None

    def moves_on(self, following: Sequence[Model]) -> bool:
        """Whether the next model is to be asked: this one refused twice, or is not to be had where the next may be."""
        if not following or self._model is None:
            return False
        if self._error is not None:
            return following[0].endpoint != self._model.endpoint or isinstance(self._error, NoSuchModel)
        return [failure.kind for failure in self.failures[-2:]] == ["refused", "refused"]

    def fail(self, kind: FailureKind, raw_text: str) -> None:
        """Remember that this attempt failed, and how; never with a part of the key."""
        name = ""
        if self._model is not None:
            name = self._model.name
            raw_text = "" if gives_away(raw_text[:MAX_RAW], self._model.endpoint) else raw_text[:MAX_RAW]
        self.failures.append(Failure(kind, raw_text, self.attempt, name))

    async def _put(self, model: Model, strict: bool) -> object:
        """What the server answers, in the best mode that it takes."""
        import openai

        sure = True
        for mode in ("plain",) if self._ignored else self._modes.to_try(model):
            try:
                found = await self._complete(model, self._in_mode(mode, strict))
            except openai.APIStatusError as error:
                status = error.response.status_code
                if mode == "plain" or status not in _NOT_TAKEN:
                    raise
                sure = sure and status != 500  # that may have been a moment's weakness
            else:
                self._mode = mode
                if sure and not self._ignored:
                    self._modes.learnt(model, mode)
                return found
        raise AssertionError("the last mode either answers or raises")

    def _in_mode(self, mode: Mode, strict: bool) -> dict[str, Any]:
        schema = self._json_schema
        words = [_REMIND] if strict or mode == "plain" else []
        if mode == "plain":
            words.insert(0, "The JSON schema of the answer: " + json.dumps(schema, ensure_ascii=False))
        body = {**self._body, "messages": _with_words(self._body["messages"], "\n".join(words))}
        if mode == "schema":
            wrapped = {"name": _TOOL, "strict": True, "schema": schema}
            return {**body, "response_format": {"type": "json_schema", "json_schema": wrapped}}
        if mode == "tool":
            function = {"name": _TOOL, "description": "Gives the answer.", "parameters": schema}
            chosen = {"type": "function", "function": {"name": _TOOL}}
            return {**body, "tools": [{"type": "function", "function": function}], "tool_choice": chosen}
        return body

    def _read(self, text: str) -> S | None:
        is_refusal = _REFUSAL.match(text) is not None
        try:
            found = read_object(text)
        except Unreadable:
            self.fail("refused" if is_refusal else "malformed", text)
            return None
        if is_refusal and not found.keys() & self._schema.model_fields.keys():
            self.fail("refused", text)
            return None
        try:
            return self._schema.model_validate(found)
        except (ValidationError, RecursionError):
            self.fail("wrong_schema", text)
            return None


def message_of(found: object) -> tuple[str, bool]:
    """The text of a completion, from its message or its tool call, and whether the server says it is a refusal."""
    choices = found.get("choices") if isinstance(found, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return "", False
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        return refusal, True
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if isinstance(arguments, dict):  # some servers send them unpacked
        arguments = json.dumps(arguments)
    text = arguments if isinstance(arguments, str) and arguments else message.get("content")
    return text if isinstance(text, str) else "", choice.get("finish_reason") == "content_filter"


def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of ``schema`` as strict modes want it: every field named, none besides.

    Source: OpenAI, "Structured outputs", supported schemas.  Servers that compile a grammar from it then have the
    model fill in every field.
    """
    strict: dict[str, Any] = _strict(schema.model_json_schema())
    return strict


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("properties", "$defs") and isinstance(value, dict):
            out[key] = {name: _strict(inner) for name, inner in value.items()}
        elif key not in ("default", "title"):
            out[key] = _strict(value) if key not in ("enum", "const", "required", "description") else value
    if isinstance(out.get("properties"), dict):
        out["required"] = list(out["properties"])
        out["additionalProperties"] = False
    return out


def _with_words(messages: list[dict[str, str]], words: str) -> list[dict[str, str]]:
    """``messages`` with ``words`` at the end of the last: many chat templates take no system message there."""
    if not words:
        return messages
    if messages and messages[-1]["role"] == "user":
        return [*messages[:-1], {"role": "user", "content": f"{messages[-1]['content']}\n\n{words}"}]
    return [*messages, {"role": "user", "content": words}]
