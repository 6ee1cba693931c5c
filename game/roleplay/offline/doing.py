"""What someone does now, read from the action they wrote (004 6.5)."""

from __future__ import annotations

import re
from typing import Literal

from game.roleplay.jobs import Doing
from game.roleplay.offline.text import base_form, bounded, ing_form, shortened, straight
from game.roleplay.offline.words import doings
from game.roleplay.state import Activity

_CLAUSE = re.compile(r"[.;!?\n]+|,?\s+(?:and then|then|und dann)\s+|,\s+|\s+(?:and|und)\s+(?=[a-zäöü])")
_WHERE = re.compile(
    r"\b(?:on|in|at|into|onto|against|by|behind|beside|under|over|near|next to|across from|auf|an|in|neben|hinter)\s+"
    r"((?:the|a|an|her|his|their|my|your|das|die|den|dem|der|eine[mnr]?|ein)\s+(?!nearest|edge of)[\w'-]+(?:\s+(?:seat|"
    r"chair|counter|bench|table|stool|bed|side|edge|wall|window|floor|couch|sofa|step|steps|rail|door|desk))?)",
    re.IGNORECASE,
)
_WORD = (
    r"(?!(?:and|with|from|to|in|on|at|by|then|for|into|onto|out|off|while|as|over|down|away|aside|up|back|under|und|mit|"
    r"that|before|after|of|until|but|or|without|across|ab)\b)[\w'-]+"
)
_THING = (
    r"((?:the|a|an|her|his|their|my|some|two|another|one of the|ein|eine|einen|das|die|den)\s+"
    rf"{_WORD}(?:\s+{_WORD}){{0,2}}(?:\s+of\s+[\w'-]+)?)"
)
_TAKES = re.compile(
    r"\b(?:picks? up|takes?|grabs?|holds?|holding|carr(?:y|ies|ying)|fetch(?:es)?|clutch(?:es|ing)?|cradl(?:es?|ing)|"
    rf"pours?|lifts?|nimmt|nehme|greif\w*|h[aä]lt|halte)\s+(?:up\s+|out\s+)?{_THING}",
    re.IGNORECASE,
)
_WITH = re.compile(rf"\b(?:with|mit)\s+{_THING}", re.IGNORECASE)
_DROPS = re.compile(
    rf"\b(?:puts?|sets?|lays?|places?|stell\w*|leg\w*)\s+(?:(?:down|away|aside)\s+{_THING}|"
    rf"{_THING}\s+(?:down|away|aside|on|ab))|"
    rf"\b(?:drops?|throws?|hands?|gives?|passes)\s+(?:(?:you|her|him|them|over|(?-i:[A-Z]\w+))\s+)?{_THING}",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(r"\bpicks? (?:it|them) (?:back )?up\b", re.IGNORECASE)
_SEES = re.compile(
    r"\b(?:look(?:s|ing)?|star(?:es?|ing)|gaz(?:es?|ing)|watch(?:es|ing)?|eyes? (?:fixed|glued|locked)|"
    r"focus(?:es|ed)?|schau\w*|blick\w*)\s+(?:(?:out of|out at|up at|down at|back at|over at|into|at|on|through|to|"
    r"over|up|down|auf|aus|zu)\s+)*((?:the|a|an|her|his|their|my|your|das|die|den|dem)\s+[\w'-]+|you|him|her|them|"
    r"dich)\b",
    re.IGNORECASE,
)
_BRIEFLY = re.compile(
    r"\b(?:for a (?:moment|second)|for half a second|briefly|then back|once|first time|up and down)\b"
)


def doing_of(who: str, action: str, names: tuple[str, ...], before: Activity) -> Doing | None:
    """What the action written for ``who`` changes about what they do; None when it is over as soon as it is done.

    ``names`` are what the actor may be called in their own prose; ``before`` what they did until now.
    """
    text = straight(bounded(action)).strip()
    if not text:
        return None
    low = text.lower()
    posture = next((name for name, cue in doings.POSTURES if re.search(cue, low)), None)
    where = _WHERE.search(text) if posture else None
    holding = _holding(text, before.holding)
    status = {name: value for name, value, cue in doings.STATUS if re.search(cue, low)}
    verb = _verb(text, names, posture, where.group(0) if where else "", before)
    root = (verb or "").split(" ", 1)[0]
    attention = _attention(root, text)
    if not (posture or holding is not None or attention or status or verb):
        return None
    return Doing(
        who=who,
        verb=shortened(verb, 120) if verb else None,
        interruptible=None if not verb else root not in doings.HIGH,
        required_attention=None if not verb else _needs(root),
        expected_duration=None if not verb else _lasts_for(root),
        posture=posture if posture else "sitting" if root == "driving" else None,
        slot=_bare(where.group(1)) if where else None,
        holding=holding,
        attention=attention,
        status={**before.status, **status} if status else None,
    )


def _needs(root: str) -> Literal["low", "medium", "high"]:
    return "high" if root in doings.HIGH else "medium" if root in doings.MEDIUM else "low"


def _lasts_for(root: str) -> str:
    return next((words for roots, words in doings.LENGTH if root in roots), "a moment")


def _attention(root: str, text: str) -> str | None:
    """Where somebody's eyes stay; a glance is no attention."""
    if root == "driving":
        return "the road"
    seen = None if _BRIEFLY.search(text.lower()) else _SEES.search(text)
    thing = seen.group(1).lower().replace("your ", "").strip() if seen else ""
    return thing if thing and thing.split()[-1] not in doings.NO_THING else None


def _bare(where: str) -> str:
    return re.sub(r"^(?:the|a|an|my|your|das|die|den|dem|der|einem|einer|ein)\s+", "", where.lower())


def _holding(text: str, before: tuple[str, ...]) -> list[str] | None:
    """What is held after the action; None where it is what was held before."""
    held = list(before)
    gone = [next(part for part in found.groups() if part) for found in _DROPS.finditer(text) if any(found.groups())]
    dropped = [] if _TAKEN_BACK.search(text) else gone
    taken = [found.group(1) for found in (*_TAKES.finditer(text), *_WITH.finditer(text))]
    taken = [thing for thing in taken if thing.lower().split()[-1] not in doings.NO_THING]
    for thing in dropped:
        head = thing.lower().split()[-1]
        held = [one for one in held if head not in one.lower().split()]
        taken = [one for one in taken if one.lower().split()[-1] != head]
    for thing in taken:
        head = thing.lower().split()[-1]
        if all(head not in one.lower().split() for one in held):
            held.append(thing.lower())
    return held[-8:] if tuple(held[-8:]) != before else None


def _verb(text: str, names: tuple[str, ...], posture: str | None, where: str, before: Activity) -> str:
    """The last thing done that lasts, in its -ing form: ``reading by the window``."""
    found = ""
    passed = {"i", "i'm", "am", "is", "she", "he", "they", "ich", *names, *doings.ADVERBS}
    for clause in _CLAUSE.split(text)[:200]:
        words = clause.split()
        goes_on = False
        while words and words[0].lower().strip(",") in passed:
            goes_on = words.pop(0).lower() in ("is", "am", "i'm") or goes_on
        if len(words) > 1 and base_form(words[0].lower()) in doings.BEGINS and words[1].endswith("ing"):
            words.pop(0)
            goes_on = True
        if words and words[0].isalpha() and words[0].islower() and len(words) <= 14 and _lasts(words, goes_on):
            found = " ".join([ing_form(words[0]), *words[1:]])
    if found:
        return found
    stays = bool(before.verb) and (posture == "leaning" or not where)
    return "" if not posture or posture == before.posture or stays else f"{posture} {where}".strip()


def _lasts(words: list[str], goes_on: bool) -> bool:
    """Whether a clause tells of something one is busy with for a while."""
    verb, rest = words[0], " ".join(words[1:])
    if goes_on and verb.endswith("ing") and verb not in ("being", "going", "looking", "getting", "coming"):
        return True
    options = {base_form(verb), verb}
    if verb.endswith("ing"):
        bare = verb[:-3]
        options |= {bare, f"{bare}e", bare[:-1] if bare[-1:] == bare[-2:-1] else bare}
    if verb.endswith(("t", "e")):
        options.add(verb[:-1])
    if options & doings.LASTING:
        return not rest.startswith("what ")
    return any(verb_base in options and re.match(cue, rest) for verb_base, cue in doings.LASTING_WITH)
