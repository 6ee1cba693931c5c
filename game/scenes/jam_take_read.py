"""A take out of the log with its song: what results, replays and lists of past jams show; read beside the game."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import UserError
from game.jam.band import BandResult
from game.jam.events import SongOffered
from game.jam.machine import Machine
from game.jam.replaying import read_band, replay_take, song_of
from game.jam.seats import Charts, seat_chart
from game.jam.songs import charts_in, find_song
from game.jam.state import Band
from game.rhythm.chart import Chart
from game.scenes.context import Context


@dataclass(frozen=True, slots=True)
class ReadTake:
    """A take with everyone in it: the state of its session, its song, its charts and what it came to."""

    band: Band
    offer: SongOffered
    charts: Charts
    result: BandResult

    @property
    def base(self) -> Chart:
        """The chart whose song is heard: that of the first who plays."""
        line_up = self.result.take.start.line_up.values()
        known = [self.charts.by_hash[one] for _, one, _ in line_up if one in self.charts.by_hash]
        return (known or list(self.charts.by_hash.values()))[0]

    def chart_of(self, peer: str) -> Chart | None:
        """What a player played, or None when their part is not here."""
        player = next((one for one in self.result.players if one.peer == peer), None)
        if player is None or not player.segments:
            return None
        try:
            return seat_chart(player.segments, self.charts)
        except UserError:
            return None

    def name(self, peer: str) -> str:
        """What a player is called."""
        return self.band.name(peer)


def read_take(context: Context, session: str, take: str, machine: Machine | None = None) -> ReadTake:
    """Read a take as this machine's log holds it, and judge everyone in it; takes a moment, so in a job.

    ``machine`` is the jam the player is in: its song is at hand already.

    Raises:
        UserError: the log has no such take, or its song is not here any more.
    """
    profile = context.profile
    profile.writer.flush(5.0)
    band = read_band(profile.log, session)
    offer = song_of(band, take)
    charts = machine.charts(offer.song) if machine is not None else None
    if charts is None:
        aside = profile.folder / "jam"
        folder = find_song(offer, list(context.library.entries), profile.songs, aside)
        if folder is None:
            raise UserError(f"{offer.title} is not here any more; add the song again to see what was played on it")
        charts = Charts(charts_in(offer, folder))
    return ReadTake(band, offer, charts, replay_take(band, take, charts))
