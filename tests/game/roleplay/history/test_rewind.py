"""Rewind: what goes, what stays, and that it all comes back (004 10.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.log import CalendarClock, EventLog, Snapshots
from game.roleplay import editing, erasing, history, reading, recall, swipes
from game.roleplay import events as happened
from game.roleplay.events import YOU
from game.roleplay.impact import impact
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector
from game.roleplay.state import Edge
from game.truth import Truth
from tests.rig.roleplay_story import CLOCK_US, Story, author, new_log, tables


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        story = Story(log)
        story.begin()
        yield story
        assert log.check_rebuild() == []


def edge(story: Story) -> Edge:
    return reading.edge(story.log, story.host, YOU)


def memories(story: Story, owner: str = "mira") -> list[str]:
    return [one.text for one in recall.recent(story.log, owner, 1000)[::-1]]


def test_the_preview_is_printed_as_004_has_it(story: Story) -> None:
    story.talk(47)
    bot_b = "tobias"
    author(story.log, bot_b, "BotB")
    story.add(happened.HappeningPlanned(1, "arrived at park"), truth=Truth.USER)
    story.talk(1)
    history.rewind(story.log, None, "mira", 47)
    story.add(happened.HappeningPlanned(1, "arrived at park", turn=47))
    story.talk(12)
    story.moves("mira", YOU, 2, turn=50)
    story.moves("mira", YOU, 1, turn=52)
    story.close(place="park", description="drive to park")
    story.add(happened.GroupSummarised("three of us", 1, ""))
    for number in (50, 51, 52):
        story.remembers("mira", turn=number)
    story.add(happened.HappeningMoved(1, "active", "planned", turn=55))
    editing.edit_edge(story.log, "mira", "mira", YOU, "affinity", 90)
    assert impact(story.log, "mira", 47).lines() == [
        "Rewind to turn 47? This will remove:",
        "• 12 messages (turns 48–59)",
        "• 1 scene transition (drive to park)",
        "• 2 edge updates (BotA → You, Group)",
        "• 3 memories from BotA's store",
        "• 1 fired event (arrived at park)",
        "• 1 manual edit (BotA affinity)",
        "A pre-rewind snapshot will be saved automatically.",
    ]


def test_one_of_a_kind_is_told_in_the_singular_and_what_there_is_none_of_is_left_out(story: Story) -> None:
    story.talk(3)
    story.remembers("mira", turn=3)
    story.moves("mira", YOU, turn=3)
    assert impact(story.log, "mira", 2).lines() == [
        "Rewind to turn 2? This will remove:",
        "• 1 message (turn 3)",
        "• 1 edge update (BotA → You)",
        "• 1 memory from BotA's store",
        "A pre-rewind snapshot will be saved automatically.",
    ]
    assert impact(story.log, "mira", 3).lines() == ["Rewind to turn 3? Nothing came after it."]


def test_what_nobody_chose_is_not_counted(story: Story) -> None:
    story.talk(2)
    story.remembers("mira", "of the first wording", turn=2)
    story.again(2)
    assert impact(story.log, "mira", 1).memories == ()


def test_turns_edges_and_memories_that_came_after_it_are_gone_and_undo_brings_them_back(story: Story) -> None:
    story.talk(2)
    story.moves("mira", YOU, 3, ["likes rain"], turn=2)
    story.remembers("mira", "the first evening", turn=2)
    before = edge(story)
    story.talk(2)
    story.moves("mira", YOU, -3, ["lies"], turn=4)
    story.remembers("mira", "the quarrel", turn=4)
    story.close(place="park")
    after = tables(story.log)
    rewound = history.rewind(story.log, None, "mira", 2)
    assert rewound.told == "Rewound 2 turns."
    assert [turn.number for turn in reading.turns(story.log, "mira")] == [1, 2]
    assert edge(story) == before
    assert memories(story) == ["the first evening"]
    assert story.chat.scene.container == 1
    history.undo(story.log, rewound)
    assert tables(story.log) == after


def test_a_rewind_takes_a_guests_memories_and_edges_back_in_every_chat(story: Story) -> None:
    home = Story(story.log, "tobias", "BotB")
    home.begin()
    home.talk(2)
    story.talk(2)
    story.add(happened.GuestJoined("tobias"), truth=Truth.USER)
    story.say(YOU)
    story.say("tobias")
    story.moves("tobias", YOU, 3, ["is kind"], turn=4)
    story.moves("tobias", "mira", -2, turn=4)
    story.remembers("tobias", "an evening at the office", witnesses=7, turn=4)
    assert memories(home, "tobias") == ["an evening at the office"]
    history.rewind(story.log, None, "mira", 2)
    assert memories(home, "tobias") == []
    assert reading.edge(story.log, "tobias", YOU).affinity == 60
    assert not reading.met(story.log, "tobias", "mira")
    assert story.chat.guest == ""
    assert home.chat.turns == 2


def test_late_effects_of_turns_that_stay_are_carried_over(story: Story) -> None:
    story.talk(3)
    story.moves("mira", YOU, 2, ["sings"], turn=2)
    story.remembers("mira", "of turn two", 3, turn=2)
    story.add(happened.MemoryEmbedded(1, "rig", b"\0\0\x80?"))
    story.add(happened.MemoryPinned(1, True, auto=True), truth=Truth.AUTOMATION)
    story.add(happened.TurnWeighed(2, 0, 3), happened.ThreadOpened(1, "who called?", 2))
    story.moves("mira", YOU, 3, turn=3)
    story.remembers("mira", "of turn three", turn=3)
    rewound = history.rewind(story.log, None, "mira", 2)
    assert rewound.carried == 6
    assert edge(story).affinity == 62
    assert edge(story).facts == ("drinks tea", "sings")
    assert memories(story) == ["of turn two"]
    assert [one.text for one in recall.pinned(story.log, "mira")] == ["of turn two"]
    assert reading.turn(story.log, "mira", 2).said.significance == 3
    assert [one.title for one in reading.threads(story.log, "mira")] == ["who called?"]
    carried = [event for event in story.log.read("chat/mira") if event.cause is not None]
    originals = {event.seq: event for event in story.log.read("chat/mira", rewound.former_branch)}
    for event in carried:
        first = originals[event.cause or 0]
        assert (event.kind, event.payload, event.at_us, event.truth, event.origin, event.actor) == (
            *(first.kind, first.payload, first.at_us, first.truth, first.origin, first.actor),
        )


def test_late_summaries_of_a_scene_closed_before_the_cut_are_carried_over(story: Story) -> None:
    story.talk(2)
    scene = story.close(place="park")
    story.say(YOU)
    story.tell(scene)
    story.say("mira")
    history.rewind(story.log, None, "mira", 2)
    assert memories(story) == ["mira tells scene 1"]
    assert edge(story).summary == "after scene 1"
    assert edge(story).moments == ("moment 1",)
    assert story.chat.scene.id == 2
    assert swipes.stale_scenes(story.log, "mira") == []


def test_what_the_player_did_later_to_what_stays_is_taken_back(story: Story) -> None:
    story.talk(2)
    story.remembers("mira", "as it was", turn=2)
    story.talk(2)
    editing.edit_memory(story.log, "mira", 1, "text", "as I want it")
    editing.pin(story.log, "mira", 1)
    erasing.hide(story.log, "mira", 1)
    swipes.keep(story.log, "mira", 4)
    story.again(2, "said later")
    story.moves("mira", YOU, 3, turn=2, swipe=1)
    history.rewind(story.log, None, "mira", 2)
    assert memories(story) == ["as it was"]
    assert recall.pinned(story.log, "mira") == []
    two = reading.turn(story.log, "mira", 2)
    assert (two.text, len(two.alternatives), two.hidden) == ("words", 1, False)
    assert edge(story).affinity == 60
    # and the number of the wording that went is free again without its effects coming back
    assert story.again(2, "said now") == 1
    assert edge(story).affinity == 60


def test_what_was_done_to_a_turn_before_the_next_one_stays(story: Story) -> None:
    story.talk(2)
    story.again(2, "better words")
    story.moves("mira", YOU, 3, turn=2, swipe=1)
    swipes.keep(story.log, "mira", 2)
    story.talk(2)
    history.rewind(story.log, None, "mira", 2)
    two = reading.turn(story.log, "mira", 2)
    assert (two.text, two.accepted) == ("better words", True)
    assert edge(story).affinity == 63


def test_a_transition_read_from_a_turns_prose_stays_with_it_and_a_skip_after_it_does_not(story: Story) -> None:
    story.talk(2)
    story.close("container", place="park")
    story.talk(2)
    day = happened.ClockMoved(CLOCK_US + 1, CLOCK_US, 0, "jump")
    opened = happened.SceneOpened(3, 2, "next day", [YOU, "mira"], CLOCK_US + 1)
    narrated = happened.TurnSaid(5, happened.NARRATOR, "The next day.", 3, CLOCK_US + 1)
    story.add(happened.SceneClosed(2, "skip", 0), day, opened, narrated, truth=Truth.AUTOMATION)
    history.rewind(story.log, None, "mira", 4)
    assert (story.chat.scene.id, story.chat.clock_us) == (2, CLOCK_US)
    history.rewind(story.log, None, "mira", 2)
    assert story.chat.scene.id == 2
    history.rewind(story.log, None, "mira", 1)
    assert story.chat.scene.id == 1


def test_to_turn_0_is_just_after_the_kickoff(story: Story) -> None:
    begun = tables(story.log)
    story.add(happened.ClockMoved(CLOCK_US + 5, CLOCK_US, 0, "set"))
    story.talk(3)
    history.rewind(story.log, None, "mira", 0)
    assert tables(story.log) == begun
    assert story.say(YOU) == 1


def test_what_was_set_by_hand_before_the_kickoff_does_not_hide_it() -> None:
    with new_log() as log:
        story = Story(log)
        editing.edit_edge(log, "mira", YOU, "mira", "affinity", 70)
        story.begin()
        begun = tables(log)
        story.talk(2)
        history.rewind(log, None, "mira", 0)
        assert tables(log) == begun


def test_an_edge_set_by_hand_in_another_chat_is_not_moved_again_by_what_is_carried_over(story: Story) -> None:
    home = Story(story.log, "tobias", "BotB")
    home.begin()
    story.add(happened.GuestJoined("tobias"), truth=Truth.USER)
    story.talk(3)
    story.moves("tobias", YOU, 3, turn=2)
    editing.edit_edge(story.log, "tobias", "tobias", YOU, "affinity", 20)
    history.rewind(story.log, None, "mira", 2)
    assert reading.edge(story.log, "tobias", YOU).affinity == 20


def test_rewinding_twice_carries_the_same_effects_again(story: Story) -> None:
    story.talk(4)
    story.moves("mira", YOU, 2, turn=1)
    story.moves("mira", YOU, 1, turn=3)
    story.say(YOU)
    history.rewind(story.log, None, "mira", 3)
    assert edge(story).affinity == 63
    history.rewind(story.log, None, "mira", 1)
    assert edge(story).affinity == 62
    assert [turn.number for turn in reading.turns(story.log, "mira")] == [1]


def test_a_pin_that_made_room_for_one_that_goes_comes_back(story: Story) -> None:
    story.talk(2)
    for number in range(9):
        story.remembers("mira", f"memory {number}", 3, turn=2)
        pinned = number + 1
        if number == 8:
            story.say(YOU)
            pinned = story.remembers("mira", "later", 3, turn=3)
        facts = editing.auto_pin(story.log, "mira", pinned)
        story.add(*(fact.event for fact in facts), truth=Truth.AUTOMATION)
    assert [one.number for one in recall.pinned(story.log, "mira")] == [2, 3, 4, 5, 6, 7, 8, 10]
    history.rewind(story.log, None, "mira", 2)
    assert [one.number for one in recall.pinned(story.log, "mira")] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_turn_that_is_not_there_is_refused_in_a_sentence(story: Story) -> None:
    story.talk(2)
    with pytest.raises(UserError, match="turns 1 to 2"):
        history.rewind(story.log, None, "mira", 3)
    with pytest.raises(UserError, match="nothing came after turn 2"):
        history.rewind(story.log, None, "mira", 2)
    author(story.log, "juno")
    with pytest.raises(UserError, match="not begun"):
        impact(story.log, "juno", 0)


def test_a_snapshot_is_taken_first_and_restoring_it_undoes_the_rewind(tmp_path: Path) -> None:
    with EventLog.open(tmp_path / "log.db", [RoleplayProjector(), RecallProjector()]) as log:
        snapshots = Snapshots(log, tmp_path / "snapshots", CalendarClock())
        story = Story(log)
        story.begin()
        story.talk(4)
        before = tables(log)
        history.rewind(log, snapshots, "mira", 1, keep_as="the other way")
        assert [branch.name for branch in log.branches("chat/mira")] == ["the other way", ""]
        (taken,) = snapshots.kept()
        assert (taken.sort, taken.why) == ("before", "rewind")
        snapshots.restore(taken)
        assert tables(log) == before
