"""A process that appends until it is killed, and says on standard output which event it was told is safe.

Run as ``appender.py PATH how``: ``direct`` appends one by one, ``batches`` in batches, ``writer`` through a LogWriter,
``branches`` with rewinds in between.  Each line it prints is the seq of an acknowledged event.  ``restores`` appends
nothing but goes back and forth between the snapshots it finds beside the log, and prints the head it restored.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from engine.log import CalendarClock, EventLog, LogWriter, NewEvent, Snapshots
from tests.rig.log_samples import LastWord, Presses


def say(seq: int) -> None:
    os.write(1, f"{seq}\n".encode())


def numbered(number: int) -> NewEvent:
    return NewEvent("lane_pressed", {"lane": number % 7, "number": number, "frames": bytes(number % 300)}, number)


def run(path: Path, how: str) -> None:
    with EventLog.open(path, [Presses(), LastWord()]) as log:
        say(log.last_seq)
        if how == "restores":
            snapshots = Snapshots(log, path.parent / "snapshots", CalendarClock())
            kept = [snapshot for snapshot in snapshots.kept() if snapshot.why == "first"]
            for snapshot in itertools.cycle(kept):
                snapshots.restore(snapshot)
                say(log.last_seq)
        numbers = itertools.count(log.last_seq + 1)
        if how == "writer":
            writer = LogWriter(log)
            while True:
                for _ in range(5):
                    saved = writer.append("play/1", [numbered(next(numbers))])
                    saved.add_done_callback(lambda future: say(future.result()))
                writer.flush(60.0)
        size = 1 if how == "direct" else 40
        while True:
            say(log.append("play/1", [numbered(next(numbers)) for _ in range(size)]))
            if how == "branches":
                branch = log.fork("play/1", log.head("play/1") - 7)
                log.name_branch("play/1", branch, "again")


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
