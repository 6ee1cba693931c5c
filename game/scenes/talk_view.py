"""What the Talk scene draws from: where a chat stands, as values that never change, read beside the game.

A reader keeps the turns of one chat and reads only those again that new events touched: a transcript of thousands of
turns costs its length once, when the chat is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.log import EventLog, StoredEvent
from game.roleplay import reading
from game.roleplay.events import NARRATOR, YOU, TurnSaid, TurnsDeleted, chat_stream
from game.roleplay.state import Bot, Chat, ChatRow, Scene, Turn, You

MANY = 40
"""From so many touched turns on, all are read again."""


@dataclass(frozen=True, slots=True)
class Library:
    """The chats as the rail lists them (one for every bot), the bots, and who the player is."""

    rows: tuple[ChatRow, ...] = ()
    bots: tuple[Bot, ...] = ()
    you: You = field(default_factory=You)


@dataclass(frozen=True, slots=True)
class ChatView:
    """One chat: where it stands, all its turns and scenes, and what everyone is called.

    ``version`` grows with every reading, so that who keeps something made of a view knows when it is old.
    """

    bot: Bot
    you: You
    chat: Chat
    names: Mapping[str, str]
    turns: tuple[Turn, ...]
    scenes: Mapping[int, Scene]
    version: int

    @property
    def host(self) -> str:
        """The bot whose chat it is."""
        return self.chat.host

    def name_of(self, who: str) -> str:
        """What to call ``who``."""
        return self.names.get(who, who)

    def turn(self, number: int) -> Turn | None:
        """The turn of that number, if it is there."""
        return next((turn for turn in reversed(self.turns) if turn.number == number), None)

    @property
    def last_bot_turn(self) -> Turn | None:
        """What a character said last."""
        return next((turn for turn in reversed(self.turns) if turn.speaker in self.chat.bots), None)


def read_library(log: EventLog) -> Library:
    """What the rail shows."""
    return Library(tuple(reading.chat_rows(log)), tuple(reading.bots(log)), reading.you(log))


class ChatReader:
    """Reads one chat after the other; used by one thread."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._host = ""
        self._branch = 0
        self._head = 0
        self._turns: dict[int, Turn] = {}
        self._version = 0

    def read(self, host: str, *, anew: bool = False) -> ChatView:
        """The chat hosted by ``host``; ``anew`` reads every turn again.

        Raises:
            UserError: there is no such bot.
        """
        log = self._log
        bot, chat = reading.bot(log, host), reading.chat(log, host)
        if anew or host != self._host or chat.branch != self._branch or chat.head < self._head:
            self._turns = {turn.number: turn for turn in reading.turns(log, host)}
        elif chat.head > self._head:
            self._follow(host, log.read(chat_stream(host), after=self._head))
        self._host, self._branch, self._head = host, chat.branch, chat.head
        self._version += 1
        you = reading.you(log)
        names = {one.id: one.name for one in reading.bots(log, removed=True)}
        names |= {YOU: you.called, NARRATOR: ""}
        turns = tuple(self._turns[number] for number in sorted(self._turns))
        scenes = {scene.id: scene for scene in reading.scenes(log, host)}
        return ChatView(bot, you, chat, names, turns, scenes, self._version)

    def _follow(self, host: str, events: Iterable[StoredEvent]) -> None:
        touched = self._touched(events)
        if len(touched) > MANY:
            self._turns = {turn.number: turn for turn in reading.turns(self._log, host)}
            return
        for number in touched:
            found = reading.turns(self._log, host, after=number - 1, upto=number)
            if found:
                self._turns[number] = found[0]
            else:
                self._turns.pop(number, None)

    def _touched(self, events: Iterable[StoredEvent]) -> set[int]:
        """The turns that are other than before; what the player answers is accepted by that, also the line before."""
        touched: set[int] = set()
        for event in events:
            said = event.payload
            if event.kind == TurnsDeleted.kind:
                touched |= set(said["turns"])
            elif event.kind.startswith("turn."):
                touched.add(said["turn"])
            elif event.kind == "manual_edit" and said["what"] == "turn":
                touched.add(said["key"][0])
            if event.kind == TurnSaid.kind and said["speaker"] == YOU:
                touched |= self._answered_by(said["turn"])
        return touched

    def _answered_by(self, number: int) -> set[int]:
        found: set[int] = set()
        for turn in (self._turns[one] for one in sorted(self._turns, reverse=True) if one < number):
            found.add(turn.number)
            if turn.is_yours:
                break
        return found
