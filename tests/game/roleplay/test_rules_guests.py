"""A second bot in the scene: who they are to each other, who speaks, and what becomes of it all (004 5.2, 6.2, 7.5)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay import authoring, directing, history, reading, recall, talk
from game.roleplay.events import YOU
from tests.rig.judges import asked_for, by_turn, judged
from tests.rig.model_server import Do, Request

# -- have they met? --------------------------------------------------------------------------------------------------


def test_have_they_met_is_asked_before_the_first_shared_scene_and_never_again() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        talk.say(desk, "ivo", "Hello.")
        assert directing.never_met(desk, "mara", "ivo")
        directing.add_guest(desk, "mara", "ivo", "They went to school together.")
        assert reading.edge(desk.log, "mara", "ivo").summary == "old friends"
        assert reading.edge(desk.log, "ivo", "mara").summary == "old rivals"
        directing.remove_guest(desk, "mara")
        assert not directing.never_met(desk, "mara", "ivo")
        assert not directing.never_met(desk, "ivo", "mara"), "in either chat"
        directing.add_guest(desk, "ivo", "mara", "They are sisters.")
        assert reading.edge(desk.log, "mara", "ivo").summary == "old friends"
        assert len([one for one in server.requests if asked_for(one) == "Acquaintance"]) == 1


def test_who_was_taken_out_of_the_library_cannot_be_asked_in() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Hello.")
        authoring.remove(desk, "ivo")
        before = desk.log.last_seq
        for invite in (directing.add_guest, directing.meanwhile):
            with pytest.raises(UserError, match="Ivo was taken out of the library and cannot come"):
                invite(desk, "mara", "ivo")
        assert desk.log.last_seq == before


def test_who_has_not_met_begins_with_nothing_and_no_question_to_a_model() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "lene", "")
        for pair in (("mara", "lene"), ("lene", "mara")):
            edge = reading.edge(desk.log, *pair)
            assert (edge.affinity, edge.trust, edge.summary, edge.facts) == (50, 50, "", ())
        assert not [one for one in server.requests if asked_for(one) == "Acquaintance"]


def test_have_they_met_is_asked_again_after_a_reset_or_when_the_meeting_is_rewound() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        turn = reading.turns(desk.log, "mara")[-1].number
        directing.add_guest(desk, "mara", "ivo", "They went to school together.")
        talk.say(desk, "mara", "Ivo!")
        desk.settle()
        desk.change(lambda: history.rewind(desk.log, None, "mara", turn))
        assert directing.never_met(desk, "mara", "ivo")
        directing.add_guest(desk, "mara", "ivo", "They went to school together.")
        desk.change(lambda: history.reset(desk.log, None, "ivo", "Ivo"))
        assert directing.never_met(desk, "mara", "ivo")


def test_a_scene_without_the_player_may_be_the_first_meeting_too() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        server.say("You again.")
        directing.meanwhile(desk, "mara", "ivo", met="They went to school together.", turns=1)
        assert reading.edge(desk.log, "ivo", "mara").summary == "old rivals"
        assert not directing.never_met(desk, "mara", "ivo")


def test_how_a_guest_stands_to_the_player_is_what_their_author_wrote_until_they_live_it() -> None:
    warmer = {"edges": [{"owner": "ivo", "target": YOU, "affinity_delta": 3}]}
    with judged({"StateChanges": warmer}) as (desk, _):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        assert reading.edge(desk.log, "ivo", YOU).affinity == 60, "their own relationship, taken apart"
        talk.say(desk, "mara", "Mara, this is Ivo.")
        desk.settle()
        lived = reading.edge(desk.log, "ivo", YOU)
        assert lived.affinity == 60 + 2 * 3
        authoring.begin(desk, "ivo", authoring.parse_kickoff(desk, "ivo"))
        assert reading.edge(desk.log, "ivo", YOU).affinity == lived.affinity, "their own kickoff undoes none of it"


# -- who speaks ------------------------------------------------------------------------------------------------------


def test_who_is_meant_answers_and_the_other_speaks_only_when_moved_to() -> None:
    yes, no = {"interjects": True}, {"interjects": False}
    with judged({"Interjection": by_turn("bell", yes, no)}) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.say("Fine, thank you.")
        exchange = talk.say(desk, "mara", "Ivo, how is the tram?")
        assert [reading.turn(desk.log, "mara", one).speaker for one in exchange.turns] == [YOU, "ivo"]
        server.say("The bell is cracked, and nobody minds.")
        server.say("I mind.")
        exchange = talk.say(desk, "mara", "And what else, Ivo?")
        turns = [reading.turn(desk.log, "mara", one) for one in exchange.turns]
        assert [(one.speaker, one.beat) for one in turns] == [(YOU, False), ("ivo", False), ("mara", True)]


def test_a_silent_witness_takes_in_what_passes_between_the_others() -> None:
    seen = {"edges": [{"owner": "ivo", "target": "mara", "affinity_delta": -2, "facts": ["she can be cruel"]}]}
    with judged({"StateChanges": by_turn("nothing", seen, {"edges": []})}) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.say("You are nothing to me.")
        talk.say(desk, "mara", "Mara, do you like me?")
        desk.settle()
        edge = reading.edge(desk.log, "ivo", "mara")
        assert (edge.affinity, edge.facts) == (48, ("she can be cruel",))
        assert reading.edge(desk.log, "mara", "ivo").affinity == 50, "and nothing of it the other way"


# -- the guest goes (7.5) --------------------------------------------------------------------------------------------


def test_a_guest_who_goes_by_their_own_words_is_asked_about_at_the_next_turn() -> None:
    left = {"closes": False, "guest_left": True}
    with judged({"SceneEnd": by_turn("heads out", left, {"closes": False})}) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.say("*grabs his coat and heads out*")
        assert talk.say(desk, "mara", "Ivo, is it late?").question == ""
        desk.settle()
        server.say("He always does that.")
        exchange = talk.say(desk, "mara", "Mara, was that him?")
        assert exchange.question == talk.GUEST_LEFT
        assert reading.chat(desk.log, "mara").guest == "ivo", "only the player says that it is so"
        server.say("Well.")
        assert talk.say(desk, "mara", "Mara, and now?").question == "", "asked once"


def test_when_a_guest_leaves_all_that_belongs_to_it_happens() -> None:
    telling: Any = lambda asked: {"summary": f"{told_by(asked)}: the bell is cracked."}  # noqa: E731
    with judged({"SceneSummary": telling, "Weighed": {"significance": 1}}) as (desk, server):
        talk.say(desk, "ivo", "Hello.")
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.say("The bell is cracked.")
        talk.say(desk, "mara", "Ivo, how is the tram?")
        desk.settle()
        was, clock_us = reading.chat(desk.log, "mara"), reading.chat(desk.log, "ivo").clock_us
        assert was.scene is not None
        directing.remove_guest(desk, "mara")
        now = reading.chat(desk.log, "mara")
        desk.settle()
        closed = reading.scene(desk.log, "mara", was.scene.id)
        assert closed is not None
        assert (closed.closed, closed.why) == (True, "guest")
        assert now.scene is not None
        assert (now.scene.id, now.scene.container, now.scene.description) == (
            *(was.scene.id + 1, was.scene.container, was.scene.description),
        )
        assert now.present == (YOU, "mara")
        assert now.activities == {who: was.activities[who] for who in now.present}, "activity carries over"
        told = {who: recall.scene_summaries(desk.log, who, "mara") for who in ("mara", "ivo")}
        assert {who: [one.text for one in memories] for who, memories in told.items()} == {
            "mara": ["Mara: the bell is cracked."],
            "ivo": ["Ivo: the bell is cracked."],
        }
        assert {one.witnesses for memories in told.values() for one in memories} == {7}
        for owner, target in (("mara", "ivo"), ("ivo", "mara"), ("mara", YOU), ("ivo", YOU)):
            assert reading.edge(desk.log, owner, target).summary == "As before.", "edges take the scene in"
        assert reading.group(desk.log, "mara", (YOU, "mara", "ivo")) == "Three at a bench."
        assert reading.chat(desk.log, "ivo").clock_us == clock_us
        server.say("Yes.")
        talk.say(desk, "ivo", "Is the bell still cracked?")
        asked = [one.prompt for one in server.requests if one.is_stream][-1]
        assert "Ivo: the bell is cracked." in asked, "alone with them, they remember it"
        assert desk.problem == ""


def told_by(asked: Request) -> str:
    """Whose angle a telling is asked from."""
    found = re.search(r"Write what “(\w+)” remembers", asked.prompt)
    return found.group(1) if found else ""


def test_the_group_is_kept_for_the_next_time_and_is_told_only_to_three() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        talk.say(desk, "mara", "Ivo, how is the tram?")
        directing.remove_guest(desk, "mara")
        desk.settle()
        prompts: list[str] = []
        for is_three in (False, True):
            if is_three:
                directing.add_guest(desk, "mara", "ivo")
            server.say(f"Line {len(prompts)}, said by Mara at the bench.")
            talk.say(desk, "mara", "Mara, is it so?")
            desk.settle()
            prompts.append([one.prompt for one in server.requests if one.is_stream][-1])
        assert ["Three at a bench." in one for one in prompts] == [False, True]


def test_what_three_are_to_each_other_is_nothing_to_another_guest_or_to_one_who_was_reset() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        talk.say(desk, "mara", "Ivo, how is the tram?")
        directing.remove_guest(desk, "mara")
        desk.settle()
        directing.add_guest(desk, "mara", "lene")
        for line, words in (("Who is this?", "Lene, meet Mara."), ("A swimmer.", "Mara, meet Lene.")):
            server.say(line)
            talk.say(desk, "mara", words)
        desk.settle()
        assert not [one for one in server.requests if one.is_stream and "Three at a bench." in one.prompt]
        directing.remove_guest(desk, "mara")
        desk.change(lambda: history.reset(desk.log, None, "ivo", "Ivo"))
        directing.add_guest(desk, "mara", "ivo")
        server.say("Good evening to you.")
        talk.say(desk, "mara", "Ivo, meet Mara.")
        desk.settle()
        asked = [one.prompt for one in server.requests if one.is_stream][-1]
        assert "You are Ivo" in asked
        assert "Three at a bench." not in asked


def test_a_try_again_after_the_guest_has_gone_is_answered_by_who_is_there() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.script([Do(status=503)])
        assert talk.say(desk, "mara", "Ivo, how is the tram?").problem
        directing.remove_guest(desk, "mara")
        server.say("He is gone.")
        talk.reply(desk, "mara")
        assert reading.turns(desk.log, "mara")[-1].speaker == "mara"


def test_a_third_bot_is_refused_and_the_other_chat_has_room() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Hello.")
        talk.say(desk, "ivo", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        with pytest.raises(UserError, match="two characters"):
            directing.add_guest(desk, "mara", "lene")
        directing.add_guest(desk, "ivo", "lene")
        assert reading.chat(desk.log, "ivo").present == (YOU, "ivo", "lene")


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("Ivo, is it late?", "ivo"),
        ("The ivory is old, Mara.", "mara"),
        ("mara! And you, Ivo?", "mara"),
        ("And what do you say?", "ivo"),
        ("Tamara was here, Ivo.", "ivo"),
    ],
)
def test_where_the_parser_cannot_tell_a_name_says_who_is_meant_else_who_spoke_last(words: str, who: str) -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.say("I am Ivo.")
        talk.say(desk, "mara", "Ivo?")
        desk.settle()
        server.say("Somebody says this.")
        exchange = talk.say(desk, "mara", words)
        assert reading.turn(desk.log, "mara", exchange.turns[1]).speaker == who
