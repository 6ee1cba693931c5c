"""The live band: hits of all players in, the coherence of the band out."""

from __future__ import annotations

import numpy as np

from game.jam.cohesion.face import Coherence, GroupRow, Guardrail, PlayerRow
from game.jam.cohesion.ghosting import JUDGED_HITS, Fit, Ghosting
from game.jam.cohesion.groups import MOST_GROUPS, OFF_BEAT, Groups
from game.jam.cohesion.guardrails import Guardrails
from game.jam.cohesion.learning import Learning
from game.jam.cohesion.net import shares
from game.jam.cohesion.phases import MOST_PLAYERS, Bools, Complexes, Floats, Ints, Pulses

AHEAD_US = 100_000
"""A hit later than now by more than this never happened: clocks agree within a few milliseconds."""

LATE_US = 5_000_000
"""Hits that come later than this are too old to say how the band plays now."""

WAITING_MOST = 16
"""Hits of one player kept between two steps; more are a flood."""

GONE_US = 30_000_000
"""A player silent for so long gives its row to a new one when all rows are taken."""

LONGEST_STEP_S = 0.5
"""After a pause (suspend) smoothing goes on as if this had passed."""


class Cohesion:
    """Listens to everyone's hits and says how the band coheres; ``me`` is this player's peer id.

    Holds at most 64 players and a bounded number of hits of each, whatever is fed in.
    """

    def __init__(self, me: str) -> None:
        self.me = me
        self._rows: dict[str, int] = {}
        self._free = list(range(MOST_PLAYERS - 1, -1, -1))
        self._waiting: dict[int, list[int]] = {}
        self._seen_us: dict[str, int] = {}
        self._strengths: dict[str, float] = {}
        self._origin_us: int | None = None
        self._now_us = 0
        self._pulses = Pulses()
        self._groups = Groups()
        self._fit = Fit(MOST_GROUPS)
        self._ghosting = Ghosting()
        self._guardrails = Guardrails()
        self._learning = Learning()

    def hit(self, peer: str, session_us: int) -> None:
        """Take one hit of ``peer`` at ``session_us``; what cannot be is dropped at the next step."""
        row = self._rows.get(peer)
        if row is None:
            row = self._admit(peer)
            if row is None:
                return
        waiting = self._waiting.setdefault(row, [])
        if len(waiting) < WAITING_MOST and abs(session_us) < 1 << 60:
            waiting.append(int(session_us))

    def forget(self, peer: str) -> None:
        """Forget a player who left."""
        row = self._rows.pop(peer, None)
        if row is None:
            return
        for part in (self._pulses, self._groups, self._fit, self._ghosting, self._guardrails, self._learning):
            part.reset(row)
        self._waiting.pop(row, None)
        self._seen_us.pop(peer, None)
        self._free.append(row)
        self._free.sort(reverse=True)

    def set_strength(self, strength: float, peer: str | None = None) -> None:
        """How much of the guardrails a player (``me`` if not said) allows: 0 nothing, 1 all.

        ValueError outside 0 to 1.
        """
        if not 0.0 <= strength <= 1.0:
            raise ValueError(f"the strength of guardrails is 0 to 1, not {strength}")
        self._strengths[peer or self.me] = strength
        row = self._rows.get(peer or self.me)
        if row is not None:
            self._guardrails.strength[row] = strength

    def step(self, now_session_us: int) -> Coherence:
        """Take in the hits since the last step and say how the band is at ``now_session_us``.

        An instant before the last step's counts as the last step's.
        """
        if self._origin_us is None:
            self._origin_us = self._now_us = now_session_us
        passed_s = min(max(now_session_us - self._now_us, 0) / 1e6, LONGEST_STEP_S)
        self._now_us = max(self._now_us, now_session_us)
        now_s = (self._now_us - self._origin_us) / 1e6
        self._drain()
        players = self._players()
        self._pulses.search(players)
        for column in self._groups.step(self._pulses, players, now_s, passed_s):
            self._fit.reset_group(column)
        coheres = self._coheres()
        heard = (self._pulses.active(now_s) | (coheres == 0)) & ~self._groups.waits
        self._ghosting.step(coheres, self._pulses.count, heard, passed_s)
        return self._say(now_s, coheres)

    def guardrail(self, peer: str) -> Guardrail:
        """The perturbation asked for a player; all zero for one unknown or who allows none."""
        row = self._rows.get(peer)
        if row is None:
            return Guardrail()
        return self._guardrails.of(row, float(self._pulses.steadiness()[row]))

    def values(self, peer: str) -> tuple[float, ...]:
        """What was learned of a player (see :meth:`learning.Learning.values`); empty for one unknown."""
        row = self._rows.get(peer)
        if row is None:
            return ()
        return self._learning.values(row, float(self._guardrails.lag_s[row]), self._pulses, self._heard())

    def influence(self) -> tuple[tuple[str, ...], Floats]:
        """Who influences whom: peers, and [i, j] how much better i is foretold with j (0 to 1)."""
        peers = tuple(self._rows)
        rows = np.array([self._rows[peer] for peer in peers], np.int64)
        return peers, self._learning.influence()[np.ix_(rows, rows)]

    def shares(self) -> tuple[tuple[str, ...], Floats]:
        """Who pulls whom: peers, and [i, j] the share of j in what i should hear: strong in a group, weak across."""
        peers = tuple(self._rows)
        rows = np.array([self._rows[peer] for peer in peers], np.int64)
        many = self._players()
        present = self._pulses.active((self._now_us - (self._origin_us or 0)) / 1e6)[:many]
        return peers, shares(self._groups, self._ghosting.weight[:many], present)[np.ix_(rows, rows)]

    def _players(self) -> int:
        return max(self._rows.values(), default=-1) + 1

    def _admit(self, peer: str) -> int | None:
        if not self._free:
            oldest = min(self._seen_us, key=self._seen_us.__getitem__)
            if self._now_us - self._seen_us[oldest] < GONE_US:
                return None
            self.forget(oldest)
        row = self._rows[peer] = self._free.pop()
        self._seen_us[peer] = self._now_us
        self._guardrails.strength[row] = self._strengths.get(peer, 0.0)
        return row

    def _drain(self) -> None:
        """Take the waiting hits in rounds of one of each player, in order of time."""
        peers = {row: peer for peer, row in self._rows.items()}
        queues: dict[int, list[int]] = {}
        for row, waiting in self._waiting.items():
            good = [at for at in waiting if self._now_us - LATE_US <= at <= self._now_us + AHEAD_US]
            if good:
                queues[row] = sorted(good, reverse=True)
                self._seen_us[peers[row]] = self._now_us
        self._waiting.clear()
        heard = self._heard() if queues else None
        while queues and heard is not None:
            rows = np.array(sorted(queues), np.int64)
            at_us = np.array([queues[int(row)].pop() for row in rows], np.int64)
            self._take(rows, (at_us - (self._origin_us or 0)) / 1e6, heard)
            queues = {row: queue for row, queue in queues.items() if queue}

    def _heard(self) -> Bools:
        """Whose asynchrony may matter to whom: members of the same group."""
        of = self._groups.of
        heard: Bools = (of[:, None] == of[None, :]) & (of[:, None] >= 0)
        return heard

    def _take(self, rows: Ints, at_s: Floats, heard: Bools) -> None:
        given, own = self._learning.before(rows, self._pulses, heard, self._guardrails.lag_s)
        fresh = self._pulses.take(rows, at_s)
        taken, at_s, given, own = rows[fresh], at_s[fresh], given[fresh], own[fresh]
        if not taken.size:
            return
        learns = self._groups.of[taken] >= 0
        self._learning.take(taken[learns], given[learns], own[learns], self._pulses.error_s[taken[learns]])
        columns = np.flatnonzero(self._groups.alive)
        if not columns.size:
            return
        self._fit.take(taken, self._turns(taken, at_s, columns), columns)
        self._lag(taken[learns], at_s[learns])

    def _turns(self, rows: Ints, at_s: Floats, columns: Ints) -> Complexes:
        """The phases of hits in each group's pulse, or in its double or quadruple for who plays that."""
        octave = np.log2(self._groups.period_s[None, columns] / self._pulses.period_s[rows, None])
        faster = np.exp2(np.clip(np.rint(octave), 0.0, 2.0))
        phase = (at_s[:, None] - self._groups.anchor_s[None, columns]) / self._groups.period_s[None, columns]
        out: Complexes = np.exp(2j * np.pi * phase * faster)
        return out

    def _lag(self, rows: Ints, at_s: Floats) -> None:
        """How far behind their groups' pulse, as the others make it, members' hits fell."""
        column = self._groups.of[rows]
        sizes = np.bincount(self._groups.of[self._groups.of >= 0], minlength=MOST_GROUPS)[column]
        period_s = self._groups.period_s[column]
        octave = np.rint(np.log2(period_s / self._pulses.period_s[rows]))
        fine_s = period_s / np.exp2(np.clip(octave, 0.0, 2.0))
        away = (at_s - self._groups.anchor_s[column]) / fine_s
        away -= np.rint(away)
        off_beat = np.abs(np.abs(self._groups.offset[rows]) - 0.5) < OFF_BEAT
        away -= np.where(off_beat, 0.5 * np.sign(away), 0.0)
        # The player's own part of the group's pulse is taken out: beside one other player it is half of it.
        told = (sizes > 1) & (np.abs(away) < 0.4)
        away = np.clip(away * sizes / np.maximum(sizes - 1, 1), -0.5, 0.5)
        self._guardrails.take(rows[told], (away * fine_s)[told])

    def _coheres(self) -> Floats:
        """How well each player fits the group it fits best, or, in a group, its own pulse there."""
        of = self._groups.of
        sizes = np.bincount(of[of >= 0], minlength=MOST_GROUPS)
        fits = np.where(sizes[None, :] >= 2, self._fit.coherence(), 0.0).max(1)
        out: Floats = np.maximum(fits, np.where(of >= 0, self._pulses.steadiness(), 0.0))
        return out

    def _say(self, now_s: float, coheres: Floats) -> Coherence:
        players = self._players()
        playing = self._pulses.active(now_s)
        phase = np.mod(self._pulses.phase(np.arange(MOST_PLAYERS), now_s), 1.0)
        order = self._groups.order(self._pulses, players, now_s)
        sizes = np.bincount(self._groups.of[self._groups.of >= 0], minlength=MOST_GROUPS)
        many = int(playing.sum())
        band = float((order * sizes)[sizes >= 2].sum() / max(many, int(sizes.sum()), 1))
        overall = float(np.abs(np.exp(2j * np.pi * phase[playing]).mean())) if many else 0.0
        mine = self._rows.get(self.me)
        rail = self._guardrails.of(mine, float(coheres[mine])) if mine is not None else Guardrail()
        peers = {row: peer for peer, row in self._rows.items()}
        groups = self._group_rows(peers, order, sizes, now_s)
        return Coherence(self._now_us, band, overall, self._player_rows(peers, phase, coheres), groups, rail)

    def _player_rows(self, peers: dict[int, str], phase: Floats, coheres: Floats) -> tuple[PlayerRow, ...]:
        steady = self._pulses.steadiness()
        of = self._groups.of
        least, most = self._learning.anchoring(self._heard())
        anchors, anchors_most = np.where(of >= 0, least, 0.0), np.where(of >= 0, most, 1.0)
        judged = self._pulses.known & (self._pulses.count >= JUDGED_HITS) & ~self._groups.waits
        drifts = np.where(judged, 1.0 - coheres, 0.0)
        assisted = self._guardrails.assisted()
        return tuple(
            PlayerRow(
                peer,
                float(phase[row]) if self._pulses.known[row] else 0.0,
                round(float(self._pulses.period_s[row]) * 1e6) if self._pulses.known[row] else 0,
                float(steady[row]),
                int(self._groups.ids[of[row]]) if of[row] >= 0 else -1,
                float(coheres[row]),
                round(float(self._guardrails.lag_s[row]) * 1e6),
                float(self._ghosting.weight[row]),
                float(anchors[row]),
                float(drifts[row]),
                float(assisted[row]),
                float(anchors_most[row]),
            )
            for row, peer in sorted(peers.items())
        )

    def _group_rows(self, peers: dict[int, str], order: Floats, sizes: Ints, now_s: float) -> tuple[GroupRow, ...]:
        columns = sorted(np.flatnonzero(self._groups.alive), key=lambda one: (-sizes[one], self._groups.ids[one]))
        if not columns:
            return ()
        base_s = float(self._groups.period_s[columns[0]])
        rows: list[GroupRow] = []
        for column in columns:
            members = tuple(peers[int(row)] for row in np.flatnonzero(self._groups.of == column))
            period_s = float(self._groups.period_s[column])
            phase = float(np.mod((now_s - self._groups.anchor_s[column]) / period_s, 1.0))
            ident = int(self._groups.ids[column])
            rows.append(GroupRow(ident, members, phase, round(period_s * 1e6), float(order[column]), base_s / period_s))
        return tuple(rows)
