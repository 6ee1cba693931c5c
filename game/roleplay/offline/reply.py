"""The heart of an answer: what is said to what was said."""

from __future__ import annotations

import re
import zlib

from game.roleplay.events import YOU
from game.roleplay.offline.asking import Question, asked_word, known_of, question_of
from game.roleplay.offline.choosing import Chooser
from game.roleplay.offline.hearing import HARSH, Act, Heard, hear
from game.roleplay.offline.knowing import Known, band_of, best_of, edge_to
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.setting import with_capitals
from game.roleplay.offline.text import STOP, sentences, stem, stems, straight, words
from game.roleplay.offline.words import replies_questions as asked
from game.roleplay.offline.words import replies_statements as stated
from game.roleplay.offline.words.replies_heart import DEEDS, HEART, Pools
from game.roleplay.offline.words.replies_talk import TALK
from game.roleplay.view import SpeakerView

FIRST = (
    *(
        "proposal",
        "unlove",
        "breakup",
        "betrayal",
        "defining",
        "love",
        "threat",
        "strike",
        "spit",
        "kiss_lips",
        "grief",
    ),
    *("secret", "insult"),
)
"""What is answered before anything else."""

LAST = (
    *(
        "accusation",
        "dismissal",
        "comfort",
        "forgive",
        "flirt",
        "promise",
        "trust",
        "invitation",
        "plan",
        "offer",
        "request",
    ),
    *(
        "apology",
        "gift",
        "missed",
        "compliment",
        "thanks",
        "unsaid",
        "farewell",
        "fear",
        "sad",
        "angry",
        "tired",
        "happy",
    ),
    *(
        "kin",
        "like",
        "dislike",
        "used",
        "unwilling",
        "refusal",
        "agreement",
        "want",
        "cannot",
        "must",
        "think",
        "about_you",
        "know_not",
    ),
    *("did", "joke", "i_am", "weather", "greeting"),
)
"""What is answered where nothing is asked, the weightiest first."""

_OPEN = frozenset(("q_any", "q_you", "q_what", "q_how", "q_can", "q_like", "q_guess", "q_ever"))
"""Questions that are only the form of an offer or a plea."""

POOLS: Pools = {**HEART, **TALK, **DEEDS, **asked.QUESTIONS, **stated.STATEMENTS, **asked.OF_OTHER}

_ORIGIN = (
    (
        r"\b(?:where (?:are you|do you come) from|grow up|born|where do you live|woher)\b",
        r"\b(?:from|grew up|born|raised|"
        r"lived? (?:in|on|at))\b",
    ),
    (
        r"\b(?:what do you do|your job|work|beruflich)\b",
        r"^I(?:'m| am) (?:an?|the) |^I (?:keep|run|work|teach|repair|fix|command|own|write|sell|serve|fly)\b|"
        r"\b(?:job|trade|work)\b",
    ),
    (
        r"\b(?:family|siblings?|brothers?|sisters?|parents|mother|father|kids|children|anyone|someone|anybody)\b",
        r"\b(?:brother|sister|mother|father|parents|family|son|daughter|twin|aunt|uncle|grandmother|grandfather)\b",
    ),
    (r"\b(?:how old|your age)\b", r"\b(?:years? old|age|born)\b|\b\d{2}\b"),
    (r"\b(?:afraid|scared|fear)\b", r"\b(?:fear|afraid|scared|terrified)\b"),
)
"""What a question about oneself asks for, and what in one's own description answers it."""

_LOSS = re.compile(r"\b(?:lost|died|dead|drowned|buried|killed|gone|left me|funeral|grave)\b", re.IGNORECASE)


