"""``ourojam log``: look at the log, prove it whole, and prove that everything else follows from it."""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterable
from typing import Any

from engine.log import CalendarClock, EventLog, Snapshots, StoredEvent
from game.cli import FINDING, Misuse, emit, profile_folder
from game.profile import projectors


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command and its parts."""
    parser = commands.add_parser("log", parents=parents, help="show, verify or rebuild the log")
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    show = parts.add_parser("show", parents=parents, help="print events, the oldest first")
    show.add_argument("stream", nargs="?", help="only this stream, such as play/0123abc or profile")
    show.add_argument("--limit", type=int, default=0, metavar="N", help="only the last N")
    show.set_defaults(run=run_show)
    verify = parts.add_parser("verify", parents=parents, help="check every hash and every reference")
    verify.set_defaults(run=run_verify)
    rebuild = parts.add_parser("rebuild", parents=parents, help="make all projections anew from the events")
    rebuild.add_argument("--check", action="store_true", help="change nothing; compare with what stands")
    rebuild.set_defaults(run=run_rebuild)


def _open(args: argparse.Namespace, *, read_only: bool) -> EventLog:
    path = profile_folder(args) / "ourojam.db"
    if not path.is_file():
        raise Misuse(f"{path.parent}: there is no profile here; name one with --profile DIR")
    return EventLog.open(path, projectors=projectors(), read_only=read_only)


def _plain(value: Any) -> Any:
    """``value`` as JSON can hold it: bytes become their length."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def run_show(args: argparse.Namespace) -> int:
    """Print events."""
    with _open(args, read_only=True) as log:
        if args.stream is not None and args.stream not in log.streams():
            raise Misuse(f"the log has no stream {args.stream!r}")
        events: Iterable[StoredEvent] = log.read(args.stream) if args.stream is not None else log.read_all()
        for event in deque(events, args.limit) if args.limit > 0 else events:
            if args.json:
                row = {name: _plain(getattr(event, name)) for name in event._fields}
                emit(row | {"hash": event.hash.hex()})
            else:
                print(f"{event.seq:>8}  {event.stream:<28} {event.kind:<24} {_plain(event.payload)}")
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Print what is wrong with the log; nothing, with exit 0, when it is whole."""
    with _open(args, read_only=True) as log:
        problems = [str(problem) for problem in log.verify()]
        count = int(log.query("SELECT count(*) FROM events")[0][0])
    if args.json:
        emit({"events": count, "problems": problems})
    else:
        for problem in problems:
            print(problem)
        print(f"{count} events, {len(problems) or 'no'} problem{'s' if len(problems) != 1 else ''}")
    return FINDING if problems else 0


def run_rebuild(args: argparse.Namespace) -> int:
    """Rebuild, or with ``--check`` compare a rebuild with what stands."""
    with _open(args, read_only=args.check) as log:
        differences: list[str] = []
        if args.check:
            differences = [str(difference) for difference in log.check_rebuild()]
        else:
            Snapshots(log, profile_folder(args) / "snapshots", CalendarClock()).before("rebuild")
            log.rebuild()
    if args.json:
        emit({"checked": args.check, "differences": differences})
    else:
        for difference in differences:
            print(difference)
        print("all projections follow from the events" if not differences else "projections differ from the events")
    return FINDING if differences else 0
