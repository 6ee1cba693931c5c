"""Which rhythm groups there are: players whose own tempos agree, and who then stay locked.

Each player's tempo is known as far as its hits tell it; only who is known well enough is asked where it belongs, so
nobody is pulled by a neighbouring group before that (two groups may lie 3 % apart).  Newcomers are gathered among
themselves by tempo first (who comes in together often plays together), and each gathering is then taken up by the
group of its tempo, or becomes one.  Pulses that are doubles of each other are one tempo; other ratios, simple or
irrational, stand between groups, not within one.  How far behind a member lies does not matter (someone may play the
off-beat), but who does not lock, though it hears the group, slips along it and leaves.
All of it takes seconds to come and to go, so that groups do not flicker.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from game.jam.cohesion.phases import MOST_PLAYERS, Bools, Complexes, Floats, Ints, Pulses

MOST_GROUPS = 32

JOIN = 0.02
"""How far (share of a tempo) from a group's tempo one may be to play in it.

A player who takes back 20 % of an asynchrony a beat can be held 3 % off its own tempo (gain / 2 pi); people who play
together differ by well under 1 %.
"""

CLEAR = 0.01
"""Nearer to a group than this, uncertainty and all, nobody has to wait to join."""

LEAVE = 0.025
"""A member whose tempo is this far from its group's plays something else."""

SLIPPED_JOIN = 0.003
"""The range instead of ``JOIN`` for one who slipped along a group before: only if it would stay for long by itself."""

LEAVE_S, MERGE_S, PATIENCE_S = 3.0, 5.0, 3.0
"""For how long one is off before it leaves, two groups are near before they are one, a newcomer waits for others."""

TEMPO_SURE = 0.006
"""Uncertainty (share of a tempo) up to which a newcomer's tempo is known."""

JOIN_HITS = 10
"""From how many hits on a newcomer is looked at."""

TOLD_HITS = 24
"""By now even a quick player was told where it belongs: whoever was not, is not waiting but belongs nowhere."""

SURE_AT, UNSURE_AT = 0.7, 0.3
"""Steadiness from which a pulse can be in a group, and below which it cannot any more."""

ALONE_AT, ALONE_UNTIL = 0.9, 0.8
"""The same for one who keeps a pulse nobody shares: a group of one, for any ratio to the others is allowed."""

SLIP_MEMORY_S = 20.0
"""Over how long it is judged whether a member stays locked: a drift of 0.7 % of two a second leaves half."""

SLIPS_AT, SLIP_LOOKED = 0.5, 0.8
"""Coherence with the others of its group below which a member slips, once this share of the memory is filled."""

FOLLOW = 0.2
"""Share of its members' mean offset by which a group's pulse moves in a step."""

OFF_BEAT = 0.12
"""In pulses: nearer than this to the half pulse, a steady offset is the off-beat."""


