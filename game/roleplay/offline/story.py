"""What the story carries on: threads that open and close, things planned, begun, done with and called off."""

from __future__ import annotations

import re
from typing import Any

from game.roleplay.jobs import UpdateState
from game.roleplay.offline.hearing import Act, Heard, hear
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.text import capital, shortened, stems, straight
from game.roleplay.offline.words.cues import WHEN
from game.roleplay.state import Happening, Thread, Turn

_WHEN = re.compile(rf"\b(?:{WHEN})\b", re.IGNORECASE)
_GOING = re.compile(
    r"^(?:go|meet|have|do|drive|take|visit|see|try|come|get|grab|eat|cook|watch|play|walk|hike|swim|dance|"
    r"celebrate|make|"
    r"build|start|practise|practice|run|fly|sail|camp|spend|throw|hold)\b",
    re.IGNORECASE,
)
_KEPT = re.compile(
    r"\b(?:kept (?:my|the) (?:promise|word)|as (?:i )?promised|like (?:i )?promised|i did it|it's done|"
    r"i've done it|it is done|"
    r"i(?:'ve| have)? (?:found|fixed|finished|solved|told|brought|returned|paid|made it)|settled|sorted|resolved|"
    r"finally|here it is)\b",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r"\b(?:never mind|forget (?:it|about it|i said)|it doesn't matter|let it go|not important)\b", re.IGNORECASE
)
_BEGUN = re.compile(
    r"\b(?:we're here|here we are|we(?:'ve| have) (?:arrived|made it)|we(?:'re| are) (?:finally )?(?:at|"
    r"on our way|off)|arrives?|arrived|"
    r"it's (?:starting|started|beginning|begun)|has (?:started|begun)|let's (?:start|begin|go)(?=[.!]|$| now)|"
    r"time to go|gets? going|ready\?)",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:that was|it's over|is over|(?:we're|we are) (?:done|back)|back home|finished|what a (?:day|night|"
    r"evening|trip|show|party)|came to an end|"
    r"all done|the end of the|i enjoyed|had a (?:great|good|lovely|wonderful) time|we did it)\b",
    re.IGNORECASE,
)
_OFF = re.compile(
    r"\b(?:cancel(?:led|ed|s)?|call(?:ed|ing)? (?:it|that|the \w+) off|can't make it|won't make it|"
    r"not going(?: to happen)?|isn't happening|won't happen|"
    r"let's not|forget (?:about )?(?:the|our|it)|postpone\w*|another time|some other time|rain check|"
    r"i changed my mind)\b",
    re.IGNORECASE,
)


def story_of(job: UpdateState, heard: Heard) -> dict[str, Any]:
    """The story's part of :class:`~game.roleplay.jobs.StateChanges`, as its fields."""
    names = {one.id: one.name for one in job.present}
    cancelled = _cancelled(job, heard)
    begun = [] if cancelled else _moving(job, heard, "planned", _BEGUN)
    completed = [] if cancelled else _moving(job, heard, "active", _OVER)
    closed = _closed(job, heard)
    return {
        "threads_opened": _opened(job, heard, names),
        "threads_closed": closed[:8],
        "planned": [] if cancelled else _planned(job, heard),
        "begun": begun[:8],
        "completed": completed[:8],
        "cancelled": cancelled[:8],
    }


# -- threads ---------------------------------------------------------------------------------------------------------


def _opened(job: UpdateState, heard: Heard, names: dict[str, str]) -> list[str]:
    me = _called(names.get(job.said.speaker, ""))
    others = [who for who in names if who != job.said.speaker]
    to = job.said.addressee if job.said.addressee in others else next(iter(others), "")
    you = _called(names.get(to, "")) or "someone"
    found: list[str] = []
    for act in heard.acts:
        title = _title(act, me, you)
        if title and not any(_alike(title, known) for known in (*(thread.title for thread in job.threads), *found)):
            found.append(shortened(title, 120))
    return found[:2]


def _title(act: Act, me: str, you: str) -> str:
    if act.sort == "promise" and len(act.about.split()) >= 2:
        return f"{me} promised {you}: {_of(act.about, me, you)}"
    if act.sort == "unsaid":
        return f"{me} has something to tell {you}"
    if act.sort == "secret":
        return f"A secret {me} shared with {you}"
    if act.sort in ("betrayal", "threat", "breakup", "unlove"):
        return (
            f"What {me} did to {you} stands between them"
            if act.sort == "betrayal"
            else f"A break between {me} and {you}"
        )
    if act.sort == "insult" or (act.sort == "accusation" and "fault" not in act.sentence.lower()):
        return f"A quarrel between {me} and {you}"
    if act.sort == "proposal":
        return f"{me} asked {you} for their hand"
    return ""


