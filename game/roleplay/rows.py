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


def known_chat(db: apsw.Connection, event: StoredEvent) -> None:
    """Have a row for the chat that tells the event."""
    sql = "INSERT OR IGNORE INTO chats VALUES (?, ?, 0, 0, '', 0, 0, 0, 0, 0, 0, 0)"
    db.execute(sql, (of_chat(event), event.stream))


def live(db: apsw.Connection, event: StoredEvent) -> int:
    """1 while what an event says follows from what is chosen now: its turn's alternative, or its scene's basis."""
    return told_by(db, event)[0]


def told_by(db: apsw.Connection, event: StoredEvent) -> tuple[int, int]:
    """As :func:`live`, and the seq of the wording or of the scene's end that the event follows from (else its own)."""
    said = event.payload
    turn = said.get("turn", 0)
    if turn:
        found = db.execute(_WORDING, (said["swipe"], of_chat(event), turn)).fetchone()
        return (int(found[0]), int(found[1])) if found else (0, event.seq)
    scene = said.get("scene", 0)
    if not scene or "basis" not in said or said.get("form") == "told":
        return 1, event.seq
    sql = "SELECT chain, closed_seq FROM scenes WHERE chat = ? AND scene = ?"
    found = db.execute(sql, (of_chat(event), scene)).fetchone()
    return (int(found[0] == said["basis"]), int(found[1]) or event.seq) if found else (1, event.seq)


TELLINGS = "chat = ? AND owner = ? AND scene = ? AND scene > 0 AND turn = 0 AND form <> 'told'"
"""All that one witness has told of one scene, each from other wordings."""

OF_TELLING = "SELECT owner, iif(form <> 'told' AND turn = 0, scene, 0) FROM memories WHERE chat = ? AND memory = ?"
"""Whose a memory is, and the scene it tells of; 0 where it is none of the :data:`TELLINGS`."""


def settle_tellings(db: apsw.Connection, chat: str, scene: int) -> None:
    """Of each witness's tellings of a scene the one counts that is told from what is chosen now.

    Where the player has put one into their own words, that one does, whatever is chosen (002).
    """
    if scene:
        db.execute(_SETTLE, (chat, scene))


_SETTLE = (
    "UPDATE memories AS m SET live = (m.truth = 1 OR (coalesce(m.basis = (SELECT chain FROM scenes s WHERE"
    " s.chat = ?1 AND s.scene = ?2), 1) AND NOT EXISTS (SELECT 1 FROM memories o WHERE o.chat = ?1 AND o.scene = ?2"
    " AND o.scene > 0 AND o.owner = m.owner AND o.form <> 'told' AND o.turn = 0 AND o.truth = 1)))"
    " WHERE m.chat = ?1 AND m.scene = ?2 AND m.scene > 0 AND m.turn = 0 AND m.form <> 'told'"
)

_WORDING = (
    "SELECT t.chosen = a.swipe AND NOT t.deleted, a.seq FROM alternatives a"
    " JOIN turns t ON t.chat = a.chat AND t.turn = a.turn WHERE a.swipe = ? AND a.chat = ? AND a.turn = ?"
)


def place(event: StoredEvent) -> int:
    """Where an event counts among all others: where it was first said, also when a rewind said it again.

    Only what is said again has a cause in this room, see :mod:`game.roleplay.rewinding`.
    """
    return event.seq if event.cause is None else event.cause


def in_place(event: StoredEvent) -> StoredEvent:
    """The event with the seq of its :func:`place`: what every projector of this room goes by."""
    return event if event.cause is None else event._replace(seq=event.cause)


_OF_TURN = "SELECT scene FROM turns WHERE chat = ?1 AND turn = ?2"
_HEAVIEST = (
    "SELECT max(a.significance) AS most FROM turns t JOIN alternatives a"
    " ON a.chat = t.chat AND a.turn = t.turn AND a.swipe = t.chosen"
    f" WHERE t.chat = ?1 AND t.scene = ({_OF_TURN}) AND NOT t.deleted"
)


def weigh_scene(db: apsw.Connection, chat: str, turn: int) -> None:
    """A closed scene weighs what its heaviest turn does (004 11.1), also where that is found out later.

    What the player weighed themselves stands.
    """
    db.execute(
        f"UPDATE scenes SET significance = h.most FROM ({_HEAVIEST}) h WHERE chat = ?1 AND scene = ({_OF_TURN})"
        " AND closed_seq > 0 AND NOT by_hand AND h.most >= 0",
        (chat, turn),
    )