class Groups:
    """The groups of one band.  Columns are group slots, ``alive`` says which are in use.

    ``of`` gives each player's column or -1; ``offset`` (pulses of the group, slow mean) how far behind the group's
    pulse a member's pulse lies; ``waits`` who keeps a pulse and is about to be told where it belongs.
    """

    def __init__(self) -> None:
        self.of: Ints = np.full(MOST_PLAYERS, -1, np.int64)
        self.alive: Bools = np.zeros(MOST_GROUPS, np.bool_)
        self.ids: Ints = np.zeros(MOST_GROUPS, np.int64)
        self.period_s = np.ones(MOST_GROUPS)
        self.anchor_s = np.zeros(MOST_GROUPS)
        self.offset = np.zeros(MOST_PLAYERS)
        self.waits: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._judged: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._sure: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._alone: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._slipped: Bools = np.zeros(MOST_PLAYERS, np.bool_)
        self._waited_s = np.zeros(MOST_PLAYERS)
        self._gone_s = np.zeros(MOST_PLAYERS)
        self._beside: Complexes = np.zeros(MOST_PLAYERS, np.complex128)
        self._looked = np.zeros(MOST_PLAYERS)
        self._near_s = np.zeros((MOST_GROUPS, MOST_GROUPS))
        self._next_id = 0

    def reset(self, row: int) -> None:
        """Forget the player of ``row``."""
        self._drop(np.array([row]))
        self.waits[row] = self._judged[row] = self._sure[row] = self._alone[row] = self._slipped[row] = False

    def phase(self, columns: Ints, at_s: Floats | float) -> Floats:
        """The phase of groups at an instant, in pulses from their anchor."""
        out: Floats = (at_s - self.anchor_s[columns]) / self.period_s[columns]
        return out

    def step(self, pulses: Pulses, players: int, now_s: float, passed_s: float) -> list[int]:
        """Look at the phases ``now_s``, ``passed_s`` after the last look; give back columns that began a new group."""
        steady = pulses.steadiness()
        self._sure = pulses.active(now_s) & (steady >= np.where(self._sure, UNSURE_AT, SURE_AT))
        enough = pulses.count >= JOIN_HITS
        self._alone = self._sure & enough & (steady >= np.where(self._alone, ALONE_UNTIL, ALONE_AT))
        octave = np.log2(pulses.period_s)
        unsure = pulses.uncertainty()
        self._leave(octave, passed_s)
        self._join(octave, unsure, enough)
        ready = self._sure & enough & (unsure <= TEMPO_SURE) & (self.of < 0)
        self._waited_s = np.where(ready, self._waited_s + passed_s, 0.0)
        begun = self._gather(pulses, octave, ready) if (self._waited_s >= PATIENCE_S).any() else []
        self.waits = (steady >= SURE_AT) & (pulses.count < TOLD_HITS) & ~self._judged & (self.of < 0)
        self._merge(passed_s)
        self.alive[:] = False
        self.alive[self.of[self.of >= 0]] = True
        self._pull(pulses, steady, players, now_s, passed_s)
        return begun

    def _drop(self, rows: Ints) -> None:
        self.of[rows] = -1
        self.offset[rows] = self._gone_s[rows] = self._waited_s[rows] = 0.0
        self._beside[rows] = self._looked[rows] = 0.0

    def _take_up(self, rows: Ints, column: int) -> None:
        self._drop(rows)
        self.of[rows] = column
        self._judged[rows] = True
        self._slipped[rows] &= (self.of == column).sum() == 1

    def _leave(self, octave: Floats, passed_s: float) -> None:
        """Who is not sure any more, plays another tempo for long, or slips along its group, leaves it."""
        member = self.of >= 0
        sizes = np.bincount(self.of[member], minlength=MOST_GROUPS)
        off = np.where(member, _apart(octave, np.log2(self.period_s[self.of])), 0.0)
        self._gone_s = np.where(off > LEAVE, self._gone_s + passed_s, 0.0)
        alone = member & (sizes[self.of] == 1)
        slips = (self._looked >= SLIP_LOOKED) & (np.abs(self._beside) < SLIPS_AT * self._looked) & member & ~alone
        out = member & (~self._sure | (self._gone_s >= LEAVE_S) | slips | (alone & ~self._alone))
        self._drop(np.flatnonzero(out))
        self._slipped |= slips

    def _range(self, rows: Ints | int) -> float:
        return SLIPPED_JOIN if np.any(self._slipped[rows]) else JOIN

    def _join(self, octave: Floats, unsure: Floats, enough: Bools) -> None:
        """Newcomers whose tempo is clearly a group's join it at once."""
        columns = np.unique(self.of[self.of >= 0])
        rows = np.flatnonzero(self._sure & enough & (self.of < 0))
        if not columns.size or not rows.size:
            return
        off = _apart(octave[rows, None], np.log2(self.period_s[None, columns])) + unsure[rows, None]
        nearest = off.argmin(1)
        for row, place, away in zip(rows, nearest, off.min(1), strict=True):
            if away < min(CLEAR, self._range(int(row))):
                self._take_up(np.array([row]), int(columns[place]))

    def _gather(self, pulses: Pulses, octave: Floats, ready: Bools) -> list[int]:
        """Newcomers gather by tempo; each gathering with one who waited joins the nearest group or begins one."""
        begun: list[int] = []
        rows = np.flatnonzero(ready)
        for part in self._gatherings(rows, octave):
            if not (self._waited_s[part] >= PATIENCE_S).any():
                continue
            self._waited_s[part] = 0.0
            self._judged[part] = True
            middle = part[np.argsort(pulses.period_s[part], kind="stable")[part.size // 2]]
            centre = octave[middle] + np.mean(_signed(octave[part] - octave[middle]))
            used = np.unique(self.of[self.of >= 0])
            off = _apart(centre, np.log2(self.period_s[used]))
            if used.size and off.min() < self._range(part):
                self._take_up(part, int(used[off.argmin()]))
            elif part.size > 1 or self._alone[part[0]]:
                free = np.setdiff1d(np.arange(MOST_GROUPS), used)
                if free.size:
                    self._begin(pulses, part, int(middle), int(free[0]))
                    begun.append(int(free[0]))
        return begun

    def _gatherings(self, rows: Ints, octave: Floats) -> list[Ints]:
        """Split ``rows`` by tempo: the two nearest gatherings become one while their means are in range."""
        turn = np.mod(octave[rows], 1.0)
        order = np.argsort(turn, kind="stable")
        # Tempos lie on a circle of doubles; it is cut at its widest gap.
        cut = int(np.argmax(np.diff(turn[order], append=turn[order[0]] + 1.0))) + 1
        order = np.r_[order[cut:], order[:cut]]
        parts = [np.array([row]) for row in rows[order]]
        means = [float(one) for one in np.mod(turn[order] - turn[order[0]], 1.0)]
        while len(parts) > 1:
            gaps = np.diff(means) * np.log(2)
            most = [min(self._range(one), self._range(other)) for one, other in pairwise(parts)]
            near = np.where(gaps < most, gaps, np.inf)
            at = int(near.argmin())
            if not np.isfinite(near[at]):
                break
            many, more = parts[at].size, parts[at + 1].size
            means[at : at + 2] = [(means[at] * many + means[at + 1] * more) / (many + more)]
            parts[at : at + 2] = [np.r_[parts[at], parts[at + 1]]]
        return parts

    def _begin(self, pulses: Pulses, part: Ints, middle: int, column: int) -> None:
        self.period_s[column], self.anchor_s[column] = pulses.period_s[middle], pulses.anchor_s[middle]
        self._near_s[column, :] = self._near_s[:, column] = 0.0
        self._next_id += 1
        self.ids[column] = self._next_id
        self._take_up(part, column)

    def _merge(self, passed_s: float) -> None:
        """Groups whose tempos are within range for long are one: the smaller goes into the larger."""
        columns = np.unique(self.of[self.of >= 0])
        if columns.size < 2:
            return
        octave = np.log2(self.period_s[columns])
        slipped = np.isin(columns, self.of[self._slipped & (self.of >= 0)])
        most = np.where(slipped[:, None] | slipped[None, :], SLIPPED_JOIN, JOIN)
        near = np.triu(_apart(octave[:, None], octave[None, :]) < most, 1)
        at = np.ix_(columns, columns)
        self._near_s[at] = np.where(near, self._near_s[at] + passed_s, 0.0)
        for one, other in np.argwhere(self._near_s[at] >= MERGE_S):
            mine, theirs = (np.flatnonzero(self.of == columns[side]) for side in (one, other))
            if mine.size and theirs.size:
                small, into = (mine, other) if mine.size < theirs.size else (theirs, one)
                self._take_up(small, int(columns[into]))

    def _pull(self, pulses: Pulses, steady: Floats, players: int, now_s: float, passed_s: float) -> None:
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
        self._look_along(rows, column, behind * faster, passed_s)
        live = self.alive
        turned = np.floor((now_s - self.anchor_s) / self.period_s)
        self.anchor_s[live] += (turned * self.period_s)[live]
        self.anchor_s[live] += FOLLOW * (late * self.period_s)[live]
        self.period_s[live] *= np.exp2(FOLLOW * slow[live])

    def _look_along(self, rows: Ints, column: Ints, behind: Floats, passed_s: float) -> None:
        """Remember where members lie beside the others of their group (in their own pulses): locked, or slipping."""
        turn = np.exp(2j * np.pi * behind)
        real, imag = (np.bincount(column, part, MOST_GROUPS) for part in (turn.real, turn.imag))
        others = (real + 1j * imag)[column] - turn
        beside = turn * np.conj(others) / np.maximum(np.abs(others), 1e-9)
        keep = float(np.exp(-passed_s / SLIP_MEMORY_S))
        self._beside[rows] = keep * self._beside[rows] + (1.0 - keep) * beside
        self._looked[rows] = keep * self._looked[rows] + (1.0 - keep)

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


def _signed(octaves: Floats) -> Floats:
    """Octaves with whole doublings taken out: -0.5 to 0.5."""
    out: Floats = octaves - np.rint(octaves)
    return out


def _apart(one: Floats | float, other: Floats | float) -> Floats:
    """How far apart tempos (log2) are, doubles counting as equal, as a share of a tempo."""
    out: Floats = np.abs(_signed(np.asarray(one) - other)) * np.log(2)
    return out
