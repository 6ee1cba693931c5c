"""osu!stable's lanes: note lock, and holds judged once by the errors of head and tail together.

Facts from the osu! wiki (Gameplay/Judgement/osu!mania), ppy/osu's TestSceneLegacyReplayPlayback and from
replays the original game wrote:

- Only the earliest note of a lane that is not over can be pressed, and a note hit early keeps its lane
  until its own instant has come.  A tap is over on its first press or on the late edge of OK.
- A hold stays open until the late edge of OK of its *tail*, whether or not its head was hit, and takes
  every press of its lane until then.  Its head error counts from the latest press.
- Released before the tail's MEH window: combo is lost and at most GOOD can be had afterwards.
  Released within it: judged there.  Still held at the late edge of OK: the lane goes on to the next
  note and the hold is judged at the late edge of MEH as if it had been released there.
- Holding adds one to the combo every 100 ms between head and tail, counted from the press, whenever the
  game looks.  A recording of the original game tells when it looked (``looks_us``); without one it looks
  all the time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from game.rhythm.chart import Notes
from game.rhythm.hits import UNCOUNTED, NoteState, Part, Row
from game.rhythm.judge.lanes import NEVER_US, Lane, is_long
from game.rhythm.rules import RuleSet

UNPRESSED_US = -NEVER_US


class StableLane(Lane):
    """One lane under :attr:`HoldRule.COMBINED`."""

    def __init__(
        self,
        rules: RuleSet,
        notes: Notes,
        indices: Sequence[int],
        states: bytearray,
        out: list[Row],
        looks_us: list[int] | None = None,
    ) -> None:
        super().__init__(rules, notes, indices, states, out)
        self.looks_us = looks_us
        self.long = [is_long(kind) for kind in self.kind]
        self.windows = rules.early_us
        self.ok_us = rules.early_us[3]
        self.meh_us = rules.early_us[4]
        self.blocked_until_us = UNPRESSED_US
        self.overheld: list[tuple[int, Row]] = []
        self._fresh()

    def _fresh(self) -> None:
        """Forget the hold that is over and look at the next note."""
        self.pressed = False
        self.press_us = UNPRESSED_US
        self.release_us = UNPRESSED_US
        self.broken = False
        self.given_up = False
        self.tick_due_us = NEVER_US
        self.tick_at_us = NEVER_US
        self._plan()

    def _plan(self) -> None:
        """Work out the next instant at which this lane changes by itself."""
        due = self.overheld[0][0] if self.overheld else NEVER_US
        if self.cursor < len(self.at):
            end = self.end[self.cursor]
            due = min(due, end + self.ok_us)
            if self.long[self.cursor]:
                due = min(due, self.tick_at_us if self.pressed else self._slip_us())
        self.wake_us = due

    def _slip_us(self) -> int:
        """When a hold whose key is up is next looked at: given up after the head's window, lost near the tail."""
        if self.down or self.given_up:
            return NEVER_US
        meh_us, at, end = self.meh_us, self.at[self.cursor], self.end[self.cursor]
        if self.press_us == UNPRESSED_US:
            return at + meh_us
        return min(at + meh_us + self.rules.quantum_us, end - meh_us)

    def _finish(self, at_us: int, judgement: int, error_us: int, part: int) -> None:
        """Count the note at the cursor and go on to the next."""
        note = self.index[self.cursor]
        self.out.append((at_us, note, part, judgement, error_us))
        self.states[note] = NoteState.MISSED if judgement == self.rules.miss else NoteState.HIT
        self.blocked_until_us = self.at[self.cursor]
        self.cursor += 1
        self._fresh()

    def edge(self, at_us: int, down: bool) -> None:
        """See :class:`Lane`."""
        if down == self.down:
            return
        self.down = down
        cursor = self.cursor
        if cursor >= len(self.at):
            return
        if not self.long[cursor]:
            if down:
                self._tap(at_us, at_us - self.at[cursor])
        elif down:
            if at_us >= self.at[cursor] - self.rules.early_miss_us and at_us >= self.blocked_until_us:
                self._press(at_us)
            self._plan()
        elif self.pressed:
            self._release(at_us)
        else:
            self._slip(at_us)

    def _tap(self, at_us: int, error_us: int) -> None:
        if error_us < -self.rules.early_miss_us or at_us < self.blocked_until_us:
            return
        self.spent_us = at_us
        off_us = abs(error_us)
        for judgement, window in enumerate(self.windows):
            if off_us <= window:
                self._finish(at_us, judgement, error_us, Part.HEAD)
                return
        self._finish(at_us, self.rules.miss, error_us, Part.HEAD)

    def _press(self, at_us: int) -> None:
        cursor = self.cursor
        self.pressed = True
        self.press_us = self.spent_us = at_us
        self._tick_from(at_us + self.rules.tick_us, self.at[cursor])
        note = self.index[cursor]
        self.states[note] = NoteState.HOLDING
        self.out.append((at_us, note, Part.HEAD, UNCOUNTED, at_us - self.at[cursor]))

    def _tick_from(self, due_us: int, earliest_us: int) -> None:
        """Plan the next combo of a hold: due at ``due_us``, given at the first look from ``earliest_us`` on."""
        self.tick_due_us = due_us
        look_us = max(due_us, earliest_us)
        if self.looks_us is not None:
            place = bisect_left(self.looks_us, look_us)
            look_us = self.looks_us[place] if place < len(self.looks_us) else NEVER_US
        # Half a quantum later: a release at that very look comes first.
        self.tick_at_us = look_us + self.rules.quantum_us // 2 if look_us <= self.end[self.cursor] else NEVER_US

    def _release(self, at_us: int) -> None:
        self.pressed = False
        self.release_us = at_us
        self.tick_at_us = NEVER_US
        self._slip(at_us)

    def _slip(self, at_us: int) -> None:
        """The key is up during a hold: judge it if the tail is near, else break it."""
        cursor, meh_us = self.cursor, self.meh_us
        at, end = self.at[cursor], self.end[cursor]
        never_pressed = self.press_us == UNPRESSED_US
        if at_us < at + meh_us and never_pressed:
            self._plan()
            return
        self.given_up = at_us > at + meh_us
        if at_us < end - meh_us:
            if not self.broken or self.states[self.index[cursor]] == NoteState.HOLDING or self.given_up:
                self.out.append((at_us, self.index[cursor], Part.BREAK, UNCOUNTED, at_us - end))
            self.broken = True
            self.states[self.index[cursor]] = NoteState.LET_GO
            if never_pressed:
                self.given_up = True
            self._plan()
            return
        self._judge(at_us, self.release_us)

    def _judge(self, at_us: int, release_us: int) -> None:
        """One judgement for head and tail, the key having gone up at ``release_us``."""
        end = self.end[self.cursor]
        judgement = self._combined(release_us)
        self._finish(at_us, judgement, max(-NEVER_US, release_us) - end if judgement < 5 else 0, Part.TAIL)

    def _combined(self, release_us: int) -> int:
        cursor, meh_us = self.cursor, self.meh_us
        at, end = self.at[cursor], self.end[cursor]
        if self.press_us == UNPRESSED_US or release_us < end - meh_us:
            return self.rules.miss
        # Pressed before the head's own MEH window: the game takes the tail's instant for the press.
        head_us = abs(self.press_us - at) if self.press_us >= at - meh_us else end - 1000 - at
        both_us = head_us + abs(release_us - end)
        for judgement, window in enumerate(self.rules.long_window_us[:4]):
            if head_us <= window and both_us <= 2 * window:
                return max(judgement, 2) if self.broken else judgement
        return 4

    def wake(self, now_us: int) -> None:
        """See :class:`Lane`."""
        while self.wake_us <= now_us:
            due = self.wake_us
            if self.overheld and self.overheld[0][0] == due:
                self.out.append(self.overheld.pop(0)[1])
                self._plan()
            elif due >= self.end[self.cursor] + self.ok_us:
                self._expire(due)
            elif self.pressed:
                self.out.append((due, self.index[self.cursor], Part.TICK, UNCOUNTED, 0))
                self._tick_from(self.tick_due_us + self.rules.tick_us, due)
                self._plan()
            else:
                self._slip(due)

    def _expire(self, at_us: int) -> None:
        """The late edge of OK: missed, or, if still held, judged a little later while the lane goes on."""
        if not self.long[self.cursor]:
            self._finish(at_us, self.rules.miss, 0, Part.HEAD)
            return
        if not self.pressed:
            self._judge(at_us, self.release_us)
            return
        release_us = self.end[self.cursor] + self.meh_us
        judgement = self._combined(release_us)
        note = self.index[self.cursor]
        self.overheld.append((release_us, (release_us, note, Part.TAIL, judgement, self.meh_us)))
        self.states[note] = NoteState.HIT
        self.blocked_until_us = self.at[self.cursor]
        self.cursor += 1
        self._fresh()
