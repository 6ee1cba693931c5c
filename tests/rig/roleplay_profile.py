"""Profiles of people who have talked for a year: streams of chats in a realistic mix, from a seed.

``talk_for_long`` fills a log with so many events of several chats, guests and all; ``remember_much`` makes one chat
of so many turns whose host remembers far more than that.  Both only append: whatever follows is the projectors' work.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from engine.log import EventLog, NewEvent
from game.events import Event, to_log
from game.roleplay import cast_events as cast
from game.roleplay import events as happened
from game.roleplay.events import YOU, chat_stream
from game.roleplay.state import Activity
from game.truth import Truth

DAY_US = 86_400_000_000
START_US = 1_735_689_600_000_000
"""The first of January 2025: when the talking began."""
FICTION_US = 1_000_000_000_000_000
TURN_US = 30_000_000
TURNS_A_SCENE = 24
MODEL = "ai-local:rig"
BATCH = 2000

NAMES = ("Mira", "Tobias", "Aiko", "Ruben", "Salome", "Ivo", "Nell", "Caspar", "Odile", "Juno", "Piet", "Wanda")
PLACES = ("kitchen", "harbour", "rooftop", "old cinema", "tram", "park", "workshop", "night market", "library", "ferry")
_TEXT = (
    "the a her his my your our that this one some every never always almost quietly slowly suddenly again tonight "
    "yesterday tomorrow rain window letter piano coffee lantern garden bridge sister brother stranger captain promise "
    "secret song violin winter summer river train ticket photograph candle door key stairs roof shadow morning evening "
    "laughs whispers remembers forgets waits turns leaves returns opens closes breaks mends holds drops finds loses "
    "says asks wonders thinks knows hopes fears wants needs likes misses trusts with without under over behind before "
    "after because although until while into about against between small broken warm cold bright quiet old new green "
    "blue red silver honest tired curious gentle stubborn brave lonely"
)
WORDS = _TEXT.split()

Vector = Callable[[str], bytes]
"""What a text looks like in a model's space; a benchmark hands in the one it measures."""


def random_vector(chance: random.Random, width: int = 256) -> bytes:
    """A vector of unit length, roughly: little-endian float32."""
    values = np.random.default_rng(chance.getrandbits(32)).standard_normal(width).astype("<f4")
    return bytes((values / np.linalg.norm(values)).astype("<f4").tobytes())


