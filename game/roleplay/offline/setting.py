"""What a speaker has around them, as the fields that fragments are filled with."""

from __future__ import annotations

import re

from game.roleplay.events import YOU
from game.roleplay.offline.hearing import Act, Heard
from game.roleplay.offline.manner import Manner
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.text import STOP, capital, content, shortened, stem, straight, turned, word_set
from game.roleplay.state import Activity
from game.roleplay.view import SpeakerView

_PARTS = ("morning", "noon", "afternoon", "evening", "night")
_HOUR = re.compile(r"\b(\d{1,2}):(\d{2})\s*(am|pm)?", re.IGNORECASE)
_DRINK = re.compile(
    r"\b(?:beer|wine|tea|coffee|glass|cup|mug|drink|bottle|cocoa|whisky|whiskey|water|juice|"
    r"tankard|flask)\b",
    re.IGNORECASE,
)
_WEATHER = (
    ("rain", r"\brain\w*|\bdrizzl\w*|\bregen"),
    ("snow", r"\bsnow\w*|\bschnee"),
    ("storm", r"\bstorm\w*|\bthunder\w*|\bgewitter"),
    ("wind", r"\bwindy|\bthe wind\b"),
    ("fog", r"\bfog\w*|\bmist\b|\bnebel"),
    ("fire", r"\bfireplace|\bcampfire|\bhearth|\bthe fire\b|\bkamin"),
)
_NOUN = re.compile(
    r"\b(?:my|your|our|the|that|those|his|her|"
    r"their)\s+(?P<n>[a-z][\w'-]+(?:\s+[a-z][\w'-]+){0,2})",
    re.IGNORECASE,
)
_NO_TOPIC = word_set(
    "thing things way time day lot bit moment question point one ones rest other others same end whole first "
    "last night "
    "morning evening afternoon week year best worst truth fact idea mind head face eyes hand hands heart life "
    "way place "
    "door room side back front part kind sort matter name word words turn problem reason feeling sake next more most"
)
_NO_HEAD = word_set(
    "is are was were has have had does did will would can could keeps makes made said says told tells went goes "
    "got gets "
    "and or but with from into onto that which who when where while because so if as than then always never just "
    "about together again there here alone anyway instead today"
)


def part_of_day(clock: str) -> str:
    """``morning`` to ``night``, by the clock's own words; ``day`` where it has none."""
    low = clock.lower()
    if "midnight" in low:
        return "night"
    found = next((part for part in reversed(_PARTS) if part in low), "")
    hour = _HOUR.search(low)
    if found or not hour:
        return "afternoon" if found == "noon" else found or "day"
    at = int(hour.group(1)) % 12 + (12 if hour.group(3) == "pm" else 0) if hour.group(3) else int(hour.group(1))
    return "night" if at < 5 or at >= 22 else "morning" if at < 12 else "afternoon" if at < 18 else "evening"


def around(view: SpeakerView) -> list[str]:
    """The kind of place, the hour and the weather, as keys of the fragments that speak of them."""
    described = view.scene.description.lower()[:4000]
    keys = [key for key, cue in _WEATHER if re.search(cue, described)]
    part = part_of_day(view.clock)
    if part in ("night", "morning", "evening"):
        keys.append(part)
    if view.container is not None:
        keys.append(view.container.type)
    return keys


def base_slots(view: SpeakerView, manner: Manner) -> dict[str, str]:
    """The fields that hold whatever was said."""
    name = view.names.get(view.addressee, "")
    is_you = view.addressee == YOU
    part = part_of_day(view.clock)
    place = view.container.name if view.container is not None else ""
    named = the(place)
    own = view.activities.get(view.speaker.id, Activity())
    spots = [slot for slot in (view.container.slots if view.container else ()) if len(slot) < 30]
    other = next(
        (
            first_name(view.names[one])
            for one in view.scene.present
            if one in view.names and one not in (YOU, view.speaker.id)
        ),
        "",
    )
    slots = {
        "to": "you" if is_you else first_name(name),
        "tos": "your" if is_you else f"{first_name(name)}'s",
        "name": "" if name.lower() == "you" else first_name(name),
        "you": "you" if not view.you.name else first_name(view.you.name),
        "me": first_name(view.speaker.name),
        "they": manner.they,
        "their": manner.their,
        "them": manner.them,
        "them_self": manner.them_self,
        "part": part,
        "part_rest": {"morning": "breakfast", "afternoon": "supper", "evening": "a drink"}.get(part, "a night's sleep"),
        "place": named,
        "place_kind": view.container.type if view.container is not None and view.container.type != "place" else "room",
        "clock": shortened(view.clock, 60),
        "clock_low": _lowered(shortened(view.clock, 60)),
        "thing": _thing(own),
        "busy": _busy(own),
        "verb": _verb(own),
        "focus": own.attention or ("the road" if "driv" in own.verb else own.verb and "the work"),
        "spot": spots[view.seed % len(spots)] if spots else "",
        "other": other,
    }
    return with_capitals(slots)


