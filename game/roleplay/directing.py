"""What the player does to the scene itself: close it, ask a guest in or out, skip time, look elsewhere."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

from engine.errors import UserError
from game.roleplay import clock, jobs_of, passes, reading, story
from game.roleplay.desk import SILENT, Asked, Desk, Listener
from game.roleplay.editing import begun_chat
from game.roleplay.editing_checks import instant
from game.roleplay.effects import doing_changed
from game.roleplay.events import (
    NARRATOR,
    YOU,
    ClockMoved,
    EdgeSeeded,
    MemoryWritten,
    SceneClosed,
    SceneOpened,
    TurnSaid,
)
from game.roleplay.jobs import (
    Acquaintance,
    Doing,
    EdgeWords,
    Kickoff,
    ParseKickoff,
    Place,
    SeedAcquaintance,
    Skip,
    Skipped,
)
from game.roleplay.ledger import AUTOMATION, Fact, Facts, Source
from game.roleplay.prose import segments
from game.roleplay.scenes import after, closed, container_for, guest_joins, guest_leaves, opened, seeded
from game.roleplay.skips import ELISION_US, duration_us, skipped_to
from game.roleplay.speaking import speak
from game.roleplay.state import Activity, Bot, Chat, Turn

MAX_MEANWHILE = 12
"""How many turns a scene without the player has at most."""


def close_scene(
    desk: Desk, host: str, why: str = "manual", place: Place | None = None, read: Turn | None = None
) -> int:
    """Close the present scene and open the next, there or at ``place``; each bot tells it beside.  The closed one's
    number.

    Where it was ``read`` from the words of a turn, it counts while they do (:mod:`game.roleplay.projector_scenes`).

    Raises:
        UserError: no scene is open, or nothing was said in it.
    """
    with desk.deciding:
        chat = begun_chat(desk.log, host)
        assert chat.scene is not None
        turns = reading.turns_of_scene(desk.log, host, chat.scene.id)
        if not turns:
            raise UserError("nothing was said in this scene yet; there is nothing to close")
        if read is not None and why == "container":  # what was said since was said there
            turns = [turn for turn in turns if turn.number <= read.number]
        made = [closed(chat, why, turns, read)]
        container = 0
        if place is not None:
            container, described = container_for(chat, place, chat.scenes + 1 if read else 0)
            made += described
        made += opened(after(chat, made), container=container, read=read)
        desk.write(host, made, head=chat.head)
        number = chat.scene.id
    desk.later(partial(passes.tell_scene, desk, host, number))
    return number


# -- guests ----------------------------------------------------------------------------------------------------------


def never_met(desk: Desk, host: str, guest: str) -> bool:
    """Whether the player is to be asked "have they met?" before the two first share a scene (004 5.2)."""
    return not reading.met(desk.log, host, guest)


def add_guest(desk: Desk, host: str, guest: str, met: str = "") -> None:
    """A second bot comes in; ``met`` says how the two know each other, empty that they do not.

    Raises:
        UserError: there is a guest already, nobody of that id in the library, or the chat has not begun.
    """
    chat, bot = begun_chat(desk.log, host), _of_the_library(desk, guest)
    seeds = _first_meeting(desk, chat, guest, met)
    if not reading.met(desk.log, guest, YOU):
        form = _stands_to_you(desk, host, bot)
        seeds += [seeded(guest, YOU, form.bot_to_you), seeded(YOU, guest, form.you_to_bot)]
    with desk.deciding:
        chat = begun_chat(desk.log, host)
        desk.write(host, guest_joins(chat, bot, seeds), head=chat.head)


def _of_the_library(desk: Desk, bot_id: str) -> Bot:
    """A bot that can be asked to come."""
    bot = reading.bot(desk.log, bot_id)
    if bot.removed:
        raise UserError(f"{bot.name} was taken out of the library and cannot come; choose one of the library")
    return bot


def _first_meeting(desk: Desk, chat: Chat, other: str, met: str) -> list[EdgeSeeded]:
    """How the host and ``other`` stand to each other before they first share a scene; nothing if they have."""
    if not never_met(desk, chat.host, other):
        return []
    words = _acquainted(desk, chat, other, met.strip())
    return [seeded(chat.host, other, words.host_to_guest), seeded(other, chat.host, words.guest_to_host)]


def _stands_to_you(desk: Desk, host: str, guest: Bot) -> Kickoff:
    """How a bot and the player stand to each other who meet here before the bot's own chat has begun (004 5.1)."""
    job = ParseKickoff(guest, reading.you(desk.log))
    answer = desk.ask(host, job) if guest.relationship.strip() else job.default()
    assert isinstance(answer, Kickoff)
    return answer


