"""Whether a reply says again what was just said, or goes round in circles: it is asked for once more then.

Measured in shingles, runs of three words: a share of them that a reply has in common with one earlier line is an
echo; a gesture that comes back, or a word of the other's that is taken up, is not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from game.roleplay.view import SpeakerView

ECHO_SHARE = 0.5
"""From this share of shingles on that were said in one earlier line, a reply is an echo."""

LEAST_WORDS = 8
"""Shorter replies are echoes only where they are the same to the word, and of three words at least."""

LOOP_SHARE = 0.4
"""From this share of repeated shingles on, a reply goes round in circles."""

LOOP_WORDS = 20
"""Replies shorter than this have room for a refrain but not for a loop, unless a sentence comes three times."""

LOOKS_BACK = 6
"""How many of the bot's own last lines a reply is laid beside."""

_SHINGLE = 3
_SHOWN = 60


def is_echo(text: str, recent: Iterable[str]) -> str:
    """Why ``text`` should be said anew, as a note to the model; empty when it is fine.

    ``recent`` are the lines it is laid beside: see :func:`lines_beside`.
    """
    words = _words(text)
    if _goes_round(text, words):
        return "The last try repeated its own sentences. Write the turn again, saying each thing once."
    said = _shingles(words)
    for line in recent:
        earlier = _words(line)
        share = len(said & _shingles(earlier)) / max(1, len(said))
        if said and (words == earlier or (len(words) >= LEAST_WORDS and share >= ECHO_SHARE)):
            return (
                f"The last try said again what was already said (“{_short(line)}”)."
                " Write the turn anew: other words, and something that moves the scene on."
            )
    return ""


def lines_beside(view: SpeakerView) -> list[str]:
    """The lines a reply to ``view`` must not echo: the speaker's own last ones and the last one of anyone else."""
    own = [turn.text for turn in view.recent if turn.speaker == view.speaker.id][-LOOKS_BACK:]
    others = [turn.text for turn in view.recent if turn.speaker != view.speaker.id][-1:]
    return own[::-1] + others


def _words(text: str) -> list[str]:
    """The words alone, without case, punctuation and asterisks."""
    return re.findall(r"\w+", re.sub(r"['’]", "", text.casefold()))


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[i:] for i in range(_SHINGLE)), strict=False))


def _goes_round(text: str, words: list[str]) -> bool:
    sentences = Counter(
        tuple(found) for part in re.split(r"[.!?…\n*]+", text) if len(found := _words(part)) >= _SHINGLE
    )
    if any(count >= 3 for count in sentences.values()):
        return True
    if len(words) < LOOP_WORDS:
        return False
    every = len(words) - _SHINGLE + 1
    return (every - len(_shingles(words))) >= LOOP_SHARE * every


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN].rsplit(" ", 1)[0] + " …"
