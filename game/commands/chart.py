"""``ourojam chart``: what is in a chart file, what is wrong with it, and the same chart in another format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from game.cli import FINDING, MISUSE, Misuse, emit, existing
from game.rhythm.chart import Chart
from game.rhythm.formats.face import ReadResult

WRITERS = (".osu", ".jam")


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Name the command and its parts."""
    parser = commands.add_parser("chart", parents=parents, help="read, check and convert charts of any format")
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    info = parts.add_parser("info", parents=parents, help="print what each chart holds")
    info.add_argument("files", nargs="+", metavar="FILE")
    info.set_defaults(run=run_info)
    check = parts.add_parser("check", parents=parents, help="say what is wrong with each chart")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.set_defaults(run=run_check)
    convert = parts.add_parser("convert", parents=parents, help="write a chart as .osu or .jam")
    convert.add_argument("file", metavar="FILE")
    convert.add_argument("-o", "--output", required=True, metavar="OUT", help="where to; the ending says the format")
    convert.add_argument("--level", help="which chart of a file with several: its name or its number from 0")
    convert.add_argument("--force", action="store_true", help="replace OUT if it is there")
    convert.set_defaults(run=run_convert)


def read(file: str) -> ReadResult:
    """Everything in ``file``.

    Raises:
        Misuse: there is no such file, or it is no chart file.
        ChartError: it cannot be read.
    """
    from game.rhythm.formats.read import ARCHIVE_SUFFIXES, CHART_SUFFIXES, read_chart_file

    path = existing(file)
    known = (*CHART_SUFFIXES, *ARCHIVE_SUFFIXES)
    if path.suffix.lower() not in known:
        raise Misuse(f"{file}: not a chart file; known endings are {' '.join(known)}")
    return read_chart_file(path)


def pick(file: str, level: str | None) -> Chart:
    """The one chart meant by ``file`` and ``level`` (a level's name or a number from 0; needed if there are several).

    Raises:
        Misuse: it is not clear which chart is meant.
    """
    result = read(file)
    charts = result.charts
    if not charts:
        reason = "; ".join(skipped.reason for skipped in result.skipped[:3]) or "it holds no chart"
        raise Misuse(f"{file}: nothing to play: {reason}")
    if level is not None:
        named = [chart for chart in charts if chart.level.casefold() == level.casefold()]
        if not named and level.isdecimal() and int(level) < len(charts):
            named = [charts[int(level)]]
        charts = tuple(named)
    if len(charts) == 1:
        return charts[0]
    names = ", ".join(f"{number} {chart.level!r}" for number, chart in enumerate(result.charts))
    raise Misuse(f"{file}: choose one of its charts with --level: {names}")


def run_info(args: argparse.Namespace) -> int:
    """Print what each file holds, and on stderr what is wrong; a finding when one cannot be read or played."""
    from engine.errors import UserError
    from game.rhythm.entries import chart_info

    code = 0
    for file in args.files:
        try:
            result = read(file)
        except UserError as error:
            code = max(code, MISUSE if isinstance(error, Misuse) else FINDING)
            _say_broken(args, file, str(error))
            continue
        for warning in result.warnings:
            print(warning, file=sys.stderr)
        for chart in result.charts:
            info = chart_info(chart)
            if not info["notes"] + info["holds"]:
                print(f"{info['file']}: {info['name']!r} has no notes, so there is nothing to play", file=sys.stderr)
            if args.json:
                emit(info)
            else:
                bpm = f"{info['bpm_min']:g}" + (f"-{info['bpm_max']:g}" if info["bpm_max"] != info["bpm_min"] else "")
                print(
                    f"{info['file']}: {info['title']} [{info['name']}] {info['keys']} keys, {info['notes']} notes, "
                    f"{info['holds']} holds, {info['mines']} mines, {bpm} bpm, {info['stars']:.2f} stars"
                )
        for skipped in result.skipped:
            if args.json:
                emit({"file": file, "title": skipped.title, "name": skipped.name, "skipped": skipped.reason})
            else:
                print(f"{file}: {skipped.title} [{skipped.name}] left alone: {skipped.reason}")
    return code


def _say_broken(args: argparse.Namespace, file: str, sentence: str) -> None:
    if args.json:
        emit({"file": file, "error": sentence})
    else:
        print(f"ourojam: {sentence}", file=sys.stderr)


def run_check(args: argparse.Namespace) -> int:
    """Print every warning and error; a finding when there is one."""
    from engine.errors import UserError

    code = findings = 0
    for file in args.files:
        try:
            result = read(file)
            problems = list(result.warnings)
            problems += [f"{file}: {chart.level!r} has no notes" for chart in result.charts if not len(chart.notes)]
        except UserError as error:
            code = MISUSE if isinstance(error, Misuse) else code
            problems = [str(error)]
        findings += len(problems)
        if args.json:
            emit({"file": file, "problems": problems})
        else:
            for problem in problems:
                print(problem)
            words = "1 problem" if len(problems) == 1 else f"{len(problems) or 'no'} problems"
            print(f"{file}: {words}")
    return code or (FINDING if findings else 0)


def run_convert(args: argparse.Namespace) -> int:
    """Write the chart in another format."""
    from engine.errors import Refused, UserError
    from game.rhythm.formats.jam import write_jam
    from game.rhythm.formats.osu_write import write_osu

    out = Path(args.output)
    if out.suffix.lower() not in WRITERS:
        raise Misuse(f"{args.output}: charts are written as {' or '.join(WRITERS)}")
    chart = pick(args.file, args.level)
    if out.exists() and not args.force:
        raise Refused(f"{args.output}: already there; name another file or add --force")
    text = write_osu(chart) if out.suffix.lower() == ".osu" else write_jam(chart)
    try:
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"{args.output}: cannot be written ({error.strerror})") from None
    if args.json:
        emit({"file": str(out), "keys": chart.keys, "objects": len(chart.notes)})
    else:
        print(f"wrote {out} ({chart.keys} keys, {len(chart.notes)} notes and holds)")
    return 0
