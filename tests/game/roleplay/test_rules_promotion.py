"""The picnic basket: what of an event stays when it is over, and that nothing else does (004 9, 11.3, 15)."""

from __future__ import annotations

import json
from typing import Any

from game.roleplay import directing, editing, history, reading, recall, story, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from tests.rig.judges import by_turn, judged
from tests.rig.model_server import ModelServer, Request

PROPS = ["the wicker basket", "a tartan blanket", "six plums"]

GREEDY: dict[str, Any] = {
    "objects": [["mara", "the silver spoon"], ["nobody", "six plums"], ["mara", ""]],
    "knowledge": [{"owner": "mara", "target": YOU, "affinity_delta": 3, "facts": ["Ana is afraid of bees"]}],
    "relationship": [{"owner": "mara", "target": YOU, "affinity_delta": 9, "facts": ["They are a couple now"]}],
    "memories": [{"owner": "mara", "text": "the wicker basket and six plums"}],
    "props": PROPS,
}
"""What a model promotes that would keep everything if it could."""

ENDS = {"completed": [1]}


def picnic(desk: Desk) -> int:
    """Under way, with its props."""
    talk.say(desk, "mara", "Hello.")
    number = editing.add_happening(desk.log, "mara", "the picnic", PROPS)
    story.move(desk, "mara", number, "active")
    desk.settle()
    return number


def last_prompt(server: ModelServer) -> str:
    """The last that was asked of the narrator."""
    return [one.prompt for one in server.requests if one.is_stream][-1]


def kept(desk: Desk) -> str:
    """Everything that outlives an event: memories, edges, things."""
    edges = [reading.edge(desk.log, one, two) for one, two in (("mara", YOU), (YOU, "mara"))]
    memories = desk.log.query("SELECT text FROM memories")
    return json.dumps([repr(edges), memories, reading.items(desk.log, "mara")])


def test_while_it_is_under_way_its_props_are_at_hand() -> None:
    with judged() as (desk, server):
        picnic(desk)
        server.say("Have a plum.")
        talk.say(desk, "mara", "I am hungry.")
        assert all(prop in last_prompt(server) for prop in PROPS)


def test_its_own_props_stay_with_it_whatever_becomes_of_it() -> None:
    with judged({"StateChanges": by_turn("I have a plan", {"planned": ["a sail"]}, {})}) as (desk, server):

        def prompts_have(prop: str) -> bool:
            talk.say(desk, "mara", "And now?")
            desk.settle()
            return prop in last_prompt(server)

        talk.say(desk, "mara", "I have a plan.")
        desk.settle()
        (sail,) = reading.happenings(desk.log, "mara")
        assert (sail.title, sail.props) == ("a sail", ())
        with desk.deciding:
            editing.edit_happening(desk.log, "mara", sail.id, "props", ["a thermos"])
        assert not prompts_have("thermos"), "planned is not under way"
        story.move(desk, "mara", sail.id, "active")
        assert prompts_have("thermos")
        turn = reading.chat(desk.log, "mara").turns
        with desk.deciding:
            editing.edit_happening(desk.log, "mara", sail.id, "title", "a long sail")
            editing.edit_happening(desk.log, "mara", sail.id, "props", ["a chart"])
        assert prompts_have("a chart")
        desk.change(lambda: history.rewind(desk.log, None, "mara", turn))
        assert prompts_have("thermos")
        story.move(desk, "mara", sail.id, "completed")
        assert not prompts_have("thermos"), "over is over"
        with desk.deciding:
            editing.mend_happening(desk.log, "mara", sail.id, "active")
        assert prompts_have("thermos")
        (record,) = reading.happenings(desk.log, "mara")
        assert (record.title, record.state, record.props) == ("a sail", "active", ("a thermos",))
        assert desk.log.check_rebuild() == []


