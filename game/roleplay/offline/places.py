"""Places named in prose, and what is known of a place of that name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from game.roleplay.jobs import Place
from game.roleplay.offline.text import shortened, straight, word_set
from game.roleplay.offline.words.places import EARSHOT, OUTSIDE, PLACES
from game.roleplay.state import Container

_NAMES = "|".join(sorted((re.escape(name) for name in PLACES), key=len, reverse=True))
_OWNER = (
    r"(?:the|a|an|my|your|our|her|his|their|this|that|[A-Z]\w+'s|der|die|das|den|dem|einer?|einem|einen|im|"
    r"am|beim|zum|zur)"
)
_PLACE = re.compile(
    rf"(?<!\w)(?:(?P<owner>{_OWNER})\s+)?(?P<adj>(?:[a-zäöü-]+\s+){{0,2}}?)(?P<name>{_NAMES})(?!\w)", re.IGNORECASE
)
_OUTSIDE = re.compile(rf"\b(?:{'|'.join(OUTSIDE)}|draußen|hinaus)\b", re.IGNORECASE)
_MOVING = re.compile(
    r"\b(?:driving|drives?|on the road|highway|motorway|rides?|riding|sailing|flying|in motion|"
    r"speeding)\b",
    re.IGNORECASE,
)
_TO_HOME = re.compile(r"\b(?:at|to|go|goes|went|head|my|your|her|his|come|came)\s+$", re.IGNORECASE)
_ARTICLE = re.compile(rf"\b{_OWNER}\s", re.IGNORECASE)
_NEEDS_ARTICLE = frozenset(("see", "stage", "field", "cell", "lift", "bridge", "party", "camp", "square", "market"))
_PLAIN_ADJ = word_set(
    "in at on to into near by of from with and is are was were the a an that this back go over down up out "
    "inside home for we you she he they it i just then alone together quietly still only all been being"
)


def places_in(text: str) -> list[tuple[int, Place]]:
    """The places ``text`` names, with where in the text each stands."""
    made = []
    for found in _PLACE.finditer(text):
        name = found.group("name").lower()
        if re.match(rf" (?:{_NAMES})(?!\w)", text[found.end() : found.end() + 40], re.IGNORECASE):
            continue
        if name == "home" and not _TO_HOME.search(text[max(0, found.start("name") - 12) : found.start("name")]):
            continue
        if name in ("bar", "counter", "bridge") and re.match(r" of (?:a|an|the)\b", text[found.end() :][:12]):
            continue
        if name in _NEEDS_ARTICLE and not found.group("owner") and not _ARTICLE.search(found.group("adj")):
            continue
        made.append((found.start("name"), place_named(_full_name(found), text)))
    return made


def _full_name(found: re.Match[str]) -> str:
    owner = found.group("owner") or ""
    adjectives = [word for word in found.group("adj").split() if word.lower() not in _PLAIN_ADJ]
    name = found.group("name").lower()
    if len(adjectives) == len(found.group("adj").split()):
        name = " ".join([*adjectives, name])
    return f"{owner} {name}" if owner.endswith("'s") else name


def place_named(name: str, around: str = "") -> Place:
    """A place of that name with what is usual there; ``around`` is the prose it was named in."""
    key = max((known for known in PLACES if name.lower().endswith(known)), key=len, default="")
    if not key:
        return Place(name=shortened(name, 80) or "somewhere")
    sort, public, slots = PLACES[key]
    moving = sort == "vehicle" and _MOVING.search(around) is not None
    return Place(
        name=shortened(name, 80),
        type=sort,
        moving=moving,
        public=public,
        audible_range=EARSHOT.get(sort, ""),
        slots=list(slots),
    )


def first_place(text: str) -> Place | None:
    """The place a text is set in: the first one named after "in", "at" or the like, else the first named."""
    text = straight(text)
    found = places_in(text)
    led = re.compile(r"\b(?:in|at|inside|into|on|to|im|am|beim|in der|auf)\s+(?:[\w'-]+\s+){0,3}$", re.IGNORECASE)
    for start, place in found:
        if led.search(text[max(0, start - 60) : start]):
            return place
    return found[0][1] if found else None


def outside(text: str) -> bool:
    """Whether a text leads outdoors without naming where."""
    return _OUTSIDE.search(text) is not None


def known_as(name: str, known: Iterable[Container]) -> Container | None:
    """The place of this chat that goes by that name already."""
    wanted = name.lower().removeprefix("the ")
    options = list(known)
    exact = next((one for one in options if one.name.lower().removeprefix("the ") == wanted), None)
    return exact or next((one for one in options if one.name.lower().split()[-1:] == wanted.split()[-1:]), None)


def as_place(container: Container) -> Place:
    """A place of this chat as a classifier names it."""
    return Place(
        name=shortened(container.name, 300),
        type=shortened(container.type, 300) or "place",
        moving=container.moving,
        public=container.public,
        audible_range=shortened(container.audible_range, 300),
        slots=[shortened(slot, 300) for slot in container.slots[:24]],
    )
