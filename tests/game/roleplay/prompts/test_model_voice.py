"""A model as the voice, beside a real server on loopback: every way it can go has its outcome (004 3.3, 16.4, 16.5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from engine.errors import UserError
from engine.llm import Client, Endpoint, Model, NoCredit, RateLimited, ServerFailed, Unauthorized, Unreachable
from game.roleplay.events import YOU
from game.roleplay.jobs import Job, ParsedTurn, ParseTurn, Present, Weigh, Weighed
from game.roleplay.model_voice import ModelVoice
from game.roleplay.prompts import PromptConfig, assemble
from game.roleplay.view import SpeakerView
from game.roleplay.voice import Answered, Spoken, Voice
from game.truth import Truth
from tests.rig.model_server import Do, ModelServer
from tests.rig.speaking import three, turn, view

WEIGH = Weigh((Present(YOU, "Ana"), Present("mara", "Mara")), turn(2, YOU, "I love you."), ())


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(["small", "other"]) as told:
        yield told


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as talks:
        yield talks


@pytest.fixture
def voice(client: Client, server: ModelServer) -> ModelVoice:
    return ModelVoice(client, server.model("small"), [server.model("small"), server.model("other")], server.model())


def narrated(
    voice: ModelVoice,
    made: SpeakerView | None = None,
    cancel: threading.Event | None = None,
    hear: Callable[[str], object] = len,
) -> tuple[Spoken, list[str]]:
    """What is said, and the pieces it came in."""
    made = made or three()
    shown: list[str] = []

    def both(piece: str) -> None:
        shown.append(piece)
        hear(piece)

    spoken = voice.narrate(made, assemble(made, PromptConfig()), both, cancel or threading.Event())
    assert "".join(shown) == spoken.text
    return spoken, shown


def test_it_is_a_voice_and_says_where_its_words_are_from(client: Client, voice: ModelVoice) -> None:
    assert isinstance(voice, Voice)
    assert (voice.origin, voice.truth) == ("ai-local:small", Truth.LOCAL_MODEL)
    assert voice.name.startswith("small (127.0.0.1")
    far = ModelVoice(client, Model(Endpoint("https://api.openai.com/v1"), "gpt"), [])
    assert (far.origin, far.truth) == ("ai-cloud:api.openai.com/gpt", Truth.CLOUD_MODEL)
    assert far.name == "gpt (OpenAI)"


# -- narration -------------------------------------------------------------------------------------------------------


def test_a_line_comes_piece_by_piece(server: ModelServer, voice: ModelVoice) -> None:
    server.say("Four o'clock. *she opens the case* Who wound it last?", tokens_per_s=100)
    spoken, shown = narrated(voice)
    assert spoken == Spoken("Four o'clock. *she opens the case* Who wound it last?")
    assert len(shown) > 1


def test_the_prompt_is_sent_as_it_was_assembled(server: ModelServer, voice: ModelVoice) -> None:
    narrated(voice)
    sent = server.requests[-1].body
    prompt = assemble(three(), PromptConfig())
    assert [(one["role"], one["content"]) for one in sent["messages"]] == list(prompt.messages)
    assert sent["stop"] == ["\nAna:", "\nIvo:", "\nYou:", "\nUser:"]
    assert sent["max_tokens"] == 600


def test_an_interjection_is_short(server: ModelServer, voice: ModelVoice) -> None:
    narrated(voice, three(beat=True))
    assert server.requests[-1].body["max_tokens"] == 120


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Mara: Sit.\nAna: No, thanks.", "Sit."),
        ("Sit.\n**Ana:** No.\nMara: Yes.", "Sit."),
        ("Sit.\nIvo (from the door): No.", "Sit."),
        ("Ana: No, thanks.", ""),
        ("Sit.<|im_end|>\n<|im_start|>user", "Sit."),
        ("<think>She wants to sit.</think>\n\nMara: Sit.", "Sit."),
        ("Sit. *she points", "Sit. *she points*"),
    ],
)
def test_it_never_speaks_for_others_and_nothing_shown_is_taken_back(
    server: ModelServer, voice: ModelVoice, answer: str, said: str
) -> None:
    server.say(answer, pieces=list(answer))
    spoken, shown = narrated(voice)
    assert spoken.text == said
    assert not any("Ana:" in "".join(shown[: i + 1]) for i in range(len(shown)))


def test_once_it_speaks_for_another_the_line_is_closed(server: ModelServer, voice: ModelVoice) -> None:
    server.say("Sit.\n**Ana**: No.\n", endless=True)
    spoken, _ = narrated(voice)
    assert spoken == Spoken("Sit.")
    assert server.requests[-1].left.wait(10)


def test_the_player_stops_it_where_it_is(server: ModelServer, voice: ModelVoice) -> None:
    server.say("One two three four", stall_after=2)
    cancel = threading.Event()
    spoken, _ = narrated(voice, cancel=cancel, hear=lambda piece: cancel.set() if "two" in piece else None)
    assert spoken == Spoken("One two", "stopped")
    assert spoken.truncated
    assert server.requests[-1].left.wait(10)


def test_it_can_be_stopped_before_the_first_word(server: ModelServer, voice: ModelVoice) -> None:
    server.say("Never.", stall=True)
    cancel = threading.Event()

    def stop() -> None:
        server.wait_for_requests(1)
        cancel.set()

    player = threading.Thread(target=stop)
    player.start()
    spoken, shown = narrated(voice, cancel=cancel)
    player.join()
    assert (spoken, shown) == (Spoken("", "stopped"), [])


def test_a_line_that_drops_keeps_what_came(server: ModelServer, voice: ModelVoice) -> None:
    server.say("It is the main spring", drop_after=3)
    spoken, _ = narrated(voice)
    assert spoken == Spoken("It is the", "dropped", "connection lost — partial response saved")


def test_a_line_that_grows_too_long_is_cut(server: ModelServer, voice: ModelVoice) -> None:
    server.say("and on ", endless=True)
    spoken, _ = narrated(voice)
    assert (spoken.ended, spoken.problem) == ("stopped", "cut at the length limit")
    assert spoken.text


@pytest.mark.parametrize(
    ("do", "error"),
    [
        (Do(status=401), Unauthorized),
        (Do(status=402), NoCredit),
        (Do(status=429, retry_after="7"), RateLimited),
        (Do(status=500), ServerFailed),
        (Do("Sit.", drop_after=0), Unreachable),
    ],
)
def test_where_nothing_can_be_had_it_is_said_in_a_sentence(
    server: ModelServer, voice: ModelVoice, do: Do, error: type[UserError]
) -> None:
    server.script([do])
    with pytest.raises(error):
        narrated(voice)


def test_split_characters_arrive_whole(server: ModelServer, voice: ModelVoice) -> None:
    server.say("Grüß dich 🕰 לילה.", split_bytes=True)
    assert narrated(voice)[0].text == "Grüß dich 🕰 לילה."


# -- answers ---------------------------------------------------------------------------------------------------------


def weighed(voice: ModelVoice, job: Job = WEIGH) -> Answered:
    return voice.answer(job)


def test_a_job_is_answered_in_its_schema(server: ModelServer, voice: ModelVoice) -> None:
    server.answer_json({"significance": 3})
    assert weighed(voice) == Answered(Weighed(significance=3), source=voice.judge)
    assert "2 significant" in server.requests[-1].prompt


@pytest.mark.parametrize("mode", ["schema", "tool", "plain"])
def test_a_question_fits_whatever_mode_the_server_has(server: ModelServer, voice: ModelVoice, mode: str) -> None:
    server.modes = {mode}
    server.answer_json({"significance": 1})
    assert weighed(voice) == Answered(Weighed(significance=1), source=voice.judge)


def test_a_second_try_that_fits_is_no_failure(server: ModelServer, voice: ModelVoice) -> None:
    server.say("Well, {")
    server.answer_json({"significance": 2})
    assert weighed(voice) == Answered(Weighed(significance=2), source=voice.judge)


def test_the_default_stands_in_and_it_is_reported(server: ModelServer, voice: ModelVoice) -> None:
    server.script([Do("nonsense"), Do("more nonsense")])
    answered = weighed(voice)
    assert answered.value == WEIGH.default() == Weighed(significance=1)
    assert [(one.raw_text, one.attempts) for one in answered.failures] == [("more nonsense", 2)]


def test_a_model_that_refuses_makes_way_and_it_is_reported(server: ModelServer, voice: ModelVoice) -> None:
    server.script([Do("I can't help with that."), Do("I'm sorry, but no.")])
    server.answer_json({"significance": 2})
    answered = weighed(voice)
    assert answered.value == Weighed(significance=2)
    assert [(one.raw_text, one.attempts) for one in answered.failures] == [("I'm sorry, but no.", 3)]
    assert [one.body["model"] for one in server.requests] == ["small", "small", "other"]


@pytest.mark.parametrize("do", [Do(status=401), Do(status=500), Do(raw=b"<html>")])
def test_a_server_in_trouble_never_stops_play(server: ModelServer, voice: ModelVoice, do: Do) -> None:
    server.script([do, do, do, do])
    answered = weighed(voice)
    assert answered.value == Weighed(significance=1)
    assert len(answered.failures) == 1


def test_without_classifiers_the_narrator_is_asked(client: Client, server: ModelServer) -> None:
    server.answer_json({"significance": 0})
    assert ModelVoice(client, server.model("small"), []).answer(WEIGH).value == Weighed(significance=0)


def test_words_a_model_changed_are_not_taken(server: ModelServer, voice: ModelVoice) -> None:
    answer: dict[str, Any] = {"segments": [{"sort": "dialogue", "text": "Sits."}], "addressee": "Mara", "doing": None}
    server.answer_json(answer)
    value = voice.answer(ParseTurn("*sits* Hello.", Present(YOU, "Ana"), (Present("mara", "Mara"),))).value
    assert isinstance(value, ParsedTurn)
    assert [(one.sort, one.text) for one in value.segments] == [("action", "sits"), ("dialogue", "Hello.")]
    assert value.addressee == "mara"


# -- places of texts -------------------------------------------------------------------------------------------------


def test_texts_are_placed_at_unit_length(server: ModelServer, voice: ModelVoice) -> None:
    server.dimensions = 8
    placed = voice.embed(["one", "and two"])
    assert placed is not None
    assert placed[0] == "test-model"
    assert placed[1].shape == (2, 8)
    assert placed[1].dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(placed[1], axis=1), 1, rtol=1e-6)


def test_a_server_without_embeddings_is_asked_once(server: ModelServer, voice: ModelVoice) -> None:
    assert voice.embed(["one"]) is None
    assert voice.embed(["two"]) is None
    assert len([one for one in server.requests if one.path.endswith("/embeddings")]) == 1


def test_a_server_in_trouble_is_not_asked_for_places_with_every_line(client: Client) -> None:
    with ModelServer(key="right") as locked:
        voice = ModelVoice(client, locked.model(), [], Model(locked.endpoint("wrong"), "places"))
        assert voice.embed(["one"]) is None
        assert voice.embed(["two"]) is None
        assert len(locked.requests) == 1


def test_nothing_is_placed_where_there_is_nobody_to_do_it(client: Client, server: ModelServer) -> None:
    assert ModelVoice(client, server.model(), []).embed(["one"]) is None
    assert ModelVoice(client, server.model(), [], server.model()).embed([]) is None
    gone = Model(Endpoint("http://127.0.0.1:9/v1"), "gone")
    assert ModelVoice(client, gone, [], gone).embed(["one"]) is None


def test_two_people_are_enough(server: ModelServer, voice: ModelVoice) -> None:
    server.say("You again.")
    assert narrated(voice, view())[0].text == "You again."
