"""What the log costs beside bare SQLite doing the same inserts, and beside the eventsourcing library.

Each of the three has a file of its own and appends to it in turns, a few milliseconds at a time; figures are medians
over the rounds, ratios are medians of each round's own ratio.  The peer for appending inserts the same rows, hashes and
payloads ready made, into the same tables with the same settings.  eventsourcing writes, maps and reads its events as it
comes (JSON, its own settings).
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import apsw
from eventsourcing.domain import DomainEvent, datetime_now_with_tzinfo
from eventsourcing.persistence import DatetimeAsISO, EventStore, JSONTranscoder, Mapper
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from engine.log import EventLog, LogWriter, NewEvent, StoredEvent
from engine.log.chain import chained
from engine.log.face import GENESIS
from engine.log.schema import EVENT_WIDTH, INSERT_EVENT, Row, open_database
from tests.bench.figure import Figure

ROUNDS = 60
EVENTS = 1000
PEER_EVENTS = 100
BATCH = 100
REPLAYED = 100_000
REPLAYS = 11
HANDED_OVER = 5_000
SINGLE_RATIO = 0.70
BATCH_RATIO = 0.60
REPLAY_HZ = 250_000
STREAM = "play/1"
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class LanePressed(DomainEvent):
    """What eventsourcing keeps of the same press."""

    lane: int
    at_us: int
    down: int


@dataclass(frozen=True)
class Speeds:
    """Events a second in each round."""

    ours: list[float]
    bare: list[float]
    peer: list[float]

    @property
    def ratio(self) -> float:
        """Ours to bare, round by round, the median."""
        return statistics.median(mine / other for mine, other in zip(self.ours, self.bare, strict=True))


def presses(count: int) -> list[NewEvent]:
    """Presses as a performance has them."""
    return [
        NewEvent("lane_pressed", {"lane": number % 7, "at_us": number * 1000, "down": 1}, number * 1000)
        for number in range(count)
    ]


def timed(count: int, work: Callable[[], object]) -> float:
    """How many of ``count`` things a second ``work`` does."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def parts(things: Sequence[Thing], size: int) -> list[Sequence[Thing]]:
    """``things`` in order, ``size`` at a time."""
    return [things[start : start + size] for start in range(0, len(things), size)]


def append_ours(log: EventLog, events: Sequence[NewEvent], batch: int) -> float:
    """Events a second through ``EventLog.append``."""
    batches = parts(events, batch)

    def work() -> None:
        for one in batches:
            log.append(STREAM, one)

    return timed(len(events), work)


def append_bare(db: apsw.Connection, rows: Sequence[Row], batch: int) -> float:
    """Rows a second through apsw alone: a statement each, or BEGIN, executemany, COMMIT."""
    batches = parts(rows, batch)

    def work() -> None:
        if batch == 1:
            for row in rows:
                db.execute(INSERT_EVENT, row)
            return
        for one in batches:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(INSERT_EVENT, one)
            db.execute("COMMIT")

    return timed(len(rows), work)


def peer_store(path: Path) -> EventStore[UUID]:
    """An event store of eventsourcing on a file."""
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    transcoder = JSONTranscoder()
    transcoder.register(DatetimeAsISO())
    return EventStore(Mapper(transcoder), recorder)


def peer_presses(count: int) -> list[LanePressed]:
    """The same presses as eventsourcing's events."""
    who, when = uuid4(), datetime_now_with_tzinfo()
    return [
        LanePressed(
            originator_id=who, originator_version=number + 1, timestamp=when, lane=number % 7, at_us=number, down=1
        )
        for number in range(count)
    ]


def append_peer(store: EventStore[UUID], batch: int) -> float:
    """Events a second through eventsourcing."""
    batches = parts(peer_presses(PEER_EVENTS), batch)

    def work() -> None:
        for one in batches:
            store.put(one)

    return timed(PEER_EVENTS, work)


