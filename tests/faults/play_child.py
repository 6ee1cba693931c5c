"""Plays until it is killed: songs one after another with a stream of keys, telling through a small file where it is.

``python -m tests.faults.play_child`` is a nursery: for every line of its standard input (the folder of a profile, the
chart and the file to tell through, separated by tabs) it forks a child that plays there and prints the child's id;
everything is imported only once.
"""

from __future__ import annotations

import mmap
import os
import random
import sys
from pathlib import Path
from typing import NamedTuple

from engine.clock import now_us
from engine.input.events import InputEvent
from game.rhythm.mods import Mods
from game.scenes.play import Phase, PlayScene
from game.scenes.requests import ChartRef, Play
from tests.rig.stand import Stand

KEYS = ("d", "f", "j", "k")
NUMBERS = 4
ID_BYTES = 32
TOLD_BYTES = NUMBERS * 8 + ID_BYTES
NOWHERE_US = -(1 << 61)
LONGEST_US = 90_000_000
"""A player whom nobody has killed by then has been forgotten, and goes by itself."""


class Told(NamedTuple):
    """What a child last told: of which performance, how far it was played, since when, and the last saved event."""

    song_us: int
    durable_seq: int
    begun_us: int
    at_us: int
    performance: str


class Teller:
    """A small file that outlives the process that writes to it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(TOLD_BYTES))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), TOLD_BYTES)
        self._numbers = memoryview(self._memory)[: NUMBERS * 8].cast("q")

    def read(self) -> Told:
        """What stands there."""
        name = self._memory[NUMBERS * 8 :].rstrip(b"\0").decode()
        song_us, durable_seq, begun_us, at_us = self._numbers.tolist()
        return Told(song_us, durable_seq, begun_us, at_us, name)

    def clear(self) -> None:
        """Before another child."""
        self._memory[:] = bytes(TOLD_BYTES)

    def begin(self, performance: str) -> None:
        """Another performance has begun."""
        self._numbers[0] = NOWHERE_US
        self._memory[NUMBERS * 8 :] = performance.encode().ljust(ID_BYTES, b"\0")
        self._numbers[2] = now_us()

    def tell(self, song_us: int, durable_seq: int) -> None:
        """How far it is."""
        self._numbers[1] = durable_seq
        self._numbers[3] = now_us()
        self._numbers[0] = song_us

    def close(self) -> None:
        """Let go of the file."""
        self._numbers.release()
        self._memory.close()


def play_on(folder: Path, chart: Path, told: Path) -> None:
    """Play again and again until killed."""
    leave_us = now_us() + LONGEST_US
    chance, teller = random.Random(), Teller(told)
    stand = Stand(folder, frame_hz=10)
    request = Play(ChartRef(str(chart)), "osu-mania-stable", Mods(no_fail=True, rate_percent=chance.choice((100, 150))))
    down = [False] * len(KEYS)
    while now_us() < leave_us:
        scene = PlayScene(stand.context, request)
        stand.show(scene)
        shown = ""
        while not stand.opened:
            if scene.phase is Phase.PLAYING and chance.random() < 0.05:
                lane = chance.randrange(len(KEYS))
                down[lane] = not down[lane]
                stand.feed(InputEvent(now_us(), "keyboard", f"key:{KEYS[lane]}", float(down[lane])))
            if scene.phase is Phase.PLAYING and chance.random() < 0.0003:
                stand.tap("escape")
                stand.tap("return")
            stand.once()
            performance = scene.performance
            if performance is None:
                continue
            if performance.id != shown:
                shown = performance.id
                teller.begin(shown)
            teller.tell(performance.song_us, stand.profile.writer.durable_seq)
        stand.opened.clear()
        stand.stack.pop()


def main() -> None:
    """Fork a child for every line."""
    for line in sys.stdin:
        folder, chart, told = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            os.close(0)
            try:
                play_on(Path(folder), Path(chart), Path(told))
            finally:
                os._exit(3)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
