"""Damage and tampering show, wherever in the file they are."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import apsw
import pytest

from engine.log import EventLog, LogDamaged
from tests.rig.log_samples import LastWord, Presses, pressed, said

COUNT = 3000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.db"
    with EventLog.open(path, [Presses(), LastWord()]) as log:
        log.append("play/1", [pressed(lane % 7, at_us=lane) for lane in range(COUNT)])
        start = log.append("chat/1", [said("before"), said("after the fork")]) - 1
        log.fork("chat/1", start)
        log.append("chat/1", [said("on the branch")])
        assert log.verify() == []
    return path


def found_in(path: Path) -> list[str]:
    """What verify finds, or what is said when the damage is so bad that the log does not open."""
    try:
        with EventLog.open(path, [Presses(), LastWord()], read_only=True) as log:
            return log.verify()
    except LogDamaged as error:
        return [str(error)]


@pytest.mark.parametrize("seq", [1, COUNT // 2, COUNT, COUNT + 3])
def test_one_flipped_bit_of_a_payload_is_found(path: Path, seq: int) -> None:
    db = apsw.Connection(str(path))
    payload: Any = db.execute("SELECT payload FROM events WHERE seq = ?", (seq,)).fetchall()[0][0]
    flipped = payload[:-1] + bytes([payload[-1] ^ 1])
    db.execute("UPDATE events SET payload = ? WHERE seq = ?", (flipped, seq))
    db.close()
    [problem] = found_in(path)
    assert f"event {seq} " in problem


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE events SET at_us = at_us + 1 WHERE seq = 10",
        "UPDATE events SET truth = 2 WHERE seq = 10",
        "UPDATE events SET actor = 'someone' WHERE seq = 10",
        "UPDATE events SET cause = 3 WHERE seq = 10",
        "UPDATE events SET stream = 'chat/1' WHERE seq = 10",
        "UPDATE events SET branch = 2 WHERE seq = 10",
        "DELETE FROM events WHERE seq = 10",
        "UPDATE events SET seq = 90000 WHERE seq = 10",
        "UPDATE branches SET fork_seq = fork_seq + 1 WHERE parent IS NOT NULL",
        "UPDATE branches SET fork_seq = 10 WHERE parent IS NOT NULL",
        "UPDATE branches SET parent = 1 WHERE parent IS NOT NULL",
        "UPDATE branches SET parent = NULL WHERE parent IS NOT NULL",
        "UPDATE heads SET branch = 1",
        "DELETE FROM heads WHERE stream = 'chat/1'",
        "UPDATE events SET cause = 99999 WHERE seq = 10",
    ],
)
def test_whatever_is_changed_behind_the_logs_back_is_found(path: Path, tampering: str) -> None:
    db = apsw.Connection(str(path))
    db.execute(tampering)
    assert db.changes() > 0
    db.close()
    assert found_in(path) != []


def pages_in_use(path: Path) -> list[int]:
    """The pages that hold events or their index (page 1 is the first)."""
    db = apsw.Connection(str(path))
    found: list[tuple[Any, ...]] = db.execute(
        "SELECT pageno FROM dbstat WHERE name IN ('events', 'events_by_branch')"
    ).fetchall()
    db.close()
    return [number for (number,) in found]


def test_a_page_of_rubbish_is_found_wherever_it_is(path: Path) -> None:
    whole = path.read_bytes()
    chance = random.Random(7)
    for page in chance.sample(pages_in_use(path), 12):
        spoiled = bytearray(whole)
        spoiled[(page - 1) * 4096 : page * 4096] = chance.randbytes(4096)
        path.write_bytes(spoiled)
        assert found_in(path) != [], f"page {page}"


def test_reading_a_damaged_page_says_so_and_does_not_invent_events(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    for page in pages_in_use(path)[1:]:
        whole[(page - 1) * 4096 : page * 4096] = bytes(4096)
    path.write_bytes(whole)
    with EventLog.open(path, read_only=True) as log, pytest.raises(LogDamaged, match="snapshot"):
        list(log.read("play/1"))


def test_a_file_cut_short_is_found(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 // 4096 * 4096])
    assert found_in(path) != []
