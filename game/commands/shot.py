"""``ourojam shot``: any scene drawn without a screen, saved as PNG."""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from typing import Any

from game.cli import Misuse, emit

SIZE_MAX = 8192


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("shot", parents=parents, help="draw a scene without a screen and save it as PNG")
    parser.add_argument("scene", metavar="SCENE", help="title, select, play, results ...; `shot list` names them all")
    parser.add_argument("-o", "--output", metavar="PNG", help="where to; SCENE.png if not said")
    parser.add_argument("--size", default="1280x720", metavar="WxH")
    parser.add_argument("--text-scale", type=int, default=100, metavar="PERCENT")
    parser.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting to show it with")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draw and save; uses a profile of its own with a few made performances."""
    from game.commands.shot_views import VIEWS, Studio

    if args.scene == "list":
        for name in VIEWS:
            print(name)
        return 0
    if args.scene not in VIEWS:
        raise Misuse(f"there is no scene {args.scene!r}; there are {' '.join(VIEWS)}")
    size = _size(args.size)
    out = Path(args.output or f"{args.scene}.png")
    with tempfile.TemporaryDirectory(prefix="ourojam-shot-") as folder, Studio(Path(folder), size) as studio:
        studio.set("screen.text_scale", args.text_scale)
        for setting in args.set:
            path, mark, value = setting.partition("=")
            if not mark:
                raise Misuse(f"--set {setting}: write it as group.name=value")
            studio.set(path, _plain(value))
        VIEWS[args.scene](studio)
        studio.save(out)
    if args.json:
        emit({"scene": args.scene, "file": str(out), "size": list(size)})
    else:
        print(f"saved {out}")
    return 0


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if match is None or not all(64 <= int(side) <= SIZE_MAX for side in match.groups()):
        raise Misuse(f"--size {text}: write it as 1280x720, from 64 to {SIZE_MAX} a side")
    return int(match[1]), int(match[2])


def _plain(text: str) -> Any:
    """A setting's value as typed: a switch, a number or a word."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d+", text) else text
