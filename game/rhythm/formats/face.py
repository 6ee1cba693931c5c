"""What every chart format offers and how it says no.

A format is a module with ``parse(data, name, folder) -> ReadResult``: bytes in, charts out, no disk access but
through ``folder``, bounded in time and memory whatever the bytes are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import UserError
from game.rhythm.chart import Chart

MAX_NOTES = 200_000
"""More than any chart people play (the longest marathons hold some 60,000); beyond it a file is refused."""

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A chart file larger than this is refused unread."""


class ChartError(UserError):
    """A chart that cannot be read; ``str()`` is one sentence with file and line."""

    def __init__(self, name: str, reason: str, line: int | None = None) -> None:
        self.name = name
        self.line = line
        self.reason = reason
        where = f"{name}, line {line}" if line is not None else name
        super().__init__(f"{where}: {reason}")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A chart that is whole but not for this game (another mode of osu!, a dance-double without notes)."""

    name: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file held: charts to play, charts left alone, and what had to be mended on the way in.

    ``broken`` are those of the warnings that cost a chart: in an archive, the charts that could not be read.
    """

    charts: tuple[Chart, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    broken: tuple[str, ...] = field(default=())
