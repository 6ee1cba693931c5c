"""The prompt: what is always in it, what gives way first, and that it always fits (004 3.2, 5.1, 6.3, 6.5)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.roleplay.events import NARRATOR, YOU
from game.roleplay.prompts import PromptConfig, assemble, count
from game.roleplay.prompts.config import TOKENS_A_MESSAGE
from game.roleplay.state import Activity, Edge, Thread
from game.roleplay.view import LoreEntry, Prompt, SpeakerView
from tests.rig.speaking import MARA, SAMPLE, dialogue, memory, remembered, three, turn, view

CONFIG = PromptConfig()
LONG = "The wheel turns, the pallet falls, the hand moves on by one. " * 40


def sent(prompt: Prompt) -> str:
    return "\n".join(text for _, text in prompt.messages)


def system(prompt: Prompt) -> str:
    return prompt.messages[0][1]


def dropped(prompt: Prompt) -> list[str]:
    return [block.name for block in prompt.blocks if block.dropped]


def squeezed(made: SpeakerView, soft: int) -> Prompt:
    return assemble(made, PromptConfig(soft_tokens=soft))


# -- what is in it ---------------------------------------------------------------------------------------------------


def test_who_speaks_and_how_is_in_it() -> None:
    said = system(assemble(view(), CONFIG))
    assert "You are Mara, and only that." in said
    assert "Mara repairs clocks" in said
    assert "Traits: dry, patient, hates being late" in said
    assert f"Match this register, vocabulary, and rhythm:\n{SAMPLE}\n---\nAna. You again." in said
    assert "took the shop over from her aunt" in said


def test_the_activity_of_everyone_is_always_in_it_with_what_binds_them() -> None:
    said = system(squeezed(three(), 1000))
    assert "Mara is mending a mantel clock — high attention, not interruptible" in said
    assert "attention on the escapement" in said
    assert "Ana is leaning on the counter — low attention, interruptible, standing" in said
    assert "Ivo is waiting for the rain to stop" in said


def test_an_attention_that_nobody_named_is_left_out() -> None:
    said = system(assemble(view(activities={YOU: Activity("here"), "mara": Activity("mending")}), CONFIG))
    assert "attention on" not in said


def test_an_activity_nobody_described_and_an_open_status_are_told() -> None:
    asleep = Activity("asleep", status={"conscious": False, "mood": "sour"})
    doing = {YOU: Activity(status={"mood": "merry"}), "mara": asleep}
    said = system(assemble(view(activities=doing), CONFIG))
    assert "Ana is here —" in said
    assert "not conscious" in said
    assert "How it is with you now — mood: sour." in said
    assert "merry" not in said, "moods are known to oneself"


def test_time_place_and_scene_are_in_it() -> None:
    said = system(assemble(view(), CONFIG))
    assert "Time: Tuesday evening, 9:14pm (Day 3)" in said
    assert "Place: clock shop (workplace; public; in it: bench, door)" in said
    assert "Scene: Rain on the window" in said


def test_the_edge_to_who_is_spoken_to_is_must_and_the_others_are_should() -> None:
    tiers = {block.name: block.tier for block in assemble(three(), CONFIG).blocks}
    assert tiers["edge to Ana"] == "must"
    assert tiers["edge to Ivo"] == "should"


def test_an_edge_nobody_has_summed_up_tells_the_relationship_the_player_wrote() -> None:
    bot = replace(MARA, relationship="{{user}} brings her broken clocks.")
    said = system(assemble(view(speaker=bot, edges=(Edge("mara", YOU),)), CONFIG))
    assert "Ana brings her broken clocks." in said


def test_of_an_edge_of_years_the_newest_facts_are_told() -> None:
    facts = tuple(f"fact number {i}" for i in range(300))
    said = system(assemble(view(edges=(Edge("mara", YOU, facts=facts),)), CONFIG))
    assert "fact number 299 (and 276 older)" in said
    assert "fact number 275;" not in said


def test_memories_say_when_they_were_and_whom_they_are_from() -> None:
    said = system(assemble(three(), CONFIG))
    assert "- (a week ago) Ana said she would not leave" in said
    assert "- (two days ago) Ana's wall clock was her grandfather's." in said
    assert "- We ate soup in the back room." in said  # another chat's clock says nothing here (004 4.1)
    assert "you have it from Ivo, perhaps not true) Ivo says the bridge" in said


def test_all_of_a_full_view_is_sent_when_there_is_room() -> None:
    prompt = assemble(three(), CONFIG)
    for words in ("fills the silences", "Who left the wall clock", "the regatta (with two oars and a thermos)"):
        assert words in system(prompt)
    for words in ("You keep: the brass key.", "how a fusee works", "The canal floods", "stamps every clock that Mara"):
        assert words in system(prompt)
    assert dropped(prompt) == ["lore: the mayor"]


def test_lore_at_a_depth_stands_among_the_turns() -> None:
    prompt = assemble(three(), CONFIG)
    said = sent(prompt)
    assert "The bell over the door" not in system(prompt)
    assert said.index("Still here?") < said.index("[The bell over the door is cracked.]") < said.index("Where else.")


@pytest.mark.parametrize("depth", [0, 1, 3, 99])
def test_lore_at_any_depth_is_sent_once(depth: int) -> None:
    entry = LoreEntry("the bell", "The bell is cracked.", "depth", depth)
    assert sent(assemble(view(lore=(entry,)), CONFIG)).count("The bell is cracked.") == 1


def test_only_active_happenings_are_in_it() -> None:
    planned = [replace(one, state="planned") for one in three().happenings]
    assert "regatta" not in sent(assemble(three(happenings=tuple(planned)), CONFIG))


def test_of_many_threads_the_newest_are_told() -> None:
    said = system(assemble(view(threads=tuple(Thread(i, f"Question {i}") for i in range(1, 51))), CONFIG))
    assert "- Question 39\n- Question 40\n" in said
    assert "- Question 50\n(and 38 older)" in said
    assert "- Question 38" not in said


# -- the dialogue ----------------------------------------------------------------------------------------------------


def test_turns_become_messages_by_turns_the_player_first() -> None:
    prompt = assemble(view(), CONFIG)
    assert [role for role, _ in prompt.messages] == ["system", "user", "assistant", "user"]
    assert prompt.messages[1][1] == "Ana: *shakes the rain off* Still here?"
    assert prompt.messages[2][1] == "Where else. *she does not look up*"
    assert prompt.messages[3][1].endswith("[Write Mara's next turn, to Ana: Mara alone, without a name before it.]")


@given(st.lists(st.sampled_from([YOU, "mara", "ivo", NARRATOR]), max_size=30))
def test_roles_always_alternate(speakers: list[str]) -> None:
    recent = tuple(turn(i, who, f"Words {i}.") for i, who in enumerate(speakers, start=1))
    roles = [role for role, _ in assemble(three(recent=recent, lore=()), CONFIG).messages]
    assert roles[:2] == ["system", "user"]
    assert roles[-1] == "user"
    assert all(one != two for one, two in pairwise(roles))


def test_what_is_out_of_character_is_not_sent() -> None:
    said = (turn(1, YOU, "Fine. ((slower please)) *waits*"), turn(2, YOU, "((brb))"))
    prompt = assemble(view(recent=said), CONFIG)
    assert "Ana: Fine. *waits*" in sent(prompt)
    assert "slower" not in sent(prompt)
    assert "brb" not in sent(prompt)


def test_the_marks_of_what_is_out_of_character_can_be_others() -> None:
    config = PromptConfig(ooc=("[[", "]]"))
    said = sent(assemble(view(recent=(turn(1, YOU, "Fine. [[slower]] ((yes))"),)), config))
    assert "slower" not in said
    assert "Ana: Fine. ((yes))" in said


def test_what_the_parsing_found_to_be_out_of_character_is_not_sent() -> None:
    parts = (("ooc", "OOC: make it snow"), ("dialogue", "Look outside."))
    said = sent(assemble(view(recent=(turn(1, YOU, "OOC: make it snow\nLook outside.", segments=parts),)), CONFIG))
    assert "make it snow" not in said
    assert "Ana: Look outside." in said


def test_a_turn_that_was_cut_off_is_shown_as_cut() -> None:
    recent = (turn(1, YOU, "Well?"), turn(2, "mara", "It is the main", truncated=True), turn(3, YOU, "Go on."))
    assert ("assistant", "It is the main— [cut off]") in assemble(view(recent=recent), CONFIG).messages


def test_narration_belongs_to_nobody() -> None:
    said = sent(assemble(view(recent=(turn(1, NARRATOR, "The next morning."),)), CONFIG))
    assert "[The next morning.]" in said


def test_where_a_scene_begins_is_marked_between_the_turns() -> None:
    recent = (turn(1, "mara", "Good night."), replace(turn(2, YOU, "Morning."), scene=3))
    said = sent(assemble(view(recent=recent), CONFIG))
    assert "Good night.\n[A new scene begins.]\n\nAna: Morning." in said


def test_an_interjection_a_note_and_a_task_are_asked_for() -> None:
    assert "reacts: write one or two short sentences of Mara" in sent(assemble(view(beat=True), CONFIG))
    assert sent(assemble(view(note="Say it otherwise."), CONFIG)).endswith(" Say it otherwise.]")
    assert sent(assemble(view(task="{{char}} closes up alone."), CONFIG)).endswith("[Mara closes up alone.]")


# -- a card's own words ----------------------------------------------------------------------------------------------


def test_a_cards_instructions_take_the_place_of_ours_but_not_of_the_rules() -> None:
    said = system(assemble(view(speaker=replace(MARA, instructions="Write {{char}} like a ballad.")), CONFIG))
    assert "Write Mara like a ballad." in said
    assert "as a novelist would" not in said
    assert "Never write words, thoughts or actions of anyone else (Ana (she/her))" in said


def test_a_cards_instructions_can_take_ours_in() -> None:
    said = system(assemble(view(speaker=replace(MARA, instructions="{{original}} In verse.")), CONFIG))
    assert "as a novelist would" in said
    assert "In verse." in said
    assert "{{" not in said


def test_closing_instructions_stand_at_the_end_before_the_task() -> None:
    bot = replace(MARA, closing_instructions="{{original}} Keep {{char}} short.")
    assert "[Keep Mara short.]\n\n[Write Mara's next turn" in sent(assemble(view(speaker=bot), CONFIG))


# -- duplicates ------------------------------------------------------------------------------------------------------


def test_the_same_text_is_sent_once_and_the_view_says_so() -> None:
    bot = replace(MARA, backstory=MARA.persona)
    prompt = assemble(view(speaker=bot), CONFIG)
    assert system(prompt).count("repairs clocks") == 1
    (gone,) = [block for block in prompt.blocks if block.dropped]
    assert (gone.name, gone.dropped) == ("backstory", "the same text is sent as “persona” already")


def test_a_memory_that_is_pinned_is_not_sent_again_as_recalled_or_as_a_scene() -> None:
    kept = memory(7, "The key is under the third step.")
    again = remembered(7, "The key is under the third step.", 9.0)
    prompt = assemble(view(pinned=(kept,), remembered=(again,), earlier=(kept,)), CONFIG)
    assert sent(prompt).count("under the third step") == 1
    assert dropped(prompt) == ["memory 7", "scene 1"]


def test_the_stronger_tier_keeps_a_text_that_stands_twice() -> None:
    lore = (LoreEntry("the shop", "  She took the shop over from her AUNT when she was nineteen. "),)
    assert dropped(assemble(view(lore=lore), CONFIG)) == ["lore: the shop"]


def test_what_people_say_twice_was_said_twice() -> None:
    recent = (turn(1, YOU, "Hello?"), turn(2, YOU, "Hello?"))
    assert sent(assemble(view(recent=recent), CONFIG)).count("Ana: Hello?") == 2


# -- trimming --------------------------------------------------------------------------------------------------------

ORDER = [
    *("backstory beyond 500 words", "memory 5", "memory 4", "turn 1, Ana", "turn 2, Mara", "scene 1"),
    *("lore: the canal", "lore: the guild", "lore: the bell", "edge to Ivo", "group", "threads", "happenings"),
    *("the player's character", "items", "memory 3", "memory 2", "pinned memory 1"),
]
"""004 3.2 for what it names, for an even number of turns; see Rank for the rest."""


def crowded() -> SpeakerView:
    story = " ".join(f"In year {year} she mended the tower clock." for year in range(120))
    recent = (*three().recent, *(turn(i, who, f"More {i}.") for i, who in ((4, "mara"), (5, YOU), (6, "mara"))))
    return three(speaker=replace(MARA, backstory=story), recent=recent)


def test_what_gives_way_does_so_in_the_order_of_the_requirements() -> None:
    made = crowded()
    full = assemble(made, CONFIG)
    seen: list[str] = []
    for soft in range(full.tokens + 80, 1000 - 1, -1):
        for name in dropped(assemble(made, PromptConfig(soft_tokens=soft, hard_tokens=20_000))):
            if name not in seen and name != "lore: the mayor":
                seen.append(name)
    assert seen == ORDER


def test_nothing_is_trimmed_while_it_fits() -> None:
    assert dropped(assemble(crowded(), CONFIG)) == ["lore: the mayor"]


def test_must_is_never_trimmed() -> None:
    prompt = squeezed(crowded(), 1000)
    must = [block for block in prompt.blocks if block.tier == "must"]
    assert not any(block.dropped for block in must)
    assert {"style", "rules", "persona", "traits", "voice samples", "backstory"} <= {block.name for block in must}
    assert [block.name for block in must if block.name.startswith("turn")] == [
        *("turn 3, Ana", "turn 4, Mara", "turn 5, Ana", "turn 6, Mara"),
    ]


def test_older_turns_become_one_line_that_tells_the_weightiest() -> None:
    recent = (
        turn(1, YOU, "Nice weather."),
        turn(2, "mara", "My aunt did not leave me the shop. I took it.", significance=3),
        *dialogue(12, words=300)[2:],
    )
    prompt = squeezed(view(recent=recent), 1500)
    line = next(block for block in prompt.blocks if block.name == "older turns in one line")
    assert "My aunt did not leave me the shop" in line.text
    assert "\n" not in line.text
    assert line.text in prompt.messages[1][1]
    assert "Line number 12" in sent(prompt)


def test_a_short_backstory_stays_whole_and_a_long_one_gives_way_first() -> None:
    short = squeezed(crowded_with("She was nineteen. " * 20), 1200)
    assert not any(name.startswith("backstory") for name in dropped(short))
    long = crowded_with("She was nineteen and alone. " * 200)
    assert "backstory beyond 500 words" not in dropped(assemble(long, CONFIG))
    squeezed_long = squeezed(long, assemble(long, CONFIG).tokens - 100)
    assert [name for name in dropped(squeezed_long) if "mayor" not in name] == ["backstory beyond 500 words"]
    kept = next(block for block in squeezed_long.blocks if block.name == "backstory")
    assert kept.text.endswith("alone.")


def crowded_with(backstory: str) -> SpeakerView:
    return three(speaker=replace(MARA, backstory=backstory))


def test_every_block_says_what_it_is_and_what_it_costs() -> None:
    for block in squeezed(crowded(), 1000).blocks:
        assert block.name
        assert block.tier in ("must", "should", "nice")
        assert block.tokens == count(block.text)
        assert block.role in ("system", "user", "assistant")


# -- the ceiling -----------------------------------------------------------------------------------------------------


def counted(prompt: Prompt) -> int:
    return sum(count(text) + TOKENS_A_MESSAGE for _, text in prompt.messages)


def test_ten_megabytes_of_persona_are_cut_and_the_view_says_where() -> None:
    bot = replace(MARA, persona="She knows every clock in the city by name. " * 250_000)
    prompt = assemble(three(speaker=bot), CONFIG)
    assert counted(prompt) <= prompt.tokens <= CONFIG.hard_tokens
    rest = next(block for block in prompt.blocks if block.name == "persona, the rest")
    assert rest.dropped.startswith("cut after “the city by name.”: what must be in the prompt is by itself over")
    assert "by name. […]" in system(prompt)
    assert SAMPLE in system(prompt)
    assert "Mara is mending a mantel clock" in system(prompt)
    assert "I brought you the wall clock" in sent(prompt)


def test_voice_samples_are_cut_only_where_nothing_else_can_give_way() -> None:
    samples = ("Tick. " * 4000, "Tock. " * 4000)
    prompt = assemble(view(speaker=replace(MARA, voice_samples=samples)), CONFIG)
    assert counted(prompt) <= CONFIG.hard_tokens
    assert "voice samples, the rest" in dropped(prompt)
    fits = assemble(view(speaker=replace(MARA, persona=LONG * 20, voice_samples=("Tick. " * 2000,))), CONFIG)
    assert "persona, the rest" in dropped(fits)
    assert "voice samples, the rest" not in dropped(fits)


texts = st.one_of(st.text(max_size=300), st.just(LONG), st.just(LONG * 12), st.just("א" * 9000), st.just("🕰" * 3000))


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_in_it_a_prompt_fits_and_says_what_it_costs(data: st.DataObject) -> None:
    def some(label: str) -> str:
        return data.draw(texts, label=label)

    bot = replace(
        MARA,
        name=some("name"),
        persona=some("persona"),
        voice_samples=(some("voice"),),
        traits=(some("trait"), "dry"),
        backstory=some("backstory"),
        instructions=some("instructions"),
        closing_instructions=some("closing"),
    )
    changed: dict[str, Any] = {
        "recent": tuple(turn(i, (YOU, "mara")[i % 2], some(f"turn {i}")) for i in range(1, 9)),
        "edges": (Edge("mara", YOU, summary=some("edge"), facts=(some("fact"),) * 3), Edge("mara", "ivo")),
        "threads": tuple(Thread(i, some("thread")) for i in range(3)),
        "pinned": (memory(1, some("pinned")),),
        "remembered": tuple(remembered(i, some("memory"), 1.0 / i) for i in range(2, 6)),
        "note": some("note"),
        "task": data.draw(st.sampled_from(["", "Go on."])),
    }
    soft = data.draw(st.sampled_from([1000, 2000, 6000]))
    config = PromptConfig(soft_tokens=soft, hard_tokens=data.draw(st.sampled_from([2000, 8000])))
    prompt = assemble(three(speaker=bot, **changed), config)
    assert counted(prompt) <= prompt.tokens <= config.hard_tokens
    assert any(block.name == "activities" and not block.dropped for block in prompt.blocks)
    if prompt.tokens > soft:
        assert all(block.tier == "must" or block.dropped for block in prompt.blocks if "one line" not in block.name)


def test_the_same_view_gives_the_same_prompt() -> None:
    assert assemble(crowded(), CONFIG) == assemble(crowded(), CONFIG)


def test_the_stop_strings_name_everyone_else() -> None:
    assert assemble(three(), CONFIG).stop == ("\nAna:", "\nIvo:", "\nYou:", "\nUser:")
