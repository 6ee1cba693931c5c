"""``ourojam talk``: the characters in a terminal, or a conversation from a script."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

HELP = """\
a script has a JSON object a line; "do" names the command, "bot" the character (default: the last one named):
  {"do": "you", "name", "pronouns", "persona"}            who you are
  {"do": "bot", "name", "persona", "traits": [], ...}     make a character; its id comes back
  {"do": "kickoff", "bot", "set": {...}}                  read the kickoff and play it; "set" mends the form,
                                                          "begin": false only shows it
  {"do": "say", "text"}                                   say something and be answered; no text: let them go on
  {"do": "again", "edited"}                               the last reply anew, after rewriting your own last turn
  {"do": "guest", "guest", "met"} / {"do": "guest", "leave": true}
  {"do": "close"}                                         close the scene
  {"do": "skip", "asked", "how", "notable"}               skip time
  {"do": "meanwhile", "with", "met", "about", "turns"}    a scene without you
  {"do": "rewind", "to", "keep_as"} / {"do": "undo"}      go back to just after a turn; "preview": true only looks
  {"do": "branch"} / {"do": "branch", "name", "at"} / {"do": "branch", "switch"}
  {"do": "swipe", "turn"} / {"do": "swipe", "turn", "choose"}   another wording, or step to one (from 0)
  {"do": "edit", "what", "key": [], "field", "value"}     set one field by hand; "what": "turn" rewrites a turn's text
  {"do": "pin", "memory", "pinned"}  {"do": "hide", "turn", "hidden"}  {"do": "keep", "turn"}
  {"do": "delete", "turns": [], "preview"}                cut turns out with what followed from them
  {"do": "reset", "name"}                                 wipe everything the character lived through
  {"do": "thread", "title"} / {"close"}  {"do": "event", "title", "props"} / {"event", "state"}
  {"do": "import", "file"}                                a card, lorebook or chat; a chat to whom it names, or "bot"
  {"do": "export", "what": "card" or "chat", "file", "form"}
  {"do": "prompt", "who"}   {"do": "recall", "text"}   {"do": "search", "text"}   {"do": "dump"}"""


def add(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    parser = commands.add_parser(
        "talk",
        parents=parents,
        help="talk with your characters in the terminal, or run a scripted conversation",
        description="Talk with a character in the terminal; without a name, with the one you last talked to.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bot", nargs="?", help="the character's id or name")
    parser.add_argument(
        "--script", metavar="FILE", help="run a conversation from a file, a JSON command a line; - is stdin"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run a script, or talk until the player leaves."""
    from game.commands.talk_terminal import talk  # a game that is only played does not wait for what talks

    return talk(args)
