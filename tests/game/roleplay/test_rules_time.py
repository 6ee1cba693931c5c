"""Time and place: clocks of their own, skips that land somewhere, places known by name (004 4.1, 7.2, 7.4, 9)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay import clock, directing, editing, reading, recall, story, talk
from game.roleplay.events import NARRATOR, YOU
from tests.rig.judges import KICKOFF, asked_for, judged
from tests.rig.model_server import Request

HOUR_US = 3_600_000_000
START_US = clock.from_iso(str(KICKOFF["when"]))


def goes_to(place: str, when: str = "we go") -> Any:
    """Judges that a turn with ``when`` in it takes everyone to ``place``."""

    def judge(asked: Request) -> dict[str, Any]:
        turn = asked.prompt.rpartition("<turn>")[2]
        there = {"name": place, "type": "outdoors", "public": True}
        return {"closes": True, "why": "container", "place": there} if when in turn else {"closes": False}

    return judge


def test_the_clock_stands_where_the_kickoff_put_it_until_the_player_skips() -> None:
    with judged({"SceneEnd": goes_to("the park")}) as (desk, server):
        for number in range(3):
            server.say(f"Line number {number}, and no two alike: {'tick' * number}")
            talk.say(desk, "mara", f"And then we go on, {number}.")
        directing.close_scene(desk, "mara")
        desk.settle()
        assert reading.chat(desk.log, "mara").clock_us == START_US
        directing.skip(desk, "mara", "in two hours")
        assert reading.chat(desk.log, "mara").clock_us == START_US + 2 * HOUR_US


def test_a_guest_lives_by_the_hosts_clock_and_their_own_stands_still() -> None:
    with judged({"Weighed": {"significance": 2}}) as (desk, server):
        talk.say(desk, "ivo", "Hello.")
        talk.say(desk, "mara", "Hello.")
        directing.skip(desk, "mara", "a week later")
        directing.add_guest(desk, "mara", "ivo")
        server.say("I never told anyone about the tram.")
        talk.say(desk, "mara", "Ivo, tell us.")
        directing.remove_guest(desk, "mara")
        desk.settle()
        visit = [one for one in recall.recent(desk.log, "ivo", 20) if one.chat == "mara"]
        assert {one.form for one in visit} == {"beat", "summary"}
        assert {one.clock_us for one in visit} == {reading.chat(desk.log, "mara").clock_us}
        own = reading.chat(desk.log, "ivo").clock_us
        assert own == START_US
        edge = reading.edge(desk.log, "ivo", "mara")
        assert (edge.last_chat, edge.last_clock_us) == ("mara", START_US + 7 * 24 * HOUR_US)


def test_a_place_is_made_when_it_is_first_gone_to_and_known_again_by_its_name() -> None:
    judgements: dict[str, Any] = {"SceneEnd": goes_to("The Park")}
    with judged(judgements) as (desk, server):
        server.say("Watch the step.")
        talk.say(desk, "mara", "Come, we go.")
        chat = reading.chat(desk.log, "mara")
        assert [(one.name, one.type, one.public) for one in chat.containers[1:]] == [("The Park", "outdoors", True)]
        judgements["SceneEnd"] = goes_to("the clock shop")
        server.say("Home again.")
        talk.say(desk, "mara", "And back we go.")
        judgements["SceneEnd"] = goes_to("the park")
        server.say("Again?")
        talk.say(desk, "mara", "Out we go.")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        assert [one.name for one in chat.containers] == ["the clock shop", "The Park"]
        assert [scene.container for scene in reading.scenes(desk.log, "mara")] == [1, 2, 1, 2]
        talk.say(desk, "ivo", "Shall we go?")
        assert [one.name for one in reading.containers(desk.log, "ivo")] == ["the clock shop", "the park"]


def test_going_to_where_one_is_closes_nothing() -> None:
    with judged({"SceneEnd": goes_to("the CLOCK shop")}) as (desk, _):
        talk.say(desk, "mara", "In we go.")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        assert (chat.scenes, len(chat.containers)) == (1, 1)


def test_what_everyone_does_goes_along_to_the_new_place() -> None:
    with judged({"SceneEnd": goes_to("the park")}) as (desk, _):
        talk.say(desk, "mara", "Out we go.")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        assert {chat.activities[who].container for who in chat.present} == {2}
        assert chat.activities["mara"].verb == "mending a clock"


def test_a_jump_lands_everyone_where_and_when_they_are_now() -> None:
    landing = {
        "place": {"name": "the canal"},
        "doings": [{"who": "mara", "verb": "skating"}],
        "narration": "The frost comes.",
        "memories": [{"text": "Ana and Mara quarrelled about the stove.", "significance": 3}],
    }
    with judged({"Skipped": landing}) as (desk, _):
        talk.say(desk, "mara", "Hello.")
        directing.skip(desk, "mara", "a week later", notable="We quarrelled about the stove.")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        now_us = START_US + 7 * 24 * HOUR_US
        assert chat.container is not None
        assert chat.container.name == "the canal"
        doing = chat.activities["mara"]
        assert (doing.verb, doing.started_us, doing.container) == ("skating", now_us, 2)
        yours = chat.activities[YOU]
        assert (yours.verb, yours.started_us, yours.container) == ("", now_us, 2), "nobody stands for a week"
        assert reading.turns(desk.log, "mara")[-1].speaker == NARRATOR
        (pinned,) = recall.pinned(desk.log, "mara")
        assert (pinned.text, pinned.pinned) == ("Ana and Mara quarrelled about the stove.", "auto")
        assert desk.problem == ""


def test_what_the_player_says_happened_is_what_is_asked_about() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.skip(desk, "mara", "next morning", notable="The shop was flooded.")
        (asked,) = [one for one in server.requests if asked_for(one) == "Skipped"]
        assert "The shop was flooded." in asked.prompt
        assert "a clock" in json.dumps(asked.body), "and with what everyone was doing"


def test_an_elision_goes_to_the_end_of_what_is_being_done() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Hello.")
        directing.skip(desk, "mara", "skip to when you are done")
        desk.settle()
        chat = reading.chat(desk.log, "mara")
        assert chat.clock_us == START_US + HOUR_US, "mending the clock was to take an hour"
        assert chat.activities["mara"].verb == "", "and is done"
        directing.skip(desk, "mara", "skip to when we arrive")
        assert reading.chat(desk.log, "mara").clock_us == START_US + HOUR_US + HOUR_US // 2


def test_events_begin_and_expire_by_the_chats_clock_alone() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Hello.")
        talk.say(desk, "ivo", "Hello.")
        soon = editing.add_happening(desk.log, "mara", "the regatta", ["two oars"], due_us=START_US + HOUR_US)
        late = editing.add_happening(desk.log, "mara", "the sale", expires_us=START_US + HOUR_US)
        never = editing.add_happening(desk.log, "mara", "a holiday")
        directing.skip(desk, "ivo", "a year later")
        assert {one.state for one in reading.happenings(desk.log, "mara")} == {"planned"}
        directing.skip(desk, "mara", "in half an hour")
        assert {one.state for one in reading.happenings(desk.log, "mara")} == {"planned"}
        directing.skip(desk, "mara", "in an hour")
        states = {one.id: one.state for one in reading.happenings(desk.log, "mara")}
        assert states == {soon: "active", late: "expired", never: "planned"}
        story.move(desk, "mara", never, "cancelled")
        story.move(desk, "mara", soon, "completed")
        desk.settle()
        states = {one.id: one.state for one in reading.happenings(desk.log, "mara")}
        assert states == {soon: "completed", late: "expired", never: "cancelled"}
        for number, state in ((soon, "active"), (late, "planned"), (never, "completed")):
            with pytest.raises(Exception, match="cannot become"):
                story.move(desk, "mara", number, state)


def test_a_clock_that_is_set_by_hand_brings_what_is_due_and_shows_a_date() -> None:
    with judged() as (desk, _):
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        number = editing.add_happening(desk.log, "mara", "the regatta", due_us=START_US + HOUR_US)
        directing.set_clock(desk, "mara", START_US + HOUR_US)
        assert reading.chat(desk.log, "mara").clock_us == START_US + HOUR_US
        assert {one.id: one.state for one in reading.happenings(desk.log, "mara")} == {number: "active"}
        before = desk.log.last_seq
        directing.set_clock(desk, "mara", START_US + HOUR_US)
        with pytest.raises(UserError, match="between the years"):
            directing.set_clock(desk, "mara", 2**62)
        assert desk.log.last_seq == before
