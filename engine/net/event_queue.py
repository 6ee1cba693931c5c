"""Events on their way from the network's threads to the game."""

from __future__ import annotations

import threading
from collections import deque

from engine.net.face import ClockSet, NetEvent, Told, Trouble

MOST_NOTES = 16_384
"""So many messages, troubles and measurements wait for a game that does not look; later ones are left out."""

_NOTES = (Trouble, Told, ClockSet)
"""What gives way.  The rest is bounded by what a session may hold, and all machines must have it alike."""


class EventQueue:
    """What has happened, in order; ``dropped`` counts the notes left out because too many were waiting."""

    def __init__(self) -> None:
        self._events: deque[NetEvent] = deque()
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._waiting = 0
        self._notes = 0
        self.dropped = 0

    def put(self, event: NetEvent) -> None:
        """Something happened."""
        with self._lock:
            if isinstance(event, _NOTES):
                if self._notes >= MOST_NOTES:
                    self.dropped += 1
                    return
                self._notes += 1
            self._events.append(event)
            if self._waiting:
                self._news.notify_all()

    def take(self) -> list[NetEvent]:
        """What has happened since the last call, in order."""
        with self._lock:
            out = list(self._events)
            self._events.clear()
            self._notes = 0
        return out

    def wait(self, timeout_s: float) -> bool:
        """Wait until there are events; false if none came in time."""
        with self._lock:
            self._waiting += 1
            try:
                return self._news.wait_for(lambda: bool(self._events), timeout_s)
            finally:
                self._waiting -= 1