class Talk:
    """One chat being told: every step appends to ``pending`` what the game would append, in the same order."""

    def __init__(self, host: str, chance: random.Random, guests: tuple[str, ...] = (), vector: Vector | None = None):
        """``guests`` may come by; ``vector`` embeds each memory (None: they are not embedded)."""
        self.host, self.chance, self.guests, self.vector = host, chance, guests, vector
        self.stream = chat_stream(host)
        self.pending: list[NewEvent] = []
        self.written = 0
        self.at_us, self.clock_us = START_US, FICTION_US
        self.turn = self.scene = self.container = self.memory = self.thread = self.happening = 0
        self.guest = ""
        self.said_in_scene = 0
        self.chosen: dict[int, int] = {}

    def words(self, least: int = 8, most: int = 40) -> str:
        """A sentence of sorts."""
        made = " ".join(self.chance.choices(WORDS, k=self.chance.randint(least, most)))
        return made[0].upper() + made[1:] + "."

    def add(self, event: Event, by_model: bool = True) -> None:
        """Have it happen now."""
        truth, origin = (Truth.LOCAL_MODEL, MODEL) if by_model else (Truth.USER, "user:keyboard")
        self.pending.append(to_log(event, at_us=self.at_us, truth=truth, origin=origin))
        self.written += 1

    @property
    def bots(self) -> tuple[str, ...]:
        """The bots in the scene."""
        return (self.host, self.guest) if self.guest else (self.host,)

    @property
    def mask(self) -> int:
        """Who witnesses what happens."""
        return 7 if self.guest else 3

    def kickoff(self) -> None:
        """A first scene and how the two stand."""
        day_one_us = FICTION_US - FICTION_US % DAY_US
        self.add(happened.ClockMoved(self.clock_us, 0, day_one_us, "kickoff"), by_model=False)
        for owner, target in ((self.host, YOU), (YOU, self.host)):
            self.add(happened.EdgeSeeded(owner, target, 50, 50, self.words(), [self.words(3, 8)]), by_model=False)
        self.open_scene()

    def open_scene(self) -> None:
        """A scene in some place."""
        self.scene += 1
        if self.container < len(PLACES):
            self.container += 1
            self.add(happened.ContainerDescribed(self.container, PLACES[self.container - 1], public=True))
        place = self.chance.randint(1, self.container)
        present = [YOU, *self.bots]
        self.add(happened.SceneOpened(self.scene, place, self.words(6, 16), present, self.clock_us))
        self.chosen = {}
        self.said_in_scene = 0

    def say(self, speaker: str) -> None:
        """A turn and all that follows from it."""
        self.at_us += TURN_US
        self.turn += 1
        self.said_in_scene += 1
        text = self.words(10, 60)
        by_model = speaker != YOU
        segments = [["dialogue", text]]
        turn = happened.TurnSaid(self.turn, speaker, text, self.scene, self.clock_us, segments, self.host)
        self.add(turn, by_model=by_model)
        if by_model and self.chance.random() < 0.1:
            self._follows(speaker, 0)
            self.chosen[self.turn] = 1
            self.add(happened.AlternativeSaid(self.turn, 1, self.words(10, 60), 0))
            self._follows(speaker, 1)
        else:
            self._follows(speaker, 0)

    def _follows(self, speaker: str, swipe: int) -> None:
        """Activity, edges (silent witnesses' too), weight and now and then a memory, of one alternative."""
        chance, turn = self.chance, self.turn
        if chance.random() < 0.4:
            doing = Activity(verb=self.words(2, 4), posture="standing", container=self.container)
            self.add(happened.ActivityChanged(speaker, doing.record(), turn, swipe))
        for owner in self.bots:
            target = YOU if owner == speaker or speaker == YOU else speaker
            facts = [self.words(4, 10)] if chance.random() < 0.15 else []
            deltas = (chance.randint(-3, 3), chance.randint(-2, 2))
            self.add(happened.EdgeMoved(owner, target, self.clock_us, *deltas, facts, turn, swipe))
        self.add(happened.TurnWeighed(turn, swipe, chance.choice((0, 0, 1, 1, 2, 3))))
        if chance.random() < 0.06:
            self.remember(chance.choice(self.bots), "beat", turn=turn, swipe=swipe)

    def remember(self, owner: str, form: str, *, turn: int = 0, swipe: int = 0, basis: str = "") -> None:
        """A memory of this scene, embedded where there is something to embed it with."""
        self.memory += 1
        text = self.words(20, 60)
        weight = self.chance.choice((0, 1, 1, 2, 3))
        self.add(
            happened.MemoryWritten(
                *(self.memory, owner, text, self.mask, self.scene, self.clock_us, weight, form),
                turn=turn,
                swipe=swipe,
                basis=basis,
            )
        )
        if self.vector is not None:
            self.add(happened.MemoryEmbedded(self.memory, "rig", self.vector(text)))

    def close_scene(self) -> None:
        """The scene ends and each bot remembers it; a guest may go or come, time may pass."""
        chance = self.chance
        basis = ",".join(f"{turn}.{swipe}" for turn, swipe in sorted(self.chosen.items()))
        self.add(happened.SceneClosed(self.scene, "container", chance.randint(0, 3), [self.words()]))
        for owner in self.bots:
            self.remember(owner, "summary", basis=basis)
            self.add(happened.EdgeSummarised(owner, YOU, self.words(), self.scene, basis, self.words(4, 9)))
        if self.guest:
            self.add(happened.GroupSummarised(self.words(), self.scene, basis))
        self._story()
        if self.guest:
            self.add(happened.GuestLeft(self.guest), by_model=False)
            self.guest = ""
        elif self.guests and chance.random() < 0.2:
            self.guest = chance.choice(self.guests)
            self.add(happened.GuestJoined(self.guest), by_model=False)
        if chance.random() < 0.4:
            former, self.clock_us = self.clock_us, self.clock_us + DAY_US // 2
            self.add(happened.ClockMoved(self.clock_us, former, FICTION_US - FICTION_US % DAY_US, "jump"), False)
        self.open_scene()

    def _story(self) -> None:
        """A thread, a happening, an edit by hand, a classifier that failed: each now and then."""
        chance = self.chance
        if chance.random() < 0.5:
            self.thread += 1
            self.add(happened.ThreadOpened(self.thread, self.words(3, 8), self.turn, self.chosen.get(self.turn, 0)))
        elif self.thread and chance.random() < 0.5:
            self.add(happened.ThreadClosed(chance.randint(1, self.thread), self.words(3, 6)))
        if chance.random() < 0.3:
            self.happening += 1
            self.add(happened.HappeningPlanned(self.happening, self.words(3, 6), [self.words(1, 2)], self.clock_us))
            self.add(happened.HappeningMoved(self.happening, "active", "planned"))
        if chance.random() < 0.3:
            edit = happened.ManualEdit("edge", [self.host, YOU], "affinity", chance.randint(0, 100), 50)
            self.add(edit, by_model=False)
        if chance.random() < 0.3:
            self.add(happened.ClassifierFailed("interjection", "{" + self.words(), 2, self.turn))

    def step(self) -> None:
        """The player speaks, a bot answers, and after a while the scene closes."""
        if not self.scene:
            self.kickoff()
        self.say(YOU)
        self.say(self.chance.choice(self.bots))
        if self.said_in_scene >= TURNS_A_SCENE:
            self.close_scene()

    def flush(self, log: EventLog) -> None:
        """Write down what happened so far."""
        if self.pending:
            log.append(self.stream, self.pending)
            self.pending = []


