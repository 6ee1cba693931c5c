"""What an utterance did to everyone present: edges, what they know, what they do, what the story carries on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.events import YOU
from game.roleplay.jobs import Doing, EdgeChange, Present, StateChanges, UpdateState
from game.roleplay.offline.doing import doing_of
from game.roleplay.offline.facts import facts_of
from game.roleplay.offline.hearing import Heard, hear
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.story import story_of
from game.roleplay.offline.text import plain, stems
from game.roleplay.offline.words.cues import KIND_WORDS, NASTY_WORDS
from game.roleplay.state import MAX_DELTA, MIDDLE, Edge, within

WORTH: dict[str, tuple[int, int]] = {
    "thanks": (1, 0),
    "compliment": (1, 0),
    "gift": (1, 0),
    "comfort": (1, 1),
    "forgive": (1, 1),
    "apology": (0, 1),
    "trust": (1, 1),
    "promise": (0, 1),
    "missed": (1, 0),
    "secret": (1, 2),
    "grief": (1, 1),
    "love": (2, 1),
    "proposal": (2, 1),
    "give": (1, 0),
    "hug": (1, 0),
    "touch": (1, 0),
    "kiss_soft": (1, 0),
    "kiss_lips": (2, 1),
    "flirt": (1, 0),
    "joke": (0, 0),
    "cry": (0, 1),
    "insult": (-2, -1),
    "threat": (-3, -3),
    "accusation": (-1, -1),
    "dismissal": (-1, 0),
    "betrayal": (-3, -3),
    "unlove": (-3, -2),
    "breakup": (-3, -2),
    "strike": (-3, -3),
    "spit": (-3, -2),
    "take": (-1, -1),
    "defining": (0, 1),
}
"""What an act does to how the one it is meant for sees the one who does it: affinity and trust."""

NEARNESS = frozenset(("hug", "touch", "kiss_soft", "kiss_lips", "flirt", "love", "proposal"))
"""What is welcome only from somebody one likes."""

CRUEL = frozenset(("insult", "threat", "betrayal", "strike", "spit", "unlove", "breakup"))
"""What makes those who only look on think less of the one who does it."""

GOOD_WILL = 25
"""Below this affinity towards the one it hits, a witness is not moved by what they suffer or are given."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How far something moves affinity and trust."""

    affinity: int = 0
    trust: int = 0


def update_state(job: UpdateState) -> StateChanges:
    """See :class:`~game.roleplay.jobs.UpdateState`."""
    heard = hear(job.said)
    speaker = next((one for one in job.present if one.id == job.said.speaker), None)
    if speaker is None:
        return StateChanges()
    listeners = [one for one in job.present if one.id != speaker.id]
    edges = {(edge.owner, edge.target): edge for edge in job.edges}
    worn = _worn_out(job)
    facts = facts_of(heard.said, speaker.name)
    changes: list[EdgeChange] = []
    for listener in listeners:
        edge = edges.get((listener.id, speaker.id)) or Edge(listener.id, speaker.id)
        moved = _moved(job, heard, listener, listeners, edges, worn)
        known = {plain(fact) for fact in edge.facts}
        news = [fact for fact in facts if plain(fact) not in known]
        if moved != Moved() or news:
            changes.append(
                EdgeChange(
                    owner=listener.id,
                    target=speaker.id,
                    affinity_delta=moved.affinity,
                    trust_delta=moved.trust,
                    facts=news,
                )
            )
    changes += _told_of(heard, speaker, listeners, edges)
    story = story_of(job, heard)
    return StateChanges(edges=changes[:6], doings=_doings(job, heard, speaker), **story)


def _worn_out(job: UpdateState) -> frozenset[str]:
    """What the speaker did in their last turns already: said twice it moves nobody twice."""
    own = [turn for turn in job.before if turn.speaker == job.said.speaker and turn.number != job.said.number]
    return frozenset(sort for turn in own[-4:] for sort in hear(turn).sorts if WORTH.get(sort, (0, 0)) > (0, -1))


def _moved(
    job: UpdateState,
    heard: Heard,
    listener: Present,
    listeners: list[Present],
    edges: dict[tuple[str, str], Edge],
    worn: frozenset[str],
) -> Moved:
    meant = _meant(job, heard, listeners)
    sorts = [sort for sort in sorted(heard.sorts) if sort in WORTH and sort not in worn]
    edge = edges.get((listener.id, job.said.speaker)) or Edge(listener.id, job.said.speaker)
    named = _about_by_name(heard, listener)
    if listener.id in meant:
        return _weighed(sorts, edge, named)
    looked_on = [edges.get((listener.id, who)) or Edge(listener.id, who) for who in meant]
    moved = _as_witness(sorts, looked_on)
    return Moved(within(moved.affinity + named, -MAX_DELTA, MAX_DELTA), moved.trust) if named else moved


