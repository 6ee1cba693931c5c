"""``ourojam add``: take songs into the player's library, as dropping them on the window does."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from game.cli import FINDING, Misuse, emit, profile_folder

if TYPE_CHECKING:
    from game.rhythm.library import Library


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("add", parents=parents, help="copy a folder, archive or chart into the library")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Copy every path into the profile's songs; all of a path or nothing of it.

    A finding when a chart that came in cannot be read.
    """
    from engine.errors import UserError
    from engine.log import LogBusy
    from game.profile import CHARTS, Profile
    from game.rhythm.library import Library

    for given in args.paths:
        if not Path(given).exists():
            raise Misuse(f"{given}: there is no such file or folder")
    try:
        profile = Profile.open(profile_folder(args))
    except LogBusy as error:
        raise UserError(f"{error}. To add songs to an open game, drop them on its window instead") from error
    problems = 0
    with profile, closing(Library.open(profile.library_cache, (CHARTS, profile.songs))) as library:
        for given in args.paths:
            problems += _add(args, Path(given), library, profile.songs)
    return FINDING if problems else 0


def _add(args: argparse.Namespace, path: Path, library: Library, songs: Path) -> int:
    """Add one path and say what came in; gives how many of its charts cannot be read."""
    from game.rhythm.adding import import_path
    from game.rhythm.formats.read import CHART_SUFFIXES

    if path.is_file() and path.suffix.lower() in CHART_SUFFIXES:
        library.refresh()
        if (there := library.copy_of(path)) is not None:
            if args.json:
                emit({"already": there.path, "charts": 0, "problems": []})
            else:
                print(f"{path}: already there, as {there.path}")
            return 0
    found = 0
    for added in import_path(path, songs):
        charts, problems = _read(added)
        found += len(problems)
        if args.json:
            emit({"added": str(added), "charts": charts, "problems": problems})
            continue
        for problem in problems:
            print(f"ourojam: {problem}", file=sys.stderr)
        print(f"added {added}: {charts or 'no'} chart{'' if charts == 1 else 's'}")
    return found


def _read(folder: Path) -> tuple[int, list[str]]:
    """How many charts to play lie in ``folder``, and a sentence for each that cannot be read.

    Charts left alone (other modes of osu!) are only told of when there is nothing else.
    """
    from game.rhythm.scan import find_files, scan

    here = find_files([str(folder)])
    charts, problems = 0, list(here.problems)
    left_alone: list[str] = []
    for reports, _ in scan(list(here.files.values())):
        for report in reports:
            charts += len(report.entries)
            problems += report.problem.splitlines()
            left_alone += [f"{one.name}: {one.reason}" for one in report.skipped]
    return charts, problems if charts else problems + left_alone
