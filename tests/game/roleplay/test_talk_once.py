"""What follows from a turn follows once, and what nobody could answer leaves no trace."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import pytest

from engine.errors import UserError
from engine.llm import Client
from game.roleplay import directing, history, passes, reading, recall, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.jobs import Job, SummariseEdge
from game.roleplay.model_voice import ModelVoice
from game.roleplay.swipes import stale_scenes
from game.roleplay.voice import Answered, Voice
from game.truth import Truth
from tests.rig.classifier import by_what_is_asked
from tests.rig.company import company
from tests.rig.model_server import Do, ModelServer, Request


@contextmanager
def model_company() -> Iterator[tuple[Desk, ModelServer]]:
    with ModelServer() as server, Client() as client:
        server.decide = by_what_is_asked
        server.otherwise = Do("Come in and sit down by the stove.")
        model = server.model()
        with company(None, ModelVoice(client, model, (model,))) as desk:
            yield desk, server


def held_up(gate: threading.Event) -> None:
    """Bookkeeping that takes until the gate is opened."""
    assert gate.wait(30)


def moved(desk: Desk, turn: int) -> int:
    """How many times the host's edge to the player was moved by a turn."""
    sql = "SELECT count(*) FROM edge_numbers WHERE chat = 'mara' AND owner = 'mara' AND turn = ? AND live"
    return int(desk.log.query(sql, (turn,))[0][0])


def test_a_turn_is_taken_in_once_however_often_the_chat_is_opened() -> None:
    with model_company() as (desk, _):
        talk.say(desk, "mara", "Good evening.")
        passes.catch_up(desk, "mara")
        passes.catch_up(desk, "mara")
        desk.settle()
        passes.catch_up(desk, "mara")
        desk.settle()
        assert [moved(desk, turn.number) for turn in reading.turns(desk.log, "mara")] == [1, 1]


def test_a_wording_replaced_before_it_was_taken_in_moves_nobody_and_moves_them_when_it_is_stepped_back_to() -> None:
    gate = threading.Event()
    with model_company() as (desk, server):
        desk.later(partial(held_up, gate))
        server.script([Do("Come in."), Do("Not now.")])
        talk.say(desk, "mara", "Good evening.")
        talk.another(desk, "mara", 2)
        gate.set()
        desk.settle()
        sql = "SELECT swipe FROM edge_numbers WHERE chat = 'mara' AND owner = 'mara' AND turn = 2"
        assert desk.log.query(sql) == [(1,)]
        talk.choose(desk, "mara", 2, 0)
        desk.settle()
        assert moved(desk, 2) == 1
        assert reading.turn(desk.log, "mara", 2).said.significance == 1


def test_what_was_queued_for_a_turn_does_not_hit_the_one_that_took_its_number_after_a_rewind() -> None:
    gate = threading.Event()
    with model_company() as (desk, _):
        talk.say(desk, "mara", "Good evening.")
        desk.settle()
        desk.later(partial(held_up, gate))
        talk.say(desk, "mara", "How is the clock?")
        desk.change(lambda: history.rewind(desk.log, None, "mara", 2))
        talk.say(desk, "mara", "How is the weather?")
        gate.set()
        desk.settle()
        assert [moved(desk, turn.number) for turn in reading.turns(desk.log, "mara")] == [1, 1, 1, 1]


def test_closing_in_the_middle_of_bookkeeping_leaves_it_undone_and_not_done_by_default() -> None:
    with ModelServer() as server, company() as desk:
        client = Client()
        asked = threading.Event()

        def stalls(_: Request) -> Do:
            asked.set()
            return Do(stall=True)

        server.decide = by_what_is_asked
        server.otherwise = Do("Come in.")
        model = server.model()
        desk.voice = ModelVoice(client, model, (model,))
        talk.say(desk, "mara", "Good evening.")
        desk.settle()
        server.decide = stalls
        number = directing.close_scene(desk, "mara")
        assert asked.wait(30)
        client.close()
        desk.settle()
        assert recall.scene_summaries(desk.log, "mara", "mara") == []
        assert [scene.id for scene in stale_scenes(desk.log, "mara")] == [number]


def test_a_scene_is_told_whole_or_not_at_all() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Good evening.")
        desk.settle()
        voice, desk.voice = desk.voice, cast(Voice, NoArcs(desk.voice))
        number = directing.close_scene(desk, "mara")
        desk.settle()
        assert desk.problem == "no arcs today"
        assert recall.scene_summaries(desk.log, "mara", "mara") == []
        desk.voice = voice
        passes.catch_up(desk, "mara")
        desk.settle()
        assert len(recall.scene_summaries(desk.log, "mara", "mara")) == 1
        assert desk.log.query("SELECT count(*) > 0 FROM edge_words WHERE scene = ?", (number,)) == [(1,)]


