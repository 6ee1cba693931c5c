"""What of a chat's story someone knows: its threads and happenings, of whose turns they heard."""

from __future__ import annotations

from collections.abc import Iterable

from engine.log import EventLog
from game.roleplay import reading
from game.roleplay.events import YOU
from game.roleplay.reading import HEARD, NOW, Before
from game.roleplay.state import Chat, Happening, Thread

_THREADS = "SELECT thread AS number, turn FROM threads WHERE chat = ?1 AND live AND turn < ?3"
_HAPPENINGS = (
    "SELECT happening AS number, turn FROM happenings WHERE chat = ?1 AND live AND turn < ?3"
    " UNION ALL SELECT happening, turn FROM happening_states WHERE chat = ?1 AND live AND turn < ?3"
)


def threads(log: EventLog, host: str, who: str, before: Before = NOW) -> list[Thread]:
    """The open threads of a chat that ``who`` knows of."""
    found = reading.threads(log, host, before=before)
    known = _known(log, host, who, _THREADS, before) if who != host else {one.id for one in found}
    return [one for one in found if one.id in known]


def happenings(log: EventLog, host: str, who: str, states: Iterable[str] = (), before: Before = NOW) -> list[Happening]:
    """The happenings of a chat in one of ``states`` (none named: all) that ``who`` knows of."""
    found = reading.happenings(log, host, states, before)
    known = _known(log, host, who, _HAPPENINGS, before) if who != host else {one.id for one in found}
    return [one for one in found if one.id in known]


def shared_threads(log: EventLog, chat: Chat) -> list[Thread]:
    """The open threads that everyone present may be told of: the player's own, and those of turns that all heard."""
    found = reading.threads(log, chat.host)
    known = _shared(log, chat, _THREADS, {one.id for one in found})
    return [one for one in found if one.id in known]


def shared_happenings(log: EventLog, chat: Chat, states: Iterable[str] = ()) -> list[Happening]:
    """The happenings in one of ``states`` that everyone present may be told of, as :func:`shared_threads`."""
    found = reading.happenings(log, chat.host, states)
    known = _shared(log, chat, _HAPPENINGS, {one.id for one in found})
    return [one for one in found if one.id in known]


def _shared(log: EventLog, chat: Chat, source: str, numbers: set[int]) -> set[int]:
    by_hand = f"SELECT o.number FROM ({source}) o WHERE o.turn = 0"
    told = {number for (number,) in log.query(by_hand.replace("?3", "?2"), (chat.host, NOW.turn))}
    for who in [one for one in chat.present if one != chat.host] if numbers else ():
        numbers = numbers & (told | _known(log, chat.host, who, source, NOW))
    return numbers


def _known(log: EventLog, host: str, who: str, source: str, before: Before) -> set[int]:
    """Of the rows (number, turn) of ``source`` the numbers that a guest knows of: those of turns they heard.

    The host is in all scenes of their chat and knows them all, also those that hang on no turn; so does the player of
    what they have noted themselves.
    """
    sql = (
        f"SELECT DISTINCT o.number FROM ({source}) o LEFT JOIN turns t ON t.chat = ?1 AND t.turn = o.turn"
        f" WHERE (o.turn > 0 AND {HEARD}) OR (o.turn = 0 AND ?2 = '{YOU}')"
    )
    return {number for (number,) in log.query(sql, (host, who, before.turn))}
