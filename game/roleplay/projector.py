"""How each event changes the tables of :mod:`game.roleplay.tables`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import apsw

from engine.log import StoredEvent
from game.events import kinds
from game.roleplay import cast_events as cast
from game.roleplay import events as happened
from game.roleplay import tables
from game.roleplay.projector_edits import manual_edit
from game.roleplay.projector_scenes import SCENE_STEPS, follow_wording, rebase, went_on
from game.roleplay.projector_story import STORY_STEPS
from game.roleplay.rows import (
    OF_TELLING,
    TELLINGS,
    in_place,
    insert,
    known_chat,
    live,
    of_chat,
    settle_tellings,
    told_by,
    weigh_scene,
)
from game.roleplay.state import SEEN_BY_GUEST, SEEN_BY_HOST, SEEN_BY_YOU
from game.truth import Truth

Step = Callable[[apsw.Connection, StoredEvent], None]


class RoleplayProjector:
    """Keeps everything that follows from the cast's and the chats' events, but for what is searched by words."""

    name = "roleplay"
    version = 4
    kinds = kinds((*cast.CAST_EVENTS, *happened.CHAT_EVENTS)) - {happened.MemoryEmbedded.kind}
    create = tables.CREATE

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        """Change the rows of the event's stream."""
        _STEPS[event.kind](db, in_place(event))

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        """Every row names the one stream it follows from."""
        for table in tables.ALL:
            db.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))
        return True


# -- the player and the bots ----------------------------------------------------------------------------------------


