"""A reply that says again what was just said is noticed; a refrain, a gesture, a short yes is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.roleplay.echo import is_echo, lines_beside
from game.roleplay.events import YOU
from tests.rig.speaking import turn, view

LAST = "The escapement is worn, so it will lose a minute a day until I cut a new one. *she sets the loupe down*"
PLAYER = "I brought you the wall clock because it stopped at four and nobody in the house dares to wind it."

ECHOES = [
    LAST,
    LAST.upper(),
    "The escapement is worn so it will lose a minute a day, until I cut a new one.",
    "Well. The escapement is worn, so it will lose a minute a day until I cut a new one, I said.",
    "You brought me the wall clock because it stopped at four and nobody in the house dares to wind it.",
    "So it stopped at four and nobody in the house dares to wind it?",
]
FINE = [
    "Yes.",
    "It will lose a minute a day.",
    "*she sets the loupe down* Then leave it here. I will look at it when the rain lets up, and not before Friday.",
    "Four o'clock. Somebody wanted it to stop, then. Who was in the house that afternoon, and who has the key?",
    "A new one takes me a week. You can wait for it or you can buy something with a battery and be ashamed.",
    "The wall clock. Your grandfather's. Give it here, and mind the glass.",
]
LOOPS = [
    "I do not know. *she turns away* I do not know. What should I say? I do not know!",
    "*she turns away* It is late and you should go home now. It is late and you should go home now, Ana, it is late and"
    " you should go home now before the rain comes.",
    "and the wheel turns and the wheel turns and the wheel turns and the wheel turns and the wheel turns and the wheel",
]


@pytest.mark.parametrize("text", ECHOES)
def test_an_echo_is_noticed_with_the_line_it_repeats(text: str) -> None:
    reason = is_echo(text, [LAST, PLAYER])
    assert reason.startswith("The last try said again what was already said (“")
    assert "Write the turn anew" in reason


@pytest.mark.parametrize("text", FINE)
def test_a_new_thought_is_none(text: str) -> None:
    assert is_echo(text, [LAST, PLAYER]) == ""


def test_a_short_line_is_an_echo_only_to_the_word() -> None:
    assert is_echo("Sit down, then!", ["*sit down* then."])
    assert not is_echo("Sit down, now.", ["Sit down, then."])
    assert not is_echo("Yes. Yes.", ["Yes. Yes."])


@pytest.mark.parametrize("text", LOOPS)
def test_going_round_in_circles_is_noticed(text: str) -> None:
    assert "repeated its own sentences" in is_echo(text, [])


def test_a_refrain_is_no_loop() -> None:
    assert (
        is_echo("Wind it. No, the other way. Wind it, I said, and listen: that is the sound of four o'clock.", []) == ""
    )


@given(st.text(max_size=400), st.lists(st.text(max_size=200), max_size=6))
def test_any_text_is_answered(text: str, recent: list[str]) -> None:
    reason = is_echo(text, recent)
    assert reason == "" or reason.startswith("The last try")


def test_it_is_laid_beside_the_speakers_last_lines_and_the_last_of_the_others() -> None:
    recent = [turn(i, ("mara", YOU)[i % 2], f"Line {i}.") for i in range(1, 20)]
    assert lines_beside(view(recent=tuple(recent))) == [*(f"Line {i}." for i in (18, 16, 14, 12, 10, 8)), "Line 19."]
