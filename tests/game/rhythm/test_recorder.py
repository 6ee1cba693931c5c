from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.log import EventLog, LogWriter
from game.rhythm.chart import EDGE
from game.rhythm.events import InputRecorded, PerformancePaused, PerformanceResumed
from game.rhythm.recorder import FLUSH_US, HEARTBEAT_US, Recorder, new_stream
from game.truth import Truth


@pytest.fixture
def log() -> Iterator[EventLog]:
    with EventLog.in_memory() as log:
        yield log


@pytest.fixture
def writer(log: EventLog) -> Iterator[LogWriter]:
    with LogWriter(log) as writer:
        yield writer


def batches(log: EventLog, writer: LogWriter, recorder: Recorder) -> list[tuple[int, int]]:
    """How many edges each batch holds and how far it says the song had come."""
    assert writer.flush(10.0)
    events = [event for event in log.read(recorder.stream) if event.kind == InputRecorded.kind]
    return [(len(event.payload["edges"]) // EDGE.itemsize, event.payload["upto_us"]) for event in events]


def test_edges_wait_for_a_tenth_of_a_second_and_go_together(log: EventLog, writer: LogWriter) -> None:
    recorder = Recorder(writer, new_stream())
    recorder.step(0, 1_000_000)
    for at_us in (10_000, 20_000, 30_000):
        recorder.edge(at_us, 1, True)
        recorder.step(at_us, 1_000_000 + at_us)
    assert batches(log, writer, recorder)[1:] == []
    recorder.step(FLUSH_US, 1_000_000 + FLUSH_US)
    assert batches(log, writer, recorder)[1:] == [(3, FLUSH_US)]


def test_a_quiet_song_still_says_how_far_it_is(log: EventLog, writer: LogWriter) -> None:
    recorder = Recorder(writer, new_stream())
    for number in range(5):
        recorder.step(number * HEARTBEAT_US * 2, 1_000_000 + number * HEARTBEAT_US)
        recorder.step(number * HEARTBEAT_US * 2 + 10, 1_000_000 + number * HEARTBEAT_US + 5)
    assert batches(log, writer, recorder) == [(0, number * HEARTBEAT_US * 2) for number in range(5)]


def test_more_edges_than_fit_are_written_at_once_and_none_is_lost(log: EventLog, writer: LogWriter) -> None:
    recorder = Recorder(writer, new_stream())
    for number in range(1000):
        recorder.edge(number * 10, number % 7, number % 2 == 0)
    recorder.write(PerformancePaused(9_990))
    assert sum(count for count, _ in batches(log, writer, recorder)) == 1000
    packed = b"".join(event.payload["edges"] for event in log.read(recorder.stream) if event.kind == InputRecorded.kind)
    edges = np.frombuffer(packed, EDGE)
    assert edges["at_us"].tolist() == [number * 10 for number in range(1000)]
    assert edges["lane"].tolist() == [number % 7 for number in range(1000)]
    assert edges["down"].tolist() == [int(number % 2 == 0) for number in range(1000)]


def test_the_log_keeps_the_order_of_things(log: EventLog, writer: LogWriter) -> None:
    recorder = Recorder(writer, new_stream())
    recorder.edge(5, 0, True)
    recorder.write(PerformancePaused(7))
    recorder.write(PerformanceResumed(7))
    recorder.edge(9, 0, False)
    recorder.write(PerformancePaused(11))
    assert writer.flush(10.0)
    assert [event.kind.partition(".")[2] for event in log.read(recorder.stream)] == [
        *("input", "paused", "resumed", "input", "paused")
    ]


def test_who_plays_stands_with_every_event(log: EventLog, writer: LogWriter) -> None:
    recorder = Recorder(writer, new_stream(), truth=Truth.AUTOMATION, origin="automation:autoplay")
    recorder.edge(5, 0, True)
    recorder.write(PerformancePaused(7))
    assert writer.flush(10.0)
    assert {(event.truth, event.origin) for event in log.read(recorder.stream)} == {(2, "automation:autoplay")}


def test_streams_are_new_and_in_the_order_they_began() -> None:
    streams = [new_stream() for _ in range(500)]
    assert len(set(streams)) == 500
    instants = [stream[:21] for stream in streams]
    assert instants == sorted(instants)
    assert streams[0].startswith("play/")
