"""What stays of a chat when its host is reset: what is others' own (004 5.3 takes what involves the bot, no more)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.log import EventLog, NewEvent, StoredEvent
from game.roleplay import events as happened
from game.roleplay.events import YOU, chat_stream
from game.roleplay.rewinding import said_again
from game.roleplay.rows import place

_EDGES = frozenset(one.kind for one in (happened.EdgeSeeded, happened.EdgeMoved, happened.EdgeSummarised))
_ITEMS = frozenset(one.kind for one in (happened.ItemGained, happened.ItemLost))
_LOOSE: Mapping[str, Any] = {"turn": 0, "swipe": 0, "scene": 0, "basis": ""}
"""The turns and scenes they came of are gone: what is said again hangs on none."""

_LIVE = (
    "SELECT seq FROM edge_numbers WHERE chat = ?1 AND live UNION SELECT seq FROM edge_words WHERE chat = ?1 AND live"
    " UNION SELECT seq FROM memories WHERE chat = ?1 AND live UNION SELECT seq FROM items WHERE chat = ?1 AND live"
)


def others_own(log: EventLog, host: str) -> list[NewEvent]:
    """What to say again of the chat of ``host`` on a branch without it: how others stand to each other, what guests
    remember, what is theirs; each as it counts now, where it was first said."""
    live = {seq for (seq,) in log.query(_LIVE, (host,))}
    events = list(log.read(chat_stream(host)))
    written = [one for one in events if one.kind == happened.MemoryWritten.kind]
    memories = [one for one in written if place(one) in live and one.payload["owner"] not in (host, YOU)]
    of_memory = {one.payload["memory"]: one.payload["memory"] for one in memories}
    told = {_telling(one): one.payload["memory"] for one in memories if _telling(one)}
    former = {one.payload["memory"]: told[_telling(one)] for one in written if _telling(one) in told}
    others = [again for one in events if (again := _again(one, host, live, {**former, **of_memory}))]
    return said_again(
        one._replace(payload={**one.payload, **{name: _LOOSE[name] for name in _LOOSE if name in one.payload}})
        for one in (*memories, *others)
    )


def _telling(event: StoredEvent) -> tuple[str, int] | None:
    """Who tells which scene, where a memory is that: what the player set of one telling goes for all."""
    said = event.payload
    is_one = said["form"] != "told" and not said["turn"] and said["scene"]
    return (said["owner"], said["scene"]) if is_one else None


def _again(event: StoredEvent, host: str, live: set[int], memories: Mapping[int, int]) -> StoredEvent | None:
    """The event if it is others' own; what is said of a memory is said of the telling that stands for it."""
    said = event.payload
    if event.kind in _EDGES:
        return event if host not in (said["owner"], said["target"]) and place(event) in live else None
    if event.kind in _ITEMS:
        return event if said["owner"] != host and place(event) in live else None
    if event.kind == happened.MemoryEmbedded.kind:
        return event if memories.get(said["memory"]) == said["memory"] else None
    if event.kind == happened.MemoryPinned.kind and said["memory"] in memories:
        if said["auto"] and memories[said["memory"]] != said["memory"]:
            return None
        return event._replace(payload={**said, "memory": memories[said["memory"]]})
    if event.kind != happened.ManualEdit.kind:
        return None
    if said["what"] == "memory" and said["key"][0] in memories:
        return event._replace(payload={**said, "key": [memories[said["key"][0]]]})
    return event if said["what"] == "edge" and host not in said["key"] else None
