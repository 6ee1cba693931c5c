"""The stage of a take: a song that begins by the shared clock, never stands still, and in which the others are heard.

What is heard of the others: in a song with key sounds, the sound of the note they hit; in any other a drum, because
drums fit every key.  Key sounds that no player sounds by hand play by themselves, so that the song stays whole: those
of parts nobody took (:func:`game.jam.parts.unplayed`), of players who are silent, and of everyone when the listener
does not want to hear the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.errors import UserError
from engine.jobs import Jobs
from engine.net.face import SharedTime
from engine.sound import Bus, Cue, Sample, Sound
from game.jam.events import StartAgreed
from game.jam.instruments import voice
from game.jam.parts import unplayed
from game.jam.seats import rate_percent, song_us
from game.rhythm.chart import Chart, Notes
from game.rhythm.hits import Part
from game.rhythm.rules import RuleSet
from game.rhythm.songs import ReadySong
from game.scenes.stage import Stage

SYNTH_LANES = 10
"""The others' drums: lanes of any chart are laid on so many pieces."""

AT_ONCE_US = 6_000
"""What is due sooner than the device's latency and this sounds with the next block: its place is rendered already."""

STALE_US = 150_000
"""A hit that arrives later than this is told by its score alone: its sound would be a wrong note."""

REOPEN_US = 3_000_000
"""A sound device that is gone is looked for so often."""

SOUND_GONE = "The sound device is gone; the band plays on, and you are in time without it."

Hits = NDArray[np.void]


def synth(rate_hz: int) -> list[NDArray[np.float32]]:
    """The drums of the others, one a lane of ten (in a job: they are made by numpy)."""
    return [voice("drums", lane, SYNTH_LANES, 0, "minor-pentatonic", rate_hz) for lane in range(SYNTH_LANES)]


def heard_at(hit_us: int, note_us: int, at_us: int, strength: float) -> int:
    """When another's hit is to sound, never before ``at_us``: one that is early waits for its note as far as the
    listener wants (``strength`` 0 to 1), one that is late sounds at once.  All in song time."""
    early_us = max(0, note_us - hit_us)
    return max(hit_us + round(early_us * strength), at_us)


def by_themselves(base: Chart, played: Iterable[Chart]) -> Notes:
    """The backing of ``base`` with every key sound that none of the charts ``played`` asks a player for."""
    rows = unplayed(base, ())
    names = {name: number for number, name in enumerate(base.sounds)}
    many = max(1, len(base.sounds))
    taken: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    for chart in played:
        keyed = chart.notes[chart.notes["sound"] >= 0]
        sound = numbers_in(names, chart)[keyed["sound"]]
        taken.append((keyed["at_us"] * many + sound)[sound >= 0])
    free = ~np.isin(rows["at_us"] * many + rows["sound"], np.concatenate(taken))
    both = np.concatenate((base.backing, rows[free]))
    return both[np.argsort(both["at_us"], kind="stable")]


def numbers_in(names: dict[str, int], chart: Chart) -> NDArray[np.int64]:
    """For each key sound of ``chart`` its number in another chart of the song, -1 where that has none."""
    return np.array([names.get(name, -1) for name in chart.sounds] or [-1], np.int64)


