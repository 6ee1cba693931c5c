"""What is set by hand: bounded, one event each with the former value, in the stream where the thing lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.log import EventLog, StoredEvent
from game.roleplay import editing, history, reading, recall
from game.roleplay import events as happened
from game.roleplay.events import YOU
from game.roleplay.state import PIN_CAP, Edge
from game.truth import Truth
from tests.rig.roleplay_story import CLOCK_US, Story, author, new_log, tables


@pytest.fixture
def story() -> Iterator[Story]:
    with new_log() as log:
        story = begun(log)
        yield story
        assert log.check_rebuild() == []


def begun(log: EventLog) -> Story:
    story = Story(log)
    story.begin()
    story.talk(2)
    story.remembers("mira", "it rained", turn=2)
    story.add(
        happened.ThreadOpened(1, "who called?"),
        happened.HappeningPlanned(1, "a drive", ["a map"]),
        happened.ContainerDescribed(2, "park"),
        happened.GroupSummarised("strangers", 0, ""),
    )
    return story


def last_event(log: EventLog, stream: str = "chat/mira") -> StoredEvent:
    return list(log.read(stream))[-1]


Read = Callable[[EventLog], Any]


def edge(log: EventLog) -> Edge:
    return reading.edge(log, "mira", YOU)


EDITS: list[tuple[str, list[Any], str, Any, Read]] = [
    ("edge", ["mira", YOU], "affinity", 12, lambda log: edge(log).affinity),
    ("edge", ["mira", YOU], "trust", 100, lambda log: edge(log).trust),
    ("edge", ["mira", YOU], "summary", "an old friend", lambda log: edge(log).summary),
    ("edge", ["mira", YOU], "facts", ["sings", "drinks tea"], lambda log: sorted(edge(log).facts, reverse=True)),
    ("edge", ["mira", YOU], "moments", ["the roof"], lambda log: list(edge(log).moments)),
    ("memory", [1], "text", "it snowed", lambda log: recall.recent(log, "mira", 1)[0].text),
    ("memory", [1], "significance", 3, lambda log: recall.recent(log, "mira", 1)[0].significance),
    ("memory", [1], "witnesses", 2, lambda log: recall.recent(log, "mira", 1)[0].witnesses),
    ("memory", [1], "source", "from BotB", lambda log: recall.recent(log, "mira", 1)[0].source),
    ("memory", [1], "reliability", 40, lambda log: recall.recent(log, "mira", 1)[0].reliability),
    ("activity", ["mira"], "verb", "driving", lambda log: reading.activity(log, "mira", "mira").verb),
    ("activity", ["mira"], "attention", "the road", lambda log: reading.activity(log, "mira", "mira").attention),
    ("activity", ["mira"], "holding", ["a cup"], lambda log: list(reading.activity(log, "mira", "mira").holding)),
    ("activity", ["mira"], "status", {"sober": False}, lambda log: reading.activity(log, "mira", "mira").status),
    ("container", [2], "name", "garden", lambda log: reading.containers(log, "mira")[1].name),
    ("container", [2], "moving", True, lambda log: reading.containers(log, "mira")[1].moving),
    ("container", [2], "slots", ["bench"], lambda log: list(reading.containers(log, "mira")[1].slots)),
    ("container", [2], "parent", 1, lambda log: reading.containers(log, "mira")[1].parent),
    ("scene", [1], "description", "early", lambda log: reading.scenes(log, "mira")[0].description),
    ("scene", [1], "significance", 2, lambda log: reading.scenes(log, "mira")[0].significance),
    ("thread", [1], "title", "who rang?", lambda log: reading.threads(log, "mira")[0].title),
    ("thread", [1], "open", False, lambda log: reading.threads(log, "mira", closed=True)[0].open),
    ("thread", [1], "outcome", "nobody", lambda log: reading.threads(log, "mira", closed=True)[0].outcome),
    ("happening", [1], "title", "a walk", lambda log: reading.happenings(log, "mira")[0].title),
    ("happening", [1], "props", ["boots"], lambda log: list(reading.happenings(log, "mira")[0].props)),
    ("happening", [1], "due_us", CLOCK_US, lambda log: reading.happenings(log, "mira")[0].due_us),
    ("happening", [1], "expires_us", CLOCK_US, lambda log: reading.happenings(log, "mira")[0].expires_us),
    ("event", [1], "title", "the walk", lambda log: reading.happenings(log, "mira")[0].title),
    ("group", [], "summary", "friends", lambda log: reading.group(log, "mira", ())),
    ("turn", [2], "significance", 3, lambda log: reading.turn(log, "mira", 2).said.significance),
]


@pytest.mark.parametrize(("what", "key", "field", "value", "read"), EDITS)
def test_each_field_is_set_by_one_event_with_its_former_value_and_can_be_set_back(
    story: Story, what: str, key: list[Any], field: str, value: Any, read: Read
) -> None:
    former, before = read(story.log), story.log.last_seq
    editing.edit(story.log, "mira", what, key, field, value)
    assert read(story.log) == value
    event = last_event(story.log)
    assert (event.seq, event.kind, event.truth) == (before + 1, "manual_edit", Truth.USER)
    assert (event.payload["value"], event.payload["former"]) == (value, former)
    if former != -1:
        editing.edit(story.log, "mira", what, key, field, event.payload["former"])
        assert read(story.log) == former


@pytest.mark.parametrize(("what", "key", "field", "value", "read"), [one for one in EDITS if one[0] != "turn"])
def test_setting_what_is_so_already_is_no_event(
    story: Story, what: str, key: list[Any], field: str, value: Any, read: Read
) -> None:
    editing.edit(story.log, "mira", what, key, field, value)
    before = story.log.last_seq
    editing.edit(story.log, "mira", what, key, field, value)
    assert story.log.last_seq == before


BAD: list[tuple[str, list[Any], str, Any, str]] = [
    ("edge", ["mira", YOU], "affinity", 101, "must be 0 to 100, not 101"),
    ("edge", ["mira", YOU], "affinity", "50", "must be a whole number"),
    ("edge", ["mira", YOU], "affinity", True, "must be a whole number"),
    ("edge", ["mira", YOU], "love", 1, "has no field 'love'"),
    ("edge", ["mira", "nobody"], "affinity", 1, "no character 'nobody'"),
    ("edge", ["mira", "mira"], "affinity", 1, "to themselves"),
    ("edge", ["mira", YOU], "summary", "x" * 20_001, "shorten it to 20,000"),
    ("edge", ["mira", YOU], "facts", "sings", "must be a list"),
    ("edge", ["mira", YOU], "facts", ["x"] * 201, "at most 200"),
    ("memory", [7], "text", "x", "no memory 7"),
    ("memory", [1], "significance", 4, "must be 0 to 3"),
    ("memory", [1], "witnesses", 8, "must be 0 to 7"),
    ("memory", [1], "owner", "tobias", "has no field 'owner'"),
    ("activity", ["tobias"], "verb", "x", "not in this scene"),
    ("activity", ["mira"], "required_attention", "some", "must be low, medium or high"),
    ("activity", ["mira"], "container", 9, "no place 9"),
    ("container", [9], "name", "x", "no place 9"),
    ("container", [2], "name", "  ", "cannot be empty"),
    ("container", [2], "parent", 2, "within itself"),
    ("scene", [9], "description", "x", "no scene 9"),
    ("thread", [9], "title", "x", "no thread 9"),
    ("thread", [1], "open", "yes", "must be yes or no"),
    ("happening", [9], "title", "x", "no event 9"),
    ("happening", [1], "state", "gone", "no field 'state'"),
    ("happening", [1], "due_us", 10**18, "between the years 1 and 9999"),
    ("turn", [9], "significance", 1, "no turn 9"),
    ("weather", [], "rain", 1, "no weather"),
    ("memory", [], "text", "x", "no memory"),
]


@pytest.mark.parametrize(("what", "key", "field", "value", "words"), BAD)
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(
    story: Story, what: str, key: list[Any], field: str, value: Any, words: str
) -> None:
    before = story.log.last_seq
    with pytest.raises(UserError, match=words) as refused:
        editing.edit(story.log, "mira", what, key, field, value)
    assert "\n" not in str(refused.value)
    assert story.log.last_seq == before


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=6,
)


@given(edit=st.sampled_from(EDITS), value=ANYTHING)
def test_whatever_is_typed_is_kept_or_refused_and_the_tables_stay_as_rebuilt(edit: Any, value: Any) -> None:
    what, key, field, _, _ = edit
    with new_log() as log:
        begun(log)
        try:
            editing.edit(log, "mira", what, key, field, value)
        except UserError:
            return
        assert log.check_rebuild() == []
        reading.chat(log, "mira")
        reading.turns(log, "mira")


def test_places_threads_and_events_can_be_made_by_hand(story: Story) -> None:
    number = editing.add_container(story.log, "mira", "cellar", slots=["corner"], public=False)
    assert reading.containers(story.log, "mira")[number - 1].slots == ("corner",)
    editing.add_thread(story.log, "mira", "what is down there?")
    editing.add_happening(story.log, "mira", "a search", ["a lamp"], due_us=5, expires_us=9)
    assert [one.id for one in reading.threads(story.log, "mira")] == [1, 2]
    assert reading.happenings(story.log, "mira")[1].props == ("a lamp",)
    editing.give_item(story.log, "mira", "mira", "a lamp")
    assert reading.items(story.log, "mira") == ("a lamp",)
    editing.take_item(story.log, "mira", "mira", "a lamp")
    assert reading.items(story.log, "mira") == ()
    for attempt, words in (
        (lambda: editing.add_container(story.log, "mira", "Cellar"), "called Cellar"),
        (lambda: editing.add_thread(story.log, "mira", " "), "cannot be empty"),
        (lambda: editing.add_happening(story.log, "mira", "x", [], 9, 5), "before it is due"),
        (lambda: editing.take_item(story.log, "mira", "mira", "a lamp"), "no a lamp to take"),
    ):
        with pytest.raises(UserError, match=words):
            attempt()


def test_the_state_of_an_event_is_put_right_by_hand_and_is_no_field_like_others(story: Story) -> None:
    before = story.log.last_seq
    with pytest.raises(UserError, match="no field 'state'"):
        editing.edit(story.log, "mira", "event", [1], "state", "completed")
    with pytest.raises(UserError, match="must be planned, active"):
        editing.mend_happening(story.log, "mira", 1, "forgotten")
    assert story.log.last_seq == before
    editing.mend_happening(story.log, "mira", 1, "cancelled")
    assert reading.happenings(story.log, "mira")[0].state == "cancelled"
    former = last_event(story.log).payload["former"]
    editing.mend_happening(story.log, "mira", 1, former)
    assert reading.happenings(story.log, "mira")[0].state == former


def test_a_bots_identity_is_amended_in_its_own_stream(story: Story) -> None:
    editing.edit_bot(story.log, "mira", "traits", ["quick to anger", "loves cats"])
    assert reading.bot(story.log, "mira").traits == ("quick to anger", "loves cats")
    assert last_event(story.log, "bot/mira").payload["former"] == []
    with pytest.raises(UserError, match="cannot be empty"):
        editing.edit_bot(story.log, "mira", "name", "")
    with pytest.raises(UserError, match="no field 'extra'"):
        editing.edit_bot(story.log, "mira", "extra", {})


# -- pins ------------------------------------------------------------------------------------------------------------


def pivotal(story: Story, text: str, owner: str = "mira") -> None:
    """A pivotal memory, with what the rule does about it."""
    number = story.remembers(owner, text, 3, witnesses=7, turn=2)
    pins = editing.auto_pin(story.log, story.host, number)
    story.add(*(fact.event for fact in pins), truth=Truth.AUTOMATION)


def pins(story: Story, owner: str = "mira") -> list[tuple[str, str]]:
    return [(one.text, one.pinned) for one in recall.pinned(story.log, owner)]


def test_pivotal_memories_are_pinned_and_the_oldest_automatic_pin_makes_room(story: Story) -> None:
    editing.pin(story.log, "mira", 1)
    for number in range(PIN_CAP + 2):
        pivotal(story, f"memory {number}")
    assert pins(story) == [("it rained", "manual"), *((f"memory {number}", "auto") for number in range(3, 10))]
    assert len(recall.recent(story.log, "mira", 100)) == 11


def test_pins_by_hand_are_never_taken_by_a_rule(story: Story) -> None:
    for number in range(PIN_CAP + 1):
        story.remembers("mira", f"kept {number}", turn=2)
    for number in range(1, PIN_CAP + 1):
        editing.pin(story.log, "mira", number)
    pivotal(story, "the kiss")
    assert [how for _, how in pins(story)] == ["manual"] * PIN_CAP
    with pytest.raises(UserError, match="unpin one of them first"):
        editing.pin(story.log, "mira", PIN_CAP + 1)
    editing.unpin(story.log, "mira", 1)
    editing.pin(story.log, "mira", PIN_CAP + 1)
    assert len(pins(story)) == PIN_CAP


def test_a_pin_by_hand_takes_the_place_of_the_oldest_automatic_one(story: Story) -> None:
    for number in range(PIN_CAP):
        pivotal(story, f"memory {number}")
    editing.pin(story.log, "mira", 1)
    assert pins(story) == [*((f"memory {number}", "auto") for number in range(1, PIN_CAP)), ("it rained", "manual")]


def test_an_automatic_pin_the_player_confirms_is_theirs_and_one_they_take_off_stays_off(story: Story) -> None:
    pivotal(story, "the kiss")
    editing.pin(story.log, "mira", 2)
    assert pins(story) == [("the kiss", "manual")]
    editing.unpin(story.log, "mira", 2)
    assert pins(story) == []


def test_room_is_made_also_for_what_is_pinned_in_another_chat(story: Story) -> None:
    author(story.log, "tobias", "BotB")
    home = Story(story.log, "tobias")
    home.begin()
    home.talk(2)
    pivotal(home, "at home", "tobias")
    for number in range(PIN_CAP):
        pivotal(story, f"as a guest {number}", "tobias")
    assert [text for text, _ in pins(story, "tobias")] == [f"as a guest {number}" for number in range(PIN_CAP)]


def test_only_pivotal_ones_are_pinned_and_nothing_is_written_by_asking(story: Story) -> None:
    before = tables(story.log)
    assert editing.auto_pin(story.log, "mira", 1) == []
    assert tables(story.log) == before
    editing.edit_memory(story.log, "mira", 1, "significance", 3)
    assert editing.auto_pin(story.log, "mira", 1) != []
    assert pins(story) == []


def test_pins_of_a_life_before_a_reset_count_no_more(story: Story) -> None:
    author(story.log, "tobias", "BotB")
    for number in range(PIN_CAP):
        pivotal(story, f"as a guest {number}", "tobias")
    history.reset(story.log, None, "tobias", "BotB")
    pivotal(story, "a new life", "tobias")
    assert [text for text, _ in pins(story, "tobias")] == ["a new life"]
