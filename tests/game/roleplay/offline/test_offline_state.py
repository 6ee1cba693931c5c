"""What an utterance does, by rule: edges, facts, threads, happenings; and how much a turn matters."""

from __future__ import annotations

import pytest

from game.roleplay.jobs import Present, StateChanges, UpdateState, Weigh, Weighed
from game.roleplay.offline import OfflineVoice
from game.roleplay.state import Edge, Happening, Thread, Turn
from tests.rig.spoken import BEN, JONAS, MARA, turn

FOND = (
    Edge("mara", "you", 70, 60),
    Edge("jonas", "you", 50, 50),
    Edge("jonas", "mara", 70, 60),
    Edge("you", "mara", 60, 55),
    Edge("mara", "jonas", 60, 55),
)


def changed(
    text: str,
    speaker: str = "you",
    to: str = "mara",
    edges: tuple[Edge, ...] = FOND,
    before: tuple[Turn, ...] = (),
    present: tuple[Present, ...] = (BEN, MARA, JONAS),
    **story: tuple[Thread | Happening, ...],
) -> StateChanges:
    job = UpdateState(present, edges, turn(9, speaker, text, to), before, **story)  # type: ignore[arg-type]
    answered = OfflineVoice().answer(job)
    assert not answered.failures
    assert isinstance(answered.value, StateChanges)
    return answered.value


def moved(changes: StateChanges, owner: str, target: str = "you") -> tuple[int, int]:
    found = [one for one in changes.edges if (one.owner, one.target) == (owner, target)]
    return (found[0].affinity_delta, found[0].trust_delta) if found else (0, 0)


@pytest.mark.parametrize(
    ("text", "affinity", "trust"),
    [
        ("You're beautiful.", 1, 0),
        ("Thank you, really.", 1, 0),
        ("I trust you.", 1, 1),
        ("I'm sorry.", 0, 1),
        ("I'm sorry to hear that.", 1, 1),
        ("I promise I'll be there.", 0, 1),
        ("You're such an idiot.", -2, -1),
        ("You're not an idiot.", 0, 0),
        ("I don't think you're stupid.", 0, 0),
        ("Shut up.", -2, -1),
        ("I'll kill you.", -3, -3),
        ("I lied to you.", -3, -3),
        ("I love you.", 2, 1),
        ("I love your coffee.", 1, 0),
        ("I don't love you.", -3, -2),
        ("She said 'I hate you' in the movie.", 0, 0),
        ("I hate Mondays.", 0, 0),
        ("Nice weather.", 0, 0),
        ("*slaps her*", -3, -3),
        ("*hugs her*", 1, 0),
        ("Thanks for nothing.", -2, -1),
        ("Ich hasse dich.", -2, -1),
        ("Danke dir.", 1, 0),
    ],
)
def test_words_and_deeds_move_the_one_they_are_meant_for(text: str, affinity: int, trust: int) -> None:
    assert moved(changed(text), "mara") == (affinity, trust)


def test_who_only_looks_on_thinks_less_of_cruelty_and_more_of_care() -> None:
    assert moved(changed("You're pathetic, Mara."), "jonas") == (-2, -1)
    assert moved(changed("I'm sorry for your loss, Mara."), "jonas") == (0, 1)
    enemies = (*FOND[:2], Edge("jonas", "mara", 10, 10))
    assert moved(changed("You're pathetic, Mara.", edges=enemies), "jonas") == (0, 0)


def test_cruelty_between_bots_moves_the_player_s_edge_too() -> None:
    changes = changed("You disgust me, Jonas.", speaker="mara", to="jonas")
    assert moved(changes, "jonas", "mara")[0] < 0
    assert moved(changes, "you", "mara")[0] < 0
    assert all(one.target == "mara" for one in changes.edges)


def test_closeness_is_welcome_only_where_there_is_liking() -> None:
    cool = (Edge("mara", "you", 30, 30),)
    assert moved(changed("*kisses her*", edges=cool), "mara") == (-1, -1)
    assert moved(changed("*kisses her*"), "mara") == (2, 1)


def test_the_same_kindness_again_moves_nobody() -> None:
    before = (turn(7, "you", "You're beautiful.", "mara"), turn(8, "mara", "Oh.", "you"))
    assert moved(changed("You're so beautiful.", before=before), "mara") == (0, 0)


def test_being_spoken_of_by_name_counts_for_that_one() -> None:
    assert moved(changed("Jonas is such a coward."), "jonas")[0] == -2
    assert moved(changed("Jonas is such a coward."), "mara") == (0, 0)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I have a sister called Lin.", ["Ben has a sister called Lin"]),
        ("My name is Tom.", ["Ben is called Tom"]),
        ("I'm a nurse and I hate Mondays.", ["Ben is a nurse", "Ben hates Mondays"]),
        ("I grew up in Leeds.", ["Ben grew up in Leeds"]),
        ("I'm allergic to peanuts.", ["Ben is allergic to peanuts"]),
        ("I'm afraid of the dark.", ["Ben is afraid of the dark"]),
        ("I work as a baker.", ["Ben works as a baker"]),
        ("My favourite colour is green.", ["Ben's favourite colour is green"]),
        ("I'm moving to Oslo next month.", ["Ben is moving to Oslo next month"]),
        ("I can't swim.", ["Ben can't swim"]),
        ("My dog's name is Biscuit.", ["Ben's dog's name is Biscuit"]),
        ("I play the cello.", ["Ben plays the cello"]),
        ("Do I like tea?", []),
        ("If I had a sister called Lin, I'd know.", []),
        ("I like you.", []),
        ("I have a question.", []),
        ("I'm a bit tired.", []),
        ("I'm a mess.", []),
        ("Ich habe eine Schwester namens Lin.", ["Ben hat eine Schwester namens Lin"]),
    ],
)
def test_what_one_lets_others_know(text: str, facts: list[str]) -> None:
    changes = changed(text)
    heard = {one.owner: one.facts for one in changes.edges if one.facts}
    assert heard == ({"mara": facts, "jonas": facts} if facts else {})


