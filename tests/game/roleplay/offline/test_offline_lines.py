"""What the offline voice says: to the point, in character, never twice, never for the player."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from game.roleplay.jobs import Present, StateChanges, UpdateState
from game.roleplay.offline import OfflineVoice
from game.roleplay.offline.hearing import is_german
from game.roleplay.offline.segments import split_turn
from game.roleplay.offline.text import plain, sentences
from game.roleplay.offline.words.german import GERMAN_GESTURES
from game.roleplay.state import Activity, Bot, Edge, Happening, Memory, Scene, Thread, Turn
from game.roleplay.view import LoreEntry, Remembered
from tests.rig.spoken import BEN, CAPTAIN, COURIER, KEEPER, say, turn, view_of

SCRIPT = (
    "*knocks and comes in, soaked* Hey {bot}. Sorry I'm late.",
    "How are you?",
    "What are you doing?",
    "I had a rough day. My sister Lin called.",
    "She wants to sell the house we grew up in.",
    "I don't know what to do.",
    "Do you have any family?",
    "I'm so sorry.",
    "You're kind, you know that?",
    "*laughs* What do you think about the sea?",
    "Do you remember my sister's name?",
    "Where are you from?",
    "Let's go to the market on Saturday.",
    "Do you trust me?",
    "I'm afraid of losing everyone.",
    "I used to play the piano.",
    "Can I stay a little longer?",
    "*sits down nearby*",
    "Do you like storms?",
    "I want to learn to swim.",
    "Why did you stay here?",
    "Thanks.",
    "You never tell me anything.",
    "You're impossible!",
    "I didn't mean that. Forgive me.",
    "What time is it?",
    "I never told anyone this, but I stole my father's boat once.",
    "Do you think he knew?",
    "I think I'm falling in love with you.",
    "Good night, {bot}.",
)
CALLED = {"mara": "Mara", "pip": "Pip", "ada": "Ada"}


def conversation(bot: Bot) -> list[Turn]:
    """Thirty turns of Ben's and the bot's answers; what Ben tells is known to the bot from then on."""
    turns: list[Turn] = []
    edge = Edge(bot.id, "you", 58, 55)
    for at, line in enumerate(SCRIPT):
        turns.append(turn(len(turns) + 1, "you", line.format(bot=CALLED[bot.id]), bot.id))
        job = UpdateState((BEN, Present(bot.id, bot.name)), (edge,), turns[-1], tuple(turns[:-1]))
        changes = OfflineVoice().answer(job).value
        assert isinstance(changes, StateChanges)
        news = tuple(fact for change in changes.edges for fact in change.facts)
        edge = Edge(bot.id, "you", 58, 55, facts=edge.facts + news)
        turns.append(turn(len(turns) + 1, bot.id, say(view_of(bot, turns, edge=edge, seed=at)), "you"))
    return turns


@pytest.mark.parametrize("bot", [KEEPER, COURIER, CAPTAIN], ids=lambda bot: str(bot.id))
def test_thirty_turns_without_saying_a_thing_twice(bot: Bot) -> None:
    lines = [one.text for one in conversation(bot) if one.speaker == bot.id]
    assert len(lines) == len(SCRIPT)
    assert len({plain(line) for line in lines}) == len(lines)
    spoken = [
        plain(one) for line in lines for sort, part in split_turn(line) if sort == "dialogue" for one in sentences(part)
    ]
    longer = [one for one in spoken if len(one.split()) > 3]
    assert len(set(longer)) == len(longer)


@pytest.mark.parametrize("bot", [KEEPER, COURIER, CAPTAIN], ids=lambda bot: str(bot.id))
def test_two_turns_running_do_not_begin_alike(bot: Bot) -> None:
    lines = [one.text for one in conversation(bot) if one.speaker == bot.id]
    assert all(plain(one).split()[:3] != plain(other).split()[:3] for one, other in pairwise(lines))


@pytest.mark.parametrize("bot", [KEEPER, COURIER, CAPTAIN], ids=lambda bot: str(bot.id))
def test_the_player_is_never_spoken_for(bot: Bot) -> None:
    for one in conversation(bot):
        if one.speaker != bot.id:
            continue
        assert not re.search(r"^\s*(?:Ben|You)\s*:", one.text, re.MULTILINE)
        for sort, part in split_turn(one.text):
            if sort == "action":
                assert not re.match(r"(?:you|ben)\b", part, re.IGNORECASE)
    assert bot.name


def test_what_was_told_is_remembered_by_name() -> None:
    answers = {SCRIPT[at // 2]: one.text for at, one in enumerate(conversation(KEEPER)) if one.speaker == "mara"}
    assert "Lin" in answers["Do you remember my sister's name?"]
    assert "brother" in answers["Do you have any family?"]
    assert "island" in answers["Where are you from?"]
    assert "storms" in answers["Do you like storms?"]
    assert "clock" in answers["What are you doing?"]
    assert "9:14pm" in answers["What time is it?"]


def test_three_characters_do_not_sound_alike() -> None:
    heard = [
        {plain(one.text) for one in conversation(bot) if one.speaker != "you"} for bot in (KEEPER, COURIER, CAPTAIN)
    ]
    assert not heard[0] & heard[1]
    assert not heard[1] & heard[2]
    length = [sum(len(line) for line in lines) for lines in heard]
    assert length[1] > length[0]  # the talkative one says more than the reserved one


def answer(text: str, bot: Bot = KEEPER, edge: Edge | None = None, seed: int = 3, **fields: object) -> str:
    return say(view_of(bot, [turn(1, "you", text, bot.id)], edge=edge, seed=seed, **fields))


def over_seeds(text: str, **fields: object) -> str:
    """What is said to ``text``, for several seeds."""
    return " / ".join(answer(text, seed=seed, **fields) for seed in range(8))  # type: ignore[arg-type]


def test_it_has_no_memory_it_was_not_given() -> None:
    honest = re.compile(
        r"nothing|drawing a blank|don't think you ever|I'd be lying|place|not there|can't|got nothing", re.IGNORECASE
    )
    for seed in range(12):
        assert honest.search(answer("Do you remember the parade?", seed=seed))


def test_memories_are_told_from_the_speaker_s_side() -> None:
    told = "Saturday, at the lake, with Ben. Ben gave me a silver ring. I learned that Ben has a sister called Lin."
    memory = Memory(1, "mara", 1, "mara", told, 3, 1, 0, 0, 2)
    said = answer("Do you remember the ring?", remembered=(Remembered(memory, 1.0),))
    assert re.search(r"\b[Yy]ou gave me a silver ring", said)
    pinned = answer("Do you remember my sister?", pinned=(memory,))
    assert "you have a sister called Lin" in pinned


@pytest.mark.parametrize(
    ("text", "cold", "close"),
    [
        ("I love you.", r"No\.|idea of me|Don't\.", r"I love you|love you back|same trouble"),
        ("Do you trust me?", r"No\.|reason", r"With my life|Yes|most things|getting there|Mostly"),
        ("Hello.", r"It's you|want|what do I owe", r"."),
    ],
)
def test_the_edge_colours_the_answer(text: str, cold: str, close: str) -> None:
    hated, loved = Edge("mara", "you", 8, 10), Edge("mara", "you", 92, 88)
    assert re.search(cold, over_seeds(text, edge=hated))
    assert re.search(close, over_seeds(text, edge=loved))
    assert over_seeds(text, edge=hated) != over_seeds(text, edge=loved)


def test_who_flies_keeps_an_eye_on_it() -> None:
    said = over_seeds("Hello.", bot=CAPTAIN)
    assert "instruments" in said
    assert not re.search(r"half a step|leans against|from one foot", said)


def test_what_is_open_and_planned_comes_up() -> None:
    threads = (Thread(1, "Mara promised Ben: help Ben find the boat"),)
    planned = (Happening(1, "Go to the market on Saturday"),)
    assert "market on Saturday" in answer("What's the plan?", happenings=planned)
    seeds = range(30)
    said = [answer("Hello again.", bot=COURIER, seed=seed, threads=threads, happenings=planned) for seed in seeds]
    assert any("boat" in one for one in said)
    assert any("market" in one for one in said)


def test_lore_answers_what_it_speaks_of() -> None:
    entry = LoreEntry("Skerry bell", "The Skerry bell rings by itself before a drowning.")
    assert "rings by itself before a drowning" in answer("What is the Skerry bell?", lore=(entry,))


def test_another_seed_or_note_says_it_differently() -> None:
    assert len({answer("I went to the harbour today.", seed=seed) for seed in range(12)}) >= 6
    assert answer("Hello.") == answer("Hello.")
    assert answer("Hello.", note="you repeated yourself") != answer("Hello.")


def test_german_is_answered_in_german() -> None:
    facts = Edge("mara", "you", 55, 55, facts=("Ben hat eine Schwester namens Lin",))
    for text in ("Hallo Mara, wie geht's dir?", "Ich habe Angst vor dem Meer.", "Was machst du da?", "Danke dir."):
        said = answer(text)
        assert not re.search(r"\b(?:the|you|and|is|I'm)\b", said)
        assert said.strip()
    assert "du hast eine Schwester namens Lin" in answer("Erinnerst du dich an meine Schwester?", edge=facts)


GERMAN_SAID = "*hebt eine Augenbraue* Das ist schön, und ich habe noch nicht genug davon."


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ([("you", "I like the sea."), ("mara", "So do I."), ("you", "Wie geht es dir heute?")], True),
        ([("you", "I like it."), ("you", "Wie geht es dir heute?"), ("mara", GERMAN_SAID), ("you", "Fine.")], False),
        ([("you", "I like the sea."), ("you", "This is nice."), ("mara", GERMAN_SAID)], False),
        ([("you", "Was Tom late?")], False),
        ([("you", "Ich mag das Meer."), ("mara", GERMAN_SAID), ("you", "Hm, Mara?")], True),
    ],
)  # fmt: skip
def test_one_line_in_another_language_does_not_turn_the_chat(said: list[tuple[str, str]], german: bool) -> None:
    turns = [turn(at, who, text) for at, (who, text) in enumerate(said, start=1)]
    ours = set(GERMAN_GESTURES)
    for seed in range(8):
        line = say(view_of(KEEPER, turns, seed=seed))
        if german:
            assert not re.search(r"\b(?:the|you|and|is|I'm)\b", line)
        else:
            assert not ours & set(line.split("*")[1::2])
            assert not is_german(line)


@pytest.mark.parametrize("text", ["You're an idiot, Jonas.", "I love you, Jonas.", "What do you two think?", "Hm."])
def test_a_beat_is_short(text: str) -> None:
    said = answer(text, beat=True)
    assert 0 < len(said.split()) <= 20
    assert said.count("*") in (0, 2)


def test_a_task_opens_a_scene_or_lets_time_pass() -> None:
    opening = say(view_of(KEEPER, [], task="Open the scene."))
    assert "lighthouse" in opening
    assert "mending a clock" in opening
    passed = say(view_of(KEEPER, [], task="Write the transition after the time skip."))
    assert "9:14pm" in passed
    scene = Scene(1, 1, "", ("mara", "jonas"), 0, meanwhile=True)
    names = {"you": "Ben", "mara": "Mara Voss", "jonas": "Jonas"}
    alone = say(view_of(KEEPER, [], task="meanwhile", scene=scene, names=names, addressee="jonas"))
    assert "Jonas" in alone
    assert "Ben" not in alone


def test_words_to_nobody_are_not_answered() -> None:
    with_ooc = answer("((is this thing on? I love you))")
    assert not re.search(r"love", with_ooc)


def test_braces_and_odd_names_are_only_text() -> None:
    odd = Bot("odd", "{me}", persona="{place} is {x}.", traits=("{name}",))
    said = say(view_of(odd, [turn(1, "you", "What do you think of {x} and %s?", "odd")]))
    assert said.strip()


def test_samples_set_the_rhythm() -> None:
    loud = Bot("l", "Lou", voice_samples=("Ha! No way! Look at that! Come on!", "Yes! Yes! Go!"))
    stiff = Bot(
        "s", "Sten", voice_samples=("I do not know what you mean. I am not certain that it is wise. It is late.",)
    )
    quoted = Bot("q", "Quinn", voice_samples=('*nods* "Fine." *turns* "Go on."',))
    assert over_seeds("Hello again.", bot=loud).count("!") > 1
    assert not re.search(r"\b(?:I'm|don't|it's)\b", over_seeds("How are you?", bot=stiff))
    assert "“" in answer("Hello.", bot=quoted)


def test_a_silent_body_makes_no_gesture() -> None:
    out = Activity(status={"conscious": False})
    said = answer("Mara?", activities={"you": Activity(), "mara": out})
    assert said.strip()


def test_no_gesture_of_a_line_takes_the_work_out_of_anybody_s_hands() -> None:
    """What is done beside speaking must not be read as a new activity by the same voice."""
    turns: list[Turn] = []
    people = (
        BEN,
        Present("mara", "Mara Voss", Activity("mending a clock", posture="sitting", holding=("a screwdriver",))),
    )
    for at, line in enumerate(SCRIPT):
        turns.append(turn(len(turns) + 1, "you", line.format(bot="Mara"), "mara"))
        turns.append(turn(len(turns) + 1, "mara", say(view_of(KEEPER, turns, seed=at)), "you"))
        changes = OfflineVoice().answer(UpdateState(people, (), turns[-1], tuple(turns[:-1]))).value
        assert isinstance(changes, StateChanges)
        assert all(doing.verb is None and doing.holding is None for doing in changes.doings), turns[-1].text
