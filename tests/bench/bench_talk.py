"""What a frame of Talk costs while a reply streams into a transcript of 2,000 turns, and when such a chat is opened.

A frame's own work is what the game's thread does for it: taking in what other threads hand over, building it, and
Dear ImGui's part; its processor time, so that whatever else this machine does is left out.  The wall's time is beside.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from engine.sound import Sound
from engine.window import HeadlessWindow
from game.profile import Profile
from game.roleplay import talk
from tests.bench.figure import Figure
from tests.rig.model_server import Do, ModelServer
from tests.rig.roleplay_profile import WORDS, remember_much
from tests.rig.talk_game import TalkGame

TURNS = 2_000
MEMORIES = 400
TOKENS_PER_S = 200
LIMIT_MS = 4.0
STREAM_S = 4.0
FRAME_S = 1 / 120


class Frames:
    """Runs frames and keeps what each cost."""

    def __init__(self, game: TalkGame) -> None:
        self._game = game
        self.cpu_ms: list[float] = []
        self.wall_ms: list[float] = []

    def once(self) -> None:
        """One frame, without the driver's part."""
        game = self._game
        wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
        for event in game.window.pump(0):
            game.loop.dispatch(event)
        game.stack.run_calls()
        game.stack.step(4_167)
        frame = game.window.begin_frame()
        assert frame is not None
        game.stack.draw(frame)
        frame.layer()
        ui_data, uploads = game.window.ui.finish()
        frame.finish(uploads, ui_data)
        self.cpu_ms.append((time.thread_time_ns() - cpu) / 1e6)
        self.wall_ms.append((time.perf_counter_ns() - wall) / 1e6)

    def until(self, condition: Callable[[], object], at_most_s: float) -> None:
        """Frames at their pace until ``condition``."""
        end = time.monotonic() + at_most_s
        while not condition() and time.monotonic() < end:
            self.once()
            time.sleep(FRAME_S)

    def clear(self) -> None:
        """Count anew."""
        self.cpu_ms, self.wall_ms = [], []


def figures() -> Iterator[Figure]:
    """Streaming, scrolling and opening."""
    chance = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        ModelServer() as teller,
        ModelServer() as clerk,
        Sound.silent() as sound,
    ):
        with Profile.open(Path(folder) / "profile") as profile:
            host = remember_much(profile.own_log, MEMORIES, TURNS)
        window = HeadlessWindow((1280, 720))
        game = TalkGame(Path(folder), window, sound, teller=teller, clerk=clerk)
        try:
            yield from _measured(game, teller, host, chance)
        finally:
            teller.go_on.set()
            game.close()
            window.close()


def _measured(game: TalkGame, teller: ModelServer, host: str, chance: random.Random) -> Iterator[Figure]:
    frames = Frames(game)
    game.stack.push(game.scene)
    frames.until(lambda: game.room.view is not None and game.room.view.host == host, 30.0)
    frames.until(lambda: False, 0.5)
    yield Figure("the scene's first second, worst frame", max(frames.cpu_ms), "ms", beside="letters are drawn once")
    other = next(row.bot.id for row in game.room.library.rows if row.bot.id != host)
    game.scene.open_chat(other)
    frames.until(lambda: game.room.view is not None and game.room.view.host == other, 30.0)
    frames.clear()
    game.scene.open_chat(host)
    frames.until(lambda: game.room.view is not None and game.room.view.host == host, 30.0)
    frames.until(lambda: False, 0.3)
    yield Figure(f"opening a chat of {TURNS:,} turns, worst frame", max(frames.cpu_ms), "ms", LIMIT_MS)
    frames.clear()
    words = " ".join(chance.choice(WORDS) for _ in range(int(TOKENS_PER_S * STREAM_S)))
    teller.script([Do(words, tokens_per_s=TOKENS_PER_S)])
    game.room.say("Tell me everything.")
    room = game.room
    frames.until(lambda: room.speech is not None and room.speech.text, 20.0)
    frames.clear()
    began = time.monotonic()
    frames.until(lambda: room.speech is None, 3 * STREAM_S)
    took_s = time.monotonic() - began
    cpu, wall = np.array(frames.cpu_ms), np.array(frames.wall_ms)
    beside = f"{len(cpu)} frames, {len(words.split()) / took_s:.0f} words/s, {len(game.turns)} turns"
    yield Figure("frame while a reply streams, worst", float(cpu.max()), "ms", LIMIT_MS, beside=beside)
    yield Figure("frame while a reply streams, median", float(np.median(cpu)), "ms", beside=beside)
    yield Figure("the same by the wall, p99", float(np.percentile(wall, 99)), "ms", beside="other threads and all")
    frames.clear()
    book = " ".join(WORDS * 4000)[:100_000]
    game.room.do("a book", lambda desk: talk.rewrite(desk, host, game.turns[-1].number, book))
    frames.until(lambda: not room.doing, 30.0)
    frames.until(lambda: False, 0.5)
    yield Figure("frame when a turn of 100,000 characters comes up, worst", max(frames.cpu_ms), "ms", LIMIT_MS)
    frames.clear()
    for _ in range(300):
        game.scene.chat.paper.page(-1)
        frames.once()
    cpu = np.array(frames.cpu_ms)
    yield Figure("frame while leafing back a page a frame, worst", float(cpu.max()), "ms", LIMIT_MS)
    yield Figure("frame while leafing back a page a frame, median", float(np.median(cpu)), "ms")
