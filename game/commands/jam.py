"""``ourojam jam``: a jam without a screen, and crowds that do not fit on one network."""

from __future__ import annotations

import argparse
from typing import Any

from game.cli import Misuse, emit

MAX_SIMULATED = 50_000


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("jam", parents=parents, help="jam without a screen, or with a simulated crowd")
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    sim = kinds.add_parser("sim", parents=parents, help="a crowd that walks about, to see how far a conductor reaches")
    sim.add_argument("--peers", type=int, default=10_000, metavar="N", help=f"how many, 1 to {MAX_SIMULATED}")
    sim.add_argument("--seconds", type=int, default=60, metavar="S", help="for how long, from 20")
    sim.add_argument("--loss", type=float, default=0.05, metavar="P", help="share of packets lost on a hop, 0 to 0.5")
    sim.add_argument("--seed", type=int, default=1, metavar="K", help="what happens by chance follows from it")
    sim.set_defaults(run=run_sim)


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
