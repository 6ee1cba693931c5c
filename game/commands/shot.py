"""``ourojam shot``: any scene drawn without a screen, saved as PNG."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("shot", parents=parents, help="draw a scene without a screen and save it as PNG")
    parser.add_argument("scene", metavar="SCENE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draw and save."""
    return 0
