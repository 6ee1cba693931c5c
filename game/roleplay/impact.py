"""What a rewind would take away, counted and told as 004 10.1 prints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.log import EventLog
from game.roleplay import events as happened
from game.roleplay.events import YOU
from game.roleplay.rewinding import Cut, find_cut
from game.roleplay.rows import place

FIRED = ("active", "completed")
"""A happening that went into one of these has fired."""

SHORT = 40
"""Characters of a scene's description that may stand for where it went; a longer one gives way to the place."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What goes when a chat is rewound to just after ``to_turn``.

    ``turns`` are the numbers of the turns; the others are the names that stand in brackets, one for each thing, and
    ``memories`` whose store loses how many.
    """

    to_turn: int
    turns: tuple[int, ...] = ()
    transitions: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    memories: tuple[tuple[str, int], ...] = ()
    fired: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    skips: int = 0
    guests: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """The first line."""
        return f"Rewind to turn {self.to_turn}?"

    @property
    def bullets(self) -> list[str]:
        """A line for each sort of thing that goes; what there is none of is left out."""
        found = [
            counted(len(self.turns), "message", [turns_named(self.turns)]),
            counted(len(self.transitions), "scene transition", self.transitions),
            counted(len(self.edges), "edge update", self.edges),
            *(stored(name, count) for name, count in self.memories),
            counted(len(self.fired), "fired event", self.fired),
            counted(len(self.edits), "manual edit", self.edits),
            counted(self.skips, "time skip", ()),
            counted(len(self.guests), "coming or going", self.guests, "comings or goings"),
            counted(len(self.threads), "thread", self.threads),
            counted(len(self.plans), "planned event", self.plans),
            counted(len(self.items), "item", self.items),
        ]
        return [f"• {line}" for line in found if line]

    def lines(self) -> list[str]:
        """The whole preview."""
        bullets = self.bullets
        if not bullets:
            return [f"{self.question} Nothing came after it."]
        return [
            f"{self.question} This will remove:",
            *bullets,
            "A pre-rewind snapshot will be saved automatically.",
        ]


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def counted(count: int, one: str, names: Iterable[str], more: str = "") -> str:
    """``2 edge updates (BotA → You, Group)``; empty for none."""
    told = ", ".join(names)
    return "" if not count else _many(count, one, more or one + "s") + (f" ({told})" if told else "")


def stored(name: str, count: int) -> str:
    """``3 memories from BotA's store``; the player's own is ``your store``."""
    whose = "your" if name == "You" else f"{name}'s"
    return f"{_many(count, 'memory', 'memories')} from {whose} store"


def turns_named(turns: Iterable[int]) -> str:
    """``turn 48``, ``turns 48–59``, ``turns 3, 7–9``."""
    runs: list[list[int]] = []
    for turn in sorted(turns):
        if runs and turn == runs[-1][-1] + 1:
            runs[-1].append(turn)
        else:
            runs.append([turn])
    told = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"turn{'s' if sum(map(len, runs)) > 1 else ''} {told}"


def impact(log: EventLog, host: str, to_turn: int) -> Impact:
    """What would go.

    Raises:
        UserError: the chat has not begun or has no such turn.
    """
    return impact_of(log, host, find_cut(log, host, to_turn))


def impact_of(log: EventLog, host: str, cut: Cut) -> Impact:
    """What goes with ``cut``, counting what counts: nothing that follows from a wording nobody chose."""
    names = Names(log)
    gone = {place(event) for event in cut.removed}
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for event in cut.removed:
        by_kind.setdefault(event.kind, []).append(event.payload)
    moved = _rows(log, "happening_states", "happening, state", host, gone)
    sql = "SELECT turn FROM turns WHERE chat = ? AND turn > ? AND NOT deleted"
    owners: dict[str, int] = {}
    for (owner,) in _rows(log, "memories", "owner", host, gone):
        owners[names[owner]] = owners.get(names[owner], 0) + 1
    return Impact(
        cut.to_turn,
        turns=tuple(turn for (turn,) in log.query(sql, (host, cut.to_turn))),
        transitions=_transitions(log, host, by_kind),
        edges=edge_names(log, names, host, gone),
        memories=tuple(sorted(owners.items())),
        fired=_titles(log, host, [number for number, state in moved if state in FIRED]),
        edits=tuple(dict.fromkeys(edit_name(names, one) for one in by_kind.get(happened.ManualEdit.kind, ()))),
        skips=sum(one["why"] != "kickoff" for one in by_kind.get(happened.ClockMoved.kind, ())),
        guests=tuple(
            names[one["bot"]]
            for kind in (happened.GuestJoined.kind, happened.GuestLeft.kind)
            for one in by_kind.get(kind, ())
        ),
        threads=tuple(title for (title,) in _rows(log, "threads", "title", host, gone)),
        plans=tuple(title for (title,) in _rows(log, "happenings", "title", host, gone)),
        items=tuple(dict.fromkeys(item for (item,) in _rows(log, "items", "item", host, gone))),
    )


class Names(dict[str, str]):
    """What to call an entity in the preview: bots by name, the player ``You``."""

    def __init__(self, log: EventLog) -> None:
        super().__init__({YOU: "You"})
        self.update(dict(log.query("SELECT id, name FROM bots")))

    def __missing__(self, who: str) -> str:
        return who


def _rows(log: EventLog, table: str, columns: str, host: str, gone: set[int]) -> list[tuple[Any, ...]]:
    """Those of the table's rows that follow from the events ``gone`` and count as things stand."""
    if not gone:
        return []
    sql = f"SELECT {columns}, seq FROM {table} WHERE chat = ? AND live AND seq BETWEEN ? AND ? ORDER BY seq"
    return [row[:-1] for row in log.query(sql, (host, min(gone), max(gone))) if row[-1] in gone]


def edge_names(log: EventLog, names: Names, host: str, gone: set[int]) -> tuple[str, ...]:
    """The edges, and the group, that the events ``gone`` moved or put in words."""
    pairs: dict[str, None] = {}
    for table in ("edge_numbers", "edge_words", "edge_facts"):
        for owner, target in _rows(log, table, "owner, target", host, gone):
            pairs.setdefault(f"{names[owner]} → {names[target]}")
    if _rows(log, "groups", "scene", host, gone):
        pairs.setdefault("Group")
    return tuple(pairs)


def _transitions(log: EventLog, host: str, by_kind: dict[str, list[dict[str, Any]]]) -> tuple[str, ...]:
    opened = by_kind.get(happened.SceneOpened.kind, ())
    places = dict(log.query("SELECT container, name FROM containers WHERE chat = ?", (host,)))
    told = []
    for one in opened:
        words = str(one["description"])
        told.append(words if 0 < len(words) <= SHORT else str(places.get(one["container"], "a new scene")))
    return tuple(told)


def _titles(log: EventLog, host: str, numbers: Iterable[int]) -> tuple[str, ...]:
    titles = dict(log.query("SELECT happening, title FROM happenings WHERE chat = ?", (host,)))
    return tuple(str(titles[number]) for number in dict.fromkeys(numbers) if number in titles)


def edit_name(names: Names, edit: dict[str, Any]) -> str:
    """What a manual edit was about: ``BotA affinity``."""
    what, key, field = str(edit["what"]), edit["key"], str(edit["field"]).replace("_", " ")
    if what in ("edge", "activity"):
        return f"{names[str(key[0])]} {field}"
    return " ".join(str(part) for part in (what, *key, field) if part)
