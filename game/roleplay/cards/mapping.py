"""What a card becomes as one of our bots, and what one of our bots becomes as a card.

Our bots are written down as requirements 004, 5.1 asks: persona, voice samples, traits, backstory, the relationship
to the player and a kickoff.  A card says the same in other places::

    description + personality + scenario   persona; short phrases in personality are traits
    a part headed "Backstory"              backstory
    sentences of the scenario with {{user}}  initial relationship (they stay in the persona as well)
    mes_example, parts between <START>     voice samples, at most three
    first_mes, alternate_greetings         the kickoff, and others to choose from

A card written here carries our own division too (``extensions.ourojam``), so that it comes back exactly; it counts only
as long as nobody changed the texts it divides.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from game.roleplay.cards.card import Card
from game.roleplay.cards.fields import text_of, texts_of
from game.roleplay.cards.json_text import dump, parse_object
from game.roleplay.cards.macros import names_user

MAX_SAMPLES = 3
MAX_SAMPLE_CHARS = 2000
"""Of one voice sample: they stand in every prompt, whole."""

MAX_TRAIT_CHARS = 80
MAX_TRAITS = 40
MAX_RELATIONSHIP_CHARS = 1000

MAX_SCANNED_CHARS = 20_000
"""Of a scenario, for sentences that speak of the player."""

_DIVIDED = ("persona", "voice_samples", "traits", "backstory", "relationship")
_START = re.compile(r"^[ \t]*<START>[ \t]*$|<START>", re.IGNORECASE | re.MULTILINE)
_BACKSTORY = re.compile(r"^\W*(?:back ?story|background|history)\W*(?::|$)[\W_]*", re.IGNORECASE | re.MULTILINE)
_HEADING = re.compile(r"\n\s*\n(?=\W{0,4}[A-Z][\w /]{1,30}\W{0,3}:)")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’*]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class BotSheet:
    """One of our bots as a form shows it; macros unfilled.

    ``kickoffs`` are all first messages, the first of them the usual one.  ``system_prompt`` and
    ``post_history_instructions`` replace ours where they say something (:func:`macros.instruction`).
    """

    name: str
    persona: str = ""
    voice_samples: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    backstory: str = ""
    relationship: str = ""
    kickoffs: tuple[str, ...] = ()
    system_prompt: str = ""
    post_history_instructions: str = ""


def to_sheet(card: Card) -> BotSheet:
    """What ``card`` becomes as one of our bots."""
    own = _own_division(card)
    if own is not None:
        return own
    traits = _traits(card.personality)
    description, backstory = _backstory(card.description)
    spoken = "" if traits else card.personality.strip()
    persona = "\n\n".join(part for part in (description.strip(), spoken, card.scenario.strip()) if part)
    return BotSheet(
        name=card.name,
        persona=persona,
        voice_samples=_samples(card.example_messages),
        traits=traits,
        backstory=backstory,
        relationship=_relationship(card.scenario) or _relationship(description),
        kickoffs=_kickoffs(card),
        system_prompt=card.system_prompt,
        post_history_instructions=card.post_history_instructions,
    )


def to_card(sheet: BotSheet, base: Card | None = None) -> Card:
    """``sheet`` as a card.  ``base`` is the card it was imported from: what the player left alone stays as it is there.

    Without changes the card is ``base`` itself, so that its file comes out byte for byte.
    """
    card = base if base is not None else Card(sheet.name)
    before = to_sheet(card)
    if base is not None and sheet == before:
        return base
    changes: dict[str, Any] = {}
    if sheet.name != before.name:
        changes["name"] = sheet.name
    if any(
        getattr(sheet, part) != getattr(before, part) for part in ("persona", "backstory", "relationship", "traits")
    ):
        heading = f"Backstory:\n{sheet.backstory}" if sheet.backstory else ""
        changes["description"] = "\n\n".join(part for part in (sheet.persona, heading) if part)
        changes["personality"] = _listed(sheet.traits)
        # The persona holds what the scenario said; only a relationship that was written here stands for itself.
        changes["scenario"] = sheet.relationship if sheet.relationship != before.relationship else ""
    if sheet.voice_samples != before.voice_samples:
        changes["example_messages"] = "".join(f"<START>\n{sample}\n" for sample in sheet.voice_samples)
    if sheet.kickoffs != before.kickoffs:
        changes["first_message"] = sheet.kickoffs[0] if sheet.kickoffs else ""
        changes["greetings"] = sheet.kickoffs[1:]
    for same in ("system_prompt", "post_history_instructions"):
        if getattr(sheet, same) != getattr(before, same):
            changes[same] = getattr(sheet, same)
    card = replace(card, **changes)
    return replace(card, division=_division(sheet, card))


def _listed(traits: tuple[str, ...]) -> str:
    """Traits as a card's ``personality``: by commas, or a line each where one holds a comma."""
    return ("\n" if any("," in trait or ";" in trait for trait in traits) else ", ").join(traits)


