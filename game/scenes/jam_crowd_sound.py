"""What one in the crowd of a jam hears: the song, where it is here, and in a free jam everyone's keys.

The song begins by the listener's clock of the session, so it is in time with the band as far as that goes.  Keys come
late and unevenly; all of them sound a while after they were played, so that their rhythm is the band's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.errors import UserError
from engine.jobs import Job
from game.jam.crowd_events import CrowdPlayer
from game.jam.crowd_listener import CrowdListener, Heard
from game.jam.crowd_words import Now, Phase
from game.jam.free import SPREAD, Seat
from game.jam.instruments import instrument_of
from game.jam.scales import scale_of
from game.rhythm.chart import MAX_LANES
from game.rhythm.entries import ChartEntry
from game.rhythm.mods import Mods
from game.rhythm.songs import ReadySong, make_ready, read_chart
from game.scenes.context import Context
from game.scenes.jam_free_sound import FreeSound
from game.scenes.jam_free_voices import Voices
from game.scenes.jam_play_stage import BandStage

BEHIND_US = 300_000
"""So long after they were played keys are shown, and sound in a free jam: later than nearly all of them come."""

LEVEL = 0.8


class CrowdSound:
    """Follows what goes on; :meth:`close` at the end."""

    def __init__(self, context: Context, listener: CrowdListener) -> None:
        self._context, self._listener = context, listener
        self._take = ""
        self._job: Job[ReadySong] | None = None
        self._stage: BandStage | None = None
        self._free: FreeSound | None = None
        self._voices: Voices | None = None
        self.lacking = False
        """Whether the song that runs is not among this machine's."""

    @property
    def plays(self) -> bool:
        """Whether the song sounds here."""
        return self._stage is not None

    @property
    def loading(self) -> float | None:
        """How far the song is got ready, 0 to 1; None when it is not being."""
        return self._job.share if self._job is not None and self._stage is None else None

    def step(self, heard: Iterable[Heard]) -> None:
        """Sound what is to sound."""
        now = self._listener.view.now
        if now is None or not self._listener.time.agreed:
            return
        if now.take != self._take:
            self._stop()
            self._take = now.take
            if now.phase == Phase.SONG:
                self._begin_song(now)
            elif now.phase == Phase.FREE:
                self._begin_free(now)
        if self._free is not None:
            self._sound_keys(self._free, now, heard)

    # -- a song ----------------------------------------------------------------------------------------------

    def _begin_song(self, now: Now) -> None:
        entry = song_here(self._context.library.entries, now.chart)
        self.lacking = entry is None
        if entry is None:
            return
        path, index, rate_hz = entry.path, entry.chart_index, self._context.sound.rate_hz
        mods = Mods(rate_percent=now.rate_percent, no_fail=True)

        def work(job: Job[ReadySong]) -> ReadySong:
            def progress(share: float) -> None:
                job.progress(round(share * 1000), 1000)

            return make_ready(read_chart(path, index), mods, rate_hz, progress)

        def then(song: ReadySong) -> None:
            self._play(now, song)

        self._job = self._context.jobs.start("getting the song ready", work, then, self._not_ready)

    def _play(self, now: Now, song: ReadySong) -> None:
        if self._job is None or self._job.cancelled or self._take != now.take:
            return
        time, offset_us = self._listener.time, self._context.profile.settings.sound.audio_offset_us
        stage = BandStage(self._context.sound, song, now.rate_percent / 100, (), offset_us)
        stage.set_played(())
        stage.start_together(time.local_us(now.t0_us))
        time.held = True  # what sounds is not moved while it does
        self._stage, self._job = stage, None

    def _not_ready(self, error: UserError) -> None:
        self._job, self.lacking = None, True
        self._context.say(str(error))

    # -- a free jam ------------------------------------------------------------------------------------------

    def _begin_free(self, now: Now) -> None:
        context = self._context
        try:
            scale = scale_of(now.scale).name
        except UserError:
            return  # of a later version of the game; the keys are shown all the same
        offset_us = context.profile.settings.sound.audio_offset_us
        self._free = FreeSound(context.sound, context.jobs, self._listener.time, offset_us)
        self._voices = Voices(context.sound, context.jobs, now.tonic % 12, scale)

    def _sound_keys(self, sound: FreeSound, now: Now, heard: Iterable[Heard]) -> None:
        assert self._voices is not None
        if words := sound.tend():
            self._context.say(words)
        players = list(self._listener.view.players.values())
        seats = {player.peer: seat for player in players if (seat := seat_of(player)) is not None}
        self._voices.want(seats.values())
        places = {player.peer: place for place, player in enumerate(players)}
        for one in heard:
            seat = seats.get(one.peer)
            sample = self._voices.sample(seat, one.lane) if seat is not None else None
            if sample is not None:
                pan = SPREAD[places[one.peer] % len(SPREAD)]
                sound.put(sample, now.t0_us + one.song_us + BEHIND_US, LEVEL, pan)

    # -- the end ---------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        self.lacking = False
        self._listener.time.held = False
        if self._job is not None:
            self._job.cancel()
        if self._stage is not None:
            self._stage.close(fade_out_us=200_000)
        for each in (self._free, self._voices):
            if each is not None:
                each.close()
        self._job = self._stage = self._free = self._voices = None

    def close(self) -> None:
        """Be silent, and let everything go."""
        self._stop()
        self._take = ""


def song_here(entries: Sequence[ChartEntry], chart: bytes) -> ChartEntry | None:
    """The chart whose hash begins with ``chart``, where this machine has it."""
    wanted = chart.hex()
    return next((entry for entry in entries if wanted and entry.hash.startswith(wanted)), None)


def seat_of(player: CrowdPlayer) -> Seat | None:
    """What somebody plays on in a free jam; None for what this game has not."""
    try:
        instrument_of(player.part)
    except UserError:
        return None
    return Seat(player.part, player.keys) if 1 <= player.keys <= MAX_LANES else None
