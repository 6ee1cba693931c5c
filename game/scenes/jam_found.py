"""The jams on this network as a list whose lines stay where they are while jams come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.net.discovery_records import FoundSession

STAYS_US = 4_000_000
"""So long the line of a jam that has gone is kept from being another's: a hand may be on its way to it."""


@dataclass(slots=True)
class FoundRow:
    """One line: a jam as it was last heard of, and since when (monotonic) it is not any more (-1: it is there)."""

    session: FoundSession
    gone_us: int = -1

    @property
    def here(self) -> bool:
        """Whether the jam is there."""
        return self.gone_us < 0


class FoundList:
    """One that goes leaves its line, which the next that comes takes after a while; others come at the end."""

    def __init__(self) -> None:
        self.rows: list[FoundRow] = []

    def follow(self, found: Sequence[FoundSession], at_us: int) -> None:
        """These are there at a monotonic instant."""
        there = {one.session: one for one in found}
        for row in self.rows:
            session = there.pop(row.session.session, None)
            if session is not None:
                row.session, row.gone_us = session, -1
            elif row.here:
                row.gone_us = at_us
        for session in there.values():
            self._place(session, at_us)
        while self.rows and self._free(self.rows[-1], at_us):
            self.rows.pop()

    def _place(self, session: FoundSession, at_us: int) -> None:
        for row in self.rows:
            if self._free(row, at_us):
                row.session, row.gone_us = session, -1
                return
        self.rows.append(FoundRow(session))

    @staticmethod
    def _free(row: FoundRow, at_us: int) -> bool:
        return not row.here and at_us - row.gone_us >= STAYS_US
