"""The board: every performance of the log in one table, and the local leaderboard over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw

from engine.log import EventLog, StoredEvent
from game.events import from_payload, kinds
from game.rhythm.events import PerformanceEnded, PerformanceStarted, ReplayImported
from game.rhythm.mods import Mods, ranked

PLAYING = "playing"
"""The outcome of a performance whose end the log does not hold: it is being played, or the game was killed."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One performance as the board shows it; ``started_us`` is the date it began, ``accuracy`` from 0 to 1."""

    id: str
    started_us: int
    player: str
    chart_hash: str
    chart_path: str
    chart_index: int
    title: str
    artist: str
    level: str
    keys: int
    rules: str
    rate_percent: int
    mods: Mods
    outcome: str
    counts: dict[str, int]
    score: int
    max_combo: int
    accuracy: float
    grade: str
    mean_us: float
    unstable_rate: float

    @property
    def stream(self) -> str:
        """Where the log keeps its events."""
        return f"play/{self.id}"


_COLUMNS = (
    "id, started_us, player, chart_hash, chart_path, chart_index, title, artist, level, keys, rules, rate_percent,"
    " mods, outcome, counts, score, max_combo, accuracy, grade, mean_us, unstable_rate"
)


class BoardProjector:
    """Keeps the table ``performances`` from the events of the ``play/`` streams."""

    name = "board"
    version = 1
    kinds = kinds((PerformanceStarted, PerformanceEnded, ReplayImported))
    create = """
        CREATE TABLE performances (
            id TEXT PRIMARY KEY, started_us INTEGER NOT NULL, player TEXT NOT NULL,
            chart_hash TEXT NOT NULL, chart_path TEXT NOT NULL, chart_index INTEGER NOT NULL,
            title TEXT NOT NULL, artist TEXT NOT NULL, level TEXT NOT NULL, keys INTEGER NOT NULL,
            rules TEXT NOT NULL, rate_percent INTEGER NOT NULL, mods TEXT NOT NULL, ranked INTEGER NOT NULL,
            outcome TEXT NOT NULL, counts TEXT NOT NULL, score INTEGER NOT NULL, max_combo INTEGER NOT NULL,
            accuracy REAL NOT NULL, grade TEXT NOT NULL, mean_us REAL NOT NULL, unstable_rate REAL NOT NULL
        ) STRICT;
        CREATE INDEX performances_by_chart ON performances (chart_hash, rules, rate_percent, score);
    """

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        """Add or complete the row of the event's performance."""
        performance_id = event.stream.partition("/")[2]
        if event.kind == PerformanceStarted.kind:
            started = from_payload(PerformanceStarted, event.payload)
            self._insert(db, performance_id, event.at_us, started, PLAYING, {}, (0, 0, 0.0, "", 0.0, 0.0))
        elif event.kind == ReplayImported.kind:
            imported = from_payload(ReplayImported, event.payload)
            self._insert_imported(db, performance_id, event.at_us, imported)
        elif event.kind == PerformanceEnded.kind:
            ended = from_payload(PerformanceEnded, event.payload)
            db.execute(
                "UPDATE performances SET outcome = ?, counts = ?, score = ?, max_combo = ?, accuracy = ?, grade = ?,"
                " mean_us = ?, unstable_rate = ? WHERE id = ?",
                (
                    *(ended.outcome, json.dumps(ended.counts), ended.score, ended.max_combo, ended.accuracy),
                    *(ended.grade, ended.mean_us, ended.unstable_rate, performance_id),
                ),
            )

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        """A stream of ``play/`` has one row of its own."""
        db.execute("DELETE FROM performances WHERE id = ?", (stream.partition("/")[2],))
        return True

    def _insert_imported(self, db: apsw.Connection, performance_id: str, at_us: int, event: ReplayImported) -> None:
        started = PerformanceStarted(
            *(
                event.chart_hash,
                event.chart_path,
                event.chart_index,
                event.title,
                "",
                event.level,
                event.keys,
                event.rules,
                event.mods,
            ),
            player=event.player or "replay",
        )
        reached = (event.score, event.max_combo, event.accuracy, event.grade, 0.0, 0.0)
        self._insert(db, performance_id, at_us, started, "imported", event.counts, reached)

    def _insert(
        self,
        db: apsw.Connection,
        performance_id: str,
        at_us: int,
        started: PerformanceStarted,
        outcome: str,
        counts: dict[str, int],
        reached: tuple[int, int, float, str, float, float],
    ) -> None:
        mods = Mods.from_dict(started.mods)
        row = (
            *(performance_id, at_us, started.player, started.chart_hash, started.chart_path, started.chart_index),
            *(started.title, started.artist, started.level, started.keys, started.rules, mods.rate_percent),
            *(json.dumps(mods.to_dict(), sort_keys=True), int(ranked(mods)), outcome, json.dumps(counts), *reached),
        )
        marks = ", ".join("?" * len(row))
        columns = _COLUMNS.replace(" mods,", " mods, ranked,")
        db.execute(f"INSERT OR REPLACE INTO performances ({columns}) VALUES ({marks})", row)


def leaderboard(log: EventLog, chart_hash: str, rules: str, rate_percent: int, limit: int = 10) -> list[BoardRow]:
    """The user's finished, eligible performances of a chart, the best score first."""
    where = (
        "chart_hash = ? AND rules = ? AND rate_percent = ? AND player = 'user' AND outcome = 'finished' AND ranked = 1"
        " ORDER BY score DESC, accuracy DESC, started_us LIMIT ?"
    )
    return list(_rows(log, where, (chart_hash, rules, rate_percent, limit)))


def best_grades(log: EventLog, rules: str) -> dict[str, tuple[int, float, str]]:
    """For every chart played to the end under ``rules`` at rate 1: best score, accuracy and grade by chart hash."""
    query = (
        "SELECT chart_hash, max(score), accuracy, grade FROM performances WHERE rules = ? AND rate_percent = 100"
        " AND player = 'user' AND outcome = 'finished' AND ranked = 1 GROUP BY chart_hash"
    )
    return {str(row[0]): (row[1], row[2], row[3]) for row in log.query(query, (rules,))}


def performances(log: EventLog, limit: int = 1000) -> list[BoardRow]:
    """All performances, the latest first."""
    return list(_rows(log, "1 ORDER BY started_us DESC, id DESC LIMIT ?", (limit,)))


def performances_of(log: EventLog, chart_hash: str, limit: int) -> list[BoardRow]:
    """Every performance of a chart, whoever played it, however and to whatever end; the latest first."""
    return list(_rows(log, "chart_hash = ? ORDER BY started_us DESC, id DESC LIMIT ?", (chart_hash, limit)))


def performance(log: EventLog, performance_id: str) -> BoardRow | None:
    """The performance whose id is, or alone begins with, ``performance_id``."""
    pattern = performance_id.replace("%", "").replace("_", "")
    found = list(_rows(log, "id LIKE ? LIMIT 2", (pattern + "%",)))
    return found[0] if len(found) == 1 else None


def _rows(log: EventLog, where: str, values: tuple[Any, ...]) -> Iterator[BoardRow]:
    for row in log.query(f"SELECT {_COLUMNS} FROM performances WHERE {where}", values):
        cells: list[Any] = list(row)
        cells[12] = Mods.from_dict(json.loads(cells[12]))
        cells[14] = json.loads(cells[14])
        yield BoardRow(*cells)
