"""What the player finds of their own, in every chat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay import editing, erasing, history, swipes
from game.roleplay import events as happened
from game.roleplay.chat_search import SNIPPET, memories_for_player, memory_for_player, search_chats
from game.roleplay.events import YOU
from game.truth import Truth
from tests.rig.roleplay_story import Story, new_log


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        told = Story(log)
        told.begin()
        yield told
        assert log.check_rebuild() == []


def found(story: Story, text: str) -> list[tuple[str, str, str]]:
    return [(hit.sort, hit.who, hit.snippet) for hit in search_chats(story.log, text)]


def test_everything_is_found_in_every_chat_the_newest_first(story: Story) -> None:
    story.say(YOU, "Shall we sail to the island?")
    story.remembers("mira", "they want to sail to the island")
    story.moves("mira", YOU, facts=["dreams of an island"])
    story.add(happened.EdgeSummarised("mira", YOU, "island people, both", 1, ""))
    other = Story(story.log, "tobias", "BotB")
    other.begin()
    other.add(happened.SceneOpened(2, 1, "on the island, at noon", [YOU, "tobias"], 0))
    assert found(story, "island") == [
        ("scene", "", "on the island, at noon"),
        ("edge", "mira", "island people, both"),
        ("fact", "mira", "dreams of an island"),
        ("memory", "mira", "they want to sail to the island"),
        ("turn", YOU, "Shall we sail to the island?"),
    ]
    assert found(story, "sailing islands")[-1] == ("turn", YOU, "Shall we sail to the island?")
    assert found(story, "island tractor") == []
    assert len(search_chats(story.log, "island", limit=2)) == 2
    assert search_chats(story.log, "island", limit=0) == []


def test_the_last_word_may_be_a_beginning_until_a_space_ends_it(story: Story) -> None:
    story.say(YOU, "the lighthouse")
    assert len(found(story, "lightho")) == len(found(story, "the li")) == 1
    assert found(story, "lightho ") == found(story, "l") == found(story, "ighthouse") == []


def test_a_turn_is_found_by_the_wording_that_counts(story: Story) -> None:
    number = story.say("mira", "I like parsnips")
    story.again(number, "I like turnips")
    assert (found(story, "parsnips"), len(found(story, "turnips"))) == ([], 1)
    swipes.choose(story.log, "mira", number, 0)
    assert (len(found(story, "parsnips")), found(story, "turnips")) == (1, [])


def test_what_was_cut_out_is_gone_and_what_is_hidden_is_marked(story: Story) -> None:
    hidden, cut = story.say(YOU, "plums on Monday"), story.say("mira", "plums on Tuesday")
    story.remembers("mira", "plums, they said", turn=cut)
    erasing.hide(story.log, "mira", hidden)
    assert [hit.hidden for hit in search_chats(story.log, "plums") if hit.sort == "turn"] == [False, True]
    erasing.delete(story.log, None, "mira", [cut])
    assert found(story, "plums") == [("turn", YOU, "plums on Monday")]
    history.rewind(story.log, None, "mira", 0)
    assert found(story, "plums") == []


def test_edits_by_hand_are_found_and_what_they_replaced_is_not(story: Story) -> None:
    number = story.remembers("mira", "about walnuts")
    editing.edit_memory(story.log, "mira", number, "text", "about hazels")
    editing.edit_scene(story.log, "mira", 1, "description", "under a hazel")
    editing.edit_edge(story.log, "mira", "mira", YOU, "summary", "hazel friends")
    editing.edit_edge(story.log, "mira", "mira", YOU, "facts", ["likes hazel", "hazel eyes"])
    assert [one[0] for one in found(story, "hazel")] == ["fact", "fact", "edge", "scene", "memory"]
    editing.edit_edge(story.log, "mira", "mira", YOU, "facts", ["hazel eyes"])
    assert [one[2] for one in found(story, "hazel") if one[0] == "fact"] == ["hazel eyes"]
    assert found(story, "walnuts") == found(story, "colleague") == found(story, "drinks tea") == []


def test_a_reset_leaves_nothing_to_be_found(story: Story) -> None:
    story.say(YOU, "quinces")
    story.remembers("mira", "quinces again")
    story.moves("mira", YOU, facts=["grows quinces"])
    guest = Story(story.log, "tobias", "BotB")
    guest.begin()
    guest.moves("mira", "tobias", facts=["sells quinces"])
    guest.remembers("mira", "quinces at the market", witnesses=7)
    assert len(found(story, "quinces")) == 5
    history.reset(story.log, None, "mira", "BotA")
    assert found(story, "quinces") == []


def test_a_snippet_shows_the_words_and_where_they_are(story: Story) -> None:
    story.say(YOU, "word " * 100 + "a needle, then more words " + "word " * 100)
    [hit] = search_chats(story.log, "Needles")
    assert len(hit.snippet) <= SNIPPET
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["needle,"]


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_any_text_may_be_looked_for(text: str) -> None:
    with new_log() as log:
        told = Story(log)
        told.begin()
        told.say(YOU, 'tea 東京 ☕ "AND" (NOT) *')
        for hit in search_chats(log, text):
            assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.marks)


def test_the_player_looks_after_memories_that_their_owner_may_not_have(story: Story) -> None:
    number = story.remembers("mira", "nobody saw this", witnesses=0)
    story.remembers("mira", "all saw this")
    assert [one.text for one in memories_for_player(story.log, "mira", 10)] == ["all saw this", "nobody saw this"]
    assert [one.text for one in memories_for_player(story.log, "mira", 10, 1)] == ["nobody saw this"]
    one = memory_for_player(story.log, "mira", number)
    assert one is not None
    assert one.witnesses == 0
    story.add(happened.ManualEdit("memory", [number], "witnesses", 2, 0), truth=Truth.USER)
    again = memory_for_player(story.log, "mira", number)
    assert again is not None
    assert (again.witnesses, again.truth) == (2, one.truth), "the words are still whose they were"
    assert memory_for_player(story.log, "mira", 99) is None


def test_words_that_stand_are_found_though_newer_ones_fell_however_many_those_are(story: Story) -> None:
    story.add(happened.EdgeSummarised("mira", YOU, "zebra trust", 1, ""))
    for number in range(300):
        story.add(happened.EdgeSummarised("mira", YOU, f"zebra doubt {number}", 1, "", upon="fell"))
    assert found(story, "zebra") == [("edge", "mira", "zebra trust")]
    assert found(story, "doubt") == []
    assert [hit.snippet for hit in search_chats(story.log, "zebra", limit=1)] == ["zebra trust"]