class NoArcs:
    """A voice that tells scenes and then has no words for what they did to an edge."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def __getattr__(self, name: str) -> object:
        return getattr(self._voice, name)

    def answer(self, job: Job) -> Answered:
        if isinstance(job, SummariseEdge):
            raise UserError("no arcs today")
        return self._voice.answer(job)


def test_a_dead_classifier_is_waited_for_once_and_then_left_alone() -> None:
    with ModelServer() as server, Client() as client:
        server.decide = lambda asked: None if asked.is_stream else Do(stall=True)
        server.otherwise = Do("Come in.")
        model = server.model()
        with company(None, ModelVoice(client, model, (model,))) as desk:
            talk.say(desk, "mara", "Good evening.")
            desk.settle()
            asked = len(server.requests)
            began_s = time.monotonic()
            exchange = talk.say(desk, "mara", "*sits down* And now?")
            waited_s = time.monotonic() - began_s
            desk.settle()
            assert exchange.problem == ""
            assert [request.is_stream for request in server.requests[asked:]] == [True]
            assert waited_s < 9, "nobody waits the ten seconds of a classifier again"
            assert reading.edge(desk.log, "mara", YOU).last_chat == "mara"
            truths = desk.log.query("SELECT DISTINCT truth FROM events WHERE kind = 'turn.weighed'")
            assert truths == [(int(Truth.AUTOMATION),)], "a default is nobody's opinion"


def test_stop_is_heard_while_a_classifier_is_waited_for() -> None:
    with ModelServer() as server, Client() as client:
        server.decide = by_what_is_asked
        server.otherwise = Do("Come in.")
        model = server.model()
        with company(None, ModelVoice(client, model, (model,))) as desk:
            talk.say(desk, "mara", "Good evening.")
            desk.settle()
            stop = threading.Event()

            def stalls(asked: Request) -> Do | None:
                stop.set()
                return Do(stall=True)

            server.decide = stalls
            began_s = time.monotonic()
            exchange = talk.say(desk, "mara", "*sits down* And now?", cancel=stop)
            assert time.monotonic() - began_s < 8
            assert [reading.turn(desk.log, "mara", number).speaker for number in exchange.turns] == [YOU]
            server.go_on.set()


def test_a_reply_that_failed_still_ends_the_scene_once_it_is_had() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        voice, desk.voice = desk.voice, cast(Voice, NoReply(desk.voice))
        failed = talk.say(desk, "mara", "Let's call it a night. *fade out*")
        assert failed.problem == "no reply today"
        before = reading.chat(desk.log, "mara").scene
        desk.voice = voice
        talk.reply(desk, "mara")
        after = reading.chat(desk.log, "mara").scene
        assert before is not None
        assert after is not None
        assert after.id == before.id + 1


class NoReply:
    """A voice that judges and does not speak."""

    def __init__(self, judge: object) -> None:
        self._judge = judge

    def __getattr__(self, name: str) -> object:
        return getattr(self._judge, name)

    def narrate(self, *_: object) -> object:
        raise UserError("no reply today")


@pytest.mark.parametrize("edited", [None, "Hello, Mara, it is late."])
def test_regenerating_leaves_a_meanwhile_scene_alone(edited: str | None) -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        directing.meanwhile(desk, "mara", "ivo", turns=2)
        desk.settle()
        exchange = talk.regenerate(desk, "mara", edited=edited)
        assert exchange.turns == [2]
        assert [len(turn.alternatives) for turn in reading.turns(desk.log, "mara")][2:] == [1, 1]


def test_after_a_reply_that_never_came_regenerating_asks_for_it() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")
        voice, desk.voice = desk.voice, cast(Voice, NoReply(desk.voice))
        talk.say(desk, "mara", "And now?")
        desk.voice = voice
        exchange = talk.regenerate(desk, "mara")
        turns = reading.turns(desk.log, "mara")
        assert [turn.speaker for turn in turns] == [YOU, "mara", YOU, "mara"]
        assert exchange.turns == [4]
        assert len(turns[1].alternatives) == 1


def test_a_turn_reworded_while_it_was_said_anew_keeps_both_wordings() -> None:
    with company() as desk:
        talk.say(desk, "mara", "Hello.")

        class Rewords:
            def speaking(self, who: str, turn: int) -> None:
                talk.rewrite(desk, "mara", 2, "Good evening to you, too.")

            def text(self, piece: str) -> None:
                pass

            def committed(self) -> None:
                pass

        talk.another(desk, "mara", 2, Rewords())
        assert len(reading.turn(desk.log, "mara", 2).alternatives) == 3
