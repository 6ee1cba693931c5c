"""What stays of a happening that is over: objects, knowledge, a changed relationship, nothing else (004 11.3)."""

from __future__ import annotations

import re

from game.roleplay.events import NARRATOR
from game.roleplay.jobs import EdgeChange, Present, Promote, Promotion
from game.roleplay.offline.facts import facts_of
from game.roleplay.offline.hearing import hear
from game.roleplay.offline.segments import parts
from game.roleplay.offline.text import sentences, shortened, stem, straight
from game.roleplay.offline.update import WORTH
from game.roleplay.state import MAX_DELTA, Turn, within

_EATEN = re.compile(
    r"\b(?:wine|beer|coffee|tea|water|drink|glass|cup|mug|bottle|sandwich|cake|bread|food|soup|pizza|snack|apple|"
    r"cheese|chocolate|cookie|"
    r"basket|blanket|plate|fork|napkin|towel|umbrella|menu|bill|ice cream|cocktail|popcorn|match|lighter|"
    r"cigarette|tissue|hand|look|kiss|"
    r"hug|smile|nod|glance|moment|chance|seat|ride|lift|answer|time|space|push|hint)s?\b",
    re.IGNORECASE,
)
_KEEPS = re.compile(
    r"\b(?:keep (?:it|this|that|the (?P<a>[\w -]{2,30}))|(?:it|this|the (?P<b>[\w -]{2,30})) is (?:for you|yours)|"
    r"for you to keep|yours to keep|"
    r"i want you to have (?:it|this|the (?P<c>[\w -]{2,30})|my (?P<d>[\w -]{2,30}))|you can have (?:it|this|"
    r"my (?P<e>[\w -]{2,30})))\b",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"\b(?:hands?|gives?|gave|handed|presents?|slips?|presses)\s+(?:over\s+)?(?:(?P<to>you|her|him|them|me|"
    r"[A-Z]\w+)\s+)?"
    r"(?P<x>(?:a|an|the|my|his|her|their)\s+[\w' -]{2,40}?)(?=\s+(?:to|into|over|with|and)\b|[.,!?*]|$)"
    r"(?:\s+to\s+(?P<to2>you|her|him|them|me|[A-Z]\w+))?",
)
_POCKETS = re.compile(
    r"\b(?:pockets?|keeps?|buys?|bought|wins?|won|puts? on|slips? on|tucks?|stows?)\s+(?P<x>(?:a|an|the|my|his|"
    r"her|their|your)\s+[\w' -]{2,40}?)"
    r"(?=\s+(?:into|in|away|on|under|with|and|from|for)\b|[.,!?*]|$)"
)


def promote(job: Promote) -> Promotion:
    """See :class:`~game.roleplay.jobs.Promote`."""
    objects: dict[tuple[str, str], None] = {}
    for turn in job.turns[-400:]:
        for owner, item in _objects(turn, job):
            objects.setdefault((owner, item))
    return Promotion(objects=list(objects)[:8], knowledge=_knowledge(job)[:6], relationship=_relationship(job)[:6])


def _objects(turn: Turn, job: Promote) -> list[tuple[str, str]]:
    said, done = (straight(part)[:4000] for part in parts(turn))
    others = [one for one in job.present if one.id != turn.speaker]
    to = turn.addressee or (others[0].id if others else "")
    made: list[tuple[str, str]] = []
    for sentence in sentences(done)[:40]:
        for found in _GIVES.finditer(sentence):
            owner = _owner(found.group("to") or found.group("to2") or "", turn, others, to)
            made.append((owner, found.group("x")))
        if turn.speaker != NARRATOR:
            made += [(turn.speaker, found.group("x")) for found in _POCKETS.finditer(sentence)]
    for found in _KEEPS.finditer(said):
        named = next((value for value in found.groupdict().values() if value), "")
        only = job.happening.props[0] if len(job.happening.props) == 1 else ""
        item = named or next((thing for _, thing in made), "") or only
        if item:
            made.append((to, item))
    kept = _KEEPS.search(said) is not None
    return [(who, _named(item)) for who, item in made if who and _stays(item, job, kept)]


def _owner(word: str, turn: Turn, others: list[Present], to: str) -> str:
    if word and word[0].isupper():
        return next((one.id for one in others if one.name.lower().startswith(word.lower())), "")
    return turn.speaker if word == "me" and turn.speaker == NARRATOR else to


def _stays(item: str, job: Promote, kept: bool) -> bool:
    """Props are scenery unless said to be kept; food, drink and gestures are never possessions."""
    if _EATEN.search(item) and not kept:
        return False
    head = stem(item.lower().split()[-1])
    is_prop = any(head in {stem(word) for word in prop.lower().split()} for prop in job.happening.props)
    return kept or not is_prop or not _EATEN.search(item)


def _named(item: str) -> str:
    return shortened(re.sub(r"^(?:my|his|her|their|your)\s+", "the ", item.strip().lower()), 80)


def _knowledge(job: Promote) -> list[EdgeChange]:
    names = {one.id: one.name for one in job.present}
    learned: dict[tuple[str, str], list[str]] = {}
    for turn in job.turns[-400:]:
        if turn.speaker in names:
            for fact in facts_of(parts(turn)[0], names[turn.speaker]):
                for one in job.present:
                    if one.id != turn.speaker:
                        learned.setdefault((one.id, turn.speaker), []).append(fact)
    return [
        EdgeChange(owner=owner, target=target, facts=list(dict.fromkeys(facts))[:8])
        for (owner, target), facts in learned.items()
    ]


def _relationship(job: Promote) -> list[EdgeChange]:
    """Only what is strong enough to change how two stand: a kiss, a betrayal, not a compliment."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for turn in job.turns[-400:]:
        strong = [sort for sort in sorted(hear(turn).sorts) if sum(map(abs, WORTH.get(sort, (0, 0)))) >= 3]
        others = [one.id for one in job.present if one.id != turn.speaker]
        for owner in [turn.addressee] if turn.addressee in others else others:
            for sort in strong:
                affinity, trust = sums.get((owner, turn.speaker), (0, 0))
                sums[owner, turn.speaker] = (affinity + WORTH[sort][0], trust + WORTH[sort][1])
    return [
        EdgeChange(
            owner=owner,
            target=target,
            affinity_delta=within(affinity, -MAX_DELTA, MAX_DELTA),
            trust_delta=within(trust, -MAX_DELTA, MAX_DELTA),
        )
        for (owner, target), (affinity, trust) in sums.items()
    ]
