"""Which rhythm groups there are: players whose pulses stay locked, found by the coherence of phase differences.

Two players belong together when their pulses are equal, or one is the double or quadruple of the other, and the
difference of their phases stays the same for some seconds; how large that difference is does not matter (someone may
lie behind, or play the off-beat).  Other ratios, simple or irrational, stand between groups, not within one.
Links are taken up at a high coherence and dropped at a low one, so that groups do not flicker.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from game.jam.cohesion.phases import MOST_PLAYERS, Bools, Complexes, Floats, Ints, Pulses

MOST_GROUPS = 32
LINK_MEMORY_S = 5.0
"""Over how long phase differences are averaged: 1 % at two a second gives .85, 3 % .47."""

LOOKED_ENOUGH = 0.5
"""Share of the memory that must be filled (3.5 s) before a coherence counts in full."""

LINK_AT, UNLINK_AT = 0.85, 0.6
"""Coherence of phase differences at which two players are taken to belong together, and no longer to."""

NEAR, FAR = 0.01, 0.05
"""How much two pulses' tempos may differ (in log2 after folding by doubling: 0.7 % and 3.5 %) to link, to stay."""

SURE_AT, UNSURE_AT = 0.5, 0.3
"""Steadiness from which a pulse can hold a group together, and below which it cannot any more."""

ALONE_AT, ALONE_UNTIL = 0.9, 0.8
"""The same for one who keeps a pulse nobody shares: a group of one, for any ratio to the others is allowed."""

LINK_HITS = 10
"""From how many hits on a tempo is known well enough to link by (to about half a percent)."""

ALONE_HITS = 12
FOLDS = 2
"""Doublings within a group: a player at four times the pulse still belongs."""

FOLLOW = 0.2
"""Share of its members' mean offset by which a group's pulse moves in a step."""

OFF_BEAT = 0.12
"""In pulses: nearer than this to the half pulse, a steady offset is the off-beat."""


