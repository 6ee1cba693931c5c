"""What a machine heard in the crowd of a jam, out of its log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.log import EventLog, StoredEvent
from game.jam.crowd_events import CrowdHits, CrowdPlayer, CrowdTold
from game.jam.keeping import stream_of
from game.rhythm.chart import EDGE

FREE_JAM = "a free jam"


@dataclass(slots=True)
class HeardTake:
    """One song or free jam that was heard: ``keys`` counts those that went down, by player."""

    take: str
    title: str
    artist: str
    keys: dict[str, int] = field(default_factory=dict)


def heard_takes(log: EventLog, session: str) -> list[HeardTake]:
    """What was heard in the crowd of a session, in order; nothing where this machine was in the band."""
    return _takes(log.read(stream_of(session)))


def _takes(rows: Iterable[StoredEvent]) -> list[HeardTake]:
    takes: dict[str, HeardTake] = {}
    names: dict[str, str] = {}
    for row in rows:
        said = row.payload
        if row.kind == CrowdTold.kind and said.get("take"):
            title = said.get("song") or FREE_JAM
            takes.setdefault(said["take"], HeardTake(said["take"], title, said.get("artist", "")))
        elif row.kind == CrowdPlayer.kind:
            names[said["peer"]] = said["name"]
        elif row.kind == CrowdHits.kind and said["take"] in takes:
            keys, name = takes[said["take"]].keys, names.get(said["peer"], said["peer"][:4])
            keys[name] = keys.get(name, 0) + len(said["edges"]) // EDGE.itemsize
    return list(takes.values())
