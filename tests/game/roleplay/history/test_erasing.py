"""Hiding turns, and cutting them out with all that followed from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.log import CalendarClock, EventLog, Snapshots
from game.roleplay import erasing, history, reading, recall, swipes
from game.roleplay import events as happened
from game.roleplay.events import YOU
from game.roleplay.projector import RoleplayProjector
from game.roleplay.state import Activity
from tests.rig.roleplay_story import Story, new_log, tables


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        story = Story(log)
        story.begin()
        story.talk(4)
        story.moves("mira", YOU, 3, ["was there"], turn=2)
        story.moves(YOU, "mira", -1, turn=2)
        story.remembers("mira", "of turn two", 3, turn=2)
        story.add(
            happened.ActivityChanged("mira", Activity(verb="juggling").record(), 2),
            happened.ThreadOpened(1, "who called?", 2),
            happened.HappeningPlanned(1, "a drive", turn=2),
            happened.HappeningPlanned(2, "a storm"),
            happened.HappeningMoved(2, "active", "planned", turn=2),
            happened.ItemGained("mira", "a key", turn=2),
        )
        story.tell(story.close(place="park"))
        story.say(YOU)
        yield story
        assert log.check_rebuild() == []


def test_the_preview_names_all_that_goes(story: Story) -> None:
    assert erasing.cascade(story.log, "mira", [2, 3]).lines() == [
        "Delete turns 2–3? This will remove:",
        "• 2 messages (turns 2–3)",
        "• 1 memory from BotA's store",
        "• 2 edge updates (BotA → You, You → BotA)",
        "• 1 activity",
        "• 1 thread (who called?)",
        "• 2 events (a drive, a storm)",
        "• 1 item (a key)",
        "1 scene summary told of this and will be told anew.",
        "A snapshot will be saved automatically.",
    ]
    assert [scene.id for scene in erasing.cascade(story.log, "mira", [2]).retold] == [1]


def test_delete_takes_exactly_that_away_and_the_scene_is_to_be_told_again(story: Story) -> None:
    erasing.delete(story.log, None, "mira", [2])
    assert [turn.number for turn in reading.turns(story.log, "mira")] == [1, 3, 4, 5]
    assert recall.recent(story.log, "mira", 10) == []
    assert (reading.edge(story.log, "mira", YOU).affinity, reading.edge(story.log, YOU, "mira").affinity) == (60, 50)
    assert reading.edge(story.log, "mira", YOU).summary == "a colleague"
    assert reading.activity(story.log, "mira", "mira").verb == "pretending to work"
    assert reading.threads(story.log, "mira") == []
    assert [(one.title, one.state) for one in reading.happenings(story.log, "mira")] == [("a storm", "planned")]
    assert reading.items(story.log, "mira") == ()
    assert [scene.id for scene in swipes.stale_scenes(story.log, "mira")] == [1]
    story.tell(1)
    assert swipes.stale_scenes(story.log, "mira") == []
    assert [one.text for one in recall.recent(story.log, "mira", 10)] == ["mira tells scene 1"]


def test_what_a_slow_pass_tells_of_a_turn_that_was_cut_out_counts_for_nothing(story: Story) -> None:
    erasing.delete(story.log, None, "mira", [2])
    story.moves("mira", YOU, 3, turn=2)
    story.remembers("mira", "too late", turn=2)
    assert reading.edge(story.log, "mira", YOU).affinity == 60
    assert recall.recent(story.log, "mira", 10) == []


def test_undo_brings_it_all_back_and_keeps_what_was_said_since(story: Story) -> None:
    before = tables(story.log)
    done = erasing.delete(story.log, None, "mira", [2, 4])
    erasing.undo_delete(story.log, done)
    assert tables(story.log) == before
    done = erasing.delete(story.log, None, "mira", [2])
    story.say("mira", "meanwhile")
    erasing.undo_delete(story.log, done)
    assert [turn.number for turn in reading.turns(story.log, "mira")] == [1, 2, 3, 4, 5, 6]
    assert reading.turn(story.log, "mira", 6).text == "meanwhile"
    history.rewind(story.log, None, "mira", 5)
    assert tables(story.log) == before
    with pytest.raises(UserError, match="nothing to undo"):
        erasing.undo_delete(story.log, done)


def test_a_hidden_turn_is_out_of_the_transcript_and_nothing_else(story: Story) -> None:
    before = reading.edge(story.log, "mira", YOU)
    erasing.hide(story.log, "mira", 2)
    assert [turn.number for turn in reading.turns(story.log, "mira", hidden=False)] == [1, 3, 4, 5]
    assert [turn.number for turn in reading.last_turns(story.log, "mira", 4)] == [2, 3, 4, 5]
    assert reading.edge(story.log, "mira", YOU) == before
    assert len(recall.recent(story.log, "mira", 10)) == 2
    erasing.hide(story.log, "mira", 2, hidden=False)
    assert not reading.turn(story.log, "mira", 2).hidden


def test_a_snapshot_is_taken_first(tmp_path: Path) -> None:
    with EventLog.open(tmp_path / "log.db", [RoleplayProjector()]) as log:
        story = Story(log)
        story.begin()
        story.talk(1)
        snapshots = Snapshots(log, tmp_path / "snapshots", CalendarClock())
        erasing.delete(log, snapshots, "mira", [1])
        assert [taken.why for taken in snapshots.kept()] == ["delete"]


def test_turns_that_are_not_there_are_refused_in_a_sentence(story: Story) -> None:
    before = tables(story.log)
    for turns, words in (([], "no turns are chosen"), ([9], "no turn 9"), ([1, 99], "no turn 99")):
        with pytest.raises(UserError, match=words):
            erasing.cascade(story.log, "mira", turns)
        with pytest.raises(UserError, match=words):
            erasing.delete(story.log, None, "mira", turns)
    with pytest.raises(UserError, match="no turn 9"):
        erasing.hide(story.log, "mira", 9)
    assert tables(story.log) == before
