"""What an utterance is: greeting or threat, question or confession, gift or slap, and what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.offline.segments import parts
from game.roleplay.offline.text import bounded, sentences, straight, word_set, words
from game.roleplay.offline.words import cues
from game.roleplay.offline.words import cues_german as german
from game.roleplay.offline.words.cues_deeds import ACTIONS
from game.roleplay.state import Turn

MOST_SENTENCES = 40
"""How many sentences of an utterance are read."""

_Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _rules(*groups: tuple[tuple[str, str], ...]) -> _Rules:
    return tuple((sort, re.compile(cue, re.IGNORECASE)) for group in groups for sort, cue in group)


_SAID = _rules(cues.HEAVY, cues.HARSH, cues.KIND, cues.TALK)
_STATED = _rules(cues.STATEMENTS)
_ASKED = _rules(cues.QUESTIONS)
_DONE = _rules(ACTIONS)
_GERMAN_SAID, _GERMAN_STATED = _rules(german.GERMAN_SAID), _rules(german.GERMAN_STATED)
_GERMAN_ASKED = _rules(german.GERMAN_ASKED)
_GERMAN = word_set(
    "ich du wir ist nicht und der die das ein eine bist habe hast mir dir mich dich wie was warum danke hallo "
    "bitte heute "
    "auch noch schon mit für aber wenn weil sehr gut kein keine haben sind war wieder morgen gern gerne doch mal "
    "nein ja"
)
_ENGLISH = word_set(
    "i you the is are and to of it that my your we he she was were do did have has not what why how who where "
    "when this "
    "for with on at be a an am me so but yes no please thanks hello"
)
_SHARED = word_set("was war die")
"""Words of both languages: alone they tell nothing."""
CLEARLY = 2
"""By so many words a line is clearly of one language."""

HEAVY = frozenset(sort for sort, _ in cues.HEAVY)
HARSH = frozenset(sort for sort, _ in cues.HARSH)

_OPENS_QUESTION = re.compile(
    r"^(?:so|and|but|well|hey|oh)?,?\s*(?:who|what|where|when|why|how|which|do you|are you|is it|can you|"
    r"could you|did you|"
    r"will you|would you|have you|remember when|tell me (?:more |something )?about you)\b",
    re.IGNORECASE,
)
_TELL_ME = re.compile(
    r"^(?:so |and |well,? )?(?:please,? )?tell me,? (?=(?:who|what|where|when|why|how|which)\b[^?]*\?)", re.IGNORECASE
)
_TAG = re.compile(
    r",? (?:you know(?: that)?|right|isn't it|aren't you|don't you think|huh|okay|ok|you see|weißt du(?: das)?|"
    r"oder)\?$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:don't|do not|never|not|wouldn't|didn't) (?:think|say|saying|said|mean|believe|call|called)\b.*\byou\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:she|he|they|my \w+|people|everyone|someone|somebody|who|(?-i:[A-Z]\w+)) (?:\w+ )?(?:said|says|told|"
    r"tells|asked|"
    r"whispered|shouted|thinks|thought|keeps saying)\b|\b(?:song|movie|film|book|poem|line|letter|"
    r"play)\b.*\b(?:goes|says|called)\b|"
    r"\bif (?:i|you) (?:said|say|told|tell|were|was)\b|\b(?:pretend|imagine|suppose|hypothetically|"
    r"in the (?:movie|film|book|play|song))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a sentence does: its sort (see :mod:`~game.roleplay.offline.words.cues`) and what it is about."""

    sort: str
    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance understood: the acts in what was said and in what was done, in their order."""

    said: str
    done: str
    acts: tuple[Act, ...]
    deeds: tuple[Act, ...]

    def has(self, *sorts: str) -> bool:
        """Whether any act or deed is of one of these sorts."""
        return any(act.sort in sorts for act in (*self.acts, *self.deeds))

    def first(self, *sorts: str) -> Act | None:
        """The first act or deed of one of these sorts."""
        return next((act for act in (*self.acts, *self.deeds) if act.sort in sorts), None)

    @property
    def sorts(self) -> frozenset[str]:
        """The sorts of all acts and deeds."""
        return frozenset(act.sort for act in (*self.acts, *self.deeds))


def hear(turn: Turn) -> Heard:
    """Understand a turn."""
    return hear_text(*parts(turn))


def hear_text(said: str, done: str = "") -> Heard:
    """Understand what was said and what was done."""
    said, done = straight(bounded(said)), straight(bounded(done))
    acts: list[Act] = []
    for sentence in sentences(said)[:MOST_SENTENCES]:
        acts.extend(_acts_of(sentence[:600]))
    deeds = [_act(sort, cue, sentence[:600]) for sentence in sentences(done)[:MOST_SENTENCES] for sort, cue in _DONE]
    return Heard(said, done, tuple(acts), tuple(deed for deed in deeds if deed))


def is_german(text: str) -> bool:
    """Whether ``text`` reads like German rather than English."""
    return german_words(text) > 0


def german_words(text: str) -> int:
    """By how many words ``text`` is German rather than English; negative for English, 0 where it cannot be told."""
    found = [word.lower() for word in words(text[:600])]
    german = sum(word in _GERMAN for word in found) if any(word in _GERMAN - _SHARED for word in found) else 0
    return german - sum(word in _ENGLISH for word in found)


def _acts_of(sentence: str) -> list[Act]:
    if is_german(sentence):
        return _acts_by(sentence, _GERMAN_SAID, _GERMAN_STATED, _GERMAN_ASKED)
    return _acts_by(sentence, _SAID, _STATED, _ASKED)


def _acts_by(sentence: str, said: _Rules, stated: _Rules, asked_by: _Rules) -> list[Act]:
    found = [act for sort, cue in said if (act := _act(sort, cue, sentence))]
    if _DENIED.search(sentence):
        found = [act for act in found if act.sort not in ("insult", "compliment", "accusation")]
    if _REPORTED.search(sentence):
        found = [act for act in found if act.sort not in HEAVY | HARSH | {"flirt", "promise", "compliment"}]
    asked_of = _TELL_ME.match(sentence)
    if asked_of:
        sentence, found = sentence[asked_of.end() :], [act for act in found if act.sort != "request"]
    sentence = _TAG.sub(".", sentence) if not _OPENS_QUESTION.match(sentence) else sentence
    if sentence.rstrip("\"')").endswith("?") or _OPENS_QUESTION.match(sentence):
        asked = next((act for sort, cue in asked_by if (act := _act(sort, cue, sentence))), None)
        weak = {"agreement", "refusal", "greeting", "apology"}
        found = [act for act in found if act.sort not in weak or act.sort == "greeting"]
        return [*found, asked] if asked else found
    if any(act.sort == "love" for act in found):
        found = [act for act in found if act.sort != "compliment"]
    if any(act.sort == "unlove" for act in found):
        found = [act for act in found if act.sort != "love"]
    return [*found, *(act for sort, cue in stated if (act := _act(sort, cue, sentence)))]


def _act(sort: str, cue: re.Pattern[str], sentence: str) -> Act | None:
    match = cue.search(sentence)
    if match is None:
        return None
    about = next((value for key, value in match.groupdict().items() if key.startswith("x") and value), "")
    return Act(sort, about.strip(" ,.!?;:-\"'"), sentence)
