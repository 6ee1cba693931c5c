"""How place, time and company change the tables, and what is told of a scene (004 7).

An end that was read from the words of a turn hangs on them: while it is open, it counts as long as that wording is the
chosen one.  Another wording opens the scene again, stepping back closes it again, and nothing that was set by hand in
the scene after it is lost.  It is open until somebody goes on from it: the player (any turn of theirs, a guest, an end
they ask for), or, where a bot's turn led there, anybody's next turn.  Then it stays as it is, whatever is reworded
later.  Where an answer led on from there, it stays as long as that end counts, and follows its own words again after.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import apsw

from engine.log import StoredEvent
from game.roleplay import events as happened
from game.roleplay import tables
from game.roleplay.rows import insert, known_chat, live, of_chat, settle_tellings, weigh_scene
from game.roleplay.state import basis_of, chained

# -- what a scene is told from ---------------------------------------------------------------------------------------


def rebase(db: apsw.Connection, chat: str, turn: int) -> None:
    """What follows from the scene of a turn counts as long as the scene is told from the same alternatives."""
    scenes: list[Any] = db.execute("SELECT scene FROM turns WHERE chat = ? AND turn = ?", (chat, turn)).fetchall()
    for (scene,) in scenes:
        _rebase_scene(db, chat, scene)
    weigh_scene(db, chat, turn)


def _rebase_scene(db: apsw.Connection, chat: str, scene: int) -> None:
    sql = "SELECT turn, iif(deleted, NULL, chosen) FROM turns WHERE chat = ? AND scene = ?"
    rows: list[Any] = db.execute(sql + " AND (deleted OR chosen > 0)", (chat, scene)).fetchall()
    basis = basis_of(rows)
    sql = "UPDATE scenes SET basis = ? WHERE chat = ? AND scene = ? RETURNING closed_seq"
    closed: Any = db.execute(sql, (basis, chat, scene)).fetchall()
    if closed and closed[0][0]:
        _chain(db, chat, closed[0][0])
    else:
        _recount(db, chat, scene, basis)


def _chain(db: apsw.Connection, chat: str, closed_seq: int) -> None:
    """Tell anew what the scenes that closed at ``closed_seq`` or later follow from, and what still counts of them."""
    sql = "SELECT chain FROM scenes WHERE chat = ? AND closed_seq > 0 AND closed_seq < ? ORDER BY closed_seq DESC"
    chain = str((db.execute(sql + " LIMIT 1", (chat, closed_seq)).fetchone() or ("",))[0])
    sql = "SELECT scene, basis, chain FROM scenes WHERE chat = ? AND closed_seq > 0 AND closed_seq >= ?"
    later: list[Any] = db.execute(f"{sql} ORDER BY closed_seq", (chat, closed_seq)).fetchall()
    for scene, basis, former in later:
        chain = chained(basis, chain)
        if chain == former:
            return
        _recount(db, chat, scene, chain)


def _recount(db: apsw.Connection, chat: str, scene: int, chain: str) -> None:
    """What is told of a scene counts while it is told from what is chosen now."""
    db.execute("UPDATE scenes SET chain = ? WHERE chat = ? AND scene = ?", (chain, chat, scene))
    for table in tables.BY_SCENE:
        sql = f"UPDATE {table} SET live = (basis = ?) WHERE chat = ? AND scene = ? AND scene > 0 AND turn = 0"
        db.execute(sql, (chain, chat, scene))
    settle_tellings(db, chat, scene)


# -- ends that were read from a turn ---------------------------------------------------------------------------------


class _End(NamedTuple):
    """The end of ``scene`` as a wording told it; ``opened`` is the scene after it, of the turns after ``last_turn``."""

    seq: int
    scene: int
    opened: int
    why: str
    significance: int
    quotes: str
    last_turn: int
    counts: int


_WRONG = (
    "SELECT e.seq, e.scene, e.opened, e.why, e.significance, e.quotes, e.last_turn, e.counts FROM scene_ends e"
    " JOIN turns t ON t.chat = e.chat AND t.turn = e.turn JOIN scenes s ON s.chat = e.chat AND s.scene = e.scene"
    f" WHERE e.chat = ? AND {tables.OPEN_END} AND iif(e.counts, t.chosen <> e.swipe OR t.deleted, t.chosen = e.swipe"
    " AND NOT t.deleted AND NOT s.gone AND s.closed_seq = 0) ORDER BY e.counts DESC, iif(e.counts, -e.seq, e.seq)"
    " LIMIT 1"
)
"""The next open end that counts and should not, the latest first; then the first that should and does not."""


def follow_wording(db: apsw.Connection, chat: str) -> None:
    """Have those open ends count that the chosen wordings of the turns tell of, and no others."""
    while rows := db.execute(_WRONG, (chat,)).fetchall():
        row: Any = rows[0]
        end = _End(*row)
        (_take_back if end.counts else _let_count)(db, chat, end)


def _take_back(db: apsw.Connection, chat: str, end: _End) -> None:
    sql = "UPDATE scenes SET closed_seq = 0, why = '', significance = iif(by_hand, significance, 0), quotes = '[]'"
    db.execute(sql + " WHERE chat = ? AND scene = ?", (chat, end.scene))
    db.execute("UPDATE turns SET scene = ? WHERE chat = ? AND scene = ?", (end.scene, chat, end.opened))
    _go_to(db, chat, end, end.scene, counts=0)
    _chain(db, chat, end.seq)


def _let_count(db: apsw.Connection, chat: str, end: _End) -> None:
    _write_end(db, chat, end.scene, end.seq, end.why, end.significance, end.quotes)
    sql = "UPDATE turns SET scene = ? WHERE chat = ? AND scene = ? AND turn > ?"
    db.execute(sql, (end.opened, chat, end.scene, end.last_turn))
    _go_to(db, chat, end, end.opened, counts=1)


def _go_to(db: apsw.Connection, chat: str, end: _End, scene: int, *, counts: int) -> None:
    """The chat goes on in ``scene``, and what came with the one after the end is there or not."""
    db.execute("UPDATE scene_ends SET counts = ? WHERE seq = ?", (counts, end.seq))
    db.execute("UPDATE chats SET scene = ? WHERE chat = ?", (scene, chat))
    db.execute("UPDATE scenes SET gone = ? WHERE chat = ? AND scene = ?", (1 - counts, chat, end.opened))
    sql = "UPDATE activities SET live = ? WHERE chat = ? AND scene = ? AND scene > 0"
    db.execute(sql, (counts, chat, end.opened))
    _settle_places(db, chat)
    for one in (end.scene, end.opened):
        _rebase_scene(db, chat, one)


def _settle_places(db: apsw.Connection, chat: str) -> None:
    """A place that came with a scene is there while that scene is, or another that plays in it."""
    sql = (
        "UPDATE containers AS c SET live = EXISTS (SELECT 1 FROM scenes s WHERE s.chat = c.chat AND NOT s.gone"
        " AND (s.scene = c.scene OR s.container = c.container)) WHERE c.chat = ? AND c.scene > 0"
    )
    db.execute(sql, (chat,))


def went_on(db: apsw.Connection, chat: str, scene: int, speaker: str = happened.YOU) -> None:
    """Somebody goes on in ``scene``: what a turn has led to stays as it stands.

    A bot's turn only answers where the player's has led; what goes on without the player is another matter.
    """
    sql = (
        "UPDATE scene_ends AS e SET open = 0 WHERE e.chat = ?1 AND e.open = 1 AND NOT EXISTS (SELECT 1 FROM scenes s"
        " WHERE s.chat = e.chat AND s.scene = ?2 AND s.meanwhile) AND (?3 = 'you' OR 'you' <> (SELECT t.speaker"
        " FROM turns t WHERE t.chat = e.chat AND t.turn = e.turn))"
    )
    db.execute(sql, (chat, scene, speaker))


def _scene_closed(db: apsw.Connection, event: StoredEvent) -> None:
    said, chat = event.payload, of_chat(event)
    scene, turn, quotes = said["scene"], said.get("turn", 0), json.dumps(said["quotes"], ensure_ascii=False)
    counts = live(db, event) if turn else 1
    if turn:
        turns: Any = db.execute("SELECT turns FROM chats WHERE chat = ?", (chat,)).fetchone()
        last = turn if said["why"] == "container" else turns[0]
        row = (event.seq, event.stream, chat, scene, said["why"], said["significance"], quotes, turn, said["swipe"])
        insert(db, "scene_ends", *row, last, 0, counts, 1)
    else:
        went_on(db, chat, scene)
    if counts:
        _write_end(db, chat, scene, event.seq, said["why"], said["significance"], quotes)
        _chain(db, chat, event.seq)


def _write_end(db: apsw.Connection, chat: str, scene: int, seq: int, why: str, significance: int, quotes: str) -> None:
    sql = (
        "UPDATE scenes SET closed_seq = ?, why = ?, significance = iif(by_hand, significance, ?), quotes = ?"
        " WHERE chat = ? AND scene = ?"
    )
    db.execute(sql, (seq, why, significance, quotes, chat, scene))


def _scene_opened(db: apsw.Connection, event: StoredEvent) -> None:
    known_chat(db, event)
    said, chat, scene = event.payload, of_chat(event), event.payload["scene"]
    end = _end_before(db, event) if said.get("turn", 0) else None
    gone = int(end is not None and not end.counts)
    present = json.dumps(said["present"])
    insert(
        *(db, "scenes", chat, scene, event.stream, event.seq, said["container"], said["description"], present),
        *(said["clock_us"], int(said["meanwhile"]), 0, "", 0, "[]", "", "", 0, 0, gone),
    )
    db.execute("UPDATE chats SET scenes = max(scenes, ?) WHERE chat = ?", (scene, chat))
    if end is not None and end.counts:
        _let_count(db, chat, end)
    elif gone:
        _settle_places(db, chat)
    elif not said["meanwhile"]:
        db.execute("UPDATE chats SET scene = ? WHERE chat = ?", (scene, chat))


def _end_before(db: apsw.Connection, event: StoredEvent) -> _End | None:
    """The end that a turn told of, now that it is known what opened after it."""
    said = event.payload
    sql = (
        "UPDATE scene_ends SET opened = ? WHERE chat = ? AND open = 1 AND turn = ? AND swipe = ? AND opened = 0"
        " RETURNING seq, scene, opened, why, significance, quotes, last_turn, counts"
    )
    row: Any = db.execute(sql, (said["scene"], of_chat(event), said["turn"], said["swipe"])).fetchone()
    return _End(*row) if row else None


def _foreseen(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (event.seq, event.stream, of_chat(event), said["why"], said["turn"], said["swipe"])
    insert(db, "ends_foreseen", *row, live(db, event))


# -- place, time and company -----------------------------------------------------------------------------------------


def _clock(db: apsw.Connection, event: StoredEvent) -> None:
    known_chat(db, event)
    row = (event.payload["clock_us"], event.payload["day_one_us"], of_chat(event))
    db.execute("UPDATE chats SET clock_us = ?, day_one_us = ? WHERE chat = ?", row)


def _container(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (
        *(of_chat(event), said["container"], event.stream, said["name"], said["type"], int(said["moving"])),
        *(int(said["public"]), said["audible_range"], json.dumps(said["slots"], ensure_ascii=False), said["parent"]),
        *(said.get("scene", 0), 1),
    )
    db.execute(f"INSERT OR REPLACE INTO containers VALUES ({', '.join('?' * len(row))})", row)


def _guest_joined(db: apsw.Connection, event: StoredEvent) -> None:
    """The guest is part of the scene from here on; what was said before, they did not hear."""
    chat, bot = of_chat(event), event.payload["bot"]
    went_on(db, chat, 0)
    db.execute("UPDATE chats SET guest = ? WHERE chat = ?", (bot, chat))
    for scene, turns in db.execute("SELECT scene, turns FROM chats WHERE chat = ?", (chat,)).fetchall():
        sql = "SELECT present FROM scenes WHERE chat = ? AND scene = ? AND closed_seq = 0"
        for (present,) in db.execute(sql, (chat, scene)).fetchall():
            now = json.dumps([*json.loads(str(present)), bot])
            sql = "UPDATE scenes SET present = ?, guest_since = ? WHERE chat = ? AND scene = ?"
            db.execute(sql, (now, turns, chat, scene))


def _guest_left(db: apsw.Connection, event: StoredEvent) -> None:
    db.execute("UPDATE chats SET guest = '' WHERE chat = ?", (of_chat(event),))


def _activity(db: apsw.Connection, event: StoredEvent) -> None:
    said, chat, scene = event.payload, of_chat(event), event.payload.get("scene", 0)
    record = json.dumps(said["record"], ensure_ascii=False, sort_keys=True)
    turn = db.execute("SELECT seq FROM turns WHERE chat = ? AND turn = ?", (chat, said["turn"])).fetchone()
    row = (event.seq, event.stream, chat, said["who"], record, said["turn"], said["swipe"], scene)
    insert(db, "activities", *row, 0, turn[0] if said["turn"] and turn else event.seq, _is_there(db, event))


def _is_there(db: apsw.Connection, event: StoredEvent) -> int:
    """1 while the scene is there that an event came with, or its turn's wording is chosen."""
    sql = "SELECT 1 FROM scenes WHERE chat = ? AND scene = ? AND gone"
    gone = db.execute(sql, (of_chat(event), event.payload.get("scene", 0))).fetchall()
    return 0 if gone else live(db, event)


SCENE_STEPS: dict[str, Callable[[apsw.Connection, StoredEvent], None]] = {
    happened.ClockMoved.kind: _clock,
    happened.ContainerDescribed.kind: _container,
    happened.SceneOpened.kind: _scene_opened,
    happened.SceneClosed.kind: _scene_closed,
    happened.EndForeseen.kind: _foreseen,
    happened.GuestJoined.kind: _guest_joined,
    happened.GuestLeft.kind: _guest_left,
    happened.ActivityChanged.kind: _activity,
}
