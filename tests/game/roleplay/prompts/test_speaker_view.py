"""What a speaker has before them: their own, and only what they were there for (004 6.3, 8.1, 8.3, 8.4, 15)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from engine.errors import UserError
from engine.log import EventLog
from game.events import Event, to_log
from game.profile import projectors
from game.roleplay import cast_events as cast
from game.roleplay import events as happened
from game.roleplay import reading
from game.roleplay.clock import DAY_US, from_iso
from game.roleplay.events import NARRATOR, YOU, chat_stream
from game.roleplay.prompts import PromptConfig, assemble
from game.roleplay.speaker import speaker_view
from game.roleplay.state import Activity
from game.roleplay.view import SpeakerView

START_US = from_iso("2026-04-28T21:14")
CONFIG = PromptConfig()


class Told:
    """A log in which things are told one after the other, each a second later."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.at_us = 0

    def tell(self, stream: str, *events: Event) -> None:
        for event in events:
            self.at_us += 1_000_000
            self.log.append(stream, [to_log(event, at_us=self.at_us)])

    def chat(self, *events: Event, host: str = "mara") -> None:
        self.tell(chat_stream(host), *events)

    def say(self, number: int, who: str, text: str, scene: int = 1, host: str = "mara") -> None:
        self.chat(happened.TurnSaid(number, who, text, scene, START_US), host=host)

    def view(self, speaker: str, addressee: str = YOU, host: str = "mara", **how: object) -> SpeakerView:
        chat = reading.chat(self.log, host)
        return speaker_view(self.log, chat, speaker, addressee=addressee, config=CONFIG, **how)  # type: ignore[arg-type]


def scene(number: int, *present: str, **more: object) -> happened.SceneOpened:
    return happened.SceneOpened(number, 1, f"Scene {number}.", list(present), START_US, **more)  # type: ignore[arg-type]


def memory(number: int, owner: str, text: str, witnesses: int, **more: object) -> happened.MemoryWritten:
    return happened.MemoryWritten(number, owner, text, witnesses, 1, START_US, 1, **more)  # type: ignore[arg-type]


@pytest.fixture
def told() -> Iterator[Told]:
    with EventLog.in_memory(projectors()) as log:
        made = Told(log)
        made.tell(cast.YOU_STREAM, cast.YouDescribed("Ana", "she/her", "Repairs bicycles."))
        for name in ("Mara", "Ivo"):
            made.tell(cast.bot_stream(name.lower()), cast.BotAuthored(name, f"{name} lives by the canal."))
        made.chat(
            happened.ClockMoved(START_US, 0, START_US - DAY_US, "kickoff"),
            happened.ContainerDescribed(1, "clock shop", "workplace"),
            scene(1, YOU, "mara"),
            happened.ActivityChanged("mara", Activity("mending a clock").record()),
            happened.EdgeSeeded("mara", YOU, 60, 55, "A friend."),
            happened.EdgeSeeded(YOU, "mara", 70, 70, "Ana's own secret view."),
        )
        yield made


def texts(view: SpeakerView) -> list[str]:
    return [turn.text for turn in view.recent]


def test_it_holds_the_speakers_own_state(told: Told) -> None:
    told.say(1, YOU, "Still here?")
    told.chat(
        happened.ItemGained("mara", "a brass key"),
        happened.ThreadOpened(1, "Who left the clock?", 1),
        happened.HappeningPlanned(1, "the regatta", ["two oars"]),
        happened.HappeningMoved(1, "active", "planned"),
    )
    view = told.view("mara")
    assert (view.speaker.name, view.you.called, view.names) == ("Mara", "Ana", {YOU: "Ana", "mara": "Mara"})
    assert [(edge.owner, edge.target, edge.summary) for edge in view.edges] == [("mara", YOU, "A friend.")]
    assert view.clock == "Tuesday evening, 9:14pm (Day 2)"
    assert (view.scene.id, view.container and view.container.name) == (1, "clock shop")
    assert {who: doing.verb for who, doing in view.activities.items()} == {YOU: "", "mara": "mending a clock"}
    assert [one.title for one in view.threads] == ["Who left the clock?"]
    assert [one.props for one in view.happenings] == [("two oars",)]
    assert view.items == ("a brass key",)
    assert texts(view) == ["Still here?"]
    assert view.group == ""


