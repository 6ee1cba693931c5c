"""How two stand to each other, from the words somebody uses of it: crush, rival, stranger, married."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.jobs import EdgeWords
from game.roleplay.offline.text import sentences, shortened, straight
from game.roleplay.state import within


@dataclass(frozen=True, slots=True)
class Tie:
    """What a word says of how two see each other; ``only`` is true for what one feels and the other need not."""

    cue: str
    affinity: int
    trust: int
    only: bool = False


TIES = (
    Tie(r"married|wife|husband|spouses?|verheiratet|ehe(?:frau|mann)", 85, 82),
    Tie(r"engaged|fianc[ée]e?|verlobt", 85, 80),
    Tie(
        r"girlfriend|boyfriend|dating|lovers?|partners? in life|a couple|been together|are together|"
        r"freund(?:in)? von mir|"
        r"liebespaar",
        82,
        74,
    ),
    Tie(r"best friends?|inseparable|soul ?mates?|beste[rn]? freund\w*", 82, 82),
    Tie(
        r"old friends?|close friends?|childhood friends?|good friends?|known each other (?:for|since)|"
        r"gute freund\w*",
        72,
        70,
    ),
    Tie(r"(?<!not )(?<!girl)(?<!boy)friends?|buddies|pals?|mates?|freund\w*|befreundet", 64, 62),
    Tie(
        r"siblings?|sisters?|brothers?|twins?|mother|father|daughter|son|cousins?|geschwister|schwester|bruder", 68, 66
    ),
    Tie(r"mentors?|teacher|student|pupil|apprentice|lehrer\w*|schüler\w*", 60, 64),
    Tie(r"co-?workers?|colleagues?|work together|worked together|team ?mates?|band ?mates?|kolleg\w*", 56, 54),
    Tie(r"room ?mates?|flat ?mates?|neighbou?rs?|classmates?|mitbewohner\w*|nachbar\w*", 54, 52),
    Tie(r"boss|employer|employee|client|customer|regular|patient|chef(?:in)?|kund\w*", 50, 50),
    Tie(r"acquaintances?|met (?:once|a few times|briefly)|barely know|bekannte?", 48, 44),
    Tie(r"strangers?|never met|don't know each other|just met|first (?:time|meeting)|fremde?", 48, 38),
    Tie(r"ex-(?:wife|husband|girlfriend|boyfriend|lover)|exes|\bex\b|broke up|divorced|geschieden", 44, 40),
    Tie(r"rivals?|compet(?:e|itors?|ing)|konkurrent\w*|rival\w*", 38, 40),
    Tie(r"enem(?:y|ies)|nemesis|feud|sworn to kill|feind\w*", 14, 10),
)
"""What two are to each other, the strongest word first."""

FEELINGS = (
    Tie(
        r"(?:has|have|had|having|harbou?rs?|nurs\w+) (?:a )?(?:secret |huge |big |little |hopeless )*crush on|"
        r"is (?:secretly )?in love with|loves|adores|is smitten|pines? for|verliebt in|liebt",
        80,
        60,
        True,
    ),
    Tie(
        r"likes|is fond of|cares (?:for|about|deeply)|misses|admires|looks up to|is grateful to|mag\b|bewundert",
        68,
        62,
        True,
    ),
    Tie(r"trusts|relies on|would die for|is loyal to|vertraut", 62, 80, True),
    Tie(
        r"envies|is jealous of|is annoyed by|can't stand|dislikes|finds \w+ annoying|neidisch|mag \w+ nicht",
        32,
        44,
        True,
    ),
    Tie(r"hates|despises|loathes|resents|blames|wants revenge|hasst|verachtet", 14, 18, True),
    Tie(
        r"doesn't trust|does not trust|distrusts|is wary of|is suspicious of|fears|is afraid of|misstraut|"
        r"hat angst vor",
        40,
        20,
        True,
    ),
    Tie(r"owes|is indebted to|saved (?:by|her|his|their|my) life|schuldet", 62, 70, True),
    Tie(r"betrayed|lied to|cheated on|abandoned|left \w+ at the altar|hat \w+ (?:verraten|belogen)", 24, 12, True),
)
"""What one feels for the other."""

_TIES = tuple(
    (tie, re.compile(rf"\b(?:{tie.cue})\b" if tie.cue[0] != "(" else rf"(?:{tie.cue})\b", re.IGNORECASE))
    for tie in TIES
)
_FEELINGS = tuple((tie, re.compile(rf"\b(?:{tie.cue})", re.IGNORECASE)) for tie in FEELINGS)
_NO = re.compile(r"\b(?:not|never|no longer|nor|isn't|aren't|nicht|nie|kein\w*)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)

_NOT_QUITE = re.compile(r"\b(?:doesn't|does not) (?:quite|fully|really|entirely|altogether) (\w+)", re.IGNORECASE)
_HALF = re.compile(r"\b(?:half|halfway|barely|hardly|scarcely|almost|halb|kaum|nur halb)\W+(?:\w+\W+)?$", re.IGNORECASE)
HALF_PERCENT = 15
"""So much is left of a feeling somebody has by half."""


def tie_of(text: str) -> Tie | None:
    """What a text says two are to each other; None when it says nothing of it."""
    text = straight(text)[:4000]
    for tie, cue in _TIES:
        if _says(cue, text):
            return tie
    return None


def feelings_of(text: str, owner: tuple[str, ...], target: tuple[str, ...]) -> list[Tie]:
    """What a text says ``owner`` (by any of their names) feels for ``target``."""
    felt: list[Tie] = []
    subject = ""
    for sentence in sentences(straight(text)[:4000]):
        for clause in re.split(r";|,? (?:but|while|and)(?= \w+)", sentence):
            named = _subject(clause, owner, target)
            subject = named or subject
            if subject == "owner":
                told = _NOT_QUITE.sub(r"hardly \1s", clause)
                felt += [_as_told(tie, cue, told) for tie, cue in _FEELINGS if _says(cue, told)]
    return felt


def _as_told(tie: Tie, cue: re.Pattern[str], text: str) -> Tie:
    """A feeling, drawn towards neither (50) where ``text`` says it by half: half trusts, hardly likes."""
    found = cue.search(text)
    if found is None or not _HALF.search(text[max(0, found.start() - 30) : found.start()]):
        return tie
    affinity, trust = (50 + (level - 50) * HALF_PERCENT // 100 for level in (tie.affinity, tie.trust))
    return Tie(tie.cue, affinity, trust, tie.only)


def _says(cue: re.Pattern[str], text: str) -> bool:
    found = cue.search(text)
    return found is not None and not _NO.search(text[max(0, found.start() - 30) : found.start()])


def _subject(clause: str, owner: tuple[str, ...], target: tuple[str, ...]) -> str:
    """Which of the two comes first in a clause."""
    here: list[tuple[int, str]] = []
    for who, names in (("owner", owner), ("target", target)):
        for name in filter(None, names):
            found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", clause, re.IGNORECASE)
            if found:
                here.append((found.start(), who))
    return min(here)[1] if here else ""


def words_for(text: str, summary: str, owner: tuple[str, ...], target: tuple[str, ...]) -> EdgeWords:
    """How ``owner`` stands to ``target`` by that text."""
    tie, felt = tie_of(text), feelings_of(text, owner, target)
    affinity, trust = (tie.affinity, tie.trust) if tie else (50, 50)
    if felt:
        affinity = (affinity + 2 * felt[0].affinity) // 3 if tie else felt[0].affinity
        trust = (trust + 2 * felt[0].trust) // 3 if tie else felt[0].trust
        for more in felt[1:3]:
            affinity, trust = (2 * affinity + more.affinity) // 3, (2 * trust + more.trust) // 3
    return EdgeWords(affinity=within(affinity), trust=within(trust), summary=shortened(summary, 600))
