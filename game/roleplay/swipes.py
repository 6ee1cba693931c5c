"""Stepping between the wordings of a turn, on any turn, and what then has to be told again."""

from __future__ import annotations

import json

from engine.clock import wall_us
from engine.errors import UserError
from engine.log import EventLog
from game.events import to_log
from game.roleplay import reading
from game.roleplay.edge_words import fallen
from game.roleplay.events import AlternativeChosen, TurnKept, chat_stream
from game.roleplay.state import Scene

IMPORTED = "imported"
"""Why a scene closed that came in with a chat from elsewhere."""

IMPORTED_AT_ONCE = 5
"""How many scenes of an imported chat are told in one go: a long one must not hold up what is said now."""


def choose(log: EventLog, chat: str, turn: int, swipe: int) -> None:
    """Let another wording of a turn count; what memory and edges hold follows it.

    What was told of that wording before counts again at once.  A scene that was never told from the wordings as they
    stand now is among :func:`stale_scenes`.

    Raises:
        UserError: there is no such turn or wording.
    """
    standing = reading.turn(log, chat, turn)
    if swipe not in {one.swipe for one in standing.alternatives}:
        count = len(standing.alternatives)
        raise UserError(f"turn {turn} has {count} wording{'' if count == 1 else 's'}; choose one of those")
    if swipe != standing.said.swipe:
        event = AlternativeChosen(turn, swipe, standing.said.swipe)
        log.append(chat_stream(chat), [to_log(event, at_us=wall_us())])


def keep(log: EventLog, chat: str, turn: int) -> None:
    """Let a turn stand as the player's own word (002).

    Raises:
        UserError: there is no such turn.
    """
    if not reading.turn(log, chat, turn).accepted:
        log.append(chat_stream(chat), [to_log(TurnKept(turn), at_us=wall_us())])


def stale_scenes(log: EventLog, chat: str, imported: int = IMPORTED_AT_ONCE) -> list[Scene]:
    """Closed scenes that nobody tells as their turns stand now: have them told again, in this order.

    What is told of a scene builds on the scenes before it, so those after a reworded one are stale with it; the words
    for how two stand to each other build on those of every chat (:mod:`game.roleplay.edge_words`).  A scene without
    turns has nothing to tell.  Of those that were imported and never told yet, only the ``imported``
    latest are among them.
    """
    sql = (
        "SELECT s.scene, s.why = ?2 AND NOT EXISTS (SELECT 1 FROM memories m WHERE m.chat = s.chat AND"
        " m.scene = s.scene AND m.turn = 0 AND m.form = 'summary') FROM scenes s WHERE s.chat = ?1 AND s.closed_seq > 0"
        " AND EXISTS (SELECT 1 FROM turns t WHERE t.chat = s.chat AND t.scene = s.scene AND NOT t.deleted)"
        " AND (s.scene IN (SELECT value FROM json_each(?3)) OR NOT EXISTS (SELECT 1 FROM memories m WHERE"
        " m.chat = s.chat AND m.scene = s.scene AND m.scene > 0 AND m.turn = 0 AND m.form = 'summary'"
        " AND m.basis = s.chain) AND NOT EXISTS (SELECT 1 FROM edge_words w WHERE w.chat = s.chat"
        " AND w.scene = s.scene AND w.scene > 0 AND w.turn = 0 AND w.basis = s.chain)) ORDER BY s.closed_seq"
    )
    rows = log.query(sql, (chat, IMPORTED, json.dumps(sorted(fallen(log, chat)))))
    untold = [number for number, is_untold in rows if is_untold]
    waiting = set(untold[: max(len(untold) - imported, 0)])
    found = [reading.scene(log, chat, number) for number, _ in rows if number not in waiting]
    return [scene for scene in found if scene is not None]