def compare_appends(folder: Path, batch: int) -> Speeds:
    """All three in turns, each in a file of its own."""
    events = presses(EVENTS * ROUNDS)
    values = chained(events, STREAM, 1, 0, GENESIS, lambda cause, made: GENESIS)
    rows = [tuple(row) for row in parts(values, EVENT_WIDTH)]
    bare = open_database(folder / f"bare-{batch}.db")
    bare.execute("INSERT INTO branches VALUES(1, ?, NULL, 0, '', 0)", (STREAM,))
    peer = peer_store(folder / f"peer-{batch}.db")
    speeds = Speeds([], [], [])
    with EventLog.open(folder / f"ours-{batch}.db") as log:
        for start in range(0, len(events), EVENTS):
            speeds.bare.append(append_bare(bare, rows[start : start + EVENTS], batch))
            speeds.ours.append(append_ours(log, events[start : start + EVENTS], batch))
            speeds.peer.append(append_peer(peer, batch))
    bare.close()
    return speeds


def add_lane(total: int, event: StoredEvent) -> int:
    """A fold as simple as can be."""
    return total + int(event.payload["lane"])


def pressed_lane(event: object) -> int:
    """The lane of an event of eventsourcing."""
    assert isinstance(event, LanePressed)
    return event.lane


def compare_replays(folder: Path) -> tuple[list[float], list[float]]:
    """Events a second read, decoded and folded: ours and eventsourcing's."""
    events = presses(REPLAYED // 10)
    store, peer_events = peer_store(folder / "peer-replay.db"), peer_presses(REPLAYED // 10)
    store.put(peer_events)
    who = peer_events[0].originator_id
    ours, peer = [], []
    with EventLog.open(folder / "replay.db") as log:
        for _ in range(10):
            log.append(STREAM, events)
        for _ in range(REPLAYS):
            ours.append(timed(REPLAYED, lambda: log.fold(STREAM, 0, add_lane)))
            peer.append(timed(len(peer_events), lambda: sum(pressed_lane(event) for event in store.get(who))))
    return ours, peer


def hand_overs_us(folder: Path) -> list[float]:
    """How long the player's thread is held by each of many events it hands to a writer, one a millisecond."""
    held = []
    with EventLog.open(folder / "writer.db") as log, LogWriter(log) as writer:
        for event in presses(HANDED_OVER):
            started = time.perf_counter_ns()
            writer.append(STREAM, [event])
            held.append((time.perf_counter_ns() - started) / 1000)
            time.sleep(0.001)
    return sorted(held)


def figures() -> Iterator[Figure]:
    """Single appends, batches, replay and fold."""
    gc.collect()
    gc.freeze()  # as the game does once it has loaded
    try:
        with tempfile.TemporaryDirectory(prefix="log-bench-") as temporary:
            yield from _figures(Path(temporary))
    finally:
        gc.unfreeze()


def _figures(folder: Path) -> Iterator[Figure]:
    for batch, limit, name in ((1, SINGLE_RATIO, "single appends"), (BATCH, BATCH_RATIO, f"batches of {BATCH}")):
        speeds = compare_appends(folder, batch)
        ours, bare, peer = (statistics.median(one) for one in (speeds.ours, speeds.bare, speeds.peer))
        beside = f"{bare:,.0f}/s bare apsw, {peer:,.0f}/s eventsourcing, in turns, {ROUNDS} rounds"
        yield Figure(f"log: {name}", ours, "events/s", beside=beside)
        yield Figure(f"log: {name}, of bare apsw", speeds.ratio, "times", limit, at_least=True, beside=beside)
    replayed, peer_replayed = compare_replays(folder)
    beside = f"{statistics.median(peer_replayed):,.0f}/s eventsourcing, in turns, {REPLAYS} rounds"
    speed = statistics.median(replayed)
    held = hand_overs_us(folder)
    yield Figure("log: handing over to the writer, median", statistics.median(held), "us", beside="one event a ms")
    yield Figure("log: handing over to the writer, p99", held[len(held) * 99 // 100], "us", beside="one event a ms")
    yield Figure("log: replay and fold", speed, "events/s", REPLAY_HZ, at_least=True, beside=beside)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:40} {figure.value:12.2f} {figure.unit:9} {figure.limit} {figure.ok} {figure.beside}")