def salient(heard: Heard) -> Act | None:
    """What of an utterance an answer must meet."""
    everything = [*heard.acts, *heard.deeds]
    for sort in FIRST:
        found = next((act for act in everything if act.sort == sort), None)
        if found is not None:
            return found
    tears = next((deed for deed in heard.deeds if deed.sort == "cry"), None)
    if tears is not None and not any(act.sort.startswith("q_") for act in heard.acts):
        return tears
    questions = [
        act
        for act in heard.acts
        if act.sort.startswith("q_") or (act.sort in ("invitation", "offer", "request") and act.sentence.endswith("?"))
    ]
    if questions:
        last = [act for act in questions if act.sentence == questions[-1].sentence]
        plain = all(act.sort in _OPEN for act in last if act.sort.startswith("q_"))
        return next((act for act in last if plain != act.sort.startswith("q_")), last[-1])
    for sort in LAST:
        found = next((act for act in heard.acts if act.sort == sort), None)
        if found is not None:
            return found
    if heard.said.strip():
        sentence = sentences(heard.said)[-1:] or [heard.said]
        return Act("short" if len(words(heard.said)) <= 2 else "statement", "", sentence[0])
    return heard.deeds[0] if heard.deeds else (Act("deed", "", heard.done) if heard.done else None)


