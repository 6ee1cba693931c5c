"""What a session gives to the game, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.net.face import Told
from game.events import Event
from game.jam.keeping import Spoken


class Heard(NamedTuple):
    """Something that happened; ``author`` is empty for what this machine saw itself."""

    author: str
    number: int
    event: Event
    arrived_us: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence the player may want to read; nothing is lost without it."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Closed:
    """This machine is in the session no more, and why; with ``crowd`` it may listen in the crowd instead."""

    sentence: str
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the log held of an earlier stay: the band is to know of it, but it does not happen again."""

    spoken: list[Spoken]


Happening = Heard | Notice | Closed | Told
"""What :meth:`Session.events` gives."""
