"""Whether a scene ends with a turn.  A wrong yes costs more than a wrong no, so only plain words count (004 7.2)."""

from __future__ import annotations

import re

from game.roleplay.events import NARRATOR, YOU
from game.roleplay.jobs import DetectEnd, Place, SceneEnd
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.places import as_place, known_as, outside, places_in
from game.roleplay.offline.segments import parts
from game.roleplay.offline.text import bounded, sentences, straight

_SAID = re.compile(
    r"^(?:\W*)(?:and )?(?:fade (?:out|to black)|cut to black|(?:end|close) (?:of )?(?:the )?scene|scene (?:ends|"
    r"over|closes?)|the end|"
    r"(?:i think |well,? |so,? |okay,? |and )*we(?:'re| are) done here|that's (?:it|all) for (?:now|tonight|"
    r"this scene)|"
    r"let's (?:end|close|wrap up) (?:the scene|this scene|here|it here)|abblende|ende der szene|"
    r"szene ende)\b[\s.!…*)]*$",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"^(?:\W*)(?:\(?time ?skip\b|fast[- ]forward\b|skip (?:ahead|to|forward)\b|(?:the )?next (?:morning|day|"
    r"evening|night|week|afternoon)\b(?=[,.:…]|$)|"
    r"(?:a few|several|two|three|four|five|some|an?|many) (?:hours?|days?|weeks?|months?|years?) (?:later|"
    r"pass(?:es)?|passed|go by)\b|"
    r"later that (?:day|night|evening|morning|week)\b|am nächsten (?:morgen|tag|abend)\b|(?:einige|ein paar|zwei|"
    r"drei) (?:stunden|tage|wochen) später\b)",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:we|(?:the )?(?:two|three|both) of us|they both)\s+(?:(?:all|both|finally|then|slowly|quietly|just|"
    r"eventually|quickly|"
    r"leave \w+ and|get up and|get in the car and)\s+)*"
    r"(?:drove|drive|walked|walk|went|stepped|step|headed|head|moved|move|rode|ride|ran|run|climbed|climb|"
    r"strolled|stroll|arrived?|"
    r"got|get|reach(?:ed)?|enter(?:ed)?|slipped|slip|sneaked|snuck|take the \w+|took the \w+|flew|fly|sailed|sail|"
    r"made our way|make our way)\b",
    re.IGNORECASE,
)
_LED = re.compile(
    r"\b(?:leads?|takes?|drags?|pulls?|brings?|drives?|walks?|guides?|carries|ushers?|follows?)\s+(?:you|us|me|"
    r"her|him|them|[A-Z]\w+|[Ii]t)"
    r"(?:\s+(?:by the hand|along|with \w+|back|out|over|up|down|by (?:her|his|their|your|my) (?:hand|sleeve|"
    r"arm)))*\s+"
    r"(?:to|into|onto|out|outside|inside|through|home|up to|down to|in)\b",
    re.IGNORECASE,
)
_FETCH = re.compile(
    r"\b(?:let me|i'll|i will|let's) (?:just |quickly |go )*(?:grab|get|fetch|bring|make|"
    r"pour) [^.!?]{1,60}? (?:from|in) (?:the|my|your|our) ",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(
    r"\b(?:last|yesterday|once|ago|used to|tomorrow|later|tonight|next|when (?:i|we) (?:was|were)|if|would|could|"
    r"should|might|remember|back then|"
    r"every|always|sometimes|usually|never|dreamt|dreamed|imagine|wish|want to|going to|gonna|will|plan|before|"
    r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"in (?:january|february|march|april|may|june|july|august|september|october|november|december|\d{4}|summer|"
    r"winter|spring|autumn)|as (?:a )?kids?|"
    r"that (?:day|night|summer|winter|time)|the other day|don't|didn't|not|almost|nearly)\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\b(?:(?:heads?|walks?|steps?|slips?|storms?|hurr(?:y|ies)|strides?|stalks?|rush(?:es)?) (?:out|off|away|"
    r"home|for the door and (?:out|leaves))|"
    r"leaves?(?! (?:it|a|the (?:door|light|room to|key)|me|you|her|him|them|no|something|his|her \w+ on))|is gone|"
    r"drives? (?:off|away)|"
    r"(?:says? (?:goodbye|good night) and (?:goes|leaves))|disappears? (?:out|through|into)|lets? (?:herself|"
    r"himself|themself|themselves|myself) out|"
    r"clos(?:es|ing) the door behind (?:her|him|them|me)|takes? (?:her|his|their|my) leave|verlässt|"
    r"geht (?:hinaus|nach hause))\b",
    re.IGNORECASE,
)
_ONLY_ASIDE = re.compile(
    r"\b(?:for a moment|be right back|back in a|comes? back|returns?|to (?:get|fetch|grab)|"
    r"almost|nearly|about to|wants? to|starts? to|considers?|if)\b",
    re.IGNORECASE,
)


def detect_end(job: DetectEnd) -> SceneEnd:
    """See :class:`~game.roleplay.jobs.DetectEnd`."""
    said, done = (straight(bounded(part)) for part in parts(job.said))
    guest_left = _guest_left(job, said, done)
    told = job.said.speaker in (YOU, NARRATOR)
    spoken = sentences(said)
    if told and any(_SKIP.search(sentence) for sentence in (*spoken[:1], *sentences(done)[:1])):
        return SceneEnd(closes=True, why="skip", guest_left=guest_left)
    if told and any(_SAID.search(sentence) and not sentence.endswith("?") for sentence in (*spoken, *sentences(done))):
        return SceneEnd(closes=True, why="said", guest_left=guest_left)
    place = next(
        (place for text in (done, said) for one in sentences(text)[:40] if (place := _led_to(one, job, text is done))),
        None,
    )
    if place is not None:
        return SceneEnd(closes=True, why="container", place=place, guest_left=guest_left)
    return SceneEnd(guest_left=guest_left)


def _led_to(sentence: str, job: DetectEnd, is_action: bool) -> Place | None:
    """Where a sentence has taken everyone; None when it only speaks of going, or is of another time."""
    if sentence.rstrip("\"')").endswith("?") or _NOT_NOW.search(sentence):
        return None
    cue = _MOVED.search(sentence) or (_LED.search(sentence) if is_action else None)
    if cue is None and job.said.speaker == YOU:
        cue = _FETCH.search(sentence)
    if cue is None:
        return None
    if not is_action and job.said.speaker not in (YOU, NARRATOR):
        return None
    rest = sentence[cue.start() :]
    own = re.search(
        r"\b(?:to|into|onto|inside|in|at|from|through|reach(?:ed)?|enter(?:ed)?|home|"
        r"out)\b(?P<where>.*)",
        rest,
        re.IGNORECASE,
    )
    options = [place for _, place in places_in(rest if own is None else own.group(0))]
    here = job.container
    for place in options:
        known = known_as(place.name, job.known)
        if here is not None and (known is not None and known.id == here.id):
            continue
        if place.type == "vehicle" and len(options) > 1:
            continue
        return as_place(known) if known is not None else place
    if not options and outside(rest) and (here is None or here.type != "outdoors"):
        known = known_as("outside", job.known)
        return (
            as_place(known)
            if known is not None
            else Place(name="outside", type="outdoors", public=True, audible_range="a few steps")
        )
    return None


def _guest_left(job: DetectEnd, said: str, done: str) -> bool:
    """Whether the guest went, in their own deeds or as told by name."""
    guest = next((one for one in job.present if one.id == job.guest), None)
    if guest is None or not job.guest:
        return False
    if job.said.speaker == guest.id:
        return any(_GONE.search(one) and not _ONLY_ASIDE.search(one) for one in sentences(done))
    name = re.escape(first_name(guest.name))
    told = (*sentences(done), *(sentences(said) if job.said.speaker in (YOU, NARRATOR) else ()))
    for one in told:
        found = re.search(rf"(?<!\w){name}(?!\w|')(?P<rest>.*)", one, re.IGNORECASE)
        if found and not one.endswith("?") and not _NOT_NOW.search(one) and not _ONLY_ASIDE.search(one):
            verb = _GONE.search(found.group("rest"))
            if verb and not re.search(r"\b(?:i|you|we)\b", found.group("rest")[: verb.start()], re.IGNORECASE):
                return True
    return False
