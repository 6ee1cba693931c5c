"""Small words that the projector's modules share."""

from __future__ import annotations

from functools import cache
from typing import Any

import apsw

from engine.log import StoredEvent


def of_chat(event: StoredEvent) -> str:
    """The chat (or bot) whose stream tells the event."""
    return event.stream.partition("/")[2]


@cache
def _insert_sql(table: str, width: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * width)})"


def insert(db: apsw.Connection, table: str, *values: Any) -> None:
    """Add one row."""
    db.execute(_insert_sql(table, len(values)), values)


def live(db: apsw.Connection, event: StoredEvent) -> int:
    """1 while what an event says follows from what is chosen now: its turn's alternative, or its scene's basis."""
    said = event.payload
    turn = said.get("turn", 0)
    if turn:
        sql = "SELECT chosen = ? AND NOT deleted FROM turns WHERE chat = ? AND turn = ?"
        found = db.execute(sql, (said["swipe"], of_chat(event), turn)).fetchone()
        return int(found[0]) if found else 0
    scene = said.get("scene", 0)
    if not scene or "basis" not in said:
        return 1
    found = db.execute("SELECT basis FROM scenes WHERE chat = ? AND scene = ?", (of_chat(event), scene)).fetchone()
    return int(found is None or found[0] == said["basis"])
