"""One log of everything that happened: events, branches, projections, snapshots.

>>> from engine.log import EventLog, NewEvent
>>> with EventLog.in_memory() as log:
...     log.append("play/1", [NewEvent("song_started", {"title": "Halo"}, at_us=0)])
...     [event.payload["title"] for event in log.read("play/1")]
1
['Halo']
"""

from engine.log.event_log import EventLog
from engine.log.face import (
    Branch,
    CalendarClock,
    HeadMoved,
    LogBusy,
    LogDamaged,
    LogError,
    LogFull,
    LogReadOnly,
    LogTooNew,
    NewEvent,
    NoSuchPlace,
    Outdated,
    Projector,
    StoredEvent,
)
from engine.log.snapshots import Snapshot, Snapshots, put_back
from engine.log.writer import LogWriter

__all__ = [
    "Branch",
    "CalendarClock",
    "EventLog",
    "HeadMoved",
    "LogBusy",
    "LogDamaged",
    "LogError",
    "LogFull",
    "LogReadOnly",
    "LogTooNew",
    "LogWriter",
    "NewEvent",
    "NoSuchPlace",
    "Outdated",
    "Projector",
    "Snapshot",
    "Snapshots",
    "StoredEvent",
    "put_back",
]
