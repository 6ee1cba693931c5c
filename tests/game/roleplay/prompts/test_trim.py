"""The bot never speaks for the player or the other bot, and nothing shown is taken back (issue rules, 004 6.2)."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from game.roleplay.prompts import OwnLine, stop_strings, trim_to_speaker

NAMES = ["Ana", "Ivo Marsh"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Sit down.", "Sit down."),
        ("Mara: Sit down.", "Sit down."),
        ("**Mara:** *points at the chair* Sit down.", "*points at the chair* Sit down."),
        ("Mara (quietly): Sit.\nMara: Now.", "Sit.\nNow."),
        ("Sit down.\nAna: I would rather stand.", "Sit down."),
        ("Sit down.\n\n**Ana**: I would rather stand.", "Sit down."),
        ("Sit down.\n*Ana (laughing)*: No.", "Sit down."),
        ("Sit down.\nYou: No.", "Sit down."),
        ("Sit down.\n> User: No.", "Sit down."),
        ("Sit down.\nivo: All aboard.", "Sit down."),
        ("Sit down.\nIvo Marsh : All aboard.", "Sit down."),
        ("Sit down.\nAna", "Sit down."),
        ("Ana: Hello!", ""),
        ("Ana. You again: at this hour?", "Ana. You again: at this hour?"),
        ("You know that.\nYou do.", "You know that.\nYou do."),
        ("I told Ana: no.", "I told Ana: no."),
        ("Anatole: a clockmaker.", "Anatole: a clockmaker."),
        ("Sit. *she points", "Sit. *she points*"),
        ("Sit. **Now", "Sit. **Now**"),
        ("Sit. *she points* *", "Sit. *she points*"),
        ("Sit.\n\n", "Sit."),
        ("It is the main— [cut off]", "It is the main"),
        ("It is the main—", "It is the main—"),
        ("   *nods*   ", "*nods*"),
        ("", ""),
    ],
)
def test_what_the_bot_says_itself(answer: str, said: str) -> None:
    assert trim_to_speaker(answer, "Mara", NAMES) == said


def test_a_bot_that_shares_the_players_name_can_still_speak() -> None:
    assert trim_to_speaker("Ana: It is me, too.", "Ana", ["Ana"]) == "It is me, too."
    assert stop_strings("Ana", ["Ana"]) == ("\nYou:", "\nUser:")


def test_a_bot_of_two_names_can_put_the_first_before_its_line() -> None:
    assert trim_to_speaker("Ivo: All aboard.", "Ivo Marsh", ["Ana", "Mara"]) == "All aboard."


def test_stop_strings_have_the_names_first() -> None:
    assert stop_strings("Mara", ["Ana", "Mara", "Ivo"]) == ("\nAna:", "\nIvo:", "\nYou:", "\nUser:")


pieces = st.sampled_from(
    (
        *("Ana", "Mara", "Ivo", " Marsh", "You", "User", ":", "\n", "\n\n", " ", "*", "**", "(", ")", "_", "> "),
        *("— [cut off]", "—", "she nods", "Sit down.", "é", "🕰", "a", "Well: yes", '"'),
    )
)
answers = st.lists(pieces, max_size=24).map("".join)
LABEL = re.compile(r"^[ \t]*(?:[>#-][ \t]*)?[*_\[(]*(ana|ivo marsh|ivo|you|user)[*_\])]*[ \t]*:", re.I | re.M)


@given(answers, st.lists(st.integers(1, 7), max_size=30))
@example("Hi.\nAna: no", [1])
def test_however_it_arrives_the_same_is_shown(answer: str, sizes: list[int]) -> None:
    own = OwnLine("Mara", NAMES)
    shown, at = "", 0
    for size in [*sizes, len(answer)]:
        shown += own.feed(answer[at : at + size])
        at += size
    assert shown + own.finish() == trim_to_speaker(answer, "Mara", NAMES)


@given(answers)
def test_nobody_elses_line_is_left(answer: str) -> None:
    assert not LABEL.search(trim_to_speaker(answer, "Mara", NAMES))


@given(answers)
def test_after_somebody_elses_line_nothing_more_is_shown(answer: str) -> None:
    own = OwnLine("Mara", NAMES)
    before = own.feed("Sit.\nAna: ")
    assert own.ended
    assert before == "Sit."
    assert own.feed(answer) == ""
    assert own.finish() == ""


@given(st.text(alphabet="abc ,.!\n", max_size=200))
def test_plain_prose_stays_as_it_is(answer: str) -> None:
    assert trim_to_speaker(answer, "Mara", NAMES) == answer.strip()


def test_text_is_shown_as_soon_as_it_can_be() -> None:
    own = OwnLine("Mara", NAMES)
    assert own.feed("Si") == "Si"
    assert own.feed("t do") == "t do"
    assert own.feed("wn.\nAn") == "wn."
    assert own.feed("d then") == "\nAnd then"