class Groups:
    """The groups of one band.  Columns are group slots, ``alive`` says which are in use.

    ``of`` gives each player's column or -1; ``offset`` (pulses of the group, slow mean) how far behind the group's
    pulse a member's pulse lies.
    """

    def __init__(self) -> None:
        self.of: Ints = np.full(MOST_PLAYERS, -1, np.int64)
        self.alive: Bools = np.zeros(MOST_GROUPS, np.bool_)
        self.ids: Ints = np.zeros(MOST_GROUPS, np.int64)
        self.period_s = np.ones(MOST_GROUPS)
        self.anchor_s = np.zeros(MOST_GROUPS)
        self.offset = np.zeros(MOST_PLAYERS)
        self.locked = np.zeros((MOST_PLAYERS, MOST_PLAYERS))
        """Coherence of phase differences of each pair, 0 to 1."""
        self._mean: Complexes = np.zeros((MOST_PLAYERS, MOST_PLAYERS), np.complex128)
        self._looked = np.zeros((MOST_PLAYERS, MOST_PLAYERS))
        self._linked: Bools = np.zeros((MOST_PLAYERS, MOST_PLAYERS), np.bool_)
        self._sure: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._alone: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._next_id = 0

    def reset(self, row: int) -> None:
        """Forget the player of ``row``."""
        self.of[row] = -1
        self.offset[row] = 0.0
        for table in (self._mean, self._looked, self._linked, self.locked):
            table[row, :] = table[:, row] = 0
        self._sure[row] = self._alone[row] = False

    def phase(self, columns: Ints, at_s: Floats | float) -> Floats:
        """The phase of groups at an instant, in pulses from their anchor."""
        out: Floats = (at_s - self.anchor_s[columns]) / self.period_s[columns]
        return out

    def step(self, pulses: Pulses, players: int, now_s: float, passed_s: float) -> list[int]:
        """Look at the phases ``now_s``, ``passed_s`` after the last look; give back columns that began a new group."""
        steady = pulses.steadiness()
        sure_from = np.where(self._sure, UNSURE_AT, SURE_AT)
        self._sure = pulses.active(now_s) & (steady >= sure_from)
        enough = pulses.count >= ALONE_HITS
        self._alone = self._sure & enough & (steady >= np.where(self._alone, ALONE_UNTIL, ALONE_AT))
        self._link(pulses, players, now_s, passed_s)
        begun = self._assign(pulses, players, now_s)
        self._pull(pulses, steady, players, now_s)
        return begun

    def _link(self, pulses: Pulses, players: int, now_s: float, passed_s: float) -> None:
        rows = np.arange(players)
        octave = np.log2(pulses.period_s[:players])
        apart = octave[None, :] - octave[:, None]
        folds = np.rint(apart)
        off = np.abs(apart - folds)
        phase = pulses.phase(rows, now_s)
        # A pair is compared in the faster one's pulse, where both phases are whole.
        mine = phase[:, None] * np.exp2(np.maximum(-folds, 0.0))
        theirs = phase[None, :] * np.exp2(np.maximum(folds, 0.0))
        ready = self._sure[:players] & (pulses.count[:players] >= LINK_HITS)
        both = ready[:, None] & ready[None, :]
        able = both & (np.abs(folds) <= FOLDS) & (off < FAR)
        keep = float(np.exp(-passed_s / LINK_MEMORY_S))
        mean = self._mean[:players, :players]
        mean *= keep
        mean += (1.0 - keep) * np.where(able, np.exp(2j * np.pi * (mine - theirs)), 0.0)
        looked = self._looked[:players, :players]
        looked *= keep
        looked += (1.0 - keep) * able
        locked = np.abs(mean) / np.maximum(looked, LOOKED_ENOUGH)
        self.locked[:players, :players] = locked
        linked = self._linked[:players, :players]
        linked[:] = able & np.where(linked, (locked >= UNLINK_AT) & (off < FAR), (locked >= LINK_AT) & (off < NEAR))

    def _assign(self, pulses: Pulses, players: int, now_s: float) -> list[int]:
        """Groups are who is linked to most of one another; each keeps the column of the old group most came from."""
        parts = sorted(_parts(self._linked[:players, :players], self._sure[:players]), key=len, reverse=True)
        before = self.of.copy()
        self.of[:] = -1
        taken: set[int] = set()
        begun: list[int] = []
        for part in parts[:MOST_GROUPS]:
            if len(part) == 1 and not self._alone[part[0]]:
                continue
            olds = [int(old) for old in before[part] if old >= 0 and int(old) not in taken]
            if olds:
                column = max(set(olds), key=lambda old: (olds.count(old), -old))
            else:
                column = self._begin(pulses, part, taken | {int(old) for old in before if old >= 0})
                if column < 0:
                    continue
                begun.append(column)
            taken.add(column)
            self.of[part] = column
        self.alive[:] = False
        self.alive[list(taken)] = True
        self.offset[self.of < 0] = 0.0
        return begun

    def _begin(self, pulses: Pulses, part: Ints, used: set[int]) -> int:
        column = next((column for column in range(MOST_GROUPS) if column not in used), -1)
        if column >= 0:
            middle = int(part[np.argsort(pulses.period_s[part], kind="stable")[len(part) // 2]])
            self.period_s[column], self.anchor_s[column] = pulses.period_s[middle], pulses.anchor_s[middle]
            self._next_id += 1
            self.ids[column] = self._next_id
        return column

    def _pull(self, pulses: Pulses, steady: Floats, players: int, now_s: float) -> None:
        """Move each group's pulse toward its members': a mean field, each weighing by its steadiness."""
        rows = np.flatnonzero(self.of[:players] >= 0)
        if not rows.size:
            return
        column = self.of[rows]
        apart = np.log2(pulses.period_s[rows] / self.period_s[column])
        folds = np.rint(apart)
        faster = np.exp2(np.maximum(-folds, 0.0))
        slower = np.exp2(np.maximum(folds, 0.0))
        ahead = pulses.phase(rows, now_s) * slower - self.phase(column, now_s) * faster
        behind = -(ahead - np.rint(ahead)) / faster
        begun = self.offset[rows] == 0.0
        self.offset[rows] = np.where(begun, behind, _turned(self.offset[rows], behind, 0.1))
        weight = steady[rows]
        total = np.bincount(column, weight, MOST_GROUPS) + 1e-9
        behind -= np.where(np.abs(np.abs(self.offset[rows]) - 0.5) < OFF_BEAT, 0.5 * np.sign(behind), 0.0)
        late = np.bincount(column, weight * behind, MOST_GROUPS) / total
        slow = np.bincount(column, weight * (apart - folds), MOST_GROUPS) / total
        live = self.alive
        turned = np.floor((now_s - self.anchor_s) / self.period_s)
        self.anchor_s[live] += (turned * self.period_s)[live]
        self.anchor_s[live] += FOLLOW * (late * self.period_s)[live]
        self.period_s[live] *= np.exp2(FOLLOW * slow[live])

    def order(self, pulses: Pulses, players: int, now_s: float) -> Floats:
        """Kuramoto's order parameter of each group's members (columns; 0 where there is none).

        A member at twice the pulse is looked at in the group's pulse, one steadily on the off-beat by its distance
        from the half pulse.
        """
        rows = np.flatnonzero(self.of[:players] >= 0)
        out: Floats = np.zeros(MOST_GROUPS)
        if rows.size:
            column = self.of[rows]
            away = self.offset[rows]
            away = away - np.where(np.abs(np.abs(away) - 0.5) < OFF_BEAT, 0.5 * np.sign(away), 0.0)
            turn = np.exp(2j * np.pi * away)
            many = np.maximum(np.bincount(column, minlength=MOST_GROUPS), 1)
            real = np.bincount(column, turn.real, MOST_GROUPS)
            out = np.hypot(real, np.bincount(column, turn.imag, MOST_GROUPS)) / many
        return out


def _turned(old: Floats, new: Floats, share: float) -> Floats:
    """The way from one phase to another, a share of it, the short way round."""
    way = new - old
    way -= np.rint(way)
    out = old + share * way
    wrapped: Floats = out - np.rint(out)
    return wrapped


def _parts(linked: Bools, of: Bools) -> Iterator[Ints]:
    """Split the rows ``of`` into parts in which each is linked to most of the others, largest first.

    Not what a chain of links connects: one player between two groups would make them one.
    """
    left = of.copy()
    near = linked & ~np.eye(len(of), dtype=np.bool_)
    while left.any():
        links = (near & left[None, :]).sum(1)
        middle = int(np.argmax(np.where(left, links, -1)))
        part = near[middle] & left
        part[middle] = True
        for _ in range(2):
            part = left & ((near & part[None, :]).sum(1) * 2 > part.sum() - part)
            part[middle] = True
        left &= ~part
        yield np.flatnonzero(part)
