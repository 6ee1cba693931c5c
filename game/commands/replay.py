"""``ourojam replay``: the performances of the log, proven and taken out."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from game.cli import FINDING, Misuse, emit, existing, profile_folder

if TYPE_CHECKING:
    from game.profile import Profile
    from game.rhythm.board import BoardRow
    from game.rhythm.chart import Chart


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command and its parts."""
    parser = commands.add_parser("replay", parents=parents, help="list, verify, import and export performances")
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    listing = parts.add_parser("list", parents=parents, help="every performance of the log, the latest first")
    listing.set_defaults(run=run_list)
    verify = parts.add_parser("verify", parents=parents, help="judge performances anew and compare")
    verify.add_argument("ids", nargs="*", metavar="ID", help="performances; all if none is named")
    verify.set_defaults(run=run_verify)
    export = parts.add_parser("export", parents=parents, help="write a performance as .jamreplay or .osr")
    export.add_argument("id", metavar="ID")
    export.add_argument("-o", "--output", required=True, metavar="OUT")
    export.add_argument("--force", action="store_true", help="replace OUT if it is there")
    export.set_defaults(run=run_export)
    take = parts.add_parser("import", parents=parents, help="take a replay file into the log")
    take.add_argument("replay", metavar="REPLAY")
    take.add_argument("chart", nargs="?", metavar="CHART", help="the chart it was played on; else the library's")
    take.add_argument("--level", help="which chart of a file with several")
    take.set_defaults(run=run_import)


def _open(args: argparse.Namespace) -> Profile:
    from game.profile import Profile

    folder = profile_folder(args)
    if not (folder / "ourojam.db").is_file():
        raise Misuse(f"{folder}: there is no profile here; name one with --profile DIR")
    return Profile.open(folder, read_only=True)


def _find(profile: Profile, performance_id: str) -> BoardRow:
    from game.rhythm.board import performance

    row = performance(profile.log, performance_id)
    if row is None:
        raise Misuse(f"the log has no one performance {performance_id!r}; `ourojam replay list` names them")
    return row


def run_list(args: argparse.Namespace) -> int:
    """Print every performance."""
    from game.rhythm.board import performances

    with _open(args) as profile:
        for row in performances(profile.log):
            if args.json:
                said: dict[str, Any] = {
                    "performance": row.id,
                    "file": row.chart_path,
                    "title": row.title,
                    "name": row.level,
                }
                said |= {"keys": row.keys, "rules": row.rules, "rate": row.rate_percent / 100, "mods": row.mods.label}
                said |= {"player": row.player, "outcome": row.outcome, "score": row.score, "counts": row.counts}
                said |= {"max_combo": row.max_combo, "accuracy": row.accuracy, "grade": row.grade}
                emit(said | {"started_us": row.started_us})
            else:
                print(
                    f"{row.id}  {row.outcome:<9} {row.title} [{row.level}] {row.rules} {row.mods.label} "
                    f"{row.score} {100 * row.accuracy:.2f} % {row.grade}"
                )
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Judge performances anew; a finding when one comes out differently, or its chart is gone."""
    from engine.errors import UserError
    from game.rhythm.board import performances

    findings = 0
    with _open(args) as profile:
        rows = [_find(profile, one) for one in args.ids] or performances(profile.log)
        for row in rows:
            try:
                same, said = _verify(profile, row)
            except UserError as error:
                same, said = False, str(error)
            findings += not same
            if args.json:
                emit({"performance": row.id, "ok": same, "detail": said})
            else:
                print(f"{row.id}  {'ok' if same else 'NOT OK'}  {said}")
    return FINDING if findings else 0


def _verify(profile: Profile, row: BoardRow) -> tuple[bool, str]:
    from game.rhythm.performance import Kept, rejudge
    from game.rhythm.songs import read_chart

    kept = Kept(profile.log.read(row.stream))
    result = rejudge(read_chart(row.chart_path, row.chart_index), kept.replay, upto_us=kept.stopped_us)
    same = kept.matches(result)
    return same, f"{row.title} [{row.level}] {row.outcome}: score {result.score}, recorded {row.score}"


def run_export(args: argparse.Namespace) -> int:
    """Write a performance to a file."""
    from engine.errors import Refused
    from game.rhythm.performance import Kept
    from game.rhythm.replay_files import save_replay
    from game.rhythm.songs import read_chart

    with _open(args) as profile:
        row = _find(profile, args.id)
        replay = Kept(profile.log.read(row.stream)).replay
    out = Path(args.output)
    if out.exists() and not args.force:
        raise Refused(f"{args.output}: already there; name another file or add --force")
    save_replay(replay, read_chart(row.chart_path, row.chart_index), out)
    if args.json:
        emit({"performance": row.id, "file": str(out), "edges": len(replay.edges)})
    else:
        print(f"wrote {out} ({len(replay.edges)} edges)")
    return 0


def _chart_of(profile: Profile, file: str) -> Chart:
    """The chart that the replay in ``file`` was played on, from the player's songs or those of the game.

    Raises:
        UserError: it is in neither.
    """
    from engine.errors import UserError
    from game.profile import CHARTS
    from game.rhythm.library import Library, load_chart
    from game.rhythm.replay_files import chart_of

    wanted = chart_of(file)
    with closing(Library.open(profile.library_cache, (CHARTS, profile.songs))) as library:
        entry = library.by_hash(wanted)
        if entry is None or not Path(entry.file).is_file():
            library.refresh()
            entry = library.by_hash(wanted)
    if not wanted or entry is None:
        raise UserError(f"{file}: the chart it was played on is not in the library; add it, or name its file as CHART")
    return load_chart(entry)


def run_import(args: argparse.Namespace) -> int:
    """Take a replay of another game, or another player, into the log."""
    from engine.errors import UserError
    from game.commands.chart import pick
    from game.profile import Profile
    from game.rhythm.performance import import_replay
    from game.rhythm.replay_files import load_replay

    existing(args.replay)
    chart = pick(args.chart, args.level) if args.chart else None
    with Profile.open(profile_folder(args)) as profile:
        if profile.problem:
            raise UserError(f"{profile.problem}: so nothing was imported")
        chart = chart or _chart_of(profile, args.replay)
        replay = load_replay(args.replay, chart)
        performance_id = import_replay(profile.writer, chart, replay, Path(args.replay).name)
        profile.writer.flush(10.0, final=True)
    if args.json:
        emit({"performance": performance_id})
    else:
        print(f"imported as performance {performance_id}")
    return 0
