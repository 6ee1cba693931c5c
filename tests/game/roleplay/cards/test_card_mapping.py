"""What a card becomes as one of our bots, and back; the names that cards leave open."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.cards import BotSheet, Card, Form, expand, instruction, read_card, to_card, to_sheet, write_card


def test_a_card_fills_the_form_of_a_bot(fields: dict[str, Any]) -> None:
    fields["description"] += "\n\nBackstory: born on a ferry.\nNever learnt to swim.\n\nLikes: tea"
    sheet = to_sheet(read_card(json.dumps(fields).encode(), "mira.json"))
    assert sheet.name == "Mira Quill"
    assert sheet.persona == (
        "{{char}} bakes bread above the harbour.\n\nLikes: tea\n\n"
        "{{user}} rents the room upstairs. It has rained for days."
    )
    assert sheet.backstory == "born on a ferry.\nNever learnt to swim."
    assert sheet.traits == ("shy", "stubborn", "fond of gulls")
    assert sheet.voice_samples == ("{{char}}: Mind the step.", "{{char}}: The oven never sleeps.")
    assert sheet.relationship == "{{user}} rents the room upstairs."
    assert sheet.kickoffs == (fields["first_mes"], "Closed today.", "Come in, you are soaked!")
    assert sheet.system_prompt == "{{original}} Keep it warm."
    assert sheet.post_history_instructions == "Stay in the shop."


def test_a_heading_with_nothing_below_is_no_backstory() -> None:
    sheet = to_sheet(Card("Mira", description="A baker.\n\nBackstory:\n\n"))
    assert (sheet.persona, sheet.backstory) == ("A baker.\n\nBackstory:", "")


def test_a_personality_in_prose_is_part_of_the_persona() -> None:
    prose = "She is shy at first. Later she talks without end, about flour, tides and the price of coal."
    sheet = to_sheet(Card("Mira", description="A baker.", personality=prose))
    assert sheet.traits == ()
    assert sheet.persona == f"A baker.\n\n{prose}"


@pytest.mark.parametrize(
    ("examples", "samples"),
    [
        ("", ()),
        ("no marker at all", ("no marker at all",)),
        ("<START>", ()),
        ("<start>a<START>\n\n<START>b", ("a", "b")),
        ("<START>\n1\n<START>\n2\n<START>\n3\n<START>\n4", ("1", "2", "3")),
    ],
)
def test_example_messages_become_at_most_three_samples(examples: str, samples: tuple[str, ...]) -> None:
    assert to_sheet(Card("Mira", example_messages=examples)).voice_samples == samples


def test_an_imported_bot_that_nobody_changed_goes_out_as_it_came(card_file: bytes) -> None:
    card = read_card(card_file, "mira.card")
    assert to_card(to_sheet(card), card) is card


def test_what_the_player_changed_is_all_that_changes(card_file: bytes, fields: dict[str, Any]) -> None:
    card = read_card(card_file, "mira.card")
    sheet = replace(to_sheet(card), name="Mia", kickoffs=("Morning.",), system_prompt="Be brief.")
    changed = to_card(sheet, card)
    assert (changed.name, changed.first_message, changed.greetings) == ("Mia", "Morning.", ())
    assert (changed.description, changed.scenario) == (fields["description"], fields["scenario"])
    assert changed.example_messages == fields["mes_example"]
    assert to_sheet(read_card(write_card(changed, Form.PNG), "m")) == sheet


def test_a_new_relationship_loses_nothing_of_the_persona(fields: dict[str, Any]) -> None:
    card = read_card(json.dumps(fields).encode(), "mira.json")
    sheet = replace(to_sheet(card), relationship="They were at school together.")
    changed = to_card(sheet, card)
    assert changed.scenario == "They were at school together."
    assert "It has rained for days." in changed.description
    assert to_sheet(changed) == sheet


def test_our_division_counts_only_while_the_texts_are_the_same() -> None:
    sheet = BotSheet("Mira", persona="Bakes.", traits=("kind, mostly",), relationship="A neighbour.")
    card = to_card(sheet)
    assert to_sheet(card) == sheet
    assert to_sheet(replace(card, description="Fishes.")).persona == "Fishes.\n\nA neighbour."


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60)
said = words.filter(str.strip)
sheets = st.builds(
    BotSheet,
    name=st.just("Mira"),
    persona=words,
    voice_samples=st.lists(said, max_size=3).map(tuple),
    traits=st.lists(said, max_size=5).map(tuple),
    backstory=words,
    relationship=words,
    kickoffs=st.lists(said, max_size=3).map(tuple),
    system_prompt=words,
    post_history_instructions=words,
)


@given(sheet=sheets, form=st.sampled_from(Form))
def test_a_bot_written_here_comes_back_exactly(sheet: BotSheet, form: Form) -> None:
    assert to_sheet(read_card(write_card(to_card(sheet), form), "m")) == sheet


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{char}} and {{user}}", "Mira and Ada"),
        ("{{Char}}, {{ USER }}, <BOT>, <user>, <char>", "Mira, Ada, Mira, Ada, Mira"),
        ("{{original}} / {{original}}", "ours / "),
        ("{{random:a,b}} {{time}} {{//note}} {char} {{char", "{{random:a,b}} {{time}} {{//note}} {char} {{char"),
        ("{{{{char}}}}", "{{Mira}}"),
        ("", ""),
    ],
)
def test_names_are_filled_in_and_other_macros_stay(text: str, filled: str) -> None:
    assert expand(text, char="Mira", user="Ada", original="ours") == filled


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert expand("{{char}}{{user}}", char="{{user}}", user="{{char}}") == "{{user}}{{char}}"


def test_a_text_of_macros_does_not_grow_without_end() -> None:
    grown = expand("{{char}}" * 100_000, char="x" * 1000, user="")
    assert len(grown) < 3_000_000
    assert grown.endswith("{{char}}")


@given(text=st.text(), char=st.text(max_size=20), user=st.text(max_size=20))
def test_a_text_without_macros_stays_as_it_is(text: str, char: str, user: str) -> None:
    plain = text.replace("{{", "").replace("<", "")
    assert expand(plain, char=char, user=user, original=text) == plain


def test_an_instruction_of_the_card_replaces_ours_or_takes_it_in() -> None:
    assert instruction("", "ours", char="M", user="A") == "ours"
    assert instruction(" \n", "ours", char="M", user="A") == "ours"
    assert instruction("theirs, {{char}}", "ours", char="M", user="A") == "theirs, M"
    assert instruction("{{original}} and theirs", "ours", char="M", user="A") == "ours and theirs"
