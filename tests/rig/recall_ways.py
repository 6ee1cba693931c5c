"""The lists that recall is made from, each by itself, to say what each is worth."""

from __future__ import annotations

from engine.log import EventLog
from game.roleplay import candidates, recall
from game.roleplay.embedding import Question, telling
from game.roleplay.witness import memory_of
from game.roleplay.words import stems, words

OWNER = "mia"


def by_words(log: EventLog, question: str) -> list[str]:
    """By FTS5 and BM25 alone, without concepts."""
    held = candidates.held(log, OWNER, Question(question))
    rows = candidates.by_words(log, OWNER, {term: number for term, number in held.items() if "§" not in term})
    return [memory_of(row).text for row in rows]


def by_signatures(log: EventLog, question: str) -> list[str]:
    """By the offline embedding alone: the nearest signatures, in the order of their cosines."""
    asked = Question(question)
    found = []
    for row in candidates.near(log, OWNER, asked):
        text = memory_of(row).text
        tells = telling(words(text))
        found.append((-asked.likeness(tells, stems(tells), row[-1]), text))
    return [text for _, text in sorted(found)]


def fused(log: EventLog, question: str) -> list[str]:
    """As the game does it."""
    return [one.memory.text for one in recall.search(log, OWNER, question)]
