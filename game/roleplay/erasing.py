"""Taking turns out of view, and cutting them out of the story with all that followed from them (004 13, phase 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import EventLog, Snapshots
from game.events import to_log
from game.roleplay import reading
from game.roleplay.events import GuestJoined, SceneClosed, SceneOpened, TurnHidden, TurnSaid, TurnsDeleted, chat_stream
from game.roleplay.history import leave_out
from game.roleplay.impact import Names, counted, stored, turns_named
from game.roleplay.state import Scene
from game.roleplay.tables import OPEN_END

_GOES_ON = frozenset(one.kind for one in (TurnSaid, SceneClosed, SceneOpened, GuestJoined))


def hide(log: EventLog, chat: str, turn: int, hidden: bool = True) -> None:
    """Take a turn out of the transcript, or show it again; the story, prompts and memories still have it.

    Raises:
        UserError: there is no such turn.
    """
    if reading.turn(log, chat, turn).hidden != hidden:
        log.append(chat_stream(chat), [to_log(TurnHidden(turn, hidden), at_us=wall_us())])


@dataclass(frozen=True, slots=True)
class Cascade:
    """What goes when ``turns`` are cut out of a chat.

    ``memories`` says whose store loses how many; ``retold`` are the closed scenes whose summaries told of these turns:
    they count no more and the scenes are told anew from what is left.
    """

    turns: tuple[int, ...]
    memories: tuple[tuple[str, int], ...] = ()
    edges: tuple[str, ...] = ()
    activities: int = 0
    transitions: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    happenings: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    retold: tuple[Scene, ...] = ()

    def lines(self) -> list[str]:
        """The whole preview; what there is none of is left out."""
        found = [
            counted(len(self.turns), "message", [turns_named(self.turns)]),
            *(stored(name, count) for name, count in self.memories),
            counted(len(self.edges), "edge update", self.edges),
            counted(self.activities, "activity", (), "activities"),
            counted(len(self.transitions), "scene transition", self.transitions),
            counted(len(self.threads), "thread", self.threads),
            counted(len(self.happenings), "event", self.happenings),
            counted(len(self.items), "item", self.items),
        ]
        retold = counted(len(self.retold), "scene summary", (), "scene summaries")
        return [
            f"Delete {turns_named(self.turns)}? This will remove:",
            *(f"• {line}" for line in found if line),
            *([f"{retold} told of this and will be told anew."] if retold else []),
            "A snapshot will be saved automatically.",
        ]


def cascade(log: EventLog, chat: str, turns: Iterable[int]) -> Cascade:
    """What would go with these turns.

    Raises:
        UserError: no turns, or one this chat does not have.
    """
    numbers = _known(log, chat, turns)
    names = Names(log)
    owners: dict[str, int] = {}
    for (owner,) in _rows(log, "memories", "owner", chat, numbers):
        owners[names[owner]] = owners.get(names[owner], 0) + 1
    pairs: dict[str, None] = {}
    for table in ("edge_numbers", "edge_facts", "edge_words"):
        for owner, target in _rows(log, table, "owner, target", chat, numbers):
            pairs.setdefault(f"{names[owner]} → {names[target]}")
    happenings = _rows(log, "happenings", "happening", chat, numbers)
    happenings += _rows(log, "happening_states", "happening", chat, numbers)
    titles = dict(log.query("SELECT happening, title FROM happenings WHERE chat = ?", (chat,)))
    return Cascade(
        tuple(numbers),
        memories=tuple(sorted(owners.items())),
        edges=tuple(pairs),
        activities=len(_rows(log, "activities", "who", chat, numbers)),
        transitions=tuple(_led_to(log, chat, numbers)),
        threads=tuple(str(title) for (title,) in _rows(log, "threads", "title", chat, numbers)),
        happenings=tuple(dict.fromkeys(str(titles.get(number, number)) for (number,) in happenings)),
        items=tuple(dict.fromkeys(str(item) for (item,) in _rows(log, "items", "item", chat, numbers))),
        retold=tuple(_retold(log, chat, numbers)),
    )


def _known(log: EventLog, chat: str, turns: Iterable[int]) -> list[int]:
    numbers = sorted(set(turns))
    if not numbers:
        raise UserError("no turns are chosen; choose those to delete")
    there = {turn.number for turn in reading.turns(log, chat, after=numbers[0] - 1, upto=numbers[-1])}
    for number in numbers:
        if number not in there:
            raise UserError(f"this chat has no turn {number}; choose one of those it has")
    return numbers


def _rows(log: EventLog, table: str, columns: str, chat: str, turns: Sequence[int]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for turn in turns:
        found += log.query(f"SELECT {columns} FROM {table} WHERE chat = ? AND turn = ? AND live", (chat, turn))
    return found


def _led_to(log: EventLog, chat: str, turns: Sequence[int]) -> list[str]:
    """What opened where these turns have led, as long as nobody has gone on from there."""
    sql = (
        "SELECT e.turn, coalesce(nullif(s.description, ''), c.name, '') FROM scene_ends e JOIN scenes s"
        " ON s.chat = e.chat AND s.scene = e.opened LEFT JOIN containers c ON c.chat = s.chat"
        f" AND c.container = s.container WHERE e.chat = ? AND {OPEN_END} AND e.counts"
    )
    return [str(name) for turn, name in log.query(sql, (chat,)) if turn in turns]


def _retold(log: EventLog, chat: str, turns: Sequence[int]) -> list[Scene]:
    marks = ", ".join("?" * len(turns))
    sql = (
        f"SELECT DISTINCT t.scene FROM turns t WHERE t.chat = ? AND t.turn IN ({marks}) AND EXISTS (SELECT 1"
        " FROM memories m WHERE m.chat = t.chat AND m.scene = t.scene AND m.turn = 0 AND m.live) ORDER BY t.scene"
    )
    found = [reading.scene(log, chat, number) for (number,) in log.query(sql, (chat, *turns))]
    return [scene for scene in found if scene is not None and scene.closed]


@dataclass(frozen=True, slots=True)
class Deleted:
    """Turns were cut out by event ``seq``, which came after event ``before``; :func:`undo_delete` brings them back."""

    chat: str
    turns: tuple[int, ...]
    seq: int
    before: int


def delete(log: EventLog, snapshots: Snapshots | None, chat: str, turns: Iterable[int]) -> Deleted:
    """Take a snapshot and cut turns out of the story, with everything that :func:`cascade` shows.

    Have the scenes of :func:`game.roleplay.swipes.stale_scenes` told again afterwards.

    Raises:
        UserError: no turns, or one this chat does not have.  LogError: it could not be written; all is as it was.
    """
    numbers = _known(log, chat, turns)
    if snapshots is not None:
        snapshots.before("delete")
    stream = chat_stream(chat)
    before = log.head(stream)
    told = to_log(TurnsDeleted(numbers), at_us=wall_us())
    return Deleted(chat, tuple(numbers), log.append(stream, [told], expected_head=before), before)


def undo_delete(log: EventLog, done: Deleted) -> None:
    """Bring cut out turns back; what was said since stays.

    Raises:
        UserError: the chat was rewound past it, so there is nothing to undo; or the words of one of them had led
            elsewhere, and the story has gone on without that.
    """
    if _gone_on(log, done):
        raise UserError(
            f"{turns_named(done.turns)} led to another scene and the story has gone on without it; to have it back,"
            " rewind to before what was said since and undo then"
        )
    leave_out(log, chat_stream(done.chat), done.seq, done.before)


def _gone_on(log: EventLog, done: Deleted) -> bool:
    """Whether the story went on, since it was cut, from the scene that a turn's words would have ended."""
    marks = ", ".join("?" * len(done.turns))
    sql = (
        "SELECT 1 FROM scene_ends e JOIN turns t ON t.chat = e.chat AND t.turn = e.turn AND t.chosen = e.swipe"
        f" WHERE e.chat = ? AND e.turn IN ({marks}) AND NOT e.counts"
    )
    since = log.read(chat_stream(done.chat), after=done.seq) if log.query(sql, (done.chat, *done.turns)) else ()
    return any(event.kind in _GOES_ON for event in since)
