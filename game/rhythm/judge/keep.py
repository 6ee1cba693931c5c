"""Etterna's lanes, and the mines of every rule set.

A press goes to the nearest note still open within the widest window, earlier ones stay open (no note
lock).  A hold, its head hit, may be let go for at most 250 ms at a time; a roll must be pressed again within
500 ms; kept to its end it is *held*, else *let go*.  While a hold or roll lasts, presses that keep it are not
taken for a tap farther than 135 ms away.  A lift is hit by a release (Etterna: Player).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import accumulate

import numpy as np

from game.rhythm.chart import NoteKind, Notes
from game.rhythm.hits import NoteState, Part, Row
from game.rhythm.judge.lanes import NEVER_US, Lane
from game.rhythm.rules import RuleSet

_LONG = (int(NoteKind.HOLD), int(NoteKind.ROLL))
_ROLL = int(NoteKind.ROLL)
FEW = 8
"""So many are told one by one; more of them together."""


class _Waiting:
    """Which places still wait, and the nearest of them either way, however many there are beside it.

    Each place that is done points on, and the way is shortened whenever it is walked (disjoint sets).
    """

    def __init__(self, waits: Sequence[bool]) -> None:
        self._back = list(range(len(waits) + 1))
        self._ahead = list(range(len(waits) + 1))
        for place, one in enumerate(waits):
            if not one:
                self.close(place)

    def close(self, place: int) -> None:
        """A place waits no more."""
        self._back[place + 1] = place
        self._ahead[place] = place + 1

    def before(self, place: int) -> int:
        """The last place up to ``place`` that waits; -1 for none."""
        return _follow(self._back, place + 1) - 1

    def after(self, place: int) -> int:
        """The first place from ``place`` on that waits; the number of places for none."""
        return _follow(self._ahead, place)


def _follow(links: list[int], at: int) -> int:
    while links[at] != at:
        links[at] = links[links[at]]
        at = links[at]
    return at


class _Kept:
    """Holds, or rolls, under way in one lane: they hear the same key, and so would be lost at one instant.

    However many there are at once, an edge costs the same.
    """

    def __init__(self, states: bytearray, room: int) -> None:
        self.lost_us = NEVER_US
        self._ends: list[tuple[int, int, int]] = []
        self._states, self._table = states, np.frombuffer(states, np.uint8)
        self._notes = np.zeros(room, np.int64)
        self._slots: dict[int, int] = {}

    def add(self, end_us: int, place: int, note: int) -> None:
        """One more is under way, until ``end_us``."""
        heappush(self._ends, (end_us, place, note))
        self._notes[len(self._slots)] = note
        self._slots[note] = len(self._slots)

    def due_us(self) -> int:
        """When the next of them ends or is lost."""
        return min(self.lost_us, self._ends[0][0]) if self._ends else NEVER_US

    def show(self, state: NoteState) -> None:
        """Give all of them this state."""
        count = len(self._slots)
        if count > FEW:
            self._table[self._notes[:count]] = state
        elif count:
            for note in self._slots:
                self._states[note] = state

    def take_ended(self, now_us: int) -> Iterator[tuple[int, bool]]:
        """The notes of those that are over by ``now_us``, and whether they were lost."""
        while self.due_us() <= now_us:
            end_us, _, note = heappop(self._ends)
            slot, last = self._slots.pop(note), int(self._notes[len(self._slots)])
            if last != note:
                self._notes[slot], self._slots[last] = last, slot
            yield note, self.lost_us < end_us


class KeepLane(Lane):
    """One lane under :attr:`HoldRule.KEEP`."""

    def __init__(self, rules: RuleSet, notes: Notes, indices: Sequence[int], states: bytearray, out: list[Row]) -> None:
        super().__init__(rules, notes, indices, states, out)
        self.open = [True] * len(self.at)
        lift = [kind == NoteKind.LIFT for kind in self.kind]
        self.presses, self.lifts = _Waiting([not one for one in lift]), _Waiting(lift)
        self.early_us = rules.early_us[-1]
        self.late_us = rules.late_us[-1]
        self.held_index = rules.index("held")
        self.let_go_index = rules.index("let go")
        self.under_way = 0
        self.holds, self.rolls = (_Kept(states, len(self.at)) for _ in range(2))
        self._long_at = [at for at, kind in zip(self.at, self.kind, strict=True) if kind in _LONG]
        ends = [end for end, kind in zip(self.end, self.kind, strict=True) if kind in _LONG]
        self._long_until = list(accumulate(ends, max))
        """By how many holds and rolls have begun: until when the last of them lasts."""
        self.seen_us = -NEVER_US
        self.mines: MineLane | None = None
        self._plan()

    def _plan(self) -> None:
        while self.cursor < len(self.at) and not self.open[self.cursor]:
            self.cursor += 1
        due = self.at[self.cursor] + self.late_us + 1 if self.cursor < len(self.at) else NEVER_US
        if self.under_way:
            due = min(due, self.holds.due_us(), self.rolls.due_us())
        self.wake_us = due

    def edge(self, at_us: int, down: bool) -> None:
        """See :class:`Lane`."""
        if down == self.down:
            return
        self.down = down
        self.seen_us = at_us
        if self.under_way:
            self._keep(at_us, down)
        place = self._nearest(at_us, down)
        meant = place >= 0 and not (self._long_at and self._keeps_only(place, at_us))
        if meant and not (down and self._nearer_mine(at_us, abs(at_us - self.at[place]))):
            self._hit(place, at_us)
        self._plan()

    def _keep(self, at_us: int, down: bool) -> None:
        """What an edge means for the holds and rolls under way."""
        self.holds.lost_us = NEVER_US if down else at_us + self.rules.let_go_us
        if down:
            self.rolls.lost_us = at_us + self.rules.roll_us
        for kept in (self.holds, self.rolls):
            kept.show(NoteState.HOLDING if down else NoteState.LET_GO)

    def _nearest(self, at_us: int, down: bool) -> int:
        """The open note nearest to an edge, the earlier of two as near; -1 for none in reach."""
        first_ahead = bisect_right(self.at, at_us)
        waiting = self.presses if down else self.lifts
        behind, ahead = waiting.before(first_ahead - 1), waiting.after(first_ahead)
        behind_off = at_us - self.at[behind] if behind >= 0 else NEVER_US
        ahead_off = self.at[ahead] - at_us if ahead < len(self.at) else NEVER_US
        if behind_off <= min(ahead_off, self.late_us):
            return behind
        return ahead if ahead_off <= self.early_us else -1

    def _keeps_only(self, place: int, at_us: int) -> bool:
        """Whether an edge in a hold or roll is too far from the tap at ``place`` to be meant for it."""
        begun = bisect_right(self._long_at, at_us)
        if not begun or self.kind[place] in _LONG or self._long_until[begun - 1] <= at_us:
            return False
        return abs(at_us - self.at[place]) > self.rules.tap_in_hold_us

    def _nearer_mine(self, at_us: int, off_us: int) -> bool:
        """Whether a press ``off_us`` from its note is nearer to a mine, and so sets that off instead."""
        if self.mines is None:
            return False
        mine = self.mines.nearest(at_us)
        return mine >= 0 and abs(self.mines.at[mine] - at_us) < off_us

    def _close(self, place: int) -> None:
        """A note is hit or missed and waits no more."""
        self.open[place] = False
        (self.lifts if self.kind[place] == NoteKind.LIFT else self.presses).close(place)

    def _hit(self, place: int, at_us: int) -> None:
        error_us = at_us - self.at[place]
        off = abs(error_us)
        judgement = next(number for number, window in enumerate(self.rules.early_us) if off <= window)
        note = self.index[place]
        self._close(place)
        self.spent_us = at_us
        self.out.append((at_us, note, Part.HEAD, judgement, error_us))
        if self.kind[place] in _LONG:
            self.states[note] = NoteState.HOLDING
            kept = self.rolls if self.kind[place] == _ROLL else self.holds
            kept.lost_us = at_us + self.rules.roll_us if kept is self.rolls else NEVER_US
            kept.add(self.end[place], place, note)
            self.under_way += 1
        else:
            self.states[note] = NoteState.HIT

    def wake(self, now_us: int) -> None:
        """See :class:`Lane`."""
        while self.wake_us <= now_us:
            due = max(self.wake_us, self.seen_us)  # a hold hit after its end is over at once
            for kept in (self.holds, self.rolls):
                for note, lost in kept.take_ended(due):
                    self._end(note, due, lost)
                    self.under_way -= 1
            if self.cursor < len(self.at) and self.at[self.cursor] + self.late_us + 1 <= due:
                note = self.index[self.cursor]
                self._close(self.cursor)
                self.states[note] = NoteState.MISSED
                self.out.append((due, note, Part.HEAD, self.rules.miss, 0))
            self._plan()

    def _end(self, note: int, at_us: int, lost: bool) -> None:
        judgement = self.let_go_index if lost else self.held_index
        self.out.append((at_us, note, Part.TAIL, judgement, 0))
        self.states[note] = NoteState.MISSED if lost else NoteState.HIT


class MineLane(Lane):
    """The mines of one lane: a press within their window sets off the nearest, and so does a key held over them.

    A press that was for one of the lane's notes (``beside``, which hears it first) sets off none.  In Etterna a
    press is for whichever is nearest, note or mine (Etterna: Player).  In rule sets of games without mines they
    break the combo and count as nothing.
    """

    def __init__(
        self, rules: RuleSet, notes: Notes, indices: Sequence[int], states: bytearray, out: list[Row], beside: Lane
    ) -> None:
        super().__init__(rules, notes, indices, states, out)
        self.beside = beside
        if isinstance(beside, KeepLane):
            beside.mines = self
        self.open = [True] * len(self.at)
        self.waiting = _Waiting(self.open)
        self.passed = 0
        self._plan()

    def _plan(self) -> None:
        due = self.at[self.cursor] if self.cursor < len(self.at) else NEVER_US
        if self.passed < len(self.at):
            due = min(due, self.at[self.passed] + self.rules.mine_us + 1)
        self.wake_us = due

    def edge(self, at_us: int, down: bool) -> None:
        """See :class:`Lane`."""
        if down == self.down:
            return
        self.down = down
        if not down or self.beside.spent_us == at_us:
            return
        place = self.nearest(at_us)
        if place >= 0:
            self._burst(place, at_us)

    def nearest(self, at_us: int) -> int:
        """The open mine nearest to ``at_us`` whose window reaches it, the earlier of two as near; -1 for none."""
        first_ahead = bisect_right(self.at, at_us)
        behind, ahead = self.waiting.before(first_ahead - 1), self.waiting.after(first_ahead)
        behind_off = at_us - self.at[behind] if behind >= 0 else NEVER_US
        ahead_off = self.at[ahead] - at_us if ahead < len(self.at) else NEVER_US
        if min(behind_off, ahead_off) > self.rules.mine_us:
            return -1
        return behind if behind_off <= ahead_off else ahead

    def _close(self, place: int) -> None:
        """A mine went off or is behind."""
        self.open[place] = False
        self.waiting.close(place)

    def _burst(self, place: int, at_us: int) -> None:
        self._close(place)
        self.states[self.index[place]] = NoteState.HIT
        self.out.append((at_us, self.index[place], Part.MINE, self.rules.mine, at_us - self.at[place]))

    def wake(self, now_us: int) -> None:
        """See :class:`Lane`."""
        while self.wake_us <= now_us:
            due = self.wake_us
            if self.cursor < len(self.at) and self.at[self.cursor] <= due:
                if self.down and self.open[self.cursor]:
                    self._burst(self.cursor, due)
                self.cursor += 1
            else:
                self._pass(due)
            self._plan()

    def _pass(self, at_us: int) -> None:
        """A mine is behind; one that did not go off is counted where the game counts it."""
        place = self.passed
        self.passed += 1
        if self.open[place]:
            self._close(place)
            self.states[self.index[place]] = NoteState.MISSED
            if self.rules.mine_avoided >= 0:
                self.out.append((at_us, self.index[place], Part.MINE, self.rules.mine_avoided, 0))
