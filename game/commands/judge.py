"""``ourojam judge``: a replay judged anew on its chart, by any rule set."""

from __future__ import annotations

import argparse
from typing import Any

from game.cli import Misuse, emit, existing


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command."""
    parser = commands.add_parser("judge", parents=parents, help="judge a replay file on a chart")
    parser.add_argument("chart", metavar="CHART")
    parser.add_argument("replay", metavar="REPLAY", help=".osr (mania) or .jamreplay")
    parser.add_argument("--rules", metavar="NAME", help="rule set; else the replay's own")
    parser.add_argument("--level", help="which chart of a file with several")
    parser.set_defaults(run=run)


def known_rules(name: str | None) -> str:
    """The rule set named with ``--rules``; empty for none.

    Raises:
        Misuse: there is no such rule set.
    """
    from game.rhythm.rules import RULE_SETS

    if name and name not in RULE_SETS:
        raise Misuse(f"--rules {name}: there is no such rule set; there are {' '.join(RULE_SETS)}")
    return name or ""


def summary(result: Any, rules: str) -> dict[str, Any]:
    """What ``judge`` and ``play`` print of a result."""
    return {
        "counts": dict(result.counts),
        "max_combo": result.max_combo,
        "score": result.score,
        "accuracy": result.accuracy,
        "grade": result.grade,
        "rules": rules,
    }


def print_summary(said: dict[str, Any]) -> None:
    """The same for a person."""
    counts = "  ".join(f"{name} {count}" for name, count in said["counts"].items())
    print(f"{said['rules']}: {counts}")
    print(
        f"score {said['score']}, accuracy {100 * said['accuracy']:.2f} %, best combo {said['max_combo']}, "
        f"grade {said['grade']}"
    )


def run(args: argparse.Namespace) -> int:
    """Judge and print."""
    from game.commands.chart import pick
    from game.rhythm.performance import rejudge
    from game.rhythm.replay_files import load_replay

    named = known_rules(args.rules)
    chart = pick(args.chart, args.level)
    replay = load_replay(existing(args.replay), chart)
    rules = named or replay.rules
    said = summary(rejudge(chart, replay, rules), rules)
    if args.json:
        emit(said)
    else:
        print_summary(said)
    return 0
