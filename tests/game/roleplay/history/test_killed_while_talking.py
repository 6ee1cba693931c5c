"""Killed at any moment of a life, a profile opens with everything it had acknowledged, and its tables are whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.log import EventLog
from game.roleplay import history, reading, recall
from game.roleplay.events import chat_stream
from game.roleplay.projector import RoleplayProjector
from game.roleplay.recall_projector import RecallProjector
from tests.rig.roleplay_life import BOTS

TALKER = Path(__file__).with_name("talker.py")
ROOT = Path(__file__).resolve().parents[4]


def killed_after(path: Path, seed: int, acknowledged: int, extra_s: float) -> tuple[int, int]:
    """Start a talker and kill it some time after so many steps; the last event and the branches it acknowledged."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(TALKER), str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        said = b"".join(child.stdout.readline() for _ in range(acknowledged))
        try:
            child.wait(extra_s)
        except subprocess.TimeoutExpired:
            child.kill()
        said += child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    last, branches = json.loads(said.decode().split("\n")[:-1][-1])
    return last, branches


def kill_again_and_again(folder: Path, kills: int, seed: int) -> None:
    chance, path = random.Random(seed), folder / "log.db"
    for kill in range(kills):
        last, branches = killed_after(path, seed + kill, chance.choice((1, 5, 60)), chance.uniform(0.0, 0.05))
        with EventLog.open(path, [RoleplayProjector(), RecallProjector()]) as log:
            assert log.last_seq >= last
            assert sum(len(history.branches(log, bot)) for bot in BOTS) >= branches
            assert log.verify() == []
            assert log.check_rebuild() == []
            for bot in BOTS:
                assert reading.chat(log, bot).head == log.head(chat_stream(bot))
                recall.recent(log, bot, 100)
        if kill % 5 == 4:
            path = folder / f"log-{kill}.db"


def test_ten_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, kills=10, seed=7)


@pytest.mark.soak
def test_five_hundred_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, kills=500, seed=1000)