def _traits(personality: str) -> tuple[str, ...]:
    """The phrases of a personality that is a list; () for prose."""
    parts = re.split(r"\n" if "\n" in personality.strip() else r"[,;•]", personality)
    phrases = [part.strip(" \t-*•").rstrip(".") for part in parts]
    phrases = [phrase for phrase in phrases if phrase]
    if len(phrases) > MAX_TRAITS or any(len(phrase) > MAX_TRAIT_CHARS or ". " in phrase for phrase in phrases):
        return ()
    return tuple(phrases)


def _backstory(description: str) -> tuple[str, str]:
    """The description without the part headed "Backstory", "Background" or "History", and that part."""
    match = _BACKSTORY.search(description)
    if match is None:
        return description, ""
    rest = description[match.end() :]
    following = _HEADING.search(rest)
    end = following.start() if following is not None else len(rest)
    if not rest[:end].strip():
        return description, ""
    left = [description[: match.start()].strip(), rest[end:].strip()]
    return "\n\n".join(part for part in left if part), rest[:end].strip()


def _samples(examples: str) -> tuple[str, ...]:
    parts = [part.strip() for part in _START.split(examples)]
    return tuple(part[:MAX_SAMPLE_CHARS] for part in parts if part)[:MAX_SAMPLES]


def _relationship(text: str) -> str:
    """The sentences that speak of the player, as many as fit."""
    chosen = ""
    for sentence in _SENTENCE.split(text[:MAX_SCANNED_CHARS]):
        if sentence and names_user(sentence) and len(chosen) + len(sentence) < MAX_RELATIONSHIP_CHARS:
            chosen = f"{chosen} {sentence.strip()}".strip()
    return chosen


def _kickoffs(card: Card) -> tuple[str, ...]:
    first = (card.first_message,) if card.first_message.strip() else ()
    return (*first, *card.greetings)


def _checksum(card: Card) -> int:
    """Tells whether the texts that a division divides are still the same."""
    texts = (card.description, card.personality, card.scenario, card.example_messages)
    return zlib.crc32("\0".join(texts).encode())


def _division(sheet: BotSheet, card: Card) -> str:
    divided = {key: value for key, value in asdict(sheet).items() if key in _DIVIDED}
    return dump({"of": _checksum(card), **divided})


def _own_division(card: Card) -> BotSheet | None:
    """The sheet as it was when the card was written here, or None when another program wrote or changed it."""
    if not card.division:
        return None
    tree: Mapping[str, Any] = parse_object(card.division, card.name)
    if tree.get("of") != _checksum(card):
        return None
    return BotSheet(
        name=card.name,
        persona=text_of(tree.get("persona")),
        voice_samples=texts_of(tree.get("voice_samples"))[:MAX_SAMPLES],
        traits=texts_of(tree.get("traits"))[:MAX_TRAITS],
        backstory=text_of(tree.get("backstory")),
        relationship=text_of(tree.get("relationship")),
        kickoffs=_kickoffs(card),
        system_prompt=card.system_prompt,
        post_history_instructions=card.post_history_instructions,
    )
