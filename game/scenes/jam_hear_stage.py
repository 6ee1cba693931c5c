"""A free jam out of the log, laid out for this listener: its voices, and every sound at its instant."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.sound import Bus, Cue, Sample, Sound
from game.jam.events import FreeStarted
from game.jam.free import Seat, Sounding
from game.jam.free_replay import ends_us, free_jams, heard_apart
from game.jam.instruments import voice
from game.jam.replaying import read_band
from game.jam.seats import song_us
from game.jam.snapping import Snapping
from game.jam.state import PLAYER, Band
from game.profile import Profile
from game.rhythm.chart import NOTE, Chart, empty
from game.rhythm.songs import Progress, ReadySong
from game.scenes.jam_free_run import DIVISION, LOOP_GAIN
from game.scenes.jam_free_sound import LEVEL
from game.scenes.stage import Stage
from game.settings import JamSettings

MOST_SEATS = 24
"""So many sets of voices are made (5 to 14 MB each), those that sound most; a free jam seldom has more than ten."""

BEHIND_US, AHEAD_US = 15_000_000, 60_000_000
"""So much of the jam around where it is has its sounds bound: an evening is too long to be bound at once."""

RENEW_US = 10_000_000
"""The sounds are bound anew when fewer than this lie ahead."""

Voices = dict[tuple[Seat, int], NDArray[np.float32]]
"""The voice of a lane of a seat."""


class Row(NamedTuple):
    """One sound: when in the jam (0 is the first beat), whose, on which lane, and whether a loop played it."""

    at_us: int
    player: str
    seat: Seat
    lane: int
    gain: float
    pan: float
    loop: bool


@dataclass(frozen=True, slots=True)
class PastFree:
    """A free jam as the log holds it, and the voices it is heard by."""

    band: Band
    started: FreeStarted
    rows: list[Row]
    voices: Voices
    last_us: int

    @property
    def players(self) -> list[str]:
        """Everyone who sat at an instrument, in the order they came into the jam."""
        there = [one for one in self.band.members.values() if one.role == PLAYER and self.started.take in one.takes]
        return [one.id for one in sorted(there, key=lambda one: (one.order, one.id)) if self.seat_at(one.id, 0)]

    def seat_at(self, player: str, at_us: int) -> Seat | None:
        """What a player sat at; who sat down later is shown at their first seat."""
        switches = self.band.members[player].takes[self.started.take].switches
        sat = [one for one in switches if one.from_us <= at_us] or switches[:1]
        return Seat(sat[-1].part, sat[-1].keys) if sat else None


def read_free(
    profile: Profile, session: str, take: str, settings: JamSettings, rate_hz: int, progress: Progress
) -> PastFree:
    """Read a free jam and make its voices; takes a moment, so in a job.

    Raises:
        UserError: the log has no such free jam, or it is none this version can play.
    """
    profile.writer.flush(5.0)
    band = read_band(profile.log, session)
    started = next((one for one in free_jams(band) if one.take == take), None)
    if started is None:
        raise UserError("This free jam is not in the log; choose one that Past jams lists")
    rows = laid_out(band, started, settings)
    voices = voices_of(rows, started, rate_hz, progress)
    return PastFree(band, started, rows, voices, song_us(started, ends_us(band, started)))


def laid_out(band: Band, started: FreeStarted, settings: JamSettings) -> list[Row]:
    """Every sound in order, held to the beat as the listener likes it (001 N7).

    Raises:
        UserError: the tempo or the key is none this version can play.
    """
    others = Snapping(settings.fix_others / 100, DIVISION)
    own = Snapping(settings.fix_own / 100, DIVISION, own=True)
    hands, loops = heard_apart(band, started, others, own)

    def row(one: Sounding, gain: float, *, loop: bool) -> Row:
        seat = Seat(one.instrument, one.lanes)
        return Row(song_us(started, one.at_us), one.player, seat, one.lane, gain * one.gain, one.pan, loop)

    rows = [row(one, 1.0, loop=False) for one in hands] + [row(one, LOOP_GAIN, loop=True) for one in loops]
    return sorted(rows)


def voices_of(rows: Sequence[Row], started: FreeStarted, rate_hz: int, progress: Progress) -> Voices:
    """The voices that ``rows`` are heard by."""
    seats = {seat for seat, _ in Counter(row.seat for row in rows).most_common(MOST_SEATS)}
    wanted = sorted({(row.seat, row.lane) for row in rows if row.seat in seats})
    out: Voices = {}
    for number, (seat, lane) in enumerate(wanted):
        progress(number / len(wanted))
        out[seat, lane] = voice(seat.instrument, lane, seat.lanes, started.tonic % 12, started.scale, rate_hz)
    return out


class FreeStage(Stage):
    """A stage on which a past free jam is heard, over a song of silence.

    Args:
        sound: the game's sound.
        past: the jam.
        gain_of: how loud the listener wants a player, 0 to 1; :meth:`renew` when that has changed.
        audio_offset_us: as for :class:`Stage`.
    """

    def __init__(self, sound: Sound, past: PastFree, gain_of: Callable[[str], float], audio_offset_us: int = 0) -> None:
        names = list(past.voices)
        pcms = dict(enumerate(past.voices.values()))
        silence = ReadySong(Chart(keys=1, notes=empty(NOTE)), np.zeros((1, 2), np.float32), pcms)
        super().__init__(sound, silence, 1.0, audio_offset_us)
        self._samples: dict[tuple[Seat, int], Sample] = {name: self._keys[place] for place, name in enumerate(names)}
        self._rows, self._gain_of, self._offset_us = past.rows, gain_of, audio_offset_us
        self._upto_us = 0
        self._last_us = past.last_us

    def set_rows(self, rows: list[Row]) -> None:
        """The same jam, held to the beat otherwise."""
        self._rows = rows
        self.renew(self.now_us)

    def set_speed(self, speed: float) -> None:
        """Go on where it is, so much faster or slower; the voices keep their pitch."""
        at_us, paused = self.now_us, self.paused
        self.rate = speed
        self.set_audio_offset(self._offset_us)
        self.start_at(at_us, paused=paused)
        self.renew(at_us)

    def seek(self, song_us: int) -> None:
        """See :meth:`Stage.seek`; what rings there already is heard too."""
        self.renew(song_us)
        super().seek(song_us)

    def tend(self) -> None:
        """Bind what comes next, once a step."""
        at_us = self.now_us
        if at_us + RENEW_US > self._upto_us and self._upto_us <= self._last_us:
            self.renew(at_us)

    def renew(self, at_us: int) -> None:
        """Bind the sounds around ``at_us``."""
        self.sound.set_cues(self._cues_around(at_us))

    def _cues(self) -> list[Cue]:
        return self._cues_around(0)

    def _cues_around(self, at_us: int) -> list[Cue]:
        self._upto_us = at_us + AHEAD_US
        first, end = (bisect_left(self._rows, wanted, key=attrgetter("at_us")) for wanted in (
            at_us - BEHIND_US, self._upto_us))  # fmt: skip
        out = []
        for row in self._rows[first:end]:
            sample = self._samples.get((row.seat, row.lane))
            gain = LEVEL * row.gain * self._gain_of(row.player)
            if sample is not None and gain > 0.0:
                out.append(Cue(row.at_us, sample, gain, row.pan, Bus.MUSIC))
        return out
