"""``ourojam add``: take songs into the player's library, as dropping them on the window does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from game.cli import Misuse, emit, profile_folder


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("add", parents=parents, help="copy a folder, archive or chart into the library")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Copy every path into the profile's songs; all of a path or nothing of it."""
    from game.profile import Profile
    from game.rhythm.adding import import_path

    for given in args.paths:
        if not Path(given).exists():
            raise Misuse(f"{given}: there is no such file or folder")
    with Profile.open(profile_folder(args)) as profile:
        for given in args.paths:
            added = import_path(Path(given), profile.songs)
            for path in added:
                if args.json:
                    emit({"added": str(path)})
                else:
                    print(f"added {path}")
    return 0
