"""``ourojam bench``: measures what the game promises, beside a peer or a limit in the same run."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from game.cli import FINDING, Misuse, emit

HOUSE = Path(__file__).resolve().parents[2]
BENCHES = HOUSE / "tests" / "bench"


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("bench", parents=parents, help="measure, and compare with what was promised")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="benchmarks to run; all if none is named")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run benchmarks and print their figures; a finding when one misses its limit or cannot run."""
    if not BENCHES.is_dir():
        raise Misuse("the benchmarks are not installed; run them from a checkout of the project")
    known = sorted(path.stem.removeprefix("bench_") for path in BENCHES.glob("bench_*.py"))
    for room in args.rooms:
        if room not in known:
            raise Misuse(f"there is no benchmark {room!r}; there are {' '.join(known)}")
    sys.path.insert(0, str(HOUSE))
    missed = 0
    for room in args.rooms or known:
        for figure in _figures(room):
            missed += not figure.ok
            _say(args, room, figure)
    return FINDING if missed else 0


def _figures(room: str) -> Iterator[Any]:
    yield from importlib.import_module(f"tests.bench.bench_{room}").figures()


def _say(args: argparse.Namespace, room: str, figure: Any) -> None:
    if args.json:
        said = {"room": room, "name": figure.name, "value": figure.value, "unit": figure.unit, "limit": figure.limit}
        emit(said | {"at_least": figure.at_least, "ok": figure.ok, "beside": figure.beside})
        return
    limit = "" if figure.limit is None else f" ({'at least' if figure.at_least else 'at most'} {figure.limit:g})"
    mark = "  " if figure.limit is None else ("ok" if figure.ok else "NO")
    print(f"{mark}  {room:<8} {figure.name:<58} {figure.value:>12.4g} {figure.unit}{limit}", flush=True)
    if figure.beside:
        print(f"    {'':<8} {figure.beside}", flush=True)
