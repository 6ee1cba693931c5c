"""The same with somebody who speaks: the offline voice, its passes beside the talk, and the player going back."""

from __future__ import annotations

import pytest

from game.roleplay import directing, editing, erasing, history, reading, recall, swipes, talk
from game.roleplay.desk import Desk
from game.roleplay.events import YOU
from game.roleplay.impact import impact
from tests.rig.company import company

LINES = (
    "Good evening, Mara. I brought the clock from my grandmother.",
    "I love how patient you are with it.",
    "*sits down by the stove* My sister Lin is ill, I have not told anybody.",
    "Thank you for listening. It means everything to me.",
    "Let us walk. We went to the canal bridge.",
    "I kissed you because I wanted to. I love you.",
)


def talked(desk: Desk, lines: int = len(LINES)) -> None:
    for line in LINES[:lines]:
        assert not talk.say(desk, "mara", line).problem
    desk.settle()
    assert desk.problem == ""


def remembered(desk: Desk, owner: str = "mara") -> list[str]:
    return [one.text for one in recall.recent(desk.log, owner, 1000)]


def test_going_back_right_after_a_turn_keeps_what_its_slow_pass_will_tell() -> None:
    """The pass over the last turn that stays may end before or after the rewind: the same is known either way."""
    with company() as desk:
        talked(desk, 3)
        at = reading.chat(desk.log, "mara").turns
        edge = reading.edge(desk.log, "mara", YOU)
        told = remembered(desk)
        talk.say(desk, "mara", LINES[3])
        desk.settle()
        desk.change(lambda: history.rewind(desk.log, None, "mara", at))
        assert reading.edge(desk.log, "mara", YOU) == edge
        assert remembered(desk) == told
        assert desk.log.check_rebuild() == []


def test_a_pass_that_is_under_way_while_the_player_goes_back_writes_nothing_of_what_went() -> None:
    with company() as desk:
        talked(desk, 2)
        at = reading.chat(desk.log, "mara").turns
        edge = reading.edge(desk.log, "mara", YOU)
        talk.say(desk, "mara", LINES[5])
        done = desk.change(lambda: history.rewind(desk.log, None, "mara", at))
        desk.settle()
        assert reading.edge(desk.log, "mara", YOU) == edge
        assert desk.problem == ""
        desk.change(lambda: history.undo(desk.log, done))
        assert reading.chat(desk.log, "mara").turns > at
        assert desk.log.check_rebuild() == []


def test_a_story_with_a_guest_goes_back_and_forth_and_loses_nothing() -> None:
    with company() as desk:
        talked(desk, 2)
        directing.add_guest(desk, "mara", "ivo", met="They know each other from the tram.")
        talk.say(desk, "mara", "Ivo, this is Mara. She is wonderful.")
        desk.settle()
        directing.remove_guest(desk, "mara")
        desk.settle()
        told = remembered(desk, "ivo")
        assert told != []
        before = reading.turns(desk.log, "mara")
        lines = impact(desk.log, "mara", 2).lines()
        assert any("from Ivo's store" in line for line in lines)
        done = desk.change(lambda: history.rewind(desk.log, None, "mara", 2, "with Ivo"))
        assert remembered(desk, "ivo") == []
        assert not reading.met(desk.log, "ivo", "mara")
        assert reading.chat(desk.log, "mara").guest == ""
        talk.say(desk, "mara", "Or we stay alone.")
        desk.settle()
        desk.change(lambda: history.undo(desk.log, done))
        assert remembered(desk, "ivo") == told
        assert reading.turns(desk.log, "mara") == before
        assert [row.name for row in history.branches(desk.log, "mara")] == ["", "with Ivo"]
        assert desk.log.check_rebuild() == []


def test_a_closed_scene_is_told_once_for_each_choice_of_wordings() -> None:
    with company() as desk:
        talked(desk, 2)
        last = reading.turns(desk.log, "mara")[-1].number
        directing.close_scene(desk, "mara")
        talk.another(desk, "mara", last)
        talk.choose(desk, "mara", last, 0)
        talk.choose(desk, "mara", last, 1)
        desk.settle()
        summaries = desk.log.query("SELECT owner, basis, count(*) FROM memories WHERE form = 'summary' GROUP BY 1, 2")
        assert [count for _, _, count in summaries] == [1] * len(summaries)
        assert swipes.stale_scenes(desk.log, "mara") == []
        spoken = desk.log.last_seq
        first = remembered(desk)
        talk.choose(desk, "mara", last, 0)
        desk.settle()
        talk.choose(desk, "mara", last, 1)
        desk.settle()
        assert remembered(desk) == first
        told = [event.kind for event in desk.log.read_all(after=spoken)]
        assert set(told) <= {"turn.alternative_chosen", "memory.written", "edge.summarised", "edge.moved"}


@pytest.mark.parametrize("which", [1, 2])
def test_what_is_cut_out_is_told_anew_without_it(which: int) -> None:
    with company() as desk:
        talked(desk, 3)
        scene = directing.close_scene(desk, "mara")
        desk.settle()
        before = remembered(desk)
        turns = [turn.number for turn in reading.turns_of_scene(desk.log, "mara", scene)][-which:]
        done = desk.change(lambda: erasing.delete(desk.log, None, "mara", turns))
        talk.told_anew(desk, "mara")
        desk.settle()
        assert swipes.stale_scenes(desk.log, "mara") == []
        desk.change(lambda: erasing.undo_delete(desk.log, done))
        assert remembered(desk) == before
        assert desk.log.check_rebuild() == []


def test_key_lines_are_those_of_the_chosen_wording_and_only_what_the_witness_heard() -> None:
    with company() as desk:
        talked(desk, 1)
        first = reading.turns(desk.log, "mara")[-1]
        editing.weigh_turn(desk.log, "mara", first.number, 3)
        directing.add_guest(desk, "mara", "ivo", met="From the tram.")
        talk.say(desk, "mara", "Ivo, this is Mara.")
        desk.settle()
        directing.remove_guest(desk, "mara")
        desk.settle()
        line = next(text for sort, text in first.said.segments if sort == "dialogue")[:60]
        assert any(line in text for text in summaries(desk, "mara"))
        assert not any(line in text for text in summaries(desk, "ivo"))
        talk.rewrite(desk, "mara", first.number, "I never said that.")
        desk.settle()
        assert not any(line in text for text in summaries(desk, "mara"))
        talk.choose(desk, "mara", first.number, 0)
        desk.settle()
        assert any(line in text for text in summaries(desk, "mara"))


def summaries(desk: Desk, owner: str) -> list[str]:
    return [one.text for one in recall.recent(desk.log, owner, 100) if one.form == "summary"]
