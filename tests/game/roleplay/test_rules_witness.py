"""Nobody learns of what they were not there for, and everybody takes in what they were (004 6.2, 7.5, 8.3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from game.roleplay import directing, passes, reading, recall, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from tests.rig.judges import asked_for, judged
from tests.rig.model_server import Request

SECRET = "The code for the safe is 4711."


@contextmanager
def held_up(desk: Desk) -> Iterator[None]:
    """Bookkeeping waits until the block ends, as behind a slow model."""
    go_on = threading.Event()

    def wait() -> None:
        go_on.wait()

    desk.later(wait)
    try:
        yield
    finally:
        go_on.set()
        desk.settle()


def warmer(*pairs: tuple[str, str]) -> dict[str, object]:
    """Every utterance warms these."""
    return {"edges": [{"owner": one, "target": two, "affinity_delta": 3, "facts": [f"of {two}"]} for one, two in pairs]}


def test_who_comes_after_a_turn_takes_nothing_of_it_in_however_slow_the_pass() -> None:
    with judged({"StateChanges": warmer(("mara", YOU), ("ivo", YOU), ("ivo", "mara"))}) as (desk, _):
        with held_up(desk):
            talk.say(desk, "mara", SECRET)
            directing.add_guest(desk, "mara", "ivo")
        assert reading.edge(desk.log, "mara", YOU).facts == ("of you",)
        for target in (YOU, "mara"):
            edge = reading.edge(desk.log, "ivo", target)
            assert (edge.facts, edge.last_chat) == ((), "")


def test_who_has_left_still_takes_in_what_was_said_while_they_were_there() -> None:
    with judged({"StateChanges": warmer(("ivo", "mara"))}) as (desk, _):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        with held_up(desk):
            talk.say(desk, "mara", "Mara, you are late again.")
            directing.remove_guest(desk, "mara")
        edge = reading.edge(desk.log, "ivo", "mara")
        assert edge.facts == ("of mara",)
        assert edge.affinity == 50 + 2 * 3, "a silent witness takes in the player's turn and the answer"


def of_the_guest(asked: Request) -> bool:
    """Whether what is asked may end up in what Ivo knows."""
    sort = asked_for(asked)
    told = sort == "SceneSummary" and "“Ivo” remembers" in asked.prompt
    return told or sort in ("StateChanges", "GroupWords", "Weighed")


def test_no_question_about_the_guest_holds_what_was_said_before_they_came() -> None:
    telling = lambda asked: {"summary": "4711!" if "4711" in asked.prompt else "A tram came up."}  # noqa: E731
    with judged({"Weighed": {"significance": 3}, "SceneSummary": telling}) as (desk, server):
        talk.say(desk, "mara", SECRET)
        desk.settle()
        before = len(server.requests)
        directing.add_guest(desk, "mara", "ivo")
        talk.say(desk, "mara", "Ivo, how was the tram?")
        directing.close_scene(desk, "mara")
        desk.settle()
        asked = [one for one in server.requests[before:] if of_the_guest(one)]
        assert {asked_for(one) for one in asked} == {"StateChanges", "Weighed", "SceneSummary", "GroupWords"}
        assert not [asked_for(one) for one in asked if "4711" in one.prompt]
        assert all("4711" not in memory.text for memory in recall.recent(desk.log, "ivo", 50))
        assert any("4711" in memory.text for memory in recall.recent(desk.log, "mara", 50))
        assert desk.log.check_rebuild() == []


def test_also_where_the_scene_the_guest_came_into_is_over() -> None:
    with judged({"Weighed": {"significance": 3}}) as (desk, server):
        talk.say(desk, "mara", SECRET)
        directing.add_guest(desk, "mara", "ivo")
        directing.close_scene(desk, "mara")
        desk.settle()
        before = len(server.requests)
        talk.say(desk, "mara", "Ivo, I am leaving the city.")
        desk.settle()
        asked = [one for one in server.requests[before:] if of_the_guest(one)]
        assert asked
        assert not [asked_for(one) for one in asked if "4711" in one.prompt]


def test_of_a_scene_in_which_the_guest_heard_nothing_the_three_have_nothing_in_common() -> None:
    with judged({"GroupWords": lambda asked: {"summary": "Three who know 4711."}}) as (desk, server):
        talk.say(desk, "mara", SECRET)
        directing.add_guest(desk, "mara", "ivo")
        directing.close_scene(desk, "mara")
        desk.settle()
        assert not [one for one in server.requests if asked_for(one) == "GroupWords"]
        server.say("Good evening.")
        talk.say(desk, "mara", "Ivo, come in.")
        assert "4711" not in [one.prompt for one in server.requests if one.is_stream][-1]


def test_a_scene_without_the_player_moves_those_who_were_in_it_and_nobody_else() -> None:
    pairs = [(one, two) for one in (YOU, "mara", "ivo", "lene") for two in (YOU, "mara", "ivo", "lene") if one != two]
    with judged({"StateChanges": warmer(*pairs), "Weighed": {"significance": 2}}) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "lene")
        desk.settle()
        talk.say(desk, "mara", "And who is this?")
        desk.settle()
        was = {pair: reading.edge(desk.log, *pair) for pair in pairs}
        doing = reading.chat(desk.log, "mara").activities
        server.say("The bell is cracked.")
        server.say("It is not.")
        number = directing.meanwhile(desk, "mara", "ivo", turns=2)
        desk.settle()
        seq = desk.log.last_seq
        passes.catch_up(desk, "mara")
        desk.settle()
        assert desk.log.last_seq == seq, "it was taken in at once"
        now = {pair: reading.edge(desk.log, *pair) for pair in pairs}
        assert {pair for pair in pairs if now[pair] != was[pair]} == {("mara", "ivo"), ("ivo", "mara")}
        assert reading.chat(desk.log, "mara").activities == doing, "the scene the player is in stays as it is"
        scene = reading.scene(desk.log, "mara", number)
        assert scene is not None
        assert (scene.closed, scene.significance) == (True, 2)
        told = [one for who in ("mara", "ivo") for one in recall.recent(desk.log, who, 50) if one.scene == number]
        assert {one.owner for one in told} == {"mara", "ivo"}
        assert all(one.witnesses & 1 == 0 for one in told), "the player's bit is 0"
        assert desk.problem == ""
        assert desk.log.check_rebuild() == []


def test_a_guest_learns_nothing_from_a_scene_they_were_not_in() -> None:
    with judged() as (desk, server):
        talk.say(desk, "mara", "Hello.")
        server.say("I stole the regulator.")
        server.say("I knew it.")
        directing.meanwhile(desk, "mara", "ivo", turns=2)
        directing.add_guest(desk, "mara", "lene")
        desk.settle()
        before = len(server.requests)
        talk.say(desk, "mara", "Lene, have you eaten?")
        desk.settle()
        asked = server.requests[before:]
        assert not [one.prompt for one in asked if "regulator" in one.prompt and asked_for(one) == "StateChanges"]
