"""What somebody lets others know about themselves: short facts in the third person (004 3.4)."""

from __future__ import annotations

import re

from game.roleplay.offline.text import base_form, bounded, sentences, shortened, straight, words

MOST = 4
"""How many facts one utterance yields at most."""

_KIN = (
    r"(?:(?:little|big|older|younger|late|twin|step|ex|oldest|youngest)[ -])?(?:sister|brother|mother|father|mom|"
    r"mum|dad|son|"
    r"daughter|wife|husband|partner|boyfriend|girlfriend|fiancee?|grandmother|grandfather|grandma|grandpa|aunt|"
    r"uncle|cousin|niece|nephew|"
    r"dog|cat|horse|parrot|best friend|twin|boss|roommate|flatmate|neighbou?r|ex|stepfather|stepmother)"
)
_NAME = r"[A-ZÄÖÜÉ][\w'-]+(?: [A-ZÄÖÜÉ][\w'-]+)?"
_END = r"(?i:(?=[.!?;,]|\s+(?:and i|but|because|so|since|which|when|if|though|although|while|und ich|aber|weil)\b|$))"
_REST = rf"(?P<x>[^.!?;,]{{2,80}}?){_END}"
_NOT = (
    r"(?!(?:how|what|when|having|knowing|a person|you|it|that|this|them|him|her|your|"
    r"to (?:you|go|say|ask|admit|tell)|so|about)\b)"
)