def test_nobody_elses_edge_or_memory_is_in_the_prompt(told: Told) -> None:
    told.chat(memory(1, "ivo", "Ivo hid the letter.", 4), memory(2, "mara", "Nobody may see this one.", 1))
    view = told.view("mara")
    said = "\n".join(text for _, text in assemble(view, CONFIG).messages)
    assert "secret view" not in said
    assert "Ivo hid" not in said
    assert "Nobody may see" not in said


def with_ivo(told: Told) -> None:
    """Two turns alone, then Ivo comes into the running scene."""
    told.say(1, YOU, "Ivo must not know of the letter.")
    told.say(2, "mara", "He will not.")
    told.chat(happened.ThreadOpened(1, "The letter Ivo must not see", 2), happened.GuestJoined("ivo"))
    told.say(3, "ivo", "Evening. What are you whispering about?")


def test_a_guest_hears_only_what_was_said_since(told: Told) -> None:
    with_ivo(told)
    assert texts(told.view("ivo")) == ["Evening. What are you whispering about?"]
    assert len(texts(told.view("mara"))) == 3
    assert told.view("ivo").threads == ()
    assert [one.id for one in told.view("mara").threads] == [1]


def test_a_guest_knows_the_happenings_they_saw_begin(told: Told) -> None:
    told.say(1, YOU, "A party for Ivo on Friday?")
    told.chat(happened.HappeningPlanned(1, "the party", turn=1), happened.GuestJoined("ivo"))
    told.chat(happened.HappeningPlanned(2, "the errand", turn=1))
    told.say(2, YOU, "Surprise!")
    told.chat(happened.HappeningMoved(1, "active", "planned", 2), happened.HappeningMoved(2, "active", "planned"))
    assert [one.title for one in told.view("ivo").happenings] == ["the party"]
    assert [one.title for one in told.view("mara").happenings] == ["the party", "the errand"]


def test_of_scenes_without_them_a_guest_knows_nothing(told: Told) -> None:
    with_ivo(told)
    told.chat(happened.SceneClosed(1, "guest", 1), happened.GuestLeft("ivo"), scene(2, YOU, "mara"))
    told.say(4, YOU, "He suspects something.", scene=2)
    told.chat(happened.SceneClosed(2, "manual", 1), scene(3, YOU, "mara", "ivo"))
    told.say(5, YOU, "Back again?", scene=3)
    assert texts(told.view("ivo")) == ["Evening. What are you whispering about?", "Back again?"]
    assert texts(told.view("mara"))[-2:] == ["He suspects something.", "Back again?"]


def test_a_scene_without_the_player_is_spoken_in_as_itself(told: Told) -> None:
    told.say(1, YOU, "I will be off.")
    told.chat(scene(2, "mara", "ivo", meanwhile=True))
    told.say(2, "ivo", "Is she gone?", scene=2)
    view = told.view("mara", "ivo", scene=2)
    assert (view.scene.id, view.scene.present, set(view.activities)) == (2, ("mara", "ivo"), {"mara", "ivo"})
    assert [edge.target for edge in view.edges] == ["ivo"]
    assert texts(view) == ["I will be off.", "Is she gone?"]


def test_the_group_is_told_only_when_all_three_are_there(told: Told) -> None:
    told.chat(happened.GroupSummarised("Quiet, the three of them.", 0, ""))
    assert told.view("mara").group == ""
    told.chat(happened.GuestJoined("ivo"))
    assert told.view("mara").group == "Quiet, the three of them."
    assert [edge.target for edge in told.view("mara", "ivo").edges] == ["ivo", YOU]


def test_after_a_reset_a_guest_remembers_nothing_of_the_chat(told: Told) -> None:
    with_ivo(told)
    told.tell(cast.bot_stream("ivo"), cast.BotReset())
    assert texts(told.view("ivo")) == []
    assert len(texts(told.view("mara"))) == 3


