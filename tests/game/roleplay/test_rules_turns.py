"""What one turn does, when all goes well and when little does (004 3.3, 3.4, 6.1, 10.2, 15, 16.4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from game.roleplay import directing, history, model_voice, reading, talk
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.events import YOU, chat_stream
from tests.rig.judges import KICKOFF, asked_for, by_turn, judged
from tests.rig.model_server import Do, ModelServer, Request

WARMER = {"edges": [{"owner": "mara", "target": YOU, "affinity_delta": 2, "facts": ["Ana came back"]}]}


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Until it is so; a minute at most."""
    end_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end_s, f"this never happened: {what}"
        time.sleep(0.005)


def kinds_after(desk: Desk, seq: int) -> list[str]:
    """What happened in Mara's chat since."""
    return [event.kind for event in desk.log.read(chat_stream("mara"), after=seq)]


def broken(desk: Desk, server: ModelServer, answer: str) -> Callable[[Request], Do | None]:
    """From now on every judgement is ``answer``."""
    server.decide = lambda asked: None if asked.is_stream else Do(answer)
    return server.decide


# -- when a judgement cannot be had (3.3) ----------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["I can't help with that.", '{"edges": 7', "[]"])
def test_each_judgement_has_the_default_that_does_least(answer: str) -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        desk.settle()
        was = {pair: reading.edge(desk.log, *pair) for pair in (("mara", YOU), ("ivo", YOU), ("mara", "ivo"))}
        doing = reading.chat(desk.log, "mara").activities
        directing.skip(desk, "mara", "in an hour")
        desk.settle()
        doing = reading.chat(desk.log, "mara").activities
        broken(desk, server, answer)
        scenes, seq = reading.chat(desk.log, "mara").scenes, desk.log.last_seq
        server.say("Which park?")
        exchange = talk.say(desk, "mara", "*waves* Mara, we drove to the park. ((quicker))")
        desk.settle()
        yours = reading.turn(desk.log, "mara", exchange.turns[0])
        assert yours.said.segments == (("dialogue", yours.text),), "the whole turn is one dialogue segment"
        assert reading.chat(desk.log, "mara").scenes == scenes, "the scene does not close"
        assert len(exchange.turns) == 2, "nobody interjects"
        assert {reading.turn(desk.log, "mara", one).said.significance for one in exchange.turns} == {1}, "Notable"
        clock_us = reading.chat(desk.log, "mara").clock_us
        for pair, before in was.items():
            edge = reading.edge(desk.log, *pair)
            assert (edge.affinity, edge.trust, edge.facts) == (before.affinity, before.trust, before.facts)
        met = reading.edge(desk.log, "mara", YOU)
        assert (met.last_chat, met.last_clock_us) == ("mara", clock_us), "but they have met, and when"
        assert reading.chat(desk.log, "mara").activities == doing
        failed = [one for one in reading.failures(desk.log, "mara") if one.seq > seq]
        expected = {"turn_parse", "scene_close", "interjection", "significance", "state_update"}
        assert {one.job for one in failed} == expected
        assert all(one.attempts == 2 for one in failed), "one retry"
        assert {one.raw_text for one in failed} == {answer}
        assert exchange.problem == desk.problem == "", "and nobody is told"


def test_a_judge_that_never_answers_is_given_its_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_voice.ANSWER_TIMEOUT_S == 10.0
    monkeypatch.setattr(model_voice, "ANSWER_TIMEOUT_S", 0.2)
    with judged() as (desk, server):
        server.decide = lambda asked: None if asked.is_stream else Do(stall=True)
        server.say("Come in.")
        exchange = talk.say(desk, "mara", "*waves* Hello.")
        desk.settle()
        assert exchange.problem == ""
        assert reading.turns(desk.log, "mara")[-1].text == "Come in."
        assert reading.turns(desk.log, "mara")[-1].said.significance == 1


def test_going_back_to_the_beginning_is_possible_where_the_kickoff_could_not_be_read() -> None:
    with judged({"Kickoff": {"nonsense": True}}) as (desk, _):
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        assert "kickoff_parse" in {one.job for one in reading.failures(desk.log, "mara")}
        desk.change(lambda: history.rewind(desk.log, None, "mara", 0))
        assert reading.chat(desk.log, "mara").begun
        assert reading.turns(desk.log, "mara") == []


