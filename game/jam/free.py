"""A free jam on one machine: the grid, what everyone plays on, and which sounds are due when (001 J4, N7).

Nothing here touches a sound device, the network or the log: hits and words go in, rows of what is to sound come out,
in session time.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import NamedTuple

import numpy as np

from engine.errors import UserError
from game.jam.events import FreeStarted, LoopDropped, LoopKept
from game.jam.instruments import instrument_of
from game.jam.loops import Loop, Loops, Recording, loop_of
from game.jam.scales import lane_degrees, scale_of
from game.jam.snapping import Grid, Snapping, quantised, sounds_at
from game.rhythm.chart import MAX_LANES

MOST_LATE_US = 1_000_000
"""A hit that arrives later than this after it was played is not heard any more: it would be out of place, and after
an outage a whole bar of hits would sound at once."""

MOST_EARLY_US = 1_000_000
"""A hit further in the future is no hit: clocks that agree cannot be so far apart."""

MAX_PLAYERS = 64
MAX_LOOPS = 16
"""The most loops of one player that sound at once."""

SPREAD = (0.0, -0.35, 0.35, -0.2, 0.2, -0.5, 0.5, -0.1, 0.1)
"""Where the others stand around the listener, from -1 (left) to 1 (right), in the order they came."""


class Seat(NamedTuple):
    """What one player plays on."""

    instrument: str
    lanes: int


class Sounding(NamedTuple):
    """One sound that is to be heard at ``at_us`` of session time: the voice of ``lane`` on the player's instrument
    (:func:`game.jam.instruments.voice`), how loud beside the others and where.
    """

    at_us: int
    player: str
    instrument: str
    lane: int
    lanes: int
    gain: float
    pan: float


class FreeJam:
    """The free jam as one listener hears it.  Not for several threads.

    ``snapping`` may be set anew at any time; it holds for hits from then on and for loops kept from then on.  With
    ``own_snapping`` the listener's own hits and loops are fixed otherwise than those of others.
    """

    def __init__(self, started: FreeStarted, me: str, snapping: Snapping) -> None:
        """Begin with the conductor's tempo and key.

        Raises:
            UserError: if the tempo, meter or scale is none this version can play.
        """
        self.grid = Grid(started.t0_us, started.beat_us, started.meter)
        self.take, self.me = started.take, me
        self.tonic, self.scale = started.tonic % 12, scale_of(started.scale).name
        self.loop_bars = started.loop_bars
        self.snapping = snapping
        self.own_snapping: Snapping | None = None
        self.loops = Loops()
        self.recording: Recording | None = None
        self._seats: dict[str, Seat] = {}
        self._gains: dict[str, float] = {}
        self._serial = 0

    # -- who plays what ------------------------------------------------------------------------------

    @property
    def seats(self) -> Mapping[str, Seat]:
        """What each player plays on."""
        return self._seats

    def sit(self, player: str, instrument: str, lanes: int) -> None:
        """``player`` plays ``instrument`` on so many lanes from now on.

        Raises:
            UserError: if there is no such instrument, no so many lanes, or no room for another player.
        """
        instrument_of(instrument)
        lane_degrees(lanes, self.scale)
        if player not in self._seats and len(self._seats) >= MAX_PLAYERS:
            raise UserError(f"{MAX_PLAYERS} play already: wait until one leaves")
        self._seats[player] = Seat(instrument, lanes)

    def leave(self, player: str, from_us: int) -> None:
        """``player`` plays no more; their loops fall silent from ``from_us`` on."""
        self._seats.pop(player, None)
        self._gains.pop(player, None)
        for loop in self.loops.all:
            if loop.player == player:
                self.loops.drop(player, loop.name, from_us)

    def _snapping(self, player: str) -> Snapping:
        """How hits and loops of ``player`` are fixed for this listener."""
        return self.own_snapping if player == self.me and self.own_snapping is not None else self.snapping

    def set_gain(self, player: str, gain: float) -> None:
        """How loud a player is for this listener: 1 as made, 0 unheard (ghosting turns this down)."""
        self._gains[player] = min(max(gain, 0.0), 2.0)

    # -- hits ----------------------------------------------------------------------------------------

    def press(self, lane: int, at_us: int, now_us: int) -> Sounding | None:
        """The player here pressed ``lane`` at ``at_us``: what is to sound, None without such a lane.  A running
        recording takes it in as it was played.
        """
        sounding = self._sounding(self.me, lane, sounds_at(self.grid, self._snapping(self.me), at_us, now_us, own=True))
        if sounding is not None and self.recording is not None:
            self.recording.hit(at_us, lane)
        return sounding

    def hear(self, player: str, lane: int, hit_us: int, now_us: int) -> Sounding | None:
        """Another player's hit: when it is to sound for this listener, None if it is of nobody who plays, on no lane
        of theirs, or too far from now to be heard.
        """
        if not now_us - MOST_LATE_US <= hit_us <= now_us + MOST_EARLY_US:
            return None
        return self._sounding(player, lane, sounds_at(self.grid, self.snapping, hit_us, now_us))

    def _sounding(self, player: str, lane: int, at_us: int) -> Sounding | None:
        seat = self._seats.get(player)
        if seat is None or not 0 <= lane < seat.lanes:
            return None
        return self._row(at_us, player, seat.instrument, lane, seat.lanes)

    def _row(self, at_us: int, player: str, instrument: str, lane: int, lanes: int) -> Sounding:
        place = 0
        if player != self.me:
            others = [one for one in self._seats if one != self.me]
            place = others.index(player) % (len(SPREAD) - 1) + 1 if player in others else 0
        return Sounding(at_us, player, instrument, lane, lanes, self._gains.get(player, 1.0), SPREAD[place])

    # -- loops ---------------------------------------------------------------------------------------

    def record(self, now_us: int, bars: int = 0) -> Recording:
        """Record a loop of ``bars`` bars (0: as many as the conductor set) from the next bar line on, in the place of
        a recording that still runs.

        Raises:
            UserError: if nobody sits here, or ``bars`` is not between 0 and 64.
        """
        if self.me not in self._seats:
            raise UserError("Choose an instrument first, then record a loop.")
        self.recording = Recording.armed(self.grid, bars or self.loop_bars, now_us)
        return self.recording

    def finish(self, now_us: int, fixed: Snapping) -> LoopKept | None:
        """The recorded loop once its bars are over, to be kept and told to the others; None until then.  The hits are
        moved to the grid as ``fixed`` says; its strength 0 keeps them raw.

        Raises:
            UserError: if nothing was played; the recording is over then too.
        """
        recording, seat = self.recording, self._seats.get(self.me)
        if recording is None or seat is None or now_us < recording.end_us:
            return None
        self.recording = None
        self._serial += 1
        # The start makes the name one of its own, also for a player who came back and counts from 1 again.
        name = f"loop-{self._serial}-{(recording.start_us - self.grid.t0_us) // self.grid.bar_us}"
        return recording.kept(self.take, name, seat.instrument, seat.lanes, fixed)

    def keep(self, player: str, kept: LoopKept) -> Loop:
        """Let a player's loop sound from its ``from_us`` on; others' loops are fixed as this listener set it.

        Raises:
            UserError: if it is of another take, no loop of this game, or one too many.
        """
        if kept.take != self.take:
            raise UserError("the loop belongs to another jam: record it again")
        mine = [loop.name for loop in self.loops.all if loop.player == player]
        if len(mine) >= MAX_LOOPS and kept.loop not in mine:
            raise UserError(f"{MAX_LOOPS} loops of one player sound already: drop one first")
        instrument_of(kept.instrument)
        seat = self._seats.get(player)
        loop = loop_of(player, kept, seat.lanes if seat is not None else MAX_LANES)
        at_us = None
        snapping = self._snapping(player)
        if snapping.fixes(own=player == self.me):
            moved = quantised(self.grid, loop.from_us + loop.at_us, snapping.division, snapping.strength)
            at_us = moved - loop.from_us
        self.loops.keep(loop, at_us)
        return loop

    def drop(self, player: str, dropped: LoopDropped) -> None:
        """Let a player's loop fall silent."""
        if dropped.take == self.take:
            self.loops.drop(player, dropped.loop, dropped.from_us)

    def due(self, from_us: int, to_us: int, only: Container[tuple[str, str]] | None = None) -> list[Sounding]:
        """What the loops let sound from ``from_us`` up to but not at ``to_us`` of session time, in order; of the loops
        named ``only`` (player, name), if said.
        """
        loops = self.loops.all
        rows = self.loops.due(from_us, to_us)
        return [
            self._row(at_us, loops[place].player, loops[place].instrument, lane, loops[place].lanes)
            for at_us, place, lane in rows.tolist()
            if only is None or (loops[place].player, loops[place].name) in only
        ]

    def recorded_due(self, from_us: int, to_us: int, fixed: Snapping) -> list[Sounding]:
        """What the loop that is being recorded will let sound in its first round, as far as it is played by now.

        The round begins the very moment the recording ends: who waited for that would miss its first hits.
        """
        recording, seat = self.recording, self._seats.get(self.me)
        if recording is None or seat is None or to_us <= recording.end_us or not recording.hits:
            return []
        loop = loop_of(self.me, recording.kept(self.take, "", seat.instrument, seat.lanes, fixed), seat.lanes)
        rows = zip((loop.from_us + loop.at_us).tolist(), loop.lane.tolist(), strict=True)
        return [
            self._row(at_us, self.me, loop.instrument, lane, loop.lanes)
            for at_us, lane in rows
            if from_us <= at_us < to_us
        ]

    def beats(self, from_us: int, to_us: int) -> list[tuple[int, bool]]:
        """The beats from ``from_us`` up to but not at ``to_us``, none before the first, each with whether it begins a
        bar: for a metronome and for what pulses.
        """
        first = max(0, -(-(from_us - self.grid.t0_us) // self.grid.beat_us))
        stop = max(first, -(-(to_us - self.grid.t0_us) // self.grid.beat_us))
        places = np.arange(first, stop, dtype=np.int64)
        instants = (self.grid.t0_us + places * self.grid.beat_us).tolist()
        return list(zip(instants, (places % self.grid.meter == 0).tolist(), strict=True))