def author(log: EventLog, count: int, chance: random.Random) -> list[str]:
    """The player and so many bots; the bots' ids."""
    log.append(cast.YOU_STREAM, [to_log(cast.YouDescribed("Sam", "they/them", "An engineer."), at_us=START_US)])
    ids = []
    for number in range(count):
        name = NAMES[number] if number < len(NAMES) else f"Bot {number}"
        persona = " ".join(chance.choices(WORDS, k=60))
        authored = cast.BotAuthored(name, persona, [" ".join(chance.choices(WORDS, k=40))], ["curious", "brave"])
        ids.append(f"bot{number}")
        log.append(cast.bot_stream(ids[-1]), [to_log(authored, at_us=START_US)])
    return ids


def talk_for_long(
    log: EventLog, events: int = 100_000, bots: int = 10, seed: int = 1, *, embedded: bool = True
) -> list[str]:
    """Fill ``log`` with about ``events`` events of ``bots`` chats talked in by turns; the ids of the bots."""
    chance = random.Random(seed)
    ids = author(log, bots, chance)
    vector: Vector | None = (lambda text: random_vector(chance)) if embedded else None
    talks = [Talk(one, chance, tuple(other for other in ids if other != one), vector) for one in ids]
    written = 0
    while written < events:
        talk = chance.choice(talks)
        before = talk.written
        for _ in range(TURNS_A_SCENE):
            talk.step()
        talk.flush(log)
        written += talk.written - before
    return ids


def remember_much(
    log: EventLog, memories: int = 50_000, turns: int = 2_000, seed: int = 1, vector: Vector | None = None
) -> str:
    """One chat of ``turns`` turns whose host has ``memories`` memories, each embedded by ``vector``; the host's id."""
    chance = random.Random(seed)
    host = author(log, 2, chance)[0]
    talk = Talk(host, chance, vector=vector)
    talk.kickoff()
    # what was lived through before the turns that are still to be read: memories of scenes long closed
    while talk.memory < memories - turns // 8:
        talk.at_us += TURN_US
        talk.remember(host, "told")
        if len(talk.pending) >= BATCH:
            talk.flush(log)
    talk.open_scene()  # or swiping a turn would take back all that hangs on the first scene
    while talk.turn < turns:
        talk.step()
        if len(talk.pending) >= BATCH:
            talk.flush(log)
    while talk.memory < memories:
        talk.remember(host, "told")
    talk.flush(log)
    return host