def test_what_is_known_already_is_no_news() -> None:
    knows = (Edge("mara", "you", 60, 60, facts=("Ben can't swim",)),)
    assert not changed("I can't swim.", edges=knows, present=(BEN, MARA)).edges


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("I promise I'll help you find the boat.", ["Ben promised Mara: help Mara find the boat"]),
        ("You're an idiot.", ["A quarrel between Ben and Mara"]),
        ("I need to tell you something.", ["Ben has something to tell Mara"]),
        ("Don't tell anyone, but I can't read.", ["A secret Ben shared with Mara"]),
        ("Nice lamp.", []),
    ],
)
def test_what_stays_unresolved_becomes_a_thread(text: str, opened: list[str]) -> None:
    assert changed(text).threads_opened == opened


def test_a_thread_is_not_opened_twice_and_closes_when_it_is_done() -> None:
    quarrel = Thread(3, "A quarrel between Ben and Mara")
    promise = Thread(4, "Ben promised Mara: help Mara find the boat")
    assert changed("You're an idiot.", threads=(quarrel,)).threads_opened == []
    assert changed("I forgive you.", speaker="mara", to="you", threads=(quarrel, promise)).threads_closed == [3]
    assert changed("I found the boat, as promised.", threads=(quarrel, promise)).threads_closed == [4]
    assert changed("The boat was blue.", threads=(quarrel, promise)).threads_closed == []


LAKE = Happening(1, "Go to the lake on Saturday")
STORM = Happening(2, "The storm watch", "active")


@pytest.mark.parametrize(
    ("text", "planned", "begun", "completed", "cancelled"),
    [
        ("We're here. The lake, finally.", [], [1], [], []),
        ("That was a long storm watch.", [], [], [2], []),
        ("I have to cancel the lake trip.", [], [], [], [1]),
        ("What do you think about the lake?", [], [], [], []),
        ("When we're at the lake, we swim.", [], [], [], []),
        ("Let's have dinner tomorrow.", ["Have dinner tomorrow"], [], [], []),
        ("Let's go to the lake on Saturday.", [], [], [], []),
        ("Shall we cook on Friday?", [], [], [], []),
        ("Let's be honest.", [], [], [], []),
        ("We went to the market on Friday.", [], [], [], []),
    ],
)
def test_happenings_are_planned_begun_done_and_called_off(
    text: str, planned: list[str], begun: list[int], completed: list[int], cancelled: list[int]
) -> None:
    changes = changed(text, happenings=(LAKE, STORM))
    assert (changes.planned, changes.begun, changes.completed, changes.cancelled) == (
        planned,
        begun,
        completed,
        cancelled,
    )


def test_a_proposal_is_a_plan_once_it_is_agreed_to() -> None:
    asked = (turn(8, "you", "Shall we go to the lake on Saturday?", "mara"),)
    assert changed("Yes, I'd love to.", speaker="mara", to="you", before=asked).planned == [
        "Go to the lake on Saturday"
    ]
    assert changed("No, sorry.", speaker="mara", to="you", before=asked).planned == []


def test_what_a_bot_does_is_read_from_its_own_prose() -> None:
    changes = changed("*sits down on the floor and leafs through the atlas* Hm.", speaker="mara", to="you")
    assert [(one.who, one.posture, one.verb) for one in changes.doings] == [
        ("mara", "sitting", "leafing through the atlas")
    ]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hi, how was your day?", 0),
        ("Fine, you?", 0),
        ("ok", 0),
        ("*nods*", 0),
        ("I hate coriander.", 1),
        ("My sister Lin lives in Porto.", 1),
        ("I used to play in a band called The Kites.", 1),
        ("I promise I'll come.", 1),
        ("Shut up, haha.", 0),
        ("I never told anyone this, but my brother drowned when I was nine.", 2),
        ("My mother died last week.", 2),
        ("I hate you.", 1),
        ("I love you.", 3),
        ("I love your hat.", 1),
        ("Will you marry me?", 3),
        ("I lied to you.", 3),
        ("She said 'I love you' in the movie.", 0),
        ("*kisses her*", 3),
        ("I'm pregnant.", 3),
        ("I killed time at the station.", 0),
    ],
)
def test_how_much_a_turn_matters(text: str, weight: int) -> None:
    value = OfflineVoice().answer(Weigh((BEN, MARA), turn(5, "you", text, "mara"), ())).value
    assert isinstance(value, Weighed)
    assert value.significance == weight


def test_a_second_time_weighs_less_and_a_quarrel_more() -> None:
    def weight(text: str, *before: str) -> int:
        earlier = tuple(turn(at, "mara", one, "you") for at, one in enumerate(before, 1))
        value = OfflineVoice().answer(Weigh((BEN, MARA), turn(9, "you", text, "mara"), earlier)).value
        assert isinstance(value, Weighed)
        return value.significance

    assert weight("I love you.", "I love you.") == 2
    assert weight("*kisses her*", "*kisses Ben*") == 2
    assert weight("You're an idiot.", "You never listen to me.") == 2
