"""What players own comes in and goes out: cards become bots and back, chats become chats and back (004, issue)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

from engine.errors import UserError
from game.roleplay import authoring, passes, reading
from game.roleplay.cards import (
    BookForm,
    BotSheet,
    Card,
    ChatFile,
    ChatMessage,
    Form,
    Lorebook,
    read_any,
    read_card,
    read_chat,
    to_card,
    to_sheet,
    write_card,
    write_chat,
    write_lorebook,
)
from game.roleplay.cast_events import BookKept, BotAuthored, CardKept
from game.roleplay.desk import Desk
from game.roleplay.editing_checks import MAX_LINES, MAX_LISTED, MAX_NAME, MAX_PROSE
from game.roleplay.events import (
    NARRATOR,
    YOU,
    AlternativeChosen,
    AlternativeSaid,
    ChatFileKept,
    ClockMoved,
    SceneClosed,
    SceneOpened,
    TurnSaid,
)
from game.roleplay.jobs import EdgeWords, Place
from game.roleplay.ledger import AUTOMATION, USER, Fact, Facts, Source
from game.roleplay.prose import MAX_TURN_CHARS, clean, segments
from game.roleplay.scenes import described, seeded
from game.roleplay.skips import DAY_US
from game.roleplay.state import Bot, Turn
from game.roleplay.swipes import IMPORTED, IMPORTED_AT_ONCE
from game.truth import Truth

MAX_FILE_BYTES = 64 * 1024 * 1024
SCENE_TURNS = 40
"""An imported chat has no scenes; it is told in stretches of this many turns."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in: the bot's id, what it was (``card``, ``lorebook``, ``chat``), and what was mended or left out."""

    bot: str
    what: str
    name: str
    notes: tuple[str, ...] = ()


def import_file(desk: Desk, path: Path, host: str = "", *, named: bool = False) -> Imported:
    """Bring in a card, a lorebook or a chat; the latter two go to the bot ``host``.

    Unless the player ``named`` that one, a chat whose file names exactly one bot of the library goes to that bot.

    Raises:
        UserError: the file cannot be read or is none of them, or no bot was named for it; nothing came in.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UserError(f"{path}: {size:,} bytes are too many; at most {MAX_FILE_BYTES:,} can be brought in")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); choose another file") from error
    name = clean(path.name)
    found = read_any(data, name)
    if isinstance(found, Card):
        return import_card(desk, found, name, data)
    if isinstance(found, ChatFile) and not named:
        host = _named_in(desk, found) or host
    if not host:
        raise UserError(f"{path}: this is a {_sort(found)}; choose the character it belongs to first")
    if isinstance(found, Lorebook):
        return import_book(desk, host, found, name, data)
    return import_chat(desk, host, found, name, data)


def _named_in(desk: Desk, chat: ChatFile) -> str:
    """The one bot a chat's file names; empty when it is none or more than one."""
    wanted = chat.character_name
    fitting = [bot.id for bot in reading.bots(desk.log) if wanted and wanted in (bot.name, bot.called)]
    return fitting[0] if len(fitting) == 1 else ""


def _sort(found: Lorebook | ChatFile) -> str:
    return "lorebook" if isinstance(found, Lorebook) else "chat"


# -- cards and lorebooks ---------------------------------------------------------------------------------------------


def import_card(desk: Desk, card: Card, name: str, data: bytes) -> Imported:
    """Make a bot of a card; the card is kept byte for byte, its lorebook goes with the bot."""
    notes = list(card.mended)
    bot = _brought(to_sheet(card), notes)
    bot = replace(bot, extra={"nickname": card.nickname} if card.nickname else {})
    form = card.original_form.value if card.original_form else Form.V3.value
    books: list[BookKept] = []
    if card.book is not None:
        notes += [*card.book.mended, *card.book.refused]
        books = authoring.book_kept(1, card.book.name or card.name, write_lorebook(card.book, BookForm.V3))
    cards = [CardKept(name, form, piece, part, parts) for part, parts, piece in authoring.pieces(data)]
    bot_id = authoring.author(desk, bot, cards, books)
    return Imported(bot_id, "card", bot.name, tuple(notes))