_RULES: tuple[tuple[str, str], ...] = (
    ("is called {x}", rf"\b(?:[Mm]y name(?:'s| is)|[Cc]all me|[Ii]'m called)\s+(?P<x>{_NAME})"),
    (
        "has a {k} called {x}",
        rf"\b[Mm]y (?P<k>{_KIN}),? (?:is called|is named|called|named)?,?\s*(?P<x>{_NAME})(?=[,.!?;\s])",
    ),
    (
        "has {a} {k} called {x}",
        rf"\bI(?:'ve got| have| got) (?P<a>a|an|one) (?P<k>{_KIN}),?(?: (?:is )?(?:called|"
        rf"named))?,?\s+(?P<x>{_NAME})",
    ),
    ("{poss} {k}'s name is {x}", rf"\b[Mm]y (?P<k>{_KIN})'s name(?:'s| is)\s+(?P<x>{_NAME})"),
    (
        "{poss} {k} {x}",
        rf"(?i:\bmy (?P<k>{_KIN}|birthday|favou?rite [a-z]+|job|dream|biggest fear|real name|home town|"
        rf"hometown) (?:[A-Z]\w+ )?"
        r"(?P<x>(?:is|was|lives|lived|works|worked|died|passed away|left|teaches|plays|has|had|hates|loves|likes|"
        r"runs|married|moved|comes)\b"
        rf"[^.!?;,]{{0,70}}?){_END})",
    ),
    (
        "has {x}",
        rf"(?i:\bi(?:'ve got| have)\s+(?P<x>(?:a|an|one|two|three|four|five|six|"
        rf"no) {_KIN}s?\b[^.!?;,]{{0,40}}?){_END})",
    ),
    (
        "has {x}",
        r"(?i:\bi(?:'ve got| have)\s+(?P<x>(?:no (?:siblings|family|children|kids|parents)|(?:a|an|two|three|four|"
        r"five) (?:kids?|child|children|"
        r"siblings|sisters|brothers|dogs|cats|tattoos?|scar|degree|stutter|garden|boat|motorbike|bakery|shop|farm|"
        r"allergy|fear)\b[^.!?;,]{0,40})))",
    ),
    (
        "is {x}",
        rf"\b(?i:i'm|i am) (?P<x>(?i:an?) (?!(?i:bit|little|lot|mess|fool|idiot|wreck|moment|good|bad|fan|believer|"
        rf"coward|liar|terrible|horrible|"
        rf"hundred|few|stranger)\b)[\w' -]{{3,60}}?){_END}",
    ),
    ("is from {x}", rf"\b(?:[Ii]'m|[Ii] am|[Ii] come) (?:originally )?from (?P<x>[^.!?;,]{{2,50}}?){_END}"),
    ("is {x} years old", r"\b(?i:i'm|i am|i just turned|i turned) (?P<x>\d{1,3})(?= years| now|[.!?,]|$)"),
    (
        "is {x}",
        rf"(?i:\b(?:i'm|i am) (?P<x>(?:married|divorced|single|engaged|widowed|vegetarian|vegan|left-handed|"
        rf"colou?r[- ]?blind|pregnant|adopted|"
        rf"an orphan|an only child|allergic to [\w ]+?|afraid of [^.!?;,]+?|scared of [^.!?;,]+?|"
        rf"terrified of [^.!?;,]+?|colorblind|deaf in [\w ]+){_END}))",
    ),
    (
        "is {x}",
        r"(?i:\b(?:i'm|i am) (?P<x>(?:moving|flying|emigrating|getting married|getting divorced|transferring|"
        r"quitting|retiring|leaving town|"
        r"leaving for|going back to|studying|training)\b[^.!?;,]{0,60}))",
    ),
    (
        "is going to {x}",
        r"(?i:\b(?:i'm|i am) (?:going to|gonna) (?P<x>(?:become|study|quit|move|propose|open|buy|sell|apply|write|"
        r"marry|run away|retire)\b[^.!?;,]{0,60}))",
    ),
    (
        "{v} {x}",
        rf"(?i:\bi (?:really |always |absolutely |secretly |still |mostly |usually |just )*(?P<v>like|love|hate|"
        rf"adore|prefer|collect|play|study|speak|own|"
        rf"teach|write|paint|bake|grow|breed|miss|fear|dislike|despise|dream of|believe in)\s+{_NOT}{_REST})",
    ),
    (
        "{v} {x}",
        rf"(?i:\bi (?:still |actually |now )*(?P<v>live in|live on|live with|live near|work as|work at|work for|"
        rf"work in|work with|drive a|ride a|run a|sing in|volunteer at)\s+{_REST})",
    ),
    (
        "{p} {x}",
        rf"(?i:\bi (?P<p>grew up in|grew up on|was born in|was born on|used to|never learned to|never learnt to|"
        rf"never finished|studied|"
        rf"quit my|lost my|got fired from|got married|got divorced|moved here|dropped out of|trained as|worked as|"
        rf"served in)\s*(?P<x>[^.!?;,]{{0,70}}?){_END})",
    ),
    (
        "can't {x}",
        r"(?i:\bi can(?:'t|not) (?P<x>(?:swim|drive|cook|read|sing|dance|whistle|stand|eat|sleep without|"
        r"remember my)\b[^.!?;,]{0,50}))",
    ),
    (
        "wants to {x}",
        rf"(?i:\bi (?:really |always |have always |'ve always )*(?:want|wanted|dream) (?:to|of) (?P<x>(?:be|become|"
        rf"being|becoming|live|see|learn|travel|visit|open|write|"
        rf"own|build|sail)\b[^.!?;,]{{2,60}}?){_END})",
    ),
    (
        "doesn't {x}",
        r"(?i:\bi don't (?P<x>(?:eat|drink|smoke|drive|dance|like|trust|believe in|celebrate|own)\s+(?!you|it|"
        r"that|this|to\b)[^.!?;,]{2,50}))",
    ),
)
_GERMAN_KIN = (
    r"(?:(?:kleine|große|jüngere|ältere)[rn]? )?(?:Schwester|Bruder|Mutter|Vater|Mama|Papa|Sohn|Tochter|Frau|Mann|"
    r"Freundin|Freund|"
    r"Hund|Katze|Oma|Opa|Tante|Onkel)"
)
_RULES += (
    ("heißt {x}", rf"\b(?:[Ii]ch heiße|[Mm]ein Name ist)\s+(?P<x>{_NAME})"),
    (
        "hat {a} {k} namens {x}",
        rf"\b[Ii]ch habe (?P<a>eine[n]?) (?P<k>{_GERMAN_KIN}) (?:namens|"
        rf"mit Namen) (?P<x>{_NAME})",
    ),
    ("{gposs} {k} heißt {x}", rf"\b[Mm]eine? (?P<k>{_GERMAN_KIN}) heißt (?P<x>{_NAME})"),
    ("wohnt in {x}", r"\b[Ii]ch (?:wohne|lebe) in (?P<x>[^.!?;,]{2,40})"),
    ("kommt aus {x}", r"\b[Ii]ch komme aus (?P<x>[^.!?;,]{2,40})"),
    ("arbeitet als {x}", r"\b[Ii]ch arbeite als (?P<x>[^.!?;,]{2,40})"),
)
_COMPILED = tuple((form, re.compile(cue)) for form, cue in _RULES)
_UNSURE = re.compile(
    r"\b(?:if i|would i|should i|imagine i|pretend|as if|wish i|maybe i|do i|am i|perhaps i|she said|he said|"
    r"they said|just kidding|joking)\b|\?\s*$",
    re.IGNORECASE,
)


