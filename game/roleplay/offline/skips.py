"""Time that is skipped: what is finished, what is remembered, where everyone is then (004 9)."""

from __future__ import annotations

import re

from game.roleplay.events import YOU
from game.roleplay.jobs import Doing, Place, Present, Skip, Skipped, SkippedMemory
from game.roleplay.offline.hearing import hear_text
from game.roleplay.offline.places import as_place, first_place, places_in
from game.roleplay.offline.text import bounded, capital, content, sentences, shortened, stems, straight, turned
from game.roleplay.offline.words.passing import ARRIVED, FINISHED, LANDING, PASSED
from game.roleplay.state import Activity

_TOWARDS = re.compile(r"\b(?:to|towards?|for|into|back to|nach|zum|zur)\s+(?P<x>.{2,80})$", re.IGNORECASE)
_ARRIVE = re.compile(r"\b(?:arriv\w*|get there|there|ankommen|da sind|reach)\b", re.IGNORECASE)
_TRAVEL = re.compile(r"\b(?:driv|walk|rid|fly|sail|travel|head|go|run|cycl|hik|march|row|climb|fahr)\w*", re.IGNORECASE)
_NOTHING = re.compile(
    r"^\W*(?:not (?:much|really|a thing)|no(?:thing)?(?: (?:much|notable|special|happened|really))*|nope|"
    r"nichts(?: besonderes)?|nein|uneventful|-)?\W*$",
    re.IGNORECASE,
)


def skip(job: Skip) -> Skipped:
    """See :class:`~game.roleplay.jobs.Skip`."""
    if job.how == "elision":
        return _elided(job)
    return _jumped(job)


def _pick(options: tuple[str, ...], *parts: str) -> str:
    """One of the options, the same for the same words."""
    return options[sum(map(ord, "".join(parts)[:400])) % len(options)]


def _elided(job: Skip) -> Skipped:
    """To the end of what is being done: travellers arrive, readers close the book."""
    moving = next((one for one in job.present if _TRAVEL.search(one.activity.verb)), None)
    place = _destination(job, moving)
    doings = [_landed(one, place, at_end=True) for one in job.present if place is not None or one.activity.verb]
    if place is not None:
        told = _pick(ARRIVED, job.asked, place.name).format(place=_the(place.name))
    else:
        busy = next((one.activity.verb for one in job.present if one.id != YOU and one.activity.verb), "")
        busy = busy or next((one.activity.verb for one in job.present if one.activity.verb), "")
        told = _pick(FINISHED, job.asked, busy).format(what=busy or "the moment")
    return Skipped(place=place, doings=doings[:3], narration=_said_at(told, job.to_clock))


def _destination(job: Skip, moving: Present | None) -> Place | None:
    """Where a way leads: named in what was asked, in what is being done, or in what was said last."""
    asked = [place for _, place in places_in(straight(job.asked)[:400])]
    if asked:
        return asked[-1]
    if moving is None and not _ARRIVE.search(job.asked):
        return None
    texts = [one.activity.verb for one in job.present] + [turn.text[:600] for turn in reversed(job.before[-6:])]
    for text in texts:
        towards = _TOWARDS.search(straight(text)) if len(text) <= 120 else None
        found = [
            place
            for _, place in places_in(towards.group("x") if towards else straight(text))
            if place.type != "vehicle"
        ]
        if found and (job.container is None or found[-1].name != job.container.name):
            return found[-1]
        if towards and text in texts[: len(job.present)]:
            return Place(name=re.sub(r"^(?:the|a|an)\s+", "", towards.group("x")).strip(" ."))
    return None


def _jumped(job: Skip) -> Skipped:
    """Over hours or days: what was notable becomes memories, and everyone is somewhere sensible after it."""
    notable = "" if _NOTHING.match(job.notable[:80]) and len(job.notable) < 80 else straight(bounded(job.notable))
    memories = [
        SkippedMemory(text=shortened(capital(turned(one)), 400), significance=_weight(one))
        for one in sentences(notable)[:6]
    ]
    place = first_place(straight(job.asked)[:400]) or _last_place(notable)
    if place is not None and job.container is not None and place.name == job.container.name:
        place = as_place(job.container)
    doings = [_landed(one, place, at_end=False, clock=job.to_clock) for one in job.present]
    told = _pick(PASSED, job.asked, job.to_clock)
    return Skipped(memories=memories, place=place, doings=doings[:3], narration=_said_at(told, job.to_clock))


def _last_place(notable: str) -> Place | None:
    """Where the telling ends up, if it says that anybody moved or is there now."""
    ends = re.search(
        r"\b(?:now|moved|ended up|back at|back in|are at|are in|wake up (?:in|at)|woke up (?:in|"
        r"at))\b(?P<x>[^.!?]*)$",
        notable.rstrip(".!? "),
        re.IGNORECASE,
    )
    return first_place(ends.group(0)) if ends else None


def _weight(sentence: str) -> int:
    heard = hear_text(sentence, sentence)
    heavy = re.search(
        r"\b(?:died|death|kiss(?:ed)?|married|proposed|broke up|betray\w*|cheated|baby|pregnant|"
        r"killed|confessed (?:her|his|their|my|your)? ?love)\b",
        sentence,
        re.IGNORECASE,
    )
    if heavy or heard.has("love", "defining", "betrayal", "proposal", "breakup"):
        return (
            3
            if re.search(
                r"\b(?:first kiss|died|married|proposed|betray\w*|broke up|killed|cheated)\b", sentence, re.IGNORECASE
            )
            else 2
        )
    if re.search(
        r"\b(?:fight|fought|argued|argument|quarrel\w*|secret|accident|hospital|moved in|date|fired|"
        r"lost)\b",
        sentence,
        re.IGNORECASE,
    ):
        return 2
    return 1 if len(content(sentence)) >= 2 else 0


def _landed(one: Present, place: Place | None, *, at_end: bool, clock: str = "") -> Doing:
    """What somebody does when the story goes on: nothing that needs them, on their feet unless they were not."""
    part = next((part for part in LANDING if part in clock.lower()), "")
    verb = (
        "just arrived"
        if at_end and place is not None
        else LANDING.get(part, "settling back in")
        if not at_end
        else _after(one.activity)
    )
    keeps = one.activity.posture if place is None and at_end else "standing"
    return Doing(
        who=one.id,
        verb=verb,
        interruptible=True,
        required_attention="low",
        expected_duration="a moment",
        posture=keeps or "standing",
        slot="" if place is not None else None,
        holding=[] if not at_end else None,
        attention="",
    )


def _after(activity: Activity) -> str:
    root = " ".join(activity.verb.split()[:6])
    return f"done {root}" if root.split(" ")[0].endswith("ing") else "done with it"


def _the(name: str) -> str:
    return (
        name
        if not name or name[0].isupper() or name.split()[0] in ("the", "a", "an", "outside", "home", "somewhere")
        else f"the {name}"
    )


def _said_at(told: str, clock: str) -> str:
    return f"{told} {capital(clock)}." if clock and not stems(clock) <= stems(told) else told
