"""What a speaker can draw on: who they are, what they know of the other, what comes to mind.  From the view alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.events import YOU
from game.roleplay.offline.hearing import is_german
from game.roleplay.offline.manner import Manner
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.segments import parts
from game.roleplay.offline.text import (
    AFTER_OBJECT,
    base_form,
    bounded,
    capital,
    sentences,
    stems,
    straight,
    turned,
    word_set,
)
from game.roleplay.state import Bot, Edge, Memory
from game.roleplay.view import SpeakerView

MOST_LONG = 170
"""A sentence longer than this is not worked into speech."""

_MARKUP = re.compile(r"[{}\[\]<>|=*_#]|\w+:\s")
_VERBS = word_set(
    "works lives likes loves hates keeps runs plays sings writes reads makes knows thinks wants needs feels "
    "sleeps drinks eats talks speaks walks drives collects dreams believes hopes fears misses remembers paints "
    "bakes teaches studies builds fixes repairs grows owns sells travels spends prefers enjoys avoids hides "
    "carries wears uses says tells asks trusts owes sets waits looks watches listens makes sends leaves comes "
    "goes gets gives takes finds has is does stays cooks smokes swears laughs smiles cries fights"
)


_FEELS = word_set(
    "adores admires likes dislikes envies despises loathes resents blames distrusts mistrusts doubts pities respects "
    "relies cares owes fancies treasures detests ignores forgives protects follows serves helps obeys cherishes "
    "worries regrets suspects longs pines clings idolises worships tolerates"
)
"""What somebody does who feels something for somebody else; none of it is a noun as well."""
_VERBS |= _FEELS | word_set("was isn't wasn't doesn't hasn't can't")
_FELT_FOR = frozenset(base_form(verb) for verb in _FEELS) | {"fear"}
_OTHERS = word_set("he she they it who that which")
_ALSO_NOUNS = word_set(
    "works plays lives hopes fears walks drives dreams paints uses sets waits looks watches leaves stays cooks "
    "smokes laughs smiles cries fights drinks sleeps talks builds finds feels makes runs needs"
)
"""After a comma these may as well be things in a list, unless something is done to something."""
_OBJECTS = word_set("a an the my your his her their our its me you him them it us nobody everybody everyone to in at")
_ADVERBS = word_set(
    "still never always also once now often rarely secretly only just half barely hardly scarcely almost quite mostly "
    "sometimes already even ever really truly deeply no longer not yet then"
)
_NO_NOUN = word_set("to and but for in on at when")


@dataclass(frozen=True, slots=True)
class Known:
    """Something that can be said: a clause without its full stop, what it is about, how much it matters."""

    text: str
    about: frozenset[str]
    weight: int = 1
    sort: str = "fact"


def edge_to(view: SpeakerView, target: str) -> Edge:
    """The speaker's edge to somebody; the middle of everything where there is none."""
    return next((edge for edge in view.edges if edge.target == target), Edge(view.speaker.id, target))


def band_of(edge: Edge) -> str:
    """``cold``, ``wary``, ``neutral``, ``warm`` or ``close``."""
    if edge.affinity < 25 or edge.trust < 12:
        return "cold"
    if edge.affinity < 42 or edge.trust < 30:
        return "wary"
    if edge.affinity >= 80 and edge.trust >= 50:
        return "close"
    return "warm" if edge.affinity >= 62 else "neutral"


# -- of oneself ------------------------------------------------------------------------------------------------------


def of_self(bot: Bot, manner: Manner) -> list[Known]:
    """What the character's own description says, in the first person."""
    names = (bot.name, first_name(bot.name))
    made: list[Known] = []
    for weight, source in ((1, bot.persona), (2, bot.backstory)):
        for sentence in sentences(straight(bounded(source)))[:60]:
            told = first_person(sentence, names, manner)
            if told and len(told) <= MOST_LONG:
                made.append(Known(re.sub(r"^My\b", "my", told), stems(sentence), weight, "self"))
    for trait in bot.traits[:24]:
        found = re.match(
            r"(loves|likes|hates|collects|fears|adores|dislikes|plays|speaks|afraid of|allergic to|"
            r"terrible at|good at|bad at|obsessed with) (.{2,60})$",
            straight(trait).strip(),
            re.IGNORECASE,
        )
        if found:
            verb, rest = found.group(1).lower(), found.group(2)
            told = f"I {base_form(verb)} {rest}" if verb.endswith("s") and " " not in verb else f"I'm {verb} {rest}"
            made.append(Known(told, stems(trait), sort="self"))
    return made


