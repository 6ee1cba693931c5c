"""Where a rewind cuts a chat's history, and what it carries over (004 10.1).

What belongs to a turn is logged after it, and some of it late: a background pass may end when the next turn has long
been said.  So a rewind to turn N does two things:

- It cuts just after the last thing that was done to the turns up to N before turn N + 1 was said: their words, other
  wordings, choices, "keep", hiding, cutting out; and a scene's end that was read from their prose (``container``,
  ``said``) with the scene that opened then.  Time skips, guests, edits by hand that came after that are taken back.
- What followed from the turns up to N (activities, edges, weights, memories, threads, happenings, items, failures) or
  from a scene that was closed by then (its summaries, edges, group), from a wording that stands before the cut, but was
  logged after it, is said again on the new branch: same payload, time, truth, origin and actor, with ``cause`` naming
  the event it repeats.  So are embeddings and automatic pins of the memories that stay.  What the player did later
  (edits, pins, hiding, other wordings) is not.

An event of this room has a ``cause`` only when it repeats another one, and then counts as if said where that one was:
after what came before it in any chat, and before what came after (a reset, a number set by hand).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import UserError
from engine.log import EventLog, NewEvent, StoredEvent
from game.roleplay import events as happened
from game.roleplay.events import chat_stream
from game.roleplay.rows import place

_WORDINGS = frozenset(
    one.kind
    for one in (
        *(happened.TurnSaid, happened.AlternativeSaid, happened.AlternativeChosen, happened.TurnKept),
        *(happened.TurnHidden, happened.TurnsDeleted),
    )
)
_FOLLOWS = frozenset(
    one.kind
    for one in (
        *(happened.ActivityChanged, happened.EdgeMoved, happened.MemoryWritten, happened.TurnWeighed),
        *(happened.ThreadOpened, happened.ThreadClosed, happened.HappeningPlanned, happened.HappeningMoved),
        *(happened.ItemGained, happened.ItemLost, happened.ClassifierFailed),
        *(happened.EdgeSummarised, happened.GroupSummarised, happened.EndForeseen),
    )
)
_KICKOFF = frozenset(
    one.kind
    for one in (
        *(happened.ClockMoved, happened.ContainerDescribed, happened.SceneOpened, happened.EdgeSeeded),
        *(happened.ActivityChanged, happened.ChatFileKept, happened.ThreadOpened, happened.HappeningPlanned),
    )
)
_MOVES_ON = frozenset(one.kind for one in (happened.SceneOpened, happened.ContainerDescribed, happened.ActivityChanged))
_DOES = happened.ActivityChanged.kind
READ_FROM_PROSE = ("container", "said")
"""Why a scene ends when its end was read from what was said; all else the player asked for."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A rewind as it would be done: to just after event ``at_seq``, saying ``carried`` again.

    ``removed`` is what would count no more.
    """

    to_turn: int
    at_seq: int
    carried: tuple[StoredEvent, ...]
    removed: tuple[StoredEvent, ...]

    @property
    def again(self) -> list[NewEvent]:
        """What is said again on the new branch."""
        return said_again(self.carried)


def said_again(events: Iterable[StoredEvent]) -> list[NewEvent]:
    """The events as they are repeated on another branch, each naming the first it repeats."""
    return [
        NewEvent(one.kind, one.payload, one.at_us, one.truth, one.origin, one.actor, cause=place(one)) for one in events
    ]


def find_cut(log: EventLog, host: str, to_turn: int) -> Cut:
    """Where going back to just after turn ``to_turn`` cuts (0: just after the kickoff).

    Raises:
        UserError: the chat has not begun or has no such turn.
    """
    turns = turns_said(log, host)
    if not 0 <= to_turn <= turns:
        raise UserError(f"this chat has turns 1 to {turns}; choose one of those, or 0 for its beginning")
    sql = "SELECT coalesce(max(seq), 0) FROM turns WHERE chat = ? AND turn <= ?"
    begin: int = log.query(sql, (host, to_turn))[0][0]
    events = list(log.read(chat_stream(host), after=max(begin - 1, 0)))
    last = _last_of_turn(events, to_turn) if begin else _last_of_kickoff(events)
    kept = _Kept.upto(log, host, to_turn, place(events[last]))
    while last + 1 < len(events) and events[last + 1].kind in _FOLLOWS and kept.follows(events[last + 1]):
        last += 1
        kept.add(events[last])
    carried = _carried(kept, events[last + 1 :])
    repeated = {one.seq for one in carried}
    removed = tuple(one for one in events[last + 1 :] if one.seq not in repeated)
    return Cut(to_turn, events[last].seq, carried, removed)


def cut_before_close(log: EventLog, host: str, at_seq: int) -> Cut:
    """Where going back to just after event ``at_seq`` cuts, the last before a scene was closed.

    What followed from the turns of then and was logged after the close is said again; the telling of that scene, and
    what the player did since, is not.

    Raises:
        UserError: the present history of the chat has no such event.
    """
    events = list(log.read(chat_stream(host), after=at_seq - 1))
    if not events or events[0].seq != at_seq:
        raise UserError("the scene was closed on another branch; there is nothing to take back")
    upto = place(events[0])
    sql = "SELECT coalesce(max(turn), 0) FROM turns WHERE chat = ? AND seq <= ?"
    to_turn: int = log.query(sql, (host, upto))[0][0]
    carried = _carried(_Kept.upto(log, host, to_turn, upto), events[1:])
    repeated = {one.seq for one in carried}
    return Cut(to_turn, at_seq, carried, tuple(one for one in events[1:] if one.seq not in repeated))


def turns_said(log: EventLog, host: str) -> int:
    """The number of a chat's last turn.

    Raises:
        UserError: the chat has not begun.
    """
    rows = log.query("SELECT turns FROM chats WHERE chat = ?", (host,))
    if not rows:
        raise UserError("this chat has not begun; say something first")
    turns: int = rows[0][0]
    return turns


def _last_of_turn(events: Sequence[StoredEvent], to_turn: int) -> int:
    """The place of the last event that was done to the turns up to ``to_turn`` before the next one was said."""
    last, moving = 0, False
    for number, event in enumerate(events):
        said = event.payload
        if event.kind in _WORDINGS:
            turns = said["turns"] if event.kind == happened.TurnsDeleted.kind else [said["turn"]]
            if max(turns, default=0) > to_turn:
                break
            last, moving = number, False
        elif event.kind == happened.SceneClosed.kind:
            moving = said["why"] in READ_FROM_PROSE or bool(said.get("turn", 0))
            last = number if moving else last
        elif moving and event.kind in _MOVES_ON and not (event.kind == _DOES and said["turn"]):
            last = number
        else:
            moving = False
    return last


def _last_of_kickoff(events: Sequence[StoredEvent]) -> int:
    """The place of the last event of the kickoff in a chat's history: up to the first scene and what came with it."""
    last, begun = 0, False
    for number, event in enumerate(events):
        if begun:
            jumped = event.kind == happened.ClockMoved.kind and event.payload["why"] != "kickoff"
            if event.kind not in _KICKOFF or jumped or event.payload.get("scene", 1) > 1:
                break
        begun = begun or event.kind == happened.SceneOpened.kind
        last = number
    return last


