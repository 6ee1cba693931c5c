"""What the player reads when a server fails, and that no API key is ever in it."""

from __future__ import annotations

import base64
import logging
import socket
import traceback
from email.utils import formatdate
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from engine.errors import UserError
from engine.llm import (
    Client,
    Endpoint,
    MalformedAnswer,
    Message,
    Model,
    ModelError,
    NoCredit,
    NoSuchModel,
    NotOffered,
    RateLimited,
    RequestRejected,
    Secret,
    ServerFailed,
    ServiceUnavailable,
    Unauthorized,
    Unreachable,
)
from tests.rig.model_server import Do, ModelServer

HELLO = [Message("user", "Good evening.")]
KEY = "sk-Featherless/7d41+e0c9_b2aa=f3"


class Mood(BaseModel):
    mood: str = "calm"


def failed(client: Client, model: Model) -> ModelError:
    """The error that a reply begins with."""
    with pytest.raises(ModelError) as caught:
        list(client.stream(model, HELLO))
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (401, Unauthorized, "Featherless: 401 unauthorized; check the API key in Settings"),
        (
            402,
            NoCredit,
            "Featherless: 402 out of credits; add credits to the account or choose another model in Settings",
        ),
        (
            403,
            Unauthorized,
            "Featherless: 403 forbidden; this API key may not use this model; check both in Settings",
        ),
        (404, NoSuchModel, "Featherless: 404 not found (no); check the address and the model's name in Settings"),
        (429, RateLimited, "Featherless: 429 rate limited; wait a moment and retry"),
        (
            400,
            RequestRejected,
            "Featherless: 400 request rejected (no); shorten it or choose another model in Settings",
        ),
        (500, ServerFailed, "Featherless: 500 server error (no); retry, or look at what the server itself reports"),
        (502, ServerFailed, "Featherless: 502 server error (no); retry, or look at what the server itself reports"),
        (503, ServiceUnavailable, "Featherless: 503 service unavailable; wait a moment and retry"),
    ],
)
def test_each_status_has_its_sentence(
    client: Client, server: ModelServer, status: int, kind: type[ModelError], sentence: str
) -> None:
    server.otherwise = Do(status=status, error="no")
    error = failed(client, Model(Endpoint(server.url, label="Featherless"), "m"))
    assert type(error) is kind
    assert isinstance(error, UserError)
    assert (str(error), error.status, error.server) == (sentence, status, "Featherless")


def test_nothing_is_asked_twice_behind_the_callers_back(client: Client, server: ModelServer) -> None:
    for status in (401, 402, 429, 500, 503):
        server.say("", status=status)
        failed(client, server.model())
    assert len(server.requests) == 5


def test_retry_after_is_told_in_seconds_or_as_a_date(client: Client, server: ModelServer) -> None:
    server.say("", status=429, retry_after="7")
    error = failed(client, server.model())
    assert error.retry_after_s == 7
    assert str(error).endswith("429 rate limited; retry in 7 s")
    server.say("", status=503, retry_after=formatdate(4_000_000_000, usegmt=True))
    assert failed(client, server.model()).retry_after_s == 86_400
    server.say("", status=429, retry_after="presently")
    assert failed(client, server.model()).retry_after_s is None


def test_nobody_there(client: Client) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        error = failed(client, Model(Endpoint(url, label="Ollama"), "m"))
        assert type(error) is Unreachable
        assert str(error) == f"Ollama: no answer at {url}; start the server or change its address in Settings"
        with pytest.raises(Unreachable):
            client.models(Endpoint(url))


def test_a_name_that_does_not_exist(client: Client) -> None:
    error = failed(client, Model(Endpoint("https://models.invalid/v1"), "m"))
    assert type(error) is Unreachable
    assert str(error).startswith("models.invalid: no answer at https://models.invalid/v1; ")


def test_plain_http_where_https_is_meant(client: Client, server: ModelServer) -> None:
    error = failed(client, Model(Endpoint(server.url.replace("http:", "https:")), "m"))
    assert type(error) is Unreachable


