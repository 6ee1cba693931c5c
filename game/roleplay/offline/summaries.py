"""Scenes told from one witness's angle, and what two, or three, are to each other after them (004 11.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from game.roleplay.events import NARRATOR
from game.roleplay.jobs import (
    EdgeSummary,
    GroupWords,
    Present,
    SceneSummary,
    SummariseEdge,
    SummariseGroup,
    SummariseScene,
)
from game.roleplay.offline.facts import facts_of
from game.roleplay.offline.hearing import HARSH, Act, hear
from game.roleplay.offline.parse_turn import first_name
from game.roleplay.offline.segments import parts
from game.roleplay.offline.text import capital, content, listed, sentences, shortened
from game.roleplay.offline.weigh import weight_of
from game.roleplay.offline.words.telling import ARC, DID_TO, GROUP, I_DID, PLACE_ONLY, SAW
from game.roleplay.state import Turn

MOST_TURNS = 400
"""How many turns of a scene are gone through, the last ones."""

MOST_SENTENCES = 5

_STRONG = re.compile(
    r"\b(?:loves?|marry|ended|deceived|changes|confided|death|kissed|struck|threatened|insulted|word|trust|secret)\b"
)


@dataclass(frozen=True, slots=True)
class _Beat:
    """One sentence of a telling, what it weighs and where it stands in the scene."""

    weight: int
    at: int
    text: str


def summarise_scene(job: SummariseScene) -> SceneSummary:
    """See :class:`~game.roleplay.jobs.SummariseScene`: in the first person of the witness."""
    turns = job.turns[-MOST_TURNS:]
    names = {one.id: _called(one, job.witness) for one in job.present}
    names.setdefault(NARRATOR, "someone")
    beats: list[_Beat] = []
    for at, turn in enumerate(turns):
        beats += _beats(at, turn, job, names)
    chosen = _chosen(beats)
    others = [names[one.id] for one in job.present if one.id != job.witness.id]
    opening = (
        f"{capital(shortened(job.clock, 60))}, at {_place(job.place)}, with {listed(others)}."
        if others
        else f"{job.clock}, alone at {_place(job.place)}."
    )
    if not chosen:
        chosen = [_Beat(0, 0, _quiet(turns, job, names))]
    own = [
        beat
        for beat in beats
        if re.search(r"\bme\b", beat.text)
        or re.match(
            r"I (?!was there|saw|heard|watched|"
            r"overheard|learned)",
            beat.text,
        )
    ]
    heavy = max(own, key=lambda beat: (beat.weight, -beat.at), default=None)
    moment = heavy.text if heavy is not None and heavy.weight >= 2 and job.significance >= 2 else ""
    told = " ".join([opening, *(beat.text for beat in sorted(chosen, key=lambda beat: beat.at))])
    return SceneSummary(summary=shortened(told, 1400), moment=shortened(moment, 200))


def _called(one: Present, witness: Present) -> str:
    if one.id == witness.id:
        return "I"
    return "the player" if one.name == "You" else first_name(one.name) or "the other one"


def _place(name: str) -> str:
    led = name.split()[:1] and name.split()[0].lower() in ("the", "a", "an", "my", "our", "home")
    return name if led or not name or name[0].isupper() else f"the {name}"


def _chosen(beats: list[_Beat]) -> list[_Beat]:
    seen: dict[str, _Beat] = {}
    for beat in beats:
        held = seen.get(beat.text)
        if held is None or held.weight < beat.weight:
            seen[beat.text] = beat
    return sorted(seen.values(), key=lambda beat: (-beat.weight, -beat.at))[:MOST_SENTENCES]


def _beats(at: int, turn: Turn, job: SummariseScene, names: dict[str, str]) -> list[_Beat]:
    """What one turn leaves in this witness's telling: what was done to them, what they learned, what they did."""
    heard = hear(turn)
    mine = turn.speaker == job.witness.id
    who = names.get(turn.speaker, "someone")
    others = [one.id for one in job.present if one.id != turn.speaker]
    to = turn.addressee if turn.addressee in others else next(iter(others), "")
    made: list[_Beat] = []
    weight = weight_of(turn)
    for act in (*heard.acts, *heard.deeds):
        text = _told(act, who, names.get(to, "someone"), mine, to == job.witness.id or not turn.addressee)
        if text:
            hurts = act.sort in HARSH and not mine
            made.append(_Beat(max(weight, 2 if hurts else 1), at, text))
    if not mine:
        name = "" if who == "the player" else who
        to_me = to == job.witness.id
        told = (_learned(who, fact, to_me, names.get(to, "")) for fact in facts_of(heard.said, name))
        made += [_Beat(2 if weight >= 2 else 1, at, one) for one in told]
    return made


