"""The classifier's jobs made from where a chat stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.log import EventLog
from game.roleplay import knowing, reading
from game.roleplay.effects import edges_around
from game.roleplay.events import NARRATOR, YOU
from game.roleplay.jobs import (
    DecideInterjection,
    DetectEnd,
    ParseTurn,
    Present,
    SummariseScene,
    UpdateState,
    Weigh,
)
from game.roleplay.state import Activity, Chat, Edge, Scene, Turn

KNOWN_FACTS = 40
"""The last things known of someone that a classifier is shown; what is already known is not taken in twice."""

BEFORE = 6
"""How many turns before the one in question a classifier is shown."""


def name_of(log: EventLog, who: str) -> str:
    """What to call someone."""
    if who == YOU:
        return reading.you(log).called
    return "the narrator" if who == NARRATOR else reading.bot(log, who).name


def present(log: EventLog, chat: Chat, who: Sequence[str] = ()) -> tuple[Present, ...]:
    """Those in the scene (or ``who``) as a classifier is told of them."""
    return tuple(Present(one, name_of(log, one), chat.activities.get(one, Activity())) for one in who or chat.present)


def parse_turn(log: EventLog, chat: Chat, speaker: str, text: str, ooc: tuple[str, str]) -> ParseTurn:
    """Take apart what ``speaker`` says next."""
    (speaking,) = present(log, chat, (speaker,))
    return ParseTurn(text, speaking, present(log, chat, [one for one in chat.present if one != speaker]), ooc)


def edges(log: EventLog, chat: Chat, speaker: str) -> dict[tuple[str, str], Edge]:
    """Every edge between those present."""
    return {pair: reading.edge(log, *pair) for pair in edges_around(chat, speaker)}


def before(log: EventLog, chat: Chat, turn: Turn) -> tuple[Turn, ...]:
    """The turns before it that all who heard it had heard, too: a question must not tell anyone of the others."""
    scene = reading.scene(log, chat.host, turn.scene)
    here = [one for one in scene.present if scene.hears(one, turn.number)] if scene else [chat.host]
    return lately(log, chat.host, here, BEFORE, turn.number)


def lately(log: EventLog, host: str, who: Sequence[str], count: int, before: int = reading.EVERY) -> tuple[Turn, ...]:
    """Of the last turns (before turn ``before``) those that all of ``who`` heard."""
    first, *others = who or (host,)
    heard = reading.heard_turns(log, host, first, count, before)
    for one in others:
        there = {turn.number for turn in reading.heard_turns(log, host, one, count, before)}
        heard = [turn for turn in heard if turn.number in there]
    return tuple(heard)


def shared(scene: Scene, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Of the turns of a scene those that all who were in it heard."""
    return tuple(turn for turn in turns if all(scene.hears(one, turn.number) for one in scene.present))


def update_state(log: EventLog, chat: Chat, said: Turn, around: Mapping[tuple[str, str], Edge]) -> UpdateState:
    """What did this turn do to everyone?"""
    return UpdateState(
        present(log, chat),
        tuple(replace(edge, facts=edge.facts[-KNOWN_FACTS:]) for edge in around.values()),
        said,
        before(log, chat, said),
        tuple(knowing.shared_threads(log, chat)),
        tuple(knowing.shared_happenings(log, chat, ("planned", "active"))),
    )


def weigh(log: EventLog, chat: Chat, said: Turn) -> Weigh:
    """How much does this turn matter?"""
    return Weigh(present(log, chat), said, before(log, chat, said))


def detect_end(log: EventLog, chat: Chat, said: Turn) -> DetectEnd:
    """Does the scene end with this turn?"""
    return DetectEnd(present(log, chat), chat.guest, chat.container, chat.containers, said, before(log, chat, said))


def interjection(log: EventLog, chat: Chat, other: str, said: Turn) -> DecideInterjection:
    """Does the one not addressed say something?"""
    edge = reading.edge(log, other, said.speaker)
    return DecideInterjection(present(log, chat), other, edge, said, before(log, chat, said))


def summarise(
    log: EventLog, chat: Chat, scene: Scene, witness: str, turns: Sequence[Turn], clock: str, significance: int
) -> SummariseScene:
    """Tell these turns of a scene as ``witness`` lived through them."""
    bot = None if witness == YOU else reading.bot(log, witness)
    (who,) = present(log, chat, (witness,))
    place = next((one.name for one in chat.containers if one.id == scene.container), "somewhere")
    heard = tuple(turn for turn in turns if scene.hears(witness, turn.number))
    towards = tuple(reading.edge(log, witness, one) for one in scene.present if one != witness)
    return SummariseScene(who, bot, present(log, chat, scene.present), place, clock, heard, significance, towards)