def _acquainted(desk: Desk, chat: Chat, guest: str, met: str) -> Acquaintance:
    if not met:
        return Acquaintance(host_to_guest=EdgeWords(), guest_to_host=EdgeWords())
    job = SeedAcquaintance(reading.bot(desk.log, chat.host), reading.bot(desk.log, guest), met)
    answer = desk.ask(chat.host, job)
    assert isinstance(answer, Acquaintance)
    return answer


def remove_guest(desk: Desk, host: str) -> None:
    """The guest goes; the scene they saw closes for all three.

    Raises:
        UserError: there is none.
    """
    with desk.deciding:
        chat = begun_chat(desk.log, host)
        assert chat.scene is not None
        number = chat.scene.id
        desk.write(host, guest_leaves(chat, reading.turns_of_scene(desk.log, host, number)), head=chat.head)
    desk.later(partial(passes.tell_scene, desk, host, number))


# -- time ------------------------------------------------------------------------------------------------------------


def skip(desk: Desk, host: str, asked: str, *, how: str = "", notable: str = "", to_us: int | None = None) -> None:
    """Skip time: ``how`` is ``elision`` (to the end of what goes on) or ``jump``; empty finds out from ``asked``.

    ``notable`` is what the player says happened meanwhile; it becomes the bots' memories.  ``to_us`` is the exact
    new time, if the player gave one.

    Raises:
        UserError: the chat has not begun, or the time does not lie ahead.
    """
    chat = begun_chat(desk.log, host)
    found = to_us if to_us is not None else skipped_to(chat.clock_us, asked)
    sort = how or ("jump" if found is not None else "elision")
    target = found if found is not None else end_of_action(chat)
    if target <= chat.clock_us:
        raise UserError(
            f"the clock already shows {clock.friendly(chat.clock_us, chat.day_one_us)}; skip to a later time"
        )
    job = Skip(
        *(sort, asked, notable, jobs_of.present(desk.log, chat), chat.container),
        clock.friendly(chat.clock_us, chat.day_one_us),
        clock.friendly(target, chat.day_one_us),
        jobs_of.lately(desk.log, host, chat.present, 4),
    )
    asked_for = desk.inquire(host, job)
    with desk.deciding:
        chat = begun_chat(desk.log, host)
        assert chat.scene is not None
        number = chat.scene.id
        made = _skipped(desk, chat, sort, target, asked_for)
        desk.write(host, made, head=chat.head)
        passes.pin_pivotal(desk, host, [fact.event for fact in made if isinstance(fact.event, MemoryWritten)])
    desk.later(partial(passes.tell_scene, desk, host, number))


def end_of_action(chat: Chat) -> int:
    """When what those present do comes to its end: the longest of it that has a length and is not over."""
    spans = [(doing.started_us, duration_us(doing.expected_duration)) for doing in chat.activities.values()]
    ends = [begun + span for begun, span in spans if span and begun + span > chat.clock_us]
    return max(ends, default=chat.clock_us + ELISION_US)


def _skipped(desk: Desk, chat: Chat, sort: str, target_us: int, asked: Asked) -> Facts:
    answer, source = asked.value, asked.source
    assert isinstance(answer, Skipped)
    assert chat.scene is not None
    made: Facts = [closed(chat, "skip", reading.turns_of_scene(desk.log, chat.host, chat.scene.id))]
    container = 0
    if answer.place is not None and answer.place.name:
        container, described = container_for(chat, answer.place)
        made += described
    made.append(Fact(ClockMoved(target_us, chat.clock_us, chat.day_one_us, sort)))
    made += story.due(chat, reading.happenings(desk.log, chat.host), target_us)
    made += _scene_alone(opened(after(chat, made), container=container, clock_us=target_us))
    landed = chat.scenes + 1
    made += _landed(chat, container or chat.scene.container, target_us, answer, source)
    for place, (owner, told) in enumerate((bot, told) for told in answer.memories for bot in chat.bots if told.text):
        memory = MemoryWritten(
            *(chat.memories + place + 1, owner, told.text, chat.witnesses, chat.scene.id, target_us),
            *(told.significance, "told"),
        )
        made.append(Fact(memory, source, owner))
    if answer.narration:
        parts = [list(part) for part in segments(answer.narration)]
        turn = TurnSaid(chat.turns + 1, NARRATOR, answer.narration, landed, target_us, parts)
        made.append(Fact(turn, source, NARRATOR))
    return made