def first_person(sentence: str, names: tuple[str, ...], manner: Manner) -> str:
    """A sentence about somebody as they would say it: "Mara lost her brother" as "I lost my brother".

    Empty when it is not plainly about them, or holds marks that no one speaks.
    """
    text = sentence.strip().rstrip(".!…").strip()
    if not text or _MARKUP.search(text) or len(text.split()) < 3 or text.endswith("?"):
        return ""
    if re.match(r"(?:I|I'm|I've|My|Me)\b", text):
        return text
    if re.match(r"(?:You|Your|You're)\b", text):
        return capital(turned(text))
    called = "|".join(re.escape(name) for name in sorted(filter(None, names), key=len, reverse=True))
    owned = re.match(
        rf"(?:{called})'s (?!(?:a|an|the|been|not)\b)|{manner.their} (?=\w+ (?:is|was|has|had|\w+ed|"
        rf"\w+s)\b)",
        text,
        re.IGNORECASE,
    )
    if owned:
        return _mine(f"My {text[owned.end() :]}", called, manner, verbs=False)
    subject = re.match(rf"(?:{called}|{manner.they})(?:'s)?\s+", text, re.IGNORECASE)
    if not subject:
        return ""
    rest = text[subject.end() :]
    head = "I'm " if subject.group().strip().endswith("'s") else "I "
    return _mine(head + (rest if head == "I'm " else _agreeing(rest)), called, manner)


def _agreeing(rest: str) -> str:
    """The verb behind a new "I", adverbs passed over: "still works" as "still work"."""
    tokens = rest.split(" ")
    for place, token in enumerate(tokens[:4]):
        if token.lower() in _ADVERBS or token.endswith("ly"):
            continue
        tokens[place] = base_form(token)
        break
    return " ".join(tokens).replace("I am ", "I'm ", 1)


def _mine(text: str, called: str, manner: Manner, *, verbs: bool = True) -> str:
    """The pronouns inside turned to the first person, verbs after "and" brought along."""
    tokens = text.split(" ")
    made: list[str] = []
    for place, token in enumerate(tokens):
        verbs = verbs and not _another_does(tokens, place)
        word = token.strip(",;:.").lower()
        tail = token[len(token.rstrip(",;:.")) :]
        following = tokens[place + 1].strip(",;:.").lower() if place + 1 < len(tokens) else ""
        before = tokens[place - 1].strip(",;:.").lower() if place else ""
        new = token
        if place and word == manner.they:
            new = "I" + tail
        elif place and word == manner.them_self:
            new = "myself" + tail
        elif place and word == manner.their and following and not tail and following not in _NO_NOUN:
            new = "my"
        elif place and word in (manner.them, manner.their):
            new = "me" + tail
        elif place and (before == manner.they or (verbs and _joins(before, tokens, place) and word in _VERBS)):
            new = base_form(token.rstrip(",;:.")) + tail
        made.append(new)
    text = " ".join(made)
    text = re.sub(rf"\b(?:{called})'s\b", "my", text, flags=re.IGNORECASE)
    text = re.sub(rf"\b(?:{called})\b", "me", text, flags=re.IGNORECASE)
    return re.sub(r"\bI am\b", "I'm", text)


def _joins(before: str, tokens: list[str], place: int) -> bool:
    """Whether a verb at ``place`` goes on with the same subject: after "and", "and still", or a comma in a list."""
    word = tokens[place].strip(",;:.").lower()
    at = place - 1
    while at > 0 and before in _ADVERBS - {"then"}:
        at -= 1
        before = tokens[at].strip(",;:.").lower()
    if before in ("and", "but", "or", "nor", "then"):
        return True
    if at <= 0 or not tokens[at].endswith((",", ";")):
        return False
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    return word not in _ALSO_NOUNS or following.lower() in _OBJECTS or following[:1].isupper()


