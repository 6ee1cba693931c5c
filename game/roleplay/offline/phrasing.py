"""A line as this character would put it: how it begins, whether it trails off, contracts, exclaims."""

from __future__ import annotations

import re

from game.roleplay.offline.choosing import Chooser
from game.roleplay.offline.manner import Manner
from game.roleplay.offline.text import plain, sentences
from game.roleplay.offline.words.tones import OPENERS

_FULL = (
    (r"\bI'm\b", "I am"),
    (r"\bI've\b", "I have"),
    (r"\bI'll\b", "I will"),
    (r"\bI'd\b", "I would"),
    (r"\byou're\b", "you are"),
    (r"\bYou're\b", "You are"),
    (r"\byou've\b", "you have"),
    (r"\byou'll\b", "you will"),
    (r"\byou'd\b", "you would"),
    (r"\b([Dd])on't\b", r"\1o not"),
    (r"\b([Cc])an't\b", r"\1annot"),
    (r"\b([Ww])on't\b", r"\1ill not"),
    (r"\b([DdCcWw]id|[Cc]ould|[Ww]ould|[Dd]oes|[Ii]s|[Ww]as|[Aa]re|[Hh]as|[Hh]ave)n't\b", r"\1 not"),
    (r"\b([Ii])t's\b", r"\1t is"),
    (r"\b([Tt])hat's\b", r"\1hat is"),
    (r"\b([Tt])here's\b", r"\1here is"),
    (r"\b([Ww])e're\b", r"\1e are"),
)
_BEGUN = re.compile(
    r"^(?:oh|well|hey|hm|mm|ah|look|no|yes|hello|hi|all right|wait|fine|good|right|um|sorry|"
    r"come on)\b",
    re.IGNORECASE,
)


def phrased(line: str, manner: Manner, chooser: Chooser, *, light: bool = True) -> str:
    """``line`` in the character's manner; what it says stays.  Only what is ``light`` is exclaimed or led up to."""
    if not line:
        return line
    if light:
        line = _opened(line, manner, chooser)
    if manner.formal:
        for cue, full in _FULL:
            line = re.sub(cue, full, line)
    if manner.trails and chooser.perhaps(0.35):
        line = re.sub(r"(?<!\.)\. (?=[A-Z])", "... ", line, count=1)
    if light and manner.exclaims and chooser.perhaps(0.45) and line.endswith(".") and not line.endswith("..."):
        line = f"{line[:-1]}!"
    return line.lower() if manner.lower else line


def _opened(line: str, manner: Manner, chooser: Chooser) -> str:
    """With a word of the character's before it, now and then, and never the same twice running."""
    options = [*manner.openers, *manner.openers, *(opener for tone in manner.tones[:2] for opener in OPENERS[tone])]
    fresh = [opener for opener in options if not any(plain(one) in chooser.used for one in sentences(opener))]
    if not fresh or _BEGUN.match(line) or not chooser.perhaps(0.3):
        return line
    opener = chooser.keep(chooser.chance.choice(fresh))
    if opener.endswith(","):
        first = line.split(" ", 1)[0]
        keeps = first.rstrip(",.") in ("I", "I'm", "I've", "I'll", "I'd") or first.isupper()
        known = chooser.slots.get("name", "") == first.strip(",.!?")
        return f"{opener} {line if keeps or known else line[0].lower() + line[1:]}"
    return f"{opener} {line}"