class BandStage(Stage):
    """A stage on which a whole band is heard.

    Args:
        sound: the game's sound.
        song: the song, ready at ``rate``; its chart is whole, not one of its parts.
        rate: the rate it was made ready for.
        drums: what :func:`synth` made, at the rate of the sound.
        audio_offset_us: as for :class:`Stage`.
    """

    def __init__(
        self,
        sound: Sound,
        song: ReadySong,
        rate: float,
        drums: Sequence[NDArray[np.float32]],
        audio_offset_us: int = 0,
    ) -> None:
        super().__init__(sound, song, rate, audio_offset_us)
        self.base = song.chart
        self.keyed = bool((song.chart.notes["sound"] >= 0).any())
        self.played_cues: list[Cue] = []
        """Sounds of hits that are known beforehand; told to the sound with the next start or seat."""
        self._drums = [] if self.keyed else sound.load_all(drums)
        self._names = {name: number for number, name in enumerate(song.chart.sounds)}
        self._begun = False

    def _cues(self) -> list[Cue]:
        return super()._cues() + self.played_cues

    def set_played(self, played: Iterable[Chart]) -> None:
        """From now on every key sound plays by itself but those that ``played`` ask a player for."""
        if self.keyed:
            self.chart = replace(self.base, backing=by_themselves(self.base, played))
            if self._begun:
                self.sound.set_cues(self._cues())

    def hear(self, chart: Chart, hits: Hits, rules: RuleSet, gain: float, pan: float, strength: float) -> None:
        """Sound the new ``hits`` of another who plays ``chart``; ``strength`` as for :func:`heard_at`."""
        if gain <= 0 or not len(hits):
            return
        at_us = self.now_us
        at_once_us = (self.sound.status().latency_us + AT_ONCE_US) * self.rate
        for row in hits:
            if row["part"] != Part.HEAD or row["judgement"] == rules.miss or at_us - int(row["at_us"]) > STALE_US:
                continue
            sample = self._sample_of(chart, row)
            if sample is not None:
                hit_us = int(row["at_us"])
                wanted_us = heard_at(hit_us, hit_us - int(row["error_us"]), at_us, strength)
                if wanted_us - at_us <= at_once_us:
                    self.sound.trigger(sample, gain, pan, Bus.KEYS)
                else:
                    self.sound.schedule(sample, wanted_us, gain, pan, Bus.KEYS)

    def _sample_of(self, chart: Chart, row: np.void) -> Sample | None:
        if self.keyed:
            number = int(chart.notes["sound"][row["note"]])
            return self._keys.get(self._names.get(chart.sounds[number], -1)) if number >= 0 else None
        return self._drums[int(row["lane"]) * SYNTH_LANES // max(1, chart.keys)] if self._drums else None

    def hits_as_cues(self, chart: Chart, hits: Hits, rules: RuleSet, gain: float, pan: float) -> list[Cue]:
        """The same for a take that was played: a sound at the instant of each hit."""
        out = []
        for row in hits[(hits["part"] == Part.HEAD) & (hits["judgement"] != rules.miss)]:
            sample = self._sample_of(chart, row)
            if sample is not None:
                out.append(Cue(int(row["at_us"]), sample, gain, pan, Bus.KEYS))
        return out

    def close(self, fade_out_us: int = 0) -> None:
        """See :meth:`Stage.close`."""
        self._begun = False
        super().close(fade_out_us)
        self.sound.free(*self._drums)


class JamStage(BandStage):
    """Sound and time of one take on one machine: begun by the shared clock ``time`` of the session, never standing."""

    def __init__(
        self,
        sound: Sound,
        song: ReadySong,
        start: StartAgreed,
        time: SharedTime,
        drums: Sequence[NDArray[np.float32]],
        audio_offset_us: int = 0,
    ) -> None:
        super().__init__(sound, song, rate_percent(start) / 100, drums, audio_offset_us)
        self.lost = False
        """Whether the sound device is gone: song time then comes from the shared clock."""
        self._start, self._time = start, time
        self._reopening = False
        self._look_us = 0

    def begin(self) -> None:
        """Let song time 0 be heard at the agreed instant; a song that runs already is joined where it is."""
        self.start_together(self._time.local_us(self._start.t0_us))
        self._begun = True

    def song_us(self, monotonic_us: int) -> int:
        """Song time at a monotonic instant, by the sound or, without a device, by the shared clock."""
        if self.lost or not self._begun:
            return song_us(self._start, self._time.session_us(monotonic_us))
        return super().song_us(monotonic_us)

    def hear(self, chart: Chart, hits: Hits, rules: RuleSet, gain: float, pan: float, strength: float) -> None:
        """See :meth:`BandStage.hear`; nothing while there is no device to hear it from."""
        if not self.lost:
            super().hear(chart, hits, rules, gain, pan, strength)

    def tend(self, jobs: Jobs) -> str:
        """Look after the sound device: gives a sentence when it has just gone; comes back to it when it is there."""
        at_us = now_us()
        if not self.lost:
            if not self.sound.status().lost:
                return ""
            self.lost = True
            return SOUND_GONE
        if not self._reopening and at_us - self._look_us >= REOPEN_US:
            self._look_us, self._reopening = at_us, True
            jobs.start("opening the sound device", lambda job: self.sound.reopen(), self._reopened, self._not_reopened)
        return ""

    def _reopened(self, there: bool) -> None:
        self._reopening = False
        if there and self.lost and self._begun:
            self.lost = False
            self.begin()

    def _not_reopened(self, error: UserError) -> None:
        self._reopening = False