def test_memories_of_other_chats_come_to_mind(told: Told) -> None:
    told.chat(
        scene(1, YOU, "ivo", "mara"), memory(1, "mara", "Ivo's tram broke down at the lighthouse.", 4), host="ivo"
    )
    told.say(1, YOU, "Were you ever at the lighthouse?")
    assert [one.memory.chat for one in told.view("mara").remembered] == ["ivo"]


def test_pins_and_last_scenes_are_always_there_and_not_recalled_again(told: Told) -> None:
    told.say(1, YOU, "Do you remember the lighthouse?")
    told.chat(
        memory(1, "mara", "We went up the lighthouse.", 3),
        memory(2, "mara", "The lighthouse keeper is my uncle.", 3, form="beat"),
        happened.MemoryPinned(2, True),
        happened.SceneClosed(1, "manual", 1),
        scene(2, YOU, "mara"),
    )
    view = told.view("mara")
    assert [one.number for one in view.pinned] == [2]
    assert [one.number for one in view.earlier] == [1]
    assert view.remembered == ()


def test_as_many_memories_come_to_mind_as_are_wanted(told: Told) -> None:
    told.chat(*(memory(i, "mara", f"The lighthouse, visit number {i}.", 3, form="beat") for i in range(1, 9)))
    told.say(1, YOU, "The lighthouse!")
    assert len(told.view("mara").remembered) == 4
    chat = reading.chat(told.log, "mara")
    view = speaker_view(told.log, chat, "mara", addressee=YOU, config=PromptConfig(recall_count=0, summaries=0))
    assert (view.remembered, view.earlier) == ((), ())


def test_what_is_out_of_character_does_not_call_up_memories(told: Told) -> None:
    told.chat(memory(1, "mara", "The lighthouse keeper is my uncle.", 3))
    told.say(1, YOU, "Well. ((the lighthouse keeper, you know))")
    assert told.view("mara").remembered == ()


def test_a_turn_is_said_anew_as_if_it_and_what_came_after_had_not_been(told: Told) -> None:
    told.say(1, YOU, "The lighthouse?")
    told.chat(memory(1, "mara", "The lighthouse was dark.", 3, form="beat", turn=1))
    told.say(2, "mara", "What about it.")
    told.chat(memory(2, "mara", "The lighthouse was lit at last.", 3, form="beat", turn=2))
    told.chat(memory(3, "mara", "All of the lighthouse scene.", 3), happened.SceneClosed(1, "manual", 1))
    told.chat(happened.ClockMoved(START_US + DAY_US, START_US, START_US - DAY_US, "jump"), scene(2, YOU, "mara"))
    told.say(3, YOU, "And the lighthouse now?", scene=2)
    told.chat(memory(1, "mara", "A lighthouse told of elsewhere.", 4), host="ivo")
    view = told.view("mara", before=2)
    assert texts(view) == ["The lighthouse?"]
    assert (view.scene.id, view.clock) == (1, "Tuesday evening, 9:14pm (Day 2)")
    assert [one.memory.text for one in view.remembered] == ["The lighthouse was dark."]
    assert view.earlier == ()
    now = told.view("mara")
    assert len(now.remembered) + len(now.earlier) == 4


def test_the_chosen_wording_of_a_turn_is_the_one_that_counts(told: Told) -> None:
    told.say(1, "mara", "Go away.")
    told.chat(happened.AlternativeSaid(1, 1, "Come in.", 0))
    assert texts(told.view("mara")) == ["Come in."]


def test_hidden_turns_are_still_in_the_story_and_deleted_ones_are_not(told: Told) -> None:
    for number, text in enumerate(("One.", "Two.", "Three."), start=1):
        told.say(number, YOU, text)
    told.chat(happened.TurnHidden(1, True), happened.TurnsDeleted([2]))
    assert texts(told.view("mara")) == ["One.", "Three."]


