"""A turn as a model is shown it: without what is out of character, and marked where it was cut off."""

from __future__ import annotations

from game.roleplay.prompts.trim import CUT_OFF
from game.roleplay.prose import without_ooc
from game.roleplay.state import Turn


def said(turn: Turn, marks: tuple[str, str]) -> str:
    """What of a turn happens in the story; empty for one that is out of character altogether."""
    text = without_ooc(turn.text, marks)
    for sort, words in turn.said.segments:
        # A person may have said so in words alone ("OOC: ..."), which the turn's parsing knows.
        if sort == "ooc" and words.strip():
            text = text.replace(words.strip(), "", 1)
    text = text.strip()
    return text + CUT_OFF if text and turn.said.truncated else text
