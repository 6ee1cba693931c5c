"""What a scene may ask the app to open.

Scenes do not know each other: they hand one of these to ``Context.open`` and the app shows the scene that serves
it.  What a scene returns when it leaves comes back through ``on_resume``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from game.rhythm.mods import Mods

if TYPE_CHECKING:
    from game.rhythm.result import Result


@dataclass(frozen=True, slots=True)
class ChartRef:
    """A chart on disk: its file, and its place among the charts of that file."""

    path: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class ShowTitle:
    """The title."""


@dataclass(frozen=True, slots=True)
class SelectSong:
    """Song select, on ``chart_hash`` when it is there."""

    chart_hash: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a chart; ``ghost`` is the id of a performance to race against."""

    chart: ChartRef
    rules: str
    mods: Mods
    ghost: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """Watch the performance ``performance_id`` of the log."""

    performance_id: str


@dataclass(frozen=True, slots=True)
class ShowResults:
    """The results of a performance that has just ended, or of one of the log."""

    performance_id: str
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """Settings, on the group named ``tab``."""

    tab: str = ""


@dataclass(frozen=True, slots=True)
class Calibrate:
    """A calibration: ``audio`` taps to sound, ``input`` taps to sight."""

    what: str


@dataclass(frozen=True, slots=True)
class ShowTalk:
    """Talk with the characters; in the chat of ``bot`` when one is named."""

    bot: str = ""


@dataclass(frozen=True, slots=True)
class ShowJam:
    """Host or join a jam; ``link`` is one to join by at once."""

    link: str = ""


@dataclass(frozen=True, slots=True)
class ShowLobby:
    """The jam the player is in, before and between songs."""


@dataclass(frozen=True, slots=True)
class ListenInCrowd:
    """The crowd of a jam, as one who only listens."""


@dataclass(frozen=True, slots=True)
class ShowTopology:
    """Who reaches whom in the jam, and how."""


@dataclass(frozen=True, slots=True)
class PlayJam:
    """Play (or watch) the take that was agreed in the jam."""

    take: str


@dataclass(frozen=True, slots=True)
class FreeJam:
    """Play in the free jam that is open."""

    take: str


@dataclass(frozen=True, slots=True)
class JamResults:
    """The band's result in a take of a session of the log."""

    session: str
    take: str


@dataclass(frozen=True, slots=True)
class WatchJam:
    """Watch a take of a session out of the log; without a name, choose one."""

    session: str = ""
    take: str = ""


@dataclass(frozen=True, slots=True)
class HearJam:
    """Hear a free jam of a session out of the log again."""

    session: str
    take: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave the game."""


Request = (
    ShowTitle
    | SelectSong
    | Play
    | Watch
    | ShowResults
    | ShowSettings
    | Calibrate
    | ShowTalk
    | ShowJam
    | ShowLobby
    | ListenInCrowd
    | ShowTopology
    | PlayJam
    | FreeJam
    | JamResults
    | WatchJam
    | HearJam
    | Quit
)