def facts_of(said: str, name: str) -> list[str]:
    """What ``said`` tells of its speaker, in the third person, each once; nothing from questions or from maybes.

    ``name`` is put before it unless it is the nameless "You": "Ben has a sister called Lin".
    """
    found: dict[str, None] = {}
    for sentence in sentences(straight(bounded(said)))[:40]:
        if not _UNSURE.search(sentence):
            for fact in _facts_in(sentence[:400], name):
                found.setdefault(fact)
    said_by = {fact: set(words(fact.lower())) for fact in found}
    kept = [fact for fact in found if not any(said_by[fact] < said_by[other] for other in found)]
    return kept[:MOST]


def _facts_in(sentence: str, name: str) -> list[str]:
    subject = "" if name.strip().lower() in ("", "you") else name.strip()
    made: list[str] = []
    for form, cue in _COMPILED:
        for found in cue.finditer(sentence):
            parts = {key: value.strip() for key, value in found.groupdict().items() if value is not None}
            if "v" in parts:
                head, _, tail = parts["v"].lower().partition(" ")
                parts["v"] = f"{third_person(head)} {tail}".strip()
            parts = {key: _as_told(value) if key in "xvp" else value for key, value in parts.items()}
            parts["poss"] = f"{subject}'s" if subject else "their"
            parts["gposs"] = f"{subject}s" if subject else "ihre"
            fact = form.format(**parts).strip()
            if form == "is called {x}" and parts["x"] == subject:
                continue
            told = fact if not subject or fact.startswith((parts["poss"], parts["gposs"])) else f"{subject} {fact}"
            made.append(shortened(told, 140))
    return made


def third_person(verb: str) -> str:
    """``like`` as ``likes``."""
    irregular = {"have": "has", "do": "does", "go": "goes", "am": "is", "be": "is", "was": "was", "don't": "doesn't"}
    if verb in irregular:
        return irregular[verb]
    if base_form(verb) != verb:
        return verb
    if verb.endswith("y") and verb[-2:-1] not in ("a", "e", "o", "u"):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("ch", "sh", "ss", "x", "zz", "o")) else f"{verb}s"


_TOLD = {
    "my": "their",
    "me": "them",
    "myself": "themself",
    "mine": "theirs",
    "i": "they",
    "i'm": "they're",
    "am": "are",
}
_TOLD_WORD = re.compile(r"\b(?:my|me|myself|mine|i'm|i|am)\b", re.IGNORECASE)


def _as_told(part: str) -> str:
    return _TOLD_WORD.sub(lambda found: _TOLD[found.group().lower()], part)
