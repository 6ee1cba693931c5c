"""Scenes: where they begin, what ends them, how each witness keeps them, what is left with the years (004 7, 11)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay import authoring, directing, editing, passes, reading, recall, talk
from game.roleplay.desk import TalkConfig
from game.roleplay.events import YOU
from tests.rig.company import company
from tests.rig.judges import by_turn, judged
from tests.rig.model_server import Request

HEAVY = by_turn("leaving", {"significance": 2}, {"significance": 0})


def as_told(asked: Request) -> dict[str, Any]:
    """A telling that says whose it is."""
    found = re.search(r"Write what “(\w+)” remembers", asked.prompt)
    assert found is not None
    return {"summary": f"As {found.group(1)} has it.", "moment": f"what {found.group(1)} keeps"}


# -- how they begin (7.1) --------------------------------------------------------------------------------------------


def test_nothing_plays_before_the_kickoff_is_confirmed_and_it_is_played_once() -> None:
    with judged() as (desk, _):
        form = authoring.parse_kickoff(desk, "mara")
        assert not reading.chat(desk.log, "mara").begun
        assert form.place.name == "the clock shop"
        assert (form.bot_doing.verb, form.bot_to_you.affinity) == ("mending a clock", 60)
        with pytest.raises(UserError, match="not begun"):
            directing.add_guest(desk, "mara", "ivo")
        authoring.begin(desk, "mara", form)
        with pytest.raises(UserError, match="begun already"):
            authoring.begin(desk, "mara", form)


def test_coming_back_a_year_later_it_goes_on_where_it_was(tmp_path: Path) -> None:
    with judged(folder=tmp_path) as (desk, _):
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        was = reading.chat(desk.log, "mara")
    with company(tmp_path) as desk:
        passes.catch_up(desk, "mara")
        desk.settle()
        now = reading.chat(desk.log, "mara")
        assert (now.scene, now.container, now.activities) == (was.scene, was.container, was.activities)
        assert now.clock_us == was.clock_us, "no time has passed in the story"
        assert now == was


# -- how they end (7.2, 7.3) -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ({"closes": True, "why": "container", "place": {"name": "the park"}}, "container"),
        ({"closes": True, "why": "said"}, "said"),
        ({"closes": True, "why": "skip"}, "skip"),
        ({"closes": True, "why": "container", "place": None}, ""),
        ({"closes": False, "why": "container", "place": {"name": "the park"}}, ""),
    ],
)
def test_only_a_hard_signal_ends_a_scene(end: dict[str, Any], why: str) -> None:
    with judged({"SceneEnd": by_turn("now", end, {"closes": False})}) as (desk, server):
        server.say("Yes?")
        talk.say(desk, "mara", "And now.")
        desk.settle()
        closed = [scene.why for scene in reading.scenes(desk.log, "mara") if scene.closed]
        assert closed == ([why] if why else [])


def test_a_scene_can_be_closed_by_hand_once_something_was_said() -> None:
    with judged() as (desk, _):
        authoring.begin(desk, "mara", authoring.parse_kickoff(desk, "mara"))
        with pytest.raises(UserError, match="nothing was said"):
            directing.close_scene(desk, "mara")
        talk.say(desk, "mara", "Hello.")
        number = directing.close_scene(desk, "mara")
        scene = reading.scene(desk.log, "mara", number)
        assert scene is not None
        assert scene.why == "manual"


def test_everyone_who_was_there_keeps_it_from_their_own_angle_and_their_edges_take_it_in() -> None:
    words = {"summary": "It has grown.", "affinity_delta": 1, "facts": ["Ana is leaving"]}
    with judged({"SceneSummary": as_told, "EdgeSummary": words, "Weighed": HEAVY}) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        directing.add_guest(desk, "mara", "ivo")
        server.say("When?")
        talk.say(desk, "mara", "I am leaving the city.")
        desk.settle()
        was = reading.edge(desk.log, "ivo", "mara")
        number = directing.close_scene(desk, "mara")
        desk.settle()
        kept = {who: recall.scene_summaries(desk.log, who, "mara") for who in (YOU, "mara", "ivo")}
        assert {who: one.text.split("\n")[0] for who, (one,) in kept.items()} == {
            **{YOU: "As Ana has it.", "mara": "As Mara has it.", "ivo": "As Ivo has it."}
        }
        assert {one.witnesses for memories in kept.values() for one in memories} == {7}
        assert {one.scene for memories in kept.values() for one in memories} == {number}
        edge = reading.edge(desk.log, "ivo", "mara")
        assert (edge.summary, edge.facts) == ("It has grown.", ("Ana is leaving",))
        assert edge.affinity == was.affinity + 1
        assert edge.moments == ("what Ivo keeps",), "one shared moment for a scene of significance 2"
        assert reading.edge(desk.log, "mara", "ivo").moments == ("what Mara keeps",)
        now = reading.chat(desk.log, "mara")
        assert now.scene is not None
        assert (now.scene.id, now.scene.closed) == (number + 1, False), "the next one is open"
        turns = [turn.text for turn in reading.turns_of_scene(desk.log, "mara", number)]
        assert "I am leaving the city." in turns, "what was said stays readable"


# -- what they weigh (11.1) ------------------------------------------------------------------------------------------


def test_a_scene_weighs_what_its_heaviest_turn_does_also_where_that_is_found_out_late(tmp_path: Path) -> None:
    with judged({"Weighed": HEAVY}, tmp_path) as (desk, server):
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        number = 1
        desk.later(server.go_on.wait)  # type: ignore[arg-type]  # a slow model: nothing is weighed yet
        talk.say(desk, "mara", "I am leaving the city.")
        assert directing.close_scene(desk, "mara") == number
        scene = reading.scene(desk.log, "mara", number)
        assert scene is not None
        assert scene.significance == 0
        server.go_on.set()
        desk.settle()
        scene = reading.scene(desk.log, "mara", number)
        assert scene is not None
        assert scene.significance == 2
        (memory,) = recall.scene_summaries(desk.log, "mara", "mara")
        assert memory.significance == 2
        assert "“Ana: I am leaving the city.”" in memory.text
        told = json.loads(next((tmp_path / "exports" / "mara").glob("scene-0001-*.json")).read_text())
        assert told["quotes"] == ["you: I am leaving the city."]
        desk.change(lambda: editing.edit(desk.log, "mara", "scene", [number], "significance", 1))
        desk.change(lambda: editing.weigh_turn(desk.log, "mara", 1, 3))
        scene = reading.scene(desk.log, "mara", number)
        assert scene is not None
        assert scene.significance == 1, "what the player set stands"
        assert desk.log.check_rebuild() == []


@pytest.mark.parametrize(("significance", "written"), [(0, False), (1, False), (2, True), (3, True)])
def test_from_significance_2_on_a_closed_scene_is_written_out(tmp_path: Path, significance: int, written: bool) -> None:
    with judged({"Weighed": {"significance": significance}}, tmp_path) as (desk, _):
        talk.say(desk, "mara", "Hello.")
        desk.settle()
        directing.close_scene(desk, "mara")
        desk.settle()
        assert bool(list(tmp_path.glob("exports/mara/scene-0001-*.json"))) == written
        (memory,) = recall.scene_summaries(desk.log, "mara", "mara")
        assert ("“" in memory.text) == written, "key lines likewise"
        assert bool(recall.pinned(desk.log, "mara")) == (significance == 3), "and pinned is only what is pivotal"


# -- what is left of them (11.4) -------------------------------------------------------------------------------------


def test_the_older_a_scene_the_less_of_it_is_before_the_speaker() -> None:
    judgements: dict[str, Any] = {"Weighed": {"significance": 2}, "EdgeSummary": {"summary": "Years of it."}}
    with judged(judgements, config=TalkConfig(recall_count=20)) as (desk, server):
        for number in range(1, 6):
            server.say(f"Then the heron number {number} shall have its clock, {'tick' * number}.")
            talk.say(desk, "mara", f"A heron, the {number}th, stands on the quay {'and waits ' * number}.")
            desk.settle()
            directing.close_scene(desk, "mara")
            desk.settle()
        for one in [one for one in recall.recent(desk.log, "mara", 50) if one.form == "summary"]:
            text = one.text.replace("An hour", f"Heron {one.scene}")
            editing.edit(desk.log, "mara", "memory", [one.number], "text", text)
        talk.say(desk, "mara", "Which heron was it, in those hours?")
        asked = [one.prompt for one in server.requests if one.is_stream][-1]
        said = f"A heron, the 5th, stands on the quay {'and waits ' * 5}."
        assert said in asked, "of the last scene every word"
        for recent in (5, 4, 3):
            assert f"Heron {recent} at the shop.\n“Ana: A heron, the {recent}th" in asked, "then summary and key lines"
        old = [number for number in (1, 2) if f"Heron {number} at the shop." in asked]
        assert old, "of older ones the summary where it comes to mind"
        for number in old:
            assert f"Heron {number} at the shop.\n“" not in asked, "and no more"
        assert "Years of it." in asked, "and of all of them what they made of the two"
