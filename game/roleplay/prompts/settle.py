"""A classifier's answer set right where models usually slip: names for ids, words that went missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from game.roleplay.events import YOU
from game.roleplay.jobs import (
    Answer,
    DecideInterjection,
    DetectEnd,
    Doing,
    Job,
    Kickoff,
    ParsedTurn,
    ParseKickoff,
    ParseTurn,
    Present,
    Promote,
    Promotion,
    Segment,
    Skip,
    Skipped,
    StateChanges,
    SummariseScene,
    UpdateState,
    Weigh,
)
from game.roleplay.prose import segments


def settled(job: Job, value: Answer) -> Answer:
    """``value`` with ids where the model gave names, and a turn's segments only if they say all that was said.

    Where a model changed or dropped words of a turn, the turn is taken apart by its marks instead: what someone said
    is never changed by a classifier.
    """
    ids = _ids(_present(job))
    if isinstance(value, ParsedTurn) and isinstance(job, ParseTurn):
        parts = value.segments
        if _words(" ".join(part.text for part in parts)) != _words(_without_marks(job)):
            # construct: the words are the speaker's own, of whatever length
            parts = [Segment.model_construct(sort=sort, text=text) for sort, text in segments(job.text, job.ooc)]
        addressee = ids.get(_key(value.addressee), "")
        doing = _doing(value.doing, {}, job.speaker.id) if value.doing else None
        return value.model_copy(update={"segments": parts, "addressee": addressee, "doing": doing})
    if isinstance(value, StateChanges):
        return value.model_copy(update={"edges": _changes(value.edges, ids), "doings": _doings(value.doings, ids)})
    if isinstance(value, Promotion):
        objects = [(ids.get(_key(owner), owner), what) for owner, what in value.objects]
        changes = {name: _changes(getattr(value, name), ids) for name in ("knowledge", "relationship")}
        return value.model_copy(update={"objects": objects, **changes})
    if isinstance(value, Skipped):
        return value.model_copy(update={"doings": _doings(value.doings, ids)})
    if isinstance(value, Kickoff) and isinstance(job, ParseKickoff):
        doings = {"you_doing": _doing(value.you_doing, {}, YOU), "bot_doing": _doing(value.bot_doing, {}, job.bot.id)}
        return value.model_copy(update=doings)
    return value


def _present(job: Job) -> Iterable[Present]:
    if isinstance(job, ParseTurn):
        return job.others
    if isinstance(job, UpdateState | Weigh | DetectEnd | DecideInterjection | SummariseScene | Skip | Promote):
        return job.present
    return ()


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _ids(present: Iterable[Present]) -> dict[str, str]:
    """Every way to call someone who is there: by id, name, or first name where no other has it."""
    found: dict[str, str] = {}
    everyone = list(present)
    for one in everyone:
        found[_key(one.id)] = one.id
    for names in ([one.name for one in everyone], [one.name.partition(" ")[0] for one in everyone]):
        keys = [_key(name) for name in names]
        for one, key in zip(everyone, keys, strict=True):
            if key and keys.count(key) == 1:
                found.setdefault(key, one.id)
    return found


def _changes(changes: Iterable[Any], ids: dict[str, str]) -> list[Any]:
    return [
        change.model_copy(
            update={
                "owner": ids.get(_key(change.owner), change.owner),
                "target": ids.get(_key(change.target), change.target),
            }
        )
        for change in changes
    ]


def _doings(doings: Iterable[Doing], ids: dict[str, str]) -> list[Doing]:
    return [_doing(doing, ids, doing.who) for doing in doings]


def _doing(doing: Doing, ids: dict[str, str], otherwise: str) -> Doing:
    return doing.model_copy(update={"who": ids.get(_key(doing.who), otherwise)})


def _without_marks(job: ParseTurn) -> str:
    return job.text.replace(job.ooc[0], " ").replace(job.ooc[1], " ")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
