"""What the player sets by hand in the drawer (004 6.4): each one an event that keeps the former value.

Every function checks and bounds what it is given, says in one sentence what is wrong, and does nothing where nothing
would change.  An edit goes into the stream where the thing lives: a memory's own chat, a bot's own stream.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import EventLog
from game.events import Event, to_log
from game.roleplay import reading
from game.roleplay.cast_events import BotEdited, bot_stream
from game.roleplay.editing_checks import (
    BOT,
    flag,
    instant,
    level,
    line,
    lines,
    mapping,
    one_of,
    text,
    weight,
    whole,
)
from game.roleplay.events import (
    YOU,
    ContainerDescribed,
    HappeningPlanned,
    ItemGained,
    ItemLost,
    ManualEdit,
    MemoryPinned,
    ThreadOpened,
    chat_stream,
)
from game.roleplay.ledger import AUTOMATION, Fact, Facts
from game.roleplay.pins import MANUAL, pinned
from game.roleplay.state import PIN_CAP, Activity, Chat, Happening

HAPPENING_STATES = ("planned", "active", "completed", "cancelled", "expired")

_EDGE = {"affinity": level, "trust": level, "summary": text, "facts": lines, "moments": lines}
_MEMORY = {
    "text": text,
    "significance": weight,
    "witnesses": lambda value, what: whole(value, what, 0, 7),
    "source": line,
    "reliability": level,
}
_ACTIVITY = {
    "verb": line,
    "interruptible": flag,
    "required_attention": lambda value, what: one_of(value, what, ("low", "medium", "high")),
    "expected_duration": line,
    "started_us": instant,
    "posture": line,
    "container": lambda value, what: whole(value, what, 0, 10**6),
    "slot": line,
    "holding": lines,
    "attention": line,
    "status": mapping,
}
_CONTAINER = {
    "name": lambda value, what: line(value, what, empty=False),
    "type": line,
    "moving": flag,
    "public": flag,
    "audible_range": line,
    "slots": lines,
    "parent": lambda value, what: whole(value, what, 0, 10**6),
}
_SCENE = {"description": text, "significance": weight}
_THREAD = {"title": lambda value, what: line(value, what, empty=False), "open": flag, "outcome": line}
_HAPPENING = {
    "title": lambda value, what: line(value, what, empty=False),
    "props": lines,
    "due_us": instant,
    "expires_us": instant,
}


def _checked(checks: dict[str, Any], field: str, value: Any, of_what: str) -> Any:
    if field not in checks:
        raise UserError(f"{of_what} has no field {field!r}; it has {', '.join(checks)}")
    return checks[field](value, f"the {field.replace('_', ' ')} of {of_what}")


def _append(log: EventLog, stream: str, *events: Event) -> None:
    log.append(stream, [to_log(event, at_us=wall_us()) for event in events])


def _edit(log: EventLog, chat: str, what: str, key: list[Any], field: str, value: Any, former: Any) -> None:
    former = list(former) if isinstance(former, tuple) else former
    if value != former:
        _append(log, chat_stream(chat), ManualEdit(what, key, field, value, former))


def begun_chat(log: EventLog, chat: str) -> Chat:
    """Where a chat stands that has begun.

    Raises:
        UserError: it has not.
    """
    standing = reading.chat(log, chat)
    if not standing.begun:
        raise UserError("this chat has not begun; say something first")
    return standing


def edit(log: EventLog, chat: str, what: str, key: Sequence[Any], field: str, value: Any) -> None:
    """Set one field of anything :class:`~game.roleplay.events.ManualEdit` names, as the function for it does.

    What players call an event may be named so, too: it is a happening.

    Raises:
        UserError: nothing of that name or number, no such field or value.
    """
    one: dict[str, Callable[..., None]] = {
        "memory": edit_memory,
        "activity": edit_activity,
        "container": edit_container,
        "scene": edit_scene,
        "thread": edit_thread,
        "happening": edit_happening,
        "event": edit_happening,
    }
    if what == "edge" and len(key) == 2:
        edit_edge(log, chat, key[0], key[1], field, value)
    elif what == "group" and not key and field == "summary":
        edit_group(log, chat, value)
    elif what == "turn" and len(key) == 1 and field == "significance":
        weigh_turn(log, chat, key[0], value)
    elif what in one and len(key) == 1:
        one[what](log, chat, key[0], field, value)
    else:
        raise UserError(f"there is no {what} {list(key)} with a {field} to edit; choose something the drawer shows")


# -- edges, memories, activities -------------------------------------------------------------------------------------


def edit_edge(log: EventLog, chat: str, owner: str, target: str, field: str, value: Any) -> None:
    """Set ``affinity`` or ``trust`` (0 to 100), ``summary``, ``facts`` or ``moments`` of how owner sees target.

    The edit is told in ``chat``, the one the player is in.

    Raises:
        UserError: no such entity, field or value.
    """
    for who in (owner, target):
        if who != YOU:
            reading.bot(log, who)
    if owner == target:
        raise UserError("nobody has an edge to themselves; choose two")
    checked = _checked(_EDGE, field, value, "an edge")
    former = getattr(reading.edge(log, owner, target), field)
    if not isinstance(former, tuple) or set(former) != set(checked):  # facts have no order of their own
        _edit(log, chat, "edge", [owner, target], field, checked, former)


def edit_memory(log: EventLog, chat: str, memory: int, field: str, value: Any) -> None:
    """Set ``text``, ``significance``, ``witnesses`` (mask), ``source`` or ``reliability`` of a memory of this chat.

    Raises:
        UserError: no such memory, field or value.
    """
    checked = _checked(_MEMORY, field, value, "a memory")
    rows = log.query(f"SELECT {field} FROM memories WHERE chat = ? AND memory = ?", (chat, memory))
    if not rows:
        raise UserError(f"this chat has no memory {memory}; choose one of those it has")
    _edit(log, chat, "memory", [memory], field, checked, rows[0][0])


def edit_activity(log: EventLog, chat: str, who: str, field: str, value: Any) -> None:
    """Set one field of what someone present is doing (:class:`game.roleplay.state.Activity`).

    Raises:
        UserError: nobody of that name is here, no such field or value.
    """
    standing = begun_chat(log, chat)
    if who not in standing.present:
        raise UserError(f"{who} is not in this scene; choose someone who is")
    checked = _checked(_ACTIVITY, field, value, "an activity")
    if field == "container" and checked:
        _container_known(standing, checked)
    _edit(log, chat, "activity", [who], field, checked, getattr(standing.activities.get(who, Activity()), field))


# -- places, scenes, story -------------------------------------------------------------------------------------------


def _container_known(standing: Chat, number: int) -> None:
    if all(one.id != number for one in standing.containers):
        raise UserError(f"this chat has no place {number}; choose one of those it has")


def edit_container(log: EventLog, chat: str, container: int, field: str, value: Any) -> None:
    """Set one field of a place; a place may lie in another (``parent``), but not in itself.

    Raises:
        UserError: no such place, field or value.
    """
    standing = begun_chat(log, chat)
    _container_known(standing, container)
    checked = _checked(_CONTAINER, field, value, "a place")
    parents = {one.id: one.parent for one in standing.containers}
    if field == "parent" and checked:
        _container_known(standing, checked)
        above = checked
        while above and above != container:
            above = parents.get(above, 0)
        if above:
            raise UserError("a place cannot lie within itself; choose another one around it")
    former = next(one for one in standing.containers if one.id == container)
    _edit(log, chat, "container", [container], field, checked, getattr(former, field))


def add_container(log: EventLog, chat: str, name: str, **others: Any) -> int:
    """A place made by hand before anyone goes there (004 7.4); its number.

    Raises:
        UserError: a name that is empty or taken, no such field or value.
    """
    standing = begun_chat(log, chat)
    values = {field: _checked(_CONTAINER, field, value, "a place") for field, value in others.items()}
    called = _checked(_CONTAINER, "name", name, "a place")
    if any(one.name.casefold() == called.casefold() for one in standing.containers):
        raise UserError(f"there is a place called {called} in this chat already; edit that one")
    if values.get("parent"):
        _container_known(standing, values["parent"])
    number = standing.places + 1
    _append(log, chat_stream(chat), ContainerDescribed(number, called, **values))
    return number


def edit_scene(log: EventLog, chat: str, scene: int, field: str, value: Any) -> None:
    """Set the ``description`` or ``significance`` of a scene.

    Raises:
        UserError: no such scene, field or value.
    """
    standing = reading.scene(log, chat, scene)
    if standing is None:
        raise UserError(f"this chat has no scene {scene}; choose one of those it has")
    _edit(log, chat, "scene", [scene], field, _checked(_SCENE, field, value, "a scene"), getattr(standing, field))


def edit_thread(log: EventLog, chat: str, thread: int, field: str, value: Any) -> None:
    """Set the ``title``, ``open`` or ``outcome`` of a thread.

    Raises:
        UserError: no such thread, field or value.
    """
    standing = next((one for one in reading.threads(log, chat, closed=True) if one.id == thread), None)
    if standing is None:
        raise UserError(f"this chat has no thread {thread}; choose one of those it has")
    _edit(log, chat, "thread", [thread], field, _checked(_THREAD, field, value, "a thread"), getattr(standing, field))


def add_thread(log: EventLog, chat: str, title: str) -> int:
    """A thread the player opens; its number.

    Raises:
        UserError: no title, or the chat has not begun.
    """
    number = begun_chat(log, chat).threads + 1
    _append(log, chat_stream(chat), ThreadOpened(number, _checked(_THREAD, "title", title, "a thread")))
    return number


def edit_happening(log: EventLog, chat: str, happening: int, field: str, value: Any) -> None:
    """Set the ``title``, ``props``, ``due_us`` or ``expires_us`` of an event; how it goes on is
    :func:`game.roleplay.story.move`.

    Raises:
        UserError: no such event, field or value.
    """
    standing = _happening(log, chat, happening)
    checked = _checked(_HAPPENING, field, value, "an event")
    _edit(log, chat, "happening", [happening], field, checked, getattr(standing, field))


def mend_happening(log: EventLog, chat: str, happening: int, state: str) -> None:
    """Put right what state an event is in, also where :func:`game.roleplay.story.move` leads nowhere.

    Nothing follows from it: what was promoted stays so, and nothing more is.

    Raises:
        UserError: no such event or state.
    """
    former = _happening(log, chat, happening).state
    checked = one_of(state, "the state of an event", HAPPENING_STATES)
    _edit(log, chat, "happening", [happening], "state", checked, former)


def _happening(log: EventLog, chat: str, number: int) -> Happening:
    for happening in reading.happenings(log, chat):
        if happening.id == number:
            return happening
    raise UserError(f"this chat has no event {number}; choose one of those it has")


def add_happening(
    log: EventLog, chat: str, title: str, props: Sequence[str] = (), due_us: int = 0, expires_us: int = 0
) -> int:
    """An event the player plans; its number.

    Raises:
        UserError: no title, times out of bounds or in the wrong order, or the chat has not begun.
    """
    number = begun_chat(log, chat).happenings + 1
    given = {"title": title, "props": props, "due_us": due_us, "expires_us": expires_us}
    checked = {field: _checked(_HAPPENING, field, value, "an event") for field, value in given.items()}
    if checked["due_us"] and 0 < checked["expires_us"] < checked["due_us"]:
        raise UserError("an event cannot expire before it is due; choose a later end")
    _append(log, chat_stream(chat), HappeningPlanned(number, **checked))
    return number


def edit_group(log: EventLog, chat: str, summary: str) -> None:
    """Set what the three are to each other in this chat.

    Raises:
        UserError: too long.
    """
    checked = text(summary, "the summary of the group")
    _edit(log, chat, "group", [], "summary", checked, reading.group(log, chat, reading.chat(log, chat).present))


def weigh_turn(log: EventLog, chat: str, turn: int, significance: int) -> None:
    """Say how much a turn matters, 0 to 3; a model does not change it any more (004 13, significance review).

    Raises:
        UserError: no such turn, or another number.
    """
    former = reading.turn(log, chat, turn).said.significance
    checked = weight(significance, "the significance of a turn")
    _append(log, chat_stream(chat), ManualEdit("turn", [turn], "significance", checked, former))


def give_item(log: EventLog, chat: str, owner: str, item: str) -> None:
    """Put something into someone's keeping.

    Raises:
        UserError: no name for it.
    """
    checked = line(item, "an item", empty=False)
    if checked not in reading.items(log, owner):
        _append(log, chat_stream(chat), ItemGained(owner, checked))


def take_item(log: EventLog, chat: str, owner: str, item: str) -> None:
    """Take something out of someone's keeping.

    Raises:
        UserError: they do not have it.
    """
    if item not in reading.items(log, owner):
        raise UserError(f"there is no {item} to take away; choose something they have")
    _append(log, chat_stream(chat), ItemLost(owner, item))


# -- pins ------------------------------------------------------------------------------------------------------------


def pin(log: EventLog, chat: str, memory: int) -> None:
    """Pin a memory by hand: it is always before its owner's mind, and no rule takes it away (004 8.5).

    Raises:
        UserError: no such memory, or as many as may be are pinned by hand.
    """
    seq, standing = _pins_of(log, chat, memory)
    if standing.get(seq) == MANUAL:
        return
    if list(standing.values()).count(MANUAL) >= PIN_CAP:
        raise UserError(f"{PIN_CAP} memories are pinned by hand already; unpin one of them first")
    _append(log, chat_stream(chat), MemoryPinned(memory, True))


def unpin(log: EventLog, chat: str, memory: int) -> None:
    """Take the pin off a memory; it can still come to mind.

    Raises:
        UserError: no such memory.
    """
    seq, standing = _pins_of(log, chat, memory)
    if seq in standing:
        _append(log, chat_stream(chat), MemoryPinned(memory, False))


def _pins_of(log: EventLog, chat: str, memory: int) -> tuple[int, dict[int, str]]:
    """Where the log has a memory, and all that its owner has pinned."""
    rows = log.query("SELECT seq, owner FROM memories WHERE chat = ? AND memory = ? AND live", (chat, memory))
    if not rows:
        raise UserError(f"this chat has no memory {memory}; choose one of those it has")
    return rows[0][0], pinned(log, rows[0][1])


def auto_pin(log: EventLog, chat: str, memory: int) -> Facts:
    """What pins a memory of ``chat`` by rule: nothing unless it is pivotal (significance 3); nothing is written."""
    sql = "SELECT 1 FROM memories WHERE chat = ? AND memory = ? AND significance >= 3"
    if not log.query(sql, (chat, memory)):
        return []
    return [Fact(MemoryPinned(memory, True, auto=True), AUTOMATION)]


# -- the cast -------------------------------------------------------------------------------------------------------


def edit_bot(log: EventLog, bot: str, field: str, value: Any) -> None:
    """Amend one field of a bot's identity (004 5).

    Raises:
        UserError: no such bot, field or value.
    """
    standing = reading.bot(log, bot)
    checked = _checked(BOT, field, value, "a character")
    former = getattr(standing, field)
    former = list(former) if isinstance(former, tuple) else former
    if checked != former:
        _append(log, bot_stream(bot), BotEdited(field, checked, former))
