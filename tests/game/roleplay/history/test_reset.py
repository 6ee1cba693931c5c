"""Reset (004 5.3): what is wiped, what stays, and that even this can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import Refused, UserError
from engine.log import CalendarClock, EventLog, Snapshots
from game.roleplay import editing, history, reading, recall
from game.roleplay import events as happened
from game.roleplay.events import YOU
from game.roleplay.projector import RoleplayProjector
from game.truth import Truth
from tests.rig.roleplay_story import Story, author, new_log, tables


@pytest.fixture
def story() -> Iterator[Story]:
    """BotA's chat, in which BotB was a guest, and BotB's own."""
    with new_log() as log:
        story = Story(log)
        story.begin()
        home = Story(log, "tobias", "BotB")
        home.begin()
        home.talk(2)
        home.remembers("tobias", "at home", turn=2)
        story.add(happened.GuestJoined("tobias"), truth=Truth.USER)
        story.talk(2)
        for owner, target in (("mira", YOU), ("mira", "tobias"), ("tobias", "mira"), ("tobias", YOU)):
            story.moves(owner, target, 3, [f"{owner} of {target}"], turn=2)
        story.remembers("mira", "the visit", witnesses=7, turn=2)
        story.remembers("tobias", "the visit", witnesses=7, turn=2)
        story.add(happened.ItemGained("tobias", "a key"))
        yield story
        assert log.check_rebuild() == []
        assert log.verify() == []


def remembered(story: Story, owner: str) -> set[str]:
    return {one.text for one in recall.recent(story.log, owner, 100)}


def test_history_memories_and_edges_are_wiped_also_those_made_as_a_guest(story: Story) -> None:
    history.reset(story.log, None, "tobias", "BotB")
    assert not reading.chat(story.log, "tobias").begun
    assert reading.turns(story.log, "tobias") == []
    assert reading.scenes(story.log, "tobias") == []
    assert remembered(story, "tobias") == set()
    assert reading.items(story.log, "tobias") == ()
    for owner, target in (("tobias", YOU), ("tobias", "mira"), (YOU, "tobias"), ("mira", "tobias")):
        assert not reading.met(story.log, owner, target)
        assert reading.edge(story.log, owner, target).facts == ()


def test_the_others_keep_what_is_theirs(story: Story) -> None:
    history.reset(story.log, None, "tobias", "BotB")
    assert remembered(story, "mira") == {"the visit"}
    assert reading.edge(story.log, "mira", YOU).affinity == 63
    assert len(reading.turns(story.log, "mira")) == 2


def test_identity_stays_and_the_kickoff_can_be_played_again(story: Story) -> None:
    identity = reading.bot(story.log, "tobias")
    history.reset(story.log, None, "tobias", "BotB")
    assert reading.bot(story.log, "tobias") == identity
    home = Story(story.log, "tobias")
    home.begin()
    assert home.say(YOU) == 1
    assert reading.edge(story.log, "tobias", YOU).affinity == 60


def test_undo_gives_everything_back_and_keeps_what_was_edited_since(story: Story) -> None:
    before = tables(story.log)
    done = history.reset(story.log, None, "tobias", "BotB")
    editing.edit_bot(story.log, "tobias", "persona", "Someone else.")
    history.undo_reset(story.log, done)
    after = tables(story.log)
    assert {name: rows for name, rows in after.items() if name != "bots"} == {
        name: rows for name, rows in before.items() if name != "bots"
    }
    assert remembered(story, "tobias") == {"at home", "the visit"}
    assert reading.bot(story.log, "tobias").persona == "Someone else."
    with pytest.raises(UserError, match="nothing to undo"):
        history.undo_reset(story.log, done)


def test_a_rewind_elsewhere_brings_nothing_of_a_reset_bot_back(story: Story) -> None:
    story.say(YOU)
    story.remembers("tobias", "told late", witnesses=7, turn=2)
    done = history.reset(story.log, None, "tobias", "BotB")
    history.rewind(story.log, None, "mira", 2)
    assert remembered(story, "tobias") == set()
    history.undo_reset(story.log, done)
    assert remembered(story, "tobias") == {"at home", "the visit", "told late"}


@pytest.mark.parametrize("typed", ["", "botb", "Bot B", "BotA"])
def test_another_name_resets_nothing(story: Story, typed: str) -> None:
    before = tables(story.log)
    with pytest.raises(Refused, match="type the name exactly: BotB"):
        history.reset(story.log, None, "tobias", typed)
    assert tables(story.log) == before


def test_blanks_around_the_name_do_not_matter_and_a_snapshot_is_taken(tmp_path: Path) -> None:
    with EventLog.open(tmp_path / "log.db", [RoleplayProjector()]) as log:
        snapshots = Snapshots(log, tmp_path / "snapshots", CalendarClock())
        author(log, "juno", "Juno")
        done = history.reset(log, snapshots, "juno", " Juno ")
        assert [taken.why for taken in snapshots.kept()] == ["reset"]
        history.undo_reset(log, done)
        assert tables(log)["bot_resets"] == []