def test_exactly_four_things_outlive_it_and_no_prop_does() -> None:
    with judged({"Promotion": GREEDY}) as (desk, server):
        number = picnic(desk)
        story.move(desk, "mara", number, "completed")
        desk.settle()
        edge = reading.edge(desk.log, "mara", YOU)
        assert reading.items(desk.log, "mara") == ("the silver spoon",), "an object acquired"
        assert edge.facts == ("Ana is afraid of bees",), "knowledge gained"
        assert edge.summary == "A friend. They are a couple now.", "a relationship changed"
        assert edge.affinity == 60 + 3, "by three at most, and by knowledge not at all"
        assert desk.log.query("SELECT count(*) FROM memories") == [(0,)], "the rest comes by way of the scene alone"
        assert not [prop for prop in PROPS if prop in kept(desk)]
        server.say("Where to now?")
        talk.say(desk, "mara", "That was good.")
        assert not [prop for prop in PROPS if prop in last_prompt(server)]
        (record,) = reading.happenings(desk.log, "mara")
        assert (record.state, record.props) == ("completed", tuple(PROPS)), "they stay in its own record"
        assert desk.problem == ""


def test_also_where_the_scene_closes_with_it() -> None:
    with judged({"Promotion": GREEDY, "Weighed": {"significance": 3}}) as (desk, server):
        number = picnic(desk)
        server.say("It was a fine day.")
        talk.say(desk, "mara", "We pack up.")
        story.move(desk, "mara", number, "completed")
        directing.close_scene(desk, "mara")
        desk.settle()
        assert recall.recent(desk.log, "mara", 10)
        assert not [prop for prop in PROPS if prop in kept(desk)]


def test_a_cancelled_or_expired_event_leaves_nothing_at_all() -> None:
    with judged({"Promotion": GREEDY}) as (desk, _):
        number = picnic(desk)
        was = kept(desk)
        story.move(desk, "mara", number, "cancelled")
        desk.settle()
        assert kept(desk) == was


def test_what_a_turn_ended_goes_with_that_wording_of_the_turn() -> None:
    with judged({"Promotion": GREEDY, "StateChanges": by_turn("over now", ENDS, {"edges": []})}) as (desk, server):
        picnic(desk)
        was = kept(desk)
        server.say("It is over now. *folds the blanket*")
        talk.say(desk, "mara", "Shall we?")
        desk.settle()
        number = reading.turns(desk.log, "mara")[-1].number
        ended = kept(desk)
        assert "They are a couple now" in ended
        server.say("Not yet. The sun is still up there.")
        talk.another(desk, "mara", number)
        desk.settle()
        assert "They are a couple now" not in kept(desk)
        assert reading.items(desk.log, "mara") == ()
        assert "silver spoon" not in kept(desk)
        assert reading.happenings(desk.log, "mara")[0].state == "active"
        talk.choose(desk, "mara", number, 0)
        desk.settle()
        assert kept(desk) == ended
        assert was != ended
        assert desk.log.check_rebuild() == []


def test_what_stays_is_looked_for_where_it_ended_also_after_the_scene_has_closed() -> None:
    asked_of: list[str] = []

    def promote(asked: Request) -> dict[str, Any]:
        asked_of.append(asked.prompt)
        return {"objects": [["mara", "the silver spoon"]]}

    leaves = {"closes": True, "why": "container", "place": {"name": "the tram"}}
    judgements: dict[str, Any] = {
        "Promotion": promote,
        "StateChanges": by_turn("over now", ENDS, {"edges": []}),
        "SceneEnd": by_turn("over now", leaves, {"closes": False}),
    }
    with judged(judgements) as (desk, _):
        picnic(desk)
        talk.say(desk, "mara", "It is over now, you keep the spoon, and we take the tram.")
        desk.settle()
        assert len(asked_of) == 1
        assert "you keep the spoon" in asked_of[0]
        assert reading.items(desk.log, "mara") == ("the silver spoon",)
