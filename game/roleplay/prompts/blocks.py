"""The parts of a speaker's prompt: what each says, which tier it is in, and in which order they give way (004 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum

from game.roleplay.cards.macros import expand, instruction
from game.roleplay.clock import ago
from game.roleplay.events import NARRATOR, YOU
from game.roleplay.prompts.config import KEPT_MEMORIES, KEPT_TURNS, Budget
from game.roleplay.prompts.parts import MUST, NICE, SHOULD, Part, bounded
from game.roleplay.prompts.people import (
    activity_text,
    called,
    edge_text,
    happening_text,
    inward_text,
    listed,
    place_text,
    thread_text,
)
from game.roleplay.prompts.said import said
from game.roleplay.state import Memory, Turn
from game.roleplay.view import LoreEntry, SpeakerView

BACKSTORY_WORDS = 500
"""From here on a backstory is downgraded when there is too little room (004 5.1)."""

MAX_LISTED = 12
"""Threads, happenings and things kept that are named; of more, the newest."""

STYLE = (
    "This is a story told in turns by {{user}} and you. Write as a novelist would: actions between *asterisks*, speech"
    " as plain text, concrete and in the moment. Let {{char}} want things, notice things and remember; never sum up,"
    " never lecture, never break off to comment."
)
"""How to write; a card's own instructions take its place."""

_LORE, _WHO, _EDGES = "The world", "Who you are", "How you stand to them"
_MIND, _BEFORE, _NOW = "What comes to your mind", "What you remember of the scenes before", "Here and now"


class Rank(IntEnum):
    """The order of trimming: what is nice first, in the order of 004 3.2, then what should be, in its order there.

    What 3.2 does not name goes where it hurts least: lore after the nice ones, what is pinned last of all.
    """

    NEVER = 0
    BACKSTORY = 1
    MEMORY = 2
    OLDER_TURN = 3
    SCENE = 4
    LORE = 5
    OTHER_EDGE = 6
    GROUP = 7
    THREADS = 8
    HAPPENINGS = 9
    PLAYER = 10
    ITEMS = 11
    TOP_MEMORY = 12
    PINNED = 13


Fill = Callable[[str], str]


def parts_of(view: SpeakerView, config: Budget) -> list[Part]:
    """Every part of the prompt, in the order in which it is read."""
    fill = _filler(view, config)
    parts = [
        *_rules(view, fill),
        *(_lore(view, fill, "before")),
        *_identity(view, fill),
        *(_lore(view, fill, "after")),
        *_between(view, fill),
        *_memories(view),
        *_story(view),
        *_here(view, fill),
        *_dialogue(view, config, fill),
        *_closing(view, fill),
    ]
    return [part for part in parts if part.text.strip() or part.dropped]


def _filler(view: SpeakerView, config: Budget) -> Fill:
    names = {"char": called(view.speaker.id, {view.speaker.id: view.speaker.called}), "user": called(YOU, view.names)}

    def fill(text: str) -> str:
        return expand(bounded(text, config.hard_tokens), **names)

    return fill


def _others(view: SpeakerView) -> list[str]:
    return [called(who, view.names) for who in view.activities if who != view.speaker.id]


def _rules(view: SpeakerView, fill: Fill) -> Iterator[Part]:
    own = fill(instruction(view.speaker.instructions, STYLE, char="{{char}}", user="{{user}}"))
    yield Part("style", MUST, own, key=own)
    others = [
        f"{name} ({view.you.pronouns[:40]})" if name == called(YOU, view.names) and view.you.pronouns else name
        for name in _others(view)
    ]
    core = (
        f"You are {fill('{{char}}')}, and only that. Never write words, thoughts or actions of anyone else"
        f"{' (' + listed(others) + ')' if others else ''}: what they do is theirs. You know only what is written here;"
        " what you did not witness or were not told, you do not know. Keep to the place everyone is in and to what they"
        " are doing."
    )
    yield Part("rules", MUST, core, whole=True)


def _lore(view: SpeakerView, fill: Fill, position: str) -> Iterator[Part]:
    for entry in view.lore:
        if entry.position == position or (position == "after" and entry.position not in ("before", "after", "depth")):
            yield _lore_part(entry, fill, section=_LORE)


