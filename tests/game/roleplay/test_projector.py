"""What follows from the events: directed edges within bounds, and whose word stands (002, 004 3.4, 15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay import editing, reading, recall, swipes
from game.roleplay import events as happened
from game.roleplay.events import YOU
from game.roleplay.state import Activity
from game.truth import Truth
from tests.rig.roleplay_story import CLOCK_US, Story, new_log, tables

MODELS = (Truth.LOCAL_MODEL, Truth.LAN_PEER, Truth.CLOUD_MODEL)


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        story = Story(log)
        story.begin()
        story.talk(2)
        yield story
        assert log.check_rebuild() == []


# -- edges -----------------------------------------------------------------------------------------------------------


def test_edges_are_directed_and_never_averaged(story: Story) -> None:
    story.moves("mira", YOU, 3, ["is late"], turn=2)
    story.moves("mira", "tobias", -2, turn=2)
    assert reading.edge(story.log, "mira", YOU).affinity == 63
    assert reading.edge(story.log, YOU, "mira").affinity == 50
    assert reading.edge(story.log, YOU, "mira").facts == ()
    assert reading.edge(story.log, "mira", "tobias").affinity == 48
    assert not reading.met(story.log, "tobias", "mira")


def test_an_edge_remembers_where_and_when_the_two_last_met(story: Story) -> None:
    story.moves("mira", YOU, 0, turn=2)
    edge = reading.edge(story.log, "mira", YOU)
    assert (edge.last_chat, edge.last_clock_us) == ("mira", CLOCK_US)


@given(deltas=st.lists(st.integers(-3, 3), max_size=60))
def test_numbers_never_leave_0_to_100(deltas: list[int]) -> None:
    with new_log() as log:
        story = Story(log)
        story.begin()
        story.say(YOU)
        for delta in deltas:
            story.moves("mira", YOU, delta, turn=1)
        assert reading.edge(log, "mira", YOU).affinity == max(0, min(100, 60 + sum(deltas)))


# -- whose word stands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", MODELS)
def test_a_models_summary_waits_as_a_draft_beside_the_players(story: Story, truth: Truth) -> None:
    scene = story.close()
    story.tell(scene)
    assert reading.edge(story.log, "mira", YOU).summary == "after scene 1"
    editing.edit_edge(story.log, "mira", "mira", YOU, "summary", "my own words")
    story.add(happened.EdgeSummarised("mira", YOU, "a model's words", scene, ""), truth=truth)
    edge = reading.edge(story.log, "mira", YOU)
    assert (edge.summary, edge.draft) == ("my own words", "a model's words")
    editing.edit_edge(story.log, "mira", "mira", YOU, "summary", edge.draft)
    edge = reading.edge(story.log, "mira", YOU)
    assert (edge.summary, edge.draft) == ("a model's words", "")


@pytest.mark.parametrize("truth", MODELS)
def test_what_the_player_struck_out_a_model_does_not_bring_back(story: Story, truth: Truth) -> None:
    story.moves("mira", YOU, 0, ["is a spy"], turn=2)
    editing.edit_edge(story.log, "mira", "mira", YOU, "facts", ["drinks tea"])
    story.add(happened.EdgeMoved("mira", YOU, CLOCK_US, facts=["is a spy", "sings"], turn=2), truth=truth)
    assert reading.edge(story.log, "mira", YOU).facts == ("drinks tea", "sings")
    editing.edit_edge(story.log, "mira", "mira", YOU, "facts", ["is a spy"])
    assert reading.edge(story.log, "mira", YOU).facts == ("is a spy",)


@pytest.mark.parametrize("truth", MODELS)
def test_what_the_player_weighed_a_model_does_not_weigh_again(story: Story, truth: Truth) -> None:
    story.add(happened.TurnWeighed(2, 0, 1), truth=truth)
    editing.weigh_turn(story.log, "mira", 2, 3)
    story.add(happened.TurnWeighed(2, 0, 0), truth=truth)
    assert reading.turn(story.log, "mira", 2).said.significance == 3
    editing.weigh_turn(story.log, "mira", 2, 2)
    assert reading.turn(story.log, "mira", 2).said.significance == 2


def test_a_slow_pass_over_an_earlier_turn_does_not_undo_what_was_set_by_hand_since(story: Story) -> None:
    editing.edit_activity(story.log, "mira", "mira", "verb", "driving")
    editing.edit_edge(story.log, "mira", "mira", YOU, "affinity", 80)
    story.add(happened.ActivityChanged("mira", Activity(verb="leaning on the counter").record(), 2))
    story.moves("mira", YOU, 3, turn=2)
    assert reading.activity(story.log, "mira", "mira").verb == "driving"
    assert reading.edge(story.log, "mira", YOU).affinity == 80
    turn = story.say("mira")
    story.add(happened.ActivityChanged("mira", Activity(verb="parking").record(), turn))
    story.moves("mira", YOU, 3, turn=turn)
    assert reading.activity(story.log, "mira", "mira").verb == "parking"
    assert reading.edge(story.log, "mira", YOU).affinity == 83


@pytest.mark.parametrize("truth", MODELS)
def test_a_model_goes_on_from_where_the_player_put_an_event_and_not_from_elsewhere(story: Story, truth: Truth) -> None:
    def state() -> str:
        return reading.happenings(story.log, "mira")[0].state

    story.add(happened.HappeningPlanned(1, "a drive"))
    editing.mend_happening(story.log, "mira", 1, "cancelled")
    story.add(happened.HappeningMoved(1, "active", "planned"), truth=truth)
    assert state() == "cancelled"
    editing.mend_happening(story.log, "mira", 1, "active")
    story.add(happened.HappeningMoved(1, "completed", "active"), truth=truth)
    assert state() == "completed"


def test_a_memory_the_player_rewrote_is_theirs_and_says_so(story: Story) -> None:
    story.remembers("mira", "it rained", turn=2)
    assert recall.recent(story.log, "mira", 1)[0].truth is Truth.LOCAL_MODEL
    editing.edit_memory(story.log, "mira", 1, "text", "it snowed")
    assert recall.recent(story.log, "mira", 1)[0].truth is Truth.USER
    story.again(2)
    swipes.choose(story.log, "mira", 2, 0)
    assert recall.recent(story.log, "mira", 1)[0].text == "it snowed"


def test_the_groups_words_by_hand_stand_over_a_models(story: Story) -> None:
    story.add(happened.GroupSummarised("strangers", 0, ""))
    editing.edit_group(story.log, "mira", "old friends")
    story.add(happened.GroupSummarised("rivals", 0, ""))
    assert reading.group(story.log, "mira", ()) == "old friends"


def test_a_line_is_a_models_until_the_player_answers_keeps_or_edits_it(story: Story) -> None:
    assert not reading.turn(story.log, "mira", 2).accepted
    story.say(YOU)
    assert reading.turn(story.log, "mira", 2).accepted
    kept, edited = story.say("mira"), story.say("mira")
    swipes.keep(story.log, "mira", kept)
    assert reading.turn(story.log, "mira", kept).accepted
    assert not reading.turn(story.log, "mira", edited).accepted
    story.add(happened.AlternativeSaid(edited, 1, "as I want it", 0, edited=True), truth=Truth.USER)
    assert reading.turn(story.log, "mira", edited).accepted
    assert reading.turn(story.log, "mira", edited).alternatives[0].truth is Truth.LOCAL_MODEL


def test_it_is_the_wording_that_was_answered_that_is_accepted_and_no_other(story: Story) -> None:
    def accepted() -> bool:
        return reading.turn(story.log, "mira", 2).accepted

    story.say(YOU)
    story.again(2)
    assert not accepted()
    swipes.choose(story.log, "mira", 2, 0)
    assert accepted()
    swipes.choose(story.log, "mira", 2, 1)
    assert not accepted()
    story.say(YOU)
    assert accepted()
    swipes.choose(story.log, "mira", 2, 0)
    assert accepted()


def test_a_models_wording_of_what_the_player_wrote_only_waits_beside_it(story: Story) -> None:
    before = reading.turn(story.log, "mira", 1)
    story.add(happened.AlternativeSaid(1, 1, "what a model would rather have", 0))
    after = reading.turn(story.log, "mira", 1)
    assert (after.text, after.accepted) == (before.text, True)
    assert len(after.alternatives) == 2


def test_what_the_player_wrote_is_theirs_from_the_start(story: Story) -> None:
    assert reading.turn(story.log, "mira", 1).accepted


def test_a_wording_that_is_not_there_cannot_be_chosen(story: Story) -> None:
    before = tables(story.log)
    story.add(happened.AlternativeChosen(2, 7, 0), happened.AlternativeChosen(77, 0, 0), happened.TurnKept(77))
    assert tables(story.log) == before
