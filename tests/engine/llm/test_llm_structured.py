"""Answers in a form: whichever mode the server has, whatever the model says, never an exception (004, 3.3)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from engine.llm import Client, Message, Stopped
from engine.llm.structured import strict_schema
from tests.rig.model_server import Do, ModelServer

PROMPT = [Message("system", "You rate turns."), Message("user", "She said: I love you.")]


class Target(BaseModel):
    name: str
    close: bool = False


class Rating(BaseModel):
    significance: int = Field(default=1, ge=0, le=3)
    tone: Literal["warm", "cold"] = "warm"
    facts: list[str] = Field(default_factory=list)
    target: Target | None = None


DEFAULT = Rating()
FULL = {"significance": 3, "tone": "cold", "facts": ["loves you"], "target": {"name": "Ada", "close": True}}


def test_where_the_server_has_a_schema_mode_it_is_used(client: Client, server: ModelServer) -> None:
    server.answer_json(FULL)
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert answered.value == Rating.model_validate(FULL)
    assert (answered.attempts, answered.failures, answered.model) == (1, (), server.model())
    assert not answered.fell_back
    asked = server.requests[0]
    assert asked.mode == "schema"
    assert asked.body["temperature"] == 0
    assert asked.prompt == "You rate turns.\nShe said: I love you."
    assert asked.body["response_format"]["json_schema"]["schema"] == strict_schema(Rating)


def test_a_strict_schema_names_every_field_and_nothing_besides() -> None:
    schema = strict_schema(Rating)
    assert schema["required"] == ["significance", "tone", "facts", "target"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Target"]["required"] == ["name", "close"]
    assert '"default"' not in json.dumps(schema)


def test_a_field_may_have_any_name() -> None:
    class Odd(BaseModel):
        title: str = ""
        default: int = 0
        required: bool = False

    assert strict_schema(Odd)["required"] == ["title", "default", "required"]


@pytest.mark.parametrize(
    ("modes", "tried"),
    [({"schema"}, ["schema"]), ({"tool"}, ["schema", "tool"]), ({"plain"}, ["schema", "tool", "plain"])],
)
def test_a_mode_the_server_lacks_is_learnt_from_its_first_refusal(
    client: Client, server: ModelServer, modes: set[str], tried: list[str]
) -> None:
    server.modes = modes
    for significance in (2, 3):
        server.answer_json({"significance": significance})
        answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
        assert answered.value.significance == significance
        assert (answered.attempts, answered.failures) == (1, ())
    assert [request.mode for request in server.requests] == [*tried, tried[-1]]


def test_a_model_that_loses_a_mode_is_asked_in_the_next(client: Client, server: ModelServer) -> None:
    server.answer_json({})
    client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    server.modes = {"plain"}
    server.answer_json({"significance": 0})
    assert client.ask([server.model()], PROMPT, Rating, default=DEFAULT).value.significance == 0


def test_one_moments_weakness_is_no_missing_mode(client: Client, server: ModelServer) -> None:
    server.script([Do(status=500), Do('{"significance": 2}'), Do('{"significance": 3}')])
    assert client.ask([server.model()], PROMPT, Rating, default=DEFAULT).value.significance == 2
    assert client.ask([server.model()], PROMPT, Rating, default=DEFAULT).value.significance == 3
    assert [request.mode for request in server.requests] == ["schema", "tool", "schema"]


def test_without_any_mode_the_schema_is_in_the_prompt(client: Client, server: ModelServer) -> None:
    server.modes = {"plain"}
    server.say("Sure! Here it is:\n```json\n{'significance': 2, 'tone': 'cold',}\n```\nAnything else?")
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert (answered.value.significance, answered.value.tone) == (2, "cold")
    asked = server.requests[-1]
    assert json.dumps(strict_schema(Rating)) in asked.prompt
    assert [message["role"] for message in asked.body["messages"]] == ["system", "user"]


def test_a_server_that_takes_the_mode_and_ignores_it_is_shown_the_schema(client: Client, server: ModelServer) -> None:
    server.say("I would call that quite significant.")
    server.answer_json({"significance": 3})
    server.answer_json({"significance": 2})
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert (answered.value.significance, answered.attempts) == (3, 2)
    assert [failure.kind for failure in answered.failures] == ["malformed"]
    client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert [request.mode for request in server.requests] == ["schema", "plain", "plain"]


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("I'd say it matters.", "malformed"),
        ("", "malformed"),
        ("[1, 2]", "malformed"),
        ('{"significance": 9}', "wrong_schema"),
        ('{"significance": "very"}', "wrong_schema"),
        ('{"target": {"close": true}}', "wrong_schema"),
        ("I'm sorry, but I can't help with that.", "refused"),
        ("I can't rate this.", "refused"),
        ("I’m really sorry, I cannot.", "refused"),
        ("As an AI, I should not.", "refused"),
        ("I'm sorry, but {} is not something I rate.", "refused"),
        ('I cannot. {"error": "policy"}', "refused"),
    ],
)
def test_one_stricter_retry(client: Client, server: ModelServer, first: str, kind: str) -> None:
    server.say(first)
    server.answer_json({"significance": 2})
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert (answered.value.significance, answered.attempts) == (2, 2)
    assert [(failure.kind, failure.raw_text, failure.attempt) for failure in answered.failures] == [(kind, first, 1)]
    assert "Respond with JSON only" not in server.requests[0].prompt
    assert "Respond with JSON only" in server.requests[1].prompt


def test_an_apology_around_a_sound_answer_is_no_refusal(client: Client, server: ModelServer) -> None:
    server.say('I\'m sorry for the delay! {"significance": 3}')
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert (answered.value.significance, answered.failures) == (3, ())


def test_a_second_failure_gives_the_default(client: Client, server: ModelServer) -> None:
    server.script([Do("no"), Do('{"significance": -1}')])
    answered = client.ask([server.model(), server.model("other")], PROMPT, Rating, default=DEFAULT)
    assert answered.value is DEFAULT
    assert answered.fell_back
    assert [failure.kind for failure in answered.failures] == ["malformed", "wrong_schema"]
    assert {request.body["model"] for request in server.requests} == {"test-model"}


@pytest.mark.parametrize("refusal", [Do("I cannot."), Do(refusal="Not that."), Do("", finish="content_filter")])
def test_a_second_refusal_swaps_the_model_for_this_call(client: Client, server: ModelServer, refusal: Do) -> None:
    server.script([refusal, refusal, Do('{"significance": 2}'), Do('{"significance": 0}')])
    chain = [server.model("first"), server.model("second")]
    answered = client.ask(chain, PROMPT, Rating, default=DEFAULT)
    assert (answered.value.significance, answered.attempts, answered.model) == (2, 3, chain[1])
    assert [(failure.kind, failure.model) for failure in answered.failures] == [("refused", "first")] * 2
    assert client.ask(chain, PROMPT, Rating, default=DEFAULT).model == chain[0]


def test_when_all_refuse_the_default_stands(client: Client, server: ModelServer) -> None:
    server.otherwise = Do("I can't do that.")
    chain = [server.model("first"), server.model("second"), server.model("third")]
    answered = client.ask(chain, PROMPT, Rating, default=DEFAULT)
    assert (answered.value, answered.attempts, len(answered.failures)) == (DEFAULT, 6, 6)


@pytest.mark.parametrize("status", [401, 402, 404, 429, 503])
def test_a_server_that_fails_gives_the_default(client: Client, server: ModelServer, status: int) -> None:
    server.say("", status=status)
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert answered.value is DEFAULT
    assert [failure.kind for failure in answered.failures] == ["server"]
    assert str(status) in answered.failures[0].raw_text
    assert len(server.requests) == 1


def test_a_server_that_is_gone_makes_way_for_another(client: Client, server: ModelServer) -> None:
    with ModelServer() as gone:
        away = gone.model()
    server.answer_json({"significance": 2})
    answered = client.ask([away, server.model()], PROMPT, Rating, default=DEFAULT)
    assert (answered.value.significance, answered.model) == (2, server.model())


def test_a_busy_server_is_not_pestered_with_another_of_its_models(client: Client, server: ModelServer) -> None:
    server.otherwise = Do(status=429)
    client.ask([server.model("first"), server.model("second")], PROMPT, Rating, default=DEFAULT)
    assert len(server.requests) == 1


def test_a_model_that_is_not_there_makes_way_for_the_next(client: Client, server: ModelServer) -> None:
    server.script([Do(status=404, error="model 'first' not found"), Do('{"significance": 2}')])
    answered = client.ask([server.model("first"), server.model("second")], PROMPT, Rating, default=DEFAULT)
    assert answered.value.significance == 2


@pytest.mark.parametrize("raw", [b"", b"{", b"<html>", b"[]", b'{"choices": 3}', b'{"choices": [{"message": 1}]}'])
def test_a_body_that_is_no_completion_counts_as_an_answer_that_does_not_fit(
    client: Client, server: ModelServer, raw: bytes
) -> None:
    server.say("", raw=raw)
    server.answer_json({"significance": 2})
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert answered.value.significance == 2
    assert [failure.kind for failure in answered.failures] == ["malformed"]


def test_the_time_limit_holds_for_all_attempts_together(client: Client, server: ModelServer) -> None:
    server.script([Do("no"), Do("never", stall=True)])
    answered = client.ask([server.model(), server.model("other")], PROMPT, Rating, default=DEFAULT, timeout_s=0.5)
    assert answered.value is DEFAULT
    assert [failure.kind for failure in answered.failures] == ["malformed", "timeout"]
    assert server.requests[1].left.wait(10), "the connection was closed"


def test_closing_the_client_gives_the_default_at_once(server: ModelServer) -> None:
    server.say("never", stall=True)
    client = Client()
    with ThreadPoolExecutor(1) as other:
        asking = other.submit(client.ask, [server.model()], PROMPT, Rating, default=DEFAULT, timeout_s=600)
        server.wait_for_requests(1)
        client.close()
        answered = asking.result(timeout=10)
    assert answered.value is DEFAULT
    assert [failure.kind for failure in answered.failures] == ["stopped"]


def test_a_closed_client_gives_the_default(server: ModelServer) -> None:
    client = Client()
    client.close()
    assert client.ask([server.model()], PROMPT, Rating, default=DEFAULT).value is DEFAULT
    with pytest.raises(Stopped):
        client.models(server.endpoint())
    assert server.requests == []


def test_questions_asked_at_once_each_get_their_answer(client: Client, server: ModelServer) -> None:
    server.decide = lambda asked: Do(json.dumps({"facts": [asked.prompt]}), tokens_per_s=100)
    prompts = [f"question {n}" for n in range(20)]
    with ThreadPoolExecutor(20) as pool:
        asked = pool.map(
            lambda prompt: client.ask([server.model()], [Message("user", prompt)], Rating, default=DEFAULT), prompts
        )
        assert [answered.value.facts for answered in asked] == [[prompt] for prompt in prompts]


def test_with_no_model_the_default_stands(client: Client) -> None:
    answered = client.ask([], PROMPT, Rating, default=DEFAULT)
    assert (answered.value, answered.attempts, answered.failures) == (DEFAULT, 0, ())


def test_what_is_kept_of_an_answer_is_bounded(client: Client, server: ModelServer) -> None:
    server.otherwise = Do("word " * 100_000)
    answered = client.ask([server.model()], PROMPT, Rating, default=DEFAULT)
    assert [len(failure.raw_text) for failure in answered.failures] == [2000, 2000]


def test_a_prompt_that_ends_with_the_model_gets_its_reminder_from_the_user(client: Client, server: ModelServer) -> None:
    server.modes = {"plain"}
    server.answer_json({})
    client.ask([server.model()], [*PROMPT, Message("assistant", "Hm.")], Rating, default=DEFAULT)
    assert [message["role"] for message in server.requests[-1].body["messages"]][-2:] == ["assistant", "user"]