def _lore_part(entry: LoreEntry, fill: Fill, section: str = "", role: str = "system") -> Part:
    text = fill(entry.text)
    return Part(
        *(f"lore: {entry.name[:60]}", NICE, f"[{text}]" if role == "user" else text, section, role, Rank.LORE, text),
        dropped=entry.dropped,
    )


def _identity(view: SpeakerView, fill: Fill) -> Iterator[Part]:
    bot = view.speaker
    persona = fill(bot.persona)
    yield Part("persona", MUST, persona.strip(), _WHO, key=persona)
    traits = ", ".join(fill(trait).strip() for trait in bot.traits if trait.strip())
    yield Part("traits", MUST, f"Traits: {traits}" if traits else "", _WHO, key=traits)
    samples = "\n---\n".join(fill(sample).strip() for sample in bot.voice_samples if sample.strip())
    voice = f"Voice reference. Match this register, vocabulary, and rhythm:\n{samples}"
    yield Part("voice samples", MUST, voice if samples else "", _WHO, key=samples, whole=True)
    doing = view.activities.get(bot.id)
    yield Part("mood and goals", MUST, fill(inward_text(doing)) if doing else "", _WHO)
    begin, rest = _split_words(fill(bot.backstory).strip(), BACKSTORY_WORDS)
    yield Part("backstory", MUST, f"Backstory: {begin}" if begin else "", _WHO, key=begin)
    yield Part(f"backstory beyond {BACKSTORY_WORDS} words", NICE, rest, _WHO, rank=Rank.BACKSTORY)


