"""How the rooms' events travel into the log and back.

An event is a frozen, slotted dataclass with a class attribute ``kind``.  Its fields are the payload; fields that
a later version adds need a default, so that old logs still read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar

from engine.log import NewEvent
from game.truth import Truth


class Event(Protocol):
    """Something that happened, in the past tense."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


E = TypeVar("E", bound=Event)


def to_payload(event: Event) -> dict[str, Any]:
    """The event's fields by name; values are what msgpack holds."""
    return {field.name: getattr(event, field.name) for field in fields(event)}


def from_payload(cls: type[E], payload: Mapping[str, Any]) -> E:
    """An event from what the log holds; fields that this version does not know are left out."""
    known = {field.name for field in fields(cls)}
    return cls(**{name: value for name, value in payload.items() if name in known})


def to_log(
    event: Event, *, at_us: int, truth: Truth = Truth.USER, origin: str = "user:keyboard", actor: str = ""
) -> NewEvent:
    """The event as the log takes it."""
    return NewEvent(event.kind, to_payload(event), at_us=at_us, truth=int(truth), origin=origin, actor=actor)


def kinds(events: Iterable[type[Event]]) -> frozenset[str]:
    """The kinds of a room's events, for its projector."""
    return frozenset(event.kind for event in events)
