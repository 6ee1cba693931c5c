"""What can happen while a chart is played.  Stream: ``play/<performance id>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class PerformanceStarted:
    """A player (or the autoplayer, or a replay) began a chart.

    ``mods`` is ``Mods.to_dict()``; offsets are those in force, so that a replay needs nothing else.
    ``player`` says who plays: ``user``, ``autoplay`` or ``replay``; of a replay of another game the last three
    are as in :class:`ReplayImported`.
    """

    kind: ClassVar[str] = "performance.started"
    chart_hash: str
    chart_path: str
    chart_index: int
    title: str
    artist: str
    level: str
    keys: int
    rules: str
    mods: dict[str, Any] = field(default_factory=dict)
    player: str = "user"
    audio_offset_us: int = 0
    input_offset_us: int = 0
    looks: bytes = b""
    window_scale: float = 1.0
    score_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class InputRecorded:
    """A packed batch of lane edges (``chart.EDGE`` rows as bytes), and how far song time had come."""

    kind: ClassVar[str] = "performance.input"
    edges: bytes
    upto_us: int


@dataclass(frozen=True, slots=True)
class PerformancePaused:
    """The player, a lost device or a minimised window stopped the song."""

    kind: ClassVar[str] = "performance.paused"
    song_us: int
    reason: str = "player"


@dataclass(frozen=True, slots=True)
class PerformanceResumed:
    """The song went on after a countdown."""

    kind: ClassVar[str] = "performance.resumed"
    song_us: int


@dataclass(frozen=True, slots=True)
class PerformanceEnded:
    """The song was over for this performance.  ``outcome``: ``finished``, ``failed`` or ``left``.

    What was reached is kept as the rule set named it, so that a board needs no second judging.
    """

    kind: ClassVar[str] = "performance.ended"
    outcome: str
    song_us: int
    counts: dict[str, int]
    score: int
    max_combo: int
    accuracy: float
    grade: str
    mean_us: float = 0.0
    unstable_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class ReplayImported:
    """A replay of another game (or another player) was taken into the log, edges and all.

    ``looks`` packs when that game looked at its keys (int64, microseconds; empty: all the time), ``window_scale`` is
    how much wider its windows were, ``score_scale`` what its mods made of the score.
    """

    kind: ClassVar[str] = "performance.imported"
    chart_hash: str
    rules: str
    mods: dict[str, Any]
    player: str
    edges: bytes
    source: str
    chart_path: str = ""
    chart_index: int = 0
    title: str = ""
    level: str = ""
    keys: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    score: int = 0
    max_combo: int = 0
    accuracy: float = 0.0
    grade: str = ""
    looks: bytes = b""
    window_scale: float = 1.0
    score_scale: float = 1.0


EVENTS = (
    PerformanceStarted,
    InputRecorded,
    PerformancePaused,
    PerformanceResumed,
    PerformanceEnded,
    ReplayImported,
)
