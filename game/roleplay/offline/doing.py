"""What someone does now, read from the action they wrote (004 6.5)."""

from __future__ import annotations

import re

from game.roleplay.jobs import Doing
from game.roleplay.offline.text import base_form, bounded, ing_form, shortened, straight, word_set
from game.roleplay.state import Activity

_CLAUSE = re.compile(r"[.;!?\n]+|,?\s+(?:and then|then|und dann)\s+|,\s+|\s+(?:and|und)\s+(?=[a-zäöü])")
_ADVERB = word_set(
    "slowly quickly gently quietly softly carefully finally just then now also suddenly nervously shyly only "
    "still silently lazily awkwardly casually simply almost barely immediately already briefly reluctantly "
    "absently"
)
_MOMENT = word_set(
    "smile grin laugh chuckle giggle nod shrug sigh wink blink frown pause wave smirk gasp blush shake look "
    "glance stare gaze say whisper murmur mutter ask reply answer tilt raise roll bite swallow breathe exhale "
    "inhale hesitate cough clear think wonder feel know watch kiss hug turn touch brush squeeze poke tap pat "
    "point stop start notice seem be am hand give offer pass pick take grab put set pull push open close drop "
    "throw catch lift lower reach hold have get go come leave enter step move walk lean stand sit lie drive ride "
    "sleep wake sing hum listen"
)
"""Verbs that do not by themselves say what somebody is busy with; each has its own rule or passes."""

_POSTURES = (
    ("sitting", r"\b(?:sits?|sat|sitting|settles?|perch(?:es)?|plops?|slumps?|flops?|setz\w*|sitz\w*)\b"),
    ("lying", r"\b(?:lies?|lying|lay|lays|stretch(?:es)? out|curls? up|leg\w* (?:mich|sich)|liege?\w*)\b"),
    ("standing", r"\b(?:stands?|stood|standing|gets? up|rises?|jumps? up|steh\w*)\b"),
    ("kneeling", r"\b(?:kneels?|kneeling|knelt|drops? to (?:my|her|his|their|both) knees|knie\w*)\b"),
    ("leaning", r"\b(?:leans? (?:against|on)|leaning (?:against|on)|lehn\w*)\b"),
    ("crouching", r"\b(?:crouch(?:es|ing)?|squats?|hock\w*)\b"),
)
_WHERE = re.compile(
    r"\b(?:on|in|at|into|onto|against|by|behind|beside|under|over|near|next to|across from|auf|an|in|neben|hinter)\s+"
    r"((?:the|a|an|her|his|their|my|your|das|die|den|dem|der|eine[mnr]?|ein)\s+[\w'-]+(?:\s+(?:seat|chair|counter|"
    r"bench|"
    r"table|stool|bed|side|edge|wall|window|floor|couch|sofa|step|steps|rail|door|desk))?)",
    re.IGNORECASE,
)
_THING = (
    r"((?:the|a|an|her|his|their|my|some|two|another|one of the|ein|eine|einen|das|die|den)\s+[\w'-]+"
    r"(?:\s+of\s+[\w'-]+)?)"
)
_TAKES = re.compile(
    rf"\b(?:picks? up|takes?|grabs?|holds?|holding|carr(?:y|ies|ying)|fetch(?:es)?|clutch(?:es|ing)?|"
    rf"cradl(?:es?|ing)|pours?|"
    rf"lifts?|nimmt|nehme|greif\w*|h[aä]lt|halte)\s+(?:up\s+|out\s+)?{_THING}",
    re.IGNORECASE,
)
_WITH = re.compile(rf"\b(?:with|mit)\s+{_THING}(?:\s+in\s+(?:hand|(?:my|her|his|their)\s+hands?))?", re.IGNORECASE)
_DROPS = re.compile(
    rf"\b(?:puts?|sets?|lays?|places?|stell\w*|leg\w*)\s+(?:(?:down|away|aside)\s+{_THING}|{_THING}\s+(?:down|away|"
    rf"aside|on|ab))|"
    rf"\b(?:drops?|throws?|hands?|gives?|passes)\s+(?:(?:you|her|him|them|over)\s+)?{_THING}",
    re.IGNORECASE,
)
_NO_THING = re.compile(
    r"\b(?:hands?|breath|eyes?|head|arms?|fingers?|step|look|seat|moment|smile|sip|bite|glance|sigh|laugh|place|"
    r"break|shower|"
    r"nap|walk|turn|wrist|shoulders?|face|gaze|voice|tongue|hair|way|time|while|bit|lot|nod|shrug|grin|kiss|hug)$",
    re.IGNORECASE,
)
_SEES = re.compile(
    r"\b(?:look(?:s|ing)?|star(?:es?|ing)|gaz(?:es?|ing)|glanc(?:es?|ing)|watch(?:es|ing)?|"
    r"eyes? (?:fixed|glued|locked)|"
    r"focus(?:es|ed)?|schau\w*|blick\w*)\s+(?:(?:out of|out at|up at|down at|back at|over at|into|at|on|through|"
    r"to|over|"
    r"up|down|auf|aus|zu)\s+)*((?:the|a|an|her|his|their|my|your|das|die|den|dem)\s+[\w'-]+(?:\s+[\w'-]+ahead)?|"
    r"you|him|her|"
    r"them|dich)\b",
    re.IGNORECASE,
)
_STATUS = (
    ("conscious", False, r"\b(?:faints?|passes out|blacks? out|is unconscious|ohnmächtig)\b"),
    ("conscious", True, r"\b(?:comes? to|wakes? up|wacht auf)\b"),
    ("asleep", True, r"\b(?:falls? asleep|drifts? off|dozes? off|is asleep|sleeping|schläft ein)\b"),
    ("asleep", False, r"\b(?:wakes? up|wacht auf)\b"),
    ("sober", False, r"\b(?:is drunk|is tipsy|getting drunk|sways drunkenly|betrunken)\b"),
    ("injured", True, r"\b(?:is bleeding|limps?|limping|breaks? (?:my|her|his|their) (?:arm|leg|wrist)|blutet)\b"),
)
_LASTING = word_set("drive driv ride rid sleep sing listen walk")
_BODY = word_set("eyes hands arms fingers lips shoulders cheeks tears legs knees ears brows eyebrows this his")
_HIGH = word_set("driving riding fighting climbing running swimming operating chasing wrestling")
_MEDIUM = word_set(
    "cooking writing typing reading working playing painting drawing singing dancing walking cleaning repairing "
    "fixing chopping baking texting phoning studying packing bandaging sewing washing hiking cycling"
)
_LENGTH = (
    (word_set("driving walking cooking bandaging washing packing hiking cycling"), "a while"),
    (word_set("reading working studying sleeping writing painting repairing fixing"), "an hour or so"),
)