def _landed(chat: Chat, container: int, target_us: int, answer: Skipped, source: Source) -> Facts:
    """What everyone does where and when they are now; what they did before is over, also where nobody says more."""
    assert chat.scene is not None
    told = {doing.who: doing for doing in answer.doings}
    over = {who: _at_rest(doing, target_us) for who, doing in chat.activities.items()}
    there = replace(chat, clock_us=target_us, scene=replace(chat.scene, container=container), activities=over)
    return [
        Fact(doing_changed(there, told.get(who, Doing(who=who))), source if who in told else AUTOMATION, who)
        for who in chat.present
    ]


def _at_rest(doing: Activity, now_us: int) -> Activity:
    over = doing.changed(verb="", attention="", expected_duration="", required_attention="low")
    return over.changed(interruptible=True, started_us=now_us, slot="")


def set_clock(desk: Desk, host: str, clock_us: int) -> None:
    """Put the chat's clock right by hand; what is due then begins.

    Raises:
        UserError: not a time between the years 1 and 9999, or the chat has not begun.
    """
    checked = instant(clock_us, "the clock of the chat")
    with desk.deciding:
        chat = begun_chat(desk.log, host)
        if checked == chat.clock_us:
            return
        moved = Fact(ClockMoved(checked, chat.clock_us, chat.day_one_us, "set"))
        desk.write(host, [moved, *story.due(chat, reading.happenings(desk.log, host), checked)], head=chat.head)


# -- meanwhile -------------------------------------------------------------------------------------------------------


def meanwhile(
    desk: Desk,
    host: str,
    other: str = "",
    *,
    about: str = "",
    met: str = "",
    turns: int = 4,
    listener: Listener = SILENT,
    cancel: threading.Event | None = None,
) -> int:
    """A scene without the player: the host by itself, or with another bot; its number.

    The player may read it; no memory of it has the player's bit, and the scene the player is in stays as it is.
    ``met`` says how the two know each other, where they have never shared a scene (:func:`never_met`).

    Raises:
        UserError: the chat has not begun, nobody of that id in the library, or the voice has nothing to say.
    """
    stop = cancel or threading.Event()
    company = [host] + ([_of_the_library(desk, other).id] if other and other != host else [])
    seeds = _first_meeting(desk, begun_chat(desk.log, host), other, met) if len(company) > 1 else []
    with desk.deciding:
        chat = begun_chat(desk.log, host)
        number = chat.scenes + 1
        made = _scene_alone(opened(chat, present=company, meanwhile=True, description=about))
        desk.write(host, [*made, *(Fact(seed) for seed in seeds)], head=chat.head)
    task = f"Meanwhile, without the player. {about}".strip()
    try:
        for step in range(max(1, min(turns, MAX_MEANWHILE))):
            if stop.is_set():
                break
            who = company[step % len(company)]
            towards = company[(step + 1) % len(company)] if len(company) > 1 else ""
            said = speak(desk, host, who, towards, listener, stop, scene=number, task=task)
            if said.turn:
                passes.take_in(desk, host, reading.turn(desk.log, host, said.turn))
    finally:  # also where no voice could be had: what was said until then was said
        with desk.deciding:
            desk.write(host, [Fact(SceneClosed(number, "meanwhile", 0), AUTOMATION)])
        desk.later(partial(passes.tell_scene, desk, host, number))
    return number


def _scene_alone(made: Facts) -> Facts:
    """A scene that opens without what anybody does in it."""
    return [fact for fact in made if isinstance(fact.event, SceneOpened)]
