"""Songs for jams without a screen: from the library, or any chart file that is named."""

from __future__ import annotations

from contextlib import closing

from game.cli import Misuse, existing
from game.profile import CHARTS, Profile
from game.rhythm.entries import ChartEntry
from game.rhythm.library import Library
from game.rhythm.mods import MAX_RATE_PERCENT, MIN_RATE_PERCENT, RATE_STEP_PERCENT
from game.rhythm.scan import FoundFile, read_file


class Songs:
    """The songs of this machine, looked for when they are first asked for."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.named: list[ChartEntry] = []
        """What was named as a file, wherever it lies."""

    def entries(self) -> list[ChartEntry]:
        """What was named, and every chart of the library as the folders hold it now; takes a moment."""
        with closing(Library.open(self._profile.library_cache, (CHARTS, self._profile.songs))) as library:
            library.refresh()
            return [*self.named, *library.entries]


def entry_for(chart: str, level: str = "") -> ChartEntry:
    """The library's row for a chart file.

    Raises:
        Misuse: there is no such file, no chart in it, or no such level.
    """
    rows = [one for one in chart_entries(chart) if not level or one.level.casefold() == level.casefold()]
    if not rows:
        raise Misuse(f"{chart}: holds no chart called {level!r}; `ourojam chart info` names those it holds")
    return rows[0]


def chart_entries(chart: str) -> tuple[ChartEntry, ...]:
    """The library's rows for a chart file.

    Raises:
        Misuse: there is no such file, or no chart to play in it.
    """
    path = existing(chart).resolve()
    report = read_file(FoundFile(str(path), 0, 0, str(path.parent)))
    if not report.entries:
        raise Misuse(report.problem or f"{chart}: holds no chart to play; name another file")
    return report.entries


def rate_of(rate: float) -> None:
    """Check a rate.

    Raises:
        Misuse: the game has none such.
    """
    percent = round(rate * 100)
    whole = abs(rate * 100 - percent) < 1e-6 and percent % RATE_STEP_PERCENT == 0
    if not (whole and MIN_RATE_PERCENT <= percent <= MAX_RATE_PERCENT):
        raise Misuse(
            f"--rate {rate}: it must be {MIN_RATE_PERCENT / 100:g} to {MAX_RATE_PERCENT / 100:g} in steps of 0.05"
        )
