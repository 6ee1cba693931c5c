"""A chat spoken by a model: a real server on loopback that speaks the protocol, and fails on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.llm import Client, Endpoint, Model, Secret
from game.roleplay import directing, reading, recall, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.model_voice import ModelVoice
from game.truth import Truth
from tests.rig.classifier import by_what_is_asked
from tests.rig.company import company
from tests.rig.model_server import Do, ModelServer, Request


@contextmanager
def model_company() -> Iterator[tuple[Desk, ModelServer]]:
    with ModelServer() as server, Client() as client:
        server.decide = by_what_is_asked
        model = server.model()
        with company(None, ModelVoice(client, model, (model,))) as desk:
            yield desk, server


def test_a_streamed_line_is_the_models_word_and_says_where_it_came_from() -> None:
    with model_company() as (desk, server):
        server.say("Come in. *puts the tweezers down* You are late.")
        exchange = talk.say(desk, "mara", "Good evening.")
        desk.settle()
        last = reading.turns(desk.log, "mara")[-1]
        assert exchange.problem == ""
        assert last.text == "Come in. *puts the tweezers down* You are late."
        assert last.said.truth is Truth.LOCAL_MODEL
        assert last.said.origin == "ai-local:test-model"
        edge = reading.edge(desk.log, "mara", YOU)
        assert edge.affinity == 60 + 2 * 3, "two utterances, each worth three at most however much a model asks for"
        assert edge.facts == ("Ana is kind",)


def test_the_bot_does_not_speak_for_the_player() -> None:
    with model_company() as (desk, server):
        server.say("Mara: Come in.\nAna: Thank you, Mara!\nMara: Sit.")
        talk.say(desk, "mara", "Good evening.")
        assert reading.turns(desk.log, "mara")[-1].text == "Come in."


def test_an_echo_is_asked_for_once_more_with_a_note() -> None:
    with model_company() as (desk, server):
        line = "The pendulum wants patience, and so do I, my dear friend."
        server.script([Do(line), Do(line), Do("Hand me the small screwdriver, would you?")])
        talk.say(desk, "mara", "Good evening.")
        talk.say(desk, "mara", "And now?")
        assert reading.turns(desk.log, "mara")[-1].text == "Hand me the small screwdriver, would you?"
        streamed = [request for request in server.requests if request.is_stream]
        assert len(streamed) == 3
        assert "already said" in streamed[-1].prompt


@pytest.mark.parametrize(
    ("do", "says"),
    [
        (Do(status=401), "401 unauthorized"),
        (Do(status=402), "402"),
        (Do(status=429, retry_after="7"), "rate limited"),
        (Do(status=500), "500"),
        (Do(status=503), "unavailable"),
        (Do(raw=b"<html>not this</html>", content_type="text/html"), ""),
    ],
)
def test_a_reply_that_cannot_be_had_never_happened_and_can_be_tried_again(do: Do, says: str) -> None:
    with model_company() as (desk, server):
        server.script([do])
        exchange = talk.say(desk, "mara", "Good evening.")
        assert says in exchange.problem
        assert exchange.problem
        assert [turn.speaker for turn in reading.turns(desk.log, "mara")] == [YOU]
        server.say("Come in.")
        assert talk.reply(desk, "mara").problem == ""
        assert reading.turns(desk.log, "mara")[-1].text == "Come in."


def test_a_line_that_goes_dead_keeps_what_had_come() -> None:
    with model_company() as (desk, server):
        server.script([Do("Come in and close the door behind you.", drop_after=4)])
        exchange = talk.say(desk, "mara", "Good evening.")
        last = reading.turns(desk.log, "mara")[-1]
        assert exchange.cut
        assert last.said.truncated
        assert "Come in and close the door behind you.".startswith(last.text)
        desk.settle()
        assert reading.turn(desk.log, "mara", last.number).said.significance == 1


def test_stop_works_before_the_first_word() -> None:
    stop = threading.Event()

    class StopAtOnce:
        def speaking(self, who: str, turn: int) -> None:
            stop.set()

        def text(self, piece: str) -> None:
            raise AssertionError("nothing is said after Stop")

        def committed(self) -> None:
            pass

    with model_company() as (desk, server):
        server.script([Do(stall=True)])
        exchange = talk.say(desk, "mara", "Good evening.", StopAtOnce(), stop)
        assert exchange.problem == ""
        assert [turn.speaker for turn in reading.turns(desk.log, "mara")] == [YOU]


@pytest.mark.parametrize("answer", ["I'm sorry, but I can't help with that.", "[1, 2", '{"significance": "very"}', ""])
def test_a_classifier_that_fails_never_holds_up_the_play(answer: str) -> None:
    with model_company() as (desk, server):
        server.decide = lambda asked: None if asked.is_stream else Do(answer)
        server.otherwise = Do("Well then.")
        exchange = talk.say(desk, "mara", "Good evening. *waves*")
        directing.close_scene(desk, "mara")
        desk.settle()
        assert exchange.problem == ""
        assert desk.problem == ""
        turns = reading.turns(desk.log, "mara")
        assert all(turn.said.significance == 1 for turn in turns)
        assert reading.edge(desk.log, "mara", YOU).last_chat == "mara"
        failed = {failure.job for failure in reading.failures(desk.log, "mara")}
        assert {"kickoff_parse", "turn_parse", "state_update", "significance", "scene_summary"} <= failed


def test_memories_are_placed_in_the_models_space_when_it_has_one() -> None:
    with ModelServer() as server, Client() as client:
        server.decide = by_what_is_asked
        server.dimensions = 8
        model = server.model()
        with company(None, ModelVoice(client, model, (model,), model)) as desk:
            server.say("Come in.")
            talk.say(desk, "mara", "Good evening.")
            directing.close_scene(desk, "mara")
            desk.settle()
            server.say("Yes.")
            talk.say(desk, "mara", "So?")
            desk.settle()
            assert desk.problem == ""
            assert desk.log.query("SELECT count(*) FROM recall_vectors") == [(2,)], "of the two who were there"
            assert desk.log.check_rebuild() == []


def pivotal(asked: Request) -> Do | None:
    """A classifier that finds every turn pivotal, and tells what it is given from the witness's own angle."""
    fields = json.dumps(asked.body)
    if not asked.is_stream and "significance" in fields and "SceneSummary" not in fields and '"moment"' not in fields:
        return Do(json.dumps({"significance": 3}))
    if not asked.is_stream and '"moment"' in fields:
        return Do(json.dumps({"summary": "She told me that she is leaving the city.", "moment": "the confession"}))
    return by_what_is_asked(asked)