def pool(sort: str, band: str) -> list[str]:
    """The fragments for a sort of act, fit for how the speaker stands to the other."""
    by_band = POOLS.get(sort, {})
    common = list(by_band.get("any", ()))
    if band == "cold":
        return list(by_band.get("cold", ())) or common
    if band == "wary":
        return common + list(by_band.get("cold", ()))
    if band == "warm":
        return common + 2 * list(by_band.get("warm", ()))
    if band == "close":
        return common[: len(common) // 2 or 1] + list(by_band.get("warm", ())) + 3 * list(by_band.get("close", ()))
    return common


class Replier:
    """Finds the heart of one answer."""

    def __init__(
        self, view: SpeakerView, chooser: Chooser, self_known: list[Known], other: list[Known], past: list[Known]
    ) -> None:
        self.view = view
        self.chooser = chooser
        self.self_known = self_known
        self.other = other
        self.past = past
        self.band = band_of(edge_to(view, view.addressee))

    def core(self, act: Act, about: frozenset[str]) -> str:
        """What is said to ``act``; empty only when all there is was said already."""
        made = self._special(act, about) or self._of_world(act, about)
        if made:
            return made
        for sort in (act.sort, *_fallbacks(act.sort)):
            made = self._from(sort)
            if made:
                return made
        return ""

    def _from(self, sort: str) -> str:
        by_band = POOLS.get(sort, {})
        if (
            "verb" in by_band
            and self.chooser.slots.get("x")
            and self.chooser.slots.get("is_verb")
            and self.chooser.perhaps(0.7)
        ):
            made = self.chooser.pick(by_band["verb"])
            if made:
                return made
        if "busy" in by_band and self.chooser.slots.get("busy") and self.band not in ("cold",):
            made = self.chooser.pick(by_band["busy"])
            if made:
                return made
        return self.chooser.pick(pool(sort, self.band)) or self.chooser.pick(by_band.get("any", ()))

    def _special(self, act: Act, about: frozenset[str]) -> str:
        """Answers that draw on what is known rather than on manner."""
        other = self._of_other_here(act)
        if other:
            return other
        if act.sort == "q_my_name" and not self.chooser.slots.get("name"):
            known = best_of(
                [one for one in self.other if "called" in one.text or "name" in one.text],
                frozenset(("called", "name")),
                0,
            )
            return self._remembered(known[0]) if known else self.chooser.pick(POOLS["q_my_name"]["nameless"])
        if act.sort == "q_remember":
            return self._recalled(act, about)
        if act.sort == "q_plan" and (plan := self.chooser.slots.get("plan")):
            return self.chooser.pick(stated.PLANS_ASKED, with_capitals({"plan": plan}))
        if (
            act.sort in ("q_self", "q_wrong", "q_why", "q_where", "q_who", "q_ever", "q_opinion")
            and self.band != "cold"
            and (of_self := self._of_self(act, about))
        ):
            return of_self
        if act.sort == "q_like":
            return self._liking(act, about)
        if act.sort in ("q_ever", "q_you"):
            return self._of_world(act, about) or self._yes_or_no(act)
        if act.sort == "q_opinion" and re.fullmatch(r"[A-Z]\w+", act.about) and not best_of(self.past, about):
            return self._from_lore(about) or self.chooser.pick(asked.OF_ABSENT, {"topic": act.about})
        if act.sort == "apology":
            return self._sorry()
        if (
            act.sort in ("statement", "i_am", "think")
            and self.chooser.slots.get("topic")
            and self.chooser.perhaps(0.55)
        ):
            return self.chooser.pick(stated.STATEMENT_TOPIC) if self.band not in ("cold",) else ""
        if act.sort in ("q_who", "q_what", "q_where", "q_opinion", "q_any", "q_how", "statement"):
            return self._from_lore(about)
        return ""

    def _of_world(self, act: Act, about: frozenset[str]) -> str:
        """What is known of what a question is about; where that is nothing, that it is not known."""
        question = question_of(act, about)
        if question is None:
            return ""
        if question.of_own and (own := best_of(self.self_known, stems(question.topic))):
            return self.chooser.pick(asked.OF_SELF, with_capitals({"self": own[0].text}))
        found = known_of(question, [*self.other, *self.past])
        for one in sorted(found, key=lambda one: self.chooser.was_said(one.text))[:3]:
            if made := self.chooser.pick(asked.KNOWN_OF, with_capitals({"memory": one.text})):
                return made
        if not question.of_own and (lore := self._from_lore(question.names or about)):
            return lore
        return self._not_known(question, asked_word(act))

    def _not_known(self, question: Question, asks: str) -> str:
        fields = with_capitals({"topic": question.topic, "asks": asks})
        sorts = ["own" if question.of_own else "topic", "word", "any"]
        for sort in sorts if question.topic else sorts[1:]:
            by_band = asked.UNKNOWN[sort]
            if made := self.chooser.pick(by_band.get(self.band, ()) or by_band["any"], fields):
                return made
            if made := self.chooser.pick(by_band["any"], fields):
                return made
        return ""

    def _sorry(self) -> str:
        """Sorry for what?  For a loss just told of, for a harsh word before, or for something small."""
        before = [turn for turn in self.view.recent[:-1] if turn.speaker != self.view.speaker.id][-4:]
        own = next((turn for turn in reversed(self.view.recent[:-1]) if turn.speaker == self.view.speaker.id), None)
        if own is not None and _LOSS.search(own.text):
            return self._from("comfort")
        if self.view.recent and any(hear(turn).sorts & HARSH for turn in before):
            return self._from("apology")
        return self._from("apology_small")

    def _of_other_here(self, act: Act) -> str:
        """An opinion of somebody else who is here, when they are what was asked about."""
        if act.sort not in ("q_opinion", "q_who", "q_like", "q_you", "q_trust", "q_any"):
            return ""
        for who, name in self.view.names.items():
            if who in (YOU, self.view.speaker.id, self.view.addressee) or not name:
                continue
            if re.search(rf"(?<!\w){re.escape(first_name(name))}(?!\w)", straight(act.sentence), re.IGNORECASE):
                band = band_of(edge_to(self.view, who))
                return self.chooser.pick(pool("of_other", band), {"other": first_name(name)})
        return ""

    def _recalled(self, act: Act, about: frozenset[str]) -> str:
        about = about - _ASKING
        found = best_of([*self.other, *self.past], about)
        if not found and re.search(r"\b(?:about (?:me|us)|of me|remember me)\b", act.sentence, re.IGNORECASE):
            found = [*self.other, *(one for one in self.past if one.sort == "scene")]
        if not found and not about:
            found = [one for one in self.past if one.sort == "scene"] or self.other
        for one in found[:4]:
            made = self._remembered(one)
            if made:
                return made
        if self.chooser.slots.get("topic") and self.chooser.perhaps(0.5):
            return self.chooser.pick(asked.REMEMBER_NOT_TOPIC) or self.chooser.pick(asked.REMEMBER_NOT)
        return self.chooser.pick(asked.REMEMBER_NOT)

    def _remembered(self, known: Known) -> str:
        forms = asked.REMEMBER_SCENE if known.sort == "scene" else asked.REMEMBER_FACT
        return self.chooser.pick(forms, with_capitals({"memory": known.text}))

    def _of_self(self, act: Act, about: frozenset[str]) -> str:
        asked_for = next((answer for cue, answer in _ORIGIN if re.search(cue, act.sentence, re.IGNORECASE)), "")
        if act.sort == "q_self" and re.search(r"\babout (?:yourself|you)\b|\berzähl\b", act.sentence, re.IGNORECASE):
            found = self.self_known
        elif asked_for:
            found = [one for one in self.self_known if re.search(asked_for, one.text)]
        else:
            found = best_of(self.self_known, about - _ASKING)
            if re.match(r"(?:and |so |but )?why\b", act.sentence, re.IGNORECASE):
                found = [one for one in found if one.weight > 1 and not self.chooser.was_said(one.text)]
        for one in found[:6]:
            again = self.chooser.was_said(one.text)
            if again and act.sort != "q_self":
                continue
            made = self.chooser.pick(asked.OF_SELF_AGAIN if again else asked.OF_SELF, with_capitals({"self": one.text}))
            if made:
                return made
        if act.sort == "q_ever":
            return ""
        asks = asked_word(act)
        return self._of_world(act, about) or (self._from(f"q_{asks}") if asks and not asked_for else "")

    def _liking(self, act: Act, about: frozenset[str]) -> str:
        known = best_of(self.self_known, about - _ASKING)
        if known:
            return self.chooser.pick(asked.OF_SELF, with_capitals({"self": known[0].text}))
        return self._from("q_like_yes" if self._says_yes(act) else "q_like_no")

    def _yes_or_no(self, act: Act) -> str:
        sort = f"{act.sort}_{'yes' if self._says_yes(act) else 'no'}"
        verb = re.search(r"\b(are|aren't|were|will|would|could|can|should|did)\s+you\b", act.sentence, re.IGNORECASE)
        by_verb = (
            {"are": "are", "aren't": "are", "were": "are", "did": "did"}.get(verb.group(1).lower(), "will")
            if verb
            else "any"
        )
        options = POOLS.get(sort, {}).get(by_verb) or POOLS.get(sort, {}).get("any", ())
        return self.chooser.pick(options)

    def _says_yes(self, act: Act) -> bool:
        """The same question gets the same answer from the same character, whenever it is asked."""
        asked_about = " ".join(sorted(stems(act.sentence))) or act.sentence.lower()
        return zlib.crc32(f"{self.view.speaker.id}/{asked_about}".encode()) % 5 < 3

    def _from_lore(self, about: frozenset[str]) -> str:
        for entry in self.view.lore:
            first = next(iter(sentences(straight(entry.text[:2000]))), "").rstrip(".!")
            named = stems(entry.name) | stems(first)
            if not entry.dropped and 3 <= len(first.split()) <= 30 and len(named & about) >= 1 and "{{" not in first:
                told = first if first.split()[0] in ("I",) or first[:2].isupper() else _lowered(first)
                made = self.chooser.pick(asked.OF_LORE, with_capitals({"lore": told}))
                if made:
                    return made
        return ""


_ASKING = frozenset(
    stem(word)
    for word in [
        "name",
        "call",
        "called",
        "still",
        "remember",
        "forget",
        "forgot",
        "tell",
        "told",
        "say",
        "said",
        "anything",
        "ever",
        "kind",
        "know",
    ]
)


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.lower() in STOP else text


def _fallbacks(sort: str) -> tuple[str, ...]:
    """Where else to look when a pool is said dry."""
    if sort.startswith("q_"):
        return ("q_any", "q_what", "q_why", "statement", "short")
    if sort in DEEDS:
        return ("deed", "look", "short", "statement")
    if sort in ("threat", "strike", "spit", "insult", "accusation", "dismissal"):
        return ("accusation", "insult", "short", "statement")
    return ("statement", "think", "short", "continue", "q_any")
