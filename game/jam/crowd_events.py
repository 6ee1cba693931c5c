"""What one in the crowd hears of a jam.  Stream ``jam/<session id>``, in the listener's own log.

It is the conductor's word (LN4, origin ``peer:<conductor>``) and less than the band hears: keys that went down and
nothing to judge them by.  So none of it is taken for a record of the band, and no take is replayed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

CROWD = "crowd"
"""The role of a listener, as :class:`game.jam.events.JamOpened` keeps it."""


@dataclass(frozen=True, slots=True)
class CrowdTold:
    """What goes on from now; see :class:`game.jam.crowd_words.Now`.  ``phase`` is its name in small letters."""

    kind: ClassVar[str] = "jam.crowd_told"
    title: str
    phase: str
    song: str = ""
    artist: str = ""
    chart: str = ""
    take: str = ""
    t0_us: int = 0
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class CrowdPlayer:
    """Somebody plays ``part`` on ``keys`` lanes, or (``here`` false) cannot be heard any more."""

    kind: ClassVar[str] = "jam.crowd_player"
    peer: str
    name: str
    part: str
    keys: int
    here: bool = True


@dataclass(frozen=True, slots=True)
class CrowdHits:
    """Keys of one player that went down: ``edges`` packs ``chart.EDGE`` rows in song time."""

    kind: ClassVar[str] = "jam.crowd_hits"
    peer: str
    take: str
    edges: bytes


@dataclass(frozen=True, slots=True)
class CrowdFelt:
    """A reaction."""

    kind: ClassVar[str] = "jam.crowd_felt"
    name: str
    reaction: str


@dataclass(frozen=True, slots=True)
class CrowdLinked:
    """Through whom this machine hears: ``hops`` from the conductor, ``parent`` the number of who passes it on.

    ``hops`` 0: through nobody just now.
    """

    kind: ClassVar[str] = "jam.crowd_linked"
    hops: int
    parent: str


CrowdEvent = CrowdTold | CrowdPlayer | CrowdHits | CrowdFelt | CrowdLinked
