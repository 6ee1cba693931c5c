"""A chat that begins again after a reset begins as the player had it begin: as they confirmed it (004 5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.log import EventLog, StoredEvent
from game.roleplay import clock
from game.roleplay.cast_events import BotEdited, bot_stream
from game.roleplay.events import (
    YOU,
    ActivityChanged,
    ClockMoved,
    ContainerDescribed,
    EdgeSeeded,
    SceneOpened,
    TurnSaid,
    chat_stream,
)
from game.roleplay.jobs import Doing, EdgeWords, Place

_PROSE = ("kickoff", "relationship", "greetings")
"""What a kickoff is parsed from; where any of it was amended since, it is to be parsed anew."""


def confirmed(log: EventLog, bot_id: str) -> dict[str, Any]:
    """The fields of :class:`~game.roleplay.jobs.Kickoff` as it was last played; none where it never was, or its prose
    is another by now.

    How the two stand to each other is not among them where they had met before elsewhere: that was no beginning.
    """
    stream = chat_stream(bot_id)
    for branch in reversed(log.branches(stream)):
        told = _told(log.read(stream, branch.id))
        if told:
            return {} if _amended(log, bot_id, told[0].seq) else _form(told, bot_id)
    return {}


def _told(history: Iterable[StoredEvent]) -> list[StoredEvent]:
    """The events of a kickoff, if a history begins with one: all that was written in the same instant."""
    made: list[StoredEvent] = []
    for event in history:
        begins = event.kind == ClockMoved.kind and event.payload["why"] == "kickoff"
        if (event.at_us == made[0].at_us) if made else begins:
            made.append(event)
        elif made or event.kind == TurnSaid.kind:
            break
    return made


def _amended(log: EventLog, bot_id: str, since: int) -> bool:
    edits = (one for one in log.read(bot_stream(bot_id), after=since) if one.kind == BotEdited.kind)
    return any(one.payload["field"] in _PROSE for one in edits)


def _form(told: list[StoredEvent], bot_id: str) -> dict[str, Any]:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for event in told:
        by_kind.setdefault(event.kind, []).append(dict(event.payload))
    places, scenes = by_kind.get(ContainerDescribed.kind), by_kind.get(SceneOpened.kind)
    doings = {one["who"]: one["record"] for one in by_kind.get(ActivityChanged.kind, ())}
    if not places or not scenes or not {YOU, bot_id} <= doings.keys():
        return {}  # an imported chat begins otherwise
    said = (one["text"] for one in by_kind.get(TurnSaid.kind, ()) if one["speaker"] == bot_id)
    made = {
        "place": Place.model_validate(places[0]),
        "description": scenes[0]["description"],
        "when": clock.iso(told[0].payload["clock_us"]),
        "you_doing": _doing(YOU, doings[YOU]),
        "bot_doing": _doing(bot_id, doings[bot_id]),
        "opening": next(said, ""),
    }
    seeds = {(one["owner"], one["target"]): one for one in by_kind.get(EdgeSeeded.kind, ())}
    if {(YOU, bot_id), (bot_id, YOU)} <= seeds.keys():
        made["bot_to_you"] = EdgeWords.model_validate(seeds[bot_id, YOU])
        made["you_to_bot"] = EdgeWords.model_validate(seeds[YOU, bot_id])
    return made


def _doing(who: str, record: dict[str, Any]) -> Doing:
    return Doing.model_validate({**{name: record[name] for name in Doing.model_fields if name in record}, "who": who})
