"""Sentences of others in one's own mouth, and times named in prose: every combination of their words."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

import pytest

from game.roleplay.offline.knowing import first_person, to_face
from game.roleplay.offline.manner import manner_of
from game.roleplay.offline.when import instant_of
from tests.rig.spoken import KEEPER, turn, view_of

FEELS = [
    "loves",
    "adores",
    "likes",
    "misses",
    "admires",
    "trusts",
    "envies",
    "dislikes",
    "hates",
    "despises",
    "loathes",
    "resents",
    "blames",
    "distrusts",
    "fears",
    "owes",
    "pities",
    "respects",
    "doubts",
    "needs",
    "wants",
]
ADVERBS = ("", "secretly ", "still ", "half ", "no longer ", "barely ")
JOINS = (" and ", " but ", ", ", ", and ", " and then ", " or ")
OTHERS = ("a rival", "his brother")
TWO = [
    *((one, two, "", " and ") for one, two in product(FEELS, FEELS)),
    *((one, FEELS[-1 - at], adverb, joins) for (at, one), adverb, joins in product(enumerate(FEELS), ADVERBS, JOINS)),
]
"""Every feeling beside every other; and every one with every adverb and every way to go on."""
TODAY = date(2026, 3, 1)


def third_person(text: str) -> list[str]:
    """Verbs in ``text`` that stand as for somebody else."""
    return re.findall(rf"\b(?:{'|'.join(FEELS)})\b", text)


def test_every_feeling_is_told_in_the_first_person() -> None:
    names, manner = ("Mara Voss", "Mara"), manner_of(KEEPER)
    for subject, (one, two, adverb, joins) in product(("She", "Mara"), TWO):
        told = first_person(f"{subject} {adverb}{one} the harbour{joins}{adverb}{two} {OTHERS[0]}.", names, manner)
        assert told.startswith("I "), told
        assert third_person(told) == [], told


def test_every_feeling_is_told_to_the_one_it_is_for() -> None:
    view = view_of(KEEPER, [turn(1, "you", "Hello")])
    for one, two, adverb, joins in TWO:
        mine = to_face(f"Mara {adverb}{one} Ben{joins}{adverb}{two} {OTHERS[1]}.", view)
        yours = to_face(f"Ben {adverb}{one} Mara{joins}{adverb}{two} {OTHERS[1]}.", view)
        assert (third_person(mine), third_person(yours)) == ([], []), (mine, yours)
        assert re.match(rf"I {adverb}\w+ you\b", mine), mine
        assert re.match(rf"you {adverb}\w+ me\b", yours), yours


@pytest.mark.parametrize("verb", FEELS)
def test_what_somebody_else_does_stays_theirs(verb: str) -> None:
    view = view_of(KEEPER, [turn(1, "you", "Hello")])
    assert to_face(f"Ben told Mara that Ivo lies and {verb} people.", view).endswith(f"Ivo lies and {verb} people")
    told = first_person(f"She likes Ivo, who {verb} crowds.", ("Mara",), manner_of(KEEPER))
    assert told == f"I like Ivo, who {verb} crowds"


SEASONS = {
    "spring": ("03-25", "05-25"),
    "summer": ("06-25", "08-25"),
    "autumn": ("09-25", "11-20"),
    "fall": ("09-25", "11-20"),
    "winter": ("12-05", "02-25"),
}
HOURS = {
    "": "12:00", "at dawn": "06:00", "in the morning": "09:00", "at noon": "12:00", "in the afternoon": "15:00",
    "in the evening": "20:00", "late in the evening": "21:30", "at night": "22:30", "at midnight": "00:00",
}  # fmt: skip
PARTS = (
    ("early ", "late "),
    ("early in ", "late in "),
    ("early in the ", "late in the "),
    ("the start of ", "the end of "),
)


def test_early_and_late_are_the_season_s_and_hours_are_the_day_s() -> None:
    for (season, days), (hour, clock), parts, late in product(SEASONS.items(), HOURS.items(), PARTS, (0, 1)):
        for text in (f"It is {parts[late]}{season}, {hour}.", f"It is {hour}, {parts[late]}{season}."):
            found = instant_of(text, TODAY)
            assert found[5:16] == f"{days[late]}T{clock}", (text, found)


@pytest.mark.parametrize(
    "text",
    [
        "She is mending a spring.",
        "He springs up from his chair.",
        "The mainspring of the clock is broken.",
        "They talk about the fall of Rome.",
        "It falls to you.",
        "What a nightmare this is.",
        "A nightingale sings by the nightclub.",
        "A crowd of 2000 people is waiting.",
        "She may march on.",
    ],
)
def test_no_time_is_read_where_none_is_said(text: str) -> None:
    assert instant_of(text, TODAY) == ""
