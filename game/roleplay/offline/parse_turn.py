"""Turns taken apart: who is meant, what is said, what is done."""

from __future__ import annotations

import re

from game.roleplay.jobs import ParsedTurn, ParseTurn, Present
from game.roleplay.offline.doing import doing_of
from game.roleplay.offline.segments import bounded_segments, split_turn
from game.roleplay.offline.text import bounded, straight

_BOTH = re.compile(
    r"\b(?:you two|you both|both of you|the two of you|you guys|you all|y'all|everyone|everybody|ladies|gentlemen|"
    r"ihr beiden?|ihr zwei|euch beiden?)\b",
    re.IGNORECASE,
)


def parse_turn(job: ParseTurn) -> ParsedTurn:
    """See :class:`~game.roleplay.jobs.ParseTurn`."""
    pieces = split_turn(job.text, job.ooc)
    done = ". ".join(part for sort, part in pieces if sort == "action")
    own = (job.speaker.name.lower(), first_name(job.speaker.name).lower())
    return ParsedTurn.model_construct(
        segments=bounded_segments(pieces, job.text),
        addressee=addressee(pieces, job.others),
        doing=doing_of(job.speaker.id, done, own, job.speaker.activity),
    )


def first_name(name: str) -> str:
    """The part of a name that people call out."""
    parts = [
        part for part in name.split() if part.lower().strip(".") not in ("dr", "mr", "mrs", "ms", "the", "miss", "sir")
    ]
    return parts[0] if parts else name


def addressee(pieces: list[tuple[str, str]], others: tuple[Present, ...]) -> str:
    """Whom a turn is meant for: an id, empty for nobody in particular or for all."""
    others = tuple(one for one in others if one.name.strip())
    if len(others) == 1:
        return others[0].id
    said = straight(bounded(" ".join(part for sort, part in pieces if sort == "dialogue")))
    done = straight(bounded(" ".join(part for sort, part in pieces if sort == "action")))
    if _BOTH.search(said):
        return ""
    scores = {one.id: _called(one.name, said) * 4 + _faced(one.name, done) * 3 for one in others}
    spoken_of = [one.id for one in others if _named(one.name, said) and not scores[one.id]]
    if not any(scores.values()) and len(spoken_of) == 1 and len(others) == 2:
        return _only_named(spoken_of[0], said, others)
    best = max(scores.values(), default=0)
    leaders = [who for who, score in scores.items() if score == best and best]
    return leaders[0] if len(leaders) == 1 else ""


def _only_named(who: str, said: str, others: tuple[Present, ...]) -> str:
    """Somebody named who is not called: spoken of to the other one, if spoken of with "you" beside it."""
    other = next(one.id for one in others if one.id != who)
    name = next(one.name for one in others if one.id == who)
    verbs = "about|of|for|with|than|like|and|is|does|did|was|has|told|know|think|trust|hates?|loves?"
    about = rf"\b(?:{verbs})\s+{_pattern(name)}"
    return other if re.search(about, said, re.IGNORECASE) else who


def _pattern(name: str) -> str:
    options = sorted({re.escape(name.strip()), re.escape(first_name(name))}, key=len, reverse=True)
    return rf"(?:{'|'.join(options)})(?!\w)"


def _named(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){_pattern(name)}", text, re.IGNORECASE) is not None


def _called(name: str, said: str) -> bool:
    """A name called out: at a sentence's beginning before a comma or mark, or at its end after one."""
    who = _pattern(name)
    greet = (
        r"(?:hey|hi|hello|oh|and you|what about you|so|thanks|thank you|sorry|no|yes|please|well|look|hallo|"
        r"danke)"
    )
    start = rf"(?:^|[.!?…\n\"-]\s*)(?:{greet}\s*,?\s+)?{who}\s*(?:[,!?.…:\"-]|$)"
    end = rf",\s*{who}\s*(?:[.!?…,\"]|$)"
    return re.search(start, said, re.IGNORECASE) is not None or re.search(end, said, re.IGNORECASE) is not None


def _faced(name: str, done: str) -> bool:
    """Somebody turned to, looked at, handed something."""
    verbs = (
        "to|at|towards?|beside|next to|hugs?|hands?|gives?|kiss(?:es)?|offers?|nudges?|touch(?:es)?|faces?|tells?|asks?"
    )
    return re.search(rf"\b(?:{verbs}|an|zu)\s+(?:face\s+|look at\s+)?{_pattern(name)}", done, re.IGNORECASE) is not None
