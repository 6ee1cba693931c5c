"""Projections: what follows from the events, and always equals what a rebuild would make of them."""

from __future__ import annotations

import re
from pathlib import Path

import apsw
import pytest

from engine.log import EventLog, LogError, StoredEvent
from tests.rig.log_samples import LastWord, Presses, assert_whole, pressed, said

PRESSES = "SELECT stream, lane, count FROM presses ORDER BY stream, lane"
LAST = "SELECT kind, what FROM last_word ORDER BY kind"


class Fussy(Presses):
    """Cannot bear lane 13."""

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        super().apply(db, event)
        if event.payload["lane"] == 13:
            raise RuntimeError("thirteen")


class Texts:
    """Full text of everything said, in a table SQLite keeps inner tables for."""

    name = "texts"
    version = 1
    create = "CREATE VIRTUAL TABLE texts USING fts5(text)"
    kinds = frozenset({"said"})

    def apply(self, db: apsw.Connection, event: StoredEvent) -> None:
        db.execute("INSERT INTO texts(rowid, text) VALUES(?, ?)", (event.seq, event.payload["text"]))

    def reset(self, db: apsw.Connection, stream: str) -> bool:
        return False


def test_projections_change_with_the_events_and_only_with_their_kinds() -> None:
    with EventLog.in_memory([Presses(), LastWord()]) as log:
        log.append("a", [pressed(1), said("hello"), pressed(1), pressed(2)])
        log.append("b", [pressed(1)])
        assert log.query(PRESSES) == [("a", 1, 2), ("a", 2, 1), ("b", 1, 1)]
        assert log.query(LAST) == [("lane_pressed", 1), ("said", "hello")]
        assert_whole(log)


def test_a_failing_projector_undoes_the_whole_append() -> None:
    with EventLog.in_memory([Fussy()]) as log:
        log.append("a", [pressed(1)])
        with pytest.raises(RuntimeError, match="thirteen"):
            log.append("a", [pressed(2), pressed(13), pressed(3)])
        assert log.query(PRESSES) == [("a", 1, 1)]
        assert log.append("a", [pressed(4)]) == 2
        assert_whole(log)


def test_projections_follow_rewind_and_undo() -> None:
    with EventLog.in_memory([Presses(), LastWord(), Texts()]) as log:
        log.append("a", [pressed(1), said("early"), pressed(1), said("late"), pressed(2)])
        log.append("b", [pressed(7)])
        before = log.query(PRESSES), log.query(LAST)
        log.fork("a", 2)
        assert log.query(PRESSES) == [("a", 1, 1), ("b", 7, 1)]
        assert log.query(LAST) == [("lane_pressed", 7), ("said", "early")]
        assert log.query("SELECT rowid FROM texts('late')") == []
        assert_whole(log)
        log.append("a", [said("anew")])
        assert log.query(LAST) == [("lane_pressed", 7), ("said", "anew")]
        assert_whole(log)
        log.switch("a", log.branches("a")[0].id)
        assert (log.query(PRESSES), log.query(LAST)) == before
        assert log.query("SELECT rowid FROM texts('late')") == [(4,)]
        assert_whole(log)


def test_a_new_or_changed_projector_is_built_when_the_log_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with EventLog.open(path) as log:
        log.append("a", [pressed(1), pressed(1)])
    with EventLog.open(path, [Presses()]) as log:
        assert log.query(PRESSES) == [("a", 1, 2)]
    with EventLog.open(path, [Presses(version=2, weight=10)]) as log:
        assert log.query(PRESSES) == [("a", 1, 20)]
        log.append("a", [pressed(2)])
        assert log.query(PRESSES) == [("a", 1, 20), ("a", 2, 10)]
        assert_whole(log)


def test_a_projection_that_missed_events_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with EventLog.open(path, [Presses()]) as log:
        log.append("a", [pressed(1)])
    with EventLog.open(path) as log:
        log.append("a", [pressed(1)])
    with EventLog.open(path, [Presses()]) as log:
        assert log.query(PRESSES) == [("a", 1, 2)]
    with EventLog.open(path) as log:
        log.fork("a", 1)
    with EventLog.open(path, [Presses()]) as log:
        assert log.query(PRESSES) == [("a", 1, 1)]
        assert_whole(log)


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("UPDATE presses SET count = 5", "row 1: is"),
        ("DELETE FROM presses", "missing"),
        ("INSERT INTO presses VALUES('z', 1, 1, 1)", "absent"),
        ("ALTER TABLE presses ADD COLUMN extra ANY", "differs from what its projector creates"),
        ("DROP TABLE presses", "differs from what its projector creates"),
        ("DROP INDEX presses_by_lane", "differs from what its projector creates"),
    ],
)
def test_check_rebuild_names_what_others_changed_and_rebuild_mends_it(
    tmp_path: Path, tampering: str, says: str
) -> None:
    path = tmp_path / "log.db"
    with EventLog.open(path, [Presses(), LastWord()]) as log:
        log.append("a", [pressed(1)])
    db = apsw.Connection(str(path))
    db.execute(tampering)
    db.close()
    with EventLog.open(path, [Presses(), LastWord()]) as log:
        [difference] = log.check_rebuild()
        assert "presses" in difference
        assert re.search(says, difference)
        log.rebuild()
        assert_whole(log)


def test_a_number_of_another_type_is_a_difference(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with EventLog.open(path, [LastWord()]) as log:
        log.append("a", [pressed(1)])
    db = apsw.Connection(str(path))
    db.execute("UPDATE last_word SET what = 1.0")
    db.close()
    with EventLog.open(path, [LastWord()], read_only=True) as log:
        assert len(log.check_rebuild()) == 1


def test_a_projector_without_its_kind_costs_the_others_nothing() -> None:
    with EventLog.in_memory([Presses()]) as log:
        log.append("a", [said("x")])
        assert log.query(PRESSES) == []
        with pytest.raises(LogError):
            log.fork("a", 5)
        assert_whole(log)
