"""What the story carries along: threads, happenings, and what of a happening stays when it is over (004 9, 11.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.errors import UserError
from game.events import Event
from game.roleplay import jobs_of, reading
from game.roleplay.desk import Asked, Desk
from game.roleplay.effects import edge_moved, happenings_moved
from game.roleplay.events import (
    EdgeSummarised,
    HappeningMoved,
    ItemGained,
)
from game.roleplay.jobs import EdgeChange, Promote, Promotion
from game.roleplay.ledger import AUTOMATION, Fact, Facts
from game.roleplay.state import Chat, Happening

OVER = ("completed", "cancelled", "expired")
MOVES = {"planned": ("active", "completed", "cancelled", "expired"), "active": ("completed", "cancelled", "expired")}
"""Where a happening may go from each state; what is over stays over."""


def move(desk: Desk, host: str, number: int, state: str) -> None:
    """The player says how a happening goes on; one that is completed is looked through for what stays.

    Raises:
        UserError: there is none of that number, or it cannot go there from where it is.
    """
    with desk.deciding:
        happening = _happening(desk, host, number)
        if state not in MOVES.get(happening.state, ()):
            raise UserError(f"“{happening.title}” is {happening.state} and cannot become {state}")
        desk.write(host, [Fact(HappeningMoved(number, state, happening.state))])
    if state == "completed":
        desk.later(lambda: promote(desk, host, number))


def _happening(desk: Desk, host: str, number: int) -> Happening:
    for happening in reading.happenings(desk.log, host):
        if happening.id == number:
            return happening
    raise UserError(f"there is no event {number} in this chat; choose one that the drawer lists")


def due(chat: Chat, happenings: Iterable[Happening], clock_us: int) -> Facts:
    """What the clock brings when it goes to ``clock_us``: what is due begins, what is too late expires."""
    there = list(happenings)
    late = [one.id for one in there if one.expires_us and one.expires_us <= clock_us]
    now = [one.id for one in there if one.due_us and one.due_us <= clock_us and one.id not in late]
    expired = [
        Fact(HappeningMoved(one.id, "expired", one.state), AUTOMATION)
        for one in there
        if one.id in late and one.state in MOVES
    ]
    return expired + happenings_moved(there, now, "active", AUTOMATION)


def promote(desk: Desk, host: str, number: int, turn: int = 0, swipe: int = 0) -> None:
    """What of a completed happening outlives it: objects, knowledge, changed relationships, nothing else.

    Where a ``turn`` completed it, what stays counts while that wording of the turn does.
    """
    chat = reading.chat(desk.log, host)
    happening = next((one for one in reading.happenings(desk.log, host) if one.id == number), None)
    ended = next(iter(reading.turns(desk.log, host, after=turn - 1, upto=turn)), None) if turn else None
    scene = reading.scene(desk.log, host, ended.scene) if ended else chat.scene  # it may have closed since
    if scene is None or happening is None:  # the player has gone back meanwhile
        return
    turns = reading.turns_of_scene(desk.log, host, scene.id)
    asked = desk.inquire(
        host, Promote(happening, jobs_of.present(desk.log, chat, scene.present), jobs_of.shared(scene, turns))
    )
    with desk.deciding:
        now = [one.id for one in reading.happenings(desk.log, host, ["completed"])]
        if number not in now:
            return
        there = replace(reading.chat(desk.log, host), scene=scene)
        desk.write(host, _promoted(desk, there, happening, asked, turn, swipe))


def _promoted(desk: Desk, chat: Chat, happening: Happening, asked: Asked, turn: int, swipe: int) -> Facts:
    answer, source = asked.value, asked.source
    assert isinstance(answer, Promotion)
    made: Facts = []
    for owner, item in answer.objects:
        if owner in chat.present and item and item not in reading.items(desk.log, owner):
            made.append(Fact(ItemGained(owner, item, happening.id, turn, swipe), source, owner))
    for change in answer.knowledge:
        if _between(chat, change):
            edge = reading.edge(desk.log, change.owner, change.target)
            only = EdgeChange(owner=change.owner, target=change.target, facts=change.facts)
            made.append(Fact(edge_moved(edge, only, chat.clock_us, turn=turn, swipe=swipe), source, change.owner))
    for change in answer.relationship:
        if _between(chat, change):
            made += [
                Fact(event, source, change.owner) for event in _changed_bond(desk, chat, happening, change, turn, swipe)
            ]
    return made


def _between(chat: Chat, change: EdgeChange) -> bool:
    return {change.owner, change.target} <= set(chat.present) and change.owner != change.target


def _changed_bond(
    desk: Desk, chat: Chat, happening: Happening, change: EdgeChange, turn: int, swipe: int
) -> list[Event]:
    """What changed between two goes into their numbers and into the words for how they stand, not into knowledge."""
    edge = reading.edge(desk.log, change.owner, change.target)
    moved = edge_moved(edge, change.model_copy(update={"facts": []}), chat.clock_us, turn=turn, swipe=swipe)
    made: list[Event] = [moved]
    news = ". ".join(one.rstrip(". ") for one in change.facts if one and one.casefold() not in edge.summary.casefold())
    by = change.affinity_delta + change.trust_delta
    if not news and by:
        news = f"“{happening.title}” {'brought them closer' if by > 0 else 'came between them'}"
    if news:
        made.append(EdgeSummarised(change.owner, change.target, f"{news}.", 0, "", turn=turn, swipe=swipe, adds=True))
    return made