def test_a_pivotal_turn_is_remembered_at_once_and_pinned_for_each_who_heard_it() -> None:
    with model_company() as (desk, server):
        server.decide = pivotal
        server.say("*sets the screwdriver down very slowly* When?")
        talk.say(desk, "mara", "I am leaving the city, Mara. I wanted you to hear it from me.")
        desk.settle()
        pinned = recall.pinned(desk.log, "mara")
        assert {memory.form for memory in pinned} == {"beat"}
        assert {memory.pinned for memory in pinned} == {"auto"}
        assert {memory.turn for memory in pinned} == {1, 2}


def test_a_scene_that_mattered_keeps_its_lines_and_is_written_out(tmp_path: Path) -> None:
    with ModelServer() as server, Client() as client:
        server.decide = pivotal
        model = server.model()
        with company(tmp_path, ModelVoice(client, model, (model,))) as desk:
            server.say("*sets the screwdriver down very slowly* When?")
            talk.say(desk, "mara", "I am leaving the city, Mara.")
            desk.settle()
            number = directing.close_scene(desk, "mara")
            desk.settle()
            scene = reading.scene(desk.log, "mara", number)
            assert scene is not None
            assert scene.significance == 3
            assert scene.quotes == ("you: I am leaving the city, Mara.", "mara: When?")
            (summary,) = recall.scene_summaries(desk.log, "mara", "mara")
            assert "“Ana: I am leaving the city, Mara.”" in summary.text
            assert reading.edge(desk.log, "mara", YOU).moments == ("the confession",)
            written = json.loads(next((tmp_path / "exports" / "mara").glob("scene-0001-*.json")).read_text())
            assert [turn["speaker"] for turn in written["turns"]] == ["Ana", "Mara"]


def test_a_routine_scene_keeps_no_lines(tmp_path: Path) -> None:
    with model_company() as (desk, server):
        server.say("Come in.")
        talk.say(desk, "mara", "Good evening.")
        desk.settle()
        number = directing.close_scene(desk, "mara")
        desk.settle()
        scene = reading.scene(desk.log, "mara", number)
        assert scene is not None
        assert (scene.significance, scene.quotes) == (1, ())
        assert reading.edge(desk.log, "mara", YOU).moments == ()


def test_stepping_to_another_wording_has_the_closed_scene_told_anew() -> None:
    with model_company() as (desk, server):
        server.say("Come in.")
        talk.say(desk, "mara", "Good evening.")
        desk.settle()
        server.say("Go away.")
        talk.another(desk, "mara", 2)
        desk.settle()
        number = directing.close_scene(desk, "mara")
        desk.settle()
        (first,) = recall.scene_summaries(desk.log, "mara", "mara")
        talk.choose(desk, "mara", 2, 0)
        desk.settle()
        (second,) = recall.scene_summaries(desk.log, "mara", "mara")
        assert second.number != first.number
        assert second.scene == number
        asked = len(server.requests)
        talk.choose(desk, "mara", 2, 1)
        desk.settle()
        (again,) = recall.scene_summaries(desk.log, "mara", "mara")
        assert again.number == first.number
        assert len(server.requests) == asked, "what was told once is not asked for again"


def test_what_is_judged_is_the_judging_models_word_not_the_speakers() -> None:
    with Client() as client:
        here = Model(Endpoint("http://127.0.0.1:1/v1"), "speaker")
        away = Model(Endpoint("https://models.example/v1", Secret("k" * 20)), "judge")
        voice = ModelVoice(client, here, (away,))
        assert (voice.truth, voice.origin) == (Truth.LOCAL_MODEL, "ai-local:speaker")
        assert voice.judge == (Truth.CLOUD_MODEL, "ai-cloud:models.example/judge")
