"""A card in any form is read alike, and what other programs get wrong is put right or said in one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import UserError
from game.roleplay.cards import Card, Form, read_any, read_card


def read(tree: Any, name: str = "mira.json") -> Card:
    """The card in JSON values."""
    return read_card(json.dumps(tree).encode(), name)


def test_every_form_holds_the_same_character(card_file: bytes, fields: dict[str, Any]) -> None:
    card = read_card(card_file, "mira.card")
    assert card.name == "Mira Quill"
    assert card.description == fields["description"]
    assert card.first_message == fields["first_mes"]
    assert card.example_messages == fields["mes_example"]
    assert card.greetings == ("Closed today.", "Come in, you are soaked!")
    assert card.tags == ("harbour", "slice of life")
    assert card.system_prompt == "{{original}} Keep it warm."
    assert card.book is not None
    assert card.book.entries[0].keys == ("gull", "bird")
    assert card.original == card_file
    assert card.mended == ()
    assert isinstance(read_any(card_file, "mira.card"), Card)


def test_the_form_of_json_is_told_by_what_it_says(fields: dict[str, Any]) -> None:
    assert read(fields).original_form is Form.V1
    assert read({"spec": "chara_card_v2", "data": fields}).original_form is Form.V2
    assert read({"data": fields}).original_form is Form.V2
    assert read({"spec": "chara_card_v3", "data": fields}).original_form is Form.V3


def test_the_nickname_is_what_char_becomes() -> None:
    assert read({"spec": "chara_card_v3", "data": {"name": "Mira", "nickname": "Mi"}}).called == "Mi"
    assert read({"name": "Mira", "description": ""}).called == "Mira"


@pytest.mark.parametrize("name", ["", "   ", None, [], {}])
def test_a_card_without_a_name_is_called_as_its_file(name: object) -> None:
    card = read({"name": name, "description": "quiet"}, "some/where/old_friend.v2.png")
    assert card.name == "old friend"
    assert card.mended == ("some/where/old_friend.v2.png: has no name; it is called “old friend” until you name it",)


def test_a_card_without_any_name_at_all_is_nameless() -> None:
    assert read({"name": "", "description": "quiet"}, ".json").name == "Nameless"


def test_a_name_of_a_whole_page_is_cut() -> None:
    card = read({"name": "long " * 100, "description": ""})
    assert card.name == ("long " * 20).strip()
    assert "was cut" in card.mended[0]


@pytest.mark.parametrize("book", [None, "", [], False])
def test_a_null_book_is_no_book(book: object) -> None:
    card = read({"data": {"name": "Mira", "character_book": book}})
    assert card.book is None
    assert card.mended == ()


def test_a_book_that_is_none_is_left_out_and_said() -> None:
    card = read({"data": {"name": "Mira", "character_book": "gulls"}})
    assert card.book is None
    assert card.mended == ("mira.json: has a lorebook that is none; it was left out",)


def test_fields_of_the_wrong_kind_are_taken_as_meant() -> None:
    tree = {
        "name": 7,
        "description": None,
        "tags": "sea, salt ,",
        "alternate_greetings": "one",
        "character_version": 1.5,
    }
    card = read({"data": tree})
    assert (card.name, card.description, card.tags, card.greetings) == ("7", "", ("sea", "salt"), ("one",))
    assert card.character_version == "1.5"


def test_fields_left_at_the_top_are_found() -> None:
    card = read({"spec": "chara_card_v2", "description": "above", "data": {"name": "Mira", "scenario": "below"}})
    assert (card.description, card.scenario) == ("above", "below")


def test_a_newer_card_is_read_and_said() -> None:
    card = read({"spec": "chara_card_v3", "spec_version": "3.5", "data": {"name": "Mira"}})
    assert "follows version 3.5" in card.mended[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_of_json_is_read(encoding: str) -> None:
    text = '{"name": "Мира 🥐", "description": "مرحبا"}'
    card = read_card(text.encode(encoding), "mira.json")
    assert (card.name, card.description) == ("Мира 🥐", "مرحبا")


def test_letters_in_no_encoding_are_replaced_and_said() -> None:
    card = read_card(b'{"name": "Mira", "description": "caf\xe9"}', "mira.json")
    assert card.description == "caf�"
    assert card.mended == ("mira.json: some of its letters are in no known encoding and are shown as �",)


def test_what_no_screen_or_database_can_hold_is_dropped() -> None:
    card = read_card(
        rb'{"name": "Mi\u0000ra", "description": "a\ud800b\u001b[2Jc\r\nd \u202eright\u200d"}', "mira.json"
    )
    assert card.name == "Mira"
    assert card.description == "a�b[2Jc\nd right\u200d"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"{", "is no valid JSON at line 1, column 2"),
        (b"[1]", "holds no JSON object"),
        (b"{}", "holds none of the fields of a character card"),
        (b'{"name": NaN}', "NaN is no number"),
        (b'{"name": 1e999}', "a number beyond all bounds"),
        (b'{"name": ' + b"9" * 5000 + b"}", "a number of 5000 digits"),
        (b'{"name": ' + b"[" * 90 + b"]" * 90 + b"}", "nests deeper than 64 levels"),
        (b'{"name": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nests deeper than 64 levels"),
        (b'{"name": [' + b"[]," * 300_000 + b"[]]}", "has more parts than any card"),
        (b'{"entries": {}}', "is a lorebook, not a character; import it as a lorebook"),
        (b'{"spec": "lorebook_v3", "data": {"name": "x"}}', "is a lorebook, not a character"),
        (b'{"chat_metadata": {}, "mes": ""}', "is a chat, not a character; import it as a chat"),
        (b"\xff\xd8\xff\xe0....", "is a JPEG file, which holds no card"),
        (b"RIFF....WEBP", "is a WebP file, which holds no card"),
        (b"\x89PNG\r\n\x1a\n", "breaks off before any card in it"),
        (b"PK\3\4", "is a damaged archive"),
        (b'{"name": "x", "description": "' + b"a" * 200_001 + b'"}', "its description has 200,001 characters"),
        (b'{"name": "x", "alternate_greetings": ["' + b"a" * 200_001 + b'"]}', "its greeting has 200,001 characters"),
        (
            b'{"name": "x", "description": "' + b"It rained, and the harbour slept. " * 300_000 + b'"}',
            "shorten it to 200,000",
        ),
        (b" " * (32 * 1024 * 1024 + 1), "is larger than 32 MiB"),
    ],
)
def test_what_is_no_card_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        read_card(data, "mira.card")
    assert str(caught.value).startswith("mira.card: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_sentence_stays_short_whatever_the_file_is_called() -> None:
    with pytest.raises(UserError) as caught:
        read_card(b"{}", "a\n\x1b[2J" + "b" * 500)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_countless_greetings_are_cut_and_said() -> None:
    card = read({"name": "Mira", "alternate_greetings": [f"hi {n}" for n in range(300)]})
    assert len(card.greetings) == 200
    assert card.mended == ("mira.json: has 300 greetings; the first 200 can be chosen from",)


def test_a_long_text_beside_the_prompt_is_kept_whole() -> None:
    assert len(read({"name": "Mira", "creator_notes": "x" * 300_000}).creator_notes) == 300_000
