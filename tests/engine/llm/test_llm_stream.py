"""Text that streams: what arrives, how it ends, how it is stopped."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.llm import Client, MalformedAnswer, Message, ModelError, ReadyReply, Reply, Stream, Unreachable, Usage
from tests.rig.model_server import Do, ModelServer

HELLO = [Message("system", "You are Ada."), Message("user", "Good evening.")]
SSE = "text/event-stream"


def told(stream: Reply) -> str:
    """The whole reply."""
    return "".join(stream)


def poll_to_the_end(stream: Stream) -> list[str]:
    seen = []
    while stream.ending is None:
        seen.append(stream.poll())
        time.sleep(0.001)
    return seen


def event(content: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": content}}]}).encode() + b"\n\n"


def test_a_reply_arrives_piece_by_piece_and_says_how_it_ended(client: Client, server: ModelServer) -> None:
    server.say("The tram bell rings.", usage=(31, 4))
    stream = client.stream(server.model("ada-7b"), HELLO, max_tokens=50, temperature=0.5, stop=["\nYou:"])
    assert list(stream) == ["The", " tram", " bell", " rings."]
    assert stream.text == "The tram bell rings."
    assert stream.ending is not None
    assert (stream.ending.reason, stream.ending.truncated, stream.ending.notice) == ("done", False, "")
    assert stream.ending.usage == Usage(31, 4)
    body = server.requests[0].body
    assert body["messages"] == [
        {"role": "system", "content": "You are Ada."},
        {"role": "user", "content": "Good evening."},
    ]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("ada-7b", 50, 0.5)
    assert body["stop"] == ["\nYou:"]


def test_a_reply_can_be_polled_from_a_loop_that_must_not_wait(client: Client, server: ModelServer) -> None:
    server.say("one two three", tokens_per_s=50)
    stream = client.stream(server.model(), HELLO)
    seen = poll_to_the_end(stream)
    assert "".join(seen) == stream.text == "one two three"
    assert seen.count("") > 3, "it did not wait for the pieces"
    assert stream.poll() == ""


def test_an_error_reaches_whoever_polls(client: Client, server: ModelServer) -> None:
    server.say("", status=503)
    stream = client.stream(server.model(), HELLO)
    with pytest.raises(ModelError, match="503 service unavailable"):
        poll_to_the_end(stream)


def test_a_character_split_across_chunks_arrives_whole(client: Client, server: ModelServer) -> None:
    text = "Grüße 🐍 from 東京 — שלום"
    server.say(text, split_bytes=True)
    assert told(client.stream(server.model(), HELLO)) == text


def test_half_a_character_waits_for_its_other_half(client: Client, server: ModelServer) -> None:
    server.say("", pieces=["a snake: \ud83d", "\udc0d!"])
    stream = client.stream(server.model(), HELLO)
    assert list(stream) == ["a snake: ", "🐍!"]


def test_stop_takes_effect_while_the_first_word_is_waited_for(client: Client, server: ModelServer) -> None:
    server.say("never", stall=True)
    stream = client.stream(server.model(), HELLO)
    server.wait_for_requests(1)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(list, stream)
        stream.stop()
        assert waiting.result(timeout=10) == []
    assert stream.ending is not None
    assert (stream.ending.reason, stream.ending.truncated) == ("stopped", True)
    assert server.requests[0].left.wait(10), "the connection was closed"


def test_stop_in_the_middle_keeps_what_came(client: Client, server: ModelServer) -> None:
    server.say("up to here and no further", stall_after=3)
    stream = client.stream(server.model(), HELLO)
    pieces = [next(stream) for _ in range(3)]
    stream.stop()
    assert "".join([*pieces, *stream]) == "up to here"
    assert stream.ending is not None
    assert stream.ending.reason == "stopped"
    assert server.requests[0].left.wait(10)


def test_stop_after_the_end_changes_nothing(client: Client, server: ModelServer) -> None:
    server.say("done is done")
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "done is done"
    stream.stop()
    assert (stream.text, stream.ending and stream.ending.reason) == ("done is done", "done")


def test_a_slow_server_is_waited_for_and_says_so(client: Client, server: ModelServer) -> None:
    server.say("at last", stall=True)
    stream = client.stream(server.model(), HELLO)
    before_s = stream.waited_s
    while stream.waited_s < before_s + 0.05:
        assert stream.poll() == ""
    server.go_on.set()
    assert told(stream) == "at last"
    assert stream.waited_s == 0


def test_a_line_that_drops_in_the_middle_keeps_what_came(client: Client, server: ModelServer) -> None:
    server.say("half of what", drop_after=2)
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "half of"
    assert stream.ending is not None
    assert (stream.ending.reason, stream.ending.truncated) == ("dropped", True)
    assert stream.ending.notice == "connection lost — partial response saved"


def test_a_line_that_drops_before_the_first_word_is_an_error(client: Client, server: ModelServer) -> None:
    server.say("nothing of it", drop_after=0)
    with pytest.raises(Unreachable, match="connection lost before the first word"):
        told(client.stream(server.model(), HELLO))


def test_an_end_without_the_protocols_end_is_a_dropped_line(client: Client, server: ModelServer) -> None:
    server.say("cut", finish=None, done=False)
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "cut"
    assert stream.ending is not None
    assert stream.ending.reason == "dropped"


@pytest.mark.parametrize("how", [{"finish": None}, {"done": False}])
def test_either_sign_of_the_end_is_enough(client: Client, server: ModelServer, how: dict[str, object]) -> None:
    server.script([Do("all of it", usage=None, **how)])  # type: ignore[arg-type]
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "all of it"
    assert stream.ending is not None
    assert (stream.ending.reason, stream.ending.usage) == ("done", None)


@pytest.mark.parametrize("how", [{}, {"done": False}, {"finish": None, "usage": None}])
def test_a_line_that_stays_open_after_the_end_is_not_waited_for(
    client: Client, server: ModelServer, how: dict[str, object]
) -> None:
    server.script([Do("all of it", linger=True, **how)])  # type: ignore[arg-type]
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "all of it"
    assert stream.ending is not None
    assert stream.ending.reason == "done"
    assert server.requests[0].left.wait(10)


def test_half_a_character_in_the_prompt_does_no_harm(client: Client, server: ModelServer) -> None:
    server.say("Hm?")
    assert told(client.stream(server.model(), [Message("user", "a\ud83d\0b")])) == "Hm?"
    assert server.requests[0].prompt == "a\ufffdb"


def test_an_endless_stream_ends_at_its_bound(client: Client, server: ModelServer) -> None:
    server.say("on and on ", endless=True)
    stream = client.stream(server.model(), HELLO, max_tokens=100)
    text = told(stream)
    assert 0 < len(text) <= 800
    assert stream.ending is not None
    assert (stream.ending.reason, stream.ending.notice) == ("length", "cut at the length limit")
    assert server.requests[0].left.wait(10)


def test_an_endless_stream_of_nothing_ends_as_well(client: Client, server: ModelServer) -> None:
    server.say("", raw=(b"data: {" + b" " * 1_000_000 + b"}\n\n") * 17, content_type=SSE)
    with pytest.raises(MalformedAnswer, match="far more than was asked for"):
        told(client.stream(server.model(), HELLO))


def test_the_servers_own_length_limit_is_told(client: Client, server: ModelServer) -> None:
    server.say("no more room", finish="length")
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "no more room"
    assert stream.ending is not None
    assert (stream.ending.reason, stream.ending.truncated) == ("length", True)


def test_stop_strings_hold_even_where_the_server_ignores_them(client: Client, server: ModelServer) -> None:
    server.say("", pieces=["Hm.", "\nY", "ou", ": I", " go."])
    stream = client.stream(server.model(), HELLO, stop=["", "a", "b", "c", "d", "\nYou:"])
    assert told(stream) == "Hm."
    assert stream.ending is not None
    assert stream.ending.reason == "done"
    assert len(server.requests[0].body["stop"]) == 4


def test_thinking_aloud_is_left_out(client: Client, server: ModelServer) -> None:
    server.say("", pieces=["<th", "ink>The user", " greets me.</thi", "nk>\n\nGood", " evening."])
    assert told(client.stream(server.model(), HELLO)) == "Good evening."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'data: {"choices": [{"del\n\n', SSE),
        (b"data: []\n\n", SSE),
        (b"data: 7\n\n", SSE),
        (b'data: {"choices": ["x"]}\n\n', SSE),
        (b"data: \xff\xfe\n\n", SSE),
        (b"<html>Sign in to the hotel's network</html>", "text/html"),
        (b'{"choices": [{"message": {"content": "whole"}}]}', "application/json"),
        (b"data: [DONE]\n\n", SSE),
        (b"data: " + b"[" * 100_000 + b"\n\n", SSE),
        (event(7) + b"data: [DONE]\n\n", SSE),
    ],
)
def test_what_is_not_a_stream_is_malformed(client: Client, server: ModelServer, body: bytes, kind: str) -> None:
    server.say("", raw=body, content_type=kind)
    with pytest.raises(MalformedAnswer):
        told(client.stream(server.model(), HELLO))


def test_nonsense_in_the_middle_keeps_what_came(client: Client, server: ModelServer) -> None:
    server.say("", raw=event("So far") + b"data: {oops\n\n", content_type=SSE)
    stream = client.stream(server.model(), HELLO)
    assert told(stream) == "So far"
    assert stream.ending is not None
    assert stream.ending.reason == "dropped"


def test_an_error_inside_the_stream_is_told_by_its_code(client: Client, server: ModelServer) -> None:
    said = b'data: {"error": {"message": "slow down", "code": 429}}\n\n'
    server.say("", raw=said, content_type=SSE)
    with pytest.raises(ModelError, match="429 rate limited"):
        told(client.stream(server.model(), HELLO))
    server.say("", raw=event("Well") + said, content_type=SSE)
    stream = client.stream(server.model(), HELLO)
    assert (told(stream), stream.ending and stream.ending.reason) == ("Well", "dropped")


def test_a_packed_stream_is_refused(client: Client, server: ModelServer) -> None:
    server.say("", raw=b"\x1f\x8b", content_type=SSE, headers={"Content-Encoding": "gzip"})
    with pytest.raises(MalformedAnswer, match="packed"):
        told(client.stream(server.model(), HELLO))
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_whatever_bytes_come_it_ends_or_says_what_is_wrong() -> None:
    values = st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "content", "finish_reason", "usage", "error"]), inner
            )
        ),
        max_leaves=8,
    )
    events = values.map(lambda value: b"data: " + json.dumps(value).encode() + b"\n\n")
    with ModelServer() as server, Client() as client:

        @given(st.lists(events | st.binary(max_size=20), max_size=4).map(b"".join))
        def tries(body: bytes) -> None:
            server.say("", raw=body, content_type=SSE)
            stream = client.stream(server.model(), HELLO)
            try:
                text = told(stream)
            except ModelError:
                assert stream.ending is None
            else:
                assert text
                assert stream.ending is not None
                text.encode()

        tries()


def test_a_server_that_does_not_know_counts_is_asked_without(client: Client, server: ModelServer) -> None:
    server.knows_counts = False
    for _ in range(2):
        server.say("fine")
        stream = client.stream(server.model(), HELLO)
        assert told(stream) == "fine"
        assert stream.ending is not None
        assert stream.ending.usage is None
    assert ["stream_options" in request.body for request in server.requests] == [True, False, False]


def test_a_model_that_knows_only_newer_words_is_asked_in_them(client: Client, server: ModelServer) -> None:
    server.script([Do(status=400, error="'max_tokens' is not supported, use 'max_completion_tokens'"), Do("thought")])
    assert told(client.stream(server.model(), HELLO, max_tokens=9)) == "thought"
    body = server.requests[1].body
    assert body["max_completion_tokens"] == 9
    assert not body.keys() & {"max_tokens", "temperature"}


def test_many_replies_at_once_do_not_mix(client: Client, server: ModelServer) -> None:
    server.otherwise = Do("left right left", tokens_per_s=500)
    streams = [client.stream(server.model(), HELLO) for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(told, streams)) == {"left right left"}


def test_closing_the_client_ends_every_reply(server: ModelServer) -> None:
    server.otherwise = Do("never", stall=True)
    with Client() as client:
        streams = [client.stream(server.model(), HELLO) for _ in range(3)]
        server.wait_for_requests(3)
    for stream in [*streams, client.stream(server.model(), HELLO)]:
        assert list(stream) == []
        assert stream.ending is not None
        assert stream.ending.reason == "stopped"
    client.close()


def test_a_closed_client_leaves_no_thread_behind(server: ModelServer) -> None:
    with Client() as client:
        told(client.stream(server.model(), HELLO))
        assert any(thread.name == "models" for thread in threading.enumerate())
    assert not any(thread.name == "models" for thread in threading.enumerate())


def test_words_that_are_there_already_are_a_reply_as_well() -> None:
    assert list(ReadyReply(["Good ", "evening."])) == ["Good ", "evening."]
    reply: Reply = ReadyReply(["one ", "two ", "three"])
    assert (reply.poll(), reply.poll(), reply.ending) == ("one ", "two ", None)
    reply.stop()
    assert (reply.poll(), reply.text, reply.waited_s) == ("", "one two ", 0)
    assert reply.ending is not None
    assert reply.ending.truncated