def _meant(job: UpdateState, heard: Heard, listeners: list[Present]) -> list[str]:
    """Whom the words and deeds are meant for: the addressee; with nobody named, all."""
    ids = [one.id for one in listeners]
    for one in listeners:
        if heard.done and re.search(rf"(?<!\w){re.escape(first_name(one.name))}(?!\w)", heard.done, re.IGNORECASE):
            return [one.id]
    return [job.said.addressee] if job.said.addressee in ids else ids


def _weighed(sorts: list[str], edge: Edge, named: int) -> Moved:
    affinity, trust = named, 0
    for sort in sorts:
        by_affinity, by_trust = WORTH[sort]
        if sort in NEARNESS and edge.affinity < MIDDLE - 5:
            by_affinity, by_trust = -1, -1 if sort in ("kiss_lips", "hug", "touch") else 0
        elif sort == "kiss_lips" and edge.affinity < MIDDLE + 10:
            by_affinity, by_trust = 0, -1
        affinity, trust = affinity + by_affinity, trust + by_trust
    if any(sort in CRUEL for sort in sorts):
        affinity, trust = min(affinity, -1), min(trust, 0)
    return Moved(within(affinity, -MAX_DELTA, MAX_DELTA), within(trust, -MAX_DELTA, MAX_DELTA))


def _as_witness(sorts: list[str], looked_on: list[Edge]) -> Moved:
    """Who looks on is moved by cruelty to somebody they do not despise, and a little by kindness."""
    if not looked_on or all(edge.affinity < GOOD_WILL for edge in looked_on):
        return Moved()
    cruelty = [sort for sort in sorts if sort in CRUEL]
    if cruelty:
        worst = min(sum(WORTH[sort]) for sort in cruelty)
        fond = any(edge.affinity >= 65 for edge in looked_on)
        return Moved(-2 if fond or worst <= -5 else -1, -2 if worst <= -5 else -1)
    return Moved(0, 1) if any(sort in ("comfort", "gift", "apology") for sort in sorts) else Moved()


def _about_by_name(heard: Heard, listener: Present) -> int:
    """What is said of somebody by name in their hearing, as affinity."""
    name = re.escape(first_name(listener.name))
    if listener.id == YOU or not name:
        return 0
    pattern = (
        rf"(?<!\w){name}(?:'s| is| was| can be)(?: (?:so|such|a|an|the|just|really|very|always|"
        rf"completely))* (?P<x>[\w ]{{2,30}})"
    )
    found = re.search(pattern, heard.said, re.IGNORECASE)
    if found is None:
        return 0
    said = found.group("x").lower()
    if re.match(rf"(?:{NASTY_WORDS})\b", said):
        return -2
    return 1 if re.match(rf"(?:{KIND_WORDS})\b", said) else 0


def _told_of(
    heard: Heard, speaker: Present, listeners: list[Present], edges: dict[tuple[str, str], Edge]
) -> list[EdgeChange]:
    """What listeners learn about each other: "Jonas, this is Mara, she is my sister" says something of both."""
    made: list[EdgeChange] = []
    for one in listeners:
        for other in listeners:
            if one.id == other.id or YOU in (one.id, other.id):
                continue
            name = re.escape(first_name(other.name))
            found = re.search(
                rf"\b(?:this is|meet) {name},? (?:my|she's my|he's my|they're my) (?P<x>[\w -]{{3,40}})",
                heard.said,
                re.IGNORECASE,
            )
            edge = edges.get((one.id, other.id))
            if found and edge is not None:
                fact = f"{other.name} is {speaker.name}'s {found.group('x').strip()}"
                if not any(stems(fact) <= stems(known) for known in edge.facts):
                    made.append(EdgeChange(owner=one.id, target=other.id, facts=[fact]))
    return made


def _doings(job: UpdateState, heard: Heard, speaker: Present) -> list[Doing]:
    """What a bot's own prose says it does now; the player's turn was taken apart before."""
    if speaker.id == YOU:
        return []
    own = tuple(word.lower() for word in speaker.name.split())
    made = doing_of(speaker.id, heard.done, own, speaker.activity)
    return [made] if made else []
