"""Questions about the world: what they ask about, and what the speaker knows of it.

A question whose answer nobody wrote down is not answered beside the point: the speaker says what they do know of the
names and things that were asked about, or that they do not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.offline.hearing import Act
from game.roleplay.offline.knowing import Known, best_of
from game.roleplay.offline.text import STOP, content, stem, stems, straight, turned, word_set

_OF_THE_WORLD = word_set("q_what q_who q_where q_when q_how q_why q_any q_bare")
_NEEDS_TOPIC = word_set("q_any q_bare")
"""Without a name or a thing in it such a question may be about anything, a feeling or a plea."""
_OF_SPEAKER = re.compile(r"\b(?:do|did|are|were|was|would|could|can|will|should|have|had)(?:n't)? you\b", re.IGNORECASE)
_KNOW = re.compile(
    r"\bdo(?:n't)? you know (?!me\b|how i\b|what i\b)|\b(?:have|had) you (?:ever )?heard (?:of|about)\b|"
    r"\bwhat (?:do you know|have you heard) (?:about|of)\b",
    re.IGNORECASE,
)
_BEING = re.compile(
    r"^(?:who|what|where|which|how \w+)(?:'s| is| are| was| were) (?:in |on |under |behind |inside )?(?P<x>.+)$",
    re.IGNORECASE,
)
_LED = re.compile(r"^(?:(?:and|so|but|well|hey|oh|tell me|say),? )+", re.IGNORECASE)
_CALLED = re.compile(r"^[A-Z][\w'-]+(?: [A-Z][\w'-]+)?, ")
_NAME = re.compile(r"(?:\bthe )?\b[A-Z][\w'-]+(?: (?:of the |of )?[A-Z][\w'-]+)*")
_THING = re.compile(r"\b(?P<det>the|my|your|our|his|her|their|these|those)\s+(?P<n>[a-z][\w' -]*)", re.IGNORECASE)
_STARTS = word_set("the a an my your our his her their these those")
_TAIL = re.compile(r"(?: (?:now|today|tonight|anyway|again|here|there|really|then|about|for|from|to))+$", re.IGNORECASE)
_NOT_NAMES = word_set(
    "who what where when why how which whose is are was were do does did has have had can could will would should "
    "may might isn't aren't don't doesn't didn't i i'm i've i'd i'll tell monday tuesday wednesday thursday friday "
    "saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays january february march april june "
    "july august september october november december christmas easter"
)
_DESCRIBING = word_set(
    "old new young little small big great last first next second other same whole good bad best worst poor dear late "
    "early long short high low dark white black red blue green grey silver golden strange broken front back left right"
)
MOST_WORDS = 6
"""A longer thing asked about is not taken up word by word."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about: ``topic`` as the speaker takes it up (empty where it has no name), the words to look for."""

    topic: str
    names: frozenset[str]
    about: frozenset[str]

    @property
    def of_own(self) -> bool:
        """Whether it is something of the speaker's."""
        return self.topic.startswith("my ")


def question_of(act: Act, about: frozenset[str]) -> Question | None:
    """The question about the world that an act is; None where it is none, or one about the speaker."""
    sentence = _LED.sub("", straight(act.sentence)).strip(" ?!.")
    sentence = _CALLED.sub("", sentence)
    knows = _KNOW.search(sentence)
    if not knows and (act.sort not in _OF_THE_WORLD or _OF_SPEAKER.search(sentence)):
        return None
    names = _names(sentence)
    topic = _topic(sentence, names)
    asked = frozenset(stem(word) for word in content(" ".join(names))), about - _ASKING
    if not topic and (act.sort in _NEEDS_TOPIC or not asked[1]):
        return None
    if topic.startswith("my ") and act.sort in _NEEDS_TOPIC:
        return None
    return Question(topic, *asked)


def known_of(question: Question, options: list[Known]) -> list[Known]:
    """What is known of what is asked about, the nearest first: of the names in it where there are any."""
    wanted = question.names or stems(question.topic) - _ASKING or question.about
    found = best_of(options, question.about | wanted)
    return [one for one in found if one.about & wanted]


def asked_word(act: Act) -> str:
    """The words that ask: who, where, when, why, how, how many; empty for others."""
    asks = r"(?:who|where|when|why|how(?: (?:many|much|far|long|often|soon|big|tall|deep))?)\b"
    found = re.match(asks, _LED.sub("", act.sentence), re.IGNORECASE)
    return found.group().lower() if found else ""


def _names(sentence: str) -> list[str]:
    begun = re.match(r"[A-Z][\w'-]+(?! (?:is|was|has|had|will|can|did)\b)", sentence)
    found = (one.group() for one in _NAME.finditer(sentence, begun.end() if begun else 0))
    bare = (" ".join(word for word in one.split() if word.lower() not in _NOT_NAMES) for one in found)
    return [re.sub(r"'s$", "", one) for one in bare if one not in ("", "the")]


def _topic(sentence: str, names: list[str]) -> str:
    """What is asked about, as the speaker names it: ``the capital of France``, ``your ring``, ``Ivo``."""
    being = _BEING.match(sentence)
    whole = _TAIL.sub("", being.group("x")) if being else ""
    first = whole.split(" ", 1)[0]
    if whole and len(whole.split()) <= MOST_WORDS and (first.lower() in _STARTS or whole in names):
        return re.sub(r"^the names? of (?=my )", "", turned(whole))
    if names:
        return names[0]
    for found in _THING.finditer(sentence):
        kept: list[str] = []
        for word in found.group("n").split():
            if word.lower() in STOP - _DESCRIBING:
                break
            kept.append(word)
            if word.lower() not in _DESCRIBING:
                return turned(f"{found.group('det').lower()} {' '.join(kept)}")
    return ""


_ASKING = frozenset(
    stem(word)
    for word in word_set(
        "name names called call kind know known heard hear happen happened happens old far many much long often "
        "anybody anyone someone somebody people person live living today tonight tomorrow"
    )
)
"""What asks, and is not asked about."""
