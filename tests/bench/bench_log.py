"""What the log costs beside bare SQLite doing the same inserts, and beside the eventsourcing library.

Every round measures each of the three in turn on a fresh file; figures are medians over the rounds, ratios are medians
of each round's own ratio.  The peer for appending inserts the same rows, hashes and payloads ready made, into the same
tables with the same settings.  eventsourcing writes, maps and reads its events as it comes (JSON, its own settings).
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.domain import DomainEvent, datetime_now_with_tzinfo
from eventsourcing.persistence import DatetimeAsISO, EventStore, JSONTranscoder, Mapper
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from engine.log import EventLog, LogWriter, NewEvent, StoredEvent
from engine.log.chain import chained_rows
from engine.log.face import GENESIS
from engine.log.schema import INSERT_EVENT, Row, open_database
from tests.bench.figure import Figure

ROUNDS = 11
EVENTS = 4000
PEER_EVENTS = 1000
BATCH = 100
REPLAYED = 100_000
HANDED_OVER = 5_000
SINGLE_RATIO = 0.70
BATCH_RATIO = 0.60
REPLAY_HZ = 250_000
STREAM = "play/1"


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


def append_ours(path: Path, events: Sequence[NewEvent], batch: int) -> float:
    """Events a second through ``EventLog.append``."""
    batches = [events[start : start + batch] for start in range(0, len(events), batch)]
    with EventLog.open(path) as log:

        def work() -> None:
            for one in batches:
                log.append(STREAM, one)

        return timed(len(events), work)


def append_bare(path: Path, rows: Sequence[Row], batch: int) -> float:
    """Rows a second through apsw alone: a statement each, or BEGIN, executemany, COMMIT."""
    db = open_database(path)
    db.execute("INSERT INTO branches VALUES(1, ?, NULL, 0, '', 0)", (STREAM,))
    batches = [rows[start : start + batch] for start in range(0, len(rows), batch)]

    def work() -> None:
        if batch == 1:
            for row in rows:
                db.execute(INSERT_EVENT, row)
            return
        for one in batches:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(INSERT_EVENT, one)
            db.execute("COMMIT")

    speed = timed(len(rows), work)
    db.close()
    return speed


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


def append_peer(path: Path, batch: int) -> float:
    """Events a second through eventsourcing."""
    store, events = peer_store(path), peer_presses(PEER_EVENTS)

    def work() -> None:
        for start in range(0, len(events), batch):
            store.put(events[start : start + batch])

    return timed(len(events), work)


def compare_appends(folder: Path, batch: int) -> Speeds:
    """All three in turns."""
    events = presses(EVENTS)
    rows = chained_rows(events, STREAM, 1, 0, GENESIS, lambda cause, made: GENESIS)
    speeds = Speeds([], [], [])
    for number in range(ROUNDS):
        speeds.bare.append(append_bare(folder / f"bare-{batch}-{number}.db", rows, batch))
        speeds.ours.append(append_ours(folder / f"ours-{batch}-{number}.db", events, batch))
        speeds.peer.append(append_peer(folder / f"peer-{batch}-{number}.db", batch))
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
    events = presses(EVENTS)
    store, peer_events = peer_store(folder / "peer-replay.db"), peer_presses(PEER_EVENTS * 10)
    store.put(peer_events)
    who = peer_events[0].originator_id
    ours, peer = [], []
    with EventLog.open(folder / "replay.db") as log:
        for _ in range(REPLAYED // EVENTS):
            log.append(STREAM, events)
        for _ in range(ROUNDS):
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
    beside = f"{statistics.median(peer_replayed):,.0f}/s eventsourcing, in turns, {ROUNDS} rounds"
    speed = statistics.median(replayed)
    held = hand_overs_us(folder)
    yield Figure("log: handing over to the writer, median", statistics.median(held), "us", beside="one event a ms")
    yield Figure("log: handing over to the writer, p99", held[len(held) * 99 // 100], "us", beside="one event a ms")
    yield Figure("log: replay and fold", speed, "events/s", REPLAY_HZ, at_least=True, beside=beside)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name:40} {figure.value:12.2f} {figure.unit:9} {figure.limit} {figure.ok} {figure.beside}")