def _another_does(tokens: list[str], place: int) -> bool:
    """Whether the word at ``place`` is what somebody else does: "Ivo lies", "who distrusts"."""
    if place < 2 or not re.fullmatch(r"[a-z]+[^su\W]s[,;:.]?", tokens[place]):
        return False
    before = tokens[place - 1]
    return before in _OTHERS or bool(re.fullmatch(r"[A-Z][\w'-]+", before) and not before.startswith("I'"))


def _brought_along(text: str, plural: bool) -> str:
    """Verbs after "I" or "you" that still stand in the third person: "I trust you and keeps it" as "and keep it".

    As far as nobody else has become the subject.
    """
    tokens = text.split(" ")
    if tokens[0].lower() not in ("i", "i'm", "i've", "you", "you're", "you've"):
        return text
    for place, token in enumerate(tokens[1:], 1):
        word = token.strip(",;:.").lower()
        before = tokens[place - 1].strip(",;:.").lower()
        if _another_does(tokens, place):
            break
        if tokens[place - 1].lower() in ("i", "you") or word not in _VERBS:
            continue
        if not _joins(before, tokens, place):
            break
        new = base_form(token.rstrip(",;:."))
        new = {"am": "are", "am not": "aren't", "was": "were"}.get(new, new) if plural else new
        tokens[place] = new + token[len(token.rstrip(",;:.")) :]
    return " ".join(tokens)


# -- of the other ----------------------------------------------------------------------------------------------------


def to_face(text: str, view: SpeakerView) -> str:
    """A sentence of a memory as it is said to the one it is about: "Ben told me" as "you told me"."""
    text = straight(text).strip().rstrip(".!…").strip()
    name = view.names.get(view.addressee, "")
    own = view.names.get(view.speaker.id, view.speaker.name)
    called = [name, first_name(name)] if name and name.lower() != "you" else []
    if view.addressee == YOU:
        called.append("the player")
    if is_german(text):
        return _to_face_german(text, [one for one in called if one])
    text, found = _swapped(text, [one for one in called if one], "you", "your")
    text, _ = _swapped(text, [own, first_name(own)], "I", "my")
    text = re.sub(r"\bme and you\b", "you and me", text)
    if found:
        text = _THEIRS.sub(lambda one: _YOURS[one.group().lower()], text)
    return text


def _to_face_german(text: str, names: list[str]) -> str:
    """``Ben wohnt in Kiel`` as ``du wohnst in Kiel``."""
    verbs = {"hat": "hast", "ist": "bist", "war": "warst", "heißt": "heißt"}
    for name in sorted(names, key=len, reverse=True):
        own = re.match(rf"{re.escape(name)}s (?P<rest>.*)", text)
        if own:
            female = re.match(
                r"(?:\w+e )?(?:Schwester|Mutter|Mama|Tochter|Frau|Freundin|Katze|Oma|Tante)", own.group("rest")
            )
            return f"dein{'e' if female else ''} {own.group('rest')}"
        told = re.match(rf"{re.escape(name)} (?P<verb>\w+)(?P<rest>.*)", text)
        if told:
            verb = told.group("verb")
            return f"du {verbs.get(verb, f'{verb[:-1]}st' if verb.endswith('t') else verb)}{told.group('rest')}"
    return text


_BEFORE_OBJECT = AFTER_OBJECT | {"promised", "asked", "and", "between"}
_THEIRS = re.compile(r"\b(?:theirs|their|themself|them|they're|they)\b", re.IGNORECASE)
_YOURS = {"their": "your", "them": "you", "they": "you", "they're": "you're", "themself": "yourself", "theirs": "yours"}


