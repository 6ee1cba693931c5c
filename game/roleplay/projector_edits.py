"""How what the player sets by hand changes the tables: ``manual_edit``, one field of one thing at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import apsw

from engine.log import StoredEvent
from game.roleplay.rows import OF_TELLING, TELLINGS, insert, of_chat, settle_tellings, weigh_scene

MEMORY_FIELDS = ("text", "significance", "witnesses", "source", "reliability")
CONTAINER_FIELDS = ("name", "type", "moving", "public", "audible_range", "slots", "parent")
HAPPENING_FIELDS = ("title", "props", "due_us", "expires_us", "state")
"""What can be set by hand; anything else in an event of a later version is passed over."""


def manual_edit(db: apsw.Connection, event: StoredEvent) -> None:
    """Set what the event names."""
    step = _STEPS.get(event.payload["what"])
    if step is not None:
        step(db, event, event.payload["key"], event.payload["field"], event.payload["value"])


def _flat(value: Any) -> Any:
    """As a table cell holds it."""
    if isinstance(value, bool):
        return int(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _edge(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    pair = (event.stream, of_chat(event), *key)
    if field in ("affinity", "trust"):
        numbers = (value if field == "affinity" else None, value if field == "trust" else None)
        insert(db, "edge_numbers", event.seq, *pair, 0, 0, 0, *numbers, 1, 0, 0, 0, "", event.seq, 1)
    elif field == "summary":
        insert(db, "edge_words", event.seq, *pair, value, event.truth, 0, 0, 0, "", "", 0, 1)
    elif field in ("facts", "moments"):
        former = event.payload["former"]
        changes = [(one, 0) for one in former if one not in value] + [(one, 1) for one in value if one not in former]
        for place, (fact, known) in enumerate(changes):
            insert(db, "edge_facts", event.seq, place, *pair, field[:-1], fact, known, event.truth, 0, 0, 0, "", 1)


def _memory(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    if field == "text":
        sql = "UPDATE memories SET text = ?, truth = ? WHERE chat = ? AND memory = ?"
        db.execute(sql, (value, event.truth, of_chat(event), key[0]))
        sql = "SELECT scene FROM memories WHERE chat = ? AND memory = ?"
        there: list[Any] = db.execute(sql, (of_chat(event), key[0])).fetchall()
        for (scene,) in there:
            settle_tellings(db, of_chat(event), scene)
    elif field in MEMORY_FIELDS:
        for owner, scene in db.execute(OF_TELLING, (of_chat(event), key[0])).fetchall():
            which, row = (TELLINGS, (owner, scene)) if scene else ("chat = ? AND memory = ?", (key[0],))
            sql = f"UPDATE memories SET {field} = ?, by_hand = json_set(by_hand, '$.{field}', ?) WHERE {which}"
            db.execute(sql, (value, value, of_chat(event), *row))


def _activity(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    packed = json.dumps({field: value}, ensure_ascii=False)
    insert(db, "activities", event.seq, event.stream, of_chat(event), key[0], packed, 0, 0, 0, 1, event.seq, 1)


def _container(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    if field in CONTAINER_FIELDS:
        sql = f"UPDATE containers SET {field} = ? WHERE chat = ? AND container = ?"
        db.execute(sql, (_flat(value), of_chat(event), key[0]))


def _scene(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    where = "WHERE chat = ? AND scene = ?"
    if field == "description":
        db.execute(f"UPDATE scenes SET description = ? {where}", (value, of_chat(event), key[0]))
    elif field == "significance":
        db.execute(f"UPDATE scenes SET significance = ?, by_hand = 1 {where}", (value, of_chat(event), key[0]))


def _thread(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    chat = of_chat(event)
    if field == "title":
        db.execute("UPDATE threads SET title = ? WHERE chat = ? AND thread = ?", (value, chat, key[0]))
    elif field in ("open", "outcome"):
        sql = "SELECT open, outcome FROM thread_ends WHERE chat = ? AND thread = ? AND live ORDER BY seq DESC LIMIT 1"
        is_open, outcome = db.execute(sql, (chat, key[0])).fetchone() or (1, "")
        row = (int(value), outcome) if field == "open" else (is_open, value)
        insert(db, "thread_ends", event.seq, event.stream, chat, key[0], *row, 0, 0, 1)


def _happening(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    chat = of_chat(event)
    if field == "state":
        by = (event.truth, 0, 0, 1)
        insert(db, "happening_states", event.seq, event.stream, chat, key[0], value, event.payload["former"], *by)
    elif field in HAPPENING_FIELDS:
        sql = f"UPDATE happenings SET {field} = ? WHERE chat = ? AND happening = ?"
        db.execute(sql, (_flat(value), chat, key[0]))


def _group(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    insert(db, "groups", event.seq, event.stream, of_chat(event), value, event.truth, 0, 0, "", event.seq, 1)


def _turn(db: apsw.Connection, event: StoredEvent, key: list[Any], field: str, value: Any) -> None:
    chat, turn = of_chat(event), key[0]
    if field == "significance":
        sql = (
            "UPDATE alternatives SET significance = ?1, weighed_by = ?4 WHERE chat = ?2 AND turn = ?3"
            " AND swipe = (SELECT chosen FROM turns WHERE chat = ?2 AND turn = ?3)"
        )
        db.execute(sql, (value, chat, turn, event.truth))
        weigh_scene(db, chat, turn)


_STEPS: dict[str, Callable[[apsw.Connection, StoredEvent, list[Any], str, Any], None]] = {
    "edge": _edge,
    "memory": _memory,
    "activity": _activity,
    "container": _container,
    "scene": _scene,
    "thread": _thread,
    "happening": _happening,
    "group": _group,
    "turn": _turn,
}
