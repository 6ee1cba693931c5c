"""What the player does to the scene itself: close it, ask a guest in or out, skip time, look elsewhere."""

from __future__ import annotations

import threading
from functools import partial

from engine.errors import UserError
from game.roleplay import clock, jobs_of, passes, reading, story
from game.roleplay.desk import SILENT, Desk, Listener
from game.roleplay.effects import doing_changed
from game.roleplay.events import (
    NARRATOR,
    YOU,
    ClockMoved,
    EdgeSeeded,
    MemoryWritten,
    SceneClosed,
    TurnSaid,
)
from game.roleplay.jobs import Acquaintance, EdgeWords, Place, SeedAcquaintance, Skip, Skipped
from game.roleplay.ledger import AUTOMATION, Fact, Facts
from game.roleplay.prose import segments
from game.roleplay.scenes import after, closed, container_for, guest_joins, guest_leaves, opened, seeded
from game.roleplay.skips import ELISION_US, skipped_to
from game.roleplay.speaking import speak
from game.roleplay.state import Chat

MAX_MEANWHILE = 12
"""How many turns a scene without the player has at most."""


def close_scene(desk: Desk, host: str, why: str = "manual", place: Place | None = None) -> int:
    """Close the present scene and open the next, there or at ``place``; each bot tells it beside.  The closed one's
    number.

    Raises:
        UserError: no scene is open, or nothing was said in it.
    """
    with desk.deciding:
        chat = _begun(desk, host)
        assert chat.scene is not None
        turns = reading.turns_of_scene(desk.log, host, chat.scene.id)
        if not turns:
            raise UserError("nothing was said in this scene yet; there is nothing to close")
        made = [closed(chat, why, turns)]
        container = 0
        if place is not None:
            container, described = container_for(chat, place)
            made += described
        made += opened(after(chat, made), container=container)
        desk.write(host, made, head=chat.head)
        number = chat.scene.id
    desk.later(partial(passes.tell_scene, desk, host, number))
    return number


def _begun(desk: Desk, host: str) -> Chat:
    chat = reading.chat(desk.log, host)
    if chat.scene is None:
        raise UserError("this chat has not begun; say something first")
    return chat


# -- guests ----------------------------------------------------------------------------------------------------------


def never_met(desk: Desk, host: str, guest: str) -> bool:
    """Whether the player is to be asked "have they met?" before the two first share a scene (004 5.2)."""
    return not reading.met(desk.log, host, guest)


def add_guest(desk: Desk, host: str, guest: str, met: str = "") -> None:
    """A second bot comes in; ``met`` says how the two know each other, empty that they do not.

    Raises:
        UserError: there is a guest already, no such bot, or the chat has not begun.
    """
    chat, bot = _begun(desk, host), reading.bot(desk.log, guest)
    seeds: list[EdgeSeeded] = []
    if never_met(desk, host, guest):
        words = _acquainted(desk, chat, guest, met.strip())
        seeds = [seeded(host, guest, words.host_to_guest), seeded(guest, host, words.guest_to_host)]
    if not reading.met(desk.log, guest, YOU):
        seeds += [seeded(guest, YOU, EdgeWords(summary=bot.relationship[:4000])), seeded(YOU, guest, EdgeWords())]
    with desk.deciding:
        chat = _begun(desk, host)
        desk.write(host, guest_joins(chat, bot, seeds), head=chat.head)


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
        chat = _begun(desk, host)
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
    chat = _begun(desk, host)
    found = to_us if to_us is not None else skipped_to(chat.clock_us, asked)
    sort = how or ("jump" if found is not None else "elision")
    target = found if found is not None else chat.clock_us + ELISION_US
    if target <= chat.clock_us:
        raise UserError(
            f"the clock already shows {clock.friendly(chat.clock_us, chat.day_one_us)}; skip to a later time"
        )
    job = Skip(
        *(sort, asked, notable, jobs_of.present(desk.log, chat), chat.container),
        clock.friendly(chat.clock_us, chat.day_one_us),
        clock.friendly(target, chat.day_one_us),
        tuple(reading.last_turns(desk.log, host, 4)),
    )
    answer = desk.ask(host, job)
    assert isinstance(answer, Skipped)
    with desk.deciding:
        chat = _begun(desk, host)
        assert chat.scene is not None
        number = chat.scene.id
        desk.write(host, _skipped(desk, chat, sort, target, answer), head=chat.head)
    desk.later(partial(passes.tell_scene, desk, host, number))


