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
_OF_MEMORIES = frozenset(one.kind for one in (happened.MemoryPinned, happened.MemoryEmbedded))
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
    memories: set[int] = set()
    kept: list[StoredEvent] = []
    for event in log.read(chat_stream(host)):
        said = event.payload
        if event.kind == happened.MemoryWritten.kind and place(event) in live and said["owner"] not in (host, YOU):
            memories.add(said["memory"])
            kept.append(event)
        elif _stays(event, host, live, memories):
            kept.append(event)
    return said_again(
        one._replace(payload={**one.payload, **{name: _LOOSE[name] for name in _LOOSE if name in one.payload}})
        for one in kept
    )


def _stays(event: StoredEvent, host: str, live: set[int], memories: set[int]) -> bool:
    said = event.payload
    if event.kind in _EDGES:
        return host not in (said["owner"], said["target"]) and place(event) in live
    if event.kind in _ITEMS:
        return said["owner"] != host and place(event) in live
    if event.kind in _OF_MEMORIES:
        return said["memory"] in memories
    if event.kind != happened.ManualEdit.kind:
        return False
    by_hand = said["what"]
    return (by_hand == "edge" and host not in said["key"]) or (by_hand == "memory" and said["key"][0] in memories)
