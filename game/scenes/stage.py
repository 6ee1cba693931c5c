"""The stage: a song that sounds, its clock, and everyone whose input is judged on it.

Play, replay and ghost race are the same thing here: edges from fingers or from a recording reach a
``Performance`` by the time of one song clock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.clock import now_us
from engine.sound import Bus, Cue, Sample, Sound
from game.rhythm.chart import Chart, NoteKind
from game.rhythm.judge import NoteState
from game.rhythm.performance import Performance
from game.rhythm.songs import ReadySong

LEAD_IN_US = 1_800_000
"""Real time between the first sound of the stage and the earliest note, so that hands can settle."""

SKIP_TO_US = 2_500_000
"""Skipping a long beginning leads to this far before the first note."""


class Feeder:
    """Plays a recording into a performance as song time passes."""

    def __init__(self, edges: NDArray[np.void]) -> None:
        self._rows: list[tuple[int, int, int]] = edges.tolist()
        self._next = 0

    def feed(self, performance: Performance, upto_us: int) -> None:
        """Hand in every edge up to ``upto_us``."""
        rows, keys = self._rows, performance.chart.keys
        while self._next < len(rows) and rows[self._next][0] <= upto_us:
            at_us, lane, down = rows[self._next]
            self._next += 1
            if lane < keys:
                performance.edge(at_us, lane, bool(down))


class Stage:
    """Sound and time of one performance.

    Args:
        sound: the game's sound.
        song: the song, ready at the mods' rate.
        rate: the rate it was made ready for.
        audio_offset_us: how much later sound is heard than the clock says (real time).
    """

    def __init__(self, sound: Sound, song: ReadySong, rate: float, audio_offset_us: int = 0) -> None:
        self.sound = sound
        self.chart = song.chart
        self.rate = rate
        self._shift_us = round(audio_offset_us * rate)
        numbers = sorted(song.sounds)
        self._sample, *loaded = sound.load_all([song.frames, *(song.sounds[number] for number in numbers)])
        self._keys: dict[int, Sample] = dict(zip(numbers, loaded, strict=True))
        self._ticks: list[Sample] = []
        self.paused = False

    def add_metronome(self, plain: NDArray[np.float32], accent: NDArray[np.float32]) -> None:
        """Let every beat of the chart be heard; call before :meth:`start`."""
        self._ticks = self.sound.load_all([plain, accent])

    def start(self, from_us: int | None = None) -> None:
        """Begin, at ``from_us`` or at the beginning, with time to settle before the first note."""
        rate = self.rate
        first = self.chart.first_us if from_us is None else from_us
        begin = min(0, first) if from_us is None else from_us
        lead = LEAD_IN_US if first - begin < LEAD_IN_US * rate else LEAD_IN_US // 3
        self.sound.play_song(self._sample, begin, rate, lead_in_us=round(lead * rate))
        self.sound.set_cues(self._cues())
        self.paused = False

    def start_at(self, song_us: int, *, paused: bool) -> None:
        """Begin at ``song_us`` without any lead-in, standing still if ``paused``."""
        self.sound.play_song(self._sample, song_us + self._shift_us, self.rate)
        self.sound.set_cues(self._cues())
        self.paused = paused
        if paused:
            self.sound.pause_song()

    def start_together(self, heard_at_us: int, from_us: int = 0) -> None:
        """Begin so that ``from_us`` of the song is heard at a monotonic instant; one that has passed is caught up with.

        The player's audio offset is taken into account: what comes late is sent early.
        """
        offset_us = round(self._shift_us / self.rate)
        self.sound.play_song(self._sample, from_us, self.rate, heard_at_us=heard_at_us - offset_us)
        self.sound.set_cues(self._cues())
        self.paused = False

    def _cues(self) -> list[Cue]:
        cues = [
            Cue(int(row["at_us"]), self._keys[int(row["sound"])], float(row["volume"]), float(row["pan"]), Bus.MUSIC)
            for row in self.chart.backing
            if int(row["sound"]) in self._keys
        ]
        if self._ticks:
            plain, accent = self._ticks
            cues += [
                Cue(at_us, accent if strong else plain, 1.0, 0.0, Bus.EFFECTS) for at_us, strong in beats(self.chart)
            ]
        return cues

    def set_audio_offset(self, audio_offset_us: int) -> None:
        """Take sound to be heard that much later than the clock says (real time) from now on."""
        self._shift_us = round(audio_offset_us * self.rate)

    def song_us(self, monotonic_us: int) -> int:
        """Song time as heard at a monotonic instant, the player's audio offset taken out."""
        return self.sound.clock.song_us_at(monotonic_us) - self._shift_us

    @property
    def now_us(self) -> int:
        """Song time as heard now."""
        return self.song_us(now_us())

    @property
    def progress(self) -> float:
        """How far the song has come, from its first note to its last, 0 to 1."""
        length = max(1, self.chart.length_us)
        return min(1.0, max(0.0, (self.now_us - self.chart.first_us) / length))

    @property
    def can_skip(self) -> bool:
        """Whether there is a long beginning still to be waited through."""
        return not self.paused and self.chart.first_us - self.now_us > SKIP_TO_US * 2

    def skip(self) -> None:
        """Go on to shortly before the first note."""
        if self.can_skip:
            self.sound.seek_song(self.chart.first_us - SKIP_TO_US + self._shift_us)

    def pause(self) -> None:
        """Stand still."""
        if not self.paused:
            self.paused = True
            self.sound.pause_song()

    def resume(self) -> None:
        """Go on from where it stands."""
        if self.paused:
            self.paused = False
            self.sound.resume_song()

    def seek(self, song_us: int) -> None:
        """Go to another instant."""
        self.sound.seek_song(song_us + self._shift_us)

    def key_sound(self, performance: Performance, lane: int) -> None:
        """Sound what the next note of ``lane`` carries, as its key goes down."""
        if not self._keys:
            return
        notes = performance.chart.notes
        states = performance.judge.note_states
        ahead = np.flatnonzero((notes["lane"] == lane) & (states == NoteState.AHEAD) & (notes["kind"] != NoteKind.FAKE))
        if len(ahead) and (sample := self._keys.get(int(notes["sound"][ahead[0]]))) is not None:
            self.sound.trigger(sample, bus=Bus.KEYS)

    def close(self, fade_out_us: int = 0) -> None:
        """End the song and give its memory back."""
        self.sound.stop_song(fade_out_us)
        self.sound.free(self._sample, *self._keys.values(), *self._ticks)


def beats(chart: Chart) -> list[tuple[int, bool]]:
    """Every beat from the first tempo to the last note, and whether it opens a bar."""
    out: list[tuple[int, bool]] = []
    rows = chart.timing
    for number, row in enumerate(rows):
        beat_us = float(row["beat_us"])
        end_us = int(rows["at_us"][number + 1]) if number + 1 < len(rows) else chart.last_us + 1
        if not 10_000 <= beat_us <= 60_000_000:
            continue
        count = int(max(0, min(end_us - int(row["at_us"]), 7_200_000_000)) / beat_us - 1e-6) + 1
        meter = max(1, int(row["meter"]))
        out += [(round(int(row["at_us"]) + beat * beat_us), beat % meter == 0) for beat in range(count)]
    return out