def with_capitals(slots: dict[str, str]) -> dict[str, str]:
    """The same with ``<name>_cap`` beside each, for sentence beginnings."""
    return {**slots, **{f"{key}_cap": capital(value) for key, value in slots.items()}}


def the(place: str) -> str:
    """A place's name as it is spoken of: ``the office``, ``Hollis & Sons``."""
    if (
        not place
        or place[0].isupper()
        or place.split()[0] in ("the", "a", "an", "somewhere", "outside", "home", "my", "your")
    ):
        return place
    return f"the {place}"


def _lowered(clock: str) -> str:
    days = (
        "Mon",
        "Tue",
        "Wed",
        "Thu",
        "Fri",
        "Sat",
        "Sun",
        "Day",
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
    )
    return clock if not clock or clock.startswith((*days, "Oct", "Nov", "Dec")) else clock[0].lower() + clock[1:]


def _thing(own: Activity) -> str:
    if not own.holding or len(own.holding[-1]) > 40:
        return ""
    bare = re.sub(
        r"^(?:a|an|the|some|one of the|my|her|his|their)\s+", "", own.holding[-1].strip(), flags=re.IGNORECASE
    )
    return f"the {bare}" if bare else ""


def is_drink(thing: str) -> bool:
    """Whether one can take a sip of it."""
    return _DRINK.search(thing) is not None


def _busy(own: Activity) -> str:
    verb = own.verb.split(",")[0].strip()
    still = re.match(
        r"(?:sitting|standing|lying|leaning|being|here|just|waiting|done|starting|winding|going|having|taking)\b", verb
    )
    return verb if re.match(r"[a-z]+ing\b", verb) and not still and len(verb) < 60 else ""


def _verb(own: Activity) -> str:
    verb = own.verb.split(",")[0].strip()
    return verb if verb and verb not in ("here", "there") and len(verb) < 90 else own.posture


def watchful(own: Activity) -> bool:
    """Whether what somebody does leaves them no glance to spare."""
    return own.required_attention == "high" or re.match(r"driving|riding|flying", own.verb) is not None


def of_what(heard: Heard, act: Act | None) -> dict[str, str]:
    """``x``, ``topic``, ``gift`` and ``do_i``: what was said, as the other one takes it up."""
    slots: dict[str, str] = {}
    if act is None:
        return slots
    about = straight(act.about)
    if act.sort == "give":
        slots["gift"] = re.sub(r"^(?:my|his|her|their)\s+", "the ", about)
    if about and len(about.split()) <= 8:
        slots["x"] = turned(about)
    topic = _topic(act, about)
    if topic:
        slots["topic"] = topic
    asked = re.search(
        r"\b(do|don't|are|aren't|will|would|could|can|should|did|were) you\b(.{0,60}?)[?.!,]*$",
        act.sentence,
        re.IGNORECASE,
    )
    if asked:
        verb = {"are": "am", "aren't": "am", "were": "was", "don't": "do"}.get(
            asked.group(1).lower(), asked.group(1).lower()
        )
        slots["do_i"] = f"{capital(verb)} I{turned(asked.group(2)) and ' '}{turned(asked.group(2))}".rstrip(" ?.!,")
    return with_capitals(slots)


def _topic(act: Act, about: str) -> str:
    """The thing spoken of, as a noun with its article turned round, or empty."""
    if act.sort in ("like", "dislike", "q_like", "q_opinion", "offer") and 0 < len(about.split()) <= 4:
        return turned(about)
    if act.sort == "kin" and about:
        return f"your {about}"
    for found in _NOUN.finditer(straight(act.sentence)):
        words = found.group("n").split()
        kept: list[str] = []
        for word in words:
            if word.lower() in _NO_HEAD or (word.lower() in STOP and kept):
                break
            kept.append(word)
        if kept and kept[-1].lower() not in _NO_TOPIC | STOP and not kept[-1].lower().endswith(("ing", "ly")):
            return turned(f"{found.group(0).split()[0].lower()} {' '.join(kept)}")
    return ""


def about_of(heard: Heard, act: Act | None) -> frozenset[str]:
    """The words to look for in memory."""

    source = f"{act.about} {act.sentence}" if act is not None else heard.said
    return frozenset(stem(word) for word in content(source))