def _told(act: Act, who: str, to: str, mine: bool, at_me: bool) -> str:
    form = I_DID.get(act.sort) if mine else DID_TO.get(act.sort) if at_me else SAW.get(act.sort)
    if form is None or ("{about}" in form and len(act.about.split()) < 2):
        return ""
    about = shortened(act.about if mine else _reported(act.about), 90)
    return capital(form.format(who=who, to="me" if to == "I" else to, about=about)).replace(" I's", " my")


def _reported(clause: str) -> str:
    """Somebody's words about themself as told by another: I becomes they."""
    swap = {"i": "they", "i'm": "they're", "my": "their", "me": "them", "i've": "they've", "i'll": "they'll"}
    swap |= {"you": "me", "your": "my", "am": "are"}
    return re.sub(
        r"\b(?:i'm|i've|i'll|i|my|me|your|you|am)\b",
        lambda found: swap[found.group().lower()],
        clause,
        flags=re.IGNORECASE,
    )


def _learned(who: str, fact: str, at_me: bool, to: str) -> str:
    if who != "the player" and fact.startswith(who):
        return f"I learned that {fact}." if at_me else f"I overheard that {fact}."
    return f"{capital(who)} told {'me' if at_me or not to or to == 'I' else to}: {fact}."


def _quiet(turns: tuple[Turn, ...], job: SummariseScene, names: dict[str, str]) -> str:
    """A scene in which nothing was told apart: what it was about, from what others said."""
    heard = [word for turn in turns if turn.speaker != job.witness.id for word in content(parts(turn)[0])[:8]]
    topics = sorted(dict.fromkeys(heard), key=lambda word: -heard.count(word))[:3]
    return PLACE_ONLY[1].format(topics=listed(topics)) if topics else PLACE_ONLY[0]


# -- edges and the three together ------------------------------------------------------------------------------------


def summarise_edge(job: SummariseEdge) -> EdgeSummary:
    """See :class:`~game.roleplay.jobs.SummariseEdge`: what stood before in brief, then what this scene added."""
    about = _of_target(job)
    weight = next((arc for least, arc in ARC if job.significance >= least), ARC[-1][1])
    added = weight.format(target=job.target.name if job.target.name != "You" else "them", what=about) if about else ""
    before = sentences(job.edge.summary)
    kept = before if len(before) <= 4 else [*before[:1], *before[-3:]]
    if not added or any(added == one for one in kept):
        return EdgeSummary(summary=shortened(job.edge.summary, 900))
    return EdgeSummary(summary=shortened(" ".join([*kept, added]), 900))


def _of_target(job: SummariseEdge) -> str:
    """The sentences of the telling that are of the target, at most two, without the opening line."""
    told = sentences(job.told)[1:] or sentences(job.told)
    name = "the player" if job.target.name == "You" else first_name(job.target.name)
    named = [one for one in told if name.lower() in one.lower()]
    named.sort(key=lambda one: (not _STRONG.search(one), not one.lower().startswith(name.lower())))
    return " ".join(named[:2] if job.significance >= 1 else named[:1])


def summarise_group(job: SummariseGroup) -> GroupWords:
    """See :class:`~game.roleplay.jobs.SummariseGroup`: how they get on by what each told, after what stood before."""
    told = " ".join(job.told)
    names = listed([one.name if one.name != "You" else "the player" for one in job.present])
    mood = _mood(told)
    new = GROUP[mood].format(names=names)
    kept = [one for one in sentences(job.former)[-2:] if one not in new]
    return GroupWords(summary=shortened(" ".join([*kept, new]), 700))


def _mood(told: str) -> str:
    if re.search(
        r"\b(?:insulted|threatened|threaten|insult|deceived|reproached|quarrel|struck|harsh|wanted me gone)\b", told
    ):
        return "strained"
    return "close" if re.search(r"\b(?:love|trust|confided|kissed|held|word|thanked|kind)\b", told) else "easy"
