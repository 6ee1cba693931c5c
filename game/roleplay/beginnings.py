"""A chat that begins again after a reset begins as the player had it begin: as they confirmed it (004 5.3)."""

from __future__ import annotations

from collections.abc import Iterable

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
from game.roleplay.jobs import Doing, EdgeWords, Kickoff, Place

_PROSE = ("kickoff", "relationship", "greetings")
"""What a kickoff is parsed from; where any of it was amended since, it is to be parsed anew."""


def confirmed(log: EventLog, bot_id: str) -> Kickoff | None:
    """The kickoff as it was last played; None where it never was, or its prose is another by now."""
    stream = chat_stream(bot_id)
    for branch in reversed(log.branches(stream)):
        told = _told(log.read(stream, branch.id))
        if told:
            return None if _amended(log, bot_id, told[0].seq) else _form(told, bot_id)
    return None


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


def _form(told: list[StoredEvent], bot_id: str) -> Kickoff | None:
    by_kind: dict[str, list[dict[str, object]]] = {}
    for event in told:
        by_kind.setdefault(event.kind, []).append(dict(event.payload))
    places, scenes = by_kind.get(ContainerDescribed.kind), by_kind.get(SceneOpened.kind)
    doings = {str(one["who"]): one["record"] for one in by_kind.get(ActivityChanged.kind, ())}
    seeds = {(one["owner"], one["target"]): one for one in by_kind.get(EdgeSeeded.kind, ())}
    if not places or not scenes or not {YOU, bot_id} <= doings.keys():
        return None  # an imported chat begins otherwise
    if not {(YOU, bot_id), (bot_id, YOU)} <= seeds.keys():
        return None  # the two had met before as guest and player: how they stood then is no beginning
    return Kickoff(
        place=Place.model_validate(places[0]),
        description=str(scenes[0]["description"]),
        when=clock.iso(told[0].payload["clock_us"]),
        you_doing=_doing(YOU, doings[YOU]),
        bot_doing=_doing(bot_id, doings[bot_id]),
        bot_to_you=EdgeWords.model_validate(seeds[bot_id, YOU]),
        you_to_bot=EdgeWords.model_validate(seeds[YOU, bot_id]),
        opening=next((str(one["text"]) for one in by_kind.get(TurnSaid.kind, ()) if one["speaker"] == bot_id), ""),
    )


def _doing(who: str, record: object) -> Doing:
    assert isinstance(record, dict)
    return Doing.model_validate({**{name: record[name] for name in Doing.model_fields if name in record}, "who": who})
