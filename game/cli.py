"""The command line beside the game.

Every command is a module of :mod:`game.commands` with ``add(subparsers)``, which names its arguments and sets
``run``: a function from the parsed arguments to an exit code.  0 is fine, 1 a finding (a broken chart, a figure
that falls short), 2 misuse.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import UserError

COMMANDS = ("chart", "add", "play", "talk", "jam", "replay", "judge", "log", "bench", "shot", "doctor")
FINDING = 1
MISUSE = 2


class Misuse(UserError):
    """The command was called in a way it cannot serve; exits with 2."""


def existing(file: str) -> Path:
    """The file of that name.

    Raises:
        Misuse: there is none.
    """
    path = Path(file)
    if not path.is_file():
        raise Misuse(f"{file}: there is no such file")
    return path


def profile_folder(args: argparse.Namespace) -> Path:
    """Where saves live: ``--profile``, else OUROJAM_PROFILE, else the system's place for such data."""
    given = getattr(args, "profile", None) or os.environ.get("OUROJAM_PROFILE")
    if given:
        return Path(given).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("ourojam", appauthor=False))


def emit(value: Any) -> None:
    """Print one JSON object on a line of its own."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)


def common() -> argparse.ArgumentParser:
    """The options every command shares; they may stand before or after the command's name."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument(
        "--profile", metavar="DIR", help="where saves live (else OUROJAM_PROFILE, else the usual place)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    parser.add_argument("--debug", action="store_true", help="say on stderr what happens; errors with traceback")
    return parser


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    shared = common()
    parser = argparse.ArgumentParser(
        prog="ourojam",
        description="A rhythm game for ten fingers. Without a command it opens the game.",
        parents=[shared],
    )
    parser.add_argument("--windowed", action="store_true", help="open the game in a window, whatever the settings say")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(f"game.commands.{name}").add(commands, [shared])
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; argparse itself leaves with 2 on misuse."""
    args = build_parser().parse_args(argv)
    args.json = getattr(args, "json", False)
    debug = getattr(args, "debug", False)
    if debug:
        logging.basicConfig(level=logging.INFO, format="%(relativeCreated)d ms  %(name)s: %(message)s")
    try:
        if args.command is None:
            from game.app import open_game

            return open_game(profile_folder(args), windowed=args.windowed)
        return int(args.run(args))
    except UserError as error:
        if debug:
            traceback.print_exc()
        print(f"ourojam: {error}", file=sys.stderr)
        return MISUSE if isinstance(error, Misuse) else FINDING
    except KeyboardInterrupt:
        print("ourojam: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        print(
            f"ourojam: something broke inside the game ({type(error).__name__}: {error}); "
            "run the same with --debug to see where",
            file=sys.stderr,
        )
        return FINDING
