"""What of a speaker's lorebooks the last lines wake."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.log import EventLog
from game.roleplay import reading
from game.roleplay.cards import (
    Lorebook,
    LoreHistory,
    LoreScan,
    Place,
    UnreadableFile,
    budget_tokens,
    expand,
    read_lorebook,
    scan,
)
from game.roleplay.prompts.config import Count
from game.roleplay.state import Bot
from game.roleplay.view import LoreEntry

NOTE_DEPTH = 4
"""Where what belongs to an author's note stands, in turns from the end (SillyTavern's default)."""

_POSITIONS = {
    Place.BEFORE_PERSONA: "before",
    Place.AT_DEPTH: "depth",
    Place.NOTE_TOP: "depth",
    Place.NOTE_BOTTOM: "depth",
}
"""Where an entry stands in our prompts; what is not here comes after the identity."""

_read = lru_cache(maxsize=8)(read_lorebook)


@dataclass(frozen=True, slots=True)
class Heard:
    """The last lines as the speaker heard them, the oldest first, and which of them were the speaker's own.

    ``messages`` and ``replies`` count all of the chat, those before these lines too.
    """

    texts: tuple[str, ...]
    own: tuple[bool, ...]
    messages: int
    replies: int


def lore(
    log: EventLog, bot: Bot, hear: Callable[[], Heard], user: str, count_tokens: Count, prompt_tokens: int
) -> tuple[LoreEntry, ...]:
    """The entries of the bot's books that go into a prompt of ``prompt_tokens``, and those that do not, with why.

    The same lines wake the same entries: chance is drawn from the bot, the entry and the number of messages.
    """
    found: list[LoreEntry] = []
    books = reading.books(log, bot.id)
    if not books:
        return ()
    heard = hear()
    for kept in books:
        try:
            book = _read(kept.data, kept.name)
        except UnreadableFile as error:
            found.append(LoreEntry(kept.name, "", dropped=str(error)))
            continue

        def fill(text: str) -> str:
            return expand(text, char=bot.called, user=user)

        budget = budget_tokens(book, prompt_tokens)
        found += _entries(_scanned(book, f"{bot.id}/{kept.book}", heard, count_tokens, budget, fill))
    return tuple(sorted(found, key=lambda entry: entry.order))


def _scanned(
    book: Lorebook, salt: str, heard: Heard, count_tokens: Count, budget: int, fill: Callable[[str], str]
) -> LoreScan:
    """The scan of now; where an entry stays or rests, after the scans of all the messages before it."""
    timed = any(entry.sticky or entry.cooldown for entry in book.entries if entry.enabled)
    last = len(heard.texts)
    since: dict[str, int] = {}
    result = LoreScan((), (), (), 0)
    for end in range(min(last, 1) if timed else last, last + 1):
        gone = last - end
        messages = heard.messages - gone
        history = LoreHistory(messages, heard.replies - sum(heard.own[end:]), dict(since))
        result = scan(
            book,
            heard.texts[:end],
            count_tokens=count_tokens,
            budget=budget,
            roll=_chance(f"{salt}/{messages}"),
            history=history,
            fill=fill,
        )
        since |= {item.entry.uid: messages for item in result.active if item.fresh}
    return result


def _chance(salt: str) -> Callable[[str], float]:
    return lambda uid: zlib.crc32(f"{salt}/{uid}".encode()) / 2**32


def _entries(found: LoreScan) -> Sequence[LoreEntry]:
    active = [
        LoreEntry(
            *(item.entry.title or item.entry.uid, item.text, _POSITIONS.get(item.place, "after")),
            *(item.depth if item.place is Place.AT_DEPTH else NOTE_DEPTH, item.entry.order),
        )
        for item in found.active
    ]
    dropped = [
        LoreEntry(
            *(item.entry.title or item.entry.uid, item.entry.text, _POSITIONS.get(item.entry.place, "after")),
            *(item.entry.depth, item.entry.order, item.why),
        )
        for item in found.dropped
    ]
    slow = [LoreEntry(f"key {key}", "", dropped="took too long to look for: not found") for key in found.slow]
    return [*active, *dropped, *slow]