def _brought(sheet: BotSheet, notes: list[str]) -> BotAuthored:
    """The bot a sheet becomes, shortened to what can be kept; ``notes`` gets what was."""
    return authoring.check_bot(
        BotAuthored(
            name=authoring.one_line(sheet.name)[:MAX_NAME],
            persona=_fitting(sheet.persona, "persona", notes),
            voice_samples=_all_fitting(sheet.voice_samples, "voice samples", notes),
            traits=_all_fitting(sheet.traits, "traits", notes),
            backstory=_fitting(sheet.backstory, "backstory", notes),
            relationship=_fitting(sheet.relationship, "relationship", notes),
            greetings=_all_fitting(sheet.kickoffs, "greetings", notes),
            instructions=_fitting(sheet.system_prompt, "instructions", notes),
            closing_instructions=_fitting(sheet.post_history_instructions, "closing instructions", notes),
        )
    )


def _fitting(text: str, what: str, notes: list[str]) -> str:
    if len(text) <= MAX_PROSE:
        return text
    notes.append(f"the {what} had {len(text):,} characters; the first {MAX_PROSE:,} are used, the file has all")
    return text[:MAX_PROSE]


def _all_fitting(texts: Sequence[str], what: str, notes: list[str]) -> list[str]:
    kept, room = [_fitting(text, what, notes) for text in texts[:MAX_LINES]], MAX_LISTED
    for place, text in enumerate(kept):
        room -= len(text)
        if room < 0:
            del kept[place:]
            break
    if len(kept) < len(texts):
        notes.append(f"of {len(texts)} {what} the first {len(kept)} are used, the file has all")
    return kept


def import_book(desk: Desk, host: str, book: Lorebook, name: str, data: bytes) -> Imported:
    """Have a lorebook go with a bot."""
    reading.bot(desk.log, host)
    authoring.keep_book(desk, host, book.name or name, data)
    return Imported(host, "lorebook", book.name or name, (*book.mended, *book.refused))


def export_card(desk: Desk, bot_id: str, form: Form | None = None) -> bytes:
    """A bot as a card; ``form`` None is that of the file it came from, else V3 in a PNG.

    What the player left alone stays as it was in the file, to the byte if that is everything.
    """
    bot = reading.bot(desk.log, bot_id)
    kept = reading.card(desk.log, bot_id)
    base = read_card(kept[2], kept[0]) if kept else None
    card = to_card(_sheet(bot, base), base)
    books = [] if base is not None and base.book is not None else reading.books(desk.log, bot_id)
    if books:
        found = read_any(books[0].data, books[0].name)
        if isinstance(found, Lorebook):
            card = replace(card, book=found)
    return write_card(card, form or card.original_form or Form.PNG)


def _sheet(bot: Bot, base: Card | None) -> BotSheet:
    """The bot as a sheet; what was left alone since it came in is as its card has it, also where that is longer."""
    ours = BotSheet(
        *(bot.name, bot.persona, bot.voice_samples, bot.traits, bot.backstory, bot.relationship),
        bot.greetings or ((bot.kickoff,) if bot.kickoff else ()),
        bot.instructions,
        bot.closing_instructions,
    )
    if base is None:
        return ours
    theirs = to_sheet(base)
    was = _brought(theirs, [])
    brought = BotSheet(
        *(was.name, was.persona, tuple(was.voice_samples), tuple(was.traits), was.backstory, was.relationship),
        tuple(was.greetings),
        was.instructions,
        was.closing_instructions,
    )
    same = {
        part.name: getattr(theirs, part.name)
        for part in fields(BotSheet)
        if getattr(ours, part.name) == getattr(brought, part.name)
    }
    return replace(ours, **same)


# -- chats -----------------------------------------------------------------------------------------------------------


def import_chat(desk: Desk, host: str, chat: ChatFile, name: str, data: bytes) -> Imported:
    """Make a chat of a file; one that has begun goes on as a branch, and the imported one is the present.

    Its last :data:`~game.roleplay.swipes.IMPORTED_AT_ONCE` scenes are told at once; of the earlier ones nobody has a
    memory until they are told, the latest first, as many again each time the chat is opened.

    Lines of others than the player and the host are told by the narrator with their names.

    Raises:
        UserError: no such bot, or no message in the file.  LogError: it could not be saved; the chat is as it was.
    """
    bot = reading.bot(desk.log, host)
    said = [message for message in chat.messages if message.text.strip()]
    if not said:
        raise UserError(f"{name}: this chat has no message that could be read; choose another file")
    kept = [Fact(ChatFileKept(name, piece, part, parts)) for part, parts, piece in authoring.pieces(data)]
    with desk.deciding:
        begun = reading.chat(desk.log, host).begun
        decided, scenes = _told(desk, bot, chat, said, met=reading.met(desk.log, host, YOU, host if begun else ""))
        if begun:
            if desk.snapshots is not None:
                desk.snapshots.before("import")
            desk.ledger.anew(host, [*kept, *decided], f"imported {name}")
            desk.listener.committed()
        else:
            desk.write(host, [*kept, *decided])
    for number in scenes[-IMPORTED_AT_ONCE:]:
        desk.later(partial(passes.tell_scene, desk, host, number))
    return Imported(host, "chat", f"{len(said)} turns", chat.skipped)


