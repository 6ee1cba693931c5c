"""How the story's events change the tables: threads, happenings, items."""

from __future__ import annotations

import json
from collections.abc import Callable

import apsw

from engine.log import StoredEvent
from game.roleplay import events as happened
from game.roleplay.rows import insert, known_chat, live, of_chat


def _count(db: apsw.Connection, event: StoredEvent, column: str, number: int) -> None:
    known_chat(db, event)
    db.execute(f"UPDATE chats SET {column} = max({column}, ?) WHERE chat = ?", (number, of_chat(event)))


def _thread_opened(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (of_chat(event), said["thread"], event.stream, event.seq, said["title"], said["turn"], said["swipe"])
    insert(db, "threads", *row, live(db, event))
    _count(db, event, "threads", said["thread"])


def _thread_closed(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (event.seq, event.stream, of_chat(event), said["thread"], 0, said["outcome"], said["turn"], said["swipe"])
    insert(db, "thread_ends", *row, live(db, event))


def _planned(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    props = json.dumps(said["props"], ensure_ascii=False)
    insert(
        *(db, "happenings", of_chat(event), said["happening"], event.stream, event.seq, said["title"], props),
        *(said["due_us"], said["expires_us"], said["turn"], said["swipe"], live(db, event)),
    )
    _count(db, event, "happenings", said["happening"])


def _moved(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (event.seq, event.stream, of_chat(event), said["happening"], said["state"], said["former"])
    insert(db, "happening_states", *row, event.truth, said["turn"], said["swipe"], live(db, event))


def _gained(db: apsw.Connection, event: StoredEvent) -> None:
    _item(db, event, 1)


def _lost(db: apsw.Connection, event: StoredEvent) -> None:
    _item(db, event, 0)


def _item(db: apsw.Connection, event: StoredEvent, held: int) -> None:
    said = event.payload
    insert(
        *(db, "items", event.seq, event.stream, of_chat(event), said["owner"], said["item"], held),
        *(said.get("turn", 0), said.get("swipe", 0), said.get("scene", 0), said.get("basis", ""), live(db, event)),
    )


STORY_STEPS: dict[str, Callable[[apsw.Connection, StoredEvent], None]] = {
    happened.ThreadOpened.kind: _thread_opened,
    happened.ThreadClosed.kind: _thread_closed,
    happened.HappeningPlanned.kind: _planned,
    happened.HappeningMoved.kind: _moved,
    happened.ItemGained.kind: _gained,
    happened.ItemLost.kind: _lost,
}