def _split_words(text: str, words: int) -> tuple[str, str]:
    """The first ``words`` words to the end of their last sentence or paragraph, and the rest."""
    some = text.split(maxsplit=words)
    if len(some) <= words:
        return text, ""
    at = len(text) - len(some[-1])
    end = max(text.rfind(mark, at // 2, at) + len(mark.rstrip()) for mark in (". ", "! ", "? ", ".\n", "\n\n"))
    at = end if end > at // 2 else at
    return text[:at].rstrip(), text[at:].strip()


def _between(view: SpeakerView, fill: Fill) -> Iterator[Part]:
    for edge in view.edges:
        name = called(edge.target, view.names)
        text = fill(edge_text(edge, name, view.speaker.relationship if edge.target == YOU else ""))
        first = edge.target == view.addressee
        tier, rank = (MUST, Rank.NEVER) if first else (SHOULD, Rank.OTHER_EDGE)
        yield Part(f"edge to {name}", tier, text, _EDGES, rank=rank, key=text)
    if view.group:
        yield Part("group", SHOULD, f"You three together: {view.group}", _EDGES, rank=Rank.GROUP, key=view.group)
    if persona := fill(view.you.persona).strip():
        text = f"About {called(YOU, view.names)}: {persona}"
        yield Part("the player's character", SHOULD, text, _EDGES, rank=Rank.PLAYER, key=persona)


def _memories(view: SpeakerView) -> Iterator[Part]:
    known = set()
    for memory in view.pinned:
        known.add((memory.chat, memory.number))
        yield Part(
            f"pinned memory {memory.number}", SHOULD, _memory(memory, view), _MIND, rank=Rank.PINNED, key=memory.text
        )
    strongest = sorted(view.remembered, key=lambda one: -one.score)
    for place, one in enumerate(strongest):
        again = (one.memory.chat, one.memory.number) in known
        tier, rank = (SHOULD, Rank.TOP_MEMORY) if place < KEPT_MEMORIES else (NICE, Rank.MEMORY)
        told = replace(one.memory, text=without_quotes(one.memory))
        yield Part(
            *(f"memory {one.memory.number}", tier, _memory(told, view), _MIND, "system", rank),
            key="" if again else one.memory.text,
            dropped="it is pinned, and sent as that" if again else "",
        )
    for memory in view.earlier:
        again = (memory.chat, memory.number) in known
        yield Part(
            *(f"scene {memory.scene}", NICE, _memory(memory, view), _BEFORE, "system", Rank.SCENE),
            key="" if again else memory.text,
            dropped="it is pinned, and sent as that" if again else "",
        )


def without_quotes(memory: Memory) -> str:
    """What is left of a scene that is not one of the last any more: its summary, without the key lines (004 11.4)."""
    return memory.text.partition("\n“")[0] if memory.form == "summary" else memory.text


def _memory(memory: Memory, view: SpeakerView) -> str:
    """A memory with what its owner can say of when it was and whom they have it from."""
    notes = []
    if memory.chat == view.host and view.clock_us:
        notes.append(ago(memory.clock_us, view.clock_us))
    if memory.source != "seen":
        sure = "" if memory.reliability >= 70 else ", perhaps not true"
        notes.append(f"you have it from {memory.source[:80]}{sure}")
    return f"- {'(' + '; '.join(notes) + ') ' if notes else ''}{memory.text.strip()}"


def _story(view: SpeakerView) -> Iterator[Part]:
    if view.items:
        yield Part("items", SHOULD, f"You keep: {_newest(view.items, ', ')}.", _NOW, rank=Rank.ITEMS)
    if view.threads:
        text = _newest([thread_text(one) for one in view.threads], "\n")
        yield Part("threads", SHOULD, f"Still open between you:\n{text}", _NOW, rank=Rank.THREADS)
    if under_way := [happening_text(one) for one in view.happenings if one.state == "active"]:
        text = _newest(under_way, "\n")
        yield Part("happenings", SHOULD, f"Under way:\n{text}", _NOW, rank=Rank.HAPPENINGS)


def _newest(entries: Sequence[str], between: str) -> str:
    """The newest of many, and how many there are besides."""
    older = len(entries) - MAX_LISTED
    return between.join([*entries[-MAX_LISTED:], *([f"(and {older} older)"] if older > 0 else [])])


def _here(view: SpeakerView, fill: Fill) -> Iterator[Part]:
    lines = [f"Time: {view.clock}" if view.clock else "", f"Place: {place_text(view.container)}"]
    lines.append(f"Scene: {fill(view.scene.description).strip()}" if view.scene.description.strip() else "")
    yield Part("scene", MUST, "\n".join(line for line in lines if line), _NOW)
    doing = [activity_text(called(who, view.names), record) for who, record in view.activities.items()]
    yield Part("activities", MUST, "\n".join(["What everyone is doing:", *doing]), _NOW)


def _dialogue(view: SpeakerView, config: Budget, fill: Fill) -> Iterator[Part]:
    spoken = [(turn, text) for turn in view.recent if (text := said(turn, config.ooc))]
    deep = [entry for entry in view.lore if entry.position == "depth"]
    for place, (turn, text) in enumerate(spoken):
        left = len(spoken) - place
        for entry in deep:
            if entry.depth == left or (place == 0 and entry.depth > left):
                yield _lore_part(entry, fill, role="user")
        must = left <= KEPT_TURNS
        tier, rank = (MUST, Rank.NEVER) if must else (NICE, Rank.OLDER_TURN)
        if place and turn.scene != spoken[place - 1][0].scene:
            yield Part(f"before turn {turn.number}", tier, "[A new scene begins.]", role="user", rank=rank)
        yield Part(
            f"turn {turn.number}, {called(turn.speaker, view.names)}",
            tier,
            _spoken(turn, bounded(text, config.hard_tokens), view),
            role="assistant" if turn.speaker == view.speaker.id else "user",
            rank=rank,
        )
    for entry in deep:
        if entry.depth <= 0 or not spoken:
            yield _lore_part(entry, fill, role="user")


def _spoken(turn: Turn, text: str, view: SpeakerView) -> str:
    if turn.speaker == view.speaker.id:
        return text
    return f"[{text}]" if turn.speaker == NARRATOR else f"{called(turn.speaker, view.names)}: {text}"


def _closing(view: SpeakerView, fill: Fill) -> Iterator[Part]:
    own = fill(view.speaker.closing_instructions).replace("{{original}}", "").strip()
    yield Part("closing instructions", MUST, f"[{own}]" if own else "", role="user", key=own)
    char, to = fill("{{char}}"), called(view.addressee, view.names) if view.addressee else ""
    if view.task:
        task = fill(view.task)
    elif view.beat:
        task = f"{char} was not spoken to, but reacts: write one or two short sentences of {char}, no more."
    else:
        task = f"Write {char}'s next turn{', to ' + to if to else ''}: {char} alone, without a name before it."
    note = f" {view.note.strip()}" if view.note.strip() else ""
    yield Part("task", MUST, f"[{task}{note}]", role="user")