def _told(desk: Desk, bot: Bot, chat: ChatFile, said: Sequence[ChatMessage], *, met: bool) -> tuple[Facts, list[int]]:
    start_us = next((one.sent_us for one in said if one.sent_us), None) or chat.created_us or desk.now_us()
    made: Facts = [
        Fact(ClockMoved(start_us, 0, start_us - start_us % DAY_US, "kickoff")),
        Fact(described(1, Place(name="where it was told")), AUTOMATION),
    ]
    if not met:
        made.append(Fact(seeded(bot.id, YOU, EdgeWords(summary=bot.relationship[:4000])), AUTOMATION))
        made.append(Fact(seeded(YOU, bot.id, EdgeWords()), AUTOMATION))
    closed: list[int] = []
    for number, message in enumerate(said, start=1):
        scene = (number - 1) // SCENE_TURNS + 1
        if (number - 1) % SCENE_TURNS == 0:
            if scene > 1:
                made.append(Fact(SceneClosed(scene - 1, IMPORTED, 1), AUTOMATION))
                closed.append(scene - 1)
            made.append(Fact(SceneOpened(scene, 1, "", [YOU, bot.id], start_us), AUTOMATION))
        made += _turn(bot, message, number, scene, start_us)
    return made, closed


def _turn(bot: Bot, message: ChatMessage, number: int, scene: int, clock_us: int) -> Facts:
    speaker = YOU if message.is_user else bot.id
    prefix = ""
    if not message.is_user and (message.is_system or message.name.casefold() not in (bot.name.casefold(), "")):
        if message.is_system:
            speaker = NARRATOR
        elif message.name:
            speaker, prefix = NARRATOR, f"{message.name}: "
    source = USER if message.is_user else Source(Truth.CLOUD_MODEL, f"import:{message.model or 'unknown'}"[:200])
    texts = [f"{prefix}{text}"[:MAX_TURN_CHARS] for text in message.swipes]
    parts = [[list(part) for part in segments(text)] for text in texts]
    made = [Fact(TurnSaid(number, speaker, texts[0], scene, clock_us, parts[0]), source, speaker)]
    made += [
        Fact(AlternativeSaid(number, swipe, texts[swipe], swipe - 1, parts[swipe]), source, speaker)
        for swipe in range(1, len(texts))
    ]
    if len(texts) > 1 and message.chosen != len(texts) - 1:
        made.append(Fact(AlternativeChosen(number, message.chosen, len(texts) - 1)))
    return made


def export_chat(desk: Desk, host: str) -> bytes:
    """A chat as SillyTavern keeps them; what came from such a file keeps the fields we have no use for."""
    bot, you = reading.bot(desk.log, host), reading.you(desk.log)
    kept = reading.chat_file(desk.log, host)
    base = read_chat(kept[1], kept[0]) if kept else ChatFile(you.called, bot.name)
    imported = [message for message in base.messages if message.text.strip()]
    messages = []
    for turn in reading.turns(desk.log, host):
        former = imported[turn.number - 1] if turn.number <= len(imported) else None
        messages.append(_message(turn, former, bot, you.called))
    if kept and messages == imported:
        return kept[1]
    return write_chat(replace(base, messages=tuple(messages), original=b""))


def _message(turn: Turn, former: ChatMessage | None, bot: Bot, you: str) -> ChatMessage:
    texts = tuple(one.text for one in turn.alternatives)
    if former is not None:
        prefix = f"{former.name}: " if turn.speaker == NARRATOR and not former.is_system else ""
        plain = tuple(text.removeprefix(prefix) for text in texts)
        if plain == tuple(text[:MAX_TURN_CHARS] for text in former.swipes) and turn.chosen == former.chosen:
            return former
        return replace(former, text=plain[turn.chosen], swipes=plain, chosen=turn.chosen)
    name = you if turn.is_yours else bot.name if turn.speaker == bot.id else turn.speaker
    model = "" if turn.is_yours else turn.said.origin
    return ChatMessage(name, turn.is_yours, turn.text, turn.at_us, texts, turn.chosen, turn.speaker == NARRATOR, model)
