"""What may be written about the player and the cast: one set of bounds, however it is written."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from game.roleplay import authoring, editing, reading
from game.roleplay.cast_events import BotAuthored
from game.roleplay.editing_checks import MAX_LISTED, MAX_NAME, MAX_PROSE
from tests.rig.company import MARA, company

FIELDS = [one.name for one in fields(BotAuthored) if one.name != "extra"]
LONGEST: dict[str, Any] = {
    "name": "n" * MAX_NAME,
    "persona": "\U0001f970" * MAX_PROSE,
    "voice_samples": [str(number) + "\U0001f970" * (MAX_PROSE - 1) for number in range(MAX_LISTED // MAX_PROSE)],
}


def mara_with(field: str, value: Any) -> BotAuthored:
    changed: dict[str, Any] = {field: value}
    return replace(MARA, **changed)


@pytest.mark.parametrize("field", LONGEST)
def test_what_can_be_authored_can_be_written_by_hand_and_no_more(field: str) -> None:
    longest = LONGEST[field]
    longer = [*longest, "x"] if isinstance(longest, list) else longest + "x"
    with company() as desk:
        made = authoring.author(desk, mara_with(field, longest))
        amended = authoring.author(desk, MARA)
        editing.edit_bot(desk.log, amended, field, longest)
        one, other = reading.bot(desk.log, made), reading.bot(desk.log, amended)
        assert getattr(one, field) == getattr(other, field)
        with pytest.raises(UserError, match="shorten"):
            authoring.author(desk, mara_with(field, longer))
        with pytest.raises(UserError, match="shorten"):
            editing.edit_bot(desk.log, amended, field, longer)


def test_a_character_with_all_that_fits_can_be_saved() -> None:
    texts = dict.fromkeys(
        ("persona", "backstory", "relationship", "kickoff", "instructions", "closing_instructions"), LONGEST["persona"]
    )
    lists = dict.fromkeys(("voice_samples", "traits", "greetings"), LONGEST["voice_samples"])
    with company() as desk:
        made = authoring.author(desk, BotAuthored("Mara", **texts, **lists))
        assert sum(map(len, reading.bot(desk.log, made).greetings)) == MAX_LISTED


@given(text=st.text(st.characters(codec=None)), field=st.sampled_from(FIELDS))
def test_whatever_is_typed_can_be_saved_and_read_again(text: str, field: str) -> None:
    value = [text] if isinstance(getattr(MARA, field), list) else text
    with company() as desk:
        authoring.describe_you(desk, text[:MAX_NAME], persona=text)
        assert "\x1b" not in reading.you(desk.log).persona
        try:
            made = authoring.author(desk, mara_with(field, value))
        except UserError:
            assert field == "name"
            assert not authoring.one_line(text)
            return
        editing.edit_bot(desk.log, "ivo", field, value)
        assert getattr(reading.bot(desk.log, made), field) == getattr(reading.bot(desk.log, "ivo"), field)


def test_a_lone_surrogate_in_a_persona_is_shown_for_what_it_is() -> None:
    with company() as desk:
        assert authoring.describe_you(desk, "Ana", persona="x\ud800y\x1b]0;hi\x07").persona == "x\ufffdy]0;hi"


def test_saying_the_same_of_oneself_again_is_no_event() -> None:
    with company() as desk:
        before = desk.log.last_seq
        authoring.describe_you(desk, " Ana ", "she/her", "30, repairs bicycles, dry sense of humour")
        assert desk.log.last_seq == before