@dataclass(slots=True)
class _Kept:
    """What stands before the cut and things may follow from; numbers are those of one chat."""

    to_turn: int
    wordings: set[tuple[int, int]]
    closed: set[int]
    memories: set[int]
    threads: set[int]
    happenings: set[int]

    @classmethod
    def upto(cls, log: EventLog, host: str, to_turn: int, seq: int) -> _Kept:
        """From the tables: what was there at ``seq``."""
        wordings = log.query("SELECT turn, swipe FROM alternatives WHERE chat = ? AND seq <= ?", (host, seq))
        closed = log.query("SELECT scene FROM scenes WHERE chat = ? AND closed_seq BETWEEN 1 AND ?", (host, seq))
        memories = log.query("SELECT memory FROM memories WHERE chat = ? AND seq <= ?", (host, seq))
        threads = log.query("SELECT thread FROM threads WHERE chat = ? AND seq <= ?", (host, seq))
        happenings = log.query("SELECT happening FROM happenings WHERE chat = ? AND seq <= ?", (host, seq))
        numbers = [{row[0] for row in rows} for rows in (closed, memories, threads, happenings)]
        return cls(to_turn, {(turn, swipe) for turn, swipe in wordings}, *numbers)

    def follows(self, event: StoredEvent) -> bool:
        """Whether an event follows from what stands."""
        said = event.payload
        if event.kind in (happened.MemoryEmbedded.kind, happened.MemoryPinned.kind):
            return said["memory"] in self.memories and bool(said.get("auto", True))
        if event.kind not in _FOLLOWS or not self._knows(event):
            return False
        turn = said.get("turn", 0)
        if turn:
            return turn <= self.to_turn and (turn, said.get("swipe", 0)) in self.wordings
        told_of_scene = "basis" in said and said.get("form") != "told"
        return said.get("scene", 0) in self.closed and told_of_scene and self._told_from(said["basis"])

    def _knows(self, event: StoredEvent) -> bool:
        """Whether the thread or happening an event goes on with is there."""
        said = event.payload
        if event.kind == happened.ThreadClosed.kind:
            return said["thread"] in self.threads
        return event.kind != happened.HappeningMoved.kind or said["happening"] in self.happenings

    def _told_from(self, basis: str) -> bool:
        pairs = [part.split(".") for part in basis.partition(":")[0].split(",") if part]
        return all(swipe == "x" or (int(turn), int(swipe)) in self.wordings for turn, swipe in pairs)

    def add(self, event: StoredEvent) -> None:
        """An event stays, and what follows from it may too."""
        for kind, name, numbers in (
            (happened.MemoryWritten.kind, "memory", self.memories),
            (happened.ThreadOpened.kind, "thread", self.threads),
            (happened.HappeningPlanned.kind, "happening", self.happenings),
        ):
            if event.kind == kind:
                numbers.add(event.payload[name])


def _carried(kept: _Kept, events: Sequence[StoredEvent]) -> tuple[StoredEvent, ...]:
    carried: list[StoredEvent] = []
    for event in events:
        if kept.follows(event):
            kept.add(event)
            carried.append(event)
    return tuple(carried)
