from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.prose import only_ooc, segments, without_ooc


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