def _skipped(desk: Desk, chat: Chat, sort: str, target_us: int, answer: Skipped) -> Facts:
    assert chat.scene is not None
    made: Facts = [closed(chat, "skip", reading.turns_of_scene(desk.log, chat.host, chat.scene.id))]
    container = 0
    if answer.place is not None and answer.place.name:
        container, described = container_for(chat, answer.place)
        made += described
    made.append(Fact(ClockMoved(target_us, chat.clock_us, chat.day_one_us, sort)))
    made += story.due(chat, reading.happenings(desk.log, chat.host), target_us)
    made += opened(after(chat, made), container=container, clock_us=target_us)
    landed = chat.scenes + 1
    for doing in answer.doings:
        if doing.who in chat.present:
            made.append(Fact(doing_changed(chat, doing), desk.judged, doing.who))
    for place, (owner, told) in enumerate((bot, told) for told in answer.memories for bot in chat.bots if told.text):
        memory = MemoryWritten(
            *(chat.memories + place + 1, owner, told.text, chat.witnesses, chat.scene.id, target_us),
            *(told.significance, "told"),
        )
        made.append(Fact(memory, desk.judged, owner))
    if answer.narration:
        parts = [list(part) for part in segments(answer.narration)]
        turn = TurnSaid(chat.turns + 1, NARRATOR, answer.narration, landed, target_us, parts)
        made.append(Fact(turn, desk.judged, NARRATOR))
    return made


def set_clock(desk: Desk, host: str, clock_us: int) -> None:
    """Put the chat's clock right by hand; what is due then begins."""
    with desk.deciding:
        chat = _begun(desk, host)
        moved = Fact(ClockMoved(clock_us, chat.clock_us, chat.day_one_us, "set"))
        desk.write(host, [moved, *story.due(chat, reading.happenings(desk.log, host), clock_us)], head=chat.head)


# -- meanwhile -------------------------------------------------------------------------------------------------------


def meanwhile(
    desk: Desk,
    host: str,
    other: str = "",
    *,
    about: str = "",
    turns: int = 4,
    listener: Listener = SILENT,
    cancel: threading.Event | None = None,
) -> int:
    """A scene without the player: the host by itself, or with another bot; its number.

    The player may read it; no memory of it has the player's bit, and the scene the player is in stays as it is.

    Raises:
        UserError: the chat has not begun, or the voice has nothing to say.
    """
    stop = cancel or threading.Event()
    company = [host] + ([other] if other and other != host else [])
    with desk.deciding:
        chat = _begun(desk, host)
        number = chat.scenes + 1
        made = opened(chat, present=company, meanwhile=True, description=about)
        desk.write(host, [*made, *_introduced(desk, company)], head=chat.head)
    for step in range(max(1, min(turns, MAX_MEANWHILE))):
        if stop.is_set():
            break
        who = company[step % len(company)]
        towards = company[(step + 1) % len(company)] if len(company) > 1 else ""
        task = f"Meanwhile, without the player. {about}".strip()
        speak(desk, host, who, towards, listener, stop, scene=number, task=task)
    with desk.deciding:
        told = reading.turns_of_scene(desk.log, host, number)
        significance = max([1, *(turn.said.significance for turn in told)]) if told else 0
        desk.write(host, [Fact(SceneClosed(number, "meanwhile", significance), AUTOMATION)])
    desk.later(partial(passes.tell_scene, desk, host, number))
    return number


def _introduced(desk: Desk, company: list[str]) -> Facts:
    pairs = [(one, two) for one in company for two in company if one != two]
    return [Fact(seeded(one, two, EdgeWords())) for one, two in pairs if not reading.met(desk.log, one, two)]
