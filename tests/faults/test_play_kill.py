"""Killed at any moment of play, the game opens again with everything it had saved, its replay up to the kill."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.clock import now_us
from engine.log import LogBusy
from game.cli import main
from game.profile import Profile
from game.rhythm.board import performance, performances
from game.rhythm.performance import Kept, rejudge
from game.rhythm.songs import read_chart
from tests.faults.play_child import NOWHERE_US, Teller, Told
from tests.rig.pilot import wait_until
from tests.rig.stand import write_chart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

HOUSE = Path(__file__).resolve().parents[2]
NOTES = "\n".join(f"{200_000 + 125_000 * row} {row * 7 % 4} tap" for row in range(16)) + "\n2300000 2 hold 2800000"
KILLS_A_PROFILE = 20
START_S = 60.0
LOST_US = 1_000_000
"""The most of a performance that a kill may cost."""


class Nursery:
    """Starts players quickly and kills them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.chart = write_chart(folder / "song", NOTES)
        self._told_path = folder / "told"
        self.teller = Teller(self._told_path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.play_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HOUSE,
            env={**os.environ, "LP_NUM_THREADS": "1"},
        )

    def killed(self, profile: Path, after_s: float, *, playing: bool) -> tuple[Told, int]:
        """Let one play for ``after_s`` (from its first step, or from its birth) and kill it; what it told last."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.teller.clear()
        self._process.stdin.write(f"{profile}\t{self.chart}\t{self._told_path}\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        limit = time.monotonic() + START_S
        while playing and not self.teller.read().performance:
            assert time.monotonic() < limit, "it did not begin to play"
            time.sleep(0.005)
        time.sleep(after_s)
        killed_us = now_us()
        os.kill(child, signal.SIGKILL)
        assert self._process.stdout.readline() == "gone\n"
        return self.teller.read(), killed_us

    def close(self) -> None:
        """Close down."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)
        self.teller.close()


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    one = Nursery(folder)
    try:
        yield one
    finally:
        one.close()


def opened(folder: Path) -> Profile:
    """The profile of a player who is dead.

    One killed while it was starting its sound process may have left a copy of itself that has not yet become that
    process: for those milliseconds the log is still locked.
    """

    def ready() -> Profile | None:
        try:
            return Profile.open(folder)
        except LogBusy:
            return None

    profile: Profile = wait_until(ready, "an unlocked log")
    return profile


def check_survived(folder: Path, told: Told, killed_us: int) -> None:
    """The profile opens with all that was acknowledged; the replay of the last performance ends at the kill."""
    with opened(folder) as profile:
        log = profile.log
        assert log.last_seq >= told.durable_seq
        assert log.verify() == []
        if not told.performance:
            return
        row = performance(log, told.performance)
        kept = Kept(log.read(row.stream)) if row is not None else None
        if row is None or kept is None or kept.upto_us == NOWHERE_US:
            assert killed_us - told.begun_us < LOST_US  # nothing of it was saved: then it had only begun
            return
        if told.song_us != NOWHERE_US:
            assert kept.upto_us >= told.song_us - LOST_US * row.mods.rate
        result = rejudge(read_chart(row.chart_path, row.chart_index), kept.replay, upto_us=kept.stopped_us)
        assert kept.matches(result)


def kill_again_and_again(folder: Path, kills: int, seed: int) -> int:
    """Kill so many players; how many performances they had begun between them."""
    chance = random.Random(seed)
    begun = 0
    with nursery(folder) as one:
        for number in range(kills):
            profile = folder / f"profile{number // KILLS_A_PROFILE}"
            # One in eight dies while it opens, the others at any moment of a few short songs.
            playing = chance.random() > 0.125
            told, killed_us = one.killed(profile, chance.uniform(0.0, 3.5 if playing else 1.2), playing=playing)
            check_survived(profile, told, killed_us)
            if number % KILLS_A_PROFILE == KILLS_A_PROFILE - 1 or number == kills - 1:
                assert main(["replay", "verify", "--profile", str(profile)]) == 0
                assert main(["log", "rebuild", "--check", "--profile", str(profile)]) == 0
                with Profile.open(profile, read_only=True) as seen:
                    begun += len(performances(seen.log))
    return begun


def test_eight_kills_cost_at_most_a_second_of_play_each(tmp_path: Path) -> None:
    assert kill_again_and_again(tmp_path / "play", kills=8, seed=3) > 4


@pytest.mark.soak
def test_a_thousand_kills_cost_at_most_a_second_of_play_each(tmp_path: Path) -> None:
    kills = int(os.environ.get("OUROJAM_SOAK_KILLS", "1000"))
    with ThreadPoolExecutor(2) as pool:
        halves = [pool.submit(kill_again_and_again, tmp_path / f"{half}", kills // 2, half) for half in (1, 2)]
        assert sum(half.result() for half in halves) > kills // 2