def _of(clause: str, me: str, you: str) -> str:
    """A promise in words that are clear without its speaker."""
    swap = {"you": you, "your": f"{you}'s", "my": f"{me}'s", "me": me, "i": me}
    return re.sub(r"\b(?:you|your|my|me|i)\b", lambda found: swap[found.group().lower()], clause, flags=re.IGNORECASE)


def _called(name: str) -> str:
    return "the player" if name.strip().lower() in ("", "you") else first_name(name)


def _alike(one: str, other: str) -> bool:
    """Whether two titles are of the same thing, whichever way round it is told."""
    first, second = stems(one), stems(other)
    return bool(first and second) and len(first & second) >= max(2, min(len(first), len(second)) - 1)


def _closed(job: UpdateState, heard: Heard) -> list[int]:
    about = stems(f"{heard.said} {heard.done}")
    return [thread.id for thread in job.threads if thread.open and _resolves(thread, heard, about)]


def _resolves(thread: Thread, heard: Heard, about: frozenset[str]) -> bool:
    title = thread.title.lower()
    if "quarrel" in title or "stands between" in title or "break between" in title:
        return heard.has("forgive")
    if "something to tell" in title:
        return heard.has("love", "secret", "betrayal", "defining", "grief") or _DROPPED.search(heard.said) is not None
    shared = len(stems(title) & about)
    if "promised" in title:
        return shared >= 1 and _KEPT.search(heard.said) is not None
    if "asked" in title and "hand" in title:
        return heard.has("agreement", "refusal")
    return shared >= 2 and _KEPT.search(heard.said) is not None


# -- happenings ------------------------------------------------------------------------------------------------------


def _planned(job: UpdateState, heard: Heard) -> list[str]:
    open_titles = [one.title for one in job.happenings if one.state in ("planned", "active")]
    made: list[str] = []
    for act in heard.acts:
        title = _plan(act)
        if title and not any(_alike_plan(title, known) for known in (*open_titles, *made)):
            made.append(title)
    if not made and heard.has("agreement") and not heard.has("refusal") and (asked := _asked(job)):
        made = [title for title in [asked] if not any(_alike_plan(title, known) for known in open_titles)]
    return made[:2]


def _plan(act: Act, *, asked: bool = False) -> str:
    """The title of what is planned: somewhere to go or something to do, and when."""
    sentence = straight(act.sentence)
    if act.sort not in ("invitation", "plan") or re.search(
        r"\b(?:don't|not|never|if|last|ago)\b", sentence, re.IGNORECASE
    ):
        return ""
    if sentence.rstrip("\"')").endswith("?") and not asked:
        return ""
    when = _WHEN.search(sentence)
    about = act.about if act.sort == "invitation" else re.sub(r"^(?:going to|gonna)\s+", "", act.about)
    if when is None or (act.sort == "invitation" and not _GOING.search(about)):
        return ""
    words = about if when.group(0).lower() in about.lower() else f"{about} {when.group(0)}"
    words = re.sub(r"\b(?:my|your)\b", "the", words, flags=re.IGNORECASE)
    return shortened(capital(words.strip(" ,")), 90) if len(words.split()) >= 2 else f"Meeting {words.strip()}"


def _asked(job: UpdateState) -> str:
    """What was proposed in the last turn before this one by somebody else, with a time to it."""
    before = [turn for turn in job.before if turn.number != job.said.number]
    last = before[-1] if before else None
    if last is None or last.speaker == job.said.speaker:
        return ""
    return next((title for act in hear(last).acts if (title := _plan(act, asked=True))), "")


def _alike_plan(one: str, other: str) -> bool:
    return bool(stems(one) & stems(other))


def _moving(job: UpdateState, heard: Heard, state: str, cue: re.Pattern[str]) -> list[int]:
    text = f"{heard.said} {heard.done}"
    if not cue.search(text) or heard.said.rstrip().endswith("?"):
        return []
    if re.search(r"\b(?:when|once|until|if|before) (?:we|it|i|you)\b", text, re.IGNORECASE):
        return []
    return [one.id for one in _named([one for one in job.happenings if one.state == state], text, job.said)]


def _cancelled(job: UpdateState, heard: Heard) -> list[int]:
    if not _OFF.search(heard.said) or heard.said.rstrip().endswith("?"):
        return []
    live = [one for one in job.happenings if one.state in ("planned", "active")]
    return [one.id for one in _named(live, heard.said, job.said)]


def _named(options: list[Happening], text: str, said: Turn) -> list[Happening]:
    """Those the text speaks of; the only one there is needs no naming."""
    about = stems(text)
    hits = [one for one in options if (stems(one.title) - _DAYS) & about]
    return hits or (options if len(options) == 1 and not about - _PLAIN else [])


_DAYS = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "morning",
        "afternoon",
        "evening",
        "night",
        "week",
    ]
)
_PLAIN = stems(
    "cancelled cancel call make postpone changed mind arrived finally finished over day night evening time won't "
    "happen happening"
)
