"""Questions with the memory each should bring back, among many others: our own, written for measuring."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

DISTRACTORS = 600
"""Memories beside the labelled ones that answer none of the questions."""


@dataclass(frozen=True, slots=True)
class Case:
    """``sort`` is ``same`` (the question shares a telling word) or ``other``; ``held_out`` was not tuned on."""

    question: str
    memory: str
    sort: str
    held_out: bool


def cases() -> list[Case]:
    """The labelled pairs."""
    made: list[Case] = []
    sort, number = "", 0
    for line in (Path(__file__).parent / "recall_cases.txt").read_text("utf-8").splitlines():
        if line.startswith("="):
            sort, number = line[1:].strip(), 0
        elif line and not line.startswith("#"):
            question, _, memory = line.partition(" | ")
            number += 1
            made.append(Case(question, memory, sort, held_out=number % 2 == 0))
    return made


_WHO = ("Nora", "Felix", "the postman", "our landlady", "old Mister Berg", "two students", "a tourist", "the caretaker")
_DID = (
    *("argued about the fence with", "shared a taxi with", "watched the fireworks beside", "borrowed a ladder from"),
    *("talked about the election with", "played dominoes against", "queued for stamps behind", "drank cider with"),
    *("practised a speech in front of", "carried boxes for", "missed the last tram with", "looked for a lost cat with"),
)
_THEN = (
    *("It was warm and the windows stood open.", "Nobody mentioned the letter.", "Somebody whistled in the yard."),
    *("I thought of my mother the whole time.", "The bill was higher than we expected.", "My feet hurt afterwards."),
    *("They laughed, and I was glad of it.", "The dog slept through all of it.", "I wanted to say more than I did."),
    *("Later it snowed for a while.", "We found a café that sold good cake.", "I promised to bring the book back."),
)
_LOCAL = (
    *("Wir haben am Fenster gesessen und über das Wetter geredet.", "Heute war der Markt voll und laut."),
    *("Er hat mir von seinem neuen Fahrrad erzählt.", "Ich habe mich über den Zug geärgert, der nicht kam."),
)


def distractors(count: int = DISTRACTORS) -> list[str]:
    """Everyday memories that share words and subjects with the labelled ones, and answer none of the questions."""
    made = [f"I {did} {who}. {then}" for then, who, did in product(_THEN, _WHO, _DID)]
    step = max(len(made) // count, 1)
    return [*_LOCAL, *made[::step]][:count]