def doing_of(who: str, action: str, names: tuple[str, ...], before: Activity) -> Doing | None:
    """What the action written for ``who`` changes about what they do; None when it is over as soon as it is done.

    ``names`` are what the actor may be called in their own prose; ``before`` what they did until now.
    """
    text = straight(bounded(action)).strip()
    if not text:
        return None
    low = text.lower()
    posture = next((name for name, cue in _POSTURES if re.search(cue, low)), None)
    where = _WHERE.search(text) if posture else None
    slot = _bare(where.group(1)) if where else None
    holding = _holding(text, before.holding)
    seen = _SEES.search(text)
    status = {name: value for name, value, cue in _STATUS if re.search(cue, low)}
    verb = _verb(text, names, posture, where.group(0) if where else "")
    if not (posture or holding is not None or seen or status or verb):
        return None
    root = (verb or "").split(" ", 1)[0]
    return Doing(
        who=who,
        verb=shortened(verb, 120) if verb else None,
        interruptible=None if not verb else root not in _HIGH,
        required_attention=None if not verb else "high" if root in _HIGH else "medium" if root in _MEDIUM else "low",
        expected_duration=None if not verb else next((words for roots, words in _LENGTH if root in roots), "a moment"),
        posture=posture if posture else "sitting" if root == "driving" else None,
        slot=slot,
        holding=holding,
        attention=_attention(root, seen.group(1) if seen else ""),
        status={**before.status, **status} if status else None,
    )


def _attention(root: str, seen: str) -> str | None:
    if root == "driving":
        return "the road"
    return seen.lower().replace("your ", "").strip() or None if seen else None


def _bare(where: str) -> str:
    return re.sub(r"^(?:the|a|an|my|your|das|die|den|dem|der|einem|einer|ein)\s+", "", where.lower())


def _holding(text: str, before: tuple[str, ...]) -> list[str] | None:
    held = list(before)
    dropped = [next(part for part in found.groups() if part) for found in _DROPS.finditer(text) if any(found.groups())]
    taken = [found.group(1) for found in (*_TAKES.finditer(text), *_WITH.finditer(text))]
    taken = [thing for thing in taken if not _NO_THING.search(thing)]
    for thing in dropped:
        head = thing.lower().split()[-1]
        held = [one for one in held if head not in one.lower().split()]
        taken = [one for one in taken if one.lower().split()[-1] != head]
    for thing in taken:
        head = thing.lower().split()[-1]
        if all(head not in one.lower().split() for one in held):
            held.append(thing.lower())
    return held[-8:] if tuple(held[-8:]) != before else None


def _verb(text: str, names: tuple[str, ...], posture: str | None, where: str) -> str:
    """The last thing done that lasts, in its -ing form: ``reading by the window``."""
    found = ""
    for clause in _CLAUSE.split(text)[:200]:
        words = clause.split()
        first_person = words[:1] in (["I"], ["i"], ["ich"])
        while words and words[0].lower().strip(",") in {"i", "i'm", "am", "is", "she", "he", "they", *names, *_ADVERB}:
            words.pop(0)
        if not words or not words[0].isalpha() or not words[0].islower() or words[0] in _BODY or len(words) > 14:
            continue
        if _lasts(words[0], first_person=first_person):
            found = " ".join([ing_form(words[0]), *words[1:]])
    if found:
        return found
    return f"{posture} {where}".strip() if posture else ""


def _lasts(verb: str, *, first_person: bool) -> bool:
    """Whether a verb tells of something one is busy with for a while; "write" does so after "I" alone."""
    base = base_form(verb[:-3] if verb.endswith("ing") else verb)
    if base in _LASTING:
        return True
    doubled = len(base) > 3 and base[-1] == base[-2] and base[:-1] in _MOMENT
    known = base in _MOMENT or f"{base}e" in _MOMENT or doubled
    return not known and (first_person or verb.endswith(("s", "ing")))
