"""Killed at any moment, the log opens again with every event it had acknowledged, and is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.log import CalendarClock, EventLog, Snapshots
from tests.rig.log_samples import LastWord, Presses, assert_whole, pressed

APPENDER = Path(__file__).with_name("appender.py")
ROOT = Path(__file__).resolve().parents[3]
WAYS = ("direct", "batches", "writer", "branches")
KILLS_A_FILE = 5


def killed_after(path: Path, how: str, acknowledged: int, extra_s: float) -> int:
    """Start an appender, kill it some time after it began; the last event it acknowledged (-1: none)."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(APPENDER), str(path), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        said = b""
        for _ in range(acknowledged):
            said += child.stdout.readline()
        try:
            child.wait(extra_s)
        except subprocess.TimeoutExpired:
            child.kill()
        said += child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    whole_lines = said.decode().split("\n")[:-1]
    return max((int(line) for line in whole_lines), default=-1)


def assert_survived(path: Path, how: str, last_acknowledged: int) -> None:
    with EventLog.open(path, [Presses(), LastWord()]) as log:
        assert log.last_seq >= last_acknowledged
        assert_whole(log)
        seen = []
        for branch in log.branches("play/1"):
            for event in log.read("play/1", branch.id, after=branch.fork_seq):
                assert event.payload["frames"] == bytes(event.payload["number"] % 300)
                seen.append((event.seq, event.payload["number"]))
        assert seen == [(number, number) for number in range(1, log.last_seq + 1)]


def kill_again_and_again(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    for kill in range(kills):
        how = WAYS[kill // KILLS_A_FILE % len(WAYS)]
        path = folder / f"{kill // KILLS_A_FILE}.db"
        # Some die while they open or create the file, most while they append.
        before = chance.choice((0, 1, 5, 50))
        last = killed_after(path, how, before, chance.uniform(0.0, 0.25 if before == 0 else 0.05))
        assert_survived(path, how, last)


def test_forty_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, kills=40, seed=4)


def test_killed_while_restoring_it_is_either_what_it_was_or_what_it_should_be(tmp_path: Path) -> None:
    path, chance = tmp_path / "log.db", random.Random(8)
    with EventLog.open(path, [Presses(), LastWord()]) as log:
        snapshots = Snapshots(log, tmp_path / "snapshots", CalendarClock())
        heads = []
        for count in (400, 4000):
            heads.append(log.append("play/1", [pressed(lane % 7) for lane in range(count)]))
            snapshots.before("first")
    for _ in range(8):
        killed_after(path, "restores", 2, chance.uniform(0.0, 0.1))
        with EventLog.open(path, [Presses(), LastWord()]) as log:
            assert log.head("play/1") in heads
            assert_whole(log)
            for snapshot in Snapshots(log, tmp_path / "snapshots", CalendarClock()).kept():
                with EventLog.open(snapshot.path, read_only=True) as copy:
                    assert copy.verify() == []
                if snapshot.why == "restore":
                    snapshot.path.unlink()


@pytest.mark.soak
def test_a_thousand_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, kills=1000, seed=1000)
