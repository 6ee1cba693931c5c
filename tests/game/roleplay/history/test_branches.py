"""Branches: to name, list and switch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.log import CalendarClock, EventLog, Snapshots
from game.roleplay import history, reading, swipes
from game.roleplay.events import YOU
from game.roleplay.projector import RoleplayProjector
from tests.rig.roleplay_story import Story, new_log, tables


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        story = Story(log)
        story.begin()
        for number in range(1, 5):
            story.say(YOU if number % 2 else "mira", f"line {number}")
        yield story
        assert log.check_rebuild() == []


def told(story: Story) -> list[tuple[str, int, bool, str]]:
    return [(row.told, row.turns, row.is_current, row.last_line) for row in history.branches(story.log, "mira")]


def test_a_chat_that_has_not_begun_has_none() -> None:
    with new_log() as log:
        assert history.branches(log, "nobody") == []


def test_the_list_says_how_far_each_goes_beyond_where_it_was_left(story: Story) -> None:
    history.rewind(story.log, None, "mira", 2, keep_as="the quarrel")
    story.say(YOU, "instead")
    assert told(story) == [("unnamed, where you are", 3, True, "instead"), ("the quarrel", 4, False, "line 4")]
    history.rewind(story.log, None, "mira", 1)
    assert told(story) == [
        ("unnamed, where you are", 1, True, "line 1"),
        ("unnamed, 2 turns, left at turn 1", 3, False, "instead"),
        ("the quarrel", 4, False, "line 4"),
    ]


def test_looking_at_the_list_switches_nothing(story: Story) -> None:
    history.rewind(story.log, None, "mira", 2)
    before = tables(story.log)
    history.branches(story.log, "mira")
    assert tables(story.log) == before


def test_the_last_line_is_the_wording_that_counts_there(story: Story) -> None:
    story.again(4, "line four, better")
    story.again(4, "line four, worse")
    swipes.choose(story.log, "mira", 4, 1)
    history.rewind(story.log, None, "mira", 2)
    assert told(story)[1][3] == "line four, better"


def test_switching_goes_there_and_back_with_a_snapshot(tmp_path: Path) -> None:
    with EventLog.open(tmp_path / "log.db", [RoleplayProjector()]) as log:
        story = Story(log)
        story.begin()
        story.talk(3)
        snapshots = Snapshots(log, tmp_path / "snapshots", CalendarClock())
        there = tables(log)
        rewound = history.rewind(log, None, "mira", 1)
        story.say("mira", "elsewhere")
        here = tables(log)
        switched = history.switch_branch(log, snapshots, "mira", rewound.former_branch)
        assert tables(log) == there
        assert [taken.why for taken in snapshots.kept()] == ["branch"]
        history.undo(log, switched)
        assert tables(log) == here


def test_a_branch_from_here_leaves_the_present_one_as_it_is(story: Story) -> None:
    before = tables(story.log)
    made = history.branch_here(story.log, "mira", 2, "what if")
    assert [turn.number for turn in reading.turns(story.log, "mira")] == [1, 2]
    assert [row.told for row in history.branches(story.log, "mira")] == ["what if", "unnamed, 2 turns, left at turn 2"]
    history.undo(story.log, made)
    assert tables(story.log) == before
    at_the_end = history.branch_here(story.log, "mira", 4, "and here")
    assert tables(story.log) == before
    assert at_the_end.turns == 0


def test_names_are_kept_and_taken_away(story: Story) -> None:
    branch = history.branches(story.log, "mira")[0].id
    history.name_branch(story.log, "mira", branch, "  as it was ")
    assert told(story)[0][0] == "as it was"
    history.name_branch(story.log, "mira", branch, "")
    assert told(story)[0][0] == "unnamed, where you are"


def test_what_is_not_there_is_refused_in_a_sentence(story: Story) -> None:
    with pytest.raises(UserError, match="no branch 99"):
        history.switch_branch(story.log, None, "mira", 99)
    with pytest.raises(UserError, match="needs a name"):
        history.branch_here(story.log, "mira", 2, " ")
