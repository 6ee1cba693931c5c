"""Talking in a terminal: by hand, or from a script."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import UserError
from game.cli import FINDING, Misuse, emit, existing, profile_folder
from game.commands.talk_script import MAX_LINE, Script
from game.profile import Profile
from game.roleplay import authoring, clock, directing, jobs_of, reading
from game.roleplay.cast_events import BotAuthored
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.talk import regenerate, say
from game.roleplay.voices import chosen_voice

_ASKED = "/help /close /skip WORDS /again /left to leave"


def talk(args: argparse.Namespace) -> int:
    """Run a script, or talk until the player leaves; the exit code."""
    with desk_of(profile_folder(args)) as desk:
        if args.script:
            return _run_script(desk, args.script, args.json)
        return _converse(desk, args.bot or "", args.json)


@contextmanager
def desk_of(folder: Path) -> Iterator[Desk]:
    """The desk of the profile in ``folder``; what is under way is finished before it closes."""
    with Profile.open(folder) as profile:
        desk = Desk(
            profile.own_log,
            chosen_voice(folder),
            config=TalkConfig.model_validate(profile.settings.talk.model_dump()),
            snapshots=profile.snapshots,
            exports=folder / "exports",
        )
        try:
            yield desk
            desk.settle()
        finally:
            desk.close()


# -- scripts ---------------------------------------------------------------------------------------------------------


def _run_script(desk: Desk, file: str, as_json: bool) -> int:
    script = Script(desk)
    failed = False
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        result = script.run_line(line, number)
        failed = failed or "error" in result
        if as_json:
            emit(result)
        else:
            _tell(result)
    return FINDING if failed else 0


def _lines(file: str) -> Iterator[str]:
    if file == "-":
        yield from sys.stdin
        return
    with existing(file).open(encoding="utf-8", errors="replace") as lines:
        while line := lines.readline(MAX_LINE):
            yield line


def _tell(result: dict[str, Any]) -> None:
    if "error" in result:
        print(f"line {result['line']}: {result['error']}")
    for turn in result.get("said", ()):
        print(f"{turn['name']}: {turn['text']}\n")
    for line in result.get("lines", ()):
        print(line)


# -- by hand ---------------------------------------------------------------------------------------------------------


class _Printer:
    """Prints a reply as it comes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def speaking(self, who: str, turn: int) -> None:
        print(f"\n{jobs_of.name_of(self._desk.log, who)}: ", end="", flush=True)

    def text(self, piece: str) -> None:
        print(piece, end="", flush=True)

    def committed(self) -> None:
        """Nothing to redraw in a terminal."""


def _converse(desk: Desk, wanted: str, as_json: bool) -> int:
    if as_json:
        raise Misuse("talk: --json goes with --script")
    host = _host(desk, wanted)
    chat = reading.chat(desk.log, host)
    print(f"[{desk.voice.name}. {_ASKED}]")
    for turn in reading.last_turns(desk.log, host, 6):
        print(f"\n{jobs_of.name_of(desk.log, turn.speaker)}: {turn.text}")
    if chat.begun:
        print(f"\n[{clock.friendly(chat.clock_us, chat.day_one_us)}]")
    while (line := _asked("\n> ")) is not None:
        if line.strip() == "/left":
            break
        try:
            _step(desk, host, line)
        except UserError as error:
            print(f"\n[{error}]")
    return 0


def _asked(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        print()
        return None


def _host(desk: Desk, wanted: str) -> str:
    rows = reading.chat_rows(desk.log)
    for row in rows:
        if wanted.casefold() in (row.bot.id.casefold(), row.bot.name.casefold()):
            return row.bot.id
    if wanted:
        there = ", ".join(row.bot.name for row in rows) or "nobody yet"
        raise UserError(f"there is no character {wanted!r}; there are: {there}")
    if rows:
        return rows[0].bot.id
    if not sys.stdin.isatty():
        raise UserError("there is no character yet; make one in the game, or with --script")
    print("There is no character yet. Who is it?")
    name = _asked("Name: ") or ""
    persona = _asked("Who are they? ") or ""
    kickoff = _asked("How do you meet? ") or ""
    return authoring.author(desk, BotAuthored(name, persona=persona, kickoff=kickoff))


def _step(desk: Desk, host: str, line: str) -> None:
    words, _, rest = line.strip().partition(" ")
    printer, stop = _Printer(desk), threading.Event()
    if words == "/help":
        print(f"[{_ASKED}; an empty line lets them go on]")
    elif words == "/close":
        directing.close_scene(desk, host)
        print("[the scene is closed]")
    elif words == "/skip":
        directing.skip(desk, host, rest or "a while later")
        chat = reading.chat(desk.log, host)
        print(f"[{clock.friendly(chat.clock_us, chat.day_one_us)}]")
    else:
        try:
            said = regenerate(desk, host, printer, stop) if words == "/again" else say(desk, host, line, printer, stop)
        except KeyboardInterrupt:
            stop.set()
            return
        print()
        for problem in (said.problem, said.cut):
            if problem:
                print(f"[{problem}]")