def _you(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (event.stream, event.seq, said["name"], said.get("pronouns", ""), said.get("persona", ""))
    db.execute("INSERT OR REPLACE INTO you VALUES (?, ?, ?, ?, ?)", row)


def _bot_authored(db: apsw.Connection, event: StoredEvent) -> None:
    fields = json.dumps(event.payload, ensure_ascii=False, sort_keys=True)
    row = (of_chat(event), event.stream, event.seq, event.at_us, event.payload["name"], fields, 0)
    db.execute("INSERT OR REPLACE INTO bots VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _bot_edited(db: apsw.Connection, event: StoredEvent) -> None:
    bot = of_chat(event)
    for (text,) in db.execute("SELECT fields FROM bots WHERE id = ?", (bot,)).fetchall():
        fields = json.loads(str(text))
        fields[event.payload["field"]] = event.payload["value"]
        packed = json.dumps(fields, ensure_ascii=False, sort_keys=True)
        db.execute("UPDATE bots SET name = ?, fields = ? WHERE id = ?", (fields["name"], packed, bot))


def _bot_removed(db: apsw.Connection, event: StoredEvent) -> None:
    db.execute("UPDATE bots SET removed = 1 WHERE id = ?", (of_chat(event),))


def _bot_reset(db: apsw.Connection, event: StoredEvent) -> None:
    db.execute("INSERT OR REPLACE INTO bot_resets VALUES (?, ?, ?)", (of_chat(event), event.stream, event.seq))


def _card_kept(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    insert(
        db,
        "bot_cards",
        event.seq,
        event.stream,
        of_chat(event),
        said["name"],
        said["form"],
        said["data"],
        said.get("parts", 1),
    )


def _book_kept(db: apsw.Connection, event: StoredEvent) -> None:
    said, data = event.payload, event.payload["data"]
    if said.get("part", 0):  # what goes before it was told just now
        sql = "SELECT data FROM bot_books WHERE bot = ? AND book = ?"
        ((before,),) = db.execute(sql, (of_chat(event), said["book"]))
        data = before + data
    row = (of_chat(event), said["book"], event.stream, said["name"], data)
    db.execute("INSERT OR REPLACE INTO bot_books VALUES (?, ?, ?, ?, ?)", row)


# -- turns -----------------------------------------------------------------------------------------------------------


def _turn_said(db: apsw.Connection, event: StoredEvent) -> None:
    said, chat = event.payload, of_chat(event)
    turn, speaker = said["turn"], said["speaker"]
    if speaker == happened.YOU:
        _answered(db, chat)
    went_on(db, chat, said["scene"], speaker)
    insert(
        *(db, "turns", chat, turn, event.stream, event.seq, event.at_us, speaker, said.get("addressee", "")),
        *(said["scene"], said["clock_us"], int(said.get("beat", False)), 0, 0, int(event.truth != Truth.USER), 0),
    )
    _alternative(db, event, turn, 0)
    known_chat(db, event)
    sql = "UPDATE chats SET turns = max(turns, ?), last_at_us = ? WHERE chat = ?"
    db.execute(sql, (turn, event.at_us, chat))


def _answered(db: apsw.Connection, chat: str) -> None:
    """The player goes on from the wordings that stand: each is their own word now (002)."""
    sql = "SELECT turn, chosen FROM turns WHERE chat = ? AND unanswered = 1 AND NOT deleted"
    open_turns: list[Any] = db.execute(sql, (chat,)).fetchall()
    for turn, swipe in open_turns:
        _accept(db, chat, turn, swipe)


def _accept(db: apsw.Connection, chat: str, turn: int, swipe: int) -> None:
    db.execute("UPDATE alternatives SET accepted = 1 WHERE chat = ? AND turn = ? AND swipe = ?", (chat, turn, swipe))
    db.execute("UPDATE turns SET unanswered = 0 WHERE chat = ? AND turn = ?", (chat, turn))


def _alternative(db: apsw.Connection, event: StoredEvent, turn: int, swipe: int) -> None:
    said = event.payload
    segments = json.dumps(said.get("segments", []), ensure_ascii=False)
    insert(
        *(db, "alternatives", of_chat(event), turn, swipe, event.stream, event.seq, said["text"], segments),
        *(int(said.get("truncated", False)), event.truth, event.origin, -1, 0, int(event.truth == Truth.USER)),
    )


def _alternative_said(db: apsw.Connection, event: StoredEvent) -> None:
    """A new wording is the chosen one, but for one by a model of what the player wrote: that only waits beside it."""
    chat, turn = of_chat(event), event.payload["turn"]
    _alternative(db, event, turn, event.payload["swipe"])
    sql = "SELECT 1 FROM turns WHERE chat = ? AND turn = ? AND speaker = ?"
    if event.truth == Truth.USER or not db.execute(sql, (chat, turn, happened.YOU)).fetchall():
        _choose(db, event)


def _choose(db: apsw.Connection, event: StoredEvent) -> None:
    """What follows from a turn follows from its chosen alternative only; one that is not there cannot be chosen."""
    chat, turn, swipe = of_chat(event), event.payload["turn"], event.payload["swipe"]
    sql = (
        "SELECT a.accepted, t.deleted FROM alternatives a JOIN turns t ON t.chat = a.chat AND t.turn = a.turn"
        " WHERE a.chat = ? AND a.turn = ? AND a.swipe = ?"
    )
    for accepted, cut_out in db.execute(sql, (chat, turn, swipe)).fetchall():
        sql = "UPDATE turns SET chosen = ?, unanswered = ? WHERE chat = ? AND turn = ?"
        db.execute(sql, (swipe, int(not accepted), chat, turn))
        for table in () if cut_out else tables.BY_TURN:
            sql = f"UPDATE {table} SET live = (swipe = ?) WHERE chat = ? AND turn = ? AND turn > 0"
            db.execute(sql, (swipe, chat, turn))
        follow_wording(db, chat)
        rebase(db, chat, turn)


def _kept(db: apsw.Connection, event: StoredEvent) -> None:
    chat, turn = of_chat(event), event.payload["turn"]
    chosen: Any = db.execute("SELECT chosen FROM turns WHERE chat = ? AND turn = ?", (chat, turn)).fetchall()
    for (swipe,) in chosen:
        _accept(db, chat, turn, swipe)


def _hidden(db: apsw.Connection, event: StoredEvent) -> None:
    row = (int(event.payload["hidden"]), of_chat(event), event.payload["turn"])
    db.execute("UPDATE turns SET hidden = ? WHERE chat = ? AND turn = ?", row)


def _deleted(db: apsw.Connection, event: StoredEvent) -> None:
    chat = of_chat(event)
    for turn in event.payload["turns"]:
        db.execute("UPDATE turns SET deleted = 1 WHERE chat = ? AND turn = ?", (chat, turn))
        for table in tables.BY_TURN:
            db.execute(f"DELETE FROM {table} WHERE chat = ? AND turn = ? AND turn > 0", (chat, turn))
        follow_wording(db, chat)
        rebase(db, chat, turn)


def _weighed(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (said["significance"], event.truth, of_chat(event), said["turn"], said["swipe"])
    sql = (  # what the player weighed, only they weigh again
        "UPDATE alternatives SET significance = ?1, weighed_by = ?2 WHERE chat = ?3 AND turn = ?4 AND swipe = ?5"
        " AND (weighed_by <> 1 OR ?2 = 1)"
    )
    db.execute(sql, row)
    weigh_scene(db, of_chat(event), said["turn"])


# -- edges and memory ------------------------------------------------------------------------------------------------


def _edge_seeded(db: apsw.Connection, event: StoredEvent) -> None:
    said, chat = event.payload, of_chat(event)
    pair = (event.stream, chat, said["owner"], said["target"])
    insert(db, "edge_numbers", event.seq, *pair, 0, 0, 0, said["affinity"], said["trust"], 1, 0, 0, 0, "", event.seq, 1)
    # Where a story begins from is the player's word on the beginning, not on what comes of it: scenes rewrite it.
    insert(
        db, "edge_words", event.seq, *pair, said["summary"], max(event.truth, Truth.AUTOMATION), 0, 0, 0, "", "", 0, 1
    )
    _facts(db, event, "fact", said["facts"])


def _facts(db: apsw.Connection, event: StoredEvent, sort: str, facts: list[str]) -> None:
    said, alive = event.payload, live(db, event) if facts else 0
    for number, fact in enumerate(facts):
        insert(
            *(db, "edge_facts", event.seq, number, event.stream, of_chat(event), said["owner"], said["target"]),
            *(sort, fact, 1, event.truth, said.get("turn", 0), said.get("swipe", 0), said.get("scene", 0)),
            *(said.get("basis", ""), alive),
        )


def _edge_moved(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    alive, said_seq = told_by(db, event)
    insert(
        *(db, "edge_numbers", event.seq, event.stream, of_chat(event), said["owner"], said["target"]),
        *(said["clock_us"], said["affinity_delta"], said["trust_delta"], None, None, 0, said["turn"], said["swipe"]),
        *(said["scene"], said["basis"], said_seq, alive),
    )
    _facts(db, event, "fact", said["facts"])


def _edge_summarised(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    insert(
        *(db, "edge_words", event.seq, event.stream, of_chat(event), said["owner"], said["target"], said["summary"]),
        *(event.truth, said.get("turn", 0), said.get("swipe", 0), said["scene"], said["basis"]),
        *(said.get("upon", ""), int(said.get("adds", False)), live(db, event)),
    )
    _facts(db, event, "moment", [said["moment"]] if said["moment"] else [])


def _memory_written(db: apsw.Connection, event: StoredEvent) -> None:
    said, chat = event.payload, of_chat(event)
    by_hand, truths = _former_tellings(db, event)
    said = {**said, **json.loads(by_hand)}  # what the player set of a scene's telling goes for one told anew
    bit = SEEN_BY_YOU if said["owner"] == happened.YOU else SEEN_BY_HOST if said["owner"] == chat else SEEN_BY_GUEST
    insert(
        *(db, "memories", event.seq, event.stream, chat, said["memory"], said["owner"], bit, said["witnesses"]),
        *(said["text"], said["form"], said["source"], said["reliability"], said["scene"], said["clock_us"]),
        *(event.at_us, said["significance"], said["turn"], said["swipe"], said["basis"], live(db, event)),
        *(event.truth, by_hand),
    )
    if Truth.USER in {event.truth, *truths}:
        settle_tellings(db, chat, said["scene"])
    known_chat(db, event)
    db.execute("UPDATE chats SET memories = max(memories, ?) WHERE chat = ?", (said["memory"], chat))


def _former_tellings(db: apsw.Connection, event: StoredEvent) -> tuple[str, list[int]]:
    """What the player set of its owner's former tellings of a scene, and whose words those are."""
    said = event.payload
    if said["form"] == "told" or said["turn"] or not said["scene"]:
        return "{}", []
    sql = f"SELECT by_hand, truth FROM memories WHERE {TELLINGS} ORDER BY seq DESC"
    rows: list[Any] = db.execute(sql, (of_chat(event), said["owner"], said["scene"])).fetchall()
    return (rows[0][0] if rows else "{}"), [truth for _, truth in rows]


def _memory_pinned(db: apsw.Connection, event: StoredEvent) -> None:
    said, chat = event.payload, of_chat(event)
    if said["auto"] and not said["pinned"]:
        return  # as it was once told; what makes room follows
    for owner, scene in db.execute(OF_TELLING, (chat, said["memory"])).fetchall():
        row = (event.seq, event.stream, chat, said["memory"], owner, scene, int(said["pinned"]), int(said["auto"]))
        insert(db, "pins", *row)


def _group(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    alive, said_seq = told_by(db, event)
    row = (event.seq, event.stream, of_chat(event), said["summary"], event.truth, 0, said["scene"], said["basis"])
    insert(db, "groups", *row, said_seq, alive)


def _failed(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    row = (event.seq, event.stream, of_chat(event), said["job"], said["raw_text"], said["attempts"], said["turn"])
    insert(db, "classifier_failures", *row)


def _file_kept(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    insert(db, "chat_files", event.seq, event.stream, of_chat(event), said["name"], said["data"], said.get("parts", 1))


_STEPS: dict[str, Step] = {
    cast.YouDescribed.kind: _you,
    cast.BotAuthored.kind: _bot_authored,
    cast.BotEdited.kind: _bot_edited,
    cast.BotRemoved.kind: _bot_removed,
    cast.BotReset.kind: _bot_reset,
    cast.CardKept.kind: _card_kept,
    cast.BookKept.kind: _book_kept,
    happened.TurnSaid.kind: _turn_said,
    happened.AlternativeSaid.kind: _alternative_said,
    happened.AlternativeChosen.kind: _choose,
    happened.TurnKept.kind: _kept,
    happened.TurnHidden.kind: _hidden,
    happened.TurnsDeleted.kind: _deleted,
    happened.TurnWeighed.kind: _weighed,
    happened.EdgeSeeded.kind: _edge_seeded,
    happened.EdgeMoved.kind: _edge_moved,
    happened.EdgeSummarised.kind: _edge_summarised,
    happened.MemoryWritten.kind: _memory_written,
    happened.MemoryPinned.kind: _memory_pinned,
    happened.GroupSummarised.kind: _group,
    happened.ManualEdit.kind: manual_edit,
    happened.ClassifierFailed.kind: _failed,
    happened.ChatFileKept.kind: _file_kept,
    **SCENE_STEPS,
    **STORY_STEPS,
}