def test_a_list_that_never_comes_is_given_up(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unreachable, match="no answer in time"):
        client.models(Endpoint(f"http://127.0.0.1:{mute.getsockname()[1]}/v1"), timeout_s=0.2)


def test_a_redirect_is_not_followed(client: Client, server: ModelServer) -> None:
    with ModelServer() as elsewhere:
        server.say("", status=307, headers={"Location": f"{elsewhere.url}/chat/completions"})
        assert "redirect (307)" in str(failed(client, server.model()))
        assert elsewhere.requests == []


def test_the_models_of_a_server(client: Client, server: ModelServer) -> None:
    server.models = ["b", "a", "", "x" * 300, "line\nbreak"]
    assert client.models(server.endpoint()) == ["a", "b"]
    server.list_body = b'{"object": "list", "data": null}'
    assert client.models(server.endpoint()) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"data": 3}', b'"models"', b"\xff", b"[" * 200_000])
def test_a_list_that_is_none_is_malformed(client: Client, server: ModelServer, body: bytes) -> None:
    server.list_body = body
    with pytest.raises(MalformedAnswer):
        client.models(server.endpoint())


def test_a_list_beyond_all_bounds_is_malformed(client: Client, server: ModelServer) -> None:
    server.list_body = b'{"data": [' + b" " * 17_000_000 + b"]}"
    with pytest.raises(MalformedAnswer, match="far more than was asked for"):
        client.models(server.endpoint())


def test_embeddings_come_in_the_order_of_the_texts(client: Client, server: ModelServer) -> None:
    server.dimensions = 3
    vectors = client.embeddings(server.model(), ["x" * n for n in range(1, 101)])
    assert vectors.shape == (100, 3)
    assert vectors.dtype == "float32"
    assert vectors[:, 0].tolist() == list(range(1, 101))
    assert len(server.requests) == 2
    assert client.embeddings(server.model(), []).shape == (0, 0)


def test_a_server_without_embeddings_says_so(client: Client, server: ModelServer) -> None:
    with pytest.raises(NotOffered, match="does not offer embeddings by 'nomic'"):
        client.embeddings(server.model("nomic"), ["text"])


# -- the key -----------------------------------------------------------------------------------------------------------


