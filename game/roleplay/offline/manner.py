"""How a character speaks: tones from their traits, rhythm from their voice samples, pronouns from their prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.offline.text import sentences, straight, words
from game.roleplay.offline.words.tones import LENGTH, TRAITS
from game.roleplay.state import Bot

MOST = 4000
"""How many characters of each field are read."""

_TONE_OF = {word: tone for tone, listed in TRAITS.items() for word in listed.split()}
_PRONOUNS = {
    "she": ("she", "her", "her", "herself"),
    "he": ("he", "his", "him", "himself"),
    "they": ("they", "their", "them", "themself"),
}
_OPENING = frozenset(
    [
        "well",
        "look",
        "oh",
        "ah",
        "hm",
        "hmm",
        "mm",
        "listen",
        "right",
        "so",
        "now",
        "hey",
        "honestly",
        "okay",
        "ok",
        "alright",
        "darling",
        "dear",
        "ugh",
        "ha",
        "heh",
        "aye",
        "yeah",
        "yes",
        "no",
        "please",
        "sure",
        "fine",
        "see",
        "anyway",
        "um",
        "er",
        "eh",
        "bah",
        "tsk",
        "love",
        "sweetheart",
        "mate",
        "friend",
        "indeed",
        "naturally",
        "truly",
    ]
)


@dataclass(frozen=True, slots=True)
class Manner:
    """A way of speaking.

    ``length`` runs from -2 (a word at a time) to 2; ``openers`` are how the samples begin sentences; the flags say
    what the samples do: trail off, exclaim, never contract, quote speech, leave capitals out.
    """

    tones: tuple[str, ...]
    length: int
    openers: tuple[str, ...]
    trails: bool
    exclaims: bool
    formal: bool
    quotes: bool
    lower: bool
    they: str
    their: str
    them: str
    them_self: str


def manner_of(bot: Bot) -> Manner:
    """How a character speaks."""
    tones = _tones(bot)
    speech = [spoken(sample[:MOST]) for sample in bot.voice_samples[:6]]
    lines = [line for sample in speech for line in sentences(straight(sample))]
    text = " ".join(speech)
    mean = sum(len(words(line)) for line in lines) / len(lines) if lines else 9.0
    length = sum(LENGTH.get(tone, 0) for tone in tones[:2]) + (-1 if mean <= 5.5 else 1 if mean >= 15 else 0)
    letters = [sign for sign in text if sign.isalpha()]
    plain_forms = len(
        re.findall(
            r"\b(?:i am|i have|i will|do not|does not|cannot|it is|you are|is not|"
            r"would not)\b",
            text,
            re.IGNORECASE,
        )
    )
    they, their, them, them_self = _PRONOUNS[pronoun_of(bot)]
    return Manner(
        tones=tones,
        length=max(-2, min(2, length)),
        openers=_openers(lines),
        trails=bool({"shy", "anxious"} & set(tones[:2]))
        or (bool(lines) and (text.count("...") + text.count("…")) * 4 >= len(lines)),
        exclaims="cheerful" in tones[:2] or (bool(lines) and text.count("!") * 4 >= len(lines)),
        formal=(plain_forms >= 2 and "'" not in straight(text)) or ("formal" in tones[:2] and not lines),
        quotes=sum(sample.count('"') + sample.count("“") for sample in bot.voice_samples) >= 2,
        lower=len(letters) > 40 and not any(sign.isupper() for sign in letters),
        they=they,
        their=their,
        them=them,
        them_self=them_self,
    )


def spoken(sample: str) -> str:
    """What is said in a voice sample, deeds and quotation marks left out."""
    return re.sub(r"\*[^*\n]*\*|[\"“”]", " ", sample).strip()


def _tones(bot: Bot) -> tuple[str, ...]:
    """The tones of the traits in their order; the persona's words fill in where traits say nothing."""
    found: dict[str, None] = {}
    for trait in bot.traits[:24]:
        for word in re.findall(r"[\w-]+", trait.lower()[:120]):
            if word in _TONE_OF and not re.search(r"\b(?:not|never|isn't|hates?|un)\b", trait.lower()):
                found.setdefault(_TONE_OF[word])
    if not found:
        for word in re.findall(r"[\w-]+", bot.persona.lower()[:MOST]):
            if word in _TONE_OF and len(found) < 3:
                found.setdefault(_TONE_OF[word])
    return tuple(found)[:5]


def _openers(lines: list[str]) -> tuple[str, ...]:
    """How the samples' sentences begin, where that is a word or two set apart: "Well,", "Listen."."""
    found: dict[str, int] = {}
    for line in lines:
        begins = line.split()[:1]
        if begins and begins[0][-1] in ",.…!" and begins[0].strip(",.…!").lower() in _OPENING:
            key = begins[0].rstrip("….")
            found[key if key[-1] in ",!" else f"{key}."] = found.get(key, 0) + 1
    return tuple(sorted(found, key=lambda opener: -found[opener]))[:4]


def pronoun_of(bot: Bot) -> str:
    """``she``, ``he`` or ``they``: whichever the character's own prose uses most."""
    prose = " ".join(
        part[:MOST] for part in (bot.persona, bot.backstory, bot.relationship, bot.kickoff, *bot.greetings[:1])
    )
    counts = {
        "she": len(re.findall(r"\b(?:she|her|hers|herself|sie|woman|girl)\b", prose, re.IGNORECASE)),
        "he": len(re.findall(r"\b(?:he|him|his|himself|er|man|boy)\b", prose, re.IGNORECASE)),
    }
    best = max(counts, key=lambda word: counts[word])
    return best if counts[best] and counts["she"] != counts["he"] else "they"
