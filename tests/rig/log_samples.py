"""Projectors and events the tests of the log share."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from engine.log import EventLog, NewEvent, StoredEvent


def pressed(lane: int, at_us: int = 0, cause: int | None = None) -> NewEvent:
    return NewEvent("lane_pressed", {"lane": lane}, at_us, cause=cause)


def said(text: str, at_us: int = 0) -> NewEvent:
    return NewEvent("said", {"text": text}, at_us, truth=3, origin="ai-local:tiny", actor="mira")


def lanes(events: Iterator[StoredEvent]) -> list[int]:
    return [event.payload["lane"] for event in events]


class Presses:
    """Counts presses of each lane in each stream: its rows of a stream stand by themselves."""

    name = "presses"
    create = """
    CREATE TABLE presses(stream TEXT, lane INTEGER, count INTEGER NOT NULL, last_us INTEGER NOT NULL,
                         PRIMARY KEY(stream, lane)) STRICT, WITHOUT ROWID;
    CREATE INDEX presses_by_lane ON presses(lane);
    """
    kinds = frozenset({"lane_pressed"})

    def __init__(self, version: int = 1, weight: int = 1) -> None:
        self.version = version
        self.weight = weight

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        db.execute(
            "INSERT INTO presses VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET count = count + ?3, last_us = ?4",
            (event.stream, event.payload["lane"], self.weight, event.at_us),
        )

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        db.execute("DELETE FROM presses WHERE stream = ?", (stream,))
        return True


class LastWord:
    """The last thing said and the last lane pressed anywhere: rows mix streams, order between them matters."""

    name = "last word"
    version = 1
    create = "CREATE TABLE last_word(kind TEXT PRIMARY KEY, seq INTEGER NOT NULL, what ANY) STRICT, WITHOUT ROWID"
    kinds = frozenset({"said", "lane_pressed"})

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        what = event.payload["text"] if event.kind == "said" else event.payload["lane"]
        db.execute("INSERT OR REPLACE INTO last_word VALUES(?, ?, ?)", (event.kind, event.seq, what))

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        return False


def assert_whole(log: EventLog) -> None:
    """The log has no problem and its projections are what its events say."""
    assert log.verify() == []
    assert log.check_rebuild() == []