def everything_said(error: BaseException) -> str:
    """All that a log, a screen or a debugger's first look would show of an error."""
    parts = ["".join(traceback.format_exception(error))]
    seen: BaseException | None = error
    while seen is not None:
        parts += [str(seen), repr(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(parts)


ECHOES = [
    "Incorrect API key provided: " + KEY,
    "Authorization: Bearer " + KEY,
    f"key={quote(KEY)}",
    "your key ends in " + KEY[-8:] + " and begins with " + KEY[:8],
    KEY.upper(),
    KEY,
]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 418, 422, 429, 500, 503])
def test_a_key_that_the_server_echoes_is_not_repeated(
    client: Client, server: ModelServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    model = Model(server.endpoint(KEY), "m")
    for echo in ECHOES:
        server.otherwise = Do(status=status, error=echo, headers={"X-Echo": echo})
        error = failed(client, model)
        assert error.__cause__ is None
        assert error.__context__ is None
        said = everything_said(error) + repr(model) + repr(client) + caplog.text
        assert KEY[:8].lower() not in said.lower()
        assert KEY[-8:].lower() not in said.lower()
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@given(before=st.text(max_size=20), after=st.text(max_size=20), key=st.text("abcXYZ019-_", min_size=6, max_size=60))
def test_no_part_of_a_key_comes_through(before: str, after: str, key: str) -> None:
    from engine.llm.trouble import by_status

    endpoint = Endpoint("http://127.0.0.1:1234/v1", Secret(key))
    said = str(by_status(500, endpoint, {"message": before + key + after}, None))
    assert key not in said


def test_a_key_in_a_failed_answer_is_not_kept(client: Client, server: ModelServer) -> None:
    model = Model(server.endpoint(KEY), "m")
    server.script([Do(f"no json, but {KEY}"), Do(status=500, error=KEY), Do(status=500, error=KEY)])
    answered = client.ask([model], HELLO, Mood, default=Mood())
    assert len(answered.failures) == 2
    assert KEY[:8] not in repr(answered)


def test_errors_of_every_call_come_without_a_chain(client: Client, server: ModelServer) -> None:
    server.key = "sk-another-one-entirely"
    wrong = server.endpoint(KEY)
    with pytest.raises(Unauthorized) as listing:
        client.models(wrong)
    with pytest.raises(Unauthorized) as embedding:
        client.embeddings(Model(wrong, "m"), ["text"])
    for caught in (listing, embedding):
        assert caught.value.__context__ is None
        assert KEY not in everything_said(caught.value)
    assert client.models(server.endpoint()) == ["test-model"]


def test_what_the_environment_holds_for_others_is_not_sent(
    client: Client, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/secret-of-another-program")
    assert client.models(server.endpoint()) == ["test-model"]
    headers = server.requests[0].headers
    assert "authorization" not in headers
    assert "secret-of-another-program" not in repr(headers)


def test_a_secret_does_not_show() -> None:
    secret = Secret(KEY + "\n")
    assert secret.reveal() == KEY
    for shown in (str(secret), repr(secret), f"{secret}", repr(Endpoint("https://api.openai.com/v1", secret))):
        assert KEY not in shown
    assert base64.b64encode(KEY.encode()).decode() not in repr(secret)
    assert secret == Secret(KEY) != Secret("other")
    assert not Secret(" ")


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name", "origin"),
    [
        ("http://127.0.0.1:1234/v1", "LM Studio", "ai-local:m"),
        ("http://localhost:11434/v1/", "Ollama", "ai-local:m"),
        ("http://[::1]:8080/v1", "llama.cpp", "ai-local:m"),
        ("http://192.168.1.20:8000/v1", "vLLM", "ai-local:m"),
        ("http://studio.local:5001/v1", "KoboldCpp", "ai-local:m"),
        ("http://100.64.3.4:9999/v1", "100.64.3.4:9999", "ai-local:m"),
        ("https://api.featherless.ai/v1", "Featherless", "ai-cloud:api.featherless.ai/m"),
        ("https://8.8.8.8:1234/v1", "8.8.8.8:1234", "ai-cloud:8.8.8.8/m"),
        ("https://models.example.org/v1", "models.example.org", "ai-cloud:models.example.org/m"),
    ],
)
def test_an_address_says_whose_it_is_and_where_words_come_from(url: str, name: str, origin: str) -> None:
    model = Model(Endpoint(url), "m")
    assert (model.endpoint.name, model.origin()) == (name, origin)
    assert len(Model(Endpoint(url), "m" * 500).origin()) == 200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://127.0.0.1/v1",
        "127.0.0.1:1234",
        "http://",
        "http://user:pass@127.0.0.1/v1",
        f"https://api.openai.com/v1?key={KEY}",
        "http://127.0.0.1:99999/v1",
        "http://[::1/v1",
        "http://a b/v1",
    ],
)
def test_an_address_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(UserError, match="the model server's address") as caught:
        Endpoint(url)
    assert KEY not in str(caught.value)


def test_a_key_does_not_travel_in_the_clear_across_the_internet() -> None:
    with pytest.raises(UserError, match="unencrypted"):
        Endpoint("http://api.openai.com/v1", Secret(KEY))
    Endpoint("http://192.168.0.9:8000/v1", Secret(KEY))


@pytest.mark.parametrize("key", ["naïve", "two words", "x" * 501, "a\x00b"])
def test_a_key_that_is_none_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(UserError, match="the API key has characters") as caught:
        Endpoint("https://api.openai.com/v1", Secret(key))
    assert key not in str(caught.value)
