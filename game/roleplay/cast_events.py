"""What can happen to the cast: the facts of the streams ``you`` and ``bot/<id>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

YOU_STREAM = "you"


def bot_stream(bot: str) -> str:
    """Where a bot's identity is told."""
    return f"bot/{bot}"


@dataclass(frozen=True, slots=True)
class YouDescribed:
    """Who the player is in every chat; all of it may be empty."""

    kind: ClassVar[str] = "you.described"
    name: str
    pronouns: str = ""
    persona: str = ""


@dataclass(frozen=True, slots=True)
class BotAuthored:
    """A bot was made (004 5.1); ``extra`` holds what a card has and we have no field for."""

    kind: ClassVar[str] = "bot.authored"
    name: str
    persona: str = ""
    voice_samples: list[str] = field(default_factory=list)
    traits: list[str] = field(default_factory=list)
    backstory: str = ""
    relationship: str = ""
    kickoff: str = ""
    greetings: list[str] = field(default_factory=list)
    instructions: str = ""
    closing_instructions: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BotEdited:
    """One field of a bot's identity was amended by hand; ``former`` is what it was."""

    kind: ClassVar[str] = "bot.edited"
    field: str
    value: Any
    former: Any


@dataclass(frozen=True, slots=True)
class BotRemoved:
    """A bot was taken out of the library; its chat stays in the log."""

    kind: ClassVar[str] = "bot.removed"


@dataclass(frozen=True, slots=True)
class BotReset:
    """Everything this bot lived through until now counts no more, in any chat (004 5.3)."""

    kind: ClassVar[str] = "bot.reset"


@dataclass(frozen=True, slots=True)
class CardKept:
    """The card a bot was made from, byte for byte; ``form`` is one of :class:`game.roleplay.cards.Form`.

    A large file comes in ``parts`` of which this is number ``part``, from 0.
    """

    kind: ClassVar[str] = "bot.card_kept"
    name: str
    form: str
    data: bytes
    part: int = 0
    parts: int = 1


@dataclass(frozen=True, slots=True)
class BookKept:
    """A lorebook that goes with the bot, as the JSON it came in; ``book`` numbers it within the bot.

    A large one comes in ``parts`` of which this is number ``part``, from 0.
    """

    kind: ClassVar[str] = "bot.book_kept"
    book: int
    name: str
    data: bytes
    part: int = 0
    parts: int = 1


CAST_EVENTS = (YouDescribed, BotAuthored, BotEdited, BotRemoved, BotReset, CardKept, BookKept)
"""What the streams ``you`` and ``bot/<id>`` hold."""
