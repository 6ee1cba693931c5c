"""A chat told event by event, as small as a test needs it: what is said, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.log import EventLog
from game.events import Event, to_log
from game.roleplay import cast_events as cast
from game.roleplay import events as happened
from game.roleplay import reading
from game.roleplay.edge_words import mark
from game.roleplay.events import YOU, chat_stream
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector
from game.roleplay.state import Activity, Turn
from game.roleplay.tables import ALL
from game.truth import Truth

DAY_US = 86_400_000_000
CLOCK_US = 1_000_000_000_000_000
MODEL = "ai-local:rig"


def new_log() -> EventLog:
    """A log in memory with the room's projectors."""
    return EventLog.in_memory([RoleplayProjector(), RecallProjector()])


def author(log: EventLog, bot: str, name: str = "") -> None:
    """A bot of the library."""
    log.append(cast.bot_stream(bot), [to_log(cast.BotAuthored(name or bot, f"{bot} is someone."), at_us=1)])


def tables(log: EventLog) -> dict[str, list[tuple[Any, ...]]]:
    """Every row the room keeps."""
    return {table: sorted(log.query(f"SELECT * FROM {table}"), key=repr) for table in ALL}


class Story:
    """The chat of ``host``; each call appends and gives the number of what it made, if that has one."""

    def __init__(self, log: EventLog, host: str = "mira", name: str = "BotA") -> None:
        self.log, self.host, self.stream = log, host, chat_stream(host)
        self.at_us = 1_000
        if not log.query("SELECT 1 FROM bots WHERE id = ?", (host,)):
            author(log, host, name)

    def add(self, *events: Event, truth: Truth = Truth.LOCAL_MODEL) -> int:
        """Append; the seq of the last one."""
        self.at_us += 1_000
        origin = "user:keyboard" if truth is Truth.USER else MODEL
        return self.log.append(
            self.stream, [to_log(one, at_us=self.at_us, truth=truth, origin=origin) for one in events]
        )

    def count(self, column: str) -> Any:
        """One column of where it stands, for steps that need no more: ``turns``, ``memories``, ``scene``, ``guest``."""
        return self.log.query(f"SELECT {column} FROM chats WHERE chat = ?", (self.host,))[0][0]

    @property
    def chat(self) -> Any:
        """Where it stands."""
        return reading.chat(self.log, self.host)

    def begin(self, place: str = "office") -> None:
        """The kickoff."""
        self.add(
            happened.ClockMoved(CLOCK_US, 0, CLOCK_US - CLOCK_US % DAY_US, "kickoff"),
            happened.ContainerDescribed(1, place, "workplace", public=True),
            happened.SceneOpened(1, 1, "late at the office", [YOU, self.host], CLOCK_US),
            happened.ActivityChanged(self.host, Activity(verb="pretending to work", container=1).record()),
            happened.EdgeSeeded(self.host, YOU, 60, 55, "a colleague", ["drinks tea"]),
            happened.EdgeSeeded(YOU, self.host, 50, 50),
            truth=Truth.USER,
        )

    def say(self, speaker: str, text: str = "words") -> int:
        """A turn."""
        number: int = self.count("turns") + 1
        truth = Truth.USER if speaker == YOU else Truth.LOCAL_MODEL
        self.add(happened.TurnSaid(number, speaker, text, self.count("scene"), self.count("clock_us")), truth=truth)
        return number

    def talk(self, turns: int) -> None:
        """So many turns, the player's first."""
        for number in range(turns):
            self.say(YOU if number % 2 == 0 else self.host)

    def again(self, turn: int, text: str = "other words") -> int:
        """Another wording of a turn."""
        standing = reading.turn(self.log, self.host, turn)
        swipe = len(standing.alternatives)
        self.add(happened.AlternativeSaid(turn, swipe, text, standing.chosen))
        return swipe

    def moves(self, owner: str, target: str, affinity: int = 1, facts: Sequence[str] = (), **where: Any) -> int:
        """An edge is moved by a ``turn`` and ``swipe``, or a ``scene`` and ``basis``; the event's seq."""
        return self.add(happened.EdgeMoved(owner, target, CLOCK_US, affinity, 0, list(facts), **where))

    def remembers(self, owner: str, text: str = "it rained", weight: int = 1, witnesses: int = 3, **where: Any) -> int:
        """A memory of this scene: a ``turn`` and ``swipe``, or a ``scene`` and ``basis``."""
        number: int = self.count("memories") + 1
        scene = where.pop("scene", None) or self.count("scene")
        form = where.pop("form", "beat" if where.get("turn") else "summary")
        written = happened.MemoryWritten(number, owner, text, witnesses, scene, CLOCK_US, weight, form, **where)
        self.add(written)
        return number

    def close(self, why: str = "container", place: str = "", description: str = "", read: Turn | None = None) -> int:
        """The scene ends and the next one opens, as the words of the turn ``read`` have it; the closed one's number."""
        chat = self.chat
        scene, following = chat.scene.id, chat.scenes + 1
        of_turn = (read.number, read.chosen) if read else (0, 0)
        made: list[Event] = [happened.SceneClosed(scene, why, 1, [], *of_turn)]
        container, came_with = chat.scene.container, following if read else 0
        if place:
            container = chat.places + 1
            made.append(happened.ContainerDescribed(container, place, scene=came_with))
        present = [YOU, self.host, *([chat.guest] if chat.guest and why != "guest" else [])]
        opened = (following, container, description, present, chat.clock_us, False)
        made.append(happened.SceneOpened(*opened, *of_turn))
        if place and read:
            doing = Activity(verb="looking around", container=container).record()
            made.append(happened.ActivityChanged(self.host, doing, scene=came_with))
        self.add(*made, truth=Truth.AUTOMATION)
        return int(scene)

    def tell(self, scene: int, owners: Sequence[str] = (), weight: int = 1) -> list[int]:
        """Summaries and edges of a closed scene, as its wordings stand."""
        found = reading.scene(self.log, self.host, scene)
        assert found is not None
        made = []
        mask = 7 if len(found.present) == 3 else 3
        for owner in owners or (self.host,):
            words = f"{owner} tells scene {scene}"
            told = self.remembers(owner, words, weight, mask, scene=scene, basis=found.basis)
            made.append(told)
            former = reading.edge(self.log, owner, YOU).summary
            after = (f"after scene {scene}", scene, found.basis, f"moment {scene}")
            self.add(happened.EdgeSummarised(owner, YOU, *after, upon=mark(former)))
            self.moves(owner, YOU, 2, scene=scene, basis=found.basis)
        return made