# -- while a line is spoken (15, 16.4) -------------------------------------------------------------------------------


def test_what_was_said_is_taken_in_while_the_answer_still_streams() -> None:
    with judged({"StateChanges": WARMER}) as (desk, server):
        server.say("Come in and sit down.", stall_after=2)
        exchanges: list[talk.Exchange] = []
        talking = threading.Thread(target=lambda: exchanges.append(talk.say(desk, "mara", "I am back.")))
        talking.start()
        try:
            wait_for(lambda: "Ana came back" in reading.edge(desk.log, "mara", YOU).facts, "the pass beside the reply")
            assert [turn.speaker for turn in reading.turns(desk.log, "mara")] == [YOU], "still being said"
        finally:
            server.go_on.set()
            talking.join()
        assert [turn.speaker for turn in reading.turns(desk.log, "mara")] == [YOU, "mara"]


class StopSoon:
    """Presses Stop after the first words."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def speaking(self, who: str, turn: int) -> None:
        """It begins."""

    def text(self, piece: str) -> None:
        """The first words."""
        self.stop.set()

    def committed(self) -> None:
        """Something was written."""


def test_a_stopped_line_is_kept_as_cut_taken_in_like_any_other_and_play_goes_on() -> None:
    with judged({"StateChanges": WARMER}) as (desk, server):
        hand = StopSoon()
        server.say("Come in and sit down by the stove.", tokens_per_s=20)
        exchange = talk.say(desk, "mara", "I am back.", hand, hand.stop)
        desk.settle()
        cut = reading.turn(desk.log, "mara", exchange.turns[-1])
        assert cut.said.truncated
        assert "Come in and sit down by the stove.".startswith(cut.text)
        assert cut.said.significance == 1
        assert reading.edge(desk.log, "mara", YOU).affinity == 60 + 2 * 2, "both turns were taken in"
        server.say("Come in and mind the step.")
        assert talk.regenerate(desk, "mara").turns == [cut.number]
        server.say("Well, sit.")
        assert talk.say(desk, "mara", "Thank you.").problem == ""


def test_the_passes_of_one_wording_give_way_to_those_of_the_next() -> None:
    changes: dict[str, Any] = {
        "StateChanges": lambda asked: WARMER if "stove" in asked.prompt.rpartition("<turn>")[2] else {"edges": []},
        "Weighed": lambda asked: {"significance": 2 if "stove" in asked.prompt.rpartition("<turn>")[2] else 0},
    }
    with judged(changes) as (desk, server):
        server.say("Sit by the stove.")
        talk.say(desk, "mara", "I am back.")
        desk.settle()
        assert reading.edge(desk.log, "mara", YOU).facts == ("Ana came back",)
        seq = desk.log.last_seq
        server.say("Go away, then.")
        talk.regenerate(desk, "mara")
        assert kinds_after(desk, seq)[0] == "turn.alternative_said"
        assert "turn.said" not in kinds_after(desk, seq), "nothing but the new wording"
        desk.settle()
        turn = reading.turns(desk.log, "mara")[-1]
        assert [one.text for one in turn.alternatives] == ["Sit by the stove.", "Go away, then."]
        assert (turn.text, turn.said.significance) == ("Go away, then.", 0)
        edge = reading.edge(desk.log, "mara", YOU)
        assert (edge.facts, edge.affinity) == ((), 60)
        assert kinds_after(desk, seq).count("turn.weighed") == 1
        (asked,) = [one.prompt for one in server.requests if one.is_stream][-1:]
        assert "stove" not in asked, "the line that is said anew is not before the speaker"


def test_an_edited_own_turn_is_written_over_and_then_answered_anew() -> None:
    with judged() as (desk, server):
        server.say("Late again.")
        talk.say(desk, "mara", "I am back.")
        desk.settle()
        seq = desk.log.last_seq
        server.say("Early, for once.")
        talk.regenerate(desk, "mara", edited="I am early.")
        said = [kind for kind in kinds_after(desk, seq) if kind.startswith("turn.") and kind != "turn.weighed"]
        assert said == ["turn.alternative_said", "turn.alternative_said"]
        (asked,) = [one.prompt for one in server.requests if one.is_stream][-1:]
        assert "I am early." in asked
        assert "I am back." not in asked
        yours = reading.turns(desk.log, "mara")[-2]
        assert [one.text for one in yours.alternatives] == ["I am back.", "I am early."]


# -- the marks of what is out of character (6.1) ---------------------------------------------------------------------


def test_what_is_out_of_character_is_kept_for_the_player_and_reaches_no_character() -> None:
    marks = TalkConfig(ooc_open="[[", ooc_close="]]")
    turn = "[[make her jealous]] I met somebody. ((she smiles))"
    parts = (("ooc", "make her jealous"), ("dialogue", "I met somebody. ((she smiles))"))
    parsed = {"segments": [{"sort": sort, "text": text} for sort, text in parts]}
    with judged({"ParsedTurn": parsed, "Weighed": {"significance": 2}}, config=marks) as (desk, server):
        server.say("Did you.")
        talk.say(desk, "mara", turn)
        directing.close_scene(desk, "mara")
        desk.settle()
        assert reading.turns(desk.log, "mara")[0].text == turn
        told = [one for one in server.requests if asked_for(one) not in ("ParsedTurn", "SceneEnd", "Kickoff")]
        assert {asked_for(one) for one in told} >= {"", "StateChanges", "Weighed", "SceneSummary"}
        assert not [asked_for(one) for one in told if "jealous" in one.prompt]
        first = next(one.prompt for one in told if one.is_stream)
        assert "((she smiles))" in first, "the marks are those that were set"
        assert not [text for (text,) in desk.log.query("SELECT text FROM memories") if "jealous" in text]


def test_what_a_turn_does_is_what_its_player_does_from_then_on() -> None:
    parsed = {
        "segments": [{"sort": "action", "text": "sits down by the stove"}, {"sort": "dialogue", "text": "Cold."}],
        "doing": {
            **{"who": YOU, "verb": "warming her hands", "posture": "sitting", "interruptible": False},
            **{"required_attention": "high", "expected_duration": "a few minutes", "holding": ["a cup"]},
        },
    }
    with judged({"ParsedTurn": parsed}) as (desk, server):
        talk.say(desk, "mara", "*sits down by the stove* Cold.")
        doing = reading.chat(desk.log, "mara").activities[YOU]
        assert (doing.verb, doing.posture, doing.holding) == ("warming her hands", "sitting", ("a cup",))
        assert (doing.interruptible, doing.required_attention) == (False, "high")
        assert doing.expected_duration == "a few minutes"
        assert doing.started_us == reading.chat(desk.log, "mara").clock_us
        assert doing.container == 1
        (request,) = [one for one in server.requests if one.is_stream]
        asked = request.prompt
        assert "Ana is warming her hands — high attention, not interruptible" in asked
        assert "Mara is mending a clock" in asked
        assert str(KICKOFF["description"]) in asked


def test_mood_and_goals_are_before_the_one_who_has_them_and_nobody_else() -> None:
    uneasy = {"doings": [{"who": "mara", "status": {"mood": "uneasy", "goal": "to be believed", "injured": True}}]}
    calmer = {"doings": [{"who": "mara", "status": {"mood": "calm"}}]}
    with judged({"StateChanges": by_turn("bridge.", uneasy, calmer)}) as (desk, server):
        server.say("I saw him on the bridge.")
        talk.say(desk, "mara", "Where was he?")
        desk.settle()
        server.say("Yes. There.")
        talk.say(desk, "mara", "Truly?")
        asked = [one.prompt for one in server.requests if one.is_stream][-1]
        assert "How it is with you now — goal: to be believed; mood: uneasy." in asked
        desk.settle()
        status = reading.chat(desk.log, "mara").activities["mara"].status
        assert status == {"mood": "calm", "goal": "to be believed", "injured": True}, "what is not told of stays"
        directing.add_guest(desk, "mara", "ivo")
        server.say("Good evening.")
        talk.say(desk, "mara", "Ivo, come in.")
        asked = [one.prompt for one in server.requests if one.is_stream][-1]
        assert "You are Ivo" in asked
        assert "to be believed" not in asked
        assert "injured" in asked, "what can be seen is seen"


def test_a_line_is_as_long_as_the_player_has_set_at_most() -> None:
    with judged(config=TalkConfig(reply_tokens=77)) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        (request,) = [one for one in server.requests if one.is_stream]
        assert 77 in (request.body.get("max_tokens"), request.body.get("max_completion_tokens"))