def _swapped(text: str, names: list[str], as_subject: str, as_owner: str) -> tuple[str, bool]:
    """A name replaced by "you" or "I", the verb behind it following."""
    wanted = "|".join(re.escape(one) for one in sorted(filter(None, names), key=len, reverse=True))
    if not wanted:
        return text, False
    changed = re.sub(rf"(?<!\w)(?:{wanted})'s(?!\w)", as_owner, text, flags=re.IGNORECASE)

    def swap(found: re.Match[str]) -> str:
        before = re.findall(r"[\w']+", changed[: found.start()])[-1:]
        verb = found.group("verb") or ""
        low = before[0].lower() if before else ""
        after_object = low in _BEFORE_OBJECT or base_form(low) in _FELT_FOR
        if as_subject == "I" and after_object:
            return f"me{found.group('gap') or ''}{verb}"
        if as_subject == "you" and after_object and before[0].lower() != "and":
            return f"you{found.group('gap') or ''}{verb}"
        plural = {"am": "are", "is": "are", "was": "were", "hat": "hast", "ist": "bist"} if as_subject == "you" else {}
        new = plural.get(verb.lower()) or base_form(verb)
        new = plural.get(new, new)
        return f"{as_subject}{found.group('gap') or ''}{new}"

    adverbs = "|".join(sorted(_ADVERBS - {"then", "not", "yet", "no", "longer"}))
    result = re.sub(
        rf"(?<!\w)(?:{wanted})(?!\w)(?:(?P<gap>\s+(?:(?:no longer|{adverbs})\s+)*)(?P<verb>[a-z']+))?",
        swap,
        changed,
        flags=re.IGNORECASE,
    )
    return _brought_along(result, as_subject == "you"), result != text


def of_other(view: SpeakerView) -> list[Known]:
    """What the speaker knows of the one addressed."""
    made = []
    for fact in edge_to(view, view.addressee).facts[:60]:
        said = to_face(fact[:300], view)
        bare = not re.match(r"(?:you|your|you're|it|there|I|my|du|dein)\b", said, re.IGNORECASE)
        if bare and re.match(
            r"(?:has|is|likes|hates|loves|lives|works|wants|can't|doesn't|grew|was|had|comes|"
            r"plays|used)\b",
            said,
        ):
            verb, _, rest = said.partition(" ")
            said = f"you {'are' if verb == 'is' else base_form(verb)} {rest}"
        made.append(Known(said, stems(fact), 2))
    return made


def of_past(view: SpeakerView) -> list[Known]:
    """What came to mind: sentences of memories, the strongest first; then what was said a while ago in this scene."""
    made: list[Known] = []
    memories = [*(one.memory for one in view.remembered), *view.pinned, *view.earlier]
    for memory in memories[:24]:
        made += _told_in(memory, view)
    moments = [moment[:MOST_LONG] for moment in edge_to(view, view.addressee).moments[-8:]]
    made += [Known(to_face(moment, view), stems(moment), 3, "scene") for moment in moments]
    said_before = [turn for turn in view.recent[:-2] if turn.speaker == view.addressee]
    return made + [known for turn in said_before for known in _said_in(parts(turn)[0])]


def _told_in(memory: Memory, view: SpeakerView) -> list[Known]:
    """The sentences of a memory; where and when it was, in its first line, goes with each."""
    told = sentences(straight(bounded(memory.text)))[:12]
    heading = bool(len(told) > 1 and re.search(r", (?:with|alone)\b", told[0]))
    where = stems(told[0]) if heading else frozenset()
    fit = [one for one in told[1 if heading else 0 :] if len(one) <= MOST_LONG]
    return [Known(to_face(one, view), stems(one) | where, 1 + memory.significance, "scene") for one in fit]


def _said_in(speech: str) -> list[Known]:
    """Plain statements of a turn, as "you said ..."."""
    told = [one for one in sentences(straight(bounded(speech)))[:8] if 3 <= len(one.split()) <= 18 and one[-1] != "?"]
    turns = [(turned(one.rstrip(".!…")), stems(one)) for one in told]
    return [
        Known(f"you said {said if re.match(r'I(?![a-z])', said) else said[:1].lower() + said[1:]}", about, 1, "said")
        for said, about in turns
    ]


def best_of(options: list[Known], about: frozenset[str], least: int = 1) -> list[Known]:
    """Those that share at least ``least`` words with ``about``, the nearest first."""
    shared = [(len(one.about & about), one.weight, -place, one) for place, one in enumerate(options)]
    return [one for count, _, _, one in sorted(shared, key=lambda found: found[:3], reverse=True) if count >= least]
