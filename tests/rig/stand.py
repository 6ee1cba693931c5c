"""A stand for scenes: window, stack, loop, sound, profile and jobs wired as the game wires them, with nobody looking.

    with Stand(tmp_path) as stand:
        stand.show(PlayScene(stand.context, request))
        stand.until(lambda: stand.opened, "the results")
        stand.tap("escape")

What scenes ask the app to open is kept in ``opened`` and not shown.
"""

from __future__ import annotations

import os
import time
import wave
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from engine.clock import now_us
from engine.input.events import Event, InputEvent
from engine.jobs import Jobs
from engine.loop import Loop
from engine.scene import Scene, SceneStack
from engine.sound import Pcm, Sound
from engine.window import HeadlessWindow, Window
from game.profile import Profile
from game.rhythm.chart import Chart
from game.rhythm.library import Library
from game.scenes.context import Context
from game.scenes.requests import Request

T = TypeVar("T")
SIZE = (320, 180)
RATE_HZ = 48_000


class Stand:
    """Everything a scene needs, for one test.  A window and a sound that are handed in are left open at the end."""

    def __init__(
        self,
        folder: Path,
        window: Window | None = None,
        sound: Sound | None = None,
        *,
        frame_hz: float = 30,
        roots: tuple[Path, ...] = (),
        effects: dict[str, Pcm] | None = None,
    ) -> None:
        self._own: list[Any] = []
        self.profile = Profile.open(folder)
        self.window = window if window is not None else self._owned(HeadlessWindow(SIZE))
        self.sound = sound if sound is not None else self._owned(Sound.silent())
        self.stack = SceneStack()
        self.loop = Loop(self.window, self.stack, frame_hz=frame_hz)
        self.jobs = Jobs(self.stack.call_soon)
        self.library = Library.open(self.profile.library_cache, (*roots, self.profile.songs))
        self.opened: list[Request] = []
        self.context = Context(
            self.profile,
            self.sound,
            self.library,
            self.jobs,
            self.window,
            self.opened.append,
            self.opened.append,
            self.loop.stats,
            effects or {},
        )

    def _owned(self, thing: T) -> T:
        self._own.append(thing)
        return thing

    @property
    def headless(self) -> HeadlessWindow:
        """The window, which takes what it is fed."""
        assert isinstance(self.window, HeadlessWindow)
        return self.window

    @property
    def said(self) -> list[str]:
        """What the player was told."""
        return [notice.text for notice in self.context.notices]

    def show(self, scene: Scene) -> None:
        """Put ``scene`` on top."""
        self.stack.push(scene)

    def once(self) -> None:
        """One turn of the loop."""
        self.loop.once()

    def until(self, condition: Callable[[], Any], what: str, within_s: float = 60.0) -> Any:
        """Run the loop until ``condition`` says something true and return that.

        Raises:
            TimeoutError: it did not within ``within_s`` seconds; the message names ``what``.
        """
        end = time.monotonic() + within_s
        while not (value := condition()):
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come within {within_s:g} s")
            self.once()
        return value

    def feed(self, *events: Event) -> None:
        """Let these happen at the next turn."""
        self.headless.feed(*events)

    def hold(self, name: str) -> None:
        """A key goes down now."""
        self.feed(InputEvent(now_us(), "keyboard", f"key:{name}", 1.0))

    def release(self, name: str) -> None:
        """A key goes up now."""
        self.feed(InputEvent(now_us(), "keyboard", f"key:{name}", 0.0))

    def tap(self, name: str) -> None:
        """A key goes down and up."""
        self.hold(name)
        self.release(name)
        self.once()

    def close(self) -> None:
        """Give everything back, as the game does when it ends."""
        self.stack.clear()
        self.jobs.close()
        self.library.close()
        self.profile.close()
        for thing in reversed(self._own):
            thing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def write_song(path: Path, seconds: float) -> None:
    """A short, soft tone as a .wav file."""
    at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = (3000 * np.sin(2 * np.pi * 220 * at_s)).astype("<i2")
    with wave.open(os.fspath(path), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", "not compressed"))
        file.writeframes(np.repeat(tone, 2).tobytes())


def write_chart(folder: Path, notes: str, *, keys: int = 4, audio: str = "song.wav", name: str = "chart.jam") -> Path:
    """A ``.jam`` chart of ``notes`` (rows as in the file: at_us lane kind [end_us]) beside a song of four seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    if audio:
        write_song(folder / "song.wav", 4.0)
    head = f"jam 1\ntitle: Short\nlevel: Test\nkeys: {keys}\n" + (f"audio: {audio}\n" if audio else "")
    path = folder / name
    path.write_text(f"{head}\n[timing]\n0 500000 4\n\n[notes]\n{notes}\n", encoding="utf-8")
    return path


def read_written(path: Path) -> Chart:
    """The one chart of a file."""
    from game.rhythm.formats.read import read_chart_file

    return read_chart_file(path).charts[0]
