"""Jams out of a machine's log: which there were, and each take played again with everyone in it.

Every machine that has all edges comes to the same results, whoever conducted and whatever was lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import UserError
from engine.log import EventLog
from game.jam.band import BandResult, band_result
from game.jam.events import JamOpened, SongOffered
from game.jam.free_replay import free_jams, free_title, was_played
from game.jam.keeping import read_session, sessions, stream_of
from game.jam.seats import PartChart, rate_percent, seat_chart
from game.jam.state import Band, Take
from game.rhythm.chart import Chart
from game.rhythm.mods import Mods
from game.rhythm.replay import Replay


@dataclass(frozen=True, slots=True)
class JamRow:
    """One session as a list shows it; ``started_us`` is the date it was opened here."""

    session: str
    started_us: int
    name: str
    hosted: bool
    players: tuple[str, ...]
    takes: tuple[tuple[str, str], ...]
    """Take id and song title, in the order they were played; free jams that somebody played in are among them."""

    free: frozenset[str] = frozenset()
    """Which of the takes were free jams."""


def jams(log: EventLog) -> list[JamRow]:
    """Every session of the log, the latest first."""
    rows = []
    for session in sessions(log):
        opened = next((row for row in log.read(stream_of(session)) if row.kind == JamOpened.kind), None)
        if opened is None:
            continue
        band = read_band(log, session, hits=False)
        players = tuple(member.name or member.id[:4] for member in band.members.values())
        started = (opened.payload.get("name", ""), bool(opened.payload.get("hosting")))
        free = {one.take: free_title(one) for one in free_jams(band) if was_played(band, one)}
        songs = {take.start.take: _title(band, take) for take in band.takes}
        played = songs | free
        takes = tuple((take, played[take]) for take in band.conducting.starts if take in played)
        rows.append(JamRow(session, opened.at_us, *started, players, takes, frozenset(free)))
    return sorted(rows, key=lambda row: row.started_us, reverse=True)


def read_band(log: EventLog, session: str, *, hits: bool = True) -> Band:
    """The state of a session as this log holds it, with everyone's hits unless they are not wanted.

    Raises:
        UserError: the log holds nothing of it.
    """
    band = Band()
    band.apply_all(read_session(log, session, hits=hits))
    band.session = session  # also where this machine only listened, and no event names it
    return band


def _title(band: Band, take: Take) -> str:
    offer = band.conducting.offered(take.start.song)
    return offer.title if offer is not None else ""


def song_of(band: Band, take: str) -> SongOffered:
    """The song that a take was played on.

    Raises:
        UserError: no such take, or its song was never told to this machine.
    """
    found = band.take(take)
    offer = band.conducting.offered(found.start.song) if found is not None else None
    if offer is None:
        raise UserError(f"This jam has no take {take}; `ourojam jam list` names those it has")
    return offer


def replay_take(band: Band, take: str, cut: PartChart) -> BandResult:
    """A take judged anew, everyone from their edges (which are in the players' results, to be watched).

    Raises:
        UserError: no such take.
    """
    found = band.take(take)
    if found is None:
        raise UserError(f"This jam has no take {take}; `ourojam jam list` names those it has")
    return band_result(found, cut)


def as_replay(result: BandResult, peer: str, cut: PartChart, name: str) -> tuple[Chart, Replay]:
    """One player's way through a take as a chart and a replay, for whatever plays or exports replays.

    Raises:
        UserError: the player is not in the take, or their part is not here.
    """
    player = next((one for one in result.players if one.peer == peer), None)
    if player is None:
        raise UserError(f"{name} did not play in this take")
    chart = seat_chart(player.segments, cut)
    start = result.take.start
    mods = Mods(rate_percent=rate_percent(start), no_fail=True)
    return chart, Replay(edges=player.edges, chart_hash=chart.hash, rules=start.rules, mods=mods, player=name)
