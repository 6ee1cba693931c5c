"""Making the cast: the player, the bots, their kickoffs (004 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, replace

from engine.clock import wall_us
from engine.errors import UserError
from game.events import Event
from game.roleplay import clock, reading
from game.roleplay import editing_checks as checks
from game.roleplay.beginnings import confirmed
from game.roleplay.cards.macros import expand
from game.roleplay.cast_events import (
    YOU_STREAM,
    BookKept,
    BotAuthored,
    BotRemoved,
    CardKept,
    YouDescribed,
    bot_stream,
)
from game.roleplay.desk import Desk
from game.roleplay.events import NARRATOR, YOU, EdgeSeeded
from game.roleplay.jobs import Kickoff, ParseKickoff
from game.roleplay.ledger import Fact
from game.roleplay.prose import clean
from game.roleplay.scenes import begun
from game.roleplay.skips import HOUR_US
from game.roleplay.state import Bot, You

PIECE_BYTES = 8 * 1024 * 1024
"""Of a file as much as is kept in one event, which holds 16 MiB at most."""


def describe_you(desk: Desk, name: str, pronouns: str = "", persona: str = "") -> You:
    """Who the player is in every chat; all of it may be empty, and nothing happens where nothing would change.

    Raises:
        UserError: a text that is too long.
    """
    you = You(
        checks.line(name, "your name", most=checks.MAX_NAME),
        checks.line(pronouns, "your pronouns", most=checks.MAX_NAME),
        checks.prose(persona, "your persona"),
    )
    with desk.deciding:
        if reading.you(desk.log) != you:
            desk.ledger.write(YOU_STREAM, [Fact(YouDescribed(*astuple(you)))])
    desk.listener.committed()
    return you


def author(desk: Desk, bot: BotAuthored, card: Sequence[CardKept] = (), books: Sequence[BookKept] = ()) -> str:
    """Make a bot, with the card and the lorebooks it came with, in one step; its id.

    Raises:
        UserError: no name, or a text that is too long; nothing was made.
    """
    bot = check_bot(bot)
    with desk.deciding:
        bot_id = free_id(desk, bot.name)
        events: list[Event] = [bot, *card, *books]
        made = [Fact(event) for event in events]
        desk.ledger.write(bot_stream(bot_id), made)
    desk.listener.committed()
    return bot_id


def check_bot(bot: BotAuthored) -> BotAuthored:
    """A bot as it is kept: cleaned and within bounds.

    Raises:
        UserError: no name, or a text that is too long.
    """
    if not one_line(bot.name):
        raise UserError("a character needs a name; write one")
    fields = {field: check(getattr(bot, field), field.replace("_", " ")) for field, check in checks.BOT.items()}
    return replace(bot, **fields)


def one_line(text: str) -> str:
    """``text`` on one line, without what cannot be kept or printed."""
    return " ".join(clean(text).split())


def pieces(data: bytes) -> list[tuple[int, int, bytes]]:
    """A file in pieces that each fit into an event: number, how many, bytes."""
    parts = max(1, -(-len(data) // PIECE_BYTES))
    return [(part, parts, data[part * PIECE_BYTES : (part + 1) * PIECE_BYTES]) for part in range(parts)]


def book_kept(number: int, name: str, data: bytes) -> list[BookKept]:
    """The lorebook ``number`` of a bot as what is to be remembered of it."""
    return [
        BookKept(number, one_line(name)[: checks.MAX_LINE], piece, part, parts) for part, parts, piece in pieces(data)
    ]


def free_id(desk: Desk, name: str) -> str:
    """An id for a new bot, made of its name so that the log can be read; never one that is or was taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "bot"
    taken = {bot.id for bot in reading.bots(desk.log, removed=True)} | {YOU, NARRATOR}
    taken |= {stream.partition("/")[2] for stream in desk.log.streams()}
    number, chosen = 2, base
    while chosen in taken:
        chosen, number = f"{base}-{number}", number + 1
    return chosen


def remove(desk: Desk, bot_id: str) -> None:
    """Take a bot out of the library; its chat stays in the log.

    Raises:
        UserError: there is none of that id.
    """
    reading.bot(desk.log, bot_id)
    with desk.deciding:
        desk.ledger.write(bot_stream(bot_id), [Fact(BotRemoved())])
    desk.listener.committed()


def keep_book(desk: Desk, bot_id: str, name: str, data: bytes) -> int:
    """Have a lorebook go with a bot; its number."""
    with desk.deciding:
        number = max((book.book for book in reading.books(desk.log, bot_id)), default=0) + 1
        desk.ledger.write(bot_stream(bot_id), [Fact(piece) for piece in book_kept(number, name, data)])
    return number


def parse_kickoff(desk: Desk, bot_id: str) -> Kickoff:
    """The first encounter taken apart, for the player to confirm or mend; nothing is written.

    Where it was confirmed before and its prose is the same, it is as they had it then: a reset keeps it (004 5.3).
    """
    known = confirmed(desk.log, bot_id)
    if Kickoff.model_fields.keys() <= known.keys():
        return Kickoff(**known)
    bot = reading.bot(desk.log, bot_id)
    answer = desk.ask(bot_id, ParseKickoff(bot, reading.you(desk.log)))
    assert isinstance(answer, Kickoff)
    if bot.greetings:
        answer = answer.model_copy(update={"opening": spoken_to(bot, reading.you(desk.log), bot.greetings[0])})
    return answer.model_copy(update=known)


def begin(desk: Desk, bot_id: str, form: Kickoff) -> None:
    """Play the kickoff as confirmed: the first scene opens (004 7.1).

    Raises:
        UserError: the chat has begun already.
    """
    bot, you = reading.bot(desk.log, bot_id), reading.you(desk.log)
    others = [spoken_to(bot, you, greeting) for greeting in bot.greetings[1:]] if form.opening else []
    with desk.deciding:
        chat = reading.chat(desk.log, bot_id)
        if chat.begun:
            raise UserError(f"the chat with {bot.name} has begun already; reset it to begin anew")
        made = begun(chat, bot, form, start_of(form.when), desk.source, others)
        desk.write(bot_id, [fact for fact in made if not _lived(desk, fact.event)], head=chat.head)


def _lived(desk: Desk, event: Event) -> bool:
    """Whether it would put two back to where they stood before they met elsewhere (the bot as a guest)."""
    return isinstance(event, EdgeSeeded) and bool(reading.edge(desk.log, event.owner, event.target).last_chat)


def start_of(when: str) -> int:
    """When a story begins: the time its kickoff names, else now, on the hour (004 4.3)."""
    if when:
        try:
            return clock.from_iso(when)
        except UserError:
            pass
    now_us = wall_us()
    return now_us - now_us % HOUR_US


def spoken_to(bot: Bot, you: You, text: str) -> str:
    """A greeting with its macros filled in."""
    return expand(text, char=bot.called, user=you.called)
