"""What waits for a game that does not look: no record and no hit is lost for somebody's noise."""

from __future__ import annotations

import threading

from engine.net.event_queue import MOST_NOTES, EventQueue
from engine.net.face import Moment, NetEvent, Said, Trouble


def test_records_and_hits_never_give_way_to_noise() -> None:
    queue = EventQueue()
    first: list[NetEvent] = [Said("a", 1, b"", 0), Moment("a", 1, 0, b"", 0)]
    last: list[NetEvent] = [Said("a", 2, b"", 0), Moment("a", 2, 0, b"", 0)]
    for event in first:
        queue.put(event)
    for _ in range(MOST_NOTES + 7):
        queue.put(Trouble("noise"))
    for event in last:
        queue.put(event)
    events = queue.take()
    assert events[:2] == first
    assert events[-2:] == last
    assert len(events) == MOST_NOTES + 4
    assert queue.dropped == 7
    queue.put(Trouble("again"))
    assert queue.take() == [Trouble("again")]


def test_who_waits_is_woken_by_what_comes() -> None:
    queue = EventQueue()
    assert not queue.wait(0)
    thread = threading.Thread(target=queue.put, args=(Trouble("now"),))
    thread.start()
    assert queue.wait(10)
    thread.join()
    assert queue.take() == [Trouble("now")]
