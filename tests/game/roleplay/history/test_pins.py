"""Pins and what the player set of a memory follow the memory, over chats, wordings and tellings (004 8.5, 10.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay import editing, history, reading, recall, swipes
from game.roleplay import events as happened
from game.roleplay.desk import TalkConfig
from game.roleplay.events import YOU
from game.roleplay.speaker import speaker_view
from game.roleplay.state import PIN_CAP, Memory
from game.truth import Truth
from tests.rig.roleplay_story import Story, new_log, tables


@pytest.fixture
def chats() -> Iterator[tuple[Story, Story]]:
    """Mira's chat with Tobias as a guest, and his own, in which all he may have pinned is pinned by itself."""
    with new_log() as log:
        visit, home = Story(log, "mira", "BotA"), Story(log, "tobias", "BotB")
        for story in (visit, home):
            story.begin()
            story.talk(2)
        visit.add(happened.GuestJoined("tobias"), truth=Truth.USER)
        visit.talk(2)
        for number in range(PIN_CAP):
            pivotal(home, f"at home {number}", 2)
        yield visit, home
        assert log.check_rebuild() == []


def pivotal(story: Story, text: str, turn: int, swipe: int = 0) -> int:
    """Something pivotal that Tobias remembers of a turn, with what the rule does about it."""
    number = story.remembers("tobias", text, 3, witnesses=7, turn=turn, swipe=swipe)
    story.add(*(fact.event for fact in editing.auto_pin(story.log, story.host, number)), truth=Truth.AUTOMATION)
    return number


def pins(story: Story) -> list[str]:
    return [one.text for one in recall.pinned(story.log, "tobias")]


HOME = [f"at home {number}" for number in range(PIN_CAP)]


def test_a_rewind_gives_a_pin_back_that_made_room_in_another_chat(chats: tuple[Story, Story]) -> None:
    visit, home = chats
    before = pins(home)
    pivotal(visit, "the visit", 4)
    assert (before, pins(home)) == (HOME, [*HOME[1:], "the visit"])
    done = history.rewind(visit.log, None, "mira", 2)
    assert pins(home) == HOME
    history.undo(visit.log, done)
    assert pins(home) == [*HOME[1:], "the visit"]


def test_another_wording_gives_it_back_too_and_stepping_back_takes_it_again(chats: tuple[Story, Story]) -> None:
    visit, home = chats
    pivotal(visit, "the visit", 4)
    visit.again(4)
    assert pins(home) == HOME
    pivotal(visit, "the visit, otherwise", 4, 1)
    assert pins(home) == [*HOME[1:], "the visit, otherwise"]
    swipes.choose(visit.log, "mira", 4, 0)
    assert pins(home) == [*HOME[1:], "the visit"]


def test_going_back_in_the_chat_that_lost_a_pin_leaves_it_no_more_than_there_may_be(
    chats: tuple[Story, Story],
) -> None:
    visit, home = chats
    pivotal(visit, "the visit", 4)
    home.talk(2)
    history.rewind(home.log, None, "tobias", 2)
    assert pins(home) == [*HOME[1:], "the visit"]


def test_what_made_room_does_not_come_back_when_the_player_takes_another_pin_off(chats: tuple[Story, Story]) -> None:
    visit, home = chats
    number = pivotal(visit, "the visit", 4)
    editing.unpin(visit.log, "mira", number)
    assert pins(home) == HOME[1:]


def test_a_turn_is_said_anew_with_what_was_pinned_before_its_rejected_wording(chats: tuple[Story, Story]) -> None:
    visit, home = chats
    visit.talk(2)
    pivotal(visit, "what was said then", 6)
    assert pins(home) == [*HOME[1:], "what was said then"]
    now = speaker_view(visit.log, visit.chat, "tobias", addressee=YOU, config=TalkConfig())
    anew = speaker_view(visit.log, visit.chat, "tobias", addressee=YOU, config=TalkConfig(), before=6)
    assert [one.text for one in now.pinned] == pins(home)
    assert [one.text for one in anew.pinned] == HOME


# -- a scene that is told anew ---------------------------------------------------------------------------------------


def told(story: Story) -> Memory:
    (one,) = [one for one in recall.recent(story.log, "tobias", 50) if one.form == "summary"]
    return one


@pytest.fixture
def closed(chats: tuple[Story, Story]) -> tuple[Story, int]:
    """The visit is over and Tobias has told it; the player has set what they think of his telling."""
    visit, _ = chats
    scene = visit.close("guest")
    visit.add(happened.GuestLeft("tobias"), truth=Truth.USER)
    visit.tell(scene, ["tobias"])
    number = told(visit).number
    for field, value in (("significance", 3), ("witnesses", 5), ("source", "a letter"), ("reliability", 40)):
        editing.edit_memory(visit.log, "mira", number, field, value)
    return visit, scene


def by_hand(memory: Memory) -> tuple[int, int, str, int]:
    return memory.significance, memory.witnesses, memory.source, memory.reliability


