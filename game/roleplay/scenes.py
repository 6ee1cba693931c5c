"""Scenes: how they begin, end and go over into the next one (004 7); who comes and who goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import UserError
from game.events import Event
from game.roleplay.events import (
    YOU,
    ActivityChanged,
    AlternativeChosen,
    AlternativeSaid,
    ClockMoved,
    ContainerDescribed,
    EdgeSeeded,
    GuestJoined,
    GuestLeft,
    SceneClosed,
    SceneOpened,
    TurnSaid,
)
from game.roleplay.jobs import Doing, EdgeWords, Kickoff, Place
from game.roleplay.ledger import AUTOMATION, Fact, Facts, Source
from game.roleplay.prose import segments
from game.roleplay.skips import DAY_US
from game.roleplay.state import Activity, Bot, Chat, Container, Turn

MAX_QUOTES = 3
QUOTE_CHARS = 240
MEMORABLE = 2
"""From this significance on a scene keeps key lines (004 11.1)."""


def begun(chat: Chat, bot: Bot, form: Kickoff, start_us: int, source: Source, others: Sequence[str] = ()) -> Facts:
    """The kickoff as the player confirmed it: clock, place, first scene, who does what, how they stand.

    The opening line, if there is one, is the bot's first turn, with ``others`` as its alternatives.
    """
    day_one_us = start_us - start_us % DAY_US
    made: Facts = [
        Fact(ClockMoved(start_us, chat.clock_us, day_one_us, "kickoff")),
        Fact(described(1, form.place)),
        Fact(SceneOpened(1, 1, form.description, [YOU, bot.id], start_us)),
    ]
    for doing in (form.you_doing.model_copy(update={"who": YOU}), form.bot_doing.model_copy(update={"who": bot.id})):
        made.append(Fact(ActivityChanged(doing.who, _first_activity(doing, start_us).record())))
    made.append(Fact(seeded(bot.id, YOU, form.bot_to_you)))
    made.append(Fact(seeded(YOU, bot.id, form.you_to_bot)))
    openings = [text for text in (form.opening, *others) if text]
    for swipe, text in enumerate(dict.fromkeys(openings)):
        said = [list(part) for part in segments(text)]
        if swipe == 0:
            turn: Event = TurnSaid(1, bot.id, text, 1, start_us, said, addressee=YOU)
        else:
            turn = AlternativeSaid(1, swipe, text, swipe - 1, said)
        made.append(Fact(turn, source, bot.id))
    if len(set(openings)) > 1:
        made.append(Fact(AlternativeChosen(1, 0, len(set(openings)) - 1)))
    return made


def _first_activity(doing: Doing, start_us: int) -> Activity:
    said = doing.model_dump(exclude={"who"}, exclude_none=True)
    return Activity.of({**said, "started_us": start_us, "container": 1})


def seeded(owner: str, target: str, words: EdgeWords) -> EdgeSeeded:
    """An edge as it stands before play."""
    return EdgeSeeded(owner, target, words.affinity, words.trust, words.summary, list(dict.fromkeys(words.facts)))


def described(number: int, place: Place, scene: int = 0) -> ContainerDescribed:
    """A place as a container of the chat; it may come with a ``scene``."""
    slots = list(place.slots)
    sort = (place.type, place.moving, place.public, place.audible_range)
    return ContainerDescribed(number, place.name, *sort, slots, scene=scene)


def container_for(chat: Chat, place: Place, scene: int = 0) -> tuple[int, list[Fact]]:
    """The container of that name in this chat, made on the fly where there is none (004 7.4)."""
    for known in chat.containers:
        if known.name.casefold() == place.name.casefold():
            return known.id, []
    number = chat.places + 1
    return number, [Fact(described(number, place, scene), AUTOMATION)]


def closed(chat: Chat, why: str, turns: Sequence[Turn], read: Turn | None = None) -> Fact:
    """The end of the present scene; ``turns`` are those of the scene, ``read`` the one whose words tell of its end.

    Raises:
        UserError: no scene is open.
    """
    if chat.scene is None or chat.scene.closed:
        raise UserError("there is no scene to close; say something first")
    significance = max((turn.said.significance for turn in turns), default=0)
    significance = max(significance, 0)
    quotes = quotes_of(turns) if significance >= MEMORABLE else []
    of_turn = (read.number, read.chosen) if read else (0, 0)
    return Fact(SceneClosed(chat.scene.id, why, significance, quotes, *of_turn), AUTOMATION)


def quotes_of(turns: Sequence[Turn]) -> list[str]:
    """The lines of a scene that weigh most, in the order they fell, with who said them."""
    weighty = [turn for turn in turns if turn.said.significance >= MEMORABLE and _words(turn)]
    chosen = sorted(weighty, key=lambda turn: (-turn.said.significance, turn.number))[:MAX_QUOTES]
    return [_quote(turn) for turn in sorted(chosen, key=lambda turn: turn.number)]


def _words(turn: Turn) -> str:
    """What is quoted of a turn: what was said, else what was done; never what is out of character."""
    parts = turn.said.segments or (("dialogue", turn.text),)
    said = [text for sort, text in parts if sort == "dialogue"]
    return " ".join(" ".join(said or [text for sort, text in parts if sort == "action"]).split())


def _quote(turn: Turn) -> str:
    text = _words(turn)
    short = text if len(text) <= QUOTE_CHARS else text[: QUOTE_CHARS - 1].rsplit(" ", 1)[0] + "…"
    return f"{turn.speaker}: {short}"


def opened(
    chat: Chat,
    *,
    container: int = 0,
    description: str = "",
    present: Sequence[str] = (),
    clock_us: int | None = None,
    meanwhile: bool = False,
    read: Turn | None = None,
) -> Facts:
    """The next scene; what is not said carries over from the one before, activities with it.

    ``read`` is the turn whose words led there.  Where time has passed, what there was to be seen is over.
    """
    before = chat.scene
    here = container or (before.container if before else 0)
    who = list(present or chat.present)
    at_us = chat.clock_us if clock_us is None else clock_us
    goes_on = before is not None and here == before.container and at_us == chat.clock_us
    said = description or (before.description if before is not None and goes_on else "")
    number = chat.scenes + 1
    of_turn = (read.number, read.chosen) if read else (0, 0)
    made: Facts = [Fact(SceneOpened(number, here, said, who, at_us, meanwhile, *of_turn), AUTOMATION)]
    for one in who:
        doing = chat.activities.get(one)
        if doing is not None and doing.container != here:
            moved = doing.changed(container=here, slot="")
            made.append(Fact(ActivityChanged(one, moved.record(), scene=number if read else 0), AUTOMATION))
    return made


def after(chat: Chat, made: Facts) -> Chat:
    """The chat as it stands once ``made`` are written, as far as going on deciding needs it."""
    for fact in made:
        event = fact.event
        if isinstance(event, SceneOpened) and not event.meanwhile:
            chat = replace(chat, scenes=event.scene)
        elif isinstance(event, ContainerDescribed):
            new = Container(event.container, event.name, event.type)
            chat = replace(chat, containers=(*chat.containers, new), places=max(chat.places, new.id))
    return chat


def guest_joins(chat: Chat, guest: Bot, seeds: Sequence[EdgeSeeded]) -> Facts:
    """A second bot appears in the scene; what it knows of the others are ``seeds``.

    Raises:
        UserError: there is a guest already, it is the host, or the chat has not begun.
    """
    if not chat.begun:
        raise UserError("this chat has not begun; say something first, then ask a guest in")
    if guest.id == chat.host:
        raise UserError(f"{guest.name} is the host of this chat; choose another guest")
    if chat.guest:
        raise UserError("there are two characters in this scene already; let the guest go first")
    doing = Activity(verb="just arrived", started_us=chat.clock_us, container=chat.scene.container if chat.scene else 0)
    return [
        Fact(GuestJoined(guest.id)),
        *(Fact(seed) for seed in seeds),
        Fact(ActivityChanged(guest.id, doing.record())),
    ]


def guest_leaves(chat: Chat, turns: Sequence[Turn]) -> Facts:
    """The guest goes: the scene closes for all three, and the next one opens without them (004 7.5).

    Raises:
        UserError: there is no guest.
    """
    if not chat.guest:
        raise UserError("there is no guest in this scene")
    without = [one for one in chat.present if one != chat.guest]
    return [closed(chat, "guest", turns), Fact(GuestLeft(chat.guest)), *opened(chat, present=without)]