def test_the_window_holds_the_last_turns_also_over_a_long_absence(told: Told) -> None:
    told.chat(happened.GuestJoined("ivo"))
    told.say(1, "ivo", "I was here.")
    told.chat(happened.GuestLeft("ivo"), scene(2, YOU, "mara"))
    for number in range(2, 60):
        told.say(number, YOU, f"Line {number}.", scene=2)
    told.chat(scene(3, YOU, "mara", "ivo"))
    told.say(60, YOU, "Back?", scene=3)
    assert texts(told.view("ivo")) == ["I was here.", "Back?"]
    assert [turn.number for turn in told.view("mara").recent] == list(range(37, 61))


def test_narration_has_no_name(told: Told) -> None:
    told.say(1, NARRATOR, "The next morning.")
    assert set(told.view("mara").names) == {YOU, "mara"}


def test_a_chat_that_has_not_begun_is_said_to_be_so(told: Told) -> None:
    with pytest.raises(UserError, match="has not begun"):
        told.view("ivo", host="ivo")


def test_a_models_place_for_what_is_said_is_asked_for_once(told: Told) -> None:
    asked: list[list[str]] = []
    told.say(1, YOU, "The lighthouse?")
    told.view("mara", embed=lambda said: asked.append(list(said)))
    assert asked == [["The lighthouse?"]]


# -- lorebooks -------------------------------------------------------------------------------------------------------


def book(*entries: dict[str, object], **more: object) -> bytes:
    full = [{"extensions": {}, "enabled": True, "insertion_order": i, **one} for i, one in enumerate(entries)]
    return json.dumps({"extensions": {}, "entries": full, **more}).encode()


def test_words_that_fall_wake_lore_with_names_filled_in(told: Told) -> None:
    data = book(
        {"keys": ["canal"], "content": "The canal floods {{char}}'s cellar.", "name": "canal"},
        {"keys": ["mayor"], "content": "The mayor is late.", "name": "mayor"},
    )
    told.tell(cast.bot_stream("mara"), cast.BookKept(1, "town", data))
    told.say(1, YOU, "How is the canal? ((and the mayor))")
    assert [(one.name, one.text) for one in told.view("mara").lore] == [("canal", "The canal floods Mara's cellar.")]
    assert told.view("mara").lore == told.view("mara", seed=9).lore


def test_lore_that_does_not_fit_says_so(told: Told) -> None:
    told.tell(
        cast.bot_stream("mara"),
        cast.BookKept(1, "town", book({"keys": ["canal"], "content": "Deep. " * 900}, token_budget=100)),
    )
    told.say(1, YOU, "The canal!")
    (entry,) = told.view("mara").lore
    assert "do not fit" in entry.dropped
    assert "Deep." not in assemble(told.view("mara"), CONFIG).messages[0][1]


def test_lore_that_stays_and_rests_counts_the_turns_the_speaker_heard(told: Told) -> None:
    entry = {"key": ["canal"], "content": "It floods.", "sticky": 2, "cooldown": 2, "scanDepth": 1, "order": 1}
    data = json.dumps({"entries": {"0": {"uid": 0, "comment": "canal", "disable": False, **entry}}}).encode()
    told.tell(cast.bot_stream("mara"), cast.BookKept(1, "town", data))
    awake = []
    for number, text in enumerate(("The canal!", "Hm.", "Hm.", "The canal?", "Hm.", "The canal."), start=1):
        told.say(number, YOU, text)
        awake.append(any(not one.dropped for one in told.view("mara").lore))
    assert awake == [True, True, False, False, False, True]


def test_a_book_that_cannot_be_read_is_named_and_the_chat_goes_on(told: Told) -> None:
    told.tell(cast.bot_stream("mara"), cast.BookKept(1, "town", b"{"))
    told.say(1, YOU, "Hello.")
    (entry,) = told.view("mara").lore
    assert (entry.name, entry.text) == ("town", "")
    assert "town" in entry.dropped
    assert any(block.dropped == entry.dropped for block in assemble(told.view("mara"), CONFIG).blocks)
