"""What a benchmark says: a named figure, its unit and the limit it is held to.

A benchmark is a module ``tests/bench/bench_<room>.py`` with ``figures()``, which measures and yields
:class:`Figure` one by one; ``ourojam bench [room ...]`` runs them and prints a table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    ``limit`` is the most (or, with ``at_least``, the least) it may be; None for a figure that only
    informs.  ``beside`` says what was measured beside it in the same run, and how.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    beside: str = ""

    @property
    def ok(self) -> bool:
        """Whether the figure keeps its limit; one without a limit always does."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit
