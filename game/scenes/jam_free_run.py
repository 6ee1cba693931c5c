"""A free jam on one machine while it goes on: what is played, heard, recorded and looped; no drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from engine.clock import now_us
from engine.errors import UserError
from engine.sound import Bus
from game.jam.decide import DropLoop, KeepLoop, TakeInstrument
from game.jam.events import FreeStarted, HitsHeard
from game.jam.free import MOST_LATE_US, FreeJam, Seat, Sounding
from game.jam.free_band import FreeBand, Name
from game.jam.instruments import INSTRUMENTS
from game.jam.machine import Machine
from game.jam.seats import session_us, song_us
from game.jam.session import Happening, Heard
from game.jam.snapping import RAW, Snapping
from game.jam.state import PLAYER
from game.rhythm.chart import EDGE
from game.scenes.context import Context
from game.scenes.jam_free_sound import FreeSound
from game.scenes.jam_free_voices import Voices

AHEAD_US = 200_000
"""Loops and the metronome are bound to their instants this long before: a stall of the game is not heard."""

EVERY_US = 20_000
STALE_US = 250_000
"""Another's hit that comes later than this and would sound at once is only seen: its sound would be a wrong note."""

CATCH_UP_US = 40_000
"""A new loop whose round began just now is joined from this far back."""

TOGETHER_US = 8_000
"""Two hits of one lane nearer than this are one: snapping has laid them on the same point."""

DIVISION = 4
"""Hits are held to sixteenths: four steps a beat."""

QUANTISED = Snapping(1.0, DIVISION)
LOOP_GAIN = 0.85
"""Loops stand a little behind hands, one's own and those of others."""

FIRST_LANES = 7
REMEMBERED = "free jam seat"


class Shown(NamedTuple):
    """A hit as it is seen: when it sounds in session time, whose, on which lane, and whether a loop plays it."""

    at_us: int
    player: str
    lane: int
    loop: bool


class FreeRun:
    """Everything of a free jam but its looks.

    Args:
        context: what every scene is given.
        machine: the jam.
        started: the free jam.
        show: told of every hit that sounds or is to.
    """

    def __init__(
        self, context: Context, machine: Machine, started: FreeStarted, show: Callable[[Shown], object]
    ) -> None:
        """Raises UserError: the tempo or the key is none this version can play."""
        self.machine, self.started = machine, started
        self.band = FreeBand(started, machine.session.me, RAW)
        self.metronome, self.quantised = False, True
        self.seat: Seat | None = None
        """What the player sits at; None for who watches, and until the first voices are there."""
        self.wanted: Seat | None = None
        """What the player wants to sit at, while its voices are made."""
        self._context, self._show = context, show
        settings = context.profile.settings
        self._input_offset_us = settings.input.input_offset_us
        self.sound = FreeSound(context.sound, context.jobs, machine.session.time, settings.sound.audio_offset_us)
        self.voices = Voices(context.sound, context.jobs, self.free.tonic, self.free.scale)
        self._ticks = context.sound.load_all([context.effect_frames(name) for name in ("tick", "tick_accent")])
        self._upto_us = 0
        self._last: dict[tuple[str, int], int] = {}
        self._mine_new: set[Name] = set()
        self._sit_down()

    @property
    def free(self) -> FreeJam:
        """What sounds when, for this listener."""
        return self.band.free

    @property
    def plays(self) -> bool:
        """Whether this machine's player plays, rather than listens."""
        return self.machine.role == PLAYER

    @property
    def me(self) -> str:
        """This machine's player."""
        return self.machine.session.me

    def now_us(self, at_us: int | None = None) -> int:
        """Session time at a monotonic instant, or now."""
        return self.machine.session.time.session_us(now_us() if at_us is None else at_us)

    # -- one's seat ------------------------------------------------------------------------------------------

    def _sit_down(self) -> None:
        """Where one sat before in this jam, or in one before it; else at what nobody plays yet."""
        if not self.plays:
            return
        taken = self.machine.session.band.instruments(self.started.take)
        mine = taken.get(self.me)
        before = self._context.remembered.get(REMEMBERED)
        if mine is not None and mine.part in INSTRUMENTS:
            self.wanted = Seat(mine.part, mine.keys)
        elif isinstance(before, Seat):
            self.wanted = before
        else:
            order = [*INSTRUMENTS]
            order.insert(1, order.pop())  # keys, drums, then the rest
            order = order[self._place() :] + order[: self._place()]
            played = {part.part for part in taken.values()}
            self.wanted = Seat(next((one for one in order if one not in played), order[0]), FIRST_LANES)

    def _place(self) -> int:
        """Which of the players this one is: those who come in together sit down at different instruments."""
        players = [member.id for member in self.machine.session.band.players]
        return players.index(self.me) % len(INSTRUMENTS) if self.me in players else 0

    def choose(self, instrument: str, lanes: int) -> None:
        """Sit at another instrument, or on more or fewer lanes, as soon as its voices are there."""
        if self.plays:
            self.wanted = Seat(instrument, lanes)

    def _take_seat(self, now: int) -> None:
        wanted = self.wanted
        if wanted is None or not self.voices.ready(wanted):
            return
        self.wanted = None
        if wanted != self.seat and self._do(TakeInstrument(wanted.instrument, wanted.lanes, now)):
            self.seat = wanted
            self.free.sit(self.me, *wanted)
            self._context.remembered[REMEMBERED] = wanted
            self.free.recording = None  # a loop is played on one instrument

    def _do(self, intent: TakeInstrument | KeepLoop | DropLoop) -> bool:
        try:
            self.machine.session.do(intent)
        except UserError as error:
            self._context.say(str(error))
            return False
        return True

    # -- hands -----------------------------------------------------------------------------------------------

    def press(self, lane: int, down: bool, at_us: int) -> None:
        """A key of the player's went down or up at a monotonic instant; it sounds at once and goes to everyone."""
        seat = self.seat
        if seat is None:
            return
        hit_us = self.now_us(at_us) - self._input_offset_us
        if down:
            self._sound_own(seat, lane, hit_us)
        try:
            self.machine.session.hit(self.started.take, lane, down, song_us(self.started, hit_us))
        except UserError as error:
            self._context.say(str(error))

    def _sound_own(self, seat: Seat, lane: int, hit_us: int) -> None:
        now = self.now_us()
        row = self.free.press(lane, hit_us, now)
        sample = self.voices.sample(seat, lane)
        if row is None:
            return
        coherence = self.machine.coherence
        late_us = coherence.mine.hear_late_us if coherence is not None else 0
        lean = coherence.mine.pan if coherence is not None else 0.0
        self._show(Shown(row.at_us, self.me, lane, False))
        if sample is None:
            return
        if row.at_us <= now and not late_us:
            self.sound.now(sample, row.gain, lean * 0.5)
        else:
            self.sound.put(sample, row.at_us + late_us, row.gain, lean * 0.5)

    # -- time ------------------------------------------------------------------------------------------------

    def step(self, happenings: Sequence[Happening]) -> None:
        """Take up what happened and sound what is due."""
        if sentence := self.sound.tend():
            self._context.say(sentence)
        now = self.now_us()
        settings = self._context.profile.settings
        self.sound.audio_offset_us = settings.sound.audio_offset_us
        others = Snapping(settings.jam.fix_others / 100, DIVISION)
        own = Snapping(settings.jam.fix_own / 100, DIVISION, own=True)
        self.band.set_snapping(others, own)
        self._finish(now)
        new = self.band.follow(self.machine.session.band, now)
        self.voices.want(self._played())
        self._take_seat(now)
        self._weigh()
        for one in happenings:
            if isinstance(one, Heard) and isinstance(one.event, HitsHeard):
                self._hear(one.event)
        self._catch_up(now, new)
        if now + AHEAD_US >= self._upto_us + EVERY_US:
            self._look_ahead(now)

    def _played(self) -> list[Seat]:
        """What has to be able to sound: one's own first, then what others play, then the loops'."""
        own = [seat for seat in (self.wanted, self.seat) if seat is not None]
        loops = [Seat(loop.instrument, loop.lanes) for loop in self.free.loops.all]
        return [*own, *self.free.seats.values(), *loops]

    def _weigh(self) -> None:
        """Who plays at random stands back (001 C2)."""
        coherence = self.machine.coherence
        for row in coherence.players if coherence is not None else ():
            if row.peer != self.me:
                self.free.set_gain(row.peer, row.weight)

    def _others_gain(self) -> float:
        jam = self._context.profile.settings.jam
        return (jam.others_volume / 100) ** 2 if jam.hear_others else 0.0

    def _hear(self, hits: HitsHeard) -> None:
        """Sound what another has hit, as this listener wants it."""
        if hits.take != self.started.take or hits.peer == self.me:
            return
        now = self.now_us()
        rows = np.frombuffer(hits.edges, EDGE)
        # Who comes late into a jam is told of an hour of hits at once: what is long past is not looked at one by one.
        near = (rows["down"] > 0) & (rows["at_us"] >= song_us(self.started, now) - MOST_LATE_US)
        for at_us, lane, _ in rows[near].tolist():
            hit_us = session_us(self.started, at_us)
            row = self.free.hear(hits.peer, lane, hit_us, now)
            if row is None:
                continue
            last = self._last.get((hits.peer, lane), -(1 << 60))
            if abs(row.at_us - last) < TOGETHER_US:
                continue
            self._last[hits.peer, lane] = row.at_us
            self._show(Shown(row.at_us, hits.peer, lane, False))
            if row.at_us > now or now - hit_us <= STALE_US:
                self._sound_row(row, self._others_gain(), Bus.KEYS)

    def _sound_row(self, row: Sounding, gain: float, bus: Bus) -> None:
        sample = self.voices.sample(Seat(row.instrument, row.lanes), row.lane)
        if sample is not None:
            self.sound.put(sample, row.at_us, row.gain * gain, row.pan, bus)

    # -- loops -----------------------------------------------------------------------------------------------

    @property
    def fixed(self) -> Snapping:
        """How a recording is moved to the grid."""
        return QUANTISED if self.quantised else RAW

    def record(self) -> None:
        """Record a loop from the next bar on; once more: never mind."""
        if self.free.recording is not None:
            self.free.recording = None
            return
        try:
            self.free.record(self.now_us())
        except UserError as error:
            self._context.say(str(error))

    def drop(self, name: str) -> None:
        """Let a loop of one's own fall silent at the next bar line."""
        self._do(DropLoop(name, self.band.next_bar_us(self.now_us())))

    def mute(self, name: Name) -> None:
        """Hear a loop here no more, or again."""
        self.free.loops.mute(*name, not self.free.loops.is_muted(*name))

    def leave(self) -> None:
        """Take one's loops along."""
        for player, kept in self.band.sounding:
            if player == self.me:
                self.drop(kept.loop)

    def _finish(self, now: int) -> None:
        """Keep a loop whose bars are over; hands that are heard late have had their time."""
        try:
            kept = self.free.finish(now - max(0, self._input_offset_us), self.fixed)
        except UserError as error:
            self._context.say(str(error))
            return
        if kept is not None:
            self._mine_new.add((self.me, kept.loop))
            self._do(KeepLoop(kept))

    def _catch_up(self, now: int, new: Sequence[Name]) -> None:
        """Bind what loops that are new would have had bound already; of one's own that was done while recording."""
        names = set(new) - self._mine_new
        self._mine_new -= set(new)
        if names:
            self._sound_loops(self.free.due(now - CATCH_UP_US, self._upto_us, names))

    def _look_ahead(self, now: int) -> None:
        from_us, to_us = max(self._upto_us, now - CATCH_UP_US), now + AHEAD_US
        self._upto_us = to_us
        self._sound_loops(self.free.due(from_us, to_us))
        self._sound_loops(self.free.recorded_due(from_us, to_us, self.fixed))
        if self.metronome:
            coherence = self.machine.coherence
            cue_us = coherence.mine.cue_us if coherence is not None else 0
            for beat_us, accent in self.free.beats(from_us, to_us):
                self.sound.put(self._ticks[accent], beat_us + cue_us, 1.0, 0.0, Bus.EFFECTS)

    def _sound_loops(self, rows: Sequence[Sounding]) -> None:
        others = self._others_gain()
        for row in rows:
            self._show(Shown(row.at_us, row.player, row.lane, True))
            self._sound_row(row, LOOP_GAIN * (1.0 if row.player == self.me else others), Bus.MUSIC)

    def close(self) -> None:
        """Let go of all that sounds."""
        self.sound.close()
        self.voices.close()
        self._context.sound.free(*self._ticks)
