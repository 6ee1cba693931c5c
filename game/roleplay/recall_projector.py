"""The tables memories and chats are searched by: words, signatures, and where a model put them.

Signatures lie in plain tables and are compared by the functions of sqlite-vec.  Its own virtual tables were measured
beside them (50,000 signatures of one owner): 11 to 16 ms a search to 6, 10 us a row to 3.5, and they cannot be dropped
within a transaction, which a rebuild does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any
from zlib import crc32

import apsw
import numpy as np
from numpy.typing import NDArray

from engine.log import StoredEvent
from game.events import kinds
from game.roleplay import events as happened
from game.roleplay.concept_words import MUCH_THE_SAME, OF_ONE_KIND
from game.roleplay.concepts import COMMON, concepts_of
from game.roleplay.embedding import placed, telling
from game.roleplay.rows import in_place, insert, of_chat
from game.roleplay.words import Kept, stem, stems, words

CREATE = """
CREATE TABLE recall_signatures (
    owner TEXT NOT NULL, seq INTEGER NOT NULL, stream TEXT NOT NULL, memory INTEGER NOT NULL, turn INTEGER NOT NULL,
    signs BLOB NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (owner, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX recall_signatures_by_number ON recall_signatures (stream, memory);
CREATE INDEX recall_signatures_by_turn ON recall_signatures (stream, turn) WHERE turn > 0;
CREATE TABLE recall_spaces (
    owner TEXT NOT NULL, model TEXT NOT NULL, seq INTEGER NOT NULL, stream TEXT NOT NULL, size INTEGER NOT NULL,
    signs BLOB NOT NULL, PRIMARY KEY (owner, model, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX recall_spaces_by_seq ON recall_spaces (seq);
CREATE TABLE recall_vectors (
    seq INTEGER NOT NULL, model TEXT NOT NULL, stream TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (seq, model)
) STRICT;
CREATE VIRTUAL TABLE recall_words USING fts5(stems, content='', contentless_delete=1, tokenize='ascii');
CREATE TABLE search_docs (
    id INTEGER PRIMARY KEY, stream TEXT NOT NULL, sort TEXT NOT NULL, chat TEXT NOT NULL, number INTEGER NOT NULL
) STRICT;
CREATE INDEX search_docs_by_thing ON search_docs (stream, sort, number);
CREATE VIRTUAL TABLE search_words USING fts5(stems, content='', contentless_delete=1, tokenize='ascii');
"""

PARTS = 1024
"""Texts one event can bring to the search; its document is ``seq * PARTS`` and the place of the text."""

MAX_SIZE = 8192
"""Numbers of a model's vector that are kept; no embedding offered today has more."""


@lru_cache(1000)
def owners_mark(owner: str) -> str:
    """What stands before each stem of an owner's memories, so that an owner's words are counted by themselves."""
    return f"{crc32(owner.encode()):08x}"


def _terms_of(word: str) -> tuple[str, ...]:
    cut = stem(word)
    return (cut, *[f"§{concept}" for concept in concepts_of(word, cut)])


_terms = Kept(_terms_of)


def marked(owner: str, found: list[str]) -> list[str]:
    """What the memories of ``owner`` with these telling words are searched by: stems, and concepts with a ``§``."""
    mark = owners_mark(owner)
    return [mark + term for term in dict.fromkeys(chain.from_iterable([_terms[word] for word in found]))]


def signs_of(vector: NDArray[np.float32]) -> bytes:
    """The signs of a model's numbers, which is what is compared first."""
    return bytes(np.packbits(vector > 0))


def small(vector: NDArray[np.float32]) -> bytes:
    """A vector of unit length in steps of 1/127, a byte a number."""
    most = float(np.abs(vector).max(initial=0.0)) or 1.0
    return bytes(np.rint(vector * np.float32(127.0 / most)).astype(np.int8))


class RecallProjector:
    """Keeps what memories and chats are found by; every row follows from one stream and names it."""

    name = "recall"
    version = 1 << 32 | crc32((MUCH_THE_SAME + OF_ONE_KIND + " ".join(sorted(COMMON))).encode())
    """Another word in the lists is another place for every memory with that word."""
    create = CREATE
    kinds = kinds(
        (
            *(happened.TurnSaid, happened.AlternativeSaid, happened.TurnsDeleted, happened.SceneOpened),
            *(happened.EdgeSeeded, happened.EdgeMoved, happened.EdgeSummarised, happened.MemoryWritten),
            *(happened.MemoryEmbedded, happened.ManualEdit),
        )
    )

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        """Change the rows of the event's stream."""
        _STEPS[event.kind](db, in_place(event))

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        """Every row names the one stream it follows from, or is found by one that does."""
        row = (stream,)
        db.execute("DELETE FROM recall_words WHERE rowid IN (SELECT seq FROM recall_signatures WHERE stream = ?)", row)
        db.execute("DELETE FROM search_words WHERE rowid IN (SELECT id FROM search_docs WHERE stream = ?)", row)
        for table in ("recall_signatures", "recall_spaces", "recall_vectors", "search_docs"):
            db.execute(f"DELETE FROM {table} WHERE stream = ?", row)
        return True


def _index(db: apsw.Connection, event: StoredEvent, sort: str, number: int, text: str, place: int = 0) -> None:
    """Have a text found by the player's search."""
    _index_words(db, event, sort, number, words(text), place)


def _index_words(
    db: apsw.Connection, event: StoredEvent, sort: str, number: int, found: list[str], place: int = 0
) -> None:
    if found and place < PARTS:
        document = event.seq * PARTS + place
        insert(db, "search_docs", document, event.stream, sort, of_chat(event), number)
        db.execute("INSERT INTO search_words (rowid, stems) VALUES (?, ?)", (document, " ".join(stems(found))))


def _turn_said(db: apsw.Connection, event: StoredEvent) -> None:
    _index(db, event, "turn", event.payload["turn"], event.payload["text"])


def _turns_deleted(db: apsw.Connection, event: StoredEvent) -> None:
    for turn in event.payload["turns"]:
        rows: list[Any] = db.execute(
            "SELECT owner, seq, memory FROM recall_signatures WHERE stream = ? AND turn = ? AND turn > 0",
            (event.stream, turn),
        ).fetchall()
        for owner, seq, memory in rows:
            db.execute("DELETE FROM recall_words WHERE rowid = ?", (seq,))
            db.execute("DELETE FROM recall_signatures WHERE owner = ? AND seq = ?", (owner, seq))
            db.execute("DELETE FROM recall_spaces WHERE seq = ?", (seq,))
            db.execute("DELETE FROM recall_vectors WHERE seq = ?", (seq,))
            _unindex(db, event.stream, "memory", memory)
        _unindex(db, event.stream, "turn", turn)


def _unindex(db: apsw.Connection, stream: str, sort: str, number: int) -> None:
    """Take a thing out of the player's search."""
    where = "WHERE stream = ? AND sort = ? AND number = ?"
    for document in db.execute(f"SELECT id FROM search_docs {where}", (stream, sort, number)).fetchall():
        db.execute("DELETE FROM search_words WHERE rowid = ?", document)
    db.execute(f"DELETE FROM search_docs {where}", (stream, sort, number))


def _scene_opened(db: apsw.Connection, event: StoredEvent) -> None:
    _index(db, event, "scene", event.payload["scene"], event.payload["description"])


def _facts(db: apsw.Connection, event: StoredEvent, facts: Sequence[str]) -> None:
    """Facts and moments lie at their places in the event, counted from 1; 0 is for a summary."""
    for place, fact in enumerate(facts, start=1):
        _index(db, event, "fact", 0, fact, place)


def _edge_seeded(db: apsw.Connection, event: StoredEvent) -> None:
    _index(db, event, "edge", 0, event.payload.get("summary", ""))
    _facts(db, event, event.payload.get("facts", []))


def _edge_moved(db: apsw.Connection, event: StoredEvent) -> None:
    _facts(db, event, event.payload.get("facts", []))


def _edge_summarised(db: apsw.Connection, event: StoredEvent) -> None:
    _index(db, event, "edge", 0, event.payload["summary"])
    _facts(db, event, [event.payload["moment"]] if event.payload.get("moment") else [])


def _memory_written(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    owner, text = said["owner"], said["text"]
    found = words(text)
    tells = telling(found)
    insert(
        *(db, "recall_signatures", owner, event.seq, event.stream, said["memory"], said.get("turn", 0)),
        *placed(tells),
    )
    _remember_words(db, owner, event.seq, tells)
    _index_words(db, event, "memory", said["memory"], found)


def _remember_words(db: apsw.Connection, owner: str, seq: int, found: list[str]) -> None:
    db.execute("INSERT INTO recall_words (rowid, stems) VALUES (?, ?)", (seq, " ".join(marked(owner, found))))


def _found(db: apsw.Connection, event: StoredEvent, memory: int) -> tuple[str, int] | None:
    sql = "SELECT owner, seq FROM recall_signatures WHERE stream = ? AND memory = ?"
    row = db.execute(sql, (event.stream, memory)).fetchone()
    return (str(row[0]), int(row[1])) if row else None


def _memory_embedded(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    found = _found(db, event, said["memory"])
    vector = np.frombuffer(said["vector"][: len(said["vector"]) // 4 * 4], "<f4")[:MAX_SIZE]
    if found is None or not vector.size or not np.isfinite(vector).all():
        return
    owner, seq = found
    row = (owner, said["model"], seq, event.stream, int(vector.size), signs_of(vector))
    db.execute("INSERT OR REPLACE INTO recall_spaces VALUES (?, ?, ?, ?, ?, ?)", row)
    kept = (seq, said["model"], event.stream, small(vector))
    db.execute("INSERT OR REPLACE INTO recall_vectors VALUES (?, ?, ?, ?)", kept)


def _manual_edit(db: apsw.Connection, event: StoredEvent) -> None:
    said = event.payload
    step = _EDITS.get((said["what"], said["field"]))
    if step is not None:
        step(db, event)


def _memory_edited(db: apsw.Connection, event: StoredEvent) -> None:
    """The text is another: a model's idea of the former one no longer holds."""
    memory, text = event.payload["key"][0], event.payload["value"]
    found = _found(db, event, memory)
    if found is None:
        return
    owner, seq = found
    tells = telling(words(text))
    row = (*placed(tells), owner, seq)
    db.execute("UPDATE recall_signatures SET signs = ?, length = ? WHERE owner = ? AND seq = ?", row)
    db.execute("DELETE FROM recall_words WHERE rowid = ?", (seq,))
    _remember_words(db, owner, seq, tells)
    db.execute("DELETE FROM recall_spaces WHERE seq = ?", (seq,))
    db.execute("DELETE FROM recall_vectors WHERE seq = ?", (seq,))
    _unindex(db, event.stream, "memory", memory)
    _index(db, event, "memory", memory, text)


def _scene_edited(db: apsw.Connection, event: StoredEvent) -> None:
    _unindex(db, event.stream, "scene", event.payload["key"][0])
    _index(db, event, "scene", event.payload["key"][0], event.payload["value"])


def _summary_edited(db: apsw.Connection, event: StoredEvent) -> None:
    _index(db, event, "edge", 0, event.payload["value"])


def _facts_edited(db: apsw.Connection, event: StoredEvent) -> None:
    """As the tables have it: first the facts that went, then those that came, each at its place."""
    value, former = event.payload["value"], event.payload["former"]
    gone = sum(one not in value for one in former)
    for place, fact in enumerate([one for one in value if one not in former], start=gone + 1):
        _index(db, event, "fact", 0, fact, place)


_EDITS: dict[tuple[str, str], Callable[[apsw.Connection, StoredEvent], None]] = {
    ("memory", "text"): _memory_edited,
    ("scene", "description"): _scene_edited,
    ("edge", "summary"): _summary_edited,
    ("edge", "facts"): _facts_edited,
    ("edge", "moments"): _facts_edited,
}

_STEPS: dict[str, Callable[[apsw.Connection, StoredEvent], None]] = {
    happened.TurnSaid.kind: _turn_said,
    happened.AlternativeSaid.kind: _turn_said,
    happened.TurnsDeleted.kind: _turns_deleted,
    happened.SceneOpened.kind: _scene_opened,
    happened.EdgeSeeded.kind: _edge_seeded,
    happened.EdgeMoved.kind: _edge_moved,
    happened.EdgeSummarised.kind: _edge_summarised,
    happened.MemoryWritten.kind: _memory_written,
    happened.MemoryEmbedded.kind: _memory_embedded,
    happened.ManualEdit.kind: _manual_edit,
}
