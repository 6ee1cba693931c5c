"""Talking in a terminal: by hand, or from a script."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Any

from engine.errors import UserError
from game.cli import FINDING, Misuse, emit, existing, profile_folder
from game.commands.talk_script import MAX_LINE, Script
from game.profile import Profile
from game.roleplay import authoring, clock, directing, jobs_of, reading
from game.roleplay.cast_events import BotAuthored
from game.roleplay.desk import Desk, TalkConfig
from game.roleplay.model_voice import ModelVoice
from game.roleplay.prose import clean
from game.roleplay.talk import GUEST_LEFT, catch_up, regenerate, say
from game.roleplay.voices import chosen_voice

_ASKED = "/help /close /skip WORDS /again /left to leave; Ctrl-C stops a reply"


def talk(args: argparse.Namespace) -> int:
    """Run a script, or talk until the player leaves; the exit code."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # what is no text in the terminal's encoding is shown as such
    with desk_of(profile_folder(args)) as desk:
        if args.script:
            return _run_script(desk, args.script, args.json)
        return _converse(desk, args.bot or "", args.json)


@contextmanager
def desk_of(folder: Path) -> Iterator[Desk]:
    """The desk of the profile in ``folder``; what is under way is finished before it closes."""
    with Profile.open(folder) as profile:
        voice = chosen_voice(folder)
        desk = Desk(
            profile.own_log,
            voice,
            config=TalkConfig.model_validate(profile.settings.talk.model_dump()),
            snapshots=profile.snapshots,
            exports=folder / "exports",
        )
        try:
            yield desk
            desk.settle()
        finally:
            if isinstance(voice, ModelVoice):
                voice.close()  # first: what still waits for an answer must not keep the desk open
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
    with nullcontext(sys.stdin) if file == "-" else existing(file).open(encoding="utf-8", errors="replace") as lines:
        while line := lines.readline(MAX_LINE):
            yield line


def _tell(result: dict[str, Any]) -> None:
    if "error" in result:
        _show(f"line {result['line']}: {result['error']}")
    for turn in result.get("said", ()):
        _show(f"{turn['name']}: {turn['text']}\n")
    for line in result.get("lines", ()):
        _show(line)


def _show(text: str, end: str = "\n") -> None:
    """Print what others wrote: nothing of it commands the terminal."""
    print(clean(text), end=end, flush=True)


# -- by hand ---------------------------------------------------------------------------------------------------------


class _Printer:
    """Prints a reply as it comes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def speaking(self, who: str, turn: int) -> None:
        _show(f"\n{jobs_of.name_of(self._desk.log, who)}: ", end="")

    def text(self, piece: str) -> None:
        _show(piece, end="")

    def committed(self) -> None:
        """Nothing to redraw in a terminal."""


def _converse(desk: Desk, wanted: str, as_json: bool) -> int:
    if as_json:
        raise Misuse("talk: --json goes with --script")
    host = _host(desk, wanted)
    chat = reading.chat(desk.log, host)
    print(f"[{desk.voice.name}. {_ASKED}]")
    for turn in reading.last_turns(desk.log, host, 6):
        _show(f"\n{jobs_of.name_of(desk.log, turn.speaker)}: {turn.text}")
    if chat.begun:
        catch_up(desk, host)
        print(f"\n[{clock.friendly(chat.clock_us, chat.day_one_us)}]")
    while (line := _asked("\n> ")) is not None:
        if line.strip() == "/left":
            break
        try:
            _step(desk, host, line)
        except UserError as error:
            _show(f"\n[{error}]")
    if desk.busy:
        print("[what is to be remembered is written down; Ctrl-C leaves it for the next time]", flush=True)
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
        with _stopping(stop):
            said = regenerate(desk, host, printer, stop) if words == "/again" else say(desk, host, line, printer, stop)
        print()
        for problem in (said.problem, said.cut):
            if problem:
                _show(f"[{problem}]")
        if said.question == GUEST_LEFT:
            _ask_whether_gone(desk, host)


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Within, the first Ctrl-C stops the reply, and what came of it is kept (004 16.4); the second leaves."""

    def interrupted(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    former = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _ask_whether_gone(desk: Desk, host: str) -> None:
    """By their own words the guest went: whether that is so is the player's to say (004 7.5)."""
    guest = reading.chat(desk.log, host).guest
    answer = _asked(f"[has {clean(jobs_of.name_of(desk.log, guest))} left? The scene ends with that. y/N] ") or ""
    if answer.strip().casefold() in ("y", "yes"):
        directing.remove_guest(desk, host)
        print("[the scene is closed]")
