"""Every wording of a turn is kept, can be chosen on any turn, and memory and edges follow the chosen one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.errors import UserError
from game.roleplay import erasing, reading, recall, swipes
from game.roleplay import events as happened
from game.roleplay.events import YOU
from tests.rig.roleplay_story import Story, new_log, tables


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        story = Story(log)
        story.begin()
        story.talk(2)
        yield story
        assert log.check_rebuild() == []


def texts(story: Story) -> list[str]:
    return [one.text for one in recall.recent(story.log, "mira", 100)][::-1]


def test_a_reroll_leaves_no_trace_in_memory_edges_or_story(story: Story) -> None:
    story.moves("mira", YOU, 3, ["a liar"], turn=2)
    story.remembers("mira", "the lie", 3, turn=2)
    story.add(
        happened.ThreadOpened(1, "why?", 2),
        happened.HappeningPlanned(1, "revenge", turn=2),
        happened.ItemGained("mira", "a knife", turn=2),
    )
    story.again(2)
    assert reading.edge(story.log, "mira", YOU).affinity == 60
    assert reading.edge(story.log, "mira", YOU).facts == ("drinks tea",)
    assert texts(story) == []
    assert recall.recalled(story.log, "mira", "the lie") == []
    assert reading.threads(story.log, "mira") == []
    assert reading.happenings(story.log, "mira") == []
    assert reading.items(story.log, "mira") == ()


def test_stepping_back_brings_back_what_followed_from_the_former_wording(story: Story) -> None:
    story.moves("mira", YOU, 3, turn=2)
    story.remembers("mira", "of the first", turn=2)
    first = tables(story.log)
    story.again(2)
    story.moves("mira", YOU, -3, turn=2, swipe=1)
    story.remembers("mira", "of the second", turn=2, swipe=1)
    assert (reading.edge(story.log, "mira", YOU).affinity, texts(story)) == (57, ["of the second"])
    swipes.choose(story.log, "mira", 2, 0)
    assert (reading.edge(story.log, "mira", YOU).affinity, texts(story)) == (63, ["of the first"])
    assert [row for row in tables(story.log)["memories"] if row[18]] == first["memories"]
    swipes.choose(story.log, "mira", 2, 1)
    assert (reading.edge(story.log, "mira", YOU).affinity, texts(story)) == (57, ["of the second"])


def test_on_a_turn_of_a_closed_scene_the_summary_and_edges_follow_without_a_model(story: Story) -> None:
    story.again(2)
    swipes.choose(story.log, "mira", 2, 0)
    scene = story.close(place="park")
    story.tell(scene)
    story.talk(2)
    edge = reading.edge(story.log, "mira", YOU)
    assert (edge.summary, edge.affinity, texts(story)) == ("after scene 1", 62, ["mira tells scene 1"])
    swipes.choose(story.log, "mira", 2, 1)
    assert texts(story) == []
    assert reading.edge(story.log, "mira", YOU).summary == "a colleague"
    assert [one.id for one in swipes.stale_scenes(story.log, "mira")] == [scene]
    story.tell(scene)
    assert swipes.stale_scenes(story.log, "mira") == []
    retold = reading.edge(story.log, "mira", YOU)
    swipes.choose(story.log, "mira", 2, 0)
    assert reading.edge(story.log, "mira", YOU) == edge
    assert swipes.stale_scenes(story.log, "mira") == []
    swipes.choose(story.log, "mira", 2, 1)
    assert reading.edge(story.log, "mira", YOU) == retold


def test_a_late_effect_of_a_wording_nobody_chose_waits_for_it(story: Story) -> None:
    story.again(2)
    story.remembers("mira", "of the first", turn=2, swipe=0)
    assert texts(story) == []
    swipes.choose(story.log, "mira", 2, 0)
    assert texts(story) == ["of the first"]


def test_what_was_told_of_a_skip_hangs_on_no_wording(story: Story) -> None:
    story.again(2)
    scene = story.close("skip")
    story.remembers("mira", "a quiet week", scene=scene, form="told")
    assert texts(story) == ["a quiet week"]
    swipes.choose(story.log, "mira", 2, 0)
    assert texts(story) == ["a quiet week"]


def test_a_scene_nobody_has_told_yet_is_to_be_told_and_one_without_turns_is_not(story: Story) -> None:
    scene = story.close()
    assert [one.id for one in swipes.stale_scenes(story.log, "mira")] == [scene]
    story.tell(scene)
    empty = story.close()
    assert reading.scene(story.log, "mira", empty) is not None
    assert swipes.stale_scenes(story.log, "mira") == []
    erasing.delete(story.log, None, "mira", [1, 2])
    assert swipes.stale_scenes(story.log, "mira") == []


def test_choosing_what_counts_already_changes_nothing_and_what_is_not_there_is_refused(story: Story) -> None:
    story.again(2)
    before = story.log.last_seq
    swipes.choose(story.log, "mira", 2, 1)
    assert story.log.last_seq == before
    for turn, swipe, words in ((2, 2, "2 wordings"), (1, 1, "1 wording;"), (9, 0, "no turn 9")):
        with pytest.raises(UserError, match=words):
            swipes.choose(story.log, "mira", turn, swipe)
    with pytest.raises(UserError, match="no turn 9"):
        swipes.keep(story.log, "mira", 9)
