"""The bot speaks for itself alone: stop strings for the server, and our own cutting of what comes (004, issue rules).

Servers keep to stop strings as they please, and to four at most; models write ``**Ana:**``, ``Ana (quietly):`` or put
their own name before their line.  So what comes is read line by line here, and nothing is shown of which it is not
clear yet that it may stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PLAYER_LABELS = ("You", "User")
"""How models call the player where they do not use the name."""

STOP_MARKS = ("<|im_end|>", "<|im_start|>", "<|eot_id|>", "</s>", "[INST]", "[/INST]")
"""Marks of chat templates that badly set up servers let through as text."""

CUT_OFF = "— [cut off]"
"""How a turn that was stopped is shown to the model; it is taken away again where a model says it after us."""

_BEFORE = r"[ \t]*(?:[>#-][ \t]*)?[*_\[(]*"
_AFTER = r"[*_\])]*[ \t]*(?:\([^)\n]{0,40}\)[*_\])]*[ \t]*)?"
_HALF_AFTER = r"[*_\])]*[ \t]*(?:\([^)\n]{0,40}(?:\)[*_\])]*[ \t]*)?)?"
_TAIL = re.compile(r"[\s*_]*\Z")


def stop_strings(speaker: str, names: Iterable[str]) -> tuple[str, ...]:
    """Where a model's answer for ``speaker`` ends: at a line that begins with the name of anyone else of ``names``.

    The names come first, as many servers take four stop strings at most.
    """
    return tuple(f"\n{name}:" for name in _others(speaker, names, short=False))


def trim_to_speaker(text: str, speaker: str, names: Iterable[str]) -> str:
    """What of a model's ``text`` the bot itself says.

    Everything from a line on that begins with another's name is cut, the bot's own name before a line is taken away,
    and an action whose asterisk is missing at the end is closed.  The result may be empty.
    """
    own = OwnLine(speaker, names)
    return own.feed(text) + own.finish()


class OwnLine:
    """The same while the text still arrives: :meth:`feed` gives back what may be shown for good.

    ``ended`` says that the rest is somebody else's: there is nothing to wait for.
    """

    def __init__(self, speaker: str, names: Iterable[str]) -> None:
        self._names = _others(speaker, names)
        self._own = _labels([speaker, *_first_word(speaker, ())])
        self._theirs = _labels(self._names)
        self._all = [name.casefold() for name in (*self._names, speaker, *_first_word(speaker, ()))]
        self._held = ""
        """Not decided yet: what may still become a label."""
        self._tail = ""
        """Decided, but at the very end it would be cut: white space and asterisks."""
        self._paragraph = ""
        """What has been shown of the last paragraph."""
        self._line_begins = True
        self._begun = False
        self.ended = False

    def feed(self, piece: str) -> str:
        """What may be shown now that ``piece`` has come."""
        if self.ended:
            return ""
        self._held += piece
        return self._show(self._decided(last=False))

    def finish(self) -> str:
        """What is still to be shown, now that nothing more comes."""
        rest = "" if self.ended else self._decided(last=True)
        text = (self._tail + rest).rstrip().removesuffix(CUT_OFF).rstrip()
        if not self._begun:
            text = text.lstrip()
        self._held, self._tail, self.ended = "", "", True
        return _closed(self._paragraph, text)

    def _decided(self, last: bool) -> str:
        """Take from what is held all of which it is clear that it is the bot's own line."""
        ready: list[str] = []
        while self._held and not self.ended:
            if self._line_begins and not self._is_ours(last):
                break
            line, newline, self._held = self._held.partition("\n")
            ready.append(line + newline)
            self._line_begins = bool(newline)
        return "".join(ready)

    def _is_ours(self, last: bool) -> bool:
        """Whether the line that begins what is held can be let go; takes the bot's own name from it."""
        line, newline, _ = self._held.partition("\n")
        whole = bool(newline) or last
        if self._theirs.match(line) or (last and self._is_name(line)):
            self._held, self.ended = "", True
            return False
        if own := self._own.match(line):
            if not whole and own.end() == len(line):
                return False  # asterisks of the label may follow
            self._held = self._held[own.end() :]
            return True
        return whole or not self._may_become_label(line)

    def _may_become_label(self, line: str) -> bool:
        rest = re.sub(rf"\A{_BEFORE}", "", line).casefold()
        return any(
            name.startswith(rest)
            or (rest.startswith(name) and re.fullmatch(_HALF_AFTER, rest[len(name) :]) is not None)
            for name in self._all
        )

    def _is_name(self, line: str) -> bool:
        """A name alone at the very end is a label that was broken off."""
        return line.strip(" \t*_[]()>#-").casefold() in [name.casefold() for name in self._names]

    def _show(self, text: str) -> str:
        text = self._tail + text
        if not self._begun:
            text = text.lstrip()
        found = _TAIL.search(text)
        at = found.start() if found else len(text)
        marked = text.rfind(CUT_OFF[0])  # what may become the mark of a turn that was cut off
        if marked >= 0 and CUT_OFF.startswith(text[marked:].rstrip()):
            at = min(at, marked)
        shown, self._tail = text[:at], text[at:]
        self._begun = self._begun or bool(shown)
        self._paragraph = (self._paragraph + shown).rpartition("\n\n")[2]
        return shown


def _others(speaker: str, names: Iterable[str], short: bool = True) -> list[str]:
    """The names under which anyone but the speaker may speak; long ones also by their first word."""
    wanted: dict[str, str] = {}
    own = {speaker.casefold(), *(word.casefold() for word in speaker.split())}
    for name in (*names, *PLAYER_LABELS):
        if name.strip() and name.casefold() not in own:
            wanted.setdefault(name.casefold(), name.strip())
            for word in _first_word(name, own) if short else ():
                wanted.setdefault(word.casefold(), word)
    return list(wanted.values())


def _first_word(name: str, own: Iterable[str]) -> list[str]:
    words = name.split()
    return [words[0]] if len(words) > 1 and len(words[0]) > 2 and words[0].casefold() not in own else []


def _labels(names: Iterable[str]) -> re.Pattern[str]:
    """A line's beginning that says that one of ``names`` speaks."""
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"{_BEFORE}(?:{either}){_AFTER}:[*_]*[ \t]*", re.IGNORECASE)


def _closed(before: str, text: str) -> str:
    """``text``, which follows ``before``, with its last action closed and without marks that open nothing."""
    paragraph = (before + text).rpartition("\n\n")[2]
    bare = re.sub(r"(?:\A|(?<=\s))[*_]+\Z", "", paragraph)
    if bare != paragraph:
        text = text[: len(text) - len(paragraph) + len(bare)].rstrip()
    marks: list[str] = re.findall(r"\*+", bare)
    bold = sum(mark.startswith("**") for mark in marks) % 2
    italic = sum(len(mark) in (1, 3) for mark in marks) % 2
    return text + "*" * italic + "**" * bold
