"""Lanes of games that judge head and tail of a hold on their own: osu!lazer, Quaver, O2Jam.

One machine with the differences as data (:class:`~game.rhythm.rules.RuleSet`):

- osu!lazer: a note can be hit until the next one of its lane begins; hitting a note misses what stood
  before it.  A hold let go early breaks the combo, can be taken up again, and its tail gives MEH at best,
  as it does when the head was missed.  Never released is a miss (ppy/osu OrderedHitPolicy, DrawableHoldNote).
- Quaver: letting go outside the tail's windows misses it and ends the hold; a missed head takes the tail
  with it; never released gives GOOD (Quaver ScoreProcessorKeys).
- O2Jam: as Quaver, but never released is a miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from game.rhythm.chart import Notes
from game.rhythm.hits import UNCOUNTED, NoteState, Part, Row
from game.rhythm.judge.lanes import NEVER_US, Lane, is_long
from game.rhythm.rules import RuleSet


class _Tail:
    """A hold whose head is over and whose tail may not be."""

    __slots__ = ("broken", "place", "pressed", "waiting")

    def __init__(self, place: int, pressed: bool, broken: bool) -> None:
        self.place = place
        self.pressed = pressed
        self.broken = broken
        self.waiting = True


class ApartLane(Lane):
    """One lane under :attr:`HoldRule.APART`."""

    def __init__(self, rules: RuleSet, notes: Notes, indices: Sequence[int], states: bytearray, out: list[Row]) -> None:
        super().__init__(rules, notes, indices, states, out)
        self.long = [is_long(kind) for kind in self.kind]
        self.late_us = rules.late_us[-1]
        self.tail_late_us = rules.tail_late_us[-1]
        self.by_end: list[tuple[int, int, _Tail]] = []
        """A heap of tails, the first to end on top; those no longer waiting are dropped when they come up."""
        self.by_start: list[_Tail] = []
        self.pressed: list[_Tail] = []
        self._plan()

    def _plan(self) -> None:
        """Windows are closed, so a note is missed in the microsecond after its last."""
        due = self.at[self.cursor] + self.late_us + 1 if self.cursor < len(self.at) else NEVER_US
        while self.by_end and not self.by_end[0][2].waiting:
            heappop(self.by_end)
        if self.by_end:
            due = min(due, self.by_end[0][0] + self.tail_late_us + 1)
        self.wake_us = due

    def edge(self, at_us: int, down: bool) -> None:
        """See :class:`Lane`."""
        if down == self.down:
            return
        self.down = down
        if not down:
            tails, self.pressed = self.pressed, []
            for tail in tails:
                if tail.waiting:
                    self._release(tail, at_us)
        else:
            self._take_up(at_us)
            self._press(at_us)
        self._plan()

    def _blocked(self, place: int, at_us: int) -> bool:
        """Whether the note after ``place`` has begun, so that this one can be hit no more."""
        return self.rules.yields_to_next and place + 1 < len(self.at) and at_us >= self.at[place + 1]

    def _take_up(self, at_us: int) -> None:
        """Press again a hold that was let go, or whose head was missed.

        If the note after a hold has begun, so has the one after each hold before it.
        """
        while self.by_start and not self.by_start[-1].waiting:
            self.by_start.pop()
        for tail in reversed(self.by_start):
            if self._blocked(tail.place, at_us):
                break
            if tail.waiting and not tail.pressed and at_us - self.end[tail.place] <= self.late_us:
                tail.pressed = True
                self.pressed.append(tail)
                self.states[self.index[tail.place]] = NoteState.HOLDING

    def _press(self, at_us: int) -> None:
        place, count = self.cursor, len(self.at)
        while place < count and self._blocked(place, at_us):
            place += 1
        if place == count:
            return
        error_us = at_us - self.at[place]
        judgement = _judgement(error_us, self.rules.early_us, self.rules.late_us)
        if judgement is None:
            if error_us < -self.rules.early_miss_us or error_us > 0:
                return
            judgement = self.rules.miss
        while self.cursor < place:
            self._miss_head(at_us, at_us)
        if self.rules.yields_to_next and judgement != self.rules.miss:
            self._miss_tails_before(place, at_us)
        self.spent_us = at_us
        self._head(at_us, judgement, error_us, pressed=True)

    def _head(self, at_us: int, judgement: int, error_us: int, pressed: bool) -> None:
        """The head at the cursor is judged; a hold goes on with its tail."""
        place = self.cursor
        rules, note = self.rules, self.index[place]
        self.cursor = place + 1
        self.out.append((at_us, note, Part.HEAD, judgement, error_us))
        missed = judgement == rules.miss
        if not self.long[place]:
            self.states[note] = NoteState.MISSED if missed else NoteState.HIT
        elif missed and rules.head_miss_ends:
            self._count_tail(place, at_us, rules.miss, 0)
        else:
            self.states[note] = NoteState.HOLDING if pressed else NoteState.LET_GO
            tail = _Tail(place, pressed, missed)
            heappush(self.by_end, (self.end[place], place, tail))
            self.by_start.append(tail)
            if pressed:
                self.pressed.append(tail)

    def _miss_head(self, at_us: int, ended_us: int) -> None:
        """The head at the cursor went by; holds that ended by ``ended_us`` go with it."""
        place = self.cursor
        self._head(at_us, self.rules.miss, 0, pressed=False)
        if self.by_start and self.by_start[-1].place == place and self.end[place] < ended_us:
            self._end(self.by_start[-1], at_us, self.rules.miss, 0)

    def _miss_tails_before(self, place: int, at_us: int) -> None:
        """Hitting a note misses what stood before it in its lane and is not over."""
        while self.by_end and self.by_end[0][0] <= self.at[place]:
            tail = heappop(self.by_end)[2]
            if tail.waiting:
                self._end(tail, at_us, self.rules.miss, 0)

    def _release(self, tail: _Tail, at_us: int) -> None:
        rules, place = self.rules, tail.place
        error_us = at_us - self.end[place]
        judgement = _judgement(error_us, rules.tail_early_us, rules.tail_late_us)
        if judgement is not None:
            judgement = max(judgement, rules.tail_cap) if tail.broken else judgement
        elif rules.drop_ends:
            judgement = rules.tail_dropped
        elif error_us >= -rules.tail_early_miss_us:
            judgement = rules.miss
        else:
            tail.pressed, tail.broken = False, True
            self.states[self.index[place]] = NoteState.LET_GO
            self.out.append((at_us, self.index[place], Part.BREAK, UNCOUNTED, error_us))
            return
        self._end(tail, at_us, judgement, error_us)

    def _end(self, tail: _Tail, at_us: int, judgement: int, error_us: int) -> None:
        tail.waiting = False
        self._count_tail(tail.place, at_us, judgement, error_us)

    def _count_tail(self, place: int, at_us: int, judgement: int, error_us: int) -> None:
        note = self.index[place]
        self.out.append((at_us, note, Part.TAIL, judgement, error_us))
        self.states[note] = NoteState.MISSED if judgement == self.rules.miss else NoteState.HIT

    def wake(self, now_us: int) -> None:
        """See :class:`Lane`."""
        while self.wake_us <= now_us:
            due = self.wake_us
            while self.by_end and self.by_end[0][0] + self.tail_late_us + 1 <= due:
                tail = heappop(self.by_end)[2]
                if tail.waiting:
                    self._end(tail, due, self.rules.tail_unreleased if tail.pressed else self.rules.miss, 0)
            if self.cursor < len(self.at) and self.at[self.cursor] + self.late_us + 1 == due:
                self._miss_head(due, -NEVER_US)
            self._plan()


def _judgement(error_us: int, early_us: tuple[int, ...], late_us: tuple[int, ...]) -> int | None:
    """The first window ``error_us`` lies in."""
    for judgement, (early, late) in enumerate(zip(early_us, late_us, strict=True)):
        if -early <= error_us <= late:
            return judgement
    return None
