"""Every connection to a log knows the functions of sqlite-vec, also those that only look or are thrown away."""

from __future__ import annotations

from pathlib import Path

import apsw

from engine.log import EventLog, StoredEvent
from tests.rig.log_samples import said

NEAR = "SELECT vec_distance_hamming(vec_bit(x'0f'), vec_bit(x'00'))"


class Distances:
    """Keeps how far each text is from none, as SQLite itself reckons it."""

    name = "distances"
    version = 1
    create = "CREATE TABLE distances (seq INTEGER PRIMARY KEY, far REAL NOT NULL) STRICT"
    kinds = frozenset({"said"})

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        place = bytes([len(event.payload["text"])])
        sql = "INSERT INTO distances VALUES(?, vec_distance_hamming(vec_bit(?), vec_bit(x'00')))"
        db.execute(sql, (event.seq, place))

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        return False


def test_logs_in_memory_in_files_and_opened_for_looking_know_vectors(tmp_path: Path) -> None:
    with EventLog.in_memory() as log:
        assert log.query(NEAR) == [(4.0,)]
    with EventLog.open(tmp_path / "log.db") as log:
        assert log.query(NEAR) == [(4.0,)]
    with EventLog.open(tmp_path / "log.db", read_only=True) as log:
        assert log.query(NEAR) == [(4.0,)]


def test_a_projection_may_reckon_with_vectors_and_is_checked_like_any_other() -> None:
    with EventLog.in_memory([Distances()]) as log:
        log.append("a", [said("one"), said("seven77"), said("four")])
        log.fork("a", 2)
        assert log.query("SELECT * FROM distances ORDER BY seq") == [(1, 2.0), (2, 3.0)]
        assert log.check_rebuild() == []
