"""``ourojam jam list|show|replay``: jams out of this machine's log, judged anew."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import UserError
from game.cli import FINDING, Misuse, emit, profile_folder
from game.commands.jam_songs import chart_entries
from game.commands.jam_telling import told_result
from game.jam.crowd_past import HeardTake, heard_takes
from game.jam.replaying import JamRow, jams, read_band, replay_take, song_of
from game.jam.seats import Charts
from game.jam.songs import charts_in, find_song
from game.jam.state import Band
from game.profile import CHARTS, Profile
from game.rhythm.library import Library


def _open(args: argparse.Namespace) -> Profile:
    folder = profile_folder(args)
    if not (folder / "ourojam.db").is_file():
        raise Misuse(f"{folder}: there is no profile here; name one with --profile DIR")
    return Profile.open(folder, read_only=True)


def _meant(given: str, known: Sequence[str], what: str) -> str:
    """The one of ``known`` that is ``given`` or begins so."""
    found = [one for one in known if one == given] or [one for one in known if one.startswith(given)]
    if len(found) != 1 or not given:
        many = "names none" if not found else "names several"
        raise Misuse(f"{given!r} {many} of the {what}s in this log; `ourojam jam list` shows them")
    return found[0]


def run_list(args: argparse.Namespace) -> int:
    """Print every jam."""
    with _open(args) as profile:
        rows = jams(profile.log)
    for row in rows:
        if args.json:
            emit(_told(row))
        else:
            takes = ", ".join(title for _, title in row.takes) or "nothing played"
            print(f"{row.session}  {'hosted' if row.hosted else 'joined'}  {', '.join(row.players)}: {takes}")
    return 0


def _told(row: JamRow) -> dict[str, Any]:
    takes = [{"take": take, "title": title, "free": take in row.free} for take, title in row.takes]
    values = {"session": row.session, "started_us": row.started_us, "name": row.name, "hosted": row.hosted}
    return {**values, "players": list(row.players), "takes": takes}


def _band(args: argparse.Namespace, profile: Profile, *, hits: bool) -> Band:
    session = _meant(args.session, [row.session for row in jams(profile.log)], "jam")
    return read_band(profile.log, session, hits=hits)


def run_show(args: argparse.Namespace) -> int:
    """Print who was in a jam and what was played."""
    with _open(args) as profile:
        band = _band(args, profile, hits=False)
        heard = heard_takes(profile.log, band.session)
    members = [
        {"peer": one.id, "name": one.name, "role": one.role, "order": one.order, "gone": one.gone}
        for one in sorted(band.members.values(), key=lambda member: (member.order, member.id))
    ]
    for member in members:
        if args.json:
            emit({"member": member})
        else:
            print(f"{member['peer']}  {member['name']} ({member['role']})")
    for take in band.takes:
        offer = band.conducting.offered(take.start.song)
        players = {peer: [one.part for one in take.segments(peer)] for peer in take.played}
        values = {"take": take.start.take, "title": offer.title if offer is not None else "", "rate": take.start.rate}
        values |= {"rules": take.start.rules, "called_off": take.called_off, "players": players}
        if args.json:
            emit(values)
        else:
            shown = ", ".join(f"{band.name(peer)} {'/'.join(parts)}" for peer, parts in players.items())
            print(f"take {take.start.take}  {values['title']}: {shown}")
    for one in heard:
        _show_heard(one, args.json)
    return 0


def _show_heard(take: HeardTake, as_json: bool) -> None:
    if as_json:
        emit({"heard": take.take, "title": take.title, "artist": take.artist, "keys": take.keys})
        return
    shown = ", ".join(f"{name} {count} keys" for name, count in take.keys.items())
    print(f"heard in the crowd: {take.title}{': ' + shown if shown else ''}")


def run_replay(args: argparse.Namespace) -> int:
    """Print a take's results, judged anew; a finding when edges of somebody are missing."""
    with _open(args) as profile:
        band = _band(args, profile, hits=True)
        known = [take.start.take for take in band.takes]
        if not known:
            raise UserError("nothing was played in this jam, so there is nothing to judge")
        take = _meant(args.take, known, "take") if args.take else known[-1]
        result = replay_take(band, take, _charts(profile, band, take, args.song))
    names = {one.peer: band.name(one.peer) for one in result.players}
    told = told_result(result, names)
    if args.json:
        emit(told)
    else:
        for player in told["players"]:
            mark = "  edges are missing" if player["provisional"] else ""
            shown = f"{player['score']:>9}  {player['accuracy']:.2%}  {player.get('part', '')}"
            print(f"{player['name']:<20} {shown}{mark}")
        print(f"{'the band':<20} {told['score']:>9}  {told['accuracy']:.2%}")
    return FINDING if told["provisional"] else 0


def _charts(profile: Profile, band: Band, take: str, named: str | None) -> Charts:
    """The charts that a take was played on, from the chart file ``named`` or this machine's songs.

    Raises:
        UserError: the song is not here any more.
    """
    offer = song_of(band, take)
    entries = chart_entries(named) if named is not None else ()
    folder = find_song(offer, entries, profile.songs, profile.folder / "jam")
    if folder is None:
        library = Library.open(profile.library_cache, (CHARTS, profile.songs))
        try:
            library.refresh()
            folder = find_song(offer, library.entries, profile.songs, Path(profile.folder) / "jam")
        finally:
            library.close()
    if folder is None:
        raise UserError(f"{offer.title}: this song is not here; add it, or name its chart file with --song CHART")
    return Charts(charts_in(offer, folder))
