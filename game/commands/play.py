"""``ourojam play``: one chart, in a window or without a screen."""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from game.cli import Misuse, emit, existing, profile_folder
from game.commands.judge import known_rules

if TYPE_CHECKING:
    from game.profile import Profile
    from game.rhythm.mods import Mods
    from game.rhythm.replay import Replay


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("play", parents=parents, help="play one chart")
    parser.add_argument("charts", nargs="+", metavar="CHART")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--autoplay", action="store_true", help="let the game play")
    who.add_argument("--replay", metavar="FILE", help="let a replay play (.osr or .jamreplay)")
    parser.add_argument("--headless", action="store_true", help="without window and sound, as fast as it goes")
    parser.add_argument("--rate", type=float, metavar="R", help="0.5 to 2.0 in steps of 0.05")
    parser.add_argument("--rules", metavar="NAME", help="rule set")
    parser.add_argument("--level", help="which chart of a file with several")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play every chart named; with a window only one."""
    from game.profile import Profile

    if not args.headless:
        return _windowed(args)
    if not args.autoplay and not args.replay:
        raise Misuse("play --headless needs someone to play: add --autoplay or --replay FILE")
    with Profile.open(profile_folder(args)) as profile:
        if profile.problem:
            print(f"ourojam: {profile.problem}", file=sys.stderr)
        for file in args.charts:
            _headless(args, profile, file)
    return 0


def _mods(args: argparse.Namespace, replay: Replay | None) -> Mods:
    """The mods to play with: those of the replay if there is one, at the rate asked for."""
    from engine.errors import UserError
    from game.rhythm.mods import Mods

    mods = replay.mods if replay is not None else Mods(autoplay=bool(args.autoplay))
    if args.rate is None:
        return mods
    percent = args.rate * 100
    if not math.isfinite(percent) or abs(percent - round(percent)) > 1e-6:
        raise Misuse(f"--rate {args.rate} is not between 0.5 and 2.0 in steps of 0.05")
    try:
        return replace(mods, rate_percent=round(percent))
    except UserError:
        raise Misuse(f"--rate {args.rate} is not between 0.5 and 2.0 in steps of 0.05") from None


def _rules(args: argparse.Namespace, replay: Replay | None, usual: str) -> str:
    """The rule set to play by: the one named, else that of the replay, else ``usual``."""
    return known_rules(args.rules) or (replay.rules if replay is not None else usual)


def _windowed(args: argparse.Namespace) -> int:
    from game.app import open_game
    from game.commands.chart import pick
    from game.rhythm.replay_files import load_replay
    from game.scenes.requests import ChartRef, Play

    if len(args.charts) > 1:
        raise Misuse("a window plays one chart at a time; name one, or add --headless")
    chart = pick(args.charts[0], args.level)
    replay = load_replay(existing(args.replay), chart) if args.replay else None
    request = Play(ChartRef(chart.path, chart.index), _rules(args, replay, ""), _mods(args, replay))
    return open_game(profile_folder(args), first=request, replay=replay)


def _headless(args: argparse.Namespace, profile: Profile, file: str) -> None:
    from engine.errors import UserError
    from game.commands.chart import pick
    from game.commands.judge import print_summary, summary
    from game.rhythm.performance import FINISHED, Performance, autoplay_edges, started
    from game.rhythm.recorder import Recorder, new_stream
    from game.rhythm.replay_files import load_replay
    from game.truth import Truth

    chart = pick(file, args.level)
    if not len(chart.notes):
        raise UserError(f"{file}: this chart has no notes, so there is nothing to play")
    replay = load_replay(existing(args.replay), chart) if args.replay else None
    mods, rules = _mods(args, replay), _rules(args, replay, profile.settings.playfield.rules)
    if replay is not None:
        edges, player, origin = replay.edges, "replay", "automation:replay"
    else:
        edges, player, origin = autoplay_edges(chart, mods), "autoplay", "automation:autoplay"
    recorder = Recorder(profile.writer, new_stream(), truth=Truth.AUTOMATION, origin=origin)
    performance = Performance(chart, rules, mods, recorder, started(chart, rules, mods, player), replay)
    for at_us, lane, down in edges.tolist():
        if lane < chart.keys:
            performance.step(at_us, at_us)
            performance.edge(at_us, lane, bool(down))
    result = performance.end(FINISHED)
    profile.writer.flush(10.0, final=True)
    said = summary(result, rules) | {"performance": performance.id, "file": file, "title": chart.title}
    if args.json:
        emit(said)
    else:
        if len(args.charts) > 1:
            print(f"{file}: {chart.title} [{chart.level}]")
        print_summary(said)
        print(f"performance {performance.id}")
