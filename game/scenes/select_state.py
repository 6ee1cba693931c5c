"""What song select remembers as long as the game runs, and how it picks a chart of a song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from game.rhythm.entries import ChartEntry
from game.rhythm.mods import Mods
from game.scenes.context import Context

REMEMBERED = "select"


@dataclass(slots=True)
class Choices:
    """The player's choices; ``ghost`` is the id of the performance to race, of the chart that is chosen."""

    rules: str
    chart_hash: str = ""
    search: str = ""
    sort: str = "title"
    descending: bool = False
    group: str = "none"
    mods: Mods = field(default_factory=Mods)
    ghost: str = ""

    @classmethod
    def of(cls, context: Context) -> Choices:
        """The choices of this game; at first the rule set is that of the settings."""
        found = context.remembered.get(REMEMBERED)
        if not isinstance(found, cls):
            found = context.remembered[REMEMBERED] = cls(context.profile.settings.playfield.rules)
        return found


def like(charts: Sequence[ChartEntry], model: ChartEntry | None) -> ChartEntry:
    """The chart of a song that is most like ``model``: as many keys, then the same level, then about as hard."""
    if model is None:
        return charts[0]
    return min(
        charts,
        key=lambda entry: (
            entry.hash != model.hash,
            abs(entry.keys - model.keys),
            entry.level.casefold() != model.level.casefold(),
            abs(entry.stars - model.stars),
        ),
    )


def clock(length_us: float) -> str:
    """A length as minutes and seconds."""
    seconds = max(0, round(length_us / 1e6))
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60}:{rest % 60:02d}"
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else minutes


def number(value: int) -> str:
    """A whole number with thin gaps between thousands."""
    return f"{value:,}".replace(",", "\u2009")


def tempo(entry: ChartEntry, rate: float = 1.0) -> str:
    """The tempo in beats a minute at ``rate``, one or from the slowest to the fastest; empty when there is none."""
    if entry.bpm_max <= 0:
        return ""
    low, high = round(entry.bpm_min * rate), round(entry.bpm_max * rate)
    return f"{low} bpm" if low == high else f"{low}–{high} bpm"
