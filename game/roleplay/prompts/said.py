"""A turn as a model is shown it: without what is out of character, and marked where it was cut off."""

from __future__ import annotations

import re
from functools import lru_cache

from game.roleplay.prompts.trim import CUT_OFF
from game.roleplay.state import Turn


@lru_cache(maxsize=16)
def _ooc(marks: tuple[str, str]) -> re.Pattern[str]:
    begin, end = map(re.escape, marks)
    return re.compile(rf"{begin}.*?(?:{end}|\Z)", re.DOTALL)


def in_character(text: str, marks: tuple[str, str]) -> str:
    """``text`` without what stands between the out-of-character marks; marks that never close reach to the end."""
    if not marks[0] or not marks[1] or marks[0] not in text:
        return text.strip()
    lines = _ooc(marks).sub("", text).splitlines()
    kept = (" ".join(line.split(" ")).rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" {2,}", " ", "\n".join(kept))).strip()


def said(turn: Turn, marks: tuple[str, str]) -> str:
    """What of a turn happens in the story; empty for one that is out of character altogether."""
    text = turn.text
    for sort, words in turn.said.segments:
        # A person may have marked it in words alone ("OOC: ..."), which the turn's parsing knows.
        if sort == "ooc" and words.strip():
            text = text.replace(words.strip(), "")
    text = in_character(text, marks)
    return text + CUT_OFF if text and turn.said.truncated else text
