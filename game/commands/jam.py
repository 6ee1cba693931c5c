"""``ourojam jam``: a jam without a screen, jams that were, and crowds that do not fit on one network."""

from __future__ import annotations

import argparse
from typing import Any

from game.cli import Misuse, emit

MAX_SIMULATED = 50_000


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command and its parts."""
    parser = commands.add_parser("jam", parents=parents, help="jam without a screen, or with a simulated crowd")
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    _add_host(kinds, parents)
    _add_join(kinds, parents)
    listing = kinds.add_parser("list", parents=parents, help="every jam of the log, the latest first")
    listing.set_defaults(run=run_list)
    show = kinds.add_parser("show", parents=parents, help="who was in a jam, and what was played")
    show.add_argument("session", metavar="SESSION", help="its id or how that begins")
    show.set_defaults(run=run_show)
    replay = kinds.add_parser("replay", parents=parents, help="judge everyone in a take anew, from this machine's log")
    replay.add_argument("session", metavar="SESSION", help="its id or how that begins")
    replay.add_argument("take", metavar="TAKE", nargs="?", default="", help="its id or how that begins; else the last")
    replay.add_argument("--song", metavar="CHART", help="its chart file, where it is not among this machine's songs")
    replay.set_defaults(run=run_replay)
    sim = kinds.add_parser("sim", parents=parents, help="a crowd that walks about, to see how far a conductor reaches")
    sim.add_argument("--peers", type=int, default=10_000, metavar="N", help=f"how many, 1 to {MAX_SIMULATED}")
    sim.add_argument("--seconds", type=int, default=60, metavar="S", help="for how long, from 20")
    sim.add_argument("--loss", type=float, default=0.05, metavar="P", help="share of packets lost on a hop, 0 to 0.5")
    sim.add_argument("--seed", type=int, default=1, metavar="K", help="what happens by chance follows from it")
    sim.set_defaults(run=run_sim)


def _add_host(kinds: Any, parents: list[argparse.ArgumentParser]) -> None:
    host = _headless(kinds, parents, "host", "open a jam and conduct it")
    host.add_argument("--title", default="", help="what the jam is called")
    host.add_argument("--code", default="", help="the join code, two words or six digits; else one is made and printed")
    host.add_argument("--port", type=_port, default=0, help="the UDP port; else one that is free")
    host.add_argument("--song", metavar="CHART", help="a chart file to put on the stand")
    host.add_argument("--rules", metavar="NAME", help="the rule set to play it by")
    host.add_argument("--rate", type=float, default=1.0, metavar="R", help="0.5 to 2.0 in steps of 0.05")
    host.add_argument("--free", type=_bpm, default=0.0, metavar="BPM", help="open a free jam at this tempo")
    host.add_argument("--crowd", action="store_true", help="let any number listen who have the code, beside the band")
    host.set_defaults(run=run_host)


def _add_join(kinds: Any, parents: list[argparse.ArgumentParser]) -> None:
    join = _headless(kinds, parents, "join", "join a jam")
    join.add_argument("--code", required=True, help="the join code, as the host's machine shows it")
    join.add_argument("--address", metavar="HOST:PORT", help="where the jam is; else it is looked for on the network")
    join.add_argument("--spectate", action="store_true", help="listen, and do not play")
    join.add_argument("--crowd", action="store_true", help="listen in the crowd, without a seat in the band")
    join.set_defaults(run=run_join)


def _headless(kinds: Any, parents: list[argparse.ArgumentParser], name: str, words: str) -> argparse.ArgumentParser:
    """What hosts and guests have in common."""
    from game.commands.jam_orders import HELP

    form = argparse.RawDescriptionHelpFormatter
    parser: argparse.ArgumentParser = kinds.add_parser(
        name, parents=parents, help=f"{words}, without a screen", epilog=HELP, formatter_class=form
    )
    parser.add_argument("--headless", action="store_true", help="without a screen and sound; the only way here")
    parser.add_argument("--name", default="Player", help="what the others call you")
    parser.add_argument("--part", default="all", help="the part to play")
    parser.add_argument("--keys", type=int, default=0, metavar="N", help="on so many keys; else as the chart has")
    parser.add_argument("--level", default="", help="the difficulty to play; else the first")
    parser.add_argument("--autoplay", action="store_true", help="let the machine play the part by itself")
    parser.add_argument("--uneven-ms", type=float, default=0.0, metavar="MS", help="how unevenly (standard deviation)")
    parser.add_argument("--seed", type=int, default=1, metavar="K", help="what unevenness is drawn from")
    parser.add_argument("--ready", action="store_true", help="be ready as soon as the song is here")
    parser.add_argument("--start", action="store_true", help="be ready, and start whenever all are, while conducting")
    parser.add_argument("--wait-for", type=int, default=1, metavar="N", help="but not before N players are there")
    parser.add_argument("--takes", type=int, default=0, metavar="N", help="leave after so many songs")
    parser.add_argument("--seconds", type=float, default=0.0, metavar="S", help="leave after this time")
    parser.add_argument("--bind", default="0.0.0.0", metavar="ADDRESS", help="keep to this address of the machine")
    parser.add_argument(
        "--quiet",
        action="store_true",
        help="announce and look for nothing, tell nobody this machine's addresses: behind a router or a tunnel",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _bpm(text: str) -> float:
    try:
        bpm = float(text)
    except ValueError:
        bpm = 0.0
    if not 15 <= bpm <= 600:
        raise argparse.ArgumentTypeError("a tempo is 15 to 600 beats a minute")
    return bpm


def run_host(args: argparse.Namespace) -> int:
    """Host; the modules it takes are only loaded here."""
    from game.commands import jam_headless

    return jam_headless.run_host(args)


def run_join(args: argparse.Namespace) -> int:
    """Join, or listen in the crowd; the modules it takes are only loaded here."""
    from game.commands import jam_crowd, jam_headless

    if args.crowd:
        return jam_crowd.run_join(args)

    return jam_headless.run_join(args)


def run_list(args: argparse.Namespace) -> int:
    """Print every jam of the log."""
    from game.commands import jam_kept

    return jam_kept.run_list(args)


def run_show(args: argparse.Namespace) -> int:
    """Print what a jam was."""
    from game.commands import jam_kept

    return jam_kept.run_show(args)


def run_replay(args: argparse.Namespace) -> int:
    """Print what a take came to, judged anew."""
    from game.commands import jam_kept

    return jam_kept.run_replay(args)


def run_sim(args: argparse.Namespace) -> int:
    """Simulate and print a line a second, then the outcome."""
    from game.jam.conduits.crowd import Outcome, simulate

    if not (1 <= args.peers <= MAX_SIMULATED and 20 <= args.seconds <= 3600 and 0 <= args.loss <= 0.5):
        raise Misuse(f"jam sim takes 1 to {MAX_SIMULATED} peers, 20 to 3600 seconds and a loss from 0 to 0.5")
    if args.seed < 0:
        raise Misuse(f"--seed {args.seed}: it must be 0 or more")
    for told in simulate(args.peers, args.seconds, args.loss, args.seed):
        if args.json:
            emit(told.as_json())
        elif isinstance(told, Outcome):
            print(
                f"{told.within_3_hops:.2%} within 3 hops, delivered in {told.delivery_p99_ms:.0f} ms (p99), "
                f"back on in {told.reattach_p99_s:.1f} s (p99), {told.times_real_time:.1f} times real time"
            )
        else:
            print(f"{told.second:4} s  {told.served:7.2%} served by {told.conduits} conduits")
    return 0
