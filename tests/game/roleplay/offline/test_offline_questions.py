"""What the offline voice answers where nobody wrote an answer: what it knows of it, else that it does not."""

from __future__ import annotations

import re

import pytest

from game.roleplay.offline.text import stems
from game.roleplay.state import Edge, Memory
from game.roleplay.view import LoreEntry, Remembered
from tests.rig.spoken import CAPTAIN, COURIER, KEEPER, say, turn, view_of

TOLD = (
    "Saturday, at the lake, with Ben. Ben gave me a silver ring. Tobias drowned off the pier. "
    "I learned that Ben has a sister called Lin."
)
HONEST = re.compile(r"\bdon't know|do not know", re.IGNORECASE)
RING, TOBIAS, LIN = "[Yy]ou gave me a silver ring", "Tobias drowned off the pier", "you have a sister called Lin"
BROTHER = "lost my brother to the sea"
UNKNOWN = (
    ("What's the capital of France?", "the capital of France"),
    ("Who is Ivo?", "Ivo"),
    ("When does the last tram leave?", "the last tram"),
    ("How many bridges are there in town?", "how many|know|guess"),
    ("Why is the harbour closed?", "the harbour"),
    ("Which key opens the back door?", "the back door"),
    ("What happened to the old mayor?", "the old mayor"),
    ("Who stole the lens?", "the lens"),
    ("What is the name of your cat?", "my cat"),
    ("What colour is the door?", "the door"),
    ("Is the bakery open on Sundays?", "the bakery"),
    ("Does Ivo play the cello?", "Ivo"),
    ("Has the ferry left?", "the ferry"),
    ("Was the fire an accident?", "the fire"),
    ("Are the trams running tonight?", "the trams"),
    ("Do you know who built the tower?", "the tower"),
    ("What do you know about the tower?", "the tower"),
    ("Have you heard of the Blue Lantern?", "the Blue Lantern"),
    ("What does Ivo do for a living?", "Ivo"),
    ("Whose coat is that?", "know"),
    ("What's in the box?", "the box"),
    ("What does the letter say?", "the letter"),
    ("Tell me, what is love?", "know"),
    ("Who won the regatta?", "the regatta"),
    ("Mara, where is the harbour master?", "the harbour master"),
    ("And who was the first keeper?", "the first keeper"),
)
KNOWN = (
    ("Where did Tobias go?", TOBIAS),
    ("Can Tobias swim?", TOBIAS),
    ("Do you know Tobias?", TOBIAS),
    ("How old is Tobias?", TOBIAS),
    ("Is Tobias your friend?", TOBIAS),
    ("Did Lin ever come back?", LIN),
    ("What did Lin say about the house?", LIN),
    ("What is my sister's name?", LIN),
    ("Who gave me the ring?", RING),
    ("Where is the ring?", RING),
    ("Where did I grow up?", "you grew up in Kiel|You grew up in Kiel"),
    ("How far is it to Kiel?", "you grew up in Kiel|You grew up in Kiel"),
    ("When did your brother die?", BROTHER),
    ("Where is the lighthouse keeper?", "keep the lighthouse"),
)


def answers(text: str, **fields: object) -> list[str]:
    """What Mara says to it, for several chances."""
    memory = Memory(1, "mara", 1, "mara", TOLD, 3, 1, 0, 0, 2)
    known: dict[str, object] = {
        "edge": Edge("mara", "you", 58, 55, facts=("Ben grew up in Kiel",)),
        "remembered": (Remembered(memory, 1.0),),
    }
    asked = [turn(1, "you", text, KEEPER.id)]
    return [say(view_of(KEEPER, asked, seed=seed, **(known | fields))) for seed in range(5)]  # type: ignore[arg-type]


def test_forty_questions_are_asked() -> None:
    assert len({text for text, _ in (*UNKNOWN, *KNOWN)}) == 40


@pytest.mark.parametrize(("text", "topic"), UNKNOWN)
def test_what_it_does_not_know_it_says_it_does_not_know(text: str, topic: str) -> None:
    for said in answers(text):
        assert HONEST.search(said), said
        assert re.search(topic, said, re.IGNORECASE), said
        assert not re.search(f"{RING}|{TOBIAS}|{LIN}", said), said


@pytest.mark.parametrize(("text", "known"), KNOWN)
def test_what_it_knows_of_the_names_and_things_asked_about_it_tells(text: str, known: str) -> None:
    for said in answers(text):
        assert re.search(known, said), said


@pytest.mark.parametrize("bot", [KEEPER, COURIER, CAPTAIN], ids=lambda bot: str(bot.id))
@pytest.mark.parametrize("affinity", [10, 35, 55, 70, 95])
def test_whoever_is_asked_says_so_in_their_own_way(bot: object, affinity: int) -> None:
    edge = Edge("mara", "you", affinity, affinity)
    for seed in range(3):
        view = view_of(bot, [turn(1, "you", "Who stole the lens?")], edge=edge, seed=seed)  # type: ignore[arg-type]
        assert HONEST.search(say(view).replace("DON'T KNOW", "don't know"))


def test_a_long_interrogation_stays_honest_and_repeats_nothing() -> None:
    turns, said = [], []
    for number, (text, _) in enumerate(UNKNOWN):
        turns.append(turn(2 * number + 1, "you", text, KEEPER.id))
        said.append(say(view_of(KEEPER, turns, seed=number)))
        turns.append(turn(2 * number + 2, KEEPER.id, said[-1], "you"))
    assert len(set(said)) == len(said)
    assert all(HONEST.search(one) for one in said)


def test_what_the_world_s_book_says_comes_before_not_knowing() -> None:
    book = (LoreEntry("the tower", "The tower was built by the guild of bells.", "before"),)
    for said in answers("Who built the tower?", lore=book):
        assert "built by the guild of bells" in said


@pytest.mark.parametrize("text", ["How do you feel about rain?", "Why did you stay?", "Do you like storms?", "Really?"])
def test_of_its_own_mind_it_is_not_ignorant(text: str) -> None:
    assert not any(re.search(r"know anything about|the first thing about", said) for said in answers(text))


@pytest.mark.parametrize(
    ("past", "told"),
    [
        ("left", "leaves"),
        ("left", "leave"),
        ("left", "leaving"),
        ("lost", "loses"),
        ("won", "winning"),
        ("hid", "hides"),
    ],
)
def test_what_was_done_is_found_in_what_is_done(past: str, told: str) -> None:
    assert stems(past) == stems(told)