def test_what_was_set_by_hand_goes_for_a_scene_told_anew_and_for_every_telling(closed: tuple[Story, int]) -> None:
    visit, scene = closed
    first = told(visit)
    assert by_hand(first) == (3, 5, "a letter", 40)
    visit.again(4)
    visit.tell(scene, ["tobias"])
    anew = told(visit)
    assert anew.number != first.number
    assert by_hand(anew) == by_hand(first)
    editing.edit_memory(visit.log, "mira", anew.number, "significance", 1)
    swipes.choose(visit.log, "mira", 4, 0)
    assert told(visit).number == first.number
    assert by_hand(told(visit)) == (1, 5, "a letter", 40)


def test_a_witness_bit_that_was_taken_is_not_given_back_by_telling_anew(closed: tuple[Story, int]) -> None:
    visit, scene = closed
    editing.edit_memory(visit.log, "mira", told(visit).number, "witnesses", 3)
    visit.again(4)
    visit.tell(scene, ["tobias"])
    assert [one.text for one in recall.recent(visit.log, "tobias", 50) if one.form == "summary"] == []


def test_no_rule_pins_anew_what_the_player_pinned_or_unpinned(closed: tuple[Story, int]) -> None:
    visit, scene = closed
    editing.pin(visit.log, "mira", told(visit).number)
    visit.again(4)
    visit.tell(scene, ["tobias"])
    visit.add(*(one.event for one in editing.auto_pin(visit.log, "mira", told(visit).number)), truth=Truth.AUTOMATION)
    assert told(visit).pinned == "manual"
    editing.unpin(visit.log, "mira", told(visit).number)
    visit.add(*(one.event for one in editing.auto_pin(visit.log, "mira", told(visit).number)), truth=Truth.AUTOMATION)
    assert told(visit).pinned == ""


def test_it_stays_the_guests_own_when_the_host_is_reset(closed: tuple[Story, int]) -> None:
    visit, scene = closed
    editing.pin(visit.log, "mira", told(visit).number)
    visit.again(4)
    visit.tell(scene, ["tobias"])
    before = tables(visit.log)
    done = history.reset(visit.log, None, "mira", "BotA")
    assert (*by_hand(told(visit)), told(visit).pinned) == (3, 5, "a letter", 40, "manual")
    history.undo_reset(visit.log, done)
    assert tables(visit.log) == before
    assert reading.edge(visit.log, "tobias", YOU).summary == "after scene 1"


def test_what_a_rule_pinned_of_a_rejected_wording_is_no_pin_of_what_is_told_anew(closed: tuple[Story, int]) -> None:
    visit, scene = closed
    editing.edit_memory(visit.log, "mira", told(visit).number, "significance", 1)
    visit.again(4)
    (pivotal_one,) = visit.tell(scene, ["tobias"], weight=3)
    editing.edit_memory(visit.log, "mira", pivotal_one, "significance", 3)
    visit.add(*(one.event for one in editing.auto_pin(visit.log, "mira", pivotal_one)), truth=Truth.AUTOMATION)
    assert told(visit).pinned == "auto"
    swipes.choose(visit.log, "mira", 4, 0)
    assert told(visit).pinned == "", "small talk is not pinned for what was said instead"
    swipes.choose(visit.log, "mira", 4, 1)
    assert told(visit).pinned == "auto"


def test_a_pin_is_looked_up_in_its_scene_and_not_among_all_that_is_remembered(
    closed: tuple[Story, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, _ = closed
    editing.pin(visit.log, "mira", told(visit).number)
    query, asked = visit.log.query, []

    def written_down(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        asked.append((sql, values))
        return query(sql, values)

    monkeypatch.setattr(visit.log, "query", written_down)
    assert "tobias tells scene 1" in pins(visit)
    plans = [row[3] for sql, values in asked for row in query(f"EXPLAIN QUERY PLAN {sql}", values)]
    of_tellings = [plan for plan in plans if plan.startswith("SEARCH t USING")]
    assert any("memories_by_scene" in plan for plan in of_tellings)
    assert not any("memories_by_owner" in plan for plan in of_tellings)


def test_a_pin_by_hand_that_comes_back_with_its_wording_is_over_the_cap_and_none_is_set_then(
    chats: tuple[Story, Story],
) -> None:
    visit, home = chats
    of_wording = visit.remembers("tobias", "as it was said", 1, witnesses=7, turn=4, swipe=0)
    rest = [visit.remembers("tobias", f"by hand {place}", 1, witnesses=7, form="told") for place in range(PIN_CAP + 1)]
    for number in (of_wording, *rest[: PIN_CAP - 1]):
        editing.pin(visit.log, "mira", number)
    visit.again(4)
    editing.pin(visit.log, "mira", rest[PIN_CAP - 1])
    swipes.choose(visit.log, "mira", 4, 0)
    assert len(pins(home)) == PIN_CAP + 1, "nothing the player pinned is taken from them"
    with pytest.raises(UserError, match="unpin one of them first"):
        editing.pin(visit.log, "mira", rest[PIN_CAP])
    for number in rest[:2]:
        editing.unpin(visit.log, "mira", number)
    editing.pin(visit.log, "mira", rest[PIN_CAP])
    assert len(pins(home)) == PIN_CAP
