"""What a server sends, made fit to be shown and kept: whole characters, no thinking aloud, nothing past the end.

* A character may come as two halves of a surrogate pair in two chunks; half a character is held back until its other
  half is there, and becomes U+FFFD if it never comes.
* White space before the first word is left out.
* Some local models think aloud between ``<think>`` and ``</think>`` before they answer; that is left out.
* The reply ends at the first stop string, whether or not the server knows about stop strings.
* The reply ends at a bound, whether or not the server keeps to ``max_tokens``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

_THINK, _THOUGHT = "<think>", "</think>"


class Pieces:
    """Takes text as it comes and gives back what may be shown; ``ended`` says that it must not be fed again."""

    def __init__(self, stop: Sequence[str], max_chars: int) -> None:
        self._stop = tuple(s for s in stop if s)
        self._left = max_chars
        self._held = ""
        self._begun = False
        self._thinking: Literal["perhaps", "yes", "no"] = "perhaps"
        self.ended: Literal["", "stop", "length"] = ""

    def feed(self, text: str) -> str:
        """What may be shown now that ``text`` has come."""
        self._held += text
        half = "\ud800" <= self._held[-1:] <= "\udbff"
        whole, rest = (self._held[:-1], self._held[-1]) if half else (self._held, "")
        return self._give(whole_characters(whole), rest, last=False)

    def finish(self) -> str:
        """What was still held back, now that nothing more comes."""
        if self._thinking == "yes":
            return ""
        self._thinking = "no"
        return self._give(whole_characters(self._held), "", last=True)

    def _give(self, text: str, rest: str, last: bool) -> str:
        if self.ended:
            return ""
        text = self._after_thinking(text)
        if self._thinking != "no":
            self._held = text + rest
            return ""
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        cut = min((at for s in self._stop if (at := text.find(s)) >= 0), default=-1)
        if cut >= 0:
            self.ended, text, self._held = "stop", text[:cut], ""
        else:
            keep = 0 if last else max((_overlap(text, s) for s in self._stop), default=0)
            text, self._held = text[: len(text) - keep], text[len(text) - keep :] + rest
        if len(text) > self._left:
            self.ended, text = "length", text[: self._left]
        self._left -= len(text)
        return text

    def _after_thinking(self, text: str) -> str:
        """``text`` without what was thought aloud; while it is not clear yet, what has to be kept of it."""
        if self._thinking == "perhaps":
            text = text.lstrip()
            if text.startswith(_THINK):
                self._thinking = "yes"
                text = text[len(_THINK) :]
            elif not _THINK.startswith(text):
                self._thinking = "no"
        if self._thinking == "yes":
            at = text.find(_THOUGHT)
            if at < 0:
                return text[1 - len(_THOUGHT) :]
            self._thinking = "no"
            return text[at + len(_THOUGHT) :]
        return text


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of ``stop``."""
    longest = min(len(stop) - 1, len(text))
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)


def whole_characters(text: str) -> str:
    """``text`` with its surrogate pairs joined, lone halves replaced and NULs, which no database keeps, left out."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
