from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.prose import clean, only_ooc, segments, without_ooc


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Hello.", [("dialogue", "Hello.")]),
        ("*walks over* Hello.", [("action", "walks over"), ("dialogue", "Hello.")]),
        ("Hi ((brb)) there", [("dialogue", "Hi"), ("ooc", "brb"), ("dialogue", "there")]),
        ("2 * 3 is six", [("dialogue", "2 * 3 is six")]),
        ("*sits* five * two", [("action", "sits"), ("dialogue", "five * two")]),
        ("((never closed", [("dialogue", "((never closed")]),
        ("((only this))", [("ooc", "only this")]),
        ("", []),
    ],
)
def test_a_turn_falls_into_its_parts(text: str, made: list[tuple[str, str]]) -> None:
    assert segments(text) == made


def test_the_marks_are_the_players_choice() -> None:
    assert segments("hi [quick question] there", ("[", "]")) == [
        ("dialogue", "hi"),
        ("ooc", "quick question"),
        ("dialogue", "there"),
    ]


def test_a_character_does_not_see_what_is_out_of_character() -> None:
    assert without_ooc("Come in. ((slower please)) *waves*") == "Come in. *waves*"
    assert only_ooc("((slower please))")
    assert not only_ooc("Come in. ((slower please))")


@given(st.text(alphabet="ab *()\n", max_size=60))
def test_no_letter_is_lost_and_none_invented(text: str) -> None:
    kept = "".join(words for _, words in segments(text))
    assert [one for one in kept if one in "ab"] == [one for one in text if one in "ab"]


@given(st.text(st.characters(codec=None)))
def test_clean_text_can_be_stored_and_leaves_a_terminal_as_it_is(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not [one for one in cleaned if unicodedata.category(one) == "Cc" and one not in "\n\t"]
    assert not [one for one in cleaned if unicodedata.bidirectional(one) in ("LRO", "RLO", "LRE", "RLE", "PDF", "RLI")]
    assert clean(cleaned) == cleaned


def test_cleaning_leaves_words_of_any_script_alone() -> None:
    for words in ("tab\there\nand there", "👩‍👩‍👧 می‌خواهم", "שלום\u200f, Ἀχιλλεύς", "e\u0301"):
        assert clean(words) == words
    assert clean("one\r\ntwo\rthree") == "one\ntwo\nthree"
    assert clean("\x1b]0;owned\x07hi\x9b31m\ud800\u202eevil") == "]0;ownedhi31m\ufffdevil"
